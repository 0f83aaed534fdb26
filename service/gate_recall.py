"""Whether the change gate, by itself, sees every change that alters a truth of a recorded morning.

Forced looks are switched off: what the gate opens for is all that becomes what is compared with.
No network is asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cameras.recordings import open_recording
from datasets.morning_truth import CounterTruth, read_truth
from datasets.score_tables import Table
from service.settings import load_settings
from vision.change import Cells, Change, Places, cells_of
from vision.errors import DataError
from vision.layout import Counter
from vision.policy import Policy
from vision.values import Frame

HOLD_S = 5.0
"""Before opening verdicts fall so often: the strictest hold there is."""

BEFORE = timedelta(minutes=1)
"""Nothing is looked at until so long before the first change."""


class GateWatch:
    """The gate as the office uses it: what is looked at becomes what is compared with.

    `opened`: when, and whether on the desk. `frames` compared or looked at first.
    """

    def __init__(self, counter: Counter, policy: Policy) -> None:
        self._counter = counter
        self._parameters = policy.parameters
        self._looked: Cells | None = None
        self.opened: list[tuple[datetime, bool]] = []
        self.frames = 0

    def see(self, frame: Frame) -> None:
        """Open or stay shut. Errors: KeyError when the policy lacks a number of the gate."""
        self.frames += 1
        cells = cells_of(frame.image, self._parameters["px_object"])
        if self._looked is None:
            self._looked = cells
            return
        places = Places.of(self._counter, cells.shape[:2])
        change = Change.between(self._looked, cells, self._parameters)
        people = places.staff_changed(change) or places.visitor_changed(change)
        desk = places.desk_changed(change)
        if people or desk:
            self._looked = cells
            self.opened.append((frame.captured_at, desk))

    def saw(self, at: datetime, hold_s: float, *, desk: bool = False) -> bool:
        """Whether it opened in [at, at + hold], on the desk if it must."""
        until = at + timedelta(seconds=hold_s)
        return any(at <= when <= until and (on_desk or not desk) for when, on_desk in self.opened)


@dataclass(frozen=True, slots=True)
class TruthChange:
    """Something came or went. `on_desk`: it shows on the desk, not where people are."""

    at: datetime
    what: str
    on_desk: bool


@dataclass(frozen=True, slots=True)
class GateRecall:
    """What the gate saw of one counter's changes, and in what share of the frames it opened."""

    morning: str
    counter: str
    changes: tuple[TruthChange, ...]
    missed: tuple[TruthChange, ...]
    frames: int
    opened: int


def changes_of(truth: CounterTruth, start: datetime, end: datetime) -> Iterator[TruthChange]:
    """Arrivals, departures, things put and taken, somebody before the camera, lamps, a knock.

    What changes while the lamps are out, or after a knock turned the camera away, shows in no
    picture and is CANNOT_TELL; that they go out and come back must be seen.
    """
    spans = [
        *((span, "staff", False) for span in truth.staff),
        *((span, "blocked", False) for span in truth.blocked),
        *((span, "dark", False) for span in truth.dark),
        *((span, "moved", False) for span in truth.moved),
        *((item.span, item.label.word, True) for item in truth.items),
    ]
    unseen = (*truth.dark, *truth.moved)
    for span, what, on_desk in spans:
        for at in (span.since, span.until):
            in_time = start < at < end - timedelta(seconds=HOLD_S)
            if in_time and not any(one.since < at < one.until for one in unseen):
                yield TruthChange(at, what, on_desk)


def gate_recall(folder: Path) -> Iterator[GateRecall]:
    """Each counter of a morning with truth. Errors: DataError, ConfigError, PictureError."""
    settings = load_settings(folder / "office.toml")
    recording = open_recording(folder, None, HOLD_S)
    path = folder / "truth.toml"
    truths = {one.counter: one for one in read_truth(path)}
    if recording.end is None:
        raise DataError(f"{folder}: expected a recording with an end, found none")
    for counter in settings.layout.counters:
        truth = truths.get(counter.counter)
        if truth is None:
            raise DataError(
                f"{path}: expected the truth of counter {counter.counter}, "
                f"found {', '.join(truths)}"
            )
        changes = tuple(changes_of(truth, recording.start, recording.end))
        if not changes:
            continue
        watch = GateWatch(counter, settings.policy)
        since = min(change.at for change in changes) - BEFORE
        for frame in recording.camera_frames(counter.camera, since=since):
            watch.see(frame)
        missed = tuple(c for c in changes if not watch.saw(c.at, HOLD_S, desk=c.on_desk))
        yield GateRecall(
            recording.recording,
            counter.counter,
            changes,
            missed,
            watch.frames,
            len(watch.opened),
        )


def tables_of_recall(found: Sequence[GateRecall]) -> list[Table]:
    """What was seen by kind of change, and each change that was missed."""
    kinds = sorted({change.what for one in found for change in one.changes})
    rows = [_row(kind, found, kind) for kind in kinds] + [_row("all", found, None)]
    frames, opened = sum(one.frames for one in found), sum(one.opened for one in found)
    mornings = len({one.morning for one in found})
    tables = [
        Table(
            f"Changes that the gate saw within {HOLD_S:g} s: {mornings} mornings, "
            f"opened in {100 * opened / max(1, frames):.1f} % of {frames} frames",
            ("change", "n", "seen", "%"),
            tuple(rows),
        )
    ]
    missed = tuple(
        (one.morning, one.counter, change.what, change.at.isoformat())
        for one in found
        for change in one.missed
    )
    if missed:
        tables.append(Table("Missed", ("morning", "counter", "change", "at"), missed))
    return tables


def _row(name: str, found: Sequence[GateRecall], kind: str | None) -> tuple[str, ...]:
    count = sum(kind in (None, change.what) for one in found for change in one.changes)
    missed = sum(kind in (None, change.what) for one in found for change in one.missed)
    seen = count - missed
    return name, str(count), str(seen), f"{100 * seen / max(1, count):.1f}"
