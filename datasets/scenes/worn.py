"""What is worn on the chest: lanyard and card, name tag, and what is like a badge and is none.

The chest is found by casting rays from the front, so that things lie on shirt or hijab in every
pose.
"""

from __future__ import annotations

import math
import random

import bpy
import numpy as np
from mathutils import Matrix, Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from datasets.scenes import human
from datasets.scenes import textures as tx
from datasets.scenes.garments import FINGERS, Garment, bones
from datasets.scenes.kit import T, box, ell, mat, new_obj, plane, tube
from datasets.scenes.paths import TEX

Objects = list[bpy.types.Object]
STRAPS = [
    (0.1, 0.2, 0.55),
    (0.6, 0.08, 0.1),
    (0.05, 0.05, 0.06),
    (0.1, 0.4, 0.2),
    (0.85, 0.55, 0.1),
    (0.85, 0.85, 0.85),
    (0.35, 0.15, 0.45),
]
TIES = [
    (0.1, 0.12, 0.3),
    (0.5, 0.08, 0.1),
    (0.05, 0.05, 0.05),
    (0.2, 0.35, 0.25),
    (0.55, 0.45, 0.15),
]
UPRIGHT, ACROSS = (0.062, 0.096), (0.09, 0.06)  # width and height of a card, m


class Chest:
    """The front of a posed torso. x to the person's left, z up from the neck; metres."""

    def __init__(
        self, b: human.Body, skin: NDArray, skin_faces: list, layers: list[tuple[Garment, list]]
    ) -> None:
        """`layers`: garments, each with the faces of it that count as chest."""
        turn = b.G[b.names.index("spine_03")]
        self.neck = b.P[b.names.index("neck_01")]
        self.right, self.forward, self.up = turn @ np.eye(3)[0], -(turn @ np.eye(3)[1]), turn[:, 2]
        vertices, faces = [skin], list(skin_faces)
        for garment, chosen in layers:
            first = sum(len(v) for v in vertices)
            faces += [[v + first for v in f] for f in chosen]
            vertices.append(garment.vertices)
        self.tree = BVHTree.FromPolygons([Vector(v) for v in np.vstack(vertices)], faces)

    def at(self, x: float, z: float, off: float) -> NDArray | None:
        """The point `off` before the surface at (x, z); None beside the torso."""
        start = self.neck + self.right * x + self.up * z + self.forward * 0.45
        hit = self.tree.ray_cast(Vector(start), Vector(-self.forward), 1.0)[0]
        return None if hit is None else np.array(hit) + self.forward * off

    def flat(
        self, x: float, z: float, half: float, off: float, twist: float = 0.0
    ) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray] | None:
        """Something flat at (x, z): centre, right, up, normal, point `half` above the centre."""
        centre, above = self.at(x, z, off), self.at(x, z + half, off)
        below = self.at(x, z - half, off)
        if centre is None or above is None or below is None:
            return None
        up = above - below
        up /= np.linalg.norm(up)
        up = up * 0.7 + np.array([0, 0, 1]) * 0.3  # things hang
        up /= np.linalg.norm(up)
        right = self.right * math.cos(twist) + self.forward * math.sin(twist)
        right -= up * (right @ up)
        right /= np.linalg.norm(right)
        normal = np.cross(right, up)
        if normal @ self.forward < 0:
            normal = -normal
        return centre, right, up, normal, above


def matrix(centre: NDArray, right: NDArray, up: NDArray, normal: NDArray) -> Matrix:
    columns = np.c_[right, -normal, up, centre]
    return Matrix((*(tuple(row) for row in columns), (0, 0, 0, 1)))


def chest_of(
    b: human.Body, skin: NDArray, skin_faces: list, shirt: Garment, scarf: Garment | None
) -> Chest:
    """The chest under shirt and, where it is given, scarf; arms and head do not count."""
    arm = bones(b, "upperarm", "lowerarm", *FINGERS)
    head = b.names.index("head")
    own = [
        f for f in skin_faces if b.W[f][:, arm].sum(1).mean() < 0.5 and b.W[f][:, head].mean() < 0.5
    ]
    layers = [(shirt, [f for f in shirt.faces if shirt.weights[f][:, arm].sum(1).mean() < 0.5])]
    if scarf is not None:
        layers.append((scarf, [f for f in scarf.faces if scarf.weights[f][:, head].mean() < 0.5]))
    return Chest(b, skin, own, layers)


