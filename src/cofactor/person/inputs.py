"""From the occasions of a day to the inputs of the model.

The model's gut takes three equal meals, and supplements as a number of doses a day of which a share meets a meal. Its
absorption curves stay where they are, in the model; what is passed on is amounts, counts, and how well each chemical
form dissolves. Form factors are rows ``form.*`` of ``facts/tables/exposure.csv``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from cofactor.person.exposure import constants, value
from cofactor.person.occasions import Occasion, Taken
from cofactor.units import convert

_GUT_STATE = {"D3": "gD3", "D2": "gD2", "calcifediol": "gCal"}
_NEEDS_ACID = frozenset({"carbonate", "phosphate", "hydrogen_phosphate", "hydroxyapatite", "unknown"})
_VITAMIN_K_FORM = "MK-7"  # the one form whose course the model follows
_MODELLED = frozenset({"vitamin_d", "magnesium", "calcium", "phosphorus", "zinc"})


@dataclass(frozen=True, slots=True)
class Bolus:
    """A dose of vitamin D that is given as an event: on ``first_day`` and every ``every_days`` after it.

    ``nmol`` is the absorbed amount to add to the gut ``state`` (gD3, gD2 or gCal).
    """

    state: str
    nmol: float
    first_day: float
    every_days: float

    @property
    def nmol_per_day(self) -> float:
        """Mean absorbed amount per day."""
        return self.nmol / self.every_days


@dataclass(frozen=True, slots=True)
class ModelInputs:
    """Constant inputs of the model by name, the doses to give as events, and what the model does not follow.

    Units: in_Ca, in_Mg, in_P, sup_Ca, sup_Mg, in_Zn mmol/d; n_meal, n_sCa, n_sMg per day; phyt mmol per meal above the
    reference diet; phyt_Zn mmol/d; in_D3, in_D2 IU/d; in_cal, in_MK7 µg/d; the others are fractions.
    """

    values: Mapping[str, float]
    boluses: tuple[Bolus, ...]
    unmodelled: tuple[str, ...]  # "nutrient" or "nutrient:form" of supplements without an equation

    def spread(self) -> dict[str, float]:
        """The inputs with every bolus given as its daily mean, for a person who has taken them for long."""
        found = dict(self.values)
        for bolus in self.boluses:
            name, per_unit = {
                "gD3": ("in_D3", absorbed_nmol("D3", _ug_per_iu(), with_meal=True)),
                "gD2": ("in_D2", absorbed_nmol("D2", _ug_per_iu(), with_meal=True)),
                "gCal": ("in_cal", absorbed_nmol("calcifediol", 1.0, with_meal=True)),
            }[bolus.state]
            found[name] += bolus.nmol_per_day / per_unit
        return found


# ------------------------------------------------------------------------------------------------- form factors


@cache
def form_family(nutrient: str, form: str | None) -> str:
    """Name the row whose factor a form takes: its own, else its salt's (``citrate`` for ``citrate_nonahydrate``).

    ``unknown`` where the form is not named or has no row.
    """
    if form is None:
        return "unknown"
    known = {name.split(".")[2] for name in constants() if name.startswith(f"form.{nutrient}.")}
    if form in known:
        return form
    words = [word for word in form.split("_") if word in known]
    if words:
        return words[-1]
    return "other" if "other" in known else "unknown"


def magnesium_factor(form: str | None) -> float:
    """Part of a magnesium form that dissolves and can be absorbed, relative to citrate."""
    return value(f"form.magnesium.{form_family('magnesium', form)}")


def zinc_factor(form: str | None) -> float:
    """Absorption of a zinc form relative to gluconate."""
    return value(f"form.zinc.{form_family('zinc', form)}")


def calcium_factor(form: str | None, *, with_meal: bool, low_acid: bool) -> float:
    """Absorption of a calcium form relative to carbonate with a meal.

    Without gastric acid and without a meal, salts that need acid keep 0.4 of their absorption (from memory); with a
    meal they need no correction, which is why the rule "with a meal" matters most to people without acid.
    """
    salt = form_family("calcium", form)
    factor = value(f"form.calcium.{salt}.{'meal' if with_meal else 'alone'}")
    if low_acid and not with_meal and salt in _NEEDS_ACID:
        factor *= value("calcium_without_acid")
    return factor


def absorbed_nmol(form: str, ug: float, *, with_meal: bool) -> float:
    """Absorbed nmol of a dose in µg of ``D3``, ``D2`` (three quarters as much without a meal) or ``calcifediol``."""
    if form == "calcifediol":
        return convert(ug, "µg", "nmol", "25OHD3") * value("calcifediol.absorbed")
    meal = 1.0 if with_meal else value("vitamin_d.without_meal")
    return convert(ug, "µg", "nmol", form) * value("vitamin_d.absorbed") * meal


# ------------------------------------------------------------------------------------------------------ the day


@dataclass(frozen=True, slots=True)
class _Doses:
    """A mineral's supplements over the day: mmol/d, doses a day, share of doses with a meal, mean form factor."""

    mmol_per_day: float
    per_day: float
    with_meal: float
    factor: float


