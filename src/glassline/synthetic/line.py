"""A small production line: parts in lots, with the labels that inspectors gave."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from glassline.errors import DatasetError, InputError, LabelError, check_one_of, show
from glassline.files import publish
from glassline.interface.record import Record
from glassline.render.png import as_png
from glassline.synthetic.camera import Camera, Photo
from glassline.synthetic.rendering import CAUSES, Doses, render
from glassline.synthetic.surfaces import Surface

__all__ = [
    "INSPECTORS",
    "KINDS",
    "LIMIT_DOSE",
    "RenderedPart",
    "draw_doses",
    "judge",
    "production_line",
    "vary_surface",
    "write_dataset",
]

KINDS = ("ok", "scratch", "dirt")
LIMIT_DOSE = 0.5  # the limit sample: from here on an inspector rejects
INSPECTORS = {"A": 0.46, "B": 0.5, "C": 0.54}  # each has an own eye for the limit
OK_SHARE = 0.5  # of the parts; the faults share the rest
BORDERLINE_SHARE = 0.08  # of the parts; they lie close to the limit on either side
SUFFIXES = (".png", ".jpg")


@dataclass(frozen=True, eq=False, repr=False)
class RenderedPart(Record):
    """One part from the line.

    Attributes:
        image: Shape size_hw, uint8.
        label: What the inspector said.
        doses: What is truly on it.
        lot: Parts made together, under one lamp and of one roughness; split by it.
        serial: Different for each part; does not give the label away.
        inspector: Who said it.
    """

    image: Photo
    label: str
    doses: Doses
    lot: str
    serial: str
    inspector: str


def production_line(
    n: int,
    *,
    rng: np.random.Generator,
    surface: Surface | None = None,
    classes: Sequence[str] = KINDS,
    size_hw: tuple[int, int] = (240, 320),
    lot_size: int = 20,
) -> Iterator[RenderedPart]:
    """Make n parts, half of them good, in lots, and have them labelled.

    Every part has a little of everything (handling marks, light dust, some glare).
    A scratched part has a scratch dose around 1, a dirty one smear and grain doses
    around 1. One part in twelve lies near the limit sample, dose 0.5. An inspector
    labels by the doses, each with a slightly different limit (0.46, 0.50, 0.54), so
    the labels are not a function of the doses alone and no classifier gets all of
    them right. Kinds are shuffled over the whole line, so another n is another line.

    Args:
        n: Number of parts, >= 1.
        rng: Source of everything; the same seed gives the same line.
        surface: The typical part; each lot varies its lamp, brightness and
            roughness. Left out, brushed metal.
        classes: What the line tells apart: "ok" and at least one of "scratch" and
            "dirt", in any order. A fault that is left out does not occur.
        size_hw: Height and width in pixels.
        lot_size: Parts a lot, >= 1.

    Returns:
        An iterator; parts are rendered one by one as they are taken.

    Raises:
        InputError: n or lot_size is below 1.
        LabelError: classes lacks "ok" or a fault, repeats one, or has an unknown one.

    Example:
        >>> rng = np.random.Generator(np.random.PCG64(5))
        >>> part = next(production_line(9, rng=rng, size_hw=(120, 160)))
        >>> part.image.shape, part.lot, part.serial
        ((120, 160), 'L01', 'P00001')
    """
    for name, value in (("n", n), ("lot_size", lot_size)):
        if value < 1:
            raise InputError(f"{name}: expected at least 1, got {value}.")
    _check_classes(classes)
    return _parts(n, rng, surface or Surface(), tuple(classes), size_hw, lot_size)


def write_dataset(
    parts: Iterable[RenderedPart], folder: str | Path, *, suffix: str = ".png"
) -> Path:
    """Write parts as a folder a class, and labels.csv with what is known of each.

    Columns of labels.csv: path (from the folder, with forward slashes), label, lot,
    serial, inspector, and the four doses. The same parts make the same bytes. Photos
    of an earlier call with other parts stay, so write to a new folder.

    Args:
        parts: What `production_line` makes; taken one by one.
        folder: Where to write; made if missing.
        suffix: ".png" (exact) or ".jpg" (quality 92).

    Returns:
        The path of labels.csv.

    Raises:
        DatasetError: The suffix is another one, or a file can not be written.
    """
    check_one_of("suffix", suffix, SUFFIXES, DatasetError)
    folder = Path(folder)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["path", "label", "lot", "serial", "inspector", *CAUSES])
    labels = folder / "labels.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in parts:
            name = f"{part.label}/{part.serial}{suffix}"
            (folder / part.label).mkdir(exist_ok=True)
            (folder / name).write_bytes(_encoded(part.image, suffix))
            doses = [f"{dose:.6g}" for dose in astuple(part.doses)]
            writer.writerow(
                [name, part.label, part.lot, part.serial, part.inspector, *doses]
            )
        publish(labels, table.getvalue().encode())  # last: where it is, all is
    except OSError as error:
        raise DatasetError(
            f"{folder}: expected a folder to write to, got: {error.strerror}."
        ) from error
    return labels


def _parts(
    n: int,
    rng: np.random.Generator,
    surface: Surface,
    classes: tuple[str, ...],
    size_hw: tuple[int, int],
    lot_size: int,
) -> Iterator[RenderedPart]:
    """Render the parts in order; arguments are checked."""
    (plan,) = rng.spawn(1)
    kinds = _kinds(n, classes, plan)
    of_lot = surface
    for number, kind in enumerate(kinds):
        if number % lot_size == 0:
            of_lot = vary_surface(surface, plan)
        doses = draw_doses(kind, plan)
        inspector = str(plan.choice(list(INSPECTORS)))
        image, _ = render(
            of_lot,
            doses,
            size_hw=size_hw,
            rng=plan,
            camera=Camera(exposure=float(np.exp(plan.normal(0, 0.02)))),
            fingerprint_share=0.3,
        )
        yield RenderedPart(
            image,
            judge(doses, INSPECTORS[inspector], classes),
            doses,
            f"L{number // lot_size + 1:02d}",
            f"P{number + 1:05d}",
            inspector,
        )


def _check_classes(classes: Sequence[str]) -> None:
    for name in classes:
        check_one_of("classes", name, KINDS, LabelError)
    if len(set(classes)) < len(classes):
        twice = next(name for name in classes if list(classes).count(name) > 1)
        raise LabelError(f"classes: expected each name once, got {show(twice)} twice.")
    if "ok" not in classes or len(classes) < 2:
        raise LabelError(
            "classes: expected ok and at least one of scratch, dirt, "
            f"got {show(list(classes))}."
        )


def _kinds(n: int, classes: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    """What each part is made as: half good, the faults in equal shares, shuffled."""
    faults = [name for name in classes if name != "ok"]
    good = round(n * OK_SHARE)
    kinds = ["ok"] * good + [faults[i % len(faults)] for i in range(n - good)]
    return [kinds[i] for i in rng.permutation(n)]


def vary_surface(surface: Surface, rng: np.random.Generator) -> Surface:
    """Vary what changes from lot to lot: brightness, lamp, roughness."""
    return replace(
        surface,
        roughness=min(5.0, surface.roughness * float(np.exp(rng.normal(0, 0.06)))),
        level=float(np.clip(surface.level * rng.uniform(0.93, 1.07), 0.05, 0.95)),
        lamp=float(np.clip(surface.lamp * rng.uniform(0.8, 1.2), 0, 0.5)),
        lamp_deg=surface.lamp_deg + float(rng.uniform(-12, 12)),
    )


def draw_doses(kind: str, rng: np.random.Generator) -> Doses:
    """Draw what is on a part that was made as `kind`."""
    is_borderline = rng.random() < BORDERLINE_SHARE
    main = float(np.clip(rng.lognormal(0.05, 0.3), 0.58, 2.5))
    if is_borderline:
        main = float(rng.uniform(0.38, 0.62))
    faint = rng.beta(1.5, 4.0, 3) * 0.4
    glare = float(rng.beta(1.5, 3.5))
    doses = Doses(float(faint[0]), float(faint[1]), glare, float(faint[2]))
    if kind == "scratch":
        return replace(doses, scratch=main)
    if kind == "dirt":
        return replace(doses, smear=main, grain=main * float(rng.uniform(0.6, 1.2)))
    if is_borderline:
        return replace(doses, scratch=float(rng.uniform(0.3, 0.5)))
    return doses


def judge(doses: Doses, limit: float, classes: tuple[str, ...]) -> str:
    """What an inspector with this limit says: the worst fault at or above it."""
    seen = {"scratch": doses.scratch, "dirt": max(doses.smear, doses.grain)}
    faults = [name for name in classes if name != "ok" and seen[name] >= limit]
    return max(faults, key=lambda name: seen[name]) if faults else "ok"


def _encoded(image: Photo, suffix: str) -> bytes:
    """The photo as the bytes of a file."""
    if suffix == ".png":
        return as_png(image)
    return cv2.imencode(suffix, image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
