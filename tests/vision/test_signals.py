"""The signal cards over runs of observations. Read the docstrings in a row: that is the manual."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.samples import (
    CANNOT_TELL,
    MET,
    NOT_MET,
    OPENS,
    PARAMETERS,
    READY,
    SINCE,
    Run,
    absent,
    present,
    rule,
    samples,
    unseen,
    watch,
)
from vision.labels import Label
from vision.policy import Signal
from vision.signals import CARDS, manned_runs
from vision.values import Box, Observation, Outcome, Reason, Sample, Slot
from vision.watching import Judgement, timeline

CUP = Box(Label.CUP, (100.0, 100.0, 150.0, 150.0), 0.9)
TAG = Box(Label.ID_CARD, (100.0, 100.0, 130.0, 140.0), 0.9)

READY_RULE = rule(Signal.READY, "staff_present")
BADGE_RULE = rule(Signal.BADGE, "badge_worn")
ITEM_RULE = rule(Signal.DESK_ITEM, "desk_clear", frozenset({Label.CUP}))


def judged(a_rule, rows, at, **where) -> Judgement | None:  # type: ignore[no-untyped-def]
    """What the rule's card says."""
    return CARDS[a_rule.signal](a_rule, watch(rows, at, **where))


def outcome(judgement: Judgement | None) -> tuple[Outcome, Reason | None] | None:
    """Outcome and reason, or None while nothing can be said."""
    return None if judgement is None else (judgement.outcome, judgement.reason)


READY_CASES: dict[str, tuple[list[Run], object, object]] = {
    "there all the time": ([present(600)], (MET, None), (MET, None)),
    "comes at T-6": ([absent(240), present(360)], (MET, None), (MET, None)),
    "comes ten seconds after T-5": (
        [absent(310), present(290)],
        (NOT_MET, Reason.ABSENT),
        (MET, None),
    ),
    "comes two minutes after T-5": (
        [absent(420), present(180)],
        (NOT_MET, Reason.ABSENT),
        (NOT_MET, Reason.LATE),
    ),
    "never comes": ([absent(600)], (NOT_MET, Reason.ABSENT), (NOT_MET, Reason.ABSENT)),
    "steps away for twenty seconds": (
        [present(400), absent(20), present(180)],
        (MET, None),
        (MET, None),
    ),
    "leaves for good after T-5": (
        [present(400), absent(200)],
        (MET, None),
        (NOT_MET, Reason.LEFT_POST),
    ),
    "leaves for a minute after T-5": (
        [present(400), absent(60), present(140)],
        (MET, None),
        (NOT_MET, Reason.LEFT_POST),
    ),
    "somebody stands before the camera over T-5": (
        [present(260), unseen(55), present(285)],
        (CANNOT_TELL, Reason.OCCLUDED),
        (MET, None),
    ),
    "the camera is dark all the time": (
        [unseen(600, Reason.DARK)],
        (CANNOT_TELL, Reason.DARK),
        (CANNOT_TELL, Reason.DARK),
    ),
    "somebody too small to be sure of": (
        [unseen(600, Reason.TOO_SMALL)],
        (CANNOT_TELL, Reason.TOO_SMALL),
        (CANNOT_TELL, Reason.TOO_SMALL),
    ),
    "half of the window unseen, then empty": (
        [unseen(300, Reason.GLARE), absent(300)],
        (CANNOT_TELL, Reason.GLARE),
        (CANNOT_TELL, Reason.GLARE),
    ),
    "no picture at all": ([], (CANNOT_TELL, Reason.NO_SIGNAL), (CANNOT_TELL, Reason.NO_SIGNAL)),
}


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([unseen(420, Reason.DARK), present(60)], (CANNOT_TELL, Reason.DARK)),
        ([present(250), unseen(170), present(60)], (MET, None)),
        ([absent(300), unseen(60), absent(60), present(60)], (CANNOT_TELL, Reason.OCCLUDED)),
        ([unseen(300), absent(120), present(60)], (NOT_MET, Reason.LATE)),
        ([present(320), absent(60), present(100)], (NOT_MET, Reason.LEFT_POST)),
    ],
    ids=["dark until then", "there before and after", "in part", "came", "came back"],
)
def test_who_is_first_seen_after_t_5_came_late_only_to_a_place_seen_empty(
    runs: list[Run], expected: object
) -> None:
    """A camera that wakes at T-3 must not say that whom it sees has just come."""
    rows = samples("staff_present", runs)
    assert outcome(judged(READY_RULE, rows, SINCE + timedelta(seconds=480))) == expected


