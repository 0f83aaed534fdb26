"""A card is read whole or refused with the place of the fault."""

import re
from pathlib import Path

import numpy as np
import pytest

from models.card import STRIDES, Decoding, Placing, Precision, Threshold, read_card
from models.detector import NETWORKS, WEIGHTS, OnnxDetector
from models.session import open_session, output_shape, sha256_of
from tests.models.make_tiny import tiny_network, write_tiny, yolo11_output
from vision.errors import ModelMismatch
from vision.labels import Label

ONE_BOX = yolo11_output(np.array([[32, 32, 20, 20]], np.float32), np.array([[0.9, 0]], np.float32))


def card_with(folder: Path, old: str, new: str) -> Path:
    """A card that fits its network but for one change."""
    path = write_tiny(folder, tiny_network(ONE_BOX))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_card_says_everything_about_its_network(tmp_path: Path) -> None:
    """What a verdict cites and what a detector needs comes from the card alone."""
    card = read_card(
        card_with(tmp_path, "lo = 0.25 }", "lo = 0.25 }\ncup = { hi = 0.7, lo = 0.2 }")
    )
    assert card.model == "tiny@1"
    assert card.labels == {Label.PERSON, Label.CUP}
    assert card.threshold(Label.PERSON) == Threshold(0.6, 0.25)
    assert card.threshold(Label.CUP) == Threshold(0.7, 0.2)
    assert card.floor == 0.2
    assert card.input.shape == (1, 3, 64, 64)
    assert card.input.placing is Placing.CENTRE


def test_rows_without_a_label_stay_unnamed_and_several_rows_may_share_one(tmp_path: Path) -> None:
    """COCO's handbag, backpack and suitcase are all a bag; its zebra is nothing."""
    path = write_tiny(
        tmp_path, tiny_network(ONE_BOX), classes=4, labels={0: "bag", 2: "bag", 3: "person"}
    )
    assert read_card(path).rows == (Label.BAG, None, Label.BAG, Label.PERSON)


def test_lineage_scores_and_failures_are_kept_as_written(tmp_path: Path) -> None:
    """They are for people who read the card."""
    extra = '[lineage]\nstart = "yolo11n"\n[[scores]]\nap50 = 0.5\n[[failures]]\nwhat = "x"\n'
    path = write_tiny(tmp_path, tiny_network(ONE_BOX))
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    card = read_card(path)
    assert card.lineage == {"start": "yolo11n"}
    assert card.scores == ({"ap50": 0.5},)
    assert card.failures == ({"what": "x"},)


@pytest.mark.parametrize(
    ("old", "new", "place", "expected"),
    [
        ('licence = "AGPL-3.0-or-later"', "", "licence", "a text, got nothing"),
        ('licence = "AGPL-3.0-or-later"', 'licence = " "', "licence", "a text, got ' '"),
        ('1 = "cup"', '1 = "mug"', "[labels] 1", "unknown label 'mug'"),
        ('1 = "cup"', '2 = "cup"', "[labels] 2", "an output row from 0 to 1"),
        ('1 = "cup"', 'cup = "cup"', "[labels] cup", "an output row from 0 to 1"),
        ("[1, 3, 64, 64]", "[1, 3, 60, 64]", "[input] shape", "multiples of 32"),
        ("[1, 3, 64, 64]", "[1, 1, 64, 64]", "[input] shape", "[1, 3, height, width]"),
        ('"RGB"', '"YUV"', "[input] colour", "RGB or BGR, got 'YUV'"),
        ('"centre"', '"middle"', "[input] letterbox", "centre or top_left"),
        ("pad = 114", "pad = 300", "[input] pad", "a whole number from 0 to 255"),
        ("pad = 114", "pad = 114\nmean = 3", "[input] mean", "this unknown key"),
        ("scale = 0.00392156862745098", "scale = 0", "[input] scale", "a number above 0"),
        ('"yolo11"', '"ssd"', "[output] decoding", "yolo11 or yolo26 or yolox"),
        ("classes = 2", "classes = 0", "[output] classes", "a whole number from 1"),
        (
            "nms_iou = 0.5",
            "nms_iou = 0.5\nbranches = 0",
            "[output] branches",
            "a whole number from 1",
        ),
        ("nms_iou = 0.5", "nms_iou = 50", "[output] nms_iou", "a number from 0 to 1"),
        ("lo = 0.25", "lo = 0.9", "[thresholds] default", "lo <= hi"),
        ("lo = 0.25", "low = 0.25", "[thresholds] default", "lo = number"),
        ("lo = 0.25", "lo = nan", "[thresholds] default.lo", "a number from 0 to 1, got nan"),
        ("[thresholds]", "[threshold]", "thresholds", "a table, got nothing"),
        ("[labels]", "[[labels]]", "labels", "a table"),
        ("lo = 0.25 }", "lo = 0.25 }\nmug = { hi = 1, lo = 0 }", "[thresholds] mug", "or a label"),
        (
            "[thresholds]",
            "[shipped]\nprecision = 'int4'\nwhy = 'x'\n[thresholds]",
            "[shipped] precision",
            "float32 or int8, got 'int4'",
        ),
        ("[thresholds]", "[shipped]\nprecision = 'int8'\n[thresholds]", "[shipped] why", "a text"),
        ("[input]", "[input", "tiny.toml", "a model card in TOML"),
    ],
)
def test_a_faulty_card_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, place: str, expected: str
) -> None:
    """Whoever writes a card must find the fault without reading this code."""
    path = card_with(tmp_path, old, new)
    with pytest.raises(ModelMismatch) as refused:
        read_card(path)
    message = str(refused.value)
    assert re.match(re.escape(str(path)) + r"(:\d+ |: )", message)
    assert place in message
    assert expected in message


