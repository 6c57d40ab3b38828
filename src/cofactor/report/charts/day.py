"""The day: meals, medicines and supplements in three lanes, and the hours that a medicine keeps clear."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import SMALL_DROP, Tick
from cofactor.report.charts.svg import BOLDER, LETTER, LETTER_BOLD, Scale, Svg, hatching, text_width

WIDTH = 960
FIRST_HOUR, LAST_HOUR = 6, 24
_LEFT, _RIGHT, _TOP, _BOTTOM = 108, 24, 16, 26
_LANE = 48
_LINE = 18  # from one medicine to the next at the same hour
_PILL, _PILL_STEP = 22, 26


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at an hour of the day."""

    hour: float
    label: str
    css: str = ""  # colour of a supplement
    kept: bool = False  # a supplement that the plan leaves as it is


@dataclass(frozen=True, slots=True)
class Block:
    """Hours in which something may not be taken, because of a medicine at ``hour``."""

    hour: float
    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Day:
    """Everything the day shows. ``lanes`` are the names of the three lanes, from above."""

    id: str
    title: str
    desc: str
    lanes: tuple[str, str, str]
    hours: tuple[Tick, ...]
    meals: tuple[Moment, ...]
    medicines: tuple[Moment, ...]
    supplements: tuple[Moment, ...]
    blocks: tuple[Block, ...]


def draw(day: Day) -> str:
    """The drawing. A lane is as high as its fullest moment asks; one without medicines is left out."""
    medicine_lane = max(_LANE, _LINE * _most_at_once(day.medicines)) if day.medicines else 0
    tallest = max(1, _most_at_once(day.supplements))
    medicines = _TOP + _LANE + medicine_lane / 2
    top = _TOP + _LANE + medicine_lane
    crowded = any(block.start < moment.hour < block.end for block in day.blocks for moment in day.supplements)
    down = _LINE / 2 if crowded else 0.0  # pills leave the words of a block their line
    half = max(_LANE, _PILL_STEP * tallest + 6) / 2 + down
    lane = top + half
    bottom = lane + half + 6
    svg = Svg(WIDTH, bottom + _BOTTOM, id=day.id, title=day.title, desc=day.desc)
    x = Scale(FIRST_HOUR, LAST_HOUR, _LEFT, WIDTH - _RIGHT)
    axes.columns(svg, x, day.hours, _TOP, bottom, bottom + 18)
    for y, name in zip((_TOP + _LANE / 2, medicines, lane), day.lanes, strict=True):
        if name != day.lanes[1] or day.medicines:
            svg.text(_LEFT - 12, y + SMALL_DROP, name, "lbs end")
    for block in day.blocks:
        _block(svg, block, x, medicines, lane, half)
    for meal in day.meals:
        svg.circle(x(meal.hour), _TOP + _LANE / 2, 6, "f-now")
        svg.text(x(meal.hour) + 11, _TOP + _LANE / 2 + SMALL_DROP, meal.label, "lbs")
    for at in _by_hour(day.medicines):
        _medicines(svg, at, x, medicines)
    for at in _by_hour(day.supplements):
        _pills(svg, at, x, lane + down)
    return svg.text_of()


def _by_hour(moments: tuple[Moment, ...]) -> list[list[Moment]]:
    return [[m for m in moments if m.hour == hour] for hour in dict.fromkeys(m.hour for m in moments)]


def _most_at_once(moments: tuple[Moment, ...]) -> int:
    return max((len(at) for at in _by_hour(moments)), default=0)


def _block(svg: Svg, block: Block, x: Scale, medicines: float, lane: float, half: float) -> None:
    left, right = x.inside(block.start), x.inside(block.end)
    svg.rect(left, lane - half + 2, right - left, 2 * half - 4, "f-off", 6)
    svg.path(hatching(left + 2, right, lane, half - 4, 14), "hatch")
    svg.path(f"M{x(block.hour):.1f} {medicines + 10:g}V{lane - half + 2:g}", "stem s-ink")
    svg.text((left + right) / 2, lane - half + 2 + LETTER_BOLD + 2, block.label, "lbb mid halo")


def _medicines(svg: Svg, at: list[Moment], x: Scale, lane: float) -> None:
    first = lane - _LINE * (len(at) - 1) / 2
    for i, moment in enumerate(at):
        y = first + _LINE * i
        svg.rect(x(moment.hour) - 7, y - 7, 14, 14, "f-ink", 4)
        svg.text(x(moment.hour) + 13, y + SMALL_DROP, moment.label, "lbs")


def _pills(svg: Svg, at: list[Moment], x: Scale, lane: float) -> None:
    first = lane - _PILL_STEP * (len(at) - 1) / 2
    for i, moment in enumerate(at):
        wide = BOLDER * text_width(moment.label, LETTER) + 24
        left = min(x(moment.hour) - 9, WIDTH - wide - 2)
        y = first + _PILL_STEP * i
        svg.rect(left, y - _PILL / 2, wide, _PILL, f"pill-o s-{moment.css}" if moment.kept else f"f-{moment.css}", 11)
        svg.text(left + 12, y + SMALL_DROP, moment.label, f"bt2 f-{moment.css}" if moment.kept else "bt2")
