"""One person: body, skin, clothes, hair or hijab, and what is worn on the chest.

person() builds the parts under four object ids (person, card, lanyard, name tag). `cloth` says
where clothes and hair come from:
  mha     garment, hair and eyebrow geometry from the assets folder (needs --assets)
  base    shirt made from the base mesh, hair and eyebrows from the assets folder
  pypi    everything made from the base mesh: no assets needed. Bare-headed women wear their hair
          tied at the back.
`badge` is front, flipped, half (turned 55 to 75 degrees and off centre), lanyard_only or none: what
is worn on the chest. `card_at` hand: the card is held instead and `badge` is none.
"""

from __future__ import annotations

import random

import bpy
import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.scenes import cards, headwear, human, outer, worn
from datasets.scenes import textures as tx
from datasets.scenes.garments import Garment, bones, hijab, short_hair, suit, tuck
from datasets.scenes.kit import mat, new_obj
from datasets.scenes.paths import TEX, asset, body

TONES = {
    "light": [(204, 156, 124), (212, 168, 138), (222, 182, 154)],
    "medium": [(190, 142, 110), (176, 128, 96), (166, 118, 88)],
    "dark": [(150, 102, 72), (134, 90, 64), (116, 78, 54)],
}
OUTFITS = [
    "white", "batik", "lightblue", "batik", "white", "navy", "cream", "grey", "green", "pink",
    "maroon", "khaki",
]  # fmt: skip
SHIRTS = {
    "white": (236, 236, 232),
    "lightblue": (150, 184, 222),
    "navy": (44, 58, 96),
    "grey": (150, 150, 155),
    "red": (150, 60, 60),
    "black": (34, 34, 38),
    "cream": (226, 212, 182),
    "green": (90, 130, 100),
    "pink": (222, 178, 184),
    "maroon": (112, 36, 46),
    "khaki": (176, 152, 108),
    "guard": (58, 62, 84),
}
GUARD = [(196, 178, 140), (58, 62, 84), (230, 230, 228), (120, 98, 70)]
TROUSERS = [(0.08, 0.08, 0.1), (0.12, 0.13, 0.2), (0.25, 0.22, 0.18)]
GREY_HAIR = [(0.3, 0.29, 0.28), (0.5, 0.49, 0.48)]
HAIR = [(0.03, 0.025, 0.022), (0.05, 0.035, 0.028), (0.09, 0.06, 0.045)]
BROW = (6951, 6934, 6933, 6942, 6935, 6957, 6956, 6983, 6984, 6953)  # vertices over the brow ridge
TORSO = ("spine_01", "spine_02", "spine_03", "clavicle_l", "clavicle_r")
LAPEL = 0.020  # metres; a blazer with its lapel over its own surface
UNDER_JACKET = -0.008  # metres; a card on a strap lies nearer to the shirt where a blazer covers it
SKIN = 1024  # pixels of the skin texture


def skin_group(tone: tuple[int, int, int]) -> str:
    """light, medium or dark: the group of TONES whose nearest tone is nearest to `tone`."""
    far = {
        group: min(sum((a - b) ** 2 for a, b in zip(tone, t, strict=True)) for t in tones)
        for group, tones in TONES.items()
    }
    return min(far, key=lambda group: far[group])


def mean_uv() -> NDArray:
    """One texture coordinate per vertex of the base mesh (n, 2)."""
    vertices, uv, faces, face_uv, _ = human.base()
    total, count = np.zeros((len(vertices), 2)), np.zeros(len(vertices))
    for f, ft in zip(faces, face_uv, strict=True):
        for v, t in zip(f, ft, strict=True):
            total[v] += uv[t]
            count[v] += 1
    return total / np.maximum(count, 1)[:, None]


def grey(name: str) -> NDArray[np.float32]:
    """A mask of the body data as SKIN x SKIN floats from 0 to 1."""
    mask = cv2.imread(body(f"textures/{name}"), 0)
    return cv2.resize(mask, (SKIN, SKIN)).astype(np.float32) / 255


