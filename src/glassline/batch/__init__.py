"""Many photos: from one folder to many machines, every photo exactly once.

`sources` lists photos without reading them; `judging` is the one function that turns some
of them into rows, wherever it runs; `pool` runs it in processes of which each may die;
`journal` keeps every row from the moment it is known; `run` puts them together.
"""

from glassline.batch.item import Item
from glassline.batch.run import run
from glassline.batch.settings import Settings
from glassline.batch.summary import Summary

__all__ = ["Item", "Settings", "Summary", "run"]
