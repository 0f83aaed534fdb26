"""The first schema."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "flag",
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("layout", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("window_since", sa.BigInteger(), nullable=False),
        sa.Column("window_until", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_as", sa.String(length=12), nullable=True),
        sa.Column("contested_at", sa.BigInteger(), nullable=True),
        sa.Column("contest_closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("flag_id", name=op.f("pk_flag")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_flag_counter", "flag", ["counter", "flag_id"], unique=False)
    op.create_index("ix_flag_day", "flag", ["day", "counter"], unique=False)
    op.create_index(
        "ix_flag_open",
        "flag",
        ["day", "counter", "clause", "slot"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_flag_opened_at", "flag", ["opened_at"], unique=False)
    op.create_table(
        "gap",
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("camera", sa.String(length=80), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("since", "camera", name="pk_gap"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "layout",
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_layout")),
    )
    op.create_table(
        "login_failure",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_failure")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "readiness",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", "counter", name="pk_readiness"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "record",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_record_clause", "record", ["clause", "record_id"], unique=False)
    op.create_index("ix_record_counter", "record", ["counter", "record_id"], unique=False)
    op.create_index("ix_record_decided_at", "record", ["decided_at"], unique=False)
    op.create_index("ix_record_outcome", "record", ["outcome", "record_id"], unique=False)
    op.create_index(
        "ix_record_standing",
        "record",
        ["day", "counter", "clause", "slot", "decided_at"],
        unique=False,
    )
    op.create_table(
        "sample",
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("camera", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("captured_at", "counter", name="pk_sample"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "user",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_user")),
    )
    op.create_table(
        "flag_frame",
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("counter", sa.String(length=80), nullable=False),
        sa.Column("camera", sa.String(length=80), nullable=False),
        sa.Column("frame_wh", sa.String(length=40), nullable=True),
        sa.Column("crop_xyxy", sa.String(length=80), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_rule", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.flag_id"], name=op.f("fk_flag_frame_flag_id")),
        sa.PrimaryKeyConstraint("flag_id", "captured_at", name="pk_flag_frame"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_flag_frame_sha", "flag_frame", ["sha"], unique=False)
    op.create_table(
        "flag_record",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.flag_id"], name=op.f("fk_flag_record_flag_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.record_id"], name=op.f("fk_flag_record_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_flag_record")),
    )
    op.create_index("ix_flag_record_flag", "flag_record", ["flag_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["name"], ["user.name"], name=op.f("fk_session_name"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_session")),
    )
    op.create_index("ix_session_name", "session", ["name"], unique=False)
    op.create_table(
        "token",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["name"], ["user.name"], name=op.f("fk_token_name"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_token_name", "token", ["name"], unique=False)
