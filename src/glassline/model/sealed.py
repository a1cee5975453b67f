"""JSON files that know their own hash, and the companion that one names."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from glassline.errors import ModelError, show
from glassline.files import held, publish
from glassline.front.onnx.safety import MAX_BYTES as MAX_NETWORK_BYTES
from glassline.model.fields import FILE

__all__ = [
    "COMPANIONS",
    "MAX_BYTES",
    "companion_of",
    "publish_model",
    "read_companion",
    "seal",
    "unseal",
]

MAX_BYTES = 50_000_000  # a hundred times the largest model seen
SEAL = "sha256"
COMPANION = "front.onnx"  # as files before had it; its name now holds its hash too
COMPANIONS = (COMPANION, "mask.png", "golden.png", "spread.png", "parts.csv")
COMING = f"{COMPANION}.new"  # as they had it until the file that names it was in place
DIGITS = 16  # of the hash, in the name of a companion


def seal(document: Mapping[str, Any]) -> bytes:
    """Write a document as JSON with its own SHA-256 as the last field.

    The hash is that of the same text without that field. There is one way to
    write a document (keys in order, shortest round-trip numbers), so a file is
    genuine if and only if writing it again gives the same bytes.

    Raises:
        ModelError: A number is NaN or infinite, or a text has a lone surrogate.

    Example:
        >>> print(seal({"b": [0.1]}).decode()[:20])
        {
          "b": [
            0.1
    """
    try:
        digest = hashlib.sha256(_write(document)).hexdigest()
        return _write({**document, SEAL: digest})
    except UnicodeEncodeError as error:
        raise ModelError(
            f"model: expected text that UTF-8 can hold, got {show(error.object)}."
        ) from error
    except ValueError as error:
        raise ModelError(f"model: expected finite numbers, got: {error}.") from error


def unseal(data: bytes, where: str) -> dict[str, Any]:
    """Read what `seal` wrote; one byte off and it is refused.

    Args:
        data: The bytes of the file.
        where: What the caller calls the file, for messages.

    Returns:
        The document with its field `sha256`.

    Raises:
        ModelError: The bytes are no JSON object, or not those that were sealed.
    """
    if len(data) > MAX_BYTES:
        raise ModelError(
            f"{where}: expected at most {MAX_BYTES:,} bytes, got {len(data):,}."
        )
    try:
        document = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ModelError(
            f"{where}: expected JSON as glassline writes it, got: {show(str(error))}. "
            "The file is damaged; restore it from a copy."
        ) from error
    if not isinstance(document, dict) or SEAL not in document:
        raise ModelError(f"{where}: expected a sealed document, got no {SEAL} field.")
    body = {key: value for key, value in document.items() if key != SEAL}
    try:
        genuine = seal(body) == data
    except (ModelError, RecursionError):
        genuine = False
    if not genuine:
        raise ModelError(
            f"{where}: model_hash_mismatch: expected the bytes that hash to "
            f"{show(document[SEAL])}, got other bytes. The file was changed or "
            "damaged; restore it from a copy, or train again."
        )
    return document


def publish_model(path: Path, data: bytes, companions: Mapping[str, bytes]) -> None:
    """Put a model file in place, and the companions that it names by their hashes.

    They come first, under names that hold their hashes: stopped anywhere, the
    model file names ones that are there, and so it does with several writers, of whom
    each has names of its own. The rename of the model file is the one switch. What no
    model file names any more is removed, unless another writer is at work.

    Args:
        path: Of the model file.
        data: Its bytes.
        companions: Name, of `COMPANIONS`, to bytes.

    Raises:
        OSError: The folder can not be written to; the old model still stands.
    """
    with held(path.parent, alone=False):
        for name, each in companions.items():
            publish(companion_of(path, hashlib.sha256(each).hexdigest(), name), each)
        publish(path, data)
    with suppress(OSError), held(path.parent, alone=True, wait=False) as is_alone:
        if is_alone:
            _tidy(path)


def companion_of(path: Path, sha256: str, name: str = COMPANION) -> Path:
    """Return where a companion of a model file stands.

    Example:
        >>> for name in ("model.json", "a.json"):
        ...     print(companion_of(Path(name), "0123456789abcdef0123"))
        front.0123456789abcdef.onnx
        a.front.0123456789abcdef.onnx
    """
    stem, kind = name.split(".")
    return path.with_name(f"{_prefix(path)}{stem}.{sha256[:DIGITS]}.{kind}")


def read_companion(path: Path, sha256: str, name: str = COMPANION) -> bytes:
    """Return the bytes of a companion, which hash to what the model file says.

    Args:
        path: Of the model file.
        sha256: What they must hash to, in hexadecimal.
        name: Which companion, of `COMPANIONS`.

    Raises:
        ModelError: It is missing, too large, or other bytes; one bit is enough.
    """
    place = companion_of(path, sha256, name)
    old = (COMPANION, COMING, COMPANION) if name == COMPANION else ()
    before = [path.with_name(_prefix(path) + each) for each in old]
    found = None
    for each in (place, *before):  # it may be renamed between two looks
        try:
            with each.open("rb") as file:
                data = file.read(MAX_NETWORK_BYTES + 1)
        except OSError:
            continue
        found = found or each
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
    if found is None:
        raise ModelError(
            f"{place.name}: expected a file beside the model, got none. Copy the whole "
            "model folder."
        )
    raise ModelError(
        f"{found.name}: model_hash_mismatch: expected the bytes that hash to "
        f"{show(sha256)}, got other bytes. The file was changed or damaged; restore "
        "it from a copy, or train again."
    )


def _prefix(path: Path) -> str:
    """Return what the companions of a model file begin with, where it has its own name."""
    return "" if path.name == FILE else f"{path.stem}."


def _tidy(path: Path) -> None:
    """Remove the companions that the model file in place does not name."""
    named = path.read_bytes()
    prefix = _prefix(path)
    kinds = (name.split(".") for name in COMPANIONS)
    ours = [rf"{stem}\.([0-9a-f]{{{DIGITS}}})\.{kind}" for stem, kind in kinds]
    ours += [re.escape(COMPANION) + "()", re.escape(COMING) + "()"]
    for each in path.parent.iterdir():
        for one in ours:
            found = re.fullmatch(re.escape(prefix) + one, each.name)
            if found and not (found[1] and found[1].encode() in named):
                each.unlink(missing_ok=True)


def _write(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number a model may hold")
