"""Pengamatan: what people observe at the counter, on a phone."""

from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.api.routes.observations import LATE_DAYS, today
from service.api.schemas import DayQuery
from service.api.security import OBSERVE, TheDoor, Who
from service.calendar import working_day_before
from service.texts import day_text
from service.web.observation_page import groups, places
from service.web.offers import offers
from service.web.pages import PageRoute, language, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/observations", dependencies=[Depends(OBSERVE)])
def show_observations(
    request: Request, who: Who, door: TheDoor, day: Annotated[DayQuery | None, Query()] = None
) -> Response:
    """Every clause that only people judge, one tap each."""
    lang = language(request)
    board, layout = door.office.board(), door.office.layout()
    zone = ZoneInfo(board.time_zone)
    now = today(door)
    chosen = day if day is not None else now
    before = working_day_before(door.plan_of, now)
    near = before is not None and (now - before).days <= LATE_DAYS

    def named(one: object) -> str:
        return "" if one is None else day_text(datetime.combine(one, time(12), zone), zone, lang)  # type: ignore[arg-type]

    page = render(
        "observations.html",
        request,
        lang,
        office=board.office_name,
        policy=board.policy,
        user=who.name,
        day=chosen.isoformat(),
        day_words=named(chosen),
        working=door.plan_of(chosen).opens_at is not None,
        is_today=chosen == now,
        before=before.isoformat() if before is not None and near and chosen == now else "",
        places=[p for p in places(layout, lang) if not p.counter or who.may_see(p.counter)],
        groups=groups(door.office.policy(), layout, lang),
        **offers(who),
    )
    return HTMLResponse(page)