def test_a_missing_card_is_refused(tmp_path: Path) -> None:
    """The message names the file that is not there."""
    with pytest.raises(
        ModelMismatch, match=r"scene\.toml: expected a model card, got no such file"
    ):
        read_card(tmp_path / "scene.toml")


@pytest.mark.parametrize(
    ("old", "new", "place", "expected"),
    [
        ('"tiny.onnx"', '"gone.onnx"', ":3 file", "got no such file"),
        ('sha256 = "', 'sha256 = "00', ":4 sha256", "expected 00"),
        ('"images"', '"pictures"', ":8 [input] name", "expected pictures, got images"),
        ('"output0"', '"output"', ":16 [output] name", "expected output, got output0"),
        (
            "[1, 3, 64, 64]",
            "[1, 3, 64, 96]",
            ":9 [input] shape",
            "got tensor(float) [1, 3, 64, 64]",
        ),
        (
            "nms_iou = 0.5",
            "nms_iou = 0.5\nbranches = 2",
            ":15 [output] shape",
            "expected tensor(float) [1, 6, 168]",
        ),
        ("pad = 114", "pad = 114\ndynamic = true", ":9 [input] shape", "[1, 3, height, width]"),
        ("classes = 2", "classes = 3", ":15 [output] shape", "expected tensor(float) [1, 7, 84]"),
        ('"yolo11"', '"yolox"', ":15 [output] shape", "expected tensor(float) [1, 84, 7]"),
        ('"yolo11"', '"yolo26"', ":15 [output] shape", "expected tensor(float) [1, any, 6]"),
    ],
)
def test_a_network_that_does_not_fit_its_card_is_refused(
    tmp_path: Path, old: str, new: str, place: str, expected: str
) -> None:
    """A wrong network would answer all the same, and wrongly."""
    path = card_with(tmp_path, old, new)
    with pytest.raises(ModelMismatch) as refused:
        OnnxDetector(path)
    message = str(refused.value)
    assert message.startswith(f"{path}{place}: expected ")
    assert expected in message


def test_a_card_says_which_precision_ships_and_why(tmp_path: Path) -> None:
    """Cards of before there was a choice say nothing and mean float32."""
    shipped = '[shipped]\nprecision = "float32"\nwhy = "int8 loses 3 points"\n\n[thresholds]'
    card = read_card(card_with(tmp_path, "[thresholds]", shipped))
    assert (card.precision, card.why) == (Precision.FLOAT32, "int8 loses 3 points")
    plain = read_card(write_tiny(tmp_path, tiny_network(ONE_BOX)))
    assert (plain.precision, plain.why) == (Precision.FLOAT32, "")


