"""The samples of a slot as a timeline: who speaks for how long, what was seen, and why not.

Time is read from the samples, durations are seconds. A sample speaks from its own moment until the
next one that says something under the same check, at most `cover_s` long: uneven sampling does not
weigh, and silence counts as not seen.
"""

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vision.labels import Label
from vision.values import Measure, Observation, Outcome, Reason, Sample, Slot


@dataclass(frozen=True, slots=True)
class Watch:
    """What a card looks at: the samples of one counter in a slot, up to `at`.

    `samples` in order, all in [since, at). `until` is the end of the slot, `ready_at` the moment of
    T-5 when the slot is READY. `cover_s`: how long one sample may speak for the camera, seconds;
    `expected_s`: how often a sample is due.
    """

    slot: Slot
    since: datetime
    until: datetime
    at: datetime
    ready_at: datetime | None
    samples: Sequence[Sample]
    cover_s: float
    expected_s: float
    _timelines: "dict[str, list[Spoken]]" = field(default_factory=dict, compare=False, repr=False)

    @property
    def ended(self) -> bool:
        """Whether the slot is over."""
        return self.at >= self.until


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a card says. `expected`, `usable`, `used` count frames; see `Verdict`."""

    outcome: Outcome
    reason: Reason | None
    since: datetime
    expected: int
    usable: int
    used: int
    proposal: Outcome | None = None
    side_reasons: tuple[Reason, ...] = ()
    seen: tuple[Label, ...] = ()
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """An observation and the time it speaks for, [since, until)."""

    observation: Observation
    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        """How long it speaks."""
        return (self.until - self.since).total_seconds()


SAW_NOTHING_WRONG_WITH_THE_PICTURE = frozenset(
    {
        Reason.MODEL_UNSURE,
        Reason.TOO_SMALL,
        Reason.NOBODY,
        Reason.AWAITING_HUMAN,
        Reason.TURNED_OVER,
    }
)
"""Reasons of a CANNOT_TELL that are about the thing looked for: the place itself was seen."""


def timeline(watch: Watch, check: str) -> list[Spoken]:
    """What the samples say under a check, each with the time it speaks for.

    Made once per watch and check: several clauses rest on one check.
    """
    known = watch._timelines.get(check)
    if known is not None:
        return known
    cover = timedelta(seconds=watch.cover_s)
    said = [o for sample in watch.samples if (o := sample.of(check)) is not None]
    ends = [*(o.captured_at for o in said[1:]), watch.at]
    rows = [
        Spoken(o, o.captured_at, min(following, o.captured_at + cover, watch.at))
        for o, following in zip(said, ends, strict=False)
    ]
    watch._timelines[check] = rows
    return rows


def within(rows: Sequence[Spoken], since: datetime, until: datetime) -> list[Spoken]:
    """The part of a timeline that lies in [since, until), rows cut at its ends."""
    cut: list[Spoken] = []
    for row in rows:
        if since <= row.since and row.until <= until:
            cut.append(row)
        elif row.until > since and row.since < until:
            cut.append(Spoken(row.observation, max(row.since, since), min(row.until, until)))
    return [row for row in cut if row.until > row.since]


def decided(row: Spoken) -> bool:
    """Whether the frame said yes or no."""
    return row.observation.outcome is not Outcome.CANNOT_TELL


def place_seen(row: Spoken) -> bool:
    """Whether the frame showed the place, whatever it could tell about the thing."""
    reason = row.observation.reason
    return decided(row) or reason in SAW_NOTHING_WRONG_WITH_THE_PICTURE


Seeing = Callable[[Spoken], bool]


def seconds(rows: Sequence[Spoken], keep: Seeing) -> float:
    """For how long `keep` holds."""
    return sum(row.seconds for row in rows if keep(row))


def visible_share(
    rows: Sequence[Spoken], since: datetime, until: datetime, seen: Seeing = place_seen
) -> float:
    """The share of [since, until) in which the place was seen, 0 to 1."""
    total = (until - since).total_seconds()
    return min(1.0, seconds(within(rows, since, until), seen) / total) if total > 0 else 0.0


def main_reason(
    rows: Sequence[Spoken], since: datetime, until: datetime, seen: Seeing = place_seen
) -> Reason:
    """Why a span could not be seen: the reason that covers most of it; silence is NO_SIGNAL."""
    total = (until - since).total_seconds()
    tally: Tally[Reason] = Tally()
    heard = 0.0
    for row in within(rows, since, until):
        heard += row.seconds
        if not seen(row) and row.observation.reason is not None:
            tally[row.observation.reason] += row.seconds  # type: ignore[assignment]
    tally[Reason.NO_SIGNAL] += max(0.0, total - heard)  # type: ignore[assignment]
    reason, longest = max(tally.items(), key=lambda item: item[1])
    return reason if longest > 0 else Reason.TOO_SHORT


def counts(watch: Watch, rows: Sequence[Spoken], since: datetime) -> tuple[int, int]:
    """Frames expected and usable since a moment."""
    expected = round((watch.at - since).total_seconds() / watch.expected_s)
    usable = sum(1 for row in rows if row.since >= since and place_seen(row))
    return max(expected, usable), usable
