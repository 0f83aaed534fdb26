"""What was written down: verdicts, flags with their frames, and the kept pictures."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from service.api import objects
from service.api.answers import FOR_A_DAY, answer, tagged
from service.api.door import Door
from service.api.routes.board import instant_of
from service.api.schemas import (
    AtQuery,
    FlagDetailAnswer,
    FlagsAnswer,
    Sha,
    VerdictsAnswer,
)
from service.api.security import BOARD, FLAGS, TheDoor, Who
from service.api.tell import Teller, zones_of
from service.store import FlagFilter, Order, RecordFilter
from vision.layout import Layout
from vision.values import Outcome

router = APIRouter(tags=["records"])

CursorQuery = Annotated[
    str | None, Query(description="`next` of the page before", pattern=r"^[0-9]{1,18}$")
]
LimitQuery = Annotated[int, Query(ge=1, le=200, description="how many at most")]
WordQuery = Annotated[str | None, Query(max_length=80)]
InstantQuery = Annotated[AtQuery | None, Query(description="an instant with offset", max_length=40)]
FlagId = Annotated[int, Path(ge=1, le=2**62)]


def _teller(door: Door) -> Teller:
    return Teller.of(door.office.board(), door.office.policy())


def _next(ids: list[int], limit: int) -> str | None:
    return str(ids[limit - 1]) if len(ids) > limit else None


@router.get("/verdicts", response_model=VerdictsAnswer, **BOARD.route)
def verdicts(
    caller: Who,
    door: TheDoor,
    day: date | None = None,
    counter: WordQuery = None,
    clause: WordQuery = None,
    outcome: Outcome | None = None,
    since: InstantQuery = None,
    until: InstantQuery = None,
    order: Order = Order.NEWEST,
    cursor: CursorQuery = None,
    limit: LimitQuery = 50,
) -> Response:
    """Recorded verdicts, newest first unless asked otherwise."""
    chosen = RecordFilter(
        day=day,
        counter=counter,
        clause=clause,
        outcome=outcome,
        since=None if since is None else instant_of("since", since),
        until=None if until is None else instant_of("until", until),
        among=caller.counters,
    )
    after = None if cursor is None else int(cursor)
    found = door.store.records(chosen, after=after, limit=limit + 1, order=order)
    teller = _teller(door)
    return answer(
        VerdictsAnswer(
            items=tuple(teller.record(record) for record in found[:limit]),
            next=_next([record.record_id for record in found], limit),
        )
    )


@router.get("/flags", response_model=FlagsAnswer, **FLAGS.route)
def flags(
    caller: Who,
    door: TheDoor,
    day: date | None = None,
    counter: WordQuery = None,
    clause: WordQuery = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    since: InstantQuery = None,
    until: InstantQuery = None,
    order: Order = Order.NEWEST,
    cursor: CursorQuery = None,
    limit: LimitQuery = 50,
) -> Response:
    """What a human should look at, newest first unless asked otherwise."""
    chosen = FlagFilter(
        day=day,
        counter=counter,
        clause=clause,
        open=is_open,
        since=None if since is None else instant_of("since", since),
        until=None if until is None else instant_of("until", until),
        among=caller.counters,
    )
    after = None if cursor is None else int(cursor)
    found = door.store.flags(chosen, after=after, limit=limit + 1, order=order)
    ids = [flag.flag_id for flag in found]
    newest, histories = door.store.latest_records(ids), door.store.reviews.histories(ids)
    teller = _teller(door)
    seen = [objects.as_seen_by(caller, f, histories.get(f.flag_id)) for f in found[:limit]]
    return answer(
        FlagsAnswer(
            items=tuple(teller.flag(f, newest.get(f.flag_id)) for f in seen),
            next=_next([flag.flag_id for flag in found], limit),
        )
    )


@router.get("/flags/{flag_id}", response_model=FlagDetailAnswer, **FLAGS.route)
def flag(caller: Who, door: TheDoor, flag_id: FlagId) -> Response:
    """All that a replay needs: verdicts, frames in order, and the zones as they lay then."""
    detail = objects.flag_for(caller, door, flag_id)
    teller = _teller(door)
    drawn = layout_of(door, detail.flag.layout)
    counters = [c for c in drawn.counters if c.counter == detail.flag.counter]
    history = door.store.reviews.histories([flag_id]).get(flag_id)
    seen = objects.as_seen_by(caller, detail.flag, history)
    return answer(
        FlagDetailAnswer(
            flag=teller.flag(seen, detail.records[-1] if detail.records else None),
            records=tuple(teller.record(record) for record in detail.records),
            frames=tuple(teller.frame(frame) for frame in detail.frames),
            layout=detail.flag.layout,
            zones=zones_of(counters[0]) if counters else (),
        )
    )


def layout_of(door: Door, version: str) -> Layout:
    """The zones as a verdict cites them; none when that drawing was never kept."""
    drawn = door.office.layout()
    if drawn.version == version:
        return drawn
    return door.store.layout(version) or Layout(version, ())


@router.get(
    "/evidence/{sha}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "The picture"}},
    **FLAGS.route,
)
def evidence(request: Request, caller: Who, door: TheDoor, sha: Sha) -> Response:
    """A kept picture of a flag, heads blurred. Every view is written into the audit log."""
    kept = objects.picture_for(caller, door, sha)
    detail: dict[str, object] = {"flags": list(kept.flag_ids), "via": caller.via}
    door.store.audit(caller.name, "evidence.view", f"evidence/{sha}", detail, at=door.clock())
    return tagged(request, kept.jpeg, "image/jpeg", cache=FOR_A_DAY, tag=sha)
