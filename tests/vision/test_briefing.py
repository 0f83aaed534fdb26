"""The briefing: only what is confirmed, the good first, and figures that add up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes_week import (
    COUNTERS,
    MONDAY,
    POLICY,
    entry,
    monday,
    mondays_entries,
    quiet_day,
    verdict,
)
from vision.briefing import (
    MOST,
    NO,
    NOTHING,
    STREAK_DAYS,
    YES,
    DayFacts,
    Leader,
    Pack,
    Theme,
    TickItem,
    derived_of,
    pack_of,
    ticked,
)
from vision.entries import Entered, Entry, observed
from vision.values import Outcome, Reason, Slot, Status, Verdict

TUESDAY = MONDAY + timedelta(days=1)
ROLES = dict.fromkeys(COUNTERS, "FO")


def facts(
    verdicts: list[Verdict], entries: list[Entry] | None = None, day: date = MONDAY
) -> DayFacts:
    """A day of the three counters."""
    return DayFacts(day, ROLES, tuple(verdicts), observed(entries or [], POLICY))


def pack(verdicts: list[Verdict], entries: list[Entry] | None = None, weeks: int = 0) -> Pack:
    """Tuesday's pack of such a Monday, with quiet days before it."""
    days = [MONDAY - timedelta(days=back) for back in range(1, 1 + 7 * weeks)]
    before = [facts(quiet_day(day), day=day) for day in days if day.weekday() < 5]
    return pack_of(TUESDAY, facts(verdicts, entries), before, POLICY)


def test_a_pack_names_what_a_human_confirmed_and_nothing_else() -> None:
    """Loket 1's bag is provisional: it waits, and is not said aloud."""
    made = pack(monday(), mondays_entries())
    assert [(i.theme, i.clause, i.counters) for i in made.evaluation] == [
        (Theme.BREACH, "FO-B1", ("loket_2",)),
        (Theme.BREACH, "FO-C2a", ("loket_3",)),
        (Theme.NOTE, "FO-R10", ("loket_1",)),
    ]
    assert made.waiting == 1
    assert "FO-C2f" not in {i.clause for i in (*made.all_findings, *made.appreciation)}


def test_only_what_may_be_a_breach_waits_for_a_review() -> None:
    """A proposal that all is well needs nobody before the morning."""

    def proposed(proposal: Outcome | None) -> Verdict:
        plain = verdict("loket_1", "FO-B3a", Outcome.CANNOT_TELL, Reason.AWAITING_HUMAN)
        return replace(plain, status=Status.PROPOSED, proposal=proposal)

    assert [pack([proposed(p)]).waiting for p in (Outcome.NOT_MET, Outcome.MET, None)] == [1, 0, 0]


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.CONFIRMED])
def test_a_breach_of_any_other_status_is_never_named(status: Status) -> None:
    """Provisional, contested, lapsed, overturned, proposed, final: none is confirmed."""
    breach = verdict("loket_1", "FO-A6", Outcome.NOT_MET, Reason.MISSING_ITEM, status=status)
    made = pack([breach])
    assert made.all_findings == ()
    assert made.opening is None


def test_the_best_good_finding_opens_and_the_others_are_praise() -> None:
    """Before a word of evaluation, the office hears what went well."""
    made = pack(monday(), mondays_entries(), weeks=3)
    assert made.opening is not None
    assert (made.opening.theme, made.opening.counters) == (Theme.READY, ("loket_1", "loket_3"))
    assert [i.theme for i in made.appreciation] == [Theme.STREAK, Theme.GOOD_NOTE, Theme.KEPT]
    streak = made.appreciation[0]
    assert (streak.counters, streak.days) == (("loket_1", "loket_3"), 16)
    assert made.appreciation[1].notes == ("keluhan dicatat sampai tuntas",)
    assert made.appreciation[2].everywhere


def test_counters_stand_in_the_order_of_the_office_and_not_of_their_badness() -> None:
    """No ranking, also not by the back door."""
    twice = [
        verdict("loket_3", "FO-A6", Outcome.NOT_MET, Reason.MISSING_ITEM, status=Status.CONFIRMED),
        verdict(
            "loket_3",
            "FO-A6",
            Outcome.NOT_MET,
            Reason.MISSING_ITEM,
            slot=Slot.OPEN,
            status=Status.CONFIRMED,
        ),
        verdict("loket_1", "FO-A6", Outcome.NOT_MET, Reason.MISSING_ITEM, status=Status.CONFIRMED),
    ]
    (item,) = pack(twice).evaluation
    assert item.counters == ("loket_1", "loket_3")


