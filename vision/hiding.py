"""What must not be kept: heads, tag text, visitors, screens and all that no clause needs.

Applied before a picture leaves memory (docs/standard.md P-06).
"""

from collections.abc import Sequence

import cv2
import numpy as np

from vision.geometry import bounds, centre, grown
from vision.layout import Counter, ZoneKind
from vision.looking import Look
from vision.values import Box, Image, Xyxy

HEAD_SHARE = 0.3
"""Upper share of a person's box that is hidden whether or not a head was found in it."""

UNFOUND_SHARE = 0.45
"""The same where no head was found. Of clerks that a desk cuts the head ends at 0.37 of the box, of
95 in 100 above 0.44; below 0.45 hangs the card. Source: truth of 147 rendered people.
"""

CHEST = (0.3, 0.75)
"""From where to where down a person's box a tag may hang."""

TAG_SHARE = 0.15
"""Width of a tag over that of its wearer, about."""

MARGIN = 0.06
"""Added round a counter's zones, so that a head at the edge of the staff zone is not cut."""

CELLS = 6
"""A hidden region is shrunk to this many cells across before it is drawn again."""


def counter_view(counter: Counter, size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """The part of the frame that shows a counter: xyxy in whole pixels round all its zones."""
    boxes = [bounds(zone.polygon(size_wh)) for zone in counter.zones]
    around: Xyxy = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return grown(around, MARGIN, size_wh)


def keepable(
    image: Image, counter: Counter, look: Look
) -> tuple[Image, tuple[int, int, int, int]]:
    """What may be kept of a frame as evidence about one counter, and where it lies in the frame.

    The smallest crop that shows the counter's zones: heads, visitors and screens in flat cells, tag
    text blurred, and the chest of whom nobody looked at for a tag. The second value is xyxy in
    whole pixels of the frame.
    """
    size_wh = (image.shape[1], image.shape[0])
    counter = look.placed(counter)
    x0, y0, x1, y1 = counter_view(counter, size_wh)
    kept = image[y0:y1, x0:x1].copy()

    def hide(xyxy: Xyxy) -> None:
        pixelate(kept, (xyxy[0] - x0, xyxy[1] - y0, xyxy[2] - x0, xyxy[3] - y0))

    for part in over_heads(look.people, look.heads, size_wh):
        hide(part)
    for visitor in look.visitors:
        hide(visitor.xyxy)
    for tag in look.tags:
        tx0, ty0, tx1, ty1 = tag.xyxy
        soften(kept, Box(tag.label, (tx0 - x0, ty0 - y0, tx1 - x0, ty1 - y0), tag.confidence))
    for box in look.unread:
        bx0, by0, bx1, by1 = box.xyxy
        top, end = (by0 + share * (by1 - by0) for share in CHEST)
        blur(kept, (bx0 - x0, top - y0, bx1 - x0, end - y0), TAG_SHARE * (bx1 - bx0))
    screen = counter.zone(ZoneKind.SCREEN)
    if screen is not None:
        hide(bounds(screen.polygon(size_wh)))
    return kept, (x0, y0, x1, y1)


def over_heads(
    people: Sequence[Box], heads: Sequence[Box], size_wh: tuple[int, int]
) -> list[Xyxy]:
    """The parts of a frame under which heads lie: the top of everybody's box, and found heads.

    A missed head is a privacy fault, so no person's box keeps its top whatever was found in it.
    """
    tops: list[Xyxy] = []
    middles = [centre(head.xyxy) for head in heads]
    for box in people:
        x0, y0, x1, y1 = box.xyxy
        found = any(x0 <= x <= x1 and y0 <= y <= (y0 + y1) / 2 for x, y in middles)
        tops.append((x0, y0, x1, y0 + (HEAD_SHARE if found else UNFOUND_SHARE) * (y1 - y0)))
    return tops + [grown(head.xyxy, 0.15, size_wh) for head in heads]


def pixelate(image: Image, xyxy: Xyxy) -> None:
    """Make a region unreadable in place: a few flat cells, none of the detail under them."""
    x0, y0, x1, y1 = _whole(xyxy, image)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    region = image[y0:y1, x0:x1]
    rows = max(1, round(CELLS * (y1 - y0) / (x1 - x0)))
    small = cv2.resize(region, (CELLS, rows), interpolation=cv2.INTER_AREA)
    image[y0:y1, x0:x1] = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)


def soften(image: Image, tag: Box) -> None:
    """Blur a tag in place so that it is still seen to hang there and nothing on it can be read."""
    blur(image, tag.xyxy, tag.short_px)


def blur(image: Image, xyxy: Xyxy, tag_px: float) -> None:
    """Blur a region in place so that nothing on a tag whose short side is `tag_px` can be read."""
    x0, y0, x1, y1 = _whole(xyxy, image)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    sigma = max(1.0, tag_px / 8.0)
    image[y0:y1, x0:x1] = cv2.GaussianBlur(image[y0:y1, x0:x1], (0, 0), sigma)


def encode(image: Image, quality: int = 85) -> bytes:
    """The picture as JPEG. Errors: ValueError when OpenCV cannot encode it."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"expected a picture that can be encoded, got {image.shape}")
    return data.tobytes()


def _whole(xyxy: Xyxy | Sequence[float], image: Image) -> tuple[int, int, int, int]:
    height, width = image.shape[:2]
    return (
        max(0, int(xyxy[0])),
        max(0, int(xyxy[1])),
        min(width, int(np.ceil(xyxy[2]))),
        min(height, int(np.ceil(xyxy[3]))),
    )
