"""What goes, when, and by which rule. Days and gigabytes, whichever comes first.

Order of each removal: the file, a look whether it is gone, then the row. A picture stays as long
as one flag still holds it. A flag's row remains with its verdict and hashes and says when and by
which rule its pictures went. Pictures of the sample of met verdicts stay as long, but once the day
is over those of a place that did not end as met go. Source: docs/standard.md P-07, `keep_crop`,
`keep_contest`, `keep_rows`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    union_all,
    update,
)

from service.evidence import Evidence
from service.store.audit import forget_until, put_meta
from service.store.codec import micros
from service.store.database import Database
from service.store.tables import (
    contest,
    entry,
    flag,
    flag_frame,
    flag_record,
    gap,
    go_press,
    login_failure,
    met_picture,
    miss,
    policy,
    readiness,
    recheck,
    record,
    review,
    sample,
    session,
    tick,
    token,
)
from vision.values import Outcome

HEARTBEAT = "sweep.last_at"
_GRACE = timedelta(hours=1)  # a picture is written before the row that holds it


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things stay. Pictures of open flags are pinned against `picture_gb`, not against
    `picture_days`; those of contested flags against both, until `contest_days` after the answer.
    """

    picture_days: float = 14  # keep_crop
    contest_days: float = 30  # keep_contest
    picture_gb: float | None = 20
    sample_days: float = 14
    record_days: float = 366  # keep_rows
    audit_days: float = 1096


@dataclass(frozen=True, slots=True)
class Swept:
    """What went (or would go). `pictures` names each file with the rule it went by.

    `missing` are pictures that rows hold and the disk does not; `over_bytes` is what the limit in
    gigabytes is still exceeded by because the rest is pinned: an alarm for the administrator.
    """

    dry_run: bool
    pictures: tuple[tuple[str, str], ...]
    picture_bytes: int
    missing: tuple[str, ...]
    over_bytes: int
    rows: dict[str, int]


def sweep(
    database: Database, evidence: Evidence, now: datetime, retention: Retention, *, dry_run: bool
) -> Swept:
    """Remove what has been kept long enough. Errors: StoreError."""
    with database.read() as connection:
        held = {sha for (sha,) in connection.execute(_frames().union(_met_pictures()))}
        stale = _too_old(connection, now, retention)
        pinned = _pinned(connection)
        in_order = [sha for (sha,) in connection.execute(_oldest_first())]
    kept = {k.sha: k for k in evidence.kept()}
    missing = tuple(sorted(held - kept.keys()))
    going: dict[str, str] = {}
    for sha in sorted(stale.keys() & kept.keys()):
        going[sha] = stale[sha]
    for sha, file in kept.items():
        if sha not in held and file.written_at < now - _GRACE:
            going.setdefault(sha, "orphan")
    room = sum(k.size_bytes for sha, k in kept.items() if sha not in going)
    limit = None if retention.picture_gb is None else int(retention.picture_gb * 1e9)
    for sha in in_order:
        if limit is None or room <= limit:
            break
        if sha in kept and sha not in going and sha not in pinned:
            going[sha] = "picture_gb"
            room -= kept[sha].size_bytes
    over = 0 if limit is None else max(0, room - limit)
    size = sum(kept[sha].size_bytes for sha in going)
    if not dry_run:
        for sha, rule in going.items():
            evidence.delete(sha)
            _mark(database, sha, now, rule)
        for sha in missing:
            _mark(database, sha, now, "missing")
    rows = _sweep_rows(database, now, retention, dry_run=dry_run)
    if not dry_run:
        with database.write() as connection:
            put_meta(connection, HEARTBEAT, now.isoformat())
    return Swept(dry_run, tuple(going.items()), size, missing, over, rows)


_SHA = flag_frame.c.sha


def _frames() -> Select[str]:
    """Pictures that rows still hold."""
    return select(_SHA).join_from(flag_frame, flag).where(flag_frame.c.removed_at.is_(None))


def _met_pictures() -> Select[str]:
    """The same of the sample of met verdicts."""
    return select(met_picture.c.sha).where(met_picture.c.removed_at.is_(None))


