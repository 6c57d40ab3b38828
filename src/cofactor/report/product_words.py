"""What the parts of a product's text share: the product in one language, its headings and its percentages."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.facts.types import Source, Trust
from cofactor.report import numbers
from cofactor.report.names import Names
from cofactor.trial.label_file import LabelCase, Reading, Reads
from cofactor.trial.product import Lived, Measure


@dataclass(frozen=True)
class ProductWords:
    """A product, and what it does, in one language."""

    case: LabelCase
    lived: Lived
    names: Names

    def of(self, reading: Reading, key: str) -> str:
        """A heading, which names the reading where there is more than one."""
        if reading.reads is Reads.PRINTED:
            return self.text(key)
        return f"{self.text(f'reading_{reading.reads}')} – {self.text(key)}"

    def part(self, share: float, digits: int = 0) -> str:
        """A share as a percentage."""
        return numbers.with_unit(numbers.number(100 * share, self.names.lang, digits), "%", self.names.lang)

    def measure(self, measure: Measure) -> str:
        """A measure of the population with its unit and bounds."""
        lang = self.names.lang
        low, high = (
            "" if bound is None else numbers.plain_level(bound, measure.analyte, lang)
            for bound in (measure.low, measure.high)
        )
        unit = numbers.level_unit(measure.analyte, lang)
        return self.text(measure.key, analyte=self.names.analyte(measure.analyte), unit=unit, low=low, high=high)

    def text(self, key: str, **values: str) -> str:
        """A sentence of this command."""
        return self.names.text(f"label.{key}", **values)

    def marked(self, sentence: str, source: Source) -> str:
        """The sentence, with a mark where its source was not looked up."""
        return f"{sentence} [{self.names.text('trust.recall')}]" if source.trust == Trust.RECALL else sentence
