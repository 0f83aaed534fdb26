"""The answer at T-5 for one counter, and the figures of a day.

Source: docs/standard.md 3.6, 3.7.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vision.policy import Clause, Kind, Policy, Signal
from vision.values import Outcome, Readiness, ReadyState, Slot, Status, Verdict


def readiness_of(
    counter: str, policy: Policy, verdicts: Iterable[Verdict], at: datetime
) -> Readiness | None:
    """The state of a counter from its standing READY verdicts, or None before any can be given.

    NO_GO: a blocking clause is NOT_MET. CANNOT_TELL: the readiness clause is, and nothing is
    NOT_MET. GO: the readiness clause is MET. All else that a human should know is a hint.
    """
    ready = [v for v in verdicts if v.counter == counter and v.slot is Slot.READY]
    main = next((v for v in ready if _is_readiness(policy.clause(v.clause))), None)
    if main is None:
        return None
    against = tuple(
        v for v in ready if v.outcome is Outcome.NOT_MET and policy.clause(v.clause).blocks_ready
    )
    if against:
        state = ReadyState.NO_GO
    elif main.outcome is Outcome.MET:
        state = ReadyState.GO
    else:
        state, against = ReadyState.CANNOT_TELL, (main,)
    hints = tuple(v for v in ready if v not in against and worth_a_look(v))
    return Readiness(counter, state, against, hints, at)


def _is_readiness(clause: Clause) -> bool:
    return clause.rule is not None and clause.rule.signal is Signal.READY


def worth_a_look(verdict: Verdict) -> bool:
    """Whether a human should look: a breach, or a proposal or doubt with something to see."""
    if verdict.outcome is Outcome.NOT_MET or verdict.proposal is Outcome.NOT_MET:
        return True
    if verdict.outcome is Outcome.CANNOT_TELL:
        return bool(verdict.side_reasons or verdict.seen)
    return False


@dataclass(frozen=True, slots=True)
class Score:
    """Score and coverage, always shown together; None where the divisor is 0, never 0 %."""

    met: int
    confirmed_not_met: int
    waiting: int
    applicable: int

    @property
    def score(self) -> float | None:
        """MET / (MET + confirmed NOT_MET)."""
        decided = self.met + self.confirmed_not_met
        return self.met / decided if decided else None

    @property
    def coverage(self) -> float | None:
        """(MET + confirmed NOT_MET) / applicable."""
        decided = self.met + self.confirmed_not_met
        return decided / self.applicable if self.applicable else None


def score_of(verdicts: Sequence[Verdict], policy: Policy) -> Score:
    """The figures of verdicts. Recommendations stay outside; provisional ones only wait."""
    counted = [v for v in verdicts if policy.clause(v.clause).kind is not Kind.ADV]
    waiting = (Status.PROVISIONAL, Status.CONTESTED)
    return Score(
        met=sum(1 for v in counted if v.outcome is Outcome.MET and v.status not in waiting),
        confirmed_not_met=sum(
            1 for v in counted if v.outcome is Outcome.NOT_MET and v.status is Status.CONFIRMED
        ),
        waiting=sum(1 for v in counted if v.status in waiting),
        applicable=len(counted),
    )
