"""Desk objects: personal items (ITEMS), official look-alikes (OFFICIAL), equipment.

Each maker takes (rng, object id, placement matrix, tag); the tag keeps texture file names apart.
ITEMS gives the maker and the radius in metres that the object needs on the desk.
"""

import math

import bmesh
import bpy  # noqa: F401  before bmesh and mathutils, which it brings
import numpy as np
from mathutils import Matrix

from datasets.scenes import equipment as E
from datasets.scenes import shapes as S
from datasets.scenes import textures as TX
from datasets.scenes.kit import Rx, Ry, Rz, T, box, ell, from_bm, lathe, mat, new_obj, plane, tube
from datasets.scenes.paths import TEX


def rc(rng, lo=0.15, hi=0.9):
    return tuple(rng.uniform(lo, hi) for _ in range(3))


def cup(rng, g, M, t):
    m = mat(
        "cup",
        rng.choice(
            [
                (0.93, 0.92, 0.9),
                (0.15, 0.25, 0.5),
                (0.7, 0.15, 0.12),
                (0.85, 0.8, 0.6),
                (0.2, 0.45, 0.35),
            ]
        ),
        0.25,
        coat=0.5,
    )
    r = rng.uniform(0.036, 0.043)
    h = rng.uniform(0.085, 0.105)
    lathe(
        "cup",
        [
            (0, 0),
            (r * 0.85, 0),
            (r * 0.95, 0.005),
            (r, h * 0.5),
            (r, h),
            (r - 0.004, h),
            (r - 0.004, 0.01),
            (0, 0.008),
        ],
        m,
        g,
        M,
        36,
    )
    lathe(
        "drink",
        [(0, h * 0.8), (r - 0.0045, h * 0.8)],
        mat("coffee", (0.2, 0.1, 0.05), 0.1),
        g,
        M,
        36,
    )
    a = np.linspace(-1.35, 1.35, 14)
    tube(
        "handle",
        [(r - 0.003 + 0.028 * math.cos(x), 0, h * 0.52 + 0.032 * math.sin(x)) for x in a],
        0.0055,
        m,
        g,
        M,
    )
    if rng.random() < 0.35:
        lathe(
            "saucer",
            [(0, 0), (0.05, 0.002), (0.07, 0.012), (0.068, 0.014), (0.045, 0.005), (0, 0.004)],
            m,
            g,
            M @ T(0, 0, -0.001),
            36,
        )


def bottle(rng, g, M, t):
    if rng.random() < 0.5:  # PET water bottle
        m = mat("pet", (0.75, 0.87, 0.95), 0.08, alpha=0.38, coat=0.3)
        cap = mat("cap", rng.choice([(0.1, 0.3, 0.75), (0.9, 0.9, 0.9), (0.1, 0.6, 0.3)]), 0.4)
        r = 0.032
        h = rng.uniform(0.20, 0.23)
        lathe(
            "bottle",
            [
                (0, 0),
                (r * 0.9, 0),
                (r, 0.01),
                (r * 0.96, 0.03),
                (r, 0.04),
                (r, 0.12),
                (r * 0.93, 0.125),
                (r, 0.135),
                (r * 0.95, h * 0.74),
                (r * 0.45, h * 0.88),
                (0.014, h * 0.93),
                (0.014, h * 0.96),
            ],
            m,
            g,
            M,
        )
        lathe(
            "water",
            [(0, 0.003), (r * 0.88, 0.003), (r * 0.93, 0.04), (r * 0.93, h * 0.6), (0, h * 0.6)],
            mat("water", (0.82, 0.92, 0.97), 0.05, alpha=0.3),
            g,
            M,
        )
        lathe("cap", [(0.016, h * 0.93), (0.016, h), (0, h)], cap, g, M)
        lathe(
            "label",
            [(r + 0.0006, 0.06), (r + 0.0006, 0.115)],
            mat("label", img=TX.label(TEX + f"/label{t}.png", rng), rough=0.4),
            g,
            M @ Rz(rng.uniform(0, 360)),
        )
    else:  # tumbler
        m = mat(
            "tumbler",
            rng.choice(
                [
                    (0.12, 0.12, 0.14),
                    (0.75, 0.3, 0.4),
                    (0.3, 0.5, 0.6),
                    (0.85, 0.85, 0.86),
                    (0.1, 0.3, 0.2),
                ]
            ),
            0.3,
            metal=rng.choice([0, 0.7]),
        )
        r = rng.uniform(0.033, 0.04)
        h = rng.uniform(0.19, 0.25)
        lathe(
            "tumb",
            [
                (0, 0),
                (r * 0.85, 0),
                (r * 0.88, 0.01),
                (r, h * 0.5),
                (r, h * 0.82),
                (r * 0.8, h * 0.86),
                (r * 0.8, h * 0.88),
            ],
            m,
            g,
            M,
        )
        lathe(
            "lid",
            [(r * 0.82, h * 0.86), (r * 0.82, h * 0.97), (r * 0.7, h), (0, h)],
            mat("lid", (0.08, 0.08, 0.09), 0.45),
            g,
            M,
        )


