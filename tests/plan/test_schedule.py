"""Moments of the day: spacings are constraints, habits are preferences, and what is taken already stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cofactor.assess.types import Spacing
from cofactor.person.types import Medicine, Supplement
from cofactor.plan.products import Dose, catalogue
from cofactor.plan.schedule import (
    Day,
    close_moments,
    events,
    hours_between,
    medicine_moments,
    moments,
    settle,
    too_near,
)

MINERALS = ("calcium", "magnesium", "zinc", "iron")


def taken(nutrient, *slots, label=None, form=None, amount=100.0):
    return Supplement(nutrient, form, amount, 1.0, slots[0], None, None, label, "", len(slots), slots)


def day(spacings=(), medicines=(), beside=(), population="FR"):
    found = medicine_moments([Medicine(name, atc, (), slot) for name, atc, slot in medicines])
    return Day(tuple(spacings), moments(found, beside), tuple(beside), population)


def test_hours_are_counted_the_shorter_way_round():
    assert hours_between("bedtime", "waking") == 8.5
    assert hours_between("waking", "bedtime") == 8.5
    assert hours_between("lunch", "lunch") == 0


def test_a_medicine_without_a_moment_is_taken_when_its_class_usually_is():
    found = medicine_moments([Medicine("levothyroxine", "H03AA01", ()), Medicine("x", None, ())])
    assert [(m.slot, m.said) for m in found] == [("waking", False), ("breakfast", False)]


def best(of, nutrient):
    return min(of.open([nutrient]), key=lambda slot: of.habit(nutrient)[slot])


def test_vitamin_d_suits_the_meal_that_holds_most():
    assert best(day(), "vitamin_d") == "lunch"
    assert best(day(population="US"), "vitamin_d") == "dinner"


def test_magnesium_suits_the_evening_and_calcium_a_meal():
    assert best(day(), "magnesium") == "dinner"
    assert set(day().open(["calcium"])) == {"breakfast", "lunch", "dinner"}


def test_moments_within_four_hours_are_near_each_other():
    assert close_moments() == (("waking", "breakfast"), ("dinner", "bedtime"))


def test_what_holds_two_nutrients_keeps_the_hours_of_both():
    iron = Spacing("NN002", "Fer 80", ("calcium",), 2.0)
    found = day([iron], beside=[taken("iron", "lunch", label="Fer 80")])
    assert found.open(["vitamin_d", "calcium"]) == ("breakfast", "dinner")
    assert found.busy == {"lunch"}


def test_four_hours_from_levothyroxine_at_waking_leave_lunch_and_later():
    thyroid = Spacing("DN001", "levothyroxine", MINERALS, 4.0)
    found = day([thyroid], [("levothyroxine", "H03AA01", "waking")])
    assert found.open(["magnesium"]) == ("lunch", "dinner", "bedtime")
    assert found.open(["calcium"]) == ("lunch", "dinner")


def test_every_moment_of_a_medicine_that_is_taken_twice_counts():
    antibiotic = Spacing("DN002", "ciprofloxacin", MINERALS, 6.0)
    twice = [("ciprofloxacin", "J01MA02", "breakfast"), ("ciprofloxacin", "J01MA02", "dinner")]
    assert day([antibiotic], twice).open(["magnesium"]) == ()


def test_a_supplement_that_goes_on_moves_to_the_nearest_moment_that_keeps_its_hours():
    thyroid = Spacing("DN001", "levothyroxine", MINERALS, 4.0)
    at = {"levothyroxine": ("waking",)}
    found = settle(("breakfast",), ["iron"], [thyroid], at)
    assert (found.moments, found.avoided) == (("lunch",), "levothyroxine")
    assert settle(("dinner",), ["iron"], [thyroid], at).avoided is None
    everywhere = {"levothyroxine": ("waking", "lunch", "dinner", "bedtime")}
    assert settle(("breakfast",), ["iron"], [thyroid], everywhere).moments is None


def test_calcium_keeps_two_hours_from_iron_that_is_taken_as_a_supplement():
    iron = taken("iron", "breakfast", label="Fer 80")
    found = day([Spacing("NN002", "Fer 80", ("calcium",), 2.0)], beside=[iron])
    assert too_near("calcium", "breakfast", found.spacings, found.taken) == "Fer 80"
    assert "breakfast" not in found.open(["calcium"])


def test_each_thing_keeps_its_own_amount_and_rhythm():
    """A tablet that goes on, a planned dose of the same form and a weekly one are three things."""
    multi = taken("magnesium", "breakfast", form="citrate", amount=50.0, label="Multi")
    weekly = replace(
        taken("magnesium", "lunch", form="citrate", amount=300.0), every_days=7.0, since=date(2026, 11, 20)
    )
    found = Day((), moments((), [multi, weekly]), (multi, weekly), "FR")
    placed = [Dose(next(p for p in catalogue() if p.id == "mg-citrate-100"), 2, ("dinner",))]
    day_ = events(placed, found, ())
    assert [(e.slot, one.id, one.amount, one.every, one.planned) for e in day_ for one in e.entries] == [
        ("breakfast", "magnesium:citrate", 50.0, 1.0, False),
        ("lunch", "magnesium:citrate", 300.0, 7.0, False),
        ("dinner", "magnesium:citrate", 200.0, 1.0, True),
    ]


def test_a_product_keeps_no_hours_from_itself():
    """Iron and zinc of one tablet; calcium keeps its hours from the iron in it."""
    parts = (taken("iron", "lunch", label="Multi"), taken("zinc", "lunch", label="Multi"))
    spacing = Spacing("NN002", "Multi", ("calcium", "zinc"), 2.0)
    found = Day((spacing,), moments((), parts), parts, "FR")
    placed = [Dose(next(p for p in catalogue() if p.id == "ca-carbonate-500"), 1, ("dinner",))]
    assert [(e.slot, e.apart_from) for e in events(placed, found, ())] == [("lunch", ()), ("dinner", ("iron:unknown",))]


def test_the_day_names_what_each_thing_stands_apart_from():
    thyroid = Spacing("DN001", "levothyroxine", MINERALS, 4.0)
    medicines = medicine_moments([Medicine("levothyroxine", "H03AA01", (), "waking")])
    iron = taken("iron", "lunch", label="Fer 80")
    found = Day((thyroid,), moments(medicines, [iron]), (iron,), "FR")
    placed = [Dose(next(p for p in catalogue() if p.id == "mg-citrate-100"), 1, ("dinner",))]
    assert [(e.time, e.items, e.apart_from) for e in events(placed, found, medicines)] == [
        ("07:00", ("medicine:levothyroxine",), ()),
        ("12:30", ("iron:unknown",), ("medicine:levothyroxine",)),
        ("19:30", ("magnesium:citrate",), ("medicine:levothyroxine",)),
    ]
