"""What things are called in one language: nutrients, forms, levels, moments, bodies, doses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from cofactor.assess.types import Level
from cofactor.facts.load import load
from cofactor.facts.names import fold
from cofactor.facts.types import ConditionName, MedicineName
from cofactor.plan.types import PlanItem
from cofactor.report import numbers
from cofactor.report.text import Text

FOOD = "food"


class Names:
    """The names of one language."""

    def __init__(self, lang: str) -> None:
        self.lang, self.text = lang, Text(lang)

    def nutrient(self, name: str) -> str:
        """A nutrient: ``vitamin D``."""
        return self.text(f"nutrient.{name}")

    def form(self, nutrient: str, form: str) -> str:
        """A chemical form by its usual name: ``magnesium citrate``."""
        if f"form.{form}" in self.text:
            return self.text(f"form.{form}")
        known = load().form(nutrient, form)
        if known is None:
            return form
        usual = (*known.names_fr, known.name) if self.lang == "fr" else (*known.names_en, known.name)
        plain = [name.partition(" (")[0] for name in usual]
        whole = [name for name in plain if self.nutrient(nutrient) in name]
        return next((name for name in whole if form in name), (whole or plain)[0])

    def product(self, nutrient: str, form: str, label: str = "") -> str:
        """A nutrient in its form: ``vitamin D3``, ``magnesium oxide``, with the label of the product that holds it."""
        name = self._product(nutrient, form)
        return self.text("product.labelled", product=name, label=label) if label else name

    def _product(self, nutrient: str, form: str) -> str:
        if form in ("", "unknown"):
            return self.nutrient(nutrient)
        named = self.form(nutrient, form)
        if nutrient == "vitamin_d" and f"form.{form}" in self.text:
            return self.text("dosed.vitamin_d", form=named)
        if self.nutrient(nutrient) in named:
            return named
        return self.text("product.named", nutrient=self.nutrient(nutrient), form=named)

    def dosed(self, nutrient: str, form: str) -> str:
        """What is dosed, as a title says it: ``vitamin D3``, ``magnesium``."""
        return self.product(nutrient, form) if nutrient == "vitamin_d" and form != FOOD else self.nutrient(nutrient)

    def analyte(self, name: str) -> str:
        """A level: ``serum magnesium``."""
        return self.text(f"analyte.{name}")

    def body(self, named: str) -> str:
        """A body with its year; those that are no name of an institution are put in words."""
        body, _, year = named.rpartition(" ")
        return f"{self.text(f'body.{body}')} {year}" if f"body.{body}" in self.text else named

    def slots(self, slots: Iterable[str]) -> str:
        """Moments of the day: ``at lunch and at dinner``."""
        return self.join(self.text(f"slot.{slot}") for slot in slots)

    def medicine(self, typed: str) -> str:
        """A medicine by its name in this language, where it was typed by its name or code; a brand stays a brand."""
        row = _medicines().get(fold(typed))
        return typed if row is None else row.name_fr if self.lang == "fr" else row.name_en

    def condition(self, typed: str) -> str:
        """A condition by its name in this language, where our tables know what was typed."""
        row = _conditions().get(fold(typed))
        return typed if row is None else row.name_fr if self.lang == "fr" else row.name_en

    def level(self, level: Level) -> str:
        """How a gate acts, in a word."""
        return self.text(f"level.{level}")

    def amount(self, value: float, nutrient: str) -> str:
        """An amount, vitamin D in both units."""
        return numbers.amount(value, nutrient, self.lang, both=True)

    def dose(self, item: PlanItem) -> str:
        """A dose with what it is of: ``2 × 125 mg of magnesium``."""
        what = self.dosed(item.nutrient, item.form)
        if item.form == FOOD:
            return self.text("title.item_food", more=self.more(item))
        once = numbers.amount(item.per_intake, item.nutrient, self.lang, both=len(item.slots) == 1)
        if len(item.slots) > 1:
            return self.text("title.item_split", count=str(len(item.slots)), amount=once, what=what)
        return self.text("title.item", amount=once, what=what)

    def more(self, item: PlanItem) -> str:
        """How much more of a nutrient food is to bring: ``about 90 mg more calcium``."""
        return self.text(
            "title.more", amount=self.amount(item.amount, item.nutrient), what=self.nutrient(item.nutrient)
        )

    def day(self, iso: str) -> str:
        """A date in words."""
        return numbers.day(date.fromisoformat(iso), self.lang)

    def join(self, parts: Iterable[str]) -> str:
        """A list in words."""
        return numbers.join(list(parts), self.lang)


def capital(sentence: str) -> str:
    """A sentence with a capital first letter, whatever name it begins with."""
    return sentence[:1].upper() + sentence[1:]


@cache
def _medicines() -> Mapping[str, MedicineName]:
    """Medicines by what people type: names in both languages, and the code where only one row has it."""
    rows = load().medicines
    codes = Counter(row.atc for row in rows)
    named = {fold(name): row for row in rows for name in (row.name_en, row.name_fr)}
    return {fold(row.atc): row for row in rows if codes[row.atc] == 1} | named


@cache
def _conditions() -> Mapping[str, ConditionName]:
    return {fold(name): row for row in load().conditions for name in (row.id, row.name_en, row.name_fr)}
