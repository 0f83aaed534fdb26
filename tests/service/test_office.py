"""A painted morning through the office: verdicts, the answer of T-5, restarts, flags, clocks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from service.assembly import Forgetful
from service.calendar import CalendarSettings, plan_at, with_special
from service.office import (
    MET_PICTURES,
    Drawing,
    Event,
    Office,
    ReadinessDecided,
    VerdictChanged,
)
from service.policies import load_policy
from tests.fakes_eyes import Painter, fake_eyes
from tests.vision.test_checks import COUNTER
from vision.day import DayPlan
from vision.labels import Label
from vision.layout import Layout
from vision.life import rechecked
from vision.policy import Observability, Policy
from vision.values import (
    Frame,
    Image,
    Outcome,
    Readiness,
    ReadyState,
    Reason,
    Sample,
    Slot,
    Verdict,
)

CALENDAR = CalendarSettings(ZoneInfo("Asia/Jakarta"))
OPENS = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
POLICY = load_policy("djpb-spm")

EMPTY = Painter().image
STAFFED = Painter().staff().image
NO_TAG = Painter().staff(None).image
TURNED = Painter().staff(Label.ID_CARD_BACK).image
WITH_CUP = Painter().staff().paint(Label.CUP, (600, 470, 650, 530)).image
DARK: Image = np.full((720, 1280, 3), 5, np.uint8)


class Kept(Forgetful):
    """Remembers what the office writes, as lists."""

    def __init__(self) -> None:
        super().__init__()
        self.samples: list[Sample] = []
        self.records: list[Verdict] = []
        self.answers: dict[tuple[date, str], Readiness] = {}
        self.frames: list[tuple[int, datetime]] = []
        self.windows: dict[int, tuple[datetime, datetime]] = {}
        self.policies: list[tuple[str, datetime]] = []
        self.met_pictures: dict[tuple[str, Slot], list[datetime]] = {}

    def add_samples(self, samples: Sequence[Sample]) -> None:
        self.samples += samples

    def add_record(self, verdict: Verdict) -> int:
        if verdict not in self.records:
            self.records.append(verdict)
        return self.records.index(verdict) + 1

    def add_readiness(self, day: date, answer: Readiness) -> bool:
        before = self.answers.setdefault((day, answer.counter), answer)
        assert before == answer
        return True

    def add_met_picture(
        self, day: date, clause: str, slot: Slot, captured_at: datetime, counter: str, sha: str
    ) -> None:
        self.met_pictures.setdefault((clause, slot), []).append(captured_at)

    def keep_policy(self, held: Policy, since: datetime) -> None:
        self.policies.append((held.citation, since))

    def open_flag(self, record_id: int, verdict: Verdict, window: tuple[datetime, datetime]) -> int:
        flag = super().open_flag(record_id, verdict, window)
        self.windows[flag] = window
        return flag

    def add_flag_frame(
        self,
        flag_id: int,
        kept: Sample,
        sha: str,
        *,
        frame_wh: tuple[int, int] | None,
        crop_xyxy: tuple[int, int, int, int] | None,
    ) -> None:
        self.frames.append((flag_id, kept.captured_at))


def office(memory: Kept, plan: DayPlan | None = None, policy: Policy = POLICY) -> Office:
    """One counter, one camera, a picture each five seconds."""
    return Office(
        layout=Layout("layout-1", (COUNTER,)),
        policy=policy,
        eyes=fake_eyes(),
        plan_of=lambda at: plan or plan_at(CALENDAR, at),
        period_s={"loket-1": 5.0},
        approved={},
        memory=memory,
        album=memory,
        office_id="kppn_contoh",
    )


Run = tuple[Image | None, float]


def frames(runs: Sequence[Run], since: datetime) -> Iterator[Frame]:
    """A frame each five seconds; None is silence."""
    at, sequence = since, 0
    for image, lasts_s in runs:
        until = at + timedelta(seconds=lasts_s)
        while at < until:
            if image is not None:
                yield Frame("loket-1", sequence, at, image)
            at, sequence = at + timedelta(seconds=5), sequence + 1


def play(one: Office, runs: Sequence[Run], since: datetime, until: datetime) -> list[Event]:
    """Judge frame by frame as a replay does."""
    events = list(one.advance(since))
    for frame in frames(runs, since):
        events += one.advance(frame.captured_at)
        shown = one.see(frame)
        if shown is not None:
            events += one.take(shown)
    events += one.advance(until)
    one.flush()
    return events


T10 = OPENS - timedelta(minutes=10)
AFTER = OPENS + timedelta(minutes=1)


def answer_of(runs: Sequence[Run]) -> tuple[ReadyState, set[str], set[str]]:
    """State at T-5, clauses against it, clauses hinted at."""
    memory = Kept()
    play(office(memory), runs, T10, AFTER)
    (answer,) = memory.answers.values()
    return (
        answer.state,
        {v.clause for v in answer.against},
        {v.clause for v in answer.hints},
    )


CASES: dict[str, tuple[list[Run], ReadyState, set[str]]] = {
    "ready": ([(STAFFED, 660)], ReadyState.GO, set()),
    "nobody": ([(EMPTY, 660)], ReadyState.NO_GO, {"FO-B1"}),
    "without a tag": ([(NO_TAG, 660)], ReadyState.NO_GO, {"FO-A6"}),
    "a cup on the desk": ([(WITH_CUP, 660)], ReadyState.NO_GO, {"FO-C2a"}),
    "the cup is cleared away in time": ([(WITH_CUP, 150), (STAFFED, 510)], ReadyState.GO, set()),
    "dark": ([(DARK, 660)], ReadyState.CANNOT_TELL, {"FO-B1"}),
    "no picture": ([(None, 660)], ReadyState.CANNOT_TELL, {"FO-B1"}),
    "turned over": ([(TURNED, 660)], ReadyState.GO, set()),
    "blind from T-7 to T-4": (
        [(STAFFED, 180), (None, 180), (STAFFED, 300)],
        ReadyState.CANNOT_TELL,
        {"FO-B1"},
    ),
}


@pytest.mark.parametrize(("runs", "state", "against"), CASES.values(), ids=CASES.keys())
def test_the_answer_at_five_minutes_before_opening(
    runs: list[Run], state: ReadyState, against: set[str]
) -> None:
    """GO, NO-GO or cannot tell, with the clauses that stand against it."""
    said = answer_of(runs)
    assert (said[0], said[1]) == (state, against)


def test_a_card_turned_over_is_hinted_at_beside_go() -> None:
    """It is worn; whether it can be read is for a human."""
    assert "FO-A7" in answer_of([(TURNED, 660)])[2]


def told(memory: Kept) -> list[tuple[str, Slot, Outcome, Reason | None, datetime]]:
    """All that was recorded, without counts."""
    return [(v.clause, v.slot, v.outcome, v.reason, v.decided_at) for v in memory.records]


STORY: list[Run] = [(EMPTY, 120), (WITH_CUP, 200), (NO_TAG, 100), (STAFFED, 240)]


@cache
def undisturbed() -> Kept:
    """The story without a restart, played once."""
    whole = Kept()
    play(office(whole), STORY, T10, AFTER)
    return whole


@pytest.mark.parametrize("dies_after_s", [10, 115, 240, 301, 420, 600])
def test_a_restart_in_the_middle_changes_no_verdict(dies_after_s: int) -> None:
    """Kill at T-8, T-6, T-5 and after: state comes back from stored samples alone."""
    whole = undisturbed()
    broken = Kept()
    dies = T10 + timedelta(seconds=dies_after_s)
    first = office(broken)
    list(first.advance(T10))
    for frame in frames(STORY, T10):
        if frame.captured_at >= dies:
            break
        first.advance(frame.captured_at)
        shown = first.see(frame)
        assert shown is not None
        first.take(shown)
        first.flush()
    judged_to = first.judged_to
    assert judged_to is not None
    known_to = judged_to - timedelta(seconds=15)  # the store heard of it a moment before the kill
    second = office(broken)
    second.restore(
        list(broken.samples),
        known_to,
        {(v.clause, v.slot): v for v in broken.records if v.decided_at <= known_to}.values(),
        [answer for answer in broken.answers.values() if answer.decided_at <= known_to],
        {},
    )
    for frame in frames(STORY, T10):
        if frame.captured_at < dies:
            continue
        second.advance(frame.captured_at)
        shown = second.see(frame)
        if shown is not None:
            second.take(shown)
    second.advance(AFTER)
    assert told(broken) == told(whole)
    assert broken.answers == whole.answers


def test_two_replays_are_the_same() -> None:
    """Same input, same events."""
    one, two = Kept(), Kept()
    assert play(office(one), STORY, T10, AFTER) == play(office(two), STORY, T10, AFTER)


def test_a_late_frame_changes_nothing_that_was_judged() -> None:
    """What comes after its time was judged is counted, not believed."""
    memory = Kept()
    one = office(memory)
    play(one, [(STAFFED, 300)], T10, T10 + timedelta(seconds=300))
    before = one.standing("FO-1")
    late = one.see(Frame("loket-1", 999, T10 + timedelta(seconds=100), EMPTY))
    assert late is not None
    assert one.take(late) == []
    assert one.late_count == 1
    assert one.standing("FO-1") == before


def test_a_flag_keeps_pictures_from_before_and_after_it() -> None:
    """Fifteen seconds each way."""
    memory = Kept()
    events = play(office(memory), [(WITH_CUP, 660)], T10, AFTER)
    flagged = next(
        e for e in events if isinstance(e, VerdictChanged) and e.verdict.outcome is Outcome.NOT_MET
    )
    assert flagged.flag_id is not None
    times = [at for flag, at in memory.frames if flag == flagged.flag_id]
    assert min(times) <= flagged.at - timedelta(seconds=10)
    assert max(times) >= flagged.at + timedelta(seconds=10)
    assert max(times) - min(times) <= timedelta(seconds=90)


def sampling(share: float) -> Policy:
    """The standard with another share of met verdicts to look at again."""
    return replace(POLICY, parameters={**POLICY.parameters, "met_sample": share})


def test_pictures_of_the_sample_of_met_verdicts_are_kept_where_nothing_is_flagged() -> None:
    """Who looks at flagged moments alone never learns what was missed."""
    memory = Kept()
    play(office(memory, policy=sampling(0.5)), [(STAFFED, 600)], T10, OPENS)
    able = {
        clause.clause
        for clause in POLICY.clauses
        if clause.role == "FO" and clause.observability is Observability.CAMERA
        and clause.rule is not None and Slot.READY in clause.rule.slots
    }  # fmt: skip
    wanted = {
        clause
        for clause in able
        if rechecked("kppn_contoh", OPENS.date(), "FO-1", clause, Slot.READY, 0.5)
    }
    assert 0 < len(wanted) < len(able)
    assert memory.met_pictures.keys() == {(clause, Slot.READY) for clause in wanted}
    for times in memory.met_pictures.values():
        assert 12 <= len(times) <= MET_PICTURES
        assert max(times) - min(times) > timedelta(minutes=9), "of the whole span"


def test_an_office_that_looks_at_nothing_again_keeps_nothing_of_what_was_met() -> None:
    """P-07: pictures of what was met are for the sample alone."""
    memory = Kept()
    play(office(memory, policy=sampling(0.0)), [(STAFFED, 660)], T10, OPENS)
    assert memory.met_pictures == {}


def test_one_breach_is_one_flag_however_long_it_lasts() -> None:
    """Thirty minutes of the same finding stay one open finding per slot."""
    memory = Kept()
    events = play(office(memory), [(NO_TAG, 660)], T10, AFTER)
    flags = {
        e.flag_id
        for e in events
        if isinstance(e, VerdictChanged) and e.verdict.clause == "FO-A6" and e.flag_id is not None
    }
    assert len(flags) == 1


def test_nobody_looks_at_night_or_on_a_holiday() -> None:
    """No detector is called outside its phases (P-14)."""
    memory = Kept()
    one = office(memory)
    night = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    sunday = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    briefing = datetime(2026, 11, 24, 0, 40, tzinfo=UTC)
    for at in (night, sunday, briefing):
        assert one.see(Frame("loket-1", 0, at, STAFFED)) is None
    assert one._eyes.scene.calls == 0  # type: ignore[attr-defined]


def test_a_day_without_certain_hours_cannot_tell_readiness() -> None:
    """Ramadan hours that nobody entered: RULE_UNDEFINED, not late."""
    sure = plan_at(CALENDAR, OPENS)
    unsure = DayPlan(
        day=sure.day,
        spans=sure.spans,
        note="",
        certain=False,
        briefing_at=sure.briefing_at,
        looks_from=sure.looks_from,
        ready_at=sure.ready_at,
        opens_at=sure.opens_at,
        closes_at=sure.closes_at,
    )
    memory = Kept()
    play(office(memory, unsure), [(EMPTY, 660)], T10, AFTER)
    (answer,) = memory.answers.values()
    assert answer.state is ReadyState.CANNOT_TELL
    assert answer.against[0].reason is Reason.RULE_UNDEFINED


def test_a_clock_that_jumps_makes_time_clauses_unsure() -> None:
    """Sixty seconds forwards or backwards: CLOCK_UNSURE, and no double verdict."""
    memory = Kept()
    one = office(memory)
    list(one.advance(T10))
    for frame in frames([(EMPTY, 660)], T10):
        one.advance(frame.captured_at)
        shown = one.see(frame)
        if shown is not None:
            one.take(shown)
        if frame.sequence == 30:
            one.clock_jumped(frame.captured_at)
    (answer,) = memory.answers.values()
    assert answer.against[0].reason is Reason.CLOCK_UNSURE


def test_a_ceremony_over_the_opening_yields_no_answer() -> None:
    """SPECIAL: nothing automatic."""
    plan = with_special(plan_at(CALENDAR, OPENS), T10 - timedelta(minutes=5), AFTER)
    memory = Kept()
    events = play(office(memory, plan), [(EMPTY, 660)], T10, AFTER)
    assert not [e for e in events if isinstance(e, ReadinessDecided)]
    assert memory.records == []


def test_a_counter_off_the_roster_is_not_judged() -> None:
    """Not scheduled is never a failure."""
    memory = Kept()
    one = office(memory)
    one.change_roster(frozenset({"FO-1"}))
    play(one, [(EMPTY, 660)], T10, AFTER)
    assert memory.answers == {}
    assert memory.records == []


def test_a_breach_in_open_hours_stands_to_the_end_of_the_half() -> None:
    """It happened; clearing the desk later does not undo it."""
    memory = Kept()
    one = office(memory)
    opens, later = OPENS, OPENS + timedelta(minutes=20)
    play(one, [(WITH_CUP, 300), (STAFFED, 900)], opens, later)
    standing = {v.clause: v for v in one.standing("FO-1") if v.slot is Slot.OPEN}
    assert standing["FO-C2a"].outcome is Outcome.NOT_MET
    assert standing["FO-A6"].outcome is Outcome.MET


def test_a_counter_taken_off_the_roster_at_six_minutes_before_gets_no_answer() -> None:
    """Roster changed at the last minute (4.2, 11): nobody is late where nobody is due."""
    memory = Kept()
    one = office(memory)
    play(one, [(EMPTY, 240)], T10, T10 + timedelta(minutes=4))
    one.change_roster(frozenset({"FO-1"}))
    play(one, [(EMPTY, 420)], T10 + timedelta(minutes=4), AFTER)
    assert memory.answers == {}
    assert not [v for v in memory.records if v.outcome is Outcome.NOT_MET]


def test_a_visitor_who_already_sits_there_changes_no_answer() -> None:
    """Early visitors are no fault of the counter (4.2, 10)."""
    early = Painter().staff().paint(Label.PERSON, (20, 300, 220, 700)).image
    assert answer_of([(early, 660)])[:2] == (ReadyState.GO, set())


def test_whoever_sits_at_a_counter_staffs_it() -> None:
    """Two officers in each other's places (4.2, 14): the counter is judged, not the person."""
    other = Painter(seed=7).staff(x=420).image
    assert answer_of([(other, 330), (STAFFED, 330)])[:2] == (ReadyState.GO, set())


