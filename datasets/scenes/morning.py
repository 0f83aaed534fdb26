"""A rendered morning: one script in TOML gives a recording of several cameras with its truth.

    python -m datasets.scenes.morning SCRIPT.toml --out DIR [--work DIR] [--preview]

One scene is built per camera with everybody and everything of its morning in it; what is not there
at a moment is hidden. A *state* is the set of things that show. A new state is rendered only inside
a border round what changed against the most similar state rendered before, and laid in (picture and
id picture). Then each video frame takes the picture of its state, the look of its camera with new
noise, and the burnt-in clock.

States are kept in --work (default: DIR/work), so a stopped run goes on. Blender's module (bpy) is
GPL-3.0: this is an offline tool, never imported by the product.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import math
import random
import time
import tomllib
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import bpy
import cv2
import numpy as np
from mathutils import Matrix

from datasets.scenes import engine, items, odds, room, scene
from datasets.scenes.boxes import labels
from datasets.scenes.camera_look import Look, apply
from datasets.scenes.engine import Box
from datasets.scenes.kit import Rx, Rz, T
from datasets.scenes.room import TABLE
from datasets.scenes.story import (
    HOLDING,
    STAFF,
    STANDING,
    State,
    Story,
    file_name,
    frame_times,
    office_toml,
    read_story,
    recording_toml,
    state_at,
    toml_value,
    truth_toml,
    who_shown,
)
from datasets.scenes.truth import GroundTruth, annotate, project

FEATHER = 8  # pixels over which a border is blended into the picture
ROOM = 44  # pixels round what changed, for its shadow

# torso turn (deg), lean (deg), head (pitch down, turn left; deg), wrists left and right (x, y,
# and z above the table; m)
POSES = {
    "typing": (0, 5, (12, 0), (0.16, 0.30, 0.055), (-0.17, 0.30, 0.055)),
    "mouse": (5, 8, (8, 14), (0.15, 0.31, 0.055), (-0.31, 0.25, 0.055)),
    "aside": (-9, 4, (6, -24), (0.23, 0.35, 0.055), (-0.11, 0.33, 0.055)),
    "reading": (2, 12, (24, 4), (0.11, 0.34, 0.055), (-0.12, 0.33, 0.055)),
    "upright": (-3, 1, (2, 8), (0.20, 0.39, 0.055), (-0.19, 0.38, 0.055)),
    "reaching": (8, 10, (14, 18), (0.30, 0.20, 0.06), (-0.16, 0.34, 0.055)),
    HOLDING: (0, 6, (20, 6), (0.14, 0.30, 0.055), (-0.20, 0.34, 0.17)),
}
WORLD = {"on": 1.0, "half": 0.6, "off": 0.04}  # what is left of the weak light from everywhere


# ------------------------------------------------------------------ the scene of one camera


@dataclass(slots=True)
class Stage:
    """The built scene: Blender objects and ids of the truth, by group."""

    gt: GroundTruth
    meta: dict
    camera: dict
    groups: dict[str, list[bpy.types.Object]] = field(default_factory=dict)
    ids: dict[str, list[int]] = field(default_factory=dict)

    def group(self, name: str, objects: list[bpy.types.Object], ids: list[int]) -> None:
        self.groups[name] = objects
        self.ids[name] = ids

    def show(self, state: State) -> None:
        for name, objects in self.groups.items():
            for o in objects:
                o.hide_render = name not in state
        self.light(next((n.split("/")[1] for n in state if n.startswith("light/")), "on"))
        self.aim("view/knocked" in state)
        for name, ids in self.ids.items():
            pose = name.split("/")[1]
            worn = next((b for b in ("front", "flipped") if f"{b}/{pose}" in state), "none")
            if worn == "none" and f"strap/{pose}" in state:
                worn = "lanyard_only"
            for i in ids:
                e = self.gt.entries[i - 1]
                e["absent"] = name not in state or bool(e.get("never"))
                if e.get("role") == "staff" and e["cls"] in ("person", "id_card"):
                    e["badge"] = worn
                    e["face"] = "back" if worn == "flipped" else "front"

    def light(self, how: str) -> None:
        """Ceiling lamps on, every second one (half), or off. What a window gives stays."""
        for kind in ("a", "lp"):  # as room.lights names the lamps and what glows of them
            own = [o for o in bpy.data.objects if o.name.split(".")[0] == kind]
            for k, o in enumerate(sorted(own, key=lambda o: o.name)):
                o.hide_render = how == "off" or (how == "half" and k % 2 == 0)
        background = bpy.context.scene.world.node_tree.nodes["Background"].inputs[1]
        self.meta.setdefault("world", background.default_value)
        background.default_value = self.meta["world"] * WORLD[how]

    def aim(self, knocked: bool) -> None:
        """The camera where it hangs, or as it was left by who knocked it."""
        c = dict(self.camera["camera"])
        if knocked:
            knock = next(e for e in self.camera["events"] if e["do"] == "knock")
            c |= {k: v for k, v in knock.items() if k in ("place", "target", "roll_deg")}
        engine.aim(c["place"], c["target"], c["lens_mm"], c.get("roll_deg", 0))


def named(objects: list, ids: set[int]) -> tuple[list, list]:
    return [o for o in objects if o.pass_index in ids], [
        o for o in objects if o.pass_index not in ids
    ]


def seat_of(tag: str, shown: str) -> tuple[float, float]:
    """Where somebody sits in a pose (x, y; m): nobody sits twice on the same spot."""
    jitter = random.Random(f"{tag}{shown}")
    return jitter.uniform(-0.03, 0.03), 0.79 + jitter.uniform(-0.015, 0.015)


def place_of(event: dict, tag: str) -> Matrix:
    """Where a thing lies on the table, or how it is held in the right hand."""
    if event["do"] == "hold":
        x, y, z = POSES[HOLDING][4]
        hand = T(seat_of(tag, HOLDING)[0] + x, y, TABLE + z)
        dx, dy, dz = event.get("offset", (0.02, -0.07, 0.02))
        return hand @ T(dx, dy, dz) @ Rz(event.get("yaw", 0)) @ Rx(event.get("tilt", 60))
    x, y = event["place"]
    return T(x, y, TABLE) @ Rz(event.get("yaw", 0))


def add_staff(stage: Stage, person: dict, shown: str, tag: str) -> None:
    """Somebody in one pose, as groups staff/, strap/, card/, front/ and flipped/."""
    _, pose = who_shown(shown)
    if pose == STANDING:
        x, y = person.get("stands_at", (0.46, 0.72))
        place, turn, lean, head, hands = (
            (x, y, 0.0),
            person.get("stands_turned", 0),
            1,
            (4, 0),
            None,
        )
    else:
        turn, lean, head, left, right = POSES[pose]
        x, y = seat_of(tag, shown)
        place = (x, y, person.get("seat_z", 0.52))
        hands = {side: (x + w[0], w[1], TABLE + w[2]) for side, w in (("l", left), ("r", right))}
    gp, parts, faces = scene.add_person(
        random.Random(person["seed"]),
        stage.gt,
        odds.load(),
        "pypi",
        person.get("role", STAFF),
        place,
        turn,
        pose != STANDING,
        hands,
        "front",
        f"{tag}_{shown}",
        sex=person["sex"],
        hijab=person["hijab"],
        outfit=person["outfit"],
        extras=person.get("extras", ["collar"]),
        card_style=person.get("card", "portrait"),
        tone=tuple(person["tone"]) if "tone" in person else None,
        head=head,
        lean=lean,
        both_faces=True,
        over_hijab="hidden" not in person,
        hidden=person.get("hidden"),
        strap=person.get("strap_m", 0.13),
    )
    _, gb, gl, gn = stage.gt.entries[gp - 1]["family"]
    for i in (gb, gl, gn):
        stage.gt.entries[i - 1]["never"] = stage.gt.entries[i - 1].pop("absent", False)
    card, rest = named([o for o in parts if o not in faces.values()], {gb})
    strap, rest = named(rest, {gl})
    stage.group(f"staff/{shown}", rest, [gp, gn])
    stage.group(f"strap/{shown}", strap, [gl])
    stage.group(f"card/{shown}", card, [gb])
    for way, o in faces.items():
        stage.group(f"{way}/{shown}", [o], [])


def build_stage(script: dict, camera: dict, states: list[State]) -> Stage:
    spec = {
        "items": [],
        "official": [],
        "staff": False,
        "p_neigh": 0,
        "visitor": False,
        "glass": False,
        "tidy_chair": True,
        "p_pens": 0,
        "papers": 0,
        "mood": "usual",
        "screen": "lit",
        "visitor_things": [],
        **camera["scene"],
    }
    gt, meta = scene.build(camera["seed"], spec)
    stage = Stage(gt, meta, camera)
    stage.aim(False)
    wanted = {name for state in states for name in state}
    for name in sorted(n for n in wanted if n.startswith("staff/")):
        shown = name.split("/")[1]
        who, _ = who_shown(shown)
        person = camera["staff"] if who == STAFF else camera["others"][who]
        add_staff(stage, person, shown, camera["id"])
    for e in camera["events"]:
        if e["do"] in ("put", "hold"):
            before = set(bpy.data.objects)
            personal = e["item"] in items.ITEMS
            g = gt.add(e["item"], **({"personal": True} if personal else {}))
            maker = (items.ITEMS if personal else items.OFFICIAL)[e["item"]][0]
            maker(random.Random(e.get("seed", 1)), g, place_of(e, camera["id"]), f"m{g}")
            stage.group(f"item/{e['item']}", list(set(bpy.data.objects) - before), [g])
    v = camera.get("visitor", {})
    vx, vy = v.get("at", (-0.3, -0.95))
    room.chair(random.Random(camera["seed"] + 1), T(vx, vy - 0.08, 0) @ Rz(180), gt.add("chair"))
    for name in sorted(n for n in wanted if n.startswith(("visitor/", "blocked/"))):
        what, how = name.split("/")
        if what == "visitor":
            seated = how == "sits"
            place = (vx, vy, 0.50) if seated else (vx + 0.45, vy + 0.1, 0.0)
            person, turn = v, 180 + v.get("turned", 0)
        else:
            person, seated = camera["blocker"], False
            place, turn = tuple(person["at"]), person["turned"]
        gp, parts, _ = scene.add_person(
            random.Random(person["seed"]),
            gt,
            odds.load(),
            "pypi",
            "visitor",
            place,
            turn,
            seated,
            None,
            "none",
            f"{camera['id']}_{how}",
            sex=person["sex"],
            hijab=person["hijab"],
            outfit=person["outfit"],
            lean=3,
        )
        for i in stage.gt.entries[gp - 1]["family"][1:]:
            stage.gt.entries[i - 1]["never"] = True
        stage.group(name, parts, [gp])
    return stage


# ------------------------------------------------------------------ rendering states


def border(stage: Stage, names: set[str], w: int, h: int) -> Box | None:
    """Box round the groups `names` with room for their shadows, clipped to the picture; None:
    outside of it. Other lamps or another view change all of it.
    """
    if any(name.startswith(("light/", "view/")) for name in names):
        return 0, 0, w, h
    lo, hi = np.array([np.inf, np.inf]), np.array([-np.inf, -np.inf])
    for name in names:
        for o in stage.groups[name]:
            if o.type != "MESH" or not len(o.data.vertices):
                continue
            v = np.empty(3 * len(o.data.vertices), np.float32)
            o.data.vertices.foreach_get("co", v)
            v = np.c_[v.reshape(-1, 3), np.ones(len(v) // 3)] @ np.array(o.matrix_world).T
            uv, z = project(v[:, :3], w, h)
            if (z <= 0.05).any():
                return 0, 0, w, h
            lo, hi = np.minimum(lo, uv.min(0)), np.maximum(hi, uv.max(0))
    if not np.isfinite(lo).all():
        return None
    x1, y1 = np.clip(np.floor(lo - ROOM), 0, [w, h]).astype(int)
    x2, y2 = np.clip(np.ceil(hi + ROOM), 0, [w, h]).astype(int)
    return (x1, y1, x2, y2) if x2 - x1 > 1 and y2 - y1 > 1 else None


def lay_in(picture: np.ndarray, cut: np.ndarray, box: Box) -> np.ndarray:
    """`picture` with `cut` blended in over FEATHER pixels; sharp at the picture's own edge."""
    x1, y1, x2, y2 = box
    h, w = picture.shape[:2]
    y, x = np.mgrid[0 : y2 - y1, 0 : x2 - x1].astype(np.float32)
    far = np.full_like(x, 1e6)
    edges = [
        x if x1 > 0 else far,
        y if y1 > 0 else far,
        x2 - x1 - 1 - x if x2 < w else far,
        y2 - y1 - 1 - y if y2 < h else far,
    ]
    weight = np.clip((np.minimum.reduce(edges) + 1) / (FEATHER + 1), 0, 1)[..., None]
    out = picture.copy()
    out[y1:y2, x1:x2] = np.rint(weight * cut + (1 - weight) * out[y1:y2, x1:x2])
    return out


