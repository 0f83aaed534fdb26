"""How soon people see it: the pages of a real server process in a real Chromium.

Chromium is driven by playwright (extra `dev`), headless, with nothing in its cache at each visit.
The offices are served by the code of `siaga run`, uvicorn and SQLite included, each in a process of
its own. Times are wall times of browser and server together: a busy machine lengthens them.

- First paint: the board of the bundled morning after T-5, pictures in its tiles, until its content
  is painted. Over the wire: every answer of that visit with its headers, the pictures, the first
  event and what is fetched after it included. 1 KB is 1000 bytes.
- Tile change: a process plays the morning over T-5 while a page shows its board; from the first row
  that is written about a counter to the frame in which its tile says the answer. All counters are
  answered at once.
- Replay: a flag of sixty samples with pictures of the bundled morning. Its slider is moved from the
  first to the last, each step as soon as the one before is painted with its picture, boxes and
  table. It begins when the first picture stands; the others may still be under way.
- Review queue: opened with 5,000 flags waiting, in a store of three weeks, until its rows are
  painted and all that the page needs has come.
- Briefing PDF: asked for over HTTP, of a day after one with confirmed findings.
- Streams and wall screens: what the server process works more while fifty of them listen to a
  playing opening, as a share of one core: CPU time of the threads that serve, in spans with and
  without them in turn. A stream only listens; a wall screen also fetches what the page does after
  each event: the tiles, and the pictures that are new.
"""

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np

from service.commands.demo import MORNING
from service.measures.pages_browser import Chromium, chromium, tile_of
from service.measures.pages_desk import DAY, fill_desk
from service.measures.pages_office import Played, playing, playing_desk
from service.measures.pages_screens import screens
from service.measuring import Figure, NotMeasured, Spent, cpu_s_of

FIRST_PAINT_GOAL_MS = 300.0
WIRE_GOAL_KB = 120.0
TILE_GOAL_MS = 500.0
SCRUB_GOAL = 30.0
QUEUE_GOAL_MS = 400.0
PDF_GOAL_S = 3.0
SCREENS_GOAL_PERCENT = 10.0

AFTER_S = 10.0
"""So long after T-5 the board is visited, office seconds."""

SETTLES_S = 2.0
"""Until all screens have shown their first board, and the list of threads is new."""

