"""What the words of a label mean: a nutrient, a compound of one, a carrier of another thing, or a hidden source.

A mineral beside the name of a salt ("magnesium citrate 400 mg") is a compound, and its number may be of either. A
mineral that only carries something else ("calcium pantothenate", "magnesium stearate") is none that is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cofactor.facts.load import load
from cofactor.facts.names import fold
from cofactor.facts.types import Form

# Names as printed, folded -> nutrient, and the form that the name itself tells.
NAMES: dict[str, tuple[str, str | None]] = {
    "vitamin d": ("vitamin_d", None),
    "vitamine d": ("vitamin_d", None),
    "vitamin d3": ("vitamin_d", "D3"),
    "vitamin d 3": ("vitamin_d", "D3"),
    "vitamine d3": ("vitamin_d", "D3"),
    "vitamine d 3": ("vitamin_d", "D3"),
    "d3": ("vitamin_d", "D3"),
    "cholecalciferol": ("vitamin_d", "D3"),
    "colecalciferol": ("vitamin_d", "D3"),
    "vitamin d2": ("vitamin_d", "D2"),
    "vitamin d 2": ("vitamin_d", "D2"),
    "vitamine d2": ("vitamin_d", "D2"),
    "d2": ("vitamin_d", "D2"),
    "ergocalciferol": ("vitamin_d", "D2"),
    "calcifediol": ("vitamin_d", "calcifediol"),
    "calcidiol": ("vitamin_d", "calcifediol"),
    "25 hydroxyvitamin d3": ("vitamin_d", "calcifediol"),
    "vitamin k": ("vitamin_k", None),
    "vitamine k": ("vitamin_k", None),
    "vitamin k1": ("vitamin_k", "K1"),
    "vitamine k1": ("vitamin_k", "K1"),
    "phylloquinone": ("vitamin_k", "K1"),
    "phytonadione": ("vitamin_k", "K1"),
    "phytomenadione": ("vitamin_k", "K1"),
    "vitamin k2": ("vitamin_k", None),
    "vitamine k2": ("vitamin_k", None),
    "k2": ("vitamin_k", None),
    "menaquinone": ("vitamin_k", None),
    "menaquinone 7": ("vitamin_k", "MK-7"),
    "mk 7": ("vitamin_k", "MK-7"),
    "mk7": ("vitamin_k", "MK-7"),
    "menaq7": ("vitamin_k", "MK-7"),
    "menaquinone 4": ("vitamin_k", "MK-4"),
    "menatetrenone": ("vitamin_k", "MK-4"),
    "mk 4": ("vitamin_k", "MK-4"),
    "mk4": ("vitamin_k", "MK-4"),
    "vitamin c": ("vitamin_c", None),
    "vitamine c": ("vitamin_c", None),
    "ascorbic acid": ("vitamin_c", "ascorbic_acid"),
    "l ascorbic acid": ("vitamin_c", "ascorbic_acid"),
    "acide ascorbique": ("vitamin_c", "ascorbic_acid"),
    "acide l ascorbique": ("vitamin_c", "ascorbic_acid"),
    "vitamin a": ("vitamin_a", None),
    "vitamine a": ("vitamin_a", None),
    "retinol": ("vitamin_a", None),
    "vitamin e": ("vitamin_e", None),
    "vitamine e": ("vitamin_e", None),
    "alpha tocopherol": ("vitamin_e", None),
    "d alpha tocopherol": ("vitamin_e", None),
    "vitamin b6": ("vitamin_b6", None),
    "vitamin b 6": ("vitamin_b6", None),
    "vitamine b6": ("vitamin_b6", None),
    "vitamine b 6": ("vitamin_b6", None),
    "b6": ("vitamin_b6", None),
    "pyridoxine": ("vitamin_b6", None),
    "magnesium": ("magnesium", None),
    "calcium": ("calcium", None),
    "phosphorus": ("phosphorus", None),
    "phosphorous": ("phosphorus", None),  # as many labels have it
    "phosphore": ("phosphorus", None),
    "potassium": ("potassium", None),
    "zinc": ("zinc", None),
    "copper": ("copper", None),
    "cuivre": ("copper", None),
    "iron": ("iron", None),
    "fer": ("iron", None),
    "sodium": ("sodium", None),
}
MINERALS = {name: nutrient for name, (nutrient, form) in NAMES.items() if " " not in name and form is None} | {
    "ferrous": "iron",
    "ferric": "iron",
    "ferreux": "iron",
    "cupric": "copper",
}
for _vitamin in ("k2", "b6", "retinol", "pyridoxine", "menaquinone", "phosphorus", "phosphorous", "phosphore"):
    MINERALS.pop(_vitamin, None)

# Salts in which the mineral only carries or fixes the other part, or is an excipient: nothing is counted.
_CARRIED = frozenset(
    word
    for line in (
        "folinate pantothenate pantothenat stearate stearates iodide iodure selenite selenate molybdate croscarmellose",
        "edta benzoate saccharin saccharine cyclamate hyaluronate alginate caseinate caseinates silicate fructoborate",
        "borate fluoride fluorure metavanadate laurate laurylsulfate lauryl bisulfite metabisulfite nitrite nitrate",
        "chlorophyllin hydroxybutyrate hydroxymethylbutyrate hmb glucarate polyphosphate carboxymethylcellulose",
    )
    for word in line.split()
)
# Salts in French, and short or commercial names, as the ids of the forms have them.
_SALTS = {
    "oxyde": "oxide",
    "hydroxyde": "hydroxide",
    "chlorure": "chloride",
    "glycinate": "bisglycinate",
    "diglycinate": "bisglycinate",
    "mono-orotate": "orotate",
    "marin": "marine",
    "pyroglutamate": "pidolate",
    "l threonate": "threonate",
    "methionate": "methionine",
}
# Words beside a salt that do not change it, and words before the name of a nutrient.
_BESIDE = frozenset(
    word
    for line in (
        "de du d l en a the as from of and with et form forme sous sel sels salt salts chelate chelated chelat",
        "chele chelatee organic natural naturel naturelle pure anhydrous anhydre source plus powder poudre",
    )
    for word in line.split()
)
_BEFORE = frozenset(
    {"elemental", "elementaire", "elementary", "element", "total", "totale", "organic", "natural", "pure", "vegan"}
)

HIDDEN: dict[str, tuple[str, ...]] = {
    "cod liver oil": ("vitamin_d", "vitamin_a"),
    "fish liver oil": ("vitamin_d", "vitamin_a"),
    "halibut liver oil": ("vitamin_d", "vitamin_a"),
    "huile de foie de morue": ("vitamin_d", "vitamin_a"),
    "huile de foie de poisson": ("vitamin_d", "vitamin_a"),
    "lithothamne": ("calcium", "magnesium"),
    "lithothamnion": ("calcium", "magnesium"),
    "aquamin": ("calcium", "magnesium"),
    "dolomite": ("calcium", "magnesium"),
    "nigari": ("magnesium",),
    "oyster shell": ("calcium",),
    "coquille d huitre": ("calcium",),
    "eggshell": ("calcium",),
    "coquille d oeuf": ("calcium",),
    "bone meal": ("calcium", "phosphorus"),
    "poudre d os": ("calcium", "phosphorus"),
    "brewer s yeast": ("vitamin_b6",),
    "levure de biere": ("vitamin_b6",),
    "multivitamin": ("vitamin_d", "vitamin_a", "vitamin_e", "vitamin_c", "vitamin_b6"),
    "multivitamine": ("vitamin_d", "vitamin_a", "vitamin_e", "vitamin_c", "vitamin_b6"),
    "multivitamines": ("vitamin_d", "vitamin_a", "vitamin_e", "vitamin_c", "vitamin_b6"),
}
"""What holds nutrients that its name does not say."""
HIDDEN_ATC: dict[str, tuple[str, ...]] = {
    "A02AA": ("magnesium",),
    "A02AC": ("calcium",),
    "A02AD": ("magnesium", "calcium"),
    "A06AD01": ("magnesium",),
    "A06AD02": ("magnesium",),
    "A06AD03": ("magnesium",),
    "A06AD04": ("magnesium",),
    "A06AD17": ("phosphorus",),
    "A11AA": ("vitamin_d", "vitamin_a", "vitamin_e", "vitamin_c", "vitamin_b6"),
    "A11CC": ("vitamin_d",),
    "A12AA": ("calcium",),
    "A12AX": ("calcium", "vitamin_d"),
    "A12BA": ("potassium",),
    "A12CB": ("zinc",),
    "A12CC": ("magnesium",),
    "M05BB": ("calcium", "vitamin_d"),
}
"""Medicines that hold nutrients (WHO ATC): antacids, laxatives, vitamins and minerals, bisphosphonates in packs."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name on a label is."""

    nutrient: str
    form: Form | None
    compound: bool  # whether the name is of a compound, so that an amount may be of either


