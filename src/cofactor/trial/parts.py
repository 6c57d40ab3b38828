"""The files of a trial: parts of people in Parquet, each with a receipt, and the manifest of them all.

A part holds the same people whoever makes it and whenever, so parts can be made in any order, by any number of machines
into one folder. Each file appears whole or not at all, and a part exists from the moment its receipt does.

    part-00000.parquet    readings: arm, person, days, one column per outcome; one row group per arm, by day and person
    people-00000.parquet  who they are: sex, age, BMI, skin, kidney function, intakes, supply of vitamin D
    part-00000.json       the receipt: whose people, of which design, and the hash of both files
    summary.json          mean, SD and percentiles by arm, outcome and day
    manifest.json         what the trial was made of and with, and every part's hash
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cofactor import __version__
from cofactor.engine.generate import human
from cofactor.engine.llvm import kernel
from cofactor.files import write_whole
from cofactor.trial.match import Ready
from cofactor.trial.simulate import ACCURACY, CHUNK, LANES, PRECISION
from cofactor.trial.sources import sources
from cofactor.trial.types import Trial

Array = NDArray[np.float64]

SUMMARY, MANIFEST = "summary.json", "manifest.json"
_MOST_VALUES = 16_000_000  # of one part, so that it stays within a hundred megabytes


@dataclass(frozen=True)
class Receipt:
    """A finished part: people ``first`` to ``first + people - 1`` of a design, and the SHA-256 of its files."""

    part: int
    first: int
    people: int
    failed: int  # of all integrations; their readings are not numbers
    design: str
    files: Mapping[str, str]
    made_with: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """How a trial is cut into parts."""

    trial: Trial
    most: int = field(default_factory=lambda: CHUNK)  # people of a part

    @property
    def size(self) -> int:
        """People of a whole part: fewer where many arms and days are read."""
        readings = len(self.trial.arms) * len(self.trial.observed) * len(self.trial.outcomes)
        return max(LANES, min(self.most, _MOST_VALUES // readings // LANES * LANES))

    @property
    def count(self) -> int:
        """Number of parts."""
        return -(-self.trial.population.people // self.size)

    def people(self, part: int) -> range:
        """Numbers of the people of a part."""
        return range(part * self.size, min((part + 1) * self.size, self.trial.population.people))

    @property
    def design(self) -> str:
        """Hash of all that decides what a part holds: design, model and accuracy, but not the number of people."""
        values = asdict(self.trial)
        del values["population"]["people"]
        made_of = {
            "trial": values,
            "model": human().hash,
            "version": __version__,
            "tolerance": asdict(ACCURACY),
            "precision": PRECISION,
            "size": self.size,
        }
        return hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()


@cache
def made_with() -> dict[str, str]:
    """Versions of what computes and writes, and the width of the registers."""
    packages = {name: version(name) for name in ("numpy", "llvmlite", "pyarrow")}
    return {"cofactor": __version__, **packages, "lanes": str(kernel(human(), single=True).lanes)}


def names(part: int) -> tuple[str, str, str]:
    """File names of a part: readings, people, receipt."""
    return f"part-{part:05d}.parquet", f"people-{part:05d}.parquet", f"part-{part:05d}.json"


def write(folder: Path, plan: Plan, part: int, of: Ready, readings: list[Array]) -> Receipt:
    """Write a part, the receipt last. ``readings`` (people, days, outcomes) are by arm. Raises ``OSError``."""
    who = plan.people(part)
    tables = (_readings(plan.trial, who, readings), _people(of, len(who)))
    files = {}
    for name, data in zip(names(part), tables, strict=False):
        write_whole(folder / name, data)
        files[name] = hashlib.sha256(data).hexdigest()
    failed = sum(int(np.isnan(values[: len(who)]).any(axis=(1, 2)).sum()) for values in readings)
    receipt = Receipt(part, who.start, len(who), failed, plan.design, files, made_with())
    write_whole(folder / names(part)[2], json.dumps(asdict(receipt), indent=1, sort_keys=True) + "\n")
    return receipt


def _readings(trial: Trial, who: range, readings: list[Array]) -> bytes:
    count, days = len(who), len(trial.observed)
    person = np.tile(np.arange(who.start, who.stop), days)
    day = np.repeat(np.asarray(trial.observed), count)
    arms = [arm.name for arm in trial.arms]
    schema = pa.schema(
        [
            ("arm", pa.dictionary(pa.int32(), pa.string())),
            ("person", pa.int64()),
            ("days", pa.float64()),
            *((outcome, pa.float32()) for outcome in trial.outcomes),
        ]
    )
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, compression="zstd", use_dictionary=["arm", "days"]) as writer:
        for i, values in enumerate(readings):
            named = pa.DictionaryArray.from_arrays(np.full(count * days, i, np.int32), arms)
            columns = [values[:count, :, o].T.ravel().astype(np.float32) for o in range(len(trial.outcomes))]
            table = pa.table([named, person, day, *columns], schema=schema)
            writer.write_table(table, row_group_size=max(1, count * days))
    return bytes(sink.getvalue())


def _people(of: Ready, count: int) -> bytes:
    people = of.people
    columns: dict[str, Any] = {
        "person": people.numbers[:count],
        "sex": np.where(people.female[:count], "female", "male"),
        "age": people.age[:count],
        "bmi": people.bmi[:count],
        "skin": people.skin[:count],
        "postmenopausal": people.postmenopausal[:count],
        "gfr": people.gfr[:count],
        **{f"{nutrient}_intake": amount[:count] for nutrient, amount in people.intake.items()},
        "vitamin_d_supply": of.parameters[:count, human().index["S_D3"]],
        **{
            f"{a}_assay": f[:count] for a, f in of.reading.items() if a not in ("25OHD3", "25OHD2")
        },  # one assay for all
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return bytes(sink.getvalue())


def receipts(folder: Path) -> dict[int, Receipt]:
    """Receipts in a folder, by part. What cannot be read is no receipt: its part is made again."""
    found = {}
    for path in sorted(folder.glob("part-*.json")):
        try:
            receipt = Receipt(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        if path.name == names(receipt.part)[2]:
            found[receipt.part] = receipt
    return found


def holds(folder: Path, plan: Plan, receipt: Receipt) -> bool:
    """Whether a part is of this design and its files are as its receipt says."""
    who = plan.people(receipt.part) if receipt.part < plan.count else range(0)
    if receipt.design != plan.design or (receipt.first, receipt.people) != (who.start, len(who)):
        return False
    try:
        return all(_hash(folder / name) == seen for name, seen in receipt.files.items())
    except OSError:
        return False


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(plan: Plan, parts: Iterable[Receipt]) -> dict[str, Any]:
    """What a trial was made of and with, and every part's hash. The same trial gives the same bytes."""
    listed = sorted(parts, key=lambda receipt: receipt.part)
    makers = sorted({json.dumps(dict(r.made_with), sort_keys=True) for r in listed})
    return {
        "trial": plan.trial.name,
        "design": plan.design,
        "seed": plan.trial.population.seed,
        "people": sum(r.people for r in listed),
        "version": __version__,
        "model": human().hash,
        "tolerance": asdict(ACCURACY),
        "precision": PRECISION,
        "made_with": [json.loads(maker) for maker in makers],
        "failed": sum(r.failed for r in listed),
        "sources": [{"text": s.text, "known": s.trust.value, "detail": s.detail} for s in sources(plan.trial)],
        "parts": [{"part": r.part, "first": r.first, "people": r.people, "files": dict(r.files)} for r in listed],
    }