def test_a_streak_ends_where_a_day_cannot_be_told() -> None:
    """Nobody is praised for a day the camera did not see."""
    days = [MONDAY - timedelta(days=back) for back in (3, 4, 5, 6, 7, 10, 11)]
    before = [facts(quiet_day(day), day=day) for day in days]
    dark = [
        replace(v, outcome=Outcome.CANNOT_TELL, reason=Reason.DARK)
        if (v.counter, v.clause) == ("loket_1", "FO-B1")
        else v
        for v in before[3].verdicts
    ]
    before[3] = facts(dark, day=days[3])
    made = pack_of(TUESDAY, facts(quiet_day(MONDAY)), before, POLICY)
    streak = next(i for i in made.appreciation if i.theme is Theme.STREAK)
    assert streak.counters == ("loket_2", "loket_3")
    assert streak.days == 8 >= STREAK_DAYS


def test_what_a_supervisor_observed_has_its_place_beside_three_breaches() -> None:
    """It must be told the next morning (BR-6)."""
    breaches = [
        verdict("loket_1", clause, Outcome.NOT_MET, Reason.PRESENT_OBJECT, status=Status.CONFIRMED)
        for clause in ("FO-A6", "FO-B2a", "FO-C2a", "FO-C2f")
    ]
    made = pack(breaches, mondays_entries())
    assert [i.theme for i in made.evaluation] == [Theme.BREACH, Theme.BREACH, Theme.NOTE]
    assert made.more == 2
    assert len(made.all_findings) == 5


def test_a_first_day_says_that_there_is_nothing() -> None:
    """And invents neither fault nor praise."""
    nothing = pack_of(TUESDAY, None, (), POLICY)
    assert (nothing.facts_day, nothing.is_silent) == (None, True)
    empty = pack([])
    assert (empty.facts_day, empty.is_silent) == (MONDAY, True)
    for made in (nothing, empty):
        assert (made.opening, made.evaluation, made.appreciation) == (None, (), ())
        assert made.camera.score.coverage is None
        assert made.camera.visible is None


def test_clauses_that_left_the_standard_break_nothing() -> None:
    """A new version may drop one over night."""
    odd = replace(monday()[0], clause="FO-Z9", outcome=Outcome.NOT_MET, reason=Reason.LATE)
    made = pack([replace(odd, status=Status.CONFIRMED), *monday()])
    assert "FO-Z9" not in {i.clause for i in made.all_findings}


# ------------------------------------------------------------ whatever the day was


SLOTS = st.sampled_from(list(Slot))
OUTCOMES = st.sampled_from(list(Outcome))
STATUSES = st.sampled_from(list(Status))
CLAUSES = st.sampled_from(["FO-B1", "FO-A6", "FO-B2a", "FO-C2a", "FO-C2f", "FO-B3a"])


@st.composite
def days(draw: st.DrawFn) -> list[Verdict]:
    """Any verdicts, one for each counter, clause and slot."""
    rows: dict[tuple[str, str, Slot], Verdict] = {}
    for _ in range(draw(st.integers(0, 18))):
        counter, clause = draw(st.sampled_from(COUNTERS)), draw(CLAUSES)
        slot, outcome, status = draw(SLOTS), draw(OUTCOMES), draw(STATUSES)
        reason = None if outcome is Outcome.MET else Reason.DARK
        rows[(counter, clause, slot)] = verdict(
            counter, clause, outcome, reason, slot=slot, status=status
        )
    return list(rows.values())


@settings(deadline=None, max_examples=25)
@given(days())
def test_every_line_rests_on_what_stands(verdicts: list[Verdict]) -> None:
    """A named counter has a confirmed breach; a praised one has nothing but MET."""
    made = pack(verdicts)
    for item in made.all_findings:
        for counter in item.counters:
            assert any(
                v.outcome is Outcome.NOT_MET and v.status is Status.CONFIRMED
                for v in verdicts
                if (v.counter, v.clause, v.reason) == (counter, item.clause, item.reason)
            )
    good = [*([made.opening] if made.opening else []), *made.appreciation]
    for item in good:
        assert item.theme not in (Theme.BREACH, Theme.NOTE)
        for counter in item.counters:
            said = [
                v.outcome
                for v in verdicts
                if (v.counter, v.clause) == (counter, item.clause)
                and (item.theme is Theme.KEPT or v.slot is Slot.READY)
            ]
            assert said
            assert set(said) == {Outcome.MET}
    assert len(made.evaluation) <= MOST
    assert len(made.appreciation) <= MOST
    if made.evaluation and made.appreciation:
        assert made.opening is not None


@settings(deadline=None, max_examples=25)
@given(days())
def test_figures_add_up(verdicts: list[Verdict]) -> None:
    """Clause by clause they are the whole, and every verdict is counted once."""
    made = pack(verdicts)
    whole = made.camera
    assert whole.score.applicable == len(verdicts)
    for name in ("met", "confirmed_not_met", "waiting", "applicable"):
        parts = [getattr(one.figures.score, name) for one in made.clauses]
        assert sum(parts) == getattr(whole.score, name)
    assert sum(one.figures.cannot_tell for one in made.clauses) == whole.cannot_tell
    assert sum(one.figures.frames_usable for one in made.clauses) == whole.frames_usable
    coverage = whole.score.coverage
    assert coverage is None or 0 <= coverage <= 1
    assert (coverage is None) == (not verdicts)


