"""Clothes, hair and hijab made from the base mesh alone: no asset is needed.

Each maker takes faces of the base mesh, blows them up along their normals, smooths them and lets
the body's own weights move them, so that they follow every pose.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import bpy  # isort: skip  (before bmesh and mathutils, which it brings)
import bmesh
import cv2
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from datasets.scenes import human
from datasets.scenes.kit import mat, new_obj
from datasets.scenes.paths import body

BODY_VERTICES = 13380  # the first vertices of the base mesh are the skin, the rest are helpers
UNDER_SCARF = 0.035  # metres; a shirt this near to the scarf is under it
HIJABS = [
    (0.93, 0.92, 0.9),
    (0.12, 0.13, 0.2),
    (0.45, 0.2, 0.25),
    (0.2, 0.32, 0.5),
    (0.75, 0.68, 0.6),
    (0.1, 0.1, 0.1),
    (0.35, 0.45, 0.38),
    (0.55, 0.35, 0.22),
    (0.85, 0.6, 0.62),
    (0.62, 0.55, 0.7),
    (0.16, 0.3, 0.22),
    (0.5, 0.62, 0.75),
    (0.78, 0.55, 0.25),
    (0.4, 0.08, 0.12),
    (0.86, 0.82, 0.72),
    (0.28, 0.28, 0.3),
    (0.05, 0.25, 0.3),
]
DRAPES = {"short": (0.08, 0.14), "usual": (0.12, 0.2), "long": (0.22, 0.32)}  # below the collar, m


@dataclass(slots=True)
class Garment:
    """Posed cloth: vertices (n, 3) in metres, faces, skin weights (n, bones), Blender object;
    `rest`: the vertices before the pose.
    """

    vertices: NDArray
    faces: list[list[int]]
    weights: NDArray
    object: bpy.types.Object
    rest: NDArray | None = None


class Patch:
    """Some faces of the base mesh as a mesh of their own, in the rest pose."""

    def __init__(self, b: human.Body, faces: list[list[int]], largest: bool = True) -> None:
        self.ids = sorted({v for f in faces for v in f})  # of the base mesh
        local = {v: k for k, v in enumerate(self.ids)}
        self.faces = [[local[v] for v in f] for f in faces]
        n = len(self.ids)
        if largest:  # drops inner pieces (mouth cavity and the like)
            part = human.components(self.faces, n)
            big = np.bincount(part).argmax()
            self.faces = [f for f in self.faces if part[f[0]] == big]
        self.rest = b.V[self.ids]
        self.near: list[set[int]] = [set() for _ in range(n)]
        edges: dict[tuple[int, int], int] = {}
        self.normal = np.zeros((n, 3))
        for f in self.faces:
            q = np.cross(self.rest[f[1]] - self.rest[f[0]], self.rest[f[2]] - self.rest[f[0]])
            self.normal[f] += q / (np.linalg.norm(q) + 1e-12)
            for i, a in enumerate(f):
                c = f[(i + 1) % len(f)]
                self.near[a].add(c)
                self.near[c].add(a)
                edge = (min(a, c), max(a, c))
                edges[edge] = edges.get(edge, 0) + 1
        self.normal /= np.linalg.norm(self.normal, axis=1, keepdims=True) + 1e-9
        self.open_edges = [e for e, count in edges.items() if count == 1]
        self.border = {v for e in self.open_edges for v in e}


def bones(b: human.Body, *starts: str) -> list[int]:
    return [i for i, n in enumerate(b.names) if n.startswith(starts)]


FINGERS = ("hand", "index", "middle", "ring", "pinky", "thumb")


def suit(
    b: human.Body, rng: random.Random, gid: int, tag: str, shirt, trousers, stretch: float
) -> tuple[Garment, set[int]]:
    """Shirt and trousers from the base mesh's own tights; also the skin vertices they cover."""
    _, uv, faces, face_uv, groups = human.base()
    w, rest = b.W, b.V.copy()
    leg = w[:, bones(b, "thigh", "calf", "foot", "ball")].sum(1)
    pelvis = w[:, b.names.index("pelvis")]
    hand = w[:, bones(b, *FINGERS)].sum(1)
    head = w[:, bones(b, "head", "neck_01")].sum(1)
    hip = b.h[b.names.index("pelvis")][2]
    tights = [i for i, g in enumerate(groups) if g == "helper-tights"]
    ids = sorted({v for i in tights for v in faces[i]})
    local = {v: k for k, v in enumerate(ids)}
    near: dict[int, set[int]] = {v: set() for v in ids}
    normal = np.zeros_like(rest)
    for i in tights:
        f = faces[i]
        normal[f] += np.cross(rest[f[1]] - rest[f[0]], rest[f[2]] - rest[f[0]])
        for q, a in enumerate(f):
            c = f[(q + 1) % len(f)]
            near[a].add(c)
            near[c].add(a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    loose = rest.copy()
    loose[ids] += normal[ids] * (0.012 + 0.012 * rng.random())
    for _ in range(12):
        mean = np.array([np.mean([loose[q] for q in near[v]], 0) for v in ids])
        loose[ids] = 0.5 * loose[ids] + 0.5 * mean
    posed = b.skin(loose[ids], w[ids])
    kept, kept_uv, material = [], [], []
    for i in tights:
        f = faces[i]
        z = rest[f][:, 2].mean()
        if hand[f].mean() > 0.55 or head[f].mean() > 0.6 or z < -0.72:
            continue
        kept.append([local[v] for v in f])
        kept_uv.append([tuple(uv[t] * stretch * 3) for t in face_uv[i]])
        material.append(1 if z < hip + 0.01 and (leg[f] + pelvis[f]).mean() > 0.2 else 0)
    o = new_obj(
        f"cloth_{tag}", posed, kept, [shirt, trousers], kept_uv, True, gid, face_mats=material
    )
    solid = o.modifiers.new("s", "SOLIDIFY")
    solid.thickness, solid.offset = 0.004, 1
    covered = (leg > 0.3) | ((hand < 0.4) & (head < 0.35))
    covered &= rest[:, 2] < b.h[b.names.index("neck_01")][2] + 0.005
    return Garment(posed, kept, w[ids], o, rest[ids]), set(np.where(covered)[0].tolist())


def short_hair(
    b: human.Body, rng: random.Random, gid: int, tag: str, material, flat: bool = False
) -> Garment:
    """A shell over the skull, thinner to its edge; `flat`: close to the head."""
    _, uv, faces, face_uv, groups = human.base()
    rest, w = b.V, b.W
    head = w[:, b.names.index("head")]
    top = rest[:BODY_VERTICES][:, 2].max()
    ears = cv2.imread(body("textures/mpfb_ears.jpg"), 0)
    at = np.zeros((len(rest), 2))
    for f, ft in zip(faces, face_uv, strict=True):
        at[f] = uv[ft]
    h, width = ears.shape
    row = ((1 - at[:, 1]) * h).clip(0, h - 1).astype(int)
    column = (at[:, 0] * width).clip(0, width - 1).astype(int)
    ear = ears[row, column] > 100
    depth = rest[:BODY_VERTICES][head[:BODY_VERTICES] > 0.8][:, 1]
    front, back = depth.min(), depth.max()

    def hairy(centre: NDArray) -> bool:
        t = (centre[1] - front) / (back - front)
        steps = [0, 0.12, 0.3, 0.45, 0.55, 0.7, 1]
        down = [0.035, 0.05, 0.075, 0.12, 0.15, 0.19, 0.2]
        return bool(centre[2] > top - np.interp(t, steps, down))

    patch = Patch(
        b,
        [
            f
            for f, g in zip(faces, groups, strict=True)
            if g == "body" and head[f].mean() > 0.7 and hairy(rest[f].mean(0)) and not ear[f].any()
        ],
    )
    n = len(patch.ids)
    steps_in = np.where(np.isin(np.arange(n), list(patch.border)), 0, 9.0)
    for _ in range(6):
        steps_in = np.array(
            [
                min(steps_in[i], 1 + min((steps_in[j] for j in patch.near[i]), default=9))
                for i in range(n)
            ]
        )
    thick = rng.uniform(0.012, 0.022) * (0.3 if flat else 1)
    rough = np.random.RandomState(rng.randint(0, 999)).normal(size=n)
    out = (0.003 + thick * np.clip(steps_in / 4, 0, 1)) * (1 + 0.12 * rough)
    posed = b.skin(patch.rest + patch.normal * out[:, None], w[patch.ids])
    o = new_obj(f"hair_{tag}", posed, patch.faces, material, None, True, gid)
    o.modifiers.new("sub", "SUBSURF").render_levels = 2
    return Garment(posed, patch.faces, w[patch.ids], o)


def hijab(
    b: human.Body, rng: random.Random, gid: int, tag: str, drape: str = "usual"
) -> tuple[Garment, set[int]]:
    """A scarf round head, neck and chest, the face open; also the skin vertices it covers.
    `drape`: how far down it falls (DRAPES); plain, printed or with an inner cap by chance.
    """
    _, _, faces, _, groups = human.base()
    rest, w, names = b.V, b.W, b.names
    head_neck = w[:, names.index("head")] + w[:, names.index("neck_01")]
    skin = [f for f, g in zip(faces, groups, strict=True) if g == "body"]
    top = rest[np.array(sorted({v for f in skin for v in f}))][:, 2].max()
    head = b.h[names.index("head")]
    face = (rest[:, 0] / 0.069) ** 2 + ((rest[:, 2] - (top - 0.128)) / 0.088) ** 2
    arm = w[:, bones(b, "upperarm_l", "upperarm_r", "lowerarm_l", "lowerarm_r")].sum(1)
    low = b.h[names.index("clavicle_l")][2] - rng.uniform(*DRAPES[drape])

    def covered_by(f: list[int]) -> bool:
        c = rest[f].mean(0)
        if face[f].mean() < 1 and c[1] < head[1] + 0.01:
            return False
        if head_neck[f].mean() < 0.3:
            return bool(c[2] >= low and arm[f].mean() <= 0.35)
        return not (face[f].min() < 0.4 and c[1] < head[1] + 0.03)

    patch = Patch(b, [f for f in skin if covered_by(f)])
    n, ids = len(patch.ids), patch.ids
    up = head_neck[ids]
    neck = w[ids][:, names.index("neck_01")]
    loose = 0.012 + 0.03 * np.clip(neck, 0, 1) + 0.016 * (1 - up.clip(0, 1))
    loose[[i for i in patch.border if up[i] > 0.5]] = 0.006
    x = patch.rest + patch.normal * loose[:, None]
    used = [i for i in range(n) if patch.near[i]]
    free = 1 - np.isin(np.arange(n), list(patch.border))
    for it in range(40):  # smooth: a hint of drape below the chin
        y = x.copy()
        for i in used:
            if i not in patch.border:
                y[i] = 0.45 * x[i] + 0.55 * np.mean([x[j] for j in patch.near[i]], 0)
        x = y
        if it in (12, 25):
            x += patch.normal * (0.006 * free)[:, None]
    along = {
        v: [c if a == v else a for a, c in patch.open_edges if v in (a, c)]
        for v in patch.border
        if up[v] < 0.3
    }
    for _ in range(8):  # the lower hem
        y = x.copy()
        for v, q in along.items():
            y[v] = 0.5 * x[v] + 0.5 * np.mean([x[j] for j in q], 0)
        x = y
    out = ((x - patch.rest) * patch.normal).sum(1)
    least = np.where(up > 0.5, 0.007, 0.026)  # outside the shirt
    least[[i for i in patch.border if up[i] > 0.5]] = 0.003  # the edge round the face
    x += patch.normal * np.maximum(0, least - out)[:, None]
    for _ in range(10):  # cloth spans the chest, it does not follow it
        y = x.copy()
        for i in used:
            if i not in patch.border and up[i] < 0.3:
                y[i] = 0.5 * x[i] + 0.5 * np.mean([x[j] for j in patch.near[i]], 0)
        x = y
    fold = 0.006 * np.sin(x[:, 0] * 70 + x[:, 2] * 40) * np.clip(1 - up, 0, 1)
    fold += 0.004 * np.sin(x[:, 2] * 90 + np.abs(x[:, 0]) * 60) * np.clip(neck * 1.5, 0, 1)
    x += patch.normal * fold[:, None]
    posed = b.skin(x, w[ids])
    printed = (rng.uniform(25, 70), rng.uniform(0.25, 0.6)) if rng.random() < 0.2 else None
    cloth = mat("hijab", rng.choice(HIJABS), 0.9, bump=0.45, bscale=22, sheen=0.2, noise=printed)
    o = new_obj(f"hijab_{tag}", posed, patch.faces, cloth, None, True, gid)
    sub = o.modifiers.new("sub", "SUBSURF")
    sub.levels = sub.render_levels = 1
    solid = o.modifiers.new("sol", "SOLIDIFY")
    solid.thickness, solid.offset = 0.004, 1
    hidden = {ids[i] for i in used if i not in patch.border and up[i] > 0.5}
    return Garment(posed, patch.faces, w[ids], o), hidden


def tuck(garment: Garment, scarf: Garment, arm: list[int]) -> None:
    """Take away the faces of a shirt that lie under the scarf, so that nothing pokes through it;
    sleeves (bones `arm`) stay.
    """
    edges: dict[tuple[int, int], int] = {}
    for f in scarf.faces:
        for i, a in enumerate(f):
            e = (min(a, f[i - 1]), max(a, f[i - 1]))
            edges[e] = edges.get(e, 0) + 1
    hem = {v for e, count in edges.items() if count == 1 for v in e}
    tree = BVHTree.FromPolygons([Vector(v) for v in scarf.vertices], scarf.faces)
    covered = []
    for k, f in enumerate(garment.faces):
        if garment.weights[f][:, arm].sum(1).mean() > 0.5:
            continue
        centre = Vector(garment.vertices[f].mean(0))
        nearest = tree.find_nearest(centre, UNDER_SCARF)[2]
        if nearest is not None and hem.isdisjoint(scarf.faces[nearest]):
            covered.append(k)
    mesh = bmesh.new()
    mesh.from_mesh(garment.object.data)
    mesh.faces.ensure_lookup_table()
    bmesh.ops.delete(mesh, geom=[mesh.faces[k] for k in covered], context="FACES")
    mesh.to_mesh(garment.object.data)
    mesh.free()
