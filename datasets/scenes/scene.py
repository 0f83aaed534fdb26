"""One scene: a counter between two neighbours, its equipment, personal items and people.

x runs along the counter (to the right as the visitor sees it), y from the visitor (-) to the staff
(+), z up; metres. The seed decides everything; `spec` fixes single choices (see SPEC). Blender's
module (bpy) is GPL-3.0: these modules are a separate offline tool, never imported by the product.
"""

from __future__ import annotations

import math
import random
from functools import partial

import bpy

from datasets.scenes import cards, equipment, items, odds, paths, people, room, shapes
from datasets.scenes import textures as tx
from datasets.scenes.kit import Rx, Rz, T, box, lathe, mat, plane, reset, tube
from datasets.scenes.paths import TEX
from datasets.scenes.room import TABLE, Style
from datasets.scenes.truth import GroundTruth

SPEC = {
    "items": "list of personal items on the main desk (names: items.ITEMS)",
    "official": "list of official look-alikes (names: items.OFFICIAL)",
    "equipment": "list from monitor, keyboard, mouse, counting_machine, calculator, printer, ...",
    "screen": "lit or dark",
    "visitor_things": "list from bottle, handbag, phone, document, cup",
    "staff": "bool, somebody at the main counter",
    "seated": "bool",
    "sex": "male or female",
    "hijab": "bool",
    "outfit": "batik, guard or a colour of people.SHIRTS",
    "wear": "list from cap, glasses, mask, blazer",
    "drape": "short, usual or long (hijab)",
    "badge": "front, flipped, half, lanyard_only or none",
    "card_style": "portrait, landscape or clip",
    "card_at": "hand, desk or away: where the card of somebody with badge none is",
    "hidden": "hijab or hand: what half hides a worn card",
    "extras": "list from name_tag, pocket, tie, collar, necklace, logo, earphones",
    "mood": "of the light: usual, dusk, half_lamps, dim, daylight",
    "cloth": "mha, base or pypi (see people.py)",
    "visitor": "bool, a visitor seen from behind",
    "p_neigh": "chance of a person at each neighbouring counter",
    "fh": "height of the counter front in metres",
    "glass": "bool, glass screen",
    "exp": "exposure added, in stops",
    "monitor_side": "-1 (left as the visitor sees it) or 1",
    "number": "of the counter, on sign and plate",
    "plate_x": "place of the number plate along the counter, m",
    "papers": "number of heaps of paper",
    "p_pens": "chance of a pen cup",
    "tidy_chair": "bool, the chair of an empty counter stands straight",
}


VISITOR_HALF = -0.1  # y; nearer to the visitor than this is the visitor's half of the table
HABITS = {  # where people put things on their table: y from, y to (m), at the sides only
    "cup": (0.0, 0.4, False),
    "glass": (0.0, 0.4, False),
    "bottle": (0.0, 0.4, False),
    "phone": (0.08, 0.4, False),
    "charger": (0.0, 0.4, True),
    "handbag": (-0.1, 0.4, True),
    "backpack": (-0.1, 0.4, True),
    "helmet": (-0.2, 0.4, True),
    "photo_frame": (-0.25, 0.15, True),
    "doll": (-0.3, 0.15, True),
    "makeup": (0.05, 0.4, False),
    "food": (0.0, 0.4, False),
    "bowl": (0.0, 0.4, False),
}


def half_of(y: float) -> str:
    """Whose half of the table: visitor or staff."""
    return "visitor" if y < VISITOR_HALF else "staff"