def phone(rng, g, M, t):
    m = mat(
        "phone",
        rng.choice([(0.04, 0.04, 0.05), (0.04, 0.04, 0.05), (0.8, 0.8, 0.82), (0.2, 0.25, 0.45)]),
        0.25,
        coat=0.6,
    )
    box("phone", 0.074, 0.155, 0.009, m, g, M, 0.006, 4)
    on = rng.random() < 0.4
    plane(
        "scr",
        0.068,
        0.146,
        mat("scr", (0.01, 0.01, 0.012), 0.06)
        if not on
        else mat("scr", img=TX.screen(TEX + f"/ps{t}.png", rng), rough=0.1, emit=0.8),
        g,
        M @ T(0, 0, 0.0094),
    )


def handbag(rng, g, M, t):
    m = mat(
        "leather",
        rng.choice(
            [
                (0.35, 0.18, 0.1),
                (0.08, 0.07, 0.07),
                (0.6, 0.12, 0.15),
                (0.75, 0.6, 0.45),
                (0.2, 0.25, 0.4),
            ]
        ),
        0.5,
        bump=0.25,
        bscale=160,
    )
    w, d, h = rng.uniform(0.26, 0.34), rng.uniform(0.11, 0.15), rng.uniform(0.18, 0.24)
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=1, matrix=Matrix.Diagonal((w, d, h, 1)))
    bmesh.ops.translate(bm, verts=bm.verts, vec=(0, 0, h / 2))
    for v in bm.verts:
        if v.co.z > h * 0.9:
            v.co.y *= 0.45
            v.co.x *= 0.88
    bmesh.ops.bevel(bm, geom=bm.edges[:], offset=0.02, segments=4, affect="EDGES")
    from_bm("bag", bm, m, g, M, True)
    for s in (-1, 1):
        a = np.linspace(0, math.pi, 18)
        tube(
            "strap",
            [(0.35 * w * math.cos(x), s * d * 0.2, h * 0.93 + 0.13 * math.sin(x)) for x in a],
            0.0075,
            m,
            g,
            M,
        )
    box(
        "buckle",
        0.04,
        0.008,
        0.03,
        mat("gold", (0.8, 0.6, 0.25), 0.3, 1),
        g,
        M @ T(0, -d * 0.36, h * 0.7),
        0.003,
    )


def backpack(rng, g, M, t):
    c = rng.choice([(0.08, 0.09, 0.12), (0.12, 0.2, 0.4), (0.4, 0.1, 0.1), (0.25, 0.28, 0.25)])
    m = mat("bp", c, 0.85, bump=0.3, bscale=120)
    m2 = mat("bp2", tuple(x * 0.7 for x in c), 0.8)
    w, d, h = 0.30, 0.17, 0.40
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=1, matrix=Matrix.Diagonal((w, d, h, 1)))
    bmesh.ops.translate(bm, verts=bm.verts, vec=(0, 0, h / 2))
    for v in bm.verts:
        if v.co.z > h * 0.9:
            v.co.x *= 0.75
            v.co.y *= 0.7
    bmesh.ops.bevel(bm, geom=bm.edges[:], offset=0.045, segments=5, affect="EDGES")
    from_bm("bp", bm, m, g, M, True)
    box("pocket", w * 0.78, 0.05, h * 0.45, m2, g, M @ T(0, -d * 0.5 - 0.01, 0.03), 0.02, 4)
    tube(
        "zip",
        [
            (w * 0.38 * math.cos(x), -d * 0.5 - 0.002, h * 0.52 + h * 0.3 * math.sin(x))
            for x in np.linspace(0, math.pi, 16)
        ],
        0.004,
        mat("zip", (0.6, 0.6, 0.6), 0.4, 1),
        g,
        M,
    )
    tube(
        "loop",
        [
            (0.05 * math.cos(x), 0.03, h * 0.97 + 0.05 * math.sin(x))
            for x in np.linspace(0, math.pi, 12)
        ],
        0.008,
        m2,
        g,
        M,
    )


