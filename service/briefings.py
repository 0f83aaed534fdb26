"""The facts of working days, as humans left them, and the briefing made of them.

Reads the store and the calendar; what follows from the facts is decided in `vision.briefing`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.calendar import working_day_before
from service.store import Record, Store
from vision.briefing import (
    DayFacts,
    Derived,
    Pack,
    TickItem,
    derived_of,
    pack_of,
    readiness_clauses,
    ticked,
)
from vision.day import DayPlan
from vision.entries import Entry, observed
from vision.layout import Layout
from vision.policy import Policy
from vision.values import Verdict

STREAK_LOOKBACK = 15
"""Working days before the last one that a streak may reach back."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where facts of days are put together. `stands` says how a record stands after reviews.

    `sees` narrows everything to the counters of who asks.
    """

    store: Store
    policy: Policy
    layout: Layout
    plan_of: Callable[[date], DayPlan]
    stands: Callable[[Sequence[Record]], Sequence[Verdict]]
    sees: Callable[[str], bool]

    def facts(
        self, first: date, last: date, clauses: frozenset[str] | None = None
    ) -> dict[date, DayFacts]:
        """The facts of every day from `first` to `last` on which anything is known.

        `clauses` leaves out the verdicts of all others.
        """
        records = [
            record
            for record in self.store.standing_between(first, last, clauses)
            if self.sees(record.verdict.counter)
        ]
        verdicts: dict[date, list[Verdict]] = {}
        for record, verdict in zip(records, self.stands(records), strict=True):
            verdicts.setdefault(record.day, []).append(verdict)
        entries: dict[date, list[Entry]] = {}
        for kept in self.store.entries.between(first, last):
            if kept.entry.counter is None or self.sees(kept.entry.counter):
                entries.setdefault(kept.entry.day, []).append(kept.entry)
        return {
            day: self._day(day, verdicts.get(day, []), entries.get(day, []))
            for day in sorted({*verdicts, *entries})
        }

    def day(self, day: date) -> DayFacts:
        """The facts of one day, empty when nothing is known of it."""
        return self.facts(day, day).get(day, DayFacts(day, {}, (), ()))

    def _day(self, day: date, verdicts: list[Verdict], entries: list[Entry]) -> DayFacts:
        named = {v.counter for v in verdicts} | {e.counter for e in entries if e.counter}
        roles = {c.counter: c.role for c in self.layout.counters if c.counter in named}
        for version in dict.fromkeys(v.layout for v in verdicts if v.counter not in roles):
            drawn = self.store.layout(version)  # a counter that is no longer there
            for counter in drawn.counters if drawn is not None else ():
                if counter.counter in named:
                    roles.setdefault(counter.counter, counter.role)
        said = observed(entries, self.policy)
        return DayFacts(day, roles, tuple(verdicts), said)

    def pack(self, day: date) -> Pack:
        """The pack for the briefing of a day, from the working day before it."""
        before = working_day_before(self.plan_of, day)
        if before is None:
            return pack_of(day, None, (), self.policy)
        earlier = list(self._working_days_before(before, STREAK_LOOKBACK))
        streaks = readiness_clauses(self.policy)
        facts = self.facts(earlier[-1], earlier[0], streaks) if earlier else {}
        return pack_of(
            day,
            self.day(before),
            [facts.get(one, DayFacts(one, {}, (), ())) for one in earlier],
            self.policy,
        )

    def _working_days_before(self, day: date, count: int) -> Iterator[date]:
        """So many of them, newest first; fewer where the calendar ends."""
        for _ in range(count):
            found = working_day_before(self.plan_of, day)
            if found is None:
                return
            yield found
            day = found

    def ticks(self, day: date) -> dict[TickItem, str]:
        """What is ticked on the sheet of a day."""
        return ticked((tick.item, tick.value) for tick in self.store.entries.ticks(day, day))

    def derived(self, day: date, now: datetime) -> tuple[Derived, ...]:
        """The clauses about the office that follow from the rows of a day."""
        before = working_day_before(self.plan_of, day)
        seen = self.day(before).observed if before is not None else ()
        over = now >= self.plan_of(day).spans[-1].until if self.plan_of(day).spans else True
        return derived_of(self.day(day), self.ticks(day), seen, self.policy, is_over=over)
