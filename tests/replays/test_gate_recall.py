"""The change gate, by itself, sees every change that alters a truth: forced looks switched off.

On rendered mornings truth.toml says when somebody or something came or went. On real clips the
scene network, asked of every frame, says it. A change must open the gate before its hold is over.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from cameras.recordings import open_recording
from datasets.morning_truth import read_truth
from models.detector import load_eyes
from service.policies import load_policy
from service.settings import load_settings
from tests.shared import SHARED
from vision.change import Cells, Change, Places, cells_of
from vision.eyes import find_people, staffed_by
from vision.layout import Counter, Zone, ZoneKind
from vision.policy import Policy
from vision.values import Frame

MORNINGS = sorted((Path(__file__).parents[2] / "datasets" / "mornings").glob("*/truth.toml"))
CLIPS = sorted((SHARED / "data" / "videos").glob("*.mp4"))
POLICY: Policy = load_policy("djpb-spm")
BEFORE = timedelta(minutes=1)
"""Nothing is looked at until so long before the first change."""

ANSWERS_EVERY_S = 5.0
"""Before opening verdicts fall so often: the strictest hold there is."""


class Watch:
    """The gate as the office uses it: what is looked at becomes what is compared with."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._looked: Cells | None = None
        self.opened: list[tuple[datetime, bool, bool]] = []  # when; staff or visitor, desk
        self.frames = 0

    def see(self, frame: Frame) -> None:
        """Open or stay shut."""
        self.frames += 1
        cells = cells_of(frame.image, POLICY.parameters["px_object"])
        if self._looked is None:
            self._looked = cells
            return
        places = Places.of(self._counter, cells.shape[:2])
        change = Change.between(self._looked, cells, POLICY.parameters)
        people = places.staff_changed(change) or places.visitor_changed(change)
        desk = places.desk_changed(change)
        if people or desk:
            self._looked = cells
            self.opened.append((frame.captured_at, people, desk))

    def saw(self, at: datetime, hold_s: float, *, desk: bool = False) -> bool:
        """Whether it opened in [at, at + hold]."""
        until = at + timedelta(seconds=hold_s)
        return any(at <= when <= until and (on_desk or not desk)
                   for when, _, on_desk in self.opened)  # fmt: skip


@pytest.mark.parametrize("truth", MORNINGS, ids=lambda path: path.parent.name)
def test_the_gate_sees_every_change_of_a_rendered_morning(truth: Path) -> None:
    """Arrivals, departures, things put and taken, somebody before the camera, lamps: all of them.

    What changes while the lamps are out shows in no picture and is CANNOT_TELL (DARK); that they go
    out and come back must be seen.
    """
    settings = load_settings(truth.with_name("office.toml"))
    recording = open_recording(truth.parent, None, 5.0)
    start, end = recording.start, recording.end
    assert end is not None
    counters = {one.counter: one for one in read_truth(truth)}
    missed: list[str] = []
    changes = 0
    for counter in settings.layout.counters:
        one = counters[counter.counter]
        moments = [
            (at, what, desk)
            for span, what, desk in (
                *((span, "staff", False) for span in one.staff),
                *((span, "blocked", False) for span in one.blocked),
                *((span, "dark", False) for span in one.dark),
                *((item.span, item.label.word, True) for item in one.items),
            )
            for at in (span.since, span.until)
            if start < at < end - timedelta(seconds=ANSWERS_EVERY_S)
            and not any(span.since < at < span.until for span in one.dark)
        ]
        if not moments:
            continue
        watch = Watch(counter)
        since = min(at for at, _, _ in moments) - BEFORE
        for frame in recording.camera_frames(counter.camera, since=since):
            watch.see(frame)
        for at, what, desk in moments:
            changes += 1
            if not watch.saw(at, ANSWERS_EVERY_S, desk=desk):
                missed.append(f"{counter.counter} {what} {at.isoformat()}")
        assert len(watch.opened) < watch.frames / 2, "the gate stands open"
    assert missed == []
    assert changes >= 1


def frames_of(clip: Path) -> Iterator[Frame]:
    """One a second, as an office takes them; a minute of each clip."""
    start = datetime.fromisoformat("2026-11-24T08:00:00+07:00")
    return islice(open_recording(clip, start, 1.0, camera="clip").frames(), 60)


@pytest.mark.shared
def test_the_gate_sees_who_comes_and_goes_in_real_clips() -> None:
    """Compression, light and passers-by of real cameras."""
    corners = [[0.25, 0.1], [0.75, 0.1], [0.75, 0.9], [0.25, 0.9]]
    counter = Counter(
        "FO-1",
        "Loket 1",
        "FO",
        "clip",
        (Zone(ZoneKind.STAFF, np.array(corners, np.float32)),),
    )
    scene, _ = load_eyes()
    missed: list[str] = []
    changes = 0
    for clip in CLIPS:
        watch = Watch(counter)
        truth: list[tuple[datetime, bool]] = []
        for frame in frames_of(clip):
            watch.see(frame)
            there = staffed_by(find_people(frame.image, scene), counter, frame.size_wh)
            sure = [box for box in there if box.confidence >= POLICY.parameters["det_hi"]]
            truth.append((frame.captured_at, bool(sure)))
        for at in altered(truth):
            changes += 1
            if not watch.saw(at, 2.0):
                missed.append(f"{clip.name} {at.isoformat()}")
    assert missed == []
    assert changes >= 5


def altered(truth: Sequence[tuple[datetime, bool]]) -> Iterator[datetime]:
    """The moments from which another answer held for two seconds, as did the one before."""
    values = [value for _, value in truth]
    for i in range(2, len(values) - 1):
        if values[i - 2] == values[i - 1] != values[i] == values[i + 1]:
            yield truth[i][0]
