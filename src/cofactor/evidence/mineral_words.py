"""The words of a table of mineral trials: what was done to people, and what was read from them.

Every row becomes a :class:`Plan` (constants of the model before and during, doses, days) and a :class:`Reading`, or a
reason why it cannot. Amounts are in the model's own units: mmol a day, µg a day for vitamin K.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cofactor.engine.generate import human
from cofactor.evidence import dosing
from cofactor.evidence.dosing import Regimen
from cofactor.evidence.published import Row
from cofactor.evidence.reasons import CannotBeSimulatedError, Why
from cofactor.model.tables import outcomes, parameters
from cofactor.person.inputs import calcium_factor, magnesium_factor
from cofactor.person.traits import calcium_absorption, covariate, medicines, usual_gfr
from cofactor.units import MOLAR_MASS, VALENCE, UnitError, convert

Constants = tuple[tuple[str, float], ...]
_ADAPTED_DAYS = 365.0  # a habit or an observational group: long enough for everything but bone
_DEPLETED = (("in_Mg", 0.45),)  # mmol/d: the diet of Fatemi 1991, 11 mg a day
_DEPLETION_DAYS = 21.0  # Fatemi 1991
_PATIENTS_DAYS = 105.0  # of that diet until serum magnesium is 0.4 mmol/L, as in the patients of Rude 1985
_BOLUS_MG, _BOLUS_DAYS, _AFTER_BOLUS_DAYS = 1069.885, 0.00694, 0.005  # +0.55 mmol/L in ten minutes, read at 17
_REPLETION_MG = 8.0  # mmol/d into a vein, as in the acceptance tests (Rude 1985)
_CALCITRIOL_PER_UG = 210.0  # parameters.csv, in_C125
_USUAL_IONISED, _CLAMP_PER_DAY, _CLAMP_DAYS = 1.2, 400.0, 0.1  # mmol/L, as in the clamps of the acceptance tests
_ENTERING_DAYS = 1 / 6  # four hours, as in the acceptance test of 1 g by mouth (Reginster 1993)
_USUAL_MG_DOSE = 350.0  # mg/d where a meta-analysis gives none: middle of the doses of Zhang 2016


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done: ``before`` for ``before_days`` (people as they come), then ``during`` for ``days``, then ``after``.

    ``rest_at`` is 25(OH)D at the start, nmol/L. ``of`` is what holds for these people throughout.
    """

    during: Constants = ()
    days: float = 0.0
    before: Constants = ()
    before_days: float = 0.0
    of: Constants = ()
    rest_at: float | None = None
    regimen: Regimen = field(default_factory=Regimen)
    pulse_days: float = 0.0  # how long ``during`` lasts where it is a pulse


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read: a symbol of the model, as level, change, percent or ratio.

    ``scale`` takes it from the model's unit to the row's.
    """

    symbol: str
    analyte: str
    measure: str
    unit: str
    scale: float


# ----------------------------------------------------------------------------------------------------- what is read

_SYMBOL = {row.id: row.symbol for row in outcomes()}
_UNIT = {row.id: row.unit for row in outcomes()}
_READINGS = (
    (r"1,?25", "calcitriol"),
    (r"25-?\(?oh", "25OHD"),
    (r"fgf", "FGF23"),
    (r"\bpth\b|parathyroid", "PTH"),
    (r"(mg|magnesium) (absorption|retention)|fractional (mg|magnesium)", "Mg_absorption"),
    (r"(ca|calcium) absorption|fractional (ca|calcium)", "Ca_absorption"),
    (r"rbc|cell|erythrocyte|free mg", "Mg_cell"),
    (r"urin\w* (mg|magnesium)|(mg|magnesium) excretion", "Mg_urine"),
    (r"(serum|plasma|blood) (mg|magnesium)|magnesium concentration", "Mg_serum"),
    (r"ionis|ioniz", "Ca_ionised"),
    (r"urin\w* (ca|calcium)|calciuria|(ca|calcium) excretion", "Ca_urine"),
    (r"(serum|plasma|blood|total) (ca|calcium)", "Ca_total"),
    (r"urin\w* (phosph|p\b)", "uP"),
    (r"phosph", "phosphate"),
    (r"dp-?uc-?mgp|dephospho", "dp_ucMGP"),
    (r"uc-?oc|undercarboxylated|uncarboxylated", "ucOC_ratio"),
    (r"pyridin|ctx|ntx|telopeptide|resorption", "OC"),
    (r"osteocalcin|p1np|formation|alkaline", "OB"),
    (r"(spine|lumbar).*b(m|on)", "spine"),
    (r"(femur|femoral|hip).*b(m|on)", "hip"),
    (r"(total|whole).body|b(m[dc]|one mineral)", "bone_mineral"),
    (r"(absorbed|net) (zn|zinc)|(zn|zinc) absorption|absorbed zn", "absZn"),
    (r"(plasma|serum) (zn|zinc)", "Zn_plasma"),
)
_MODEL_SYMBOL = {"ucOC_ratio": "ucOC"}
_OWN_UNIT = {
    "OC": "ratio",
    "OB": "ratio",
    "spine": "%",
    "hip": "%",
    "uP": "mmol/d",
    "absZn": "mmol/d",
    "ucOC_ratio": "ratio",
}


def reading(row: Row) -> Reading:
    """What a row reads. Raises :class:`CannotBeSimulatedError`."""
    text, unit = row.text("outcome").lower(), row.text("unit").lower()
    if row.number("value_mean") is None or re.search("direction|sign", f"{text} {unit}"):
        raise CannotBeSimulatedError(Why.DIRECTION)
    if re.search(r"\bauc|area|load retention|share|balance|risk|faecal|fecal|\binr\b|incidence|retention", text):
        raise CannotBeSimulatedError(Why.OUTCOME, row.text("outcome"))
    analyte = next((name for pattern, name in _READINGS if re.search(pattern, text)), None)
    if analyte is None:
        raise CannotBeSimulatedError(Why.OUTCOME, row.text("outcome"))
    measure = _measure(text, unit, analyte)
    symbol = _MODEL_SYMBOL.get(analyte) or _SYMBOL.get(analyte, analyte)
    return Reading(symbol, analyte, measure, row.text("unit"), _scale(row, analyte, measure))


def _measure(text: str, unit: str, analyte: str) -> str:
    if "ratio" in text.replace("ratio change", "change") and "percent" not in unit and "uc" not in text:
        return "ratio"
    moved = re.search("change|difference|increase|increment|decrease|rise|gain|fall|v placebo|vs placebo", text)
    percent = unit in ("percent", "%")
    if moved and percent and analyte not in ("Ca_absorption", "Mg_absorption", "spine", "hip", "bone_mineral"):
        return "percent"
    return "change" if moved else "level"


def _scale(row: Row, analyte: str, measure: str) -> float:
    """Factor from the model's unit to the row's; 1 where the row's own start makes units cancel."""
    unit = row.text("unit")
    if measure in ("percent", "ratio") or (measure == "level" and row.number("baseline_mean") is not None):
        return 1.0
    own = _OWN_UNIT.get(analyte) or _UNIT[analyte]
    if unit.lower() in ("percent", "%"):
        return 1.0 if own == "%" else 100.0
    if own in ("fraction", "ratio") and unit.lower() in ("", "fraction", "ratio"):
        return 1.0
    if analyte == "absZn":
        return MOLAR_MASS["zinc"] if unit == "mg/d" else 1.0
    try:
        return 1 / convert(1.0, unit, own, "phosphate" if analyte == "uP" else analyte)
    except UnitError as error:
        raise CannotBeSimulatedError(Why.UNIT, unit) from error


