"""Cut small samples out of the official food files, for the tests of their import.

    python tools/make_food_samples.py DATA_FOLDER [OUTPUT_FOLDER]

DATA_FOLDER/foods/raw holds the official files; the samples go to ``tests/facts/food_samples`` with their bytes as they
are in the originals (encoding, delimiters, marks), but for the xls workbooks, which are written anew with the same
cells, and the JSON, from which laboratory details are dropped. The lines of 69 supplement labels (NIH DSLD; eight from
its records, the others as transcribed by third parties) go to ``tests/person/label_lines.csv``. Needs ``xlrd``, and
``xlwt`` to write xls.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "tests" / "facts" / "food_samples"

# Sardines in oil, raw egg, almonds, salmon, comté, spinach, Edam, an average dessert; 9621 stands twice in 2020.
CIQUAL_2020 = ("26034", "22000", "15000", "26036", "12110", "20059", "12729", "24999", "9621")
CIQUAL_2025 = ("26034", "22000", "15000", "26036", "12110", "20059", "12729", "24999", "26161", "1000", "25600")
# Butter, almonds, farmed salmon, raw spinach, natto, UV mushrooms.
SR28 = ("01001", "12061", "15236", "11457", "16113", "11938")
SR28_FILES = {"FOOD_DES.txt": SR28, "WEIGHT.txt": SR28, "NUTR_DEF.txt": None, "FD_GROUP.txt": None, "SRC_CD.txt": None}
FDC_DROPPED = {"inputFoods", "nutrientConversionFactors", "nutrientAnalysisDetails", "foodAttributes", "labelNutrients"}
LABELS = HERE.parent / "tests" / "person" / "label_lines.csv"
LABEL_COLUMNS = {
    "label": "label_id",
    "serving": "serving_size",
    "unit_of_serving": "serving_unit",
    "within": "parent_row",
    "name": "ingredient",
    "form": "form_text",
    "amount": "amount",
    "unit": "unit",
    "percent": "percent_dv",
}
DSLD_KEPT = {"id", "fullName", "brandName", "servingSizes", "ingredientRows", "otheringredients"}
LINE_KEPT = {"name", "quantity", "forms", "nestedRows"}


def xls(source: Path, target: Path) -> None:
    """The header and the chosen rows of a Ciqual 2020 workbook, as a workbook of the same format."""
    import xlrd  # type: ignore[import-untyped,unused-ignore]
    import xlwt  # type: ignore[import-not-found,unused-ignore]

    sheet = xlrd.open_workbook(source).sheet_by_index(0)
    code = sheet.row_values(0).index("alim_code")
    chosen = [0] + [i for i in range(1, sheet.nrows) if f"{sheet.cell_value(i, code):.0f}" in CIQUAL_2020]
    book: Any = xlwt.Workbook()
    out = book.add_sheet(sheet.name)
    for number, row in enumerate(chosen):
        for column, value in enumerate(sheet.row_values(row)):
            out.write(number, column, value)
    book.save(str(target))


def csv_2025(source: Path, target: Path) -> None:
    """The header, which spans lines, and the chosen rows of the CSV file, byte by byte."""
    lines = source.read_bytes().splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(b"00;"))
    kept = [line for line in lines[first:] if len(row := line.split(b";")) > 6 and row[6].decode() in CIQUAL_2025]
    target.write_bytes(b"".join([*lines[:first], *kept]))


def ascii_lines(content: bytes, numbers: tuple[str, ...] | None) -> bytes:
    """The lines of an ASCII file of SR28 that begin with one of the numbers."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if numbers is None or line[1:6].decode() in numbers)


def pruned(value: Any) -> Any:  # noqa: ANN401 - as JSON gives it
    """A JSON value without what the import never looks at."""
    if isinstance(value, dict):
        return {key: pruned(inner) for key, inner in value.items() if key not in FDC_DROPPED}
    return [pruned(inner) for inner in value] if isinstance(value, list) else value


def label(value: dict[str, Any]) -> dict[str, Any]:
    """A DSLD label with the fields that are read."""

    def lines(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            kept = {key: row[key] for key in row if key in LINE_KEPT}
            yield kept | {"nestedRows": list(lines(row.get("nestedRows") or []))}

    kept = {key: value[key] for key in value if key in DSLD_KEPT}
    return kept | {"ingredientRows": list(lines(value["ingredientRows"]))}


def label_lines(source: Path, target: Path) -> None:
    """The lines of all labels of the table of products, without the names of products and brands."""
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(LABEL_COLUMNS)
        writer.writerows([" ".join(row[name].split()) for name in LABEL_COLUMNS.values()] for row in rows)


def make(data: Path, out: Path = SAMPLES) -> None:
    """Write every sample."""
    label_lines(data / "foods" / "products_sample.csv", LABELS)
    import py7zr

    raw = data / "foods" / "raw"
    (out / "sr28").mkdir(parents=True, exist_ok=True)
    for path in sorted((raw / "ciqual").glob("*.xls")):
        xls(path, out / ("ciqual_2020_en.xls" if "ENG" in path.name else "ciqual_2020_fr.xls"))
    csv_2025(next((raw / "ciqual").glob("*2025*.csv")), out / "ciqual_2025_fr.csv")
    for name, numbers in SR28_FILES.items():
        (out / "sr28" / name).write_bytes(ascii_lines((raw / "usda_sr28" / name).read_bytes(), numbers))
    with py7zr.SevenZipFile(raw / "usda_sr28" / "NUT_DATA.7z") as archive:
        factory = py7zr.io.BytesIOFactory(limit=1 << 28)
        archive.extract(targets=["NUT_DATA.txt"], factory=factory)
        product: Any = factory.products["NUT_DATA.txt"]
    product.seek(0)
    (out / "sr28" / "NUT_DATA.txt").write_bytes(ascii_lines(product.read(), SR28))
    for path, name in (
        (raw / "usda_fdc_json" / "branded_beet_juice_2412474.json", "fdc_branded.json"),
        (raw / "usda_fdc_json" / "foundation_2346404_sweet_potatoes.json", "fdc_foundation.json"),
    ):
        (out / name).write_text(
            json.dumps(pruned(json.loads(path.read_text(encoding="utf-8"))), indent=0) + "\n", encoding="utf-8"
        )
    found = json.loads((raw / "dsld_labels_json" / "label_261967.json").read_text(encoding="utf-8"))
    (out / "dsld_label.json").write_text(json.dumps(label(found), indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python tools/make_food_samples.py DATA_FOLDER [OUTPUT_FOLDER]")
    make(Path(sys.argv[1]), *map(Path, sys.argv[2:]))
