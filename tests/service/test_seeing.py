"""What a camera is looked at for: as much as verdicts need, and never less than the truth needs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from service.policies import load_policy
from service.seeing import CameraSight, Shown
from tests.fakes_eyes import ColourDetector, Painter, fake_eyes
from tests.vision.samples import OPENS, READY, ordinary_day
from tests.vision.test_checks import COUNTER
from vision.attention import KNOWN_AFTER, Pace, Pending, pace_at, pending_of
from vision.labels import Label
from vision.values import (
    Frame,
    Image,
    Observation,
    Outcome,
    Reason,
    Slot,
    Status,
    Verdict,
)

POLICY = load_policy("djpb-spm")
CHECKS = (
    "badge_legible",
    "badge_worn",
    "company",
    "desk_clear",
    "desk_like_reference",
    "equipment_present",
    "staff_present",
)
OPEN_AT = OPENS + timedelta(minutes=30)
EMPTY = Painter().image
STAFFED = Painter().staff().image
NO_TAG = Painter().staff(None).image
WITH_CUP = Painter().staff().paint(Label.CUP, (600, 470, 650, 530)).image
DARK: Image = np.full((720, 1280, 3), 5, np.uint8)
ALL = Pending(badge=True, turned=True, absence=True, things=frozenset({Label.CUP}))
DONE = Pending(badge=False, turned=False, absence=False, things=frozenset())


class Stage:
    """One camera with networks that count how often they are asked."""

    def __init__(self, pending: Pending = ALL, since: datetime = OPEN_AT) -> None:
        self.eyes = fake_eyes()
        self.sight = CameraSight((COUNTER,), self.eyes, POLICY.parameters, None)
        self.pending = pending
        self.at = since
        self.sequence = 0

    def see(self, image: Image, *, frozen: bool = False, step_s: float = 5.0) -> Shown:
        """The next frame."""
        pace = pace_at(ordinary_day(), self.at, 1.0, POLICY.parameters)
        frame = Frame("loket-1", self.sequence, self.at, image)
        shown = self.sight.see(
            frame, {"FO-1": CHECKS}, pace, {"FO-1": self.pending}, frozen=frozen
        )
        self.at += timedelta(seconds=step_s)
        self.sequence += 1
        return shown

    @property
    def calls(self) -> tuple[int, int]:
        """How often scene and attire were asked."""
        scene, attire = self.eyes.scene, self.eyes.attire
        assert isinstance(scene, ColourDetector)
        assert isinstance(attire, ColourDetector)
        return scene.calls, attire.calls


def said(shown: Shown, check: str) -> Observation:
    """The one counter's observation."""
    (sample,) = shown.samples
    observation = sample.of(check)
    assert observation is not None
    return observation


def test_a_seated_person_who_does_not_move_stays_present() -> None:
    """Ten minutes without a movement: present in every sample, looked at each half minute."""
    stage = Stage(DONE)
    seen = [said(stage.see(STAFFED), "staff_present") for _ in range(120)]
    assert {one.outcome for one in seen} == {Outcome.MET}
    looked = [one for one in seen if one.unchanged_since is None]
    assert 20 <= len(looked) <= 24
    carried = next(one for one in seen if one.unchanged_since is not None)
    assert carried.captured_at > carried.unchanged_since  # type: ignore[operator]
    assert carried.basis == seen[0].basis


def test_an_unchanged_picture_costs_no_network_and_keeps_no_picture() -> None:
    """Nobody knows whom to hide in a frame that no network looked at."""
    stage = Stage(DONE, datetime(2026, 11, 24, 3, 0, 1, tzinfo=UTC))
    for _ in range(3):
        stage.see(STAFFED)
    before = stage.calls
    shown = stage.see(STAFFED)
    assert stage.calls == before
    assert shown.pictures == {}
    assert {o.unchanged_since is not None for o in shown.samples[0].observations} == {True}


