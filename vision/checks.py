"""Each check turns what was seen in one frame into one observation about one counter.

A check never accuses by silence: it says NOT_MET only where the frame shows the place in which the
thing should be, well enough. CHECKS names them all; docs/how-a-verdict-is-reached.md explains each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.eyes import Person
from vision.geometry import base, bounds, contains, share_covered
from vision.labels import EQUIPMENT, PERSONAL_ITEMS, Label
from vision.layout import Counter, ZoneKind
from vision.values import Box, Image, Observation, Outcome, Reader, Reason, Xyxy

CHECKS = (
    "badge_legible",
    "badge_worn",
    "company",
    "desk_clear",
    "desk_like_reference",
    "equipment_present",
    "staff_present",
)

SHARP_CROP = 15.0
"""Variance of the Laplacian below which a chest or card crop is too blurred to deny a tag."""

TORSO_ASPECT = 0.45
"""Height over width below which so little chest shows that a tag may hang below the edge."""

READABLE_CARD_PX = 60.0
"""Card height under which no letter can reach px_letter: not worth a text recogniser."""

CELL_PX = 4
LEAST_CELLS = 16
"""Of so many cells of bare desk its light is known."""

SHOWN = 0.3
"""The approved picture shows a thing where so much of a box differs from bare desk. Source: own."""
"""The desk is compared in cells of so many pixels a side: noise is averaged away, work saved."""

Answer = tuple[Outcome, Reason | None, Box | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a frame showed of one counter: the input of every check.

    `staff` in the staff zone with what they wear, `visitors` in the visitor zone, `others` all
    other people, `items` in and round the desk zone. `shared`: one of the staff also stands in
    another counter's staff zone. `hinted`: nobody was found, yet a head over a chest is seen.
    """

    counter: Counter
    captured_at: datetime
    image: Image
    staff: tuple[Person, ...]
    visitors: tuple[Box, ...]
    others: tuple[Box, ...]
    items: tuple[Box, ...]
    shared: bool
    hinted: bool
    reference: Image | None

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        return int(self.image.shape[1]), int(self.image.shape[0])


def observe(
    check: str, seen: Seen, parameters: Mapping[str, float], reader: Reader
) -> Observation:
    """One observation. Errors: KeyError for an unknown check or a missing parameter."""
    if check == "staff_present":
        return staff_present(seen, parameters)
    if check == "badge_worn":
        return badge_worn(seen, parameters)
    if check == "badge_legible":
        return badge_legible(seen, parameters, reader)
    if check == "desk_clear":
        return desk_clear(seen, parameters)
    if check == "desk_like_reference":
        return desk_like_reference(seen, parameters)
    if check == "equipment_present":
        return equipment_present(seen, parameters)
    if check == "company":
        return company(seen, parameters)
    raise KeyError(f"unknown check {check!r}; known: {', '.join(CHECKS)}")


def unseen(check: str, counter: str, at: datetime, reason: Reason) -> Observation:
    """What a check says when the gate did not pass: nothing, and why."""
    return Observation(counter, check, at, Outcome.CANNOT_TELL, reason, 0.0)


def _covered(seen: Seen, kind: ZoneKind) -> float:
    """Share of a zone behind people who do not belong to the staff of this counter."""
    zone = seen.counter.zone(kind)
    if zone is None:
        return 0.0
    boxes = np.array([box.xyxy for box in seen.others + seen.visitors], np.float32)
    return share_covered(zone.polygon(seen.size_wh), boxes.reshape(-1, 4))


def staff_present(seen: Seen, parameters: Mapping[str, float]) -> Observation:
    """Somebody is in the staff zone.

    CANNOT_TELL: zone behind others (OCCLUDED), person below px_person (TOO_SMALL), confidence
    between det_lo and det_hi (MODEL_UNSURE), or standing in two staff zones (AMBIGUOUS_OWNER).
    """
    best = max(seen.staff, key=lambda person: person.box.confidence, default=None)
    outcome, reason = Outcome.MET, None
    if best is None or best.box.confidence < parameters["det_lo"]:
        outcome, reason = Outcome.NOT_MET, Reason.ABSENT
        if _covered(seen, ZoneKind.STAFF) > parameters["occl_max"]:
            outcome, reason = Outcome.CANNOT_TELL, Reason.OCCLUDED
        elif seen.hinted:
            outcome, reason = Outcome.CANNOT_TELL, Reason.MODEL_UNSURE
    elif best.box.confidence < parameters["det_hi"]:
        outcome, reason = Outcome.CANNOT_TELL, Reason.MODEL_UNSURE
    elif best.box.height_px < parameters["px_person"]:
        outcome, reason = Outcome.CANNOT_TELL, Reason.TOO_SMALL
    elif seen.shared:
        outcome, reason = Outcome.CANNOT_TELL, Reason.AMBIGUOUS_OWNER
    score = best.box.confidence if best is not None else 0.0
    basis = tuple(person.box for person in seen.staff)
    return Observation(
        seen.counter.counter, "staff_present", seen.captured_at, outcome, reason, score, basis
    )


