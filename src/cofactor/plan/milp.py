"""Which products, how many units, at which moments: one mixed-integer linear programme, solved by HiGHS.

The programme knows amounts, moments and weights, and nothing of people: what must be reached and what may not be passed
comes in as :class:`Need` and :class:`Cap`. Limits are hard. A need that they leave no room for is met as far as it can
be, and :func:`freeing` names the constraints whose removal would let it be met. The same problem gives the same answer.

Variables: for each option and moment, how often it is taken (0 or 1 for a product, portions for food); for each option,
whether it is used at all; for each need, what is missing. Rows: needs, limits a day, limits at one moment, what may not
stand together. What makes a day harder (two nutrients that compete at one moment, intakes of one nutrient close to each
other, one more moment) costs its weight through a variable that is 1 where it happens.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np

from cofactor.assess.limits import Counted
from cofactor.errors import CofactorError
from cofactor.said import Said

ANY_TIME = "any_time"
"""The one moment of food, which belongs to no hour."""
EPSILON = 1e-6
"""Of an amount, against rounding of whole units to limits."""
_TIE = 1e-5  # weight of the order of options, so that of two equal plans always the same one is found
_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 1e-9,  # solved to the end
    # these problems are small: searching for good answers before branching takes longer than branching
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
_SHORT = 1e4  # burden of meeting nothing of a need: above that of any number of pills


@dataclass(frozen=True, slots=True)
class Option:
    """So many units of a product at once, or a portion of food. ``contents`` are amounts in canonical units.

    ``counts`` are the amounts that count towards needs, by moment, where they differ from the contents (a form that is
    absorbed less, a moment without a meal). ``group`` names what only one option may be used of.
    """

    id: str
    contents: Mapping[str, float]
    slots: tuple[str, ...]
    weight: float  # burden of taking it once a day
    used_weight: float = 0.0  # burden of using it at all
    slot_weight: Mapping[str, float] = field(default_factory=dict)  # burden of that moment
    counts: Mapping[str, Mapping[str, float]] | None = None
    group: str | None = None
    most_a_day: int = 3
    food: bool = False

    def towards(self, nutrient: str, slot: str) -> float:
        """What one intake counts for towards a need."""
        return (self.contents if self.counts is None else self.counts[slot]).get(nutrient, 0.0)


@dataclass(frozen=True, slots=True)
class Need:
    """At least this much of a nutrient a day, on top of what is taken anyway."""

    nutrient: str
    amount: float
    key: str


@dataclass(frozen=True, slots=True)
class Cap:
    """At most this much a day of what is counted, or at the moments ``slots``, after what is taken anyway."""

    nutrient: str
    amount: float
    counted: Counted
    key: str
    slots: tuple[str, ...] = ()  # INTAKE only


@dataclass(frozen=True)
class Problem:
    """What to choose from, what to reach, and what holds.

    ``near`` are moments that share the capacity of the gut; ``beside`` are pairs of nutrients that compete at one.
    """

    options: tuple[Option, ...]
    needs: tuple[Need, ...]
    caps: tuple[Cap, ...]
    beside: tuple[tuple[str, str], ...] = ()
    beside_weight: float = 0.0
    near: tuple[tuple[str, str], ...] = ()
    near_weight: float = 0.0
    busy: frozenset[str] = frozenset()  # moments at which something is taken anyway
    moment_weight: float = 0.0  # burden of one more moment of the day

    @property
    def keys(self) -> tuple[str, ...]:
        """What the limits are called, in order."""
        return tuple(dict.fromkeys(cap.key for cap in self.caps))


@dataclass(frozen=True, slots=True)
class Choice:
    """How often each option is taken at each moment, what is missing of each need, and the burden of the whole."""

    taken: Mapping[tuple[str, str], int]
    short: Mapping[str, float]
    weight: float

    def slots(self, option: str) -> tuple[str, ...]:
        """The moments of one option."""
        return tuple(slot for (name, slot) in self.taken if name == option)


class SolverError(CofactorError):
    """HiGHS ended without an answer."""


def choose(problem: Problem) -> Choice:
    """The choice of least burden that meets every need inside every limit, or as much of it as can be met."""
    if not any(need.amount > EPSILON for need in problem.needs):
        return Choice({}, {}, 0.0)
    return _Programme(problem).solve()


def freeing(problem: Problem, nutrient: str) -> tuple[str, ...]:
    """The limits each of whose removal alone would let the need of a nutrient be met."""
    alone = replace(problem, needs=tuple(n for n in problem.needs if n.nutrient == nutrient))
    found = []
    for key in problem.keys:
        without = replace(alone, caps=tuple(c for c in problem.caps if c.key != key))
        if nutrient not in choose(without).short:
            found.append(key)
    return tuple(found)


class _Quiet(highspy.Highs):
    """HiGHS without the callbacks of its Python class, which announce the solver on standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


