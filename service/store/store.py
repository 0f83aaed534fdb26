"""What an office remembers, in values of `vision`.

Append-only where a verdict rests on it. Every method may be called from any thread; what a method
wrote is durable when it returns, also after `kill -9`. Writing the same thing twice is harmless,
so that an office which recomputes its morning after a crash writes nothing double.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, func, select, true, update
from sqlalchemy.dialects.sqlite import insert

from service.evidence import Evidence
from service.store import codec
from service.store.audit import Audit, AuditRow
from service.store.codec import instant, micros
from service.store.database import (
    Database,
    FolderLock,
    Migrations,
    make_folder,
    refuse_network_folder,
)
from service.store.entries import Entries
from service.store.go import GoPresses
from service.store.outbox import Outbox
from service.store.people import People
from service.store.rechecks import Rechecks
from service.store.retention import Retention, Swept, sweep
from service.store.reviews import Reviews
from service.store.rows import (
    Flag,
    FlagDetail,
    FlagFilter,
    FlagFrame,
    FlagPicture,
    KeptPolicy,
    Order,
    Record,
    RecordFilter,
)
from service.store.tables import (
    flag,
    flag_frame,
    flag_record,
    gap,
    layout,
    meta,
    policy,
    readiness,
    record,
    sample,
)
from vision.errors import StoreError
from vision.layout import Layout
from vision.policy import Policy
from vision.values import Gap, Outcome, Readiness, Reason, Sample, Slot, Verdict

_BATCH = 2000
PAGE_LIMIT = 500


def utc_now() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


def open_store(
    data_folder: Path,
    *,
    zone: tzinfo | None = None,
    exclusive: bool = True,
    min_free_mb: int = 64,
    mounts: Path = Path("/proc/mounts"),
    migrations: Migrations | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> "Store":
    """Open the memory of an office, creating or upgrading it first.

    `zone` is the office's (default Asia/Jakarta): it makes days of instants. The running office
    opens `exclusive` and is then the only one; a short command (`siaga user`) opens beside it.
    Errors: StoreError, one sentence with remedy.
    """
    folder = Path(data_folder)
    refuse_network_folder(folder, mounts)
    make_folder(folder, min_free_mb)
    history = migrations if migrations is not None else Migrations()
    lock = FolderLock(folder) if exclusive else None
    database = Database(folder)
    try:
        if lock is not None or database.revision() != history.newest:
            # Beside a running office there is nothing to upgrade: it did so when it started.
            upgrading = lock if lock is not None else FolderLock(folder)
            try:
                database.upgrade(history, clock())
            finally:
                if upgrading is not lock:
                    upgrading.release()
    except BaseException:
        database.close()
        if lock is not None:
            lock.release()
        raise
    return Store(
        database, zone if zone is not None else ZoneInfo("Asia/Jakarta"), lock=lock, clock=clock
    )


class Store:
    """The memory of one office. Made by `open_store`; `close` it, or use it as a context."""

    def __init__(
        self,
        database: Database,
        zone: tzinfo,
        *,
        lock: FolderLock | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.database = database
        self.zone = zone
        self.people = People(database)
        self.entries = Entries(database)
        self.reviews = Reviews(database)
        self.rechecks = Rechecks(database)
        self.go = GoPresses(database)
        self.outbox = Outbox(database)
        self._audit = Audit(database)
        self._lock = lock
        self._clock = clock

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.database.folder

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and give the folder free."""
        self.database.close()
        if self._lock is not None:
            self._lock.release()

    def ping(self) -> None:
        """Errors: StoreError when the database does not answer."""
        with self.database.read() as connection:
            connection.exec_driver_sql("SELECT 1 FROM meta LIMIT 1")

    def day_of(self, at: datetime) -> date:
        """The day of the office in which an instant falls."""
        return at.astimezone(self.zone).date()

    # samples

    def add_samples(self, samples: Sequence[Sample]) -> None:
        """Keep what frames said. A sample of the same counter and instant is kept once."""
        if not samples:
            return
        rows = [
            {
                "captured_at": micros(s.captured_at),
                "counter": s.counter,
                "camera": s.camera,
                "body": codec.sample_body(s),
            }
            for s in samples
        ]
        with self.database.write() as connection:
            connection.execute(insert(sample).on_conflict_do_nothing(), rows)

    def samples(
        self, since: datetime, until: datetime, counter: str | None = None
    ) -> Iterator[Sample]:
        """Samples with `since <= captured_at < until`, in order of time, then counter."""
        chosen = select(sample).where(sample.c.captured_at < micros(until))
        if counter is not None:
            chosen = chosen.where(sample.c.counter == counter)
        chosen = chosen.order_by(sample.c.captured_at, sample.c.counter).limit(_BATCH)
        at, after = micros(since), ""
        while True:
            page = chosen.where(
                (sample.c.captured_at > at)
                | and_(sample.c.captured_at == at, sample.c.counter > after),
                sample.c.captured_at >= at,  # said again for the index
            )
            with self.database.read() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield codec.sample_of(row.counter, row.camera, row.captured_at, row.body)
            if len(rows) < _BATCH:
                return
            at, after = rows[-1].captured_at, rows[-1].counter

    # records

    def add_record(self, verdict: Verdict, day: date | None = None) -> int:
        """Write a verdict down; returns its record id. The same verdict again is the same record.

        `day` is the office day it belongs to (default: that of `decided_at`).
        """
        body = codec.verdict_body(verdict)
        row = {
            "day": (day if day is not None else self.day_of(verdict.decided_at)).isoformat(),
            "counter": verdict.counter,
            "clause": verdict.clause,
            "slot": verdict.slot.value,
            "decided_at": micros(verdict.decided_at),
        }
        same = select(record.c.record_id, record.c.body).where(
            *(record.c[name] == value for name, value in row.items())
        )
        with self.database.write() as connection:
            for record_id, kept in connection.execute(same):
                if kept == body:
                    return int(record_id)
            added = connection.execute(
                record.insert(), row | {"outcome": verdict.outcome.value, "body": body}
            )
            return _new_id(added.inserted_primary_key)

    def records(
        self,
        chosen: RecordFilter | None = None,
        *,
        after: int | None = None,
        limit: int = 100,
        order: Order = Order.NEWEST,
    ) -> tuple[Record, ...]:
        """A page of records; `after` is the last record id of the page before."""
        f = chosen if chosen is not None else RecordFilter()
        query = _record_query()
        for column, value in (
            (record.c.day, None if f.day is None else f.day.isoformat()),
            (record.c.counter, f.counter),
            (record.c.clause, f.clause),
            (record.c.outcome, None if f.outcome is None else f.outcome.value),
        ):
            if value is not None:
                query = query.where(column == value)
        if f.since is not None:
            query = query.where(record.c.decided_at >= micros(f.since))
        if f.until is not None:
            query = query.where(record.c.decided_at < micros(f.until))
        if f.among is not None:
            query = query.where(record.c.counter.in_(sorted(f.among)))
        if after is not None:
            beyond = record.c.record_id < after
            query = query.where(beyond if order is Order.NEWEST else record.c.record_id > after)
        key = record.c.record_id
        query = query.order_by(key.desc() if order is Order.NEWEST else key)
        with self.database.read() as connection:
            rows = connection.execute(query.limit(min(limit, PAGE_LIMIT)))
            return tuple(_record(row) for row in rows)

    def record(self, record_id: int) -> Record:
        """One record. Errors: KeyError."""
        with self.database.read() as connection:
            row = connection.execute(
                _record_query().where(record.c.record_id == record_id)
            ).one_or_none()
        if row is None:
            raise KeyError(record_id)
        return _record(row)

    def records_by_id(self, record_ids: Sequence[int]) -> dict[int, Record]:
        """These records."""
        found: dict[int, Record] = {}
        for start in range(0, len(record_ids), PAGE_LIMIT):
            few = record_ids[start : start + PAGE_LIMIT]
            with self.database.read() as connection:
                rows = connection.execute(_record_query().where(record.c.record_id.in_(few)))
                found |= {row.record_id: _record(row) for row in rows}
        return found

    def standing(
        self, day: date, *, at: datetime | None = None, counter: str | None = None
    ) -> tuple[Record, ...]:
        """The newest record of each counter, clause and slot of a day, as it stood at `at`."""
        newest = select(func.max(record.c.record_id)).where(record.c.day == day.isoformat())
        if at is not None:
            newest = newest.where(record.c.decided_at <= micros(at))
        if counter is not None:
            newest = newest.where(record.c.counter == counter)
        newest = newest.group_by(record.c.counter, record.c.clause, record.c.slot)
        query = _record_query().where(record.c.record_id.in_(newest)).order_by(record.c.record_id)
        with self.database.read() as connection:
            return tuple(_record(row) for row in connection.execute(query))

    def standing_between(
        self, first: date, last: date, clauses: frozenset[str] | None = None
    ) -> tuple[Record, ...]:
        """The newest record of each counter, clause and slot of the days from `first` to `last`,
        both included, oldest day first; of these clauses alone where they are named.
        """
        newest = (
            select(func.max(record.c.record_id))
            .where(record.c.day >= first.isoformat(), record.c.day <= last.isoformat())
            .group_by(record.c.day, record.c.counter, record.c.clause, record.c.slot)
        )
        if clauses is not None:
            newest = newest.where(record.c.clause.in_(sorted(clauses)))
        query = _record_query().where(record.c.record_id.in_(newest))
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(record.c.day, record.c.record_id)).all()
        return tuple(_record(row) for row in rows)

    # readiness

    def add_readiness(self, day: date, answer: Readiness) -> bool:
        """Write the answer of T-5 down, once per counter and day; False when it stood already.

        Errors: StoreError when another answer stands (it is never rewritten).
        """
        row = {
            "day": day.isoformat(),
            "counter": answer.counter,
            "state": answer.state.value,
            "decided_at": micros(answer.decided_at),
            "body": codec.readiness_body(answer),
        }
        with self.database.write() as connection:
            added = connection.execute(insert(readiness).values(row).on_conflict_do_nothing())
            if added.rowcount == 1:
                return True
            kept = connection.execute(
                select(readiness).where(
                    readiness.c.day == row["day"], readiness.c.counter == answer.counter
                )
            ).one()
        if dict(kept._mapping) == row:
            return False
        raise StoreError(
            f"readiness of {answer.counter} on {day.isoformat()}: {kept.state} of "
            f"{instant(kept.decided_at).isoformat()} stands and is never rewritten, "
            f"got {answer.state} of {answer.decided_at.isoformat()}"
        )

    def readiness(self, day: date, *, at: datetime | None = None) -> tuple[Readiness, ...]:
        """The answers of a day that stood at `at`, counters in alphabetical order."""
        query = select(readiness).where(readiness.c.day == day.isoformat())
        if at is not None:
            query = query.where(readiness.c.decided_at <= micros(at))
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(readiness.c.counter)).all()
        return tuple(codec.readiness_of(r.counter, r.state, r.decided_at, r.body) for r in rows)

    # flags

    def open_flag(self, record_id: int, verdict: Verdict, window: tuple[datetime, datetime]) -> int:
        """Flag a record for a human; returns the flag id.

        One flag is open per day, counter, clause and slot: a repeated verdict joins it and may
        widen its window. Errors: ValueError for MET (nothing is kept of it), KeyError.
        """
        if verdict.outcome is Outcome.MET:
            raise ValueError(f"flag on {verdict.clause}: expected NOT_MET or CANNOT_TELL, got MET")
        since, until = micros(window[0]), micros(window[1])
        with self.database.write() as connection:
            kept = connection.execute(
                select(record.c.day, flag_record.c.flag_id)
                .join_from(record, flag_record, isouter=True)
                .where(record.c.record_id == record_id)
            ).one_or_none()
            if kept is None:
                raise KeyError(record_id)
            if kept.flag_id is not None:
                return int(kept.flag_id)
            key = {
                "day": kept.day,
                "counter": verdict.counter,
                "clause": verdict.clause,
                "slot": verdict.slot.value,
            }
            standing = connection.execute(
                select(flag).where(
                    flag.c.closed_at.is_(None), *(flag.c[name] == v for name, v in key.items())
                )
            ).one_or_none()
            if standing is None:
                flag_id = _new_id(
                    connection.execute(
                        flag.insert(),
                        key
                        | {
                            "layout": verdict.layout,
                            "opened_at": micros(verdict.decided_at),
                            "window_since": since,
                            "window_until": until,
                        },
                    ).inserted_primary_key
                )
            else:
                flag_id = int(standing.flag_id)
                connection.execute(
                    update(flag)
                    .where(flag.c.flag_id == flag_id)
                    .values(
                        window_since=min(since, standing.window_since),
                        window_until=max(until, standing.window_until),
                    )
                )
            connection.execute(flag_record.insert(), {"record_id": record_id, "flag_id": flag_id})
            return flag_id

    def flags(
        self,
        chosen: FlagFilter | None = None,
        *,
        after: int | None = None,
        limit: int = 100,
        order: Order = Order.NEWEST,
    ) -> tuple[Flag, ...]:
        """A page of flags; `after` is the last flag id of the page before."""
        f = chosen if chosen is not None else FlagFilter()
        query = select(flag)
        for column, value in (
            (flag.c.day, None if f.day is None else f.day.isoformat()),
            (flag.c.counter, f.counter),
            (flag.c.clause, f.clause),
        ):
            if value is not None:
                query = query.where(column == value)
        if f.open is not None:
            closed = flag.c.closed_at
            query = query.where(closed.is_(None) if f.open else closed.is_not(None))
        if f.since is not None:
            query = query.where(flag.c.opened_at >= micros(f.since))
        if f.until is not None:
            query = query.where(flag.c.opened_at < micros(f.until))
        if f.among is not None:
            query = query.where(flag.c.counter.in_(sorted(f.among)))
        if after is not None:
            beyond = flag.c.flag_id < after
            query = query.where(beyond if order is Order.NEWEST else flag.c.flag_id > after)
        key = flag.c.flag_id
        query = query.order_by(key.desc() if order is Order.NEWEST else key)
        with self.database.read() as connection:
            return tuple(
                _flag(row) for row in connection.execute(query.limit(min(limit, PAGE_LIMIT)))
            )

    def flags_by_id(self, flag_ids: Sequence[int]) -> tuple[Flag, ...]:
        """These flags in this order; one that is not there is left out."""
        query = select(flag).where(flag.c.flag_id.in_(flag_ids))
        with self.database.read() as connection:
            found = {row.flag_id: _flag(row) for row in connection.execute(query)}
        return tuple(found[flag_id] for flag_id in flag_ids if flag_id in found)

    def flag(self, flag_id: int) -> FlagDetail:
        """A flag with its records and frames. Errors: KeyError."""
        frames = (
            select(flag_frame)
            .where(flag_frame.c.flag_id == flag_id)
            .order_by(flag_frame.c.captured_at)
        )
        records = (
            _record_query().where(flag_record.c.flag_id == flag_id).order_by(record.c.record_id)
        )
        with self.database.read() as connection:
            row = connection.execute(select(flag).where(flag.c.flag_id == flag_id)).one_or_none()
            if row is None:
                raise KeyError(flag_id)
            return FlagDetail(
                _flag(row),
                tuple(_record(r) for r in connection.execute(records)),
                tuple(_frame(r) for r in connection.execute(frames)),
            )

    def flag_ids(self, day: date, *, at: datetime) -> dict[tuple[str, str, Slot], int]:
        """The newest flag of each counter, clause and slot of a day that was opened up to `at`."""
        query = (
            select(flag.c.counter, flag.c.clause, flag.c.slot, func.max(flag.c.flag_id))
            .where(flag.c.day == day.isoformat(), flag.c.opened_at <= micros(at))
            .group_by(flag.c.counter, flag.c.clause, flag.c.slot)
        )
        with self.database.read() as connection:
            return {
                (counter, clause, Slot(slot)): flag_id
                for counter, clause, slot, flag_id in connection.execute(query)
            }

    def latest_records(self, flag_ids: Sequence[int]) -> dict[int, Record]:
        """The newest record of each of these flags."""
        newest = (
            select(func.max(flag_record.c.record_id))
            .where(flag_record.c.flag_id.in_(flag_ids))
            .group_by(flag_record.c.flag_id)
        )
        query = _record_query().where(record.c.record_id.in_(newest))
        with self.database.read() as connection:
            found = [_record(row) for row in connection.execute(query)]
        return {r.flag_id: r for r in found if r.flag_id is not None}

    def add_flag_frame(
        self,
        flag_id: int,
        kept: Sample,
        sha: str,
        *,
        frame_wh: tuple[int, int] | None = None,
        crop_xyxy: tuple[int, int, int, int] | None = None,
    ) -> None:
        """Tie a kept picture and what it said to a flag. The same instant again is kept once.

        Errors: KeyError for an unknown flag.
        """
        row = {
            "flag_id": flag_id,
            "captured_at": micros(kept.captured_at),
            "sha": sha,
            "counter": kept.counter,
            "camera": kept.camera,
            "frame_wh": None if frame_wh is None else codec.dumps(list(frame_wh)),
            "crop_xyxy": None if crop_xyxy is None else codec.dumps(list(crop_xyxy)),
            "body": codec.sample_body(kept),
        }
        with self.database.write() as connection:
            known = connection.execute(select(true()).where(flag.c.flag_id == flag_id)).first()
            if known is None:
                raise KeyError(flag_id)
            connection.execute(insert(flag_frame).values(row).on_conflict_do_nothing())

    def add_met_picture(
        self, day: date, clause: str, slot: Slot, captured_at: datetime, counter: str, sha: str
    ) -> None:
        """Tie a kept picture to a place in the sample of met verdicts."""
        self.rechecks.keep_picture(day, counter, clause, slot, captured_at, sha)

    def frames_between(
        self, counter: str, since: datetime, until: datetime
    ) -> tuple[FlagFrame, ...]:
        """Kept pictures of a counter with `since <= captured_at < until`, each instant once."""
        query = (
            select(flag_frame)
            .where(
                flag_frame.c.flag_id.in_(
                    select(flag.c.flag_id).where(
                        flag.c.counter == counter,
                        flag.c.window_since < micros(until),
                        flag.c.window_until >= micros(since),
                    )
                ),
                flag_frame.c.captured_at >= micros(since),
                flag_frame.c.captured_at < micros(until),
            )
            .order_by(flag_frame.c.captured_at, flag_frame.c.removed_at.is_not(None).desc())
        )
        with self.database.read() as connection:
            found = {row.captured_at: _frame(row) for row in connection.execute(query)}
        return tuple(found.values())

    def flags_of_picture(self, sha: str) -> tuple[FlagPicture, ...]:
        """The flags a kept picture belongs to; none: nobody may see it."""
        query = (
            select(
                flag_frame.c.flag_id,
                flag.c.counter,
                flag_frame.c.removed_at,
                flag_frame.c.removed_rule,
            )
            .join_from(flag_frame, flag)
            .where(flag_frame.c.sha == sha)
            .order_by(flag_frame.c.flag_id)
        )
        with self.database.read() as connection:
            return tuple(
                FlagPicture(r.flag_id, r.counter, _maybe(r.removed_at), r.removed_rule)
                for r in connection.execute(query)
            )

    def pictures_of(self, day: date, *, at: datetime) -> dict[str, tuple[str, datetime]]:
        """The newest kept picture of each counter of a day up to `at`: sha and time captured."""
        query = (
            select(flag_frame.c.counter, flag_frame.c.sha, func.max(flag_frame.c.captured_at))
            .join_from(flag_frame, flag)
            .where(
                flag.c.day == day.isoformat(),
                flag_frame.c.captured_at <= micros(at),
                flag_frame.c.removed_at.is_(None),
            )
            .group_by(flag_frame.c.counter)
        )
        with self.database.read() as connection:
            return {
                counter: (sha, instant(captured_at))
                for counter, sha, captured_at in connection.execute(query)
            }

    # gaps, layouts, policies, meta, audit

    def add_gap(self, silence: Gap) -> None:
        """Keep a silence of a camera. The same beginning again replaces its end."""
        values = {
            "since": micros(silence.since),
            "camera": silence.camera,
            "until": micros(silence.until),
            "reason": silence.reason.value,
        }
        added = insert(gap).values(values)
        with self.database.write() as connection:
            connection.execute(
                added.on_conflict_do_update(
                    index_elements=[gap.c.since, gap.c.camera],
                    set_={"until": added.excluded.until, "reason": added.excluded.reason},
                )
            )

    def gaps(self, since: datetime, until: datetime, camera: str | None = None) -> tuple[Gap, ...]:
        """Silences that touch the span, in the order they began."""
        query = select(gap).where(gap.c.since < micros(until), gap.c.until > micros(since))
        if camera is not None:
            query = query.where(gap.c.camera == camera)
        with self.database.read() as connection:
            return tuple(
                Gap(r.camera, instant(r.since), instant(r.until), Reason(r.reason))
                for r in connection.execute(query.order_by(gap.c.since, gap.c.camera))
            )

    def keep_layout(self, drawn: Layout) -> None:
        """Remember where the zones lay, so that an old flag can be replayed. Kept once."""
        with self.database.write() as connection:
            connection.execute(
                insert(layout)
                .values(version=drawn.version, body=codec.layout_body(drawn))
                .on_conflict_do_nothing()
            )

    def layout(self, version: str) -> Layout | None:
        """The layout a verdict cites, if it was kept."""
        with self.database.read() as connection:
            row = connection.execute(select(layout).where(layout.c.version == version)).first()
        return None if row is None else codec.layout_of(row.version, row.body)

    def keep_policy(self, held: Policy, since: datetime) -> None:
        """Remember the policy that holds from `since` on, so that its verdicts can be judged again.

        The policy that holds already keeps its `since`; one that comes back begins anew.
        """
        row = {"citation": held.citation, "since": micros(since), "body": held.text}
        newest = select(policy.c.citation).order_by(policy.c.since.desc()).limit(1)
        added = insert(policy).values(row)
        with self.database.write() as connection:
            if connection.execute(newest).scalar_one_or_none() == held.citation:
                return
            connection.execute(
                added.on_conflict_do_update(
                    index_elements=[policy.c.citation], set_={"since": added.excluded.since}
                )
            )

    def policies(self) -> tuple[KeptPolicy, ...]:
        """The policies that were in force, the newest first."""
        with self.database.read() as connection:
            rows = connection.execute(select(policy).order_by(policy.c.since.desc())).all()
        return tuple(KeptPolicy(row.citation, instant(row.since), row.body) for row in rows)

    def put_meta(self, key: str, value: str) -> None:
        """Remember a word under a key."""
        added = insert(meta).values(key=key, value=value)
        with self.database.write() as connection:
            connection.execute(
                added.on_conflict_do_update(
                    index_elements=[meta.c.key], set_={"value": added.excluded.value}
                )
            )

    def get_meta(self, key: str) -> str | None:
        """What was remembered under a key."""
        with self.database.read() as connection:
            return connection.execute(
                select(meta.c.value).where(meta.c.key == key)
            ).scalar_one_or_none()

    def audit(
        self,
        actor: str,
        act: str,
        object_: str,
        detail: dict[str, object] | None = None,
        *,
        at: datetime | None = None,
    ) -> int:
        """Write down who did what to which object; returns the audit id."""
        return self._audit.add(
            AuditRow(at if at is not None else self._clock(), actor, act, object_, detail or {})
        )

    def audit_rows(self, *, after: int = 0, limit: int = 100) -> tuple[tuple[int, AuditRow], ...]:
        """Audit rows, oldest first, with their ids."""
        return self._audit.rows(after=after, limit=limit)

    def audit_newest(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        actor: str = "",
        act: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[tuple[int, AuditRow], ...]:
        """Audit rows, newest first, with their ids."""
        return self._audit.newest(
            before=before, limit=limit, actor=actor, act=act, since=since, until=until
        )

    def audit_words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Every act and every actor of the audit log."""
        return self._audit.words()

    def sweep(
        self, now: datetime, retention: Retention, evidence: Evidence, *, dry_run: bool = False
    ) -> Swept:
        """Remove what has been kept long enough; `dry_run` only says what would go and why.

        Errors: StoreError; what was removed until then is gone, the next sweep goes on from there.
        """
        return sweep(self.database, evidence, now, retention, dry_run=dry_run)

    def verify_audit(self) -> str | None:
        """None when the chain holds, else a sentence that names the first broken row."""
        return self._audit.verify()


def _new_id(key: Any) -> int:
    return int(key[0])


def _maybe(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def _record_query() -> Select[Any]:
    return select(record.c.record_id, record.c.day, record.c.body, flag_record.c.flag_id).join_from(
        record, flag_record, isouter=True
    )


def _record(row: Row[Any]) -> Record:
    return Record(
        row.record_id, date.fromisoformat(row.day), codec.verdict_of(row.body), row.flag_id
    )


def _flag(row: Row[Any]) -> Flag:
    return Flag(
        flag_id=row.flag_id,
        day=date.fromisoformat(row.day),
        counter=row.counter,
        clause=row.clause,
        slot=Slot(row.slot),
        layout=row.layout,
        opened_at=instant(row.opened_at),
        window=(instant(row.window_since), instant(row.window_until)),
        closed_at=_maybe(row.closed_at),
        closed_as=row.closed_as,
        contested_at=_maybe(row.contested_at),
        contest_closed_at=_maybe(row.contest_closed_at),
    )


def _frame(row: Row[Any]) -> FlagFrame:
    return FlagFrame(
        sha=row.sha,
        sample=codec.sample_of(row.counter, row.camera, row.captured_at, row.body),
        frame_wh=_pair(row.frame_wh),
        crop_xyxy=_box(row.crop_xyxy),
        removed_at=_maybe(row.removed_at),
        removed_rule=row.removed_rule,
    )


def _pair(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, height = json.loads(text)
    return int(width), int(height)


def _box(text: str | None) -> tuple[int, int, int, int] | None:
    if text is None:
        return None
    left, top, right, bottom = json.loads(text)
    return int(left), int(top), int(right), int(bottom)
