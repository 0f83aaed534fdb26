"""A camera that was nudged: zones and the approved picture follow what they were drawn on.

Only small shifts come here; the gate refuses larger ones (CAMERA_MOVED).
"""

from dataclasses import replace

import cv2
import numpy as np

from vision.layout import Counter
from vision.values import Image
from vision.view import Lay


def placed(counter: Counter, lay: Lay | None) -> Counter:
    """The counter with its zones where they lie in the frame, cut at the picture's edge."""
    if lay is None:
        return counter
    zones = tuple(
        replace(
            zone,
            points=np.clip(zone.points @ lay[:, :2].T + lay[:, 2], 0.0, 1.0).astype(np.float32),
        )
        for zone in counter.zones
    )
    return replace(counter, zones=zones)


def laid(image: Image, lay: Lay | None) -> Image:
    """The approved picture as the frame would show it. Shape: image (H, W, 3) BGR uint8."""
    if lay is None:
        return image
    height, width = image.shape[:2]
    size = np.array([width, height], np.float64)
    turned = lay[:, :2] * size[:, None] / size[None, :]
    in_px = np.hstack([turned, lay[:, 2:] * size[:, None]])
    moved = cv2.warpAffine(image, in_px, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
