"""Where a counter's zones probably lie: from where people sat and where desks are. Pure.

A proposal saves drawing; it decides nothing until a person looked at it and saved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vision.geometry import centre, iou
from vision.labels import Label
from vision.layout import ZoneKind
from vision.values import Box, Xyxy

AT_DESK = frozenset({Label.KEYBOARD, Label.MOUSE, Label.LAPTOP, Label.TELEPHONE})
"""What lies on the staff's half of a table and nowhere else."""
SAME_PLACE = 0.35
"""Boxes of two pictures that overlap by more show somebody at the same place."""
SEEN_SHARE = 0.3
"""A place counts when somebody was there in at least this share of the pictures."""


@dataclass(frozen=True, slots=True)
class ProposedZone:
    """A zone as it may lie. `points` shares of the picture; `seen` of `frames` show why."""

    kind: ZoneKind
    points: tuple[tuple[float, float], ...]
    seen: int
    frames: int


@dataclass(slots=True)
class _Place:
    """Where somebody was seen: the boxes, one a picture at most."""

    boxes: list[Xyxy]

    @property
    def middle(self) -> Xyxy:
        """The mean box."""
        count = len(self.boxes)
        x0, y0, x1, y1 = (sum(box[i] for box in self.boxes) / count for i in range(4))
        return x0, y0, x1, y1

    @property
    def around(self) -> Xyxy:
        """The box round all of them."""
        return _around(self.boxes)


def propose(
    people: Sequence[Sequence[Box]], things: Sequence[Box], size_wh: tuple[int, int]
) -> tuple[ProposedZone, ...]:
    """Zones of the one counter that the pictures show best; none where nobody was seen.

    `people` a picture each; `things` of any of them. All boxes in pixels of a picture of `size_wh`.
    """
    places = [p for p in _places(people) if len(p.boxes) >= max(1, SEEN_SHARE * len(people))]
    if not places:
        return ()
    at_desk = [box.xyxy for box in things if box.label in AT_DESK]
    screens = [box.xyxy for box in things if box.label is Label.MONITOR]
    staff = max(places, key=lambda place: _staffness(place, at_desk + screens))
    frames = len(people)
    left, top, right, bottom = staff.around
    width, height = right - left, bottom - top
    reach = (left - 0.4 * width, top, right + 0.4 * width, bottom)
    near = [box for box in at_desk if _beside(box, reach)]
    desk = _desk(near, staff.middle)
    zones = [
        (ZoneKind.STAFF, (reach[0], top - 0.3 * height, reach[2], bottom), len(staff.boxes)),
        (ZoneKind.DESK, desk, len(near) or len(staff.boxes)),
    ]
    lit = max((box for box in screens if _beside(box, reach)), key=_area, default=None)
    others = [place for place in places if place is not staff and place.middle[3] > desk[1]]
    if others:
        visitor = max(others, key=lambda place: len(place.boxes))
        zones.append((ZoneKind.VISITOR, visitor.around, len(visitor.boxes)))
    if lit is not None:
        zones.append((ZoneKind.SCREEN, lit, 1))
    return tuple(
        ProposedZone(kind, _corners(box, size_wh), seen, frames) for kind, box, seen in zones
    )


def _places(people: Sequence[Sequence[Box]]) -> list[_Place]:
    places: list[_Place] = []
    for boxes in people:
        taken: list[_Place] = []
        for box in boxes:
            free = [place for place in places if place not in taken]
            best = max(free, key=lambda place: iou(place.middle, box.xyxy), default=None)
            if best is not None and iou(best.middle, box.xyxy) >= SAME_PLACE:
                best.boxes.append(box.xyxy)
                taken.append(best)
            else:
                fresh = _Place([box.xyxy])
                places.append(fresh)
                taken.append(fresh)
    return places


def _staffness(place: _Place, anchors: list[Xyxy]) -> tuple[float, int]:
    """The nearer to what lies on a desk, the more it is staff; then who is seen more often."""
    x0, _, x1, y1 = place.middle
    unit = max(1.0, x1 - x0)
    foot = ((x0 + x1) / 2, y1)
    gaps = [
        ((centre(box)[0] - foot[0]) ** 2 + (centre(box)[1] - foot[1]) ** 2) ** 0.5 / unit
        for box in anchors
    ]
    return -min(gaps, default=0.0), len(place.boxes)


def _desk(things: list[Xyxy], person: Xyxy) -> Xyxy:
    """Round what lies there, at least as wide as who sits at it; else where the person ends."""
    x0, y0, x1, y1 = person
    width, height = x1 - x0, y1 - y0
    side = (x0 - 0.4 * width, x1 + 0.4 * width)
    if not things:
        return side[0], y1 - 0.12 * height, side[1], y1 + 0.25 * height
    left, top, right, bottom = _around(things)
    deep = bottom - top
    return min(side[0], left), top - 0.5 * deep, max(side[1], right), bottom + 0.8 * deep


def _beside(box: Xyxy, reach: Xyxy) -> bool:
    """Whether a thing stands before or beside who sits there."""
    x, y = centre(box)
    height = reach[3] - reach[1]
    return reach[0] <= x <= reach[2] and reach[1] <= y <= reach[3] + 0.5 * height


def _around(boxes: Sequence[Xyxy]) -> Xyxy:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _area(box: Xyxy) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _corners(box: Xyxy, size_wh: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    width, height = size_wh
    x0, x1 = (min(1.0, max(0.0, x / width)) for x in (box[0], box[2]))
    y0, y1 = (min(1.0, max(0.0, y / height)) for y in (box[1], box[3]))
    return (
        (round(x0, 4), round(y0, 4)),
        (round(x1, 4), round(y0, 4)),
        (round(x1, 4), round(y1, 4)),
        (round(x0, 4), round(y1, 4)),
    )
