"""Make the starter tables of foods from the official composition files and our kept selection.

    python tools/make_foods.py DATA_FOLDER [OUTPUT_FOLDER]

DATA_FOLDER/foods holds ``foods_ciqual.csv`` (Anses, Ciqual 2025), ``foods_usda.csv`` and ``portions_usda.csv`` (USDA
SR28). ``tools/data/food_selection.csv`` says which foods are taken, what we call them where the official name is
missing or misleading, and their classes; ``tools/data/food_portions.csv`` says which household measures (a ``seq`` of
the USDA table, or our own estimate). Written to ``src/cofactor/facts/tables``:

- ``foods.csv``: one row per food, values per 100 g **as published**: a number, ``traces``, ``<x``, or nothing where
  nothing was measured; ``qualifiers`` keeps imputed, assumed_zero, label, manufacturer and alt.
- ``portions.csv``: household measures in grams, marked ``assumed`` where they are ours.
- ``food_traces.csv``: how much "traces" may be, by nutrient (rule at :func:`trace_ceilings`).
- ``food_sources.csv``: the two sources: how to cite them, licence, release, and the SHA-256 of the file read.

Totals and parts are never filled in from each other: a Ciqual row with vitamin D3 and no total keeps the total empty.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Row = dict[str, str]
HERE = Path(__file__).resolve().parent
SELECTION = HERE / "data"
TABLES = HERE.parent / "src" / "cofactor" / "facts" / "tables"

# column of our table -> column of the data files. Vitamin K2 is split by source, see `published`.
NUTRIENTS: dict[str, str] = {
    "vitamin_d_ug": "vitamin_d_ug",
    "vitamin_d2_ug": "vitamin_d2_ug",
    "vitamin_d3_ug": "vitamin_d3_ug",
    "calcium_mg": "calcium_mg",
    "magnesium_mg": "magnesium_mg",
    "phosphorus_mg": "phosphorus_mg",
    "potassium_mg": "potassium_mg",
    "sodium_mg": "sodium_mg",
    "zinc_mg": "zinc_mg",
    "copper_mg": "copper_mg",
    "iron_mg": "iron_mg",
    "vitamin_k1_ug": "vitamin_k1_ug",
    "vitamin_k2_ug": "vitamin_k2_ug",
    "vitamin_k2_mk4_ug": "vitamin_k2_ug",
    "vitamin_c_mg": "vitamin_c_mg",
    "vitamin_a_ug": "vitamin_a_rae_ug",
    "vitamin_e_mg": "vitamin_e_mg",
    "vitamin_b6_mg": "vitamin_b6_mg",
}
# The K2 column that each source does not fill: USDA measures menaquinone-4 only, Ciqual menaquinones of unstated form.
NOT_OF_SOURCE = {"ciqual": "vitamin_k2_mk4_ug", "usda": "vitamin_k2_ug"}
SOURCE_OF = {"ciqual": "ciqual_2025", "usda": "usda_sr28"}
FILE_OF = {"ciqual": "foods_ciqual.csv", "usda": "foods_usda.csv"}
ABOUT: dict[str, Row] = {
    "ciqual": {
        "citation": "Anses. 2025. Table de composition nutritionnelle des aliments Ciqual",
        "detail": "DOI 10.57745/RDMHWY; a selection of foods and columns, names of some foods reworded",
        "licence": "Licence Ouverte / Open Licence Etalab 2.0",
        "released": "2025-11-03",
    },
    "usda": {
        "citation": "US Department of Agriculture, Agricultural Research Service. National Nutrient Database "
        "for Standard Reference, Release 28",
        "detail": "2015; a selection of foods and columns, French names are ours",
        "licence": "public domain (work of the US government)",
        "released": "2015",
    },
}
PHYTATE = ("none", "refined", "mixed", "wholegrain", "bran")
OXALATE = ("none", "high")
FOOD_COLUMNS = ("id", "source", "name_en", "name_en_basis", "name_fr", "name_fr_basis", "group", "phytate", "oxalate")
FOOD_HEADER = (*FOOD_COLUMNS, "aliases", *NUTRIENTS, "qualifiers")
PORTION_HEADER = ("food_id", "name_en", "name_fr", "grams", "assumed")
SOURCE_HEADER = ("id", "citation", "detail", "licence", "released", "file", "sha256", "foods_read", "foods")
TRACE_HEADER = ("column", "ceiling", "median_limit", "limits", "first_quartile", "numbers")

_LIMIT = re.compile(r"<\s*(\d+(?:[.,]\d+)?)")


def read(path: Path) -> list[Row]:
    """All rows of a UTF-8 CSV file with a header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV file with Unix line ends, so that the same input gives the same bytes everywhere."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def tidy(text: str) -> str:
    """A name with its runs of white space made single."""
    return " ".join(text.split())


