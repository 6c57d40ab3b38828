"""Laboratory results from spreadsheets, with headers in English and French."""

from __future__ import annotations

from datetime import date

import pytest

from cofactor.errors import InputError
from cofactor.person.lab_csv import Order, decode, read
from cofactor.person.lab_sheet import Aside, PrintedRange

FRENCH = (
    "Date de prélèvement;Analyse;Résultat;Unité;Valeurs de référence\n"
    "25/09/2026;Vitamine D (25-OH);18,5;ng/mL;30 - 100\n"
    "02/10/2026;Magnésium;0,82;mmol/L;0,75 à 0,95 mmol/L\n"
    "02/10/2026;Ferritine;82;µg/L;\n"
    "02/10/2026;Calcium;;mmol/L;\n"
)
ENGLISH = "date,loinc,value,unit,low,high\n2026-10-02,2601-3,0.82,mmol/L,0.75,0.95\n"


def test_a_french_export():
    sheet = read(FRENCH)
    d, mg = sheet.readings
    assert (d.day, d.name, d.value, d.unit) == (date(2026, 9, 25), "Vitamine D (25-OH)", "18,5", "ng/mL")
    assert d.printed == PrintedRange(30.0, 100.0)
    assert mg.day == date(2026, 10, 2)  # the first row tells that days come first
    assert mg.printed == PrintedRange(0.75, 0.95, "mmol/L")
    assert sheet.aside == {Aside.OTHER_TEST: 1, Aside.NO_VALUE: 1}


def test_an_english_export_with_codes():
    (mg,) = read(ENGLISH).readings
    assert (mg.codes, mg.value, mg.unit, mg.printed) == (("2601-3",), "0.82", "mmol/L", PrintedRange(0.75, 0.95))
    assert mg.where == "line 2"


def test_windows_text_is_decoded():
    assert read(decode(FRENCH.encode("cp1252"))).readings == read(FRENCH).readings
    assert read(decode(b"\xef\xbb\xbf" + ENGLISH.encode())).readings == read(ENGLISH).readings


@pytest.mark.parametrize(
    ("days", "order", "expected"),
    [
        (["03/04/2026"], None, None),
        (["03/04/2026"], Order.DAY_FIRST, [date(2026, 4, 3)]),
        (["03/04/2026"], Order.MONTH_FIRST, [date(2026, 3, 4)]),
        (["03/04/2026", "25/04/2026"], None, [date(2026, 4, 3), date(2026, 4, 25)]),
        (["03/04/2026", "04/25/2026"], None, [date(2026, 3, 4), date(2026, 4, 25)]),
        (["04/04/2026"], None, [date(2026, 4, 4)]),
        (["2026-04-03 08:10"], None, [date(2026, 4, 3)]),
        (["31/02/2026"], Order.DAY_FIRST, None),
        (["yesterday"], None, None),
    ],
)
def test_dates_are_never_guessed(days, order, expected):
    sheet = read("date,test,value,unit\n" + "".join(f"{d},magnesium,0.82,mmol/L\n" for d in days), order)
    if expected is None:
        assert (sheet.readings, len(sheet.problems)) == ([], 1)
        assert sheet.problems[0].where == "line 2"
        assert sheet.problems[0].do
    else:
        assert [r.day for r in sheet.readings] == expected


def test_dates_that_contradict_each_other_are_refused():
    text = "date,test,value,unit\n25/04/2026,mg,0.82,mmol/L\n04/25/2026,mg,0.82,mmol/L\n"
    assert len(read(text).problems) == 2


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("", "no rows"),
        ("\n\n", "no rows"),
        ("a,b\n1,2\n", "no column"),
        ("date,value\n2026-10-02,3\n", "no column for the test"),
        ("date,test\n2026-10-02,mg\n", "no column for the value"),
        ("date,test,value\n" + "x,y,z\n" * 20_001, "rows"),
        ("a\0b", "binary"),
        ('date,test,value\n"' + "x" * 200_000 + '",mg,1\n', "field larger"),
    ],
)
def test_what_is_no_table_of_results_is_refused(text, got):
    with pytest.raises(InputError, match=got) as caught:
        read(text)
    assert all(p.do and p.expected for p in caught.value.problems)


def test_odd_rows_are_no_trouble():
    text = "date,test,value,unit,low,high\n2026-10-02,mg,0.82\n,,,\n2026-10-02,mg,0.9,mmol/L,x,nan\n"
    sheet = read(text)
    assert [(r.unit, r.printed) for r in sheet.readings] == [(None, None), ("mmol/L", None)]
    long = read("date,test,value\n2026-10-02,mg," + "9" * 600 + "\n")
    assert len(long.problems) == 1


def test_tests_that_sound_like_ours_are_named():
    assert read("date,test,value\n2026-10-02,Magnésium urinaire,3\n").not_read == ["Magnésium urinaire"]
