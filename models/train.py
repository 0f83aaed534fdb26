"""Rebuild the networks: train, export, measure, choose thresholds, write the card.

    siaga train attire --data DIR --shared ../shared --out RUN
    siaga train scene  --data DIR --shared ../shared --out RUN --sizes 384x640,640x640 --int8
    siaga train desk   --data DIR --shared ../shared --out RUN

(`python -m models.train` is the same.) The first size is the network that ships; every other one,
and an int8 copy of each, is written beside it with a card of its own, for `siaga evaluate compare`.
`DIR` is written by `python -m datasets.attire` or `python -m datasets.desk`. The run is resumable:
started again with the same `--out` it goes on after the last finished epoch, and a finished
training is only exported and measured again. Only this module and models/branches.py import torch
and ultralytics; they need the extra `train`. Boxes are (x0, y0, x1, y1) in pixels throughout.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_OFFLINE", "true")

import cv2
import numpy as np
from numpy.typing import NDArray

from models.card import Colour, Input, Placing
from models.letterbox import InputBuffer, Letterbox
from vision.errors import DataError, ModelMismatch, SiagaError
from vision.eyes import unlike_official
from vision.labels import LOOK_ALIKES, PERSONAL_ITEMS, label_of
from vision.values import Box, Xyxy

Floats = NDArray[np.float32]
Row = dict[str, Any]

START: Final = "yolo11n_coco80_trainable_agpl.pt"
START_ORIGIN: Final = (
    "achmadnr21/mwc-rpi5:yolo11n_int8.onnx @ aa67e80a, recovered (Ultralytics YOLO11n, COCO)"
)
AGPL: Final = "AGPL-3.0-or-later"

# The scene network keeps the 80 rows of COCO; rows that an office never shows are given to new
# things.
SCENE_ROWS: Final[dict[int, str]] = {
    0: "person", 56: "chair", 41: "cup", 40: "glass", 39: "bottle", 45: "bowl",
    42: "cutlery", 43: "cutlery", 44: "cutlery",
    46: "food", 47: "food", 48: "food", 49: "food", 51: "food", 53: "food", 54: "food", 55: "food",
    77: "doll", 24: "bag", 26: "bag", 28: "bag", 67: "phone", 73: "book", 25: "umbrella",
    62: "monitor", 63: "laptop", 66: "keyboard", 64: "mouse", 58: "plant",
    20: "newspaper", 21: "photo_frame", 22: "make_up", 23: "calculator", 4: "money_counter", 6:
    "pens",
    7: "document", 9: "nameplate", 10: "tissue", 11: "sanitiser", 12: "stamp",
}  # fmt: skip
PERSON: Final = 0
SCENE_NEW: Final = (20, 21, 22, 23, 4, 6, 7, 9, 10, 11, 12)
LOOK_ALIKE_ROWS: Final = tuple(n for n, w in SCENE_ROWS.items() if label_of(w) in LOOK_ALIKES)
ITEM_ROWS: Final = tuple(
    n for n, w in SCENE_ROWS.items() if label_of(w) in PERSONAL_ITEMS and n not in SCENE_NEW
)
"""Personal items that COCO knows."""
PAD: Final = 114
"""Grey of the padding, as ultralytics has it."""
BODY: Final = 10
"""So many layers of the scene network stay as COCO left them; its branches share them."""
ATTIRE_ROWS: Final[dict[int, str]] = {
    0: "head", 1: "torso", 2: "id_card", 3: "id_card_back", 4: "lanyard", 5: "name_tag",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that steers one training. `size` is (height, width) of the exported input, px;
    so many of a label's answers are right from the card's `hi` on: `sure`. It is trained on squares
    of `train_size` px; None: at `size`, and in bfloat16.
    """

    name: str
    rows: dict[int, str]
    classes: int
    size: tuple[int, int]
    train_size: int | None
    branches: int
    sure: float
    sets: tuple[str, ...]
    scored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def keeps_coco(self) -> bool:
        """Whether its rows are COCO's, some of them renamed."""
        return self.classes == 80


ATTIRE: Final = Recipe(
    name="attire",
    rows=ATTIRE_ROWS,
    classes=6,
    size=(320, 320),
    train_size=320,
    branches=1,
    sure=0.98,
    sets=("badge_lbs_ccby", "office_cctv_ccby", "videos", "rendered"),
    scored={
        "val_real": ("id_card", "lanyard"),
        "val_drawn": ("id_card", "id_card_back", "lanyard", "name_tag"),
        "val_rendered": ("head", "torso", "id_card", "id_card_back", "lanyard", "name_tag"),
    },
    settings={
        "epochs": 6, "batch": 16, "optimizer": "AdamW", "lr0": 0.0012, "lrf": 0.03, "cos_lr": True,
        "warmup_epochs": 0.3, "warmup_bias_lr": 0.0, "weight_decay": 0.0005, "freeze": 2,
        "mosaic": 0.0, "fliplr": 0.5,
        "hsv_h": 0.02, "hsv_s": 0.5, "hsv_v": 0.3, "degrees": 4.0, "translate": 0.08, "scale": 0.25,
        "erasing": 0.0, "box": 7.5, "cls": 0.7,
    },
)  # fmt: skip

