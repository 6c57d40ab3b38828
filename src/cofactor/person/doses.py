"""Amounts of nutrients: from what a label or a person says to the elemental amount in the nutrient's own unit.

The unit guard lives here. A dose that is wrong by 40 (µg for IU) or by 1000 (mg for µg) is refused and written back in
both units, because nobody sees such a slip in a number alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cofactor import units
from cofactor.errors import InputError, Problem
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.names import fold
from cofactor.facts.types import Form
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import number_with_unit, unknown_unit
from cofactor.person.words import nearest
from cofactor.said import Said


@dataclass(frozen=True, slots=True)
class Guard:
    """What is read as a slip, in the nutrient's unit: a supplement outside of these, or a diet outside of those."""

    least_dose: float  # smallest single dose of a supplement
    most_daily: float  # largest mean supplement a day
    most_dose: float  # largest single dose (monthly and yearly doses exist for vitamin D)
    least_diet: float  # smallest total of a diet a day
    most_diet: float  # largest total of a diet a day


# Our own bounds, set wide of doses that are sold or prescribed, so that only a slip of unit falls outside: they refuse
# a file, they judge no dose. Limits of safety are the gates' and the plan's.
GUARDS: dict[str, Guard] = {
    "vitamin_d": Guard(0.5, 375, 15_000, 0, 100),
    "magnesium": Guard(1, 5_000, 10_000, 10, 3_000),
    "calcium": Guard(1, 10_000, 10_000, 20, 8_000),
    "phosphorus": Guard(1, 10_000, 10_000, 50, 10_000),
    "potassium": Guard(1, 20_000, 20_000, 100, 20_000),
    "zinc": Guard(0.05, 500, 1_000, 0.2, 200),
    "copper": Guard(0.005, 50, 100, 0.05, 50),
    "vitamin_k": Guard(0.5, 50_000, 50_000, 0, 10_000),
    "vitamin_c": Guard(0.5, 50_000, 100_000, 0, 10_000),
    "vitamin_a": Guard(1, 30_000, 120_000, 0, 50_000),
    "vitamin_e": Guard(0.05, 3_000, 6_000, 0, 500),
    "vitamin_b6": Guard(0.01, 1_000, 2_000, 0, 50),
    "iron": Guard(0.05, 1_000, 2_000, 0.2, 300),
    "sodium": Guard(0.1, 20_000, 20_000, 20, 40_000),
}
# Written in IU there is no doubt about the unit, so more is read: 40,000 IU a day. The gates speak of it.
_MOST_DAILY_IN_IU = 1_000.0
# A vitamin D product of 75 IU or less is not sold; of 5 to 75 µg it is.
_LEAST_IU = 80.0
# Calcifediol is given in µg; products go to 266 µg, monthly or weekly.
_CALCIFEDIOL = Guard(0.5, 150, 1_500, 0, 100)

# The units of amounts that the file format accepts.
_UNITS = ("µg", "mg", "g", "IU", "mmol", "mEq")
_IN_IU = ("vitamin_d", "vitamin_a", "vitamin_e")
_MINERALS_IN_MMOL = ("magnesium", "calcium", "phosphorus", "potassium", "zinc", "copper", "iron", "sodium")
# Names in English and French, folded, that lead to an id.
_CALLED = {
    "vitamine d": "vitamin_d",
    "vitamin d3": "vitamin_d",
    "vitamine d3": "vitamin_d",
    "d3": "vitamin_d",
    "mg": "magnesium",
    "ca": "calcium",
    "phosphore": "phosphorus",
    "phosphate": "phosphorus",
    "cuivre": "copper",
    "fer": "iron",
    "sel": "sodium",
    "vitamine k": "vitamin_k",
    "vitamin k2": "vitamin_k",
    "vitamine k2": "vitamin_k",
    "k2": "vitamin_k",
    "vitamine c": "vitamin_c",
    "vitamine a": "vitamin_a",
    "vitamine e": "vitamin_e",
    "vitamine b6": "vitamin_b6",
    "b6": "vitamin_b6",
}
# Below this share of the element in the compound, reading one for the other changes the dose.
_SALT = 0.95


@dataclass(frozen=True, slots=True)
class Amount:
    """An elemental amount in the nutrient's unit, and how it was written."""

    value: float
    unit: str
    written_in: str  # the unit as typed
    as_typed: str
    if_compound: float | None  # what it would be had the number meant the compound; None where it cannot


def known_nutrient(value: object) -> str:
    """Return the id of a nutrient, or refuse it with the nearest."""
    if isinstance(value, str) and value.strip() in NUTRIENT_UNIT:
        return value.strip()
    text = value[:60] if isinstance(value, str) else ""
    called = _CALLED.get(fold(text))
    close = (called,) if called else nearest(text, NUTRIENT_UNIT)
    do = Said("Did you mean `{word}`?", word=close[0]) if close else Said("Use the id of a nutrient.")
    raise refusal(value, do, close or tuple(NUTRIENT_UNIT))


