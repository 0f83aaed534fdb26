"""`siaga demo`: the bundled office morning on a board, without camera, account or network."""

import argparse
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from cameras.recordings import open_recording
from service.clock import Clock, RecordingClock
from service.serving import serve
from service.settings import load_settings
from service.store import Store

MORNING = Path(__file__).parents[2] / "datasets" / "mornings" / "2026-11-24"
STARTS_AT = "07:49:50"
"""Shortly before the first look, ten minutes before opening."""

RESTART_S = 3.0
"""How long a restart takes in a real office, about."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--start", default=STARTS_AT, help=f"office time, default {STARTS_AT}")
    parser.add_argument("--speed", type=float, default=4.0, help="times real time, default 4")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8477, help="port, 0 for a free one")
    parser.add_argument(
        "--data", type=Path, help="keep the demo's data here and go on after a restart"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve the morning until asked to stop."""
    settings = load_settings(MORNING / "office.toml")
    recording = open_recording(MORNING)
    assert recording.end is not None
    end = recording.end
    start = datetime.fromisoformat(f"{recording.start.date().isoformat()}T{arguments.start}")
    start = start.replace(tzinfo=recording.start.tzinfo)

    def clock(store: Store) -> Clock:
        """A demo that was stopped or killed goes on where it was, RESTART_S of office time later.

        By the machine's clock a restart of a few seconds would be a minute of the recording.
        """
        judged_to = store.get_meta("judged_to")
        begin = start
        if judged_to is not None:
            begin = datetime.fromisoformat(judged_to) + timedelta(seconds=RESTART_S)
        return RecordingClock.starting_now(begin, end, arguments.speed)

    def ready(url: str) -> None:
        print(f"Siaga demo, {settings.name}, {arguments.speed:g} times as fast: {url}", flush=True)
        print("Ctrl-C stops it.", flush=True)

    with tempfile.TemporaryDirectory(prefix="siaga-demo-") as fresh:
        return serve(
            settings,
            clock,
            data=arguments.data or Path(fresh),
            host=arguments.host,
            port=arguments.port,
            demo=True,
            ready=ready,
        )
