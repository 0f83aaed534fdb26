"""Things worn on a chest, drawn: cards, straps, name tags, and what only looks like them.

Every maker returns a picture with alpha, `(H, W, 4)` uint8 BGRA, that `datasets.attire` lays on a
real torso.
Nothing here reads a file; the only input is a random generator, so a seed gives the same thing
again.
"""

from __future__ import annotations

import string
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

FONTS: Final = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_PLAIN,
)


def colour(rng: np.random.Generator, saturation: tuple[int, int] = (0, 255)) -> Colour:
    """Any BGR colour, hue even, saturation and value within bounds."""
    hsv = np.array([[[rng.integers(180), rng.integers(*saturation), rng.integers(30, 256)]]])
    b, g, r = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR)[0, 0]
    return int(b), int(g), int(r)


def vivid(rng: np.random.Generator) -> Colour:
    """A colour as printers of cards and straps like it."""
    return colour(rng, (120, 256))


def pale(rng: np.random.Generator) -> Colour:
    """White, cream or a pale tint."""
    base = rng.integers(215, 256)
    tint = rng.integers(-18, 1, 3) if rng.random() < 0.6 else np.zeros(3, int)
    b, g, r = np.clip(base + tint, 0, 255)
    return int(b), int(g), int(r)


def dark(rng: np.random.Generator) -> Colour:
    """Black, navy, dark red, dark green or grey."""
    b, g, r = np.clip(rng.integers(5, 60) + rng.integers(-5, 40, 3) * (rng.random(3) < 0.4), 0, 255)
    return int(b), int(g), int(r)


def words(rng: np.random.Generator, low: int = 3, high: int = 12) -> str:
    """A made-up word; letters only matter as strokes."""
    letters = string.ascii_uppercase if rng.random() < 0.6 else string.ascii_letters
    return "".join(rng.choice(list(letters), rng.integers(low, high)))


def line_of_text(
    image: Image,
    rng: np.random.Generator,
    at: tuple[int, int],
    height: int,
    width: int,
    ink: Colour,
) -> None:
    """Write one made-up line, `height` px high and about `width` px wide, top left at `at`."""
    font = FONTS[rng.integers(len(FONTS))]
    text = words(rng, 2, 7)
    while True:
        size, _ = cv2.getTextSize(text, font, 1.0, 1)
        if size[0] * height / max(size[1], 1) >= width * 0.8 or len(text) > 60:
            break
        text += (" " if rng.random() < 0.3 else "") + words(rng, 1, 5)
    scale = height / max(size[1], 1)
    thick = max(1, round(height / rng.uniform(5, 9)))
    place = (at[0], at[1] + height)
    cv2.putText(image, text, place, font, scale, ink, thick, cv2.LINE_AA)


