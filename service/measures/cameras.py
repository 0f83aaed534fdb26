"""What cameras cost, from the packet to the record, and whether they keep their deadlines.

One clip (20 s of a rendered counter, textured and noisy, people move 30 % of the time; made by the
command) plays for every camera through the code that reads RTSP: keyframes only, the change gate,
attention, networks, judging, a real store. `main` is 1080p at 4 Mbit/s, `sub` 360p at 0.5 Mbit/s,
both 25 frames a second with a keyframe a second.

- `busy`: an hour of counter service, a few minutes of it, as fast as it goes: CPU per
  camera-second, by stage.
- `day`: 07:00 to 17:00, each phase for a few minutes, weighted by its length; people move 30 % of
  the time all day long.
- Both begin to count five minutes into a phase, where it is that long: while the tag is undecided
  it is looked at closely, which takes three minutes of each half day.
- `opening`: cameras in real time before the answer: lag from a frame to its sample, drops, and how
  old the newest sample was when each answer fell.
- `overload`: the same beside two programs that burn both cores.
- `memory`: resident memory per added camera.

With `--against naive` the naive pipeline (cv2.VideoCapture reads every frame, ultralytics .pt at
imgsz 640 looks at one frame a second) runs on the same clip in turn, each side in a fresh process;
the ratio is the median of the pairs.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from cameras.config import CameraConfig
from cameras.reader import CameraReader
from cameras.sources import FrameSource
from models.detector import NETWORKS, WEIGHTS
from service.assembly import build_office
from service.calendar import next_ready_at, plan_at
from service.clock import RecordingClock
from service.evidence import Evidence
from service.measures.clip import STREAMS, background, make_clip
from service.measures.naive import available, cpu_per_camera_s
from service.measures.step import TimedDetector, TimedReader, Watches
from service.measures.streams import PacketClock, PlayedStream
from service.measures.wishes import GOALS, Wishes
from service.measuring import OFFICE, Figure, NotMeasured, Spent, resident_mb_of
from service.office import Event, Office
from service.readers import DayReader
from service.runner import RunningOffice
from service.seeing import Shown
from service.settings import Settings, load_settings
from service.store import Store, open_store
from vision.attention import reading_period
from vision.day import LOOKED_AT, PhaseSpan
from vision.eyes import Eyes
from vision.values import Outcome, Readiness, Verdict

BUSY_S = 200
PHASE_S = 120
SETTLED_S = 300
DAY_GOAL = 25.0
LAG_GOAL_S = 1.0
STALE_GOAL_S = 5.0
MEMORY_GOAL_MB = {"main": 12.0, "sub": 3.0}
DAY = "2026-11-24"


def measure(models: Path | None = None, wishes: Wishes | None = None) -> list[Figure]:
    """The scenarios asked for. Errors: NotMeasured without networks, morning or encoder."""
    wanted = wishes or Wishes()
    folder = WEIGHTS if models is None else models
    for name in NETWORKS:
        if not (folder / f"{name}.toml").is_file():
            raise NotMeasured(f"{folder / name}.toml: the network is not there")
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="siaga-bench-") as work:
        stage = Stage(Path(work), folder, wanted)
        for scenario in wanted.scenarios:
            figures += _SCENARIOS[scenario](stage)
    return figures


@dataclass(slots=True)
class Stage:
    """Where it happens: clips already made, networks, what was asked for."""

    work: Path
    models: Path
    wishes: Wishes
    clips: dict[str, Path] = field(default_factory=dict)

    def clip(self, kind: str) -> Path:
        """The clip of a kind, made once."""
        if kind not in self.clips:
            self.clips[kind] = make_clip(self.work, kind)
        return self.clips[kind]

    def naive(self) -> str | None:
        """Why the naive side cannot run; None: it can."""
        if not self.wishes.naive:
            return "not asked for (--against naive)"
        if not available(self.wishes.python):
            return "needs the extra `train` (ultralytics)"
        return None


# --- as fast as it goes --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of some camera-seconds, by stage."""

    camera_s: float
    decode: float
    look: float
    networks: float
    judge: float

    @property
    def whole(self) -> float:
        """All of it."""
        return self.decode + self.look + self.networks + self.judge

    def each_ms(self) -> dict[str, float]:
        """Milliseconds of CPU a camera-second."""
        return {
            "decode": 1000 * self.decode / self.camera_s,
            "gate, view, checks": 1000 * self.look / self.camera_s,
            "networks": 1000 * self.networks / self.camera_s,
            "judge and record": 1000 * self.judge / self.camera_s,
        }


