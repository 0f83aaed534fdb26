"""A picture in, boxes in its own pixels out; with a real network of a few thousand bytes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.detector import OnnxDetector
from tests.models.make_tiny import tiny_network, write_tiny, yolo11_output
from vision.errors import ModelMismatch
from vision.labels import Label
from vision.values import Image


def one_box(score: float = 0.9, row: int = 0, classes: int = 2) -> np.ndarray:
    """A network output with 32 x 16 px around the middle of a 64 x 64 input."""
    scores = np.zeros((1, classes), np.float32)
    scores[0, row] = score
    return yolo11_output(np.array([[32, 32, 32, 16]], np.float32), scores)


def grey(width: int, height: int, level: int = 128) -> Image:
    """A plain picture."""
    return np.full((height, width, 3), level, np.uint8)


def test_boxes_are_in_pixels_of_the_picture(tmp_path: Path) -> None:
    """A picture of 128 x 64 is halved and lies in lines 16 to 48 of the input."""
    detector = OnnxDetector(write_tiny(tmp_path, tiny_network(one_box())))
    seen = detector.detect(grey(128, 64))
    assert seen.xyxy.tolist() == [[32, 16, 96, 48]]
    assert seen.confidence == pytest.approx([0.9])
    assert seen.label.tolist() == [Label.PERSON]
    assert seen.model == detector.model == "tiny@1"


def test_boxes_are_cut_to_the_picture(tmp_path: Path) -> None:
    """A crop can be taken from every box without another check."""
    output = yolo11_output(
        np.array([[60, 60, 40, 40]], np.float32), np.array([[0.9, 0]], np.float32)
    )
    seen = OnnxDetector(write_tiny(tmp_path, tiny_network(output))).detect(grey(64, 64))
    assert seen.xyxy.tolist() == [[40, 40, 64, 64]]


def test_boxes_wholly_in_the_padding_are_gone(tmp_path: Path) -> None:
    """They would have no pixels."""
    output = yolo11_output(np.array([[32, 4, 8, 8]], np.float32), np.array([[0.9, 0]], np.float32))
    seen = OnnxDetector(write_tiny(tmp_path, tiny_network(output))).detect(grey(128, 64))
    assert len(seen) == 0


def test_rows_that_the_card_does_not_name_are_left_out(tmp_path: Path) -> None:
    """COCO knows giraffes; a counter does not."""
    network = tiny_network(one_box(row=1))
    detector = OnnxDetector(write_tiny(tmp_path, network, labels={0: "person"}))
    assert len(detector.detect(grey(64, 64))) == 0
    assert detector.rows(grey(64, 64)).label.tolist() == [1]


def test_two_rows_with_one_label_give_one_box_for_one_thing(tmp_path: Path) -> None:
    """A cup seen as cup and as wine glass is one cup."""
    output = yolo11_output(
        np.array([[32, 32, 32, 16], [32, 32, 30, 16]], np.float32),
        np.array([[0.9, 0], [0, 0.7]], np.float32),
    )
    detector = OnnxDetector(write_tiny(tmp_path, tiny_network(output), labels={0: "cup", 1: "cup"}))
    assert detector.detect(grey(64, 64)).confidence == pytest.approx([0.9])
    assert len(detector.rows(grey(64, 64))) == 2


@pytest.mark.parametrize(
    ("min_confidence", "count"), [(None, 1), (0.35, 0), (0.2, 1)], ids=["card", "higher", "lower"]
)
def test_the_floor_is_the_cards_lo_unless_another_is_asked(
    tmp_path: Path, min_confidence: float | None, count: int
) -> None:
    """Scoring a network needs all its boxes, the office only those that may mean something."""
    path = write_tiny(tmp_path, tiny_network(one_box(score=0.3)))
    assert len(OnnxDetector(path, min_confidence).detect(grey(64, 64))) == count


@pytest.mark.parametrize("size_wh", [(1, 1), (3, 2000), (4000, 3000)], ids=["dot", "post", "large"])
def test_pictures_of_any_size_are_looked_at(tmp_path: Path, size_wh: tuple[int, int]) -> None:
    """No picture is an error for a detector."""
    detector = OnnxDetector(write_tiny(tmp_path, tiny_network(one_box())))
    seen = detector.detect(grey(*size_wh))
    assert len(seen) == 1
    assert float(seen.xyxy[:, 2].max()) <= size_wh[0]


def test_the_network_is_given_red_first_where_the_card_says_so(tmp_path: Path) -> None:
    """Swapped colours cost accuracy without any error."""
    gain = np.zeros((1, 6, 84), np.float32)
    gain[0, 4, 0] = 1
    network = tiny_network(one_box(score=0), gain, channel=(1, 0, 0))
    detector = OnnxDetector(write_tiny(tmp_path, network), 0.0)
    red = np.zeros((64, 64, 3), np.uint8)
    red[:, :, 2] = 204
    assert float(detector.detect(red).confidence.max()) == pytest.approx(0.8, abs=1e-4)


def test_threads_that_share_a_detector_get_their_own_answers(tmp_path: Path) -> None:
    """Two workers share one session: each answer must belong to the picture it was asked about."""
    gain = np.zeros((1, 6, 84), np.float32)
    gain[0, 4, 0] = 1
    detector = OnnxDetector(write_tiny(tmp_path, tiny_network(one_box(score=0), gain)), 0.0)
    levels = [5 * (i % 50) + 5 for i in range(400)]

    def seen(level: int) -> float:
        return float(detector.rows(grey(64, 64, level)).confidence.max())

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(seen, levels))
    assert answers == pytest.approx([level / 255 for level in levels], abs=1e-5)


def test_a_class_beyond_those_of_the_card_is_refused_when_it_appears(tmp_path: Path) -> None:
    """YOLO26 shows the number of its classes only by its answers."""
    output = np.zeros((1, 300, 6), np.float32)
    output[0, 0] = 1, 1, 30, 30, 0.9, 5
    detector = OnnxDetector(write_tiny(tmp_path, tiny_network(output), decoding="yolo26"))
    with pytest.raises(ModelMismatch, match=r"\[output\] classes: expected 2, got row 5"):
        detector.detect(grey(64, 64))
