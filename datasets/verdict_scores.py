"""Verdicts of replayed mornings against what was true, clause by clause."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from datasets.morning_truth import DERIVED, CounterTruth, truth_at
from vision.day import DayPlan
from vision.policy import Clause, Observability, Policy, Rule
from vision.values import Outcome, Readiness, ReadyState, Reason, Slot, Verdict

STEP_S = 1.0
"""How finely the moment is looked for from which a truth says NOT_MET."""


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict as it was recorded, with the number of its flag if it raised one."""

    verdict: Verdict
    flag_id: int | None

    @property
    def says(self) -> Outcome:
        """The outcome; of an assisted clause what it proposes to the human."""
        if self.verdict.proposal is not None and self.verdict.reason is Reason.AWAITING_HUMAN:
            return self.verdict.proposal
        return self.verdict.outcome


@dataclass(frozen=True, slots=True)
class Replayed:
    """A morning after its replay. `role_of` gives each counter of the office its role."""

    morning: str
    policy: Policy
    plan: DayPlan
    until: datetime
    role_of: Mapping[str, str]
    truth_of: Mapping[str, CounterTruth]
    told: Sequence[Told]
    answers: Sequence[Readiness]


@dataclass(frozen=True, slots=True)
class SlotScore:
    """One clause at one counter at the end of a slot. `said` None: no verdict fell.

    The slot before opening is scored twice: at T-5, when the office is answered, and at opening.
    """

    clause: str
    assisted: bool
    counter: str
    slot: Slot
    at: datetime
    truth: Outcome
    said: Outcome | None
    reason: Reason | None
    accused: bool
    delay_s: float | None
    false_flags: int

    @property
    def found(self) -> bool:
        """A breach that is there and was said (or proposed)."""
        return self.truth is Outcome.NOT_MET and self.said is Outcome.NOT_MET

    @property
    def missed(self) -> bool:
        """A breach that is there and was not said, though nothing kept the camera from telling."""
        silent = self.said is None
        return self.truth is Outcome.NOT_MET and (silent or self.said is Outcome.MET)


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """The answer at T-5 of one counter; `truth` None: the truth does not decide it."""

    counter: str
    truth: ReadyState | None
    said: ReadyState


@dataclass(frozen=True, slots=True)
class ClauseScore:
    """One line of the table: slots of all mornings in which the truth decides this clause."""

    clause: str
    assisted: bool
    slots: int
    true_met: int
    true_not_met: int
    right: int
    accused: int
    found: int
    missed: int
    cannot_tell: int
    reasons: Mapping[str, int]
    waiting: int
    delays_s: tuple[float, ...]
    false_flags: int

    @property
    def median_delay_s(self) -> float | None:
        """From the moment the rule's own numbers say NOT_MET to the verdict."""
        return median(self.delays_s) if self.delays_s else None


@dataclass(frozen=True, slots=True)
class VerdictScores:
    """The table of all mornings."""

    mornings: tuple[str, ...]
    counter_days: int
    clauses: tuple[ClauseScore, ...]
    answers: tuple[AnswerScore, ...]
    slots: tuple[SlotScore, ...]
    not_derived: tuple[str, ...]


def score_verdicts(mornings: Sequence[Replayed]) -> VerdictScores:
    """Every clause whose truth follows from truth.toml, over all mornings."""
    slots = [slot for morning in mornings for slot in slots_of(morning)]
    names = list(dict.fromkeys(slot.clause for slot in slots))
    left_out: dict[str, None] = {}
    for morning in mornings:
        for clause, rule in _rules(morning.policy, set(morning.role_of.values())):
            if rule.signal not in DERIVED:
                left_out[clause.clause] = None
    return VerdictScores(
        tuple(morning.morning for morning in mornings),
        sum(len(morning.truth_of) for morning in mornings),
        tuple(clause_of([slot for slot in slots if slot.clause == name]) for name in names),
        tuple(answer for morning in mornings for answer in answers_of(morning)),
        tuple(slots),
        tuple(left_out),
    )


def clause_of(slots: Sequence[SlotScore]) -> ClauseScore:
    """One line from the slots of one clause. Errors: IndexError without any."""
    unsure = [slot for slot in slots if slot.said is Outcome.CANNOT_TELL]
    silent = [slot for slot in slots if slot.said is None and not slot.missed]
    return ClauseScore(
        clause=slots[0].clause,
        assisted=slots[0].assisted,
        slots=len(slots),
        true_met=sum(1 for slot in slots if slot.truth is Outcome.MET),
        true_not_met=sum(1 for slot in slots if slot.truth is Outcome.NOT_MET),
        right=sum(1 for slot in slots if slot.said is slot.truth),
        accused=sum(1 for slot in slots if slot.accused),
        found=sum(1 for slot in slots if slot.found),
        missed=sum(1 for slot in slots if slot.missed),
        cannot_tell=len(unsure),
        reasons=dict(Tally(slot.reason.value for slot in unsure if slot.reason).most_common()),
        waiting=len(silent),
        delays_s=tuple(slot.delay_s for slot in slots if slot.delay_s is not None),
        false_flags=sum(slot.false_flags for slot in slots),
    )


