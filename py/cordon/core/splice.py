"""The engine: plan the de-identified form of one instance.

The engine reads no file. It yields the span it wants and is sent the bytes; its
outcome is a plan of new bytes and spans of the source. It yields only here: below,
all is plain functions over one window of bytes.
"""

import zlib
from collections.abc import Callable, Generator
from typing import Final, TypeAlias, TypeVar

from cordon.core.alike import Alike
from cordon.core.container import DEFLATED, Container, NeedMore, read_container
from cordon.core.encode import value_of
from cordon.core.errors import MalformedError, TruncatedError, UnsupportedError
from cordon.core.outcome import Deidentified, Outcome, Rejected
from cordon.core.profile import Element, Header, Profile, Syntax
from cordon.core.reading import FIRST_READ, MAX_READ, read_span, walk
from cordon.core.release import Reader, Release
from cordon.core.scan import Scan
from cordon.core.span import Segment, Span, size_of
from cordon.core.weave import Weave, join

READ_AGAIN: Final = 1 << 18
"""Bytes of a read that only looks once more at what stays."""

MAX_INFLATED: Final = 1 << 28
"""Bytes of a deflated data set once inflated; it has to be held as a whole."""

PIXEL_DATA: Final = 0x7FE00010

T = TypeVar("T")
Engine: TypeAlias = Generator[Span, bytes, Outcome]


def splice(
    size: int,
    profile: Profile,
    first_read: int = FIRST_READ,
    alike: Alike | None = None,
    head: bytes = b"",
) -> Engine:
    """Plan the de-identified form of a source instance of `size` bytes.

    Yields spans of the source, is sent their bytes, and returns the outcome. What is
    `alike` to others under the same profile needs not be looked through as a whole.
    `head` is what is at hand of the source; nothing is read if that is all.

    Raises
    ------
    InstanceError
        The source cannot be read.
    """
    if len(head) < size:
        look = first_read
        if alike and first_read < size:  # else one read gives all there is
            look = min(look, alike.enough)
        head = yield from read_span(0, min(size, look))
    if alike and (known := (yield from alike.outcome(head, size))):
        return known
    container, window = yield from begin(size, first_read, head)
    if container.transfer_syntax_uid in DEFLATED:
        if size - container.data_set > MAX_INFLATED:
            raise UnsupportedError(container.data_set)
        rest = yield from read_span(len(window), size)
        return (yield from _plan_deflated(window + rest, container, profile))

    first = window
    scan = Scan(profile, container.syntax, container.data_set, size)
    window, base = yield from walk(scan, window, size)

    def read(span: Span) -> Generator[Span, bytes, bytes]:
        """Look once more; what is asked for next mostly lies close behind."""
        nonlocal window, base
        if span.stop <= len(first):
            return first[span.start : span.stop]
        if not base <= span.start <= span.stop <= base + len(window):
            base = span.start
            stop = min(size, max(span.stop, base + READ_AGAIN))
            window = yield from read_span(base, stop)
        return window[span.start - base : span.stop - base]

    outcome = yield from _plan(scan, container, profile, first, read)
    if alike and isinstance(outcome, Deidentified):
        yield from alike.learn(first, container, scan, outcome)
    return outcome


def run(engine: Generator[Span, bytes, T], read: Callable[[Span], bytes]) -> T:
    """Drive an engine to its outcome with a blocking reader."""
    try:
        span = next(engine)
        while True:
            span = engine.send(read(span))
    except StopIteration as stop:
        outcome: T = stop.value
        return outcome


def begin(
    size: int, first_read: int, head: bytes = b""
) -> Generator[Span, bytes, tuple[Container, bytes]]:
    """Read what stands before the data set; gives it, and the first bytes read.

    `head` is the source's beginning, as far as it is at hand.
    """
    stop = min(size, first_read)
    while True:
        window = head if len(head) >= stop else (yield from read_span(0, stop))
        try:
            return read_container(window, size), window
        except NeedMore as more:
            stop = min(size, max(more.stop, 2 * stop))


