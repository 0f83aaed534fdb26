"""Training pictures for the `attire` network: crops of one person with what the chest shows.

    python -m datasets.attire --shared ../shared --renders /path/to/renders --out /path/to/data

Four sorts of picture, none of a counter that really exists:

- real:     persons of badge_lbs_ccby as they are (train persons only; the val persons go to `val_real`),
- drawn:    the same persons, people of office_cctv_ccby and of the clips, with cards, straps, tags, ties, pockets,
            prints laid on their chests (`datasets.drawn`) or with their card replaced or taken away,
- rendered: people of rendered counters, with the truth of the renderer,
- plain:    the same people with nothing added.

Heads and torsos of real people are filled by teachers (YOLO11n-pose, YuNet), never used for scoring.
Every picture is written as a camera would give it: shrunk to the size a person has in a frame, blurred, noisy,
JPEG-coded, then brought to 320 px as `models` does. Layout: ultralytics (`images/`, `labels/`, `*.txt` lists).
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets import drawn

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]
Labelled = list[tuple[int, Box]]

LABELS: Final = ("head", "torso", "id_card", "id_card_back", "lanyard", "name_tag")
HEAD, TORSO, CARD, BACK, LANYARD, TAG = range(6)
SIDE: Final = 320
CANVAS: Final = 512

# Pictures of badge_lbs_ccby where the worn card shows its printed back (seen by eye).
TURNED_CARDS: Final = "turned_cards"


# ---------------------------------------------------------------------------------------------- people found


@dataclass(slots=True)
class Person:
    """One person in one real picture, as the teachers see it. Boxes are x0, y0, x1, y1 in picture pixels."""

    picture: Path
    source: str
    box: Box
    keypoints: NDArray[np.float64]  # (17, 3): x, y, visibility, COCO order
    head: Box | None = None
    torso: Box | None = None
    things: Labelled = field(default_factory=list)  # labelled by people, not by a teacher
    others: Labelled = field(default_factory=list)  # heads and torsos of the other people of the picture
    part: str = "train"
    decided: bool = True  # False: labels say nothing about a card (half hidden, unlabelled background person)

    @property
    def shoulders(self) -> float:
        """Distance of the shoulder joints, px; positive when the chest faces the camera."""
        return float(self.keypoints[5, 0] - self.keypoints[6, 0])


class PoseTeacher:
    """YOLO11n-pose in OpenCV: boxes and 17 keypoints of people. Source: weights/README.md."""

    def __init__(self, path: Path) -> None:
        self.net = cv2.dnn.readNetFromONNX(str(path))

    def __call__(self, image: Image, least: float = 0.35) -> list[tuple[Box, NDArray[np.float64]]]:
        """People of a BGR picture, surest first."""
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
            box = ((x - left) / scale, (y - top) / scale, (x + w - left) / scale, (y + h - top) / scale)
            people.append((box, points))
        return people


def letterbox(image: Image, side: int) -> tuple[Image, float, int, int]:
    """Shrink or enlarge to fit a square of `side`, centred on grey 114; returns it, scale, left, top."""
    h, w = image.shape[:2]
    scale = side / max(h, w)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=how)
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
    """Front of the chest: both shoulders seen, in the order of a body that faces the camera, and not too narrow."""
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
    image = cv2.imread(str(picture))
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


def read_yolo(path: Path, width: int, height: int) -> Labelled:
    """Rows of a YOLO text file as (class, box in pixels)."""
    rows: Labelled = []
    for line in path.read_text().splitlines():
        if not line.strip():
            continue
        number, x, y, w, h = line.split()[:5]
        cx, cy, bw, bh = float(x) * width, float(y) * height, float(w) * width, float(h) * height
        rows.append((int(number), (cx - bw / 2, cy - bh / 2, cx + bw / 2, cy + bh / 2)))
    return rows


def badge_people(root: Path, turned: set[str], teacher: PoseTeacher, faces: Any) -> list[Person]:
    """Persons of badge_lbs_ccby with their cards; those without any label of their own are marked undecided."""
    result = []
    for part in ("train", "val"):
        for line in (root / f"{part}.txt").read_text().split():
            picture = root / line.removeprefix("./")
            h, w = cv2.imread(str(picture)).shape[:2]
            rows = read_yolo(root / "labels" / (picture.stem + ".txt"), w, h)
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
    return min(holds, key=lambda p: (p.box[2] - p.box[0]) * (p.box[3] - p.box[1])) if holds else None


def office_people(root: Path, teacher: PoseTeacher, faces: Any) -> Iterator[Person]:
    """Upright people of the training cameras of office_cctv_ccby; nobody there was seen to wear a card."""
    for line in (root / "train.txt").read_text().split():
        for person in find_people(root / line.removeprefix("./"), "office_cctv_ccby", teacher, faces):
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


# ---------------------------------------------------------------------------------------------- laying things on


@dataclass(slots=True)
class Chest:
    """Where the chest lies on the canvas: `at(u, v)` counts in shoulder widths from between the shoulders."""

    origin: NDArray[np.float64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]
    width: float

    def at(self, u: float, v: float) -> NDArray[np.float64]:
        """Canvas point of chest place (u, v)."""
        return np.asarray(self.origin + self.width * (u * self.across + v * self.down))


def chest_of(points: NDArray[np.float64]) -> Chest:
    """Chest frame from shoulder and hip joints in canvas pixels."""
    left, right = points[5, :2], points[6, :2]
    across = (left - right) / max(float(np.hypot(*(left - right))), 1e-6)
    down = np.array([-across[1], across[0]])
    if points[11:13, 2].min() > 0.5:
        spine = points[11:13, :2].mean(0) - (left + right) / 2
        spine = spine / max(float(np.hypot(*spine)), 1e-6)
        down = (down + spine) / max(float(np.hypot(*(down + spine))), 1e-6)
    return Chest((left + right) / 2, across, down, float(np.hypot(*(left - right))))


@dataclass(slots=True)
class Light:
    """Light of the picture: `fold` is the local brightness over its mean `(H, W)`, `tint` the colour of white."""

    fold: NDArray[np.float32]
    tint: NDArray[np.float32]
    blur: float

    @classmethod
    def of(cls, image: Image, chest: Chest, blur: float) -> Light:
        """Read the light of a canvas around a chest."""
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
        grey = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(grey, (0, 0), max(0.7, chest.width * 0.0125))
        wide = cv2.blur(grey, (2 * int(chest.width * 0.15) + 3,) * 2)
        fold = np.clip(soft / np.maximum(wide, 8), 0.55, 1.5)
        fold = cv2.resize(fold, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
        white = np.percentile(cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA), 96, (0, 1))
        tint = np.clip(0.7 * white + 0.3 * white.mean(), 70, 255).astype(np.float32) / 255
        return cls(fold.astype(np.float32), tint, blur)


def window(points: NDArray[np.float64], room: float, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """Rows and columns that hold `points` (N, 2) with `room` px around; None when outside the picture."""
    x0, y0 = np.floor(points.min(0) - room).astype(int)
    x1, y1 = np.ceil(points.max(0) + room).astype(int) + 1
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, shape[1]), min(y1, shape[0])
    return (slice(y0, y1), slice(x0, x1)) if x1 > x0 and y1 > y0 else None


def blend(image: Image, rich: NDArray[np.float32], light: Light, at: tuple[slice, slice]) -> NDArray[np.float32]:
    """Put premultiplied BGRA floats `rich` on the window `at`, blurred and lit; returns the mask of the canvas."""
    if light.blur > 0.2:
        rich = cv2.GaussianBlur(rich, (0, 0), light.blur)
    part = rich[..., 3:]
    lit = rich[..., :3] * light.tint * np.sqrt(light.fold[at])[..., None]
    image[at] = np.clip(image[at] * (1 - part) + lit, 0, 255).astype(np.uint8)
    mask = np.zeros(image.shape[:2], np.float32)
    mask[at] = rich[..., 3]
    return mask


def lay(
    image: Image, picture: Image, corners: NDArray[np.float64], light: Light, shadow: float = 0.0
) -> NDArray[np.float32]:
    """Lay a BGRA picture on the quadrilateral `corners` (4, 2), lit and blurred as the canvas; returns its mask."""
    sides = np.hypot(*(corners - np.roll(corners, 1, 0)).T)
    at = window(corners, 6 + 0.15 * float(sides.max()), image.shape)
    if at is None:
        return np.zeros(image.shape[:2], np.float32)
    size = (max(2, round(max(sides[1], sides[3]))), max(2, round(max(sides[0], sides[2]))))
    if size[0] < picture.shape[1] or size[1] < picture.shape[0]:
        size = (min(size[0], picture.shape[1]), min(size[1], picture.shape[0]))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    ph, pw = picture.shape[:2]
    h, w = at[0].stop - at[0].start, at[1].stop - at[1].start
    start = np.array([[0, 0], [pw, 0], [pw, ph], [0, ph]], np.float32)
    turn = cv2.getPerspectiveTransform(start, (corners - (at[1].start, at[0].start)).astype(np.float32))
    alpha = picture[..., 3:].astype(np.float32) / 255
    rich = np.dstack([picture[..., :3].astype(np.float32) * alpha, alpha])
    laid = cv2.warpPerspective(rich, turn, (w, h), flags=cv2.INTER_LINEAR)
    if shadow:
        drop = float(sides.max()) * 0.05
        dark = cv2.GaussianBlur(laid[..., 3], (0, 0), max(0.8, drop))
        dark = cv2.warpAffine(dark, np.array([[1, 0, drop * 0.4], [0, 1, drop]], np.float32), (w, h))
        image[at] = (image[at] * (1 - shadow * dark[..., None])).astype(np.uint8)
    return blend(image, laid, light, at)


def extent(mask: NDArray[np.float32], least: float = 0.35) -> Box | None:
    """Tight box of a mask."""
    ys, xs = np.nonzero(mask > least)
    if not len(xs):
        return None
    return float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1)


def ribbon(
    image: Image,
    rng: np.random.Generator,
    path: NDArray[np.float64],
    width: float,
    light: Light,
    tones: tuple[drawn.Colour, drawn.Colour],
    bead: bool = False,
) -> NDArray[np.float32]:
    """Draw a strap, cord or chain along `path` (N, 2); returns its mask."""
    at = window(path, width + 4, image.shape)
    if at is None:
        return np.zeros(image.shape[:2], np.float32)
    path = path - (at[1].start, at[0].start)
    paint = np.zeros((*image[at].shape[:2], 4), np.uint8)
    points = np.round(path * 16).astype(np.int32)
    if bead:
        step = max(1, int(len(path) * width * 1.6 / max(1.0, _length(path))))
        for x, y in points[::step]:
            cv2.circle(paint, (int(x), int(y)), int(width * 8), (*tones[0], 255), -1, cv2.LINE_AA, 4)
    else:
        cv2.polylines(paint, [points], False, (*tones[0], 255), max(1, round(width)), cv2.LINE_AA, 4)
        style = rng.random()
        if width >= 4 and style < 0.3:
            cv2.polylines(paint, [points], False, (*tones[1], 255), max(1, round(width / 3)), cv2.LINE_AA, 4)
        elif width >= 4 and style < 0.6:
            for i in range(4, len(path) - 4, int(rng.integers(5, 12))):
                dot = (int(path[i, 0]), int(path[i, 1]))
                cv2.circle(paint, dot, max(1, round(width / 4)), (*tones[1], 255), -1, cv2.LINE_AA)
    alpha = paint[..., 3:].astype(np.float32) / 255
    rich = np.dstack([paint[..., :3].astype(np.float32) * alpha, alpha])
    return blend(image, rich, light, at)


def _length(path: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def bend(a: NDArray[np.float64], b: NDArray[np.float64], bulge: NDArray[np.float64]) -> NDArray[np.float64]:
    """A quadratic curve from a to b pulled by `bulge` at its middle, 40 points."""
    t = np.linspace(0, 1, 40)[:, None]
    middle = (a + b) / 2 + bulge
    return np.asarray((1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b)


def hang_strap(
    image: Image, rng: np.random.Generator, chest: Chest, end: NDArray[np.float64], light: Light
) -> Box | None:
    """A lanyard from the neck to `end`; returns its box."""
    kind = rng.random()
    width = chest.width * float(rng.uniform(0.022, 0.075) if kind < 0.75 else rng.uniform(0.008, 0.02))
    first = (drawn.vivid, drawn.dark, drawn.colour)[rng.choice(3, p=[0.6, 0.25, 0.15])](rng)
    tones = (first, drawn.pale(rng) if rng.random() < 0.6 else drawn.vivid(rng))
    neck, top = float(rng.uniform(0.12, 0.26)), float(rng.uniform(-0.16, 0.1))
    masks = []
    single = rng.random() < 0.1
    for sign in (-1.0, 1.0):
        if single and sign > 0:
            continue
        start = chest.at(sign * neck + float(rng.normal(0, 0.02)), top)
        pull = chest.across * sign * chest.width * float(rng.uniform(-0.02, 0.09))
        path = bend(start, end, pull)
        masks.append(ribbon(image, rng, path, max(1.0, width), light, tones, bead=0.9 < kind))
    if rng.random() < 0.7:
        tail = end + chest.down * chest.width * float(rng.uniform(0.03, 0.12))
        metal = (185, 185, 190) if rng.random() < 0.7 else (40, 40, 40)
        width = max(1.0, width * float(rng.uniform(0.5, 1.0)))
        masks.append(ribbon(image, rng, bend(end, tail, chest.down * 0), width, light, (metal, metal)))
    return extent(np.max(masks, axis=0), 0.3)


def card_corners(
    rng: np.random.Generator, chest: Chest, middle_top: NDArray[np.float64], height: float, ratio: float
) -> NDArray[np.float64]:
    """Corners of a card of `height` px whose upper edge has its middle at `middle_top`: turned, leaning, askew."""
    spread = 6.0 if rng.random() < 0.85 else 20.0
    angle = np.deg2rad(rng.normal(0, spread)) + np.arctan2(chest.across[1], chest.across[0]) * 0.6
    yaw = float(rng.uniform(0.85, 1.0) if rng.random() < 0.7 else rng.uniform(0.45, 0.85))
    wide = height * ratio * yaw
    lean = 1 + (1 - yaw) * float(rng.choice([-0.35, 0.35]))
    x, y = wide / 2, height
    flat = np.array([[-x, 0], [x, 0], [x, y], [-x, y]])
    flat[[1, 2], 1] = (flat[[1, 2], 1] - y / 2) * lean + y / 2
    flat += rng.normal(0, height * 0.012, (4, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(flat @ turn.T + middle_top)


def cover(
    image: Image, rng: np.random.Generator, box: Box, mask: NDArray[np.float32], light: Light
) -> tuple[Box | None, float]:
    """Hide part of a thing under a hand or cloth; returns the box of what is left and the share left."""
    x0, y0, x1, y1 = box
    big = max(x1 - x0, y1 - y0)
    corner = rng.random()
    cx = x0 if corner < 0.4 else (x1 if corner < 0.8 else (x0 + x1) / 2)
    cy = float(rng.uniform(y0, y1 + 0.2 * big))
    tone = float(rng.uniform(0.35, 1.0))
    patch = np.zeros((80, 80, 4), np.uint8)
    hand = (int(140 * tone), int(170 * tone), int(222 * tone))
    patch[..., :3] = hand if rng.random() < 0.6 else drawn.colour(rng)
    cv2.ellipse(patch, (40, 40), (38, 30), 0, 0, 360, (*patch[0, 0, :3].tolist(), 255), -1)
    half = big * float(rng.uniform(0.3, 0.65))
    square = np.array([[-1, -0.7], [1, -0.7], [1, 0.7], [-1, 0.7]]) * half + (cx, cy)
    hidden = lay(image, patch, square, light)
    left = mask * (1 - hidden)
    share = float((left > 0.35).sum() / max(1, (mask > 0.35).sum()))
    return extent(left), share


def recolour(image: Image, rng: np.random.Generator, chest: Chest, region: Box) -> None:
    """Give the shirt another colour or pattern, keeping its folds; found as what is coloured like the chest."""
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    spots = []
    for u, v in ((-0.28, 0.3), (0.28, 0.3), (-0.25, 0.6), (0.25, 0.6), (-0.3, 0.15), (0.3, 0.15)):
        x, y = chest.at(u, v)
        if 2 <= x < image.shape[1] - 2 and 2 <= y < image.shape[0] - 2:
            spots.append(lab[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].reshape(-1, 3).mean(0))
    if len(spots) < 3:
        return
    middle = np.median(np.array(spots), axis=0)
    room = np.array([75, 13, 13])
    near = cv2.inRange(lab, np.clip(middle - room, 0, 255), np.clip(middle + room, 0, 255))
    mask = np.zeros(near.shape, np.float32)
    x0, y0, x1, y1 = (int(max(0, v)) for v in region)
    mask[y0:y1, x0:x1] = near[y0:y1, x0:x1].astype(np.float32) / 255
    mask[: int(max(0, chest.at(0, -0.3)[1]))] = 0
    mask = cv2.GaussianBlur(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3))), (0, 0), 1.2)[..., None]
    shade = np.clip(lab[..., :1].astype(np.float32) / max(20.0, float(middle[0])), 0.25, 1.6)
    if rng.random() < 0.45:
        tile = drawn.cloth_pattern(rng)
        size = max(6, int(chest.width * rng.uniform(0.1, 0.5)))
        tile = cv2.resize(tile, (size, size), interpolation=cv2.INTER_AREA)
        h, w = image.shape[:2]
        cloth = np.tile(tile, (h // size + 1, w // size + 1, 1))[:h, :w].astype(np.float32)
        wave = cv2.GaussianBlur(rng.normal(0, 1, (h, w, 2)).astype(np.float32), (0, 0), chest.width * 0.12)
        wave *= chest.width * 0.06 / max(1e-6, float(wave.std()))
        ys, xs = np.mgrid[:h, :w].astype(np.float32)
        cloth = cv2.remap(cloth, xs + wave[..., 0], ys + wave[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    else:
        makers = (drawn.pale, drawn.dark, drawn.vivid, drawn.colour)
        cloth = np.full(image.shape, makers[rng.choice(4, p=[0.35, 0.25, 0.2, 0.2])](rng), np.float32)
    cloth = np.float32(np.clip(middle[0] / 190, 0.55, 1.0)) * cloth * shade
    image[:] = np.clip(image * (1 - mask) + cloth * mask, 0, 255).astype(np.uint8)


def add_likeness(image: Image, rng: np.random.Generator, chest: Chest, light: Light) -> None:
    """Draw something that is like a badge and is not one: tie, chain, pocket, phone, print, cable, lapels, paper."""
    kind = rng.choice(
        ["tie", "chain", "pocket", "phone", "print", "logo", "cable", "buttons", "lapels", "paper"],
        p=[0.13, 0.1, 0.16, 0.1, 0.13, 0.12, 0.05, 0.07, 0.08, 0.06],
    )
    w = chest.width
    if kind == "tie":
        tile = drawn.cloth_pattern(rng) if rng.random() < 0.6 else np.full((96, 96, 3), drawn.colour(rng), np.uint8)
        high = float(rng.uniform(0.8, 1.5))
        body = np.zeros((280, 80, 4), np.uint8)
        body[..., :3] = np.tile(tile, (3, 1, 1))[:280, :80]
        shape = np.array([[28, 0], [52, 0], [48, 28], [66, 240], [40, 279], [14, 240], [32, 28]])
        mask = np.zeros((280, 80), np.uint8)
        cv2.fillPoly(mask, [shape], 255)
        body[..., 3] = mask
        half = float(rng.uniform(0.09, 0.15))
        corners = [chest.at(-half, 0.0), chest.at(half, 0.0), chest.at(half, high), chest.at(-half, high)]
        lay(image, body, np.array(corners), light, 0.2)
    elif kind == "chain":
        low = chest.at(float(rng.normal(0, 0.03)), float(rng.uniform(0.12, 0.6)))
        metal = ((90, 190, 230), (200, 200, 205), (30, 30, 30), drawn.colour(rng))[rng.integers(4)]
        for sign in (-1.0, 1.0):
            path = bend(chest.at(sign * 0.15, -0.08), low, chest.across * sign * w * 0.06)
            ribbon(image, rng, path, max(1.0, w * 0.01), light, (metal, metal), rng.random() < 0.4)
        if rng.random() < 0.6:
            drop = np.zeros((60, 60, 4), np.uint8)
            cv2.circle(drop, (30, 30), 27, (*metal, 255), -1)
            r = w * float(rng.uniform(0.02, 0.05))
            lay(image, drop, low + np.array([[-r, 0], [r, 0], [r, 2 * r], [-r, 2 * r]]), light)
    elif kind in ("pocket", "phone"):
        side = 1.0 if rng.random() < 0.75 else -1.0
        u, v = side * float(rng.uniform(0.2, 0.32)), float(rng.uniform(0.25, 0.45))
        half, high = float(rng.uniform(0.11, 0.16)), float(rng.uniform(0.25, 0.34))
        if kind == "phone" or rng.random() < 0.5:
            thing = drawn.phone_top(rng)
            if kind == "pocket":
                thing = np.zeros((120, 40, 4), np.uint8)
                thing[..., :3] = drawn.colour(rng)
                thing[:, 12:28, 3] = 255
            at, wide = u + float(rng.uniform(-0.04, 0.04)), half * 0.65
            up = v - high * float(rng.uniform(0.2, 0.5))
            lay(image, thing, np.array([chest.at(at - wide, up), chest.at(at + wide, up), chest.at(at + wide, v + high * 0.5), chest.at(at - wide, v + high * 0.5)]), light)
        x, y = chest.at(u, v + high / 3)
        yi, xi = int(np.clip(y, 0, image.shape[0] - 1)), int(np.clip(x, 0, image.shape[1] - 1))
        cloth = np.zeros((100, 90, 4), np.uint8)
        tone = np.clip(image[yi, xi].astype(int) + int(rng.integers(-12, 6)), 0, 255)
        cloth[..., :3] = tone
        outline = np.array([[0, 0], [89, 0], [89, 80], [45, 99], [0, 80]])
        if kind == "phone":
            cv2.fillPoly(cloth, [outline], (*tone.tolist(), 255))
        cv2.polylines(cloth, [outline], True, (*np.clip(tone * 0.7, 0, 255).astype(int).tolist(), 255), 3)
        lay(image, cloth, np.array([chest.at(u - half, v), chest.at(u + half, v), chest.at(u + half, v + high), chest.at(u - half, v + high)]), light)
    elif kind in ("print", "logo"):
        small = kind == "logo"
        half = float(rng.uniform(0.04, 0.1) if small else rng.uniform(0.14, 0.35))
        u = float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.3)) if small else float(rng.normal(0, 0.03))
        v = float(rng.uniform(0.2, 0.4)) if small else float(rng.uniform(0.3, 0.7))
        picture = drawn.print_on_cloth(rng)
        high = half * picture.shape[0] / picture.shape[1]
        lay(image, picture, np.array([chest.at(u - half, v - high), chest.at(u + half, v - high), chest.at(u + half, v + high), chest.at(u - half, v + high)]), light)
    elif kind == "cable":
        path = bend(chest.at(float(rng.uniform(-0.3, 0.3)), -0.3), chest.at(float(rng.uniform(-0.3, 0.3)), 1.0), chest.across * w * float(rng.normal(0, 0.15)))
        tone = drawn.dark(rng) if rng.random() < 0.6 else drawn.pale(rng)
        ribbon(image, rng, path, max(1.0, w * 0.012), light, (tone, tone))
    elif kind == "buttons":
        tone = drawn.pale(rng) if rng.random() < 0.5 else drawn.dark(rng)
        for v in np.arange(0.1, 1.2, float(rng.uniform(0.16, 0.28))):
            dot = np.zeros((30, 30, 4), np.uint8)
            cv2.circle(dot, (15, 15), 13, (*tone, 255), -1)
            r, at = w * 0.016, chest.at(0, float(v))
            lay(image, dot, at + np.array([[-r, -r], [r, -r], [r, r], [-r, r]]), light)
    elif kind == "lapels":
        tone = drawn.dark(rng)
        for sign in (-1, 1):
            flap = np.array([chest.at(sign * 0.5, -0.02), chest.at(sign * 0.14, -0.06), chest.at(sign * 0.04, 0.75), chest.at(sign * 0.1, 1.5), chest.at(sign * 0.62, 1.5)])
            paint = np.zeros((*image.shape[:2], 4), np.uint8)
            cv2.fillPoly(paint, [flap.astype(np.int32)], (*tone, 255))
            h, w_ = image.shape[:2]
            lay(image, paint, np.array([[0, 0], [w_, 0], [w_, h], [0, h]], float), light)
    else:
        half = float(rng.uniform(0.25, 0.5))
        picture = drawn.paper(rng)
        high = 2 * half * picture.shape[0] / picture.shape[1] * w
        corners = card_corners(rng, chest, chest.at(float(rng.normal(0, 0.3)), float(rng.uniform(0.6, 1.0))), high, picture.shape[1] / picture.shape[0])
        lay(image, picture, corners, light, 0.3)


def add_card(image: Image, rng: np.random.Generator, chest: Chest, light: Light, place: Box | None = None) -> Labelled:
    """Hang or clip a drawn card (at `place` when a real card is to be replaced); returns its labels."""
    labels: Labelled = []
    back = bool(rng.random() < 0.24)
    picture, ratio = drawn.card(rng, back)
    height = chest.width * float(rng.uniform(0.22, 0.36)) * (0.75 if ratio > 1 else 1.0)
    shadow = float(rng.uniform(0.05, 0.4))
    if place is not None:
        wide, high = place[2] - place[0], place[3] - place[1]
        height = 1.12 * max(high, wide / ratio)
        top = np.array([(place[0] + place[2]) / 2, place[1] - 0.06 * high])
        if height > 1.5 * high:
            place = None
    if place is None:
        way = rng.random()
        if way < 0.66:
            end = chest.at(float(rng.normal(0, 0.05)), float(rng.uniform(0.32, 0.62) if rng.random() < 0.4 else rng.uniform(0.6, 1.05)))
            box = hang_strap(image, rng, chest, end, light)
            if box is not None:
                labels.append((LANYARD, box))
            top = end + chest.down * chest.width * float(rng.uniform(0.0, 0.07))
        else:
            side = float(rng.choice([-1, 1], p=[0.35, 0.65]))
            low = rng.random() < 0.25
            v = float(rng.uniform(0.85, 1.2) if low else rng.uniform(0.22, 0.45))
            top = chest.at(side * float(rng.uniform(0.14, 0.32)), v)
            if rng.random() < 0.6:
                clip = np.zeros((60, 40, 4), np.uint8)
                clip[..., :3] = (190, 190, 195) if rng.random() < 0.6 else drawn.dark(rng)
                clip[..., 3] = 255
                r = height * float(rng.uniform(0.06, 0.13))
                lay(image, clip, top + np.array([[-r, -2.4 * r], [r, -2.4 * r], [r, 0.4 * r], [-r, 0.4 * r]]), light)
            elif rng.random() < 0.4:
                reel = np.zeros((60, 60, 4), np.uint8)
                cv2.circle(reel, (30, 30), 28, (*drawn.colour(rng), 255), -1)
                r = height * float(rng.uniform(0.13, 0.2))
                start = top - chest.down * height * float(rng.uniform(0.2, 0.8))
                ribbon(image, rng, bend(start, top, chest.down * 0), max(1.0, r * 0.2), light, ((30, 30, 30), (30, 30, 30)))
                lay(image, reel, start + np.array([[-r, -r], [r, -r], [r, r], [-r, r]]), light, 0.2)
    mask = lay(image, picture, card_corners(rng, chest, top, height, ratio), light, shadow)
    left, share = extent(mask), 1.0
    if left is not None and rng.random() < 0.13:
        left, share = cover(image, rng, left, mask, light)
    if left is not None and share > 0.35:
        small = (left[3] - left[1]) * SIDE / CANVAS < 13
        labels.append((BACK if back and not small else CARD, left))
    return labels


def add_tag(image: Image, rng: np.random.Generator, chest: Chest, light: Light) -> Labelled:
    """Pin a name tag to the chest; returns its label."""
    picture, ratio = drawn.name_tag(rng)
    wide = chest.width * float(rng.uniform(0.14, 0.24))
    side = float(rng.choice([-1, 1], p=[0.25, 0.75]))
    top = chest.at(side * float(rng.uniform(0.2, 0.32)), float(rng.uniform(0.18, 0.4)))
    mask = lay(image, picture, card_corners(rng, chest, top, wide / ratio, ratio), light, float(rng.uniform(0, 0.3)))
    box = extent(mask)
    return [(TAG, box)] if box is not None else []


def strip_card(image: Image, person_things: Labelled, light_cloth: bool) -> Labelled:
    """Take the worn card (and on light cloth the dark strap) away by inpainting; returns what is left."""
    hole = np.zeros(image.shape[:2], np.uint8)
    left: Labelled = []
    for label, (x0, y0, x1, y1) in person_things:
        grow = 0.14 * (y1 - y0)
        if label in (CARD, BACK):
            cv2.rectangle(hole, (int(x0 - grow / 2), int(y0 - grow)), (int(x1 + grow / 2), int(y1 + grow / 2)), 255, -1)
        elif label == LANYARD:
            part = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[int(max(0, y0)) : int(y1 + 8), int(max(0, x0)) : int(x1)]
            if light_cloth and part.size:
                dark = (part < 0.62 * np.median(part)).astype(np.uint8) * 255
                hole[int(max(0, y0)) : int(y1 + 8), int(max(0, x0)) : int(x1)] |= cv2.dilate(dark, np.ones((7, 7)))
            else:
                left.append((label, (x0, y0, x1, y1)))
    image[:] = cv2.inpaint(image, hole, 5, cv2.INPAINT_TELEA)
    return left


# ---------------------------------------------------------------------------------------------- one picture


def crop_box(rng: np.random.Generator, box: Box, w: int, h: int) -> tuple[int, int, int, int]:
    """Cut as the product does: the person box with some room, tall people often above the hip only."""
    x0, y0, x1, y1 = box
    bw, bh = x1 - x0, y1 - y0
    if bh > 1.5 * bw and rng.random() < 0.6:
        y1 = y0 + bh * float(rng.uniform(0.5, 0.85))
    elif rng.random() < 0.2:
        y1 = y0 + bh * float(rng.uniform(0.6, 0.95))
    grow = rng.uniform(-0.03, 0.16, 4) * (bw, min(bh, bw), bw, min(bh, bw))
    return (
        int(max(0, x0 - grow[0])),
        int(max(0, y0 - grow[1])),
        int(min(w, x1 + grow[2])),
        int(min(h, y1 + grow[3])),
    )


def as_camera(image: Image, rng: np.random.Generator, least: int, most: int) -> Image:
    """Bring a canvas to the size a person has in a frame, spoil it as a camera does, then to 320 px."""
    long = max(image.shape[:2])
    target = float(np.exp(rng.uniform(np.log(least), np.log(max(least + 1, most)))))
    scale = target / long
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
    if rng.random() < 0.25:
        small = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(0.4, 1.1)))
    if rng.random() < 0.1:
        length = int(rng.integers(2, 6))
        smear = np.zeros((length, length), np.float32)
        end = (length - 1, int(rng.integers(0, length)))
        cv2.line(smear, (0, int(rng.integers(0, length))), end, 1.0)
        small = cv2.filter2D(small, -1, smear / smear.sum())
    pixels = small.astype(np.float32)
    if rng.random() < 0.6:
        pixels = 255 * np.clip(pixels / 255, 0, 1) ** float(np.exp(rng.normal(0, 0.3)))
        pixels = pixels * float(rng.uniform(0.6, 1.15)) + float(rng.uniform(-8, 12))
        pixels = pixels * rng.uniform(0.88, 1.12, 3).astype(np.float32)
    if rng.random() < 0.3:
        grey = pixels.mean(2, keepdims=True)
        pixels = grey + (pixels - grey) * float(rng.uniform(0.0, 0.8))
    if rng.random() < 0.7:
        pixels += np.float32(rng.uniform(1, 8)) * rng.standard_normal(pixels.shape, np.float32)
    small = np.clip(pixels, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        strong = float(rng.uniform(0.3, 1.2))
        small = cv2.addWeighted(small, 1 + strong, cv2.GaussianBlur(small, (0, 0), 1.0), -strong, 0)
    quality = int(rng.integers(38, 96))
    small = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    scale = SIDE / max(small.shape[:2])
    size = (max(1, round(small.shape[1] * scale)), max(1, round(small.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 and rng.random() < 0.5 else cv2.INTER_LINEAR
    return cv2.resize(small, size, interpolation=how)


def clip_labels(labels: Labelled, w: int, h: int, least: float = 0.5) -> Labelled:
    """Cut boxes at the picture's edge; drop those of which less than `least` is inside, and specks."""
    kept: Labelled = []
    for label, (x0, y0, x1, y1) in labels:
        a, b, c, d = max(0.0, x0), max(0.0, y0), min(float(w), x1), min(float(h), y1)
        area = max(1e-6, (x1 - x0) * (y1 - y0))
        if c - a > 2 and d - b > 2 and (c - a) * (d - b) / area >= least:
            kept.append((label, (a, b, c, d)))
    return kept


