"""Tinjau: the queue and one item on one screen; contests; a missed finding."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.api.errors import Refusal
from service.api.objects import clause_of, contestable_for, flag_for
from service.api.routes.reviews import contests_of, places_of, queue_of, said_about, whole_office
from service.api.security import CONTEST, FLAGS, REVIEW, TheDoor, Who
from service.api.tell_reviews import accuracy_answer, agreement_answer
from service.figures import accuracy_of, agreement_by_clause
from service.reviews import accuses
from service.store import Queue
from service.texts import (
    amount_text,
    capital,
    clause_text,
    day_text,
    finding_text,
    moment_text,
    text,
    word,
)
from service.web.accuracy_page import agreement_rows, clause_rows
from service.web.flag_page import counter_name, flag_view
from service.web.offers import offers
from service.web.pages import PageRoute, language, render, stamp
from service.web.review_page import (
    answer_keys,
    contest_view,
    last_minute,
    neighbours,
    said_view,
    tabs,
    waiting_row,
)
from vision.values import Outcome

PAGE = 50
AROUND = 200
"""So far an item looks for its neighbours in the queue."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/reviews", dependencies=[Depends(REVIEW)])
def show_queue(
    request: Request,
    who: Who,
    door: TheDoor,
    queue: Queue = Queue.FIRST,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9-]{1,20}_[0-9]{1,18}$")] = None,
) -> Response:
    """What waits for a human, oldest deadline first.

    How many places of the re-check wait is counted on its own page: it takes a look at all that was
    met in the days that are kept.
    """
    lang = language(request)
    board = door.office.board()
    layout, zone = door.office.layout(), ZoneInfo(board.time_zone)
    found = queue_of(who, door, queue, cursor, PAGE)
    page = render(
        "reviews.html",
        request,
        lang,
        office=board.office_name,
        tabs=tabs(found.counts, queue, lang),
        queue=queue.value,
        none=text(f"review.none_{queue.value}", lang),
        rows=[waiting_row(item, layout, zone, lang) for item in found.items],
        older=f"/reviews?queue={queue}&cursor={found.next}" if found.next else "",
        **offers(who),
    )
    return HTMLResponse(page)


