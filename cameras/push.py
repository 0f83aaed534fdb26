"""Cameras that bring their pictures themselves: a mailbox that holds the newest one."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cameras.clock import Clock
from vision.values import Frame, Image

BURST = 10
"""So many pictures may come at once: a gateway that was cut off brings what it kept."""
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Letter:
    """A pushed picture. `number` rises by one; `captured_at` is never later than its arrival.

    `skew_s`: how far the camera's clock is ahead of ours, as far as its word shows it.
    """

    number: int
    image: Image
    captured_at: datetime
    skew_s: float | None


class Mailbox:
    """Where the web door puts the pictures of one camera and its reader takes them.

    One slot, the newest wins, nothing queues up. Every method may be called from any thread.
    """

    def __init__(self, camera: str, clock: Clock, period_s: float = 1.0) -> None:
        self.camera = camera
        self._clock = clock
        self._rate = max(2.0, 2.0 / period_s) if period_s > 0 else 20.0
        self._news = threading.Condition()
        self._newest: Letter | None = None
        self._count = 0
        self._readers = 0
        self._tokens = float(BURST)
        self._filled_s = time.monotonic()

    def now(self) -> datetime:
        """The office's time, which stamps what comes."""
        return self._clock.now()

    @property
    def wanted(self) -> bool:
        """Whether somebody reads; at night nobody does, and no picture need be decoded."""
        with self._news:
            return self._readers > 0

    def admits(self) -> bool:
        """Whether one more picture may come now: twice the camera's period, and a few at once."""
        with self._news:
            now_s = time.monotonic()
            filled = self._tokens + (now_s - self._filled_s) * self._rate
            self._tokens, self._filled_s = min(float(BURST), filled), now_s
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True

    def put(self, image: Image, captured_at: datetime, skew_s: float | None = None) -> bool:
        """Keep a picture; False when a newer one came before it."""
        with self._news:
            if self._newest is not None and captured_at <= self._newest.captured_at:
                return False
            self._count += 1
            self._newest = Letter(self._count, image, captured_at, skew_s)
            self._news.notify_all()
            return True

    def letters(self, stop: threading.Event) -> Iterator[Letter]:
        """The newest picture whenever there is a new one, until `stop` and a `ring`."""
        with self._news:
            seen = self._count
            self._readers += 1
        try:
            while not stop.is_set():
                with self._news:
                    newest = self._newest
                    if newest is None or newest.number == seen:
                        self._news.wait(_LOOK_S)
                        continue
                    seen = newest.number
                yield newest
        finally:
            with self._news:
                self._readers -= 1

    def ring(self) -> None:
        """Wake whoever waits, so that a `stop` is noticed."""
        with self._news:
            self._news.notify_all()


class PushSource:
    """The pictures of a mailbox that come from now on, stamped with when they were taken.

    That time is the sender's where it lies in the past, else that of arrival. Silence is noticed
    by the reader, as for every camera.

    `frames` belongs to one thread; `close` may be called from any.
    """

    live = True
    promised_at: datetime | None = None

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._stop = threading.Event()
        self.skew_s: float | None = None

    def close(self) -> None:
        """End `frames`."""
        self._stop.set()
        self._mailbox.ring()

    def frames(self) -> Iterator[Frame]:
        """Never fails by itself."""
        for sequence, letter in enumerate(self._mailbox.letters(self._stop)):
            self.skew_s = letter.skew_s
            yield Frame(self._mailbox.camera, sequence, letter.captured_at, letter.image)