def test_an_arrival_and_a_departure_are_seen_at_once() -> None:
    """Before opening the gate opens with the first frame that shows them."""
    stage = Stage(DONE, READY - timedelta(minutes=2))
    for image, outcome in (
        (EMPTY, Outcome.NOT_MET),
        (STAFFED, Outcome.MET),
        (EMPTY, Outcome.NOT_MET),
        (STAFFED, Outcome.MET),
    ):
        for _ in range(5):
            assert said(stage.see(image), "staff_present").outcome is outcome


def test_in_open_hours_who_moves_at_a_manned_post_can_wait() -> None:
    """Minutes of absence count, not seconds: a departure is seen within 20 s, an arrival at once,
    and meanwhile nothing carries over.
    """
    stage = Stage(DONE)
    for _ in range(4):
        stage.see(STAFFED)
    left_at = stage.at
    seen = [s.of("staff_present") for _ in range(6) for s in stage.see(EMPTY).samples]
    outcomes = [one.outcome for one in seen if one is not None]
    assert set(outcomes) == {Outcome.NOT_MET}
    first = next(one for one in seen if one is not None)
    assert first.captured_at - left_at <= timedelta(seconds=20)
    assert said(stage.see(STAFFED), "staff_present").outcome is Outcome.MET


def test_a_visitor_who_comes_is_looked_at_at_once() -> None:
    """Who stays for ten seconds and leaves a cup must be known, or staff would answer for it."""
    stage = Stage(DONE)
    for _ in range(4):
        stage.see(STAFFED)
    visited = Painter().staff().paint(Label.PERSON, (20, 260, 230, 700)).image
    basis = said(stage.see(visited), "desk_clear").basis
    assert Label.PERSON in {box.label for box in basis}


def test_a_thing_that_may_accuse_is_looked_at_in_every_picture() -> None:
    """One wrong sighting must not become a minute of them."""
    stage = Stage(ALL)
    seen = [said(stage.see(WITH_CUP), "desk_clear") for _ in range(12)]
    assert {one.outcome for one in seen} == {Outcome.NOT_MET}
    assert all(one.unchanged_since is None for one in seen)


def test_a_thing_that_was_decided_needs_no_more_looks() -> None:
    """Once the breach stands it stands to the end of the half."""
    stage = Stage(DONE)
    seen = [said(stage.see(WITH_CUP), "desk_clear") for _ in range(12)]
    assert {one.outcome for one in seen} == {Outcome.NOT_MET}
    assert sum(one.unchanged_since is None for one in seen) <= 5


def test_a_tag_is_cropped_while_it_is_undecided_and_rarely_afterwards() -> None:
    """Crops are the dearest look; twenty of them in ten minutes still tell a change."""
    undecided, decided = Stage(ALL), Stage(DONE)
    for _ in range(60):
        undecided.see(STAFFED)
        decided.see(STAFFED)
    assert undecided.calls[1] == 60
    assert decided.calls[1] <= 12


def test_a_tag_that_is_gone_is_looked_for_again_although_it_was_decided() -> None:
    """Who takes the tag off at ten must be seen at ten."""
    stage = Stage(DONE)
    for _ in range(12):
        stage.see(STAFFED)
    before = stage.calls[1]
    seen = []
    for _ in range(18):
        seen += [o for s in stage.see(NO_TAG).samples if (o := s.of("badge_worn"))]
    fresh = [one for one in seen if one.unchanged_since is None]
    assert stage.calls[1] - before >= 10
    assert {one.outcome for one in fresh} == {Outcome.NOT_MET}


def test_what_the_picture_did_not_show_is_looked_for_in_the_next() -> None:
    """CANNOT_TELL never carries over."""
    stage = Stage(DONE)
    assert said(stage.see(DARK), "staff_present").reason is Reason.DARK
    assert said(stage.see(DARK), "staff_present").unchanged_since is None
    assert said(stage.see(STAFFED), "staff_present").outcome is Outcome.MET


