"""Who did what, as a chain: each row's digest covers the row and the digest before it.

A changed, inserted or removed row breaks the chain at its place. The newest digest also stands in
`meta`, so that rows cut off the end are missed too.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from service.store.codec import dumps, instant, micros
from service.store.database import Database
from service.store.tables import audit, meta

ANCHOR = "audit.anchor"  # digest of the last row that retention removed
HEAD = "audit.head"  # id and digest of the newest row
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act. `detail` holds words and numbers, never a password or a picture."""

    at: datetime
    actor: str
    act: str
    object_: str
    detail: dict[str, Any]


class Audit:
    """The chain of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: AuditRow) -> int:
        """Append a row; returns its id."""
        with self._database.write() as connection:
            head = _meta(connection, HEAD)
            last, before = json.loads(head) if head is not None else (0, _START)
            audit_id, detail = int(last) + 1, dumps(row.detail)
            at = micros(row.at)
            digest = _digest(before, audit_id, at, row.actor, row.act, row.object_, detail)
            connection.execute(
                audit.insert(),
                {
                    "audit_id": audit_id,
                    "at": at,
                    "actor": row.actor,
                    "act": row.act,
                    "object": row.object_,
                    "detail": detail,
                    "digest": digest,
                },
            )
            put_meta(connection, HEAD, dumps([audit_id, digest]))
            return audit_id

    def rows(self, *, after: int, limit: int) -> tuple[tuple[int, AuditRow], ...]:
        """Rows after an id, oldest first."""
        query = (
            select(audit).where(audit.c.audit_id > after).order_by(audit.c.audit_id).limit(limit)
        )
        with self._database.read() as connection:
            return tuple(_row(r) for r in connection.execute(query))

    def newest(
        self,
        *,
        before: int | None,
        limit: int,
        actor: str = "",
        act: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[tuple[int, AuditRow], ...]:
        """Rows before an id, newest first; of one actor, one act, a span (`until` excluded)."""
        query = select(audit).order_by(audit.c.audit_id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.audit_id < before)
        if actor:
            query = query.where(audit.c.actor == actor)
        if act:
            query = query.where(audit.c.act == act)
        if since is not None:
            query = query.where(audit.c.at >= micros(since))
        if until is not None:
            query = query.where(audit.c.at < micros(until))
        with self._database.read() as connection:
            return tuple(_row(r) for r in connection.execute(query))

    def words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Every act and every actor that the log names, in order."""
        with self._database.read() as connection:
            acts, actors = (
                tuple(
                    str(word)
                    for (word,) in connection.execute(select(column).distinct().order_by(column))
                )
                for column in (audit.c.act, audit.c.actor)
            )
        return acts, actors

    def verify(self) -> str | None:
        """None when the chain holds, else a sentence that names the first broken row."""
        with self._database.read() as connection:
            anchor = _meta(connection, ANCHOR)
            head = _meta(connection, HEAD)
            last, before = json.loads(anchor) if anchor is not None else (0, _START)
            for r in connection.execute(select(audit).order_by(audit.c.audit_id)):
                if r.audit_id != last + 1:
                    return f"audit row {last + 1} is missing"
                digest = _digest(before, r.audit_id, r.at, r.actor, r.act, r.object, r.detail)
                if digest != r.digest:
                    return f"audit row {r.audit_id} was changed after it was written"
                last, before = r.audit_id, r.digest
        if head is not None and json.loads(head) != [last, before]:
            return f"audit row {last + 1} is missing"
        return None


def forget_until(connection: Connection, before: int) -> int:
    """Drop the oldest rows, those written before an instant; the chain then starts behind them."""
    newest = connection.execute(
        select(audit.c.audit_id, audit.c.digest)
        .where(audit.c.at < before)
        .order_by(audit.c.audit_id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return 0
    put_meta(connection, ANCHOR, dumps([newest.audit_id, newest.digest]))
    gone = connection.execute(audit.delete().where(audit.c.audit_id <= newest.audit_id))
    return gone.rowcount


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Remember a word under a key, in the caller's transaction."""
    added = insert(meta).values(key=key, value=value)
    connection.execute(
        added.on_conflict_do_update(
            index_elements=[meta.c.key], set_={"value": added.excluded.value}
        )
    )


def _row(r: Row[Any]) -> tuple[int, AuditRow]:
    return r.audit_id, AuditRow(instant(r.at), r.actor, r.act, r.object, json.loads(r.detail))


def _meta(connection: Connection, key: str) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def _digest(before: str, *fields: object) -> str:
    return sha256(dumps([before, *fields]).encode()).hexdigest()
