"""What the interface for programs answers, field by field: the schemas of OpenAPI."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from glassline.station.api.bodies import TEXT, WORDS

__all__ = [
    "CandidateTold",
    "InspectionTold",
    "LabelGiven",
    "LabelTold",
    "ListTold",
    "ListedTold",
    "QueueTold",
    "TakenTold",
]

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RECORD = Field(description="Its name in the ledger.", examples=["station-42"])


class Open(BaseModel):
    """A schema whose object may have more fields than it names."""

    model_config = ConfigDict(extra="allow")


class InspectionTold(Open):
    """A verdict as `glassline inspect --json` gives it, and where it is recorded."""

    record: str = RECORD
    image: str = Field(examples=["part.png"])
    sha256: str = Field(description="Of the photo's bytes.", examples=[HASH])
    features: dict[str, float] | None = Field(
        default=None, description="Each reading, in its own unit."
    )
    x: list[float] | None = Field(
        default=None, description="The same in standard units."
    )
    logits: list[float] | None = None
    probabilities: dict[str, float] | None = Field(
        default=None, description="Of each class; they sum to 1."
    )
    decision: str = Field(
        description="accept, reject, review, or refused.", examples=["accept"]
    )
    reason_code: str = Field(examples=["cheapest"])
    model: str | None = Field(default=None, description="SHA-256 of the model.")


class ListedTold(Open):
    """One record of a list."""

    record: str = RECORD
    at: str = Field(description="UTC.", examples=["2026-11-29T01:45:00.000000+00:00"])
    image: str
    sha256: str
    photo_kept: bool
    decision: str
    reason_code: str
    model: str | None
    label: str | None = Field(description="What a person said last.")
    version: int = Field(description="How many labels there are: its ETag.")


class ListTold(BaseModel):
    """Some records, and where the next page begins."""

    inspections: list[ListedTold]
    next: str | None = Field(
        description="Give it as `after`; null at the end.", examples=["station-42"]
    )


class QueueTold(BaseModel):
    """What waits for a person, the oldest first."""

    inspections: list[ListedTold]


class TakenTold(BaseModel):
    """A part that is one person's for a while."""

    record: str = RECORD
    until: str = Field(description="UTC.")


class LabelGiven(BaseModel):
    """What a person says of a part."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"class": "scratch", "reason": "seen at the bench"}]
        },
    )

    name: str | None = Field(
        alias="class",
        max_length=200,
        pattern=TEXT,
        description="A class of the recipe; null takes the label back.",
    )
    reason: str = Field(min_length=1, max_length=200, pattern=WORDS)
    note: str = Field(default="", max_length=2000, pattern=TEXT)
    shown: dict[str, Any] | None = Field(
        default=None, description="What the page showed her."
    )
    dwell_s: float | None = Field(default=None, ge=0, le=1e6)


class ChangeTold(BaseModel):
    """One of the last inspections that the candidate would decide otherwise."""

    record: str = RECORD
    before: str
    after: str
    label: str | None


class CandidateTold(Open):
    """The head refitted on all labels, and what would change were it published."""

    model: str | None = Field(
        description="SHA-256; null while a class has no label, or nothing differs."
    )
    running: str | None = Field(None, description="SHA-256 of the model that runs.")
    labels: int | None = Field(None, description="How many labels it rests on.")
    missing: list[str] | None = Field(None, description="Classes that nobody gave yet.")
    changed: list[ChangeTold] | None = Field(
        None, description="Of the last 1,000 inspections, those decided otherwise."
    )


class LabelTold(BaseModel):
    """A label as it stands in the ledger, and the candidate that it gives."""

    record: str = RECORD
    label: str | None = Field(alias="class")
    version: int
    candidate: CandidateTold
