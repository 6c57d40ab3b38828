"""Files that appear whole or not at all, and what a disk says of them."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import platformdirs

from cofactor.errors import CofactorError, DiskError, InputError, Problem
from cofactor.said import Said

_NAMES = "ENOENT ENOTDIR EISDIR EEXIST ENOTEMPTY EACCES EPERM EROFS ELOOP ENAMETOOLONG EINVAL"
_PATH_ERRORS = {getattr(errno, name) for name in _NAMES.split(" ")}
"""What the system says where another path would do."""
_SYSTEM = {
    errno.ENOENT: Said("No such file or directory"),
    errno.ENOTDIR: Said("Not a directory"),
    errno.EISDIR: Said("Is a directory"),
    errno.EEXIST: Said("File exists"),
    errno.EACCES: Said("Permission denied"),
    errno.EPERM: Said("Operation not permitted"),
    errno.EROFS: Said("Read-only file system"),
    errno.ENAMETOOLONG: Said("File name too long"),
    errno.ENOSPC: Said("No space left on device"),
    errno.EFBIG: Said("File too large"),
    errno.EIO: Said("Input/output error"),
    errno.EADDRNOTAVAIL: Said("Cannot assign requested address"),
}
"""What POSIX systems say most often; the rest is told in their own words."""
_UNREADABLE, _CHECK = Said("a path that cannot be read"), Said("Check the path.")
_NO_MEMORY = Said("The memory that this program may take is used up. Ask for fewer people at once, or allow it more.")
_KEPT = 40  # characters of a name that the file beside it begins with: a name may have 255 bytes in all


def data_folder() -> Path:
    """Where what a user imports or saves is kept: ``COFACTOR_DATA``, else the system's folder for a program's data."""
    return Path(os.environ.get("COFACTOR_DATA") or platformdirs.user_data_dir("cofactor", appauthor=False))


def write_whole(path: str | Path, content: str | bytes, mode: int = 0o644) -> Path:
    """Write ``content`` (text as UTF-8) to ``path`` and return the path.

    It is written beside its place, forced to the disk and renamed, so that a reader sees the old file or the new one
    and a failure at any moment leaves one of them whole. Raises ``OSError``, which names the path, where the folder
    cannot be written.
    """
    with open_whole(path, mode) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return Path(path)


@contextmanager
def open_whole(path: str | Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file to fill a piece at a time, which stands at ``path`` from the end on, as :func:`write_whole` says.

    Whatever is raised within leaves nothing behind.
    """
    target = Path(path)
    with _naming(target), _aside(target, mode) as file:
        yield file


def read_whole(path: str | Path, most: int, what: Said) -> bytes:
    """The bytes of a file of at most ``most``, which is ``what`` (such as "a case file").

    A size is looked at before anything is read, and what is no file (a folder, a pipe, a device) is never waited for.
    Raises :class:`InputError`, and :class:`DiskError` where the disk fails.
    """
    path = Path(path)
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            check_regular(path, os.fstat(file.fileno()), most, what)
            content = file.read(most + 1)
    except ValueError:  # a path with a NUL
        raise InputError([Problem(Said("file"), _UNREADABLE, (what,), _CHECK)]) from None
    except OSError as error:
        answer = told(error)
        if not isinstance(answer, InputError):
            raise answer from None
        raise InputError([Problem(path.name or Said("file"), of_system(error), (what,), _CHECK)]) from None
    if len(content) > most:
        raise _too_large(path, Said("a file that grows"), most)
    return content


def check_regular(path: Path, found: os.stat_result, most: int, what: Said) -> None:
    """Raise :class:`InputError` for a folder, a pipe, a device, and a file of more than ``most`` bytes."""
    if not stat.S_ISREG(found.st_mode):
        got = Said("a folder") if stat.S_ISDIR(found.st_mode) else Said("a pipe or a device")
        raise InputError([Problem(path.name or Said("file"), got, (what,), Said("Give the path of a file."))])
    if found.st_size > most:
        raise _too_large(path, Said("{n:,} bytes", n=found.st_size), most)


def _too_large(path: Path, got: Said, most: int) -> InputError:
    do = Said("Check that it is the file that you mean; if so, split or shorten it.")
    return InputError([Problem(path.name, got, (Said("at most {most:,} bytes", most=most),), do)])


def told(error: OSError) -> CofactorError:
    """What the system says, as an answer: about the path that was given, the disk, memory, or a library.

    A library that fails on its own account raises one without a number; that is nothing that a user gave.
    """
    said = of_system(error)
    if error.errno is None:
        return no_library(said)
    if error.errno == errno.ENOMEM:
        return no_memory()
    where = str(error.filename) if error.filename else Said("file")
    if error.errno in _PATH_ERRORS:
        return InputError([Problem(where, said, (), _CHECK)])
    do = Said("Check the disk and run it again: what was there before is whole.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        do = Said("Free some space and run it again: what was there before is whole.")
    return DiskError(Problem(where, said, (), do))


def no_memory() -> CofactorError:
    """Memory is used up."""
    return CofactorError(_NO_MEMORY)


def no_library(why: str) -> CofactorError:
    """A library could not do its work, or could not be loaded at all."""
    why = " ".join(why.split()).rstrip(".")
    return CofactorError(
        Said("A library failed: {why}. Allow this program more memory, or else install it again.", why=why)
    )


def of_system(error: OSError) -> str:
    """What the system says, without the path."""
    return _SYSTEM.get(error.errno or 0) or error.strerror or str(error) or _UNREADABLE


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """Let an error name the file that was meant: the system names the one beside it, or none."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(target)) from None


@contextmanager
def _aside(target: Path, mode: int) -> Iterator[BinaryIO]:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:_KEPT]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Force the rename itself to the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
