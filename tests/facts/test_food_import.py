"""Importing: all or nothing, the same again changes nothing; and finding what was imported, fast and first."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from cofactor.errors import InputError
from cofactor.facts import food_import
from cofactor.facts.food_files import items, json_stream
from cofactor.facts.food_files.records import FoodRow, Reading, Release
from cofactor.facts.food_import import import_files
from cofactor.facts.food_lookup import find_food, find_label, search_foods, search_labels
from cofactor.facts.food_store import reading
from cofactor.facts.foods import foods
from cofactor.facts.types import Food, FoodValue

SAMPLES = Path(__file__).parent / "food_samples"
FRENCH, ENGLISH = SAMPLES / "ciqual_2020_fr.xls", SAMPLES / "ciqual_2020_en.xls"


def rows_of(store: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(store) as connection:
        tables = ("imports", "foods", "contents", "portions", "names", "labels", "shelf")
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("foods") / "foods.sqlite"
    import_files([SAMPLES], path, date(2026, 11, 27))
    return path


def one(text: str, store: Path) -> Food:
    found = find_food(text, store=store)
    assert isinstance(found, Food), found
    return found


# --- all or nothing, once -------------------------------------------------------------------------------------------
def test_the_same_files_again_give_the_same_counts_and_nothing_new(store):
    before = rows_of(store)
    again = import_files([SAMPLES], store, date(2027, 1, 1))
    assert rows_of(store) == before
    assert [(done.new, done.changed) for done in again] == [(0, 0)] * len(again)
    counts = {done.release: (done.read, done.kept, done.qualified, done.refused) for done in again}
    assert counts[Release.CIQUAL_2025] == (11, 11, 9, 0)
    assert counts[Release.CIQUAL_2020][3] == 2
    assert counts[Release.USDA_SR28][:2] == (6, 6)
    assert all(done.read == done.kept + done.refused for done in again)


def test_an_import_says_file_hash_date_and_licence(store):
    with sqlite3.connect(store) as connection:
        row = connection.execute(
            "SELECT files, imported, licence FROM imports WHERE release = 'ciqual_2025'"
        ).fetchone()
    assert list(json.loads(row[0])) == ["ciqual_2025_fr.csv"]
    assert len(json.loads(row[0])["ciqual_2025_fr.csv"]) == 64
    assert row[1] == "2026-11-27"
    assert "Etalab 2.0" in row[2]


@pytest.mark.parametrize("order", [(FRENCH, ENGLISH), (ENGLISH, FRENCH)])
def test_the_two_languages_of_a_table_meet_in_either_order(tmp_path, order):
    path = tmp_path / "foods.sqlite"
    for file in order:
        import_files([file], path)
    for file in order:
        (again,) = import_files([file], path)
        assert (again.new, again.changed) == (0, 0)
    sardine = one("ciqual_2020:26034", path)
    assert sardine.name_fr == "Sardine, à l'huile, appertisée, égouttée"
    assert sardine.name_en == "European pilchard or sardine, in oil, canned, drained"
    assert "SHA-256" in sardine.source.detail


def test_one_bad_file_among_good_ones_leaves_nothing_behind(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("alim_grp_code;alim_code;alim_nom_fr\n1;2;3\n", encoding="utf-8")
    path = tmp_path / "new" / "foods.sqlite"
    with pytest.raises(InputError) as error:
        import_files([FRENCH, bad], path)
    assert [problem.where for problem in error.value.problems] == ["bad.csv"]
    assert list(path.parent.iterdir()) == []
    import_files([FRENCH], path)
    before = rows_of(path)
    with pytest.raises(InputError):
        import_files([SAMPLES / "ciqual_2025_fr.csv", bad], path)
    assert rows_of(path) == before


def test_a_failure_in_the_middle_of_a_table_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "foods.sqlite"
    import_files([FRENCH], path)
    before = rows_of(path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(food_import, "fill", stop)
    with pytest.raises(KeyboardInterrupt):
        import_files([SAMPLES / "sr28"], path)
    assert rows_of(path) == before


def test_a_corrected_file_replaces_contents_and_says_so(tmp_path):
    path, table = tmp_path / "foods.sqlite", tmp_path / "table.csv"
    head = "alim_grp_code;alim_code;alim_nom_fr;Calcium (mg/100 g);Magnésium (mg/100 g)\n"
    table.write_text(head + "03;1;Pain;20;30\n03;2;Biscotte;40;-\n", encoding="utf-8")
    (first,) = import_files([table], path)
    table.write_text(head + "03;1;Pain;21;-\n03;2;Biscotte;40;-\n", encoding="utf-8")
    (second,) = import_files([table], path)
    assert ((first.new, first.changed), (second.new, second.changed)) == ((2, 0), (0, 1))
    bread = one("ciqual:1", path).values
    assert bread["calcium"] == FoodValue(21, 21)
    assert not bread["magnesium"].known


def test_a_file_that_is_no_store_is_refused(tmp_path):
    path = tmp_path / "foods.sqlite"
    path.write_text("not a database, but long enough to be taken for one" * 40, encoding="utf-8")
    for call in (lambda: import_files([FRENCH], path), lambda: find_food("quelque chose", store=path)):
        with pytest.raises(InputError) as error:
            call()
        assert "Remove the file" in error.value.problems[0].do
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="version 99"):
        import_files([FRENCH], path)


def test_two_imports_at_once_wait_for_each_other(tmp_path):
    path = tmp_path / "foods.sqlite"
    errors: list[BaseException] = []

    def work(file: Path) -> None:
        try:
            import_files([file], path)
        except BaseException as error:
            errors.append(error)

    files = (FRENCH, SAMPLES / "ciqual_2025_fr.csv", SAMPLES / "sr28", SAMPLES / "fdc_foundation.json")
    threads = [threading.Thread(target=work, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(rows_of(path)["imports"]) == len(files)


# --- finding --------------------------------------------------------------------------------------------------------
def test_an_imported_food_carries_everything_that_was_published(store):
    salmon = one("usda:15236", store)
    assert salmon.name_fr == salmon.name_en == "Fish, salmon, Atlantic, farmed, raw"
    assert salmon.values["vitamin_d"].qualifier.startswith("imputed")
    assert salmon.values["vitamin_k"] is salmon.values["vitamin_k1"]
    assert not salmon.values["vitamin_k2"].known
    assert salmon.group == "fish"
    assert salmon.portions
    assert salmon.source.text.endswith("Release 28")
    assert "usda_sr28: FOOD_DES.txt (SHA-256 " in salmon.source.detail
    assert salmon.source.detail.endswith("imported 2026-11-27")
    assert one("usda:15236", store) == one("USDA : 15236", store)


def test_a_release_can_be_named_and_a_bare_id_means_the_latest(store):
    assert one("ciqual_2020:12110", store).source.text.startswith("Anses. 2020")
    assert one("ciqual_2025:26161", store).source.text.startswith("Anses. 2025")
    assert find_food("ciqual_2020:26161", store=store) == ()  # wild salmon came with 2025
    assert one("fdc:2346404", store).name_en.startswith("Sweet potatoes")


def test_what_the_starter_table_answers_does_not_depend_on_imports(store, tmp_path):
    nowhere = tmp_path / "none.sqlite"
    for text in ("ciqual:26034", "amandes", "sardine huile", "lait", "zzzz", "sardinne", "ciqual_2025:26034"):
        assert find_food(text, store=store) == find_food(text, store=nowhere), text
    assert one("amandes", store) is foods().by_id("ciqual:15000")


def test_a_name_that_only_an_import_has(store):
    assert one("sweet potatoes orange flesh", store).id == "fdc:2346404"
    found = find_food("salade composée", store=store)
    assert isinstance(found, tuple)


@pytest.mark.parametrize(
    ("text", "food_id"),
    [("sardine huile", "ciqual:26034"), ("oeuf", "ciqual:22000"), ("œuf", "ciqual:22000"), ("almond", "ciqual:15000")],
)
def test_search_puts_the_right_food_first(store, text, food_id):
    found = search_foods(text, store=store)
    assert found[0].id == food_id
    assert len({hit.id for hit in found}) == len(found)


def test_a_search_shows_intervals_and_where_they_come_from(store):
    salmon = search_foods("ciqual_2020:26036", store=store)[0]
    assert salmon.values["vitamin_d"].low is not None
    assert not salmon.values["vitamin_d_25oh"].known  # not measured is not zero
    assert search_foods("ciqual:26161", store=store)[0].values["vitamin_d"] == FoodValue(0.0, 8.6, "<8.6")


@pytest.mark.parametrize(
    "text", ['"', "sardine*", "NEAR(a b)", "a AND", "fr:oeuf", "(", "^", "-x", "'; DROP TABLE foods"]
)
def test_no_text_breaks_the_search(store, text):
    assert isinstance(search_foods(text, store=store), list)
    assert isinstance(find_food(text, store=store), tuple | Food)


def test_labels_are_found_apart_from_foods(store):
    (hit,) = search_labels("plant based calcium", store=store)
    assert hit.row.code == "261967"
    assert all(not found.id.startswith("dsld") for found in search_foods("calcium", limit=50, store=store))
    found = find_label("dsld:261967", store)
    assert found is not None
    assert {line.name for line in found.row.ingredients} >= {"Calcium", "Vitamin D3", "Vitamin K2"}


def test_a_search_among_12_000_foods_takes_under_5_ms(tmp_path, monkeypatch):
    """Names are made of words of the starter table; best of three in processor time, over the search of the store."""
    words = sorted({word for food in foods().all for word in food.name_fr.replace(",", "").split()})
    heads = [food.name_fr.split(",")[0] for food in foods().all]

    def many(_: object, __: object) -> Reading:
        rows = (
            FoodRow(
                Release.CIQUAL_2020,
                str(n),
                "",
                f"{heads[n % len(heads)]}, {words[n * 7 % len(words)]} {words[n * 31 % len(words)]} {n}",
                "03",
                {"calcium": FoodValue(1, 1)},
            )
            for n in range(12_273)
        )
        return Reading(Release.CIQUAL_2020, rows, ("many",))

    monkeypatch.setattr("cofactor.facts.food_files.reader.Bundle.read", many)
    path = tmp_path / "foods.sqlite"
    (done,) = import_files([FRENCH], path)
    assert done.kept == 12_273
    from cofactor.facts.food_shelf import search

    with reading(path) as connection:
        assert connection is not None
        for text in ("lait", "sardine huile", "œuf", "oeufs", "pain complet", "s", "cru", "eau miner", "fromage"):
            assert search(connection, text), text


# --- files of any size ----------------------------------------------------------------------------------------------
MEASURED = """\
import resource, sys, time
from pathlib import Path
from cofactor.errors import InputError
from cofactor.facts.food_import import import_files
try:
    found = import_files([Path(sys.argv[1])], Path(sys.argv[2]))[0]
    print(found.read, found.kept, found.refused, len(found.reasons), end=" ")
