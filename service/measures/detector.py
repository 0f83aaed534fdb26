"""CPU time of a detector over that of the bare onnxruntime session, on the same picture.

Both sides run in one process with the settings that Siaga ships (one thread, no spinning), in turn:
a block of runs of the detector, a block of the session on the input that the detector would have
given it. The figure is the median of the ratios of the pairs.
"""

import time
from collections.abc import Callable
from pathlib import Path

from models.detector import NETWORKS, WEIGHTS, OnnxDetector
from models.letterbox import InputBuffer
from models.session import open_session
from service.measures.pictures import a_picture
from service.measuring import Figure, NotMeasured, Spent
from vision.values import Image

GOAL = 1.10
PAIRS = 9
RUNS = 8


def measure(models: Path | None = None, pairs: int = PAIRS, runs: int = RUNS) -> list[Figure]:
    """A ratio and a time for each network. Errors: NotMeasured without networks."""
    image, note = a_picture()
    folder = WEIGHTS if models is None else models
    figures: list[Figure] = []
    for name in NETWORKS:
        path = folder / f"{name}.toml"
        if not path.is_file():
            raise NotMeasured(f"{path}: the network is not there")
        figures += _compared(OnnxDetector(path), image, note, pairs, runs)
    return figures


def _compared(
    detector: OnnxDetector, image: Image, note: str, pairs: int, runs: int
) -> list[Figure]:
    card = detector.card
    session = open_session(card)
    buffer = InputBuffer(card.input)
    buffer.fill(image)
    feeds = {card.input.name: buffer.array}

    def whole() -> object:
        return detector.detect(image)

    def bare() -> object:
        return session.run([card.output.name], feeds)

    whole(), bare()  # what is built at the first run
    ratios: list[float] = []
    each_ms: list[float] = []
    with Spent.on() as spent:
        for _ in range(pairs):
            ours, theirs = _cpu_s(whole, runs), _cpu_s(bare, runs)
            ratios.append(ours / theirs)
            each_ms.append(ours / runs * 1000)
    return [
        spent.figure("detector", f"{card.name} over bare session", ratios, "x", GOAL, note=note),
        spent.figure("detector", f"{card.name}, CPU a picture", each_ms, "ms", None, note=note),
    ]


def _cpu_s(step: Callable[[], object], runs: int) -> float:
    began = time.process_time()
    for _ in range(runs):
        step()
    return time.process_time() - began
