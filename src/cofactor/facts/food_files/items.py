"""Files and what archives hold, opened within bounds: sizes, lines and numbers of members are limited.

An archive is never unpacked to more than it says, and what it says is limited: a small file that claims to hold a
huge one is refused. Text is UTF-8 or Windows-1252 (the encoding of the official files), line by line.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, BinaryIO

from cofactor.errors import InputError, Problem
from cofactor.files import check_regular
from cofactor.said import Said

MEGABYTE = 1 << 20
LARGEST_FILE = 4096 * MEGABYTE
"""Of a file that is read line by line; the largest official one, all branded foods, is near 3 GB."""
LARGEST_IN_MEMORY = 128 * MEGABYTE
"""Of a file that has to be held whole, or its foods until another is read: official ones are below 64."""
_LARGEST_RATIO = 64
"""Of unpacked to packed size. The official tables shrink 6 to 20 times; a bomb shrinks 1000 times."""
_SMALL = 16 * MEGABYTE  # unpacked, below which the ratio does not matter
_MOST_MEMBERS = 512
_LONGEST_LINE = MEGABYTE
_SNIFFED = 1 << 16  # bytes read to tell what a file is

AGAIN = Said("Download it again.")
CHECK = Said("Check the file.")
ZIP, SEVEN_ZIP, OLE = b"PK\x03\x04", b"7z\xbc\xaf'\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class FileError(Exception):
    """A file cannot be used: what was got, what was expected, what to do."""

    def __init__(self, got: str, expected: Sequence[str], do: Said) -> None:
        self.got, self.expected, self.do = got, tuple(expected), do
        super().__init__(got)

    def problem(self, where: str) -> Problem:
        """The problem as it is shown."""
        return Problem(where, self.got, self.expected, self.do)


@dataclass(frozen=True)
class Item:
    """A file, or a member of an archive: how to open it, and what its first bytes are."""

    name: str
    path: Path  # the file on the disk: of a member, the archive
    size: int
    open: Callable[[], BinaryIO]
    start: bytes

    def lines(self) -> Iterator[str]:
        """The lines, decoded. Raises :class:`FileError` for a line that is too long or is no text."""
        with _whole(), self.open() as file:
            first = True
            while line := file.readline(_LONGEST_LINE + 1):
                if len(line) > _LONGEST_LINE:
                    do = Said("Check the file.")
                    raise FileError(Said("a line of over a megabyte"), (Said("lines of text"),), do)
                yield decode(line.removeprefix(b"\xef\xbb\xbf") if first else line)
                first = False

    def content(self) -> bytes:
        """The whole of a file that has to be held in memory."""
        self.check(do=Said("Use the CSV form of this table."))
        with _whole(), self.open() as file:
            return file.read(LARGEST_IN_MEMORY + 1)

    def check(self, most: int = LARGEST_IN_MEMORY, do: Said = CHECK) -> None:
        """Refuse a file of which too much would have to be held. Raises :class:`FileError`."""
        if self.size > most:
            got = Said("{n} MB in one piece", n=self.size // MEGABYTE)
            raise FileError(got, (Said("at most {most} MB", most=most // MEGABYTE),), do)


@contextmanager
def _whole() -> Iterator[None]:
    """What an archive raises where a member is broken, encrypted or packed in an unknown way."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError) as error:
        got = Said("a broken or locked file ({kind})", kind=type(error).__name__)
        raise FileError(got, (Said("a whole file"),), AGAIN) from None


def decode(line: bytes) -> str:
    """Text of a line: UTF-8, else Windows-1252."""
    for encoding in ("utf-8", "cp1252"):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    expected = (Said("UTF-8 or Windows-1252"),)
    raise FileError(Said("bytes that are no text"), expected, Said("Save the file as UTF-8."))


