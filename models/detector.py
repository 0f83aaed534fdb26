"""The detector: a picture in, boxes in its own pixels out."""

import threading
from pathlib import Path

import numpy as np

from models.calibration import calibrated
from models.card import Card, read_card
from models.decoding import Candidates, Rows, decode, without_overlaps
from models.letterbox import InputBuffer
from models.session import REMEDY, open_session
from vision.errors import ModelMismatch
from vision.values import Detections, Image

WEIGHTS = Path(__file__).parent / "weights"
NETWORKS = ("scene", "desk", "attire")
"""The networks Siaga ships, each with its card."""


class OnnxDetector:
    """The network of a card (`vision.values.Detector`).

    Threads may share one: the session is shared, each thread fills an input buffer of its own.
    Boxes below `floor` are not returned: the card's lowest `lo`, or `min_confidence`.
    Errors: ModelMismatch when card and network do not fit each other.
    """

    def __init__(self, card_path: Path, min_confidence: float | None = None) -> None:
        self.card: Card = read_card(card_path)
        self.floor = self.card.floor if min_confidence is None else min_confidence
        self._session = open_session(self.card)
        self._label_of_row = np.array(
            [-1 if label is None else int(label) for label in self.card.rows], np.int64
        )
        self._thresholds = {label: self.card.threshold(label) for label in self.card.labels}
        self._buffers = threading.local()

    @property
    def model(self) -> str:
        """Which network answers: `name@version`."""
        return self.card.model

    def detect(self, image: Image) -> Detections:
        """What is in the picture. Shapes: image (H, W, 3) BGR uint8; boxes in its pixels.

        Confidences are calibrated (`models.calibration`). Boxes of one label do not overlap, also
        where several output rows carry that label.
        """
        found = self._look(image)
        label = self._label_of_row[found.row]
        named = label >= 0
        seen = self._answer(found.where(named), label[named])
        confidence = calibrated(seen.confidence, seen.label, self._thresholds)
        return Detections(seen.xyxy, confidence, seen.label, self.model)

    def rows(self, image: Image) -> Detections:
        """By output row instead of label, raw scores, unnamed rows included: to score a network."""
        found = self._look(image)
        return self._answer(found, found.row)

    def _look(self, image: Image) -> Candidates:
        """Candidates in pixels of the picture; what lies in the padding has no area and is gone."""
        buffer = self._buffer()
        placed = buffer.fill(image)
        (raw,) = self._session.run([self.card.output.name], {self.card.input.name: buffer.array})
        found = decode(raw[0], self.card.output.decoding, placed.input_wh, self.floor)
        if len(found.row) and int(found.row.max()) >= self.card.output.classes:
            raise ModelMismatch(
                f"{self.card.place('output', 'classes')}: expected {self.card.output.classes}, "
                f"got row {int(found.row.max())} from {self.card.file}; {REMEDY}"
            )
        found = Candidates(placed.picture_from_input(found.xyxy), found.confidence, found.row)
        x0, y0, x1, y1 = found.xyxy.T
        return found.where((x1 > x0) & (y1 > y0))

    def _answer(self, found: Candidates, label: Rows) -> Detections:
        # Also after a network without overlaps: two of its rows may carry one label.
        keep = without_overlaps(found, label, self.card.output.nms_iou)
        found = found.where(keep)
        return Detections(found.xyxy, found.confidence, label[keep], self.model)

    def _buffer(self) -> InputBuffer:
        buffer: InputBuffer | None = getattr(self._buffers, "buffer", None)
        if buffer is None:
            buffer = self._buffers.buffer = InputBuffer(self.card.input)
        return buffer


def load_detector(
    name: str, folder: Path | None = None, min_confidence: float | None = None
) -> OnnxDetector:
    """The network of a name (`NETWORKS`) that Siaga ships, or that one in `folder`.

    Errors: ModelMismatch.
    """
    return OnnxDetector((WEIGHTS if folder is None else folder) / f"{name}.toml", min_confidence)


def load_eyes(folder: Path | None = None) -> tuple[OnnxDetector, OnnxDetector, OnnxDetector]:
    """`scene` (whole frames), `desk` (what lies on one), `attire` (one person).

    Errors: ModelMismatch.
    """
    scene, desk, attire = (load_detector(name, folder) for name in NETWORKS)
    return scene, desk, attire
