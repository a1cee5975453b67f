"""The schema, version by version: a store is brought to the newest when it is opened."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, select, text

from glassline.errors import NewerSchemaError, StoreError, show
from glassline.store.engine import WRITES

__all__ = ["NEWEST", "migrate", "version_of"]

NEWEST = 1
"""The version that this glassline writes."""

VERSIONS = Path(__file__).parent / "migrations"
LOCK = 0x676C6173  # "glas": who holds it migrates, the others wait


def version_of(connection: Connection) -> int:
    """Return the version of the records: 0 where there are none yet.

    Raises:
        StoreError: The database holds something else.
    """
    names = set(inspect(connection).get_table_names())
    if "alembic_version" not in names:
        if names:
            raise StoreError(
                f"expected records of glassline, got a database with other tables "
                f"({show(min(names))}). Name another one."
            )
        return 0
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    try:
        return int(str(found))
    except ValueError as error:
        raise StoreError(
            "expected records of glassline, got a database of another program. Name "
            "another one."
        ) from error


def migrate(engine: Engine, place: str, *, to: int = NEWEST) -> None:
    """Bring a database to a version, whole or not at all; one that is newer is refused.

    Raises:
        NewerSchemaError: A newer glassline wrote it.
        StoreError: It holds something else.
    """
    with engine.connect() as connection:
        if _checked(connection, place) == to:
            return
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if _checked(connection, place) < to:
            _upgrade(connection, to)


def _checked(connection: Connection, place: str) -> int:
    try:
        version = version_of(connection)
    except StoreError as error:
        raise StoreError(f"{place}: {error}") from error
    if version > NEWEST:
        raise NewerSchemaError(
            f"{place}: expected schema {NEWEST}, got {version}. These records were "
            "written by a newer glassline; upgrade, or name another store."
        )
    return version


def _upgrade(connection: Connection, to: int) -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    def steps(revision: str, _: object) -> object:
        return script._upgrade_revs(str(to), revision)  # as Alembic's own documents do

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        with environment.begin_transaction():
            environment.run_migrations()
