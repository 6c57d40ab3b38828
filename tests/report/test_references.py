"""How sources are shown: cut to the reference, the model's constants counted, nothing lost from the full list."""

from __future__ import annotations

import pytest

from cofactor.model.tables import parameters
from cofactor.report.references import of_model, references, short
from cofactor.report.result import result
from cofactor.report.words import Words


@pytest.mark.parametrize(
    ("note", "reference"),
    [
        ("Rosanoff 2022 (proposed lower limit 0.85); symptoms at 0.60 or less; CV: Ricos", "Rosanoff 2022 (proposed "
         "lower limit 0.85)"),
        ("IOM 2011; toxicity: Mayo/Endocrine Society; CV: Stöckl 2009", "IOM 2011; Stöckl 2009"),
        ("EFSA Journal 2015;13(7):4185", "EFSA Journal 2015;13(7):4185"),
        ("OpenBoneMin (Peterson & Riggs 2010): 0.10 /h; reviews give half-lives of 5-15 h", "OpenBoneMin (Peterson & "
         "Riggs 2010)"),
        ("clinical practice; CV: Ricos", "clinical practice"),
    ],
)  # fmt: skip
def test_a_note_is_cut_to_what_it_refers_to(note, reference):
    assert short(note) == reference


def test_constants_are_counted_and_their_publications_named(reports):
    words = Words("fr", reports["anna"].gates)
    fitted = next(p.source for p in parameters() if p.source.text.startswith("set to the calcitriol ratio 0.78"))
    assumed = next(p.source for p in parameters() if p.source.text == "assumption")
    assert [r.text for r in references([fitted, assumed], words)] == ["Fatemi 1991"]
    said = of_model([fitted, assumed], words)
    assert said.startswith("2 constantes")
    assert of_model([], words) == ""


def test_the_result_keeps_every_source_in_full(reports):
    kept = {row["text"] for row in result(reports["anna"], "fr")["sources"]}
    assert kept == {source.text for source in reports["anna"].sources}
