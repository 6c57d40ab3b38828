"""Values of a case as text: read back as they were, with every line kept that did not have to change."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofactor.person import yaml_text
from cofactor.person.case import parse_case
from cofactor.person.case_text import plain, with_values, written

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_case_that_does_not_change_keeps_every_byte(path):
    text = path.read_text(encoding="utf-8")
    assert with_values(text, yaml_text.read(text).value) == text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_case_written_anew_is_the_same_case(path):
    values = yaml_text.read(path.read_text(encoding="utf-8")).value
    assert yaml_text.read(written(values)).value == values


def test_only_the_section_that_changed_is_written_anew():
    text = EXAMPLES[0].read_text(encoding="utf-8")
    assert EXAMPLES[0].stem == "anna"
    values = {**yaml_text.read(text).value, "medicines": ["levothyroxine", {"name": "oméprazole", "when": "waking"}]}
    new = with_values(text, values)
    gone, come = set(text.splitlines()) - set(new.splitlines()), set(new.splitlines()) - set(text.splitlines())
    assert gone == {"medicines: [levothyroxine]"}
    assert come == {"medicines:", "  - levothyroxine", "  - {name: oméprazole, when: waking}"}
    assert new.startswith("# Anna, 58")
    assert len(parse_case(new).medicines) == 2


def test_comments_stay_with_the_section_below_them():
    text = "cofactor: 1\n# what she takes\nmedicines: []\nlabs: []  # none\n"
    new = with_values(text, {"cofactor": 1, "medicines": [], "labs": [{"analyte": "INR", "value": 1.1}]})
    assert new == "cofactor: 1\n# what she takes\nmedicines: []\nlabs:\n  - {analyte: INR, value: 1.1}\n"


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30)
SCALARS = st.one_of(WORDS, st.integers(-(10**9), 10**9), st.booleans())
KEYS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
def test_whatever_a_person_types_is_read_back_as_it_was_typed(values):
    assert yaml_text.read(written(values)).value == values


@pytest.mark.parametrize(
    ("typed", "meant"), [("58", 58), ("18.5", 18.5), ("18,5", "18,5"), ("true", "true"), (" no ", "no")]
)
def test_a_number_is_a_number(typed, meant):
    assert plain(typed) == meant
