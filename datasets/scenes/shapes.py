"""More shapes of personal things: each class has several, and each maker names the one it made.

Makers take (rng, object id, placement matrix, tag) like those of items.py, whose plain shapes they
stand beside; metres.
"""

from __future__ import annotations

import math
import random

import bmesh
import numpy as np
from mathutils import Matrix

from datasets.scenes import textures as tx
from datasets.scenes.kit import Rx, Ry, Rz, T, box, ell, from_bm, lathe, mat, new_obj, plane, tube
from datasets.scenes.paths import TEX

CHINA = [
    (0.93, 0.92, 0.9),
    (0.15, 0.25, 0.5),
    (0.7, 0.15, 0.12),
    (0.85, 0.8, 0.6),
    (0.2, 0.45, 0.35),
    (0.08, 0.08, 0.09),
    (0.9, 0.6, 0.65),
    (0.55, 0.75, 0.8),
    (0.95, 0.75, 0.2),
]
DRINKS = [
    (0.2, 0.1, 0.05),
    (0.45, 0.2, 0.06),
    (0.75, 0.6, 0.45),
    (0.8, 0.5, 0.12),
    (0.6, 0.7, 0.35),
]
STEEL = (0.75, 0.75, 0.77)


def colour(rng: random.Random, lo: float = 0.1, hi: float = 0.9) -> tuple[float, float, float]:
    return rng.uniform(lo, hi), rng.uniform(lo, hi), rng.uniform(lo, hi)


# ------------------------------------------------------------------ drinks


def paper_cup(rng, g, M, t):
    h, r = rng.uniform(0.085, 0.13), rng.uniform(0.036, 0.043)
    paper = mat("pcup", rng.choice([(0.94, 0.93, 0.9), (0.55, 0.36, 0.2), *CHINA]), 0.7)
    lathe("pcup", [(0, 0), (r * 0.72, 0), (r, h), (r - 0.002, h), (0, h * 0.8)], paper, g, M)
    if rng.random() < 0.6:
        lid = mat("plid", rng.choice([(0.95, 0.95, 0.95), (0.08, 0.08, 0.08)]), 0.4)
        lathe(
            "plid",
            [(r + 0.003, h - 0.004), (r + 0.002, h + 0.006), (r * 0.85, h + 0.014), (0, h + 0.012)],
            lid,
            g,
            M,
        )
    if rng.random() < 0.5:
        band = mat("sleeve", (0.6, 0.42, 0.26), 0.9)
        lathe("sleeve", [(r * 0.84 + 0.001, h * 0.35), (r * 0.96 + 0.001, h * 0.8)], band, g, M)
    return "paper_cup"


def takeaway(rng, g, M, t):
    """A clear cup with a lid and a straw: iced drinks."""
    h, r = rng.uniform(0.12, 0.16), rng.uniform(0.04, 0.047)
    clear = mat("clear", (0.9, 0.94, 0.95), 0.06, alpha=0.3, coat=0.4)
    drink = mat("drink", rng.choice(DRINKS), 0.15, alpha=0.85)
    lathe("tcup", [(0, 0), (r * 0.68, 0), (r, h)], clear, g, M)
    level = h * rng.uniform(0.4, 0.85)
    inner = r * (0.68 + 0.32 * level / h) - 0.002
    lathe("tdrink", [(0, 0.002), (r * 0.66, 0.002), (inner, level), (0, level)], drink, g, M)
    if rng.random() < 0.7:
        dome = [(r + 0.002, h), (r * 0.95, h + 0.018), (r * 0.5, h + 0.035), (0, h + 0.036)]
        flat = [(r + 0.002, h - 0.003), (r + 0.002, h + 0.005), (0, h + 0.006)]
        lathe("tlid", rng.choice([dome, flat]), clear, g, M)
    straw = mat("straw", rng.choice([(0.1, 0.1, 0.1), (0.9, 0.2, 0.2), (0.95, 0.95, 0.95)]), 0.4)
    tube("straw", [(0, 0, 0.02), (r * 0.6, 0, h * 1.45)], 0.0035, straw, g, M, 6)
    return "takeaway_cup"


def tumbler_mug(rng, g, M, t):
    """A wide insulated mug with a handle and a lid."""
    r, h = rng.uniform(0.042, 0.05), rng.uniform(0.11, 0.19)
    steel = mat("tm", rng.choice([STEEL, *CHINA]), 0.35, metal=rng.choice([0, 0.8]))
    lathe("tm", [(0, 0), (r * 0.75, 0), (r * 0.8, h * 0.3), (r, h * 0.5), (r, h)], steel, g, M)
    black = mat("tml", (0.06, 0.06, 0.07), 0.4)
    lathe("tml", [(r, h), (r * 0.96, h + 0.012), (0, h + 0.013)], black, g, M)
    a = np.linspace(-1.4, 1.4, 12)
    bend = [(r - 0.004 + 0.035 * math.cos(x), 0, h * 0.68 + 0.045 * math.sin(x)) for x in a]
    tube("tmh", bend, 0.007, black, g, M)
    return "tumbler_mug"


def teacup(rng, g, M, t):
    """A low cup on its saucer."""
    china = mat("tea", rng.choice(CHINA), 0.2, coat=0.6)
    r, h = rng.uniform(0.04, 0.048), rng.uniform(0.05, 0.065)
    wall = [
        (0, 0),
        (r * 0.5, 0),
        (r * 0.85, h * 0.4),
        (r, h),
        (r - 0.003, h),
        (r * 0.8, h * 0.4),
        (0, 0.006),
    ]
    lathe("tcup", wall, china, g, M @ T(0, 0, 0.006), 32)
    lathe("tea", [(0, h * 0.8), (r * 0.93, h * 0.8)], mat("tea", rng.choice(DRINKS), 0.08), g, M)
    a = np.linspace(-1.3, 1.3, 10)
    ear = [(r - 0.004 + 0.02 * math.cos(x), 0, h * 0.6 + 0.018 * math.sin(x)) for x in a]
    tube("ear", ear, 0.004, china, g, M)
    plate = [(0, 0), (0.045, 0.001), (0.072, 0.012), (0.07, 0.014), (0.04, 0.005), (0, 0.004)]
    lathe("saucer", plate, china, g, M, 36)
    if rng.random() < 0.4:
        tube(
            "tspoon",
            [(-0.05, -0.03, 0.014), (0.02, -0.055, 0.014)],
            0.003,
            mat("st", STEEL, 0.2, 1),
            g,
            M,
            6,
        )
    return "teacup"


