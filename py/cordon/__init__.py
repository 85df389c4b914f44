"""De-identify DICOM instances by PS3.15 Annex E."""

__version__ = "0.1.0"
