"""What a network still gets wrong on a set: the worst misses and false alarms, with pictures.

A miss is a true box that no sure answer took; the larger, the worse. A false alarm is a sure answer
on nothing; the surer, the worse. Sure: at DET_HI, the threshold the product works with.
"""

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from datasets.contact_sheet import CAPTION_PX, CELL_WH, arranged, encoded
from datasets.evaluation import CARD_SIDES, Seen, corners, lies_on, matches, named, read
from datasets.score_tables import Table
from datasets.sets import Labelled, PictureSet
from models.calibration import DET_HI
from vision.geometry import grown
from vision.labels import Label
from vision.values import Detections, Image, Xyxy

IOU = 0.5
SURROUNDINGS = 0.8
"""Shown round a failure, as a share of its sides."""

LEAST_VIEW_PX = 96

YELLOW, RED = (0, 220, 255), (40, 40, 230)


@dataclass(frozen=True, slots=True)
class Failure:
    """One box that went wrong. `confidence` of a false alarm; of a miss what was nearest to it."""

    picture: Labelled
    label: str
    xyxy: Xyxy
    missed: bool
    confidence: float

    @property
    def height_px(self) -> float:
        """Height in pixels."""
        return self.xyxy[3] - self.xyxy[1]

    @property
    def area_px(self) -> float:
        """How large it stands in the picture."""
        return (self.xyxy[2] - self.xyxy[0]) * self.height_px


@dataclass(frozen=True, slots=True)
class Failures:
    """All failures of a network on a set. `there`: how many true boxes each label has."""

    network: str
    set_name: str
    origin: str
    pictures: int
    there: dict[str, int]
    misses: tuple[Failure, ...]
    false_alarms: tuple[Failure, ...]


def failures_of(
    pictures: PictureSet, network: str, known: frozenset[Label], seen: Sequence[Seen]
) -> Failures:
    """Misses, largest first, and false alarms, surest first."""
    groups = named(pictures, known)
    if len({label for _, labels in groups for label in labels}) < sum(len(g) for _, g in groups):
        groups = [(name, labels) for name, labels in groups if name != CARD_SIDES]
    misses: list[Failure] = []
    alarms: list[Failure] = []
    there: Tally[str] = Tally()
    for name, labels in groups:
        for one in seen:
            wanted = [box for box in one.picture.boxes if box.label in labels and not box.ignored]
            ignored = [box for box in one.picture.boxes if box.label in labels and box.ignored]
            there[name] += len(wanted)
            mine = one.found.where(np.isin(one.found.label, [int(label) for label in labels]))
            mine = Detections.of(mine.boxes(), mine.model)  # surest first
            taken = matches(mine.xyxy, corners(wanted), IOU)
            sure = mine.confidence >= DET_HI - 1e-6
            near = dict(zip(taken.tolist(), mine.confidence.tolist(), strict=True))
            found = set(taken[sure].tolist())
            misses += [
                Failure(one.picture, name, box.xyxy, True, near.get(number, 0.0))
                for number, box in enumerate(wanted)
                if number not in found
            ]
            wrong = sure & (taken < 0) & ~lies_on(mine.xyxy, corners(ignored))
            for row in np.flatnonzero(wrong):
                x0, y0, x1, y1 = (float(side) for side in mine.xyxy[row])
                confidence = float(mine.confidence[row])
                alarms.append(Failure(one.picture, name, (x0, y0, x1, y1), False, confidence))
    misses.sort(key=lambda one: -one.area_px)
    alarms.sort(key=lambda one: -one.confidence)
    return Failures(
        network,
        pictures.name,
        pictures.origin.value,
        len(seen),
        {name: n for name, n in there.items() if n},
        tuple(misses),
        tuple(alarms),
    )


