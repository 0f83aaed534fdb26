"""The cameras of an office as its runner reads them: started and stopped with the day."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from cameras.config import CameraConfig
from cameras.paced import PacedSource
from cameras.push import Mailbox, PushSource
from cameras.reader import CameraReader
from cameras.recordings import open_recording
from cameras.sources import FrameSource
from service.assembly import masks_of
from service.board import CameraState, CameraStatus
from service.clock import Clock
from service.settings import CameraSettings, Settings, SourceKind
from vision.values import Frame, Gap


class DayReader:
    """A camera that is read for a part of the day, each time by a new `CameraReader`.

    Its methods may be called from any thread; `start` and `stop` from one.
    """

    def __init__(
        self, camera: CameraSettings, make: Callable[[], CameraReader], now: datetime
    ) -> None:
        self._camera = camera
        self._make = make
        self._reader: CameraReader | None = None
        self._rests_since = now
        self._period_s = camera.period_s

    def start(self) -> None:
        """Connect, unless it is connected."""
        if self._reader is None:
            self._reader = self._make()
            self._reader.pace(self._period_s)
            self._reader.start()

    def pace(self, period_s: float) -> None:
        """From now on one frame per period."""
        self._period_s = period_s
        if self._reader is not None:
            self._reader.pace(period_s)

    def stop(self) -> None:
        """Let go, within two seconds."""
        if self._reader is not None:
            self._rests_since = self._reader.status().last_frame_at or self._rests_since
            self._reader.stop()
            self._reader = None

    def waits(self) -> bool:
        """Whether a frame can be taken."""
        reader = self._reader
        return reader is not None and reader.wait(0.0)

    def expected_at(self) -> datetime | None:
        """The moment of the frame that waits, else of the one that is promised next."""
        reader = self._reader
        return reader.expected_at() if reader is not None else None

    def take(self) -> Frame | None:
        """The newest frame, once."""
        reader = self._reader
        return reader.take() if reader is not None else None

    def frozen(self) -> bool:
        """Whether the picture has not changed for too long."""
        return self.status().state is CameraState.FROZEN

    def status(self) -> CameraStatus:
        """How the camera is; a camera nobody reads now rests in STARTING."""
        reader = self._reader
        said = None if reader is None else reader.status()
        if said is None:
            return CameraStatus(
                camera=self._camera.camera,
                state=CameraState.STARTING,
                since=self._rests_since,
                last_frame_at=None,
                size_wh=None,
                period_s=self._period_s,
                frames=0,
                dropped=0,
                reconnects=0,
                detail="",
            )
        told = {one.name: getattr(said, one.name) for one in fields(said)}
        return CameraStatus(
            **(told | {"state": CameraState(said.state.value), "period_s": self._period_s})
        )


def mailboxes_of(settings: Settings, clock: Clock) -> Mapping[str, Mailbox]:
    """A mailbox for each camera that brings its pictures itself."""
    return {
        camera.camera: Mailbox(camera.camera, clock, camera.period_s)
        for camera in settings.cameras
        if camera.kind is SourceKind.PUSH
    }


def readers_of(
    settings: Settings,
    clock: Clock,
    on_gap: Callable[[Gap], None],
    mailboxes: Mapping[str, Mailbox],
) -> Callable[[Callable[[], None]], Mapping[str, DayReader]]:
    """What `RunningOffice` needs: given the bell to ring for each frame, a reader per camera."""

    def make_all(ring: Callable[[], None]) -> Mapping[str, DayReader]:
        def make(camera: CameraSettings) -> Callable[[], CameraReader]:
            return lambda: CameraReader(
                config_of(camera),
                clock,
                on_frame=lambda _name: ring(),
                on_gap=on_gap,
                source=source_of(camera, clock, mailboxes.get(camera.camera)),
            )

        now = clock.now()
        return {
            camera.camera: DayReader(camera, make(camera), now) for camera in settings.cameras
        }

    return make_all


def config_of(camera: CameraSettings) -> CameraConfig:
    """The settings of a camera as `cameras` takes them."""
    path = Path(camera.address)
    return CameraConfig(
        camera=camera.camera,
        url=camera.address if camera.is_network else "",
        clip=path if camera.kind in (SourceKind.CLIP, SourceKind.RECORDING) else None,
        folder=path if camera.kind is SourceKind.FOLDER else None,
        push=camera.kind is SourceKind.PUSH,
        device=camera.address if camera.kind is SourceKind.DEVICE else "",
        username=camera.credentials.user if camera.credentials is not None else "",
        password=camera.credentials.password if camera.credentials is not None else "",
        token=camera.token,
        period_s=camera.period_s,
        masks=masks_of(camera),
        ca_file=camera.ca_file,
    )


def source_of(
    camera: CameraSettings, clock: Clock, mailbox: Mailbox | None
) -> Callable[[], FrameSource] | None:
    """The source of a mailbox, a recording or a clip with its time; None: as its config says."""
    if mailbox is not None:
        return lambda: PushSource(mailbox)
    if camera.kind is SourceKind.RECORDING or camera.starts_at is not None:

        def source() -> FrameSource:
            recording = open_recording(
                Path(camera.address), camera.starts_at, camera.period_s, camera.camera
            )
            return PacedSource(recording, camera.camera, clock)

        return source
    return None
