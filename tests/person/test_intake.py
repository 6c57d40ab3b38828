"""Intake: sums as intervals, defaults that never hide, and a day of doses as inputs of the model."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cofactor.facts.load import load
from cofactor.facts.types import Food, FoodValue, Source, Trust
from cofactor.person import diet, exposure, inputs
from cofactor.person.diet import Basis, Range
from cofactor.person.habits import usual_intake
from cofactor.person.intake import intake, model_inputs
from cofactor.person.occasions import meal_shares, slots
from cofactor.person.types import (
    Case,
    Condition,
    Diet,
    EatenFood,
    Medicine,
    Person,
    Place,
    Sun,
    SunHabit,
    Supplement,
)

TODAY = date(2026, 11, 22)


def case(*, sex="female", age=45.0, country="FR", region="EU", totals=None, foods=(), supplements=(), **more):
    return Case(
        person=Person(None, sex, age, 68.0, 165.0, 2, "none", None, None),
        place=Place(48.9, country, region),
        sun=Sun(SunHabit(), SunHabit(), stated=False),
        diet=Diet("EFSA", totals or {}, tuple(foods), complete=bool(totals or foods)),
        supplements=tuple(supplements),
        **{"medicines": (), "conditions": (), "answers": {}, "labs": (), "goals": {}, "products": (), "today": TODAY}
        | more,
    )


def food(grams, group="vegetables", phytate="none", **per_100_g):
    values = {
        name: FoodValue(content, content) if isinstance(content, (int, float)) else FoodValue(*content)
        for name, content in per_100_g.items()
    }
    source = Source("a table", Trust.VERIFIED)
    return EatenFood(Food("test:1", "food", "aliment", group, values, phytate, "none", (), source), grams, "food")


def supplement(nutrient, amount, form=None, *, every=1.0, slot=None, times=1, since=None, until=None, moments=()):
    return Supplement(nutrient, form, amount, every, slot, since, until, None, str(amount), times, moments)


def values(*supplements, **change):
    return model_inputs(intake(case(supplements=supplements, **change))).values


# ------------------------------------------------------------------------------------------------ default people


def test_silence_gives_a_default_person_and_says_so():
    found = intake(case())
    assert found.basis["magnesium"] is Basis.DEFAULT
    assert found.assumed("magnesium")
    # Survey means of French women; the spread is a log-normal of CV 0.30 (5-95 %: 163-427 mg).
    assert found.food["magnesium"].mid == pytest.approx(275)
    assert found.food["magnesium"].low == pytest.approx(163, abs=1)
    assert found.food["magnesium"].high == pytest.approx(427, abs=2)
    assert found.total == found.food


@pytest.mark.parametrize(
    ("change", "calcium"),
    [
        ({"sex": "male"}, 970),
        ({"country": "DE"}, 800),
        ({"country": "US", "region": "US"}, 830),
        ({"age": 65.0}, 850 * 0.92),
        ({"age": 20.0}, 850 * 1.04),
    ],
)
def test_default_follows_sex_age_and_country(change, calcium):
    assert intake(case(**change)).food["calcium"].mid == pytest.approx(calcium)


def test_vitamin_d_from_food_rises_a_little_with_age():
    assert intake(case(age=65.0)).food["vitamin_d"].mid == pytest.approx(2.8 * 1.04)


def test_a_nutrient_without_survey_mean_is_absent_not_zero():
    found = intake(case(foods=[food(30, vitamin_c=50.0)], supplements=[supplement("vitamin_c", 100.0)]))
    assert "vitamin_c" not in found.food
    assert "vitamin_c" not in found.total
    assert found.supplements["vitamin_c"] == {"unknown": 100.0}


# ---------------------------------------------------------------------------------------------------------- sums


def test_totals_replace_foods():
    found = intake(case(totals={"magnesium": (230.0, 250.0)}, foods=[food(200, magnesium=100.0)]))
    assert found.food["magnesium"] == Range(230.0, 240.0, 250.0)
    assert found.basis["magnesium"] is Basis.TOTALS
    assert not found.assumed("magnesium")


def test_a_short_list_takes_the_place_of_an_equal_weight_of_the_default_day():
    almonds = food(30, "nuts_seeds", magnesium=270.0)
    found = intake(case(foods=[almonds]))
    weight = exposure.value("whole_diet.weight")
    assert found.food["magnesium"].mid == pytest.approx(81 + 275 * (1 - 30 / weight))
    assert found.basis["magnesium"] is Basis.FOODS_AND_DEFAULT
    assert found.assumed("magnesium")


def test_a_whole_diet_stands_for_itself():
    found = intake(case(foods=[food(1100, magnesium=10.0, vitamin_c=5.0)]))
    assert found.food["magnesium"] == Range(110.0, 110.0, 110.0)
    assert found.basis["magnesium"] is Basis.FOODS
    assert not found.assumed("magnesium")
    assert found.food["vitamin_c"].mid == pytest.approx(55.0)


def test_water_brings_minerals_and_takes_the_place_of_nothing():
    found = intake(case(foods=[food(1000, "water", calcium=54.9)]))
    assert found.food["calcium"].mid == pytest.approx(850 + 549)
    assert found.unmeasured_share["magnesium"] == 0


def test_a_limit_is_an_interval_and_half_of_it_is_not_invented():
    salmon = food(1100, "fish", vitamin_d=(0.0, 8.6))
    found = intake(case(foods=[salmon])).food["vitamin_d"]
    assert (found.low, found.mid, found.high) == pytest.approx((0.0, 0.0, 94.6))


def test_a_trace_too_small_to_matter_counts_half():
    found = intake(case(foods=[food(1100, vitamin_d=(0.0, 0.004))])).food["vitamin_d"]
    assert found.mid == pytest.approx(0.022)


def test_not_measured_is_filled_not_zero_and_is_reported():
    listed = [food(900, magnesium=20.0), food(300)]
    found = intake(case(foods=listed))
    assert found.unmeasured_share["magnesium"] == pytest.approx(0.25)
    assert found.food["magnesium"].mid == pytest.approx(180 + 275 * 300 / exposure.value("whole_diet.weight"))
    assert found.food["magnesium"].low < found.food["magnesium"].mid < found.food["magnesium"].high


def test_a_nutrient_that_no_listed_food_measures_has_no_value():
    assert "vitamin_c" not in intake(case(foods=[food(1200, magnesium=20.0)])).food


def test_vitamin_d_without_a_total_is_the_sum_of_its_forms():
    egg = food(1, vitamin_d2=(0.0, 0.1), vitamin_d3=1.0).food
    assert diet.food_value(egg, "vitamin_d") == FoodValue(1.0, 1.1)
    assert not diet.food_value(food(1, magnesium=1.0).food, "vitamin_d").known
    assert diet.food_value(food(1, vitamin_d=2.0, vitamin_d3=9.0).food, "vitamin_d") == FoodValue(2.0, 2.0)


def test_vitamin_d_of_mushrooms_is_d2():
    found = intake(case(foods=[food(1000, vitamin_d=1.0), food(70, vitamin_d=26.0, vitamin_d2=26.0)]))
    assert found.vitamin_d_forms["D2"] == pytest.approx(18.2)
    assert found.vitamin_d_forms["D3"] == pytest.approx(10.0)


def test_vitamin_k_is_phylloquinone():
    assert diet.food_value(food(1, vitamin_k1=30.0, vitamin_k2=10.0).food, "vitamin_k") == FoodValue(30.0, 30.0)


# ------------------------------------------------------------------------------------------------------- oxalate


def spinach(grams):
    eaten = food(grams, calcium=136.0, magnesium=87.0, phosphorus=56.0)
    return replace(eaten, food=replace(eaten.food, oxalate="high"))


def test_minerals_of_spinach_count_as_eaten_and_only_in_part_as_free():
    plain, rich = food(900, calcium=80.0, magnesium=20.0, phosphorus=50.0), spinach(200)
    found = intake(case(foods=[plain, rich]))
    assert found.food["calcium"].mid == pytest.approx(720 + 272)  # what is eaten is what is judged
    free = model_inputs(found).values
    assert free["in_Ca"] * 40.078 == pytest.approx(720 + 0.2 * 272)
    assert free["in_Mg"] * 24.305 == pytest.approx(180 + 0.73 * 174)
    assert free["in_P"] * 30.974 == pytest.approx(450 + 112)


def test_a_stated_total_is_not_cut_for_spinach():
    stated = intake(case(foods=[spinach(200)], totals={"calcium": (700.0, 700.0)}))
    assert model_inputs(stated).values["in_Ca"] * 40.078 == pytest.approx(700)


# ------------------------------------------------------------------------------------------------------- phytate


def test_default_diet_is_the_reference_diet_of_the_model():
    found = intake(case())
    assert found.phytate == "mixed"
    inputs_of_day = model_inputs(found).values
    assert inputs_of_day["phyt"] == 0
    assert inputs_of_day["phyt_Zn"] == pytest.approx(1.2)


@pytest.mark.parametrize(("kind", "mmol"), [("refined", 0.1), ("wholegrain", 0.8), ("bran", 1.5), ("none", 0.0)])
def test_class_of_a_whole_diet_follows_its_foods(kind, mmol):
    found = intake(case(foods=[food(1000, phytate=kind, magnesium=30.0), food(500, magnesium=30.0)]))
    assert found.phytate == kind
    assert found.phytate_per_meal == pytest.approx(mmol)


def test_added_phytate_gives_the_published_loss_relative_to_the_reference():
    def loss(p):
        return 1 / (1 + (p / 1.2) ** 2)

    for p in (0.4, 0.8, 1.5):
        assert loss(inputs.added_phytate(p)) == pytest.approx(loss(p) / loss(0.4))
    assert inputs.added_phytate(0.1) == 0


# --------------------------------------------------------------------------------------------------- supplements


def test_two_products_of_a_nutrient_add_up():
    found = intake(
        case(
            totals={"magnesium": (240.0, 240.0)},
            supplements=[supplement("magnesium", 150.0, "citrate"), supplement("magnesium", 100.0, "oxide", times=2)],
        )
    )
    assert found.supplements["magnesium"] == {"citrate": 150.0, "oxide": 200.0}
    assert found.from_supplements("magnesium") == 350
    assert found.total["magnesium"] == Range(590.0, 590.0, 590.0)


def test_a_supplement_counts_only_while_it_is_taken():
    past = supplement("calcium", 500.0, until=TODAY - timedelta(days=1))
    future = supplement("calcium", 500.0, since=TODAY + timedelta(days=1))
    now = supplement("calcium", 500.0, since=TODAY, until=TODAY)
    assert intake(case(supplements=[past, future])).supplements == {}
    assert intake(case(supplements=[past, future, now])).from_supplements("calcium") == 500


def test_calcifediol_counts_two_and_a_half_times_in_totals():
    found = intake(case(totals={"vitamin_d": (3.0, 3.0)}, supplements=[supplement("vitamin_d", 10.0, "calcifediol")]))
    assert found.total["vitamin_d"].mid == pytest.approx(28.0)
    assert model_inputs(found).values["in_cal"] == 10.0


def test_moments_named_and_unnamed():
    assert slots(supplement("zinc", 1.0)) == ("breakfast",)
    assert slots(supplement("zinc", 1.0, times=3)) == ("breakfast", "dinner", "lunch")
    assert slots(supplement("zinc", 1.0, slot="bedtime", times=2)) == ("bedtime", "breakfast")
    assert slots(supplement("zinc", 1.0, slot="lunch", times=2, moments=("lunch", "bedtime"))) == ("lunch", "bedtime")


@pytest.mark.parametrize("population", ["FR", "EU", "US"])
@pytest.mark.parametrize("nutrient", ["calcium", "zinc"])
def test_meals_share_out_the_whole_day(population, nutrient):
    assert sum(meal_shares(nutrient, population).values()) == pytest.approx(1)


def test_occasions_carry_the_food_and_the_supplements():
    found = intake(case(supplements=[supplement("zinc", 10.0, slot="bedtime")]))
    assert sum(o.food.get("calcium", 0.0) for o in found.occasions) == pytest.approx(found.food["calcium"].mid)
    assert [o.slot for o in found.occasions if o.supplements] == ["bedtime"]
    assert [o.slot for o in found.occasions if o.with_meal] == ["breakfast", "lunch", "dinner"]


# -------------------------------------------------------------------------------------------------- model inputs


def test_reference_adult_has_the_reference_inputs():
    # 1000 mg Ca, 300 mg Mg, 1300 mg P and 9.8 mg Zn are the inputs of the model's reference adult.
    stated = {"calcium": 1002.0, "magnesium": 300.0, "phosphorus": 1301.0, "zinc": 9.807}
    found = values(totals={name: (amount, amount) for name, amount in stated.items()})
    seen = {name: found[name] for name in ("in_Ca", "in_Mg", "in_P", "in_Zn", "n_meal", "phyt", "phyt_Zn", "ZnCa")}
    assert seen == pytest.approx(
        {"in_Ca": 25, "in_Mg": 12.34, "in_P": 42, "in_Zn": 0.15, "n_meal": 3, "phyt": 0, "phyt_Zn": 1.2, "ZnCa": 1},
        rel=2e-3,
    )
    idle = {name: found[name] for name in ("sup_Ca", "sup_Mg", "in_D3", "in_D2", "in_cal", "in_MK7")}
    assert set(idle.values()) == {0.0}
    assert found["n_sCa"] == found["n_sMg"] == 1  # the model divides by them


def test_a_daily_dose_is_in_iu_and_less_without_a_meal():
    assert values(supplement("vitamin_d", 25.0, "D3", slot="dinner"))["in_D3"] == pytest.approx(1000)
    assert values(supplement("vitamin_d", 25.0, "D3", slot="bedtime"))["in_D3"] == pytest.approx(750)
    assert values(supplement("vitamin_d", 25.0, "D2", slot="dinner"))["in_D2"] == pytest.approx(1000)
    assert values(supplement("vitamin_d", 50.0, None, every=2.0))["in_D3"] == pytest.approx(1000)


def test_oxide_counts_half_of_citrate_and_mixtures_their_mean():
    assert values(supplement("magnesium", 300.0, "citrate"))["F_Mg"] == 1
    assert values(supplement("magnesium", 300.0, "oxide"))["F_Mg"] == 0.5
    both = values(supplement("magnesium", 100.0, "citrate"), supplement("magnesium", 300.0, "oxide"))
    assert both["F_Mg"] == pytest.approx(0.625)
    assert both["sup_Mg"] == pytest.approx(400 / 24.305)
    assert values(supplement("magnesium", 300.0, None))["F_Mg"] == pytest.approx(0.5**0.5, abs=0.01)


def test_what_is_taken_together_is_one_dose():
    together = values(supplement("magnesium", 100.0, slot="dinner"), supplement("magnesium", 50.0, slot="dinner"))
    assert together["n_sMg"] == 1
    apart = values(supplement("magnesium", 100.0, slot="dinner"), supplement("magnesium", 50.0, slot="bedtime"))
    assert apart["n_sMg"] == 2
    assert apart["meal_Mg"] == 0.5
    alternate = values(supplement("calcium", 500.0, every=2.0, slot="lunch"))
    assert (alternate["n_sCa"], alternate["sup_Ca"]) == pytest.approx((0.5, 250 / 40.078))


@pytest.mark.parametrize(
    ("form", "slot", "low_acid", "factor"),
    [
        ("carbonate", "dinner", False, 1.0),
        ("carbonate", "bedtime", False, 0.8),
        ("carbonate", "dinner", True, 1.0),
        ("carbonate", "bedtime", True, 0.32),
        ("citrate", "dinner", True, 1.1),
        ("citrate", "bedtime", True, 1.0),
        (None, "bedtime", True, 0.32),
    ],
)
def test_calcium_salts_by_meal_and_acid(form, slot, low_acid, factor):
    medicines = (Medicine("omeprazole", "A02BC01", ()),) if low_acid else ()
    found = values(supplement("calcium", 500.0, form, slot=slot), medicines=medicines)
    assert found["F_Ca"] == pytest.approx(factor)


def test_acid_is_read_from_medicines_and_conditions():
    assert intake(case(medicines=(Medicine("famotidine", "A02BA03", ()),))).low_acid
    assert intake(case(conditions=(Condition("gastrite atrophique", "K29.4", ()),))).low_acid
    assert not intake(case(medicines=(Medicine("levothyroxine", "H03AA01", ()), Medicine("?", None, ())))).low_acid


def test_calcium_phosphate_brings_phosphorus():
    plain = values(supplement("calcium", 400.78, "carbonate"))["in_P"]
    assert values(supplement("calcium", 400.78, "phosphate"))["in_P"] - plain == pytest.approx(10 * 2 / 3, rel=1e-3)
    assert values(supplement("phosphorus", 309.74))["in_P"] - plain == pytest.approx(10)


def test_zinc_beside_calcium():
    # 600 mg of calcium supplement in the only meal with zinc halves it (Wood and Zheng 1997).
    zinc_only = {"totals": {"zinc": (0.0, 0.0)}}
    beside = values(
        supplement("zinc", 10.0, "gluconate", slot="lunch"), supplement("calcium", 600.0, slot="lunch"), **zinc_only
    )
    assert beside["ZnCa"] == pytest.approx(0.5)
    apart = values(
        supplement("zinc", 10.0, "gluconate", slot="lunch"), supplement("calcium", 600.0, slot="bedtime"), **zinc_only
    )
    assert apart["ZnCa"] == 1
    one_meal = values(supplement("calcium", 600.0, slot="lunch"))["ZnCa"]
    assert one_meal == pytest.approx(1 - 0.36 / 2)  # lunch holds 36 % of a French day's zinc
    assert values(supplement("zinc", 10.0, "oxide"), **zinc_only)["in_Zn"] == pytest.approx(8.2 / 65.38)


def test_menaquinone_7_is_followed_and_what_is_not_is_named():
    found = model_inputs(
        intake(
            case(
                supplements=[
                    supplement("vitamin_k", 180.0, "MK-7"),
                    supplement("vitamin_k", 100.0, "K1"),
                    supplement("potassium", 400.0),
                ]
            )
        )
    )
    assert found.values["in_MK7"] == 180
    assert found.unmodelled == ("potassium", "vitamin_k:K1")


# ------------------------------------------------------------------------------------------------------- boluses


@pytest.mark.parametrize(
    ("form", "state", "nmol"),
    [
        ("D3", "gD3", 0.8 * 0.065 * 50_000),
        ("D2", "gD2", 0.8 * 0.06303 * 50_000),
        ("calcifediol", "gCal", 0.85 * 2.496 * 1250),
    ],
)
def test_weekly_doses_are_events(form, state, nmol):
    found = model_inputs(intake(case()), [supplement("vitamin_d", 1250.0, form, every=7.0, slot="lunch")])
    (bolus,) = found.boluses
    assert (bolus.state, bolus.first_day, bolus.every_days) == (state, 0.0, 7.0)
    assert bolus.nmol == pytest.approx(nmol, rel=1e-3)
    assert found.values["in_D3"] == found.values["in_D2"] == found.values["in_cal"] == 0


@pytest.mark.parametrize(("days_ago", "first"), [(0, 0), (1, 29), (30, 0), (45, 15)])
def test_a_monthly_dose_falls_where_its_start_puts_it(days_ago, first):
    monthly = supplement("vitamin_d", 500.0, "D3", every=30.0, since=TODAY - timedelta(days=days_ago))
    (bolus,) = model_inputs(intake(case(supplements=[monthly]))).boluses
    assert bolus.first_day == first


@pytest.mark.parametrize(("on", "first"), [(-40, 10), (-30, 0), (-1, 1), (14, 16)])
def test_a_past_or_coming_day_keeps_the_rhythm(on, first):
    monthly = supplement("vitamin_d", 500.0, "D3", every=30.0, since=TODAY - timedelta(days=30))
    for planned in (None, [monthly]):
        found = model_inputs(intake(case(supplements=[monthly])), planned, on=TODAY + timedelta(days=on))
        assert found.boluses[0].first_day == first


def test_a_monthly_dose_of_unknown_start_is_halfway():
    (bolus,) = model_inputs(intake(case(supplements=[supplement("vitamin_d", 500.0, "D3", every=30.0)]))).boluses
    assert bolus.first_day == 15


@pytest.mark.parametrize(
    ("form", "name", "daily"), [("D3", "in_D3", 2000), ("D2", "in_D2", 2000), ("calcifediol", "in_cal", 50)]
)
def test_boluses_spread_to_their_daily_mean(form, name, daily):
    found = model_inputs(intake(case()), [supplement("vitamin_d", 1500.0, form, every=30.0)])
    assert found.spread()[name] == pytest.approx(daily)
    assert found.values[name] == 0


# -------------------------------------------------------------------------------------------------------- joints


def test_planned_supplements_replace_the_present_ones():
    found = intake(case(supplements=[supplement("magnesium", 300.0, "oxide"), supplement("vitamin_d", 10.0, "D3")]))
    assert model_inputs(found).values["sup_Mg"] > 0
    planned = model_inputs(found, [supplement("magnesium", 100.0, "citrate", slot="dinner")]).values
    assert (planned["sup_Mg"], planned["F_Mg"], planned["in_D3"]) == pytest.approx((100 / 24.305, 1.0, 0.0))
    nothing = model_inputs(found, ()).values
    assert nothing["sup_Mg"] == nothing["in_D3"] == 0
    assert nothing["in_Mg"] == model_inputs(found).values["in_Mg"]


@pytest.mark.parametrize("nutrient", ["magnesium", "calcium", "zinc"])
def test_every_shipped_form_has_a_factor(nutrient):
    forms = [form.id for form in load().forms if form.nutrient == nutrient]
    assert forms
    assert [form for form in forms if inputs.form_family(nutrient, form) == "unknown"] == []


def test_a_default_is_never_taken_for_a_statement():
    whole = case(foods=[food(1200, magnesium=20.0)])
    assert usual_intake("vitamin_c", whole.person, whole.place) is None
    assert intake(whole).assumed("magnesium") is False
    assert intake(replace(whole, diet=Diet("EFSA", {}, (), complete=False))).assumed("magnesium") is True
