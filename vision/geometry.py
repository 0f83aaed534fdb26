"""Boxes and polygons. Shapes: boxes (N, 4) xyxy, polygons (M, 2); units: pixels of one picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.values import Floats, Xyxy


def inside(points: Floats, polygon: Floats) -> NDArray[np.bool_]:
    """Which points lie in the polygon or on its edge. Shapes: (N, 2), (M, 2) -> (N,)."""
    outline = np.ascontiguousarray(polygon, np.float32).reshape(-1, 1, 2)
    answer = [
        cv2.pointPolygonTest(outline, (float(x), float(y)), False) >= 0 for x, y in points
    ]
    return np.array(answer, np.bool_)


def centre(xyxy: Xyxy) -> tuple[float, float]:
    """Middle of a box."""
    return (xyxy[0] + xyxy[2]) / 2, (xyxy[1] + xyxy[3]) / 2


def base(xyxy: Xyxy) -> tuple[float, float]:
    """Where a thing stands: middle of the box, a tenth of its height above the lower edge."""
    return (xyxy[0] + xyxy[2]) / 2, xyxy[3] - 0.1 * (xyxy[3] - xyxy[1])


def contains(polygon: Floats, point: tuple[float, float]) -> bool:
    """Whether one point lies in the polygon."""
    return bool(inside(np.array([point], np.float32), polygon)[0])


def bounds(polygon: Floats) -> Xyxy:
    """The upright box round a polygon."""
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def grown(xyxy: Xyxy, share: float, size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box with `share` of its sides added all round, cut to the picture, whole pixels."""
    dx, dy = share * (xyxy[2] - xyxy[0]), share * (xyxy[3] - xyxy[1])
    width, height = size_wh
    return (
        max(0, int(np.floor(xyxy[0] - dx))),
        max(0, int(np.floor(xyxy[1] - dy))),
        min(width, int(np.ceil(xyxy[2] + dx))),
        min(height, int(np.ceil(xyxy[3] + dy))),
    )


def area(xyxy: Xyxy) -> float:
    """Area of a box, 0 for an empty one."""
    return max(0.0, xyxy[2] - xyxy[0]) * max(0.0, xyxy[3] - xyxy[1])


def overlap(one: Xyxy, other: Xyxy) -> float:
    """Area that two boxes share."""
    return area(
        (
            max(one[0], other[0]),
            max(one[1], other[1]),
            min(one[2], other[2]),
            min(one[3], other[3]),
        )
    )


def iou(one: Xyxy, other: Xyxy) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    shared = overlap(one, other)
    union = area(one) + area(other) - shared
    return shared / union if union > 0 else 0.0


def share_covered(polygon: Floats, boxes: Floats) -> float:
    """The share of a polygon that lies under any of the boxes, 0 to 1.

    Shapes: polygon (M, 2), boxes (N, 4); N may be 0. Counted on a grid of 64 cells a side.
    """
    if len(boxes) == 0:
        return 0.0
    x0, y0, x1, y1 = bounds(polygon)
    if x1 <= x0 or y1 <= y0:
        return 0.0
    cells = 64
    scale = np.array([cells / (x1 - x0), cells / (y1 - y0)], np.float32)
    zone = np.zeros((cells, cells), np.uint8)
    cv2.fillPoly(zone, [np.round((polygon - (x0, y0)) * scale).astype(np.int32)], (1,))
    under = np.zeros((cells, cells), np.uint8)
    for box in boxes:
        low = np.clip(np.round((box[:2] - (x0, y0)) * scale), 0, cells).astype(int)
        high = np.clip(np.round((box[2:] - (x0, y0)) * scale), 0, cells).astype(int)
        under[low[1] : high[1], low[0] : high[0]] = 1
    total = int(zone.sum())
    return float((zone & under).sum() / total) if total else 0.0