def strap(chest: Chest, gid: int, material, low: float, side: float, radius: float) -> Objects:
    """Both halves of a lanyard, from the neck to the point (side, low)."""
    out = []
    for s in (-1, 1):
        points = []
        for k in np.linspace(0, 1, 16):
            x = s * (0.068 * (1 - k) + 0.006 * k) + side * k
            q = chest.at(x, -0.01 + (low + 0.01) * k, 0.007)
            if q is not None:
                points.append(q)
        if len(points) > 3:
            out.append(tube("lan", points, radius, material, gid))
    return out


def badge(
    chest: Chest,
    rng: random.Random,
    ids: tuple[int, int],
    worn: str,
    tag: str,
    style: str | None,
    length: float | None,
    both_faces: bool,
) -> tuple[Objects, dict]:
    """Card (and strap) as `worn` says; ids of card and strap; strap `length` below the neck (m)."""
    gid_card, gid_strap = ids
    out: Objects = []
    info: dict = {"badge": worn, "card_style": None}
    low = -rng.uniform(0.12, 0.30)
    if length is not None:
        low = -length
    material = mat("lanyard", rng.choice(STRAPS), 0.7)
    side = 0.0 if worn != "half" else rng.choice((-1, 1)) * rng.uniform(0.02, 0.05)
    if worn == "none":
        return out, info
    if worn == "lanyard_only":  # like a badge and none: the strap without its card
        return strap(chest, gid_strap, material, low, 0, rng.uniform(0.005, 0.008)), info
    style = style or rng.choices(["portrait", "landscape", "clip"], (0.62, 0.2, 0.18))[0]
    info["card_style"] = style
    w, h = ACROSS if style == "landscape" else UPRIGHT
    if style == "clip":  # clipped to the shirt on the person's left, no strap
        side, low = rng.uniform(0.055, 0.085), -rng.uniform(0.09, 0.14)
    else:
        out += strap(chest, gid_strap, material, low, side, rng.uniform(0.0055, 0.0085))
    turned = rng.choice((-1, 1)) * rng.uniform(55, 75) if worn == "half" else rng.uniform(-18, 18)
    twist = math.radians(turned)
    lie = chest.flat(side, low - 0.007 - h / 2, h / 2, 0.012, twist)
    if lie is None:
        return out, {**info, "badge": "none"}
    centre, right, up, normal, above = lie
    centre = centre + chest.forward * (0.006 + 0.5 * w * abs(math.sin(twist)))
    place = matrix(centre, right, up, normal)
    only_back = worn == "flipped" and not both_faces
    picture = tx.card(f"{TEX}/card_{tag}.png", rng, only_back, style == "landscape")
    holder = mat("holder", rng.choice([(0.9, 0.9, 0.92), (0.9, 0.9, 0.92), (0.1, 0.1, 0.12)]), 0.3)
    behind = place @ T(0, 0.002, -(h + 0.006) / 2)
    out.append(box("badgeback", w + 0.006, 0.003, h + 0.006, holder, gid_card, behind, 0.002))
    before = place @ T(0, -0.0012, 0)
    paper = mat("card", img=picture, rough=0.25, coat=0.4)
    face = plane("badge", w, h, paper, gid_card, before, "y")
    out.append(face)
    if both_faces:  # the same card once more with its back outside; one of them is hidden
        picture = tx.card(f"{TEX}/card_{tag}_back.png", rng, True, style == "landscape")
        paper = mat("cardback", img=picture, rough=0.25, coat=0.4)
        back = plane("badge_turned", w, h, paper, gid_card, before, "y")
        out.append(back)
        info["faces"] = {"front": face, "flipped": back}
        (face if worn == "flipped" else back).hide_render = True
    metal = mat("clip", (0.7, 0.7, 0.72), 0.3, 1)
    top = centre + up * (h / 2 + 0.004)
    if style == "clip":
        out.append(tube("clip", [top + up * 0.012, top], 0.006, metal))
    else:
        out.append(tube("clip", [above + chest.forward * 0.002, top], 0.004, metal, gid_strap))
    info["badge_normal"] = [float(x) for x in normal]
    info["badge_pos"] = [float(x) for x in centre]
    return out, info


