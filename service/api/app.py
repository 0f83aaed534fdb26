"""Build the application. Nothing is read at import; everything comes in as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI

from service.board import OfficeView
from service.evidence import Evidence
from service.store import Store


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """How the web door behaves.

    `demo` signs loopback clients in as supervisor. `secure_cookies` None means: Secure unless the
    client is on loopback.
    """

    demo: bool = False
    secure_cookies: bool | None = None
    language: str = "id"
    languages: tuple[str, ...] = ("id", "en")
    session_life: timedelta = timedelta(hours=12)
    heartbeat_s: float = 10.0


def utc_now() -> datetime:
    """The clock of sessions, tokens and audit (the office has its own on the board)."""
    return datetime.now(UTC)


def create_app(
    office: OfficeView,
    store: Store,
    evidence: Evidence,
    settings: ApiSettings | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """The application over a running office. The caller opens and closes store and evidence."""
    raise NotImplementedError
