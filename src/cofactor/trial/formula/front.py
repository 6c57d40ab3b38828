"""What is worth keeping of judged formulas: the front, what lies near it, and the one that is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cofactor.trial.formula.jury import Judged
from cofactor.trial.formula.types import Against, Formula, Spec

TIE = 0.01
"""Shares in range within one point are equal: of those the formula with fewer units, then less mass, is proposed."""
GAIN = 0.002
"""What a front has to gain in share for more burden: a fifth of a point, below the noise of what is told."""
_SHOWN_OVER = 3.0  # times the share allowed over limits, up to which the front against limits is followed


def burden(one: Judged, spec: Spec) -> float:
    """What the share in range is weighed against."""
    return one.over.value if spec.against is Against.LIMITS else one.formula.burden(spec.against)


def holds(one: Judged, spec: Spec) -> bool:
    """Whether fewer people than allowed pass any limit, under nine sets of constants in ten or more."""
    return one.over.high < spec.most_over


def near_front(judged: Iterable[Judged], spec: Spec, slack: float, most: int) -> list[Formula]:
    """Formulas whose share in range lies at most ``slack`` below that of any with no more burden.

    Of too many the front is thinned to half of ``most``, from end to end, and the nearest to it make up the rest.
    """
    best, near = 0.0, []
    ordered = sorted((one for one in judged if _followed(one, spec)), key=lambda one: _order(one, spec, closely=True))
    for one in ordered:
        best = max(best, one.share.value)
        if best - one.share.value <= slack:
            near.append((best - one.share.value, one.formula))
    first = thinned(_rising(ordered), most if len(near) <= most else most // 2)
    rest = [formula for _, formula in sorted(near, key=lambda pair: pair[0])]
    return list(dict.fromkeys([*first, *rest]))[:most]


def front_of(judged: Iterable[Judged], spec: Spec) -> list[Formula]:
    """Those that bring more people into range than any with less burden, by more than :data:`GAIN`; rising in both."""
    return _rising(sorted((one for one in judged if _followed(one, spec)), key=lambda one: _order(one, spec)))


def _rising(ordered: Iterable[Judged]) -> list[Formula]:
    best, found = -1.0, []
    for one in ordered:
        if one.share.value > best + GAIN:
            found.append(one.formula)
            best = one.share.value
    return found


def _followed(one: Judged, spec: Spec) -> bool:
    return one.over.value < spec.most_over * (_SHOWN_OVER if spec.against is Against.LIMITS else 1.0)


def _order(one: Judged, spec: Spec, *, closely: bool = False) -> tuple[float, float, float, float]:
    """By burden, of equals the larger share first, then the least to swallow. Few people tell limits apart closely."""
    first = one.close if closely and spec.against is Against.LIMITS else burden(one, spec)
    return first, -one.share.value, one.formula.units, one.formula.mass


def proposed(judged: Sequence[Judged], spec: Spec) -> Formula | None:
    """Of those that keep the limits the one with the largest share in range; of equals the least to swallow."""
    keeping = [one for one in judged if holds(one, spec)]
    if not keeping:
        return None
    best = max(one.share.value for one in keeping)
    equal = [one.formula for one in keeping if one.share.value >= best - TIE]
    return min(equal, key=lambda formula: (formula.units, formula.mass))


def thinned(front: Sequence[Formula], most: int) -> list[Formula]:
    """At most so many, evenly from end to end."""
    if len(front) <= most:
        return list(front)
    return [front[round(i * (len(front) - 1) / (most - 1))] for i in range(most)]
