"""Sets of pictures with truth: what is read, and what is refused with file and line."""

from pathlib import Path

import numpy as np
import pytest

from datasets.attire import write
from datasets.sets import (
    MANIFESTS,
    Origin,
    check_made,
    read_manifest,
    read_persons,
    read_rendered,
    read_rows,
    read_set,
)
from tests.datasets.sets import plain_picture, write_render, write_set
from tests.shared import SHARED
from vision.errors import DataError
from vision.labels import Label

CARD = "0 0.5 0.5 0.25 0.5\n"


@pytest.mark.parametrize("path", sorted(MANIFESTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_manifest_says_where_its_set_comes_from(path: Path) -> None:
    """Source, licence and attribution; what a teacher filled in is never scored."""
    manifest = read_manifest(path)
    assert manifest.name == path.stem
    assert not set(manifest.scored) & set(manifest.teacher)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('licence = ""', ":3 licence: expected a text, found ''"),
        ('licence = "x"\nscored = "cup"', ":4 scored: expected a list of texts, found 'cup'"),
        (
            'licence = "x"\nscored = ["cup"]\nteacher = ["cup"]',
            ":5 teacher: expected labels that are not scored, found cup in both",
        ),
    ],
    ids=["no licence", "scored is no list", "scored and taught"],
)
def test_a_manifest_with_a_fault_is_refused_with_its_line(
    tmp_path: Path, line: str, complaint: str
) -> None:
    """Nothing is scored on a set of unknown origin."""
    path = tmp_path / "bad.toml"
    path.write_text(f'name = "bad"\nsource = "s"\n{line}\nattribution = "a"\nsplit = "none"\n')
    with pytest.raises(DataError, match="expected") as raised:
        read_manifest(path)
    assert f"{path}{complaint}" in str(raised.value)


def test_a_manifest_that_is_not_there_names_those_that_are() -> None:
    """A misspelt set is the usual reason."""
    with pytest.raises(DataError, match="expected one of the manifests badge_lbs_ccby, "):
        read_manifest(MANIFESTS / "bagde.toml")


def test_a_set_is_read_in_pixels_with_who_is_in_it(tmp_path: Path) -> None:
    """Only what people labelled is there; a chest without card is asked person by person."""
    write_set(tmp_path, {"a": CARD + "1 0.5 0.25 0.5 0.5\n2 0.5 0.5 1 1\n", "b": ""})
    pictures = read_set("badge_lbs_ccby", tmp_path)
    assert pictures.origin is Origin.REAL
    assert pictures.labels == (Label.ID_CARD, Label.LANYARD)
    first, second = pictures.pictures
    assert [(box.label, box.xyxy) for box in first.boxes] == [
        (Label.ID_CARD, (120, 80, 200, 240)),
        (Label.LANYARD, (80, 0, 240, 160)),
    ]
    assert (first.source, second.source) == ("p0", "p1")
    assert second.boxes == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (CARD + "3 0.5 0.5 0.1 0.1", ":2: expected a class from 0 to 2, found 3"),
        (CARD + "-1 0.5 0.5 0.1 0.1", ":2: expected a class from 0 to 2, found -1"),
        ("0 0.95 0.5 0.2 0.1", ":1: expected a box inside the picture (0 to 1), found 0.8500,"),
        ("0 0.5 0.5 0 0.1", ":1: expected a box inside the picture (0 to 1), found 0.5000,"),
        ("0 nan 0.5 0.1 0.1", ":1: expected a box inside the picture (0 to 1), found nan,"),
        ("\n0 0.5 0.5 0.1", ":2: expected `class x y width height`, found '0 0.5 0.5 0.1'"),
        ("cup 0.5 0.5 0.1 0.1", ":1: expected `class x y width height`, found 'cup"),
    ],
    ids=[
        "class too large",
        "class below 0",
        "box outside",
        "box without width",
        "not a number",
        "a number missing",
        "a word as class",
    ],
)
def test_a_label_file_with_a_fault_is_refused_with_its_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    """File, line, expected, found: a wrong box silently left out would flatter a network."""
    folder = write_set(tmp_path, {"good": CARD, "bad": text})
    with pytest.raises(DataError, match="expected") as raised:
        read_set("badge_lbs_ccby", tmp_path)
    assert f"{folder / 'labels' / 'bad.txt'}{complaint}" in str(raised.value)
    assert "good" not in str(raised.value)


def test_every_fault_of_a_set_is_named_at_once(tmp_path: Path) -> None:
    """One round of corrections is enough."""
    write_set(tmp_path, {"one": "7 0.5 0.5 0.1 0.1\n9 0.5 0.5 0.1 0.1", "two": "0 2 2 1 1"})
    with pytest.raises(DataError) as raised:
        read_set("badge_lbs_ccby", tmp_path)
    assert len(str(raised.value).splitlines()) == 3


