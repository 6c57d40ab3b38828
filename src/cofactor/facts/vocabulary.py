"""The closed sets of words that the tables may use, and the canonical unit of everything that has one."""

from __future__ import annotations

import re

# Nutrient id -> canonical unit; amounts a day are in this unit per day.
NUTRIENT_UNIT: dict[str, str] = {
    "vitamin_d": "µg",
    "magnesium": "mg",
    "calcium": "mg",
    "phosphorus": "mg",
    "potassium": "mg",
    "zinc": "mg",
    "copper": "mg",
    "vitamin_k": "µg",
    "vitamin_c": "mg",
    "vitamin_a": "µg",
    "vitamin_e": "mg",
    "vitamin_b6": "mg",
    "iron": "mg",
    "sodium": "mg",
}
# Analyte id -> canonical unit. ``ratio`` is to the reference adult; eGFR is per 1.73 m² of body surface.
ANALYTE_UNIT: dict[str, str] = {
    "25OHD": "nmol/L",
    "25OHD3": "nmol/L",
    "25OHD2": "nmol/L",
    "D3": "nmol/L",
    "calcitriol": "pmol/L",
    "24_25OH2D": "nmol/L",
    "Mg_serum": "mmol/L",
    "Mg_cell": "ratio",
    "Mg_rbc": "mmol/L",
    "Ca_total": "mmol/L",
    "Ca_ionised": "mmol/L",
    "PTH": "pmol/L",
    "phosphate": "mmol/L",
    "FGF23": "ratio",
    "Zn_plasma": "µmol/L",
    "copper_serum": "µmol/L",
    "potassium_serum": "mmol/L",
    "Ca_absorption": "fraction",
    "Mg_absorption": "fraction",
    "Ca_urine": "mmol/d",
    "Mg_urine": "mmol/d",
    "bone_mineral": "%",
    "ucOC": "%",
    "dp_ucMGP": "pmol/L",
    "creatinine": "µmol/L",
    "eGFR": "mL/min",
    "albumin": "g/L",
    "ALP": "U/L",
    "INR": "",
}
# Rows of the labs table whose method gives another quantity than the id of the same name.
LAB_ONLY_UNIT: dict[str, str] = {"ucOC_mass": "ng/mL", "FGF23_intact": "pg/mL"}

SEXES = frozenset({"female", "male", "both"})
STATES = frozenset({"none", "pregnant", "lactating"})
AUTHORITIES = frozenset({"EFSA", "NASEM", "ANSES", "NNR2023", "WHO-FAO", "EU-NRV"})
# The sets that a person can be judged by.
REFERENCE_SETS = ("EFSA", "NASEM", "ANSES", "NNR2023")
MEASURES = frozenset(
    {
        "EAR",
        "AR",
        "RDA",
        "PRI",
        "RI",
        "RNI",
        "AI",
        "UL",
        "CDRR",  # chronic disease risk reduction intake (sodium)
        "NRV",  # nutrient reference value of food labels
        "safe and adequate intake",
        "safe level of intake",
        "guideline minimum",
        "guideline maximum",
    }
)
APPLIES_TO = frozenset({"total", "supplement", "preformed", "label"})
THRESHOLD_ROLES = frozenset(
    {
        "adequate",
        "deficiency",
        "inadequate",
        "requirement",
        "no_added_benefit",
        "concern",
        "toxicity",
        "stop",
        "symptoms",
        "loading",
        "stage",
    }
)
THRESHOLD_STATUS = frozenset({"current", "withdrawn", "proposed"})
INTERACTION_KINDS = frozenset({"drug-nutrient", "condition-nutrient", "nutrient-nutrient", "timing"})
SEVERITIES = frozenset({"stop", "avoid", "refer", "caution", "info"})
EVIDENCE_GRADES = frozenset("ABCD")
CLAIM_STATUS = frozenset(
    {"authorised", "authorised (children)", "authorised (disease risk reduction)", "not authorised"}
)

# Codes as people may write them: an ATC code or a prefix of one at a level of the index; an ICD-10 code.
ATC = re.compile(r"[A-Z]\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?")
ICD10 = re.compile(r"[A-Z]\d\d(?:\.\d{1,2})?")
# In a table a range of ICD-10 categories stands too.
ICD10_OR_RANGE = re.compile(rf"{ICD10.pattern}|[A-Z]\d\d-[A-Z]\d\d")
LOINC = re.compile(r"\d{3,5}-\d")
