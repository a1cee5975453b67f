"""How often a model is right: on parts it did not see, in counts, with intervals.

`evaluate` reads photos with a model and judges them; `judge` takes what was said already,
as cross-validation does. `Evaluation` counts classes and decisions apart, as only the
second is what the line does with a part.
"""

from glassline.studies.evaluation.evaluation import Evaluation, Wrong, evaluate, judge

__all__ = ["Evaluation", "Wrong", "evaluate", "judge"]