# ------------------------------------------------------------------------------------------------------ what is done


def plan(row: Row, baseline_25ohd: float | None) -> Plan:
    """What was done to the people of a row. Raises :class:`CannotBeSimulatedError`."""
    words = " ".join(row.text(c) for c in ("intervention", "arm", "dose_unit", "form")).lower()
    if re.search(r"\b(ca|calcium) absorption", row.text("outcome").lower()) and re.search("habitual|load", words):
        words += " calcium"
    if re.search(r"acenocoumarol|warfarin|\bvka\b", words):
        raise CannotBeSimulatedError(Why.CLOTTING)
    for pattern, reader in _READERS:
        if re.search(pattern, words):
            found = reader(row, words)
            return replace(
                found,
                of=(*people(row), *found.of),
                days=found.days or _days(row),
                rest_at=found.rest_at or baseline_25ohd,
            )
    raise CannotBeSimulatedError(Why.INTERVENTION, row.text("intervention"))


def people(row: Row) -> Constants:
    """Kidney, gut and oestrogen of the people of a row, by age, sex and what the table says of them."""
    who, age = row.text("population").lower(), row.number("age_mean")
    found: dict[str, float] = {}
    if age is not None and age >= 18:  # the covariates are of adults
        found["GFR"] = float(usual_gfr(age)[0]) * covariate("gfr_per_day")
        found["gutCa"] = float(calcium_absorption(age, "postmenopausal" in who))
    if "postmenopausal" in who:
        found["est"] = covariate("oestrogen_after_menopause")
    if "hypoparathyroid" in who:
        found |= {"PTx": 0.02, "in_C125": _CALCITRIOL_PER_UG}
    return tuple(sorted(found.items()))


