"""A supplement label as printed becomes elemental amounts of nutrients, or a refusal that shows what is doubtful.

What is known by law: a line that names a nutrient gives the nutrient ("Magnesium (as citrate) 100 mg" is 100 mg of
magnesium; Regulation (EU) 1169/2011, 21 CFR 101.36). What is not: the number beside a compound ("magnesium citrate
400 mg") may be of the compound or of the element. The printed percentage of the daily value can settle it; otherwise
the line is refused with both readings.

A percentage also shows a slip of unit: 11 ng of zinc that are 100 % of the daily value were 11 mg. Amounts that are off
by 40 or 1000 are refused with what they would be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic_core import PydanticCustomError

from cofactor import units
from cofactor.errors import Problem
from cofactor.facts.daily_values import daily_values
from cofactor.facts.food_files.records import Ingredient, LabelRow
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.names import fold
from cofactor.facts.types import Form
from cofactor.person import doses, label_line
from cofactor.person.label_line import Amount, Line
from cofactor.person.label_words import Meaning, forms_in, hidden_in, meaning
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import TWO_WAYS
from cofactor.said import Said

# Of what the declaration of a food gives, and nobody takes a supplement for (folded).
_FACTS_OF_FOOD = {"energy", "energie", "calories", "kcal", "fat", "lipides", "salt", "sel"}
_FACTS_OF_FOOD |= {"carbohydrate", "carbohydrates", "glucides", "sugar", "sugars", "sucres", "protein", "proteines"}
_LOOK_AGAIN = Said("Look at the unit on the label again.")
# How far an amount may lie from its percentage and still agree: whole percents, rounded amounts (our own).
_AGREES = 1.25
# From here it is a slip of unit: 40 over the spread of daily values (vitamin D: 5 to 20 µg), with room for rounding.
_SLIP = 8.0
_SMALL_PERCENT = 2.0  # below which rounding leaves nothing to compare with
# Two amounts that a line prints for the same thing may differ by rounding ("25 µg (1000 IU)", "13 µg (500 IU)").
_SAME = 1.1
# µg; 80 IU of vitamin D: whoever writes less in IU has mixed up the units (as in doses).
_LEAST_IN_IU = 2.0
# µg per IU of synthetic vitamin E, dl-alpha-tocopherol; NIH ODS, Vitamin E fact sheet (from memory).
_SYNTHETIC_E_UG_PER_IU = 450.0


_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Content:
    """What a serving holds of a nutrient: elemental, in the nutrient's canonical unit."""

    nutrient: str
    form: Form | None  # None where the label names none, or several in one line
    amount: float
    written_in: str  # the unit as printed
    as_printed: str
    settled: str = ""  # "elemental" or "compound" where only the printed percentage told which


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that gives no amount of what is followed here: another substance, or a nutrient without its amount."""

    text: str
    nutrients: tuple[str, ...]  # that it holds in unknown amount; empty for another substance
    hidden: str = ""  # the source that hides them

    @property
    def taken_for(self) -> bool:
        """Whether the product may be taken for it: folic acid, iodine, a plant; no excipient, no line on energy."""
        lines = label_line.split(self.text)
        return any(bool(line.amounts) and not _FACTS_OF_FOOD & set(fold(line.name).split()) for line in lines)


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A line that was refused, and why."""

    text: str
    got: str
    expected: tuple[str, ...]
    do: Said

    def __str__(self) -> str:
        return str(Problem(self.text, self.got, self.expected, self.do))


@dataclass(frozen=True, slots=True)
class LabelReading:
    """A whole label: what a serving holds, what was left aside, and what was refused."""

    contents: tuple[Content, ...]
    asides: tuple[Aside, ...]
    problems: tuple[LineProblem, ...]


def read_line(text: str, of: str | None = None) -> list[Content | Aside]:
    """Read a line as printed. ``of`` is ``elemental`` or ``compound`` where its reader knows.

    Raises the refusal of a case's validator where the line is doubtful.
    """
    found: list[Content | Aside] = []
    for line in label_line.split(text):
        found += _read(line, of)
    return found


def read_label(label: LabelRow) -> LabelReading:
    """Read every line of a stored label; a line within another counts only where no line beside it says the same."""
    found: list[Content | Aside] = []
    problems: list[LineProblem] = []
    printed = {m.nutrient for line in label.ingredients if not line.parent and (m := meaning(line.name))}
    for ingredient in label.ingredients:
        known = meaning(ingredient.name)
        if known is not None and ingredient.parent and known.nutrient in printed:
            continue
        try:
            found += _read(_line_of(ingredient), None)
        except PydanticCustomError as error:
            context = error.context or {}
            text = f"{ingredient.name} {ingredient.form}".strip()
            problems.append(LineProblem(text, context["got"], tuple(context["expected"]), context["do"]))
    return LabelReading(*parted(found), tuple(problems))


