"""The process that reads photos for the service: it may end over one, and alone."""

from __future__ import annotations

import signal
import warnings
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import cv2
import numpy as np

from glassline.arrays import View
from glassline.dataset.readings import Refusal
from glassline.errors import ImageError, UnreadError
from glassline.image import Looked, printable
from glassline.image.refusals import named
from glassline.inspection import Inspection, inspect
from glassline.model import Model

__all__ = ["UNSEEN", "Look", "Seen", "Teach", "inspection_of", "refusal_of", "work"]

READY = "ready"
MODELS = 3  # kept by a worker: the one that runs, and those before it that end
UNNAMED = "image"  # as the loader calls bytes
BLANK = np.empty((0, 0), np.float32)
BLANK.setflags(write=False)
UNSEEN = Looked(View(BLANK), BLANK)
TRAVELS = (
    "photo",
    "readings",
    "x",
    "logits",
    "probabilities",
    "decided",
    "provenance",
)


@dataclass(frozen=True)
class Teach:
    """A model that a worker has not met."""

    sha256: str
    model: Model


@dataclass(frozen=True)
class Look:
    """A photo to be looked at.

    Attributes:
        sha256: Of the model.
        photo: Its bytes.
        name: What the sender calls it.
        who: Who asks.
        at: When it came.
    """

    sha256: str
    photo: bytes
    name: str
    who: str
    at: datetime


Seen = dict[str, Any] | Refusal
"""What a worker answers: the fields of an inspection but its pixels and its model."""


def work(told: Connection[Any, Any]) -> None:
    """Answer photos until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all of a group
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends with its pipe
    warnings.simplefilter("ignore")  # who loaded the model first has told them
    cv2.setNumThreads(1)
    models: OrderedDict[str, Model] = OrderedDict()
    told.send(READY)
    while True:
        try:
            order = told.recv()
            if isinstance(order, Teach):
                models[order.sha256] = order.model
                while len(models) > MODELS:
                    models.popitem(last=False)
            else:
                told.send(_look(models[order.sha256], order))
        except (EOFError, OSError):  # the service is gone
            return


def _look(model: Model, order: Look) -> Seen:
    try:
        seen = inspect(model, order.photo, who=order.who, inspected_at=order.at)
    except (ImageError, UnreadError) as error:
        told = str(error).removeprefix(f"{UNNAMED}: ")
        return refusal_of(error.reason, told, order.name)
    fields = {name: getattr(seen, name) for name in TRAVELS}
    name = printable(order.name)
    if seen.provenance is not None:
        fields["provenance"] = replace(seen.provenance, photo=name)
    return fields | {"photo": replace(seen.photo, looked=UNSEEN, name=name)}


def refusal_of(reason: str, told: str, name: str) -> Refusal:
    """Return why a photo was refused, under the name that its sender gave it."""
    return Refusal(printable(name), reason, str(named(ImageError(reason, told), name)))


def inspection_of(seen: dict[str, Any], model: Model) -> Inspection:
    """Return the inspection that a worker saw, without pixels and maps."""
    maps = np.empty((len(seen["x"]), 0, 0), np.float32)
    return Inspection(model=model, maps=maps, **seen)
