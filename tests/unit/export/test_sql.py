"""One query, three databases: the same digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pytest
from databases import postgresql
from numpy.typing import NDArray

from glassline.export import sql
from glassline.export.answers import Answer
from glassline.export.probes import Probes, draw
from glassline.export.rules import Rules
from glassline.model import Model

COUNT = 300
Ask = Callable[[str, Probes], Answer]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Ask]:
    """A server of its own."""
    psycopg = pytest.importorskip("psycopg", reason="needs PostgreSQL: psycopg")
    with (
        postgresql() as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        yield lambda query, probes: _asked(connection.cursor(), query, probes, "%s")


@pytest.mark.parametrize("variant", ["by guarantee", "nothing good"])
def test_postgresql_and_duckdb_give_the_digits_of_sqlite(
    variants: Mapping[str, Model],
    postgres: Ask,
    rng: np.random.Generator,
    variant: str,
) -> None:
    """Classes, decisions and probabilities, bit by bit, also where a reading is missing."""
    probes = draw(variants[variant], rng, count=COUNT)
    files = sql.write(variants[variant], "v.sql")
    query = files["v.sql"].decode()

    [lite] = sql.ask(files, probes)
    duck = _asked(duckdb.connect().cursor(), query, probes, "?")
    post = postgres(query, probes)

    assert duck.sha256 == lite.sha256
    assert post.sha256 == lite.sha256


def test_a_query_answers_with_words(settled: Model, rng: np.random.Generator) -> None:
    """Class, decision and a column of probability for each class, beside the row."""
    probes = draw(settled, rng, count=4)
    query = sql.query(Rules.of(settled))
    cursor = duckdb.connect().cursor()
    _filled(cursor, probes, "?")

    cursor.execute(
        f"SELECT class, decision, p_ok FROM ({query}) AS said "  # noqa: S608
        "ORDER BY place"
    )

    rows = cursor.fetchall()
    said = probes.said
    assert [row[0] for row in rows[:4]] == [
        settled.recipe.classes[place] for place in said.classes[:4]
    ]
    assert [row[1] for row in rows[:4]] == [
        ("accept", "reject", "review")[place] for place in said.actions[:4]
    ]
    np.testing.assert_allclose(
        [row[2] for row in rows[:4]], said.probabilities[:4, 0], rtol=0, atol=1e-12
    )
    assert rows[4:] == [(None, None, None)] * 12


def test_a_query_quotes_names_that_sql_would_misread(settled: Model) -> None:
    """A class with quotes of both kinds."""
    rules = replace(Rules.of(settled), classes=("it's", 'so "called"', "dirt"))

    query = sql.query(rules)

    assert "WHEN 0 THEN 'it''s'" in query
    assert 'AS "p_so ""called"""' in query


def _asked(cursor: Any, query: str, probes: Probes, mark: str) -> Answer:
    """What a database says of the probes."""
    _filled(cursor, probes, mark)
    k = probes.said.probabilities.shape[1]
    wanted = ", ".join(f"p{c + 1}" for c in range(k))
    cursor.execute(
        f"SELECT class_place, decision_place, {wanted} "  # noqa: S608
        f"FROM ({query}) AS said "
        "ORDER BY place"
    )
    return Answer.of_table("", np.array(cursor.fetchall(), np.float64))


def _filled(cursor: Any, probes: Probes, mark: str) -> None:
    names = probes.model.feature_names
    columns = ", ".join(f"{name} DOUBLE PRECISION" for name in names)
    cursor.execute("DROP TABLE IF EXISTS inspections")
    cursor.execute(f"CREATE TABLE inspections (place INTEGER, {columns})")
    marks = ", ".join([mark] * (len(names) + 1))
    cursor.executemany(
        f"INSERT INTO inspections VALUES ({marks})",  # noqa: S608
        _rows(probes.readings),
    )


def _rows(readings: NDArray[np.float64]) -> Sequence[tuple[float, ...]]:
    return [(place, *row) for place, row in enumerate(readings.tolist())]
