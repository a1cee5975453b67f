"""The candidate of a station: the head refitted on all labels, never run by itself."""

from __future__ import annotations

from typing import Any

from glassline.errors import ConflictError
from glassline.model import Model
from glassline.store import Store
from glassline.store.candidate import candidate

__all__ = ["candidate_told", "publishable"]


def candidate_told(store: Store) -> dict[str, Any]:
    """Return the candidate as plain data; without a model where none could run."""
    found = candidate(store)
    return {"model": None} if found is None else found.as_json()


def publishable(store: Store, asked: str) -> Model:
    """Return the model that a person asks to run.

    Args:
        store: The records.
        asked: `candidate`, the hash of the candidate as it was shown, or of any model
            that the store keeps.

    Raises:
        ConflictError: There is no candidate.
        NotFoundError: The hash is of none of them: other labels make another candidate.
    """
    found = candidate(store)
    model = found.model if found is not None else None
    if asked == "candidate" and model is None:
        missing = ", ".join(found.missing) if found is not None else ""
        raise ConflictError(
            "candidate: expected labels that make another head than the one that runs"
            + (f", got none of {missing}." if missing else ", got none.")
        )
    if model is not None and asked in ("candidate", model.sha256):
        return model
    return store.model(asked)
