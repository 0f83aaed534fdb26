"""Cameras at this machine, as far as a machine without one can ask."""

from pathlib import Path

import pytest

from cameras.config import CameraConfig
from cameras.devices import DeviceSource
from cameras.sources import open_source
from tests.fakes_cameras import FastClock
from vision.errors import CameraUnavailable


def test_a_camera_that_is_not_plugged_in_is_told(tmp_path: Path) -> None:
    """With what to look at."""
    camera = open_source(CameraConfig("cam-1", device=str(tmp_path / "video9")), FastClock())
    with pytest.raises(CameraUnavailable, match="no such device; is it plugged in"):
        next(camera.frames())


def test_a_file_is_no_camera(tmp_path: Path) -> None:
    """A path given by mistake."""
    path = tmp_path / "holiday.mp4"
    path.write_bytes(b"x" * 100)
    with pytest.raises(CameraUnavailable, match="cam-1: expected a stream, got"):
        next(DeviceSource(str(path), "cam-1", FastClock()).frames())


def test_a_size_that_the_camera_has_not_is_not_insisted_on() -> None:
    """The next wish is tried, at last none at all."""
    wishes: tuple[dict[str, str], ...] = ({"no_such_option": "1"}, {"graph": "nonsense"})
    camera = DeviceSource("testsrc=size=64x48:rate=10", "cam-1", FastClock(), 0.1, "lavfi", wishes)
    assert next(camera.frames()).size_wh == (64, 48)
