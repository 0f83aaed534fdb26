"""The answers of the API, as pydantic describes and checks them.

Instants carry the offset of the office. Words come in both languages (`Words`); codes are those of
`vision` and never translated.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from service.accounts import Role
from service.board import CameraState, TileState
from vision.briefing import Theme, TickItem
from vision.day import Phase
from vision.entries import NOTE_LENGTH, Entered
from vision.layout import ZoneKind
from vision.policy import Grain, Kind, Observability, Signal
from vision.trends import Shown, Source
from vision.values import Outcome, ReadyState, Reason, Slot, Status


class Value(BaseModel):
    """Strict and frozen: what is not described is not sent."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def _plus_back(value: Any) -> Any:
    """A `+` that was not encoded in an address arrives as a blank."""
    return value.replace(" ", "+") if isinstance(value, str) else value


AtQuery = Annotated[str, BeforeValidator(_plus_back)]
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
DayQuery = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that a calendar can answer for."""

CounterName = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ErrorBody(Value):
    """Why a request was refused. `code` is stable and explained in docs/errors.md."""

    code: str
    message: str
    detail: Any = None


class ErrorAnswer(Value):
    """The one shape of every refusal."""

    error: ErrorBody


class Words(Value):
    """The same in Indonesian and English."""

    id: str
    en: str


class FindingAnswer(Value):
    """One thing said about a counter. `sentence` says it to people."""

    clause: str
    text: Words | None
    outcome: Outcome
    outcome_text: Words
    reason: Reason | None
    reason_text: Words | None
    sentence: Words | None
    status: Status
    since: datetime
    seen: tuple[str, ...]
    flag: int | None
    flag_url: str | None


class PictureAnswer(Value):
    """Where a picture is, and when it was taken."""

    url: str
    captured_at: datetime | None


class DecidedAnswer(Value):
    """The answer of T-5; it never changes afterwards."""

    state: ReadyState
    state_text: Words
    at: datetime


class CounterReadiness(Value):
    """One counter. `state` follows the counter on after T-5, `decided` does not.

    `minutes_left` until opening, 0 when open, null when there is no opening today.
    """

    counter: str
    name: str
    role: str
    camera: str
    state: TileState
    state_text: Words
    decided: DecidedAnswer | None
    staffed: bool | None
    since: datetime | None
    minutes_left: float | None
    against: tuple[FindingAnswer, ...]
    hints: tuple[FindingAnswer, ...]
    picture: PictureAnswer | None


class ReadinessAnswer(Value):
    """Which counter is ready, which is not, and why. `source` is `now` or what was `stored`."""

    office: str
    office_name: str
    time_zone: str
    at: datetime
    source: Literal["now", "stored"]
    phase: Phase | None
    phase_text: Words | None
    ready_at: datetime | None
    opens_at: datetime | None
    next_ready_at: datetime | None
    policy: str
    revision: int | None
    counters: tuple[CounterReadiness, ...]


class CountersAnswer(Value):
    """Every counter as it stands now."""

    items: tuple[CounterReadiness, ...]


class ZoneAnswer(Value):
    """A polygon of a counter; points are shares of the frame's width and height, 0 to 1."""

    kind: ZoneKind
    points: tuple[tuple[float, float], ...]


class BoxAnswer(Value):
    """One thing seen: left, top, right, bottom in pixels of the frame."""

    label: str
    label_text: Words
    xyxy: tuple[float, float, float, float]
    confidence: float


class ObservationAnswer(Value):
    """What one frame said under one check, and the boxes it rests on."""

    check: str
    check_text: Words
    outcome: Outcome
    outcome_text: Words
    reason: Reason | None
    reason_text: Words | None
    score: float
    boxes: tuple[BoxAnswer, ...]


class ViewAnswer(Value):
    """How well the frame showed the counter."""

    brightness: float
    clipped: float
    sharpness: float
    shift: float
    blocked: float
    frozen: bool


class SampleAnswer(Value):
    """Everything one frame said about a counter."""

    counter: str
    camera: str
    captured_at: datetime
    view: ViewAnswer
    observations: tuple[ObservationAnswer, ...]


class MeasureAnswer(Value):
    """A measured value beside its threshold."""

    name: str
    value: float
    threshold: float
    unit: str


class FramesAnswer(Value):
    """Frames that were expected, could be used, and decided."""

    expected: int
    usable: int
    used: int


class VerdictAnswer(Value):
    """A verdict with all that docs/standard.md 3.5 asks of it; `record_id` once it is recorded."""

    record_id: int | None
    day: date | None
    counter: str
    clause: str
    text: Words | None
    slot: Slot
    outcome: Outcome
    outcome_text: Words
    reason: Reason | None
    reason_text: Words | None
    sentence: Words | None
    status: Status
    since: datetime
    decided_at: datetime
    frames: FramesAnswer
    policy: str
    layout: str
    models: str
    proposal: Outcome | None
    side_reasons: tuple[Reason, ...]
    seen: tuple[str, ...]
    measures: tuple[MeasureAnswer, ...]
    flag: int | None