def changed_under_way(redraws: bool) -> ReadyState:
    """A cup until half a minute before the answer; then the counter is drawn anew, or is not."""
    memory = Kept()
    one = office(memory)
    ready_at = OPENS - timedelta(minutes=5)
    at = ready_at - timedelta(seconds=30)
    play(one, [(WITH_CUP, 270)], T10, at)
    (cup,) = [v for v in one.standing("FO-1") if v.clause == "FO-C2a"]
    assert cup.outcome is Outcome.NOT_MET
    redrawn = {"FO-1": at} if redraws else {}
    one.change(Drawing(Layout("layout-2", (COUNTER,)), {"loket-1": 5.0}, {}, frozenset(), redrawn))
    assert ("FO-C2a" in {v.clause for v in one.standing("FO-1")}) is not redraws
    play(one, [(WITH_CUP, 20)], at, AFTER)
    (answer,) = memory.answers.values()
    return answer.state


def test_what_was_seen_under_another_drawing_accuses_nobody() -> None:
    """The zone lay on the neighbour's desk: its cup is not this counter's, also not at T-5."""
    assert changed_under_way(redraws=False) is ReadyState.NO_GO
    assert changed_under_way(redraws=True) is not ReadyState.NO_GO


def test_a_look_that_began_under_the_old_drawing_is_left_out() -> None:
    """A slow look comes back after the change and speaks of the old zones."""
    memory = Kept()
    one = office(memory)
    play(one, [(STAFFED, 10)], T10, T10 + timedelta(seconds=10))
    at = T10 + timedelta(seconds=20)
    slow = one.see(Frame("loket-1", 9, at - timedelta(seconds=1), WITH_CUP))
    assert slow is not None
    layout, redrawn = Layout("layout-2", (COUNTER,)), {"FO-1": at}
    one.change(Drawing(layout, {"loket-1": 5.0}, {}, frozenset(), redrawn))
    assert one.latest("FO-1") is None
    one.take(slow)
    assert one.latest("FO-1") is None


