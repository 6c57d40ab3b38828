"""The maker of the fact tables, on rows written here in the form of its inputs."""

import csv
import hashlib
import importlib.util
import io
import sys
from pathlib import Path

import pytest

from cofactor.facts.load import load
from cofactor.facts.read import parse_rows
from cofactor.facts.types import ConditionName, MedicineName, ReferenceIntake, Trust, UnsetIntake

ROOT = Path(__file__).parents[2]


def script(name):
    """A module of tools/, loaded as the script itself loads it."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


table_maps = script("table_maps")
make_tables = script("make_tables")

INTAKE = {
    "authority": "EFSA",
    "nutrient": "magnesium",
    "measure": "UL",
    "sex": "female",
    "age_min_y": "18",
    "age_max_y": "50",
    "physiological_state": "pregnancy",
    "value": "250",
    "unit": "mg/d",
    "applies_to": "supplemental_only",
    "source": "SCF 2001",
    "year": "2001",
    "how_known": "verified:https://example.org/scf",
    "note": "split over two or more intakes",
}
GUIDELINE = {
    "body": "GRIO",
    "quantity": "25(OH)D target",
    "value": "75-150",
    "unit": "nmol/L",
    "meaning": "30-60 ng/mL",
    "year": "2025",
    "source": "GRIO 2025",
    "how_known": "verified:https://example.org/grio",
}
INTERACTION = {
    "id": "DN001",
    "kind": "drug-nutrient",
    "a": "levothyroxine",
    "b": "calcium, magnesium",
    "atc_code_or_icd10": "H03AA01",
    "effect": "binds",
    "severity": "caution",
    "min_separation_h": "4",
    "dose_threshold": "",
    "evidence_grade": "A",
    "action_en": "Keep 4 hours apart.",
    "action_fr": "Gardez 4 heures d’écart.",
    "source": "label",
    "how_known": "verified:https://example.org/label",
}
LAB = {
    "analyte": "creatinine (men)",
    "loinc": "2160-0",
    "ucum_unit_si": "umol/L",
    "ucum_unit_conventional": "mg/dL",
    "factor_conventional_to_si": "88.40",
    "reference_low": "60",
    "reference_high": "110",
    "deficiency_cut": "",
    "toxicity_cut": "135",
    "assay_cv": "3",
    "within_person_cv": "5.0",
    "source": "practice",
    "how_known": "recall",
    "note": "",
}
FORM = {
    "nutrient": "magnesium",
    "form": "magnesium oxide",
    "common_names": "oxide, light magnesia; oxyde de magnésium",
    "elemental_fraction": "0.6030",
    "molar_mass_g_mol": "40.30",
    "relative_bioavailability": "<1",
    "basis_for_bioavailability": "less urinary Mg than citrate",
    "solubility_note": "almost insoluble",
    "gi_tolerance": "laxative",
    "source": "Firoz 2001",
    "how_known": "verified:https://example.org/firoz",
    "formula": "MgO",
}
PUBLISHED = {
    "id": "VD028",
    "quantity": "half-life of 25(OH)D",
    "value": "13-22",
    "low": "",
    "high": "",
    "unit": "d",
    "population": "adults",
    "source": "Jones 2012",
    "doi_or_pmid": "10.1000/x",
    "how_known": "recall",
    "notes": "1 umol",
}
POPULATION = {
    "quantity": "calcium intake, food",
    "country": "US",
    "sex": "male",
    "age_min_y": "19",
    "age_max_y": "30",
    "mean": "1209",
    "sd": "435.0",
    "p05": "",
    "p50": "1140",
    "p95": "",
    "unit": "mg/d",
    "source": "Bailey 2010",
    "how_known": "verified (mean):https://example.org/tbl3; sd and percentiles assumed: log-normal CV 0.36",
}
CLAIM = {
    "nutrient": "calcium + vitamin D",
    "claim_en": "Calcium and vitamin D contribute",
    "claim_fr": "Le calcium et la vitamine D contribuent",
    "condition_of_use": "0.75 ug",
    "status": "authorised",
    "source": "Reg. 432/2012",
    "how_known": "recall",
}


@pytest.mark.parametrize(
    ("text", "trust", "detail"),
    [
        ("verified:https://example.org/a?recall=1", Trust.VERIFIED, "https://example.org/a?recall=1"),
        ("recall", Trust.RECALL, ""),
        ("derived:0.55*0.38/2.60", Trust.DERIVED, "0.55*0.38/2.60"),
        ("derived:fit to the trials", Trust.FITTED, "fit to the trials"),
        ("derived:recalled inputs", Trust.RECALL, "recalled inputs"),
        ("assumption", Trust.ASSUMED, ""),
        (
            "verified (mean):https://example.org; sd and percentiles assumed: CV 0.36",
            Trust.ASSUMED,
            "verified (mean):https://example.org; sd and percentiles assumed: CV 0.36",
        ),
        (
            "LOINC verified:https://example.org ; rest recall",
            Trust.RECALL,
            "LOINC verified:https://example.org ; rest recall",
        ),
        (
            "verified (claim):https://example.org; number not checked",
            Trust.RECALL,
            "verified (claim):https://example.org; number not checked",
        ),
        ("verified second-hand", Trust.VERIFIED, "verified second-hand"),
    ],
)
def test_mixed_marks_give_the_weakest_and_keep_the_text(text, trust, detail):
    assert make_tables.parse_trust(text) == (trust, detail)


def test_a_row_without_a_mark_is_refused():
    with pytest.raises(ValueError, match="no mark of trust"):
        make_tables.parse_trust("https://example.org/recall")


def test_intake_in_our_words_and_units():
    row = make_tables.intake(INTAKE)
    assert isinstance(row, ReferenceIntake)
    assert (row.state, row.applies_to, row.unit, row.value) == ("pregnant", "supplement", "mg/d", 250)
    assert row.source.detail == "https://example.org/scf"
    copper = make_tables.intake(INTAKE | {"nutrient": "copper", "value": "900", "unit": "ug/d", "applies_to": "total"})
    assert (copper.value, copper.unit) == (pytest.approx(0.9), "mg/d")
    retinol = make_tables.intake(
        INTAKE | {"nutrient": "vitamin A", "unit": "ug RAE/d", "applies_to": "preformed_only", "note": ""}
    )
    assert (retinol.unit, retinol.applies_to) == ("µg/d", "preformed")
    assert retinol.note == "counted as retinol activity equivalents (RAE)"
    zinc = make_tables.intake(INTAKE | {"nutrient": "zinc", "applies_to": "total;phytate_600_mg_d"})
    assert (zinc.applies_to, zinc.phytate_mg_per_day) == ("total", 600)


def test_a_value_that_was_not_set_is_kept_as_that():
    row = make_tables.intake(INTAKE | {"value": "ND"})
    assert isinstance(row, UnsetIntake)
    assert (row.measure, row.state) == ("UL", "pregnant")


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"nutrient": "selenium"}, "selenium"), ({"unit": "mg/kg bw/d", "measure": "ADI"}, "ADI of magnesium")],
)
def test_what_has_no_place_is_left_out_with_its_reason(change, reason):
    with pytest.raises(make_tables.Dropped, match=reason):
        make_tables.intake(INTAKE | change)


def test_thresholds():
    (target,) = make_tables.threshold(GUIDELINE)
    assert (target.analyte, target.low, target.high, target.role) == ("25OHD", 75, 150, "adequate")
    (old,) = make_tables.threshold(
        GUIDELINE | {"body": "Endocrine Society", "quantity": "25(OH)D sufficiency", "value": "30-100", "unit": "ng/mL"}
    )
    assert old.status == "withdrawn"
    assert (old.low, old.high) == (pytest.approx(74.9, abs=0.05), pytest.approx(249.6, abs=0.05))
    classes = list(
        make_tables.threshold(
            GUIDELINE
            | {"body": "KDIGO", "quantity": "eGFR classes", "value": "90/60", "meaning": "G1 G2 G3"}
            | {"unit": "mL/min/1.73m2"}
        )
    )
    assert [(row.low, row.meaning) for row in classes] == [(90, "G2"), (60, "G3")]


def test_what_is_no_cut_off_of_an_analyte_becomes_a_published_value():
    cells = GUIDELINE | {"body": "IOM/NASEM", "quantity": "adult dose", "value": "2-3", "meaning": "times (recall)"}
    assert list(make_tables.threshold_or_nothing(cells)) == []
    (row,) = make_tables.guideline_or_nothing(cells)
    assert (row.id, row.low, row.high, row.value) == ("nasem_2025_adult_dose", 2, 3, None)
    assert row.as_written == "2-3"
    assert row.source.trust is Trust.RECALL
    assert list(make_tables.guideline_or_nothing(GUIDELINE)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30-50", (30, 50)),
        (">70", (70, None)),
        ("< 1", (None, 1)),
        ("6e5", (6e5, None)),
        ("-0.5", (-0.5, None)),
        ("36.4 -> 16.6", (None, None)),
        ("13; 137", (None, None)),
        ("", (None, None)),
    ],
)
def test_bands(text, expected):
    assert make_tables.band(text) == expected


def test_published_value_that_is_a_band():
    row = make_tables.published(PUBLISHED)
    assert (row.value, row.low, row.high, row.as_written, row.note) == (None, 13, 22, "13-22", "1 µmol")
    row = make_tables.published(PUBLISHED | {"value": "2", "low": "-0.75", "high": "-1.0"})
    assert (row.value, row.low, row.high, row.as_written) == (2, -1, -0.75, "")


def test_population_keeps_the_weaker_mark():
    row = make_tables.population(POPULATION)
    assert (row.mean, row.sd, row.p05, row.p50) == (1209, 435, None, 1140)
    assert row.source.trust is Trust.ASSUMED
    assert "log-normal" in row.source.detail


def test_form():
    row = make_tables.form(FORM)
    assert (row.nutrient, row.id) == ("magnesium", "oxide")
    assert row.names_en == ("oxide", "light magnesia")
    assert row.names_fr == ("oxyde de magnésium",)
    assert row.relative_bioavailability is None
    assert row.note == "<1; less urinary Mg than citrate"
    assert make_tables.form(FORM | {"common_names": "oxyde de magnésium"}).names_en == ()
    with pytest.raises(make_tables.Dropped):
        make_tables.form(FORM | {"form": "magnesium something"})


def test_interaction_with_its_nutrients_and_corrected_codes():
    plain = make_tables.interaction(INTERACTION | {"id": "DN999"})
    assert (plain.codes, plain.source.trust) == (("H03AA01",), Trust.VERIFIED)
    assert plain.nutrients == ("magnesium", "calcium")
    corrected = make_tables.interaction(INTERACTION)
    assert corrected.codes == ("H03AA01", "H03AA03", "H03AA51")
    assert corrected.source.trust is Trust.DERIVED
    assert "https://example.org/label" in corrected.source.detail
    partly = make_tables.interaction(INTERACTION | {"id": "DN999", "dose_threshold": "> 3 months (recall)"})
    assert partly.source.trust is Trust.RECALL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vitamins D, K, A, E", ("vitamin_d", "vitamin_k", "vitamin_a", "vitamin_e")),
        ("phosphate, vitamins D and K", ("vitamin_d", "phosphorus", "vitamin_k")),
        ("vitamin K2 (MK-7)", ("vitamin_k",)),
        ("vitamin D, Mg, Ca, Zn", ("vitamin_d", "magnesium", "calcium", "zinc")),
        ("magnesium-aluminium antacid, iron", ("magnesium", "iron")),
        ("Carrots", ()),
    ],
)
def test_nutrients_named_in_a_text(text, expected):
    assert make_tables.named_nutrients(text) == expected


def test_lab():
    row = make_tables.lab(LAB)
    assert (row.analyte, row.sex, row.unit, row.high_cut) == ("creatinine", "male", "µmol/L", 135)
    assert row.to_unit == pytest.approx(88.4, rel=1e-3)
    assert (row.assay_cv, row.within_person_cv) == (0.03, 0.05)
    with pytest.raises(ValueError, match="factor"):
        make_tables.lab(LAB | {"factor_conventional_to_si": "0.0884"})


def test_a_claim_about_two_nutrients_is_listed_under_both():
    rows = list(make_tables.claim(CLAIM))
    assert [row.nutrient for row in rows] == ["calcium", "vitamin_d"]
    assert rows[0].condition == "0.75 µg"


def write_inputs(folder):
    facts = folder / "facts"
    facts.mkdir()
    inputs = {
        "reference_intakes": [INTAKE, INTAKE | {"value": "ND"}, INTAKE | {"nutrient": "iodine"}],
        "guidelines_thresholds": [GUIDELINE, GUIDELINE | {"quantity": "schedule", "value": "daily"}],
        "supplement_forms": [FORM],
        "interactions": [INTERACTION],
        "labs": [LAB],
        "vitamin_d_parameters": [PUBLISHED],
        "mineral_parameters": [PUBLISHED | {"id": "mg"}],
        "population_distributions": [POPULATION],
        "claims_eu": [CLAIM],
    }
    for name, rows in inputs.items():
        with (facts / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return facts


def origins(into):
    text = (into / "provenance.csv").read_text(encoding="utf-8")
    return {row["table"]: row for row in csv.DictReader(io.StringIO(text))}


def test_a_whole_run_is_repeatable_to_the_byte(tmp_path, capsys):
    facts, into = write_inputs(tmp_path), tmp_path / "tables"
    assert make_tables.main([str(tmp_path), "--into", str(into), "--date", "2026-01-02"]) == 0
    out = capsys.readouterr().out
    assert "reference_intakes: 3 rows read, 1 written" in out
    assert "unset_intakes: 3 rows read, 1 written" in out
    assert "left out,    1 x  reference_intakes: nutrient outside our list: iodine" in out
    assert out.count("iodine") == 1
    first = {path.name: path.read_bytes() for path in into.iterdir()}
    make_tables.main([str(tmp_path), "--into", str(into), "--date", "2027-01-01"])
    assert {path.name: path.read_bytes() for path in into.iterdir()} == first
    origin = {row["table"]: row for row in csv.DictReader(io.StringIO(first["provenance.csv"].decode()))}
    assert origin["claims"]["sha256"] == hashlib.sha256((facts / "claims_eu.csv").read_bytes()).hexdigest()
    assert (origin["claims"]["date"], origin["claims"]["rows_read"], origin["claims"]["rows"]) == (
        "2026-01-02",
        "1",
        "2",
    )


def test_a_changed_input_gets_the_new_date(tmp_path):
    facts, into = write_inputs(tmp_path), tmp_path / "tables"
    make_tables.main([str(tmp_path), "--into", str(into), "--date", "2026-01-02"])
    with (facts / "labs.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    make_tables.main([str(tmp_path), "--into", str(into), "--date", "2027-01-01"])
    dates = {row["table"]: row["date"] for row in origins(into).values()}
    assert (dates["labs"], dates["claims"]) == ("2027-01-01", "2026-01-02")


def test_what_is_written_reads_back_the_same():
    row = make_tables.intake(INTAKE)
    text = make_tables.as_csv(ReferenceIntake, [row])
    assert parse_rows(ReferenceIntake, "reference_intakes", text.splitlines()) == (row,)


@pytest.mark.parametrize(
    ("name", "row_type", "convert"),
    [
        ("medicines", MedicineName, make_tables.medicine),
        ("conditions", ConditionName, make_tables.condition),
    ],
)
def test_the_shipped_names_are_those_of_the_kept_list(name, row_type, convert):
    kept = ROOT / "tools" / "data" / f"{name}.csv"
    made = make_tables.Maker().make(name, row_type, [(kept, convert)])
    assert tuple(made.rows) == getattr(load(), name)
    origin = next(row for row in load().provenance if row.table == name)
    assert origin.sha256 == hashlib.sha256(kept.read_bytes()).hexdigest()


def test_every_correction_names_a_shipped_row():
    shipped = {row.id for row in load().interactions}
    assert set(table_maps.CODE_CORRECTIONS) <= shipped


def test_tables_of_trials_ship_as_they_are(tmp_path):
    from importlib.resources import files

    shipped = files("cofactor.evidence").joinpath("tables", "vitamin_d_trials.csv").read_bytes()
    source, into = tmp_path / "trials", tmp_path / "into"
    source.mkdir()
    (source / "vitamin_d_trials.csv").write_bytes(shipped)
    assert list(make_tables.copy_trials(source, into)) == [("vitamin_d_trials", 106)]
    assert (into / "vitamin_d_trials.csv").read_bytes() == shipped
    assert list(make_tables.copy_trials(tmp_path / "nowhere", into)) == []
