"""When a camera is looked at, and in which of the three ways. Pure: time comes with the frame.

Every frame that is taken gives a sample of every counter. A network runs only where it is wanted:
the change gate opened, a look is due, or a verdict waits for it. All else carries over from the
last look, marked `unchanged`, and holds for as long as the picture stays as it was. Three things
never carry over: a crop of a tag is no second crop, a thing that may accuse is looked at each time,
and what was not seen is looked for again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from vision.change import Cells, Change, Places
from vision.day import LOOKED_AT, DayPlan, Phase
from vision.labels import Label
from vision.policy import Rule, Signal
from vision.values import Observation, Outcome, Reason, Slot, Verdict, View

EARLY = frozenset({Phase.SETUP, Phase.GO_NO_GO})
"""The phases before opening."""

OPEN_LOOK_S = 10.0
"""In open hours a picture is taken so often at most, however fast they come; holds are minutes."""

HEALTH_S = 10.0
"""Outside of the hours in which counters are looked at a camera is only asked how it is."""

CROWDED_LOOKS = 4
"""Of cameras that are read seldom, because they are many, what did not change is looked at again
before opening every so many pictures, but at least every second time that it would be of few."""

UNREAD = frozenset({Phase.HOLIDAY, Phase.NIGHT})
"""Phases in which no camera is even connected to."""

COVER_PERIODS = 2.5
"""A sample speaks for at most so many sampling periods: one lost frame is not silence."""

KNOWN_AFTER = timedelta(seconds=10)
"""A verdict guides the looks from so long after it fell: live, the judge may be 5 s behind."""


def reading_period(phase: Phase, period_s: float) -> float | None:
    """How often a picture is taken from a camera in a phase, seconds; None: it is not read."""
    if phase in UNREAD:
        return None
    if phase in EARLY:
        return period_s
    return max(period_s, OPEN_LOOK_S if phase in LOOKED_AT else HEALTH_S)


@dataclass(frozen=True, slots=True)
class Claim:
    """A camera whose frame waits. `spoke_at`: the newest frame of it that was looked at, if any;
    `period_s`: how often it is read now.
    """

    camera: str
    spoke_at: datetime | None
    period_s: float


def most_urgent(claims: Sequence[Claim]) -> str:
    """Whose frame is looked at next: the camera whose last sample stops speaking first.

    A camera that never spoke comes before all. Errors: ValueError without claims.
    """

    def deadline(claim: Claim) -> tuple[float, str]:
        if claim.spoke_at is None:
            return float("-inf"), claim.camera
        return claim.spoke_at.timestamp() + COVER_PERIODS * claim.period_s, claim.camera

    return min(claims, key=deadline).camera


class Way(StrEnum):
    """The three ways of looking (design section 5)."""

    PEOPLE = "people"
    BADGE = "badge"
    DESK = "desk"


WAY_OF: Mapping[str, Way] = {
    "staff_present": Way.PEOPLE,
    "company": Way.PEOPLE,
    "badge_worn": Way.BADGE,
    "badge_legible": Way.BADGE,
    "desk_clear": Way.DESK,
    "desk_like_reference": Way.DESK,
    "equipment_present": Way.DESK,
}
"""The way of looking that each check needs; people are found in every look."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds. `force_s`: look again whatever the gate says, and `doubt_s` where an
    absence may yet accuse; `people_s` and `desk_s` between looks at people and a desk that move all
    the time; `badge_s` between crops while the tag is undecided, `badge_due_s` afterwards.
    `at_once`: people are looked at as soon as they move, though somebody was there already.

    Looks are due on a grid of time, not so long after the last one: who starts in the middle comes
    to the same looks. `offset_s` moves the grid of a camera, so that not all are due at once.
    """

    force_s: float
    doubt_s: float
    people_s: float
    desk_s: float
    badge_s: float
    badge_due_s: float
    at_once: bool
    offset_s: float = 0.0

    def due(self, last: datetime, at: datetime, every_s: float) -> bool:
        """Whether a look was due in (last, at]."""
        return self._cell(last, every_s) != self._cell(at, every_s)

    def _cell(self, at: datetime, every_s: float) -> int:
        return int((at.timestamp() + self.offset_s) // every_s)


def pace_at(
    plan: DayPlan,
    at: datetime,
    period_s: float,
    parameters: Mapping[str, float],
    offset_s: float = 0.0,
) -> Pace:
    """The pace at a moment in which counters are looked at.

    The tag's card must come to its crops twice over within the window before the answer. Within
    gap_bridge_s before the answer and before opening a look is never older than half of force.
    """
    early = plan.phase_at(at) in EARLY
    look_s = period_s if early else max(period_s, OPEN_LOOK_S)
    closely_s = parameters["gate_force_s"]
    force_s = parameters["gate_force_open_s"]
    if early:
        force_s = max(closely_s, min(CROWDED_LOOKS * look_s, 2 * closely_s))
    bridge = timedelta(seconds=parameters["gap_bridge_s"])
    for answer_at in (plan.ready_at, plan.opens_at):
        if early and answer_at is not None and answer_at - bridge <= at < answer_at:
            closely_s /= 2
            force_s /= 2
    window_s = parameters["badge_window_s"]
    return Pace(
        force_s=force_s,
        doubt_s=closely_s,
        people_s=look_s if early else 2 * look_s,
        desk_s=2 * look_s,
        badge_s=window_s / (4 * parameters["badge_not_crops"]),
        badge_due_s=window_s / parameters["badge_met_crops"],
        at_once=early,
        offset_s=offset_s,
    )


@dataclass(frozen=True, slots=True)
class Pending:
    """What a counter's verdicts still wait for. `things`: labels that may yet accuse."""

    badge: bool
    turned: bool
    absence: bool
    things: frozenset[Label]