def known_form(nutrient: str, value: object) -> Form:
    """Return a form of the nutrient by id or name, or refuse it with the candidates."""
    forms = [form for form in load().forms if form.nutrient == nutrient]
    ids = tuple(form.id for form in forms)
    if not isinstance(value, str):
        raise refusal(value, Said("Write the id of a form."), ids)
    found = load().form(nutrient, value[:60])
    if found is not None:
        return found
    close = nearest(value, ids)
    if close:
        raise refusal(value, Said("Did you mean `{word}`?", word=close[0]), close)
    raise refusal(value, Said("Use one of the forms of {nutrient}.", nutrient=nutrient), ids)


def accepted_units(nutrient: str, form: Form | None = None) -> tuple[str, ...]:
    """List the units in which an amount of the nutrient may be written, its own unit first."""
    own = NUTRIENT_UNIT[nutrient]
    others = ["µg", "mg", "g"]
    if nutrient in _IN_IU and not (form is not None and form.id == "calcifediol"):
        others.append("IU")
    if nutrient in _MINERALS_IN_MMOL:
        others.append("mmol")
    if nutrient in units.VALENCE:
        others.append("mEq")
    return (own, *(u for u in others if u != own))


def dose(value: object, nutrient: str, form: Form | None, of: str | None) -> Amount:
    """Read the amount of one intake of a supplement. ``of`` is ``elemental``, ``compound`` or not said (elemental)."""
    example = "1000 IU" if nutrient == "vitamin_d" else f"300 {NUTRIENT_UNIT[nutrient]}"
    quantity, amount = _amount(value, nutrient, form, example)
    fraction = form.elemental_fraction if form is not None else None
    salt = fraction is not None and fraction < _SALT and quantity.unit in ("µg", "mg", "g")
    compound = amount * fraction if salt and fraction is not None else None
    if of == "compound":
        if form is None or fraction is None:
            what = Said("an unnamed form") if form is None else Said("the form {form}", form=form.id)
            got = Said(
                "{value} of {what}, whose share of {nutrient} is not known",
                value=describe(value),
                what=what,
                nutrient=nutrient,
            )
            do = Said("Give the elemental amount, or a form whose share of the element is in the tables.")
            raise refusal(got, do)
        if quantity.unit not in ("µg", "mg", "g"):
            raise refusal(value, Said("Write the weight of the compound in g, mg or µg."), ("mg", "g", "µg"))
        amount, compound = amount * fraction, None
    _guard_dose(amount, nutrient, quantity, form, describe(value))
    unit = NUTRIENT_UNIT[nutrient]
    return Amount(amount, unit, quantity.unit, describe(value), None if of == "elemental" else compound)


def guard_daily(amount: Amount, per_day: float, nutrient: str, form: Form | None) -> None:
    """Refuse a mean amount a day (in the nutrient's unit) that is only read as a slip of unit."""
    most = _guard(nutrient, form).most_daily
    if nutrient == "vitamin_d" and amount.written_in == "IU":
        most = _MOST_DAILY_IN_IU
    if per_day > most:
        expected = Said("at most {amount} a day", amount=both_units(most, nutrient))
        got = Said("{typed}, {amount} a day", typed=amount.as_typed, amount=both_units(per_day, nutrient))
        do = Said("{suggestion}Check the unit and `every`.", suggestion=_suggestion(nutrient, amount.written_in))
        raise refusal(got, do, (expected,))


def diet_total(nutrient: str, value: object, *, controlled: bool = False) -> tuple[float, float]:
    """Read the total of a nutrient in the diet, per day: ``"240 mg"``, or the range ``"200-280 mg"``.

    The ``controlled`` diet of an experiment may hold next to nothing.
    """
    example = f"{'3' if nutrient == 'vitamin_d' else '240'} {NUTRIENT_UNIT[nutrient]}"
    if isinstance(value, str):
        low_text, dash, high_text = value.strip()[:100].replace("–", "-").partition("-")
        if dash and low_text.strip():
            high = _total(high_text, nutrient, example, controlled)
            unit = number_with_unit(high_text, example).unit
            low_with_unit = low_text if low_text.strip()[-1:].isalpha() else f"{low_text} {unit}"
            low = _total(low_with_unit, nutrient, example, controlled)
            if low > high:
                raise refusal(value, Said("Write the lower end of the range first."))
            return low, high
    total = _total(value, nutrient, example, controlled)
    return total, total


_LINE = re.compile(
    r"(?P<nutrient>\S+)(?:\s+(?P<form>[^\W\d]\S*))?\s+(?P<amount>[\d.,]+\s*[^\W\d_][^\s]*)"
    r"(?:\s+(?:(?:every|per|/)\s*)?(?P<every>once|day|daily|week|weekly|month|monthly|\d+\s+days))?(?:\s+at\s+(?P<when>\w+))?"
)


