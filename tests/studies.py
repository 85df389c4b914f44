"""Two patients' studies, made with pydicom: what is in them refers to one another.

Each patient has two studies of two images series, an enhanced multi-frame image and
everything that points to images; the second study points to the first one as well.
"""

import io
from dataclasses import dataclass
from functools import cache

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.99.4711"
"""Of every UID in the studies that DICOM does not define."""

IMPLEMENTATION = "1.2.826.0.1.3680043.98.1"
SIZE = 8

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
REG = "1.2.840.10008.5.1.4.1.1.66.1"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
RTPLAN = "1.2.840.10008.5.1.4.1.1.481.5"
RTDOSE = "1.2.840.10008.5.1.4.1.1.481.2"
SR = "1.2.840.10008.5.1.4.1.1.88.33"
SR_3D = "1.2.840.10008.5.1.4.1.1.88.34"
KOS = "1.2.840.10008.5.1.4.1.1.88.59"
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
STUDY_MANAGEMENT = "1.2.840.10008.3.1.2.3.1"
"""Detached Study Management, the class that references to studies name."""

SERIES = {
    "ct": 1,
    "mr": 2,
    "enhanced": 3,
    "seg": 4,
    "rtstruct": 5,
    "sr": 6,
    "gsps": 7,
    "kos": 8,
    "rtplan": 9,
    "rtdose": 10,
    "reg": 11,
    "sr3d": 12,
}
CLASSES = {
    "ct": CT,
    "mr": MR,
    "enhanced": ENHANCED_MR,
    "seg": SEG,
    "rtstruct": RTSTRUCT,
    "sr": SR,
    "gsps": GSPS,
    "kos": KOS,
    "rtplan": RTPLAN,
    "rtdose": RTDOSE,
    "reg": REG,
    "sr3d": SR_3D,
}
MODALITIES = {"enhanced": "MR", "sr": "SR", "sr3d": "SR", "gsps": "PR", "kos": "KO"}


def item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def code(value: str, scheme: str, meaning: str) -> list[Dataset]:
    made = item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)
    return [made]


