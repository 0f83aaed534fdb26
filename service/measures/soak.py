"""A day of a whole office, played fast, and what it leaves behind.

`siaga run`'s own assembly in a process of its own: four cameras (the clips of the bundled morning,
over and over), an office that is open from 01:00 to 23:00 but for its break, web, store, evidence,
and somebody who listens to the board's stream of events. Twenty-four hours of the office
take a quarter of an hour of the machine. Memory, threads, open files, what is on disk and how far
judging lies behind are noted at the start and after each hour of the office.

- Memory grew: from the end of the first hour, when all is loaded, to the end of the day, after
  midnight, when all of the day is forgotten.
- Dropped: frames for which the machine had no time at this speed; newer ones took their place.
- Late: samples that came after their moment was judged, and were left out.
"""

import json
import shutil
import sqlite3
import sys
import threading
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import av

from service.clock import RecordingClock
from service.commands.demo import MORNING
from service.measuring import (
    Figure,
    NotMeasured,
    Spent,
    cpu_s_of,
    resident_mb_of,
    served,
)
from service.serving import serve
from service.settings import load_settings
from service.store.database import NAME

HOURS = 24
WALL_S = 864.0
STARTS = datetime.fromisoformat("2026-11-24T00:20:00+07:00")
GOAL_MB = 40.0
"""A day more. A picture kept a minute would be hundreds."""

STARTS_IN_S = 60.0
BEHIND_GOAL_S = 10.0
"""Machine seconds: the judge waits 5 s for a slow look, and writes every 2 s how far it is."""

ALL_DAY = {
    'briefing = "07:30"': 'briefing = "00:30"',
    'opens = "08:00"': 'opens = "01:00"',
    'closes = "15:00"': 'closes = "23:00"',
    'work_ends = "17:00"': 'work_ends = "23:30"',
}
"""The calendar of the bundled office, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the office holds at a moment. `behind_s`: machine seconds from judging to the clock."""

    memory_mb: float
    threads: int
    files: int
    data_mb: float
    behind_s: float

    @classmethod
    def now(cls, pid: int, data: Path, clock: RecordingClock) -> "Held":
        """Threads and files: the least of a few counts, since requests come and go."""
        proc = Path(f"/proc/{pid}")
        threads, files = [], []
        for _ in range(10):
            threads.append(len(list((proc / "task").iterdir())))
            files.append(len(list((proc / "fd").iterdir())))
            time.sleep(0.02)
        sizes = [path.stat().st_size for path in data.rglob("*") if path.is_file()]
        judged_to = _asked(data, "select value from meta where key = 'judged_to'")
        behind = clock.now() - datetime.fromisoformat(str(judged_to))
        return cls(
            resident_mb_of(pid),
            min(threads),
            min(files),
            sum(sizes) / 1e6,
            behind.total_seconds() / clock.speed,
        )


def measure(
    models: Path | None = None, hours: int = HOURS, wall_s: float = WALL_S
) -> list[Figure]:
    """What grew. Errors: NotMeasured without the morning, or when the office stops by itself."""
    if not (MORNING / "office.toml").is_file():
        raise NotMeasured(f"{MORNING.name}: the bundled morning is not there")
    try:
        return _measured(hours, hours * 3600 / wall_s)
    except (OSError, HTTPException, sqlite3.Error) as error:
        raise NotMeasured(f"expected the office to go on, got: {type(error).__name__}") from error


def _measured(hours: int, speed: float) -> list[Figure]:
    with TemporaryDirectory(prefix="siaga-bench-") as work:
        folder = make_office(Path(work), hours)
        data = folder / "data"
        code = f"from service.measures.soak import play; play({str(folder)!r}, {speed!r})"
        with served(command=(sys.executable, "-c", code)) as (pid, url):
            clock = RecordingClock.starting_now(STARTS, _end(hours), speed)
            spent = Spent()
            began, before = time.perf_counter(), cpu_s_of(pid)
            heard = _listen(url)
            _wait_until_judged(data)
            held = [Held.now(pid, data, clock)]
            for hour in range(1, hours + 1):
                time.sleep(max(0.0, began + hour * 3600 / speed - time.perf_counter()))
                held.append(Held.now(pid, data, clock))
            cameras = _fetched(f"{url}api/v1/cameras")
            spent.wall_s, spent.cpu_s = time.perf_counter() - began, cpu_s_of(pid) - before
            records = int(str(_asked(data, "select count(*) from record")))
            flags = int(str(_asked(data, "select count(*) from flag")))
            time.sleep(3.0)  # the last samples are on disk
            samples = int(str(_asked(data, "select count(*) from sample")))
    return _figures(spent, held, cameras, (records, flags, samples), len(heard))