ANSWERED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured. `lead_s`: how long before T-5 an opening is begun."""

    openings: int = 5
    visits: int = 9
    frames: int = 60
    flags: int = 5000
    days: int = 15
    screens: int = 50
    turns: int = 5
    turn_s: float = 12.0
    lead_s: float = 10.0


FULL = Sizes()


def measure(models: Path | None = None, sizes: Sizes = FULL) -> list[Figure]:
    """The figures. Errors: NotMeasured without the morning, playwright or Chromium."""
    if not (MORNING / "office.toml").is_file():
        raise NotMeasured(f"{MORNING.name}: the bundled morning is not there")
    with TemporaryDirectory(prefix="siaga-bench-") as folder, chromium() as browser:
        return [
            *_board(browser, Path(folder) / "board", sizes),
            *_desk(browser, Path(folder) / "desk", sizes),
        ]


# --- the board -----------------------------------------------------------------------------------


def _board(browser: Chromium, folder: Path, sizes: Sizes) -> list[Figure]:
    """The openings, and the board of the last one, which is played on."""
    changes_ms: list[float] = []
    with Spent.on() as spent:
        for number in range(sizes.openings):
            with playing(folder / str(number), -sizes.lead_s) as office:
                changes_ms += _tile_changes(browser, office)
    figures = [_figure(spent, "tile change after the verdict", changes_ms, "ms", TILE_GOAL_MS)]
    with playing(folder / str(sizes.openings - 1), AFTER_S) as office:
        office.wait_for_pictures()
        figures += _first_paints(browser, office, sizes)
        for name, fetches in (("streams", False), ("wall screens", True)):
            figures.append(_screens_cost(office, name, sizes, fetches=fetches))
    return figures


def _tile_changes(browser: Chromium, office: Played) -> list[float]:
    """Milliseconds from the first row about a counter to its painted tile, each."""
    with browser.page(office.url) as page:
        page.watch_tiles()
        until = time.monotonic() + ANSWERED_WITHIN_S
        while time.monotonic() < until:
            painted, written = page.tiles_painted(), office.written()
            if written and len(painted) == len(page.tiles):
                return [painted[tile_of(counter)] - at for counter, at in written.items()]
            time.sleep(0.2)
    raise NotMeasured(f"expected all tiles to say their answer, got {len(painted)}")


def _first_paints(browser: Chromium, office: Played, sizes: Sizes) -> list[Figure]:
    with Spent.on() as spent:
        visits = [browser.visit(office.url, settles_s=1.0) for _ in range(sizes.visits)]
    paints = [visit.painted_ms for visit in visits]
    bytes_kb = [visit.wire_bytes / 1000 for visit in visits]
    parts = visits[-1].told()
    return [
        _figure(spent, "board, first paint", paints, "ms", FIRST_PAINT_GOAL_MS),
        _figure(spent, "board, over the wire", bytes_kb, "KB", WIRE_GOAL_KB, note=parts),
    ]


def _screens_cost(office: Played, name: str, sizes: Sizes, *, fetches: bool) -> Figure:
    """Shares of a core, span by span less the one before without screens."""
    costs: list[float] = []
    heard = 0
    spent = Spent()
    began, before = time.perf_counter(), cpu_s_of(office.pid)
    for _ in range(sizes.turns):
        alone = _share(office, sizes.turn_s)
        with screens(office.url, sizes.screens, fetches=fetches) as hall:
            time.sleep(SETTLES_S)
            start = hall.events
            costs.append(_share(office, sizes.turn_s) - alone)
            heard += hall.events - start
    spent.wall_s, spent.cpu_s = time.perf_counter() - began, cpu_s_of(office.pid) - before
    rate = heard / (sizes.screens * sizes.turns * sizes.turn_s)
    return _figure(
        spent,
        f"{sizes.screens} {name}",
        costs,
        "% of a core",
        SCREENS_GOAL_PERCENT,
        note=f"{rate:.1f} events a second",
    )


def _share(office: Played, seconds: float) -> float:
    """Per cent of a core that serving takes."""
    began, before = time.perf_counter(), office.serving_s()
    time.sleep(seconds)
    return 100 * (office.serving_s() - before) / (time.perf_counter() - began)


# --- flags and briefing --------------------------------------------------------------------------


def _desk(browser: Chromium, folder: Path, sizes: Sizes) -> list[Figure]:
    """Replay, queue and briefing over a store of some weeks."""
    shown = fill_desk(folder, flags=sizes.flags, frames=sizes.frames, days=sizes.days)
    with playing_desk(folder) as office:
        return [
            *_replays(browser, office, shown, sizes),
            *_queue(browser, office, sizes),
            _pdf(office, sizes),
        ]


def _replays(browser: Chromium, office: Played, flag: int, sizes: Sizes) -> list[Figure]:
    rates: list[float] = []
    steps_ms: list[float] = []
    with Spent.on() as spent:
        for _ in range(sizes.visits):
            with browser.page(f"{office.url}flags/{flag}") as page:
                steps = page.scrubbed(sizes.frames)
            rates.append(1000 * len(steps) / sum(steps))
            steps_ms += steps
    p95 = float(np.percentile(steps_ms, 95))
    return [
        _figure(
            spent,
            f"replay, {sizes.frames} samples scrubbed",
            rates,
            "steps/s",
            SCRUB_GOAL,
            at_least=True,
        ),
        spent.figure("pages", "replay, a step, p95", steps_ms, "ms", None, value=p95),
    ]


def _queue(browser: Chromium, office: Played, sizes: Sizes) -> list[Figure]:
    with Spent.on() as spent:
        visits = [browser.visit(f"{office.url}reviews") for _ in range(sizes.visits)]
    opened = [max(visit.painted_ms, visit.loaded_ms) for visit in visits]
    served = [visit.answered_ms for visit in visits]
    note = f"{sizes.flags} wait"
    return [
        _figure(spent, "review queue opened", opened, "ms", QUEUE_GOAL_MS, note=note),
        _figure(spent, "review queue, answer of the server", served, "ms", None, note=note),
    ]


def _pdf(office: Played, sizes: Sizes) -> Figure:
    took: list[float] = []
    connection = http.client.HTTPConnection(urlsplit(office.url).netloc, timeout=60)
    with Spent.on() as spent:
        before = cpu_s_of(office.pid)
        for _ in range(sizes.visits):
            began = time.perf_counter()
            connection.request("GET", f"/api/v1/briefings/{DAY.isoformat()}/sheet.pdf")
            answer = connection.getresponse()
            made = answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 200 or not made.startswith(b"%PDF"):
                raise NotMeasured(f"expected a PDF, got {answer.status}: {made[:200]!r}")
        worked = cpu_s_of(office.pid) - before
    connection.close()
    spent.cpu_s += worked
    return _figure(spent, "briefing PDF", took, "s", PDF_GOAL_S)


def _figure(
    spent: Spent,
    name: str,
    values: Sequence[float],
    unit: str,
    goal: float | None,
    note: str = "",
    *,
    at_least: bool = False,
) -> Figure:
    return spent.figure("pages", name, values, unit, goal, note=note, at_least=at_least)
