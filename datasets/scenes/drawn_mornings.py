"""Mornings drawn from a seed, rendered small and cheap: what verdicts are evaluated on.

    python -m datasets.scenes.drawn_mornings --seed 7000 --count 30 --out DIR [--scripts]

Each is a folder DIR/SEED with one camera and one counter: script.toml, the recording, its truth and
office.toml, as `siaga evaluate verdicts DIR/*` reads them. How likely everything is stands in
drawn_mornings.toml. A folder with truth.jsonl.gz is complete and kept; states of a stopped one are
kept in its `work` folder, which is removed at the end.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from datasets.scenes.odds import one
from datasets.scenes.story import STAFF, toml_value

DEFAULT = Path(__file__).with_suffix(".toml")
DAY = dt.datetime.fromisoformat("2026-11-24T07:00:00+07:00")
LARGE = ("handbag", "doll", "book", "bowl", "food", "document", "stamp", "tissue")
Odds = dict[str, dict[str, Any]]
Events = list[dict[str, Any]]


class Spots:
    """Free places on the staff half beside keyboard and mouse, away from the monitor's side."""

    def __init__(self, rng: random.Random, side: int) -> None:
        self.rng, self.side = rng, side
        self.taken: list[tuple[float, float, float]] = []

    def free(self, thing: str) -> list[float] | None:
        """Where `thing` can lie (x, y; m), or None when there is no room."""
        r = 0.15 if thing in LARGE else 0.07
        low = 0.5 if self.side > 0 else 0.42  # the mouse lies on the left
        for _ in range(60):
            x = -self.side * self.rng.uniform(low, 0.84 - r / 2)
            y = self.rng.uniform(0.06, 0.36)
            if all((x - a) ** 2 + (y - b) ** 2 > (r + c) ** 2 for a, b, c in self.taken):
                self.taken.append((x, y, r))
                return [round(x, 3), round(y, 3)]
        return None


def clock(minutes: float) -> dt.time:
    """Minutes after 07:00, to the whole second."""
    return (DAY + dt.timedelta(seconds=round(60 * minutes))).time()


