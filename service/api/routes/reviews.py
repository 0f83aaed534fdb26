"""Reviews, contests, misses: what humans say about what was flagged, and what that adds up to."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Response

from service.accounts import Caller
from service.api import objects
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.routes.board import instant_of
from service.api.routes.records import FlagId, LimitQuery, WordQuery
from service.api.schemas_reviews import (
    AccuracyAnswer,
    AgreementAnswer,
    ContestAnswer,
    ContestsAnswer,
    ContestWords,
    FlagReviewsAnswer,
    MissAnswer,
    MissWords,
    QueueAnswer,
    ReviewedAnswer,
    ReviewWords,
    WaitingAnswer,
)
from service.api.security import BOARD, CONTEST, FLAGS, REVIEW, TheDoor, Who
from service.api.tell import Teller
from service.api.tell_reviews import ReviewTeller, accuracy_answer, agreement_answer
from service.figures import accuracy_of, agreement_by_clause
from service.reviews import CaseClosed, GroundMissing, OwnContest, ReviewDesk, Said
from service.store import Changed, History, Queue, ReviewRow, Waiting

router = APIRouter(tags=["reviews"])

QueueCursor = Annotated[
    str | None,
    Query(description="`next` of the page before", pattern=r"^[0-9-]{1,20}_[0-9]{1,18}$"),
]
ContestId = Annotated[int, Path(ge=1, le=2**62)]
MONTH = timedelta(days=30)
"""What figures are about unless another span is asked for."""


def tellers(door: Door) -> tuple[Teller, ReviewTeller]:
    """Who tells flags, and who tells what was said about them."""
    board = door.office.board()
    teller = Teller.of(board, door.office.policy())
    return teller, ReviewTeller(teller, board.now)


@router.get("/reviews", response_model=QueueAnswer, **FLAGS.route)
def reviews(
    caller: Who,
    door: TheDoor,
    queue: Queue = Queue.FIRST,
    cursor: QueueCursor = None,
    limit: LimitQuery = 50,
) -> Response:
    """What waits for a human, oldest deadline first, and how many wait in each queue."""
    return answer(queue_of(caller, door, queue, cursor, limit))


def queue_of(
    caller: Caller, door: Door, queue: Queue, cursor: str | None, limit: int
) -> QueueAnswer:
    """A page of a queue for this caller, what a second reviewer must not see left out."""
    desk = door.desk()
    teller, words = tellers(door)
    kept = door.store.reviews
    places = places_of(caller, door, queue, cursor, limit + 1)
    shown = places[:limit]
    ids = [place.flag_id for place in shown]
    histories = kept.histories(ids)
    newest = door.store.latest_records(ids)
    items = []
    for flag in door.store.flags_by_id(ids):
        history, record = histories[flag.flag_id], newest.get(flag.flag_id)
        contest = history.contest
        due_at = contest.due_at if contest is not None else desk.due_of(flag.day)
        seen = objects.as_seen_by(caller, flag, history)
        items.append(
            WaitingAnswer(
                queue=queue,
                flag=teller.flag(seen, record),
                verdict=None if record is None else teller.record(record),
                version=history.version,
                due_at=teller.at(due_at),
                left_s=round((due_at - desk.now).total_seconds(), 1),
                contest=None if contest is None else words.contest(contest, flag),
            )
        )
    return QueueAnswer(
        queue=queue,
        counts=counts_of(caller, door),
        items=tuple(items),
        next=shown[-1].cursor if len(places) > limit else None,
    )


def places_of(
    caller: Caller, door: Door, queue: Queue, cursor: str | None, limit: int
) -> tuple[Waiting, ...]:
    """Who waits in a queue of this caller."""
    desk = door.desk()
    return door.store.reviews.queue(
        queue,
        caller.name,
        live_from=desk.live_from,
        kept_from=desk.kept_from,
        among=caller.counters,
        after=cursor,
        limit=limit,
    )


def counts_of(caller: Caller, door: Door) -> dict[Queue, int]:
    """How many wait in each queue of this caller."""
    desk = door.desk()
    return door.store.reviews.counts(
        caller.name,
        live_from=desk.live_from,
        kept_from=desk.kept_from,
        among=caller.counters,
    )


@router.get("/flags/{flag_id}/reviews", response_model=FlagReviewsAnswer, **FLAGS.route)
def flag_reviews(caller: Who, door: TheDoor, flag_id: FlagId) -> Response:
    """All that was said about a flag, and the version that the next answer names."""
    return answer(said_about(caller, door, flag_id))


def said_about(caller: Caller, door: Door, flag_id: int) -> FlagReviewsAnswer:
    """The same as a value. Errors: Refusal 404."""
    detail = objects.flag_for(caller, door, flag_id)
    desk, (teller, words) = door.desk(), tellers(door)
    try:
        history = door.store.reviews.history(flag_id)
    except KeyError:  # a flag whose records are gone
        raise Refusal(404) from None
    blind = history.awaits_second_of(caller.name)
    standing = None if blind else desk.stands(detail.records[-1], history)
    return FlagReviewsAnswer(
        flag=flag_id,
        version=history.version,
        blind=blind,
        due_at=teller.at(desk.due_of(detail.flag.day)),
        stands=None if standing is None else words.stands(standing),
        reviews=() if blind else tuple(words.review(row) for row in history.reviews),
        contests=tuple(words.contest(row, detail.flag) for row in history.contests),
    )


@router.post(
    "/flags/{flag_id}/reviews", response_model=ReviewedAnswer, status_code=201, **REVIEW.route
)
def review(caller: Who, door: TheDoor, flag_id: FlagId, body: ReviewWords) -> Response:
    """Confirm, overturn with a reason, or say that it cannot be told.

    409 `changed` when somebody was quicker or the verdict moved: `detail` says what happened.
    """
    objects.flag_for(caller, door, flag_id)
    said = Said(caller.name, body.act, body.ground, body.note)
    desk = door.desk()
    row, standing = _taken(caller, door, lambda: desk.review(flag_id, body.version, said))
    _, words = tellers(door)
    door.store.audit(
        caller.name,
        "review.add",
        f"flag/{flag_id}",
        {"record": row.record_id, "act": row.act.value, "look": row.look.value},
        at=door.clock(),
    )
    version = door.store.reviews.history(flag_id).version
    told = ReviewedAnswer(review=words.review(row), stands=words.stands(standing), version=version)
    return answer(told, 201)


@router.post(
    "/flags/{flag_id}/contests", response_model=ContestAnswer, status_code=201, **CONTEST.route
)
def contest(caller: Who, door: TheDoor, flag_id: FlagId, body: ContestWords) -> Response:
    """Contest what is said of a counter. It leaves the score until it is answered.

    403 `not_your_counter`: the account belongs to other counters.
    """
    detail = objects.contestable_for(caller, door, flag_id)
    desk = door.desk()
    row = _taken(caller, door, lambda: desk.contest(flag_id, caller.name, body.words))
    door.store.audit(caller.name, "contest.add", f"flag/{flag_id}", at=door.clock())
    _, words = tellers(door)
    return answer(words.contest(row, detail.flag), 201)


@router.get("/contests", response_model=ContestsAnswer, **BOARD.route)
def contests(
    caller: Who,
    door: TheDoor,
    is_open: Annotated[bool, Query(alias="open", description="only those that wait")] = False,
) -> Response:
    """Contests with their clocks: who reviews sees all, everybody else their own."""
    return answer(ContestsAnswer(items=contests_of(caller, door, is_open=is_open)))


def contests_of(caller: Caller, door: Door, *, is_open: bool) -> tuple[ContestAnswer, ...]:
    """The same as values."""
    mine = None if REVIEW.admits(caller) else caller.name
    rows = door.store.reviews.contests(account=mine, open_only=is_open)
    flags = {f.flag_id: f for f in door.store.flags_by_id([row.flag_id for row in rows])}
    _, words = tellers(door)
    return tuple(
        words.contest(row, flags[row.flag_id])
        for row in rows
        if caller.may_see(flags[row.flag_id].counter)
    )


@router.post(
    "/contests/{contest_id}/answer", response_model=ReviewedAnswer, status_code=201, **REVIEW.route
)
def answer_contest(
    caller: Who, door: TheDoor, contest_id: ContestId, body: ReviewWords
) -> Response:
    """Answer a contest: `agree` upholds the finding, `met` or `cannot_tell` overturns it."""
    try:
        found = door.store.reviews.contest(contest_id)
    except KeyError:
        raise Refusal(404) from None
    objects.flag_for(caller, door, found.flag_id)
    said = Said(caller.name, body.act, body.ground, body.note)
    desk = door.desk()
    row, standing = _taken(caller, door, lambda: desk.answer(found, body.version, said))
    door.store.audit(
        caller.name,
        "contest.answer",
        f"contest/{contest_id}",
        {"flag": found.flag_id, "act": row.act.value},
        at=door.clock(),
    )
    _, words = tellers(door)
    version = door.store.reviews.history(found.flag_id).version
    told = ReviewedAnswer(review=words.review(row), stands=words.stands(standing), version=version)
    return answer(told, 201)


@router.post("/misses", response_model=MissAnswer, status_code=201, **REVIEW.route)
def report_miss(caller: Who, door: TheDoor, body: MissWords) -> Response:
    """Report what was there at a moment of a day and no verdict said."""
    at = instant_of("at", body.at)
    counter = objects.counter_for(caller, door, body.counter)
    clause = objects.clause_of(door.office.policy(), body.clause)
    if clause is None or clause.role != counter.role or not clause.enabled:
        raise Refusal(
            422,
            f"clause: expected one in force for {counter.role}, got {body.clause}",
            code="invalid",
            detail=[{"where": "body.clause", "message": "not in force for this counter"}],
        )
    desk = door.desk()
    if at > desk.now:
        raise Refusal(422, "at: expected a moment that has passed", code="future")
    row = desk.miss(caller.name, counter.counter, clause.clause, at, body.note)
    door.store.audit(
        caller.name, "miss.add", f"counter/{row.counter}", {"miss": row.miss_id}, at=door.clock()
    )
    teller, _ = tellers(door)
    return answer(
        MissAnswer(
            miss=row.miss_id,
            day=row.day,
            counter=row.counter,
            clause=row.clause,
            at=teller.at(row.at),
            stood=row.stood,
            record_id=row.record_id,
            note=row.note,
        ),
        201,
    )


@router.get("/agreement", response_model=AgreementAnswer, **FLAGS.route)
def agreement(
    caller: Who,
    door: TheDoor,
    since: date | None = None,
    until: date | None = None,
    clause: WordQuery = None,
) -> Response:
    """How far first and blind second reviewers agree, by clause; few cases are not shown."""
    whole_office(caller)
    first, last = span_of(door.desk(), since, until)
    found = agreement_by_clause(door.store.reviews.pairs(first, last))
    return answer(agreement_answer(found, door.office.policy(), first, last, clause))


@router.get("/accuracy", response_model=AccuracyAnswer, **FLAGS.route)
def accuracy(
    caller: Who, door: TheDoor, since: date | None = None, until: date | None = None
) -> Response:
    """What reviews say about each check: overturned and missed, with denominators and intervals."""
    whole_office(caller)
    first, last = span_of(door.desk(), since, until)
    policy = door.office.policy()
    return answer(
        accuracy_answer(accuracy_of(door.store, policy, first, last), policy, first, last)
    )


def whole_office(caller: Caller) -> None:
    """Figures are of the whole office. Errors: Refusal 403 for a token narrowed to counters."""
    if caller.counters is not None:
        raise Refusal(403)


def span_of(desk: ReviewDesk, since: date | None, until: date | None) -> tuple[date, date]:
    """First and last day, the last thirty without a wish. Errors: Refusal 422."""
    last = until if until is not None else desk.today
    first = since if since is not None else last - MONTH
    if first > last:
        raise Refusal(422, "since: expected a day not after until", code="invalid")
    return first, last


T = TypeVar("T")


def _taken(caller: Caller, door: Door, act: Callable[[], T]) -> T:
    """What an act at the desk gave, its refusals told. Errors: Refusal."""
    try:
        return act()
    except Changed as changed:
        detail = _happened(caller, door, changed.history)
        raise Refusal(409, code="changed", detail=detail) from None
    except CaseClosed as closed:
        raise Refusal(
            409, CLOSED[closed.why], code="case_closed", detail={"why": closed.why}
        ) from None
    except GroundMissing as missing:
        fault = [{"where": "body.ground", "message": str(missing)}]
        raise Refusal(422, str(missing), code="invalid", detail=fault) from None
    except OwnContest:
        raise Refusal(403, "somebody else answers what you contested", code="own_contest") from None


CLOSED = {
    "lapsed": "nobody looked in time: the finding has lapsed and stands against nobody",
    "superseded": "the span ended otherwise: a later verdict stands in place of this one",
    "contested": "this finding is contested; the contest is answered first",
    "nothing": "nothing stands against the counter here, so there is nothing to contest",
    "answered": "this contest has been answered",
}


def _happened(caller: Caller, door: Door, history: History) -> dict[str, object]:
    """What stands now, for who came second; a blind reviewer is not told the first answer."""
    _, words = tellers(door)
    blind = history.awaits_second_of(caller.name)
    last = history.steps[-1] if history.steps else None
    shown = None
    if isinstance(last, ReviewRow) and not blind:
        shown = words.review(last).model_dump(mode="json")
    return {
        "version": history.version,
        "verdict_changed": history.superseded,
        "contested": history.contest is not None,
        "reviewed": bool(history.reviews),
        "by": None if last is None else last.account,
        "review": shown,
    }
