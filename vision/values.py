"""The values that pass between the rooms.

Frozen; arrays are never optional; times are aware. Zero rows in `Detections` is an ordinary frame.
Boxes are xyxy in pixels of the frame they came from.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vision.labels import Label

Image = NDArray[np.uint8]
"""BGR picture (H, W, 3)."""
Floats = NDArray[np.float32]
Xyxy = tuple[float, float, float, float]


class Outcome(StrEnum):
    """What a frame, or a span of them, says about a clause."""

    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"


class Reason(StrEnum):
    """Why. Closed: every CANNOT_TELL and every NOT_MET has exactly one main reason.

    Source: docs/standard.md 3.3; BLURRED, NOBODY and TURNED_OVER are ours (decision 0006).
    """

    # CANNOT_TELL: the picture
    NO_SIGNAL = "NO_SIGNAL"
    NO_VIEW = "NO_VIEW"
    CAMERA_MOVED = "CAMERA_MOVED"
    DARK = "DARK"
    GLARE = "GLARE"
    BLURRED = "BLURRED"
    OCCLUDED = "OCCLUDED"
    CLOCK_UNSURE = "CLOCK_UNSURE"
    STALE_CONFIG = "STALE_CONFIG"
    PRIVACY_SUPPRESSED = "PRIVACY_SUPPRESSED"
    # CANNOT_TELL: what is in it
    TOO_SMALL = "TOO_SMALL"
    TOO_SHORT = "TOO_SHORT"
    AMBIGUOUS_OWNER = "AMBIGUOUS_OWNER"
    MODEL_UNSURE = "MODEL_UNSURE"
    BORDERLINE = "BORDERLINE"
    NOBODY = "NOBODY"
    TURNED_OVER = "TURNED_OVER"
    NO_BASELINE = "NO_BASELINE"
    # CANNOT_TELL: the office
    NO_ROSTER = "NO_ROSTER"
    RULE_UNDEFINED = "RULE_UNDEFINED"
    LOG_MISSING = "LOG_MISSING"
    NOT_OBSERVED = "NOT_OBSERVED"
    # CANNOT_TELL: a human has not decided
    AWAITING_HUMAN = "AWAITING_HUMAN"
    UNREVIEWED = "UNREVIEWED"
    CONTESTED = "CONTESTED"
    RATERS_DISAGREE = "RATERS_DISAGREE"
    # NOT_MET
    LATE = "LATE"
    ABSENT = "ABSENT"
    LEFT_POST = "LEFT_POST"
    PRESENT_OBJECT = "PRESENT_OBJECT"
    MISSING_ITEM = "MISSING_ITEM"
    WRONG_COLOUR = "WRONG_COLOUR"
    WRONG_FOOTWEAR = "WRONG_FOOTWEAR"
    NOT_STANDING = "NOT_STANDING"
    OVER_NORM = "OVER_NORM"


def require_aware(at: datetime, name: str) -> None:
    """Errors: ValueError when `at` has no UTC offset (a naive time is a wrong verdict later)."""
    if at.utcoffset() is None:
        raise ValueError(f"{name}: expected an aware time, got {at.isoformat()}")


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of one camera. `image` is BGR (H, W, 3) uint8, masks already burned in."""

    camera: str
    sequence: int
    captured_at: datetime
    image: Image

    def __post_init__(self) -> None:
        require_aware(self.captured_at, "Frame.captured_at")
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(
                f"Frame.image: expected (H, W, 3) uint8, got {self.image.shape} {self.image.dtype}"
            )

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return int(self.image.shape[1]), int(self.image.shape[0])


@dataclass(frozen=True, slots=True)
class Gap:
    """A camera gave nothing usable from `since` until `until`. Silence is an event."""

    camera: str
    since: datetime
    until: datetime
    reason: Reason

    def __post_init__(self) -> None:
        require_aware(self.since, "Gap.since")
        require_aware(self.until, "Gap.until")


@dataclass(frozen=True, slots=True)
class Box:
    """One thing seen: xyxy in pixels of the frame, confidence 0 to 1."""

    label: Label
    xyxy: Xyxy
    confidence: float

    @property
    def width_px(self) -> float:
        """Width in pixels."""
        return self.xyxy[2] - self.xyxy[0]

    @property
    def height_px(self) -> float:
        """Height in pixels."""
        return self.xyxy[3] - self.xyxy[1]

    @property
    def short_px(self) -> float:
        """Short side in pixels."""
        return min(self.width_px, self.height_px)


@dataclass(frozen=True, slots=True)
class Detections:
    """What one network saw in one picture.

    Shapes: xyxy (N, 4) float32, confidence (N,) float32, label (N,) int64 (`Label`). N may be 0.
    Units: pixels of the picture given to the detector. `model` is `name@version`.
    """

    xyxy: Floats
    confidence: Floats
    label: NDArray[np.int64]
    model: str

    def __post_init__(self) -> None:
        n = self.xyxy.shape[0] if self.xyxy.ndim == 2 else -1
        if self.xyxy.shape != (n, 4) or self.confidence.shape != (n,) or self.label.shape != (n,):
            raise ValueError(
                "Detections: expected (N, 4), (N,), (N,), got "
                f"{self.xyxy.shape}, {self.confidence.shape}, {self.label.shape}"
            )

    def __len__(self) -> int:
        return int(self.xyxy.shape[0])

    @classmethod
    def none(cls, model: str) -> Self:
        """Nothing seen."""
        return cls(
            np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), model
        )

    @classmethod
    def of(cls, boxes: "list[Box]", model: str) -> Self:
        """The same as arrays."""
        if not boxes:
            return cls.none(model)
        return cls(
            np.array([box.xyxy for box in boxes], np.float32),
            np.array([box.confidence for box in boxes], np.float32),
            np.array([int(box.label) for box in boxes], np.int64),
            model,
        )

    def where(self, keep: NDArray[np.bool_]) -> "Detections":
        """The rows for which `keep` (N,) is true."""
        return Detections(self.xyxy[keep], self.confidence[keep], self.label[keep], self.model)

    def labelled(self, *labels: Label) -> "Detections":
        """The rows with one of `labels`."""
        return self.where(np.isin(self.label, [int(label) for label in labels]))

    def moved(self, dx: float, dy: float) -> "Detections":
        """The same boxes in a picture in which this one starts at (dx, dy) pixels."""
        offset = np.array([dx, dy, dx, dy], np.float32)
        return Detections(self.xyxy + offset, self.confidence, self.label, self.model)

    def boxes(self) -> "list[Box]":
        """The same as values, most confident first."""
        rows: list[Box] = []
        for i in np.argsort(-self.confidence, kind="stable"):
            x0, y0, x1, y1 = (float(v) for v in self.xyxy[i])
            rows.append(
                Box(Label(int(self.label[i])), (x0, y0, x1, y1), float(self.confidence[i]))
            )
        return rows


