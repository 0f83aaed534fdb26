"""The running office: cameras, workers and time joined to `Office`. What API and pages ask.

Threads, and what each may touch:
- one reader thread per camera (`cameras.reader`) puts the newest frame into its slot;
- `looker-N`, one per core, takes the frame of the camera whose last sample stops speaking first and
  calls `Office.see`, which is pure; at most one frame of a camera is under way;
- `judge` alone calls `Office.take`, `advance` and `flush`, under the office lock; whoever asks for
  the board holds the same lock for the moment of reading.
Time is judged up to the oldest frame still under way, so that a slow look is not a lost one, but
never more than LATE_S behind the clock.
"""

import logging
import os
import threading
import time
from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from service.alarms import AlarmWatch, CameraAlarm
from service.board import (
    Board,
    CameraState,
    CameraStatus,
    Finding,
    Tile,
    TileState,
)
from service.clock import Clock, JumpWatch
from service.health import HealthWatch
from service.office import Drawing, Event, Office
from service.seeing import Shown
from service.settings import Settings
from vision.attention import HEALTH_S, UNREAD, Claim, most_urgent, reading_period
from vision.day import LOOKED_AT, DayPlan, Phase
from vision.layout import Counter, Layout
from vision.policy import Policy
from vision.readiness import readiness_of, worth_a_look
from vision.values import Frame, Gap, Outcome, Reason, Sample, Slot, Verdict
from vision.view import gate

log = logging.getLogger("siaga")

LATE_S = 5.0
"""A look that takes longer than this (machine seconds) does not hold up the verdicts."""

BEAT_S = 0.25
"""How often the judge looks at the clock when nothing comes in, machine seconds."""

FLUSH_S = 2.0
"""Samples are safe on disk at the latest after so many machine seconds."""

PICTURE_S = 2.0
"""A board that only has newer pictures is announced at most this often, machine seconds."""


class Reader(Protocol):
    """What the runner needs of a camera reader. Any thread."""

    def start(self) -> None:
        """Begin to read."""
        ...

    def stop(self) -> None:
        """Stop within two seconds; may be started again."""
        ...

    def pace(self, period_s: float) -> None:
        """From now on one frame per period."""
        ...

    def take(self) -> Frame | None:
        """The newest frame, once."""
        ...

    def waits(self) -> bool:
        """Whether a frame can be taken."""
        ...

    def expected_at(self) -> datetime | None:
        """The moment of the frame that waits, else of the one that is promised next."""
        ...

    def frozen(self) -> bool:
        """Whether the picture has not changed for too long."""
        ...

    def status(self) -> CameraStatus:
        """How the camera is."""
        ...


class Keeper(Protocol):
    """What the runner needs of the store beyond what the office itself writes."""

    def put_meta(self, key: str, value: str) -> None:
        """Keep a word."""
        ...


@dataclass(frozen=True, slots=True)
class _Done:
    """A look that came back; `shown` is None when nobody looks now or the look failed.

    `hidden`: why the frame of that moment tells nothing of each counter; None: it shows it.
    """

    camera: str
    shown: Shown | None
    at: datetime
    hidden: Mapping[str, Reason | None]


