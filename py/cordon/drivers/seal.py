"""A sink that also writes a certificate of all that it takes."""

from hashlib import sha256

from cordon.certificate import CertificateWriter, Sealed
from cordon.drivers.sinks import Sink
from cordon.drivers.work import Done
from cordon.media.dicomdir import FILE_NAME
from cordon.media.names import file_id


class SealedSink:
    """Passes results on to a sink, and writes down what was placed."""

    def __init__(self, sink: Sink, certificate: CertificateWriter) -> None:
        self._sink = sink
        self._certificate = certificate

    def staged(self, number: int) -> str:
        """Say where the result of this number is to be staged."""
        return self._sink.staged(number)

    def add(self, done: Done) -> str | None:
        """Put a staged result in its place."""
        name = self._sink.add(done)
        if name is not None:
            if done.row is None:
                raise AssertionError("only results have names")
            # a file that the user named may have any name: its own is told
            sealed = Sealed(done.size, done.sha256)
            self._certificate.add(name or file_id(done.row), sealed)
        return name

    def close(self, directory: bytes | None) -> None:
        """Finish, with this DICOMDIR."""
        self._sink.close(directory)
        if directory is not None:
            sealed = Sealed(len(directory), sha256(directory).hexdigest())
            self._certificate.add(FILE_NAME, sealed)

    def abort(self) -> None:
        """Give up, or clear away."""
        self._sink.abort()