def collar(chest: Chest, gid: int, picture: str) -> Objects:
    """Collar, placket and buttons of a shirt that was made from the base mesh."""
    out: Objects = []
    cloth = mat("collar", img=picture, rough=0.8, bump=0.2, bscale=14)
    for s in (-1, 1):
        rows = []
        for k in np.linspace(0, 1, 7):
            a = chest.at(s * (0.062 * (1 - k) + 0.010 * k), 0.035 * (1 - k) - 0.035 * k, 0.010)
            b = chest.at(s * (0.098 * (1 - k) + 0.055 * k), 0.012 * (1 - k) - 0.085 * k, 0.012)
            if a is not None and b is not None:
                rows += [a, b]
        faces = [(i, i + 1, i + 3, i + 2) for i in range(0, len(rows) - 2, 2)]
        if faces:
            uv = [[(0.3, 0.3), (0.34, 0.3), (0.34, 0.34), (0.3, 0.34)]] * len(faces)
            o = new_obj("collar", rows, faces, cloth, uv, True, gid)
            o.modifiers.new("s", "SOLIDIFY").thickness = 0.004
            out.append(o)
    line = [
        q for z in np.linspace(-0.04, -0.42, 20) if (q := chest.at(0.014, z, 0.0035)) is not None
    ]
    if len(line) > 3:
        seam = mat("pl", (0.4, 0.4, 0.42), 0.8)
        out.append(tube("placket", line, 0.0018, seam, gid, n=5))
    for z in np.arange(-0.07, -0.4, -0.085):
        q = chest.at(0.0, z, 0.004)
        if q is not None:
            horn = mat("button", (0.85, 0.85, 0.82), 0.3)
            out.append(ell("button", 0.0055, 0.0035, 0.0055, horn, gid, T(*q), 8))
    return out


def name_tag(chest: Chest, rng: random.Random, gid: int, tag: str) -> Objects:
    """An engraved plate on the left chest."""
    lie = chest.flat(rng.uniform(0.075, 0.1), -rng.uniform(0.10, 0.14), 0.02, 0.010)
    if lie is None:
        return []
    w, h = rng.uniform(0.062, 0.08), rng.uniform(0.018, 0.026)
    place = matrix(*lie[:4])
    picture = tx.name_tag(f"{TEX}/tag_{tag}.png", rng)
    plate = mat("nametag", img=picture, rough=0.3, coat=0.3)
    edge = mat("tb", (0.2, 0.2, 0.2), 0.4)
    return [
        box("tagback", w, 0.003, h, edge, gid, place @ T(0, 0.002, -h / 2), 0.001),
        plane("tag", w, h, plate, gid, place @ T(0, -0.0008, 0), "y"),
    ]


def pocket(chest: Chest, rng: random.Random, gid: int, picture: str) -> Objects:
    """A breast pocket; in half of the cases a phone, a note or a pen stands out of it."""
    lie = chest.flat(0.085, -0.19, 0.05, 0.006)
    if lie is None:
        return []
    place = matrix(*lie[:4])
    cloth = mat("pocket", img=picture, rough=0.85, bump=0.3, bscale=14)
    out = [box("pocket", 0.095, 0.004, 0.11, cloth, gid, place @ T(0, 0.001, -0.055), 0.002)]
    if rng.random() < 0.5:
        colour = rng.choice([(0.04, 0.04, 0.05), (0.9, 0.9, 0.88), (0.2, 0.3, 0.6)])
        width = rng.choice([0.012, 0.05, 0.066])
        thing = mat("inp", colour, 0.3)
        inside = place @ T(rng.uniform(-0.015, 0.015), 0.0, 0.03)
        out.append(box("inpocket", width, 0.005, 0.05, thing, gid, inside, 0.002))
    return out


def tie(chest: Chest, rng: random.Random, gid: int) -> Objects:
    top, low = -0.035, -rng.uniform(0.33, 0.42)
    colour = rng.choice(TIES)
    vertices, faces = [], []
    for i, k in enumerate(np.linspace(0, 1, 14)):
        c = chest.at(0, top + (low - top) * k, 0.010)
        if c is None:
            break
        half = 0.04 * (1 - k) / 0.07 + 0.002
        if k < 0.93:
            half = 0.017 if k < 0.07 else 0.012 + 0.028 * k
        edge = chest.right * half
        vertices += [
            c - edge - chest.forward * 0.002,
            c + chest.forward * 0.004,
            c + edge - chest.forward * 0.002,
        ]
        if i:
            j = 3 * i
            faces += [(j - 3, j, j + 1, j - 2), (j - 2, j + 1, j + 2, j - 1)]
    if not faces:
        return []
    return [
        new_obj("tie", vertices, faces, mat("tie", colour, 0.6, noise=(90, 0.25)), None, True, gid)
    ]
