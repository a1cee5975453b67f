"""A model becomes a file for another target, with the proof that it answers the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from glassline.dataset import Dataset
from glassline.dataset.pool import WORKERS
from glassline.dataset.readings import Progress, no_progress
from glassline.errors import InputError, check_one_of
from glassline.export.answers import Answer
from glassline.export.certificate import Certificate, certify
from glassline.export.probes import COUNT, Probes, draw, of_photos
from glassline.files import publish_all
from glassline.interface.checked import checked
from glassline.model import Model

__all__ = ["TARGETS", "Exported", "certificate_path", "export"]

TARGETS = {
    "onnx": "network",
    "c": "clibrary",
    "st": "plc",
    "js": "javascript",
    "sql": "sql",
    "sheet": "workbook",
}
"""Each target, and the file of this room that writes it."""


class Target(Protocol):
    """What the file of a target has."""

    def write(self, model: Model, name: str) -> dict[str, bytes]:
        """Return the target's files, name to bytes, the one of this name first.

        Raises:
            InputError: The target can not do what the model asks for, or the name does
                not end as it must.
            MissingExtraError: Something that it needs is not installed.
        """

    def ask(self, files: Mapping[str, bytes], probes: Probes) -> list[Answer]:
        """Return what each engine of this machine answers.

        Raises:
            MissingExtraError: There is none.
        """


@dataclass(frozen=True)
class Exported:
    """What was exported.

    Attributes:
        certificate: How it compares with Python.
        path: Where the file stands; None where parity does not hold: then nothing
            was written.
    """

    certificate: Certificate
    path: Path | None


@checked
def export(  # noqa: PLR0913  options, each with a default
    model: Model,
    target: str,
    path: str | Path,
    *,
    rng: np.random.Generator,
    data: Dataset | None = None,
    count: int = COUNT,
    workers: int = WORKERS,
    progress: Progress = no_progress,
) -> Exported:
    """Write a model for a target, once it was shown to answer as Python does.

    The file is made, run, and asked what Python is asked: every photo of the data set,
    random parts of which half lie within 1e-6 of a border, and parts with NaN and
    infinity, which it must refuse. The file and its certificate, PATH.certificate.json,
    appear together, or not at all.

    Args:
        model: A trained model.
        target: One of `TARGETS`.
        path: Of the file.
        rng: Draws the random parts.
        data: Photos that are asked too.
        count: Of random parts, >= 4.
        workers: Photos read at the same time.
        progress: Told of each photo.

    Raises:
        InputError: There is no such target; it can not do what the model asks for; or
            the path can not be written.
        MissingExtraError: Something that the target needs is not installed.
    """
    check_one_of("target", target, TARGETS)
    chosen: Target = import_module(f"glassline.export.{TARGETS[target]}")
    place = Path(path)
    files = chosen.write(model, place.name)
    photos = (
        None
        if data is None
        else of_photos(model, data, workers=workers, progress=progress)
    )
    probes = draw(model, rng, photos=photos, count=count)
    answers = chosen.ask(files, probes)
    certificate = certify(target, files, probes, photos, answers)
    if not certificate.holds:
        return Exported(certificate, None)
    named = {place.with_name(name): data for name, data in files.items()}
    named[certificate_path(place)] = certificate.as_bytes()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        publish_all(named)
    except OSError as error:
        raise InputError(
            f"{place}: expected a file that can be written, got: {error.strerror}."
        ) from error
    return Exported(certificate, place)


def certificate_path(path: Path) -> Path:
    """Return where the certificate of an exported file stands.

    Example:
        >>> certificate_path(Path("line/verdict.sql")).name
        'verdict.sql.certificate.json'
    """
    return path.with_name(f"{path.name}.certificate.json")