def slots_of(morning: Replayed) -> list[SlotScore]:
    """Every slot of every counter that the recording shows and the truth decides."""
    found: list[SlotScore] = []
    for counter, truth in morning.truth_of.items():
        for clause, rule in _rules(morning.policy, {morning.role_of[counter]}):
            if rule.signal not in DERIVED:
                continue
            for slot in (slot for slot in Slot if slot in rule.slots):
                for since, until in _stages(morning, slot):
                    scored = _slot(morning, counter, truth, clause, rule, slot, since, until)
                    if scored is not None:
                        found.append(scored)
    return found


def _stages(morning: Replayed, slot: Slot) -> list[tuple[datetime, datetime]]:
    """The spans at whose ends a slot is scored, as far as the recording goes."""
    span = morning.plan.slot_span(slot)
    if span is None:
        return []
    ends = [span[1]]
    if slot is Slot.READY and morning.plan.ready_at is not None:
        ends = [morning.plan.ready_at, span[1]]
    begins = [span[0], *ends[:-1]]
    return [
        (since, min(until, morning.until))
        for since, until in zip(begins, ends, strict=True)
        if since < morning.until
    ]


def _rules(policy: Policy, roles: set[str]) -> Iterable[tuple[Clause, Rule]]:
    for clause in policy.clauses:
        if clause.enabled and clause.rule is not None and clause.role in roles:
            yield clause, clause.rule


def _slot(
    morning: Replayed,
    counter: str,
    truth: CounterTruth,
    clause: Clause,
    rule: Rule,
    slot: Slot,
    since: datetime,
    end: datetime,
) -> SlotScore | None:
    """What stood at `end`; accusations and flags are those after `since`."""
    span = morning.plan.slot_span(slot)
    begin = span[0] if span is not None else since
    ready_at = morning.plan.ready_at if slot is Slot.READY else None

    def true_at(at: datetime) -> Outcome | None:
        return truth_at(rule, slot, begin, at, ready_at, truth)

    breach_at = _first_breach(true_at, begin, end)
    what = true_at(end)
    if slot is not Slot.READY and breach_at is not None:
        what = Outcome.NOT_MET  # in a half a breach stands; it happened
    told = [
        one
        for one in morning.told
        if (one.verdict.counter, one.verdict.clause, one.verdict.slot)
        == (counter, clause.clause, slot)
        and one.verdict.decided_at <= end
    ]
    accusations = [one for one in told if one.says is Outcome.NOT_MET]
    accused = any(
        one.verdict.decided_at > since and true_at(one.verdict.decided_at) is Outcome.MET
        for one in accusations
    )
    if what is None:
        if not accused:
            return None
        what = Outcome.MET
    delay_s: float | None = None
    if what is Outcome.NOT_MET and breach_at is not None and accusations:
        right = [one for one in accusations if true_at(one.verdict.decided_at) is not Outcome.MET]
        if right:
            delay_s = (right[0].verdict.decided_at - breach_at).total_seconds()
    flags = {
        one.flag_id: None
        for one in told
        if one.flag_id is not None
        and one.verdict.decided_at > since
        and what is Outcome.MET
        and true_at(one.verdict.decided_at) is Outcome.MET
    }
    last = told[-1] if told else None
    return SlotScore(
        clause=clause.clause,
        assisted=clause.observability is Observability.ASSISTED,
        counter=counter,
        slot=slot,
        at=end,
        truth=what,
        said=last.says if last is not None else None,
        reason=last.verdict.reason if last is not None else None,
        accused=accused,
        delay_s=delay_s,
        false_flags=len(flags),
    )


def _first_breach(
    true_at: Callable[[datetime], Outcome | None], since: datetime, end: datetime
) -> datetime | None:
    """From when on the truth says NOT_MET."""
    at = since
    while at <= end:
        if true_at(at) is Outcome.NOT_MET:
            return at
        at += timedelta(seconds=STEP_S)
    return None


def answers_of(morning: Replayed) -> list[AnswerScore]:
    """What T-5 said about each counter, beside what the truth says about its blocking clauses."""
    found: list[AnswerScore] = []
    for answer in morning.answers:
        truth = morning.truth_of.get(answer.counter)
        if truth is not None:
            said = answer.state
            found.append(AnswerScore(answer.counter, _ready_truth(morning, answer, truth), said))
    return found


def _ready_truth(morning: Replayed, answer: Readiness, truth: CounterTruth) -> ReadyState | None:
    span = morning.plan.slot_span(Slot.READY)
    ready_at = morning.plan.ready_at
    if span is None or ready_at is None:
        return None
    outcomes: list[Outcome | None] = []
    for clause, rule in _rules(morning.policy, {morning.role_of[answer.counter]}):
        if clause.blocks_ready and rule.signal in DERIVED and Slot.READY in rule.slots:
            outcomes.append(truth_at(rule, Slot.READY, span[0], ready_at, ready_at, truth))
    if Outcome.NOT_MET in outcomes:
        return ReadyState.NO_GO
    return None if None in outcomes else ReadyState.GO
