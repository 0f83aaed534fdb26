"""Streams in segments over HTTP (HLS, `.m3u8`)."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import av
from av.error import FFmpegError
from av.video.stream import VideoStream

from cameras.bursts import BurstClock
from cameras.clips import image_of
from cameras.clock import Clock
from cameras.credentials import with_credentials
from cameras.sampling import SLACK, Sampler
from cameras.streams import stream_ended, stream_failure
from vision.errors import CameraUnavailable
from vision.values import Frame

OPEN_S = 5.0
SEGMENT_S = 12.0
"""The longest wait for a segment; longer ones are of no use to anybody who wants to see now."""


class HlsSource:
    """Frames of a stream in segments, at most one per period, stamped with when they were taken.

    A segment comes as a burst when its last picture was taken; `BurstClock` dates its frames. The
    first burst only tells how the clocks lie: its newest frame is given, a segment late. Every
    frame is decoded, because the newest of a segment is never a keyframe: four times the work of
    RTSP, which is the better choice wherever the camera offers it.

    `frames` belongs to one thread. `close` may be called from any: it ends `frames` at the next
    packet, that is within a segment.
    """

    live = True
    promised_at: datetime | None = None
    skew_s: float | None = None

    def __init__(
        self,
        url: str,
        camera: str,
        clock: Clock,
        period_s: float = 1.0,
        username: str = "",
        password: str = "",
        ca_file: Path | None = None,
        token: str = "",
    ) -> None:
        self._url = url
        self._camera = camera
        self._clock = clock
        self._period_s = period_s
        self._username = username
        self._password = password
        self._ca_file = ca_file
        self._token = token
        self._stop = threading.Event()

    def close(self) -> None:
        """End `frames` at the next packet."""
        self._stop.set()

    def pace(self, period_s: float) -> None:
        """From now on at most one frame per period. From any thread."""
        self._period_s = period_s

    def frames(self) -> Iterator[Frame]:
        """Errors: CameraUnavailable, CameraUnauthorised."""
        if self._stop.is_set():
            return
        try:
            with self.opened() as container:
                if not container.streams.video:
                    raise CameraUnavailable(
                        f"{self._camera}: expected a video stream, got none in it"
                    )
                yield from self._timed(container, container.streams.video[0])
        except (FFmpegError, OSError) as error:
            if not self._stop.is_set():
                raise stream_failure(
                    self._camera, error, self._password, self._token
                ) from None
            return
        if not self._stop.is_set():
            raise stream_ended(self._camera)

    def opened(self) -> av.container.InputContainer:
        """The connection itself, for who measures it. Errors: those of FFmpeg."""
        options = {
            "live_start_index": "-1",
            "protocol_whitelist": "http,https,tcp,tls,crypto",  # a playlist must not open files
            "http_persistent": "1",
        }
        if self._token:
            options["headers"] = f"Authorization: Bearer {self._token}\r\n"
        if self._ca_file is not None:
            options |= {"tls_verify": "1", "ca_file": str(self._ca_file)}
        return av.open(
            with_credentials(self._url, self._username, self._password),
            format="hls",
            timeout=(OPEN_S, SEGMENT_S),
            options=options,
            metadata_errors="replace",
        )

    def _timed(
        self, container: av.container.InputContainer, stream: VideoStream
    ) -> Iterator[Frame]:
        stream.codec_context.thread_count = 1
        sampler, bursts = Sampler(self._period_s, SLACK), BurstClock()
        waiting: tuple[av.VideoFrame, float] | None = None
        last_s, sequence = 0.0, 0
        for packet in container.demux(stream):
            if self._stop.is_set():
                return
            if not packet.size or packet.is_corrupt:
                continue
            arrived_s = self._clock.now().timestamp()
            sampler.pace(self._period_s)
            try:
                pictures = packet.decode()
            except av.error.InvalidDataError:
                continue  # torn; the next keyframe mends it
            for picture in pictures:
                if picture.time is None or picture.is_corrupt:
                    continue
                taken_s = bursts.place(picture.time, arrived_s)
                due = [(picture, taken_s)]
                if bursts.catching_up:
                    waiting = due[0]
                    continue
                if waiting is not None:
                    due, waiting = [waiting, *due], None
                for each, at_s in due:
                    if at_s > last_s and sampler.takes(at_s):
                        last_s = at_s
                        at = datetime.fromtimestamp(at_s, UTC)
                        yield Frame(self._camera, sequence, at, image_of(each))
                        sequence += 1
