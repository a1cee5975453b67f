"""Photos by content hash: which are kept, where, and which go when room is short."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import and_, func, select

from glassline.errors import InputError, StoreDamagedError, StoreFullError, check_within
from glassline.files import held, publish
from glassline.store.core import PHOTOS, Core, Draft, Moment
from glassline.store.ledger import as_text, record_of
from glassline.store.tables import inspections

__all__ = [
    "Keep",
    "kept_bytes",
    "photo_path",
    "put_photo",
    "read_photo",
    "trim",
]

SLACK = 0.9  # of the budget, to which a removal goes down: not one photo at a time
MOST_REMOVED = 500  # photos a row of the ledger


@dataclass(frozen=True)
class Keep:
    """Which photos are kept: all rejected, reviewed and refused, some accepted.

    The rest is kept as hash and size. Which accepted ones is drawn by their hash, so
    that the same photo is always kept or never.

    Attributes:
        accepted_share: Of the accepted ones, in [0, 1].
        budget_bytes: Of all photos together; above it the oldest accepted ones that
            nobody labelled go first, and no others ever. None is no limit.

    Raises:
        InputError: The share is outside [0, 1], or the budget below 0.

    Example:
        >>> Keep(accepted_share=0.0).keeps("accept", "ab" * 32)
        False
        >>> Keep(accepted_share=0.0).keeps("review", "ab" * 32)
        True
    """

    accepted_share: float = 0.01
    budget_bytes: int | None = None

    def __post_init__(self) -> None:
        check_within("accepted_share", self.accepted_share, 0, 1)
        if self.budget_bytes is not None and self.budget_bytes < 0:
            raise InputError(
                f"budget_bytes: expected a number >= 0, got {self.budget_bytes}."
            )

    def keeps(self, decision: str, sha256: str) -> bool:
        """Return whether a photo is kept, by what was decided on it."""
        drawn = int(sha256[:13], 16) / 16**13  # 52 bits: exact, below 1
        return decision != "accept" or drawn < self.accepted_share


def photo_path(core: Core, sha256: str) -> Path:
    """Return where a photo lies, if it was kept."""
    return core.files / PHOTOS / sha256[:2] / sha256


def put_photo(core: Core, sha256: str, photo: bytes) -> None:
    """Keep a photo: on disk, whole, before anything says that it is there.

    Raises:
        StoreFullError: The disk takes no more.
    """
    path = photo_path(core, sha256)
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        publish(path, photo)
    except OSError as error:
        raise StoreFullError(
            f"{path.parent}: expected room for a photo, got: {error.strerror}. Nothing "
            "was recorded; make room and try again."
        ) from error


def read_photo(core: Core, sha256: str) -> bytes | None:
    """Return the bytes of a photo that was kept, or None.

    Raises:
        StoreDamagedError: What lies there is not the photo.
    """
    try:
        photo = photo_path(core, sha256).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(photo).hexdigest() != sha256:
        raise StoreDamagedError(
            f"photo {sha256[:12]}...: expected the bytes that hash to its name, got "
            "others. Restore it from a backup."
        )
    return photo


def kept_bytes(core: Core) -> int:
    """Return how many bytes of photos are kept."""
    each = (
        select(func.max(inspections.c.photo_bytes).label("bytes"))
        .where(inspections.c.photo_kept)
        .group_by(inspections.c.sha256)
        .subquery()
    )
    with core.read() as connection:
        return int(connection.execute(select(func.sum(each.c.bytes))).scalar() or 0)


def trim(core: Core, keep: Keep, who: str = "glassline") -> int:
    """Remove the oldest accepted photos that nobody labelled, down below the budget.

    Each removal stands in the ledger before the file goes.

    Returns:
        How many photos went.
    """
    if keep.budget_bytes is None:
        return 0
    over = kept_bytes(core) - keep.budget_bytes
    if over <= 0:
        return 0
    wanted = over + int((1 - SLACK) * keep.budget_bytes)
    gone = 0
    with held(core.files / PHOTOS, alone=True):  # nobody records one of them meanwhile
        while wanted > 0:
            removed = core.write(_removing(core, wanted, who))
            for sha256, size in removed.items():
                photo_path(core, sha256).unlink(missing_ok=True)
                wanted -= size
            gone += len(removed)
            if len(removed) < MOST_REMOVED:
                break
    return gone


def _removing(core: Core, wanted: int, who: str) -> Callable[[Draft], dict[str, int]]:
    def work(draft: Draft) -> dict[str, int]:
        one, other = inspections, inspections.alias()
        needed = (
            select(other.c.seq)
            .where(
                other.c.sha256 == one.c.sha256,
                other.c.photo_kept,
                (other.c.decision != "accept") | (other.c.version > 0),
            )
            .exists()
        )
        found = draft.connection.execute(
            select(one.c.sha256, func.max(one.c.photo_bytes))
            .where(and_(one.c.photo_kept, one.c.decision == "accept", ~needed))
            .group_by(one.c.sha256)
            .order_by(func.min(one.c.at), func.min(one.c.seq), one.c.sha256)
            .limit(MOST_REMOVED)
        ).all()
        removed: dict[str, int] = {}
        for sha256, size in found:
            if sum(removed.values()) >= wanted:
                break
            removed[str(sha256)] = int(size)
        places = draft.connection.execute(
            select(one.c.stream, one.c.seq)
            .where(one.c.photo_kept, one.c.sha256.in_(removed))
            .order_by(one.c.stream, one.c.seq)
        )
        if removed:
            body = {
                "photos": [*removed],
                "bytes": sum(removed.values()),
                "records": [record_of(*place) for place in places],
            }
            draft.append("photo_removed", who, as_text(body), Moment(core.now))
        return removed

    return work
