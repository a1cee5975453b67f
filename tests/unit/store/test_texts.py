"""Whatever text comes in stands there as it came, and acts nowhere."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassline.errors import GlasslineError, InputError
from glassline.store import Entry, Identifiers, Store, Where

SOURCE = Path(__file__).resolve().parents[3] / "src" / "glassline" / "store"
EXECUTES = {"execute", "exec_driver_sql", "scalar", "scalars", "text"}
PAYLOADS = [
    *("' OR '1'='1", "'; DROP TABLE ledger; --", '" OR ""="', "1; SELECT pg_sleep(9)"),
    *(
        "') UNION SELECT * FROM tokens --",
        "\\'; --",
        "%",
        "_",
        "%%",
        "a%b_c",
        "$1",
        ":x",
    ),
    *(
        "%s",
        "%(x)s",
        "{0}",
        "${x}",
        "`x`",
        "\\",
        "\\x27",
        "''",
        "'",
        '"',
        "--",
        "/*",
        "*/",
    ),
    *(
        "\t",
        "a\nb",
        "a\rb",
        "\u2028",
        "\x1b[2J",
        "髒污",
        "🙂",
        "e\u0301",
        "\ufeffx",
        "\u202ex",
    ),
    *("NULL", "null", "true", "0", "-1", "1e999", "NaN", "<script>", "=1+1", "../../x"),
    *("x" * 200, "'" * 200, "🙂" * 100),
]


def test_texts_stand_as_they_came_and_are_found_alone(
    store: Store, entries: list[Entry]
) -> None:
    """Each as a lot, a serial, a key and a name: found by itself, and no other with it."""
    recorded = store.record_all(
        [
            Entry(
                entries[0].seen,
                entries[0].photo,
                Identifiers(lot=text, unit_serial=text),
                who=text,
                key=text,
            )
            for text in PAYLOADS
            if text.strip()
        ]
    )
    texts = [text for text in PAYLOADS if text.strip()]

    found = [
        [
            each.record
            for each in store.inspections(Where(identifiers={"lot": text})).rows
        ]
        for text in texts
    ]

    assert found == [[each.record] for each in recorded]
    assert [each.row.who for each in recorded] == texts
    assert [store.inspection(each.record).listed.key for each in recorded] == texts
    assert store.verify().holds


def test_a_text_in_a_filter_finds_nothing_that_is_not_it(
    store: Store, entries: list[Entry]
) -> None:
    """In every filter that takes one, and in a record's name."""
    store.record(entries[0])
    names = ("predicted_class", "label", "model", "reason_code", "sha256", "stream")
    wheres = [Where(**{name: text}) for name in names for text in PAYLOADS]  # type: ignore[arg-type]

    assert {store.inspections(where).rows for where in wheres} == {()}
    assert {_refused(Where, decision=text) for text in PAYLOADS} == {"input"}
    assert {_refused(store.inspection, record=text) for text in PAYLOADS} == {
        "not_found"
    }


def _refused(call: Callable[..., object], **arguments: str) -> str:
    with pytest.raises(GlasslineError, match=r"^(record|decision): expected ") as found:
        call(**arguments)
    return found.value.code


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_note_of_any_text_reads_back_or_is_refused(
    sqlite_store: Store, text: str
) -> None:
    """The chain holds whatever was said."""
    before = sqlite_store.rows(limit=1)
    try:
        said = [sqlite_store.note(text, who="bo")]
    except InputError:
        said = before

    assert sqlite_store.rows(limit=1) == said
    assert [row.body["text"] for row in said] in (
        [text],
        [r.body["text"] for r in before],
    )


@pytest.fixture(scope="module")
def sqlite_store(quick_folder: Path) -> Iterator[Store]:
    """One store for many texts."""
    with Store.open(quick_folder / "texts.db") as store:
        yield store


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.name
)
def test_no_statement_is_built_of_text(path: Path) -> None:
    """What is executed is a constant, or built by SQLAlchemy with its values apart."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in EXECUTES
    ]

    built = [
        ast.unparse(call)
        for call in calls
        if any(
            map(_is_built, (part for each in call.args[:1] for part in ast.walk(each)))
        )
    ]
    assert built == []


def _is_built(part: ast.AST) -> bool:
    is_joined = isinstance(part, ast.JoinedStr)
    return is_joined or (
        isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod | ast.Add)
    )
