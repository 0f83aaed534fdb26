"""`siaga detect`: boxes of one network, one line each."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli import main
from service.plain_look import look_at_scene
from tests.service.eyes import write_eyes
from vision.labels import Label
from vision.tiling import merged, parts
from vision.values import Box, Detections, Image


def detect(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, JSON lines and complaints of one call."""
    code = main(["detect", *map(str, arguments), "--format", "jsonl"])
    told = capsys.readouterr()
    return code, [json.loads(line) for line in told.out.splitlines()], told.err


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A plain picture of 320 x 320."""
    path = tmp_path / "plain.png"
    assert cv2.imwrite(str(path), np.full((320, 320, 3), 128, np.uint8))
    return path


def test_the_scene_network_names_people_and_things(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line has exactly the keys of issue 2."""
    eyes = write_eyes(tmp_path / "eyes")
    code, lines, complaints = detect(capsys, "--model", "scene", picture, "--models", eyes)
    assert (code, complaints) == (0, "")
    assert lines == [
        {"image": str(picture), "class": "person", "xyxy": [80, 10, 240, 310], "confidence": 0.9},
        {"image": str(picture), "class": "cup", "xyxy": [240, 240, 300, 300], "confidence": 0.8},
    ]


def test_the_attire_network_looks_at_each_person_in_pixels_of_the_picture(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The crop is the product's own; a card says which side it shows."""
    eyes = write_eyes(tmp_path / "eyes")
    code, lines, _ = detect(capsys, "--model", "attire", picture, "--models", eyes)
    assert code == 0
    assert {line["class"] for line in lines} == {"head", "torso", "id_card"}
    (card,) = (line for line in lines if line["class"] == "id_card")
    assert card["side"] == "front"
    assert 80 < card["xyxy"][0] < card["xyxy"][2] < 240
    assert all("side" not in line for line in lines if line is not card)


def test_a_card_seen_from_both_sides_is_one_card(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The surer side is told."""
    eyes = write_eyes(tmp_path / "eyes", card=0.5, back=0.0)
    front = detect(capsys, "--model", "attire", picture, "--models", eyes)[1]
    eyes = write_eyes(tmp_path / "eyes", card=0.0, back=0.6)
    back = detect(capsys, "--model", "attire", picture, "--models", eyes)[1]
    assert [line["side"] for line in front + back if line["class"] == "id_card"] == [
        "front",
        "back",
    ]


def test_where_nobody_is_found_the_whole_picture_is_looked_at(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture of a chest shows no person to the scene network."""
    eyes = write_eyes(tmp_path / "eyes", person=0)
    _, lines, _ = detect(capsys, "--model", "attire", picture, "--models", eyes)
    (torso,) = (line for line in lines if line["class"] == "torso")
    assert torso["xyxy"] == [35, 100, 285, 300]


@pytest.mark.parametrize(
    ("extra", "classes"),
    [((), ["person"]), (("--min-confidence", "0.1"), ["person", "cup"])],
    ids=["the card's lo", "lower"],
)
def test_boxes_below_the_least_confidence_are_left_out(
    tmp_path: Path,
    picture: Path,
    capsys: pytest.CaptureFixture[str],
    extra: tuple[str, ...],
    classes: list[str],
) -> None:
    """Scoring wants all of them, people only the likely ones."""
    eyes = write_eyes(tmp_path / "eyes", cup=0.2)
    lines = detect(capsys, "--model", "scene", picture, "--models", eyes, *extra)[1]
    assert [line["class"] for line in lines] == classes


def test_the_table_has_a_row_per_box(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For a person at a terminal."""
    eyes = write_eyes(tmp_path / "eyes")
    assert main(["detect", "--model", "scene", str(picture), "--models", str(eyes)]) == 0
    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert [row[1:3] for row in rows] == [["person", "0.900"], ["cup", "0.800"]]


def test_a_picture_that_cannot_be_read_is_told_and_the_rest_goes_on(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, all other lines there."""
    eyes = write_eyes(tmp_path / "eyes")
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"")
    code, lines, complaints = detect(capsys, "--model", "scene", bad, picture, "--models", eyes)
    assert (code, len(lines)) == (1, 2)
    assert complaints.startswith(f"{bad}: expected ")


@pytest.mark.parametrize("value", ["1.5", "-0.1", "nan", "much"])
def test_a_confidence_that_is_no_share_is_a_wrong_call(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, as for every wrong call."""
    with pytest.raises(SystemExit) as left:
        main(["detect", "--model", "scene", ".", f"--min-confidence={value}"])
    assert left.value.code == 2
    assert "--min-confidence" in capsys.readouterr().err


# Small things in large pictures


@given(st.integers(1, 12_000), st.integers(1, 12_000))
def test_parts_cover_the_picture_and_overlap(width: int, height: int) -> None:
    """A thing as large as the overlap is whole in at least one part."""
    found = parts((0, 0, width, height))
    assert len(found) <= 9
    columns = sorted({(x0, x1) for x0, _, x1, _ in found})
    rows = sorted({(y0, y1) for _, y0, _, y1 in found})
    assert (len(columns) == 1) == (width <= 800)
    assert (len(rows) == 1) == (height <= 480)
    for spans, length in ((columns, width), (rows, height)):
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        for (_, end), (start, _) in pairwise(spans):
            assert end - start >= 0.2 * (spans[0][1] - spans[0][0])


class ScriptedDetector:
    """Answers with boxes given in pixels of the whole picture, where a part shows all of them.

    The part of a picture is known by its first pixel, in which the test writes where it lies.
    """

    model = "scripted@1"

    def __init__(self, boxes: list[Box]) -> None:
        self._boxes = boxes

    def detect(self, image: Image) -> Detections:
        """The boxes that lie in this part, cut to it."""
        y0, x0 = (int(v) * 8 for v in image[0, 0, :2])
        height, width = image.shape[:2]
        seen = Detections.of(self._boxes, self.model).moved(-x0, -y0)
        cut = np.clip(seen.xyxy, 0, [width, height, width, height]).astype(np.float32)
        shown = (cut[:, 2] - cut[:, 0] > 2) & (cut[:, 3] - cut[:, 1] > 2)
        return Detections(cut, seen.confidence, seen.label, self.model).where(shown)


def located(width: int, height: int) -> Image:
    """A picture whose every pixel says where it lies, in eighths."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([y // 8, x // 8, np.zeros_like(x)], axis=2).astype(np.uint8)


def test_things_at_the_seams_of_a_large_picture_are_told_once() -> None:
    """What is cut off by a part's edge is told by the part that shows it whole, or by the whole."""
    boxes = [
        Box(Label.CUP, (40.0, 40.0, 80.0, 90.0), 0.9),
        Box(Label.PHONE, (620.0, 300.0, 700.0, 340.0), 0.8),
        Box(Label.MONITOR, (300.0, 200.0, 1200.0, 700.0), 0.7),
        Box(Label.PERSON, (100.0, 50.0, 900.0, 700.0), 0.95),
    ]
    seen = look_at_scene(located(1280, 720), ScriptedDetector(boxes)).boxes()
    assert [box.label for box in seen] == [Label.PERSON, Label.CUP, Label.PHONE, Label.MONITOR]
    for box in seen:
        (true,) = (one for one in boxes if one.label is box.label)
        assert box.xyxy == pytest.approx(true.xyxy, abs=8)


def test_looks_of_different_networks_cannot_be_merged() -> None:
    """A verdict cites one network."""
    with pytest.raises(ValueError, match="one network"):
        merged([Detections.none("one@1"), Detections.none("other@1")])
