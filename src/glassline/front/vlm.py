"""The vlm front: four scores that a vision-language model gives to a photo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np

from glassline.arrays import Image, Reading, Values, View
from glassline.errors import ModelError, show
from glassline.features import Mark
from glassline.front.chat import Count, Server, endpoint_of
from glassline.front.front import Front
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.recipe.server import VlmSettings

__all__ = ["Vlm"]

UNIT = "score"


class Vlm(Front):
    """Reads the four features by asking a chat server that takes images.

    Making one asks nothing: only `read` does, and only where the same question was
    not answered before.

    Args:
        settings: What to ask whom, within which limits.
        names: Of the features, in order.
    """

    kind = "vlm"

    def __init__(
        self, settings: VlmSettings, names: tuple[str, ...] = FEATURE_NAMES
    ) -> None:
        self.settings = settings
        self.names = names
        self._server = Server(settings, names)

    @classmethod
    def restore(
        cls, table: Mapping[str, Any], recipe: Recipe, companion: Callable[[str], bytes]
    ) -> Self:
        """Return the front that asks what the recipe says, if that is what was saved."""
        if recipe.vlm is None or recipe.vlm.sha256 != table["sha256"]:
            raise ModelError(
                "model.json: front.sha256: expected the hash of recipe.vlm, got "
                f"{show(table['sha256'])}."
            )
        return cls(recipe.vlm, recipe.feature_names)

    def as_json(self) -> dict[str, Any]:
        """Return kind and names, and the hash of all that a score depends on."""
        return {
            "kind": self.kind,
            "features": list(self.names),
            "sha256": self.settings.sha256,
        }

    @property
    def units(self) -> dict[str, str]:
        """The unit of each feature's reading: a word of the catalogues."""
        return dict.fromkeys(self.names, UNIT)

    @property
    def usage(self) -> Count:
        """Return what was asked so far."""
        return self._server.usage.so_far

    @property
    def least(self) -> Values:
        """Return 0 for each: a score lies in [0, 1]."""
        return np.zeros(len(self.names))

    @property
    def source(self) -> dict[str, str]:
        """Return what a sheet names: server, model, and the hash of the prompt.

        Raises:
            ServerError: Neither recipe nor environment names a server.
        """
        return {
            "server": urlsplit(endpoint_of(self.settings)).netloc,
            "model": self.settings.model,
            "prompt": self.settings.prompt_sha256[:12],
        }

    def read(self, image: Image | View) -> Reading:
        """Return the four scores; their maps are 0, for no place is known.

        Args:
            image: Shape (h, w), grey, float32, 0 black to 1 white; or a view of it.

        Returns:
            Values (4,), in [0, 1]; maps (4, 1, 1), all 0.

        Raises:
            ShapeError: The image is not (h >= 1, w >= 1).
            InputError: A pixel is NaN or infinite.
            ServerError: The server can not be used for any photo.
            UnreadError: This photo got no scores.
            MissingExtraError: The extra vlm is not installed.
        """
        scores = self._server.scores(View.of(image).grey)
        return Reading(scores, np.zeros((len(self.names), 1, 1), np.float32))

    def locate(self, image: Image | View) -> dict[str, tuple[Mark, ...]]:
        """Return no marks: a score says nothing of where."""
        return dict.fromkeys(self.names, ())

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the settings alone."""
        return type(self), (self.settings, self.names)
