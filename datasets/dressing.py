"""Dress a real person's picture: lay drawn cards, straps, tags and their likenesses on a chest.

What is laid on takes the folds, the light, the colour of the lamps and the blur of the picture
below it. A canvas is one person's crop, `(H, W, 3)` uint8 BGR, its long side `CANVAS` px.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets import drawn
from datasets.people import BACK, CARD, LANYARD, TAG, Box, Image, Labelled

CANVAS: Final = 512
SMALLEST_BACK: Final = 13 * CANVAS / 320  # px on the canvas; below, the side of a card is undecided


@dataclass(slots=True)
class Chest:
    """Where the chest lies on the canvas: `at(u, v)` counts in shoulder widths from between the
    shoulders.
    """

    origin: NDArray[np.float64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]
    width: float

    def at(self, u: float, v: float) -> NDArray[np.float64]:
        """Canvas point of chest place (u, v)."""
        return np.asarray(self.origin + self.width * (u * self.across + v * self.down))


def chest_of(points: NDArray[np.float64]) -> Chest:
    """Chest frame from shoulder and hip joints in canvas pixels."""
    left, right = points[5, :2], points[6, :2]
    across = (left - right) / max(float(np.hypot(*(left - right))), 1e-6)
    down = np.array([-across[1], across[0]])
    if points[11:13, 2].min() > 0.5:
        spine = points[11:13, :2].mean(0) - (left + right) / 2
        spine = spine / max(float(np.hypot(*spine)), 1e-6)
        down = (down + spine) / max(float(np.hypot(*(down + spine))), 1e-6)
    return Chest((left + right) / 2, across, down, float(np.hypot(*(left - right))))


@dataclass(slots=True)
class Light:
    """Light of the picture: `fold` is the local brightness over its mean `(H, W)`, `tint` the
    colour of white.
    """

    fold: NDArray[np.float32]
    tint: NDArray[np.float32]
    blur: float

    @classmethod
    def of(cls, image: Image, chest: Chest, blur: float) -> Light:
        """Read the light of a canvas around a chest."""
        full = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
        grey = cv2.resize(full, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(grey, (0, 0), max(0.7, chest.width * 0.0125))
        wide = cv2.blur(grey, (2 * int(chest.width * 0.15) + 3,) * 2)
        ratio = np.clip(soft / np.maximum(wide, 8), 0.55, 1.5)
        fold = cv2.resize(ratio, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
        white = np.percentile(cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA), 96, (0, 1))
        tint = np.clip(0.7 * white + 0.3 * white.mean(), 70, 255).astype(np.float32) / 255
        return cls(fold.astype(np.float32), tint, blur)


def window(
    points: NDArray[np.float64], room: float, shape: tuple[int, ...]
) -> tuple[slice, slice] | None:
    """Rows and columns that hold `points` (N, 2) with `room` px around; None when outside the
    picture.
    """
    x0, y0 = np.floor(points.min(0) - room).astype(int)
    x1, y1 = np.ceil(points.max(0) + room).astype(int) + 1
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, shape[1]), min(y1, shape[0])
    return (slice(y0, y1), slice(x0, x1)) if x1 > x0 and y1 > y0 else None


def blend(
    image: Image, rich: NDArray[np.float32], light: Light, at: tuple[slice, slice]
) -> NDArray[np.float32]:
    """Put premultiplied BGRA floats `rich` on the window `at`, blurred and lit; returns the mask
    of the canvas.
    """
    if light.blur > 0.2:
        rich = np.asarray(cv2.GaussianBlur(rich, (0, 0), light.blur), np.float32)
    part = rich[..., 3:]
    lit = rich[..., :3] * light.tint * np.sqrt(light.fold[at])[..., None]
    image[at] = np.clip(image[at] * (1 - part) + lit, 0, 255).astype(np.uint8)
    mask = np.zeros(image.shape[:2], np.float32)
    mask[at] = rich[..., 3]
    return mask


def lay(
    image: Image, picture: Image, corners: NDArray[np.float64], light: Light, shadow: float = 0.0
) -> NDArray[np.float32]:
    """Lay a BGRA picture on the quadrilateral `corners` (4, 2), lit and blurred as the canvas;
    returns its mask.
    """
    sides = np.hypot(*(corners - np.roll(corners, 1, 0)).T)
    at = window(corners, 6 + 0.15 * float(sides.max()), image.shape)
    if at is None:
        return np.zeros(image.shape[:2], np.float32)
    size = (max(2, round(max(sides[1], sides[3]))), max(2, round(max(sides[0], sides[2]))))
    if size[0] < picture.shape[1] or size[1] < picture.shape[0]:
        size = (min(size[0], picture.shape[1]), min(size[1], picture.shape[0]))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    ph, pw = picture.shape[:2]
    h, w = at[0].stop - at[0].start, at[1].stop - at[1].start
    start = np.array([[0, 0], [pw, 0], [pw, ph], [0, ph]], np.float32)
    turn = cv2.getPerspectiveTransform(
        start, (corners - (at[1].start, at[0].start)).astype(np.float32)
    )
    alpha = picture[..., 3:].astype(np.float32) / 255
    rich = np.dstack([picture[..., :3].astype(np.float32) * alpha, alpha])
    laid = np.asarray(cv2.warpPerspective(rich, turn, (w, h), flags=cv2.INTER_LINEAR), np.float32)
    if shadow:
        drop = float(sides.max()) * 0.05
        dark = cv2.GaussianBlur(laid[..., 3], (0, 0), max(0.8, drop))
        dark = cv2.warpAffine(
            dark, np.array([[1, 0, drop * 0.4], [0, 1, drop]], np.float32), (w, h)
        )
        image[at] = (image[at] * (1 - shadow * dark[..., None])).astype(np.uint8)
    return blend(image, laid, light, at)


def extent(mask: NDArray[np.float32], least: float = 0.35) -> Box | None:
    """Tight box of a mask."""
    ys, xs = np.nonzero(mask > least)
    if not len(xs):
        return None
    return float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1)


def ribbon(
    image: Image,
    rng: np.random.Generator,
    path: NDArray[np.float64],
    width: float,
    light: Light,
    tones: tuple[drawn.Colour, drawn.Colour],
    bead: bool = False,
) -> NDArray[np.float32]:
    """Draw a strap, cord or chain along `path` (N, 2); returns its mask."""
    at = window(path, width + 4, image.shape)
    if at is None:
        return np.zeros(image.shape[:2], np.float32)
    path = path - (at[1].start, at[0].start)
    paint = np.zeros((*image[at].shape[:2], 4), np.uint8)
    points = np.round(path * 16).astype(np.int32)
    if bead:
        step = max(1, int(len(path) * width * 1.6 / max(1.0, _length(path))))
        for x, y in points[::step]:
            cv2.circle(
                paint, (int(x), int(y)), int(width * 8), (*tones[0], 255), -1, cv2.LINE_AA, 4
            )
    else:
        cv2.polylines(
            paint, [points], False, (*tones[0], 255), max(1, round(width)), cv2.LINE_AA, 4
        )
        style = rng.random()
        if width >= 4 and style < 0.3:
            cv2.polylines(
                paint, [points], False, (*tones[1], 255), max(1, round(width / 3)), cv2.LINE_AA, 4
            )
        elif width >= 4 and style < 0.6:
            for i in range(4, len(path) - 4, int(rng.integers(5, 12))):
                dot = (int(path[i, 0]), int(path[i, 1]))
                cv2.circle(paint, dot, max(1, round(width / 4)), (*tones[1], 255), -1, cv2.LINE_AA)
    alpha = paint[..., 3:].astype(np.float32) / 255
    rich: NDArray[np.float32] = np.dstack([paint[..., :3].astype(np.float32) * alpha, alpha])
    return blend(image, rich, light, at)


def _length(path: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def bend(
    a: NDArray[np.float64], b: NDArray[np.float64], bulge: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A quadratic curve from a to b pulled by `bulge` at its middle, 40 points."""
    t = np.linspace(0, 1, 40)[:, None]
    middle = (a + b) / 2 + bulge
    return np.asarray((1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b)


def hang_strap(
    image: Image, rng: np.random.Generator, chest: Chest, end: NDArray[np.float64], light: Light
) -> Box | None:
    """A lanyard from the neck to `end`; returns its box."""
    kind = rng.random()
    width = chest.width * float(
        rng.uniform(0.022, 0.075) if kind < 0.75 else rng.uniform(0.008, 0.02)
    )
    first = (drawn.vivid, drawn.dark, drawn.colour)[rng.choice(3, p=[0.6, 0.25, 0.15])](rng)
    tones = (first, drawn.pale(rng) if rng.random() < 0.6 else drawn.vivid(rng))
    neck, top = float(rng.uniform(0.12, 0.26)), float(rng.uniform(-0.16, 0.1))
    masks = []
    single = rng.random() < 0.1
    for sign in (-1.0, 1.0):
        if single and sign > 0:
            continue
        start = chest.at(sign * neck + float(rng.normal(0, 0.02)), top)
        pull = chest.across * sign * chest.width * float(rng.uniform(-0.02, 0.09))
        path = bend(start, end, pull)
        masks.append(ribbon(image, rng, path, max(1.0, width), light, tones, bead=kind > 0.9))
    if rng.random() < 0.7:
        tail = end + chest.down * chest.width * float(rng.uniform(0.03, 0.12))
        metal = (185, 185, 190) if rng.random() < 0.7 else (40, 40, 40)
        width = max(1.0, width * float(rng.uniform(0.5, 1.0)))
        masks.append(
            ribbon(image, rng, bend(end, tail, chest.down * 0), width, light, (metal, metal))
        )
    return extent(np.max(masks, axis=0), 0.3)


def card_corners(
    rng: np.random.Generator,
    chest: Chest,
    middle_top: NDArray[np.float64],
    height: float,
    ratio: float,
    spread: float | None = None,
) -> NDArray[np.float64]:
    """Corners of a card of `height` px whose upper edge has its middle at `middle_top`: turned,
    leaning, askew.
    """
    if spread is None:
        spread = 6.0 if rng.random() < 0.85 else 20.0
    angle = np.deg2rad(rng.normal(0, spread)) + np.arctan2(chest.across[1], chest.across[0]) * 0.6
    yaw = float(rng.uniform(0.85, 1.0) if rng.random() < 0.7 else rng.uniform(0.45, 0.85))
    wide = height * ratio * yaw
    lean = 1 + (1 - yaw) * float(rng.choice([-0.35, 0.35]))
    x, y = wide / 2, height
    flat = np.array([[-x, 0], [x, 0], [x, y], [-x, y]])
    flat[[1, 2], 1] = (flat[[1, 2], 1] - y / 2) * lean + y / 2
    flat += rng.normal(0, height * 0.012, (4, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(flat @ turn.T + middle_top)


def cover(
    image: Image, rng: np.random.Generator, box: Box, mask: NDArray[np.float32], light: Light
) -> tuple[Box | None, float]:
    """Hide part of a thing under a hand or cloth; returns the box of what is left and the share
    left.
    """
    x0, y0, x1, y1 = box
    big = max(x1 - x0, y1 - y0)
    corner = rng.random()
    cx = x0 if corner < 0.4 else (x1 if corner < 0.8 else (x0 + x1) / 2)
    cy = float(rng.uniform(y0, y1 + 0.2 * big))
    tone = float(rng.uniform(0.35, 1.0))
    patch = np.zeros((80, 80, 4), np.uint8)
    hand = (int(140 * tone), int(170 * tone), int(222 * tone))
    patch[..., :3] = hand if rng.random() < 0.6 else drawn.colour(rng)
    cv2.ellipse(patch, (40, 40), (38, 30), 0, 0, 360, (*patch[0, 0, :3].tolist(), 255), -1)
    half = big * float(rng.uniform(0.3, 0.65))
    square = np.array([[-1, -0.7], [1, -0.7], [1, 0.7], [-1, 0.7]]) * half + (cx, cy)
    hidden = lay(image, patch, square, light)
    left = mask * (1 - hidden)
    share = float((left > 0.35).sum() / max(1, (mask > 0.35).sum()))
    return extent(left), share


def recolour(image: Image, rng: np.random.Generator, chest: Chest, region: Box) -> None:
    """Give the shirt another colour or pattern, keeping its folds; found as what is coloured
    like the chest.
    """
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    spots = []
    for u, v in ((-0.28, 0.3), (0.28, 0.3), (-0.25, 0.6), (0.25, 0.6), (-0.3, 0.15), (0.3, 0.15)):
        x, y = chest.at(u, v)
        if 2 <= x < image.shape[1] - 2 and 2 <= y < image.shape[0] - 2:
            spots.append(
                lab[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].reshape(-1, 3).mean(0)
            )
    if len(spots) < 3:
        return
    middle = np.median(np.array(spots), axis=0)
    room = np.array([75, 13, 13])
    near = cv2.inRange(lab, np.clip(middle - room, 0, 255), np.clip(middle + room, 0, 255))
    mask: Image = np.zeros(near.shape, np.float32)
    x0, y0, x1, y1 = (int(max(0, v)) for v in region)
    mask[y0:y1, x0:x1] = near[y0:y1, x0:x1].astype(np.float32) / 255
    mask[: int(max(0, chest.at(0, -0.3)[1]))] = 0
    mask = cv2.GaussianBlur(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3))), (0, 0), 1.2)[
        ..., None
    ]
    shade = np.clip(lab[..., :1].astype(np.float32) / max(20.0, float(middle[0])), 0.25, 1.6)
    if rng.random() < 0.45:
        tile: Image = drawn.cloth_pattern(rng)
        size = max(6, int(chest.width * rng.uniform(0.1, 0.5)))
        tile = cv2.resize(tile, (size, size), interpolation=cv2.INTER_AREA)
        h, w = image.shape[:2]
        cloth: Image = np.tile(tile, (h // size + 1, w // size + 1, 1))[:h, :w].astype(np.float32)
        wave: Image = cv2.GaussianBlur(
            rng.normal(0, 1, (h, w, 2)).astype(np.float32), (0, 0), chest.width * 0.12
        )
        wave *= chest.width * 0.06 / max(1e-6, float(wave.std()))
        ys, xs = np.mgrid[:h, :w].astype(np.float32)
        cloth = cv2.remap(
            cloth,
            xs + wave[..., 0],
            ys + wave[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )
    else:
        makers = (drawn.pale, drawn.dark, drawn.vivid, drawn.colour)
        cloth = np.full(
            image.shape, makers[rng.choice(4, p=[0.35, 0.25, 0.2, 0.2])](rng), np.float32
        )
    cloth = np.float32(np.clip(middle[0] / 190, 0.55, 1.0)) * cloth * shade
    image[:] = np.clip(image * (1 - mask) + cloth * mask, 0, 255).astype(np.uint8)


def add_likeness(image: Image, rng: np.random.Generator, chest: Chest, light: Light) -> None:
    """Draw something that is like a badge and is not one: tie, chain, pocket, phone, print,
    cable, lapels, paper.
    """
    kind = rng.choice(
        ["tie", "chain", "pocket", "phone", "print", "logo", "cable", "buttons", "lapels", "paper"],
        p=[0.13, 0.1, 0.16, 0.1, 0.13, 0.12, 0.05, 0.07, 0.08, 0.06],
    )
    w = chest.width
    if kind == "tie":
        tile = (
            drawn.cloth_pattern(rng)
            if rng.random() < 0.6
            else np.full((96, 96, 3), drawn.colour(rng), np.uint8)
        )
        high = float(rng.uniform(0.8, 1.5))
        body = np.zeros((280, 80, 4), np.uint8)
        body[..., :3] = np.tile(tile, (3, 1, 1))[:280, :80]
        shape = np.array([[28, 0], [52, 0], [48, 28], [66, 240], [40, 279], [14, 240], [32, 28]])
        mask = np.zeros((280, 80), np.uint8)
        cv2.fillPoly(mask, [shape], 255)
        body[..., 3] = mask
        half = float(rng.uniform(0.09, 0.15))
        corners = np.array(
            [
                chest.at(-half, 0.0),
                chest.at(half, 0.0),
                chest.at(half, high),
                chest.at(-half, high),
            ]
        )
        lay(image, body, corners, light, 0.2)
    elif kind == "chain":
        low = chest.at(float(rng.normal(0, 0.03)), float(rng.uniform(0.12, 0.6)))
        metal = ((90, 190, 230), (200, 200, 205), (30, 30, 30), drawn.colour(rng))[rng.integers(4)]
        for sign in (-1.0, 1.0):
            path = bend(chest.at(sign * 0.15, -0.08), low, chest.across * sign * w * 0.06)
            ribbon(image, rng, path, max(1.0, w * 0.01), light, (metal, metal), rng.random() < 0.4)
        if rng.random() < 0.6:
            drop = np.zeros((60, 60, 4), np.uint8)
            cv2.circle(drop, (30, 30), 27, (*metal, 255), -1)
            r = w * float(rng.uniform(0.02, 0.05))
            lay(image, drop, low + np.array([[-r, 0], [r, 0], [r, 2 * r], [-r, 2 * r]]), light)
    elif kind in ("pocket", "phone"):
        side = 1.0 if rng.random() < 0.75 else -1.0
        u, v = side * float(rng.uniform(0.2, 0.32)), float(rng.uniform(0.25, 0.45))
        half, high = float(rng.uniform(0.11, 0.16)), float(rng.uniform(0.25, 0.34))
        if kind == "phone" or rng.random() < 0.5:
            thing = drawn.phone_top(rng)
            if kind == "pocket":
                thing = np.zeros((120, 40, 4), np.uint8)
                thing[..., :3] = drawn.colour(rng)
                thing[:, 12:28, 3] = 255
            at, wide = u + float(rng.uniform(-0.04, 0.04)), half * 0.65
            up = v - high * float(rng.uniform(0.2, 0.5))
            lay(
                image,
                thing,
                np.array(
                    [
                        chest.at(at - wide, up),
                        chest.at(at + wide, up),
                        chest.at(at + wide, v + high * 0.5),
                        chest.at(at - wide, v + high * 0.5),
                    ]
                ),
                light,
            )
        x, y = chest.at(u, v + high / 3)
        yi, xi = int(np.clip(y, 0, image.shape[0] - 1)), int(np.clip(x, 0, image.shape[1] - 1))
        cloth = np.zeros((100, 90, 4), np.uint8)
        tone = np.clip(image[yi, xi].astype(int) + int(rng.integers(-12, 6)), 0, 255)
        cloth[..., :3] = tone
        outline = np.array([[0, 0], [89, 0], [89, 80], [45, 99], [0, 80]])
        if kind == "phone":
            cv2.fillPoly(cloth, [outline], (*tone.tolist(), 255))
        cv2.polylines(
            cloth, [outline], True, (*np.clip(tone * 0.7, 0, 255).astype(int).tolist(), 255), 3
        )
        lay(
            image,
            cloth,
            np.array(
                [
                    chest.at(u - half, v),
                    chest.at(u + half, v),
                    chest.at(u + half, v + high),
                    chest.at(u - half, v + high),
                ]
            ),
            light,
        )
    elif kind in ("print", "logo"):
        small = kind == "logo"
        half = float(rng.uniform(0.04, 0.1) if small else rng.uniform(0.14, 0.35))
        u = (
            float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.3))
            if small
            else float(rng.normal(0, 0.03))
        )
        v = float(rng.uniform(0.2, 0.4)) if small else float(rng.uniform(0.3, 0.7))
        picture = drawn.print_on_cloth(rng)
        high = half * picture.shape[0] / picture.shape[1]
        lay(
            image,
            picture,
            np.array(
                [
                    chest.at(u - half, v - high),
                    chest.at(u + half, v - high),
                    chest.at(u + half, v + high),
                    chest.at(u - half, v + high),
                ]
            ),
            light,
        )
    elif kind == "cable":
        path = bend(
            chest.at(float(rng.uniform(-0.3, 0.3)), -0.3),
            chest.at(float(rng.uniform(-0.3, 0.3)), 1.0),
            chest.across * w * float(rng.normal(0, 0.15)),
        )
        tone = drawn.dark(rng) if rng.random() < 0.6 else drawn.pale(rng)
        ribbon(image, rng, path, max(1.0, w * 0.012), light, (tone, tone))
    elif kind == "buttons":
        tone = drawn.pale(rng) if rng.random() < 0.5 else drawn.dark(rng)
        for v in np.arange(0.1, 1.2, float(rng.uniform(0.16, 0.28))):
            dot = np.zeros((30, 30, 4), np.uint8)
            cv2.circle(dot, (15, 15), 13, (*tone, 255), -1)
            r, middle = w * 0.016, chest.at(0, float(v))
            lay(image, dot, middle + np.array([[-r, -r], [r, -r], [r, r], [-r, r]]), light)
    elif kind == "lapels":
        tone = drawn.dark(rng)
        for sign in (-1, 1):
            flap = np.array(
                [
                    chest.at(sign * 0.5, -0.02),
                    chest.at(sign * 0.14, -0.06),
                    chest.at(sign * 0.04, 0.75),
                    chest.at(sign * 0.1, 1.5),
                    chest.at(sign * 0.62, 1.5),
                ]
            )
            paint = np.zeros((*image.shape[:2], 4), np.uint8)
            cv2.fillPoly(paint, [flap.astype(np.int32)], (*tone, 255))
            h, w_ = image.shape[:2]
            lay(image, paint, np.array([[0, 0], [w_, 0], [w_, h], [0, h]], float), light)
    else:
        half = float(rng.uniform(0.25, 0.5))
        picture = drawn.paper(rng)
        high = 2 * half * picture.shape[0] / picture.shape[1] * w
        corners = card_corners(
            rng,
            chest,
            chest.at(float(rng.normal(0, 0.3)), float(rng.uniform(0.6, 1.0))),
            high,
            picture.shape[1] / picture.shape[0],
        )
        lay(image, picture, corners, light, 0.3)


def add_card(
    image: Image, rng: np.random.Generator, chest: Chest, light: Light, place: Box | None = None
) -> Labelled:
    """Hang or clip a drawn card (at `place` when a real card is to be replaced); returns its
    labels.
    """
    labels: Labelled = []
    held, spread = False, None
    back = bool(rng.random() < 0.24)
    picture, ratio = drawn.card(rng, back)
    height = chest.width * float(rng.uniform(0.22, 0.36)) * (0.75 if ratio > 1 else 1.0)
    shadow = float(rng.uniform(0.05, 0.4))
    if place is not None:
        wide, high = place[2] - place[0], place[3] - place[1]
        height = 1.12 * max(high, wide / ratio)
        top = np.array([(place[0] + place[2]) / 2, place[1] - 0.06 * high])
        if height > 1.5 * high:
            place = None
    if place is None:
        way = rng.random()
        held = way > 0.85
        if held:  # in a hand before the belly, at any angle
            top = chest.at(float(rng.normal(0, 0.35)), float(rng.uniform(0.5, 1.5)))
            spread = 60.0
        elif way < 0.62:
            end = chest.at(
                float(rng.normal(0, 0.05)),
                float(rng.uniform(0.32, 0.62) if rng.random() < 0.4 else rng.uniform(0.6, 1.05)),
            )
            box = hang_strap(image, rng, chest, end, light)
            if box is not None:
                labels.append((LANYARD, box))
            top = end + chest.down * chest.width * float(rng.uniform(0.0, 0.07))
        else:
            side = float(rng.choice([-1, 1], p=[0.35, 0.65]))
            low = rng.random() < 0.25
            v = float(rng.uniform(0.85, 1.2) if low else rng.uniform(0.22, 0.45))
            top = chest.at(side * float(rng.uniform(0.14, 0.32)), v)
            if rng.random() < 0.6:
                clip = np.zeros((60, 40, 4), np.uint8)
                clip[..., :3] = (190, 190, 195) if rng.random() < 0.6 else drawn.dark(rng)
                clip[..., 3] = 255
                r = height * float(rng.uniform(0.06, 0.13))
                lay(
                    image,
                    clip,
                    top + np.array([[-r, -2.4 * r], [r, -2.4 * r], [r, 0.4 * r], [-r, 0.4 * r]]),
                    light,
                )
            elif rng.random() < 0.4:
                reel = np.zeros((60, 60, 4), np.uint8)
                cv2.circle(reel, (30, 30), 28, (*drawn.colour(rng), 255), -1)
                r = height * float(rng.uniform(0.13, 0.2))
                start = top - chest.down * height * float(rng.uniform(0.2, 0.8))
                ribbon(
                    image,
                    rng,
                    bend(start, top, chest.down * 0),
                    max(1.0, r * 0.2),
                    light,
                    ((30, 30, 30), (30, 30, 30)),
                )
                lay(image, reel, start + np.array([[-r, -r], [r, -r], [r, r], [-r, r]]), light, 0.2)
    mask = lay(image, picture, card_corners(rng, chest, top, height, ratio, spread), light, shadow)
    left, share = extent(mask), 1.0
    if left is not None and (held or rng.random() < 0.13):
        left, share = cover(image, rng, left, mask, light)
    if left is not None and share > 0.35:
        small = left[3] - left[1] < SMALLEST_BACK
        labels.append((BACK if back and not small else CARD, left))
    return labels


def add_tag(image: Image, rng: np.random.Generator, chest: Chest, light: Light) -> Labelled:
    """Pin a name tag to the chest; returns its label."""
    picture, ratio = drawn.name_tag(rng)
    wide = chest.width * float(rng.uniform(0.14, 0.24))
    side = float(rng.choice([-1, 1], p=[0.25, 0.75]))
    top = chest.at(side * float(rng.uniform(0.2, 0.32)), float(rng.uniform(0.18, 0.4)))
    mask = lay(
        image,
        picture,
        card_corners(rng, chest, top, wide / ratio, ratio),
        light,
        float(rng.uniform(0, 0.3)),
    )
    box = extent(mask)
    return [(TAG, box)] if box is not None else []


def strip_card(image: Image, person_things: Labelled, light_cloth: bool) -> Labelled:
    """Take the worn card (and on light cloth the dark strap) away by inpainting; returns what is
    left.
    """
    hole = np.zeros(image.shape[:2], np.uint8)
    left: Labelled = []
    for label, (x0, y0, x1, y1) in person_things:
        grow = 0.14 * (y1 - y0)
        if label in (CARD, BACK):
            cv2.rectangle(
                hole,
                (int(x0 - grow / 2), int(y0 - grow)),
                (int(x1 + grow / 2), int(y1 + grow / 2)),
                255,
                -1,
            )
        elif label == LANYARD:
            part = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[
                int(max(0, y0)) : int(y1 + 8), int(max(0, x0)) : int(x1)
            ]
            if light_cloth and part.size:
                dark = (part < 0.62 * np.median(part)).astype(np.uint8) * 255
                grown = np.asarray(cv2.dilate(dark, np.ones((7, 7))), np.uint8)
                hole[int(max(0, y0)) : int(y1 + 8), int(max(0, x0)) : int(x1)] |= grown
            else:
                left.append((label, (x0, y0, x1, y1)))
    image[:] = cv2.inpaint(image, hole, 5, cv2.INPAINT_TELEA)
    return left


def dress(rng: np.random.Generator, canvas: Image, chest: Chest, light: Light) -> Labelled:
    """Draw likenesses, then a card, a tag, an empty strap or nothing."""
    things: Labelled = []
    for chance in (0.5, 0.2):
        if rng.random() < chance:
            add_likeness(canvas, rng, chest, light)
    what = rng.random()
    if what < 0.52:
        things += add_card(canvas, rng, chest, light)
    elif what < 0.6:
        end = chest.at(float(rng.normal(0, 0.08)), float(rng.uniform(0.4, 1.1)))
        box = hang_strap(canvas, rng, chest, end, light)
        things += [(LANYARD, box)] if box is not None else []
    if rng.random() < 0.16:
        things += add_tag(canvas, rng, chest, light)
    return things


# sets
