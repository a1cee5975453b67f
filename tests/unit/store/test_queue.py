"""What waits for whom: second looks, what was handed on, what one has taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glassline.store import Entry, Store


@pytest.fixture
def record(store: Store, entries: list[Entry]) -> str:
    """A part that the model accepts or rejects, so that it does not wait by itself."""
    sure = next(each for each in entries if each.decision in ("accept", "reject"))
    return store.record(replace(sure, key=None)).record


@pytest.fixture
def doubtful(store: Store, entries: list[Entry]) -> str:
    """A part that waits: its photo was refused."""
    return store.record(replace(entries[-1], key=None)).record


def _waiting(store: Store, who: str | None = None) -> list[str]:
    return [each.record for each in store.queue(who=who)]


def _other_class(store: Store, record: str) -> str:
    seen = store.inspection(record).listed.predicted_class
    return next(name for name in ("ok", "scratch", "dirt") if name != seen)


def test_what_one_took_stays_in_her_own_queue(store: Store, doubtful: str) -> None:
    """A page that is loaded again shows the part again; nobody else gets it."""
    store.take(doubtful, "bo")

    assert _waiting(store, "bo") == [doubtful]
    assert _waiting(store, "eve") == []
    assert _waiting(store) == []


def test_a_label_unlike_the_models_class_is_looked_at_by_a_second_person(
    store: Store, record: str
) -> None:
    """Once: after the second it waits for nobody."""
    other = _other_class(store, record)

    store.label(record, other, who="bo", reason="missed")

    assert (_waiting(store, "bo"), _waiting(store, "eve")) == ([], [record])
    store.label(record, other, who="eve", reason="missed")
    assert [_waiting(store, who) for who in ("bo", "eve", "kim")] == [[], [], []]


def test_a_label_like_the_models_class_needs_no_second_look(
    store: Store, record: str
) -> None:
    """Two agree already: the person and the model."""
    seen = store.inspection(record).listed.predicted_class

    store.label(record, seen, who="bo", reason="agreed")

    assert _waiting(store, "eve") == []


def test_who_is_not_sure_hands_a_part_on_and_never_gets_it_back(
    store: Store, doubtful: str
) -> None:
    """The next person does."""
    store.label(doubtful, None, who="bo", reason="not_sure")

    assert (_waiting(store, "bo"), _waiting(store, "eve")) == ([], [doubtful])


def test_what_was_taken_back_waits_again(store: Store, doubtful: str) -> None:
    """Undo leaves two rows in the ledger, and the part in the queue."""
    store.label(doubtful, "ok", who="bo", reason="photo")
    store.label(doubtful, None, who="bo", reason="undo")

    assert _waiting(store, "bo") == [doubtful]
    assert _waiting(store) == [doubtful]
