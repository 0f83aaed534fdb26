"""What a camera gives, measured in a few seconds."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Protocol
from urllib.parse import urlsplit

import av
from av.error import FFmpegError

from cameras.clips import image_of
from cameras.clock import SystemClock, skew_of
from cameras.config import CameraConfig
from cameras.credentials import hide_credentials
from cameras.mjpeg import Parts, boundary_of
from cameras.pictures import decode_picture
from cameras.rtsp import whole_keyframes
from cameras.snapshots import MAX_BYTES, MAX_PIXELS, HttpSnapshotSource
from cameras.sources import DeviceSource, FrameSource, HlsSource, RtspSource, open_source
from cameras.streams import stream_failure
from vision.errors import CameraUnavailable, SiagaError
from vision.values import Image

SKEW_S = 2.0
"""A camera's clock this far from ours is told; HTTP and RTSP tell whole seconds only."""
_OPTIONS = "OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: siaga\r\n\r\n"

_ADVICE = {
    "keyframe_none": (
        "no second keyframe came: set one keyframe per second (GOP = frame rate)"
    ),
    "keyframe_seldom": (
        "a keyframe comes every {n:.1f} s only: set one per second (GOP = frame rate), and switch "
        "smart codecs off"
    ),
    "clock_ahead": (
        "its clock is {n:.0f} s ahead of ours: let it follow NTP (Siaga uses its own time)"
    ),
    "clock_behind": (
        "its clock is {n:.0f} s behind ours: let it follow NTP (Siaga uses its own time)"
    ),
    "hls_late": "HLS comes a segment late: use RTSP if the camera has it",
}


