"""Sets of pictures with truth: manifests, labels and the part that is held back for scoring.

Real sets lie in a folder with `images/`, `labels/` (YOLO text) and `data.yaml`; where they come
from stands in `datasets/manifests`. Rendered sets are folders of pictures, each with the
renderer's truth as JSON beside it. A set with a fault is refused whole: every fault is named with
file, line, what was expected and what was found.
"""

import csv
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2

from vision.errors import DataError
from vision.labels import Label
from vision.values import Xyxy

MANIFESTS = Path(__file__).parent / "manifests"
"""Where sets come from: source, licence, attribution, split, what people labelled."""

EDGE = 5e-4
"""How far a box may lie outside its picture, share: half a pixel of 960. Source: own."""

TRAINER_EDGE = 0.03
"""So far over the edge the trainer cuts boxes itself. Source: own, on sets of earlier versions."""

FAULTS_SHOWN = 20

COCO_MINI = "coco_mini"

EVERY_THIRD = frozenset({"cups_bottles_ccby"})
"""Sets of which every third picture in order of name is held back."""

WORDS: Mapping[str, Label] = MappingProxyType(
    {
        **{label.word: label for label in Label},
        # COCO
        "tv": Label.MONITOR,
        "cell phone": Label.PHONE,
        "backpack": Label.BAG,
        "handbag": Label.BAG,
        "suitcase": Label.BAG,
        "teddy bear": Label.DOLL,
        "potted plant": Label.PLANT,
        "wine glass": Label.GLASS,
        "fork": Label.CUTLERY,
        "knife": Label.CUTLERY,
        "spoon": Label.CUTLERY,
        **dict.fromkeys(
            ["apple", "banana", "cake", "carrot", "donut", "orange", "pizza", "sandwich"],
            Label.FOOD,
        ),
        # the scene maker
        "makeup": Label.MAKE_UP,
        "counting_machine": Label.MONEY_COUNTER,
        "pen_cup": Label.PENS,
        "paper": Label.DOCUMENT,
        "number_plate": Label.NAMEPLATE,
    }
)
"""What the sets call our labels."""

WORN = frozenset(
    {Label.HEAD, Label.TORSO, Label.ID_CARD, Label.ID_CARD_BACK, Label.LANYARD, Label.NAME_TAG}
)
"""The labels of the attire network; all others are the scene network's."""


class Origin(StrEnum):
    """Whether pictures were taken or computed. The two are never scored together."""

    REAL = "real"
    RENDERED = "rendered"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Where a set comes from. `scored` was labelled by people; `teacher` by a network."""

    name: str
    source: str
    licence: str
    attribution: str
    split: str
    scored: tuple[str, ...]
    teacher: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrueBox:
    """A thing that is in a picture.

    `ignored`: too hidden or too small to count: finding it is neither right nor wrong. `groups`
    are what its recall is also told by (head cover, clothes, posture), where the truth knows it.
    """

    label: Label
    xyxy: Xyxy
    groups: tuple[str, ...] = ()
    ignored: bool = False

    @property
    def height_px(self) -> float:
        """Height in pixels."""
        return self.xyxy[3] - self.xyxy[1]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture, where it comes from within its set (camera, person, kind), and what is in it."""

    path: Path
    source: str
    boxes: tuple[TrueBox, ...]


@dataclass(frozen=True, slots=True)
class PictureSet:
    """The held-back part of a set. `labels` may be scored in it; boxes may hold more."""

    name: str
    origin: Origin
    held_back: str
    labels: tuple[Label, ...]
    pictures: tuple[Labelled, ...]


