"""How the input's words map to our identifiers. Pure data, read by make_tables.py.

Everything that changes an input value, and is not a change of name or unit, is listed in CODE_CORRECTIONS with its
reason.
"""

from __future__ import annotations

from typing import NamedTuple

from cofactor.facts.types import Trust

NUTRIENTS: dict[str, str] = {
    "vitamin D": "vitamin_d",
    "magnesium": "magnesium",
    "calcium": "calcium",
    "phosphorus": "phosphorus",
    "potassium": "potassium",
    "zinc": "zinc",
    "copper": "copper",
    "vitamin K": "vitamin_k",
    "vitamin K2": "vitamin_k",
    "vitamin C": "vitamin_c",
    "vitamin A": "vitamin_a",
    "vitamin E": "vitamin_e",
    "vitamin B6": "vitamin_b6",
    "iron": "iron",
    "sodium": "sodium",
}
# Words of the interactions' free text that name a nutrient. "vitamins D, K, A, E" is read letter by letter.
NUTRIENT_WORDS: dict[str, str] = {
    r"vitamin D|vitamins D|25\(OH\)D": "vitamin_d",
    r"magnesium|Mg": "magnesium",
    r"calcium|Ca": "calcium",
    r"phosphate|phosphorus": "phosphorus",
    r"potassium|KCl": "potassium",
    r"zinc|Zn": "zinc",
    r"copper": "copper",
    r"vitamin K[12]?|vitamins D(?:,| and) K": "vitamin_k",
    r"vitamin C": "vitamin_c",
    r"vitamin A|vitamins D, K, A": "vitamin_a",
    r"vitamin E|vitamins D, K, A, E": "vitamin_e",
    r"vitamin B6": "vitamin_b6",
    r"iron": "iron",
    r"sodium": "sodium",
}
SEX_STATE: dict[str, str] = {"none": "none", "pregnancy": "pregnant", "lactation": "lactating"}
APPLIES_TO: dict[str, str] = {
    "total": "total",
    "supplemental_only": "supplement",
    "preformed_only": "preformed",
    "label_reference": "label",
}
# Units of intake whose number counts one thing in more than one substance: the number stays, the note says what counts.
COUNTED_AS: dict[str, tuple[str, str]] = {
    "mg alpha-tocopherol/d": ("mg/d", "counted as alpha-tocopherol"),
    "ug RAE/d": ("ug/d", "counted as retinol activity equivalents (RAE)"),
    "ug RE/d": ("ug/d", "counted as retinol equivalents (RE)"),
    "ug VDE/d": ("ug/d", ""),  # the input's note says it
}
BODIES: dict[str, str] = {"IOM/NASEM": "NASEM", "SCF/EFSA": "EFSA", "Anses": "ANSES"}

# (body, quantity) -> (analyte, role, status). What is not a cut-off of an analyte goes to the published values.
THRESHOLDS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("IOM/NASEM", "25(OH)D at risk of deficiency"): ("25OHD", "deficiency", "current"),
    ("IOM/NASEM", "25(OH)D inadequacy band"): ("25OHD", "inadequate", "current"),
    ("IOM/NASEM", "25(OH)D at EAR"): ("25OHD", "requirement", "current"),
    ("IOM/NASEM", "25(OH)D sufficient"): ("25OHD", "adequate", "current"),
    ("IOM/NASEM", "25(OH)D no consistent added benefit"): ("25OHD", "no_added_benefit", "current"),
    ("IOM/NASEM", "25(OH)D possible concern"): ("25OHD", "concern", "current"),
    ("Endocrine Society", "25(OH)D deficiency"): ("25OHD", "deficiency", "withdrawn"),
    ("Endocrine Society", "25(OH)D insufficiency"): ("25OHD", "inadequate", "withdrawn"),
    ("Endocrine Society", "25(OH)D sufficiency"): ("25OHD", "adequate", "withdrawn"),
    ("Endocrine Society", "25(OH)D toxicity concern"): ("25OHD", "toxicity", "withdrawn"),
    ("EFSA", "25(OH)D target of the AI"): ("25OHD", "adequate", "current"),
    ("SACN", "25(OH)D population protective level"): ("25OHD", "adequate", "current"),
    ("ESCEO", "25(OH)D minimum"): ("25OHD", "adequate", "current"),
    ("ESCEO", "upper limit of adequacy"): ("25OHD", "concern", "current"),
    ("GRIO", "25(OH)D target"): ("25OHD", "adequate", "current"),
    ("GRIO", "rapid loading wanted"): ("25OHD", "loading", "current"),
    ("Mayo Clinic Labs", "25(OH)D hypercalciuria risk band"): ("25OHD", "concern", "current"),
    ("Mayo Clinic Labs", "25(OH)D toxicity possible"): ("25OHD", "toxicity", "current"),
    ("MaGNet", "serum magnesium lower limit (proposal)"): ("Mg_serum", "adequate", "proposed"),
    ("Clinical practice", "hypomagnesaemia"): ("Mg_serum", "adequate", "current"),
    ("Clinical practice", "serum magnesium with symptoms"): ("Mg_serum", "symptoms", "current"),
    ("UK product text", "hypercalciuria stop rule"): ("Ca_urine", "stop", "current"),
    ("KDIGO", "eGFR classes"): ("eGFR", "stage", "current"),
}