def _plan(
    scan: Scan,
    container: Container,
    profile: Profile,
    head: bytes,
    read: Reader,
    encode: Callable[[list[Segment]], list[Segment]] = list,
) -> Engine:
    """Turn what the scan found into an outcome; `encode` writes the data set."""
    header = Header(
        container.transfer_syntax_uid,
        container.syntax,
        container.meta,
        scan.values,
        scan.edits,
    )
    instance = profile.begin(header)
    if isinstance(instance, Rejected):
        return instance
    weave = Weave(instance, profile.tells)
    data_set = join(weave.data_set(scan, profile.inserts))
    if instance.mask:
        for edit in scan.edits:
            if isinstance(edit, Element) and edit.tag == PIXEL_DATA:
                pixels = Span(edit.body, edit.end)
                data_set = yield from _masked(data_set, pixels, instance.mask, read)
    if instance.searches:
        release = Release(data_set, scan.bulk, head, read)
        if finds := (yield from release.search(instance)):
            found = yield from release.locate(finds, container.syntax, instance.known)
            if (rejected := instance.judge(found)) is not None:
                return rejected
    old, new = Span(0, container.data_set), instance.container()
    first, *rest = encode(data_set) or [b""]
    begun = join([old if new is None else new, first])
    told = yield from _told(weave, container.syntax, read)
    return Deidentified([*begun, *rest], instance.row(weave.counts), told)


def _told(
    weave: Weave, syntax: Syntax, read: Reader
) -> Generator[Span, bytes, dict[int, bytes]]:
    """Give the values that the outcome tells; a very long one is not told."""
    told = weave.kept
    for tag, segments in weave.told.items():
        if not 0 < size_of(segments) <= MAX_READ:
            continue
        parts: list[bytes] = []
        for part in segments:
            new = (yield from read(part)) if isinstance(part, Span) else part
            parts.append(new)
        told[tag] = value_of(b"".join(parts), syntax.explicit)
    return told


def _plan_deflated(source: bytes, container: Container, profile: Profile) -> Engine:
    """Plan an instance whose data set is deflated (PS3.5 A.5)."""
    data_set = inflate(source[container.data_set :], container.data_set)
    scan = Scan(profile, container.syntax, 0, len(data_set))
    base = 0
    while (need := scan.walk(data_set[base : base + MAX_READ], base)) is not None:
        base = need.start

    def read(span: Span) -> Generator[Span, bytes, bytes]:
        yield from ()
        return data_set[span.start : span.stop]

    def deflate(segments: list[Segment]) -> list[Segment]:
        if segments == [Span(0, len(data_set))]:
            return [Span(container.data_set, len(source))]
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        pieces = [
            packer.compress(data_set[slice(*s)] if isinstance(s, Span) else s)
            for s in segments
        ]
        packed = b"".join((*pieces, packer.flush()))
        return [packed + b"\0" * (len(packed) % 2)]

    return (yield from _plan(scan, container, profile, data_set, read, deflate))


def _masked(
    plan: list[Segment], pixels: Span, mask: bytes, read: Reader
) -> Generator[Span, bytes, list[Segment]]:
    """Clear the bits of `mask` in each pixel."""
    if pixels.stop - pixels.start > MAX_INFLATED:
        raise UnsupportedError(pixels.start)
    pattern = bytes(~byte & 0xFF for byte in mask)
    masked: list[Segment] = []
    for segment in plan:
        if (
            not isinstance(segment, Span)
            or segment.stop < pixels.stop
            or pixels.start < segment.start
        ):
            masked.append(segment)
            continue
        masked.append(Span(segment.start, pixels.start))
        for at in range(*pixels, MAX_READ):
            data = yield from read(Span(at, min(at + MAX_READ, pixels.stop)))
            keep = (pattern * (len(data) // len(pattern) + 1))[: len(data)]
            kept = int.from_bytes(data) & int.from_bytes(keep)
            masked.append(kept.to_bytes(len(data)))
        masked.append(Span(pixels.stop, segment.stop))
    return masked


def inflate(packed: bytes, offset: int) -> bytes:
    """Inflate a raw stream that begins at `offset` of the source."""
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        data_set = unpacker.decompress(packed, MAX_INFLATED)
    except zlib.error:
        raise MalformedError(offset) from None
    if unpacker.unconsumed_tail:
        raise UnsupportedError(offset)
    if not unpacker.eof:
        raise TruncatedError(offset + len(packed))
    return data_set
