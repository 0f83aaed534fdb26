"""Who asks, and whether this route is for them: the one place that lets a request in.

A route declares `Need`; the same object stands in the OpenAPI file and refuses the request, so
what is written and what is enforced cannot part.
"""

import ipaddress
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from fastapi import Depends, Request, Response
from fastapi.params import Depends as DependsParameter

from service.accounts import SESSION_COOKIE, TOKEN_MARK, Caller, Role, Scope
from service.api.door import Door, door_of
from service.api.errors import Refusal

DEMO = Caller("demo", Role.SUPERVISOR, "demo")


def is_loopback(request: Request) -> bool:
    """Whether the client sits at this machine, and no proxy speaks for somebody else.

    The Host must be a loopback name too: a foreign page whose name was pointed here sends its own.
    """
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip")):
        return False
    client = request.client.host if request.client is not None else ""
    return _is_loopback_name(client) and _is_loopback_name(request.url.hostname or "")


def _is_loopback_name(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def caller_of(request: Request, door: Door) -> Caller | None:
    """Who asks: by token, else by cookie, else (demo, on loopback) the demo's supervisor.

    A token that has ended is nobody, also where a good cookie came with it.
    """
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind:
        fits = kind.lower() == "bearer" and secret.startswith(TOKEN_MARK)
        return door.accounts.of_token(secret) if fits else None
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie is not None:
        caller = door.accounts.of_session(cookie)
        if caller is not None:
            return caller
    return DEMO if door.settings.demo and is_loopback(request) else None


class Guarded(TypedDict):
    """Keywords of a route: what lets in, and the same in the OpenAPI file."""

    dependencies: list[DependsParameter]
    openapi_extra: dict[str, Any]


class Need:
    """Lets in who has one of the roles and, by token, the scope. 401: nobody; 403: not for them.

    `people`: no token opens it, whatever its scope: what is asked for is a human's word.
    """

    def __init__(self, scope: Scope, *roles: Role, people: bool = False) -> None:
        self.scope = scope
        self.roles = frozenset({*roles, Role.ADMIN})
        self.people = people

    def __call__(self, request: Request) -> Caller:
        """Errors: Refusal 401 or 403."""
        caller = caller_of(request, door_of(request))
        if caller is None:
            raise Refusal(401, headers={"WWW-Authenticate": "Bearer"})
        if not self.admits(caller):
            raise Refusal(403)
        request.state.caller = caller
        return caller

    def admits(self, caller: Caller) -> bool:
        """Whether this caller may use the route."""
        if self.people and caller.scopes is not None:
            return False
        return caller.role in self.roles and caller.may_use(self.scope)

    @property
    def route(self) -> Guarded:
        """The keywords that guard a route: `@router.get("/x", **NEED.route)`."""
        return self.guarded_by(self)

    def guarded_by(self, guard: Callable[[Request], object]) -> Guarded:
        """The same with a guard of the route's own that ends in this one."""
        extra: dict[str, Any] = {
            "x-required-role": [role.value for role in Role if role in self.roles],
            "security": [{"session": []}],
        }
        if not self.people:
            extra["x-required-scope"] = self.scope.value
            extra["security"].append({"token": []})
        return {"dependencies": [Depends(guard)], "openapi_extra": extra}


BOARD = Need(Scope.BOARD, *Role)
"""What stands on the board: everybody with an account."""

FLAGS = Need(Scope.FLAGS, Role.SUPERVISOR, Role.EVALUATOR)
"""Kept pictures of what was flagged: who runs the office and who reviews it."""

BRIEFING = Need(Scope.BRIEFING, Role.SUPERVISOR, Role.EVALUATOR)
"""What people observed, the briefing made of it, and the weeks: who runs the office or reviews."""

OBSERVE = Need(Scope.BRIEFING, Role.SUPERVISOR)
"""Entering an observation or a tick: the supervisor's own act."""

GO = Need(Scope.BOARD, Role.SUPERVISOR, people=True)
"""Opening the counters: a supervisor who is signed in; no token and no clock does it."""

REVIEW = Need(Scope.FLAGS, Role.SUPERVISOR, Role.EVALUATOR, people=True)
"""Saying whether what was flagged is so: a named human, signed in."""

EXPORT = Need(Scope.FLAGS, Role.SUPERVISOR, people=True)
"""Handing evidence out of the office: who runs it, for a request with a number."""

CONTEST = Need(Scope.BOARD, *Role, people=True)
"""Contesting what is said of a counter: everybody with an account, signed in."""

METRICS = Need(Scope.METRICS, *Role)

SETUP = Need(Scope.SETTINGS)
"""Cameras, zones and settings: administrators alone."""

PEOPLE = Need(Scope.SETTINGS, people=True)
"""Accounts and tokens: an administrator who is signed in. No token makes another one."""

MESSAGES = Need(Scope.SETTINGS, Role.SUPERVISOR)
"""What was told to whom, and whether it arrived: who runs the office or its machines."""

PUSH = Need(Scope.PUSH, *Role)
"""Devices: by a token made for their camera alone, whatever the role of its account."""

OPEN: dict[str, Any] = {"x-required-role": [], "security": []}
"""Routes for everybody: signing in, and whether the process lives."""


async def signed_in(request: Request) -> Caller:
    """The caller whom the route's `Need` let in. A route without one breaks here, and its test.

    Asynchronous, as it waits for nothing: else it would be sent to a thread and back.
    """
    caller: Caller = request.state.caller
    return caller


async def door_here(request: Request) -> Door:
    """The door through which a request came, without a thread."""
    return door_of(request)


Who = Annotated[Caller, Depends(signed_in)]
TheDoor = Annotated[Door, Depends(door_here)]


def let_into_pages(request: Request) -> None:
    """Guards every page but the sign-in page and the files pages are made of.

    Errors: Refusal 401, which `PageRoute` turns into the sign-in page, or 403.
    """
    path = request.url.path
    if path == "/login" or path.startswith(("/static/", "/language/")):
        return
    if "authorization" in request.headers:
        raise Refusal(401)  # pages are for browsers; a narrow token must not widen here
    BOARD(request)


def set_session_cookie(request: Request, response: Response, door: Door, secret: str) -> None:
    """Give the browser its session: unreadable for scripts, never sent by foreign pages' posts."""
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(door.settings.session_life.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_secure(request, door),
    )


def drop_session_cookie(request: Request, response: Response, door: Door) -> None:
    """Take the session back."""
    response.delete_cookie(
        SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=_secure(request, door)
    )


def _secure(request: Request, door: Door) -> bool:
    if door.settings.secure_cookies is not None:
        return door.settings.secure_cookies
    return not is_loopback(request)
