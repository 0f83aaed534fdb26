"""One pair of thresholds in the policy fits every network."""

import numpy as np
import pytest

from models.calibration import DET_HI, DET_LO, calibrated
from models.card import Threshold
from vision.labels import Label

THRESHOLDS = {Label.CUP: Threshold(hi=0.8, lo=0.1), Label.HEAD: Threshold(hi=0.5, lo=0.2)}


def bent(label: Label, *scores: float) -> list[float]:
    """Calibrated confidences of raw scores."""
    raw = np.array(scores, np.float32)
    return [float(v) for v in calibrated(raw, np.full(len(scores), int(label)), THRESHOLDS)]


@pytest.mark.parametrize("label", THRESHOLDS)
def test_the_cards_thresholds_fall_on_the_policys(label: Label) -> None:
    """A sighting for the network is a sighting for the policy."""
    threshold = THRESHOLDS[label]
    assert bent(label, threshold.lo, threshold.hi) == pytest.approx([DET_LO, DET_HI])


def test_order_within_a_label_does_not_change() -> None:
    """Average precision is what it was."""
    scores = [0.0, 0.05, 0.1, 0.3, 0.8, 0.9, 1.0]
    assert bent(Label.CUP, *scores) == sorted(bent(Label.CUP, *scores))
    assert bent(Label.CUP, 0.0, 1.0) == [0.0, 1.0]


def test_no_box_is_no_confidence() -> None:
    """Zero rows are an ordinary frame."""
    assert bent(Label.CUP) == []
