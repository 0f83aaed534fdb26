"""`siaga config check`: all faults and exit code 1, or what was understood and exit code 0."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.cli import COMMANDS
from service.commands import config
from service.settings import load_settings
from tests.service.test_settings import OFFICE, changed, written


def check(path: Path) -> int:
    """The exit code of `siaga config check PATH`."""
    parser = argparse.ArgumentParser()
    config.configure(parser)
    return config.run(parser.parse_args(["check", str(path)]))


def test_faults_are_printed_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A deployment script stops here and shows why."""
    text = changed("port = 8477", "port = 0").replace('role = "FO"', 'role = "F0"', 1)
    assert check(written(tmp_path, text)) == 1
    said = capsys.readouterr().out
    assert said.startswith("2 faults in office.toml\n")
    assert "server.port" in said
    assert "counters[0].role" in said


def test_what_was_understood_is_printed_with_warnings_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sees the hours in plain words notices a wrong Friday."""
    monkeypatch.setenv("LOKET1_PASSWORD", "geheim")
    text = changed("port = 8477", 'host = "0.0.0.0"')
    assert check(written(tmp_path, text)) == 0
    said = capsys.readouterr().out
    assert said.startswith("office.toml: no faults\n")
    assert "Mon Tue Wed Thu: briefing 07:30, ready 07:55, open 08:00-15:00" in said
    assert "Fri: briefing 07:30, ready 07:55, open 08:00-15:00, break 11:30-13:15" in said
    assert "FO-2  Loket 2 (FO) at loket-2: staff desk screen, not served" in said
    assert "84 of 163 clauses in force" in said
    assert "geheim" not in said
    assert said.rstrip().splitlines()[-1].startswith("warnings  office.toml:")


def test_the_next_answer_is_told_in_the_time_of_the_office(tmp_path: Path) -> None:
    """The countdown an operator should expect, with the letters of the zone."""
    settings = load_settings(written(tmp_path, OFFICE))
    lines = list(config.summary(settings, datetime(2026, 11, 27, 1, 0, tzinfo=UTC)))
    assert "next      go/no-go on Mon 2026-11-30 07:55 WIB" in lines


def test_a_missing_file_is_a_fault_like_any_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commonest mistake must not end in a traceback."""
    assert check(tmp_path / "nowhere.toml") == 1
    assert "expected a readable file" in capsys.readouterr().out


def test_the_command_line_knows_the_command() -> None:
    """`siaga --help` lists it in one line."""
    assert "config" in COMMANDS
