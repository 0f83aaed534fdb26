"""What would have been decided: stored samples through the same judge, under other numbers.

Live is replay: the same `Office` that judges a morning judges it again here, from what its frames
said then. Nothing is written; the records stay as they are. What samples cannot tell stands as it
was: a jump of the clock, a roster that changed in the middle of a span.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from service.assembly import Forgetful
from service.office import Office
from service.policies import ORDERED, PARAMETERS
from service.seeing import Shown
from vision.day import DayPlan
from vision.eyes import Eyes
from vision.layout import Layout
from vision.policy import Clause, Policy
from vision.values import Detections, Image, Legibility, Outcome, Reason, Sample, Slot, Verdict

OWNERS = timedelta(seconds=60)
"""So long before a span the office begins to listen, as it does live."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Stands where a network stood: what frames said is known, nothing is looked at again."""

    model: str

    def detect(self, image: Image) -> Detections:
        """Errors: AssertionError; a replay of samples looks at nothing."""
        raise AssertionError("a replay of samples looks at no picture")

    def read(self, card: Image) -> Legibility:
        """Errors: AssertionError, as above."""
        raise AssertionError("a replay of samples reads no card")


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause whose verdict differs; None: no verdict was or would have been given."""

    clause: str
    recorded: Verdict | None
    replayed: Verdict | None


def with_numbers(policy: Policy, changes: Mapping[str, float]) -> Policy:
    """The policy with other numbers; a clause's own number stays its own.

    Errors: ValueError names the parameter, what was expected and what came.
    """
    for name, value in changes.items():
        if name not in PARAMETERS or name not in policy.parameters:
            raise ValueError(f"{name}: expected a parameter of the policy")
        low, high = PARAMETERS[name]
        if not low <= value <= high:
            raise ValueError(f"{name}: expected {low:g} to {high:g}, got {value:g}")
    numbers = {**policy.parameters, **changes}
    for first, second, how in ORDERED:
        if first in numbers and second in numbers and not _in_order(numbers, first, second, how):
            raise ValueError(
                f"{first}: expected {how} {second} ({numbers[second]:g}), got {numbers[first]:g}"
            )

    def changed(clause: Clause) -> Clause:
        rule = clause.rule
        if rule is None:
            return clause
        mine = {
            name: value
            for name, value in changes.items()
            if rule.parameters.get(name) == policy.parameters[name]
        }
        numbers = MappingProxyType({**rule.parameters, **mine})
        return replace(clause, rule=replace(rule, parameters=numbers))

    return replace(
        policy,
        clauses=tuple(changed(clause) for clause in policy.clauses),
        parameters=MappingProxyType(numbers),
    )


def _in_order(numbers: Mapping[str, float], first: str, second: str, how: str) -> bool:
    if how == "less than":
        return numbers[first] < numbers[second]
    return numbers[first] <= numbers[second]


def rejudge(
    samples: Iterable[Sample],
    counter: str,
    slot: Slot,
    plan: DayPlan,
    layout: Layout,
    policy: Policy,
    *,
    models: str,
    period_s: float,
    now: datetime,
) -> tuple[Verdict, ...]:
    """The verdicts of a counter's span as they would stand at its end, or `now` before that.

    `samples` of the counter from a minute before the span, in order. A day without the span gives
    none.
    """
    span = plan.slot_span(slot)
    if span is None or now <= span[0]:
        return ()
    since, until = span[0], min(span[1], now)
    names = models.split(" ")
    scene, attire = names[0], names[-1]
    desk = names[1] if len(names) > 2 else scene  # before desks had a network of their own
    memory = Forgetful()
    office = Office(
        layout=layout,
        policy=policy,
        eyes=Eyes(Recorded(scene), Recorded(desk), Recorded(attire), Recorded("")),
        plan_of=lambda at: plan,
        period_s={c.camera: period_s for c in layout.counters},
        approved={},
        memory=memory,
        album=memory,
        off_roster=frozenset(c.counter for c in layout.counters) - {counter},
    )
    office.advance(since - OWNERS)
    for sample in samples:
        if sample.captured_at >= until:
            break
        office.advance(sample.captured_at)
        office.take(Shown((sample,), {}))
    office.advance(until)
    return tuple(verdict for verdict in office.standing(counter) if verdict.slot is slot)


def differences(
    recorded: Sequence[Verdict], replayed: Sequence[Verdict]
) -> tuple[tuple[Difference, ...], int]:
    """The clauses whose verdicts differ in what a supervisor would see, and how many are alike."""
    before = {verdict.clause: verdict for verdict in recorded}
    after = {verdict.clause: verdict for verdict in replayed}
    found = []
    same = 0
    for clause in dict.fromkeys((*before, *after)):
        first, second = before.get(clause), after.get(clause)
        if _told(first) == _told(second):
            same += 1
        else:
            found.append(Difference(clause, first, second))
    return tuple(found), same


def _told(
    verdict: Verdict | None,
) -> tuple[Outcome, Reason | None, Outcome | None, tuple[Reason, ...]] | None:
    if verdict is None:
        return None
    return (verdict.outcome, verdict.reason, verdict.proposal, verdict.side_reasons)
