"""Every bundled morning, replayed, says what is true in it and accuses nobody of anything else.

What must be said stands in `datasets/mornings/*/verdicts.toml`, written from the truth. Where the
committed networks fail a line, it is named here with the reason: a network that keeps it must take
it off the list.
"""

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from tests.replays.expected import (
    MORNINGS,
    Demand,
    accusations,
    answers,
    demanded_answers,
    demands_of,
    fair_questions,
    questions,
    read_expected,
    true_accusations,
)

FOLDERS = sorted(path.parent for path in MORNINGS.glob("*/verdicts.toml"))

KNOWN: Mapping[str, str] = {
    "2026-11-25-badges FO-1 ready not_met FO-A6 MISSING_ITEM": (
        "attire 2 doubts whether what stands out of the breast pocket is a tag (MODEL_UNSURE)"
    ),
    "2026-11-30-bag FO-1 ready earlier_asks FO-C2d book": (
        "scene 2 does not see an open book of 95x67 pixels"
    ),
}
"""What the committed networks fail, as `MORNING what`, and why."""

Events = tuple[Mapping[str, Any], ...]


def hard(morning: Path, what: str, *values: object) -> Any:
    """A case of a test, marked where it is known to fail."""
    name = f"{morning.name} {what}"
    marks = [pytest.mark.xfail(reason=KNOWN[name])] if name in KNOWN else []
    return pytest.param(morning, *values, id=name, marks=marks)


@cache
def replayed(morning: Path) -> Events:
    """What `siaga replay` prints, once for all tests."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(["replay", str(morning), "--config", str(morning / "office.toml")]) == 0
    return tuple(json.loads(line) for line in printed.getvalue().splitlines())


def verdicts_of(morning: Path) -> Events:
    """Its verdicts, in the order they fell."""
    return tuple(event for event in replayed(morning) if event["event"] == "verdict")


@pytest.mark.parametrize("morning", [hard(folder, "accusations") for folder in FOLDERS])
def test_nobody_is_ever_accused_of_what_is_not_true(morning: Path) -> None:
    """At no moment, not even for one frame: a wrong accusation is the worst that can happen."""
    assert accusations(verdicts_of(morning)) <= true_accusations(read_expected(morning))


@pytest.mark.parametrize("morning", [hard(folder, "questions") for folder in FOLDERS])
def test_no_human_is_asked_about_nothing(morning: Path) -> None:
    """Who is asked about what is not there soon answers without looking."""
    said = questions(verdicts_of(morning))
    true = {
        (counter, slot, line.split()[0])
        for counter, slot, line in true_accusations(read_expected(morning))
    }
    unfounded = said - fair_questions(read_expected(morning))
    assert {one for one in unfounded if (*one[:2], one[2].split()[0]) not in true} == set()


@pytest.mark.parametrize("morning", [hard(folder, "answers") for folder in FOLDERS])
def test_the_answer_of_five_minutes_before_opening(morning: Path) -> None:
    """GO, NO_GO or CANNOT_TELL, and what stands against each counter."""
    said = answers(
        (e["counter"], e["state"], [f"{v['clause']} {v['reason']}" for v in e["against"]])
        for e in replayed(morning)
        if e["event"] == "readiness"
    )
    assert said == demanded_answers(read_expected(morning))


@pytest.mark.parametrize(
    ("morning", "demand"),
    [
        hard(folder, str(demand), demand)
        for folder in FOLDERS
        for demand in demands_of(read_expected(folder))
    ],
)
def test_what_is_true_is_said(morning: Path, demand: Demand) -> None:
    """Every line of the file."""
    assert demand.said(verdicts_of(morning)) == str(demand)


@pytest.mark.parametrize("morning", FOLDERS, ids=lambda folder: folder.name)
def test_the_phases_follow_each_other(morning: Path) -> None:
    """From where the recording begins up to the opening, at whatever hour that is."""
    phases = [event["phase"] for event in replayed(morning) if event["event"] == "phase"]
    usual = ["arrive", "briefing", "setup", "go_no_go", "open"]
    assert phases == usual[-len(phases) :]
    assert len(phases) >= 3


def test_every_known_failure_names_a_test() -> None:
    """A line that was renamed or taken out must not stay on the list."""
    cases = {
        f"{folder.name} {what}"
        for folder in FOLDERS
        for what in (
            *("accusations", "questions", "answers"),
            *map(str, demands_of(read_expected(folder))),
        )
    }
    assert set(KNOWN) <= cases
