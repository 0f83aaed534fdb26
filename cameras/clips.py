"""Clips: frames of a file with the times at which they were shown."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from av.video.stream import VideoStream

from cameras.sampling import Sampler
from vision.errors import PictureError
from vision.values import Frame, Image, require_aware


def image_of(frame: av.VideoFrame) -> Image:
    """The decoded frame as displayed: BGR (H, W, 3) uint8, the file's rotation applied."""
    pixels = frame.to_ndarray(format="bgr24")
    quarters = round(frame.rotation / 90) % 4
    if quarters:
        pixels = np.rot90(pixels, quarters)
    image: Image = np.ascontiguousarray(pixels, np.uint8)
    return image


class ClipSource:
    """The frames of a clip, `captured_at` = start + time since its first frame.

    At most one frame per `period_s` (0: every frame) of the clip's own time, so that a variable
    rate is honoured. Frames before `since` are passed over, without decoding most of them; those
    after it are the same as without it. Every readable frame is given; then, when the clip ended
    before its promised end or held damaged data, PictureError says where. The same file gives the
    same frames.

    `frames` belongs to one thread; `close` may be called from any.
    """

    live = False

    def __init__(
        self,
        path: Path,
        camera: str,
        start: datetime,
        period_s: float = 0.0,
        since: datetime | None = None,
    ) -> None:
        require_aware(start, "ClipSource.start")
        self._since_s = (since - start).total_seconds() if since is not None else 0.0
        self._path = path
        self._camera = camera
        self._start = start
        self._period_s = period_s
        self._stop = threading.Event()

    def close(self) -> None:
        """End `frames` after the frame it is at."""
        self._stop.set()

    def frames(self) -> Iterator[Frame]:
        """Errors: PictureError (not a clip, no picture in it, ends early, damaged)."""
        try:
            container = av.open(str(self._path), metadata_errors="replace")
        except (FFmpegError, OSError, ValueError) as error:
            raise PictureError(f"{self._path}: {_unopened(self._path, error)}") from None
        with container:
            if not container.streams.video:
                raise PictureError(f"{self._path}: expected a clip, got a file without pictures")
            yield from self._decoded(container, container.streams.video[0])

    def _decoded(
        self, container: av.container.InputContainer, stream: VideoStream
    ) -> Iterator[Frame]:
        stream.codec_context.thread_count = 1
        sampler = Sampler(self._period_s)
        sampler.begin(0.0, self._since_s)
        progress = _Progress()
        sequence = 0
        for frame in _frames_of(container, stream, progress, self._since_s):
            if self._stop.is_set():
                return
            at_s = progress.place(frame)
            if at_s is None or at_s < self._since_s or not sampler.takes(at_s):
                continue
            captured_at = self._start + timedelta(seconds=at_s)
            yield Frame(self._camera, sequence, captured_at, image_of(frame))
            sequence += 1
        fault = progress.fault(container, stream)
        if fault:
            raise PictureError(f"{self._path}: {fault}")


class _Progress:
    """How far a clip was read, and what was wrong on the way."""

    def __init__(self) -> None:
        self.packet_count = 0
        self.damaged_at_s: list[float] = []
        self._first: Fraction | None = None
        self._last_s = -1.0
        self._end_s = 0.0
        self._widest_s = 0.0

    def starts(self, packet: "av.packet.Packet[VideoStream]") -> float:
        """Seconds of a packet since the first one; the clip's time begins with that."""
        if packet.pts is None or packet.time_base is None:
            return 0.0
        at = packet.pts * Fraction(packet.time_base)
        if self._first is None:
            self._first = at
        return float(at - self._first)

    def place(self, frame: av.VideoFrame) -> float | None:
        """Seconds since the first frame; None for a frame without a time or out of order."""
        if frame.pts is None or frame.time_base is None:
            return None
        at = frame.pts * Fraction(frame.time_base)
        if self._first is None:
            self._first = at
        at_s = float(at - self._first)
        if at_s <= self._last_s:
            return None
        if self._last_s >= 0:
            self._widest_s = max(self._widest_s, at_s - self._last_s)
        self._last_s = at_s
        self._end_s = at_s + float((frame.duration or 0) * Fraction(frame.time_base))
        return at_s

    def damaged(self) -> None:
        """Note damaged data at this place."""
        self.damaged_at_s.append(max(0.0, self._last_s))

    def fault(self, container: av.container.InputContainer, stream: VideoStream) -> str:
        """What was wrong with the clip, as a sentence; empty when nothing was."""
        if self._first is None:
            return "expected a clip, got one without a readable picture"
        promised_s = _promised_s(container, stream)
        missing = 0 < self.packet_count < stream.frames
        slack_s = max(0.5, 2 * self._widest_s)
        if missing or (promised_s is not None and self._end_s < promised_s - slack_s):
            whole = f" of {promised_s:.1f}" if promised_s is not None else ""
            if missing and (promised_s is None or promised_s <= self._end_s):
                whole = f" ({self.packet_count} of {stream.frames} frames)"
            return f"expected a whole clip, got one that ends after {self._end_s:.1f}{whole} s"
        if self.damaged_at_s:
            first_s, last_s = self.damaged_at_s[0], self.damaged_at_s[-1]
            return (
                f"expected a whole clip, got {len(self.damaged_at_s)} damaged pieces between "
                f"{first_s:.1f} and {last_s:.1f} s (it ends at {self._end_s:.1f} s)"
            )
        return ""


def _frames_of(
    container: av.container.InputContainer,
    stream: VideoStream,
    progress: _Progress,
    since_s: float,
) -> Iterator[av.VideoFrame]:
    """Every frame that can be decoded; damaged data is noted and passed over.

    Until `since_s` packets are only held, from the latest keyframe on: the rest is not decoded.
    """
    held: list[av.packet.Packet[VideoStream]] = []
    packets = container.demux(stream)
    flushed = False
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            break
        except (FFmpegError, OSError):
            progress.damaged()
            break
        if packet.size:
            if packet.is_corrupt:
                progress.damaged()
                continue
            progress.packet_count += 1
            if since_s > 0 and progress.starts(packet) < since_s:
                if packet.is_keyframe:
                    held = []
                held.append(packet)
                continue
        else:
            flushed = True
        for each in (*held, packet):
            try:
                yield from each.decode()
            except FFmpegError:
                progress.damaged()
        held = []
    if not flushed:
        try:
            yield from stream.codec_context.decode(None)
        except FFmpegError:
            progress.damaged()


def _promised_s(container: av.container.InputContainer, stream: VideoStream) -> float | None:
    """How long the file says its pictures last; None where it does not say."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    try:  # Matroska keeps it per stream as text
        hours, minutes, seconds = stream.metadata.get("DURATION", "").split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        pass
    if container.duration is not None and len(container.streams) == 1:
        return container.duration / 1e6
    return None


def _unopened(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "expected a clip, got no such file"
    try:
        size = path.stat().st_size
    except OSError:
        size = -1
    if size == 0:
        return "expected a clip, got an empty file (0 bytes)"
    if isinstance(error, av.error.InvalidDataError):
        return (
            f"expected a clip, got {size} bytes without a readable index "
            "(another kind of file, or a clip that ends before its index)"
        )
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"expected a clip, got: {reason}"
