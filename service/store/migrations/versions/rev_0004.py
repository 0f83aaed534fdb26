"""Messages that wait to leave, and what became of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Create the outbox and what its letters tell of."""
    op.create_table(
        "letter",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("foot", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter")),
        sa.UniqueConstraint("recipient", "key", name="uq_letter_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_state", "letter", ["state", "due_at"], unique=False)
    op.create_index("ix_letter_made_at", "letter", ["made_at"], unique=False)
    op.create_table(
        "letter_matter",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("matter", sa.String(length=200), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("is_over", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.letter_id"],
            name=op.f("fk_letter_matter_letter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("letter_id", "place", name=op.f("pk_letter_matter")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_letter_matter_told", "letter_matter", ["recipient", "matter"], unique=False)
