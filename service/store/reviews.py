"""What humans said about records: reviews, contests, misses. Rows that nothing changes.

A flag's row only remembers where its case stands (`closed_as`), so that a queue of thousands is
read by an index; what was said stands in the rows, and how it counts in `vision.life`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from service.store.codec import instant, micros
from service.store.database import Database
from service.store.tables import contest, flag, flag_record, miss, record, review
from vision.life import Act, Ground, Review
from vision.values import Outcome


class Look(StrEnum):
    """Which look a review was. SECOND is blind: its reviewer was not shown the first answer."""

    FIRST = "first"
    SECOND = "second"
    LATER = "later"
    ANSWER = "answer"


class Case(StrEnum):
    """Where the case of a flag stands once a human has spoken or time has passed.

    TOLD: a human settled a doubt that proposed nothing. SUPERSEDED: the span ended otherwise, as
    where a desk was cleared in time.
    """

    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNSURE = "unsure"
    DIFFER = "differ"
    TOLD = "told"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"


class Queue(StrEnum):
    """What waits for a human: a first look, a blind second, two who differ, a contest."""

    FIRST = "first"
    SECOND = "second"
    DIFFER = "differ"
    CONTEST = "contest"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One answer of a named human. `outcome` is what it stands for; 0: not written yet."""

    review_id: int
    flag_id: int
    record_id: int
    account: str
    at: datetime
    look: Look
    asks_again: bool
    act: Act
    outcome: Outcome
    ground: Ground | None
    note: str
    contest_id: int | None
    step: int = 0

    @property
    def why(self) -> str:
        """The ground and the words beside it."""
        return " ".join(part for part in (self.ground or "", self.note) if part)


@dataclass(frozen=True, slots=True)
class ContestRow:
    """Staff contest what is said of their counter; to be answered until `due_at`."""

    contest_id: int
    flag_id: int
    record_id: int
    account: str
    at: datetime
    due_at: datetime
    words: str
    step: int = 0
    answer: ReviewRow | None = None


@dataclass(frozen=True, slots=True)
class MissRow:
    """Something that was there and that no verdict said. `stood`: what the record said then."""

    miss_id: int
    day: date
    counter: str
    clause: str
    at: datetime
    record_id: int | None
    stood: Outcome | None
    account: str
    reported_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class History:
    """All that was said about a flag, oldest first, and the version that says how much it was.

    `record_id` is the newest record of the flag, `standing_id` that of its span: where they differ
    the span ended otherwise.
    """

    flag_id: int
    record_id: int
    standing_id: int
    reviews: tuple[ReviewRow, ...]
    contests: tuple[ContestRow, ...]

    @property
    def version(self) -> str:
        """Changes with every new verdict, review and contest."""
        return f"{self.standing_id}.{len(self.steps)}"

    @property
    def superseded(self) -> bool:
        """Whether a later verdict of the same span stands in place of the flagged one."""
        return self.standing_id != self.record_id

    @property
    def contest(self) -> ContestRow | None:
        """The contest that waits for an answer."""
        return next((c for c in reversed(self.contests) if c.answer is None), None)

    @property
    def steps(self) -> tuple[ReviewRow | ContestRow, ...]:
        """Reviews and contests in the order in which they came."""
        rows: list[ReviewRow | ContestRow] = [*self.contests, *self.reviews]
        return tuple(sorted(rows, key=lambda row: row.step))

    def about(self, record_id: int) -> tuple[Review, ...]:
        """The same as `vision` takes it: what was said about one record of the flag."""
        return tuple(
            Review(row.account, Act.CONTEST, row.at, row.words)
            if isinstance(row, ContestRow)
            else Review(row.account, row.act, row.at, row.why)
            for row in self.steps
            if row.record_id == record_id
        )

    def awaits_second_of(self, account: str) -> bool:
        """Whether this account has yet to give the blind second answer."""
        if not self.reviews or self.contests:
            return False
        first = self.reviews[0]
        return first.asks_again and len(self.reviews) == 1 and first.account != account


class Changed(Exception):
    """Somebody was quicker; `history` is what stands now."""

    def __init__(self, history: History) -> None:
        super().__init__(f"flag {history.flag_id} is at {history.version}")
        self.history = history


@dataclass(frozen=True, slots=True)
class Waiting:
    """One place in a queue: a flag, and the cursor of the page that begins behind it."""

    flag_id: int
    cursor: str


