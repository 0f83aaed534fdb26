"""What the answers of reviewers add up to: agreement, overturned and missed, by clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from datasets.agreement import Agreement, agreement
from datasets.intervals import Figure, wilson
from service.store import Case, Store
from vision.life import Ground
from vision.policy import Policy
from vision.values import Measure, Outcome


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold that would have spared `spared` overturned of `of` decided findings.

    It would have lost no confirmed one; nothing changes by itself.
    """

    measure: str
    unit: str
    now: float
    proposed: float
    spared: int
    of: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What reviews say about one clause in a span of days.

    `missed_as_met`: misses where the record said MET; `met_spans`: all that ended so.
    """

    clause: str
    check: str
    cases: dict[Case | None, int]
    overturned: Figure
    misses: int
    missed_as_met: int
    met_spans: int
    missed: Figure
    grounds: dict[Ground, int]
    proposal: Proposal | None

    @property
    def flagged(self) -> int:
        """All that was put before a human and was not withdrawn by the span itself."""
        return sum(n for case, n in self.cases.items() if case is not Case.SUPERSEDED)


def agreement_by_clause(
    pairs: Iterable[tuple[str, Outcome, Outcome]],
) -> tuple[Agreement, dict[str, Agreement]]:
    """Agreement over all and by clause, of first and blind second answers."""
    by_clause: dict[str, list[tuple[Outcome, Outcome]]] = {}
    for clause, first, second in pairs:
        by_clause.setdefault(clause, []).append((first, second))
    words = list(Outcome)
    everything = [pair for rows in by_clause.values() for pair in rows]
    return agreement(everything, words), {
        clause: agreement(rows, words) for clause, rows in sorted(by_clause.items())
    }


def accuracy_of(store: Store, policy: Policy, since: date, until: date) -> tuple[Accuracy, ...]:
    """The clauses that were flagged, missed or judged, in the policy's order."""
    reviews = store.reviews
    cases, grounds = reviews.cases(since, until), reviews.grounds(since, until)
    misses, met = reviews.misses(since, until), reviews.met_spans(since, until)
    decided = reviews.decided_records(since, until)
    records = store.records_by_id([record_id for record_id, _ in decided])
    measured: dict[str, list[tuple[Case, tuple[Measure, ...]]]] = {}
    for record_id, case in decided:
        verdict = records[record_id].verdict
        measured.setdefault(verdict.clause, []).append((case, verdict.measures))
    found = []
    for clause in policy.clauses:
        name = clause.clause
        reported = [row for row in misses if row.clause == name]
        if not (name in cases or reported or name in met):
            continue
        mine = cases.get(name, {})
        confirmed, overturned = mine.get(Case.CONFIRMED, 0), mine.get(Case.OVERTURNED, 0)
        as_met = sum(1 for row in reported if row.stood is Outcome.MET)
        spans = met.get(name, 0)
        found.append(
            Accuracy(
                clause=name,
                check=clause.rule.check if clause.rule else "",
                cases=mine,
                overturned=share(overturned, confirmed + overturned),
                misses=len(reported),
                missed_as_met=as_met,
                met_spans=spans,
                missed=share(min(as_met, spans), spans),
                grounds=grounds.get(name, {}),
                proposal=propose(measured.get(name, ()), round(policy.parameters["figure_min"])),
            )
        )
    return tuple(found)


def share(part: int, whole: int) -> Figure:
    """A share with Wilson's interval; nothing to count: no value."""
    if whole == 0:
        return Figure(None, None, None, 0)
    return Figure(part / whole, *wilson(part, whole), whole)


def propose(
    decided: Sequence[tuple[Case, tuple[Measure, ...]]], figure_min: int
) -> Proposal | None:
    """The threshold of one measure that spares most overturned findings and loses no confirmed one.

    Only measures of which every decided finding lies on the same side of its threshold tell which
    way is stricter. None where too few were decided, or nothing would be gained.
    """
    if len(decided) < figure_min:
        return None
    best: Proposal | None = None
    for name in {m.name for _, measures in decided for m in measures}:
        rows = [(case, m) for case, measures in decided for m in measures if m.name == name]
        found = _stricter(rows) if len(rows) == len(decided) else None
        if found is not None and (best is None or found.spared > best.spared):
            best = found
    return best


def _stricter(rows: Sequence[tuple[Case, Measure]]) -> Proposal | None:
    """A stricter threshold for one measure, half way between the two kinds."""
    thresholds = {m.threshold for _, m in rows}
    if len(thresholds) != 1:  # the policy changed in the span
        return None
    threshold = thresholds.pop()
    side = 1.0 if all(m.value >= threshold for _, m in rows) else -1.0
    if any((m.value - threshold) * side < 0 for _, m in rows):
        return None
    kept = [(m.value - threshold) * side for case, m in rows if case is Case.CONFIRMED]
    wrong = [(m.value - threshold) * side for case, m in rows if case is Case.OVERTURNED]
    if not kept:
        return None
    spared = [value for value in wrong if value < min(kept)]
    if not spared:
        return None
    proposed = threshold + side * (max(spared) + min(kept)) / 2
    return Proposal(rows[0][1].name, rows[0][1].unit, threshold, proposed, len(spared), len(rows))
