"""The people and tokens that a store knows, and how each proves who it is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from glassline.errors import ForbiddenError, UnknownPersonError
from glassline.station.people import COOKIE, Person
from glassline.station.settings import Settings
from glassline.station.signing import (
    Cookies,
    cookie_key,
    fingerprint,
    hash_pin,
    new_code,
    pin_holds,
    same,
)
from glassline.station.tries import Tries
from glassline.store import Person as Kept
from glassline.store import Store, Token
from glassline.store.ledger import stamp

__all__ = ["Accounts"]

FRESH_S = 2.0  # another service on the same store is noticed after this long
WRONG = "expected a badge or number and its PIN, got others."


@dataclass(frozen=True)
class _Known:
    """People by number and by badge, tokens by fingerprint, as last read."""

    people: Mapping[str, Kept] = field(default_factory=dict)
    badges: Mapping[str, Kept] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)
    read_at: float = -FRESH_S


class Accounts:
    """Who is known, and how a request proves that it comes from her.

    Args:
        store: Where people and tokens are kept, as hashes alone.
        settings: How long a session lasts, and how often one may guess.

    Attributes:
        code: What makes its bearer the first admin; None once there is one.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._known = _Known()
        self._cookies = Cookies(cookie_key(store.core.files), settings.session_s)
        self._tries = Tries(settings.tries_a_minute)
        self.settings = settings
        self.code = None if settings.is_open or store.people() else new_code()

    async def by_token(self, token: str, peer: str) -> Person:
        """Return the machine that a token belongs to.

        Raises:
            UnknownPersonError: There is none, it was revoked, or it is too old.
            TooManyTriesError: This peer has guessed too often.
        """
        self._tries.check(peer)
        known, key = await self._fresh(), fingerprint(token)
        found = known.tokens.get(key)
        if found is None or not same(found.sha256, key):
            self._tries.failed(peer)
            raise UnknownPersonError("expected a token that is known, got another.")
        if found.revoked:
            raise UnknownPersonError(f"token {found.id}: it was revoked.")
        if found.expires is not None and found.expires <= stamp(datetime.now(UTC)):
            raise UnknownPersonError(f"token {found.id}: it is too old.")
        person = Person.of(f"token {found.id}", found.name, found.role)
        scopes = frozenset(found.scopes.split()) or person.rights
        return replace(person, rights=person.rights & scopes, is_machine=True)

    async def by_cookie(self, cookie: str) -> Person | None:
        """Return the person of a cookie; None where it is no longer good."""
        read = self._cookies.read(cookie)
        if read is None:
            return None
        found = (await self._fresh()).people.get(read[0])
        if found is None or not found.is_active or found.pin_hash is None:
            return None
        if not same(Cookies.mark(found.pin_hash), read[1]):
            return None
        return Person.of(found.number, found.name, found.role)

    async def sign_in(self, badge_or_number: str, pin: str, peer: str) -> Person:
        """Return the person of a badge or an employee number, who knows her PIN.

        Raises:
            UnknownPersonError: One of the two is wrong; it does not say which.
            TooManyTriesError: This peer, or this person, has guessed too often.
        """
        who = f"sign-in of {badge_or_number[:40]!r}"
        self._tries.check(peer, who)
        known = await self._fresh()
        found = known.people.get(badge_or_number)
        found = found or known.badges.get(fingerprint(badge_or_number))
        kept = found.pin_hash if found is not None and found.is_active else None
        if not await run_in_threadpool(pin_holds, kept, pin) or found is None:
            self._tries.failed(peer, who)
            raise UnknownPersonError(WRONG)
        return Person.of(found.number, found.name, found.role)

    async def become_first(
        self, code: str, number: str, name: str, pin: str, peer: str
    ) -> Person:
        """Make the first admin, who has read the code that the service printed.

        Raises:
            ForbiddenError: There is a person already, or the code is wrong.
            InputError: The number or the PIN can not be used.
        """
        self._tries.check(peer)
        expected = self.code
        if expected is None:
            raise ForbiddenError("the first admin: expected none, there is one.")
        if not same(expected, code.strip().upper()):
            self._tries.failed(peer)
            raise ForbiddenError("code: expected the one that the service printed.")
        hashed = await run_in_threadpool(hash_pin, pin)
        await run_in_threadpool(
            self._store.add_person,
            Kept(number, name, "admin", hashed),
            who=number,
            reason="the first admin",
        )
        self.code = None
        self.forget_known()
        return Person.of(number, name, "admin")

    async def remember(self, response: Response, person: Person) -> None:
        """Let a response carry the cookie of a person who signed in."""
        kept = (await self._fresh()).people[person.number]
        response.set_cookie(
            COOKIE,
            self._cookies.write(person.number, kept.pin_hash or ""),
            max_age=self.settings.session_s,
            httponly=True,
            samesite="strict",
            path="/",
        )

    @staticmethod
    def forget(response: Response) -> None:
        """Let a response end a session."""
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")

    def forget_known(self) -> None:
        """Read people and tokens anew before the next answer."""
        self._known = replace(self._known, read_at=-FRESH_S)

    async def _fresh(self) -> _Known:
        if time.monotonic() - self._known.read_at >= FRESH_S:
            self._known = await run_in_threadpool(self._read)
        return self._known

    def _read(self) -> _Known:
        people, tokens = self._store.people(), self._store.tokens()
        return _Known(
            people={each.number: each for each in people},
            badges={each.badge_sha256: each for each in people if each.badge_sha256},
            tokens={each.sha256: each for each in tokens},
            read_at=time.monotonic(),
        )
