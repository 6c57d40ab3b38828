"""Days elsewhere: read from the case, turned into supply on just those days, and felt by 25(OH)D."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cofactor.errors import InputError
from cofactor.person import sun
from cofactor.person.body import live, members, past, present, settle, subject
from cofactor.person.case import json_schema, parse_case

HEAD = {
    "cofactor": 1,
    "person": {"sex": "female", "age": 40, "weight": "62 kg", "height": "165 cm", "skin": 2},
    "place": {"latitude": 56, "country": "DK"},
    "today": "2026-03-01",
}
CANARIES = {"from": "2026-02-01", "to": "2026-02-14", "latitude": 28}


def case(*holidays, **habit):
    return parse_case(HEAD | {"sun": {"holidays": list(holidays), **habit}})


def refused(holiday):
    with pytest.raises(InputError) as caught:
        case(holiday)
    return [p.where for p in caught.value.problems]


def test_a_holiday_is_read():
    (found,) = case(CANARIES | {"outdoors": "5 h/day", "exposed": "60 %", "beach": "yes"}).sun.holidays
    assert (found.first, found.last, found.latitude) == (date(2026, 2, 1), date(2026, 2, 14), 28)
    assert (found.habit.minutes_per_day, found.habit.exposed, found.beach) == (300, 0.6, True)
    assert case(CANARIES | {"beach": "non"}).sun.holidays[0].beach is False


def test_holidays_alone_say_nothing_of_the_rest_of_the_year():
    assert case(CANARIES).sun.stated is False
    assert case(CANARIES, outdoors="30 min/day").sun.stated is True
    assert case().sun.stated is True


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"to": "2026-01-31"}, "to"),
        ({"to": "2028-01-31"}, "to"),
        ({"from": "in February"}, "from"),
        ({"latitude": 128}, "latitude"),
        ({"beach": "perhaps"}, "beach"),
        ({"exposed": "160 %"}, "exposed"),
        ({"until": "2026-02-14"}, "until"),
        ({"latitude": None}, "latitude"),
    ],
)
def test_what_is_no_holiday_is_refused_where_it_stands(change, where):
    assert refused(CANARIES | change) == [f"sun.holidays[0].{where}"]


def test_a_missing_key_is_named():
    assert refused({"from": "2026-02-01", "latitude": 28}) == ["sun.holidays[0].to"]


def test_the_schema_knows_them():
    holiday = json_schema()["$defs"]["HolidayIn"]
    assert {"from", "to", "latitude"} <= set(holiday["required"])
    assert {"outdoors", "exposed", "sunscreen", "beach"} <= set(holiday["properties"])


def test_the_supply_changes_on_those_days_and_no_others():
    home, there = case(), case(CANARIES)
    begin, days = date(2026, 1, 1), 90
    daily = {c: np.zeros(days) for c in ("home", "there")}
    for name, of in (("home", home), ("there", there)):
        found = sun.steps(sun.skin_supply(of), begin, days, width=1, elsewhere=sun.away(of))
        daily[name] = np.array([supply for _, supply in found])
    away = slice(31, 45)  # 1 to 14 February
    assert (daily["there"][away] > 20 * daily["home"][away]).all()
    daily["there"][away] = daily["home"][away]
    assert np.array_equal(daily["there"], daily["home"])


def test_pieces_end_where_days_elsewhere_begin_and_end_and_lose_nothing():
    of = case(CANARIES)
    begin, days = date(2026, 1, 20), 60
    daily = sum(s for _, s in sun.steps(sun.skin_supply(of), begin, days, width=1, elsewhere=sun.away(of)))
    pieces = sun.steps(sun.skin_supply(of), begin, days, elsewhere=sun.away(of))
    edges = [day for day, _ in pieces]
    assert {12, 26} <= set(edges)
    widths = np.diff([*edges, days])
    assert sum(w * s for w, (_, s) in zip(widths, pieces, strict=True)) == pytest.approx(daily)


def test_a_day_on_the_beach_gives_what_the_design_computed():
    """An hour at noon, 80 % skin, in July at 48.9 N gave 87 µg; here the hour is spread over the day, so less."""
    paris = HEAD | {"place": {"latitude": 48.9, "country": "FR"}}
    beach = {"from": "2026-07-10", "to": "2026-07-20", "latitude": 48.9, "outdoors": "1 h/day", "exposed": "80 %"}
    of = parse_case(paris | {"sun": {"holidays": [beach | {"beach": True}]}})
    (found,) = sun.away(of)
    on_beach = found.supply[sun.day_of_year(date(2026, 7, 15))] / 2.6  # nmol per µg
    assert 25 < on_beach < 90
    everyday = sun.away(parse_case(paris | {"sun": {"holidays": [beach]}}))[0]
    ratio = found.supply[195] / everyday.supply[195]
    assert 1.3 < ratio < 0.5 / sun.everyday_place(48.9)  # less than the dose: skin saturates


def level(of, days_ago):
    who = subject(of)
    body = members(who, np.zeros((1, len(who.names))))
    history = past(who, 365)
    found, _ = live(body, settle(body, history[0]), history, 0.0, [-float(days_ago)], ("25OHD",))
    return float(found[0, 0, 0])


def test_two_weeks_in_the_sun_raise_winter_25ohd_and_fade():
    """More skin and open ground give more; a week later part of it is gone; without time outdoors nothing happens."""
    home, everyday = case(), case(CANARIES)
    beach = case(CANARIES | {"outdoors": "5 h/day", "exposed": "40 %", "beach": "yes"})
    rise = [level(of, 12) - level(home, 12) for of in (everyday, beach)]  # 17 February
    assert 1 < rise[0] < rise[1] < 60
    assert 0 < level(beach, 0) - level(home, 0) < rise[1]
    assert level(case(CANARIES | {"outdoors": "0 min/day"}), 0) == pytest.approx(level(home, 0), rel=0.01)


def test_a_planned_holiday_moves_the_forecast():
    planned = CANARIES | {"from": "2026-03-20", "to": "2026-04-02", "outdoors": "5 h/day", "exposed": "40 %"}
    ahead = []
    for of in (case(), case(planned)):
        who = subject(of)
        body = members(who, np.zeros((1, len(who.names))))
        state = settle(body, present(who))
        ahead.append(live(body, state, [present(who)], 60.0, [10.0, 40.0], ("25OHD",))[0][0, :, 0])
    assert ahead[0][0] == pytest.approx(ahead[1][0], rel=1e-3)
    assert ahead[1][1] > ahead[0][1] + 4


def test_a_person_without_sun_at_home_has_it_there():
    indoors = parse_case(HEAD | {"sun": {"outdoors": "0 min/day", "holidays": [CANARIES]}})
    assert "sun" in subject(indoors).names
    assert sun.away(indoors)[0].supply.max() > 0
    assert date(2026, 2, 14) - date(2026, 2, 1) == timedelta(days=13)
