"""Training pictures for the `scene` network: people, chairs, equipment, what lies on a desk.

    siaga data make desk --shared ../shared --renders /path/to/renders --out /path/to/data

The scene network keeps the 80 rows of COCO and gives rows that no office shows (airplane, zebra)
to new things; the table is `models.train.SCENE_ROWS`, repeated here as `ROW`.
Real sets: office_cctv_ccby (train cameras), two thirds of cups_bottles_ccby, half of lipstick_ccby,
badge_lbs_ccby (train persons, for people). What a set does not label is filled by a teacher
(YOLO26n) where it is sure, marked so in the manifests and never scored. Rendered desks carry the
renderer's truth; chairs and plants, which it lacks, come from the same teacher.
coco_mini is never used for training.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from datasets.attire import clip_labels, write
from datasets.making import main
from datasets.people import (
    Image,
    Labelled,
    Memory,
    as_jpeg,
    letterbox,
    overlap,
    read,
    read_yolo,
)
from datasets.sets import read_classes

ROW: Final = {
    "person": 0, "chair": 56, "cup": 41, "glass": 40, "bottle": 39, "bowl": 45, "cutlery": 44,
    "food": 55,
    "doll": 77, "bag": 26, "backpack": 24, "phone": 67, "book": 73, "umbrella": 25, "monitor": 62,
    "laptop": 63,
    "keyboard": 66, "mouse": 64, "plant": 58, "newspaper": 20, "photo_frame": 21, "make_up": 22,
    "calculator": 23,
    "money_counter": 4, "pens": 6, "document": 7, "nameplate": 9, "tissue": 10, "sanitiser": 11,
    "stamp": 12,
}  # fmt: skip
COCO_USED: Final = frozenset(
    {0, 24, 25, 26, 28, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 51, 53, 54, 55, 56, 58}
    | {62, 63, 64, 66, 67, 73, 77}
)
RENDERED: Final = {
    "person": "person", "cup": "cup", "glass": "glass", "bottle": "bottle", "phone": "phone",
    "handbag": "bag",
    "backpack": "backpack", "doll": "doll", "book": "book", "newspaper": "newspaper", "photo_frame":
    "photo_frame",
    "makeup": "make_up", "cutlery": "cutlery", "bowl": "bowl", "food": "food", "umbrella":
    "umbrella",
    "monitor": "monitor", "keyboard": "keyboard", "mouse": "mouse", "counting_machine":
    "money_counter",
    "calculator": "calculator", "pens": "pens", "pen_cup": "pens", "document": "document", "paper":
    "document",
    "nameplate": "nameplate", "number_plate": "nameplate", "tissue": "tissue", "sanitiser":
    "sanitiser",
    "stamp": "stamp", "chair": "chair", "plant": "plant",
}  # fmt: skip
FILLED_ON_RENDERS: Final = frozenset({56, 58})
SIDE: Final = 640
COUNTS: Final = {
    "office": 2, "cups": 3, "lipstick": 1, "badge": 1, "desk": 8, "whole": 6,
    "attire": 2,
}  # fmt: skip
UNIT: Final = "copies of each picture"


class Teacher:
    """YOLO26n (COCO) in OpenCV: rows x0, y0, x1, y1, score, class; no suppression needed.
    Source: weights/README.md.
    """

    def __init__(self, path: Path, memory: Memory) -> None:
        self.net = cv2.dnn.readNetFromONNX(str(path))
        self.memory = memory

    def __call__(self, image: Image, least: float) -> Labelled:
        """Used COCO classes found in a BGR picture at or above `least`."""
        said = self.memory.ask(image, lambda: self.look(image))
        return [(number, tuple(box)) for number, score, box in said if score >= least]

    def look(self, image: Image) -> list[tuple[int, float, list[float]]]:
        """Class, score and box straight from the network."""
        canvas, scale, left, top = letterbox(image, 640)
        self.net.setInput(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True))
        found = []
        for x0, y0, x1, y1, score, number in self.net.forward()[0]:
            if score >= 0.2 and int(number) in COCO_USED:
                box = (x0 - left, y0 - top, x1 - left, y1 - top)
                found.append((int(number), float(score), [float(v / scale) for v in box]))
        return found


def fill(labels: Labelled, taught: Labelled, only: frozenset[int] | None = None) -> Labelled:
    """Add what the teacher sees and the labels lack; a taught box that lies on any labelled box
    is left out.
    """
    kept = list(labels)
    for number, box in taught:
        if (only is None or number in only) and all(
            overlap(box, other) < 0.45 for _, other in kept
        ):
            kept.append((number, box))
    return kept


def rendered_labels(truth: dict[str, Any]) -> Labelled:
    """What a rendered picture shows enough of, from the renderer's truth."""
    labels: Labelled = []
    for o in truth["objects"]:
        word = RENDERED.get(o["cls"])
        if word is None or "box" not in o:
            continue
        x0, y0, x1, y1 = o["box"]
        seen, least = o["visibility"], (0.12 if word == "person" else 0.25)
        if seen < least or min(x1 - x0, y1 - y0) < 6 or (x1 - x0) * (y1 - y0) < 90:
            continue
        labels.append((ROW[word], (x0, y0, x1, y1)))
    return labels


