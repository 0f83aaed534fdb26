"""What becomes of a verdict when humans look at it. Source: docs/standard.md 3.4."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.vision.test_readiness import CUP, PHONE, verdict
from vision.life import Act, Review, stands
from vision.values import Outcome, Reason, Status, Verdict

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DUE = NOON + timedelta(days=1)
BREACH = replace(CUP, status=Status.PROVISIONAL)


def review(who: str, act: Act, hour: int = 0) -> Review:
    """A look of a named human; a reason where one is required."""
    return Review(who, act, NOON + timedelta(hours=hour), "cangkir milik tamu")


def after(
    record: Verdict, *reviews: Review, now: datetime = NOON + timedelta(hours=5)
) -> Verdict:
    """How it stands."""
    return stands(record, reviews, now, DUE)


@pytest.mark.parametrize(
    ("reviews", "outcome", "status"),
    [
        pytest.param([], Outcome.NOT_MET, Status.PROVISIONAL, id="nobody looked yet"),
        pytest.param(
            [review("a", Act.AGREE)], Outcome.NOT_MET, Status.CONFIRMED, id="confirmed"
        ),
        pytest.param([review("a", Act.MET)], Outcome.MET, Status.OVERTURNED, id="overturned"),
        pytest.param(
            [review("a", Act.CANNOT_TELL)],
            Outcome.CANNOT_TELL,
            Status.OVERTURNED,
            id="not to be told",
        ),
        pytest.param(
            [review("a", Act.AGREE), review("b", Act.MET, 1)],
            Outcome.CANNOT_TELL,
            Status.PROVISIONAL,
            id="two humans differ",
        ),
        pytest.param(
            [review("a", Act.MET), review("b", Act.AGREE, 1), review("a", Act.AGREE, 2)],
            Outcome.NOT_MET,
            Status.CONFIRMED,
            id="until they agree",
        ),
        pytest.param(
            [review("a", Act.AGREE), review("staf", Act.CONTEST, 1)],
            Outcome.CANNOT_TELL,
            Status.CONTESTED,
            id="contested",
        ),
    ],
)
def test_what_humans_make_of_a_breach(
    reviews: list[Review], outcome: Outcome, status: Status
) -> None:
    """NOT_MET is provisional until a named human confirmed it."""
    now = after(BREACH, *reviews)
    assert (now.outcome, now.status) == (outcome, status)


def test_what_nobody_reviewed_in_time_lapses() -> None:
    """Silence of the reviewers never becomes a finding."""
    now = after(BREACH, now=DUE + timedelta(seconds=1))
    assert (now.outcome, now.reason, now.status) == (
        Outcome.CANNOT_TELL,
        Reason.UNREVIEWED,
        Status.LAPSED,
    )


def test_agreeing_with_a_proposal_makes_it_a_finding_at_once() -> None:
    """An assisted clause is decided by the human."""
    now = after(PHONE, review("a", Act.AGREE))
    assert (now.outcome, now.status) == (Outcome.NOT_MET, Status.CONFIRMED)


def test_a_met_verdict_does_not_lapse() -> None:
    """Only breaches wait for somebody."""
    met = verdict("FO-A6", Outcome.MET)
    assert after(met, now=DUE + timedelta(days=9)) == met


def test_overturning_needs_a_reason_in_words() -> None:
    """A short list stands on the page; an empty reason is refused."""
    with pytest.raises(ValueError, match="expected a reason"):
        Review("a", Act.MET, NOON, " ")


def test_the_record_itself_is_never_changed() -> None:
    """A review is a new value about a record."""
    before = replace(BREACH)
    after(BREACH, review("a", Act.MET))
    assert before == BREACH
