"""GO, pressed by a supervisor: once a day, with the reasons for what was open. Never changed."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from service.store.codec import dumps, instant, micros
from service.store.database import Database
from service.store.tables import go_press


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A counter that was not ready when GO was pressed: what stood against it, and why all the
    same.
    """

    counter: str
    state: str
    clauses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class GoRow:
    """One press of GO."""

    day: date
    account: str
    at: datetime
    items: tuple[OpenItem, ...]


class GoPresses:
    """The presses of GO of one database. Any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: GoRow) -> bool:
        """Write a press down; False: GO was pressed on that day before, and that one stands."""
        values = {
            "day": row.day.isoformat(),
            "account": row.account,
            "at": micros(row.at),
            "items": dumps([asdict(item) for item in row.items]),
        }
        with self._database.write() as connection:
            added = connection.execute(insert(go_press).values(values).on_conflict_do_nothing())
            return added.rowcount == 1

    def of(self, day: date) -> GoRow | None:
        """The press of a day, if there was one."""
        query = select(go_press).where(go_press.c.day == day.isoformat())
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        items = tuple(
            OpenItem(one["counter"], one["state"], tuple(one["clauses"]), one["reason"])
            for one in json.loads(row._mapping["items"])
        )
        return GoRow(day, row.account, instant(row.at), items)
