"""Make the fact tables that ship in the package.

    python tools/make_tables.py DATA_FOLDER [--into FOLDER] [--date YYYY-MM-DD]

DATA_FOLDER holds ``facts/`` with the collected csv files. Names of medicines and conditions come from ``tools/data/``.
The same input gives the same bytes; what is left out is counted by reason and printed.
"""

from __future__ import annotations

import argparse
import csv
import functools
import hashlib
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

from cofactor.evidence.published import read as read_trials
from cofactor.facts.read import SEPARATOR, columns
from cofactor.facts.types import (
    Claim,
    ConditionName,
    Form,
    Interaction,
    Lab,
    MedicineName,
    PopulationValue,
    PublishedValue,
    ReferenceIntake,
    Source,
    TableOrigin,
    Threshold,
    Trust,
    UnsetIntake,
)
from cofactor.facts.vocabulary import ANALYTE_UNIT, NUTRIENT_UNIT
from cofactor.units import UnitError, convert, spell
from table_maps import (
    APPLIES_TO,
    ATC_EDITION,
    BODIES,
    CODE_CORRECTIONS,
    COUNTED_AS,
    FORMS,
    LAB_UNITS,
    LABS,
    NUTRIENT_WORDS,
    NUTRIENTS,
    SEX_STATE,
    THRESHOLDS,
)

Cells = dict[str, str]
NOT_SET = "ND"
LICENCE = "Apache-2.0 (facts, in our own words; the wording of claims is that of EU law)"
# A word of the ``how_known`` text -> the mark it stands for. Addresses are cut out before the words are looked for.
_MARKS: tuple[tuple[str, Trust], ...] = (
    (r"\bverified\b", Trust.VERIFIED),
    (r"\bderived\b", Trust.DERIVED),
    (r"\bfit(?:ted)?\b", Trust.FITTED),
    (r"\bassum(?:ed|ption)\b", Trust.ASSUMED),
    (r"\brecall(?:ed)?\b|\bnot checked\b|\bto be checked\b", Trust.RECALL),
)
_ADDRESS = re.compile(r"https?://\S+")
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"


class Dropped(Exception):  # noqa: N818 - not an error: a row that the tables have no place for
    """A row is left out; the text is the reason, counted in the summary."""


def parse_trust(how_known: str) -> tuple[Trust, str]:
    """The weakest mark that the text carries, and the detail worth keeping.

    ``verified:ADDRESS`` alone keeps the address; anything mixed or qualified is kept whole, so that what was and what
    was not verified stays readable.
    """
    words = _ADDRESS.sub(" ", how_known)
    found = [trust for pattern, trust in _MARKS if re.search(pattern, words)]
    if not found:
        raise ValueError(f"no mark of trust in {how_known!r}")
    weakest = functools.reduce(weaker, found)
    plain = re.fullmatch(r"(verified|derived|recall|assumption)(?::\s*(.*))?", how_known, re.DOTALL)
    return weakest, (plain[2] or "") if plain else how_known


def weaker(one: Trust, other: Trust) -> Trust:
    """The less trustworthy of two marks."""
    return max(one, other, key=list(Trust).index)


def source_of(cells: Cells, *also: str) -> Source:
    """The source of a row. A mark in one of the ``also`` columns (or in ``source``) weakens the row's trust too."""
    trust, detail = parse_trust(cells["how_known"])
    for column in ("source", *also):
        if re.search(r"\brecall\b", cells[column]) and trust is not Trust.RECALL:
            trust = Trust.RECALL
            detail = f"{cells['how_known']}; {column}: {cells[column]}"
    return Source(tidy(cells["source"]) or "none named", trust, detail)


def tidy(text: str) -> str:
    """``ug`` and ``umol`` as they are written elsewhere; a lone dash is nothing."""
    text = re.sub(r"\bu(?=(?:g|mol)\b)", "µ", text.strip())
    return "" if text == "-" else text


def number(text: str) -> float | None:
    """The number in a cell, or None where the cell is empty or is no single number."""
    text = text.strip()
    return float(text) if re.fullmatch(_NUMBER, text) else None