def sport_bottle(rng, g, M, t):
    r, h = rng.uniform(0.033, 0.042), rng.uniform(0.18, 0.26)
    clear = rng.random() < 0.45
    c = colour(rng, 0.2, 0.9)
    wall = mat("sb", c, 0.15, alpha=0.45 if clear else 1, coat=0.3)
    lathe(
        "sb",
        [
            (0, 0),
            (r * 0.9, 0),
            (r, 0.012),
            (r, h * 0.45),
            (r * 0.9, h * 0.52),
            (r, h * 0.6),
            (r, h * 0.76),
            (r * 0.6, h * 0.86),
            (r * 0.6, h * 0.88),
        ],
        wall,
        g,
        M,
    )
    lid = mat("sbl", rng.choice([(0.06, 0.06, 0.07), (0.9, 0.9, 0.9), c]), 0.4)
    lathe("sbl", [(r * 0.66, h * 0.85), (r * 0.66, h * 0.97), (r * 0.3, h), (0, h)], lid, g, M)
    if rng.random() < 0.5:
        a = np.linspace(0, math.pi, 10)
        loop = [(0.02 * math.cos(x), 0, h * 0.98 + 0.025 * math.sin(x)) for x in a]
        tube("loop", loop, 0.004, lid, g, M, 6)
    return "sport_bottle"


def flask(rng, g, M, t):
    """A vacuum flask whose lid is a cup."""
    r, h = rng.uniform(0.03, 0.036), rng.uniform(0.22, 0.29)
    steel = mat("fl", rng.choice([STEEL, *CHINA]), 0.3, metal=0.7)
    lathe("fl", [(0, 0), (r, 0), (r, h * 0.72), (r * 0.86, h * 0.76)], steel, g, M)
    top = mat("flt", rng.choice([STEEL, (0.08, 0.08, 0.09)]), 0.35, metal=0.5)
    lathe("flt", [(r * 0.9, h * 0.75), (r * 0.86, h * 0.98), (r * 0.7, h), (0, h)], top, g, M)
    return "flask"


def carton(rng, g, M, t):
    """A carton of tea or milk with its straw."""
    w, d, h = rng.uniform(0.045, 0.06), rng.uniform(0.035, 0.045), rng.uniform(0.10, 0.14)
    side = mat("carton", img=tx.label(f"{TEX}/ct{t}.png", rng), rough=0.4)
    box("carton", w, d, h, mat("cside", rng.choice(CHINA), 0.4), g, M, 0.002)
    for turn in (0, 180):
        plane("cf", w * 0.96, h * 0.96, side, g, M @ Rz(turn) @ T(0, -d / 2 - 0.0006, h / 2), "y")
    white = mat("straw", (0.95, 0.95, 0.95), 0.4)
    tube("straw", [(w * 0.3, 0, h), (w * 0.45, 0, h + 0.055)], 0.0025, white, g, M, 6)
    return "carton"


def can(rng, g, M, t):
    r, h = 0.033, rng.choice([0.115, 0.135])
    print_ = mat("can", img=tx.label(f"{TEX}/can{t}.png", rng), rough=0.3, coat=0.3)
    lathe("can", [(r * 0.8, 0), (r, 0.008), (r, h - 0.01), (r * 0.85, h)], print_, g, M)
    lid = mat("canlid", STEEL, 0.25, 1)
    lathe("canlid", [(0, h - 0.004), (r * 0.8, h - 0.003), (r * 0.85, h)], lid, g, M)
    return "can"


def stem_glass(rng, g, M, t):
    clear = mat("sg", (0.88, 0.93, 0.95), 0.04, alpha=0.3, coat=0.5)
    r, h = rng.uniform(0.03, 0.038), rng.uniform(0.13, 0.17)
    lathe(
        "sg",
        [
            (0, 0),
            (0.032, 0.001),
            (0.006, 0.008),
            (0.005, h * 0.42),
            (r * 0.8, h * 0.55),
            (r, h * 0.75),
            (r * 0.9, h),
        ],
        clear,
        g,
        M,
    )
    drink = mat("sgd", rng.choice(DRINKS), 0.08, alpha=0.7)
    lathe(
        "sgd", [(0, h * 0.46), (r * 0.75, h * 0.56), (r * 0.9, h * 0.7), (0, h * 0.7)], drink, g, M
    )
    return "stem_glass"


def beer_mug(rng, g, M, t):
    """A thick glass with a handle: iced tea."""
    clear = mat("bm", (0.86, 0.92, 0.93), 0.05, alpha=0.32, coat=0.5)
    r, h = rng.uniform(0.036, 0.042), rng.uniform(0.10, 0.14)
    lathe(
        "bm", [(0, 0), (r, 0), (r, h), (r - 0.004, h), (r - 0.004, 0.012), (0, 0.012)], clear, g, M
    )
    a = np.linspace(-1.4, 1.4, 12)
    bend = [(r - 0.003 + 0.03 * math.cos(x), 0, h * 0.52 + 0.04 * math.sin(x)) for x in a]
    tube("bmh", bend, 0.006, mat("bmh", (0.8, 0.88, 0.9), 0.05, alpha=0.55), g, M)
    tea = mat("bmt", rng.choice(DRINKS), 0.06, alpha=0.75)
    level = h * rng.uniform(0.4, 0.9)
    lathe("bmt", [(0, 0.013), (r - 0.005, 0.013), (r - 0.005, level), (0, level)], tea, g, M)
    if rng.random() < 0.4:  # a lid against flies
        cover = mat("gl", rng.choice([(0.85, 0.3, 0.3), STEEL, (0.3, 0.5, 0.75)]), 0.4)
        lathe(
            "gl",
            [(r + 0.004, h), (r, h + 0.006), (0.008, h + 0.008), (0.008, h + 0.02), (0, h + 0.021)],
            cover,
            g,
            M,
        )
    return "glass_mug"


# ------------------------------------------------------------------ food and dishes


