"""What becomes of a verdict when humans look at it. Source: docs/standard.md 3.4."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.vision.test_readiness import CUP, PHONE, verdict
from vision.life import GROUNDS, Act, Ground, Review, asks_again, rechecked, stands
from vision.values import Outcome, Reason, Slot, Status, Verdict

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DUE = NOON + timedelta(days=1)
BREACH = replace(CUP, status=Status.PROVISIONAL)


def review(who: str, act: Act, hour: int = 0) -> Review:
    """A look of a named human; a reason where one is required."""
    return Review(who, act, NOON + timedelta(hours=hour), "cangkir milik tamu")


def after(record: Verdict, *reviews: Review, now: datetime = NOON + timedelta(hours=5)) -> Verdict:
    """How it stands."""
    return stands(record, reviews, now, DUE)


@pytest.mark.parametrize(
    ("reviews", "outcome", "status"),
    [
        pytest.param([], Outcome.NOT_MET, Status.PROVISIONAL, id="nobody looked yet"),
        pytest.param([review("a", Act.AGREE)], Outcome.NOT_MET, Status.CONFIRMED, id="confirmed"),
        pytest.param([review("a", Act.MET)], Outcome.MET, Status.OVERTURNED, id="overturned"),
        pytest.param(
            [review("a", Act.CANNOT_TELL)],
            Outcome.CANNOT_TELL,
            Status.OVERTURNED,
            id="not to be told",
        ),
        pytest.param(
            [review("a", Act.AGREE), review("b", Act.MET, 1)],
            Outcome.CANNOT_TELL,
            Status.PROVISIONAL,
            id="two humans differ",
        ),
        pytest.param(
            [review("a", Act.MET), review("b", Act.AGREE, 1), review("a", Act.AGREE, 2)],
            Outcome.NOT_MET,
            Status.CONFIRMED,
            id="until they agree",
        ),
        pytest.param(
            [review("a", Act.AGREE), review("staf", Act.CONTEST, 1)],
            Outcome.CANNOT_TELL,
            Status.CONTESTED,
            id="contested",
        ),
        pytest.param(
            [
                review("a", Act.AGREE),
                review("staf", Act.CONTEST, 1),
                review("b", Act.MET, 2),
            ],
            Outcome.MET,
            Status.OVERTURNED,
            id="contested and answered: what was said before no longer counts",
        ),
        pytest.param(
            [
                review("a", Act.AGREE),
                review("staf", Act.CONTEST, 1),
                review("b", Act.AGREE, 2),
            ],
            Outcome.NOT_MET,
            Status.CONFIRMED,
            id="contested and upheld",
        ),
    ],
)
def test_what_humans_make_of_a_breach(
    reviews: list[Review], outcome: Outcome, status: Status
) -> None:
    """NOT_MET is provisional until a named human confirmed it."""
    now = after(BREACH, *reviews)
    assert (now.outcome, now.status) == (outcome, status)


def test_what_nobody_reviewed_in_time_lapses() -> None:
    """Silence of the reviewers never becomes a finding."""
    now = after(BREACH, now=DUE + timedelta(seconds=1))
    assert (now.outcome, now.reason, now.status) == (
        Outcome.CANNOT_TELL,
        Reason.UNREVIEWED,
        Status.LAPSED,
    )


def test_agreeing_with_a_proposal_makes_it_a_finding_at_once() -> None:
    """An assisted clause is decided by the human."""
    now = after(PHONE, review("a", Act.AGREE))
    assert (now.outcome, now.status) == (Outcome.NOT_MET, Status.CONFIRMED)


def test_a_met_verdict_does_not_lapse() -> None:
    """Only breaches wait for somebody."""
    met = verdict("FO-A6", Outcome.MET)
    assert after(met, now=DUE + timedelta(days=9)) == met


def test_overturning_needs_a_reason_in_words() -> None:
    """A short list stands on the page; an empty reason is refused."""
    with pytest.raises(ValueError, match="expected a reason"):
        Review("a", Act.MET, NOON, " ")


def test_the_record_itself_is_never_changed() -> None:
    """A review is a new value about a record."""
    before = replace(BREACH)
    after(BREACH, review("a", Act.MET))
    assert before == BREACH


def test_agreeing_with_a_doubt_keeps_why_nothing_can_be_told() -> None:
    """Why is what the next look needs; a human only says that it is so."""
    doubt = replace(
        BREACH, outcome=Outcome.CANNOT_TELL, reason=Reason.OCCLUDED, status=Status.FINAL
    )
    now = after(doubt, review("a", Act.AGREE))
    assert (now.outcome, now.reason) == (Outcome.CANNOT_TELL, Reason.OCCLUDED)


def test_what_a_human_finds_where_the_camera_doubted_is_confirmed() -> None:
    """A named human outranks the camera in both directions."""
    doubt = replace(
        BREACH, outcome=Outcome.CANNOT_TELL, reason=Reason.OCCLUDED, status=Status.FINAL
    )
    now = after(doubt, review("a", Act.NOT_MET))
    assert (now.outcome, now.status) == (Outcome.NOT_MET, Status.CONFIRMED)


def test_the_sample_for_a_second_look_is_stable_and_of_the_size_asked_for() -> None:
    """A restart must not draw another one, and no share asks for nobody or for all."""
    drawn = [asks_again(n, 0.2) for n in range(5000)]
    assert drawn == [asks_again(n, 0.2) for n in range(5000)]
    assert 0.18 < sum(drawn) / 5000 < 0.22
    assert not any(asks_again(n, 0.0) for n in range(500))
    assert all(asks_again(n, 1.0) for n in range(500))
    # Who raises the share keeps those drawn before.
    assert all(asks_again(n, 0.4) for n in range(5000) if drawn[n])


def test_every_ground_belongs_to_an_answer_and_every_list_ends_with_other() -> None:
    """A ground that cannot be chosen is dead; a list without an end makes people lie."""
    assert {ground for grounds in GROUNDS.values() for ground in grounds} == set(Ground)
    assert all(grounds[-1] is Ground.OTHER for grounds in GROUNDS.values())


def test_the_sample_of_met_places_is_stable_and_as_large_as_it_should_be() -> None:
    """Nobody can choose who is looked at again; a larger share only adds to it."""

    def drawn(share: float) -> list[bool]:
        first = date(2026, 11, 24)
        return [
            rechecked("kppn", first + timedelta(days=n), f"loket_{counter}", clause, slot, share)
            for n in range(100)
            for counter in range(4)
            for clause in ("FO-A6", "FO-C2a", "FO-B2a")
            for slot in Slot
        ]

    few = drawn(0.05)
    assert few == drawn(0.05)
    assert 0.04 < sum(few) / len(few) < 0.06
    assert all(more for more, one in zip(drawn(0.2), few, strict=True) if one)
    assert not any(drawn(0.0))
    assert all(drawn(1.0))
    elsewhere = [
        rechecked("kppn_b", date(2026, 11, 24), f"loket_{n}", "FO-A6", Slot.READY, 0.5)
        for n in range(40)
    ]
    here = [
        rechecked("kppn", date(2026, 11, 24), f"loket_{n}", "FO-A6", Slot.READY, 0.5)
        for n in range(40)
    ]
    assert here != elsewhere, "two offices are not looked at in the same places"
