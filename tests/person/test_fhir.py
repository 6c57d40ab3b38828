"""FHIR from laboratories and from hostile hands: typed results or typed refusals, nothing else."""

from __future__ import annotations

import copy
import json
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofactor.errors import InputError
from cofactor.person import fhir
from cofactor.person.lab_codes import codes
from cofactor.person.lab_sheet import Aside, PrintedRange

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def observation(code="2601-3", value=0.82, unit="mmol/L", **parts):
    """A serum magnesium of 2 October 2026, with ``parts`` in place of its own; a part that is None is left out."""
    whole = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-10-02T07:40:00+02:00",
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    } | parts
    return {key: part for key, part in whole.items() if part is not None}


def bundle(*resources, **parts):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]} | parts


def read(resource):
    return fhir.read(json.dumps(resource))


def only(resource):
    sheet = read(resource)
    assert (len(sheet.readings), sheet.problems) == (1, []), sheet
    return sheet.readings[0]


def refusal(resource):
    sheet = read(resource)
    assert (sheet.readings, len(sheet.problems)) == ([], 1), sheet
    return sheet.problems[0]


def test_an_observation_is_read():
    reading = only(observation())
    assert (reading.day, reading.value, reading.unit) == (date(2026, 10, 2), 0.82, "mmol/L")
    assert reading.codes == ("2601-3",)
    assert reading.printed is None


@pytest.mark.parametrize(
    ("wrapped", "where"),
    [
        (bundle(observation()), "entry[0].resource"),
        (bundle(bundle(bundle(observation()))), "entry[0].resource.entry[0].resource.entry[0].resource"),
        ({"resourceType": "DiagnosticReport", "contained": [observation()]}, "contained[0]"),
        ({"resourceType": "Parameters", "parameter": [{"resource": observation()}]}, "parameter[0].resource"),
        (bundle({"resourceType": "Patient"}, {"resourceType": "List", "contained": [observation()]}), "contained[0]"),
    ],
)
def test_results_are_found_wherever_they_may_stand(wrapped, where):
    assert only(wrapped).where.endswith(where)


def test_components_of_a_panel_are_results():
    parts = [
        {"code": {"coding": [{"system": LOINC, "code": c}]}, "valueQuantity": {"value": v, "unit": "mmol/L"}}
        for c, v in (("2601-3", 0.8), ("2000-8", 2.4), ("718-7", 8.1))
    ]
    panel = observation(code="24323-8", valueQuantity=None, component=parts)
    sheet = read(panel)
    assert [(r.codes[0], r.value) for r in sheet.readings] == [("2601-3", 0.8), ("2000-8", 2.4)]
    assert sheet.readings[1].where == "Observation.component[1]"


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ({"effectiveDateTime": "2026-10-02"}, date(2026, 10, 2)),
        ({"effectiveDateTime": None, "effectiveInstant": "2026-10-02T07:40:00.123Z"}, date(2026, 10, 2)),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-10-01T07:00:00Z", "end": "2026-10-02"}},
            date(2026, 10, 1),
        ),
    ],
)
def test_day_of_the_sample(parts, day):
    assert only(observation(**parts)).day == day


@pytest.mark.parametrize(
    "parts",
    [
        {"effectiveDateTime": None},
        {"effectiveDateTime": "2026"},
        {"effectiveDateTime": "2026-10"},
        {"effectiveDateTime": "2026-02-30"},
        {"effectiveDateTime": "yesterday"},
        {"effectiveDateTime": 20261002},
        {"effectiveDateTime": None, "effectiveTiming": {"event": ["2026-10-02"]}},
        {"effectiveDateTime": None, "issued": "2026-10-05T12:00:00Z"},
    ],
)
def test_a_result_without_its_day_is_refused(parts):
    problem = refusal(observation(**parts))
    assert problem.where == "Observation.effective"
    assert problem.do


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_final_results_are_read(status):
    assert only(observation(status=status))


@pytest.mark.parametrize(
    ("status", "aside"),
    [
        ("registered", Aside.NOT_FINAL),
        ("preliminary", Aside.NOT_FINAL),
        ("entered-in-error", Aside.WITHDRAWN),
        ("cancelled", Aside.WITHDRAWN),
    ],
)
def test_results_that_do_not_hold_are_left_aside(status, aside):
    sheet = read(observation(status=status))
    assert (sheet.readings, sheet.problems, sheet.aside) == ([], [], {aside: 1})


@pytest.mark.parametrize("status", ["unknown", "FINAL", "", None, 3])
def test_an_unclear_status_is_refused(status):
    assert refusal(observation(status=status)).where == "Observation.status"


