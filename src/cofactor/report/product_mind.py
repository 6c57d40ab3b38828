"""What to mind of a product: its own nutrients, medicines and conditions; and the claims it may bear."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.assess.types import Level
from cofactor.report import claims
from cofactor.report.product_json import action, name_of
from cofactor.report.product_words import ProductWords
from cofactor.trial.label_file import Reading
from cofactor.trial.product_facts import Referral, own_interactions, referrals

_MOST_NAMES = 4  # of medicines, conditions or nutrients in a line; one more is named too


class MindWords(ProductWords):
    """What it must not meet, and what may be said of it."""

    def own(self, reading: Reading) -> Iterator[str]:
        """What its nutrients do to one another at these doses."""
        yield self.of(reading, "own")
        found = own_interactions(self.case.product, reading)
        for row in found:
            nutrients = ", ".join(self.names.nutrient(nutrient) for nutrient in row.nutrients)
            do = row.action_fr if self.names.lang == "fr" else row.action_en
            yield f"  {self.marked(f'{nutrients} · {do}', row.source)}"
        if not found:
            yield f"  {self.text('own_none')}"

    def referrals(self) -> Iterator[str]:
        """What stops a nutrient of it, with what to do; then what is left to a doctor."""
        yield self.text("referrals")
        found = referrals(self.case.product)
        for row in (row for row in found if row.level == Level.STOP):
            yield f"  {self.marked(self._stop(row), row.source)}"
        yield from (f"  {line}" for line in self._left([row for row in found if row.level != Level.STOP]))
        if not found:
            yield f"  {self.text('referrals_none')}"

    def _stop(self, row: Referral) -> str:
        """What stops, with what to do about it."""
        values = {"level": self.names.text(f"level.{row.level}"), "nutrients": self._nutrients(row.nutrients)}
        return self.text("referral", who=self._who(row), do=action(row.rule, self.names.text), **values)

    def _left(self, found: list[Referral]) -> Iterator[str]:
        """What is left to a doctor, gathered by the nutrients that it is about; the JSON has each with what to do."""
        for nutrients in dict.fromkeys(row.nutrients for row in found):
            who = self.text("between").join(self._who(row) for row in found if row.nutrients == nutrients)
            level = self.names.text(f"level.{Level.REFER}")
            yield f"{level} · {self._nutrients(nutrients)} · {who}"

    def _nutrients(self, nutrients: tuple[str, ...]) -> str:
        if len(nutrients) > _MOST_NAMES + 1:
            return self.text("every_nutrient")
        return ", ".join(self.names.nutrient(nutrient) for nutrient in nutrients)

    def _who(self, row: Referral) -> str:
        named = [name_of(one, self.names.lang) for one in row.who]
        if len(named) <= _MOST_NAMES + 1:
            return ", ".join(named)
        return self.text("more", who=", ".join(named[:_MOST_NAMES]), count=str(len(named) - _MOST_NAMES))

    def claims(self, reading: Reading) -> Iterator[str]:
        """The claims that its amounts allow."""
        yield self.of(reading, "claims")
        found = list(claims.lines(self.case.product.amounts(reading), self.names))
        yield from found or [f"  {self.text('claims_none')}"]
