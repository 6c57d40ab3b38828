"""What the text of a model may be before anyone parses it: how long, how deep, of how many parts.

The parsers of Antimony and of SBML are not ours: they recurse on the stack and keep everything, so that a text of a
megabyte can take gigabytes, minutes, or the program down with it. What they would choke on is refused before.
"""

from __future__ import annotations

import re

from cofactor.errors import ModelError
from cofactor.said import Said

MOST_STATEMENTS = 5_000  # of Antimony; the human has 600
LONGEST_STATEMENT = 5_000  # characters; the human's longest has 120
MOST_ELEMENTS = 100_000  # of SBML; the human has 5,600
DEEPEST = 200  # levels of elements or brackets; the human has 20
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BRACKETS = {"(": 1, ")": -1}


def check_antimony(text: str) -> None:
    """Raises :class:`ModelError` where an Antimony text is longer, deeper or of more statements than is read."""
    _refuse_control(text)
    statements = [s for s in re.split(r"[;\n]", text) if s.strip()]
    if len(statements) > MOST_STATEMENTS:
        raise ModelError(Said("{n:,} statements; expected at most {most:,}", n=len(statements), most=MOST_STATEMENTS))
    longest = max(map(len, statements), default=0)
    if longest > LONGEST_STATEMENT:
        said = Said("a statement of {n:,} characters; expected at most {most:,}", n=longest, most=LONGEST_STATEMENT)
        raise ModelError(said)
    for statement in statements:
        depth = 0
        for sign in statement:
            depth += _BRACKETS.get(sign, 0)
            if depth > DEEPEST:
                raise too_deep()


def check_sbml(text: str) -> None:
    """Raises :class:`ModelError` where an SBML text is no XML, deeper or of more elements than is read."""
    from xml.parsers import expat

    _refuse_control(text)
    depth = count = 0

    def opened(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST:
            raise too_deep()
        if count > MOST_ELEMENTS:
            raise ModelError(Said("more than {most:,} elements", most=MOST_ELEMENTS))

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise ModelError(Said("a document type or entity in the XML, which SBML has no use for"))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    try:
        parser.Parse(text.encode(), True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the others: of an encoding that is not read
        raise ModelError(Said("the SBML text cannot be read: it is no XML ({why})", why=str(error))) from None


def too_deep() -> ModelError:
    """What is said of formulas and elements inside one another."""
    said = Said("formulas or elements nested too deep; expected at most {most} levels: split them", most=DEEPEST)
    return ModelError(said)


def _refuse_control(text: str) -> None:
    found = _CONTROL.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        said = Said("the control character {sign!a} in line {line}; expected plain text", sign=found[0], line=line)
        raise ModelError(said)