def _days(row: Row) -> float:
    return row.time_days or row.number("duration_days") or 0.0


def _dose(row: Row) -> float | None:
    """The daily dose of a row, from its own column or the first amount in its words; of a range, the middle."""
    given = row.number("dose_per_day")
    if given is not None:
        return given
    words = row.text("intervention").replace(",", "")
    if match := re.search(r"(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)\s*(?:mg|ug|µg|iu)", words):
        return float((float(match[1]) * float(match[2])) ** 0.5)
    match = re.search(r"(\d+(?:\.\d+)?)\s*(?:mg|ug|µg|iu)", words)
    return float(match[1]) if match else None


def _mmol(mg: float, element: str) -> float:
    return convert(mg, "mg", "mmol", element)


def _dose_mmol(row: Row, element: str) -> float | None:
    """The daily dose of a mineral in mmol. Its unit is the row's; only where that is empty do the words tell it."""
    dose, unit = _dose(row), row.text("dose_unit").lower() or row.text("intervention").lower()
    if dose is None:
        return None
    if re.search(r"\bmmol\b(?! phyt)", unit):
        return dose
    if re.search(r"\bmeq\b", unit):
        return dose / VALENCE.get(element, 1)
    grams = re.match(r"\s*g\b", row.text("dose_unit").lower())
    return _mmol(dose * (1000 if grams else 1), element)


def _doses_a_day(words: str, default: float = 1.0) -> float:
    match = re.search(r"(\d)\s*(?:servings|doses|times|x\s*\d)", words)
    return float(match[1]) if match else 2.0 if "twice" in words else default


_MG_DIET = re.compile(r"low-?\s?mg|low.magnesium|deficien|deplet|mg-free|<\s*\d|\bdiet\b")


def _magnesium(row: Row, words: str) -> Plan:
    outcome, dose = row.text("outcome").lower(), _dose_mmol(row, "magnesium")
    if re.search(r"\biv\b|intraven|parenteral|infus|\bim\b", words):
        return _magnesium_in_vein(row, words)
    if _MG_DIET.search(words) and "supplement" not in words:
        return Plan((("in_Mg", dose if dose else _DEPLETED[0][1]),))
    if "absorption" in outcome and (row.number("duration_days") or 1) <= 2:
        return _magnesium_meal(row, words, dose)
    amount = _mmol(_USUAL_MG_DOSE, "magnesium") if dose is None else dose
    if not amount:
        return Plan()
    factor = magnesium_factor(row.text("form") if row.text("form") not in ("mixed", "") else None)
    return Plan((("sup_Mg", amount), ("n_sMg", _doses_a_day(words, 2.0)), ("F_Mg", factor)))


def _magnesium_in_vein(row: Row, words: str) -> Plan:
    who = f"{words} {row.text('population').lower()}"
    patients = bool(re.search("patients|hypocalc", who))
    deplete = _PATIENTS_DAYS if patients else _DEPLETION_DAYS if re.search("after diet|deplet", who) else 0.0
    dose, before = _dose_mmol(row, "magnesium"), _DEPLETED if deplete else ()
    if dose and not patients:  # a stated amount: over the time until it was read, at most half a day
        length = min(max(_days(row), _BOLUS_DAYS), 0.5)
        return Plan((("MgIV", dose / length),), max(_days(row), length), before, deplete, pulse_days=length)
    if (_days(row) or 1) < 1:
        return Plan((("MgIV", _BOLUS_MG),), _BOLUS_DAYS + _AFTER_BOLUS_DAYS, before, deplete, pulse_days=_BOLUS_DAYS)
    return Plan((("MgIV", _REPLETION_MG),), before=before, before_days=deplete)