class _Programme:
    """The columns and rows of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.costs: list[float] = []
        self.tops: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[float, float, list[int], list[float]]] = []
        self.slots = tuple(dict.fromkeys(s for o in problem.options if not o.food for s in o.slots))
        self.at = {(o.id, s): self._intake(o, s, i) for i, o in enumerate(problem.options) for s in o.slots}
        self.short = {need.nutrient: self._column(_SHORT / need.amount, np.inf, whole=False) for need in self._needs()}
        self._use()
        self._reach()
        self._limit()
        self._day()

    # --- columns and rows

    def _column(self, cost: float, top: float, *, whole: bool = True) -> int:
        self.costs.append(cost)
        self.tops.append(top)
        self.whole.append(whole)
        return len(self.costs) - 1

    def _intake(self, option: Option, slot: str, place: int) -> int:
        weight = option.weight + option.slot_weight.get(slot, 0.0) + _TIE * place
        return self._column(weight, option.most_a_day if option.food else 1.0)

    def _row(self, terms: Iterable[tuple[int, float]], low: float = -np.inf, high: float = np.inf) -> None:
        columns, values = zip(*terms, strict=True)
        self.rows.append((low, high, list(columns), list(values)))

    def _needs(self) -> list[Need]:
        return [need for need in self.problem.needs if need.amount > EPSILON]

    # --- what each part says

    def _use(self) -> None:
        """An option is used where it is taken; of a group only one is."""
        groups: dict[str, list[int]] = {}
        for option in self.problem.options:
            used = self._column(option.used_weight, 1.0)
            if option.group is not None:
                groups.setdefault(option.group, []).append(used)
            day = [self.at[option.id, slot] for slot in option.slots]
            for column in day:
                self._row([(column, 1.0), (used, -(option.most_a_day if option.food else 1.0))], high=0.0)
            if len(day) > option.most_a_day:
                self._row([(column, 1.0) for column in day], high=option.most_a_day)
        for members in groups.values():
            self._row([(used, 1.0) for used in members], high=1.0)

    def _reach(self) -> None:
        for need in self._needs():
            counted = [(self.at[o.id, s], v) for o, s in self._taken() if (v := o.towards(need.nutrient, s))]
            self._row([*counted, (self.short[need.nutrient], 1.0)], low=need.amount)

    def _limit(self) -> None:
        for cap in self.problem.caps:
            held = [
                (s, (self.at[o.id, s], o.contents[cap.nutrient]))
                for o, s in self._taken()
                if cap.nutrient in o.contents and (not o.food or cap.counted is Counted.TOTAL)
            ]
            if cap.counted is not Counted.INTAKE:
                self._at_most([term for _, term in held], cap.amount)
                continue
            for slot in cap.slots or self.slots:
                self._at_most([term for s, term in held if s == slot], cap.amount)

    def _at_most(self, terms: Sequence[tuple[int, float]], amount: float) -> None:
        if terms:
            self._row(terms, high=max(amount, 0.0) + EPSILON)

    def _day(self) -> None:
        """What makes a day harder: nutrients that compete, intakes of one nutrient close together, moments."""
        problem = self.problem
        if problem.beside_weight:
            for (a, b), slot in itertools.product(problem.beside, self.slots):
                self._both(self._holding(a, slot), self._holding(b, slot), problem.beside_weight)
        if problem.near_weight:
            nutrients = dict.fromkeys(n for o in problem.options if not o.food for n in o.contents)
            for n, (early, late) in itertools.product(nutrients, problem.near):
                self._both(self._holding(n, early), self._holding(n, late), problem.near_weight)
        if problem.moment_weight:
            for slot in self.slots:
                if slot not in problem.busy:
                    self._moment(slot)

    def _holding(self, nutrient: str, slot: str) -> list[int]:
        return [self.at[o.id, s] for o, s in self._taken() if s == slot and nutrient in o.contents]

    def _both(self, here: Sequence[int], there: Sequence[int], weight: float) -> None:
        """A burden where something of each is taken; what holds both is one thing and costs nothing."""
        first, second = self._by_group(set(here) - set(there)), self._by_group(set(there) - set(here))
        for a, b in itertools.product(first, second):
            both = self._column(weight, 1.0, whole=False)
            self._row([*((x, 1.0) for x in (*a, *b)), (both, -1.0)], high=1.0)

    def _by_group(self, columns: set[int]) -> list[list[int]]:
        """Columns of one moment by group: of a group no two are taken, so that their sum says whether one is."""
        found: dict[str, list[int]] = {}
        for option, slot in self._taken():
            if self.at[option.id, slot] in columns:
                found.setdefault(option.group or option.id, []).append(self.at[option.id, slot])
        return list(found.values())

    def _moment(self, slot: str) -> None:
        """A burden where anything is taken at this moment."""
        moment = self._column(self.problem.moment_weight, 1.0)
        for members in self._by_group({self.at[o.id, s] for o, s in self._taken() if s == slot}):
            self._row([*((x, 1.0) for x in members), (moment, -1.0)], high=0.0)

    def _taken(self) -> Iterable[tuple[Option, str]]:
        return ((option, slot) for option in self.problem.options for slot in option.slots)

    # --- the answer

    def solve(self) -> Choice:
        """The least burden."""
        solver: Any = _Quiet()
        for name, value in _OPTIONS.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._model())
        solver.run()
        status = solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            why = solver.modelStatusToString(status)
            raise SolverError(Said("the choice of products ended with {why}", why=why))
        values = solver.getSolution().col_value
        taken = {key: n for key, column in self.at.items() if (n := round(values[column]))}
        return Choice(taken, self._missing(taken), float(solver.getObjectiveValue()))

    def _missing(self, taken: Mapping[tuple[str, str], int]) -> dict[str, float]:
        """What whole units leave of each need; the solver's own value carries its tolerance."""
        found = {}
        for need in self._needs():
            reached = sum(o.towards(need.nutrient, s) * taken.get((o.id, s), 0) for o, s in self._taken())
            if need.amount - reached > EPSILON * max(1.0, need.amount):
                found[need.nutrient] = need.amount - reached
        return found

    def _model(self) -> Any:  # noqa: ANN401 - a model of HiGHS
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.rows)
        lp.col_cost_, lp.col_upper_ = np.array(self.costs), np.array(self.tops)
        lp.col_lower_ = np.zeros(len(self.costs))
        lp.row_lower_ = np.array([low for low, _, _, _ in self.rows])
        lp.row_upper_ = np.array([high for _, high, _, _ in self.rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(columns) for _, _, columns, _ in self.rows)], dtype=np.int32)
        lp.a_matrix_.index_ = np.array([c for _, _, columns, _ in self.rows for c in columns], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([v for _, _, _, values in self.rows for v in values], dtype=float)
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        return lp
