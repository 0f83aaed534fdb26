"""Confidences that mean the same for every network and label.

A card says from which raw score on a box is a sighting (`hi`) and below which it is nothing (`lo`),
chosen on validation data. The policy knows one pair for all, det_hi and det_lo. Scores are bent so
that the card's pair falls on the policy's: order within a label does not change.
"""

from collections.abc import Mapping

import numpy as np

from models.card import Threshold
from models.decoding import Rows
from vision.labels import Label
from vision.values import Floats

DET_LO, DET_HI = 0.30, 0.60
"""Source: docs/standard.md 2.3."""


def calibrated(
    confidence: Floats, label: Rows, thresholds: Mapping[Label, Threshold]
) -> Floats:
    """Raw scores as confidences. Shapes: confidence (N,), label (N,) -> (N,).

    Straight lines through 0, lo -> DET_LO, hi -> DET_HI, 1. Errors: KeyError for a label without
    thresholds.
    """
    bent = confidence.copy()
    for value in np.unique(label):
        threshold = thresholds[Label(int(value))]
        same = label == value
        points = [0.0, threshold.lo, threshold.hi, 1.0]
        bent[same] = np.interp(confidence[same], points, [0.0, DET_LO, DET_HI, 1.0])
    return bent
