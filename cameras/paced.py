"""A recorded camera, played as if it were there now."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from cameras.clock import Clock
from cameras.recordings import Recording
from vision.errors import PictureError
from vision.values import Frame

HISTORY = timedelta(seconds=60)


class PacedSource:
    """Gives each frame of one recorded camera when the clock reaches its time.

    A frame whose time has just passed comes at once; one that was over a minute ago when `frames`
    began is history and is passed over, as a camera switched on now would not have seen it. The
    end of the recording ends `frames`; a fault in it raises PictureError at the end.

    `frames` belongs to one thread; `close` may be called from any and ends a waiting `frames`.
    """

    live = False
    skew_s: float | None = None

    def __init__(self, recording: Recording, camera: str, clock: Clock) -> None:
        if camera not in recording.cameras:
            raise KeyError(camera)
        self._recording = recording
        self._camera = camera
        self._clock = clock
        self._stop = threading.Event()
        self._promised_at: datetime | None = None

    @property
    def promised_at(self) -> datetime | None:
        """When the next frame comes. A frame later than promised is our slowness, not silence."""
        return self._promised_at

    def close(self) -> None:
        """End `frames`."""
        self._stop.set()

    def frames(self) -> Iterator[Frame]:
        """Errors: PictureError at the end when something in the recording could not be read."""
        known = len(self._recording.faults)
        since = self._clock.now() - HISTORY
        for frame in self._recording.camera_frames(self._camera, self._stop, since):
            self._promised_at = frame.captured_at
            if not self._clock.wait_until(frame.captured_at, self._stop):
                return
            yield frame
        self._promised_at = None
        faults = self._recording.faults[known:]
        if faults and not self._stop.is_set():
            raise PictureError("; ".join(str(fault) for fault in faults))
