"""The supply of vitamin D that holds a level of 25(OH)D at rest, in closed form.

At rest what is made is what is cleared, ``v = CLeff * 25(OH)D``; serum D3 is the root of ``klin D3 + Vmax D3/(Km + D3)
= v``; supply is ``CLoD D3 + v`` (``human/vitamin_d.ant``). Clearance itself depends on 24-hydroxylase and so on the
whole model; it is read from there. Units: nmol/d, L/d, nmol/L.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import solve
from cofactor.person.body import SETTLE_DAYS

Array = NDArray[np.float64]
Constants = Mapping[str, Array]

CLAMP_GAIN = 1000.0  # 1/d; holds a level to within a thousandth of a nmol/L
_LEVELS = np.geomspace(2.0, 1500.0, 40)  # nmol/L; wide of all that are measured


@dataclass(frozen=True, eq=False)
class Rest:
    """Vitamin D at rest: levels, and how supply and bodies move 25(OH)D (derivatives of logarithms)."""

    serum_d3: Array  # nmol/L
    supply: Array  # nmol/d
    of_supply: Array  # d ln 25(OH)D / d ln supply
    of_conversion: Array  # d ln 25(OH)D / d ln of both limbs of 25-hydroxylation
    linear_share: Array  # share of the linear limb in what is made


def rest(constants: Constants, level: ArrayLike, clearance: ArrayLike) -> Rest:
    """Vitamin D at rest at a ``level`` of 25(OH)D, given its ``clearance`` there."""
    made = np.asarray(clearance) * np.asarray(level)
    capacity, linear, half, lost = _limbs(constants)
    b = capacity + linear * half - made
    d3 = (np.sqrt(b * b + 4 * linear * made * half) - b) / (2 * linear)
    slope = linear + capacity * half / (half + d3) ** 2  # d made / d D3
    supply = lost * d3 + made
    return Rest(
        serum_d3=np.asarray(d3),
        supply=np.asarray(supply),
        of_supply=np.asarray(slope / (lost + slope) * supply / made),
        of_conversion=np.asarray(lost / (lost + slope)),
        linear_share=np.asarray(linear * d3 / made),
    )


def serum_d3(constants: Constants, supply: ArrayLike) -> Array:
    """D3 in serum at rest under a supply."""
    capacity, linear, half, lost = _limbs(constants)
    all_linear = lost + linear
    b = all_linear * half + capacity - np.asarray(supply)
    return np.asarray((np.sqrt(b * b + 4 * all_linear * np.asarray(supply) * half) - b) / (2 * all_linear))


def at_rest(states: Array, level: ArrayLike, d3: ArrayLike) -> Array:
    """States of the model with vitamin D at rest at a level of 25(OH)D and of D3 in serum; the others as they are."""
    program = human()
    found, first = states.copy(), len(program.constants)
    for name, amount in (("C25D3", level), ("C25D2", 0.0), *((n, d3) for n in ("D3b", "D3t", "D3f"))):
        found[:, program.index[name] - first] = amount
    return found


def _limbs(constants: Constants) -> tuple[Array, Array, Array, Array]:
    """Capacity, linear limb, half-saturation, and other loss of D3, for a body's size."""
    size = _of(constants, "size")
    return (
        _of(constants, "Vmax25") * size ** _of(constants, "nVsize"),
        _of(constants, "klin25") * size,
        _of(constants, "Km25"),
        _of(constants, "CLoD") * size,
    )


def _of(constants: Constants, name: str) -> Array:
    return constants[name] if name in constants else np.asarray(reference()[name])


@cache
def reference() -> dict[str, float]:
    """Constants of the reference adult."""
    program = human()
    return dict(zip(program.constants, program.parameters()[0].tolist(), strict=True))


@cache
def _clearance_curve() -> Array:
    """Clearance of 25(OH)D of the reference adult at rest, held at each of ``_LEVELS``."""
    program = human()
    parameters = program.parameters(len(_LEVELS), {"clamp25": CLAMP_GAIN, "clamp25_to": _LEVELS})
    return solve(program, parameters, times=[SETTLE_DAYS], outcomes=["CLeff"]).values[:, 0, 0]


def usual_clearance(constants: Constants, level: ArrayLike) -> Array:
    """Clearance at a level in an otherwise usual body of this size and clearance, L/d."""
    at_level = np.interp(np.log(np.asarray(level)), np.log(_LEVELS), _clearance_curve())
    own = _of(constants, "CL25") / reference()["CL25"]
    return np.asarray(at_level * own * _of(constants, "size") ** _of(constants, "nCLsize"))
