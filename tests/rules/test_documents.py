"""Encapsulated documents: what is put in their place (PS3.3 C.24.2)."""

import re
import struct
from functools import cache
from xml.etree import ElementTree

import pytest
from builders import ENCODINGS, file
from engine import KEY, assemble, deidentify, plan
from oracle import raw, raw_bytes, read
from pydicom.dataset import Dataset

from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)

CLASSES = {
    "application/pdf": "1.2.840.10008.5.1.4.1.1.104.1",
    "text/XML": "1.2.840.10008.5.1.4.1.1.104.2",
    "model/stl": "1.2.840.10008.5.1.4.1.1.104.3",
    "application/sla": "1.2.840.10008.5.1.4.1.1.104.3",
    "model/obj": "1.2.840.10008.5.1.4.1.1.104.4",
    "model/mtl": "1.2.840.10008.5.1.4.1.1.104.5",
}
KINDS = pytest.mark.parametrize("kind", CLASSES)
DOCUMENT, TYPE, LENGTH = 0x00420011, 0x00420012, 0x00420015
OLD = b"Jane Quibblewik has a finding." * 3


@cache
def profile(**choices: bool) -> Profile:
    alone = {"sweep": "off", "burned_in": "ignore", **choices}
    return compile_profile(Settings(**alone), KEY)


def source(
    kind: str | None, encoding: str = "explicit", *, length: bool = True, old=OLD
) -> bytes:
    how, syntax = ENCODINGS[encoding]
    sop_class = CLASSES.get(kind or "", "1.2.840.10008.5.1.4.1.1.104.1")
    elements = [
        (0x00080016, "UI", sop_class),
        (0x00080018, "UI", "1.2.3"),
        (0x00100010, "PN", "Quibblewik^Jane"),
        (0x00420010, "ST", "Letter of Jane Quibblewik"),
        (DOCUMENT, "OB", old),
    ]
    if kind is not None:
        elements.append((TYPE, "LO", kind))
    if length:
        elements.append((LENGTH, "UL", how.pack("I", len(old))))
    return file(elements, how, syntax, sop_class=sop_class)


def result(kind: str | None, encoding: str = "explicit", **more: bool) -> Dataset:
    return read(deidentify(source(kind, encoding), profile(**more)))


def document(data_set: Dataset) -> bytes:
    """Give the document without the padding, which its length tells."""
    value = data_set.EncapsulatedDocument
    assert len(value) % 2 == 0
    length = data_set.EncapsulatedDocumentLength
    assert len(value) - 1 <= length <= len(value)
    assert value[length:] in (b"", b"\0")
    return value[:length]


@KINDS
@ENCODED
def test_nothing_of_a_document_is_left(kind: str, encoding: str) -> None:
    for choices in ({}, {"clean_descriptors": True, "clean_graphics": True}):
        data = deidentify(source(kind, encoding), profile(**choices))
        assert b"Quibblewik" not in data
        assert b"finding" not in data
        assert raw(read(data), TYPE) == kind


@KINDS
@ENCODED
def test_the_length_is_that_of_the_new_document(kind: str, encoding: str) -> None:
    assert document(result(kind, encoding)) == document(result(kind))


def test_a_length_that_is_lacking_is_not_invented() -> None:
    new = read(deidentify(source("application/pdf", length=False), profile()))
    assert LENGTH not in new
    assert new.EncapsulatedDocument.startswith(b"%PDF-")


@pytest.mark.parametrize("size", [0, 1, 2, 1 << 16, (1 << 20) + 2])
def test_a_document_may_have_any_size(size: int) -> None:
    data = deidentify(source("application/pdf", old=b"Q" * size), profile())
    assert document(read(data)) == document(result("application/pdf"))
    assert b"QQ" not in data


# ------------------------------------------------------------------------ the kinds


def test_a_pdf_can_be_read_by_its_cross_references() -> None:
    pdf = document(result("application/pdf"))
    assert re.match(rb"%PDF-1\.[0-7]\s", pdf)
    end = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", pdf)
    table = pdf[int(end[1]) :]
    head = re.match(rb"xref\n0 (\d+)\n", table)
    count = int(head[1])
    entries = [table[head.end() + 20 * at :][:20] for at in range(count)]
    assert entries[0] == b"0000000000 65535 f \n"
    assert table[head.end() + 20 * count :].startswith(b"trailer")
    objects = {}
    for number, entry in enumerate(entries[1:], 1):
        offset = int(re.fullmatch(rb"(\d{10}) 00000 n \n", entry)[1])
        found = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
        match = found.match(pdf, offset)
        assert int(match[1]) == number
        objects[number] = match[2]
    trailer = re.search(rb"trailer\s*<<(.*?)>>", table, re.DOTALL)[1]
    assert re.search(rb"/Size (\d+)", trailer)[1] == head[1]
    catalog = objects[int(re.search(rb"/Root (\d+) 0 R", trailer)[1])]
    assert b"/Type/Catalog" in catalog
    pages = objects[int(re.search(rb"/Pages (\d+) 0 R", catalog)[1])]
    assert b"/Type/Pages" in pages
    kids = re.findall(rb"(\d+) 0 R", re.search(rb"/Kids\[(.*?)\]", pages)[1])
    assert int(re.search(rb"/Count (\d+)", pages)[1]) == len(kids) == 1
    page = objects[int(kids[0])]
    assert b"/Type/Page/" in page
    assert re.search(rb"/MediaBox\[0 0 \d+ \d+\]", page)
    assert objects[int(re.search(rb"/Parent (\d+) 0 R", page)[1])] == pages


