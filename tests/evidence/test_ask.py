"""Questions in everyday words: the four of the article, paraphrases, and questions that are none of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.evidence.ask import LONGEST_QUESTION, concepts, matching
from cofactor.faces.cli import main

THE_FOUR = [
    ("C41", "Can I take vitamin D without magnesium?"),
    ("C41", "Puis-je prendre de la vitamine D sans magnésium ?"),
    ("C42", "How do vitamin D and magnesium improve bone health?"),
    ("C42", "Comment la vitamine D et le magnésium améliorent-ils la santé osseuse ?"),
    ("C43", "What are the signs of magnesium deficiency?"),
    ("C43", "Quels sont les signes d'une carence en magnésium ?"),
    ("C44", "Should I take vitamin D and magnesium together?"),
    ("C44", "Dois-je prendre la vitamine D et le magnésium ensemble ?"),
]
PARAPHRASES = [
    ("C41", "is vit D on its own any good if I never take Mg"),
    ("C41", "La vitamine D seule, sans Mg, ça marche ?"),
    ("C41", "VITAMIN D3 WITHOUT MAGNESIUM???"),
    ("C42", "Does vitamin D do anything against osteoporosis"),
    ("C42", "le magnesium est-il bon pour les os"),
    ("C43", "How would I know if my magnesium is low?"),
    ("C43", "Comment savoir si je manque de magnésium"),
    ("C44", "can i take d3 and magnesium at the same time"),
    ("C44", "Faut-il prendre vitamine D et magnésium en même temps ?"),
    ("C37", "How much vitamin D should I take a day?"),
    ("C37", "Quelle dose de magnésium par jour ?"),
    ("C38", "When should I take magnesium, morning or evening?"),
    ("C20", "Which form of magnesium, citrate or oxide?"),
    ("C30", "Does vitamin K2 keep my arteries clear?"),
    ("C28", "Est-ce que le calcium empêche d'absorber le magnésium ?"),
    ("C02", "Ai-je besoin de vitamine D en hiver ?"),
]
OUTSIDE = [
    "Does vitamin C cure a cold?",
    "What is the capital of France?",
    "Le fer fait-il grossir ?",
    "Does magnesium cure migraine?",
    "Quel temps fera-t-il demain ?",
    "",
    "???",
]


@pytest.mark.parametrize(("name", "question"), [*THE_FOUR, *PARAPHRASES])
def test_a_question_finds_its_statement(name, question):
    found = matching(question)
    assert found is not None, concepts(question)
    assert found.id == name


@pytest.mark.parametrize("question", OUTSIDE)
def test_a_question_outside_of_the_ledger_finds_none(question):
    assert matching(question) is None


def test_a_long_text_is_read_no_further_than_a_question():
    assert matching("x " * LONGEST_QUESTION + "vitamin d without magnesium") is None


def test_the_command_answers_and_refuses():
    shown = CliRunner().invoke(main, ["ask", THE_FOUR[1][1], "--lang", "fr"])
    assert shown.exit_code == 0
    assert "nmol/L" in shown.output
    refused = CliRunner().invoke(main, ["ask", OUTSIDE[1]])
    assert refused.exit_code == 2
    assert refused.stdout == ""


EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_answer_for_a_person_is_their_own():
    asked = ["ask", THE_FOUR[0][1], "--json", "--case"]
    anna, thomas = (
        json.loads(CliRunner().invoke(main, [*asked, str(EXAMPLES / name)]).output)["person"]
        for name in ("anna.yaml", "lille_winter.yaml")
    )
    assert [row["label"] for row in anna["rows"]] == ["D alone", "D with Mg"]
    assert anna["rows"][0]["value"] != thomas["rows"][0]["value"]
    for row in (*anna["rows"], *thomas["rows"]):
        assert row["low"] < row["value"] < row["high"]


def test_gates_are_heard_before_a_simulation_for_a_person():
    shown = CliRunner().invoke(main, ["ask", THE_FOUR[0][1], "--lang", "en", "--case", str(EXAMPLES / "ckd4.yaml")])
    assert shown.output.index("STOP") < shown.output.index("For the person of the case")
