"""The identity card as an object: holder and faces, on the chest, in a hand or on the desk.

A placement matrix has its origin in the middle of the card, x to the card's right, -y out of its
face, z up; metres.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import bpy  # isort: skip  (before mathutils, which it brings)
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from datasets.scenes import human
from datasets.scenes import textures as tx
from datasets.scenes.kit import Rx, T, box, mat, plane, tube
from datasets.scenes.paths import TEX

Objects = list[bpy.types.Object]
UPRIGHT, ACROSS = (0.062, 0.096), (0.09, 0.06)  # width and height of a card, m
HOLDERS = ("rigid", "frame", "vinyl", "leather", "bare")
HOLDER_COLOURS = [(0.9, 0.9, 0.92), (0.9, 0.9, 0.92), (0.1, 0.1, 0.12)]
FRAMES = [
    (0.08, 0.2, 0.5),
    (0.06, 0.06, 0.07),
    (0.6, 0.1, 0.12),
    (0.92, 0.92, 0.9),
    (0.1, 0.4, 0.3),
]
LEATHER = [(0.25, 0.14, 0.08), (0.06, 0.05, 0.05), (0.1, 0.12, 0.25), (0.45, 0.1, 0.15)]
STRAPS = [
    (0.1, 0.2, 0.55),
    (0.6, 0.08, 0.1),
    (0.05, 0.05, 0.06),
    (0.1, 0.4, 0.2),
    (0.85, 0.55, 0.1),
    (0.85, 0.85, 0.85),
    (0.35, 0.15, 0.45),
]


@dataclass(slots=True)
class Card:
    """The objects of a card; `faces` (front, flipped) where it can be turned over."""

    objects: Objects
    faces: dict[str, bpy.types.Object]
    holder: str


def matrix(centre: NDArray, right: NDArray, up: NDArray, normal: NDArray) -> Matrix:
    columns = np.c_[right, -normal, up, centre]
    return Matrix((*(tuple(row) for row in columns), (0, 0, 0, 1)))


def size_of(style: str) -> tuple[float, float]:
    """Width and height of a card of this style, m."""
    return ACROSS if style == "landscape" else UPRIGHT


def card(
    rng: random.Random,
    gid: int,
    tag: str,
    place: Matrix,
    style: str,
    back: bool,
    both_faces: bool = False,
    holder: str | None = None,
) -> Card:
    """A card at `place` in a holder; `back` shows its back; both faces can be turned later."""
    w, h = size_of(style)
    across = style == "landscape"
    holder = holder or rng.choices(HOLDERS, (0.4, 0.2, 0.18, 0.1, 0.12))[0]
    out = sleeve(rng, gid, place, w, h, holder)
    before = place @ T(0, -0.0012, 0)
    faces = {}
    for way in ("front", "flipped") if both_faces else ("flipped",) if back else ("front",):
        picture = tx.card(f"{TEX}/card_{tag}_{way}.png", rng, way == "flipped", across)
        paper = mat("card", img=picture, rough=0.25, coat=0.4)
        faces[way] = plane(f"badge_{way}", w, h, paper, gid, before, "y")
        faces[way].hide_render = both_faces and (way == "flipped") != back
        out.append(faces[way])
    return Card(out, faces if both_faces else {}, holder)


def sleeve(rng: random.Random, gid: int, place: Matrix, w: float, h: float, holder: str) -> Objects:
    """What the card is in: a hard shell, a coloured frame, soft vinyl, leather, or nothing."""

    def slab(name: str, wide: float, thick: float, high: float, material, up: float = 0.0):
        behind = place @ T(0, 0.002, up - high / 2)
        return box(name, wide, thick, high, material, gid, behind, min(0.002, thick * 0.4))

    if holder == "rigid":
        shell = mat("holder", rng.choice(HOLDER_COLOURS), 0.3)
        return [slab("badgeback", w + 0.006, 0.003, h + 0.006, shell)]
    if holder == "frame":
        edge = mat("holder", rng.choice(FRAMES), 0.35)
        rim = rng.uniform(0.008, 0.014)
        return [slab("badgeback", w + rim, 0.004, h + rim, edge)]
    if holder == "vinyl":
        soft = mat("vinyl", (0.93, 0.95, 0.96), 0.08, alpha=0.4, coat=0.6)
        back = mat("cardback", (0.92, 0.92, 0.9), 0.5)
        return [
            slab("badgeback", w, 0.0012, h, back),
            slab("vinyl", w + 0.014, 0.0012, h + 0.03, soft, 0.008),
        ]
    if holder == "leather":
        hide = mat("leather", rng.choice(LEATHER), 0.55, bump=0.2, bscale=200)
        return [slab("badgeback", w + 0.016, 0.005, h + 0.022, hide, 0.002)]
    return [slab("badgeback", w, 0.0012, h, mat("pvc", (0.93, 0.93, 0.92), 0.3))]


def in_hand(
    b: human.Body, rng: random.Random, gid: int, tag: str, side: str, back: bool
) -> tuple[Objects, dict]:
    """A card between the thumb and the fingers of the hand `side` (l, r) of a posed body."""
    at = {n: b.P[b.names.index(f"{n}_{side}")] for n in ("index_01", "index_03", "pinky_01")}
    tip = b.P[b.names.index(f"index_03_{side}")]
    ahead = tip - at["index_01"]
    ahead /= np.linalg.norm(ahead)
    across = at["index_01"] - at["pinky_01"]
    palm = np.cross(ahead, across) * (1 if side == "r" else -1)
    palm /= np.linalg.norm(palm)
    right = np.cross(ahead, palm)
    style = rng.choice(["portrait", "portrait", "landscape"])
    h = size_of(style)[1]
    middle = (tip + b.P[b.names.index(f"middle_03_{side}")]) / 2
    centre = middle + ahead * h * rng.uniform(0.12, 0.3) + palm * 0.013
    turned = right * math.cos(0.2) + ahead * math.sin(0.2) * rng.uniform(-1, 1)
    turned /= np.linalg.norm(turned)
    up = np.cross(palm, turned)
    place = matrix(centre, turned, up, palm)
    made = card(rng, gid, tag, place, style, back)
    info = {
        "card_style": style,
        "holder": made.holder,
        "badge_normal": [float(x) for x in palm],
        "badge_pos": [float(x) for x in centre],
    }
    return made.objects, info


def on_desk(
    rng: random.Random, gid: int, gid_strap: int, tag: str, place: Matrix, back: bool
) -> tuple[str, str]:
    """A card that lies face up at `place` (z up), with its strap in loops: (style, holder)."""
    style = rng.choice(["portrait", "portrait", "landscape"])
    h = size_of(style)[1]
    flat = place @ T(0, 0, 0.0055) @ Rx(-90)  # its face, -y, looks up
    made = card(rng, gid, tag, flat, style, back)
    if gid_strap:
        material = mat("lanyard", rng.choice(STRAPS), 0.7)
        loops = rng.uniform(1.3, 2.6)
        points = []
        wide, deep = rng.uniform(0.05, 0.09), rng.uniform(0.03, 0.06)
        lag, drift = rng.uniform(0, 3), rng.uniform(-0.03, 0.03)
        for k in np.linspace(0, 1, 60):
            a = -math.pi / 2 + 2 * math.pi * loops * k
            grow = min(1.0, 4 * k)
            x = wide * grow * math.cos(a) * (1 + 0.25 * math.sin(1.7 * a + lag)) + drift * k
            y = h / 2 + 0.006 + deep * (1 + math.sin(a)) * (1 + 0.2 * math.sin(2.3 * a))
            points.append((x, y, 0.004 + 0.004 * k + 0.001 * math.sin(5 * a)))
        tube("lan", points, rng.uniform(0.003, 0.0045), material, gid_strap, place, 8)
        metal = mat("clip", (0.7, 0.7, 0.72), 0.3, 1)
        tube("hook", [(0, h / 2, 0.005), (0, h / 2 + 0.016, 0.005)], 0.004, metal, gid_strap, place)
    return style, made.holder