@pytest.mark.parametrize(
    ("runs", "so_far", "final"), READY_CASES.values(), ids=READY_CASES.keys()
)
def test_readiness_at_five_minutes_before_and_at_opening(
    runs: list[Run], so_far: object, final: object
) -> None:
    """The two answers a supervisor gets: how it stands at T-5, and the verdict at opening."""
    rows = samples("staff_present", runs)
    assert outcome(judged(READY_RULE, rows, READY)) == so_far
    assert outcome(judged(READY_RULE, rows, OPENS)) == final


@pytest.mark.parametrize(
    ("last_s", "expected"), [(295, (MET, None)), (290, (CANNOT_TELL, Reason.NO_SIGNAL))]
)
def test_a_camera_that_fell_silent_just_before_t_5_vouches_for_nobody(
    last_s: float, expected: object
) -> None:
    """A sample speaks for 12.5 s here; 2 s later it is no picture of the last seconds any more."""
    rows = samples("staff_present", [present(last_s)])
    assert outcome(judged(READY_RULE, rows, READY)) == expected


def test_who_came_late_stays_late_when_the_camera_falls_silent() -> None:
    """What was seen is not unseen again, so a hiccup raises no second flag."""
    rows = samples("staff_present", [absent(400), present(20)])
    said = judged(READY_RULE, rows, SINCE + timedelta(seconds=440))
    assert outcome(said) == (NOT_MET, Reason.LATE)


def test_nothing_is_said_about_readiness_before_five_minutes_to_opening() -> None:
    """At T-6 nobody is late yet."""
    rows = samples("staff_present", [absent(600)])
    assert judged(READY_RULE, rows, READY - timedelta(seconds=5)) is None


def test_since_is_when_the_manned_run_began() -> None:
    """The board says since when; a short step away does not restart it."""
    rows = samples("staff_present", [absent(120), present(200), absent(20), present(260)])
    said = judged(READY_RULE, rows, OPENS)
    assert said is not None
    assert said.since == SINCE + timedelta(seconds=120)


def test_uneven_sampling_does_not_weigh() -> None:
    """Ten frames in one second of absence do not outvote minutes of presence."""
    rows = samples("staff_present", [present(300)])
    burst = samples(
        "staff_present", [absent(2)], since=SINCE + timedelta(seconds=299), period_s=0.1
    )
    later = samples("staff_present", [present(300)], since=SINCE + timedelta(seconds=302))
    assert outcome(judged(READY_RULE, rows + burst + later, OPENS)) == (MET, None)


BADGE_CASES: dict[str, tuple[list[Run], object]] = {
    "worn": ([present(600)], (MET, None)),
    "seen in every third frame": ([present(5), unseen(10, Reason.OCCLUDED)] * 40, (MET, None)),
    "never worn, seen well for ten minutes": (
        [(NOT_MET, Reason.MISSING_ITEM, 600.0)],
        (NOT_MET, Reason.MISSING_ITEM),
    ),
    "not seen well for long enough": (
        [(NOT_MET, Reason.MISSING_ITEM, 180.0), unseen(420, Reason.OCCLUDED)],
        (CANNOT_TELL, Reason.OCCLUDED),
    ),
    "something tag-like now and then": (
        [(NOT_MET, Reason.MISSING_ITEM, 95.0), unseen(5, Reason.MODEL_UNSURE)] * 6,
        (CANNOT_TELL, Reason.MODEL_UNSURE),
    ),
    "nobody at the counter": ([unseen(600, Reason.NOBODY)], (CANNOT_TELL, Reason.NOBODY)),
    "chest too small": ([unseen(600, Reason.TOO_SMALL)], (CANNOT_TELL, Reason.TOO_SMALL)),
    "no picture": ([], (CANNOT_TELL, Reason.TOO_SHORT)),
}


