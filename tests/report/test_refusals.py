"""What is refused, in the language of the reader: patterns with their values, numbers and sentences inside."""

import json
import pickle

import pytest

from cofactor.errors import DiskError, InputError, Problem, StoreError
from cofactor.report.refusals import error_in, problem_in, rows, told
from cofactor.said import Said, packed, unpacked

NARROW, NBSP = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
PROBLEM = Problem("labs[0]", Said("a list of {n}", n=3), ("ng/mL", Said("a number")), Said("Write a number."))


def test_english_is_the_sentence_itself():
    assert told(Said("a list of {n}", n=3), "en") == "a list of 3"
    assert str(PROBLEM) == "labs[0]: got a list of 3; expected ng/mL, a number. Write a number."
    assert problem_in(PROBLEM, "en") == PROBLEM


def test_french_has_the_same_values():
    expected = f"labs[0]{NBSP}: reçu une liste de 3{NBSP}; attendu ng/mL, un nombre. Écrivez un nombre."
    assert told(str(PROBLEM), "fr") == expected
    assert error_in(InputError([PROBLEM, PROBLEM]), "fr") == f"{expected}\n{expected}"
    assert error_in(DiskError(PROBLEM), "fr") == expected
    row = {"where": "labs[0]", "got": "une liste de 3", "expected": ["ng/mL", "un nombre"], "do": "Écrivez un nombre."}
    assert rows([PROBLEM], "fr") == [row]


def test_numbers_are_written_as_the_language_does():
    said = Said("at most {most:,} characters", most=12000)
    assert (told(said, "en"), told(said, "fr")) == ("at most 12,000 characters", f"12{NARROW}000 caractères au plus")
    assert told(Said("at least {low:g}", low=0.5), "fr") == "0,5 au moins"


def test_words_of_others_are_told_as_they_are():
    assert told(Said.quoted("Write a number."), "fr") == "Write a number."
    assert told("Write a number.", "fr") == "Write a number."
    assert told(str(StoreError(Said("the unknown key `{key}`", key="a: b"))), "fr") == "la clé inconnue `a: b`"


@pytest.mark.parametrize("carried", [lambda s: pickle.loads(pickle.dumps(s)), lambda s: unpacked(packed(s))])
def test_a_sentence_survives_another_process(carried):
    said = Said("keys and values ({keys})", keys=(Said("a list of {n}", n=2), "b"))
    assert json.loads(json.dumps(packed(said)))["values"]["keys"][1] == "b"
    assert carried(said) == said == "keys and values (a list of 2, b)"
    assert told(carried(said), "fr") == "des clés et des valeurs (une liste de 2, b)"


def test_braces_may_stand_in_a_sentence_without_values():
    assert Said("Write {magnesium: 240 mg, ...}, per day.") == "Write {magnesium: 240 mg, ...}, per day."
    with pytest.raises(KeyError):
        Said("{n} entries", m=3)
