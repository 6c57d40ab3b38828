"""A drawing of times beside one another, for the docs: it stands alone, in light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cofactor.report.charts.svg import Svg, px

_WIDTH, _LEFT, _RIGHT = 820, 345, 80
_TOP, _ROW, _BAR = 46, 44, 13
_STYLE = (
    "text{font:12.5px 'Source Sans 3',system-ui,sans-serif;fill:#3c3a35}.n{font-weight:600}.s{fill:#66635b}"
    ".a{fill:#3f7d58}.b{fill:#c58a1b}.g{stroke:#dcd8cd;fill:none}.end{text-anchor:end}.mid{text-anchor:middle}"
    "@media(prefers-color-scheme:dark){text{fill:#d8d4c8}.s{fill:#a7a397}.g{stroke:#45433d}.a{fill:#6fb58c}"
    ".b{fill:#e0ad4c}}"
)
_SHADES = ("a", "b")


def bars(title: str, groups: Mapping[str, str], rows: Sequence[tuple[str, Sequence[float]]]) -> str:
    """One row per engine, one bar per group, on a scale of powers of ten. ``groups`` are names with their meanings."""
    values = [v for _, each in rows for v in each]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    height = _TOP + _ROW * len(rows) + 30

    def x(value: float) -> float:
        return _LEFT + (math.log10(value) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    said = "; ".join(f"{name}: " + ", ".join(f"{v:,.1f}" for v in each) for name, each in rows)
    svg = Svg(_WIDTH, height, id="race", title=title, desc=said, css="race")
    svg.add(f"<style>{_STYLE}</style>")
    for i, (name, what) in enumerate(groups.items()):
        svg.rect(_LEFT + 215 * i, 8, 12, 12, _SHADES[i])
        svg.text(_LEFT + 18 + 215 * i, 18, f"{name}: {what}", "s")
    for power in range(low, high + 1):
        at = x(10.0**power)
        svg.path(f"M{px(at)} {_TOP - 8}V{px(height - 26)}", "g")
        svg.text(at, height - 10, f"{10.0**power:g} ms" if power < 3 else f"{10 ** (power - 3):,} s", "s mid")
    for row, (name, each) in enumerate(rows):
        top = _TOP + _ROW * row
        svg.text(_LEFT - 12, top + 18, name, "n end" if row == 0 else "end")
        for i, value in enumerate(each):
            y = top + (_BAR + 2) * i
            svg.rect(_LEFT, y, x(value) - _LEFT, _BAR, _SHADES[i])
            svg.text(x(value) + 5, y + 11, f"{value:,.0f}" if value >= 10 else f"{value:.1f}", "s")
    return svg.text_of() + "\n"
