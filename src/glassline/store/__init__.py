"""Records that nobody can quietly change: one append-only ledger, and what it derives.

`Store.open` opens or makes them, in SQLite or PostgreSQL. `ledger` is the truth, row by
row with its hash; `derived` are the tables that questions are asked of, written in the
same transaction and built again from the ledger at any time; `verification` compares
both, `replay` recomputes recorded verdicts. Photos and models lie beside, by hash.
"""

from glassline.interface.names import offer

__getattr__, __dir__, __all__ = offer(__name__)
