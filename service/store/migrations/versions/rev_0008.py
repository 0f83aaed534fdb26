"""Pictures of the sample of met verdicts, so that humans can look at it again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Of days before this one only pictures of flags were kept."""
    op.create_table(
        "met_picture",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_rule", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint(
            "day", "counter", "clause", "slot", "captured_at", name="pk_met_picture"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_met_picture_sha", "met_picture", ["sha"])
