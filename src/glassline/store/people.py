"""People and machines that may do something: rows of the ledger, hashes alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from glassline.errors import ConflictError, InputError, NotFoundError, show
from glassline.store.core import Core, Draft, Moment
from glassline.store.identifiers import check_text
from glassline.store.ledger import Row, as_text
from glassline.store.tables import people, tokens

__all__ = [
    "Person",
    "Token",
    "add_person",
    "add_token",
    "list_people",
    "list_tokens",
    "revoke_token",
    "token_of",
]

MOST_HASH = 500  # letters of an argon2 hash with its parameters


@dataclass(frozen=True)
class Person:
    """Somebody with a role.

    Attributes:
        number: Her employee number.
        name: Her name.
        role: What she may do.
        pin_hash: Of her PIN, by argon2; None where she has none.
        badge_sha256: Of her badge; None where she has none.
        is_active: Whether she may sign in.
        version: How often she was added or changed.
    """

    number: str
    name: str
    role: str
    pin_hash: str | None = None
    badge_sha256: str | None = None
    is_active: bool = True
    version: int = 0

    def __post_init__(self) -> None:
        for name in ("number", "name", "role"):
            check_text(name, getattr(self, name))
        for name in ("pin_hash", "badge_sha256"):
            if getattr(self, name) is not None:
                check_text(name, getattr(self, name), MOST_HASH)


@dataclass(frozen=True)
class Token:
    """A machine with a role.

    Attributes:
        id: What it is called in lists and ledgers.
        name: What it is for.
        role: What it may do.
        sha256: Of the token; the token itself is kept nowhere.
        expires: Until when it holds, UTC as ISO 8601; None for ever.
        scopes: What of its role it may do, names with blanks between; empty for all.
        revoked: Whether somebody ended it.
    """

    id: str
    name: str
    role: str
    sha256: str
    expires: str | None = None
    scopes: str = ""
    revoked: bool = False

    def __post_init__(self) -> None:
        for name in ("id", "name", "role", "sha256"):
            check_text(name, getattr(self, name))


def add_person(core: Core, person: Person, *, who: str, reason: str) -> Row:
    """Add a person, or change her: the number says who she is.

    Raises:
        ConflictError: `person.version` is not how she stands: somebody changed her.
    """
    check_text("who", who)
    check_text("reason", reason)
    moment = Moment(core.now)

    def work(draft: Draft) -> Row:
        same = people.c.number == person.number
        query = select(people.c.version).where(same).with_for_update()
        standing = int(draft.connection.execute(query).scalar() or 0)
        if person.version != standing:
            raise ConflictError(
                f"person {person.number}: expected her as she stands, version "
                f"{standing}, got version {person.version}. Look again."
            )
        body = {**vars(person), "version": standing + 1, "reason": reason}
        return draft.append("person", who, as_text(body), moment)

    return core.write(work)


def list_people(core: Core) -> list[Person]:
    """Return everybody who was ever added, by number."""
    columns = [people.c[name] for name in _names(Person)]
    query = select(*columns).order_by(people.c.number)
    with core.read() as connection:
        return [Person(**each._mapping) for each in connection.execute(query)]


def add_token(core: Core, token: Token, *, who: str, reason: str) -> Row:
    """Add a machine's token.

    Raises:
        ConflictError: There is one of that id, or the same token.
        InputError: It is revoked already.
    """
    check_text("who", who)
    check_text("reason", reason)
    if token.revoked:
        raise InputError("token: expected one that holds, got a revoked one.")
    moment = Moment(core.now)

    def work(draft: Draft) -> Row:
        same = (tokens.c.id == token.id) | (tokens.c.sha256 == token.sha256)
        if draft.connection.execute(select(tokens.c.id).where(same)).first():
            raise ConflictError(f"token {token.id}: expected a new one, got it again.")
        body = {key: v for key, v in vars(token).items() if key != "revoked"}
        text = as_text(body | {"reason": reason})
        return draft.append("token", who, text, moment)

    return core.write(work)


def revoke_token(core: Core, token_id: str, *, who: str, reason: str) -> Row:
    """End a token.

    Raises:
        NotFoundError: There is none of that id.
    """
    check_text("who", who)
    check_text("reason", reason)
    moment = Moment(core.now)

    def work(draft: Draft) -> Row:
        same = tokens.c.id == token_id
        if draft.connection.execute(select(tokens.c.id).where(same)).first() is None:
            raise NotFoundError(
                f"token: expected one of this store, got {show(token_id)}."
            )
        body = {"id": token_id, "reason": reason}
        return draft.append("token_revoked", who, as_text(body), moment)

    return core.write(work)


def list_tokens(core: Core) -> list[Token]:
    """Return all tokens that were ever added, by id."""
    query = select(*_columns(Token)).order_by(tokens.c.id)
    with core.read() as connection:
        return [_token(each) for each in connection.execute(query)]


def token_of(core: Core, sha256: str) -> Token | None:
    """Return the token of this hash, revoked or not; None where there is none."""
    query = select(*_columns(Token)).where(tokens.c.sha256 == sha256)
    with core.read() as connection:
        found = connection.execute(query).one_or_none()
    return _token(found) if found else None


def _token(found: Any) -> Token:
    return Token(**found._mapping)


def _columns(kind: type) -> list[Any]:
    return [tokens.c[name] for name in _names(kind)]


def _names(kind: type) -> list[str]:
    return [*kind.__dataclass_fields__]  # type: ignore[attr-defined]
