"""What a recipe says of the server that scores photos: address, model, prompt, limits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from glassline.errors import RecipeError, check_one_of, check_within, show
from glassline.recipe.tables import settle
from glassline.render.words import LANGUAGES, words

__all__ = ["VlmSettings", "check_endpoint"]

PROMPT_CHARS = (1, 20_000)
LIMITS = {
    "temperature": (0, 2),
    "timeout_s": (0.01, 3600),
    "tries": (1, 10),
    "backoff_s": (0, 60),
    "concurrency": (1, 64),
    "max_side_px": (16, 4096),
}


@dataclass(frozen=True)
class VlmSettings:
    """How a vision-language model is asked for four scores.

    Args:
        model: The name of the model, as its server knows it.
        endpoint: What /chat/completions is added to, such as
            http://localhost:8080/v1; left out, the environment names it.
        lang: The language of the prompt.
        prompt: Language to the prompt; left out, one that describes the features.
        temperature: Of the sampling; 0 repeats best.
        timeout_s: For one whole try, from connecting to the last byte.
        tries: At most so many a photo; only time-outs and busy servers are tried again.
        backoff_s: The first wait between tries; each one after it is twice as long.
        concurrency: Photos that are asked for at the same time.
        max_side_px: A photo is shrunk to this before it is sent.

    Raises:
        RecipeError: A field is out of range; the message names it.

    Example:
        >>> VlmSettings(model="eye", prompt={"en": "Score it."}).text
        'Score it.'
    """

    model: str
    endpoint: str | None = None
    lang: str = "en"
    prompt: Mapping[str, str] = field(default_factory=dict)
    temperature: float = 0.0
    timeout_s: float = 60.0
    tries: int = 3
    backoff_s: float = 1.0
    concurrency: int = 2
    max_side_px: int = 1024

    def __post_init__(self) -> None:
        settle(self, "vlm", RecipeError)
        if not self.model.strip() or not self.model.isprintable():
            raise RecipeError(
                f"vlm.model: expected a printable name, got {show(self.model)}."
            )
        if self.endpoint is not None:
            check_endpoint("vlm.endpoint", self.endpoint)
        check_one_of("vlm.lang", self.lang, LANGUAGES, RecipeError)
        for lang, text in self.prompt.items():
            check_one_of("vlm.prompt", lang, LANGUAGES, RecipeError)
            count = len(text.strip())
            check_within(
                f"vlm.prompt.{lang}: letters", count, *PROMPT_CHARS, RecipeError
            )
        for name, ends in LIMITS.items():
            check_within(f"vlm.{name}", getattr(self, name), *ends, RecipeError)

    @property
    def text(self) -> str:
        """Return the prompt that is sent."""
        return self.prompt.get(self.lang) or words(self.lang)["vlm"]["prompt"]

    @property
    def prompt_sha256(self) -> str:
        """Return the hash that names the prompt on a sheet."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def sha256(self) -> str:
        """Return the hash of all that a score depends on but the photo."""
        told = [
            self.endpoint,
            self.model,
            self.text,
            self.temperature,
            self.max_side_px,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def settled(self, endpoint: str) -> VlmSettings:
        """Return the settings as a model keeps them: no default can change later."""
        return replace(self, endpoint=endpoint, prompt={self.lang: self.text})


def check_endpoint(where: str, endpoint: str) -> None:
    """Refuse what is no plain http(s) address; it is never printed, for it may hold a key.

    Raises:
        RecipeError: Another scheme, no host, or a user, query or fragment in it.

    Example:
        >>> check_endpoint("vlm.endpoint", "http://localhost:8080/v1")
    """
    try:
        parts = urlsplit(endpoint)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        plain = False
    if not plain or set(endpoint) & set("@?#\\") or not _is_graphic(endpoint):
        raise RecipeError(
            f"{where}: expected http:// or https:// with a host and a path, such as "
            "http://localhost:8080/v1, without user, query or fragment, got another text."
        )


def _is_graphic(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
