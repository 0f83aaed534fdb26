"""Average precision against tables worked out by hand."""

import numpy as np
import pytest

from datasets.scoring import Truth, average_precision, iou_matrix
from vision.values import Detections

Row = tuple[float, float, float, float, float, int]


def found(*rows: Row) -> Detections:
    """Detections from rows of box, confidence and label."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64), "test@1")


def truth(*rows: tuple[float, float, float, float, int]) -> Truth:
    """True boxes from rows of box and label."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Truth(table[:, :4], table[:, 4].astype(np.int64))


A = (0.0, 0.0, 10.0, 10.0)
B = (20.0, 0.0, 30.0, 10.0)
ELSEWHERE = (50.0, 50.0, 60.0, 60.0)


def test_overlaps_of_every_pair() -> None:
    """Half of two equal boxes shared is a third of their union."""
    ratios = iou_matrix(np.array([A, (5, 0, 15, 10)], np.float32), np.array([A, B], np.float32))
    assert ratios.ravel() == pytest.approx([1, 0, 1 / 3, 0])


@pytest.mark.parametrize(
    ("detections", "expected"),
    [
        ([(*A, 0.9, 0), (*B, 0.8, 0)], 1.0),
        ([(*A, 0.9, 0)], 51 / 101),  # recall 0.5: points 0.00 to 0.50 at precision 1
        ([(*A, 0.9, 0), (*ELSEWHERE, 0.8, 0), (*B, 0.7, 0)], (51 + 50 * 2 / 3) / 101),
        ([(*ELSEWHERE, 0.9, 0), (*A, 0.8, 0), (*B, 0.7, 0)], 2 / 3),
        ([(*A, 0.9, 0), (*A, 0.8, 0)], 51 / 101),  # the second is a false one
        ([(*A, 0.9, 1), (*B, 0.8, 1)], 0.0),
        ([], 0.0),
    ],
    ids=[
        "all found",
        "half found",
        "a false one between",
        "a false one first",
        "one found twice",
        "another label",
        "nothing found",
    ],
)
def test_average_precision_of_two_true_boxes(detections: list[Row], expected: float) -> None:
    """Each case can be checked with a pencil."""
    answer = average_precision([(found(*detections), truth((*A, 0), (*B, 0)))])
    assert answer == {0: pytest.approx(expected)}


def test_pictures_are_ranked_together_and_matched_apart() -> None:
    """A box is never right because of another picture's truth."""
    pictures = [
        (found((*A, 0.5, 0)), truth((*A, 0))),
        (found((*A, 0.9, 0)), truth()),
    ]
    assert average_precision(pictures) == {0: pytest.approx(1 / 2)}


def test_only_labels_that_occur_are_scored() -> None:
    """What is nowhere cannot be found or missed."""
    assert set(average_precision([(found((*A, 0.9, 3)), truth((*A, 5)))])) == {5}


def test_a_stricter_overlap_can_be_asked() -> None:
    """60 % of the union is enough at 0.5 and not at 0.75."""
    pictures = [(found((0, 0, 10, 6, 0.9, 0)), truth((*A, 0)))]
    assert average_precision(pictures, 0.5) == {0: pytest.approx(1)}
    assert average_precision(pictures, 0.75) == {0: pytest.approx(0)}
