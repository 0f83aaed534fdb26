"""The privacy mask: the public side is black before any person or program sees the picture."""

from functools import lru_cache

import cv2
import numpy as np

from vision.values import Image

Polygon = tuple[tuple[float, float], ...]
"""Corners (x, y) as shares of width and height, 0 to 1."""
Masks = tuple[Polygon, ...]


def burn_in(image: Image, masks: Masks) -> Image:
    """The same picture with the polygons black, edges included. The given picture is not changed.

    Errors: ValueError when a polygon has fewer than three corners or leaves 0 to 1.
    """
    if not masks:
        return image
    hidden = _hidden((int(image.shape[1]), int(image.shape[0])), masks)
    masked: Image = cv2.bitwise_and(image, hidden)  # type: ignore[assignment]
    return masked


@lru_cache(maxsize=64)
def _hidden(size_wh: tuple[int, int], masks: Masks) -> Image:
    """255 where the picture stays, 0 where it goes. Shape (H, W, 3)."""
    width, height = size_wh
    keep: Image = np.full((height, width, 3), 255, np.uint8)
    for polygon in masks:
        points = np.array(polygon, np.float64)
        if points.shape[0] < 3 or points.min() < 0 or points.max() > 1:
            raise ValueError(f"mask: expected 3 corners or more within 0 to 1, got {polygon}")
        pixels = np.round(points * (width, height)).astype(np.int32)
        cv2.fillPoly(keep, [pixels], (0, 0, 0))
    return keep
