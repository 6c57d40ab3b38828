"""SBML -> a system of ordinary differential equations in symbols.

The subset is stated and closed: what lies outside it is refused by name (:class:`ModelError`), never approximated.
Inside: compartments of constant size, species as concentrations or amounts, parameters, assignment rules, rate rules,
reactions with constant stoichiometry (a reaction's own name stands for its rate), function definitions, initial
assignments, piecewise, time, and the functions listed in :func:`_functions`. Outside: events (give them to
:func:`cofactor.engine.solve.solve` instead), algebraic rules, delays, fast reactions, packages that change the
mathematics, changing compartments, conversion factors.

A model that names time gets a state more, :data:`CLOCK`, whose rate is 1: the integrator knows no explicit time.

Only this module and :mod:`cofactor.engine.program` need libSBML and SymPy; a compiled program runs without them.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from cofactor.engine.model_limits import too_deep
from cofactor.errors import ModelError

_LARGEST_EXPONENT = 64  # beyond it, a power of two written-out numbers is computed as a float
CLOCK = "(time)"
"""State that holds the time, in a model that names it; no SBML identifier can be written so."""
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


@cache
def symbol(name: str) -> Any:
    """The symbol of a name. All quantities are real."""
    import sympy

    return sympy.Symbol(name, real=True)


@contextmanager
def sense() -> Iterator[None]:
    """Turn what SymPy says of a formula that has no value, or no end, into :class:`ModelError`."""
    from sympy.utilities.exceptions import SymPyDeprecationWarning as Doubt  # of truth values taken for numbers

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Doubt)
            yield
    except RecursionError:
        raise too_deep() from None
    except (TypeError, ValueError, ArithmeticError, AttributeError, Doubt) as error:
        said = " ".join(str(error).split())[:200]
        raise ModelError(f"a formula that has no value, such as a comparison where a number belongs ({said})") from None


def read_antimony(text: str) -> str:
    """Antimony text -> SBML text. Raises :class:`ModelError` with the line that could not be read."""
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        try:
            said = antimony.getLastError().strip()
        except UnicodeDecodeError:  # it cuts its message in the middle of a letter
            said = "it holds letters that Antimony does not know"
        raise ModelError(f"the Antimony text cannot be read: {said}")
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
        raise ModelError(f"the SBML text cannot be read: {faults[0]}")
    model = document.getModel()
    if model is None:
        raise ModelError("the SBML text holds no model")
    refused = _outside_subset(document, model)
    if refused:
        raise ModelError("outside the supported subset of SBML: " + "; ".join(refused), refused)
    _refuse_explosion(model)
    for option in ("expandFunctionDefinitions", "promoteLocalParameters"):
        properties = libsbml.ConversionProperties()
        properties.addOption(option)
        if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
            raise ModelError(f"libSBML could not carry out {option} on this model")
    return _system(document.getModel())


def _outside_subset(document: Any, model: Any) -> list[str]:
    """Everything in the model that we would not solve as its author meant it."""
    found = []
    for what, count in (
        ("events (pass them to solve() instead)", model.getNumEvents()),
        ("constraints", model.getNumConstraints()),
        ("algebraic rules", sum(r.isAlgebraic() for r in model.getListOfRules())),
        ("fast reactions", sum(r.isSetFast() and r.getFast() for r in model.getListOfReactions())),
        ("conversion factors", int(model.isSetConversionFactor())),
        ("conversion factors of species", sum(s.isSetConversionFactor() for s in model.getListOfSpecies())),
    ):
        if count:
            found.append(f"{count} {what}")
    for i in range(document.getNumPlugins()):
        plugin = document.getPlugin(i)
        name = plugin.getPackageName()
        # Level 2 has no packages, only notes; and functions are checked one by one
        if document.getLevel() > 2 and name != "l3v2extendedmath" and document.getPackageRequired(name):
            found.append(f"the required package {name!r}")
    ruled = {r.getVariable() for r in model.getListOfRules()}
    found += [
        f"compartment {c.getId()!r} of changing size" for c in model.getListOfCompartments() if c.getId() in ruled
    ]
    without = [e for e in (*model.getListOfRules(), *model.getListOfInitialAssignments()) if not e.isSetMath()]
    found += [f"{e.getElementName()} of {e.getId()!r} without a formula" for e in without]
    for reaction in model.getListOfReactions():
        law = reaction.getKineticLaw()
        if law is None or not law.isSetMath():
            found.append(f"reaction {reaction.getId()!r} without a kinetic law")
        elif law.isSetSubstanceUnits() or law.isSetTimeUnits():
            found.append(f"reaction {reaction.getId()!r} with units of its own")
        references = [*reaction.getListOfReactants(), *reaction.getListOfProducts()]
        if any(_computed(r, ruled, model) for r in references):
            found.append(f"computed stoichiometry in reaction {reaction.getId()!r}")
    return found


def _refuse_explosion(model: Any) -> None:
    """A short text can mean an endless formula (functions of functions, rules of rules): count before writing out."""
    functions = {f.getId(): f for f in model.getListOfFunctionDefinitions()}
    rules = {r.getVariable(): r.getMath() for r in model.getListOfRules() if r.isAssignment()}
    known: dict[str, int] = {}

    def named(name: str, math_: Any, path: tuple[str, ...]) -> int:
        if name in path:
            raise ModelError("definitions form a circle: " + " -> ".join((*path, name)))
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
            raise ModelError(f"the formulas are too large: written out they have over {LARGEST_MODEL:,} parts")
        return total

    formulas = [
        *(r.getMath() for r in model.getListOfRules()),
        *(a.getMath() for a in model.getListOfInitialAssignments()),
        *(r.getKineticLaw().getMath() for r in model.getListOfReactions()),
    ]
    if sum(size(formula, ()) for formula in formulas) > LARGEST_MODEL:
        raise ModelError(f"the formulas are too large: written out they have over {LARGEST_MODEL:,} parts")


def _computed(reference: Any, ruled: set[str], model: Any) -> bool:
    """Whether a stoichiometry is a formula rather than a number."""
    name = reference.getId() if reference.isSetId() else ""
    return reference.isSetStoichiometryMath() or name in ruled or model.getInitialAssignment(name or " ") is not None


def _system(model: Any) -> System:
    values, initial_given = _declared(model)
    assigned: dict[str, Any] = {}
    rates: dict[str, Any] = {}
    for rule in model.getListOfRules():
        (rates if rule.isRate() else assigned)[rule.getVariable()] = expression(rule.getMath())
    assigned |= _add_reactions(model, rates)
    given = {a.getSymbol(): expression(a.getMath()) for a in model.getListOfInitialAssignments()}
    given = {**initial_given, **given}
    if any(e.has(symbol(CLOCK)) for e in (*rates.values(), *assigned.values(), *given.values())):
        values, rates = {**values, CLOCK: 0.0}, {**rates, CLOCK: _number(1.0)}

    names = [*values, *(n for n in rates if n not in values)]
    states = tuple(n for n in names if n in rates)
    constants = tuple(n for n in names if n not in rates and n not in assigned)
    algebra = _expand(assigned)
    expanded = {symbol(n): e for n, e in algebra.items()}
    starts = {symbol(s): given.get(s, _number(values.get(s))) for s in states}

    def in_constants(e: Any) -> Any:
        """An initial assignment may name rules and states; both are replaced by what they are at the start."""
        for _ in range(len(states) + len(algebra) + 1):
            nxt = e.xreplace(expanded).xreplace(starts)
            if nxt == e:
                return e
            e = nxt
        raise ModelError("initial assignments form a circle")

    derived = _ordered({n: in_constants(e) for n, e in given.items() if n in constants}, constants)
    initial = {s: in_constants(given.get(s, _number(values.get(s)))) for s in states}
    missing = [n for n in constants if n not in derived and values.get(n) is None]
    missing += [s for s, e in initial.items() if e.has(symbol("__unset"))]
    if missing:
        raise ModelError("no value is given for " + ", ".join(missing) + "; set each or give it an initial assignment")
    known = {symbol(n) for n in (*states, *constants)}
    for name, e in {**rates, **algebra}.items():
        unknown = e.free_symbols - known - expanded.keys()
        if unknown:
            raise ModelError(f"{name} uses {', '.join(sorted(map(str, unknown)))}, which the model does not declare")
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


def _number(value: float | None) -> Any:
    import sympy

    if value is not None and not math.isfinite(value):
        raise ModelError(f"a value of the model is {value}; expected a number")
    return symbol("__unset") if value is None else sympy.Float(value) if value != int(value) else sympy.Integer(value)


def _declared(model: Any) -> tuple[dict[str, float | None], dict[str, Any]]:
    """Values of compartments, parameters and species; species given by the other measure get an expression."""
    values: dict[str, float | None] = {}
    given: dict[str, Any] = {}
    for c in model.getListOfCompartments():
        values[c.getId()] = c.getSize() if c.isSetSize() else None
    for p in model.getListOfParameters():
        values[p.getId()] = p.getValue() if p.isSetValue() else None
    for s in model.getListOfSpecies():
        size = symbol(s.getCompartment())
        amount_wanted = s.getHasOnlySubstanceUnits()
        values[s.getId()] = None
        if s.isSetInitialAmount():
            if amount_wanted:
                values[s.getId()] = s.getInitialAmount()
            else:
                given[s.getId()] = _number(s.getInitialAmount()) / size
        elif s.isSetInitialConcentration():
            if amount_wanted:
                given[s.getId()] = _number(s.getInitialConcentration()) * size
            else:
                values[s.getId()] = s.getInitialConcentration()
    return values, given


def _add_reactions(model: Any, rates: dict[str, Any]) -> dict[str, Any]:
    """Each reaction moves amount; a species held as a concentration divides by its compartment. Returns their rates."""
    import sympy

    laws: dict[str, Any] = {}
    changes: dict[str, list[Any]] = {}
    ruled = {r.getVariable() for r in model.getListOfRules()}
    for reaction in model.getListOfReactions():
        law = laws[reaction.getId()] = expression(reaction.getKineticLaw().getMath())
        sides = ((-1, reaction.getListOfReactants()), (1, reaction.getListOfProducts()))
        for sign, references in sides:
            for reference in references:
                species = model.getSpecies(reference.getSpecies())
                if species is None:
                    raise ModelError(
                        f"reaction {reaction.getId()!r} of {reference.getSpecies()!r}, which is no species"
                    )
                if species.getBoundaryCondition() or species.getConstant() or species.getId() in ruled:
                    continue
                change = sign * _number(reference.getStoichiometry()) * law
                if not species.getHasOnlySubstanceUnits():
                    change = change / symbol(species.getCompartment())
                changes.setdefault(species.getId(), []).append(change)
    for name, moved in changes.items():
        rates[name] = sympy.Add(rates.get(name, 0), *moved)
    return laws


def _expand(assigned: dict[str, Any]) -> dict[str, Any]:
    """Assignment rules with every rule they use written out. Raises where they form a circle."""
    done: dict[str, Any] = {}

    def expand(name: str, path: tuple[str, ...]) -> Any:
        if name in path:
            raise ModelError("assignment rules form a circle: " + " -> ".join((*path, name)))
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
            raise ModelError("initial assignments form a circle: " + " -> ".join((*path, name)))
        if name in order:
            return
        for used in sorted(s.name for s in derived[name].free_symbols if s.name in derived):
            visit(used, (*path, name))
        order[name] = derived[name]

    for name in constants:
        if name in derived:
            visit(name, ())
    return order


def expression(node: Any) -> Any:
    """One MathML tree as a SymPy expression. Raises :class:`ModelError` naming what is not supported."""
    import libsbml as sb
    import sympy

    kind = node.getType()
    children = [expression(node.getChild(i)) for i in range(node.getNumChildren())]
    if kind == sb.AST_NAME:
        return symbol(node.getName())
    if kind == sb.AST_NAME_TIME:
        return symbol(CLOCK)
    if kind == sb.AST_INTEGER:
        return sympy.Integer(node.getInteger())
    if kind in (sb.AST_REAL, sb.AST_REAL_E, sb.AST_RATIONAL):
        return _number(node.getReal())
    if kind == sb.AST_MINUS:
        return -children[0] if len(children) == 1 else children[0] - children[1]
    if kind == sb.AST_FUNCTION_PIECEWISE:
        pairs = [(children[i], children[i + 1]) for i in range(0, len(children) - 1, 2)]
        if len(children) % 2 == 0:
            raise ModelError("a piecewise without an 'otherwise' is undefined outside its pieces; add one")
        return sympy.Piecewise(*pairs, (children[-1], True))
    build = _functions().get(kind)
    if build is None:
        raise ModelError(f"not supported in a formula: {sb.formulaToL3String(node)}")
    return build(*children)


def _functions() -> dict[int, Callable[..., Any]]:
    import libsbml as sb
    import sympy as sp

    def root(*a: Any) -> Any:
        return sp.sqrt(a[-1]) if len(a) == 1 or a[0] == 2 else power(a[1], 1 / a[0])

    def logarithm(*a: Any) -> Any:
        return sp.log(a[-1]) / sp.log(a[0] if len(a) == 2 else 10)

    def power(a: Any, b: Any) -> Any:
        """Written-out numbers are kept small: SymPy would compute 9^9^9 to its last digit."""
        if a.is_Number and b.is_Number and abs(b) > _LARGEST_EXPONENT:
            try:
                return _number(float(a) ** float(b))
            except (OverflowError, ZeroDivisionError, TypeError):
                raise ModelError(f"the number {a}^{b} is too large") from None
        return a**b

    def tanh(a: Any) -> Any:
        return 1 - 2 / (sp.exp(2 * a) + 1)

    def sinh(a: Any) -> Any:
        return (sp.exp(a) - sp.exp(-a)) / 2

    def cosh(a: Any) -> Any:
        return (sp.exp(a) + sp.exp(-a)) / 2

    def xor(*a: Any) -> Any:
        odd = sp.false
        for one in a:
            odd = sp.Or(sp.And(odd, sp.Not(one)), sp.And(sp.Not(odd), one))
        return odd

    return {
        sb.AST_PLUS: sp.Add,
        sb.AST_TIMES: sp.Mul,
        sb.AST_DIVIDE: lambda a, b: a / b,
        sb.AST_POWER: power,
        sb.AST_FUNCTION_POWER: power,
        sb.AST_FUNCTION_ROOT: root,
        sb.AST_FUNCTION_EXP: sp.exp,
        sb.AST_FUNCTION_LN: sp.log,
        sb.AST_FUNCTION_LOG: logarithm,
        sb.AST_FUNCTION_ABS: sp.Abs,
        sb.AST_FUNCTION_FLOOR: sp.floor,
        sb.AST_FUNCTION_CEILING: sp.ceiling,
        sb.AST_FUNCTION_SIN: sp.sin,
        sb.AST_FUNCTION_COS: sp.cos,
        sb.AST_FUNCTION_TAN: lambda a: sp.sin(a) / sp.cos(a),
        sb.AST_FUNCTION_SEC: lambda a: 1 / sp.cos(a),
        sb.AST_FUNCTION_CSC: lambda a: 1 / sp.sin(a),
        sb.AST_FUNCTION_COT: lambda a: sp.cos(a) / sp.sin(a),
        sb.AST_FUNCTION_ARCSIN: sp.asin,
        sb.AST_FUNCTION_ARCCOS: sp.acos,
        sb.AST_FUNCTION_ARCTAN: sp.atan,
        sb.AST_FUNCTION_SINH: sinh,
        sb.AST_FUNCTION_COSH: cosh,
        sb.AST_FUNCTION_TANH: tanh,
        sb.AST_FUNCTION_SECH: lambda a: 1 / cosh(a),
        sb.AST_FUNCTION_CSCH: lambda a: 1 / sinh(a),
        sb.AST_FUNCTION_COTH: lambda a: 1 / tanh(a),
        sb.AST_FUNCTION_ARCSINH: lambda a: sp.log(a + sp.sqrt(a**2 + 1)),
        sb.AST_FUNCTION_ARCCOSH: lambda a: sp.log(a + sp.sqrt(a**2 - 1)),
        sb.AST_FUNCTION_ARCTANH: lambda a: sp.log((1 + a) / (1 - a)) / 2,
        sb.AST_FUNCTION_MAX: sp.Max,
        sb.AST_FUNCTION_MIN: sp.Min,
        sb.AST_CONSTANT_E: lambda: sp.E,
        sb.AST_CONSTANT_PI: lambda: sp.Float(3.141592653589793),
        sb.AST_CONSTANT_TRUE: lambda: sp.true,
        sb.AST_CONSTANT_FALSE: lambda: sp.false,
        sb.AST_RELATIONAL_LT: sp.Lt,
        sb.AST_RELATIONAL_LEQ: sp.Le,
        sb.AST_RELATIONAL_GT: sp.Gt,
        sb.AST_RELATIONAL_GEQ: sp.Ge,
        sb.AST_LOGICAL_AND: sp.And,
        sb.AST_LOGICAL_OR: sp.Or,
        sb.AST_LOGICAL_NOT: sp.Not,
        sb.AST_LOGICAL_XOR: xor,
    }
