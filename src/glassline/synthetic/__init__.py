"""Rendered parts of known dose: the measuring stick, and a line to try things on.

A clean surface (`Surface`) is lit, soiled by four causes and shot by a `Camera`;
`render` does it once and tells the truth about it, `production_line` makes a whole line
with labels, and `dose_response` asks whether a reading follows its own cause alone. Each
cause (`Scratch`, `Smear`, `Glare`, `Grain`) is drawn for a photo of `size_hw` from `rng`
(`draw`), shows its share of strength at each pixel (`profile`, `mask` or `pattern`), and
is put on the light that reaches the camera (`apply`) at a dose >= 0, in units of its
`..._CONTRAST` (of grain, of its nominal count); dose 0 changes nothing. `Besides` doses what
a part shows that is no defect: edges and a hole, a rim, brushing, a tint.
"""

from glassline.synthetic.besides import BESIDES, Besides
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
    "BESIDES",
    "CAUSES",
    "SURFACES",
    "Besides",
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