def shift(labels: Labelled, dx: float, dy: float, scale: float) -> Labelled:
    """Move by (-dx, -dy), then scale."""
    return [(n, ((b[0] - dx) * scale, (b[1] - dy) * scale, (b[2] - dx) * scale, (b[3] - dy) * scale)) for n, b in labels]


def compose(rng: np.random.Generator, person: Person, image: Image, plain: bool = False) -> tuple[Image, Labelled]:
    """One training picture of a real person, as it is (`plain`) or with drawn things on the chest."""
    h, w = image.shape[:2]
    x0, y0, x1, y1 = crop_box(rng, person.box, w, h)
    part = image[y0:y1, x0:x1]
    scale = CANVAS / max(part.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    canvas = cv2.resize(part, None, fx=scale, fy=scale, interpolation=how)
    ch, cw = canvas.shape[:2]
    labels = [(n, b) for n, b in ((HEAD, person.head), (TORSO, person.torso)) if b is not None]
    labels = shift(labels + person.others, x0, y0, scale)
    things = shift(person.things, x0, y0, scale)
    native = max(part.shape[:2])
    if not plain and person.torso is not None:
        points = person.keypoints.copy()
        points[:, 0], points[:, 1] = (points[:, 0] - x0) * scale, (points[:, 1] - y0) * scale
        chest = chest_of(points)
        box = shift([(0, person.box)], x0, y0, scale)[0][1]
        cards = [b for n, b in things if n in (CARD, BACK)]
        worn = [b for b in cards if abs((b[0] + b[2]) / 2 - chest.origin[0]) < 0.6 * chest.width]
        if rng.random() < 0.55:
            recolour(canvas, rng, chest, box)
        light = Light.of(canvas, chest, float(rng.uniform(0.25, 0.7)) * max(1.0, scale))
        if not things:
            things = _dress(rng, canvas, chest, light)
        elif worn:
            what = rng.random()
            if what < 0.6:
                kept = [(n, b) for n, b in things if n == LANYARD]
                things = kept + add_card(canvas, rng, chest, light, worn[0])
            elif what < 0.8:
                x, y = chest.at(0.3, 0.3).astype(int)
                spot = canvas[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5]
                things = strip_card(canvas, things, bool(spot.size) and float(spot.mean()) > 90)
                if rng.random() < 0.5:
                    things += _dress(rng, canvas, chest, light) if not things else []
    things = clip_labels(things, cw, ch, 0.4)
    highs = [b[3] - b[1] for n, b in things if n in (CARD, BACK)]
    least = max(90, int(10 * CANVAS / min(highs))) if highs else 90  # a card keeps 10 px of height
    out = as_camera(canvas, rng, least, min(CANVAS, max(130, 3 * native)))
    labels = clip_labels(labels, cw, ch) + things
    return out, shift(labels, 0, 0, out.shape[0] / ch)


def _dress(rng: np.random.Generator, canvas: Image, chest: Chest, light: Light) -> Labelled:
    """Draw likenesses, then a card, a tag, an empty strap or nothing."""
    things: Labelled = []
    for chance in (0.5, 0.2):
        if rng.random() < chance:
            add_likeness(canvas, rng, chest, light)
    what = rng.random()
    if what < 0.52:
        things += add_card(canvas, rng, chest, light)
    elif what < 0.6:
        end = chest.at(float(rng.normal(0, 0.08)), float(rng.uniform(0.4, 1.1)))
        box = hang_strap(canvas, rng, chest, end, light)
        things += [(LANYARD, box)] if box is not None else []
    if rng.random() < 0.16:
        things += add_tag(canvas, rng, chest, light)
    return things


# ---------------------------------------------------------------------------------------------- the sets


def write(out: Path, name: str, image: Image, labels: Labelled) -> str:
    """Write one picture and its YOLO text; returns its line for the list."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "labels").mkdir(parents=True, exist_ok=True)
    h, w = image.shape[:2]
    cv2.imwrite(str(out / "images" / f"{name}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 96])
    rows = [
        f"{n} {(a + c) / 2 / w:.5f} {(b + d) / 2 / h:.5f} {(c - a) / w:.5f} {(d - b) / h:.5f}"
        for n, (a, b, c, d) in labels
    ]
    (out / "labels" / f"{name}.txt").write_text("\n".join(rows) + ("\n" if rows else ""))
    return f"./images/{name}.jpg"


def rendered_people(pictures: list[Path], teacher: PoseTeacher) -> Iterator[Person]:
    """People of rendered crops: boxes from the renderer's truth, joints (for drawing on them) from the teacher."""
    for picture in pictures:
        truth = json.loads(picture.with_suffix(".json").read_text())
        heads: dict[int, Labelled] = {}
        people = [o for o in truth["objects"] if o["cls"] == "person" and "box" in o]
        for o in people:
            parts = heads[o["id"]] = []
            for label, part in ((HEAD, o.get("head")), (TORSO, o.get("torso"))):
                if isinstance(part, dict) and "box" in part and part.get("visibility", 0) >= 0.3:
                    if label == HEAD or part.get("both_shoulders"):
                        parts.append((label, tuple(part["box"])))
        things: Labelled = []
        for o in truth["objects"]:
            label = {"id_card": CARD, "lanyard": LANYARD, "name_tag": TAG}.get(o["cls"])
            if label is None or "box" not in o or o["visibility"] < 0.25 or o["visible_px"] < 25:
                continue
            things.append((BACK if label == CARD and o.get("face") == "back" else label, tuple(o["box"])))
        image = cv2.imread(str(picture))
        found = teacher(image)
        for o in people:
            x0, y0, x1, y1 = o["box"]
            if o.get("visibility", 0) < 0.25 or x1 - x0 < 50 or y1 - y0 < 60:
                continue
            mine = heads[o["id"]]
            points = max(found, key=lambda f: overlap(f[0], (x0, y0, x1, y1)), default=None)
            joints = np.zeros((17, 3))
            if points is not None and overlap(points[0], (x0, y0, x1, y1)) > 0.6:
                joints = points[1]
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


def straight(person: Person, image: Image) -> tuple[Image, Labelled]:
    """The crop as the product takes it, nothing spoilt: for validation."""
    h, w = image.shape[:2]
    x0, y0, x1, y1 = person.box
    room = 0.06 * (x1 - x0)
    if y1 - y0 > 1.5 * (x1 - x0):
        y1 = y0 + 0.7 * (y1 - y0)
    a, b, c, d = (int(max(0, x0 - room)), int(max(0, y0 - room)), int(min(w, x1 + room)), int(min(h, y1 + room)))
    part = image[b:d, a:c]
    scale = SIDE / max(part.shape[:2])
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    labels = [(n, q) for n, q in ((HEAD, person.head), (TORSO, person.torso)) if q is not None]
    labels += person.others + person.things
    return small, shift(clip_labels(shift(labels, a, b, 1.0), c - a, d - b), 0, 0, scale)


def split_of(picture: Path) -> str:
    """Part of a rendered picture, by its seed: one in ten is for validation."""
    return "val" if int(picture.stem.split("_")[0]) % 10 == 0 else "train"


def make(shared: Path, renders: Path | None, out: Path, counts: dict[str, int], seed: int) -> dict[str, int]:
    """Write all pictures and lists below `out`; returns how many of each sort."""
    cv2.setNumThreads(1)
    weights, data = shared / "weights", shared / "data"
    pose = PoseTeacher(weights / "yolo11n_pose_640_fp32rec_agpl.onnx")
    faces = cv2.FaceDetectorYN.create(str(weights / "yunet_n_640_640.onnx"), "", (640, 640), 0.6)
    manifest = tomllib.loads((Path(__file__).parent / "manifests" / "badge_lbs_ccby.toml").read_text())
    people = badge_people(data / "badge_lbs_ccby", set(manifest[TURNED_CARDS]), pose, faces)
    people += office_people(data / "office_cctv_ccby", pose, faces)
    people += clip_people(data / "videos", out / "frames", pose, faces)
    if renders is not None:
        pictures = [p for p in sorted(renders.glob("attire/*.jpg")) if p.with_suffix(".json").exists()]
        for person in rendered_people(pictures, pose):
            person.part = split_of(person.picture)
            people.append(person)
    groups = {
        "badge": [p for p in people if p.source == "badge_lbs_ccby" and p.part == "train" and p.decided],
        "office": [p for p in people if p.source == "office_cctv_ccby" and p.torso is not None],
        "away": [p for p in people if p.source in ("office_cctv_ccby", "videos") and p.torso is None],
        "clips": [p for p in people if p.source == "videos" and p.torso is not None],
        "rendered": [p for p in people if p.source == "rendered" and p.part == "train"],
    }
    lists: dict[str, list[str]] = {"train": [], "val": [], "val_real": [], "val_drawn": [], "val_rendered": []}
    pictures_read: dict[Path, Image] = {}

    def read(path: Path) -> Image:
        if path not in pictures_read:
            pictures_read[path] = cv2.imread(str(path))
        return pictures_read[path]

    for name, group in groups.items():
        for i in range(counts[name] if group else 0):
            rng = np.random.default_rng([seed, sorted(groups).index(name), i])
            person = group[i % len(group)]
            plain = person.torso is None or rng.random() < {"badge": 0.3, "rendered": 0.6}.get(name, 0.12)
            if not person.keypoints[5:7, 2].min() > 0.5 or person.shoulders < 12:
                plain = True
            image, labels = compose(rng, person, read(person.picture), plain)
            lists["train"].append(write(out, f"{name}_{i:05d}", image, labels))
    held = [p for p in people if p.source == "badge_lbs_ccby" and p.part == "val" and p.decided]
    for i, person in enumerate(held):
        image, labels = straight(person, read(person.picture))
        lists["val_real"].append(write(out, f"valreal_{i:05d}", image, labels))
        for k in range(8 if person.torso is not None else 0):
            rng = np.random.default_rng([seed, 90 + k, i])
            image, labels = compose(rng, person, read(person.picture))
            lists["val_drawn"].append(write(out, f"valdrawn_{i:05d}_{k}", image, labels))
    for i, person in enumerate(p for p in people if p.source == "rendered" and p.part == "val"):
        image, labels = straight(person, read(person.picture))
        lists["val_rendered"].append(write(out, f"valrendered_{i:05d}", image, labels))
    lists["val"] = lists["val_real"] + lists["val_drawn"] + lists["val_rendered"]
    for name, lines in lists.items():
        (out / f"{name}.txt").write_text("\n".join(lines) + "\n")
    names = "".join(f"  {i}: {label}\n" for i, label in enumerate(LABELS))
    (out / "data.yaml").write_text(f"train: train.txt\nval: val.txt\nnc: {len(LABELS)}\nnames:\n{names}")
    made = {name: sum(f"/{name}_" in line for line in lists["train"]) for name in groups}
    made |= {name: len(lines) for name, lines in lists.items() if name != "train"}
    made |= {f"people_{name}": len(group) for name, group in groups.items()}
    (out / "made.json").write_text(json.dumps({"seed": seed, "counts": made}, indent=1))
    return made


def main() -> None:
    """Read the command line and make the set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/ and weights/")
    parser.add_argument("--renders", type=Path, help="folder with attire/*.jpg and *.json of the scene maker")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    for name, number in (("badge", 3000), ("office", 1800), ("away", 500), ("clips", 400), ("rendered", 2500)):
        parser.add_argument(f"--{name}", type=int, default=number, metavar="N", help=f"pictures of sort {name}")
    given = vars(parser.parse_args())
    counts = {name: given[name] for name in ("badge", "office", "away", "clips", "rendered")}
    print(json.dumps(make(given["shared"], given["renders"], given["out"], counts, given["seed"])))


if __name__ == "__main__":
    main()
