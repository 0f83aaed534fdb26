"""Training pictures for the `attire` network: crops of one person with what the chest shows.

    siaga data make attire --shared ../shared --renders /path/to/renders --out /path/to/data

Four sorts of picture, none of a counter that really exists:

- real: persons of badge_lbs_ccby as they are (train persons; val persons go to `val_real`),
- drawn: the same persons, people of office_cctv_ccby and of the clips, with drawn cards, straps,
  tags, ties, pockets, prints on their chests, or with their card replaced or taken away,
- rendered: people of rendered counters, with the truth of the renderer,
- plain: the same people with nothing added.

Every picture is written as a camera would give it: shrunk to the size a person has in a frame,
blurred, noisy, JPEG-coded, then brought to 320 px as the product does.
Layout: ultralytics (`images/`, `labels/`, lists in `*.txt`).
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from datasets.dressing import CANVAS, Light, add_card, chest_of, dress, recolour, strip_card
from datasets.making import main
from datasets.people import (
    BACK,
    CARD,
    HEAD,
    LABELS,
    LANYARD,
    TORSO,
    Box,
    Image,
    Labelled,
    Memory,
    Person,
    PoseTeacher,
    as_jpeg,
    badge_people,
    clip_people,
    office_people,
    read,
    rendered_people,
)

SIDE: Final = 320
COUNTS: Final = {"badge": 3000, "office": 1800, "away": 500, "clips": 400, "rendered": 2500}
UNIT: Final = "pictures"
TURNED_CARDS: Final = "turned_cards"  # key of the manifest: pictures whose card shows its back


# picture


def crop_box(rng: np.random.Generator, box: Box, w: int, h: int) -> tuple[int, int, int, int]:
    """Cut as the product does: the person box with some room, tall people often above the hip
    only.
    """
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
    """Bring a canvas to the size a person has in a frame, spoil it as a camera does, then to 320
    px.
    """
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
    pixels: Image = small.astype(np.float32)
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
    small = as_jpeg(small, int(rng.integers(38, 96)))
    scale = SIDE / max(small.shape[:2])
    size = (max(1, round(small.shape[1] * scale)), max(1, round(small.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 and rng.random() < 0.5 else cv2.INTER_LINEAR
    return cv2.resize(small, size, interpolation=how)


def clip_labels(labels: Labelled, w: int, h: int, least: float = 0.5) -> Labelled:
    """Cut boxes at the picture's edge; drop those of which less than `least` is inside, and
    specks.
    """
    kept: Labelled = []
    for label, (x0, y0, x1, y1) in labels:
        a, b, c, d = max(0.0, x0), max(0.0, y0), min(float(w), x1), min(float(h), y1)
        area = max(1e-6, (x1 - x0) * (y1 - y0))
        if c - a > 2 and d - b > 2 and (c - a) * (d - b) / area >= least:
            kept.append((label, (a, b, c, d)))
    return kept


def shift(labels: Labelled, dx: float, dy: float, scale: float) -> Labelled:
    """Move by (-dx, -dy), then scale."""
    return [
        (n, ((b[0] - dx) * scale, (b[1] - dy) * scale, (b[2] - dx) * scale, (b[3] - dy) * scale))
        for n, b in labels
    ]


def compose(
    rng: np.random.Generator, person: Person, image: Image, plain: bool = False
) -> tuple[Image, Labelled]:
    """One training picture of a real person, as it is (`plain`) or with drawn things on the
    chest.
    """
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
            things = dress(rng, canvas, chest, light)
        elif worn:
            what = rng.random()
            if what < 0.6:
                kept = [(n, b) for n, b in things if n == LANYARD]
                strip_card(canvas, [(n, b) for n, b in things if n != LANYARD], False)
                things = kept + add_card(canvas, rng, chest, light, worn[0])
            elif what < 0.8:
                x, y = chest.at(0.3, 0.3).astype(int)
                spot = canvas[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5]
                things = strip_card(canvas, things, bool(spot.size) and float(spot.mean()) > 90)
                if rng.random() < 0.5:
                    things += dress(rng, canvas, chest, light) if not things else []
    things = clip_labels(things, cw, ch, 0.4)
    highs = [b[3] - b[1] for n, b in things if n in (CARD, BACK)]
    least = max(90, int(10 * CANVAS / min(highs))) if highs else 90  # a card keeps 10 px of height
    out = as_camera(canvas, rng, least, min(CANVAS, max(130, 3 * native)))
    labels = clip_labels(labels, cw, ch) + things
    return out, shift(labels, 0, 0, out.shape[0] / ch)


def write(out: Path, name: str, image: Image, labels: Labelled) -> str:
    """Write one picture and its YOLO text, boxes cut to it; returns its line for the list."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "labels").mkdir(parents=True, exist_ok=True)
    h, w = image.shape[:2]
    cv2.imwrite(str(out / "images" / f"{name}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 96])
    inside = [
        (n, (max(0.0, a), max(0.0, b), min(float(w), c), min(float(h), d)))
        for n, (a, b, c, d) in labels
    ]
    rows = [
        f"{n} {(a + c) / 2 / w:.5f} {(b + d) / 2 / h:.5f} {(c - a) / w:.5f} {(d - b) / h:.5f}"
        for n, (a, b, c, d) in inside
        if c > a and d > b
    ]
    (out / "labels" / f"{name}.txt").write_text("\n".join(rows) + ("\n" if rows else ""))
    return f"./images/{name}.jpg"


def straight(person: Person, image: Image) -> tuple[Image, Labelled]:
    """The crop as the product takes it, nothing spoilt: for validation."""
    h, w = image.shape[:2]
    x0, y0, x1, y1 = person.box
    room = 0.06 * (x1 - x0)
    if y1 - y0 > 1.5 * (x1 - x0):
        y1 = y0 + 0.7 * (y1 - y0)
    a, b, c, d = (
        int(max(0, x0 - room)),
        int(max(0, y0 - room)),
        int(min(w, x1 + room)),
        int(min(h, y1 + room)),
    )
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


def make(
    shared: Path, renders: Path | None, out: Path, counts: dict[str, int], seed: int
) -> dict[str, int]:
    """Write all pictures and lists below `out`; returns how many of each sort."""
    cv2.setNumThreads(1)
    weights, data = shared / "weights", shared / "data"
    memory = Memory(out.parent / "pose.json")
    pose = PoseTeacher(weights / "yolo11n_pose_640_fp32rec_agpl.onnx", memory)
    faces = cv2.FaceDetectorYN.create(str(weights / "yunet_n_640_640.onnx"), "", (640, 640), 0.6)
    manifest = tomllib.loads(
        (Path(__file__).parent / "manifests" / "badge_lbs_ccby.toml").read_text()
    )
    people = badge_people(data / "badge_lbs_ccby", set(manifest[TURNED_CARDS]), pose, faces)
    people += office_people(data / "office_cctv_ccby", pose, faces)
    people += clip_people(data / "videos", out / "frames", pose, faces)
    pictures = (
        [p for p in sorted(renders.glob("attire/*.jpg")) if p.with_suffix(".json").exists()]
        if renders is not None
        else []
    )
    for person in rendered_people(pictures, pose):
        person.part = split_of(person.picture)
        people.append(person)
    memory.save()
    groups = {
        "badge": [
            p for p in people if p.source == "badge_lbs_ccby" and p.part == "train" and p.decided
        ],
        "office": [p for p in people if p.source == "office_cctv_ccby" and p.torso is not None],
        "away": [
            p for p in people if p.source in ("office_cctv_ccby", "videos") and p.torso is None
        ],
        "clips": [p for p in people if p.source == "videos" and p.torso is not None],
        "rendered": [p for p in people if p.source == "rendered" and p.part == "train"],
    }
    lists: dict[str, list[str]] = {
        "train": [],
        "val": [],
        "val_real": [],
        "val_drawn": [],
        "val_rendered": [],
    }
    pictures_read: dict[Path, Image] = {}

    def kept(path: Path) -> Image:
        if path not in pictures_read:
            pictures_read[path] = read(path)
        return pictures_read[path]

    for name, group in groups.items():
        for i in range(counts[name] if group else 0):
            rng = np.random.default_rng([seed, sorted(groups).index(name), i])
            person = group[i % len(group)]
            plain = person.torso is None or rng.random() < {"badge": 0.3, "rendered": 0.6}.get(
                name, 0.12
            )
            if not person.keypoints[5:7, 2].min() > 0.5 or person.shoulders < 12:
                plain = True
            image, labels = compose(rng, person, kept(person.picture), plain)
            lists["train"].append(write(out, f"{name}_{i:05d}", image, labels))
    held = [p for p in people if p.source == "badge_lbs_ccby" and p.part == "val" and p.decided]
    for i, person in enumerate(held):
        image, labels = straight(person, kept(person.picture))
        lists["val_real"].append(write(out, f"valreal_{i:05d}", image, labels))
        for k in range(8 if person.torso is not None else 0):
            rng = np.random.default_rng([seed, 90 + k, i])
            image, labels = compose(rng, person, kept(person.picture))
            lists["val_drawn"].append(write(out, f"valdrawn_{i:05d}_{k}", image, labels))
    for i, person in enumerate(p for p in people if p.source == "rendered" and p.part == "val"):
        image, labels = straight(person, kept(person.picture))
        lists["val_rendered"].append(write(out, f"valrendered_{i:05d}", image, labels))
    lists["val"] = lists["val_real"] + lists["val_drawn"] + lists["val_rendered"]
    for name, lines in lists.items():
        (out / f"{name}.txt").write_text("\n".join(lines) + "\n")
    names = "".join(f"  {i}: {label}\n" for i, label in enumerate(LABELS))
    (out / "data.yaml").write_text(
        f"train: train.txt\nval: val.txt\nnc: {len(LABELS)}\nnames:\n{names}"
    )
    made = {name: sum(f"/{name}_" in line for line in lists["train"]) for name in groups}
    made |= {name: len(lines) for name, lines in lists.items() if name != "train"}
    made |= {f"people_{name}": len(group) for name, group in groups.items()}
    (out / "made.json").write_text(json.dumps({"seed": seed, "counts": made}, indent=1))
    return made


if __name__ == "__main__":
    sys.exit(main(__doc__, make, COUNTS, UNIT))
