"""Glass-box surface inspection: four features, fifteen numbers, a checkable verdict."""

from __future__ import annotations

__version__ = "0.1.0"