def barcode(image: Image, rng: np.random.Generator, box: tuple[int, int, int, int]) -> None:
    """Bars or a two-dimensional code within `box` (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = box
    if x1 - x0 < 4 or y1 - y0 < 4:
        return
    if (x1 - x0) > 1.6 * (y1 - y0):
        bars = rng.random(max(8, (x1 - x0) // 3)) < 0.5
        code = np.where(bars, 15, 250).astype(np.uint8)[None, :]
    else:
        code = np.where(rng.random((17, 17)) < 0.5, 15, 250).astype(np.uint8)
    bars_or_dots = cv2.resize(code, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)
    image[y0:y1, x0:x1] = bars_or_dots[..., None]


def portrait(rng: np.random.Generator, width: int, height: int) -> Image:
    """A passport picture as a few blobs: ground, shoulders, face, hair or cloth over the hair."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = (pale, vivid, vivid, dark)[rng.integers(4)](rng)
    tone = rng.uniform(0.35, 1.0)
    skin = (int(150 * tone), int(180 * tone), int(230 * tone))
    cx, cy = width // 2, int(height * rng.uniform(0.38, 0.46))
    a, b = int(width * rng.uniform(0.18, 0.25)), int(height * rng.uniform(0.19, 0.26))
    hair = dark(rng) if rng.random() < 0.6 else colour(rng)
    cloth = (pale(rng), dark(rng), colour(rng))[rng.integers(3)]
    cv2.ellipse(
        image,
        (cx, int(height * 1.02)),
        (int(width * 0.44), int(height * 0.34)),
        0,
        180,
        360,
        cloth,
        -1,
    )
    cv2.ellipse(image, (cx, cy - b // 5), (int(a * 1.3), int(b * 1.25)), 0, 0, 360, hair, -1)
    cv2.rectangle(image, (cx - a // 2, cy), (cx + a // 2, int(cy + b * 1.3)), skin, -1)
    cv2.ellipse(image, (cx, cy), (a, b), 0, 0, 360, skin, -1)
    return image


def _rounded(width: int, height: int, radius: int) -> NDArray[np.uint8]:
    """Mask of a rectangle with round corners, 0 or 255."""
    mask = np.zeros((height, width), np.uint8)
    radius = max(1, min(radius, width // 2 - 1, height // 2 - 1))
    cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
    cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 255, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def _front(image: Image, rng: np.random.Generator) -> None:
    """Fill a card front: ground, bands, picture, lines of text, code, logo; every layout is
    drawn anew.
    """
    h, w = image.shape[:2]
    upright = h >= w
    style = rng.random()
    if style < 0.55:
        image[:] = pale(rng)
    elif style < 0.85:
        image[:] = colour(rng)
    else:
        top, bottom = np.array(colour(rng), float), np.array(pale(rng), float)
        ramp = np.linspace(0, 1, h)[:, None, None]
        image[:] = (top * (1 - ramp) + bottom * ramp).astype(np.uint8)
    light = float(image.mean()) > 115
    ink = dark(rng) if light else pale(rng)
    band = vivid(rng) if rng.random() < 0.7 else dark(rng)
    head = int(h * rng.uniform(0.1, 0.3)) if rng.random() < 0.75 else 0
    foot = int(h * rng.uniform(0.06, 0.22)) if rng.random() < 0.5 else 0
    if head:
        image[:head] = band
        if rng.random() < 0.8:
            line_of_text(
                image, rng, (int(w * 0.15), head // 4), max(4, head // 3), int(w * 0.6), pale(rng)
            )
    if foot:
        image[h - foot :] = band if rng.random() < 0.6 else vivid(rng)
    if rng.random() < 0.2:
        side = int(w * rng.uniform(0.06, 0.2))
        image[:, :side] = vivid(rng)
    if rng.random() < 0.25:
        points = rng.uniform(0, 1, (3, 2)) * (w, h)
        cv2.fillPoly(image, [points.astype(np.int32)], colour(rng))
    if rng.random() < 0.5:
        r = int(min(w, h) * rng.uniform(0.06, 0.13))
        cv2.circle(image, (int(w * rng.uniform(0.12, 0.88)), int(r * 1.5)), r, colour(rng), -1)
    if rng.random() < 0.82:
        if upright:
            pw = int(w * rng.uniform(0.3, 0.66))
            ph = min(int(pw * rng.uniform(1.0, 1.4)), int(h * 0.6))
            px = (w - pw) // 2 if rng.random() < 0.65 else int(rng.uniform(0.05, 0.95) * (w - pw))
            py = int(np.clip(head + h * rng.uniform(0.02, 0.1), 0, h - ph - 1))
        else:
            ph = int(h * rng.uniform(0.4, 0.72))
            pw = int(ph * rng.uniform(0.72, 0.95))
            px = int(w * 0.06) if rng.random() < 0.65 else int(w * 0.94) - pw
            py = int(np.clip(head + h * 0.05, 0, h - ph - 1))
        image[py : py + ph, px : px + pw] = portrait(rng, pw, ph)
        text_y, text_x = (
            (py + ph, int(w * 0.1)) if upright else (py, (px + pw if px < w / 2 else 0))
        )
    else:
        text_y, text_x = head + int(h * 0.08), int(w * 0.08)
    y = text_y + int(h * 0.03)
    first = True
    while y < h - foot - int(h * 0.06) and rng.random() < 0.9:
        size = int(h * (rng.uniform(0.05, 0.1) if first else rng.uniform(0.025, 0.05)))
        size = max(3, size if upright else int(size * 1.4))
        line_of_text(
            image,
            rng,
            (text_x + int(w * 0.03), y),
            size,
            int((w - text_x) * rng.uniform(0.3, 0.7)),
            ink,
        )
        y += int(size * rng.uniform(1.5, 2.4))
        first = False
    if rng.random() < 0.35:
        bw, bh = int(w * rng.uniform(0.2, 0.7)), int(h * rng.uniform(0.08, 0.2))
        x0, y0 = int(rng.uniform(0.05, 0.9) * (w - bw)), int(h * 0.96) - bh
        barcode(image, rng, (x0, y0, x0 + bw, y0 + bh))


def _back(image: Image, rng: np.random.Generator) -> None:
    """Fill a card back: blank, magnetic stripe, small print, a code or one logo; never a
    portrait.
    """
    h, w = image.shape[:2]
    image[:] = pale(rng) if rng.random() < 0.78 else colour(rng, (0, 140))
    ink = dark(rng) if float(image.mean()) > 110 else pale(rng)
    kind = rng.random()
    if kind < 0.25:
        return
    if kind < 0.45:
        y0 = int(h * rng.uniform(0.06, 0.16))
        image[y0 : y0 + int(h * rng.uniform(0.1, 0.18))] = dark(rng)
    if 0.35 < kind < 0.85:
        y = int(h * rng.uniform(0.2, 0.35))
        while y < h * rng.uniform(0.7, 1.0):
            size = max(3, int(h * rng.uniform(0.02, 0.035)))
            line_of_text(image, rng, (int(w * 0.08), y), size, int(w * rng.uniform(0.3, 0.85)), ink)
            y += int(size * rng.uniform(1.8, 3.2))
    if kind > 0.85:
        r = int(min(w, h) * rng.uniform(0.1, 0.25))
        cv2.circle(image, (w // 2, h // 2), r, colour(rng), -1 if rng.random() < 0.5 else 3)
    if rng.random() < 0.25:
        bw, bh = int(w * rng.uniform(0.3, 0.7)), int(h * rng.uniform(0.08, 0.2))
        barcode(image, rng, ((w - bw) // 2, int(h * 0.75), (w + bw) // 2, int(h * 0.75) + bh))


def card(rng: np.random.Generator, back: bool) -> tuple[Image, float]:
    """A card, with or without holder; returns it and its width over height (holder included)."""
    upright = rng.random() < 0.72
    ratio = (
        float(rng.choice([0.63, 0.63, 0.7, 0.75, 0.8]))
        if upright
        else float(rng.choice([1.59, 1.4]))
    )
    h = 220 if upright else 160
    w = int(h * ratio)
    face = np.empty((h, w, 3), np.uint8)
    (_back if back else _front)(face, rng)
    alpha = _rounded(w, h, int(min(h, w) * rng.uniform(0.01, 0.1)))
    picture = np.dstack([face, alpha])
    if rng.random() < 0.62:
        picture = _holder(picture, rng)
    if rng.random() < 0.22:
        _glare(picture, rng)
    h, w = picture.shape[:2]
    return picture, w / h


def _holder(picture: Image, rng: np.random.Generator) -> Image:
    """Put a card into a sleeve or frame: border, perhaps a slotted tab above."""
    h, w = picture.shape[:2]
    side, top = int(w * rng.uniform(0.03, 0.12)), int(h * rng.uniform(0.03, 0.2))
    bottom = int(h * rng.uniform(0.02, 0.1))
    big = np.zeros((h + top + bottom, w + 2 * side, 4), np.uint8)
    clear = rng.random() < 0.5
    big[..., :3] = pale(rng) if clear else (dark(rng) if rng.random() < 0.6 else vivid(rng))
    mask = _rounded(big.shape[1], big.shape[0], int(w * rng.uniform(0.04, 0.14)))
    big[..., 3] = (mask * (rng.uniform(0.35, 0.8) if clear else 1.0)).astype(np.uint8)
    inner = big[top : top + h, side : side + w]
    part = picture[..., 3:].astype(float) / 255
    inner[..., :3] = (picture[..., :3] * part + inner[..., :3] * (1 - part)).astype(np.uint8)
    inner[..., 3] = np.maximum(inner[..., 3], picture[..., 3])
    if top > 14:
        slot = int(w * 0.12)
        middle = big.shape[1] // 2
        cv2.rectangle(
            big, (middle - slot, top // 3), (middle + slot, top // 2), (*dark(rng), 255), -1
        )
    return big


def _glare(picture: Image, rng: np.random.Generator) -> None:
    """A lamp's reflection: a soft bright streak across the card."""
    h, w = picture.shape[:2]
    shine = np.zeros((h, w), np.float32)
    x = rng.uniform(-0.3, 1.0) * w
    wide = rng.uniform(0.1, 0.5) * w
    lean = rng.uniform(-0.6, 0.6) * w
    corners = np.array([[x, 0], [x + wide, 0], [x + wide + lean, h], [x + lean, h]])
    cv2.fillPoly(shine, [corners.astype(np.int32)], float(rng.uniform(0.25, 0.95)))
    soft = cv2.GaussianBlur(shine, (0, 0), rng.uniform(2, 14))[..., None]
    picture[..., :3] = (picture[..., :3] * (1 - soft) + 255 * soft).astype(np.uint8)


def name_tag(rng: np.random.Generator) -> tuple[Image, float]:
    """An engraved or printed bar with a name; returns it and its width over height."""
    ratio = float(rng.uniform(2.4, 4.6))
    h = 60
    w = int(h * ratio)
    face = np.empty((h, w, 3), np.uint8)
    ground: list[Colour] = [
        dark(rng),
        pale(rng),
        (60, 150, 200),
        (170, 170, 175),
        (40, 60, 100),
        vivid(rng),
    ]
    face[:] = ground[rng.choice(6, p=[0.36, 0.2, 0.16, 0.12, 0.06, 0.1])]
    ink = dark(rng) if float(face.mean()) > 115 else (pale(rng), (120, 210, 240))[rng.integers(2)]
    lines = 1 if rng.random() < 0.6 else 2
    for i in range(lines):
        size = int(h * (0.36 if lines == 1 else 0.24))
        y = int(h * (0.32 if lines == 1 else 0.18 + 0.4 * i))
        line_of_text(face, rng, (int(w * 0.08), y), size, int(w * rng.uniform(0.5, 0.8)), ink)
    if rng.random() < 0.3:
        cv2.rectangle(face, (1, 1), (w - 2, h - 2), ink, 2)
    if rng.random() < 0.25:
        cv2.circle(face, (h // 2, h // 2), h // 3, vivid(rng), -1)
    return np.dstack([face, _rounded(w, h, int(h * rng.uniform(0.03, 0.2)))]), ratio


def print_on_cloth(rng: np.random.Generator) -> Image:
    """A shirt print: words, a disc, a framed block; hard to tell from a card by outline alone."""
    h, w = 200, int(200 * rng.uniform(0.6, 1.8))
    image = np.zeros((h, w, 4), np.uint8)
    ink = (colour(rng), pale(rng), dark(rng))[rng.integers(3)]
    kind = rng.random()
    if kind < 0.4:
        for i in range(rng.integers(1, 4)):
            flat = np.zeros((h, w, 3), np.uint8)
            line_of_text(
                flat, rng, (4, 8 + i * 62), int(rng.uniform(25, 48)), int(w * 0.85), (255, 255, 255)
            )
            image[flat[..., 0] > 100] = (*ink, 255)
    elif kind < 0.7:
        cv2.circle(image, (w // 2, h // 2), h // 3, (*ink, 255), -1 if rng.random() < 0.5 else 12)
        cv2.rectangle(
            image, (w // 4, int(h * 0.45)), (3 * w // 4, int(h * 0.55)), (*colour(rng), 255), -1
        )
    else:
        points = rng.uniform(0.05, 0.95, (rng.integers(3, 8), 2)) * (w, h)
        cv2.fillPoly(image, [points.astype(np.int32)], (*ink, 255))
    return image


def phone_top(rng: np.random.Generator) -> Image:
    """A phone seen from its back or front, to stick out of a pocket or be held."""
    h, w = 200, int(200 * rng.uniform(0.47, 0.55))
    image = np.dstack([np.full((h, w, 3), 0, np.uint8), _rounded(w, h, 18)])
    image[..., :3] = dark(rng) if rng.random() < 0.7 else colour(rng)
    if rng.random() < 0.6:
        for i in range(rng.integers(1, 4)):
            cv2.circle(
                image,
                (int(w * 0.28), int(h * (0.1 + 0.1 * i))),
                int(w * 0.1),
                (*dark(rng), 255),
                -1,
            )
    else:
        cv2.rectangle(image, (8, 12), (w - 9, h - 13), (*colour(rng), 255), -1)
    return image


def paper(rng: np.random.Generator) -> Image:
    """A sheet or booklet with lines of print."""
    h, w = 280, int(280 * rng.uniform(0.65, 1.5))
    face = np.empty((h, w, 3), np.uint8)
    face[:] = pale(rng)
    y = 20
    while y < h - 20:
        if rng.random() < 0.8:
            line_of_text(
                face,
                rng,
                (20, y),
                int(rng.uniform(5, 9)),
                int(w * rng.uniform(0.4, 0.8)),
                dark(rng),
            )
        y += 18
    return np.dstack([face, np.full((h, w), 255, np.uint8)])


def cloth_pattern(rng: np.random.Generator, size: int = 96) -> Image:
    """One tile `(size, size, 3)` of batik, stripes, checks or dots."""
    ground, first, second = colour(rng), colour(rng), pale(rng) if rng.random() < 0.5 else dark(rng)
    tile = np.empty((size, size, 3), np.uint8)
    tile[:] = ground
    kind = rng.integers(5)
    if kind == 0:
        for i in range(0, size, size // int(rng.integers(3, 9))):
            cv2.line(tile, (i, 0), (i, size), first, int(rng.integers(1, 6)))
    elif kind == 1:
        step = size // int(rng.integers(2, 6))
        for i in range(0, size, step):
            cv2.line(tile, (i, 0), (i, size), first, int(rng.integers(1, 8)))
            cv2.line(tile, (0, i), (size, i), second, int(rng.integers(1, 8)))
    elif kind == 2:
        for x in (0, size // 2, size):
            for y in (0, size // 2, size):
                shift = size // 4 if y == size // 2 else 0
                cv2.ellipse(
                    tile,
                    (x + shift, y),
                    (size // 5, size // 9),
                    int(rng.integers(180)),
                    0,
                    360,
                    first,
                    -1,
                )
                cv2.circle(tile, (x + shift, y), size // 16, second, -1)
    elif kind == 3:
        for r, tone in ((size // 2, first), (size // 3, second), (size // 6, first)):
            diamond = np.array(
                [
                    [size // 2, size // 2 - r],
                    [size // 2 + r, size // 2],
                    [size // 2, size // 2 + r],
                    [size // 2 - r, size // 2],
                ]
            )
            cv2.fillPoly(tile, [diamond], tone)
    else:
        for _ in range(rng.integers(4, 14)):
            at = (int(rng.integers(size)), int(rng.integers(size)))
            cv2.circle(
                tile,
                at,
                int(rng.integers(3, size // 5)),
                (first, second)[rng.integers(2)],
                -1 if rng.random() < 0.6 else 2,
            )
    return tile
