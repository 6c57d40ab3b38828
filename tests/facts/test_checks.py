"""Each named check catches an error that is planted for it, and the shipped tables are clean."""

import dataclasses

import pytest

from cofactor.facts import check_values, checks
from cofactor.facts.checks import CHECKS, check_all
from cofactor.facts.findings import Severity
from cofactor.facts.load import load
from cofactor.facts.types import Source, Trust

FACTS = load()
BY_NAME = {check.name: check for check in CHECKS}


def changed(table, index, **fields):
    """The shipped facts with one row changed."""
    rows = list(getattr(FACTS, table))
    rows[index] = dataclasses.replace(rows[index], **fields)
    return dataclasses.replace(FACTS, **{table: tuple(rows)})


def doubled(table):
    """The shipped facts with the first row of a table twice."""
    rows = getattr(FACTS, table)
    return dataclasses.replace(FACTS, **{table: (*rows, rows[0])})


def without(table, keep):
    """The shipped facts without the rows for which ``keep`` is false."""
    return dataclasses.replace(FACTS, **{table: tuple(row for row in getattr(FACTS, table) if keep(row))})


def index(table, wanted):
    return next(i for i, row in enumerate(getattr(FACTS, table)) if wanted(row))


DRUG = index("interactions", lambda r: r.kind == "drug-nutrient")
NUTRIENTS = index("interactions", lambda r: r.kind == "nutrient-nutrient")
OXIDE = index("forms", lambda r: r.nutrient == "magnesium" and r.id == "oxide")
EFSA_D_LIMIT = index(
    "reference_intakes",
    lambda r: (r.authority, r.nutrient, r.measure) == ("EFSA", "vitamin_d", "UL") and r.age_max >= 18,
)
ADULT_MG = index(
    "reference_intakes",
    lambda r: (r.authority, r.nutrient, r.measure, r.sex) == ("EFSA", "magnesium", "AI", "male") and r.age_max >= 18,
)
RANGED = index("published", lambda r: None not in (r.low, r.value, r.high))
SPREAD = index("population", lambda r: r.p50 is not None)

PLANTED = [
    ("ids known", lambda: changed("reference_intakes", 0, nutrient="vitamin_d3")),
    ("ids known", lambda: changed("labs", 0, analyte="25-OHD")),
    ("ids known", lambda: changed("interactions", DRUG, nutrients=("selenium",))),
    ("words closed", lambda: changed("interactions", 0, severity="major")),
    ("words closed", lambda: changed("reference_intakes", 0, state="pregnancy")),
    ("words closed", lambda: changed("thresholds", 0, role="low")),
    ("codes formed", lambda: changed("interactions", DRUG, codes=("B01A3",))),
    ("codes formed", lambda: changed("interactions", NUTRIENTS, codes=("B01AA",))),
    ("codes formed", lambda: changed("conditions", 0, icd10="N18.x")),
    ("codes formed", lambda: changed("medicines", 0, atc="warfarin")),
    ("codes formed", lambda: changed("labs", 0, loinc=("622928",))),
    ("keys unique", lambda: doubled("interactions")),
    ("keys unique", lambda: doubled("forms")),
    ("names lead to one code", lambda: changed("medicines", 0, synonyms=("Oméprazole",))),
    ("conditions point to rows", lambda: changed("conditions", 0, interactions=("DN001",))),
    ("both languages", lambda: changed("interactions", 0, action_fr=" ")),
    ("both languages", lambda: changed("conditions", 0, name_en="")),
    ("sources given", lambda: changed("labs", 0, source=Source("", Trust.RECALL, ""))),
    ("sources given", lambda: changed("labs", 0, source=Source("a book", Trust.VERIFIED, ""))),
    ("recall marks kept", lambda: changed("labs", 0, source=Source("a", Trust.VERIFIED, "range read; rest recall"))),
    ("provenance complete", lambda: without("claims", lambda row: row.nutrient != "zinc")),
    ("medicines reach every row", lambda: without("medicines", lambda row: not row.atc.startswith("N05AN"))),
    ("units canonical", lambda: changed("reference_intakes", 0, unit="µg/d")),
    ("units canonical", lambda: changed("labs", 0, unit="ng/mL")),
    ("intakes plausible", lambda: changed("reference_intakes", EFSA_D_LIMIT, value=4000.0)),
    ("intakes plausible", lambda: changed("reference_intakes", ADULT_MG, value=0.35)),
    ("thresholds plausible", lambda: changed("thresholds", 0, low=12.0)),
    ("thresholds plausible", lambda: changed("thresholds", 1, low=50.0, high=30.0)),
    ("labs plausible", lambda: changed("labs", 0, assay_cv=8.0)),
    ("labs plausible", lambda: changed("labs", 0, reference_low=400.0)),
    ("lab factors agree", lambda: changed("labs", 0, to_unit=0.4)),
    ("interactions plausible", lambda: changed("interactions", DRUG, min_separation_h=240.0)),
    ("interactions plausible", lambda: changed("interactions", DRUG, nutrients=())),
    ("published ordered", lambda: changed("published", RANGED, low=1e9)),
    ("published ordered", lambda: changed("published", 0, value=None, low=None, high=None, note="", as_written="")),
    ("population ordered", lambda: changed("population", SPREAD, p05=1e9)),
    ("population ordered", lambda: changed("population", 0, sd=-1.0)),
    ("forms agree with formula", lambda: changed("forms", OXIDE, elemental_fraction=0.5)),
    ("forms agree with formula", lambda: changed("forms", OXIDE, molar_mass=58.3)),
    ("forms agree with formula", lambda: changed("forms", OXIDE, formula="", elemental_fraction=60.3)),
    ("forms agree with formula", lambda: changed("forms", OXIDE, relative_bioavailability=22.0)),
    ("groups disjoint", lambda: doubled("reference_intakes")),
    ("targets cover adults", lambda: changed("reference_intakes", ADULT_MG, age_min=30.0)),
    ("limits cover adults", lambda: changed("reference_intakes", EFSA_D_LIMIT, age_max=70.0)),
    ("limits above targets", lambda: changed("reference_intakes", EFSA_D_LIMIT, value=10.0)),
]


