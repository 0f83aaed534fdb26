"""The change gate: noise keeps it shut, everything that comes or goes opens it."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from tests.fakes_eyes import Painter
from tests.vision.test_checks import COUNTER
from vision.change import Change, Places, cells_of
from vision.labels import Label
from vision.values import Image

NUMBERS = {"gate_people": 12.0, "gate_desk": 8.0, "gate_light": 12.0}
PX_OBJECT = 24.0
EMPTY = Painter().image
STAFFED = Painter().staff().image


def opened(then: Image, now: Image) -> set[str]:
    """The zones of the counter that differ."""
    before, after = cells_of(then, PX_OBJECT), cells_of(now, PX_OBJECT)
    places = Places.of(COUNTER, after.shape[:2])
    change = Change.between(before, after, NUMBERS)
    said = {
        "staff": places.staff_changed(change),
        "visitor": places.visitor_changed(change),
        "desk": places.desk_changed(change),
    }
    return {name for name, differs in said.items() if differs}


def filmed(image: Image, seed: int, grain: float = 6.0, quality: int = 60) -> Image:
    """As a camera gives it: noise, then compression."""
    noise = np.random.default_rng(seed).normal(0, grain, image.shape)
    noisy = np.clip(image + noise, 0, 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("image", [EMPTY, STAFFED], ids=["empty", "staffed"])
def test_noise_and_compression_are_no_change(image: Image) -> None:
    """Else the gate would stand open for ever, and save nothing."""
    for seed in range(5):
        assert opened(filmed(image, seed), filmed(image, seed + 100)) == set()


def test_a_camera_that_adjusts_its_exposure_is_no_change() -> None:
    """Every cloud would be one."""
    brighter = np.clip(STAFFED.astype(np.float32) * 1.02 + 5, 0, 255).astype(np.uint8)
    assert opened(STAFFED, filmed(brighter, 3)) == set()


def test_the_light_going_out_is_a_change_of_everything() -> None:
    """It may hide anything."""
    darker = np.clip(STAFFED.astype(np.float32) * 0.5, 0, 255).astype(np.uint8)
    assert opened(STAFFED, darker) == {"staff", "visitor", "desk"}


@pytest.mark.parametrize("levels", [40, -40])
@pytest.mark.parametrize("left", [500, 505, 511])
def test_the_smallest_thing_that_counts_opens_the_desk(levels: int, left: int) -> None:
    """Coming and going, wherever it lies on the grid; a phone of 24 x 48 px."""
    desk = EMPTY.copy()
    region = desk[480 : 480 + 24, left : left + 48].astype(np.int16) + levels
    desk[480 : 480 + 24, left : left + 48] = np.clip(region, 0, 255)
    assert opened(filmed(EMPTY, 1), filmed(desk, 2)) == {"desk"}
    assert opened(filmed(desk, 2), filmed(EMPTY, 1)) == {"desk"}


def test_somebody_who_comes_or_goes_opens_the_staff_zone() -> None:
    """An arrival and a departure are what readiness rests on."""
    assert "staff" in opened(EMPTY, STAFFED)
    assert "staff" in opened(STAFFED, EMPTY)
    assert opened(EMPTY, Painter().paint(Label.PERSON, (20, 300, 200, 700)).image) == {"visitor"}


def test_what_changes_slowly_adds_up() -> None:
    """Each step stays below the threshold; the picture that was looked at last does not move."""
    steps = [
        cv2.addWeighted(STAFFED, share / 20, EMPTY, 1 - share / 20, 0) for share in range(21)
    ]
    pairs = [opened(np.asarray(a), np.asarray(b)) for a, b in pairwise(steps[:3])]
    assert not any(pairs)
    assert "staff" in opened(EMPTY, np.asarray(steps[6]))


def test_another_size_of_picture_is_a_change() -> None:
    """A camera that was set anew shows nothing that could be compared."""
    half = np.asarray(cv2.resize(STAFFED, (640, 360)), np.uint8)
    assert opened(STAFFED, half) == {"staff", "visitor", "desk"}
