"""How well a network does on held-back pictures with truth, label by label, with intervals.

Confidences are the calibrated ones the product works with (`models.calibration`): the card's `hi`
of every label is 0.60, the policy's det_hi, and that is the threshold for precision and recall.
Labels filled by a teacher are never scored; what is too hidden to count is neither found nor
missed.
"""

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.intervals import Doubles, Figure, difference, ratio, statistic
from datasets.scoring import RECALLS, iou_matrix
from datasets.sets import Labelled, PersonCase, PictureSet, TrueBox
from models.calibration import DET_HI
from vision.checks import badge_of
from vision.errors import DataError
from vision.eyes import find_people, look_at_person
from vision.labels import Label
from vision.values import Box, Detections, Detector, Floats, Image, Outcome, Reason

IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""Source: COCO evaluation."""

FLOOR = 0.02
"""Answers are asked down to this raw score, so that the whole curve is seen."""

HEIGHTS: tuple[tuple[str, float, float], ...] = (
    ("< 16 px", 0, 16),
    ("16-32 px", 16, 32),
    ("32-64 px", 32, 64),
    (">= 64 px", 64, 1e9),
)
"""Box heights in pixels of the picture that was looked at; the lower end belongs to a span."""

IGNORED_SHARE = 0.5
"""An answer that lies by this share on something ignored, and takes nothing else, is dropped."""

FROM_SHORT_PX = 24.0
"""The short side from which things are asked for (policy: px_object)."""

CARD_SIDES = "id_card, either side"

Look = Callable[[Image, Labelled], Detections]
"""How a network is shown a picture; the picture's place in its set may decide that."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A picture's truth and what a network found in it."""

    picture: Labelled
    found: Detections


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Everything about one label over a set.

    Of A answers, surest first: confidence (A,), picture (A,), right (A, 10) at each of IOUS.
    Of T true boxes: picture (T,), height and short side in px (T,), found (T,) at 0.5 by an answer
    of at least DET_HI, groups (T). `sources` (P,) of all pictures.
    """

    confidence: Doubles
    picture: NDArray[np.int64]
    right: NDArray[np.bool_]
    true_picture: NDArray[np.int64]
    true_height: Doubles
    true_short: Doubles
    found: NDArray[np.bool_]
    groups: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...]

    @property
    def picture_count(self) -> int:
        """P."""
        return len(self.sources)

    def of(self, source: str) -> "Answers":
        """The part in pictures of one source."""
        kept = np.array([one == source for one in self.sources], bool)
        number = np.cumsum(kept) - 1
        answers, truths = kept[self.picture], kept[self.true_picture]
        return Answers(
            self.confidence[answers],
            number[self.picture[answers]],
            self.right[answers],
            number[self.true_picture[truths]],
            self.true_height[truths],
            self.true_short[truths],
            self.found[truths],
            tuple(g for g, keep in zip(self.groups, truths, strict=True) if keep),
            tuple(one for one in self.sources if one == source),
        )


@dataclass(frozen=True, slots=True)
class LabelScore:
    """The figures of one label. `n` true boxes in `holding` of `pictures` pictures.

    `recall_from_floor` leaves out what is smaller than FROM_SHORT_PX. `below_mean`: how far the
    recall of a group lies below the mean of the groups of its kind.
    """

    name: str
    n: int
    holding: int
    pictures: int
    ap50: Figure
    ap50_95: Figure
    precision: Figure
    recall: Figure
    recall_from_floor: Figure
    by_height: Mapping[str, Figure]
    by_source: Mapping[str, Mapping[str, Figure]]
    by_group: Mapping[str, Figure]
    below_mean: Mapping[str, Figure]
    curve: tuple[tuple[float, float], ...]
    reliability: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class SetScore:
    """The figures of a network on one set."""

    network: str
    name: str
    origin: str
    held_back: str
    pictures: int
    labels: tuple[LabelScore, ...]


