"""What a proposed golden photo and mask rest on, in words."""

from __future__ import annotations

import math

from glassline.render.words import words
from glassline.studies.golden import Proposal

__all__ = ["lines"]


def lines(found: Proposal, lang: str = "en") -> tuple[str, ...]:
    """Return how many parts, how far apart, how much is looked at, and what to do."""
    say = words(lang)["golden"]
    shift = max(math.hypot(each.right_px, each.down_px) for each in found.placements)
    turn = max(abs(each.turn_deg) for each in found.placements)
    return (
        say["parts"].format(
            used=found.used,
            of=found.used + len(found.refused),
            shift=f"{shift:.1f}",
            turn=f"{turn:.1f}",
            match=f"{min(each.match for each in found.placements):.2f}",
        ),
        *(say["refused"].format(message=each.message) for each in found.refused),
        say["mask"].format(share=f"{found.mask.mean():.0%}"),
        say["approve"],
    )
