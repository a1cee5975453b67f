"""Draw the pictures of docs/features.md: rendered parts, readings and evidence."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Named
from glassline.explain import Evidence
from glassline.explain.faces.picture import png
from glassline.explain.faces.picture.png import letter
from glassline.explain.faces.picture.scene import Caption
from glassline.features import Scale
from glassline.front import Measured
from glassline.render.words import words
from glassline.synthetic import Doses, Surface, render

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE_HW = (360, 480)
TILE_HW = (330, 440)
CAPTION_PX = 48
GAP_PX = 8
SEED = 12
APART = 3  # the seed of a part on which the four causes lie apart
GOOD_PARTS = 24
QUALITY = 82  # of JPEG


class Part(NamedTuple):
    """One tile: what is on the part, and how it was made."""

    caption: str
    doses: Doses
    surface: Surface


MATTE = Surface.typical("matte_paint")
ROWS = {
    "line_strength": (
        Part("a good part", Doses(), MATTE),
        Part("a faint scratch", Doses(scratch=0.3), MATTE),
        Part("a clear scratch", Doses(scratch=1), MATTE),
        Part("must not move it: specks", Doses(grain=0.3), MATTE),
    ),
    "texture_change": (
        Part("a good part", Doses(), MATTE),
        Part("a faint smear", Doses(smear=0.4), MATTE),
        Part("a clear smear", Doses(smear=1), MATTE),
        Part(
            "must not move it: rougher everywhere",
            Doses(),
            Surface("matte_paint", roughness=2, level=MATTE.level),
        ),
    ),
    "reflection_unevenness": (
        Part("a good part", Doses(), MATTE),
        Part("a faint reflection", Doses(glare=0.3), MATTE),
        Part("glare", Doses(glare=1), MATTE),
        Part(
            "must not move it: less light", Doses(), Surface("matte_paint", level=0.3)
        ),
    ),
    "grain_noise": (
        Part("a good part", Doses(), MATTE),
        Part("some specks", Doses(grain=0.08), MATTE),
        Part("many specks", Doses(grain=0.4), MATTE),
        Part("must not move it: a scratch", Doses(scratch=1), MATTE),
    ),
}


def main() -> None:
    """Draw four parts a feature, and one part with all four features."""
    FOLDER.mkdir(exist_ok=True)
    for name, parts in ROWS.items():
        first, second, third, fourth = (_tile(name, part) for part in parts)
        gap = np.full((len(first), GAP_PX, 3), 255, np.uint8)
        rows = (np.hstack([first, gap, second]), np.hstack([third, gap, fourth]))
        _write(f"{name}.jpg", np.vstack(rows))
    whole = _evidence(Part("", Doses(0.7, 0.8, 0.5, 0.2), MATTE), (480, 640), APART)
    _write("evidence.jpg", _pixels(png.face(whole, "en")))


def _evidence(
    part: Part, size_hw: tuple[int, int] = SIZE_HW, seed: int = SEED
) -> Evidence:
    rng = np.random.Generator(np.random.PCG64(seed))
    image, _ = render(part.surface, part.doses, size_hw=size_hw, rng=rng)
    grey = np.asarray(image / 255, np.float32)
    front = Measured()
    readings = Named(tuple(front.settings), front.read(grey).values)
    names = tuple(front.settings)
    x = Named(names, _scale().x(readings.values[np.newaxis])[0])
    return Evidence(grey, front.locate(grey), readings, x, pixel_size_um=20.0)


@cache
def _scale() -> Scale:
    """What good parts of a matte paint that varies read: zero and unit of x."""
    front, readings = Measured(), []
    for seed in range(GOOD_PARTS):
        rng = np.random.Generator(np.random.PCG64(1000 + seed))
        paint = Surface(
            "matte_paint",
            roughness=rng.uniform(0.5, 2.5),
            level=rng.uniform(0.25, 0.6),
            lamp=rng.uniform(0.1, 0.25),
        )
        image, _ = render(paint, Doses(grain=0.02), size_hw=SIZE_HW, rng=rng)
        readings.append(front.read(np.asarray(image / 255, np.float32)).values)
    return Scale.fit(np.array(readings))


def _tile(name: str, part: Part) -> NDArray[np.uint8]:
    """One part with the marks of one feature, and its reading below."""
    found = _evidence(part)
    marks = {each: found.marks[each] if each == name else () for each in found.marks}
    alone = Evidence(found.image, marks, found.readings, found.x)
    photo = _pixels(png.face(alone, "en"))[: 2 * SIZE_HW[0]]
    tile = np.full((TILE_HW[0] + CAPTION_PX, TILE_HW[1], 3), 255, np.uint8)
    tile[: TILE_HW[0]] = cv2.resize(photo, TILE_HW[::-1], interpolation=cv2.INTER_AREA)
    unit = words("en")["units"][name]
    x = found.x[name] if found.x else 0.0
    reading = f"{found.readings[name]:.3g} {unit}, x = {x:.1f}"
    letter(tile, Caption(2, TILE_HW[0] + 18, part.caption))
    letter(tile, Caption(2, TILE_HW[0] + 39, reading, (86, 97, 109)))
    return tile


def _pixels(png: bytes) -> NDArray[np.uint8]:
    found = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(found[..., ::-1], np.uint8)


def _write(file: str, pixels: NDArray[np.uint8]) -> None:
    data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    (FOLDER / file).write_bytes(data[1].tobytes())


main()
