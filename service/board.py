"""What a board shows, as values: the read model between the running office and who asks.

`OfficeView` is the seam: the running office offers it, API and pages read it. Every method may be
called from any thread and returns at once from memory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from vision.day import DayPlan, Phase
from vision.labels import Label
from vision.layout import Layout
from vision.policy import Policy
from vision.values import Outcome, ReadyState, Reason, Sample, Status, Verdict


class TileState(StrEnum):
    """What a tile says. WAITING before T-5, OFF where nothing is judged now."""

    GO = "GO"
    NO_GO = "NO_GO"
    CANNOT_TELL = "CANNOT_TELL"
    WAITING = "WAITING"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line on a tile: clause, what is said about it, since when."""

    clause: str
    outcome: Outcome
    reason: Reason | None
    status: Status
    since: datetime
    seen: tuple[Label, ...]
    flag: int | None


@dataclass(frozen=True, slots=True)
class Tile:
    """One counter on the board.

    `decided` is the frozen answer of T-5 (None before it); `state` follows the counter on after it:
    a late counter that is manned now still shows its frozen answer beside the state of now.
    `staffed` is what the last seconds show (None: cannot tell). `picture` names the newest picture
    at `/api/v1/counters/{counter}/picture?v={picture}` (None: none yet).
    """

    counter: str
    name: str
    role: str
    camera: str
    state: TileState
    decided: ReadyState | None
    decided_at: datetime | None
    staffed: bool | None
    since: datetime | None
    against: tuple[Finding, ...]
    hints: tuple[Finding, ...]
    picture: str | None
    picture_at: datetime | None


class CameraState(StrEnum):
    """Health of a camera."""

    OK = "ok"
    STARTING = "starting"
    NO_SIGNAL = "no_signal"
    FROZEN = "frozen"
    DARK = "dark"
    BLOCKED = "blocked"
    MOVED = "moved"
    BLURRED = "blurred"
    GLARE = "glare"
    LOW_RATE = "low_rate"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A camera and how it is. `detail` is a sentence without any credential.

    `period_s`: how often a picture is taken from it now. `looked` counts the frames that a network
    looked at, `unchanged` those that showed what the last one showed. `skew_s`: how far its clock
    is ahead of ours, where it tells. `alarm_since`: since when a human should see to it (None: no
    need).
    """

    camera: str
    state: CameraState
    since: datetime
    last_frame_at: datetime | None
    size_wh: tuple[int, int] | None
    period_s: float | None
    frames: int
    dropped: int
    reconnects: int
    detail: str
    skew_s: float | None = None
    alarm_since: datetime | None = None
    looked: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board at `now`. `revision` rises with every visible change."""

    office: str
    office_name: str
    time_zone: str
    now: datetime
    phase: Phase
    plan: DayPlan
    next_ready_at: datetime | None
    tiles: tuple[Tile, ...]
    cameras: tuple[CameraStatus, ...]
    policy: str
    revision: int
    speed: float


class OfficeView(Protocol):
    """What API and pages may ask of the running office."""

    def board(self) -> Board:
        """The board now."""
        ...

    def revision(self) -> int:
        """The revision of the board: what it shows is another only under another one."""
        ...

    def standing(self, counter: str) -> tuple[Verdict, ...]:
        """Today's standing verdicts of a counter. Errors: KeyError."""
        ...

    def last_sample(self, counter: str) -> Sample | None:
        """What the newest judged frame said. Errors: KeyError."""
        ...

    def picture(self, counter: str) -> bytes | None:
        """The newest picture of a counter as JPEG, heads blurred. Errors: KeyError."""
        ...

    def policy(self) -> Policy:
        """The policy in force."""
        ...

    def layout(self) -> Layout:
        """Counters and zones in force."""
        ...

    def subscribe(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call `listener(revision)` after each change, from the office's thread.

        Returns the off switch.
        """
        ...