def plate(rng, g, M, t):
    china = mat("plate", rng.choice(CHINA), 0.2, coat=0.5)
    r = rng.uniform(0.08, 0.12)
    rim = [
        (0, 0),
        (r * 0.55, 0),
        (r * 0.68, 0.006),
        (r, 0.019),
        (r * 0.96, 0.021),
        (r * 0.64, 0.009),
        (0, 0.006),
    ]
    lathe("plate", rim, china, g, M, 40)
    if rng.random() < 0.65:
        for _ in range(rng.randint(1, 4)):
            c = rng.choice([(0.93, 0.9, 0.8), (0.55, 0.3, 0.1), (0.7, 0.2, 0.1), (0.3, 0.5, 0.15)])
            q = M @ T(rng.uniform(-0.4, 0.4) * r, rng.uniform(-0.4, 0.4) * r, 0.012)
            size = rng.uniform(0.012, 0.035)
            stuff = mat("stuff", c, 0.8, bump=0.7, bscale=120)
            ell("stuff", size, size * rng.uniform(0.6, 1), size * 0.5, stuff, g, q, 14)
    if rng.random() < 0.4:
        tube(
            "pspoon",
            [(-r * 0.7, -0.02, 0.022), (r * 0.9, 0.03, 0.024)],
            0.003,
            mat("st", STEEL, 0.2, 1),
            g,
            M,
            6,
        )
    return "plate"


def spoon_fork(rng, g, M, t):
    """Cutlery alone, lying beside each other or in a napkin."""
    steel = mat("st", STEEL, 0.22, 1)
    if rng.random() < 0.35:
        plane("napkin", 0.16, 0.16, mat("napkin", rng.choice(CHINA), 0.95), g, M @ T(0, 0, 0.001))
    for k, x in enumerate((-0.018, 0.018)):
        q = M @ T(x, 0, 0.005) @ Rz(rng.uniform(-12, 12))
        tube("sf", [(0, -0.09, 0), (0, 0.02, 0.003), (0, 0.05, 0.0)], 0.0032, steel, g, q, 6)
        if k == 0:
            ell("sfb", 0.019, 0.03, 0.006, steel, g, q @ T(0, 0.075, 0.002), 14)
        else:
            for s in (-0.009, -0.003, 0.003, 0.009):
                tube("tine", [(s * 0.6, 0.045, 0.001), (s, 0.10, 0.001)], 0.0018, steel, g, q, 5)
    return "spoon_fork"


def noodle_cup(rng, g, M, t):
    """Instant noodles, or porridge, in a paper bowl."""
    r, h = rng.uniform(0.05, 0.068), rng.uniform(0.07, 0.11)
    paper = mat("nc", img=tx.label(f"{TEX}/nc{t}.png", rng), rough=0.6)
    lathe("nc", [(r * 0.72, 0), (r, h)], paper, g, M)
    lathe(
        "ncr",
        [(r, h), (r + 0.004, h + 0.003), (r - 0.003, h + 0.002)],
        mat("ncr", (0.95, 0.95, 0.93), 0.6),
        g,
        M,
    )
    inside = mat("noodle", (0.85, 0.65, 0.25), 0.6, bump=0.8, bscale=140)
    ell("noodle", r * 0.92, r * 0.92, 0.012, inside, g, M @ T(0, 0, h * 0.82))
    return "noodle_cup"


def soup_bowl(rng, g, M, t):
    """A deep bowl with a cover or chopsticks."""
    china = mat("sbowl", rng.choice(CHINA), 0.25, coat=0.5, noise=(30, 0.2))
    r, h = rng.uniform(0.065, 0.085), rng.uniform(0.065, 0.085)
    lathe(
        "sbowl",
        [
            (0, 0.004),
            (r * 0.45, 0.004),
            (r * 0.5, 0),
            (r * 0.85, h * 0.45),
            (r, h),
            (r - 0.004, h),
            (r * 0.8, h * 0.45),
            (0, 0.012),
        ],
        china,
        g,
        M,
        40,
    )
    soup = mat("soup", rng.choice([(0.7, 0.4, 0.12), (0.55, 0.2, 0.08), (0.9, 0.85, 0.7)]), 0.2)
    lathe("soup", [(0, h * 0.75), (r * 0.93, h * 0.75)], soup, g, M)
    wood = mat("chop", rng.choice([(0.6, 0.4, 0.2), (0.1, 0.08, 0.07)]), 0.5)
    if rng.random() < 0.4:
        for s in (0, 0.012):
            tube(
                "chop",
                [(-r * 1.3, s, h + 0.004), (r * 1.3, s * 2, h + 0.004)],
                0.0028,
                wood,
                g,
                M,
                6,
            )
    for _ in range(rng.randint(0, 3)):
        c = mat("bit", rng.choice([(0.3, 0.5, 0.15), (0.7, 0.25, 0.1), (0.95, 0.93, 0.85)]), 0.6)
        q = M @ T(rng.uniform(-0.5, 0.5) * r, rng.uniform(-0.5, 0.5) * r, h * 0.77)
        ell("bit", 0.014, 0.012, 0.008, c, g, q, 10)
    return "soup_bowl"


def rice_parcel(rng, g, M, t):
    """Rice in brown paper with a rubber band."""
    w = rng.uniform(0.11, 0.15)
    paper = mat("parcel", (0.62, 0.45, 0.26), 0.85, bump=0.5, bscale=35)
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=1, matrix=Matrix.Diagonal((w, w * 0.75, 0.06, 1)))
    bmesh.ops.translate(bm, verts=bm.verts, vec=(0, 0, 0.03))
    for v in bm.verts:
        if v.co.z > 0.03:
            v.co.x *= 0.65
            v.co.y *= 0.55
    bmesh.ops.bevel(bm, geom=bm.edges[:], offset=0.014, segments=3, affect="EDGES")
    from_bm("parcel", bm, paper, g, M, True)
    band = mat("band", rng.choice([(0.8, 0.2, 0.15), (0.8, 0.7, 0.2)]), 0.6)
    for turn in (0, 90):
        size = w * (0.44 if turn == 0 else 0.32)
        bend = [(size * x, 0, 0.064 - 0.02 * x * x) for x in np.linspace(-1, 1, 9)]
        tube("band", bend, 0.0016, band, g, M @ Rz(turn), 5)
    return "rice_parcel"