def _magnesium_meal(row: Row, words: str, dose: float | None) -> Plan:
    """One meal or a day of servings, absorbed as the reference adult does."""
    meal = re.search(r"(\d+(?:\.\d+)?)\s*mg\)?\s*mg", words) if "phytate" in words else None
    if "phytate" in words:
        amount, phytate = float(meal[1]) if meal else 88.0, row.number("dose_per_day") or 0.0  # 88 mg: Bohn 2004
        return Plan((("in_Mg", _mmol(amount, "magnesium")), ("n_meal", 1.0), ("phyt", phytate)), 1e-6)
    servings = _doses_a_day(words)
    own = 36.0 if "meal" in words and servings == 1 else 0.0  # magnesium of the standard meal of Fine 1991, as recalled
    if dose is None or "mg/l" in words:
        raise CannotBeSimulatedError(Why.NO_AMOUNT, row.text("intervention"))
    own = _mmol(own, "magnesium")
    factor = 1.0 if "meal" in words else 1 / 1.14  # with over without a meal, Sabatier 2002
    form = magnesium_factor(row.text("form")) if row.text("form") in ("oxide", "diglycinate", "bisglycinate") else 1.0
    return Plan((("in_Mg", dose + own), ("n_meal", servings), ("gutMg", factor * form)), 1e-6)


def _calcium(row: Row, words: str) -> Plan:
    outcome, dose = row.text("outcome").lower(), _dose_mmol(row, "calcium")
    if re.search(r"edta|citrate infusion|gluconate|chloride iv|\biv\b|infus|clamp", words):
        return _clamp(row, words)
    if dose is None:
        raise CannotBeSimulatedError(Why.NO_AMOUNT, row.text("intervention"))
    if re.search(r"\bzn|zinc", outcome):
        eaten = (("in_Zn", 17.6 / MOLAR_MASS["zinc"]),)  # 17.6 mg/d, and 600 mg halve absorption: Wood & Zheng 1997
        return Plan((("ZnCa", 1 / (1 + convert(dose, "mmol", "mg", "calcium") / 600)),), 1e-6, of=eaten)
    if "load" in words and "absorption" in outcome:
        return Plan((("in_Ca", dose), ("n_meal", 1.0)), 1e-6)
    if re.search("habitual|intake", words):
        magnesium = re.search(r"mg (\d+) mg/d", words)
        diet = [("in_Ca", dose)]
        diet += [("in_Mg", _mmol(float(magnesium[1]), "magnesium"))] if magnesium else []
        return Plan(tuple(diet), _days(row) or _ADAPTED_DAYS)
    if 0 < _days(row) < 1:  # one dose, read within hours: what is absorbed of it enters over four
        entering = dose * _absorbed_calcium(dose) / _ENTERING_DAYS
        return Plan((("CaIV", entering),), _days(row), pulse_days=_ENTERING_DAYS)
    factor = calcium_factor(row.text("form") or None, with_meal=True, low_acid=False)
    return Plan((("sup_Ca", dose), ("n_sCa", _doses_a_day(words, 3.0)), ("F_Ca", factor)))


def _clamp(row: Row, words: str) -> Plan:
    """Calcium in blood moved by a stated amount, as by citrate, EDTA or gluconate, and held there."""
    moved = re.search(r"([-+\u2212]?)\s*(\d*\.\d+)\s*mmol/l", words)
    if moved is None:
        raise CannotBeSimulatedError(Why.NO_AMOUNT, row.text("intervention"))
    down = moved[1] in ("-", "\u2212") or re.search("fall|lower|down|by citrate|edta|hypocalc", words) is not None
    level = _USUAL_IONISED + (-1 if down else 1) * float(moved[2])
    return Plan((("clamp", _CLAMP_PER_DAY), ("Caclamp", level)), _days(row) or _CLAMP_DAYS)


def _absorbed_calcium(dose: float) -> float:
    """Fraction of one dose (mmol) that the reference adult absorbs, as ``model/human/gut.ant`` has it."""
    k = dict(zip(human().constants, human().parameters()[0], strict=True))
    return float(k["fpCa"] + k["zCa0"] * (k["KmCa"] + k["fa_d0"]) / (k["KmCa"] + dose))


