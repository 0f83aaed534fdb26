"""The same questions to every source, the fake included: a fake that lies is found here."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from cameras.config import CameraConfig
from cameras.push import Mailbox
from cameras.sources import DeviceSource, FrameSource, PushSource, open_source
from tests.cameras.drawing import encoded, write_clip, write_coded
from tests.cameras.servers import (
    PASSWORD,
    USERNAME,
    hls_server,
    rtsp_server,
    signed,
    snapshot_server,
)
from tests.fakes_cameras import FakeSource, FastClock, picture
from vision.errors import CameraError
from vision.values import Frame

PERIOD_S = 0.1


@dataclass(frozen=True)
class Rig:
    """A camera that gives pictures, a maker of sources for it, and a way to make it fail.

    `age_s`: how old its first picture may be.
    """

    clock: FastClock
    open: Callable[[], FrameSource]
    fail: Callable[[], None]
    age_s: float = 0.0


@dataclass(frozen=True)
class Streams:
    """Real RTSP servers, one of each kind for all questions, each started when first asked for."""

    folder: Path
    servers: ExitStack

    @cache  # noqa: B019 - as long as the module
    def config(self, kind: str) -> CameraConfig:
        """A camera of this kind, and what one must know of it."""
        ca = None
        if kind == "rtsps":
            ca, certificate = signed(self.folder, "kantor")
            server = rtsp_server(USERNAME, PASSWORD, certificate=certificate)
            url = f"rtsps://127.0.0.1:{self.servers.enter_context(server).port}/rare"
        elif kind == "h265":
            images = [picture(7 * i, (320, 192)) for i in range(30)]
            play = write_coded(self.folder / "h265", "h265", images)
            server = rtsp_server(USERNAME, PASSWORD, basic=True, play=[play])
            url = f"rtsp://127.0.0.1:{self.servers.enter_context(server).port}/h265"
        else:
            server = rtsp_server(USERNAME, PASSWORD)
            url = f"rtsp://127.0.0.1:{self.servers.enter_context(server).port}/rare"
        return CameraConfig(
            "cam-1",
            url,
            username=USERNAME,
            password=PASSWORD,
            period_s=PERIOD_S,
            ca_file=ca,
        )


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streams]:
    """Digest over TCP; Digest over TLS with an authority of its own; Basic and H.265."""
    with ExitStack() as servers:
        yield Streams(tmp_path_factory.mktemp("streams"), servers)


RIGS = [
    "fake",
    "clip",
    "folder",
    "device",
    "snapshot",
    "mjpeg",
    "push",
    *(pytest.param(kind, marks=pytest.mark.rtsp) for kind in ("rtsp", "rtsps", "h265")),
]
every_rig = pytest.mark.parametrize("rig", [*RIGS, "hls"], indirect=True)
quick_rigs = pytest.mark.parametrize("rig", RIGS, indirect=True)  # HLS waits for a segment each


@pytest.fixture
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Every kind of source, each against its real other side."""
    clock = FastClock()
    if request.param == "fake":
        images = [picture(i) for i in range(100)]
        yield Rig(clock, lambda: FakeSource(clock, images, every_s=PERIOD_S), lambda: None)
    elif request.param == "clip":
        clip = write_clip(tmp_path / "a.mp4", [i / 25 for i in range(25)])
        config = CameraConfig("cam-1", clip=clip, period_s=PERIOD_S)
        yield Rig(clock, lambda: open_source(config, clock), lambda: None)
    elif request.param == "folder":
        yield from folder_rig(clock, tmp_path / "incoming")
    elif request.param == "device":  # FFmpeg's own, as fast as a camera: here is none
        yield Rig(
            clock,
            lambda: DeviceSource(
                "testsrc=size=64x48:rate=20,realtime", "cam-1", clock, PERIOD_S, "lavfi", ({},)
            ),
            lambda: None,
        )
    elif request.param == "push":
        yield from push_rig(clock)
    elif request.param == "hls":
        folder = tmp_path / "hls"
        folder.mkdir()
        with hls_server(folder) as url:
            config = CameraConfig("cam-1", url, period_s=PERIOD_S)
            yield Rig(clock, lambda: open_source(config, clock), lambda: None, age_s=1.5)
    elif request.param in ("snapshot", "mjpeg"):
        with snapshot_server() as server:
            server.mode = "digest" if request.param == "snapshot" else "mjpeg"
            config = CameraConfig(
                "cam-1", server.url, username=USERNAME, password=PASSWORD, period_s=PERIOD_S
            )
            yield Rig(
                clock,
                lambda: open_source(config, clock),
                lambda: setattr(server, "mode", "error"),
            )
    else:
        streams: Streams = request.getfixturevalue("streams")
        config = streams.config(request.param)
        yield Rig(clock, lambda: open_source(config, clock), lambda: None)