# Analyte names of the labs table -> (id, sex). Rows whose unit is not the contract's own carry another id.
LABS: dict[str, tuple[str, str]] = {
    "25-hydroxyvitamin D total": ("25OHD", "both"),
    "25-hydroxyvitamin D3": ("25OHD3", "both"),
    "25-hydroxyvitamin D2": ("25OHD2", "both"),
    "1,25-dihydroxyvitamin D (calcitriol)": ("calcitriol", "both"),
    "magnesium serum": ("Mg_serum", "both"),
    "magnesium red cell": ("Mg_rbc", "both"),
    "calcium total": ("Ca_total", "both"),
    "calcium ionised": ("Ca_ionised", "both"),
    "albumin": ("albumin", "both"),
    "parathyroid hormone intact": ("PTH", "both"),
    "phosphate inorganic": ("phosphate", "both"),
    "alkaline phosphatase": ("ALP", "both"),
    "creatinine (men)": ("creatinine", "male"),
    "creatinine (women)": ("creatinine", "female"),
    "eGFR CKD-EPI 2021": ("eGFR", "both"),
    "calcium urine 24 h": ("Ca_urine", "both"),
    "magnesium urine 24 h": ("Mg_urine", "both"),
    "zinc serum": ("Zn_plasma", "both"),
    "copper serum": ("copper_serum", "both"),
    "undercarboxylated osteocalcin (ucOC)": ("ucOC_mass", "both"),  # ng/mL; the id ucOC is % of osteocalcin
    "desphospho-uncarboxylated MGP (dp-ucMGP)": ("dp_ucMGP", "both"),
    "potassium": ("potassium_serum", "both"),
    "FGF23 intact": ("FGF23_intact", "both"),  # pg/mL; the id FGF23 is the ratio to reference
    "INR": ("INR", "both"),
}
LAB_UNITS: dict[str, str] = {
    "mL/min/{1.73_m2}": "mL/min",
    "{INR}": "",
    "meq/L": "mEq/L",
}