def require_labels(pictures: PictureSet, network: str, known: frozenset[Label]) -> None:
    """Refuse a set on which a network that knows `known` cannot be scored. Errors: DataError."""
    if not named(pictures, known) or not pictures.pictures:
        has = ", ".join(label.word for label in pictures.labels) or "none"
        raise DataError(f"{pictures.name}: expected labels that {network} knows, found {has}")


def look_at(pictures: PictureSet, look: Look) -> tuple[Seen, ...]:
    """Everything a network finds on a set. Errors: DataError."""
    return tuple(Seen(one, look(read(one), one)) for one in pictures.pictures)


def scored(
    pictures: PictureSet, network: str, known: frozenset[Label], seen: Sequence[Seen]
) -> SetScore:
    """The figures of what was found."""
    groups = named(pictures, known)
    return SetScore(
        network,
        pictures.name,
        pictures.origin.value,
        pictures.held_back,
        len(seen),
        tuple(
            score_of(name, answers)
            for name, answers in ((name, answers_of(seen, labels)) for name, labels in groups)
            if len(answers.found)  # what is nowhere can be neither found nor missed
        ),
    )


def named(pictures: PictureSet, known: frozenset[Label]) -> list[tuple[str, frozenset[Label]]]:
    """What is scored on a set for a network that knows these labels; sides of cards also as one."""
    scored = [label for label in pictures.labels if label in known]
    groups: list[tuple[str, frozenset[Label]]] = []
    either = frozenset({Label.ID_CARD, Label.ID_CARD_BACK})
    for label in scored:
        if label is Label.ID_CARD and Label.ID_CARD_BACK not in pictures.labels:
            groups.append((CARD_SIDES, either))  # this set does not tell the sides apart
        else:
            groups.append((label.word, frozenset({label})))
    if either <= set(scored):
        groups.append((CARD_SIDES, either))
    return groups


def read(picture: Labelled) -> Image:
    """The pixels. Errors: DataError."""
    image = cv2.imread(str(picture.path))
    if image is None:
        raise DataError(f"{picture.path}: expected a picture, found something else")
    return np.asarray(image, np.uint8)


def answers_of(seen: Sequence[Seen], labels: frozenset[Label]) -> Answers:
    """Match what was found with what is there; several labels count as one."""
    numbers = [int(label) for label in labels]
    confidence: list[float] = []
    picture: list[int] = []
    right: list[list[bool]] = []
    true_picture: list[int] = []
    heights: list[float] = []
    shorts: list[float] = []
    found: list[bool] = []
    groups: list[tuple[str, ...]] = []
    for index, one in enumerate(seen):
        mine = one.found.where(np.isin(one.found.label, numbers))
        mine = Detections.of(mine.boxes(), mine.model)  # surest first
        wanted = [box for box in one.picture.boxes if box.label in labels and not box.ignored]
        ignored = [box for box in one.picture.boxes if box.label in labels and box.ignored]
        taken = [matches(mine.xyxy, corners(wanted), iou) for iou in IOUS]
        dropped = (taken[0] < 0) & lies_on(mine.xyxy, corners(ignored))
        for row in np.flatnonzero(~dropped):
            confidence.append(float(mine.confidence[row]))
            picture.append(index)
            right.append([bool(at[row] >= 0) for at in taken])
        sure = {int(t) for t in taken[0][mine.confidence >= DET_HI - 1e-6] if t >= 0}
        for number, box in enumerate(wanted):
            true_picture.append(index)
            heights.append(box.height_px)
            shorts.append(min(box.height_px, box.xyxy[2] - box.xyxy[0]))
            found.append(number in sure)
            groups.append(box.groups)
    order = np.argsort(-np.array(confidence), kind="stable")
    return Answers(
        np.array(confidence, np.float64)[order],
        np.array(picture, np.int64)[order],
        np.array(right, bool).reshape(-1, len(IOUS))[order],
        np.array(true_picture, np.int64),
        np.array(heights, np.float64),
        np.array(shorts, np.float64),
        np.array(found, bool),
        tuple(groups),
        tuple(one.picture.source for one in seen),
    )


