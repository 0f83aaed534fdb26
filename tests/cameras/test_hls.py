"""Streams in segments: dated honestly although they come in bursts."""

from itertools import islice
from pathlib import Path

import pytest

from cameras.bursts import BurstClock
from cameras.hls import HlsSource
from tests.cameras.servers import hls_server, snapshot_server
from tests.fakes_cameras import FastClock
from vision.errors import CameraUnavailable

SEGMENT_S, STEP_S = 4.0, 0.5


def bursts(segments: int, began_s: float = 1000.0) -> list[tuple[float, float, float]]:
    """Stream time, arrival and true time of each frame of a camera that sends whole segments."""
    frames = []
    for segment in range(segments):
        count = int(SEGMENT_S / STEP_S)
        arrived_s = began_s + (segment + 1) * SEGMENT_S - STEP_S
        for number in range(count):
            stream_s = 77.0 + segment * SEGMENT_S + number * STEP_S
            true_s = began_s + segment * SEGMENT_S + number * STEP_S
            frames.append((stream_s, arrived_s + 0.001 * number, true_s))
    return frames


def test_frames_of_a_burst_are_dated_back_to_when_they_were_taken() -> None:
    """Four seconds of pictures in one moment were not taken in one moment."""
    dates, wrong_s = BurstClock(), []
    for stream_s, arrived_s, true_s in bursts(6):
        placed_s = dates.place(stream_s, arrived_s)
        assert placed_s <= arrived_s
        if not dates.catching_up:
            wrong_s.append(abs(placed_s - true_s))
    assert len(wrong_s) == 5 * SEGMENT_S / STEP_S
    assert max(wrong_s) < 0.05


def test_the_first_burst_only_tells_how_the_clocks_lie() -> None:
    """Before its end nobody knows how old its first frame is."""
    dates = BurstClock()
    states = []
    for stream_s, arrived_s, _ in bursts(2):
        dates.place(stream_s, arrived_s)
        states.append(dates.catching_up)
    assert states == [True] * 8 + [False] * 8


def test_a_camera_that_begins_anew_is_dated_anew() -> None:
    """Its time jumps to zero after it was restarted."""
    dates = BurstClock()
    for stream_s, arrived_s, _ in bursts(3):
        dates.place(stream_s, arrived_s)
    assert dates.place(0.0, 1060.0) == 1060.0
    assert dates.catching_up


def test_a_camera_whose_clock_runs_slow_is_not_dated_into_the_past() -> None:
    """A quartz of 0.01 % is eight seconds in a day."""
    dates = BurstClock()
    for second in range(100_000):
        placed_s = dates.place(second * 0.9999, float(second))
        assert second - placed_s < 0.01


def test_segments_of_a_real_server_are_read_as_they_grow(tmp_path: Path) -> None:
    """Frames rise in time, none is from the future, and none is more than two segments old."""
    clock = FastClock()
    with hls_server(tmp_path) as url:
        camera = HlsSource(url, "cam-1", clock, 0.2)
        ages_s, times = [], []
        for frame in islice(camera.frames(), 6):
            ages_s.append((clock.now() - frame.captured_at).total_seconds())
            times.append(frame.captured_at)
        camera.close()
    assert times == sorted(set(times))
    assert min(ages_s) >= 0
    assert max(ages_s) < 2.0


def test_what_is_no_playlist_becomes_a_clear_line() -> None:
    """Without the token that would have been used."""
    with snapshot_server() as server:
        camera = HlsSource(server.url, "cam-1", FastClock(), token="t0ken")
        with pytest.raises(CameraUnavailable, match="cam-1: expected a stream, got") as refused:
            next(camera.frames())
    assert "t0ken" not in str(refused.value)
