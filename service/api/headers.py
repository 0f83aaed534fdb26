"""What every answer carries, and what every request must respect before a route sees it."""

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.accounts import SESSION_COOKIE

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; media-src 'self'; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_BRINGS_PICTURE = re.compile(r"/api/v1/cameras/[^/]+/frames")
_BRINGS_POLICY = "/api/v1/settings/policies"
POLICY_BODIES = 8
"""A policy may be so many times as large as other bodies: the standard takes most of one."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def comes_from_here(headers: Headers, trusted: tuple[str, ...], *, signed_in: bool) -> bool:
    """Whether a changing request was sent by our own page, or by a program without a cookie.

    A browser tells by `Origin`, or at least by `Sec-Fetch-Site`; one that holds our cookie and
    tells neither is not believed.
    """
    origin = headers.get("origin")
    if origin is not None:
        return origin in trusted or urlsplit(origin).netloc == headers.get("host")
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    return not signed_in


class Guard:
    """The outermost layer: headers on every answer, origin and size checked before a route."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        refuse: Callable[[int, str, str], Response],
        observe: Callable[[str, int, float | None], None],
        trusted_origins: tuple[str, ...],
        max_body_bytes: int,
        max_picture_bytes: int,
        demo: bool,
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._observe = observe
        self._trusted = trusted_origins
        self._max_body = max_body_bytes
        self._max_picture = max_picture_bytes
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status, streams = 500, False

        async def guarded(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = MutableHeaders(scope=message)
                streams = headers.get("content-type", "").startswith("text/event-stream")
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            refusal = self._refused(Headers(scope=scope), scope["method"], scope["path"])
            await (refusal or self._app)(scope, receive, guarded)
        finally:
            took = None if streams else time.perf_counter() - began
            self._observe(scope["method"], status, took)

    def _refused(self, headers: Headers, method: str, path: str) -> Response | None:
        if method in SAFE:
            return None
        length = headers.get("content-length")
        if length is None and "transfer-encoding" in headers:
            return self._refuse(411, "length_required", "say the length of the body")
        most = self._max_picture if _BRINGS_PICTURE.fullmatch(path) else self._max_body
        if path == _BRINGS_POLICY:
            most = self._max_body * POLICY_BODIES
        if length is not None and (not length.isdigit() or int(length) > most):
            return self._refuse(413, "too_large", "the request is too large")
        if headers.get("authorization", "").lower().startswith("bearer "):
            return None  # no browser sends this by itself
        signed_in = self._demo or SESSION_COOKIE in headers.get("cookie", "")
        if comes_from_here(headers, self._trusted, signed_in=signed_in):
            return None
        return self._refuse(
            403, "cross_origin", "a changing request must come from a page of this server"
        )