def limit(qualifier: str) -> str | None:
    """The x of ``<x`` with a decimal point, or None where the qualifier is not a limit."""
    match = _LIMIT.match(qualifier)
    return match[1].replace(",", ".") if match else None


def published(row: Row, column: str, source: str) -> tuple[str, str]:
    """The cell of a food as published, and its flag (imputed, assumed_zero, label, manufacturer, alt or nothing).

    The cell is a number, ``traces``, ``<x`` or empty. A qualifier may hold two statements, such as ``<0.08 alt``.
    """
    if NOT_OF_SOURCE[source] == column:
        return "", ""
    key = NUTRIENTS[column]
    qualifier = json.loads(row["qualifiers"] or "{}").get(key, "")
    cell = row[key].strip()
    flags = [word for word in qualifier.split() if word != "traces" and not word.startswith("<")]
    if not cell and "traces" in qualifier.split():
        cell = "traces"
    elif not cell and (below := limit(qualifier)) is not None:
        cell = f"<{below}"
    return cell, " ".join(flags) if cell else ""


def trace_ceilings(ciqual: Sequence[Row]) -> list[Row]:
    """How much of each nutrient "traces" may stand for: [0, ceiling].

    Ciqual does not say. Our rule, from its own cells: no more than the usual limit of quantification (the median of the
    ``<x`` cells of the nutrient) and no more than the first quartile of the positive numbers published for it; the
    second condition matters for vitamin K2, where every limit is 20 µg and most foods hold less than that.
    """
    found = []
    for column in (c for c in NUTRIENTS if c != "vitamin_k2_mk4_ug"):
        key = NUTRIENTS[column]
        marks = [json.loads(row["qualifiers"] or "{}").get(key, "") for row in ciqual]
        limits = [float(x) for x in map(limit, marks) if x is not None]
        numbers = [float(row[key]) for row in ciqual if row[key] and float(row[key]) > 0]
        if not limits and len(numbers) < 4:
            continue
        median = statistics.median(limits) if limits else None
        quartile = statistics.quantiles(numbers, n=4)[0] if len(numbers) >= 4 else None
        ceiling = min(x for x in (median, quartile) if x is not None)
        found.append(
            {
                "column": column,
                "ceiling": f"{ceiling:.3g}",
                "median_limit": "" if median is None else f"{median:g}",
                "limits": str(len(limits)),
                "first_quartile": "" if quartile is None else f"{quartile:.4g}",
                "numbers": str(len(numbers)),
            }
        )
    return found