SCENE: Final = Recipe(
    name="scene",
    rows=SCENE_ROWS,
    classes=80,
    size=(384, 640),
    train_size=512,
    branches=1,
    sure=0.9,  # an item must lie there for minutes and twice before anything is decided
    sets=("office_cctv_ccby", "cups_bottles_ccby", "lipstick_ccby", "badge_lbs_ccby", "rendered"),
    scored={
        "val_office": ("person", "chair", "monitor", "laptop", "keyboard", "phone"),
        "val_cups": ("cup", "bottle"),
        "val_rendered": tuple(sorted(set(SCENE_ROWS.values()) - {"chair", "plant"})),
    },
    settings={
        "cls_remap": False,  # rows go by number: by name, the renamed ones would start from nothing
        "epochs": 2, "batch": 12, "optimizer": "AdamW", "lr0": 0.0004, "lrf": 0.05, "cos_lr": True,
        "warmup_epochs": 0.2, "warmup_bias_lr": 0.0, "weight_decay": 0.0005, "freeze": BODY,
        "mosaic": 0.0, "fliplr": 0.5,
        "hsv_h": 0.015, "hsv_s": 0.4, "hsv_v": 0.3, "degrees": 2.0, "translate": 0.08, "scale": 0.3,
        "erasing": 0.0, "box": 7.5, "cls": 0.6,
    },
)  # fmt: skip

DESK: Final = replace(
    SCENE,
    name="desk",
    branches=2,
    train_size=None,
    settings=SCENE.settings | {"epochs": 16, "lr0": 0.0005, "nbs": 24, "translate": 0.1},
)
"""What lies on a desk: trained on the same pictures, beside what COCO taught (models.branches).
Small things need their pixels: it is trained at the size it ships with, in bfloat16 (half the
time), with an optimiser step every second batch.
"""

RECIPES: Final = {"attire": ATTIRE, "scene": SCENE, "desk": DESK}


# ----------------------------------------------------------------------------------------------
# training, export


# What the pictures of a set label completely, by the first word of the file name (datasets.desk).
# Every other row is not "absent" there: the loss takes what the start network says as its target.
LABELLED: Final[dict[str, frozenset[str]]] = {
    "office": frozenset({"person"}),
    "badge": frozenset({"person"}),
    "cups": frozenset({"cup", "bottle"}),
    "lipstick": frozenset({"make_up"}),
}
RENDERED_ABSENT: Final = frozenset({"laptop"})  # the scene maker builds none
UNLIKE_COCO: Final = frozenset(
    {
        "newspaper",
        "photo_frame",
        "make_up",
        "calculator",
        "money_counter",
        "pens",
        "document",
        "nameplate",
    }
)


def taught_rows(picture: str) -> NDArray[np.bool_]:
    """Rows `(80,)` of the scene network that follow the start network on this picture."""
    labelled = LABELLED.get(picture.split("_")[0])
    if labelled is None:  # rendered: the truth names all but a few
        labelled = frozenset(SCENE_ROWS.values()) - RENDERED_ABSENT
    rows = np.ones(80, bool)
    for number, word in SCENE_ROWS.items():
        rows[number] = word not in labelled | UNLIKE_COCO
    return rows