def vary(
    rng: np.random.Generator, image: Image, labels: Labelled, zoom: float
) -> tuple[Image, Labelled]:
    """A random window of 1/zoom of the picture, brought to at most 640 px, with light, noise and
    JPEG of its own.
    """
    h, w = image.shape[:2]
    part = 1 / float(rng.uniform(1, zoom)) if zoom > 1 else 1.0
    ww, wh = int(w * part), int(h * part)
    x, y = int(rng.integers(0, w - ww + 1)), int(rng.integers(0, h - wh + 1))
    image = image[y : y + wh, x : x + ww]
    scale = min(SIDE / max(ww, wh), 2.0)
    moved: Labelled = [(n, (b[0] - x, b[1] - y, b[2] - x, b[3] - y)) for n, b in labels]
    moved = [
        (n, (b[0] * scale, b[1] * scale, b[2] * scale, b[3] * scale))
        for n, b in clip_labels(moved, ww, wh, 0.4)
    ]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
    pixels: Image = small.astype(np.float32)
    if rng.random() < 0.5:
        pixels = 255 * (pixels / 255) ** float(np.exp(rng.normal(0, 0.25)))
        pixels *= np.float32(rng.uniform(0.7, 1.12))
    if rng.random() < 0.3:
        pixels += np.float32(rng.uniform(1, 6)) * rng.standard_normal(pixels.shape, np.float32)
    out: Image = np.clip(pixels, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.4, 1.0)))
    return as_jpeg(out, int(rng.integers(45, 95))), moved


def real_set(
    root: Path, names: list[str], rows: dict[int, int], teacher: Teacher | None
) -> list[tuple[Image, Labelled]]:
    """Pictures of a set in our rows, gaps filled by the teacher."""
    result = []
    classes = len(read_classes(root / "data.yaml"))
    for name in names:
        picture = root / name
        image = read(picture)
        h, w = image.shape[:2]
        text = root / "labels" / f"{picture.stem}.txt"
        labels = (
            [(rows[n], b) for n, b in read_yolo(text, w, h, classes) if n in rows]
            if text.exists()
            else []
        )
        if teacher is not None:
            labels = fill(labels, teacher(image, 0.42))
        result.append((image, labels))
    return result


def lines_of(path: Path) -> list[str]:
    """Paths of a list file, without `./`."""
    return [line.removeprefix("./") for line in path.read_text().split()]


