"""What `Office.see` costs beyond inference, as a share of the detectors' CPU time.

Frames of the bundled morning, decoded beforehand, from the minutes before opening in which every
check is due. Each is the first that its office sees: later ones carry over what did not change.
Inference is the CPU time inside the sessions of the networks and of the text
recogniser. All else is ours: filling the networks' inputs and decoding their outputs, the view, the
checks, hiding heads and encoding the kept picture. A second figure leaves out what the detectors
do around their sessions, which `detector` measures. The figures are medians over frames.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.detector import NETWORKS, WEIGHTS, OnnxDetector
from models.legibility import CardReader
from service.assembly import Forgetful, build_office
from service.measures.pictures import DRAWN, looked_at_frames, morning
from service.measuring import Figure, NotMeasured, Spent, drawn_picture, write_office
from service.settings import Settings, load_settings
from vision.eyes import Eyes
from vision.values import Detections, Frame, Image

GOAL_PERCENT = 10.0
FRAMES = 24
LOOKS = 3


class Stopwatch:
    """CPU seconds spent in something that is called again and again."""

    def __init__(self) -> None:
        self.cpu_s = 0.0

    def run(self, call: Any, *arguments: Any) -> Any:
        """Call it."""
        began = time.process_time()
        try:
            return call(*arguments)
        finally:
            self.cpu_s += time.process_time() - began


@dataclass(frozen=True, slots=True)
class Watches:
    """What is timed: detectors as a whole, the sessions in them, the text recogniser."""

    detectors: Stopwatch = field(default_factory=Stopwatch)
    sessions: Stopwatch = field(default_factory=Stopwatch)
    recogniser: Stopwatch = field(default_factory=Stopwatch)

    def reset(self) -> None:
        """Begin at 0."""
        self.detectors.cpu_s = self.sessions.cpu_s = self.recogniser.cpu_s = 0.0


class TimedSession:
    """A session with a stopwatch round its runs."""

    def __init__(self, session: Any, watch: Stopwatch) -> None:
        self._session = session
        self._watch = watch

    def run(self, names: Sequence[str], feeds: dict[str, Any]) -> Any:
        """As the session."""
        return self._watch.run(self._session.run, names, feeds)


class TimedDetector(OnnxDetector):
    """The detector as it ships, itself and its session timed."""

    def __init__(self, card_path: Path, watches: Watches) -> None:
        super().__init__(card_path)
        self._watches = watches
        self._session = TimedSession(self._session, watches.sessions)

    def detect(self, image: Image) -> Detections:
        """As the detector."""
        found: Detections = self._watches.detectors.run(super().detect, image)
        return found


class TimedReader(CardReader):
    """The reader of cards as it ships, its text recogniser timed."""

    def __init__(self, watch: Stopwatch) -> None:
        super().__init__()
        self._watch = watch

    def _load(self) -> Any:
        recogniser = super()._load()
        return None if recogniser is None else partial(self._watch.run, recogniser)


def measure(models: Path | None = None, frame_count: int = FRAMES) -> list[Figure]:
    """The share, and what a frame costs. Errors: NotMeasured without networks."""
    folder = WEIGHTS if models is None else models
    for name in NETWORKS:
        if not (folder / f"{name}.toml").is_file():
            raise NotMeasured(f"{folder / name}.toml: the network is not there")
    watches = Watches()
    scene, desk, attire = (TimedDetector(folder / f"{name}.toml", watches) for name in NETWORKS)
    eyes = Eyes(scene, desk, attire, TimedReader(watches.recogniser))
    settings, frames, note = _frames(frame_count)
    memory = Forgetful()

    def first_look(frame: Frame) -> Callable[[], object]:
        office = build_office(settings, eyes, memory, memory)
        office.advance(frame.captured_at)  # the day has begun
        return lambda: office.see(frame)

    for frame in frames[:2]:
        first_look(frame)()  # what is built at the first run
    with Spent.on() as spent:
        costs = [_looked(frame, first_look, watches) for frame in frames]
    shares = [100 * cost.beyond_sessions / cost.detectors for cost in costs]
    checks = [100 * cost.beyond_detectors / cost.detectors for cost in costs]
    ours_ms = [1000 * cost.beyond_sessions for cost in costs]
    theirs_ms = [1000 * cost.detectors for cost in costs]
    return [
        spent.figure("step", "beyond inference", shares, "%", GOAL_PERCENT, note=note),
        spent.figure("step", "beyond the detectors", checks, "%", None, note=note),
        spent.figure("step", "beyond inference, a frame", ours_ms, "ms", None, note=note),
        spent.figure("step", "detectors, a frame", theirs_ms, "ms", None, note=note),
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of looking at one frame."""

    whole: float
    detectors: float
    sessions: float
    recogniser: float

    @property
    def beyond_sessions(self) -> float:
        """All but inference."""
        return self.whole - self.sessions - self.recogniser

    @property
    def beyond_detectors(self) -> float:
        """All but detectors and text recogniser."""
        return self.whole - self.detectors - self.recogniser


def _looked(
    frame: Frame, first_look: Callable[[Frame], Callable[[], object]], watches: Watches
) -> Cost:
    """What a frame costs, the mean of LOOKS looks."""
    watches.reset()
    whole = 0.0
    for _ in range(LOOKS):
        look = first_look(frame)
        began = time.process_time()
        look()
        whole += time.process_time() - began
    return Cost(
        whole / LOOKS,
        watches.detectors.cpu_s / LOOKS,
        watches.sessions.cpu_s / LOOKS,
        watches.recogniser.cpu_s / LOOKS,
    )


def _frames(count: int) -> tuple[Settings, list[Frame], str]:
    """An office, frames of its cameras in which every check is due, and a note when drawn."""
    try:
        settings, recording, since = morning()
    except NotMeasured:
        with TemporaryDirectory(prefix="siaga-bench-") as folder:
            path = write_office(
                Path(folder), zone="Asia/Jakarta", camera_count=1, counter_count=1
            )
            settings = load_settings(path)
        at = datetime(2026, 11, 24, 0, 52, tzinfo=UTC)
        image = drawn_picture()
        return settings, [Frame("camera-1", n, at, image) for n in range(count)], DRAWN
    return settings, list(islice(looked_at_frames(recording, since), count)), ""
