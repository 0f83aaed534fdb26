"""Reviews, contests and misses: rows about records, which nothing may change afterwards."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("review", "contest", "miss")


def upgrade() -> None:
    """Create the tables, what the queue is read by, and the refusal of every change."""
    op.create_table(
        "contest",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.flag_id"], name=op.f("fk_contest_flag_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.record_id"], name=op.f("fk_contest_record_id")
        ),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_contest")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contest_flag", "contest", ["flag_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("look", sa.String(length=10), nullable=False),
        sa.Column("asks_again", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.contest_id"], name=op.f("fk_review_contest_id")
        ),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.flag_id"], name=op.f("fk_review_flag_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.record_id"], name=op.f("fk_review_record_id")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_review_contest_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_flag", "review", ["flag_id"], unique=False)
    op.create_index(
        "ix_review_asks",
        "review",
        ["record_id"],
        unique=False,
        sqlite_where=sa.text("asks_again = 1"),
    )
    op.create_index(
        "ix_review_second",
        "review",
        ["record_id"],
        unique=False,
        sqlite_where=sa.text("look = 'second'"),
    )
    op.create_table(
        "miss",
        sa.Column("miss_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("stood", sa.String(length=12), nullable=True),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("miss_id", name=op.f("pk_miss")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_miss_day", "miss", ["day", "clause"], unique=False)
    op.create_index(
        "ix_flag_waiting",
        "flag",
        ["day", "flag_id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_flag_closed_as", "flag", ["closed_as", "day", "flag_id"], unique=False)
    op.create_index(
        "ix_flag_contested",
        "flag",
        ["contested_at"],
        unique=False,
        sqlite_where=sa.text("contest_closed_at IS NULL"),
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are never changed'); END"
        )
