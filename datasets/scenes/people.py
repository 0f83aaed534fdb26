"""One person: body, skin, clothes, hair or hijab, lanyard and card.

person() builds the parts under three object ids (person, card, lanyard). `cloth` says where clothes and hair come from:
  mha     garment, hair and eyebrow geometry from the assets folder (needs --assets)
  base    shirt made from the base mesh, hair and eyebrows from the assets folder
  pypi    everything made from the base mesh: no assets needed. Hijab and short hair are fine; bare-headed women look wrong.
`badge` is front, flipped, half (turned 55 to 75 degrees and off centre) or none."""

import math
import random

import bpy
import cv2
import numpy as np
from mathutils import Matrix, Vector
from mathutils.bvhtree import BVHTree

from datasets.scenes import human as H
from datasets.scenes import textures as TX
from datasets.scenes.kit import T as TM
from datasets.scenes.kit import box, ell, mat, new_obj, plane, tube
from datasets.scenes.paths import TEX, asset, body


def _alive(o):
    try:
        o.name
        return True
    except ReferenceError:
        return False


def skin_tex(path, tone, sex, lip, scalp=None, brow=None, hijab=False):
    S = 1024
    V, T, F, FT, Gp = H.base()
    rs = np.random.RandomState(1)
    a = np.ones((S, S, 3), np.float32) * np.array(tone)[None, None]
    n = cv2.resize(rs.normal(0, 1, (64, 64)).astype(np.float32), (S, S), interpolation=cv2.INTER_CUBIC)
    a *= (1 + 0.035 * n)[..., None]
    a *= (1 + 0.02 * cv2.GaussianBlur(rs.normal(0, 1, (S, S)).astype(np.float32), (0, 0), 1.2))[..., None]

    def blend(mask, col, al):
        nonlocal a
        a = a * (1 - al * mask[..., None]) + np.array(col) * al * mask[..., None]

    lm = cv2.imread(body("textures/mpfb_lips.jpg"), 0)
    if lm is not None:
        blend(cv2.resize(lm, (S, S)).astype(np.float32) / 255, lip, 0.75)
    em = cv2.imread(body("textures/mpfb_eyelids.jpg"), 0)
    if em is not None:
        blend(cv2.resize(em, (S, S)).astype(np.float32) / 255, [x * 0.78 for x in tone], 0.5)
    uvmean = np.zeros((len(V), 2))
    cnt = np.zeros(len(V))
    for f, ft in zip(F, FT):
        for v, t in zip(f, ft):
            uvmean[v] += T[t]
            cnt[v] += 1
    uvmean /= np.maximum(cnt, 1)[:, None]

    def paint(clo, col, al, blur, filt=None):
        sc, ref, wt, off, dele, cv, ct, cf, cft = H.mhclo(clo)
        uv = (uvmean[ref] * wt[..., None]).sum(1)
        m = np.zeros((S, S), np.uint8)
        for f in cf:
            p = uv[f]
            if np.ptp(p, 0).max() > 0.08:
                continue
            cv2.fillConvexPoly(m, (p * [S, -S] + [0, S]).astype(np.int32), 255)
        blend(cv2.GaussianBlur(m, (0, 0), blur).astype(np.float32) / 255, col, al)

    if brow == "pypi":  # own ellipses over the brow ridge, placed by base-mesh vertices
        for ids_ in ((6951, 6934, 6933, 6942, 6935, 6957, 6956, 6983, 6984, 6953),):
            for mir in (1, -1):
                q = V[list(ids_)] * np.array([mir, 1, 1])
                uv = []
                for w_ in q:
                    uv.append(uvmean[np.argmin(((V[:13380] - w_) ** 2).sum(1))])
                m = np.zeros((S, S), np.uint8)
                cv2.fillConvexPoly(m, cv2.convexHull((np.array(uv) * [S, -S] + [0, S]).astype(np.int32)), 255)
                blend(cv2.GaussianBlur(m, (0, 0), 2.2).astype(np.float32) / 255, (28, 20, 16), 0.8)
    elif brow:
        paint(asset("eyebrows", brow), (28, 20, 16), 0.8, 2.2)
    if scalp:
        keep = a.copy()
        paint(scalp, (20, 16, 14), 0.9, 5)
        e = cv2.imread(body("textures/mpfb_ears.jpg"), 0)
        if e is not None:
            e = (
                cv2.GaussianBlur(cv2.dilate(cv2.resize(e, (S, S)), np.ones((9, 9))), (0, 0), 3)[..., None].astype(
                    np.float32
                )
                / 255
            )
            a = a * (1 - e) + keep * e
    cv2.imwrite(path, a.clip(0, 255).astype(np.uint8)[..., ::-1])
    return path


