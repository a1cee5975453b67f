"""Files that appear whole or not at all, and are never half read.

Everything that glassline writes goes through `publish`: a reader, a second writer or
a power cut finds the old file or the new one. This is the ground: it knows no model,
no report and no message; whoever calls it says what the file was for.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # no such locks here
    fcntl = None  # type: ignore[assignment]

__all__ = ["check_room", "held", "publish", "publish_all", "published", "tail"]

MODE = 0o644  # everybody may read, the owner write


def publish(path: Path, data: bytes, *, mode: int = MODE) -> None:
    """Put a file in place atomically: readers see the old one or the new one, whole.

    Written beside its place, flushed to disk, renamed, and the folder flushed (where the
    system opens folders: not on Windows). A link stays a link: what it leads to is
    replaced. What is no regular file (a pipe, a device) can not be replaced and is
    written to.

    Args:
        path: Its folder must be there.
        data: All of it.
        mode: Who may read it; 0o600 for what nobody else shall.

    Raises:
        OSError: It can not be written; the old file still stands.
    """
    publish_all({path: data}, mode=mode)


def publish_all(files: Mapping[Path, bytes], *, mode: int = MODE) -> None:
    """Put files in place that belong together, as `publish` does with one.

    None is renamed before all are written and flushed, so a full disk leaves every old
    one. The renames follow one another: a stop between two of them leaves whole files,
    some of them old.

    Raises:
        OSError: One can not be written; the old files still stand.
    """
    coming: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            place = path.resolve()
            if place.exists() and not stat.S_ISREG(place.stat().st_mode):
                place.write_bytes(data)
            else:
                coming[place] = _written_beside(place, data, mode)
        for place, written in coming.items():
            written.replace(place)
    except BaseException:
        for written in coming.values():
            written.unlink(missing_ok=True)
        raise
    for folder in {place.parent for place in coming}:
        _flush(folder)


@contextmanager
def published(path: Path) -> Iterator[Path]:
    """Give a file beside its place to write to; put in place, as `publish` does, at the end.

    For what is too long to hold in memory. Where the block raises, the old file stands
    and what was written is removed.

    Raises:
        OSError: It can not be written; the old file still stands.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    os.close(handle)
    written = Path(name)
    try:
        yield written
        handle = os.open(written, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        written.chmod(0o644)
        written.replace(path.resolve())
    finally:
        written.unlink(missing_ok=True)
    _flush(path.resolve().parent)


@contextmanager
def tail(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read and to append to, and hold it against whoever else does.

    Nothing is buffered: what was written is the system's, though not yet the disk's.

    Raises:
        BlockingIOError: Another process holds it.
        OSError: It can not be opened.
    """
    is_new = not path.exists()
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(path, flags, 0o644), "r+b", buffering=0) as file:
        if fcntl is not None:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not path.exists() or not os.path.samestat(
            path.stat(), os.fstat(file.fileno())
        ):
            raise BlockingIOError(errno.EWOULDBLOCK, "taken away meanwhile", str(path))
        if is_new:
            _flush(path.parent)
        yield file


def check_room(folder: Path, size: int) -> None:
    """See whether a folder's disk takes so many bytes more; nothing of them stays.

    Args:
        folder: It must be there.
        size: Bytes.

    Raises:
        OSError: It takes fewer, or nothing at all.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):  # reserved, without writing them
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.write(bytes(size))
            file.flush()


def _flush(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # Windows opens no folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written_beside(place: Path, data: bytes, mode: int) -> Path:
    """Return a new file with the data, flushed to disk, in the folder of its place."""
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", dir=place.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.chmod(mode)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    return written


@contextmanager
def held(folder: Path, *, alone: bool, wait: bool = True) -> Iterator[bool]:
    """Hold a folder against other writers, and say whether it is held.

    Those who hold it alone wait for all others and the others for them; readers never
    wait. It ends with the process at the latest. Where a file system knows no such
    locks nothing is held, and nobody waits.

    Args:
        folder: It must be there.
        alone: Without any other; else along with those who do not need it alone.
        wait: Until the others are done; else it is not held while they are there.
    """
    if fcntl is None:
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    is_held = False
    try:
        with suppress(OSError):
            kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
            fcntl.flock(handle, kind if wait else kind | fcntl.LOCK_NB)
            is_held = True
        yield is_held
    finally:
        os.close(handle)