def sharpness_of(image: Image, xyxy: tuple[float, float, float, float]) -> float:
    """Variance of the Laplacian of the grey crop, levels squared. 0 for an empty crop."""
    x0, y0, x1, y1 = (max(0, int(v)) for v in xyxy)
    crop = image[y0:y1, x0:x1]
    if crop.shape[0] < 3 or crop.shape[1] < 3:
        return 0.0
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def badge_of(person: Person, image: Image, parameters: Mapping[str, float]) -> Answer:
    """Whether this person wears a tag: outcome, reason, the tag's box.

    MET by one sure sighting of px_badge on its long side. NOT_MET only on a good crop: the front of
    the chest shows, is px_chest wide and sharp, no strap disappears somewhere, nothing tag-like.
    Source: SIG-BADGE, docs/standard.md 2.14; the long side, because cards hang upright or across.
    """
    best = person.tags[0] if person.tags else None
    if best is not None and best.confidence >= parameters["det_hi"]:
        if max(best.width_px, best.height_px) < parameters["px_badge"]:
            return Outcome.CANNOT_TELL, Reason.TOO_SMALL, best
        return Outcome.MET, None, best
    if best is not None and best.confidence >= parameters["det_lo"]:
        return Outcome.CANNOT_TELL, Reason.MODEL_UNSURE, best
    torso = person.torso
    if torso is None or torso.confidence < parameters["det_hi"]:
        too_small = person.box.width_px < parameters["px_chest"]
        return Outcome.CANNOT_TELL, Reason.TOO_SMALL if too_small else Reason.OCCLUDED, None
    if torso.width_px < parameters["px_chest"]:
        return Outcome.CANNOT_TELL, Reason.TOO_SMALL, None
    if torso.height_px < TORSO_ASPECT * torso.width_px:
        return Outcome.CANNOT_TELL, Reason.OCCLUDED, None
    if any(strap.confidence >= parameters["det_lo"] for strap in person.lanyards):
        return Outcome.CANNOT_TELL, Reason.OCCLUDED, None
    if sharpness_of(image, torso.xyxy) < SHARP_CROP:
        return Outcome.CANNOT_TELL, Reason.BLURRED, None
    return Outcome.NOT_MET, Reason.MISSING_ITEM, None


def _wearer(seen: Seen) -> Person | None:
    """Whose tag is looked at: the largest person in the staff zone."""
    return max(
        seen.staff, key=lambda person: person.box.height_px * person.box.width_px, default=None
    )


def badge_worn(seen: Seen, parameters: Mapping[str, float]) -> Observation:
    """The person at the counter wears a tag. CANNOT_TELL (NOBODY) when the counter is empty."""
    person = _wearer(seen)
    if person is None:
        return unseen("badge_worn", seen.counter.counter, seen.captured_at, Reason.NOBODY)
    outcome, reason, tag = badge_of(person, seen.image, parameters)
    basis = [box for box in (tag, person.torso) if box is not None]
    score = tag.confidence if tag is not None else 0.0
    return Observation(
        seen.counter.counter, "badge_worn", seen.captured_at, outcome, reason, score, tuple(basis)
    )