def test_counters_that_were_not_touched_keep_their_state() -> None:
    """One counter is added; the other has been judged since 07:50 and goes on so."""
    memory = Kept()
    one = office(memory)
    play(one, [(STAFFED, 200)], T10, T10 + timedelta(seconds=200))
    stood, seen = one.standing("FO-1"), len(one.recent("FO-1", T10))
    second = replace(COUNTER, counter="FO-2", name="Loket 2")
    one.change(Drawing(Layout("layout-2", (COUNTER, second)), {"loket-1": 5.0}, {}))
    assert one.standing("FO-1") == stood
    assert len(one.recent("FO-1", T10)) == seen
    assert one.standing("FO-2") == ()


def test_another_policy_holds_from_the_next_day_on() -> None:
    """Chosen at 07:40: the answer of that morning is by the old one, that of the next by the new.

    Verdicts cite what they were judged by, so no day may be judged by two.
    """
    memory = Kept()
    here = office(memory)
    newer = replace(POLICY, version="2999.1")
    here.advance(OPENS - timedelta(minutes=20))
    midnight = plan_at(CALENDAR, OPENS).spans[-1].until
    here.follow_policy(newer, midnight)
    here.advance(midnight - timedelta(seconds=1))
    assert here.policy is POLICY
    assert memory.policies == []
    assert memory.records
    assert {verdict.policy for verdict in memory.records} == {POLICY.citation}
    count = len(memory.records)
    here.advance(OPENS + timedelta(days=1))
    assert here.policy is newer
    assert memory.policies == [(newer.citation, midnight)]
    after = memory.records[count:]
    assert {v.policy for v in after if v.decided_at <= midnight} <= {POLICY.citation}
    assert {v.policy for v in after if v.decided_at > midnight} == {newer.citation}


def test_a_policy_taken_back_in_time_never_holds() -> None:
    """Who chose wrongly has until midnight."""
    here = office(Kept())
    here.advance(OPENS)
    midnight = plan_at(CALENDAR, OPENS).spans[-1].until
    here.follow_policy(replace(POLICY, version="2999.1"), midnight)
    here.follow_policy(None, midnight)
    here.advance(OPENS + timedelta(days=1))
    assert here.policy is POLICY