def _vitamin_d(row: Row, words: str) -> Plan:
    form = "D2" if re.search(r"\bd2\b|ergocalc", words) else "calcifediol" if "calcifediol" in words else "D3"
    text = f"{row.text('arm')} {row.text('intervention')}"
    return Plan(regimen=dosing.regimen((form,), text.replace(",", ""), row.number("dose_per_day"), _days(row)))


def _calcitriol(row: Row, _: str) -> Plan:
    dose = _dose(row)
    if dose is None:
        raise CannotBeSimulatedError(Why.NO_AMOUNT, row.text("intervention"))
    return Plan((("in_C125", dose * _CALCITRIOL_PER_UG),))


def _vitamin_k(row: Row, _: str) -> Plan:
    return Plan((("in_MK7", _dose(row) or 0.0),))


def _zinc(row: Row, words: str) -> Plan:
    dose = _dose(row)
    if dose is None or "test dose" in words or "fasting" in row.text("intervention").lower():
        raise CannotBeSimulatedError(Why.TEST_DOSE)
    phytate = re.search(r"(\d+) ?(?:mg )?phytate", words)
    binds = float(phytate[1]) / MOLAR_MASS["phytic_acid"] if phytate else None
    taken = [("in_Zn", dose / MOLAR_MASS["zinc"])]
    return Plan(tuple([*taken, ("phyt_Zn", binds)] if binds is not None else taken), _days(row) or _ADAPTED_DAYS)


def _phosphate(row: Row, words: str) -> Plan:
    if re.search(r"high v(s|ersus)?\.? low", words):  # the two diets of Vervloet 2011, as in the acceptance tests
        return Plan((("in_P", 60.9), ("in_Ca", 35.0)), _days(row), (("in_P", 31.5), ("in_Ca", 15.0)), _days(row))
    dose = _dose_mmol(row, "phosphorus")
    if dose is None:
        raise CannotBeSimulatedError(Why.NO_AMOUNT, row.text("intervention"))
    whole = re.search(r"intake|\bdiet", words) and "supplement" not in words and "+" not in words
    return Plan((("in_P", dose if whole else 42.0 + dose),))  # above the reference diet, 42 mmol/d


def _nothing(_: Row, __: str) -> Plan:
    return Plan(days=1e-6)


def _medicine(row: Row, words: str) -> Plan:
    """A medicine as its class acts on the model."""
    code = next(code for pattern, code in _MEDICINES if re.search(pattern, words))
    reference = {p.id: p.value or 0.0 for p in parameters()}
    return Plan(tuple((name, reference[name] * factor) for name, factor in medicines([code]).items()), _days(row))


# Words for medicines with the ATC code of one of the class (WHO).
_MEDICINES = (
    (r"thiazide|chlorthalidone|chlortalidone|indapamide", "C03AA03"),
    (r"furosemide|loop diuretic|bumetanide|torasemide", "C03CA01"),
    (r"omeprazole|pantoprazole|lansoprazole|proton.pump|\bppi\b", "A02BC01"),
    (r"prednis|glucocortic|dexamethas", "H02AB06"),
    (r"phenytoin|phenobarb|carbamazepine|rifampi|anticonvuls", "N03AB02"),
    (r"orlistat", "A08AB01"),
    (r"alendron|risedron|zoledron|ibandron|bisphosphon", "M05BA04"),
    (r"denosumab", "M05BX04"),
    (r"lithium", "N05AN01"),
)
_Reader = Callable[[Row, str], Plan]
_READERS: tuple[tuple[str, _Reader], ...] = (
    (r"\bmg ca\b", _calcium),
    ("|".join(pattern for pattern, _ in _MEDICINES), _medicine),
    (r"calcitriol|1,25\(oh\)", _calcitriol),
    (r"mk-?7|menaquinone", _vitamin_k),
    (r"vitamin d|\biu\b|calciferol|25ohd|calcifediol|\bd[23]\b", _vitamin_d),
    (r"phosphate|phosphorus|\bp and ca\b|high v low p", _phosphate),
    (r"\bzn\b|\bzncl|zinc", _zinc),
    (r"\bca\b|calcium|edta", _calcium),
    (r"^\W*(none|placebo|control|no intervention|usual diet|ag(e|ing))", _nothing),
    (r"\bmg\b|magnesium|\d+ ml|phytate", _magnesium),
)