def legibility_of(
    tag: Box, image: Image, parameters: Mapping[str, float], reader: Reader
) -> tuple[Outcome, Reason | None, float]:
    """Whether a tag can be read in this picture: outcome, reason, letter height in px.

    Pixels and side first; only a card that could reach px_letter is given to the recogniser, and
    what it reads is counted, never kept. Never NOT_MET: the camera is not the visitor's eye.
    Source: SIG-READABLE, docs/standard.md 2.14.
    """
    if tag.label is Label.ID_CARD_BACK:
        return Outcome.CANNOT_TELL, Reason.TURNED_OVER, 0.0
    if tag.height_px < READABLE_CARD_PX and tag.width_px < 2 * READABLE_CARD_PX:
        return Outcome.CANNOT_TELL, Reason.TOO_SMALL, 0.0
    x0, y0, x1, y1 = (max(0, int(v)) for v in tag.xyxy)
    if sharpness_of(image, tag.xyxy) < SHARP_CROP:
        return Outcome.CANNOT_TELL, Reason.BLURRED, 0.0
    read = reader.read(image[y0:y1, x0:x1])
    if read.letter_count == 0:
        return Outcome.CANNOT_TELL, Reason.MODEL_UNSURE, read.letter_px
    if read.letter_px < parameters["px_letter"]:
        return Outcome.CANNOT_TELL, Reason.TOO_SMALL, read.letter_px
    return Outcome.MET, None, read.letter_px


def badge_legible(
    seen: Seen, parameters: Mapping[str, float], reader: Reader
) -> Observation:
    """The worn tag could be read from here. CANNOT_TELL: too small, turned over, none worn."""
    person = _wearer(seen)
    name, at = seen.counter.counter, seen.captured_at
    if person is None:
        return unseen("badge_legible", name, at, Reason.NOBODY)
    outcome, reason, tag = badge_of(person, seen.image, parameters)
    if outcome is not Outcome.MET or tag is None:
        return unseen("badge_legible", name, at, reason or Reason.MODEL_UNSURE)
    outcome, reason, letter_px = legibility_of(tag, seen.image, parameters, reader)
    return Observation(name, "badge_legible", at, outcome, reason, letter_px, (tag,))


def _on_desk(seen: Seen, boxes: Sequence[Box]) -> list[Box]:
    zone = seen.counter.zone(ZoneKind.DESK)
    if zone is None:
        return []
    polygon = zone.polygon(seen.size_wh)
    return [box for box in boxes if contains(polygon, base(box.xyxy))]


def desk_clear(seen: Seen, parameters: Mapping[str, float]) -> Observation:
    """No personal item that a detector can name stands on the staff half of the desk.

    The basis holds every candidate from det_lo on, and visitors (label person): the signal needs
    them to leave out what a visitor brought. What the approved picture shows at the same place
    belongs to the office and is no candidate. CANNOT_TELL: desk behind people, unsure, too small.
    """
    name, at = seen.counter.counter, seen.captured_at
    if seen.counter.zone(ZoneKind.DESK) is None:
        return unseen("desk_clear", name, at, Reason.NO_VIEW)
    items = [
        box
        for box in _on_desk(seen, [box for box in seen.items if box.label in PERSONAL_ITEMS])
        if box.confidence >= parameters["det_lo"]
    ]
    items = [box for box in items if not _approved(seen, box, parameters)]
    sure = [box for box in items if box.confidence >= parameters["det_hi"]]
    large = [box for box in sure if box.short_px >= parameters["px_object"]]
    basis = (*items, *seen.visitors)
    score = max((box.confidence for box in items), default=0.0)
    outcome: Outcome = Outcome.MET
    reason: Reason | None = None
    if large:
        outcome, reason = Outcome.NOT_MET, Reason.PRESENT_OBJECT
    elif _covered(seen, ZoneKind.DESK) > parameters["occl_max"]:
        outcome, reason = Outcome.CANNOT_TELL, Reason.OCCLUDED
    elif sure:
        outcome, reason = Outcome.CANNOT_TELL, Reason.TOO_SMALL
    elif items:
        outcome, reason = Outcome.CANNOT_TELL, Reason.MODEL_UNSURE
    return Observation(name, "desk_clear", at, outcome, reason, score, basis)


def _approved(seen: Seen, item: Box, parameters: Mapping[str, float]) -> bool:
    """Whether the approved picture of the clear desk shows this very thing at this place."""
    zone = seen.counter.zone(ZoneKind.DESK)
    if zone is None or seen.reference is None or seen.reference.shape != seen.image.shape:
        return False
    desk = zone.polygon(seen.size_wh)
    distance = parameters["obj_same_de"]
    return (
        thing_difference(seen.image, seen.reference, desk, _people(seen), item.xyxy, distance)
        <= parameters["obj_same_share"]
    )