class Desk:
    """The main counter's table: circles that are taken, so that things do not overlap."""

    def __init__(self, rng: random.Random, gt: GroundTruth, style: Style) -> None:
        self.rng, self.gt, self.style = rng, gt, style
        self.taken: list[tuple[float, float, float]] = []  # x, y, radius; m

    def put(self, maker, cls: str, x: float, y: float, yaw: float, r: float, **fields) -> None:
        g = self.gt.add(cls, **{"half": half_of(y), **fields})
        shape = maker(self.rng, g, T(x, y, TABLE) @ Rz(yaw), f"{g}")
        if shape:
            self.gt.entries[g - 1]["shape"] = shape
        self.taken.append((x, y, r))

    def habitual(self, cls: str, r: float) -> tuple[float, float] | None:
        """Free room where people put such things; else, or once in four times, anywhere."""
        if cls in HABITS and self.rng.random() < 0.75:
            low, high, aside = HABITS[cls]
            half = self.style.width / 2
            for _ in range(40):
                x = self.rng.uniform(-half + r + 0.03, half - r - 0.03)
                if aside and abs(x) < 0.45:
                    continue
                y = self.rng.uniform(low, high - r * 0.8)
                if all(math.hypot(x - a, y - b) > r + c - 0.01 for a, b, c in self.taken):
                    return x, y
        return self.free(r)

    def free(self, r: float) -> tuple[float, float] | None:
        """Free room for a circle of radius r (m) anywhere on the table."""
        half = self.style.width / 2
        hidden = max(0, self.style.front_height - 0.76) * 1.1  # behind a high front
        for _ in range(80):
            x = self.rng.uniform(-half + r + 0.03, half - r - 0.03)
            y = self.rng.uniform(-0.34 + r * 0.8 + hidden, 0.40 - r * 0.8)
            if all(math.hypot(x - a, y - b) > r + c - 0.01 for a, b, c in self.taken):
                return x, y
        return None


def equip(
    desk: Desk, chosen: list[str], side: int, behind: float | None = None, lit: bool = True
) -> None:
    """Equipment; `side` is where the monitor stands, `behind` where it hides the person, m."""
    rng = desk.rng
    if "monitor" in chosen:
        x, y = side * rng.uniform(0.38, 0.52), rng.uniform(-0.05, 0.05)
        yaw = -side * rng.uniform(20, 50)
        if behind is not None:
            x, yaw = behind, rng.uniform(-12, 12)
        desk.put(partial(items.monitor, on=lit), "monitor", x, y, yaw, 0.22)
    if "keyboard" in chosen:
        x, y = rng.uniform(-0.08, 0.08), rng.uniform(0.16, 0.24)
        desk.put(items.keyboard, "keyboard", x, y, rng.uniform(-6, 6), 0.20)
        desk.taken += [(x - 0.15, y, 0.12), (x + 0.15, y, 0.12)]
    if "mouse" in chosen:
        x, y = -0.36 + rng.uniform(-0.03, 0.03), 0.2 + rng.uniform(-0.03, 0.03)
        desk.put(items.mouse, "mouse", x, y, rng.uniform(-15, 15), 0.10)
    if "counting_machine" in chosen:
        x, y = -side * rng.uniform(0.55, 0.72), rng.uniform(-0.08, 0.1)
        desk.put(items.counting_machine, "counting_machine", x, y, rng.uniform(-20, 20), 0.20)
    if "calculator" in chosen:
        x, y = rng.uniform(0.3, 0.4), rng.uniform(0.05, 0.2)
        desk.put(items.calculator, "calculator", x, y, rng.uniform(-25, 25), 0.11)
    if "telephone" in chosen and (q := desk.free(0.13)):
        desk.put(equipment.telephone, "telephone", *q, 180 + rng.uniform(-40, 40), 0.13)
    if "printer" in chosen and (q := desk.free(0.25)):
        desk.put(equipment.printer, "printer", *q, 180 + rng.uniform(-60, 60), 0.25)
    if "queue_display" in chosen:
        show_queue(desk)


