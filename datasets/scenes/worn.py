"""What is worn on the chest: lanyard and card, name tag, and what is like a badge and is none.

The chest is found by casting rays from the front, so that things lie on shirt or hijab in every
pose.
"""

from __future__ import annotations

import math
import random

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from datasets.scenes import human
from datasets.scenes import textures as tx
from datasets.scenes.cards import ACROSS, STRAPS, card, matrix, size_of
from datasets.scenes.garments import FINGERS, Garment, bones
from datasets.scenes.kit import Rx, T, box, ell, lathe, mat, new_obj, plane, tube
from datasets.scenes.paths import TEX

Objects = list[bpy.types.Object]
REEL = [(0, -0.004), (0.015, -0.004), (0.016, 0), (0.012, 0.004), (0, 0.005)]  # radius, height; m
STYLES, SHARES = ("portrait", "landscape", "clip"), (0.62, 0.2, 0.18)
GOLD = [(0.85, 0.65, 0.25), (0.8, 0.8, 0.82), (0.85, 0.55, 0.45)]
TIES = [
    (0.1, 0.12, 0.3),
    (0.5, 0.08, 0.1),
    (0.05, 0.05, 0.05),
    (0.2, 0.35, 0.25),
    (0.55, 0.45, 0.15),
]


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


def chest_of(
    b: human.Body, skin: NDArray, skin_faces: list, shirts: list[Garment], scarf: Garment | None
) -> Chest:
    """The chest under shirt, blazer and, where it is given, scarf; arms and head do not count."""
    arm = bones(b, "upperarm", "lowerarm", *FINGERS)
    head = b.names.index("head")
    own = [
        f for f in skin_faces if b.W[f][:, arm].sum(1).mean() < 0.5 and b.W[f][:, head].mean() < 0.5
    ]
    layers = [
        (one, [f for f in one.faces if one.weights[f][:, arm].sum(1).mean() < 0.5])
        for one in shirts
    ]
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
    hem: tuple[Chest, float] | None = None,
    lift: float = 0.0,
) -> tuple[Objects, dict]:
    """Card (and strap) as `worn` says; ids of card and strap; strap `length` below the neck (m).
    `hem`: the card hangs half under this scarf, whose lower edge lies so far from the neck (m).
    `lift`: how much farther from the chest the card lies than on a shirt (m).
    """
    gid_card, gid_strap = ids
    out: Objects = []
    info: dict = {"badge": worn, "card_style": None}
    low = -rng.uniform(0.12, 0.30)
    if rng.random() < 0.12:  # a long strap: the card near the belly, often behind the desk's edge
        low = -rng.uniform(0.30, 0.40)
    if length is not None:
        low = -length
    material = mat("lanyard", rng.choice(STRAPS), 0.7)
    side = 0.0 if worn != "half" else rng.choice((-1, 1)) * rng.uniform(0.02, 0.05)
    if worn == "none":
        return out, info
    if worn == "lanyard_only":  # like a badge and none: the strap without its card
        return strap(chest, gid_strap, material, low, 0, rng.uniform(0.005, 0.008)), info
    style = style or rng.choices(STYLES, SHARES)[0]
    info["card_style"] = style
    w, h = size_of(style)
    if style == "clip":  # clipped to the shirt on the person's left, no strap
        side, low = rng.uniform(0.055, 0.085), -rng.uniform(0.09, 0.14)
        if lift > 0:  # beside the lapel
            side += 0.025
        if rng.random() < 0.3:
            w, h = ACROSS
    elif hem is None:
        out += strap(chest, gid_strap, material, low, side, rng.uniform(0.0035, 0.0085))
    turned = rng.choice((-1, 1)) * rng.uniform(55, 75) if worn == "half" else rng.uniform(-18, 18)
    if hem is not None:
        side, turned = rng.uniform(-0.03, 0.05), 0.0
        low = hem[1] + h * rng.uniform(-0.55, 0.1) + h / 2 + 0.007
    twist = math.radians(turned)
    lie = chest.flat(side, low - 0.007 - h / 2, h / 2, 0.012 + lift, twist)
    if lie is None:
        return out, {**info, "badge": "none"}
    centre, right, up, normal, above = lie
    centre = centre + chest.forward * (0.006 + 0.5 * w * abs(math.sin(twist)))
    if hem is not None and (under := under_hem(chest, hem, side, low - 0.007 - h / 2, h / 2)):
        centre, up = under
        right = chest.right - up * (chest.right @ up)
        right /= np.linalg.norm(right)
        normal = np.cross(right, up)
        if normal @ chest.forward < 0:
            normal = -normal
    landscape = (w, h) == ACROSS
    place = matrix(centre, right, up, normal)
    made = card(
        rng, gid_card, tag, place, "landscape" if landscape else "portrait",
        worn == "flipped", both_faces,
    )  # fmt: skip
    out += made.objects
    info["holder"] = made.holder
    if made.faces:
        info["faces"] = made.faces
    metal = mat("clip", (0.7, 0.7, 0.72), 0.3, 1)
    top = centre + up * (h / 2 + 0.004)
    if style == "clip" and rng.random() < 0.3:  # a reel, as big as a coin, with its cord
        reel = mat("reel", rng.choice(STRAPS), 0.35)
        hub = top + up * 0.03 - chest.forward * 0.001
        out.append(lathe("reel", REEL, reel, gid_card, matrix(hub, right, up, normal) @ Rx(90), 20))
        out.append(tube("cord", [hub, top], 0.0012, metal, gid_card))
    elif style == "clip":
        out.append(tube("clip", [top + up * 0.012, top], 0.006, metal))
    elif hem is None:
        out.append(tube("clip", [above + chest.forward * 0.002, top], 0.004, metal, gid_strap))
    info["badge_normal"] = [float(x) for x in normal]
    info["badge_pos"] = [float(x) for x in centre]
    return out, info


