"""An endless line on which now and then a cause of defects grows, until it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from glassline.errors import InputError
from glassline.interface.record import Record
from glassline.synthetic.camera import Camera
from glassline.synthetic.line import (
    INSPECTORS,
    KINDS,
    RenderedPart,
    draw_doses,
    judge,
    vary_surface,
)
from glassline.synthetic.rendering import Doses, render
from glassline.synthetic.surfaces import Surface

__all__ = ["GROWING", "GrownPart", "growing_line"]

GROWING = ("scratch", "dirt", "lamp")
"""What grows: a gripper that scratches, a bath that leaves dirt, a lamp that ages."""

FAULTY = 0.08  # of the parts while all is well; the faults share them
WORST_FAULTY = 0.45  # of the parts, of the one fault, when its cause is at its worst
CALM, GROWTH = 60, 120  # parts before a cause begins, and until it is mended
DIMMER, BRIGHTER_GLARE = 0.25, 1.4  # what an old lamp loses and adds at its worst


@dataclass(frozen=True, eq=False, repr=False)
class GrownPart(Record):
    """One part, and what grows on the line while it is made.

    Attributes:
        part: The part; its label is what its inspector would say.
        cause: One of `GROWING`; None while all is well.
        severity: How far it has grown, 0 to 1.
    """

    part: RenderedPart
    cause: str | None
    severity: float


def growing_line(
    *,
    rng: np.random.Generator,
    surface: Surface | None = None,
    size_hw: tuple[int, int] = (240, 320),
    lot_size: int = 10,
    calm: int = CALM,
    growth: int = GROWTH,
) -> Iterator[GrownPart]:
    """Make parts for ever, most of them good; after some calm a cause grows.

    A worn gripper scratches more and more parts, a tired bath leaves more and more
    dirty, an old lamp dims and glares on all without a defect. At its worst it is
    mended, and after as much calm the next begins; each comes once in three turns.

    Args:
        rng: Source of everything; the same seed gives the same line.
        surface: The typical part; left out, brushed metal.
        size_hw: Height and width in pixels.
        lot_size: Parts a lot, >= 1.
        calm: Parts without a cause before each, >= 1.
        growth: Parts from its beginning until it is mended, >= 1.

    Returns:
        An endless iterator; parts are rendered as they are taken.

    Raises:
        InputError: lot_size, calm or growth is below 1.

    Example:
        >>> rng = np.random.Generator(np.random.PCG64(5))
        >>> parts = growing_line(rng=rng, size_hw=(60, 80), calm=1, growth=2)
        >>> [f"{next(parts).severity:.1f}" for _ in range(5)]
        ['0.0', '0.5', '1.0', '0.0', '0.5']
    """
    for name, value in (("lot_size", lot_size), ("calm", calm), ("growth", growth)):
        if value < 1:
            raise InputError(f"{name}: expected at least 1, got {value}.")
    return _parts(rng, surface or Surface(), size_hw, lot_size, (calm, growth))


def _parts(
    rng: np.random.Generator,
    surface: Surface,
    size_hw: tuple[int, int],
    lot_size: int,
    span: tuple[int, int],
) -> Iterator[GrownPart]:
    calm, growth = span
    of_lot, cause, number = surface, "", 0
    to_come: list[str] = []
    while True:
        if number % lot_size == 0:
            of_lot = vary_surface(surface, rng)
        turn = number % (calm + growth) - calm + 1  # from 1 on while a cause grows
        if turn == 1:
            to_come = to_come or rng.permutation(GROWING).tolist()
            cause = to_come.pop()
        severity = max(0, turn) / growth
        doses = _doses(cause, severity, rng)
        lit = replace(
            of_lot, level=of_lot.level * (1 - DIMMER * severity * (cause == "lamp"))
        )
        inspector = str(rng.choice(list(INSPECTORS)))
        image, _ = render(
            lit,
            doses,
            size_hw=size_hw,
            rng=rng,
            camera=Camera(exposure=float(np.exp(rng.normal(0, 0.02)))),
            fingerprint_share=0.3,
        )
        label = judge(doses, INSPECTORS[inspector], KINDS)
        lot, serial = f"L{number // lot_size + 1:04d}", f"D{number + 1:06d}"
        part = RenderedPart(image, label, doses, lot, serial, inspector)
        yield GrownPart(part, cause if severity else None, severity)
        number += 1


def _doses(cause: str, severity: float, rng: np.random.Generator) -> Doses:
    """Draw what is on a part while a cause has grown so far."""
    shares = dict.fromkeys(KINDS[1:], FAULTY / 2)
    if cause in shares:
        shares[cause] += (WORST_FAULTY - FAULTY / 2) * severity
    kinds = [KINDS[0], *shares]
    p = [1 - sum(shares.values()), *shares.values()]
    doses = draw_doses(str(rng.choice(kinds, p=p)), rng)
    if cause == "lamp":
        return replace(doses, glare=doses.glare + BRIGHTER_GLARE * severity)
    return doses