def show_queue(desk: Desk) -> None:
    """The number of who is called: on the ledge, or hanging above the counter."""
    rng, style = desk.rng, desk.style
    g = desk.gt.add("queue_display")
    x = rng.choice((-1, 1)) * (style.width / 2 - rng.uniform(0.28, 0.4))
    place = T(x, -0.40, style.front_height + 0.03) @ Rz(rng.uniform(-8, 8))
    if rng.random() < 0.5:
        x, z = rng.uniform(-0.5, 0.5), rng.uniform(2.15, 2.4)
        place = T(x, -0.35, z)
        rod = mat("rod", (0.6, 0.6, 0.62), 0.4, 1)
        for s in (-0.1, 0.1):
            box("rod", 0.012, 0.012, 2.95 - z - 0.1, rod, 0, T(x + s, -0.35, z + 0.1), 0)
    desk.gt.entries[g - 1]["shape"] = equipment.queue_display(rng, g, place, f"{g}")


def left_by_visitor(desk: Desk, o: odds.Odds, wanted: list[str] | None, seed: int) -> None:
    """A visitor's bottle, bag or papers on the ledge or the visitor's half: no finding."""
    rng, style = random.Random(seed + 0x7157), desk.style
    table = o["visitor_things"]
    if wanted is None:
        some = {k: w for k, w in table.items() if k != "chance"}
        n = rng.choice((1, 1, 2)) if rng.random() < table["chance"] else 0
        wanted = [odds.one(rng, some) for _ in range(n)]
    height = style.front_height + 0.03 if style.ledge else TABLE
    if not style.ledge and style.front_height > 0.82:
        return
    taken: list[tuple[float, float]] = []
    for k in wanted:
        maker, r = ({**items.OFFICIAL, **items.ITEMS})[k]
        y = -0.43 if style.ledge else -0.28 + r * 0.4
        for _ in range(30):
            x = rng.uniform(-style.width / 2 + r, style.width / 2 - r)
            on_table = [] if style.ledge else desk.taken
            if all(abs(x - a) > r + c for a, c in taken) and all(
                math.hypot(x - a, y - b) > r + c - 0.01 for a, b, c in on_table
            ):
                g = desk.gt.add(k, personal=k != "document", owner="visitor", half="visitor")
                shape = maker(rng, g, T(x, y, height) @ Rz(rng.uniform(-25, 25)), f"{g}")
                if shape:
                    desk.gt.entries[g - 1]["shape"] = shape
                taken.append((x, r))
                break


def random_colour(rng: random.Random) -> tuple[float, float, float]:
    return rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9)


def clutter(desk: Desk, o: odds.Odds, spec: dict) -> None:
    """What is no finding: paper, a pen cup, the number plate."""
    rng = desk.rng
    for _ in range(spec.get("papers", rng.choice(o["desk"]["papers"]))):
        if q := desk.free(0.12):
            desk.taken.append((*q, 0.12))
            g = desk.gt.add("document", half=half_of(q[1]))
            for i in range(rng.choice((1, 3))):
                thick = 0.0006 + 0.006 * rng.random()
                white = mat("pap", (0.93, 0.93, 0.91), 0.85)
                place = T(*q, TABLE + 0.001 * i) @ Rz(rng.uniform(-25, 25))
                box("paper", 0.21, 0.297, thick, white, g, place, 0)
    if rng.random() < spec.get("p_pens", o["desk"]["pens"]) and (q := desk.free(0.05)):
        desk.taken.append((*q, 0.05))
        g = desk.gt.add("pens", half=half_of(q[1]))
        profile = [(0, 0), (0.04, 0), (0.04, 0.1), (0.037, 0.1), (0.037, 0.01), (0, 0.01)]
        lathe("penc", profile, mat("pc", random_colour(rng), 0.5), g, T(*q, TABLE))
        for _ in range(4):
            line = [(0, 0, 0.01), (rng.uniform(-0.03, 0.03), rng.uniform(-0.03, 0.03), 0.15)]
            tube("pen", line, 0.004, mat("pen", random_colour(rng), 0.4), g, T(*q, TABLE), 6)
    number = spec.get("number", rng.randint(1, 9))
    if rng.random() < (1 if "number" in spec else o["desk"]["number_plate"]):
        blue, white = (20, 60, 140), (250, 250, 250)
        picture = tx.sign(f"{TEX}/num.png", str(number), "LOKET", white, blue, 400, 220)
        x = spec.get("plate_x", rng.uniform(-0.6, 0.6))
        place = T(x, -0.36, desk.style.front_height + 0.03) @ Rx(-12) @ T(0, 0, 0.06)
        g = desk.gt.add("nameplate", half="visitor")
        plane("num", 0.22, 0.12, mat("num", img=picture, rough=0.2), g, place, "y")


