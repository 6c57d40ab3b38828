"""A finished trial as single tables: all readings and all people in one Parquet file each, and readings as CSV.

Columns carry their unit: in the metadata of the Parquet file, and in the header of the CSV.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.files import open_whole
from cofactor.model.tables import outcomes as outcome_table
from cofactor.trial.parts import names, receipts

READINGS, PEOPLE = "readings.parquet", "people.parquet"
_PERSON_UNITS = {"age": "years", "bmi": "kg/m2", "gfr": "mL/min", "vitamin_d_supply": "nmol/d"}


def gather(folder: Path) -> None:
    """Write both tables into the folder of a finished trial. Raises ``OSError``."""
    parts = sorted(receipts(folder))
    _join([folder / names(part)[0] for part in parts], folder / READINGS)
    _join([folder / names(part)[1] for part in parts], folder / PEOPLE)


def csv(folder: Path) -> Iterator[bytes]:
    """The readings as CSV, a piece at a time: one line per arm, person and day."""
    with pq.ParquetFile(folder / READINGS) as file:
        schema = file.schema_arrow
        yield (",".join(_headed(field) for field in schema) + "\n").encode()
        for batch in file.iter_batches():
            sink = pa.BufferOutputStream()
            pa_csv.write_csv(batch, sink, pa_csv.WriteOptions(include_header=False))
            yield sink.getvalue().to_pybytes()


def unit_of(column: str) -> str:
    """The unit of a column, or nothing where it has none."""
    units = {o.id: o.unit for o in outcome_table()} | _PERSON_UNITS
    nutrient = column.removesuffix("_intake")
    return units.get(column) or (f"{NUTRIENT_UNIT[nutrient]}/d" if nutrient in NUTRIENT_UNIT else "")


def _headed(field: pa.Field) -> str:
    unit = unit_of(field.name)
    return f"{field.name} ({unit})" if unit else str(field.name)


def _join(parts: list[Path], target: Path) -> None:
    """Copy the row groups of parts into one file, which appears whole."""
    schema = pq.read_schema(parts[0])
    fields = [field.with_metadata({"unit": unit}) if (unit := unit_of(field.name)) else field for field in schema]
    named = pa.schema(fields)
    few = [field.name for field in named if field.name in ("arm", "days", "sex")]  # columns of few different values
    with open_whole(target) as whole, pq.ParquetWriter(whole, named, compression="zstd", use_dictionary=few) as writer:
        for part in parts:
            with pq.ParquetFile(part) as file:
                for group in range(file.num_row_groups):
                    writer.write_table(file.read_row_group(group).cast(named))


__all__ = ["PEOPLE", "READINGS", "csv", "gather", "unit_of"]
