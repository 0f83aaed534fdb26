"""What `Office.see` costs beyond inference, as a share of the detectors' CPU time.

Frames of the bundled morning, decoded beforehand, from the minutes before opening in which every
check is due. Inference is the CPU time inside the sessions of the two networks and of the text
recogniser; filling their inputs, decoding their outputs, the view, the checks, hiding heads and
encoding the kept picture all count as ours. The figure is the median over frames.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.detector import WEIGHTS, OnnxDetector
from models.legibility import CardReader
from service.assembly import Forgetful, build_office
from service.measures.pictures import DRAWN, looked_at_frames, morning
from service.measuring import Figure, NotMeasured, Spent, drawn_picture, write_office
from service.office import Office
from service.settings import Settings, load_settings
from vision.eyes import Eyes
from vision.values import Frame

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


class TimedSession:
    """A session with a stopwatch round its runs."""

    def __init__(self, session: Any, watch: Stopwatch) -> None:
        self._session = session
        self._watch = watch

    def run(self, names: Sequence[str], feeds: dict[str, Any]) -> Any:
        """As the session."""
        return self._watch.run(self._session.run, names, feeds)


class TimedDetector(OnnxDetector):
    """The detector as it ships, its session timed."""

    def __init__(self, card_path: Path, watch: Stopwatch) -> None:
        super().__init__(card_path)
        self._session = TimedSession(self._session, watch)


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
    for name in ("scene", "attire"):
        if not (folder / f"{name}.toml").is_file():
            raise NotMeasured(f"{folder / name}.toml: the network is not there")
    networks, recogniser = Stopwatch(), Stopwatch()
    eyes = Eyes(
        TimedDetector(folder / "scene.toml", networks),
        TimedDetector(folder / "attire.toml", networks),
        TimedReader(recogniser),
    )
    settings, frames, note = _frames(frame_count)
    memory = Forgetful()
    office = build_office(settings, eyes, memory, memory)
    office.advance(frames[0].captured_at)  # the day has begun
    for frame in frames[:2]:
        office.see(frame)
    shares: list[float] = []
    ours_ms: list[float] = []
    theirs_ms: list[float] = []
    with Spent.on() as spent:
        for frame in frames:
            ours, theirs = _looked(office, frame, networks, recogniser)
            shares.append(100 * ours / theirs)
            ours_ms.append(1000 * ours)
            theirs_ms.append(1000 * theirs)
    return [
        spent.figure("step", "beyond inference", shares, "% of it", GOAL_PERCENT, note=note),
        spent.figure("step", "beyond inference, CPU a frame", ours_ms, "ms", None, note=note),
        spent.figure("step", "in the networks, CPU a frame", theirs_ms, "ms", None, note=note),
    ]


def _looked(
    office: Office, frame: Frame, networks: Stopwatch, recogniser: Stopwatch
) -> tuple[float, float]:
    """CPU seconds of a frame beyond inference and in the networks, the mean of LOOKS looks."""
    networks.cpu_s = recogniser.cpu_s = 0.0
    began = time.process_time()
    for _ in range(LOOKS):
        office.see(frame)
    whole = time.process_time() - began
    ours = whole - networks.cpu_s - recogniser.cpu_s
    return ours / LOOKS, networks.cpu_s / LOOKS


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
