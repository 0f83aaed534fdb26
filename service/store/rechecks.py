"""The sample of met verdicts that humans look at again: where it may lie, and what they said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, func, select, union_all
from sqlalchemy.dialects.sqlite import insert

from service.store.codec import instant, micros
from service.store.database import Database
from service.store.tables import flag_frame, met_picture, recheck, record
from vision.values import Outcome, Slot


@dataclass(frozen=True, slots=True)
class MetPlace:
    """Where a span ended as met: the record that stands there, and since when it says so."""

    record_id: int
    day: date
    counter: str
    clause: str
    slot: Slot
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class RecheckRow:
    """What a named human saw in the pictures of such a place; 0: not written yet."""

    recheck_id: int
    record_id: int
    day: date
    counter: str
    clause: str
    slot: Slot
    account: str
    at: datetime
    outcome: Outcome
    note: str


@dataclass(frozen=True, slots=True)
class PlacePicture:
    """A kept picture of a counter and when it was captured."""

    captured_at: datetime
    sha: str


@dataclass(frozen=True, slots=True)
class MetPicture:
    """At which counter a picture of the sample was taken, and whether it still is kept."""

    counter: str
    removed_at: datetime | None
    removed_rule: str | None


class Rechecks:
    """The re-checks of one database. Any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: RecheckRow) -> RecheckRow | None:
        """Write down what was seen; None: somebody has said so of this place before."""
        values = {
            "record_id": row.record_id,
            "day": row.day.isoformat(),
            "counter": row.counter,
            "clause": row.clause,
            "slot": row.slot.value,
            "account": row.account,
            "at": micros(row.at),
            "outcome": row.outcome.value,
            "note": row.note,
        }
        with self._database.write() as connection:
            added = connection.execute(insert(recheck).values(values).on_conflict_do_nothing())
            if added.rowcount != 1:
                return None
            kept = select(recheck).order_by(recheck.c.recheck_id.desc()).limit(1)
            return _row(connection.execute(kept).one())

    def rows(self, since: date, until: date) -> tuple[RecheckRow, ...]:
        """What was said of places of these days, in the order it was said."""
        query = (
            select(recheck)
            .where(recheck.c.day >= since.isoformat(), recheck.c.day <= until.isoformat())
            .order_by(recheck.c.recheck_id)
        )
        with self._database.read() as connection:
            return tuple(_row(row) for row in connection.execute(query))

    def met(
        self,
        since: date,
        until: date,
        wanted: Callable[[date, str, str, Slot], bool] = lambda *place: True,
    ) -> tuple[MetPlace, ...]:
        """Every span of these days that stands as met, oldest day first; of the places `wanted`.

        Of a month there are tens of thousands: a place is made only of those.
        """
        newest = (
            select(func.max(record.c.record_id))
            .where(record.c.day >= since.isoformat(), record.c.day <= until.isoformat())
            .group_by(record.c.day, record.c.counter, record.c.clause, record.c.slot)
        )
        query = (
            select(
                record.c.record_id,
                record.c.day,
                record.c.counter,
                record.c.clause,
                record.c.slot,
                record.c.decided_at,
            )
            .where(record.c.record_id.in_(newest), record.c.outcome == Outcome.MET.value)
            .order_by(record.c.day, record.c.record_id)
        )
        day_of, slots = cache(date.fromisoformat), {slot.value: slot for slot in Slot}
        with self._database.read() as connection:
            return tuple(
                MetPlace(record_id, day_of(day), counter, clause, slots[slot], instant(decided_at))
                for record_id, day, counter, clause, slot, decided_at in connection.execute(query)
                if wanted(day_of(day), counter, clause, slots[slot])
            )

    def pictured(self, since: datetime) -> dict[str, list[datetime]]:
        """By counter, the moments from `since` on of which a picture is still kept, in order."""
        query = union_all(
            *(
                select(kept.c.counter, kept.c.captured_at).where(
                    kept.c.captured_at >= micros(since), kept.c.removed_at.is_(None)
                )
                for kept in (flag_frame, met_picture)
            )
        ).order_by("captured_at")
        found: dict[str, list[datetime]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.counter, []).append(instant(row.captured_at))
        return found

    def keep_picture(
        self, day: date, counter: str, clause: str, slot: Slot, captured_at: datetime, sha: str
    ) -> None:
        """Tie a kept picture to a place. The same instant again is kept once."""
        values = {
            "day": day.isoformat(),
            "counter": counter,
            "clause": clause,
            "slot": slot.value,
            "captured_at": micros(captured_at),
            "sha": sha,
        }
        with self._database.write() as connection:
            connection.execute(insert(met_picture).values(values).on_conflict_do_nothing())

    def pictures(
        self, day: date, counter: str, since: datetime, until: datetime
    ) -> tuple[PlacePicture, ...]:
        """Pictures still kept of a counter for the sample, `since <= captured_at < until`."""
        query = (
            select(met_picture.c.captured_at, met_picture.c.sha)
            .where(
                met_picture.c.day == day.isoformat(),
                met_picture.c.counter == counter,
                met_picture.c.captured_at >= micros(since),
                met_picture.c.captured_at < micros(until),
                met_picture.c.removed_at.is_(None),
            )
            .distinct()
            .order_by(met_picture.c.captured_at)
        )
        with self._database.read() as connection:
            return tuple(
                PlacePicture(instant(row.captured_at), row.sha) for row in connection.execute(query)
            )

    def of_picture(self, sha: str) -> tuple[MetPicture, ...]:
        """Where in the sample a picture belongs; none: nowhere."""
        columns = (met_picture.c.counter, met_picture.c.removed_at, met_picture.c.removed_rule)
        with self._database.read() as connection:
            return tuple(
                MetPicture(
                    row.counter,
                    None if row.removed_at is None else instant(row.removed_at),
                    row.removed_rule,
                )
                for row in connection.execute(select(*columns).where(met_picture.c.sha == sha))
            )


def _row(row: Row[Any]) -> RecheckRow:
    return RecheckRow(
        recheck_id=row.recheck_id,
        record_id=row.record_id,
        day=date.fromisoformat(row.day),
        counter=row.counter,
        clause=row.clause,
        slot=Slot(row.slot),
        account=row.account,
        at=instant(row.at),
        outcome=Outcome(row.outcome),
        note=row.note,
    )
