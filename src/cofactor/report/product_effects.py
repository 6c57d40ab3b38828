"""What a product does in a population: levels, who reaches a reference value, who passes a limit."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.report import numbers
from cofactor.report.names import capital
from cofactor.report.product_words import ProductWords
from cofactor.trial.cohort import Estimate
from cofactor.trial.label_file import Reads
from cofactor.trial.product import Effect, Passing


class EffectWords(ProductWords):
    """The people of a label file, with the product and without it."""

    def population(self) -> Iterator[str]:
        """Levels at the start, and at the end without and with it."""
        yield self.text("population", sets=str(self.lived.sets))
        if self.lived.lost:
            yield self.text("lost", lost=numbers.number(self.lived.lost, self.names.lang))
        table = [self._head(), *(self._effect(effect) for effect in self.lived.effects)]
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        for line in table:
            yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()

    def _head(self) -> list[str]:
        keys = ["head_what", "head_start", "head_without"]
        for reading in self.case.product.readings:
            printed = reading.reads is Reads.PRINTED
            keys += ["head_taken" if printed else f"head_taken_{reading.reads}", "head_difference"]
        return [self.text(key) for key in keys]

    def _effect(self, effect: Effect) -> list[str]:
        pairs = zip(effect.taken, effect.difference, strict=True)
        after = [self._estimate(effect, one) for pair in pairs for one in pair]
        return [
            self.measure(effect.measure),
            self._estimate(effect, effect.start),
            self._estimate(effect, effect.without),
            *after,
        ]

    def _estimate(self, effect: Effect, estimate: Estimate) -> str:
        digits = 1 if effect.measure.is_share else numbers.digits_of(effect.measure.analyte) + 1
        scale = 100 if effect.measure.is_share else 1
        value, low, high = (
            numbers.number(scale * number, self.names.lang, digits)
            for number in (estimate.value, estimate.low, estimate.high)
        )
        shown = numbers.with_unit(value, "%", self.names.lang) if effect.measure.is_share else value
        return self.text("estimate", value=shown, low=low, high=high)

    def reaching(self) -> Iterator[str]:
        """Whose intake reaches a reference value."""
        if not self.lived.reaching:
            return
        yield self.text("reaching")
        for row in self.lived.reaching:
            without, *taken = (self.part(share, 1) for share in (row.without, *row.taken))
            values = {"nutrient": self.names.nutrient(row.nutrient), "body": row.authority, "without": without}
            yield f"  {capital(self.text('reaching_row', taken=' / '.join(taken), **values))}"

    def limits(self) -> Iterator[str]:
        """Who takes in more than a limit."""
        yield self.text("limits")
        for row in self.lived.passing:
            yield f"  {self._passing(row)}"
        yield f"  {self.text('food_not_drawn')}"

    def _passing(self, row: Passing) -> str:
        without, *taken = (self.part(share, 1) for share in (row.without, *row.taken))
        share = {"without": without, "taken": " / ".join(taken)}
        if row.nutrient == "*":
            return self.text("passing_any", region=self.text(row.region), **share)
        nutrient, counts = self.names.nutrient(row.nutrient), self.text(row.counts)
        key = "passing" if row.food_drawn else "passing_alone"
        return self.text(key, region=self.text(row.region), nutrient=nutrient, counts=counts, **share)