@pytest.mark.parametrize(("runs", "said"), BADGE_CASES.values(), ids=BADGE_CASES.keys())
def test_the_tag_is_worn(runs: list[Run], said: object) -> None:
    """Positive sightings meet the obligation; only many good views without one breach it."""
    assert outcome(judged(BADGE_RULE, samples("badge_worn", runs, box=TAG), OPENS)) == said


def test_a_tag_put_on_before_opening_is_not_held_against_anybody() -> None:
    """Before opening the answer follows what is seen now."""
    runs: list[Run] = [(NOT_MET, Reason.MISSING_ITEM, 300.0), present(300)]
    rows = samples("badge_worn", runs, box=TAG)
    assert outcome(judged(BADGE_RULE, rows, READY)) == (NOT_MET, Reason.MISSING_ITEM)
    assert outcome(judged(BADGE_RULE, rows, OPENS)) == (MET, None)


def lying(lasts_s: float) -> Run:
    """A cup on the desk."""
    return NOT_MET, Reason.PRESENT_OBJECT, lasts_s


ITEM_CASES: dict[str, tuple[list[Run], object]] = {
    "clear": ([(MET, None, 600.0)], (MET, None)),
    "stays": ([lying(600)], (NOT_MET, Reason.PRESENT_OBJECT)),
    "carried through for half a minute": ([lying(30), (MET, None, 570.0)], (MET, None)),
    "cleared away before T-5": ([lying(200), (MET, None, 400.0)], (MET, None)),
    "a glimpse after it was cleared away": (
        [lying(200), (MET, None, 350.0), lying(20), (MET, None, 30.0)], (MET, None)
    ),
    "desk hidden most of the time": (
        [(MET, None, 300.0), unseen(300)],
        (CANNOT_TELL, Reason.OCCLUDED),
    ),
    "no picture": ([], (CANNOT_TELL, Reason.NO_SIGNAL)),
    "seen for the last seventy seconds": (
        [(MET, None, 530.0), lying(70)],
        (CANNOT_TELL, Reason.BORDERLINE),
    ),
}


@pytest.mark.parametrize(("runs", "said"), ITEM_CASES.values(), ids=ITEM_CASES.keys())
def test_nothing_personal_on_the_desk(runs: list[Run], said: object) -> None:
    """A prohibition is breached only by what persists, and met only where the desk was seen."""
    assert outcome(judged(ITEM_RULE, samples("desk_clear", runs, box=CUP), OPENS)) == said


def test_one_occurrence_is_a_hint_two_are_a_breach() -> None:
    """Before opening a single minute of a cup says: check the desk."""
    rows = samples("desk_clear", [lying(600)], box=CUP)
    first = judged(ITEM_RULE, rows, SINCE + timedelta(seconds=60))
    second = judged(ITEM_RULE, rows, SINCE + timedelta(seconds=120))
    assert outcome(first) == (CANNOT_TELL, Reason.BORDERLINE)
    assert outcome(second) == (NOT_MET, Reason.PRESENT_OBJECT)
    assert second is not None
    assert second.seen == (Label.CUP,)


def test_what_a_visitor_brought_accuses_nobody() -> None:
    """A cup that appears while somebody sits at the visitor side has an unclear owner."""
    visitor = Box(Label.PERSON, (0.0, 0.0, 90.0, 90.0), 0.9)
    rows = []
    for row in samples("desk_clear", [(MET, None, 120.0), lying(480)], box=CUP):
        said = row.observations[0]
        both = Observation(
            said.counter,
            said.check,
            said.captured_at,
            said.outcome,
            said.reason,
            said.score,
            (*said.basis, visitor),
        )
        rows.append(Sample(row.counter, row.camera, row.captured_at, row.view, (both,)))
    assert outcome(judged(ITEM_RULE, rows, OPENS)) == (CANNOT_TELL, Reason.AMBIGUOUS_OWNER)


