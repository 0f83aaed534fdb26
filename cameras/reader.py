"""One camera, watched over: newest frame, health, reconnection."""

import logging
import random
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from cameras.clock import Clock
from cameras.config import CameraConfig
from cameras.credentials import hide_credentials
from cameras.mask import burn_in
from cameras.sampling import SLACK, Sampler
from cameras.sources import FrameSource, Paceable, Stamped, open_source
from vision.errors import CameraUnauthorised, SiagaError
from vision.values import Frame, Gap, Reason
from vision.view import Still, still

_Told = TypeVar("_Told")

log = logging.getLogger(__name__)

STOP_S = 2.0
SKEW_S = 15.0
"""A camera's clock that is further off is told. Source: clock_tol_s of the policy."""
RATE_S = 60.0
"""Over so many seconds a camera's rate is looked at."""
_HANG_S = 15.0  # silence after which a connection is given up even if nothing complains
_LEFT_MAX = 2  # threads still inside a library after they were given up; then no new one


class ReaderState(StrEnum):
    """How a camera is. The words are those of the board."""

    OK = "ok"
    STARTING = "starting"
    NO_SIGNAL = "no_signal"
    FROZEN = "frozen"
    LOW_RATE = "low_rate"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """A camera and how it is. `detail`: a sentence without any credential; empty when all is well.

    `frames` counts what was handed on, `dropped` those of them that a newer one replaced before
    anybody took them, `reconnects` every new connection after the first. `skew_s`: how far the
    camera's own clock is ahead, where it tells.
    """

    camera: str
    state: ReaderState
    since: datetime
    last_frame_at: datetime | None
    size_wh: tuple[int, int] | None
    frames: int
    dropped: int
    reconnects: int
    detail: str
    skew_s: float | None = None


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before connecting again: doubling up to a cap, jittered.

    A connection that gave frames for `healthy_s` starts again from `first_s`. A refused password
    waits `refused_s` at least: many cameras lock an account after a few wrong ones.
    """

    first_s: float = 1.0
    cap_s: float = 30.0
    jitter: float = 0.25
    healthy_s: float = 10.0
    refused_s: float = 30.0

    def wait_s(self, failures: int, refused: bool, luck: float) -> float:
        """Seconds before the next try; `luck` from 0 to 1 moves them within the jitter."""
        wait_s = min(self.cap_s, self.first_s * 2.0 ** min(failures - 1, 30))
        if refused:
            wait_s = max(wait_s, self.refused_s)
        return wait_s * (1 + self.jitter * (2 * luck - 1))


class CameraReader:
    """Reads one camera, for as long as the office runs.

    Threads: `start` starts one that supervises; it starts one that captures for each connection and
    sleeps otherwise. The capturing thread reads the source, burns in the masks, and puts each frame
    that is due into the one slot; `take` may be called from any thread. `on_frame` and `on_gap` are
    called from these two threads, outside of any lock, and must return quickly.

    - The newest frame wins: nothing queues up, what is replaced untaken is counted as dropped.
    - Silence: no frame for max(5 s, 3 periods) is NO_SIGNAL, whatever the library believes. One
      `Gap` is given at that moment, and one with its whole length when frames come again. A played
      recording is silent only where the recording is, not when this computer is late.
    - Frozen: the same picture, to the pixel, for `frozen_after_s`, or pictures that come while the
      camera's own time stands still or repeats itself. Frames are still handed on.
    - Low rate: for a minute fewer than half of the frames that `period_s` asks for.
    - A camera's own clock dates nothing; one that is far off is told in `detail`.
    - A live camera's stream must not end; it is connected again after a jittered, growing wait. A
      connection silent for 15 s is given up even if its library still waits.
    - A recording's end is ENDED; a fault in it stands in `detail`.
    - `stop` returns within 2 s from every state. A thread that is caught inside a library then is
      left behind: it can no longer hand anything on, and ends by the library's own time limit.
    - Whatever goes wrong in a source is this camera's fault alone: it becomes a detail and a gap.
      Whatever goes wrong in a callback is logged and passed over.
    """

    def __init__(
        self,
        config: CameraConfig,
        clock: Clock,
        *,
        on_frame: Callable[[str], None] | None = None,
        on_gap: Callable[[Gap], None] | None = None,
        source: Callable[[], FrameSource] | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._on_frame = on_frame
        self._on_gap = on_gap
        self._source = source or (lambda: open_source(config, clock))
        self._backoff = backoff or Backoff()
        self._period_s = config.period_s
        self._silent_after = _silent_after(config.period_s)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._supervisor: threading.Thread | None = None
        # Everything below is read and written under this lock.
        self._news = threading.Condition()
        self._capture: _Capture | None = None
        self._left: list[threading.Thread] = []
        self._slot: Frame | None = None
        self._sampler = Sampler(config.period_s, SLACK)
        self._still: Still | None = None
        self._rate = _Rate(config.period_s)
        self._skew_s: float | None = None
        self._state = ReaderState.STARTING
        self._since = clock.now()
        self._heard_at = self._since
        self._last_frame_at: datetime | None = None
        self._size_wh: tuple[int, int] | None = None
        self._frames = self._dropped = self._reconnects = 0
        self._detail = ""

    @property
    def camera(self) -> str:
        """Its id."""
        return self._config.camera

    # --- for everybody

    def start(self) -> None:
        """Begin. Errors: RuntimeError when it was started or stopped before."""
        with self._news:
            if self._supervisor is not None or self._stopping.is_set():
                raise RuntimeError(f"{self.camera}: expected a fresh reader, got a used one")
            self._since = self._heard_at = self._clock.now()
            self._supervisor = threading.Thread(
                target=self._supervise, name=f"camera-{self.camera}", daemon=True
            )
        self._supervisor.start()

    def pace(self, period_s: float) -> None:
        """From now on one frame per period, and silence and rate are told by it. Any thread."""
        with self._news:
            if period_s == self._period_s:
                return
            self._period_s = period_s
            self._silent_after = _silent_after(period_s)
            self._sampler.pace(period_s)
            self._rate = _Rate(period_s)
            if self._last_frame_at is not None:
                self._rate.begin(self._last_frame_at)
            capture = self._capture
        if capture is not None:
            capture.pace(period_s)

    def stop(self) -> None:
        """End within 2 s, in every state, from any thread, as often as one likes."""
        until = time.monotonic() + STOP_S
        self._stopping.set()
        self._wake.set()
        with self._news:
            supervisor = self._supervisor
            self._news.notify_all()
        _join(supervisor, until)
        _join(self._capturing(), until)
        with self._news:
            self._capture = None  # who is still inside a library has nobody to hand on to

    def take(self) -> Frame | None:
        """The newest frame that nobody took yet."""
        with self._news:
            frame, self._slot = self._slot, None
            return frame

    def expected_at(self) -> datetime | None:
        """The moment of the frame that waits, else of the next one the source has promised."""
        with self._news:
            if self._slot is not None:
                return self._slot.captured_at
            return self._capture.promised_at if self._capture is not None else None

    def wait(self, timeout_s: float) -> bool:
        """Sleep until there is a frame to take; False when none came in time or it was stopped."""
        with self._news:
            self._news.wait_for(
                lambda: self._slot is not None or self._stopping.is_set(), timeout_s
            )
            return self._slot is not None

    def status(self) -> ReaderStatus:
        """How the camera is now."""
        with self._news:
            return ReaderStatus(
                self.camera,
                self._state,
                self._since,
                self._last_frame_at,
                self._size_wh,
                self._frames,
                self._dropped,
                self._reconnects,
                self._detail,
                self._skew_s,
            )

    # --- the supervising thread

    def _supervise(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            capture = _Capture(self._source, self._accept, self._wake, self._hidden)
            with self._news:
                self._capture = capture
                capture.pace(self._period_s)
            capture.start()
            hung = self._watch(capture)
            if self._stopping.is_set():
                capture.close()
                return
            if hung:
                capture.close()
                self._note(f"{self.camera}: expected frames, got silence; connecting again")
                with self._news:
                    self._capture = None
                    self._left.append(capture.thread)
            else:
                self._note(capture.fault)
                if not capture.live:
                    self._end(capture)
                    return
            failures = 1 if capture.healthy_s >= self._backoff.healthy_s else failures + 1
            wait_s = self._backoff.wait_s(failures, capture.refused, random.random())
            self._rest_until(self._clock.now() + timedelta(seconds=wait_s))
            with self._news:
                if not self._stopping.is_set():
                    self._reconnects += 1

    def _watch(self, capture: "_Capture") -> bool:
        """Sleep until this connection ends (False) or is given up for its silence (True)."""
        given_up_after = max(self._silent_after * 2, timedelta(seconds=_HANG_S))
        since = self._clock.now()
        while True:
            heard_at, now = self._heard(), self._clock.now()
            until = max(heard_at, since) + given_up_after
            self._sleep_until(until if until > now else now + self._silent_after, heard_at)
            if self._stopping.is_set() or capture.done:
                return False
            if capture.live and self._clock.now() >= max(self._heard(), since) + given_up_after:
                return True
            self._note_silence(capture)

    def _rest_until(self, until: datetime) -> None:
        """Wait before connecting again; silence goes on meanwhile. Ends early when stopped."""
        while not self._stopping.is_set() and self._clock.now() < until:
            self._sleep_until(until, self._heard())
            self._note_silence(None)
        while not self._stopping.is_set() and self._left_count() >= _LEFT_MAX:
            self._sleep_until(self._clock.now() + timedelta(seconds=1), self._heard())
            self._note_silence(None)

    def _left_count(self) -> int:
        with self._news:
            self._left = [thread for thread in self._left if thread.is_alive()]
            return len(self._left)

    def _sleep_until(self, until: datetime, heard_at: datetime) -> None:
        """Sleep until `until`, or the moment of NO_SIGNAL before it, or until woken."""
        silent_at = heard_at + self._silent_after
        if self._clock.now() < silent_at < until:
            until = silent_at
        until = max(until, self._clock.now() + timedelta(milliseconds=20))
        self._clock.wait_until(until, self._wake)
        self._wake.clear()
        if self._stopping.is_set():
            self._wake.set()

    def _heard(self) -> datetime:
        with self._news:
            return self._heard_at

    def _note_silence(self, capture: "_Capture | None") -> None:
        now = self._clock.now()
        with self._news:
            if self._state is ReaderState.NO_SIGNAL:
                return
            silent_at = self._heard_at + self._silent_after
            if now < silent_at:
                return
            if capture is not None and not capture.live:
                promised_at = capture.promised_at
                if promised_at is None or promised_at <= silent_at:
                    return
            gap = Gap(self.camera, self._heard_at, now, Reason.NO_SIGNAL)
            self._become(ReaderState.NO_SIGNAL, now)
            if not self._detail:
                seconds = self._silent_after.total_seconds()
                self._detail = f"{self.camera}: expected a frame, got none for {seconds:.0f} s"
        self._tell_gap(gap)

    def _capturing(self) -> threading.Thread | None:
        """The thread of the connection that was just asked to close."""
        with self._news:
            capture = self._capture
        if capture is None:
            return None
        capture.close()
        return capture.thread if capture.thread.is_alive() else None

    def _end(self, capture: "_Capture") -> None:
        with self._news:
            self._become(ReaderState.ENDED, self._clock.now())
            if not self._detail and not capture.fault:
                self._detail = f"{self.camera}: the recording ended"
            self._news.notify_all()

    def _note(self, detail: str) -> None:
        if detail:
            with self._news:
                self._detail = detail

    def _become(self, state: ReaderState, at: datetime) -> None:
        """Under the lock."""
        if state is not self._state:
            self._state, self._since = state, at

    def _clock_detail(self) -> str:
        """A sentence about a clock that is far off; empty for one that is not."""
        skew_s = self._skew_s
        if skew_s is None or abs(skew_s) < SKEW_S:
            return ""
        side = "ahead of" if skew_s > 0 else "behind"
        return (
            f"{self.camera}: its clock is {abs(skew_s):.0f} s {side} ours; "
            "pictures are dated by their arrival"
        )

    def _hidden(self, text: str) -> str:
        return hide_credentials(text, self._config.password, self._config.token)

    def _tell_gap(self, gap: Gap) -> None:
        if self._on_gap is not None:
            self._safely(self._on_gap, gap)

    def _safely(self, tell: Callable[[_Told], None], what: _Told) -> None:
        """Call somebody's callback; a fault in it must not end the watch over this camera."""
        try:
            tell(what)
        except Exception:  # noqa: BLE001 - the camera did nothing wrong
            log.error("%s: a listener failed\n%s", self.camera, traceback.format_exc())

    # --- the capturing thread

    def _accept(self, capture: "_Capture", frame: Frame) -> bool:
        """Take one frame from a source; False when nobody wants any from it."""
        image = burn_in(frame.image, self._config.masks)
        with self._news:
            if self._capture is not capture or self._stopping.is_set():
                return False
            at = frame.captured_at
            self._still = still(self._still, image, at)
            limit_s = self._config.frozen_after_s
            same_s, stuck_s = self._still.lasted_s, capture.stuck_s
            frozen = limit_s > 0 and max(same_s, stuck_s) >= limit_s
            gap = None
            if self._state in (ReaderState.NO_SIGNAL, ReaderState.STARTING):
                self._rate.begin(at)
            if self._state is ReaderState.NO_SIGNAL:
                gap = Gap(self.camera, self._heard_at, max(at, self._heard_at), Reason.NO_SIGNAL)
            elif self._last_frame_at is not None and at - self._heard_at > self._silent_after:
                gap = Gap(self.camera, self._heard_at, at, Reason.NO_SIGNAL)
            self._heard_at = self._last_frame_at = at
            due = self._sampler.takes(at.timestamp())
            self._rate.count(at, due)
            self._skew_s = capture.skew_s
            if frozen:
                self._become(ReaderState.FROZEN, at)
                got = "the same one" if same_s >= limit_s else "one and the same moment"
                self._detail = (
                    f"{self.camera}: expected a living picture, got {got} "
                    f"for {max(same_s, stuck_s):.0f} s"
                )
            elif capture.live and self._rate.is_low:
                self._become(ReaderState.LOW_RATE, at)
                self._detail = f"{self.camera}: {self._rate.said}"
            else:
                self._become(ReaderState.OK, at)
                self._detail = self._clock_detail()
            if due:
                self._dropped += self._slot is not None
                self._slot = Frame(self.camera, self._frames, at, image)
                self._size_wh = self._slot.size_wh
                self._frames += 1
                self._news.notify_all()
        if gap is not None:
            self._tell_gap(gap)
        if due and self._on_frame is not None:
            self._safely(self._on_frame, self.camera)
        return True


