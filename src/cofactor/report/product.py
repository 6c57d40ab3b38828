"""What a person reads in the terminal of a product: its label in elements, its effects, what to mind, its claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cofactor.facts.types import Source, Trust
from cofactor.report import claims, numbers
from cofactor.report.names import Names, capital
from cofactor.report.product_json import action, name_of
from cofactor.trial.cohort import Estimate
from cofactor.trial.label_file import LabelCase, Reading, Reads
from cofactor.trial.product import Effect, Lived, Passing, followed
from cofactor.trial.product_facts import (
    Limit,
    NutrientRow,
    Referral,
    own_interactions,
    referrals,
    rows,
)

_MOST_NAMES = 4  # of medicines or conditions in a line; one more is named too


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
        for reading in self.case.product.readings:
            yield self._label(reading)
        yield self._population()
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
            yield self._text("doubt", lines="; ".join(case.product.doubtful))
        if case.product.asides:
            yield self._text("aside", lines="; ".join(aside.text for aside in case.product.asides))

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
        amount = numbers.amount(row.amount, row.nutrient, self.names.lang, both=True)
        if row.at_once == row.amount:
            return self._text("amount", nutrient=nutrient, amount=amount)
        at_once = numbers.amount(row.at_once, row.nutrient, self.names.lang)
        return self._text("amount_split", nutrient=nutrient, amount=amount, at_once=at_once)

    def _beside(self, row: NutrientRow) -> Iterator[str]:
        forms = [self.names.form(row.nutrient, line.form.id) for line in row.lines if line.form is not None]
        form = self._text("forms", forms=", ".join(dict.fromkeys(forms))) if forms else self._text("no_form")
        yield form
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
        for row in found:
            yield f"  {self._marked(self._referral(row), row.source)}"
        if not found:
            yield f"  {self._text('referrals_none')}"

    def _referral(self, row: Referral) -> str:
        named = [name_of(one, self.names.lang) for one in row.who]
        who = ", ".join(named)
        if len(named) > _MOST_NAMES + 1:
            who = self._text("more", who=", ".join(named[:_MOST_NAMES]), count=str(len(named) - _MOST_NAMES))
        nutrients = ", ".join(self.names.nutrient(nutrient) for nutrient in row.nutrients)
        level, do = self.names.text(f"level.{row.level}"), action(row.rule, self.names.text)
        return self._text("referral", level=level, nutrients=nutrients, who=who, do=do)

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