def test_a_frozen_picture_is_no_unchanged_one() -> None:
    """The same pixels again prove nothing, least of all that somebody is there."""
    stage = Stage(DONE)
    stage.see(STAFFED)
    stage.see(STAFFED)
    shown = stage.see(STAFFED, frozen=True)
    assert said(shown, "staff_present").reason is Reason.NO_SIGNAL
    assert said(shown, "desk_clear").reason is Reason.NO_SIGNAL


def test_the_last_seconds_before_the_answer_are_looked_at_twice_as_often() -> None:
    """A verdict rests on pictures of the last seconds."""
    day, numbers = ordinary_day(), POLICY.parameters
    far = pace_at(day, READY - timedelta(seconds=60), 1.0, numbers)
    near = pace_at(day, READY - timedelta(seconds=20), 1.0, numbers)
    opened = pace_at(day, OPENS + timedelta(seconds=20), 1.0, numbers)
    assert (far.force_s, near.force_s, opened.force_s) == (10.0, 5.0, 30.0)


def test_of_many_cameras_what_does_not_change_waits_but_never_an_absence() -> None:
    """Two cores must keep up; an absence that may yet accuse is looked at as closely as ever."""
    day, numbers = ordinary_day(), POLICY.parameters
    paces = [
        pace_at(day, READY - timedelta(seconds=left), period_s, numbers)
        for period_s in (1.0, 4.0, 10.0)
        for left in (60, 20)
    ]
    assert [pace.force_s for pace in paces] == [10.0, 5.0, 16.0, 8.0, 20.0, 10.0]
    assert [pace.doubt_s for pace in paces] == [10.0, 5.0] * 3


def test_cameras_are_not_all_due_at_once() -> None:
    """Sixty-four forced looks in one second would be a queue."""
    pace = Pace(10.0, 10.0, 1.0, 2.0, 3.75, 30.0, at_once=True, offset_s=4.0)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    due = [s for s in range(1, 21) if pace.due(at + timedelta(seconds=s - 1),
                                               at + timedelta(seconds=s), 10.0)]  # fmt: skip
    assert due == [6, 16]


def verdict(
    clause: str,
    outcome: Outcome,
    *,
    slot: Slot = Slot.OPEN,
    proposal: Outcome | None = None,
    side: Sequence[Reason] = (),
) -> Verdict:
    """As it fell a minute ago."""
    return Verdict(
        "FO-1",
        clause,
        slot,
        outcome,
        None if outcome is Outcome.MET else Reason.AWAITING_HUMAN,
        Status.FINAL,
        OPEN_AT,
        OPEN_AT - KNOWN_AFTER,
        1,
        1,
        1,
        "p",
        "l",
        "m",
        proposal,
        tuple(side),
    )


def test_what_is_pending_follows_the_verdicts() -> None:
    """In the halves a breach stands; before opening what was cleared away no longer counts."""
    rules = POLICY.rules_for("FO")

    def waits(*fallen: Verdict, slot: Slot = Slot.OPEN) -> Pending:
        return pending_of(rules, frozenset({slot}), {(v.clause, v.slot): v for v in fallen})

    assert waits().badge
    assert Label.CUP in waits().things
    assert not waits(verdict("FO-A6", Outcome.MET)).badge
    assert not waits(verdict("FO-A6", Outcome.NOT_MET)).badge
    assert waits(verdict("FO-A6", Outcome.CANNOT_TELL)).badge
    cup = waits(verdict("FO-C2a", Outcome.NOT_MET))
    assert Label.CUP not in cup.things
    assert Label.DOLL in cup.things
    phone = verdict("FO-C2g", Outcome.CANNOT_TELL, proposal=Outcome.NOT_MET)
    assert Label.PHONE not in waits(phone).things
    early = waits(verdict("FO-C2a", Outcome.NOT_MET, slot=Slot.READY), slot=Slot.READY)
    assert Label.CUP in early.things
    turned = verdict("FO-A7", Outcome.CANNOT_TELL, side=(Reason.TURNED_OVER,))
    assert waits().turned
    assert not waits(turned).turned
