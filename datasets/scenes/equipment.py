"""Printers, queue displays, a desk telephone, and what stands on the visitor's half of a counter.

Makers take (rng, object id, placement matrix, tag) like those of items.py; the front faces -y.
"""

from __future__ import annotations

import itertools
import math

import bpy  # noqa: F401  before mathutils, which it brings
import numpy as np

from datasets.scenes import textures as tx
from datasets.scenes.kit import Rx, Rz, T, box, mat, plane, tube
from datasets.scenes.paths import TEX

PLASTICS = [(0.88, 0.88, 0.87), (0.3, 0.31, 0.33), (0.06, 0.06, 0.07), (0.75, 0.75, 0.72)]


def printer(rng, g, M, t):
    """A laser printer, an ink printer with a scanner's lid, or a small receipt printer."""
    c = rng.choice(PLASTICS)
    case = mat("printer", c, 0.5, bump=0.04, bscale=260)
    dark = mat("printerd", (0.05, 0.05, 0.055), 0.5)
    paper = mat("sheet", (0.95, 0.95, 0.94), 0.9)
    kind = rng.choice(("laser", "ink", "receipt"))
    if kind == "receipt":
        w, d, h = 0.14, 0.19, 0.14
        box("receipt", w, d, h, case, g, M, 0.012, 3)
        box("slot", w * 0.7, 0.02, 0.004, dark, g, M @ T(0, -d * 0.2, h), 0)
        strip = [(0, 0.0, 0.0), (0, 0.006, 0.05), (0, 0.03, 0.09)]
        for (_, y0, z0), (_, y1, z1) in itertools.pairwise(strip):
            tilt = math.degrees(math.atan2(z1 - z0, y1 - y0))
            length = math.hypot(y1 - y0, z1 - z0)
            q = M @ T(0, -d * 0.2 + y0, h + z0) @ Rx(tilt) @ T(0, length / 2, 0)
            plane("strip", w * 0.56, length, paper, g, q)
        return "receipt_printer"
    w, d = rng.uniform(0.36, 0.42), rng.uniform(0.30, 0.36)
    h = rng.uniform(0.2, 0.26) if kind == "laser" else rng.uniform(0.14, 0.18)
    box("printer", w, d, h, case, g, M, 0.018, 3)
    box("mouth", w * 0.7, 0.02, h * 0.25, dark, g, M @ T(0, -d / 2 - 0.002, h * 0.3), 0.002)
    box("tray", w * 0.62, 0.14, 0.006, dark, g, M @ T(0, -d / 2 - 0.06, h * 0.3), 0.002)
    if rng.random() < 0.6:
        sheet = M @ T(rng.uniform(-0.01, 0.01), -d / 2 - 0.05, h * 0.3 + 0.008)
        box("sheets", 0.21, 0.15, rng.uniform(0.001, 0.006), paper, g, sheet, 0)
    if kind == "ink":
        box("lid", w * 0.98, d * 0.96, 0.02, dark, g, M @ T(0, 0, h), 0.006, 3)
        feed = M @ T(0, d * 0.42, h * 0.9) @ Rx(-18)
        box("feed", w * 0.6, 0.004, 0.16, dark, g, feed, 0.001)
        plane("feedp", 0.21, 0.15, paper, g, feed @ T(0, -0.003, 0.1), "y")
    else:
        box("panel", w * 0.3, 0.05, 0.004, dark, g, M @ T(w * 0.3, -d * 0.38, h), 0.001)
        lit = mat("lamp", (0.2, 0.9, 0.3), 0.3, emit=2)
        box("lamp", 0.008, 0.008, 0.003, lit, g, M @ T(w * 0.22, -d * 0.38, h + 0.004), 0)
    return f"{kind}_printer"


