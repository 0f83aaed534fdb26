"""A picture looked at without a drawing of counters: the whole of it, and small things closely."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.decoding import Candidates, without_overlaps
from vision.eyes import find_people, person_crop
from vision.labels import Label
from vision.values import Detections, Detector, Image

TILE_WH = (640, 384)
"""A part of a picture that is shown to the scene network by itself, at native resolution."""

TILE_COUNT = 3
"""At most so many parts in a row; of a larger picture the parts are larger and shrunk."""

TILE_OVERLAP = 0.25
"""Share of a part that its neighbour shows too, so that a thing on the seam is whole in one."""

SAME_IOU = 0.5
"""Boxes of one label from two looks that overlap by more are the same thing."""


def look_at_scene(image: Image, scene: Detector) -> Detections:
    """People in the whole picture; things also in its parts, where the picture is a large one.

    The office does the same with its desk zones: what is small must not be shrunk.
    """
    whole = scene.detect(image)
    parts = [whole]
    for x0, y0, x1, y1 in tiles((image.shape[1], image.shape[0])):
        seen = scene.detect(image[y0:y1, x0:x1]).moved(x0, y0)
        cut = _cut_off(seen, (x0, y0, x1, y1), (image.shape[1], image.shape[0]))
        parts.append(seen.where((seen.label != int(Label.PERSON)) & ~cut))
    return merged(parts)


def look_at_attire(image: Image, scene: Detector, attire: Detector) -> Detections:
    """What everybody in the picture wears; where nobody is found the picture is one person."""
    size_wh = (image.shape[1], image.shape[0])
    crops = [person_crop(person.xyxy, size_wh) for person in find_people(image, scene)]
    looks: list[Detections] = []
    for x0, y0, x1, y1 in crops or [(0, 0, *size_wh)]:
        looks.append(attire.detect(image[y0:y1, x0:x1]).moved(x0, y0))
    return merged(looks)


def tiles(size_wh: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Overlapping parts (xyxy) of a picture that is clearly larger than one; else none."""
    columns = _spans(size_wh[0], TILE_WH[0])
    rows = _spans(size_wh[1], TILE_WH[1])
    if len(columns) * len(rows) == 1:
        return
    for y0, y1 in rows:
        for x0, x1 in columns:
            yield x0, y0, x1, y1


def _spans(length: int, part: int) -> list[tuple[int, int]]:
    if length <= 1.25 * part:
        return [(0, length)]
    count = min(TILE_COUNT, int(np.ceil((length / part - TILE_OVERLAP) / (1 - TILE_OVERLAP))))
    size = length / (count - (count - 1) * TILE_OVERLAP)
    starts = np.linspace(0, length - size, count)
    return [(int(start), min(length, int(np.ceil(start + size)))) for start in starts]


def _cut_off(
    seen: Detections, tile: tuple[int, int, int, int], size_wh: tuple[int, int]
) -> NDArray[np.bool_]:
    """Which boxes touch an edge of the tile that is not an edge of the picture. Shape (N,)."""
    near = 2.0
    x0, y0, x1, y1 = seen.xyxy.T
    cut: NDArray[np.bool_] = (x0 <= tile[0] + near) & (tile[0] > 0)
    cut |= (y0 <= tile[1] + near) & (tile[1] > 0)
    cut |= (x1 >= tile[2] - near) & (tile[2] < size_wh[0])
    cut |= (y1 >= tile[3] - near) & (tile[3] < size_wh[1])
    return cut


def merged(looks: list[Detections]) -> Detections:
    """One of several looks at the same picture; of the same thing seen twice the surer box.

    The two sides of a card are one thing: a card is not seen from both.
    """
    if len({look.model for look in looks}) != 1:
        raise ValueError("expected looks of one network")
    found = Candidates(
        np.concatenate([look.xyxy for look in looks]),
        np.concatenate([look.confidence for look in looks]),
        np.concatenate([look.label for look in looks]),
    )
    group = np.where(found.row == int(Label.ID_CARD_BACK), int(Label.ID_CARD), found.row)
    kept = found.where(without_overlaps(found, group, SAME_IOU))
    return Detections(kept.xyxy, kept.confidence, kept.row, looks[0].model)
