"""RTSP against a real server, behind a network that misbehaves."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from cameras.config import CameraConfig
from cameras.reader import Backoff, CameraReader, ReaderState
from cameras.rtsp import RtspSource, whole_keyframes
from tests.cameras.drawing import write_coded
from tests.cameras.servers import (
    PASSWORD,
    USERNAME,
    ChaosProxy,
    RtspServer,
    rtsp_server,
    signed,
)
from tests.cameras.test_reader import until
from tests.fakes_cameras import FastClock, picture
from vision.errors import CameraUnauthorised, CameraUnavailable
from vision.values import Gap

pytestmark = pytest.mark.rtsp
SPEED = 5.0


@pytest.fixture(scope="module")
def open_server() -> Iterator[RtspServer]:
    """A camera without a password."""
    with rtsp_server() as server:
        yield server


@pytest.fixture(scope="module")
def closed_server() -> Iterator[RtspServer]:
    """A camera that asks for Digest."""
    with rtsp_server(USERNAME, PASSWORD) as server:
        yield server


def source(
    port: int, path: str = "/cam", *, password: str = "", period_s: float = 1.0
) -> RtspSource:
    """A source at this server."""
    account = USERNAME if password else ""
    return RtspSource(
        f"rtsp://127.0.0.1:{port}{path}", "cam-1", FastClock(), period_s, account, password
    )


def test_keyframes_are_enough_when_they_come_once_a_period(open_server: RtspServer) -> None:
    """Nothing else is decoded, and the first comes in about a second."""
    begin = time.monotonic()
    camera = source(open_server.port)
    frames = list(islice(camera.frames(), 2))
    assert not camera.decodes_all
    assert frames[0].size_wh == (320, 192)
    steps = [(b.captured_at - a.captured_at).total_seconds() for a, b in pairwise(frames)]
    assert all(0.7 < step < 2.5 for step in steps)
    assert time.monotonic() - begin < 8


def test_rare_keyframes_make_it_decode_everything(open_server: RtspServer) -> None:
    """A keyframe per 20 s would be silence; the sampling still holds."""
    camera = source(open_server.port, "/rare", period_s=0.4)
    frames = list(islice(camera.frames(), 5))
    assert camera.decodes_all
    span_s = (frames[-1].captured_at - frames[0].captured_at).total_seconds()
    assert 1.2 < span_s < 6
    assert len({frame.image.tobytes() for frame in frames}) == 5


def test_motion_jpeg_over_rtsp_is_read_too(open_server: RtspServer) -> None:
    """Every picture is a keyframe; one per period is decoded to the end."""
    frames = list(islice(source(open_server.port, "/jpeg").frames(), 2))
    assert frames[0].size_wh == (320, 192)


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    """A camera that shows chosen pictures: in slices, in two sizes, with odd times."""
    folder = tmp_path_factory.mktemp("play")
    small = [picture(7 * number, (320, 192)) for number in range(30)]
    large = [picture(7 * number, (640, 384)) for number in range(30)]
    play = [
        write_coded(folder / "cut", "h264", small, slices=4),
        write_coded(folder / "grows", "h264", small + large),
        write_coded(folder / "grows5", "h265", small + large),
        *(write_coded(folder / name, "h264", small) for name in ("fine", "stuck", "loops")),
    ]
    with rtsp_server(play=play) as server:
        yield server


def test_a_keyframe_that_comes_in_pieces_is_one_picture(player: RtspServer) -> None:
    """GStreamer's cameras repeat their parameters before each slice; no piece is a picture."""
    camera = source(player.port, "/cut", period_s=0.2)
    given_up = threading.Timer(15, camera.close)
    given_up.start()
    frames = list(islice(camera.frames(), 4))
    given_up.cancel()
    assert {frame.size_wh for frame in frames} == {(320, 192)}
    assert len({frame.image.tobytes() for frame in frames}) == 4


