"""Whether a counter's zones still look as they did in the picture that was last looked at.

The change gate compares with the last picture *looked at*, never with the last picture: what
changes slowly adds up and opens it. It works on the mean colours of small cells, so that noise and
compression average away, and takes out what happened to the whole picture at once, so that a
camera that adjusts its exposure is no change. It may open for nothing; it must not stay closed
while something comes or goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.layout import Counter, ZoneKind
from vision.values import Image

CELLS_A_THING = 2
"""Cells across the smallest thing that counts (px_object): it then covers one of them whole."""

LIGHT_EVERY = 7
"""The change of light is read from each so many cells; more say no more."""

Cells = NDArray[np.uint8]
"""Mean colours of a picture's cells, BGR (rows, cols, 3)."""
Bools = NDArray[np.bool_]


def cells_of(image: Image, px_object: float) -> Cells:
    """The cells of a picture. Shape: image (H, W, 3) BGR uint8; half of `px_object` a side.

    What is left over at the right and lower edge, less than a cell, is not compared.
    """
    side = max(1, int(px_object / CELLS_A_THING))
    rows, cols = image.shape[0] // side, image.shape[1] // side
    if rows < 1 or cols < 1:
        return np.ascontiguousarray(image)
    whole = image[: rows * side, : cols * side]
    return np.asarray(cv2.resize(whole, (cols, rows), interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Where one picture differs from another.

    Shapes: fine (rows, cols), coarse (rows // 2, cols // 2): cells in which it does.
    """

    fine: Bools
    coarse: Bools

    @classmethod
    def between(cls, then: Cells, now: Cells, parameters: Mapping[str, float]) -> Self:
        """Cells whose mean moved by more than gate_desk (fine) or gate_people (coarse) levels.

        Everything differs when the pictures differ in size, or in light by more than gate_light
        levels. Errors: KeyError when the policy lacks one of the three.
        """
        rows, cols = now.shape[:2]
        if then.shape != now.shape:
            return cls._everywhere(rows, cols)
        apart = cv2.subtract(now, then, dtype=cv2.CV_16S).astype(np.float32)
        light = np.median(apart.reshape(-1, 3)[::LIGHT_EVERY], axis=0)
        if float(np.abs(light).max()) > parameters["gate_light"]:
            return cls._everywhere(rows, cols)
        apart -= light.astype(np.float32)
        half = cv2.resize(
            apart[: rows // 2 * 2, : cols // 2 * 2],
            (max(1, cols // 2), max(1, rows // 2)),
            interpolation=cv2.INTER_AREA,
        )
        return cls(
            _moved(apart, parameters["gate_desk"]), _moved(half, parameters["gate_people"])
        )

    @classmethod
    def _everywhere(cls, rows: int, cols: int) -> Self:
        halves = (max(1, rows // 2), max(1, cols // 2))
        return cls(np.ones((rows, cols), np.bool_), np.ones(halves, np.bool_))


def _moved(apart: NDArray[np.generic], levels: float) -> Bools:
    moved: Bools = np.abs(apart).max(axis=2) > levels
    return moved


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The cells of one counter: people at the coarse grain, the desk at the fine one. Bool."""

    staff: Bools
    visitor: Bools
    desk: Bools

    @classmethod
    def of(cls, counter: Counter, shape: Sequence[int]) -> Self:
        """Shape: (rows, cols) of the fine cells."""
        rows, cols = int(shape[0]), int(shape[1])
        coarse = (max(1, rows // 2), max(1, cols // 2))
        return cls(
            _cells_in(counter, ZoneKind.STAFF, coarse),
            _cells_in(counter, ZoneKind.VISITOR, coarse),
            _cells_in(counter, ZoneKind.DESK, (rows, cols)),
        )

    def staff_changed(self, change: Change) -> bool:
        """Whether something differs where the staff is."""
        return bool((change.coarse & self.staff).any())

    def visitor_changed(self, change: Change) -> bool:
        """Whether something differs where visitors are."""
        return bool((change.coarse & self.visitor).any())

    def desk_changed(self, change: Change) -> bool:
        """Whether something differs on the desk."""
        return bool((change.fine & self.desk).any())


def _cells_in(counter: Counter, kind: ZoneKind, shape: tuple[int, int]) -> Bools:
    """The cells that a zone touches, and those beside them: things stand out over an edge."""
    rows, cols = shape
    inside = np.zeros((rows, cols), np.uint8)
    zone = counter.zone(kind)
    if zone is not None:
        corners = zone.polygon((cols, rows))
        cv2.fillPoly(inside, [np.floor(corners).astype(np.int32)], (1,))
        inside = np.asarray(cv2.dilate(inside, np.ones((3, 3), np.uint8)), np.uint8)
    touched: Bools = inside.astype(np.bool_)
    return touched
