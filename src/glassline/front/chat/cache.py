"""Answers on disk: a small file each, whole or not there."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glassline.errors import AnswerError, GlasslineWarning
from glassline.files import publish
from glassline.front.chat.answer import check_scores

__all__ = ["Cache", "entry_key"]

FORMAT = 1
MAX_ENTRY_BYTES = 10_000  # twenty times an entry of four scores


def entry_key(endpoint: str, question: Mapping[str, Any]) -> str:
    """Return the name of an entry: the hash of all that its answer depends on.

    Args:
        endpoint: Which server is asked.
        question: What is sent, with the hash of the photo in the place of the photo.
    """
    told = json.dumps([FORMAT, endpoint, question], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


class Cache:
    """Remembers scores in a folder; several processes may share it.

    Each entry is a file of its own, there whole or not at all.

    Args:
        folder: Made when the first answer comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: str, names: tuple[str, ...]) -> tuple[float, ...] | None:
        """Return remembered scores, or None.

        Warns:
            GlasslineWarning: The entry is damaged; it is asked for again.
        """
        path = self._path(key)
        try:
            with path.open("rb") as file:
                table = json.loads(file.read(MAX_ENTRY_BYTES))
            if table["format"] != FORMAT or table["key"] != key:
                raise ValueError("it is the entry of another question")
            return check_scores("scores", table["scores"], names)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (
            OSError,
            ValueError,
            LookupError,
            TypeError,
            RecursionError,
            AnswerError,
        ):
            self._warn(
                f"{path}: expected remembered scores, got a damaged file. The server is "
                "asked again."
            )
            return None

    def write(self, key: str, scores: Mapping[str, float]) -> None:
        """Remember scores.

        Warns:
            GlasslineWarning: The folder can not be written; the scores are used once.
        """
        path = self._path(key)
        entry = {"format": FORMAT, "key": key, "scores": dict(scores)}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            publish(path, json.dumps(entry).encode())
        except OSError as error:
            self._warn(
                f"{path}: expected a file that can be written, got: {error.strerror}. "
                "These scores are used once."
            )

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _warn(self, told: str) -> None:
        warnings.warn(told, GlasslineWarning, stacklevel=2)