def queue_display(rng, g, M, t):
    """The number that is called, red or white, on a small screen; M is its lower middle."""
    w, h = rng.choice([(0.3, 0.15), (0.42, 0.2), (0.5, 0.3)])
    dark = mat("qd", (0.04, 0.04, 0.045), 0.4)
    box("qd", w, 0.045, h, dark, g, M, 0.006)
    text = f"{rng.choice('ABCD')}{rng.randint(1, 240):03}"
    on = rng.random() < 0.85
    face = mat("qdoff", (0.02, 0.02, 0.022), 0.15)
    if on:
        face = mat("qdn", img=tx.screen_led(f"{TEX}/qd{t}.png", text), rough=0.4, emit=2)
    plane("qdn", w * 0.9, h * 0.8, face, g, M @ T(0, -0.0235, h / 2), "y")
    return "queue_display_lit" if on else "queue_display_dark"


def telephone(rng, g, M, t):
    """A desk telephone with its cord."""
    c = mat("tel", rng.choice(PLASTICS), 0.45)
    box("tel", 0.17, 0.2, 0.05, c, g, M @ Rx(-6), 0.01, 3)
    dark = mat("telk", (0.1, 0.1, 0.11), 0.5)
    for i in range(3):
        for j in range(4):
            key = M @ Rx(-6) @ T(0.01 + 0.025 * i, -0.05 + 0.022 * j, 0.05)
            box("key", 0.017, 0.013, 0.005, dark, g, key, 0.002)
    hand = M @ Rx(-6) @ T(-0.055, 0, 0.055)
    box("hand", 0.045, 0.19, 0.022, c, g, hand, 0.01, 4)
    for s in (-1, 1):
        box("ear", 0.05, 0.05, 0.03, c, g, hand @ T(0, s * 0.075, -0.008), 0.012, 4)
    k = np.linspace(0, 1, 90)
    cord = [(-0.085 - 0.03 * math.sin(math.pi * q) + 0.006 * math.cos(60 * q),
             -0.09 + 0.16 * q, 0.012 + 0.006 * math.sin(60 * q)) for q in k]  # fmt: skip
    tube("cord", cord, 0.0018, dark, g, M, 5)
    return "telephone"


def desk_sign(rng, g, M, t):
    """A name or service plate: a prism of acrylic or wood that stands on the desk."""
    w, h = rng.uniform(0.18, 0.28), rng.uniform(0.06, 0.09)
    ground = rng.choice(
        [(20, 60, 140), (250, 250, 250), (120, 80, 40), (30, 30, 34), (20, 110, 80)]
    )
    ink = (250, 250, 250) if sum(ground) < 400 else (20, 40, 90)
    title = rng.choice([rng.choice(tx.NAMES), "PETUGAS", "BUKA", "TUTUP SEMENTARA", "INFORMASI"])
    picture = tx.sign(f"{TEX}/ds{t}.png", title, "Petugas Loket", ground, ink, 700, 210)
    face = mat("sign", img=picture, rough=0.25, coat=0.3)
    body = mat("signb", tuple(v / 255 for v in ground), 0.4)
    for turn in (0, 180):
        q = M @ Rz(turn) @ T(0, -0.032, 0.002) @ Rx(-22)
        box("leaf", w, 0.004, h, body, g, q, 0.001)
        plane("sign", w * 0.98, h * 0.96, face, g, q @ T(0, -0.003, h / 2), "y")
    return "desk_sign"


def brochures(rng, g, M, t):
    """A clear stand with leaflets: official, on the visitor's half."""
    clear = mat("bro", (0.9, 0.94, 0.95), 0.05, alpha=0.3, coat=0.4)
    w = rng.choice([0.11, 0.22])
    box("bro", w + 0.01, 0.035, 0.1, clear, g, M, 0.002)
    box("back", w + 0.01, 0.003, 0.2, clear, g, M @ T(0, 0.02, 0) @ Rx(-10), 0.001)
    leaf = mat("leaf", img=tx.magazine(f"{TEX}/br{t}.png", rng), rough=0.4)
    q = M @ T(0, -0.002, 0.004) @ Rx(-10)
    box("stack", w, 0.012, 0.2, mat("st", (0.93, 0.93, 0.92), 0.8), g, q, 0.001)
    plane("leaf", w, 0.2, leaf, g, q @ T(0, -0.0066, 0.1), "y")
    return "brochures"
