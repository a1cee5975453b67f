"""The derived tables built again, and what a store holds in figures."""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection, func, select

from glassline.dataset.readings import Progress, no_progress
from glassline.store.core import Core, Draft
from glassline.store.derived import pages
from glassline.store.derived import rebuild as derive
from glassline.store.library import Library
from glassline.store.photos import kept_bytes
from glassline.store.schema import version_of
from glassline.store.tables import inspections, labels, ledger, people, streams, tokens

__all__ = ["info", "rebuild"]


def rebuild(core: Core, progress: Progress = no_progress) -> int:
    """Fill the derived tables again from the ledger; others wait meanwhile.

    Returns:
        How many rows of the ledger they follow from.
    """

    def work(draft: Draft) -> int:
        connection = draft.connection
        counted = select(func.count()).select_from(ledger)
        total = int(connection.execute(counted).scalar_one())
        done = 0

        def told() -> Any:
            nonlocal done
            for rows in pages(lambda: nullcontext(connection)):
                yield rows
                done += len(rows)
                progress("rebuilding", done, 2 * total)

        derive(connection, told)
        return total

    return core.write(work)


def info(core: Core, library: Library) -> dict[str, Any]:
    """Return what a store holds: where, how much of what, and what runs."""
    with core.read() as connection:
        decisions = connection.execute(
            select(inspections.c.decision, func.count())
            .group_by(inspections.c.decision)
            .order_by(inspections.c.decision)
        )
        found: dict[str, Any] = {
            "store": core.place,
            "files": str(core.files),
            "schema": version_of(connection),
            "database": _database(core, connection),
            "streams": {
                each.stream: {"rows": int(each.seq), "hash": each.hash}
                for each in connection.execute(
                    select(streams).order_by(streams.c.stream)
                )
            },
            "inspections": {str(name): int(count) for name, count in decisions},
            "labels": _count(connection, labels),
            "people": _count(connection, people),
            "tokens": _count(connection, tokens),
        }
    history = library.history()
    return found | {
        "photos_bytes": kept_bytes(core),
        "running": history[-1].model if history else None,
        "published": len(history),
    }


def _count(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _database(core: Core, connection: Connection) -> dict[str, str]:
    if core.is_sqlite:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        return {
            "name": "sqlite",
            "version": sqlite3.sqlite_version,
            "journal": str(mode),
        }
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    return {"name": "postgresql", "version": str(version)}
