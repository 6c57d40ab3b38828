"""Join the files and tables of the human into one Antimony text, and that into SBML.

``compose()`` needs nothing but the standard library; ``sbml()`` needs antimony and libsbml. Both are deterministic: the
same files give the same bytes.
"""

from __future__ import annotations

import re
from functools import cache
from xml.sax.saxutils import escape

from cofactor.errors import ModelError
from cofactor.model.interpret import MathNode
from cofactor.model.source import Human, human, signals, unit_id
from cofactor.model.tables import Kind, Parameter, State, outcomes, parameters, shared_factors, states

__all__ = ["MODEL_ID", "MODEL_VERSION", "compose", "outcomes", "parameters", "sbml", "shared_factors", "states"]

MODEL_ID = "human"
MODEL_VERSION = "0.1.0"
_TITLE = "cofactor human: vitamin D, calcium, magnesium, phosphate and their hormones"
_HEADER = f"""\
// {_TITLE}
// Version {MODEL_VERSION}. Copyright the cofactor authors, Apache-2.0.
// Composed from the files of src/cofactor/model/human and the tables beside them; edit those, not this text.
"""
_KIND_TITLES = {
    Kind.INPUT: "a person's body, diet, medicines and experiments (may change at any time)",
    Kind.TARGET: "targets: what the reference adult has; constants are derived from them",
    Kind.REFERENCE: "the reference adult's copies of inputs and constants (never changed for a person)",
    Kind.CONSTANT: "constants",
    Kind.SWITCH: "switches: strength of effects whose evidence is weak",
}


def compose(source: Human | None = None) -> str:
    """The whole model as one Antimony text: units, states, parameters with value, unit and source, then equations."""
    source = source or human()
    parts = [_HEADER, f"model {MODEL_ID}()", source.units.rstrip(), _state_block(source.states)]
    parts += [_parameter_block(kind, source.parameters) for kind in _KIND_TITLES]
    for name, text in source.files:
        parts.append(f"// {'=' * 40} {name}\n{text.rstrip()}")
    return "\n\n".join(parts) + "\nend\n"


def _state_block(rows: tuple[State, ...]) -> str:
    lines = ["// ---- states"]
    lines += [f'  var {row.id}; {row.id} has {unit_id(row.unit)}; {row.id} is "{row.meaning}";' for row in rows]
    return "\n".join(lines)


def _parameter_block(kind: Kind, rows: tuple[Parameter, ...]) -> str:
    lines = [f"// ---- {_KIND_TITLES[kind]}"]
    lines += [_parameter_line(row) for row in rows if row.kind is kind]
    return "\n".join(lines)


def _parameter_line(row: Parameter) -> str:
    declare = f"var {row.id}; " if row.kind is Kind.INPUT else ""
    value = "" if row.value is None else f"{row.id} = {row.value!r}; "
    comment = f"// {row.source.trust}: {row.source.text}"
    return f'  {declare}{value}{row.id} has {unit_id(row.unit)}; {row.id} is "{row.meaning}"; {comment}'


def sbml(source: Human | None = None) -> str:
    """The model as SBML level 3 version 2, with units on every symbol and number, and names and notes for a stranger.

    Raises :class:`ModelError` with Antimony's message where the text cannot be read.
    """
    return _sbml(source or human())


@cache
def _sbml(source: Human) -> str:
    import antimony
    import libsbml

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(compose(source)) < 0:
        raise ModelError(f"the composed text is not valid Antimony: {antimony.getLastError()}")
    document = libsbml.readSBMLFromString(antimony.getSBMLString(MODEL_ID))
    model = document.getModel()
    model.setName(_TITLE)
    model.setNotes(_note(f"{_TITLE}. Version {MODEL_VERSION}. Copyright the cofactor authors, Apache-2.0."))
    for element in (*model.getListOfInitialAssignments(), *model.getListOfRules()):
        element.setMath(_with_number_units(element.getMath().deepCopy()))
    for symbol, note in _notes(source).items():
        model.getParameter(symbol).setNotes(_note(note))
    text: str = libsbml.writeSBMLToString(document)
    return re.sub(r"<!--.*?-->\n", "", text, count=1)


def _with_number_units(node: MathNode) -> MathNode:
    """The expression with every literal marked as a pure number, so that units can be checked without exception."""
    if node.isNumber():
        node.setUnits("dimensionless")
    for index in range(node.getNumChildren()):
        _with_number_units(node.getChild(index))
    return node


def _notes(source: Human) -> dict[str, str]:
    """What a stranger needs to know of each symbol beyond its name."""
    notes = {row.id: f"State: {row.meaning}." for row in source.states}
    for parameter in source.parameters:
        what = f"{parameter.kind.value.capitalize()}: {parameter.meaning}."
        notes[parameter.id] = f"{what} Known as: {parameter.source.trust}. Source: {parameter.source.text}."
    for signal in signals(source):
        role = "Derived from the reference adult" if signal.kind == "start" else "Computed"
        notes[signal.id] = f"{role} ({signal.file}.ant): {signal.meaning}."
    return notes


def _note(text: str) -> str:
    return f'<body xmlns="http://www.w3.org/1999/xhtml"><p>{escape(text)}</p></body>'
