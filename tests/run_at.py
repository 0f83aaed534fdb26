"""`siaga run` at another time of day, with eyes for painted pictures; all else is the product's.

`python -m tests.run_at START SPEED run --config office.toml --port 0`: the office's clock stands at
START when it begins to work, and runs SPEED times as fast as the machine's.
"""

import sys
from datetime import datetime, timedelta

from service import serving
from service.cli import main
from service.clock import RecordingClock
from service.commands import run
from tests.fakes_eyes import fake_eyes

COMPRESSED = 40
"""How far off the colours of painted pictures are that came as JPEG or H.264."""


def run_at(start: datetime, speed: float, words: list[str]) -> int:
    """The command, as if it were `start` now."""

    def clock() -> RecordingClock:
        return RecordingClock.starting_now(start, start + timedelta(days=1), speed)

    setattr(run, "WallClock", clock)  # noqa: B010
    setattr(serving, "open_eyes", lambda: fake_eyes(spread=COMPRESSED))  # noqa: B010
    return main(words)


if __name__ == "__main__":
    sys.exit(run_at(datetime.fromisoformat(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