def keep_what_coco_taught(start: Path) -> Callable[[Any], None]:
    """Make ultralytics' loss take the start network's scores as targets of rows a picture does not
    label (learning without forgetting). The frozen body is the start network's own: what it made of
    a picture serves both, once the callback that is returned was called before training. The loss
    is float32.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits
    from ultralytics import YOLO
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils.loss import v8DetectionLoss

    from models.branches import through

    teacher = YOLO(str(start)).model.float().eval().to(memory_format=torch.channels_last)
    for weight in teacher.parameters():
        weight.requires_grad = False

    body: dict[int, Any] = {}

    def keep(number: int, _layer: Any, _taken: Any, made: Any) -> None:
        body[number] = made

    def watch(trainer: Any) -> None:
        # Only the network in training: the averaged copy is pickled, and hooks cannot be.
        for number, layer in enumerate(trainer.model.model[:BODY]):
            layer.register_forward_hook(partial(keep, number))

    class KeepLoss(v8DetectionLoss):
        """The usual loss with softer negatives."""

        def __call__(self, preds: Any, batch: dict[str, Any]) -> Any:
            with torch.no_grad():
                if not body:  # the averaged copy is asked: nothing watches its body
                    through(teacher.model[:BODY], batch["img"], body)
                answer = through(teacher.model[BODY:], body[BODY - 1], dict(body))
                taught = self.parse_output(answer)["scores"].float().sigmoid().permute(0, 2, 1)
            body.clear()
            names = [Path(f).stem for f in batch["im_file"]]
            mask = torch.from_numpy(np.stack([taught_rows(n) for n in names]))[:, None, :]
            soft = taught * mask

            def bce(scores: Any, target: Any) -> Any:
                wanted = torch.maximum(target, soft)
                return binary_cross_entropy_with_logits(scores, wanted, reduction="none")

            self.bce = bce
            with torch.autocast("cpu", enabled=False):
                return super().__call__(in_float32(self.parse_output(preds)), batch)

    DetectionModel.init_criterion = lambda self: KeepLoss(self)
    return watch


def in_float32(preds: dict[str, Any]) -> dict[str, Any]:
    """Answers of a network in training, each tensor of them as float32."""
    return {
        name: [t.float() for t in value] if isinstance(value, list | tuple) else value.float()
        for name, value in preds.items()
    }


def at_shipped_size(size: tuple[int, int], trainer: Any) -> None:
    """Callback before training: pictures are cut to the `(height, width)`, px, that ships;
    ultralytics would make squares of them, and leave two fifths of each empty.
    """
    from ultralytics.data.augment import RandomPerspective

    found = 0
    waiting = [trainer.train_loader.dataset.transforms]
    while waiting:
        step = waiting.pop()
        if isinstance(step, RandomPerspective):
            step.size = size[::-1]
            found += 1
        waiting += getattr(step, "transforms", None) or []
    if not found:
        raise ModelMismatch("ultralytics: expected a RandomPerspective among its transforms")


def hold_statistics(trainer: Any) -> None:
    """Callback before each batch: batch normalisation stays as in the start network."""
    import torch

    for module in trainer.model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def in_bfloat16(trainer: Any) -> None:
    """Callback before training: half the time on a processor. Weights and loss stay float32;
    ultralytics' own `amp` wants a graphics card.
    """
    import torch

    trainer.model.to(memory_format=torch.channels_last)
    trainer.amp = True


def train(
    recipe: Recipe,
    data: Path,
    start: Path,
    coco: Path,
    out: Path,
    epochs: int | None,
    seed: int,
) -> Path:
    """Train, or go on where an earlier call stopped; returns the checkpoint (averaged weights).
    `coco` is the network that teaches what COCO taught, also when training starts from a later one.
    """
    from ultralytics import YOLO

    run = out / "fit"
    last, done = run / "weights" / "last.pt", out / "trained.json"
    if done.exists():
        return last
    net = YOLO(str(last if last.exists() else start))
    if recipe.keeps_coco:
        net.add_callback("on_train_start", keep_what_coco_taught(coco))
        net.add_callback("on_train_batch_start", hold_statistics)
        if recipe.train_size is None:
            net.add_callback("on_train_start", partial(at_shipped_size, recipe.size))
            net.add_callback("on_train_start", in_bfloat16)
    settings = dict(recipe.settings)
    if epochs is not None:
        settings["epochs"] = epochs
    if last.exists():
        net.train(resume=True)
    else:
        net.train(
            data=str((data / "data.yaml").resolve()),
            project=str(out.resolve()),
            name="fit",
            exist_ok=True,
            imgsz=recipe.train_size or max(recipe.size),
            device="cpu",
            workers=0,
            seed=seed,
            deterministic=True,
            plots=False,
            val=False,
            close_mosaic=0,
            amp=False,
            verbose=False,
            **settings,
        )
    done.write_text(json.dumps({"settings": settings, "seed": seed}))
    return last


TOLD: Final = ("names", "stride", "task", "imgsz")
"""What an exported file says of itself; ultralytics would add in which folder it was trained."""


def export(recipe: Recipe, checkpoint: Path, out: Path, stem: str | None = None) -> Path:
    """Float32 ONNX, opset 17, simplified, batch 1, up to the recipe's size; returns its path."""
    import onnx
    from ultralytics import YOLO

    made = YOLO(str(checkpoint)).export(
        format="onnx",
        opset=17,
        simplify=True,
        dynamic=True,
        batch=1,
        imgsz=list(recipe.size),
        device="cpu",
    )
    network = onnx.load(made)
    for end in (*network.graph.input, *network.graph.output):
        end.type.tensor_type.shape.dim[0].dim_value = 1
    said = {entry.key: entry.value for entry in network.metadata_props}
    del network.metadata_props[:]
    onnx.helper.set_model_props(network, {key: said[key] for key in TOLD})
    target = out / f"{stem or recipe.name}.onnx"
    onnx.save(network, str(target))
    Path(made).unlink()
    return target