def render_states(
    script: dict,
    camera: dict,
    states: list[State],
    work: Path,
    samples: int,
    scale: float,
    threads: int,
) -> None:
    """Every state as NAME.png, NAME_id.png, NAME.json (objects) in `work`, unless it is there."""
    w, h = (round(v * scale) for v in script["size_wh"])
    if (
        all((work / f"{file_name(s)}.json").exists() for s in states)
        and (work / "zones.json").exists()
    ):
        return
    work.mkdir(parents=True, exist_ok=True)
    t0 = time.time()
    stage = build_stage(script, camera, states)
    (work / "zones.json").write_text(json.dumps(zones(stage, camera, w, h)))
    print(f"{camera['id']}: built in {time.time() - t0:.0f} s, {len(states)} states", flush=True)
    tmp = work / "render"
    engine.setup(samples, w, h, tmp, threads=threads)
    ready: list[State] = []
    for state in states:
        name = file_name(state)
        if (work / f"{name}.json").exists():
            ready.append(state)
            continue
        t0 = time.time()
        stage.show(state)
        choices = [((0, 0, w, h), None)]
        for base in ready:
            box = border(stage, set(base) ^ set(state), w, h)
            if box is not None:
                choices.append((box, base))
        box, base = min(choices, key=lambda c: (c[0][2] - c[0][0]) * (c[0][3] - c[0][1]))
        cut, cut_ids = engine.render_box(tmp, box, w, h)
        if base is None:
            picture, ids = cut, cut_ids
        else:
            picture = lay_in(cv2.imread(str(work / f"{file_name(base)}.png")), cut, box)
            ids = cv2.imread(str(work / f"{file_name(base)}_id.png"), 0).astype(np.int32)
            ids[box[1] : box[3], box[0] : box[2]] = cut_ids
        cv2.imwrite(str(work / f"{name}.png"), picture)
        cv2.imwrite(str(work / f"{name}_id.png"), ids.astype(np.uint8))
        objects = annotate(stage.gt, ids, w, h)
        (work / f"{name}.json").write_text(
            json.dumps({"w": w, "h": h, "objects": objects}, default=float)
        )
        ready.append(state)
        share = (box[2] - box[0]) * (box[3] - box[1]) / (w * h)
        print(
            f"{camera['id']} {name}: {100 * share:.0f} % of the picture, {time.time() - t0:.0f} s",
            flush=True,
        )


