"""How often a model is right: on parts it did not see, in counts, with intervals."""

from glassline.studies.evaluation.evaluation import Evaluation, evaluate, judge

__all__ = ["Evaluation", "evaluate", "judge"]
