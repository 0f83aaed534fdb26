"""What networks cost beside each other: CPU time of one picture, in fresh processes, in turn.

A B C A B C A B C: whatever else the machine does falls on all alike, and no library's threads are
charged to another network. Source: docs/performance.md, how to measure.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from datasets.comparing import Cost
from models.detector import OnnxDetector
from service.measuring import drawn_picture
from vision.errors import ModelMismatch

ROUNDS = 3
RUNS = 15

SIDE = (
    "import sys; from pathlib import Path; from service.paired_times import cpu_ms_of; "
    "print(cpu_ms_of(Path(sys.argv[1]), int(sys.argv[2])))"
)


def costs_of(cards: Sequence[Path], rounds: int, runs: int = RUNS) -> list[Cost]:
    """A cost for each card; ratios to the first, round by round. Errors: ModelMismatch."""
    took = [[_in_a_process(card, runs) for card in cards] for _ in range(rounds)]
    costs: list[Cost] = []
    for place in range(len(cards)):
        ratios = [each[place] / each[0] for each in took]
        ms = statistics.median(each[place] for each in took)
        costs.append(Cost(ms, statistics.median(ratios), min(ratios), max(ratios), rounds))
    return costs


def cpu_ms_of(card: Path, runs: int) -> float:
    """One side: median CPU ms of a picture of 1280 x 720, letterbox and boxes included."""
    cv2.setNumThreads(1)
    detector, image = OnnxDetector(card), drawn_picture()
    each: list[float] = []
    for _ in range(runs + 1):  # the first run builds what is kept
        began = time.process_time()
        detector.detect(image)
        each.append((time.process_time() - began) * 1000)
    return statistics.median(each[1:])


def _in_a_process(card: Path, runs: int) -> float:
    left_out = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # they can choose a slower kernel
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    side = subprocess.run(
        [sys.executable, "-c", SIDE, str(card), str(runs)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if side.returncode:
        said = side.stderr.strip().splitlines()[-1:] or ["nothing"]
        raise ModelMismatch(f"{card}: expected a network that runs, got {said[0]}")
    return float(side.stdout)
