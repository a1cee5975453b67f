"""A model as one file: its folder in a zip, made and opened with care."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
import zlib
from pathlib import Path

from glassline.errors import InputError, ModelError, show
from glassline.files import publish
from glassline.model import Model, load

__all__ = ["pack", "unpack"]

FILE = "model.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MOST_FILES = 16  # a model has at most six
MOST_BYTES = 100_000_000  # unpacked: the largest network is a fifth of it
DAY = (1980, 1, 1, 0, 0, 0)  # zip's first: the same model is the same bytes


def pack(model: Model) -> bytes:
    """Return a model's folder as a zip: the model file, network, pictures, parts.

    The same model gives the same bytes; `unpack` of them gives the same model.
    """
    packed = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as name,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        model.save(name)
        for each in sorted(Path(name).iterdir()):
            archive.writestr(
                zipfile.ZipInfo(each.name, DAY),
                each.read_bytes(),
                zipfile.ZIP_DEFLATED,
            )
    return packed.getvalue()


def unpack(data: bytes) -> Model:
    """Return the model in a zip of its folder, or in a model file without companions.

    Nothing is written under a name that could lead elsewhere, and no more than a model
    needs, whatever the archive says of itself.

    Raises:
        InputError: It is no model, was changed, or is too large.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            if data[:2] == b"PK":
                _extract(data, folder)
            else:
                publish(folder / FILE, data)
            return load(folder)
        except ModelError as error:
            told = str(error).replace(f"{folder}/", "")
            raise InputError(f"body: expected a model, got: {told}") from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,  # a password
        ) as error:
            raise InputError(
                "body: expected a zip of a model's folder, got one that is broken."
            ) from error


def _extract(data: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            raise InputError(
                f"body: expected at most {MOST_FILES} files in the zip, got "
                f"{len(entries):,}."
            )
        left = MOST_BYTES
        for each in entries:
            if NAME.fullmatch(each.filename) is None:
                raise InputError(
                    "body: expected the plain names of a model's files in the zip, got "
                    f"{show(each.filename)}."
                )
            with archive.open(each) as file:
                found = file.read(left + 1)
            left -= len(found)
            if left < 0:
                raise InputError(
                    f"body: expected at most {MOST_BYTES:,} bytes unpacked, got more."
                )
            publish(folder / each.filename, found)
