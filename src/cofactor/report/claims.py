"""Claims of the EU register that amounts of a day allow, under the condition of use that each stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Claim
from cofactor.report import numbers
from cofactor.report.names import Names
from cofactor.trial.product_facts import AllowedClaim, allowed_claims

# What a condition of use asks beside amounts: how the condition begins in claims.csv, and our key for the rest of it.
_EXTRA = {
    "200 mg daily": "exercise",
    "at least 400 mg calcium per": "bone_calcium",
    "at least 400 mg calcium and": "bone_both",
    "food supplements with at least 15 µg": "falls",
}


def by_condition(amounts: Mapping[str, float], names: Names) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each condition of use in words, with the claims that it allows, word for word."""
    found: dict[str, list[str]] = {}
    for allowed in allowed_claims(amounts):
        words = allowed.claim.text_fr if names.lang == "fr" else allowed.claim.text_en
        found.setdefault(_condition(allowed, names), []).append(words)
    return ((said, tuple(texts)) for said, texts in found.items())


def lines(amounts: Mapping[str, float], names: Names) -> Iterable[str]:
    """The same as lines of plain text."""
    for said, texts in by_condition(amounts, names):
        yield f"  {said}"
        yield from (f"    {text}" for text in texts)


def _condition(allowed: AllowedClaim, names: Names) -> str:
    """The condition of use in words: amounts, and what else it asks."""
    amounts = [
        f"{numbers.with_unit(numbers.short(amount, names.lang), NUTRIENT_UNIT[nutrient], names.lang)} "
        f"({names.nutrient(nutrient)})"
        for nutrient, amount in allowed.least.items()
    ]
    key = extra_key(allowed.claim)
    extra = names.text(f"label.{key}") if key else ""
    return names.text("label.claims_at", amounts=numbers.join(amounts, names.lang), extra=extra)


def extra_key(claim: Claim) -> str:
    """The key of what a condition of use asks beside amounts; empty where it asks nothing."""
    if "children" in claim.status:
        return "children"
    return next((key for begins, key in _EXTRA.items() if claim.condition.startswith(begins)), "")
