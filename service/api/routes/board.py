"""What stands on the board: readiness, counters, cameras, the standard, and their stream."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from service.accounts import Caller
from service.api import objects
from service.api.answers import answer, tagged
from service.api.door import Door
from service.api.errors import Refusal
from service.api.schemas import (
    AtQuery,
    CameraAnswer,
    CamerasAnswer,
    CounterAnswer,
    CounterReadiness,
    CountersAnswer,
    PolicyAnswer,
    ReadinessAnswer,
)
from service.api.security import BOARD, TheDoor, Who, caller_of
from service.api.tell import Teller, picture_url, policy_answer, zones_of

router = APIRouter(tags=["board"])


def _teller(door: Door) -> Teller:
    return Teller.of(door.office.board(), door.office.policy())


@router.get("/readiness", response_model=ReadinessAnswer, **BOARD.route)
def readiness(
    caller: Who,
    door: TheDoor,
    at: Annotated[
        AtQuery | None,
        Query(description="answer what was known then: an instant with offset", max_length=40),
    ] = None,
) -> Response:
    """Which counter is ready, which is not, and why: now, or as it was known at an instant."""
    board = door.office.board()
    if at is None:
        tiles = objects.tiles_for(caller, board.tiles)
        return answer(_teller(door).readiness(board, tiles))
    moment = instant_of("at", at)
    if moment > board.now:
        raise Refusal(422, "nothing is known of the future", code="future")
    return answer(_stood(caller, door, moment))


def instant_of(name: str, text: str) -> datetime:
    """An instant of a query. Errors: Refusal 422 when it has no offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise Refusal(
            422, f"{name}: expected an instant with offset, like 2026-11-24T07:55:00+07:00"
        )
    return moment


def _stood(caller: Caller, door: Door, at: datetime) -> ReadinessAnswer:
    day = door.store.day_of(at)
    answers = {a.counter: a for a in door.store.readiness(day, at=at)}
    flags = door.store.flag_ids(day, at=at)
    counters = [c for c in door.office.layout().counters if caller.may_see(c.counter)]
    pictures = door.store.pictures_of(day, at=at)
    return _teller(door).stood(door.office.board(), at, counters, answers, flags, pictures)


@router.get("/counters", response_model=CountersAnswer, **BOARD.route)
def counters(caller: Who, door: TheDoor) -> Response:
    """Every counter as it stands now."""
    return answer(CountersAnswer(items=_tiles(caller, door)))


def _tiles(caller: Caller, door: Door) -> tuple[CounterReadiness, ...]:
    board, teller = door.office.board(), _teller(door)
    tiles = objects.tiles_for(caller, board.tiles)
    return tuple(teller.tile(tile, board.plan, board.now) for tile in tiles)


@router.get("/counters/{counter}", response_model=CounterAnswer, **BOARD.route)
def counter(caller: Who, door: TheDoor, counter: str) -> Response:
    """One counter: its standing verdicts, its zones, and what its newest frame said."""
    drawn = objects.counter_for(caller, door, counter)
    tile = objects.tile_for(caller, door, counter)
    board, teller = door.office.board(), _teller(door)
    sample = door.office.last_sample(drawn.counter)
    return answer(
        CounterAnswer(
            readiness=teller.tile(tile, board.plan, board.now),
            verdicts=tuple(teller.verdict(v) for v in door.office.standing(drawn.counter)),
            layout=door.office.layout().version,
            zones=zones_of(drawn),
            sample=None if sample is None else teller.sample(sample),
        )
    )


@router.get(
    "/counters/{counter}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "The picture"}},
    **BOARD.route,
)
def picture(
    request: Request,
    caller: Who,
    door: TheDoor,
    counter: str,
    small: Annotated[
        bool, Query(description="at most 480 pixels wide, as a board shows it")
    ] = False,
    v: Annotated[
        str, Query(description="version of the picture, only for caches", max_length=80)
    ] = "",
) -> Response:
    """The newest picture of a counter, heads blurred. 404 until there is one."""
    drawn = objects.counter_for(caller, door, counter)
    jpeg = door.office.picture(drawn.counter)
    if jpeg is None:
        raise Refusal(404, "there is no picture of this counter yet", code="no_picture")
    shown = door.small_pictures.of(drawn.counter, jpeg) if small else jpeg
    return tagged(request, shown, "image/jpeg")


@router.get("/cameras", response_model=CamerasAnswer, **BOARD.route)
def cameras(caller: Who, door: TheDoor) -> Response:
    """The health of every camera."""
    teller = _teller(door)
    items: tuple[CameraAnswer, ...] = tuple(
        teller.camera(camera) for camera in objects.cameras_for(caller, door.office.board())
    )
    return answer(CamerasAnswer(items=items))


@router.get("/policy", response_model=PolicyAnswer, **BOARD.route)
def policy(request: Request, door: TheDoor) -> Response:
    """The standard in force: every clause in both languages, its class and its thresholds."""
    told = policy_answer(door.office.policy()).model_dump_json().encode()
    return tagged(request, told, "application/json")


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/event-stream": {}},
            "description": "Events `board` (revision and states) and `heartbeat`",
        }
    },
    **BOARD.route,
)
def stream(request: Request, caller: Who, door: TheDoor) -> Response:
    """The board after each change, as server-sent events; a heartbeat every few seconds."""
    if door.streams.full:
        raise Refusal(503, headers={"Retry-After": "10"})

    def allowed() -> bool:
        now = caller_of(request, door)
        return now is not None and BOARD.admits(now)

    return StreamingResponse(
        door.streams.events(caller.counters, lambda: _compact(caller, door), allowed),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _compact(caller: Caller, door: Door) -> dict[str, object]:
    """The board in a few words: enough to know what to ask for."""
    board = door.office.board()
    seen = objects.cameras_for(caller, board)
    return {
        "revision": board.revision,
        "now": board.now.isoformat(),
        "phase": board.phase.value,
        "counters": [
            {
                "counter": tile.counter,
                "state": tile.state.value,
                "decided": None if tile.decided is None else tile.decided.value,
                "staffed": tile.staffed,
                "against": [finding.clause for finding in tile.against],
                "picture": None
                if tile.picture is None
                else picture_url(tile.counter, tile.picture),
            }
            for tile in objects.tiles_for(caller, board.tiles)
        ],
        "cameras": [{"camera": c.camera, "state": c.state.value} for c in seen],
    }