def parity(net: Any, onnx: Path, pictures: list[Path]) -> float:
    """Largest absolute difference of class scores between a torch network and its ONNX file."""
    import torch

    detector = Detector(onnx)
    worst = 0.0
    for picture in pictures:
        batch = detector.prepare(cv2.imread(str(picture)))[0]
        with torch.no_grad():
            answer = net(torch.from_numpy(batch))  # ultralytics' own hold more than the boxes
        expected = (answer[0] if isinstance(answer, list | tuple) else answer).numpy()
        got = detector.session.run(None, {"images": batch})[0]
        worst = max(worst, float(np.abs(expected[:, 4:] - got[:, 4:]).max()))
    return worst


# ----------------------------------------------------------------------------------------------
# measuring


class Detector:
    """A YOLO11 ONNX file run as the product runs it: one thread, letterbox with the least padding
    that the file takes, suppression per label.
    """

    def __init__(self, path: Path, rows: dict[int, str] | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        sides = self.session.get_inputs()[0].shape[2:]
        dynamic = not all(isinstance(side, int) for side in sides)
        if dynamic:
            sides = json.loads(self.session.get_modelmeta().custom_metadata_map["imgsz"])
        self.height, self.width = sides
        self.buffer = InputBuffer(
            Input(
                "images",
                (self.width, self.height),
                Colour.RGB,
                1 / 255,
                Placing.CENTRE,
                PAD,
                dynamic,
            )
        )
        self.rows = rows or {}

    def prepare(self, image: NDArray[np.uint8]) -> tuple[Floats, Letterbox]:
        """The batch `(1, 3, H, W)`, RGB 0 to 1, until the next one; where the picture lies."""
        placed = self.buffer.fill(image)
        return self.buffer.array, placed

    def __call__(
        self, image: NDArray[np.uint8], least: float = 0.02
    ) -> list[tuple[str, float, Floats]]:
        """Label, score, box in picture pixels; surest first."""
        batch, placed = self.prepare(image)
        rows = self.session.run(None, {"images": batch})[0][0]
        numbers = np.array(sorted(self.rows))
        scores = rows[4:][numbers]
        best = scores.argmax(0)
        score = scores.max(0)
        keep = score > least
        boxes, best, score = rows[:4, keep].T, best[keep], score[keep]
        words = np.array([self.rows[n] for n in numbers])[best]
        found: list[tuple[str, float, Floats]] = []
        corner = np.hstack([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]])
        for word in np.unique(words):
            mine = np.flatnonzero(words == word)
            kept = cv2.dnn.NMSBoxes(corner[mine].tolist(), score[mine].tolist(), least, 0.5)
            for i in mine[np.array(kept, int).reshape(-1)]:
                x, y, w, h = corner[i]
                box = np.array([[x, y, x + w, y + h]], np.float32)
                found.append((str(word), float(score[i]), placed.picture_from_input(box)[0]))
        return sorted(found, key=lambda f: -f[1])


Answer = tuple[str, float, Floats]


def as_the_product_takes_them(found: list[Answer]) -> list[Answer]:
    """The same answers, personal items less sure where something of the office is seen as well."""
    boxes = [Box(label_of(word), _xyxy(box), score) for word, score, box in found]
    return [
        (box.label.word, box.confidence, np.array(box.xyxy, np.float32))
        for box in unlike_official(boxes)
    ]


def _xyxy(box: Floats) -> Xyxy:
    x0, y0, x1, y1 = (float(side) for side in box)
    return x0, y0, x1, y1


def overlaps(box: Floats, others: Floats) -> Floats:
    """Intersection over union of one box with `(N, 4)` others."""
    if not len(others):
        return np.zeros(0, np.float32)
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - both
    return np.asarray(both / np.maximum(area, 1e-9), np.float32)