def test_a_correction_takes_the_place_of_what_it_corrects():
    first = observation(id="a", meta={"versionId": "1", "lastUpdated": "2026-10-02T10:00:00Z"}, value=8.2)
    second = observation(id="a", status="corrected", meta={"versionId": "2", "lastUpdated": "2026-10-03T10:00:00Z"})
    for order in ((first, second), (second, first)):
        sheet = read(bundle(*order))
        assert [r.value for r in sheet.readings] == [0.82]
        assert sheet.aside == {Aside.REPLACED: 1}
    gone = observation(id="a", status="entered-in-error", meta={"versionId": "3", "lastUpdated": "2026-10-04"})
    assert read(bundle(first, second, gone)).readings == []


def test_two_results_that_share_an_id_by_chance_both_stay():
    """Bundles of two servers may use one id twice; without versions nothing tells which replaces which."""
    sheet = read(bundle(observation(id="1"), observation(id="1", code="2000-8", value=2.4)))
    assert len(sheet.readings) == 2
    contained = [{"resourceType": "List", "contained": [observation(id="x", value=v)]} for v in (0.8, 0.9)]
    assert [r.value for r in read(bundle(*contained)).readings] == [0.8, 0.9]


@pytest.mark.parametrize("comparator", ["<", "<=", ">=", ">"])
def test_open_values_keep_their_comparator(comparator):
    quantity = {"value": 10, "comparator": comparator, "unit": "nmol/L"}
    assert only(observation("68438-1", valueQuantity=quantity)).value == f"{comparator}10.0"


@pytest.mark.parametrize("text", ["<10 nmol/L", "18,5 ng/mL", " 61 nmol/L"])
def test_a_number_in_a_text_is_kept_as_it_stands(text):
    reading = only(observation("62292-8", valueQuantity=None, valueString=text))
    assert (reading.value, reading.unit) == (text.strip(), None)


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "see comment"},
        {"valueCodeableConcept": {"text": "low"}},
        {"valueBoolean": True},
        {"valueRange": {"low": {"value": 1}, "high": {"value": 2}}},
        {"valueQuantity": {"unit": "mmol/L"}},
        {"valueQuantity": {"value": "0.82", "unit": "mmol/L"}},
        {"valueQuantity": {"value": True, "unit": "mmol/L"}},
        {"valueQuantity": {"value": None}},
        {"valueQuantity": {"value": 1, "comparator": "ad", "unit": "mmol/L"}},
        {"valueQuantity": {"value": 1, "comparator": "about", "unit": "mmol/L"}},
        {"valueQuantity": []},
    ],
)
def test_what_is_no_number_is_refused(value):
    problem = refusal(observation(**({"valueQuantity": None} | value)))
    assert ".value" in problem.where
    assert problem.got
    assert problem.do


def test_no_value_at_all_is_left_aside():
    sheet = read(observation(valueQuantity=None, dataAbsentReason={"text": "haemolysed"}))
    assert sheet.aside == {Aside.NO_VALUE: 1}


def test_unit_for_people_and_code_must_agree():
    quantity = {"value": 50, "unit": "ng/mL", "system": UCUM, "code": "nmol/L"}
    assert "Two units" in refusal(observation("68438-1", valueQuantity=quantity)).do
    for unit in ("nanomole per liter", "nmol/l", "nmol/L"):
        assert only(observation("68438-1", valueQuantity={**quantity, "unit": unit})).unit == "nmol/L"
    assert only(observation("68438-1", valueQuantity={"value": 50, "code": "nmol/L", "system": UCUM})).unit == "nmol/L"


def test_a_local_code_of_a_unit_is_not_ucum():
    quantity = {"value": 50, "unit": "ng/mL", "system": "http://lab.example/units", "code": "nmol/L"}
    assert only(observation("62292-8", valueQuantity=quantity)).unit == "ng/mL"


def test_printed_range_is_the_normal_one():
    ranges = [
        {"type": {"coding": [{"code": "therapeutic"}]}, "low": {"value": 1}, "high": {"value": 2}},
        {"low": {"value": 50, "unit": "nmol/L"}, "high": {"value": 125, "unit": "nmol/L"}, "text": "50-125"},
    ]
    assert only(observation("68438-1", referenceRange=ranges)).printed == PrintedRange(50.0, 125.0, "nmol/L")
    assert only(observation("68438-1", referenceRange=[{"text": "50-125"}])).printed is None


