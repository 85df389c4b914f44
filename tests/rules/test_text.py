"""Descriptors keep what everybody may read, and lose what names somebody."""

import re
from datetime import date
from importlib.resources import files
from time import perf_counter
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cordon.rules.text import clean, words

NOBODY: frozenset[str] = frozenset()

HARMLESS = """
CT CHEST W CONTRAST 5MM
CT Thorax/Abdomen with contrast
CT THORAX ABDOMEN PELVIS W IV CONTRAST
CT ABD & PELVIS W/O CONTRAST
CT HEAD WITHOUT CONTRAST
CT ANGIO CHEST PE PROTOCOL
CT Sinus Coronal 2.0 H60s
CT_BRAIN_W/O_CONTRAST
CT Kopf nativ 5.0 J40s
CT PERFUSION BRAIN 4D
CTA HEAD AND NECK WITH 3D RECON
CTA ABD/PELVIS W&WO
HRCT CHEST SUPINE AND PRONE
LDCT LUNG SCREENING
Lung 1.0 B60f
Lung 1.0 mm Lung window
Thorax 5.0 Br38 ax
Abdomen 3.0 I30f 3 venous
WITHOUT 5.0 H31s
BONE PLUS 0.625 mm
Topogram 0.6 T20f
SCOUT
Dose Report
COR MPR 3MM BONE
SAG SOFT TISSUE
ThorRoutine
120kV 250 mAs 1.25 mm 512x512
ARTERIAL PHASE 25 sec
PORTAL VENOUS 70s
t1_mprage_sag_p2_iso
t2_tse_tra_320_p2
t1_vibe_dixon_tra_bh_pre
ep2d_diff_b0_b1000_tra_p2_ADC
ep2d_diff_3scan_trace
FE_EPI TE80/TR500
SE T1 SAG TE15 TR500
T2*_GRE
AX T2 FLAIR FS
AX DWI b1000
DTI 64 directions b=1000
SAG T2 STIR L-SPINE
AX 3D T1 BRAVO +C
localizer_3-plane
SpinEchoFieldMap_AP
dMRI_dir106_PA_2x2x2
MRI Lumbar Spine W/WO Contrast L4-L5
Cervical C1-C7 sagittal, T12-L1, S1
WIP T1 mDIXON 1.5T
Brain 3 T
MRCP RADIAL 3D
Cardiac 4CH cine
SAX 8mm retro gated
PET WB FDG
PET AC WB 4 MIN/BED
F-18 FDG 370 MBq
Ga-68 DOTATATE PET/CT
I131 WHOLE BODY SCAN
Tc-99m MDP BONE SCAN 3 PHASE
TC99M C11 LU177
V/Q SCAN
MIBG I-123 SPECT 24h
US ABDOMEN LIMITED RUQ
OB US 2nd TRIMESTER
XR CHEST 2 VIEWS PA/LAT
CHEST PA AND LATERAL
HAND R AP/LAT/OBL
SHOULDER Y VIEW
L CC, R MLO
C-ARM FLUORO
XA Coronary LAO 30 CAUDAL 20
RT PLAN 6MV 2 Gy
BEAM 3 OF 5 18 MV 200 cGy
Röntgen Thorax p.a. und seitlich
MRT LWS sagittal o. KM
SCHAEDEL a.p. / Schädel seitlich
IRM CRANE AVEC GADOLINIUM
RACHIS LOMBAIRE FACE ET PROFIL
TAC de cráneo sin contraste
RM rodilla derecha
No fracture or dislocation.
Compared to prior study: stable 4 mm nodule in the right upper lobe.
Patient moved during scan, repeat series
The patient's left kidney wasn't seen.
100 ml Omnipaque 350, 3 ml/s
Follow up
Baseline visit 1
"""

