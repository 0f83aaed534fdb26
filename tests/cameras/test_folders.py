"""A folder into which a camera uploads."""

import os
import threading
import time
from itertools import islice
from pathlib import Path

import pytest

from cameras.folders import PictureFolderSource
from tests.cameras.drawing import encoded
from tests.fakes_cameras import FastClock, picture
from vision.errors import CameraUnavailable


def put(folder: Path, name: str, number: int, age_s: float = 0.0) -> None:
    """A finished upload of this age."""
    path = folder / name
    path.write_bytes(encoded(".png", picture(number)))
    at = time.time() - age_s
    os.utime(path, (at, at))


def source(folder: Path) -> PictureFolderSource:
    """A source that looks often."""
    return PictureFolderSource(folder, "cam-1", FastClock(), 0.4)


def numbers(camera: PictureFolderSource, count: int) -> list[int]:
    """Which pictures came."""
    frames = [int(frame.image[1, 0, 0]) for frame in islice(camera.frames(), count)]
    camera.close()
    return frames


def test_only_the_newest_of_what_lies_there_is_given(tmp_path: Path) -> None:
    """The rest is history."""
    put(tmp_path, "a.png", 1, 2.0)
    put(tmp_path, "z.png", 2, 1.5)
    put(tmp_path, "m.png", 3, 1.0)
    assert numbers(source(tmp_path), 1) == [3]


def test_yesterdays_picture_is_no_news(tmp_path: Path) -> None:
    """A camera that died yesterday must not look alive today."""
    put(tmp_path, "a.png", 1, 86400)
    threading.Timer(0.4, put, (tmp_path, "b.png", 2)).start()
    assert numbers(source(tmp_path), 1) == [2]


def test_a_file_still_being_written_is_waited_for(tmp_path: Path) -> None:
    """FTP takes its time."""
    data = encoded(".png", picture(5))

    def upload() -> None:
        with (tmp_path / "a.png").open("wb") as file:
            for i in range(0, len(data), 20):
                file.write(data[i : i + 20])
                file.flush()
                time.sleep(0.06)

    thread = threading.Thread(target=upload)
    thread.start()
    assert numbers(source(tmp_path), 1) == [5]
    thread.join()


def test_one_name_written_again_and_again_is_new_each_time(tmp_path: Path) -> None:
    """Many cameras keep a `latest.jpg`."""
    stop = threading.Event()

    def upload() -> None:
        number = 10
        while not stop.is_set():
            (tmp_path / "next").write_bytes(encoded(".png", picture(number)))
            (tmp_path / "next").rename(tmp_path / "latest.png")
            number += 1
            stop.wait(0.35)

    thread = threading.Thread(target=upload)
    thread.start()
    seen = numbers(source(tmp_path), 3)
    stop.set()
    thread.join()
    assert seen == sorted(set(seen))


def test_a_picture_that_never_becomes_whole_is_told(tmp_path: Path) -> None:
    """After some looks at a file that does not change."""
    (tmp_path / "a.jpg").write_bytes(encoded(".jpg", picture(1))[:300])
    with pytest.raises(CameraUnavailable, match=r"a\.jpg: expected a whole JPEG"):
        next(source(tmp_path).frames())


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A share that is not mounted."""
    with pytest.raises(CameraUnavailable, match="expected a folder of pictures"):
        next(source(tmp_path / "none").frames())


def test_nothing_in_the_folder_is_waited_for_quietly(tmp_path: Path) -> None:
    """Silence is for the reader to tell."""
    camera = source(tmp_path)
    threading.Timer(0.3, camera.close).start()
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "empty.jpg").write_bytes(b"")
    assert list(camera.frames()) == []