def snack_bag(rng, g, M, t):
    """A bag of crisps, lying or standing."""
    w, h = rng.uniform(0.12, 0.17), rng.uniform(0.16, 0.22)
    n = 8
    xs = np.linspace(-1, 1, n)
    print_ = mat("snack", img=tx.cover(f"{TEX}/sn{t}.png", rng), rough=0.25, coat=0.4)
    v, f, uv = [], [], []
    for s in (-1, 1):
        for y in xs:
            for x in xs:
                puff = 0.028 * max(0, (1 - x**4)) * max(0, (1 - y**4))
                v.append((x * w / 2, y * h / 2, s * puff))
    for k in range(2):
        for i in range(n - 1):
            for j in range(n - 1):
                a = k * n * n + i * n + j
                f.append((a, a + 1, a + n + 1, a + n))
                uv.append(
                    [
                        (j / 7, i / 7),
                        ((j + 1) / 7, i / 7),
                        ((j + 1) / 7, (i + 1) / 7),
                        (j / 7, (i + 1) / 7),
                    ]
                )
    lie = T(0, 0, 0.03) if rng.random() < 0.7 else T(0, 0, h / 2) @ Rx(78)
    new_obj("snack", v, f, print_, uv, True, g, M @ lie)
    return "snack_bag"


def pastry_box(rng, g, M, t):
    """An open box or tray with cakes, buns or doughnuts."""
    w, d = rng.uniform(0.15, 0.22), rng.uniform(0.12, 0.16)
    board = mat(
        "board", rng.choice([(0.93, 0.93, 0.91), (0.65, 0.5, 0.33), (0.8, 0.35, 0.35)]), 0.8
    )
    box("tray", w, d, 0.004, board, g, M, 0.001)
    for s in (-1, 1):
        box("wall", w, 0.003, 0.04, board, g, M @ T(0, s * d / 2, 0), 0.001)
        box("wall", 0.003, d, 0.04, board, g, M @ T(s * w / 2, 0, 0), 0.001)
    for x in (-0.28, 0.28):
        for y in (-0.25, 0.25):
            if rng.random() < 0.85:
                dough = rng.choice(
                    [(0.75, 0.5, 0.22), (0.3, 0.16, 0.08), (0.9, 0.7, 0.75), (0.4, 0.6, 0.25)]
                )
                cake = mat("cake", dough, 0.6, bump=0.4, bscale=110)
                q = M @ T(x * w, y * d, 0.02)
                ell("cake", w * 0.17, d * 0.19, 0.022, cake, g, q, 16)
    return "pastry_box"


# ------------------------------------------------------------------ paper


def magazine(rng, g, M, t):
    w, d, h = rng.uniform(0.19, 0.22), rng.uniform(0.26, 0.29), rng.uniform(0.003, 0.008)
    gloss = mat("mag", img=tx.magazine(f"{TEX}/mag{t}.png", rng), rough=0.2, coat=0.4)
    box("magp", w, d, h, mat("magp", (0.9, 0.9, 0.88), 0.7), g, M, 0.0008)
    plane("magc", w, d, gloss, g, M @ T(0, 0, h + 0.0006))
    return "magazine"


def folded_news(rng, g, M, t):
    """Folded twice, sometimes rolled."""
    sheet = mat("fn", img=tx.page(f"{TEX}/fn{t}.png", rng, news=True, h=520), rough=0.9)
    edge = mat("fne", (0.8, 0.78, 0.72), 0.9)
    if rng.random() < 0.35:
        r, length = rng.uniform(0.022, 0.032), rng.uniform(0.28, 0.36)
        lie = M @ T(-length / 2, 0, r) @ Ry(90)
        lathe("roll", [(r, 0), (r, length)], sheet, g, lie, 24)
        lathe("rolle", [(r * 0.3, 0.001), (r, 0.001)], edge, g, lie, 24)
        lathe("rolle", [(r * 0.3, length - 0.001), (r, length - 0.001)], edge, g, lie, 24)
        return "newspaper_rolled"
    w, d, h = rng.uniform(0.17, 0.21), rng.uniform(0.27, 0.32), rng.uniform(0.008, 0.016)
    box("fnb", w, d, h, edge, g, M, 0.004, 3)
    plane(
        "fnt", w * 0.985, d * 0.985, sheet, g, M @ T(0, 0, h + 0.0006) @ Rx(rng.uniform(-0.6, 0.6))
    )
    return "newspaper_folded"


def spread_news(rng, g, M, t):
    """Wide open, both pages."""
    sheet = mat("wn", img=tx.page(f"{TEX}/wn{t}.png", rng, news=True, h=600), rough=0.9)
    for s in (-1, 1):
        w, d = 0.2, rng.uniform(0.26, 0.3)
        xs = np.linspace(0, 1, 9)
        lift = rng.uniform(0.004, 0.012)
        v = [
            (s * x * w, y * d, 0.003 + lift * math.sin(math.pi * x) * (1 - 0.4 * y))
            for x in xs
            for y in (-0.5, 0.5)
        ]
        f, uv = [], []
        for i in range(8):
            a, e = (2 * i, 2 * i + 2) if s > 0 else (2 * i + 2, 2 * i)
            u0, u1 = (xs[i], xs[i + 1]) if s > 0 else (1 - xs[i + 1], 1 - xs[i])
            f.append((a, e, e + 1, a + 1))
            uv.append([(u0, 0), (u1, 0), (u1, 1), (u0, 1)])
        new_obj("wn", v, f, sheet, uv, True, g, M)
    return "newspaper_open"


