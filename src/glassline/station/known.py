"""Known parts: shown again among those that wait, to see how well people judge."""

from __future__ import annotations

import secrets
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
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
    with store.following(_Named) as named:
        return tuple(each for each in named.parts.values() if each is not None)


def set_rule(store: Store, told: Rule, *, who: str) -> Row:
    """Write down how known parts are mixed in from now on."""
    return store.note(
        "known parts",
        who=who,
        about={RULE: {"one_in": told.one_in, "is_told": told.is_told}},
    )


def rule(store: Store) -> Rule:
    """Return how known parts are mixed in."""
    with store.following(_Named) as named:
        return named.rule


class _Named:
    """What notes say of known parts: which they are, and the rule."""

    kind = "note"

    def __init__(self) -> None:
        self.parts: dict[str, Known | None] = {}  # None: taken off, its place stays
        self.rule = Rule()

    def add(self, row: Row) -> None:
        """Take the next note."""
        about = row.body["about"] or {}
        part, rule = about.get(PART), about.get(RULE)
        if isinstance(part, dict):  # anybody's note may be about anything
            record, expected = part["record"], part["expected"]
            found = Known(record, expected, row.who) if expected else None
            self.parts[record] = found
        if isinstance(rule, dict):
            self.rule = Rule(rule["one_in"], rule["is_told"])


class _Checks:
    """All showings and verdicts so far.

    Attributes:
        shown: Each showing by its token.
        last: The last showing to each person, and when it was.
        said: The body of the last verdict on each person's last showing, by its token.
        seen: How often each person saw each record.
        keys: Of all verdicts.
    """

    kind = "known_part"

    def __init__(self) -> None:
        self.shown: dict[str, Shown] = {}
        self.last: dict[str, tuple[Shown, datetime]] = {}
        self.said: dict[str, Mapping[str, Any]] = {}
        self.seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.keys: set[str] = set()

    def add(self, row: Row) -> None:
        """Take the next showing or verdict."""
        body = row.body
        if body["action"] == "judged":
            self.said[body["token"]] = body
            self.keys.add(body["key"])
            return
        shown = _shown(row)
        if shown.who in self.last:
            self.said.pop(self.last[shown.who][0].token, None)
        self.shown[shown.token] = shown
        self.last[shown.who] = shown, datetime.fromisoformat(row.at)
        self.seen[shown.who][shown.record] += 1


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
        with self._store.following(_Checks) as checks:
            shown, at = checks.last.get(who, (None, None))
            said = checks.said.get(shown.token) if shown else None
        if shown is None or at is None or at <= datetime.now(UTC) - OPEN:
            return None
        is_judged = said is not None and (said["told"] or said["reason"] != UNDO)
        if is_judged or not self._is_fit(shown.record, is_blind):
            return None
        return shown

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
            with self._store.following(_Checks) as checks:
                seen = checks.seen[who].copy()
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
        with self._store.following(_Checks) as checks:
            shown = checks.shown.get(token)
        return shown if shown is not None and shown.who == who else None

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
            with self._store.following(_Checks) as checks:
                is_known = key in checks.keys
            if is_known:
                return
            self._store.check_person(who=shown.who, body={**body, **besides})

    def _is_fit(self, record: str, is_blind: bool) -> bool:
        found = self._store.inspection(record)
        is_shown = found.photo is not None and not _waits(found)
        return is_shown and (is_blind or found.listed.decision == REVIEW)


def _shown(row: Row) -> Shown:
    body = row.body
    return Shown(
        body["token"], body["record"], body["expected"], body["to"], body["told"]
    )


def _waits(found: Found) -> bool:
    """Return whether a part stands in the queue itself."""
    is_open = found.listed.decision in (REVIEW, "refused")
    return is_open and found.label is None