def draw_script(seed: int, odds: Odds) -> dict[str, Any]:
    """The script of one morning, as morning.py reads it; the same seed gives the same script."""
    rng = random.Random(seed)
    side = rng.choice((-1, 1))
    chosen, view = odds["recording"], odds["camera"]
    x = -side * rng.uniform(*view["x_m"])
    place = [x, rng.uniform(*view["y_m"]), rng.uniform(*view["z_m"])]
    target = [rng.uniform(-0.05, 0.05), 0.35, rng.uniform(0.98, 1.1)]
    camera: dict[str, Any] = {
        "id": "loket-1",
        "name": "Loket 1",
        "counter": "FO-1",
        "seed": seed,
        "camera": {
            "place": [round(v, 3) for v in place],
            "target": [round(v, 3) for v in target],
            "lens_mm": round(rng.uniform(*view["lens_mm"]), 1),
            "roll_deg": round(rng.uniform(*view["roll_deg"]), 1),
        },
        "scene": {
            "fh": 0.75,
            "monitor_side": side,
            "number": rng.randint(1, 9),
            "plate_x": 0.62 * side,
            "equipment": ["monitor", "keyboard", "mouse"],
        },
        "look": {
            "balance": [round(rng.uniform(0.95, 1.05), 3) for _ in range(2)],
            "vignette": round(rng.uniform(0.06, 0.2), 3),
            "blur": round(rng.uniform(0.4, 0.6), 2),
            "noise": round(rng.uniform(0.001, 0.004), 4),
            "sharpen": round(rng.uniform(0.3, 0.5), 2),
        },
        "staff": person(rng, odds) | {"stands_at": [0.46 * -side, 0.72]},
        "visitor": person(rng, odds) | {"at": [-0.35 * side, -0.92]},
        "poses": rng.sample(["typing", "mouse", "aside", "reading", "upright"], 2),
        "moves_s": [60, 140],
    }
    camera["staff"]["outfit"] = rng.choice(["white", "batik", "lightblue", "navy"])
    events: Events = []
    events += of_staff(rng, odds)
    events += of_things(rng, odds, Spots(rng, side))
    events += of_visitor(rng, odds, side, {e["item"] for e in events if e["do"] == "put"})
    if rng.random() < odds["seen"]["blocked"]:
        at, for_ = drawn(rng, odds["seen"], "blocked_at", "blocked_for")
        camera["blocker"] = person(rng, odds) | {
            "at": [round(0.8 * place[0], 3), place[1] + 0.42, round(place[2] - 1.5, 3)],
            "turned": 180 - 15 * side,
        }
        events += [{"at": at, "do": "block"}, {"at": at + for_, "do": "unblock"}]
    if rng.random() < odds["seen"]["dark"]:
        at, for_ = drawn(rng, odds["seen"], "dark_at", "dark_for")
        events += [{"at": at, "do": "lamp", "to": "off"}]
        events += [{"at": at + for_, "do": "lamp", "to": "on"}]
    if rng.random() < odds["seen"]["knocked"]:
        away = [target[0] + rng.choice((-1, 1)) * rng.uniform(0.25, 0.6), 0.35, target[2]]
        events.append(
            {
                "at": rng.uniform(*odds["seen"]["knocked_at"]),
                "do": "knock",
                "target": [round(v, 3) for v in away],
                "roll_deg": round(rng.uniform(-7, 7), 1),
            }
        )
    first, last = chosen["start"] + 1 / 6, chosen["end"] - 1 / 6
    for e in events:
        e["at"] = clock(min(last, max(first, e["at"])))
    camera["events"] = sorted(events, key=lambda e: e["at"])
    return {
        "id": f"drawn-{seed}",
        "start": DAY + dt.timedelta(minutes=chosen["start"]),
        "end": DAY + dt.timedelta(minutes=chosen["end"]),
        "size_wh": chosen["size_wh"],
        "every_s": chosen["every_s"],
        "dense_s": chosen["every_s"] / 2,
        "around_s": chosen["every_s"],
        "samples": chosen["samples"],
        "video": {"qp": 28, "preset": "veryfast", "keyframe_s": 120},
        "cameras": [camera],
    }


def drawn(rng: random.Random, table: dict[str, Any], *names: str) -> list[float]:
    """One number from each range."""
    return [rng.uniform(*table[name]) for name in names]


def person(rng: random.Random, odds: Odds) -> dict[str, Any]:
    """Somebody's look."""
    female = rng.random() < odds["staff"]["female"]
    return {
        "seed": rng.randrange(1, 10**6),
        "sex": "female" if female else "male",
        "hijab": female,
        "outfit": rng.choice(["white", "batik", "lightblue", "navy", "grey", "red", "black"]),
    }


def of_staff(rng: random.Random, odds: Odds) -> Events:
    """Coming, going away for a while, and the badge."""
    table, badge = odds["staff"], odds["badge"]
    when = one(rng, {k: table[k] for k in ("early", "late", "never")})
    if when == "never":
        return []
    worn = one(rng, {k: badge[k] for k in ("front", "flipped", "none", "lanyard_only")})
    at = rng.uniform(*table[f"{when}_at"])
    events: Events = [{"at": at, "do": "arrive", "badge": worn}]
    away = (0.0, 0.0)
    if when == "early" and rng.random() < table["leaves"]:
        gone, for_ = drawn(rng, table, "leaves_at", "leaves_for")
        away = (gone, gone + for_)
    if rng.random() < badge["changes"]:
        to = rng.choice(["flipped", "none"]) if worn == "front" else "front"
        change = rng.uniform(*badge["changes_at"])
        if change > at + 0.5:
            if away[0] <= change < away[1]:
                change = away[1] + 0.3
            events.append({"at": change, "do": "badge", "to": to})
            worn = to if away[0] and change < away[0] else worn
    if away[0]:
        events.append({"at": away[0], "do": "leave"})
        events.append({"at": away[1], "do": "arrive", "badge": worn})
    return events