def of_day(occasions: Iterable[Occasion], *, phytate_per_meal: float, low_acid: bool) -> ModelInputs:
    """Translate a day's occasions. ``phytate_per_meal`` is in mmol; ``low_acid`` is a stomach without acid."""
    day = tuple(occasions)
    calcium = _doses(day, "calcium", low_acid=low_acid)
    magnesium = _doses(day, "magnesium", low_acid=low_acid)
    vitamin_d, boluses = _vitamin_d(day)
    values = {
        "in_Ca": _food_mmol(day, "calcium"),
        "in_Mg": _food_mmol(day, "magnesium"),
        "in_P": _food_mmol(day, "phosphorus") + _phosphorus_taken(day),
        "n_meal": value("meals"),
        "sup_Ca": calcium.mmol_per_day,
        "n_sCa": calcium.per_day,
        "meal_Ca": calcium.with_meal,
        "F_Ca": calcium.factor,
        "sup_Mg": magnesium.mmol_per_day,
        "n_sMg": magnesium.per_day,
        "meal_Mg": magnesium.with_meal,
        "F_Mg": magnesium.factor,
        "phyt": added_phytate(phytate_per_meal),
        "in_Zn": sum(zinc for zinc, _ in _zinc(day)),
        "phyt_Zn": phytate_per_meal * value("meals"),
        "ZnCa": _zinc_beside_calcium(day),
        "in_MK7": sum((t.per_day for o in day for t in o.supplements if _is(t, "vitamin_k", _VITAMIN_K_FORM)), 0.0),
        **vitamin_d,
    }
    return ModelInputs(values, boluses, _unmodelled(day))


def added_phytate(mmol_per_meal: float) -> float:
    """Phytate of a meal above the reference diet, mmol, as the model's magnesium equation wants it.

    The model divides by ``1 + (phyt/K)^2`` and its reference adult (``phyt`` 0) eats a mixed diet with ``p0``. The
    value that makes absorption relative to the reference equal ``(1 + (p0/K)^2) / (1 + (p/K)^2)`` is
    ``sqrt((p^2 - p0^2) / (1 + (p0/K)^2))``. A diet with less phytate than the reference gives 0: the model has no
    way to say "more than the reference", which understates magnesium by up to 10 % on white flour.
    """
    half, reference = value("phytate_half"), value("phytate_reference")
    above = max(0.0, mmol_per_meal**2 - reference**2)
    return float((above / (1 + (reference / half) ** 2)) ** 0.5)


def _doses(day: tuple[Occasion, ...], nutrient: str, *, low_acid: bool) -> _Doses:
    """Pool what is taken at one moment into one dose; average the form factor by amount."""
    amount = weighted = count = with_meal = 0.0
    for occasion in day:
        taken = [t for t in occasion.supplements if t.nutrient == nutrient]
        if not taken:
            continue
        often = max(1 / t.every_days for t in taken)
        count, with_meal = count + often, with_meal + often * occasion.with_meal
        for t in taken:
            amount += t.per_day
            weighted += t.per_day * _factor(t, with_meal=occasion.with_meal, low_acid=low_acid)
    if not amount:
        return _Doses(0.0, 1.0, 1.0, 1.0)
    return _Doses(convert(amount, "mg", "mmol", nutrient), count, with_meal / count, weighted / amount)


