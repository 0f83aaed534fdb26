"""Networks that see flat colours: what a test paints is what they find. No file, no onnxruntime."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from vision.eyes import Eyes
from vision.labels import Label
from vision.values import Box, Detections, Image, Legibility, Xyxy

COLOURS: Mapping[Label, tuple[int, int, int]] = {
    Label.PERSON: (250, 10, 10),
    Label.HEAD: (10, 250, 250),
    Label.TORSO: (250, 250, 10),
    Label.ID_CARD: (10, 10, 250),
    Label.ID_CARD_BACK: (10, 10, 150),
    Label.LANYARD: (150, 10, 10),
    Label.CUP: (10, 250, 10),
    Label.PHONE: (10, 150, 10),
    Label.MONITOR: (150, 150, 10),
}
WORN = frozenset(
    {Label.HEAD, Label.TORSO, Label.ID_CARD, Label.ID_CARD_BACK, Label.LANYARD, Label.NAME_TAG}
)


class ColourDetector:
    """Finds every patch of a label's colour, with the confidence the test gave the label.

    `spread`: how far off a colour may be, for pictures that were compressed on their way.
    """

    def __init__(
        self, name: str, labels: frozenset[Label], confidence: dict[Label, float], spread: int = 0
    ) -> None:
        self.model = f"{name}@fake"
        self.calls = 0
        self._spread = spread
        self._labels = labels
        self._confidence = confidence
        self._known: dict[bytes, Detections] = {}

    def detect(self, image: Image) -> Detections:
        """The patches as boxes in pixels of `image`; a picture shown again is known by its hash."""
        self.calls += 1
        digest = hashlib.blake2b(image[::4, ::4].tobytes(), digest_size=16).digest()
        if digest not in self._known:
            self._known[digest] = self._patches(image)
        return self._known[digest]

    def _patches(self, image: Image) -> Detections:
        found: list[Box] = []
        for label in sorted(self._labels & COLOURS.keys()):
            colour = np.array(COLOURS[label])
            same = np.minimum(cv2.inRange(image, colour - self._spread, colour + self._spread), 1)
            if not same.any():
                continue
            if label in (Label.PERSON, Label.TORSO):  # what is worn lies over them
                same = cv2.dilate(cv2.dilate(same, np.ones((61, 1))), np.ones((1, 61)))
                same = cv2.erode(cv2.erode(same, np.ones((61, 1))), np.ones((1, 61)))
            _, _, stats, _ = cv2.connectedComponentsWithStats(same)
            for x, y, w, h, area in stats[1:]:
                if area < 4 * self._spread:  # the edge of another colour
                    continue
                box: Xyxy = (float(x), float(y), float(x + w), float(y + h))
                found.append(Box(label, box, self._confidence.get(label, 0.9)))
        return Detections.of(found, self.model)


@dataclass(slots=True)
class FakeReader:
    """Reads what the test says, and counts how often it was asked."""

    letter_px: float = 14.0
    letter_count: int = 8
    calls: int = field(default=0)

    def read(self, card: Image) -> Legibility:
        """What the test said."""
        self.calls += 1
        return Legibility(self.letter_px, 1.0, self.letter_count)


def fake_eyes(
    confidence: dict[Label, float] | None = None,
    reader: FakeReader | None = None,
    spread: int = 0,
) -> Eyes:
    """Eyes for painted pictures; `spread`: how far off their colours may be."""
    sure = confidence or {}
    things = frozenset(COLOURS) - WORN
    return Eyes(
        (scene := ColourDetector("scene", things, sure, spread)),
        scene,
        ColourDetector("attire", WORN, sure, spread),
        reader or FakeReader(),
    )


@dataclass(slots=True)
class Painter:
    """Paints a counter: noise as wall and desk, then what the test puts there. 1280 x 720."""

    seed: int = 1
    image: Image = field(init=False)

    def __post_init__(self) -> None:
        noise = np.random.default_rng(self.seed).integers(90, 160, (90, 160, 3), np.uint8)
        self.image = np.asarray(
            cv2.resize(noise, (1280, 720), interpolation=cv2.INTER_NEAREST), np.uint8
        )

    def paint(self, label: Label, xyxy: tuple[int, int, int, int]) -> "Painter":
        """A patch of the label's colour, speckled where sharpness matters."""
        x0, y0, x1, y1 = xyxy
        self.image[y0:y1, x0:x1] = COLOURS[label]
        if label is Label.TORSO:
            self.image[y0:y1:8, x0:x1:8] = (200, 200, 200)
        return self

    def staff(self, tag: Label | None = Label.ID_CARD, x: int = 500) -> "Painter":
        """A person in the staff zone, head and chest visible, with or without a tag."""
        self.paint(Label.PERSON, (x, 100, x + 240, 420))
        self.paint(Label.HEAD, (x + 80, 110, x + 160, 200))
        self.paint(Label.TORSO, (x + 30, 220, x + 210, 400))
        if tag is not None:
            self.paint(tag, (x + 110, 300, x + 140, 345))
        return self