FORMS: dict[tuple[str, str], str] = {
    ("vitamin D", "cholecalciferol (D3)"): "D3",
    ("vitamin D", "ergocalciferol (D2)"): "D2",
    ("vitamin D", "calcifediol monohydrate"): "calcifediol",
    ("magnesium", "magnesium oxide"): "oxide",
    ("magnesium", "trimagnesium dicitrate (anhydrous)"): "citrate",
    ("magnesium", "trimagnesium dicitrate nonahydrate"): "citrate_nonahydrate",
    ("magnesium", "magnesium hydrogen citrate"): "hydrogen_citrate",
    ("magnesium", "magnesium bisglycinate (anhydrous)"): "bisglycinate",
    ("magnesium", "magnesium bisglycinate dihydrate"): "bisglycinate_dihydrate",
    ("magnesium", "magnesium chloride hexahydrate"): "chloride",
    ("magnesium", "magnesium malate (anhydrous)"): "malate",
    ("magnesium", "dimagnesium malate"): "dimagnesium_malate",
    ("magnesium", "magnesium malate trihydrate"): "malate_trihydrate",
    ("magnesium", "magnesium lactate dihydrate"): "lactate",
    ("magnesium", "magnesium carbonate"): "carbonate",
    ("magnesium", "basic magnesium carbonate (heavy)"): "basic_carbonate",
    ("magnesium", "magnesium hydroxide"): "hydroxide",
    ("magnesium", "magnesium ditaurate"): "taurate",
    ("magnesium", "magnesium acetyl taurinate"): "acetyl_taurinate",
    ("magnesium", "magnesium L-threonate"): "threonate",
    ("magnesium", "magnesium sulfate heptahydrate"): "sulfate",
    ("magnesium", "magnesium aspartate dihydrate"): "aspartate",
    ("magnesium", "magnesium aspartate hydrochloride trihydrate"): "aspartate_hydrochloride",
    ("magnesium", "marine magnesium"): "marine",
    ("magnesium", "magnesium glycerophosphate"): "glycerophosphate",
    ("magnesium", "magnesium gluconate dihydrate"): "gluconate",
    ("magnesium", "magnesium pidolate"): "pidolate",
    ("magnesium", "magnesium orotate dihydrate"): "orotate",
    ("calcium", "calcium carbonate"): "carbonate",
    ("calcium", "calcium citrate tetrahydrate"): "citrate",
    ("calcium", "calcium citrate malate"): "citrate_malate",
    ("calcium", "tricalcium phosphate"): "phosphate",
    ("calcium", "hydroxyapatite"): "hydroxyapatite",
    ("calcium", "dicalcium phosphate dihydrate"): "hydrogen_phosphate",
    ("calcium", "calcium lactate pentahydrate"): "lactate",
    ("calcium", "calcium gluconate monohydrate"): "gluconate",
    ("calcium", "calcium bisglycinate"): "bisglycinate",
    ("calcium", "calcium acetate"): "acetate",
    ("calcium", "calcium malate"): "malate",
    ("zinc", "zinc gluconate (anhydrous)"): "gluconate",
    ("zinc", "zinc citrate (anhydrous)"): "citrate",
    ("zinc", "zinc citrate dihydrate"): "citrate_dihydrate",
    ("zinc", "zinc oxide"): "oxide",
    ("zinc", "zinc picolinate"): "picolinate",
    ("zinc", "zinc bisglycinate"): "bisglycinate",
    ("zinc", "zinc sulfate monohydrate"): "sulfate",
    ("zinc", "zinc sulfate heptahydrate"): "sulfate_heptahydrate",
    ("zinc", "zinc acetate dihydrate"): "acetate",
    ("zinc", "zinc methionine (1:2)"): "methionine",
    ("vitamin K", "phylloquinone (K1)"): "K1",
    ("vitamin K", "menaquinone-4 (MK-4)"): "MK-4",
    ("vitamin K", "menaquinone-7 all-trans (MK-7)"): "MK-7",
    ("vitamin C", "L-ascorbic acid"): "ascorbic_acid",
    ("vitamin C", "sodium ascorbate"): "sodium_ascorbate",
    ("vitamin C", "calcium ascorbate dihydrate"): "calcium_ascorbate",
    ("potassium", "potassium chloride"): "chloride",
    ("potassium", "tripotassium citrate monohydrate"): "citrate",
    ("potassium", "potassium gluconate"): "gluconate",
    ("potassium", "potassium bicarbonate"): "bicarbonate",
    ("potassium", "dipotassium phosphate"): "phosphate",
    ("potassium", "potassium aspartate (anhydrous)"): "aspartate",
    ("phosphorus", "disodium phosphate"): "sodium_phosphate",
}


class CodeCorrection(NamedTuple):
    """Codes to use in place of the input's, why, and how well they are known."""

    codes: str  # separated by semicolons
    reason: str
    trust: Trust = Trust.DERIVED  # from the words of the row and the codes as read in the ATC index


