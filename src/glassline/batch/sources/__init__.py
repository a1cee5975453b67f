"""Where photos come from: folders, patterns, tables, archives, addresses.

A source lists items one after the other, in one order that does not depend on the run, and
holds no more of them than it must. `find_sources` says what each argument names.
"""

from glassline.batch.sources.finding import find_sources
from glassline.batch.sources.source import Asked, Source

__all__ = ["Asked", "Source", "find_sources"]
