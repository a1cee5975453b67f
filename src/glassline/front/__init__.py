"""Fronts: what turns an image into four readings.

Three of them: `Measured` measures with NumPy and OpenCV, `Cnn` runs a network that was
taught the four features, `Vlm` asks a server. Whoever uses one asks what `Front` says
(has it a file of its own, does it repeat, what is the least it can read), never which
of the three it is.
"""

from glassline.front.cnn import Cnn
from glassline.front.front import Front
from glassline.front.measured import Measured
from glassline.front.vlm import Vlm

__all__ = ["FRONTS", "Cnn", "Front", "Measured", "Vlm"]

FRONTS: dict[str, type[Front]] = {each.kind: each for each in (Measured, Cnn, Vlm)}
"""The word of the model file to the front."""