def span_cost(
    clip: Path, models: Path, kind: str, since: str, settle_s: float, seconds: float
) -> Cost:
    """One camera from an office time on, in this process: what so many seconds cost, after others
    that do not count.
    """
    cv2.setNumThreads(1)
    watches = Watches()
    eyes = _timed_eyes(models, watches)
    start = _moment(since)
    with TemporaryDirectory(prefix="siaga-bench-") as folder:
        settings = write_settings(Path(folder), kind, 1)
        with open_store(settings.data, zone=settings.zone) as store:
            office = build_office(settings, eyes, store, Evidence(settings.data))
            office.advance(start)
            clock = PacketClock(start)
            source = PlayedStream(clip, "camera-1", clock)
            plan = office.plan_at(start)
            period_s = reading_period(plan.phase_at(start), 1.0)
            if period_s is None:
                return Cost(seconds, 0.0, 0.0, 0.0, 0.0)  # not even connected to
            source.pace(period_s)
            counted = start + timedelta(seconds=settle_s)
            return _played(office, source, counted, counted + timedelta(seconds=seconds), watches)


def _played(
    office: Office, source: PlayedStream, counted: datetime, until: datetime, watches: Watches
) -> Cost:
    decode = look = judge = 0.0
    frames = source.frames()
    began, first = time.process_time(), None
    for frame in frames:
        decoded = time.process_time()
        decode += decoded - began
        if first is None and frame.captured_at >= counted:
            first = frame.captured_at
            decode = look = judge = 0.0
            watches.reset()
        if frame.captured_at >= until:
            source.close()
            break
        office.advance(frame.captured_at)
        advanced = time.process_time()
        shown = office.see(frame)
        phase = office.plan_at(frame.captured_at).phase_at(frame.captured_at)
        if shown is None and phase not in LOOKED_AT:
            office.glance(frame)
        seen = time.process_time()
        if shown is not None:
            office.take(shown)
        office.flush()
        began = time.process_time()
        judge += advanced - decoded + began - seen
        look += seen - advanced
    assert first is not None
    networks = watches.detectors.cpu_s + watches.recogniser.cpu_s
    return Cost((until - first).total_seconds(), decode, look - networks, networks, judge)