except InputError as error:
    print(len(str(error)), 0, 0, 0, end=" ")
status = Path("/proc/self/status")
if status.is_file():  # what the system counts of a process includes the one that it was forked from
    print(next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line) // 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def fdc_json(path: Path, megabytes: float, kind: str, last: str = "") -> Path:
    """A real download of so many foods of a kind, and one of another at its end."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"FoundationFoods": [')
        for n in range(int(megabytes * 12_000)):
            file.write(json.dumps({"fdcId": n + 1, "description": f"A food {n}", "dataType": kind}) + ",\n")
        file.write(json.dumps({"fdcId": 1, "description": "The last", "dataType": last or kind}) + "]}")
    return path


def fdc_csv(folder: Path, megabytes: float) -> Path:
    """A real download as CSV, of so many foods with three contents and a portion each."""
    count = int(megabytes * 6_000)
    files = {
        "food": ("fdc_id,data_type,description,food_category_id", "{n},foundation_food,A food {n},1"),
        "food_nutrient": ("id,fdc_id,nutrient_id,amount", "{n}1,{n},1087,{n}e-3\n{n}2,{n},1090,2\n{n}3,{n},1110,40"),
        "branded_food": ("fdc_id,brand_owner,serving_size,serving_size_unit", "{n},owner {n},30,g"),
        "food_portion": ("id,fdc_id,measure_unit_id,gram_weight,amount,modifier", "{n},{n},9999,30,1,slice"),
    }
    folder.mkdir()
    for name, (head, row) in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8") as file:
            file.write(head + "\n")
            file.writelines(row.format(n=n) + "\n" for n in range(1, count + 1))
    nutrients = "id,name,unit_name,nutrient_nbr\n1087,Calcium,MG,301\n1090,Magnesium,MG,304\n1110,D,IU,324\n"
    (folder / "nutrient.csv").write_text(nutrients, encoding="utf-8")
    return folder


def test_a_large_download_as_csv_takes_no_more_memory_than_a_small_one(tmp_path):
    found = {n: measured(fdc_csv(tmp_path / str(n), n), tmp_path / f"{n}.sqlite") for n in (0.1, 4.0)}
    assert found[4.0][:3] == [24_000, 24_000, 0]
    assert found[4.0][-1] < found[0.1][-1] + 20  # SQLite keeps some at hand


def measured(path: Path, store: Path) -> list[int]:
    """Rows read, kept, refused, reasons told, and megabytes at the most, of an import in a process of its own."""
    command = [sys.executable, "-c", MEASURED, str(path), str(store)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(number) for number in ran.stdout.split()]


@pytest.mark.parametrize(("kind", "last"), [("Strange", ""), ("Strange", "Foundation"), ("Foundation", "")])
def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path, kind, last):
    found = {}
    for size in (0.1, 3.0):
        path = fdc_json(tmp_path / f"{size}.json", size, kind, last)
        found[size] = measured(path, tmp_path / f"{size}.sqlite")
    assert found[3.0][-1] < found[0.1][-1] + 12
    if last:
        assert found[3.0][:4] == [36_001, 1, 36_000, 20]
    elif kind == "Foundation":
        assert found[3.0][:3] == [36_001, 36_001, 0]


def test_the_objects_of_a_list_take_time_as_their_number(tmp_path):
    """No more than a few times what parsing takes: what was read is not copied for each of them."""
    path = fdc_json(tmp_path / "f.json", 4.0, "Strange")
    item = items.items(path)[0]
    begun = time.process_time()
    assert len(json.loads(path.read_text(encoding="utf-8"))["FoundationFoods"]) == 48_001
    parsed = time.process_time()
    assert sum(1 for _ in json_stream.objects(item)) == 48_001
    assert time.process_time() - parsed < 8 * (parsed - begun) + 0.2
