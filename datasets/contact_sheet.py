"""Pictures of a set side by side, with their true boxes."""

from collections.abc import Sequence

import cv2
import numpy as np

from datasets.evaluation import read
from datasets.sets import Labelled, PictureSet
from vision.labels import Label
from vision.values import Image

CELL_WH = (320, 240)
COLUMNS = 5
CAPTION_PX = 18


def sheet_of(pictures: PictureSet, count: int) -> bytes:
    """A JPEG of at most `count` pictures, spread evenly over the set. Errors: DataError."""
    step = max(1.0, len(pictures.pictures) / count)
    chosen = [pictures.pictures[int(i * step)] for i in range(min(count, len(pictures.pictures)))]
    return encoded(arranged([cell_of(picture) for picture in chosen]))


def cell_of(picture: Labelled) -> Image:
    """One picture in its cell with boxes and a caption; ignored boxes are drawn thin and grey."""
    image = read(picture)
    height, width = image.shape[:2]
    ratio = min(CELL_WH[0] / width, CELL_WH[1] / height)
    small = cv2.resize(image, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    for box in picture.boxes:
        x0, y0, x1, y1 = (round(side * ratio) for side in box.xyxy)
        colour = (150, 150, 150) if box.ignored else colour_of(box.label)
        cv2.rectangle(small, (x0, y0), (x1, y1), colour, 1)
        if not box.ignored:
            for ink, thick in (((0, 0, 0), 2), (colour, 1)):
                at = (x0 + 1, max(9, y0 - 2))
                cv2.putText(small, box.label.word, at, cv2.FONT_HERSHEY_SIMPLEX, 0.32, ink, thick)
    cell = np.full((CELL_WH[1] + CAPTION_PX, CELL_WH[0], 3), 255, np.uint8)
    cell[: small.shape[0], : small.shape[1]] = small
    words = f"{picture.source}  {picture.path.stem[-36:]}".strip()
    ascii_words = words.encode("ascii", "replace").decode()
    at = (3, CELL_WH[1] + CAPTION_PX - 5)
    cv2.putText(cell, ascii_words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.33, (0, 0, 0), 1, cv2.LINE_AA)
    return cell


def colour_of(label: Label) -> tuple[int, int, int]:
    """A colour of its own for each label, BGR."""
    one = np.array([[[int(label) * 47 % 180, 220, 255]]], np.uint8)
    blue, green, red = (int(value) for value in cv2.cvtColor(one, cv2.COLOR_HSV2BGR)[0, 0])
    return blue, green, red


def arranged(cells: Sequence[Image]) -> Image:
    """Cells of one size in rows of COLUMNS."""
    blank = np.full_like(cells[0], 255)
    rows = []
    for start in range(0, len(cells), COLUMNS):
        row = list(cells[start : start + COLUMNS])
        row += [blank] * (min(COLUMNS, len(cells)) - len(row))
        rows.append(np.hstack(row))
    return np.asarray(np.vstack(rows), np.uint8)


def encoded(image: Image) -> bytes:
    """As JPEG."""
    _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return jpeg.tobytes()
