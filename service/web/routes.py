"""The pages: Siap? (the board), Putar ulang (flags and their replay), sign-in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from service.board import OfficeView
from service.texts import Lang
from service.web import static_files
from service.web.board_page import board_view, versions_of
from service.web.pages import LANGUAGE_COOKIE, YEAR_S, PageRoute, language, local_path, render

router = APIRouter(
    route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse
)


def office_of(request: Request) -> OfficeView:
    """The running office."""
    office: OfficeView = request.app.state.office
    return office


def _board(request: Request, template: str, mode: str) -> HTMLResponse:
    office = office_of(request)
    lang = language(request)
    board = board_view(office.board(), office.policy(), lang)
    return HTMLResponse(
        render(
            template,
            request,
            lang,
            board=board,
            versions=versions_of(board),
            wall=mode == "wall",
            signed_in=True,
        )
    )


@router.get("/")
def show_board(request: Request, mode: Annotated[str, Query()] = "") -> Response:
    """Siap?"""
    return _board(request, "board.html", mode)


@router.get("/board/tiles")
def show_tiles(request: Request, mode: Annotated[str, Query()] = "") -> Response:
    """What changes on the board, for a page that is open already."""
    return _board(request, "board_fragment.html", mode)


@router.get("/board/pulse")
def show_pulse(request: Request) -> Response:
    """The revision of the board: a sign of life for a page whose stream is silent."""
    return PlainTextResponse(str(office_of(request).board().revision))


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


router.include_router(static_files.router)