@dataclass(slots=True)
class Tally:
    """All answers for one label over a set: score and right or wrong, and how many there were to
    find.
    """

    answers: list[tuple[float, bool]] = field(default_factory=list)
    present: int = 0
    pictures: int = 0

    def add(self, truth: Floats, found: list[tuple[float, Floats]], iou: float = 0.5) -> None:
        """Match the answers of one picture to its true boxes, surest first, each true box once."""
        self.present += len(truth)
        self.pictures += 1
        free = np.ones(len(truth), bool)
        for score, box in sorted(found, key=lambda f: -f[0]):
            match = overlaps(box, truth) * free if len(truth) else np.zeros(0)
            right = bool(len(match)) and float(match.max()) >= iou
            if right:
                free[int(match.argmax())] = False
            self.answers.append((score, right))

    def average_precision(self) -> float:
        """Area under the precision envelope over recall (all points)."""
        if not self.present:
            return float("nan")
        right = np.array([r for _, r in sorted(self.answers, key=lambda a: -a[0])], float)
        if not len(right):
            return 0.0
        hits = np.cumsum(right)
        precision = hits / np.arange(1, len(right) + 1)
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        return float((envelope * right).sum() / self.present)

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall of answers at or above `threshold`."""
        kept = [r for s, r in self.answers if s >= threshold]
        return (sum(kept) / len(kept) if kept else 1.0), sum(kept) / max(1, self.present)

    def threshold(self, precision: float) -> float:
        """Lowest threshold whose precision is at least `precision`."""
        for value in np.arange(0.1, 0.96, 0.01):
            if self.at(float(value))[0] >= precision:
                return float(value)
        return 0.95


def read_truth(picture: Path, rows: dict[int, str], w: int, h: int) -> dict[str, Floats]:
    """True boxes per label from the YOLO text beside a picture."""
    boxes: dict[str, list[list[float]]] = {}
    text = picture.parent.parent / "labels" / f"{picture.stem}.txt"
    for line in text.read_text().splitlines():
        number, x, y, bw, bh = (float(v) for v in line.split()[:5])
        word = rows.get(int(number))
        if word is not None:
            box = [(x - bw / 2) * w, (y - bh / 2) * h, (x + bw / 2) * w, (y + bh / 2) * h]
            boxes.setdefault(word, []).append(box)
    return {word: np.array(b, np.float32) for word, b in boxes.items()}


def pictures_of(data: Path, part: str) -> list[Path]:
    """Pictures of the list `part`.txt of a made set."""
    return [data / line for line in (data / f"{part}.txt").read_text().split()]


SOMEBODY: Final = "person, loosely"
LOOSELY: Final = 0.3
"""Whether somebody is there does not hang on a tight box: thresholds of `person` are chosen at this
overlap (boxes of the office set are loose)."""


def tally(
    onnx: Path,
    rows: dict[int, str],
    pictures: list[Path],
    merge: dict[str, str] | None = None,
    truth_rows: dict[int, str] | None = None,
) -> dict[str, Tally]:
    """Run a network over pictures whose YOLO text lies beside. `merge` scores labels as one (card
    fronts and backs); `truth_rows` reads the text where it numbers classes otherwise.
    """
    detector, merge = Detector(onnx, rows), merge or {}
    result: dict[str, Tally] = {merge.get(w, w): Tally() for w in rows.values()}
    loosely = Tally()
    for picture in pictures:
        image = cv2.imread(str(picture))
        h, w = image.shape[:2]
        truth: dict[str, Floats] = {}
        for word, boxes in read_truth(picture, truth_rows or rows, w, h).items():
            name = merge.get(word, word)
            truth[name] = np.vstack([truth[name], boxes]) if name in truth else boxes
        found: dict[str, list[tuple[float, Floats]]] = {}
        for word, score, box in as_the_product_takes_them(detector(image)):
            name = merge.get(word, word)
            mine = found.setdefault(name, [])
            if not merge or not mine or overlaps(box, np.array([b for _, b in mine])).max() < 0.6:
                mine.append((score, box))
        for name, entry in result.items():
            entry.add(truth.get(name, np.zeros((0, 4), np.float32)), found.get(name, []))
        people = truth.get("person", np.zeros((0, 4), np.float32))
        loosely.add(people, found.get("person", []), LOOSELY)
    return result | ({SOMEBODY: loosely} if loosely.present else {})


# ---------------------------------------------------------------------------------------------- the
# card


def sha256(path: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def toml_value(value: Any) -> str:
    """One value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {toml_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    if isinstance(value, float):
        return repr(round(value, 6))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def table(name: str, values: dict[str, Any]) -> str:
    """One TOML table."""
    return f"\n[{name}]\n" + "".join(f"{k} = {toml_value(v)}\n" for k, v in values.items())


def write_card(path: Path, recipe: Recipe, onnx: Path, facts: dict[str, Any]) -> None:
    """Write the model card: what the file is, how to read it, where it comes from, what it
    scores, where it fails.
    """
    head = {
        "name": recipe.name,
        "version": facts["version"],
        "file": onnx.name,
        "sha256": sha256(onnx),
        "licence": AGPL,
    }
    text = "".join(f"{k} = {toml_value(v)}\n" for k, v in head.items())
    text += table("input", {
        "name": "images", "shape": [1, 3, *recipe.size], "colour": "RGB", "scale": 1 / 255,
        "letterbox": "centre",
        "pad": PAD,
        "dynamic": True,
    })  # fmt: skip
    text = text.replace("scale = 0.003922", "scale = 0.00392156862745098")
    text += table(
        "output",
        {"name": "output0", "decoding": "yolo11", "classes": recipe.classes, "nms_iou": 0.5}
        | ({"branches": recipe.branches} if recipe.branches > 1 else {}),
    )
    text += "\n[labels]\n" + "".join(f'{n} = "{w}"\n' for n, w in sorted(recipe.rows.items()))
    text += table("thresholds", facts["thresholds"])
    text += table("shipped", {"precision": facts["precision"], "why": facts["why"]})
    text += table("lineage", facts["lineage"])
    for entry in facts["training_sets"]:
        text += "\n[[training_sets]]\n" + "".join(
            f"{k} = {toml_value(v)}\n" for k, v in entry.items()
        )
    for entry in facts["scores"]:
        text += "\n[[scores]]\n" + "".join(f"{k} = {toml_value(v)}\n" for k, v in entry.items())
    for entry in facts["failures"]:
        text += f"\n[[failures]]\nwhat = {toml_value(entry)}\n"
    tomllib.loads(text)
    path.write_text(text)


def training_sets(recipe: Recipe, manifests: Path) -> list[Row]:
    """Name, licence and attribution of every set that went in, from the committed manifests."""
    entries = []
    for name in recipe.sets:
        manifest = tomllib.loads((manifests / f"{name}.toml").read_text())
        entries.append(
            {k: manifest[k] for k in ("name", "source", "licence", "attribution") if k in manifest}
        )
    return entries


ENOUGH: Final = 15
"""Labels of fewer true boxes share one pair of thresholds."""

SURE_OF_SOMEBODY: Final = 0.9
"""So many of the answers `person` are right. A person too many is no accusation."""


def choose_thresholds(tallies: dict[str, Tally], sure: float) -> dict[str, dict[str, float]]:
    """Per label: `hi` where enough of the answers are right, `lo` where 97 % of what can be found
    is. Labels that are too few for a pair of their own get the one of all of them together.
    """
    rare = Tally()
    chosen: dict[str, dict[str, float]] = {"default": {"hi": 0.6, "lo": 0.3}}
    for label, entry in tallies.items():
        if label == SOMEBODY:
            chosen["person"] = pair(entry, SURE_OF_SOMEBODY)
        elif entry.present < ENOUGH:
            rare.answers += entry.answers
            rare.present += entry.present
        elif label != "person":
            chosen[label] = pair(entry, sure)
    if rare.present >= ENOUGH:
        chosen["default"] = pair(rare, sure)
    return chosen


def pair(entry: Tally, precision: float) -> dict[str, float]:
    """`hi` and `lo` of one label."""
    hi = float(np.clip(entry.threshold(precision), 0.3, 0.85))
    found = sorted((s for s, right in entry.answers if right), reverse=True)
    lo = found[min(len(found) - 1, int(0.97 * len(found)))] if found else 0.2
    return {"hi": round(hi, 2), "lo": round(float(np.clip(lo, 0.08, hi - 0.05)), 2)}


def measure(recipe: Recipe, onnx: Path, data: Path) -> tuple[list[Row], dict[str, Tally]]:
    """Scores on the validation lists of `data`, and the tallies that thresholds are chosen from.
    Fronts and backs of cards share a threshold: that a card is there does not hang on its side.
    """
    scores: list[Row] = []
    joined: dict[str, Tally] = {}
    for part, labels in recipe.scored.items():
        pictures = pictures_of(data, part)
        answers = tally(onnx, recipe.rows, pictures)
        found = {w: t for w, t in answers.items() if w in labels}
        scores += [score_row(part, label, t) for label, t in found.items() if t.present]
        if SOMEBODY in answers:
            found[SOMEBODY] = answers[SOMEBODY]
        if recipe.name == "attire":
            merged = tally(onnx, recipe.rows, pictures, {"id_card_back": "id_card"})["id_card"]
            if merged.present:  # a set made without renders has none of them to score
                scores.append(score_row(part, "id_card or id_card_back", merged))
            found |= {"id_card": merged, "id_card_back": merged}
        for label, entry in found.items():
            both = joined.setdefault(label, Tally())
            both.answers += entry.answers
            both.present += entry.present
    return scores, joined


def score_row(part: str, label: str, entry: Tally) -> Row:
    """One line of the score table."""
    row: Row = {"set": part, "label": label, "metric": "AP50", "value": entry.average_precision()}
    return row | {"n": entry.present, "pictures": entry.pictures}


def kept_of_coco(recipe: Recipe, start: Path, onnx: Path, coco: Path, out: Path) -> list[Row]:
    """AP50 on coco_mini of the labels COCO has, beside the start network's; coco_mini is for this
    test only, nothing is trained on it.
    """
    rows = {n: w for n, w in recipe.rows.items() if n not in SCENE_NEW}
    pictures = sorted((coco / "images").glob("*.jpg"))
    first = out / "start"
    first.mkdir(exist_ok=True)
    begin = first / f"{recipe.name}.onnx"
    if not begin.exists():
        copy = first / "start.pt"
        copy.write_bytes(start.read_bytes())
        export(recipe, copy, first)
    before, after = tally(begin, rows, pictures), tally(onnx, recipe.rows, pictures, None, rows)
    table_rows: list[Row] = []
    shares = []
    for label, entry in before.items():
        if entry.present >= 3 and label != SOMEBODY:
            old, new = entry.average_precision(), after[label].average_precision()
            shares.append((old, new))
            row = score_row("coco_mini", label, after[label])
            table_rows.append(row | {"start": old})
    old, new = np.mean(shares, axis=0)
    total: Row = {
        "set": "coco_mini",
        "label": "mean of these",
        "metric": "AP50",
        "value": float(new),
    }
    table_rows.append(total | {"start": float(old), "n": len(shares), "pictures": len(pictures)})
    return table_rows


# ----------------------------------------------------------------------------------------------
# the command

NEEDED: Final = ("torch", "ultralytics", "onnx", "onnxslim")
"""What the extra `train` brings."""

PARITY: Final = 1e-3
"""Class scores of trained network and float32 ONNX file may differ by so much. Source: own; usual
are 1e-5."""

AGREEMENT: Final = 0.9
"""The share of float32's sure boxes that an int8 copy must find again to be worth keeping."""

NO_REASON: Final = "not compared with other sizes or int8 when this card was written"


def missing() -> list[str]:
    """Packages of the extra `train` that are not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def size_of(text: str) -> tuple[int, int]:
    """`384x640` as (height, width), px."""
    found = re.fullmatch(r"(\d+)x(\d+)", text.strip())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if min(size) < 32 or size[0] % 32 or size[1] % 32:
        raise argparse.ArgumentTypeError(
            f"expected HEIGHTxWIDTH, both multiples of 32, as in 384x640; got {text!r}"
        )
    return size


def sizes_of(text: str) -> tuple[tuple[int, int], ...]:
    """`384x640,640x640`, each once, in order."""
    return tuple(dict.fromkeys(size_of(one) for one in text.split(",")))


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments, of `python -m models.train` and of `siaga train` alike."""
    parser.add_argument("network", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, required=True, help="set made by `siaga data make`")
    parser.add_argument("--shared", type=Path, required=True, help="folder with weights/ and data/")
    parser.add_argument("--out", type=Path, required=True, help="run folder")
    parser.add_argument(
        "--start", type=Path, help="start from this checkpoint instead of the COCO one"
    )
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="1")
    parser.add_argument("--failures", type=Path, help="text file, one known failure a line")
    parser.add_argument(
        "--sizes",
        type=sizes_of,
        metavar="HxW,...",
        help="inputs to export; the first one ships (default: the recipe's)",
    )
    parser.add_argument("--int8", action="store_true", help="an int8 copy of each size as well")
    parser.add_argument("--why", default=NO_REASON, help="why this size and precision ship")


