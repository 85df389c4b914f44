"""What JavaScript opens, as the engine reads it: files, and members of archives.

Exceptions end here and are told by type and place only: Pyodide would hand JavaScript
the whole traceback, and messages quote their arguments.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from pyodide.ffi import JsBuffer, JsException, JsProxy

from cordon.core.errors import InstanceError
from cordon.core.reading import FIRST_READ
from cordon.core.span import Span
from cordon.drivers.failure import place
from cordon.media.unpack import Packed, Unpacked

Read: TypeAlias = Callable[[int, int], JsBuffer]


class Source:
    """Reads spans through JavaScript; a crossing costs more than the bytes do."""

    start = 0

    def __init__(self, size: int, read: Read, whole: bool) -> None:
        self.size = size
        self.at = 0
        self.first_read = size if whole else FIRST_READ
        self._read = read
        self._whole: bytes | None = None

    def read(self, span: Span) -> bytes:
        """Give the bytes of `span`."""
        if self._whole is None:
            self.at = span.start
            data: bytes = self._read(span.start, span.stop).to_bytes()
            if span == (0, self.size):
                self._whole = data
            return data
        return self._whole[span.start : span.stop]

    def finish(self) -> None:
        """Have nothing to check: the browser itself refuses a file that has changed."""


class Member(Unpacked):
    """Reads a member of an archive through JavaScript."""

    at = 0
    first_read = FIRST_READ

    def __init__(self, packed: JsProxy, read: Read, other: Read | None) -> None:
        def get(start: int, stop: int) -> bytes:
            data: bytes = read(start, stop).to_bytes()
            return data

        def unpacked(start: int, stop: int) -> bytes:
            data: bytes = other(start, stop).to_bytes() if other else b""
            return data

        super().__init__(packed_as(packed), get, unpacked if other else None)


Opened: TypeAlias = Source | Member


def told(
    opened: JsProxy,
    whole: bool,
    answer: Callable[[Opened], dict[str, Any]],
) -> dict[str, Any]:
    """Give an answer about a source, or say why there is none.

    What is `opened` has a `size` and `read`, which gives the bytes from a start to a
    stop. If the source is a member of an archive, `packed` is what that says of it and
    `read` gives bytes of the archive; `other` gives the member's, where JavaScript had
    to unpack it.
    """
    source = Source(opened.size, opened.read, whole)

    def reply() -> dict[str, Any]:
        packed = opened.packed
        if packed is None:
            return answer(source)
        return answer(Member(packed, opened.read, opened.other))

    return caught(source, reply)


def caught(source: Source, reply: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give a reply, or say what went wrong."""
    try:
        return reply()
    except InstanceError as error:
        return {"type": "unreadable", "code": error.code, "offset": error.offset}
    except JsException as error:
        # a reader's want of memory; all else: changed, moved or withdrawn while read
        if error.name == "RangeError":
            return {"type": "failed", "error": error.name, "where": place(error)}
        return {"type": "unreadable", "code": "source-lost", "offset": source.at}
    except Exception as error:
        name = type(error).__name__
        return {"type": "failed", "error": name, "where": place(error)}


def packed_as(packed: JsProxy) -> Packed:
    """Take what an archive says of a member from JavaScript."""
    # sizes beyond what JavaScript can count come as floats
    said: dict[str, Any] = {key: int(value) for key, value in packed.to_py().items()}
    return Packed(**said)
