"""Imports point one way: facts, model, engine, person, assess, plan, report, faces.

``errors``, ``files`` and ``units`` may be used by all. The side rooms ``trial`` and ``evidence`` use facts to assess
and are used by report and faces alone; evidence tries its statements in trials, never the other way. The root of the
package stands above everything and is imported by nothing inside it, but for its version, which is set before anything
is loaded.
"""

from __future__ import annotations

import ast
import graphlib
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = ("facts", "model", "engine", "person", "assess", "plan", "report", "faces")
SIDE_ROOMS = ("trial", "evidence")
SHARED = ("errors", "files", "said", "units", "__version__")
# Needed to edit the model, not to run it.
MODEL_TOOLS = {"antimony", "libsbml", "sympy"}
MODEL_TOOL_PLACES = (
    "cofactor/model/",
    *(f"cofactor/engine/{name}.py" for name in ("translate", "mathml", "compile", "slopes", "emit")),
)
# Of optional extras: needed to calibrate the model again, to study it or to spread a trial over machines.
EXTRA_PLACES = {
    "scipy": ("cofactor/evidence/calibrate.py",),
    "SALib": ("cofactor/evidence/sensitivity.py",),
    "dask": ("cofactor/trial/cluster.py",),
    "distributed": ("cofactor/trial/cluster.py",),
}
NETWORK = {"socket", "socketserver", "ssl", "http", "urllib", "ftplib", "smtplib", "telnetlib", "xmlrpc"}
NETWORK_PLACES = ("cofactor/faces/listen.py", "cofactor/faces/door.py")
# What a distribution is imported as, where that is not its own name.
IMPORT_NAMES = {"ruamel.yaml": {"ruamel"}, "pydantic": {"pydantic", "pydantic_core"}}

Files = dict[str, str]  # path under src -> text


@dataclass(frozen=True)
class Import:
    """One import statement: who, what (absolute, dotted), and how."""

    path: str
    line: int
    importer: str
    target: str
    relative: bool
    at_module_level: bool

    def __str__(self) -> str:
        return f"src/{self.path}:{self.line}: {self.importer} imports {self.target}"


def module_name(path: str) -> str:
    parts = list(Path(path).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(files: Files) -> list[Import]:
    """Every import of the files. ``from package import module`` counts as an import of the module."""
    known = {module_name(path) for path in files}
    found = []
    for path, text in files.items():
        importer = module_name(path)
        package = importer if path.endswith("__init__.py") else importer.rpartition(".")[0]
        for node, at_module_level in walk(ast.parse(text, path)):
            for target, relative in targets(node, package, known):
                found.append(Import(path, node.lineno, importer, target, relative, at_module_level))
    return found


def walk(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """Import statements, with whether they run on import of the module (not in a function, nor for types only)."""

    def visit(node: ast.AST, runs: bool) -> Iterator[tuple[ast.stmt, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.Import, ast.ImportFrom)):
                yield child, runs
            inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
            types_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            yield from visit(child, runs and not inside and not types_only)

    return visit(tree, True)


def targets(node: ast.stmt, package: str, known: set[str]) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, False) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, base] if base else above)
        for alias in node.names:
            whole = f"{base}.{alias.name}"
            yield (whole if whole in known or whole == "cofactor.__version__" else base), node.level > 0


def room(module: str) -> str:
    """The stage, side room or shared module that a module of ours belongs to; ``root`` for the package itself.

    ``python -m cofactor`` is a way in.
    """
    parts = module.split(".")
    return {"__main__": "faces"}.get(parts[1], parts[1]) if len(parts) > 1 else "root"


def ours(module: str) -> bool:
    return module.partition(".")[0] == "cofactor"


def allowed(importer: str, target: str) -> bool:
    if importer in ("root", target) or target in SHARED:
        return True
    if target == "root" or importer in SHARED:
        return False
    if target in SIDE_ROOMS:
        return importer in ("report", "faces") or (importer, target) == ("evidence", "trial")
    highest = "assess" if importer in SIDE_ROOMS else importer
    return STAGES.index(target) <= STAGES.index(highest)


def upward(files: Files) -> list[str]:
    return [f"{i} (upward)" for i in imports(files) if ours(i.target) and not allowed(room(i.importer), room(i.target))]


def unknown_rooms(files: Files) -> list[str]:
    rooms = {room(module_name(path)) for path in files}
    return sorted(rooms - {*STAGES, *SIDE_ROOMS, *SHARED, "root"})


def cycle(files: Files) -> list[str]:
    """The modules of one cycle of imports, wherever in the file the imports stand; empty where there is none."""
    graph: dict[str, set[str]] = {module_name(path): set() for path in files}
    for i in imports(files):
        if i.target in graph and i.target != i.importer:
            graph[i.importer].add(i.target)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def relative_across(files: Files) -> list[str]:
    return [
        f"{i} (relative, across stages)" for i in imports(files) if i.relative and room(i.importer) != room(i.target)
    ]


def misplaced_tools(files: Files) -> list[str]:
    """Imports of the model tools outside their places, or on import of a module."""
    found = []
    for i in imports(files):
        if i.target.split(".")[0] not in MODEL_TOOLS:
            continue
        if not i.path.startswith(MODEL_TOOL_PLACES):
            found.append(f"{i} (only model/ and five files of engine/ may)")
        elif i.at_module_level:
            found.append(f"{i} (inside a function only: it is not installed on a user's machine)")
    return found


def network(files: Files) -> list[str]:
    """Imports that could reach a network. ``urllib.parse`` only takes text apart."""
    return [
        f"{i} (nothing but the web face may open a connection)"
        for i in imports(files)
        if i.target.split(".")[0] in NETWORK and i.target != "urllib.parse" and not i.path.startswith(NETWORK_PLACES)
    ]


