"""What is said of formulas found for a population: the proposal, the front, the limits, and how it was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Part
from cofactor.person.catalogue import compound_mass
from cofactor.report import claims, numbers
from cofactor.report.figures.types import Table
from cofactor.report.names import Names, capital
from cofactor.trial.cohort import Estimate
from cofactor.trial.formula.jury import Judged
from cofactor.trial.formula.search import SCREEN, Found
from cofactor.trial.formula.types import Formula, Goal, LevelGoal

_PER_WEEK = 7


def formula_lines(found: Found, lang: str) -> str:
    """Everything as plain text that ends in a line break."""
    return "\n\n".join("\n".join(block) for block in FormulaWords(found, lang).blocks() if block) + "\n"


@dataclass(frozen=True)
class FormulaWords:
    """What was found, in one language."""

    found: Found
    lang: str

    @cached_property
    def names(self) -> Names:
        """What things are called."""
        return Names(self.lang)

    def say(self, key: str, **values: str) -> str:
        """A sentence of this command."""
        return self.names.text(f"formula.{key}", **values)

    def blocks(self) -> Iterator[list[str]]:
        """The parts of the text, in order."""
        yield [self.title(), self.who()]
        yield list(self.proposal())
        yield [self.in_range(), self.limits()]
        yield [self.say("front_line", what=self.say(f"front_{self.found.spec.against}")), *_laid_out(self.front())]
        if self.found.best is not None:
            yield [self.say("goals"), *(f"  {line}" for line in self.goals(self.found.best))]
            yield [self.say("passing"), *(f"  {line}" for line in self.passing(self.found.best))]
            allowed = list(claims.lines(self.found.best.formula.amounts, self.names))
            yield [self.names.text("label.claims"), *(allowed or [f"  {self.names.text('label.claims_none')}"])]
        yield [self.say("method"), *(f"  {line}" for line in self.method())]

    # ------------------------------------------------------------------------------------------------ the proposal

    def title(self) -> str:
        """The product and its doses."""
        best = self.found.best
        if best is None:
            return capital(self.say("title_none", name=self.found.spec.name))
        doses = numbers.join([f"{self._named(p)} {self._amount(p)}" for p in best.formula.parts], self.lang)
        return capital(self.say("title", name=self.found.spec.name, doses=doses))

    def who(self) -> str:
        """In whom, for how long, and how much of it is taken."""
        spec, text = self.found.spec, self.names.text
        begun = (
            text("label.all_year")
            if spec.start is None
            else text("label.from_day", day=numbers.day(spec.start, self.lang))
        )
        weeks = numbers.short(spec.days / _PER_WEEK, self.lang, 1)
        people = numbers.number(self.found.people, self.lang)
        part = spec.adherence
        taken = self.say("taken") if part == 1 else self.say("taken_part", share=self.percent(part, 0))
        return f"{capital(self.say('who', people=people, weeks=weeks, start=begun))}, {taken}"

    def proposal(self) -> Iterator[str]:
        """What is proposed and what it does, or that nothing is."""
        best, most = self.found.best, self.percent(self.found.spec.most_over)
        if best is None:
            yield self.say("none", most=most)
            return
        formula = best.formula
        parts = numbers.join([self._part(part) for part in formula.parts], self.lang)
        yield self.say("proposal", units=self.units(formula), moments=self.names.slots(formula.moments), parts=parts)
        yield self.say(
            "result",
            share=self.interval(best.share),
            without=self.percent(self.found.without.share.value),
            over=self.interval(best.over),
            most=most,
        )
        if best.over.high >= self.found.spec.most_over:
            yield self.say("not_held", high=self.percent(best.over.high), most=most)

    def in_range(self) -> str:
        """What it takes to be in range."""
        return self.say("in_range", goals=numbers.join([self.goal(g) for g in self.found.spec.goals], self.lang))

    def goal(self, goal: Goal) -> str:
        """One goal."""
        if isinstance(goal, LevelGoal):
            analyte, low = self.names.analyte(goal.analyte), numbers.plain_level(goal.low, goal.analyte, self.lang)
            if goal.high is None:
                return self.say("goal_least", analyte=analyte, low=numbers.level(goal.low, goal.analyte, self.lang))
            high = numbers.level(goal.high, goal.analyte, self.lang)
            return self.say("goal_within", analyte=analyte, low=low, high=high)
        nutrient = self.names.nutrient(goal.nutrient)
        if goal.amount is None:
            return self.say("goal_reference", nutrient=nutrient, body=self.found.spec.reference)
        amount = numbers.amount(goal.amount, goal.nutrient, self.lang)
        return self.say("goal_amount", nutrient=nutrient, amount=amount)

    def limits(self) -> str:
        """What may not be passed."""
        spec = self.found.spec
        levels = [
            self.say("limit", analyte=self.names.analyte(analyte), level=numbers.level(most, analyte, self.lang))
            for analyte, most in spec.levels.items()
        ]
        region = self.names.text(f"label.{spec.region}")
        return self.say("limits", limits=", ".join(levels), region=region)

    # --------------------------------------------------------------------------------------------------- the tables

    def front(self) -> Table:
        """What can be had: a row for each formula told, and one without a product."""
        columns = ["day", "moments", "units", "mass", "share", "over"]
        priced = all(one.formula.cost is not None for one in self.found.front)
        if priced and self.found.front:
            columns.insert(4, "cost")
        rows = [self._row(one, priced) for one in self.found.front]
        nothing = self.found.without
        blank = [""] * (len(columns) - 3)
        rows.append((self.say("without"), *blank, self.bracket(nothing.share), self.bracket(nothing.over)))
        caption = self.say("table", people=numbers.number(self.found.people, self.lang))
        return Table(caption, tuple(self.say(f"col_{name}") for name in columns), tuple(rows))

    def _row(self, one: Judged, priced: bool) -> tuple[str, ...]:
        formula = one.formula
        day = ", ".join(f"{self._named(part)} {self._amount(part)}" for part in formula.parts)
        if formula == self.found.proposed:
            day = f"{day} ({self.say('proposed_mark')})"
        cost = [numbers.with_unit(numbers.number(formula.cost or 0.0, self.lang, 2), "€", self.lang)] if priced else []
        return (
            day,
            self.names.slots(formula.moments),
            str(formula.units),
            self.mass(formula.mass),
            *cost,
            self.bracket(one.share),
            self.bracket(one.over),
        )

    def holds(self, formula: Formula) -> Table:
        """A day of a formula: the element, the compound, and what one unit holds of the element."""
        head = ("nutrient", "form", "element", "compound", "each")
        rows = [
            (
                capital(self.names.nutrient(part.nutrient)),
                self.names.form(part.nutrient, part.form),
                self._amount(part),
                self.mass(compound_mass(part) or 0.0),
                self._each(part, formula.units),
            )
            for part in formula.parts
        ]
        return Table("", tuple(self.say(f"col_{name}") for name in head), tuple(rows))

    def goals(self, best: Judged) -> Iterator[str]:
        """Each goal alone."""
        for goal, share in zip(self.found.spec.goals, best.goals, strict=True):
            yield capital(self.say("goal_met", goal=self.goal(goal), share=self.interval(share)))

    def passing(self, best: Judged) -> Iterator[str]:
        """Who passes which limit because of a formula, and who is above one without."""
        rows = [(key, share) for key, share in best.passing.items() if share.value]
        for (kind, name), share in rows:
            told = self.interval(share)
            if kind == "level":
                level = numbers.level(self.found.spec.levels[name], name, self.lang)
                yield capital(self.say("passing_level", analyte=self.names.analyte(name), level=level, share=told))
            else:
                counts = self.names.text(f"label.{name}")
                nutrient = self.names.nutrient(kind)
                yield capital(self.say("passing_intake", nutrient=nutrient, counts=counts, share=told))
        if not rows:
            yield self.say("passing_none")
        yield self.say("before", share=self.interval(self.found.without.over))

    def method(self) -> Iterator[str]:
        """How it was found."""
        found = self.found
        counts = {
            "possible": found.possible,
            "screened": len(found.screened),
            "refused": found.refused,
            "screen": SCREEN,
            "people": found.people,
            "sets": found.sets,
            "each": found.people // found.sets,
        }
        shown = {name: numbers.number(count, self.lang) for name, count in counts.items()}
        yield self.say("method_search", **{k: shown[k] for k in ("possible", "screened", "refused", "screen")})
        yield self.say("method_told", **{k: shown[k] for k in ("people", "sets", "each")})
        yield from (self.say(f"method_{key}") for key in ("choice", "amounts", "open"))

    # --------------------------------------------------------------------------------------------------------- words

    def units(self, formula: Formula) -> str:
        """``2 tablets``."""
        kind, count = self.found.spec.making.kind, formula.units
        group = "unit" if count == 1 else "units"
        known = kind if f"formula.{group}.{kind}" in self.names.text else "other"
        values = {"count": str(count)} if count > 1 else {}
        return self.say(f"{group}.{known}", **values, **({"kind": kind} if known == "other" else {}))

    def interval(self, share: Estimate) -> str:
        """A share with its interval."""
        value, low, high = (self.percent(number) for number in (share.value, share.low, share.high))
        return self.say("interval", value=value, low=low, high=high)

    def bracket(self, share: Estimate) -> str:
        """The same for a cell of a table: ``89.7 % (87.9–92.4)``."""
        low, high = (numbers.number(100 * number, self.lang, 1) for number in (share.low, share.high))
        return self.say("bracket", value=self.percent(share.value), low=low, high=high)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share as a percentage."""
        return numbers.with_unit(numbers.number(100 * share, self.lang, digits), "%", self.lang)

    def mass(self, milligrams: float) -> str:
        """A mass of compounds; of vitamins, in µg."""
        if milligrams < 1:
            return numbers.with_unit(numbers.short(1000 * milligrams, self.lang, 1), "µg", self.lang)
        return numbers.with_unit(numbers.number(milligrams, self.lang), "mg", self.lang)

    def _each(self, part: Part, units: int) -> str:
        amount = numbers.short(part.amount / units, self.lang, 1)
        return numbers.with_unit(amount, NUTRIENT_UNIT[part.nutrient], self.lang)

    def _part(self, part: Part) -> str:
        if part.nutrient in ("vitamin_d", "vitamin_k"):
            return self.say("part_plain", amount=self._amount(part), nutrient=self._named(part))
        return self.say(
            "part",
            amount=self._amount(part),
            nutrient=self.names.nutrient(part.nutrient),
            form=self.names.form(part.nutrient, part.form),
            mass=self.mass(compound_mass(part) or 0.0),
        )

    def _named(self, part: Part) -> str:
        return self.names.product(part.nutrient, part.form)

    def _amount(self, part: Part) -> str:
        return numbers.amount(part.amount, part.nutrient, self.lang, both=True)


def _laid_out(table: Table) -> Iterator[str]:
    """A table as lines of a terminal."""
    rows = [table.head, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.head))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
