"""Who may do what: signing in, people with roles, tokens of machines."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from glassline.errors import InputError, NotFoundError, UnknownPersonError, check_one_of
from glassline.station.api.bodies import TEXT, WORDS, StrictRoute
from glassline.station.people import RIGHTS, ROLES, Asker, Person, needs
from glassline.station.problems import answers
from glassline.station.signing import fingerprint, hash_pin, new_token
from glassline.station.station import StationOf
from glassline.store import Person as Kept
from glassline.store import Token
from glassline.store.ledger import stamp

__all__ = ["router"]

router = APIRouter(tags=["people"], route_class=StrictRoute)
Admin = Annotated[Person, needs("people")]
Right = Literal[
    "see", "inspect", "label", "note", "study", "publish", "export", "verify", "people"
]
Role = Literal["operator", "engineer", "quality", "admin", "auditor"]
Number = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")
]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=WORDS)]
Pin = Annotated[str, Field(min_length=4, max_length=12, pattern=r"^[0-9]{4,12}$")]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=WORDS)]


def _as_text(value: object) -> object:
    """Let nothing be a time but a text: seconds since 1970 are not what people mean."""
    if value is not None and not isinstance(value, str):
        raise ValueError("expected a date and time as text")
    return value


Time = Annotated[datetime, BeforeValidator(_as_text), Field(strict=False)]


class Strict(BaseModel):
    """A body that has no field but those it names."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SignIn(Strict):
    """Who signs in."""

    number: str = Field(
        min_length=1, max_length=200, description="A badge, or an employee number."
    )
    pin: str = Field(min_length=1, max_length=40, examples=["271828"])


class FirstAdmin(Strict):
    """The first admin of a station."""

    code: str = Field(
        min_length=1, max_length=40, description="As the service printed it."
    )
    number: Number
    name: Name
    pin: Pin


class PersonTold(BaseModel):
    """A person, without what proves it."""

    number: str
    name: str
    role: str
    is_active: bool = True
    has_badge: bool = False
    version: int = 0


class WhoTold(BaseModel):
    """Who asks, and what she may do."""

    number: str
    name: str
    role: str
    rights: list[str]


class PeopleTold(BaseModel):
    """Everybody who was ever added, and what each role may do."""

    people: list[PersonTold]
    rights: dict[str, list[str]] = Field(description="Each right, and who has it.")


class PersonGiven(Strict):
    """A person as she shall be from now on."""

    name: Name
    role: Role
    pin: Pin | None = Field(None, description="Left out: as it is.")
    badge: str | None = Field(
        None, min_length=1, max_length=200, description="Left out: as it is."
    )
    is_active: bool = True
    reason: Reason


class TokenGiven(Strict):
    """A token for a machine."""

    name: Name
    role: Role
    scopes: list[Right] = Field(
        default_factory=list,
        max_length=20,
        description="Rights of the role that it is cut down to; none: all of them.",
        examples=[["inspect"]],
    )
    expires: Time | None = Field(None, description="With its zone.")
    reason: Reason


class TokenTold(BaseModel):
    """A token, without the token."""

    id: str
    name: str
    role: str
    scopes: list[str]
    expires: str | None
    revoked: bool


class TokenShown(TokenTold):
    """A new token: shown this once."""

    token: str = Field(examples=["gl_..."])


class TokensTold(BaseModel):
    """All tokens."""

    tokens: list[TokenTold]


class ReasonGiven(Strict):
    """Why."""

    reason: Reason


@router.get(
    "/session",
    operation_id="who",
    response_model=WhoTold,
    responses=answers(401, 403, 429, 503),
)
async def session(asker: Annotated[Person, needs("see")]) -> WhoTold:
    """Say who asks, and what she may do."""
    return _who(asker)


def _who(person: Person) -> WhoTold:
    return WhoTold(
        number=person.number,
        name=person.name,
        role=person.role,
        rights=sorted(person.rights),
    )


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


@router.post(
    "/session",
    status_code=201,
    operation_id="sign_in",
    response_model=WhoTold,
    responses=answers(400, 401, 403, 413, 415, 422, 429, 503),
)
async def sign_in(
    request: Request, given: SignIn, station: StationOf, response: Response
) -> WhoTold:
    """Sign a person in: the answer sets her cookie."""
    accounts = station.accounts
    person = await accounts.sign_in(given.number, given.pin, _peer(request))
    await accounts.remember(response, person)
    return _who(person)


@router.delete(
    "/session",
    status_code=204,
    operation_id="sign_out",
    response_class=Response,
    responses=answers(401, 403, 429, 503),
)
async def sign_out(station: StationOf, asker: Asker) -> Response:
    """Sign out: the cookie is taken back."""
    if asker is None:
        raise UnknownPersonError("expected a person who signed in, or a token.")
    response = Response(status_code=204)
    station.accounts.forget(response)
    return response


