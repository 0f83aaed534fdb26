"""The office as it stands: samples in, verdicts and answers out. Knows no clock and no thread.

Live, replay and tests drive the same object: `see` a frame (pure, may run in any worker), `take`
what it gave (in order), `advance` the judged time. Verdicts fall on a fixed grid of instants and
from the samples before each of them, so that how fast the frames came does not matter.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zlib import crc32

from service.seeing import CameraSight, Picture, Shown
from vision.attention import (
    COVER_PERIODS,
    EARLY,
    KNOWN_AFTER,
    OPEN_LOOK_S,
    Pending,
    pace_at,
    pending_of,
)
from vision.day import LOOKED_AT, DayPlan, Phase
from vision.eyes import Eyes
from vision.judging import follow, judge, verdict_of
from vision.labels import Label
from vision.layout import Counter, Layout
from vision.life import rechecked
from vision.looking import Approved
from vision.policy import Clause, Observability, Policy, Rule, Signal
from vision.readiness import readiness_of, worth_a_look
from vision.values import (
    Frame,
    Observation,
    Outcome,
    Readiness,
    Reason,
    Sample,
    Slot,
    Verdict,
)
from vision.watching import Judgement, Watch

READY_STEP_S = 5.0
"""Between two judgings before opening, seconds."""

OPEN_STEP_S = 30.0
"""The same in open hours, where holds are minutes."""

STATUS_HOLD_S = 1.0
"""How long a check must say something new before its status follows."""

RING_S = 15.0
"""Evidence is kept from this long before a flag until this long after it, seconds."""

MET_PICTURES = 24
"""So many pictures of a place in the sample of met verdicts are kept, spread over its span."""


class Memory(Protocol):
    """What the office needs of a store."""

    def add_samples(self, samples: Sequence[Sample]) -> None:
        """Keep samples; they must be safe before a verdict that rests on them."""
        ...

    def add_record(self, verdict: Verdict) -> int:
        """Append a verdict; the record's id."""
        ...

    def add_readiness(self, day: date, answer: Readiness) -> object:
        """Keep the answer of T-5, once per counter and day."""
        ...

    def open_flag(
        self, record_id: int, verdict: Verdict, window: tuple[datetime, datetime]
    ) -> int:
        """The flag of this verdict: the one open for its day, counter, clause, slot, or a new."""
        ...

    def add_flag_frame(
        self,
        flag_id: int,
        kept: Sample,
        sha: str,
        *,
        frame_wh: tuple[int, int] | None,
        crop_xyxy: tuple[int, int, int, int] | None,
    ) -> None:
        """Tie a picture of the evidence folder and what its frame said to a flag."""
        ...

    def add_met_picture(
        self, day: date, clause: str, slot: Slot, captured_at: datetime, counter: str, sha: str
    ) -> None:
        """Tie a picture of the evidence folder to a place in the sample of met verdicts."""
        ...

    def keep_policy(self, held: Policy, since: datetime) -> None:
        """Keep a policy that is taken up, so that its verdicts can be judged again."""
        ...


class Album(Protocol):
    """What the office needs of an evidence folder."""

    def add(self, jpeg: bytes) -> str:
        """Keep a picture; its sha256."""
        ...


@dataclass(frozen=True, slots=True)
class Shot:
    """A sample with its picture."""

    sample: Sample
    picture: Picture


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The day went on to another phase."""

    at: datetime
    phase: Phase


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """What a check sees at a counter changed and held; `seen`: each sure thing. No verdict."""

    at: datetime
    counter: str
    check: str
    outcome: Outcome
    reason: Reason | None
    seen: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class VerdictChanged:
    """A verdict was made or changed, and recorded."""

    at: datetime
    record_id: int
    verdict: Verdict
    flag_id: int | None


@dataclass(frozen=True, slots=True)
class ReadinessDecided:
    """The answer of T-5 for one counter."""

    at: datetime
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the office is drawn now: everything that the page Pemasangan may change, in one value.

    `period_s` and `approved` by camera; `redrawn` by counter: samples from before belong to another
    drawing of it, and nothing is judged by them.
    """

    layout: Layout
    period_s: Mapping[str, float]
    approved: Mapping[str, Approved]
    off_roster: frozenset[str] = frozenset()
    redrawn: Mapping[str, datetime] = field(default_factory=dict)

    def stands(self, sample: Sample) -> bool:
        """Whether a sample was taken under this drawing of its counter."""
        if sample.counter not in {counter.counter for counter in self.layout.counters}:
            return False
        since = self.redrawn.get(sample.counter)
        return since is None or sample.captured_at >= since


