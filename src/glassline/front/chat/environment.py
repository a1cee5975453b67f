"""What the environment says: where the server is, its key, where answers are kept."""

from __future__ import annotations

import os
from pathlib import Path

from glassline.errors import ServerError
from glassline.recipe.server import VlmSettings, check_endpoint

__all__ = ["CACHE", "ENDPOINT", "KEY", "cache_folder", "endpoint_of", "key"]

ENDPOINT = "GLASSLINE_VLM_ENDPOINT"
KEY = "GLASSLINE_VLM_KEY"
CACHE = "GLASSLINE_VLM_CACHE"


def endpoint_of(settings: VlmSettings) -> str:
    """Return the address that is asked: the environment's, else the recipe's.

    Raises:
        ServerError: Neither names one.
        RecipeError: The environment's is no plain http(s) address.
    """
    found = os.environ.get(ENDPOINT)
    if found:
        check_endpoint(ENDPOINT, found)
    found = found or settings.endpoint
    if not found:
        raise ServerError(
            f"vlm.endpoint: expected an address in the recipe or in {ENDPOINT}, got none. "
            'Add endpoint = "http://localhost:8080/v1" to [vlm].'
        )
    return found.rstrip("/")


def key() -> str | None:
    """Return the key, or None; it is in no message.

    A key goes only where the environment says: a model file that someone sends can
    not name a server that collects keys.

    Raises:
        ServerError: It can not be a key, or the environment does not say where it goes.
    """
    found = os.environ.get(KEY)
    if not found:
        return None
    if not (found.isascii() and found.isprintable() and " " not in found):
        raise ServerError(f"{KEY}: expected printable ASCII without blanks.")
    if not os.environ.get(ENDPOINT):
        raise ServerError(
            f"{KEY}: expected {ENDPOINT} beside it, got none. A key is sent only where "
            "the environment says, never where a recipe or a model says."
        )
    return found


def cache_folder() -> Path:
    """Return where answers are kept: as the user says, else the user's cache folder."""
    named = os.environ.get(CACHE)
    if named:
        return Path(named)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "glassline" / "vlm"