def _silent_after(period_s: float) -> timedelta:
    return timedelta(seconds=max(5.0, 3 * period_s))


def _join(thread: threading.Thread | None, until_s: float) -> None:
    if thread is not None and thread is not threading.current_thread():
        thread.join(max(0.05, until_s - 0.1 - time.monotonic()))


class _Rate:
    """How many frames came within the last minute, of those that were asked for."""

    def __init__(self, period_s: float) -> None:
        self._expected = RATE_S / period_s if period_s > 0 else 0.0
        self._since: datetime | None = None
        self._times: deque[datetime] = deque()
        self.is_low = False

    @property
    def said(self) -> str:
        """What was expected and what came."""
        return f"expected {self._expected:.0f} pictures a minute, got {len(self._times)}"

    def begin(self, at: datetime) -> None:
        """Frames come again from `at` on: silence was told as such."""
        self._since, self.is_low = at, False
        self._times.clear()

    def count(self, at: datetime, due: bool) -> None:
        """Another frame came; `due`: one of those that were asked for."""
        if due:
            self._times.append(at)
        while self._times and (at - self._times[0]).total_seconds() > RATE_S:
            self._times.popleft()
        whole = self._since is not None and (at - self._since).total_seconds() >= RATE_S
        self.is_low = whole and len(self._times) < self._expected / 2