def novel(rng, g, M, t):
    """A paperback or a thick book, lying, sometimes spine up and half open."""
    w, d = rng.uniform(0.11, 0.19), rng.uniform(0.17, 0.26)
    cover = mat("nv", img=tx.cover(f"{TEX}/nv{t}.png", rng), rough=0.45)
    if rng.random() < 0.3:
        cloth = mat("nvc", colour(rng, 0.1, 0.7), 0.5)
        tilt = rng.uniform(22, 40)
        for s in (-1, 1):
            q = M @ T(0, 0, w * math.sin(math.radians(tilt))) @ Ry(s * tilt) @ T(s * w / 2, 0, 0)
            box(
                "half",
                w,
                d,
                0.010,
                mat("nvp", (0.93, 0.91, 0.85), 0.9),
                g,
                q @ T(0, 0, -0.006),
                0.001,
            )
            plane("nvf", w, d, cover if s > 0 else cloth, g, q @ T(0, 0, 0.0048))
        return "book_face_down"
    h = rng.uniform(0.012, 0.055)
    box(
        "nvp",
        w - 0.005,
        d - 0.006,
        h - 0.004,
        mat("nvp", (0.93, 0.91, 0.85), 0.9),
        g,
        M @ T(0.003, 0, 0.002),
        0.001,
    )
    cloth = mat("nvc", colour(rng, 0.1, 0.7), 0.5)
    box("nv1", w, d, 0.002, cloth, g, M, 0.0006)
    box("nv2", w, d, 0.002, cloth, g, M @ T(0, 0, h - 0.002), 0.0006)
    box("nvs", 0.003, d, h, cloth, g, M @ T(-w / 2, 0, 0), 0.001)
    plane("nvf", w * 0.99, d * 0.99, cover, g, M @ T(0, 0, h + 0.0006))
    return "book_closed"


def notebook(rng, g, M, t):
    """A note book with a spiral, or a diary with a band."""
    w, d, h = rng.uniform(0.1, 0.16), rng.uniform(0.15, 0.22), rng.uniform(0.008, 0.018)
    box("nbp", w - 0.004, d - 0.004, h, mat("nbp", (0.93, 0.92, 0.88), 0.9), g, M, 0.001)
    cloth = mat("nbc", colour(rng, 0.05, 0.8), 0.55, bump=0.1, bscale=200)
    box("nbc", w, d, 0.002, cloth, g, M @ T(0, 0, h), 0.0006)
    if rng.random() < 0.5:
        wire = mat("wire", (0.2, 0.2, 0.2), 0.3, 1)
        for y in np.linspace(-0.46, 0.46, 16):
            a = np.linspace(0, 2 * math.pi, 9)
            ring = [(-w / 2 + 0.007 * math.cos(x), y * d, h / 2 + 0.009 * math.sin(x)) for x in a]
            tube("ring", ring, 0.0012, wire, g, M, 4)
    else:
        band = mat("band", colour(rng), 0.6)
        box("band", 0.006, d * 1.005, 0.0012, band, g, M @ T(w * 0.35, 0, h + 0.0018), 0.0003)
    return "notebook"


# ------------------------------------------------------------------ phones and what belongs to them


def phone_case(rng, g, M, t):
    """A phone in a case, face down with its cameras up, or face up, or on a stand."""
    w, h = rng.uniform(0.068, 0.079), rng.uniform(0.142, 0.168)
    case = mat("case", rng.choice([(0.04, 0.04, 0.05), (0.9, 0.88, 0.86), *CHINA]), 0.45, coat=0.2)
    how = rng.choices(("down", "up", "stand", "folio"), (0.4, 0.3, 0.18, 0.12))[0]
    q = M
    if how == "stand":
        q = M @ T(0, -0.02, 0.015) @ Rx(rng.uniform(55, 70)) @ T(0, h / 2, 0)
        holder = mat("stand", rng.choice([(0.1, 0.1, 0.1), (0.85, 0.85, 0.85), STEEL]), 0.4)
        box("foot", 0.07, 0.09, 0.008, holder, g, M @ T(0, 0.02, 0), 0.003)
        box("rest", 0.05, 0.008, h * 0.55, holder, g, M @ T(0, 0.012, 0.01) @ Rx(-25), 0.002)
        box("lip", 0.06, 0.02, 0.008, holder, g, M @ T(0, -0.02, 0.006), 0.002)
    box("case", w, h, 0.0105, case, g, q, 0.006, 4)
    if how == "down":
        black = mat("cam", (0.02, 0.02, 0.025), 0.15, coat=0.6)
        box(
            "camera",
            w * 0.42,
            w * 0.42,
            0.002,
            black,
            g,
            q @ T(-w * 0.22, h * 0.34, 0.0105),
            0.0008,
        )
        for dx, dy in ((-0.3, 0.4), (-0.14, 0.4), (-0.22, 0.3)):
            eye = [(0, 0.0025), (0.006, 0.0025), (0.007, 0)]
            lathe(
                "eye",
                eye,
                mat("eye", (0.1, 0.1, 0.12), 0.1),
                g,
                q @ T(dx * w, dy * h - 0.005, 0.0122),
                12,
            )
        if rng.random() < 0.3:
            ell(
                "grip",
                0.018,
                0.018,
                0.008,
                mat("grip", colour(rng), 0.4),
                g,
                q @ T(0, -0.01, 0.012),
            )
    elif how == "folio":
        flap = mat("flap", rng.choice(CHINA), 0.6, bump=0.2, bscale=180)
        box("flap", w, h, 0.003, flap, g, q @ T(-w * 1.02, 0, 0), 0.001)
    if how in ("up", "stand", "folio"):
        on = rng.random() < 0.45
        dark = mat("scr", (0.01, 0.01, 0.012), 0.06)
        if on:
            dark = mat("scr", img=tx.phone_screen(f"{TEX}/pc{t}.png", rng), rough=0.1, emit=0.9)
        plane("scr", w - 0.006, h - 0.008, dark, g, q @ T(0, 0, 0.0109))
    return f"phone_{how}"


def tablet(rng, g, M, t):
    w, h = rng.choice([(0.13, 0.2), (0.18, 0.25)])
    body = mat("tab", rng.choice([(0.05, 0.05, 0.06), (0.75, 0.75, 0.77)]), 0.3, coat=0.4)
    box("tab", w, h, 0.008, body, g, M, 0.004, 3)
    on = rng.random() < 0.5
    face = mat("tabs", (0.01, 0.01, 0.012), 0.06)
    if on:
        face = mat("tabs", img=tx.phone_screen(f"{TEX}/tb{t}.png", rng), rough=0.1, emit=0.8)
    plane("tabs", w - 0.014, h - 0.016, face, g, M @ T(0, 0, 0.0085))
    return "tablet"


