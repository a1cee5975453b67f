"""What buys what: every subset of the features scored, beside random directions.

`score_subsets` fits a head to each subset out of fold; what a feature takes off the loss
over all orders is its share. Random directions of the photo say what chance would buy.
"""

from glassline.studies.ablation.ablation import Subset, Subsets, score_subsets

__all__ = ["Subset", "Subsets", "score_subsets"]
