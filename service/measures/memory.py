"""Resident memory of `siaga demo --speed 4`: four cameras played, looked at and shown.

A real process, asked each second for 40 seconds while the morning runs from ten minutes before
opening on; its board is fetched each time. The figure is the most that was resident.
"""

import time
import urllib.request
from pathlib import Path

from service.commands.demo import MORNING
from service.measuring import Figure, NotMeasured, Spent, cpu_s_of, resident_mb_of, served

GOAL_MB = 450.0
WATCHED_S = 40.0


def measure(models: Path | None = None, watched_s: float = WATCHED_S) -> list[Figure]:
    """The most. Errors: NotMeasured without the morning or the networks."""
    if not (MORNING / "office.toml").is_file():
        raise NotMeasured(f"{MORNING.name}: the bundled morning is not there")
    resident: list[float] = []
    with served("demo", "--speed", "4", "--port", "0") as (pid, url):
        spent = Spent()
        began, before = time.perf_counter(), cpu_s_of(pid)
        while time.perf_counter() - began < watched_s:
            time.sleep(1.0)
            with urllib.request.urlopen(url, timeout=10) as answer:
                answer.read()
            resident.append(resident_mb_of(pid))
        spent.wall_s, spent.cpu_s = time.perf_counter() - began, cpu_s_of(pid) - before
    most = max(resident)
    return [spent.figure("memory", "resident, at most", resident, "MB", GOAL_MB, value=most)]
