"""A verdict as one SQL query, the same in SQLite, PostgreSQL and DuckDB."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

import numpy as np

from glassline.export.answers import Answer
from glassline.export.held import check_flat
from glassline.export.probes import Probes
from glassline.export.rules import Rules
from glassline.export.steps import stages
from glassline.export.terms import Stage, Term
from glassline.model import Model
from glassline.recipe import ACTIONS

__all__ = ["TABLE", "ask", "query", "write"]

TABLE = "inspections"


def query(rules: Rules) -> str:
    """Return a query that decides every row of the table `inspections` again.

    It reads a column for each feature, holding the reading, and gives every column of
    the table, every step of the sum, and last `class`, `decision` and a column `p_` of
    each class. Where a reading is missing, infinite or no number, all of those are NULL.
    """
    inputs = [_quoted(name) for name in rules.features]
    made = stages(rules, inputs, readings=True)
    lines = [
        f"-- glassline model {rules.model_sha256}",
        f"-- classes in order: {_listed(rules.classes)}; p1 is that of the first.",
        f"-- The table {TABLE} holds the readings of one part a row, in its columns",
        f"-- {', '.join(inputs)}.",
        "-- SQLite needs its mathematical functions (ln, exp); 3.35 or later has them.",
        "WITH",
    ]
    source = TABLE
    for place, stage in enumerate(made):
        name = f"step{place + 1}"
        lines += [
            f"{name} AS MATERIALIZED ( -- {stage.note}",
            f"  SELECT {source}.*,",
            *_columns(stage),
            f"  FROM {source}",
            ")," if place + 1 < len(made) else ")",
        ]
        source = name
    refused = "class_place < 0"
    probabilities = [
        f"  CASE WHEN {refused} THEN NULL ELSE p{c + 1} END AS {_quoted('p_' + name)}"
        for c, name in enumerate(rules.classes)
    ]
    lines += [
        f"SELECT {source}.*,",
        f"  CASE class_place {_words(rules.classes)} END AS class,",
        f"  CASE decision_place {_words(ACTIONS)} END AS decision,",
        ",\n".join(probabilities),
        f"FROM {source}",
    ]
    return "\n".join(lines) + "\n"


def write(model: Model, name: str) -> dict[str, bytes]:
    """Return the query as the one file of the target."""
    rules = Rules.of(model)
    check_flat(rules.held, "sql")
    return {name: query(rules).encode()}


def ask(files: Mapping[str, bytes], probes: Probes) -> list[Answer]:
    """Return what SQLite answers to the query, as this Python brings it."""
    connection = sqlite3.connect(":memory:")
    names = probes.model.feature_names
    columns = ", ".join(f"{_quoted(name)} DOUBLE PRECISION" for name in names)
    connection.execute(f"CREATE TABLE {TABLE} (place INTEGER, {columns})")
    marks = ", ".join("?" * (len(names) + 1))
    rows = ((place, *row) for place, row in enumerate(probes.readings.tolist()))
    connection.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", rows)  # noqa: S608
    classes = probes.model.recipe.classes
    wanted = ", ".join(f"p{c + 1}" for c in range(len(classes)))
    [text] = [data.decode() for data in files.values()]
    found = connection.execute(
        f"SELECT class_place, decision_place, {wanted} "  # noqa: S608
        f"FROM ({text}) AS answered ORDER BY place"
    )
    table = np.array(found.fetchall(), dtype=np.float64)
    connection.close()
    return [Answer.of_table(f"SQLite {sqlite3.sqlite_version}", table)]


def _columns(stage: Stage) -> list[str]:
    written = [f"    {_text(term)} AS {name}" for name, term in stage.terms.items()]
    return [f"{line}," for line in written[:-1]] + written[-1:]


def _text(term: Term) -> str:
    return WRITTEN[term.op](*term.args)


def _inner(term: Term) -> str:
    """Write an operand; sums and products in brackets, so that their order stands."""
    return f"({_text(term)})" if term.op in "+-*/" else _text(term)


def _infix(op: str) -> Callable[[Term, Term], str]:
    return lambda a, b: f"{_inner(a)} {op} {_inner(b)}"


def _number(value: float) -> str:
    """Write a number so that each engine reads it in double precision."""
    text = f"{value:.17g}"
    shortest = repr(value)
    text = shortest if len(shortest) < len(text) else text
    return text if "e" in text else f"{text}e0"


def _case(*parts: Term) -> str:
    pairs = zip(parts[:-1:2], parts[1::2], strict=True)
    ways = " ".join(f"WHEN {_text(a)} THEN {_text(b)}" for a, b in pairs)
    return f"CASE {ways} ELSE {_text(parts[-1])} END"


def _extreme(op: str) -> Callable[..., str]:
    """Write the largest or least: each engine has another function for it."""

    def written(*terms: Term) -> str:
        texts = [_text(each) for each in terms]
        if len(texts) == 1:
            return texts[0]
        ways = " ".join(
            f"WHEN {' AND '.join(f'{each} {op} {other}' for other in texts[at + 1 :])} "
            f"THEN {each}"
            for at, each in enumerate(texts[:-1])
        )
        return f"CASE {ways} ELSE {texts[-1]} END"

    return written


WRITTEN: Mapping[str, Callable[..., str]] = {
    "number": _number,
    "name": str,
    **{op: _infix(op) for op in ("+", "-", "*", "/", "<", "<=", ">", ">=")},
    "abs": lambda a: f"abs({_text(a)})",
    "exp": lambda a: f"exp({_text(a)})",
    "ln": lambda a: f"ln({_text(a)})",
    "max": _extreme(">="),
    "min": _extreme("<="),
    "and": lambda *all_of: " AND ".join(_text(each) for each in all_of),
    "case": _case,
}


def _quoted(name: str) -> str:
    return name if name.isidentifier() and name.islower() else _in_quotes(name)


def _in_quotes(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _words(words: tuple[str, ...]) -> str:
    ways = ("'" + word.replace("'", "''") + "'" for word in words)
    return " ".join(f"WHEN {place} THEN {word}" for place, word in enumerate(ways))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
