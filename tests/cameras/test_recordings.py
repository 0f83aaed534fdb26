"""Recorded mornings: folders with times, clips with a start, and recording.toml."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameras.recordings import Recording, open_recording, picture_time
from tests.cameras.drawing import encoded, scene, write_clip
from vision.errors import PictureError

WIB = timezone(timedelta(hours=7))
START = datetime(2026, 11, 24, 7, 20, tzinfo=WIB)


def pictures(folder: Path, names: list[str]) -> Path:
    """A folder of small pictures."""
    folder.mkdir()
    for i, name in enumerate(names):
        (folder / name).write_bytes(encoded(Path(name).suffix, scene(seed=i)))
    return folder


def seconds(recording: Recording) -> list[tuple[str, float]]:
    """Camera and place of every frame."""
    return [
        (frame.camera, (frame.captured_at - recording.start).total_seconds())
        for frame in recording.frames()
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-11-24T07-20-05+0700.jpg", START + timedelta(seconds=5)),
        ("cam1_2026-11-24T07:20:05.250+07:00.jpg", START + timedelta(seconds=5.25)),
        ("2026-11-24T00-20-05Z.jpg", START + timedelta(seconds=5)),
        ("20261124_072005.jpg", START + timedelta(seconds=5)),
        ("snap-1795479605.jpg", START + timedelta(seconds=5)),
        ("1795479605250.jpg", START + timedelta(seconds=5.25)),
        ("1795479605.25.jpg", START + timedelta(seconds=5.25)),
        ("000100.jpg", None),
        ("2026-13-24T07-20-05Z.jpg", None),
    ],
)
def test_names_of_pictures_tell_their_time(name: str, expected: datetime | None) -> None:
    """As cameras and recorders write them."""
    assert picture_time(name, WIB) == expected


def test_a_name_without_a_zone_tells_nothing_unless_one_is_given() -> None:
    """A guessed zone is a wrong verdict by hours."""
    assert picture_time("2026-11-24T07-20-05.jpg") is None
    assert picture_time("2026-11-24T07-20-05.jpg", WIB) == START + timedelta(seconds=5)


def test_a_folder_whose_names_tell_times_needs_no_start(tmp_path: Path) -> None:
    """The order is that of time, not of names."""
    folder = pictures(
        tmp_path / "cam-1",
        ["b_2026-11-24T07-20-00+0700.jpg", "a_2026-11-24T07-20-07+0700.png"],
    )
    recording = open_recording(folder)
    assert recording.cameras == ("cam-1",)
    assert recording.start == START
    assert seconds(recording) == [("cam-1", 0.0), ("cam-1", 7.0)]


def test_pictures_without_times_stand_one_period_apart(tmp_path: Path) -> None:
    """In the order of their numbers."""
    folder = pictures(tmp_path / "x", ["p10.jpg", "p9.jpg", "p1.jpg"])
    recording = open_recording(folder, START, 5.0, camera="cam-1")
    assert seconds(recording) == [("cam-1", 0.0), ("cam-1", 5.0), ("cam-1", 10.0)]
    first = next(recording.frames()).image
    assert np.abs(first.astype(int) - scene(seed=2)).mean() < 8


def test_pictures_without_times_and_without_a_start_are_refused(tmp_path: Path) -> None:
    """The remedy stands in the line."""
    folder = pictures(tmp_path / "x", ["p1.jpg"])
    with pytest.raises(PictureError, match=r"expected a start time .* add --start"):
        open_recording(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """Nothing to judge is a fault of the call, not a quiet success."""
    with pytest.raises(PictureError, match="got a folder without any"):
        open_recording(tmp_path, START)
    with pytest.raises(PictureError, match="got no such file or folder"):
        open_recording(tmp_path / "none", START)


def test_a_bad_picture_is_noted_and_the_rest_goes_on(tmp_path: Path) -> None:
    """One torn upload must not cost the morning."""
    folder = pictures(tmp_path / "x", ["p1.jpg", "p2.jpg", "p3.jpg"])
    (folder / "p2.jpg").write_bytes(b"\xff\xd8\xff")
    recording = open_recording(folder, START, 5.0)
    assert [at for _, at in seconds(recording)] == [0.0, 10.0]
    assert [str(fault).split(":")[0] for fault in recording.faults] == [str(folder / "p2.jpg")]


def test_a_bare_clip_begins_at_the_given_start(tmp_path: Path) -> None:
    """And at most one frame per period is read."""
    clip = write_clip(tmp_path / "a.mp4", [i / 25 for i in range(50)])
    recording = open_recording(clip, START, 0.5)
    assert recording.start == START
    assert seconds(recording) == [("a", 0.0), ("a", 0.52), ("a", 1.0), ("a", 1.52)]
    with pytest.raises(PictureError, match="add --start"):
        open_recording(clip)


MORNING = """
id = "morning-1"
start = 2026-11-24T07:20:00+07:00
end = 2026-11-24T07:20:30+07:00

[[cameras]]
id = "cam-1"
clip = "one.mp4"
size_wh = [160, 96]

