"""What the answers of reviewers add up to: agreement, overturned and missed, by clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from datasets.agreement import Agreement, agreement
from datasets.intervals import Figure, wilson
from service.proposals import Looser, Proposal, Unflagged, propose, propose_looser
from service.rechecks import missed_of
from service.store import Case, MissRow, RecheckRow, Store
from vision.life import Ground, suggested
from vision.policy import Policy
from vision.values import Measure, Outcome, Slot


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What reviews say about one clause in a span of days.

    `missed_as_met`: misses where the record said MET; `met_spans`: all that ended so. `rechecked`:
    breaches among the sample of met verdicts that humans looked at again.
    """

    clause: str
    check: str
    cases: dict[Case | None, int]
    overturned: Figure
    misses: int
    missed_as_met: int
    met_spans: int
    missed: Figure
    rechecked: Figure
    grounds: dict[Ground, int]
    proposal: Proposal | None
    looser: Looser | None

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
    figure_min = round(policy.parameters["figure_min"])
    looks = store.rechecks.rows(since, until)
    missed = _breaches(store, misses, looks, since, until)
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
        doubted = any(mine.get(case) for case in (Case.OVERTURNED, Case.UNSURE, Case.DIFFER))
        breaches = set() if doubted else missed.get(name, set())
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
                rechecked=share(*missed_of(row for row in looks if row.clause == name)),
                grounds=grounds.get(name, {}),
                proposal=propose(measured.get(name, ()), figure_min),
                looser=propose_looser(
                    measured.get(name, ()),
                    _unflagged(store, since, until, name, breaches) if breaches else (),
                    figure_min,
                ),
            )
        )
    return tuple(found)


def share(part: int, whole: int) -> Figure:
    """A share with Wilson's interval; nothing to count: no value."""
    if whole == 0:
        return Figure(None, None, None, 0)
    return Figure(part / whole, *wilson(part, whole), whole)


Span = tuple[date, str, Slot]
"""A day, a counter, and the part of the day."""


def _breaches(
    store: Store,
    misses: Sequence[MissRow],
    looks: Sequence[RecheckRow],
    since: date,
    until: date,
) -> dict[str, set[Span]]:
    """By clause, where humans said that there was a breach which no verdict had found."""
    told = store.reviews.told_records(since, until)
    ids = [row.record_id for row in misses if row.record_id is not None]
    ids += [record_id for record_id, outcome in told if outcome is Outcome.NOT_MET]
    ids += [row.record_id for row in looks if row.outcome is Outcome.NOT_MET]
    found: dict[str, set[Span]] = {}
    for record in store.records_by_id(ids).values():
        verdict = record.verdict
        span = (record.day, verdict.counter, verdict.slot)
        found.setdefault(verdict.clause, set()).add(span)
    return found


def _unflagged(
    store: Store, since: date, until: date, clause: str, breaches: set[Span]
) -> list[Unflagged]:
    """How each span of a clause ended that found and proposed nothing."""
    return [
        Unflagged(verdict.measures, (record.day, verdict.counter, verdict.slot) in breaches)
        for record in store.standing_between(since, until, frozenset({clause}))
        if suggested(verdict := record.verdict) is not Outcome.NOT_MET
    ]
