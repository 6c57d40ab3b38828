"""Results are added to a case file; nothing else in it moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from cofactor.errors import InputError
from cofactor.person.case import parse_case
from cofactor.person.case_edit import entry, with_labs
from cofactor.person.yaml_text import read

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
HEAD = "cofactor: 1  # the version\nperson: {sex: female, age: 58, weight: 72 kg}\nplace: {latitude: 48.9}\n"
NEW = [
    entry("2026-10-02", "25OHD", 18.0, "=", "ng/mL"),
    entry("2026-10-02", "25OHD2", 10.5, "<", "nmol/L"),
    entry("2026-10-02", "Ca_absorption", 30.0, "=", "%"),
    entry("2026-10-02", "INR", 1.1, "=", ""),
]
LINES = (
    "- {date: 2026-10-02, analyte: 25OHD, value: 18, unit: ng/mL}",
    '- {date: 2026-10-02, analyte: 25OHD2, value: "<10.5", unit: nmol/L}',
    '- {date: 2026-10-02, analyte: Ca_absorption, value: 30, unit: "%"}',
    "- {date: 2026-10-02, analyte: INR, value: 1.1}",
)
OLD = "{date: 2026-01-01, analyte: 25OHD, value: 18,5, unit: ng/mL}"


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "labs:\n",
        "labs:  # none yet\ngoals: {25OHD: [50, 125] nmol/L}\n",
        "labs: null\n# end\n",
        "labs: []  # none yet\nmedicines: [a]\n",
        f"goals: {{25OHD: [50, 125] nmol/L}}\nlabs:\n  - {OLD}   # first\n  # last\nmedicines: [a, b]\n",
        "labs:\n- date: 2026-01-01\n  analyte: 25OHD\n  value: 18\n  unit: ng/mL  # u\n\n# tail\nmedicines: [a]\n",
        f"labs:\n      - {OLD}",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lists_get_new_lines(tail, newline):
    text = (HEAD + tail).replace("\n", newline)
    found = with_labs(text, NEW)
    kept = [line for line in found.splitlines() if line.lstrip() not in LINES and line != "labs:"]
    assert kept == [
        line
        for line in text.replace("labs: null", "labs:").replace("labs: []", "labs:").splitlines()
        if line != "labs:"
    ]
    assert [line.lstrip() for line in found.splitlines() if line.lstrip() in LINES] == list(LINES)
    assert found.count("\r\n") == (found.count("\n") if newline == "\r\n" else 0)
    assert parse_case(found).labs[-1].analyte == "INR"


@pytest.mark.parametrize("tail", [f"labs: [{OLD}]  # x\n", f"labs: [\n  {OLD},\n  ]\nmedicines: [a]\n"])
def test_lists_in_brackets_get_new_entries(tail):
    found = with_labs(HEAD + tail, NEW)
    assert found.startswith(HEAD)
    assert "# x" not in tail or found.rstrip().endswith("# x")
    assert len(read(found).value["labs"]) == tail.count("date") + len(NEW)


def test_a_key_of_that_name_elsewhere_is_not_taken_for_it():
    text = HEAD + "products: [labs]\nanswers: {kidney_stones: no}\n"
    assert with_labs(text, NEW).startswith(text)


@pytest.mark.parametrize("tail", [f"labs: [{OLD} # c\n  ]\n", "labs: {a: 1}\n", "labs: x\n"])
def test_a_list_without_a_place_is_refused_and_never_broken(tail):
    with pytest.raises(InputError, match="labs"):
        with_labs(HEAD + tail, NEW)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_takes_results_and_keeps_every_line(path):
    text = path.read_text(encoding="utf-8")
    found = with_labs(text, NEW)
    kept = found.splitlines()
    for line in LINES:  # the last of each is the new one: Anna has one of them already
        kept.reverse()
        kept.remove(next(have for have in kept if line in have))
        kept.reverse()
    without = [line for line in text.splitlines() if line.strip() != "labs: []"]
    assert [line for line in kept if line != "labs:"] == [line for line in without if line != "labs:"]


def test_nothing_to_add_changes_nothing():
    assert with_labs(HEAD, []) == HEAD
