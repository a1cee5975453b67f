"""A copy of everything, taken while others go on writing, whole or not there."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from glassline.dataset.readings import Progress, no_progress
from glassline.errors import InputError, StoreFullError
from glassline.files import held
from glassline.store.chain import Heads
from glassline.store.core import PHOTOS, Core
from glassline.store.derived import pages, rebuild
from glassline.store.engine import TIMEOUT_S
from glassline.store.identifiers import Day
from glassline.store.ledger import as_columns
from glassline.store.library import FOLDER as MODELS
from glassline.store.library import Library
from glassline.store.photos import photo_path
from glassline.store.tables import inspections, ledger, streams
from glassline.store.verification import Findings, verify

__all__ = ["Backup", "backup"]


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes:
        path: The database; its photos and models lie beside, as of any store.
        heads: Each stream's last number and hash in it.
        findings: What verifying the copy found.
    """

    path: Path
    heads: Heads
    findings: Findings


def backup(core: Core, path: Path, progress: Progress = no_progress) -> Backup:
    """Copy a store to a SQLite file and a folder beside it, and verify the copy.

    It holds everything that was acknowledged before it began. The ledger only grows, so
    it is copied up to where it stood, a page at a time: nobody waits for it. The tables
    that follow from it are built in the copy, from the copy.

    Args:
        core: What to copy; PostgreSQL too.
        path: A new file; `PATH` with `.files` for its ending is the folder.
        progress: Told how far it is.

    Raises:
        InputError: There is something already.
        StoreFullError: There is no room; nothing is left.
    """
    folder = path.with_suffix(".files")
    for each in (path, folder):
        if each.exists():
            raise InputError(f"{each}: expected a name of nothing yet, got one in use.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{path.name}.", dir=path.parent
        ) as beside:
            found = _copied(core, Path(beside) / "copy.db", progress)
            _flush()
            (Path(beside) / "copy.files").replace(folder)
            (Path(beside) / "copy.db").replace(path)  # the one switch
            _flush()
    except OSError as error:
        raise StoreFullError(
            f"{path}: expected room for a copy, got: {error.strerror or error}. Nothing "
            "was left; name another disk."
        ) from error
    return Backup(path, found.heads, found)


def _copied(core: Core, path: Path, progress: Progress) -> Findings:
    # While a photo may be removed it is not copied, and the other way round.
    with held(core.files / PHOTOS, alone=False):
        with core.read() as connection:
            ends = connection.execute(select(streams)).all()
        heads = {each.stream: (int(each.seq), str(each.hash)) for each in ends}
        copy = Core(
            path,
            stream="backup",
            files=None,
            day=Day(),
            timeout_s=TIMEOUT_S,
            now=core.now,
        )
        try:
            with copy.alone() as connection:
                _copy_ledger(core, connection, heads, progress)
                rebuild(connection, lambda: pages(lambda: nullcontext(connection)))
            _copy_files(core, copy, progress)
            return verify(copy, Library(copy), heads=heads, progress=progress)
        finally:
            copy.close()


def _flush() -> None:
    """Wait until all that was written is on disk, where the system can be asked to."""
    if hasattr(os, "sync"):
        os.sync()


def _copy_ledger(
    core: Core, connection: Connection, heads: Heads, progress: Progress
) -> None:
    total, done = sum(seq for seq, _ in heads.values()), 0
    for rows in pages(core.read):
        chosen = [row for row in rows if row.seq <= heads.get(row.stream, (0, ""))[0]]
        if chosen:
            connection.execute(insert(ledger), [as_columns(row) for row in chosen])
        done += len(chosen)
        progress("copying", done, total)
    for stream, (seq, digest) in heads.items():
        connection.execute(insert(streams).values(stream=stream, seq=seq, hash=digest))


def _copy_files(core: Core, copy: Core, progress: Progress) -> None:
    """Copy the models, and the photos that the copy says are kept."""
    if (core.files / MODELS).exists():
        shutil.copytree(core.files / MODELS, copy.files / MODELS)
    with copy.read() as connection:
        query = select(inspections.c.sha256).where(inspections.c.photo_kept).distinct()
        kept = [str(each) for (each,) in connection.execute(query)]
    for place, sha256 in enumerate(kept):
        source, target = photo_path(core, sha256), photo_path(copy, sha256)
        if source.exists():  # else verifying the copy says that it is missing
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target)
        progress("copying photos", place + 1, len(kept))