Event = PhaseChanged | StatusChanged | VerdictChanged | ReadinessDecided
Key = tuple[str, str, Slot]


@dataclass(slots=True)
class _Status:
    """The status of one check at one counter, and what may follow it."""

    stands: tuple[Outcome, Reason | None, tuple[Label, ...]] | None = None
    since: datetime | None = None
    next: tuple[Outcome, Reason | None, tuple[Label, ...]] | None = None
    next_since: datetime | None = None


@dataclass(slots=True)
class _Day:
    """All that belongs to one day and is forgotten at midnight; rebuilt from stored samples."""

    plan: DayPlan
    phase: Phase | None = None
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    fallen: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)
    standing: dict[Key, Verdict] = field(default_factory=dict)
    decided: dict[str, Readiness] = field(default_factory=dict)
    flags: dict[Key, int] = field(default_factory=dict)
    sampled_cells: dict[tuple[str, Slot], int] = field(default_factory=dict)


class Office:
    """One office. Not thread-safe but for `see` and `due`; its runner calls the rest in turn."""

    def __init__(
        self,
        *,
        layout: Layout,
        policy: Policy,
        eyes: Eyes,
        plan_of: Callable[[datetime], DayPlan],
        period_s: Mapping[str, float],
        approved: Mapping[str, Approved],
        memory: Memory,
        album: Album,
        off_roster: frozenset[str] = frozenset(),
        redrawn: Mapping[str, datetime] | None = None,
        office_id: str = "",
    ) -> None:
        self.policy = policy
        self._office_id = office_id
        self._to_come: tuple[Policy, datetime] | None = None
        self.late_count = 0
        self._eyes = eyes
        drawing = Drawing(layout, period_s, approved, off_roster, redrawn or {})
        self._in_force = (drawing, self._sights_of(drawing))  # replaced, never changed
        self._plan_of = plan_of
        self._memory = memory
        self._album = album
        self._day: _Day | None = None
        self._judged_to: datetime | None = None
        self._unsaved: list[Sample] = []
        self._status: dict[tuple[str, str], _Status] = {}
        self._rings: dict[str, deque[Shot]] = {}
        self._open_windows: list[tuple[int, str, datetime]] = []
        self._latest: dict[str, Shot] = {}
        self._newest: dict[str, Sample] = {}
        self._clock_jumps: list[datetime] = []
        self._looked: dict[str, int] = {}

    # --- asked from outside ------------------------------------------------------------------

    @property
    def _drawing(self) -> Drawing:
        return self._in_force[0]

    def _sights_of(self, drawing: Drawing) -> Mapping[str, CameraSight]:
        """Each camera that counters are drawn for, with nothing carried over yet."""
        layout, parameters = drawing.layout, self.policy.parameters
        return {
            camera: CameraSight(
                layout.of_camera(camera), self._eyes, parameters, drawing.approved.get(camera)
            )
            for camera in {counter.camera for counter in layout.counters}
        }

    @property
    def layout(self) -> Layout:
        """Counters and zones in force."""
        return self._drawing.layout

    @property
    def models(self) -> str:
        """The networks that look."""
        return self._eyes.models

    @property
    def judged_to(self) -> datetime | None:
        """Up to when verdicts have fallen."""
        return self._judged_to

    def plan_at(self, at: datetime) -> DayPlan:
        """The plan of the day in which `at` lies."""
        if self._day is not None and _covers(self._day.plan, at):
            return self._day.plan
        return self._plan_of(at)

    def rostered(self, counter: str) -> bool:
        """Whether a counter is judged today."""
        return counter not in self._drawing.off_roster

    def change_roster(self, off_roster: frozenset[str]) -> None:
        """From now on these counters are not judged; what was said of them before stands."""
        drawing, sights = self._in_force
        self._in_force = (replace(drawing, off_roster=off_roster), sights)

    def follow_policy(self, policy: Policy | None, since: datetime) -> None:
        """Go on under another policy from the first day on that begins at `since` or later.

        Never within a day: its verdicts are then all by the policy they cite. None: as before.
        """
        self._to_come = None if policy is None else (policy, since)

    def change(
        self, drawing: Drawing, plan_of: Callable[[datetime], DayPlan] | None = None
    ) -> None:
        """Go on under another drawing, and another calendar if one is given.

        Counters that `drawing.redrawn` does not name keep their state. Of the others nothing that
        was seen before counts: what stood against them is asked again. Answers that fell stand.
        """
        self._in_force = (drawing, self._sights_of(drawing))
        if plan_of is not None:
            self._plan_of = plan_of
        names = {counter.counter for counter in drawing.layout.counters}
        day = self._day
        if day is None:
            return
        if plan_of is not None:
            day.plan = plan_of(day.plan.spans[0].since)
        for counter in [*day.samples]:
            day.samples[counter] = [s for s in day.samples[counter] if drawing.stands(s)]
        for key, verdict in [*day.standing.items()]:
            if key[0] not in names or _is_older(verdict, drawing.redrawn):
                del day.standing[key]
        for counter, fallen in [*day.fallen.items()]:
            day.fallen[counter] = tuple(v for v in fallen if not _is_older(v, drawing.redrawn))
        for counter, sample in [*self._newest.items()]:
            if not drawing.stands(sample):
                del self._newest[counter]
        for counter, shot in [*self._latest.items()]:
            if not drawing.stands(shot.sample):
                del self._latest[counter]
                self._rings.pop(counter, None)
        for status in [*self._status]:
            if status[0] not in self._latest:
                del self._status[status]

    def standing(self, counter: str) -> tuple[Verdict, ...]:
        """Today's standing verdicts of a counter, in the policy's order."""
        if self._day is None:
            return ()
        return tuple(v for key, v in self._day.standing.items() if key[0] == counter)

    def all_standing(self) -> dict[str, list[Verdict]]:
        """The same of every counter that has any."""
        found: dict[str, list[Verdict]] = {}
        for (counter, _, _), verdict in (self._day.standing if self._day else {}).items():
            found.setdefault(counter, []).append(verdict)
        return found

    def flag_of(self, verdict: Verdict) -> int | None:
        """The flag that a standing verdict raised, if any."""
        if self._day is None:
            return None
        return self._day.flags.get((verdict.counter, verdict.clause, verdict.slot))

    def decided(self, counter: str) -> Readiness | None:
        """The answer of T-5, once it fell."""
        return self._day.decided.get(counter) if self._day is not None else None

    def latest(self, counter: str) -> Shot | None:
        """The newest sample of a counter that was looked at, with its picture, heads hidden."""
        return self._latest.get(counter)

    def newest(self, counter: str) -> Sample | None:
        """The newest sample of a counter, looked at or unchanged since."""
        return self._newest.get(counter)

    def recent(self, counter: str, since: datetime) -> list[Sample]:
        """Samples of a counter from `since` on."""
        samples = self._day.samples.get(counter, []) if self._day is not None else []
        return [sample for sample in samples if sample.captured_at >= since]

    def status_since(self, counter: str, check: str) -> datetime | None:
        """Since when a check has seen what it sees at a counter."""
        status = self._status.get((counter, check))
        return status.since if status is not None else None

    # --- frames ------------------------------------------------------------------------------

    def due(self, camera: str, at: datetime) -> dict[str, tuple[str, ...]]:
        """The checks that a frame of this camera at this moment is looked at for, by counter."""
        return self._due(self._drawing, camera, at)

    def _due(self, drawing: Drawing, camera: str, at: datetime) -> dict[str, tuple[str, ...]]:
        plan = self.plan_at(at)
        if plan.phase_at(at) not in LOOKED_AT:
            return {}
        slots = {slot for slot in Slot if _in_slot(plan, slot, at)}
        checks: dict[str, tuple[str, ...]] = {}
        for counter in drawing.layout.of_camera(camera):
            if counter.counter in drawing.off_roster:
                continue
            rules = self.policy.rules_for(counter.role)
            names = {rule.check for rule in rules if rule.slots & slots}
            # Whether somebody is there is shown all day, also where no rule asks for it.
            checks[counter.counter] = tuple(sorted(names | {"staff_present"}))
        return checks

    def see(self, frame: Frame, *, frozen: bool = False) -> Shown | None:
        """Look at a frame; None where nobody looks now, or looked a moment ago.

        Safe in any thread, for one frame of a camera at a time.
        """
        at = frame.captured_at
        drawing, sights = self._in_force  # once: it may be changed while this frame is looked at
        due = self._due(drawing, frame.camera, at)
        if not due or not self._time_to_look(frame):
            return None
        plan = self.plan_at(at)
        pace = pace_at(
            plan,
            at,
            drawing.period_s[frame.camera],
            self.policy.parameters,
            offset_s=crc32(frame.camera.encode()) % 600 / 10,
        )
        slots = frozenset(slot for slot in Slot if _in_slot(plan, slot, at))
        roles = {counter.counter: counter.role for counter in drawing.layout.counters}
        pending = {name: self._pending(name, roles[name], slots, at) for name in due}
        return sights[frame.camera].see(frame, due, pace, pending, frozen=frozen)

    def _pending(
        self, counter: str, role: str, slots: frozenset[Slot], at: datetime
    ) -> Pending:
        """What waits, as it was known a while ago: live and replay then look at the same frames."""
        day = self._day
        fallen = day.fallen.get(counter, ()) if day is not None else ()
        stood = {(v.clause, v.slot): v for v in fallen if v.decided_at <= at - KNOWN_AFTER}
        rules = self.policy.rules_for(role)
        return pending_of(rules, slots, stood)

    def glance(self, frame: Frame) -> dict[str, Reason | None]:
        """Why nothing could be told of each counter, without asking a network; None: it shows.

        For hours in which nobody looks: a camera that was turned at night is told before opening.
        """
        sight = self._in_force[1].get(frame.camera)
        return sight.glance(frame) if sight is not None else {}

    def _time_to_look(self, frame: Frame) -> bool:
        """Before opening every frame counts; later one in each cell of OPEN_LOOK_S is enough."""
        if self.plan_at(frame.captured_at).phase_at(frame.captured_at) in EARLY:
            return True
        cell = int(frame.captured_at.timestamp() // OPEN_LOOK_S)
        if self._looked.get(frame.camera) == cell:
            return False
        self._looked[frame.camera] = cell
        return True

    def take(self, shown: Shown) -> list[Event]:
        """Remember what a frame said. A sample older than what was judged already is left out."""
        events: list[Event] = []
        for sample in shown.samples:
            if self._judged_to is not None and sample.captured_at < self._judged_to:
                self.late_count += 1
                continue
            if not self._drawing.stands(sample):
                continue
            self._remember(sample)
            self._unsaved.append(sample)
            self._newest[sample.counter] = sample
            picture = shown.pictures.get(sample.counter)
            if picture is not None:
                shot = Shot(sample, picture)
                self._latest[sample.counter] = shot
                self._keep_evidence(shot)
                self._keep_sampled(shot)
            events += self._statuses(sample)
        return events

    def restore(
        self,
        samples: Iterable[Sample],
        judged_to: datetime,
        standing: Iterable[Verdict],
        decided: Iterable[Readiness],
        flags: Mapping[Key, int],
    ) -> None:
        """Come to the state of before a restart, from what the store kept of the day.

        `samples` of the slots still open and a minute before them; `standing` and `decided` as
        they stood at `judged_to`. The office goes on from there; what was recorded later falls
        again, and the store knows it as the same.
        """
        day = self._enter(judged_to)
        day.phase = day.plan.phase_at(judged_to)
        for verdict in standing:
            if _is_older(verdict, self._drawing.redrawn):
                continue
            day.standing[verdict.counter, verdict.clause, verdict.slot] = verdict
            day.fallen[verdict.counter] = (*day.fallen.get(verdict.counter, ()), verdict)
        day.decided.update({answer.counter: answer for answer in decided})
        day.flags.update(flags)
        for sample in samples:
            if self._drawing.stands(sample):
                self._remember(sample)
        self._judged_to = judged_to

    def needs_from(self, at: datetime) -> datetime:
        """From when on samples are needed to go on judging at `at`."""
        return self._needed_from(self.plan_at(at), at)

    def clock_jumped(self, at: datetime) -> None:
        """The clock of this machine jumped: time clauses over this moment cannot be told."""
        self._clock_jumps.append(at)

    def _remember(self, sample: Sample) -> None:
        day = self._enter(sample.captured_at)
        day.samples.setdefault(sample.counter, []).append(sample)

    def _statuses(self, sample: Sample) -> list[Event]:
        events: list[Event] = []
        for observation in sample.observations:
            status = self._status.setdefault((sample.counter, observation.check), _Status())
            said = _said(observation, self.policy.parameters["det_hi"])
            if said == status.stands:
                status.next = None
                continue
            if said != status.next or status.next_since is None:
                status.next, status.next_since = said, sample.captured_at
            held = (sample.captured_at - status.next_since).total_seconds()
            if status.stands is None or held >= STATUS_HOLD_S:
                status.stands, status.since, status.next = said, status.next_since, None
                events.append(
                    StatusChanged(status.next_since, sample.counter, observation.check, *said)
                )
        return events

    # --- time --------------------------------------------------------------------------------

    def advance(self, to: datetime) -> list[Event]:
        """Judge every instant of the grid up to and including `to`."""
        if self._judged_to is None:
            self._judged_to = to
            day = self._enter(to)
            day.phase = day.plan.phase_at(to)
            return [PhaseChanged(to, day.phase)]
        events: list[Event] = []
        for at in self._instants(self._judged_to, to):
            events += self._judge_at(at)
            self._judged_to = at
        self._judged_to = max(self._judged_to, to)
        return events

    def flush(self) -> None:
        """Hand samples to the memory that no verdict needed yet."""
        if self._unsaved:
            self._memory.add_samples(self._unsaved)
            self._unsaved = []

    def _instants(self, after: datetime, to: datetime) -> Iterator[datetime]:
        at = after
        while True:
            at = self._next_instant(at)
            if at > to:
                return
            yield at

    def _next_instant(self, after: datetime) -> datetime:
        """The next moment to judge: a step of the grid, a phase's end, T-5."""
        plan = self.plan_at(after)
        span = next(span for span in plan.spans if span.since <= after < span.until)
        candidates = [span.until]
        if plan.ready_at is not None and plan.ready_at > after:
            candidates.append(plan.ready_at)
        if span.phase in LOOKED_AT:
            early = span.phase in EARLY
            candidates.append(_next_step(after, READY_STEP_S if early else OPEN_STEP_S))
        return min(candidates)

    def _enter(self, at: datetime) -> _Day:
        if self._day is None or not _covers(self._day.plan, at):
            if self._day is not None and at < self._day.plan.spans[0].since:
                return self._day
            self._day = _Day(self._plan_of(at))
            self._clock_jumps = []
        return self._day

    def _judge_at(self, at: datetime) -> list[Event]:
        events: list[Event] = []
        ending = self._day  # at midnight the old day's last slots still end
        just_before = at - timedelta(microseconds=1)
        if ending is not None and ending.plan.phase_at(just_before) in LOOKED_AT:
            for counter in self.layout.counters:
                if self.rostered(counter.counter):
                    events += self._judge_counter(ending, counter, at)
            if ending.plan.ready_at == at:
                events += self._decide(ending, at)
        self._take_up_policy(at)
        day = self._enter(at)
        phase = day.plan.phase_at(at)
        if phase is not day.phase:
            day.phase = phase
            events.append(PhaseChanged(at, phase))
            self._forget(day, at)
        return events

    def _take_up_policy(self, at: datetime) -> None:
        if self._to_come is None or (self._day is not None and _covers(self._day.plan, at)):
            return
        policy, since = self._to_come
        if at >= since:
            self._to_come = None
            self.policy = policy
            self._memory.keep_policy(policy, at)
            self._in_force = (self._drawing, self._sights_of(self._drawing))

    def _forget(self, day: _Day, at: datetime) -> None:
        """Samples of slots that ended are not needed in memory; a minute is kept for owners."""
        keep_from = self._needed_from(day.plan, at)
        for counter, samples in day.samples.items():
            day.samples[counter] = [s for s in samples if s.captured_at >= keep_from]

    @staticmethod
    def _needed_from(plan: DayPlan, at: datetime) -> datetime:
        begins = [
            span[0]
            for slot in Slot
            if (span := plan.slot_span(slot)) is not None and span[1] > at
        ]
        return min([*begins, at]) - timedelta(seconds=60)

    def _judge_counter(self, day: _Day, counter: Counter, at: datetime) -> list[Event]:
        events: list[Event] = []
        for slot in Slot:
            span = day.plan.slot_span(slot)
            if span is None or not span[0] < at <= span[1]:
                continue
            watch = self._watch(day, counter, slot, span, at)
            for clause in self.policy.clauses:
                rule = clause.rule
                if rule is None or not clause.enabled or clause.role != counter.role:
                    continue
                if slot in rule.slots:
                    events += self._settle(day, counter, clause, rule, watch)
        return events

    def _watch(
        self,
        day: _Day,
        counter: Counter,
        slot: Slot,
        span: tuple[datetime, datetime],
        at: datetime,
    ) -> Watch:
        period_s = self._drawing.period_s[counter.camera]
        if slot is not Slot.READY:
            period_s = max(period_s, OPEN_LOOK_S)
        since, until = span
        samples = [
            sample
            for sample in day.samples.get(counter.counter, [])
            if since <= sample.captured_at < at
        ]
        return Watch(
            slot=slot,
            since=since,
            until=until,
            at=at,
            ready_at=day.plan.ready_at if slot is Slot.READY else None,
            samples=samples,
            cover_s=period_s * COVER_PERIODS,
            expected_s=period_s,
        )

    def _settle(
        self, day: _Day, counter: Counter, clause: Clause, rule: Rule, watch: Watch
    ) -> list[Event]:
        judgement = self._judgement(day, counter, rule, watch)
        if judgement is None:
            return []
        verdict = verdict_of(
            clause,
            judgement,
            watch,
            counter.counter,
            policy=self.policy.citation,
            layout=self.layout.version,
            models=self._eyes.models,
        )
        key = (counter.counter, clause.clause, watch.slot)
        before = day.standing.get(key)
        verdict = follow(before, verdict)
        if before is not None and before.says_the_same_as(verdict):
            return []
        day.standing[key] = verdict
        day.fallen[counter.counter] = (*day.fallen.get(counter.counter, ()), verdict)
        self.flush()
        record_id = self._memory.add_record(verdict)
        flag_id = None
        if worth_a_look(verdict):
            around = timedelta(seconds=RING_S)
            flag_id = self._memory.open_flag(
                record_id, verdict, (watch.at - around, watch.at + around)
            )
            day.flags[key] = flag_id
            self._open_evidence(flag_id, counter.counter, watch.at)
        return [VerdictChanged(watch.at, record_id, verdict, flag_id)]

    def _judgement(
        self, day: _Day, counter: Counter, rule: Rule, watch: Watch
    ) -> Judgement | None:
        """What the signal card says, unless the office itself is why nothing can be told."""
        why: Reason | None = None
        if counter.zone(rule.zone) is None:
            why = Reason.NO_VIEW
        elif rule.signal is Signal.READY and not day.plan.certain:
            why = Reason.RULE_UNDEFINED
        elif rule.signal is Signal.READY and any(
            watch.since <= jump < watch.at for jump in self._clock_jumps
        ):
            why = Reason.CLOCK_UNSURE
        if why is None:
            return judge(rule, watch)
        if watch.ready_at is not None and watch.at < watch.ready_at:
            return None
        if watch.ready_at is None and not watch.ended:
            return None
        return Judgement(Outcome.CANNOT_TELL, why, watch.since, 0, 0, 0)

    def _decide(self, day: _Day, at: datetime) -> list[Event]:
        events: list[Event] = []
        for counter in self.layout.counters:
            name = counter.counter
            readiness = readiness_of(name, self.policy, day.standing.values(), at)
            if readiness is None or not self.rostered(name):
                continue
            day.decided[name] = readiness
            self._memory.add_readiness(day.plan.day, readiness)
            events.append(ReadinessDecided(at, readiness))
        return events

    # --- evidence ----------------------------------------------------------------------------

    def _keep_evidence(self, shot: Shot) -> None:
        at = shot.sample.captured_at
        ring = self._rings.setdefault(shot.sample.counter, deque())
        ring.append(shot)
        while ring[0].sample.captured_at < at - timedelta(seconds=2 * RING_S):
            ring.popleft()
        self._open_windows = [window for window in self._open_windows if at <= window[2]]
        for flag_id, counter, _ in self._open_windows:
            if counter == shot.sample.counter:
                self._attach(flag_id, shot)

    def _keep_sampled(self, shot: Shot) -> None:
        """Keep some pictures of every place in the sample of met verdicts, evenly over its span.

        How a span ends is not known yet: what does not end as met goes once the day is over.
        """
        day, at = self._day, shot.sample.captured_at
        if day is None or not _covers(day.plan, at):
            return
        counter = self.layout.counter(shot.sample.counter)
        for slot in Slot:
            span = day.plan.slot_span(slot)
            if span is None or not span[0] <= at < span[1]:
                continue
            cell = int((at - span[0]) / ((span[1] - span[0]) / MET_PICTURES))
            if day.sampled_cells.get((counter.counter, slot)) == cell:
                continue
            day.sampled_cells[counter.counter, slot] = cell
            clauses = self._sampled(day.plan.day, counter, slot)
            sha = self._album.add(shot.picture.jpeg) if clauses else ""
            for clause in clauses:
                self._memory.add_met_picture(
                    day.plan.day, clause, slot, at, counter.counter, sha
                )

    def _sampled(self, day: date, counter: Counter, slot: Slot) -> list[str]:
        """The clauses that are looked at again there, if they end as met."""
        share = self.policy.parameters["met_sample"]
        return [
            clause.clause
            for clause in self.policy.clauses
            if clause.enabled
            and clause.role == counter.role
            and clause.observability is Observability.CAMERA
            and clause.rule is not None
            and slot in clause.rule.slots
            and rechecked(self._office_id, day, counter.counter, clause.clause, slot, share)
        ]

    def _open_evidence(self, flag_id: int, counter: str, at: datetime) -> None:
        around = timedelta(seconds=RING_S)
        for shot in self._rings.get(counter, ()):
            if at - around <= shot.sample.captured_at <= at + around:
                self._attach(flag_id, shot)
        self._open_windows.append((flag_id, counter, at + around))

    def _attach(self, flag_id: int, shot: Shot) -> None:
        sha = self._album.add(shot.picture.jpeg)
        self._memory.add_flag_frame(
            flag_id,
            shot.sample,
            sha,
            frame_wh=shot.picture.frame_wh,
            crop_xyxy=shot.picture.crop_xyxy,
        )


def _is_older(verdict: Verdict, redrawn: Mapping[str, datetime]) -> bool:
    """Whether it was decided before its counter was drawn anew."""
    since = redrawn.get(verdict.counter)
    return since is not None and verdict.decided_at < since


def _covers(plan: DayPlan, at: datetime) -> bool:
    return plan.spans[0].since <= at < plan.spans[-1].until


def _in_slot(plan: DayPlan, slot: Slot, at: datetime) -> bool:
    span = plan.slot_span(slot)
    return span is not None and span[0] <= at < span[1]


def _next_step(after: datetime, step_s: float) -> datetime:
    """The next multiple of `step_s` since 1970 that is later than `after`."""
    steps = int(after.timestamp() // step_s) + 1
    return datetime.fromtimestamp(steps * step_s, UTC)


def _said(
    observation: Observation, det_hi: float
) -> tuple[Outcome, Reason | None, tuple[Label, ...]]:
    """What an observation says, as far as a status follows it: sure things, people left out."""
    seen = [
        box.label
        for box in observation.basis
        if box.confidence >= det_hi and box.label not in (Label.PERSON, Label.TORSO)
    ]
    return observation.outcome, observation.reason, tuple(sorted(seen))
