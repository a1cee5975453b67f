"""The gauge study: each part read again as the camera varies, nothing else.

`study` disturbs every photo in the computer and pools what moves in x; `Study` has the
spread of each cause, %GRR and what the verdicts did. A model that keeps its `Gauge`
sends to a person what the camera alone could decide otherwise.
"""

from glassline.studies.gauge.rereading import Flips, Study, study

__all__ = ["Flips", "Study", "study"]
