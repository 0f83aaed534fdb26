"""What leaves memory shows no head, no visitor and no text."""

import cv2
import numpy as np
import pytest

from tests.fakes_eyes import COLOURS, Painter
from tests.vision.test_checks import COUNTER, looked
from vision.hiding import encode, keepable, over_heads
from vision.labels import Label
from vision.values import Box


def patch(image: np.ndarray, label: Label) -> int:
    """How many pixels still have the exact colour of a label."""
    return int(np.all(image == np.array(COLOURS[label], np.uint8), axis=2).sum())


def detail(image: np.ndarray) -> float:
    """Variance of the Laplacian."""
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_32F).var())


def test_heads_are_gone_even_where_no_head_was_found() -> None:
    """A missed head is a privacy fault: the top of every person's box goes too."""
    painter = Painter().staff()
    speckles = np.random.default_rng(3).integers(0, 255, (90, 80, 3), np.uint8)
    painter.image[105:195, 580:660] = speckles
    kept, (x0, y0, _, _) = keepable(painter.image, COUNTER, looked(painter.image))
    assert detail(kept[110 - y0 : 190 - y0, 585 - x0 : 655 - x0]) < 0.1 * detail(speckles)


PERSON = Box(Label.PERSON, (100, 100, 300, 500), 0.9)


@pytest.mark.parametrize(
    ("heads", "hidden_to"),
    [
        ((), 280),
        ((Box(Label.HEAD, (170, 110, 230, 190), 0.8),), 220),
        ((Box(Label.HEAD, (170, 400, 230, 470), 0.8),), 280),
        ((Box(Label.HEAD, (400, 110, 460, 190), 0.8),), 280),
    ],
    ids=["no head found", "head found", "a head in the lap", "a neighbour's head"],
)
def test_more_of_a_person_is_hidden_where_no_head_was_found(
    heads: tuple[Box, ...], hidden_to: float
) -> None:
    """A desk cuts seated people: their head reaches down to more than a third of what is seen."""
    first, *rest = over_heads([PERSON], heads, (640, 640))
    assert first[:3] == (100, 100, 300)
    assert first[3] == pytest.approx(hidden_to)
    assert len(rest) == len(heads)


def test_visitors_are_masked_whole() -> None:
    """Nobody who came to be served is kept."""
    painter = Painter().paint(Label.PERSON, (20, 300, 220, 700))
    painter.image[320:690:5, 30:210:5] = (255, 255, 255)
    kept, (x0, y0, _, _) = keepable(painter.image, COUNTER, looked(painter.image))
    before = painter.image[310:690, 30:210]
    assert detail(kept[310 - y0 : 690 - y0, 30 - x0 : 210 - x0]) < 0.1 * detail(before)


def test_only_the_counter_is_kept() -> None:
    """The smallest crop that shows the clause."""
    image = Painter().staff().image
    kept, (x0, y0, x1, y1) = keepable(image, COUNTER, looked(image))
    assert kept.shape == (y1 - y0, x1 - x0, 3)
    assert x1 < 1280


def test_the_frame_itself_is_not_changed() -> None:
    """Judging goes on with what the camera saw."""
    image = Painter().staff().image
    before = image.copy()
    keepable(image, COUNTER, looked(image))
    assert np.array_equal(image, before)


def test_a_kept_picture_is_a_jpeg() -> None:
    """Evidence opens everywhere."""
    assert encode(Painter().image)[:2] == b"\xff\xd8"
