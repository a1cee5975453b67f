"""JSON files that know their own hash, and the companion that one names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glassline.errors import ModelError, show
from glassline.files import publish
from glassline.front.onnx.safety import MAX_BYTES as MAX_NETWORK_BYTES

__all__ = [
    "MAX_BYTES",
    "publish_pair",
    "read_companion",
    "seal",
    "unseal",
]

MAX_BYTES = 50_000_000  # a hundred times the largest model seen
SEAL = "sha256"
COMING = ".new"  # what a companion is called until the file that names it is in place


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


def publish_pair(path: Path, data: bytes, beside: Path, companion: bytes) -> None:
    """Put two files in place, the first of which names the hash of the second.

    The companion is written beside its place, then the first file, then the companion
    is renamed: stopped anywhere, `read_companion` finds the one that the first names.

    Raises:
        OSError: The folder can not be written to; the old pair still stands.
    """
    coming = beside.with_name(beside.name + COMING)
    publish(coming, companion)
    publish(path, data)
    coming.replace(beside)


def read_companion(beside: Path, sha256: str) -> bytes:
    """Return the bytes of a companion, which hash to what the model file says.

    Args:
        beside: Its place; also looked for as it comes and after that.
        sha256: What it must hash to, in hexadecimal.

    Raises:
        ModelError: It is missing, too large, or other bytes; one bit is enough.
    """
    found = None
    for path in (beside, beside.with_name(beside.name + COMING), beside):
        try:
            with path.open("rb") as file:
                data = file.read(MAX_NETWORK_BYTES + 1)
        except OSError:
            continue
        found = hashlib.sha256(data).hexdigest()
        if found == sha256:
            return data
    if found is None:
        raise ModelError(
            f"{beside.name}: expected a file beside the model, got none. Copy the whole "
            "model folder."
        )
    raise ModelError(
        f"{beside.name}: model_hash_mismatch: expected the bytes that hash to "
        f"{show(sha256)}, got other bytes. The file was changed or damaged; restore "
        "it from a copy, or train again."
    )


def _write(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number a model may hold")
