"""Verdicts against the truth of a morning, told by hand."""

from dataclasses import replace
from datetime import datetime

import pytest

from datasets.morning_truth import CounterTruth, Item
from datasets.verdict_scores import Replayed, Told, clause_of, score_verdicts, slots_of
from service.policies import load_policy
from tests.datasets.test_morning_truth import clock, span, truth
from tests.fakes_office import fake_plan, fake_verdict
from vision.labels import Label
from vision.values import Outcome, Readiness, ReadyState, Reason, Slot

MET, NOT_MET, UNSURE = Outcome.MET, Outcome.NOT_MET, Outcome.CANNOT_TELL
PRESENT = (span("7:40", "9:00"),)
READY_TRUTH = truth(staff=PRESENT, badge=PRESENT)


def told(
    clause: str,
    at: str,
    outcome: Outcome,
    reason: Reason | None = None,
    *,
    slot: Slot = Slot.READY,
    flag_id: int | None = None,
) -> Told:
    """A verdict about the one counter."""
    why = reason if reason is not None or outcome is MET else Reason.ABSENT
    return Told(fake_verdict("FO-1", clause, outcome, why, clock(at), slot=slot), flag_id)


def morning(
    what: CounterTruth,
    *verdicts: Told,
    until: datetime | None = None,
    answer: ReadyState | None = None,
) -> Replayed:
    """One counter, one morning; the recording ends at 8:05."""
    said = [] if answer is None else [Readiness("FO-1", answer, (), (), clock("7:55"))]
    return Replayed(
        morning="made up",
        policy=load_policy("djpb-spm"),
        plan=fake_plan(),
        until=until or clock("8:05"),
        role_of={"FO-1": "FO"},
        truth_of={"FO-1": what},
        told=verdicts,
        answers=said,
    )


def clause(name: str, *mornings: Replayed) -> dict[str, object]:
    """The counts of one clause."""
    row = clause_of([one for each in mornings for one in slots_of(each) if one.clause == name])
    counts = ("right", "accused", "found", "missed", "cannot_tell", "waiting", "false_flags")
    return {count: getattr(row, count) for count in counts if getattr(row, count)}


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([told("FO-B1", "7:55", MET)], {"right": 2}),
        ([told("FO-B1", "7:55", NOT_MET, flag_id=1)], {"accused": 1, "false_flags": 1}),
        (
            [told("FO-B1", "7:55", NOT_MET, flag_id=1), told("FO-B1", "7:56", MET)],
            {"right": 1, "accused": 1, "false_flags": 1},
        ),
        ([told("FO-B1", "7:55", UNSURE, Reason.DARK)], {"cannot_tell": 2}),
        ([], {"waiting": 2}),
    ],
    ids=["right", "accused", "accused and taken back", "cannot tell", "nothing said"],
)
def test_a_counter_that_is_ready(verdicts: list[Told], expected: dict[str, object]) -> None:
    """A wrong accusation counts even if it was taken back; not telling is no accusation."""
    assert clause("FO-B1", morning(READY_TRUTH, *verdicts)) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([told("FO-B1", "7:55", NOT_MET)], {"right": 2, "found": 2}),
        ([told("FO-B1", "7:55", MET)], {"missed": 2}),
        ([told("FO-B1", "7:55", UNSURE, Reason.OCCLUDED)], {"cannot_tell": 2}),
        ([], {"missed": 2}),
    ],
    ids=["found", "called ready", "cannot tell", "nothing said"],
)
def test_a_counter_where_nobody_comes(verdicts: list[Told], expected: dict[str, object]) -> None:
    """Silence about a breach is a miss; not being able to tell is not."""
    assert clause("FO-B1", morning(truth(), *verdicts)) == expected


def test_seconds_run_from_the_moment_the_rule_s_numbers_are_fulfilled() -> None:
    """A cup from 7:52 on is a breach from 7:53:53 on: 108 s of the rule, 5 s of a border."""
    cup = truth(staff=PRESENT, badge=PRESENT, items=(Item(Label.CUP, span("7:52", "9:00")),))
    replayed = morning(cup, told("FO-C2a", "7:54", NOT_MET, Reason.PRESENT_OBJECT))
    (first, *_) = [one for one in slots_of(replayed) if one.clause == "FO-C2a"]
    assert first.at == clock("7:55")
    assert first.found
    assert first.delay_s == pytest.approx(7)


def test_a_cup_cleared_before_opening_counts_at_t5_only() -> None:
    """The slot before opening is scored at both of its moments."""
    cup = truth(staff=PRESENT, badge=PRESENT, items=(Item(Label.CUP, span("7:43", "7:57")),))
    replayed = morning(
        cup,
        told("FO-C2a", "7:52", NOT_MET, Reason.PRESENT_OBJECT),
        told("FO-C2a", "7:58:10", MET),
    )
    ready = [one for one in slots_of(replayed) if (one.clause, one.slot) == ("FO-C2a", Slot.READY)]
    assert [(one.truth, one.said, one.accused) for one in ready] == [
        (NOT_MET, NOT_MET, False),
        (MET, MET, False),
    ]


def test_an_assisted_clause_is_scored_by_what_it_proposes() -> None:
    """It accuses nobody; a human decides."""
    phone = truth(staff=PRESENT, badge=PRESENT, items=(Item(Label.PHONE, span("7:43", "9:00")),))
    verdict = fake_verdict("FO-1", "FO-C2g", UNSURE, Reason.AWAITING_HUMAN, clock("7:55"))
    proposed = Told(replace(verdict, proposal=NOT_MET), None)
    rows = [one for one in slots_of(morning(phone, proposed)) if one.clause == "FO-C2g"]
    assert all(one.assisted for one in rows)
    assert [one.found for one in rows] == [True, True, False]
    assert [one.missed for one in rows] == [False, False, True]


def test_a_slot_that_the_recording_does_not_reach_is_left_out() -> None:
    """Nothing was seen of it."""
    short = morning(READY_TRUTH, until=clock("7:58"))
    assert {one.slot for one in slots_of(short)} == {Slot.READY}
    assert not slots_of(morning(READY_TRUTH, until=clock("7:50")))


@pytest.mark.parametrize(
    ("what", "answer", "expected"),
    [
        (READY_TRUTH, ReadyState.GO, ReadyState.GO),
        (truth(), ReadyState.NO_GO, ReadyState.NO_GO),
        (truth(staff=(span("7:55:10", "9:00"),)), ReadyState.NO_GO, None),
    ],
    ids=["ready", "nobody", "on the border"],
)
def test_the_answer_at_t5_has_a_truth_too(
    what: CounterTruth, answer: ReadyState, expected: ReadyState | None
) -> None:
    """It follows from the clauses that block."""
    (scored,) = score_verdicts([morning(what, answer=answer)]).answers
    assert (scored.truth, scored.said) == (expected, answer)


def test_mornings_are_counted_in_counter_days() -> None:
    """False flags are told per counter and day."""
    flagged = told("FO-C2a", "7:55", NOT_MET, Reason.PRESENT_OBJECT, flag_id=4)
    scores = score_verdicts([morning(READY_TRUTH, flagged), morning(READY_TRUTH)])
    (cups,) = [one for one in scores.clauses if one.clause == "FO-C2a"]
    assert (scores.counter_days, cups.false_flags, cups.accused) == (2, 1, 1)
    assert "FO-A7" in scores.not_derived
