"""What is recorded of one photo: the whole answer, what it hangs on, and who asked."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from glassline import __version__
from glassline.dataset.readings import Refusal
from glassline.errors import InputError, show
from glassline.inspection import Inspection
from glassline.model import Model
from glassline.store.core import Moment
from glassline.store.identifiers import Day, Identifiers, check_text
from glassline.store.ledger import Row, as_text
from glassline.store.photos import Keep

__all__ = ["LIBRARIES", "Entry", "Recorded", "environment", "text_of"]

LIBRARIES = ("numpy", "opencv-python-headless", "scipy", "simplejpeg")
"""Those that a reading, or a verdict on it, goes through."""


@dataclass(frozen=True)
class Entry:
    """What to record of one photo.

    Attributes:
        seen: What was seen on it, or why nothing was.
        photo: The bytes that came in.
        identifiers: What it belongs to.
        who: The person, machine or program that asked.
        key: A name of the caller's for this one look: recorded again under the same
            key, the first record is answered and nothing is added. None is no name.
        model: Of a refusal: the model that it was for, if there was one.
        is_kept: Whether the photo is kept whatever the store's rule says, as of one that
            a person wants to look at again.

    Raises:
        InputError: `who` is empty, or the photo is not the one that was inspected.
    """

    seen: Inspection | Refusal
    photo: bytes = field(repr=False)
    identifiers: Identifiers = field(default_factory=Identifiers)
    who: str = ""
    key: str | None = None
    model: Model | None = None
    is_kept: bool = False

    def __post_init__(self) -> None:
        check_text("who", self.who)
        if self.key is not None:
            check_text("key", self.key)
        if not isinstance(self.photo, bytes):
            raise InputError(f"photo: expected bytes, got {show(self.photo)}.")
        if (
            isinstance(self.seen, Inspection)
            and self.seen.photo.kind != "array"
            and self.seen.photo.sha256 != self.sha256
        ):
            raise InputError(
                f"photo: expected the bytes that were inspected, which hash to "
                f"{self.seen.photo.sha256[:12]}..., got {self.sha256[:12]}...."
            )

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the photo's bytes."""
        return hashlib.sha256(self.photo).hexdigest()

    def kept_by(self, keep: Keep, sha256: str) -> bool:
        """Return whether its photo, of this hash, is kept."""
        return self.is_kept or keep.keeps(self.decision, sha256)

    @property
    def decision(self) -> str:
        """Return what was decided: accept, reject, review, or refused."""
        return self.seen.decision if isinstance(self.seen, Inspection) else "refused"

    @property
    def by(self) -> Model | None:
        """Return the model that looked."""
        return self.seen.model if isinstance(self.seen, Inspection) else self.model


@dataclass(frozen=True)
class Recorded:
    """Where an entry stands in the ledger.

    Attributes:
        record: Its name, as station-42.
        row: The row.
        is_new: Whether it was added now; not where its key was known.
    """

    record: str
    row: Row
    is_new: bool


@cache
def environment() -> Mapping[str, str]:
    """Return what a verdict was worked out with: versions, and the kind of machine."""
    return {
        "glassline": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "platform": sys.platform,
        **{name: version(name) for name in LIBRARIES},
    }


def text_of(entry: Entry, sha256: str, keep: Keep, day: Day, moment: Moment) -> str:
    """Return the body of the row that records an entry."""
    seen, photo = entry.seen, {"sha256": sha256, "bytes": len(entry.photo)}
    if isinstance(seen, Inspection):
        photo |= {
            "kind": seen.photo.kind,
            "size": [seen.photo.width, seen.photo.height],
        }
    given = entry.identifiers.given
    body: dict[str, Any] = {
        "seen": seen.as_json(),
        "photo": photo | {"kept": entry.kept_by(keep, sha256)},
        "model": entry.by.sha256 if entry.by else None,
        "identifiers": given,
        "production_date": given.get(
            "production_date", day.production_date(moment.wall)
        ),
        "environment": environment(),
        "key": entry.key,
    }
    return as_text(body)
