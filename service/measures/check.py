"""`siaga check` on one picture: a whole process, from the command line to the table.

Wall and CPU time of each process, Python's start and every import inside; the figures are the
medians. The first process, which brings the files into memory, does not count.
"""

import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from models.detector import WEIGHTS
from service.measures.pictures import a_picture
from service.measuring import SIAGA, Figure, NotMeasured, Spent

GOAL_S = 2.5
REPEATS = 5


def measure(models: Path | None = None, repeats: int = REPEATS) -> list[Figure]:
    """Wall and CPU. Errors: NotMeasured when the command fails, as it does without networks."""
    image, note = a_picture()
    wall_s: list[float] = []
    cpu_s: list[float] = []
    with TemporaryDirectory(prefix="siaga-bench-") as folder:
        picture = Path(folder) / "counter.jpg"
        cv2.imwrite(str(picture), image)
        command = [*SIAGA, "check", str(picture), "--models", str(models or WEIGHTS)]
        _run(command)
        with Spent.on() as spent:
            for _ in range(repeats):
                wall, cpu = _run(command)
                wall_s.append(wall)
                cpu_s.append(cpu)
    return [
        spent.figure("check", "one picture, wall", wall_s, "s", GOAL_S, note=note),
        spent.figure("check", "one picture, CPU", cpu_s, "s", GOAL_S, note=note),
    ]


def _run(command: list[str]) -> tuple[float, float]:
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, os.times()
    if done.returncode:
        raise NotMeasured(f"siaga check failed: {done.stderr.strip()[-300:]}")
    cpu = after.children_user - before.children_user
    return wall, cpu + after.children_system - before.children_system
