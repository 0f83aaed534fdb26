"""Whether heads are hidden in what is kept, on rendered people: no real set has heads labelled.

Evidence hides the top of everybody's box and every head that was found (`vision.hiding`). Counted
are true heads from HEAD_PX on: found by the attire network, under the top of a person's box, or
under either. A head that is under neither would be kept as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datasets.evaluation import HEIGHTS, per_picture, read
from datasets.intervals import Figure, ratio
from datasets.score_tables import Table
from datasets.sets import PictureSet
from vision.eyes import find_people, look_at_person
from vision.geometry import iou, share_covered
from vision.hiding import over_heads
from vision.labels import Label
from vision.values import Detector, Xyxy

HEAD_PX = 16.0
"""Smaller heads show nobody. Source: own goal."""

FOUND_IOU = 0.5
HIDDEN = 0.9
"""So much of a true head's box must lie under something hidden: its box has corners of wall."""


@dataclass(frozen=True, slots=True)
class HeadAnswer:
    """One true head and what became of it."""

    picture: int
    height_px: float
    groups: tuple[str, ...]
    found: bool
    under_top: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class HeadScore:
    """Shares of the true heads of a group or span of heights."""

    name: str
    found: Figure
    under_top: Figure
    hidden: Figure


def heads_of(pictures: PictureSet, scene: Detector, attire: Detector) -> list[HeadAnswer]:
    """Every true head that counts, looked for as the product does. Errors: DataError."""
    answers: list[HeadAnswer] = []
    for number, picture in enumerate(pictures.pictures):
        wanted = [
            box
            for box in picture.boxes
            if box.label is Label.HEAD and not box.ignored and box.height_px >= HEAD_PX
        ]
        if not wanted:
            continue
        image = read(picture)
        people = find_people(image, scene)
        heads = [
            person.head
            for person in (look_at_person(image, one, attire) for one in people)
            if person.head is not None
        ]
        size_wh = (image.shape[1], image.shape[0])
        for box in wanted:
            answers.append(
                HeadAnswer(
                    number,
                    box.height_px,
                    box.groups,
                    any(iou(box.xyxy, head.xyxy) >= FOUND_IOU for head in heads),
                    _covered(box.xyxy, over_heads(people, (), size_wh)),
                    _covered(box.xyxy, over_heads(people, heads, size_wh)),
                )
            )
    return answers


def _covered(head: Xyxy, parts: Sequence[Xyxy]) -> bool:
    x0, y0, x1, y1 = head
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)
    return share_covered(corners, np.array(parts, np.float32).reshape(-1, 4)) >= HIDDEN


def scores_of_heads(answers: Sequence[HeadAnswer]) -> tuple[HeadScore, ...]:
    """All heads, then by height, then by head cover and skin."""
    spans = [(name, low, high) for name, low, high in HEIGHTS if high > HEAD_PX]
    rows = [("all", list(answers))]
    rows += [
        (name, [one for one in answers if low <= one.height_px < high]) for name, low, high in spans
    ]
    groups = sorted({group for one in answers for group in one.groups})
    rows += [
        (group, [one for one in answers if group in one.groups])
        for group in groups
        if group.startswith(("head: ", "skin: ", "face: "))
    ]
    return tuple(_score(name, mine) for name, mine in rows if mine)


def _score(name: str, mine: Sequence[HeadAnswer]) -> HeadScore:
    numbers = sorted({one.picture for one in mine})
    place = np.array([numbers.index(one.picture) for one in mine], np.int64)
    whole = per_picture(place, len(numbers))

    def share(said: Sequence[bool]) -> Figure:
        part = per_picture(place[np.array(said, bool)], len(numbers))
        return ratio(part, whole, len(mine))

    return HeadScore(
        name,
        share([one.found for one in mine]),
        share([one.under_top for one in mine]),
        share([one.hidden for one in mine]),
    )


def table_of_heads(title: str, scores: Sequence[HeadScore]) -> Table:
    """One row a group."""
    columns = ("heads", "found as a head", "under the top of a person", "hidden in evidence")
    rows = tuple((s.name, s.found.percent, s.under_top.percent, s.hidden.percent) for s in scores)
    return Table(title, columns, rows)