def _figures(
    spent: Spent,
    held: list[Held],
    cameras: list[dict[str, float]],
    counts: tuple[int, int, int],
    heard: int,
) -> list[Figure]:
    records, flags, samples = counts
    taken = sum(int(one["looked"] + one["unchanged"]) for one in cameras)
    dropped = sum(int(one["dropped"]) for one in cameras)
    memory = [one.memory_mb for one in held]
    grew = [one - memory[1] for one in memory[1:]]
    hourly = ", ".join(f"{one:.0f}" for one in memory)
    threads = [float(one.threads - held[1].threads) for one in held[1:]]
    files = [float(one.files - held[1].files) for one in held[1:]]
    data = [one.data_mb for one in held]
    behind = [one.behind_s for one in held]

    def one(name: str, value: float, unit: str, note: str = "") -> Figure:
        return spent.figure("soak", name, [value], unit, None, note=note)

    too_much = f"; expected at most {GOAL_MB:g} MB a day" if grew[-1] > GOAL_MB else ""
    too_fast = "" if samples else "; none came in time, so nothing was judged by a picture"
    return [
        spent.figure(
            "soak",
            "memory grew by",
            grew,
            "MB",
            GOAL_MB,
            value=grew[-1],
            note=f"at the start and after each hour: {hourly}{too_much}",
        ),
        spent.figure("soak", "threads left", threads, "more", 0, value=threads[-1]),
        spent.figure("soak", "open files left", files, "more", 0, value=files[-1]),
        spent.figure("soak", "on disk", data, "MB", None, value=data[-1]),
        one("verdicts decided", records, "", f"{flags} flags, {heard} events heard"),
        one("frames dropped", 100 * dropped / max(1, dropped + taken), "% of frames"),
        one("late, left out", max(0, taken - samples), "samples", f"of {taken}{too_fast}"),
        spent.figure(
            "soak", "judging behind, at most", behind, "s", BEHIND_GOAL_S, value=max(behind)
        ),
    ]


def play(folder: str, speed: float) -> None:
    """The office of `folder` from STARTS on, until it is stopped. In a process of its own."""
    settings = load_settings(Path(folder) / "office.toml")
    end = STARTS + timedelta(days=2)

    def tell(url: str) -> None:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()

    serve(
        settings,
        lambda _store: RecordingClock.starting_now(STARTS, end, speed),
        host="127.0.0.1",
        port=0,
        demo=True,
        ready=tell,
    )


def make_office(work: Path, hours: int) -> Path:
    """The bundled office with a recording of so many hours. Errors: NotMeasured."""
    folder = work / "office"
    shutil.copytree(MORNING, folder, ignore=shutil.ignore_patterns("*.mp4"))
    office = (folder / "office.toml").read_text(encoding="utf-8")
    for line, instead in ALL_DAY.items():
        if line not in office:
            raise NotMeasured(f"{MORNING.name}/office.toml: expected the line {line}")
        office = office.replace(line, instead)
    (folder / "office.toml").write_text(office, encoding="utf-8")
    clips = sorted(MORNING.glob("*.mp4"))
    head = [f'id = "soak"\nstart = {STARTS.isoformat()}\nend = {_end(hours).isoformat()}\n']
    for clip in clips:
        repeat(clip, folder / clip.name, timedelta(hours=hours, minutes=10))
        head.append(f'[[cameras]]\nid = "{clip.stem}"\nclip = "{clip.name}"\n')
    (folder / "recording.toml").write_text("\n".join(head), encoding="utf-8")
    return folder


def repeat(clip: Path, out: Path, length: timedelta) -> None:
    """The clip over and over, without decoding it. Errors: NotMeasured."""
    try:
        with av.open(str(clip)) as source, av.open(str(out), "w") as target:
            stream = source.streams.video[0]
            copied = target.add_stream_from_template(stream)
            once = stream.duration
            base = stream.time_base
            if once is None or base is None:
                raise NotMeasured(f"{clip.name}: expected a clip with a length")
            for turn in range(int(length.total_seconds() / float(once * base)) + 1):
                source.seek(0)
                for packet in source.demux(stream):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += turn * once
                    packet.dts += turn * once
                    packet.stream = copied
                    target.mux(packet)
    except av.error.FFmpegError as error:
        raise NotMeasured(f"{clip.name}: expected a clip to repeat, got: {error}") from None


def _end(hours: int) -> datetime:
    return STARTS + timedelta(hours=hours, minutes=5)


def _asked(data: Path, query: str) -> object:
    """One value of the office's store, read beside it."""
    with closing(sqlite3.connect(f"file:{data / NAME}?mode=ro", uri=True, timeout=10)) as store:
        row = store.execute(query).fetchone()
    return None if row is None else row[0]


def _fetched(url: str) -> list[dict[str, float]]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        rows: list[dict[str, float]] = json.load(answer)["items"]
    return rows


def _listen(url: str) -> list[float]:
    """Somebody who keeps the board open until the office stops; when each event was heard."""
    heard: list[float] = []
    answer = urllib.request.urlopen(f"{url}api/v1/stream", timeout=60)

    def listen() -> None:
        try:
            for line in answer:
                if line.startswith(b"event:"):
                    heard.append(time.perf_counter())
        except (OSError, HTTPException, AttributeError):  # http.client, of a stream cut off
            return  # the office stopped

    threading.Thread(target=listen, daemon=True).start()
    return heard


def _wait_until_judged(data: Path) -> None:
    for _ in range(int(STARTS_IN_S)):
        if _asked(data, "select value from meta where key = 'judged_to'") is not None:
            return
        time.sleep(1.0)
    raise NotMeasured(f"expected the office to judge within {STARTS_IN_S:g} s, it did not")
