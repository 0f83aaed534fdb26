"""Where the office's time comes from: the machine, or a recording played at some speed."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cameras.clock import Clock as CameraClock
from cameras.clock import SystemClock


class Clock(CameraClock, Protocol):
    """The time of the office, which its cameras live by too. `speed`: office seconds per second of
    the machine.
    """

    @property
    def speed(self) -> float:
        """1 but for recordings."""
        ...


class WallClock(SystemClock):
    """The machine's own time."""

    speed = 1.0


@dataclass(frozen=True, slots=True)
class RecordingClock:
    """The time of a recording: `start` when the machine's clock stood at `began`, then `speed`.

    It stands still at `end`. `began` is seconds since 1970, as `time.time` gives them.
    """

    start: datetime
    end: datetime
    speed: float
    began: float

    @classmethod
    def starting_now(cls, start: datetime, end: datetime, speed: float) -> "RecordingClock":
        """A recording that begins this moment."""
        return cls(start.astimezone(UTC), end.astimezone(UTC), speed, time.time())

    def now(self) -> datetime:
        """Aware, UTC."""
        played = timedelta(seconds=max(0.0, time.time() - self.began) * self.speed)
        return min(self.start + played, self.end)

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Wait for `at`; False when `stop` was set before, or `at` lies after the end."""
        while (left := (at - self.now()).total_seconds()) > 0:
            if at > self.end:
                return False
            if stop.wait(min(left / self.speed, 1.0)):
                return False
        return not stop.is_set()


class JumpWatch:
    """Notices when the machine's clock jumps against its steady one (docs/standard.md 4.2, 7)."""

    def __init__(self, tolerance_s: float) -> None:
        self._tolerance_s = tolerance_s
        self._offset_s = time.time() - time.monotonic()

    def jumped(self) -> bool:
        """Whether it jumped by more than the tolerance since it was last asked."""
        offset_s = time.time() - time.monotonic()
        jumped = abs(offset_s - self._offset_s) > self._tolerance_s
        self._offset_s = offset_s
        return jumped