def doll(rng, g, M, t):
    c = rng.choice([(0.55, 0.36, 0.2), (0.75, 0.58, 0.4), (0.85, 0.8, 0.75), (0.9, 0.6, 0.68)])
    m = mat("fur", c, 0.95, bump=0.9, bscale=190, sheen=0.4, noise=(60, 0.12))
    m2 = mat("fur2", tuple(min(1, x * 1.3) for x in c), 0.95, bump=0.7, bscale=190)
    k = mat("nose", (0.03, 0.02, 0.02), 0.3)
    s = rng.uniform(0.85, 1.35)
    M = M @ Matrix.Scale(s, 4)
    ell("body", 0.055, 0.048, 0.065, m, g, M @ T(0, 0, 0.06))
    ell("belly", 0.038, 0.02, 0.045, m2, g, M @ T(0, -0.036, 0.058))
    ell("head", 0.052, 0.047, 0.047, m, g, M @ T(0, -0.005, 0.155))
    ell("snout", 0.024, 0.02, 0.018, m2, g, M @ T(0, -0.048, 0.146))
    ell("n", 0.008, 0.006, 0.006, k, g, M @ T(0, -0.067, 0.152))
    for q in (-1, 1):
        ell("ear", 0.02, 0.01, 0.02, m, g, M @ T(q * 0.042, 0, 0.195))
        ell("earin", 0.012, 0.006, 0.012, m2, g, M @ T(q * 0.042, -0.008, 0.195))
        ell("eye", 0.006, 0.005, 0.006, k, g, M @ T(q * 0.018, -0.047, 0.167))
        ell("arm", 0.02, 0.022, 0.045, m, g, M @ T(q * 0.062, -0.02, 0.085) @ Ry(q * -35) @ Rx(25))
        ell("leg", 0.025, 0.05, 0.025, m, g, M @ T(q * 0.042, -0.06, 0.026) @ Rz(q * 15))
        ell("sole", 0.018, 0.006, 0.018, m2, g, M @ T(q * 0.055, -0.107, 0.026))
    if rng.random() < 0.5:
        ell("bow", 0.022, 0.008, 0.01, mat("bow", rc(rng), 0.6), g, M @ T(0, -0.045, 0.115))


def book(rng, g, M, t):
    if rng.random() < 0.45:  # closed book(s)
        z = 0
        for i in range(rng.choice((1, 1, 2))):
            w, d, h = rng.uniform(0.14, 0.17), rng.uniform(0.2, 0.24), rng.uniform(0.015, 0.035)
            Q = (
                M
                @ T(rng.uniform(-0.01, 0.01), rng.uniform(-0.01, 0.01), z)
                @ Rz(rng.uniform(-8, 8))
            )
            cm = mat("cover", rc(rng, 0.1, 0.7), 0.45)
            box(
                "pages",
                w - 0.006,
                d - 0.008,
                h - 0.005,
                mat("pages", (0.93, 0.91, 0.85), 0.9),
                g,
                Q @ T(0.002, 0, 0.0025),
                0.001,
            )
            box("c1", w, d, 0.0025, cm, g, Q, 0.001)
            box("c2", w, d, 0.0025, cm, g, Q @ T(0, 0, h - 0.0025), 0.001)
            box("sp", 0.003, d, h, cm, g, Q @ T(-w / 2, 0, 0), 0.001)
            plane(
                "cov",
                w * 0.99,
                d * 0.99,
                mat("cov", img=TX.cover(TEX + f"/cov{t}{i}.png", rng), rough=0.4),
                g,
                Q @ T(0, 0, h + 0.0005),
            )
            z += h + 0.001
    else:  # open book
        w, d = 0.15, 0.21
        pm = mat("page", img=TX.page(TEX + f"/page{t}.png", rng), rough=0.85)
        for s in (-1, 1):
            xs = np.linspace(0, 1, 10)
            v = []
            f = []
            uv = []
            for x in xs:
                z = 0.004 + 0.014 * math.sin(math.pi * min(1, x * 1.15)) * (1 - x * 0.35)
                for y in (-d / 2, d / 2):
                    v.append((s * x * w, y, z))
            for i in range(9):
                q = (
                    (2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1)
                    if s > 0
                    else (2 * i + 1, 2 * i + 3, 2 * i + 2, 2 * i)
                )
                f.append(q)
                u0, u1 = (i / 9, (i + 1) / 9) if s > 0 else (1 - i / 9, 1 - (i + 1) / 9)
                uv.append(
                    [(u0, 0), (u1, 0), (u1, 1), (u0, 1)]
                    if s > 0
                    else [(u0, 1), (u1, 1), (u1, 0), (u0, 0)]
                )
            new_obj("pg", v, f, pm, uv, True, g, M)
        box("cv", 2 * w + 0.01, d + 0.008, 0.003, mat("cover", rc(rng, 0.1, 0.6), 0.5), g, M, 0.001)


def newspaper(rng, g, M, t):
    w, d = rng.uniform(0.28, 0.34), rng.uniform(0.36, 0.42) * 0.55
    m = mat("news", img=TX.page(TEX + f"/news{t}.png", rng, news=True, h=520), rough=0.9)
    n = 12
    v = []
    f = []
    uv = []
    for i in range(n):
        for j in range(n):
            x, y = i / (n - 1), j / (n - 1)
            v.append(
                (
                    (x - 0.5) * w,
                    (y - 0.5) * d,
                    0.006 + 0.006 * math.sin(3 * x + 2 * y) * x * y + 0.004 * x,
                )
            )
    for i in range(n - 1):
        for j in range(n - 1):
            f.append((i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1))
            uv.append(
                [
                    (i / (n - 1), j / (n - 1)),
                    ((i + 1) / (n - 1), j / (n - 1)),
                    ((i + 1) / (n - 1), (j + 1) / (n - 1)),
                    (i / (n - 1), (j + 1) / (n - 1)),
                ]
            )
    new_obj("news", v, f, m, uv, True, g, M)
    box("fold", w * 0.99, d * 0.98, 0.005, mat("newsedge", (0.8, 0.78, 0.72), 0.9), g, M, 0.002)


