"""GO: the page on which a supervisor opens the counters, with reasons for what is open."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from service.api.objects import tiles_for
from service.api.routes.go import told
from service.api.security import GO, TheDoor, Who
from service.going import open_tiles
from service.texts import Lang, time_text, word
from service.web.board_page import element_key, finding_lines
from service.web.flag_page import counter_name
from service.web.offers import offers
from service.web.pages import PageRoute, language, render
from service.web.tones import STATE_TONES, Tone
from vision.entries import NOTE_LENGTH

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A counter that is not ready, in words."""

    counter: str
    key: str
    name: str
    words: str
    tone: Tone
    sentences: tuple[str, ...]


@router.get("/go", dependencies=[Depends(GO)])
def show_go(request: Request, who: Who, door: TheDoor) -> Response:
    """What is open, a reason for each, and the button."""
    lang = language(request)
    board, policy, layout = door.office.board(), door.office.policy(), door.office.layout()
    zone = ZoneInfo(board.time_zone)
    answer = told(who, door)
    pressed = answer.pressed
    rows = [
        OpenRow(
            tile.counter,
            element_key(tile.counter),
            tile.name,
            word(tile.state, lang),
            STATE_TONES[tile.state],
            finding_lines(tile, policy, zone, lang),
        )
        for tile in tiles_for(who, open_tiles(board))
    ]
    page = render(
        "go.html",
        request,
        lang,
        office=board.office_name,
        rows=rows,
        may_press=answer.may_press,
        most=NOTE_LENGTH,
        answer_time=_maybe(board.plan.ready_at, zone, lang),
        closing_time=_maybe(board.plan.closes_at, zone, lang),
        pressed=None
        if pressed is None
        else {
            "time": time_text(pressed.at, zone, lang),
            "by": pressed.by,
            "items": [
                (counter_name(layout, one.counter), word(one.state, lang), one.reason)
                for one in pressed.items
            ],
        },
        **offers(who),
    )
    return HTMLResponse(page)


def _maybe(at: datetime | None, zone: ZoneInfo, lang: Lang) -> str:
    return "" if at is None else time_text(at, zone, lang)
