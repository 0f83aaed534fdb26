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

from datasets.scenes import engine, items, odds, room, scene
from datasets.scenes.camera_look import Look, apply
from datasets.scenes.engine import Box
from datasets.scenes.kit import Rz, T
from datasets.scenes.room import TABLE
from datasets.scenes.truth import GroundTruth, annotate, labels, project

FEATHER = 8  # pixels over which a border is blended into the picture
ROOM = 44  # pixels round what changed, for its shadow
STANDING = "standing"

# name: torso turn (deg), lean (deg), head (pitch down, turn left; deg), wrists left and right (x,
# y, z above the table)
POSES = {
    "typing": (0, 5, (12, 0), (0.16, 0.30, 0.055), (-0.17, 0.30, 0.055)),
    "mouse": (5, 8, (8, 14), (0.15, 0.31, 0.055), (-0.31, 0.25, 0.055)),
    "aside": (-9, 4, (6, -24), (0.23, 0.35, 0.055), (-0.11, 0.33, 0.055)),
    "reading": (2, 12, (24, 4), (0.11, 0.34, 0.055), (-0.12, 0.33, 0.055)),
    "upright": (-3, 1, (2, 8), (0.20, 0.39, 0.055), (-0.19, 0.38, 0.055)),
    "reaching": (8, 10, (14, 18), (0.30, 0.20, 0.06), (-0.16, 0.34, 0.055)),
}


# ------------------------------------------------------------------ the script


@dataclass(frozen=True, slots=True)
class Span:
    """Something that holds from `since` to `until` (seconds since the start of the recording)."""

    what: str
    value: str
    since: float
    until: float


@dataclass(slots=True)
class Story:
    """What happens before one camera, as spans; `things` are its items."""

    spans: list[Span] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    things: dict[str, dict] = field(default_factory=dict)

    def at(self, what: str, t: float) -> list[str]:
        return [s.value for s in self.spans if s.what == what and s.since <= t < s.until]


def seconds(start: dt.datetime, clock: dt.time) -> float:
    return (dt.datetime.combine(start.date(), clock, start.tzinfo) - start).total_seconds()


def read_story(script: dict, camera: dict) -> Story:
    """The events of one camera as spans, with poses that change every 40 to 90 s while somebody
    sits there.
    """
    start, end = script["start"], (script["end"] - script["start"]).total_seconds()
    story = Story()
    open_: dict[str, tuple[str, float]] = {}
    rng = random.Random(camera["seed"])

    def change(what: str, value: str | None, t: float, name: str | None = None) -> None:
        key = f"{what}/{name or ''}"
        if key in open_:
            old, since = open_.pop(key)
            story.spans.append(Span(what, old, since, t))
        if value is not None:
            open_[key] = (value, t)

    for e in sorted(camera["events"], key=lambda e: e["at"]):
        t = seconds(start, e["at"])
        story.changes.append(t)
        match e["do"]:
            case "arrive":
                change("staff", "present", t)
                change("pose", STANDING, t)
                change("badge", e.get("badge", "front"), t)
            case "leave":
                for what in ("staff", "pose", "badge"):
                    change(what, None, t)
            case "badge":
                change("badge", e["to"], t)
            case "put":
                story.things[e["item"]] = e
                change("item", e["item"], t, e["item"])
            case "take":
                change("item", None, t, e["item"])
            case "visitor":
                change("visitor", e["how"] if e["how"] != "leaves" else None, t)
            case "block":
                change("blocked", "person", t)
            case "unblock":
                change("blocked", None, t)
            case other:
                raise SystemExit(f"{camera['id']}: unknown event {other!r}")
    for key in list(open_):
        what, name = key.split("/")
        change(what, None, end, name or None)
    poses = camera.get("poses", list(POSES))
    spans = []
    for s in story.spans:
        if s.what != "pose":
            spans.append(s)
            continue
        t, last = s.since + camera.get("standing_s", 15), STANDING
        spans.append(Span("pose", STANDING, s.since, t))
        while t < s.until:
            last = poses[0] if last == STANDING else rng.choice([p for p in poses if p != last])
            nxt = min(s.until, t + rng.uniform(40, 90))
            spans.append(Span("pose", last, t, nxt))
            t = nxt
    story.spans = sorted(spans, key=lambda s: (s.what, s.since))
    return story


