"""How well a card could be read: pixels first, text second, and no text is ever kept.

Lines of letters are found by their strokes alone. Only lines with letters of LETTER_FLOOR_PX or
more are given to a text recogniser, and of its answer only the number of letters leaves this module
(docs/standard.md P-06): no text stands in a value, a log line or an error.
"""

import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.checks import sharpness_of
from vision.values import Image, Legibility

LETTER_FLOOR_PX = 8.0
"""Letters below this are not given to the recogniser. The policy's px_letter lies above it."""

CARD_FLOOR_PX = 24
"""A card whose short side is below this has no letters worth finding."""

SHARP_CARD = 15.0
"""Variance of the Laplacian below which a card is not given to the recogniser. Source: own."""

SURE_LINE = 0.6
"""Mean confidence from which the letters of a line count. Source: own, on drawn cards."""

LINE_COUNT = 4
"""At most so many lines of a card are read, the tallest first: the name is among them."""

WORK_PX = 320
"""Small cards are enlarged to about this long side before strokes are looked for."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A row of letters on a card: xyxy in whole pixels of the card, its capitals' height."""

    xyxy: tuple[int, int, int, int]
    letter_px: float


class CardReader:
    """Counts the letters on a card (`vision.values.Reader`). Threads may share one.

    The recogniser is loaded when the first card is large and sharp enough to need it; without it
    every count is 0 and `available` is false. It never reaches for the network: its file comes with
    the package rapidocr.
    """

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._recogniser: Any = None
        self._tried = False

    @property
    def available(self) -> bool:
        """Whether text can be recognised at all. Loads the recogniser."""
        return self._load() is not None

    def read(self, card: Image) -> Legibility:
        """Shapes: card (H, W, 3) BGR uint8, the card's own pixels.

        `letter_px` is of the tallest line in which letters were counted, else of the tallest found.
        """
        height, width = card.shape[:2]
        sharpness = sharpness_of(card, (0, 0, width, height))
        if min(height, width) < CARD_FLOOR_PX:
            return Legibility(0.0, sharpness, 0)
        lines = text_lines(card)
        tallest = max((line.letter_px for line in lines), default=0.0)
        if tallest < LETTER_FLOOR_PX or sharpness < SHARP_CARD:
            return Legibility(tallest, sharpness, 0)
        wanted = [line for line in lines if line.letter_px >= LETTER_FLOOR_PX][:LINE_COUNT]
        counts = [self._letter_count(card, line) for line in wanted]
        read_px = [line.letter_px for line, n in zip(wanted, counts, strict=True) if n > 0]
        return Legibility(max(read_px, default=tallest), sharpness, sum(counts))

    def _letter_count(self, card: Image, line: TextLine) -> int:
        """How many letters and digits the recogniser is sure of. The text ends here."""
        recogniser = self._load()
        if recogniser is None:
            return 0
        x0, y0, x1, y1 = line.xyxy
        answer = recogniser(card[y0:y1, x0:x1])
        return sum(
            sum(letter.isalnum() for letter in text)
            for text, score in zip(answer.txts or (), answer.scores or (), strict=True)
            if score >= SURE_LINE
        )

    def _load(self) -> Any:
        with self._loading:
            if not self._tried:
                self._tried = True
                self._recogniser = _recogniser()
            return self._recogniser


def _recogniser() -> Any:
    """rapidocr for single lines, on one thread, silent; None where it is not installed."""
    network = recogniser_file()
    if network is None:
        return None
    try:
        from rapidocr import RapidOCR
    except ImportError:  # one of its own requirements is missing
        return None
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_det": False,
            "Global.use_cls": False,
            "Rec.model_path": str(network),
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def recogniser_file() -> Path | None:
    """The network that comes with the package rapidocr, or None where there is none."""
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "models"
    return next(iter(sorted(folder.glob("*_rec_*.onnx"))), None)


def text_lines(card: Image) -> list[TextLine]:
    """Rows of at least three letter-like strokes of one height, tallest first.

    Shapes: card (H, W, 3) BGR uint8. Both dark on light and light on dark. Source: own.
    """
    height, width = card.shape[:2]
    scale = float(np.clip(WORK_PX / max(height, width), 1, 4))
    grey = cv2.cvtColor(card, cv2.COLOR_BGR2GRAY)
    if scale > 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    block = max(11, min(grey.shape) // 6) | 1
    lines: list[TextLine] = []
    for kind in (cv2.THRESH_BINARY_INV, cv2.THRESH_BINARY):
        offset = 12 if kind == cv2.THRESH_BINARY_INV else -12
        strokes = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, kind, block, offset)
        for letters in _rows_of(_letters(strokes)):
            lines.append(_line(letters / scale, (width, height)))
    return sorted(lines, key=lambda line: -line.letter_px)


def _letters(strokes: NDArray[Any]) -> NDArray[np.float64]:
    """Boxes of connected strokes with the proportions of a letter. Shape (N, 4) xyxy."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    x, y, width, height, area = stats[1:].T.astype(np.float64)
    page_height, page_width = strokes.shape
    fill = area / (width * height)
    kept = (height >= 8) & (height <= page_height / 3) & (width <= 2.5 * height)
    kept &= (width >= 0.1 * height) & (fill > 0.12) & (fill < 0.95)
    kept &= (x > 0) & (y > 0) & (x + width < page_width) & (y + height < page_height)
    boxes: NDArray[np.float64] = np.stack([x, y, x + width, y + height], axis=1)[kept]
    return boxes


def _rows_of(letters: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Letters that stand side by side, on one line and of one size; at least three of them."""
    rows: list[list[NDArray[np.float64]]] = []
    for box in letters[np.argsort(letters[:, 0], kind="stable")]:
        for row in rows:
            last = row[-1]
            tall, low = last[3] - last[1], box[3] - box[1]
            level = abs(last[3] - box[3]) < 0.35 * max(tall, low)
            alike = 0.5 < low / tall < 2
            if level and alike and box[0] - last[2] < 1.5 * max(tall, low):
                row.append(box)
                break
        else:
            rows.append([box])
    return [np.array(row) for row in rows if len(row) >= 3]


def _line(letters: NDArray[np.float64], size_wh: tuple[int, int]) -> TextLine:
    """The line round these letters, with air for the recogniser. Shape (N, 4)."""
    heights = letters[:, 3] - letters[:, 1]
    letter_px = float(np.percentile(heights, 75))  # small letters are the lower ones
    air = 0.4 * letter_px
    low, high = letters[:, :2].min(axis=0) - air, letters[:, 2:].max(axis=0) + air
    return TextLine(
        (
            max(0, int(low[0])),
            max(0, int(low[1])),
            min(size_wh[0], int(np.ceil(high[0]))),
            min(size_wh[1], int(np.ceil(high[1]))),
        ),
        letter_px,
    )
