"""SBML -> a system of ordinary differential equations in symbols.

The subset is stated and closed: what lies outside it is refused by name (:class:`ModelError`), never approximated.
Inside: compartments, of constant or of changing size; species as concentrations or amounts, with conversion factors;
parameters, assignment rules, rate rules, reactions (a reaction's own name stands for its rate) with stoichiometries
that are numbers or formulas, function definitions, initial assignments, piecewise, time, and the functions of
:mod:`cofactor.engine.mathml`. Outside: events (give them to :func:`cofactor.engine.solve.solve` instead), algebraic
rules, delays, fast reactions, packages that change the mathematics, and compartments whose size jumps.

A model that names time gets a state more, :data:`CLOCK`, whose rate is 1: the integrator knows no explicit time.

Only this module, :mod:`cofactor.engine.mathml`, :mod:`cofactor.engine.compile` and what that is made of need libSBML
and SymPy; a compiled program runs without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cofactor.engine.mathml import CLOCK, UNSET, expression, number, symbol
from cofactor.errors import ModelError
from cofactor.said import Said

# Symbols and operations of all formulas with every function and rule written out; the human has about 17,000.
LARGEST_MODEL = 200_000


@dataclass(frozen=True)
class System:
    """dx/dt = f(x, p), in SymPy.

    ``constants`` are every symbol that stands still; ``derived`` of them follow from others (initial assignments, in
    an order in which they can be computed), the rest have ``values``. ``initial`` gives each state's start from the
    constants. ``algebra`` holds the assignment rules, expanded to states and constants.
    """

    name: str
    states: tuple[str, ...]
    constants: tuple[str, ...]
    values: dict[str, float]
    derived: dict[str, Any]
    initial: dict[str, Any]
    rates: dict[str, Any]
    algebra: dict[str, Any]
    units: dict[str, str]


def read_antimony(text: str) -> str:
    """Antimony text -> SBML text. Raises :class:`ModelError` with the line that could not be read."""
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        try:
            said = antimony.getLastError().strip()
        except UnicodeDecodeError:  # it cuts its message in the middle of a letter
            said = Said("it holds letters that Antimony does not know")
        raise ModelError(Said("the Antimony text cannot be read: {why}", why=said))
    sbml: str = antimony.getSBMLString(antimony.getMainModuleName())
    return sbml


def read_sbml(text: str) -> System:
    """SBML text -> :class:`System`. Raises :class:`ModelError` listing everything outside the supported subset."""
    import libsbml

    document = libsbml.readSBMLFromString(text)
    errors = [document.getError(i) for i in range(document.getNumErrors())]
    faults = [
        " ".join(e.getMessage().split()).rstrip(".") for e in errors if e.getSeverity() >= libsbml.LIBSBML_SEV_ERROR
    ]
    if faults:
        raise ModelError(Said("the SBML text cannot be read: {why}", why=faults[0]))
    model = document.getModel()
    if model is None:
        raise ModelError(Said("the SBML text holds no model"))
    refused = _outside_subset(document, model)
    if refused:
        raise ModelError(Said("outside the supported subset of SBML: {what}", what=tuple(refused)), refused)
    _refuse_explosion(model)
    for option in ("expandFunctionDefinitions", "promoteLocalParameters"):
        properties = libsbml.ConversionProperties()
        properties.addOption(option)
        if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
            raise ModelError(Said("libSBML could not carry out {option} on this model", option=option))
    return _system(document.getModel())


def _outside_subset(document: Any, model: Any) -> list[Said]:
    """Everything in the model that we would not solve as its author meant it."""
    algebraic = sum(r.isAlgebraic() for r in model.getListOfRules())
    fast = sum(r.isSetFast() and r.getFast() for r in model.getListOfReactions())
    counted = (
        (model.getNumEvents(), Said("{n} events (pass them to solve() instead)", n=model.getNumEvents())),
        (model.getNumConstraints(), Said("{n} constraints", n=model.getNumConstraints())),
        (algebraic, Said("{n} algebraic rules", n=algebraic)),
        (fast, Said("{n} fast reactions", n=fast)),
    )
    found = [said for count, said in counted if count]
    for i in range(document.getNumPlugins()):
        plugin = document.getPlugin(i)
        name = plugin.getPackageName()
        # Level 2 has no packages, only notes; and functions are checked one by one
        if document.getLevel() > 2 and name != "l3v2extendedmath" and document.getPackageRequired(name):
            found.append(Said("the required package {name!r}", name=name))
    without = [e for e in (*model.getListOfRules(), *model.getListOfInitialAssignments()) if not e.isSetMath()]
    found += [Said("{kind} of {of!r} without a formula", kind=e.getElementName(), of=e.getId()) for e in without]
    for reaction in model.getListOfReactions():
        law = reaction.getKineticLaw()
        if law is None or not law.isSetMath():
            found.append(Said("reaction {name!r} without a kinetic law", name=reaction.getId()))
        elif law.isSetSubstanceUnits() or law.isSetTimeUnits():
            found.append(Said("reaction {name!r} with units of its own", name=reaction.getId()))
        found += [
            Said("a stoichiometry without a formula in reaction {name!r}", name=reaction.getId())
            for _, reference in _references(reaction)
            if reference.isSetStoichiometryMath() and not reference.getStoichiometryMath().isSetMath()
        ]
    return found


def _references(*reactions: Any) -> Iterator[tuple[int, Any]]:
    """What each reaction takes (-1) and makes (1)."""
    for reaction in reactions:
        yield from ((-1, reference) for reference in reaction.getListOfReactants())
        yield from ((1, reference) for reference in reaction.getListOfProducts())


def _refuse_explosion(model: Any) -> None:
    """A short text can mean an endless formula (functions of functions, rules of rules): count before writing out."""
    functions = {f.getId(): f for f in model.getListOfFunctionDefinitions()}
    rules = {r.getVariable(): r.getMath() for r in model.getListOfRules() if r.isAssignment()}
    known: dict[str, int] = {}

    def named(name: str, math_: Any, path: tuple[str, ...]) -> int:
        if name in path:
            raise ModelError(Said("definitions form a circle: {path}", path=" -> ".join((*path, name))))
        if name not in known:
            known[name] = size(math_, (*path, name))
        return known[name]

    def size(node: Any, path: tuple[str, ...]) -> int:
        name: str = (node.getName() or "") if node.isName() or node.isFunction() else ""
        parts = [size(node.getChild(i), path) for i in range(node.getNumChildren())]
        total = 1 + sum(parts)
        if name in functions and (body := functions[name].getBody()) is not None:
            total = named(name, body, path) * max(1, *parts, 1)
        elif name in rules and node.isName():
            total = named(name, rules[name], path)
        if total > LARGEST_MODEL:
            raise _too_large()
        return total

    formulas = [
        *(r.getMath() for r in model.getListOfRules()),
        *(a.getMath() for a in model.getListOfInitialAssignments()),
        *(r.getKineticLaw().getMath() for r in model.getListOfReactions()),
        *(
            reference.getStoichiometryMath().getMath()
            for _, reference in _references(*model.getListOfReactions())
            if reference.isSetStoichiometryMath()
        ),
    ]
    if sum(size(formula, ()) for formula in formulas) > LARGEST_MODEL:
        raise _too_large()


def _too_large() -> ModelError:
    return ModelError(Said("the formulas are too large: written out they have over {most:,} parts", most=LARGEST_MODEL))


def _system(model: Any) -> System:
    values, given = _declared(model)
    assigned: dict[str, Any] = {}
    rates: dict[str, Any] = {}
    for rule in model.getListOfRules():
        (rates if rule.isRate() else assigned)[rule.getVariable()] = expression(rule.getMath())
    laws = {r.getId(): expression(r.getKineticLaw().getMath()) for r in model.getListOfReactions()}
    given |= {a.getSymbol(): expression(a.getMath()) for a in model.getListOfInitialAssignments()}
    formulas = [*rates.values(), *assigned.values(), *laws.values(), *given.values()]
    values |= _named_stoichiometries(model, {*rates, *assigned, *given, *_names(formulas)})
    ruled = {*rates, *assigned}
    rates |= _moved(model, laws, ruled, values)
    if CLOCK in _names([*formulas, *rates.values()]):
        values, rates = {**values, CLOCK: 0.0}, {**rates, CLOCK: number(1.0)}
    algebra = _expand(assigned | laws)
    rates |= _diluted(model, ruled, rates, algebra)
    assigned |= laws

    names = [*values, *(n for n in rates if n not in values)]
    states = tuple(n for n in names if n in rates)
    constants = tuple(n for n in names if n not in rates and n not in assigned)
    expanded = {symbol(n): e for n, e in algebra.items()}
    starts = {symbol(s): given.get(s, number(values.get(s))) for s in states}

    def in_constants(e: Any) -> Any:
        """An initial assignment may name rules and states; both are replaced by what they are at the start."""
        for _ in range(len(states) + len(algebra) + 1):
            nxt = e.xreplace(expanded).xreplace(starts)
            if nxt == e:
                return e
            e = nxt
        raise ModelError(Said("initial assignments form a circle"))

    derived = _ordered({n: in_constants(e) for n, e in given.items() if n in constants}, constants)
    initial = {s: in_constants(given.get(s, number(values.get(s)))) for s in states}
    missing = [n for n in constants if n not in derived and values.get(n) is None]
    missing += [s for s, e in initial.items() if e.has(symbol(UNSET))]
    if missing:
        said = Said("no value is given for {names}; set each or give it an initial assignment", names=tuple(missing))
        raise ModelError(said)
    known = {symbol(n) for n in (*states, *constants)}
    for name, e in {**rates, **algebra}.items():
        unknown = e.free_symbols - known - expanded.keys()
        if unknown:
            what = tuple(sorted(map(str, unknown)))
            raise ModelError(Said("{name} uses {what}, which the model does not declare", name=name, what=what))
    return System(
        name=model.getId() if model.getId() not in ("", "__main") else "model",  # Antimony's name for no name
        states=states,
        constants=constants,
        values={n: float(v) for n in constants if n not in derived and (v := values[n]) is not None},
        derived=derived,
        initial=initial,
        rates={s: rates[s].xreplace(expanded) for s in states},
        algebra=algebra,
        units={e.getId(): e.getUnits() for e in model.getListOfParameters() if e.isSetUnits()},
    )


def _names(formulas: Iterable[Any]) -> set[str]:
    return {part.name for formula in formulas for part in formula.free_symbols}


def _declared(model: Any) -> tuple[dict[str, float | None], dict[str, Any]]:
    """Values of compartments, parameters and species; species given by the other measure get an expression."""
    values: dict[str, float | None] = {}
    given: dict[str, Any] = {}
    for c in model.getListOfCompartments():
        if not _is_point(c):
            values[c.getId()] = c.getSize() if c.isSetSize() else None
    for p in model.getListOfParameters():
        values[p.getId()] = p.getValue() if p.isSetValue() else None
    for s in model.getListOfSpecies():
        size = symbol(s.getCompartment())
        values[s.getId()] = None
        if s.isSetInitialAmount():
            if _is_amount(s, model):
                values[s.getId()] = s.getInitialAmount()
            else:
                given[s.getId()] = number(s.getInitialAmount()) / size
        elif s.isSetInitialConcentration():
            if _is_amount(s, model):
                given[s.getId()] = number(s.getInitialConcentration()) * size
            else:
                values[s.getId()] = s.getInitialConcentration()
    return values, given


def _is_point(compartment: Any) -> bool:
    """Whether it has neither dimensions nor a size: what is in it has no concentration."""
    return bool(compartment.getSpatialDimensionsAsDouble() == 0) and not compartment.isSetSize()


def _is_amount(species: Any, model: Any) -> bool:
    """Whether a species is held as an amount; else as a concentration."""
    compartment = model.getCompartment(species.getCompartment())
    return bool(species.getHasOnlySubstanceUnits()) or (compartment is not None and _is_point(compartment))


def _named_stoichiometries(model: Any, named: set[str]) -> dict[str, float | None]:
    """Those that a formula names, or that follow from one: quantities of the model like any other."""
    found = (reference for _, reference in _references(*model.getListOfReactions()))
    return {r.getId(): r.getStoichiometry() if r.isSetStoichiometry() else None for r in found if r.getId() in named}


def _stoichiometry(reference: Any, values: dict[str, float | None]) -> Any:
    if reference.isSetStoichiometryMath():
        return expression(reference.getStoichiometryMath().getMath())
    if reference.getId() in values:
        return symbol(reference.getId())
    return number(reference.getStoichiometry()) / reference.getDenominator()


def _moved(model: Any, laws: dict[str, Any], ruled: set[str], values: dict[str, float | None]) -> dict[str, Any]:
    """Rates of the species that reactions move. What is moved is an amount: a concentration divides by its size."""
    import sympy

    changes: dict[str, list[Any]] = {}
    for reaction in model.getListOfReactions():
        for sign, reference in _references(reaction):
            name = reference.getSpecies()
            species = model.getSpecies(name)
            if species is None:
                raise ModelError(
                    Said("reaction {name!r} of {of!r}, which is no species", name=reaction.getId(), of=name)
                )
            if species.getBoundaryCondition() or species.getConstant() or name in ruled:
                continue
            change = sign * _stoichiometry(reference, values) * laws[reaction.getId()]
            if factor := species.getConversionFactor() or model.getConversionFactor():
                change *= symbol(factor)
            if not _is_amount(species, model):
                change /= symbol(species.getCompartment())
            changes.setdefault(name, []).append(change)
    return {name: sympy.Add(*moved) for name, moved in changes.items()}


def _diluted(model: Any, ruled: set[str], rates: dict[str, Any], algebra: dict[str, Any]) -> dict[str, Any]:
    """Rates of concentrations in compartments of changing size: the amount stays, so what grows is diluted."""
    inside = [
        s
        for s in model.getListOfSpecies()
        if s.getCompartment() in ruled and s.getId() not in ruled and not _is_amount(s, model)
    ]
    names = {s.getId() for s in inside}
    found = {}
    for s in inside:
        size = s.getCompartment()
        if s.getConstant():
            raise ModelError(Said("constant species {name!r} in a compartment of changing size", name=s.getId()))
        growth = rates[size] if size in rates else _growth(size, algebra[size], rates, names)
        found[s.getId()] = rates.get(s.getId(), number(0.0)) - symbol(s.getId()) * growth / symbol(size)
    return found


def _growth(name: str, size: Any, rates: dict[str, Any], diluted: set[str]) -> Any:
    """The rate of a size that a rule gives, by the chain rule."""
    import sympy as sp

    if size.has(sp.Piecewise, sp.floor, sp.ceiling, sp.Max, sp.Min, sp.Abs):
        raise ModelError(Said("compartment {name!r}, whose size may jump", name=name))
    moving = _names([size]) & rates.keys()
    if moving & diluted:
        raise ModelError(Said("compartment {name!r}, whose size follows from what it holds", name=name))
    return sp.Add(*(size.diff(symbol(n)) * rates[n] for n in sorted(moving)))


def _expand(assigned: dict[str, Any]) -> dict[str, Any]:
    """Assignment rules with every rule they use written out. Raises where they form a circle."""
    done: dict[str, Any] = {}

    def expand(name: str, path: tuple[str, ...]) -> Any:
        if name in path:
            raise ModelError(Said("assignment rules form a circle: {path}", path=" -> ".join((*path, name))))
        if name not in done:
            e = assigned[name]
            used = sorted(s.name for s in e.free_symbols if s.name in assigned)
            done[name] = e.xreplace({symbol(n): expand(n, (*path, name)) for n in used})
        return done[name]

    return {name: expand(name, ()) for name in assigned}


def _ordered(derived: dict[str, Any], constants: tuple[str, ...]) -> dict[str, Any]:
    """Derived constants in an order in which each uses only those before it."""
    order: dict[str, Any] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ModelError(Said("initial assignments form a circle: {path}", path=" -> ".join((*path, name))))
        if name in order:
            return
        for used in sorted(s.name for s in derived[name].free_symbols if s.name in derived):
            visit(used, (*path, name))
        order[name] = derived[name]

    for name in constants:
        if name in derived:
            visit(name, ())
    return order