def personal(desk: Desk, o: odds.Odds, wanted: list[str] | None) -> None:
    """Personal items, the largest first; what finds no room is left out."""
    rng = desk.rng
    if wanted is None:
        n = int(odds.one(rng, o["items"]["count"]))
        wanted = rng.choices(list(items.ITEMS), weights=[o["items"][k] for k in items.ITEMS], k=n)
    for k in sorted(wanted, key=lambda k: -items.ITEMS[k][1]):
        maker, r = items.ITEMS[k]
        q = desk.habitual(k, r)
        if q is None:
            continue
        if k not in ("doll", "photo_frame", "handbag", "backpack"):
            yaw = rng.uniform(0, 360)
        else:  # these have a face: mostly to the visitor
            yaw = rng.uniform(-50, 50) if rng.random() < 0.6 else rng.uniform(130, 230)
        desk.put(maker, k, *q, yaw, r, personal=True)


def official(desk: Desk, o: odds.Odds, wanted: list[str] | None, seed: int) -> None:
    """Official things that look like personal ones; draws of their own."""
    rng = random.Random(seed + 0x0FF1CE)
    kept, desk.rng = desk.rng, rng
    for k in odds.some(rng, o["official"]) if wanted is None else wanted:
        maker, r = items.OFFICIAL[k]
        if q := desk.free(r):
            desk.put(maker, k, *q, rng.uniform(0, 360), r)
    desk.rng = kept


def add_person(
    rng: random.Random,
    gt: GroundTruth,
    o: odds.Odds,
    cloth: str,
    role: str,
    loc: tuple[float, float, float],
    yaw: float,
    seated: bool,
    hands: dict | None,
    badge: str,
    tag: str,
    **choices,
):
    """One person with card, lanyard and name tag as annotated objects: (id, parts, info)."""
    gp = gt.add("person", role=role)
    gb = gt.add("id_card", role=role, person=gp)
    gl = gt.add("lanyard", role=role, person=gp)
    gn = gt.add("name_tag", role=role, person=gp)
    choices.setdefault("extras", [] if role == "visitor" else odds.some(rng, o["extras"]))
    choices.setdefault("both_faces", badge in ("front", "flipped"))
    choices["hijab_on"] = choices.pop("hijab", None)
    parts, info = people.person(
        rng, gp, gb, gl, loc, yaw, seated, hands,
        badge=badge, tag=tag, cloth=cloth, gid_tag=gn, **choices,
    )  # fmt: skip
    gt.points[gp] = info.pop("points")
    faces = info.pop("faces", {})
    gt.faces[gp] = faces
    person, card, strap, name_tag = (gt.entries[i - 1] for i in (gp, gb, gl, gn))
    person.update(info)
    person["family"] = [gp, gb, gl, gn]
    worn = info["badge"]
    gt.turn_card(gp, worn)
    card["absent"] = worn in ("none", "lanyard_only")
    strap["absent"] = worn == "none" or info["card_style"] == "clip" or bool(choices.get("hidden"))
    card["worn"] = "clip" if info["card_style"] == "clip" else "lanyard"
    if "held_face" in info:
        card.update(absent=False, worn="hand", face=person.pop("held_face"), badge="none")
    if "badge_normal" in info:
        card.update(normal=info["badge_normal"], at=info["badge_pos"])
    person["card_at"] = "away" if card["absent"] else card["worn"]
    name_tag["absent"] = "name_tag" not in info
    return gp, parts, faces


