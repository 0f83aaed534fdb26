"""What measures of speed and memory share: figures with their goals, fair clocks, real processes.

CPU time counts; wall time is told beside it. Where one thread worked and wall / CPU lies above
CONTENDED, the machine was busy with other things: wall figures of that run say little.
"""

import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np

from models.card import read_card
from models.detector import NETWORKS
from vision.values import Image

CONTENDED = 1.2

SIAGA = (sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main())")
"""The command `siaga` of this very installation."""

MACHINE_PACKAGES = ("onnxruntime", "numpy", "opencv-python-headless", "av")

STOPS_IN_S = 20.0


class NotMeasured(Exception):
    """A measure lacks what it measures; the message says what."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `low` and `high` are of its `n` repetitions; at most `goal` is wanted, if any, or
    at least where `at_least` says so.

    `load` is the machine's load average before; `wall_s` and `cpu_s` are of everything measured.
    """

    measure: str
    name: str
    value: float
    unit: str
    goal: float | None
    n: int
    low: float
    high: float
    load: float
    wall_s: float
    cpu_s: float
    note: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def wanted(self) -> str:
        """The goal in words; empty without one."""
        side = "at least" if self.at_least else "at most"
        return "" if self.goal is None else f"{side} {self.goal:g}"

    @property
    def wall_per_cpu(self) -> float:
        """How much longer it took than it worked."""
        return self.wall_s / max(self.cpu_s, 1e-9)


@dataclass(slots=True)
class Spent:
    """Wall and CPU seconds of a block, ended children included, and the load before it."""

    load: float = field(default_factory=lambda: os.getloadavg()[0])
    wall_s: float = 0.0
    cpu_s: float = 0.0

    @classmethod
    @contextmanager
    def on(cls) -> Iterator["Spent"]:
        """Measure a block; the numbers stand when it ends."""
        spent = cls()
        wall, cpu = time.perf_counter(), _own_cpu_s()
        try:
            yield spent
        finally:
            spent.wall_s = time.perf_counter() - wall
            spent.cpu_s = _own_cpu_s() - cpu

    def figure(
        self,
        measure: str,
        name: str,
        values: Sequence[float],
        unit: str,
        goal: float | None,
        *,
        value: float | None = None,
        note: str = "",
        at_least: bool = False,
    ) -> Figure:
        """A figure of repeated values: their median, unless another `value` stands for them."""
        chosen = statistics.median(values) if value is None else value
        return Figure(
            measure,
            name,
            chosen,
            unit,
            goal,
            len(values),
            min(values),
            max(values),
            self.load,
            self.wall_s,
            self.cpu_s,
            note,
            at_least,
        )


def _own_cpu_s() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def cpu_s_of(pid: int) -> float:
    """CPU seconds of another process so far, in steps of 10 ms."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    user, system = stat.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def resident_mb_of(pid: int) -> float:
    """Resident memory of another process now, in MB of 10^6 bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


@contextmanager
def served(*arguments: str, command: Sequence[str] = SIAGA) -> Iterator[tuple[int, str]]:
    """`siaga ARGUMENTS` in a process of its own: its id and its URL. Stopped afterwards.

    `command`: another program that serves and says where.

    Errors: NotMeasured with what it said when it tells no URL.
    """
    process = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            found = re.search(r"https?://\S+", line)
            if found is not None:
                yield process.pid, found[0]
                return
            said.append(line.strip())
        what = " ".join(arguments[:1]) or "office"
        raise NotMeasured(f"siaga {what} did not start: {' '.join(said)[-300:]}")
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOPS_IN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def machine(networks: Path) -> dict[str, str]:
    """What the figures hold for: processor, system, versions, and the networks of a folder."""
    cards = [networks / f"{name}.toml" for name in NETWORKS]
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in MACHINE_PACKAGES),
        "networks": ", ".join(read_card(card).model for card in cards if card.is_file()),
    }


def _processor() -> str:
    try:
        table = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", table, re.MULTILINE)
    return found[1] if found else platform.machine()


def drawn_picture() -> Image:
    """A desk, a screen and a person in blocks, with a camera's noise; 1280 x 720."""
    noise = np.random.default_rng(7)
    image = np.full((720, 1280, 3), (176, 184, 188), np.uint8)
    blocks = (
        ((0, 430, 1280, 720), (92, 124, 156)),  # desk
        ((820, 230, 1080, 420), (48, 44, 40)),  # screen
        ((440, 120, 560, 250), (150, 178, 214)),  # head
        ((380, 250, 620, 470), (232, 232, 228)),  # chest
        ((484, 330, 512, 372), (196, 120, 40)),  # card
        ((660, 480, 710, 540), (40, 60, 190)),  # cup
    )
    for (x0, y0, x1, y1), colour in blocks:
        cv2.rectangle(image, (x0, y0), (x1, y1), colour, -1)
    grain = noise.normal(0, 6, image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


OFFICE = """\
[office]
id = "bench"
name = "Bench"
time_zone = "{zone}"
policy = "djpb-spm"
data = "data"

[calendar]
briefing = "07:30"
opens = "08:00"
closes = "15:00"
work_ends = "17:00"
break = ["12:15", "13:00"]
friday_break = ["11:30", "13:15"]
"""
CAMERA = """
[[cameras]]
id = "camera-{number}"
url = "http://127.0.0.1:9/{number}.jpg"
"""
COUNTER = """
[[counters]]
id = "FO-{number}"
name = "Loket {number}"
role = "FO"
camera = "camera-{camera}"
[counters.zones]
staff = [[{left}, 0.1], [{right}, 0.1], [{right}, 0.65], [{left}, 0.65]]
desk = [[{left}, 0.65], [{right}, 0.65], [{right}, 0.9], [{left}, 0.9]]
visitor = [[{left}, 0.9], [{right}, 0.9], [{right}, 1.0], [{left}, 1.0]]
screen = [[{screen}, 0.3], [{right}, 0.3], [{right}, 0.58], [{screen}, 0.58]]
"""


def write_office(folder: Path, *, zone: str, camera_count: int, counter_count: int) -> Path:
    """An office.toml with cameras that nobody can reach; the counters share them in turn."""
    parts = [OFFICE.format(zone=zone)]
    parts += [CAMERA.format(number=number + 1) for number in range(camera_count)]
    per_camera = -(-counter_count // camera_count)
    for number in range(counter_count):
        place, width = number // camera_count, 0.94 / per_camera
        left = 0.03 + place * width
        parts.append(
            COUNTER.format(
                number=number + 1,
                camera=number % camera_count + 1,
                left=round(left, 3),
                right=round(left + width - 0.02, 3),
                screen=round(left + 0.6 * width, 3),
            )
        )
    path = folder / "office.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return path