# ------------------------------------------------------------------ zones


def hull(points: list[tuple[float, float, float]], w: int, h: int) -> list[list[float]]:
    """Convex outline of world points in fractions of the picture, clipped to it."""
    uv, _ = project(np.array(points, float), w, h)
    outline = cv2.convexHull(uv.astype(np.float32))
    frame = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    _, inside = cv2.intersectConvexConvex(outline, frame)
    return [[round(float(x) / w, 4), round(float(y) / h, 4)] for x, y in inside[:, 0]]


def block(x: tuple, y: tuple, z: tuple) -> list[tuple[float, float, float]]:
    return [(a, b, c) for a in x for b in y for c in z]


def zones(stage: Stage, camera: dict, w: int, h: int) -> dict[str, list[list[float]]]:
    """staff: behind the desk; desk: staff half of the table top; visitor: before the front."""
    half = stage.meta["W"] / 2 - 0.04
    zone = camera.get("zones", {})
    top = zone.get("staff_top", 1.62)
    return {
        "staff": hull(block((-0.72, 0.72), (0.28, 1.25), (TABLE, top)), w, h),
        "desk": hull(block((-half, half), (0.0, 0.43), (TABLE,)), w, h),
        "visitor": hull(
            block((-0.9, 0.9), (-1.5, -0.5), (0.2, zone.get("visitor_top", 0.95))), w, h
        ),
    }


