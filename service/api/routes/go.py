"""GO, pressed by a supervisor, with reasons for what is open."""

from fastapi import APIRouter, Response

from service.accounts import Caller
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.objects import tiles_for
from service.api.routes.observations import plain
from service.api.schemas import ErrorAnswer
from service.api.schemas_go import GoAnswer, GoOpen, GoPressed, GoWords
from service.api.security import BRIEFING, GO, TheDoor, Who
from service.api.tell import Teller, words
from service.board import TileState
from service.going import NotNow, Pressed, Unexplained, may_go, open_tiles, press
from service.store import GoRow

router = APIRouter(tags=["board"])


@router.get("/go", response_model=GoAnswer, **BRIEFING.route)
def go(caller: Who, door: TheDoor) -> Response:
    """Whether GO was pressed today, and what is open."""
    return answer(told(caller, door))


@router.post(
    "/go",
    response_model=GoAnswer,
    status_code=201,
    responses={409: {"model": ErrorAnswer, "description": "Pressed before, or not the time"}},
    **GO.route,
)
def press_go(caller: Who, door: TheDoor, body: GoWords) -> Response:
    """Press GO, once a day. 422 where a counter is open and no reason was given."""
    board = door.office.board()
    reasons, faults = {}, []
    for counter, why in body.reasons.items():
        try:
            reasons[counter] = plain(why, name="reason")
        except Refusal as fault:
            faults.append({"where": f"reasons.{counter}", "message": fault.message})
    if faults:
        raise Refusal(422, detail=faults)
    try:
        row = press(door.store, board, caller.name, reasons)
    except Pressed:
        raise Refusal(409, "GO was pressed today before", code="changed") from None
    except NotNow:
        said = "GO is pressed between the answer and the end of counter hours"
        raise Refusal(409, said, code="not_now") from None
    except Unexplained as missing:
        faults = [
            {"where": f"reasons.{counter}", "message": "expected why it is opened all the same"}
            for counter in missing.counters
        ]
        raise Refusal(422, "a counter is open and no reason was given", detail=faults) from None
    door.store.audit(
        caller.name,
        "go.press",
        f"day/{row.day.isoformat()}",
        {"open": [item.counter for item in row.items]},
        at=door.clock(),
    )
    return answer(told(caller, door), 201)


def told(caller: Caller, door: Door) -> GoAnswer:
    """GO of today as this caller may see it."""
    board = door.office.board()
    row = door.store.go.of(board.plan.day)
    teller = Teller.of(board, door.office.policy())
    return GoAnswer(
        day=board.plan.day,
        may_press=row is None and may_go(board),
        pressed=None if row is None else _pressed(caller, row, teller),
        open=tuple(
            teller.tile(tile, board.plan, board.now)
            for tile in tiles_for(caller, open_tiles(board))
        ),
    )


def _pressed(caller: Caller, row: GoRow, teller: Teller) -> GoPressed:
    return GoPressed(
        by=row.account,
        at=teller.at(row.at),
        items=tuple(
            GoOpen(
                counter=item.counter,
                state=TileState(item.state),
                state_text=words(TileState(item.state)),
                clauses=item.clauses,
                reason=item.reason,
            )
            for item in row.items
            if caller.may_see(item.counter)
        ),
    )