def test_who_is_first_seen_with_the_thing_may_have_brought_it() -> None:
    """Between two pictures somebody can walk up and put a cup down."""
    visitor = Box(Label.PERSON, (0.0, 0.0, 90.0, 90.0), 0.9)
    rows = samples("desk_clear", [(MET, None, 120.0), lying(480)], box=CUP)
    first = next(n for n, row in enumerate(rows) if row.observations[0].basis)
    (seen,) = rows[first].observations
    rows[first] = replace(
        rows[first], observations=(replace(seen, basis=(*seen.basis, visitor)),)
    )
    said = judged(ITEM_RULE, rows, OPENS)
    assert said is not None
    assert said.outcome is not NOT_MET


def test_a_cup_carried_from_spot_to_spot_is_no_occurrence() -> None:
    """Same spot, or it does not count."""
    rows = []
    for i, row in enumerate(samples("desk_clear", [lying(600)], box=CUP)):
        x = 100.0 + 200.0 * (i % 4)
        moved = Box(Label.CUP, (x, 100.0, x + 50.0, 150.0), 0.9)
        said = row.observations[0]
        here = Observation(
            said.counter, said.check, said.captured_at, said.outcome, said.reason, 0.9, (moved,)
        )
        rows.append(Sample(row.counter, row.camera, row.captured_at, row.view, (here,)))
    said_of_it = judged(ITEM_RULE, rows, OPENS)
    assert said_of_it is not None
    assert said_of_it.outcome is not NOT_MET


def test_a_card_that_hangs_turned_over_is_told_to_a_human_since_when() -> None:
    """It is worn, it cannot be read: a side reason, never a breach."""
    back = Box(Label.ID_CARD_BACK, TAG.xyxy, 0.9)
    rows = []
    for row in samples("badge_legible", [unseen(600, Reason.TURNED_OVER)]):
        said = row.observations[0]
        here = Observation(
            said.counter, said.check, said.captured_at, said.outcome, said.reason, 0.0, (back,)
        )
        rows.append(Sample(row.counter, row.camera, row.captured_at, row.view, (here,)))
    said_of_it = judged(rule(Signal.READABLE, "badge_legible"), rows, READY)
    assert said_of_it is not None
    assert outcome(said_of_it) == (CANNOT_TELL, Reason.AWAITING_HUMAN)
    assert said_of_it.side_reasons == (Reason.TURNED_OVER,)
    assert said_of_it.since == SINCE


def test_a_screen_that_is_dark_before_opening_is_not_on() -> None:
    """Lit and dark have a gap between them."""
    screen = rule(Signal.SCREEN, "equipment_present")
    lit = samples("equipment_present", [present(600)], score=60 / 255)
    dark = samples("equipment_present", [present(600)], score=2 / 255)
    half = lit[:90] + dark[90:]
    assert outcome(judged(screen, lit, OPENS)) == (MET, None)
    assert outcome(judged(screen, dark, OPENS)) == (NOT_MET, Reason.MISSING_ITEM)
    assert outcome(judged(screen, half, OPENS)) == (CANNOT_TELL, Reason.BORDERLINE)
    assert outcome(judged(screen, [], OPENS)) == (CANNOT_TELL, Reason.NO_SIGNAL)


def test_a_post_left_for_three_minutes_is_not_manned() -> None:
    """SIG-MANNED counts seen absence only."""
    manned = rule(Signal.MANNED, "staff_present")
    where = {"slot": Slot.OPEN, "since": SINCE, "until": OPENS}
    short = samples("staff_present", [present(300), absent(170), present(130)])
    long = samples("staff_present", [present(300), absent(200), present(100)])
    unseen_long = samples("staff_present", [present(300), unseen(200), present(100)])
    assert outcome(judged(manned, short, OPENS, **where)) == (MET, None)
    assert outcome(judged(manned, long, OPENS, **where)) == (NOT_MET, Reason.ABSENT)
    assert outcome(judged(manned, unseen_long, OPENS, **where)) == (CANNOT_TELL, Reason.OCCLUDED)


