"""A camera that was nudged is judged by zones that follow; a defocused one is told. Rendered views.

The pictures are the approved ones of the bundled mornings, as the scene maker rendered them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from service.policies import load_policy
from tests.fakes_eyes import COLOURS, fake_eyes
from vision.hiding import keepable
from vision.labels import Label
from vision.layout import Counter, Zone, ZoneKind
from vision.looking import Approved, Look, look
from vision.placing import placed
from vision.values import Frame, Image, Outcome, Reason, Xyxy
from vision.view import Reference, gate, measure_picture, view_of

MORNINGS = Path(__file__).parents[2] / "datasets" / "mornings"
VIEWS = sorted(MORNINGS.glob("*/reference/*.jpg"))
PARAMETERS = load_policy("djpb-spm").parameters
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
NUDGES = [(0.012, 0.0), (-0.015, 0.01), (0.0, -0.02), (0.008, 0.012)]
"""Right and down, in shares of width and height; all within shift_max."""


def view(path: Path) -> Image:
    """A rendered picture of a counter with nobody there."""
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, np.uint8)


def nudged(image: Image, right: float, down: float) -> Image:
    """As the camera sees it after somebody bumped into it, by whole pixels, with fresh noise."""
    height, width = image.shape[:2]
    shift = np.array([[1, 0, round(right * width)], [0, 1, round(down * height)]], np.float64)
    moved = cv2.warpAffine(image, shift, (width, height), borderMode=cv2.BORDER_REFLECT)
    noise = np.random.default_rng(3).normal(0, 2, moved.shape)
    return np.asarray(np.clip(moved + noise, 0, 255), np.uint8)


def square(kind: ZoneKind, x0: float, y0: float, x1: float, y1: float) -> Zone:
    """A zone."""
    return Zone(kind, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32))


COUNTER = Counter(
    "FO-1",
    "Loket 1",
    "FO",
    "loket-1",
    (
        square(ZoneKind.STAFF, 0.3, 0.1, 0.7, 0.62),
        square(ZoneKind.DESK, 0.25, 0.62, 0.75, 0.8),
        square(ZoneKind.VISITOR, 0.25, 0.82, 0.75, 0.98),
    ),
)


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: f"{path.parts[-3]} {path.stem}")
@pytest.mark.parametrize(("right", "down"), NUDGES)
def test_zones_follow_a_small_shift(path: Path, right: float, down: float) -> None:
    """To a fifth of a per cent of the picture, in every rendered view; the gate lets it pass."""
    image = view(path)
    picture = measure_picture(nudged(image, right, down), Reference.of(image))
    assert gate(view_of(picture, []), PARAMETERS) is None
    for before, after in zip(COUNTER.zones, placed(COUNTER, picture.lay).zones, strict=True):
        assert after.points - before.points == pytest.approx(
            np.tile([right, down], (4, 1)), abs=0.002
        )


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: f"{path.parts[-3]} {path.stem}")
def test_a_large_shift_and_a_lens_out_of_focus_are_told(path: Path) -> None:
    """Nobody is judged by zones that nobody knows, nor by what cannot be made out."""
    image = view(path)
    reference = Reference.of(image)
    assert told(nudged(image, 0.05, 0.0), reference) is Reason.CAMERA_MOVED
    assert told(nudged(image, 0.0, -0.08), reference) is Reason.CAMERA_MOVED
    for sigma in (3.0, 6.0):
        soft = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)
        assert told(nudged(soft, 0.0, 0.0), reference) is Reason.BLURRED
    assert told(nudged(image, 0.0, 0.0), reference) is None


def told(image: Image, reference: Reference) -> Reason | None:
    """What the gate says of the whole picture."""
    return gate(view_of(measure_picture(image, reference), []), PARAMETERS)


def painted(image: Image, things: Mapping[Label, Xyxy]) -> Image:
    """Flat patches that the fake networks find."""
    shown = image.copy()
    for label, (x0, y0, x1, y1) in things.items():
        shown[int(y0) : int(y1), int(x0) : int(x1)] = COLOURS[label]
    return shown


def seen(image: Image, approved: Image, checks: Sequence[str]) -> Look:
    """One look at a frame."""
    return look(
        Frame("loket-1", 0, NOON, image),
        [COUNTER],
        {"FO-1": checks},
        fake_eyes(spread=30),
        PARAMETERS,
        Approved(approved, Reference.of(approved)),
    )


def outcome(found: Look, check: str) -> Outcome:
    """What a check says."""
    said = found.samples[0].of(check)
    assert said is not None
    return said.outcome


def test_a_nudge_neither_moves_a_visitors_cup_onto_the_desk_nor_staff_away() -> None:
    """What stands an inch beside a zone stands beside it afterwards as well."""
    empty = view(MORNINGS / "2026-11-24" / "reference" / "loket-1.jpg")
    height, width = empty.shape[:2]
    edge = 0.8 * height
    cup = (0.5 * width, edge - 40, 0.5 * width + 40, edge + 9)  # stands 4 px beside the desk
    clerk = (0.31 * width - 60, 0.15 * height, 0.31 * width + 60, 0.5 * height)
    busy = painted(empty, {Label.CUP: cup, Label.PERSON: clerk})
    checks = ["desk_clear", "staff_present"]
    before = seen(busy, empty, checks)
    for right, down in ((0.0, -0.02), (-0.015, 0.0), (-0.012, -0.015)):
        after = seen(nudged(busy, right, down), empty, checks)
        for check in checks:
            assert outcome(after, check) is outcome(before, check) is Outcome.MET, (right, down)


def test_the_desk_is_compared_with_the_approved_picture_where_it_lies_now() -> None:
    """A nudge is no mess; and a mess is one after a nudge."""
    empty = view(MORNINGS / "2026-11-24" / "reference" / "loket-1.jpg")
    height, width = empty.shape[:2]
    doll = (0.4 * width, 0.66 * height, 0.48 * width, 0.78 * height)
    messy = painted(empty, {Label.LANYARD: doll})
    for right, down in ((0.015, 0.0), (0.0, -0.018)):
        clear = seen(nudged(empty, right, down), empty, ["desk_like_reference"])
        assert outcome(clear, "desk_like_reference") is Outcome.MET
        asked = seen(nudged(messy, right, down), empty, ["desk_like_reference"])
        assert outcome(asked, "desk_like_reference") is Outcome.CANNOT_TELL


def test_evidence_is_cut_where_the_counter_lies() -> None:
    """Else a nudge would keep what no zone covers, and show a screen that must be hidden."""
    empty = view(MORNINGS / "2026-11-24" / "reference" / "loket-1.jpg")
    width = empty.shape[1]
    _, (x0, *_) = keepable(empty, COUNTER, seen(empty, empty, ["staff_present"]))
    pushed = nudged(empty, 0.015, 0.0)
    _, (after, *_) = keepable(pushed, COUNTER, seen(pushed, empty, ["staff_present"]))
    assert after - x0 == pytest.approx(0.015 * width, abs=3)
