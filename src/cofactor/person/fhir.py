"""FHIR R4 JSON to laboratory results: an Observation, or a Bundle that holds some at any place.

Only what a result needs is looked at: code, status, day of the sample, value, unit and printed range. Names, addresses
and identifiers are never kept. The text comes from elsewhere and is trusted in nothing: size, depth, numbers that JSON
does not have (NaN), one key twice and results of several people are refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cofactor.errors import InputError, Problem
from cofactor.person.fhir_observation import Json, items, read_observation
from cofactor.person.lab_sheet import Aside, Sheet
from cofactor.person.problems import describe
from cofactor.said import Said

MAX_CHARACTERS = 20_000_000
"""A whole hospital stay is a few MB."""
MAX_DEPTH = 40  # ours: real exports nest two or three levels
MAX_RESOURCES = 50_000  # ours: a whole stay in hospital is a few thousand
_DEPTH = Said("at most {most} levels", most=MAX_DEPTH)


def read(text: str) -> Sheet:
    """Every laboratory result of a FHIR text. Raises :class:`InputError` where it is not one that can be trusted."""
    root = _parse(text)
    found = list(_observations(root))
    people = _subjects(found)
    if len(people) > 1:
        do = Said("Export the results of one person only: a case file is one person.")
        raise _refused("Bundle", Said("results of {n} people", n=len(people)), Said("one person"), do)
    sheet = Sheet()
    for where, observation in _newest(found, sheet):
        read_observation(where, observation, sheet)
    return sheet


# ------------------------------------------------------------------------------------------------ the JSON itself


def _parse(text: str) -> Json:
    if len(text) > MAX_CHARACTERS:
        most = Said("at most {most:,}", most=MAX_CHARACTERS)
        raise _refused(Said("file"), Said("{n:,} characters", n=len(text)), most, Said("Split the export."))
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except InputError:
        raise
    except RecursionError:
        raise _refused(Said("file"), Said("values nested too deep"), _DEPTH, Said("Export it again.")) from None
    except json.JSONDecodeError as error:
        where = Said("line {line}, column {column}", line=error.lineno, column=error.colno)
        raise _refused(where, error.msg, "JSON", Said("Give the file as it was exported.")) from None
    except ValueError as error:
        raise _refused(Said("file"), str(error)[:120], "JSON", Said("Give the file as it was exported.")) from None
    if not isinstance(value, Mapping) or not isinstance(value.get("resourceType"), str):
        do = Said("Export the results as FHIR R4 JSON.")
        raise _refused(Said("file"), describe(value), Said("a FHIR resource (Bundle or Observation)"), do)
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        got = Said("the key {key} twice", key=describe(twice))
        raise _refused(Said("file"), got, Said("each key once"), Said("Export the file again."))
    return found


def _no_constant(name: str) -> object:
    raise _refused(Said("file"), name, Said("a number"), Said("A result must be a number: export the file again."))


def _refused(where: str, got: str, expected: str, do: Said) -> InputError:
    return InputError([Problem(where, got, (expected,), do)])


# ------------------------------------------------------------------------------------- where results may stand


def _observations(root: Json) -> Iterator[tuple[str, Json]]:
    """Observations with their place, in the order of the file: in bundles of bundles, contained, in parameters."""
    waiting: list[tuple[str, object, int]] = [("", root, 0)]
    seen = 0
    while waiting:
        where, node, depth = waiting.pop()
        if not isinstance(node, Mapping):
            continue
        seen += 1
        if seen > MAX_RESOURCES:
            got = Said("more than {most:,} resources", most=MAX_RESOURCES)
            raise _refused(Said("file"), got, Said("fewer"), Said("Split the export."))
        if depth > MAX_DEPTH:
            raise _refused(where[:80], Said("resources nested too deep"), _DEPTH, Said("Export it again."))
        if node.get("resourceType") == "Observation":
            yield where or "Observation", node
        waiting += reversed([(w, n, depth + 1) for w, n in _inner(where, node)])


def _inner(where: str, node: Json) -> Iterator[tuple[str, object]]:
    dot = f"{where}." if where else ""
    for i, entry in enumerate(items(node.get("entry"))):
        if isinstance(entry, Mapping):
            yield f"{dot}entry[{i}].resource", entry.get("resource")
    for i, parameter in enumerate(items(node.get("parameter"))):
        if isinstance(parameter, Mapping):
            yield f"{dot}parameter[{i}].resource", parameter.get("resource")
    for i, contained in enumerate(items(node.get("contained"))):
        yield f"{dot}contained[{i}]", contained


def _subjects(found: list[tuple[str, Json]]) -> set[str]:
    """The people whom the results are of: by reference, whatever server it names; else by identifier."""
    subjects = [s for _, o in found if isinstance(s := o.get("subject"), Mapping)]
    references = {r.rpartition("/")[2] for s in subjects if isinstance(r := s.get("reference"), str)}
    named = [s["identifier"] for s in subjects if isinstance(s.get("identifier"), Mapping)]
    return references or {str(i.get("value")) for i in named if isinstance(i, Mapping)}


def _newest(found: list[tuple[str, Json]], sheet: Sheet) -> Iterator[tuple[str, Json]]:
    """Of several versions of one Observation only the last: a correction takes the place of what it corrects."""
    latest: dict[str, tuple[str, int]] = {}
    for where, observation in found:
        name = _name_of_version(where, observation)
        if name:
            latest[name] = max(latest.get(name, ("", 0)), _version(observation))
    given: dict[str, list[Json]] = {}
    for where, observation in found:
        name = _name_of_version(where, observation)
        if name and (_version(observation) < latest[name] or observation in given.get(name, [])):
            sheet.aside[Aside.REPLACED] += 1
            continue
        if name:
            given.setdefault(name, []).append(observation)
        yield where, observation


def _name_of_version(where: str, observation: Json) -> str:
    """The id by which versions are told; what is contained has an id of its container only."""
    name = observation.get("id")
    return name if isinstance(name, str) and "contained[" not in where else ""


def _version(observation: Json) -> tuple[str, int]:
    meta = observation.get("meta")
    if not isinstance(meta, Mapping):
        return "", 0
    version = str(meta.get("versionId", ""))
    return str(meta.get("lastUpdated", "")), int(version) if version.isdigit() and len(version) < 10 else 0
