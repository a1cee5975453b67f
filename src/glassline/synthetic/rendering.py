"""One rendered part: a clean surface, four dosed causes, a camera."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from glassline.arrays import Image
from glassline.errors import InputError, check_within, show
from glassline.synthetic.besides import Besides, Drawn
from glassline.synthetic.camera import Camera, Colour, Photo
from glassline.synthetic.glare import Glare
from glassline.synthetic.grain import Grain
from glassline.synthetic.scratch import Scratch
from glassline.synthetic.smear import Smear
from glassline.synthetic.surfaces import Surface, clean_surface

__all__ = ["CAUSES", "MAX_DOSE", "Doses", "Rendering", "Truth", "render"]

CAUSES = ("scratch", "smear", "glare", "grain")
Masks = Bool[np.ndarray, "4 h w"]
"""Where each of the four causes is."""

MAX_DOSE = 10.0  # beyond it every photo is clipped, so a dose would mean nothing
MIN_SIDE_PX = 32  # a smaller photo holds no scratch between its margins
MAX_SIDE_PX = 20_000


@dataclass(frozen=True)
class Doses:
    """How much of each cause a part has: 0 none, 1 nominal, continuous.

    The order is that of the four features that should see them.

    Args:
        scratch: Contrast of the scratch; 1 is 30 % of the local brightness.
        smear: Fine texture added in a patch; 1 is 6 % of the local brightness.
        glare: Slow reflection; 1 is 30 % of the surface's level at its brightest.
        grain: Number of specks; 1 is 80 on 100,000 pixels.

    Raises:
        InputError: A dose is not in [0, 10].

    Example:
        >>> Doses(scratch=0.5)
        Doses(scratch=0.5, smear=0.0, glare=0.0, grain=0.0)
    """

    scratch: float = 0.0
    smear: float = 0.0
    glare: float = 0.0
    grain: float = 0.0

    def __post_init__(self) -> None:
        for name, dose in zip(CAUSES, astuple(self), strict=True):
            check_within(f"doses.{name}", dose, 0, MAX_DOSE)


@dataclass(frozen=True)
class Truth:
    """What was rendered and where; it is there also where the dose is 0.

    Attributes:
        doses: The doses that were asked for.
        scratch: End points and form of the scratch.
        smear: Place and form of the smear.
        glare: Place and form of the reflections.
        grain: Places of the specks, the first ones first.
    """

    doses: Doses
    scratch: Scratch
    smear: Smear
    glare: Glare
    grain: Grain

    def masks(self, size_hw: tuple[int, int]) -> Masks:
        """Return where each cause has at least half of its strength.

        Returns:
            Shape (4, h, w) in the order of `CAUSES`; all False where the dose is 0.
        """
        shares = (
            self.scratch.profile(size_hw),
            self.smear.mask(size_hw),
            self.glare.pattern(size_hw),
            np.abs(self.grain.pattern(size_hw, self.doses.grain)),
        )
        doses = astuple(self.doses)
        return np.stack(
            [
                (share >= 0.5) & (dose > 0)
                for share, dose in zip(shares, doses, strict=True)
            ]
        )


class Rendering(NamedTuple):
    """A photo and what is truly on it; in colour where it shows a tint."""

    image: Photo | Colour
    truth: Truth


def render(  # noqa: PLR0913  one keyword for each thing a caller may add
    surface: Surface,
    doses: Doses,
    *,
    size_hw: tuple[int, int] = (480, 640),
    rng: np.random.Generator,
    camera: Camera | None = None,
    fingerprint_share: float = 0.0,
    besides: Besides | None = None,
) -> Rendering:
    """Render one part of known doses.

    Surface, each cause and the camera draw from their own child of `rng`, so a part
    rendered again with the same seed and another dose differs in that cause alone:
    same texture, same places, same sensor noise. The same seed gives the same bits
    with the same versions of NumPy and OpenCV on the same kind of processor.

    Args:
        surface: The clean surface.
        doses: How much of each cause.
        size_hw: Height and width in pixels, each 32 to 20,000. Scratch, smear and
            glare scale with the shorter side; specks and line widths do not.
        rng: Source of everything drawn; each call spawns new children from it.
        camera: Left out, a `Camera` with its defaults.
        fingerprint_share: How often the smear is a fingerprint; 0 never, 1 always.
        besides: What else the part shows, which is no defect; left out, nothing.

    Returns:
        The photo (uint8, shape size_hw; with a tint size_hw and red, green, blue) and
        the truth about it.

    Raises:
        InputError: size_hw is too small or too large.

    Example:
        >>> seed = np.random.SeedSequence(1)
        >>> rng = np.random.Generator(np.random.PCG64(seed))
        >>> image, truth = render(Surface(), Doses(scratch=1), rng=rng)
        >>> image.shape, image.dtype
        ((480, 640), dtype('uint8'))
        >>> truth.doses.scratch
        1
    """
    for side in size_hw:
        if not MIN_SIDE_PX <= side <= MAX_SIDE_PX:
            raise InputError(
                f"size_hw: expected sides of {MIN_SIDE_PX} to {MAX_SIDE_PX:,} pixels, "
                f"got {show(size_hw)}."
            )
    check_within("fingerprint_share", fingerprint_share, 0, 1)
    base, line, patch, shine, dust, sensor = rng.spawn(6)
    truth = Truth(
        doses,
        Scratch.draw(size_hw, line),
        Smear.draw(size_hw, patch, fingerprint_share=fingerprint_share),
        Glare.draw(size_hw, shine),
        Grain.draw(size_hw, dust, doses.grain),
    )
    clean = clean_surface(surface, size_hw, base)
    drawn = Drawn.draw(size_hw, rng) if besides else None
    if besides and drawn:
        clean = drawn.under(clean, besides)
    light = _soiled(clean, truth, surface.level)
    if besides and drawn:
        light = drawn.over(light, besides)
    photo = (camera or Camera()).shoot(light, sensor)
    if besides and drawn and besides.tint > 0:
        return Rendering(drawn.tint.colour(photo, besides.tint), truth)
    return Rendering(photo, truth)


def _soiled(light: Image, truth: Truth, level: float) -> Image:
    """Put the causes on the surface, in the order in which light meets them."""
    doses = truth.doses
    if doses.scratch > 0:
        light = truth.scratch.apply(light, doses.scratch)
    if doses.smear > 0:
        light = truth.smear.apply(light, doses.smear)
    if doses.grain > 0:
        light = truth.grain.apply(light, doses.grain)
    if doses.glare > 0:
        light = truth.glare.apply(light, doses.glare, level)
    return light