def test_other_tests_are_counted_and_ours_without_a_code_named():
    assert read(observation("718-7")).aside == {Aside.OTHER_TEST: 1}
    other = {"coding": [{"system": LOINC, "code": "2596-5", "display": "Magnesium [Mass/volume] in Urine"}]}
    assert read(observation(code=None) | {"code": other}).not_read == ["Magnesium [Mass/volume] in Urine (2596-5)"]
    local = {"coding": [{"system": "http://lab.example", "code": "MG"}], "text": "Magnésium"}
    assert refusal(observation() | {"code": local}).where == "Observation.code"
    assert read(observation() | {"code": {}}).readings == []


def test_results_of_two_people_are_refused():
    others = [observation(subject={"reference": r}) for r in ("Patient/1", "Patient/2")]
    with pytest.raises(InputError, match="results of 2 people"):
        read(bundle(*others))
    same = [observation(subject={"reference": r}) for r in ("Patient/1", "https://fhir.example/Patient/1")]
    assert len(read(bundle(*same)).readings) == 2


def test_nothing_but_what_a_result_needs_is_kept():
    secret = observation(
        performer=[{"display": "Dr Secret"}],
        note=[{"text": "Secret"}],
        subject={"reference": "Patient/1", "display": "Secret"},
        identifier=[{"value": "Secret"}],
    )
    assert "Secret" not in repr(read(bundle({"resourceType": "Patient", "name": [{"family": "Secret"}]}, secret)))


DEEP = '{"resourceType":"Bundle","entry":[{"resource":' * 2000 + "{}" + "}]}" * 2000
NESTED = json.dumps(observation())
for _ in range(60):
    NESTED = f'{{"resourceType":"Bundle","entry":[{{"resource":{NESTED}}}]}}'


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("", "Expecting value"),
        ("{", "Expecting"),
        ("[]", "a list"),
        ("null", "nothing"),
        ('"Bundle"', "Bundle"),
        ("{}", "keys and values"),
        ('{"resourceType": 3}', "keys and values"),
        ('{"resourceType": "Observation", "status": "final", "status": "cancelled"}', "twice"),
        (json.dumps(observation()).replace("0.82", "NaN"), "NaN"),
        (json.dumps(observation()).replace("0.82", "-Infinity"), "-Infinity"),
        (json.dumps(observation()).replace("0.82", "1" * 5000), "Exceeds"),
        ("[" * 100_000, "nested"),
        (DEEP, "nested"),
        (NESTED, "nested"),
        ("x" * (fhir.MAX_CHARACTERS + 1), "characters"),
    ],
    ids=lambda t: str(t)[:20],
)
def test_hostile_text_is_refused_with_one_clear_answer(text, got):
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        fhir.read(text)
    assert time.process_time() - start < 10
    assert len(caught.value.problems) == 1
    problem = caught.value.problems[0]
    assert got in str(problem)
    assert problem.do
    assert problem.expected
    assert len(str(problem)) < 400


def test_a_number_beyond_floats_is_refused():
    for number in ("1e999", "1" * 400):
        text = json.dumps(observation()).replace("0.82", number)
        sheet = fhir.read(text)
        assert (sheet.readings, len(sheet.problems)) == ([], 1)


def test_many_results_are_read_and_too_many_refused():
    assert len(read(bundle(*(observation(id=str(i)) for i in range(5000)))).readings) == 5000
    with pytest.raises(InputError, match="resources"):
        read(bundle(*({} for _ in range(fhir.MAX_RESOURCES + 1))))


def places(node, path=()):
    """Every place of a JSON value."""
    yield path
    if isinstance(node, dict | list):
        for key, part in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(part, (*path, key))


WHOLE = bundle(
    observation(
        "68438-1",
        61,
        "nmol/L",
        id="a",
        meta={"versionId": "1"},
        referenceRange=[{"low": {"value": 50}, "high": {"value": 125}}],
        component=[{"code": {"coding": [{"system": LOINC, "code": "2000-8"}]}, "valueQuantity": {"value": 2.4}}],
    ),
    {"resourceType": "DiagnosticReport", "contained": [observation()]},
)
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.just(["x", {"value": 3}]),
    st.just({"resourceType": "Observation"}),
    st.sampled_from(sorted(codes())),
)


@settings(max_examples=300, deadline=1000)
@given(data=st.data())
def test_a_mutated_bundle_is_read_or_refused(data):
    """Any value anywhere: results, problems or one refusal; never another error, and never without a remedy."""
    mutated = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from([p for p in places(mutated) if p]))
        node = mutated
        for key in above:
            node = node[key]
        node[last] = copy.deepcopy(data.draw(JUNK))  # a drawn value is shared: changed, it would change the strategy
    try:
        sheet = read(mutated)
    except InputError as error:
        problems = error.problems
    else:
        problems = sheet.problems
        assert all(isinstance(r.day, date) and isinstance(r.value, float | str) for r in sheet.readings)
    assert all(p.where and p.got and p.do for p in problems)