def photo_frame(rng, g, M, t):
    w, h = rng.choice([(0.16, 0.12), (0.13, 0.17), (0.2, 0.15)])
    m = mat(
        "frame",
        rng.choice([(0.3, 0.18, 0.08), (0.05, 0.05, 0.05), (0.75, 0.6, 0.3), (0.9, 0.9, 0.88)]),
        0.4,
    )
    Q = M @ Rx(-14)
    box("fr", w, 0.014, h, m, g, Q, 0.003)
    plane(
        "ph",
        w - 0.03,
        h - 0.03,
        mat("ph", img=TX.photo(TEX + f"/ph{t}.png", rng), rough=0.15, coat=0.5),
        g,
        Q @ T(0, -0.0075, h / 2),
        "y",
    )
    box("leg", 0.03, 0.004, h * 0.8, m, g, M @ T(0, 0.055, 0) @ Rx(22), 0.001)


def makeup(rng, g, M, t):
    if rng.random() < 0.6:
        b = mat(
            "ls",
            rng.choice([(0.05, 0.05, 0.06), (0.75, 0.6, 0.3), (0.8, 0.75, 0.75)]),
            0.25,
            metal=0.4,
        )
        lathe(
            "ls",
            [(0, 0), (0.0105, 0), (0.0105, 0.035), (0.0085, 0.036), (0.0085, 0.05), (0, 0.05)],
            b,
            g,
            M,
        )
        lathe(
            "lsred",
            [(0.007, 0.05), (0.007, 0.062), (0.003, 0.07), (0, 0.07)],
            mat("lsr", rng.choice([(0.75, 0.08, 0.15), (0.8, 0.3, 0.35), (0.5, 0.05, 0.1)]), 0.4),
            g,
            M,
        )
        box("capl", 0.021, 0.021, 0.034, b, g, M @ T(0.045, 0.01, 0), 0.003)
    c = mat(
        "comp", rng.choice([(0.05, 0.05, 0.06), (0.85, 0.6, 0.6), (0.8, 0.7, 0.5)]), 0.2, coat=0.6
    )
    Q = M @ T(-0.03, 0.06, 0)
    lathe("comp", [(0, 0), (0.036, 0), (0.038, 0.006), (0.036, 0.01), (0, 0.01)], c, g, Q)
    lathe("powder", [(0, 0.0105), (0.028, 0.0105)], mat("powder", (0.85, 0.68, 0.55), 0.8), g, Q)
    lathe(
        "lidc",
        [(0, 0), (0.036, 0), (0.038, 0.004), (0.036, 0.008), (0, 0.008)],
        c,
        g,
        Q @ T(0, 0.036, 0.008) @ Rx(75),
    )
    lathe(
        "mir",
        [(0, 0.0085), (0.03, 0.0085)],
        mat("mirror", (0.85, 0.88, 0.9), 0.03, 1),
        g,
        Q @ T(0, 0.036, 0.008) @ Rx(75) @ T(0, 0, -0.017) @ Rx(0),
    )


def cutlery(rng, g, M, t):
    p = mat(
        "plate", rng.choice([(0.95, 0.95, 0.93), (0.8, 0.86, 0.9), (0.9, 0.75, 0.5)]), 0.2, coat=0.5
    )
    lathe(
        "plate",
        [
            (0, 0),
            (0.06, 0),
            (0.07, 0.006),
            (0.105, 0.018),
            (0.108, 0.02),
            (0.104, 0.021),
            (0.068, 0.009),
            (0, 0.006),
        ],
        p,
        g,
        M,
        40,
    )
    st = mat("steel", (0.75, 0.75, 0.77), 0.22, 1)
    for k, (dx, ang) in enumerate(((0.02, rng.uniform(-40, 40)), (0.055, rng.uniform(-30, 30)))):
        Q = M @ T(dx, 0, 0.022) @ Rz(ang)
        tube(
            "hd",
            [(0, -0.09 + 0.12 * x, 0.004 + 0.008 * x * x) for x in np.linspace(0, 1, 8)],
            0.0032,
            st,
            g,
            Q,
        )
        ell("bowl", 0.017, 0.027, 0.006, st, g, Q @ T(0, 0.055, 0.008)) if k == 0 else [
            tube("tine", [(q * 0.006, 0.03, 0.011), (q * 0.008, 0.085, 0.008)], 0.0017, st, g, Q)
            for q in (-1, -0.33, 0.33, 1)
        ]
    if rng.random() < 0.5:
        ell(
            "food",
            0.05,
            0.05,
            0.022,
            mat("rice", (0.93, 0.9, 0.8), 0.9, bump=0.8, bscale=150),
            g,
            M @ T(-0.01, 0, 0.012),
        )
        ell(
            "food2",
            0.025,
            0.02,
            0.016,
            mat("food", (0.5, 0.25, 0.1), 0.6, bump=0.8, bscale=90),
            g,
            M @ T(0.02, 0.03, 0.02),
        )


