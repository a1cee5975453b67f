"""What drove each reading, drawn over the photo."""

from glassline.explain.evidence.evidence import Evidence

__all__ = ["Evidence"]
