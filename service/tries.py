"""Cameras that somebody sets up: looked at for a few minutes, and kept nowhere.

A try holds the last minute of pictures in memory, from a reader of its own or, where the office
reads the camera already, from what the office takes. Nobody asks any more: it is let go.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe

from cameras.probe import Probed
from cameras.reader import CameraReader
from service.board import CameraState
from service.settings import CameraSettings
from vision.values import Frame

MINUTE = timedelta(seconds=60)
STEP = timedelta(seconds=5)
"""Pictures of the minute are kept so far apart; the newest always."""
KEPT_BYTES = 120_000_000
"""Pictures of one try take at most so much memory; of a large camera fewer are kept."""
IDLE_S = 180.0
"""A try that nobody asks about for so long is let go, machine seconds."""
TRIES_MAX = 4
_SWEEP_S = 20.0


class TooManyTries(Exception):
    """So many cameras are being set up that one more would take the office's memory."""


@dataclass(slots=True)
class Try:
    """A camera that is being set up. Every method may be called from any thread.

    `probed` is what was measured at the start, where it was. `fresh`: its source is not in the
    office's file yet.
    """

    name: str
    settings: CameraSettings
    probed: Probed | None = None
    fresh: bool = False
    reader: CameraReader | None = None
    off: Callable[[], None] = field(default=lambda: None)
    status: Callable[[], tuple[CameraState, str]] = field(
        default=lambda: (CameraState.STARTING, "")
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _newest: Frame | None = None
    _minute: "deque[Frame]" = field(default_factory=deque)
    _asked_s: float = field(default_factory=time.monotonic)

    def put(self, frame: Frame) -> None:
        """A newer picture."""
        with self._lock:
            self._newest = frame
            if not self._minute or frame.captured_at - self._minute[-1].captured_at >= STEP:
                self._minute.append(frame)
            most = max(2, KEPT_BYTES // max(1, frame.image.nbytes))
            while len(self._minute) > most or (
                frame.captured_at - self._minute[0].captured_at > MINUTE
            ):
                self._minute.popleft()

    def newest(self) -> Frame | None:
        """The newest picture."""
        with self._lock:
            return self._newest

    def minute(self) -> tuple[Frame, ...]:
        """The pictures of the last minute, oldest first."""
        with self._lock:
            return tuple(self._minute)

    def wait(self, seconds: float) -> Frame | None:
        """The newest picture, or the first one to come within `seconds`."""
        until = time.monotonic() + seconds
        while (frame := self.newest()) is None and time.monotonic() < until:
            time.sleep(0.05)
        return frame

    def touch(self) -> None:
        """Somebody asks about it."""
        self._asked_s = time.monotonic()

    @property
    def idle_s(self) -> float:
        """For how long nobody asked, machine seconds."""
        return time.monotonic() - self._asked_s

    def stop(self) -> None:
        """Let the camera go."""
        self.off()
        if self.reader is not None:
            self.reader.stop()
        with self._lock:
            self._newest = None
            self._minute.clear()


class Tries:
    """The cameras that are being set up now. Any thread."""

    def __init__(self, on_end: Callable[[Try], None] = lambda ended: None) -> None:
        self._lock = threading.Lock()
        self._tries: dict[str, Try] = {}
        self._on_end = on_end
        self._timer: threading.Timer | None = None
        self._closed = False

    def add(self, made: Try) -> Try:
        """Keep a try. Errors: TooManyTries."""
        with self._lock:
            full = len(self._tries) >= TRIES_MAX and self._oldest_idle() is None
        if full:
            raise TooManyTries
        with self._lock:
            oldest = self._oldest_idle() if len(self._tries) >= TRIES_MAX else None
            gone = self._tries.pop(oldest) if oldest is not None else None
            self._tries[made.name] = made
            self._plan()
        if gone is not None:
            self._end(gone)
        return made

    def get(self, name: str) -> Try:
        """A try, which lives on for it. Errors: KeyError."""
        with self._lock:
            found = self._tries[name]
        found.touch()
        return found

    def cameras(self) -> frozenset[str]:
        """The cameras that are being set up."""
        with self._lock:
            return frozenset(each.settings.camera for each in self._tries.values())

    def drop(self, name: str) -> None:
        """Let one go; unknown ones are gone already."""
        with self._lock:
            gone = self._tries.pop(name, None)
        if gone is not None:
            self._end(gone)

    def close(self) -> None:
        """Let all go."""
        with self._lock:
            self._closed = True
            gone = [*self._tries.values()]
            self._tries.clear()
            if self._timer is not None:
                self._timer.cancel()
        for each in gone:
            self._end(each)

    def _end(self, gone: Try) -> None:
        gone.stop()
        self._on_end(gone)

    def _oldest_idle(self) -> str | None:
        """One that nobody asked about for some seconds: a page that was closed or loaded anew."""
        idle = [(each.idle_s, name) for name, each in self._tries.items() if each.idle_s > 10]
        return max(idle)[1] if idle else None

    def _plan(self) -> None:
        """Look again in a while, as long as there is anything to let go."""
        if self._timer is None and self._tries and not self._closed:
            self._timer = threading.Timer(_SWEEP_S, self._sweep)
            self._timer.daemon = True
            self._timer.start()

    def _sweep(self) -> None:
        with self._lock:
            self._timer = None
            names = [name for name, each in self._tries.items() if each.idle_s > IDLE_S]
            gone = [self._tries.pop(name) for name in names]
            self._plan()
        for each in gone:
            self._end(each)


def new_name() -> str:
    """A name nobody can guess."""
    return token_urlsafe(12)


def reader_status(reader: CameraReader) -> tuple[CameraState, str]:
    """How a camera is that is read for a try alone."""
    said = reader.status()
    return CameraState(said.state.value), said.detail