def frame_times(script: dict, story: Story) -> list[float]:
    """Whole tenths of seconds: one frame each `every_s`, each `dense_s` within `around_s` of a
    change.
    """
    end = (script["end"] - script["start"]).total_seconds()
    every, dense, around = script["every_s"], script["dense_s"], script["around_s"]
    times = set(np.arange(0, end + 0.01, every).round(1).tolist())
    for c in story.changes:
        times |= {round(c + k, 1) for k in np.arange(-around, around + 0.01, dense)}
    return sorted(t for t in times if 0 <= t <= end)


# ------------------------------------------------------------------ the scene of one camera

State = tuple[
    str, ...
]  # sorted names of the groups that show; what belongs to no group always does


@dataclass(slots=True)
class Stage:
    """The built scene: Blender objects and ids of the truth, by group."""

    gt: GroundTruth
    meta: dict
    groups: dict[str, list[bpy.types.Object]] = field(default_factory=dict)
    ids: dict[str, list[int]] = field(default_factory=dict)

    def group(self, name: str, objects: list[bpy.types.Object], ids: list[int]) -> None:
        self.groups[name] = objects
        self.ids[name] = ids

    def show(self, state: State) -> None:
        for name, objects in self.groups.items():
            for o in objects:
                o.hide_render = name not in state
        for name, ids in self.ids.items():
            pose = name.split("/")[1]
            worn = next((b for b in ("front", "flipped") if f"{b}/{pose}" in state), "none")
            for i in ids:
                e = self.gt.entries[i - 1]
                e["absent"] = name not in state or bool(e.get("never"))
                if e.get("role") == "staff" and e["cls"] in ("person", "id_card"):
                    e["badge"] = worn
                    e["face"] = "back" if worn == "flipped" else "front"


def state_at(story: Story, t: float) -> State:
    names = set()
    if story.at("staff", t):
        pose, badge = story.at("pose", t)[0], story.at("badge", t)[0]
        names.add(f"staff/{pose}")
        if badge != "none":
            names |= {f"card/{pose}", f"{badge}/{pose}"}
    for what in ("item", "visitor", "blocked"):
        names |= {f"{what}/{value}" for value in story.at(what, t)}
    return tuple(sorted(names))


def named(objects: list, ids: set[int]) -> tuple[list, list]:
    return [o for o in objects if o.pass_index in ids], [
        o for o in objects if o.pass_index not in ids
    ]


def add_staff(stage: Stage, person: dict, pose: str, tag: str) -> None:
    """The member of staff in one pose, card in both ways, as groups staff/, card/, front/ and
    flipped/.
    """
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
        jitter = random.Random(f"{tag}{pose}")
        x = jitter.uniform(-0.03, 0.03)
        place = (x, 0.79 + jitter.uniform(-0.015, 0.015), person.get("seat_z", 0.52))
        hands = {side: (x + w[0], w[1], TABLE + w[2]) for side, w in (("l", left), ("r", right))}
    gp, parts, info = scene.add_person(
        random.Random(person["seed"]),
        stage.gt,
        odds.load(),
        "pypi",
        "staff",
        place,
        turn,
        pose != STANDING,
        hands,
        "front",
        f"{tag}_{pose}",
        sex=person["sex"],
        hijab=person["hijab"],
        outfit=person["outfit"],
        extras=person.get("extras", ["collar"]),
        card_style=person.get("card", "portrait"),
        tone=tuple(person["tone"]) if "tone" in person else None,
        head=head,
        lean=lean,
        both_faces=True,
        over_hijab=True,
        strap=person.get("strap_m", 0.13),
    )
    _, gb, gl, gn = stage.gt.entries[gp - 1]["family"]
    for i in (gb, gl, gn):
        stage.gt.entries[i - 1]["never"] = stage.gt.entries[i - 1].pop("absent", False)
    faces = info["faces"] or {}
    card, rest = named([o for o in parts if o not in faces.values()], {gb, gl})
    stage.group(f"staff/{pose}", rest, [gp, gn])
    stage.group(f"card/{pose}", card, [gb, gl])
    for way, o in faces.items():
        stage.group(f"{way}/{pose}", [o], [])


