"""Labels as printed: every amount in the nutrient's own unit, or a refusal that shows what is doubtful."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from random import Random

import pytest
from pydantic_core import PydanticCustomError

from cofactor.assess.types import GateResult
from cofactor.errors import InputError
from cofactor.facts.daily_values import daily_values
from cofactor.facts.food_files.dsld import NO_AMOUNT, unit_name
from cofactor.facts.food_files.records import Ingredient, LabelRow
from cofactor.facts.food_import import import_files
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.person.case import parse_case
from cofactor.person.intake import intake
from cofactor.person.label import Aside, Content, read_label, read_line
from cofactor.person.notes import NOTES
from cofactor.report.words import Words

SAMPLES = Path(__file__).parents[1] / "facts" / "food_samples"


def contents(text: str, of: str | None = None) -> list[tuple[str, str | None, float]]:
    found = [one for one in read_line(text, of) if isinstance(one, Content)]
    return [(one.nutrient, one.form.id if one.form else None, round(one.amount, 3)) for one in found]


def refused(text: str, of: str | None = None) -> str:
    with pytest.raises(PydanticCustomError) as error:
        read_line(text, of)
    context = error.value.context or {}
    assert context["got"]
    assert context["do"]
    return f"{context['got']} | {', '.join(context['expected'])} | {context['do']}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Magnésium (oxyde de magnésium marin) 300 mg 80 % VNR", [("magnesium", "oxide", 300)]),
        ("Magnésium (sous forme de bisglycinate) ........ 100 mg (27 %*)", [("magnesium", "bisglycinate", 100)]),
        ("Magnésium marin 300 mg", [("magnesium", "marine", 300)]),
        ("300 mg de magnésium", [("magnesium", None, 300)]),
        ("Vitamine D3 (cholécalciférol) : 25 µg (1000 UI) – 500 %", [("vitamin_d", "D3", 25)]),
        ("Vitamin D3 (as cholecalciferol) 25 mcg (1,000 IU) 125%", [("vitamin_d", "D3", 25)]),
        ("Vitamin D3 5,000 IU", [("vitamin_d", "D3", 125)]),
        ("Vitamine D3 100 000 UI", [("vitamin_d", "D3", 2500)]),  # an ampoule
        ("vitamine d2 400 u.i.", [("vitamin_d", "D2", 10)]),
        ("Vitamin D 1000IU", [("vitamin_d", None, 25)]),
        ("K2 (MK-7) 75 mcg", [("vitamin_k", "MK-7", 75)]),
        ("Vitamine K2 (ménaquinone-7) 0,075 mg", [("vitamin_k", "MK-7", 75)]),
        ("Vitamine B6 ........ 1,4 mg (100%)", [("vitamin_b6", None, 1.4)]),
        ("Vitamine C (acide L-ascorbique) 180 mg ; Zinc (gluconate) 10 mg",
         [("vitamin_c", "ascorbic_acid", 180), ("zinc", "gluconate", 10)]),
        ("Calcium 500 mg + vitamine D3 400 UI", [("calcium", None, 500), ("vitamin_d", "D3", 10)]),
        ("Calcium 1.25 g", [("calcium", None, 1250)]),
        ("Phosphorous 210 mg 17%", [("phosphorus", None, 210)]),
        ("Vitamin A 5000 IU 100%", [("vitamin_a", None, 1500)]),
        ("Vitamin E (d-alpha tocopherol) 30 IU", [("vitamin_e", None, 20.13)]),
        ("Vitamin E (dl-alpha tocopheryl acetate) 30 IU", [("vitamin_e", None, 13.5)]),
        ("Zinc (as zinc oxide, zinc gluconate) 15 mg 100%", [("zinc", None, 15)]),  # which share is which is not said
        # a compound whose element is printed too
        ("Citrate de magnésium 400 mg dont magnésium 65 mg", [("magnesium", "citrate", 65)]),
        ("Magnesium citrate 400 mg (providing 65 mg magnesium)", [("magnesium", "citrate", 65)]),
        ("Magnesium glycinate 1000 mg (elemental 141 mg)", [("magnesium", "bisglycinate", 141)]),
        ("Magnesium (from 500 mg magnesium citrate) 80 mg", [("magnesium", "citrate", 80)]),
        # a compound whose percentage tells: 15 mg of zinc are 150 % of the European 10 mg
        ("Zinc Picolinate 15 mg 150%", [("zinc", "picolinate", 15)]),
        ("Citrate de magnésium 2320 mg 100 %", [("magnesium", "citrate", 374.912)]),
        # a source that names what it holds
        ("Huile de foie de morue 1000 mg (vitamine D 10 µg, vitamine A 800 µg)",
         [("vitamin_d", None, 10), ("vitamin_a", None, 800)]),
    ],
)  # fmt: skip
def test_a_line_as_printed(line, expected):
    assert contents(line) == [(nutrient, form, pytest.approx(amount, rel=1e-3)) for nutrient, form, amount in expected]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Magnesium 300 µg", "0.3 mg"),
        ("Vitamin D 1000 µg", "40,000 IU"),
        ("Vitamine D 25 UI", "0.625 µg"),
        ("Vitamin D3 5.000 IU", "5 IU"),
        ("Zinc 11 ng 100%", "10 to 15 mg"),
        ("Potassium 87.5 mcg 2%", "40 to 94 mg"),
        ("Vitamine D3 5 mg 100 %", "5 to 20 µg (800 IU)"),
        ("Vitamine D3 25 µg (400 UI)", "do not agree"),
        ("Magnésium 100 mg 200 mg", "do not agree"),  # two columns: per tablet and per day
        ("Calcium (carbonate) 1,200 mg", "1200 mg, 1.2 mg"),
        ("Magnesium 3 kg", "g, mmol"),
    ],
)
def test_what_is_off_by_40_or_1000_is_shown_back(line, words):
    assert words in refused(line)


def test_an_ambiguous_compound_is_asked_with_both_readings():
    shown = refused("Magnesium citrate 400 mg")
    assert "of: elemental (400 mg of magnesium)" in shown
    assert "of: compound (64.6 mg of magnesium)" in shown  # 16.16 % of trimagnesium dicitrate is magnesium
    assert contents("Magnesium citrate 400 mg", "compound") == [("magnesium", "citrate", 64.64)]
    assert contents("Magnesium citrate 400 mg", "elemental") == [("magnesium", "citrate", 400)]
    assert "not known" in refused("Magnésium marin 400 mg", "compound")


@pytest.mark.parametrize(
    "line",
    [
        "Pantothénate de calcium 10 mg",
        "Calcium folinate 2500 mcg",
        "Magnesium stearate",
        "Boron 1 mg",
        "Potassium iodide",
        "Croscarmellose sodium 25 mg",
        "Selenium 50 mcg",
        "Vitamin D 0 mcg 0%",
    ],
)
def test_what_only_carries_another_thing_counts_for_nothing(line):
    assert contents(line) == []


@pytest.mark.parametrize(
    ("line", "nutrients", "hidden"),
    [
        ("Cod liver oil 1000 mg", ("vitamin_d", "vitamin_a"), "cod liver oil"),
        ("Lithothamne 500 mg", ("calcium", "magnesium"), "lithothamne"),
        ("Calcium (carbonate)", ("calcium",), ""),
    ],
)
def test_hidden_and_unprinted_amounts_are_named(line, nutrients, hidden):
    (aside,) = read_line(line)
    assert aside == Aside(line, nutrients, hidden)


# --- 69 labels ------------------------------------------------------------------------------------------------------
def labels() -> list[LabelRow]:
    """Every label of the file, one by one; ``tools/make_food_samples.py`` says where they come from."""
    with (Path(__file__).parent / "label_lines.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = []
    for code, group in itertools.groupby(rows, key=lambda row: row["label"]):
        lines = tuple(
            Ingredient(
                row["name"],
                row["form"],
                None if row["unit"].lower() in NO_AMOUNT or not row["amount"] else float(row["amount"]),
                unit_name(row["unit"]),
                float(row["percent"]) if row["percent"] else None,
                row["within"],
            )
            for row in group
        )
        found.append(LabelRow(code, "", "", 1, "serving", lines))
    return found


LABELS = labels()
# What a name on those labels plainly is, and what a unit is worth: written again here, apart from the product.
PLAIN = {"Vitamin D": "vitamin_d", "Vitamin D2": "vitamin_d", "Vitamin D3": "vitamin_d", "Vitamin K": "vitamin_k"}
PLAIN |= {"Vitamin K2": "vitamin_k", "Phosphorous": "phosphorus", "Zinc Picolinate": "zinc"}
PLAIN |= {"Zinc Bisglycinate Chelate": "zinc", "Magnesium Ascorbate": "magnesium"}
PLAIN |= {f"Vitamin {x}": f"vitamin_{x.lower()}" for x in ("A", "C", "E", "B6")}
PLAIN |= {
    x.capitalize(): x for x in ("calcium", "magnesium", "phosphorus", "potassium", "zinc", "copper", "iron", "sodium")
}
MICROGRAMS = {"mcg": 1.0, "mcg RAE": 1.0, "mg": 1e3, "mg AT": 1e3, "g": 1e6}
MICROGRAMS_PER_IU = {"vitamin_d": 0.025, "vitamin_a": 0.3, "vitamin_e": 670.0}
REFUSED = {("271802", "Zinc", 11.0, "ng"), ("209214", "Potassium", 87.5, "mcg")}


def test_every_printed_amount_of_69_labels_is_right_or_refused():
    assert len(LABELS) == 69
    read = refused_lines = 0
    for label in LABELS:
        found = read_label(label)
        printed = {PLAIN[line.name] for line in label.ingredients if line.name in PLAIN and not line.parent}
        expected = []
        for line in label.ingredients:
            nutrient = PLAIN.get(line.name)
            if nutrient is None or not line.amount or (line.parent and nutrient in printed):
                continue
            if (label.code, line.name, line.amount, line.unit) in REFUSED:
                refused_lines += 1
                continue
            per_unit = MICROGRAMS_PER_IU[nutrient] if line.unit == "IU" else MICROGRAMS[line.unit]
            micrograms = line.amount * per_unit
            expected.append((nutrient, micrograms if NUTRIENT_UNIT[nutrient] == "µg" else micrograms / 1e3))
        assert [one.nutrient for one in found.contents] == [nutrient for nutrient, _ in expected], label.code
        for one, (_, amount) in zip(found.contents, expected, strict=True):
            assert one.amount == pytest.approx(amount, rel=0.01), (label.code, one)
        assert len(found.problems) == sum(code == label.code for code, *_ in REFUSED)
        read += len(expected)
    assert (read, refused_lines) == (267, 2)


def test_planted_slips_of_40_and_1000_are_all_caught():
    """In every line with a percentage that leaves anything to compare with."""
    planted = caught = 0
    for label in LABELS:
        for line in label.ingredients:
            if line.name not in PLAIN or not line.amount or (line.percent or 0) < 5:
                continue
            if (label.code, line.name, line.amount, line.unit) in REFUSED:
                continue
            for factor in (1 / 1000, 1 / 40, 40, 1000):
                wrong = Ingredient(line.name, "", line.amount * factor, line.unit, line.percent)
                planted += 1
                caught += bool(read_label(LabelRow("1", "", "", 1, "", (wrong,))).problems)
    assert planted > 800
    assert caught == planted


def test_daily_values_cover_every_nutrient_in_its_unit():
    for nutrient, unit in NUTRIENT_UNIT.items():
        systems = {row.system: row for row in daily_values(nutrient)}
        assert {"US since 2016", "US before 2016"} <= systems.keys(), nutrient
        assert all(row.unit == unit and row.value > 0 for row in systems.values())
    assert {row.system: row.value for row in daily_values("vitamin_d")} == {
        "US since 2016": 20, "US before 2016": 10, "EU": 5
    }  # fmt: skip


NOISE = "Magnésium citrate de ( ) 300 mg 1,000 µg UI % 80 D3 Vitamine = ; + dont 1e9 -5 0 oxyde zinc 25% 1.2.3 ∞ , soit"
PIECES = [
    *NOISE.split(),
    *["12,345", "1,234,567.8", "g", "IU", "ng", "kg", "mmol", "]", "[", "•", "0,5", "(as", "providing", "Calcium"],
]


def test_whatever_is_typed_is_read_or_refused():
    """8,000 lines from pieces of labels and noise: no untyped exception, no amount that is not a positive number."""
    random = Random(7)
    read = 0
    for _ in range(8000):
        line = random.choice(["", " ", "\u00a0"]).join(random.choices(PIECES, k=random.randint(1, 9)))
        try:
            found = read_line(line, random.choice([None, "elemental", "compound"]))
        except PydanticCustomError:
            continue
        read += len(found)
        assert all(0 < one.amount < 1e9 for one in found if isinstance(one, Content))
    assert read > 1000


# --- in a case ------------------------------------------------------------------------------------------------------
def case(*supplements: object, **more: object):
    return parse_case(
        {
            "cofactor": 1,
            "person": {"sex": "female", "age": 58, "weight": "72 kg"},
            "place": {"latitude": 48.9, "country": "FR"},
            "supplements": list(supplements),
            "today": "2026-11-22",
            **more,
        }
    )


def problems(*supplements: object) -> dict[str, str]:
    with pytest.raises(InputError) as error:
        case(*supplements)
    return {problem.where: str(problem) for problem in error.value.problems}


MG_B6 = {
    "label": "Magnésium marin B6",
    "serving": "2 gélules",
    "take": "1 gélule",
    "contents": ["Magnésium (oxyde) 300 mg", "Vitamine B6 1,4 mg", "Vitamine D3 5 µg (200 UI)", "Bore 1 mg"],
    "every": "day",
    "when": ["breakfast", "dinner"],
}


def test_a_product_gives_each_nutrient_per_intake():
    taken = {s.nutrient: s for s in case(MG_B6).supplements}
    assert list(taken) == ["magnesium", "vitamin_b6", "vitamin_d"]
    assert (taken["magnesium"].amount, taken["magnesium"].per_day) == (150, 300)  # one of two capsules, twice a day
    assert taken["magnesium"].form == "oxide"
    assert taken["vitamin_d"].per_day == 5
    assert taken["vitamin_b6"].label == "Magnésium marin B6"
    assert taken["vitamin_b6"].as_typed == "Vitamine B6 1,4 mg"


@pytest.mark.parametrize(
    ("serving", "take", "share"),
    [
        (None, None, 1), ("2 gélules", None, 1), ("2 gélules", "1 gélule", 0.5), ("2 capsules", "3 gélules", 1.5),
        ("1 dose", "2 doses", 2), ("30 g", "15 g", 0.5), ("3 comprimés", 1, 1 / 3),
    ],
)  # fmt: skip
def test_a_serving_of_several_units(serving, take, share):
    entry = {"contents": ["Calcium 300 mg"]} | {k: v for k, v in (("serving", serving), ("take", take)) if v}
    assert case(entry).supplements[0].amount == pytest.approx(300 * share)


def test_every_doubtful_line_is_refused_at_its_place():
    entry = {**MG_B6, "contents": ["Citrate de magnésium 400 mg", "Zinc 10 mg", "Magnesium 300 µg", {"of": "compound"}]}
    found = problems(entry)
    assert list(found) == ["supplements[0].contents[0]", "supplements[0].contents[2]", "supplements[0].contents[3]"]
    assert "compound" in found["supplements[0].contents[0]"]
    entry["contents"] = [{"line": "Citrate de magnésium 400 mg", "of": "compound"}]
    assert case(entry).supplements[0].amount == pytest.approx(400 * 0.1616 / 2)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"take": "1 comprimé"}, "supplements[0].take"),
        ({"take": "500 gélules"}, "supplements[0].take"),
        ({"take": "1 gélule", "product": "dsld:1"}, "supplements[0].product"),
        ({"contents": []}, "supplements[0].contents"),
        ({"amount": "300 mg"}, "supplements[0].amount"),
        ({"contents": None}, "supplements[0]"),
        ({"contents": ["Calcium 1200 mg"], "take": "24 gélules"}, "supplements[0]"),  # 14 g a day
    ],
)
def test_a_product_that_does_not_add_up_is_refused(change, where):
    assert where in problems({**MG_B6, **change})


def test_an_imported_label_by_its_id(tmp_path, monkeypatch):
    monkeypatch.setenv("COFACTOR_FOODS", str(tmp_path / "foods.sqlite"))
    assert "no such label" in problems({"product": "dsld:261967"})["supplements[0].product"].lower()
    import_files([SAMPLES / "dsld_label.json"])
    taken = {s.nutrient: s for s in case({"product": "dsld:261967", "take": "1 tablet"}).supplements}
    assert taken["calcium"].amount == pytest.approx(1000 / 3)  # the amounts are for three tablets
    assert taken["vitamin_k"].form == "MK-7"
    assert taken["vitamin_d"].amount == pytest.approx(20 / 3)
    assert taken["calcium"].label == "Vegan Plant-Based Calcium 1,000 mg"


def test_the_same_nutrient_in_several_products_adds_up_and_is_said():
    of = case(MG_B6, {"nutrient": "magnesium", "form": "citrate", "amount": "100 mg", "of": "elemental"})
    assert sum(intake(of).supplements["magnesium"].values()) == 400
    (note,) = [note for note in of.notes if note.key == "nutrient_in_several"]
    assert note.values["nutrient"] == "magnesium"
    assert note.values["amount"] == 400


def keys(of) -> set[str]:
    return {note.key for note in of.notes}


def test_what_labels_and_medicines_hide_is_said():
    assert "label_names_more" in keys(case({"label": "Magnésium B6", "nutrient": "magnesium", "amount": "300 mg"}))
    assert "hidden_source" in keys(case({"label": "x", "contents": ["Zinc 5 mg", "Huile de foie de morue 1 g"]}))
    assert "hidden_source" in keys(case({"label": "Multivitamines", "contents": ["Zinc 5 mg"]}))
    assert "label_no_amount" in keys(case({"label": "x", "contents": ["Zinc 5 mg", "Calcium"]}))
    assert "label_settled_elemental" in keys(case({"contents": ["Zinc picolinate 15 mg 150 %"]}))
    assert "medicine_holds" in keys(case(medicines=["A02AC01"]))  # calcium carbonate against heartburn
    assert keys(case(medicines=["levothyroxine"])) <= {"reference_assumed"}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_note_of_labels_reads_as_a_sentence(lang):
    words = Words(lang, GateResult((), (), 0))
    of = case(
        MG_B6,
        {"label": "Magnésium B6", "nutrient": "magnesium", "amount": "300 mg"},
        {"label": "x", "contents": ["Zinc picolinate 15 mg 150 %", "Calcium", "Cod liver oil 1 g"]},
        {"contents": ["Citrate de magnésium 2320 mg 100 %"]},
        medicines=["A02AC01"],
    )
    shown = {note.key: words.note(note) for note in of.notes}
    assert {"hidden_source", "label_no_amount", "label_settled_compound", "medicine_holds"} <= shown.keys()
    assert {"label_names_more", "label_settled_elemental", "nutrient_in_several"} <= shown.keys()
    assert set(shown) <= set(NOTES)
    for sentence in shown.values():
        assert "{" not in sentence
        assert "_" not in sentence
