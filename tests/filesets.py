"""What others have against a file-set: pydicom's FileSet, dicom3tools and DCMTK."""

import io
import re
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.fileset import FileSet

from cordon.rules import tables


@contextmanager
def loaded(path: Path) -> Iterator[FileSet]:
    """Load a file-set; pydicom leaves a folder behind."""
    found = FileSet(path)
    yield found
    found._stage["t"].cleanup()


def check_offsets(data: bytes) -> None:
    """Follow every offset from the root: each record is met once."""
    read = pydicom.dcmread(io.BytesIO(data))
    by_offset = {one.seq_item_tell: one for one in read.DirectoryRecordSequence}
    keyed = {"PATIENT": "PatientID", "STUDY": "StudyInstanceUID"}
    keyed["SERIES"] = "SeriesInstanceUID"
    met = []

    def follow(offset: int, above: str) -> int:
        last, seen = 0, []
        while offset:
            assert struct.unpack_from("<HH", data, offset) == (0xFFFE, 0xE000)
            record = by_offset[offset]
            kind = record.DirectoryRecordType
            met.append(offset)
            assert rows()[kind]["parent"] == above
            if kind in keyed:
                seen.append(record[keyed[kind]].value)
            assert record.RecordInUseFlag == 0xFFFF
            below = record.OffsetOfReferencedLowerLevelDirectoryEntity
            assert bool(below) == (kind in keyed)
            follow(below, kind)
            last, offset = offset, record.OffsetOfTheNextDirectoryRecord
        assert len(seen) == len(set(seen))
        return last

    first = read.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity
    last = read.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity
    assert follow(first, "ROOT") == last
    assert sorted(met) == sorted(by_offset)
    assert read.FileSetConsistencyFlag == 0


def rows() -> dict[str, dict[str, str]]:
    return {row["record"]: row for row in tables.read("record_keys.csv")}


UNKNOWN = "Unrecognized enumerated value .* of attribute <Directory Record Type>"
"""dciodvfy does not know the newest types of records."""


def complaints(path: Path, but: str = "$") -> list[str]:
    found = []
    for command in ("dciodvfy", "dcdirdmp", "dcmdump"):
        ran = subprocess.run(
            [command, str(path)], capture_output=True, timeout=60, check=False
        )
        text = (ran.stdout + ran.stderr).decode("latin-1")
        found += [
            f"{command}: {line}"
            for line in text.splitlines()
            if re.match(r"E: |Error", line) and not re.search(f"{UNKNOWN}|{but}", line)
        ]
        assert ran.returncode == 0 or command == "dciodvfy"
    return found
