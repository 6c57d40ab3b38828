"""What a day of a product holds: each nutrient in element and compound, beside reference values and limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.person.catalogue import REFERENCE_FORM, absorbed_factor, compound_mass
from cofactor.person.label import Content
from cofactor.report import numbers
from cofactor.report.names import capital
from cofactor.report.product_words import ProductWords
from cofactor.trial.label_file import Reading
from cofactor.trial.product import followed, part_of
from cofactor.trial.product_facts import Limit, NutrientRow, rows


class HeldWords(ProductWords):
    """The label as amounts of elements."""

    def lines(self, reading: Reading) -> Iterator[str]:
        """One reading of the label."""
        yield self.of(reading, "day")
        for row in rows(self.case.product, reading):
            yield f"  {capital(self._amount(row))}"
            yield from (f"      {part}" for part in self._beside(row))

    def _amount(self, row: NutrientRow) -> str:
        nutrient = self.names.nutrient(row.nutrient)
        amount = numbers.exact(row.amount, row.nutrient, self.names.lang, both=True)
        if row.at_once == row.amount:
            return self.text("amount", nutrient=nutrient, amount=amount)
        at_once = numbers.exact(row.at_once, row.nutrient, self.names.lang)
        return self.text("amount_split", nutrient=nutrient, amount=amount, at_once=at_once)

    def _beside(self, row: NutrientRow) -> Iterator[str]:
        forms = [self._form(row, line) for line in row.lines if line.form is not None]
        yield self.text("forms", forms=", ".join(dict.fromkeys(forms))) if forms else self.text("no_form")
        if not any(followed(line) for line in row.lines):
            yield self.text("unseen")
        for reference in row.references:
            value = numbers.amount(reference.value, row.nutrient, self.names.lang)
            share = self.part(row.amount / reference.value)
            key = "reference_eu" if reference.system == "EU" else "reference_us"
            yield self.marked(self.text(key, share=share, value=value), reference.source)
        for limit in row.limits:
            yield self.marked(self._limit(row, limit), limit.source)
        if not row.limits:
            yield self.text("no_limit")

    def _form(self, row: NutrientRow, line: Content) -> str:
        """The form of a line, its mass a day as the compound, and how much of the reference form is absorbed alike."""
        lang = self.names.lang
        held = replace(part_of(line), amount=line.amount * self.case.product.daily)
        named = self.names.form(row.nutrient, held.form)
        mass, factor, found = compound_mass(held), absorbed_factor(held), []
        if mass is not None and NUTRIENT_UNIT[row.nutrient] == "mg" and mass > held.amount:
            found.append(self.text("compound", mass=numbers.exact(mass, row.nutrient, lang)))
        if factor is not None and factor != 1 and row.nutrient in REFERENCE_FORM:
            reference = self.names.product(row.nutrient, REFERENCE_FORM[row.nutrient])
            alike = numbers.exact(held.amount * factor, row.nutrient, lang)
            found.append(self.text("absorbed", amount=alike, reference=reference))
        return f"{named} ({', '.join(found)})" if found else named

    def _limit(self, row: NutrientRow, limit: Limit) -> str:
        held = row.to_limit if limit.counts == "preformed" else row.amount
        value = numbers.amount(limit.amount, row.nutrient, self.names.lang)
        share = self.part(held / limit.amount)
        return self.text(
            "limit", region=self.text(limit.region), value=value, counts=self.text(limit.counts), share=share
        )
