"""A picture laid into the input of a network, and boxes laid back into the picture."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.card import STRIDES, Colour, Input, Placing
from vision.values import Floats, Image


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies in the input: everything in pixels, `picture_wh` before the resize.

    `input_wh`: the size of the input itself, picture and padding.
    """

    picture_wh: tuple[int, int]
    placed_wh: tuple[int, int]
    left: int
    top: int
    input_wh: tuple[int, int]

    @classmethod
    def fit(cls, picture_wh: tuple[int, int], into: Input) -> "Letterbox":
        """The largest placing that keeps the proportions (small pictures are enlarged).

        A dynamic input ends with the picture, at the next multiple of the coarsest stride.
        """
        width, height = picture_wh
        ratio = min(into.size_wh[0] / width, into.size_wh[1] / height)
        placed_wh = (
            min(into.size_wh[0], max(1, round(width * ratio))),
            min(into.size_wh[1], max(1, round(height * ratio))),
        )
        input_wh = into.size_wh
        if into.dynamic:
            input_wh = (_next_cell(placed_wh[0]), _next_cell(placed_wh[1]))
        left = top = 0
        if into.placing is Placing.CENTRE:
            left = (input_wh[0] - placed_wh[0]) // 2
            top = (input_wh[1] - placed_wh[1]) // 2
        return cls(picture_wh, placed_wh, left, top, input_wh)

    @property
    def _ratio(self) -> Floats:
        """Input pixels per picture pixel, in x and y twice. Rounding makes them differ a little."""
        x = self.placed_wh[0] / self.picture_wh[0]
        y = self.placed_wh[1] / self.picture_wh[1]
        return np.array([x, y, x, y], np.float32)

    def picture_from_input(self, xyxy: Floats) -> Floats:
        """Boxes in pixels of the picture, clipped to it. Shape (N, 4)."""
        moved = xyxy - np.array([self.left, self.top, self.left, self.top], np.float32)
        limit = np.array([*self.picture_wh, *self.picture_wh], np.float32)
        inside: Floats = np.clip(moved / self._ratio, 0, limit).astype(np.float32)
        return inside

    def input_from_picture(self, xyxy: Floats) -> Floats:
        """Boxes in pixels of the input. Shape (N, 4)."""
        offset = np.array([self.left, self.top, self.left, self.top], np.float32)
        placed: Floats = (xyxy * self._ratio + offset).astype(np.float32)
        return placed


def _next_cell(side: int) -> int:
    return -(-side // STRIDES[-1]) * STRIDES[-1]


@dataclass(slots=True)
class InputBuffer:
    """The input of one network, filled again for each picture. Belongs to one thread.

    `array`: what was filled last, (1, 3, height, width) float32 without gaps.
    """

    into: Input
    array: NDArray[np.float32] = field(init=False)
    _room: NDArray[np.float32] = field(init=False)
    _last: Letterbox | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.array = np.empty(self.into.shape, np.float32)
        self._room = self.array.reshape(-1)

    def fill(self, image: Image) -> Letterbox:
        """Lay a BGR picture (H, W, 3) into the input and say where it lies.

        The resize is LINEAR, as the networks are scored with it; AREA costs six times as much.
        """
        box = Letterbox.fit((image.shape[1], image.shape[0]), self.into)
        if box != self._last:
            wide, high = box.input_wh
            self.array = self._room[: 3 * high * wide].reshape(1, 3, high, wide)
            self.array.fill(self.into.pad * self.into.scale)
            self._last = box
        width, height = box.placed_wh
        small = cv2.resize(image, box.placed_wh, interpolation=cv2.INTER_LINEAR)
        place = self.array[0, :, box.top : box.top + height, box.left : box.left + width]
        planes = (2, 1, 0) if self.into.colour is Colour.RGB else (0, 1, 2)
        for plane, source in enumerate(planes):
            np.multiply(small[:, :, source], np.float32(self.into.scale), out=place[plane])
        return box
