"""The pages: Siap? (the board), Putar ulang (flags and their replay), sign-in.

Who may open them is decided where the API decides it: `service.api.security`.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from service.api.door import Door
from service.api.objects import cameras_for, flag_for, tiles_for
from service.api.routes.reviews import said_about
from service.api.security import FLAGS, REVIEW, TheDoor, Who
from service.store.rows import FlagFilter
from service.texts import Lang, word
from service.web import (
    briefing_routes,
    go_page,
    message_page,
    observation_routes,
    recheck_routes,
    replay_routes,
    review_routes,
    settings_page,
    setup_page,
    static_files,
    trend_routes,
)
from service.web.board_page import board_view, versions_of
from service.web.flag_page import flag_row, flag_view
from service.web.offers import offers
from service.web.pages import LANGUAGE_COOKIE, YEAR_S, PageRoute, language, local_path, render
from service.web.replay_routes import around
from service.web.review_page import said_view
from service.web.static_files import release
from vision.values import Outcome

PAGE_OF_FLAGS = 50

router = APIRouter(route_class=PageRoute, include_in_schema=False)


# ------------------------------------------------------------ Siap?


def _board(request: Request, who: Who, door: Door, template: str, mode: str) -> str:
    lang = language(request)
    office = door.office.board()
    seen = replace(office, tiles=tiles_for(who, office.tiles), cameras=cameras_for(who, office))
    pressed = door.store.go.of(office.plan.day)
    board = board_view(seen, door.office.policy(), lang, pressed)
    return render(
        template,
        request,
        lang,
        board=board,
        versions=versions_of(board),
        wall=mode == "wall",
        release=f"{release()} {lang}",
        **offers(who),
    )


@router.get("/")
def show_board(
    request: Request, who: Who, door: TheDoor, mode: Annotated[str, Query()] = ""
) -> Response:
    """Siap?"""
    return HTMLResponse(_board(request, who, door, "board.html", mode))


@router.get("/board/tiles")
def show_tiles(
    request: Request, who: Who, door: TheDoor, mode: Annotated[str, Query()] = ""
) -> Response:
    """What changes on the board, for a page that is open already; as one event wakes them all, it
    is made once for all that may see the same.
    """
    may = tuple(sorted(offers(who).items()))
    key = (door.office.revision(), language(request), mode, who.counters, may)
    return HTMLResponse(
        door.tiles.of(key, lambda: _board(request, who, door, "board_fragment.html", mode))
    )


@router.get("/board/pulse")
def show_pulse(who: Who, door: TheDoor) -> Response:
    """The revision of the board: a sign of life for a page whose stream is silent."""
    return PlainTextResponse(str(door.office.revision()))


# ------------------------------------------------------------ Putar ulang


@router.get("/flags", dependencies=[Depends(FLAGS)])
def show_flags(
    request: Request,
    who: Who,
    door: TheDoor,
    after: Annotated[int | None, Query(ge=1)] = None,
    part: Annotated[str, Query()] = "",
) -> Response:
    """What a person should look at, newest first."""
    lang = language(request)
    board = door.office.board()
    flags = door.store.flags(FlagFilter(among=who.counters), after=after, limit=PAGE_OF_FLAGS + 1)
    shown, more = flags[:PAGE_OF_FLAGS], len(flags) > PAGE_OF_FLAGS
    newest = door.store.latest_records([flag.flag_id for flag in shown])
    policy, layout, zone = door.office.policy(), door.office.layout(), ZoneInfo(board.time_zone)
    page = render(
        "flag_more.html" if part == "rows" else "flags.html",
        request,
        lang,
        office=board.office_name,
        rows=[
            flag_row(flag, newest.get(flag.flag_id), policy, layout, zone, lang) for flag in shown
        ],
        older=f"/flags?after={shown[-1].flag_id}" if more else "",
        **offers(who),
    )
    return HTMLResponse(page)


@router.get("/flags/{flag_id}", dependencies=[Depends(FLAGS)])
def show_flag(flag_id: int, request: Request, who: Who, door: TheDoor) -> Response:
    """One flag: what was decided and why, and its pictures to replay."""
    lang = language(request)
    board = door.office.board()
    zone = ZoneInfo(board.time_zone)
    detail = flag_for(who, door, flag_id)
    said = None
    if detail.records:
        told = said_about(who, door, flag_id)
        may_review = REVIEW.admits(who)
        verdict = detail.records[-1].verdict
        said = said_view(
            told,
            verdict,
            zone,
            lang,
            may_review=may_review,
            may_contest=who.may_contest(detail.flag.counter),
        )
    offset = detail.flag.opened_at.astimezone(zone).utcoffset() or timedelta()
    page = render(
        "flag.html",
        request,
        lang,
        office=board.office_name,
        flag=flag_view(detail, door.office.policy(), door.office.layout(), zone, lang),
        outcomes=[(outcome, word(outcome, lang)) for outcome in Outcome],
        offset=round(offset.total_seconds() / 60),
        said=said,
        around=around(detail.flag, zone),
        **offers(who),
    )
    return HTMLResponse(page)


# ------------------------------------------------------------ sign-in and language


@router.get("/login")
def show_login(request: Request, to: Annotated[str | None, Query()] = None) -> Response:
    """Sign in."""
    return HTMLResponse(render("login.html", request, language(request), to=local_path(to)))


@router.get("/language/{lang}")
def choose_language(lang: Lang, to: Annotated[str | None, Query()] = None) -> Response:
    """Remember the reader's language and go back to the page."""
    response = RedirectResponse(local_path(to), 303)
    response.set_cookie(LANGUAGE_COOKIE, lang.value, max_age=YEAR_S, samesite="lax", httponly=True)
    return response


router.include_router(go_page.router)
router.include_router(observation_routes.router)
router.include_router(replay_routes.router)
router.include_router(review_routes.router)
router.include_router(recheck_routes.router)
router.include_router(briefing_routes.router)
router.include_router(trend_routes.router)
router.include_router(message_page.router)
router.include_router(setup_page.router)
router.include_router(settings_page.router)
router.include_router(static_files.router)
