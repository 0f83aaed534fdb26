"""What becomes of a verdict when humans look at it. Source: docs/standard.md 3.4.

The record never changes: a review is a new value about it, and how the two stand together is
computed here, from the same history to the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from vision.values import Outcome, Reason, Status, Verdict


class Act(StrEnum):
    """What a human says about a record."""

    AGREE = "agree"
    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"
    CONTEST = "contest"


@dataclass(frozen=True, slots=True)
class Review:
    """One look of a named human at a record. `why` is required where the verdict is overturned."""

    reviewer: str
    act: Act
    at: datetime
    why: str = ""

    def __post_init__(self) -> None:
        if self.act in (Act.MET, Act.CANNOT_TELL, Act.CONTEST) and not self.why.strip():
            raise ValueError(f"Review {self.act}: expected a reason in words, got none")


def stands(verdict: Verdict, reviews: Sequence[Review], now: datetime, due: datetime) -> Verdict:
    """The verdict as it stands at `now`, `due` being the review deadline.

    Two humans whose last words differ: CANNOT_TELL (RATERS_DISAGREE) until they agree. A contest
    after the last word: CONTESTED. An unreviewed NOT_MET lapses after `due` (UNREVIEWED).
    """
    past = sorted((r for r in reviews if r.at <= now), key=lambda review: review.at)
    words = {review.reviewer: review for review in past if review.act is not Act.CONTEST}
    contested = bool(past) and past[-1].act is Act.CONTEST
    if contested:
        return replace(
            verdict,
            outcome=Outcome.CANNOT_TELL,
            reason=Reason.CONTESTED,
            status=Status.CONTESTED,
        )
    outcomes = {_said(review, verdict) for review in words.values()}
    if len(outcomes) > 1:
        return replace(
            verdict,
            outcome=Outcome.CANNOT_TELL,
            reason=Reason.RATERS_DISAGREE,
            status=Status.PROVISIONAL,
        )
    if not outcomes:
        if verdict.status is Status.PROVISIONAL and now > due:
            return replace(
                verdict,
                outcome=Outcome.CANNOT_TELL,
                reason=Reason.UNREVIEWED,
                status=Status.LAPSED,
            )
        return verdict
    outcome = outcomes.pop()
    suggested = verdict.proposal if verdict.proposal is not None else verdict.outcome
    status = Status.CONFIRMED if outcome is suggested else Status.OVERTURNED
    reason = {
        Outcome.MET: None,
        Outcome.NOT_MET: verdict.reason
        if verdict.outcome is Outcome.NOT_MET
        else next(iter(verdict.side_reasons), Reason.PRESENT_OBJECT),
        Outcome.CANNOT_TELL: Reason.MODEL_UNSURE,
    }[outcome]
    return replace(verdict, outcome=outcome, reason=reason, status=status)


def _said(review: Review, verdict: Verdict) -> Outcome:
    """The outcome a review stands for: agreeing means what was found or proposed."""
    if review.act is Act.AGREE:
        return verdict.proposal if verdict.proposal is not None else verdict.outcome
    return Outcome(review.act.value)