def under_hem(
    chest: Chest, hem: tuple[Chest, float], side: float, z: float, half: float
) -> tuple[NDArray, NDArray] | None:
    """Centre and up of a card whose upper part is under the scarf and whose lower part is not."""
    over, edge = hem
    point = over.at(side, max(z + half, edge + 0.012), -0.014)
    low = chest.at(side, z - half, 0.010)
    if point is None or low is None:
        return None
    up = point - low
    length = np.linalg.norm(up)
    if length < half or up @ chest.up < 0.5 * half:
        return None
    up /= length
    return low + up * half, up


def hem_of(scarf: Chest, side: float = 0.0) -> float | None:
    """Where a scarf (scarf_of) ends at `side`, m from the neck; None where it covers no chest."""
    last = None
    for z in np.arange(-0.05, -0.45, -0.006):
        q = scarf.at(side, z, 0)
        if q is None or (q - scarf.neck) @ scarf.forward < 0.0:  # nothing, or the scarf's back
            break
        last = float(z)
    return last


def scarf_of(b: human.Body, skin: NDArray, scarf: Garment) -> Chest:
    """The scarf alone as a chest."""
    head = b.names.index("head")
    return Chest(
        b, skin, [], [(scarf, [f for f in scarf.faces if scarf.weights[f][:, head].mean() < 0.5])]
    )


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


def name_tag(chest: Chest, rng: random.Random, gid: int, tag: str, lift: float = 0.0) -> Objects:
    """An engraved plate on the left chest, `lift` farther out than on a shirt (m)."""
    lie = chest.flat(rng.uniform(0.075, 0.1), -rng.uniform(0.10, 0.14), 0.02, 0.010 + lift)
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


def necklace(chest: Chest, rng: random.Random, gid: int) -> Objects:
    """A thin chain with a pendant, or beads: like a strap and none."""
    low, metal = -rng.uniform(0.06, 0.17), mat("chain", rng.choice(GOLD), 0.25, 1)
    points = []
    for a in np.linspace(-1, 1, 25):
        q = chest.at(0.07 * a, -0.005 + low * (1 - abs(a) ** 1.6), 0.006)
        if q is not None:
            points.append(q)
    if len(points) < 8:
        return []
    if rng.random() < 0.3:
        bead = mat("bead", rng.choice([(0.9, 0.88, 0.84), (0.5, 0.1, 0.15), (0.1, 0.2, 0.2)]), 0.3)
        return [ell("bead", 0.006, 0.006, 0.006, bead, gid, T(*q), 8) for q in points]
    out = [tube("chain", points, rng.uniform(0.001, 0.0022), metal, gid, n=6)]
    size = rng.uniform(0.006, 0.014)
    place = T(*(points[len(points) // 2] + chest.forward * 0.002 - chest.up * size))
    out.append(ell("pendant", size * 0.8, size * 0.4, size, metal, gid, place, 10))
    return out


def logo(chest: Chest, rng: random.Random, gid: int, tag: str, lift: float = 0.0) -> Objects:
    """An emblem sewn or printed on the chest: as big as a card's photo, and no card."""
    size = rng.uniform(0.035, 0.07)
    lie = chest.flat(rng.choice((-1, 1)) * rng.uniform(0.07, 0.095), -rng.uniform(0.11, 0.16),
                     size / 2, 0.007 + lift)  # fmt: skip
    if lie is None:
        return []
    picture, share = tx.emblem(f"{TEX}/logo_{tag}.png", rng)
    cloth = mat("logo", img=picture, rough=0.85, bump=0.2, bscale=300, cutout=True)
    return [plane("logo", size, size * share, cloth, gid, matrix(*lie[:4]), "y")]


def earphones(chest: Chest, b: human.Body, rng: random.Random, gid: int) -> Objects:
    """The cable of earphones or a headset, from the ears down the chest."""
    wire = mat("wire", rng.choice([(0.93, 0.93, 0.93), (0.04, 0.04, 0.04)]), 0.5)
    j = b.names.index("head")
    turn, head = b.G[j], b.P[j]
    join = -rng.uniform(0.12, 0.2)
    out: Objects = []
    for s in (-1, 1) if rng.random() < 0.7 else (rng.choice((-1, 1)),):
        ear = head + turn @ np.array([s * 0.078, 0.0, 0.055])
        points = [ear, ear + turn @ np.array([s * 0.006, -0.01, -0.03])]
        shoulder = chest.at(s * 0.06, -0.03, 0.012)
        if shoulder is None:
            continue
        points.append((points[-1] + shoulder) / 2 + chest.forward * 0.015)
        for k in np.linspace(0, 1, 8):
            q = chest.at(s * 0.06 * (1 - k), -0.03 + (join + 0.03) * k, 0.008)
            if q is not None:
                points.append(q)
        out.append(tube("wire", points, 0.0014, wire, gid, n=6))
        bud = T(*ear)
        out.append(ell("bud", 0.008, 0.008, 0.011, wire, gid, bud, 8))
    down = []
    for k in np.linspace(0, 1, 10):
        q = chest.at(0.02 * math.sin(5 * k), join - 0.25 * k, 0.008)
        if q is not None:
            down.append(q)
    if len(down) > 3:
        out.append(tube("wire", down, 0.0016, wire, gid, n=6))
    return out
