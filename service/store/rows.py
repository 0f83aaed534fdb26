"""What the store hands out and by what it chooses: frozen values, no SQL."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from vision.values import Outcome, Sample, Slot, Verdict


@dataclass(frozen=True, slots=True)
class Record:
    """A verdict as it was written down. `flag_id` is set when a human should look at it."""

    record_id: int
    day: date
    verdict: Verdict
    flag_id: int | None


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """A policy that was in force: what verdicts cite of it, since when it held (the last time it
    was taken up), and its whole file.
    """

    citation: str
    since: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A verdict that a human should look at, and the span of frames kept for it."""

    flag_id: int
    day: date
    counter: str
    clause: str
    slot: Slot
    layout: str
    opened_at: datetime
    window: tuple[datetime, datetime]
    closed_at: datetime | None
    closed_as: str | None
    contested_at: datetime | None
    contest_closed_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether a human still has to decide."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class FlagFrame:
    """One kept picture of a flag and all that it said.

    `frame_wh` is the size in pixels of the frame the boxes are drawn in, `crop_xyxy` the part of it
    that the picture shows; None: the picture is the whole frame.
    """

    sha: str
    sample: Sample
    frame_wh: tuple[int, int] | None
    crop_xyxy: tuple[int, int, int, int] | None
    removed_at: datetime | None
    removed_rule: str | None


@dataclass(frozen=True, slots=True)
class FlagDetail:
    """A flag with its records, oldest first, and its frames in the order they were captured."""

    flag: Flag
    records: tuple[Record, ...]
    frames: tuple[FlagFrame, ...]


@dataclass(frozen=True, slots=True)
class FlagPicture:
    """Which flag a kept picture belongs to."""

    flag_id: int
    counter: str
    removed_at: datetime | None
    removed_rule: str | None


class Order(StrEnum):
    """Which end of a list comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records; None asks nothing. `since <= decided_at < until`."""

    day: date | None = None
    counter: str | None = None
    clause: str | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    among: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FlagFilter:
    """Which flags; None asks nothing. `since <= opened_at < until`. `among` names counters."""

    day: date | None = None
    counter: str | None = None
    clause: str | None = None
    open: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    among: frozenset[str] | None = None