def _factor(taken: Taken, *, with_meal: bool, low_acid: bool) -> float:
    if taken.nutrient == "magnesium":
        return magnesium_factor(taken.form)
    return calcium_factor(taken.form, with_meal=with_meal, low_acid=low_acid)


def _food_mmol(day: tuple[Occasion, ...], nutrient: str) -> float:
    return convert(sum(o.food.get(nutrient, 0.0) for o in day), "mg", "mmol", nutrient)


def _phosphorus_taken(day: tuple[Occasion, ...]) -> float:
    """Phosphorus of supplements, mmol/d: named as such, and what comes with calcium phosphates."""
    found = 0.0
    for taken in (t for o in day for t in o.supplements):
        if taken.nutrient == "phosphorus":
            found += convert(taken.per_day, "mg", "mmol", "phosphorus")
        ratio = constants().get(f"phosphorus_of_calcium.{taken.form}")
        if taken.nutrient == "calcium" and ratio is not None:
            found += convert(taken.per_day, "mg", "mmol", "calcium") * ratio.value
    return found


def _zinc(day: tuple[Occasion, ...]) -> Iterator[tuple[float, float]]:
    """Zinc of food and supplements (mmol/d, form counted) with the calcium supplement (mg) of each moment."""
    for occasion in day:
        taken = sum(t.per_day * zinc_factor(t.form) for t in occasion.supplements if t.nutrient == "zinc")
        beside = sum(t.per_day for t in occasion.supplements if t.nutrient == "calcium")
        yield convert(occasion.food.get("zinc", 0.0) + taken, "mg", "mmol", "zinc"), beside


def _zinc_beside_calcium(day: tuple[Occasion, ...]) -> float:
    """Factor on zinc absorption: 1/(1 + Ca/600) where a calcium supplement is taken beside it, weighted by zinc.

    600 mg in a meal halve absorption (Wood and Zheng 1997); the shape is derived. Calcium of food costs nothing.
    """
    pairs = list(_zinc(day))
    total = sum(zinc for zinc, _ in pairs)
    if not total:
        return 1.0
    return sum(zinc / (1 + beside / value("zinc_calcium_half")) for zinc, beside in pairs) / total


def _vitamin_d(day: tuple[Occasion, ...]) -> tuple[dict[str, float], tuple[Bolus, ...]]:
    """Daily vitamin D as inputs (meal-taken equivalents), and doses a week or more apart as boluses."""
    daily = {"in_D3": 0.0, "in_D2": 0.0, "in_cal": 0.0}
    boluses = []
    for occasion in day:
        for taken in (t for t in occasion.supplements if t.nutrient == "vitamin_d"):
            form = taken.form if taken.form in _GUT_STATE else "D3"
            if taken.every_days >= value("bolus.interval"):
                nmol = absorbed_nmol(form, taken.amount, with_meal=occasion.with_meal)
                boluses.append(Bolus(_GUT_STATE[form], nmol, taken.first_day, taken.every_days))
            elif form == "calcifediol":
                daily["in_cal"] += taken.per_day
            else:
                meal = 1.0 if occasion.with_meal else value("vitamin_d.without_meal")
                daily[f"in_{form}"] += taken.per_day / _ug_per_iu() * meal
    return daily, tuple(boluses)


def _unmodelled(day: tuple[Occasion, ...]) -> tuple[str, ...]:
    names = {
        t.nutrient + (f":{t.form}" if t.form else "")
        for o in day
        for t in o.supplements
        if t.nutrient not in _MODELLED and not _is(t, "vitamin_k", _VITAMIN_K_FORM)
    }
    return tuple(sorted(names))


def _is(taken: Taken, nutrient: str, form: str) -> bool:
    return taken.nutrient == nutrient and taken.form == form


def _ug_per_iu() -> float:
    return convert(1.0, "IU", "µg", "vitamin_d")
