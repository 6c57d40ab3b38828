"""Answers to gate questions: yes, no, or not known, in English or French."""

from __future__ import annotations

from cofactor.facts.gates import questions
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import word
from cofactor.person.words import YES_NO, nearest
from cofactor.said import Said


def read_answer(question: str, value: object) -> bool | None:
    """Read one answer; ``None`` is "not known", which counts as not answered.

    An unknown question is refused, for an answer that no gate hears would be worse than none.
    """
    known = questions()
    if question not in known:
        close = nearest(question, known)
        do = Said("Did you mean `{word}`?", word=close[0]) if close else Said("Use the id of a gate's question.")
        raise refusal(Said("the unknown question `{question}`", question=describe(question)), do, close or known)
    return None if value is None else word(value, YES_NO)