def attire_of(rng: random.Random, o: odds.Odds, spec: dict) -> dict:
    """Choices for people.person that the odds leave open: sex, hijab, outfit, what is worn."""
    a = o["attire"]
    out = {k: spec[k] for k in ("outfit", "extras", "card_style") if k in spec}
    out["sex"] = spec.get("sex") or rng.choice(["male", "female"])
    scarf = out["sex"] == "female" and rng.random() < a["hijab"]
    out["hijab"] = spec.get("hijab", scarf)
    if "outfit" not in out and rng.random() < a["guard"]:
        out["outfit"] = "guard"
    cap = 0.5 if out.get("outfit") == "guard" else a["cap"]
    drawn = {"cap": cap, "glasses": a["glasses"], "mask": a["mask"], "blazer": a["blazer"]}
    wear = set(odds.some(rng, drawn))
    if out.get("outfit") == "guard":
        wear.discard("blazer")
    out["wear"] = frozenset(spec.get("wear", wear))
    out["drape"] = spec.get("drape", odds.one(rng, o["drape"]))
    out["build"] = "wide" if rng.random() < o["people"]["wide_build"] else "usual"
    return out


def hold_card(rng: random.Random, hands: dict, x: float) -> tuple[str, dict]:
    """Lift one hand from the table to hold a card: which one, and its pitch and roll."""
    side = rng.choice("lr")
    s = 1 if side == "l" else -1
    hands[side] = (
        x + s * rng.uniform(0.06, 0.24),
        rng.uniform(0.36, 0.5),
        TABLE + rng.uniform(0.10, 0.26),
    )
    return side, {side: (rng.uniform(-45, 5), rng.uniform(-20, 95))}


def seat(
    rng: random.Random, gt: GroundTruth, o: odds.Odds, cloth: str, role: str, x: float,
    place: tuple[float, float, float], badge: str, tag: str, spec: dict, behind: float | None,
) -> int:  # fmt: skip
    """Somebody who sits at the counter at x: the id. `behind`: x of a monitor that half hides."""
    p, c = o["people"], o["card"]
    choices = attire_of(rng, o, spec)
    z = TABLE + 0.055
    hands = {
        "l": (x + rng.uniform(0.10, 0.24), rng.uniform(0.26, 0.36), z),
        "r": (x - rng.uniform(0.10, 0.30), rng.uniform(0.26, 0.36), z),
    }
    yaw = rng.uniform(-14, 14)
    if rng.random() < p["turned"]:
        choices["twist"] = rng.choice((-1, 1)) * rng.uniform(10, 35)
        choices["head"] = (rng.uniform(0, 14), choices["twist"] * rng.uniform(0, 1))
        yaw *= 1.8
    if rng.random() < p["leaning"]:
        choices["sideways"] = rng.uniform(-14, 14)
        choices["lean"] = rng.uniform(-8, 18)
    at = spec.get("card_at")
    if badge == "none" and at is None:
        draw = rng.random()
        at = "hand" if draw < c["hand"] else "desk" if draw < c["hand"] + c["desk"] else "away"
    hidden = spec.get("hidden")
    if badge in ("front", "flipped") and hidden is None:
        if choices["hijab"] and rng.random() < c["under_hijab"]:
            hidden = "hijab"
        elif rng.random() < c["hand_before"]:
            hidden = "hand"
    if hidden == "hijab" and choices["hijab"]:
        choices["hidden"] = "hijab"
        choices["drape"] = rng.choice(["short", "usual"])
        if choices.get("card_style") == "clip":
            choices["card_style"] = "portrait"
    if hidden == "hand":  # one hand before the chest, or both folded over the desk
        for s in "lr" if rng.random() < 0.5 else rng.choice("lr"):
            way = 1 if s == "l" else -1
            hands[s] = (
                place[0] + way * rng.uniform(0.05, 0.12),
                place[1] - rng.uniform(0.24, 0.34),
                TABLE + rng.uniform(0.12, 0.3),
            )
    if badge == "none" and at == "hand":
        side, choices["hand_turn"] = hold_card(rng, hands, place[0])
        choices["card_at"] = f"hand_{side}"
    gp, _, _ = add_person(rng, gt, o, cloth, role, place, yaw, True, hands, badge, tag, **choices)
    if badge == "none" and at == "desk":
        gt.entries[gp - 1]["card_at"] = "desk"
    return gp