def charger(rng, g, M, t):
    """A charger with its cable in loops, or a power bank."""
    white = mat("ch", rng.choice([(0.93, 0.93, 0.93), (0.05, 0.05, 0.06)]), 0.4)
    points = []
    turns, r = rng.uniform(1.5, 3), rng.uniform(0.03, 0.05)
    for k in np.linspace(0, 1, 50):
        a = 2 * math.pi * turns * k
        points.append((0.02 + r * math.cos(a) * (1 + 0.2 * k), r * math.sin(a), 0.003 + 0.004 * k))
    points.append((0.1, rng.uniform(-0.04, 0.04), 0.003))
    tube("cable", points, 0.0019, white, g, M, 6)
    box("plug", 0.012, 0.018, 0.006, white, g, M @ T(0.105, points[-1][1], 0), 0.002)
    if rng.random() < 0.5:
        box("charger", 0.042, 0.042, 0.028, white, g, M @ T(-0.05, 0.02, 0), 0.004)
        return "charger"
    bank = mat("bank", rng.choice(CHINA), 0.4)
    box("bank", 0.07, 0.14, 0.016, bank, g, M @ T(-0.075, 0, 0), 0.005, 3)
    return "power_bank"


# ------------------------------------------------------------------ bags


def tote(rng, g, M, t):
    """A cloth bag, standing and slack, with two long handles."""
    w, d, h = rng.uniform(0.28, 0.36), rng.uniform(0.08, 0.13), rng.uniform(0.28, 0.36)
    cloth = rng.choice([(0.85, 0.8, 0.7), (0.08, 0.08, 0.09), *CHINA])
    m = mat("tote", cloth, 0.95, bump=0.35, bscale=30)
    bm = bmesh.new()
    bmesh.ops.create_grid(bm, x_segments=10, y_segments=10, size=0.5)
    pts = [(v.co.x * w, v.co.y + 0.5) for v in bm.verts]
    faces = [[v.index for v in f.verts] for f in bm.faces]
    bm.free()
    for s in (-1, 1):
        lag = rng.uniform(0, 6)
        v = [
            (
                x * (1 - 0.1 * z),
                s * (d / 2) * (1 - 0.75 * z) * (1 - (2 * x / w) ** 4 * 0.8)
                + 0.008 * math.sin(14 * x + lag) * z,
                z * h,
            )
            for x, z in pts
        ]
        new_obj("tote", v, faces, m, None, True, g, M)
        a = np.linspace(0, math.pi, 14)
        fall = rng.uniform(-0.6, 1)
        bend = [
            (
                0.22 * w * math.cos(q),
                s * d * 0.12 + s * 0.03 * (1 - fall) * math.sin(q),
                h * 0.97 + 0.13 * fall * math.sin(q),
            )
            for q in a
        ]
        tube("handle", bend, 0.007, m, g, M, 6)
    if rng.random() < 0.5:
        print_ = mat("print", img=tx.label(f"{TEX}/to{t}.png", rng), rough=0.9)
        plane(
            "print",
            w * 0.5,
            w * 0.17,
            print_,
            g,
            M @ T(0, -d * 0.42 - 0.004, h * 0.42) @ Rx(-8),
            "y",
        )
    return "tote_bag"


def sling(rng, g, M, t):
    """A small shoulder bag lying down, its strap in a loop."""
    w, h, d = rng.uniform(0.18, 0.24), rng.uniform(0.12, 0.16), rng.uniform(0.05, 0.08)
    hide = mat(
        "sling",
        rng.choice([(0.3, 0.17, 0.1), (0.07, 0.07, 0.08), *CHINA]),
        0.5,
        bump=0.2,
        bscale=160,
    )
    upright = rng.random() < 0.5
    lie = M if upright else M @ T(0, -h / 2, d / 2) @ Rx(-90) @ T(0, 0, 0)
    box("sling", w, d, h, hide, g, lie, 0.015, 4)
    box("flap", w * 1.01, d * 1.08, h * 0.45, hide, g, lie @ T(0, 0, h * 0.56), 0.012, 3)
    gold = mat("gold", (0.8, 0.6, 0.25), 0.3, 1)
    box("lock", 0.025, 0.01, 0.018, gold, g, lie @ T(0, -d * 0.56, h * 0.52), 0.002)
    a = np.linspace(0, 1, 30)
    behind = d / 2 + 0.05 if upright else h / 2 + 0.04
    turn = 2 * math.pi * a
    loop = np.c_[0.4 * w * np.cos(turn), behind + 0.045 * np.sin(turn), np.full(30, 0.006)]
    tube("belt", loop, 0.004, hide, g, M, 6)
    return "shoulder_bag"


def laptop_bag(rng, g, M, t):
    w, d, h = rng.uniform(0.36, 0.42), rng.uniform(0.06, 0.1), rng.uniform(0.27, 0.32)
    cloth = mat(
        "lb",
        rng.choice([(0.06, 0.06, 0.07), (0.2, 0.22, 0.26), (0.3, 0.2, 0.12)]),
        0.85,
        bump=0.2,
        bscale=150,
    )
    box("lb", w, d, h, cloth, g, M, 0.02, 4)
    box("lbp", w * 0.8, 0.02, h * 0.5, cloth, g, M @ T(0, -d / 2 - 0.006, 0.03), 0.008, 3)
    a = np.linspace(0, math.pi, 12)
    tube(
        "lbh", [(0.07 * math.cos(x), 0, h + 0.045 * math.sin(x)) for x in a], 0.009, cloth, g, M, 8
    )
    return "laptop_bag"


def paper_bag(rng, g, M, t):
    """A shopping bag of paper or a plastic carrier."""
    w, d, h = rng.uniform(0.18, 0.26), rng.uniform(0.08, 0.12), rng.uniform(0.22, 0.3)
    if rng.random() < 0.5:
        m = mat("pb", rng.choice([(0.65, 0.48, 0.3), (0.93, 0.92, 0.9), *CHINA]), 0.7)
        box("pb", w, d, h, m, g, M, 0.004)
        a = np.linspace(0, math.pi, 12)
        for s in (-1, 1):
            bend = [(0.05 * math.cos(x), s * d * 0.35, h + 0.05 * math.sin(x)) for x in a]
            tube("pbh", bend, 0.003, m, g, M, 6)
        return "paper_bag"
    m = mat(
        "plastic",
        rng.choice([(0.93, 0.93, 0.93), (0.8, 0.2, 0.2), (0.1, 0.1, 0.1)]),
        0.3,
        bump=0.9,
        bscale=22,
    )
    ell("plastic", w * 0.5, d * 0.75, h * 0.38, m, g, M @ T(0, 0, h * 0.36), 18)
    a = np.linspace(0, math.pi, 10)
    for s in (-1, 1):
        bend = [
            (s * 0.035 + 0.025 * math.cos(x), 0.01 * s, h * 0.72 + 0.05 * math.sin(x)) for x in a
        ]
        tube("grip", bend, 0.006, m, g, M, 6)
    return "carrier_bag"


