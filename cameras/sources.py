"""Where frames come from: one seam, and what stands behind it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from cameras.clock import Clock
from cameras.config import CameraConfig
from cameras.devices import DeviceSource
from cameras.folders import PictureFolderSource
from cameras.hls import HlsSource
from cameras.paced import PacedSource
from cameras.push import PushSource
from cameras.recordings import open_recording
from cameras.rtsp import RtspSource
from cameras.snapshots import HttpSnapshotSource
from vision.errors import ConfigError
from vision.values import Frame

__all__ = [
    "DeviceSource",
    "FrameSource",
    "HlsSource",
    "HttpSnapshotSource",
    "Paceable",
    "PacedSource",
    "PictureFolderSource",
    "PushSource",
    "RtspSource",
    "Stamped",
    "open_source",
]


class FrameSource(Protocol):
    """One connection to a camera. Made cheaply: nothing is opened before `frames`.

    `frames` is read by one thread, once, and raises CameraError or PictureError when it fails.
    `close` may be called from any thread, in every state and more than once.
    """

    @property
    def live(self) -> bool:
        """Whether its end is a failure. A recording ends, a camera does not."""
        ...

    @property
    def promised_at(self) -> datetime | None:
        """When the next frame is known to come (recordings); None: nobody knows."""
        ...

    @property
    def skew_s(self) -> float | None:
        """How far the camera's clock is ahead of this computer's; None: it does not tell."""
        ...

    def frames(self) -> Iterator[Frame]:
        """The frames, in order of time."""
        ...

    def close(self) -> None:
        """Let `frames` end."""
        ...


@runtime_checkable
class Paceable(Protocol):
    """A source that saves work when fewer frames are wanted: it fetches or decodes no others."""

    def pace(self, period_s: float) -> None:
        """From now on at most one frame per period. From any thread."""
        ...


@runtime_checkable
class Stamped(Protocol):
    """A source whose pictures carry the camera's own time."""

    @property
    def stuck_s(self) -> float:
        """For how many seconds that time has not moved on, though pictures came."""
        ...


def open_source(config: CameraConfig, clock: Clock) -> FrameSource:
    """The source of a camera. A clip is played from now on, once.

    Errors: ConfigError for an address of another kind; PictureError for a clip that is missing.
    """
    if config.clip is not None:
        recording = open_recording(config.clip, clock.now(), config.period_s, config.camera)
        return PacedSource(recording, config.camera, clock)
    if config.folder is not None:
        return PictureFolderSource(config.folder, config.camera, clock, config.period_s)
    if config.push:
        raise ConfigError(f"{config.camera}.push: expected a mailbox; its pictures come by the API")
    if config.device:
        return DeviceSource(config.device, config.camera, clock, config.period_s)
    parts = urlsplit(config.url)
    if parts.scheme.lower() in ("rtsp", "rtsps"):
        return RtspSource(
            config.url,
            config.camera,
            clock,
            config.period_s,
            config.username,
            config.password,
            config.ca_file,
        )
    if parts.scheme.lower() in ("http", "https"):
        kind = HlsSource if parts.path.lower().endswith(".m3u8") else HttpSnapshotSource
        return kind(
            config.url,
            config.camera,
            clock,
            config.period_s,
            config.username,
            config.password,
            config.ca_file,
            config.token,
        )
    raise ConfigError(
        f"{config.camera}.url: expected rtsp://, rtsps://, http:// or https://, "
        f"got {parts.scheme.lower() or 'none'}:"
    )