def read_manifest(path: Path) -> Manifest:
    """Errors: DataError with file, line, expected and found."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml"))) or "none"
        raise DataError(f"{path}: expected one of the manifests {known}, found none") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected a manifest in TOML, found {error}") from None
    faults: list[str] = []

    def line_of(key: str) -> int:
        for number, line in enumerate(text.splitlines(), 1):
            if line.split("=")[0].strip() == key:
                return number
        return 1

    def word(key: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value.strip():
            return value
        faults.append(f"{path}:{line_of(key)} {key}: expected a text, found {value!r}")
        return ""

    def words(key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        faults.append(f"{path}:{line_of(key)} {key}: expected a list of texts, found {value!r}")
        return ()

    manifest = Manifest(
        name=word("name"),
        source=word("source"),
        licence=word("licence"),
        attribution=word("attribution"),
        split=word("split"),
        scored=words("scored"),
        teacher=words("teacher"),
    )
    both = sorted(set(manifest.scored) & set(manifest.teacher))
    if both:
        faults.append(
            f"{path}:{line_of('teacher')} teacher: expected labels that are not scored, "
            f"found {', '.join(both)} in both"
        )
    _refuse(faults)
    return manifest


def read_set(name: str, data: Path) -> PictureSet:
    """The held-back part of a real set in the folder `data`. Errors: DataError."""
    folder = data / name
    if name == COCO_MINI:
        scored: tuple[str, ...] = tuple(sorted({label.word for label in _COCO_SCORED}))
        held_back = "all of it; COCO networks were trained on these pictures"
    else:
        manifest = read_manifest(MANIFESTS / f"{name}.toml")
        scored, held_back = manifest.scored, manifest.split
    classes = read_classes(folder / "data.yaml")
    names = _held_back(name, folder)
    sources = _sources(folder / "splits")
    faults = _labels_without_picture(folder)
    labels = tuple(WORDS[word] for word in scored)
    pictures: list[Labelled] = []
    for picture in names:
        try:
            boxes = read_labels(folder / "labels" / f"{picture.stem}.txt", picture, classes)
        except DataError as error:
            faults.append(str(error))
            continue
        counted = tuple(box for box in boxes if box.label in labels)
        pictures.append(Labelled(picture, sources.get(picture.name, ""), counted))
    _refuse(faults)
    return PictureSet(name, Origin.REAL, held_back, labels, tuple(pictures))


_COCO_SCORED = frozenset(
    {
        Label.PERSON, Label.CHAIR, Label.CUP, Label.GLASS, Label.BOTTLE, Label.BOWL, Label.CUTLERY,
        Label.FOOD, Label.BOOK, Label.DOLL, Label.BAG, Label.PHONE, Label.LAPTOP, Label.MONITOR,
        Label.KEYBOARD, Label.MOUSE, Label.PLANT, Label.UMBRELLA,
    }
)  # fmt: skip


def read_classes(path: Path) -> tuple[str, ...]:
    """The names in a `data.yaml` with lines `  0: name`, in order. Errors: DataError."""
    names: list[str] = []
    begun = False
    for number, line in enumerate(_text(path, "a data.yaml").splitlines(), 1):
        if line.strip() == "names:":
            begun = True
            continue
        key, colon, name = line.strip().partition(":")
        if not begun or not colon or not key.isdecimal():
            continue
        if int(key) != len(names):
            raise DataError(f"{path}:{number}: expected class {len(names)}, found {key}")
        names.append(name.strip().strip("'\""))
    if not names:
        raise DataError(f"{path}: expected names: with lines like `0: name`, found none")
    return tuple(names)


def read_labels(path: Path, picture: Path, classes: Sequence[str]) -> tuple[TrueBox, ...]:
    """The boxes of a YOLO text in pixels of its picture; classes that we do not know are left out.

    Errors: DataError naming every bad line: not five numbers, class out of range, box outside.
    """
    if not picture.is_file():
        raise DataError(f"{path}:1: expected its picture {picture}, found no such file")
    width, height = size_of(picture)
    boxes: list[TrueBox] = []
    for row, (x0, y0, x1, y1) in read_rows(path, f"the labels of {picture}", len(classes)):
        label = WORDS.get(classes[row])
        if label is not None:
            boxes.append(TrueBox(label, (x0 * width, y0 * height, x1 * width, y1 * height)))
    return tuple(boxes)


def read_rows(path: Path, what: str, classes: int, edge: float = EDGE) -> list[tuple[int, Xyxy]]:
    """The rows of a YOLO text: class and corners as shares of the picture, cut to it.

    Errors: DataError naming every bad line: not five numbers, class out of range, box outside.
    """
    faults: list[str] = []
    rows: list[tuple[int, Xyxy]] = []
    for number, line in enumerate(_text(path, what).splitlines(), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            index, *numbers = line.split()
            row, (x, y, w, h) = int(index), (float(one) for one in numbers)
        except ValueError:
            faults.append(f"{place}: expected `class x y width height`, found {line.strip()!r}")
            continue
        if not 0 <= row < classes:
            faults.append(f"{place}: expected a class from 0 to {classes - 1}, found {row}")
            continue
        sides = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        inside = all(-edge <= side <= 1 + edge for side in sides)  # false for NaN too
        if not inside or not (w > 0 and h > 0):
            found = ", ".join(f"{side:.4f}" for side in sides)
            faults.append(f"{place}: expected a box inside the picture (0 to 1), found {found}")
            continue
        x0, y0, x1, y1 = (min(1.0, max(0.0, side)) for side in sides)
        rows.append((row, (x0, y0, x1, y1)))
    _refuse(faults)
    return rows


def check_made(folder: Path, classes: int) -> None:
    """A made set before it is trained on: each picture of its lists is there, each label fits.

    Errors: DataError naming list or label file, line, expected and found.
    """
    faults: list[str] = []
    names = read_classes(folder / "data.yaml")
    if len(names) != classes:
        faults.append(f"{folder / 'data.yaml'}: expected {classes} classes, found {len(names)}")
    for listed in (folder / "train.txt", folder / "val.txt"):
        for number, line in enumerate(_text(listed, "a list of pictures").splitlines(), 1):
            picture = folder / line.strip().removeprefix("./")
            if not line.strip():
                continue
            if not picture.is_file():
                faults.append(f"{listed}:{number}: expected a picture, found no file {picture}")
                continue
            label = folder / "labels" / f"{picture.stem}.txt"
            try:
                read_rows(label, f"the labels of {picture}", classes, TRAINER_EDGE)
            except DataError as error:
                faults.append(str(error))
    _refuse(faults)


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height. Errors: DataError when it is no picture."""
    image = cv2.imread(str(picture))
    if image is None:
        raise DataError(f"{picture}: expected a picture, found something else")
    return int(image.shape[1]), int(image.shape[0])


