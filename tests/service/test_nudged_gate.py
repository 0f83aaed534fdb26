"""The change gate of a camera that was nudged: its cells lie where the zones lie now.

The picture is the approved one of the bundled morning, as the scene maker rendered it, in the size
of a 1080p stream: there a nudge within `shift_max` is three cells wide.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from service.policies import load_policy
from service.seeing import CameraSight
from tests.fakes_eyes import ColourDetector, fake_eyes
from tests.service.test_seeing import CHECKS, DONE, OPEN_AT
from tests.vision.samples import ordinary_day
from tests.vision.test_placing import COUNTER, nudged, view
from vision.attention import pace_at
from vision.layout import Counter, ZoneKind
from vision.looking import Approved
from vision.values import Frame, Image
from vision.view import Reference

POLICY = load_policy("djpb-spm")
MORNING = Path(__file__).parents[2] / "datasets" / "mornings" / "2026-11-24"
WIDE, HIGH = 1920, 1080
EMPTY: Image = np.asarray(
    cv2.resize(view(MORNING / "reference" / "loket-1.jpg"), (WIDE, HIGH)), np.uint8
)
GRAIN = np.random.default_rng(5).normal(0, 2, (HIGH + 64, WIDE + 64, 3)).astype(np.int16)
FAR_PX = 26
"""Beyond the cells beside a zone, which belong to it: two of 12 px."""
UP, DOWN = (0.0, -0.034), (0.0, 0.034)
"""Nudges of 37 px of 1080: 0.019 of the width, below shift_max; three cells."""
NUDGES = [pytest.param(UP, id="up"), pytest.param(DOWN, id="down")]


class Camera:
    """One camera in open hours with networks that count; nothing waits, so looks are few."""

    def __init__(self, counter: Counter = COUNTER) -> None:
        self.eyes = fake_eyes()
        self.sight = CameraSight(
            (counter,), self.eyes, POLICY.parameters, Approved(EMPTY, Reference.of(EMPTY))
        )
        self.at = OPEN_AT
        self.sequence = 0

    def see(self, image: Image) -> bool:
        """The next frame, five seconds later; whether the gate opened for the desk."""
        at_px = 7 * self.sequence % 64
        grain = GRAIN[at_px : at_px + HIGH, at_px : at_px + WIDE]
        noisy = np.clip(image + grain, 0, 255).astype(np.uint8)
        pace = pace_at(ordinary_day(), self.at, 1.0, POLICY.parameters)
        frame = Frame("loket-1", self.sequence, self.at, noisy)
        shown = self.sight.see(frame, {"FO-1": CHECKS}, pace, {"FO-1": DONE})
        self.at += timedelta(seconds=5)
        self.sequence += 1
        desk = shown.samples[0].of("desk_clear")
        return desk is None or desk.unchanged_since is None

    def see_often(self, image: Image, count: int) -> int:
        """So many frames; in how many of them the desk did not carry over."""
        return sum(self.see(image) for _ in range(count))

    @property
    def calls(self) -> int:
        """How often the scene network was asked."""
        assert isinstance(self.eyes.scene, ColourDetector)
        return self.eyes.scene.calls


def with_thing(image: Image, left: int, top: int) -> Image:
    """A phone of the smallest size that counts, darker than what it lies on."""
    shown = image.copy()
    px = int(POLICY.parameters["px_object"])
    region = shown[top : top + px, left : left + 2 * px].astype(np.int16)
    shown[top : top + px, left : left + 2 * px] = np.clip(region - 60, 0, 255)
    return shown


def desk_edges() -> tuple[int, int, int]:
    """The desk's middle, its upper and its lower edge in px of the picture as approved."""
    desk = COUNTER.zone(ZoneKind.DESK)
    assert desk is not None
    corners = desk.polygon((WIDE, HIGH))
    return int(corners[:, 0].mean()), int(corners[:, 1].min()), int(corners[:, 1].max())


@pytest.mark.parametrize("nudge", NUDGES)
def test_the_gate_shuts_again_after_a_nudge(nudge: tuple[float, float]) -> None:
    """The nudge itself is looked at; the new place is then what is compared with."""
    steady, bumped = Camera(), Camera()
    for camera in (steady, bumped):
        camera.see_often(EMPTY, 4)
    pushed = nudged(EMPTY, *nudge)
    assert bumped.see(pushed), "the nudge shows a picture that nobody looked at"
    bumped.see_often(pushed, 3)
    steady.see_often(EMPTY, 4)
    before = bumped.calls, steady.calls
    assert bumped.see_often(pushed, 12) == steady.see_often(EMPTY, 12)
    assert bumped.calls - before[0] == steady.calls - before[1]


def test_what_stands_at_the_far_edge_of_the_desk_after_a_nudge_opens_the_gate() -> None:
    """Its foot is on the desk as it lies now; no cell of the desk as it lay shows any of it."""
    camera = Camera()
    middle, upper, _ = desk_edges()
    foot = upper + round(UP[1] * HIGH) + 10
    pushed = nudged(EMPTY, *UP)
    camera.see_often(EMPTY, 4)
    camera.see_often(pushed, 9)
    assert not camera.see(pushed)
    assert camera.see(with_thing(pushed, middle, foot - 24))


@pytest.mark.parametrize("nudge", NUDGES)
def test_what_moves_beside_the_desk_after_a_nudge_keeps_the_gate_shut(
    nudge: tuple[float, float],
) -> None:
    """Cells left behind where the desk lay would open for what is now no part of it."""
    camera = Camera(replace(COUNTER, zones=COUNTER.zones[:2]))  # the visitor's would open too
    middle, upper, lower = desk_edges()
    moved = round(nudge[1] * HIGH)
    pushed = nudged(EMPTY, *nudge)
    camera.see_often(EMPTY, 4)
    camera.see_often(pushed, 9)
    top = lower + moved + FAR_PX if moved < 0 else upper + moved - FAR_PX - 24
    assert not camera.see(pushed)
    assert not camera.see(with_thing(pushed, middle, top))
