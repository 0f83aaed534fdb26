"""`siaga evaluate` and `siaga data show` end to end: tiny networks, made-up sets and morning."""

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from datasets.accuracy_page import PERSON_SCALES
from datasets.contact_sheet import colour_of, sheet_of
from datasets.sets import Labelled, Origin, PictureSet
from models.card import read_card
from service.cli import main
from service.commands.evaluate import MARKS, between_marks
from service.scored_networks import questions_of
from tests.datasets.sets import plain_picture, write_render, write_set
from tests.datasets.test_morning_truth import clock
from tests.models.make_tiny import tiny_network, write_tiny, yolo11_output
from tests.service.eyes import write_eyes
from vision.errors import DataError
from vision.labels import Label

CARD = "0 0.507 0.5625 0.1397 0.225\n"
"""Where the tiny attire network sees a card on the person whom the tiny scene network sees."""

CHEST = "2 0.5 0.5 0.5 0.8\n"


def called(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    """Exit code, what was printed, complaints."""
    code = main([str(one) for one in arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def lines(text: str) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def eyes(tmp_path: Path) -> Path:
    """Networks that see a person, a cup in the corner and a worn card everywhere."""
    return write_eyes(tmp_path / "eyes")


def test_cards_are_scored_as_the_product_looks_for_them(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Person found, crop looked at, box moved back: two of three pictures hold the card there."""
    shared = tmp_path / "shared"
    write_set(shared / "data", {"a": CARD, "b": CARD, "bare": CHEST})
    code, told, _ = called(
        capsys, "evaluate", "attire", "badge_lbs_ccby", "--shared", shared, "--models", eyes,
        "--format", "jsonl",
    )  # fmt: skip
    assert code == 0
    score, *persons = lines(told)
    (card,) = score["labels"]
    assert (card["name"], card["n"], card["pictures"]) == ("id_card, either side", 2, 3)
    assert card["recall"]["value"] == 1
    assert card["precision"]["value"] == pytest.approx(2 / 3)
    first = {row["group"]: row for row in persons if row["scale"] == 1}
    assert first["card >= 32 px"]["right"]["value"] == 1
    assert first["no card worn"]["wrong"]["value"] == 1  # it sees a card where there is none
    assert {row["scale"] for row in persons} == set(PERSON_SCALES)


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_people_read_tables(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """n stands beside every figure; what the network does not know is left out."""
    shared = tmp_path / "shared"
    labels = {"a": "1 0.84375 0.84375 0.1875 0.1875\n", "b": "0 0.5 0.5 0.2 0.2\n"}
    write_set(shared / "data", labels, name="cups_bottles_ccby", classes=("bottle", "cup"))
    code, told, _ = called(
        capsys, "evaluate", "scene", "cups_bottles_ccby", "--shared", shared, "--models", eyes,
        "--format", form,
    )  # fmt: skip
    assert code == 0
    (row,) = [line for line in told.splitlines() if "1 in 1" in line]
    assert "cup" in row
    assert "100.0" in row
    assert "n 1" in row


def test_a_folder_of_renders_is_scored_by_its_path(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rendered crop of one person is shown to the network as it is."""
    card = {"id": 2, "cls": "id_card", "person": 1, "box": [135, 160, 185, 240], "visibility": 1}
    person = {"id": 1, "cls": "person", "box": [0, 0, 320, 320], "visibility": 1, "hijab": True}
    write_render(tmp_path / "attire", 10, [person, card])
    code, told, _ = called(
        capsys, "evaluate", "attire", tmp_path / "attire", "--models", eyes, "--format", "jsonl"
    )
    assert code == 0
    score, people = lines(told)
    assert (score["origin"], score["held_back"]) == ("rendered", "seeds divisible by 10")
    (one,) = score["labels"]
    assert one["by_group"]["head: hijab"]["value"] == 1
    assert (people["network"], people["labels"][0]["name"]) == ("scene@1", "person")


def test_rendered_people_are_scored_by_group_and_by_whether_their_heads_are_hidden(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Badge, person and head beside each other; the person without hijab stands aside."""
    for seed, (hijab, left) in {10: (True, 80), 20: (False, 0)}.items():
        right = left + 160
        head = {"box": [left + 40, 10, right - 40, 75], "visibility": 1, "visible_px": 900}
        person = {
            "id": 1, "cls": "person", "box": [left, 10, right, 310], "visibility": 1,
            "head_cover": "hijab" if hijab else "cap", "skin": "dark", "head": head,
        }  # fmt: skip
        write_render(tmp_path / "attire", seed, [person])
    code, told, _ = called(
        capsys, "evaluate", "attire", tmp_path / "attire", "--models", eyes
    )
    assert code == 0
    equality = told[told.index("Equal for all") : told.index("Heads of attire")].splitlines()
    rows = {line.split("head: ")[1].split()[0]: line for line in equality if "person" in line}
    assert set(rows) == {"hijab", "cap"}  # one skin only: nothing to compare
    assert "-50.0" in rows["hijab"]
    assert "+50.0" in rows["cap"]
    assert "yes" in rows["cap"]
    heads = told[told.index("Heads of attire") :].splitlines()
    (every,) = [line for line in heads if line.split()[:1] == ["all"]]
    assert every.split().count("50.0") == 3  # found, under the top, hidden: one of two


# Side by side


def write_other(folder: Path, *, x: float, name: str = "scene") -> Path:
    """A scene network that sees the cup at `x` of 64; its ONNX file."""
    folder.mkdir(parents=True, exist_ok=True)
    boxes, scores = np.array([[x, 54, 12, 12]], np.float32), np.array([[0, 0.8]], np.float32)
    card = write_tiny(folder, tiny_network(yolo11_output(boxes, scores)), name=name)
    if name != "scene":
        card.write_text(card.read_text().replace(f'name = "{name}"', 'name = "scene"', 1))
    return card.with_suffix(".onnx")


def cups(shared: Path, name: str = "cups_bottles_ccby") -> None:
    """Eight pictures with the cup where the tiny scene network sees it."""
    cup = "1 0.84375 0.84375 0.1875 0.1875\n"
    classes = ("bottle", "cup")
    write_set(shared / "data", {f"p{n}": cup for n in range(8)}, name=name, classes=classes)


def test_networks_are_compared_on_the_same_pictures(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The difference to the first has an interval of its own; cost is measured in turn."""
    shared = tmp_path / "shared"
    cups(shared)
    other = write_other(tmp_path / "other", x=10, name="worse")
    code, told, complaints = called(
        capsys, "evaluate", "compare", eyes / "scene.onnx", other, "--shared", shared,
        "--models", eyes, "--set", "cups_bottles_ccby", "--rounds", 1,
    )  # fmt: skip
    assert (code, complaints) == (0, "")
    rows = {line.split()[0]: line for line in told.splitlines() if line.strip()}
    assert "float32" in rows["worse"]
    assert float(rows["worse"].split()[4]) > 0  # CPU ms
    assert rows["cup"].split()[-4:] == ["0.0", "(-100.0", "[-100.0,", "-100.0])"]
    assert rows["mean"].split()[-1] == "-100.0])"


def test_a_folder_of_a_training_is_asked_about_sizes_and_precisions(tmp_path: Path) -> None:
    """Each pair that differs in one thing alone; what ships stands first."""
    cards = []
    for name, wide, precision in (
        ("scene", 128, "float32"), ("scene_int8", 128, "int8"), ("scene_64x64", 64, "float32"),
    ):  # fmt: skip
        path = write_tiny(tmp_path, b"", name=name, size_wh=(wide, 64))
        shipped = f'[shipped]\nprecision = "{precision}"\nwhy = "a try"\n\n[labels]'
        path.write_text(path.read_text().replace("[labels]", shipped))
        cards.append(read_card(path))
    asked = [(q, [one.name for one in mine]) for q, mine in questions_of("run", cards)]
    assert asked == [("size", ["scene", "scene_64x64"]), ("precision", ["scene", "scene_int8"])]
    assert questions_of("renders", cards) == [("renders", cards)]
    assert questions_of("two alike", [cards[0], cards[0]]) == [("two alike", [cards[0], cards[0]])]
    assert questions_of("one", cards[:1]) == []


def test_networks_of_two_kinds_are_not_compared(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They look at different things."""
    call = ("evaluate", "compare", eyes / "scene.onnx", eyes / "attire.onnx")
    code, _, complaints = called(capsys, *call, "--models", eyes, "--rounds", 0)
    assert code == 1
    assert "expected networks named scene, found attire" in complaints


# Failures


def test_failures_are_drawn_and_counted(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cup that is elsewhere is missed, and the one that was seen is a false alarm."""
    shared = tmp_path / "shared"
    there = "1 0.2 0.2 0.2 0.2\n"
    write_set(
        shared / "data", {"a": there, "b": there}, name="cups_bottles_ccby",
        classes=("bottle", "cup"),
    )  # fmt: skip
    code, told, complaints = called(
        capsys, "evaluate", "failures", "cups_bottles_ccby", "--shared", shared, "--models", eyes,
        "--out", tmp_path / "sheets",
    )  # fmt: skip
    assert code == 0
    assert [line.split() for line in told.splitlines() if line.strip()][-1] == [
        "cup", "2", "of", "2", "64", "2", "2",
    ]  # fmt: skip
    assert complaints.count("wrote") == 2
    for name in ("misses", "false-alarms"):
        sheet = cv2.imread(str(tmp_path / "sheets" / f"{name}-scene-cups_bottles_ccby.jpg"))
        assert sheet is not None
        assert sheet.shape == (258, 640, 3)


def test_sheets_of_real_people_are_never_written_into_the_repository(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever commits everything must not commit those."""
    cups(tmp_path)
    out = Path(__file__).parents[2] / "docs" / "pictures" / "never"
    code, _, complaints = called(
        capsys, "evaluate", "failures", "cups_bottles_ccby", "--shared", tmp_path, "--models", eyes,
        "--out", out,
    )  # fmt: skip
    assert code == 1
    assert "expected a folder outside the repository" in complaints
    assert not out.exists()


def test_a_set_with_a_fault_is_told_and_nothing_is_scored(
    tmp_path: Path, eyes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, file and line, no figures."""
    shared = tmp_path / "shared"
    write_set(shared / "data", {"a": "5 0.5 0.5 0.1 0.1\n"})
    code, told, complaints = called(
        capsys, "evaluate", "attire", "badge_lbs_ccby", "--shared", shared, "--models", eyes
    )
    assert (code, told) == (1, "")
    assert "a.txt:1: expected a class from 0 to 2, found 5" in complaints


# A drawn morning: a red room is one in which somebody is

OFFICE = """
[office]
id = "uji"
name = "Uji"
time_zone = "Asia/Jakarta"
policy = "djpb-spm"
[calendar]
opens = "08:00"
closes = "15:00"
"""
PLACE = """
[[cameras]]
id = "{camera}"
recording = "."
period_s = 10.0
[[counters]]
id = "{counter}"
name = "{counter}"
role = "FO"
camera = "{camera}"
[counters.zones]
staff = [[0.1, 0.0], [0.9, 0.0], [0.9, 0.7], [0.1, 0.7]]
desk = [[0.0, 0.7], [1.0, 0.7], [1.0, 1.0], [0.0, 1.0]]
"""
RECORDING = """
id = "drawn"
start = 2026-11-24T07:49:00+07:00
end = 2026-11-24T08:00:00+07:00
"""
TRUTH = """
[[counters]]
id = "{counter}"
camera = "{camera}"
staff = [{{ present = true, from = {since}, to = 2026-11-24T08:00:00+07:00 }}]
badge = [{{ shows = "front", from = {since}, to = 2026-11-24T08:00:00+07:00 }}]
"""
ARRIVES = {"FO-1": "7:40", "FO-2": "7:57:20"}


def write_red_eyes(folder: Path) -> Path:
    """Networks that see a person with a card where the picture is red, and nobody elsewhere."""
    folder.mkdir()
    for name, boxes, labels in (
        ("scene", [(32, 32, 32, 60)], ["person"]),
        ("desk", [(32, 32, 32, 60)], ["person"]),
        (
            "attire",
            [(32, 8, 16, 14), (32, 40, 50, 40), (32, 40, 10, 16)],
            ["head", "torso", "id_card"],
        ),
    ):
        scores = np.eye(len(labels), dtype=np.float32)
        places = yolo11_output(np.array(boxes, np.float32), 0 * scores)
        gain = yolo11_output(np.zeros((len(boxes), 4), np.float32), 1.6 * scores)
        gain[:, :4] = 0
        network = tiny_network(places, gain, channel=(1.0, -0.8, 0.0))
        rows = dict(enumerate(labels))
        write_tiny(folder, network, name=name, labels=rows, classes=len(rows))
    return folder


def write_morning(folder: Path) -> Path:
    """Two counters of 07:49 to 08:00, a picture each 10 s: one ready in time, one late."""
    office, recording, truth = OFFICE, RECORDING, ""
    noise = np.random.default_rng(1).integers(0, 60, (160, 160, 3), np.uint8)
    for counter, since in ARRIVES.items():
        camera = f"cam-{counter[-1]}"
        office += PLACE.format(camera=camera, counter=counter)
        recording += f'\n[[cameras]]\nid = "{camera}"\nfolder = "{camera}"\n'
        truth += TRUTH.format(counter=counter, camera=camera, since=clock(since).isoformat())
        (folder / camera).mkdir(parents=True)
        for step in range(66):
            at = clock("7:49") + timedelta(seconds=10 * step)
            red = (60, 30, 190) if at >= clock(since) else (80, 80, 80)
            name = at.strftime("%Y-%m-%dT%H-%M-%S+0700.jpg")
            assert cv2.imwrite(str(folder / camera / name), noise + np.array(red, np.uint8))
    for name, text in (("office", office), ("recording", recording), ("truth", truth)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn morning."""
    return write_morning(tmp_path_factory.mktemp("mornings") / "drawn")


def test_verdicts_of_a_morning_are_held_against_its_truth(
    tmp_path: Path, morning: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One counter ready, one late and found late; nobody is accused wrongly."""
    eyes = write_red_eyes(tmp_path / "eyes")
    code, told, _ = called(
        capsys, "evaluate", "verdicts", morning, "--models", eyes, "--format", "jsonl"
    )
    assert code == 0
    slots = lines(told)
    ready = [one for one in slots if one["clause"] == "FO-B1"]
    assert [(one["counter"], one["truth"], one["said"]) for one in ready] == [
        ("FO-1", "met", "met"),
        ("FO-1", "met", "met"),
        ("FO-2", "not_met", "not_met"),
        ("FO-2", "not_met", "not_met"),
    ]
    assert not any(one["accused"] or one["false_flags"] for one in slots)
    late = [one["delay_s"] for one in ready if one["counter"] == "FO-2"]
    assert late == [0, 0]


def test_verdicts_as_a_table(
    tmp_path: Path, morning: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each clause a line, the answers of T-5 below, and what could not be scored."""
    eyes = write_red_eyes(tmp_path / "eyes")
    code, told, _ = called(capsys, "evaluate", "verdicts", morning, "--models", eyes)
    assert code == 0
    rows = {line.split()[0]: line.split() for line in told.splitlines() if line.strip()}
    assert rows["FO-B1"][1:6] == ["4", "2", "/", "2", "4"]
    assert rows["GO"] == ["GO", "1", "1", "0", "0"]
    assert rows["NO_GO"] == ["NO_GO", "1", "0", "1", "0"]
    assert "FO-A7" in told.splitlines()[-1]


def test_a_morning_without_the_truth_of_a_counter_is_refused(
    tmp_path: Path, eyes: Path, morning: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is replayed in vain."""
    copy = shutil.copytree(morning, tmp_path / "copy")
    truth = copy / "truth.toml"
    truth.write_text(truth.read_text().replace("FO-2", "FO-9").replace("cam-2", "cam-9"))
    code, told, complaints = called(capsys, "evaluate", "verdicts", copy, "--models", eyes)
    assert (code, told) == (1, "")
    assert "truth.toml: expected the truth of counter FO-2, found FO-1, FO-9" in complaints


def test_the_report_keeps_real_and_rendered_apart(
    tmp_path: Path, eyes: Path, morning: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command writes the page and its plots from sets, renders and mornings."""
    shared = tmp_path / "shared"
    cup = "1 0.84375 0.84375 0.1875 0.1875\n"
    write_set(shared / "data", {"a": CARD, "b": CARD, "bare": CHEST})
    write_set(
        shared / "data", {"a": "0 0.5 0.5 0.5 0.94\n"}, name="office_cctv_ccby",
        classes=("person", "chair"),
    )  # fmt: skip
    for name in ("cups_bottles_ccby", "coco_mini"):
        write_set(shared / "data", {"a": cup, "b": cup}, name=name, classes=("bottle", "cup"))
    cup_truth = {"id": 1, "cls": "cup", "box": [240, 240, 300, 300], "visibility": 1.0}
    write_render(tmp_path / "renders" / "desk", 10, [cup_truth], kind="desk")
    write_other(tmp_path / "compare" / "renders", x=10)
    write_other(tmp_path / "compare" / "renders", x=54, name="with_renders")
    out, readme = tmp_path / "docs" / "accuracy.md", tmp_path / "README.md"
    out.parent.mkdir()
    readme.write_text(f"# Before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n")
    code, _, complaints = called(
        capsys, "evaluate", "report", "--shared", shared, "--models", eyes, "--out", out,
        "--rendered", tmp_path / "renders", "--morning", morning, "--readme", readme,
        "--compare", tmp_path / "compare", "--rounds", 0,
    )  # fmt: skip
    assert code == 0
    assert "wrote" in complaints
    first = readme.read_text(encoding="utf-8")
    assert first.startswith(f"# Before\n{MARKS[0]}\n**What the networks find")
    assert first.endswith(f"{MARKS[1]}\nafter\n")
    assert "| person | real: `office_cctv_ccby` | scene@1 | 1 |" in first
    assert "old" not in first.splitlines()
    text = out.read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## How to read it",
        "## Goals",
        "## Real pictures",
        "## Rendered pictures: not field accuracy",
        "## Equal for all, and heads hidden: rendered people only",
        "## Sizes, precision, with and without renders",
        "## Verdicts of rendered mornings: not field accuracy",
        "## Known failures, as the model cards say",
        "## What is not measured here",
    ]
    assert str(tmp_path) not in text
    assert "with_renders" in text
    compared = text[text.index("### With and without renders") :].split("## Verdicts")[0]
    assert "AP50 on office_cctv_ccby (real" in compared
    assert "AP50 on desk" not in compared  # whether renders help is asked of real pictures only
    note = out.with_name("what-still-fails.md").read_text(encoding="utf-8")
    assert "`scene@1` on `office_cctv_ccby`: 0 of 1 things missed, 0 false alarms" in note
    for page in (text, note):
        for picture in re.findall(r"\]\((pictures/[^)]+)\)", page):
            assert (out.parent / picture).is_file()


@pytest.mark.parametrize("text", ["no marks", MARKS[0], f"{MARKS[1]} {MARKS[0]}"])
def test_a_page_without_marks_is_not_written_over(tmp_path: Path, text: str) -> None:
    """What stands there was written by hand."""
    page = tmp_path / "README.md"
    page.write_text(text)
    with pytest.raises(DataError, match=r"README\.md:1: expected the lines"):
        between_marks(page, "new")
    assert page.read_text() == text


# Contact sheets


def test_a_contact_sheet_shows_every_picture_with_its_boxes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written where the user says, with a warning to keep it there."""
    write_set(tmp_path / "data", {"a": CARD, "b": CARD, "c": ""})
    out = tmp_path / "sheet.jpg"
    code, _, complaints = called(
        capsys, "data", "show", "badge_lbs_ccby", "--shared", tmp_path, "--out", out
    )
    assert code == 0
    assert "Keep it out of the repository" in complaints
    sheet = cv2.imread(str(out))
    assert sheet is not None
    assert sheet.shape == (258, 960, 3)


def test_a_sheet_of_renders_needs_no_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are ours."""
    cup = {"id": 1, "cls": "cup", "box": [240, 240, 300, 300], "visibility": 1.0}
    write_render(tmp_path / "desk", 10, [cup], kind="desk")
    out = tmp_path / "sheet.jpg"
    assert called(capsys, "data", "show", tmp_path / "desk", "--out", out) == (0, "", "")
    assert out.is_file()


def test_a_sheet_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 and the reason."""
    write_set(tmp_path / "data", {"a": CARD})
    code, _, complaints = called(
        capsys, "data", "show", "badge_lbs_ccby", "--shared", tmp_path, "--out", tmp_path
    )
    assert code == 1
    assert "expected a file to write, found" in complaints


def test_each_label_has_its_own_colour() -> None:
    """A card and a strap beside it can be told apart."""
    assert len({colour_of(label) for label in Label}) == len(Label)


def test_a_sheet_spreads_over_a_large_set(tmp_path: Path) -> None:
    """The first thirty pictures of a camera are all alike."""
    path = plain_picture(tmp_path / "a.png")
    pictures = tuple(Labelled(path, str(number), ()) for number in range(40))
    jpeg = sheet_of(PictureSet("made_up", Origin.REAL, "all", (), pictures), 4)
    sheet = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None
    assert sheet.shape == (258, 1280, 3)
