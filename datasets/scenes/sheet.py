"""A contact sheet of rendered pictures with their boxes drawn on.

python -m datasets.scenes.sheet DIR --out sheet.jpg [--columns 4] [--limit 40]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from datasets.scenes.boxes import draw

TILE_WH = (480, 360)


def tile(path: Path) -> np.ndarray:
    image = cv2.imread(str(path.with_suffix(".jpg")))
    draw(image, json.loads(path.read_text()))
    w, h = TILE_WH
    scale = min(w / image.shape[1], h / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    out = np.zeros((h, w, 3), np.uint8)
    out[: small.shape[0], : small.shape[1]] = small
    cv2.putText(out, path.stem, (4, h - 6), 0, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("folder", type=Path)
    p.add_argument("--out", type=Path, default=Path("sheet.jpg"))
    p.add_argument("--columns", type=int, default=4)
    p.add_argument("--limit", type=int, default=40)
    a = p.parse_args()
    tiles = [tile(q) for q in sorted(a.folder.glob("**/*.json"))[: a.limit]]
    if not tiles:
        raise SystemExit(f"{a.folder}: no pictures with a .json")
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % a.columns)
    rows = [np.hstack(tiles[i : i + a.columns]) for i in range(0, len(tiles), a.columns)]
    cv2.imwrite(str(a.out), np.vstack(rows))


if __name__ == "__main__":
    main()