# ------------------------------------------------------------------ frames, clip and truth


def look_of(camera: dict) -> Look:
    return Look(**{**camera["look"], "balance": tuple(camera["look"]["balance"])}, quality=85)


def write_clip(
    script: dict, camera: dict, story: Story, times: list[float], work: Path, path: Path
) -> None:
    """H.264 with the times of the frames; a key frame each `keyframe_s`, no B-frames."""
    w, h = script["size_wh"]
    video, look = script["video"], look_of(camera)
    pictures: dict[State, np.ndarray] = {}
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = w, h, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = 100000
        stream.codec_context.thread_count = 1
        stream.options = {
            "qp": str(video["qp"]),
            "preset": video["preset"],
            "bf": "0",
            "x264-params": "scenecut=0:ref=4:keyint=100000:mbtree=0:ipratio=1.2",
        }
        last_key = -math.inf
        for k, t in enumerate(times):
            state = state_at(story, t)
            if state not in pictures:
                pictures[state] = cv2.imread(str(work / f"{file_name(state)}.png"))
            rng = random.Random(camera["seed"] * 100003 + k)
            clock = script["start"] + dt.timedelta(seconds=t)
            text = f"{clock:%Y-%m-%d %H:%M:%S}  {camera['name'].upper()}"
            image = apply(pictures[state], look, rng.getrandbits(31), text, 1 + rng.gauss(0, 0.002))
            frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(t * 1000), Fraction(1, 1000)
            if t - last_key >= video["keyframe_s"]:
                frame.pict_type, last_key = av.video.frame.PictureType.I, t
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    print(f"{path}: {len(times)} frames, {path.stat().st_size / 1e6:.2f} MB", flush=True)


