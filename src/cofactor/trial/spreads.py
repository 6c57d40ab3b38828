"""Means and spreads as people write them in a trial file, and amounts that only trials have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cofactor import units
from cofactor.person import doses, labs
from cofactor.person.problems import describe, read_each, refusal
from cofactor.person.quantities import bounded, number_with_unit, unknown_unit
from cofactor.person.words import nearest
from cofactor.said import Said
from cofactor.trial import ages
from cofactor.trial.levers import levers
from cofactor.trial.types import Spread

_PARTS = {"mean": "mean", "sd": "sd", "min": "low", "max": "high"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A quantity that a population may give: its unit, other accepted units, and bounds of its mean."""

    what: Said
    unit: str
    accepted: Mapping[str, float]
    least: float
    most: float


# Bounds of our own, wide of every population ever studied: outside of them a slip of the keyboard is likelier.
AGE = Kind(Said("age"), Said("years"), {"years": 1.0, "year": 1.0, "y": 1.0}, 1, 122)
BMI = Kind(Said("BMI"), "kg/m²", {"kg/m²": 1.0, "kg/m2": 1.0}, 9, 110)
WEIGHT = Kind(Said("weight"), "kg", {"kg": 1.0, "g": 0.001}, 5, 400)
GFR = Kind(Said("kidney function"), "mL/min", {"mL/min": 1.0}, 3, 250)

YOUNGEST, OLDEST = 18.0, 110.0
"""Ages that a population may name: adults, as in the trials that the model is compared with (docs/safety.md)."""


def read(value: object, kind: Kind) -> Spread:
    """Read ``{mean: 40, sd: 8, min: 20, max: 64}`` or a mean alone, with or without the unit."""
    plain = value if isinstance(value, Mapping) else {"mean": value}
    found = read_each(kind.what, plain, lambda part, number: (_part(part), _number(part, number, kind)))
    spread = Spread(**dict(found.values()))
    low, high = spread.low or kind.least, kind.most if spread.high is None else spread.high
    if low > high or (spread.mean is not None and not low <= spread.mean <= high):
        do = Said("Check mean, min and max: they do not fit each other.")
        raise refusal(value, do, (Said.quoted("min ≤ mean ≤ max"),))
    if spread.mean is None and (spread.low is None or spread.high is None):
        raise refusal(value, Said("Write a mean, or both min and max."), tuple(_PARTS))
    return spread


def adults(value: object) -> Spread:
    """Read ages, and refuse those of whom the model knows nothing, and an SD that does not fit between the bounds."""
    spread = read(value, AGE)
    said = [age for age in (spread.mean, spread.low, spread.high) if age is not None]
    if min(said) < YOUNGEST or max(said) > OLDEST:
        expected = Said("{low:g} to {high:g}", low=YOUNGEST, high=OLDEST)
        do = Said("Ask for adults: the model knows neither growth nor the diets of children.")
        raise refusal(value, do, (Said("{between} {unit}", between=expected, unit=AGE.unit),))
    fits = ages.too_wide(spread)
    if fits is not None:
        raise refusal(value, Said("Lower the SD, or set min and max further apart."), (fits,))
    return spread


def _part(key: str) -> str:
    _known(key, tuple(_PARTS))
    return _PARTS[key]


def _known(key: str, keys: tuple[str, ...]) -> None:
    if key not in keys:
        close = nearest(key, keys)
        do = Said("Did you mean `{word}`?", word=close[0]) if close else Said("Remove this key, or use one of those.")
        raise refusal(Said("the unknown key `{key}`", key=describe(key)), do, close or keys)


def _number(part: str, value: object, kind: Kind) -> float:
    quantity = number_with_unit(value, f"40 {kind.unit}")
    if quantity.unit and quantity.unit not in kind.accepted:
        raise unknown_unit(quantity.unit, tuple(kind.accepted))
    number = quantity.value * kind.accepted[quantity.unit] if quantity.unit else quantity.value
    least, most = (0.0, kind.most / 2) if part == "sd" else (kind.least, kind.most)
    return bounded(number, least, most, kind.unit, kind.what, value)


def readings(analyte: str, value: object) -> Spread:
    """Read ``{mean: 48, sd: 18, unit: nmol/L}`` of an analyte at the start, in any unit that laboratories print."""
    if labs.known_analyte(analyte) not in levers():
        do = Said("People cannot be made to match this analyte: remove it.")
        raise refusal(analyte, do, tuple(levers()))
    plain = value if isinstance(value, Mapping) else {"mean": value}
    unit: str | None = None

    def one(part: str, entry: object) -> units.Quantity:
        nonlocal unit
        _known(part, ("mean", "sd", "unit"))
        if part != "unit":
            return number_with_unit(entry, "48 nmol/L")
        unit = labs.accept_unit(analyte, str(entry))
        return units.Quantity(1.0, unit)

    found = read_each("readings", plain, one)
    if "mean" not in found:
        raise refusal(value, Said("Add the mean at the start."), ("mean",))
    settled = labs.settle_unit(analyte, found["mean"], unit)
    level = labs.measured(analyte, "=", found["mean"], settled).value
    if level <= 0:
        raise refusal(value, Said("Write a mean above 0."))
    if "sd" not in found:
        return Spread(level)
    sd = found["sd"]
    width = labs.canonical(analyte, sd.value, labs.settle_unit(analyte, sd, unit) if sd.unit else settled)
    # Half as wide again as the mean: wider spreads are slips of the unit.
    return Spread(level, bounded(width, 0, 1.5 * level, "", Said("SD of {analyte}", analyte=analyte), sd.value))


def intake(nutrient: str, value: object) -> Spread:
    """Read a habitual intake per day: ``"320 mg"`` or ``{mean: 320 mg, sd: 80 mg}``."""
    if not isinstance(value, Mapping):
        low, high = doses.diet_total(nutrient, value)
        return Spread((low + high) / 2)

    def one(part: str, amount: object) -> tuple[str, float]:
        _known(part, ("mean", "sd"))
        low, high = doses.diet_total(nutrient, amount, controlled=part == "sd")
        return part, (low + high) / 2

    found = dict(read_each("intake", value, one).values())
    if "mean" not in found:
        raise refusal(value, Said("Add the mean."), ("mean",))
    return Spread(**found)


def infused_mmol(nutrient: str, value: object, most: float) -> float:
    """Read the amount of one infusion in mmol. Calcium may be negative: citrate or EDTA takes it away."""
    quantity = number_with_unit(value, "97 mg")
    accepted = doses.accepted_units(nutrient, None)
    if not quantity.unit:
        do = Said("Write the unit too, such as {example}.", example="97 mg")
        raise refusal(Said("{value} without a unit", value=describe(value)), do, accepted)
    if quantity.unit not in accepted:
        raise unknown_unit(quantity.unit, accepted)
    mmol = units.convert(quantity.value, quantity.unit, "mmol", nutrient)
    return bounded(mmol, -most if nutrient == "calcium" else 0.0, most, "mmol", Said("infusion"), value)