def run(given: argparse.Namespace) -> int:
    """Train, export, check parity, measure, write the cards. 0 done, 2 without the extra `train`.

    Errors: DataError when the set or the start weights are not there, ModelMismatch when an export
    does not compute what was trained.
    """
    lacking = missing()
    if lacking:
        print(
            f"siaga train: expected the extra `train`, found no {', '.join(lacking)}; install it "
            "into an environment of its own: pip install -e '.[train]'",
            file=sys.stderr,
        )
        return 2
    recipe = RECIPES[given.network]
    coco = given.shared / "weights" / START
    start = given.start or coco
    for path, what in (
        (given.data / "data.yaml", "a set made by `siaga data make`"),
        (coco, "the start weights"),
        (start, "the checkpoint to start from"),
    ):
        if not path.is_file():
            raise DataError(f"{path}: expected {what}, found no such file")
    given.out.mkdir(parents=True, exist_ok=True)
    checkpoint = train(recipe, given.data, start, coco, given.out, given.epochs, given.seed)
    if recipe.keeps_coco:
        boxes = json.loads((given.data / "made.json").read_text())["boxes"]
        taught = {
            n: w for n, w in recipe.rows.items() if n not in SCENE_NEW or boxes.get(w, 0) >= 50
        }
        recipe = replace(recipe, rows=taught)
    for place, size in enumerate(given.sizes or (recipe.size,)):
        stem = recipe.name if place == 0 else f"{recipe.name}_{size[0]}x{size[1]}"
        for card, scores in exported(replace(recipe, size=size), checkpoint, stem, given):
            print(card)
            for row in scores:
                was = f" (start {row['start']:.3f})" if "start" in row else ""
                print(f"  {row['set']:14} {row['label']:26} {row['value']:.3f} of {row['n']}{was}")
    return 0