def food_row(chosen: Row, official: Row) -> Row:
    """One row of the foods table. Raises ValueError where a name is missing or a class is unknown."""
    source = chosen["id"].partition(":")[0]
    for column, allowed in (("phytate", PHYTATE), ("oxalate", OXALATE)):
        if chosen[column] not in allowed:
            raise ValueError(f"{chosen['id']}: {column} is {chosen[column]!r}; expected one of {', '.join(allowed)}")
    row = {
        "id": chosen["id"],
        "source": SOURCE_OF[source],
        "name_en": tidy(chosen["name_en"] or official["name_en"]),
        "name_en_basis": "ours" if chosen["name_en"] else official["name_en_basis"],
        "name_fr": tidy(chosen["name_fr"] or official["name_fr"]),
        "name_fr_basis": "ours" if chosen["name_fr"] else "source",
        **{column: chosen[column] for column in ("group", "phytate", "oxalate", "aliases")},
    }
    if not row["name_en"] or not row["name_fr"]:
        raise ValueError(f"{chosen['id']}: a name is missing in both the source and the selection")
    flags = {}
    for column in NUTRIENTS:
        row[column], flag = published(official, column, source)
        if flag:
            flags[column] = flag
    row["qualifiers"] = ";".join(f"{column}:{flag}" for column, flag in flags.items())
    return row


def portion_row(chosen: Row, measures: Mapping[tuple[str, str], Row]) -> Row:
    """One row of the portions table: a measure of the USDA table by ``seq``, or our own estimate."""
    row = {"food_id": chosen["id"], "name_fr": chosen["name_fr"], "name_en": chosen["name_en"]}
    if not chosen["seq"]:
        return row | {"grams": f"{float(chosen['grams']):g}", "assumed": "yes"}
    measure = measures[chosen["id"].partition(":")[2], chosen["seq"]]
    amount = float(measure["amount"])
    name = measure["measure_en"] if amount == 1 else f"{amount:g} {measure['measure_en']}"
    return row | {"name_en": tidy(name), "grams": f"{float(measure['gram_weight']):g}", "assumed": "no"}


def source_row(source: str, data: Path, official: Sequence[str], chosen: Sequence[str]) -> Row:
    """One row of the sources table, with how many foods the file has and how many were taken."""
    file = data / "foods" / FILE_OF[source]
    return ABOUT[source] | {
        "id": SOURCE_OF[source],
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "foods_read": str(sum(i.startswith(f"{source}:") for i in official)),
        "foods": str(sum(i.startswith(f"{source}:") for i in chosen)),
    }


def make(data: Path, out: Path = TABLES, selection: Path = SELECTION) -> tuple[int, int]:
    """Write the four tables to ``out``; returns how many foods and portions. All problems raise ValueError at once."""
    official = {f"{s}:{r['source_food_id']}": r for s, name in FILE_OF.items() for r in read(data / "foods" / name)}
    measures = {(r["source_food_id"], r["seq"]): r for r in read(data / "foods" / "portions_usda.csv")}
    chosen = read(selection / "food_selection.csv")
    portions = read(selection / "food_portions.csv")
    ids = [row["id"] for row in chosen]
    problems = [f"{i}: not in the data files" for i in ids if i not in official]
    problems += [f"{i}: chosen twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    problems += [f"{i}: no portion" for i in ids if i not in {row["id"] for row in portions}]
    problems += [f"{row['id']}: portion of a food that is not chosen" for row in portions if row["id"] not in ids]
    problems += [
        f"{row['id']}: no measure {row['seq']}"
        for row in portions
        if row["seq"] and (row["id"].partition(":")[2], row["seq"]) not in measures
    ]
    if problems:
        raise ValueError("\n".join(problems))
    out.mkdir(parents=True, exist_ok=True)
    write(out / "foods.csv", FOOD_HEADER, (food_row(row, official[row["id"]]) for row in chosen))
    write(out / "portions.csv", PORTION_HEADER, (portion_row(row, measures) for row in portions))
    write(out / "food_sources.csv", SOURCE_HEADER, (source_row(s, data, list(official), ids) for s in SOURCE_OF))
    ciqual = [row for key, row in official.items() if key.startswith("ciqual:")]
    write(out / "food_traces.csv", TRACE_HEADER, trace_ceilings(ciqual))
    return len(chosen), len(portions)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python tools/make_foods.py DATA_FOLDER [OUTPUT_FOLDER]")
    count = make(Path(sys.argv[1]), *map(Path, sys.argv[2:]))
    print(f"{count[0]} foods, {count[1]} portions")
