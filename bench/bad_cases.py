"""Generated and mutated case files: each is read, or refused in words, within a second; nothing else ever comes out.

Run `python bench/bad_cases.py [FILES] [SEED] [--write]`; the test suite runs a smaller form. Three kinds in turn: files
built from the published schema with a wrong value here and there, real examples with some values or characters changed,
and text made of the signs that YAML is made of.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cofactor.errors import InputError
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT
from cofactor.person.case import json_schema, parse_case
from cofactor.person.yaml_text import read
from proof_table import Proof, asked, conclude

EXAMPLES = [p.read_text(encoding="utf-8") for p in sorted((Path(__file__).parents[1] / "examples").glob("*.yaml"))]
SIGNS = [
    *":,[]{}\"'#&*!|>%@`?-=<~\n\t ",
    "\r\n",
    "---\n",
    "...\n",
    "!!python/object:os.system",
    "&a [*a]",
    "é",
    "œ",
    "µ",
    "\0",
]
NUMBERS = (0, -1, 1e308, -1e-308, 10**400)
TEXTS = ("", " ", "no", "72 kg", "1 000 IU", "1,000 IU", "<", ">=", "[1,2]", "2026-02-30", "2026-13-01", "NaN", "inf")
TEXTS += ("1e400 kg", "x" * 5000, "١٢ mg", "18 ng/dl", "🦴", "1/0", "0x10", "1_000 mg", "'", "${HOME}")
NESTS = ([], {}, [[[[[]]]]], [None], {"a": {}}, {"": ""}, [1, "2", None], ["x"] * 300)
JUNK = (None, True, False, *NUMBERS, *TEXTS, *NESTS)


@dataclass
class Found:
    """What came of many files. ``broken`` holds what must never happen, with the file it happened on."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


def study(files: int, seed: int) -> Found:
    """Give that many files to the reader."""
    rng, found, begin = random.Random(seed), Found(), time.perf_counter()
    schema = json_schema()
    for n in range(files):
        kind, text = _file(n % 3, rng, schema)
        start = time.perf_counter()
        try:
            parse_case(text)
            found.read += 1
        except InputError as error:
            found.refused += 1
            silent = [p for p in error.problems if not (p.where and p.got and p.do)]
            if silent or not error.problems:
                found.broken.append(f"{kind}: a refusal without words: {silent} on {text!r:.300}")
        except Exception as error:  # anything else is what this study looks for
            found.broken.append(f"{kind}: {type(error).__name__} {error} on {text!r:.300}")
        took = time.perf_counter() - start
        found.slowest = max(found.slowest, took)
        if took > 1:
            found.broken.append(f"{kind}: {took:.1f} s on {text!r:.300}")
        found.kinds[kind] += 1
    found.seconds = time.perf_counter() - begin
    return found


def _file(kind: int, rng: random.Random, schema: dict) -> tuple[str, str]:
    if kind == 0:
        return "generated", _as_text(_generated(schema, rng))
    if kind == 1 and rng.random() < 0.7:
        return "mutated values", _as_text(mutated(read(rng.choice(EXAMPLES)).value, rng))
    if kind == 1 or rng.random() < 0.6:
        return "mutated text", _scribbled(rng.choice(EXAMPLES), rng)
    return "signs", "".join(rng.choice([*SIGNS, "person", "labs", "1", "a: b"]) for _ in range(rng.randint(0, 200)))


def _junk(rng: random.Random) -> object:
    return copy.deepcopy(rng.choice(JUNK))  # so that no piece of junk comes to hold itself


def _as_text(value: object) -> str:
    """JSON over many lines is YAML; what JSON cannot write is written as Python would."""
    try:
        return json.dumps(value, indent=1, ensure_ascii=False, default=str)
    except ValueError:
        return repr(value)


# ---------------------------------------------------------------------------------------------- from the schema


def _generated(schema: dict, rng: random.Random) -> object:
    value = _of(schema, schema, rng, 0)
    if isinstance(value, dict) and rng.random() < 0.8:
        value |= {"cofactor": 1, "today": "2026-11-22"}
    return value