def paint_skin(path: str, tone, lip, scalp: str | None, brow: str | None) -> str:
    """Skin texture; `scalp` and `brow` are assets (brow None: drawn here)."""
    noise = np.random.RandomState(1)
    a = np.ones((SKIN, SKIN, 3), np.float32) * np.array(tone)[None, None]
    coarse = noise.normal(0, 1, (64, 64)).astype(np.float32)
    a *= (1 + 0.035 * cv2.resize(coarse, (SKIN, SKIN), interpolation=cv2.INTER_CUBIC))[..., None]
    fine = noise.normal(0, 1, (SKIN, SKIN)).astype(np.float32)
    a *= (1 + 0.02 * cv2.GaussianBlur(fine, (0, 0), 1.2))[..., None]
    uv = mean_uv()

    def blend(mask: NDArray, colour, share: float) -> None:
        nonlocal a
        m = share * mask[..., None]
        a = a * (1 - m) + np.array(colour) * m

    def pixels(points: NDArray) -> NDArray[np.int32]:
        return (points * [SKIN, -SKIN] + [0, SKIN]).astype(np.int32)

    def shade(garment: str, colour, share: float, blur: float) -> None:
        _, ref, weight, _, _, _, _, faces, _ = human.mhclo(garment)
        at = (uv[ref] * weight[..., None]).sum(1)
        mask = np.zeros((SKIN, SKIN), np.uint8)
        for f in faces:
            if np.ptp(at[f], 0).max() <= 0.08:
                cv2.fillConvexPoly(mask, pixels(at[f]), 255)
        blend(cv2.GaussianBlur(mask, (0, 0), blur).astype(np.float32) / 255, colour, share)

    blend(grey("mpfb_lips.jpg"), lip, 0.75)
    blend(grey("mpfb_eyelids.jpg"), [x * 0.78 for x in tone], 0.5)
    if brow:
        shade(asset("eyebrows", brow), (28, 20, 16), 0.8, 2.2)
    else:
        vertices = human.base()[0]
        for mirror in (1, -1):
            points = vertices[list(BROW)] * np.array([mirror, 1, 1])
            near = [np.argmin(((vertices[:13380] - q) ** 2).sum(1)) for q in points]
            mask = np.zeros((SKIN, SKIN), np.uint8)
            cv2.fillConvexPoly(mask, cv2.convexHull(pixels(uv[near])), 255)
            soft = cv2.GaussianBlur(mask, (0, 0), 2.2).astype(np.float32) / 255
            blend(soft, (28, 20, 16), 0.8)
    if scalp:
        bare = a.copy()
        shade(scalp, (20, 16, 14), 0.9, 5)
        ears = (grey("mpfb_ears.jpg") * 255).astype(np.uint8)
        soft = cv2.GaussianBlur(cv2.dilate(ears, np.ones((9, 9))), (0, 0), 3)
        e = soft[..., None].astype(np.float32) / 255
        a = a * (1 - e) + bare * e
    cv2.imwrite(path, a.clip(0, 255).astype(np.uint8)[..., ::-1])
    return path


def posed(
    rng: random.Random, b: human.Body, loc, yaw: float, seated: bool, hands: dict | None,
    lean: float | None, head: tuple[float, float] | None, sideways: float = 0.0,
    twist: float = 0.0, hand_turn: dict[str, tuple[float, float]] | None = None,
) -> None:  # fmt: skip
    """Pose the body: hands on `hands` (world, m) or arms hanging; `head` is (pitch down, turn left)
    in degrees, `sideways` how far the trunk leans to its left, `twist` how far it turns,
    `hand_turn` pitch and roll of a hand.
    """
    turns = {}
    bend = rng.uniform(2, 12) if lean is None else lean
    trunk = (
        human.rot("x", bend * 0.5) @ human.rot("y", sideways * 0.5) @ human.rot("z", twist * 0.5)
    )
    turns["spine_01"] = turns["spine_02"] = trunk
    turns["neck_01"] = human.rot("x", rng.uniform(-4, 8)) @ human.rot("z", rng.uniform(-12, 12))
    turns["head"] = human.rot("x", rng.uniform(0, 16)) @ human.rot("z", rng.uniform(-14, 14))
    if head is not None:
        pitch, turn = head
        turns["neck_01"] = human.rot("x", 0.4 * pitch) @ human.rot("z", 0.5 * turn)
        turns["head"] = human.rot("x", 0.6 * pitch) @ human.rot("z", 0.5 * turn)
    if seated:
        for s in "lr":
            turns["thigh_" + s] = human.rot("x", -86)
            turns["calf_" + s] = human.rot("x", 82)
    holding = hand_turn or {}
    for s, way in (("l", 1), ("r", -1)):
        for finger in ("index", "middle", "ring", "pinky"):
            for k in ("01", "02", "03"):
                turns[f"{finger}_{k}_{s}"] = human.rot(
                    "y", way * (rng.uniform(5, 18) + 14 * (s in holding))
                )
    if not hands:
        for s, way in (("l", 1), ("r", -1)):
            turns["upperarm_" + s] = human.rot("y", way * rng.uniform(22, 32))
            turns["lowerarm_" + s] = human.rot("x", rng.uniform(-5, 12)) @ human.rot("y", way * 8)
    pelvis = b.h[b.names.index("pelvis")][2]
    z = loc[2] if seated else -b.zmin + pelvis + loc[2]
    b.pose((loc[0], loc[1], z), turns, yaw, hands or {}, rng.uniform(0, 18), holding)


