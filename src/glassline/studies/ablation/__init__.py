"""What buys what: every subset of the features scored, beside random directions."""

from glassline.studies.ablation.ablation import Subset, Subsets, score_subsets

__all__ = ["Subset", "Subsets", "score_subsets"]