def make(
    shared: Path, renders: Path | None, out: Path, copies: dict[str, int], seed: int
) -> dict[str, object]:
    """Write all pictures and lists below `out`; returns what was made."""
    cv2.setNumThreads(1)
    data = shared / "data"
    memory = Memory(out.parent / "objects.json")
    teacher = Teacher(shared / "weights" / "yolo26n_coco80_640_fp32rec_agpl.onnx", memory)
    office, cups = data / "office_cctv_ccby", data / "cups_bottles_ccby"
    office_rows = {0: 56, 1: 66, 2: 63, 3: 62, 4: 0, 5: 67}
    cup_rows = _rows_by_name(cups / "data.yaml", {"cup": 41, "bottle": 39})
    cup_names = sorted(f"images/{p.name}" for p in (cups / "images").iterdir())
    lips = data / "lipstick_ccby"
    lip_rows = _rows_by_name(lips / "data.yaml", {"lipstick": ROW["make_up"]})
    lip_names = sorted(f"images/{p.name}" for p in (lips / "images").iterdir())[::2]
    badge = data / "badge_lbs_ccby"
    train: dict[str, list[tuple[Image, Labelled]]] = {
        "office": real_set(office, lines_of(office / "train.txt"), office_rows, teacher),
        "cups": real_set(cups, [n for i, n in enumerate(cup_names) if i % 3], cup_rows, teacher),
        "lipstick": real_set(lips, lip_names, lip_rows, teacher),
        "badge": real_set(badge, lines_of(badge / "train.txt"), {}, teacher),
    }
    held: dict[str, list[tuple[Image, Labelled]]] = {
        "val_office": real_set(office, lines_of(office / "val.txt"), office_rows, None),
        "val_cups": real_set(cups, cup_names[::3], cup_rows, None),
        "val_rendered": [],
    }
    train |= {"desk": [], "whole": [], "attire": []}
    folders = {}
    if renders is not None:
        folders = {kind: renders / kind for kind in ("desk", "whole", "attire")}
    for kind, folder in folders.items():
        for picture in sorted(folder.glob("*.jpg")):
            side = picture.with_suffix(".json")
            if not side.exists():
                continue
            labels = rendered_labels(json.loads(side.read_text()))
            image = read(picture)
            if int(picture.stem.split("_")[0]) % 10 == 0:
                if kind != "attire":
                    held["val_rendered"].append((image, labels))
                continue
            train[kind].append((image, fill(labels, teacher(image, 0.4), FILLED_ON_RENDERS)))
    memory.save()
    lists: dict[str, list[str]] = {"train": []}
    seen: Counter[int] = Counter()
    for name, pictures in train.items():
        for copy in range(copies.get(name, 1)):
            for i, (image, labels) in enumerate(pictures):
                rng = np.random.default_rng([seed, list(train).index(name), copy, i])
                zoom = (
                    {"office": 2.2, "desk": 1.5, "whole": 2.5}.get(name, 1.2)
                    if copy
                    else 1.0
                )
                varied, boxes = vary(rng, image, labels, zoom)
                seen.update(n for n, _ in boxes)
                lists["train"].append(write(out, f"{name}_{copy}_{i:05d}", varied, boxes))
    for part, pictures in held.items():
        lists[part] = [
            write(out, f"{part}_{i:05d}", im, boxes) for i, (im, boxes) in enumerate(pictures)
        ]
    lists["val"] = [line for part in held for line in lists[part]]
    for part, lines in lists.items():
        (out / f"{part}.txt").write_text("\n".join(lines) + "\n")
    word = {row: name for name, row in ROW.items()}
    names = "".join(f"  {i}: {word.get(i, f'coco{i}')}\n" for i in range(80))
    (out / "data.yaml").write_text(f"train: train.txt\nval: val.txt\nnc: 80\nnames:\n{names}")
    made = {
        "seed": seed,
        "copies": copies,
        "pictures": {n: len(p) for n, p in train.items()} | {n: len(p) for n, p in held.items()},
        "boxes": {word.get(n, f"coco{n}"): k for n, k in sorted(seen.items())},
    }
    (out / "made.json").write_text(json.dumps(made, indent=1))
    return made


def _rows_by_name(path: Path, wanted: dict[str, int]) -> dict[int, int]:
    """Class numbers of a data.yaml with lines `  0: name` to our rows."""
    rows = {}
    for line in path.read_text().splitlines():
        number, _, name = line.strip().partition(":")
        if number.isdigit() and name.strip() in wanted:
            rows[int(number)] = wanted[name.strip()]
    return rows


if __name__ == "__main__":
    sys.exit(main(__doc__, make, COUNTS, UNIT))
