"""The story of a morning: the script as spans of time, the times of the frames, the truth.

Pure: nothing is rendered here, and Blender is not needed. Times are seconds since the start of the
recording.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass, field

STANDING = "standing"

POSES = ["typing", "mouse", "aside", "reading", "upright", "reaching"]  # of somebody seated
# Names of the groups that show, sorted; what belongs to no group always does.
State = tuple[str, ...]


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
    """The events of one camera as spans; somebody who sits there moves every 40 to 90 s."""
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
    poses = camera.get("poses", POSES)
    spans = []
    for s in story.spans:
        if s.what != "pose":
            spans.append(s)
            continue
        t, last = s.since + camera.get("standing_s", 15), STANDING
        spans.append(Span("pose", STANDING, s.since, t))
        while t < s.until:
            last = poses[0] if last == STANDING else rng.choice([p for p in poses if p != last])
            nxt = min(s.until, round(t + rng.uniform(40, 90), 1))
            spans.append(Span("pose", last, t, nxt))
            t = nxt
    story.spans = sorted(spans, key=lambda s: (s.what, s.since))
    return story


def frame_times(script: dict, story: Story) -> list[float]:
    """One frame each `every_s`, each `dense_s` within `around_s` of a change (tenths of s)."""
    end = (script["end"] - script["start"]).total_seconds()
    every, dense, around = script["every_s"], script["dense_s"], script["around_s"]
    times = {round(k * every, 1) for k in range(int(end / every) + 1)}
    for c in story.changes:
        steps = round(around / dense)
        times |= {round(c + k * dense, 1) for k in range(-steps, steps + 1)}
    return sorted(t for t in times if 0 <= t < end)


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


def file_name(state: State) -> str:
    return "+".join(n.replace("/", "-") for n in state) or "empty"


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
    return "\n".join(rows) + "\n"