class CounterAnswer(Value):
    """One counter with its standing verdicts, its zones and what its newest frame said."""

    readiness: CounterReadiness
    verdicts: tuple[VerdictAnswer, ...]
    layout: str
    zones: tuple[ZoneAnswer, ...]
    sample: SampleAnswer | None


class VerdictsAnswer(Value):
    """A page of recorded verdicts; `next` goes into `cursor`, null: there is no more."""

    items: tuple[VerdictAnswer, ...]
    next: str | None


class FlagAnswer(Value):
    """A verdict that a human should look at. `verdict` is its newest record."""

    flag: int
    url: str
    day: date
    counter: str
    clause: str
    text: Words | None
    slot: Slot
    open: bool
    opened_at: datetime
    since: datetime
    until: datetime
    closed_at: datetime | None
    closed_as: str | None
    contested: bool
    verdict: VerdictAnswer | None


class FlagsAnswer(Value):
    """A page of flags; `next` goes into `cursor`, null: there is no more."""

    items: tuple[FlagAnswer, ...]
    next: str | None


class FrameAnswer(Value):
    """One kept picture of a flag and what it said.

    Boxes are in pixels of a frame of `frame_wh`; the picture shows `crop_xyxy` of it (null: all).
    `url` is null once the picture was removed, then `removed_at` and `removed_rule` say why.
    """

    sha: str
    url: str | None
    frame_wh: tuple[int, int] | None
    crop_xyxy: tuple[int, int, int, int] | None
    removed_at: datetime | None
    removed_rule: str | None
    sample: SampleAnswer


class FlagDetailAnswer(Value):
    """All that a replay needs: verdicts, frames in order, and the zones as they lay then."""

    flag: FlagAnswer
    records: tuple[VerdictAnswer, ...]
    frames: tuple[FrameAnswer, ...]
    layout: str
    zones: tuple[ZoneAnswer, ...]


class CameraAnswer(Value):
    """A camera and how it is. `skew_s`: how far its clock is ahead of ours, where it tells.

    `looked`: frames that a network looked at; `unchanged`: frames that showed what the last showed.

    `alarm_since`: since when a human should see to it, from 32 minutes before opening on.
    """

    camera: str
    state: CameraState
    state_text: Words
    since: datetime
    last_frame_at: datetime | None
    size_wh: tuple[int, int] | None
    period_s: float | None
    frames: int
    dropped: int
    looked: int
    unchanged: int
    reconnects: int
    detail: str
    skew_s: float | None
    alarm_since: datetime | None


class CamerasAnswer(Value):
    """The health of every camera."""

    items: tuple[CameraAnswer, ...]


class PushAnswer(Value):
    """A picture that was brought. `captured_at` is the time it is dated by.

    `kept` false: nobody looks now, or a newer one came before. `reason` CLOCK_UNSURE: the time that
    was told lies in the future, so the time of arrival counts.
    """

    camera: str
    received_at: datetime
    captured_at: datetime
    reason: Reason | None
    kept: bool


class RuleAnswer(Value):
    """What binds a clause to a check, with every number it uses."""

    check: str
    signal: Signal
    zone: ZoneKind
    labels: tuple[str, ...]
    slots: tuple[Slot, ...]
    parameters: dict[str, float]


class ClauseAnswer(Value):
    """One clause of the standard and who may decide it."""

    clause: str
    role: str
    text: Words
    kind: Kind
    observability: Observability
    observability_text: Words
    grain: Grain
    enabled: bool
    blocks_ready: bool
    source: str
    rule: RuleAnswer | None


class PolicyAnswer(Value):
    """The standard in force."""

    policy: str
    version: str
    sha256: str
    citation: str
    title: Words
    parameters: dict[str, float]
    clauses: tuple[ClauseAnswer, ...]


ClientKey = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,80}$"),
    Field(description="made by the client, once per tap: sent again it changes nothing"),
]


class NewObservation(BaseModel):
    """What a supervisor observed. `counter` null: about the office.

    `occasion` counts the services looked at; a correction repeats everything but `key`, `outcome`
    and `note`, and `withdrawn` takes the entry back.
    """

    model_config = ConfigDict(extra="forbid")

    key: ClientKey
    day: DayQuery
    clause: Annotated[str, Field(min_length=1, max_length=40, examples=["FO-S2a"])]
    counter: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    occasion: Annotated[int, Field(ge=1, le=999, strict=True)] = 1
    outcome: Entered
    note: Annotated[str, Field(max_length=4 * NOTE_LENGTH, description="140 letters, no names")] = (
        ""
    )


class EntryAnswer(Value):
    """One observation as it was entered. `standing` is false once a later one took its place."""

    observation: int
    key: str
    day: date
    clause: str
    text: Words | None
    counter: str | None
    occasion: int
    outcome: Entered
    outcome_text: Words
    note: str
    by: str
    at: datetime
    standing: bool