def entry_of(text: str) -> dict[str, str]:
    """Split a dose of one line into the keys of a case's supplement: ``magnesium citrate 100 mg daily at dinner``.

    ``every`` may be the word ``once``, which only a trial understands. Raises :class:`InputError` for another shape.
    """
    match = _LINE.fullmatch(text.strip()[:200])
    if match is None:
        expected = ("vitamin_d D3 2000 IU", Said.quoted("magnesium citrate 100 mg daily at dinner"))
        do = Said("Write nutrient, form, amount and unit.")
        raise InputError([Problem(Said("dose"), describe(text), expected, do)])
    return {name: value for name, value in match.groupdict().items() if value is not None}


def both_units(value: float, nutrient: str) -> Said:
    """Write an amount of vitamin D in µg and IU, of another nutrient in its own unit."""
    own = Said("{number} {unit}", number=_plain(value), unit=NUTRIENT_UNIT[nutrient])
    if nutrient != "vitamin_d":
        return own
    return Said("{amount} ({number} IU)", amount=own, number=_plain(value / units.UG_PER_IU["vitamin_d"]))


def _plain(value: float) -> Said:
    return Said("{number:,.0f}", number=value) if value >= 1000 else Said("{number:.4g}", number=value)


def _total(value: object, nutrient: str, example: str, controlled: bool) -> float:
    text = value
    if isinstance(value, str):
        for ending in ("/day", "/d", "/jour", "/j"):
            text = value.strip().removesuffix(ending)
            if text != value.strip():
                break
    quantity, total = _amount(text, nutrient, None, example)
    guard = GUARDS[nutrient]
    least = 0.0 if controlled else guard.least_diet
    if not least <= total <= guard.most_diet:
        got = Said("{typed}, {amount} a day", typed=describe(value), amount=both_units(total, nutrient))
        expected = Said(
            "{low:g} to {high:g} {unit} a day from food",
            low=least,
            high=guard.most_diet,
            unit=NUTRIENT_UNIT[nutrient],
        )
        raise refusal(got, _check(_suggestion(nutrient, quantity.unit)), (expected,))
    return total


def _amount(value: object, nutrient: str, form: Form | None, example: str) -> tuple[units.Quantity, float]:
    quantity = number_with_unit(value, example)
    accepted = accepted_units(nutrient, form)
    if not quantity.unit:
        do = Said("Write the unit too, such as {example}.", example=example)
        raise refusal(Said("{value} without a unit", value=describe(value)), do, accepted)
    if quantity.unit not in accepted:
        if quantity.unit == "IU" and nutrient == "vitamin_d":
            raise refusal(value, Said("Calcifediol is measured by weight: write µg."), accepted)
        raise unknown_unit(quantity.unit, accepted)
    if quantity.value < 0:
        raise refusal(value, Said("Write an amount that is not negative."))
    return quantity, units.convert(quantity.value, quantity.unit, NUTRIENT_UNIT[nutrient], nutrient)


def _guard_dose(amount: float, nutrient: str, quantity: units.Quantity, form: Form | None, typed: str) -> None:
    guard = _guard(nutrient, form)
    in_iu = nutrient == "vitamin_d" and quantity.unit == "IU"
    least = _LEAST_IU * units.UG_PER_IU["vitamin_d"] if in_iu else guard.least_dose
    if amount < least:
        meant = _meant(f"{quantity.value:g} µg") if in_iu else _suggestion(nutrient, quantity.unit)
        got = Said("{typed}, {amount}", typed=typed, amount=both_units(amount, nutrient))
        raise refusal(got, _check(meant), (Said("at least {amount}", amount=both_units(least, nutrient)),))
    if amount > guard.most_dose:
        got = Said("{typed}, {amount}", typed=typed, amount=both_units(amount, nutrient))
        expected = Said("at most {amount} at once", amount=both_units(guard.most_dose, nutrient))
        raise refusal(got, _check(_suggestion(nutrient, quantity.unit)), (expected,))


def _guard(nutrient: str, form: Form | None) -> Guard:
    if form is not None and form.id == "calcifediol":
        return _CALCIFEDIOL
    return GUARDS[nutrient]


def _suggestion(nutrient: str, unit: str) -> str:
    """Name the unit that is most often meant instead."""
    if nutrient == "vitamin_d":
        return Said("Did you mean IU? ") if unit in ("µg", "mg", "g") else ""
    own = NUTRIENT_UNIT[nutrient]
    return _meant(own) if unit != own else ""


def _meant(amount: str) -> Said:
    return Said("Did you mean {amount}? ", amount=amount)


def _check(suggestion: str) -> Said:
    return Said("{suggestion}Check the number and the unit.", suggestion=suggestion)
