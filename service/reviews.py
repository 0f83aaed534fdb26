"""What may be said about a flag, by whom and until when; and how a day stands once it was said.

One object per request, over the store, the policy in force and the office's own time. Records stay
as they are: each answer is a row, and `vision.life` says what all rows make of a verdict.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from service.store import (
    Case,
    ContestRow,
    History,
    Look,
    MissRow,
    Record,
    ReviewRow,
    Store,
)
from vision.life import GROUNDS, Act, Ground, Review, asks_again, said, stands, suggested
from vision.policy import Policy
from vision.values import Outcome, Reason, Status, Verdict

NOTE_LENGTH = 140
"""A note of a reviewer (docs/standard.md, pack limits)."""


class CaseClosed(Exception):
    """Nothing can be said here now: `lapsed`, `superseded`, `contested` or `nothing`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class GroundMissing(ValueError):
    """Who decides otherwise says why, from the short list; OTHER also in words."""


class OwnContest(Exception):
    """Nobody answers a contest of their own."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a reviewer says."""

    account: str
    act: Act
    ground: Ground | None
    note: str

    def check(self) -> None:
        """Errors: GroundMissing."""
        grounds = GROUNDS.get(self.act)
        if grounds is None:
            if self.ground is not None:
                raise GroundMissing(f"{self.act}: expected no ground, got {self.ground}")
            return
        if self.ground not in grounds:
            known = ", ".join(grounds)
            raise GroundMissing(f"{self.act}: expected one of {known}, got {self.ground}")
        if self.ground is Ground.OTHER and not self.note:
            raise GroundMissing("other: expected a note that says what, got none")


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """Where reviews are taken. `due_of` gives the review deadline of a day, `now` is the office's
    time.
    """

    store: Store
    policy: Policy
    due_of: Callable[[date], datetime]
    now: datetime

    @property
    def today(self) -> date:
        """The office day."""
        return self.store.day_of(self.now)

    @property
    def live_from(self) -> date:
        """The first day whose review deadline has not passed."""
        day = self.today
        while self.due_of(day - timedelta(days=1)) >= self.now:
            day -= timedelta(days=1)
        return day

    @property
    def kept_from(self) -> datetime:
        """Pictures opened before are gone by rule: nobody can look at them a second time."""
        return self.now - timedelta(days=self.policy.parameters["keep_crop_days"])

    # --- how it stands -----------------------------------------------------------------------

    def stands(self, record: Record, history: History | None) -> Verdict:
        """A recorded verdict after all that was said about it."""
        about = () if history is None else history.about(record.record_id)
        return stands(record.verdict, about, self.now, self.due_of(record.day))

    def standing(self, day: date, counter: str | None = None) -> tuple[Record, ...]:
        """The standing records of a day with their verdicts as humans left them.

        Only what is NOT_MET and CONFIRMED here was found; anything else accuses nobody.
        """
        records = self.store.standing(day, counter=counter)
        histories = self.store.reviews.histories([r.flag_id for r in records if r.flag_id])
        return tuple(
            replace(r, verdict=self.stands(r, histories.get(r.flag_id or 0))) for r in records
        )

    # --- what is said ------------------------------------------------------------------------

    def review(self, flag_id: int, version: str, words: Said) -> tuple[ReviewRow, Verdict]:
        """A look at a flag; the row and how the verdict stands then.

        Errors: KeyError, Changed (somebody was quicker), CaseClosed, GroundMissing.
        """
        words.check()

        def answer(history: History) -> tuple[ReviewRow, Case]:
            record = self._open_case(history)
            if history.contest is not None:
                raise CaseClosed("contested")
            look = _look(history, words.account)
            share = self.policy.parameters["second_sample"]
            again = look is Look.FIRST and asks_again(record.record_id, share)
            return self._row(record, history, words, look, asks_again=again)

        row, history = self.store.reviews.add(flag_id, version, answer)
        return row, self._after(history, row)

    def contest(self, flag_id: int, account: str, words: str) -> ContestRow:
        """Staff contest what is said of their counter; the clock for the answer runs.

        Errors: KeyError, CaseClosed.
        """

        def make(history: History) -> ContestRow:
            record = self._open_case(history)
            if history.contest is not None:
                raise CaseClosed("contested")
            if not accuses(self.stands(record, history)):
                raise CaseClosed("nothing")
            hours = self.policy.parameters["contest_answer_h"]
            due_at = self.now + timedelta(hours=hours)
            return ContestRow(0, flag_id, record.record_id, account, self.now, due_at, words)

        return self.store.reviews.add_contest(flag_id, make)

    def answer(self, contest: ContestRow, version: str, words: Said) -> tuple[ReviewRow, Verdict]:
        """The answer to a contest: it is upheld by agreeing, or not. Nobody answers their own.

        Errors: Changed, CaseClosed (answered already), GroundMissing, OwnContest.
        """
        words.check()
        if contest.account == words.account:
            raise OwnContest

        def answer(history: History) -> tuple[ReviewRow, Case]:
            waiting = history.contest
            if waiting is None or waiting.contest_id != contest.contest_id:
                raise CaseClosed("answered")
            record = self.store.record(contest.record_id)
            row, case = self._row(record, history, words, Look.ANSWER, asks_again=False)
            return replace(row, contest_id=contest.contest_id), case

        row, history = self.store.reviews.add(contest.flag_id, version, answer)
        return row, self._after(history, row)

    def miss(self, account: str, counter: str, clause: str, at: datetime, note: str) -> MissRow:
        """Something was there and no verdict said so: what stood at that moment goes with it."""
        day = self.store.day_of(at)
        stood = next(
            (
                record
                for record in reversed(self.store.standing(day, at=at, counter=counter))
                if record.verdict.clause == clause
            ),
            None,
        )
        return self.store.reviews.add_miss(
            MissRow(
                miss_id=0,
                day=day,
                counter=counter,
                clause=clause,
                at=at,
                record_id=None if stood is None else stood.record_id,
                stood=None if stood is None else stood.verdict.outcome,
                account=account,
                reported_at=self.now,
                note=note,
            )
        )

    def late_contests(self) -> tuple[ContestRow, ...]:
        """Contests whose answer is late: somebody has to be told (P-10)."""
        waiting = self.store.reviews.contests(open_only=True)
        return tuple(contest for contest in waiting if contest.due_at < self.now)

    def settle(self) -> dict[Case, int]:
        """Close what no human will decide any more."""
        return self.store.reviews.settle(self.now, live_from=self.live_from, today=self.today)

    # --- inside ------------------------------------------------------------------------------

    def _open_case(self, history: History) -> Record:
        """The record that is asked about. Errors: CaseClosed."""
        if history.superseded:
            raise CaseClosed("superseded")
        record = self.store.record(history.record_id)
        if not history.steps and self.now > self.due_of(record.day):
            raise CaseClosed("lapsed")
        return record

    def _row(
        self, record: Record, history: History, words: Said, look: Look, *, asks_again: bool
    ) -> tuple[ReviewRow, Case]:
        why = " ".join(part for part in (words.ground or "", words.note) if part)
        spoken = Review(words.account, words.act, self.now, why)
        row = ReviewRow(
            review_id=0,
            flag_id=history.flag_id,
            record_id=record.record_id,
            account=words.account,
            at=self.now,
            look=look,
            asks_again=asks_again,
            act=words.act,
            outcome=said(spoken, record.verdict),
            ground=words.ground,
            note=words.note,
            contest_id=None,
        )
        about = (*history.about(record.record_id), spoken)
        due = self.due_of(record.day)
        return row, case_of(record.verdict, stands(record.verdict, about, self.now, due))

    def _after(self, before: History, row: ReviewRow) -> Verdict:
        after = replace(before, reviews=(*before.reviews, row))
        return self.stands(self.store.record(row.record_id), after)


def accuses(verdict: Verdict) -> bool:
    """Whether a verdict says or proposes something against a counter."""
    if verdict.outcome is Outcome.NOT_MET:
        return True
    return verdict.status is Status.PROPOSED and verdict.proposal is Outcome.NOT_MET


def case_of(record: Verdict, standing: Verdict) -> Case:
    """Where a case stands, from the recorded verdict and what humans made of it."""
    if standing.reason is Reason.RATERS_DISAGREE:
        return Case.DIFFER
    if suggested(record) is not Outcome.NOT_MET:
        return Case.TOLD
    return {
        Outcome.NOT_MET: Case.CONFIRMED,
        Outcome.MET: Case.OVERTURNED,
        Outcome.CANNOT_TELL: Case.UNSURE,
    }[standing.outcome]


def _look(history: History, account: str) -> Look:
    if not history.reviews:
        return Look.FIRST
    return Look.SECOND if history.awaits_second_of(account) else Look.LATER


def version_of(history: History, rows: Iterable[ReviewRow] = ()) -> str:
    """The version after these rows were added."""
    return replace(history, reviews=(*history.reviews, *rows)).version
