"""What is worn over the shirt: a blazer, and the trimmings of a guard's uniform."""

from __future__ import annotations

import math
import random

import bpy  # isort: skip  (before bmesh and mathutils, which it brings)
import bmesh
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from datasets.scenes import human
from datasets.scenes.cards import matrix
from datasets.scenes.garments import FINGERS, Garment, bones
from datasets.scenes.kit import T as shift
from datasets.scenes.kit import box, ell, mat, new_obj, tube
from datasets.scenes.worn import Chest

Objects = list[bpy.types.Object]
BLAZERS = [
    (0.06, 0.06, 0.07),
    (0.08, 0.10, 0.18),
    (0.16, 0.16, 0.18),
    (0.22, 0.17, 0.14),
    (0.30, 0.08, 0.12),
]
THICK = 0.022  # metres over the shirt


def normals(vertices: NDArray, faces: list[list[int]]) -> NDArray:
    """One unit normal per vertex."""
    out = np.zeros_like(vertices)
    for f in faces:
        out[f] += np.cross(vertices[f[1]] - vertices[f[0]], vertices[f[2]] - vertices[f[0]])
    return out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9)


def blazer(
    b: human.Body, rng: random.Random, shirt: Garment, chest: Chest, gid: int, tag: str
) -> tuple[Garment, Objects, float]:
    """A blazer over the shirt, open in a V or all the way down: (garment, objects, where the V
    ends, m below the neck; infinite when open).
    """
    cloth = mat("blazer", rng.choice(BLAZERS), 0.8, bump=0.25, bscale=130, sheen=0.1)
    w, rest = shirt.weights, shirt.rest
    hip = b.h[b.names.index("pelvis")][2]
    leg, hand = bones(b, "thigh", "calf"), bones(b, *FINGERS)
    neck = w[:, bones(b, "neck_01", "head")].sum(1)
    kept = [
        f
        for f in shirt.faces
        if rest[f][:, 2].mean() > hip - 0.09
        and w[f][:, leg].sum(1).mean() < 0.75
        and w[f][:, hand].sum(1).mean() < 0.2
        and neck[f].mean() < 0.35
    ]
    near: dict[int, set[int]] = {}
    for f in kept:
        for q, a in enumerate(f):
            c = f[(q + 1) % len(f)]
            near.setdefault(a, set()).add(c)
            near.setdefault(c, set()).add(a)
    normal = normals(shirt.vertices, shirt.faces)
    x = shirt.vertices + normal * THICK
    for _ in range(4):
        y = x.copy()
        for v, around in near.items():
            y[v] = 0.5 * x[v] + 0.5 * np.mean([x[j] for j in around], 0)
        x = y
    out = ((x - shirt.vertices) * normal).sum(1)
    x += normal * np.maximum(0, THICK * 0.85 - out)[:, None]

    open_all = rng.random() < 0.45
    low = -rng.uniform(0.24, 0.33)
    top_half = rng.uniform(0.075, 0.095)
    low_half = rng.uniform(0.02, 0.05) if open_all else 0.0
    mesh = bmesh.new()
    points = [mesh.verts.new(v) for v in x]
    for f in kept:
        mesh.faces.new([points[i] for i in f])

    def front(face) -> bool:
        c = np.array(face.calc_center_median()) - chest.neck
        return bool(
            np.array(face.normal) @ chest.forward > 0.15
            and abs(c @ chest.right) < 0.17
            and -0.7 < c @ chest.up < 0.09
            and c @ chest.forward > -0.06
        )

    mesh.normal_update()
    sides = []
    for s in (-1, 1):
        a = chest.neck + chest.right * s * top_half
        e = chest.neck + chest.right * s * low_half + chest.up * low
        n = np.cross(e - a, chest.forward)
        n *= s * np.sign(n @ chest.right) / np.linalg.norm(n)  # out of the opening
        sides.append((a, n))
        some = [f for f in mesh.faces if front(f)]
        geometry = {*some, *(q for f in some for q in (*f.edges, *f.verts))}
        bmesh.ops.bisect_plane(
            mesh, geom=list(geometry), dist=1e-5, plane_co=Vector(a), plane_no=Vector(n)
        )
    mesh.normal_update()
    gone = []
    for f in mesh.faces:
        c = np.array(f.calc_center_median())
        inside = all((c - a) @ n < 0 for a, n in sides)
        above = open_all or (c - chest.neck) @ chest.up > low
        if inside and above and front(f):
            gone.append(f)
    bmesh.ops.delete(mesh, geom=gone, context="FACES")
    bmesh.ops.delete(mesh, geom=[v for v in mesh.verts if not v.link_faces], context="VERTS")
    mesh.verts.index_update()
    vertices = np.array([v.co for v in mesh.verts])
    faces = [[v.index for v in f.verts] for f in mesh.faces]
    mesh.free()
    o = new_obj(f"blazer_{tag}", vertices, faces, cloth, None, True, gid)
    solid = o.modifiers.new("s", "SOLIDIFY")
    solid.thickness, solid.offset = 0.004, 1
    tree = BVHTree.FromPolygons([Vector(v) for v in vertices], faces)
    objects = [o, *lapels(chest, tree, cloth, top_half, low_half, low, open_all, gid)]
    if not open_all:
        horn = mat("button", (0.05, 0.05, 0.05), 0.3)
        for z in (low - 0.02, low - 0.11):
            q = on(chest, tree, 0.0, z, 0.005)
            if q is not None:
                objects.append(ell("button", 0.008, 0.004, 0.008, horn, gid, shift(*q), 8))
    weights = np.zeros((len(vertices), w.shape[1]))
    garment = Garment(vertices, faces, weights, o)
    return garment, objects, -np.inf if open_all else low


