"""`siaga bench`: figures that say what they are of, and measures that measure something."""

import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.calendar import plan_at
from service.cli import main
from service.commands import bench
from service.measures import MEASURES, check, detector, pages, readiness, reconnects, soak, step
from service.measures.night import night_zone
from service.measures.pages_browser import chromium
from service.measuring import (
    Figure,
    NotMeasured,
    Spent,
    cpu_s_of,
    drawn_picture,
    served,
    write_office,
)
from service.measuring_page import page
from service.settings import load_settings
from tests.service.eyes import write_eyes
from vision.day import Phase


def figure(value: float = 1.05, goal: float | None = 1.1) -> Figure:
    """A figure of a quiet machine."""
    return Figure("detector", "scene", value, "x", goal, 9, 1.0, 1.2, 0.3, 2.0, 1.9)


def test_a_goal_is_met_up_to_itself() -> None:
    """A figure without a goal is neither met nor missed."""
    assert (figure(1.1).met, figure(1.11).met, figure(1.0, None).met) == (True, False, None)


def test_cpu_time_counts_work_and_wall_time_counts_waiting() -> None:
    """Else a busy machine would look like slow code."""
    with Spent.on() as slept:
        time.sleep(0.2)
    with Spent.on() as worked:
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass
    assert slept.wall_s >= 0.2 > slept.cpu_s + 0.1
    assert worked.cpu_s >= 0.2


def test_a_detector_is_compared_with_its_own_session(tmp_path: Path) -> None:
    """On any network; a tiny one cannot reach the goal."""
    found = detector.measure(write_eyes(tmp_path), pairs=3, runs=2)
    assert [(one.name, one.goal, one.n) for one in found] == [
        ("scene over bare session", detector.GOAL, 3),
        ("scene, CPU a picture", None, 3),
        ("desk over bare session", detector.GOAL, 3),
        ("desk, CPU a picture", None, 3),
        ("attire over bare session", detector.GOAL, 3),
        ("attire, CPU a picture", None, 3),
    ]
    assert all(0 < one.low <= one.value <= one.high for one in found)


def test_a_step_is_told_apart_from_inference(tmp_path: Path) -> None:
    """What is ours is larger than what is beyond the detectors: they do something as well."""
    share, beyond, ours_ms, theirs_ms = step.measure(write_eyes(tmp_path), frame_count=6)
    assert share.value > beyond.value > 0
    assert ours_ms.value > 0
    assert theirs_ms.low > 0, "each frame is looked at, however like the last one it is"


def test_check_is_measured_as_a_process(tmp_path: Path) -> None:
    """Imports are what it mostly does."""
    wall, cpu = check.measure(write_eyes(tmp_path), repeats=1)
    assert wall.value > 0.1
    assert 0.1 < cpu.value < wall.value + 1.0


def test_readiness_is_asked_over_a_real_socket() -> None:
    """With fewer days and requests than the real measure."""
    found = readiness.measure(days=3, requests=20)
    assert [one.name for one in found] == ["now, p99", "now, p50", "earlier, p99", "earlier, p50"]
    assert all(one.n == 20 and 0 < one.value <= one.high for one in found)


def test_reconnections_are_counted_and_what_they_leave() -> None:
    """Every way a connection may end comes up, and pictures between them."""
    memory, threads, files, each = reconnects.measure(reconnects=70)
    assert "70 times" in memory.note
    assert "0 pictures" not in memory.note.split(", ")
    assert (threads.value, files.value) == (0, 0)
    assert threads.met
    assert each.value > 0


def test_a_soaked_office_is_watched_from_outside() -> None:
    """A real process with web, store and a listener; here an hour of it in a few seconds."""
    figures = {one.name: one for one in soak.measure(hours=1, wall_s=6.0)}
    assert figures["memory grew by"].goal == soak.GOAL_MB
    assert figures["memory grew by"].note.startswith("at the start and after each hour: ")
    assert figures["threads left"].met
    assert figures["on disk"].value > 0
    assert "events heard" in figures["verdicts decided"].note