# The edition of the WHO ATC index in which the codes of CODE_CORRECTIONS were read.
ATC_EDITION = "WHO ATC/DDD index, 2026-04-25"
# Thiazides and their like (indapamide), alone and in every combination.
_THIAZIDES = (
    "C02L;C03AA;C03AB;C03AH;C03AX;C03BA;C03BB;C03BK;C03EA;C07B;C07D;C08G;C09BA;C09BX01;C09BX03;C09BX06;C09DA;C09DX01;"
    "C09DX03;C09DX06;C09DX07;C09DX08;C09DX09;C09XA52;C09XA54;C10BX13"
)
# Statins combined with an ACE inhibitor or an ARB; the others of the renin-angiotensin system stand under C09.
_C10_WITH_RENIN_ANGIOTENSIN = (
    "C10BX04;C10BX06;C10BX07;C10BX10;C10BX11;C10BX12;C10BX13;C10BX14;C10BX15;C10BX16;C10BX17;C10BX18;C10BX19;C10BX20;"
    "C10BX21;C10BX23"
)
_SGLT2_COMBINED = (
    "A10BD15;A10BD16;A10BD19;A10BD20;A10BD21;A10BD23;A10BD24;A10BD25;A10BD27;A10BD29;A10BD30;A10BD31;A10BD32;A10BD33;"
    "A10BD34;C03DA54"
)
_PREGNANCY = "O00-O99;Z33;Z34;Z35"

