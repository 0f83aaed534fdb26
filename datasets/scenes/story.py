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
HOLDING = "holding"  # a thing in the right hand

POSES = ["typing", "mouse", "aside", "reading", "upright", "reaching"]  # of somebody seated
STAFF = "staff"  # who works at the counter; others have names of their own
BADGES = ("front", "flipped", "lanyard_only", "none")
LAMPS = ("on", "half", "off")
# Names of the groups that show, sorted; what belongs to no group always does.
State = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Something that holds from `since` to `until` (seconds since the start of the recording)."""

    what: str
    value: str
    since: float
    until: float
    who: str = ""


@dataclass(slots=True)
class Story:
    """What happens before one camera, as spans; `things` are what lies there, by name.

    `no_staff`: who stands on the staff side and is no member of staff.
    """

    spans: list[Span] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    things: dict[str, dict] = field(default_factory=dict)
    no_staff: set[str] = field(default_factory=set)

    def at(self, what: str, t: float, who: str | None = None) -> list[str]:
        return [
            s.value
            for s in self.spans
            if s.what == what and s.since <= t < s.until and who in (None, s.who)
        ]


def seconds(start: dt.datetime, clock: dt.time) -> float:
    return (dt.datetime.combine(start.date(), clock, start.tzinfo) - start).total_seconds()


def read_story(script: dict, camera: dict) -> Story:
    """The events of one camera as spans; somebody who sits there moves every `moves_s`."""
    start, end = script["start"], (script["end"] - script["start"]).total_seconds()
    story = Story()
    story.no_staff = {
        who for who, person in camera.get("others", {}).items() if person.get("role") == "visitor"
    }
    open_: dict[tuple[str, str], tuple[str, float]] = {}
    rng = random.Random(camera["seed"])

    def change(what: str, value: str | None, t: float, name: str = "") -> None:
        key = (what, name)
        if key in open_:
            old, since = open_.pop(key)
            story.spans.append(Span(what, old, since, t, name))
        if value is not None:
            open_[key] = (value, t)

    def known(value: str, values: tuple[str, ...]) -> str:
        if value not in values:
            raise SystemExit(f"{camera['id']}: {value!r}, expected one of {', '.join(values)}")
        return value

    for e in sorted(camera["events"], key=lambda e: e["at"]):
        t = seconds(start, e["at"])
        story.changes.append(t)
        who = e.get("who", STAFF)
        match e["do"]:
            case "arrive":
                change("staff", "present", t, who)
                change("pose", STANDING, t, who)
                change("badge", known(e.get("badge", "front"), BADGES), t, who)
            case "leave":
                for what in ("staff", "pose", "badge"):
                    change(what, None, t, who)
            case "badge":
                change("badge", known(e["to"], BADGES), t, who)
            case "put":
                known(e.get("of", STAFF), (STAFF, "visitor", "office"))
                story.things[e["item"]] = e
                change("item", e["item"], t, e["item"])
            case "take":
                change("item", None, t, e["item"])
            case "hold":
                story.things[e["item"]] = e | {"of": "hand"}
                change("item", e["item"], t, e["item"])
                change("held", HOLDING, t, who)
            case "rest":
                change("item", None, t, e["item"])
                change("held", None, t, who)
            case "lamp":
                to = known(e["to"], LAMPS)
                change("light", to if to != "on" else None, t)
            case "knock":
                change("view", "knocked", t)
            case "visitor":
                change("visitor", e["how"] if e["how"] != "leaves" else None, t)
            case "block":
                change("blocked", "person", t)
            case "unblock":
                change("blocked", None, t)
            case other:
                raise SystemExit(f"{camera['id']}: unknown event {other!r}")
    for what, name in list(open_):
        change(what, None, end, name)
    poses = camera.get("poses", POSES)
    moves = camera.get("moves_s", (40, 90))
    spans = []
    for s in story.spans:
        if s.what != "pose":
            spans.append(s)
            continue
        t, last = s.since + camera.get("standing_s", 15), STANDING
        if s.who in story.no_staff or t > s.until:
            t = s.until
        spans.append(Span("pose", STANDING, s.since, t, s.who))
        while t < s.until:
            others = [p for p in poses if p != last] or poses
            last = poses[0] if last == STANDING else rng.choice(others)
            nxt = min(s.until, round(t + rng.uniform(*moves), 1))
            spans.append(Span("pose", last, t, nxt, s.who))
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
    for who in {s.who for s in story.spans if s.what == "staff" and s.since <= t < s.until}:
        pose = as_shown(who, (story.at("held", t, who) or story.at("pose", t, who))[0])
        badge = story.at("badge", t, who)[0]
        names.add(f"staff/{pose}")
        if badge != "none":
            names.add(f"strap/{pose}")
        if badge in ("front", "flipped"):
            names |= {f"card/{pose}", f"{badge}/{pose}"}
    for what in ("item", "visitor", "blocked", "light", "view"):
        names |= {f"{what}/{value}" for value in story.at(what, t)}
    return tuple(sorted(names))


def as_shown(who: str, pose: str) -> str:
    """Somebody in a pose, as the names of groups say it; `who_shown` is the way back."""
    return pose if who == STAFF else f"{who}-{pose}"


def who_shown(shown: str) -> tuple[str, str]:
    """Who, and in which pose."""
    who, _, pose = shown.rpartition("-")
    return who or STAFF, pose


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


def office_toml(script: dict, zones: dict[str, dict[str, list]]) -> str:
    """The office of the morning: usual hours unless the script has [calendar]; zones by camera."""
    hours = script.get("calendar", {"briefing": "07:30", "opens": "08:00", "closes": "15:00"})
    office = {
        "id": "kppn-contoh",
        "name": "KPPN Contoh",
        "time_zone": "Asia/Jakarta",
        "policy": "djpb-spm",
        "data": "data",
    }
    rows = ["# The office of this morning.", "[office]"]
    rows += [f"{k} = {toml_value(v)}" for k, v in office.items()]
    rows += ["", "[calendar]"]
    rows += [f"{k} = {toml_value(v)}" for k, v in hours.items()]
    for c in script["cameras"]:
        rows += ["", "[[cameras]]", f"id = {toml_value(c['id'])}", 'recording = "."']
        rows += [f"period_s = {script['every_s']}"]
        rows += [f"reference = {toml_value('reference/' + c['id'] + '.jpg')}"]
    for c in script["cameras"]:
        rows += ["", "[[counters]]", f"id = {toml_value(c['counter'])}"]
        rows += [f"name = {toml_value(c['name'])}", 'role = "FO"']
        rows += [f"camera = {toml_value(c['id'])}", "[counters.zones]"]
        rows += [f"{name} = {toml_value(points)}" for name, points in zones[c["id"]].items()]
    return "\n".join(rows) + "\n"


def truth_toml(script: dict, stories: dict[str, Story]) -> str:
    """Spans of every counter with clock times; `to` is not part of a span."""
    rows = [
        "# What is true at each counter, and when; exact, known by the renderer.",
        "# `from` is included, `to` is not.",
        "# staff: a member of staff is in the staff zone.",
        "# badge: front, back (turned over) or none (a strap alone is none), while staff is there.",
        "# items: personal things on the staff half of the desk.",
        "# blocked: somebody stands before the camera. dark: lamps are out.",
        "# moved: the camera was knocked and looks elsewhere from then on.",
        "# no_finding: things of the office, of a visitor on the visitor's half, or in the hand.",
        "# no_staff: somebody on the staff side who is no member of staff.",
        f"recording = {toml_value(script['id'])}",
    ]
    end = (script["end"] - script["start"]).total_seconds()

    def when(t: float) -> dt.datetime:
        return script["start"] + dt.timedelta(seconds=t)

    def filled(spans: list[Span]) -> list[tuple[bool, float, float]]:
        out: list[tuple[bool, float, float]] = []
        t = 0.0
        for s in sorted(spans, key=lambda s: s.since):
            if s.since > t:
                out.append((False, t, s.since))
            if out and out[-1][0]:  # touches or overlaps the one before
                out[-1] = (True, out[-1][1], max(t, s.until))
            else:
                out.append((True, s.since, s.until))
            t = out[-1][2]
        return out + ([(False, t, end)] if t < end else [])

    for c in script["cameras"]:
        story = stories[c["id"]]

        def of(what: str, story: Story = story) -> list[Span]:
            return [s for s in story.spans if s.what == what]

        def owner(s: Span, story: Story = story) -> str:
            return str(story.things[s.value].get("of", STAFF))

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
            [
                {"present": p, "from": when(a), "to": when(b)}
                for p, a, b in filled([s for s in of("staff") if s.who not in story.no_staff])
            ],
        )
        side = {"front": "front", "flipped": "back", "none": "none", "lanyard_only": "none"}
        rows += table(
            "badge",
            [
                {"shows": side[s.value], "from": when(s.since), "to": when(s.until)}
                for s in of("badge")
                if s.who not in story.no_staff
            ],
        )
        rows += table(
            "items",
            [
                {"label": s.value, "from": when(s.since), "to": when(s.until)}
                for s in of("item")
                if owner(s) == STAFF
            ],
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
            "dark",
            [{"lamps": s.value, "from": when(s.since), "to": when(s.until)} for s in of("light")],
        )
        rows += table("moved", [{"from": when(s.since), "to": when(s.until)} for s in of("view")])
        rows += table(
            "no_finding",
            [
                {"label": s.value, "of": owner(s), "from": when(s.since), "to": when(s.until)}
                for s in of("item")
                if owner(s) != STAFF
            ],
        )
        rows += table(
            "no_staff",
            [
                {"who": s.who, "from": when(s.since), "to": when(s.until)}
                for s in of("staff")
                if s.who in story.no_staff
            ],
        )
    return "\n".join(rows) + "\n"