@pytest.mark.browser
def test_pages_are_opened_in_a_real_browser() -> None:
    """Two real processes and Chromium; here an opening, a visit and a few flags."""
    sizes = pages.Sizes(
        openings=1,
        visits=1,
        frames=4,
        flags=30,
        days=1,
        screens=2,
        turns=1,
        turn_s=0.5,
        lead_s=12.0,
    )
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # as the command does
        found = fresh.submit(pages.measure, None, sizes).result()
    figures = {one.name: one for one in found}
    assert {name: one.goal for name, one in figures.items()} == {
        "tile change after the verdict": 500.0,
        "board, first paint": 300.0,
        "board, over the wire": 120.0,
        "2 streams": 10.0,
        "2 wall screens": 10.0,
        "replay, 4 samples scrubbed": 30.0,
        "replay, a step, p95": None,
        "review queue opened": 400.0,
        "review queue, answer of the server": None,
        "briefing PDF": 3.0,
    }
    assert figures["tile change after the verdict"].n == 4
    assert figures["tile change after the verdict"].low > 0
    assert "Image" in figures["board, over the wire"].note
    assert figures["replay, 4 samples scrubbed"].at_least
    assert all(one.value > 0 for name, one in figures.items() if "2 " not in name)


def test_pages_are_left_out_without_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """An office has none; what is missing is said, and what brings it."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotMeasured, match="make packages"), chromium():
        pass


def test_the_figures_are_of_a_process_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What this process imported or left running must not be charged to a measure."""
    code = main(["bench", "detector", "--models", str(write_eyes(tmp_path)), "--format", "jsonl"])
    head, *lines = map(json.loads, capsys.readouterr().out.splitlines())
    assert code == 0
    assert set(head["machine"]) == {"processor", "system", "packages", "networks"}
    assert head["machine"]["networks"] == "scene@1, desk@1, attire@1"
    assert len(lines) == 6
    assert {"measure", "name", "value", "goal", "met", "n", "load", "wall_per_cpu"} <= set(lines[0])


def test_what_is_missing_is_told_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A measure without its networks is left out, by name, and the exit code says so."""
    code = main(["bench", "detector", "step", "--models", str(tmp_path)])
    said = capsys.readouterr().out
    assert code == 1
    assert "detector   left out: " in said
    assert "step       left out: " in said


def test_an_unknown_measure_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    """With the names there are."""
    assert main(["bench", "speed"]) == 2
    assert ", ".join(MEASURES) in capsys.readouterr().err


def test_the_table_and_the_page_say_the_same() -> None:
    """The page is written, not typed."""
    row = bench.row_of(figure(1.2))
    assert row.split()[:4] == ["detector", "scene", "1.20", "x"]
    assert "no" in row.split()
    text = page({"system": "Linux"}, [figure(1.2)], {"memory": "no morning"})
    assert "| detector | scene | 1.20 x | at most 1.1 | no | 9 |" in text
    assert "| memory | left out: no morning |" in text
    assert "- system: Linux" in text


def test_the_page_names_no_folder_of_the_machine() -> None:
    """It is published; what was left out is told, not where this machine keeps it."""
    told = page({}, [], {"check": "failed: /home/somebody/siaga/x.toml: line 3 of a/b, n/a"})
    assert "left out: failed: x.toml: line 3 of a/b, n/a |" in told


@pytest.mark.parametrize("hour", range(24))
def test_it_is_night_in_the_office_that_sleeps(hour: int, tmp_path: Path) -> None:
    """Whenever somebody measures."""
    now = datetime(2026, 11, 24, hour, 40, tzinfo=UTC)
    path = write_office(tmp_path, zone=night_zone(now), camera_count=4, counter_count=4)
    calendar = load_settings(path).calendar
    for at in (now, now + timedelta(minutes=19)):
        assert plan_at(calendar, at).phase_at(at) in (Phase.NIGHT, Phase.HOLIDAY)
    assert now.astimezone(ZoneInfo(night_zone(now))).hour == 2


def test_a_service_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The measure passes its words on."""
    with (
        pytest.raises(NotMeasured, match="siaga run did not start"),
        served("run", "--config", str(tmp_path / "office.toml")),
    ):
        pass


def test_the_time_of_another_process_can_be_read() -> None:
    """In steps of ten milliseconds."""
    assert cpu_s_of(os.getpid()) > 0.0


def test_a_drawn_picture_is_the_same_each_time() -> None:
    """Figures of two days must be of the same picture."""
    assert (drawn_picture() == drawn_picture()).all()