def _of(part: dict, root: dict, rng: random.Random, depth: int) -> object:
    """A value that an editor would accept, or, now and then, junk."""
    if rng.random() < 0.02 or depth > 8:
        return _junk(rng)
    if "$ref" in part:
        return _of(root["$defs"][part["$ref"].rsplit("/", 1)[1]], root, rng, depth + 1)
    for several in ("anyOf", "oneOf"):
        if several in part:
            return _of(rng.choice(part[several]), root, rng, depth + 1)
    if "const" in part or "enum" in part:
        return part.get("const", rng.choice(part.get("enum", [None])))
    kind = part.get("type")
    if kind == "object" or "properties" in part:
        return _object(part, root, rng, depth)
    if kind == "array":
        return [_of(part.get("items", {}), root, rng, depth + 1) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    if kind in ("number", "integer"):
        return rng.choice([0, 1, 2, 58, 48.9, 72.5, 1968, -3, 250_000])
    return _text(part, rng) if kind != "boolean" else rng.random() < 0.5


def _object(part: dict, root: dict, rng: random.Random, depth: int) -> dict:
    needed, properties = set(part.get("required", ())), part.get("properties", {})
    found = {
        key: _of(inner, root, rng, depth + 1)
        for key, inner in properties.items()
        if (key in needed and rng.random() < 0.97) or rng.random() < 0.4
    }
    if rng.random() < 0.03:
        found[rng.choice(["suplements", "x", "", "1"])] = _junk(rng)
    return found


def _text(part: dict, rng: random.Random) -> str:
    examples = [str(e) for e in part.get("examples", ())]
    words = [*NUTRIENT_UNIT, *ANALYTE_UNIT, "D3", "citrate", "ng/mL", "mmol/L", "breakfast", "soir", "Anna", "warfarin"]
    amounts = ["1000 IU", "300 mg", "18,5 ng/mL", "72 kg", "165 cm", "30 min/day", "20 %", "100 g", "2 slices", "N18.4"]
    days = ["2026-10-02", "1968-03-02", "2026-1-2", "day", "30 days", "week"]
    return rng.choice([*examples * 4, *words, *amounts, *days])


# ------------------------------------------------------------------------------------------------- from examples


def _places(value: object, path: tuple = ()) -> Iterator[tuple]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def mutated(value: object, rng: random.Random) -> object:
    """The value with a few of its parts left out, renamed, repeated, scaled or made junk."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        *above, last = rng.choice(list(_places(value)))
        parent = value
        for key in above:
            parent = parent[key]
        action = rng.random()
        if action < 0.15 and isinstance(parent, dict):
            parent.pop(last)
        elif action < 0.3 and isinstance(parent, dict):
            parent[str(last)[: rng.randint(0, 6)] + rng.choice(["", "s", "x"])] = _junk(rng)
        elif action < 0.4 and isinstance(parent, list) and len(parent) < 10:
            parent *= rng.choice([2, 30])
        elif action < 0.7 and type(parent[last]) in (int, float) and abs(parent[last]) < 1e9:
            parent[last] *= rng.choice([0.5, 0.9, 1.1, 2])
        else:
            parent[last] = _junk(rng)
        if not list(_places(value)):
            break
    return value


def _scribbled(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 6)):
        at, cut = rng.randint(0, len(text)), rng.choice([0, 0, 1, 3, 40])
        text = text[:at] + "".join(rng.choice(SIGNS) for _ in range(rng.randint(0, 3))) + text[at + cut :]
    return text


def main() -> None:
    given = asked(__doc__, "files", 20_000)
    found = study(given.count, given.seed)
    for line in found.broken[:10]:
        print(line)
    shown = "Any text given as a case is read, or refused in words, within a second"
    besides = f"{found.read:,} read, {found.refused:,} refused, slowest {found.slowest:.2f} s"
    held = given.count - len(found.broken)
    conclude(given, Proof("bad_cases", shown, held, given.count, "files", found.seconds, given.seed, besides))


if __name__ == "__main__":
    main()
