"""The fifteen numbers: what they say of x, and how they are fitted to labels, exactly.

A `Head` is W and b; `fit` finds the one best of them and proves by how little it can
miss it; `influence` says what one part or label did. Each file is one algorithm; read
`losses`, `sums` (what all parts add up to), `newton` and `certificate`, in that order.
"""

from glassline.interface.names import offer

__getattr__, __dir__, __all__ = offer(__name__)
