"""What is true at a counter, and what a rule should say about it."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from datasets.morning_truth import CounterTruth, Item, Span, read_truth, truth_at
from service.policies import load_policy
from vision.errors import DataError
from vision.labels import Label
from vision.policy import Rule
from vision.values import Outcome, Slot

MORNINGS = Path(__file__).parents[2] / "datasets" / "mornings"
MET, NOT_MET = Outcome.MET, Outcome.NOT_MET


def clock(text: str) -> datetime:
    """A time of one morning, `7:55` or `7:55:10`."""
    hour, minute, *second = (int(part) for part in text.split(":"))
    at = datetime.fromisoformat("2026-11-24T00:00:00+07:00")
    return at + timedelta(hours=hour, minutes=minute, seconds=second[0] if second else 0)


def span(since: str, until: str) -> Span:
    """Between two times."""
    return Span(clock(since), clock(until))


def truth(
    *,
    staff: tuple[Span, ...] = (),
    badge: tuple[Span, ...] = (),
    items: tuple[Item, ...] = (),
    blocked: tuple[Span, ...] = (),
) -> CounterTruth:
    """One counter."""
    return CounterTruth("FO-1", "cam-1", staff, badge, items, blocked)


def rule(clause: str) -> Rule:
    """The rule of a clause of the standard that ships."""
    found = load_policy("djpb-spm").clause(clause).rule
    assert found is not None
    return found


def said(clause: str, at: str, what: CounterTruth, slot: Slot = Slot.READY) -> Outcome | None:
    """What a rule should say before opening (looked at from 7:50), or in the first half."""
    ready = slot is Slot.READY
    since = clock("7:50" if ready else "8:00")
    return truth_at(rule(clause), slot, since, clock(at), clock("7:55") if ready else None, what)


@pytest.mark.parametrize(
    ("staff", "at", "expected"),
    [
        ((span("7:40", "9:00"),), "8:00", MET),
        ((span("7:55:05", "9:00"),), "8:00", MET),
        ((span("7:55:15", "9:00"),), "8:00", None),
        ((span("7:55:30", "9:00"),), "8:00", NOT_MET),
        ((span("7:55:05", "9:00"),), "7:55", None),
        ((), "7:55", NOT_MET),
        ((), "7:54", None),
        ((span("7:40", "7:57"),), "8:00", NOT_MET),
        ((span("7:40", "7:57"),), "7:57:20", MET),
        ((span("7:40", "7:57"),), "7:57:30", None),
        ((span("7:40", "7:57"), span("7:57:20", "9:00")), "8:00", MET),
        ((span("7:40", "7:57"), span("7:58", "9:00")), "8:00", NOT_MET),
    ],
    ids=[
        "there all the time",
        "within the tolerance of the clock",
        "on its border",
        "late",
        "coming within the tolerance, asked at T-5",
        "nobody",
        "not asked yet",
        "left again",
        "just gone",
        "gone for exactly as long as is bridged",
        "away for a moment",
        "away for a minute",
    ],
)
def test_ready_by_five_minutes_before_opening(
    staff: tuple[Span, ...], at: str, expected: Outcome | None
) -> None:
    """FO-B1: staff by T-5 and 15 s, and there since; gaps of 30 s are bridged."""
    assert said("FO-B1", at, truth(staff=staff)) is expected


def test_absence_behind_somebody_before_the_camera_is_never_counted() -> None:
    """Nobody can know whether the chair was empty then."""
    staff = (span("7:40", "7:57"), span("7:58", "9:00"))
    assert said("FO-B1", "8:00", truth(staff=staff)) is NOT_MET
    hidden = truth(staff=staff, blocked=(span("7:56:50", "7:58:10"),))
    assert said("FO-B1", "8:00", hidden) is MET
    assert said("FO-B1", "8:00", truth(blocked=(span("7:40", "9:00"),))) is None


def test_absence_in_the_dark_or_before_a_knocked_camera_is_never_counted() -> None:
    """As if somebody stood before the camera; causes that overlap are one."""
    staff = (span("7:40", "7:57"), span("7:58", "9:00"))
    dark, moved = (span("7:56:50", "7:57:40"),), (span("7:57:30", "7:58:10"),)
    hidden = replace(truth(staff=staff), dark=dark, moved=moved)
    assert hidden.unseen == [span("7:56:50", "7:58:10")]
    assert said("FO-B1", "8:00", hidden) is MET
    assert said("FO-B1", "8:00", replace(truth(staff=staff), dark=dark)) is MET


@pytest.mark.parametrize(
    ("badge", "at", "expected"),
    [
        ((span("7:40", "9:00"),), "7:55", MET),
        ((span("7:59", "9:00"),), "8:00", MET),
        ((), "7:52", None),
        ((), "7:55", NOT_MET),
        ((span("7:40", "7:49"),), "8:00", NOT_MET),
    ],
    ids=["all the time", "at last", "too early to deny", "none", "before anybody looked"],
)
def test_a_badge_that_is_shown_at_all(
    badge: tuple[Span, ...], at: str, expected: Outcome | None
) -> None:
    """FO-A6: shown meets it; none is a breach only after five minutes of a visible chest."""
    assert said("FO-A6", at, truth(staff=(span("7:40", "9:00"),), badge=badge)) is expected


def test_a_recording_of_few_pictures_denies_a_badge_later() -> None:
    """The rule wants 40 of them: one each ten seconds makes that 400 seconds, not five minutes."""
    nothing = replace(truth(staff=(span("7:40", "9:00"),)), every_s=10.0)
    assert said("FO-A6", "7:55", nothing) is None
    assert said("FO-A6", "7:56:40", nothing) is NOT_MET


def test_nobody_at_the_counter_wears_nothing() -> None:
    """There is nothing to say about a badge."""
    assert said("FO-A6", "8:00", truth()) is None


@pytest.mark.parametrize(
    ("item", "at", "expected"),
    [
        (span("7:43", "8:05"), "7:51", None),
        (span("7:43", "8:05"), "7:52", NOT_MET),
        (span("7:43", "7:58:30"), "7:55", NOT_MET),
        (span("7:43", "7:58:30"), "7:59", None),
        (span("7:43", "7:58:30"), "8:00", MET),
        (span("7:54", "7:54:30"), "7:55", MET),
        (span("7:57", "8:05"), "7:55", MET),
    ],
    ids=[
        "not long enough yet",
        "long enough",
        "long enough, cleared later",
        "just cleared",
        "cleared in time",
        "put down for a moment",
        "comes later",
    ],
)
def test_a_cup_on_the_desk_before_opening(
    item: Span, at: str, expected: Outcome | None
) -> None:
    """FO-C2a: twice 48 s of 60 s at one spot; who clears the desk in time is not accused."""
    assert said("FO-C2a", at, truth(items=(Item(Label.CUP, item),))) is expected


def test_in_opening_hours_a_cup_that_was_cleared_still_counts() -> None:
    """It happened."""
    cup = truth(items=(Item(Label.CUP, span("8:10", "8:13")),))
    assert said("FO-C2a", "9:00", cup, Slot.OPEN) is NOT_MET


def test_time_behind_somebody_does_not_count_against_a_desk() -> None:
    """A cup that could be seen for a minute only is on the border."""
    item = (Item(Label.CUP, span("7:53", "7:55:30")),)
    assert said("FO-C2a", "7:55", truth(items=item)) is NOT_MET
    hidden = truth(items=item, blocked=(span("7:54", "7:55"),))
    assert said("FO-C2a", "7:55", hidden) is None


def test_another_clause_s_item_is_not_counted() -> None:
    """A phone is no cup."""
    phone = truth(items=(Item(Label.PHONE, span("7:40", "8:05")),))
    assert said("FO-C2a", "8:00", phone) is MET
    assert said("FO-C2g", "8:00", phone) is NOT_MET


def test_rules_about_what_the_truth_does_not_hold_are_not_decided() -> None:
    """Letters and equipment are not in truth.toml."""
    assert said("FO-A7", "8:00", truth(staff=(span("7:40", "9:00"),))) is None


@pytest.mark.parametrize("path", sorted(MORNINGS.glob("*/truth.toml")), ids=lambda p: p.parent.name)
def test_every_bundled_truth_can_be_read(path: Path) -> None:
    """With at least one counter each."""
    assert read_truth(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ":1 counters: expected [[counters]], found None"),
        ('[[counters]]\nid = "a"\n', ":1 camera: expected a text, found None"),
        (
            '\n[[counters]]\nid = "a"\ncamera = "c"\n'
            "staff = [{ present = true, from = 2026-11-24T08:00:00, to = 2026-11-24T09:00:00 }]",
            ":2 staff: expected from and to with an offset",
        ),
        (
            '[[counters]]\nid = "a"\ncamera = "c"\nitems = [{ label = "ufo", '
            "from = 2026-11-24T08:00:00+07:00, to = 2026-11-24T09:00:00+07:00 }]",
            ":1 items: expected a label, found 'ufo'",
        ),
        (
            '[[counters]]\nid = "a"\ncamera = "c"\nbadge = [{ shows = "front", '
            "from = 2026-11-24T09:00:00+07:00, to = 2026-11-24T08:00:00+07:00 }]",
            ":1 badge: expected from before to",
        ),
    ],
    ids=["empty", "no camera", "naive times", "unknown label", "ends before it begins"],
)
def test_a_truth_with_a_fault_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    """File, line, expected, found."""
    path = tmp_path / "truth.toml"
    path.write_text(text)
    with pytest.raises(DataError, match="expected") as raised:
        read_truth(path)
    assert f"{path}{complaint}" in str(raised.value)
