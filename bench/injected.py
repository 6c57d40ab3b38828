"""Faults of a disk on demand: the n-th open, write, sync or rename of a block of code fails, SQLite's own included.

    with failing(at=7, number=errno.ENOSPC) as disk:
        ...
    disk.hit  # whether there was a seventh call (the first is 0), and disk.calls what all of them were

Python's calls are those of :mod:`os`; SQLite's are caught below it, in the table of functions that it opens files with
(its VFS), by `ctypes`: what its file system would answer to EIO and ENOSPC. Nothing of the package knows of this.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch

# sqlite.org/rescode.html
_OK, _FULL, _CANT_OPEN = 0, 13, 14
_IO_WRITE, _IO_SYNC, _IO_TRUNCATE, _IO_SHARED = (10 | kind << 8 for kind in (3, 4, 6, 19))


@dataclass
class Disk:
    """What was asked of the disk, and which call fails."""

    at: int | None
    number: int  # errno
    calls: list[str] = field(default_factory=list)

    @property
    def hit(self) -> bool:
        """Whether the call that fails was reached."""
        return self.at is not None and len(self.calls) > self.at

    def fails(self, call: str) -> bool:
        """Count a call; whether it is the one that fails."""
        self.calls.append(call)
        return len(self.calls) - 1 == self.at

    def error(self, path: object = None) -> OSError:
        """What the system says."""
        named = () if path is None or isinstance(path, int) else (str(path),)
        return OSError(self.number, os.strerror(self.number), *named)


@contextmanager
def failing(at: int | None, number: int = errno.EIO) -> Iterator[Disk]:
    """Let the call of that index fail with an errno, in the block and in SQLite below it; None only counts."""
    disk = Disk(at, number)
    hooks = _hooks()
    patches = [patch.object(os, name, _guarded(disk, name)) for name in ("open", "fsync", "replace", "rename", "mkdir")]
    patches.append(patch.object(os, "fdopen", _guarded_file(disk)))
    for one in patches:
        one.start()
    hooks.disk = disk
    try:
        yield disk
    finally:
        hooks.disk = None
        for one in reversed(patches):
            one.stop()


# --------------------------------------------------------------------------------------------------- Python's files


def _guarded(disk: Disk, name: str) -> Callable[..., Any]:
    real = getattr(os, name)

    def call(first: Any, *rest: Any, **named: Any) -> Any:
        writes = name != "open" or (rest and rest[0] & (os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY))
        if writes and disk.fails(name):
            raise disk.error(first)
        return real(first, *rest, **named)

    return call


class _File:
    """A file whose writes can fail half way."""

    def __init__(self, disk: Disk, file: Any) -> None:
        self._disk, self._file = disk, file

    def write(self, data: bytes) -> int:
        if self._disk.fails("write"):
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            raise self._disk.error()
        return self._file.write(data)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _guarded_file(disk: Disk) -> Callable[..., Any]:
    real = os.fdopen
    return lambda *given, **named: _File(disk, real(*given, **named))


# --------------------------------------------------------------------------------------------------- SQLite's files

_Int, _Long = ctypes.c_int, ctypes.c_int64
_Pointer = ctypes.c_void_p  # also of names: SQLite keeps the address, so that they must not become Python's
_OPEN = ctypes.CFUNCTYPE(_Int, _Pointer, _Pointer, _Pointer, _Int, _Pointer)
_WRITE = ctypes.CFUNCTYPE(_Int, _Pointer, _Pointer, _Int, _Long)
_TRUNCATE = ctypes.CFUNCTYPE(_Int, _Pointer, _Long)
_SYNC = ctypes.CFUNCTYPE(_Int, _Pointer, _Int)
_SHARE = ctypes.CFUNCTYPE(_Int, _Pointer, _Int, _Int, _Int, _Pointer)


class _Vfs(ctypes.Structure):
    _fields_ = (
        *((name, _Int) for name in ("iVersion", "szOsFile", "mxPathname")),
        *((name, _Pointer) for name in ("pNext", "zName", "pAppData", "xOpen", "xDelete")),
    )


class _Methods(ctypes.Structure):
    """What can be done with a file: sqlite3_io_methods, as sqlite3.h has had it since 3.7.17."""

    _fields_ = (
        ("iVersion", _Int),
        *(
            (name, _Pointer)
            for name in (
                *("xClose", "xRead", "xWrite", "xTruncate", "xSync", "xFileSize", "xLock", "xUnlock"),
                *("xCheckReservedLock", "xFileControl", "xSectorSize", "xDeviceCharacteristics"),
                *("xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap", "xFetch", "xUnfetch"),
            )
        ),
    )


class _Hooks:
    """SQLite's default way to files, with every call that changes one put before ``disk``, where there is one."""

    def __init__(self) -> None:
        self.disk: Disk | None = None
        self._kept: list[object] = []  # what C holds and Python must not forget
        self._tables: dict[int, _Methods] = {}
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        vfs = library.sqlite3_vfs_find(None).contents
        really = _OPEN(vfs.xOpen)

        def opened(of: int, name: int, file: int, flags: int, out: int) -> int:
            if self.disk is not None and self.disk.fails("sqlite open"):
                ctypes.cast(file, ctypes.POINTER(_Pointer))[0] = None
                return _CANT_OPEN
            code = really(of, name, file, flags, out)
            methods = ctypes.cast(file, ctypes.POINTER(_Pointer))
            if code == _OK and methods[0]:
                methods[0] = ctypes.addressof(self._guarded(methods[0]))
            return code

        vfs.xOpen = self._keep(_OPEN(opened))
        self._kept += [library, really]

    def _keep(self, function: Any) -> int:
        self._kept.append(function)
        return ctypes.cast(function, _Pointer).value or 0

    def _guarded(self, table: int) -> _Methods:
        """A copy of a table of functions in which those that change the file can fail."""
        if table not in self._tables:
            copy = _Methods.from_buffer_copy(ctypes.cast(table, ctypes.POINTER(_Methods)).contents)
            for name, kind, io_code in (
                ("xWrite", _WRITE, _IO_WRITE),
                ("xTruncate", _TRUNCATE, _IO_TRUNCATE),
                ("xSync", _SYNC, _IO_SYNC),
                ("xShmMap", _SHARE, _IO_SHARED),
            ):
                if really := getattr(copy, name):  # a journal has no shared memory
                    setattr(copy, name, self._keep(kind(self._failing(name, kind(really), io_code))))
            self._tables[table] = copy
        return self._tables[table]

    def _failing(self, name: str, really: Any, io_code: int) -> Callable[..., int]:
        def call(*given: Any) -> int:
            if self.disk is not None and self.disk.fails(f"sqlite {name[1:].lower()}"):
                return _FULL if self.disk.number == errno.ENOSPC and name == "xWrite" else io_code
            code: int = really(*given)
            return code

        return call


@cache
def _hooks() -> _Hooks:
    """SQLite is hooked once for the process; without a disk to fail it works as ever."""
    return _Hooks()
