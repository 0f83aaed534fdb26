"""`siaga run` at night: four cameras that nobody reads, no visitor, nothing to judge.

A real process with an office whose time zone was chosen so that it is about two in the morning
there. CPU time of the process while it idles, as a share of one core.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from service.measuring import Figure, Spent, cpu_s_of, served, write_office

GOAL_PERCENT = 2.0
SETTLES_S = 3.0
WATCHED_S = 20.0


def night_zone(now: datetime) -> str:
    """A time zone in which it is between two and three in the morning."""
    east = (2 - now.astimezone(UTC).hour + 11) % 24 - 11  # -11 to 12 hours
    return f"Etc/GMT{-east:+d}"  # these names count westward


def measure(models: Path | None = None, watched_s: float = WATCHED_S) -> list[Figure]:
    """The share of a core. Errors: NotMeasured when it does not start, as without networks."""
    with TemporaryDirectory(prefix="siaga-bench-") as folder:
        zone = night_zone(datetime.now(UTC))
        office = write_office(Path(folder), zone=zone, camera_count=4, counter_count=4)
        with served("run", "--config", str(office), "--port", "0") as (pid, _url):
            time.sleep(SETTLES_S)
            spent = Spent()
            shares: list[float] = []
            wall, cpu = time.perf_counter(), cpu_s_of(pid)
            for _ in range(4):
                began, before = time.perf_counter(), cpu_s_of(pid)
                time.sleep(watched_s / 4)
                took = time.perf_counter() - began
                shares.append(100 * (cpu_s_of(pid) - before) / took)
            spent.wall_s, spent.cpu_s = time.perf_counter() - wall, cpu_s_of(pid) - cpu
    whole = 100 * spent.cpu_s / spent.wall_s
    return [
        spent.figure("night", "idle at night", shares, "% of a core", GOAL_PERCENT, value=whole)
    ]
