"""Official files, read as published: what each kind says, in whatever dress it comes, and nothing it does not say."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import py7zr
import pytest

from cofactor.errors import InputError
from cofactor.facts.food_classes import classes, measure_fr, releases
from cofactor.facts.food_files.cells import NOT_MEASURED, CellError, read_cell
from cofactor.facts.food_files.items import FileError, Item
from cofactor.facts.food_files.json_stream import objects
from cofactor.facts.food_files.nutrients import derivation
from cofactor.facts.food_files.reader import bundles
from cofactor.facts.food_files.records import FoodRow, LabelRow, NameRow, Refused, Release, Row
from cofactor.facts.foods import foods, trace_ceilings
from cofactor.facts.types import FoodValue

SAMPLES = Path(__file__).parent / "food_samples"
CEILINGS = trace_ceilings()


def read(*paths: Path) -> list[Row]:
    return [row for bundle in bundles(paths) for row in bundle.read(CEILINGS).rows]


def by_code(rows: Iterable[Row]) -> dict[str, FoodRow]:
    return {row.code: row for row in rows if isinstance(row, FoodRow)}


# --- one cell -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2,51", FoodValue(2.51, 2.51)),
        ("2.51", FoodValue(2.51, 2.51)),
        ("< 8,6", FoodValue(0, 8.6, "<8.6")),
        ("<0.02", FoodValue(0, 0.02, "<0.02")),
        ("<0", FoodValue(0, 0, "<0")),
        ("traces", FoodValue(0, 0.25, "traces")),
        ("-", NOT_MEASURED),
        ("", NOT_MEASURED),
    ],
)
def test_a_cell_is_the_interval_it_states(cell, expected):
    assert read_cell(cell, 1.0, 0.25) == expected


@pytest.mark.parametrize("cell", ["much", "-2", "1,2,3", "<", "nan", "inf", "0x10", "1 000"])
def test_what_is_no_content_is_refused(cell):
    with pytest.raises(CellError):
        read_cell(cell, 1.0, 0.25)


def test_a_limit_is_in_the_unit_of_the_nutrient():
    assert read_cell("< 0,5", 1000.0, None) == FoodValue(0, 500, "<500")


# --- Ciqual ---------------------------------------------------------------------------------------------------------
def test_the_csv_of_2025_says_what_the_starter_table_says():
    """The starter table was made from the same release by another program."""
    rows = by_code(read(SAMPLES / "ciqual_2025_fr.csv"))
    compared = 0
    for code, row in rows.items():
        starter = foods().by_id(f"ciqual:{code}")
        if starter is None:
            continue
        assert row.name_fr == starter.name_fr or starter.source.detail  # some names are reworded
        for nutrient, value in starter.values.items():
            if nutrient not in ("vitamin_k", "vitamin_k2_mk4"):
                assert row.values.get(nutrient, NOT_MEASURED) == value, (code, nutrient)
                compared += 1
    assert compared >= 100


def test_wild_salmon_is_an_interval():
    values = by_code(read(SAMPLES / "ciqual_2025_fr.csv"))["26161"].values
    assert values["vitamin_d"] == FoodValue(0, 8.6, "<8.6")
    assert values["vitamin_d3"] == FoodValue(0, CEILINGS["vitamin_d3"], "traces")


def test_forms_of_vitamin_d_tell_the_release():
    assert {row.release for row in by_code(read(SAMPLES / "ciqual_2025_fr.csv")).values()} == {Release.CIQUAL_2025}
    assert {row.release for row in by_code(read(SAMPLES / "ciqual_2020_fr.xls")).values()} == {Release.CIQUAL_2020}


def test_the_xls_of_2020_in_both_languages():
    french, english = (by_code(read(SAMPLES / f"ciqual_2020_{lang}.xls")) for lang in ("fr", "en"))
    assert french.keys() == english.keys()
    assert french["26034"].name_fr == "Sardine, à l'huile, appertisée, égouttée"
    assert english["26034"].name_en == "European pilchard or sardine, in oil, canned, drained"
    for code, row in french.items():
        assert row.values == english[code].values, code
    # Ciqual 2020, per 100 g: Edam
    assert french["12729"].values["calcium"].low == english["12729"].values["calcium"].low > 600


def test_a_code_that_stands_twice_is_refused_both_times():
    refused = [row for row in read(SAMPLES / "ciqual_2020_fr.xls") if isinstance(row, Refused)]
    assert len(refused) == 2
    assert all("9621" in row.row for row in refused)


def table_2025() -> list[list[str]]:
    text = (SAMPLES / "ciqual_2025_fr.csv").read_bytes().decode("cp1252")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def as_csv(path: Path, rows: Iterable[Iterable[object]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def test_one_table_in_many_dresses(tmp_path):
    rows = table_2025()
    expected = by_code(read(SAMPLES / "ciqual_2025_fr.csv"))
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    as_csv(tmp_path / "utf8.dat", rows, ",", "utf-8-sig")
    as_csv(tmp_path / "tabs.txt", rows, "\t")
    # a copy that is about: points for commas, but not in cells with <
    as_csv(
        tmp_path / "points.csv",
        [[c if "<" in c or i < 9 else c.replace(",", ".") for i, c in enumerate(r)] for r in rows],
    )
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.write(SAMPLES / "ciqual_2025_fr.csv", "folder/Table.csv")
    for name in ("table.xlsx", "utf8.dat", "tabs.txt", "points.csv", "packed.zip"):
        assert by_code(read(tmp_path / name)) == expected, name


def test_units_of_a_header_are_converted_and_unknown_ones_leave_the_column_out(tmp_path):
    head = ["alim_code", "alim_nom_fr", "Calcium (g/100 g)", "Magnésium (mg/100 g)", "Zinc (UI/100 g)"]
    path = as_csv(tmp_path / "t.csv", [[*head, "alim_grp_code"], ["1", "Pain", "0,12", "25", "3", "03"]])
    (row,) = by_code(read(path)).values()
    assert row.values == {"calcium": FoodValue(120.0, 120.0), "magnesium": FoodValue(25.0, 25.0)}


def test_a_copy_that_lost_its_marks_is_refused(tmp_path):
    rows = table_2025()
    stripped = [[c.replace("< ", "").replace("-", "0") if i > 8 else c for i, c in enumerate(row)] for row in rows]
    body = [[*row[:6], str(30000 + n), *row[7:]] for n, row in enumerate(stripped[1:] * 30)]
    body = [["0" if c == "-" else c for c in row] for row in body]
    with pytest.raises(FileError, match="without a single gap"):
        read(as_csv(tmp_path / "stripped.csv", [rows[0], *body]))


@pytest.mark.parametrize(("column", "cell"), [("Calcium", "beaucoup"), ("Magnésium", "250000"), ("Calcium", "-5")])
def test_a_row_that_cannot_be_is_refused_with_its_reason(tmp_path, column, cell):
    rows = table_2025()
    place = next(i for i, name in enumerate(rows[0]) if name.startswith(column))
    rows[1][place] = cell
    found = read(as_csv(tmp_path / "t.csv", rows))
    refused = [row for row in found if isinstance(row, Refused)]
    assert len(refused) == 1
    assert rows[1][6] in refused[0].row
    assert refused[0].reason
    assert len(found) == len(rows) - 1


XML_FOODS = """<?xml version="1.0" encoding="windows-1252" ?>
<TABLE>
   <ALIM>
      <alim_code> 22000 </alim_code>
      <alim_nom_fr> Œuf & blanc, < 2 jours </alim_nom_fr>
      <alim_nom_eng> Egg, raw </alim_nom_eng>
      <alim_grp_code> 04 </alim_grp_code>
      <alim_ssgrp_code> 0410 </alim_ssgrp_code>
      <alim_ssssgrp_code> 041002 </alim_ssssgrp_code>
   </ALIM>
   <ALIM><alim_code> 2 </alim_code><alim_nom_fr> Rien </alim_nom_fr><alim_nom_eng missing="" /></ALIM>
