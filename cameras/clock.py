"""Time for cameras: the real one here; played mornings bring their own."""

import threading
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a source or reader may ask about time. Safe from any thread."""

    def now(self) -> datetime:
        """The present, aware."""
        ...

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Sleep until `at`. True when that moment came, False when `stop` was set before."""
        ...


class SystemClock:
    """The computer's clock, UTC."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Sleep until `at`; wakes at least once a minute, because clocks are set."""
        while not stop.is_set():
            left_s = (at - self.now()).total_seconds()
            if left_s <= 0:
                return True
            stop.wait(min(left_s, 60.0))
        return False