@pytest.mark.parametrize(
    ("in_card", "in_file", "complaint"),
    [
        ("int8", {}, ":22 [shipped] precision: expected int8, got float32"),
        ("float32", {"precision": "int8"}, ":22 [shipped] precision: expected float32, got int8"),
    ],
    ids=["card says int8", "file says int8"],
)
def test_a_file_of_another_precision_than_its_card_is_refused(
    tmp_path: Path, in_card: str, in_file: dict[str, str], complaint: str
) -> None:
    """Its scores and thresholds would be those of the other one."""
    path = write_tiny(tmp_path, tiny_network(ONE_BOX, metadata=in_file))
    shipped = f'[shipped]\nprecision = "{in_card}"\nwhy = "measured"'
    text = path.read_text(encoding="utf-8").replace("[labels]", f"{shipped}\n[labels]")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelMismatch, match="expected") as refused:
        OnnxDetector(path)
    assert str(refused.value).startswith(f"{path}{complaint}")


@pytest.mark.parametrize(
    ("network", "got"),
    [
        (tiny_network(ONE_BOX, opset=99), "operator set 99 (it knows them up to"),
        (b"no network at all", "InvalidProtobuf"),
        (b"", "got "),
        (tiny_network(ONE_BOX, opset=27), "Unrecognized attribute"),
    ],
    ids=["operators of the future", "no ONNX", "empty", "operators that changed"],
)
def test_a_file_the_runtime_cannot_load_is_refused_by_name(
    tmp_path: Path, network: bytes, got: str
) -> None:
    """The runtime's own errors never reach a user, but what they say does."""
    path = write_tiny(tmp_path, network)
    with pytest.raises(ModelMismatch) as refused:
        OnnxDetector(path)
    assert str(tmp_path / "tiny.onnx") in str(refused.value)
    assert got in str(refused.value)
    assert "onnxruntime_src" not in str(refused.value)


def test_classes_the_exporter_wrote_into_the_file_must_agree(tmp_path: Path) -> None:
    """The output of YOLO26 has the same shape for any number of classes."""
    output = np.zeros((1, 300, 6), np.float32)
    network = tiny_network(output, metadata={"names": "{0: 'a', 1: 'b', 2: 'c'}"})
    path = write_tiny(tmp_path, network, decoding="yolo26")
    with pytest.raises(ModelMismatch, match=r"\[output\] classes: expected 2, got 3"):
        open_session(read_card(path))


def test_two_branches_answer_with_the_cells_of_both(tmp_path: Path) -> None:
    """One box of each: the second's stands behind the 84 cells of the first."""
    output = np.zeros((1, 6, 168), np.float32)
    output[0, :, 0] = (16, 16, 20, 20, 0.9, 0)
    output[0, :, 100] = (48, 48, 20, 20, 0, 0.8)
    path = write_tiny(tmp_path, tiny_network(output))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("nms_iou = 0.5", "nms_iou = 0.5\nbranches = 2"), encoding="utf-8")
    seen = OnnxDetector(path).detect(np.zeros((64, 64, 3), np.uint8))
    assert [Label(int(label)) for label in seen.label] == [Label.PERSON, Label.CUP]


def test_the_output_shape_follows_from_the_card(tmp_path: Path) -> None:
    """640 x 384: grids of 80 x 48, 40 x 24 and 20 x 12 cells."""
    path = write_tiny(tmp_path, b"", size_wh=(640, 384), classes=5)
    card = read_card(path)
    assert card.output.decoding is Decoding.YOLO11
    assert output_shape(card) == (1, 9, 3840 + 960 + 240)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_ships_needs_no_grey_round_a_picture_and_tells_no_folder(name: str) -> None:
    """Half of the input is padding where a desk is wide: it is paid for and shows nothing. Nor does
    a file tell in which folder it was trained.
    """
    card = read_card(WEIGHTS / f"{name}.toml")
    assert card.input.dynamic
    width, height = card.input.size_wh
    session = open_session(card)
    given = np.zeros((1, 3, height // 64 * 32, width), np.float32)
    (raw,) = session.run([card.output.name], {card.input.name: given})
    assert not any("/" in said for said in session.get_modelmeta().custom_metadata_map.values())
    cells = sum((given.shape[2] // n) * (width // n) for n in STRIDES)
    assert raw.shape == (1, 4 + card.output.classes, card.output.branches * cells)


@pytest.mark.skipif(not list(WEIGHTS.glob("*.toml")), reason="no networks in models/weights")
def test_every_network_that_ships_fits_its_card() -> None:
    """What is in the package must load, and its card must tell where it comes from."""
    for path in sorted(WEIGHTS.glob("*.toml")):
        card = read_card(path)
        assert sha256_of(card.file) == card.sha256
        assert card.name == path.stem
        assert card.lineage
        assert card.scores
        assert card.why
        open_session(card)