def _held_back(name: str, folder: Path) -> list[Path]:
    every = sorted(path for path in (folder / "images").glob("*") if path.is_file())
    listed = folder / "val.txt"
    if listed.is_file():
        pictures: list[Path] = []
        faults: list[str] = []
        for number, line in enumerate(listed.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            path = folder / line.strip().removeprefix("./")
            if path.is_file():
                pictures.append(path)
            else:
                faults.append(f"{listed}:{number}: expected a picture, found no file {path}")
        _refuse(faults)
        return pictures
    if not every:
        raise DataError(f"{folder}: expected pictures in images/, found none")
    if name in EVERY_THIRD:
        return every[::3]
    if name == COCO_MINI:
        return every
    raise DataError(f"{folder}: expected a held-back part (val.txt), found none; it only trains")


def _labels_without_picture(folder: Path) -> list[str]:
    stems = {path.stem for path in (folder / "images").glob("*")}
    return [
        f"{path}:1: expected its picture in {folder / 'images'}, found none named {path.stem}"
        for path in sorted((folder / "labels").glob("*.txt"))
        if path.stem not in stems
    ]


def _sources(folder: Path) -> dict[str, str]:
    """Who or which camera is in a picture, from the table beside the split lists."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        return {row[0]: row[1] for row in rows[1:] if len(row) > 1}
    return {}


# Rendered sets


HELD_BACK_SEEDS = 10
"""Of rendered pictures those are held back whose seed is divisible by this."""

VISIBLE = 0.25
VISIBLE_PART = 0.3
"""Share of a thing (of a head or chest) that must be seen for it to count."""

VISIBLE_PX = 25
SHORT_PX = 6.0


def read_rendered(folder: Path, *, worn: bool) -> PictureSet:
    """The held-back pictures of a folder of renders; `worn`: scored for the attire network.

    A picture is complete when its JSON is there. People are not scored in desk crops, which cut
    them. Errors: DataError.
    """
    sides = sorted(folder.rglob("*.json"))
    if not sides:
        raise DataError(f"{folder}: expected a set's name or rendered pictures, found neither")
    pictures: list[Labelled] = []
    faults: list[str] = []
    for side in sides:
        seed = side.stem.split("_")[0]
        if not seed.isdecimal() or int(seed) % HELD_BACK_SEEDS:
            continue
        picture = side.with_suffix(".jpg")
        if not picture.is_file():
            faults.append(f"{side}:1: expected its picture {picture}, found no such file")
            continue
        try:
            truth = json.loads(_text(side, "the truth of a rendered picture"))
            pictures.append(_rendered(picture, truth))
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            faults.append(f"{side}:{getattr(error, 'lineno', 1)}: expected a truth, found {error}")
    _refuse(faults)
    known = {box.label for picture in pictures for box in picture.boxes if not box.ignored}
    labels = tuple(sorted(label for label in known if (label in WORN) == worn))
    held_back = f"seeds divisible by {HELD_BACK_SEEDS}"
    return PictureSet(folder.name, Origin.RENDERED, held_back, labels, tuple(pictures))


def _rendered(picture: Path, truth: dict[str, Any]) -> Labelled:
    kind = str(truth["kind"])
    people = {one["id"]: one for one in truth["objects"] if one["cls"] == "person"}
    boxes: list[TrueBox] = []
    for thing in truth["objects"]:
        word = "id_card_back" if _turned(thing, people) else str(thing["cls"])
        label = WORDS.get(word)
        groups = _groups(thing if label is Label.PERSON else people.get(thing.get("person")))
        if label in (Label.ID_CARD, Label.ID_CARD_BACK) and "worn" in thing:
            groups += (f"card: {thing['worn']}",)  # lanyard, clip, hand or desk
        if label is not None and "box" in thing:
            hidden = _hidden(thing, VISIBLE) or (label is Label.PERSON and kind == "desk")
            boxes.append(TrueBox(label, _box(thing), groups, hidden))
        for part in (Label.HEAD, Label.TORSO) if label is Label.PERSON else ():
            found = thing.get(part.word, {})
            if "box" in found:
                turned = part is Label.TORSO and not found.get("both_shoulders")
                hidden = _hidden(found, VISIBLE_PART) or turned
                boxes.append(TrueBox(part, _box(found), groups, hidden))
    return Labelled(picture, kind, tuple(boxes))


def _turned(thing: Mapping[str, Any], people: Mapping[Any, Mapping[str, Any]]) -> bool:
    return thing["cls"] == "id_card" and (
        thing.get("face") == "back" or people.get(thing.get("person"), {}).get("badge") == "flipped"
    )


def _box(thing: Mapping[str, Any]) -> Xyxy:
    x0, y0, x1, y1 = (float(side) for side in thing["box"])
    return x0, y0, x1, y1


def _hidden(thing: Mapping[str, Any], least: float) -> bool:
    x0, y0, x1, y1 = _box(thing)
    small = min(x1 - x0, y1 - y0) < SHORT_PX or thing.get("visible_px", 1e9) < VISIBLE_PX
    return bool(small or thing.get("visibility", 0.0) < least)


def _groups(person: Mapping[str, Any] | None) -> tuple[str, ...]:
    """`kind: group`, each kind once; what the truth does not say is no group."""
    if person is None:
        return ()
    groups: list[str] = []
    if "head_cover" in person or "hijab" in person:  # renders of before caps say only `hijab`
        plain = "hijab" if person.get("hijab") else "bare"
        groups.append(f"head: {person.get('head_cover', plain)}")
    if "glasses" in person or "mask" in person:
        on = [word for word in ("glasses", "mask") if person.get(word)]
        groups.append(f"face: {' and '.join(on) or 'free'}")
    if person.get("skin"):
        groups.append(f"skin: {person['skin']}")
    if "seated" in person:
        groups.append("posture: seated" if person["seated"] else "posture: standing")
    if person.get("outfit"):
        groups.append(f"clothes: {person['outfit']}")
    return tuple(groups)


# Persons with and without a card


@dataclass(frozen=True, slots=True)
class PersonCase:
    """One real person of badge_lbs_ccby: `worn` says whether a card hangs on them.

    `where` is their card, or their chest when they wear none.
    """

    path: Path
    source: str
    worn: bool
    where: Xyxy


def read_persons(data: Path, name: str = "badge_lbs_ccby") -> tuple[PersonCase, ...]:
    """The persons of the held-back pictures, one a picture, as persons.csv says.

    A picture that labels a chest without card shows somebody who wears none: a card in it is in
    the hand. Errors: DataError.
    """
    folder = data / name
    classes = read_classes(folder / "data.yaml")
    sources = _sources(folder / "splits")
    bare = "torso_no_id"
    if bare not in classes or "id_card" not in classes:
        wanted = f"classes id_card and {bare}"
        raise DataError(f"{folder / 'data.yaml'}: expected {wanted}, found {', '.join(classes)}")
    as_torso = tuple("torso" if one == bare else one for one in classes)
    cases: list[PersonCase] = []
    for picture in _held_back(name, folder):
        boxes = read_labels(folder / "labels" / f"{picture.stem}.txt", picture, as_torso)
        chests = [box for box in boxes if box.label is Label.TORSO]
        cards = [box for box in boxes if box.label is Label.ID_CARD]
        source = sources.get(picture.name, "")
        cases += [PersonCase(picture, source, False, box.xyxy) for box in chests]
        if not chests:
            cases += [PersonCase(picture, source, True, box.xyxy) for box in cards]
    return tuple(cases)


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{path}: expected {what}, found no such file") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: expected {what} in UTF-8, found other bytes") from None


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        more = len(faults) - FAULTS_SHOWN
        last = [f"and {more} more"] if more > 0 else []
        raise DataError("\n".join([*faults[:FAULTS_SHOWN], *last]))