def shirt_texture(rng: random.Random, outfit: str, path: str) -> float:
    """Paints the shirt; returns how often the texture repeats."""
    if outfit == "batik":
        tx.batik(path, rng)
        return rng.uniform(2.0, 3.2)
    stripe = outfit == "lightblue" and rng.random() < 0.4
    colour = rng.choice(GUARD) if outfit == "guard" else SHIRTS[outfit]
    tx.plainshirt(path, colour, rng, stripe=stripe)
    return 1.0


def asset_suit(
    b: human.Body, shape: NDArray, name: str, gid: int, tag: str, shirt, trousers, stretch: float
) -> tuple[Garment, set[int]]:
    """Shirt and trousers from the assets; also the skin vertices that they cover."""
    fitted, weights, faces, face_uv, uv, covered = human.fit(asset("clothes", name), shape)
    vertices = b.skin(human.to_world(fitted), weights)
    part = human.components(faces, len(vertices))
    top = {r: vertices[part == r][:, 2].max() for r in np.unique(part)}
    highest = max(top.values())
    material = [0 if top[part[f[0]]] > highest - 0.3 else 1 for f in faces]
    at = [[tuple(uv[i] * stretch) for i in f] for f in face_uv]
    o = new_obj(
        f"cloth_{tag}", vertices, faces, [shirt, trousers], at, True, gid, face_mats=material
    )
    return Garment(vertices, faces, weights, o), set(covered.tolist())


def eyes(b: human.Body, skin: NDArray, gid: int, tag: str) -> list[bpy.types.Object]:
    _, _, faces, _, groups = human.base()
    white, iris = mat("eyew", (0.92, 0.9, 0.88), 0.15), mat("iris", (0.10, 0.06, 0.04), 0.1)
    parts = []
    for g in ("helper-l-eye", "helper-r-eye"):
        ff = [f for f, q in zip(faces, groups, strict=True) if q == g]
        c = b.V[sorted({v for f in ff for v in f})].mean(0)
        middle = [b.V[f].mean(0) for f in ff]
        material = [
            int(m[1] < c[1] and np.hypot(m[0] - c[0], m[2] - c[2]) < 0.0055) for m in middle
        ]
        parts.append(new_obj(g + tag, skin, ff, [white, iris], None, True, gid, face_mats=material))
    ff = [f for f, q in zip(faces, groups, strict=True) if "eyelashes" in q]
    lash = mat("lash", (0.03, 0.02, 0.02), 0.8)
    return [*parts, new_obj("lash" + tag, skin, ff, lash, None, True, gid)]


