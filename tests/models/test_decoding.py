"""From raw output to boxes, checked by hand for each layout."""

import numpy as np
import pytest

from models.card import Decoding
from models.decoding import Candidates, decode, without_overlaps


def test_yolo11_boxes_are_centres_and_sizes_with_one_score_per_class() -> None:
    """Cell 3 of the raw layout: 20 x 10 around (50, 40), class 1."""
    raw = np.zeros((4 + 3, 84), np.float32)
    raw[:4, 3] = 50, 40, 20, 10
    raw[4:, 3] = 0.1, 0.8, 0.3
    raw[4:, 7] = 0.2  # below the floor
    found = decode(raw, Decoding.YOLO11, (64, 64), 0.25)
    assert found.xyxy.tolist() == [[40, 35, 60, 45]]
    assert found.confidence == pytest.approx([0.8])
    assert found.row.tolist() == [1]


def test_yolo26_boxes_are_corners_with_score_and_class() -> None:
    """The network has suppressed overlaps itself; empty rows have score 0."""
    raw = np.zeros((300, 6), np.float32)
    raw[0] = 1, 2, 30, 40, 0.7, 2
    found = decode(raw, Decoding.YOLO26, (64, 64), 0.25)
    assert found.xyxy.tolist() == [[1, 2, 30, 40]]
    assert found.confidence == pytest.approx([0.7])
    assert found.row.tolist() == [2]


@pytest.mark.parametrize(
    ("cell", "centre", "stride"),
    [(0, (4, 4), 8), (9, (12, 12), 8), (64 + 5, (24, 24), 16), (64 + 16 + 3, (48, 48), 32)],
    ids=["first cell", "second line", "second grid", "last cell"],
)
def test_yolox_boxes_count_from_their_cell_in_its_stride(
    cell: int, centre: tuple[float, float], stride: int
) -> None:
    """In 64 x 64: 8 x 8 cells of 8 px, then 4 x 4 of 16, then 2 x 2 of 32."""
    raw = np.zeros((84, 5 + 2), np.float32)
    raw[cell] = 0.5, 0.5, np.log(2), 0, 0.9, 0.1, 0.8
    found = decode(raw, Decoding.YOLOX, (64, 64), 0.25)
    x, y = centre
    expected = [x - stride, y - stride / 2, x + stride, y + stride / 2]
    assert found.xyxy.tolist() == [pytest.approx(expected)]
    assert found.confidence == pytest.approx([0.72])  # objectness times class
    assert found.row.tolist() == [1]


@pytest.mark.parametrize(
    ("decoding", "shape"),
    [(Decoding.YOLO11, (6, 84)), (Decoding.YOLO26, (300, 6)), (Decoding.YOLOX, (84, 7))],
    ids=lambda value: str(value),
)
def test_nothing_above_the_floor_is_an_ordinary_answer(
    decoding: Decoding, shape: tuple[int, int]
) -> None:
    """Most pictures of a night show nothing."""
    found = decode(np.zeros(shape, np.float32), decoding, (64, 64), 0.25)
    assert found.xyxy.shape == (0, 4)
    assert found.confidence.shape == found.row.shape == (0,)


def some(*rows: tuple[float, float, float, float, float, int]) -> Candidates:
    """Candidates from rows of box, confidence and row."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Candidates(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


def test_of_two_boxes_on_one_thing_the_surer_is_kept() -> None:
    """81 of 119 px shared: more than half."""
    found = some((1, 1, 11, 11, 0.6, 0), (0, 0, 10, 10, 0.9, 0))
    assert without_overlaps(found, found.row, 0.5).tolist() == [1]


def test_boxes_of_different_groups_never_suppress_each_other() -> None:
    """A card lies on a torso."""
    found = some((0, 0, 10, 10, 0.6, 0), (0, 0, 10, 10, 0.9, 1))
    assert without_overlaps(found, found.row, 0.5).tolist() == [1, 0]


def test_boxes_that_hardly_overlap_are_two_things() -> None:
    """Cups stand side by side."""
    found = some((0, 0, 10, 10, 0.9, 0), (8, 0, 18, 10, 0.6, 0))
    assert without_overlaps(found, found.row, 0.5).tolist() == [0, 1]


def test_no_boxes_leave_no_boxes() -> None:
    """OpenCV answers an empty tuple, which is no array."""
    assert without_overlaps(some(), np.zeros(0, np.int64), 0.5).shape == (0,)
