"""The change gate, by itself, sees every change that alters a truth: forced looks switched off.

On rendered mornings truth.toml says when somebody or something came or went. On real clips the
scene network, asked of every frame, says it. A change must open the gate before its hold is over.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from cameras.recordings import open_recording
from models.detector import load_eyes
from service.commands.evaluate import bundled_mornings
from service.gate_recall import GateWatch, gate_recall, tables_of_recall
from service.policies import load_policy
from tests.shared import SHARED
from vision.eyes import find_people, staffed_by
from vision.layout import Counter, Zone, ZoneKind
from vision.policy import Policy
from vision.values import Frame

MORNINGS = bundled_mornings()
CLIPS = sorted((SHARED / "data" / "videos").glob("*.mp4"))
POLICY: Policy = load_policy("djpb-spm")


@pytest.mark.parametrize("morning", MORNINGS, ids=lambda path: path.name)
def test_the_gate_sees_every_change_of_a_rendered_morning(morning: Path) -> None:
    """Arrivals, departures, things put and taken, somebody before the camera, lamps: all of them.

    What changes while the lamps are out shows in no picture and is CANNOT_TELL (DARK); that they go
    out and come back must be seen.
    """
    found = list(gate_recall(morning))
    assert [change for one in found for change in one.missed] == []
    assert sum(len(one.changes) for one in found) >= 1
    for one in found:
        assert one.opened < one.frames / 2, f"{one.counter}: the gate stands open"


def test_a_change_that_no_picture_shows_is_told_as_missed(tmp_path: Path) -> None:
    """A measure that cannot fail says nothing: here the truth speaks of a cup that is not there."""
    shutil.copytree(MORNINGS[0], tmp_path / "morning")
    truth = tmp_path / "morning" / "truth.toml"
    cup = (
        '  { label = "cup", from = 2026-02-27T08:18:03+07:00, to = 2026-02-27T08:18:33+07:00 },\n'
    )
    text = truth.read_text(encoding="utf-8")
    truth.write_text(text.replace("items = [\n", f"items = [\n{cup}", 1), encoding="utf-8")
    (one,) = gate_recall(tmp_path / "morning")
    assert {change.what for change in one.missed} == {"cup"}
    first, last = tables_of_recall([one])
    assert first.rows[-1][0] == "all"
    assert len(last.rows) == len(one.missed)


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
    scene, *_ = load_eyes()
    missed: list[str] = []
    changes = 0
    for clip in CLIPS:
        watch = GateWatch(counter, POLICY)
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