TONES = [(204, 156, 124), (190, 142, 110), (176, 128, 96), (156, 108, 78), (212, 168, 138)]


def person(
    rng,
    gid,
    gid_badge,
    gid_lan,
    loc,
    yaw=0,
    seated=True,
    hands=None,
    sex=None,
    outfit=None,
    hijab=None,
    badge="front",
    tag="p",
    lean=None,
    cloth="mha",
    gid_tag=0,
    extras=(),
    card_style=None,
    pose=None,
    tone=None,
    both_faces=False,
    over_hijab=None,
    strap=None,
):
    pr = random.Random(rng.getrandbits(32))  # pose draws: the same seed gives the same person in every pose
    sex = sex or rng.choice(["male", "female"])
    hij = hijab if hijab is not None else (sex == "female" and rng.random() < 0.55)
    Vm = H.morph(
        sex,
        age=rng.uniform(0.05, 0.6),
        race={"asian": 0.75, "caucasian": 0.25} if rng.random() < 0.8 else {"asian": 0.6, "african": 0.4},
        weight=rng.uniform(-0.4, 0.5),
        muscle=rng.uniform(-0.3, 0.3),
        height=rng.uniform(-0.3, 0.6),
    )
    B = H.Body(Vm)
    L = {}
    pose = pose or {}
    ln = pr.uniform(2, 12) if lean is None else lean
    L["spine_01"] = H.rot("x", ln * 0.5)
    L["spine_02"] = H.rot("x", ln * 0.5)
    L["neck_01"] = H.rot("x", pr.uniform(-4, 8)) @ H.rot("z", pr.uniform(-12, 12))
    L["head"] = H.rot("x", pr.uniform(0, 16)) @ H.rot("z", pr.uniform(-14, 14))
    if "head" in pose:  # (pitch down, turn to the left) in degrees
        pitch, turn = pose["head"]
        L["neck_01"] = H.rot("x", 0.4 * pitch) @ H.rot("z", 0.5 * turn)
        L["head"] = H.rot("x", 0.6 * pitch) @ H.rot("z", 0.5 * turn)
    if seated:
        for s in "lr":
            L["thigh_" + s] = H.rot("x", -86)
            L["calf_" + s] = H.rot("x", 82)
    for s in "lr":
        for fn in ("index", "middle", "ring", "pinky"):
            for k in ("01", "02", "03"):
                L[f"{fn}_{k}_{s}"] = H.rot("y", (1 if s == "l" else -1) * pr.uniform(5, 18))
    if not hands:  # arms hanging
        for s in "lr":
            sx = 1 if s == "l" else -1
            L["upperarm_" + s] = H.rot("y", sx * pr.uniform(22, 32))
            L["lowerarm_" + s] = H.rot("x", pr.uniform(-5, 12)) @ H.rot("y", sx * 8)
    z0 = loc[2] if seated else -B.zmin + B.h[B.names.index("pelvis")][2] + loc[2]
    B.pose((loc[0], loc[1], z0), L, yaw, hands or {}, hand_pitch=pr.uniform(0, 18))
    Vb, T, F, FT, Gp = H.base()
    W = B.W
    PV = B.skin(B.V, W)
    objs = []
    hide = set()
    parts = []
    # ---- outfit
    fem = sex == "female"
    outfit = outfit or rng.choice(["white", "batik", "lightblue", "batik", "white", "navy"])
    tp = TEX + f"/shirt_{tag}.png"
    if outfit == "batik":
        TX.batik(tp, rng)
        um = rng.uniform(2.0, 3.2)
    else:
        TX.plainshirt(
            tp,
            {
                "white": (236, 236, 232),
                "lightblue": (150, 184, 222),
                "navy": (44, 58, 96),
                "grey": (150, 150, 155),
                "red": (150, 60, 60),
            }[outfit],
            rng,
            stripe=outfit == "lightblue" and rng.random() < 0.4,
        )
        um = 1.0
    shirt = mat("shirt", img=tp, rough=0.85, bump=0.35, bscale=14, sheen=0.15)
    trous = mat(
        "trousers", rng.choice([(0.08, 0.08, 0.1), (0.12, 0.13, 0.2), (0.25, 0.22, 0.18)]), 0.9, bump=0.2, bscale=40
    )
    if cloth == "mha":
        cn = "male_casualsuit03" if not fem or rng.random() < 0.3 else "female_elegantsuit01"
        P, CW, CF, CFT, CT, dele, ref, wt = H.fit(asset("clothes", cn), Vm)
        hide |= set(dele.tolist())
        P = B.skin(H.toB(P), CW)
        comp = H.components(CF, len(P))
        zc = {r: P[comp == r][:, 2].max() for r in np.unique(comp)}
        zt = max(zc.values())
        fm = [0 if zc[comp[f[0]]] > zt - 0.3 else 1 for f in CF]
        parts.append(
            new_obj(
                "cloth_" + tag,
                P,
                CF,
                [shirt, trous],
                [[tuple(CT[i] * um) for i in f] for f in CFT],
                True,
                gid,
                face_mats=fm,
            )
        )
        shirtV, shirtF, shirtW = P, CF, CW
        if fem and cn == "female_elegantsuit01":
            pass
    else:  # PyPI-only: the base mesh's own helper-tights as shirt+trousers
        names = B.names
        armj = [names.index("lowerarm_l"), names.index("lowerarm_r")]
        hj = [
            i
            for i, n in enumerate(names)
            if n.startswith("hand") or any(q in n for q in ("index", "middle", "ring", "pinky", "thumb"))
        ]
        legj = [i for i, n in enumerate(names) if n.startswith(("thigh", "calf", "foot", "ball"))]
        hd = [names.index("head"), names.index("neck_01")]
        tf = [i for i, g in enumerate(Gp) if g == "helper-tights"]
        wl = W[:, legj].sum(1)
        wh = W[:, hj].sum(1)
        wn = W[:, hd].sum(1)
        pel = B.h[names.index("pelvis")][2]
        ids = sorted({v for i in tf for v in F[i]})
        mp = {v: k for k, v in enumerate(ids)}
        nb = {v: set() for v in ids}
        for i in tf:
            f = F[i]
            for q in range(len(f)):
                nb[f[q]].add(f[(q + 1) % len(f)])
                nb[f[(q + 1) % len(f)]].add(f[q])
        V0 = B.V.copy()
        # normals
        N = np.zeros_like(V0)
        for i in tf:
            f = F[i]
            n = np.cross(V0[f[1]] - V0[f[0]], V0[f[2]] - V0[f[0]])
            N[f] += n
        N /= np.linalg.norm(N, axis=1, keepdims=True) + 1e-9
        V1 = V0.copy()
        tor = 1 - wl
        V1[ids] += N[ids] * (0.012 + 0.012 * rng.random())
        for _ in range(12):
            V1[ids] = 0.5 * V1[ids] + 0.5 * np.array([np.mean([V1[q] for q in nb[v]], 0) for v in ids])
        P = B.skin(V1[ids], W[ids])
        fl = []
        fu = []
        fm = []
        for i in tf:
            f = F[i]
            mz = V0[f][:, 2].mean()
            if wh[f].mean() > 0.55 or wn[f].mean() > 0.6:
                continue
            leg = mz < pel + 0.01 and wl[f].mean() > 0.2
            if V0[f][:, 2].mean() < -0.72:
                continue
            fl.append([mp[v] for v in f])
            fu.append([tuple(T[t] * um * 3) for t in FT[i]])
            fm.append(1 if leg else 0)
        o = new_obj("cloth_" + tag, P, fl, [shirt, trous], fu, True, gid, face_mats=fm)
        parts.append(o)
        shirtV, shirtF, shirtW = P, fl, W[ids]
        sm = o.modifiers.new("s", "SOLIDIFY")
        sm.thickness = 0.004
        sm.offset = 1
        bodyhide = (wl > 0.3) | ((wh < 0.4) & (wn < 0.35))
        hide |= set(np.where(bodyhide & (V0[:, 2] < B.h[names.index("neck_01")][2] + 0.005))[0].tolist())
    # ---- body
    hair = None
    pypi = cloth == "pypi"
    if not hij and not pypi:
        hair = rng.choice(
            ["short01", "short02", "short04", "short03"] if not fem else ["bob01", "bob02", "ponytail01", "long01"]
        )
    tone = tone or rng.choice(TONES)
    st = skin_tex(
        TEX + f"/skin_{tag}.png",
        tone,
        sex,
        (176, 88, 80) if fem else (170, 112, 95),
        asset("hair", hair) if hair else None,
        rng.choice(["eyebrow001", "eyebrow002", "eyebrow006", "eyebrow010"]) if not pypi else "pypi",
    )
    sk = mat("skin", img=st, rough=0.5)
    eyew = mat("eyew", (0.92, 0.9, 0.88), 0.15)
    iris = mat("iris", (0.10, 0.06, 0.04), 0.1)
    lash = mat("lash", (0.03, 0.02, 0.02), 0.8)
    teeth = mat("teeth", (0.9, 0.88, 0.82), 0.3)
    fl = []
    fu = []
    for f, ft, g in zip(F, FT, Gp):
        if g != "body" or all(v in hide for v in f):
            continue
        fl.append(f)
        fu.append([tuple(T[i]) for i in ft])
    parts.append(new_obj("body_" + tag, PV, fl, sk, fu, True, gid))
    for g in ("helper-l-eye", "helper-r-eye"):
        ff = [f for f, q in zip(F, Gp) if q == g]
        vs = sorted({v for f in ff for v in f})
        y = B.V[vs][:, 1]
        c = B.V[vs].mean(0)
        front = c[1] - 0.82 * (c[1] - y.min())
        R_ = 0.0055
        fm = [
            1
            if (B.V[f][:, 1].mean() < c[1] and np.hypot(B.V[f].mean(0)[0] - c[0], B.V[f].mean(0)[2] - c[2]) < R_)
            else 0
            for f in ff
        ]
        parts.append(new_obj(g + tag, PV, ff, [eyew, iris], None, True, gid, face_mats=fm))
    ff = [f for f, q in zip(F, Gp) if "eyelashes" in q]
    parts.append(new_obj("lash" + tag, PV, ff, lash, None, True, gid))
    hm = mat(
        "hair",
        rng.choice([(0.03, 0.025, 0.022), (0.05, 0.035, 0.028), (0.09, 0.06, 0.045)]),
        0.42,
        bump=0.9,
        bscale=220,
    )
    if hair:
        P, CW, CF, CFT, CT, dele, ref, wt = H.fit(asset("hair", hair), Vm)
        P = B.skin(H.toB(P), CW)
        parts.append(new_obj("hair_" + tag, P, CF, hm, [[tuple(CT[i]) for i in f] for f in CFT], True, gid))
    if pypi and not hij:
        n = B.names
        V0 = B.V
        hd = W[:, n.index("head")]
        top = V0[:13380][:, 2].max()
        hc = B.h[n.index("head")]
        em = cv2.imread(body("textures/mpfb_ears.jpg"), 0)
        uvm = np.zeros((len(V0), 2))
        for f, ft in zip(F, FT):
            uvm[f] = T[ft]
        eh, ew = em.shape
        ear = em[((1 - uvm[:, 1]) * eh).clip(0, eh - 1).astype(int), (uvm[:, 0] * ew).clip(0, ew - 1).astype(int)] > 100
        yb = V0[:13380][hd[:13380] > 0.8][:, 1]
        ymid = (yb.min() + yb.max()) / 2

        def ishair(c):
            t = (c[1] - yb.min()) / (yb.max() - yb.min())
            zl = top - np.interp(t, [0, 0.12, 0.3, 0.45, 0.55, 0.7, 1], [0.035, 0.05, 0.075, 0.12, 0.15, 0.19, 0.2])
            return c[2] > zl

        ff = [
            f
            for f, q in zip(F, Gp)
            if q == "body" and hd[f].mean() > 0.7 and ishair(V0[f].mean(0)) and not ear[f].any()
        ]
        ids = sorted({v for f in ff for v in f})
        mp = {v: k for k, v in enumerate(ids)}
        ff = [[mp[v] for v in f] for f in ff]
        comp = H.components(ff, len(ids))
        big = np.bincount(comp).argmax()
        ff = [f for f in ff if comp[f[0]] == big]
        X = V0[ids].copy()
        N = np.zeros_like(X)
        ec = {}
        nb = [set() for _ in ids]
        for f in ff:
            nn = np.cross(X[f[1]] - X[f[0]], X[f[2]] - X[f[0]])
            N[f] += nn / (np.linalg.norm(nn) + 1e-12)
            for q in range(len(f)):
                a, b = f[q], f[(q + 1) % len(f)]
                nb[a].add(b)
                nb[b].add(a)
                ec[tuple(sorted((a, b)))] = ec.get(tuple(sorted((a, b))), 0) + 1
        N /= np.linalg.norm(N, axis=1, keepdims=True) + 1e-9
        bd = {v for e, c in ec.items() if c == 1 for v in e}
        dist = np.where(np.isin(np.arange(len(ids)), list(bd)), 0, 9.0)
        for _ in range(6):
            dist = np.array([min(dist[i], 1 + min([dist[j] for j in nb[i]], default=9)) for i in range(len(ids))])
        th = rng.uniform(0.012, 0.022)
        rs = np.random.RandomState(rng.randint(0, 999))
        X += N * ((0.003 + th * np.clip(dist / 4, 0, 1)) * (1 + 0.12 * rs.normal(size=len(ids))))[:, None]
        o = new_obj("hair_" + tag, B.skin(X, W[ids]), ff, hm, None, True, gid)
        o.modifiers.new("sub", "SUBSURF").render_levels = 2
        parts.append(o)
        if fem:  # long hair: base mesh's own helper-hair shell
            ffh = [f for f, q in zip(F, Gp) if q == "helper-hair"]
            parts.append(new_obj("hair2_" + tag, PV, ffh, hm, None, True, gid))
    # ---- hijab
    if hij:
        n = B.names
        V0 = B.V
        wh = W[:, n.index("head")] + W[:, n.index("neck_01")]
        top = V0[np.array(sorted({v for f, q in zip(F, Gp) if q == "body" for v in f}))][:, 2].max()
        hc = B.h[n.index("head")]
        fz = top - 0.128
        hw = 0.069
        ell_ = (V0[:, 0] / hw) ** 2 + ((V0[:, 2] - fz) / 0.088) ** 2
        cl = B.h[n.index("clavicle_l")]
        arm = W[:, [n.index("upperarm_l"), n.index("upperarm_r"), n.index("lowerarm_l"), n.index("lowerarm_r")]].sum(1)
        low = cl[2] - rng.uniform(0.10, 0.2)
        ff = []
        for f, q in zip(F, Gp):
            if q != "body":
                continue
            c = V0[f].mean(0)
            if ell_[f].mean() < 1 and c[1] < hc[1] + 0.01:
                continue
            if wh[f].mean() < 0.3 and (c[2] < low or arm[f].mean() > 0.35):
                continue
            if wh[f].mean() >= 0.3 and ell_[f].min() < 0.4 and c[1] < hc[1] + 0.03:
                continue
            ff.append(f)
        ids = sorted({v for f in ff for v in f})
        mp = {v: k for k, v in enumerate(ids)}
        ff = [[mp[v] for v in f] for f in ff]
        # drop inner pieces (mouth cavity etc): keep biggest component
        comp = H.components(ff, len(ids))
        big = np.bincount(comp).argmax()
        ff = [f for f in ff if comp[f[0]] == big]
        X = V0[ids].copy()
        N = np.zeros_like(X)
        nb = [set() for _ in ids]
        ec = {}
        for f in ff:
            nn = np.cross(X[f[1]] - X[f[0]], X[f[2]] - X[f[0]])
            N[f] += nn / (np.linalg.norm(nn) + 1e-12)
            for q in range(len(f)):
                a, b = f[q], f[(q + 1) % len(f)]
                nb[a].add(b)
                nb[b].add(a)
                ec[tuple(sorted((a, b)))] = ec.get(tuple(sorted((a, b))), 0) + 1
        N /= np.linalg.norm(N, axis=1, keepdims=True) + 1e-9
        bd = {v for e, c in ec.items() if c == 1 for v in e}
        neckw = W[ids][:, n.index("neck_01")]
        infl = 0.012 + 0.03 * np.clip(neckw, 0, 1) + 0.016 * (1 - wh[ids].clip(0, 1))
        infl[[i for i in bd if wh[ids[i]] > 0.5]] = 0.006
        X += N * infl[:, None]
        used = [i for i in range(len(ids)) if nb[i]]
        pin = bd
        # a hint of drape below the chin
        for it in range(40):
            Y = X.copy()
            for i in used:
                if i in pin:
                    continue
                Y[i] = 0.45 * X[i] + 0.55 * np.mean([X[j] for j in nb[i]], 0)
            X = Y
            if it in (12, 25):
                X += N * (0.006 * (1 - np.isin(np.arange(len(ids)), list(pin))))[:, None]
        bn = {
            v: [b if a == v else a for (a, b), c in ec.items() if c == 1 and v in (a, b)]
            for v in bd
            if wh[ids[v]] < 0.3
        }
        for _ in range(8):
            Y = X.copy()
            for v, q in bn.items():
                if q:
                    Y[v] = 0.5 * X[v] + 0.5 * np.mean([X[j] for j in q], 0)
            X = Y
        d = ((X - V0[ids]) * N).sum(1)
        mn = np.where(wh[ids] > 0.5, 0.007, 0.012)
        mn[[i for i in bd]] = 0.003
        X += N * np.maximum(0, mn - d)[:, None]
        fold = 0.006 * np.sin(X[:, 0] * 70 + X[:, 2] * 40) * np.clip(1 - wh[ids], 0, 1) + 0.004 * np.sin(
            X[:, 2] * 90 + np.abs(X[:, 0]) * 60
        ) * np.clip(neckw * 1.5, 0, 1)
        X += N * fold[:, None]
        HW = W[ids]
        P = B.skin(X, HW)
        hcx = rng.choice(
            [
                (0.93, 0.92, 0.9),
                (0.12, 0.13, 0.2),
                (0.45, 0.2, 0.25),
                (0.2, 0.32, 0.5),
                (0.75, 0.68, 0.6),
                (0.1, 0.1, 0.1),
                (0.35, 0.45, 0.38),
            ]
        )
        hmat = mat("hijab", hcx, 0.9, bump=0.45, bscale=22, sheen=0.2)
        o = new_obj("hijab_" + tag, P, ff, hmat, None, True, gid)
        parts.append(o)
        m = o.modifiers.new("sub", "SUBSURF")
        m.levels = m.render_levels = 1
        sd = o.modifiers.new("sol", "SOLIDIFY")
        sd.thickness = 0.004
        sd.offset = 1
        hijP, hijF = P, ff
    if hij:
        covered = {ids[i] for i in used if i not in bd and wh[ids[i]] > 0.5}
        me = [q for q in parts if q.name.startswith("body_")][0]
        keepf = [k for k, f in enumerate(fl) if not all(v in covered for v in f)]
        nm = me.name
        bpy.data.objects.remove(me)
        parts = [q for q in parts if _alive(q)]
        parts.append(new_obj(nm, PV, [fl[k] for k in keepf], sk, [fu[k] for k in keepf], True, gid))
    # ---- lanyard + badge
    info = {"sex": sex, "hijab": bool(hij), "outfit": outfit, "hair": hair, "badge": badge, "seated": seated}
    n = B.names
    k3 = n.index("spine_03")
    Rg = B.G[k3]
    o0 = B.P[n.index("neck_01")]
    arms = [
        i
        for i, b in enumerate(n)
        if b.startswith(("upperarm", "lowerarm", "hand"))
        or any(q in b for q in ("index", "middle", "ring", "pinky", "thumb"))
    ]

    def tri(Vx, Fx, Wx, off):
        ok = [f for f in Fx if Wx[f][:, arms].sum(1).mean() < 0.5]
        return [[v + off for v in f] for f in ok]

    hw = W[:, n.index("head")]
    BV = [PV, shirtV]
    BF = [f for f in fl if W[f][:, arms].sum(1).mean() < 0.5 and hw[f].mean() < 0.5]
    BF += tri(shirtV, shirtF, shirtW, len(PV))
    off = len(PV) + len(shirtV)
    over = rng.random() < 0.75
    if hij and (over if over_hijab is None else over_hijab):
        BV.append(hijP)
        BF += [[v + off for v in f] for f in hijF if HW[f][:, n.index("head")].mean() < 0.5]
    bvh = BVHTree.FromPolygons([Vector(v) for v in np.vstack(BV)], BF)
    fwd = Rg @ np.array([0, -1.0, 0])
    upv = Rg @ np.array([0, 0, 1.0])
    rt = Rg @ np.array([1.0, 0, 0])  # to the person's left

    def surf(x, z, off):
        org = o0 + rt * x + upv * z + fwd * 0.45
        h = bvh.ray_cast(Vector(org), Vector(-fwd), 1.0)
        if h[0] is None:
            return None
        return np.array(h[0]) + fwd * off

    def frame_on(x, z, half, off, twist=0.0):
        """placement matrix of a flat thing lying on the chest at (x, z), its face forward"""
        ctr, up_, dn = surf(x, z, off), surf(x, z + half, off), surf(x, z - half, off)
        if ctr is None or up_ is None or dn is None:
            return None
        ax_up = up_ - dn
        ax_up /= np.linalg.norm(ax_up)
        ax_up = ax_up * 0.7 + np.array([0, 0, 1]) * 0.3
        ax_up /= np.linalg.norm(ax_up)
        ax_r = rt * math.cos(twist) + fwd * math.sin(twist)
        ax_r -= ax_up * (ax_r @ ax_up)
        ax_r /= np.linalg.norm(ax_r)
        nrm = np.cross(ax_r, ax_up)
        if nrm @ fwd < 0:
            nrm = -nrm
        return ctr, ax_r, ax_up, nrm, up_

    def matrix(c, ax_r, ax_up, nrm):
        return Matrix(
            (
                (ax_r[0], -nrm[0], ax_up[0], c[0]),
                (ax_r[1], -nrm[1], ax_up[1], c[1]),
                (ax_r[2], -nrm[2], ax_up[2], c[2]),
                (0, 0, 0, 1),
            )
        )

    def hang(half_width, side, zc, gid, m, radius=0.0065):
        for s in (-1, 1):
            pts = []
            for k in np.linspace(0, 1, 16):
                q = surf(s * (half_width * (1 - k) + 0.006 * k) + side * k, -0.01 + (zc + 0.01) * k, 0.007)
                if q is not None:
                    pts.append(q)
            if len(pts) > 3:
                parts.append(tube("lan", pts, radius, m, gid))

    zc = -rng.uniform(0.12, 0.30)  # where strap and card meet, below the neck
    if strap is not None:
        zc = -strap
    strap_colour = rng.choice(
        [
            (0.1, 0.2, 0.55),
            (0.6, 0.08, 0.1),
            (0.05, 0.05, 0.06),
            (0.1, 0.4, 0.2),
            (0.85, 0.55, 0.1),
            (0.85, 0.85, 0.85),
            (0.35, 0.15, 0.45),
        ]
    )
    lm = mat("lanyard", strap_colour, 0.7)
    side = 0 if badge != "half" else rng.choice((-1, 1)) * rng.uniform(0.02, 0.05)
    info["card_style"] = None
    if badge == "lanyard_only":  # like a badge and none: the strap without its card
        hang(0.068, 0, zc, gid_lan, lm, rng.uniform(0.005, 0.008))
    elif badge != "none":
        style = card_style or rng.choices(["portrait", "landscape", "clip"], (0.62, 0.2, 0.18))[0]
        info["card_style"] = style
        w, h = (0.062, 0.096) if style != "landscape" else (0.09, 0.06)
        if style == "clip":  # clipped to the shirt on the person's left, no strap
            side, zc = rng.uniform(0.055, 0.085), -rng.uniform(0.09, 0.14)
        else:
            hang(0.068, side, zc, gid_lan, lm, rng.uniform(0.0055, 0.0085))
        tw = math.radians(rng.uniform(-18, 18) if badge != "half" else rng.choice((-1, 1)) * rng.uniform(55, 75))
        fr = frame_on(side, zc - 0.007 - h / 2, h / 2, 0.012, tw)
        if fr is not None:
            ctr, ax_r, ax_up, nrm, up_ = fr
            c = ctr + fwd * (0.006 + 0.5 * w * abs(math.sin(tw)))
            M = matrix(c, ax_r, ax_up, nrm)
            ct = TX.card(TEX + f"/card_{tag}.png", rng, badge == "flipped", style == "landscape")
            cm = mat("card", img=ct, rough=0.25, coat=0.4)
            holder = mat("holder", rng.choice([(0.9, 0.9, 0.92), (0.9, 0.9, 0.92), (0.1, 0.1, 0.12)]), 0.3)
            parts.append(
                box(
                    "badgeback",
                    w + 0.006,
                    0.003,
                    h + 0.006,
                    holder,
                    gid_badge,
                    M @ TM(0, 0.002, -(h + 0.006) / 2),
                    0.002,
                )
            )
            face = plane("badge", w, h, cm, gid_badge, M @ TM(0, -0.0012, 0), "y")
            parts.append(face)
            if both_faces:  # the same card once more with its back outside; the caller hides one of them
                cb = TX.card(TEX + f"/card_{tag}_back.png", rng, True, style == "landscape")
                bm_ = mat("cardback", img=cb, rough=0.25, coat=0.4)
                turned = plane("badge_turned", w, h, bm_, gid_badge, M @ TM(0, -0.0012, 0), "y")
                parts.append(turned)
                info["faces"] = {"front": face, "flipped": turned}
            metal = mat("clip", (0.7, 0.7, 0.72), 0.3, 1)
            top = c + ax_up * (h / 2 + 0.004)
            if style == "clip":
                parts.append(tube("clip", [top + ax_up * 0.012, top], 0.006, metal, gid_lan and 0))
            else:
                parts.append(tube("clip", [up_ + fwd * 0.002, top], 0.004, metal, gid_lan))
            info["badge_normal"] = [float(x) for x in nrm]
            info["badge_pos"] = [float(x) for x in c]
        else:
            info["badge"] = "none"
    # ---- collar and button placket of the shirt made from the base mesh (below a hijab they do not show)
    if pypi and not hij and "collar" in extras:
        cm_ = mat("collar", img=tp, rough=0.8, bump=0.2, bscale=14)
        for s in (-1, 1):
            rows = []
            for k in np.linspace(0, 1, 7):
                a_ = surf(s * (0.062 * (1 - k) + 0.010 * k), 0.035 * (1 - k) - 0.035 * k, 0.010)
                b_ = surf(s * (0.098 * (1 - k) + 0.055 * k), 0.012 * (1 - k) - 0.085 * k, 0.012)
                if a_ is not None and b_ is not None:
                    rows.append((a_, b_))
            V_ = [q for r in rows for q in r]
            F_ = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(rows) - 1)]
            if F_:
                U_ = [[(0.3, 0.3), (0.34, 0.3), (0.34, 0.34), (0.3, 0.34)]] * len(F_)
                o = new_obj("collar", V_, F_, cm_, U_, True, gid)
                o.modifiers.new("s", "SOLIDIFY").thickness = 0.004
                parts.append(o)
        line = [q for k in np.linspace(-0.04, -0.42, 20) if (q := surf(0.014, k, 0.0035)) is not None]
        if len(line) > 3:
            parts.append(tube("placket", line, 0.0018, mat("pl", (0.4, 0.4, 0.42), 0.8), gid, n=5))
        for k in np.arange(-0.07, -0.4, -0.085):
            q = surf(0.0, k, 0.004)
            if q is not None:
                bt = mat("button", (0.85, 0.85, 0.82), 0.3)
                parts.append(ell("button", 0.0055, 0.0035, 0.0055, bt, gid, TM(*q), 8))
    # ---- engraved name tag, and things that are like a badge and are none
    if "name_tag" in extras:
        fr = frame_on(rng.uniform(0.075, 0.1), -rng.uniform(0.10, 0.14), 0.02, 0.010)
        if fr is not None:
            w, h = rng.uniform(0.062, 0.08), rng.uniform(0.018, 0.026)
            M = matrix(*fr[:4])
            tt = TX.name_tag(TEX + f"/tag_{tag}.png", rng)
            tm = mat("nametag", img=tt, rough=0.3, coat=0.3)
            parts.append(box("tagback", w, 0.003, h, mat("tb", (0.2, 0.2, 0.2), 0.4), gid_tag, M @ TM(0, 0.002, -h / 2), 0.001))
            parts.append(plane("tag", w, h, tm, gid_tag, M @ TM(0, -0.0008, 0), "y"))
            info["name_tag"] = True
    if "pocket" in extras:
        fr = frame_on(0.085, -0.19, 0.05, 0.006)
        if fr is not None:
            M = matrix(*fr[:4])
            pm = mat("pocket", img=tp, rough=0.85, bump=0.3, bscale=14)
            parts.append(box("pocket", 0.095, 0.004, 0.11, pm, gid, M @ TM(0, 0.001, -0.055), 0.002))
            if rng.random() < 0.5:  # a phone, a note or a pen stands out of it
                c_ = rng.choice([(0.04, 0.04, 0.05), (0.9, 0.9, 0.88), (0.2, 0.3, 0.6)])
                wd = rng.choice([0.012, 0.05, 0.066])
                parts.append(
                    box("inpocket", wd, 0.005, 0.05, mat("inp", c_, 0.3), gid, M @ TM(rng.uniform(-0.015, 0.015), 0.0, 0.03), 0.002)
                )
    if "tie" in extras and not hij:
        zt, zb = -0.035, -rng.uniform(0.33, 0.42)
        tc = rng.choice([(0.1, 0.12, 0.3), (0.5, 0.08, 0.1), (0.05, 0.05, 0.05), (0.2, 0.35, 0.25), (0.55, 0.45, 0.15)])
        V_, F_ = [], []
        for i, k in enumerate(np.linspace(0, 1, 14)):
            c_ = surf(0, zt + (zb - zt) * k, 0.010)
            if c_ is None:
                break
            hw_ = 0.017 if k < 0.07 else (0.012 + 0.028 * k if k < 0.93 else 0.04 * (1 - k) / 0.07 + 0.002)
            V_ += [c_ - rt * hw_ - fwd * 0.002, c_ + fwd * 0.004, c_ + rt * hw_ - fwd * 0.002]
            if i:
                o_ = 3 * i
                F_ += [(o_ - 3, o_, o_ + 1, o_ - 2), (o_ - 2, o_ + 1, o_ + 2, o_ - 1)]
        if F_:
            parts.append(new_obj("tie", V_, F_, mat("tie", tc, 0.6, noise=(90, 0.25)), None, True, gid))
    info["extras"] = list(extras)
    # ---- for the truth of head and torso: surface points in the world, and where the chest points
    hd_ = W[:, n.index("head")]
    body_v = np.array(sorted({v for f, g in zip(F, Gp) if g == "body" for v in f}))
    hp = [PV[body_v[hd_[body_v] > 0.6]]]
    hp += [np.array([v.co for v in q.data.vertices]) for q in parts if q.name.startswith("hair_")]
    if hij:
        hp.append(hijP[HW[:, n.index("head")] > 0.6])
    torso_j = [n.index(b) for b in ("spine_01", "spine_02", "spine_03", "clavicle_l", "clavicle_r")]
    tw_ = W[body_v][:, torso_j].sum(1)
    info["points"] = {
        "head": np.vstack(hp),
        "torso": PV[body_v[tw_ > 0.55]],
        "shoulders": np.array([B.P[n.index("upperarm_l")], B.P[n.index("upperarm_r")]]),
    }
    info["chest_normal"] = [float(x) for x in fwd]
    hf = B.G[n.index("head")] @ np.array([0, -1.0, 0])
    info["face_normal"] = [float(x) for x in hf]
    return parts, info
