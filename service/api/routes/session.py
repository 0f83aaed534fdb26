"""Signing in and out, and who one is."""

from fastapi import APIRouter, Request, Response

from service.accounts import SESSION_COOKIE, Caller
from service.api.answers import answer
from service.api.schemas import Me, SignIn
from service.api.security import (
    BOARD,
    OPEN,
    TheDoor,
    Who,
    drop_session_cookie,
    set_session_cookie,
)

router = APIRouter(tags=["session"])


@router.post("/session", response_model=Me, status_code=201, openapi_extra=OPEN)
def sign_in(request: Request, door: TheDoor, body: SignIn) -> Response:
    """Sign in with name and password; the answer sets the session cookie."""
    address = request.client.host if request.client is not None else "unknown"
    secret, caller = door.accounts.sign_in(
        body.name, body.password, address, door.settings.session_life
    )
    response = answer(_me(caller), 201)
    set_session_cookie(request, response, door, secret)
    return response


@router.delete("/session", status_code=204, response_class=Response, openapi_extra=OPEN)
def sign_out(request: Request, door: TheDoor) -> Response:
    """End the session of this cookie, if there is one."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret is not None:
        door.accounts.sign_out(secret)
    response = Response(status_code=204)
    drop_session_cookie(request, response, door)
    return response


@router.get("/me", response_model=Me, **BOARD.route)
def me(caller: Who) -> Response:
    """Who asks, and what this credential may be used for."""
    return answer(_me(caller))


def _me(caller: Caller) -> Me:
    return Me(
        name=caller.name,
        role=caller.role,
        via=caller.via,
        scopes=None if caller.scopes is None else tuple(sorted(caller.scopes)),
        counters=None if caller.counters is None else tuple(sorted(caller.counters)),
    )