@dataclass(frozen=True, slots=True)
class Probed:
    """What a camera gave. None: not told, or too seldom to be measured.

    `rate` are pictures per second (of a snapshot: as fast as it answers), `keyframe_s` the seconds
    between two keyframes (0: every picture is one), `skew_s` how far its clock is ahead of ours.
    """

    camera: str
    kind: str
    codec: str
    size_wh: tuple[int, int]
    first_s: float
    rate: float | None
    keyframe_s: float | None
    kbit_s: float | None
    skew_s: float | None
    image: Image

    @property
    def shortcomings(self) -> tuple[tuple[str, float], ...]:
        """What is not as it should be, by a stable word, with the number that shows it."""
        found: list[tuple[str, float]] = []
        if self.keyframe_s is None and self.kind == "rtsp":
            found.append(("keyframe_none", 0.0))
        elif self.keyframe_s is not None and self.keyframe_s > 2.2:
            found.append(("keyframe_seldom", self.keyframe_s))
        if self.skew_s is not None and abs(self.skew_s) > SKEW_S:
            found.append(
                ("clock_ahead" if self.skew_s > 0 else "clock_behind", abs(self.skew_s))
            )
        if self.kind == "hls":
            found.append(("hls_late", 0.0))
        return tuple(found)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to change at the camera, in sentences."""
        return tuple(_ADVICE[word].format(n=number) for word, number in self.shortcomings)


def probe(config: CameraConfig, seconds: float = 5.0, limit_s: float = 15.0) -> Probed:
    """Connect, measure for `seconds`, and let go. A camera that hangs holds nobody for long.

    Errors: CameraError, PictureError, ConfigError; without any credential.
    """
    source = open_source(config, SystemClock())
    came: list[Probed | SiagaError] = []

    def measure() -> None:
        try:
            came.append(_measured(source, config, seconds))
        except SiagaError as error:
            came.append(error)
        except (FFmpegError, OSError) as error:
            came.append(stream_failure(config.camera, error, config.password, config.token))

    thread = threading.Thread(target=measure, name="probe", daemon=True)
    thread.start()
    thread.join(seconds + limit_s)
    source.close()
    if not came:
        raise CameraUnavailable(
            f"{config.camera}: expected a picture, got nothing for {seconds + limit_s:.0f} s"
        )
    if isinstance(came[0], SiagaError):
        raise came[0]
    return came[0]


class _Opened(Protocol):
    """A source whose connection can be measured."""

    def opened(self) -> av.container.InputContainer: ...


def _measured(source: FrameSource, config: CameraConfig, seconds: float) -> Probed:
    if isinstance(source, RtspSource):
        return _stream(source, config, "rtsp", seconds, lambda: _rtsp_skew(config))
    if isinstance(source, HlsSource):
        return _stream(source, config, "hls", seconds, lambda: None)
    if isinstance(source, DeviceSource):
        return _stream(source, config, "device", seconds, lambda: None)
    if isinstance(source, HttpSnapshotSource):
        return _http(source, config, seconds)
    return _first(source, config)


def _stream(
    source: _Opened,
    config: CameraConfig,
    kind: str,
    seconds: float,
    skew: Callable[[], float | None],
) -> Probed:
    """Count packets and keyframes; decode one picture."""
    began = time.monotonic()
    with source.opened() as container:
        if not container.streams.video:
            raise CameraUnavailable(f"{config.camera}: expected a video stream, got none in it")
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        first_s: float | None = None
        image: Image | None = None
        times: list[float] = []
        keys: list[float] = []
        bits, begun = 0, False
        for packet in whole_keyframes(container.demux(stream)):
            if not packet.size:
                continue
            now = time.monotonic()
            if first_s is None:
                first_s = now - began
            bits += 8 * packet.size
            if packet.pts is not None:  # of the first ones it may be None
                times.append(float(packet.pts * packet.time_base))
                if packet.is_keyframe and keys[-1:] != times[-1:]:
                    keys.append(times[-1])
            begun = begun or packet.is_keyframe
            if image is None and begun:
                try:
                    pictures = stream.codec_context.decode(packet)
                except av.error.InvalidDataError:
                    pictures = []
                if any(picture.is_corrupt for picture in pictures):  # not from here on
                    stream.codec_context.flush_buffers()
                    begun, pictures = False, []
                image = image_of(pictures[-1]) if pictures else None
            if now - began - first_s >= seconds and image is not None:
                break
        if image is None or first_s is None:
            raise CameraUnavailable(f"{config.camera}: expected a picture, got none")
        codec = stream.codec_context.name
    span_s = max(times, default=0.0) - min(times, default=0.0)
    steps = [later - earlier for earlier, later in pairwise(keys)]
    every = len(keys) == len(times) > 1
    return Probed(
        camera=config.camera,
        kind=kind,
        codec=codec,
        size_wh=(int(image.shape[1]), int(image.shape[0])),
        first_s=first_s,
        rate=(len(times) - 1) / span_s if span_s > 0 else None,
        keyframe_s=0.0 if every else (median(steps) if steps else None),
        kbit_s=bits / span_s / 1000 if span_s > 0 else None,
        skew_s=skew(),
        image=image,
    )


def _http(source: HttpSnapshotSource, config: CameraConfig, seconds: float) -> Probed:
    """Ask for a few pictures, or listen to a row of them."""
    began = time.monotonic()
    first_s, sizes, skews = 0.0, list[int](), list[float]()
    data, kind, codec = b"", "snapshot", "jpeg"
    with source.client() as client:
        while not sizes or time.monotonic() - began < seconds:
            with source.answered(client) as response:
                skews += [source.skew_s] if source.skew_s is not None else []
                boundary = boundary_of(response.headers.get("content-type", ""))
                pictures = (
                    _parts(response.iter_raw(), boundary, config.camera)
                    if boundary is not None
                    else iter([source.body(response)])
                )
                kind, codec = ("mjpeg", "mjpeg") if boundary is not None else (kind, codec)
                for picture in pictures:
                    first_s = first_s or time.monotonic() - began
                    data = picture or data
                    sizes.append(len(data))
                    if time.monotonic() - began >= seconds:
                        break
            if kind == "snapshot" and len(sizes) >= 5:
                break
    image = decode_picture(data, config.camera, MAX_PIXELS)
    span_s = time.monotonic() - began - first_s
    return Probed(
        camera=config.camera,
        kind=kind,
        codec=codec,
        size_wh=(int(image.shape[1]), int(image.shape[0])),
        first_s=first_s,
        rate=(len(sizes) - 1) / span_s if len(sizes) > 1 and span_s > 0 else None,
        keyframe_s=0.0,
        kbit_s=8 * sum(sizes[1:]) / span_s / 1000 if len(sizes) > 1 and span_s > 0 else None,
        skew_s=median(skews) if skews else None,
        image=image,
    )


def _parts(chunks: Iterator[bytes], boundary: bytes, camera: str) -> Iterator[bytes]:
    parts = Parts(boundary, camera, MAX_BYTES)
    for chunk in chunks:
        yield from parts.feed(chunk)


def _first(source: FrameSource, config: CameraConfig) -> Probed:
    """Folders and clips: only that there is a picture, and how large."""
    began = time.monotonic()
    frame = next(iter(source.frames()), None)
    if frame is None:
        raise CameraUnavailable(f"{config.camera}: expected a picture, got none")
    kind = "folder" if config.folder is not None else "clip"
    return Probed(
        camera=config.camera,
        kind=kind,
        codec="",
        size_wh=frame.size_wh,
        first_s=time.monotonic() - began,
        rate=None,
        keyframe_s=None,
        kbit_s=None,
        skew_s=None,
        image=frame.image,
    )


def _rtsp_skew(config: CameraConfig) -> float | None:
    """What a camera's RTSP answer says about its clock. Asked without any credential."""
    parts = urlsplit(config.url)
    if parts.scheme.lower() != "rtsp" or parts.hostname is None:
        return None
    bare = hide_credentials(config.url.split("?")[0])
    asked_at = datetime.now(UTC)
    try:
        with socket.create_connection((parts.hostname, parts.port or 554), timeout=2) as line:
            line.sendall(_OPTIONS.format(url=bare).encode())
            answer = line.recv(4096).decode("latin-1")
    except OSError:
        return None
    for row in answer.splitlines():
        name, _, value = row.partition(":")
        if name.strip().lower() == "date":
            return skew_of(value.strip(), asked_at, datetime.now(UTC))
    return None