def person(
    rng: random.Random,
    gid: int,
    gid_badge: int,
    gid_lan: int,
    loc: tuple[float, float, float],
    yaw: float = 0,
    seated: bool = True,
    hands: dict | None = None,
    *,
    sex: str | None = None,
    outfit: str | None = None,
    hijab_on: bool | None = None,
    badge: str = "front",
    tag: str = "p",
    lean: float | None = None,
    cloth: str = "mha",
    gid_tag: int = 0,
    extras: list[str] | tuple[str, ...] = (),
    card_style: str | None = None,
    head: tuple[float, float] | None = None,
    tone: tuple[int, int, int] | None = None,
    both_faces: bool = False,
    over_hijab: bool | None = None,
    strap: float | None = None,
    wear: frozenset[str] = frozenset(),
    drape: str = "usual",
    hidden: str | None = None,
    card_at: str | None = None,
    sideways: float = 0.0,
    twist: float = 0.0,
    hand_turn: dict[str, tuple[float, float]] | None = None,
    build: str = "usual",
) -> tuple[list[bpy.types.Object], dict]:
    """All parts of one person and what the truth needs; `loc`: pelvis if seated, else feet (m).

    `wear`: some of cap, glasses, mask, blazer. `hidden`: hijab, the card hangs half under it.
    `card_at`: hand_l or hand_r. `build`: usual or wide (thinner, heavier and older people too).
    """
    pose_rng = random.Random(rng.getrandbits(32))  # one seed: the same person in every pose
    sex = sex or rng.choice(["male", "female"])
    scarf_worn = hijab_on if hijab_on is not None else sex == "female" and rng.random() < 0.55
    wide = build == "wide"
    age = rng.uniform(0.05, 0.85 if wide else 0.6)
    usual = rng.random() < 0.8
    race = {"asian": 0.75, "caucasian": 0.25} if usual else {"asian": 0.6, "african": 0.4}
    shape = human.morph(
        sex,
        age=age,
        race=race,
        weight=rng.uniform(-0.7, 1.0) if wide else rng.uniform(-0.4, 0.5),
        muscle=rng.uniform(-0.5, 0.5) if wide else rng.uniform(-0.3, 0.3),
        height=rng.uniform(-0.5, 0.5) if wide else rng.uniform(-0.3, 0.6),
    )
    b = human.Body(shape)
    posed(pose_rng, b, loc, yaw, seated, hands, lean, head, sideways, twist, hand_turn)
    _, uv, faces, face_uv, groups = human.base()
    w = b.W
    skin = b.skin(b.V, w)
    female, own_mesh = sex == "female", cloth == "pypi"

    # clothes
    outfit = outfit or rng.choice(OUTFITS)
    picture = f"{TEX}/shirt_{tag}.png"
    stretch = shirt_texture(rng, outfit, picture)
    shirt = mat("shirt", img=picture, rough=0.85, bump=0.35, bscale=14, sheen=0.15)
    trousers = mat("trousers", rng.choice(TROUSERS), 0.9, bump=0.2, bscale=40)
    if cloth == "mha":
        manly = not female or rng.random() < 0.3
        name = "male_casualsuit03" if manly else "female_elegantsuit01"
        garment, covered = asset_suit(b, shape, name, gid, tag, shirt, trousers, stretch)
    else:
        garment, covered = suit(b, rng, gid, tag, shirt, trousers, stretch)
    parts = [garment.object]

    # head
    hair = None
    if not scarf_worn and not own_mesh:
        short, long = (
            ["short01", "short02", "short04", "short03"],
            ["bob01", "bob02", "ponytail01", "long01"],
        )
        hair = rng.choice(long if female else short)
    tone = tone or rng.choice(TONES[rng.choices(list(TONES), (0.38, 0.4, 0.22))[0]])
    lip = (176, 88, 80) if female else (170, 112, 95)
    scalp = asset("hair", hair) if hair else None
    brow = None
    if not own_mesh:
        brow = rng.choice(["eyebrow001", "eyebrow002", "eyebrow006", "eyebrow010"])
    skin_material = mat(
        "skin", img=paint_skin(f"{TEX}/skin_{tag}.png", tone, lip, scalp, brow), rough=0.5
    )
    parts += eyes(b, skin, gid, tag)
    colour = rng.choice(HAIR) if age < 0.6 or rng.random() < 0.5 else rng.choice(GREY_HAIR)
    hair_material = mat("hair", colour, 0.42, bump=0.9, bscale=220)
    skull = headwear.Head(b)
    capped = "cap" in wear and not scarf_worn
    hairs = []
    if hair:
        fitted, weights, ff, fuv, huv, _ = human.fit(scalp, shape)
        at = [[tuple(huv[i]) for i in f] for f in fuv]
        vertices = b.skin(human.to_world(fitted), weights)
        hairs.append(new_obj(f"hair_{tag}", vertices, ff, hair_material, at, True, gid))
    if own_mesh and not scarf_worn:
        hairs.append(short_hair(b, rng, gid, tag, hair_material, capped or female).object)
        if female:
            hairs += headwear.bun(skull, rng, gid, hair_material)
    if capped:
        navy = (0.06, 0.07, 0.12) if outfit == "guard" else None
        hairs += headwear.cap(skull, rng, gid, navy)
    parts += hairs
    if "glasses" in wear:
        parts += headwear.glasses(skull, rng, gid)
    if "mask" in wear:
        parts += headwear.mask(skull, rng, gid)
    scarf, under_scarf = hijab(b, rng, gid, tag, drape) if scarf_worn else (None, set())
    if scarf:
        parts.append(scarf.object)
        tuck(garment, scarf, bones(b, "upperarm", "lowerarm"))
    bare = [
        k
        for k, (f, g) in enumerate(zip(faces, groups, strict=True))
        if g == "body" and not all(v in covered for v in f)
    ]
    seen = [k for k in bare if not all(v in under_scarf for v in faces[k])]
    at = [[tuple(uv[i]) for i in face_uv[k]] for k in seen]
    skin_faces = [faces[k] for k in seen]
    parts.append(new_obj(f"body_{tag}", skin, skin_faces, skin_material, at, True, gid))

    # what is worn on the chest
    over = rng.random() < 0.75
    over = over if over_hijab is None else over_hijab
    bare_faces = [faces[k] for k in bare]
    bare_chest = worn.chest_of(b, skin, bare_faces, [garment], None)
    scarf_chest = worn.chest_of(b, skin, bare_faces, [garment], scarf) if scarf else bare_chest
    under = hidden == "hijab" and scarf is not None
    chest = scarf_chest if scarf and over and not under else bare_chest
    top = scarf_chest  # the outermost cloth of the chest
    if "blazer" in wear and garment.rest is not None:
        jacket, objects, _ = outer.blazer(b, rng, garment, bare_chest, gid, tag)
        if scarf:
            outer.put_under(scarf, jacket)
        parts += objects
        top = worn.chest_of(b, skin, bare_faces, [garment, jacket], scarf)
        card_style = card_style or rng.choices(worn.STYLES, worn.SHARES)[0]
        if card_style == "clip":
            chest = top
    jacketed = top is not scarf_chest
    on_top = LAPEL if jacketed else 0.0
    lift = 0.0 if not jacketed else LAPEL if chest is top else UNDER_JACKET
    hem = None
    if under:
        alone = worn.scarf_of(b, skin, scarf)
        edge = worn.hem_of(alone)
        hem = (alone, edge) if edge is not None else None
    objects, about = worn.badge(
        chest, rng, (gid_badge, gid_lan), badge, tag, card_style, strap, both_faces, hem, lift
    )
    parts += objects
    if card_at in ("hand_l", "hand_r"):
        back = rng.random() < 0.35
        objects, held = cards.in_hand(b, rng, gid_badge, tag, card_at[-1], back)
        parts += objects
        about = {**held, "badge": "none", "held_face": "back" if back else "front"}
    if own_mesh and not scarf_worn and "collar" in extras:
        parts += worn.collar(bare_chest, gid, picture)
    plate = worn.name_tag(top, rng, gid_tag, tag, on_top) if "name_tag" in extras else []
    parts += plate
    if "pocket" in extras and outfit != "guard" and "blazer" not in wear:
        parts += worn.pocket(chest, rng, gid, picture)
    if "tie" in extras and not scarf_worn:
        parts += worn.tie(bare_chest, rng, gid)
    if outfit == "guard" and "blazer" not in wear:
        parts += outer.guard_trimmings(b, rng, top, gid, picture)
    if "necklace" in extras:
        parts += worn.necklace(top, rng, gid)
    if "logo" in extras:
        parts += worn.logo(top, rng, gid, tag, on_top)
    if "earphones" in extras:
        parts += worn.earphones(top, b, rng, gid)

    # for the truth: surface points of head and torso in the world, and where they point
    names = b.names
    body_v = np.array(
        sorted({v for f, g in zip(faces, groups, strict=True) if g == "body" for v in f})
    )
    at_head = w[body_v, names.index("head")] > 0.6
    at_torso = w[body_v][:, [names.index(j) for j in TORSO]].sum(1) > 0.55
    head_points = [skin[body_v[at_head]]]
    head_points += [np.array([v.co for v in o.data.vertices]) for o in hairs[:1]]
    if scarf:
        head_points.append(scarf.vertices[scarf.weights[:, names.index("head")] > 0.6])
    info = {
        "sex": sex,
        "hijab": scarf_worn,
        "head_cover": "hijab" if scarf_worn else "cap" if capped else "bare",
        "glasses": "glasses" in wear,
        "mask": "mask" in wear,
        "blazer": "blazer" in wear,
        "skin": skin_group(tone),
        "outfit": outfit,
        "hair": hair,
        "seated": seated,
        "extras": list(extras),
        **about,
        "points": {"head": np.vstack(head_points), "torso": skin[body_v[at_torso]]},
        "chest_normal": [float(x) for x in chest.forward],
        "face_normal": [float(x) for x in b.G[names.index("head")] @ np.array([0, -1.0, 0])],
    }
    if plate:
        info["name_tag"] = True
    return parts, info
