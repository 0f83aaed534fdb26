"""How well a frame shows a counter, and whether that is enough to judge it.

All of it works on a small grey picture. What is compared with the approved reference picture is
the pattern of edges, tile by tile, so that a change of light is no change and a person who sits at
the counter hides only the tiles behind her.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.values import Floats, Image, Reason, View, require_aware

Grey = NDArray[np.uint8]
"""Luma picture (H, W)."""
Bools = NDArray[np.bool_]
Lay = NDArray[np.float64]
"""Turn, zoom and shift (2, 3): where a point of the reference lies in a frame."""

BLOCKED_MAX = 0.6
"""Share of the reference's edges that may be hidden, where the policy has no `blocked_max`."""

_FINE_PX = 640  # width for sharpness: the edges of a tag must still be there
_SMALL_PX = 320  # width for everything else
_TILE_PX = 20
_TEXTURE = 1.5  # mean edge (grey levels per px) from which a tile says something
_SEEN = 0.45  # correlation of edges from which a tile of the reference is still seen
_FADED = 0.15  # a tile that kept less of its edges than this share (light apart) is gone
_TILES_MIN = 8  # with fewer textured tiles a reference says nothing about covering and moving
_ASK = 0.35  # more hidden than this: ask whether the camera was turned rather than covered
_MATCHES_MIN = 20  # points that look alike, to ask them how it was turned
_AGREE_MIN = 10  # of them that must agree; the tiles, laid over, then confirm it
_STEADY_PX = 0.5  # a shift below this is measured, but nothing is moved for it
_FOLLOW_PX = 1.0  # from this shift on zones follow: below it lies what noise alone may measure
_SHARPEST = 10.0  # noise looks like detail; beyond this the number says nothing
_BURNT = 250  # luma
_UNIFORM = 6.0  # spread of luma of a picture that shows nothing


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """An approved picture of a camera, prepared once for the comparison with every frame.

    Shapes: small (h, w) uint8; x and y (h, w) float32, its edges; energy, detail (rows, cols)
    float32 per tile, how strong and how fine they are; textured (rows, cols) bool; outline (h, w)
    float32; points (N, 2) float32 and marks (N, 32) uint8, its corners and how they look.
    """

    small: Grey
    x: Floats
    y: Floats
    energy: Floats
    detail: Floats
    textured: Bools
    outline: Floats
    points: Floats
    marks: Grey

    @classmethod
    def of(cls, image: Image) -> Self:
        """Shapes: image (H, W, 3) BGR uint8, in any size."""
        fine = _fine(image)
        height, width = fine.shape
        tall = round(height * _SMALL_PX / width)
        small = _resized(fine, (_SMALL_PX, min(4 * _SMALL_PX, max(_TILE_PX, tall))))
        x, y = _edges(small)
        squared = x * x + y * y
        energy = _tiles(squared)
        points, marks = _corners(small)
        return cls(
            small=small,
            x=x,
            y=y,
            energy=energy,
            detail=_detail(fine, energy),
            textured=energy > _TEXTURE**2,
            outline=np.sqrt(squared),
            points=points,
            marks=marks,
        )

    @property
    def usable(self) -> bool:
        """Whether there are enough edges in it to tell covered and moved."""
        return int(self.textured.sum()) >= _TILES_MIN


@dataclass(frozen=True, slots=True, eq=False)
class PictureView:
    """What a whole frame shows, for all counters in it. `luma` (h, w), at most 640 px wide.

    `lay` (2, 3) float64: where a point of the reference lies in this frame, both in shares of the
    picture; None: where it was, as far as that matters.
    """

    luma: Grey
    size_wh: tuple[int, int]
    sharpness: float
    shift: float
    blocked: float
    lay: Lay | None = None


def measure_picture(image: Image, reference: Reference | None = None) -> PictureView:
    """Measure one frame against its camera's reference; `view_of` then tells for each counter.

    Shape: image (H, W, 3) BGR uint8. Without a reference, or with one that shows next to nothing,
    sharpness is 1, shift is 0, and blocked is 1 only for a picture that is uniform all over.
    Source: docs/standard.md 2.14 SIG-GATE; the measures are own.
    """
    size_wh = (int(image.shape[1]), int(image.shape[0]))
    fine = _fine(image)
    if reference is None or not reference.usable:
        blocked = 1.0 if fine.size > 1 and float(fine.std()) < _UNIFORM else 0.0
        return PictureView(fine, size_wh, 1.0, 0.0, blocked)
    height, width = reference.small.shape
    small = _resized(fine, (width, height))
    sharpness, shift, blocked, lay = _compared(fine, small, reference)
    return PictureView(small, size_wh, sharpness, shift, blocked, lay)


def view_of(picture: PictureView, polygons: Sequence[Floats], *, frozen: bool = False) -> View:
    """How well the frame shows one counter; brightness and glare are those of its zones.

    Shape: each polygon (N, 2) in pixels of the frame; none: the whole picture.
    """
    inside = _inside(picture.luma.shape, polygons, picture.size_wh)
    lumas = picture.luma if inside is None else picture.luma[inside]
    return View(
        brightness=float(lumas.mean()),
        clipped=float((lumas >= _BURNT).mean()),
        sharpness=picture.sharpness,
        shift=picture.shift,
        blocked=picture.blocked,
        frozen=frozen,
    )


