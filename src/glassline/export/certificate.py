"""The parity certificate: the same answers from a target as from Python, counted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

import glassline
from glassline.export.answers import Answer
from glassline.export.probes import NEAR, Photos, Probes

__all__ = ["Agreement", "Certificate", "certify"]

FORMAT = 1
GAUGE = "gauge: a distance so near to its limit that Python's own search says no more"


@dataclass(frozen=True)
class Agreement:
    """How the answers of one engine compare with Python's.

    Attributes:
        engine: Its name and version.
        parts: Parts that were asked and have an answer in Python.
        same_class: Of how many the class is the same.
        same_decision: Of how many the decision is the same; None where the engine names
            classes alone.
        open: Parts within the margin that the target states; it promises nothing of
            them, and they count above as they come.
        open_differ: How many of those differ.
        differ: Parts beyond the margin of another class or decision.
        asked_to_refuse: Parts with a number that is not finite.
        refused: How many of those were refused.
        largest_difference: Of a probability, from Python's.
        bound: What it was promised to be at most.
        reading_difference: Largest difference of a reading of a photo, as a share of
            its size; None for a target that reads no photos.
        reading_bound: What it was promised to be at most.
        margin: Of `open`, in words.
        answers_sha256: Hash of classes, decisions and probabilities.
    """

    engine: str
    parts: int
    same_class: int
    same_decision: int | None
    open: int
    open_differ: int
    differ: int
    asked_to_refuse: int
    refused: int
    largest_difference: float
    bound: float
    reading_difference: float | None
    reading_bound: float
    margin: str | None
    answers_sha256: str

    @property
    def holds(self) -> bool:
        """Return whether the engine gives the answers of Python."""
        return (
            self.differ == 0
            and self.refused == self.asked_to_refuse
            and self.largest_difference <= self.bound
            and (self.reading_difference or 0.0) <= self.reading_bound
        )

    @classmethod
    def between(cls, probes: Probes, answer: Answer) -> Agreement:
        """Count the parts of which an engine says what Python says."""
        said, n = probes.said, probes.answered
        same_class = (answer.classes == said.classes)[:n]
        same_decision = (answer.actions == said.actions)[:n]
        is_open = probes.open[:n] & answer.decides
        margin = GAUGE if is_open.any() else ""
        if answer.open is not None:
            is_open = is_open | answer.open[:n]
            margin = "; ".join(filter(None, (answer.margin, margin)))
        differs = ~(same_class & (same_decision | (not answer.decides)))
        away = np.abs(answer.probabilities - said.probabilities)[:n]
        is_refused = (answer.classes < 0) & (answer.actions < 0)
        largest = float(np.nan_to_num(away, nan=1.0).max(initial=0.0))
        return cls(
            engine=answer.engine,
            parts=n,
            same_class=int(same_class.sum()),
            same_decision=int(same_decision.sum()) if answer.decides else None,
            open=int(is_open.sum()),
            open_differ=int((differs & is_open).sum()),
            differ=int((differs & ~is_open).sum()),
            asked_to_refuse=probes.refused,
            refused=int(is_refused[n:].sum()),
            largest_difference=largest,
            bound=answer.bound,
            reading_difference=_reading_difference(probes, answer),
            reading_bound=answer.reading_bound,
            margin=margin or None,
            answers_sha256=answer.sha256,
        )


def _reading_difference(probes: Probes, answer: Answer) -> float | None:
    """Return the largest share by which a reading of a photo is off.

    Below 1, in the unit of a reading, the share is of 1: of nothing there is none.
    """
    if answer.readings is None:
        return None
    ours = probes.readings[: len(probes.photos)]
    away = np.abs(answer.readings - ours) / np.maximum(np.abs(ours), 1.0)
    return float(np.nan_to_num(away, nan=1.0).max(initial=0.0))


@dataclass(frozen=True)
class Certificate:
    """What was exported, what it was asked, and whether it answers as Python does.

    Attributes:
        target: Of the command: onnx, c, st, js, sql or sheet.
        files: Name to hash of each file.
        model_sha256: Which model.
        photos: How many photos of a data set were among the parts.
        photos_sha256: Hash of their hashes, in order; None without photos.
        random: How many parts were random.
        near_border: How many of those lie within 1e-6 of a border, in x.
        inputs_sha256: Hash of all readings.
        python_sha256: Hash of Python's answers.
        engines: What each engine answers.
    """

    target: str
    files: Mapping[str, str]
    model_sha256: str
    photos: int
    photos_sha256: str | None
    random: int
    near_border: int
    inputs_sha256: str
    python_sha256: str
    engines: tuple[Agreement, ...]

    @property
    def holds(self) -> bool:
        """Return whether every engine gives the answers of Python."""
        return bool(self.engines) and all(each.holds for each in self.engines)

    def as_json(self) -> dict[str, Any]:
        """Return the certificate as plain data."""
        engines = [{**asdict(each), "holds": each.holds} for each in self.engines]
        return {
            "format": FORMAT,
            "glassline": glassline.__version__,
            "holds": self.holds,
            **asdict(self),
            "border_within": NEAR,
            "engines": engines,
        }

    def as_bytes(self) -> bytes:
        """Return the certificate as the bytes of its file."""
        return (json.dumps(self.as_json(), indent=2) + "\n").encode()


def certify(
    target: str,
    files: Mapping[str, bytes],
    probes: Probes,
    photos: Photos | None,
    answers: Sequence[Answer],
) -> Certificate:
    """Hold the answers of each engine against those of Python.

    Args:
        target: Its name.
        files: Name to bytes.
        probes: What was asked.
        photos: Those that come first, if there are any.
        answers: One an engine.
    """
    listed = "\n".join(photos.sha256 if photos else ()).encode()
    return Certificate(
        target=target,
        files={n: hashlib.sha256(data).hexdigest() for n, data in files.items()},
        model_sha256=probes.model.sha256,
        photos=len(probes.photos),
        photos_sha256=hashlib.sha256(listed).hexdigest() if photos else None,
        random=probes.answered - len(probes.photos),
        near_border=probes.near,
        inputs_sha256=probes.sha256,
        python_sha256=probes.said.sha256,
        engines=tuple(Agreement.between(probes, each) for each in answers),
    )