def build_stage(script: dict, camera: dict, states: list[State]) -> Stage:
    spec = {
        "items": [],
        "staff": False,
        "p_neigh": 0,
        "visitor": False,
        "glass": False,
        "tidy_chair": True,
        "p_pens": 0,
        "papers": 0,
        **camera["scene"],
    }
    gt, meta = scene.build(camera["seed"], spec)
    stage = Stage(gt, meta)
    c = camera["camera"]
    engine.aim(c["place"], c["target"], c["lens_mm"], c.get("roll_deg", 0))
    wanted = {name for state in states for name in state}
    for name in sorted(n for n in wanted if n.startswith("staff/")):
        add_staff(stage, camera["staff"], name.split("/")[1], camera["id"])
    for e in camera["events"]:
        if e["do"] == "put":
            before = set(bpy.data.objects)
            g = gt.add(e["item"], personal=True)
            maker = items.ITEMS[e["item"]][0]
            x, y = e["place"]
            maker(random.Random(e.get("seed", 1)), g, T(x, y, TABLE) @ Rz(e.get("yaw", 0)), f"m{g}")
            stage.group(f"item/{e['item']}", list(set(bpy.data.objects) - before), [g])
    v = camera.get("visitor", {})
    vx, vy = v.get("at", (-0.3, -0.95))
    room.chair(random.Random(camera["seed"] + 1), T(vx, vy - 0.08, 0) @ Rz(180))
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
    outside of it.
    """
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
    """`picture` with `cut` blended in over FEATHER pixels, but sharp where the box touches the
    picture's edge.
    """
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


def file_name(state: State) -> str:
    return "+".join(n.replace("/", "-") for n in state) or "empty"


def render_states(
    script: dict,
    camera: dict,
    states: list[State],
    work: Path,
    samples: int,
    scale: float,
    threads: int,
) -> None:
    """Every state as NAME.png, NAME_id.png and NAME.json (objects) in `work`; existing ones are
    kept.
    """
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
        choices = [((0, 0, w, h), None)]
        for base in ready:
            box = border(stage, set(base) ^ set(state), w, h)
            if box is not None:
                choices.append((box, base))
        box, base = min(choices, key=lambda c: (c[0][2] - c[0][0]) * (c[0][3] - c[0][1]))
        stage.show(state)
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
    """staff: seated or standing behind the desk; desk: staff half of the table top; visitor: before
    the front.
    """
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


def write_clip(
    script: dict, camera: dict, story: Story, times: list[float], work: Path, path: Path
) -> list[dict]:
    """The clip of one camera; returns the truth of each frame."""
    w, h = script["size_wh"]
    video = script["video"]
    look = Look(**{**camera["look"], "balance": tuple(camera["look"]["balance"])}, quality=85)
    truth = []
    pictures: dict[State, np.ndarray] = {}
    boxes: dict[State, list] = {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = w, h, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = 100000
        stream.codec_context.thread_count = 1
        stream.options = {
            "crf": str(video["crf"]),
            "preset": video["preset"],
            "bf": "0",
            "x264-params": "scenecut=0:ref=6:keyint=100000:mbtree=0:aq-mode=3",
        }
        last_key = -math.inf
        for k, t in enumerate(times):
            state = state_at(story, t)
            if state not in pictures:
                pictures[state] = cv2.imread(str(work / f"{file_name(state)}.png"))
                meta = json.loads((work / f"{file_name(state)}.json").read_text())
                boxes[state] = labels(meta)
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
            truth.append(
                {
                    "time_s": t,
                    "camera": camera["id"],
                    "boxes": [[c, *b, v] for c, b, v in boxes[state]],
                }
            )
        for packet in stream.encode(None):
            out.mux(packet)
    return truth


def toml_value(v: object) -> str:
    if isinstance(v, list):
        return "[" + ", ".join(toml_value(x) for x in v) + "]"
    if isinstance(v, dict):
        return "{ " + ", ".join(f"{k} = {toml_value(x)}" for k, x in v.items()) + " }"
    if isinstance(v, dt.datetime):
        return v.isoformat()
    return json.dumps(v, ensure_ascii=False)


def recording_toml(script: dict) -> str:
    rows = [
        "# A rendered recording. Times of a frame: start + its presentation time stamp in the clip."
    ]
    rows += [f"{k} = {toml_value(script[k])}" for k in ("id", "start", "end")]
    for c in script["cameras"]:
        rows += ["", "[[cameras]]"]
        rows += [
            f"{k} = {toml_value(v)}"
            for k, v in (
                ("id", c["id"]),
                ("name", c["name"]),
                ("counter", c["counter"]),
                ("clip", f"{c['id']}.mp4"),
                ("size_wh", script["size_wh"]),
            )
        ]
    return "\n".join(rows) + "\n"


def truth_toml(script: dict, stories: dict[str, Story]) -> str:
    """Spans of every counter with clock times; `to` is not part of a span."""
    rows = [
        "# What is true at each counter, and when; exact, known by the renderer.",
        "# `from` is included, `to` is not.",
        "# staff: a member of staff is in the staff zone.",
        "# badge: front, back (turned over) or none, while staff is there.",
        "# items: personal things on the staff half of the desk.",
        "# blocked: somebody stands before the camera.",
        "# poses: the staff moves a little all the time; nothing is judged by it.",
        f"recording = {toml_value(script['id'])}",
    ]
    end = (script["end"] - script["start"]).total_seconds()

    def when(t: float) -> dt.datetime:
        return script["start"] + dt.timedelta(seconds=t)

    def filled(spans: list[Span]) -> list[tuple[bool, float, float]]:
        out, t = [], 0.0
        for s in spans:
            if s.since > t:
                out.append((False, t, s.since))
            out.append((True, s.since, s.until))
            t = s.until
        return out + ([(False, t, end)] if t < end else [])

    for c in script["cameras"]:
        story = stories[c["id"]]

        def of(what: str, story: Story = story) -> list[Span]:
            return [s for s in story.spans if s.what == what]

        def table(key: str, rows_: list[dict]) -> list[str]:
            return [f"{key} = ["] + [f"  {toml_value(r)}," for r in rows_] + ["]"]

        rows += [
            "",
            "[[counters]]",
            f"id = {toml_value(c['counter'])}",
            f"camera = {toml_value(c['id'])}",
        ]
        rows += table(
            "staff",
            [{"present": p, "from": when(a), "to": when(b)} for p, a, b in filled(of("staff"))],
        )
        side = {"front": "front", "flipped": "back", "none": "none"}
        rows += table(
            "badge",
            [
                {"shows": side[s.value], "from": when(s.since), "to": when(s.until)}
                for s in of("badge")
            ],
        )
        rows += table(
            "items",
            [{"label": s.value, "from": when(s.since), "to": when(s.until)} for s in of("item")],
        )
        visits = of("visitor")
        joined = [Span("visitor", "", visits[0].since, visits[-1].until)] if visits else []
        rows += table(
            "visitor",
            [{"present": p, "from": when(a), "to": when(b)} for p, a, b in filled(joined)],
        )
        rows += table(
            "blocked",
            [{"by": s.value, "from": when(s.since), "to": when(s.until)} for s in of("blocked")],
        )
        rows += table(
            "poses",
            [{"pose": s.value, "from": when(s.since), "to": when(s.until)} for s in of("pose")],
        )
    return "\n".join(rows) + "\n"


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
    p.add_argument("--camera", help="only this camera's states (no clips)")
    p.add_argument(
        "--preview", action="store_true", help="a quarter of the pixels, 4 samples, states only"
    )
    p.add_argument("--only", help="with --preview: states whose name contains this")
    p.add_argument("--threads", type=int, default=0)
    a = p.parse_args()
    script = tomllib.loads(a.script.read_text())
    work = a.work or a.out / "work"
    samples, scale = (4, 0.5) if a.preview else (script["samples"], 1.0)
    stories, times = {}, {}
    for c in script["cameras"]:
        stories[c["id"]] = read_story(script, c)
        times[c["id"]] = frame_times(script, stories[c["id"]])
        if a.camera in (None, c["id"]):
            states = list(dict.fromkeys(state_at(stories[c["id"]], t) for t in times[c["id"]]))
            if a.only:
                states = [s for s in states if a.only in file_name(s)]
            render_states(script, c, states, work / c["id"], samples, scale, a.threads)
    if a.preview or a.camera:
        return
    truth = []
    for c in script["cameras"]:
        clip = a.out / f"{c['id']}.mp4"
        truth += write_clip(script, c, stories[c["id"]], times[c["id"]], work / c["id"], clip)
        print(
            f"{clip}: {len(times[c['id']])} frames, {clip.stat().st_size / 1e6:.2f} MB", flush=True
        )
        look = Look(**{**c["look"], "balance": tuple(c["look"]["balance"])}, quality=85)
        clear = apply(cv2.imread(str(work / c["id"] / "empty.png")), look, c["seed"])
        (a.out / "reference").mkdir(exist_ok=True)
        cv2.imwrite(
            str(a.out / "reference" / f"{c['id']}.jpg"), clear, [cv2.IMWRITE_JPEG_QUALITY, 85]
        )
    (a.out / "recording.toml").write_text(recording_toml(script))
    (a.out / "truth.toml").write_text(truth_toml(script, stories))
    (a.out / "zones.toml").write_text(zones_toml(script, work))
    lines = "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in truth)
    with (a.out / "truth.jsonl.gz").open("wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(lines.encode())


if __name__ == "__main__":
    main()
