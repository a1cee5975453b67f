"""The gauge study: each part read again as the camera varies, nothing else."""

from glassline.gauge.rereading import study
from glassline.gauge.result import Flips, Study

__all__ = ["Flips", "Study", "study"]
