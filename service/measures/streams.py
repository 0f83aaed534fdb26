"""Streams to measure on: a clip as a camera would send it, quicker than time or in time with it."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import av
from av.video.stream import VideoStream

from cameras.rtsp import RtspSource
from service.clock import Clock
from vision.values import Frame


class PacketClock:
    """The time of the newest packet: a stream read as fast as it goes has its own time."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.at = start

    def now(self) -> datetime:
        """The time of the newest packet."""
        return self.at

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Nobody waits."""
        return not stop.is_set()


class PlayedStream(RtspSource):
    """A clip, over and over, through exactly the code that reads an RTSP camera.

    With a `PacketClock` as fast as it goes; with another each packet when its time has come.
    """

    def __init__(
        self, path: Path, camera: str, clock: Clock, period_s: float = 1.0, offset_s: float = 0.0
    ) -> None:
        super().__init__("", camera, clock, period_s)
        self._path = path
        self._played = clock
        self._offset = timedelta(seconds=offset_s)

    def frames(self) -> Iterator[Frame]:
        """Without end, until closed."""
        with av.open(str(self._path)) as container:
            stream = container.streams.video[0]
            yield from self.decoded(self._packets(container, stream), stream)

    def _packets(
        self, container: av.container.InputContainer, stream: VideoStream
    ) -> "Iterator[av.Packet[VideoStream]]":
        """Packets with the clock set to their time, or at their time."""
        length = timedelta(seconds=float((stream.duration or 0) * (stream.time_base or 0)))
        start = self._played.now() - self._offset
        turns = 0
        while True:
            for packet in container.demux(stream):
                if not packet.size or packet.pts is None or packet.time_base is None:
                    continue
                at = start + turns * length + timedelta(
                    seconds=float(packet.pts * packet.time_base)
                )
                if isinstance(self._played, PacketClock):
                    self._played.at = at
                elif at > start + self._offset and not self._played.wait_until(at, self._stop):
                    return
                elif at <= start + self._offset and not packet.is_keyframe:
                    continue
                yield packet
            turns += 1
            container.seek(0)
