"""Every named check of the human finds the fault that it is there for, and finds nothing in the human as shipped."""

from dataclasses import replace

import pytest

from cofactor.facts.findings import Severity
from cofactor.facts.types import Source, Trust
from cofactor.model import check as checks
from cofactor.model.findings import Subject
from cofactor.model.source import human
from cofactor.model.tables import Kind


def with_file(source, name, text):
    """The same human with one file replaced."""
    return replace(source, files=tuple((n, text if n == name else t) for n, t in source.files))


def added(text):
    """The human with more text in its last organ."""
    source = human()
    return with_file(source, "zinc", source.text("zinc") + text)


def instead(file, old, new):
    """The human with one piece of a file replaced."""
    text = human().text(file)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}.ant"
    return with_file(human(), file, text.replace(old, new))


def row(name, **changes):
    """The human with one row of parameters.csv changed."""
    rows = human().parameters
    assert name in {r.id for r in rows}
    return replace(human(), parameters=tuple(replace(r, **changes) if r.id == name else r for r in rows))


def unused_row():
    source = human()
    return replace(source, parameters=(*source.parameters, replace(source.parameters[0], id="kelp", draft_name="")))


def a_typed_constant_in_place_of_a_derived_one():
    """V1 no longer follows from what it is derived from: right today, wrong after the next calibration."""
    derived = float(Subject(human()).interpreter.start()["V1"])
    source = instead("calcitriol", "V1 = k125_0*C125ref*(K1 + D25ref)/D25ref;", "")
    text = "\n".join(line for line in source.text("calcitriol").splitlines() if "V1 has" not in line)
    model = next(r for r in source.parameters if r.kind is Kind.REFERENCE)
    typed = replace(model, id="V1", value=derived, unit="pmol/L/d", meaning="capacity", draft_name="")
    return replace(with_file(source, "calcitriol", text), parameters=(*source.parameters, typed))


def an_outcome_of_nothing():
    first, *others = human().outcomes
    return replace(human(), outcomes=(replace(first, symbol="kelp"), *others))


# Check -> (a human with the fault planted, where the finding has to point)
PLANTED = {
    "lines are understood": (lambda: added("kelp eats zinc;"), "zinc.ant line"),
    "numbers have names": (
        lambda: added('kelp has mmol; kelp is "k"; kelp := 3.7*Zn;'),
        "kelp",
    ),
    "symbols are known": (lambda: added('kelp has mmol; kelp is "k"; kelp := dulse*Zn;'), "kelp"),
    "symbols are defined once": (lambda: added("absZn := lossZn;"), "absZn"),
    "table rows are used": (unused_row, "kelp"),
    "signals have unit and name": (lambda: added("kelp := 2*Zn;"), "kelp"),
    "table rows are complete": (lambda: row("VCa", meaning=""), "VCa"),
    "reference copies agree": (lambda: row("GFR0", value=145.0), "GFR0"),
    "derived constants ignore the person": (
        lambda: added('kelp has L_per_d; kelp is "k"; kelp = 2*GFR;'),
        "kelp",
    ),
    "outcomes resolve": (an_outcome_of_nothing, ""),
    "facts exist": (lambda: row("VCa", fact_ids=("kelp",)), "VCa"),
    "verified values name their source": (
        lambda: row("VCa", source=Source(text="a friend", trust=Trust.VERIFIED), fact_ids=()),
        "VCa",
    ),
    "SBML is valid": (lambda: row("VCa", value=None), "'VCa'"),
    "units agree": (lambda: added('kelp has mmol_per_d; kelp is "k"; kelp := absZn + Zn;'), "SBML line"),
    "the reference adult is steady": (lambda: instead("zinc", "Zn = Zn0;", "Zn = Zn0/2;"), "Zn"),
    "calibration keeps the reference adult": (a_typed_constant_in_place_of_a_derived_one, "K1"),
    "elements are conserved": (lambda: instead("zinc", "Zn' = absZn - lossZn;", "Zn' = absZn - lossZn/2;"), "Zn"),
}


def test_the_shipped_human_passes_every_check(capsys):
    assert checks.main() == 0
    printed = capsys.readouterr().out
    assert f"{len(checks.CHECKS)} checks, 0 errors" in printed
    assert all(f"  {one.name}\n" in printed for one in checks.CHECKS)


def test_a_fault_is_planted_for_every_check():
    assert set(PLANTED) == {one.name for one in checks.CHECKS}


@pytest.mark.parametrize("name", PLANTED)
def test_a_check_finds_its_fault_and_says_where(name):
    plant, where = PLANTED[name]
    one = next(c for c in checks.CHECKS if c.name == name)
    found = one.findings(Subject(plant()))
    assert found
    assert any(where in f"{finding.where} {finding.message}" for finding in found)
    assert all(finding.check == name and finding.severity is one.severity for finding in found)
    assert not one.findings(Subject(human())) or one.severity is Severity.WARNING


def test_an_error_makes_the_command_fail(monkeypatch, capsys):
    monkeypatch.setattr(checks, "human", lambda: row("GFR0", value=145.0))
    assert checks.main() == 1
    assert "FAIL  reference copies agree" in capsys.readouterr().out