def measure_view(
    image: Image,
    polygons: Sequence[Floats],
    reference: Reference | None = None,
    *,
    frozen: bool = False,
) -> View:
    """Both steps at once, for one counter of one frame."""
    return view_of(measure_picture(image, reference), polygons, frozen=frozen)


def gate(view: View, parameters: Mapping[str, float]) -> Reason | None:
    """Why nothing may be concluded from this frame about this counter; None: it may be judged.

    The first that applies: NO_SIGNAL (frozen), DARK, GLARE, OCCLUDED, CAMERA_MOVED, BLURRED.
    Errors: KeyError when the policy lacks a parameter (`blocked_max` alone has a default).
    """
    if view.frozen:
        return Reason.NO_SIGNAL
    if view.brightness < parameters["luma_min"]:
        return Reason.DARK
    if view.brightness > parameters["luma_max"] or view.clipped > parameters["clipped_max"]:
        return Reason.GLARE
    if view.blocked > parameters.get("blocked_max", BLOCKED_MAX):
        return Reason.OCCLUDED
    if view.shift > parameters["shift_max"]:
        return Reason.CAMERA_MOVED
    if view.sharpness < parameters["sharp_min"]:
        return Reason.BLURRED
    return None


# --- the same picture again


@dataclass(frozen=True, slots=True)
class Still:
    """Since when a camera has shown exactly the same picture, and a fingerprint of its pixels."""

    fingerprint: int
    since: datetime
    at: datetime

    @property
    def lasted_s(self) -> float:
        """For how many seconds not one pixel has changed. Noise changes some in every real one."""
        return (self.at - self.since).total_seconds()


def still(previous: Still | None, image: Image, captured_at: datetime) -> Still:
    """Fold one more frame of a camera into what is known about its stillness."""
    require_aware(captured_at, "captured_at")
    fingerprint = zlib.crc32(np.ascontiguousarray(image).data)
    if previous is not None and previous.fingerprint == fingerprint:
        return Still(fingerprint, previous.since, captured_at)
    return Still(fingerprint, captured_at, captured_at)


# --- against the reference


def _compared(
    fine: Grey, small: Grey, reference: Reference
) -> tuple[float, float, float, Lay | None]:
    """Sharpness, shift (share of the width), blocked, and the lay against the reference.

    The frame is laid over the reference as it is, then moved by what phase correlation says, then,
    if much still seems hidden, turned by what corners say; the lay that hides least is believed.
    A lay that hides more than `BLOCKED_MAX` is no lay: the shift is then unknown and 0.
    """
    x, y = _edges(small)
    squared = x * x + y * y
    seen = _seen(reference, x, y, squared, _light(small, reference))
    blocked, shift_px = _hidden_share(reference, seen), 0.0
    believed: Lay | None = None
    moved_px = _moved(reference, np.sqrt(squared))
    distance_px = float(np.hypot(*moved_px))
    if distance_px < _STEADY_PX:
        shift_px = distance_px
    else:
        lay = np.array([[1, 0, moved_px[0]], [0, 1, moved_px[1]]], np.float64)
        again = _seen_when_laid(reference, small, lay)
        if _hidden_share(reference, again) <= blocked:
            seen, blocked, shift_px = again, _hidden_share(reference, again), distance_px
            believed = lay
    if blocked > _ASK:
        turn = _turn(reference, small)
        if turn is not None:
            again = _seen_when_laid(reference, small, turn)
            if _hidden_share(reference, again) < blocked - 0.1:
                blocked, shift_px = _hidden_share(reference, again), _corner_px(turn, small)
                believed = turn
    if blocked > BLOCKED_MAX:
        shift_px = 0.0
    shares = None if believed is None or shift_px < _FOLLOW_PX else _in_shares(believed, small)
    return _sharpness(fine, squared, seen, reference), shift_px / small.shape[1], blocked, shares


def _in_shares(lay: Lay, small: Grey) -> Lay:
    """A lay in pixels of the small picture as one in shares of the picture."""
    size = np.array([small.shape[1], small.shape[0]], np.float64)
    turned = lay[:, :2] * size[None, :] / size[:, None]
    return np.hstack([turned, lay[:, 2:] / size[:, None]])


def _light(small: Grey, reference: Reference) -> float:
    """How much darker than the reference: 1 as bright or brighter."""
    return min(1.0, float(small.mean()) / max(1.0, float(reference.small.mean())))


def _seen(reference: Reference, x: Floats, y: Floats, squared: Floats, light: float) -> Bools:
    """Which tiles still show the reference's edges. Shape (rows, cols)."""
    energy = _tiles(squared)
    together = _tiles(reference.x * x + reference.y * y)
    alike = together >= _SEEN * np.sqrt(reference.energy * energy)
    kept = energy > (_FADED * light) ** 2 * reference.energy
    seen: Bools = alike & kept & (energy > 0)
    return seen


