"""`siaga check`: whatever is thrown in, each thing gets its line and the rest goes on."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.detector import WEIGHTS
from service.cli import main
from tests.service.eyes import write_eyes
from tests.shared import SHARED

_NOISE = np.random.default_rng(7)
PHOTO = np.asarray(
    cv2.resize(
        _NOISE.integers(60, 200, (9, 12, 3), np.uint8), (480, 360), interpolation=cv2.INTER_NEAREST
    )
    + _NOISE.integers(0, 20, (360, 480, 3), np.uint8),
    np.uint8,
)
"""A picture with edges and grain, as a camera gives it."""


@pytest.fixture
def eyes(tmp_path: Path) -> Path:
    """A folder of networks."""
    return write_eyes(tmp_path / "eyes")


def lines_of(out: str) -> list[dict[str, Any]]:
    """The JSON lines."""
    return [json.loads(line) for line in out.splitlines()]


def write_picture(path: Path, pixels: np.ndarray = PHOTO) -> Path:
    """A picture file; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


def write_clip(path: Path, frame_count: int = 30) -> Path:
    """A clip of ten frames a second."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (480, 360))
    for i in range(frame_count):
        writer.write(np.roll(PHOTO, 5 * i, axis=1))
    writer.release()
    return path


def test_a_picture_gives_one_line_with_view_people_and_items(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line of issue 2, key by key."""
    path = write_picture(tmp_path / "counter.png")
    assert main(["check", str(path), "--models", str(eyes), "--format", "jsonl"]) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert list(line) == ["path", "time_s", "size_wh", "view", "people", "items"]
    assert line["path"] == str(path)
    assert line["time_s"] is None
    assert line["size_wh"] == [480, 360]
    assert line["view"]["reason"] is None
    assert 60 < line["view"]["brightness"] < 200
    (person,) = line["people"]
    assert list(person) == ["xyxy", "confidence", "head_xyxy", "badge"]
    assert person["confidence"] == pytest.approx(0.9)
    assert person["head_xyxy"] is not None
    badge = person["badge"]
    assert list(badge) == ["outcome", "reason", "xyxy", "confidence", "height_px", "legible"]
    assert (badge["outcome"], badge["reason"]) == ("met", None)
    x0, y0, x1, y1 = badge["xyxy"]
    assert badge["height_px"] == pytest.approx(y1 - y0, abs=0.11)
    assert person["xyxy"][0] < x0 < x1 < person["xyxy"][2]
    assert badge["legible"]["outcome"] == "cannot_tell"
    (item,) = line["items"]
    assert item["label"] == "cup"
    assert all(side == round(side, 1) for side in item["xyxy"])


@pytest.mark.parametrize(
    ("card", "outcome", "reason"),
    [(0.7, "met", None), (0.4, "cannot_tell", "MODEL_UNSURE"), (0.0, "not_met", "MISSING_ITEM")],
    ids=["seen", "half seen", "not there"],
)
def test_a_badge_is_worn_missing_or_unsure(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    card: float,
    outcome: str,
    reason: str | None,
) -> None:
    """Absent is not the same as unseen."""
    eyes = write_eyes(tmp_path / "eyes", card=card)
    path = write_picture(tmp_path / "counter.png")
    assert main(["check", str(path), "--models", str(eyes), "--format", "jsonl"]) == 0
    badge = lines_of(capsys.readouterr().out)[0]["people"][0]["badge"]
    assert (badge["outcome"], badge["reason"]) == (outcome, reason)