def exported(
    recipe: Recipe, checkpoint: Path, stem: str, given: argparse.Namespace
) -> Iterator[tuple[Path, list[Row]]]:
    """One size: its float32 file, then its int8 copy if wanted; each card with its scores.

    Errors: ModelMismatch.
    """
    from models.storing import store_in_half

    if recipe.branches == 1:
        from ultralytics import YOLO

        net = YOLO(str(checkpoint)).model.float().eval().fuse()
        onnx = export(recipe, checkpoint, given.out, stem)
    else:
        from models.branches import export_branches, side_by_side

        net = side_by_side(
            given.shared / "weights" / START,
            checkpoint,
            SCENE_NEW,
            [row for row in recipe.rows if row not in (*SCENE_NEW, PERSON)],
            ITEM_ROWS,
            [row for row in LOOK_ALIKE_ROWS if row in recipe.rows],
        )
        onnx = export_branches(net, recipe.size, given.out / f"{stem}.onnx")
    pictures = pictures_of(given.data, "val")[:12]
    difference = parity(net, onnx, pictures)
    if difference > PARITY:
        raise ModelMismatch(
            f"{onnx}: expected class scores within {PARITY:g} of the trained network's, "
            f"got a difference of {difference:g}"
        )
    store_in_half(onnx)
    facts = facts_of(recipe, given)
    facts["lineage"] |= {"parity_max_difference": difference, "parity_pictures": len(pictures)}
    scores, joined = measure(recipe, onnx, given.data)
    if recipe.keeps_coco and stem == recipe.name:
        pictures_of_coco = given.shared / "data" / "coco_mini"
        coco = given.shared / "weights" / START
        scores += kept_of_coco(recipe, coco, onnx, pictures_of_coco, given.out)
    ships = given.why if stem == recipe.name else "exported to be compared"
    card = given.out / f"{stem}.toml"
    facts |= {"scores": scores, "thresholds": choose_thresholds(joined, recipe.sure)}
    write_card(card, recipe, onnx, facts | {"precision": "float32", "why": ships})
    yield card, scores
    if given.int8:
        yield int8_copy(recipe, card, facts, given)


