"""A camera at this machine: USB and others that Linux shows as /dev/video0 (V4L2)."""

import threading
from collections.abc import Iterator
from datetime import datetime

import av
from av.error import FFmpegError

from cameras.clips import image_of
from cameras.clock import Clock
from cameras.sampling import SLACK, Sampler
from cameras.streams import stream_ended, stream_failure
from vision.errors import CameraError, CameraUnavailable
from vision.values import Frame

OPEN_S = READ_S = 5.0
WISHES: tuple[dict[str, str], ...] = (
    {"input_format": "mjpeg", "video_size": "1920x1080"},
    {"input_format": "mjpeg", "video_size": "1280x720"},
    {},
)
"""What is asked of a device, best first. MJPEG: USB 2 has no room for large raw pictures."""


class DeviceSource:
    """Pictures of a device, at most one per period, stamped with their arrival.

    Each packet of such a device is a whole picture; what is not due is not decoded.

    `frames` belongs to one thread; `close` may be called from any and ends it at the next picture.
    """

    live = True
    promised_at: datetime | None = None
    skew_s: float | None = None

    def __init__(
        self,
        device: str,
        camera: str,
        clock: Clock,
        period_s: float = 1.0,
        driver: str = "v4l2",
        wishes: tuple[dict[str, str], ...] = WISHES,
    ) -> None:
        self._device = device
        self._camera = camera
        self._clock = clock
        self._period_s = period_s
        self._driver = driver
        self._wishes = wishes
        self._stop = threading.Event()

    def close(self) -> None:
        """End `frames` at the next picture."""
        self._stop.set()

    def pace(self, period_s: float) -> None:
        """From now on at most one frame per period. From any thread."""
        self._period_s = period_s

    def frames(self) -> Iterator[Frame]:
        """Errors: CameraUnavailable (no such device, in use, taken out)."""
        if self._stop.is_set():
            return
        try:
            with self.opened() as container:
                yield from self._read(container)
        except (FFmpegError, OSError) as error:
            if not self._stop.is_set():
                raise self._failure(error) from None
            return
        if not self._stop.is_set():
            raise stream_ended(self._camera)

    def opened(self) -> av.container.InputContainer:
        """The connection itself, for who measures it. Errors: those of FFmpeg."""
        for wish in self._wishes:
            try:
                return self._open(wish)
            except (av.error.ArgumentError, av.error.InvalidDataError):
                continue  # a kind or size that this device has not
        return self._open({})

    def _open(self, wish: dict[str, str]) -> av.container.InputContainer:
        return av.open(
            self._device, format=self._driver, options=wish, timeout=(OPEN_S, READ_S)
        )

    def _read(self, container: av.container.InputContainer) -> Iterator[Frame]:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        sampler = Sampler(self._period_s, SLACK)
        sequence = 0
        for packet in container.demux(stream):
            if self._stop.is_set():
                return
            at = self._clock.now()
            sampler.pace(self._period_s)
            if not packet.size or packet.is_corrupt or not sampler.takes(at.timestamp()):
                continue
            try:
                pictures = packet.decode()
            except av.error.InvalidDataError:
                continue  # half a picture over a bad cable
            for picture in pictures[-1:]:
                yield Frame(self._camera, sequence, at, image_of(picture))
                sequence += 1

    def _failure(self, error: FFmpegError | OSError) -> CameraError:
        remedies = {
            FileNotFoundError: "no such device; is it plugged in? (v4l2-ctl --list-devices)",
            PermissionError: "no access to it; put this account into the group video",
        }
        for kind, got in remedies.items():
            if isinstance(error, kind):
                return CameraUnavailable(
                    f"{self._camera}: expected a camera at {self._device}, got {got}"
                )
        if getattr(error, "errno", None) == 16:  # EBUSY
            return CameraUnavailable(
                f"{self._camera}: expected a camera at {self._device}, "
                "got one that another program uses"
            )
        return stream_failure(self._camera, error)