def band(text: str) -> tuple[float | None, float | None]:
    """The two ends of ``30-50``; ``(30, None)`` for ``30`` or ``>30``; nothing for anything else."""
    text = text.strip()
    both = re.fullmatch(rf"({_NUMBER})\s*-\s*({_NUMBER})", text)
    if both:
        return float(both[1]), float(both[2])
    above = re.fullmatch(rf">\s*=?\s*({_NUMBER})", text)
    if above:
        return float(above[1]), None
    below = re.fullmatch(rf"<\s*=?\s*({_NUMBER})", text)
    return (None, float(below[1])) if below else (number(text), None)


def nutrient_id(name: str) -> str:
    """Our id of a nutrient. Raises Dropped for one outside our list."""
    if name not in NUTRIENTS:
        raise Dropped(f"nutrient outside our list: {name}")
    return NUTRIENTS[name]


def intake(cells: Cells) -> ReferenceIntake | UnsetIntake:
    """One dietary reference value in the nutrient's canonical unit, or the fact that none was set."""
    nutrient = nutrient_id(cells["nutrient"])
    unit, counted = COUNTED_AS.get(cells["unit"], (cells["unit"], ""))
    note = "; ".join(filter(None, (tidy(cells["note"]), counted)))
    part, _, phytate = cells["applies_to"].partition(";")
    source = source_of(cells)
    group = (
        cells["sex"],
        float(cells["age_min_y"]),
        float(cells["age_max_y"]),
        SEX_STATE[cells["physiological_state"]],
    )
    measure, year = cells["measure"], cells["year"]
    if cells["value"] == NOT_SET:
        return UnsetIntake(cells["authority"], nutrient, measure, *group, APPLIES_TO[part], year, note, source)
    wanted = f"{NUTRIENT_UNIT[nutrient]}/d"
    try:
        value = convert(float(cells["value"]), unit, wanted, nutrient)
    except UnitError as error:
        raise Dropped(f"unit that is no amount a day: {cells['measure']} of {cells['nutrient']}") from error
    level = re.fullmatch(r"phytate_(\d+)_mg_d", phytate)
    return ReferenceIntake(
        cells["authority"],
        nutrient,
        measure,
        *group,
        value,
        wanted,
        APPLIES_TO[part],
        year,
        note,
        source,
        float(level[1]) if level else None,
    )


def threshold(cells: Cells) -> Iterator[Threshold]:
    """The cut-offs of one row: one, or one per class where the row lists classes (``90/60/45``)."""
    analyte, role, status = THRESHOLDS[cells["body"], cells["quantity"]]
    unit = {"mmol/24 h": "mmol/d", "mL/min/1.73m2": "mL/min"}.get(cells["unit"], cells["unit"])
    parts = cells["value"].split("/")
    names = cells["meaning"].split() if len(parts) > 1 else [tidy(cells["meaning"])]
    # Classes are named from the top down: G1 has no cut of its own below it, so a class takes the cut above it.
    names = names[-len(parts) :]
    for part, meaning in zip(parts, names, strict=True):
        low, high = band(part)
        canonical = ANALYTE_UNIT[analyte]
        yield Threshold(
            BODIES.get(cells["body"], cells["body"]),
            cells["year"],
            analyte,
            None if low is None else convert(low, unit, canonical, analyte),
            None if high is None else convert(high, unit, canonical, analyte),
            canonical,
            meaning,
            status,
            source_of(cells),
            role,
        )


def guideline_value(cells: Cells) -> PublishedValue:
    """A dose or a finding of a guideline that is no cut-off of an analyte."""
    body = BODIES.get(cells["body"], cells["body"])
    slug = re.sub(r"[^a-z0-9]+", "_", f"{body} {cells['year']} {cells['quantity']}".lower()).strip("_")
    low, high = band(cells["value"])
    single = number(cells["value"])
    return PublishedValue(
        slug,
        tidy(cells["quantity"]),
        single,
        None if single is not None else low,
        high,
        tidy(cells["unit"]),
        "",
        "",
        tidy(cells["meaning"]),
        replace(source_of(cells, "meaning"), text=f"{body} {cells['year']}: {tidy(cells['source'])}"),
        "" if single is not None else tidy(cells["value"]),
    )


