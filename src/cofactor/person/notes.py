"""What is shown back to the owner of a case: readings that rest on an assumption, and entries worth a second look.

A note is a key with values; ``report/text`` holds the sentence for each key, in each language.
"""

from __future__ import annotations

from cofactor.facts.load import Facts
from cofactor.facts.types import Form
from cofactor.person import labs
from cofactor.person.doses import Amount
from cofactor.person.types import LabResult, Note
from cofactor.person.words import nearest

NOTES: dict[str, tuple[str, ...]] = {
    "amount_read_as_elemental": ("nutrient", "form", "typed", "amount", "unit", "if_compound"),
    "amount_of_compound": ("nutrient", "form", "typed", "amount", "unit"),
    "condition_unknown": ("condition", "nearest"),
    "food_name_differs": ("typed", "food_id", "name_en", "name_fr"),
    "lab_unit_doubtful": ("analyte", "typed", "value", "unit", "units"),
    "medicine_unknown": ("medicine", "nearest"),
    "menopause_assumed": ("age",),
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
