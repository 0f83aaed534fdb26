"""Where messages go: any address that `apprise` knows, and signed webhooks. No address is shown.

`apprise` tells why a message did not leave only in its log, beside hosts and names. That log is
read here, turned into a `Trouble`, and goes nowhere else.
"""

import hmac
import json
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import Any, Protocol

import httpx

from service.messages.values import Recipient
from service.messages.vocabulary import Route, Trouble

CONNECT_S = 5.0
READ_S = 10.0
"""A target that takes longer to take a connection, or to answer, is tried again later."""

KEY_HEADER = "Idempotency-Key"
"""By it a webhook knows a message that it has already."""


SIGNATURE_HEADER = "Siaga-Signature"
"""`sha256=` and the HMAC of the body's bytes under the recipient's secret, in hexadecimal."""

WEBHOOKS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
"""Schemes of addresses that take headers of ours."""

_ROUTES = {
    "tgram": Route.TELEGRAM,
    "mailto": Route.EMAIL,
    "mailtos": Route.EMAIL,
    "whatsapp": Route.WHATSAPP,
}

_LOADING = threading.Lock()


class NotSent(Exception):
    """A message did not leave; `trouble` says why, and nothing that the target said."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class Target(Protocol):
    """Somewhere to send to. Used by one thread at a time."""

    @property
    def repeatable(self) -> bool:
        """Whether it knows a message by its key, so that sending twice is harmless."""
        ...

    def send(self, key: str, title: str, body: str) -> None:
        """Send. Errors: NotSent."""
        ...


class AppriseTarget:
    """An address in the notation of `apprise`, like `tgram://TOKEN/CHAT`. Errors: NotSent."""

    def __init__(self, address: str) -> None:
        self._plugin = _plugin_of(address)
        self._scheme = address.partition(":")[0].lower()

    @property
    def repeatable(self) -> bool:
        """Webhooks are given the key in a header of their own; a chat or a mailbox is not."""
        return self._scheme in WEBHOOKS

    def send(self, key: str, title: str, body: str) -> None:
        """Send. Errors: NotSent."""
        apprise = _apprise()
        if self.repeatable:
            self._plugin.headers[KEY_HEADER] = key
        sender = apprise.Apprise(asset=_asset())
        sender.add(self._plugin)
        with _listened() as lines:
            try:
                left = sender.notify(body, title, body_format=apprise.NotifyFormat.TEXT)
            except Exception:  # noqa: BLE001 - a hundred plugins; none may stop the postman
                raise NotSent(Trouble.BROKEN) from None  # its text may hold the address
        if not left:
            raise NotSent(_why(lines))


class SignedHook:
    """A web address that is sent JSON with a signature over its bytes: who has the key can check
    that the message comes from this office. It knows a message by the `key` in it.
    """

    repeatable = True

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._secret = secret.encode()

    def send(self, key: str, title: str, body: str) -> None:
        """Send. Errors: NotSent."""
        told = {"key": key, "title": title, "message": body}
        content = json.dumps(told, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            KEY_HEADER: key,
            SIGNATURE_HEADER: f"sha256={hmac.new(self._secret, content, sha256).hexdigest()}",
        }
        timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
        with _listened():  # its log names the address
            try:
                answer = httpx.post(
                    self._address, content=content, headers=headers, timeout=timeout
                )
            except httpx.HTTPError:
                raise NotSent(Trouble.NO_CONNECTION) from None
            except (httpx.InvalidURL, ValueError):
                raise NotSent(Trouble.NO_ADDRESS) from None
        if not answer.is_success:
            raise NotSent(trouble_of(answer.status_code))


def target_of(recipient: Recipient) -> Target:
    """The target of a recipient. Errors: NotSent, where its address is missing or not known."""
    if recipient.secret:
        if not is_web(recipient.address):
            raise NotSent(Trouble.NO_ADDRESS)
        return SignedHook(recipient.address, recipient.secret)
    return AppriseTarget(recipient.address)


def route_of(recipient: Recipient) -> Route:
    """Which way a recipient is reached; nothing else of its address."""
    scheme = recipient.address.partition(":")[0].lower()
    if not recipient.address:
        return Route.NONE
    if recipient.secret:
        return Route.SIGNED
    return _ROUTES.get(scheme, Route.WEBHOOK if scheme in WEBHOOKS else Route.OTHER)


def is_web(address: str) -> bool:
    """Whether an address is one of the web, as signed webhooks need it."""
    return bool(re.fullmatch(r"https?://[^\s/]+(/\S*)?", address))


def is_known(address: str) -> bool:
    """Whether `apprise` understands an address; nothing is sent and nobody is asked."""
    try:
        _plugin_of(address)
    except NotSent:
        return False
    return True


def _plugin_of(address: str) -> Any:
    with _listened():
        plugin = None
        if address:
            plugin = _apprise().Apprise.instantiate(
                address, asset=_asset(), suppress_exceptions=True
            )
    if plugin is None:
        raise NotSent(Trouble.NO_ADDRESS)
    plugin.socket_connect_timeout = CONNECT_S
    plugin.socket_read_timeout = READ_S
    return plugin


def _apprise() -> Any:
    """The library with its plugins: 0.35 s, so only where messages are sent, and once."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> Any:
    import apprise

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # one plugin wants `imghdr`
        apprise.Apprise.instantiate("json://localhost/")  # loads them all
    return apprise


@cache
def _asset() -> Any:
    """How messages name themselves; nothing is fetched, nothing is written to disk."""
    return _apprise().AppriseAsset(
        app_id="Siaga",
        app_desc="Siaga",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        service_timeout=0,  # else it sends from a thread of its own and may leave that behind
        storage_mode="memory",
    )


class _Ear(logging.Handler):
    """Keeps what `apprise` says, thread by thread."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line for the thread that listens."""
        lines = self.lines.get(threading.get_ident())
        if lines is not None:
            lines.append(record.getMessage())


@cache
def _ear() -> _Ear:
    """The only listener of that log: hosts and names in it reach no log of ours."""
    ear = _Ear()
    for name in ("apprise", "requests", "urllib3", "requests_oauthlib", "httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.handlers = [ear]
        logger.propagate = False
    logging.getLogger("apprise").setLevel(logging.WARNING)
    return ear


@contextmanager
def _listened() -> Iterator[list[str]]:
    ear, me = _ear(), threading.get_ident()
    ear.lines[me] = []
    try:
        yield ear.lines[me]
    finally:
        del ear.lines[me]


def trouble_of(status: int) -> Trouble:
    """The trouble that a refusing status of HTTP tells of."""
    is_busy = status in (408, 425, 429) or status >= 500
    return Trouble.BUSY if is_busy else Trouble.REFUSED


def _why(lines: list[str]) -> Trouble:
    """The trouble that the lines of a failed sending tell of."""
    said = " ".join(lines)
    found = re.search(r"error[=:\s]+(\d{3})\b", said, re.IGNORECASE)
    if found:
        return trouble_of(int(found.group(1)))
    if re.search(r"connection", said, re.IGNORECASE):
        return Trouble.NO_CONNECTION
    return Trouble.BROKEN