def varied(failures: Sequence[Failure], count: int) -> list[Failure]:
    """At most `count`, the worst of each label in turn: one label must not fill the sheet."""
    by_label: dict[str, list[Failure]] = {}
    for one in failures:
        by_label.setdefault(one.label, []).append(one)
    chosen: list[Failure] = []
    for rank in range(len(failures)):
        for mine in by_label.values():
            if rank < len(mine) and len(chosen) < count:
                chosen.append(mine[rank])
    return chosen


def sheet_of_failures(failures: Sequence[Failure], count: int) -> bytes:
    """A JPEG: each failure with what is round it, misses framed yellow, false alarms red."""
    return encoded(arranged([cell_of(one) for one in varied(failures, count)]))


def cell_of(failure: Failure) -> Image:
    """One failure in its cell, with a caption."""
    image = read(failure.picture)
    size_wh = (image.shape[1], image.shape[0])
    x0, y0, x1, y1 = view_of(failure.xyxy, size_wh)
    part = image[y0:y1, x0:x1]
    ratio = min(CELL_WH[0] / part.shape[1], CELL_WH[1] / part.shape[0])
    how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    small = cv2.resize(part, None, fx=ratio, fy=ratio, interpolation=how)[: CELL_WH[1]]
    bx0, by0, bx1, by1 = failure.xyxy
    one, other = ((bx0 - x0) * ratio, (by0 - y0) * ratio), ((bx1 - x0) * ratio, (by1 - y0) * ratio)
    colour = YELLOW if failure.missed else RED
    corner = (round(one[0]), round(one[1])), (round(other[0]), round(other[1]))
    cv2.rectangle(small, *corner, (0, 0, 0), 4)
    cv2.rectangle(small, *corner, colour, 2)
    cell = np.full((CELL_WH[1] + CAPTION_PX, CELL_WH[0], 3), 255, np.uint8)
    small = small[:, : CELL_WH[0]]
    cell[: small.shape[0], : small.shape[1]] = small
    sure = f"confidence {failure.confidence:.2f}"
    what = f"missed, {failure.height_px:.0f} px high, {sure}" if failure.missed else sure
    words = f"{failure.label}: {what}".encode("ascii", "replace").decode()
    at = (3, CELL_WH[1] + CAPTION_PX - 5)
    cv2.putText(cell, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1, cv2.LINE_AA)
    return cell


def view_of(xyxy: Xyxy, size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """The part of a picture to show round a failure, in the shape of a cell where it can be."""
    x0, y0, x1, y1 = grown(xyxy, SURROUNDINGS, size_wh)
    shape = CELL_WH[0] / CELL_WH[1]
    wide = max(x1 - x0, shape * (y1 - y0), LEAST_VIEW_PX)
    sides = (min(size_wh[0], round(wide)), min(size_wh[1], round(wide / shape)))
    corner = [
        min(max(0, round((low + high - side) / 2)), whole - side)
        for low, high, side, whole in zip((x0, y0), (x1, y1), sides, size_wh, strict=True)
    ]
    return corner[0], corner[1], corner[0] + sides[0], corner[1] + sides[1]


def table_of_failures(failures: Failures) -> Table:
    """A line for each label: how many were missed, how high they are, how many false alarms."""
    rows: list[tuple[str, ...]] = []
    alarms = Tally(one.label for one in failures.false_alarms)
    for label, there in failures.there.items():
        mine = [one for one in failures.misses if one.label == label]
        unseen = sum(one.confidence < 0.5 * DET_HI for one in mine)
        rows.append(
            (
                label,
                f"{len(mine)} of {there}",
                f"{median(one.height_px for one in mine):.0f}" if mine else "",
                f"{unseen}" if mine else "",
                str(alarms[label]),
            )
        )
    title = (
        f"{failures.network} on {failures.set_name} ({failures.origin}, "
        f"{failures.pictures} pictures)"
    )
    columns = (
        "label",
        "missed",
        "their median height, px",
        "of these not even in doubt",
        "false alarms",
    )
    return Table(title, columns, tuple(rows))
