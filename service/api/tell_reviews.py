"""From reviews, contests and figures to the answers of the API; few cases are not told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from datasets.agreement import Agreement
from datasets.intervals import Figure
from service.api import schemas_reviews as s
from service.api.objects import clause_of
from service.api.schemas import Words
from service.api.tell import Teller, words
from service.figures import Accuracy
from service.store import ContestRow, Flag, ReviewRow
from service.texts import Lang, clause_text
from vision.policy import Policy
from vision.values import Verdict

ALL = "*"
"""Stands for every clause."""


@dataclass(frozen=True, slots=True)
class ReviewTeller:
    """Tells what was said, at the office's time `now`."""

    teller: Teller
    now: datetime

    def review(self, row: ReviewRow) -> s.ReviewAnswer:
        """One answer of a human."""
        return s.ReviewAnswer(
            review=row.review_id,
            by=row.account,
            at=self.teller.at(row.at),
            look=row.look,
            act=row.act,
            outcome=row.outcome,
            outcome_text=words(row.outcome),
            ground=row.ground,
            ground_text=None if row.ground is None else words(row.ground),
            note=row.note,
            contest=row.contest_id,
        )

    def contest(self, row: ContestRow, flag: Flag) -> s.ContestAnswer:
        """A contest with its clock."""
        return s.ContestAnswer(
            contest=row.contest_id,
            flag=row.flag_id,
            counter=flag.counter,
            clause=flag.clause,
            by=row.account,
            at=self.teller.at(row.at),
            due_at=self.teller.at(row.due_at),
            left_s=round((row.due_at - self.now).total_seconds(), 1),
            words=row.words,
            answer=None if row.answer is None else self.review(row.answer),
        )

    def stands(self, verdict: Verdict) -> s.StandsAnswer:
        """How a verdict stands."""
        return s.StandsAnswer(
            outcome=verdict.outcome,
            outcome_text=words(verdict.outcome),
            reason=verdict.reason,
            reason_text=None if verdict.reason is None else words(verdict.reason),
            status=verdict.status,
            status_text=words(verdict.status),
        )


def figure(found: Figure, figure_min: int) -> s.FigureAnswer:
    """A figure, or that there are too few cases for one."""
    if found.n < figure_min:
        return s.FigureAnswer(value=None, low=None, high=None, n=None, few=True)
    return s.FigureAnswer(value=found.value, low=found.low, high=found.high, n=found.n, few=False)


def agreement_answer(
    found: tuple[Agreement, dict[str, Agreement]],
    policy: Policy,
    since: date,
    until: date,
    clause: str | None = None,
) -> s.AgreementAnswer:
    """Agreement over all and by clause."""
    figure_min = round(policy.parameters["figure_min"])

    def told(name: str, one: Agreement) -> s.ClauseAgreement:
        return s.ClauseAgreement(
            clause=name,
            text=_text(policy, name),
            raw=figure(one.raw, figure_min),
            kappa=figure(one.kappa, figure_min),
            ac1=figure(one.ac1, figure_min),
        )

    everything, by_clause = found
    return s.AgreementAnswer(
        since=since,
        until=until,
        figure_min=figure_min,
        second_sample=policy.parameters["second_sample"],
        all=told(ALL, everything),
        clauses=tuple(told(name, one) for name, one in by_clause.items() if clause in (None, name)),
    )


def accuracy_answer(
    found: Iterable[Accuracy], policy: Policy, since: date, until: date
) -> s.AccuracyAnswer:
    """What reviews say about each clause."""
    figure_min = round(policy.parameters["figure_min"])
    return s.AccuracyAnswer(
        since=since,
        until=until,
        figure_min=figure_min,
        clauses=tuple(_accuracy(one, policy, figure_min) for one in found),
    )


def _accuracy(one: Accuracy, policy: Policy, figure_min: int) -> s.ClauseAccuracy:
    proposal, looser = one.proposal, one.looser
    return s.ClauseAccuracy(
        clause=one.clause,
        check=one.check,
        text=_text(policy, one.clause),
        flagged=one.flagged,
        cases={case: n for case, n in one.cases.items() if case is not None},
        waiting=one.cases.get(None, 0),
        overturned_rate=figure(one.overturned, figure_min),
        misses=one.misses,
        missed_as_met=one.missed_as_met,
        met_spans=one.met_spans,
        miss_rate=figure(one.missed, figure_min),
        recheck_rate=figure(one.rechecked, figure_min),
        grounds=one.grounds,
        proposal=None
        if proposal is None
        else s.ProposalAnswer(
            measure=proposal.measure,
            unit=proposal.unit,
            now=proposal.now,
            proposed=proposal.proposed,
            spared=proposal.spared,
            lost=0,
            of=proposal.of,
        ),
        looser=None
        if looser is None
        else s.LooserAnswer(
            measure=looser.measure,
            unit=looser.unit,
            now=looser.now,
            proposed=looser.proposed,
            flagged=looser.flagged,
            missed=looser.missed,
            of=looser.of,
        ),
    )


def _text(policy: Policy, name: str) -> Words | None:
    clause = clause_of(policy, name)
    if clause is None:
        return None
    return Words(id=clause_text(clause, Lang.ID), en=clause_text(clause, Lang.EN))
