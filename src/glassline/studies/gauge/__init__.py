"""The gauge study: each part read again as the camera varies, nothing else."""

from glassline.studies.gauge.rereading import study
from glassline.studies.gauge.result import Flips, Study

__all__ = ["Flips", "Study", "study"]
