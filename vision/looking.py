"""The step from a frame to what it says about each counter in it. Pure, given the networks.

Live, replay and tests all take exactly this step (design section 2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vision.checks import Seen, observe, unseen
from vision.eyes import (
    Eyes,
    Person,
    find_items,
    find_people,
    look_at_person,
    staffed_by,
    visited_by,
)
from vision.geometry import bounds, centre, contains, grown
from vision.labels import TAGS, Label
from vision.layout import Counter, ZoneKind
from vision.placing import laid, placed
from vision.values import Box, Frame, Image, Observation, Reason, Sample
from vision.view import Reference, gate, measure_picture, view_of

NEEDS_ATTIRE = frozenset({"badge_worn", "badge_legible"})
NEEDS_ITEMS = frozenset({"desk_clear", "equipment_present"})
COMPARED = frozenset({"desk_like_reference", "desk_clear"})
"""The checks that lay the approved picture beside the frame."""

NOTHING: Mapping[str, Sequence[Observation]] = MappingProxyType({})

SURE = 0.6
"""From here on head and chest contradict an empty counter; they never make it a staffed one."""


@dataclass(frozen=True, slots=True)
class Approved:
    """The approved picture of a camera's clear desks, and what the gate needs of it.

    `image` BGR (H, W, 3) in the size of the camera's frames.
    """

    image: Image
    reference: Reference


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame gave: a sample per counter, and what must be hidden before it is stored.

    `people` everybody in the frame; `heads` and `tags` where the attire network looked; `unread`
    the staff at whom it did not look, so that nobody knows where a tag hangs. `counters` with their
    zones where they lie in this frame: the camera may have been nudged.
    """

    samples: tuple[Sample, ...]
    people: tuple[Box, ...]
    heads: tuple[Box, ...]
    tags: tuple[Box, ...]
    visitors: tuple[Box, ...]
    unread: tuple[Box, ...] = ()
    counters: tuple[Counter, ...] = ()

    def placed(self, counter: Counter) -> Counter:
        """The counter as it lies in this frame."""
        return next((one for one in self.counters if one.counter == counter.counter), counter)


def look(
    frame: Frame,
    counters: Sequence[Counter],
    due: Mapping[str, Sequence[str]],
    eyes: Eyes,
    parameters: Mapping[str, float],
    approved: Approved | None,
    *,
    frozen: bool = False,
    carried: Mapping[str, Sequence[Observation]] = NOTHING,
) -> Look:
    """Look at one frame for the checks that are `due` at each of its camera's counters.

    The gate comes first: a counter that the frame does not show gets CANNOT_TELL for every check,
    and a frame that shows none of them is given to no network. `carried`, by counter: what an
    unchanged picture said before about further checks (`vision.attention`). Zones and the approved
    picture follow a camera that was nudged.
    """
    picture = measure_picture(frame.image, approved.reference if approved is not None else None)
    counters = [placed(counter, picture.lay) for counter in counters]
    views = {
        counter.counter: view_of(
            picture, [zone.polygon(frame.size_wh) for zone in counter.zones], frozen=frozen
        )
        for counter in counters
    }
    hidden = {name: gate(view, parameters) for name, view in views.items()}
    people = find_people(frame.image, eyes.scene) if None in hidden.values() else []
    reference: Image | None = None
    if approved is not None:
        compared = any(not COMPARED.isdisjoint(due.get(c.counter, ())) for c in counters)
        reference = laid(approved.image, picture.lay) if compared else approved.image
    found: list[Sample] = []
    persons: list[Person] = []
    unread: list[Box] = []
    visitors: list[Box] = []
    for counter in counters:
        name = counter.counter
        checks = sorted(due.get(name, ()))
        reason = hidden[name]
        if reason is None:
            seen = _see(frame, counter, counters, checks, people, eyes, reference)
            persons += seen.staff
            visitors += seen.visitors
            if NEEDS_ATTIRE.isdisjoint(checks):
                unread += [person.box for person in seen.staff]
            answers = [observe(check, seen, parameters, eyes.reader) for check in checks]
            answers = sorted([*answers, *carried.get(name, ())], key=lambda one: one.check)
        else:
            all_checks = sorted({*checks, *(one.check for one in carried.get(name, ()))})
            answers = _unseen(all_checks, name, frame, reason)
        found.append(
            Sample(name, frame.camera, frame.captured_at, views[name], tuple(answers))
        )
    return Look(
        tuple(found),
        tuple(people),
        tuple(person.head for person in persons if person.head is not None),
        tuple(tag for person in persons for tag in person.tags if tag.label in TAGS),
        tuple(visitors),
        tuple(unread),
        tuple(counters),
    )


def _unseen(
    checks: Sequence[str], counter: str, frame: Frame, reason: Reason
) -> list[Observation]:
    return [unseen(check, counter, frame.captured_at, reason) for check in checks]


def _see(
    frame: Frame,
    counter: Counter,
    counters: Sequence[Counter],
    checks: Sequence[str],
    people: list[Box],
    eyes: Eyes,
    reference: Image | None,
) -> Seen:
    staff = staffed_by(people, counter, frame.size_wh)
    visitors = [
        box for box in visited_by(people, counter, frame.size_wh) if box not in staff
    ]
    elsewhere = [other for other in counters if other.counter != counter.counter]
    shared = any(
        box in staffed_by(people, other, frame.size_wh) for other in elsewhere for box in staff
    )
    if NEEDS_ATTIRE.isdisjoint(checks):
        dressed = [Person(box, None, None, (), ()) for box in staff]
    else:
        dressed = [look_at_person(frame.image, box, eyes.attire) for box in staff]
    hinted = not staff and "staff_present" in checks and _hinted(frame, counter, eyes)
    items: list[Box] = []
    if not NEEDS_ITEMS.isdisjoint(checks):
        items = find_items(frame.image, counter, eyes.desk)
    return Seen(
        counter=counter,
        captured_at=frame.captured_at,
        image=frame.image,
        staff=tuple(dressed),
        visitors=tuple(visitors),
        others=tuple(box for box in people if box not in staff and box not in visitors),
        items=tuple(items),
        shared=shared,
        hinted=hinted,
        reference=reference,
    )


def _hinted(frame: Frame, counter: Counter, eyes: Eyes) -> bool:
    """Whether the attire network sees a head over a chest where the scene network sees nobody.

    Two networks must agree before a counter is called empty: absence accuses. A head alone is no
    hint; that network is shown people all its life and finds one in the back of a chair.
    """
    zone = counter.zone(ZoneKind.STAFF)
    if zone is None:
        return False
    polygon = zone.polygon(frame.size_wh)
    x0, y0, x1, y1 = grown(bounds(polygon), 0.0, frame.size_wh)
    seen = eyes.attire.detect(frame.image[y0:y1, x0:x1]).moved(x0, y0)
    sure = [
        box
        for box in seen.labelled(Label.HEAD, Label.TORSO).boxes()
        if box.confidence >= SURE and contains(polygon, centre(box.xyxy))
    ]
    heads = [centre(box.xyxy) for box in sure if box.label is Label.HEAD]
    chests = [box.xyxy for box in sure if box.label is Label.TORSO]
    return any(
        chest[0] <= x <= chest[2] and y < centre(chest)[1] for x, y in heads for chest in chests
    )
