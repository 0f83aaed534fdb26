"""What messages are made of, as values."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path

from service.alarms import CameraAlarm
from service.languages import Lang
from service.messages.vocabulary import TOPICS, Topic
from vision.day import DayPlan
from vision.values import Readiness, Verdict


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """The table `[messages.mqtt]`: where the broker is and under which topics the office speaks."""

    host: str
    port: int = 1883
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca_file: Path | None = None
    prefix: str = "siaga"
    discovery_prefix: str = "homeassistant"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing is sent, local; `until` may lie on the next day."""

    since: time
    until: time

    def ends(self, at: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet in which `at` lies is over; None: it is not quiet then."""
        local = at.astimezone(zone)
        clock = local.time()
        over_midnight = self.until <= self.since
        if over_midnight:
            quiet = clock >= self.since or clock < self.until
        else:
            quiet = self.since <= clock < self.until
        if not quiet:
            return None
        day = local.date()
        if over_midnight and clock >= self.since:
            day += timedelta(days=1)
        return datetime.combine(day, self.until, zone)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told, where, of what. `address` is in no repr and no answer; nor is `secret`, under
    which messages to a webhook are signed (empty: they are not).
    """

    name: str
    lang: Lang = Lang.ID
    tell: frozenset[Topic] = TOPICS
    quiet: Quiet | None = None
    address: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """The table `[messages]` of an office. `board_url` is where its board is found, if told."""

    recipients: tuple[Recipient, ...] = ()
    cool_down: timedelta = timedelta(minutes=60)
    board_url: str = ""
    lang: Lang = Lang.ID
    mqtt: MqttSettings | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """The answers of T-5, all counters of a day together."""

    plan: DayPlan
    answers: tuple[Readiness, ...]


@dataclass(frozen=True, slots=True)
class CounterNews:
    """Verdicts that changed after T-5, in the order in which they fell."""

    plan: DayPlan
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class CameraNews:
    """Cameras that became a matter for a human, or are well again: the newest of each."""

    plan: DayPlan
    alarms: tuple[CameraAlarm, ...]


News = Digest | CounterNews | CameraNews


@dataclass(frozen=True, slots=True)
class Told:
    """What one recipient knows of one matter: when it was last sent, and whether a message waits.

    Only what left counts: a message that was held back, failed or was withdrawn told nobody.
    """

    sent_at: datetime | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Posting:
    """One message to one recipient, not yet in words.

    `key` is the same when the same is decided again: it is kept once. `matters` are what it tells
    of, `counter/...` or `camera/...`. It is sent from `due_at` on, and worth nothing any more at
    `expires_at`.
    """

    key: str
    topic: Topic
    recipient: Recipient
    matters: tuple[str, ...]
    news: News
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What still waits to be told of this matter is no longer so."""

    recipient: str
    matter: str


@dataclass(frozen=True, slots=True)
class Words:
    """A message in words, plain. `lines` belong to a matter each and go when it is over."""

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    foot: tuple[str, ...]

    @property
    def body(self) -> str:
        """The whole text under the title."""
        return "\n".join([*self.head, *(line for _, line in self.lines), *self.foot])
