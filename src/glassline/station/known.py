"""Known parts: shown again among those that wait, to see how well people judge."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from glassline.errors import (
    InputError,
    LabelError,
    NotFoundError,
    check_one_of,
    show,
)
from glassline.recipe import ACTIONS, Action
from glassline.store import Found, Store
from glassline.store.ledger import Row

__all__ = [
    "MOST",
    "REVIEW",
    "SHARES",
    "UNDO",
    "Dealer",
    "Known",
    "Rule",
    "Shown",
    "known_parts",
    "name",
    "rule",
    "set_rule",
]

SHARES = (0, 100, 50, 20, 10, 5, 2)  # one known part to so many others; 0: none
OPEN = timedelta(hours=12)  # as long as a shift: a page left open is one of the past
MOST = 1_000  # rows of checks that are looked through, the newest
PART, RULE = "known_part", "known_rule"  # of the notes that name parts and set the rule
UNDO = "undo"
REVIEW = ACTIONS[Action.REVIEW]
WHO = "station"


@dataclass(frozen=True)
class Known:
    """One part whose verdict is known.

    Attributes:
        record: The inspection whose photo shows it.
        expected: Its class.
        who: Who says so; she is never asked.
    """

    record: str
    expected: str
    who: str


@dataclass(frozen=True)
class Rule:
    """How known parts are mixed in.

    Attributes:
        one_in: One known part to so many others, on average; 0 for none.
        is_told: Whether a person is told after her verdict.

    Raises:
        InputError: The share is none of `SHARES`.
    """

    one_in: int = 0
    is_told: bool = True

    def __post_init__(self) -> None:
        if self.one_in not in SHARES:
            known = ", ".join(map(str, SHARES))
            raise InputError(
                f"one_in: expected one of {known}, got {show(self.one_in)}."
            )


@dataclass(frozen=True)
class Shown:
    """A known part on somebody's page.

    Attributes:
        token: What the page calls this showing.
        record: Which part.
        expected: Its class.
        who: To whom.
        is_told: Whether she is told after her verdict.
    """

    token: str
    record: str
    expected: str
    who: str
    is_told: bool


def name(store: Store, record: str, expected: str | None, *, who: str) -> Row:
    """Name a part whose verdict is known, or take one off the list.

    Args:
        store: Where it is written down.
        record: The inspection whose photo shows it.
        expected: Its class; None takes the part off the list.
        who: Who says so.

    Raises:
        NotFoundError: There is no such record, or its photo is not kept.
        InputError: The part itself still waits for a person.
    """
    found = store.inspection(record)
    if expected is not None:
        if found.photo is None:
            raise NotFoundError(
                f"record: expected one whose photo is kept, got {record}, whose photo "
                "is not. Inspect a photo of the part on the page first."
            )
        if _waits(found):
            raise InputError(
                f"record: expected a part that is judged, got {record}, which waits "
                "for a person. Judge it first."
            )
    about = {PART: {"record": record, "expected": expected}}
    return store.note(f"known part {record}", who=who, about=about)


def known_parts(store: Store) -> tuple[Known, ...]:
    """Return the parts whose verdict is known, in the order in which they were named."""
    named: dict[str, Known | None] = {}
    for row, about in _notes(store, PART):
        expected = about["expected"]
        named[about["record"]] = (
            Known(about["record"], expected, row.who) if expected else None
        )
    return tuple(each for each in named.values() if each is not None)


def set_rule(store: Store, told: Rule, *, who: str) -> Row:
    """Write down how known parts are mixed in from now on."""
    return store.note(
        "known parts",
        who=who,
        about={RULE: {"one_in": told.one_in, "is_told": told.is_told}},
    )


def rule(store: Store) -> Rule:
    """Return how known parts are mixed in."""
    found = Rule()
    for _, about in _notes(store, RULE):
        found = Rule(about["one_in"], about["is_told"])
    return found


class Dealer:
    """Mixes known parts in among those that wait, and keeps what people say of them.

    A showing and its verdict are rows of their own in the ledger: no inspection and no
    label. So they count as no part of the line, and the model never learns from them.

    Args:
        store: The records.
        draw: Draws a number from 0 up to, not including, the one it is given.

    Attributes:
        draw: As given.
    """

    def __init__(
        self, store: Store, draw: Callable[[int], int] = secrets.randbelow
    ) -> None:
        self._store = store
        self.draw = draw
        self._lock = threading.Lock()

    def open_for(self, who: str, *, is_blind: bool) -> Shown | None:
        """Return the known part on a person's page that she has not judged yet.

        Args:
            who: The person.
            is_blind: Whether her page hides what the model says.
        """
        since = datetime.now(UTC) - OPEN
        last: dict[str, Mapping[str, Any]] = {}
        for row in self._rows():
            body = row.body
            if body["to"] != who:
                continue
            if body["action"] == "judged":
                last.setdefault(body["token"], body)
                continue
            said = last.get(body["token"])
            is_judged = said is not None and (body["told"] or said["reason"] != UNDO)
            is_new = datetime.fromisoformat(row.at) > since
            if is_judged or not is_new or not self._is_fit(body["record"], is_blind):
                return None
            return _shown(row)
        return None

    def deal(
        self, who: str, *, is_blind: bool, besides: Collection[str] = ()
    ) -> Shown | None:
        """Draw whether a person gets a known part now, and which.

        Of those that she saw least often, one by chance. She gets no second one before
        she has judged the first, and none that she named herself. Where the page says
        what the model decided, only parts that it sent to a person: another one would
        be told apart by that.

        Args:
            who: The person.
            is_blind: Whether her page hides what the model says.
            besides: Records that are on her page already.
        """
        told = rule(self._store)
        if not told.one_in or self.draw(told.one_in):
            return None
        with self._lock:
            if self.open_for(who, is_blind=is_blind) is not None:
                return None
            fit = [
                each
                for each in known_parts(self._store)
                if each.who != who
                and each.record not in besides
                and self._is_fit(each.record, is_blind)
            ]
            if not fit:
                return None
            seen = self._seen_by(who)
            least = min(seen[each.record] for each in fit)
            fit = [each for each in fit if seen[each.record] == least]
            chosen = fit[self.draw(len(fit))]
            body = {
                "action": "shown",
                "to": who,
                "token": secrets.token_urlsafe(12),
                "record": chosen.record,
                "expected": chosen.expected,
                "told": told.is_told,
            }
            return _shown(self._store.check_person(who=WHO, body=body))

    def find(self, token: str, who: str) -> Shown | None:
        """Return the known part that a page calls so; None where it is one of the line."""
        for row in self._rows():
            body = row.body
            if (body["action"], body["token"], body["to"]) == ("shown", token, who):
                return _shown(row)
        return None

    def judge(
        self,
        shown: Shown,
        label: str | None,
        *,
        reason: str,
        key: str,
        besides: Mapping[str, Any],
    ) -> None:
        """Keep what a person said of a known part; what comes twice counts once.

        Args:
            shown: Which.
            label: The class; None where she was not sure, or takes it back.
            reason: Why, a code.
            key: Of this verdict.
            besides: What else there is: note, how long she looked, what she saw.

        Raises:
            LabelError: The class is not one of the model's that looked.
        """
        model = self._store.inspection(shown.record).listed.model
        if label is not None and model is not None:
            classes = self._store.model(model).recipe.classes
            check_one_of("label", label, classes, LabelError)
        body: dict[str, Any] = {
            "action": "judged",
            "to": shown.who,
            "token": shown.token,
        }
        body |= {"record": shown.record, "expected": shown.expected}
        body |= {"label": label, "reason": reason, "told": shown.is_told, "key": key}
        with self._lock:
            if any(row.body.get("key") == key for row in self._rows()):
                return
            self._store.check_person(who=shown.who, body={**body, **besides})

    def _rows(self) -> list[Row]:
        return self._store.rows("known_part", limit=MOST)

    def _seen_by(self, who: str) -> Counter[str]:
        return Counter(
            row.body["record"]
            for row in self._rows()
            if row.body["to"] == who and row.body["action"] == "shown"
        )

    def _is_fit(self, record: str, is_blind: bool) -> bool:
        found = self._store.inspection(record)
        is_shown = found.photo is not None and not _waits(found)
        return is_shown and (is_blind or found.listed.decision == REVIEW)


def _notes(store: Store, key: str) -> Iterator[tuple[Row, dict[str, Any]]]:
    for row in reversed([*store.every_row("note")]):
        about = (row.body["about"] or {}).get(key)
        if about is not None:
            yield row, about


def _shown(row: Row) -> Shown:
    body = row.body
    return Shown(
        body["token"], body["record"], body["expected"], body["to"], body["told"]
    )


def _waits(found: Found) -> bool:
    """Return whether a part stands in the queue itself."""
    is_open = found.listed.decision in (REVIEW, "refused")
    return is_open and found.label is None
