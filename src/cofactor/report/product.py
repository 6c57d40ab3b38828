"""What a person reads in the terminal of a product: its label in elements, its effects, what to mind, its claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cofactor.assess.types import Level
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Source, Trust
from cofactor.person.catalogue import absorbed_factor, compound_mass
from cofactor.person.label import Content
from cofactor.report import claims, numbers
from cofactor.report.names import Names, capital
from cofactor.report.product_json import action, name_of
from cofactor.trial.cohort import Estimate
from cofactor.trial.label_file import LabelCase, Reading, Reads
from cofactor.trial.product import Effect, Lived, Passing, followed, part_of
from cofactor.trial.product_facts import (
    Limit,
    NutrientRow,
    Referral,
    allowed_claims,
    own_interactions,
    referrals,
    rows,
)

_MOST_NAMES = 4  # of medicines, conditions or nutrients in a line; one more is named too
_REFERENCE_FORM = {"vitamin_d": "D3", "magnesium": "citrate", "calcium": "carbonate", "zinc": "gluconate"}


def product_lines(case: LabelCase, lived: Lived, lang: str) -> str:
    """Everything about a product as plain text that ends in a line break."""
    shown = _Shown(case, lived, Names(lang))
    blocks = [list(block) for block in shown.blocks()]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


@dataclass(frozen=True)
class _Shown:
    """A product in one language."""

    case: LabelCase
    lived: Lived
    names: Names

    def blocks(self) -> Iterator[Iterator[str]]:
        """The parts of the page, in order."""
        yield self._title()
        yield self._short()
        for reading in self.case.product.readings:
            yield self._label(reading)
        yield self._population()
        yield self._reaching()
        yield self._limits()
        for reading in self.case.product.readings:
            yield self._own(reading)
        yield self._referrals()
        for reading in self.case.product.readings:
            yield self._claims(reading)
        yield iter([self._text("note")])

    # ----------------------------------------------------------------------------------------------------- the label

    def _title(self) -> Iterator[str]:
        case, lang = self.case, self.names.lang
        start = (
            self._text("all_year") if case.start is None else self._text("from_day", day=numbers.day(case.start, lang))
        )
        people, weeks = numbers.number(self.lived.people, lang), numbers.short(case.days / 7, lang, 1)
        yield self._text("title", name=case.product.name, people=people, weeks=weeks, start=start)
        if case.product.doubtful:
            yield self._text("doubt", lines=self._text("between").join(case.product.doubtful))
        if case.product.asides:
            yield self._text("aside", lines=self._text("between").join(aside.text for aside in case.product.asides))

    def _short(self) -> Iterator[str]:
        """The answer: who comes into range, who passes a limit, what it must not meet, what it may claim."""
        yield self._text("short")
        within = next(e for e in self.lived.effects if e.measure.key == "within")
        taken = " / ".join(self._part(estimate.value) for estimate in within.taken)
        without = self._part(within.without.value)
        yield f"  {self._text('short_within', what=self._measure(within), taken=taken, without=without)}"
        for row in (row for row in self.lived.passing if row.nutrient == "*"):
            yield f"  {self._over(row)}"
        found = referrals(self.case.product)
        stops = sum(row.level == Level.STOP for row in found)
        allowed = [len(allowed_claims(self.case.product.amounts(reading))) for reading in self.case.product.readings]
        counts = {"stops": str(stops), "refers": str(len(found) - stops), "claims": " / ".join(map(str, allowed))}
        yield f"  {self._text('short_rest', **counts)}"

    def _over(self, whole: Passing) -> str:
        """Who passes any limit of a region, and which of them most people pass."""
        taken, without = " / ".join(self._part(share, 1) for share in whole.taken), self._part(whole.without, 1)
        parts = [row for row in self.lived.passing if row.region == whole.region and row.nutrient != "*"]
        largest = max(parts, key=lambda row: max(row.taken), default=None)
        more = largest is not None and max(largest.taken) > largest.without
        values = {"region": self._text(whole.region), "taken": taken, "without": without}
        if largest is None or not more:
            return self._text("short_over", **values)
        return self._text("short_over_by", nutrient=self.names.nutrient(largest.nutrient), **values)

    def _label(self, reading: Reading) -> Iterator[str]:
        yield self._of(reading, "day")
        for row in rows(self.case.product, reading):
            yield f"  {capital(self._amount(row))}"
            yield from (f"      {part}" for part in self._beside(row))

    def _of(self, reading: Reading, key: str) -> str:
        """A heading, which names the reading where there is more than one."""
        if reading.reads is Reads.PRINTED:
            return self._text(key)
        return f"{self._text(f'reading_{reading.reads}')} – {self._text(key)}"

    def _amount(self, row: NutrientRow) -> str:
        nutrient = self.names.nutrient(row.nutrient)
        amount = numbers.exact(row.amount, row.nutrient, self.names.lang, both=True)
        if row.at_once == row.amount:
            return self._text("amount", nutrient=nutrient, amount=amount)
        at_once = numbers.exact(row.at_once, row.nutrient, self.names.lang)
        return self._text("amount_split", nutrient=nutrient, amount=amount, at_once=at_once)

    def _beside(self, row: NutrientRow) -> Iterator[str]:
        forms = [self._form(row, line) for line in row.lines if line.form is not None]
        yield self._text("forms", forms=", ".join(dict.fromkeys(forms))) if forms else self._text("no_form")
        if not any(followed(line) for line in row.lines):
            yield self._text("unseen")
        for reference in row.references:
            value = numbers.amount(reference.value, row.nutrient, self.names.lang)
            share = self._part(row.amount / reference.value)
            key = "reference_eu" if reference.system == "EU" else "reference_us"
            yield self._marked(self._text(key, share=share, value=value), reference.source)
        for limit in row.limits:
            yield self._marked(self._limit(row, limit), limit.source)
        if not row.limits:
            yield self._text("no_limit")

    def _form(self, row: NutrientRow, line: Content) -> str:
        """The form of a line, its mass a day as the compound, and how much of the reference form is absorbed alike."""
        lang = self.names.lang
        held = replace(part_of(line), amount=line.amount * self.case.product.daily)
        named = self.names.form(row.nutrient, held.form)
        mass, factor, found = compound_mass(held), absorbed_factor(held), []
        if mass is not None and NUTRIENT_UNIT[row.nutrient] == "mg" and mass > held.amount:
            found.append(self._text("compound", mass=numbers.exact(mass, row.nutrient, lang)))
        if factor is not None and factor != 1 and row.nutrient in _REFERENCE_FORM:
            reference = self.names.product(row.nutrient, _REFERENCE_FORM[row.nutrient])
            alike = numbers.exact(held.amount * factor, row.nutrient, lang)
            found.append(self._text("absorbed", amount=alike, reference=reference))
        return f"{named} ({', '.join(found)})" if found else named

    def _limit(self, row: NutrientRow, limit: Limit) -> str:
        held = row.to_limit if limit.counts == "preformed" else row.amount
        value = numbers.amount(limit.amount, row.nutrient, self.names.lang)
        share = self._part(held / limit.amount)
        return self._text(
            "limit", region=self._text(limit.region), value=value, counts=self._text(limit.counts), share=share
        )

    def _part(self, share: float, digits: int = 0) -> str:
        return numbers.with_unit(numbers.number(100 * share, self.names.lang, digits), "%", self.names.lang)

    # ------------------------------------------------------------------------------------------------ the population

    def _population(self) -> Iterator[str]:
        yield self._text("population", sets=str(self.lived.sets))
        if self.lived.lost:
            yield self._text("lost", lost=numbers.number(self.lived.lost, self.names.lang))
        table = [self._head(), *(self._effect(effect) for effect in self.lived.effects)]
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        for line in table:
            yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()

    def _head(self) -> list[str]:
        keys = ["head_what", "head_start", "head_without"]
        for reading in self.case.product.readings:
            printed = reading.reads is Reads.PRINTED
            keys += ["head_taken" if printed else f"head_taken_{reading.reads}", "head_difference"]
        return [self._text(key) for key in keys]

    def _effect(self, effect: Effect) -> list[str]:
        pairs = zip(effect.taken, effect.difference, strict=True)
        after = [self._estimate(effect, one) for pair in pairs for one in pair]
        return [
            self._measure(effect),
            self._estimate(effect, effect.start),
            self._estimate(effect, effect.without),
            *after,
        ]

    def _measure(self, effect: Effect) -> str:
        measure, lang = effect.measure, self.names.lang
        low, high = (
            "" if bound is None else numbers.plain_level(bound, measure.analyte, lang)
            for bound in (measure.low, measure.high)
        )
        unit = numbers.level_unit(measure.analyte, lang)
        return self._text(measure.key, analyte=self.names.analyte(measure.analyte), unit=unit, low=low, high=high)

    def _estimate(self, effect: Effect, estimate: Estimate) -> str:
        digits = 1 if effect.measure.is_share else numbers.digits_of(effect.measure.analyte) + 1
        scale = 100 if effect.measure.is_share else 1
        value, low, high = (
            numbers.number(scale * number, self.names.lang, digits)
            for number in (estimate.value, estimate.low, estimate.high)
        )
        shown = numbers.with_unit(value, "%", self.names.lang) if effect.measure.is_share else value
        return self._text("estimate", value=shown, low=low, high=high)

    def _reaching(self) -> Iterator[str]:
        if not self.lived.reaching:
            return
        yield self._text("reaching")
        for row in self.lived.reaching:
            without, *taken = (self._part(share, 1) for share in (row.without, *row.taken))
            values = {"nutrient": self.names.nutrient(row.nutrient), "body": row.authority, "without": without}
            yield f"  {capital(self._text('reaching_row', taken=' / '.join(taken), **values))}"

    def _limits(self) -> Iterator[str]:
        yield self._text("limits")
        for row in self.lived.passing:
            yield f"  {self._passing(row)}"
        yield f"  {self._text('food_not_drawn')}"

    def _passing(self, row: Passing) -> str:
        without, *taken = (self._part(share, 1) for share in (row.without, *row.taken))
        share = {"without": without, "taken": " / ".join(taken)}
        if row.nutrient == "*":
            return self._text("passing_any", region=self._text(row.region), **share)
        nutrient, counts = self.names.nutrient(row.nutrient), self._text(row.counts)
        key = "passing" if row.food_drawn else "passing_alone"
        return self._text(key, region=self._text(row.region), nutrient=nutrient, counts=counts, **share)

    # ----------------------------------------------------------------------------------------------- what to mind

    def _own(self, reading: Reading) -> Iterator[str]:
        yield self._of(reading, "own")
        found = own_interactions(self.case.product, reading)
        for row in found:
            nutrients = ", ".join(self.names.nutrient(nutrient) for nutrient in row.nutrients)
            do = row.action_fr if self.names.lang == "fr" else row.action_en
            yield f"  {self._marked(f'{nutrients} · {do}', row.source)}"
        if not found:
            yield f"  {self._text('own_none')}"

    def _referrals(self) -> Iterator[str]:
        yield self._text("referrals")
        found = referrals(self.case.product)
        for row in (row for row in found if row.level == Level.STOP):
            yield f"  {self._marked(self._stop(row), row.source)}"
        yield from (f"  {line}" for line in self._left([row for row in found if row.level != Level.STOP]))
        if not found:
            yield f"  {self._text('referrals_none')}"

    def _stop(self, row: Referral) -> str:
        """What stops, with what to do about it."""
        values = {"level": self.names.text(f"level.{row.level}"), "nutrients": self._nutrients(row.nutrients)}
        return self._text("referral", who=self._who(row), do=action(row.rule, self.names.text), **values)

    def _left(self, found: list[Referral]) -> Iterator[str]:
        """What is left to a doctor, gathered by the nutrients that it is about; the JSON has each with what to do."""
        for nutrients in dict.fromkeys(row.nutrients for row in found):
            who = self._text("between").join(self._who(row) for row in found if row.nutrients == nutrients)
            level = self.names.text(f"level.{Level.REFER}")
            yield f"{level} · {self._nutrients(nutrients)} · {who}"

    def _nutrients(self, nutrients: tuple[str, ...]) -> str:
        if len(nutrients) > _MOST_NAMES + 1:
            return self._text("every_nutrient")
        return ", ".join(self.names.nutrient(nutrient) for nutrient in nutrients)

    def _who(self, row: Referral) -> str:
        named = [name_of(one, self.names.lang) for one in row.who]
        if len(named) <= _MOST_NAMES + 1:
            return ", ".join(named)
        return self._text("more", who=", ".join(named[:_MOST_NAMES]), count=str(len(named) - _MOST_NAMES))

    def _claims(self, reading: Reading) -> Iterator[str]:
        yield self._of(reading, "claims")
        found = list(claims.lines(self.case.product.amounts(reading), self.names))
        yield from found or [f"  {self._text('claims_none')}"]

    # --------------------------------------------------------------------------------------------------------- words

    def _text(self, key: str, **values: str) -> str:
        return self.names.text(f"label.{key}", **values)

    def _marked(self, sentence: str, source: Source) -> str:
        """The sentence, with a mark where its source was not looked up."""
        return f"{sentence} [{self.names.text('trust.recall')}]" if source.trust == Trust.RECALL else sentence