def test_a_dark_picture_decides_nothing(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lamp that fails must not accuse anybody."""
    path = write_picture(tmp_path / "dark.png", (PHOTO // 40).astype(np.uint8))
    assert main(["check", str(path), "--models", str(eyes), "--format", "jsonl"]) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert line["view"]["reason"] == "DARK"
    assert line["people"][0]["badge"]["outcome"] == "cannot_tell"
    assert line["people"][0]["badge"]["reason"] == "DARK"


def test_the_table_says_the_same_in_words(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For a person at a terminal."""
    path = write_picture(tmp_path / "counter.png")
    assert main(["check", str(path), "--models", str(eyes)]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["picture", "time", "size", "view"]
    assert row.startswith(str(path))
    assert "480 x 360  ok" in row
    assert row.endswith("person: badge worn, not legible from here; cup")


def test_names_that_are_no_text_are_told_all_the_same(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cameras and old disks write what they like."""
    plain = write_picture(tmp_path / "plain.png")
    odd = plain.rename(Path(os.fsdecode(os.fsencode(tmp_path) + b"/loket\xff-\xc3\xa9.png")))
    assert main(["check", str(odd), "--models", str(eyes)]) == 0
    assert "loket\\udcff-é.png" in capsys.readouterr().out
    assert main(["check", str(odd), "--models", str(eyes), "--format", "jsonl"]) == 0
    assert lines_of(capsys.readouterr().out)[0]["path"] == str(odd)


def test_folders_are_walked_in_name_order(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Subfolders too; what is neither picture nor clip, and what is hidden, is passed over."""
    folder = tmp_path / "pictures"
    for name in ("b.png", "a/2.jpg", "a/1.jpg", "c.webp", ".hidden.png"):
        write_picture(folder / name)
    (folder / "notes.txt").write_text("not a picture", encoding="utf-8")
    assert main(["check", str(folder), "--models", str(eyes), "--format", "jsonl"]) == 0
    paths = [Path(line["path"]) for line in lines_of(capsys.readouterr().out)]
    assert [str(path.relative_to(folder)) for path in paths] == [
        "a/1.jpg",
        "a/2.jpg",
        "b.png",
        "c.webp",
    ]


def test_a_clip_gives_one_line_per_period(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three seconds at one frame each second, or at two."""
    clip = write_clip(tmp_path / "clip.mp4")
    arguments = ["check", str(clip), "--models", str(eyes), "--format", "jsonl"]
    assert main(arguments) == 0
    assert [line["time_s"] for line in lines_of(capsys.readouterr().out)] == [0, 1, 2]
    assert main([*arguments, "--period", "0.5"]) == 0
    times = [line["time_s"] for line in lines_of(capsys.readouterr().out)]
    assert times == [0, 0.5, 1, 1.5, 2, 2.5]


def test_a_clip_that_stands_still_is_frozen(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A recorder that repeats its last picture shows nothing about now."""
    path = tmp_path / "still.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 1, (480, 360))
    for _ in range(13):
        writer.write(PHOTO)
    writer.release()
    assert main(["check", str(path), "--models", str(eyes), "--format", "jsonl"]) == 0
    views = [line["view"] for line in lines_of(capsys.readouterr().out)]
    assert [view["frozen"] for view in views] == 10 * [False] + 3 * [True]
    assert views[-1]["reason"] == "NO_SIGNAL"


def test_a_clip_that_breaks_off_gives_what_can_be_read_and_says_so(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What happened before the end is still worth seeing."""
    whole = write_clip(tmp_path / "whole.avi", 60).read_bytes()
    broken = tmp_path / "broken.avi"
    broken.write_bytes(whole[: len(whole) // 2])
    assert main(["check", str(broken), "--models", str(eyes), "--format", "jsonl"]) == 1
    told = capsys.readouterr()
    assert len(lines_of(told.out)) >= 2
    assert told.err.startswith(f"{broken}: expected a whole clip")


def exif_turned(path: Path, orientation: int) -> None:
    """A JPEG with an EXIF orientation, written into its first segment."""
    done, plain = cv2.imencode(".jpg", PHOTO)
    assert done
    tiff = (
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0" + bytes([orientation, 0, 0, 0]) + b"\0" * 4
    )
    body = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    path.write_bytes(b"\xff\xd8" + segment + plain.tobytes()[2:])


def bad_and_odd_input(folder: Path) -> tuple[dict[str, list[int]], list[str]]:
    """Files that must be read, with their size as displayed, and files that must be refused."""
    folder.mkdir()
    alpha = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 90, np.uint8)])
    write_picture(folder / "alpha.png", alpha)
    write_picture(folder / "grey.png", PHOTO[:, :, 0])
    write_picture(folder / "deep.png", PHOTO.astype(np.uint16) * 257)
    write_picture(folder / "dot.png", PHOTO[:1, :1])
    write_picture(folder / "huge.png", np.full((9000, 12000, 3), 130, np.uint8))
    exif_turned(folder / "turned.jpg", 6)
    whole = (folder / "turned.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("I am not a picture\n", encoding="utf-8")
    (folder / "noise.mp4").write_bytes(bytes(range(256)) * 8)
    good = {
        "alpha.png": [480, 360],
        "deep.png": [480, 360],
        "dot.png": [1, 1],
        "grey.png": [480, 360],
        "huge.png": [12000, 9000],
        "turned.jpg": [360, 480],
    }
    return good, ["cut.jpg", "empty.jpg", "noise.mp4", "text.jpg"]


def test_bad_files_get_a_line_each_and_the_rest_goes_on(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list of issue 2, in one folder."""
    folder = tmp_path / "odd"
    good, bad = bad_and_odd_input(folder)
    assert main(["check", str(folder), "--models", str(eyes), "--format", "jsonl"]) == 1
    told = capsys.readouterr()
    read = {Path(line["path"]).name: line["size_wh"] for line in lines_of(told.out)}
    assert read == good
    complaints = told.err.splitlines()
    assert [Path(line.partition(": ")[0]).name for line in complaints] == bad
    assert all(": expected " in line and ", got " in line for line in complaints)


@pytest.mark.parametrize(
    ("name", "said"),
    [("empty", "expected pictures or clips, got none"), ("gone", "expected a picture, clip or")],
    ids=["empty folder", "no such path"],
)
def test_a_path_with_nothing_to_look_at_is_a_fault(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    """A script must notice that its camera wrote nothing."""
    (tmp_path / "empty").mkdir()
    assert main(["check", str(tmp_path / name), "--models", str(eyes)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert len(told.err.splitlines()) == 1


def test_a_network_that_does_not_fit_is_one_clear_line(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback for a wrong file."""
    (eyes / "scene.onnx").write_bytes(b"another file")
    path = write_picture(tmp_path / "counter.png")
    assert main(["check", str(path), "--models", str(eyes)]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("siaga: ")
    assert "sha256: expected" in told.err
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("period", ["-1", "nan", "inf", "often"])
def test_a_period_that_is_none_is_a_wrong_call(
    period: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, as for every wrong call."""
    with pytest.raises(SystemExit) as left:
        main(["check", ".", "--period", period])
    assert left.value.code == 2
    assert "--period" in capsys.readouterr().err


def test_looking_at_pictures_loads_neither_web_nor_database_nor_video(
    eyes: Path, tmp_path: Path
) -> None:
    """`check` answers while a person waits."""
    path = write_picture(tmp_path / "counter.png")
    code = (
        "import sys; from service.cli import main\n"
        f"assert main(['check', {str(path)!r}, '--models', {str(eyes)!r}]) == 0\n"
        "heavy = {'fastapi', 'sqlalchemy', 'av', 'uvicorn', 'rapidocr', 'holidays'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stderr.strip() == "[]"


@pytest.mark.shared
@pytest.mark.skipif(
    not (SHARED / "data").is_dir() or not (WEIGHTS / "attire.toml").exists(),
    reason=f"no pictures in {SHARED} or no networks in models/weights",
)
def test_the_networks_that_ship_find_people_in_a_real_office(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Four cameras that training has never seen: most people are found, in little time."""
    folder = SHARED / "data" / "office_cctv_ccby" / "images"
    paths = sorted(folder.glob("valid__*"))[:6]
    started = time.process_time()
    assert main(["check", *map(str, paths), "--format", "jsonl"]) == 0
    spent_s = time.process_time() - started
    people = [len(line["people"]) for line in lines_of(capsys.readouterr().out)]
    assert sum(count > 0 for count in people) >= len(people) // 2
    assert spent_s < 60
