"""Whether a new model accepts what the old one does not, for every reading there can be.

`sums` turns a policy into sums of exponentials, `planes` a region into planes; `node`
bounds the sums in a box by straight lines and proves or halves it. `acceptance` puts the
question, searches for an example, and says where a proof ends.
"""

from glassline.studies.comparison.acceptance.acceptance import Acceptance, acceptance

__all__ = ["Acceptance", "acceptance"]
