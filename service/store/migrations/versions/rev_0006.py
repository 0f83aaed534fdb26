"""The policies that were in force, each with its whole text."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Of policies before this one nothing was kept but what verdicts cite."""
    op.create_table(
        "policy",
        sa.Column("citation", sa.String(length=160), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("citation", name=op.f("pk_policy")),
    )
