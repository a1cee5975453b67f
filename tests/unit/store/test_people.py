"""People and machines: added, changed, ended; hashes alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from glassline.errors import ConflictError, InputError, NotFoundError
from glassline.store import Person, Store, Token

BO = Person(
    "7", "Bo", "operator", pin_hash="$argon2id$v=19$...", badge_sha256="ab" * 32
)
CAMERA = Token("t1", "camera 1", "machine", "cd" * 32, "2027-01-01T00:00:00+00:00")


def test_a_person_is_changed_as_she_stands(store: Store) -> None:
    """Each change is a row; the last one counts."""
    store.add_person(BO, who="anna", reason="new")
    store.add_person(
        replace(BO, role="engineer", version=1), who="anna", reason="course"
    )

    assert store.people() == [replace(BO, role="engineer", version=2)]
    assert [row.body["role"] for row in store.rows("person")] == [
        "engineer",
        "operator",
    ]


def test_of_two_changes_of_one_person_the_second_is_told(store: Store) -> None:
    """It was made of how she stood before the first."""
    store.add_person(BO, who="anna", reason="new")
    message = (
        "person 7: expected her as she stands, version 1, got version 0. Look again."
    )

    with pytest.raises(ConflictError, match=f"^{re.escape(message)}$"):
        store.add_person(replace(BO, role="admin"), who="eve", reason="mine")


def test_a_token_is_found_by_its_hash_until_it_is_ended(store: Store) -> None:
    """And told afterwards that it was."""
    store.add_token(CAMERA, who="anna", reason="new camera")
    assert store.token(CAMERA.sha256) == CAMERA

    store.revoke_token("t1", who="anna", reason="stolen")

    assert store.token(CAMERA.sha256) == replace(CAMERA, revoked=True)
    assert store.tokens() == [replace(CAMERA, revoked=True)]
    assert store.token("ef" * 32) is None


def test_a_token_is_added_once(store: Store) -> None:
    """By its id, and by its hash."""
    store.add_token(CAMERA, who="anna", reason="new camera")

    with pytest.raises(ConflictError, match=r"^token t1: expected a new one, got it a"):
        store.add_token(CAMERA, who="anna", reason="again")
    with pytest.raises(ConflictError, match=r"^token t2: expected a new one, got it a"):
        store.add_token(replace(CAMERA, id="t2"), who="anna", reason="again")


def test_a_token_that_is_not_there_can_not_be_ended(store: Store) -> None:
    """Nor is one added that is ended already."""
    with pytest.raises(NotFoundError, match=r"^token: expected one of this store, got"):
        store.revoke_token("t9", who="anna", reason="stolen")
    with pytest.raises(InputError, match=r"^token: expected one that holds, got a rev"):
        store.add_token(replace(CAMERA, revoked=True), who="anna", reason="new")


def test_people_and_tokens_follow_from_the_ledger(store: Store) -> None:
    """Built again, they are the same."""
    store.add_person(BO, who="anna", reason="new")
    store.add_person(replace(BO, is_active=False, version=1), who="anna", reason="left")
    store.add_token(CAMERA, who="anna", reason="new camera")
    store.revoke_token("t1", who="anna", reason="stolen")
    before = store.people(), store.tokens()

    store.rebuild()

    assert (store.people(), store.tokens()) == before
    assert store.verify().holds


@pytest.mark.parametrize("name", ["number", "name", "role"])
def test_a_person_has_a_number_a_name_and_a_role(name: str) -> None:
    """None of them empty."""
    with pytest.raises(InputError, match=rf"^{name}: expected a text, got ''\.$"):
        replace(BO, **{name: ""})


def test_a_golden_check_and_a_note_are_rows(store: Store) -> None:
    """With what was seen, and of which machine."""
    store.check_golden("G-1", holds=False, who="bo", found={"got": "dirt"})
    store.note("lamp changed", who="bo", about={"camera": "1"})

    note, check = store.rows()
    assert (note.kind, note.body) == (
        "note",
        {"text": "lamp changed", "about": {"camera": "1"}},
    )
    assert check.body == {
        "sample": "G-1",
        "holds": False,
        "model": None,
        "found": {"got": "dirt"},
        "identifiers": {},
    }


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"kind": "verdict"}, "kind: expected one of inspection, label,"),
        ({"limit": 0}, "limit: expected 1 to 1,000, got 0."),
        ({"limit": 1001}, "limit: expected 1 to 1,000, got 1001."),
    ],
)
def test_rows_are_asked_for_by_a_kind_and_a_number(
    store: Store, asked: dict[str, object], message: str
) -> None:
    """Anything else is refused by name."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        store.rows(**asked)  # type: ignore[arg-type]
