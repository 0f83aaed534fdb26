"""GO as a supervisor pressed it, with the reasons for what was open; nothing changes it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """One press a day."""
    op.create_table(
        "go_press",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_go_press")),
    )
    op.execute(
        "CREATE TRIGGER go_press_is_append_only BEFORE UPDATE ON go_press "
        "BEGIN SELECT RAISE(ABORT, 'go_press rows are never changed'); END"
    )
