"""Version 1: the ledger, the last row of each stream, and what follows from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "1"
down_revision = None

IDENTIFIERS = (
    "site",
    "line",
    "station",
    "machine",
    "camera",
    "recipe",
    "recipe_version",
    "recipe_hash",
    "work_order",
    "part_no",
    "lot",
    "carrier",
    "panel",
    "unit_serial",
    "side",
    "roi",
    "shot_seq",
    "shift",
    "production_date",
    "operator",
)


def upgrade() -> None:
    """Make the tables."""
    _ledger()
    _inspections()
    _labels()
    _people()


def downgrade() -> None:
    """Refuse: records are not taken back.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("records are not taken back; restore a backup")


def _key() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("stream", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        *_key(),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("clock_ns", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("ledger_by_kind", "ledger", ["kind", "stream", "seq"])
    op.create_table(
        "streams",
        sa.Column("stream", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_table(
        "leases",
        *_key(),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("until", sa.String, nullable=False),
    )


def _inspections() -> None:
    op.create_table(
        "inspections",
        *_key(),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("image", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("photo_bytes", sa.BigInteger, nullable=False),
        sa.Column("photo_kept", sa.Boolean, nullable=False),
        sa.Column("predicted_class", sa.String),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("reason_code", sa.String, nullable=False),
        sa.Column("model", sa.String),
        sa.Column("readings", sa.LargeBinary),
        sa.Column("key", sa.String, unique=True),
        sa.Column("label", sa.String),
        sa.Column("version", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.BigInteger if name == "shot_seq" else sa.String)
            for name in IDENTIFIERS
        ),
    )
    for name, columns in (
        ("decision", ["decision", "label", "stream", "seq"]),
        ("lot", ["lot", "stream", "seq"]),
        ("unit_serial", ["unit_serial"]),
        ("sha256", ["sha256"]),
        ("production_date", ["production_date"]),
    ):
        op.create_index(f"inspections_by_{name}", "inspections", columns)


def _labels() -> None:
    op.create_table(
        "labels",
        *_key(),
        sa.Column("of_stream", sa.String, nullable=False),
        sa.Column("of_seq", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("label", sa.String),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("dwell_s", sa.Float),
    )
    op.create_index(
        "labels_by_record", "labels", ["of_stream", "of_seq", "version"], unique=True
    )
    op.create_table(
        "models",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.String, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("number", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("badge_sha256", sa.String),
        sa.Column("pin_hash", sa.String),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False, unique=True),
        sa.Column("expires", sa.String),
        sa.Column("scopes", sa.String, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
