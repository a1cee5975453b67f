"""All models that were ever used, by hash, and which one runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from glassline.errors import (
    ConflictError,
    ModelError,
    NotFoundError,
    StoreFullError,
    show,
)
from glassline.model import Model, load
from glassline.store.core import Core, Draft, Moment
from glassline.store.identifiers import check_text
from glassline.store.ledger import Row, as_text
from glassline.store.tables import models

__all__ = ["FOLDER", "Library", "Published"]

FOLDER = "models"
HELD = 4  # models in memory: the running one, the one before, and what is compared
Steps = list[tuple[str, str]]


@dataclass(frozen=True)
class Published:
    """One change of the running model.

    Attributes:
        number: Which change, counted from 1.
        record: Its row in the ledger.
        action: `published` or `rolled_back`.
        model: Hash of the model that runs from then on.
        at: When, UTC.
        who: By whom.
        reason: Why.
    """

    number: int
    record: str
    action: str
    model: str
    at: str
    who: str
    reason: str


class Library:
    """The models of a store."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._held: dict[str, Model] = {}
        self._on_disk: set[str] = set()
        self._lock = threading.Lock()

    def keep(self, model: Model) -> None:
        """Keep a model's files, on disk and whole.

        Raises:
            StoreFullError: They can not be written.
        """
        sha256 = model.sha256
        with self._lock:
            if sha256 in self._on_disk:
                return
            folder = self._core.files / FOLDER / sha256
            if not (folder / "model.json").exists():
                try:
                    model.save(folder)
                except ModelError as error:
                    raise StoreFullError(
                        f"{folder.parent}: expected room for a model, got: "
                        f"{error.__cause__}. Nothing was recorded; make room and try "
                        "again."
                    ) from error
            self._on_disk.add(sha256)
            self._hold(model)

    def _hold(self, model: Model) -> None:
        self._held.pop(model.sha256, None)
        self._held[model.sha256] = model
        for oldest in [*self._held][:-HELD]:
            del self._held[oldest]

    def model(self, sha256: str) -> Model:
        """Return a model that was ever used.

        Raises:
            NotFoundError: There is none of that hash.
            ModelError: Its files are not what was kept.
        """
        with self._lock:
            if sha256 not in self._held:
                self._hold(self.read(sha256))
            return self._held[sha256]

    def read(self, sha256: str) -> Model:
        """Return a model from its files, whatever is held in memory; as `model`."""
        is_hash = len(sha256) == 64 and not set(sha256) - set("0123456789abcdef")
        folder = self._core.files / FOLDER / sha256
        if not is_hash or not folder.is_dir():
            raise NotFoundError(
                f"model: expected the hash of a model in this store, got {show(sha256)}."
            )
        found = load(folder)
        if found.sha256 != sha256:
            raise ModelError(
                f"model {sha256[:12]}...: expected the model of that hash, got "
                f"{found.sha256[:12]}.... Restore it from a backup."
            )
        return found

    def running_hash(self) -> str | None:
        """Return the hash of the model that runs, or None where none was published."""
        with self._core.read() as connection:
            return _running(_steps(connection))

    def history(self) -> list[Published]:
        """Return every change of the running model, the first first."""
        with self._core.read() as connection:
            found = connection.execute(select(models).order_by(models.c.number)).all()
        return [
            Published(
                each.number,
                f"{each.stream}-{each.seq}",
                each.action,
                each.model,
                each.at,
                each.who,
                each.reason,
            )
            for each in found
        ]

    def publish(self, model: Model, *, who: str, reason: str) -> Row:
        """Let a model run from now on.

        Raises:
            ConflictError: It runs already.
        """
        check_text("who", who)
        check_text("reason", reason)
        self.keep(model)
        moment = Moment(self._core.now)

        def work(draft: Draft) -> Row:
            running = _running(_steps(draft.connection))
            if running == model.sha256:
                raise ConflictError(
                    f"publish: expected another model than the one that runs, got "
                    f"{running[:12]}... again."
                )
            body = {
                "number": _next(draft.connection),
                "model": model.sha256,
                "before": running,
                "reason": reason,
            }
            return draft.append("published", who, as_text(body), moment)

        return self._core.write(work)

    def roll_back(self, *, who: str, reason: str) -> Row:
        """Let the model run again that ran before the last one that was published.

        Raises:
            ConflictError: None ran before.
        """
        check_text("who", who)
        check_text("reason", reason)
        moment = Moment(self._core.now)

        def work(draft: Draft) -> Row:
            stack = _stack(_steps(draft.connection))
            if len(stack) < 2:
                raise ConflictError(
                    "roll back: expected a model that ran before, got none."
                )
            body = {
                "number": _next(draft.connection),
                "model": stack[-2],
                "before": stack[-1],
                "reason": reason,
            }
            return draft.append("rolled_back", who, as_text(body), moment)

        return self._core.write(work)


def _steps(connection: Connection) -> Steps:
    found = connection.execute(
        select(models.c.action, models.c.model).order_by(models.c.number)
    )
    return [(str(action), str(model)) for action, model in found]


def _stack(steps: Steps) -> list[str]:
    """Return the models that roll-backs go down through, the running one last.

    Example:
        >>> _stack([("published", "a"), ("published", "b"), ("rolled_back", "a")])
        ['a']
    """
    stack: list[str] = []
    for action, model in steps:
        if action == "published":
            stack.append(model)
        else:
            stack.pop()
    return stack


def _running(steps: Steps) -> str | None:
    stack = _stack(steps)
    return stack[-1] if stack else None


def _next(connection: Connection) -> int:
    return int(connection.execute(select(func.max(models.c.number))).scalar() or 0) + 1