def glass(rng, g, M, t):
    clear = mat("glass", (0.85, 0.92, 0.93), 0.05, alpha=0.3, coat=0.4)
    r, h = rng.uniform(0.03, 0.037), rng.uniform(0.09, 0.14)
    wall = [(0, 0), (r * 0.8, 0), (r, h), (r - 0.003, h), (r * 0.8 - 0.003, 0.008), (0, 0.008)]
    lathe("glass", wall, clear, g, M)
    drink = rng.choice([(0.8, 0.88, 0.9), (0.45, 0.2, 0.06), (0.85, 0.5, 0.1), (0.75, 0.85, 0.5)])
    level = h * rng.uniform(0.3, 0.85)
    tea = mat("tea", drink, 0.05, alpha=0.6)
    inner = r * 0.8 + (r - r * 0.8) * level / h - 0.004
    lathe("tea", [(0, 0.009), (r * 0.8 - 0.004, 0.009), (inner, level), (0, level)], tea, g, M)
    if rng.random() < 0.3:
        straw = mat("straw", rc(rng), 0.4)
        tube("straw", [(0, 0, 0.01), (r * 0.9, 0, h * 1.5)], 0.003, straw, g, M, 6)


def bowl(rng, g, M, t):
    china = rng.choice([(0.94, 0.94, 0.92), (0.2, 0.4, 0.65), (0.85, 0.3, 0.2), (0.9, 0.8, 0.5)])
    m = mat("bowl", china, 0.25, coat=0.5)
    r, h = rng.uniform(0.06, 0.08), rng.uniform(0.05, 0.07)
    side = [(0, 0), (r * 0.5, 0), (r * 0.55, 0.006), (r * 0.9, h * 0.6), (r, h)]
    lathe("bowl", [*side, (r - 0.004, h), (r * 0.85, h * 0.6), (0, 0.01)], m, g, M, 40)
    soup = rng.choice([(0.7, 0.4, 0.12), (0.93, 0.9, 0.82), (0.4, 0.25, 0.1)])
    ell("soup", r * 0.86, r * 0.86, 0.012, mat("soup", soup, 0.5), g, M @ T(0, 0, h * 0.68))
    if rng.random() < 0.5:
        spoon = mat("spoon", (0.75, 0.75, 0.77), 0.22, 1)
        tube("spoon", [(0, 0, h * 0.8), (r * 1.5, 0.02, h * 1.35)], 0.0035, spoon, g, M, 8)


def food(rng, g, M, t):
    """A lunch box, or fruit."""
    if rng.random() < 0.55:
        w, d, h = rng.uniform(0.15, 0.2), rng.uniform(0.11, 0.14), rng.uniform(0.05, 0.08)
        base = rng.choice([(0.85, 0.88, 0.9), (0.25, 0.5, 0.7), (0.8, 0.5, 0.55), (0.4, 0.6, 0.4)])
        box("lunch", w, d, h, mat("lunch", base, 0.35), g, M, 0.015, 4)
        lid = mat("lid", tuple(0.6 * c for c in base) if rng.random() < 0.6 else rc(rng), 0.4)
        box("lid", w * 1.03, d * 1.03, 0.014, lid, g, M @ T(0, 0, h - 0.004), 0.006, 3)
        for s in (-1, 1):
            box("clasp", 0.008, 0.04, 0.025, lid, g, M @ T(s * w * 0.52, 0, h - 0.022), 0.003)
        return
    kind = rng.choice(("banana", "orange", "apple"))
    if kind == "banana":
        peel = mat("peel", (0.88, 0.74, 0.18), 0.5)
        for k in range(rng.choice((1, 2, 3))):
            bend = [
                (0.08 * math.cos(a), 0.08 * math.sin(a) + 0.03 * k, 0.018)
                for a in np.linspace(0.5, 2.6, 12)
            ]
            thick = [0.006, *[0.016] * 10, 0.006]
            tube("banana", bend, thick, peel, g, M @ T(0, -0.06, 0))
        return
    colour = (
        (0.9, 0.5, 0.1) if kind == "orange" else rng.choice([(0.7, 0.1, 0.1), (0.5, 0.65, 0.2)])
    )
    skin = mat("fruit", colour, 0.45, bump=0.15, bscale=300)
    for x, y in ((0, 0), (0.075, 0.01), (0.03, 0.07))[: rng.choice((1, 2, 3))]:
        ell("fruit", 0.037, 0.037, 0.035, skin, g, M @ T(x - 0.03, y - 0.02, 0.035))


