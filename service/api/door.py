"""What the web door is made of: the office behind it, its memory, and how it behaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, partial

from fastapi import Request

from cameras.push import Mailbox
from service.accounts import Accounts
from service.api.pictures import SmallPictures
from service.api.sharing import Shared
from service.api.streams import Streams
from service.board import OfficeView
from service.calendar import review_due
from service.evidence import Evidence
from service.messages.desk import MessageView
from service.metrics import Metrics
from service.reviews import ReviewDesk
from service.setup import Setup
from service.store import Store
from vision.day import DayPlan


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """How the web door behaves.

    `demo` signs loopback clients in as supervisor. `secure_cookies` None means: Secure unless the
    client is on loopback. `trusted_origins` are those of a proxy in front (`https://siaga.kppn`).
    """

    demo: bool = False
    secure_cookies: bool | None = None
    trusted_origins: tuple[str, ...] = ()
    session_life: timedelta = timedelta(hours=12)
    heartbeat_s: float = 10.0
    max_body_bytes: int = 64 * 1024
    max_picture_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Door:
    """Everything a request may need. One per application, at `app.state.door`."""

    office: OfficeView
    store: Store
    evidence: Evidence
    accounts: Accounts
    settings: ApiSettings
    streams: Streams
    metrics: Metrics
    clock: Callable[[], datetime]
    mailboxes: Mapping[str, Mailbox]
    plan_of: Callable[[date], DayPlan]
    setup: Setup | None = None
    messages: MessageView | None = None
    small_pictures: SmallPictures = field(default_factory=SmallPictures)
    tiles: Shared[str] = field(default_factory=Shared)

    def desk(self) -> ReviewDesk:
        """Where reviews are taken, at the office's time."""
        due_of = cache(partial(review_due, self.plan_of))  # asked for each item of a page
        return ReviewDesk(self.store, self.office.policy(), due_of, self.office.board().now)


def door_of(request: Request) -> Door:
    """The door through which a request came."""
    door: Door = request.app.state.door
    return door
