"""The room: walls, back wall furniture, lamps, counters, chairs."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import bpy
from mathutils import Matrix

from datasets.scenes import textures as tx
from datasets.scenes.kit import Rx, Ry, Rz, T, box, ell, lathe, mat, plane
from datasets.scenes.odds import Odds
from datasets.scenes.paths import TEX
from datasets.scenes.truth import GroundTruth

TABLE = 0.75  # height of the table top, metres
Colour = tuple[float, float, float]

WOODS = [
    (0.62, 0.46, 0.31),
    (0.42, 0.28, 0.17),
    (0.75, 0.62, 0.46),
    (0.85, 0.84, 0.81),
    (0.55, 0.38, 0.25),
]
ACCENTS = [
    (0.1, 0.3, 0.6),
    (0.65, 0.12, 0.12),
    (0.1, 0.45, 0.35),
    (0.85, 0.5, 0.1),
    (0.3, 0.32, 0.36),
]
WALLS = [(0.86, 0.85, 0.81), (0.80, 0.84, 0.86), (0.9, 0.88, 0.82), (0.78, 0.8, 0.76)]
FLOORS = [(0.8, 0.79, 0.76), (0.62, 0.6, 0.56), (0.72, 0.7, 0.66), (0.45, 0.42, 0.38)]
BINDERS = [
    (0.1, 0.2, 0.5),
    (0.6, 0.1, 0.1),
    (0.1, 0.1, 0.1),
    (0.85, 0.85, 0.8),
    (0.2, 0.45, 0.3),
    (0.9, 0.7, 0.2),
]


@dataclass(slots=True)
class Style:
    """Palette and build of all counters of a room; materials are Blender's."""

    wood: Colour
    accent_colour: Colour
    width: float  # of one counter, m
    top: object
    panel: object
    accent: object
    ledge_material: object
    front_height: float  # m
    ledge: bool
    band: bool
    partition: bool
    partition_glass: bool
    glass: bool


def wooden(name: str, colour: Colour, stretch: tuple = (0.5, 7, 7)):
    if colour[0] < 0.8:
        return mat(name, colour, 0.38, wood=(3.2, 0.16, stretch), coat=0.12)
    return mat(name, colour, 0.35, noise=(9, 0.03))


def draw_style(rng: random.Random, odds: Odds, spec: dict) -> Style:
    o = odds["counter"]
    wood, accent = rng.choice(WOODS), rng.choice(ACCENTS)
    style = Style(
        wood=wood,
        accent_colour=accent,
        width=rng.uniform(*o["width_m"]),
        top=wooden("top", rng.choice([wood, (0.9, 0.89, 0.86), (0.3, 0.3, 0.32)])),
        panel=wooden("panel", wood, (6, 6, 0.5)),
        accent=mat("acc", accent, 0.4),
        ledge_material=rng.choice(
            [
                mat("granite", (0.25, 0.24, 0.24), 0.15, noise=(90, 0.6), coat=0.4),
                wooden("ledge", wood),
                mat("wl", (0.88, 0.87, 0.85), 0.3),
            ]
        ),
        front_height=spec.get("fh", rng.choice(o["front_height_m"])),
        ledge=rng.random() < o["ledge"],
        band=rng.random() < o["band"],
        partition=rng.random() < o["partition"],
        partition_glass=rng.random() < o["partition_glass"],
        glass=spec.get("glass", rng.random() < o["glass"]),
    )
    if style.front_height > 0.88:
        style.ledge = True
    return style