def test_keyframes_of_one_moment_without_end_are_not_gathered_for_ever() -> None:
    """A camera whose time stands still, every picture a keyframe: memory must not grow."""

    def keyframes() -> "Iterator[av.Packet[VideoStream]]":
        for _ in range(1000):
            packet: av.Packet[VideoStream] = av.Packet(b"piece")  # type: ignore[assignment]
            packet.pts, packet.dts, packet.time_base = 90_000, 90_000, Fraction(1, 90_000)
            packet.is_keyframe = True
            yield packet

    sizes = [packet.size for packet in whole_keyframes(keyframes())]
    assert sum(sizes) == 1000 * len(b"piece")
    assert max(sizes) <= 16 * len(b"piece")


@pytest.mark.parametrize("path", ["/grows", "/grows5"])
def test_another_size_in_mid_stream_is_followed(player: RtspServer, path: str) -> None:
    """Somebody turns the resolution up while the office looks; nothing breaks or is stretched."""
    frames = list(islice(source(player.port, path, period_s=0.2).frames(), 16))
    assert {frame.size_wh for frame in frames} == {(320, 192), (640, 384)}


def test_only_the_own_authority_vouches_for_a_camera(tmp_path: Path) -> None:
    """Who else answers at its address gets no password; the remedy is told."""
    ca, certificate = signed(tmp_path, "kantor")
    other, stranger = signed(tmp_path, "lain", "192.0.2.1")

    def secure(port: int, ca_file: Path, password: str = PASSWORD) -> RtspSource:
        url = f"rtsps://127.0.0.1:{port}/cam"
        return RtspSource(url, "cam-1", FastClock(), 1.0, USERNAME, password, ca_file)

    with rtsp_server(USERNAME, PASSWORD, certificate=certificate) as server:
        assert next(secure(server.port, ca).frames()).image.any()
        with pytest.raises(CameraUnavailable, match=r"signed by lain-ca.pem, got none; check ca_f"):
            next(secure(server.port, other).frames())
        with pytest.raises(CameraUnauthorised, match="check username and password"):
            next(secure(server.port, ca, "wr0ng").frames())
    with (
        rtsp_server(USERNAME, PASSWORD, certificate=stranger) as elsewhere,
        pytest.raises(CameraUnavailable, match="a certificate for this address"),
    ):
        next(secure(elsewhere.port, other).frames())


def test_digest_lets_the_right_password_in(closed_server: RtspServer) -> None:
    """Also one with every sign that an address cannot hold."""
    frame = next(source(closed_server.port, password=PASSWORD).frames())
    assert frame.image.any()


@pytest.mark.parametrize("password", ["", "wr0ng/p@ss"], ids=["none", "a wrong one"])
def test_a_wrong_password_is_told_as_such_and_never_shown(
    closed_server: RtspServer, password: str
) -> None:
    """The remedy stands in the line; the password does not."""
    with pytest.raises(CameraUnauthorised, match="check username and password") as refused:
        next(source(closed_server.port, password=password).frames())
    shown = f"{refused.value!r} {refused.value.__cause__!r}"
    assert "wr0ng" not in shown
    assert USERNAME not in shown


def test_a_wrong_path_and_a_closed_port_are_told(open_server: RtspServer) -> None:
    """Each with its own sentence."""
    with pytest.raises(CameraUnavailable, match="404"):
        next(source(open_server.port, "/none").frames())
    with pytest.raises(CameraUnavailable, match="connection refused"):
        next(source(1).frames())


class Watched:
    """A reader on a real camera behind the proxy, five times as quick, and what it told."""

    def __init__(self, port: int, path: str = "/quick", password: str = "") -> None:
        self.clock = FastClock(SPEED)
        self.gaps: list[Gap] = []
        account = f"{USERNAME}:{password}@" if password else ""
        config = CameraConfig("cam-1", f"rtsp://{account}127.0.0.1:{port}{path}", period_s=1.0)
        self.reader = CameraReader(
            config, self.clock, on_gap=self.gaps.append, backoff=Backoff(0.5, 2.0, 0.25, 10, 2.0)
        )

    def __enter__(self) -> "Watched":
        self.reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        begin = time.monotonic()
        self.reader.stop()
        assert time.monotonic() - begin < 2

    def becomes(self, state: ReaderState, within_s: float = 12) -> None:
        """Wait for it."""
        until(lambda: self.reader.status().state is state, within_s)


