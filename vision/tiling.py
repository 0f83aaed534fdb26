"""A large region shown to a network in overlapping parts, each at about native resolution.

What is small must not be shrunk (design section 5): a cup of 45 px in a desk 1,000 px wide is 28 px
in the network's input, and gone.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.labels import Label
from vision.values import Detections, Detector, Floats, Image

PART_WH = (640, 384)
"""The size of a part in pixels: that of the scene network's input."""

PART_SLACK = 1.25
"""A region that is larger by no more is shown whole, a little shrunk."""

PART_COUNT = 3
"""At most so many parts in a row; of a larger region the parts are larger and shrunk."""

PART_OVERLAP = 0.25
"""Share of a part that its neighbour shows too, so that a thing on the seam is whole in one."""

SAME_IOU = 0.5
"""Boxes of one label that overlap by more are the same thing."""

Region = tuple[int, int, int, int]
"""xyxy in whole pixels of the picture."""


def look_closely(image: Image, region: Region, detector: Detector) -> Detections:
    """What a region of the picture shows, part by part. Boxes in pixels of the picture.

    Boxes cut by a seam between parts are left out: the neighbour shows the thing whole.
    """
    looks = []
    for part in parts(region):
        x0, y0, x1, y1 = part
        seen = detector.detect(image[y0:y1, x0:x1]).moved(x0, y0)
        looks.append(seen.where(~_cut(seen, part, region)))
    return merged(looks)


def parts(region: Region) -> list[Region]:
    """The parts a region is shown in; one, the region itself, when it is not clearly larger."""
    x0, y0, x1, y1 = region
    return [
        (left, top, right, bottom)
        for top, bottom in _spans(y0, y1, PART_WH[1])
        for left, right in _spans(x0, x1, PART_WH[0])
    ]


def _spans(since: int, until: int, part: int) -> list[tuple[int, int]]:
    length = until - since
    if length <= PART_SLACK * part:
        return [(since, until)]
    wanted = (length / (PART_SLACK * part) - PART_OVERLAP) / (1 - PART_OVERLAP)
    count = min(PART_COUNT, max(2, int(np.ceil(wanted))))
    size = length / (count - (count - 1) * PART_OVERLAP)
    starts = np.linspace(0, length - size, count)
    return [
        (since + int(start), min(until, since + int(np.ceil(start + size)))) for start in starts
    ]


def _cut(seen: Detections, part: Region, region: Region) -> NDArray[np.bool_]:
    """Which boxes touch an edge of the part that is not an edge of the region. Shape (N,)."""
    near = 2.0
    x0, y0, x1, y1 = seen.xyxy.T
    cut: NDArray[np.bool_] = (x0 <= part[0] + near) & (part[0] > region[0])
    cut |= (y0 <= part[1] + near) & (part[1] > region[1])
    cut |= (x1 >= part[2] - near) & (part[2] < region[2])
    cut |= (y1 >= part[3] - near) & (part[3] < region[3])
    return cut


def merged(looks: Sequence[Detections]) -> Detections:
    """One of several looks of one network; of the same thing seen twice the surer box.

    The two sides of a card are one thing: a card is not seen from both. Errors: ValueError for
    looks of several networks.
    """
    if len({look.model for look in looks}) != 1:
        raise ValueError("expected looks of one network")
    if len(looks) == 1:
        return looks[0]
    found = Detections(
        np.concatenate([look.xyxy for look in looks]),
        np.concatenate([look.confidence for look in looks]),
        np.concatenate([look.label for look in looks]),
        looks[0].model,
    )
    group = np.where(found.label == int(Label.ID_CARD_BACK), int(Label.ID_CARD), found.label)
    kept = surest(found.xyxy, found.confidence, group, SAME_IOU)
    return Detections(
        found.xyxy[kept], found.confidence[kept], found.label[kept], looks[0].model
    )


def surest(
    xyxy: Floats, confidence: Floats, group: NDArray[np.int64], iou: float
) -> NDArray[np.int64]:
    """Indices to keep: of boxes of one group that overlap by more than `iou`, the surest.

    Shapes: xyxy (N, 4), confidence (N,), group (N,) -> (K,), most confident first.
    """
    if not len(confidence):
        return np.zeros(0, np.int64)
    xywh = xyxy.copy()
    xywh[:, 2:] -= xywh[:, :2]
    kept = cv2.dnn.NMSBoxesBatched(
        xywh,  # type: ignore[arg-type]
        confidence,  # type: ignore[arg-type]
        group.astype(np.int32),  # type: ignore[arg-type]
        0.0,
        iou,
    )
    indices = np.asarray(kept, np.int64).reshape(-1)
    ordered: NDArray[np.int64] = indices[np.argsort(-confidence[indices], kind="stable")]
    return ordered