def shell(rng: random.Random, odds: Odds, style: Style) -> float:
    """Floor, walls, ceiling; returns the y of the back wall (m)."""
    wall = mat("wall", rng.choice(WALLS), 0.9, bump=0.06, bscale=60)
    floor = mat("floor", rng.choice(FLOORS), 0.22, pattern="tile")
    box("floor", 12, 10, 0.05, floor, 0, T(0, 0, -0.05), 0)
    back = rng.uniform(2.2, 3.2)
    box("wallb", 12, 0.1, 3, wall, 0, T(0, back + 0.05, 0), 0)
    box("walll", 0.1, 10, 3, wall, 0, T(-4.2, 0, 0), 0)
    box("wallr", 0.1, 10, 3, wall, 0, T(4.2, 0, 0), 0)
    box("wallf", 12, 0.1, 3, wall, 0, T(0, -5, 0), 0)
    box("ceil", 12, 10, 0.05, mat("ceil", (0.9, 0.9, 0.89), 0.9), 0, T(0, 0, 2.95), 0)
    skirt = mat("sk", (0.3, 0.28, 0.26), 0.5)
    box("skirt", 12, 0.02, 0.1, skirt, 0, T(0, back - 0.01, 0), 0.002)
    if rng.random() < odds["room"]["wainscot"]:
        height = rng.uniform(0.9, 1.2)
        material = (
            wooden("wb", style.wood, (6, 6, 0.5))
            if rng.random() < 0.5
            else mat("wb", style.accent_colour, 0.6)
        )
        box("wb", 12, 0.012, height, material, 0, T(0, back - 0.006, 0), 0)
    return back


def cabinet(rng: random.Random, material, x0: float, back: float) -> None:
    box("cab", 1.1, 0.4, 1.9, material, 0, T(x0, back - 0.2, 0), 0.005)
    for s in range(4):
        z = 0.15 + 0.44 * s
        dark = mat("dark", (0.16, 0.14, 0.12), 0.8)
        box("shelf", 1.02, 0.36, 0.36, dark, 0, T(x0, back - 0.215, z), 0.002)
        x = x0 - 0.48
        while x < x0 + 0.45:
            w = rng.uniform(0.03, 0.075)
            if rng.random() < 0.85:
                height = rng.uniform(0.24, 0.32)
                colour = mat("bi", rng.choice(BINDERS), 0.6)
                place = T(x + w / 2, back - 0.31, z + 0.02)
                box("binder", w * 0.94, 0.2, height, colour, 0, place, 0.003)
            x += w


def plant(rng: random.Random, x: float, back: float, gid: int) -> None:
    profile = [(0, 0), (0.13, 0), (0.17, 0.3), (0.15, 0.3), (0.14, 0.26), (0, 0.26)]
    lathe("pot", profile, mat("pot", (0.85, 0.84, 0.8), 0.4), gid, T(x, back - 0.35, 0))
    green = mat("leaf", (0.12, 0.33, 0.12), 0.5, noise=(20, 0.3))
    for _ in range(26):
        turn, up = rng.uniform(0, 360), rng.uniform(15, 75)
        root = T(x, back - 0.35, 0.3 + 0.35 * rng.random())
        ell("leaf", 0.04, 0.22, 0.006, green, gid, root @ Rz(turn) @ Rx(up) @ T(0, 0.22, 0), 10)


def back_wall(
    rng: random.Random, odds: Odds, style: Style, back: float, spec: dict, gt: GroundTruth
) -> None:
    """Sign, cabinet with binders, clock, air conditioner, plant."""
    o = odds["room"]
    if "number" in spec:
        title = f"LOKET {spec['number']}"
    else:
        title = rng.choice(["LOKET 2", "TELLER 3", "LAYANAN", "COUNTER 1"])
    below = rng.choice(["Pelayanan Terpadu", "Customer Service", "Pembayaran & Informasi"])
    ground = tuple(int(255 * c) for c in style.accent_colour)
    picture = tx.sign(f"{TEX}/sign.png", title, below, ground)
    sign = mat("sign", img=picture, rough=0.4, emit=0.25)
    plane("sign", 1.2, 0.4, sign, 0, T(rng.uniform(-0.5, 0.5), back - 0.03, 2.15), "y")
    wood = wooden("cab", rng.choice([style.wood, (0.82, 0.82, 0.8)]), (6, 6, 0.5))
    cx = rng.choice((-1, 1)) * rng.uniform(0.9, 1.7)
    cabinet(rng, wood, cx, back)
    if rng.random() < o["clock"]:
        x = rng.choice((-1, 1)) * rng.uniform(1, 2)
        rim = [(0, 0), (0.15, 0), (0.16, 0.02), (0.15, 0.03), (0.14, 0.02), (0, 0.02)]
        face = mat("ck", (0.92, 0.92, 0.9), 0.3)
        lathe("clock", rim, face, 0, T(x, back - 0.02, 2.2) @ Rx(90))
        black = mat("bk", (0.02, 0.02, 0.02), 0.5)
        box("hand", 0.012, 0.005, 0.1, black, 0, T(x, back - 0.045, 2.2))
        turn = Ry(rng.uniform(0, 360))
        box("hand2", 0.012, 0.005, 0.08, black, 0, T(x, back - 0.045, 2.2) @ turn)
    if rng.random() < o["air_conditioner"]:
        white = mat("acw", (0.93, 0.93, 0.92), 0.35)
        box("ac", 0.9, 0.2, 0.28, white, 0, T(-cx, back - 0.1, 2.45), 0.02, 3)
    if rng.random() < o["plant"]:
        plant(rng, -cx + rng.uniform(-0.4, 0.4), back, gt.add("plant"))