class _Capture:
    """One connection and the thread that reads it. `fault` says how it ended."""

    def __init__(
        self,
        source: Callable[[], FrameSource],
        accept: "Callable[[_Capture, Frame], bool]",
        wake: threading.Event,
        hidden: Callable[[str], str],
    ) -> None:
        self._open = source
        self._accept = accept
        self._wake = wake
        self._hidden = hidden
        self._source: FrameSource | None = None
        self._closed = threading.Event()
        self._first_at: datetime | None = None
        self._last_at: datetime | None = None
        self._period_s: float | None = None
        self.live = True
        self.done = False
        self.refused = False
        self.fault = ""
        self.thread = threading.Thread(target=self._run, name="camera-capture", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self.thread.start()

    def close(self) -> None:
        """Ask the source to end; does not wait."""
        self._closed.set()
        source = self._source
        if source is not None:
            source.close()

    def pace(self, period_s: float) -> None:
        """Fewer or more frames are wanted from now on."""
        self._period_s = period_s
        source = self._source
        if isinstance(source, Paceable):
            source.pace(period_s)

    @property
    def promised_at(self) -> datetime | None:
        """When the source has its next frame, if it knows."""
        source = self._source
        return source.promised_at if source is not None else None

    @property
    def stuck_s(self) -> float:
        """For how long the camera's own time stands still, if it tells."""
        source = self._source
        return source.stuck_s if isinstance(source, Stamped) else 0.0

    @property
    def skew_s(self) -> float | None:
        """How far the camera's clock is ahead, if it tells."""
        source = self._source
        return source.skew_s if source is not None else None

    @property
    def healthy_s(self) -> float:
        """For how long this connection gave frames."""
        if self._first_at is None or self._last_at is None:
            return 0.0
        return (self._last_at - self._first_at).total_seconds()

    def _run(self) -> None:
        try:
            self._source = source = self._open()
            self.live = source.live
            if self._period_s is not None:
                self.pace(self._period_s)
            if self._closed.is_set():
                return
            frames = source.frames()
            try:
                for frame in frames:
                    self._last_at = frame.captured_at
                    self._first_at = self._first_at or self._last_at
                    if not self._accept(self, frame):
                        return
            finally:
                close = getattr(frames, "close", None)
                if close is not None:
                    close()
        except SiagaError as error:
            self.refused = isinstance(error, CameraUnauthorised)
            self.fault = self._hidden(str(error))
        except Exception as error:  # noqa: BLE001 - one bad camera never stops the others
            self.fault = self._hidden(f"unexpected {type(error).__name__}: {error}")
            log.error("%s", self._hidden(traceback.format_exc()))
        finally:
            self.done = True
            self._wake.set()