def lay_card(
    rng: random.Random, gt: GroundTruth, x: float, y: float, owner: int, tag: str, role: str
) -> None:
    """The card of `owner`, not worn, on a desk; in half of the cases with its strap."""
    face = "back" if rng.random() < 0.35 else "front"
    more = {"role": role, "person": owner, "worn": "desk", "half": half_of(y)}
    g = gt.add("id_card", badge="none", face=face, **more)
    strap = gt.add("lanyard", **more) if rng.random() < 0.5 else 0
    place = T(x, y, TABLE) @ Rz(rng.uniform(-180, 180))
    style, holder = cards.on_desk(rng, g, strap, f"{tag}d", place, face == "back")
    gt.entries[g - 1].update(card_style=style, holder=holder)


def staff(
    rng: random.Random, gt: GroundTruth, o: odds.Odds, cloth: str, badge: str, spec: dict,
    desk: Desk, behind: float | None,
) -> None:  # fmt: skip
    """Somebody at the main counter, seated with both hands on the table, or standing."""
    seated = spec.get("seated", rng.random() < o["people"]["seated"])
    x, y = rng.uniform(-0.12, 0.12), rng.uniform(0.74, 0.84)
    if behind is not None:
        x = behind + rng.uniform(-0.1, 0.1)
    if seated:
        place = (x, y, rng.uniform(0.50, 0.54))
        gp = seat(rng, gt, o, cloth, "staff", x, place, badge, "s0", spec, behind)
    else:
        choices = attire_of(rng, o, spec)
        place = (x + rng.uniform(-0.2, 0.2), rng.uniform(0.62, 0.9), 0.0)
        yaw = rng.uniform(-25, 25)
        if rng.random() < o["people"]["turned"]:
            yaw = rng.choice((-1, 1)) * rng.uniform(25, 60)
        choices["lean"] = rng.uniform(-2, 5)
        if spec.get("hidden") == "hijab" or (
            choices["hijab"]
            and badge in ("front", "flipped")
            and rng.random() < o["card"]["under_hijab"]
        ):
            choices["hidden"] = "hijab"
            choices["drape"] = rng.choice(["short", "usual"])
        gp, _, _ = add_person(
            rng, gt, o, cloth, "staff", place, yaw, False, None, badge, "s0", **choices
        )
        if badge == "none" and rng.random() < o["card"]["desk"]:
            gt.entries[gp - 1]["card_at"] = "desk"
    if gt.entries[gp - 1]["card_at"] == "desk":
        if q := desk.free(0.09):
            desk.taken.append((*q, 0.09))
            lay_card(rng, gt, *q, gp, "s0", "staff")
        else:
            gt.entries[gp - 1]["card_at"] = "away"


def neighbour(
    rng: random.Random, gt: GroundTruth, o: odds.Odds, cloth: str, side: int, x: float, spec: dict
) -> None:
    """The counter beside (side -1 left, 1 right) at x: perhaps a person; a chair."""
    p = o["people"]
    if rng.random() < spec.get("p_neigh", p["neighbour"]):
        place = (x + rng.uniform(-0.1, 0.1), 0.8, 0.52)
        tag = f"n{side + 1}"
        badge = odds.one(rng, o["badge"])
        gp = seat(rng, gt, o, cloth, "neighbour", place[0], place, badge, tag, {}, None)
        if gt.entries[gp - 1]["card_at"] == "desk":
            at = (x + rng.choice((-1, 1)) * rng.uniform(0.3, 0.5), rng.uniform(0.1, 0.3))
            lay_card(rng, gt, *at, gp, tag, "neighbour")
    room.chair(rng, T(x, 1.0, 0) @ Rz(rng.uniform(-20, 20)), gt.add("chair", role="neighbour"))


