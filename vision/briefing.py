"""The morning briefing: from what is confirmed about the last working day to what is said today.

Counters, never persons. Only a NOT_MET that a human confirmed, or that a supervisor entered, is
named; what is provisional, contested, lapsed or cannot be told only lowers the coverage. The words
are made elsewhere: a pack holds facts. Source: docs/standard.md 5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from vision.entries import Observed
from vision.labels import Label
from vision.policy import Clause, Kind, Policy, Signal
from vision.readiness import Score, score_of
from vision.values import Outcome, Reason, Slot, Status, Verdict

MOST = 3
"""Lines of Evaluasi and of Apresiasi (docs/standard.md 2.3, pack limits)."""

STREAK_DAYS = 5
"""Working days in a row that are worth a word: a week."""


class Theme(StrEnum):
    """What a line of the pack is about."""

    BREACH = "breach"
    NOTE = "note"
    READY = "ready"
    STREAK = "streak"
    KEPT = "kept"
    GOOD_NOTE = "good_note"


class TickItem(StrEnum):
    """What is ticked on the sheet. LED_BY holds a role, THOUGHT words, all others yes or no."""

    EVALUATION = "evaluation"
    APPRECIATION = "appreciation"
    MOTIVATION = "motivation"
    PRAYER = "prayer"
    IN_TURN = "in_turn"
    LED_BY = "led_by"
    THOUGHT = "thought"


YES, NO, NOTHING = "yes", "no", ""
"""Values of a tick; NOTHING takes it back."""


class Leader(StrEnum):
    """Who led the briefing: a role, never a name."""

    HEAD = "head"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One working day: its verdicts as humans left them, and what was observed.

    `counters` are those that were judged that day, in the order of the layout; each with its role.
    """

    day: date
    counters: Mapping[str, str]
    verdicts: tuple[Verdict, ...]
    observed: tuple[Observed, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Score, coverage and how much of the time the clause could be seen, always together.

    Frames are counted over every verdict; `visible` is None where no frame was expected.
    """

    score: Score
    frames_expected: int
    frames_usable: int
    cannot_tell: int

    @property
    def visible(self) -> float | None:
        """Share of the expected frames that could be used, 0 to 1."""
        if not self.frames_expected:
            return None
        return min(1.0, self.frames_usable / self.frames_expected)


@dataclass(frozen=True, slots=True)
class ClauseFigures:
    """The figures of one clause over all counters."""

    clause: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Looks:
    """What people observed, as counts: a line of its own, never mixed with the camera's."""

    met: int
    not_met: int
    not_seen: int
    clauses: int


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the pack. `counters` empty: about the whole office.

    `everywhere`: these are all counters of the role. `at` is when it began. `days` counts a streak;
    `met` and `not_met` the looks of people. `visible` is the share of the time that could be seen.
    """

    theme: Theme
    clause: str
    counters: tuple[str, ...]
    everywhere: bool = False
    reason: Reason | None = None
    at: datetime | None = None
    seen: tuple[Label, ...] = ()
    days: int = 0
    met: int = 0
    not_met: int = 0
    notes: tuple[str, ...] = ()
    visible: float | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A clause about the office that follows from other rows. `outcome` None: not applicable."""

    clause: str
    outcome: Outcome | None
    reason: Reason | None
    status: Status | None


@dataclass(frozen=True, slots=True)
class Pack:
    """What is said in the briefing of `day`, from the facts of `facts_day` (None: there is none).

    `opening` is the best good finding: it is read first, before the three parts that the standard
    puts in order. `more` findings did not fit and stand on the supervisor's page (`all_findings`).
    """

    day: date
    facts_day: date | None
    opening: Item | None
    evaluation: tuple[Item, ...]
    appreciation: tuple[Item, ...]
    all_findings: tuple[Item, ...]
    camera: Figures
    looks: Looks
    clauses: tuple[ClauseFigures, ...]
    waiting: int
    contested: int

    @property
    def more(self) -> int:
        """Findings that did not fit on the sheet."""
        return len(self.all_findings) - len(self.evaluation)

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all is known: a first day, or a day on which nothing was judged."""
        return not self.camera.score.applicable and not self.looks.clauses


def pack_of(day: date, facts: DayFacts | None, before: Sequence[DayFacts], policy: Policy) -> Pack:
    """The pack of a day. `before` are the working days before `facts`, newest first."""
    known = DayFacts(day, {}, (), ()) if facts is None else _known(facts, policy)
    breaches = _breaches(known, policy)
    notes = _notes(known, bad=True)
    good = _good(known, [_known(one, policy) for one in before], policy)
    evaluation = _chosen(breaches, notes)
    opening = good[0] if good else None
    appreciation = tuple(good[1 : MOST + 1]) or tuple(good[:1])
    return Pack(
        day=day,
        facts_day=None if facts is None else facts.day,
        opening=opening,
        evaluation=evaluation,
        appreciation=appreciation,
        all_findings=(*breaches, *notes),
        camera=figures_of(known.verdicts, policy),
        looks=looks_of(known.observed),
        clauses=by_clause(known.verdicts, policy),
        waiting=sum(1 for verdict in known.verdicts if _waits(verdict)),
        contested=sum(1 for verdict in known.verdicts if verdict.status is Status.CONTESTED),
    )


# --- figures -------------------------------------------------------------------------------------


def figures_of(verdicts: Iterable[Verdict], policy: Policy) -> Figures:
    """The figures of verdicts. Those of clauses the policy no longer holds are left out."""
    held = {clause.clause for clause in policy.clauses}
    counted = [v for v in verdicts if v.clause in held]
    return Figures(
        score=score_of(counted, policy),
        frames_expected=sum(v.frames_expected for v in counted),
        frames_usable=sum(min(v.frames_usable, v.frames_expected) for v in counted),
        cannot_tell=sum(1 for v in counted if v.outcome is Outcome.CANNOT_TELL),
    )


def by_clause(verdicts: Sequence[Verdict], policy: Policy) -> tuple[ClauseFigures, ...]:
    """The same for each clause that was judged, in the policy's order."""
    sorted_out: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        sorted_out.setdefault(verdict.clause, []).append(verdict)
    return tuple(
        ClauseFigures(clause.clause, figures_of(sorted_out[clause.clause], policy))
        for clause in policy.clauses
        if clause.clause in sorted_out
    )


def looks_of(observed: Iterable[Observed]) -> Looks:
    """The looks of people, added up."""
    all_of_them = list(observed)
    return Looks(
        met=sum(o.met for o in all_of_them),
        not_met=sum(o.not_met for o in all_of_them),
        not_seen=sum(o.not_seen for o in all_of_them),
        clauses=len({o.clause for o in all_of_them if o.met or o.not_met}),
    )


# --- what was not yet good -----------------------------------------------------------------------


def _known(facts: DayFacts, policy: Policy) -> DayFacts:
    """The facts under clauses that are still in force, at counters that were judged."""
    held = {clause.clause for clause in policy.clauses if clause.enabled}
    return DayFacts(
        facts.day,
        facts.counters,
        tuple(v for v in facts.verdicts if v.clause in held and v.counter in facts.counters),
        tuple(
            o
            for o in facts.observed
            if o.clause in held and (o.counter is None or o.counter in facts.counters)
        ),
    )


def is_found(verdict: Verdict) -> bool:
    """Whether a verdict may be named: a breach that a human confirmed, and nothing else."""
    return verdict.outcome is Outcome.NOT_MET and verdict.status is Status.CONFIRMED


def _waits(verdict: Verdict) -> bool:
    """Whether a breach, found or proposed, waits for a human. A proposal that all is well does not.

    Nobody has to look at it before the morning.
    """
    undecided = verdict.status in (Status.PROVISIONAL, Status.PROPOSED)
    return undecided and Outcome.NOT_MET in (verdict.outcome, verdict.proposal)


def _breaches(facts: DayFacts, policy: Policy) -> tuple[Item, ...]:
    """One item per clause and reason, its counters together, in the policy's order."""
    clauses = {clause.clause: place for place, clause in enumerate(policy.clauses)}
    counters = {counter: place for place, counter in enumerate(facts.counters)}
    named = [
        v for v in facts.verdicts if is_found(v) and v.clause in clauses and v.counter in counters
    ]
    found: dict[tuple[str, Reason | None], list[Verdict]] = {}
    for v in sorted(named, key=lambda v: (clauses[v.clause], counters[v.counter])):
        found.setdefault((v.clause, v.reason), []).append(v)
    return tuple(
        Item(
            Theme.BREACH,
            clause,
            tuple(dict.fromkeys(v.counter for v in rows)),
            reason=reason,
            at=min(v.since for v in rows),
            seen=tuple(dict.fromkeys(label for v in rows for label in v.seen)),
            visible=figures_of(
                [
                    v
                    for v in facts.verdicts
                    if v.clause == clause and v.counter in {row.counter for row in rows}
                ],
                policy,
            ).visible,
        )
        for (clause, reason), rows in found.items()
    )


def _notes(facts: DayFacts, *, bad: bool) -> tuple[Item, ...]:
    """What supervisors observed: not met where any look was not, else met."""
    chosen = [o for o in facts.observed if (o.not_met > 0 if bad else o.met and not o.not_met)]
    return tuple(
        Item(
            Theme.NOTE if bad else Theme.GOOD_NOTE,
            o.clause,
            () if o.counter is None else (o.counter,),
            met=o.met,
            not_met=o.not_met,
            notes=o.notes_not_met if bad else o.notes_met,
        )
        for o in chosen
    )


def _chosen(breaches: tuple[Item, ...], notes: tuple[Item, ...]) -> tuple[Item, ...]:
    """At most three; what a supervisor observed has a place among them, since it must be told."""
    room = MOST - min(len(notes), 1)
    first = breaches[:room]
    return (*first, *notes[: MOST - len(first)])


# --- what was good -------------------------------------------------------------------------------


def _good(facts: DayFacts, before: Sequence[DayFacts], policy: Policy) -> list[Item]:
    """Good findings, the best first: ready in time, streaks, what people saw, what was kept."""
    ready = _ready(facts, policy)
    spoken = [item for item in _notes(facts, bad=False) if item.notes]
    unspoken = [item for item in _notes(facts, bad=False) if not item.notes]
    streaks = _streaks(facts, before, policy)
    return [*ready, *streaks[:1], *spoken[:1], *_kept(facts, policy), *spoken[1:], *unspoken]


def _ready(facts: DayFacts, policy: Policy) -> list[Item]:
    """The counters that were ready in time."""
    clauses = readiness_clauses(policy)
    verdicts = [v for v in facts.verdicts if v.clause in clauses and v.slot is Slot.READY]
    counters = tuple(c for c in facts.counters if _all_met(verdicts, c))
    if not counters:
        return []
    everywhere = set(counters) == set(facts.counters)
    clause = next(v.clause for v in verdicts if v.counter == counters[0])
    visible = figures_of([v for v in verdicts if v.counter in counters], policy).visible
    return [Item(Theme.READY, clause, counters, everywhere=everywhere, visible=visible)]


def _streaks(facts: DayFacts, before: Sequence[DayFacts], policy: Policy) -> list[Item]:
    """Counters ready in time so many working days in a row; a day that cannot be told ends it."""
    clauses = readiness_clauses(policy)
    lengths: dict[str, int] = {}
    for counter in facts.counters:
        for day in (facts, *before):
            rows = [v for v in day.verdicts if v.clause in clauses and v.slot is Slot.READY]
            if not _all_met(rows, counter):
                break
            lengths[counter] = lengths.get(counter, 0) + 1
    longest = max(lengths.values(), default=0)
    if longest < STREAK_DAYS:
        return []
    shared = min(n for n in lengths.values() if n >= STREAK_DAYS)
    counters = tuple(c for c in facts.counters if lengths.get(c, 0) >= STREAK_DAYS)
    clause = next(
        v.clause for v in facts.verdicts if v.clause in clauses and v.counter == counters[0]
    )
    rows = [
        v
        for day in (facts, *before[: shared - 1])
        for v in day.verdicts
        if v.clause in clauses and v.slot is Slot.READY and v.counter in counters
    ]
    everywhere = set(counters) == set(facts.counters)
    visible = figures_of(rows, policy).visible
    return [
        Item(Theme.STREAK, clause, counters, everywhere=everywhere, days=shared, visible=visible)
    ]


def _kept(facts: DayFacts, policy: Policy) -> list[Item]:
    """Clauses kept all day at every counter of their role, then those kept at some.

    One of each part of the standard: three lines about desks would hide the rest.
    """
    whole: list[Item] = []
    part: list[Item] = []
    readiness = readiness_clauses(policy)
    groups: set[str] = set()
    for clause in policy.clauses:
        rows = [v for v in facts.verdicts if v.clause == clause.clause]
        if not rows or clause.clause in readiness or clause.kind is Kind.ADV:
            continue
        counters = tuple(c for c in facts.counters if _all_met(rows, c))
        everybody = {c for c, role in facts.counters.items() if role == clause.role}
        if not counters or clause.clause[:4] in groups:
            continue
        if not set(counters) <= everybody:  # a clause about the hall, kept under one counter's name
            continue
        groups.add(clause.clause[:4])
        everywhere = set(counters) == everybody
        visible = figures_of([v for v in rows if v.counter in counters], policy).visible
        item = Item(Theme.KEPT, clause.clause, counters, everywhere=everywhere, visible=visible)
        (whole if everywhere else part).append(item)
    return [*whole, *part]


def _all_met(verdicts: Sequence[Verdict], counter: str) -> bool:
    """Whether every verdict on a counter is MET, and there is one."""
    rows = [v for v in verdicts if v.counter == counter]
    return bool(rows) and all(v.outcome is Outcome.MET for v in rows)


def readiness_clauses(policy: Policy) -> frozenset[str]:
    """The clauses that say whether a counter was ready in time."""
    return frozenset(
        clause.clause
        for clause in policy.clauses
        if clause.rule is not None and clause.rule.signal is Signal.READY
    )


# --- clauses about the office that follow from rows ----------------------------------------------


def ticked(ticks: Iterable[tuple[str, str]]) -> dict[TickItem, str]:
    """What stands of the ticks of a day, given oldest first as (item, value)."""
    stands: dict[TickItem, str] = {}
    for item, value in ticks:
        if value == NOTHING:
            stands.pop(TickItem(item), None)
        else:
            stands[TickItem(item)] = value
    return stands


BY_TICK: Mapping[str, TickItem] = {
    "BR-2": TickItem.EVALUATION,
    "BR-3": TickItem.APPRECIATION,
    "BR-4": TickItem.MOTIVATION,
    "BR-8": TickItem.PRAYER,
    "DO-1": TickItem.PRAYER,
    "BR-9": TickItem.IN_TURN,
}
"""Clauses that a tick decides (docs/standard.md 2.6, 2.7)."""


def derived_of(
    facts: DayFacts,
    ticks: Mapping[TickItem, str],
    observed_before: Sequence[Observed],
    policy: Policy,
    *,
    is_over: bool,
) -> tuple[Derived, ...]:
    """The clauses about the office that follow from ticks, entries and readiness, in their order.

    `observed_before` is what was observed on the working day before; `is_over` whether the day is.
    What a supervisor entered about the clause itself outranks what follows from ticks.
    """
    entered = {o.clause: o for o in facts.observed if o.counter is None}
    found: list[Derived] = []
    for clause in policy.clauses:
        if not clause.enabled:
            continue
        name = clause.clause
        if name in entered and (name in BY_TICK or name == "BR-1"):
            found.append(_by_people(entered[name]))
        elif name in BY_TICK:
            found.append(_by_tick(name, ticks.get(BY_TICK[name])))
        elif name == "BR-1":
            found.append(_by_tick(name, YES if TickItem.LED_BY in ticks else None))
        elif name == "BR-5":
            found.append(_observed_that_day(facts, is_over=is_over))
        elif name == "BR-6":
            found.append(_told(ticks, observed_before))
        elif clause.combines:
            found.append(combined(clause, facts, policy))
    return tuple(found)


def combined(clause: Clause, facts: DayFacts, policy: Policy) -> Derived:
    """BR-11: MET if all are MET, NOT_MET with the same status if any is, else CANNOT_TELL.

    A counter of which nothing is known cannot be told. NOT_MET is confirmed once one of them is.
    """
    parts = [one for one in policy.clauses if one.clause in clause.combines and one.enabled]
    roles = {one.role for one in parts}
    rows = [v for v in facts.verdicts if v.clause in clause.combines]
    breaches = [v for v in rows if v.outcome is Outcome.NOT_MET]
    if breaches:
        confirmed = any(is_found(v) for v in breaches)
        worst = next((v for v in breaches if is_found(v)), breaches[0])
        status = Status.CONFIRMED if confirmed else worst.status
        return Derived(clause.clause, Outcome.NOT_MET, worst.reason, status)
    asked = [counter for counter, role in facts.counters.items() if role in roles]
    unknown = [c for c in asked if not any(v.counter == c for v in rows)]
    doubt = next((v.reason for v in rows if v.outcome is Outcome.CANNOT_TELL), None)
    if doubt is None and (unknown or not rows):
        doubt = Reason.NOT_OBSERVED
    if doubt is not None:
        return Derived(clause.clause, Outcome.CANNOT_TELL, doubt, Status.FINAL)
    return Derived(clause.clause, Outcome.MET, None, Status.FINAL)


def _by_people(said: Observed) -> Derived:
    if said.outcome is Outcome.CANNOT_TELL:
        return Derived(said.clause, Outcome.CANNOT_TELL, said.reason, Status.FINAL)
    reason = Reason.MISSING_ITEM if said.outcome is Outcome.NOT_MET else None
    return Derived(said.clause, said.outcome, reason, Status.CONFIRMED)


def _by_tick(clause: str, value: str | None) -> Derived:
    if value is None:
        return Derived(clause, Outcome.CANNOT_TELL, Reason.NOT_OBSERVED, Status.FINAL)
    if value == NO:
        return Derived(clause, Outcome.NOT_MET, Reason.MISSING_ITEM, Status.CONFIRMED)
    return Derived(clause, Outcome.MET, None, Status.CONFIRMED)


def _observed_that_day(facts: DayFacts, *, is_over: bool) -> Derived:
    """BR-5. What nobody entered may still have been seen: provisional at most."""
    if facts.observed:
        return Derived("BR-5", Outcome.MET, None, Status.FINAL)
    if is_over:
        return Derived("BR-5", Outcome.NOT_MET, Reason.MISSING_ITEM, Status.PROVISIONAL)
    return Derived("BR-5", Outcome.CANNOT_TELL, Reason.LOG_MISSING, Status.FINAL)


def _told(ticks: Mapping[TickItem, str], observed_before: Sequence[Observed]) -> Derived:
    """BR-6. Nothing was observed the day before: nothing to tell (BR-5 already shows it)."""
    if not observed_before:
        return Derived("BR-6", None, None, None)
    told = {ticks.get(TickItem.EVALUATION), ticks.get(TickItem.APPRECIATION)} - {None}
    if not told:
        return Derived("BR-6", Outcome.CANNOT_TELL, Reason.LOG_MISSING, Status.FINAL)
    if YES in told:
        return Derived("BR-6", Outcome.MET, None, Status.CONFIRMED)
    return Derived("BR-6", Outcome.NOT_MET, Reason.MISSING_ITEM, Status.CONFIRMED)
