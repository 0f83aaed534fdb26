"""Ten thousand reconnections of one camera in one process: what stays behind.

A camera in the same process ends each connection somewhere else, in turn: at once, in the greeting,
in the middle of its answer, with a refusal, after the set-up, in the middle of a picture, after a
few pictures. The reader waits a millisecond instead of seconds and is otherwise the office's.
Memory, threads and open files are counted after each tenth; the figures are what they grew by from
the first count to the last, and the most they did in between.
"""

import gc
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from cameras.config import CameraConfig
from cameras.reader import Backoff, CameraReader
from service.clock import WallClock
from service.measures.unsteady import ENDS, UnsteadyCamera
from service.measuring import Figure, NotMeasured, Spent, resident_mb_of

RECONNECTS = 10_000
GOAL_MB = 3.0
"""A socket or a decoder left behind each time would be hundreds."""
QUICK = Backoff(first_s=0.001, cap_s=0.001, jitter=0.0, refused_s=0.001)
STALLS_S = 60.0


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds."""

    memory_mb: float
    threads: int
    files: int

    @classmethod
    def now(cls) -> "Held":
        """The least of a few counts: between two connections nothing is open."""
        gc.collect()
        threads, files = [], []
        for _ in range(30):
            threads.append(threading.active_count())
            files.append(len(list(Path("/proc/self/fd").iterdir())))
            time.sleep(0.003)
        return cls(resident_mb_of(os.getpid()), min(threads), min(files))


def measure(models: Path | None = None, reconnects: int = RECONNECTS) -> list[Figure]:
    """What was left behind. Errors: NotMeasured without an encoder, or when nothing goes on."""
    counts: list[Held] = []
    with Spent.on() as spent, UnsteadyCamera() as camera:
        config = CameraConfig("cam", camera.url, period_s=0.1)
        reader = CameraReader(config, WallClock(), backoff=QUICK)
        reader.start()
        try:
            for tenth in range(1, 11):
                _wait_for(reader, reconnects * tenth // 10)
                counts.append(Held.now())
            frames = reader.status().frames
        finally:
            reader.stop()
    if not frames:
        raise NotMeasured("expected pictures between the reconnections, got none")
    first = counts[0]
    memory = [held.memory_mb - first.memory_mb for held in counts]
    threads = [float(held.threads - first.threads) for held in counts]
    files = [float(held.files - first.files) for held in counts]
    note = f"{reconnects} times, {len(ENDS)} ways, {frames} pictures"
    each_ms = 1000 * spent.cpu_s / reconnects
    return [
        spent.figure(
            "reconnects", "memory grew by", memory, "MB", GOAL_MB, value=memory[-1], note=note
        ),
        spent.figure("reconnects", "threads left", threads, "more", 0, value=threads[-1]),
        spent.figure("reconnects", "open files left", files, "more", 0, value=files[-1]),
        spent.figure("reconnects", "a reconnection, CPU", [each_ms], "ms", None),
    ]


def _wait_for(reader: CameraReader, reconnects: int) -> None:
    count, moved_at = -1, time.monotonic()
    while (now := reader.status().reconnects) < reconnects:
        if now != count:
            count, moved_at = now, time.monotonic()
        if time.monotonic() - moved_at > STALLS_S:
            raise NotMeasured(f"expected reconnections, got none after {now} for {STALLS_S:.0f} s")
        time.sleep(0.01)