# ------------------------------------------------------------------ make-up and care


def lipstick(rng, g, M, t):
    tube_ = mat(
        "ls", rng.choice([(0.05, 0.05, 0.06), (0.75, 0.6, 0.3), (0.8, 0.5, 0.55)]), 0.25, 0.4
    )
    red = mat("lsr", rng.choice([(0.75, 0.08, 0.15), (0.8, 0.3, 0.35), (0.5, 0.05, 0.1)]), 0.4)
    stick = [(0, 0), (0.0105, 0), (0.0105, 0.035), (0.0085, 0.036), (0.0085, 0.05), (0, 0.05)]
    tip = [(0.007, 0.05), (0.007, 0.062), (0.003, 0.07), (0, 0.07)]
    q = M if rng.random() < 0.5 else M @ T(-0.03, 0, 0.0105) @ Ry(90)
    if rng.random() < 0.6:
        lathe("ls", stick, tube_, g, q, 16)
        lathe("lsr", tip, red, g, q, 16)
        cap = M @ T(0.035, 0.02, 0.0105) @ Rz(rng.uniform(0, 180)) @ Ry(90)
        lathe("lsc", [(0, 0), (0.0108, 0), (0.0108, 0.034), (0, 0.034)], tube_, g, cap, 16)
    else:
        lathe("ls", [(0, 0), (0.0108, 0), (0.0108, 0.07), (0, 0.071)], tube_, g, q, 16)
    return "lipstick"


def hand_cream(rng, g, M, t):
    """A tube, a jar or a bottle of lotion with a pump."""
    c = rng.choice(CHINA)
    soft = mat("hc", c, 0.35, coat=0.2)
    kind = rng.choice(("tube", "jar", "spray"))
    if kind == "tube":
        h, w = rng.uniform(0.1, 0.15), rng.uniform(0.022, 0.03)
        v, f = [], []
        for k, z in enumerate(np.linspace(0, 1, 7)):
            for j in range(16):
                a = 2 * math.pi * j / 16
                v.append((w * (1 - 0.1 * z) * math.cos(a), w * (1 - 0.97 * z) * math.sin(a), z * h))
            if k:
                f += [
                    (16 * k - 16 + j, 16 * k - 16 + (j + 1) % 16, 16 * k + (j + 1) % 16, 16 * k + j)
                    for j in range(16)
                ]
        lie = (
            M @ T(0, 0, 0.025) if rng.random() < 0.5 else M @ T(-h / 2, 0, 0.016) @ Rz(90) @ Rx(-85)
        )
        new_obj("hc", v, f, soft, None, True, g, lie)
        lathe(
            "hcc",
            [(0, -0.022), (0.016, -0.022), (0.017, 0), (0, 0)],
            mat("hcc", (0.95, 0.95, 0.94), 0.4),
            g,
            lie,
            16,
        )
        return "hand_cream"
    if kind == "jar":
        r = rng.uniform(0.025, 0.036)
        lathe("jar", [(0, 0), (r, 0), (r, 0.028), (0, 0.028)], soft, g, M)
        lathe(
            "jarl",
            [(r * 1.03, 0.028), (r * 1.03, 0.045), (0, 0.046)],
            mat("jl", (0.94, 0.93, 0.9), 0.3),
            g,
            M,
        )
        return "cream_jar"
    r, h = rng.uniform(0.015, 0.022), rng.uniform(0.07, 0.12)
    scent = mat(
        "perfume",
        rng.choice([(0.9, 0.75, 0.6), (0.85, 0.6, 0.7), (0.7, 0.8, 0.9)]),
        0.05,
        alpha=0.6,
    )
    box("perfume", r * 2, r * 1.3, h * 0.7, scent, g, M, 0.004, 3)
    lathe(
        "atom",
        [(0.009, h * 0.7), (0.009, h), (0, h)],
        mat("gold", (0.8, 0.65, 0.35), 0.25, 1),
        g,
        M,
        16,
    )
    return "perfume"


def comb(rng, g, M, t):
    """A comb, or a hair brush, sometimes with a hand mirror."""
    c = mat("comb", rng.choice([(0.05, 0.05, 0.05), (0.5, 0.3, 0.15), *CHINA]), 0.35)
    if rng.random() < 0.5:
        box("comb", 0.16, 0.012, 0.004, c, g, M, 0.001)
        for x in np.linspace(-0.075, 0.05, 26):
            box("tooth", 0.0022, 0.022, 0.003, c, g, M @ T(x, -0.016, 0), 0)
        return "comb"
    ell("brush", 0.05, 0.03, 0.012, c, g, M @ T(0.05, 0, 0.012))
    tube("brushh", [(0, 0, 0.012), (-0.1, 0, 0.012)], [0.008, 0.011], c, g, M, 10)
    for x in np.linspace(0.02, 0.08, 6):
        for y in (-0.012, 0, 0.012):
            tube(
                "bristle",
                [(x, y, 0.018), (x, y, 0.034)],
                0.0012,
                mat("br", (0.1, 0.1, 0.1), 0.6),
                g,
                M,
                4,
            )
    return "hair_brush"


