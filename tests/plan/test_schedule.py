"""Moments of the day: spacings are constraints, habits are preferences, and what is taken already stays."""

from __future__ import annotations

from cofactor.assess.types import Spacing
from cofactor.person.types import Medicine, Supplement
from cofactor.plan.products import doses, own
from cofactor.plan.schedule import Day, events, hours_between, medicine_moments, moments, settle, too_near

MINERALS = ("calcium", "magnesium", "zinc", "iron")


def dose(nutrient, per_day, form):
    most = {"magnesium": 150.0, "calcium": 500.0}.get(nutrient)  # at once
    return next(d for d in doses(nutrient, form, most) if d.per_day == per_day)


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


def test_vitamin_d_goes_with_the_meal_that_holds_most():
    d3 = {"vitamin_d": dose("vitamin_d", 25, "D3")}
    assert day().place(d3, {}) == {"vitamin_d": ("lunch",)}
    assert day(population="US").place(d3, {}) == {"vitamin_d": ("dinner",)}


def test_magnesium_twice_a_day_keeps_hours_between_its_intakes():
    (slots,) = day().place({"magnesium": dose("magnesium", 200, "citrate")}, {}).values()
    assert slots == ("lunch", "dinner")


def test_calcium_and_magnesium_are_set_apart_where_that_is_possible():
    both = {"magnesium": dose("magnesium", 100, "citrate"), "calcium": dose("calcium", 500, "carbonate")}
    found = day().place(both, {})
    assert not set(found["magnesium"]) & set(found["calcium"])


def test_four_hours_from_levothyroxine_at_waking_leave_lunch_and_later():
    thyroid = Spacing("DN001", "levothyroxine", MINERALS, 4.0)
    found = day([thyroid], [("levothyroxine", "H03AA01", "waking")])
    assert found.capacity("magnesium") == 3
    assert found.capacity("calcium") == 2
    assert found.place({"calcium": dose("calcium", 500, "carbonate")}, {})["calcium"][0] in ("lunch", "dinner")


def test_every_moment_of_a_medicine_that_is_taken_twice_counts():
    antibiotic = Spacing("DN002", "ciprofloxacin", MINERALS, 6.0)
    twice = [("ciprofloxacin", "J01MA02", "breakfast"), ("ciprofloxacin", "J01MA02", "dinner")]
    assert day([antibiotic], twice).capacity("magnesium") == 0


def test_what_is_taken_already_stays_at_its_moment_unless_it_stands_too_near():
    mine = own(taken("calcium", "dinner", form="carbonate", amount=500.0))
    assert mine is not None
    assert day().place({"calcium": mine}, {"calcium": ("dinner",)}) == {"calcium": ("dinner",)}
    near = Spacing("DN001", "levothyroxine", MINERALS, 4.0)
    evening = day([near], [("levothyroxine", "H03AA01", "bedtime")])
    assert evening.place({"calcium": mine}, {"calcium": ("dinner",)})["calcium"] != ("dinner",)


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
    slots = found.place({"calcium": dose("calcium", 500, "carbonate")}, {})["calcium"]
    assert "breakfast" not in slots


def test_the_day_names_what_each_thing_stands_apart_from():
    thyroid = Spacing("DN001", "levothyroxine", MINERALS, 4.0)
    medicines = medicine_moments([Medicine("levothyroxine", "H03AA01", (), "waking")])
    iron = taken("iron", "lunch", label="Fer 80")
    found = Day((thyroid,), moments(medicines, [iron]), (iron,), "FR")
    placed = {"magnesium": (dose("magnesium", 100, "citrate"), ("dinner",))}
    assert [(e.time, e.items, e.apart_from) for e in events(placed, found, medicines)] == [
        ("07:00", ("medicine:levothyroxine",), ()),
        ("12:30", ("iron:unknown",), ("medicine:levothyroxine",)),
        ("19:30", ("magnesium:citrate",), ("medicine:levothyroxine",)),
    ]
