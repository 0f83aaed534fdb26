"""How well boxes were found: average precision, from boxes and truth alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.values import Detections, Floats

RECALLS = np.linspace(0, 1, 101)
"""Where precision is read off. Source: COCO evaluation, 101 points."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What really is in a picture. Shapes: xyxy (N, 4), label (N,). N may be 0."""

    xyxy: Floats
    label: NDArray[np.int64]


def iou_matrix(a_xyxy: Floats, b_xyxy: Floats) -> Floats:
    """Intersection over union of each box of `a` with each of `b`. Shape (A, B)."""
    low = np.maximum(a_xyxy[:, None, :2], b_xyxy[None, :, :2])
    high = np.minimum(a_xyxy[:, None, 2:], b_xyxy[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    area_a = np.prod(a_xyxy[:, 2:] - a_xyxy[:, :2], axis=1)
    area_b = np.prod(b_xyxy[:, 2:] - b_xyxy[:, :2], axis=1)
    union = area_a[:, None] + area_b[None, :] - shared
    ratio: Floats = (shared / np.where(union > 0, union, 1)).astype(np.float32)
    return ratio


def average_precision(
    pictures: Sequence[tuple[Detections, Truth]], iou: float = 0.5
) -> dict[int, float]:
    """Average precision of each label that occurs in the truth, over all pictures.

    A detection is right when it overlaps a true box of its label that no surer detection took by
    at least `iou`. Source: COCO evaluation, without its limit of 100 boxes and its crowds.
    """
    labels = sorted({int(label) for _, truth in pictures for label in truth.label})
    return {label: _average_precision(pictures, label, iou) for label in labels}


def _average_precision(
    pictures: Sequence[tuple[Detections, Truth]], label: int, iou: float
) -> float:
    confidence: list[float] = []
    right: list[bool] = []
    true_count = 0
    for found, truth in pictures:
        wanted = truth.xyxy[truth.label == label]
        true_count += len(wanted)
        mine = found.where(found.label == label)
        order = np.argsort(-mine.confidence, kind="stable")
        confidence += mine.confidence[order].tolist()
        right += _matches(mine.xyxy[order], wanted, iou)
    order = np.argsort(-np.array(confidence), kind="stable")
    hits = np.cumsum(np.array(right, bool)[order])
    if not len(hits):
        return 0.0
    precision = hits / np.arange(1, len(hits) + 1)
    recall = hits / true_count
    # The best precision at this recall or more: a curve that only falls.
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, RECALLS, side="left")
    return float(np.append(precision, 0.0)[at].mean())


def _matches(found_xyxy: Floats, true_xyxy: Floats, iou: float) -> list[bool]:
    """Whether each box, surest first, takes a true box that is still free."""
    overlap = iou_matrix(found_xyxy, true_xyxy)
    answers: list[bool] = []
    for row in overlap:
        best = int(row.argmax()) if len(row) else -1
        hit = best >= 0 and float(row[best]) >= iou
        if hit:
            overlap[:, best] = -1  # taken
        answers.append(hit)
    return answers
