"""Hostile texts of models: each is refused in words, soon, before a parser that is not ours meets it."""

from __future__ import annotations

import time

import pytest

from cofactor.engine.model_limits import check_sbml
from cofactor.engine.user_model import compile_model
from cofactor.errors import ModelError

SBML = (
    '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" '
    'version="1"><model id="m"><listOfParameters><parameter id="x" value="1" constant="false"/></listOfParameters>'
    '<listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">{}</math></rateRule>'
    "</listOfRules></model></sbml>"
)
BOMB = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def deep(levels: int) -> str:
    return SBML.format("<apply><minus/>" * levels + "<ci>x</ci>" + "</apply>" * levels)


def dense(states: int) -> str:
    terms = (f"x{i}=1; x{i}' = " + " + ".join(f"{j + 1}*x{j}^2" for j in range(states)) for i in range(states))
    return "\n".join(terms)


ANTIMONY = {
    "a control character": ("x=1; x'=-x;\0y=2", "control character"),
    "a terminal's command": ("x=1; x' = \x1b[31m-x", "control character"),
    "brackets": ("x=1; x' = " + "(" * 300 + "x" + ")" * 300, "too deep"),
    "functions": ("x=1; x' = " + "sin(" * 300 + "x" + ")" * 300, "too deep"),
    "powers": ("x=1; x' = " + "x^" * 700 + "x", "too deep"),
    "a long statement": ("x=1; x' = " + "+".join(["x"] * 20_000), "characters"),
    "many statements": ("x=1; x'=-x;\n" + "".join(f"p{i}=1;\n" for i in range(100_000)), "statements"),
    "a truth value as a number": ("x = 1; x' = -x + !(x > 2)", "has no value"),
    "a comparison as a number": ("x = 1; x' = -x/(1 < x)", "has no value"),
    "many rates of all": (dense(60), "to differentiate"),
}
XML = {
    "elements": (deep(20_000), "too deep"),  # libSBML itself dies of these
    "a few too many": (deep(250), "too deep"),
    "many elements": (SBML.format("<ci>x</ci>" * 100_001), "elements"),
    "entities": (deep(2).replace("<sbml", BOMB + "<sbml", 1), "document type"),
    "no XML": ("<sbml><model></sbml>", "no XML"),
}


@pytest.mark.parametrize(("text", "said"), ANTIMONY.values(), ids=ANTIMONY)
def test_hostile_antimony_is_refused_soon(text, said):
    start = time.process_time()
    with pytest.raises(ModelError, match=said):
        compile_model(text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(("text", "said"), XML.values(), ids=XML)
def test_hostile_sbml_is_refused_soon(text, said):
    start = time.process_time()
    with pytest.raises(ModelError, match=said):
        compile_model(text, is_sbml=True)
    assert time.process_time() - start < 5


def test_what_stays_below_the_limits_is_read():
    model = compile_model(deep(150), is_sbml=True)
    assert model.program.states == ("x",)
    assert compile_model("x=1; x' = -" + "(" * 60 + "x" + ")" * 60).program.states == ("x",)


@pytest.mark.parametrize("encoding", ["UTF-7", "no-such-code"])
def test_an_encoding_that_is_not_read_is_refused(encoding):
    with pytest.raises(ModelError, match="it is no XML"):
        check_sbml(f'<?xml version="1.0" encoding="{encoding}"?><sbml/>')
