"""Rendered parts of known dose: the measuring stick, and a line to try things on."""

from glassline.synthetic.camera import Camera
from glassline.synthetic.glare import Glare
from glassline.synthetic.grain import Grain
from glassline.synthetic.line import RenderedPart, production_line, write_dataset
from glassline.synthetic.meaning import DoseResponse, dose_response
from glassline.synthetic.rendering import CAUSES, Doses, Rendering, Truth, render
from glassline.synthetic.scratch import Scratch
from glassline.synthetic.smear import Smear
from glassline.synthetic.surfaces import SURFACES, Surface

__all__ = [
    "CAUSES",
    "SURFACES",
    "Camera",
    "DoseResponse",
    "Doses",
    "Glare",
    "Grain",
    "RenderedPart",
    "Rendering",
    "Scratch",
    "Smear",
    "Surface",
    "Truth",
    "dose_response",
    "production_line",
    "render",
    "write_dataset",
]
