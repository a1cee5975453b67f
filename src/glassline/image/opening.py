"""From a path to bytes: the one file of glassline that opens photos."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from glassline.errors import ImageError
from glassline.image.header import check_bytes
from glassline.image.refusals import named, refuse
from glassline.recipe import ImageSettings

__all__ = ["read"]

# Never through a link, never waiting for a pipe, never inherited by a child.
GUARDS = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY")
IS_GUARDED = all(hasattr(os, name) for name in GUARDS)  # Windows has none of them
FILE, FOLDER = (
    os.O_RDONLY | sum(getattr(os, name, 0) for name in names)
    for names in ((*GUARDS[:-1], "O_BINARY"), GUARDS)
)
REFUSALS = {
    errno.ENOENT: ("not_found", "no such file"),
    errno.ENAMETOOLONG: ("not_found", "a name longer than the disk allows"),
    errno.ELOOP: ("symlink", "a link"),
    errno.ENOTDIR: ("not_found", "a path through something that is no folder"),
    errno.EACCES: ("permission_denied", "no permission to read it"),
    errno.EPERM: ("permission_denied", "no permission to read it"),
    errno.ENXIO: ("not_regular_file", "a socket or device"),
}
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read(
    path: str | Path, *, settings: ImageSettings, root: str | Path | None = None
) -> bytes:
    """Read the bytes of a photo; whatever else the path is, it is refused at once.

    Never waits (pipes, devices), never follows a link in the last place, and
    never takes more than `max_bytes`. A file that is written or replaced between
    the first look and the last byte is refused. With a root, every folder on the
    way is opened without following links, so nothing outside it is ever opened,
    not even while somebody swaps folders. Where the system has no such ways to open a
    file (Windows), each name is looked at before instead: a folder on the way that
    is swapped for a link at that moment is not noticed.

    Args:
        path: Any name the system knows, of UTF-8 or not.
        settings: `max_bytes` is used.
        root: A folder that the path must lie in.

    Raises:
        ImageError: The file is refused; `reason` is a code of `REASONS`.

    Example:
        >>> read("no-such-photo.jpg", settings=ImageSettings())
        Traceback (most recent call last):
            ...
        glassline.errors.ImageError: no-such-photo.jpg: expected a file, got no such file.
    """
    name = os.fspath(path)
    try:
        descriptor = _open(name) if root is None else _open_below(name, os.fspath(root))
        try:
            return _bytes_of(descriptor, name, settings.max_bytes)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise named(_refusal(error), name) from error


def _refusal(error: OSError | ValueError) -> ImageError:
    if isinstance(error, ImageError):
        return error
    if not isinstance(error, OSError):  # a name with a zero byte
        return refuse("not_found", "a file", "a name that no file can have")
    reason, got = REFUSALS.get(
        error.errno or 0, ("vanished", error.strerror or "an error")
    )
    return refuse(reason, "a file", got)


def _open(name: str) -> int:
    if not IS_GUARDED:  # look first; that it was this file is seen after the reading
        seen = os.lstat(name)
        if stat.S_ISLNK(seen.st_mode):
            raise OSError(errno.ELOOP, name)
        _check_kind(seen)
    return os.open(name, FILE)


def _open_below(name: str, root: str) -> int:
    """Open a file below a root, one folder at a time, none of them a link."""
    # By the letters only: Path.resolve would follow the very links we refuse.
    *folders, last = Path(os.path.relpath(name, root)).parts or (os.curdir,)
    if os.pardir in (*folders, last):
        raise refuse("outside_root", "a file below the root folder", "one outside it")
    if not IS_GUARDED:
        return _open_looking(root, folders, last)
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            inner = _open_folder(folder, here)
            os.close(here)
            here = inner
        return os.open(last, FILE, dir_fd=here)
    finally:
        os.close(here)


def _open_folder(name: str, here: int) -> int:
    try:
        return os.open(name, FOLDER, dir_fd=here)
    except NotADirectoryError:
        _check_no_link(os.lstat(name, dir_fd=here))
        raise


def _open_looking(root: str, folders: Iterable[str], last: str) -> int:
    """Open a file below a root by its path, each folder on the way looked at first."""
    here = Path(root)
    for folder in folders:
        here /= folder
        _check_no_link(here.lstat())
    return _open(str(here / last))


def _check_no_link(status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise refuse("symlink", "folders below the root", "a link")


def _check_kind(status: os.stat_result) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        got = KINDS.get(kind, "something else")
        raise refuse("not_regular_file", "a file", got)


def _bytes_of(descriptor: int, name: str, max_bytes: int) -> bytes:
    before = os.fstat(descriptor)
    _check_kind(before)
    if before.st_size == 0:
        raise refuse("empty", "a photo", "0 bytes")
    check_bytes(before.st_size, max_bytes)
    data = _read_all(descriptor, before.st_size + 1)
    if _mark(before) != _mark(os.fstat(descriptor)) or len(data) != before.st_size:
        raise _changed("a change of it")
    try:
        after = os.lstat(name)
    except FileNotFoundError:
        raise refuse("vanished", "a file that stays", "its removal") from None
    if (after.st_dev, after.st_ino) != (before.st_dev, before.st_ino):
        raise _changed("another file of its name")
    return data


def _mark(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _changed(got: str) -> ImageError:
    return refuse(
        "changed_while_reading",
        "a file that nobody writes",
        got,
        "Read it again when the camera is done.",
    )


def _read_all(descriptor: int, limit: int) -> bytes:
    """All bytes up to a limit; one call for a local disk, more over a network."""
    parts = []
    while limit > 0:
        part = os.read(descriptor, limit)
        if not part:
            break
        parts.append(part)
        limit -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
