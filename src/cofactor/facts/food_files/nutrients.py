"""Which nutrient of ours each official table means by a column, a code or a number, and in which unit we keep it.

Sources: headers and codes of Ciqual 2020 and 2025, NUTR_DEF of SR28 and the nutrient numbers of FoodData Central (which
are those of SR28).
"""

from __future__ import annotations

from cofactor.facts.vocabulary import NUTRIENT_UNIT

PARTS = {
    "vitamin_d2": "µg",
    "vitamin_d3": "µg",
    "vitamin_d_25oh": "µg",
    "vitamin_k1": "µg",
    "vitamin_k2": "µg",
    "vitamin_k2_mk4": "µg",
    "retinol": "µg",
}
"""Parts of nutrients that a table may measure apart, with their unit. A total is never computed from them here."""
UNIT = {**NUTRIENT_UNIT, **PARTS}

ALTERNATIVE = "alternative:"
"""Marks a column that is taken only where the one proper to the nutrient is empty; the value is flagged ``alt``."""

# Header of a Ciqual column without its unit, folded, French and English, 2020 and 2025.
CIQUAL_HEADERS = {
    "calcium": "calcium",
    "magnesium": "magnesium",
    "phosphore": "phosphorus",
    "phosphorus": "phosphorus",
    "potassium": "potassium",
    "sodium": "sodium",
    "zinc": "zinc",
    "cuivre": "copper",
    "copper": "copper",
    "fer": "iron",
    "iron": "iron",
    "vitamine d": "vitamin_d",
    "vitamin d": "vitamin_d",
    "vitamine d2 ergocalciferol": "vitamin_d2",
    "vitamin d2 ergocalciferol": "vitamin_d2",
    "vitamine d3 cholecalciferol": "vitamin_d3",
    "vitamin d3 cholecalciferol": "vitamin_d3",
    "vitamine e": "vitamin_e",
    "vitamin e": "vitamin_e",
    "alpha tocopherol vitamine e": ALTERNATIVE + "vitamin_e",
    "alpha tocopherol vitamin e": ALTERNATIVE + "vitamin_e",
    "vitamine k1": "vitamin_k1",
    "vitamin k1": "vitamin_k1",
    "vitamine k2": "vitamin_k2",
    "vitamin k2": "vitamin_k2",
    "vitamine c": "vitamin_c",
    "vitamin c": "vitamin_c",
    "vitamine b6": "vitamin_b6",
    "vitamin b6": "vitamin_b6",
    "activite vitaminique a equivalents retinol": "vitamin_a",
    "vitamin a activity retinol equivalents": "vitamin_a",
    "vitamin a activity retinol equivalent": "vitamin_a",
    "retinol": "retinol",
}

# Nutrient numbers of the USDA, as in NUTR_DEF.txt and in FoodData Central (``nutrient_nbr``).
USDA_NUMBERS = {
    "301": "calcium",
    "303": "iron",
    "304": "magnesium",
    "305": "phosphorus",
    "306": "potassium",
    "307": "sodium",
    "309": "zinc",
    "312": "copper",
    "319": "retinol",
    "320": "vitamin_a",
    "323": "vitamin_e",
    "325": "vitamin_d2",
    "326": "vitamin_d3",
    "327": "vitamin_d_25oh",
    "328": "vitamin_d",
    "401": "vitamin_c",
    "415": "vitamin_b6",
    "428": "vitamin_k2_mk4",
    "430": "vitamin_k1",
}
USDA_VITAMIN_D_IU = "324"
"""The same vitamin D in IU: all that many branded foods give."""

# Columns of the abbreviated file of SR28.
USDA_ABBREVIATED = {
    "Calcium": "calcium",
    "Iron": "iron",
    "Magnesium": "magnesium",
    "Phosphorus": "phosphorus",
    "Potassium": "potassium",
    "Sodium": "sodium",
    "Zinc": "zinc",
    "Copper": "copper",
    "Vit_C": "vitamin_c",
    "Vit_B6": "vitamin_b6",
    "Vit_A_RAE": "vitamin_a",
    "Retinol": "retinol",
    "Vit_E": "vitamin_e",
    "Vit_D": "vitamin_d",
    "Vit_K": "vitamin_k1",
}

# Src_Cd of SR28 (SRC_CD.txt), where a value was not analysed.
USDA_SOURCES = {"4": "imputed", "5": "label", "7": "assumed_zero", "8": "label", "9": "manufacturer"}
# Derivation codes (DERIV_CD.txt, food_nutrient_derivation.csv): analysed, or summed or converted from what was.
_ANALYSED = frozenset({"A", "AI", "AR", "AS", "JA", "MA", "NC", "NP", "NR"})


def derivation(code: str) -> str:
    """The flag of a USDA derivation code, followed by the code where the value was not analysed."""
    code = code.strip().upper()
    if not code or code in _ANALYSED:
        return ""
    if code == "Z":
        return "assumed_zero Z"
    if code.startswith("LC") or code == "ML":
        return f"label {code}"
    return f"manufacturer {code}" if code == "MC" else f"imputed {code}"
