"""Files that appear whole or not at all, and are never half read.

Everything that glassline writes goes through `publish`: a reader, a second writer or
a power cut finds the old file or the new one. This is the ground: it knows no model,
no report and no message; whoever calls it says what the file was for.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

__all__ = ["publish"]


def publish(path: Path, data: bytes) -> None:
    """Put a file in place atomically: readers see the old one or the new one, whole.

    Written beside its place, flushed to disk, renamed, and the folder flushed. A link
    stays a link: what it leads to is replaced. What is no regular file (a pipe, a
    device) can not be replaced and is written to.

    Args:
        path: Its folder must be there.
        data: All of it.

    Raises:
        OSError: It can not be written; the old file still stands.
    """
    path = path.resolve()
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        path.write_bytes(data)
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
