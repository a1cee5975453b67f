"""The tables, as SQLAlchemy knows them; `migrations` makes them, version by version."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from glassline.store.identifiers import IDENTIFIERS

__all__ = [
    "DERIVED",
    "inspections",
    "labels",
    "leases",
    "ledger",
    "metadata",
    "models",
    "people",
    "streams",
    "tokens",
]

metadata = MetaData()

ledger = Table(
    "ledger",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("clock_ns", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("who", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("ledger_by_kind", "kind", "stream", "seq"),
)
"""The truth: rows are added, never changed."""

streams = Table(
    "streams",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
)
"""The last row of each stream, which the next one is tied to."""

inspections = Table(
    "inspections",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("image", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("photo_bytes", BigInteger, nullable=False),
    Column("photo_kept", Boolean, nullable=False),
    Column("predicted_class", String),
    Column("decision", String, nullable=False),
    Column("reason_code", String, nullable=False),
    Column("model", String),
    Column("readings", LargeBinary),
    Column("key", String, unique=True),
    Column("label", String),
    Column("version", Integer, nullable=False),
    *(
        Column(name, BigInteger if name == "shot_seq" else String)
        for name in IDENTIFIERS
    ),
    Index("inspections_by_decision", "decision", "label", "stream", "seq"),
    Index("inspections_by_lot", "lot", "stream", "seq"),
    Index("inspections_by_unit_serial", "unit_serial"),
    Index("inspections_by_sha256", "sha256"),
    Index("inspections_by_production_date", "production_date"),
)
"""An inspection or a refusal a row; decision `refused` for the latter."""

labels = Table(
    "labels",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("of_stream", String, nullable=False),
    Column("of_seq", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("label", String),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("note", String, nullable=False),
    Column("dwell_s", Float),
    Index("labels_by_record", "of_stream", "of_seq", "version", unique=True),
)
"""What people said, row by row; nothing is overwritten."""

models = Table(
    "models",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("stream", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("action", String, nullable=False),
    Column("model", String, nullable=False),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", String, nullable=False),
)
"""What was published and rolled back; the highest number runs."""

people = Table(
    "people",
    metadata,
    Column("number", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("badge_sha256", String),
    Column("pin_hash", String),
    Column("is_active", Boolean, nullable=False),
    Column("at", String, nullable=False),
)
"""Who may do what, as last changed; PINs as argon2 hashes."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("sha256", String, nullable=False, unique=True),
    Column("expires", String),
    Column("scopes", String, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("at", String, nullable=False),
)
"""Machines' tokens: hashes alone."""

leases = Table(
    "leases",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("who", String, nullable=False),
    Column("until", String, nullable=False),
)
"""Who looks at what just now: no record, and gone after a while."""

DERIVED = (inspections, labels, models, people, tokens)
"""The tables that follow from the ledger alone."""
