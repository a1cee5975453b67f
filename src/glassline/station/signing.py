"""What proves who somebody is: PINs, badges, tokens and signed cookies."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from functools import cache
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from glassline.errors import InputError, StoreFullError
from glassline.files import held, publish

__all__ = [
    "PIN_DIGITS",
    "Cookies",
    "cookie_key",
    "fingerprint",
    "hash_pin",
    "new_code",
    "new_token",
    "pin_holds",
    "same",
]

PIN_DIGITS = (4, 12)  # least and most
TOKEN_BYTES = KEY_BYTES = 32
KEY_FILE = "cookies.key"
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
CODE_LENGTH = 10
NO_PIN = "nobody has this PIN"


def fingerprint(secret: str) -> str:
    """Return the SHA-256 by which a token or a badge is kept.

    A token has 256 random bits, so that nobody can try them all and a slow hash would
    add nothing. A badge is as easy to copy as a key: it only says who, the PIN proves it.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two texts in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def new_token() -> str:
    """Return a token: shown once, kept as its fingerprint."""
    return f"gl_{secrets.token_urlsafe(TOKEN_BYTES)}"


def new_code() -> str:
    """Return a code that a person types once, to become the first admin."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher  # noqa: PLC0415  its first use is the first sign-in

    return PasswordHasher()  # argon2id, RFC 9106's second choice of parameters


def hash_pin(pin: str) -> str:
    """Return a PIN as it is kept: salted argon2id, slow on purpose.

    Raises:
        InputError: It is not 4 to 12 digits.
    """
    least, most = PIN_DIGITS
    if not (pin.isascii() and pin.isdigit() and least <= len(pin) <= most):
        raise InputError(f"pin: expected {least} to {most} digits.")
    return str(_hasher().hash(pin))


def pin_holds(kept: str | None, pin: str) -> bool:
    """Return whether a PIN is the one that was kept.

    It takes as long where nobody of that name is known: how long an answer took does
    not tell who works here.
    """
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415

    try:
        found = _hasher().verify(kept or _nobody(), pin)
    except (Argon2Error, InvalidHashError):
        return False
    return bool(found) and kept is not None


@cache
def _nobody() -> str:
    return str(_hasher().hash(NO_PIN))


def cookie_key(folder: Path) -> str:
    """Return the secret that signs a station's cookies: made once, kept for its next start.

    It lies among the store's files and not in the database, so that whoever may read
    records, a copy or an export can sign nobody in. Only the service's own user can read
    it; one that others can read, or that is too short, is replaced, which ends all
    sessions. Copies of a store leave it out.

    Args:
        folder: Where it lies.

    Raises:
        StoreFullError: It can not be written.
    """
    place = folder / KEY_FILE
    with held(folder, alone=True):  # two services may start at the same time
        try:
            is_ours = stat.S_IMODE(place.stat().st_mode) & 0o077 == 0 or os.name == "nt"
            kept = place.read_text("ascii") if is_ours else ""
        except (OSError, UnicodeDecodeError):
            kept = ""
        if len(kept) >= KEY_BYTES:
            return kept
        made = secrets.token_urlsafe(KEY_BYTES)
        try:
            publish(place, made.encode(), mode=0o600)
        except OSError as error:
            raise StoreFullError(
                f"{place}: expected room for a key, got: {error.strerror or error}. "
                "Make room, or let the service write there."
            ) from error
    return made


class Cookies:
    """Cookies that say who signed in, signed so that nobody else can write one.

    Args:
        secret: What signs them; another one ends all sessions.
        most_s: How long one is good for.
    """

    def __init__(self, secret: str, most_s: int) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="glassline session")
        self._most_s = most_s

    def write(self, number: str, pin_hash: str) -> str:
        """Return the cookie of a person; another PIN makes it void."""
        return str(self._signer.dumps([number, self.mark(pin_hash)]))

    def read(self, cookie: str) -> tuple[str, str] | None:
        """Return the number and the mark of the PIN in a cookie, None where it is void."""
        try:
            number, mark = self._signer.loads(cookie, max_age=self._most_s)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(number), str(mark)

    @staticmethod
    def mark(pin_hash: str) -> str:
        """Return what a cookie says of the PIN it was written for."""
        return fingerprint(pin_hash)[:16]