def published(cells: Cells) -> PublishedValue:
    """A number of the physiological literature as collected; what is not one number is kept as it was written."""
    low, high = band(cells["value"])
    single = number(cells["value"])
    own_low, own_high = number(cells["low"]), number(cells["high"])
    if own_low is not None and own_high is not None and own_low > own_high:
        own_low, own_high = own_high, own_low  # negative numbers written by their size
    return PublishedValue(
        cells["id"],
        tidy(cells["quantity"]),
        single,
        own_low if own_low is not None or single is not None else low,
        own_high if own_high is not None or single is not None else high,
        tidy(cells["unit"]),
        tidy(cells["population"]),
        tidy(cells["doi_or_pmid"]),
        tidy(cells["notes"]),
        source_of(cells),
        "" if single is not None else tidy(cells["value"]),
    )


def population(cells: Cells) -> PopulationValue:
    """One row of a distribution in a population."""
    return PopulationValue(
        cells["quantity"],
        cells["country"],
        cells["sex"],
        float(cells["age_min_y"]),
        float(cells["age_max_y"]),
        number(cells["mean"]),
        number(cells["sd"]),
        number(cells["p05"]),
        number(cells["p50"]),
        number(cells["p95"]),
        tidy(cells["unit"]),
        source_of(cells),
    )