def push_rig(clock: FastClock) -> Iterator[Rig]:
    """A gateway that brings a picture every 0.1 s."""
    mailbox, stop = Mailbox("cam-1", clock, PERIOD_S), threading.Event()

    def bring() -> None:
        number = 0
        while not stop.wait(PERIOD_S):
            mailbox.put(picture(number), clock.now())
            number += 1

    thread = threading.Thread(target=bring)
    thread.start()
    try:
        yield Rig(clock, lambda: PushSource(mailbox), lambda: None)
    finally:
        stop.set()
        thread.join()


def folder_rig(clock: FastClock, folder: Path) -> Iterator[Rig]:
    """A camera that uploads a picture every 0.15 s, as slowly as a line may be."""
    folder.mkdir()
    stop = threading.Event()

    def upload() -> None:
        number = 0
        while not stop.is_set():
            data = encoded(".jpg", picture(number))
            with (folder / f"{number:06}.jpg").open("wb") as file:
                file.write(data[:200])
                file.flush()
                stop.wait(0.02)
                file.write(data[200:])
            number += 1
            stop.wait(0.13)

    thread = threading.Thread(target=upload)
    thread.start()
    config = CameraConfig("cam-1", folder=folder, period_s=PERIOD_S)
    try:
        yield Rig(clock, lambda: open_source(config, clock), lambda: None)
    finally:
        stop.set()
        thread.join()


def some(source: FrameSource, count: int) -> list[Frame]:
    """The first frames."""
    frames = list(islice(source.frames(), count))
    source.close()
    return frames


@every_rig
def test_frames_carry_camera_number_time_and_picture(rig: Rig) -> None:
    """Whoever judges needs nothing else."""
    frames = some(rig.open(), 3)
    assert [frame.camera for frame in frames] == ["cam-1"] * 3
    assert [frame.sequence for frame in frames] == [0, 1, 2]
    assert all(frame.image.flags.c_contiguous for frame in frames)
    assert len({frame.image.tobytes() for frame in frames}) == 3


@every_rig
def test_times_rise_and_are_those_of_the_given_clock(rig: Rig) -> None:
    """No source asks the computer what time it is."""
    begin = rig.clock.now()
    times = [frame.captured_at for frame in some(rig.open(), 3)]
    assert times == sorted(set(times))
    assert begin - timedelta(seconds=rig.age_s) <= times[0]
    assert times[-1] <= rig.clock.now() + timedelta(seconds=0.1)


@quick_rigs
def test_one_period_gives_at_most_one_frame(rig: Rig) -> None:
    """Early by a fifth of the period is allowed; more in total is not."""
    times = [frame.captured_at for frame in some(rig.open(), 6)]
    assert (times[-1] - times[0]).total_seconds() >= 5 * PERIOD_S * 0.7


@every_rig
def test_a_source_closed_before_it_began_gives_nothing(rig: Rig) -> None:
    """A camera may be taken away while it is being set up."""
    source = rig.open()
    source.close()
    source.close()
    begin = time.monotonic()
    assert list(source.frames()) == []
    assert time.monotonic() - begin < 2


@every_rig
def test_closing_from_another_thread_ends_the_frames(rig: Rig) -> None:
    """The reading thread may be waiting at that moment."""
    source = rig.open()
    frames = source.frames()
    next(frames)
    threading.Timer(0.3, source.close).start()
    begin = time.monotonic()
    for _ in frames:
        assert time.monotonic() - begin < 2
    assert time.monotonic() - begin < 2


@quick_rigs
def test_two_connections_do_not_know_of_each_other(rig: Rig) -> None:
    """A reader connects again while the old thread may still be ending."""
    first, second = rig.open(), rig.open()
    frames = first.frames()
    next(frames)
    assert len(some(second, 2)) == 2
    assert next(frames).sequence == 1
    first.close()
    assert list(frames) == []


@pytest.mark.parametrize(
    ("rig", "said"),
    [
        ("snapshot", "expected a picture, got status 500"),
        ("mjpeg", "expected more frames, got the stream's end"),
    ],
    indirect=["rig"],
)
def test_a_live_source_that_fails_says_so(rig: Rig, said: str) -> None:
    """The end of a camera is a failure."""
    frames = rig.open().frames()
    next(frames)
    rig.fail()
    with pytest.raises(CameraError, match=said):
        list(frames)


@pytest.mark.parametrize("rig", ["clip"], indirect=True)
def test_a_recording_ends_without_a_word(rig: Rig) -> None:
    """And it promises its frames, so that nobody takes slowness for silence."""
    source = rig.open()
    assert not source.live
    times = []
    for frame in source.frames():
        assert source.promised_at == frame.captured_at
        times.append(frame.captured_at)
    assert len(times) == 10
    assert source.promised_at is None
