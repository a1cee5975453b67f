"""What the four features cost here: a black box on the same folds, and what would pay.

`price` scores four features, a network's concepts, a linear probe on all of the network's
statistics and nine grey-level statistics on the same grouped folds. `Price` says in one
line what the four cost and which front, or which missing measurement, would win it back.
"""

from glassline.studies.price.price import Gain, Price, price

__all__ = ["Gain", "Price", "price"]
