"""Cameras that stream by RTSP."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from errno import EIO
from pathlib import Path

import av
from av.error import FFmpegError
from av.video.stream import VideoStream

from cameras.clips import image_of
from cameras.clock import Clock
from cameras.credentials import with_credentials
from cameras.sampling import SLACK, Sampler
from cameras.streams import stream_ended, stream_failure
from vision.errors import CameraUnavailable
from vision.values import Frame

OPEN_S = 5.0
READ_S = 3.0
ANEW_S = 10.0
"""A stream whose time falls back by more has begun anew; by less it repeats itself."""
_PIECES_MAX = 16  # of one keyframe; a camera whose time stands still has no end of them


class RtspSource:
    """Keyframes of a stream over TCP, at most one per period, stamped with their arrival.

    Only keyframes are decoded: a fifth of the work; of these only those that are due. When they
    come more rarely than the period, all frames are decoded until they come often enough again, and
    still only those that are due are converted. The end of the stream is a failure.

    `frames` belongs to one thread. `close` may be called from any: it ends `frames` at the next
    packet; while the library waits for a camera that says nothing, only its own time limit ends it
    (measured: up to twice `READ_S`). Who must be quicker leaves the thread behind.
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
    ) -> None:
        self._url = url
        self._camera = camera
        self._clock = clock
        self._period_s = period_s
        self._username = username
        self._password = password
        self._ca_file = ca_file
        self._stop = threading.Event()
        self._decodes_all = False
        self._latest_s: float | None = None
        self._moved_at: datetime | None = None

    @property
    def stuck_s(self) -> float:
        """For how long the stream's own time has not moved on, though pictures came."""
        moved_at = self._moved_at
        return 0.0 if moved_at is None else (self._clock.now() - moved_at).total_seconds()

    @property
    def decodes_all(self) -> bool:
        """Whether keyframes came too rarely, so that every frame is decoded."""
        return self._decodes_all

    def close(self) -> None:
        """End `frames` at the next packet."""
        self._stop.set()

    def pace(self, period_s: float) -> None:
        """From now on at most one frame per period. From any thread."""
        self._period_s = period_s

    def frames(self) -> Iterator[Frame]:
        """Errors: CameraUnavailable, CameraUnauthorised."""
        try:
            with self.opened() as container:
                if not container.streams.video:
                    raise CameraUnavailable(
                        f"{self._camera}: expected a video stream, got none in it"
                    )
                stream = container.streams.video[0]
                yield from self.decoded(container.demux(stream), stream)
        except (FFmpegError, OSError) as error:
            if not self._stop.is_set():
                raise stream_failure(self._camera, error, self._password) from None
            return
        if not self._stop.is_set():
            raise stream_ended(self._camera)

    def opened(self) -> av.container.InputContainer:
        """The connection itself, for who measures it. Errors: those of FFmpeg, CameraUnavailable.

        Without `ca_file` an rtsps line is secret, but nobody asks who is at its other end.
        """
        options = {"rtsp_transport": "tcp", "analyzeduration": "500000", "fpsprobesize": "0"}
        if self._ca_file is not None:
            options |= {"tls_verify": "1", "ca_file": str(self._ca_file)}
        try:
            return av.open(
                with_credentials(self._url, self._username, self._password),
                timeout=(OPEN_S, READ_S),
                options=options,
                metadata_errors="replace",
            )
        except OSError as error:
            if self._ca_file is None or error.errno != EIO:
                raise
            raise CameraUnavailable(
                f"{self._camera}: expected a certificate for this address signed by "
                f"{self._ca_file.name}, got none; check ca_file and the certificate of the camera"
            ) from None

    def decoded(
        self, packets: "Iterable[av.Packet[VideoStream]]", stream: VideoStream
    ) -> Iterator[Frame]:
        """The frames that are due, of the packets of a stream as they come."""
        decoder = stream.codec_context
        decoder.thread_count = 1
        decoder.skip_frame = "NONKEY"
        sampler = Sampler(self._period_s, SLACK)
        key_at = time.monotonic()
        since_key: list[av.Packet[VideoStream]] = []  # compressed; until keyframes prove frequent
        sequence = 0
        for packet in whole_keyframes(packets):
            if self._stop.is_set():
                return
            if not packet.size or packet.is_corrupt:
                continue
            captured_at = self._clock.now()
            self._watch_time(packet, captured_at)
            due = [packet]
            sampler.pace(self._period_s)
            rare_s = max(0.2, 1.5 * self._period_s)
            if packet.is_keyframe:
                often = time.monotonic() - key_at <= rare_s
                key_at = time.monotonic()
                if self._decodes_all and often:
                    self._decodes_all = False
                    decoder.skip_frame = "NONKEY"
            if not self._decodes_all:
                if packet.is_keyframe:
                    since_key = [packet]
                    if not sampler.is_due(captured_at.timestamp()):
                        continue
                elif not since_key:
                    continue  # came in the middle; nothing to decode from before a keyframe
                else:
                    since_key.append(packet)
                    if time.monotonic() - key_at <= rare_s:
                        continue
                    self._decodes_all = True
                    decoder.flush_buffers()
                    decoder.skip_frame = "DEFAULT"
                    due, since_key = since_key, []
            picture = self._newest(decoder, due)
            if picture is not None and sampler.takes(captured_at.timestamp()):
                yield Frame(self._camera, sequence, captured_at, image_of(picture))
                sequence += 1

    def _watch_time(self, packet: "av.Packet[VideoStream]", at: datetime) -> None:
        """Note whether the stream's own time moved on. An encoder that hangs repeats its last."""
        if packet.pts is None or packet.time_base is None:
            return
        stream_s, latest_s = float(packet.pts * packet.time_base), self._latest_s
        if latest_s is None or stream_s > latest_s or stream_s < latest_s - ANEW_S:
            self._latest_s, self._moved_at = stream_s, at

    def _newest(
        self, decoder: av.VideoCodecContext, packets: "list[av.Packet[VideoStream]]"
    ) -> av.VideoFrame | None:
        """The newest whole picture in these packets."""
        newest: av.VideoFrame | None = None
        for packet in packets:
            with suppress(av.error.InvalidDataError):  # torn; the next keyframe mends it
                pictures = decoder.decode(packet)
                if not pictures and not self._decodes_all:  # held back for frames in between
                    pictures = decoder.decode(None)
                    decoder.flush_buffers()
                for picture in pictures:
                    if not picture.is_corrupt:
                        newest = picture
        return newest