def umbrella(rng, g, M, t):
    """Folded, lying."""
    cloth = rng.choice([(0.05, 0.05, 0.06), (0.1, 0.15, 0.4), (0.55, 0.1, 0.12), (0.3, 0.45, 0.3)])
    m = mat("umbrella", cloth, 0.8, bump=0.5, bscale=40)
    length = rng.uniform(0.26, 0.5)
    lie = M @ T(-length / 2, 0, 0.028) @ Ry(90)
    side = [(0, 0), (0.012, 0), (0.027, length * 0.45), (0.024, length * 0.8), (0.008, length)]
    lathe("umbrella", [*side, (0, length)], m, g, lie, 14)
    black = mat("handle", (0.04, 0.04, 0.04), 0.4)
    lathe("handle", [(0.011, -0.07), (0.013, -0.03), (0.009, 0), (0, 0)], black, g, lie, 12)


def one_of(**makers):
    """A maker that makes one of these shapes, evenly, and names it."""

    def make(rng, g, M, t):
        k = rng.choice(list(makers))
        return makers[k](rng, g, M, t) or k.rstrip("0123456789")

    return make


ITEMS = {
    "cup": (
        one_of(
            mug=cup, mug2=cup, paper=S.paper_cup, ice=S.takeaway, wide=S.tumbler_mug, tea=S.teacup
        ),
        0.065,
    ),
    "bottle": (
        one_of(
            pet_or_tumbler=bottle,
            pet2=bottle,
            sport=S.sport_bottle,
            flask=S.flask,
            box=S.carton,
            can=S.can,
        ),
        0.045,
    ),
    "phone": (one_of(phone=phone, case=S.phone_case, case2=S.phone_case, tablet=S.tablet), 0.09),
    "handbag": (
        one_of(
            handbag=handbag, tote=S.tote, sling=S.sling, laptop_bag=S.laptop_bag, paper=S.paper_bag
        ),
        0.19,
    ),
    "backpack": (backpack, 0.2),
    "doll": (doll, 0.12),
    "book": (one_of(book=book, novel=S.novel, novel2=S.novel, notebook=S.notebook), 0.15),
    "newspaper": (
        one_of(
            newspaper=newspaper,
            folded=S.folded_news,
            open=S.spread_news,
            magazine=S.magazine,
        ),
        0.19,
    ),
    "photo_frame": (photo_frame, 0.09),
    "makeup": (
        one_of(
            lipstick_and_compact=makeup,
            stick=S.lipstick,
            cream=S.hand_cream,
            comb=S.comb,
            pouch=S.pouch,
            mirror=S.mirror,
        ),
        0.085,
    ),
    "cutlery": (one_of(plate_and_cutlery=cutlery, plate=S.plate, alone=S.spoon_fork), 0.12),
    "glass": (one_of(glass=glass, glass2=glass, mug=S.beer_mug, stem=S.stem_glass), 0.055),
    "bowl": (one_of(bowl=bowl, soup=S.soup_bowl, noodles=S.noodle_cup), 0.1),
    "food": (
        one_of(
            lunch_box_or_fruit=food, parcel=S.rice_parcel, snack=S.snack_bag, cakes=S.pastry_box
        ),
        0.12,
    ),
    "umbrella": (umbrella, 0.2),
    "charger": (S.charger, 0.1),
    "helmet": (S.helmet, 0.16),
}


# ---------------- official things that look like personal ones
def tissue(rng, g, M, t):
    w, d, h = rng.choice([(0.23, 0.12, 0.075), (0.12, 0.12, 0.11)])
    side = rng.choice([(0.3, 0.55, 0.75), (0.85, 0.8, 0.7), (0.6, 0.75, 0.5), (0.85, 0.6, 0.65)])
    box("tissue", w, d, h, mat("tissuebox", side, 0.6, noise=(14, 0.35)), g, M, 0.003)
    white = mat("tissue", (0.96, 0.96, 0.95), 0.95, bump=0.4, bscale=30)
    ell("slit", w * 0.3, 0.018, 0.004, white, g, M @ T(0, 0, h))
    puff = [(0.035, 0), (0.02, 0.02), (0.032, 0.045), (0.012, 0.06), (0, 0.05)]
    lathe("puff", puff, white, g, M @ T(0, 0, h) @ Rx(rng.uniform(-12, 12)), 9)


def sanitiser(rng, g, M, t):
    gel = rng.choice([(0.8, 0.9, 0.95), (0.5, 0.75, 0.85), (0.9, 0.9, 0.92)])
    r, h = rng.uniform(0.026, 0.036), rng.uniform(0.11, 0.16)
    bottle_ = mat("gel", gel, 0.1, alpha=rng.choice([0.5, 1.0]), coat=0.3)
    side = [(0, 0), (r, 0), (r, h * 0.85), (r * 0.4, h), (0, h)]
    lathe("gel", side, bottle_, g, M)
    white = mat("pump", rng.choice([(0.95, 0.95, 0.95), (0.1, 0.3, 0.6), (0.05, 0.05, 0.05)]), 0.4)
    lathe(
        "neck",
        [
            (r * 0.45, h),
            (r * 0.45, h + 0.015),
            (0.005, h + 0.016),
            (0.005, h + 0.04),
            (0, h + 0.04),
        ],
        white,
        g,
        M,
    )
    tube(
        "spout",
        [(0, 0, h + 0.04), (0.035, 0, h + 0.036), (0.042, 0, h + 0.028)],
        0.006,
        white,
        g,
        M,
        8,
    )
    label = mat("label", img=TX.label(TEX + f"/san{t}.png", rng), rough=0.4)
    lathe(
        "label",
        [(r + 0.0006, h * 0.2), (r + 0.0006, h * 0.65)],
        label,
        g,
        M @ Rz(rng.uniform(0, 360)),
    )