def test_a_label_without_its_picture_is_refused(tmp_path: Path) -> None:
    """Its boxes would be missing from the count of what is there to find."""
    folder = write_set(tmp_path, {"a": CARD})
    (folder / "labels" / "lost.txt").write_text(CARD)
    with pytest.raises(DataError, match=r"lost\.txt:1: expected its picture in .*, found none"):
        read_set("badge_lbs_ccby", tmp_path)


def test_a_listed_picture_that_is_not_there_is_refused_with_the_list_s_line(tmp_path: Path) -> None:
    """The split is part of the truth."""
    folder = write_set(tmp_path, {"a": CARD, "b": CARD})
    (folder / "images" / "b.png").unlink()
    with pytest.raises(DataError, match=r"val\.txt:2: expected a picture, found no file"):
        read_set("badge_lbs_ccby", tmp_path)


def test_a_picture_without_labels_is_refused(tmp_path: Path) -> None:
    """No label file is not the same as nothing in the picture."""
    folder = write_set(tmp_path, {"a": CARD})
    (folder / "labels" / "a.txt").unlink()
    with pytest.raises(DataError, match=r"a\.txt: expected the labels of .*, found no such file"):
        read_set("badge_lbs_ccby", tmp_path)


def test_a_set_without_a_held_back_part_is_not_scored(tmp_path: Path) -> None:
    """What was trained on proves nothing."""
    folder = write_set(tmp_path, {"a": ""}, name="lipstick_ccby", classes=("lipstick",))
    (folder / "val.txt").unlink()
    with pytest.raises(DataError, match="expected a held-back part"):
        read_set("lipstick_ccby", tmp_path)


def test_every_third_cup_is_held_back(tmp_path: Path) -> None:
    """As the manifest says, in order of name."""
    labels = {f"cup{i}": "1 0.5 0.5 0.5 0.5" for i in range(7)}
    folder = write_set(tmp_path, labels, name="cups_bottles_ccby", classes=("bottle", "cup"))
    (folder / "val.txt").unlink()
    pictures = read_set("cups_bottles_ccby", tmp_path).pictures
    assert [one.path.stem for one in pictures] == ["cup0", "cup3", "cup6"]


# Made sets


def made_set(folder: Path, labels: dict[str, str]) -> Path:
    """A set as `siaga data make` writes it."""
    for stem, text in labels.items():
        plain_picture(folder / "images" / f"{stem}.jpg")
        (folder / "labels").mkdir(exist_ok=True)
        (folder / "labels" / f"{stem}.txt").write_text(text)
    (folder / "data.yaml").write_text("names:\n  0: head\n  1: torso\n")
    lines = "".join(f"./images/{stem}.jpg\n" for stem in labels)
    for name in ("train", "val"):
        (folder / f"{name}.txt").write_text(lines)
    return folder


def test_a_made_set_without_a_fault_may_be_trained_on(tmp_path: Path) -> None:
    """Pictures with nothing in them included."""
    check_made(made_set(tmp_path, {"a": "1 0.5 0.5 0.2 0.2\n", "b": ""}), 2)


def test_a_made_set_is_refused_before_hours_of_training(tmp_path: Path) -> None:
    """The trainer leaves such pictures out and says so in a line that nobody reads."""
    folder = made_set(tmp_path, {"a": "2 0.5 0.5 0.2 0.2", "b": "0 0.9 0.5 0.27 0.2", "c": ""})
    (folder / "images" / "c.jpg").unlink()
    with pytest.raises(DataError) as raised:
        check_made(folder, 6)
    told = str(raised.value)
    assert "data.yaml: expected 6 classes, found 2" in told
    assert "a.txt:1: expected a class" not in told  # 6 were asked for
    assert "b.txt:1: expected a box inside the picture (0 to 1), found 0.7650" in told
    assert "train.txt:3: expected a picture, found no file" in told
    with pytest.raises(DataError, match=r"a\.txt:1: expected a class from 0 to 1, found 2"):
        check_made(folder, 2)


def test_boxes_are_cut_to_the_picture_when_a_set_is_written(tmp_path: Path) -> None:
    """Rounding of a picture's sides pushes boxes at its edge out by a pixel."""
    image = np.zeros((40, 20, 3), np.uint8)
    line = write(tmp_path, "a", image, [(1, (10.0, -1.0, 20.4, 20.0)), (0, (21.0, 0.0, 23.0, 9.0))])
    assert line == "./images/a.jpg"
    ((row, box),) = read_rows(tmp_path / "labels" / "a.txt", "labels", 2)
    assert row == 1
    assert box == pytest.approx((0.5, 0, 1, 0.5), abs=1e-4)


# Persons


def test_a_card_in_a_hand_is_not_worn(tmp_path: Path) -> None:
    """A chest labelled as without card says so, whatever else lies in the picture."""
    chest = "2 0.5 0.5 0.5 0.5\n"
    write_set(tmp_path, {"worn": CARD, "held": CARD + chest, "bare": chest, "unlabelled": ""})
    cases = read_persons(tmp_path)
    assert [(case.path.stem, case.worn) for case in cases] == [
        ("worn", True),
        ("held", False),
        ("bare", False),
    ]


# Renders