def build(seed: int, spec: dict | None = None, o: odds.Odds | None = None):
    """New Blender scene for `seed`: (GroundTruth, settings). engine.aim() places the camera."""
    spec, o = spec or {}, o or odds.load()
    if unknown := set(spec) - set(SPEC):
        raise SystemExit(f"spec: unknown {sorted(unknown)}, expected some of {sorted(SPEC)}")
    rng = random.Random(seed)
    reset()
    gt = GroundTruth()
    style = room.draw_style(rng, o, spec)
    back = room.shell(rng, o, style)
    room.back_wall(rng, o, style, back, spec, gt)
    apart = random.Random(seed + 0x11647)
    mood = spec.get("mood", odds.one(apart, o["mood"]))
    strength = room.lights(rng, o, mood, apart)
    step = style.width + 0.02
    for x in (0, -step, step):
        room.counter(style, x)
    side = spec.get("monitor_side", rng.choice((-1, 1)))
    desk = Desk(rng, gt, style)
    apart = random.Random(seed + 0x51DE)
    behind = None
    if "monitor_side" not in spec and apart.random() < o["people"]["behind_monitor"]:
        behind = side * apart.uniform(0.08, 0.3)
    lit = spec.get("screen", "lit" if apart.random() < o["screen"]["lit"] else "dark") == "lit"
    equip(desk, spec.get("equipment", odds.some(rng, o["equipment"])), side, behind, lit)
    clutter(desk, o, spec)
    personal(desk, o, spec.get("items"))
    official(desk, o, spec.get("official"), seed)
    left_by_visitor(desk, o, spec.get("visitor_things"), seed)
    present = spec.get("staff", rng.random() < o["people"]["staff"])
    badge = spec.get("badge", odds.one(rng, o["badge"]))
    straight = present or spec.get("tidy_chair")
    x = rng.uniform(-0.1, 0.1)
    y = 0.95 if straight else rng.uniform(0.8, 1.3)
    turned = 0 if straight else rng.uniform(-60, 60)
    edge = room.chair(rng, T(x, y, 0) @ Rz(turned), gt.add("chair"))
    if "tidy_chair" not in spec and apart.random() < o["room"]["jacket"]:
        shapes.jacket(apart, gt.add("jacket", personal=True), edge, "j")
    cloth = spec.get("cloth", "mha" if paths.have_assets() else "pypi")
    if present:
        staff(rng, gt, o, cloth, badge, spec, desk, behind)
    for s in (-1, 1):
        x = s * step
        neighbour(rng, gt, o, cloth, s, x, spec)
        if rng.random() < o["people"]["neighbour_monitor"]:
            g = gt.add("monitor", role="neighbour")
            items.monitor(rng, g, T(x + side * 0.45, 0, TABLE) @ Rz(-side * 35), f"n{s + 1}")
        if rng.random() < o["people"]["neighbour_keyboard"]:
            g = gt.add("keyboard", role="neighbour")
            items.keyboard(rng, g, T(x, 0.2, TABLE), f"nk{s + 1}")
    if spec.get("visitor", rng.random() < o["people"]["visitor"]):
        place = (rng.choice((-1, 1)) * rng.uniform(0.25, 0.9), -0.95, 0.0)
        yaw, outfit = 180 + rng.uniform(-20, 20), rng.choice(["grey", "navy", "red", "batik"])
        choices = {**attire_of(rng, o, {"extras": []}), "outfit": outfit}
        add_person(rng, gt, o, cloth, "visitor", place, yaw, False, None, "none", "v", **choices)
    view = bpy.context.scene.view_settings
    bpy.context.scene.display_settings.display_device = "sRGB"
    view.view_transform = "AgX"
    view.look = "AgX - Medium High Contrast"
    view.exposure = rng.uniform(*o["light"]["exposure"]) + spec.get("exp", 0)
    settings = {
        "seed": seed,
        "fh": style.front_height,
        "glass": style.glass,
        "staff": bool(present),
        "lum": strength,
        "mood": mood,
        "W": style.width,
    }
    return gt, settings
