"""Arms of vitamin D trials: rows of a table become people, doses and what was observed in them.

Everything that a row leaves out is filled by one stated rule (``filled`` of the arm), and a row that cannot be
simulated is handed back with the reason (:class:`Unread`): a table with rows never seen before is read as far as it
goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cofactor.evidence import dosing
from cofactor.evidence.baselines import baseline, detail, is_25ohd, nmol_per_unit
from cofactor.evidence.dosing import Regimen
from cofactor.evidence.observed import Measure, Observation, observation
from cofactor.evidence.published import Kind, Row
from cofactor.evidence.reasons import Filled, Rule, Unread
from cofactor.facts.types import Trust

USUAL_LATITUDE = 45.0
"""Where a table gives none: the middle of the populations that trials are run in. Assumption."""
CORE_WEEKS, CORE_IU = 8.0, 10_000.0  # the scored core, as set before the first fit: D3 or placebo, 8 weeks, 10,000 IU


@dataclass(frozen=True, slots=True)
class Arm:
    """People of one arm, as means. Levels in nmol/L, ``start_day`` of the year, ``anchor`` the day of the baseline.

    ``filled`` tells what the table did not say and which rule stood in.
    """

    trial_id: str
    name: str
    forms: tuple[str, ...]
    regimen: Regimen
    iu_per_day: float
    baseline: float
    baseline_sd: float | None
    anchor: float
    latitude: float
    start_day: int | None
    dark: bool
    age: float | None
    female: float | None
    bmi: float | None
    supervised: bool
    recall: bool
    observations: tuple[Observation, ...]
    beside: tuple[tuple[str, float], ...] = ()  # constants that minerals and vitamin K given in the trial set
    filled: tuple[Filled, ...] = ()

    @property
    def last_day(self) -> float:
        """Last day on which something was observed."""
        return max(o.day for o in self.observations)


def arms(rows: Iterable[Row]) -> tuple[tuple[Arm, ...], tuple[Unread, ...]]:
    """Every arm of a vitamin D table that can be simulated, and the rows that cannot."""
    known = [r for r in rows if r.kind is Kind.VITAMIN_D]
    read: dict[tuple[str, str], list[tuple[Row, Observation]]] = {}
    unread: list[Unread] = []
    for row in known:
        found = observation(row)
        if isinstance(found, Unread):
            unread.append(found)
        else:
            read.setdefault((row.text("trial_id"), row.text("arm")), []).append((row, found))
    return tuple(_arm([r for r, _ in pairs], [o for _, o in pairs], known) for pairs in read.values()), tuple(unread)


# --------------------------------------------------------------------------------------------------------- the people

_DARK = re.compile("antarctic|uvb near zero|submarin|polar night")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MIDDLE = (15, 46, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349)  # day of the year in the middle of each month
_SEASONS = (
    (r"end of winter|late winter|winter-spring", 60),
    (r"autumn-winter|fall-winter|end of summer", 305),
    (r"winter", 15),
    (r"spring", 105),
    (r"summer", 196),
    (r"autumn|fall", 288),
)


def day_of_year(season: str, latitude: float) -> int | None:
    """Day of the year on which a trial starts, from the words of a table; ``None`` for year-round or unknown."""
    text = season.lower()
    if match := re.search(r"\b(" + "|".join(_MONTHS) + r")[a-z]*\b", text):
        return _MIDDLE[_MONTHS.index(match[1])]
    for pattern, day in _SEASONS:
        if re.search(pattern, text):
            return day if latitude >= 0 else (day + 182) % 365
    return None


def _arm(rows: Sequence[Row], observed: Sequence[Observation], table: Sequence[Row]) -> Arm:
    first, known = rows[0], detail(rows[0].text("trial_id"), rows[0].text("arm"))
    forms = dosing.forms_of(first.text("form")) or ()
    duration = max((r.number("duration_weeks") or 0.0) for r in rows) * 7 or max(o.day for o in observed)
    regimen = dosing.regimen(forms, first.text("dosing"), first.number("dose_iu_per_day"), duration)
    latitude = first.number("latitude_deg")
    place = () if latitude is not None else (Filled(Rule.LATITUDE, USUAL_LATITUDE),)
    latitude = USUAL_LATITUDE if latitude is None else latitude
    start = baseline(rows, table)
    iu = first.number("dose_iu_per_day") or _iu_per_day(regimen)
    given = dosing.beside(f"{first.text('arm')}; {first.text('dosing')}")
    if not (known and known.scored == 0) and not (given and not forms):
        observed = [_as_core(o, forms, iu, start.day, first.text("dosing")) for o in observed]
    return Arm(
        trial_id=first.text("trial_id"),
        name=first.text("arm"),
        forms=forms,
        regimen=regimen,
        iu_per_day=iu,
        baseline=start.level,
        baseline_sd=next((s * nmol_per_unit(r) for r in rows if is_25ohd(r) and (s := r.number("baseline_sd"))), None),
        anchor=start.day,
        latitude=latitude,
        start_day=day_of_year(first.text("season_start"), latitude),
        dark=bool(_DARK.search(" ".join(first.cells.values()).lower())),
        age=first.number("age_mean"),
        female=first.number("female_fraction"),
        bmi=first.number("bmi_mean") or _bmi(first.number("weight_kg_mean")),
        supervised=bool(known and known.supervised) or regimen.given_by_staff,
        recall=all(r.trust is Trust.RECALL for r in rows),
        observations=tuple(observed),
        beside=given,
        filled=(*place, *start.filled),
    )


def _bmi(weight_kg: float | None) -> float | None:
    """BMI of a mean weight at a height of 1.68 m, the mean of men and women in European surveys (assumption)."""
    return None if weight_kg is None else weight_kg / 1.68**2


def _iu_per_day(regimen: Regimen) -> float:
    daily = [d.amount / d.every_days for d in regimen.doses if d.first_day >= 0 and d.every_days != dosing.ONCE]
    return sum(daily)


def _as_core(o: Observation, forms: tuple[str, ...], iu: float, anchor: float, words: str) -> Observation:
    """Mark the arm-times that scores are quoted on."""
    plain = o.analyte == "25OHD" or (o.analyte == "25OHD3" and forms in ((), ("D3",)))
    measure = o.measure in (Measure.LEVEL, Measure.CHANGE, Measure.DIFFERENCE)
    against = o.comparator in (None, "placebo")
    usual = forms in ((), ("D3",)) and iu <= CORE_IU and o.day >= CORE_WEEKS * 7
    odd = (anchor > 0 and not iu) or re.search("yearly|annual|escalat", words.lower()) is not None
    return replace(o, core=bool(plain and measure and against and usual and not odd))