def thing_difference(
    image: Image,
    reference: Image,
    polygon: np.ndarray,
    people: Sequence[Box],
    item: Xyxy,
    colour_distance: float,
) -> float:
    """Share of an item's box whose colour differs from the reference, 0 to 1.

    1 as well where the reference shows no more than bare desk there, or where people hide so much
    of the desk that its light cannot be compared. The reference is brought to the light of the
    frame by the desk's median, channel by channel; distances are of Lab (0..255 each). Shapes:
    pictures (H, W, 3) alike, polygon (M, 2). Source: own.
    """
    part, counted = _desk_cells(image, polygon, people)
    now, was = cells_of(image, item), cells_of(reference, item)
    if part is None or now is None or was is None:
        return 1.0
    desk_now, desk_was = cells_of(image, part), cells_of(reference, part)
    if desk_now is None or desk_was is None:
        return 1.0
    bare = np.median(desk_was[counted], axis=0)
    light = np.clip((np.median(desk_now[counted], axis=0) + 1) / (bare + 1), 0.5, 2.0)
    lit = np.clip(was * light, 0, 255).astype(np.uint8)
    plain = np.clip(bare * light, 0, 255).astype(np.uint8).reshape(1, 1, 3)
    was_lab, now_lab, bare_lab = (
        cv2.cvtColor(one, cv2.COLOR_BGR2LAB).astype(np.float32) for one in (lit, now, plain)
    )

    def apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        return float((((one - other) ** 2).sum(axis=2) > colour_distance**2).mean())

    return apart(now_lab, was_lab) if apart(was_lab, bare_lab) >= SHOWN else 1.0


def _people(seen: Seen) -> list[Box]:
    return [person.box for person in seen.staff] + list(seen.visitors + seen.others)


