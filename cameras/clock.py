"""Time for cameras: the real one here; played mornings bring their own."""

import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol


class Clock(Protocol):
    """What a source or reader may ask about time. Safe from any thread."""

    def now(self) -> datetime:
        """The present, aware."""
        ...

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Sleep until `at`. True when that moment came, False when `stop` was set before."""
        ...


def skew_of(told: str, asked_at: datetime, answered_at: datetime) -> float | None:
    """How far ahead a clock is that wrote `told` (an HTTP date, whole seconds) into its answer."""
    try:
        theirs = parsedate_to_datetime(told)
    except ValueError:
        return None
    if theirs.utcoffset() is None:
        theirs = theirs.replace(tzinfo=UTC)
    ours = asked_at + (answered_at - asked_at) / 2
    return (theirs - ours).total_seconds() + 0.5


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
