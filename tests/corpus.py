"""Real files: pydicom's own and those of the package pydicom-data."""

from importlib.util import find_spec
from pathlib import Path


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


PYDICOM = _folder("pydicom") / "data"
TEST_FILES = PYDICOM / "test_files"
FOLDERS = (TEST_FILES, PYDICOM / "charset_files", _folder("data_store") / "data")

CT_SMALL = TEST_FILES / "CT_small.dcm"

UNREADABLE = {
    "MR_truncated.dcm": "truncated",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "truncated",
    "no_meta.dcm": "not-dicom",
    "rtplan_truncated.dcm": "truncated",
}
"""Files of the corpus that cannot be read, and why. Any file that is not listed here
and begins like DICOM can."""

NOT_DICOM_SUFFIXES = {".dump", ".gz", ".icc", ".json", ".py", ".pyc", ".txt", ".md"}


def files() -> list[Path]:
    """List every file that is, or looks like, DICOM."""
    return sorted(
        path
        for folder in FOLDERS
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in NOT_DICOM_SUFFIXES
        and path.name != "README"
    )


def is_directory(path: Path) -> bool:
    """Tell whether a file is a DICOMDIR."""
    return b"1.2.840.10008.1.3.10" in path.read_bytes()[:1024]


def instances() -> list[Path]:
    """List the files that are whole instances."""
    return [
        path
        for path in files()
        if path.name not in UNREADABLE and not is_directory(path)
    ]


def name_of(path: Path) -> str:
    """Name a file in a test's own name."""
    return path.name
