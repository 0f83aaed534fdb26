"""What supervisors observed: the clauses that no camera judges. Appended, never changed."""

import unicodedata
from datetime import date, timedelta

from fastapi import APIRouter, Response

from service.accounts import Caller
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.objects import clause_of, counter_for
from service.api.schemas import (
    DayQuery,
    EntriesAnswer,
    EntryAnswer,
    ErrorAnswer,
    NewObservation,
    Words,
)
from service.api.security import BRIEFING, OBSERVE, TheDoor, Who
from service.api.tell import Teller, words
from service.store import KeptEntry, KeyUsed
from service.texts import Lang, clause_text
from vision.entries import (
    NOTE_LENGTH,
    Entry,
    is_about_the_office,
    may_be_entered,
    standing_entries,
)
from vision.policy import Clause

LATE_DAYS = 7
"""How long after a day it may still be entered or corrected, days. Older is history."""

JOINER = "\u200d"
"""The one unseen letter that a note may hold: it makes one picture of several."""

router = APIRouter(tags=["observations"])


def today(door: Door) -> date:
    """The day of the office."""
    board = door.office.board()
    return board.now.astimezone(Teller.of(board, door.office.policy()).zone).date()


@router.get("/observations", response_model=EntriesAnswer, **BRIEFING.route)
def observations(caller: Who, door: TheDoor, day: DayQuery | None = None) -> Response:
    """What was observed about a day (default: today), with everything that was corrected."""
    chosen = day if day is not None else today(door)
    kept = [
        one
        for one in door.store.entries.between(chosen, chosen)
        if one.entry.counter is None or caller.may_see(one.entry.counter)
    ]
    standing = {(entry.by, entry.key) for entry in standing_entries(one.entry for one in kept)}
    teller = Teller.of(door.office.board(), door.office.policy())
    return answer(
        EntriesAnswer(
            day=chosen,
            working=door.plan_of(chosen).opens_at is not None,
            items=tuple(
                told(teller, one, (one.entry.by, one.entry.key) in standing) for one in kept
            ),
        )
    )


@router.post(
    "/observations",
    response_model=EntryAnswer,
    status_code=201,
    responses={409: {"model": ErrorAnswer, "description": "The key was used before"}},
    **OBSERVE.route,
)
def observe(caller: Who, door: TheDoor, new: NewObservation) -> Response:
    """Enter one observation. 201 when it is new, 200 when the same key was kept already."""
    clause = _clause_for(door, new.clause)
    counter = _counter_for(caller, door, clause, new.counter)
    _refuse_odd_day(door, new.day)
    entry = Entry(
        key=new.key,
        day=new.day,
        clause=clause.clause,
        counter=counter,
        occasion=new.occasion,
        entered=new.outcome,
        note=plain(new.note),
        by=caller.name,
        at=door.office.board().now,
    )
    try:
        kept, is_new = door.store.entries.add(entry)
    except KeyUsed:
        raise Refusal(
            409, "this key was used for another observation; make a new one", code="key_used"
        ) from None
    if is_new:
        door.store.audit(
            caller.name,
            "observation.enter",
            f"observation/{kept.entry_id}",
            {"day": new.day.isoformat(), "clause": clause.clause, "counter": counter},
            at=door.clock(),
        )
    teller = Teller.of(door.office.board(), door.office.policy())
    return answer(told(teller, kept, True), 201 if is_new else 200)


def told(teller: Teller, kept: KeptEntry, standing: bool) -> EntryAnswer:
    """An entry as the API tells it."""
    entry, clause = kept.entry, clause_of(teller.policy, kept.entry.clause)
    return EntryAnswer(
        observation=kept.entry_id,
        key=entry.key,
        day=entry.day,
        clause=entry.clause,
        text=None
        if clause is None
        else Words(id=clause_text(clause, Lang.ID), en=clause_text(clause, Lang.EN)),
        counter=entry.counter,
        occasion=entry.occasion,
        outcome=entry.entered,
        outcome_text=words(entry.entered),
        note=entry.note,
        by=entry.by,
        at=teller.at(entry.at),
        standing=standing,
    )


def plain(note: str, *, most: int = NOTE_LENGTH, name: str = "note") -> str:
    """Words on one line. Errors: Refusal 422 for too many letters and for unseen ones."""
    line = " ".join(note.split())
    if len(line) > most:
        raise Refusal(422, f"{name}: expected at most {most} letters, got {len(line)}; shorten it")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c != JOINER for c in line):
        raise Refusal(
            422,
            f"{name}: expected plain text, got unseen control letters; type it again without them",
        )
    return line


def _clause_for(door: Door, name: str) -> Clause:
    clause = clause_of(door.office.policy(), name)
    if clause is None or not clause.enabled:
        raise Refusal(422, f"clause: expected one in force, got {name!r}; see GET /api/v1/policy")
    if not may_be_entered(clause):
        raise Refusal(
            422,
            f"clause {name}: expected one that no rule judges; review the camera's verdict instead",
            code="judged_elsewhere",
        )
    return clause


def _counter_for(caller: Caller, door: Door, clause: Clause, counter: str | None) -> str | None:
    if is_about_the_office(clause):
        if counter is not None:
            raise Refusal(
                422, f"clause {clause.clause}: expected no counter, it is about the office"
            )
        return None
    if counter is None:
        raise Refusal(422, f"clause {clause.clause}: expected a counter, got none")
    found = counter_for(caller, door, counter)
    if found.role != clause.role:
        raise Refusal(
            422,
            f"clause {clause.clause}: expected a counter of {clause.role}, got one of {found.role}",
        )
    return found.counter


def _refuse_odd_day(door: Door, day: date) -> None:
    now = today(door)
    if day > now:
        raise Refusal(422, "day: nothing is known of the future", code="future")
    if day < now - timedelta(days=LATE_DAYS):
        raise Refusal(
            422,
            f"day: expected one of the last {LATE_DAYS} days, got {day.isoformat()}; "
            "older days are closed",
            code="too_late",
        )
    if door.plan_of(day).opens_at is None:
        raise Refusal(
            422,
            f"day: expected a working day of the calendar, got {day.isoformat()}",
            code="day_off",
        )
