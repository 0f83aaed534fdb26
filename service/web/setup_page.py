"""The page Pemasangan: what its template is given. All it does goes through the API."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from service.api.security import SETUP, TheDoor, Who
from service.texts import word
from service.web.offers import offers
from service.web.pages import PageRoute, language, render
from vision.layout import ZoneKind

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ZONES = (ZoneKind.STAFF, ZoneKind.DESK, ZoneKind.VISITOR, ZoneKind.SCREEN)
"""In the order in which they are drawn: the first is needed, the second decides most."""


@router.get("/setup", dependencies=[Depends(SETUP)])
def show_setup(request: Request, who: Who, door: TheDoor) -> Response:
    """Pemasangan: cameras and zones."""
    lang = language(request)
    page = render(
        "setup.html",
        request,
        lang,
        office=door.office.board().office_name,
        available=door.setup is not None,
        zones=[(kind, word(kind, lang)) for kind in ZONES],
        **offers(who),
    )
    return HTMLResponse(page)
