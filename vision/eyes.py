"""One frame looked at in three ways: the whole for people, desk crops for items, people for tags.

Small things stay at native resolution (design section 5): a card of 21 x 30 px is gone when the
whole frame is shrunk to a network's input.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vision.geometry import bounds, centre, contains, grown, iou
from vision.labels import LOOK_ALIKES, PERSONAL_ITEMS, TAGS, Label
from vision.layout import Counter, ZoneKind
from vision.tiling import look_closely
from vision.values import Box, Detections, Detector, Image, Reader, Xyxy

CROP_MARGIN = 0.1
"""Added round a person's box: boxes cut arms, and straps hang beside them."""

CROP_ASPECT = 1.5
"""Height of a person crop over its width, at most: tags are worn above the waist."""

DESK_MARGIN = 0.15
"""Added round a desk zone, as a share of its sides."""

DESK_HEADROOM = 0.75
"""Added above a desk zone, as a share of its height: bottles and bags stand up out of it."""

SAME_THING = 0.5
"""Boxes of two labels that overlap by so much are about one thing. Source: own."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """The networks a look needs: people in the whole frame, things on desks, what one wears."""

    scene: Detector
    desk: Detector
    attire: Detector
    reader: Reader

    @property
    def models(self) -> str:
        """Which networks answer, as verdicts cite them."""
        return " ".join(
            dict.fromkeys((self.scene.model, self.desk.model, self.attire.model))
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a frame and what is worn; all boxes in pixels of the frame.

    `torso` is the front of the chest with both shoulders towards the camera (None: turned away,
    covered or not found). `tags` are cards and name tags, most confident first.
    """

    box: Box
    head: Box | None
    torso: Box | None
    tags: tuple[Box, ...]
    lanyards: tuple[Box, ...]


def person_crop(person: Xyxy, size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels in which to look for what a person wears: xyxy, cut to the picture.

    A standing person's legs are left out, so that the chest keeps its pixels.
    """
    x0, y0, x1, y1 = grown(person, CROP_MARGIN, size_wh)
    return x0, y0, x1, min(y1, y0 + max(1, round(CROP_ASPECT * (x1 - x0))))


def find_people(image: Image, scene: Detector) -> list[Box]:
    """Everybody in the whole frame, most confident first."""
    return scene.detect(image).labelled(Label.PERSON).boxes()


def look_at_person(image: Image, person: Box, attire: Detector) -> Person:
    """What this person wears. Boxes of a neighbour who stands in the same crop are left out."""
    size_wh = (image.shape[1], image.shape[0])
    x0, y0, x1, y1 = person_crop(person.xyxy, size_wh)
    seen = attire.detect(image[y0:y1, x0:x1]).moved(x0, y0)
    return worn_by(person, seen)


def worn_by(person: Box, seen: Detections) -> Person:
    """The detections that belong to this person.

    A head belongs when its middle lies in the upper half of the person's box; a torso when its
    middle lies in the box; a tag when it hangs on the torso, or anywhere on the person where no
    torso was found (a card on the desk or in the hand is not worn).
    """
    px0, py0, px1, py1 = person.xyxy

    def on_person(box: Box) -> bool:
        x, y = centre(box.xyxy)
        return px0 <= x <= px1 and py0 <= y <= py1

    boxes = [box for box in seen.boxes() if on_person(box)]
    heads = [
        box for box in boxes if box.label is Label.HEAD and centre(box.xyxy)[1] <= (py0 + py1) / 2
    ]
    torsos = [box for box in boxes if box.label is Label.TORSO]
    head = heads[0] if heads else None
    torso = torsos[0] if torsos else None
    tags = [box for box in boxes if box.label in TAGS and _hangs_on(box, torso)]
    straps = [box for box in boxes if box.label is Label.LANYARD]
    return Person(person, head, torso, tuple(tags), tuple(straps))


def _hangs_on(tag: Box, torso: Box | None) -> bool:
    if torso is None:
        return True
    x, y = centre(tag.xyxy)
    dx, dy = 0.05 * torso.width_px, 0.15 * torso.height_px
    x0, y0, x1, y1 = torso.xyxy
    return x0 - dx <= x <= x1 + dx and y0 - dy <= y <= y1 + dy


def desk_crop(counter: Counter, size_wh: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """The pixels in which to look for items: xyxy round the desk zone, or None without one."""
    zone = counter.zone(ZoneKind.DESK)
    if zone is None:
        return None
    desk = bounds(zone.polygon(size_wh))
    x0, y0, x1, y1 = grown(desk, DESK_MARGIN, size_wh)
    headroom = int((DESK_HEADROOM - DESK_MARGIN) * (desk[3] - desk[1]))
    return x0, max(0, y0 - headroom), x1, y1


def find_items(image: Image, counter: Counter, desk: Detector) -> list[Box]:
    """What lies in and round a counter's desk zone, most confident first; people left out."""
    size_wh = (image.shape[1], image.shape[0])
    crop = desk_crop(counter, size_wh)
    if crop is None:
        return []
    seen = look_closely(image, crop, desk)
    things = [box for box in seen.boxes() if box.label is not Label.PERSON]
    return sorted(unlike_official(things), key=lambda box: -box.confidence)


def unlike_official(things: Sequence[Box]) -> list[Box]:
    """A personal item is as sure as it is not something of the office at the same place.

    A hand sanitiser looks like a bottle, a folder like a book: who is surer of the office's thing
    must not accuse, and who is in doubt must not either.
    """
    official = [box for box in things if box.label in LOOK_ALIKES]

    def rival(item: Box) -> float:
        there = (o.confidence for o in official if iou(o.xyxy, item.xyxy) >= SAME_THING)
        return max(there, default=0.0)

    return [
        replace(box, confidence=box.confidence * (1 - rival(box)))
        if box.label in PERSONAL_ITEMS
        else box
        for box in things
    ]


def staffed_by(people: list[Box], counter: Counter, size_wh: tuple[int, int]) -> list[Box]:
    """The people whose middle lies in the staff zone. The desk hides feet, so feet never decide."""
    return _in_zone(people, counter, ZoneKind.STAFF, size_wh)


def visited_by(people: list[Box], counter: Counter, size_wh: tuple[int, int]) -> list[Box]:
    """The people whose middle lies in the visitor zone."""
    return _in_zone(people, counter, ZoneKind.VISITOR, size_wh)


def _in_zone(
    people: list[Box], counter: Counter, kind: ZoneKind, size_wh: tuple[int, int]
) -> list[Box]:
    zone = counter.zone(kind)
    if zone is None:
        return []
    polygon = zone.polygon(size_wh)
    return [person for person in people if contains(polygon, centre(person.xyxy))]
