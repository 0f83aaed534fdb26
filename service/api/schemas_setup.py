"""What the API of the page Pemasangan takes and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.api.schemas import BoxAnswer, Value, Words
from service.board import CameraState
from service.scales import Basis
from service.settings import SourceKind
from vision.layout import ZoneKind
from vision.values import Outcome, Reason

Id = Annotated[str, Field(min_length=1, max_length=80)]
Attempt = Annotated[str, Field(min_length=1, max_length=40, description="the id of a try")]
Corner = tuple[float, float]
Points = Annotated[
    list[Corner],
    Field(max_length=200, description="corners in shares of the picture's width and height"),
]


class Asked(BaseModel):
    """What is sent: nothing but what is described."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class CounterSent(Asked):
    """A counter as it is drawn on the page; zones that are not named were not drawn."""

    counter: Id
    name: Annotated[str, Field(max_length=400)]
    role: Annotated[str, Field(max_length=40)]
    camera: Id
    rostered: bool = True
    zones: dict[ZoneKind, Points]


class CameraSent(Asked):
    """A camera to keep. Without `url`, `push` and `attempt` its source stays as it is.

    `attempt`: take the source that was tried, with its password. `reference`: a picture of clear
    desks that was taken.
    """

    camera: Id
    url: Annotated[str, Field(max_length=2000)] | None = None
    user: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""
    push: bool = False
    attempt: Attempt | None = None
    reference: Annotated[str, Field(max_length=40)] | None = None


class LayoutSent(Asked):
    """The whole layout, and the version it was made from."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    cameras: Annotated[list[CameraSent], Field(max_length=200)]
    counters: Annotated[list[CounterSent], Field(max_length=200)]


class TrySent(Asked):
    """Which camera to try: a `url`, a `camera` of the office, or a new one that shall `push`."""

    url: Annotated[str, Field(max_length=2000)] | None = None
    user: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""
    camera: Id | None = None
    push: Id | None = None


class DiscoverSent(Asked):
    """An account of the cameras, where they ask for one."""

    user: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""


class DrawnSent(Asked):
    """A camera that is tried and the counters drawn on its picture."""

    attempt: Attempt
    counters: Annotated[list[CounterSent], Field(max_length=20)] = []
    minute: Annotated[
        bool, Field(description="also the day's rules on the last minute; takes seconds")
    ] = False


class AttemptSent(Asked):
    """A camera that is tried."""

    attempt: Attempt


class ZoneKept(Value):
    """A polygon of a counter in shares of the picture."""

    kind: ZoneKind
    points: tuple[Corner, ...]


class CounterKept(Value):
    """A counter as it stands in the office's file."""

    counter: str
    name: str
    role: str
    camera: str
    rostered: bool
    zones: tuple[ZoneKept, ...]


class CameraKept(Value):
    """A camera as it stands in the office's file; `address` without name, password and query."""

    camera: str
    kind: SourceKind
    address: str
    period_s: float
    has_reference: bool
    state: CameraState | None
    state_text: Words | None


class LayoutAnswer(Value):
    """The layout in force. `version` goes back with a save.

    `file_changed`: the file on disk is another one; POST /layout/reload takes it over.
    """

    version: str
    layout: str
    office_name: str
    file_changed: bool
    roles: tuple[str, ...]
    cameras: tuple[CameraKept, ...]
    counters: tuple[CounterKept, ...]
    warnings: tuple[str, ...]


class PixelsAnswer(Value):
    """How large a thing is in the picture, beside what a check needs."""

    check: str
    thing: Words
    px: float
    floor_px: float
    enough: bool


class ProbedAnswer(Value):
    """What was measured of a camera."""

    kind: str
    codec: str
    rate: float | None
    keyframe_s: float | None
    kbit_s: float | None
    skew_s: float | None
    first_s: float
    advice: tuple[Words, ...]


class TryAnswer(Value):
    """A camera that is tried. `still` is its picture; null until there is one."""

    attempt: str
    camera: str
    kind: SourceKind
    address: str
    state: CameraState
    state_text: Words
    detail: str
    size_wh: tuple[int, int] | None
    captured_at: datetime | None
    still: str | None
    probed: ProbedAnswer | None
    pixels: tuple[PixelsAnswer, ...]
    basis: Basis
    advice: Words | None


class DiscoveredAnswer(Value):
    """A camera that answered. `url` is the stream to take; `fault` why it was not told."""

    host: str
    name: str
    url: str
    size_wh: tuple[int, int] | None
    fault: Words | None


class DiscoveriesAnswer(Value):
    """Who answered on the network."""

    items: tuple[DiscoveredAnswer, ...]


class TokenAnswer(Value):
    """A token for a camera that brings its pictures; it is shown this once."""

    camera: str
    token: str
    expires_at: datetime
    path: str


class CheckNow(Value):
    """What a check sees in the newest picture, and whether its pixels suffice."""

    check: str
    check_text: Words
    outcome: Outcome
    outcome_text: Words
    reason: Reason | None
    reason_text: Words | None
    boxes: tuple[BoxAnswer, ...]
    pixels: tuple[PixelsAnswer, ...]
    advice: Words | None


class RuleSaid(Value):
    """What a rule of the day says of the last minute."""

    clause: str
    text: Words
    outcome: Outcome
    outcome_text: Words
    reason: Reason | None
    reason_text: Words | None


class CounterNow(Value):
    """A counter under the zones of the page. `hidden`: why the picture does not show it."""

    counter: str
    hidden: Words | None
    checks: tuple[CheckNow, ...]
    missing: tuple[Words, ...]
    advice: Words | None
    basis: Basis
    frames: int
    rules: tuple[RuleSaid, ...]


class NowAnswer(Value):
    """What the checks see. `captured_at` null: there is no picture yet."""

    state: CameraState
    state_text: Words
    detail: str
    captured_at: datetime | None
    size_wh: tuple[int, int] | None
    still: str | None
    counters: tuple[CounterNow, ...]


class ProposedAnswer(Value):
    """A zone as it may lie, and why."""

    kind: ZoneKind
    points: tuple[Corner, ...]
    why: Words


class ProposedZonesAnswer(Value):
    """Zones as they may lie; none where nobody was seen."""

    frames: int
    zones: tuple[ProposedAnswer, ...]


class ReferenceAnswer(Value):
    """A picture of clear desks that was taken; a save that names `reference` keeps it.

    `things` lie on a desk: look whether they belong there.
    """

    reference: str
    jpeg: str
    things: tuple[Words, ...]


class ProblemAnswer(Value):
    """One thing that is wrong, with the field it belongs to."""

    where: str
    code: str
    text: Words
