"""Whether a line still reads as it did when its model was trained.

`drift` holds photos of today against the model's own record of training, or against the
training photos read again; `find_drift` is the same on readings, as a station has them.
`two_sample` is the test under both: whole groups are permuted, whatever the numbers are.
"""

from glassline.monitor.drift import Drift, drift, find_drift
from glassline.monitor.two_sample import Shift, compare_groups, enough_groups

__all__ = [
    "Drift",
    "Shift",
    "compare_groups",
    "drift",
    "enough_groups",
    "find_drift",
]
