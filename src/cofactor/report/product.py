"""What a person reads in the terminal of a product: the answer, its label, its effects, what to mind, its claims."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.assess.types import Level
from cofactor.report import numbers
from cofactor.report.names import Names
from cofactor.report.product_effects import EffectWords
from cofactor.report.product_held import HeldWords
from cofactor.report.product_mind import MindWords
from cofactor.report.product_words import ProductWords
from cofactor.trial.label_file import LabelCase
from cofactor.trial.product import Lived, Passing
from cofactor.trial.product_facts import allowed_claims, referrals


def product_lines(case: LabelCase, lived: Lived, lang: str) -> str:
    """Everything about a product as plain text that ends in a line break."""
    blocks = [list(block) for block in _blocks(case, lived, Names(lang))]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _blocks(case: LabelCase, lived: Lived, names: Names) -> Iterator[Iterator[str]]:
    """The parts of the text, in order."""
    answer, held = _AnswerWords(case, lived, names), HeldWords(case, lived, names)
    effects, mind = EffectWords(case, lived, names), MindWords(case, lived, names)
    yield from (answer.title(), answer.short())
    yield from (held.lines(reading) for reading in case.product.readings)
    yield from (effects.population(), effects.reaching(), effects.limits())
    yield from (mind.own(reading) for reading in case.product.readings)
    yield mind.referrals()
    yield from (mind.claims(reading) for reading in case.product.readings)
    yield iter([answer.text("note")])


class _AnswerWords(ProductWords):
    """What stands first."""

    def title(self) -> Iterator[str]:
        """The product, in whom and for how long; what of the label is in doubt or left aside."""
        case, lang = self.case, self.names.lang
        start = (
            self.text("all_year") if case.start is None else self.text("from_day", day=numbers.day(case.start, lang))
        )
        people, weeks = numbers.number(self.lived.people, lang), numbers.short(case.days / 7, lang, 1)
        yield self.text("title", name=case.product.name, people=people, weeks=weeks, start=start)
        if case.product.doubtful:
            yield self.text("doubt", lines=self.text("between").join(case.product.doubtful))
        if case.product.asides:
            yield self.text("aside", lines=self.text("between").join(aside.text for aside in case.product.asides))

    def short(self) -> Iterator[str]:
        """The answer: who comes into range, who passes a limit, what it must not meet, what it may claim."""
        yield self.text("short")
        within = next(e for e in self.lived.effects if e.measure.key == "within")
        taken = " / ".join(self.part(estimate.value) for estimate in within.taken)
        without = self.part(within.without.value)
        yield f"  {self.text('short_within', what=self.measure(within.measure), taken=taken, without=without)}"
        for row in (row for row in self.lived.passing if row.nutrient == "*"):
            yield f"  {self._over(row)}"
        found = referrals(self.case.product)
        stops = sum(row.level == Level.STOP for row in found)
        allowed = [len(allowed_claims(self.case.product.amounts(reading))) for reading in self.case.product.readings]
        counts = {"stops": str(stops), "refers": str(len(found) - stops), "claims": " / ".join(map(str, allowed))}
        yield f"  {self.text('short_rest', **counts)}"

    def _over(self, whole: Passing) -> str:
        """Who passes any limit of a region, and which of them most people pass."""
        taken, without = " / ".join(self.part(share, 1) for share in whole.taken), self.part(whole.without, 1)
        parts = [row for row in self.lived.passing if row.region == whole.region and row.nutrient != "*"]
        largest = max(parts, key=lambda row: max(row.taken), default=None)
        more = largest is not None and max(largest.taken) > largest.without
        values = {"region": self.text(whole.region), "taken": taken, "without": without}
        if largest is None or not more:
            return self.text("short_over", **values)
        return self.text("short_over_by", nutrient=self.names.nutrient(largest.nutrient), **values)
