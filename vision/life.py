"""What becomes of a verdict when humans look at it. Source: docs/standard.md 3.4.

The record never changes: a review is a new value about it, and how the two stand together is
computed here, from the same history to the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

from vision.values import Outcome, Reason, Slot, Status, Verdict


class Act(StrEnum):
    """What a human says about a record."""

    AGREE = "agree"
    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"
    CONTEST = "contest"


class Ground(StrEnum):
    """Why a human decides otherwise than the camera. Closed, so that it can be counted."""

    NOT_THAT = "not_that"
    ALLOWED = "allowed"
    VISITORS = "visitors"
    BRIEF = "brief"
    ELSEWHERE = "elsewhere"
    EXCUSED = "excused"
    UNCLEAR = "unclear"
    HIDDEN = "hidden"
    OWNER = "owner"
    OTHER = "other"


GROUNDS: Mapping[Act, tuple[Ground, ...]] = MappingProxyType(
    {
        Act.MET: (
            Ground.NOT_THAT,
            Ground.ALLOWED,
            Ground.VISITORS,
            Ground.BRIEF,
            Ground.ELSEWHERE,
            Ground.EXCUSED,
            Ground.OTHER,
        ),
        Act.CANNOT_TELL: (Ground.UNCLEAR, Ground.HIDDEN, Ground.OWNER, Ground.OTHER),
    }
)
"""The short list a reviewer chooses from; OTHER asks for words."""


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
    after the last word: CONTESTED; it opens the matter again, so that only what is said after it
    counts. An unreviewed NOT_MET lapses after `due` (UNREVIEWED).
    """
    past = sorted((r for r in reviews if r.at <= now), key=lambda review: review.at)
    past = past[_last_contest(past) :]
    words = {review.reviewer: review for review in past if review.act is not Act.CONTEST}
    contested = bool(past) and past[-1].act is Act.CONTEST
    if contested:
        return replace(
            verdict,
            outcome=Outcome.CANNOT_TELL,
            reason=Reason.CONTESTED,
            status=Status.CONTESTED,
        )
    outcomes = {said(review, verdict) for review in words.values()}
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
    agreed = outcome is suggested(verdict) or outcome is Outcome.NOT_MET
    status = Status.CONFIRMED if agreed else Status.OVERTURNED  # a human's breach is confirmed
    reason = {
        Outcome.MET: None,
        Outcome.NOT_MET: verdict.reason
        if verdict.outcome is Outcome.NOT_MET
        else next(iter(verdict.side_reasons), Reason.PRESENT_OBJECT),
        Outcome.CANNOT_TELL: verdict.reason
        if verdict.outcome is Outcome.CANNOT_TELL and verdict.proposal is None
        else Reason.MODEL_UNSURE,
    }[outcome]
    return replace(verdict, outcome=outcome, reason=reason, status=status)


def said(review: Review, verdict: Verdict) -> Outcome:
    """The outcome a review stands for: agreeing means what was found or proposed."""
    if review.act is Act.AGREE:
        return suggested(verdict)
    return Outcome(review.act.value)


def suggested(verdict: Verdict) -> Outcome:
    """What a verdict puts before a human: its proposal, or what it says itself."""
    return verdict.proposal if verdict.proposal is not None else verdict.outcome


def asks_again(record_id: int, share: float) -> bool:
    """Whether a record belongs to the stable sample that a second reviewer sees, blind.

    The same record gives the same answer for ever, and nobody can tell it from the record.
    """
    return _sampled(f"second look at record {record_id}", share)


def rechecked(office: str, day: date, counter: str, clause: str, slot: Slot, share: float) -> bool:
    """Whether what was met there belongs to the stable sample that a human looks at again.

    It follows from the place alone, so that nobody and no later verdict can choose it.
    """
    what = f"re-check of {office} {day.isoformat()} {counter} {clause} {slot.value}"
    return _sampled(what, share)


def _sampled(what: str, share: float) -> bool:
    return int(sha256(what.encode()).hexdigest()[:8], 16) < share * 16**8


def _last_contest(past: Sequence[Review]) -> int:
    return max((i for i, review in enumerate(past) if review.act is Act.CONTEST), default=0)
