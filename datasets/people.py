"""People in real and rendered pictures, as teachers and truth see them: boxes, joints, cards.

Heads and torsos of real people are filled by teachers (YOLO11n-pose, YuNet): good enough to train
on, never used for scoring. Boxes are (x0, y0, x1, y1) in picture pixels everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.sets import read_classes, read_rows
from vision.errors import DataError

Image = NDArray[Any]  # BGR (H, W, 3) uint8; cv2 does not say so
Box = tuple[float, float, float, float]
Labelled = list[tuple[int, Box]]

LABELS: Final = ("head", "torso", "id_card", "id_card_back", "lanyard", "name_tag")
HEAD, TORSO, CARD, BACK, LANYARD, TAG = range(6)


@dataclass(slots=True)
class Person:
    """One person in one real picture, as the teachers see it. Boxes are x0, y0, x1, y1 in
    picture pixels.
    """

    picture: Path
    source: str
    box: Box
    keypoints: NDArray[np.float64]  # (17, 3): x, y, visibility, COCO order
    head: Box | None = None
    torso: Box | None = None
    things: Labelled = field(default_factory=list)  # labelled by people, not by a teacher
    others: Labelled = field(
        default_factory=list
    )  # heads and torsos of the other people of the picture
    part: str = "train"
    decided: bool = (
        True  # False: labels say nothing about a card (half hidden, unlabelled background person)
    )

    @property
    def shoulders(self) -> float:
        """Distance of the shoulder joints, px; positive when the chest faces the camera."""
        return float(self.keypoints[5, 0] - self.keypoints[6, 0])


def read(picture: Path) -> Image:
    """The pixels of a file. Errors: DataError when it is no picture."""
    image = cv2.imread(str(picture))
    if image is None:
        raise DataError(f"{picture}: expected a picture, found something else")
    return image


def as_jpeg(image: Image, quality: int) -> Image:
    """What is left of a picture after JPEG."""
    coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError("expected a picture that JPEG can hold")
    return decoded


class Memory:
    """What a teacher said about a picture, kept in a JSON file by the hash of its pixels."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        self.new = 0

    def ask(self, image: Image, answer: Callable[[], Any]) -> Any:
        """The remembered answer, else a new one."""
        key = hashlib.sha256(np.ascontiguousarray(image).data).hexdigest()
        if key not in self.said:
            self.said[key] = answer()
            self.new += 1
            if self.new % 200 == 0:
                self.save()
        return self.said[key]

    def save(self) -> None:
        """Write it all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.said))


class PoseTeacher:
    """YOLO11n-pose in OpenCV: boxes and 17 keypoints of people. Source: weights/README.md."""

    def __init__(self, path: Path, memory: Memory) -> None:
        self.net = cv2.dnn.readNetFromONNX(str(path))
        self.memory = memory

    def __call__(self, image: Image) -> list[tuple[Box, NDArray[np.float64]]]:
        """People of a BGR picture, surest first."""
        said = self.memory.ask(image, lambda: self.look(image))
        return [(tuple(box), np.array(points)) for box, points in said]

    def look(
        self, image: Image, least: float = 0.35
    ) -> list[tuple[list[float], list[list[float]]]]:
        """Boxes and joints straight from the network."""
        canvas, scale, left, top = letterbox(image, 640)
        self.net.setInput(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True))
        rows = self.net.forward()[0].T.astype(np.float64)
        rows = rows[rows[:, 4] > least]
        if not len(rows):
            return []
        corner = rows[:, :4].copy()
        corner[:, :2] -= corner[:, 2:] / 2
        kept = cv2.dnn.NMSBoxes(corner.tolist(), rows[:, 4].tolist(), least, 0.6)
        people = []
        for i in np.array(kept).reshape(-1):
            x, y, w, h = corner[i]
            points = rows[i, 5:].reshape(17, 3).copy()
            points[:, 0] = (points[:, 0] - left) / scale
            points[:, 1] = (points[:, 1] - top) / scale
            box = (
                (x - left) / scale,
                (y - top) / scale,
                (x + w - left) / scale,
                (y + h - top) / scale,
            )
            people.append(([float(v) for v in box], points.round(3).tolist()))
        return people


def letterbox(image: Image, side: int) -> tuple[Image, float, int, int]:
    """Shrink or enlarge to fit a square of `side`, centred on grey 114; returns it, scale, left,
    top.
    """
    h, w = image.shape[:2]
    scale = side / max(h, w)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(
        image, (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=how
    )
    canvas = np.full((side, side, 3), 114, np.uint8)
    top, left = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas, scale, left, top


def head_of(points: NDArray[np.float64], faces: NDArray[np.float64] | None) -> Box | None:
    """Head with hair: from a face box that holds the nose, else from eyes and ears."""
    seen = points[:5][points[:5, 2] > 0.5]
    if not len(seen):
        return None
    cx, cy = seen[:, 0].mean(), seen[:, 1].mean()
    if faces is not None:
        for x, y, w, h in faces[:, :4]:
            if x < cx < x + w and y < cy < y + h:
                return (x - 0.14 * w, y - 0.28 * h, x + 1.14 * w, y + 1.04 * h)
    if len(seen) < 2:
        return None
    shoulders = float(np.hypot(*(points[5, :2] - points[6, :2])))
    wide = max(1.25 * float(np.ptp(seen[:, 0])), 0.42 * shoulders)
    high = 1.3 * wide
    return (cx - wide / 2, cy - 0.55 * high, cx + wide / 2, cy + 0.45 * high)


def torso_of(points: NDArray[np.float64], box: Box) -> Box | None:
    """Front of the chest: both shoulders seen, in the order of a body that faces the camera, and
    not too narrow.
    """
    left, right = points[5], points[6]
    face = points[:3, 2].max()
    width = left[0] - right[0]
    if min(left[2], right[2]) < 0.6 or face < 0.45 or width <= 6:
        return None
    hips = points[11:13]
    top = min(left[1], right[1])
    length = 1.35 * width
    if hips[:, 2].min() > 0.5:
        length = float(hips[:, 1].mean() - (left[1] + right[1]) / 2)
        if length <= 0 or width < 0.36 * length:
            return None
        length = min(length, 1.6 * width)
    if abs(left[1] - right[1]) > 0.6 * width:
        return None
    bottom = min(top + length + 0.05 * width, box[3])
    if bottom - top < 0.35 * width:
        return None
    return (right[0] - 0.14 * width, top - 0.06 * width, left[0] + 0.14 * width, bottom)


def find_people(picture: Path, source: str, teacher: PoseTeacher, faces: Any) -> list[Person]:
    """All people of one picture with heads and torsos filled in by the teachers."""
    image = read(picture)
    h, w = image.shape[:2]
    faces.setInputSize((w, h))
    _, found = faces.detect(image)
    people = []
    for box, points in teacher(image):
        clipped = (max(0.0, box[0]), max(0.0, box[1]), min(float(w), box[2]), min(float(h), box[3]))
        person = Person(picture, source, clipped, points)
        person.head, person.torso = head_of(points, found), torso_of(points, clipped)
        people.append(person)
    for person in people:
        person.others = [
            (label, box)
            for other in people
            if other is not person
            for label, box in ((HEAD, other.head), (TORSO, other.torso))
            if box is not None
        ]
    return people


def read_yolo(path: Path, width: int, height: int, classes: int) -> Labelled:
    """Rows of a YOLO text file as (class, box in pixels). Errors: DataError with file and line."""
    return [
        (row, (x0 * width, y0 * height, x1 * width, y1 * height))
        for row, (x0, y0, x1, y1) in read_rows(path, "the labels of a picture", classes)
    ]


def badge_people(root: Path, turned: set[str], teacher: PoseTeacher, faces: Any) -> list[Person]:
    """Persons of badge_lbs_ccby with their cards; those without any label of their own are
    marked undecided.
    """
    result = []
    classes = len(read_classes(root / "data.yaml"))
    for part in ("train", "val"):
        for line in (root / f"{part}.txt").read_text().split():
            picture = root / line.removeprefix("./")
            h, w = read(picture).shape[:2]
            rows = read_yolo(root / "labels" / f"{picture.stem}.txt", w, h, classes)
            people = find_people(picture, "badge_lbs_ccby", teacher, faces)
            for person in people:
                person.part = part
                person.decided = False
            for number, box in rows:
                owner = _owner(people, box)
                if owner is None:
                    continue
                owner.decided = True
                if number == 0:
                    owner.things.append((BACK if picture.stem in turned else CARD, box))
                elif number == 1:
                    owner.things.append((LANYARD, box))
            result += people
    return result


def _owner(people: list[Person], box: Box) -> Person | None:
    """The smallest person box that holds the middle of `box`."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    holds = [p for p in people if p.box[0] <= x <= p.box[2] and p.box[1] <= y <= p.box[3]]
    return (
        min(holds, key=lambda p: (p.box[2] - p.box[0]) * (p.box[3] - p.box[1])) if holds else None
    )


