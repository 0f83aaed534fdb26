"""Build the application. Nothing is read at import; everything comes in as a value."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache, partial
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from cameras.push import Mailbox
from service.accounts import Accounts
from service.api.description import as_text, describe
from service.api.door import ApiSettings, Door
from service.api.errors import add_handlers, refuse
from service.api.headers import Guard
from service.api.routes import (
    board,
    briefings,
    go,
    message_settings,
    observations,
    operations,
    people,
    push,
    rechecks,
    records,
    replays,
    reviews,
    session,
    trends,
)
from service.api.routes import messages as message_routes
from service.api.routes import settings as settings_routes
from service.api.routes import setup as setup_routes
from service.api.schemas import ErrorAnswer
from service.api.security import let_into_pages
from service.api.streams import Streams
from service.board import OfficeView
from service.calendar import CalendarSettings, plan_day
from service.evidence import Evidence
from service.messages.desk import MessageView
from service.metrics import Metrics
from service.setup import Setup
from service.store import Store
from vision.day import DayPlan

PREFIX = "/api/v1"
PACKED_FROM_BYTES = 1000
PACKED_LEVEL = 5
"""A page of 14 KB in 0.3 ms to 3.5 KB; 9 takes twice as long for a hundredth less."""
REFUSALS: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorAnswer, "description": "Refused"} for status in (401, 403, 404, 422)
}


def utc_now() -> datetime:
    """The clock of sessions, tokens and audit (the office has its own on the board)."""
    return datetime.now(UTC)


def create_app(
    office: OfficeView,
    store: Store,
    evidence: Evidence,
    settings: ApiSettings | None = None,
    *,
    accounts: Accounts | None = None,
    clock: Callable[[], datetime] = utc_now,
    mailboxes: Mapping[str, Mailbox] | None = None,
    plan_of: Callable[[date], DayPlan] | None = None,
    setup: Setup | None = None,
    messages: MessageView | None = None,
) -> FastAPI:
    """The application over a running office. The caller opens and closes store and evidence.

    `mailboxes` are those of the cameras that bring their pictures themselves; `plan_of` is the
    office's calendar (default: an ordinary one in its zone); `setup` changes the office while it
    works (None: only its file does, at the next start); `messages` says who is told (None: nobody).

    A server that stops calls `close_streams(app)` first.
    """
    chosen = settings if settings is not None else ApiSettings()
    metrics = Metrics(office, store, evidence, messages)
    app = FastAPI(
        routes=[*_routes()],
        openapi_url=None,  # served by a route, behind sign-in; its pages would need a network
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.office = office
    app.state.door = Door(
        office=office,
        store=store,
        evidence=evidence,
        accounts=accounts if accounts is not None else Accounts(store, clock=clock),
        settings=chosen,
        streams=Streams(office, chosen.heartbeat_s),
        metrics=metrics,
        clock=clock,
        mailboxes=mailboxes if mailboxes is not None else {},
        plan_of=plan_of if plan_of is not None else _ordinary(office),
        setup=setup,
        messages=messages,
    )
    app.state.description = cache(lambda: as_text(describe(app)).encode())  # seldom asked for
    add_handlers(app)
    # No page holds a secret beside words of a request, which packing could give away.
    app.add_middleware(GZipMiddleware, minimum_size=PACKED_FROM_BYTES, compresslevel=PACKED_LEVEL)
    app.add_middleware(
        Guard,
        refuse=lambda status, code, message: refuse(status, message, code=code),
        observe=metrics.observe,
        trusted_origins=chosen.trusted_origins,
        max_body_bytes=chosen.max_body_bytes,
        max_picture_bytes=chosen.max_picture_bytes,
        demo=chosen.demo,
    )
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every route. They hold no state, and FastAPI works them out at the first request, for longer
    than it takes to answer: all applications of a process share them.
    """
    router = APIRouter(generate_unique_id_function=_operation_id)
    parts = (
        *(board, go, records, reviews, rechecks, replays, observations, briefings, trends),
        *(setup_routes, settings_routes, message_settings, people, push, message_routes, session),
    )
    for part in parts:
        router.include_router(part.router, prefix=PREFIX, responses=REFUSALS)
    router.include_router(operations.router, responses=REFUSALS)
    if find_spec("service.web") is not None and find_spec("service.web.routes") is not None:
        from service.web import routes as pages

        router.include_router(pages.router, dependencies=[Depends(let_into_pages)])
    return tuple(router.routes)


def _ordinary(office: OfficeView) -> Callable[[date], DayPlan]:
    return partial(plan_day, CalendarSettings(ZoneInfo(office.board().time_zone)))


def close_streams(app: FastAPI) -> None:
    """End every event stream, from any thread: a server waits for open answers before it stops."""
    door: Door = app.state.door
    door.streams.close()


def _operation_id(route: APIRoute) -> str:
    return route.name
