"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """Where what a user imports or saves is kept: ``COFACTOR_DATA``, else the system's folder for a program's data."""
    return Path(os.environ.get("COFACTOR_DATA") or platformdirs.user_data_dir("cofactor", appauthor=False))


def write_whole(path: str | Path, content: str | bytes, mode: int = 0o644) -> Path:
    """Write ``content`` (text as UTF-8) to ``path`` and return the path.

    It is written beside its place, forced to the disk and renamed, so that a reader sees the old file or the new one
    and a failure at any moment leaves the old one. Raises ``OSError`` where the folder cannot be written.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return target


def _sync_folder(folder: Path) -> None:
    """Force the rename itself to the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
