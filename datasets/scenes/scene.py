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
from datasets.scenes.truth import GroundTruth

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


def add_person(rng, gt, cloth, role, loc, yaw, seated, hands, badge, tag, **k):
    """One person with card, lanyard and name tag as annotated objects; returns (id, parts, info)."""
    gp = gt.add("person", role=role)
    gb = gt.add("id_card", role=role, person=gp)
    gl = gt.add("lanyard", role=role, person=gp)
    gn = gt.add("name_tag", role=role, person=gp)
    k.setdefault("extras", [] if role == "visitor" else draw_extras(rng))
    if cloth == "pypi" and not k.get("sex") and k.get("hijab") is None:
        k["sex"] = rng.choice(["male", "female"])
    if cloth == "pypi" and k.get("sex") == "female":
        k["hijab"] = True  # bare-headed women need the assets
    parts, info = PP.person(
        rng, gp, gb, gl, loc, yaw, seated, hands, badge=badge, tag=tag, cloth=cloth, gid_tag=gn, **k
    )
    gt.points[gp] = info.pop("points")
    faces = info.pop("faces", None)
    gt.entries[gp - 1].update(info)
    gt.entries[gp - 1]["family"] = [gp, gb, gl, gn]
    worn = info["badge"]
    gt.entries[gb - 1]["face"] = "back" if worn == "flipped" else "front"
    gt.entries[gb - 1]["badge"] = worn
    gt.entries[gb - 1]["absent"] = worn in ("none", "lanyard_only")
    gt.entries[gl - 1]["absent"] = worn == "none" or info["card_style"] == "clip"
    gt.entries[gn - 1]["absent"] = "name_tag" not in info
    return gp, parts, {**info, "faces": faces}


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
            f"LOKET {spec['number']}" if "number" in spec else rng.choice(["LOKET 2", "TELLER 3", "LAYANAN", "COUNTER 1"]),
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
    sx = spec.get("monitor_side", rng.choice((-1, 1)))
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
    for _ in range(spec.get("papers", rng.choice((0, 1, 2, 3)))):
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
    if rng.random() < spec.get("p_pens", 0.6):
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
    number = spec.get("number", rng.randint(1, 9))
    if rng.random() < (1 if "number" in spec else 0.4):  # acrylic number plate
        plane(
            "num",
            0.22,
            0.12,
            mat(
                "num",
                img=TX.sign(
                    TEX + "/num.png", str(number), "LOKET", (250, 250, 250), (20, 60, 140), 400, 220
                ),
                rough=0.2,
            ),
            0,
            T(spec.get("plate_x", rng.uniform(-0.6, 0.6)), -0.36, st["fh"] + 0.03) @ Rx(-12) @ T(0, 0, 0.06),
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
    badge = spec.get("badge", draw_badge(rng))
    chair(
        rng,
        T(0 + rng.uniform(-0.1, 0.1), (0.95 if staff or spec.get("tidy_chair") else rng.uniform(0.8, 1.3)), 0)
        @ Rz(0 if staff or spec.get("tidy_chair") else rng.uniform(-60, 60)),
    )
    persons = []

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
                rng,
                gt,
                cl,
                "staff",
                (px, py, rng.uniform(0.50, 0.54)),
                rng.uniform(-14, 14),
                True,
                hands,
                badge,
                "s0",
                **{k: spec[k] for k in ("sex", "outfit", "hijab", "extras", "card_style") if k in spec},
            )
        else:
            add_person(
                rng,
                gt,
                cl,
                "staff",
                (px + rng.uniform(-0.2, 0.2), rng.uniform(0.62, 0.9), 0),
                rng.uniform(-25, 25),
                False,
                None,
                badge,
                "s0",
                lean=rng.uniform(-2, 5),
                **{k: spec[k] for k in ("sex", "outfit", "hijab", "extras", "card_style") if k in spec},
            )
    for s in (-1, 1):
        x = s * (W + 0.02)
        if rng.random() < spec.get("p_neigh", 0.55):
            add_person(
                rng,
                gt,
                cl,
                "neighbour",
                (x + rng.uniform(-0.1, 0.1), 0.8, 0.52),
                rng.uniform(-20, 20),
                True,
                {"l": (x + 0.17, 0.32, H_ + 0.055), "r": (x - 0.17, 0.32, H_ + 0.055)},
                draw_badge(rng),
                f"n{s + 1}",
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
            rng,
            gt,
            cl,
            "visitor",
            (vx, -0.95, 0),
            180 + rng.uniform(-20, 20),
            False,
            None,
            "none",
            "v",
            outfit=rng.choice(["grey", "navy", "red", "batik"]),
        )
    meta.update(fh=st["fh"], glass=st["glass"], staff=bool(staff), lum=lum, W=W)
    vs = sc.view_settings
    sc.display_settings.display_device = "sRGB"
    vs.view_transform = "AgX"
    vs.look = "AgX - Medium High Contrast"
    vs.exposure = rng.uniform(-0.35, 0.2) + spec.get("exp", 0)
    return gt, meta


def draw_badge(rng):
    return rng.choices(
        ["front", "none", "flipped", "half", "lanyard_only"], (0.46, 0.20, 0.16, 0.12, 0.06)
    )[0]


def draw_extras(rng):
    return [e for e, p in (("name_tag", 0.3), ("pocket", 0.35), ("tie", 0.12), ("collar", 0.85)) if rng.random() < p]


def aim(loc, target, lens, roll=0.0):
    """Put the scene's camera at `loc` (m), looking at `target`; lens in mm on a 36 mm wide sensor, roll in degrees."""
    sc = bpy.context.scene
    if sc.camera is None:
        sc.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        sc.collection.objects.link(sc.camera)
    o = sc.camera
    loc, target = Vector(loc), Vector(target)
    o.location = loc
    o.rotation_euler = (target - loc).to_track_quat("-Z", "Y").to_euler()
    o.rotation_euler.rotate_axis("Z", math.radians(roll))
    o.data.lens = lens
    o.data.sensor_width = 36
    o.data.sensor_fit = "HORIZONTAL"
    o.data.clip_start = 0.05
    bpy.context.view_layer.update()


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


