"""How a page is made: templates, language, headers, and refusals in words.

Pages carry no inline script and no inline style; everything they need lies in `static/`.
"""

import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException

from service.texts import Lang, section, text
from service.web.static_files import static_url
from service.web.tones import OUTCOME_TONES

LANGUAGE_COOKIE = "siaga_language"
YEAR_S = 365 * 24 * 3600
SPOKEN = (403, 404, 500, 503)


class PageRoute(APIRoute):
    """A route that answers people: a refusal is a page in words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals turned into pages."""
        handler = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                return await handler(request)
            except HTTPException as error:
                return refusal(request, error.status_code)
            except RequestValidationError:  # an address that means nothing
                return refusal(request, 404)

        return page


def refusal(request: Request, status: int) -> Response:
    """Why there is no page, in words; who is not signed in goes to the sign-in page."""
    if status == 401 and not request.url.path.startswith("/board/"):
        if "hx-request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": "/login"})
        return RedirectResponse(f"/login?to={quote(here(request), safe='')}", 303)
    spoken = status if status in SPOKEN else (404 if status < 500 else 500)
    lang = language(request)
    body = render(
        "error.html",
        request,
        lang,
        title=text(f"error.{spoken}_title", lang),
        words=text(f"error.{spoken}_text", lang),
        status=status,
        retries=status == 503,
    )
    return HTMLResponse(body, status)


def language(request: Request) -> Lang:
    """The reader's choice, Indonesian until one was made."""
    try:
        return Lang(request.cookies.get(LANGUAGE_COOKIE, ""))
    except ValueError:
        return Lang.ID


def local_path(wanted: str | None) -> str:
    """A path on this server; anything that would lead elsewhere becomes the board."""
    if not wanted or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return "/"
    if any(ord(letter) < 32 for letter in wanted):
        return "/"
    return wanted


def here(request: Request) -> str:
    """Path and query of this page, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def render(template: str, request: Request, lang: Lang, **values: object) -> str:
    """The page as text. Templates speak through `t(message_id)` and never hold a sentence."""

    def t(message_id: str, **words: object) -> str:
        return text(message_id, lang, **words)

    page = environment().get_template(template)
    return page.render(t=t, lang=lang, languages=Lang, path=here(request), **values)


@cache
def environment() -> Environment:
    """The templates: escaped by default, an undefined name is an error."""
    made = Environment(
        loader=PackageLoader("service.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_url
    made.globals["siaga_version"] = siaga_version()
    made.filters["stamp"] = stamp
    made.filters["words"] = words_block
    made.filters["outcome_tone"] = lambda outcome: OUTCOME_TONES[outcome]
    return made


def siaga_version() -> str:
    """The installed version; a source tree that was never installed has none."""
    try:
        return version("siaga")
    except PackageNotFoundError:
        return "dev"


def stamp(at: datetime) -> str:
    """An instant as scripts read it."""
    return at.isoformat(timespec="milliseconds")


def words_block(sections: tuple[str, ...], lang: Lang) -> Markup:
    """Catalogue sections as JSON for a data block; no `<` can end the block early."""
    words = {name: section(name, lang) for name in sections}
    plain = json.dumps(words, ensure_ascii=False)
    return Markup(plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
