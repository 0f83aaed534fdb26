"""The tables of an office. Append-only where a verdict rests on them; no column names a person
who was seen. Instants are whole microseconds since 1970 UTC, days are ISO dates of the office.

A change here needs a new file in `migrations/versions` and a new `REVISION`; a test compares.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

REVISION = "0009"
"""The schema this program writes: the newest file in `migrations/versions`."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = Table(
    "meta",
    METADATA,
    Column("key", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)

layout = Table(
    "layout",
    METADATA,
    Column("version", String(80), primary_key=True),
    Column("body", Text, nullable=False),
)

policy = Table(
    "policy",
    METADATA,
    Column("citation", String(160), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)

sample = Table(
    "sample",
    METADATA,
    Column("captured_at", BigInteger, nullable=False),
    Column("counter", String(80), nullable=False),
    Column("camera", String(80), nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("captured_at", "counter", name="pk_sample"),
    sqlite_with_rowid=False,  # rebuilt in time order: the table is its own index
)

record = Table(
    "record",
    METADATA,
    Column("record_id", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("counter", String(80), nullable=False),
    Column("clause", String(40), nullable=False),
    Column("slot", String(10), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_record_standing", "day", "counter", "clause", "slot", "decided_at"),
    Index("ix_record_counter", "counter", "record_id"),
    Index("ix_record_clause", "clause", "record_id"),
    Index("ix_record_outcome", "outcome", "record_id"),
    Index("ix_record_decided_at", "decided_at"),
    sqlite_autoincrement=True,
)

readiness = Table(
    "readiness",
    METADATA,
    Column("day", String(10), nullable=False),
    Column("counter", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("day", "counter", name="pk_readiness"),
    sqlite_with_rowid=False,
)

flag = Table(
    "flag",
    METADATA,
    Column("flag_id", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("counter", String(80), nullable=False),
    Column("clause", String(40), nullable=False),
    Column("slot", String(10), nullable=False),
    Column("layout", String(80), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("window_since", BigInteger, nullable=False),
    Column("window_until", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_as", String(12)),
    Column("contested_at", BigInteger),
    Column("contest_closed_at", BigInteger),
    Index(
        "ix_flag_open",
        "day",
        "counter",
        "clause",
        "slot",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
    ),
    Index("ix_flag_day", "day", "counter"),
    Index("ix_flag_counter", "counter", "flag_id"),
    Index("ix_flag_opened_at", "opened_at"),
    Index("ix_flag_waiting", "day", "flag_id", sqlite_where=text("closed_at IS NULL")),
    Index("ix_flag_closed_as", "closed_as", "day", "flag_id"),
    Index("ix_flag_contested", "contested_at", sqlite_where=text("contest_closed_at IS NULL")),
    sqlite_autoincrement=True,
)

flag_record = Table(
    "flag_record",
    METADATA,
    Column("record_id", Integer, ForeignKey("record.record_id"), primary_key=True),
    Column("flag_id", Integer, ForeignKey("flag.flag_id"), nullable=False),
    Index("ix_flag_record_flag", "flag_id"),
)

flag_frame = Table(
    "flag_frame",
    METADATA,
    Column("flag_id", Integer, ForeignKey("flag.flag_id"), nullable=False),
    Column("captured_at", BigInteger, nullable=False),
    Column("sha", String(64), nullable=False),
    Column("counter", String(80), nullable=False),
    Column("camera", String(80), nullable=False),
    Column("frame_wh", String(40)),
    Column("crop_xyxy", String(80)),
    Column("body", Text, nullable=False),
    Column("removed_at", BigInteger),
    Column("removed_rule", String(40)),
    PrimaryKeyConstraint("flag_id", "captured_at", name="pk_flag_frame"),
    Index("ix_flag_frame_sha", "sha"),
    sqlite_with_rowid=False,
)

# Rows about records. Triggers of the schema refuse every change of them.

contest = Table(
    "contest",
    METADATA,
    Column("contest_id", Integer, primary_key=True),
    Column("flag_id", Integer, ForeignKey("flag.flag_id"), nullable=False),
    Column("record_id", Integer, ForeignKey("record.record_id"), nullable=False),
    Column("account", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("words", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Index("ix_contest_flag", "flag_id"),
    sqlite_autoincrement=True,
)

review = Table(
    "review",
    METADATA,
    Column("review_id", Integer, primary_key=True),
    Column("flag_id", Integer, ForeignKey("flag.flag_id"), nullable=False),
    Column("record_id", Integer, ForeignKey("record.record_id"), nullable=False),
    Column("account", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("look", String(10), nullable=False),
    Column("asks_again", Integer, nullable=False),
    Column("act", String(12), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("ground", String(20)),
    Column("note", Text, nullable=False),
    Column("contest_id", Integer, ForeignKey("contest.contest_id"), unique=True),
    Column("step", Integer, nullable=False),
    Index("ix_review_flag", "flag_id"),
    Index("ix_review_asks", "record_id", sqlite_where=text("asks_again = 1")),
    Index("ix_review_second", "record_id", sqlite_where=text("look = 'second'")),
    sqlite_autoincrement=True,
)

miss = Table(
    "miss",
    METADATA,
    Column("miss_id", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("counter", String(80), nullable=False),
    Column("clause", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("record_id", Integer),
    Column("stood", String(12)),
    Column("account", String(80), nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_miss_day", "day", "clause"),
    sqlite_autoincrement=True,
)

recheck = Table(
    "recheck",
    METADATA,
    Column("recheck_id", Integer, primary_key=True),
    Column("record_id", Integer, nullable=False),
    Column("day", String(10), nullable=False),
    Column("counter", String(80), nullable=False),
    Column("clause", String(40), nullable=False),
    Column("slot", String(10), nullable=False),
    Column("account", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("day", "counter", "clause", "slot", name="uq_recheck_place"),
    sqlite_autoincrement=True,
)

met_picture = Table(
    "met_picture",
    METADATA,
    Column("day", String(10), nullable=False),
    Column("counter", String(80), nullable=False),
    Column("clause", String(40), nullable=False),
    Column("slot", String(10), nullable=False),
    Column("captured_at", BigInteger, nullable=False),
    Column("sha", String(64), nullable=False),
    Column("removed_at", BigInteger),
    Column("removed_rule", String(40)),
    PrimaryKeyConstraint("day", "counter", "clause", "slot", "captured_at", name="pk_met_picture"),
    Index("ix_met_picture_sha", "sha"),
    sqlite_with_rowid=False,
)

gap = Table(
    "gap",
    METADATA,
    Column("since", BigInteger, nullable=False),
    Column("camera", String(80), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("reason", String(30), nullable=False),
    PrimaryKeyConstraint("since", "camera", name="pk_gap"),
    sqlite_with_rowid=False,
)

entry = Table(
    "entry",
    METADATA,
    Column("entry_id", Integer, primary_key=True),
    Column("key", String(80), nullable=False),
    Column("day", String(10), nullable=False),
    Column("clause", String(40), nullable=False),
    Column("counter", String(80)),
    Column("occasion", Integer, nullable=False),
    Column("entered", String(12), nullable=False),
    Column("note", String(140), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("by", "key", name="uq_entry_key"),
    Index("ix_entry_day", "day", "entry_id"),
    sqlite_autoincrement=True,
)

tick = Table(
    "tick",
    METADATA,
    Column("tick_id", Integer, primary_key=True),
    Column("key", String(80), nullable=False),
    Column("day", String(10), nullable=False),
    Column("item", String(20), nullable=False),
    Column("value", String(400), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("by", "key", name="uq_tick_key"),
    Index("ix_tick_day", "day", "tick_id"),
    sqlite_autoincrement=True,
)

go_press = Table(
    "go_press",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("account", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("items", Text, nullable=False),
)

# The outbox: what is to leave for people, and what became of it.

letter = Table(
    "letter",
    METADATA,
    Column("letter_id", Integer, primary_key=True),
    Column("recipient", String(80), nullable=False),
    Column("key", String(64), nullable=False),
    Column("topic", String(12), nullable=False),
    Column("title", Text, nullable=False),
    Column("head", Text, nullable=False),
    Column("foot", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_at", BigInteger),
    Column("trouble", String(20)),
    UniqueConstraint("recipient", "key", name="uq_letter_key"),
    Index("ix_letter_state", "state", "due_at"),
    Index("ix_letter_made_at", "made_at"),
    sqlite_autoincrement=True,
)

letter_matter = Table(
    "letter_matter",
    METADATA,
    Column(
        "letter_id", Integer, ForeignKey("letter.letter_id", ondelete="CASCADE"), nullable=False
    ),
    Column("place", Integer, nullable=False),
    Column("recipient", String(80), nullable=False),
    Column("matter", String(200), nullable=False),
    Column("line", Text, nullable=False),
    Column("is_over", Integer, nullable=False),
    PrimaryKeyConstraint("letter_id", "place", name="pk_letter_matter"),
    Index("ix_letter_matter_told", "recipient", "matter"),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    METADATA,
    Column("audit_id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("act", String(60), nullable=False),
    Column("object", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    sqlite_autoincrement=True,
)

user = Table(
    "user",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("counters", Text, nullable=False, server_default="[]"),
)

session = Table(
    "session",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("name", String(80), ForeignKey("user.name", ondelete="CASCADE"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_session_name", "name"),
)

token = Table(
    "token",
    METADATA,
    Column("token_id", Integer, primary_key=True),
    Column("name", String(80), ForeignKey("user.name", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("ix_token_name", "name"),
    sqlite_autoincrement=True,
)

login_failure = Table(
    "login_failure",
    METADATA,
    Column("key", String(200), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)
