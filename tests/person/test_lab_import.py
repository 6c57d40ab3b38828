"""Laboratory files into a case: nothing enters in a wrong unit, and nothing of the case is lost."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cofactor.errors import InputError
from cofactor.facts.load import ANALYTE_UNIT, load
from cofactor.person import fhir, lab_csv, labs
from cofactor.person.case import load_case, parse_case
from cofactor.person.lab_codes import codes, fits, fitting_units, other_units, plain_unit
from cofactor.person.lab_file import import_labs
from cofactor.person.lab_import import Verdict, judge_all
from cofactor.person.lab_sheet import PrintedRange, Reading
from cofactor.person.labs import ASSAYS, canonical

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2026, 10, 2)


def case(*results):
    """A woman with earlier results (date, analyte, value in its canonical unit)."""
    rows = [{"date": d, "analyte": a, "value": v, "unit": ANALYTE_UNIT[a] or None} for d, a, v in results]
    return parse_case(
        {
            "cofactor": 1,
            "person": {"sex": "female", "age": 58, "weight": "72 kg"},
            "place": {"latitude": 48.9, "country": "FR"},
            "labs": rows,
            "today": "2026-11-22",
        }
    )


def reading(value, unit, code=None, name="", printed=None, day=DAY):
    return Reading("line 2", day, value, unit, (code,) if code else (), name, printed)


def judge(*args, earlier=(), said=None, **kwargs):
    return judge_all([reading(*args, **kwargs)], case(*earlier), said or {})[0]


NMOL, NG, NG_D3 = "68438-1", "62292-8", "1989-3"
NMOL_RANGE, NG_RANGE = PrintedRange(50.0, 125.0), PrintedRange(30.0, 100.0)


# ---- what codes say ----


def test_every_code_has_a_right_check_digit_and_a_known_analyte():
    """Modulo 10 (Luhn), as the LOINC manual has it: a slip in a code of the table does not pass."""
    for code, row in codes().items():
        number, check = code.split("-")
        doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(number))]
        assert (-sum(d // 10 + d % 10 for d in doubled)) % 10 == int(check), code
        assert row.analyte in ASSAYS
        assert fitting_units(row), code


def test_codes_of_the_laboratory_table_are_among_them():
    known = {(row.analyte, code) for code, row in codes().items()}
    assert {(lab.analyte, code) for lab in load().labs for code in lab.loinc} <= known


def test_the_unit_that_the_laboratory_table_names_fits_its_code():
    for lab in load().labs:
        for code in lab.loinc:
            units = [u for u in (lab.unit, lab.conventional_unit) if u in ASSAYS[lab.analyte].units]
            assert any(fits(codes()[code], unit) for unit in units), code


@pytest.mark.parametrize(
    ("code", "unit", "fit"),
    [
        (NMOL, "nmol/L", True),
        (NMOL, "ng/mL", False),
        (NG, "nmol/L", False),
        ("2000-8", "mmol/L", True),
        ("2000-8", "mEq/L", False),  # twice the millimoles, and the code does not tell
        ("2823-3", "mEq/L", True),  # potassium has one charge
        ("14637-3", "mg/d", False),
        ("6768-6", "U/L", True),
    ],
)
def test_a_code_fixes_the_kind_of_unit(code, unit, fit):
    assert fits(codes()[code], unit) is fit


@pytest.mark.parametrize(
    ("ucum", "unit"),
    [
        ("ug/L", "µg/L"),
        ("umol/L", "µmol/L"),
        ("meq/L", "mEq/L"),
        ("mmol/(24.h)", "mmol/d"),
        ("mg/{24h}", "mg/d"),
        ("mL/min/{1.73_m2}", "mL/min"),
        ("[IU]/L", "U/L"),
        ("nmol/l", "nmol/L"),
        ("{INR}", ""),
        ("furlong", "furlong"),
    ],
)
def test_ucum(ucum, unit):
    assert plain_unit(ucum) == unit


# ---- every analyte ----


@pytest.mark.parametrize("analyte", sorted(ASSAYS))
def test_bounds_of_every_analyte_hold_what_people_have(analyte):
    assay = ASSAYS[analyte]
    assert assay.units[0] in (ANALYTE_UNIT[analyte], "") or canonical(analyte, 1.0, assay.units[0]) == 1.0
    for lab in (row for row in load().labs if row.analyte == analyte):
        ends = [e for e in (lab.reference_low, lab.reference_high, lab.low_cut, lab.high_cut) if e is not None]
        assert all(labs.possible(analyte, e) for e in ends)
        if lab.reference_low and lab.reference_high:
            assert assay.low < lab.reference_low * 0.7
            assert assay.high >= lab.reference_high * 2 or analyte in ("eGFR", "albumin")  # nobody has twice theirs


@pytest.mark.parametrize("analyte", sorted(ASSAYS))
def test_impossible_values_of_every_analyte_are_refused_by_name(analyte):
    assay = ASSAYS[analyte]
    for value in (assay.high * 10 + 1, -assay.high - 1):
        judged = judge(value, assay.units[0] or None, name=analyte)
        assert judged.verdict is Verdict.REFUSED
        assert analyte in judged.problem.got
        assert judged.problem.do


@pytest.mark.parametrize("analyte", [a for a in sorted(ASSAYS) if len(ASSAYS[a].units) > 1])
def test_units_of_every_analyte_agree_with_the_laboratory_table(analyte):
    lab = load().lab(analyte, "female")
    if lab is not None and lab.conventional_unit in ASSAYS[analyte].units:
        assert canonical(analyte, 1.0, lab.conventional_unit) == pytest.approx(lab.to_unit, rel=2e-3)
    assert all(u not in other_units(analyte, u) for u in ASSAYS[analyte].units)


# ---- one result ----


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((61.5, "nmol/L", NMOL), {}),
        ((24.0, "ng/mL", NG), {}),
        ((24.0, "µg/L", NG), {}),
        ((15.0, "nmol/L", NMOL), {"printed": NMOL_RANGE}),  # very low, and the range speaks for the unit
        ((24.0, "ng/mL"), {"name": "Vitamine D 25 OH", "printed": NG_RANGE}),
        ((0.82, "mmol/L"), {"name": "Magnésium"}),  # ordinary in no other unit
        ((2.41, "mmol/L", "2000-8"), {}),
        ((4.1, "mEq/L", "2823-3"), {}),
        (("<10", "nmol/L", NMOL), {}),
        (("18,5 ng/mL", None, NG), {}),
        ((1.1, None, "6301-6"), {}),
    ],
)
def test_what_is_clear_is_taken(args, kwargs):
    judged = judge(*args, **kwargs)
    assert judged.verdict is Verdict.TAKEN, judged.problem


@pytest.mark.parametrize(
    ("args", "kwargs", "part"),
    [
        ((50.0, "ng/mL", NMOL), {}, "moles"),
        ((50.0, "nmol/L", NG), {}, "mass"),
        ((2.0, "mmol/L", "19123-9"), {}, "mass"),
        ((2.4, "mEq/L", "2000-8"), {}, "moles"),
        ((50.0, None, NMOL), {}, "--unit 25OHD=..."),
        ((50.0, "IU", NMOL), {}, "nmol/L"),
        ((50.0, "nmol/L", NMOL), {"printed": NG_RANGE}, "range"),
        ((50.0, "ng/mL", NG), {"printed": PrintedRange(50.0, 125.0)}, "range"),
        ((50.0, "nmol/L", NMOL), {"printed": PrintedRange(30.0, 100.0, "ng/mL")}, "two units"),
        ((45.0, "pmol/L", "14866-8"), {"printed": PrintedRange(15.0, 65.0)}, "range"),
        ((50.0, "nmol/L", NMOL), {"day": date(2027, 1, 1)}, "future"),
    ],
)
def test_what_contradicts_itself_is_refused(args, kwargs, part):
    judged = judge(*args, **kwargs)
    assert judged.verdict is Verdict.REFUSED
    assert part in str(judged.problem)


@pytest.mark.parametrize(
    ("args", "kwargs", "part"),
    [
        ((50.0, "ng/mL"), {"name": "vitamin d"}, "as ordinary in nmol/L"),
        ((50.0, "nmol/L"), {"name": "vitamin d"}, "as ordinary in ng/mL"),
        ((50.0, "nmol/L"), {"name": "vitamin d", "printed": PrintedRange(30.0, None)}, "as ordinary in ng/mL"),
        ((1.4, "mmol/L"), {"name": "magnesium"}, "as ordinary in mg/dL"),
        ((45.0, "pmol/L", "14866-8"), {}, "very unusual"),
        ((22.0, "nmol/L", NMOL), {}, "ordinary in ng/mL"),
        ((8.0, "nmol/L", NMOL), {}, "very unusual"),
        ((62.0, "nmol/L", NMOL), {"earlier": [("2026-04-02", "25OHD", 25.0)]}, "factor between two units"),
    ],
)
def test_what_a_look_at_the_sheet_must_settle_is_asked(args, kwargs, part):
    judged = judge(*args, **kwargs)
    assert judged.verdict is Verdict.ASKED
    assert part in str(judged.problem)
    settled = judge(*args, **kwargs, said={judged_analyte(judged): args[1]})
    assert settled.verdict is Verdict.TAKEN


def judged_analyte(judged):
    return judged.problem.got.split()[0]


def test_another_unit_said_than_the_file_has_is_refused():
    assert judge(50.0, "nmol/L", name="vitamin d", said={"25OHD": "ng/mL"}).verdict is Verdict.REFUSED


def test_a_missing_unit_is_settled_by_saying_it():
    judged = judge(24.0, None, NG, said={"25OHD": "ng/mL"})
    assert judged.verdict is Verdict.TAKEN
    assert judged.result.value == pytest.approx(59.9, abs=0.01)  # 24 ng/mL over 400.64 g/mol


def test_a_doubled_result_is_recognised_across_units():
    earlier = [("2026-10-02", "25OHD", 61.5)]
    assert judge(61.5, "nmol/L", NMOL, earlier=earlier).verdict is Verdict.KNOWN
    assert judge(24.64, "ng/mL", NG, earlier=earlier).verdict is Verdict.KNOWN
    twice = judge_all([reading(61.5, "nmol/L", NMOL)] * 2, case(), {})
    assert [j.verdict for j in twice] == [Verdict.TAKEN, Verdict.KNOWN]


def test_two_different_results_of_one_day_are_asked_about():
    assert judge(70.0, "nmol/L", NMOL, earlier=[("2026-10-02", "25OHD", 61.5)]).verdict is Verdict.ASKED


def test_codes_that_name_two_things_are_refused():
    both = Reading("x", DAY, 50.0, "nmol/L", (NMOL, "2000-8"))
    assert judge_all([both], case(), {})[0].verdict is Verdict.REFUSED
    same = Reading("x", DAY, 24.0, "ng/mL", (NG, "99999-9"))
    assert judge_all([same], case(), {})[0].verdict is Verdict.TAKEN


# ---- 500 planted swaps ----


SWAPPED = {  # analyte: the codes and ranges that a laboratory prints, by unit, and ordinary levels in the first unit
    "25OHD": ({"nmol/L": (NMOL, 50, 125), "ng/mL": (NG, 30, 100)}, (20, 140)),
    "Mg_serum": ({"mmol/L": ("2601-3", 0.75, 0.95), "mg/dL": ("19123-9", 1.7, 2.4)}, (0.6, 1.05)),
    "Ca_total": ({"mmol/L": ("2000-8", 2.15, 2.55), "mg/dL": ("17861-6", 8.6, 10.3)}, (1.9, 2.9)),
    "phosphate": ({"mmol/L": ("14879-1", 0.8, 1.45), "mg/dL": ("2777-1", 2.5, 4.5)}, (0.6, 1.8)),
    "calcitriol": ({"pmol/L": ("", 43, 187), "pg/mL": ("1649-3", 18, 78)}, (30, 230)),
    "PTH": ({"pmol/L": ("14866-8", 1.6, 6.9), "pg/mL": ("2731-8", 15, 65)}, (1.2, 14)),
    "creatinine": ({"µmol/L": ("14682-9", 45, 90), "mg/dL": ("2160-0", 0.5, 1.0)}, (40, 180)),
    "copper_serum": ({"µmol/L": ("14665-4", 11, 22), "µg/dL": ("5631-7", 70, 140)}, (9, 28)),
    "Ca_urine": ({"mmol/d": ("14637-3", 2.5, 7.5), "mg/d": ("6874-2", 100, 300)}, (1.5, 10)),
    "Mg_urine": ({"mmol/d": ("2599-9", 2.5, 8.5), "mg/d": ("24447-5", 60, 200)}, (1, 9)),
}
WITNESSES = ("code and range", "code", "range", "nothing")


def swap(rng):
    """A true result, printed with the other unit beside its number; what else the file holds is still right."""
    analyte = rng.choice(sorted(SWAPPED))
    units, (low, high) = SWAPPED[analyte]
    true, wrong = rng.sample(sorted(units), 2)
    level = math.exp(rng.uniform(math.log(low), math.log(high)))
    number = round(level / canonical(analyte, 1.0, true), 2)
    code, bottom, top = units[true]
    witness = rng.choice(WITNESSES if code else WITNESSES[2:])
    return analyte, number, true, wrong, code, PrintedRange(bottom, top), witness


def as_observation(number, unit, code, printed):
    coding = {"system": "http://loinc.org", "code": code}
    quantity = {"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit.replace("µ", "u")}
    ends = [] if printed is None else [{"low": {"value": printed.low}, "high": {"value": printed.high}}]
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [coding]},
        "effectiveDateTime": "2026-10-02",
        "valueQuantity": quantity,
        "referenceRange": ends,
    }


def through_a_file(analyte, number, unit, code, printed, witness):
    """The readings of a file with that result: FHIR where it has a code, CSV where not."""
    printed = printed if "range" in witness else None
    if "code" in witness:
        return fhir.read(json.dumps(as_observation(number, unit, code, printed))).readings
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["date", "analyte", "value", "unit", "low", "high"])
    table.writerow(["2026-10-02", analyte, number, unit, *((printed.low, printed.high) if printed else ("", ""))])
    return lab_csv.read(out.getvalue()).readings


def test_none_of_500_planted_unit_swaps_is_accepted():
    rng, verdicts = random.Random(20261002), Counter()
    for _ in range(500):
        analyte, number, _true, wrong, code, printed, witness = swap(rng)
        (found,) = judge_all(through_a_file(analyte, number, wrong, code, printed, witness), case(), {})
        verdicts[witness, found.verdict] += 1
        assert found.verdict in (Verdict.REFUSED, Verdict.ASKED), (analyte, number, wrong, witness)
        assert found.problem.got
        assert found.problem.do
    assert {w for w, _ in verdicts} == set(WITNESSES)
    for witness in WITNESSES[:2]:  # a code leaves no question open
        assert verdicts[witness, Verdict.ASKED] == 0


def test_the_same_500_results_in_their_own_unit_are_taken_where_code_and_range_stand_beside():
    rng = random.Random(20261002)
    for _ in range(500):
        analyte, number, true, _wrong, code, printed, _ = swap(rng)
        (found,) = judge_all(
            through_a_file(analyte, number, true, code, printed, "code and range" if code else "range"), case(), {}
        )
        assert found.verdict is Verdict.TAKEN, found.problem
        assert found.result.value == pytest.approx(canonical(analyte, number, true))


def test_most_results_with_a_code_alone_are_taken_without_a_question():
    rng, taken = random.Random(7), 0
    for _ in range(300):
        analyte, number, true, _wrong, code, printed, _ = swap(rng)
        (found,) = judge_all(
            through_a_file(analyte, number, true, code, printed, "code" if code else "range"), case(), {}
        )
        assert found.verdict in (Verdict.TAKEN, Verdict.ASKED)
        taken += found.verdict is Verdict.TAKEN
    assert taken > 270


@pytest.mark.parametrize("iu", [400, 600, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 10_000])
@pytest.mark.parametrize("form", ["D3", "D2"])
def test_iu_of_a_label_typed_as_micrograms_are_stopped(iu, form):
    head = {"cofactor": 1, "person": {"sex": "female", "age": 58, "weight": "72 kg"}, "place": {"latitude": 48.9}}
    for unit in ("µg", "mcg"):
        supplement = {"nutrient": "vitamin_d", "form": form, "amount": f"{iu} {unit}", "every": "day"}
        with pytest.raises(InputError) as caught:
            parse_case(head | {"supplements": [supplement]})
        assert "IU" in str(caught.value)


# ---- the case file ----


@pytest.fixture
def anna(tmp_path):
    path = tmp_path / "anna.yaml"
    path.write_bytes((EXAMPLES / "anna.yaml").read_bytes())
    path.chmod(0o600)
    return path


def export(tmp_path, *observations, name="labs.json"):
    path = tmp_path / name
    entries = [{"resource": o} for o in observations]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), encoding="utf-8")
    return path


CLEAR = as_observation(61.5, "nmol/L", NMOL, NMOL_RANGE) | {"effectiveDateTime": "2026-06-02"}
WRONG = as_observation(24.0, "nmol/L", NG, NG_RANGE) | {"effectiveDateTime": "2026-07-02"}


def test_results_are_added_and_nothing_else_changes(anna, tmp_path):
    before = anna.read_text(encoding="utf-8")
    found = import_labs(export(tmp_path, CLEAR), anna)
    assert [j.result.analyte for j in found.of(Verdict.TAKEN)] == ["25OHD"]
    added = "  - {date: 2026-06-02, analyte: 25OHD, value: 61.5, unit: nmol/L}\n"
    assert anna.read_text(encoding="utf-8").replace(added, "") == before
    assert anna.stat().st_mode & 0o777 == 0o600
    assert load_case(anna).labs[-1].value == 61.5
    again = import_labs(export(tmp_path, CLEAR), anna)
    assert (len(again.of(Verdict.KNOWN)), again.of(Verdict.TAKEN)) == (1, ())
    assert anna.read_text(encoding="utf-8").count("61.5") == 1


def test_one_refused_result_keeps_the_whole_file_out_unless_skipped(anna, tmp_path):
    before = anna.read_bytes()
    with pytest.raises(InputError, match="mass in a volume"):
        import_labs(export(tmp_path, CLEAR, WRONG), anna)
    assert anna.read_bytes() == before
    found = import_labs(export(tmp_path, CLEAR, WRONG), anna, skip=True)
    assert (len(found.of(Verdict.TAKEN)), len(found.open)) == (1, 1)
    assert len(load_case(anna).labs) == 3


def test_a_case_that_cannot_be_read_is_left_alone(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("cofactor: 1\nlabs: [}\n", encoding="utf-8")
    with pytest.raises(InputError):
        import_labs(export(tmp_path, CLEAR), path)
    assert path.read_text(encoding="utf-8") == "cofactor: 1\nlabs: [}\n"


@pytest.mark.parametrize("content", [b"", b"<Bundle/>", b"\x00\x01\x02", b"{", b"a;b\n1;2\n", b"\xff\xfe{\x00"])
def test_files_that_are_neither_are_refused(anna, tmp_path, content):
    path = tmp_path / "export"
    path.write_bytes(content)
    before = anna.read_bytes()
    with pytest.raises(InputError) as caught:
        import_labs(path, anna)
    assert all(p.got and p.do for p in caught.value.problems)
    assert anna.read_bytes() == before


def test_a_missing_file_is_named(anna, tmp_path):
    with pytest.raises(InputError, match="Check the path"):
        import_labs(tmp_path / "none.json", anna)


def test_units_that_are_said_are_checked(anna, tmp_path):
    with pytest.raises(InputError) as caught:
        import_labs(export(tmp_path, CLEAR), anna, said={"25OHD": "furlong", "vitamin Q": "mg"})
    assert [p.got for p in caught.value.problems] == ["25OHD=furlong", "vitamin Q"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_case_as_it_was(anna, tmp_path, monkeypatch, call):
    before = anna.read_bytes()

    def fails(*_args, **_kwargs):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), fails)
    with pytest.raises(OSError, match="Input/output"):
        import_labs(export(tmp_path, CLEAR), anna)
    monkeypatch.undo()
    assert anna.read_bytes() == before
    assert sorted(p.name for p in anna.parent.iterdir()) == ["anna.yaml", "labs.json"]
