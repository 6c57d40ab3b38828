"""A sparse matrix into factors, written out: the order of elimination, and the statements of both.

Elimination follows Markowitz order on the diagonal without numerical pivoting, as in the Kinetic PreProcessor (Sandu et
al. 1997, doi 10.1016/S1352-2310(97)00026-X): the matrix is g I - J with g of the order of 1/step, so a bad pivot is
mended by a shorter step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cofactor.engine.statements import Statements
from cofactor.errors import ModelError
from cofactor.said import Said


def elimination(n: int, entries: Iterable[tuple[int, int]]) -> tuple[list[int], set[tuple[int, int]]]:
    """Elimination order on the diagonal with least fill at each step, and the pattern with its fill."""
    pattern = set(entries) | {(i, i) for i in range(n)}
    left, order = list(range(n)), []

    def cost(k: int) -> tuple[int, int]:
        row = sum((k, j) in pattern for j in left) - 1
        column = sum((i, k) in pattern for i in left) - 1
        return row * column, k

    while left:
        pivot = min(left, key=cost)
        order.append(pivot)
        left.remove(pivot)
        rows = [i for i in left if (i, pivot) in pattern]
        columns = [j for j in left if (pivot, j) in pattern]
        pattern.update((i, j) for i in rows for j in columns)
    return order, pattern


def refuse_dense(order: Sequence[int], pattern: set[tuple[int, int]]) -> None:
    """Everything is written out, so a model in which all depends on all would become an endless program."""
    most = 150_000  # operations; the human has about 700
    place = {k: n for n, k in enumerate(order)}
    below, right = Counter[int](), Counter[int]()
    for i, j in pattern:
        below[j] += place[i] > place[j]
        right[i] += place[j] > place[i]
    operations = sum(below[k] * (right[k] + 1) for k in order)
    if operations > most:
        raise ModelError(
            Said(
                "too many states depend on one another: solving for a step takes {operations:,} operations; "
                "expected at most {most:,}",
                operations=operations,
                most=most,
            )
        )


def factorise(
    slot: Mapping[tuple[int, int], int],
    slots: Sequence[tuple[int, int]],
    present: set[tuple[int, int]],
    order: Sequence[int],
) -> Statements:
    """g I - J, then LU in place. Entries that only fill are written at their first use."""
    out = []
    for entry in slots:
        s = slot[entry]
        if entry[0] == entry[1]:
            out.append((f"m[{s}]", f"g - m[{s}]" if entry in present else "g"))
        elif entry in present:
            out.append((f"m[{s}]", f"-m[{s}]"))
    empty = {slot[e] for e in slots if e not in present and e[0] != e[1]}
    left = set(order)
    for k in order:
        left.discard(k)
        out.append((f"m[{slot[k, k]}]", f"1.0/m[{slot[k, k]}]"))
        for i in sorted(i for i in left if (i, k) in slot):
            a = slot[i, k]
            out.append((f"m[{a}]", f"m[{a}]*m[{slot[k, k]}]"))
            for j in sorted(j for j in left if (k, j) in slot):
                q, product = slot[i, j], f"m[{a}]*m[{slot[k, j]}]"
                out.append((f"m[{q}]", f"-({product})" if q in empty else f"m[{q}] - {product}"))
                empty.discard(q)
    return tuple(out)


def substitute(slot: Mapping[tuple[int, int], int], order: Sequence[int]) -> Statements:
    """Solve with the factors: b becomes the solution."""
    out = []
    place = {k: n for n, k in enumerate(order)}
    for k in order:
        below = sorted(i for i in order if place[i] > place[k] and (i, k) in slot)
        out += [(f"b[{i}]", f"b[{i}] - m[{slot[i, k]}]*b[{k}]") for i in below]
    for k in reversed(order):
        right = [j for j in sorted(order) if place[j] > place[k] and (k, j) in slot]
        terms = " - ".join([f"b[{k}]", *(f"m[{slot[k, j]}]*b[{j}]" for j in right)])
        out.append((f"b[{k}]", f"({terms})*m[{slot[k, k]}]"))
    return tuple(out)