class Reviews:
    """The reviews of one database. Any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- writing -----------------------------------------------------------------------------

    def add(
        self,
        flag_id: int,
        version: str,
        answer: Callable[[History], tuple[ReviewRow, Case]],
    ) -> tuple[ReviewRow, History]:
        """Write an answer down, if the flag is still at `version`; with what stood before it.

        `answer` makes the row and says where the case stands then; it is called inside the one
        transaction, so that of two reviewers at once one is first. Errors: KeyError, Changed, and
        whatever `answer` raises.
        """
        with self._database.write() as connection:
            before = self._history(connection, flag_id)
            if before.version != version:
                raise Changed(before)
            row, case = answer(before)
            added = connection.execute(
                review.insert(),
                {
                    "flag_id": flag_id,
                    "record_id": row.record_id,
                    "account": row.account,
                    "at": micros(row.at),
                    "look": row.look.value,
                    "asks_again": int(row.asks_again),
                    "act": row.act.value,
                    "outcome": row.outcome.value,
                    "ground": None if row.ground is None else row.ground.value,
                    "note": row.note,
                    "contest_id": row.contest_id,
                    "step": len(before.steps) + 1,
                },
            )
            values: dict[str, object] = {"closed_at": micros(row.at), "closed_as": case.value}
            if row.contest_id is not None:
                values["contest_closed_at"] = micros(row.at)
            connection.execute(update(flag).where(flag.c.flag_id == flag_id).values(values))
            review_id = _new_id(added.inserted_primary_key)
            query = select(review).where(review.c.review_id == review_id)
            return _review(connection.execute(query).one()), before

    def add_contest(self, flag_id: int, make: Callable[[History], ContestRow]) -> ContestRow:
        """Write a contest down; its evidence stays until it was answered, and a while longer.

        Errors: KeyError, and whatever `make` raises.
        """
        with self._database.write() as connection:
            before = self._history(connection, flag_id)
            row = make(before)
            added = connection.execute(
                contest.insert(),
                {
                    "flag_id": flag_id,
                    "record_id": row.record_id,
                    "account": row.account,
                    "at": micros(row.at),
                    "due_at": micros(row.due_at),
                    "words": row.words,
                    "step": len(before.steps) + 1,
                },
            )
            connection.execute(
                update(flag)
                .where(flag.c.flag_id == flag_id)
                .values(contested_at=micros(row.at), contest_closed_at=None)
            )
            contest_id = _new_id(added.inserted_primary_key)
            query = select(contest).where(contest.c.contest_id == contest_id)
            return _contest(connection.execute(query).one(), {})

    def add_miss(self, row: MissRow) -> MissRow:
        """Write a miss down."""
        with self._database.write() as connection:
            added = connection.execute(
                miss.insert(),
                {
                    "day": row.day.isoformat(),
                    "counter": row.counter,
                    "clause": row.clause,
                    "at": micros(row.at),
                    "record_id": row.record_id,
                    "stood": None if row.stood is None else row.stood.value,
                    "account": row.account,
                    "reported_at": micros(row.reported_at),
                    "note": row.note,
                },
            )
            miss_id = _new_id(added.inserted_primary_key)
            return _miss(connection.execute(select(miss).where(miss.c.miss_id == miss_id)).one())

    def settle(self, at: datetime, *, live_from: date, today: date) -> dict[Case, int]:
        """Close what no human will decide: days before `live_from` lapse, and of days that are over
        what the span itself ended otherwise. Returns how many of each.
        """
        waiting = and_(flag.c.closed_at.is_(None), not_(_contested()))
        over = update(flag).where(waiting, flag.c.day < today.isoformat(), _superseded())
        late = update(flag).where(waiting, flag.c.day < live_from.isoformat())
        with self._database.write() as connection:
            return {
                case: connection.execute(
                    query.values(closed_at=micros(at), closed_as=case.value)
                ).rowcount
                for case, query in ((Case.SUPERSEDED, over), (Case.LAPSED, late))
            }

    # --- reading -----------------------------------------------------------------------------

    def history(self, flag_id: int) -> History:
        """All that was said about a flag. Errors: KeyError."""
        with self._database.read() as connection:
            return self._history(connection, flag_id)

    def histories(self, flag_ids: Sequence[int]) -> dict[int, History]:
        """The same of many flags; one that has no record is left out."""
        if not flag_ids:
            return {}
        with self._database.read() as connection:
            return _histories(connection, flag_ids)

    def _history(self, connection: Connection, flag_id: int) -> History:
        return _histories(connection, [flag_id])[flag_id]

    def queue(
        self,
        kind: Queue,
        account: str,
        *,
        live_from: date,
        kept_from: datetime,
        among: frozenset[str] | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> tuple[Waiting, ...]:
        """A page of a queue for one account, oldest deadline first.

        Days before `live_from` have lapsed; a second look is asked for while pictures opened from
        `kept_from` on are still there.
        """
        query, key = _queued(kind, account, live_from, kept_from)
        if among is not None:
            query = query.where(flag.c.counter.in_(sorted(among)))
        if after is not None:
            place, _, flag_id = after.rpartition("_")
            query = query.where(
                or_(key > place, and_(key == place, flag.c.flag_id > int(flag_id)))
                if kind is not Queue.CONTEST
                else or_(key > int(place), and_(key == int(place), flag.c.flag_id > int(flag_id)))
            )
        query = query.order_by(key, flag.c.flag_id).limit(limit)
        with self._database.read() as connection:
            return tuple(
                Waiting(row.flag_id, f"{row.place}_{row.flag_id}")
                for row in connection.execute(query)
            )

    def counts(
        self,
        account: str,
        *,
        live_from: date,
        kept_from: datetime,
        among: frozenset[str] | None = None,
    ) -> dict[Queue, int]:
        """How many wait in each queue."""
        found: dict[Queue, int] = {}
        with self._database.read() as connection:
            for kind in Queue:
                query, _ = _queued(kind, account, live_from, kept_from)
                if among is not None:
                    query = query.where(flag.c.counter.in_(sorted(among)))
                found[kind] = connection.execute(
                    select(func.count()).select_from(query.subquery())
                ).scalar_one()
        return found

    def contests(
        self, *, account: str | None = None, open_only: bool = False, limit: int = 100
    ) -> tuple[ContestRow, ...]:
        """Contests, those that wait first by their deadline, then the newest answered."""
        query = (
            select(contest)
            .join_from(contest, review, isouter=True)
            .order_by(
                review.c.review_id.is_not(None), contest.c.due_at, contest.c.contest_id.desc()
            )
        )
        if account is not None:
            query = query.where(contest.c.account == account)
        if open_only:
            query = query.where(review.c.review_id.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            answers = connection.execute(
                select(review).where(review.c.contest_id.in_([row.contest_id for row in rows]))
            )
            known = {row.contest_id: _review(row) for row in answers}
        return tuple(_contest(row, known) for row in rows)

    def contest(self, contest_id: int) -> ContestRow:
        """One contest. Errors: KeyError."""
        with self._database.read() as connection:
            row = connection.execute(
                select(contest).where(contest.c.contest_id == contest_id)
            ).one_or_none()
            answer = connection.execute(
                select(review).where(review.c.contest_id == contest_id)
            ).one_or_none()
        if row is None:
            raise KeyError(contest_id)
        return _contest(row, {} if answer is None else {contest_id: _review(answer)})

    # --- figures -----------------------------------------------------------------------------

    def pairs(self, since: date, until: date) -> tuple[tuple[str, Outcome, Outcome], ...]:
        """First and blind second answers about the same record: clause, first, second."""
        second = review.alias("second")
        query = (
            select(flag.c.clause, review.c.outcome, second.c.outcome.label("again"))
            .join_from(review, second, review.c.record_id == second.c.record_id)
            .join(flag, flag.c.flag_id == review.c.flag_id)
            .where(
                review.c.look == Look.FIRST.value,
                second.c.look == Look.SECOND.value,
                flag.c.day >= since.isoformat(),
                flag.c.day <= until.isoformat(),
            )
            .order_by(review.c.review_id)
        )
        with self._database.read() as connection:
            return tuple(
                (row.clause, Outcome(row.outcome), Outcome(row.again))
                for row in connection.execute(query)
            )

    def cases(self, since: date, until: date) -> dict[str, dict[Case | None, int]]:
        """By clause, how many flags stand at each case; None: nobody has looked yet."""
        query = (
            select(flag.c.clause, flag.c.closed_as, func.count().label("n"))
            .where(flag.c.day >= since.isoformat(), flag.c.day <= until.isoformat())
            .group_by(flag.c.clause, flag.c.closed_as)
        )
        found: dict[str, dict[Case | None, int]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                case = None if row.closed_as is None else Case(row.closed_as)
                found.setdefault(row.clause, {})[case] = row.n
        return found

    def grounds(self, since: date, until: date) -> dict[str, dict[Ground, int]]:
        """By clause, why first looks decided otherwise."""
        query = (
            select(flag.c.clause, review.c.ground, func.count().label("n"))
            .join_from(review, flag, flag.c.flag_id == review.c.flag_id)
            .where(
                review.c.ground.is_not(None),
                review.c.look == Look.FIRST.value,
                flag.c.day >= since.isoformat(),
                flag.c.day <= until.isoformat(),
            )
            .group_by(flag.c.clause, review.c.ground)
        )
        found: dict[str, dict[Ground, int]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.clause, {})[Ground(row.ground)] = row.n
        return found

    def misses(self, since: date, until: date) -> tuple[MissRow, ...]:
        """Misses of these days, newest first."""
        query = (
            select(miss)
            .where(miss.c.day >= since.isoformat(), miss.c.day <= until.isoformat())
            .order_by(miss.c.miss_id.desc())
        )
        with self._database.read() as connection:
            return tuple(_miss(row) for row in connection.execute(query))

    def met_spans(self, since: date, until: date) -> dict[str, int]:
        """By clause, how many spans ended as MET: what a miss may hide in."""
        newest = (
            select(func.max(record.c.record_id))
            .where(record.c.day >= since.isoformat(), record.c.day <= until.isoformat())
            .group_by(record.c.day, record.c.counter, record.c.clause, record.c.slot)
        )
        query = (
            select(record.c.clause, func.count().label("n"))
            .where(record.c.record_id.in_(newest), record.c.outcome == Outcome.MET.value)
            .group_by(record.c.clause)
        )
        with self._database.read() as connection:
            return {row.clause: row.n for row in connection.execute(query)}

    def decided_records(self, since: date, until: date) -> tuple[tuple[int, Case], ...]:
        """The newest record of every flag that a human confirmed or overturned."""
        query = (
            select(func.max(flag_record.c.record_id).label("record_id"), flag.c.closed_as)
            .join_from(flag, flag_record)
            .where(
                flag.c.closed_as.in_([Case.CONFIRMED.value, Case.OVERTURNED.value]),
                flag.c.day >= since.isoformat(),
                flag.c.day <= until.isoformat(),
            )
            .group_by(flag.c.flag_id)
        )
        with self._database.read() as connection:
            return tuple((row.record_id, Case(row.closed_as)) for row in connection.execute(query))

    def told_records(self, since: date, until: date) -> tuple[tuple[int, Outcome], ...]:
        """The record of every doubt that a human settled, and the last word about it."""
        last = select(func.max(review.c.review_id)).group_by(review.c.flag_id)
        query = (
            select(review.c.record_id, review.c.outcome)
            .join_from(review, flag, flag.c.flag_id == review.c.flag_id)
            .where(
                review.c.review_id.in_(last),
                flag.c.closed_as == Case.TOLD.value,
                flag.c.day >= since.isoformat(),
                flag.c.day <= until.isoformat(),
            )
        )
        with self._database.read() as connection:
            rows = connection.execute(query)
            return tuple((row.record_id, Outcome(row.outcome)) for row in rows)


def _new_id(key: Any) -> int:
    return int(key[0])


def _contested() -> ColumnElement[bool]:
    return and_(flag.c.contested_at.is_not(None), flag.c.contest_closed_at.is_(None))


def _superseded() -> ColumnElement[bool]:
    """Whether a later record of the same span is not of this flag."""
    own = (
        select(func.max(flag_record.c.record_id))
        .where(flag_record.c.flag_id == flag.c.flag_id)
        .correlate(flag)
        .scalar_subquery()
    )
    return exists().where(
        record.c.day == flag.c.day,
        record.c.counter == flag.c.counter,
        record.c.clause == flag.c.clause,
        record.c.slot == flag.c.slot,
        record.c.record_id + 0 > own,  # + 0: by ix_record_standing, not along all of a counter
    )


def _queued(
    kind: Queue, account: str, live_from: date, kept_from: datetime
) -> tuple[Select[Any], ColumnElement[Any]]:
    """Who waits in a queue, and the column that orders it."""
    key: ColumnElement[Any] = flag.c.day
    query = select(flag.c.flag_id, key.label("place"))
    if kind is Queue.CONTEST:
        key = flag.c.contested_at
        return select(flag.c.flag_id, key.label("place")).where(_contested()), key
    if kind is Queue.FIRST:
        return (
            query.where(
                flag.c.closed_at.is_(None),
                flag.c.day >= live_from.isoformat(),
                not_(_contested()),
                not_(_superseded()),
            ),
            key,
        )
    if kind is Queue.DIFFER:
        return query.where(flag.c.closed_as == Case.DIFFER.value, not_(_contested())), key
    later = review.alias("later")
    return (
        query.join_from(flag, review, review.c.flag_id == flag.c.flag_id).where(
            review.c.asks_again == literal_column("1"),
            review.c.account != account,
            flag.c.opened_at >= micros(kept_from),
            flag.c.contested_at.is_(None),
            not_(
                exists().where(
                    later.c.flag_id == flag.c.flag_id, later.c.review_id > review.c.review_id
                )
            ),
        ),
        key,
    )


def _histories(connection: Connection, flag_ids: Iterable[int]) -> dict[int, History]:
    ids = list(flag_ids)
    newest = (
        select(flag_record.c.flag_id, func.max(flag_record.c.record_id).label("record_id"))
        .where(flag_record.c.flag_id.in_(ids))
        .group_by(flag_record.c.flag_id)
        .subquery()
    )
    standing = (
        select(func.max(record.c.record_id + 0))
        .where(
            record.c.day == flag.c.day,
            record.c.counter == flag.c.counter,
            record.c.clause == flag.c.clause,
            record.c.slot == flag.c.slot,
        )
        .correlate(flag)
        .scalar_subquery()
    )
    heads = connection.execute(
        select(flag.c.flag_id, newest.c.record_id, standing.label("standing_id")).join_from(
            flag, newest, newest.c.flag_id == flag.c.flag_id
        )
    ).all()
    reviews: dict[int, list[ReviewRow]] = {}
    for row in connection.execute(
        select(review).where(review.c.flag_id.in_(ids)).order_by(review.c.review_id)
    ):
        reviews.setdefault(row.flag_id, []).append(_review(row))
    answers = {one.contest_id: one for rows in reviews.values() for one in rows if one.contest_id}
    contests: dict[int, list[ContestRow]] = {}
    for row in connection.execute(
        select(contest).where(contest.c.flag_id.in_(ids)).order_by(contest.c.contest_id)
    ):
        contests.setdefault(row.flag_id, []).append(_contest(row, answers))
    return {
        head.flag_id: History(
            head.flag_id,
            head.record_id,
            head.standing_id,
            tuple(reviews.get(head.flag_id, ())),
            tuple(contests.get(head.flag_id, ())),
        )
        for head in heads
    }


def _review(row: Row[Any]) -> ReviewRow:
    return ReviewRow(
        review_id=row.review_id,
        flag_id=row.flag_id,
        record_id=row.record_id,
        account=row.account,
        at=instant(row.at),
        look=Look(row.look),
        asks_again=bool(row.asks_again),
        act=Act(row.act),
        outcome=Outcome(row.outcome),
        ground=None if row.ground is None else Ground(row.ground),
        note=row.note,
        contest_id=row.contest_id,
        step=row.step,
    )


def _contest(row: Row[Any], answers: Mapping[Any, ReviewRow]) -> ContestRow:
    return ContestRow(
        contest_id=row.contest_id,
        flag_id=row.flag_id,
        record_id=row.record_id,
        account=row.account,
        at=instant(row.at),
        due_at=instant(row.due_at),
        words=row.words,
        step=row.step,
        answer=answers.get(row.contest_id),
    )


def _miss(row: Row[Any]) -> MissRow:
    return MissRow(
        miss_id=row.miss_id,
        day=date.fromisoformat(row.day),
        counter=row.counter,
        clause=row.clause,
        at=instant(row.at),
        record_id=row.record_id,
        stood=None if row.stood is None else Outcome(row.stood),
        account=row.account,
        reported_at=instant(row.reported_at),
        note=row.note,
    )
