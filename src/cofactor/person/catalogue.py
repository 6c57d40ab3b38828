"""Catalogues of products: the generic one, and a person's own, by label, with price and independent test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema, model_validator
from pydantic import field_validator as validator

from cofactor.errors import InputError, Problem
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.names import fold
from cofactor.facts.read import read_table
from cofactor.facts.types import Part, Product, Source, Trust
from cofactor.person import documents
from cofactor.person.inputs import calcium_factor, magnesium_factor, zinc_factor
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import quantity_in
from cofactor.person.schema_base import QUANTITY, TEXT, Many, Strict, Text
from cofactor.person.schema_taken import LabelledIn, Units, read_units
from cofactor.said import Said
from cofactor.units import convert

VERSION = 1
_HOW_TO_START = Said("Start the file with `catalogue: 1`, then products: (see examples/products).")
_EUROS = {"EUR": 1.0, "€": 1.0, "euro": 1.0, "euros": 1.0}
_DEAREST = 1000.0  # euros for one pack; a slip of the decimal mark lies above
_MOST_IN_PACK = 2000.0  # units; the largest packs of drops and tablets hold fewer
REFERENCE_FORM = {"vitamin_d": "D3", "magnesium": "citrate", "calcium": "carbonate", "zinc": "gluconate"}
"""The form of a nutrient that absorption is told against."""
_SOURCE = Source("The person's own catalogue", Trust.ASSUMED)


@cache
def generic() -> tuple[Product, ...]:
    """The catalogue that is shipped: typical forms and strengths, no brand. Rows of one id are one product."""
    rows: dict[str, list[Product]] = {}
    for row in read_table(Product, "products"):
        rows.setdefault(row.id, []).append(row)
    return tuple(replace(first, more=tuple(p for row in more for p in row.parts)) for first, *more in rows.values())


# ------------------------------------------------------------------------------------------------ as it is written


class OfferedIn(LabelledIn):
    """A product that may be chosen: what it holds as printed, and what is known of it beside."""

    name: Annotated[Text, Field(description="What you call it.", examples=["Magnesium bisglycinate 100"])]
    pack: Annotated[
        Units | None, TEXT, Field(description="How many units the price is for.", examples=["90 capsules"])
    ] = None
    price: Annotated[float | None, QUANTITY, Field(description="Of the pack, in euros.", examples=["14.90 EUR"])] = None
    tested: Annotated[
        Text | None,
        Field(description="Who tested it, independently of its maker; shown beside it.", examples=["Cologne List"]),
    ] = None

    @validator("pack", mode="plain")
    @classmethod
    def _pack(cls, value: object) -> Units | None:
        return None if value is None else read_units(value, _MOST_IN_PACK)

    @validator("price", mode="plain")
    @classmethod
    def _price(cls, value: object) -> float | None:
        if value is None:
            return None
        price = quantity_in(value, _EUROS, "14.90 EUR")
        if not 0 <= price <= _DEAREST:
            raise refusal(value, Said("Write what the pack costs."), (Said("0 to {most:g} EUR", most=_DEAREST),))
        return price

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.product is None and self.contents is None:
            do = Said("Write its lines under `contents`, as printed.")
            raise refusal(Said("a product without contents"), do, ("contents",))
        if not self.read.contents:
            do = Said("Add a line such as `Magnesium (citrate) 100 mg`.")
            raise refusal(Said("no amount of a vitamin or mineral that is followed"), do, ("contents",))
        if self.price is not None and self.pack is None:
            do = Said("Write how many units the price is for under `pack`.")
            raise refusal(Said("a price without a pack"), do, (Said.quoted("pack: 90 capsules"),))
        return self

    @model_validator(mode="after")
    def _amounts_known(self) -> Self:
        open_ = [aside for aside in self.read.asides if aside.nutrients]
        if open_:
            do = Said("Its amount would count against limits: write it, or choose another product.")
            raise refusal(Said("a line without an amount ({line})", line=describe(open_[0].text)), do)
        return self


class CatalogueFile(Strict):
    """Products that a plan may choose from, in place of the generic ones."""

    catalogue: Annotated[
        Literal[1], WithJsonSchema({"const": VERSION}), Field(description="Version of this format.", examples=[VERSION])
    ]
    products: Annotated[Many[OfferedIn], Field(min_length=1, description="One entry for each product.")]

    @validator("catalogue", mode="plain")
    @classmethod
    def _version(cls, value: object) -> int:
        if isinstance(value, bool) or value not in (VERSION, str(VERSION)):
            raise refusal(value, Said("This program reads catalogues of version 1."), (str(VERSION),))
        return VERSION


def json_schema() -> dict[str, Any]:
    """Publish the catalogue file as a JSON Schema, for editors that complete and check YAML."""
    schema = CatalogueFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cofactor catalogue file",
        **{key: value for key, value in schema.items() if key != "title"},
    }


# ---------------------------------------------------------------------------------------------------------- reading


def load_catalogue(path: str | Path) -> tuple[Product, ...]:
    """Read a catalogue file. Raises :class:`InputError` with every problem."""
    return parse_catalogue(documents.text_of(Path(path), Said("a catalogue of products")))


def parse_catalogue(catalogue: Mapping[str, object] | str) -> tuple[Product, ...]:
    """Read a catalogue from its YAML text or from plain values. Raises :class:`InputError` with every problem."""
    file = documents.validated(CatalogueFile, documents.of(catalogue, _HOW_TO_START))
    found = tuple(product_of(entry) for entry in file.products)
    twice = list(doubles((f"products[{i}].name", product) for i, product in enumerate(found)))
    if twice:
        raise InputError(twice)
    return found


def product_of(entry: OfferedIn) -> Product:
    """One unit of what was written."""
    printed = entry.printed_for or Units(1.0, "")
    parts = [
        Part(one.nutrient, "" if one.form is None else one.form.id, one.amount / printed.count)
        for one in entry.read.contents
    ]
    first, *more = parts
    price = None if entry.price is None or entry.pack is None else entry.price / entry.pack.count
    kind = printed.unit or (entry.pack.unit if entry.pack is not None else "") or "unit"
    return Product(
        id=re.sub(r"[^a-z0-9]+", "-", fold(entry.name)).strip("-") or "product",
        nutrient=first.nutrient,
        form=first.form,
        amount=first.amount,
        unit=NUTRIENT_UNIT[first.nutrient],
        kind=kind,
        price_eur=price,
        source=_SOURCE,
        name=entry.name,
        tested=entry.tested or "",
        more=tuple(more),
    )


def doubles(products: Iterable[tuple[str, Product]]) -> Iterator[Problem]:
    """Products of one name, which nobody could tell apart in a plan; each comes with its place."""
    seen: set[str] = set()
    for where, product in products:
        if product.id in seen:
            got = Said("{name}, for the second time", name=product.name)
            yield Problem(where, got, (Said("a name of its own"),), Said("Change one name."))
        seen.add(product.id)


# ----------------------------------------------------------------------------------------- what an absorbed mg costs


def absorbed_factor(part: Part) -> float | None:
    """How well a form is absorbed with a meal against the reference form of its nutrient; None where none is known.

    Magnesium against citrate, calcium against carbonate, zinc against gluconate: rows ``form.*`` of exposure.csv, with
    which the model counts. Any other against the reference form of forms.csv; D2 and calcifediol by the rise in
    25(OH)D.
    """
    form = part.form or None
    if part.nutrient == "magnesium":
        return magnesium_factor(form)
    if part.nutrient == "calcium":
        return calcium_factor(form, with_meal=True, low_acid=False)
    if part.nutrient == "zinc":
        return zinc_factor(form)
    known = None if form is None else load().form(part.nutrient, form)
    return None if known is None else known.relative_bioavailability


def compound_mass(part: Part) -> float | None:
    """Mass of the compound that brings so much of the element, mg; None where its share of the element is not known."""
    form = load().form(part.nutrient, part.form) if part.form else None
    if form is None or form.elemental_fraction is None:
        return None
    return convert(part.amount, NUTRIENT_UNIT[part.nutrient], "mg", part.nutrient) / form.elemental_fraction


def cost_per_absorbed(product: Product) -> float | None:
    """Euros for an amount that is absorbed like one mg or µg of the reference form. None where nobody can say.

    Of a product of several nutrients the whole price is counted for the first line of its label.
    """
    factor = absorbed_factor(product.parts[0])
    if product.price_eur is None or factor is None:
        return None
    return product.price_eur / (product.amount * factor)
