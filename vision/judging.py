"""From the samples of a slot to the verdict that stands."""

from vision.policy import Clause, Observability, Rule
from vision.signals import CARDS
from vision.values import Outcome, Reason, Slot, Status, Verdict
from vision.watching import Judgement, Watch


def judge(rule: Rule, watch: Watch) -> Judgement | None:
    """What the samples of a slot say about a rule so far; None while nothing can be said."""
    return CARDS[rule.signal](rule, watch)


def verdict_of(
    clause: Clause,
    judgement: Judgement,
    watch: Watch,
    counter: str,
    *,
    policy: str,
    layout: str,
    models: str,
) -> Verdict:
    """The verdict a judgement makes under a clause.

    A camera clause may say NOT_MET, provisional until a human confirmed it. An assisted clause
    never says more than CANNOT_TELL with a proposal (docs/standard.md 2.1).
    """
    outcome, reason, proposal = judgement.outcome, judgement.reason, judgement.proposal
    status = Status.PROVISIONAL if outcome is Outcome.NOT_MET else Status.FINAL
    side = judgement.side_reasons
    if clause.observability is Observability.ASSISTED:
        status = Status.PROPOSED
        if outcome is not Outcome.CANNOT_TELL:
            side = (*side, reason) if reason is not None else side
            proposal, outcome, reason = outcome, Outcome.CANNOT_TELL, Reason.AWAITING_HUMAN
    return Verdict(
        counter=counter,
        clause=clause.clause,
        slot=watch.slot,
        outcome=outcome,
        reason=reason,
        status=status,
        since=judgement.since,
        decided_at=watch.at,
        frames_expected=judgement.expected,
        frames_usable=judgement.usable,
        frames_used=judgement.used,
        policy=policy,
        layout=layout,
        models=models,
        proposal=proposal,
        side_reasons=side,
        seen=judgement.seen,
        measures=judgement.measures,
    )


def follow(standing: Verdict | None, new: Verdict) -> Verdict:
    """Which of two verdicts of one slot stands.

    Before opening the newest one: who clears the desk in time is not accused. In a half a breach
    stands; it happened.
    """
    if (
        standing is not None
        and new.slot is not Slot.READY
        and standing.outcome is Outcome.NOT_MET
        and new.outcome is not Outcome.NOT_MET
    ):
        return standing
    return new
