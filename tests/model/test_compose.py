"""Text and tables of the human against what is composed of them."""

import pytest

from cofactor.engine.generate import human as shipped
from cofactor.model.compose import sbml
from cofactor.model.source import human, signals, unit_id
from cofactor.model.tables import Kind

DIGITS = 1e-14  # libSBML writes 15 digits


def libsbml_model():
    import libsbml

    document = libsbml.readSBMLFromString(sbml())
    model = document.getModel()
    return document, model


def test_every_row_arrives_in_sbml_with_value_unit_name_and_source():
    document, model = libsbml_model()
    for row in human().parameters:
        symbol = model.getParameter(row.id)
        value = symbol.getValue() if symbol.isSetValue() else None
        assert value == (row.value if row.value is None else pytest.approx(row.value, rel=DIGITS)), row.id
        assert symbol.getUnits() == unit_id(row.unit), row.id
        assert symbol.getName() == row.meaning, row.id
        assert row.source.trust in symbol.getNotesString(), row.id
        assert symbol.getConstant() == (row.kind is not Kind.INPUT), row.id
    for row in human().states:
        assert model.getParameter(row.id).getUnits() == unit_id(row.unit), row.id
        assert model.getRateRule(row.id) is not None, row.id
    assert (document.getLevel(), document.getVersion()) == (3, 2)


def test_every_equation_of_the_text_arrives_in_sbml():
    _, model = libsbml_model()
    written = signals(human())
    starts = {s.id for s in written if s.kind == "start"}
    assert starts <= {a.getSymbol() for a in model.getListOfInitialAssignments()}
    rules = {s.id for s in written if s.kind == "rule"}
    assert rules == {r.getVariable() for r in model.getListOfRules() if r.isAssignment()}


def test_the_program_has_the_states_constants_and_readouts_of_the_tables():
    program = shipped()
    assert program.states == tuple(row.id for row in human().states)
    assert program.typical == tuple(row.typical for row in human().states)
    given = {row.id: row.value for row in human().parameters if row.value is not None}
    values = dict(zip(program.constants, program.values, strict=True))
    assert {name: values[name] for name in given} == pytest.approx(given, rel=DIGITS)
    assert {row.symbol for row in human().outcomes} <= {*program.states, *program.readouts, *program.constants}