def stamp(rng, g, M, t):
    """A stamp and its pad."""
    wood = mat(
        "stampwood", rng.choice([(0.5, 0.25, 0.12), (0.05, 0.05, 0.06), (0.6, 0.1, 0.1)]), 0.35
    )
    knob = [
        (0.014, 0.02),
        (0.008, 0.035),
        (0.009, 0.055),
        (0.016, 0.07),
        (0.012, 0.085),
        (0, 0.088),
    ]
    lathe("knob", knob, wood, g, M)
    box("stampbase", 0.05, 0.03, 0.022, wood, g, M, 0.003)
    tin = mat("tin", rng.choice([(0.15, 0.2, 0.35), (0.7, 0.7, 0.72), (0.1, 0.1, 0.1)]), 0.3, 0.5)
    pad = M @ T(0.1, 0.0, 0) @ Rz(rng.uniform(-25, 25))
    box("padtin", 0.11, 0.075, 0.014, tin, g, pad, 0.004)
    ink = rng.choice([(0.1, 0.1, 0.5), (0.5, 0.05, 0.2)])
    box("ink", 0.095, 0.06, 0.003, mat("ink", ink, 0.95), g, pad @ T(0, 0, 0.013), 0.001)


def folder(rng, g, M, t):
    colour = rng.choice(
        [(0.75, 0.6, 0.3), (0.1, 0.25, 0.55), (0.6, 0.1, 0.12), (0.15, 0.45, 0.3), (0.9, 0.85, 0.3)]
    )
    thick = rng.uniform(0.006, 0.03)
    paper = mat("inside", (0.93, 0.92, 0.9), 0.9)
    box("inside", 0.215, 0.3, thick, paper, g, M @ T(0.004, 0, 0.001), 0.001)
    cover = mat("folder", colour, 0.6)
    box("under", 0.235, 0.32, 0.0015, cover, g, M, 0.0005)
    box("over", 0.235, 0.32, 0.0015, cover, g, M @ T(0, 0, thick + 0.001), 0.0005)


OFFICIAL = {
    "tissue": (tissue, 0.13),
    "sanitiser": (sanitiser, 0.05),
    "stamp": (stamp, 0.12),
    "document": (one_of(folder=folder, brochures=E.brochures), 0.19),
    "nameplate": (E.desk_sign, 0.13),
}


# ---------------- equipment
def monitor(rng, g, M, t, on=True):
    """A flat screen, lit or dark; it faces +y, the staff."""
    w = rng.uniform(0.48, 0.56)
    h = w * 0.58
    k = mat(
        "mon",
        rng.choice([(0.04, 0.04, 0.045), (0.05, 0.05, 0.055), (0.75, 0.75, 0.76)]),
        0.45,
        bump=0.05,
        bscale=300,
    )
    Q = M @ T(0, 0, 0.11) @ Rx(-4)
    box("scrn", w, 0.022, h, k, g, Q, 0.006)
    box("bk", w * 0.55, 0.035, h * 0.55, k, g, Q @ T(0, -0.024, h * 0.2), 0.012, 3)
    plane(
        "scr",
        w - 0.02,
        h - 0.03,
        mat("scr", img=TX.screen(TEX + f"/scr{t}.png", rng), rough=0.3, emit=1.1)
        if on
        else mat("scr", (0.012, 0.012, 0.014), 0.12),
        g,
        Q @ T(0, 0.0115, h / 2 + 0.004) @ Rz(180),
        "y",
    )
    box("neck", 0.05, 0.02, 0.24, k, g, M @ T(0, -0.03, 0), 0.004)
    box("foot", 0.24, 0.18, 0.012, k, g, M @ T(0, -0.02, 0), 0.006, 3)
    box(
        "logo",
        0.05,
        0.002,
        0.012,
        mat("logo", (0.7, 0.7, 0.72), 0.3, 1),
        g,
        Q @ T(0, -0.043, h * 0.42),
        0.0005,
    )
    return "monitor_lit" if on else "monitor_dark"


