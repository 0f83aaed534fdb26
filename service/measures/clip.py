"""The clip that cameras are measured on: textured, noisy, and people move 30 % of the time.

Twenty seconds at 25 frames a second: a counter of the bundled morning, whose officer is cut out
and moves from second 8 to 14; fresh noise on every frame; H.264 with a keyframe a second and no
B-frames. Flat test patterns compress to nothing and say nothing about cameras.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from cameras.pictures import read_picture
from service.commands.demo import MORNING
from service.measures.pictures import morning
from service.measuring import NotMeasured
from vision.values import Image

CLIP_S = 20
FPS = 25
MOVES = (8.0, 14.0)
NOISE = 6
CAMERA = "loket-1"


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that a camera gives: size and bits per second."""

    size_wh: tuple[int, int]
    bit_rate: int


STREAMS = {
    "main": Stream((1920, 1080), 4_000_000),
    "sub": Stream((640, 360), 500_000),
}


def make_clip(folder: Path, kind: str, seconds: int = CLIP_S) -> Path:
    """`kind`.mp4 in the folder. Errors: NotMeasured without the morning or an encoder."""
    stream = STREAMS[kind]
    path = folder / f"{kind}.mp4"
    try:
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=FPS)
            video.width, video.height = stream.size_wh
            video.pix_fmt = "yuv420p"
            video.bit_rate = stream.bit_rate
            video.time_base = Fraction(1, FPS)
            video.options = {
                "preset": "veryfast",
                "profile": "main",
                "bf": "0",
                "x264-params": f"keyint={FPS}:min-keyint={FPS}:scenecut=0",
            }
            for image in frames(stream.size_wh, seconds):
                container.mux(video.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
            container.mux(video.encode(None))
    except (av.error.FFmpegError, ValueError) as error:
        raise NotMeasured(f"expected an H.264 encoder in PyAV, got: {error}") from None
    return path


def background(size_wh: tuple[int, int]) -> Image:
    """The counter without anybody, in this size. Errors: NotMeasured without the morning."""
    path = MORNING / "reference" / f"{CAMERA}.jpg"
    if not path.is_file():
        raise NotMeasured(f"{MORNING.name}: the bundled morning is not there")
    return _sized(read_picture(path), size_wh)


def frames(size_wh: tuple[int, int], seconds: int) -> Iterator[Image]:
    """BGR frames of the clip."""
    empty = background(size_wh)
    person, mask = _officer(size_wh, empty)
    random = np.random.default_rng(11)
    grain = random.integers(0, 2 * NOISE + 1, (size_wh[1] + 64, size_wh[0] + 64, 3), np.uint8)
    for number in range(seconds * FPS):
        moved = _moved_px(number / FPS % CLIP_S, size_wh[0])
        shift = np.array([[1, 0, moved], [0, 1, 0]], np.float64)
        over = cv2.warpAffine(person, shift, size_wh)
        where = cv2.warpAffine(mask, shift, size_wh)
        image = np.where(where[..., None] > 0, over, empty)
        left, top = random.integers(0, 64, 2)
        noise = grain[top : top + size_wh[1], left : left + size_wh[0]]
        noisy = cv2.subtract(cv2.add(image, noise), np.full(4, NOISE, np.float64))
        yield np.asarray(noisy, np.uint8)


def _moved_px(at_s: float, width: int) -> float:
    """To and fro within a twentieth of the picture while it moves."""
    if not MOVES[0] <= at_s < MOVES[1]:
        return 0.0
    return float(0.05 * width * np.sin(2 * np.pi * (at_s - MOVES[0]) / 3.0))


def _officer(size_wh: tuple[int, int], empty: Image) -> tuple[Image, Image]:
    """A picture with an officer, and a mask of what differs from the empty counter."""
    _, recording, since = morning()
    frame = next(iter(recording.camera_frames(CAMERA, since=since)))
    image = _sized(frame.image, size_wh)
    apart = cv2.absdiff(cv2.GaussianBlur(image, (0, 0), 2), cv2.GaussianBlur(empty, (0, 0), 2))
    differs = (apart.max(axis=2) > 16).astype(np.uint8)
    side = max(5, size_wh[0] // 64 | 1)
    whole = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(whole)
    if count < 2:
        raise NotMeasured("expected an officer in the bundled morning, found none")
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return image, np.asarray(parts == largest, np.uint8)


def _sized(image: Image, size_wh: tuple[int, int]) -> Image:
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
