"""What is shown back to the owner of a case: readings that rest on an assumption, and entries worth a second look.

A note is a key with values; ``report/text`` holds the sentence for each key, in each language.
"""

from __future__ import annotations

from collections.abc import Sequence

from cofactor.facts.load import NUTRIENT_UNIT, Facts
from cofactor.facts.types import Form
from cofactor.person import labs
from cofactor.person.doses import Amount
from cofactor.person.label import Aside, Content
from cofactor.person.label_words import HIDDEN_ATC, hidden_in, named_in
from cofactor.person.types import LabResult, Note, Supplement
from cofactor.person.words import nearest

NOTES: dict[str, tuple[str, ...]] = {
    "amount_read_as_elemental": ("nutrient", "form", "typed", "amount", "unit", "if_compound"),
    "amount_of_compound": ("nutrient", "form", "typed", "amount", "unit"),
    "condition_unknown": ("condition", "nearest"),
    "food_name_differs": ("typed", "food_id", "name_en", "name_fr"),
    "hidden_source": ("typed", "nutrients"),
    "label_names_more": ("typed", "nutrients"),
    "label_no_amount": ("typed", "nutrients"),
    "label_settled_compound": ("nutrient", "typed", "amount", "unit"),
    "label_settled_elemental": ("nutrient", "typed", "amount", "unit"),
    "lab_unit_doubtful": ("analyte", "typed", "value", "unit", "units"),
    "medicine_holds": ("medicine", "nutrients"),
    "medicine_unknown": ("medicine", "nearest"),
    "menopause_assumed": ("age",),
    "nutrient_in_several": ("nutrient", "typed", "amount", "unit"),
    "reference_assumed": ("reference",),
    "region_assumed": ("region", "country"),
}
"""Every key, with the values that its sentence may show."""


def note(key: str, *values: str | float) -> Note:
    """Make a note; ``values`` in the order of :data:`NOTES`."""
    return Note(key, dict(zip(NOTES[key], values, strict=True)))


def of_amount(nutrient: str, form: Form | None, of: str | None, amount: Amount) -> list[Note]:
    """Show both readings where a label's number could mean the element or the compound."""
    if of == "compound" and form is not None:
        return [note("amount_of_compound", nutrient, form.id, amount.as_typed, amount.value, amount.unit)]
    if amount.if_compound is None or form is None:
        return []
    values = (nutrient, form.id, amount.as_typed, amount.value, amount.unit, amount.if_compound)
    return [note("amount_read_as_elemental", *values)]


def of_product(name: str, contents: Sequence[Content], asides: Sequence[Aside]) -> list[Note]:
    """Say what only a percentage settled, what hides nutrients, and what the label names without an amount."""
    found = [
        note(f"label_settled_{c.settled}", c.nutrient, c.as_printed, c.amount, NUTRIENT_UNIT[c.nutrient])
        for c in contents
        if c.settled
    ]
    for aside in asides:
        if aside.nutrients:
            key = "hidden_source" if aside.hidden else "label_no_amount"
            found.append(note(key, aside.hidden or aside.text, " ".join(aside.nutrients)))
    open_too = [nutrient for aside in asides for nutrient in aside.nutrients]
    return found + of_label(name, [*(c.nutrient for c in contents), *open_too])


def of_label(label: str, counted: Sequence[str]) -> list[Note]:
    """Say where the words of a label name a nutrient, or hide one, that is not counted: B6 in a magnesium product."""
    hidden = [(name, tuple(n for n in nutrients if n not in counted)) for name, nutrients in hidden_in(label)]
    found = [note("hidden_source", name, " ".join(nutrients)) for name, nutrients in hidden if nutrients]
    more = [nutrient for nutrient in named_in(label) if nutrient not in counted]
    return found + ([note("label_names_more", label, " ".join(more))] if more else [])


def of_holding(medicine: str, atc: str | None) -> list[Note]:
    """Say that a medicine holds nutrients, such as an antacid; its amount counts only among the supplements."""
    known = [nutrients for prefix, nutrients in HIDDEN_ATC.items() if atc is not None and atc.startswith(prefix)]
    return [note("medicine_holds", medicine, " ".join(nutrients)) for nutrients in known[:1]]


def of_duplicates(taken: Sequence[Supplement]) -> list[Note]:
    """Say which nutrient stands in several products, with what they add up to a day."""
    found = []
    for nutrient in dict.fromkeys(supplement.nutrient for supplement in taken):
        own = [supplement for supplement in taken if supplement.nutrient == nutrient]
        names = dict.fromkeys(supplement.label or supplement.as_typed for supplement in own)
        if len(own) > 1:
            total = sum(supplement.per_day for supplement in own)
            found.append(note("nutrient_in_several", nutrient, "; ".join(names), total, NUTRIENT_UNIT[nutrient]))
    return found


def of_lab(result: LabResult, as_typed: labs.Measured, facts: Facts, sex: str) -> list[Note]:
    """Point out a result that is unusual in its unit and would be ordinary in another one of the analyte."""
    reference = facts.lab(result.analyte, sex)
    if reference is None:
        return []
    low, high = reference.reference_low, reference.reference_high
    likelier = labs.look_alikes(result.analyte, as_typed.typed_value, as_typed.typed_unit, low, high)
    if not likelier:
        return []
    return [note("lab_unit_doubtful", result.analyte, result.as_typed, result.value, result.unit, ", ".join(likelier))]


def of_medicine(name: str, facts: Facts) -> Note:
    """Say that a medicine is not in the tables, with the names that are near."""
    known = [n for row in facts.medicines for n in (row.name_en, row.name_fr, *row.synonyms)]
    return note("medicine_unknown", name, ", ".join(nearest(name, known)))


def of_condition(name: str, facts: Facts) -> Note:
    """Say that a condition is not in the tables, with the names that are near."""
    known = [n for row in facts.conditions for n in (row.id, row.name_en, row.name_fr, *row.synonyms)]
    return note("condition_unknown", name, ", ".join(nearest(name, known)))
