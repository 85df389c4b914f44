"""Why an instance cannot be read.

Each class is one reason with a stable `code`; `offset` is the place in the source.
Neither holds anything of what the source says, so both may be shown and written.
"""


class InstanceError(Exception):
    """This instance cannot be read; the run goes on without it."""

    code = "unreadable"

    def __init__(self, offset: int) -> None:
        super().__init__(f"{self.code} at byte {offset}")
        self.offset = offset


class NotDicomError(InstanceError):
    """The source does not begin like a DICOM file or data set."""

    code = "not-dicom"


class TruncatedError(InstanceError):
    """The source ends before what it announces."""

    code = "truncated"


class MalformedError(InstanceError):
    """The source breaks the encoding rules of PS3.5 beyond what can be followed."""

    code = "malformed"


class UnsupportedError(InstanceError):
    """The source is encoded in a way that this engine does not process."""

    code = "unsupported-transfer-syntax"
