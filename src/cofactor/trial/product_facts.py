"""What the tables say of a product: reference values, upper limits, what it must not meet, and claims it may bear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from cofactor.assess.limits import CALCIUM_PER_INTAKE, MAGNESIUM_PER_INTAKE
from cofactor.assess.types import Level
from cofactor.facts.daily_values import DailyValue, daily_values
from cofactor.facts.gates import EVERY_NUTRIENT, GateRule, Trigger, gate_rules
from cofactor.facts.load import NUTRIENT_UNIT, Facts, load
from cofactor.facts.names import covers
from cofactor.facts.types import Claim, ConditionName, Interaction, MedicineName, Source
from cofactor.person.label import Content
from cofactor.trial.label_file import Product, Reading

REGIONS = ("EU", "US")
# Whole years of life: adults of both bodies (18 is an adolescent of NASEM).
_ADULTS = range(19, 101)
_CAROTENE = re.compile("carot", re.IGNORECASE)
_RETINOL = re.compile("retin[oy]l|acetate|acétate|palmitate", re.IGNORECASE)
_SYSTEMS = ("EU", "US since 2016")  # of daily values: those that labels of today follow


@dataclass(frozen=True, slots=True)
class Limit:
    """An upper limit of a region: ``counts`` is total, supplement or preformed."""

    region: str
    amount: float  # a day, in the nutrient's unit
    counts: str
    source: Source


@dataclass(frozen=True, slots=True)
class NutrientRow:
    """One nutrient of a product: what a day of it holds, beside reference values and upper limits of adults."""

    nutrient: str
    lines: tuple[Content, ...]  # what a serving holds, by line of the label
    amount: float  # a day, elemental, in the nutrient's unit
    at_once: float
    references: tuple[DailyValue, ...]
    limits: tuple[Limit, ...]  # the tightest of adults, by region and by what it counts
    to_limit: float  # what of ``amount`` counts against a limit of preformed vitamin A


@dataclass(frozen=True, slots=True)
class Referral:
    """A rule that stops a nutrient of the product, or leaves it to a doctor."""

    rule: str
    level: Level
    nutrients: tuple[str, ...]  # of the product
    who: tuple[MedicineName | ConditionName, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class AllowedClaim:
    """A claim of the EU register whose amounts the product reaches."""

    claim: Claim
    nutrients: tuple[str, ...]
    least: Mapping[str, float]  # of each nutrient a day, in its unit


def rows(product: Product, reading: Reading) -> tuple[NutrientRow, ...]:
    """Every nutrient of the label, in its order."""
    counting = product.amounts(counted(reading))
    return tuple(
        NutrientRow(
            nutrient=nutrient,
            lines=tuple(content for content in reading.contents if content.nutrient == nutrient),
            amount=amount,
            at_once=amount / product.daily * product.servings,
            references=tuple(row for row in daily_values(nutrient) if row.system in _SYSTEMS),
            limits=adult_limits(nutrient),
            to_limit=counting.get(nutrient, 0.0),
        )
        for nutrient, amount in product.amounts(reading).items()
    )


def counted(reading: Reading) -> Reading:
    """The reading without lines of carotene alone, which limits of preformed vitamin A do not count."""
    kept = tuple(c for c in reading.contents if not _CAROTENE.search(c.as_printed) or _RETINOL.search(c.as_printed))
    return replace(reading, contents=kept)


@lru_cache(maxsize=4096)
def limits(region: str, nutrient: str, sex: str, age: int) -> tuple[Limit, ...]:
    """The upper limits of a region for such people."""
    found = load().upper_limits(nutrient, region, sex, age)
    return tuple(Limit(region, row.value, row.applies_to, row.source) for row in found)


@lru_cache(maxsize=64)
def adult_limits(nutrient: str) -> tuple[Limit, ...]:
    """The tightest limit of adults of any age and either sex, by region and by what it counts."""
    found: dict[tuple[str, str], Limit] = {}
    for region in REGIONS:
        for sex in ("female", "male"):
            for age in _ADULTS:
                for limit in limits(region, nutrient, sex, age):
                    known = found.get((region, limit.counts))
                    if known is None or limit.amount < known.amount:
                        found[region, limit.counts] = limit
    return tuple(found.values())


# ------------------------------------------------------------------------------------------------------ interactions

# Names in the column of doses of the table of interactions.
_SHORT = {"Ca": "calcium", "Mg": "magnesium", "Zn": "zinc", "Fe": "iron", "B6": "vitamin_b6"}
_SHORT |= {"retinol": "vitamin_a", "vitamin D": "vitamin_d"}
_DOSE = re.compile(rf"(?:({'|'.join(_SHORT)})\s+)?(>=|>)?\s*(\d+(?:\.\d+)?) (mg|µg)")
_AT_ONCE = {"TM003": ("calcium", CALCIUM_PER_INTAKE), "TM004": ("magnesium", MAGNESIUM_PER_INTAKE)}


def own_interactions(product: Product, reading: Reading) -> tuple[Interaction, ...]:
    """What its own nutrients do to one another at these doses, and doses that are large for one intake."""
    facts, found = load(), {row.nutrient: row for row in rows(product, reading)}
    large = (id_ for id_, (nutrient, most) in _AT_ONCE.items() if nutrient in found and found[nutrient].at_once > most)
    amounts = {nutrient: row.amount for nutrient, row in found.items()}
    between = (row for row in facts.interactions if row.kind == "nutrient-nutrient" and _meets(row, amounts))
    return (*between, *map(facts.interaction, large))


def _meets(row: Interaction, amounts: Mapping[str, float]) -> bool:
    """Whether the product holds both sides, and as much of one as the row names; rows without a dose do not count."""
    first = next((n for n in row.nutrients if row.a.lower().startswith(n.replace("_", " "))), None)
    if first is None or len(row.nutrients) < 2 or not amounts.keys() >= set(row.nutrients):
        return False
    for name, sign, dose, unit in _DOSE.findall(row.dose_threshold):
        nutrient = _SHORT.get(name, first)
        held = amounts.get(nutrient, 0.0)
        if unit == NUTRIENT_UNIT[nutrient] and (held > float(dose) or (held == float(dose) and sign != ">")):
            return True
    return False


def referrals(product: Product) -> tuple[Referral, ...]:
    """The medicines and conditions that stop a nutrient of the product or leave it to a doctor, stops first."""
    held = {content.nutrient for reading in product.readings for content in reading.contents}
    rules = gate_rules()
    found = [
        Referral(rule.id, Level(rule.level), _of(rule, held), who, rule.source)
        for rule in rules.values()
        if rule.level in (Level.STOP, Level.REFER) and _of(rule, held) and (who := tuple(_who(rule, rules, load())))
    ]
    return tuple(sorted(found, key=lambda referral: referral.level != Level.STOP))


def _of(rule: GateRule, held: set[str]) -> tuple[str, ...]:
    return tuple(n for n in NUTRIENT_UNIT if n in held and (n in rule.nutrients or EVERY_NUTRIENT in rule.nutrients))


def _who(rule: GateRule, rules: Mapping[str, GateRule], facts: Facts) -> Iterator[MedicineName | ConditionName]:
    """The names that the tables have for what the rule is about; nothing for rules about results and answers."""
    if rule.trigger == Trigger.ANY:
        found = [name for part in rule.parts for name in _who(rules[part], rules, facts)]
    elif rule.trigger == Trigger.MEDICINE:
        prefixes = [p for code in rule.codes for p in _codes(code, facts)]
        found = [m for m in facts.medicines if any(covers(prefix, m.atc) for prefix in prefixes)]
    elif rule.trigger == Trigger.CONDITION:
        found = [c for c in facts.conditions if any(_is(c, code, facts) for code in rule.codes)]
    else:
        found = []
    yield from {name.name_en: name for name in found}.values()


def _codes(code: str, facts: Facts) -> tuple[str, ...]:
    """The codes of a row of the interactions table, or the code itself."""
    known = next((row for row in facts.interactions if row.id == code), None)
    return (code,) if known is None else known.codes


def _is(condition: ConditionName, code: str, facts: Facts) -> bool:
    if condition.interactions:
        return code in condition.interactions
    return any(covers(prefix, condition.icd10) for prefix in _codes(code, facts))


# ------------------------------------------------------------------------------------------------------------ claims

_ADULT_CLAIMS = ("authorised", "authorised (children)", "authorised (disease risk reduction)")
_PORTION = re.compile(r"\): (\d+(?:\.\d+)?) (?:mg|µg)$")
_NAMED = re.compile(r"(\d+(?:\.\d+)?) (?:mg|µg)(?: (calcium|vitamin D))?")
_SOURCE_OF = re.compile(r"at least a source of (.+)")


def allowed_claims(amounts: Mapping[str, float]) -> tuple[AllowedClaim, ...]:
    """The claims of the EU register that a daily portion with these amounts may bear."""
    found: dict[str, AllowedClaim] = {}
    for claim in load().claims:
        least = needed(claim)
        if least and all(amounts.get(nutrient, 0.0) >= amount for nutrient, amount in least.items()):
            found.setdefault(claim.text_en, AllowedClaim(claim, tuple(least), least))
    return tuple(found.values())


def needed(claim: Claim) -> dict[str, float]:
    """What a daily portion must hold, by nutrient in its unit; nothing for a claim that is not authorised.

    A "source of" a vitamin or mineral has 15 % of the nutrient reference value (Regulation (EC) 1924/2006, Annex).
    """
    if claim.status not in _ADULT_CLAIMS:
        return {}
    if portion := _PORTION.search(claim.condition):
        return {claim.nutrient: float(portion[1])}
    if source := _SOURCE_OF.match(claim.condition):
        named = [name.strip().replace(" ", "_").lower() for name in source[1].split(" and ")]
        return {nutrient: _SOURCE_SHARE * _nrv(nutrient) for nutrient in named}
    first = claim.condition.partition(";")[0]
    return {name.replace(" ", "_").lower() or claim.nutrient: float(dose) for dose, name in _NAMED.findall(first)}


_SOURCE_SHARE = 0.15
"""Regulation (EC) 1924/2006, Annex, with Regulation (EU) 1169/2011, Annex XIII."""


def _nrv(nutrient: str) -> float:
    return next(row.value for row in daily_values(nutrient) if row.system == "EU")
