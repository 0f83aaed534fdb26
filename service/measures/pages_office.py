"""Offices for the measure `pages`: processes of their own, served by the code of `siaga run`."""

import json
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from service.calendar import plan_at
from service.clock import RecordingClock
from service.commands.demo import MORNING
from service.measuring import NotMeasured, served
from service.serving import serve
from service.settings import load_settings

MIDDAY = datetime.fromisoformat("2026-11-24T12:20:00+07:00")
"""In the break: what was flagged today and on the working day before waits for a review, and no
camera is looked at.
"""

ANSWERED = datetime.fromisoformat("2026-11-24T07:56:00+07:00")
"""After T-5, on the day of the bundled morning."""

SERVING = ("MainThread", "AnyIO worker thread")
"""The names of the threads that serve."""

THREADS_EVERY_S = 0.25
PICTURES_WITHIN_S = 90.0

WRITES = ("INSERT INTO record ", "INSERT INTO readiness ")


@dataclass(frozen=True, slots=True)
class Played:
    """An office in a process of its own. `rows`: where it notes when a verdict was written;
    `threads`: which of its threads is which.
    """

    pid: int
    url: str
    rows: Path
    threads: Path
    worked: dict[int, float] = field(default_factory=dict)

    def serving_s(self) -> float:
        """CPU seconds of the threads that serve by now: the event loop's and its workers'."""
        for name, thread in json.loads(self.threads.read_text("utf-8")):
            if name.startswith(SERVING):
                self.worked[thread] = self._worked_s(thread)
        return sum(self.worked.values())

    def _worked_s(self, thread: int) -> float:
        try:
            stat = Path(f"/proc/{self.pid}/task/{thread}/schedstat").read_text(encoding="ascii")
        except OSError:  # it has ended: what it worked counts all the same
            return self.worked.get(thread, 0.0)
        return int(stat.split()[0]) / 1e9

    def written(self) -> dict[str, float]:
        """When the first row about each counter was written, milliseconds since 1970."""
        first: dict[str, float] = {}
        for line in self.rows.read_text("utf-8").splitlines() if self.rows.exists() else ():
            at_ms, counter = json.loads(line)
            first.setdefault(counter, at_ms)
        return first

    def wait_for_pictures(self) -> None:
        """Until every counter has one. Errors: NotMeasured."""
        until = time.monotonic() + PICTURES_WITHIN_S
        while time.monotonic() < until:
            with urllib.request.urlopen(f"{self.url}api/v1/counters", timeout=30) as answer:
                if all(one["picture"] for one in json.load(answer)["items"]):
                    return
            time.sleep(0.5)
        raise NotMeasured(f"expected pictures within {PICTURES_WITHIN_S:g} s, they did not come")


@contextmanager
def playing(folder: Path, after_ready_s: float) -> Iterator[Played]:
    """The bundled morning in time, from so long after T-5 on; its data stays in `folder`."""
    settings = load_settings(MORNING / "office.toml")
    ready_at = plan_at(settings.calendar, ANSWERED).ready_at
    assert ready_at is not None
    start = ready_at + timedelta(seconds=after_ready_s)
    with _played(MORNING / "office.toml", folder, start) as office:
        yield office


@contextmanager
def playing_desk(folder: Path) -> Iterator[Played]:
    """The office of `folder` at MIDDAY."""
    with _played(folder / "office.toml", folder / "data", MIDDAY) as office:
        yield office


@contextmanager
def _played(config: Path, data: Path, start: datetime) -> Iterator[Played]:
    data.mkdir(parents=True, exist_ok=True)
    number = time.monotonic_ns()
    rows, threads = data / f"rows-{number}", data / f"threads-{number}"
    words = [str(config), str(data), start.isoformat(), str(rows), str(threads)]
    code = f"from service.measures.pages_office import play; play(*{words!r})"
    with served(command=(sys.executable, "-c", code)) as (pid, url):
        yield Played(pid, url, rows, threads)


def play(config: str, data: str, start: str, rows: str, threads: str) -> None:
    """An office from `start` on, until it is stopped. In a process of its own."""
    settings = load_settings(Path(config))
    begins = datetime.fromisoformat(start)
    _note_writes(Path(rows))
    _write_threads(Path(threads))
    threading.Thread(target=_keep_threads, args=(Path(threads),), daemon=True).start()

    def tell(url: str) -> None:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()

    serve(
        settings,
        lambda _store: RecordingClock.starting_now(begins, begins + timedelta(hours=1), 1.0),
        data=Path(data),
        host="127.0.0.1",
        port=0,
        demo=True,
        ready=tell,
    )


def _note_writes(rows: Path) -> None:
    """Note each verdict and answer as it is written: when, and about whom."""

    def note(_c: object, _k: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.startswith(WRITES):
            columns = statement.partition("(")[2].partition(")")[0].split(", ")
            line = json.dumps([time.time() * 1000, parameters[columns.index("counter")]])
            with rows.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")

    event.listen(Engine, "before_cursor_execute", note)


def _write_threads(path: Path) -> None:
    """Each thread by its name and the number that the system knows it by."""
    named = [(thread.name, thread.native_id) for thread in threading.enumerate()]
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(named), encoding="utf-8")
    fresh.replace(path)


def _keep_threads(path: Path) -> None:
    while True:
        time.sleep(THREADS_EVERY_S)
        _write_threads(path)
