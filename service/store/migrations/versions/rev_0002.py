"""Observations by people, and the ticks of the briefing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=True),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("entered", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=140), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry")),
        sa.UniqueConstraint("by", "key", name="uq_entry_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_day", "entry", ["day", "entry_id"], unique=False)
    op.create_table(
        "tick",
        sa.Column("tick_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tick_id", name=op.f("pk_tick")),
        sa.UniqueConstraint("by", "key", name="uq_tick_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tick_day", "tick", ["day", "tick_id"], unique=False)
