"""The outbox of an office: messages wait here until they left, also over a restart.

Every method may be called from any thread; what it wrote is durable when it returns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Select, case, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from service.messages.values import Posting, Told, Withdrawal, Words
from service.messages.vocabulary import LetterState, Topic, Trouble
from service.store.codec import instant, micros
from service.store.database import Database
from service.store.tables import letter, letter_matter

ON_HAND = (LetterState.WAITING, LetterState.SENDING)
"""States of a letter that has still to arrive."""

LEFT = (LetterState.SENT, LetterState.UNCERTAIN)
"""States of a letter that was sent, or may have been: its cool-down runs."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one recipient, and what became of it. `last_at`: of the last attempt."""

    letter_id: int
    recipient: str
    key: str
    topic: Topic
    title: str
    body: str
    made_at: datetime
    due_at: datetime
    expires_at: datetime
    state: LetterState
    attempts: int
    last_at: datetime | None
    trouble: Trouble | None


class Outbox:
    """The letters of an office."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- what the judge's side does

    def told(
        self, recipients: Iterable[str], matters: Iterable[str]
    ) -> dict[tuple[str, str], Told]:
        """What each recipient knows of these matters; what nobody was told of is left out."""
        left, waits = letter.c.state.in_(LEFT), letter.c.state.in_(ON_HAND)
        query = (
            select(
                letter_matter.c.recipient,
                letter_matter.c.matter,
                func.max(case((left, letter.c.last_at))).label("sent_at"),
                func.max(case((waits, 1), else_=0)).label("waits"),
            )
            .join_from(letter_matter, letter)
            .where(
                letter_matter.c.recipient.in_(sorted(recipients)),
                letter_matter.c.matter.in_(sorted(matters)),
                letter_matter.c.is_over == 0,
            )
            .group_by(letter_matter.c.recipient, letter_matter.c.matter)
        )
        with self._database.read() as connection:
            return {
                (row.recipient, row.matter): Told(_maybe(row.sent_at), bool(row.waits))
                for row in connection.execute(query)
            }

    def post(
        self,
        postings: Sequence[tuple[Posting, Words]],
        withdrawals: Sequence[Withdrawal],
        at: datetime,
    ) -> int:
        """Keep what is to be sent and take back what is over, all or nothing; how many are new.

        The same key to the same recipient is kept once.
        """
        with self._database.write() as connection:
            for one in withdrawals:
                _withdraw(connection, one)
            return sum(_add(connection, posting, words, at) for posting, words in postings)

    # --- what the postman does

    def recover(self, repeatable: frozenset[str]) -> None:
        """After a start: what was on its way when the office was cut off.

        Recipients of `repeatable` know a message by its key and are sent it again. To the others
        it may have arrived already: it is never sent twice, and shown as uncertain.
        """
        cut_off = letter.c.state == LetterState.SENDING
        again = letter.c.recipient.in_(sorted(repeatable))
        with self._database.write() as connection:
            connection.execute(
                update(letter).where(cut_off, again).values(state=LetterState.WAITING)
            )
            connection.execute(update(letter).where(cut_off).values(state=LetterState.UNCERTAIN))

    def claim(self, now: datetime, busy: frozenset[str]) -> list[Letter]:
        """The oldest due letter of each recipient that is not busy, marked as on its way.

        What would arrive too late to be of use is marked as expired.
        """
        due = letter.c.state == LetterState.WAITING, letter.c.due_at <= micros(now)
        with self._database.read() as connection:
            if connection.execute(select(letter.c.letter_id).where(*due).limit(1)).first() is None:
                return []  # nothing to write: the judge's writes need not wait
        with self._database.write() as connection:
            connection.execute(
                update(letter)
                .where(*due, letter.c.expires_at <= micros(now))
                .values(state=LetterState.EXPIRED)
            )
            first = (
                select(func.min(letter.c.letter_id))
                .where(*due, letter.c.recipient.not_in(sorted(busy)))
                .group_by(letter.c.recipient)
            )
            ids = list(connection.execute(first).scalars())
            connection.execute(
                update(letter)
                .where(letter.c.letter_id.in_(ids))
                .values(
                    state=LetterState.SENDING,
                    attempts=letter.c.attempts + 1,
                    last_at=micros(now),
                )
            )
            return _letters(connection, select(letter).where(letter.c.letter_id.in_(ids)))

    def sent(self, letter_id: int, at: datetime) -> None:
        """It left."""
        self._set(letter_id, state=LetterState.SENT, last_at=micros(at), trouble=None)

    def failed(self, letter_id: int, trouble: Trouble, again_at: datetime | None) -> None:
        """It did not leave; it is tried again at `again_at` (None: given up)."""
        if again_at is None:
            self._set(letter_id, state=LetterState.FAILED, trouble=trouble.value)
        else:
            self._set(
                letter_id,
                state=LetterState.WAITING,
                trouble=trouble.value,
                due_at=micros(again_at),
            )

    def forget(self, before: datetime) -> int:
        """Remove what was made before and has no future; how many went."""
        old = letter.c.made_at < micros(before), letter.c.state.not_in(ON_HAND)
        with self._database.write() as connection:
            return connection.execute(delete(letter).where(*old)).rowcount

    # --- what people ask

    def newest(self, limit: int, *, before: int | None = None) -> tuple[Letter, ...]:
        """Letters, the newest first; `before` is the last id of the page before."""
        query = select(letter).order_by(letter.c.letter_id.desc()).limit(limit)
        if before is not None:
            query = query.where(letter.c.letter_id < before)
        with self._database.read() as connection:
            return tuple(_letters(connection, query))

    def counts(self) -> Mapping[tuple[str, LetterState], int]:
        """How many letters each recipient has in each state."""
        query = select(letter.c.recipient, letter.c.state, func.count()).group_by(
            letter.c.recipient, letter.c.state
        )
        with self._database.read() as connection:
            return {
                (recipient, LetterState(state)): count
                for recipient, state, count in connection.execute(query)
            }

    def waiting_since(self) -> datetime | None:
        """Since when the oldest letter that is due waits to leave."""
        query = select(func.min(letter.c.made_at)).where(
            letter.c.state.in_(ON_HAND), letter.c.attempts > 0
        )
        with self._database.read() as connection:
            return _maybe(connection.execute(query).scalar_one_or_none())

    def _set(self, letter_id: int, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(letter).where(letter.c.letter_id == letter_id).values(**values)
            )


def _add(connection: Connection, posting: Posting, words: Words, at: datetime) -> bool:
    row = {
        "recipient": posting.recipient.name,
        "key": sha256(posting.key.encode()).hexdigest()[:32],
        "topic": posting.topic,
        "title": words.title,
        "head": "\n".join(words.head),
        "foot": "\n".join(words.foot),
        "made_at": micros(at),
        "due_at": micros(posting.due_at),
        "expires_at": micros(posting.expires_at),
        "state": LetterState.WAITING,
        "attempts": 0,
    }
    added = connection.execute(
        insert(letter).values(row).on_conflict_do_nothing().returning(letter.c.letter_id)
    ).scalar_one_or_none()
    if added is None:
        return False
    lines = dict(words.lines)
    rows = [
        {
            "letter_id": added,
            "place": place,
            "recipient": posting.recipient.name,
            "matter": matter,
            "line": lines.get(matter, ""),
            "is_over": 0,
        }
        for place, matter in enumerate(posting.matters)
    ]
    if rows:
        connection.execute(insert(letter_matter).values(rows))
    return True


def _withdraw(connection: Connection, one: Withdrawal) -> None:
    """The matter is over for letters that have not left; one that tells of nothing else goes."""
    mine = letter.c.recipient == one.recipient, letter.c.state == LetterState.WAITING
    waiting = select(letter.c.letter_id).where(*mine)
    connection.execute(
        update(letter_matter)
        .where(
            letter_matter.c.recipient == one.recipient,
            letter_matter.c.matter == one.matter,
            letter_matter.c.letter_id.in_(waiting),
            letter_matter.c.line != "",  # a digest says how it stood at T-5, whatever came later
        )
        .values(is_over=1)
    )
    tells = letter_matter.c.letter_id == letter.c.letter_id
    was_one = exists().where(tells, letter_matter.c.matter == one.matter)
    open_ones = exists().where(tells, letter_matter.c.is_over == 0)
    connection.execute(
        update(letter).where(*mine, was_one, ~open_ones).values(state=LetterState.WITHDRAWN)
    )


def _letters(connection: Connection, query: Select[Any]) -> list[Letter]:
    rows = connection.execute(query).all()
    lines: dict[int, list[str]] = {}
    told = (
        select(letter_matter.c.letter_id, letter_matter.c.line)
        .where(
            letter_matter.c.letter_id.in_([row.letter_id for row in rows]),
            letter_matter.c.line != "",
        )
        .order_by(letter_matter.c.letter_id, letter_matter.c.place)
    )
    still = letter_matter.c.is_over == 0
    for letter_id, line in connection.execute(told.where(still)):
        lines.setdefault(letter_id, []).append(line)
    return [_letter(row, lines.get(row.letter_id, [])) for row in rows]


def _letter(row: Row[Any], lines: list[str]) -> Letter:
    parts = [part for part in (row.head, *lines, row.foot) if part]
    return Letter(
        letter_id=row.letter_id,
        recipient=row.recipient,
        key=row.key,
        topic=Topic(row.topic),
        title=row.title,
        body="\n".join(parts),
        made_at=instant(row.made_at),
        due_at=instant(row.due_at),
        expires_at=instant(row.expires_at),
        state=LetterState(row.state),
        attempts=row.attempts,
        last_at=_maybe(row.last_at),
        trouble=None if row.trouble is None else Trouble(row.trouble),
    )


def _maybe(value: int | None) -> datetime | None:
    return None if value is None else instant(value)