def test_the_shipped_tables_are_clean():
    assert [str(finding) for finding in check_all()] == []


@pytest.mark.parametrize(("name", "plant"), PLANTED, ids=[f"{i}-{name}" for i, (name, _) in enumerate(PLANTED)])
def test_a_planted_error_is_caught(name, plant):
    assert BY_NAME[name].findings(FACTS) == []
    found = BY_NAME[name].findings(plant())
    assert found
    assert {finding.check for finding in found} == {name}


def test_every_check_has_a_planted_error():
    assert {name for name, _ in PLANTED} == set(BY_NAME)


def test_all_problems_come_at_once_errors_first():
    facts = changed("interactions", DRUG, codes=("Z99ZZ99",), action_fr="", severity="major")
    found = check_all(facts)
    assert {"both languages", "words closed", "medicines reach every row"} <= {finding.check for finding in found}
    order = [finding.severity for finding in found]
    assert order == sorted(order)  # "error" before "warning"
    assert order[-1] is Severity.WARNING


def test_command_line_says_how_many(monkeypatch, capsys):
    assert checks.main() == 0
    assert f"{len(CHECKS)} checks: 0 errors, 0 warnings" in capsys.readouterr().out
    monkeypatch.setattr(checks, "load", lambda: changed("interactions", 0, severity="major"))
    assert checks.main() == 1
    assert "'major'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("formula", "molar_mass", "element", "share"),
    # Molar masses as printed by the CRC Handbook of Chemistry and Physics
    [
        ("MgO", 40.304, "Mg", 0.6030),
        ("MgCl2.6H2O", 203.302, "Mg", 0.1196),
        ("Mg3(C6H5O7)2", 451.11, "Mg", 0.1616),
        ("CaCO3", 100.087, "Ca", 0.4004),
        ("4MgCO3.MgO2H2.5H2O", 485.65, "Mg", 0.2502),
        ("ZnSO4.7H2O", 287.55, "Zn", 0.2274),
    ],
)
def test_masses_of_a_formula(formula, molar_mass, element, share):
    masses = check_values.formula_masses(formula)
    assert sum(masses.values()) == pytest.approx(molar_mass, rel=2e-4)
    assert masses[element] / sum(masses.values()) == pytest.approx(share, abs=2e-4)


def test_an_unknown_element_is_refused():
    with pytest.raises(KeyError):
        check_values.formula_masses("XeF6")
    with pytest.raises(KeyError):
        check_values.formula_masses("")
