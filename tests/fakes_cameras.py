"""Fakes for cameras: time that runs faster, and a source that does what a test tells it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from cameras.clock import Clock
from vision.values import Frame, Image

START = datetime(2026, 11, 24, 0, 20, tzinfo=UTC)


class FastClock:
    """A clock that starts at `start` and runs `speed` times as fast as the real one."""

    def __init__(self, speed: float = 1.0, start: datetime = START) -> None:
        self._speed = speed
        self._start = start
        self._begin_s = time.monotonic()

    def now(self) -> datetime:
        """The present of this clock."""
        return self._start + timedelta(seconds=(time.monotonic() - self._begin_s) * self._speed)

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Sleep until `at`; False when stopped before."""
        while not stop.is_set():
            left_s = (at - self.now()).total_seconds() / self._speed
            if left_s <= 0:
                return True
            stop.wait(left_s)
        return False


def picture(number: int, size_wh: tuple[int, int] = (64, 48)) -> Image:
    """A picture that differs from that of any other number below 250."""
    image: Image = np.full((size_wh[1], size_wh[0], 3), number % 250, np.uint8)
    image[::7] = 255
    return image


class FakeSource:
    """Gives `images` one every `every_s`, then raises `fault`, or ends, or waits to be closed.

    With `deaf` it does not notice `close` for that many real seconds, like a library in a socket.
    """

    def __init__(
        self,
        clock: Clock,
        images: Sequence[Image],
        *,
        every_s: float = 1.0,
        fault: Exception | None = None,
        live: bool = True,
        waits: bool = False,
        deaf_s: float = 0.0,
        camera: str = "cam-1",
    ) -> None:
        self._clock = clock
        self._images = images
        self._every = timedelta(seconds=every_s)
        self._fault = fault
        self._waits = waits
        self._deaf_s = deaf_s
        self._camera = camera
        self._stop = threading.Event()
        self.live = live
        self.promised_at: datetime | None = None
        self.skew_s: float | None = None
        self.closed = False

    def close(self) -> None:
        """End `frames`."""
        self.closed = True
        self._stop.set()

    def frames(self) -> Iterator[Frame]:
        """The pictures, then what was told."""
        due = self._clock.now()
        for sequence, image in enumerate(self._images):
            if not self._clock.wait_until(due, self._stop):
                return
            yield Frame(self._camera, sequence, self._clock.now(), image)
            due += self._every
        if self._deaf_s:
            time.sleep(self._deaf_s)
        if self._waits:
            self._stop.wait()
        elif self._fault is not None:
            raise self._fault


class Scripted:
    """A source factory that gives one prepared source after the other, the last one again."""

    def __init__(self, *makers: Callable[[], FakeSource]) -> None:
        self._makers = makers
        self.made: list[FakeSource] = []

    def __call__(self) -> FakeSource:
        """The next source."""
        source = self._makers[min(len(self.made), len(self._makers) - 1)]()
        self.made.append(source)
        return source
