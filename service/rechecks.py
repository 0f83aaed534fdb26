"""The sample of met verdicts that a human looks at again, so that misses become known.

docs/standard.md 3.4: a share (`met_sample`) of what was met automatically. The office keeps
pictures of these places while the span lasts; one of which no picture is left (the camera was dark,
or the pictures went) is counted and left out. An answer measures Siaga: records stay as they are,
and nothing stands against a counter by it.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.store import MetPlace, PlacePicture, RecheckRow, Store
from vision.day import DayPlan
from vision.life import rechecked
from vision.policy import Policy
from vision.values import Outcome, Slot


@dataclass(frozen=True, slots=True)
class Sampled:
    """The places of the sample that wait for a look, oldest day first; `unpictured`: how many more
    there were of which no picture is kept.
    """

    waiting: tuple[MetPlace, ...]
    unpictured: int


class LookedAt(Exception):
    """Somebody has said what they saw there before."""


@dataclass(frozen=True, slots=True)
class RecheckDesk:
    """Where re-checks are taken in an office (its id), at its time `now`."""

    office: str
    store: Store
    policy: Policy
    plan_of: Callable[[date], DayPlan]
    now: datetime

    def sampled(self, among: frozenset[str] | None = None) -> Sampled:
        """What waits. `among` names counters; None: all."""
        kept_from = self.now - timedelta(days=self.policy.parameters["keep_crop_days"])
        first, last = self.store.day_of(kept_from), self.store.day_of(self.now)
        share = self.policy.parameters["met_sample"]
        said = {_key(row) for row in self.store.rechecks.rows(first, last)}
        places = [
            place
            for place in self.store.rechecks.met(
                first,
                last,
                lambda day, counter, clause, slot: rechecked(
                    self.office, day, counter, clause, slot, share
                ),
            )
            if (among is None or place.counter in among) and _key(place) not in said
        ]
        if not places:
            return Sampled((), 0)
        plans = {day: self.plan_of(day) for day in {place.day for place in places}}
        pictured = self.store.rechecks.pictured(kept_from)
        waiting, unpictured = [], 0
        for place in places:
            span = _seen_in(place, plans[place.day])
            if span is None or self.now < span[1]:
                continue
            if _any_between(pictured.get(place.counter, []), *span):
                waiting.append(place)
            else:
                unpictured += 1
        return Sampled(tuple(waiting), unpictured)

    def pictures(self, place: MetPlace) -> tuple[PlacePicture, ...]:
        """The kept pictures of a place, its own and those of flags, in order of time."""
        span = _seen_in(place, self.plan_of(place.day))
        if span is None:
            return ()
        found = {
            frame.sample.captured_at: PlacePicture(frame.sample.captured_at, frame.sha)
            for frame in self.store.frames_between(place.counter, *span)
            if frame.removed_at is None
        }
        for picture in self.store.rechecks.pictures(place.day, place.counter, *span):
            found[picture.captured_at] = picture
        return tuple(found[at] for at in sorted(found))

    def say(self, place: MetPlace, account: str, outcome: Outcome, note: str) -> RecheckRow:
        """Write down what somebody saw. Errors: LookedAt."""
        row = self.store.rechecks.add(
            RecheckRow(
                recheck_id=0,
                record_id=place.record_id,
                day=place.day,
                counter=place.counter,
                clause=place.clause,
                slot=place.slot,
                account=account,
                at=self.now,
                outcome=outcome,
                note=note,
            )
        )
        if row is None:
            raise LookedAt
        return row


def _key(place: MetPlace | RecheckRow) -> tuple[date, str, str, Slot]:
    return place.day, place.counter, place.clause, place.slot


def _seen_in(place: MetPlace, plan: DayPlan) -> tuple[datetime, datetime] | None:
    """Of when pictures speak about a verdict: before opening from when it stood, since a desk may
    be cleared in time; in the halves of all of it, since there a breach stands.
    """
    span = plan.slot_span(place.slot)
    if span is None or place.slot is not Slot.READY:
        return span
    return max(span[0], place.decided_at), span[1]


def _any_between(moments: list[datetime], since: datetime, until: datetime) -> bool:
    at = bisect_left(moments, since)
    return at < len(moments) and moments[at] < until


def missed_of(rows: Iterable[RecheckRow]) -> tuple[int, int]:
    """Breaches that were seen, and how many looks could tell."""
    told = [row.outcome for row in rows if row.outcome is not Outcome.CANNOT_TELL]
    return told.count(Outcome.NOT_MET), len(told)
