"""Cap, glasses and face mask: rigid things on a posed head."""

from __future__ import annotations

import math
import random

import bpy  # isort: skip  (before mathutils, which it brings)
import numpy as np
from mathutils import Matrix, Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from datasets.scenes import human
from datasets.scenes.garments import BODY_VERTICES
from datasets.scenes.kit import T, ell, lathe, mat, new_obj, tube

Objects = list[bpy.types.Object]
CAPS = [(0.06, 0.07, 0.12), (0.05, 0.05, 0.05), (0.1, 0.2, 0.45), (0.5, 0.1, 0.1), (0.8, 0.78, 0.7)]
MASKS = [
    (0.93, 0.94, 0.95),
    (0.55, 0.75, 0.88),
    (0.08, 0.08, 0.09),
    (0.5, 0.72, 0.6),
    (0.8, 0.8, 0.8),
]
FRAMES = [
    (0.03, 0.03, 0.03),
    (0.03, 0.03, 0.03),
    (0.25, 0.13, 0.07),
    (0.6, 0.6, 0.62),
    (0.7, 0.55, 0.3),
]


class Head:
    """The head at rest (metres, facing -y) and the matrix that puts it where the pose has it."""

    def __init__(self, b: human.Body) -> None:
        j = b.names.index("head")
        turn, at = b.G[j], b.P[j]
        move = at - turn @ b.h[j]
        self.place = Matrix((*((*turn[i], move[i]) for i in range(3)), (0, 0, 0, 1)))
        weight = b.W[:, j]
        _, _, faces, _, groups = human.base()
        self.faces = [
            f for f, g in zip(faces, groups, strict=True) if g == "body" and weight[f].mean() > 0.5
        ]
        self.vertices = b.V
        skull = b.V[:BODY_VERTICES][weight[:BODY_VERTICES] > 0.8]
        self.top, self.front, self.back = skull[:, 2].max(), skull[:, 1].min(), skull[:, 1].max()
        self.eyes = {}
        for side in "lr":
            group = f"helper-{side}-eye"
            own = {v for f, g in zip(faces, groups, strict=True) if g == group for v in f}
            self.eyes[side] = b.V[sorted(own)]
        self.eye_z = float(np.mean([e[:, 2].mean() for e in self.eyes.values()]))
        level = skull[np.abs(skull[:, 2] - self.eye_z - 0.01) < 0.02]
        temple = level[(level[:, 1] > -0.01 + level[:, 1].mean())]
        self.side = float(np.abs(temple[:, 0]).max())
        self.half = float(np.abs(skull[skull[:, 2] > self.eye_z + 0.045][:, 0]).max())
        self.tree = BVHTree.FromPolygons([Vector(v) for v in b.V], self.faces)

    def depth(self, x: float, z: float) -> float | None:
        """y of the face's surface at (x, z), seen from the front."""
        hit = self.tree.ray_cast(Vector((x, -1.0, z)), Vector((0, 1, 0)), 2.0)[0]
        return None if hit is None else float(hit[1])


def glasses(head: Head, rng: random.Random, gid: int) -> Objects:
    """Two rims, a bridge and temples; clear lenses."""
    colour = rng.choice(FRAMES)
    frame = mat("frame", colour, 0.3, 1 if colour[0] > 0.5 else 0)
    thin = rng.uniform(0.0009, 0.0014) if colour[0] > 0.5 else rng.uniform(0.0013, 0.0026)
    wide, high, round_ = rng.uniform(0.022, 0.027), rng.uniform(0.015, 0.022), rng.uniform(2, 4)
    lens = mat("lens", (0.9, 0.95, 1), 0.03, alpha=0.12, coat=0.6)
    y = min(e[:, 1].min() for e in head.eyes.values()) - rng.uniform(0.008, 0.013)
    z = head.eye_z - 0.003
    out: Objects = []
    inner: list[tuple[float, float, float]] = []
    for side, s in (("l", 1), ("r", -1)):
        x = float(head.eyes[side][:, 0].mean()) * 1.06
        ring = []
        for a in np.linspace(0, 2 * math.pi, 28, endpoint=False):
            c, d = math.cos(a), math.sin(a)
            u = math.copysign(abs(c) ** (2 / round_), c) * wide
            v = math.copysign(abs(d) ** (2 / round_), d) * high
            ring.append((x + u, y + 0.12 * abs(u * s) * (u * s > 0), z + v))
        out.append(tube("rim", ring, thin, frame, gid, head.place, 6, closed=True))
        pane = [(x, y, z), *ring]
        fan = [(0, i + 1, (i + 1) % len(ring) + 1) for i in range(len(ring))]
        out.append(new_obj("lens", pane, fan, lens, None, False, gid, head.place))
        inner.append((x - s * wide, y, z + 0.3 * high))
        edge = x + s * wide
        ear = [
            (edge, y + 0.002, z + 0.35 * high),
            (s * (head.side + 0.002), y + 0.05, z + 0.006),
            (s * (head.side + 0.001), y + 0.1, z + 0.002),
        ]
        out.append(tube("temple", ear, thin, frame, gid, head.place, 6))
    middle = (0.0, y - 0.002, inner[0][2] + 0.003)
    out.append(tube("bridge", [inner[0], middle, inner[1]], thin, frame, gid, head.place, 6))
    return out


