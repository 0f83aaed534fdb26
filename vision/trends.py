"""Weeks of a clause at a counter: figures with denominators and coverage, small numbers left out.

No ordering by how good or bad something is, no persons. A share of fewer cases than `smallest`, or
of a week of which less than `floor` could be judged, is not shown: it would say more than is known.
Source: docs/standard.md 3.7, 6.4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from vision.briefing import DayFacts, Figures, figures_of
from vision.entries import Observed
from vision.policy import Policy
from vision.readiness import Score
from vision.values import Verdict


class Shown(StrEnum):
    """Whether a share may be shown, or why not."""

    YES = "yes"
    NOTHING = "nothing"
    FEW = "few"
    LOW_COVERAGE = "low_coverage"


class Source(StrEnum):
    """Where a figure comes from; lines of different sources are never merged."""

    CAMERA = "camera"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Cell:
    """One week, or the whole span. `share` is None wherever it is not shown."""

    figures: Figures
    days: int
    shown: Shown

    @property
    def decided(self) -> int:
        """The denominator: MET and confirmed NOT_MET."""
        return self.figures.score.met + self.figures.score.confirmed_not_met

    @property
    def share(self) -> float | None:
        """The share that was MET, 0 to 1."""
        return self.figures.score.score if self.shown is Shown.YES else None


@dataclass(frozen=True, slots=True)
class Row:
    """A clause at a counter (None: at all counters together, or about the office)."""

    clause: str
    counter: str | None
    source: Source
    weeks: tuple[Cell, ...]
    whole: Cell


@dataclass(frozen=True, slots=True)
class Trends:
    """Weeks by their Monday, oldest first, and the rows in the order of policy and layout."""

    mondays: tuple[date, ...]
    rows: tuple[Row, ...]
    smallest: int
    floor: float


def mondays_until(day: date, weeks: int) -> tuple[date, ...]:
    """The Mondays of so many weeks, the last one that of `day`."""
    last = day - timedelta(days=day.weekday())
    return tuple(last - timedelta(weeks=back) for back in range(weeks - 1, -1, -1))


def trends_of(
    facts: Iterable[DayFacts],
    mondays: Sequence[date],
    counters: Sequence[str],
    policy: Policy,
    *,
    smallest: int,
    floor: float,
) -> Trends:
    """The weeks of every clause that was judged or observed.

    `counters` gives the order of the rows of a clause, after the row of all together.
    """
    held = set(mondays)
    judged: dict[tuple[str, date], list[tuple[date, Verdict]]] = {}
    seen: dict[tuple[str, date], list[Observed]] = {}
    for day in facts:
        monday = day.day - timedelta(days=day.day.weekday())
        if monday in held:
            for verdict in day.verdicts:
                judged.setdefault((verdict.clause, monday), []).append((day.day, verdict))
            for one in day.observed:
                seen.setdefault((one.clause, monday), []).append(one)

    def camera(clause: str, counter: str | None, weeks: Sequence[date]) -> Cell:
        rows = [
            (day, v)
            for monday in weeks
            for day, v in judged.get((clause, monday), ())
            if counter in (None, v.counter)
        ]
        figures = figures_of([v for _, v in rows], policy)
        shown = _shown(figures, Source.CAMERA, smallest, floor)
        return Cell(figures, len({day for day, _ in rows}), shown)

    def people(clause: str, counter: str | None, weeks: Sequence[date]) -> Cell:
        rows = [
            o
            for monday in weeks
            for o in seen.get((clause, monday), ())
            if counter in (None, o.counter)
        ]
        met, not_met = sum(o.met for o in rows), sum(o.not_met for o in rows)
        unseen = sum(o.not_seen for o in rows)
        figures = Figures(Score(met, not_met, 0, met + not_met + unseen), 0, 0, unseen)
        shown = _shown(figures, Source.PEOPLE, smallest, floor)
        return Cell(figures, len({o.day for o in rows}), shown)

    rows: list[Row] = []
    for clause in policy.clauses:
        for source, cell in ((Source.CAMERA, camera), (Source.PEOPLE, people)):
            for counter in (None, *counters):
                whole = cell(clause.clause, counter, mondays)
                if clause.enabled and whole.figures.score.applicable:
                    weeks = tuple(cell(clause.clause, counter, (monday,)) for monday in mondays)
                    rows.append(Row(clause.clause, counter, source, weeks, whole))
    return Trends(tuple(mondays), tuple(rows), smallest, floor)


def _shown(figures: Figures, source: Source, smallest: int, floor: float) -> Shown:
    score = figures.score
    decided = score.met + score.confirmed_not_met
    if not decided:
        return Shown.NOTHING
    coverage = score.coverage
    # What people did not get to see lowers nothing: they look at a few services, not at all.
    if source is Source.CAMERA and coverage is not None and coverage < floor:
        return Shown.LOW_COVERAGE
    return Shown.FEW if decided < smallest else Shown.YES
