"""What many ask for in the same moment is made once: fifty wall screens are woken by one event."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

MOMENT_S = 0.1
"""A moment, seconds of the machine: so old may be what somebody is given."""


class Shared(Generic[T]):
    """Values by key, each kept for a moment. Any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._made: dict[Hashable, tuple[float, T]] = {}

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave within this moment, or gives now; the others wait for it."""
        with self._lock:
            now = self._clock()
            known = self._made.get(key)
            if known is not None and now - known[0] < MOMENT_S:
                return known[1]
            self._made = {k: one for k, one in self._made.items() if now - one[0] < MOMENT_S}
            value = make()
            self._made[key] = (now, value)
            return value
