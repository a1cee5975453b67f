"""Why one part got its class, what that is in probability, and how close it was."""

from glassline.explain.explanation.explanation import Explanation

__all__ = ["Explanation"]