def of_things(rng: random.Random, odds: Odds, spots: Spots) -> Events:
    """Personal things put down and taken away; things of the office that stay."""
    table = odds["items"]
    events: Events = []

    def put(thing: str, at: float, of: str) -> bool:
        place = spots.free(thing)
        if place is not None:
            e = {"item": thing, "of": of, "place": place, "yaw": rng.randrange(360)}
            events.append({"at": at, "do": "put", **e, "seed": rng.randrange(1000)})
        return place is not None

    wanted: dict[str, None] = {}
    for _ in range(int(one(rng, table["count"]))):
        wanted[one(rng, table["kinds"])] = None
    for thing in wanted:
        at = rng.uniform(*table["put_at"])
        if put(thing, at, STAFF) and rng.random() < table["taken"]:
            away = rng.uniform(*table["taken_at"])
            if away > at + 0.5:
                events.append({"at": away, "do": "take", "item": thing})
    for thing, chance in odds["office"].items():
        if rng.random() < chance:
            put(thing, odds["recording"]["start"] + 0.2, "office")
    return events


def of_visitor(rng: random.Random, odds: Odds, side: int, lying: set[str]) -> Events:
    """A visitor after opening, or one who waits before it with something to drink."""
    table = odds["visitor"]
    events: Events = []
    if rng.random() < table["comes"]:
        at = rng.uniform(*table["comes_at"])
        events.append({"at": at, "do": "visitor", "how": "sits"})
    elif rng.random() < table["early"]:
        at = rng.uniform(*table["early_at"])
        events.append({"at": at, "do": "visitor", "how": "sits"})
        place = [round(-side * rng.uniform(0.3, 0.6), 3), -0.22]
        thing = next((name for name in ("bottle", "cup") if name not in lying), "glass")
        own = {"item": thing, "of": "visitor", "place": place, "yaw": rng.randrange(360)}
        if thing not in lying:
            events.append({"at": at + 0.3, "do": "put", **own, "seed": rng.randrange(1000)})
    return events


def script_toml(script: dict[str, Any]) -> str:
    """As text; events one a line."""
    rows = ["# Drawn from a seed by datasets/scenes/drawn_mornings.py."]

    def value(v: object) -> str:
        return v.isoformat() if isinstance(v, dt.time) else toml_value(v)

    def table(v: dict[str, Any]) -> str:
        return "{ " + ", ".join(f"{k} = {value(x)}" for k, x in v.items()) + " }"

    for k, v in script.items():
        if k != "cameras":
            rows.append(f"{k} = {table(v) if isinstance(v, dict) else value(v)}")
    for camera in script["cameras"]:
        rows += ["", "[[cameras]]"]
        for k, v in camera.items():
            if k != "events":
                rows.append(f"{k} = {table(v) if isinstance(v, dict) else value(v)}")
        rows += ["events = ["] + [f"  {table(e)}," for e in camera["events"]] + ["]"]
    return "\n".join(rows) + "\n"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--seed", type=int, required=True)
    p.add_argument("--count", type=int, default=1)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--odds", type=Path, default=DEFAULT)
    p.add_argument("--scripts", action="store_true", help="write the scripts, render nothing")
    p.add_argument("--until", help="begin none after this UTC time, HH:MM")
    a = p.parse_args()
    odds = tomllib.loads(a.odds.read_text())
    for seed in range(a.seed, a.seed + a.count):
        now = dt.datetime.now(dt.UTC)
        if a.until and f"{now:%H:%M}" >= a.until:
            break
        folder = a.out / str(seed)
        if (folder / "truth.jsonl.gz").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        script = folder / "script.toml"
        script.write_text(script_toml(draw_script(seed, odds)))
        if a.scripts:
            continue
        begun = time.time()
        # A process of its own: Blender gives back no memory between scenes.
        command = [sys.executable, "-m", "datasets.scenes.morning", str(script)]
        command += ["--out", str(folder), "--threads", "1"]
        subprocess.run(command, check=True)
        shutil.rmtree(folder / "work")
        print(f"{seed}: {time.time() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