NAMES = r"""
CT CHEST W CONTRAST 5MM JOHN DOE  >  CT CHEST W CONTRAST 5MM
Doe, John  >
DOE^JOHN^Q  >
John Q. Doe  >
john.doe  >
J. Doe  >
J.D.  >
JD  >
J D  >
J. D.  >
DOE_JOHN_CT_CHEST  >  CT_CHEST
T1_DOE_SAG  >  T1_SAG
CTChestJohnDoe  >
JohnDoeMRI  >
MR BRAIN SMITH J  >  MR BRAIN
MR BRAIN J.R. SMITH  >  MR BRAIN
MR BRAIN JRS  >  MR BRAIN
MR BRAIN (JS)  >  MR BRAIN
MR (JOHN DOE) BRAIN (AXIAL MARY)  >  MR BRAIN (AXIAL)
SMITH, L  >
SMITH W KNEE  >  KNEE
Müller, Jürgen MRT Knie  >  MRT Knie
MUELLER JUERGEN MRT KNIE  >  MRT KNIE
Hr. Schmidt LWS  >  LWS
François Lefèvre IRM genou droit  >  IRM genou droit
Mme Dubois - rachis lombaire  >  rachis lombaire
García López, María: TAC de tórax  >  TAC de tórax
Sra. Hernández rodilla izquierda  >  rodilla izquierda
José Muñoz IRM  >  IRM
Иванов Иван CT CHEST  >  CT CHEST
山田 太郎 CT CHEST  >  CT CHEST
頭部CT  >
김민준 MR KNEE  >  MR KNEE
محمد علي CT HEAD  >  CT HEAD
रमेश कुमार CT HEAD  >  CT HEAD
Νίκος Παπαδόπουλος US ABDOMEN  >  US ABDOMEN
Đặng Thị Hồng CT HEAD  >  CT HEAD
O'Brien's chest PA  >  chest PA
McDonald left knee  >  left knee
van der Berg abdomen  >  abdomen
von Braun skull  >  skull
DeLong skull  >  skull
de la Cruz pelvis  >  pelvis
Jean-Luc Picard CT HEAD  >  CT HEAD
Smith-Jones L knee  >  knee
Dr Smith  >
Dr. Smith: CT HEAD  >  CT HEAD
Dr. Long CT HEAD  >  CT HEAD
Mr Short, CT HEAD  >  CT HEAD
referred by Dr. White, MR KNEE  >  MR KNEE
ref by Smith CT HEAD  >  ref CT HEAD
Prof. Dr. Weber Abdomen  >  Abdomen
per Dr. A. Gray: repeat series  >  repeat series
read by JS MD, normal chest  >  normal chest
CT CHEST St. Mary's Hospital  >  CT CHEST
CT CHEST Mayo Clinic, Rochester  >  CT CHEST
CT CHEST Charité Berlin  >  CT CHEST
CT CHEST ROOM RM204  >  CT CHEST
CT CHEST Room 204  >  CT CHEST
CT CHEST bed 12  >  CT CHEST
"""

NUMBERS = r"""
555-123-4567
(555) 123-4567
+1 555 123 4567
555.123.4567
5551234567
0171 1234567
+49 (0)30 123456-78
tel. 030/12 34 56
+33 1 23 45 67 89
01 23 45 67 89
+44 20 7946 0958
555 1234
five five five one two
12 Main Street
221B Baker St., London NW1 6XE
Hauptstr. 5, 10115 Berlin
12 rue de la Paix 75002 Paris
Calle Mayor 3, 28013 Madrid
Springfield IL 62704
john.doe@example.com
<doe@chest.org>
http://pacs.example.org/patient/123
www.chest.com
chest.example.org
C:\Users\jdoe\chest.dcm
\\server\share\chest
/home/jdoe/ct/chest
~/ct/chest
MRN12345
MRN 12345
MRN: 0012345
#123456
A123456
2024-00123
ID 4711
PID=12
case 12
12345mm
12345
123-45-6789
DE89 3704 0044 0532 0130 00
GB82WEST12345698765432
1.2.840.113619.2.55.3.604688
1.2.840.5mm
192.168.1.17
45F
45 F
45 M
45 male
45 y/o M
067Y
age 45
45 years old
45yo
DOB 01/02/1970
born 3 May 1970
"""

