"""Who may do what: people with roles, tokens of machines, one table of rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from glassline.errors import ForbiddenError, UnknownPersonError

__all__ = [
    "COOKIE",
    "OPEN",
    "RIGHTS",
    "ROLES",
    "Asker",
    "Person",
    "needs",
]

ROLES = ("operator", "engineer", "quality", "admin", "auditor")
COOKIE = "glassline"

RIGHTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "see": frozenset(ROLES),
        "inspect": frozenset({"operator", "engineer", "quality", "admin"}),
        "label": frozenset({"operator", "engineer", "quality"}),
        "note": frozenset({"operator", "engineer", "quality", "admin"}),
        "study": frozenset({"engineer", "quality"}),
        "publish": frozenset({"engineer", "quality"}),
        "export": frozenset({"engineer", "quality", "admin", "auditor"}),
        "verify": frozenset({"engineer", "quality", "admin", "auditor"}),
        "people": frozenset({"admin"}),
    }
)
"""Each right, and the roles that have it: the code and docs/service.md read this."""


@dataclass(frozen=True)
class Person:
    """Who asks: a person who signed in, or a machine with a token.

    Attributes:
        number: As the ledger names her: an employee number, `token NAME`, or `open`.
        name: What people call her.
        role: One of `ROLES`.
        rights: What she may do.
        is_machine: Whether a token asks.
    """

    number: str
    name: str
    role: str
    rights: frozenset[str]
    is_machine: bool = False

    @classmethod
    def of(cls, number: str, name: str, role: str) -> Person:
        """Return a person with the rights of her role.

        Example:
            >>> sorted(Person.of("7", "Lin", "auditor").rights)
            ['export', 'see', 'verify']
        """
        rights = frozenset(right for right, roles in RIGHTS.items() if role in roles)
        return cls(number, name, role, rights)


OPEN = Person("open", "", "admin", frozenset(RIGHTS))
"""Who asks where nobody signs in: on this machine alone, with `--open`."""

_bearer = HTTPBearer(auto_error=False, description="A token of a machine.")
_cookie = APIKeyCookie(
    name=COOKIE, auto_error=False, description="A person who signed in."
)


async def _asker(
    request: Request,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
    cookie: Annotated[str | None, Security(_cookie)] = None,
) -> Person | None:
    """Return who asks, None for nobody; a wrong token is refused, cookie or not."""
    station = request.app.state.station
    peer = request.client.host if request.client else ""
    if "authorization" in request.headers:
        found = await station.accounts.by_token(
            token.credentials if token else "", peer
        )
    elif station.settings.is_open:
        found = OPEN
    else:
        found = await station.accounts.by_cookie(cookie) if cookie else None
    request.state.who = found.number if found else None
    request.state.person = found
    return found  # type: ignore[no-any-return]  # the station is kept as Any


Asker = Annotated[Person | None, Depends(_asker)]
"""Who asks, or None where nobody is signed in."""


def needs(right: str) -> Any:
    """Return the dependency of a route that only some may call: it gives the person.

    Raises:
        UnknownPersonError: On the call: nobody is signed in.
        ForbiddenError: On the call: who is lacks the right.
    """

    async def allowed(asker: Asker) -> Person:
        if asker is None:
            raise UnknownPersonError("expected a person who signed in, or a token.")
        if right not in asker.rights:
            raise ForbiddenError(
                f"{asker.role} {asker.number}: expected the right to {right}, "
                f"which {', '.join(sorted(RIGHTS[right]))} have."
            )
        return asker

    allowed.right = right  # type: ignore[attr-defined]  # the matrix of the tests reads it
    return Depends(allowed)
