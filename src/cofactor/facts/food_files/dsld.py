"""Supplement labels of the NIH's Dietary Supplement Label Database: one label as JSON, or the bulk CSV.

Lines are kept as printed; ``person.label`` reads them. ``NP`` and ``Not Present`` say that no amount is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cofactor.facts.food_files.aside import aside
from cofactor.facts.food_files.fdc_csv import table
from cofactor.facts.food_files.items import FileError, Item
from cofactor.facts.food_files.json_stream import objects
from cofactor.facts.food_files.kinds import Kind
from cofactor.facts.food_files.records import Ingredient, LabelRow, Reading, Refused, Release, Row
from cofactor.said import Said

NO_AMOUNT = frozenset({"np", "not present", "{calories}"})
_SHOWN = 60  # characters of an id
_SERVING = re.compile(r"(\d+(?:\.\d+)?)\s+(.+)")
_UNIT_TAG = re.compile(r"\(\w+\)$")


def read_label(item: Item) -> Reading:
    """Read the labels of a JSON file. Raises :class:`FileError`."""
    return Reading(Release.DSLD, (_label(record) for record in objects(item)), (item.name,))


def _label(record: dict[str, Any]) -> Row:
    code, name = str(record.get("id") or ""), " ".join(str(record.get("fullName") or "").split())
    if not code.isdigit() or not name:
        return Refused(code[:_SHOWN] or Said("a label"), Said("no id or no name"))
    servings = [s for s in record.get("servingSizes") or () if isinstance(s, dict)]
    first = servings[0] if servings else {}
    try:
        lines = tuple(_lines(record.get("ingredientRows") or (), ""))
        serving = _float(first.get("minQuantity"))
    except (AttributeError, TypeError, ValueError) as error:
        return Refused(code[:_SHOWN], Said("a line that cannot be read ({why})", why=str(error)))
    others = record.get("otheringredients")
    others = others.get("ingredients") or () if isinstance(others, dict) else ()
    return LabelRow(
        code,
        name,
        str(record.get("brandName") or ""),
        serving,
        unit_name(str(first.get("unit") or "")),
        lines,
        "; ".join(str(o.get("name") or "") for o in others if isinstance(o, dict)),
    )


def _lines(rows: Any, parent: str) -> Iterator[Ingredient]:  # noqa: ANN401 - as JSON gives it
    for row in rows:
        name = " ".join(str(row.get("name") or "").split())
        quantity: dict[str, Any] = next(iter(row.get("quantity") or ()), {})
        forms = "; ".join(str(f.get("name") or "") for f in row.get("forms") or ())
        percents = [_float(t.get("percent")) for t in quantity.get("dailyValueTargetGroup") or ()]
        unit = str(quantity.get("unit") or "")
        amount = None if unit.lower() in NO_AMOUNT else _float(quantity.get("quantity"))
        percent = next((p for p in percents if p), None)
        yield Ingredient(name, forms, amount, unit_name(unit), percent, parent)
        yield from _lines(row.get("nestedRows") or (), name)


def read_bulk(parts: Mapping[Kind, Item]) -> Reading:
    """Read the bulk download; without DietarySupplementFacts the labels have no amounts, which is said."""
    files = tuple(item.name for item in parts.values())
    if Kind.DSLD_LABELS not in parts:
        expected = (Said("{file} beside it", file="ProductOverview"),)
        raise FileError(", ".join(files), expected, Said("Put the files of one part in one folder."))
    remarks = () if Kind.DSLD_FACTS in parts else ("labels_without_amounts",)
    return Reading(Release.DSLD, _bulk(parts), files, remarks)


def _bulk(parts: Mapping[Kind, Item]) -> Iterator[Row]:
    complete = Kind.DSLD_FACTS in parts
    with aside(
        "lines (id TEXT, name TEXT, amount REAL, unit TEXT, percent REAL)", "others (id PRIMARY KEY, text)"
    ) as place:
        if complete:
            place.executemany("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", _facts(parts[Kind.DSLD_FACTS]))
        place.execute("CREATE INDEX of_label ON lines (id)")
        if Kind.DSLD_OTHERS in parts:
            others = ((row["dsld id"], row["other ingredients"]) for row in table(parts[Kind.DSLD_OTHERS]))
            place.executemany("INSERT OR REPLACE INTO others VALUES (?, ?)", others)
        for row in table(parts[Kind.DSLD_LABELS]):
            code, name = row["dsld id"].strip(), " ".join(row["product name"].split())
            if not code.isdigit() or not name:
                yield Refused(code or Said("a label"), Said("no id or no name"))
                continue
            match = _SERVING.match(row["serving size"].strip())
            serving, unit = (float(match[1]), unit_name(match[2])) if match else (None, "")
            lines = place.execute("SELECT name, amount, unit, percent FROM lines WHERE id = ? ORDER BY rowid", (code,))
            own = tuple(Ingredient(name, "", amount, unit, percent) for name, amount, unit, percent in lines)
            other = place.execute("SELECT text FROM others WHERE id = ?", (code,)).fetchone() or ("",)
            yield LabelRow(code, name, row.get("brand name", ""), serving, unit, own, other[0], complete)


def _facts(item: Item) -> Iterator[tuple[str, str, float | None, str, float | None]]:
    """The lines of labels: id, name, amount, unit, percentage."""
    for row in table(item):
        unit = row["amount per serving unit"].strip()
        amount = None if unit.lower() in NO_AMOUNT else number(row["amount per serving"])
        percent = number(row.get("% daily value per serving", ""))
        yield row["dsld id"], " ".join(row["ingredient"].split()), amount, unit_name(unit), percent


def number(text: str) -> float | None:
    """An amount as DSLD prints it (``3,000`` is three thousand), or None where none is printed."""
    plain = text.strip().rstrip("%").replace(",", "")
    return float(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else None


def unit_name(text: str) -> str:
    """``Tablet(s)`` -> ``tablet``, ``Gram(s)`` -> ``g``; units of amounts stay as printed."""
    bare = _UNIT_TAG.sub("", text.strip())
    return {"gram": "g", "milliliter": "mL"}.get(bare.lower(), bare if bare == text.strip() else bare.lower())


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