def mask(head: Head, rng: random.Random, gid: int) -> Objects:
    """A surgical mask over nose, mouth and chin, with its loops."""
    cloth = mat("mask", rng.choice(MASKS), 0.85, bump=0.15, bscale=60)
    rows, columns = 11, 15
    top = head.eye_z - rng.uniform(0.016, 0.024)
    face = head.vertices[sorted({v for f in head.faces for v in f})]
    middle = face[(np.abs(face[:, 0]) < 0.012) & (face[:, 1] < head.front + 0.07)]
    low = float(middle[:, 2].min()) - 0.002
    grid = np.zeros((rows, columns, 3))
    surface = np.zeros((rows, columns))
    for i, v in enumerate(np.linspace(0, 1, rows)):
        half = float(np.interp(v, [0, 0.4, 0.75, 1], [0.046, 0.060, 0.056, 0.034]))
        z = top + (low - top) * v
        for j, u in enumerate(np.linspace(-1, 1, columns)):
            hit = head.depth(u * half, z)
            surface[i, j] = np.nan if hit is None else hit
            grid[i, j] = (u * half, 0, z - 0.010 * (1 - v) * u * u)
    for i in range(rows):  # beside the chin: the nearest depth of the row, or of the row above
        known = ~np.isnan(surface[i])
        if known.any():
            at = np.arange(columns)
            surface[i] = np.interp(at, at[known], surface[i][known])
        elif i:
            surface[i] = surface[i - 1] + 0.006
    y = surface - 0.006
    for _ in range(12):  # stretched over the nose, not drawn into every dent
        around = y.copy()
        around[1:-1, 1:-1] = (y[:-2, 1:-1] + y[2:, 1:-1] + y[1:-1, :-2] + y[1:-1, 2:]) / 4
        y = np.minimum(around, surface - 0.005)
    grid[..., 1] = y
    n = columns
    faces = [
        (i * n + j, i * n + j + 1, (i + 1) * n + j + 1, (i + 1) * n + j)
        for i in range(rows - 1)
        for j in range(columns - 1)
    ]
    o = new_obj("mask", grid.reshape(-1, 3), faces, cloth, None, True, gid, head.place)
    out = [o]
    white = mat("loop", (0.9, 0.9, 0.9), 0.7)
    for s, column in ((-1, 0), (1, -1)):
        for row in (1, -4):
            start = grid[row, column]
            ear = (s * (head.side + 0.004), start[1] + 0.075, head.eye_z - 0.012)
            between = (s * (head.side - 0.001), start[1] + 0.035, (start[2] + ear[2]) / 2)
            out.append(tube("loop", [start, between, ear], 0.0012, white, gid, head.place, 5))
    return out


def cap(head: Head, rng: random.Random, gid: int, colour=None) -> Objects:
    """A cap with a visor and, mostly, an emblem."""
    cloth = mat("cap", colour or rng.choice(CAPS), 0.85, bump=0.2, bscale=90)
    brow = head.eye_z + rng.uniform(0.040, 0.050)
    wide, high = head.half + 0.013, head.top - brow + 0.016
    y0, deep = (head.front + head.back) / 2 + 0.004, (head.back - head.front) / 2 + 0.010
    round_ = [(math.cos(a), math.sin(a)) for a in np.linspace(0, math.pi / 2, 9)]
    dome = [(1.0, -0.25), *((min(1, r * 1.06), z) for r, z in round_[:-1]), (0.0, 1.0)]
    scale = Matrix.Diagonal((wide, deep, high, 1))
    out = [lathe("cap", dome, cloth, gid, head.place @ T(0, y0, brow) @ scale, 28)]
    long = rng.uniform(0.055, 0.075)
    turn = np.linspace(-1.15, 1.15, 15)
    inside = [(wide * math.sin(a), y0 - deep * math.cos(a), brow - 0.006) for a in turn]
    outside = [
        (
            wide * 1.02 * math.sin(a),
            y0 - deep * math.cos(a) - long * max(0.0, math.cos(1.36 * a)) ** 0.6,
            brow - 0.006 - 0.028 * max(0.0, math.cos(1.36 * a)),
        )
        for a in turn
    ]
    points: list[tuple[float, float, float]] = [*inside, *outside]
    n = len(turn)
    faces = [(i, i + 1, n + i + 1, n + i) for i in range(n - 1)]
    visor = new_obj("visor", points, faces, cloth, None, True, gid, head.place)
    visor.modifiers.new("s", "SOLIDIFY").thickness = 0.004
    out.append(visor)
    if rng.random() < 0.7:
        gold = mat("emblem", rng.choice([(0.8, 0.65, 0.2), (0.85, 0.85, 0.88)]), 0.4, 0.4)
        place = head.place @ T(0, y0 - deep * 0.93, brow + high * 0.38)
        out.append(ell("emblem", 0.017, 0.006, 0.019, gold, gid, place, 12))
    return out


def bun(head: Head, rng: random.Random, gid: int, material) -> Objects:
    """Hair tied at the back of the head."""
    size, up = rng.uniform(0.03, 0.042), rng.uniform(-0.01, 0.05)
    place = head.place @ T(0, head.back + size * 0.55, head.eye_z + up)
    return [ell("bun", size, size * 0.8, size * 0.9, material, gid, place, 16)]


def points(objects: Objects) -> NDArray:
    """Their vertices in the world (n, 3), m."""
    return np.vstack([[o.matrix_world @ v.co for v in o.data.vertices] for o in objects])