def test_a_killed_server_is_noticed_and_the_camera_comes_back() -> None:
    """Somebody pulls the plug and puts it in again."""
    with rtsp_server() as server, Watched(server.port) as watched:
        watched.becomes(ReaderState.OK)
        server.kill()
        watched.becomes(ReaderState.NO_SIGNAL)
        assert "got connection refused" in watched.reader.status().detail
        server.start()
        watched.becomes(ReaderState.OK)
        status = watched.reader.status()
        assert status.reconnects > 0
        assert status.detail == ""
        assert len(watched.gaps) >= 2  # a starved machine may hear silence twice
        assert watched.gaps[1].until - watched.gaps[1].since >= timedelta(seconds=5)


def test_a_hanging_network_is_noticed_by_the_reader_itself(open_server: RtspServer) -> None:
    """The library would wait; five seconds of the clock are enough."""
    with ChaosProxy(open_server.port) as proxy, Watched(proxy.port) as watched:
        watched.becomes(ReaderState.OK)
        proxy.mode = "hole"
        begin = time.monotonic()
        watched.becomes(ReaderState.NO_SIGNAL, 4)
        assert time.monotonic() - begin < 5 / SPEED + 2
        proxy.mode = "pass"
        watched.becomes(ReaderState.OK)


def test_reset_and_refused_connections_end_in_a_new_one(open_server: RtspServer) -> None:
    """Each is a failure of this camera and nothing more; no socket is left."""
    with ChaosProxy(open_server.port) as proxy, Watched(proxy.port) as watched:
        watched.becomes(ReaderState.OK)
        for mode in ("pass", "refuse"):
            proxy.mode = mode
            before = watched.reader.status().reconnects
            proxy.reset()
            until(lambda before=before: watched.reader.status().reconnects > before, 10)  # type: ignore[misc]
        proxy.mode = "pass"
        watched.becomes(ReaderState.OK)
        until(lambda: proxy.open_count <= 2, 5)


def test_a_still_picture_is_frozen_on_the_wire_too(open_server: RtspServer) -> None:
    """The test card of a broken encoder."""
    with Watched(open_server.port, "/still") as watched:
        watched.becomes(ReaderState.FROZEN, 10)


@pytest.mark.parametrize("path", ["/stuck", "/loops"])
def test_a_stream_whose_time_stands_still_is_frozen_though_its_pictures_differ(
    player: RtspServer, path: str
) -> None:
    """An encoder that hangs sends its last moment, or its last seconds again and again."""
    with Watched(player.port, path) as watched:
        watched.becomes(ReaderState.OK)
        watched.becomes(ReaderState.FROZEN, 15)
        assert "got one and the same moment for" in watched.reader.status().detail


def test_a_stream_whose_time_goes_on_is_never_frozen(player: RtspServer) -> None:
    """The same pictures in a circle, as a camera of a still room may look."""
    with Watched(player.port, "/fine") as watched:
        watched.becomes(ReaderState.OK)
        end = time.monotonic() + 6
        while time.monotonic() < end:
            assert watched.reader.status().state is not ReaderState.FROZEN
            time.sleep(0.05)


STATES: list[tuple[str, str, Callable[[Watched], bool]]] = [
    ("connecting to nobody who answers", "hole", lambda _: True),
    ("refused", "refuse", lambda watched: watched.reader.status().detail != ""),
    ("running", "pass", lambda watched: watched.reader.status().frames > 0),
]


@pytest.mark.parametrize(("mode", "ready"), [row[1:] for row in STATES], ids=[r[0] for r in STATES])
def test_stop_takes_less_than_two_seconds(
    open_server: RtspServer, mode: str, ready: Callable[[Watched], bool]
) -> None:
    """Also while the library sits in a socket."""
    with ChaosProxy(open_server.port) as proxy:
        proxy.mode = mode
        with Watched(proxy.port) as watched:
            until(lambda: ready(watched), 8)
            time.sleep(0.2)


def test_a_changed_password_waits_and_says_so(closed_server: RtspServer) -> None:
    """In the status, which is shown, stands no password."""
    with Watched(closed_server.port, password="wr0ng") as watched:
        until(lambda: watched.reader.status().detail != "", 5)
        detail = watched.reader.status().detail
        assert detail == (
            "cam-1: expected access, got a refusal (401); check username and password"
        )
        watched.becomes(ReaderState.NO_SIGNAL)
