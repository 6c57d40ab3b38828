"""The loader: reference values against the printed tables of their bodies, and look-ups as people use them."""

import csv
import io

import numpy as np
import pytest

from cofactor.errors import FactsError
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT, load
from cofactor.facts.names import covers, fold
from cofactor.facts.read import columns, parse_rows
from cofactor.facts.spread import log_sd_of
from cofactor.facts.types import Lab, Trust

FACTS = load()


# Printed values: EFSA DRV summary 2017/2019, IOM 1997/2011 and NASEM 2019 summary tables, ANSES 2021, NNR 2023.
@pytest.mark.parametrize(
    ("authority", "nutrient", "sex", "age", "state", "measure", "value"),
    [
        ("EFSA", "vitamin_d", "female", 58, "none", "AI", 15),
        ("EFSA", "magnesium", "male", 40, "none", "AI", 350),
        ("EFSA", "magnesium", "female", 40, "none", "AI", 300),
        ("EFSA", "calcium", "female", 24.9, "none", "PRI", 1000),
        ("EFSA", "calcium", "female", 25, "none", "PRI", 950),
        ("EFSA", "iron", "female", 50.5, "none", "PRI", 16),
        ("EFSA", "iron", "female", 51, "none", "PRI", 11),
        ("EFSA", "potassium", "male", 30, "none", "AI", 3500),
        ("NASEM", "vitamin_d", "male", 70.9, "none", "RDA", 15),
        ("NASEM", "vitamin_d", "male", 71, "none", "RDA", 20),
        ("NASEM", "calcium", "female", 50.9, "none", "RDA", 1000),
        ("NASEM", "calcium", "female", 51, "none", "RDA", 1200),
        ("NASEM", "calcium", "male", 60, "none", "RDA", 1000),
        ("NASEM", "magnesium", "male", 30, "none", "RDA", 400),
        ("NASEM", "magnesium", "male", 31, "none", "RDA", 420),
        ("NASEM", "magnesium", "female", 35, "pregnant", "RDA", 360),
        ("NASEM", "zinc", "female", 30, "lactating", "RDA", 12),
        ("NASEM", "vitamin_k", "female", 30, "none", "AI", 90),
        ("ANSES", "magnesium", "male", 50, "none", "AI", 380),
        ("NNR2023", "vitamin_d", "female", 80, "none", "RI", 20),
    ],
)
def test_target_is_the_printed_value(authority, nutrient, sex, age, state, measure, value):
    row = FACTS.target(nutrient, authority, sex, age, state)
    assert (row.measure, row.value, row.unit) == (measure, value, f"{NUTRIENT_UNIT[nutrient]}/d")


def test_zinc_target_follows_phytate():
    # EFSA 2014: PRI for women 7.5, 9.3, 11.0 and 12.7 mg/d at 300, 600, 900 and 1200 mg/d of phytate
    found = {
        p: FACTS.target("zinc", "EFSA", "female", 40, phytate_mg_per_day=p).value for p in (0, 300, 301, 800, 2000)
    }
    assert found == {0: 7.5, 300: 7.5, 301: 9.3, 800: 11.0, 2000: 12.7}
    assert FACTS.target("zinc", "EFSA", "female", 40).value == 9.3


def test_a_body_without_a_value_gives_none():
    assert FACTS.target("iron", "ANSES", "female", 30) is None
    assert FACTS.target("magnesium", "ANSES", "female", 30, "pregnant") is None