class RunningOffice:
    """An office at work; implements `service.board.OfficeView`."""

    def __init__(
        self,
        settings: Settings,
        office: Office,
        readers: Callable[[Callable[[], None]], Mapping[str, Reader]],
        clock: Clock,
        keeper: Keeper,
        next_ready_at: Callable[[datetime], datetime | None],
        worker_count: int | None = None,
        on_alarm: Callable[[CameraAlarm], None] = lambda alarm: None,
        on_gap: Callable[[Gap], None] = lambda gap: None,
        on_beat: Callable[[Sequence[Event]], None] = lambda events: None,
    ) -> None:
        """`readers` is given the bell that a reader rings when a frame waits.

        The judge tells `on_alarm` when a human should see to a camera, or need no longer, and
        `on_gap` when pictures came that showed nothing, and `on_beat` what was decided, before it
        is written down up to when was judged. All of them must return at once.
        """
        self._settings = settings
        self._office = office
        self._clock = clock
        self._keeper = keeper
        self._next_ready_at = next_ready_at
        self._worker_count = worker_count or max(1, os.cpu_count() or 1)
        self._lock = threading.RLock()
        self._bell = threading.Condition()
        self._under_way: dict[str, datetime] = {}
        self._spoke_at: dict[str, datetime] = {}
        self._periods = {camera.camera: camera.period_s for camera in settings.cameras}
        self._looked: Tally[str] = Tally()
        self._unchanged: Tally[str] = Tally()
        self._done: deque[_Done] = deque()
        self._judge_bell = threading.Event()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listeners: list[Callable[[int], None]] = []
        self._revision = 0
        self._reading: frozenset[Phase] = frozenset()
        self._jumps = JumpWatch(office.policy.parameters["clock_tol_s"])
        self._alarms = AlarmWatch()
        self._health = HealthWatch()
        self._on_alarm = on_alarm
        self._on_gap = on_gap
        self._on_beat = on_beat
        self._camera_words: dict[str, tuple[CameraState, datetime, datetime | None]] = {}
        self._taps: dict[str, tuple[Callable[[Frame], None], ...]] = {}
        self._readers: Mapping[str, Reader] = readers(self._ring)  # replaced, never changed

    # --- life --------------------------------------------------------------------------------

    def start(self) -> None:
        """Start workers and judge; cameras are connected to when the day asks for it."""
        names = [f"looker-{n}" for n in range(self._worker_count)]
        self._threads = [
            threading.Thread(target=self._look_on, name=name, daemon=True) for name in names
        ]
        self._threads.append(threading.Thread(target=self._judge_on, name="judge", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop everything; what was seen is on disk afterwards."""
        self._stop.set()
        self._judge_bell.set()
        self._ring()
        for reader in self._readers.values():
            reader.stop()
        for thread in self._threads:
            thread.join(timeout=10)
        with self._lock:
            self._office.flush()

    def _ring(self) -> None:
        with self._bell:
            self._bell.notify()

    # --- changed while it works --------------------------------------------------------------

    def change(
        self,
        settings: Settings,
        drawing: Drawing,
        readers: Callable[[Callable[[], None]], Mapping[str, Reader]],
        plan_of: Callable[[datetime], DayPlan] | None = None,
    ) -> None:
        """Go on under other settings. `readers` makes those of new and changed cameras only.

        Cameras that are no longer in the settings are let go, as are those that changed.
        """
        made = readers(self._ring)
        with self._lock:
            before = self._readers
            names = [camera.camera for camera in settings.cameras]
            with self._bell:
                self._readers = {n: made[n] if n in made else before[n] for n in names}
            self._settings = settings
            self._office.change(drawing, plan_of)
            self._reading = frozenset()  # so that new readers are started, if it is their time
            self._read_by_phase()
        for name, reader in before.items():
            if self._readers.get(name) is not reader:
                reader.stop()
                self._health.rest(name)
        self._ring()
        self._announce()

    def follow_policy(self, policy: Policy | None, since: datetime) -> None:
        """Go on under another policy from the first day on that begins at `since` or later."""
        with self._lock:
            self._office.follow_policy(policy, since)

    def tap(self, camera: str, listener: Callable[[Frame], None]) -> Callable[[], None] | None:
        """Call `listener` with each frame of a camera before it is looked at; the off switch.

        None where the office does not read this camera now. The listener must return at once.
        Meanwhile the camera gives its pictures as often as before opening.
        """
        reader = self._readers.get(camera)
        if reader is None or not self._reading - UNREAD:
            return None
        reader.pace(self._settings.camera(camera).period_s)
        with self._bell:
            self._taps[camera] = (*self._taps.get(camera, ()), listener)

        def off() -> None:
            with self._bell:
                left = tuple(tap for tap in self._taps.get(camera, ()) if tap is not listener)
                self._taps[camera] = left
            reader.pace(self._periods.get(camera, 1.0))

        return off

    # --- lookers -----------------------------------------------------------------------------

    def _look_on(self) -> None:
        while not self._stop.is_set():
            frame = self._next_frame()
            if frame is None:
                continue
            shown: Shown | None = None
            hidden: Mapping[str, Reason | None] = {}
            try:
                reader = self._readers.get(frame.camera)  # none: it was taken away meanwhile
                if reader is not None:
                    shown = self._office.see(frame, frozen=reader.frozen())
                    hidden = self._hidden(frame, shown)
            except Exception:
                log.exception("camera %s: a frame could not be judged", frame.camera)
            self._done.append(_Done(frame.camera, shown, frame.captured_at, hidden))
            self._judge_bell.set()

    def _hidden(self, frame: Frame, shown: Shown | None) -> Mapping[str, Reason | None]:
        """Why nothing can be told of each counter; nobody is asked where nobody would look."""
        if shown is None:
            phase = self._office.plan_at(frame.captured_at).phase_at(frame.captured_at)
            return {} if phase in LOOKED_AT else self._office.glance(frame)
        parameters = self._office.policy.parameters
        return {one.counter: gate(one.view, parameters) for one in shown.samples}

    def _next_frame(self) -> Frame | None:
        """The waiting frame that is most urgent."""
        with self._bell:
            claims = [
                Claim(name, self._spoke_at.get(name), self._periods.get(name, 1.0))
                for name, reader in self._readers.items()
                if name not in self._under_way and reader.waits()
            ]
            if not claims:
                self._bell.wait(timeout=1.0)
                return None
            camera = most_urgent(claims)
            frame = self._readers[camera].take()
            if frame is None:
                return None
            self._spoke_at[camera] = frame.captured_at
            self._under_way[camera] = frame.captured_at
            taps = self._taps.get(camera, ())
        for tap in taps:
            tap(frame)
        return frame

    # --- judge -------------------------------------------------------------------------------

    def _judge_on(self) -> None:
        flushed = announced = 0.0
        while not self._stop.is_set():
            self._judge_bell.wait(timeout=BEAT_S)
            self._judge_bell.clear()
            events, pictures = self._judge_once()
            self._on_beat(events)
            now = time.monotonic()
            if now - flushed >= FLUSH_S:
                flushed = now
                with self._lock:
                    self._office.flush()
                    judged_to = self._office.judged_to
                if judged_to is not None:
                    self._keeper.put_meta("judged_to", judged_to.isoformat())
            changed = self._cameras_changed()
            if events or changed or (pictures and now - announced >= PICTURE_S):
                announced = now
                self._announce()

    def _judge_once(self) -> tuple[Sequence[Event], bool]:
        events: list[Event] = []
        gaps: list[Gap] = []
        pictures = False
        with self._lock:
            if self._jumps.jumped():
                log.warning("the clock of this machine jumped; time clauses cannot be told")
                self._office.clock_jumped(self._clock.now())
            until = self._settled()
            while self._done:
                done = self._done.popleft()
                gaps += self._health.see(done.camera, done.at, done.hidden)
                if done.shown is not None:
                    events += self._office.take(done.shown)
                    pictures = True
                    (self._looked if done.shown.pictures else self._unchanged)[done.camera] += 1
                with self._bell:
                    self._under_way.pop(done.camera, None)
                    self._bell.notify()
            events += self._office.advance(max(until, self._office.judged_to or until))
            self._read_by_phase()
        for gap in gaps:
            self._on_gap(gap)
        return events, pictures

    def _settled(self) -> datetime:
        """Up to when no frame can still come: asked before finished looks are taken."""
        now = self._clock.now()
        speed = self._clock.speed
        with self._bell:  # a frame is either waiting or under way, never between
            open_at = list(self._under_way.values())
            open_at += [
                at for reader in self._readers.values() if (at := reader.expected_at()) is not None
            ]
        quiet = now - timedelta(seconds=BEAT_S * speed)
        return max(min([quiet, *open_at]), now - timedelta(seconds=LATE_S * speed))

    def _read_by_phase(self) -> None:
        """Connect to cameras for the day, and take as many pictures as its phase needs.

        The pace of a closer phase is taken up shortly before, or its first picture would be missed.
        """
        now = self._clock.now()
        soon = now + timedelta(seconds=HEALTH_S + BEAT_S * self._clock.speed)
        phases = frozenset(self._office.plan_at(at).phase_at(at) for at in (now, soon))
        if phases == self._reading:
            return
        self._reading = phases
        own = {camera.camera: camera.period_s for camera in self._settings.cameras}
        for name, reader in self._readers.items():
            wanted = [reading_period(phase, own.get(name, 1.0)) for phase in phases]
            periods = [period_s for period_s in wanted if period_s is not None]
            if not periods:
                reader.stop()
                self._health.rest(name)
                continue
            self._periods[name] = min(periods)
            reader.pace(self._periods[name])
            reader.start()

    def _cameras_changed(self) -> bool:
        now = self._clock.now()
        words = {name: self._status_of(name, reader) for name, reader in self._readers.items()}
        for alarm in self._alarms.step(now, self._office.plan_at(now), list(words.values())):
            log.warning("%s", alarm.line)
            self._on_alarm(alarm)
        states = {name: (w.state, w.since, w.alarm_since) for name, w in words.items()}
        changed = states != self._camera_words
        self._camera_words = states
        return changed

    def _announce(self) -> None:
        with self._lock:
            self._revision += 1
            revision, listeners = self._revision, list(self._listeners)
        for listener in listeners:
            listener(revision)

    # --- what API and pages ask --------------------------------------------------------------

    def policy(self) -> Policy:
        """The policy in force."""
        return self._office.policy

    def layout(self) -> Layout:
        """Counters and zones in force."""
        return self._office.layout

    def standing(self, counter: str) -> tuple[Verdict, ...]:
        """Today's standing verdicts. Errors: KeyError."""
        self._office.layout.counter(counter)
        with self._lock:
            return self._office.standing(counter)

    def last_sample(self, counter: str) -> Sample | None:
        """What the newest judged frame said. Errors: KeyError."""
        self._office.layout.counter(counter)
        with self._lock:
            return self._office.newest(counter)

    def picture(self, counter: str) -> bytes | None:
        """The newest picture as JPEG, heads hidden. Errors: KeyError."""
        self._office.layout.counter(counter)
        with self._lock:
            shot = self._office.latest(counter)
        return shot.picture.jpeg if shot is not None else None

    def subscribe(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call `listener(revision)` after each change; returns the off switch."""
        with self._lock:
            self._listeners.append(listener)

        def off() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return off

    def revision(self) -> int:
        """The revision of the board."""
        return self._revision

    def board(self) -> Board:
        """The board now."""
        now = self._clock.now()
        with self._lock:
            plan = self._office.plan_at(now)
            phase = plan.phase_at(now)
            standing = self._office.all_standing()
            tiles = tuple(
                self._tile(counter, plan, phase, standing.get(counter.counter, ()), now)
                for counter in self._office.layout.counters
            )
            revision = self._revision
        return Board(
            office=self._settings.office,
            office_name=self._settings.name,
            time_zone=self._settings.zone.key,
            now=now,
            phase=phase,
            plan=plan,
            next_ready_at=self._next_ready_at(now),
            tiles=tiles,
            cameras=tuple(self._status_of(*one) for one in self._readers.items()),
            policy=self._office.policy.citation,
            revision=revision,
            speed=self._clock.speed,
        )

    def camera_status(self, name: str) -> CameraStatus:
        """How a camera is: what its reader says, or what the gate says of its last frame."""
        return self._status_of(name, self._readers[name])

    def _status_of(self, name: str, reader: Reader) -> CameraStatus:
        status = replace(
            reader.status(),
            alarm_since=self._alarms.since(name),
            looked=self._looked[name],
            unchanged=self._unchanged[name],
        )
        if status.state not in (CameraState.OK, CameraState.LOW_RATE):
            return status
        trouble = self._health.state(name)
        return status if trouble is None else replace(status, state=trouble[0], since=trouble[1])

    def _tile(
        self,
        counter: Counter,
        plan: DayPlan,
        phase: Phase,
        standing: Sequence[Verdict],
        now: datetime,
    ) -> Tile:
        name = counter.counter
        decided = self._office.decided(name)
        staffed, since = self._staffed(name, now)
        state, against = self._state(counter, plan, phase, standing, staffed, now)
        hints = [v for v in standing if worth_a_look(v) and v not in against]
        slot = _slot_of(plan, now)
        shot = self._office.latest(name)
        return Tile(
            counter=name,
            name=counter.name,
            role=counter.role,
            camera=counter.camera,
            state=state,
            decided=decided.state if decided is not None else None,
            decided_at=decided.decided_at if decided is not None else None,
            staffed=staffed,
            since=since,
            against=tuple(self._finding(v) for v in against),
            hints=tuple(self._finding(v) for v in hints if v.slot is slot),
            picture=str(int(shot.sample.captured_at.timestamp() * 1000)) if shot else None,
            picture_at=shot.sample.captured_at if shot is not None else None,
        )

    def _state(
        self,
        counter: Counter,
        plan: DayPlan,
        phase: Phase,
        standing: Sequence[Verdict],
        staffed: bool | None,
        now: datetime,
    ) -> tuple[TileState, tuple[Verdict, ...]]:
        """The state of a tile and the verdicts that stand against it."""
        if not self._office.rostered(counter.counter) or phase in UNREAD:
            return TileState.OFF, ()
        if phase in (Phase.ARRIVE, Phase.BRIEFING, Phase.SETUP):
            return TileState.WAITING, ()
        if phase is Phase.GO_NO_GO:
            answer = readiness_of(counter.counter, self._office.policy, standing, now)
            if answer is None:
                return TileState.WAITING, ()
            return TileState(answer.state.value), answer.against
        if phase not in LOOKED_AT:
            return TileState.OFF, ()
        slot = _slot_of(plan, now)
        breaches = tuple(
            v
            for v in standing
            if v.slot is slot
            and v.outcome is Outcome.NOT_MET
            and self._office.policy.clause(v.clause).blocks_ready
        )
        if phase is Phase.BREAK:
            return TileState.OFF, ()
        if breaches or staffed is False:
            return TileState.NO_GO, breaches
        return (TileState.GO if staffed else TileState.CANNOT_TELL), ()

    def _staffed(self, counter: str, now: datetime) -> tuple[bool | None, datetime | None]:
        """Whether somebody was there in the last seconds, and since when that is so."""
        bridge = timedelta(seconds=self._office.policy.parameters["gap_bridge_s"])
        recent = self._office.recent(counter, now - bridge)
        said = [o for sample in recent if (o := sample.of("staff_present")) is not None]
        if any(o.outcome is Outcome.MET for o in said):
            staffed: bool | None = True
        elif said and all(o.outcome is Outcome.NOT_MET for o in said):
            staffed = False
        else:
            staffed = None
        return staffed, self._office.status_since(counter, "staff_present")

    def _finding(self, verdict: Verdict) -> Finding:
        return Finding(
            clause=verdict.clause,
            outcome=verdict.outcome,
            reason=verdict.side_reasons[0] if verdict.side_reasons else verdict.reason,
            status=verdict.status,
            since=verdict.since,
            seen=verdict.seen,
            flag=self._office.flag_of(verdict),
        )


def _slot_of(plan: DayPlan, now: datetime) -> Slot | None:
    """The slot in force."""
    for slot in Slot:
        span = plan.slot_span(slot)
        if span is not None and span[0] <= now < span[1]:
            return slot
    return None

