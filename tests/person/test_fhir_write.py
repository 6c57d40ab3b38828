"""Results as FHIR: read again by our own reader, they are the same results; codes and units are those of the tables."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cofactor.person import fhir
from cofactor.person.case import parse_case
from cofactor.person.fhir_write import bundle
from cofactor.person.lab_import import Verdict, judge_all
from cofactor.person.labs import ASSAYS
from cofactor.person.types import LabResult

CASE = parse_case(
    {
        "cofactor": 1,
        "person": {"sex": "female", "age": 58, "weight": "72 kg", "menopause": 2019},
        "place": {"latitude": 48.9, "country": "FR"},
        "today": "2026-11-22",
    }
)
# Ordinary levels, in the SI unit of each.
LEVELS = {
    "25OHD": (45.0, "nmol/L"),
    "Mg_serum": (0.78, "mmol/L"),
    "Ca_total": (2.35, "mmol/L"),
    "PTH": (5.2, "pmol/L"),
    "phosphate": (1.1, "mmol/L"),
    "creatinine": (71.0, "µmol/L"),
    "albumin": (42.0, "g/L"),
    "eGFR": (88.0, "mL/min"),
}


@pytest.mark.parametrize("analyte", LEVELS)
def test_what_is_written_is_read_as_the_same_result(analyte):
    value, unit = LEVELS[analyte]
    assert unit == ASSAYS[analyte].units[0]
    result = LabResult(date(2026, 10, 2), analyte, value, unit, "=", f"{value} {unit}")
    sheet = fhir.read(json.dumps(bundle([result])))
    assert sheet.problems == []
    judged = judge_all(sheet.readings, CASE, {})
    assert [(j.verdict, j.result.analyte, j.result.value, j.result.date) for j in judged] == [
        (Verdict.TAKEN, analyte, pytest.approx(value), result.date)
    ]


def test_codes_are_those_of_loinc_for_the_kind_of_unit():
    found = bundle([LabResult(date(2026, 10, 2), "25OHD", 45.0, "nmol/L", "<", "<45")])
    observation = found["entry"][0]["resource"]
    assert observation["code"]["coding"][0]["code"] == "68438-1"  # moles in a volume: LOINC
    assert observation["valueQuantity"] == {
        "value": 45.0,
        "comparator": "<",
        "unit": "nmol/L",
        "system": "http://unitsofmeasure.org",
        "code": "nmol/L",
    }


def test_it_names_nobody():
    text = json.dumps(bundle([LabResult(date(2026, 10, 2), "PTH", 5.0, "pmol/L", "=", "5 pmol/L")]))
    assert "subject" not in text
    assert "Patient" not in text