def corners(boxes: Sequence[TrueBox]) -> Floats:
    """Shape (N, 4)."""
    return np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4)


def matches(found_xyxy: Floats, true_xyxy: Floats, iou: float) -> NDArray[np.int64]:
    """Which true box each answer takes, surest first; -1 for none. Shape (answers,)."""
    overlap = iou_matrix(found_xyxy, true_xyxy)
    taken = np.full(len(found_xyxy), -1, np.int64)
    if not len(true_xyxy):
        return taken
    for row in range(len(found_xyxy)):
        best = int(overlap[row].argmax())
        if overlap[row, best] >= iou:
            taken[row] = best
            overlap[:, best] = -1
    return taken


def lies_on(found_xyxy: Floats, ignored_xyxy: Floats) -> NDArray[np.bool_]:
    """Whether an answer lies by IGNORED_SHARE of its own area on one ignored box."""
    if not len(ignored_xyxy):
        return np.zeros(len(found_xyxy), bool)
    low = np.maximum(found_xyxy[:, None, :2], ignored_xyxy[None, :, :2])
    high = np.minimum(found_xyxy[:, None, 2:], ignored_xyxy[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    own = np.prod(found_xyxy[:, 2:] - found_xyxy[:, :2], axis=1)
    on: NDArray[np.bool_] = (shared / np.maximum(own, 1e-9)[:, None]).max(axis=1) >= IGNORED_SHARE
    return on


def average_precision(right: NDArray[np.bool_], weight: Doubles, true_total: Doubles) -> Doubles:
    """Of answers in order, surest first, once for each of R ways to weigh them.

    Shapes: right (A,), weight (R, A), true_total (R,) -> (R,); NaN without truth.
    Source: COCO evaluation, precision read at 101 recalls.
    """
    none = np.where(true_total > 0, 0.0, np.nan)
    if not len(right):
        return none
    hits, said = np.cumsum(weight * right, axis=1), np.cumsum(weight, axis=1)
    precision = hits / np.maximum(said, 1e-12)
    precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = hits / np.maximum(true_total, 1e-12)[:, None]
    # How many of the recalls each answer reaches first: the rest is reached by nobody.
    reached = np.floor(recall * (RECALLS.size - 1) + 1e-9) + 1
    first = np.diff(reached, axis=1, prepend=0.0)
    values: Doubles = none + (first * precision).sum(axis=1) / RECALLS.size
    return values


def score_of(name: str, answers: Answers) -> LabelScore:
    """All figures of one label."""
    ap50, ap50_95, precision, recall = _figures(answers)
    by_height = {
        span: _recall(answers, (answers.true_height >= low) & (answers.true_height < high))
        for span, low, high in HEIGHTS
    }
    sources = sorted(set(answers.sources))
    by_source: dict[str, dict[str, Figure]] = {}
    for source in sources if len(sources) > 1 else ():
        part = answers.of(source)
        if len(part.found):
            figures = _figures(part)
            keys = ("ap50", "ap50_95", "precision", "recall")
            by_source[source] = dict(zip(keys, figures, strict=True))
    groups = sorted({group for each in answers.groups for group in each})
    by_group = {
        group: _recall(answers, np.array([group in each for each in answers.groups], bool))
        for group in groups
    }
    return LabelScore(
        name,
        len(answers.found),
        len(set(answers.true_picture.tolist())),
        answers.picture_count,
        ap50,
        ap50_95,
        precision,
        recall,
        _recall(answers, answers.true_short >= FROM_SHORT_PX),
        by_height,
        by_source,
        by_group,
        _below_mean(answers, groups),
        curve_of(answers),
        reliability_of(answers),
    )


def _figures(answers: Answers) -> tuple[Figure, Figure, Figure, Figure]:
    """AP50, AP50-95, precision and recall at DET_HI."""
    count, n = answers.picture_count, len(answers.found)
    holding = len(set(answers.true_picture.tolist()))

    def mean_precision(columns: Sequence[int]) -> Callable[[Doubles], Doubles]:
        def values(times: Doubles) -> Doubles:
            weight = times[:, answers.picture]
            total = times[:, answers.true_picture].sum(axis=1)
            each = [average_precision(answers.right[:, c], weight, total) for c in columns]
            return np.asarray(np.mean(each, axis=0), np.float64)

        return values

    sure = answers.confidence >= DET_HI - 1e-6
    said = per_picture(answers.picture[sure], count)
    hits = per_picture(answers.picture[sure & answers.right[:, 0]], count)
    return (
        statistic(mean_precision([0]), count, holding, n),
        statistic(mean_precision(range(len(IOUS))), count, holding, n),
        ratio(hits, said, int(said.sum())),
        _recall(answers, np.ones(n, bool)),
    )


def _recall(answers: Answers, which: NDArray[np.bool_]) -> Figure:
    count = answers.picture_count
    wanted = per_picture(answers.true_picture[which], count)
    found = per_picture(answers.true_picture[which & answers.found], count)
    return ratio(found, wanted, int(which.sum()))


def _below_mean(answers: Answers, groups: Sequence[str]) -> dict[str, Figure]:
    """Per group: the mean recall of all groups of its kind (`head: ...`) minus its own."""
    count = answers.picture_count
    below: dict[str, Figure] = {}
    for kind in dict.fromkeys(group.split(": ")[0] for group in groups):
        mine = [group for group in groups if group.startswith(f"{kind}: ")]
        if len(mine) < 2:
            continue
        inside = [np.array([group in each for each in answers.groups], bool) for group in mine]
        there = np.array([per_picture(answers.true_picture[one], count) for one in inside])
        hits = np.array(
            [per_picture(answers.true_picture[one & answers.found], count) for one in inside]
        )

        def shares(times: Doubles, there: Doubles = there, hits: Doubles = hits) -> Doubles:
            """Shape (groups, R); NaN where a drawn set holds none of a group."""
            total = there @ times.T
            share: Doubles = np.where(total > 0, hits @ times.T / np.maximum(total, 1e-9), np.nan)
            return share

        def mean(times: Doubles, shares: Callable[[Doubles], Doubles] = shares) -> Doubles:
            each: Doubles = shares(times).mean(axis=0)
            return each

        for row, group in enumerate(mine):

            def own(
                times: Doubles, row: int = row, shares: Callable[[Doubles], Doubles] = shares
            ) -> Doubles:
                mine: Doubles = shares(times)[row]
                return mine

            below[group] = difference(mean, own, count, int(inside[row].sum()))
    return below


def per_picture(picture: NDArray[np.int64], count: int) -> Doubles:
    """How many rows each picture has. Shape (count,)."""
    return np.bincount(picture, minlength=count).astype(np.float64)


def curve_of(answers: Answers) -> tuple[tuple[float, float], ...]:
    """Recall and precision where the recall rises, at an overlap of 0.5."""
    if not len(answers.found) or not len(answers.confidence):
        return ()
    right = answers.right[:, 0]
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(hits) + 1)
    points = [(0.0, float(precision[int(right.argmax())]) if right.any() else 0.0)]
    for row in np.flatnonzero(right):
        points.append((float(hits[row] / len(answers.found)), float(precision[row])))
    return tuple(points)


BINS = (0.1, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0001)


def reliability_of(answers: Answers) -> tuple[tuple[float, float, int], ...]:
    """Mean confidence, share right at 0.5 and count, of answers in spans of confidence."""
    rows: list[tuple[float, float, int]] = []
    for low, high in pairwise(BINS):
        inside = (answers.confidence >= low) & (answers.confidence < high)
        if inside.any():
            mean = float(answers.confidence[inside].mean())
            rows.append((mean, float(answers.right[inside, 0].mean()), int(inside.sum())))
    return tuple(rows)


# Badge worn or not, person by person


PERSON_HEIGHTS: tuple[tuple[str, float, float], ...] = (
    ("card >= 32 px", 32, 1e9),
    ("card 16-32 px", 16, 32),
    ("card < 16 px", 0, 16),
)
BARE = "no card worn"


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What `badge_of` says about one person. `card_px`: height of their card, None without one."""

    picture: str
    source: str
    card_px: float | None
    outcome: Outcome
    reason: Reason | None

    @property
    def group(self) -> str:
        """The row of the table this person belongs to."""
        if self.card_px is None:
            return BARE
        spans = (name for name, low, high in PERSON_HEIGHTS if low <= self.card_px < high)
        return next(spans)


@dataclass(frozen=True, slots=True)
class PersonScore:
    """Shares of persons. `wrong`: a wearer accused, or somebody without a card passed (missed)."""

    group: str
    n: int
    right: Figure
    wrong: Figure
    cannot_tell: Figure
    reasons: Mapping[str, int]


def judge_person(
    case: PersonCase,
    image: Image,
    scale: float,
    scene: Detector,
    attire: Detector,
    parameters: Mapping[str, float],
) -> PersonAnswer:
    """Find the person as the product does, look at the crop, ask whether a card is worn.

    `scale` shrinks the picture first, so that cards become as small as a camera shows them.
    """
    if scale != 1:
        shrunk = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.asarray(shrunk, np.uint8)
    x0, y0, x1, y1 = (side * scale for side in case.where)
    card_px = y1 - y0 if case.worn else None
    owner = owner_of(find_people(image, scene), (x0 + x1) / 2, (y0 + y1) / 2)
    outcome, reason = Outcome.CANNOT_TELL, Reason.NOBODY
    if owner is not None:
        person = look_at_person(image, owner, attire)
        outcome, why, _ = badge_of(person, image, parameters)
        return PersonAnswer(case.path.name, case.source, card_px, outcome, why)
    return PersonAnswer(case.path.name, case.source, card_px, outcome, reason)


def owner_of(people: Sequence[Box], x: float, y: float) -> Box | None:
    """The smallest person whose box holds a point."""
    holding = [
        one for one in people if one.xyxy[0] <= x <= one.xyxy[2] and one.xyxy[1] <= y <= one.xyxy[3]
    ]
    return min(holding, key=lambda one: one.width_px * one.height_px, default=None)


def persons_of(answers: Sequence[PersonAnswer]) -> tuple[PersonScore, ...]:
    """The table, one row per card height and one for persons without a card."""
    rows: list[PersonScore] = []
    for group in [name for name, _, _ in PERSON_HEIGHTS] + [BARE]:
        mine = [one for one in answers if one.group == group]
        if not mine:
            continue
        names = sorted({one.picture for one in mine})
        place = np.array([names.index(one.picture) for one in mine], np.int64)
        right = Outcome.NOT_MET if group == BARE else Outcome.MET
        wrong = Outcome.MET if group == BARE else Outcome.NOT_MET
        whole = per_picture(place, len(names))

        def share(
            outcome: Outcome,
            mine: list[PersonAnswer] = mine,
            place: NDArray[np.int64] = place,
            whole: Doubles = whole,
        ) -> Figure:
            said = np.array([one.outcome is outcome for one in mine], bool)
            return ratio(per_picture(place[said], len(whole)), whole, len(mine))

        reasons = Tally(
            one.reason.value
            for one in mine
            if one.outcome is Outcome.CANNOT_TELL and one.reason is not None
        )
        rows.append(
            PersonScore(
                group,
                len(mine),
                share(right),
                share(wrong),
                share(Outcome.CANNOT_TELL),
                dict(reasons.most_common()),
            )
        )
    return tuple(rows)