def keyboard(rng, g, M, t):
    c = rng.choice([(0.04, 0.04, 0.045), (0.04, 0.04, 0.045), (0.82, 0.82, 0.8)])
    b = mat("kb", c, 0.5)
    kk = mat("key", tuple(min(1, x * 1.25 + 0.03) for x in c), 0.55)
    box("kb", 0.44, 0.14, 0.014, b, g, M @ Rx(3), 0.005, 3)
    bm = bmesh.new()
    for r in range(5):
        x = -0.205
        while x < 0.2:
            wd = 0.0165 if not (r == 0 and -0.09 < x < 0.02) else 0.1
            bmesh.ops.create_cube(
                bm,
                size=1,
                matrix=Matrix.Translation((x + wd / 2, -0.05 + 0.0235 * r, 0.0185))
                @ Matrix.Diagonal((wd, 0.018, 0.007, 1)),
            )
            x += wd + 0.004
            if abs(x - 0.095) < 0.01:
                x += 0.012
    from_bm("keys", bm, kk, g, M @ Rx(3))


def mouse(rng, g, M, t):
    m = mat("mouse", rng.choice([(0.04, 0.04, 0.05), (0.8, 0.8, 0.8)]), 0.4)
    ell("mouse", 0.031, 0.055, 0.022, m, g, M @ T(0, 0, 0.008))
    box(
        "mpad", 0.2, 0.18, 0.003, mat("pad", (0.06, 0.07, 0.1), 0.9), 0, M @ T(0, 0, -0.0005), 0.001
    )


def counting_machine(rng, g, M, t):
    c = rng.choice([(0.78, 0.78, 0.76), (0.3, 0.32, 0.36), (0.86, 0.86, 0.88)])
    m = mat("cm", c, 0.45, bump=0.05, bscale=250)
    dk = mat("cmd", (0.07, 0.07, 0.08), 0.4)
    w = 0.27
    v = [
        (0, 0),
        (0.24, 0),
        (0.24, 0.02),
        (0.20, 0.06),
        (0.20, 0.13),
        (0.13, 0.235),
        (0.05, 0.25),
        (0, 0.18),
    ]
    n = len(v)
    V = [(s * w / 2, y - 0.12, z) for s in (-1, 1) for y, z in v]
    F = [tuple(range(n - 1, -1, -1)), tuple(range(n, 2 * n))] + [
        (i, (i + 1) % n, n + (i + 1) % n, n + i) for i in range(n)
    ]
    bm = bmesh.new()
    bv = [bm.verts.new(p) for p in V]
    [bm.faces.new([bv[i] for i in f]) for f in F]
    bmesh.ops.recalc_face_normals(bm, faces=bm.faces)
    bmesh.ops.bevel(bm, geom=bm.edges[:], offset=0.008, segments=2, affect="EDGES")
    from_bm("cm", bm, m, g, M)
    # staff side is +y: hopper on top back, display
    box("hop", 0.2, 0.02, 0.09, dk, g, M @ T(0, -0.03, 0.235) @ Rx(-18), 0.004)
    box("side1", 0.012, 0.1, 0.05, m, g, M @ T(-0.1, -0.02, 0.235), 0.004)
    box("side2", 0.012, 0.1, 0.05, m, g, M @ T(0.1, -0.02, 0.235), 0.004)
    plane(
        "led",
        0.09,
        0.035,
        mat("led", img=TX.screen_led(TEX + f"/led{t}.png", str(rng.randint(10, 100))), emit=2),
        g,
        M @ T(-0.05, 0.056, 0.19) @ Rz(180) @ Rx(-34),
        "y",
    )
    [
        box(
            "btn",
            0.016,
            0.004,
            0.012,
            dk,
            g,
            M @ T(0.03 + 0.022 * i, 0.062, 0.18 - 0.018 * j) @ Rx(34),
            0.002,
        )
        for i in range(3)
        for j in range(2)
    ]
    box("tray", 0.2, 0.1, 0.01, dk, g, M @ T(0, 0.1, 0.03), 0.003)
    if rng.random() < 0.5:
        box(
            "notes",
            0.15,
            0.07,
            0.02,
            mat("notes", (0.75, 0.35, 0.35), 0.8),
            g,
            M @ T(0, 0.1, 0.041),
            0.001,
        )


def calculator(rng, g, M, t):
    m = mat("calc", rng.choice([(0.12, 0.12, 0.13), (0.8, 0.8, 0.78)]), 0.45)
    Q = M @ Rx(8)
    box("calc", 0.14, 0.18, 0.028, m, g, Q, 0.006, 3)
    plane(
        "lcd",
        0.11,
        0.035,
        mat("lcd", (0.55, 0.62, 0.5), 0.2),
        g,
        Q @ T(0, -0.055, 0.0285) @ Rz(180),
    )
    kk = mat("ck", (0.7, 0.7, 0.7), 0.5)
    kd = mat("ck2", (0.2, 0.2, 0.22), 0.5)
    [
        box(
            "k",
            0.02,
            0.014,
            0.006,
            kd if (i + j) % 3 else kk,
            g,
            Q @ T(-0.05 + 0.025 * i, -0.02 + 0.021 * j, 0.028),
            0.002,
        )
        for i in range(5)
        for j in range(5)
    ]
