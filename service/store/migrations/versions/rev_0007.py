"""What evaluators said about the sample of met verdicts; nothing changes it afterwards."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """One look at each place."""
    op.create_table(
        "recheck",
        sa.Column("recheck_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recheck_id", name=op.f("pk_recheck")),
        sa.UniqueConstraint("day", "counter", "clause", "slot", name="uq_recheck_place"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "CREATE TRIGGER recheck_is_append_only BEFORE UPDATE ON recheck "
        "BEGIN SELECT RAISE(ABORT, 'recheck rows are never changed'); END"
    )