# Regulation limits as printed: EFSA 2023 (D), SCF 2001 (Mg), EFSA 2012 (Ca), SCF 2003 (Zn); IOM 1997, 2001, 2011.
@pytest.mark.parametrize(
    ("region", "nutrient", "age", "value", "applies_to"),
    [
        ("EU", "vitamin_d", 58, 100, "total"),
        ("EU", "magnesium", 58, 250, "supplement"),
        ("EU", "calcium", 58, 2500, "total"),
        ("EU", "zinc", 58, 25, "total"),
        ("EU", "copper", 58, 5, "total"),
        ("EU", "vitamin_b6", 58, 12, "total"),
        ("EU", "vitamin_e", 58, 300, "total"),
        ("EU", "vitamin_a", 58, 3000, "preformed"),
        ("US", "vitamin_d", 58, 100, "total"),
        ("US", "magnesium", 58, 350, "supplement"),
        ("US", "calcium", 50, 2500, "total"),
        ("US", "calcium", 51, 2000, "total"),
        ("US", "zinc", 58, 40, "total"),
    ],
)
def test_upper_limit_is_the_printed_value(region, nutrient, age, value, applies_to):
    rows = FACTS.upper_limits(nutrient, region, "female", age)
    assert [(row.value, row.applies_to) for row in rows] == [(value, applies_to)]


def test_regions_are_never_mixed():
    for nutrient in NUTRIENT_UNIT:
        assert {r.authority for r in FACTS.upper_limits(nutrient, "EU", "male", 40)} <= {"EFSA"}
        assert {r.authority for r in FACTS.upper_limits(nutrient, "US", "male", 40)} <= {"NASEM"}
    with pytest.raises(KeyError):
        FACTS.upper_limits("magnesium", "UK", "male", 40)


def test_pregnancy_keeps_a_limit_where_the_body_set_none_for_it():
    # The SCF did not extend its copper limit of 5 mg to pregnancy: "not set" must not read as "no limit"
    assert [row.value for row in FACTS.upper_limits("copper", "EU", "female", 30, "pregnant")] == [5]
    assert [row.state for row in FACTS.unset("copper", "EU", "female", 30, "pregnant")] == ["pregnant"]
    assert FACTS.unset("copper", "EU", "female", 30) == ()
    # The rows of a pregnant woman end at 50 years; she is not without a limit at 51
    assert [row.value for row in FACTS.upper_limits("magnesium", "EU", "female", 51, "pregnant")] == [250]


def test_intakes_are_the_most_specific():
    rows = FACTS.intakes("magnesium", sex="female", age=30, authority="NASEM")
    assert {row.sex for row in rows} == {"female"}
    assert sorted(row.measure for row in rows) == ["EAR", "RDA", "UL"]
    label = FACTS.intakes("magnesium", sex="female", age=30, measure="NRV")
    assert [(row.value, row.applies_to) for row in label] == [(375, "label")]


def test_thresholds_keep_what_is_withdrawn_or_proposed_apart():
    vitamin_d = FACTS.thresholds_of("25OHD")
    society = {row.status for row in vitamin_d if row.body == "Endocrine Society"}
    assert society == {"withdrawn"}
    adequate = {row.body: (row.low, row.high) for row in vitamin_d if row.role == "adequate"}
    assert adequate == {
        "NASEM": (50, None),
        "Endocrine Society": (75, 250),
        "EFSA": (50, None),
        "SACN": (25, None),
        "ESCEO": (50, None),
        "GRIO": (75, 150),
    }
    magnesium = {row.body: (row.low, row.status) for row in FACTS.thresholds_of("Mg_serum") if row.role == "adequate"}
    assert magnesium == {"MaGNet": (0.85, "proposed"), "Clinical practice": (0.7, "current")}
    stages = [row.low for row in FACTS.thresholds_of("eGFR")]
    assert stages == [90, 60, 45, 30, 15]


@pytest.mark.parametrize(
    ("nutrient", "text", "form_id", "fraction"),
    [
        ("magnesium", "citrate", "citrate", 0.1616),
        ("magnesium", "Citrate de magnésium", "citrate", 0.1616),
        ("magnesium", "glycinate", "bisglycinate", 0.141),
        ("magnesium", "oxide", "oxide", 0.603),
        ("calcium", "carbonate", "carbonate", 0.4004),
        ("vitamin_d", "d3", "D3", 1.0),
        ("vitamin_d", "cholécalciférol", "D3", 1.0),
        ("vitamin_k", "MK7", None, None),
        ("vitamin_k", "mk-7", "MK-7", 1.0),
        ("zinc", "malate", None, None),
    ],
)
def test_form_by_id_or_name(nutrient, text, form_id, fraction):
    form = FACTS.form(nutrient, text)
    assert (form and form.id, form and form.elemental_fraction) == (form_id, fraction)


