"""The JSON Schema of the case file: what an editor is told agrees with what the parser does."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest

from cofactor.facts.gates import questions
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT
from cofactor.person.case import json_schema
from cofactor.person.yaml_text import read

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
KEYWORDS = {
    "type", "enum", "const", "anyOf", "$ref", "properties", "required", "additionalProperties", "items", "minItems",
    "maxItems", "pattern", "minLength", "maxLength",
}  # fmt: skip
SILENT = {"$schema", "$defs", "title", "description", "examples", "default"}
TYPES = {
    "string": str, "object": dict, "array": list, "boolean": bool, "null": type(None), "integer": int,
    "number": (int, float),
}  # fmt: skip


def errors(value, schema, root, path="$"):
    """The places at which a value breaks a schema: the part of JSON Schema 2020-12 that ours uses, and no other."""
    assert set(schema) <= KEYWORDS | SILENT, set(schema) - KEYWORDS - SILENT
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return errors(value, target, root, path)
    found = []
    if "anyOf" in schema and all(errors(value, option, root, path) for option in schema["anyOf"]):
        found.append(path)
    if "type" in schema:
        is_bool = isinstance(value, bool)
        if not isinstance(value, TYPES[schema["type"]]) or (is_bool and schema["type"] in ("integer", "number")):
            return [*found, path]
    if "enum" in schema and value not in schema["enum"]:
        found.append(path)
    if "const" in schema and value != schema["const"]:
        found.append(path)
    if isinstance(value, str):
        fits = re.search(schema.get("pattern", ""), value) and len(value) >= schema.get("minLength", 0)
        found += [] if fits else [path]
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            found.append(path)
        for i, item in enumerate(value):
            found += errors(item, schema.get("items", {}), root, f"{path}[{i}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{path}.{key}" for key in schema.get("required", ()) if key not in value]
        for key, inner in value.items():
            if key in known:
                found += errors(inner, known[key], root, f"{path}.{key}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{path}.{key}")
    return found


@pytest.fixture(scope="module")
def schema():
    return json_schema()


@pytest.fixture
def anna():
    return read((EXAMPLES[0].parent / "anna.yaml").read_text(encoding="utf-8")).value


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_passes(schema, path):
    case = read(path.read_text(encoding="utf-8")).value
    assert errors(case, schema, schema) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("cofactor",), 2),
        (("colour",), "red"),
        (("person",), None),
        (("person", "weight"), 72),
        (("person", "weight"), "72"),
        (("person", "sex"), "x"),
        (("person", "skin"), 7),
        (("person", "hieght"), "165 cm"),
        (("place", "country"), "UK"),
        (("sun",), "sometimes"),
        (("sun", "outdoors"), 30),
        (("diet", "reference"), "WHO"),
        (("diet", "totals", "selenium"), "50 µg"),
        (("diet", "totals", "magnesium"), 240),
        (("diet", "foods", 0, "amount"), 100),
        (("supplements", 0, "nutrient"), "vitamin d"),
        (("supplements", 0, "amount"), 1000),
        (("supplements", 0, "since"), "10/01/2026"),
        (("medicines", 0), 12),
        (("answers", "kidney_stone"), "no"),
        (("answers", "kidney_stones"), "perhaps"),
        (("labs", 0, "analyte"), "vitamin d"),
        (("labs", 0, "date"), "2026"),
        (("labs", 0, "value"), "high"),
        (("labs",), {}),
        (("goals", "25OHD"), [50, 125]),
        (("today",), "22/11/2026"),
    ],
)
def test_a_broken_case_fails_where_it_is_broken(schema, anna, path, value):
    case = copy.deepcopy(anna)
    parent = case
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    assert errors(case, schema, schema)


@pytest.mark.parametrize("path", [("cofactor",), ("person",), ("place", "latitude"), ("person", "weight")])
def test_a_missing_key_fails(schema, anna, path):
    parent = anna
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    assert errors(anna, schema, schema) == ["$." + ".".join(path)]


def test_every_key_is_explained(schema):
    for model in [schema, *schema["$defs"].values()]:
        assert model["description"]
        for key, part in model["properties"].items():
            assert part.get("description"), key


def test_the_vocabularies_are_those_of_the_tables(schema):
    assert set(schema["properties"]["diet"]["anyOf"][0]) == {"$ref"}
    assert set(schema["$defs"]["DietIn"]["properties"]["totals"]["properties"]) == set(NUTRIENT_UNIT)
    assert schema["$defs"]["LabIn"]["properties"]["analyte"]["enum"] == list(ANALYTE_UNIT)
    assert tuple(schema["properties"]["answers"]["properties"]) == questions()


def test_it_is_plain_json(schema):
    assert json.loads(json.dumps(schema)) == schema
