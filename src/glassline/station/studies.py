"""The studies that a station runs as jobs: each in a process of its own."""

from __future__ import annotations

import os
import signal
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType
from typing import Any

from glassline.dataset import Dataset, Part
from glassline.dataset.readings import Progress
from glassline.errors import GlasslineError, InputError
from glassline.model import Model

__all__ = ["KINDS", "Failed", "Order", "Result", "data_of", "run"]

NICER = 10  # inspecting goes first on a machine with few cores
TOLD_S = 0.2  # between two reports of how far it is


@dataclass(frozen=True)
class Order:
    """What a job shall do.

    Attributes:
        kind: One of `KINDS`.
        model: Which model is studied, or refitted.
        parts: Labelled photos: path, class and group of each.
        other: Of `compare`: the model it is held against.
        options: What the study may be told.
    """

    kind: str
    model: Model
    parts: tuple[tuple[str, str, str], ...]
    other: Model | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What a job found.

    Attributes:
        found: As plain data.
        model: A new model, where the study gives one; nobody runs it yet.
    """

    found: dict[str, Any]
    model: Model | None = None


@dataclass(frozen=True)
class Failed:
    """Why a job found nothing."""

    code: str
    detail: str


def data_of(parts: tuple[tuple[str, str, str], ...]) -> Dataset:
    """Return recorded photos with what people said of them as a dataset."""
    made = tuple(
        Part(path=Path(path), label=label, source="the labels", group=group)
        for path, label, group in parts
    )
    return Dataset("the labels of the store", made)


def _evaluate(order: Order, progress: Progress) -> Result:
    from glassline.studies.evaluation import evaluate  # noqa: PLC0415

    with_training = bool(order.options.get("with_training", False))
    found = evaluate(
        order.model,
        data_of(order.parts),
        with_training=with_training,
        workers=1,
        progress=progress,
    )
    return Result(found.as_json())


def _guarantee(order: Order, progress: Progress) -> Result:
    from glassline.studies.guarantee import assure  # noqa: PLC0415

    found = assure(
        order.model,
        data_of(order.parts),
        escape=float(order.options.get("escape", 0.01)),
        confidence=float(order.options.get("confidence", 0.95)),
        workers=1,
        progress=progress,
    )
    given = found.guarantee
    made = None if given is None else replace(order.model, guarantee=given)
    return Result(found.as_json(), made)


def _gauge(order: Order, progress: Progress) -> Result:
    from glassline.studies.gauge import study  # noqa: PLC0415

    found = study(order.model, data_of(order.parts), workers=1, progress=progress)
    return Result(found.as_json(), replace(order.model, gauge=found.gauge))


def _retrain(order: Order, progress: Progress) -> Result:
    from glassline.training import train  # noqa: PLC0415

    made = train(data_of(order.parts), order.model.recipe, workers=1, progress=progress)
    told = {"parts": made.record.n, "outcome": made.record.outcome}
    return Result(told, made)


def _compare(order: Order, progress: Progress) -> Result:
    from glassline.studies.comparison import compare  # noqa: PLC0415

    if order.other is None:
        raise InputError("other: expected the model to compare with, got none.")
    data = data_of(order.parts) if order.parts else None
    found = compare(order.model, order.other, data, workers=1, progress=progress)
    return Result(found.as_json())


KINDS: Mapping[str, Callable[[Order, Progress], Result]] = MappingProxyType(
    {
        "evaluate": _evaluate,
        "guarantee": _guarantee,
        "gauge": _gauge,
        "retrain": _retrain,
        "compare": _compare,
    }
)
"""What can be studied, by name."""


def run(told: Connection[Any, Any], order: Order) -> None:
    """Do a job, say how far it is, and hand back what was found; then end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    warnings.simplefilter("ignore")
    if hasattr(os, "nice"):
        os.nice(NICER)
    told_at = 0.0

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal told_at
        if done == total or time.monotonic() - told_at >= TOLD_S:
            told_at = time.monotonic()
            told.send((stage, done, total))

    try:
        done = KINDS[order.kind](order, progress)
        told.send(replace(done, found=_placeless(done.found)))
    except GlasslineError as error:
        told.send(Failed(error.code, str(error)))
    except Exception as error:  # noqa: BLE001  the station must hear of it
        told.send(Failed(GlasslineError.code, f"{type(error).__name__}: {error}"))


def _placeless(found: Any) -> Any:
    """Return what was found without the service's own paths: photos by their hashes."""
    if isinstance(found, dict):
        return {name: _placeless(each) for name, each in found.items()}
    if isinstance(found, list | tuple):
        return [_placeless(each) for each in found]
    if isinstance(found, str) and found.startswith(os.sep):
        return Path(found).name
    return found