# Interaction id -> correction, where the input's code is too broad (it would speak of medicines that the row does not
# mean), too narrow (a combination product has a code of its own) or out of date.
CODE_CORRECTIONS: dict[str, CodeCorrection] = {
    "DN001": CodeCorrection("H03AA01;H03AA03;H03AA51", "combinations with levothyroxine"),
    "DN002": CodeCorrection(
        "J01MA;J01RA05;J01RA09;J01RA10;J01RA11;J01RA12;J01RA13;J01RA14;J01RA17;J01RA18;A02BD10", "combinations"
    ),
    "DN003": CodeCorrection("J01AA;J01RA08;J01RA19;A02BD02;A02BD08", "combinations"),
    "DN004": CodeCorrection(
        "M05BA04;M05BA07;M05BB02;M05BB03;M05BB04;M05BB05;M05BB06;M05BB07",
        "M05BA also holds injections; M05BB are packs with calcium or vitamin D",
    ),
    "DN005": CodeCorrection("M05BA06;M05BB09", "combination with vitamin D"),
    "DN006": CodeCorrection("M05BA01;M05BA02;M05BA05;M05BB01", "each has a code of its own; clodronate is also oral"),
    "DN007": CodeCorrection(
        "J05AJ02;J05AJ03;J05AJ04;J05AR09;J05AR13;J05AR18;J05AR20;J05AR21;J05AR25;J05AR27;J05AR29",
        "raltegravir has its own row; most are sold as combinations",
    ),
    "DN008": CodeCorrection("J05AJ01;J05AR16", "combination"),
    "DN010": CodeCorrection("N02BF01;N03AX12", "gabapentin moved to N02BF01 in 2023"),
    "DN012": CodeCorrection(
        "C10AA07;C10BA06;C10BA07;C10BA09;C10BA15;C10BX05;C10BX07;C10BX09;C10BX10;C10BX13;C10BX14;C10BX16;C10BX17;"
        "C10BX20;C10BX21;C10BX22;C10BX23",
        "combinations",
    ),
    "DN016": CodeCorrection("B03AA;B03AB;B03AD;B03AE", "oral iron only; B03AC is by injection", Trust.RECALL),
    "DN018": CodeCorrection("J02AB02;J02AC02;J02AC04", "the azoles that need gastric acid"),
    "DN021": CodeCorrection("M05BX03;M05BX53", "combination with vitamin D"),
    "DN022": CodeCorrection("J05AG05;J05AE08;J05AR08;J05AR15;J05AR19;J05AR21;J05AR23", "combinations"),
    "DN023": CodeCorrection(_THIAZIDES, "combinations"),
    "DN024": CodeCorrection(_THIAZIDES, "indapamide and combinations"),
    "DN025": CodeCorrection("C03C;C03EB", "etacrynic acid and combinations"),
    "DN026": CodeCorrection("C03DA;C03DB;C03E", "combinations"),
    "DN027": CodeCorrection("C03DA;C03DB;C03E", "combinations"),
    "DN028": CodeCorrection(f"C09;{_C10_WITH_RENIN_ANGIOTENSIN}", "combinations with a statin"),
    "DN029": CodeCorrection(
        "J01EA01;J01EE;J04AM08;B01AB;M01A;N02AJ08;N02AJ14;N02AJ16;N02AJ19;N02CC51;C08CA51", "combinations"
    ),
    "DN032": CodeCorrection("A02BC;B01AC56;M01AE52", "combinations with a proton pump inhibitor for long use"),
    "DN033": CodeCorrection("A02BA;A02BC;B01AC56;M01AE52", "A02B also holds medicines that leave the acid as it is"),
    "DN041": CodeCorrection(
        "N03AB02;N03AB05;N03AB52;N03AA01;N03AA02;N03AA03;N03AF01", "their precursors and combinations"
    ),
    "DN042": CodeCorrection("N03AG01;N03AG02", "valpromide becomes valproate"),
    "DN044": CodeCorrection("J04AB02;J04AC01;J04AC51;J04AM;J04BA50;J04BA51", "combinations"),
    "DN045": CodeCorrection("J02AB02;J02AC;H02CA03;H02CA04", "ketoconazole as a hormone blocker"),
    "DN046": CodeCorrection("J05AG03;J05AR06;J05AR11;N06AX25", "combinations; St John's wort", Trust.RECALL),
    "DN055": CodeCorrection(
        "C08;C07FB;C09BB;C09BX01;C09BX03;C09BX04;C09BX06;C09DB;C09DX01;C09DX03;C09DX06;C09DX07;C09DX08;C09DX09;C09XA53;"
        "C09XA54;C10BX03;C10BX07;C10BX09;C10BX11;C10BX14;C10BX18;C10BX19;C10BX23",
        "combinations",
    ),
    "DN056": CodeCorrection("A11CC02;A11CC03;A11CC04;H05BX02;H05BX03;M05BB06", "all active forms and combinations"),
    "DN057": CodeCorrection(
        "A11CC;A11CB;A12AX;H05BX05;M05BB03;M05BB04;M05BB05;M05BB07;M05BB08;M05BB09;M05BX53", "products with vitamin D"
    ),
    "DN059": CodeCorrection("M05BA;M05BB", "packs with calcium or vitamin D"),
    "DN061": CodeCorrection("H05BX01;H05BX04;H05BX06", "the other members of H05BX are forms of vitamin D"),
    "DN065": CodeCorrection("J01AA;J01MA", "J01 is every antibiotic for systemic use"),
    "DN066": CodeCorrection("J01DD15;J01DD16", "J01DD also holds injections"),
    "DN067": CodeCorrection(f"A10BK;{_SGLT2_COMBINED}", "combinations"),
    "DN068": CodeCorrection("C10AA;C10BA;C10BX", "combinations"),
    "CN001": CodeCorrection("N18.4;N18.5;N18.6;Z99.2", "end-stage disease in ICD-10-CM", Trust.RECALL),
    "CN003": CodeCorrection("N18.3;N18.4;N18.5;N18.6;Z99.2", "end-stage disease; dialysis", Trust.RECALL),
    "CN004": CodeCorrection("N18.4;N18.5;N18.6;Z99.2", "end-stage disease in ICD-10-CM", Trust.RECALL),
    "CN007": CodeCorrection("E83.5", "R82.9 is any other finding in urine", Trust.RECALL),
    "CN011": CodeCorrection("D86;A15-A19;B39", "tuberculosis of every organ", Trust.RECALL),
    "CN025": CodeCorrection("E27.1;E27.2;E27.4", "adrenal crisis; other insufficiency", Trust.RECALL),
    "CN030": CodeCorrection(_PREGNANCY, "any code of pregnancy", Trust.RECALL),
    "CN031": CodeCorrection(_PREGNANCY, "any code of pregnancy", Trust.RECALL),
    "CN032": CodeCorrection(_PREGNANCY, "any code of pregnancy", Trust.RECALL),
    "CN033": CodeCorrection(f"{_PREGNANCY};Z39.1", "any code of pregnancy; lactation", Trust.RECALL),
    "CN034": CodeCorrection("", "a rule of age, not a diagnosis", Trust.RECALL),
    "CN035": CodeCorrection("", "a rule of age, not a diagnosis", Trust.RECALL),
    "CN036": CodeCorrection("", "a rule of age, not a diagnosis", Trust.RECALL),
    "CN038": CodeCorrection("I20-I25", "every ischaemic heart disease", Trust.RECALL),
}