@lru_cache(maxsize=2048)
def meaning(name: str) -> Meaning | None:
    """What a name means, or None for what is not followed here or only carries another thing."""
    words = fold(name).split()
    while words and words[0] in _BEFORE:
        words.pop(0)
    text = " ".join(words)
    known = NAMES.get(text)
    if known is not None:
        nutrient, form = known
        return Meaning(nutrient, load().form(nutrient, form) if form else None, compound=False)
    return _compound(words)


def _compound(words: list[str]) -> Meaning | None:
    """``magnesium citrate``, ``citrate de magnésium``, ``zinc bisglycinate chelate``: one mineral and its salt."""
    minerals = [word for word in words if word in MINERALS]
    rest = [word for word in words if word not in MINERALS and word not in _BESIDE]
    if len(minerals) != 1 or any(word in _CARRIED for word in rest):
        return None
    nutrient = MINERALS[minerals[0]]
    if "ascorbate" in rest and nutrient in ("sodium", "calcium"):
        return Meaning("vitamin_c", load().form("vitamin_c", f"{nutrient}_ascorbate"), compound=True)
    if not rest:  # "magnesium chelate"
        return Meaning(nutrient, None, compound="chelate" in words)
    form = _form(nutrient, " ".join(words), rest)
    if form is not None and form.id == "marine":
        return Meaning(nutrient, form, compound=False)  # where it comes from, not what it is a salt of
    if form is None and not any(_is_salt(word) for word in rest):
        return None
    return Meaning(nutrient, form, compound=True)