def _fresh(call: Callable[..., Any], *arguments: object) -> Any:
    """The answer of a call in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(call, *arguments).result()


def busy(stage: Stage) -> list[Figure]:
    """An hour of counter service: what a camera-second costs."""
    figures: list[Figure] = []
    for kind in stage.wishes.kinds:
        clip = stage.clip(kind)
        costs: list[Cost] = []
        naive_s: list[float] = []
        with Spent.on() as spent:
            for _ in range(stage.wishes.pairs):
                costs.append(
                    _fresh(span_cost, clip, stage.models, kind, "08:30:00", SETTLED_S, BUSY_S)
                )
                if stage.naive() is None:
                    naive_s.append(cpu_per_camera_s(clip, stage.wishes.python))
        figures += _costs(spent, f"busy hour, {kind}", costs)
        figures += _ratios(
            spent, f"busy hour, {kind}", [c.whole / c.camera_s for c in costs], naive_s, GOALS[kind]
        )
    return figures


def day(stage: Stage) -> list[Figure]:
    """A whole office day on the sub-stream, each phase by its length."""
    clip = stage.clip("sub")
    settings_at = _moment("12:00:00")
    with TemporaryDirectory(prefix="siaga-bench-") as folder:
        settings = write_settings(Path(folder), "sub", 1)
        plan = plan_at(settings.calendar, settings_at)
    spans = [span for span in plan.spans if _in_office_hours(span)]
    whole: list[float] = []
    naive_s: list[float] = []
    with Spent.on() as spent:
        for _ in range(stage.wishes.pairs):
            cost_s = length_s = 0.0
            for span in spans:
                since, until = _cut(span)
                lasts = (until - since).total_seconds()
                settle_s = min(SETTLED_S, max(0.0, lasts - PHASE_S))
                cost = _fresh(
                    span_cost,
                    clip,
                    stage.models,
                    "sub",
                    since.strftime("%H:%M:%S"),
                    settle_s,
                    min(lasts, PHASE_S),
                )
                cost_s += cost.whole / cost.camera_s * lasts
                length_s += lasts
            whole.append(cost_s / length_s)
            if stage.naive() is None:
                naive_s.append(cpu_per_camera_s(clip, stage.wishes.python))
    each = [1000 * one for one in whole]
    figures = [spent.figure("cameras", "office day, sub: CPU", each, "ms/camera-s", None)]
    return figures + _ratios(spent, "office day, sub", whole, naive_s, DAY_GOAL)


def _costs(spent: Spent, name: str, costs: Sequence[Cost]) -> list[Figure]:
    whole = [1000 * cost.whole / cost.camera_s for cost in costs]
    figures = [spent.figure("cameras", f"{name}: CPU", whole, "ms/camera-s", None)]
    for part in costs[0].each_ms():
        each = [cost.each_ms()[part] for cost in costs]
        figures.append(spent.figure("cameras", f"{name}: {part}", each, "ms/camera-s", None))
    return figures


def _ratios(
    spent: Spent, name: str, ours_s: Sequence[float], naive_s: Sequence[float], goal: float
) -> list[Figure]:
    if not naive_s:
        return []
    ratios = [theirs / ours for ours, theirs in zip(ours_s, naive_s, strict=True)]
    return [
        spent.figure(
            "cameras",
            f"{name}: naive",
            [1000 * one for one in naive_s],
            "ms/camera-s",
            None,
        ),
        spent.figure(
            "cameras", f"{name}: naive over ours", ratios, "x", goal, at_least=True
        ),
    ]


def _in_office_hours(span: PhaseSpan) -> bool:
    since, until = _cut(span)
    return since < until


def _cut(span: PhaseSpan) -> tuple[datetime, datetime]:
    opens, ends = _moment("07:00:00"), _moment("17:00:00")
    zone = opens.tzinfo
    return max(span.since, opens).astimezone(zone), min(span.until, ends).astimezone(zone)


# --- in real time --------------------------------------------------------------------------------


@dataclass(slots=True)
class Told:
    """What a real-time run was seen to do. Ages and lags in seconds."""

    lags_s: list[float] = field(default_factory=list)
    ages_s: list[float] = field(default_factory=list)
    answers: int = 0
    wrong: int = 0
    cannot_tell: int = 0
    dropped: int = 0
    looked: int = 0
    unchanged: int = 0
    late: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    resident_mb: float = 0.0


def opening_run(
    clip: Path, models: Path, kind: str, count: int, begin: str, seconds: float
) -> Told:
    """So many cameras in real time from an office time on, in this process."""
    cv2.setNumThreads(1)
    told = Told()
    eyes = _eyes(models)
    start = _moment(begin)
    clock = RecordingClock.starting_now(start, start + timedelta(seconds=seconds + 60), 1.0)
    with TemporaryDirectory(prefix="siaga-bench-") as folder:
        settings = write_settings(Path(folder), kind, count)
        with open_store(settings.data, zone=settings.zone) as store:
            witness = Witness(store, told)
            office = build_office(settings, eyes, witness, Evidence(settings.data))
            _watch_lag(office, clock, told)
            running = RunningOffice(
                settings,
                office,
                _readers(settings, clip, clock),
                clock,
                store,
                lambda at: next_ready_at(settings.calendar, at),
            )
            before, wall = time.process_time(), time.perf_counter()
            running.start()
            try:
                time.sleep(seconds)
                cameras = running.board().cameras
            finally:
                running.stop()
            told.cpu_s = time.process_time() - before
            told.wall_s = time.perf_counter() - wall
            told.resident_mb = resident_mb_of(os.getpid())
            told.dropped = sum(camera.dropped for camera in cameras)
            told.looked = sum(camera.looked for camera in cameras)
            told.unchanged = sum(camera.unchanged for camera in cameras)
            told.late = office.late_count
    return told


class Witness:
    """A store that also notes, of each answer, how old the newest sample behind it was.

    Truth of the clip: somebody with a tag is there all the time. NOT_MET of presence or tag is
    wrong.
    """

    def __init__(self, store: Store, told: Told) -> None:
        self._store = store
        self._told = told
        self._newest: dict[str, datetime] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def add_samples(self, samples: Sequence[Any]) -> None:
        """As the store."""
        for sample in samples:
            self._newest[sample.counter] = sample.captured_at
        self._store.add_samples(samples)

    def add_record(self, verdict: Verdict) -> int:
        """As the store."""
        if verdict.outcome is Outcome.NOT_MET and verdict.clause in ("FO-A6", "FO-B1"):
            self._told.wrong += 1
        return self._store.add_record(verdict)

    def add_readiness(self, day: date, answer: Readiness) -> object:
        """As the store."""
        newest = self._newest.get(answer.counter)
        self._told.answers += 1
        self._told.cannot_tell += answer.state.value == "CANNOT_TELL"
        if newest is not None and answer.state.value != "CANNOT_TELL":
            self._told.ages_s.append((answer.decided_at - newest).total_seconds())
        return self._store.add_readiness(day, answer)


def _watch_lag(office: Office, clock: RecordingClock, told: Told) -> None:
    """Note how long after its frame each sample is there."""
    take = office.take

    def noted(shown: Shown) -> list[Event]:
        events = take(shown)
        if shown.samples:
            told.lags_s.append((clock.now() - shown.samples[0].captured_at).total_seconds())
        return events

    office.take = noted  # type: ignore[method-assign]


def _readers(
    settings: Settings, clip: Path, clock: RecordingClock
) -> Callable[[Callable[[], None]], Mapping[str, DayReader]]:
    """A reader per camera, each somewhere else in the clip."""

    def make_all(ring: Callable[[], None]) -> Mapping[str, DayReader]:
        def make(number: int, camera: str) -> Callable[[], CameraReader]:
            def source() -> FrameSource:
                return PlayedStream(clip, camera, clock, offset_s=(number * 7.3) % 20)

            return lambda: CameraReader(
                CameraConfig(camera, url="rtsp://127.0.0.1/bench"),
                clock,
                on_frame=lambda _name: ring(),
                source=source,
            )

        return {
            camera.camera: DayReader(camera, make(number, camera.camera), clock.now())
            for number, camera in enumerate(settings.cameras)
        }

    return make_all


def opening(stage: Stage) -> list[Figure]:
    """Cameras in real time up to the answer and a minute beyond."""
    begin = _moment("07:56:00") - timedelta(minutes=stage.wishes.minutes)
    begin = max(begin, _moment("07:49:50"))
    seconds = (_moment("07:55:10") - begin).total_seconds()
    spent = Spent()
    told = _fresh(
        opening_run,
        stage.clip("sub"),
        stage.models,
        "sub",
        stage.wishes.count,
        begin.strftime("%H:%M:%S"),
        seconds,
    )
    return _told_figures(spent, f"{stage.wishes.count} sub before opening", told, LAG_GOAL_S)


def overload(stage: Stage) -> list[Figure]:
    """The same beside two programs that burn the cores."""
    spent = Spent()
    with _burners(2):
        told = _fresh(
            opening_run,
            stage.clip("sub"),
            stage.models,
            "sub",
            stage.wishes.count,
            "07:54:00",
            70.0,
        )
    return _told_figures(spent, f"{stage.wishes.count} sub, overload", told, None)


def _told_figures(
    spent: Spent, name: str, told: Told, lag_goal_s: float | None
) -> list[Figure]:
    spent.wall_s, spent.cpu_s = told.wall_s, told.cpu_s
    lags = told.lags_s or [float("inf")]
    ages = told.ages_s or [0.0]
    frames = max(1, told.looked + told.unchanged + told.dropped)

    def figure(what: str, value: float, unit: str, goal: float | None = None) -> Figure:
        return spent.figure("cameras", f"{name}: {what}", [value], unit, goal, value=value)

    def lag(share: float, goal: float | None = None) -> Figure:
        value = float(np.percentile(lags, share))
        return spent.figure(
            "cameras", f"{name}: lag p{share:g}", lags, "s", goal, value=value
        )

    return [
        lag(50),
        lag(95, lag_goal_s),
        lag(99),
        spent.figure(
            "cameras",
            f"{name}: newest sample at the answer",
            ages,
            "s",
            STALE_GOAL_S,
            value=max(ages),
            note=f"{told.answers} answers, {told.cannot_tell} cannot tell",
        ),
        figure("wrong verdicts", told.wrong, "", 0.0),
        figure("dropped", 100 * told.dropped / frames, "% of frames"),
        figure("unchanged", 100 * told.unchanged / frames, "% of frames"),
        figure("late, left out", told.late, "samples"),
        figure("cores used", told.cpu_s / told.wall_s, "cores"),
    ]


def memory(stage: Stage) -> list[Figure]:
    """What an added camera takes, from a few and from many."""
    figures: list[Figure] = []
    for kind in stage.wishes.kinds:
        spent = Spent()
        few, many = 4, 12
        clip = stage.clip(kind)
        resident = [
            _fresh(opening_run, clip, stage.models, kind, count, "07:51:00", 25.0).resident_mb
            for count in (few, many)
        ]
        each = (resident[1] - resident[0]) / (many - few)
        figures.append(
            spent.figure(
                "cameras",
                f"memory per added camera, {kind}",
                [each],
                "MB",
                MEMORY_GOAL_MB[kind],
                note=f"{few} and {many} cameras: {resident[0]:.0f} and {resident[1]:.0f} MB",
            )
        )
    return figures


@contextmanager
def _burners(count: int) -> Iterator[None]:
    """Programs that burn a core each."""
    burning = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)
    ]
    try:
        yield
    finally:
        for one in burning:
            one.kill()
            one.wait()


_SCENARIOS: Mapping[str, Callable[[Stage], list[Figure]]] = {
    "busy": busy,
    "day": day,
    "opening": opening,
    "overload": overload,
    "memory": memory,
}


# --- the office of the cameras -------------------------------------------------------------------

CAMERA = """
[[cameras]]
id = "camera-{number}"
url = "rtsp://127.0.0.1/{number}"
reference = "empty.jpg"