@router.get("/reviews/{flag_id}", dependencies=[Depends(REVIEW)])
def show_item(
    flag_id: int,
    request: Request,
    who: Who,
    door: TheDoor,
    queue: Queue = Queue.FIRST,
    done: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """One flag on one screen: clause, numbers, pictures, and the answer."""
    lang = language(request)
    board = door.office.board()
    layout, zone = door.office.layout(), ZoneInfo(board.time_zone)
    detail = flag_for(who, door, flag_id)
    said = said_about(who, door, flag_id)
    record = detail.records[-1].verdict
    places = [place.flag_id for place in places_of(who, door, queue, None, AROUND)]
    waiting = next((c for c in said.contests if c.answer is None), None)
    before, after = neighbours(places, flag_id)
    offset = detail.flag.opened_at.astimezone(zone).utcoffset() or timedelta()
    desk = door.desk()
    superseded = door.store.reviews.history(flag_id).superseded
    lapsed = not said.reviews and not said.contests and not said.blind and desk.now > said.due_at
    closed = "superseded" if superseded else "lapsed" if lapsed else ""
    page = render(
        "review.html",
        request,
        lang,
        office=board.office_name,
        flag=flag_view(detail, door.office.policy(), layout, zone, lang),
        outcomes=[(outcome, word(outcome, lang)) for outcome in Outcome],
        offset=round(offset.total_seconds() / 60),
        start=stamp(record.decided_at),
        queue=queue.value,
        version=said.version,
        blind=said.blind,
        closed=text(f"review.closed_{closed}", lang) if closed else "",
        contest=None if waiting is None else contest_view(waiting, layout, zone, lang),
        own_contest=waiting is not None and waiting.by == who.name,
        said=said_view(
            said,
            record,
            zone,
            lang,
            may_review=True,
            may_contest=who.may_contest(detail.flag.counter),
            on_review=True,
        ),
        due=moment_text(last_minute(said.due_at), zone, lang),
        keys=answer_keys(record, contested=waiting is not None, lang=lang),
        before=before,
        after=after,
        done=done,
        **offers(who),
    )
    return HTMLResponse(page)


@router.get("/contests", dependencies=[Depends(CONTEST)])
def show_contests(request: Request, who: Who, door: TheDoor) -> Response:
    """What was contested, and what became of it: reviewers see all, everybody else their own."""
    lang = language(request)
    board = door.office.board()
    layout, zone = door.office.layout(), ZoneInfo(board.time_zone)
    items = [contest_view(one, layout, zone, lang) for one in contests_of(who, door, is_open=False)]
    page = render(
        "contests.html",
        request,
        lang,
        office=board.office_name,
        waiting=[one for one in items if one.answer is None],
        answered=[one for one in items if one.answer is not None],
        may_answer=REVIEW.admits(who),
        **offers(who),
    )
    return HTMLResponse(page)


@router.get("/contests/new", dependencies=[Depends(CONTEST)])
def show_new_contest(
    request: Request, who: Who, door: TheDoor, flag: Annotated[int, Query(ge=1)]
) -> Response:
    """Contest what the board says of a counter. It shows no more than the board does."""
    lang = language(request)
    board = door.office.board()
    layout, zone = door.office.layout(), ZoneInfo(board.time_zone)
    detail = contestable_for(who, door, flag)
    if not detail.records or not accuses(detail.records[-1].verdict):
        raise Refusal(404)  # nothing is said against the counter
    verdict = detail.records[-1].verdict
    clause = clause_of(door.office.policy(), detail.flag.clause)
    page = render(
        "contest_new.html",
        request,
        lang,
        office=board.office_name,
        flag_id=flag,
        counter=counter_name(layout, detail.flag.counter),
        clause=detail.flag.clause,
        clause_words=clause_text(clause, lang) if clause else "",
        sentence=capital(finding_text(verdict, clause, lang)) if clause else detail.flag.clause,
        at=moment_text(verdict.decided_at, zone, lang),
        hours=round(door.office.policy().parameters["contest_answer_h"]),
        **offers(who),
    )
    return HTMLResponse(page)


@router.get("/misses/new", dependencies=[Depends(REVIEW)])
def show_new_miss(
    request: Request,
    who: Who,
    door: TheDoor,
    counter: str = "",
    at: str = "",
) -> Response:
    """Report what was there and no verdict said, at any moment of the day."""
    lang = language(request)
    board = door.office.board()
    layout, zone = door.office.layout(), ZoneInfo(board.time_zone)
    counters = [c for c in layout.counters if who.may_see(c.counter)]
    roles = {c.role for c in counters}
    clauses = [
        (c.clause, c.role, capital(clause_text(c, lang)))
        for c in door.office.policy().clauses
        if c.enabled and c.rule is not None and c.role in roles
    ]
    now = board.now.astimezone(zone)
    page = render(
        "miss_new.html",
        request,
        lang,
        office=board.office_name,
        counters=[(c.counter, c.name, c.role) for c in counters],
        chosen=counter,
        clauses=clauses,
        day=(at or now.isoformat())[:10],
        time=(at or now.isoformat())[11:16],
        today=now.date().isoformat(),
        offset=now.strftime("%z")[:3] + ":" + now.strftime("%z")[3:],
        **offers(who),
    )
    return HTMLResponse(page)


@router.get("/accuracy", dependencies=[Depends(FLAGS)])
def show_accuracy(
    request: Request, who: Who, door: TheDoor, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> Response:
    """What reviews say about each check, and how far reviewers agree."""
    whole_office(who)
    lang = language(request)
    board, policy = door.office.board(), door.office.policy()
    zone = ZoneInfo(board.time_zone)
    until = door.desk().today
    since = until - timedelta(days=days)
    told = accuracy_answer(accuracy_of(door.store, policy, since, until), policy, since, until)
    pairs = agreement_by_clause(door.store.reviews.pairs(since, until))
    rows = clause_rows(told, lang)

    def named(day: date) -> str:
        return day_text(datetime.combine(day, time(12), zone), zone, lang)

    page = render(
        "accuracy.html",
        request,
        lang,
        office=board.office_name,
        since=named(since),
        until=named(until),
        least=told.figure_min,
        chosen=days,
        rows=rows,
        proposals=[row for row in rows if row.proposals],
        agreement=agreement_rows(agreement_answer(pairs, policy, since, until), lang),
        share=amount_text(policy.parameters["second_sample"], "share", lang),
        sample=amount_text(policy.parameters["met_sample"], "share", lang),
        **offers(who),
    )
    return HTMLResponse(page)