def pouch(rng, g, M, t):
    """A make-up bag with a zip."""
    w, d, h = rng.uniform(0.15, 0.21), rng.uniform(0.06, 0.09), rng.uniform(0.07, 0.11)
    cloth = mat(
        "pouch", rng.choice(CHINA), 0.7, bump=0.3, bscale=90, noise=(rng.uniform(8, 40), 0.3)
    )
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=1, matrix=Matrix.Diagonal((w, d, h, 1)))
    bmesh.ops.translate(bm, verts=bm.verts, vec=(0, 0, h / 2))
    for v in bm.verts:
        if v.co.z > h * 0.6:
            v.co.y *= 0.15
            v.co.x *= 0.92
    bmesh.ops.bevel(bm, geom=bm.edges[:], offset=0.014, segments=4, affect="EDGES")
    from_bm("pouch", bm, cloth, g, M, True)
    zip_ = mat("zip", (0.75, 0.65, 0.35), 0.3, 1)
    tube("zip", [(-w * 0.42, 0, h), (w * 0.42, 0, h)], 0.003, zip_, g, M, 6)
    box("pull", 0.006, 0.003, 0.02, zip_, g, M @ T(w * 0.3, -0.008, h - 0.018) @ Rx(25), 0.001)
    if rng.random() < 0.5:
        lipstick(rng, g, M @ T(w * 0.3, -d * 0.9, 0), t)
    return "make_up_pouch"


def mirror(rng, g, M, t):
    """A small mirror on its foot."""
    frame = mat("mf", rng.choice(CHINA), 0.35)
    r = rng.uniform(0.05, 0.075)
    lathe(
        "mfoot", [(0, 0), (0.04, 0), (0.04, 0.006), (0.006, 0.012), (0.005, 0.06)], frame, g, M, 20
    )
    q = M @ T(0, 0, 0.06 + r) @ Rx(rng.uniform(75, 100))
    lathe("mrim", [(0, -0.006), (r, -0.006), (r + 0.004, 0), (r, 0.004)], frame, g, q, 28)
    lathe("mglass", [(0, 0.003), (r, 0.003)], mat("mirror", (0.85, 0.88, 0.9), 0.03, 1), g, q, 28)
    return "mirror"


def helmet(rng, g, M, t):
    """A motorcycle helmet, open or with a visor."""
    c = rng.choice(
        [(0.05, 0.05, 0.06), (0.9, 0.9, 0.9), (0.7, 0.1, 0.1), (0.1, 0.2, 0.5), (0.15, 0.45, 0.35)]
    )
    shell = mat("helmet", c, 0.15, coat=0.8)
    r = rng.uniform(0.125, 0.138)
    bm = bmesh.new()
    bmesh.ops.create_uvsphere(bm, u_segments=28, v_segments=18, radius=1)
    bmesh.ops.scale(bm, verts=bm.verts, vec=(r * 0.92, r * 1.08, r))
    bmesh.ops.translate(bm, verts=bm.verts, vec=(0, 0, r * 0.9))
    full = rng.random() < 0.5
    gone = []
    for f in bm.faces:
        x, y, z = f.calc_center_median() / r
        opening = y < -0.35 and abs(x) < 0.78 and 0.25 < z < 1.0 if full else y < -0.1 and z < 0.95
        if z < 0.12 or opening:
            gone.append(f)
    bmesh.ops.delete(bm, geom=gone, context="FACES")
    o = from_bm("helmet", bm, shell, g, M, True)
    solid = o.modifiers.new("s", "SOLIDIFY")
    solid.thickness = 0.012
    dark = mat("lining", (0.04, 0.04, 0.045), 0.9)
    ell("lining", r * 0.84, r * 0.98, r * 0.88, dark, g, M @ T(0, 0.012, r * 0.9))
    if rng.random() < 0.75:
        smoke = mat("visor", rng.choice([(0.05, 0.06, 0.07), (0.6, 0.7, 0.75)]), 0.05, coat=0.8)
        n = 14
        a = np.linspace(-1.15, 1.15, n)
        up = 0.35 if rng.random() < 0.4 else 0.0
        v = [
            (
                (r * 0.95) * math.sin(x),
                -r * 1.1 * math.cos(x) * (1 - 0.18 * k),
                r * (0.38 + 0.55 * k + up),
            )
            for k in (0, 1)
            for x in a
        ]
        f = [(i, i + 1, n + i + 1, n + i) for i in range(n - 1)]
        new_obj("visor", v, f, smoke, None, True, g, M)
    return "helmet"


def jacket(rng, g, M, t):
    """A jacket that hangs over the back of a chair; M is the middle of the back's upper edge, the
    chair's front towards -y.
    """
    c = rng.choice(
        [
            (0.06, 0.06, 0.08),
            (0.1, 0.15, 0.3),
            (0.3, 0.28, 0.25),
            (0.4, 0.1, 0.12),
            (0.2, 0.3, 0.22),
        ]
    )
    cloth = mat("jacket", c, 0.85, bump=0.5, bscale=18)
    w = rng.uniform(0.5, 0.58)
    profile = [
        (-0.075, -rng.uniform(0.2, 0.3)),
        (-0.07, -0.1),
        (-0.06, 0.0),
        (-0.02, 0.035),
        (0.03, 0.035),
        (0.06, 0.0),
        (0.075, -0.15),
        (0.085, -rng.uniform(0.38, 0.5)),
    ]
    n, m = len(profile), 15
    lag = rng.uniform(0, 6)
    v = []
    for y, z in profile:
        for x in np.linspace(-1, 1, m):
            shoulder = -0.05 * max(0.0, abs(x) - 0.6) * 2
            fold = 0.012 * math.sin(9 * x + lag) * min(1, max(0, -z) * 5)
            v.append(
                (
                    x * w / 2 * (1 + 0.12 * max(0, -z)),
                    y + fold + math.copysign(0.008, y),
                    z + shoulder,
                )
            )
    f = [
        (i * m + j, i * m + j + 1, (i + 1) * m + j + 1, (i + 1) * m + j)
        for i in range(n - 1)
        for j in range(m - 1)
    ]
    o = new_obj("jacket", v, f, cloth, None, True, g, M)
    o.modifiers.new("s", "SOLIDIFY").thickness = 0.008
    o.modifiers.new("sub", "SUBSURF").render_levels = 1
    for s in (-1, 1):
        arm = [(s * w * 0.46, 0.06, -0.02), (s * w * 0.56, 0.09, -0.2), (s * w * 0.54, 0.1, -0.45)]
        tube("sleeve", arm, [0.06, 0.055, 0.045], cloth, g, M, 12)
    return "jacket"
