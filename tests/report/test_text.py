"""The catalogues: the same keys and values in both languages, nothing that may not be said, French typography."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import cofactor.report
from cofactor.report.text import Text, catalogue, placeholders, typeset

FOLDER = Path(cofactor.report.__file__).parent / "text"
# Safety rules, section 5. The ledger quotes and judges; its answers obey the same list.
BANNED = {
    "en": r"\b(you are deficient|safe|safely|optimal|boosts?|detox|supports?|helps?|prevents?|treats?|corrects)\b",
    "fr": r"\b(vous êtes carencée?|sans danger|sûre?s?|optimale?s?|booste|détox|soutient|prévient|corrige)\b",
}


def test_both_languages_have_the_same_keys():
    assert catalogue("en").keys() == catalogue("fr").keys()


def test_both_languages_show_the_same_values():
    english, french = catalogue("en"), catalogue("fr")
    different = [key for key in english if placeholders(english[key]) != placeholders(french[key])]
    assert different == []


def test_both_languages_have_the_same_files():
    files = {lang: {p.name for p in (FOLDER / lang).glob("*.toml")} for lang in ("en", "fr")}
    assert files["en"] == files["fr"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_sentence_says_what_may_not_be_said(lang):
    found = {key: text for key, text in catalogue(lang).items() if re.search(BANNED[lang], text, re.IGNORECASE)}
    assert found == {}


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "This is SAFE."), ("en", "It helps bones."), ("fr", "Un taux optimal.")]
)
def test_the_ban_finds_what_it_should(lang, said):
    assert re.search(BANNED[lang], said, re.IGNORECASE)


def test_no_sentence_is_left_in_the_other_language():
    english, french = catalogue("en"), catalogue("fr")
    same = {key for key in english if english[key] == french[key] and len(english[key].split()) > 3}
    assert same == set()


def test_french_marks_are_bound_to_their_words():
    assert typeset("Pourquoi : 5 % ?", "fr") == "Pourquoi\u00a0: 5\u00a0%\u00a0?"
    for key, sentence in catalogue("fr").items():
        shown = typeset(sentence, "fr")
        assert not re.search(r"[  ][:;!?»]", shown.replace("\u00a0", "_")), key
        assert "'" not in re.sub(r"`[^`]*`", "", sentence), f"{key}: a typewriter apostrophe"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_file_is_plain_toml(lang):
    for path in (FOLDER / lang).glob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))


def test_a_missing_value_is_an_error():
    with pytest.raises(Exception, match="needs"):
        Text("en")("why.timing.apart", medicine="x")
