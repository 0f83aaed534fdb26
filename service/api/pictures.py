"""Pictures as small as a tile of the board shows them, made once for everybody who looks."""

from threading import Lock

import cv2
import numpy as np

from vision.hiding import encode

SMALL_PX = 480
"""Width of a small picture at most; on a board of four counters it is shown 280 to 420 wide."""

QUALITY = 70


class SmallPictures:
    """The newest small picture of each counter. Any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[str, tuple[bytes, bytes]] = {}

    def of(self, counter: str, jpeg: bytes) -> bytes:
        """The newest picture of a counter, small; made by the first who asks for it."""
        with self._lock:
            known = self._made.get(counter)
            if known is None or known[0] is not jpeg:
                known = self._made[counter] = (jpeg, smaller(jpeg))
            return known[1]


def smaller(jpeg: bytes) -> bytes:
    """A picture of SMALL_PX across; one that is no wider is left as it is."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None or image.shape[1] <= SMALL_PX:
        return jpeg
    height = max(1, round(image.shape[0] * SMALL_PX / image.shape[1]))
    shown = cv2.resize(image, (SMALL_PX, height), interpolation=cv2.INTER_AREA)
    return encode(shown.astype(np.uint8, copy=False), QUALITY)
