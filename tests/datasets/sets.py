"""A made-up set of pictures in a folder, as `siaga evaluate` takes it; none is from elsewhere."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

BADGE = "badge_lbs_ccby"
"""The name of a set that has a manifest; the pictures here are made up."""


def plain_picture(path: Path, size_wh: tuple[int, int] = (320, 320)) -> Path:
    """A picture of grey noise, so that a chest in it counts as sharp."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(1).integers(60, 200, (size_wh[1], size_wh[0], 3))
    assert cv2.imwrite(str(path), noise.astype(np.uint8))
    return path


def write_set(
    data: Path,
    labels: Mapping[str, str],
    *,
    name: str = BADGE,
    classes: Sequence[str] = ("id_card", "lanyard", "torso_no_id"),
) -> Path:
    """A set whose pictures are all held back: picture stem -> its label text. The set's folder."""
    folder = data / name
    (folder / "labels").mkdir(parents=True)
    (folder / "splits").mkdir()
    rows = "".join(f"  {number}: {word}\n" for number, word in enumerate(classes))
    (folder / "data.yaml").write_text(f"train: train.txt\nval: val.txt\nnames:\n{rows}")
    listed, persons = [], ["file,person,split"]
    for number, (stem, text) in enumerate(labels.items()):
        plain_picture(folder / "images" / f"{stem}.png")
        (folder / "labels" / f"{stem}.txt").write_text(text)
        listed.append(f"./images/{stem}.png")
        persons.append(f"{stem}.png,p{number % 2},val")
    (folder / "val.txt").write_text("\n".join(listed) + "\n")
    (folder / "splits" / "persons.csv").write_text("\n".join(persons) + "\n")
    return folder


def write_render(
    folder: Path, seed: int, objects: Sequence[Mapping[str, Any]], kind: str = "attire"
) -> Path:
    """One rendered picture with its truth; the truth's path."""
    plain_picture(folder / f"{seed:06d}_0.jpg")
    path = folder / f"{seed:06d}_0.json"
    path.write_text(json.dumps({"kind": kind, "seed": seed, "objects": objects}))
    return path