def pending_of(
    rules: Sequence[Rule], slots: frozenset[Slot], stood: Mapping[tuple[str, Slot], Verdict]
) -> Pending:
    """What the rules in force wait for, given the verdicts that stood a while ago.

    Before opening a verdict follows the counter and is never done; in the halves a breach stands.
    """
    badge = turned = absence = False
    things: set[Label] = set()
    for rule in rules:
        for slot in rule.slots & slots:
            verdict = stood.get((rule.clause, slot))
            breached = verdict is not None and (
                Outcome.NOT_MET in (verdict.outcome, verdict.proposal)
            )
            over = breached and slot is not Slot.READY
            if rule.signal is Signal.BADGE:
                badge |= not over and (verdict is None or verdict.outcome is not Outcome.MET)
            elif rule.signal is Signal.READABLE:
                turned |= verdict is None or Reason.TURNED_OVER not in verdict.side_reasons
            elif rule.signal in (Signal.READY, Signal.MANNED):
                absence |= not over
            elif rule.signal is Signal.DESK_ITEM and not over:
                things |= rule.labels
    return Pending(badge, turned, absence, frozenset(things))


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """One way of looking at one counter: when, at which cells, and what was seen.

    `settled`: the look before said the same.
    """

    at: datetime
    cells: Cells
    observations: tuple[Observation, ...]
    settled: bool

    def of(self, check: str) -> Observation | None:
        """The observation of `check`, if it was made."""
        return next((o for o in self.observations if o.check == check), None)


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What is remembered of one counter: its last glances by way, and how well it was seen.

    `open`: the ways for which the gate stood open in the frame before.
    """

    view: View
    glances: Mapping[Way, Glance]
    open: frozenset[Way] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a frame for one counter: checks to look for, what carries over, and for which
    ways the gate stands open.
    """

    fresh: tuple[str, ...]
    carried: tuple[Observation, ...]
    open: frozenset[Way] = frozenset()


class Gate:
    """A frame's cells against those of earlier looks, each compared once."""

    def __init__(self, now: Cells, parameters: Mapping[str, float]) -> None:
        self.cells = now
        self._parameters = parameters
        self._known: dict[int, Change] = {}

    def since(self, glance: Glance) -> Change:
        """What differs from the picture of a glance."""
        key = id(glance.cells)
        if key not in self._known:
            self._known[key] = Change.between(glance.cells, self.cells, self._parameters)
        return self._known[key]


def decide(
    checks: Sequence[str],
    at: datetime,
    memory: Memory | None,
    gate: Gate,
    places: Places,
    pace: Pace,
    pending: Pending,
) -> Decision:
    """Which of the checks that are due are looked for in this frame, and which carry over.

    A check that is in neither list is left out of the sample: it changed, but its time has not
    come; what was said before speaks on, within the bounds of a sample.
    """
    if memory is None:
        return Decision(tuple(checks), ())
    ways = {WAY_OF[check] for check in checks}
    known = {way: glance for way in ways if (glance := _complete(way, checks, memory)) is not None}
    open_ = frozenset(
        way for way, glance in known.items() if _changed(way, gate.since(glance), places)
    )
    wanted = ways - known.keys()
    if Way.DESK in known:
        comes = places.visitor_changed(gate.since(known[Way.DESK]))
        if _desk_wanted(known[Way.DESK], at, pace, pending, open=Way.DESK in open_, comes=comes):
            wanted.add(Way.DESK)
    if Way.PEOPLE in known and _people_wanted(
        known[Way.PEOPLE], at, open_, memory, pace, pending
    ):
        wanted.add(Way.PEOPLE)
    if wanted:
        wanted.add(Way.PEOPLE)  # found in every look
    if Way.BADGE in known and _badge_wanted(
        known[Way.BADGE], at, open_, memory, pace, pending, looked=bool(wanted)
    ):
        wanted |= {Way.BADGE, Way.PEOPLE}
    fresh = tuple(check for check in checks if WAY_OF[check] in wanted)
    carried = tuple(
        replace(observation, captured_at=at, unchanged_since=glance.at)
        for way, glance in known.items()
        if way not in wanted and way not in open_
        for observation in glance.observations
        if observation.check in checks
    )
    return Decision(fresh, tuple(sorted(carried, key=lambda one: one.check)), open_)