PERSON = {
    "id": 1,
    "cls": "person",
    "box": [40, 20, 280, 320],
    "visibility": 0.9,
    "hijab": True,
    "seated": False,
    "badge": "flipped",
    "head": {"box": [120, 30, 200, 120], "visibility": 0.9, "visible_px": 5000},
    "torso": {"box": [100, 120, 220, 300], "visibility": 0.9, "both_shoulders": False},
}
TURNED = {"id": 2, "cls": "id_card", "person": 1, "box": [140, 200, 170, 240], "visibility": 1.0}
HIDDEN = {"id": 3, "cls": "lanyard", "person": 1, "box": [130, 120, 180, 200], "visibility": 0.1}
CUP = {"id": 4, "cls": "cup", "box": [10, 10, 40, 50], "visibility": 1.0}


def test_renders_tell_sides_groups_and_what_is_too_hidden_to_count(tmp_path: Path) -> None:
    """Only seeds that were not trained on are read; a head cover is known, a name never."""
    write_render(tmp_path, 20, [PERSON, TURNED, HIDDEN, CUP])
    write_render(tmp_path, 21, [PERSON])
    (picture,) = read_rendered(tmp_path, worn=True).pictures
    told = {box.label: box for box in picture.boxes}
    assert Label.ID_CARD not in told
    assert told[Label.ID_CARD_BACK].groups == ("head: hijab", "posture: standing")
    assert [label for label, box in told.items() if box.ignored] == [Label.TORSO, Label.LANYARD]
    assert read_rendered(tmp_path, worn=True).labels == (Label.HEAD, Label.ID_CARD_BACK)
    assert read_rendered(tmp_path, worn=False).labels == (Label.PERSON, Label.CUP)


@pytest.mark.parametrize(
    ("person", "groups"),
    [
        ({"hijab": False}, ("head: bare",)),
        ({"hijab": False, "head_cover": "cap", "skin": "dark"}, ("head: cap", "skin: dark")),
        ({"mask": True, "glasses": True, "seated": True},
         ("face: glasses and mask", "posture: seated")),
        ({"mask": False, "glasses": False, "outfit": "batik"}, ("face: free", "clothes: batik")),
    ],
    ids=["before caps", "cap and skin", "face covered", "face free"],
)  # fmt: skip
def test_groups_are_what_the_renderer_says(
    tmp_path: Path, person: dict[str, object], groups: tuple[str, ...]
) -> None:
    """Whether the networks serve all alike is asked of them; nobody is asked who they are."""
    one = {"id": 1, "cls": "person", "box": [40, 20, 280, 320], "visibility": 0.9, **person}
    write_render(tmp_path, 10, [one])
    (picture,) = read_rendered(tmp_path, worn=False).pictures
    assert picture.boxes[0].groups == groups


def test_people_cut_by_a_desk_crop_do_not_count(tmp_path: Path) -> None:
    """They are looked for in the whole frame."""
    write_render(tmp_path, 10, [PERSON, CUP], kind="desk")
    assert read_rendered(tmp_path, worn=False).labels == (Label.CUP,)


def test_a_truth_without_its_picture_is_refused(tmp_path: Path) -> None:
    """As with label files."""
    write_render(tmp_path, 10, [CUP]).with_suffix(".jpg").unlink()
    with pytest.raises(DataError, match=r"000010_0\.json:1: expected its picture"):
        read_rendered(tmp_path, worn=False)


def test_a_broken_truth_is_refused_with_its_line(tmp_path: Path) -> None:
    """JSON knows its line."""
    write_render(tmp_path, 10, [CUP]).write_text('{\n"kind": "desk",\n!}')
    with pytest.raises(DataError, match=r"000010_0\.json:3: expected a truth, found "):
        read_rendered(tmp_path, worn=False)


def test_a_folder_without_renders_is_refused(tmp_path: Path) -> None:
    """Pictures alone have no truth."""
    plain_picture(tmp_path / "a.jpg")
    with pytest.raises(DataError, match="found neither"):
        read_rendered(tmp_path, worn=True)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "pictures", "boxes"),
    [
        ("badge_lbs_ccby", 26, 30),
        ("office_cctv_ccby", 22, 564),
        ("cups_bottles_ccby", 30, 39),
        ("coco_mini", 128, 611),
    ],
)
def test_the_real_sets_are_read_without_a_fault(name: str, pictures: int, boxes: int) -> None:
    """The held-back parts as their README counts them."""
    found = read_set(name, SHARED / "data").pictures
    assert len(found) == pictures
    assert sum(len(picture.boxes) for picture in found) == boxes


def test_renders_tell_where_a_card_is(tmp_path: Path) -> None:
    """A card in a hand is found as often as one on a strap, or the badge check learns the strap."""
    write_render(tmp_path, 20, [PERSON, {**TURNED, "worn": "hand"}])
    (picture,) = read_rendered(tmp_path, worn=True).pictures
    (card,) = (box for box in picture.boxes if box.label is Label.ID_CARD_BACK)
    assert card.groups[-1] == "card: hand"