def parted(found: Iterable[Content | Aside]) -> tuple[tuple[Content, ...], tuple[Aside, ...]]:
    """Part what was read; a source that hides nutrients hides none whose amounts the label prints."""
    every = tuple(found)
    contents = tuple(one for one in every if isinstance(one, Content))
    given = {content.nutrient for content in contents}
    asides = (one for one in every if isinstance(one, Aside))
    return contents, tuple(
        replace(aside, nutrients=tuple(nutrient for nutrient in aside.nutrients if nutrient not in given))
        for aside in asides
    )


def _line_of(ingredient: Ingredient) -> Line:
    unit = ingredient.unit
    for ending in (" RAE", " AT", " DFE", " NE", " ER"):  # what the mass is counted as; the mass stays
        unit = unit.removesuffix(ending)
    return label_line.of_parts(ingredient.name, ingredient.form, ingredient.amount, unit, ingredient.percent)


def _read(line: Line, of: str | None) -> list[Content | Aside]:
    known = meaning(line.name)
    if known is None:
        hidden = hidden_in(line.name)
        inner = _inner(line) if hidden else []
        return inner or [Aside(line.text, nutrients, name) for name, nutrients in hidden] or [Aside(line.text, ())]
    if not line.amounts:
        return [Aside(line.text, () if line.percent == 0 else (known.nutrient,))]
    form = known.form or _only(forms_in(known.nutrient, line.form))
    content = _content(line, known, form, of)
    return [] if content is None else [content]


def _inner(line: Line) -> list[Content | Aside]:
    """The nutrients that stand in brackets behind a source: "cod liver oil 1000 mg (vitamin D 10 µg)"."""
    _, bracket, inside = line.text.partition("(")
    if not bracket:
        return []
    found = [content for part in label_line.split(inside.rpartition(")")[0] or inside) for content in _read(part, None)]
    return found if any(isinstance(content, Content) for content in found) else []


def _only(forms: tuple[Form, ...]) -> Form | None:
    return forms[0] if len(forms) == 1 else None


def _content(line: Line, known: Meaning, form: Form | None, of: str | None) -> Content | None:
    """The amount of a line; None where it is printed as zero."""
    nutrient = known.nutrient
    printed = line.amounts[0]
    value = _in_unit(printed, nutrient, form, line)
    _compare(value, printed, nutrient, form, line)
    if value == 0:
        return None
    settled = ""
    if line.element is not None:
        value, printed, of = _in_unit(line.element, nutrient, form, line), line.element, "elemental"
    if known.compound and of is None:
        of = settled = _settle(value, nutrient, form, line)
    if of == "compound":
        value *= _fraction(form, nutrient, line)
    _against_percent(value, printed, nutrient, line)
    _guard(value, printed, nutrient, line)
    return Content(nutrient, form, value, printed.unit, line.text, settled)


def _compare(value: float, printed: Amount, nutrient: str, form: Form | None, line: Line) -> None:
    """Refuse a line that says two things: the same in IU and in µg must agree, and two weights are two amounts."""
    for also in (*line.amounts[1:], *line.inside):
        if (also.unit == "IU") == (printed.unit == "IU") and also in line.inside:
            continue  # the weight of the compound
        other = _in_unit(also, nutrient, form, line)
        if value and other and not 1 / _SAME <= value / other <= _SAME:
            got = Said(
                "{printed} and {also} ({amount} and {other})",
                printed=str(printed),
                also=str(also),
                amount=doses.both_units(value, nutrient),
                other=doses.both_units(other, nutrient),
            )
            raise refusal(got, Said("The two do not agree: look at the label again, and write one of them."))


def _in_unit(amount: Amount, nutrient: str, form: Form | None, line: Line) -> float:
    unit = "µg" if amount.unit in ("mcg", "ug") else amount.unit
    accepted = doses.accepted_units(nutrient, form)
    if unit not in (*accepted, "ng"):
        raise refusal(f"{line.text}: {amount}", _LOOK_AGAIN, accepted)
    number = _number(amount, nutrient, unit, line)
    if unit == "IU" and nutrient == "vitamin_e" and "dl" in _words(line):
        return number * _SYNTHETIC_E_UG_PER_IU / 1000.0
    return units.convert(number, unit, NUTRIENT_UNIT[nutrient], nutrient)


def _words(line: Line) -> set[str]:
    return set(f"{line.name} {line.form}".lower().replace("-", " ").split())


def _number(amount: Amount, nutrient: str, unit: str, line: Line) -> float:
    """The number; "1,000" is one thousand or one, whichever alone can be on a label."""
    grouped, plain = _GROUPED.fullmatch(amount.text), _PLAIN.fullmatch(amount.text)
    if grouped is None and plain is None:
        raise refusal(str(amount), Said("Write the number as 1000 or as 1.5."), (Said("a number"),))
    as_grouped = float(amount.text.replace(",", "")) if grouped else math.nan
    as_plain = float(amount.text.replace(",", ".")) if plain else math.nan
    if grouped is None or plain is None:
        return as_plain if grouped is None else as_grouped
    own = NUTRIENT_UNIT[nutrient]
    readings = (as_grouped, as_plain)
    fitting = [r for r in readings if _fits(units.convert(r, unit, own, nutrient), nutrient, line)]
    if len(fitting) != 1:
        expected = tuple(f"{reading:g} {amount.unit}" for reading in readings)
        raise refusal(str(amount), TWO_WAYS, expected)
    return fitting[0]