@settings(deadline=None, max_examples=25)
@given(days())
def test_what_is_not_confirmed_changes_no_finding(verdicts: list[Verdict]) -> None:
    """Take every unconfirmed breach away: the evaluation is the same."""
    sure = [
        v
        for v in verdicts
        if not (v.outcome is Outcome.NOT_MET and v.status is not Status.CONFIRMED)
    ]
    named = [(i.clause, i.counters, i.reason) for i in pack(verdicts).all_findings]
    assert named == [(i.clause, i.counters, i.reason) for i in pack(sure).all_findings]


# ------------------------------------------------------------ clauses about the office


def derived(
    day: DayFacts,
    ticks: dict[TickItem, str] | None = None,
    before: list[Entry] | None = None,
    *,
    is_over: bool = True,
) -> dict[str, tuple[Outcome | None, Status | None]]:
    """What follows, by clause."""
    told = derived_of(day, ticks or {}, observed(before or [], POLICY), POLICY, is_over=is_over)
    return {one.clause: (one.outcome, one.status) for one in told}


def readiness(**outcomes: tuple[Outcome, Status]) -> DayFacts:
    """A day with these readiness verdicts."""
    rows = [
        verdict(
            counter,
            "FO-B1",
            outcome,
            None if outcome is Outcome.MET else Reason.DARK,
            status=status,
        )
        for counter, (outcome, status) in outcomes.items()
    ]
    return facts(rows)


MET = (Outcome.MET, Status.FINAL)
UNSEEN = (Outcome.CANNOT_TELL, Status.FINAL)
LATE = (Outcome.NOT_MET, Status.PROVISIONAL)
SURELY_LATE = (Outcome.NOT_MET, Status.CONFIRMED)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"loket_1": MET, "loket_2": MET, "loket_3": MET}, MET),
        ({"loket_1": MET, "loket_2": MET, "loket_3": UNSEEN}, UNSEEN),
        ({"loket_1": MET, "loket_2": MET}, UNSEEN),
        ({"loket_1": MET, "loket_2": LATE, "loket_3": UNSEEN}, LATE),
        ({"loket_1": LATE, "loket_2": SURELY_LATE, "loket_3": MET}, SURELY_LATE),
        ({}, UNSEEN),
    ],
)
def test_all_are_ready_only_if_each_was_seen_ready(
    said: dict[str, tuple[Outcome, Status]], expected: tuple[Outcome, Status]
) -> None:
    """BR-11: MET if all are, NOT_MET with the same status if any is, else it cannot be told."""
    assert derived(readiness(**said))["BR-11"] == expected


def test_ticks_decide_the_clauses_of_the_briefing() -> None:
    """No tick is no breach."""
    nothing = derived(facts([]))
    for clause in ("BR-1", "BR-2", "BR-3", "BR-4", "BR-8", "BR-9", "DO-1"):
        assert nothing[clause] == (Outcome.CANNOT_TELL, Status.FINAL)
    ticks = {
        TickItem.EVALUATION: YES,
        TickItem.MOTIVATION: NO,
        TickItem.PRAYER: YES,
        TickItem.LED_BY: Leader.OTHER.value,
    }
    told = derived(facts([]), ticks, [entry("FO-R10", "loket_1", Entered.NOT_MET)])
    assert told["BR-2"] == told["BR-8"] == told["DO-1"] == (Outcome.MET, Status.CONFIRMED)
    assert told["BR-1"] == told["BR-6"] == (Outcome.MET, Status.CONFIRMED)
    assert told["BR-4"] == (Outcome.NOT_MET, Status.CONFIRMED)
    assert told["BR-3"] == (Outcome.CANNOT_TELL, Status.FINAL)


def test_a_tick_that_was_taken_back_stands_no_more() -> None:
    """Rows are appended; the last one counts."""
    rows = [("prayer", YES), ("evaluation", YES), ("prayer", NOTHING), ("evaluation", NO)]
    assert ticked(rows) == {TickItem.EVALUATION: NO}


def test_what_a_supervisor_entered_outranks_a_tick() -> None:
    """A human entry about the clause itself is the last word (docs/standard.md 2.1)."""
    entered = facts([], [entry("BR-3", None, Entered.NOT_MET)])
    assert derived(entered, {TickItem.APPRECIATION: YES})["BR-3"] == SURELY_LATE


def test_a_day_without_observations_is_no_sure_breach() -> None:
    """It may have been observed and not entered; and it is not over before it is over."""
    assert derived(facts([]))["BR-5"] == LATE
    assert derived(facts([]), is_over=False)["BR-5"] == UNSEEN
    assert derived(facts([], mondays_entries()))["BR-5"] == MET
    assert derived(facts([]))["BR-6"] == (None, None)
    told = derived(facts([]), before=mondays_entries())
    assert told["BR-6"] == UNSEEN