def undeclared(files: Files, declared: set[str]) -> list[str]:
    """Imports of something that is neither ours, nor the standard library's, nor a dependency in pyproject.toml."""
    fine = declared | MODEL_TOOLS | sys.stdlib_module_names | {"cofactor"}
    return [
        f"{i} (not a dependency)"
        for i in imports(files)
        if (name := i.target.split(".")[0]) not in fine and i.path not in EXTRA_PLACES.get(name, ())
    ]


def declared_dependencies() -> set[str]:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = [name.split(">")[0].split("=")[0].strip() for name in listed]
    return set().union(*(IMPORT_NAMES.get(name, {name.replace("-", "_")}) for name in names))


@pytest.fixture(scope="module")
def shipped() -> Files:
    source = ROOT / "src"
    files = {p.relative_to(source).as_posix(): p.read_text(encoding="utf-8") for p in source.rglob("*.py")}
    assert "cofactor/errors.py" in files
    return files


def test_every_folder_is_a_stage_or_a_side_room(shipped):
    assert unknown_rooms(shipped) == []


def test_no_import_points_upward(shipped):
    assert upward(shipped) == []


def test_no_cycle(shipped):
    assert cycle(shipped) == []


def test_no_relative_import_across_stages(shipped):
    assert relative_across(shipped) == []


def test_model_tools_stay_in_their_places(shipped):
    assert misplaced_tools(shipped) == []


def test_nothing_can_reach_a_network(shipped):
    assert network(shipped) == []


def test_every_import_is_declared(shipped):
    assert undeclared(shipped, declared_dependencies()) == []


# Every rule is shown to bite: a planted file that breaks it is caught, its lawful twin is not.
def planted(**files: str) -> Files:
    """``facts__load='...'`` is cofactor/facts/load.py; the named targets exist as empty modules."""
    return {"cofactor/" + re.sub("(?<=[a-z])__(?=[a-z])", "/", name) + ".py": text for name, text in files.items()}


@pytest.mark.parametrize(
    "bad",
    [
        {"facts__load": "from cofactor.person.types import Case"},
        {"facts__load": "import cofactor.engine.solve"},
        {"engine__solve": "def f():\n    from cofactor.person import types"},
        {"assess__gates": "from cofactor.plan.optimise import plan"},
        {"report__build": "from cofactor.faces import cli"},
        {"plan__goals": "from cofactor.trial import run"},
        {"trial__run": "from cofactor.plan import optimise"},
        {"trial__run": "from cofactor.evidence import ledger"},
        {"units": "from cofactor.facts import load"},
        {"assess__status": "import cofactor"},
        {"assess__status": "from cofactor import plan"},
        {"assess__status": "from cofactor import __version__, plan"},
        {"assess__status": "from ..plan import optimise"},
    ],
)
def test_an_upward_import_is_caught(bad):
    assert len(upward(planted(**bad))) == 1


@pytest.mark.parametrize(
    "good",
    [
        {"plan__optimise": "from cofactor.assess.gates import evaluate\nfrom cofactor.units import convert"},
        {"plan__optimise": "from .goals import goals", "plan__goals": ""},
        {"trial__run": "from cofactor.assess import forecast", "assess__forecast": ""},
        {"report__build": "from cofactor.evidence import ledger", "evidence__ledger": ""},
        {"faces__cli": "from cofactor import units", "units": ""},
        {"engine__llvm": "from cofactor import __version__", "__init__": "from cofactor.engine import llvm"},
        {"__init__": "from cofactor.faces.api import plan", "faces__api": ""},
    ],
)
def test_a_lawful_import_is_not_caught(good):
    assert upward(planted(**good)) == []
    assert cycle(planted(**good)) == []
    assert relative_across(planted(**good)) == []


def test_a_cycle_is_caught_even_through_a_function():
    files = planted(
        facts__a="from cofactor.facts import b",
        facts__b="from cofactor.facts.c import x",
        facts__c="def f():\n    from .a import y",
    )
    assert set(cycle(files)) == {"cofactor.facts.a", "cofactor.facts.b", "cofactor.facts.c"}


def test_a_relative_import_across_stages_is_caught():
    assert len(relative_across(planted(plan__optimise="from ..assess.gates import evaluate"))) == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"person__sun": "def f():\n    import sympy"},
        {"engine__solve": "def f():\n    from libsbml import readSBML"},
        {"model__compose": "import antimony"},
        {"engine__translate": "try:\n    import libsbml\nexcept ImportError:\n    pass"},
    ],
)
def test_a_misplaced_model_tool_is_caught(bad):
    assert len(misplaced_tools(planted(**bad))) == 1


def test_a_model_tool_in_its_place_is_not_caught():
    inside = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sympy\ndef f():\n    import sympy"
    assert misplaced_tools(planted(model__check=inside, engine__compile=inside)) == []


@pytest.mark.parametrize("line", ["import socket", "from urllib.request import urlopen", "import http.client"])
def test_a_way_to_the_network_is_caught(line):
    assert len(network(planted(person__case=f"def f():\n    {line}"))) == 1
    assert network(planted(faces__listen=line)) == []


def test_text_tools_of_urllib_are_not_caught():
    assert network(planted(report__render="from urllib.parse import quote")) == []


def test_an_undeclared_package_is_caught():
    assert len(undeclared(planted(engine__solve="import scipy.integrate"), declared_dependencies())) == 1
    assert undeclared(planted(engine__solve="import numpy as np"), declared_dependencies()) == []


def test_a_stray_folder_is_caught():
    assert unknown_rooms(planted(utils__misc="")) == ["utils"]