class Detector(Protocol):
    """The seam to a network: one method. `model` is `name@version`."""

    @property
    def model(self) -> str:
        """Which network answers."""
        ...

    def detect(self, image: Image) -> Detections:
        """What is in the picture. Shapes: image (H, W, 3) BGR uint8; boxes in its pixels."""
        ...


@dataclass(frozen=True, slots=True)
class Legibility:
    """How well a card could be read: letter height in px, sharpness, letters counted (0: none)."""

    letter_px: float
    sharpness: float
    letter_count: int


class Reader(Protocol):
    """The seam to a text recogniser. It counts letters; no text ever leaves it (P-06)."""

    def read(self, card: Image) -> Legibility:
        """Shapes: card (H, W, 3) BGR uint8, the card's own pixels."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """How well a frame shows a counter.

    brightness: mean luma of the counter's zones, 0 to 255. clipped: share of it burnt out, 0 to 1.
    sharpness: share of the reference picture's (1 without one). shift: against the reference,
    share of the width. blocked: share of the picture covered, 0 to 1. frozen: the same picture
    again.
    """

    brightness: float
    clipped: float
    sharpness: float
    shift: float
    blocked: float
    frozen: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """What one frame says about one counter under one check. `basis` are the boxes it rests on.

    `unchanged_since`: no network looked at this frame; the picture was unchanged since the look of
    that moment, whose answer and boxes these are.
    """

    counter: str
    check: str
    captured_at: datetime
    outcome: Outcome
    reason: Reason | None
    score: float
    basis: tuple[Box, ...] = ()
    unchanged_since: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.captured_at, "Observation.captured_at")
        if self.outcome is not Outcome.MET and self.reason is None:
            raise ValueError(f"Observation of {self.check}: {self.outcome} needs a reason")


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything one frame said about one counter: the unit that is stored and judged.

    `observations` has one entry per check looked at, checks in alphabetical order.
    """

    counter: str
    camera: str
    captured_at: datetime
    view: View
    observations: tuple[Observation, ...]

    def of(self, check: str) -> Observation | None:
        """The observation of `check`, if it was looked at."""
        return next((o for o in self.observations if o.check == check), None)


class Slot(StrEnum):
    """The span a verdict covers. READY ends at opening; the halves follow `grain` of the clause."""

    READY = "ready"
    OPEN = "open"
    OPEN_2 = "open_2"
    BREAK = "break"


class Status(StrEnum):
    """How far a verdict has come. Source: docs/standard.md 3.4."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    CONTESTED = "contested"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value beside its threshold, as evaluators see them."""

    name: str
    value: float
    threshold: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the frames of a slot say about a counter under a clause, at `decided_at`.

    Counted in frames: expected, usable (the gate passed), used (they decided). `proposal` is what
    an assisted clause suggests to the human; `seen` are the labels the verdict rests on.
    """

    counter: str
    clause: str
    slot: Slot
    outcome: Outcome
    reason: Reason | None
    status: Status
    since: datetime
    decided_at: datetime
    frames_expected: int
    frames_usable: int
    frames_used: int
    policy: str
    layout: str
    models: str
    proposal: Outcome | None = None
    side_reasons: tuple[Reason, ...] = ()
    seen: tuple[Label, ...] = ()
    measures: tuple[Measure, ...] = field(default=())

    def __post_init__(self) -> None:
        require_aware(self.since, "Verdict.since")
        require_aware(self.decided_at, "Verdict.decided_at")
        if self.outcome is not Outcome.MET and self.reason is None:
            raise ValueError(f"Verdict on {self.clause}: {self.outcome} needs a reason")

    def says_the_same_as(self, other: "Verdict") -> bool:
        """Whether nothing changed that a supervisor would see (times and counts apart)."""

        def visible(verdict: Verdict) -> tuple[object, ...]:
            return (
                verdict.outcome,
                verdict.reason,
                verdict.status,
                verdict.proposal,
                verdict.seen,
                verdict.side_reasons,
            )

        return visible(self) == visible(other)


class ReadyState(StrEnum):
    """The answer at T-5. On screen: SIAP, BELUM, TIDAK DAPAT DINILAI."""

    GO = "GO"
    NO_GO = "NO_GO"
    CANNOT_TELL = "CANNOT_TELL"


@dataclass(frozen=True, slots=True)
class Readiness:
    """One counter at `decided_at`: its state, the verdicts that stand against it, hints beside it.

    `against` decided the state; `hints` are listed small and never decide (docs/standard.md 3.6).
    """

    counter: str
    state: ReadyState
    against: tuple[Verdict, ...]
    hints: tuple[Verdict, ...]
    decided_at: datetime