def int8_copy(
    recipe: Recipe, card: Path, facts: dict[str, Any], given: argparse.Namespace
) -> tuple[Path, list[Row]]:
    """The int8 copy of an exported network, with thresholds and scores of its own.

    Errors: ModelMismatch when it finds too little of what the float32 file finds.
    """
    from models import quantise
    from models.card import read_card

    pictures = quantise.calibration_pictures(given.data)
    original = read_card(card)
    onnx = card.with_name(f"{card.stem}_int8.onnx")
    quantise.quantise(original, pictures, onnx)
    scores, joined = measure(recipe, onnx, given.data)
    lineage = facts["lineage"] | {"calibration_pictures": len(pictures)}
    written = onnx.with_suffix(".toml")
    told = facts | {
        "version": f"{facts['version']}-int8",
        "scores": scores,
        "thresholds": choose_thresholds(joined, recipe.sure),
        "precision": "int8",
        "why": "exported to be compared",
    }
    write_card(written, recipe, onnx, told | {"lineage": lineage})
    held_back = pictures_of(given.data, "val")[:60]
    share, boxes = quantise.agreement(original, read_card(written), held_back)
    if share < AGREEMENT:
        raise ModelMismatch(
            f"{onnx}: expected {100 * AGREEMENT:g} % of the {boxes} sure boxes of {card.name}, "
            f"got {100 * share:.1f} %"
        )
    lineage |= {"agreement_with_float32": share, "agreement_boxes": boxes}
    write_card(written, recipe, onnx, told | {"lineage": lineage})
    return written, scores


def facts_of(recipe: Recipe, given: argparse.Namespace) -> dict[str, Any]:
    """What a card says about where its network comes from, whatever its size."""
    trained = json.loads((given.out / "trained.json").read_text())
    made = given.data / "made.json"
    return {
        "version": given.version,
        "lineage": {
            "start": START,
            "start_origin": START_ORIGIN,
            "start_licence": "AGPL-3.0",
            "start_sha256": sha256(given.shared / "weights" / START),
            "also_from": sha256(given.start) if given.start else "",
            "seed": trained["seed"],
            "settings": trained["settings"],
            "trained_at": [recipe.train_size] * 2 if recipe.train_size else list(recipe.size),
            "data": json.loads(made.read_text()) if made.exists() else {},
            "date": str(np.datetime64("today")),
            "software": {
                p: version(p) for p in ("ultralytics", "torch", "onnx", "onnxslim", "numpy")
            },
        },
        "training_sets": training_sets(
            recipe, Path(__file__).parent.parent / "datasets" / "manifests"
        ),
        "failures": given.failures.read_text().splitlines() if given.failures else [],
    }


def main() -> int:
    """Exit codes: 0 done, 1 something could not be done, 2 wrong call or without the extra."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    configure(parser)
    try:
        return run(parser.parse_args())
    except SiagaError as error:
        print(f"siaga train: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