[[cameras]]
id = "cam-2"
folder = "two/"
"""


@pytest.fixture
def morning(tmp_path: Path) -> Path:
    """Two cameras: a clip, and pictures 5 s apart."""
    write_clip(tmp_path / "one.mp4", [i * 2.0 for i in range(5)])
    pictures(tmp_path / "two", [f"p{i}.jpg" for i in range(3)])
    (tmp_path / "recording.toml").write_text(MORNING)
    return tmp_path


def test_all_cameras_come_in_one_order_of_time(morning: Path) -> None:
    """As a running office would have seen them."""
    recording = open_recording(morning, period_s=5.0)
    assert recording.recording == "morning-1"
    assert recording.sources[0].size_wh == (160, 96)
    assert seconds(recording) == [
        ("cam-1", 0.0),
        ("cam-2", 0.0),
        ("cam-2", 5.0),
        ("cam-1", 6.0),
        ("cam-2", 10.0),
    ]
    assert recording.faults == []


def test_a_given_start_moves_the_whole_recording(morning: Path) -> None:
    """The same morning can be played as today."""
    later = START + timedelta(days=3)
    recording = open_recording(morning, later, 5.0)
    assert recording.start == later
    assert recording.end == later + timedelta(seconds=30)
    assert seconds(recording)[-1] == ("cam-2", 10.0)


def test_one_camera_can_be_read_alone(morning: Path) -> None:
    """Each camera of a played morning has its own thread."""
    recording = open_recording(morning, period_s=5.0)
    assert [frame.sequence for frame in recording.camera_frames("cam-2")] == [0, 1, 2]
    with pytest.raises(KeyError):
        recording.camera_frames("cam-3")


def test_pictures_begun_in_the_middle_are_the_same(tmp_path: Path) -> None:
    """The grid of sampling is that of the whole recording."""
    names = [f"{int(START.timestamp()) + 2 * i}.jpg" for i in range(12)]
    recording = open_recording(pictures(tmp_path / "cam-1", names), period_s=5.0)
    whole = [frame.captured_at for frame in recording.frames()]
    since = START + timedelta(seconds=9)
    part = [frame.captured_at for frame in recording.camera_frames("cam-1", since=since)]
    assert part == [at for at in whole if at >= since]


def test_the_mask_is_black_in_every_frame(morning: Path) -> None:
    """Replay must not show what the live office hides."""
    left = (((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),)
    recording = open_recording(morning, masks={"cam-2": left})
    hidden = [frame.image[:, :32].any() for frame in recording.camera_frames("cam-2")]
    assert hidden == [False] * 3
    assert next(recording.camera_frames("cam-1")).image[:, :80].any()


def test_a_clip_that_ends_early_is_noted_and_the_other_camera_goes_on(morning: Path) -> None:
    """One camera's broken file is not the office's."""
    clip = morning / "one.mp4"
    clip.write_bytes(clip.read_bytes()[:-60])
    recording = open_recording(morning, period_s=5.0)
    assert [camera for camera, _ in seconds(recording)].count("cam-2") == 3
    assert ["ends after" in str(fault) for fault in recording.faults] == [True]


def test_every_fault_of_a_recording_is_told_at_once(tmp_path: Path) -> None:
    """Nobody wants to repair a file five times."""
    (tmp_path / "recording.toml").write_text(
        'id = 3\nstart = 2026-11-24T07:20:00\n[[cameras]]\nclip = "a.mp4"\n'
        '[[cameras]]\nid = "b"\nclip = "../b.mp4"\n[[cameras]]\nid = "c"\nfolder = "none"\n'
        '[[cameras]]\nid = "d"\nfolder = "x"\nclip = "y"\n'
    )
    with pytest.raises(PictureError) as refused:
        open_recording(tmp_path)
    lines = str(refused.value).splitlines()
    assert [line.split(" ", 1)[1].split(":")[0] for line in lines] == [
        "id",
        "start",
        "cameras.0.id",
        "cameras.1",
        "cameras.2",
        "cameras.3",
    ]


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    """tomllib knows the place."""
    (tmp_path / "recording.toml").write_text("start = \n")
    with pytest.raises(PictureError, match=r"expected TOML, got: .*line 1"):
        open_recording(tmp_path)


def test_pictures_that_tell_their_time_cannot_be_moved(tmp_path: Path) -> None:
    """Names and start would contradict each other."""
    pictures(tmp_path / "two", ["2026-11-24T07-20-05+0700.jpg"])
    (tmp_path / "recording.toml").write_text(
        'start = 2026-11-24T07:20:00+07:00\n[[cameras]]\nid = "c"\nfolder = "two"\n'
    )
    assert open_recording(tmp_path).cameras == ("c",)
    with pytest.raises(PictureError, match="leave --start out"):
        open_recording(tmp_path, START + timedelta(days=1))


def test_a_recording_in_another_zone_keeps_its_instants(tmp_path: Path) -> None:
    """Times compare as instants; the zone is only how they are written."""
    folder = pictures(tmp_path / "x", ["2026-11-24T00-20-05Z.jpg"])
    frame = next(open_recording(folder).frames())
    assert frame.captured_at == datetime(2026, 11, 24, 0, 20, 5, tzinfo=UTC)
    assert cv2.mean(frame.image)[0] > 0