def office_people(root: Path, teacher: PoseTeacher, faces: Any) -> Iterator[Person]:
    """Upright people of the training cameras of office_cctv_ccby; nobody there was seen to wear
    a card.
    """
    for line in (root / "train.txt").read_text().split():
        for person in find_people(
            root / line.removeprefix("./"), "office_cctv_ccby", teacher, faces
        ):
            points, (x0, y0, x1, y1) = person.keypoints, person.box
            upright = points[:3, 1].mean() < points[5:7, 1].mean() - 0.1 * abs(person.shoulders)
            if y1 - y0 >= 80 and x1 - x0 >= 40 and upright and points[5:7, 2].min() > 0.5:
                yield person


def clip_people(root: Path, cache: Path, teacher: PoseTeacher, faces: Any) -> Iterator[Person]:
    """People of the clips, one frame in eight; frames are kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    for clip in sorted(root.glob("*.mp4")):
        if "bottle" in clip.name or "one-by-one" in clip.name:
            continue
        reader, number = cv2.VideoCapture(str(clip)), 0
        while True:
            more, frame = reader.read()
            if not more:
                break
            if number % 8 == 0:
                picture = cache / f"{clip.stem}_{number:05d}.png"
                if not picture.exists():
                    cv2.imwrite(str(picture), frame)
                for person in find_people(picture, "videos", teacher, faces):
                    if person.box[3] - person.box[1] >= 60:
                        yield person
            number += 1


def rendered_people(pictures: list[Path], teacher: PoseTeacher) -> Iterator[Person]:
    """People of rendered crops: boxes from the renderer's truth, joints (for drawing on them)
    from the teacher.
    """
    for picture in pictures:
        truth = json.loads(picture.with_suffix(".json").read_text())
        heads: dict[int, Labelled] = {}
        people = [o for o in truth["objects"] if o["cls"] == "person" and "box" in o]
        for o in people:
            parts = heads[o["id"]] = []
            for label, part in ((HEAD, o.get("head")), (TORSO, o.get("torso"))):
                seen = isinstance(part, dict) and "box" in part and part.get("visibility", 0) >= 0.3
                if seen and (label == HEAD or part.get("both_shoulders")):
                    parts.append((label, tuple(part["box"])))
        flipped = {o.get("badge_id") for o in people if o.get("badge") == "flipped"}
        things: Labelled = []
        for o in truth["objects"]:
            worn = {"id_card": CARD, "lanyard": LANYARD, "name_tag": TAG}.get(o["cls"])
            if worn is None or "box" not in o or o["visibility"] < 0.25 or o["visible_px"] < 25:
                continue
            turned = o.get("face") == "back" or o["id"] in flipped
            things.append((BACK if worn == CARD and turned else worn, tuple(o["box"])))
        found = teacher(read(picture))
        for o in people:
            x0, y0, x1, y1 = o["box"]
            if o.get("visibility", 0) < 0.25 or x1 - x0 < 50 or y1 - y0 < 60:
                continue
            mine = heads[o["id"]]
            points = max(found, key=lambda f: overlap(f[0], (x0, y0, x1, y1)), default=None)
            joints = np.zeros((17, 3))
            if points is not None and overlap(points[0], (x0, y0, x1, y1)) > 0.6:
                joints = points[1]
                if "head" not in o:  # older truth without heads and torsos: the teacher's
                    taught = ((HEAD, head_of(joints, None)), (TORSO, torso_of(joints, o["box"])))
                    mine += [(label, box) for label, box in taught if box is not None]
            person = Person(picture, "rendered", (x0, y0, x1, y1), joints)
            person.head = next((b for n, b in mine if n == HEAD), None)
            person.torso = next((b for n, b in mine if n == TORSO), None)
            person.others = [pair for k, parts in heads.items() if k != o["id"] for pair in parts]
            person.things = things
            yield person


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    both = w * h
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)