def form(cells: Cells) -> Form:
    """A form of a nutrient. Names stand as ``English; French``; without a semicolon they are French."""
    nutrient = nutrient_id(cells["nutrient"])
    if (cells["nutrient"], cells["form"]) not in FORMS:
        raise Dropped(f"no single form: {cells['form']}")
    english, _, french = cells["common_names"].rpartition(";")
    bioavailability = number(cells["relative_bioavailability"])
    stated = "" if bioavailability is not None else tidy(cells["relative_bioavailability"])
    return Form(
        nutrient,
        FORMS[cells["nutrient"], cells["form"]],
        cells["form"],
        _names(english),
        _names(french),
        number(cells["elemental_fraction"]),
        bioavailability,
        tidy(cells["solubility_note"]),
        tidy(cells["gi_tolerance"]),
        source_of(cells),
        number(cells["molar_mass_g_mol"]),
        cells["formula"],
        "; ".join(filter(None, (stated, tidy(cells["basis_for_bioavailability"])))),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def interaction(cells: Cells) -> Interaction:
    """An interaction, with the codes of CODE_CORRECTIONS where it has any; it is then no better known than they."""
    codes, source = cells["atc_code_or_icd10"], source_of(cells, "dose_threshold")
    if cells["id"] in CODE_CORRECTIONS:
        codes, reason, known = CODE_CORRECTIONS[cells["id"]]
        where = "from memory" if known is Trust.RECALL else ATC_EDITION
        kept = source.detail or cells["how_known"]
        source = Source(source.text, weaker(source.trust, known), f"{kept}; codes: {where} ({reason})")
    named = cells["b"] if cells["kind"] != "nutrient-nutrient" else f"{cells['a']}; {cells['b']}"
    if cells["kind"] == "timing":
        named = cells["a"]
    return Interaction(
        cells["id"],
        cells["kind"],
        cells["a"],
        cells["b"],
        tuple(code.strip() for code in codes.split(";") if code.strip()),
        tidy(cells["effect"]),
        cells["severity"],
        number(cells["min_separation_h"]),
        tidy(cells["dose_threshold"]),
        cells["evidence_grade"],
        tidy(cells["action_en"]),
        tidy(cells["action_fr"]),
        source,
        named_nutrients(named),
    )


def named_nutrients(text: str) -> tuple[str, ...]:
    """The nutrients that a free text names, in the order of our list."""
    return tuple(nutrient for words, nutrient in NUTRIENT_WORDS.items() if re.search(rf"\b(?:{words})(?!\w)", text))


def lab(cells: Cells) -> Lab:
    """How an analyte is measured. The factor between units is computed from molar mass and held against the input's."""
    analyte, sex = LABS[cells["analyte"]]
    unit = spell(LAB_UNITS.get(cells["ucum_unit_si"], cells["ucum_unit_si"]))
    conventional = spell(LAB_UNITS.get(cells["ucum_unit_conventional"], cells["ucum_unit_conventional"]))
    stated = float(cells["factor_conventional_to_si"])
    try:
        factor = convert(1.0, conventional, unit, analyte)
    except UnitError:
        factor = stated
    if abs(factor / stated - 1) > 0.005:
        raise ValueError(f"{cells['analyte']}: factor {stated} against {factor} from the molar mass")
    assay, within = number(cells["assay_cv"]), number(cells["within_person_cv"])
    return Lab(
        analyte,
        cells["analyte"],
        sex,
        tuple(code for code in cells["loinc"].split(";") if code),
        unit,
        conventional,
        factor,
        number(cells["reference_low"]),
        number(cells["reference_high"]),
        number(cells["deficiency_cut"]),
        number(cells["toxicity_cut"]),
        None if assay is None else assay / 100,
        None if within is None else within / 100,
        tidy(cells["note"]),
        source_of(cells),
    )


def claim(cells: Cells) -> Iterator[Claim]:
    """A claim of the register, once per nutrient that it names."""
    for name in cells["nutrient"].split(" + "):
        yield Claim(
            nutrient_id(name),
            tidy(cells["claim_en"]),
            tidy(cells["claim_fr"]),
            tidy(cells["condition_of_use"]),
            cells["status"],
            source_of(cells),
        )


def medicine(cells: Cells) -> MedicineName:
    """A medicine's names and code, from the kept list."""
    return MedicineName(
        cells["name_en"], cells["name_fr"], _members(cells["synonyms"]), cells["atc"], kept_source(cells)
    )


def condition(cells: Cells) -> ConditionName:
    """A condition's names and code, from the kept list."""
    return ConditionName(
        cells["id"],
        cells["name_en"],
        cells["name_fr"],
        _members(cells["synonyms"]),
        cells["icd10"],
        _members(cells["interactions"]),
        kept_source(cells),
    )


def kept_source(cells: Cells) -> Source:
    """The source of a row of a kept list."""
    return Source(cells["source"], Trust(cells["trust"]), cells["detail"])


def _members(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def encode(row: object) -> list[str]:
    """The cells of a row, in the order of :func:`cofactor.facts.read.columns`."""
    cells: list[str] = []
    for field in fields(row):  # type: ignore[arg-type]
        value = getattr(row, field.name)
        if isinstance(value, Source):
            cells += [value.text, value.trust.value, value.detail]
        elif isinstance(value, tuple):
            cells.append(SEPARATOR.join(value))
        elif isinstance(value, float):
            cells.append(f"{value:.10g}")
        else:
            cells.append("" if value is None else str(value))
    return cells


def as_csv(row_type: type[object], rows: Iterable[object]) -> str:
    """A table as text: header, then one line per row, ``\\n`` at the end of each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns(row_type))
    writer.writerows(encode(row) for row in rows)
    return out.getvalue()


@dataclass
class Made:
    """One table: its class, its rows, and what it was made from."""

    name: str
    row_type: type[object]
    rows: list[object]
    inputs: list[Path]
    read: int


class Maker:
    """Reads inputs, converts row by row, and counts what is left out."""

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()

    def make(self, name: str, row_type: type[object], parts: Iterable[tuple[Path, Callable[[Cells], object]]]) -> Made:
        """Build a table from one or more inputs, each with its converter; a converter may give several rows."""
        made = Made(name, row_type, [], [], 0)
        for path, convert_row in parts:
            made.inputs.append(path)
            with path.open(encoding="utf-8", newline="") as file:
                for cells in csv.DictReader(file):
                    made.read += 1
                    made.rows += self._converted(name, row_type, convert_row, cells)
        return made

    def _converted(
        self, name: str, row_type: type[object], convert_row: Callable[[Cells], object], cells: Cells
    ) -> list[object]:
        try:
            got = convert_row(cells)
            rows = list(got) if isinstance(got, Iterator) else [got]
        except Dropped as reason:
            self.dropped[f"{name}: {reason}"] += 1
            return []
        return [row for row in rows if isinstance(row, row_type)]


def threshold_or_nothing(cells: Cells) -> Iterator[Threshold]:
    """The cut-offs of a row of the guidelines, none where it is about something else."""
    return threshold(cells) if (cells["body"], cells["quantity"]) in THRESHOLDS else iter(())


def guideline_or_nothing(cells: Cells) -> Iterator[PublishedValue]:
    """The rows of the guidelines that are no cut-off of an analyte."""
    return iter(()) if (cells["body"], cells["quantity"]) in THRESHOLDS else iter((guideline_value(cells),))


def make_all(facts: Path, kept: Path, maker: Maker) -> list[Made]:
    """Every table from the collected ``facts`` and the ``kept`` lists."""
    intakes = facts / "reference_intakes.csv"
    guidelines = facts / "guidelines_thresholds.csv"
    return [
        maker.make("reference_intakes", ReferenceIntake, [(intakes, intake)]),
        Maker().make("unset_intakes", UnsetIntake, [(intakes, intake)]),
        maker.make("thresholds", Threshold, [(guidelines, threshold_or_nothing)]),
        maker.make("forms", Form, [(facts / "supplement_forms.csv", form)]),
        maker.make("interactions", Interaction, [(facts / "interactions.csv", interaction)]),
        maker.make("labs", Lab, [(facts / "labs.csv", lab)]),
        maker.make(
            "published",
            PublishedValue,
            [
                (facts / "vitamin_d_parameters.csv", published),
                (facts / "mineral_parameters.csv", published),
                (guidelines, guideline_or_nothing),
            ],
        ),
        maker.make("population", PopulationValue, [(facts / "population_distributions.csv", population)]),
        maker.make("claims", Claim, [(facts / "claims_eu.csv", claim)]),
        maker.make("medicines", MedicineName, [(kept / "medicines.csv", medicine)]),
        maker.make("conditions", ConditionName, [(kept / "conditions.csv", condition)]),
    ]


def provenance(made: Iterable[Made], previous: str, today: str) -> list[TableOrigin]:
    """One row per table. A table whose inputs are unchanged keeps the date it has in ``previous``."""
    dated = {(cells["table"], cells["sha256"]): cells["date"] for cells in csv.DictReader(previous.splitlines())}
    rows: list[TableOrigin] = []
    for table in made:
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in table.inputs]
        digest = SEPARATOR.join(digests)
        names = SEPARATOR.join(path.name for path in table.inputs)
        day = dated.get((table.name, digest), today)
        compiled = "compiled for cofactor from the sources named in each row"
        rows.append(TableOrigin(table.name, names, digest, day, table.read, len(table.rows), LICENCE, compiled))
    return rows


def copy_trials(source: Path, into: Path) -> Iterator[tuple[str, int]]:
    """Copy the tables of published trials as they are: each row already carries how it is known.

    Every table is read first, so that what ships can be read. A folder without trials leaves the shipped ones.
    """
    for path in sorted(source.glob("*_trials.csv")) if source.exists() else ():
        rows = read_trials(path)
        into.mkdir(parents=True, exist_ok=True)
        (into / path.name).write_bytes(path.read_bytes())
        yield path.stem, len(rows)


def main(arguments: list[str]) -> int:
    """Write every table and print what was made and what was left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds facts/")
    here = Path(__file__).resolve().parent
    tables = here.parent / "src" / "cofactor" / "facts" / "tables"
    parser.add_argument("--into", type=Path, default=tables, help="where the tables are written")
    trials = here.parent / "src" / "cofactor" / "evidence" / "tables"
    parser.add_argument("--trials", type=Path, default=trials, help="where the tables of published trials are written")
    parser.add_argument("--date", default=date.today().isoformat(), help="the date for inputs that are new")
    options = parser.parse_args(arguments)
    maker = Maker()
    made = make_all(options.data / "facts", here / "data", maker)
    options.into.mkdir(parents=True, exist_ok=True)
    origin = options.into / "provenance.csv"
    rows = provenance(made, origin.read_text(encoding="utf-8") if origin.exists() else "", options.date)
    for table in made:
        (options.into / f"{table.name}.csv").write_text(as_csv(table.row_type, table.rows), encoding="utf-8")
        print(f"{table.name}: {table.read} rows read, {len(table.rows)} written")
    origin.write_text(as_csv(TableOrigin, rows), encoding="utf-8")
    for name, count in copy_trials(options.data / "trials", options.trials):
        print(f"{name}: {count} rows, as printed")
    for reason, count in sorted(maker.dropped.items()):
        print(f"left out, {count:4d} x  {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
