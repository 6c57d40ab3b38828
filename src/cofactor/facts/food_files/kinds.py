"""What a file is, told by its content and not by its name."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Sequence
from enum import StrEnum

from cofactor.facts.food_files.items import AGAIN, OLE, ZIP, FileError, Item, decode
from cofactor.said import Said


class Kind(StrEnum):
    """A kind of file. Those whose value holds a slash are parts of a set that lies in one folder or archive."""

    CIQUAL_XLS = "ciqual xls"
    CIQUAL_CSV = "ciqual csv"
    WORKBOOK = "xlsx"  # Ciqual or the abbreviated SR28: told by its header when it is read
    CIQUAL_FOODS = "ciqual xml/alim"
    CIQUAL_GROUPS = "ciqual xml/alim_grp"
    CIQUAL_COMPONENTS = "ciqual xml/const"
    CIQUAL_VALUES = "ciqual xml/compo"
    CIQUAL_SOURCES = "ciqual xml/sources"
    SR28_FOODS = "sr28/FOOD_DES"
    SR28_VALUES = "sr28/NUT_DATA"
    SR28_WEIGHTS = "sr28/WEIGHT"
    SR28_NUTRIENTS = "sr28/NUTR_DEF"
    SR28_CODES = "sr28/codes"  # groups, sources, derivations, footnotes: nothing here that the values need
    FDC_JSON = "fdc json"
    FDC_FOODS = "fdc csv/food"
    FDC_VALUES = "fdc csv/food_nutrient"
    FDC_NUTRIENTS = "fdc csv/nutrient"
    FDC_LEGACY = "fdc csv/sr_legacy_food"
    FDC_BRANDED = "fdc csv/branded_food"
    FDC_PORTIONS = "fdc csv/food_portion"
    FDC_MEASURES = "fdc csv/measure_unit"
    FDC_DERIVATIONS = "fdc csv/food_nutrient_derivation"
    FDC_CATEGORIES = "fdc csv/food_category"
    FDC_ASIDE = "fdc csv/other"  # samples, sources, attributes: nothing here that the contents need
    DSLD_JSON = "dsld json"
    DSLD_LABELS = "dsld csv/ProductOverview"
    DSLD_FACTS = "dsld csv/DietarySupplementFacts"
    DSLD_OTHERS = "dsld csv/OtherIngredients"
    DSLD_ASIDE = "dsld csv/other"  # statements, companies, read-me: nothing here that a label needs

    @property
    def family(self) -> str:
        """The set that a part belongs to, or the kind itself."""
        return self.value.partition("/")[0]

    @property
    def aside(self) -> bool:
        """Whether it is recognised but holds nothing that is kept."""
        return self in (Kind.SR28_CODES, Kind.FDC_ASIDE, Kind.DSLD_ASIDE, Kind.CIQUAL_SOURCES, Kind.CIQUAL_GROUPS)

    @property
    def part(self) -> bool:
        """Whether it is one file of a set."""
        return "/" in self.value


EXPECTED = (
    "Ciqual (xls, xlsx, csv, XML)",
    "USDA SR28 (ASCII, 7z, ABBREV.xlsx)",
    "FoodData Central (JSON, CSV)",
    Said("DSLD (label JSON, CSV)"),
)

_TAGS = {
    "ALIM": Kind.CIQUAL_FOODS,
    "ALIM_GRP": Kind.CIQUAL_GROUPS,
    "CONST": Kind.CIQUAL_COMPONENTS,
    "COMPO": Kind.CIQUAL_VALUES,
    "SOURCES": Kind.CIQUAL_SOURCES,
}
# The shape of a first line of each ASCII file of SR28: '~' around text, '^' between.
_SR28 = (
    (re.compile(r"~\d{5}~\^~\d{4}~\^~.+~\^(?:[^^]*\^){10}[^^]*"), Kind.SR28_FOODS),
    (re.compile(r"~\d{5}~\^~\d{3}~\^[\d.]+\^(?:[^^]*\^){14}[^^]*"), Kind.SR28_VALUES),
    (re.compile(r"~\d{5}~\^\d+\^[\d.]+\^~[^^]*~\^[\d.]+\^[^^]*\^[^^]*"), Kind.SR28_WEIGHTS),
    (re.compile(r"~\d{3}~\^~[^^]+~\^~[^^]*~\^~[^^]+~\^~\d~\^~\d+~"), Kind.SR28_NUTRIENTS),
    (re.compile(r"~\w{1,5}~\^~[^^]*~(?:\^[^^]*)*"), Kind.SR28_CODES),
)
# Columns that a CSV file of each kind has (folded to lower case), the most telling kind first.
_HEADERS: tuple[tuple[frozenset[str], Kind], ...] = (
    (frozenset({"alim_code", "alim_grp_code"}), Kind.CIQUAL_CSV),
    (frozenset({"dsld id", "product name", "serving size", "net contents"}), Kind.DSLD_LABELS),
    (frozenset({"dsld id", "ingredient", "amount per serving", "amount per serving unit"}), Kind.DSLD_FACTS),
    (frozenset({"dsld id", "other ingredients"}), Kind.DSLD_OTHERS),
    (frozenset({"dsld id"}), Kind.DSLD_ASIDE),
    (frozenset({"fdc_id", "data_type", "description"}), Kind.FDC_FOODS),
    (frozenset({"fdc_id", "nutrient_id", "amount"}), Kind.FDC_VALUES),
    (frozenset({"id", "name", "unit_name", "nutrient_nbr"}), Kind.FDC_NUTRIENTS),
    (frozenset({"fdc_id", "ndb_number", "footnote"}), Kind.FDC_ASIDE),
    (frozenset({"fdc_id", "ndb_number"}), Kind.FDC_LEGACY),
    (frozenset({"fdc_id", "brand_owner", "serving_size"}), Kind.FDC_BRANDED),
    (frozenset({"fdc_id", "measure_unit_id", "gram_weight"}), Kind.FDC_PORTIONS),
    (frozenset({"id", "code", "description"}), Kind.FDC_DERIVATIONS),  # told from two others by its codes
)
_BEGINNING = 16384  # characters of a text that are looked at; the header of Ciqual's CSV takes 2,700
_CATEGORY_DIGITS = 4
_DSLD_README = re.compile(r"\s*Welcome to Your DSLD Download")
DELIMITERS = ";,\t"


def kind_of(item: Item) -> Kind:
    """Tell what a file is. Raises :class:`FileError` where it is none of those that can be read."""
    if item.start.startswith(OLE):
        return Kind.CIQUAL_XLS
    if item.start.startswith(ZIP):
        if zipfile.is_zipfile(item.path):
            return Kind.WORKBOOK
        raise FileError(Said("a broken workbook"), (Said("a whole file"),), AGAIN)
    text = _text(item.start)
    found = _json(text) or _xml(text) or _sr28(text) or _csv(text)
    if found is None:
        raise FileError(Said("a file of another kind"), EXPECTED, Said("Check which file was downloaded."))
    return found


def header(row: Sequence[str]) -> list[str]:
    """The names of columns with their white space made single."""
    return [" ".join(name.split()) for name in row]


def delimiter_of(text: str) -> str:
    """The delimiter of a CSV file, by what its first line holds most of."""
    first = text.partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _text(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        expected = (Said("UTF-8 or Windows-1252"),)
        raise FileError(Said("text in UTF-16"), expected, Said("Save the file as UTF-8."))
    whole = start[: start.rfind(b"\n") + 1] or start  # a character may be cut at the end
    return decode(whole.removeprefix(b"\xef\xbb\xbf"))[:_BEGINNING]


def _json(text: str) -> Kind | None:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    dsld = any(f'"{key}"' in text for key in ("ingredientRows", "servingSizes", "nhanesId", "brandIpSymbol"))
    fdc = any(f'"{key}"' in text for key in ("fdcId", "foodNutrients", "FoundationFoods", "BrandedFoods"))
    fdc = fdc or '"SRLegacyFoods"' in text or '"SurveyFoods"' in text or '"foodClass"' in text
    if not (dsld or fdc):
        expected = (Said("FoodData Central foods"), Said("a DSLD label"))
        raise FileError(Said("JSON of another kind"), expected, Said("Check the file."))
    return Kind.FDC_JSON if fdc else Kind.DSLD_JSON


def _xml(text: str) -> Kind | None:
    if not text.lstrip().startswith("<"):
        return None
    match = re.search(r"<TABLE>\s*<(\w+)>", text)
    if match is None or match[1] not in _TAGS:
        raise FileError(Said("XML of another kind"), tuple(_TAGS), Said("Use the files of Ciqual's XML form."))
    return _TAGS[match[1]]


def _sr28(text: str) -> Kind | None:
    line = text.partition("\n")[0].rstrip("\r")
    return next((kind for shape, kind in _SR28 if shape.fullmatch(line)), None) if line.startswith("~") else None


def _csv(text: str) -> Kind | None:
    if _DSLD_README.match(text):
        return Kind.DSLD_ASIDE
    delimiter = delimiter_of(text)
    try:
        rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
        columns = frozenset(name.lower() for name in header(next(rows, [])))
        second = next(rows, [])
    except csv.Error:
        return None
    found = next((kind for needed, kind in _HEADERS if needed <= columns), None)
    if found is Kind.FDC_DERIVATIONS and (len(second) < 2 or second[1].isdigit()):
        return Kind.FDC_CATEGORIES if len("".join(second[1:2])) == _CATEGORY_DIGITS else Kind.FDC_ASIDE
    if found is None and columns == {"id", "name"}:
        return Kind.FDC_MEASURES
    return found
