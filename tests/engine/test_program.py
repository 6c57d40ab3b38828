"""Programs: the same bytes for the same model, and nothing lost on the way to disk and back."""

import os
import subprocess
import sys

import numpy as np
import pytest

from cofactor.engine.compile import compile_antimony
from cofactor.engine.generate import build_human, human
from cofactor.engine.program import Program
from cofactor.engine.solve import Tolerance, solve
from cofactor.errors import EngineError
from cofactor.model.compose import sbml
from cofactor.model.export import shipped_sbml

SMALL = "a = 1; b = 2; x = 1; x' = -a * x^1.3 + b / (1 + x); y = 2; y' = a - b * y * x; z := x * y"


def test_the_shipped_human_is_what_its_text_gives():
    assert build_human().dumps() == human().dumps()
    assert sbml() == shipped_sbml()


def test_the_bytes_do_not_depend_on_the_hash_seed():
    code = f"from cofactor.engine.compile import compile_antimony as c; print(c({SMALL!r}).hash)"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert runs == {compile_antimony(SMALL).hash + "\n"}


def test_a_stored_program_comes_back_whole():
    program = compile_antimony(SMALL)
    again = Program.loads(program.dumps())
    assert again.dumps() == program.dumps()
    assert again.hash == program.hash


def test_a_program_of_another_format_is_refused():
    text = compile_antimony(SMALL).dumps().replace('"format": 2', '"format": 0')
    with pytest.raises(EngineError, match="generate it again"):
        Program.loads(text)


def test_no_name_of_a_model_is_taken_for_one_of_ours():
    """Temporaries, hoisted terms, errors and arrays are named by us; a model may use just these names."""
    text = "{a} = 2; {b} = 3; {c} = 1.5; {x} = 1; {y} = 1; {x}' = -{a}*{b}*{x}*{y}/(1 + {x}*{y}) + {c}*exp(-{a}*{y});"
    text += "{y}' = -{x}*{y}/(1 + {x}*{y}) + exp(-{x}*{y}) - {b}*{y}^{c}/({a}^{c} + {y}^{c}); {z} := {a}*{b}*{x}*{y}"

    def run(names):
        program = compile_antimony(text.format(**dict(zip("abcxyz", names, strict=True))))
        asked = [names[i] for i in (3, 4, 5)]
        return solve(program, program.parameters(), times=[0.5, 2.0], outcomes=asked, tolerance=Tolerance(1e-9)).values

    expected = run("abcxyz")
    ours = ["c0", "c1", "c2", "c3", "h0", "h1", "h__0", "h__1", "w0", "w1", "f", "m", "h", "p", "o", "v", "g", "x", "b"]
    for k in range(len(ours)):
        names = [ours[(k + i) % len(ours)] for i in range(6)]
        np.testing.assert_allclose(run(names), expected, rtol=1e-7, err_msg=str(names))
        np.testing.assert_allclose(run(names[::-1]), expected, rtol=1e-7, err_msg=str(names[::-1]))


def test_a_value_that_is_missing_is_told_from_one_that_is_named_so():
    program = compile_antimony("__unset = 2; x = __unset; x' = -x")
    assert program.initial(program.parameters())[0, 0] == 2.0


def test_an_unknown_constant_is_named():
    with pytest.raises(EngineError, match="no constant kelp"):
        human().parameters(1, {"kelp": 1.0})


def test_the_reference_adult_is_at_rest():
    from cofactor.engine.statements import run

    program = human()
    p = program.parameters()
    x = program.initial(p)
    columns, states = list(p.T), list(x.T)
    hoisted = [0.0] * program.hoisted
    rates = [0.0] * len(program.states)
    run(program.pre, p=columns, h=hoisted)
    run(program.rate, x=states, p=columns, h=hoisted, f=rates)
    relative = np.abs(np.ravel(rates)) / np.maximum(np.abs(x[0]), 1.0)
    assert relative.max() < 1e-12


def test_changing_a_constant_moves_what_is_derived_from_it_and_keeps_the_rest():
    program = human()
    base, changed = program.parameters(), program.parameters(1, {"K1": 76.0})
    moved = {c for c, a, b in zip(program.constants, base[0], changed[0], strict=True) if a != b}
    assert moved == {"K1", "V1"}