@router.post(
    "/session/first",
    status_code=201,
    operation_id="become_first",
    response_model=WhoTold,
    responses=answers(400, 403, 409, 413, 415, 422, 429, 503, 507),
)
async def first(
    request: Request, given: FirstAdmin, station: StationOf, response: Response
) -> WhoTold:
    """Become the first admin, with the code that the service printed at its start."""
    person = await station.accounts.become_first(
        given.code, given.number, given.name, given.pin, _peer(request)
    )
    await station.accounts.remember(response, person)
    return _who(person)


@router.get(
    "/people",
    operation_id="people",
    response_model=PeopleTold,
    dependencies=[needs("people")],
    responses=answers(401, 403, 429, 503),
)
async def people(station: StationOf) -> PeopleTold:
    """List everybody, and what each role may do."""
    found = await station.call(station.store.people)
    rights = {
        right: [role for role in ROLES if role in roles]
        for right, roles in RIGHTS.items()
    }
    return PeopleTold(people=[_person(each) for each in found], rights=rights)


def _person(kept: Kept) -> PersonTold:
    return PersonTold(
        number=kept.number,
        name=kept.name,
        role=kept.role,
        is_active=kept.is_active,
        has_badge=kept.badge_sha256 is not None,
        version=kept.version,
    )


@router.put(
    "/people/{number}",
    operation_id="change_person",
    response_model=PersonTold,
    responses=answers(400, 401, 403, 409, 413, 415, 422, 429, 503, 507),
)
async def change(
    number: Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")],
    given: PersonGiven,
    station: StationOf,
    who: Admin,
) -> PersonTold:
    """Add a person, or change her role, PIN, badge, or whether she may sign in."""
    known = {each.number: each for each in await station.call(station.store.people)}
    before = known.get(number) or Kept(number, given.name, given.role)
    _check_last_admin(list(known.values()), before, given)
    pin_hash = before.pin_hash
    if given.pin is not None:
        pin_hash = await station.call(hash_pin, given.pin)
    badge = before.badge_sha256
    if given.badge is not None:
        badge = fingerprint(given.badge)
    after = replace(
        before,
        name=given.name,
        role=given.role,
        pin_hash=pin_hash,
        badge_sha256=badge,
        is_active=given.is_active,
    )
    await station.call(
        station.store.add_person, after, who=who.number, reason=given.reason
    )
    station.accounts.forget_known()
    return _person(replace(after, version=after.version + 1))


def _check_last_admin(known: list[Kept], before: Kept, given: PersonGiven) -> None:
    """Refuse to leave a station without anybody who may let others in."""
    admins = {each.number for each in known if each.role == "admin" and each.is_active}
    stays = given.role == "admin" and given.is_active
    if admins == {before.number} and not stays:
        raise InputError(
            f"{before.number}: expected another admin first, got the last one."
        )


@router.get(
    "/tokens",
    operation_id="tokens",
    response_model=TokensTold,
    dependencies=[needs("people")],
    responses=answers(401, 403, 429, 503),
)
async def tokens(station: StationOf) -> TokensTold:
    """List all tokens, without the tokens."""
    found = await station.call(station.store.tokens)
    return TokensTold(tokens=[TokenTold(**_token(each)) for each in found])


def _token(kept: Token) -> dict[str, Any]:
    return {
        "id": kept.id,
        "name": kept.name,
        "role": kept.role,
        "scopes": kept.scopes.split(),
        "expires": kept.expires,
        "revoked": kept.revoked,
    }


@router.post(
    "/tokens",
    status_code=201,
    operation_id="add_token",
    response_model=TokenShown,
    responses=answers(400, 401, 403, 409, 413, 415, 422, 429, 503, 507),
)
async def add_token(given: TokenGiven, station: StationOf, who: Admin) -> TokenShown:
    """Make a token for a machine; it is shown in this answer and never again."""
    for scope in given.scopes:
        check_one_of("scopes", scope, [r for r in RIGHTS if given.role in RIGHTS[r]])
    if given.expires is not None and given.expires.tzinfo is None:
        raise InputError("expires: expected a time with its zone, got one without.")
    secret = new_token()
    kept = Token(
        id=secrets.token_hex(4),
        name=given.name,
        role=given.role,
        sha256=fingerprint(secret),
        expires=None if given.expires is None else stamp(given.expires),
        scopes=" ".join(given.scopes),
    )
    await station.call(
        station.store.add_token, kept, who=who.number, reason=given.reason
    )
    station.accounts.forget_known()
    return TokenShown(token=secret, **_token(kept))


@router.post(
    "/tokens/{token}/revoke",
    operation_id="revoke_token",
    response_model=TokenTold,
    responses=answers(400, 401, 403, 404, 413, 415, 422, 429, 503, 507),
)
async def revoke(
    token: Annotated[str, Path(description="Its `id`.", max_length=90, pattern=TEXT)],
    given: ReasonGiven,
    station: StationOf,
    who: Admin,
) -> TokenTold:
    """End a token."""
    await station.call(
        station.store.revoke_token, token, who=who.number, reason=given.reason
    )
    station.accounts.forget_known()
    for each in await station.call(station.store.tokens):
        if each.id == token:
            return TokenTold(**_token(each))
    raise NotFoundError(f"token: expected one of this store, got {token!r}.")
