"""A catalogue of products as lines and rows: what one unit holds, what of it is absorbed, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Part, Product
from cofactor.person.catalogue import REFERENCE_FORM, absorbed_factor, cost_per_absorbed
from cofactor.report import numbers
from cofactor.report.names import Names, capital

_PER = {"mg": 100.0, "µg": 10.0}
"""How much costs are told for, by unit: about a tablet of magnesium, a capsule of vitamin D."""
_WIDTH = 9  # characters of a cost


def products_document(products: Iterable[Product]) -> dict[str, Any]:
    """Products as plain values, in the order of the catalogue."""
    return {"products": [_row(product) for product in products]}


def _row(product: Product) -> dict[str, Any]:
    cost = cost_per_absorbed(product)
    return {
        "id": product.id,
        "name": product.name or None,
        "kind": product.kind,
        "price_eur": product.price_eur,
        "tested": product.tested or None,
        "parts": [
            {
                "nutrient": part.nutrient,
                "form": part.form or None,
                "amount": part.amount,
                "unit": NUTRIENT_UNIT[part.nutrient],
                "absorbed_against_reference": absorbed_factor(part),
            }
            for part in product.parts
        ],
        "cost_per_absorbed": cost,
        "cost_unit": f"EUR/{product.unit}",
        "source": product.source.text,
        "trust": product.source.trust.value,
    }


def products_lines(products: Iterable[Product], lang: str) -> str:
    """Products by nutrient, the least costly first, and how that was counted."""
    names, held = Names(lang), tuple(products)
    blocks = [
        "\n".join(_block(nutrient, [p for p in held if p.nutrient == nutrient], names))
        for nutrient in dict.fromkeys(product.nutrient for product in held)
    ]
    return "\n\n".join([*blocks, names.text("products.method")]) + "\n"


def _block(nutrient: str, products: list[Product], names: Names) -> Iterator[str]:
    name, unit = names.nutrient(nutrient), NUTRIENT_UNIT[nutrient]
    heading = capital(name)
    if nutrient in REFERENCE_FORM:
        each = numbers.amount(_PER[unit], nutrient, names.lang)
        reference = names.product(nutrient, REFERENCE_FORM[nutrient])
        heading = capital(names.text("products.heading", nutrient=name, each=each, reference=reference))
    yield heading
    for product in sorted(products, key=lambda p: (cost_per_absorbed(p) or math.inf, p.amount)):
        yield f"  {_cost(product, names)}  {_line(product, names)}"


def _cost(product: Product, names: Names) -> str:
    cost = cost_per_absorbed(product)
    if cost is None:
        return "–".rjust(_WIDTH)
    told = numbers.number(cost * _PER[product.unit], names.lang, 3)
    return names.text("products.cost", cost=told).rjust(_WIDTH)


def _line(product: Product, names: Names) -> str:
    text, first = names.text, product.parts[0]
    form, amount = names.product(first.nutrient, first.form), _amount(first, names)
    held = f"{amount} ({form})" if product.name else amount
    parts = [text("products.line", name=product.name or capital(form), amount=held, kind=_kind(product, names))]
    if product.more:
        also = [f"{names.product(part.nutrient, part.form)} {_amount(part, names)}" for part in product.more]
        parts.append(text("products.also", parts=numbers.join(also, names.lang)))
    parts += [_absorbed(first, names), _price(product, names)]
    if product.name:
        parts.append(text("products.tested", who=product.tested) if product.tested else text("products.untested"))
    return ", ".join(filter(None, parts))


def _absorbed(part: Part, names: Names) -> str:
    factor = absorbed_factor(part)
    if factor is None:
        return names.text("products.no_factor")
    told = numbers.amount(part.amount * factor, part.nutrient, names.lang)
    return "" if factor == 1 else names.text("products.absorbed", amount=told)


def _price(product: Product, names: Names) -> str:
    if product.price_eur is None:
        return names.text("products.no_price")
    return names.text("products.price", price=numbers.number(product.price_eur, names.lang, 2))


def _amount(part: Part, names: Names) -> str:
    return numbers.amount(part.amount, part.nutrient, names.lang, both=True)


def _kind(product: Product, names: Names) -> str:
    key = f"kind.{product.kind}"
    return names.text(key) if key in names.text else product.kind
