"""MJPEG over HTTP: the parts of an endless answer, and cameras that write it in their own ways."""

from collections.abc import Iterator
from itertools import islice

import pytest

from cameras.mjpeg import Parts, boundary_of
from cameras.snapshots import HttpSnapshotSource
from tests.cameras.servers import PASSWORD, SnapshotServer, snapshot_server
from tests.fakes_cameras import FastClock
from vision.errors import CameraUnauthorised, CameraUnavailable

BODY = b"first\r\nwith \xff\xd8 and \n\n in it"
WRITTEN = {
    "with a length": b"--b\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY + b"\r\n--b\r\n",
    "without a length": b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + BODY + b"\r\n--b\r\n",
    "with bare line ends": b"--b\ncontent-length: %d\n\n" % len(BODY) + BODY + b"\n--b\n",
    "after a preamble": b"hello\r\n--b\r\nX: 1\r\n\r\n" + BODY + b"\r\n--b\r\n",
}


@pytest.fixture
def server() -> Iterator[SnapshotServer]:
    """A camera."""
    with snapshot_server() as running:
        yield running


def source(server: SnapshotServer, token: str = "") -> HttpSnapshotSource:
    """A source at this camera."""
    return HttpSnapshotSource(server.url, "cam-1", FastClock(), 0.1, token=token)


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_part_is_whole_however_its_bytes_come(written: bytes, size: int) -> None:
    """Networks cut where they like."""
    parts = Parts(b"b", "cam-1", 1000)
    found = []
    for at in range(0, len(written), size):
        found += parts.feed(written[at : at + size])
    assert [part.rstrip(b"\r\n") for part in found] == [BODY]


@pytest.mark.parametrize(
    ("told", "mark"),
    [
        ("multipart/x-mixed-replace; boundary=myboundary", b"myboundary"),
        ('Multipart/X-Mixed-Replace;boundary="--frame"', b"frame"),
        ("image/jpeg", None),
        ("multipart/form-data; boundary=x", None),
        ("multipart/x-mixed-replace; boundary=--", None),
    ],
)
def test_the_answer_says_whether_it_is_a_row_of_pictures(told: str, mark: bytes | None) -> None:
    """So one kind of address serves both kinds of camera."""
    assert boundary_of(told) == mark


def test_a_part_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    """Whoever sends it."""
    parts = Parts(b"b", "cam-1", 1000)
    parts.feed(b"--b\r\n\r\n" + bytes(16_000))
    with pytest.raises(CameraUnavailable, match="at most 1000 bytes"):
        parts.feed(bytes(2000))


@pytest.mark.parametrize("mode", ["mjpeg", "mjpeg-dashes"])
def test_a_row_of_pictures_comes_over_one_connection(server: SnapshotServer, mode: str) -> None:
    """One request, one frame per period although the camera sends twice as many."""
    server.mode = mode
    frames = list(islice(source(server).frames(), 4))
    assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
    assert server.requests == 1


def test_torn_pictures_of_a_row_are_passed_over(server: SnapshotServer) -> None:
    """Every second one is torn; three in a row would be a failure."""
    server.mode = "mjpeg-torn"
    camera = HttpSnapshotSource(server.url, "cam-1", FastClock(), 0.05)
    assert len(list(islice(camera.frames(), 3))) == 3


def test_an_endless_picture_in_a_row_is_refused(server: SnapshotServer) -> None:
    """As one alone is."""
    server.mode = "mjpeg-endless"
    with pytest.raises(CameraUnavailable, match="at most 20000000 bytes"):
        list(islice(source(server).frames(), 5))


def test_a_bearer_token_lets_in_and_is_never_shown(server: SnapshotServer) -> None:
    """A wrong one is told as such, without itself."""
    server.mode, server.password = "bearer", "t0ken-of-the-camera"
    assert next(source(server, server.password).frames()).sequence == 0
    with pytest.raises(CameraUnauthorised) as refused:
        next(source(server, "wr0ng-token").frames())
    assert "wr0ng" not in f"{refused.value!r}"
    server.password = PASSWORD
