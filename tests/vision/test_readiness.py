"""The state of a counter, and the figures of a day. Source: docs/standard.md 3.6, 3.7."""

from datetime import UTC, datetime

import pytest

from service.policies import load_policy
from vision.labels import Label
from vision.readiness import Score, readiness_of, score_of
from vision.values import Outcome, ReadyState, Reason, Slot, Status, Verdict

POLICY = load_policy("djpb-spm")
AT = datetime(2026, 11, 24, 0, 55, tzinfo=UTC)


def verdict(
    clause: str,
    outcome: Outcome,
    reason: Reason | None = None,
    *,
    status: Status = Status.FINAL,
    proposal: Outcome | None = None,
    side: tuple[Reason, ...] = (),
    seen: tuple[Label, ...] = (),
    slot: Slot = Slot.READY,
    counter: str = "FO-1",
) -> Verdict:
    """A verdict with the parts that readiness reads."""
    return Verdict(
        counter,
        clause,
        slot,
        outcome,
        reason,
        status,
        AT,
        AT,
        60,
        60,
        60,
        "p",
        "l",
        "m",
        proposal,
        side,
        seen,
    )


MET = verdict("FO-B1", Outcome.MET)
UNSEEN = verdict("FO-B1", Outcome.CANNOT_TELL, Reason.OCCLUDED)
AWAY = verdict("FO-B1", Outcome.NOT_MET, Reason.ABSENT)
NO_TAG = verdict("FO-A6", Outcome.NOT_MET, Reason.MISSING_ITEM)
NO_TAG_SEEN = verdict("FO-A6", Outcome.CANNOT_TELL, Reason.TOO_SHORT)
CUP = verdict("FO-C2a", Outcome.NOT_MET, Reason.PRESENT_OBJECT, seen=(Label.CUP,))
PHONE = verdict(
    "FO-C2g",
    Outcome.CANNOT_TELL,
    Reason.AWAITING_HUMAN,
    status=Status.PROPOSED,
    proposal=Outcome.NOT_MET,
    seen=(Label.PHONE,),
)
TURNED = verdict(
    "FO-A7",
    Outcome.CANNOT_TELL,
    Reason.AWAITING_HUMAN,
    status=Status.PROPOSED,
    side=(Reason.TURNED_OVER,),
)


@pytest.mark.parametrize(
    ("verdicts", "state", "against", "hints"),
    [
        pytest.param([MET], ReadyState.GO, [], [], id="at the post"),
        pytest.param([AWAY], ReadyState.NO_GO, ["FO-B1"], [], id="not at the post"),
        pytest.param([UNSEEN], ReadyState.CANNOT_TELL, ["FO-B1"], [], id="not seen"),
        pytest.param([MET, NO_TAG], ReadyState.NO_GO, ["FO-A6"], [], id="no tag"),
        pytest.param([MET, NO_TAG_SEEN], ReadyState.GO, [], [], id="tag not judged"),
        pytest.param([MET, CUP], ReadyState.NO_GO, ["FO-C2a"], [], id="a cup"),
        pytest.param([MET, PHONE], ReadyState.GO, [], ["FO-C2g"], id="a phone only asks"),
        pytest.param([MET, TURNED], ReadyState.GO, [], ["FO-A7"], id="turned over only asks"),
        pytest.param(
            [UNSEEN, CUP], ReadyState.NO_GO, ["FO-C2a"], [], id="not seen, but a cup was"
        ),
    ],
)
def test_the_state_of_a_counter(
    verdicts: list[Verdict], state: ReadyState, against: list[str], hints: list[str]
) -> None:
    """Any blocking NOT_MET is NO-GO; proposals and doubts are listed small."""
    answer = readiness_of("FO-1", POLICY, verdicts, AT)
    assert answer is not None
    assert answer.state is state
    assert [v.clause for v in answer.against] == against
    assert [v.clause for v in answer.hints] == hints


def test_without_a_readiness_verdict_there_is_no_answer() -> None:
    """A tag alone says nothing about being ready."""
    assert readiness_of("FO-1", POLICY, [NO_TAG], AT) is None


def test_verdicts_of_other_slots_and_counters_do_not_count() -> None:
    """Yesterday's cup is not today's."""
    later = verdict("FO-C2a", Outcome.NOT_MET, Reason.PRESENT_OBJECT, slot=Slot.OPEN)
    beside = verdict("FO-A6", Outcome.NOT_MET, Reason.MISSING_ITEM, counter="FO-2")
    answer = readiness_of("FO-1", POLICY, [MET, later, beside], AT)
    assert answer is not None
    assert answer.state is ReadyState.GO


def test_the_worked_example_of_the_standard() -> None:
    """20 applicable: 12 MET, 3 confirmed, 1 provisional, 4 CANNOT_TELL: 80 % at 75 % coverage."""
    day = (
        [verdict("FO-A6", Outcome.MET)] * 12
        + [
            verdict(
                "FO-C2a", Outcome.NOT_MET, Reason.PRESENT_OBJECT, status=Status.CONFIRMED
            )
        ]
        * 3
        + [verdict("FO-A6", Outcome.NOT_MET, Reason.MISSING_ITEM, status=Status.PROVISIONAL)]
        + [UNSEEN] * 4
    )
    score = score_of(day, POLICY)
    assert (score.score, score.coverage, score.waiting) == (0.8, 0.75, 1)


def test_nothing_judged_is_no_score_rather_than_zero() -> None:
    """CANNOT_TELL never counts against a counter (P-23)."""
    score = score_of([UNSEEN] * 10, POLICY)
    assert (score.score, score.coverage) == (None, 0.0)
    assert Score(0, 0, 0, 0).coverage is None