def _not_met(now: datetime) -> ColumnElement[bool]:
    """A place of a day that is over in every time zone, and that does not stand as met."""
    stands = (
        select(record.c.outcome)
        .where(
            *(record.c[key] == met_picture.c[key] for key in ("day", "counter", "clause", "slot"))
        )
        .order_by(record.c.record_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    over = met_picture.c.day < (now - timedelta(hours=12)).date().isoformat()
    return and_(over, func.coalesce(stands, "") != Outcome.MET.value)


def _too_old(connection: Connection, now: datetime, retention: Retention) -> dict[str, str]:
    """Pictures that all that holds them has held long enough, each with the rule it goes by."""
    old = flag.c.opened_at <= micros(now - timedelta(days=retention.picture_days))
    answered = micros(now - timedelta(days=retention.contest_days))
    released = case(
        (flag.c.contested_at.is_(None), old),
        else_=and_(
            old, flag.c.contest_closed_at.is_not(None), flag.c.contest_closed_at <= answered
        ),
    )
    met_old = met_picture.c.captured_at <= micros(now - timedelta(days=retention.picture_days))
    rows = union_all(
        _frames().add_columns(case((released, "picture_days"), else_=None).label("rule")),
        _met_pictures().add_columns(
            case((met_old, "picture_days"), (_not_met(now), "not_met"), else_=None).label("rule")
        ),
    ).subquery()
    query = (
        select(rows.c.sha, func.max(rows.c.rule).label("rule"))
        .group_by(rows.c.sha)
        .having(func.count() == func.count(rows.c.rule))
    )
    return {row.sha: row.rule for row in connection.execute(query)}


def _pinned(connection: Connection) -> set[str]:
    """Pictures of open or contested flags: the limit in gigabytes does not reach them."""
    contested = and_(flag.c.contested_at.is_not(None), flag.c.contest_closed_at.is_(None))
    query = _frames().where(or_(flag.c.closed_at.is_(None), contested)).distinct()
    return {sha for (sha,) in connection.execute(query)}


def _oldest_first() -> Select[str]:
    rows = union_all(
        _frames().add_columns(flag_frame.c.captured_at),
        _met_pictures().add_columns(met_picture.c.captured_at),
    ).subquery()
    return (
        select(rows.c.sha).group_by(rows.c.sha).order_by(func.min(rows.c.captured_at), rows.c.sha)
    )


def _mark(database: Database, sha: str, now: datetime, rule: str) -> None:
    with database.write() as connection:
        for kept in (flag_frame, met_picture):
            connection.execute(
                update(kept)
                .where(kept.c.sha == sha, kept.c.removed_at.is_(None))
                .values(removed_at=micros(now), removed_rule=rule)
            )


def _steps(now: datetime, retention: Retention) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
    """Which rows go, children before parents. A flag that holds a picture keeps its records."""
    samples = micros(now - timedelta(days=retention.sample_days))
    records = micros(now - timedelta(days=retention.record_days))
    day = (now - timedelta(days=retention.record_days)).date().isoformat()
    holds = exists().where(
        flag_frame.c.flag_id == flag.c.flag_id, flag_frame.c.removed_at.is_(None)
    )
    flags = select(flag.c.flag_id).where(flag.c.opened_at < records, ~holds)
    held_records = select(flag_record.c.record_id)
    return (
        (sample, sample.c.captured_at < samples),
        (flag_frame, flag_frame.c.flag_id.in_(flags)),
        (review, review.c.flag_id.in_(flags)),
        (contest, contest.c.flag_id.in_(flags)),
        (flag_record, flag_record.c.flag_id.in_(flags)),
        (flag, flag.c.flag_id.in_(flags)),
        (record, and_(record.c.decided_at < records, record.c.record_id.not_in(held_records))),
        (policy, _cited_by_nothing(records)),
        (readiness, readiness.c.day < day),
        (miss, miss.c.day < day),
        (go_press, go_press.c.day < day),
        (recheck, recheck.c.day < day),
        (met_picture, and_(met_picture.c.day < day, met_picture.c.removed_at.is_not(None))),
        (gap, gap.c.until < records),
        (entry, entry.c.day < day),
        (tick, tick.c.day < day),
        (session, session.c.expires_at < micros(now)),
        (token, token.c.expires_at < micros(now - timedelta(days=30))),
        (login_failure, login_failure.c.last_at < micros(now - timedelta(days=1))),
    )


def _cited_by_nothing(records: int) -> ColumnElement[bool]:
    """Policies that gave way to another one before `records`, and before every record that is left.

    The one in force never goes.
    """
    later = policy.alias("later")
    oldest = select(func.min(record.c.decided_at)).scalar_subquery()
    return exists().where(
        later.c.since > policy.c.since,
        later.c.since < records,
        or_(oldest.is_(None), later.c.since <= oldest),
    )


def _sweep_rows(
    database: Database, now: datetime, retention: Retention, *, dry_run: bool
) -> dict[str, int]:
    """Remove rows by their age; a dry run removes them and takes it back."""
    gone: dict[str, int] = {}
    with database.write() as connection:
        spot = connection.begin_nested()
        for table, chosen in _steps(now, retention):
            gone[table.name] = connection.execute(delete(table).where(chosen)).rowcount
        gone["audit"] = forget_until(connection, micros(now - timedelta(days=retention.audit_days)))
        if dry_run:
            spot.rollback()
        else:
            spot.commit()
    return {name: count for name, count in gone.items() if count}