def whole_keyframes(
    packets: "Iterable[av.Packet[VideoStream]]",
) -> "Iterator[av.Packet[VideoStream]]":
    """The packets, but a keyframe that comes in pieces as one.

    Cameras that repeat their parameters before each slice of a keyframe (GStreamer does so with
    config-interval=-1) make FFmpeg cut it there, and no piece alone is a picture. Whether a camera
    is one of them is learnt from its first keyframes; only then is a keyframe held back until the
    next packet, which tells that it is whole.
    """
    held: av.Packet[VideoStream] | None = None
    cuts, last_pts, pieces = False, None, 0
    for packet in packets:
        key = packet.is_keyframe
        if held is not None:
            if key and packet.pts == held.pts and pieces < _PIECES_MAX:
                held, pieces = _joined(held, packet), pieces + 1
                continue
            yield held
            held = None
        if key:
            cuts = cuts or (packet.pts is not None and packet.pts == last_pts)
            last_pts = packet.pts
            if cuts:
                held, pieces = packet, 1
                continue
        yield packet
    if held is not None:
        yield held


def _joined(
    first: "av.Packet[VideoStream]", second: "av.Packet[VideoStream]"
) -> "av.Packet[VideoStream]":
    both: av.Packet[VideoStream] = av.Packet(bytes(first) + bytes(second))  # type: ignore[assignment]
    both.pts, both.dts, both.time_base = first.pts, first.dts, first.time_base
    both.is_keyframe = True
    return both