def on(chest: Chest, tree: BVHTree, x: float, z: float, off: float) -> NDArray | None:
    start = chest.neck + chest.right * x + chest.up * z + chest.forward * 0.5
    hit = tree.ray_cast(Vector(start), Vector(-chest.forward), 0.62)[0]
    return None if hit is None else np.array(hit) + chest.forward * off


def lapels(
    chest: Chest, tree: BVHTree, cloth, top_half: float, low_half: float, low: float,
    open_all: bool, gid: int,
) -> Objects:  # fmt: skip
    """The turned back edges of the opening."""
    out: Objects = []
    end = low if not open_all else low * 1.05
    for s in (-1, 1):
        rows = []
        for k in np.linspace(0, 1, 12):
            z = 0.02 + (end - 0.02) * k
            edge = top_half + (low_half - top_half) * (z / low)
            wide = float(np.interp(k, [0, 0.35, 0.42, 0.5, 1], [0.022, 0.05, 0.035, 0.052, 0.006]))
            a = on(chest, tree, s * (edge + 0.004), z, 0.007)
            e = on(chest, tree, s * (edge + 0.004 + wide), z, 0.010)
            if a is not None and e is not None:
                rows += [a, e]
        faces = [(i, i + 1, i + 3, i + 2) for i in range(0, len(rows) - 2, 2)]
        if faces:
            o = new_obj("lapel", rows, faces, cloth, None, True, gid)
            o.modifiers.new("s", "SOLIDIFY").thickness = 0.003
            out.append(o)
    return out


def guard_trimmings(
    b: human.Body, rng: random.Random, chest: Chest, gid: int, picture: str
) -> Objects:
    """Shoulder straps, two breast pockets and, mostly, the cord of a whistle (like a strap)."""
    out: Objects = []
    dark = mat("epaulette", rng.choice([(0.05, 0.06, 0.12), (0.12, 0.09, 0.06)]), 0.7)
    gold = mat("epgold", (0.8, 0.62, 0.2), 0.4, 0.6)
    cloth = mat("pocket", img=picture, rough=0.85, bump=0.3, bscale=14)
    for s, side in ((1, "l"), (-1, "r")):
        joint = b.P[b.names.index(f"upperarm_{side}")]
        along = joint - chest.neck
        along -= chest.forward * (along @ chest.forward)
        at = chest.neck + along * 0.74
        hit, normal, _, _ = chest.tree.ray_cast(
            Vector(at + np.array([0, 0, 0.3])), Vector((0, 0, -1)), 0.6
        )
        if hit is not None:
            up, right = np.array(normal), along / np.linalg.norm(along)
            right -= up * (right @ up)
            right /= np.linalg.norm(right)
            ahead = np.cross(up, right)
            place = matrix(np.array(hit) + up * 0.008, right, up, -ahead)
            out.append(box("epaulette", 0.10, 0.045, 0.006, dark, gid, place, 0.002))
            for k in range(rng.randint(1, 3)):
                bar = place @ shift(0.03 - 0.02 * k, 0, 0.006)
                out.append(box("bar", 0.006, 0.035, 0.002, gold, gid, bar, 0.0005))
        lie = chest.flat(s * 0.088, -0.18, 0.045, 0.006)
        if lie is not None:
            place = matrix(*lie[:4])
            low = place @ shift(0, 0.001, -0.055)
            out.append(box("pocket", 0.092, 0.004, 0.10, cloth, gid, low, 0.002))
            flap = place @ shift(0, -0.002, 0.012)
            out.append(box("flap", 0.096, 0.004, 0.034, cloth, gid, flap, 0.002))
            horn = mat("button", (0.3, 0.28, 0.2), 0.3)
            place = place @ shift(0, -0.005, 0.02)
            out.append(ell("button", 0.005, 0.003, 0.005, horn, gid, place, 8))
    if rng.random() < 0.6:
        cord = mat(
            "cord", rng.choice([(0.85, 0.83, 0.78), (0.75, 0.6, 0.15), (0.1, 0.1, 0.1)]), 0.8
        )
        s = rng.choice((-1, 1))
        points = []
        for k in np.linspace(0, 1, 14):
            x = s * (0.15 - 0.06 * k + 0.02 * math.sin(math.pi * k))
            q = chest.at(x, -0.02 - 0.13 * k - 0.05 * math.sin(math.pi * k), 0.008)
            if q is not None:
                points.append(q)
        if len(points) > 3:
            out.append(tube("cord", points, rng.uniform(0.003, 0.005), cord, gid, n=6))
    return out


def put_under(scarf: Garment, jacket: Garment) -> None:
    """Push the part of a scarf that would come through a blazer under it."""
    tree = BVHTree.FromPolygons([Vector(v) for v in jacket.vertices], jacket.faces)
    moved = scarf.vertices.copy()
    for i, v in enumerate(scarf.vertices):
        point, normal, _, _ = tree.find_nearest(Vector(v), 0.05)
        if point is not None:
            over = (v - np.array(point)) @ np.array(normal) + 0.008
            if over > 0:
                moved[i] = v - np.array(normal) * over
    scarf.object.data.vertices.foreach_set("co", moved.astype(np.float32).ravel())
    scarf.object.data.update()
    scarf.vertices[:] = moved