def _fits(value: float, nutrient: str, line: Line) -> bool:
    guard = doses.GUARDS[nutrient]
    least = max(guard.least_dose, _LEAST_IN_IU if nutrient == "vitamin_d" else 0.0)
    if not least <= value <= guard.most_daily:
        return False
    off = _off(value, nutrient, line.percent)
    return off is None or 1 / _SLIP < off < _SLIP


def _off(value: float, nutrient: str, percent: float | None) -> float | None:
    """How many times the amount is what its percentage says, by the daily value that fits best; None without one."""
    known = daily_values(nutrient)
    if percent is None or percent <= 0 or value <= 0 or not known:
        return None
    ratios = [value / (percent / 100 * row.value) for row in known]
    return min(ratios, key=lambda ratio: abs(math.log(ratio)))


def _settle(value: float, nutrient: str, form: Form | None, line: Line) -> str:
    """Whether the number beside a compound is of the element or of the compound. Refuses what stays open."""
    fraction = form.elemental_fraction if form is not None else None
    readings = {"elemental": value} | ({"compound": value * fraction} if fraction is not None else {})
    if line.percent is not None and line.percent > _SMALL_PERCENT:
        off = {name: _off(reading, nutrient, line.percent) for name, reading in readings.items()}
        agreeing = [name for name, ratio in off.items() if ratio is not None and 1 / _AGREES <= ratio <= _AGREES]
        if len(agreeing) == 1:
            return agreeing[0]
    shown = tuple(
        Said(
            "of: {reading} ({amount:.3g} {unit} of {nutrient})",
            reading=name,
            amount=amount,
            unit=NUTRIENT_UNIT[nutrient],
            nutrient=nutrient,
        )
        for name, amount in readings.items()
    )
    do = Said(
        "Is the number the weight of the element or of the compound? Say which, or give the amount of the element."
    )
    raise refusal(Said("{line}, which can be read two ways", line=line.text), do, shown)


def _fraction(form: Form | None, nutrient: str, line: Line) -> float:
    if form is None or form.elemental_fraction is None:
        do = Said("Give the elemental amount: the share of the element in this compound is not in the tables.")
        got = Said("{line}, whose share of {nutrient} is not known", line=line.text, nutrient=nutrient)
        raise refusal(got, do)
    return form.elemental_fraction


def _against_percent(value: float, printed: Amount, nutrient: str, line: Line) -> None:
    """Refuse an amount that its own percentage shows to be a slip of unit."""
    off = _off(value, nutrient, line.percent)
    if off is None or line.percent is None or 1 / _SLIP < off < _SLIP:
        return
    if line.percent <= _SMALL_PERCENT and off < 1 and off > 1 / (_SLIP * _SMALL_PERCENT):
        return
    low, high = sorted(row.value * line.percent / 100 for row in daily_values(nutrient))[
        :: len(daily_values(nutrient)) - 1
    ]
    meant = doses.both_units(high, nutrient)
    if low != high:
        meant = Said("{low:.3g} to {high}", low=low, high=meant)
    got = Said(
        "{line}: {printed}, but {percent:g} % of a daily value is {meant}",
        line=line.text,
        printed=str(printed),
        percent=line.percent,
        meant=meant,
    )
    raise refusal(got, _LOOK_AGAIN, (meant,))


def _guard(value: float, printed: Amount, nutrient: str, line: Line) -> None:
    """Refuse what only a slip of unit can be, where no percentage speaks for it."""
    guard = doses.GUARDS[nutrient]
    if nutrient == "vitamin_d" and printed.unit == "IU" and value < _LEAST_IN_IU and line.percent is None:
        got = Said("{line}: {amount}", line=line.text, amount=_read_as(printed, value, nutrient))
        raise refusal(got, Said("Did you mean µg? Check the unit."))
    if guard.least_dose <= value <= guard.most_daily or (value < guard.least_dose and line.percent is not None):
        return
    if nutrient == "vitamin_d" and printed.unit == "IU" and guard.most_daily < value <= guard.most_dose:
        return  # an ampoule: written in IU there is no doubt about the unit
    most = doses.both_units(guard.most_daily, nutrient)
    bound = Said("{low:g} to {high} in a serving", low=guard.least_dose, high=most)
    got = Said("{line}: {amount}", line=describe(line.text), amount=_read_as(printed, value, nutrient))
    raise refusal(got, Said("Check the number and the unit."), (bound,))


def _read_as(printed: Amount, value: float, nutrient: str) -> Said:
    return Said("{typed}, {amount}", typed=str(printed), amount=doses.both_units(value, nutrient))