class EntriesAnswer(Value):
    """The observations about a day, oldest first. `working`: the counters open on this day."""

    day: date
    working: bool
    items: tuple[EntryAnswer, ...]


class FiguresAnswer(Value):
    """Score, coverage and visibility, always together; null where there is nothing to divide by.

    `visible`: the share of the expected frames in which it could be seen, 0 to 1.
    """

    met: int
    not_met: int
    waiting: int
    cannot_tell: int
    applicable: int
    score: float | None
    coverage: float | None
    visible: float | None


class ClauseFiguresAnswer(Value):
    """The figures of one clause."""

    clause: str
    text: Words | None
    figures: FiguresAnswer


class LooksAnswer(Value):
    """What people observed, counted in looks."""

    met: int
    not_met: int
    not_seen: int
    clauses: int


class BriefingLine(Value):
    """One finding of the briefing. `counters` empty: about the office."""

    theme: Theme
    clause: str
    counters: tuple[str, ...]
    reason: Reason | None
    since: datetime | None
    met: int
    not_met: int
    days: int
    notes: tuple[str, ...]
    visible: float | None
    sentence: Words


class DerivedAnswer(Value):
    """A clause about the office that follows from other rows. `outcome` null: not applicable."""

    clause: str
    text: Words | None
    outcome: Outcome | None
    reason: Reason | None
    status: Status | None


class TickAnswer(Value):
    """What stands of a tick."""

    item: TickItem
    item_text: Words
    value: str


class BriefingAnswer(Value):
    """The pack of a day's briefing: only what a human confirmed or entered is named.

    `facts_day` is the working day it comes from, null: there is none before. `opening` is the best
    good finding and is read first. `findings` holds all, also those that did not fit on the sheet.
    """

    day: date
    working: bool
    at: datetime | None
    facts_day: date | None
    opening: BriefingLine | None
    evaluation: tuple[BriefingLine, ...]
    appreciation: tuple[BriefingLine, ...]
    motivation: Words
    findings: tuple[BriefingLine, ...]
    camera: FiguresAnswer
    looks: LooksAnswer
    clauses: tuple[ClauseFiguresAnswer, ...]
    waiting: int
    contested: int
    derived: tuple[DerivedAnswer, ...]
    ticks: tuple[TickAnswer, ...]
    policy: str


class NewTick(BaseModel):
    """A tick on the sheet. An empty `value` takes it back.

    `led_by` takes `head` or `other`, `thought` takes `list:N` or words of one's own, all others
    `yes` or `no`.
    """

    model_config = ConfigDict(extra="forbid")

    key: ClientKey
    item: TickItem
    value: Annotated[str, Field(max_length=400, examples=["yes"])]


class CellAnswer(Value):
    """A week, or the whole span. What is not shown is null: too few cases, or low coverage.

    `applicable` counts every verdict or look, `share` is the part of the decided ones that was met.
    """

    days: int
    applicable: int
    shown: Shown
    decided: int | None
    share: float | None
    coverage: float | None
    visible: float | None


class TrendAnswer(Value):
    """A clause at a counter. `counter` null: at all together, or about the office."""

    clause: str
    text: Words | None
    counter: str | None
    source: Source
    weeks: tuple[CellAnswer, ...]
    whole: CellAnswer


class TrendsAnswer(Value):
    """Weeks by their Monday, oldest first. Rows follow the standard and the layout, no ranking.

    A share of fewer than `smallest` decided cases, or of a week of which less than `floor` could be
    judged, is not shown.
    """

    mondays: tuple[date, ...]
    smallest: int
    floor: float
    items: tuple[TrendAnswer, ...]


class KanwilFigures(Value):
    """The figures of one clause of the sheet."""

    clause: str
    text: Words | None
    figures: FiguresAnswer


class KanwilItem(Value):
    """One item of the LHPS sheet. `points` is always null: people give them."""

    item: str
    subject: Words
    indicator: Words
    condition: Words
    points: None
    evidence: Words
    days: int
    confirmed: int
    clauses: tuple[KanwilFigures, ...]


class KanwilAnswer(Value):
    """The facts for the regional office's sheet in a span of days."""

    since: date
    until: date
    policy: str
    items: tuple[KanwilItem, ...]


class SignIn(BaseModel):
    """Name and password of an account."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["siti"])]
    password: Annotated[str, Field(min_length=1, max_length=1024, examples=["********"])]


class Me(Value):
    """Who asks: `via` is `session`, `demo` or the token. `scopes` null: all of the role."""

    name: str
    role: Role
    via: str
    scopes: tuple[str, ...] | None
    counters: tuple[str, ...] | None


class Health(Value):
    """Whether the process lives (`healthz`) or can serve (`readyz`); `faults` says what cannot."""

    status: Literal["ok", "unavailable"]
    faults: tuple[str, ...] = ()
