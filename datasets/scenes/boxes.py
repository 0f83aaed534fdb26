"""The labels of a rendered picture from its truth, and the same drawn into it. Needs no Blender."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

CLASSES = [
    "person",
    "head",
    "torso",
    "id_card",
    "id_card_back",
    "name_tag",
    "lanyard",
    "cup",
    "bottle",
    "phone",
    "handbag",
    "backpack",
    "doll",
    "book",
    "newspaper",
    "photo_frame",
    "makeup",
    "cutlery",
    "glass",
    "bowl",
    "food",
    "umbrella",
    "charger",
    "helmet",
    "jacket",
    "document",
    "tissue",
    "sanitiser",
    "stamp",
    "nameplate",
    "pens",
    "chair",
    "plant",
    "monitor",
    "keyboard",
    "mouse",
    "counting_machine",
    "calculator",
    "printer",
    "queue_display",
    "telephone",
]
MIN_VISIBILITY, MIN_PIXELS = 0.15, 25  # objects below are left out of the labels
PART_VISIBILITY = 0.3  # the same for heads and torsos
Box = list[int]  # x1, y1, x2, y2 in whole pixels, the last two excluded


def labels(truth: dict[str, Any]) -> list[tuple[str, Box, float]]:
    """Flat (class, box, visibility) of one picture, with heads, torsos and backs of cards."""
    out = []
    for o in truth["objects"]:
        cls = "id_card_back" if o["cls"] == "id_card" and o["face"] == "back" else o["cls"]
        if "box" in o and o["visibility"] >= MIN_VISIBILITY and o["visible_px"] >= MIN_PIXELS:
            out.append((cls, o["box"], o["visibility"]))
        for part in ("head", "torso") if cls == "person" else ():
            q = o.get(part, {})
            if "box" in q and q["visibility"] >= PART_VISIBILITY and q["visible_px"] >= MIN_PIXELS:
                out.append((part, q["box"], q["visibility"]))
    return out


def draw(image: NDArray[np.uint8], truth: dict[str, Any]) -> NDArray[np.uint8]:
    """Boxes and names drawn into `image`."""
    for cls, (x1, y1, x2, y2), share in labels(truth):
        hue = CLASSES.index(cls) * 180 // len(CLASSES)
        one = np.uint8([[[hue, 200, 255]]])
        colour = tuple(int(c) for c in cv2.cvtColor(one, cv2.COLOR_HSV2BGR)[0, 0])
        cv2.rectangle(image, (x1, y1), (x2, y2), colour, 1)
        for c, width in (((0, 0, 0), 3), (colour, 1)):
            cv2.putText(image, f"{cls} {share:.2f}", (x1, max(10, y1 - 4)), 0, 0.4, c, width)
    return image
