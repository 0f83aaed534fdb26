"""Snapshots over HTTP against a real server that behaves well and badly."""

import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from cameras.config import CameraConfig
from cameras.reader import CameraReader, ReaderState
from cameras.snapshots import HttpSnapshotSource
from tests.cameras.servers import PASSWORD, USERNAME, SnapshotServer, snapshot_server
from tests.cameras.test_reader import until
from tests.fakes_cameras import FastClock
from vision.errors import CameraUnauthorised, CameraUnavailable
from vision.values import Frame


@pytest.fixture
def server() -> Iterator[SnapshotServer]:
    """A camera."""
    with snapshot_server() as running:
        yield running


def source(server: SnapshotServer, password: str = "") -> HttpSnapshotSource:
    """A source at this camera."""
    account = USERNAME if password else ""
    return HttpSnapshotSource(server.url, "cam-1", FastClock(), 0.1, account, password)


def first(server: SnapshotServer, password: str = "") -> Frame:
    """Its first frame."""
    return next(source(server, password).frames())


@pytest.mark.parametrize("mode", ["basic", "digest"])
def test_the_right_password_is_given_as_the_camera_asks(server: SnapshotServer, mode: str) -> None:
    """Nobody should have to know which of the two a camera speaks."""
    server.mode = mode
    frames = list(islice(source(server, PASSWORD).frames(), 3))
    assert [frame.sequence for frame in frames] == [0, 1, 2]


@pytest.mark.parametrize("mode", ["basic", "digest"])
@pytest.mark.parametrize("password", ["", "wr0ng"], ids=["none", "a wrong one"])
def test_a_wrong_password_is_told_as_such(server: SnapshotServer, mode: str, password: str) -> None:
    """The line holds the remedy and no credential."""
    server.mode = mode
    with pytest.raises(CameraUnauthorised, match="got 401; check username and password") as refused:
        first(server, password)
    assert "wr0ng" not in f"{refused.value!r}"


def test_one_connection_serves_many_pictures(server: SnapshotServer) -> None:
    """A new one each second would be a new handshake each second."""
    frames = list(islice(source(server).frames(), 5))
    assert len(frames) == 5
    assert server.connections == 1


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("torn", "expected a whole JPEG, got one that ends after"),
        ("text", "got text"),
        ("short", "expected a picture, got"),
        ("huge", "expected at most 20000000 bytes, got 30000000"),
        ("endless", "expected at most 20000000 bytes, got more"),
        ("error", "got status 500"),
    ],
)
def test_what_is_no_picture_becomes_a_clear_line(
    server: SnapshotServer, mode: str, said: str
) -> None:
    """And never a crash or a full memory."""
    server.mode = mode
    with pytest.raises(CameraUnavailable, match=said):
        first(server)


def test_one_bad_picture_is_passed_over(server: SnapshotServer) -> None:
    """The next one comes in a moment."""
    frames = source(server).frames()
    next(frames)
    server.mode = "torn"
    threading.Timer(0.15, lambda: setattr(server, "mode", "plain")).start()
    assert next(frames).sequence == 1


def test_no_answer_is_told_in_seconds(server: SnapshotServer) -> None:
    """A hanging camera must not hang us."""
    server.mode = "hang"
    begin = time.monotonic()
    camera = HttpSnapshotSource(server.url, "cam-1", FastClock(), answer_s=0.5)
    with pytest.raises(CameraUnavailable, match=r"no answer within 0\.5 s"):
        next(camera.frames())
    assert time.monotonic() - begin < 2


def test_a_closed_port_is_told() -> None:
    """Without the account that would have been used."""
    dead = HttpSnapshotSource("http://127.0.0.1:1/a.jpg", "cam-1", FastClock(), 1, "u5er", "pa55")
    with pytest.raises(CameraUnavailable, match="refused") as failed:
        next(dead.frames())
    assert "pa55" not in str(failed.value)
    assert "u5er" not in str(failed.value)


def test_a_missing_authority_is_told(tmp_path: Path) -> None:
    """Before anything is sent."""
    lost = HttpSnapshotSource(
        "https://127.0.0.1:1/", "cam-1", FastClock(), ca_file=tmp_path / "ca.pem"
    )
    with pytest.raises(CameraUnavailable, match="expected a certificate"):
        next(lost.frames())


def test_a_reader_comes_back_when_the_camera_does(server: SnapshotServer) -> None:
    """The whole way, through silence and back, stopped while it hangs."""
    clock = FastClock(10)
    reader = CameraReader(CameraConfig("cam-1", server.url, period_s=1.0), clock)
    reader.start()
    until(lambda: reader.status().state is ReaderState.OK)
    server.mode = "error"
    until(lambda: reader.status().state is ReaderState.NO_SIGNAL)
    assert reader.status().detail == "cam-1: expected a picture, got status 500"
    server.mode = "plain"
    until(lambda: reader.status().state is ReaderState.OK, 8)
    server.mode = "hang"
    count = server.requests
    until(lambda: server.requests > count)
    begin = time.monotonic()
    reader.stop()
    assert time.monotonic() - begin < 2
