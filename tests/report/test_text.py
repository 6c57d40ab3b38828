"""The catalogues: same keys and values in both languages, nothing unused, nothing that may not be said, typography."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import cofactor
import cofactor.report
from cofactor.assess.gates import emergencies
from cofactor.assess.types import Level
from cofactor.facts.gates import gate_rules, questions
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT, load
from cofactor.person.notes import NOTES
from cofactor.plan.types import SLOTS
from cofactor.report.text import Text, TextError, catalogue, flat, placeholders, typeset

SOURCE = Path(cofactor.__file__).parent
FOLDER = Path(cofactor.report.__file__).parent / "text"
OF_A_PLAN = ("names", "plan", "summary")
# Keys that are looked up by a name from a closed set: the section, and every name that may stand in it.
CLOSED = {
    "nutrient": {*NUTRIENT_UNIT, "vitamin_d:bolus", "*"},
    "analyte": set(ANALYTE_UNIT),
    "slot": {*SLOTS, "snack"},
    "level": set(Level),
    "question": set(questions()),
    "sign": set(emergencies()),
    "note": {*NOTES, "near"},
}


def keys_in_code() -> Iterator[str]:
    """Every string of the source that looks like a key, as a pattern: ``unknown.unused.{reason}`` leaves a gap."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in node.values]
                yield "".join(parts)


def asked_for(tree: ast.AST) -> Iterator[str]:
    """The keys that the source asks for by a whole name: ``text("title.plan")``, ``Reason("withheld.bolus", {})``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        key = node.args[0].value
        if called in ("text", "Reason") and isinstance(key, str) and "." in key:
            yield key


def test_both_languages_have_the_same_keys():
    assert catalogue("en").keys() == catalogue("fr").keys()


def test_both_languages_show_the_same_values():
    english, french = catalogue("en"), catalogue("fr")
    different = [key for key in english if placeholders(english[key]) != placeholders(french[key])]
    assert different == []


def test_both_languages_have_the_same_files():
    files = {lang: {p.name for p in (FOLDER / lang).glob("*.toml")} for lang in ("en", "fr")}
    assert files["en"] == files["fr"]


def test_every_key_of_a_plan_is_used():
    """No sentence waits for a caller: each key is a string of the source, or fits one that leaves a gap."""
    patterns = {pattern for pattern in keys_in_code() if re.match(r"[a-z_]+\\\.[^\\]", pattern)}
    used = re.compile("|".join(sorted(patterns)))
    assert not used.fullmatch("title.no_such_key")
    checked = [tomllib.loads((FOLDER / "en" / f"{name}.toml").read_text(encoding="utf-8")) for name in OF_A_PLAN]
    keys = [key for table in checked for key, _ in flat(table)]
    assert len(keys) > 150
    assert [key for key in keys if not used.fullmatch(key)] == []


def test_every_key_that_is_asked_for_exists():
    wanted = {key for path in SOURCE.rglob("*.py") for key in asked_for(ast.parse(path.read_text(encoding="utf-8")))}
    assert len(wanted) > 40
    assert sorted(wanted - catalogue("en").keys()) == []


def test_a_reason_of_the_planner_has_a_sentence():
    """Reasons whose key names a nutrient fit at least one sentence each."""
    text = (SOURCE / "plan" / "explain.py").read_text(encoding="utf-8")
    gaps = re.findall(r'Reason\(f"([^"]+)"', text)
    assert gaps
    for key in gaps:
        pattern = re.compile(re.sub(r"\\{[^}]*\\}", "[a-z_]+", re.escape(key)))
        assert any(pattern.fullmatch(known) for known in catalogue("en")), key


@pytest.mark.parametrize("section", sorted(CLOSED))
def test_a_closed_set_has_exactly_its_sentences(section):
    assert set(Text("en").names(section)) == CLOSED[section]


def test_every_gate_has_its_reason_and_something_to_do():
    for id_, rule in gate_rules().items():
        if rule.level == "PART":
            continue
        assert f"gate.{id_}.why" in catalogue("en")
        assert f"gate.{id_}.do" in catalogue("en") or load().interaction(id_).action_fr


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_sentence_says_what_may_not_be_said(lang, banned):
    found = {key: text for key, text in catalogue(lang).items() if re.search(banned[lang], text, re.IGNORECASE)}
    assert found == {}


def test_no_advice_of_an_interaction_says_what_may_not_be_said(banned):
    """What professionals treat and correct is named there; that a nutrient does so is not."""
    spoken = {
        lang: re.sub(r"\|treats\?|\|corrects|\|traite.*?\)\?|\|corrige.*?\)\?", "", ban) for lang, ban in banned.items()
    }
    rows = {row.id: (row.action_en, row.action_fr) for row in load().interactions if row.id in gate_rules()}
    for id_, (english, french) in rows.items():
        assert not re.search(spoken["en"], english, re.IGNORECASE), id_
        assert not re.search(spoken["fr"], french, re.IGNORECASE), id_


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "This is SAFE."), ("en", "It helps bones."), ("fr", "Un taux optimal."), ("fr", "Le zinc soutient l’os.")],
)
def test_the_ban_finds_what_it_should(lang, said, banned):
    assert re.search(banned[lang], said, re.IGNORECASE)


def test_no_sentence_is_left_in_the_other_language():
    english, french = catalogue("en"), catalogue("fr")
    same = {key for key in english if english[key] == french[key] and len(english[key].split()) > 3}
    assert same == set()


def test_french_addresses_its_reader_politely():
    """Vouvoiement: no tu, ton, tes, toi in any sentence."""
    tu = r"(?:^|[\s’(«])(tu|toi|ton|tes|ta)(?=[\s,.;:!?])"
    assert {key: text for key, text in catalogue("fr").items() if re.search(tu, text, re.IGNORECASE)} == {}


def test_french_marks_are_bound_to_their_words():
    assert typeset("Pourquoi : 5 % ?", "fr") == "Pourquoi\u00a0: 5\u00a0%\u00a0?"
    for key, sentence in catalogue("fr").items():
        shown = typeset(sentence, "fr")
        assert not re.search(r"[  ][:;!?»]", shown.replace("\u00a0", "_")), key
        assert not re.search(r"\w[;!?»]", shown), f"{key}: a mark without its space"
        assert "'" not in re.sub(r"`[^`]*`", "", sentence), f"{key}: a typewriter apostrophe"


def test_no_french_article_meets_a_value_that_may_begin_with_a_vowel():
    """``de {medicine}`` would give ``de alendronate``: such values stand after a colon or in brackets."""
    vowels = r"\b(?:de|le|que) \{(?:medicine|product|nutrient|form|what|condition)\}"
    allowed = {"title.item", "title.item_split", "title.more", "note.amount_of_compound"}
    assert {key for key, text in catalogue("fr").items() if re.search(vowels, text)} <= allowed


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_file_is_plain_toml(lang):
    for path in (FOLDER / lang).glob("*.toml"):
        assert dict(flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def test_a_missing_value_is_an_error():
    with pytest.raises(TextError, match="needs hours"):
        Text("en")("why.timing.apart", medicine="x")


def test_a_missing_sentence_is_an_error():
    with pytest.raises(TextError, match="no sentence"):
        Text("fr")("why.nothing")
