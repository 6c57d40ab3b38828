"""Build the shipped program, and the SBML it is made from, from the text: ``python -m cofactor.engine.generate``.

Needed only after an edit of ``model/human`` or of the code that turns it into statements; needs antimony, libSBML and
SymPy. A test builds both again and compares the bytes.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from cofactor.engine.compile import compile_sbml
from cofactor.engine.program import Program
from cofactor.model.export import SHIPPED_SBML

_FILE = "_generated/human.json"


def build_human() -> Program:
    """The human's program, built from its text and tables."""
    from cofactor.model.compose import sbml, states

    return compile_sbml(sbml(), {s.id: s.typical for s in states()})


@cache
def human() -> Program:
    """The human's program as shipped."""
    return Program.loads(resources.files("cofactor.model").joinpath(_FILE).read_text(encoding="utf-8"))


def main() -> None:
    """Write the shipped files."""
    from cofactor.model.compose import sbml

    for name, text in ((SHIPPED_SBML, sbml()), (_FILE, build_human().dumps())):
        with resources.as_file(resources.files("cofactor.model").joinpath(name)) as path:
            Path(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
