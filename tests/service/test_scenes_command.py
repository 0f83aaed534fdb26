"""`siaga scenes` without Blender: what is called, what is refused, what is said."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli import main
from service.commands import scenes


def parsed(*words: str) -> argparse.Namespace:
    """The arguments of `siaga scenes` as its parser gives them."""
    parser = argparse.ArgumentParser()
    scenes.configure(parser)
    return parser.parse_args(words)


def value(call: list[str], name: str) -> int:
    """The number behind a word of a call."""
    return int(call[call.index(name) + 1])


def seeds(call: list[str]) -> list[int]:
    """The seeds that datasets.scenes.render takes from a call."""
    every = value(call, "--every") if "--every" in call else 1
    first = value(call, "--seed")
    return list(range(first, first + value(call, "--count"), every))


@pytest.mark.parametrize("count", [1, 2, 7, 10])
def test_both_cores_render_every_seed_once(count: int) -> None:
    """A seed rendered twice wastes a night; one left out is a hole in the held-back tenth."""
    arguments = parsed(
        "render", "--seed", "40", "--count", str(count), "--out", "d", "--both-cores"
    )
    calls = scenes.render_words(arguments, [0, 1])
    assert sorted(s for call in calls for s in seeds(call)) == list(range(40, 40 + count))
    assert len({value(call, "--core") for call in calls}) == len(calls)


def test_one_process_is_called_without_the_switch() -> None:
    """The machine of an office has other work: two cores only when asked."""
    calls = scenes.render_words(parsed("render", "--out", "d", "--count", "4"), [0, 1])
    assert len(calls) == 1
    assert seeds(calls[0]) == [100, 101, 102, 103]
    assert value(calls[0], "--threads") == 1


def test_files_of_odds_and_views_reach_the_maker() -> None:
    """Probabilities of one's own are the point of the two files."""
    calls = scenes.render_words(parsed("render", "--out", "d", "--odds", "mine.toml"), [0])
    assert calls[0][calls[0].index("--odds") + 1] == "mine.toml"
    assert "--views" not in calls[0]


def test_without_blender_the_way_to_get_it_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 2 and a recipe: a traceback of a missing module helps nobody."""
    code = main(["scenes", "render", "--out", str(tmp_path / "d"), "--python", bare(tmp_path)])
    told = capsys.readouterr().err
    assert code == 2
    assert "bpy" in told
    assert "requirements.txt" in told
    assert "--python" in told
    assert not (tmp_path / "d").exists()


def test_an_interpreter_that_is_not_there_is_no_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A path with a slip in it is the commonest fault of such an option."""
    code = main(["scenes", "render", "--out", str(tmp_path), "--python", str(tmp_path / "no")])
    assert code == 2
    assert "expected an interpreter" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["scenes", "render"],
        ["scenes", "render", "--out", "d", "--count", "0"],
        ["scenes", "render", "--out", "d", "--seed", "-1"],
        ["scenes"],
    ],
)
def test_a_wrong_call_ends_with_2(words: list[str]) -> None:
    """A script that calls it must be able to tell a wrong call from a failed render."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


def test_a_script_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Before Blender is started for nothing."""
    words = ["scenes", "morning", str(tmp_path / "script.toml"), "--out", str(tmp_path)]
    assert main([*words, "--python", with_bpy(tmp_path)]) == 2
    assert "script.toml" in capsys.readouterr().err


def test_a_failed_process_fails_the_command(tmp_path: Path) -> None:
    """One of two processes died: half of the pictures are missing, exit code 0 would hide it."""
    good = scenes.start(sys.executable, ["-c", "pass"])
    bad = scenes.start(sys.executable, ["-c", "raise SystemExit(3)"])
    assert scenes.wait_for([good, bad]) == 1
    assert scenes.wait_for([scenes.start(sys.executable, ["-c", "pass"])]) == 0


def test_the_maker_is_found_from_any_folder(tmp_path: Path) -> None:
    """The maker's interpreter does not have Siaga installed (bpy needs an older numpy)."""
    code = "import importlib.util as u; print(u.find_spec('datasets.scenes.boxes') is not None)"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env=scenes.surroundings({"PATH": os.environ["PATH"]}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "True"


def test_the_speed_is_said_in_pictures_an_hour() -> None:
    """Whoever plans a night of rendering asks exactly this."""
    assert scenes.said(50, 360.0) == "50 pictures in 6.0 minutes: 500 an hour"
    assert scenes.said(0, 0.0).endswith("0 an hour")


def test_only_complete_pictures_are_counted(tmp_path: Path) -> None:
    """A picture without its truth was being written when the run stopped."""
    (tmp_path / "attire").mkdir()
    for name in ("000001_0.jpg", "000001_0.json", "000001_1.jpg", "000001_1.json.part"):
        (tmp_path / "attire" / name).touch()
    assert scenes.pictures_in(tmp_path) == 1


def test_a_contact_sheet_needs_no_blender(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Renders are looked at where they are used; boxes are drawn from their truth alone."""
    import cv2
    import numpy as np

    (tmp_path / "desk").mkdir()
    cv2.imwrite(str(tmp_path / "desk" / "000001_0.jpg"), np.full((96, 128, 3), 90, np.uint8))
    (tmp_path / "desk" / "000001_0.json").write_text(
        '{"objects": [{"cls": "cup", "box": [10, 10, 60, 60], "visibility": 1.0,'
        ' "visible_px": 2500}]}'
    )
    out = tmp_path / "sheet.jpg"
    assert main(["scenes", "sheet", str(tmp_path), "--out", str(out)]) == 0
    assert cv2.imread(str(out)) is not None
    assert main(["scenes", "sheet", str(tmp_path / "none")]) == 2
    assert "expected a folder" in capfd.readouterr().err


def bare(folder: Path) -> str:
    """An interpreter without bpy, whatever this one has."""
    return stub(folder, "bare", 1)


def with_bpy(folder: Path) -> str:
    """A stand-in that says it has bpy."""
    return stub(folder, "has", 0)


def stub(folder: Path, name: str, code: int) -> str:
    """A program that ends with this code."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return str(path)