def write_truth(
    script: dict, stories: dict[str, Story], times: dict[str, list[float]], work: Path, out: Path
) -> None:
    """recording.toml, truth.toml, zones.toml, and truth.jsonl.gz with the boxes of every frame.

    office.toml too, unless there is one.
    """
    (out / "recording.toml").write_text(recording_toml(script))
    (out / "truth.toml").write_text(truth_toml(script, stories))
    (out / "zones.toml").write_text(zones_toml(script, work))
    if not (out / "office.toml").exists():
        known = {
            c["id"]: json.loads((work / c["id"] / "zones.json").read_text())
            for c in script["cameras"]
        }
        (out / "office.toml").write_text(office_toml(script, known))
    with (out / "truth.jsonl.gz").open("wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        for c in script["cameras"]:
            boxes: dict[State, list] = {}
            for t in times[c["id"]]:
                state = state_at(stories[c["id"]], t)
                if state not in boxes:
                    truth = json.loads((work / c["id"] / f"{file_name(state)}.json").read_text())
                    boxes[state] = [[cls, *box, share] for cls, box, share in labels(truth)]
                row = {"time_s": t, "camera": c["id"], "boxes": boxes[state]}
                z.write((json.dumps(row, separators=(",", ":")) + "\n").encode())


def zones_toml(script: dict, work: Path) -> str:
    rows = [
        "# Zones of each counter as polygons in fractions of the picture (x to the right, y down).",
        "# No screen zones: these cameras see the monitors from behind.",
    ]
    for c in script["cameras"]:
        z = json.loads((work / c["id"] / "zones.json").read_text())
        rows += [
            "",
            "[[counters]]",
            f"id = {toml_value(c['counter'])}",
            f"camera = {toml_value(c['id'])}",
        ]
        rows += [f"{name} = {toml_value(points)}" for name, points in z.items()]
    return "\n".join(rows) + "\n"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("script", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--work", type=Path, help="folder for rendered states (default: OUT/work)")
    p.add_argument("--camera", help="states and clip of this camera only")
    p.add_argument("--preview", action="store_true", help="states only, half the size, 4 samples")
    p.add_argument("--only", help="with --preview: states whose name contains this")
    p.add_argument("--threads", type=int, default=0)
    a = p.parse_args()
    script = tomllib.loads(a.script.read_text())
    work = a.work or a.out / "work"
    samples, scale = (4, 0.5) if a.preview else (script["samples"], 1.0)
    stories = {c["id"]: read_story(script, c) for c in script["cameras"]}
    times = {name: frame_times(script, story) for name, story in stories.items()}
    (a.out / "reference").mkdir(parents=True, exist_ok=True)
    for c in script["cameras"]:
        name = c["id"]
        if a.camera not in (None, name):
            continue
        # The empty one comes first: it is the approved picture of the clear desk.
        states = list(dict.fromkeys([(), *(state_at(stories[name], t) for t in times[name])]))
        if a.only:
            states = [s for s in states if a.only in file_name(s)]
        render_states(script, c, states, work / name, samples, scale, a.threads)
        if a.preview:
            continue
        write_clip(script, c, stories[name], times[name], work / name, a.out / f"{name}.mp4")
        clear = apply(cv2.imread(str(work / name / "empty.png")), look_of(c), c["seed"])
        reference = a.out / "reference" / f"{name}.jpg"
        cv2.imwrite(str(reference), clear, [cv2.IMWRITE_JPEG_QUALITY, 85])
    if not a.preview and all((work / c["id"] / "zones.json").exists() for c in script["cameras"]):
        write_truth(script, stories, times, work, a.out)


if __name__ == "__main__":
    main()