@dataclass(frozen=True)
class Study:
    """One study of one patient, both by number."""

    patient: int
    number: int

    @property
    def uid(self) -> str:
        return f"{ROOT}.{self.patient}.{self.number}"

    @property
    def day(self) -> str:
        """Give the study's date: leap day, or 31 days later."""
        return ("20240229", "20240331")[self.number - 1]

    def series(self, kind: str) -> str:
        return f"{self.uid}.{SERIES[kind]}"

    def instance(self, kind: str, number: int = 1) -> str:
        return f"{self.series(kind)}.{number}"

    @property
    def frame(self) -> str:
        """Give the frame of reference, which a patient's studies do not share."""
        return f"{self.uid}.900"

    def reference(self, kind: str, number: int = 1, **more: object) -> Dataset:
        uid = self.instance(kind, number)
        made = item(ReferencedSOPClassUID=CLASSES[kind], ReferencedSOPInstanceUID=uid)
        made.update(item(**more))
        return made

    def evidence(self, **kinds: int) -> Dataset:
        """List instances, so many of each kind, by series."""
        return item(
            StudyInstanceUID=self.uid,
            ReferencedSeriesSequence=[
                item(
                    SeriesInstanceUID=self.series(kind),
                    ReferencedSOPSequence=[
                        self.reference(kind, number) for number in range(1, count + 1)
                    ],
                )
                for kind, count in kinds.items()
            ],
        )

    def referenced_series(self, sequence: str, **kinds: int) -> list[Dataset]:
        """List instances by series, in a sequence of the given name."""
        found = []
        for kind, count in kinds.items():
            one = item(SeriesInstanceUID=self.series(kind))
            numbers = range(1, count + 1)
            setattr(one, sequence, [self.reference(kind, number) for number in numbers])
            found.append(one)
        return found

    @property
    def itself(self) -> Dataset:
        return item(
            ReferencedSOPClassUID=STUDY_MANAGEMENT, ReferencedSOPInstanceUID=self.uid
        )

    def begin(self, kind: str, number: int = 1) -> Dataset:
        """Make what all instances have."""
        return item(
            SpecificCharacterSet="ISO_IR 100",
            InstanceCreationDate=self.day,
            InstanceCreationTime="120000",
            SOPClassUID=CLASSES[kind],
            SOPInstanceUID=self.instance(kind, number),
            StudyDate=self.day,
            SeriesDate=self.day,
            AcquisitionDate=self.day,
            ContentDate=self.day,
            StudyTime="101112",
            SeriesTime="101500",
            ContentTime="102030.5",
            AccessionNumber=f"ACC{self.patient}{self.number}99",
            Modality=MODALITIES.get(kind, kind.upper()),
            Manufacturer="Maker",
            ManufacturerModelName="Model",
            DeviceSerialNumber="SN123456",
            SoftwareVersions="1",
            ReferringPhysicianName="Referquist^Ring",
            ReferencedStudySequence=[self.itself],
            PatientName=("Quibblewick^Jane", "Snodgrass^John")[self.patient - 1],
            PatientID=f"PAT-471{self.patient}",
            PatientBirthDate="19560708",
            PatientSex="F",
            StudyInstanceUID=self.uid,
            SeriesInstanceUID=self.series(kind),
            StudyID=f"ST{self.number}",
            SeriesNumber=SERIES[kind],
            InstanceNumber=number,
        )

    # ------------------------------------------------------------------------ images

    def slice(self, kind: str, number: int) -> Dataset:
        """Make an image of one frame; it points to the other kind's."""
        other = "mr" if kind == "ct" else "ct"
        made = self.begin(kind, number)
        made.update(
            item(
                ImageType=["ORIGINAL", "PRIMARY", "AXIAL" if kind == "ct" else "M_SE"],
                AcquisitionNumber=1,
                FrameOfReferenceUID=self.frame,
                PositionReferenceIndicator="",
                ImagePositionPatient=[0, 0, 5 * number],
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                PixelSpacing=[1, 1],
                SliceThickness=5,
                PatientPosition="HFS",
                IrradiationEventUID=f"{self.uid}.700.{number}",
                ReferencedImageSequence=[
                    self.reference(
                        other,
                        number,
                        PurposeOfReferenceCodeSequence=code(
                            "121311", "DCM", "Localizer"
                        ),
                    )
                ],
                SourceImageSequence=[self.reference(kind, 1)],
            )
        )
        if kind == "ct":
            made.update(item(RescaleIntercept=0, RescaleSlope=1, KVP=120))
        else:
            made.update(
                item(
                    ScanningSequence="SE",
                    SequenceVariant="NONE",
                    ScanOptions="",
                    MRAcquisitionType="2D",
                    EchoTime=10,
                    EchoTrainLength=1,
                    RepetitionTime=500,
                )
            )
        return with_pixels(made)

    def enhanced(self) -> Dataset:
        """Make an image of two frames, in functional groups."""
        made = self.begin("enhanced")
        shared = item(
            ReferencedImageSequence=[
                self.reference(
                    "mr",
                    1,
                    PurposeOfReferenceCodeSequence=code("121311", "DCM", "Localizer"),
                )
            ],
            PixelMeasuresSequence=[item(PixelSpacing=[1, 1], SliceThickness=5)],
            PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        )
        made.update(
            item(
                ImageType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
                AcquisitionDateTime=self.day + "101112.5+0100",
                FrameOfReferenceUID=self.frame,
                PositionReferenceIndicator="",
                SynchronizationFrameOfReferenceUID=f"{self.uid}.901",
                ConcatenationUID=f"{self.uid}.902",
                SOPInstanceUIDOfConcatenationSource=self.instance("mr", 1),
                ReferencedImageEvidenceSequence=[self.evidence(mr=2)],
                SourceImageEvidenceSequence=[self.evidence(mr=1, ct=1)],
                SharedFunctionalGroupsSequence=[shared],
                PerFrameFunctionalGroupsSequence=[
                    self.frame_groups(number, "mr") for number in (1, 2)
                ],
                DimensionOrganizationSequence=[
                    item(DimensionOrganizationUID=f"{self.uid}.903")
                ],
                DimensionIndexSequence=[
                    item(
                        DimensionOrganizationUID=f"{self.uid}.903",
                        DimensionIndexPointer=0x00200032,
                        FunctionalGroupPointer=0x00209113,
                    )
                ],
                NumberOfFrames=2,
            )
        )
        return with_pixels(made, frames=2)

    def frame_groups(self, number: int, kind: str) -> Dataset:
        """Make the functional groups of a frame derived from a slice."""
        derivation = item(
            DerivationCodeSequence=code("113076", "DCM", "Segmentation"),
            SourceImageSequence=[
                self.reference(
                    kind,
                    number,
                    PurposeOfReferenceCodeSequence=code(
                        "121322", "DCM", "Source Image for Image Processing Operation"
                    ),
                )
            ],
        )
        content = item(
            FrameReferenceDateTime=self.day + "101112",
            FrameAcquisitionDateTime=self.day + "101113",
            DimensionIndexValues=[number],
        )
        return item(
            FrameContentSequence=[content],
            PlanePositionSequence=[item(ImagePositionPatient=[0, 0, 5 * number])],
            DerivationImageSequence=[derivation],
        )

    def seg(self) -> Dataset:
        made = self.begin("seg")
        segment = item(
            SegmentNumber=1,
            SegmentLabel="Organ",
            SegmentAlgorithmType="MANUAL",
            SegmentedPropertyCategoryCodeSequence=code("123037004", "SCT", "Body"),
            SegmentedPropertyTypeCodeSequence=code("10200004", "SCT", "Liver"),
            TrackingID="Lesion 1",
            TrackingUID=f"{self.uid}.800",
        )
        groups = [self.frame_groups(number, "ct") for number in (1, 2)]
        for one in groups:
            one.SegmentIdentificationSequence = [item(ReferencedSegmentNumber=1)]
        made.update(
            item(
                ImageType=["DERIVED", "PRIMARY"],
                FrameOfReferenceUID=self.frame,
                PositionReferenceIndicator="",
                ContentLabel="SEG",
                ContentDescription="",
                ContentCreatorName="Creator^Carla",
                SegmentationType="BINARY",
                SegmentSequence=[segment],
                ReferencedSeriesSequence=self.referenced_series(
                    "ReferencedInstanceSequence", ct=3, enhanced=1
                ),
                SharedFunctionalGroupsSequence=[
                    item(
                        PixelMeasuresSequence=[
                            item(PixelSpacing=[1, 1], SliceThickness=5)
                        ],
                        PlaneOrientationSequence=[
                            item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
                        ],
                    )
                ],
                PerFrameFunctionalGroupsSequence=groups,
                DimensionOrganizationSequence=[
                    item(DimensionOrganizationUID=f"{self.uid}.904")
                ],
                DimensionIndexSequence=[
                    item(
                        DimensionOrganizationUID=f"{self.uid}.904",
                        DimensionIndexPointer=0x00200032,
                        FunctionalGroupPointer=0x00209113,
                    )
                ],
                NumberOfFrames=2,
            )
        )
        return with_pixels(made, frames=2)

    # ------------------------------------------------------------------ radiotherapy

    def rtstruct(self) -> Dataset:
        made = self.begin("rtstruct")
        series = item(
            SeriesInstanceUID=self.series("ct"),
            ContourImageSequence=[self.reference("ct", number) for number in (1, 2, 3)],
        )
        study = self.itself
        study.RTReferencedSeriesSequence = [series]
        contour = item(
            ContourImageSequence=[self.reference("ct", 2)],
            ContourGeometricType="POINT",
            NumberOfContourPoints=1,
            ContourData=[0, 0, 10],
        )
        made.update(
            item(
                StructureSetLabel="RT",
                StructureSetDate=self.day,
                StructureSetTime="113000",
                ReferencedFrameOfReferenceSequence=[
                    item(
                        FrameOfReferenceUID=self.frame,
                        RTReferencedStudySequence=[study],
                    )
                ],
                StructureSetROISequence=[
                    item(
                        ROINumber=1,
                        ReferencedFrameOfReferenceUID=self.frame,
                        ROIName="PTV",
                        ROIGenerationAlgorithm="",
                    )
                ],
                ROIContourSequence=[
                    item(ContourSequence=[contour], ReferencedROINumber=1)
                ],
                RTROIObservationsSequence=[
                    item(
                        ObservationNumber=1,
                        ReferencedROINumber=1,
                        RTROIInterpretedType="PTV",
                        ROIInterpreter="Interpreter^Ida",
                    )
                ],
                FrameOfReferenceUID=self.frame,
                PositionReferenceIndicator="",
                ApprovalStatus="APPROVED",
                ReviewDate=self.day,
                ReviewTime="120000",
                ReviewerName="Reviewer^Rita",
            )
        )
        return made

    def rtplan(self) -> Dataset:
        made = self.begin("rtplan")
        made.update(
            item(
                RTPlanLabel="PLAN",
                RTPlanDate=self.day,
                RTPlanTime="120000",
                RTPlanGeometry="PATIENT",
                ReferencedStructureSetSequence=[self.reference("rtstruct")],
                ReferencedRTPlanSequence=[
                    self.reference("rtplan", 1, RTPlanRelationship="PRIOR")
                ],
                FrameOfReferenceUID=self.frame,
                PositionReferenceIndicator="",
            )
        )
        return made

    def rtdose(self) -> Dataset:
        made = self.begin("rtdose")
        made.update(
            item(
                FrameOfReferenceUID=self.frame,
                PositionReferenceIndicator="",
                DoseUnits="GY",
                DoseType="PHYSICAL",
                DoseSummationType="PLAN",
                DoseGridScaling=1,
                ReferencedRTPlanSequence=[self.reference("rtplan")],
                ReferencedStructureSetSequence=[self.reference("rtstruct")],
            )
        )
        return with_pixels(made)

    def reg(self) -> Dataset:
        """Make a registration of the other study's frame of reference to this one's."""
        other = Study(self.patient, 3 - self.number)
        made = self.begin("reg")
        made.update(
            item(
                ContentLabel="REG",
                ContentCreatorName="Creator^Carla",
                FrameOfReferenceUID=self.frame,
                PositionReferenceIndicator="",
                RegistrationSequence=[
                    item(
                        FrameOfReferenceUID=study.frame,
                        ReferencedImageSequence=[study.reference("ct", 1)],
                        MatrixRegistrationSequence=[
                            item(
                                MatrixSequence=[
                                    item(
                                        FrameOfReferenceTransformationMatrixType="RIGID",
                                        FrameOfReferenceTransformationMatrix=[
                                            *(1, 0, 0, 0, 0, 1, 0, 0),
                                            *(0, 0, 1, 0, 0, 0, 0, 1),
                                        ],
                                    )
                                ]
                            )
                        ],
                    )
                    for study in (self, other)
                ],
                ReferencedSeriesSequence=self.referenced_series(
                    "ReferencedInstanceSequence", ct=1
                ),
                StudiesContainingOtherReferencedInstancesSequence=[
                    item(
                        StudyInstanceUID=other.uid,
                        ReferencedSeriesSequence=other.referenced_series(
                            "ReferencedInstanceSequence", ct=1
                        ),
                    )
                ],
            )
        )
        return made

    # --------------------------------------------------------------------- documents

    def sr3d(self) -> Dataset:
        """Make a report with a place in the frame of reference."""
        region = content("SCOORD3D", "CONTAINS", "111030", "Image Region")
        region.GraphicType = "POINT"
        region.GraphicData = [1, 1, 1]
        region.ReferencedFrameOfReferenceUID = self.frame
        frame = content("UIDREF", "CONTAINS", "112227", "Frame of Reference UID")
        frame.UID = self.frame
        made = self.sr("sr3d")
        made.ContentSequence.extend([region, frame])
        return made

    def sr(self, kind: str = "sr") -> Dataset:
        """Make a report; what it says of the accession number shifts all behind it."""
        other = Study(self.patient, 3 - self.number)
        moment = self.day + "130000"
        image = content("IMAGE", "CONTAINS", "121112", "Source of Measurement")
        image.ReferencedSOPSequence = [self.reference("ct", 2)]
        second = content("IMAGE", "CONTAINS", "121112", "Source of Measurement")
        second.ReferencedSOPSequence = [self.reference("seg", 1)]
        illustration = content("IMAGE", "CONTAINS", "121200", "Illustration of ROI")
        illustration.ReferencedSOPSequence = [self.reference("ct", 3)]
        accession = content("TEXT", "HAS OBS CONTEXT", "121022", "Accession Number")
        accession.TextValue = f"ACC{self.patient}{self.number}99"
        observer = content("PNAME", "HAS OBS CONTEXT", "121008", "Person Observer Name")
        observer.PersonName = "Observer^Olga"
        study = content("UIDREF", "HAS ACQ CONTEXT", "110180", "Study Instance UID")
        study.UID = self.uid
        series = content("UIDREF", "CONTAINS", "112002", "Series Instance UID")
        series.UID = self.series("ct")
        tracking = content(
            "UIDREF", "HAS OBS CONTEXT", "112040", "Tracking Unique Identifier"
        )
        tracking.UID = f"{self.uid}.800"
        source = content("COMPOSITE", "CONTAINS", "111040", "Original Source")
        source.ReferencedSOPSequence = [other.reference("sr")]
        finding = content("TEXT", "CONTAINS", "121071", "Finding")
        finding.TextValue = "Normal liver, said Quibblewick"
        volume = content("NUM", "CONTAINS", "118565006", "Volume", "SCT")
        volume.ObservationDateTime = moment
        volume.MeasuredValueSequence = [
            item(
                NumericValue="12.5",
                MeasurementUnitsCodeSequence=code("cm3", "UCUM", "cm3"),
            )
        ]
        # 1.6.2 is the image that comes behind one that goes
        volume.ContentSequence = [
            by_reference("INFERRED FROM", [1, 6, 2]),
            by_reference("INFERRED FROM", [1, 6, 3]),
            by_reference("INFERRED FROM", [1, 6, 1]),
        ]
        measured = content("CONTAINER", "CONTAINS", "125007", "Measurement Group")
        measured.ContinuityOfContent = "SEPARATE"
        measured.ContentSequence = [illustration, image, second, volume, finding]
        scoord = content("SCOORD", "CONTAINS", "111030", "Image Region")
        scoord.GraphicType = "POINT"
        scoord.GraphicData = [1, 1]
        inner = content("IMAGE", "SELECTED FROM")
        inner.ReferencedSOPSequence = [self.reference("ct", 1)]
        scoord.ContentSequence = [inner]
        made = self.begin(kind)
        made.update(
            item(
                ReferencedPerformedProcedureStepSequence=[],
                ValueType="CONTAINER",
                ConceptNameCodeSequence=code("126000", "DCM", "Imaging Report"),
                ContinuityOfContent="SEPARATE",
                PerformedProcedureCodeSequence=[],
                CurrentRequestedProcedureEvidenceSequence=[self.evidence(ct=3, seg=1)],
                PertinentOtherEvidenceSequence=[other.evidence(sr=1)],
                PredecessorDocumentsSequence=[other.evidence(sr=1)],
                CompletionFlag="COMPLETE",
                VerificationFlag="VERIFIED",
                VerifyingObserverSequence=[
                    item(
                        VerifyingOrganization="Hospital",
                        VerificationDateTime=moment,
                        VerifyingObserverName="Verifier^Vera",
                        VerifyingObserverIdentificationCodeSequence=[],
                    )
                ],
                ContentSequence=[
                    observer,
                    accession,
                    study,
                    series,
                    tracking,
                    measured,
                    source,
                    scoord,
                ],
            )
        )
        return made

    def kos(self) -> Dataset:
        made = self.begin("kos")
        items = []
        for kind, number in (("ct", 1), ("enhanced", 1), ("seg", 1)):
            one = content("IMAGE", "CONTAINS")
            one.ReferencedSOPSequence = [self.reference(kind, number)]
            items.append(one)
        note = content("TEXT", "CONTAINS", "113012", "Key Object Description")
        note.TextValue = "Shown to Doctor Quibblewick"
        made.update(
            item(
                ReferencedPerformedProcedureStepSequence=[],
                ValueType="CONTAINER",
                ConceptNameCodeSequence=code("113000", "DCM", "Of Interest"),
                ContinuityOfContent="SEPARATE",
                CurrentRequestedProcedureEvidenceSequence=[
                    self.evidence(ct=1, enhanced=1, seg=1)
                ],
                IdenticalDocumentsSequence=[self.evidence(kos=1)],
                ContentSequence=[note, *items],
            )
        )
        return made

    def gsps(self) -> Dataset:
        made = self.begin("gsps")
        text = item(
            BoundingBoxAnnotationUnits="PIXEL",
            UnformattedTextValue="Liver of Quibblewick",
            BoundingBoxTopLeftHandCorner=[1, 1],
            BoundingBoxBottomRightHandCorner=[4, 4],
            BoundingBoxTextHorizontalJustification="LEFT",
        )
        graphic = item(
            GraphicAnnotationUnits="PIXEL",
            GraphicDimensions=2,
            NumberOfGraphicPoints=2,
            GraphicData=[1, 1, 2, 2],
            GraphicType="POLYLINE",
            GraphicFilled="N",
        )
        made.update(
            item(
                ContentLabel="PR",
                ContentDescription="",
                PresentationCreationDate=self.day,
                PresentationCreationTime="120000",
                ContentCreatorName="Creator^Carla",
                ReferencedSeriesSequence=self.referenced_series(
                    "ReferencedImageSequence", ct=3
                ),
                GraphicAnnotationSequence=[
                    item(
                        ReferencedImageSequence=[self.reference("ct", 3)],
                        GraphicLayer="LAYER",
                        TextObjectSequence=[text],
                        GraphicObjectSequence=[graphic],
                    )
                ],
                GraphicLayerSequence=[item(GraphicLayer="LAYER", GraphicLayerOrder=1)],
                DisplayedAreaSelectionSequence=[
                    item(
                        ReferencedImageSequence=[self.reference("ct", 1)],
                        DisplayedAreaTopLeftHandCorner=[1, 1],
                        DisplayedAreaBottomRightHandCorner=[8, 8],
                        PresentationSizeMode="SCALE TO FIT",
                        PresentationPixelAspectRatio=[1, 1],
                    )
                ],
                SoftcopyVOILUTSequence=[
                    item(
                        ReferencedImageSequence=[self.reference("ct", 2)],
                        WindowCenter=40,
                        WindowWidth=400,
                    )
                ],
                PresentationLUTShape="IDENTITY",
            )
        )
        return made

    def instances(self) -> dict[str, Dataset]:
        """Give every instance of the study by its name."""
        slices = {
            f"{kind}-{number}": self.slice(kind, number)
            for kind in ("ct", "mr")
            for number in (1, 2, 3)
        }
        others = ("enhanced", "seg", "rtstruct", "sr", "sr3d", "gsps", "kos", "rtplan")
        others += ("rtdose", "reg")
        return slices | {kind: getattr(self, kind)() for kind in others}