def test_labs_by_sex_in_si_units():
    assert FACTS.lab("creatinine", "male").reference_high == 110
    assert FACTS.lab("creatinine", "female").reference_high == 90
    vitamin_d = FACTS.lab("25OHD", "female")
    assert vitamin_d.to_unit == pytest.approx(2.496, abs=1e-3)
    assert (vitamin_d.assay_cv, vitamin_d.within_person_cv) == (0.08, 0.12)
    assert FACTS.lab("calcitonin", "male") is None


def test_what_a_level_should_reach_and_not_pass():
    assert FACTS.enough_to_concern("25OHD") == (50, 125)  # NASEM 2011
    assert FACTS.highest_goal("25OHD") == 150  # GRIO 2025; 250 of the Endocrine Society is withdrawn


def test_the_scatter_of_one_reading_is_that_of_assay_and_person_together():
    scatter = np.random.default_rng(1).standard_normal((2, 400_000))
    lab = FACTS.lab("Ca_urine", "female")
    parts = [log_sd_of(cv) for cv in (lab.assay_cv, lab.within_person_cv)]
    readings = np.exp(parts @ scatter)
    assert np.exp(parts[1] * scatter[1]).std() / np.exp(parts[1] * scatter[1]).mean() == pytest.approx(0.26, rel=0.01)
    assert FACTS.reading_log_sd("Ca_urine", "female") == pytest.approx(np.log(readings).std(), rel=0.01)
    assert FACTS.reading_log_sd("eGFR", "male") == pytest.approx(log_sd_of(0.053))  # the table gives no assay
    assert FACTS.reading_log_sd("creatinine", "male") == FACTS.reading_log_sd("creatinine", "female")
    assert FACTS.reading_log_sd("calcitonin", "male") is None
    assert all(row.unit == ANALYTE_UNIT[row.analyte] for row in FACTS.labs if row.analyte in ANALYTE_UNIT)


@pytest.mark.parametrize(
    ("text", "atc", "ids"),
    [
        ("warfarin", "B01AA03", ("DN034", "DN035", "DN036")),
        ("Warfarine", "B01AA03", ("DN034", "DN035", "DN036")),
        ("fluindione", "B01AA12", ("DN034", "DN035", "DN036")),
        ("AVK", "B01AA", ("DN034", "DN035", "DN036")),
        ("B01AA", "B01AA", ("DN034", "DN035", "DN036")),
        ("b01aa03", "B01AA03", ("DN034", "DN035", "DN036")),
        ("lévothyroxine 75 µg", "H03AA01", ("DN001",)),
        ("OMEPRAZOLE", "A02BC01", ("DN032", "DN033")),
        ("oméprazole", "A02BC01", ("DN032", "DN033")),
        ("alendronate", "M05BA04", ("DN004", "DN059")),
        ("acide alendronique", "M05BA04", ("DN004", "DN059")),
        ("zoledronic acid", "M05BA08", ("DN059",)),
        ("furosémide", "C03CA01", ("DN025",)),
        ("gabapentine", "N02BF01", ("DN010",)),
        ("cotrimoxazole", "J01EE01", ("DN029",)),
        ("dolutegravir", "J05AJ03", ("DN007",)),
        ("raltegravir", "J05AJ01", ("DN008",)),
        ("fluconazole", "J02AC01", ("DN045",)),
        ("Natrixam", "C08GA02", ("DN023", "DN024", "DN055")),
        ("Triveram", "C10BX11", ("DN028", "DN055", "DN068")),
        ("calcifediol", "A11CC06", ("DN057",)),
        ("Preterax", "C09BA04", ("DN023", "DN024", "DN028")),
        ("amoxicilline", "J01CA04", ()),
        ("not a medicine", None, ()),
        ("", None, ()),
    ],
)
def test_medicine_by_name_or_code(text, atc, ids):
    assert FACTS.medicine(text) == (atc, ids)


