"""The matrix as data: which nutrient, hormone or organ acts on which, with what sign, and what in the model says so.

``tables/relations.csv`` holds one mechanism a row. ``stands_on`` names it in the model's own symbols: a state or an
input, and the rate of a state or the readout that it moves (``PTH>TCa``); or it says ``outside``, for what is known and
not modelled. What a mechanism rests on is a constant of the model, with the source of that constant, and publications.
How strong it is follows from the model: nothing is typed that can be computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from cofactor.engine.generate import human
from cofactor.engine.statements import run
from cofactor.evidence.ledger import Reference, references
from cofactor.facts.read import read_table
from cofactor.model.tables import Parameter, parameters

OUTSIDE = "outside"
STATES: Mapping[str, str] = {
    "sun": "season_D3",
    "vitamin_d": "gD3 gD2 D3b D3t D3f D2b D2t D2f",
    "25OHD": "gCal C25D3 C25D2",
    "24_25OH2D": "M2425",
    "calcitriol": "C125 E27",
    "CYP24A1": "E24",
    "receptor": "Gen GenO",
    "gut": "TRP",
    "calcium": "Ca",
    "bone": "Caex BoneT BoneC Osteoid OC OB",
    "magnesium": "Mg Mgf Mgm Mgbs Mgb M6",
    "phosphate": "Phos Pcell",
    "PTH": "Store Syn Gland PTH",
    "FGF23": "F23",
    "vitamin_k": "VitK",
    "uncarboxylated": "ucOC ucMGP",
    "zinc": "Zn",
}
"""The states of the model that make up each of what acts and is acted on."""
_STEP = 1e-4  # relative change for a derivative: far above rounding, far below what bends


@dataclass(frozen=True, slots=True)
class Relation:
    """One mechanism: ``of`` acts on ``on``. ``switch`` (``etaMg25=0.15``) turns on what the model leaves off.

    ``arrow`` is what shows it in the picture of the system; empty where the picture leaves it out.
    """

    id: str
    of: str
    on: str
    sign: str
    stands_on: str
    switch: str
    constant: str
    references: tuple[str, ...]
    arrow: str
    what_en: str
    what_fr: str

    @property
    def outside(self) -> bool:
        """Whether the model leaves it out."""
        return self.stands_on == OUTSIDE

    @property
    def cause(self) -> str:
        """The symbol that acts."""
        return self.stands_on.partition(">")[0]

    @property
    def effect(self) -> str:
        """The state or readout that is acted on."""
        return self.stands_on.partition(">")[2]

    @property
    def switched(self) -> Mapping[str, float]:
        """The constants that turn it on, with their values; none where it is on."""
        name, _, value = self.switch.partition("=")
        return {name: float(value)} if name else {}

    def rests_on(self) -> tuple[Parameter | None, tuple[Reference, ...]]:
        """The constant that carries it, and publications that show it."""
        known = {p.id: p for p in parameters()}
        return (known[self.constant] if self.constant else None), tuple(references()[name] for name in self.references)


@cache
def relations() -> tuple[Relation, ...]:
    """All mechanisms, in the order of the table."""
    return read_table(Relation, "relations", "cofactor.evidence")


def on_arrow(arrow: str) -> tuple[Relation, ...]:
    """The mechanisms that an arrow of the picture shows, in the order of the table."""
    return tuple(relation for relation in relations() if relation.arrow == arrow)


def strength(relation: Relation) -> float | None:
    """Relative change of the effect for a relative change of the cause, in the reference adult, all else held.

    For a readout that is its elasticity. For a state it is the elasticity of the level that the state would tend to.
    None where there is nothing to change: outside the model, or a cause that is zero in the reference adult.
    """
    if relation.outside:
        return None
    at = _rest(relation)
    if at[relation.cause] == 0:
        return None
    moved = _slope(relation, relation.cause, at)
    if relation.effect not in human().states:
        return moved / _read(relation.effect, at)
    return -moved / _slope(relation, relation.effect, at)


def _rest(relation: Relation) -> dict[str, float]:
    """Constants and states of the reference adult, with the switch of the relation on."""
    program = human()
    constants = program.parameters(1, relation.switched)
    start = program.initial(constants)
    return dict(zip(program.constants, constants[0], strict=True)) | dict(zip(program.states, start[0], strict=True))


def _slope(relation: Relation, symbol: str, at: Mapping[str, float]) -> float:
    """Change of the effect's rate or value for a relative change of a symbol."""
    high, low = ({**at, symbol: at[symbol] * (1 + side * _STEP)} for side in (1, -1))
    return (_read(relation.effect, high) - _read(relation.effect, low)) / (2 * _STEP)


def _read(name: str, at: Mapping[str, float]) -> float:
    """The rate of a state, or the value of a readout."""
    program = human()
    p, x = ([np.array([at[n]]) for n in names] for names in (program.constants, program.states))
    h = [np.zeros(1)] * program.hoisted
    run(program.pre, p=p, h=h)
    out = [np.zeros(1)] * max(len(program.states), len(program.readouts))
    if name in program.states:
        run(program.rate, x=x, p=p, h=h, f=out)
        return float(out[program.states.index(name)][0])
    run(program.readout, x=x, p=p, h=h, o=out)
    return float(out[program.readouts.index(name)][0])
