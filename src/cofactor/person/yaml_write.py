"""Plain values to YAML 1.2 text, as a person would write a case or a trial file: short things on one line."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

_WIDTH = 110  # characters of a line
_QUOTED_DATE = re.compile(r"(?<=: )'(\d{4}-\d\d-\d\d)'(?=[,}\n])")
"""YAML 1.2 has no dates, so they need no quotes; the writer thinks of YAML 1.1."""
_SHORT = 96
"""A mapping or list stands on one line where it fits into so many characters."""


def yaml_text(values: Mapping[str, object]) -> str:
    """The text of a file that holds these values; :func:`cofactor.person.yaml_text.read` gives them back."""
    writer = YAML()
    writer.width = _WIDTH
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    writer.dump(_laid_out(values, top=True), out)
    return _QUOTED_DATE.sub(r"\1", out.getvalue())


def _laid_out(value: object, *, top: bool = False) -> object:
    """The same with each mapping and list marked to stand on one line or on several."""
    found: CommentedMap | CommentedSeq
    if isinstance(value, Mapping):
        found = CommentedMap((key, _laid_out(entry)) for key, entry in value.items())
    elif isinstance(value, list | tuple):
        found = CommentedSeq(_laid_out(entry) for entry in value)
    else:
        return value
    if not top and len(str(value)) <= _SHORT:
        found.fa.set_flow_style()
    return found