def _complete(way: Way, checks: Sequence[str], memory: Memory) -> Glance | None:
    """The last glance of this way, if it answered every check that is due now."""
    glance = memory.glances.get(way)
    if glance is None or any(WAY_OF[c] is way and glance.of(c) is None for c in checks):
        return None
    return glance


def _changed(way: Way, change: Change, places: Places) -> bool:
    if way is Way.BADGE:
        return places.staff_changed(change)
    if way is Way.DESK:
        return places.desk_changed(change) or places.visitor_changed(change)
    return places.staff_changed(change) or places.visitor_changed(change)


def _desk_wanted(
    glance: Glance, at: datetime, pace: Pace, pending: Pending, *, open: bool, comes: bool
) -> bool:
    """At once when somebody may have come: what a visitor brings must not be held against staff."""
    desk = glance.of("desk_clear")
    visited = desk is not None and any(box.label is Label.PERSON for box in desk.basis)
    if _suspects(glance, pending) or (comes and desk is not None and not visited):
        return True
    moves = open or not glance.settled
    return pace.due(glance.at, at, pace.desk_s if moves else pace.force_s)


def _people_wanted(
    glance: Glance,
    at: datetime,
    open_: frozenset[Way],
    memory: Memory,
    pace: Pace,
    pending: Pending,
) -> bool:
    """In open hours who moves at a post that was manned waits: only minutes of absence count."""
    present = glance.of("staff_present")
    doubted = present is not None and present.outcome is not Outcome.MET
    opened = Way.PEOPLE in open_ and Way.PEOPLE not in memory.open
    if not glance.settled or (opened and (pace.at_once or doubted)):
        return True
    if Way.PEOPLE in open_ and doubted and pending.absence:
        return True  # who comes back must not be counted as away until the next look
    if Way.PEOPLE in open_:
        return pace.due(glance.at, at, pace.people_s)
    return pace.due(
        glance.at, at, pace.doubt_s if doubted and pending.absence else pace.force_s
    )


def _badge_wanted(
    glance: Glance,
    at: datetime,
    open_: frozenset[Way],
    memory: Memory,
    pace: Pace,
    pending: Pending,
    *,
    looked: bool,
) -> bool:
    """A crop that is only due now and then waits for a look that is made anyway, for a while."""
    if Way.BADGE not in open_ and _nobody(memory):
        return False
    if _badge_waits(glance, pending):
        return pace.due(glance.at, at, pace.badge_s)
    return pace.due(glance.at, at, pace.badge_due_s if looked else 2 * pace.badge_due_s)


def _nobody(memory: Memory) -> bool:
    glance = memory.glances.get(Way.PEOPLE)
    present = glance.of("staff_present") if glance is not None else None
    return present is not None and not present.basis


def _badge_waits(glance: Glance, pending: Pending) -> bool:
    """Whether the tag is undecided, or what was seen last contradicts what was decided."""
    worn, legible = glance.of("badge_worn"), glance.of("badge_legible")
    if pending.badge or worn is None or worn.outcome is not Outcome.MET:
        return True
    return pending.turned and legible is not None and legible.reason is Reason.TURNED_OVER


def _suspects(glance: Glance, pending: Pending) -> bool:
    """Whether something lies there that may yet accuse: then every picture is looked at."""
    desk = glance.of("desk_clear")
    return desk is not None and any(box.label in pending.things for box in desk.basis)


def remembered(
    memory: Memory | None,
    view: View,
    observations: Sequence[Observation],
    gate: Gate,
    open_: frozenset[Way],
) -> Memory:
    """The memory after a look that gave these fresh observations."""
    glances = dict(memory.glances) if memory is not None else {}
    for way in Way:
        said = tuple(o for o in observations if WAY_OF[o.check] is way)
        if said:
            before = glances.get(way)
            settled = before is not None and _says(before.observations) == _says(said)
            glances[way] = Glance(said[0].captured_at, gate.cells, said, settled)
    return Memory(view, glances, open_)


def _says(observations: Sequence[Observation]) -> list[tuple[str, Outcome, Reason | None]]:
    return [(o.check, o.outcome, o.reason) for o in observations]