def lamp(name: str, size: tuple[float, float], watt: float, colour: Colour, place: tuple):
    """A rectangular area light, linked into the scene."""
    light = bpy.data.lights.new(name, "AREA")
    light.shape = "RECTANGLE"
    light.size, light.size_y = size
    light.energy = watt
    light.color = colour
    o = bpy.data.objects.new(name, light)
    o.location = place
    bpy.context.scene.collection.objects.link(o)
    return o


WARM, SUN = (1.0, 0.72, 0.5), (1.0, 0.95, 0.86)


def lights(
    rng: random.Random, odds: Odds, mood: str = "usual", apart: random.Random | None = None
) -> float:
    """Ceiling lamps, a window, weak light from everywhere; returns the strength of the lamps.
    `mood` (scenes.toml) changes them with draws of its own (`apart`).
    """
    o = odds["light"]
    apart = apart or random.Random(0)
    rng.random()
    strength = rng.uniform(*o["lamps"])
    if mood == "dim":
        strength *= apart.uniform(0.35, 0.6)
    dark_side = apart.choice((-1, 1))
    by_row = apart.random() < 0.5
    for x in (-1.7, 1.7):
        for y in (-2.0, 0.9):
            if rng.random() < o["lamp_out"]:
                continue
            warm = rng.uniform(-0.06, 0.08)
            off = (y + 0.5 if by_row else x) * dark_side > 0
            if mood == "half_lamps" and off:
                continue
            colour = (1 - max(0, -warm), 0.97, 0.94 - warm)
            lamp("a", (1.8, 0.5), 92 * strength, colour, (x, y, 2.9))
            glow = mat("lp", (1, 1, 1), emit=4 * strength)
            plane("lp", 1.85, 0.52, glow, 0, T(x, y, 2.935) @ Rx(180))
    day = (0.85, 0.93, 1.0)
    watt, s, y = 0.0, rng.choice((-1, 1)), rng.uniform(-2.5, 0.8)
    if rng.random() < o["window"]:
        watt = rng.uniform(*o["window_watt"])
    if mood == "dusk":
        watt, day = apart.uniform(10, 50), WARM
    if mood == "daylight":
        watt = apart.uniform(350, 900)
    if watt:
        w = lamp("w", (2.2, 1.6), watt, day, (s * 4.05, y, 1.6))
        w.rotation_euler = (0, math.radians(90 * s), 0)
        glow = mat("win", day, emit=rng.uniform(2, 6) * (0.3 if mood == "dusk" else 1))
        plane("win", 1.8, 1.3, glow, 0, T(s * 4.12, y, 1.6) @ Rz(-90 * s), "y")
    if mood == "daylight" and apart.random() < 0.6:  # the sun through a narrow window
        sun = lamp("sun", (0.25, 0.5), apart.uniform(150, 500), SUN, (s * 3.9, y, 2.3))
        sun.rotation_euler = (0, math.radians(apart.uniform(55, 75) * s), 0)
        sun.data.spread = math.radians(apart.uniform(12, 35))
    world = bpy.data.worlds.new("w")
    bpy.context.scene.world = world
    world.use_nodes = True
    background = world.node_tree.nodes["Background"].inputs
    background[0].default_value = (0.8, 0.88, 1, 1)
    background[1].default_value = {"dusk": 0.1, "dim": 0.12}.get(mood, 0.25)
    return strength


