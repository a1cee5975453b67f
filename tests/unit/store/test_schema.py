"""The schema: made by its versions, checked against the tables, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from glassline.store import Store
from glassline.store.schema import NEWEST, migrate, version_of
from glassline.store.tables import metadata

Open = Callable[..., Store]


def test_the_versions_make_the_tables_that_the_program_knows(store: Store) -> None:
    """Column by column, index by index, in both databases."""
    with store.core.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, metadata)

    assert differences == []


def test_a_new_store_has_the_newest_version(store: Store) -> None:
    """And opening it again changes nothing."""
    with store.core.read() as connection:
        assert version_of(connection) == NEWEST

    migrate(store.core.engine, store.core.place)


def test_a_version_that_is_no_number_is_another_programs(
    store: Store, open_store: Open
) -> None:
    """Alembic is not ours alone."""
    with store.core.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'a1b2'")

    with pytest.raises(Exception, match="got a database of another program"):
        open_store()


def test_a_migration_that_fails_leaves_nothing(
    open_store: Open, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old schema stands: here, none; and the next opening makes it."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", fail)
        with pytest.raises(RuntimeError, match="power cut"):
            open_store()

    with open_store() as store, store.core.read() as connection:
        assert {"ledger", "inspections", "labels"} <= {
            *inspect(connection).get_table_names()
        }
        assert store.verify().holds
