"""The words of a trial table about doses: how much of which form, when, and for how long.

``weekly 20000 IU + ~900 IU/d``, ``200000 IU then monthly 100000 IU``, ``single 140 ug`` become :class:`Dose`. What the
words leave out is taken from the mean daily dose of the row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cofactor.units import convert

ONCE = float("inf")
_AMOUNT = re.compile(r"~?\s*(\d[\d,]*(?:\.\d+)?)\s*(k)?\s*(iu|ui|µg|ug|mcg|mg)\b", re.IGNORECASE)
_MANY = re.compile(r"every\s+(\d+|two|three|four|six|other)?\s*(day|week|month|year)s?", re.IGNORECASE)
_NUMBERS = {"two": 2, "three": 3, "four": 4, "six": 6, "other": 2}
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0, "y": 365.0}
# Checked in this order: the longer phrase first.
_INTERVALS = (
    (r"twice[- ]monthly|twice a month|2 x[^,;]*month|semi-?monthly", 15.0),
    (r"fortnight|bi-?weekly|2-weekly|two-weekly", 14.0),
    (r"twice[- ]weekly|twice a week", 3.5),
    (r"4-monthly|four-monthly", 122.0),
    (r"3-monthly|three-monthly|quarter", 91.0),
    (r"6-monthly|six-monthly|half-?yearly", 182.0),
    (r"4-weekly", 28.0),
    (r"month", 30.0),
    (r"week|/wk", 7.0),
    (r"year|annual", 365.0),
    (r"single|once\b(?! (?:a|daily|weekly|monthly))|bolus|loading|stoss", ONCE),
    (r"daily|/d\b|per day|a day|every day", 1.0),
)
_NOTHING = {"none", "placebo", "control", "no"}
_FORMS = {
    **dict.fromkeys(("d3", "cholecalciferol", "colecalciferol", "vitamin d3", "vitamin d"), "D3"),
    **dict.fromkeys(("d2", "ergocalciferol", "vitamin d2"), "D2"),
    **dict.fromkeys(("calcifediol", "calcidiol", "25(oh)d3", "25ohd", "25ohd3"), "calcifediol"),
    "calcitriol": "calcitriol",
}
_BESIDE = re.compile(r"(ca|calcium|mg|magnesium|zn|zinc|k2|mk-?7|vitamin k2?)( \w+)?")
_MINERALS = (("magnesium", "mg|magnesium", "Mg"), ("calcium", "ca|calcium", "Ca"))
_FOR = re.compile(r"\bfor (\d+) (day|week|month|year)s?")
_BEFORE = re.compile(r"after (\d+) (y|year|month|week)[a-z]* of (\d[\d,]*) ?iu", re.IGNORECASE)
_RISES = re.compile(r"(\d[\d,]*) to (\d[\d,]*) ?iu", re.IGNORECASE)
_ESCALATES = re.compile("escalat|rising|increas", re.IGNORECASE)
_RANGE = re.compile(r"\d+\s*-\s*\d+\s*(iu|ug|µg)")
_SEQUENCE = re.compile(r"\bthen\b|followed by|loading")
_NOT_A_DOSE = re.compile(r"\bover \d+ d|\bca\b|calcium|\bmg mg\b|magnesium|zinc|\bk2\b|mk-?7")


@dataclass(frozen=True, slots=True)
class Dose:
    """``amount`` of ``form`` (IU of D3 and D2, µg of the others) on ``first_day`` and every ``every_days`` after it.

    ``every_days`` 1 is a daily dose; :data:`ONCE` a single one. ``until`` is the day on which it stops. ``to`` is the
    amount it reaches on that day where it rises in a straight line.
    """

    form: str
    amount: float
    every_days: float = 1.0
    first_day: float = 0.0
    until: float = ONCE
    to: float | None = None

    def days(self, end: float) -> list[float]:
        """The days before ``end`` on which it is taken."""
        stop, found, day = min(end, self.until), [], self.first_day
        while day < stop:
            found.append(day)
            if self.every_days == ONCE:
                break
            day += self.every_days
        return found

    def on(self, day: float) -> float:
        """The amount of a day on which it is taken."""
        if self.to is None or self.until in (ONCE, self.first_day):
            return self.amount
        return self.amount + (self.to - self.amount) * (day - self.first_day) / (self.until - self.first_day)


@dataclass(frozen=True, slots=True)
class Regimen:
    """All doses of an arm. ``lead_days`` is how long some were taken before the clock of the trial starts."""

    doses: tuple[Dose, ...] = ()
    lead_days: float = 0.0

    @property
    def longest_interval(self) -> float:
        """Days between doses of the rarest one that is repeated; 0 without doses."""
        return max((d.every_days for d in self.doses if d.every_days != ONCE), default=0.0)

    @property
    def given_by_staff(self) -> bool:
        """Whether every dose is so rare that it is handed over at a visit, so that none is forgotten."""
        return bool(self.doses) and all(d.every_days >= _DAYS["year"] for d in self.doses)

    def with_form(self, form: str) -> Regimen:
        """The same regimen of another form, mass for mass (40 IU are 1 µg)."""
        return replace(self, doses=tuple(_as_form(d, form) for d in self.doses))


def _as_form(dose: Dose, form: str) -> Dose:
    if _in_ug(dose.form) == _in_ug(form):
        return replace(dose, form=form)
    factor = 1 / _iu_per_ug() if _in_ug(form) else _iu_per_ug()
    to = None if dose.to is None else dose.to * factor
    return replace(dose, form=form, amount=dose.amount * factor, to=to)


def _in_ug(form: str) -> bool:
    return form in ("calcifediol", "calcitriol")


def _iu_per_ug() -> float:
    return convert(1.0, "µg", "IU", "vitamin_d")


def forms_of(text: str) -> tuple[str, ...] | None:
    """The forms of vitamin D that a cell names, in equal parts; none for a placebo; ``None`` where it is another.

    Minerals and vitamin K given beside it are passed over: :func:`beside` reads their amounts.
    """
    words = [w.strip().lower() for w in re.split(r"\+|/|,|&|\band\b|\bor\b|\bwith\b", text) if w.strip()]
    given = [w for w in words if not _BESIDE.fullmatch(w)]
    if set(given) <= _NOTHING:
        return ()
    found = tuple(_FORMS[w] for w in given if w in _FORMS)
    return found if found and len(found) == len(given) else None


def beside(text: str) -> tuple[tuple[str, float], ...]:
    """Constants of the model that minerals and vitamin K named in the words set: mmol a day, two doses; µg a day."""
    found: dict[str, float] = {}
    for name, names, constant in _MINERALS:
        before = re.search(rf"(\d[\d,]*)\s*mg\s*(?:of\s+|elemental\s+)*(?:{names})\b", text, re.IGNORECASE)
        after = re.search(rf"\b(?:{names})\b\D{{0,20}}?(\d[\d,]*)\s*mg\b", text, re.IGNORECASE)
        if match := before or after:
            found |= {f"sup_{constant}": convert(_plain(match[1]), "mg", "mmol", name), f"n_s{constant}": 2.0}
    if match := re.search(r"(\d+)\s*(?:µg|ug|mcg)\s*(?:of\s+)?(?:mk-?7|k2)", text, re.IGNORECASE):
        found["in_MK7"] = float(match[1])
    return tuple(found.items())


def regimen(forms: tuple[str, ...], dosing: str, iu_per_day: float | None, duration_days: float) -> Regimen:
    """The doses that a row describes. A mean daily dose stands in where the words give no amount."""
    if not forms:
        return Regimen()
    pieces = _pieces(dosing, forms[0])
    lead = 0.0
    if before := _BEFORE.search(dosing):
        lead = float(before[1]) * _DAYS[before[2].lower()]
        pieces = [Dose(forms[0], _plain(before[3]), 1.0, -lead, 0.0), *_mean_dose(forms[0], dosing, iu_per_day)]
    elif (rises := _RISES.search(dosing)) and _ESCALATES.search(dosing):
        every = _interval(dosing) or 1.0
        pieces = [Dose(forms[0], _plain(rises[1]), every, 0.0, duration_days, _plain(rises[2]))]
    pieces = pieces or _mean_dose(forms[0], dosing, iu_per_day)
    shared = [
        replace(_as_form(d, form), amount=_as_form(d, form).amount / len(forms)) for form in forms for d in pieces
    ]
    return Regimen(tuple(shared), lead)


def _mean_dose(form: str, dosing: str, iu_per_day: float | None) -> list[Dose]:
    """The mean daily dose of a row, gathered over the interval that the words name."""
    if not iu_per_day:
        return []
    every = _interval(dosing) or 1.0
    every = 1.0 if every == ONCE else every
    return [Dose(form, _in_own_unit(iu_per_day, "iu", form) * every, every)]


def _plain(text: str) -> float:
    return float(text.replace(",", ""))


def _pieces(dosing: str, form: str) -> list[Dose]:
    """The doses of each part of the words. What comes first and is followed by another is given once."""
    text = re.sub(r"\(.*?\)", " ", dosing.lower())
    if _RANGE.search(text):  # several arms in one row: no single amount
        return []
    parts = re.split(r"\s*(?:\+|;|\band then\b|\bthen\b|\bfollowed by\b)\s*", text)
    sequence = len(parts) > 1 and bool(_SEQUENCE.search(text))
    found: list[Dose] = []
    for i, part in enumerate(parts):
        amount = _AMOUNT.search(part)
        if amount is None or _NOT_A_DOSE.search(part):
            continue
        number = _plain(amount[1]) * (1000 if amount[2] else 1)
        every = _interval(part) or (ONCE if sequence and i == 0 else 1.0)
        first, until = 0.0, ONCE
        if sequence and found:  # maintenance begins where the loading ends, or one interval after a single dose
            first = found[-1].until if found[-1].until != ONCE else every if every != ONCE else 0.0
        if sequence and (length := _FOR.search(part)):
            until = first + float(length[1]) * _DAYS[length[2]]
        found.append(Dose(form, _in_own_unit(number, amount[3], form), every, first, until))
    return found


def _in_own_unit(amount: float, unit: str, form: str) -> float:
    """IU of D3 and D2, µg of calcifediol and calcitriol."""
    unit = unit.lower()
    if unit in ("iu", "ui"):
        return amount / _iu_per_ug() if _in_ug(form) else amount
    ug = amount * 1000 if unit == "mg" else amount
    return ug if _in_ug(form) else ug * _iu_per_ug()


def _interval(text: str) -> float | None:
    """Days between doses that the words name."""
    lowered = _FOR.sub(" ", text.lower())
    if "daily" in lowered and " or " in lowered:  # several schedules pooled in one arm
        return 1.0
    if many := _MANY.search(lowered):
        count = many[1]
        times = 1 if not count else _NUMBERS.get(count) or int(count)
        return times * (_DAYS[many[2]] if many[2] != "month" or times < 3 else 30.5)
    for pattern, days in _INTERVALS:
        if re.search(pattern, lowered):
            return days
    return None
