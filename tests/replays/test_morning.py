"""The morning of the demo says live, and after a kill, what its truth file says.

What must be said stands in `datasets/mornings/2026-11-24/verdicts.toml`. Replayed it is held to the
same file, as all mornings are, in test_golden_mornings.py.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from service.cli import main
from service.commands.demo import MORNING
from tests.replays.expected import (
    Event,
    accusations,
    answers,
    demanded_answers,
    demands_of,
    questions,
    read_expected,
)

EXPECTED = read_expected(MORNING)
SPEED = 6.0
"""Four cameras as fast as two busy cores follow."""

KILLED_SPEED = 3.0
"""SIG-READY leaves FO-4, blocked for 55 s, five seconds of the office's for all else; the restart
takes three, and until a busy machine has opened the cameras again the morning runs on."""
END = "08:04:40"
"""Live runs are asked at this office time: every verdict of the file stands by then. The last one
is that of the tag in the morning half: twenty crops, one each ten seconds; a busy machine drops
some."""


def compare(verdicts: Sequence[Event]) -> None:
    """Every line about the end, and nothing else against anybody."""
    demands = [one for one in demands_of(EXPECTED) if one.at_the_end]
    assert [one.said(verdicts) for one in demands] == [str(one) for one in demands]
    assert accusations(verdicts) == {
        (one.counter, one.slot, one.line) for one in demands if one.word == "not_met"
    }
    assert questions(verdicts) == {
        (one.counter, one.slot, one.line) for one in demands if one.word == "asks"
    }


def replayed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `siaga replay` prints."""
    assert main(["replay", *arguments]) == 0
    return capsys.readouterr().out


def test_the_same_recording_gives_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One counter of it up to 07:53, twice: same input, same output."""
    (tmp_path / "recording.toml").write_text(
        re.sub(
            r"\n\[\[cameras\]\]\nid = \"loket-[123]\".*?(?=\n\[\[|\Z)",
            "",
            (MORNING / "recording.toml").read_text(encoding="utf-8"),
            flags=re.DOTALL,
        ).replace("08:05:00", "07:53:00")
    )
    shutil.copy(MORNING / "loket-4.mp4", tmp_path)
    config = str(MORNING / "office.toml")
    first = replayed(capsys, str(tmp_path), "--config", config)
    second = replayed(capsys, str(tmp_path), "--config", config)
    assert first == second
    assert len(first.splitlines()) > 10


@contextmanager
def demo(data: Path, speed: float) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running demo and its URL."""
    command = [sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main())"]
    arguments = ["demo", "--port", "0", "--data", str(data), "--speed", str(speed)]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found is not None, first
        yield process, found.group(0)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        process.stdout.close()


def wait_until(client: httpx.Client, office_time: str) -> None:
    """Wait until the office's clock has reached a time of its day."""
    for _ in range(3000):
        at = client.get("/api/v1/readiness").raise_for_status().json()["at"][11:19]
        if at >= office_time:
            return
        time.sleep(0.2)
    raise AssertionError(f"the office never came to {office_time}")


@pytest.mark.parametrize("killed", [False, True], ids=["undisturbed", "killed at 07:53"])
def test_the_morning_live_says_the_same(tmp_path: Path, killed: bool) -> None:
    """Real threads, real store, real web: as replayed; also when it dies in the middle."""
    speed = KILLED_SPEED if killed else SPEED
    if killed:
        running = demo(tmp_path, speed)
        with running as (process, url), httpx.Client(base_url=url, timeout=10) as client:
            wait_until(client, "07:53:00")
            os.kill(process.pid, signal.SIGKILL)
    with demo(tmp_path, speed) as (_, url), httpx.Client(base_url=url, timeout=10) as client:
        wait_until(client, END)
        frozen = {"at": "2026-11-24T07:55:30+07:00"}
        board = client.get("/api/v1/readiness", params=frozen).raise_for_status().json()
        said = answers(
            (
                counter["counter"],
                counter["decided"]["state"],
                [f"{v['clause']} {v['reason']}" for v in counter["against"]],
            )
            for counter in board["counters"]
        )
        told: list[Event] = []
        for counter in board["counters"]:
            name = counter["counter"]
            told += client.get(f"/api/v1/counters/{name}").json()["verdicts"]
            assert client.get(f"/api/v1/counters/{name}/picture").headers["content-type"] == (
                "image/jpeg"
            )
        flagged = client.get("/api/v1/flags").json()["items"]
        frames = client.get(f"/api/v1/flags/{flagged[0]['flag']}").json()["frames"]
        picture = client.get(frames[0]["url"])
        assert picture.content[:2] == b"\xff\xd8"
    assert said == demanded_answers(EXPECTED)
    compare(told)