def forms_in(nutrient: str, text: str) -> tuple[Form, ...]:
    """The forms of a nutrient that a text names ("as magnesium oxide, citrate"), each once."""
    found = (_piece(nutrient, piece) for piece in re.split(r"[;,&:(){}\[\]]| and | et |Form|Alt\. Name", text))
    return tuple({form.id: form for form in found if form is not None}.values())


def hidden_in(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What in a text holds nutrients without naming them, with the nutrients."""
    words = f" {fold(text)} "
    return tuple((name, nutrients) for name, nutrients in HIDDEN.items() if f" {name} " in words)


def named_in(text: str) -> tuple[str, ...]:
    """The nutrients that a text names as whole words, each once."""
    words = f" {fold(text)} "
    return tuple(dict.fromkeys(nutrient for name, (nutrient, _) in NAMES.items() if f" {name} " in words))


def _piece(nutrient: str, piece: str) -> Form | None:
    words = [word for word in fold(piece).split() if word not in ("as", "from", "sous", "forme")]
    known = NAMES.get(" ".join(words))
    if known is not None:
        return load().form(nutrient, known[1]) if known[0] == nutrient and known[1] else None
    rest = [word for word in words if word not in MINERALS and word not in _BESIDE and not word.isdigit()]
    return _form(nutrient, " ".join(words), rest) if rest else None


def _form(nutrient: str, whole: str, rest: list[str]) -> Form | None:
    """The form by its whole name, else by its salt alone."""
    salts = [_SALTS.get(word, word) for word in rest]
    candidates = (whole, "_".join(salts), " ".join(salts), _SALTS.get(" ".join(rest), ""))
    found = next((form for text in candidates if text and (form := load().form(nutrient, text)) is not None), None)
    if found is None and len(salts) > 1:  # "oxyde marin": the salt counts
        ids = [form for salt in salts if (form := load().form(nutrient, salt)) is not None and form.id != "marine"]
        found = ids[0] if len(ids) == 1 else None
    return found


def _is_salt(word: str) -> bool:
    return word.endswith(("ate", "ide", "ure", "yde", "ite", "atum")) or word in _SALTS