def content(
    kind: str,
    relationship: str,
    value: str = "",
    meaning: str = "",
    scheme: str = "DCM",
) -> Dataset:
    made = item(RelationshipType=relationship, ValueType=kind)
    if value:
        made.ConceptNameCodeSequence = code(value, scheme, meaning)
    return made


def by_reference(relationship: str, position: list[int]) -> Dataset:
    return item(RelationshipType=relationship, ReferencedContentItemIdentifier=position)


def with_pixels(made: Dataset, frames: int = 1) -> Dataset:
    binary = made.Modality == "SEG"
    bits = 1 if binary else 16
    made.update(
        item(
            SamplesPerPixel=1,
            PhotometricInterpretation="MONOCHROME2",
            Rows=SIZE,
            Columns=SIZE,
            BitsAllocated=bits,
            BitsStored=bits,
            HighBit=bits - 1,
            PixelRepresentation=0,
        )
    )
    size = SIZE * SIZE * frames * bits // 8
    made.add_new("PixelData", "OB" if binary else "OW", bytes(range(256))[:size] * 2)
    made.PixelData = made.PixelData[:size].ljust(size, b"\1")
    return made


def encode(data_set: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = data_set.SOPClassUID
    meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION
    buffer = io.BytesIO()
    file = FileDataset(buffer, data_set, file_meta=meta, preamble=bytes(128))
    file.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


STUDIES = [Study(patient, number) for patient in (1, 2) for number in (1, 2)]


@cache
def sources() -> dict[tuple[int, int, str], bytes]:
    """Give every instance of all studies, by patient, study and name."""
    return {
        (study.patient, study.number, name): encode(data_set)
        for study in STUDIES
        for name, data_set in study.instances().items()
    }
