"""Sun: against published dosimetry, a table computed independently, and symmetry."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from cofactor.errors import FactsError
from cofactor.facts.types import Trust
from cofactor.person import exposure, habits, sun
from cofactor.person.types import Case, Diet, Person, Place, Sun, SunHabit

APRIL_TO_SEPTEMBER = np.arange(90, 273)
TYPE_II = np.eye(6)[1]
# nmol/d per µg/d of the yield in use: tables in µg/d below were computed with a yield of 108.14 µg.
TABLE_YIELD = 108.14


def case(latitude=48.9, *, country="FR", region="EU", skin=2, age=40.0, weight=68.0, height=165.0, sun_habit=None):
    open_habit = Sun(SunHabit(), SunHabit(), stated=False)
    return Case(
        person=Person(None, "female", age, weight, height, skin, "none", None, None),
        place=Place(latitude, country, region),
        sun=sun_habit or open_habit,
        diet=Diet("EFSA", {}, (), complete=False),
        supplements=(),
        medicines=(),
        conditions=(),
        answers={},
        labs=(),
        goals={},
        products=(),
        today=date(2026, 11, 22),
    )


def ordinary(latitude, **change):
    return sun.habit_of_year(latitude, SunHabit(**change), SunHabit(**change))


def daily_ug(latitude, habit=None, *, shares=TYPE_II, age=40, bmi=25):
    habit = habit or ordinary(latitude)
    return TABLE_YIELD * sun.whole_body_dose(latitude, habit, shares, age, bmi)


# ---------------------------------------------------------------------------------------------------- the sky


@pytest.mark.parametrize(
    ("latitude", "day", "degrees"), [(48.9, 172, 48.9 - 23.44), (48.9, 355, 48.9 + 23.44), (60, 172, 36.56)]
)
def test_noon_zenith_at_the_solstices_is_latitude_less_the_obliquity(latitude, day, degrees):
    mu = sun.cos_zenith(latitude, np.array([day + 0.5]), np.array([12.0]))
    assert np.degrees(np.arccos(mu))[0] == pytest.approx(degrees, abs=0.5)


def test_clear_sky_uv_index_lies_near_an_independent_formula():
    # Madronich 2007, Photochem Photobiol 83:1537: UVI = 12.5 mu^2.42 (O3/300)^-1.23, for an unpolluted sky.
    mu, column = np.cos(np.radians([0.0, 15.0, 30.0])), np.full(3, 320.0)
    ours = 40 * sun.clear_sky_uv(mu, column, "erythemal")
    madronich = 12.5 * mu**2.42 * (column / 300) ** -1.23
    assert np.all((ours / madronich > 0.85) & (ours / madronich < 1.0))


def test_ambient_dose_in_denmark():
    sky = sun.ambient(56.0)
    assert sky.yearly == pytest.approx(3752, rel=0.002)  # Thieden 2006: 394 SED are 10.5 % of it


def test_winter_half_carries_an_eighth_of_the_ambient_dose_at_56_north():
    # Over the hours outdoors nothing of the winter sun is lost, so the share holds for them too (read: 10.5 %).
    daily = sun.ambient(56.0).erythemal
    assert 1 - daily[APRIL_TO_SEPTEMBER].sum() / daily.sum() == pytest.approx(0.12, abs=0.012)


def test_indoor_workers_receive_the_dose_that_dosimeters_saw():
    erythemal, _ = sun.skin_dose(56.0, ordinary(56.0))
    summer = erythemal[APRIL_TO_SEPTEMBER].sum()
    assert summer == pytest.approx(133, rel=0.005)  # median of 19 indoor workers (69-363)
    assert erythemal.sum() - summer == pytest.approx(4.0, abs=0.1)  # read: 3.1 (0.2-52)


def test_default_habit_time_outdoors_matches_the_dosimeter_minutes():
    minutes = ordinary(56.0).minutes
    assert minutes[APRIL_TO_SEPTEMBER].mean() == pytest.approx(104, abs=1)  # read: 120
    assert np.delete(minutes, APRIL_TO_SEPTEMBER).mean() == pytest.approx(16, abs=1)  # read: 10


# -------------------------------------------------------------------------------------------------- vitamin D


@pytest.mark.parametrize(
    ("latitude", "weeks", "year"),
    [
        (40.0, (0.3, 0.7, 4.0, 12.7, 21.7, 16.7, 4.0, 0.6), 7.5),
        (43.3, (0.1, 0.4, 3.1, 11.5, 20.6, 15.2, 3.0, 0.3), 6.8),
        (48.9, (0.0, 0.1, 1.9, 9.7, 18.9, 12.9, 1.8, 0.1), 5.7),
        (52.0, (0.0, 0.1, 1.4, 8.8, 18.1, 11.8, 1.4, 0.1), 5.2),
        (56.0, (0.0, 0.0, 1.0, 7.9, 17.0, 10.3, 0.9, 0.0), 4.6),
        (60.0, (0.0, 0.0, 0.8, 7.2, 15.7, 8.9, 0.6, 0.0), 4.1),
    ],
)
def test_course_of_the_year_by_latitude(latitude, weeks, year):
    course = daily_ug(latitude)
    seen = [course[7 * (w - 1) : 7 * w].mean() for w in (2, 8, 15, 21, 28, 34, 41, 47)]
    assert seen == pytest.approx(weeks, abs=0.051)
    assert course.mean() == pytest.approx(year, abs=0.051)


@pytest.mark.parametrize(
    ("change", "july", "year"),
    [
        ({"shares": np.eye(6)[3]}, 13.7, 4.1),
        ({"shares": np.eye(6)[5]}, 7.6, 2.2),
        ({"age": 75}, 12.4, 3.8),
        ({"bmi": 38}, 13.3, 4.0),
        ({"habit": sun.habit_of_year(48.9, SunHabit(30, 0.2), SunHabit(30, 0.2))}, 3.5, 1.6),
    ],
)
def test_people_at_the_latitude_of_paris(change, july, year):
    course = daily_ug(48.9, **change)
    assert course[181:212].mean() == pytest.approx(july, abs=0.051)
    assert course.mean() == pytest.approx(year, abs=0.051)


def test_the_south_has_its_summer_half_a_year_later():
    north, south = daily_ug(35.0), daily_ug(-35.0)
    assert np.argmax(sun.season(-35.0)) == pytest.approx((np.argmax(sun.season(35.0)) + 182) % 365, abs=1)
    moved = np.roll(north, 182)
    # Not equal: the Earth is nearer the Sun in January and the southern ozone column is thinner.
    assert np.corrcoef(moved, south)[0, 1] > 0.99
    assert 1.0 < south.mean() / north.mean() < 1.25


def swing(course):
    """Summer above winter of a northern habit, over the mean of the year; below 0 in the south."""
    return (course[181:212].mean() - course[0:31].mean()) / course.mean()


def test_habits_have_no_season_at_the_equator_and_the_full_one_beyond_the_tropics():
    full = swing(ordinary(25.0).minutes)
    assert swing(ordinary(0.0).minutes) == 0
    assert 0 < swing(ordinary(0.01).minutes) == pytest.approx(-swing(ordinary(-0.01).minutes), rel=0.1)
    assert swing(ordinary(0.01).exposed) < 0.001
    # sin 10° / sin 23.44° = 0.44
    assert swing(ordinary(10.0).minutes) == pytest.approx(0.4365 * full, rel=0.001)
    assert swing(ordinary(-10.0).minutes) == pytest.approx(0.4365 * swing(ordinary(-25.0).minutes), rel=0.001)
    for latitude in (25.0, 30.0):  # winters are as mild at both
        s = sun.season(latitude)
        assert ordinary(latitude).exposed == pytest.approx(0.13 + 0.12 * s)
        assert ordinary(latitude).minutes == pytest.approx(45 + 105 * s**1.8)
    assert [sun.seasonality(at) for at in (0, 23.44, 25, 50, -50)] == [0, 1, 1, 1, 1]


def test_the_year_keeps_its_minutes_and_skin_within_the_tropics():
    for latitude in (0.0, 0.01, -0.01, 10.0, -10.0):
        for field in ("minutes", "exposed", "sunscreen"):
            here, beyond = (getattr(ordinary(at), field).mean() for at in (latitude, 25.0))
            assert here == pytest.approx(beyond, rel=1e-3)


def test_the_supply_does_not_jump_where_the_hemispheres_meet():
    north, here, south = (sun.skin_supply(case(latitude)) for latitude in (0.01, 0.0, -0.01))
    assert north == pytest.approx(here, rel=0.002)
    assert south == pytest.approx(here, rel=0.002)
    ten = [swing(sun.skin_supply(case(latitude))) for latitude in (10.0, -10.0)]
    assert ten[0] > 0.1 > -0.1 > ten[1]
    beyond = [swing(sun.skin_supply(case(latitude))) for latitude in (25.0, 50.0)]
    assert ten[0] < beyond[0] < beyond[1]


def test_yield_of_skin_types_lies_between_proportional_and_none():
    ratio = daily_ug(48.9, shares=np.eye(6)[3]).sum() / daily_ug(48.9).sum()
    assert 3 / 5 < ratio < 1


def test_more_dose_never_gives_less_and_saturates():
    yearly = [
        daily_ug(48.9, sun.habit_of_year(48.9, SunHabit(m, 0.3), SunHabit(m, 0.3))).sum() for m in (0, 30, 120, 480)
    ]
    assert yearly[0] == 0
    assert np.all(np.diff(yearly) > 0)
    assert yearly[3] / yearly[1] < 16


def test_skin_supply_is_in_nmol_and_uses_the_fitted_yield():
    person = case(height=100 * (68 / 25) ** 0.5)
    habit = sun.habit_of_year(48.9, SunHabit(), SunHabit(), exposure.value("outdoor_time.FR"))
    expected = exposure.value("skin_yield") / 384.64e-3 * sun.whole_body_dose(48.9, habit, TYPE_II, 40, 25)
    assert sun.skin_supply(person) == pytest.approx(expected, rel=1e-3)


def test_sun_none_is_zero_and_silence_is_not():
    assert not sun.skin_supply(case(sun_habit=Sun(SunHabit(), SunHabit(), stated=True, indoors=True))).any()
    assert sun.skin_supply(case()).mean() > 1


def test_stated_minutes_replace_the_habit_but_leave_the_rest():
    stated = Sun(SunHabit(60, None), SunHabit(60, None), stated=True)
    habit = sun.habit_of_year(48.9, stated.summer, stated.winter)
    assert habit.minutes == pytest.approx(60)
    assert habit.exposed == pytest.approx(ordinary(48.9).exposed)
    assert sun.skin_supply(case(sun_habit=stated)).mean() != sun.skin_supply(case()).mean()


def test_unknown_skin_type_is_the_mean_over_the_mix_of_the_country():
    types = [sun.skin_supply(case(skin=t)) for t in range(1, 7)]
    shares = habits.skin_shares(None, "FR")
    assert shares.sum() == pytest.approx(1)
    assert sun.skin_supply(case(skin=None)) == pytest.approx(np.tensordot(shares, types, 1))


def test_sunscreen_lowers_the_supply_by_season():
    def mean(summer, winter):
        return sun.skin_supply(case(sun_habit=Sun(SunHabit(sunscreen=summer), SunHabit(sunscreen=winter), True))).mean()

    assert mean("always", "always") < mean("always", "never") < mean("never", "never")


def test_unknown_height_uses_the_mean_height():
    assert habits.bmi(replace(case().person, height_cm=None), Place(48.9, "FR", "EU")) == pytest.approx(68 / 1.63**2)


@pytest.mark.parametrize("latitude", [-66.5, 0.0, 89.0])
def test_supply_is_finite_and_not_negative_everywhere(latitude):
    supply = sun.skin_supply(case(latitude))
    assert supply.shape == (365,)
    assert np.isfinite(supply).all()
    assert (supply >= 0).all()


def test_spread_of_a_persons_supply():
    assert pytest.approx(0.72, abs=0.005) == sun.SUN_LOG_SD


# ------------------------------------------------------------------------------------------------------ steps


@pytest.mark.parametrize(("days", "width"), [(365, 14), (730, 14), (100, 30), (1, 14), (15, 7)])
def test_steps_keep_the_mean_of_every_piece(days, width):
    supply, start = sun.skin_supply(case()), date(2027, 3, 5)
    cuts = (date(2027, 3, 12), date(2027, 7, 14), start, start - timedelta(days=3))
    pieces = sun.steps(supply, start, days, width, cuts)
    offsets = [offset for offset, _ in pieces]
    assert offsets[0] == 0
    assert offsets == sorted(set(offsets))
    lengths = np.diff([*offsets, days])
    assert lengths.max() <= width
    daily = [supply[sun.day_of_year(start + timedelta(days=i))] for i in range(days)]
    assert np.dot(lengths, [mean for _, mean in pieces]) == pytest.approx(np.sum(daily))
    inside = {(cut - start).days for cut in cuts if 0 <= (cut - start).days < days}
    assert inside <= set(offsets)


def test_steps_of_a_year_are_26_and_follow_the_season():
    supply = sun.skin_supply(case())
    pieces = sun.steps(supply, date(2026, 1, 1), 364)
    assert len(pieces) == 26
    assert pieces[0][1] < 0.1 < 10 < max(mean for _, mean in pieces)
    assert sun.yearly_mean(supply) == pytest.approx(supply.sum() / 365)


def test_leap_day_reads_as_the_day_before():
    assert sun.day_of_year(date(2028, 2, 29)) == sun.day_of_year(date(2028, 2, 28)) == 58
    assert sun.day_of_year(date(2028, 12, 31)) == sun.day_of_year(date(2027, 12, 31)) == 364


@pytest.mark.parametrize("cut", [sun.steps, sun.lines])
def test_an_empty_span_is_refused(cut):
    with pytest.raises(ValueError, match="days=0"):
        cut(np.zeros(365), date(2026, 1, 1), 0)


@pytest.mark.parametrize(("days", "width"), [(365, 28), (364, 28), (140, 28), (45, 28), (20, 28), (1, 28), (9, 1)])
def test_lines_keep_the_vitamin_d_of_their_days(days, width):
    supply, start = sun.skin_supply(case()), date(2027, 3, 5)
    knots, found = sun.lines(supply, start, days, width)
    assert (knots[0], knots[-1]) == (0, days)
    assert np.diff(knots).max() <= 1.5 * width
    daily = supply[[sun.day_of_year(start + timedelta(days=i)) for i in range(days)]]
    assert found.min() >= 0
    assert np.interp(np.arange(days) + 0.5, knots, found).sum() == pytest.approx(daily.sum())


def test_lines_are_drawn_for_each_column_alone():
    table = np.stack([sun.skin_supply(case()), np.full(365, 7.0)], axis=1)
    knots, found = sun.lines(table, date(2026, 1, 1), 365)
    assert found.shape == (len(knots), 2)
    assert found[:, 1] == pytest.approx(7.0)
    assert found[:, 0] == pytest.approx(sun.lines(table[:, 0], date(2026, 1, 1), 365)[1])


def test_no_sun_draws_no_line():
    assert not sun.lines(np.zeros(365), date(2026, 1, 1), 100)[1].any()


# ------------------------------------------------------------------------------------------------------ table


def test_every_constant_carries_unit_meaning_and_source():
    rows = exposure.constants().values()
    assert len(rows) > 200
    assert all(row.unit and row.meaning and row.source.text for row in rows)
    assert {row.source.trust for row in rows} >= {Trust.VERIFIED, Trust.RECALL, Trust.ASSUMED, Trust.FITTED}


def test_an_unknown_constant_is_named():
    with pytest.raises(FactsError, match="no_such_row"):
        exposure.value("no_such_row")
    with pytest.raises(FactsError, match="no log_sd"):
        exposure.log_sd("ozone.base")
    with pytest.raises(FactsError, match="no_such_family"):
        exposure.family("no_such_family")
