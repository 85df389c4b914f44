"""Documents that stand in for encapsulated ones (PS3.3 C.24.2).

Each is as small as its media type allows, and says nothing.
"""

from typing import Final

from cordon.rules.values import DUMMIES

ENCAPSULATED_DOCUMENT: Final = 0x00420011
MIME_TYPE: Final = 0x00420012
ENCAPSULATED_DOCUMENT_LENGTH: Final = 0x00420015


def _pdf() -> bytes:
    """Make a PDF with one empty page (ISO 32000)."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    )
    document = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        b"%bxref\n0 4\n0000000000 65535 f \n%btrailer\n"
        b"<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    ) % (document, table, len(document))


_CDA: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" classCode="DOCCLIN" moodCode="EVN">
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<id nullFlavor="MSK"/>
<code nullFlavor="MSK"/>
<effectiveTime nullFlavor="MSK"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
<recordTarget><patientRole><id nullFlavor="MSK"/></patientRole></recordTarget>
<author><time nullFlavor="MSK"/><assignedAuthor><id nullFlavor="MSK"/></assignedAuthor>
</author>
<custodian><assignedCustodian><representedCustodianOrganization><id nullFlavor="MSK"/>
</representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody><component><section><text>Removed</text></section></component>
</structuredBody></component>
</ClinicalDocument>
"""

DOCUMENTS: Final = {
    b"application/pdf": _pdf(),
    b"text/xml": _CDA,
    b"application/sla": bytes(84),  # the older name of STL
    b"model/stl": bytes(84),  # a header, and a count of no triangles
    b"model/obj": b"# removed\no removed\nv 0 0 0\n",
    b"model/mtl": b"# removed\nnewmtl removed\n",
}
"""The document for each MIME type that an IOD of PS3.3 A.45, A.85 or A.104 allows."""


def document_for(mime_type: bytes) -> bytes | None:
    """Give the document for a MIME type; None if there is none.

    Where no type is stated, nothing can be a document of it and any bytes will do.
    """
    name = mime_type.split(b";")[0].strip(b"\0 ").lower()
    return DOCUMENTS.get(name) if name else DUMMIES["OB"]
