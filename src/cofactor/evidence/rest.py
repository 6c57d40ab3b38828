"""Bodies at rest at a given level of 25(OH)D: the start of an experiment or of a trial.

The level fixes the supply of vitamin D, not the other way round: the minerals settle with 25(OH)D clamped, and the
supply that then holds the level follows in closed form from the equations of ``model/human/vitamin_d.ant``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.program import Program
from cofactor.engine.solve import solve
from cofactor.errors import EngineError
from cofactor.said import Said

Array = NDArray[np.float64]

SETTLE_DAYS = 4000.0
"""Days for the slow pools (glands, surfaces of bone, magnesium of muscle) to come to rest."""
_CLAMP_PER_DAY = 50.0  # gain of the clamp: fast against the clearance of 25(OH)D, about 0.05 /d, so it holds to 0.1 %


def at_rest(program: Program, parameters: Array, level: Array) -> tuple[Array, Array]:
    """States at rest at ``level`` (nmol/L) for constants (people, constants), and the constants with their supply.

    Raises :class:`EngineError` where a level cannot be held by any supply of D3 or a body cannot be integrated.
    """
    p = parameters.copy()
    column = program.index
    p[:, column["clamp25"]], p[:, column["clamp25_to"]] = _CLAMP_PER_DAY, level
    wanted = ("CLeff", "mgc")
    solution = solve(program, p, times=[SETTLE_DAYS], outcomes=wanted)
    if not solution.ok:
        raise EngineError(Said("{n} bodies did not come to rest", n=int((solution.codes != 0).sum())))
    clearance, cell_magnesium = solution.values[:, 0, 0], solution.values[:, 0, 1]
    states = solution.final
    serum, supply = supply_at_rest(program, parameters, clearance * level, cell_magnesium)
    at = {name: i for i, name in enumerate(program.states)}
    for name in ("D3b", "D3t", "D3f"):
        states[:, at[name]] = serum
    states[:, at["C25D3"]], states[:, at["C25D2"]] = level, 0.0
    p[:, column["clamp25"]], p[:, column["S_D3"]] = parameters[:, column["clamp25"]], supply
    return states, p


def supply_at_rest(program: Program, p: Array, made: Array, cell_magnesium: Array | float = 1.0) -> tuple[Array, Array]:
    """Serum D3 (nmol/L) and supply (nmol/d) at which ``made`` nmol of 25(OH)D are made a day."""

    def of(name: str) -> Array:
        return np.asarray(p[:, program.index[name]])

    size, effect = of("size"), cell_magnesium ** of("etaMg25")
    linear = of("klin25") * size * effect
    capacity = of("Vmax25") * size ** of("nVsize") * effect
    b = capacity + linear * of("Km25") - made
    serum = (-b + np.sqrt(b * b + 4 * linear * made * of("Km25"))) / (2 * linear)
    return serum, of("CLoD") * size * serum + made
