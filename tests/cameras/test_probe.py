"""Measuring a camera: against real servers, with what it says about itself checked."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameras.config import CameraConfig
from cameras.probe import probe
from tests.cameras.drawing import encoded, write_coded
from tests.cameras.servers import (
    PASSWORD,
    USERNAME,
    RtspServer,
    SnapshotServer,
    rtsp_server,
    snapshot_server,
)
from tests.fakes_cameras import picture
from vision.errors import CameraUnauthorised, CameraUnavailable


@pytest.fixture
def server() -> Iterator[SnapshotServer]:
    """A camera over HTTP."""
    with snapshot_server() as running:
        yield running


@pytest.fixture(scope="module")
def rtsp() -> Iterator[RtspServer]:
    """A camera that streams, behind a password."""
    with rtsp_server(USERNAME, PASSWORD) as running:
        yield running


def test_a_snapshot_camera_is_measured_by_a_few_pictures(server: SnapshotServer) -> None:
    """Its clock fits ours to the second that HTTP tells."""
    probed = probe(CameraConfig("cam-1", server.url), 1.0)
    assert (probed.kind, probed.codec, probed.size_wh) == ("snapshot", "jpeg", (64, 48))
    assert probed.skew_s == pytest.approx(0, abs=1.0)
    assert probed.advice == ()
    assert server.requests <= 6


def test_a_clock_an_hour_off_is_told(server: SnapshotServer) -> None:
    """With its direction and its remedy."""
    server.clock_off_s = -3600
    probed = probe(CameraConfig("cam-1", server.url), 0.5)
    assert probed.skew_s == pytest.approx(-3600, abs=1.0)
    (said,) = probed.advice
    assert "3600 s behind ours: let it follow NTP" in said


def test_a_row_of_pictures_is_counted(server: SnapshotServer) -> None:
    """The server sends 20 a second."""
    server.mode = "mjpeg"
    probed = probe(CameraConfig("cam-1", server.url), 1.0)
    assert probed.kind == "mjpeg"
    assert probed.rate is not None
    assert 8 < probed.rate < 22


@pytest.mark.rtsp
def test_a_stream_tells_its_keyframe_interval_rate_and_clock(rtsp: RtspServer) -> None:
    """15 frames a second, a keyframe every second."""
    url = f"rtsp://127.0.0.1:{rtsp.port}/cam"
    probed = probe(CameraConfig("cam-1", url, username=USERNAME, password=PASSWORD), 2.5)
    assert (probed.kind, probed.codec, probed.size_wh) == ("rtsp", "h264", (320, 192))
    assert probed.rate == pytest.approx(15, abs=1)
    assert probed.keyframe_s == pytest.approx(1.0, abs=0.1)
    assert probed.skew_s == pytest.approx(0, abs=1.0)
    assert probed.advice == ()


@pytest.mark.rtsp
@pytest.mark.parametrize(("codec", "name", "slices"), [("h264", "h264", 4), ("h265", "hevc", 1)])
def test_whole_pictures_are_measured_whatever_the_codec(
    tmp_path: Path, codec: str, name: str, slices: int
) -> None:
    """Also where a camera cuts its keyframes at their slices: half a picture advises wrongly."""
    shown = [picture(200 + i, (320, 192)) for i in range(30)]
    folder = write_coded(tmp_path / "cam", codec, shown, keyframe_every=15, slices=slices)
    with rtsp_server(play=[folder]) as server:
        probed = probe(CameraConfig("cam-1", f"rtsp://127.0.0.1:{server.port}/cam"), 3.5)
    assert (probed.codec, probed.size_wh) == (name, (320, 192))
    assert probed.keyframe_s == pytest.approx(1.0, abs=0.1)
    assert probed.image.mean(axis=(1, 2)).min() > 180, "no grey half"


@pytest.mark.rtsp
def test_a_stream_with_hardly_any_keyframes_is_advised(rtsp: RtspServer) -> None:
    """Smart codecs do that, and double the work."""
    url = f"rtsp://127.0.0.1:{rtsp.port}/rare"
    probed = probe(CameraConfig("cam-1", url, username=USERNAME, password=PASSWORD), 1.0)
    assert probed.keyframe_s is None
    assert "one keyframe per second" in probed.advice[0]


@pytest.mark.rtsp
def test_a_wrong_password_is_told_without_itself(rtsp: RtspServer) -> None:
    """And at once."""
    url = f"rtsp://127.0.0.1:{rtsp.port}/cam"
    with pytest.raises(CameraUnauthorised) as refused:
        probe(CameraConfig("cam-1", url, username=USERNAME, password="wr0ng"), 1.0)
    assert "wr0ng" not in f"{refused.value!r}"


def test_a_camera_that_hangs_holds_nobody_for_long(server: SnapshotServer) -> None:
    """Whoever stands on a ladder waits."""
    server.mode = "hang"
    began = time.monotonic()
    with pytest.raises(CameraUnavailable, match="nothing for 1 s"):
        probe(CameraConfig("cam-1", server.url), 0.3, limit_s=0.4)
    assert time.monotonic() - began < 2


def test_a_picture_folder_is_asked_for_a_picture(tmp_path: Path) -> None:
    """There is nothing else to measure."""
    (tmp_path / "a.jpg").write_bytes(encoded(".jpg", picture(1)))
    probed = probe(CameraConfig("cam-1", folder=tmp_path), 1.0)
    assert (probed.kind, probed.size_wh, probed.rate) == ("folder", (64, 48), None)
