"""The cnn front: four readings and their maps from one ONNX file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import CHANNELS, Image, Reading, View, check_image
from glassline.errors import ModelError
from glassline.features import Area, Mark
from glassline.front.front import Front
from glassline.front.onnx import Session
from glassline.recipe import FEATURE_NAMES, Recipe

__all__ = ["COMPANION", "GREY", "Cnn", "fitted"]

COMPANION = "front.onnx"
AS_STRONG = 0.5  # of the strongest cell: what counts as driven by the same thing
HALF = 0.5  # of a cell: with less of it to look at it points at nothing
UNIT = "network"
GREY = ("luma",)  # what a network takes of a photo without colour
SHOWN = 12  # cells of a map: more is no place any more


def fitted(
    image: Image | View, side: int, planes: Sequence[str] = GREY
) -> NDArray[np.float32]:
    """Return a photo as a network takes it: shape (1, planes, side, side).

    Shrunk by the mean over areas, so that no line falls between the pixels; grown
    by linear interpolation.

    Args:
        image: Shape (h, w), grey; or a view of it, with its planes of colour.
        side: Of the square, in pixels.
        planes: What the network takes, in its order. Of a photo without colour red,
            green and blue are its grey.

    Raises:
        ShapeError: The image is not (h >= 1, w >= 1).
        InputError: A pixel is NaN or infinite.
    """
    view = View.of(image)
    taken = [view.plane(name).grey for name in planes]
    for plane in taken:
        check_image(plane)
    grown = max(view.grey.shape) < side
    way = cv2.INTER_LINEAR if grown else cv2.INTER_AREA
    found = [cv2.resize(plane, (side, side), interpolation=way) for plane in taken]
    return np.stack(found).astype(np.float32, copy=False)[None]


class Cnn(Front):
    """Reads the four features by a network that training put together.

    Args:
        companion: The bytes of `front.onnx`.
        names: Of the features, in the order of its outputs.

    Raises:
        ModelError: The file is refused, or gives no readings of these features.
        MissingExtraError: ONNX Runtime is not installed.
    """

    kind = "cnn"
    is_taught = True
    tolerance = 1e-3  # single precision: processors add in different orders
    unlike = (
        "expected the readings of where it was trained, got readings that differ by "
        "{off:.1e} of their size. Another processor or ONNX Runtime computes otherwise; "
        "train again here."
    )

    def __init__(
        self, companion: bytes, names: tuple[str, ...] = FEATURE_NAMES
    ) -> None:
        self.companion: bytes = companion
        self.names = names
        self._session = Session(companion, COMPANION)
        if self._session.outputs != ("readings", "maps"):
            raise ModelError(
                f"{COMPANION}: expected the outputs readings and maps, got "
                f"{', '.join(self._session.outputs)}."
            )
        if self._session.width != len(names):
            raise ModelError(
                f"{COMPANION}: expected {len(names)} readings, got "
                f"{self._session.width}."
            )

    @classmethod
    def restore(
        cls, table: Mapping[str, Any], recipe: Recipe, companion: Callable[[str], bytes]
    ) -> Self:
        """Return the front whose network has the hash of a model file."""
        return cls(companion(table["sha256"]), recipe.feature_names)

    def as_json(self) -> dict[str, Any]:
        """Return kind and names, and the hash of the network."""
        return {
            "kind": self.kind,
            "features": list(self.names),
            "sha256": self.sha256,
        }

    @property
    def units(self) -> dict[str, str]:
        """The unit of each feature's reading: a word of the catalogues."""
        return dict.fromkeys(self.names, UNIT)

    @property
    def planes(self) -> tuple[str, ...]:
        """The planes of colour that its network takes; none where that is the grey."""
        return CHANNELS if self._session.channels == len(CHANNELS) else ()

    @property
    def side(self) -> int:
        """Return the side of the square that a photo is brought to, in pixels."""
        return self._session.side

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the file."""
        return hashlib.sha256(self.companion).hexdigest()

    def read(self, image: Image | View) -> Reading:
        """Return the four readings and their maps.

        A map's cells average to the reading less that of a typical good part; only
        what lies above is shown.

        Args:
            image: Shape (h, w), grey, float32, 0 black to 1 white; or a view of it,
                with `planes` where the photo has colour.

        Returns:
            Values (4,), finite; maps (4, 28, 28).

        Raises:
            ShapeError: The image is not (h >= 1, w >= 1).
            InputError: A pixel is NaN or infinite.
        """
        view = View.of(image)
        taken = fitted(view, self._session.side, self.planes or GREY)
        values, maps = self._session.run(taken)
        return Reading(values[0], _shown(maps[0], view))

    def locate(self, image: Image | View) -> dict[str, tuple[Mark, ...]]:
        """Return the cells that drove each reading most, in pixels of this image.

        At most twelve, each at least half as strong as the strongest; none where
        no place lifts the reading above that of a typical good part.

        Args:
            image: Shape (h, w), as for `read`.

        Raises:
            ShapeError: The image is not (h >= 1, w >= 1).
            InputError: A pixel is NaN or infinite.
        """
        view = View.of(image)
        maps = self.read(view).maps
        return {
            name: _cells(shown, view.grey.shape)
            for name, shown in zip(self.names, maps, strict=True)
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the file's bytes and the names."""
        return type(self), (self.companion, self.names)


def _shown(maps: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """What lies above a typical good part, where at least half of a cell counts."""
    above = np.maximum(maps, 0)
    if view.keep is None:
        return above
    size_wh = maps.shape[:0:-1]
    share = cv2.resize(
        view.keep.astype(np.float32), size_wh, None, 0, 0, cv2.INTER_AREA
    )
    return np.where(share >= HALF, above, np.float32(0))


def _cells(shown: NDArray[np.float32], shape_hw: tuple[int, ...]) -> tuple[Mark, ...]:
    """Return the strongest cells of one map as areas, the strongest first."""
    tall, wide = (
        side / cells for side, cells in zip(shape_hw, shown.shape, strict=True)
    )
    order = np.argsort(-shown, axis=None, kind="stable")[:SHOWN]
    rows, columns = (each.tolist() for each in np.unravel_index(order, shown.shape))
    least = AS_STRONG * float(shown.max())
    return tuple(
        Area(
            top=row * tall,
            left=column * wide,
            bottom=(row + 1) * tall,
            right=(column + 1) * wide,
            strength=float(shown[row, column]),
        )
        for row, column in zip(rows, columns, strict=True)
        if shown[row, column] > 0 and shown[row, column] >= least
    )