HL7 = "{urn:hl7-org:v3}"


def test_a_clinical_document_has_what_its_schema_requires() -> None:
    root = ElementTree.fromstring(document(result("text/XML")))  # noqa: S314 - our own
    assert root.tag == f"{HL7}ClinicalDocument"
    names = [child.tag.removeprefix(HL7) for child in root]
    assert names == [
        "typeId",
        "id",
        "code",
        "effectiveTime",
        "confidentialityCode",
        "recordTarget",
        "author",
        "custodian",
        "component",
    ]
    type_id = root.find(f"{HL7}typeId")
    assert type_id.attrib == {
        "root": "2.16.840.1.113883.1.3",
        "extension": "POCD_HD000040",
    }
    for path in (
        "recordTarget/patientRole/id",
        "author/time",
        "author/assignedAuthor/id",
        "custodian/assignedCustodian/representedCustodianOrganization/id",
        "component/structuredBody/component/section/text",
    ):
        assert root.find("/".join(HL7 + name for name in path.split("/"))) is not None


@pytest.mark.parametrize("kind", ["model/stl", "application/sla"])
def test_a_model_without_a_triangle_is_a_binary_stl(kind: str) -> None:
    stl = document(result(kind))
    (count,) = struct.unpack_from("<I", stl, 80)
    assert len(stl) == 84 + 50 * count
    assert not stl.startswith(b"solid")


def test_a_wavefront_object_has_a_vertex_and_a_material_a_name() -> None:
    for kind in ("model/obj", "model/mtl"):
        lines = document(result(kind)).decode("ascii").split("\n")
        words = [line.split()[0] for line in lines if line and line[0] != "#"]
        assert words == {"model/obj": ["o", "v"], "model/mtl": ["newmtl"]}[kind]


# ----------------------------------------------------------------- how they are told


@pytest.mark.parametrize(
    "spelled",
    [
        "application/pdf",
        "application/pdf ",
        "APPLICATION/PDF",
        "Application/Pdf",
        "application/pdf;charset=binary",
        "application/pdf ; version=1.4",
    ],
)
def test_a_type_can_be_spelled_in_many_ways(spelled: str) -> None:
    new = result(spelled)
    assert document(new).startswith(b"%PDF-")
    assert raw(new, TYPE) == spelled.strip()


@ENCODED
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "image/jpeg", "application/x-pdf", "text/html", "x", "pdf"],
)
def test_other_types_are_rejected(kind: str, encoding: str) -> None:
    outcome = plan(source(kind, encoding), profile())
    assert outcome == Rejected("encapsulated-document")


@pytest.mark.parametrize("kind", [None, "", " "])
def test_a_document_of_no_type_is_replaced_by_any_bytes(kind: str | None) -> None:
    old = source(kind)
    outcome = plan(old, profile())
    assert isinstance(outcome, Deidentified)
    data = assemble(old, outcome)
    assert b"Quibblewik" not in data
    assert document(read(data))


def test_a_document_of_vr_un_is_replaced_too() -> None:
    how, syntax = ENCODINGS["explicit"]
    elements = [
        (0x00080016, "UI", CLASSES["application/pdf"]),
        (0x00080018, "UI", "1.2.3"),
        (DOCUMENT, "UN", OLD),
        (TYPE, "UN", b"application/pdf\0"),
        (LENGTH, "UN", struct.pack("<I", len(OLD))),
    ]
    new = read(deidentify(file(elements, how, syntax), profile()))
    assert new[DOCUMENT].VR == "OB"
    assert new[LENGTH].VR == "UL"
    assert document(new).startswith(b"%PDF-")


@ENCODED
def test_a_document_in_an_item_is_replaced_too(encoding: str) -> None:
    how, syntax = ENCODINGS[encoding]
    inner = [(DOCUMENT, "OB", OLD), (LENGTH, "UL", how.pack("I", len(OLD)))]
    elements = [
        (0x00080016, "UI", CLASSES["application/pdf"]),
        (0x00080018, "UI", "1.2.3"),
        (0x00081115, "SQ", [inner]),
    ]
    data = deidentify(file(elements, how, syntax), profile())
    assert b"Quibblewik" not in data
    (item,) = read(data).ReferencedSeriesSequence
    assert document(item) == raw_bytes(item, DOCUMENT)
