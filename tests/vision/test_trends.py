"""Weeks: figures with denominators, small numbers left out, nothing ranked."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fakes_week import COUNTERS, MONDAY, POLICY, entry, quiet_day, verdict
from vision.briefing import DayFacts
from vision.entries import Entered, Entry, observed
from vision.trends import Row, Shown, Source, Trends, mondays_until, trends_of
from vision.values import Outcome, Reason, Status, Verdict

ROLES = dict.fromkeys(COUNTERS, "FO")


def weeks(
    change: Callable[[Verdict], Verdict] = lambda v: v,
    entries: list[Entry] | None = None,
    counters: tuple[str, ...] = COUNTERS,
) -> Trends:
    """Three weeks of quiet days, each verdict as `change` makes it."""
    days = [MONDAY - timedelta(days=back) for back in range(-4, 17)]
    facts = [
        DayFacts(
            day,
            ROLES,
            tuple(change(v) for v in quiet_day(day)),
            observed([e for e in entries or [] if e.day == day], POLICY),
        )
        for day in days
        if day.weekday() < 5
    ]
    mondays = mondays_until(MONDAY, 3)
    return trends_of(facts, mondays, counters, POLICY, smallest=10, floor=0.6)


def row(found: Trends, clause: str, counter: str | None, source: Source = Source.CAMERA) -> Row:
    """One row."""
    return next(
        r for r in found.rows if (r.clause, r.counter, r.source) == (clause, counter, source)
    )


def test_a_share_stands_beside_its_denominator() -> None:
    """Three slots of a tag on five days are fifteen cases a week."""
    cells = row(weeks(), "FO-A6", "loket_1").weeks
    assert [(cell.share, cell.decided, cell.days) for cell in cells] == [(1.0, 15, 5)] * 3
    assert row(weeks(), "FO-A6", None).whole.decided == 135


def test_small_numbers_are_left_out() -> None:
    """Five mornings of one counter say too little; three counters together say enough."""
    found = weeks()
    assert {cell.shown for cell in row(found, "FO-B1", "loket_1").weeks} == {Shown.FEW}
    assert {cell.share for cell in row(found, "FO-B1", "loket_1").weeks} == {None}
    assert {cell.shown for cell in row(found, "FO-B1", None).weeks} == {Shown.YES}


def test_a_week_that_was_hardly_seen_has_no_share() -> None:
    """Low coverage is neither good nor bad."""

    def dark(v: Verdict) -> Verdict:
        if v.counter == "loket_1" or v.clause != "FO-A6":
            return v
        day = v.decided_at.date()
        return verdict(v.counter, v.clause, Outcome.CANNOT_TELL, Reason.DARK, day=day, slot=v.slot)

    found = weeks(dark)
    whole = row(found, "FO-A6", None)
    assert {cell.shown for cell in whole.weeks} == {Shown.LOW_COVERAGE}
    assert whole.whole.figures.score.coverage == pytest.approx(1 / 3)
    assert {cell.shown for cell in row(found, "FO-A6", "loket_2").weeks} == {Shown.NOTHING}


def test_what_is_provisional_is_no_breach_in_any_week() -> None:
    """It lowers the coverage, not the share."""

    def doubted(v: Verdict) -> Verdict:
        if (v.counter, v.clause) != ("loket_2", "FO-A6") or v.decided_at.date() != MONDAY:
            return v
        return verdict(
            v.counter,
            v.clause,
            Outcome.NOT_MET,
            Reason.MISSING_ITEM,
            slot=v.slot,
            status=Status.PROVISIONAL,
        )

    cell = row(weeks(doubted), "FO-A6", "loket_2").weeks[-1]
    assert (cell.share, cell.decided) == (1.0, 12)
    assert cell.figures.score.waiting == 3


def test_rows_follow_the_standard_and_the_counters_whatever_they_say() -> None:
    """Nothing is ordered by badness."""

    def bad(v: Verdict) -> Verdict:
        if v.counter != "loket_3":
            return v
        return verdict(
            v.counter,
            v.clause,
            Outcome.NOT_MET,
            Reason.DARK,
            slot=v.slot,
            day=v.decided_at.date(),
            status=Status.CONFIRMED,
        )

    keys = [(r.clause, r.counter) for r in weeks(bad).rows]
    assert keys == [(r.clause, r.counter) for r in weeks().rows]
    assert [counter for clause, counter in keys if clause == "FO-B1"] == [None, *COUNTERS]


def test_people_and_cameras_are_never_merged() -> None:
    """Two lines of two sources."""
    looks = [entry("FO-S2a", "loket_1", Entered.MET, occasion=i, day=MONDAY) for i in range(1, 12)]
    found = weeks(entries=looks)
    greeting = row(found, "FO-S2a", "loket_1", Source.PEOPLE)
    assert (greeting.weeks[-1].share, greeting.weeks[-1].decided) == (1.0, 11)
    assert not [r for r in found.rows if r.clause == "FO-S2a" and r.source is Source.CAMERA]


def test_weeks_begin_on_mondays_and_hold_what_lies_in_them() -> None:
    """A Sunday belongs to the Monday before it."""
    sunday = MONDAY + timedelta(days=6)
    assert mondays_until(sunday, 2) == (MONDAY - timedelta(days=7), MONDAY)
    assert mondays_until(MONDAY, 1) == (MONDAY,)