def _desk_cells(
    image: Image, polygon: np.ndarray, people: Sequence[Box]
) -> tuple[Xyxy | None, NDArray[np.bool_]]:
    """The part of the picture that holds the desk, and which of its cells show it, people left out.

    The part is None where too little of it is to be seen.
    """
    left_x, top_y, right_x, bottom_y = bounds(polygon)
    x0, y0 = max(0, int(left_x)), max(0, int(top_y))
    x1, y1 = min(image.shape[1], int(right_x)), min(image.shape[0], int(bottom_y))
    width, height = max(0, x1 - x0) // CELL_PX, max(0, y1 - y0) // CELL_PX
    zone = np.zeros((height, width), np.uint8)
    if width >= 2 and height >= 2:
        cv2.fillPoly(zone, [np.round((polygon - (x0, y0)) / CELL_PX).astype(np.int32)], (255,))
    for box in people:
        bx0, by0, bx1, by1 = (int(v) for v in box.xyxy)
        left, top = max(0, (bx0 - x0) // CELL_PX), max(0, (by0 - y0) // CELL_PX)
        zone[top : max(0, -(-(by1 - y0) // CELL_PX)), left : max(0, -(-(bx1 - x0) // CELL_PX))] = 0
    counted: NDArray[np.bool_] = zone > 0
    part = None if int(np.count_nonzero(counted)) < LEAST_CELLS else (x0, y0, x1, y1)
    return part, counted


def cells_of(image: Image, part: Xyxy) -> Image | None:
    """A part of a picture in cells of CELL_PX, BGR, shape (rows, cols, 3); None: not one whole."""
    x0, y0, x1, y1 = (max(0, int(v)) for v in part)
    width = (min(x1, image.shape[1]) - x0) // CELL_PX
    height = (min(y1, image.shape[0]) - y0) // CELL_PX
    if width < 1 or height < 1:
        return None
    seen = image[y0 : y0 + CELL_PX * height, x0 : x0 + CELL_PX * width]
    return np.asarray(cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def desk_like_reference(seen: Seen, parameters: Mapping[str, float]) -> Observation:
    """The desk looks like the approved picture of it. A difference only asks a human.

    Score: share of the desk that differs, people left out. CANNOT_TELL: no picture (NO_BASELINE),
    desk behind people (OCCLUDED), differs (AWAITING_HUMAN).
    """
    name, at = seen.counter.counter, seen.captured_at
    zone = seen.counter.zone(ZoneKind.DESK)
    if zone is None:
        return unseen("desk_like_reference", name, at, Reason.NO_VIEW)
    if seen.reference is None or seen.reference.shape != seen.image.shape:
        return unseen("desk_like_reference", name, at, Reason.NO_BASELINE)
    if _covered(seen, ZoneKind.DESK) > parameters["occl_max"]:
        return unseen("desk_like_reference", name, at, Reason.OCCLUDED)
    share = desk_difference(
        seen.image, seen.reference, zone.polygon(seen.size_wh), _people(seen)
    )
    if share > parameters["desk_differs_share"]:
        outcome, reason = Outcome.CANNOT_TELL, Reason.AWAITING_HUMAN
        return Observation(name, "desk_like_reference", at, outcome, reason, share)
    return Observation(name, "desk_like_reference", at, Outcome.MET, None, share)


def desk_difference(
    image: Image, reference: Image, polygon: np.ndarray, people: Sequence[Box]
) -> float:
    """Share of the desk whose colour differs clearly from the reference, 0 to 1.

    Lab difference after the desk's own mean difference is taken out, so that a lamp or a camera's
    white balance is no finding. Shapes: pictures (H, W, 3) alike, polygon (M, 2). Source: own.
    """
    part, counted = _desk_cells(image, polygon, people)
    if part is None:
        return 0.0
    pair = [cells_of(image, part), cells_of(reference, part)]
    one, other = (cv2.cvtColor(cells, cv2.COLOR_BGR2LAB) for cells in pair if cells is not None)
    apart = cv2.subtract(one, other, dtype=cv2.CV_16S)[counted]
    by_channel = apart.T.astype(np.float32, order="C")
    by_channel -= np.median(by_channel, axis=1, keepdims=True)
    return float(((by_channel**2).sum(axis=0) > 22.0**2).mean())


def equipment_present(seen: Seen, parameters: Mapping[str, float]) -> Observation:
    """The counter's equipment is there; the signal chooses by label.

    Score: by how much of the 0..1 luma range the screen zone is brighter than its surround (0
    without such a zone). CANNOT_TELL (MODEL_UNSURE): none found, it may lie in a drawer.
    """
    name, at = seen.counter.counter, seen.captured_at
    found = tuple(
        box
        for box in seen.items
        if box.label in EQUIPMENT and box.confidence >= parameters["det_lo"]
    )
    zone = seen.counter.zone(ZoneKind.SCREEN)
    glow = screen_glow(seen.image, zone.polygon(seen.size_wh)) if zone is not None else 0.0
    outcome = Outcome.MET if found else Outcome.CANNOT_TELL
    reason = None if found else Reason.MODEL_UNSURE
    return Observation(name, "equipment_present", at, outcome, reason, glow, found)


def screen_glow(image: Image, polygon: np.ndarray) -> float:
    """How much brighter a screen is than what surrounds it, as a share of 255; may be negative."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = bounds(polygon)
    side = max(5, int(0.3 * max(x1 - x0, y1 - y0)) | 1)
    left, top = max(0, int(x0) - side), max(0, int(y0) - side)  # nothing further away counts
    right, bottom = min(width, int(x1) + side + 1), min(height, int(y1) + side + 1)
    if right <= left or bottom <= top:
        return 0.0
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    inner = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(inner, [np.round(polygon).astype(np.int32) - (left, top)], (1,))
    outer = cv2.dilate(inner, np.ones((side, side), np.uint8)) - inner
    if not inner.any() or not outer.any():
        return 0.0
    return float(cv2.mean(grey, inner)[0] - cv2.mean(grey, outer)[0]) / 255.0


def company(seen: Seen, parameters: Mapping[str, float]) -> Observation:
    """Several staff at one counter without a visitor: an event for a human, never an accusation."""
    staff = tuple(
        person.box for person in seen.staff if person.box.confidence >= parameters["det_hi"]
    )
    name, at = seen.counter.counter, seen.captured_at
    if len(staff) >= parameters["chat_people"] and not seen.visitors:
        outcome, reason = Outcome.CANNOT_TELL, Reason.AWAITING_HUMAN
        return Observation(name, "company", at, outcome, reason, float(len(staff)), staff)
    return Observation(name, "company", at, Outcome.MET, None, float(len(staff)), staff)