</TABLE>
"""
XML_COMPONENTS = """<TABLE>
<CONST> <const_code> 10200 </const_code> <const_nom_fr> Calcium (mg/100 g) </const_nom_fr> </CONST>
<CONST> <const_code> 10120 </const_code> <const_nom_fr> Magnésium (mg/100 g) </const_nom_fr> </CONST>
<CONST> <const_code> 52100 </const_code> <const_nom_fr> Vitamine D (µg/100 g) </const_nom_fr> </CONST>
<CONST> <const_code> 328 </const_code> <const_nom_fr> Energie (kcal/100 g) </const_nom_fr> </CONST>
</TABLE>
"""
XML_VALUES = "<TABLE>" + "".join(
    f"\n<COMPO>\n<alim_code> 22000 </alim_code>\n<const_code> {code} </const_code>\n<teneur> {value} </teneur>\n"
    '<min missing=" " /><code_confiance> A </code_confiance>\n</COMPO>'
    for code, value in (("10200", "57"), ("10120", "< 11,5"), ("52100", "traces"), ("328", "140"))
)


def write_xml(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.xml").write_bytes(text.encode("cp1252"))


def test_the_xml_of_ciqual_with_its_bare_signs(tmp_path):
    write_xml(tmp_path, alim=XML_FOODS, const=XML_COMPONENTS, compo=XML_VALUES + "</TABLE>")
    rows = by_code(read(tmp_path / "compo.xml"))  # naming one file means the set
    assert rows["22000"].name_fr == "Œuf & blanc, < 2 jours"
    assert rows["22000"].name_en == "Egg, raw"
    assert rows["22000"].group == "041002"
    assert rows["22000"].values == {
        "calcium": FoodValue(57, 57),
        "magnesium": FoodValue(0, 11.5, "<11.5"),
        "vitamin_d": FoodValue(0, CEILINGS["vitamin_d"], "traces"),
    }
    assert rows["2"].values == {}


def test_the_xml_without_contents_gives_names_only(tmp_path):
    write_xml(tmp_path, alim=XML_FOODS, const=XML_COMPONENTS)
    (bundle,) = bundles([tmp_path / "alim.xml", tmp_path / "const.xml", tmp_path])
    reading = bundle.read(CEILINGS)
    assert reading.remarks == ("names_only",)
    assert [type(row) for row in reading.rows] == [NameRow, NameRow]


def test_an_xml_that_is_cut_off_or_lacks_a_part_is_refused(tmp_path):
    write_xml(tmp_path, alim=XML_FOODS, const=XML_COMPONENTS, compo=XML_VALUES[:-30])
    with pytest.raises(FileError, match="ends within a record"):
        read(tmp_path / "alim.xml")
    (tmp_path / "alim.xml").unlink()
    with pytest.raises(FileError) as error:
        read(tmp_path / "compo.xml")
    assert "alim" in " ".join(error.value.expected)


def test_entities_of_an_xml_are_never_expanded(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    write_xml(tmp_path, alim=bomb + XML_FOODS.partition("?>")[2].replace("Rien", "&b;"))
    names = {row.code: row.name_fr for row in read(tmp_path / "alim.xml") if isinstance(row, NameRow)}
    assert names["2"] == "&b;"


# --- USDA -----------------------------------------------------------------------------------------------------------
def test_sr28_as_ascii_and_packed_is_the_starter_table(tmp_path):
    rows = by_code(read(SAMPLES / "sr28"))
    for code, row in rows.items():
        starter = foods().by_id(f"usda:{code}")
        if starter is None:
            continue
        for nutrient, value in starter.values.items():
            if nutrient in ("vitamin_k", "vitamin_k2"):
                continue
            own = row.values.get(nutrient, NOT_MEASURED)
            assert (own.low, own.high) == (value.low, value.high), (code, nutrient)
            assert own.qualifier.split()[:1] == value.qualifier.split()[:1], (code, nutrient)
    assert {"12061", "16113", "11938"} <= {code for code in rows if foods().by_id(f"usda:{code}")}
    for name in ("FOOD_DES", "WEIGHT", "NUTR_DEF"):
        shutil.copy(SAMPLES / "sr28" / f"{name}.txt", tmp_path / f"{name.lower()}.txt")
    with py7zr.SevenZipFile(tmp_path / "values.7z", "w") as archive:
        archive.write(SAMPLES / "sr28" / "NUT_DATA.txt", "NUT_DATA.txt")
    assert by_code(read(tmp_path / "values.7z")) == rows
    assert by_code(read(tmp_path / "food_des.txt")) == rows


def test_sr28_keeps_how_a_value_came_about():
    rows = by_code(read(SAMPLES / "sr28"))
    assert rows["12061"].values["vitamin_d"].qualifier.startswith("assumed_zero")
    assert rows["15236"].values["vitamin_d"].qualifier.startswith("imputed")  # farmed salmon
    assert rows["16113"].values["vitamin_k1"] == FoodValue(23.1, 23.1, "imputed BFSN")  # natto, without menaquinone
    assert "vitamin_k2_mk4" not in rows["16113"].values
    assert rows["11938"].values["vitamin_d2"].low == 26.2  # mushrooms exposed to UV hold D2
    butter = rows["01001"]
    assert butter.portions[0].grams == 5.0
    assert butter.portions[0].name_en == 'pat (1" sq, 1/3" high)'


def test_half_of_sr28_is_refused_and_says_what_is_missing(tmp_path):
    shutil.copy(SAMPLES / "sr28" / "FOOD_DES.txt", tmp_path)
    with pytest.raises(FileError) as error:
        read(tmp_path / "FOOD_DES.txt")
    assert "NUT_DATA" in " ".join(error.value.expected)


def test_the_abbreviated_table(tmp_path):
    book = openpyxl.Workbook()
    head = "NDB_No Shrt_Desc Calcium_(mg) Copper_mg) Vit_D_µg Vit_D_IU Vit_A_RAE Vit_K_(µg) GmWt_1 GmWt_Desc1"
    book.active.append(head.split())
    book.active.append(["01001", "BUTTER,WITH SALT", 24, 0, 0, 0, 684, 7, 5, '1 pat,  (1" sq, 1/3" high)'])
    book.active.append([15236, "SALMON", 9, None, 11, 441, 50, "", None, None])
    book.save(tmp_path / "any name.xlsx")
    (bundle,) = bundles([tmp_path / "any name.xlsx"])
    reading = bundle.read(CEILINGS)
    rows = by_code(reading.rows)
    assert reading.release is Release.USDA_SR28_ABBREVIATED
    assert reading.remarks == ("no_qualifiers",)
    assert rows["01001"].values["vitamin_a"] == FoodValue(684, 684)
    assert rows["15236"].values == {
        "calcium": FoodValue(9, 9),
        "vitamin_d": FoodValue(11, 11),
        "vitamin_a": FoodValue(50, 50),
    }
    assert rows["01001"].portions[0].grams == 5


@pytest.mark.parametrize(
    ("code", "flag"),
    [("A", ""), ("NR", ""), ("Z", "assumed_zero Z"), ("LCCS", "label LCCS"), ("BFZN", "imputed BFZN"), ("", "")],
)
def test_derivation_codes(code, flag):
    assert derivation(code) == flag


# --- FoodData Central -----------------------------------------------------------------------------------------------
def test_a_foundation_food_as_json():
    (row,) = by_code(read(SAMPLES / "fdc_foundation.json")).values()
    assert (row.release, row.code, row.group) == (Release.FDC_FOUNDATION, "2346404", "1100")
    assert row.values["calcium"] == FoodValue(22.33, 22.33)
    assert row.values["magnesium"] == FoodValue(19.14, 19.14)


def test_a_branded_food_is_per_100_ml_and_its_vitamin_d_comes_in_iu():
    (row,) = by_code(read(SAMPLES / "fdc_branded.json")).values()
    assert row.values["vitamin_d"].qualifier == "label LCCD per_100_ml"
    assert row.values["potassium"].low == 292  # 701 mg in 240 mL
    assert (row.portions[0].grams, row.portions[0].assumed) == (240, True)


def fdc_food(**more: object) -> dict[str, object]:
    nutrient = {"nutrient": {"number": "301", "unitName": "mg"}, "amount": 100}
    return {
        "fdcId": 7, "description": "Bread", "dataType": "Foundation", "foodNutrients": [nutrient], **more
    }  # fmt: skip


def written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_json_of_one_of_many_and_of_a_download(tmp_path):
    many = [fdc_food(fdcId=n) for n in range(1, 400)]
    for value, count in ((fdc_food(), 1), (many, 399), ({"FoundationFoods": many}, 399)):
        assert len(by_code(read(written(tmp_path / "f.json", value)))) == count


def test_a_zero_below_the_limit_of_quantification_is_an_interval(tmp_path):
    entry = {"nutrient": {"number": "328", "unitName": "µg"}, "amount": 0.0, "loq": 0.3}
    (row,) = by_code(read(written(tmp_path / "f.json", fdc_food(foodNutrients=[entry])))).values()
    assert row.values["vitamin_d"] == FoodValue(0, 0.3, "<0.3")


def test_vitamin_d_in_iu_gives_way_to_the_same_in_micrograms(tmp_path):
    iu = {"nutrient": {"number": "324", "unitName": "IU"}, "amount": 40}
    ug = {"nutrient": {"number": "328", "unitName": "µg"}, "amount": 1.1}
    for entries, expected in (([iu], 1.0), ([iu, ug], 1.1), ([ug, iu], 1.1)):
        (row,) = by_code(read(written(tmp_path / "f.json", fdc_food(foodNutrients=entries)))).values()
        assert row.values["vitamin_d"].low == pytest.approx(expected)


def test_kinds_of_food_that_are_left_aside_are_said(tmp_path):
    rows = read(written(tmp_path / "f.json", [fdc_food(), fdc_food(fdcId=8, dataType="Experimental")]))
    assert [type(row) for row in rows] == [FoodRow, Refused]


FDC_CSV = {
    "food.csv": [
        ["fdc_id", "data_type", "description", "food_category_id", "publication_date"],
        ["167512", "sr_legacy_food", "Almonds", "9", "2019-04-01"],
        ["9", "sub_sample_food", "a sample", "", ""],
    ],
    "food_nutrient.csv": [
        # a release without loq, and with a slip in the name of a column
        ["id", "fdc_id", "nutrient_id", "amount", "data_points", "derivation_id", "min_year_acqured"],
        ["1", "167512", "1090", "270", "", "1", ""],
        ["2", "167512", "1110", "0", "", "2", ""],
        ["3", "9", "1090", "5", "", "1", ""],
        ["4", "167512", "1003", "21", "", "1", ""],
    ],
    "nutrient.csv": [
        ["id", "name", "unit_name", "nutrient_nbr", "rank"],
        ["1090", "Magnesium, Mg", "MG", "304", "1"],
        ["1110", "Vitamin D", "IU", "324", "2"],
        ["1003", "Protein", "G", "203.0", "3"],
    ],
    "sr_legacy_food.csv": [["fdc_id", "NDB_number"], ["167512", "1001"]],
    "food_nutrient_derivation.csv": [["id", "code", "description"], ["1", "A", "Analytical"], ["2", "Z", "Zero"]],
    "food_category.csv": [["id", "code", "description"], ["9", "1200", "Nut and Seed Products"]],
    "food_nutrient_source.csv": [["id", "code", "description"], ["1", "1", "Analytical"]],
    "measure_unit.csv": [["id", "name"], ["1000", "cup"]],
    "food_portion.csv": [
        ["id", "fdc_id", "seq_num", "amount", "measure_unit_id", "portion_description", "modifier", "gram_weight"],
        ["1", "167512", "1", "0.5", "1000", "", "sliced", "46"],
    ],
    "lab_method.csv": [["id", "description", "technique"], ["1", "AOAC", "x"]],
}


def test_the_csv_of_a_download_in_a_folder_and_as_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        for name, rows in FDC_CSV.items():
            archive.write(as_csv(tmp_path / name, rows), f"FoodData_Central/{name}")
    whole = read(tmp_path / "download.zip")
    assert read(tmp_path / "food.csv") == whole
    (row,) = by_code(whole).values()
    assert (row.release, row.code, row.group) == (Release.USDA_SR_LEGACY, "01001", "1200")
    assert row.values == {"magnesium": FoodValue(270, 270), "vitamin_d": FoodValue(0, 0, "assumed_zero Z")}
    assert (row.portions[0].name_en, row.portions[0].grams) == ("0.5 cup sliced", 46)


# --- labels ---------------------------------------------------------------------------------------------------------
def test_a_label_as_json():
    (row,) = read(SAMPLES / "dsld_label.json")
    assert isinstance(row, LabelRow)
    assert (row.code, row.serving, row.serving_unit) == ("261967", 3, "tablet")
    lines = {line.name: line for line in row.ingredients}
    assert (lines["Calcium"].amount, lines["Calcium"].unit, lines["Calcium"].percent) == (1000, "mg", 77)
    assert lines["Vitamin K2"].form == "Menaquinone-7"


def test_labels_as_bulk_csv(tmp_path):
    labels = [
        ["URL", "DSLD ID", "Product Name", "Brand Name", "Net Contents", "Serving Size"],
        ["u", "12", "Bone Food", "B", "90 Tablet(s)", "2 Tablet(s)"],
    ]
    as_csv(tmp_path / "ProductOverview_1.csv", labels)
    (bare,) = bundles([tmp_path / "ProductOverview_1.csv"])
    assert bare.read(CEILINGS).remarks == ("labels_without_amounts",)
    facts = [
        ["DSLD ID", "Ingredient", "Amount Per Serving", "Amount Per Serving Unit", "% Daily Value per Serving"],
        ["12", "Calcium", "1,200", "mg", "120%"],
        ["12", "Boron", "0", "NP", ""],
    ]
    as_csv(tmp_path / "DietarySupplementFacts_1.csv", facts)
    (row,) = read(tmp_path / "ProductOverview_1.csv")
    assert isinstance(row, LabelRow)
    assert (row.serving, row.serving_unit, row.complete) == (2, "tablet", True)
    assert [(line.amount, line.unit, line.percent) for line in row.ingredients] == [
        (1200, "mg", 120),
        (None, "NP", None),
    ]


# --- classes --------------------------------------------------------------------------------------------------------
def food(release: Release, group: str, name_en: str = "", name_fr: str = "") -> FoodRow:
    return FoodRow(release, "1", name_en, name_fr, group, {})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (food(Release.CIQUAL_2020, "020102", "", "Épinard, cuit"), ("vegetables", "none", "high")),
        (food(Release.CIQUAL_2020, "010306", "", "Gratin d'épinards"), ("dishes", "refined", "none")),
        (food(Release.CIQUAL_2025, "030201", "", "Pain complet ou intégral"), ("grains_bread", "wholegrain", "none")),
        (food(Release.CIQUAL_2025, "030201", "", "Baguette"), ("grains_bread", "refined", "none")),
        (food(Release.USDA_SR28, "2000", "Wheat bran, crude"), ("grains_bread", "bran", "none")),
        (food(Release.USDA_SR28, "0100", "Cheese, gouda"), ("cheese", "none", "none")),
        (food(Release.USDA_SR28, "0900", "Orange juice, raw"), ("drinks", "none", "none")),
        (food(Release.USDA_SR28, "1600", "Beans, black"), ("pulses", "wholegrain", "none")),
        (food(Release.FDC_FOUNDATION, "1100", "Spinach, baby"), ("vegetables", "none", "high")),
        (food(Release.FDC_BRANDED, "Fruit & Vegetable Juice", "BEET JUICE"), ("drinks", "none", "none")),
        (food(Release.CIQUAL_2025, "060100", "", "Eau minérale"), ("water", "none", "none")),
        (food(Release.CIQUAL_2025, "060205", "", "Boisson au soja"), ("plant_alternatives", "mixed", "none")),
        (food(Release.USDA_SR28, "1600", "Tofu, firm"), ("plant_alternatives", "mixed", "none")),
        (food(Release.CIQUAL_2025, "100900", "", "Son d'avoine"), ("grains_bread", "bran", "none")),
    ],
)
def test_classes_follow_the_kind_of_food(row, expected):
    found = classes(row)
    assert (found.group, found.phytate, found.oxalate) == expected


def test_a_ciqual_food_gets_an_assumed_portion_in_both_languages():
    (portion,) = classes(food(Release.CIQUAL_2025, "050303", "", "Comté")).portions
    assert (portion.name_en, portion.name_fr, portion.grams, portion.assumed) == ("piece", "portion", 30, True)


@pytest.mark.parametrize(
    ("english", "french"),
    [("cup", "tasse"), ("0.5 cup, sliced", "0.5 tasse, en tranches"), ("fl oz", "once liquide"), ("wedge", "wedge")],
)
def test_household_measures_in_french(english, french):
    assert measure_fr(english) == french


def test_every_release_is_described():
    assert set(releases()) == set(Release)
    for info in releases().values():
        assert info.citation
        assert info.licence


# --- files that are not what they should be -------------------------------------------------------------------------
def refusal(path: Path) -> str:
    """The message of a refusal, which names the problem and what to do."""
    try:
        read(path)
    except FileError as error:
        problem = error.problem(path.name)
    except InputError as error:
        (problem,) = error.problems
    else:
        raise AssertionError("was read")
    assert problem.got
    assert problem.do
    return str(problem)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (b"hello world\n", "another kind"),
        (b"a,b,c\n1,2,3\n", "another kind"),
        (b"\x00\x01\x02\x03" * 100, "no text"),
        ("alim_code".encode("utf-16"), "UTF-16"),
        (b'{"a": 1}', "JSON of another kind"),
        (b"<html></html>", "XML of another kind"),
        (b"PK\x03\x04broken", "broken"),
        (b"7z\xbc\xaf'\x1cbroken", "broken 7z"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "broken workbook"),
        (b'{"FoundationFoods": [{"fdcId": 1, "descr', "broken or cut off"),
        (b'{"FoundationFoods": [{"fdcId": 1, "dataType": "Foundation", "amount": NaN}]}', "NaN"),
        (b'{"FoundationFoods": [1, 2]}', "int"),
        (b"alim_grp_code;alim_code;alim_nom_fr\n01;1;Pain\n", "other columns"),
        (b"~01001~^~203~^0.85^16^0.074^~1~^^^^^^^^^^^11/1976^\n", "FOOD_DES"),
        (b"x" * (1 << 21), "another kind"),
        (
            b"alim_grp_code;alim_code;alim_nom_fr;Calcium (mg/100 g);Magnesium (mg/100 g)\n" + b"x" * (1 << 21),
            "over a megabyte",
        ),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_one_sentence(tmp_path, content, words):
    path = tmp_path / "file.dat"
    path.write_bytes(content)
    assert words in refusal(path)


def test_deep_json_is_refused(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text('{"foodNutrients": ' + "[" * 100_000, encoding="utf-8")
    assert "broken" in refusal(path)


def test_a_missing_file_and_a_folder_without_tables(tmp_path):
    assert "No such file" in refusal(tmp_path / "nothing.xls")
    (tmp_path / "folder").mkdir()
    assert "without such a file" in refusal(tmp_path / "folder")


def test_every_problem_of_a_call_is_told_at_once(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        bundles([*paths, SAMPLES / "ciqual_2025_fr.csv"])
    assert [problem.where for problem in error.value.problems] == ["a.csv", "b.csv"]


def test_bombs_are_refused_before_they_are_unpacked(tmp_path):
    zeros = b"0" * (1 << 20)
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("table.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(64):
            member.write(zeros)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/sharedStrings.xml", zeros * 64)
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(600):
            archive.writestr(f"{number}.csv", "x")
    assert "unpacks to" in refusal(tmp_path / "bomb.zip")
    assert "unpacks to" in refusal(tmp_path / "bomb.xlsx")
    assert "600 files" in refusal(tmp_path / "many.zip")


def test_every_cut_and_every_flipped_byte_of_a_sample_is_read_or_refused(tmp_path):
    """No untyped exception comes of a broken file, whatever the kind."""
    book = openpyxl.Workbook()
    for row in table_2025():
        book.active.append(row)
    book.save(tmp_path / "whole.xlsx")
    with py7zr.SevenZipFile(tmp_path / "whole.7z", "w") as archive:
        archive.write(SAMPLES / "sr28" / "NUT_DATA.txt", "NUT_DATA.txt")
    originals = [p for p in SAMPLES.iterdir() if p.is_file() and p.suffix != ".md"]
    originals += [tmp_path / "whole.xlsx", tmp_path / "whole.7z"]
    assert len(originals) == 8
    for original in originals:
        data = original.read_bytes()
        for step in range(1, 13):
            place = step * len(data) // 13
            for broken in (data[:place], data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]):
                path = tmp_path / f"broken{original.suffix}"
                path.write_bytes(broken)
                try:
                    read(path)
                except (FileError, InputError):
                    continue


def test_json_is_read_object_by_object(tmp_path):
    """Chunks may end anywhere, also within a character of two bytes."""
    path = written(tmp_path / "f.json", [{"text": "é" * n} for n in range(2000)])
    path.write_text(json.dumps([{"text": "é" * n} for n in range(2000)], ensure_ascii=False), encoding="utf-8")
    item = Item(path.name, path, path.stat().st_size, lambda: path.open("rb"), b"")
    assert [len(found["text"]) for found in objects(item)] == list(range(2000))
