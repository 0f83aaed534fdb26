"""Observations by people and the ticks of the briefing: appended, never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.sqlite import insert

from service.store.codec import instant, micros
from service.store.database import Database
from service.store.tables import entry, tick
from vision.entries import Entered, Entry


class KeyUsed(Exception):
    """The key was used before, for something else."""


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry with its place in the history."""

    entry_id: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick on the sheet of a day's briefing. `value` is `yes`, `no`, a role, or words."""

    key: str
    day: date
    item: str
    value: str
    by: str
    at: datetime


class Entries:
    """The entries and ticks of an office. Every method may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Entry) -> tuple[KeptEntry, bool]:
        """Keep an entry; True when it was new. The same key again gives the one that was kept.

        Keys are those of an account. Errors: KeyUsed when it was kept for something else.
        """
        row = {
            "key": new.key,
            "day": new.day.isoformat(),
            "clause": new.clause,
            "counter": new.counter,
            "occasion": new.occasion,
            "entered": new.entered.value,
            "note": new.note,
            "by": new.by,
            "at": micros(new.at),
        }
        with self._database.write() as connection:
            added = connection.execute(insert(entry).values(row).on_conflict_do_nothing())
            kept = connection.execute(
                select(entry).where(entry.c.by == new.by, entry.c.key == new.key)
            ).one()
        found = _entry(kept)
        # A phone that sends twice does so at two times; all else must be the same.
        if any(kept._mapping[name] != value for name, value in row.items() if name != "at"):
            raise KeyUsed(new.key)
        return found, added.rowcount == 1

    def between(self, first: date, last: date) -> tuple[KeptEntry, ...]:
        """Entries about the days from `first` to `last`, both included, oldest first."""
        query = select(entry).where(
            entry.c.day >= first.isoformat(), entry.c.day <= last.isoformat()
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(entry.c.entry_id)).all()
        return tuple(_entry(row) for row in rows)

    def add_tick(self, new: Tick) -> bool:
        """Keep a tick; True when it was new. Errors: KeyUsed."""
        row = {
            "key": new.key,
            "day": new.day.isoformat(),
            "item": new.item,
            "value": new.value,
            "by": new.by,
            "at": micros(new.at),
        }
        with self._database.write() as connection:
            added = connection.execute(insert(tick).values(row).on_conflict_do_nothing())
            kept = connection.execute(
                select(tick).where(tick.c.by == new.by, tick.c.key == new.key)
            ).one()
        if any(kept._mapping[name] != value for name, value in row.items() if name != "at"):
            raise KeyUsed(new.key)
        return added.rowcount == 1

    def ticks(self, first: date, last: date) -> tuple[Tick, ...]:
        """The ticks of the briefings from `first` to `last`, both included, oldest first."""
        query = select(tick).where(tick.c.day >= first.isoformat(), tick.c.day <= last.isoformat())
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(tick.c.tick_id)).all()
        return tuple(
            Tick(r.key, date.fromisoformat(r.day), r.item, r.value, r.by, instant(r.at))
            for r in rows
        )


def _entry(row: Row[Any]) -> KeptEntry:
    return KeptEntry(
        row.entry_id,
        Entry(
            key=row.key,
            day=date.fromisoformat(row.day),
            clause=row.clause,
            counter=row.counter,
            occasion=row.occasion,
            entered=Entered(row.entered),
            note=row.note,
            by=row.by,
            at=instant(row.at),
        ),
    )