def counter(style: Style, x0: float) -> None:
    """Furniture of one counter, centred at x0 (m)."""
    w, fh, h = style.width, style.front_height, TABLE
    box("top", w, 0.80, 0.03, style.top, 0, T(x0, 0.03, h - 0.03), 0.004)
    box("front", w, 0.03, fh, style.panel, 0, T(x0, -0.375, 0), 0.003)
    if style.band:
        box("band", w - 0.06, 0.006, 0.12, style.accent, 0, T(x0, -0.393, fh * 0.55), 0.002)
    if style.ledge:
        box("ledge", w, 0.26, 0.03, style.ledge_material, 0, T(x0, -0.42, fh), 0.006, 3)
    else:
        box("cap", w, 0.05, 0.02, style.ledge_material, 0, T(x0, -0.375, fh), 0.004)
    for s in (-1, 1):
        side = T(x0 + s * (w / 2 - 0.015), 0.03, 0)
        box("side", 0.03, 0.8, h - 0.03, style.panel, 0, side, 0.002)
    box("drawer", 0.4, 0.5, 0.55, style.panel, 0, T(x0 + w / 2 - 0.25, 0.15, 0.05), 0.004)
    if style.partition:
        clear = mat("pg", (0.85, 0.92, 0.92), 0.05, alpha=0.22)
        for s in (-1, 1):
            x = x0 + s * w / 2
            box("partw", 0.025, 0.9, 0.38, style.panel, 0, T(x, 0.03, h), 0.003)
            if style.partition_glass:
                box("partg", 0.01, 0.9, 0.35, clear, 0, T(x, 0.03, h + 0.38), 0.001)
    if style.glass:
        pane = mat("glass", (0.9, 0.96, 0.95), 0.03, alpha=0.10, coat=0.0)
        z0 = fh + 0.22
        box("gl", w - 0.04, 0.008, 0.75, pane, 0, T(x0, -0.375, z0), 0.001)
        metal = mat("alu", (0.7, 0.7, 0.72), 0.35, 1)
        for s in (-1, 1):
            place = T(x0 + s * (w / 2 - 0.02), -0.375, fh)
            box("post", 0.03, 0.03, z0 + 0.75 - fh, metal, 0, place, 0.003)


def chair(rng: random.Random, place: Matrix, gid: int = 0) -> Matrix:
    """An office chair whose seat faces -y; returns the middle of the upper edge of its back."""
    colour = rng.choice([(0.06, 0.06, 0.07), (0.08, 0.1, 0.2), (0.3, 0.08, 0.08)])
    cloth = mat("chair", colour, 0.85, bump=0.2, bscale=150)
    black = mat("chk", (0.05, 0.05, 0.05), 0.4)
    box("seat", 0.5, 0.48, 0.08, cloth, gid, place @ T(0, 0, 0.42), 0.03, 4)
    height = rng.uniform(0.45, 0.6)
    box("back", 0.46, 0.07, height, cloth, gid, place @ T(0, 0.27, 0.56) @ Rx(-8), 0.03, 4)
    box("st", 0.06, 0.06, 0.4, black, gid, place @ T(0, 0, 0.05))
    box("cst", 0.04, 0.03, 0.25, black, gid, place @ T(0, 0.29, 0.4))
    for a in range(5):
        box("leg", 0.3, 0.04, 0.03, black, gid, place @ Rz(72 * a) @ T(0.15, 0, 0.04), 0.005)
    for s in (-1, 1):
        box("arm", 0.05, 0.26, 0.03, black, gid, place @ T(s * 0.27, 0.02, 0.64), 0.01)
        box("arms", 0.03, 0.03, 0.2, black, gid, place @ T(s * 0.27, 0.06, 0.45))
    return place @ T(0, 0.27, 0.56) @ Rx(-8) @ T(0, 0, height)