DATES = """
01/02/2024 | 1/2/24 | 01.02.2024 | 1.2.24 | 01.02. | 1.2. | 05.12 | 2024-01-02
20240102 | 240102 | 02-01-2024 | 2 Jan 2024 | 2-Jan-24 | 02JAN2024 | 02Jan24 | Jan 2
Jan 2, 2024 | January 2nd | January 2nd, 2024 | 2nd of January | Jan. 2, '24
2. Januar 2024 | 5. März | 5 Mär | 5. Mrz. 24 | 2 janvier | le 2 février 2024 | 1er mars
2 de enero de 2024 | 5 mayo | 3 marzo 2024 | 5 mag 2024 | 2 set 24 | 5 mrt 2024
05/1970 | 2024/01 | 01 02 2024 | 12 5 1970 | 5.III.2024 | 5.III.24 | May 2024 | March
Mon 5 | Monday, 5th | Freitag | 1970s | 2024年1月2日 | २०२४/०१/०२ | 1/2
10:23 | 10:23:45 | 10:23 pm | 10.23h | 10h30 | 10 am | 2024-01-02T10:23:45Z
20240102102345 | 5thJanuary
"""

SPELLINGS = r"""
CT JOHN John J. W l a 5 12 1970 1.5 5mm mm kV T1 C5 3T 512x512 F-18 +C w/o s/p b=5 5/3mm
www. .com @ // \ C: ( ) [ ] . , ; - _ / + ^ ' Dr. MR MR. de the long II 5th HeadNeck
t1mprage 10:23 2024-01-02 c-spine 5 mrt é İ ø 頭
"""
PIECES = st.sampled_from(
    [*SPELLINGS.split(), " ", " ", " ", " ", "\n", "\r\n", "\u0301"]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=16).map("".join))
OWN = st.frozensets(st.sampled_from(["john", "long", "mm", "5", "t1"]))

SPELLED = ("%Y%m%d", "%d.%m.%Y", "%m/%d/%y", "%d-%b-%Y", "%B_%d", "%a, %d. %b")

HOSTILE = (
    *("a", "1", "(", "1.", "1-", "1,-", "a ", "w 1 ", "@ ", "J(", "\\a", "aB", "c-"),
    *("e\u0301\u0316", "\u0130", ".com"),
)


@pytest.mark.parametrize("text", HARMLESS.strip().splitlines())
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert clean(text, NOBODY) is text
    assert clean(normalize("NFD", text), NOBODY) == normalize("NFD", text)


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_names_go_and_the_rest_stays(line: str) -> None:
    text, _, rest = line.partition("  >")
    assert clean(text, NOBODY) == rest.strip()
    assert clean(normalize("NFD", text), NOBODY) == normalize("NFD", rest.strip())


@pytest.mark.parametrize("personal", NUMBERS.strip().splitlines())
def test_numbers_and_addresses_that_identify_go(personal: str) -> None:
    assert clean(f"CT CHEST {personal}", NOBODY) == "CT CHEST"
    assert clean(f"{personal} CT CHEST", NOBODY) == "CT CHEST"
    assert clean(personal, NOBODY) == ""


@pytest.mark.parametrize("date", re.split(r" \| |\n", DATES.strip()))
def test_dates_and_times_go_in_any_spelling(date: str) -> None:
    assert clean(f"CT {date} CHEST", NOBODY) == "CT CHEST"
    assert clean(f"CT {date.upper()} CHEST", NOBODY) == "CT CHEST"


def test_amounts_stay_and_years_and_identifiers_do_not() -> None:
    assert clean("TR 2000ms TE 1.25 ms 3x3 512 x 512 2-3 mm", NOBODY).endswith("mm")
    assert clean("1970 ms", NOBODY) == "ms"
    assert (
        clean("CT 1 2 CHEST 3 HEAD 1234 NECK 1.5", NOBODY) == "CT CHEST 3 HEAD NECK 1.5"
    )


def test_a_name_that_is_a_word_goes_with_what_stands_by_it() -> None:
    assert clean("SHORT AXIS, LONG AXIS", NOBODY) == "SHORT AXIS, LONG AXIS"
    assert clean("DIXON T1 VIBE", NOBODY) == "DIXON T1 VIBE"
    assert clean("T1 VIBE JOHN DIXON", NOBODY) == "T1 VIBE"
    assert clean("MR AXIS Long, Mary", NOBODY) == "MR AXIS"


