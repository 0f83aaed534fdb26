"""An int8 copy of a network: what stays in float32, what its card says, how alike they answer."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.card import Precision, read_card
from models.detector import WEIGHTS
from models.quantise import (
    agreement,
    calibration_pictures,
    kept_in_float,
    quantise,
    write_copy_of_card,
)
from models.session import open_session
from tests.models.make_tiny import tiny_network, write_tiny, yolo11_output
from vision.errors import DataError, ModelMismatch

BODY = ["/model.0/conv/Conv", "/model.22/cv2/conv/Conv"]
HEAD = ["/model.23/cv2.0/cv2.0.0/conv/Conv", "/model.23/cv3.1/cv3.1.0/cv3.1.0.0/conv/Conv"]
LAST = ["/model.23/cv2.0/cv2.0.2/Conv", "/model.23/cv3.2/cv3.2.2/Conv"]
DECODE = ["/model.23/dfl/conv/Conv", "/model.23/Sigmoid", "/model.23/Concat_3"]


def one_box(x: float = 32, score: float = 0.9) -> bytes:
    """A network that sees 20 x 20 px there, whatever it is shown."""
    boxes = np.array([[x, 32, 20, 20]], np.float32)
    return tiny_network(yolo11_output(boxes, np.array([[score, 0]], np.float32)))


def grey(path: Path) -> Path:
    """A picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((64, 64, 3), 90, np.uint8))
    return path


@pytest.mark.parametrize(
    ("head", "expected"),
    [("decode", DECODE), ("last", LAST + DECODE), ("whole", HEAD + LAST + DECODE)],
)
def test_what_makes_boxes_of_numbers_stays_in_float32(
    tmp_path: Path, head: str, expected: list[str]
) -> None:
    """256 steps for sides of 640 px would leave no score between 0 and 1."""
    card = read_card(write_tiny(tmp_path, one_box()))
    assert kept_in_float(BODY + HEAD + LAST + DECODE, head, card) == expected


def test_both_heads_of_two_branches_and_what_joins_them_stay_in_float32(tmp_path: Path) -> None:
    """The second branch's layers bear the number of the first's."""
    card = read_card(write_tiny(tmp_path, one_box()))
    second = ["/model.23_1/Sigmoid", "/model.23_1/dfl/conv/Conv"]
    joined = ["/ReduceMax", "/Mul_1", "/Concat"]
    twice = ["/model.10_1/cv1/conv/Conv", "/model.23_1/cv2.0/cv2.0.0/conv/Conv"]
    assert kept_in_float(BODY + twice + DECODE + second + joined, "decode", card) == (
        DECODE + second + joined
    )


def test_a_network_of_another_exporter_is_not_guessed_at(tmp_path: Path) -> None:
    """A wrong guess would look like a network that sees nothing."""
    card = read_card(write_tiny(tmp_path, one_box()))
    with pytest.raises(ModelMismatch, match=r"tiny\.onnx: expected layers named /model\.N/"):
        kept_in_float(["Conv_0", "Concat_7"], "decode", card)


def test_the_card_of_a_copy_tells_file_hash_version_and_precision(tmp_path: Path) -> None:
    """All else is as in the card it was made from."""
    first = write_tiny(tmp_path, one_box())
    shipped = '[shipped]\nprecision = "float32"\nwhy = "the first"\n\n[labels]'
    text = first.read_text(encoding="utf-8").replace("[labels]", shipped)
    first.write_text(text + '\n[lineage]\nstart = "yolo11n"\n', encoding="utf-8")
    network = tmp_path / "tiny_int8.onnx"
    box = yolo11_output(np.array([[32, 32, 20, 20]], np.float32), np.array([[0.9, 0]], np.float32))
    network.write_bytes(tiny_network(box, metadata={"precision": "int8"}))
    card = read_card(first)
    copy = read_card(write_copy_of_card(card, network, 'half the time, "as good"'))
    assert (copy.model, copy.precision) == ("tiny@1-int8", Precision.INT8)
    assert copy.why == 'half the time, "as good"'
    assert (copy.rows, copy.default, copy.lineage) == (card.rows, card.default, card.lineage)
    open_session(copy)


@pytest.mark.parametrize(
    ("x", "score", "share"),
    [(33, 0.4, 1.0), (52, 0.9, 0.0), (32, 0.2, 0.0)],
    ids=["a little off and less sure", "elsewhere", "hardly seen"],
)
def test_agreement_is_the_share_of_sure_boxes_found_again(
    tmp_path: Path, x: float, score: float, share: float
) -> None:
    """An int8 copy that finds too little of them is refused."""
    picture = grey(tmp_path / "a.png")
    (tmp_path / "other").mkdir()
    one = read_card(write_tiny(tmp_path, one_box()))
    other = read_card(write_tiny(tmp_path / "other", one_box(x, score)))
    assert agreement(one, other, [picture]) == (share, 1)


def test_pictures_to_calibrate_with_are_spread_over_the_training_list(tmp_path: Path) -> None:
    """Never over what is held back."""
    lines = [f"./images/{number:04d}.jpg" for number in range(1000)]
    (tmp_path / "train.txt").write_text("\n".join(lines) + "\n")
    chosen = calibration_pictures(tmp_path)
    assert 50 < len(chosen) <= 64
    assert chosen[1] == tmp_path / "images/0016.jpg"


def test_without_pictures_nothing_is_calibrated(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(DataError, match=r"expected train\.txt or pictures .*, found neither"):
        calibration_pictures(tmp_path)


@pytest.mark.train
def test_an_int8_copy_of_the_shipped_network_loads_and_agrees(tmp_path: Path) -> None:
    """The real thing, on pictures of noise; needs `onnx`."""
    card = read_card(WEIGHTS / "attire.toml")
    pictures = [grey(tmp_path / "pictures" / f"{number}.png") for number in range(3)]
    network = tmp_path / "attire_int8.onnx"
    quantise(card, pictures, network)
    copy = read_card(write_copy_of_card(card, network, "a try"))
    open_session(copy)
    in_float32 = 2 * card.file.stat().st_size  # its weights lie there as float16
    assert network.stat().st_size < 0.3 * in_float32
