"""From the raw output of a network to boxes: numpy over the raw layout, no loop over cells."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.card import STRIDES, Decoding
from vision.tiling import surest
from vision.values import Floats

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Boxes above a floor. Shapes: xyxy (N, 4) in input pixels, confidence (N,), row (N,)."""

    xyxy: Floats
    confidence: Floats
    row: Rows

    def where(self, keep: NDArray[np.bool_] | Rows) -> "Candidates":
        """The candidates that `keep` chooses, as a mask or by index."""
        return Candidates(self.xyxy[keep], self.confidence[keep], self.row[keep])


def decode(raw: Floats, decoding: Decoding, size_wh: tuple[int, int], floor: float) -> Candidates:
    """Every cell whose best class reaches `floor`. `raw` is the network's output without batch.

    Source: the layouts as exported by Ultralytics and by YOLOX, see `Decoding`.
    """
    match decoding:
        case Decoding.YOLO11:
            return _yolo11(raw, floor)
        case Decoding.YOLO26:
            return _yolo26(raw, floor)
        case Decoding.YOLOX:
            return _yolox(raw, size_wh, floor)


def without_overlaps(found: Candidates, group: Rows, iou: float) -> Rows:
    """Indices to keep: of boxes of one group that overlap by more than `iou`, the surest.

    Shapes: group (N,) -> (K,). Most confident first.
    """
    return surest(found.xyxy, found.confidence, group, iou)


def _corners(centre_size: Floats) -> Floats:
    """From x, y, width, height of the centre form. Shape (N, 4)."""
    half = centre_size[:, 2:] / 2
    return np.concatenate([centre_size[:, :2] - half, centre_size[:, :2] + half], axis=1)


def _yolo11(raw: Floats, floor: float) -> Candidates:
    scores = raw[4:]
    best = scores.max(axis=0)
    cells = np.flatnonzero(best >= floor)
    return Candidates(
        _corners(raw[:4, cells].T), best[cells], scores[:, cells].argmax(axis=0).astype(np.int64)
    )


def _yolo26(raw: Floats, floor: float) -> Candidates:
    kept = raw[raw[:, 4] >= floor]
    return Candidates(kept[:, :4].copy(), kept[:, 4].copy(), np.rint(kept[:, 5]).astype(np.int64))


def _yolox(raw: Floats, size_wh: tuple[int, int], floor: float) -> Candidates:
    # A score is objectness times class: where objectness is below the floor, no score reaches it.
    cells = np.flatnonzero(raw[:, 4] >= floor)
    chosen = raw[cells]
    scores = chosen[:, 5:] * chosen[:, 4:5]
    best = scores.max(axis=1) if len(cells) else np.zeros(0, np.float32)
    reached = np.flatnonzero(best >= floor)
    chosen, cells = chosen[reached], cells[reached]
    grid, stride = _yolox_grid(size_wh)
    centre = (chosen[:, :2] + grid[cells]) * stride[cells]
    size = np.exp(chosen[:, 2:4]) * stride[cells]
    row = scores[reached].argmax(axis=1) if len(reached) else np.zeros(0, np.int64)
    return Candidates(
        _corners(np.concatenate([centre, size], axis=1)), best[reached], row.astype(np.int64)
    )


@lru_cache(maxsize=8)
def _yolox_grid(size_wh: tuple[int, int]) -> tuple[Floats, Floats]:
    """Cell (N, 2) and stride (N, 1) of every row of the output: strides in order, line by line."""
    cells, strides = [], []
    for stride in STRIDES:
        width, height = size_wh[0] // stride, size_wh[1] // stride
        y, x = np.mgrid[0:height, 0:width]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((width * height, 1), stride))
    return (
        np.concatenate(cells).astype(np.float32),
        np.concatenate(strides).astype(np.float32),
    )
