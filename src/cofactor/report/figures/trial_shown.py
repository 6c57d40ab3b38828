"""What the figures of a finished trial are drawn from: an outcome on a day, in one language, with its words."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report import numbers
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.figures.types import COLOUR, NO_COLOUR, nice_ticks
from cofactor.report.names import Names
from cofactor.trial.findings import Findings, Levels
from cofactor.trial.types import Arm

VITAMIN_D = "25OHD"
TICKS = 6
"""Labels of a scale, at most."""
ROOM = 1.05
"""A scale ends so far above the highest value that it holds."""
_COLOURS = COLOUR | {"Ca_ionised": "ca", "Mg_urine": "mg", "Mg_cell": "mg", "FGF23": "fgf", "Zn_plasma": "zn"}


@dataclass(frozen=True)
class Shown:
    """What the figures of one outcome on one day are drawn from."""

    findings: Findings
    levels: Levels
    lang: str

    @property
    def names(self) -> Names:
        """The words of the language."""
        return Names(self.lang)

    @property
    def when(self) -> str:
        """The day as a reader counts it: weeks where they are whole."""
        weeks, rest = divmod(self.levels.day, 7)
        key, value = ("week", weeks) if not rest else ("day", self.levels.day)
        return self.names.text(f"workbench.when.{key}", number=numbers.short(value, self.lang))

    def plain(self, value: float) -> str:
        """A level without its unit."""
        return numbers.plain_level(value, self.levels.outcome, self.lang)

    def level(self, value: float) -> str:
        """A level with its unit."""
        return numbers.level(value, self.levels.outcome, self.lang)

    @property
    def unit(self) -> str:
        """The unit of the outcome, as written."""
        return numbers.level_unit(self.levels.outcome, self.lang)

    @property
    def name(self) -> str:
        """The outcome, as written."""
        return self.names.text(f"analyte.{self.levels.outcome}")

    @property
    def css(self) -> str:
        """The colour of the outcome's substance."""
        return _COLOURS.get(self.levels.outcome, NO_COLOUR)


def css_of(arm: Arm) -> str:
    """The colour of what an arm gives first; that of nothing for one that gives nothing."""
    given = [*(give.nutrient for give in arm.give), *(i.nutrient for i in arm.infuse), *arm.diet]
    return COLOUR.get(given[0], NO_COLOUR) if given else "now"


def day_by_day(arm: Arm) -> bool:
    """Whether all that an arm gives is taken every day."""
    return all(not give.at and give.every <= 1 for give in arm.give)


def level_axis(shown: Shown, low: float, high: float) -> Axis:
    """The scale of the outcome; fractions are told as percentages."""
    percent = 100 if shown.unit == "%" and shown.levels.outcome.endswith("_absorption") else 1
    ticks = nice_ticks(low * percent, high * percent, TICKS, shown.lang)
    return Axis(shown.unit, tuple(Tick(t.value / percent, t.label) for t in ticks))
