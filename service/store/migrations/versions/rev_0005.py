"""The counters an account belongs to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Accounts made before belong to no counter."""
    op.add_column("user", sa.Column("counters", sa.Text(), nullable=False, server_default="[]"))