def items(path: Path) -> list[Item]:
    """The file, or the members of an archive (a workbook is one file). Raises :class:`FileError`."""
    found = path.stat()
    check_regular(path, found, LARGEST_FILE, Said("a table of foods"))
    size = found.st_size
    if size == 0:
        raise FileError(Said("an empty file"), (Said("a table"),), Said("Check the download."))
    with path.open("rb") as file:
        start = file.read(_SNIFFED)
    if start.startswith(ZIP):
        return _zip_items(path, start)
    if start.startswith(SEVEN_ZIP):
        return _seven_zip_items(path)
    return [Item(path.name, path, size, lambda: path.open("rb"), start)]


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def workbook_bytes(item: Item) -> BinaryIO:
    """A workbook to hand to its reader, its parts checked as those of any archive."""
    content = io.BytesIO(item.content())
    if item.start.startswith(ZIP):
        with _archive(content) as archive:
            members = archive.infolist()
            _check(members, sum(m.file_size for m in members), item.size, LARGEST_IN_MEMORY)
        content.seek(0)
    return content


def _zip_items(path: Path, start: bytes) -> list[Item]:
    with _archive(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        if any(m.filename.startswith("xl/") for m in members):
            return [Item(path.name, path, path.stat().st_size, lambda: path.open("rb"), start)]
        _check(members, sum(m.file_size for m in members), path.stat().st_size, LARGEST_FILE)
        with _whole():
            return [_member(path, m, archive.open(m).read(_SNIFFED)) for m in members]


def _archive(source: Path | BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileError(Said("a broken archive"), (Said("a whole file"),), AGAIN) from None


def _member(path: Path, member: zipfile.ZipInfo, start: bytes) -> Item:
    def opened() -> BinaryIO:
        with zipfile.ZipFile(path) as archive:
            return archive.open(member)  # type: ignore[return-value]

    return Item(Path(member.filename).name, path, member.file_size, opened, start)


def _seven_zip_items(path: Path) -> list[Item]:
    import py7zr

    try:
        with py7zr.SevenZipFile(path) as archive:
            members = [m for m in archive.list() if not m.is_directory]
            total = sum(m.uncompressed for m in members)
            _check(members, total, path.stat().st_size, LARGEST_IN_MEMORY)
            factory = py7zr.io.BytesIOFactory(limit=LARGEST_IN_MEMORY)
            archive.extract(targets=[m.filename for m in members], factory=factory)
    except FileError:
        raise
    except Exception as error:  # the reader raises anything on broken bytes
        got = Said("a broken 7z archive ({kind})", kind=type(error).__name__)
        raise FileError(got, (Said("a whole file"),), AGAIN) from None
    return [_held(path, member.filename, factory.products[member.filename]) for member in members]


def _held(path: Path, name: str, product: Any) -> Item:  # noqa: ANN401 - the reader's own buffer
    """A member that was unpacked into memory."""
    product.seek(0)
    data: bytes = product.read()
    return Item(Path(name).name, path, len(data), lambda: io.BytesIO(data), data[:_SNIFFED])


def _check(members: Sequence[object], unpacked: int, packed: int, most: int) -> None:
    if len(members) > _MOST_MEMBERS:
        got, expected = Said("an archive of {n} files", n=len(members)), Said("at most {most}", most=_MOST_MEMBERS)
        raise FileError(got, (expected,), Said("Unpack what you need."))
    if unpacked > most or (unpacked > _SMALL and unpacked > _LARGEST_RATIO * packed):
        got = Said("an archive of {packed:,} bytes that unpacks to {unpacked:,}", packed=packed, unpacked=unpacked)
        raise FileError(got, (Said("a table"),), Said("Unpack it yourself if you trust it."))


def joined(sentences: Iterable[str]) -> Said:
    """One or more sentences as one."""
    return reduce(lambda one, other: Said("{one}; {other}", one=one, other=other), map(Said.quoted, sentences))


def refuse(problems: list[Problem]) -> None:
    """Raise all problems at once, where there are any."""
    if problems:
        raise InputError(problems)
