"""The door to the official files: paths in, readings out, whatever kind of file it is.

Some tables come as several files (SR28, Ciqual's XML, the CSV of FoodData Central and of DSLD): naming one of them, its
folder or its archive means all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.facts.food_files import ciqual, ciqual_xml, dsld, fdc_csv, fdc_json, sr28
from cofactor.facts.food_files.items import FileError, Item, items, sha256
from cofactor.facts.food_files.kinds import EXPECTED, Kind, header, kind_of
from cofactor.facts.food_files.records import Reading
from cofactor.files import of_system
from cofactor.said import Said

_MOST_FILES = 512  # of a folder
_MOST_ENTRIES = 20_000  # of a folder, with all folders in it: more is the disk of someone, not a download
_SET_SUFFIXES = frozenset({".txt", ".csv", ".xml", ".7z"})


@dataclass(frozen=True)
class Bundle:
    """One table: the files on the disk that it comes from, and the parts found in them."""

    paths: tuple[Path, ...]
    parts: Mapping[Kind, Item]

    @property
    def name(self) -> str:
        """How the bundle is called in messages."""
        return ", ".join(path.name for path in self.paths)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of each file, by name."""
        return {path.name: sha256(path) for path in self.paths}

    def read(self, ceilings: Mapping[str, float]) -> Reading:
        """Open the table. Raises :class:`FileError`, here or while the rows are read."""
        kind, item = next(iter(self.parts.items()))
        match kind.family:
            case "ciqual xls" | "ciqual csv":
                return ciqual.read_sheet(item, kind, ceilings)
            case "xlsx":
                return _workbook(item, ceilings)
            case "ciqual xml":
                return ciqual_xml.read_xml(self.parts, ceilings)
            case "sr28":
                return sr28.read_ascii(self.parts)
            case "fdc json":
                return fdc_json.read_json(item)
            case "fdc csv":
                return fdc_csv.read_csv(self.parts)
            case "dsld json":
                return dsld.read_label(item)
            case _:
                return dsld.read_bulk(self.parts)


def bundles(paths: Sequence[Path]) -> list[Bundle]:
    """The tables that are meant by files and folders, each once. Raises :class:`InputError` with every problem."""
    found: dict[tuple[Path, ...], Bundle] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            for bundle in _folder(path) if path.is_dir() else _file(path):
                found.setdefault(bundle.paths, bundle)
        except FileError as error:
            problems.append(error.problem(path.name))
        except InputError as error:
            problems += error.problems
        except (OSError, RuntimeError) as error:  # of a link that leads to itself
            got = of_system(error) if isinstance(error, OSError) else Said("a path that cannot be read")
            problems.append(Problem(path.name or str(path), got, (Said("a file"),), Said("Check the path.")))
    if problems:
        raise InputError(problems)
    return list(found.values())


def _file(path: Path) -> list[Bundle]:
    path = path.resolve()
    parts = _parts(items(path))
    whole = [Bundle((path,), {kind: item}) for kind, item in parts if not kind.part]
    families = {kind.family for kind, _ in parts if kind.part}
    if not families:
        return whole
    beside = [] if _complete(parts) else _siblings(path)
    return whole + [_set(family, [*parts, *beside]) for family in sorted(families)]


def _parts(found: Sequence[Item]) -> list[tuple[Kind, Item]]:
    """The kinds of the members of an archive, those aside that are unknown; of a single file the refusal stands."""
    if len(found) == 1:
        return [(kind_of(found[0]), found[0])]
    known = []
    for item in found:
        try:
            known.append((kind_of(item), item))
        except FileError:
            continue
    if not known:
        got = Said("an archive of {n} other files", n=len(found))
        raise FileError(got, EXPECTED, Said("Check which file was downloaded."))
    return known


def _complete(parts: Sequence[tuple[Kind, Item]]) -> bool:
    """Whether an archive holds a set by itself: then nothing beside it is looked at."""
    kinds = {kind for kind, _ in parts}
    return any(both <= kinds for both in _NEEDED)


_NEEDED = (
    {Kind.SR28_FOODS, Kind.SR28_VALUES},
    {Kind.FDC_FOODS, Kind.FDC_VALUES},
    {Kind.DSLD_LABELS, Kind.DSLD_FACTS},
    {Kind.CIQUAL_FOODS, Kind.CIQUAL_VALUES},
)
"""The two parts of each set without which it says nothing."""


def _siblings(path: Path) -> list[tuple[Kind, Item]]:
    found = []
    for other in sorted(path.parent.iterdir())[:_MOST_FILES]:
        if other == path or other.suffix.lower() not in _SET_SUFFIXES or not other.is_file():
            continue
        try:
            found += [(kind, item) for item in items(other) if (kind := kind_of(item)).part]
        except (FileError, OSError):
            continue  # what lies beside the named file is none of the owner's errors
    return found


def _set(family: str, parts: Sequence[tuple[Kind, Item]]) -> Bundle:
    own: dict[Kind, Item] = {}
    for kind, item in parts:
        if kind.family == family:
            own.setdefault(kind, item)
    telling = {kind: item for kind, item in own.items() if not kind.aside} or own
    return Bundle(tuple(sorted({item.path for item in telling.values()})), telling)


def _folder(path: Path) -> list[Bundle]:
    within = list(islice(path.rglob("*"), _MOST_ENTRIES + 1))
    if len(within) > _MOST_ENTRIES:
        do = Said("Name the files, or a folder that holds no others.")
        raise FileError(Said("a folder of too many files"), EXPECTED, do)
    members = sorted(p for p in within if p.is_file() and not p.name.startswith("."))[:_MOST_FILES]
    found: dict[tuple[Path, ...], Bundle] = {}
    for member in members:
        try:
            for bundle in _file(member):
                found.setdefault(bundle.paths, bundle)
        except FileError:
            continue  # a folder may hold other things too
    if not found:
        raise FileError(Said("a folder without such a file"), EXPECTED, Said("Check which folder is meant."))
    return list(found.values())


def _workbook(item: Item, ceilings: Mapping[str, float]) -> Reading:
    """A workbook is Ciqual's table or the abbreviated one of SR28: its header tells."""
    sheet = ciqual.sheet_of(item)
    first = next(sheet, ())
    again: Iterator[Sequence[object]] = chain([first], sheet)
    if sr28.is_abbreviated(header([str(cell or "") for cell in first])):
        return sr28.read_abbreviated(again, (item.name,))
    return ciqual.read_table(again, (item.name,), ceilings)