def _seen_when_laid(reference: Reference, small: Grey, lay: Lay) -> Bools:
    """The same after the frame was laid over the reference; `lay` (2, 3) frame from reference."""
    height, width = small.shape
    laid = cv2.warpAffine(
        small, lay, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    x, y = _edges(np.asarray(laid, np.uint8))
    return _seen(reference, x, y, x * x + y * y, _light(small, reference))


def _hidden_share(reference: Reference, seen: Bools) -> float:
    return float(1.0 - seen[reference.textured].mean())


def _moved(reference: Reference, outline: Floats) -> tuple[float, float]:
    """How far the picture moved, in px of the small picture; wild when too little is the same."""
    height, width = outline.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (x_px, y_px), _ = cv2.phaseCorrelate(reference.outline, outline, window)
    return float(x_px), float(y_px)


def _turn(reference: Reference, small: Grey) -> Lay | None:
    """The turn, zoom and shift on which most corners agree (2, 3), frame from reference."""
    points, marks = _corners(small)
    if min(len(points), len(reference.points)) < _MATCHES_MIN:
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(reference.marks, marks)
    if len(matches) < _MATCHES_MIN:
        return None
    there = reference.points[[match.queryIdx for match in matches]]
    here = points[[match.trainIdx for match in matches]]
    turn, agree = cv2.estimateAffinePartial2D(there, here, ransacReprojThreshold=2.0)
    if turn is None or int(np.asarray(agree).sum()) < _AGREE_MIN:
        return None
    return np.asarray(turn, np.float64)


def _corner_px(turn: Lay, small: Grey) -> float:
    """How far the corners of the picture moved on average."""
    height, width = small.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64)
    return float(np.linalg.norm(corners @ turn.T - corners[:, :2], axis=1).mean())


def _sharpness(fine: Grey, squared: Floats, seen: Bools, reference: Reference) -> float:
    """Fine detail against the reference's, over the tiles that show the same thing.

    Who covers a tile has her own detail; the median over what stayed is not moved by her.
    """
    same = seen & reference.textured & (reference.detail > 0)
    if int(same.sum()) < _TILES_MIN // 2:
        return 1.0
    detail = _detail(fine, _tiles(squared))
    return min(_SHARPEST, float(np.median(detail[same] / reference.detail[same])))


# --- small pictures


def _grey(pixels: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def _fine(image: Image) -> Grey:
    """The luma at most 640 px wide. Never larger than the picture: that would look blurred."""
    height, width = image.shape[:2]
    if width <= _FINE_PX:
        return _grey(image)
    size_wh = (_FINE_PX, max(1, round(height * _FINE_PX / width)))
    return _grey(np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8))


def _resized(grey: Grey, size_wh: tuple[int, int]) -> Grey:
    return np.asarray(cv2.resize(grey, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _edges(small: Grey) -> tuple[Floats, Floats]:
    """Gradient along x and y in grey levels per px, softened: half a pixel must not matter."""
    soft = cv2.GaussianBlur(small, (0, 0), 1.5)
    x = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=1 / 8)
    y = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _tiles(values: Floats) -> Floats:
    """Mean per tile of 20 px. Shapes: (h, w) -> (h // 20, w // 20)."""
    height, width = values.shape
    rows, cols = height // _TILE_PX, width // _TILE_PX
    whole = values[: rows * _TILE_PX, : cols * _TILE_PX]
    means = cv2.resize(whole, (cols, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32).reshape(rows, cols)


def _detail(fine: Grey, energy: Floats) -> Floats:
    """Variance of the Laplacian per tile over the tile's edge energy, so that light cancels."""
    laplacian = np.asarray(cv2.Laplacian(fine, cv2.CV_32F), np.float32)
    rows, cols = energy.shape
    means = cv2.resize(laplacian * laplacian, (cols, rows), interpolation=cv2.INTER_AREA)
    detail = np.asarray(means, np.float32).reshape(rows, cols) / np.maximum(energy, 0.01)
    return detail.astype(np.float32, copy=False)


def _corners(small: Grey) -> tuple[Floats, Grey]:
    """Corners (N, 2) in px and how they look (N, 32). N may be 0."""
    finder = cv2.ORB.create(nfeatures=300, fastThreshold=10)
    found, marks = finder.detectAndCompute(small, None)
    if marks is None or not found:
        return np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8)
    return np.array([point.pt for point in found], np.float32), np.asarray(marks, np.uint8)


def _inside(
    shape: tuple[int, ...], polygons: Sequence[Floats], size_wh: tuple[int, int]
) -> Bools | None:
    """Which pixels of the small picture lie in a polygon; None when that is all or none of them."""
    if not polygons:
        return None
    height, width = shape
    scale = np.array([width / size_wh[0], height / size_wh[1]])
    mask = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.round(polygon * scale).astype(np.int32)], 1)
    inside: Bools = mask.astype(np.bool_)
    return inside if inside.any() else None
