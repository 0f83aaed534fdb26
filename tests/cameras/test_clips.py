"""Clips, whole and broken."""

import os
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cameras.clips import ClipSource
from tests.cameras.drawing import turned_clip, write_clip
from vision.errors import PictureError
from vision.values import Frame

START = datetime(2026, 11, 24, 0, 20, tzinfo=UTC)
STEADY = [i / 25 for i in range(100)]
UNSTEADY = [0.0, 0.04, 0.72, 2.0, 2.04, 3.88]


def frames_of(path: Path, period_s: float = 0.0) -> list[Frame]:
    """All frames."""
    return list(ClipSource(path, "cam-1", START, period_s).frames())


def seconds(frames: list[Frame]) -> list[float]:
    """Their places in the clip."""
    return [round((frame.captured_at - START).total_seconds(), 3) for frame in frames]


def read_until_fault(path: Path, said: str) -> tuple[list[Frame], str]:
    """What a broken clip still gave, and what was said about it."""
    got: list[Frame] = []
    frames = ClipSource(path, "cam-1", START).frames()
    with pytest.raises(PictureError, match=said) as fault:
        deque(map(got.append, frames), 0)
    return got, str(fault.value)


def test_every_frame_comes_with_its_time(tmp_path: Path) -> None:
    """Time is a value that comes with the frame."""
    frames = frames_of(write_clip(tmp_path / "a.mp4", STEADY))
    assert seconds(frames) == STEADY
    assert [frame.sequence for frame in frames] == list(range(100))
    assert frames[0].camera == "cam-1"
    assert frames[0].size_wh == (160, 96)


@pytest.mark.parametrize("period_s", [0.5, 1.0, 0.3])
def test_a_period_gives_at_most_one_frame_each(tmp_path: Path, period_s: float) -> None:
    """Sampling follows time, not counts of frames."""
    frames = frames_of(write_clip(tmp_path / "a.mp4", STEADY), period_s)
    places = [int(at / period_s + 1e-6) for at in seconds(frames)]
    assert places == list(range(len(places)))
    assert len(frames) == int(3.96 / period_s) + 1


def test_a_variable_rate_is_honoured(tmp_path: Path) -> None:
    """A camera that saves light slows down; its times still hold."""
    times = [0.0, 0.04, 0.08, 2.0, 2.04, 5.0, 9.0]
    path = write_clip(tmp_path / "a.mp4", times)
    assert seconds(frames_of(path)) == times
    assert seconds(frames_of(path, 1.0)) == [0.0, 2.0, 5.0, 9.0]


def test_the_same_file_gives_the_same_frames(tmp_path: Path) -> None:
    """Replay is byte for byte."""
    path = write_clip(tmp_path / "a.mp4", STEADY)
    one, two = frames_of(path, 0.5), frames_of(path, 0.5)
    assert [f.image.tobytes() for f in one] == [f.image.tobytes() for f in two]


@pytest.mark.parametrize("since_s", [0.5, 1.28, 2.0, 3.9, 9.0])
@pytest.mark.parametrize("times", [STEADY, UNSTEADY], ids=["steady", "unsteady"])
def test_a_clip_begun_in_the_middle_gives_the_same_frames(
    tmp_path: Path, times: list[float], since_s: float
) -> None:
    """An office that was restarted judges the same frames as one that was not."""
    path = write_clip(tmp_path / "a.mp4", times)
    since = START + timedelta(seconds=since_s)
    whole = {frame.captured_at: frame.image.tobytes() for frame in frames_of(path, 0.3)}
    part = list(ClipSource(path, "cam-1", START, 0.3, since).frames())
    for frame in part:
        assert frame.captured_at >= since
        assert whole[frame.captured_at] == frame.image.tobytes()
    late = [at for at in whole if at >= since + timedelta(seconds=0.3)]
    assert {frame.captured_at for frame in part} >= set(late)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_a_clip_that_ends_in_the_middle_gives_what_there_is_and_says_where(
    tmp_path: Path, suffix: str
) -> None:
    """A full disk cuts recordings; the morning up to there still counts."""
    path = write_clip(tmp_path / f"a{suffix}", STEADY)
    os.truncate(path, int(path.stat().st_size * 0.6))
    got, said = read_until_fault(path, r"expected a whole clip, got .* s\b")
    assert 20 < len(got) < 90
    assert said.startswith(f"{path}: ")
    assert f"{len(got) / 25:.1f}" in said


def test_a_clip_without_its_index_is_refused(tmp_path: Path) -> None:
    """An mp4 keeps its index at the end unless told otherwise."""
    path = write_clip(tmp_path / "a.mp4", STEADY, faststart=False)
    os.truncate(path, int(path.stat().st_size * 0.6))
    with pytest.raises(PictureError, match="without a readable index"):
        frames_of(path)


def test_a_clip_with_damage_inside_goes_on_after_it(tmp_path: Path) -> None:
    """One bad sector must not cost the rest of the morning."""
    path = write_clip(tmp_path / "a.mp4", STEADY)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = b"\x7f" * 3000
    path.write_bytes(data)
    got, _ = read_until_fault(path, "expected a whole clip, got")
    assert seconds(got)[-1] > 3.5


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty file"), (b"not a clip at all", "17 bytes without a readable index")],
    ids=["zero bytes", "a text"],
)
def test_what_is_no_clip_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    """The line says what is wrong."""
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    with pytest.raises(PictureError, match=said):
        frames_of(path)
    with pytest.raises(PictureError, match="no such file"):
        frames_of(tmp_path / "none.mp4")


def test_a_clip_is_shown_as_its_header_turns_it(tmp_path: Path) -> None:
    """Phones record lying down and mark it."""
    plain = frames_of(write_clip(tmp_path / "a.mp4", STEADY[:3]))[0].image
    turned = frames_of(turned_clip(tmp_path / "b.mp4", STEADY[:3]))[0].image
    assert turned.shape == (160, 96, 3)
    assert turned.tobytes() == plain.transpose(1, 0, 2)[:, ::-1].tobytes()


def test_a_closed_clip_stops(tmp_path: Path) -> None:
    """Closing works while somebody reads."""
    source = ClipSource(write_clip(tmp_path / "a.mp4", STEADY), "cam-1", START)
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []


def test_a_start_without_a_zone_is_refused(tmp_path: Path) -> None:
    """A naive time is a wrong verdict later."""
    with pytest.raises(ValueError, match="aware"):
        ClipSource(tmp_path / "a.mp4", "cam-1", START.replace(tzinfo=None))


def test_a_late_start_moves_every_time(tmp_path: Path) -> None:
    """captured_at is start plus the clip's own time."""
    path = write_clip(tmp_path / "a.mp4", STEADY[:5])
    later = START + timedelta(hours=1)
    times = [frame.captured_at - later for frame in ClipSource(path, "c", later).frames()]
    assert [at.total_seconds() for at in times] == STEADY[:5]
