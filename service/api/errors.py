"""Every refusal in one shape: {"error": {"code", "message", "detail"}}. Codes: docs/errors.md."""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from service.accounts import LoginRefused, LoginWaits
from service.api.headers import SECURITY_HEADERS
from vision.errors import AccessError, SiagaError, StoreError

log = logging.getLogger(__name__)

CODES = {
    400: ("bad_request", "the request cannot be understood"),
    401: ("not_signed_in", "sign in, or send a token that has not ended"),
    403: ("not_allowed", "this account or token may not do this"),
    404: ("not_found", "there is no such thing, or it is not for this account"),
    405: ("method_not_allowed", "this address does not take this method"),
    409: ("changed", "it changed meanwhile; look at it again"),
    410: ("gone", "this was kept once and has been removed by rule"),
    413: ("too_large", "the request is too large"),
    415: ("unsupported_media_type", "expected application/json"),
    422: ("invalid", "the request does not fit the description in openapi.json"),
    429: ("slow_down", "too many requests of this kind; try again later"),
    500: ("internal", "something broke inside; the log of the server says what"),
    503: ("unavailable", "the office cannot answer now; try again soon"),
}


def error_body(code: str, message: str, detail: object = None) -> dict[str, object]:
    """The one shape of a refusal."""
    return {"error": {"code": code, "message": message, "detail": detail}}


def refuse(
    status: int,
    message: str | None = None,
    *,
    code: str | None = None,
    detail: object = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A refusal as an answer."""
    known, said = CODES.get(status, ("refused", "the request was refused"))
    body = error_body(code or known, message or said, detail)
    return JSONResponse(body, status, headers=dict(headers or {}))


class Refusal(HTTPException):
    """Raised by a route; becomes the one shape."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        code: str | None = None,
        detail: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, headers)
        self.message = message
        self.code = code
        self.reason = detail


def add_handlers(app: FastAPI) -> None:
    """Turn every error into the one shape."""

    def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        page = _page(request, error.status_code)
        if page is not None:
            return page
        if isinstance(error, Refusal):
            return refuse(
                error.status_code,
                error.message,
                code=error.code,
                detail=error.reason,
                headers=error.headers,
            )
        return refuse(error.status_code, headers=error.headers)

    def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        faults = [  # never what was sent: it may be a password
            {"where": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
            for fault in error.errors()
        ]
        return refuse(422, detail=jsonable_encoder(faults))

    def on_waits(request: Request, error: Exception) -> Response:
        assert isinstance(error, LoginWaits)
        headers = {"Retry-After": str(error.seconds)}
        return refuse(429, str(error), code=error.code, headers=headers)

    def on_login(request: Request, error: Exception) -> Response:
        return refuse(401, str(error), code=LoginRefused.code)

    def on_access(request: Request, error: Exception) -> Response:
        return refuse(403, str(error), code=AccessError.code)

    def on_store(request: Request, error: Exception) -> Response:
        log.error("%s %s: %s", request.method, request.url.path, error)  # the client gets no path
        return _page(request, 503) or refuse(
            503, "the memory of the office cannot be used now", code=StoreError.code
        )

    def on_siaga(request: Request, error: Exception) -> Response:
        assert isinstance(error, SiagaError)
        log.error("%s %s: %s", request.method, request.url.path, error)
        return refuse(500, code=error.code)

    def on_any(request: Request, error: Exception) -> Response:
        answer = _page(request, 500) or refuse(500)  # who calls logs it with its traceback
        for name, value in SECURITY_HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(LoginWaits, on_waits)
    app.add_exception_handler(LoginRefused, on_login)
    app.add_exception_handler(AccessError, on_access)
    app.add_exception_handler(StoreError, on_store)
    app.add_exception_handler(SiagaError, on_siaga)
    app.add_exception_handler(Exception, on_any)


def _page(request: Request, status: int) -> Response | None:
    """The refusal as a page, for a browser that asked for one."""
    path = request.url.path
    if path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return None
    from service.web.pages import refusal  # not needed by programs

    return refusal(request, status)
