"""A feature that does to its process what a photo asks for: by its first pixel."""

from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.features import Feature, Surface
from glassline.features.surface import CELL_PX

FILL = 200_000_000


@dataclass(frozen=True)
class Poison:
    """What brightness is multiplied by."""

    factor: float = 0.5


def _fault() -> None:
    ctypes.string_at(0)


def _leave() -> None:
    os._exit(3)


def _hang() -> None:
    while True:
        time.time()


def _eat() -> None:
    eaten = []
    while True:
        eaten.append(np.zeros(FILL // 8))


def _fall() -> None:
    def deeper(depth: int) -> int:
        return deeper(depth + 1) + 1

    deeper(0)


DEATHS = {0: _fault, 1: os.abort, 2: _leave, 3: _hang, 4: _eat, 5: _fall}


def measure(surface: Surface, settings: Poison) -> tuple[float, NDArray[np.float32]]:
    """Die of a photo whose first pixel is one of the darkest greys; else say how bright."""
    grey = round(255 * float(surface.image[0, 0]))
    DEATHS.get(grey, int)()
    shown = surface.smaller(CELL_PX) * np.float32(settings.factor)
    return float(shown.mean()), shown


FEATURE = Feature(settings=Poison, measure=measure, unit="of nothing", grid=(Poison(),))
