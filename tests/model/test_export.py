"""Export needs nothing but the package: whole files, also where antimony and libSBML are not installed."""

import subprocess
import sys

import numpy as np
import pytest

from cofactor.errors import InputError
from cofactor.model.compose import compose, sbml
from cofactor.model.export import export

WITHOUT_TOOLS = """
import sys
for tool in ("antimony", "libsbml", "sympy"):
    sys.modules[tool] = None  # as if it were not installed
from cofactor.faces.cli import main
main(["export", "{kind}", {path!r}])
"""


@pytest.mark.parametrize(("kind", "made"), [("sbml", sbml), ("antimony", compose)])
def test_the_command_writes_the_composed_model_without_any_tool(tmp_path, kind, made):
    path = tmp_path / "human"
    code = WITHOUT_TOOLS.format(kind=kind, path=str(path))
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert path.read_text(encoding="utf-8") == made()


def test_the_antimony_text_gives_the_same_model_again(tmp_path):
    """What is exported as text is the master itself: read back, it has the same equations and values."""
    from cofactor.engine.compile import compile_antimony, compile_sbml

    again = compile_antimony(export("antimony", tmp_path / "human.ant").read_text(encoding="utf-8"))
    ours = compile_sbml(export("sbml", tmp_path / "human.xml").read_text(encoding="utf-8"))
    assert (again.states, again.constants) == (ours.states, ours.constants)
    np.testing.assert_array_equal(again.values, ours.values)
    assert (again.rate, again.jac, again.derive, again.start) == (ours.rate, ours.jac, ours.derive, ours.start)


def test_an_unknown_form_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(InputError, match="sbml, antimony"):
        export("word", tmp_path / "human.doc")
    assert not list(tmp_path.iterdir())