[[counters]]
id = "FO-{number}"
name = "Loket {number}"
role = "FO"
camera = "camera-{number}"
[counters.zones]
staff = [[0.7980, 0.0000], [0.7712, 0.4509], [0.7293, 0.7032], [0.2496, 0.5684], [0.2211, 0.0607], [0.2929, 0.0000]]
desk = [[0.7881, 0.6699], [0.7699, 0.8189], [0.1582, 0.6328], [0.2328, 0.5200]]
visitor = [[0.7648, 1.0000], [0.0000, 1.0000], [0.0000, 0.6992], [0.0217, 0.6704], [0.7704, 0.9141]]
"""  # noqa: E501 - the zones of the bundled morning's first counter


def write_settings(folder: Path, kind: str, count: int) -> Settings:
    """An office of so many cameras, a counter each, all of which see the counter of the clip."""
    empty = background(STREAMS[kind].size_wh)
    cv2.imwrite(str(folder / "empty.jpg"), empty, [cv2.IMWRITE_JPEG_QUALITY, 95])
    parts = [OFFICE.format(zone="Asia/Jakarta")]
    parts += [CAMERA.format(number=number + 1) for number in range(count)]
    path = folder / "office.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return load_settings(path)


def _moment(clock: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{clock}+07:00")


def _eyes(models: Path) -> Eyes:
    return _timed_eyes(models, Watches())


def _timed_eyes(models: Path, watches: Watches) -> Eyes:
    scene, desk, attire = (TimedDetector(models / f"{name}.toml", watches) for name in NETWORKS)
    return Eyes(scene, desk, attire, TimedReader(watches.recogniser))