def test_the_instances_own_words_go_wherever_they_are_known() -> None:
    own = frozenset({"head", "5mm", "t1", "spine", "flair", "de"})
    assert clean("CT HEAD W CONTRAST", own) == "CT CONTRAST"
    assert clean("ABDOMEN 5MM Head", own) == "ABDOMEN"
    assert clean("T1_SAG c-spine HeadRoutine 3dflair sag", own) == "SAG sag"
    assert clean("Thorax de face", own) == "Thorax face"
    assert clean("HEADS", own) == "HEADS"


def test_what_is_between_the_words_is_tidied() -> None:
    assert clean("CT, JOHN - DOE; CHEST", NOBODY) == "CT CHEST"
    assert clean("CT/DOE/CHEST CT+DOE+CHEST", NOBODY) == "CT CHEST CT+CHEST"
    assert clean("CT (CHEST JOHN) HEAD", NOBODY) == "CT (CHEST) HEAD"
    assert clean("CT [JOHN CHEST] HEAD.", NOBODY) == "CT [CHEST] HEAD."
    assert clean("  JOHN: CT  CHEST (DOE).  ", NOBODY) == "CT  CHEST"


def test_lines_stay_lines() -> None:
    text = "Normal liver.\r\nDr. Smith, 555-1234\r\n\r\nNo fracture."
    assert clean(text, NOBODY) == "Normal liver\r\nNo fracture."
    assert clean("Normal liver.\nNo fracture.\n", NOBODY).count("\n") == 2


def test_words_are_runs_of_letters_and_digits() -> None:
    assert words("DOE^John_W 12.5 Straße,Ünal") == [
        *("doe", "john", "w", "12", "5", "strasse", "ünal"),
    ]
    assert words("रमेश \uff23\uff34 Jose\u0301") == ["रमेश", "ct", "josé"]
    assert words(" -- ") == []


@given(TEXTS, OWN)
def test_what_is_clean_stays_clean(text: str, own: frozenset[str]) -> None:
    cleaned = clean(text, own)
    assert clean(cleaned, own) == cleaned
    assert len(cleaned) <= len(text)
    assert own.isdisjoint(words(cleaned))


@given(TEXTS)
def test_unknown_words_never_stay(text: str) -> None:
    cleaned = clean(f"{text} Zzyzx {text}", NOBODY)
    assert "zzyzx" not in words(cleaned)


@given(st.from_regex("[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True))
@example("F18")
@example("Tc99m")
@example("I128")
@example("T2")
@example("l")
def test_a_word_stays_alone_if_it_stays_with_a_mark(word: str) -> None:
    marked = f"{word};"
    assert (clean(word, NOBODY) == word) == (clean(marked, NOBODY) == marked)


@given(st.integers(0, 10**12))
def test_long_numbers_never_stay(number: int) -> None:
    assert clean(f"CT {number:04} CHEST", NOBODY) == "CT CHEST"


@given(st.dates(), st.sampled_from(SPELLED))
def test_no_date_stays(date: date, spelling: str) -> None:
    assert clean(f"CT {date.strftime(spelling)} CHEST", NOBODY) == "CT CHEST"


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (2**20 // len(piece))
    start = perf_counter()
    clean(text, NOBODY)
    assert perf_counter() - start < 10


def vocabulary() -> list[str]:
    table = files("cordon.rules.tables").joinpath("vocabulary.txt")
    lines = table.read_text("utf-8").splitlines()
    assert lines[0].startswith("#")
    return [line for line in lines if not line.startswith("#")]


def test_the_vocabulary_is_a_sorted_list_of_words() -> None:
    listed = vocabulary()
    assert listed == sorted(set(listed))
    assert sum(map(len, listed)) < 250_000
    for word in listed:
        assert words(word) == [word]
        assert len(word) > 1
        assert not word.isdigit()


def test_the_vocabulary_has_no_month_no_weekday_and_no_frequent_name() -> None:
    calendar = "january may august monday märz mai freitag janvier mardi enero lunes"
    names = "smith johnson garcia müller nguyen wang mary john michael patricia maria"
    places = "london paris berlin madrid texas rochester"
    assert set(vocabulary()).isdisjoint(f"{calendar} {names} {places}".split())
