"""Random models in SBML, laid out as the cases of the SBML semantic test suite, with libRoadRunner's answers.

They stand in where the suite itself is not at hand, and go where it does not: every measure of a species with every
other, functions of functions, local names that hide global ones. Some hold what we do not understand and must refuse.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import libsbml
import numpy as np

DURATION, STEPS = 5.0, 25
ABSOLUTE, RELATIVE = 1e-6, 1e-4
OUTSIDE: dict[str, Callable[[libsbml.Model, random.Random], None]] = {}
"""What lies outside our subset: tag -> how to put it into a model."""


def write_cases(folder: Path, count: int, seed: int) -> dict[str, bool]:
    """Write ``count`` cases below ``folder``. Returns for each number whether it lies inside our subset."""
    rng, inside = random.Random(seed), {}
    while len(inside) < count:
        name = f"{len(inside) + 1:05d}"
        document, tag = _document(rng)
        values = _answers(document, rng)
        if values is None:
            continue  # it runs away, or stands still: no right answer to compare with
        _write(folder / name, name, document, tag, *values)
        inside[name] = tag is None
    return inside


def _write(folder: Path, name: str, document, tag: str | None, variables, amounts, table) -> None:
    folder.mkdir(parents=True)
    libsbml.writeSBMLToFile(document, str(folder / f"{name}-sbml-l3v2.xml"))
    older = document.clone()
    if not _is_newer(document.getModel()) and older.setLevelAndVersion(2, 4, False):
        text = libsbml.writeSBMLToString(older)
        if not libsbml.readSBMLFromString(text).getNumErrors(libsbml.LIBSBML_SEV_ERROR):
            (folder / f"{name}-sbml-l2v4.xml").write_text(text, encoding="utf-8")
    settings = {
        "start": "0",
        "duration": f"{DURATION:g}",
        "steps": str(STEPS),
        "variables": ", ".join(variables),
        "absolute": f"{ABSOLUTE:g}",
        "relative": f"{RELATIVE:g}",
        "amount": ", ".join(amounts),
        "concentration": ", ".join(v for v in variables if v.startswith("S") and v not in amounts),
    }
    lines = [f"{key}: {value}" for key, value in settings.items()]
    (folder / f"{name}-settings.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    about = f"componentTags: Reaction\ntestTags: {tag or 'Inside'}\ntestType: TimeCourse\n"
    (folder / f"{name}-model.m").write_text(about, encoding="utf-8")
    rows = [",".join(["time", *variables]), *(",".join(f"{v:.17g}" for v in row) for row in table)]
    (folder / f"{name}-results.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _is_newer(model) -> bool:
    """Whether it holds what Level 2 does not have, and what is lost there without a word."""
    factors = model.isSetConversionFactor() or any(s.isSetConversionFactor() for s in model.getListOfSpecies())
    return factors or any(p.isSetId() for r in model.getListOfReactions() for p in r.getListOfProducts())


def _answers(document, rng: random.Random):
    """Variables, those reported as amounts, and libRoadRunner's table; None where it runs away or nothing moves."""
    import roadrunner

    model = document.getModel()
    species = [s.getId() for s in model.getListOfSpecies()]
    amounts = [s for s in species if rng.random() < 0.5]
    others = [p.getId() for p in model.getListOfParameters() if not p.getConstant()]
    reactions = [r.getId() for r in model.getListOfReactions()]
    variables = [*species, *others, *rng.sample(reactions, k=len(reactions) // 2)]
    roadrunner.Logger.disableLogging()
    try:
        simulator = roadrunner.RoadRunner(libsbml.writeSBMLToString(document))
        simulator.integrator.relative_tolerance, simulator.integrator.absolute_tolerance = 1e-10, 1e-14
        simulator.integrator.maximum_time_step = DURATION / 500  # no step over a jump
        shown = [v if v in amounts or v not in species else f"[{v}]" for v in variables]
        simulator.timeCourseSelections = ["time", *shown]
        table = np.array(simulator.simulate(0, DURATION, STEPS + 1))
    except Exception:  # the peer's own kinds of error have no common parent
        return None
    is_fit = np.isfinite(table).all() and np.abs(table).max() < 1e6 and np.ptp(table[:, 1:], axis=0).any()
    return (variables, amounts, table) if is_fit else None


# ------------------------------------------------------------------------------------------------------- the models


def _document(rng: random.Random):
    """A model, and the tag of what lies outside our subset or None."""
    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    model.setId("made")
    for i in range(rng.randint(1, 3)):
        compartment = model.createCompartment()
        compartment.setId(f"C{i}")
        compartment.setConstant(True)
        compartment.setSize(round(rng.uniform(0.3, 5), 2))
        compartment.setSpatialDimensions(3)
    if rng.random() < 0.3:
        _size(model, rng)
    for i in range(rng.randint(2, 5)):
        _species(model, f"S{i}", rng)
    for i in range(rng.randint(2, 4)):
        _parameter(model, f"k{i}", round(rng.uniform(0.05, 1.2), 3))
    _functions(model)
    _rules(model, rng)
    for i in range(rng.randint(1, 4)):
        _reaction(model, f"J{i}", rng)
    _factors(model, rng)
    tag = rng.choice(sorted(OUTSIDE)) if rng.random() < 0.25 else None
    if tag:
        OUTSIDE[tag](model, rng)
    return document, tag


def _size(model, rng: random.Random) -> None:
    """The first compartment grows by a rate rule, or changes with time by an assignment rule."""
    compartment = model.getCompartment(0)
    compartment.setConstant(False)
    name = compartment.getId()
    if rng.random() < 0.5:
        _set(model.createRateRule(), name, f"0.1*{name} - 0.05")
    else:
        compartment.unsetSize()
        _set(model.createAssignmentRule(), name, "1.5 + 0.4*sin(time)")


def _factors(model, rng: random.Random) -> None:
    """Conversion factors of the model and of a species; a stoichiometry that a rule or an initial assignment gives."""
    if rng.random() < 0.15:
        _parameter(model, "cm", 1.5)
        model.setConversionFactor("cm")
    if rng.random() < 0.15:
        _parameter(model, "cs", 0.6)
        model.getSpecies(0).setConversionFactor("cs")
    products = [p for reaction in model.getListOfReactions() for p in reaction.getListOfProducts()]
    if products and rng.random() < 0.3:
        products[0].setId("n0")
        products[0].setConstant(False)
        if rng.random() < 0.5:
            _set(model.createAssignmentRule(), "n0", "1 + 0.1*time")
        else:
            _set(model.createInitialAssignment(), "n0", "0.5 + k0")


def _species(model, name: str, rng: random.Random) -> None:
    species = model.createSpecies()
    species.setId(name)
    species.setCompartment(rng.choice([c.getId() for c in model.getListOfCompartments()]))
    species.setHasOnlySubstanceUnits(rng.random() < 0.4)
    species.setBoundaryCondition(rng.random() < 0.2)
    steady = model.getCompartment(species.getCompartment()).getConstant()
    species.setConstant(steady and species.getBoundaryCondition() and rng.random() < 0.4)
    start = round(rng.uniform(0, 4), 2)
    (species.setInitialAmount if rng.random() < 0.5 else species.setInitialConcentration)(start)


def _parameter(model, name: str, value: float | None, *, constant: bool = True) -> None:
    parameter = model.createParameter()
    parameter.setId(name)
    parameter.setConstant(constant)
    if value is not None:
        parameter.setValue(value)


def _functions(model) -> None:
    for name, text in (("mm", "lambda(s, v, K, v*s/(K + s))"), ("both", "lambda(a, b, mm(a, b, 0.5) + mm(b, a, 0.7))")):
        function = model.createFunctionDefinition()
        function.setId(name)
        function.setMath(libsbml.parseL3Formula(text))


def _rules(model, rng: random.Random) -> None:
    """Assignment rules, rate rules and initial assignments, each now and then."""
    species = [s.getId() for s in model.getListOfSpecies()]
    if rng.random() < 0.6:
        _parameter(model, "a0", None, constant=False)
        _set(model.createAssignmentRule(), "a0", f"0.2 + {rng.choice(species)}/(1 + {rng.choice(species)}^2)")
    if rng.random() < 0.4:
        _parameter(model, "a1", None, constant=False)
        jump = round(rng.uniform(0.5, 4.5), 2)
        _set(model.createAssignmentRule(), "a1", f"piecewise(k0, time < {jump}, 0.5*k0) + 0.1*sin(time)")
    if rng.random() < 0.4:
        _parameter(model, "r0", round(rng.uniform(0.1, 2), 2), constant=False)
        _set(model.createRateRule(), "r0", f"0.3 - k1*r0*exp(-{rng.choice(species)})")
    free = [s.getId() for s in model.getListOfSpecies() if s.getBoundaryCondition() and not s.getConstant()]
    # the peer takes the rate of a concentration for that of an amount where the size changes (suite case 01198)
    free = [s for s in free if model.getCompartment(model.getSpecies(s).getCompartment()).getConstant()]
    if free and rng.random() < 0.5:
        _set(model.createRateRule(), free[0], "0.1*cos(time) - 0.05*k1")
    if rng.random() < 0.4:
        _parameter(model, "q0", None)
        _set(model.createInitialAssignment(), "q0", "sqrt(k0^2 + k1) / 2")
    if rng.random() < 0.3:
        _set(model.createInitialAssignment(), species[-1], "0.3 + 2*k1")


def _set(rule, name: str, text: str) -> None:
    (rule.setSymbol if isinstance(rule, libsbml.InitialAssignment) else rule.setVariable)(name)
    rule.setMath(libsbml.parseL3Formula(text))


def _reaction(model, name: str, rng: random.Random) -> None:
    reaction = model.createReaction()
    reaction.setId(name)
    reaction.setReversible(False)
    reaction.setFast(False)
    species = [s.getId() for s in model.getListOfSpecies() if not s.getConstant()]
    rates = [p.getId() for p in model.getListOfParameters()]
    taken = rng.sample(species, k=min(len(species), rng.randint(0, 2)))
    made = [s for s in rng.sample(species, k=min(len(species), rng.randint(0, 2))) if s not in taken]
    if not taken and not made:
        made = [rng.choice(species)] if species else []
    for names, create in ((taken, reaction.createReactant), (made, reaction.createProduct)):
        for s in names:
            reference = create()
            reference.setSpecies(s)
            reference.setStoichiometry(rng.choice([1, 1, 1, 2, 0.5]))
            reference.setConstant(True)
    law = reaction.createKineticLaw()
    local = rng.random() < 0.3
    if local:
        parameter = law.createLocalParameter()
        parameter.setId("k0")  # hides the global one
        parameter.setValue(round(rng.uniform(0.1, 0.9), 2))
    factor = rng.choice([*rates, "k0"])
    volume = rng.choice([c.getId() for c in model.getListOfCompartments()])
    shape = rng.choice(
        [
            "{v}*{k}*{s}" if taken else "{v}*{k}",
            "{v}*mm({s}, {k}, 0.8)",
            "0.3*both({s}, {k})*{s}/(1 + {s})",
            "{v}*{k}*{s}^2/(1 + {s}^2)",
            "{v}*min({k}, 0.4)*{s}*max(0.2, tanh({s}))",
        ]
    )
    text = shape.format(v=volume, k=factor, s=taken[0] if taken else "0.7")
    law.setMath(libsbml.parseL3Formula("*".join([text, *taken[1:]])))


# ------------------------------------------------------------------------------------------- what must be refused


def _outside(tag: str):
    def keep(build):
        OUTSIDE[tag] = build
        return build

    return keep


@_outside("EventNoDelay")
def _event(model, rng: random.Random) -> None:
    event = model.createEvent()
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    trigger.setInitialValue(True)
    trigger.setPersistent(True)
    trigger.setMath(libsbml.parseL3Formula(f"time > {rng.uniform(0.5, 4):.2f}"))
    _parameter(model, "e0", 1.0, constant=False)
    assignment = event.createEventAssignment()
    assignment.setVariable("e0")
    assignment.setMath(libsbml.parseL3Formula("e0 + 1"))


@_outside("NonConstantCompartment")
def _jumping(model, rng: random.Random) -> None:
    compartment = model.createCompartment()
    compartment.setId("jumping")
    compartment.setConstant(False)
    compartment.setSpatialDimensions(3)
    species = model.createSpecies()
    species.setId("inside")
    species.setCompartment("jumping")
    species.setInitialConcentration(1.0)
    species.setHasOnlySubstanceUnits(False)
    species.setBoundaryCondition(False)
    species.setConstant(False)
    _set(model.createAssignmentRule(), "jumping", f"piecewise(1, time < {rng.uniform(0.5, 4):.2f}, 2)")