REASONS_UNSEEN = (
    Reason.OCCLUDED,
    Reason.DARK,
    Reason.GLARE,
    Reason.CAMERA_MOVED,
    Reason.TOO_SMALL,
    Reason.MODEL_UNSURE,
    Reason.AMBIGUOUS_OWNER,
    Reason.BLURRED,
)
LASTS = st.integers(1, 60).map(lambda n: 5.0 * n)
HARMLESS = st.lists(
    st.one_of(
        st.tuples(st.just(MET), st.none(), LASTS),
        st.tuples(st.just(CANNOT_TELL), st.sampled_from(REASONS_UNSEEN), LASTS),
    ),
    max_size=8,
)
RULES = {
    "ready": (READY_RULE, "staff_present", None),
    "manned": (rule(Signal.MANNED, "staff_present"), "staff_present", None),
    "badge": (BADGE_RULE, "badge_worn", TAG),
    "desk item": (ITEM_RULE, "desk_clear", CUP),
}


@pytest.mark.parametrize(("a_rule", "check", "box"), RULES.values(), ids=RULES.keys())
@given(runs=HARMLESS)
def test_frames_that_cannot_be_judged_never_accuse(  # type: ignore[no-untyped-def]
    a_rule, check: str, box: Box | None, runs: list[Run]
) -> None:
    """MET and CANNOT_TELL in any order never end in NOT_MET."""
    rows = samples(check, runs, box=box)
    for at in (READY, OPENS):
        said = judged(a_rule, rows, at)
        assert said is None or said.outcome is not NOT_MET


@pytest.mark.parametrize(("a_rule", "check", "box"), RULES.values(), ids=RULES.keys())
def test_silence_never_accuses(a_rule, check: str, box: Box | None) -> None:  # type: ignore[no-untyped-def]
    """No frame at all is neither met nor breached."""
    said = judged(a_rule, [], OPENS)
    assert said is None or said.outcome is CANNOT_TELL


@pytest.mark.parametrize(("a_rule", "check", "box"), RULES.values(), ids=RULES.keys())
def test_what_lasts_its_hold_becomes_the_verdict(  # type: ignore[no-untyped-def]
    a_rule, check: str, box: Box | None
) -> None:
    """A judge that never decides would pass every other property."""
    reason = {
        "staff_present": Reason.ABSENT,
        "badge_worn": Reason.MISSING_ITEM,
        "desk_clear": Reason.PRESENT_OBJECT,
    }[check]
    rows = samples(check, [(NOT_MET, reason, 600.0)], box=box)
    said = judged(a_rule, rows, OPENS)
    assert said is not None
    assert said.outcome is NOT_MET


@given(
    st.lists(
        st.tuples(st.sampled_from([MET, NOT_MET, CANNOT_TELL]), LASTS), min_size=1, max_size=8
    )
)
def test_runs_are_in_order_and_bridge_only_short_absence(
    drawn: list[tuple[Outcome, float]],
) -> None:
    """Between two runs there is more seen absence than the bridge."""
    reasons = {MET: None, NOT_MET: Reason.ABSENT, CANNOT_TELL: Reason.DARK}
    rows = samples("staff_present", [(o, reasons[o], s) for o, s in drawn])
    end = SINCE + timedelta(seconds=sum(s for _, s in drawn))
    spoken = timeline(watch(rows, end, until=end), "staff_present")
    runs = manned_runs(spoken, PARAMETERS["gap_bridge_s"])
    for one, two in itertools.pairwise(runs):
        gone = sum(
            row.seconds
            for row in spoken
            if row.observation.outcome is NOT_MET and one.until <= row.since < two.since
        )
        assert gone > PARAMETERS["gap_bridge_s"]