def test_a_text_with_two_medicines_meets_the_rows_of_both():
    atc, ids = FACTS.medicine("ramipril 5 mg + hydrochlorothiazide 12,5 mg")
    assert atc == "C09AA05"
    assert set(ids) == set(FACTS.medicine("ramipril")[1]) | set(FACTS.medicine("hydrochlorothiazide")[1])


def test_a_broad_code_is_never_milder_than_a_precise_one():
    for row in FACTS.medicines:
        if len(row.atc) == 7:
            assert set(FACTS.medicine(row.atc)[1]) <= set(FACTS.medicine(row.atc[:5])[1])


@pytest.mark.parametrize(
    ("text", "icd10", "ids"),
    [
        ("N18.4", "N18.4", ("CN001", "CN003", "CN004")),
        ("chronic kidney disease stage 4", "N18.4", ("CN001", "CN003", "CN004")),
        ("N18", "N18", ("CN001", "CN002", "CN003", "CN004", "CN005")),
        ("N18.9", "N18.9", ("CN001", "CN002", "CN003", "CN004", "CN005")),
        ("insuffisance rénale", "N18", ("CN001", "CN002", "CN003", "CN004", "CN005")),
        ("sarcoïdose", "D86", ("CN011",)),
        ("D86.0", "D86.0", ("CN011",)),
        ("C83.3", "C83.3", ("CN012",)),
        ("hypercalciuria", "E83.5", ("CN007",)),
        ("CN008", "N20", ("CN008",)),
        ("kidney_stones", "N20", ("CN008", "CN009", "CN010")),
        ("maladie cœliaque", "K90.0", ("CN019",)),
        ("Maladie coeliaque", "K90.0", ("CN019",)),
        ("osteoporosis", "M81", ()),
        ("I10", "I10", ()),
        ("DN001", None, ()),
        ("feeling tired", None, ()),
    ],
)
def test_condition_by_name_id_or_code(text, icd10, ids):
    assert FACTS.condition(text) == (icd10, ids)


def test_every_interaction_id_is_found():
    for row in FACTS.interactions:
        assert FACTS.interaction(row.id) is row
    with pytest.raises(KeyError):
        FACTS.interaction("XX999")


def test_corrected_codes_are_not_marked_as_verified():
    corrected = [row for row in FACTS.interactions if "; codes: " in row.source.detail]
    assert len(corrected) > 40
    assert {row.source.trust for row in corrected} == {Trust.DERIVED, Trust.RECALL}


@pytest.mark.parametrize(
    ("prefix", "code", "expected"),
    [
        ("B01AA", "B01AA03", True),
        ("B01AA03", "B01AA", True),
        ("B01AA03", "B01AF01", False),
        ("C81-C96", "C90.0", True),
        ("C81-C96", "C80", False),
        ("C81-C96", "D86", False),
    ],
)
def test_covers(prefix, code, expected):
    assert covers(prefix, code) is expected


def test_fold():
    assert fold("  Bêta-Carotène, œstradiol ") == "beta carotene oestradiol"


def test_a_cell_that_cannot_be_read_is_named_with_all_others():
    header = columns(Lab)
    good = ["25OHD", "x", "both", "", "nmol/L", "ng/mL", "2.5", *([""] * 7), "s", "verified", "d"]
    assert parse_rows(Lab, "labs", _lines([header, good]))[0].to_unit == 2.5
    bad = [*good]
    bad[6], bad[15] = "two", "sure"
    with pytest.raises(FactsError) as caught:
        parse_rows(Lab, "labs", _lines([header, good, bad]))
    assert "labs:3: to_unit: got 'two'" in str(caught.value)
    assert "labs:3: trust: got 'sure'" in str(caught.value)
    with pytest.raises(FactsError, match="labs:2: got 2 cells"):
        parse_rows(Lab, "labs", _lines([header, ["25OHD", "x"]]))
    with pytest.raises(FactsError, match="got columns"):
        parse_rows(Lab, "labs", _lines([header[1:]]))
    assert parse_rows(Lab, "labs", _lines([header])) == ()


def _lines(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().splitlines()


def test_loading_is_kept():
    assert load() is load()
