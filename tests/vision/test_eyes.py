"""What lies on a desk, where two labels claim the same thing."""

import numpy as np
import pytest

from tests.fakes_office import fake_layout
from vision.eyes import desk_crop, find_items
from vision.labels import Label
from vision.layout import ZoneKind
from vision.values import Box, Detections, Image, Xyxy

IMAGE: Image = np.zeros((240, 320, 3), np.uint8)
COUNTER = next(c for c in fake_layout().counters if c.zone(ZoneKind.DESK) is not None)


class Told:
    """A network that sees what the test says, in pixels of the whole picture."""

    model = "scene@told"

    def __init__(self, *boxes: tuple[Label, Xyxy, float]) -> None:
        self.boxes = [Box(*box) for box in boxes]

    def detect(self, image: Image) -> Detections:
        """The same boxes, wherever the crop begins."""
        crop = desk_crop(COUNTER, (IMAGE.shape[1], IMAGE.shape[0]))
        assert crop is not None
        return Detections.of(self.boxes, self.model).moved(-crop[0], -crop[1])


def sure_of(label: Label, *boxes: tuple[Label, Xyxy, float]) -> float:
    """How sure the look is of this label."""
    return next(b.confidence for b in find_items(IMAGE, COUNTER, Told(*boxes)) if b.label is label)


PLACE: Xyxy = (150, 150, 180, 200)


@pytest.mark.parametrize(
    ("official", "left"), [(0.9, 0.08), (0.4, 0.48), (0.1, 0.72)], ids=["sure", "doubt", "hardly"]
)
def test_a_bottle_that_may_be_the_office_s_sanitiser_is_so_much_less_sure(
    official: float, left: float
) -> None:
    """Taking the sanitiser for a bottle would accuse whoever sits behind it."""
    seen = ((Label.BOTTLE, PLACE, 0.8), (Label.SANITISER, (152, 150, 182, 200), official))
    assert sure_of(Label.BOTTLE, *seen) == pytest.approx(left, abs=0.01)
    assert sure_of(Label.SANITISER, *seen) == pytest.approx(official, abs=0.01)


def test_a_bottle_beside_the_sanitiser_stays_a_bottle() -> None:
    """Only what is at the same place is one thing."""
    seen = ((Label.BOTTLE, PLACE, 0.8), (Label.SANITISER, (185, 150, 215, 200), 0.9))
    assert sure_of(Label.BOTTLE, *seen) == pytest.approx(0.8, abs=0.01)


def test_two_personal_items_do_not_excuse_one_another() -> None:
    """A cup that may be a glass is a personal item either way."""
    seen = ((Label.CUP, PLACE, 0.8), (Label.GLASS, PLACE, 0.7))
    assert sure_of(Label.CUP, *seen) == pytest.approx(0.8, abs=0.01)


def test_a_chair_behind_a_bag_excuses_nothing() -> None:
    """Only what looks like a personal thing is its rival."""
    seen = ((Label.BAG, PLACE, 0.8), (Label.CHAIR, PLACE, 0.7))
    assert sure_of(Label.BAG, *seen) == pytest.approx(0.8, abs=0.01)
