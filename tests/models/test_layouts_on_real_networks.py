"""Decoding is right when a public network finds in public pictures what it is known to find."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets.scoring import Truth, average_precision
from models.detector import OnnxDetector
from tests.shared import SHARED
from vision.values import Detections, Image

PICTURES = SHARED / "data" / "coco_mini"
WEIGHTS = SHARED / "weights"

CARD = """\
name = "start"
version = "1"
file = "{file}"
sha256 = "{sha256}"
licence = "see {file}"
input = {{ name = "images", shape = [1, 3, {side}, {side}], {pixels}, pad = 114 }}
output = {{ name = "{output}", decoding = "{decoding}", classes = 80, nms_iou = 0.5 }}
labels = {{ 0 = "person" }}
thresholds = {{ default = {{ hi = 0.6, lo = 0.01 }} }}
"""
RGB = f'colour = "RGB", scale = {1 / 255}, letterbox = "centre"'
BGR = 'colour = "BGR", scale = 1.0, letterbox = "top_left"'


def labelled_pictures() -> list[tuple[Image, Truth]]:
    """Every picture of the set with its boxes in pixels."""
    pictures: list[tuple[Image, Truth]] = []
    for path in sorted((PICTURES / "images").glob("*.jpg")):
        image = cv2.imread(str(path))
        assert image is not None
        height, width = image.shape[:2]
        label = PICTURES / "labels" / f"{path.stem}.txt"
        lines = label.read_text(encoding="ascii").split("\n") if label.exists() else []
        rows = np.array([line.split() for line in lines if line], np.float64).reshape(-1, 5)
        half = rows[:, 3:] / 2
        xyxy = np.concatenate([rows[:, 1:3] - half, rows[:, 1:3] + half], axis=1)
        xyxy *= (width, height, width, height)
        truth = Truth(xyxy.astype(np.float32), rows[:, 0].astype(np.int64))
        pictures.append((np.asarray(image, np.uint8), truth))
    return pictures


@pytest.mark.shared
@pytest.mark.skipif(not WEIGHTS.is_dir(), reason=f"no starting networks in {WEIGHTS}")
@pytest.mark.parametrize(
    ("file", "side", "pixels", "output", "decoding", "mean_ap50", "person_ap50"),
    [
        ("yolo11n_coco80_320_fp32rec_agpl", 320, RGB, "output0", "yolo11", 0.440, 0.593),
        ("yolo26n_coco80_640_fp32rec_agpl", 640, RGB, "output0", "yolo26", 0.642, 0.780),
        ("yolox_nano_coco80_416_apache", 416, BGR, "output", "yolox", 0.509, 0.635),
    ],
    ids=["yolo11", "yolo26", "yolox"],
)
def test_a_layout_is_decoded_as_its_authors_meant(
    tmp_path: Path,
    file: str,
    side: int,
    pixels: str,
    output: str,
    decoding: str,
    mean_ap50: float,
    person_ap50: float,
) -> None:
    """AP50 comes within 0.01 of what others measured with the same file on the same pictures."""
    network = WEIGHTS / f"{file}.onnx"
    card = tmp_path / "start.toml"
    card.write_text(
        CARD.format(
            file=network,
            sha256=hashlib.sha256(network.read_bytes()).hexdigest(),
            side=side,
            pixels=pixels,
            output=output,
            decoding=decoding,
        ),
        encoding="utf-8",
    )
    detector = OnnxDetector(card)
    answers: list[tuple[Detections, Truth]] = [
        (detector.rows(image), truth) for image, truth in labelled_pictures()
    ]
    scores = average_precision(answers)
    assert len(scores) == 71
    assert float(np.mean(list(scores.values()))) == pytest.approx(mean_ap50, abs=0.01)
    assert scores[0] == pytest.approx(person_ap50, abs=0.01)
