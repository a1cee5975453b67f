"""A chat server as a front sees it: an image in, scores out."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Values, check_image
from glassline.errors import (
    RefusedError,
    ServerError,
    SilentError,
    show,
)
from glassline.front.chat import environment
from glassline.front.chat.answer import error_in, question, read_answer
from glassline.front.chat.cache import Cache, entry_key
from glassline.front.chat.client import Reply, post
from glassline.front.chat.usage import Usage
from glassline.recipe.server import VlmSettings
from glassline.render.png import as_url

__all__ = ["Server"]

OK = 200
MAX_WAIT_S = 60.0  # between two tries, whatever the server asks for
BUSY = 429
LATE = (408, 425)  # timed out there, or asked too early
ERRORS = range(400, 600)
BROKEN = range(500, 600)
REDIRECTS = range(300, 400)
NOT_USABLE = (401, 402, 403, 404, 405, 407)  # the same for every photo
UNSUPPORTED = re.compile(r"not[ -]?support|unsupported|not[ -]?implemented", re.I)
ABOUT_IMAGES = re.compile(r"image|vision|multi-?modal|mmproj", re.I)
SHOWN_CHARS = 200


class Server:
    """Asks for the scores of one photo after another; threads may share it.

    Args:
        settings: What to ask whom, within which limits.
        names: Of the features, in order.

    Attributes:
        usage: What was asked so far.
    """

    def __init__(self, settings: VlmSettings, names: tuple[str, ...]) -> None:
        self.settings = settings
        self.names = names
        self.usage = Usage()
        self._slots = threading.BoundedSemaphore(settings.concurrency)

    def scores(self, image: Image) -> Values:
        """Return the scores of one photo, shape (d,), each in [0, 1].

        Remembered ones, where the same question was answered before: the same
        pixels, prompt, model, server and settings.

        Args:
            image: Shape (h, w), grey, float32, 0 black to 1 white.

        Raises:
            ShapeError: The image is not (h >= 1, w >= 1).
            InputError: A pixel is NaN or infinite.
            ServerError: The server can not be used for any photo.
            UnreadError: This photo got no scores.
            MissingExtraError: The extra vlm is not installed.
        """
        pixels = _pixels(image, self.settings.max_side_px)
        endpoint, key = environment.endpoint_of(self.settings), environment.key()
        cache = Cache(environment.cache_folder())
        shape = f"{pixels.shape[0]}x{pixels.shape[1]}:".encode()
        photo = hashlib.sha256(shape + pixels.tobytes()).hexdigest()
        entry = entry_key(endpoint, question(self.settings, self.names, photo))
        found = cache.read(entry, self.names)
        if found is not None:
            self.usage.add(cached=1)
            return np.array(found)
        body = question(self.settings, self.names, as_url(pixels))
        with self._slots:
            reply = self._persistent(f"{endpoint}/chat/completions", body, key)
        answer = read_answer(_without(key, reply.body), self.names)
        self.usage.add(
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
        )
        cache.write(entry, dict(zip(self.names, answer.scores, strict=True)))
        return np.array(answer.scores)

    def _persistent(self, url: str, body: Mapping[str, Any], key: str | None) -> Reply:
        """Ask until there is an answer, or a refusal, or no try is left."""
        tries, last, asked_s = self.settings.tries, "", 0.0
        for number in range(tries):
            if number:
                wait_s = max(self.settings.backoff_s * 2 ** (number - 1), asked_s)
                time.sleep(min(wait_s, MAX_WAIT_S))
            self.usage.add(calls=1)
            try:
                reply = post(url, body, key=key, timeout_s=self.settings.timeout_s)
            except TimeoutError as error:
                last, asked_s = str(error), 0.0
                continue
            if reply.status == OK:
                inside = error_in(reply.body)
                if inside is None:
                    return reply
                told = json.dumps({"error": inside}).encode()
                reply = replace(reply, status=_status(inside), body=told)
            _refuse(url, reply, key)
            last = f"HTTP {reply.status}: {_told(reply, key)}"
            asked_s = reply.retry_after_s
        raise SilentError(f"{url}: expected an answer in {tries} tries, got {last}")


def _status(inside: Any) -> int:
    """Return the HTTP status that an error inside an answer should have had, else 429."""
    code = inside.get("code", inside.get("status")) if isinstance(inside, dict) else ""
    text = str(code)
    named = int(text) if text.isascii() and text.isdigit() and len(text) == 3 else BUSY
    return named if named in ERRORS else BUSY


def _refuse(url: str, reply: Reply, key: str | None) -> None:
    """Raise what no other try can mend; return where the server is busy or broken."""
    status, told = reply.status, _told(reply, key)
    if UNSUPPORTED.search(told) and ABOUT_IMAGES.search(told):
        raise ServerError(
            f"{url}: expected a model that takes images, got HTTP {status}: {told} Name a "
            "vision-language model in [vlm]; llama.cpp needs its mmproj file too."
        )
    if status in NOT_USABLE:
        raise ServerError(
            f"{url}: expected a server that lets this model be asked, got HTTP {status}: "
            f"{told} Correct the address, the model or {environment.KEY}."
        )
    if status in REDIRECTS:
        raise ServerError(
            f"{url}: expected an answer, got HTTP {status}, a redirect, which is not "
            "followed. Name the address that it leads to."
        )
    if status not in (*LATE, BUSY, *BROKEN) or UNSUPPORTED.search(told):
        raise RefusedError(f"{url}: expected scores, got HTTP {status}: {told}")


def _without(key: str | None, body: bytes) -> bytes:
    """Return an answer without the key, which a server may echo into a message."""
    for form in (key, key.replace("/", "\\/")) if key else ():
        body = body.replace(form.encode(), b"***")
    return body


def _told(reply: Reply, key: str | None) -> str:
    """Return what the server says of an error, short, and without the key."""
    text = reply.body.decode("utf-8", "replace")
    try:
        found = json.loads(text)
        found = found.get("error", found)
        text = str(found.get("message", found) if isinstance(found, dict) else found)
    except (ValueError, RecursionError, AttributeError):
        pass
    if key:
        text = text.replace(key, "***")
    return f"{show(text, SHOWN_CHARS)}."


def _pixels(image: Image, max_side_px: int) -> NDArray[np.uint8]:
    """Return a photo in 8 bits, at most so large."""
    check_image(image)
    share = max_side_px / max(image.shape)
    if share < 1:
        height, width = (max(1, round(side * share)) for side in image.shape)
        found = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        image = np.asarray(found, dtype=np.float32)
    return np.asarray(np.clip(image, 0, 1) * 255 + 0.5, dtype=np.uint8)
