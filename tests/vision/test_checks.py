"""Each check on painted pictures: what one frame says about a counter, and may not say."""

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from tests.fakes_eyes import FakeReader, Painter, fake_eyes
from tests.vision.samples import PARAMETERS
from vision.checks import CHECKS, desk_difference, thing_difference
from vision.labels import Label
from vision.layout import Counter, Zone, ZoneKind
from vision.looking import Approved, Look, look
from vision.values import Box, Frame, Image, Observation, Outcome, Reason
from vision.view import Reference

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NUMBERS = {
    **PARAMETERS,
    "luma_min": 30.0,
    "luma_max": 225.0,
    "clipped_max": 0.5,
    "shift_max": 0.02,
    "sharp_min": 0.3,
}


def zone(kind: ZoneKind, x0: float, y0: float, x1: float, y1: float) -> Zone:
    """An upright zone in shares of the picture."""
    return Zone(kind, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32))


COUNTER = Counter(
    "FO-1",
    "Loket 1",
    "FO",
    "loket-1",
    (
        zone(ZoneKind.STAFF, 0.25, 0.05, 0.75, 0.6),
        zone(ZoneKind.DESK, 0.2, 0.6, 0.8, 0.85),
        zone(ZoneKind.VISITOR, 0.0, 0.3, 0.2, 1.0),
    ),
)


def looked(
    image: Image,
    *,
    confidence: dict[Label, float] | None = None,
    approved: Approved | None = None,
    reader: FakeReader | None = None,
    counters: tuple[Counter, ...] = (COUNTER,),
) -> Look:
    """All checks on one picture."""
    frame = Frame("loket-1", 0, AT, image)
    due = {counter.counter: CHECKS for counter in counters}
    return look(frame, counters, due, fake_eyes(confidence, reader), NUMBERS, approved)


def said(check: str, image: Image, **how) -> Observation:  # type: ignore[no-untyped-def]
    """What one check says."""
    observation = looked(image, **how).samples[0].of(check)
    assert observation is not None
    return observation


def answer(check: str, image: Image, **how) -> tuple[Outcome, Reason | None]:  # type: ignore[no-untyped-def]
    """Outcome and reason."""
    observation = said(check, image, **how)
    return observation.outcome, observation.reason


MET = (Outcome.MET, None)


def test_a_person_in_the_staff_zone_is_present() -> None:
    """The middle of the box counts; the desk hides feet."""
    assert answer("staff_present", Painter().staff().image) == MET


def test_an_empty_counter_that_is_seen_is_absent() -> None:
    """Absence needs a visible place."""
    expected = (Outcome.NOT_MET, Reason.ABSENT)
    assert answer("staff_present", Painter().image) == expected


def test_a_counter_behind_somebody_is_unseen_not_empty() -> None:
    """Absent is not unseen."""
    image = Painter().paint(Label.PERSON, (200, 200, 1270, 715)).image
    assert answer("staff_present", image)[0] is not Outcome.NOT_MET


def test_a_head_over_a_chest_contradicts_an_empty_counter() -> None:
    """Two networks must agree before a counter is called empty; a head alone may be a chair."""
    painter = Painter().paint(Label.HEAD, (600, 120, 680, 210))
    assert answer("staff_present", painter.image) == (Outcome.NOT_MET, Reason.ABSENT)
    painter.paint(Label.TORSO, (560, 220, 740, 400))
    expected = (Outcome.CANNOT_TELL, Reason.MODEL_UNSURE)
    assert answer("staff_present", painter.image) == expected


def test_an_unsure_person_is_neither_there_nor_away() -> None:
    """Between det_lo and det_hi there is a gap."""
    unsure = {Label.PERSON: 0.45}
    expected = (Outcome.CANNOT_TELL, Reason.MODEL_UNSURE)
    assert answer("staff_present", Painter().staff().image, confidence=unsure) == expected


def test_a_person_far_away_is_too_small() -> None:
    """Below px_person the camera cannot tell."""
    image = Painter().paint(Label.PERSON, (600, 200, 630, 260)).image
    expected = (Outcome.CANNOT_TELL, Reason.TOO_SMALL)
    assert answer("staff_present", image) == expected


def test_somebody_in_two_staff_zones_has_no_clear_counter() -> None:
    """Two counters whose zones overlap cannot both claim one person."""
    other = Counter(
        "FO-2", "Loket 2", "FO", "loket-1", (zone(ZoneKind.STAFF, 0.4, 0.05, 0.9, 0.6),)
    )
    found = looked(Painter().staff().image, counters=(COUNTER, other))
    reasons = [sample.of("staff_present").reason for sample in found.samples]  # type: ignore[union-attr]
    assert reasons == [Reason.AMBIGUOUS_OWNER, Reason.AMBIGUOUS_OWNER]


@pytest.mark.parametrize(
    ("tag", "confidence", "expected"),
    [
        pytest.param(Label.ID_CARD, {}, MET, id="worn"),
        pytest.param(Label.ID_CARD_BACK, {}, MET, id="worn turned over"),
        pytest.param(None, {}, (Outcome.NOT_MET, Reason.MISSING_ITEM), id="not worn"),
        pytest.param(
            Label.ID_CARD,
            {Label.ID_CARD: 0.4},
            (Outcome.CANNOT_TELL, Reason.MODEL_UNSURE),
            id="something like a tag",
        ),
        pytest.param(
            None,
            {Label.TORSO: 0.4},
            (Outcome.CANNOT_TELL, Reason.OCCLUDED),
            id="chest not clearly seen",
        ),
    ],
)
def test_a_tag_on_the_chest(
    tag: Label | None, confidence: dict[Label, float], expected: object
) -> None:
    """Only a good view of the chest may say that there is none."""
    assert answer("badge_worn", Painter().staff(tag).image, confidence=confidence) == expected


def test_a_blurred_chest_denies_no_tag() -> None:
    """Blur is not absence."""
    image = Painter().staff(None).image
    image[222:398, 532:708] = (250, 250, 10)
    assert answer("badge_worn", image) == (Outcome.CANNOT_TELL, Reason.BLURRED)


def test_a_strap_without_a_card_denies_no_tag() -> None:
    """The card may hang below the edge of the desk."""
    painter = Painter().staff(None)
    painter.paint(Label.LANYARD, (615, 225, 625, 395))
    assert answer("badge_worn", painter.image) == (Outcome.CANNOT_TELL, Reason.OCCLUDED)


def test_a_card_in_the_hand_is_not_worn() -> None:
    """A tag counts on the chest."""
    painter = Painter().staff(None)
    painter.paint(Label.ID_CARD, (502, 370, 518, 400))
    assert answer("badge_worn", painter.image)[0] is not Outcome.MET


def test_nobody_at_the_counter_wears_nothing() -> None:
    """CANNOT_TELL, not a missing tag."""
    assert answer("badge_worn", Painter().image) == (Outcome.CANNOT_TELL, Reason.NOBODY)


def test_a_small_card_is_never_given_to_the_recogniser() -> None:
    """Pixels first, text second."""
    reader = FakeReader()
    image = Painter().staff().image
    expected = (Outcome.CANNOT_TELL, Reason.TOO_SMALL)
    assert answer("badge_legible", image, reader=reader) == expected
    assert reader.calls == 0


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        pytest.param(FakeReader(14.0, 8), MET, id="large letters"),
        pytest.param(
            FakeReader(9.0, 8), (Outcome.CANNOT_TELL, Reason.TOO_SMALL), id="small letters"
        ),
        pytest.param(
            FakeReader(0.0, 0), (Outcome.CANNOT_TELL, Reason.MODEL_UNSURE), id="no letters"
        ),
    ],
)
def test_a_large_card_is_legible_by_its_letters(reader: FakeReader, expected: object) -> None:
    """The height of the letters decides; what they say is never kept."""
    painter = Painter().staff(None)
    painter.paint(Label.ID_CARD, (590, 260, 650, 350))
    painter.image[270:340:10, 600:640] = (255, 255, 255)  # lines, so that it is sharp
    assert answer("badge_legible", painter.image, reader=reader) == expected
    assert reader.calls == 1


def test_a_card_turned_over_cannot_be_read() -> None:
    """It is worn, and its back is towards the visitor."""
    image = Painter().staff(Label.ID_CARD_BACK).image
    assert answer("badge_legible", image) == (Outcome.CANNOT_TELL, Reason.TURNED_OVER)


def test_a_cup_on_the_staff_half_is_seen_and_named() -> None:
    """The basis holds the box that a human will be shown."""
    image = Painter().paint(Label.CUP, (600, 470, 650, 530)).image
    observation = said("desk_clear", image)
    assert observation.outcome is Outcome.NOT_MET
    assert [box.label for box in observation.basis] == [Label.CUP]


def test_a_cup_beside_the_desk_is_not_on_it() -> None:
    """Where a thing stands decides, not how high it reaches."""
    image = Painter().paint(Label.CUP, (600, 640, 650, 700)).image
    assert answer("desk_clear", image) == MET


def test_a_tiny_cup_is_too_small_to_judge() -> None:
    """Below px_object the camera cannot tell."""
    image = Painter().paint(Label.CUP, (600, 500, 612, 520)).image
    assert answer("desk_clear", image) == (Outcome.CANNOT_TELL, Reason.TOO_SMALL)


def test_a_visitor_is_noted_beside_the_items() -> None:
    """The signal needs to know who may have brought a thing."""
    image = Painter().paint(Label.PERSON, (20, 300, 220, 700)).image
    assert [box.label for box in said("desk_clear", image).basis] == [Label.PERSON]


def test_a_desk_like_the_approved_picture_is_like_it_under_another_lamp() -> None:
    """A lamp is no finding; a thing that no detector knows asks a human."""
    empty = Painter().image
    approved = Approved(empty, Reference.of(empty))
    dimmer: Image = np.asarray(cv2.convertScaleAbs(empty, alpha=0.85, beta=4), np.uint8)
    changed = empty.copy()
    changed[460:560, 500:760] = (40, 40, 220)
    expected = (Outcome.CANNOT_TELL, Reason.AWAITING_HUMAN)
    assert answer("desk_like_reference", dimmer, approved=approved) == MET
    assert answer("desk_like_reference", changed, approved=approved) == expected


def test_a_desk_zone_that_leaves_the_picture_is_compared_where_it_is_seen() -> None:
    """A nudge may push a corner of the zone over the edge."""
    desk = Painter().image
    changed = desk.copy()
    changed[600:700, 0:300] = (40, 40, 220)
    zone_px = np.array([[-30.0, 560.0], [600.0, 560.0], [600.0, 740.0], [-30.0, 740.0]])
    assert desk_difference(desk, desk, zone_px, ()) == 0.0
    assert 0.2 < desk_difference(changed, desk, zone_px, ()) < 0.5


PLACE = (600, 470, 650, 530)


@pytest.mark.parametrize("gain", [0.75, 0.9, 1.0, 1.2])
def test_what_stands_on_the_approved_picture_accuses_nobody(gain: float) -> None:
    """A sanitiser that is taken for a bottle has its place, under another lamp as well."""
    desk = Painter().paint(Label.CUP, PLACE).image
    zone_px = COUNTER.zone(ZoneKind.DESK).polygon((1280, 720))  # type: ignore[union-attr]
    lit: Image = np.asarray(cv2.convertScaleAbs(desk, alpha=gain, beta=0), np.uint8)
    assert thing_difference(lit, desk, zone_px, (), PLACE, 12.0) <= 0.1


def test_only_the_same_thing_at_the_same_place_is_approved() -> None:
    """Moved, another one, or on a picture that shows bare desk there: it counts."""
    desk = Painter().paint(Label.CUP, PLACE).image
    approved = Approved(desk, Reference.of(desk))
    empty = Painter().image
    bare = Approved(empty, Reference.of(empty))
    moved = Painter().paint(Label.CUP, (700, 470, 750, 530)).image
    other = Painter().paint(Label.PHONE, PLACE).image
    found = (Outcome.NOT_MET, Reason.PRESENT_OBJECT)
    assert answer("desk_clear", desk) == found
    assert answer("desk_clear", desk, approved=approved) == MET
    assert answer("desk_clear", moved, approved=approved) == found
    assert answer("desk_clear", other, approved=approved) == found
    assert answer("desk_clear", desk, approved=bare) == found


def test_a_pale_cup_on_a_pale_desk_is_not_approved_by_a_bare_one() -> None:
    """It hardly differs from the picture, but the picture shows no cup."""
    bare: Image = np.full((720, 1280, 3), 190, np.uint8)
    cup = bare.copy()
    cup[470:530, 600:650] = 196
    zone_px = COUNTER.zone(ZoneKind.DESK).polygon((1280, 720))  # type: ignore[union-attr]
    assert thing_difference(cup, bare, zone_px, (), PLACE, 12.0) == 1.0


def test_who_leans_over_the_desk_hides_no_phone() -> None:
    """Dark clothes over most of the desk are no lamp that went out."""
    bare: Image = np.full((720, 1280, 3), 190, np.uint8)
    leant = bare.copy()
    leant[430:620, 256:900] = 25
    leant[560:600, 930:980] = 25
    person = Box(Label.PERSON, (256.0, 100.0, 900.0, 620.0), 0.9)
    zone_px = COUNTER.zone(ZoneKind.DESK).polygon((1280, 720))  # type: ignore[union-attr]
    phone = (930.0, 560.0, 980.0, 600.0)
    assert thing_difference(leant, bare, zone_px, (person,), phone, 12.0) == 1.0


def test_two_at_a_counter_without_visitor_is_an_event_for_a_human() -> None:
    """Purpose is unknowable without sound, and sound is forbidden."""
    alone = Painter().staff(x=340).image
    two = Painter().staff(x=340)
    two.paint(Label.PERSON, (700, 100, 900, 420))
    assert answer("company", alone) == MET
    assert answer("company", two.image) == (Outcome.CANNOT_TELL, Reason.AWAITING_HUMAN)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        pytest.param(np.full((720, 1280, 3), 8, np.uint8), Reason.DARK, id="dark"),
        pytest.param(np.full((720, 1280, 3), 250, np.uint8), Reason.GLARE, id="glare"),
    ],
)
def test_a_frame_that_shows_nothing_is_given_to_no_network(image: Image, reason: Reason) -> None:
    """The gate comes first, for every check."""
    eyes = fake_eyes()
    frame = Frame("loket-1", 0, AT, image)
    found = look(frame, (COUNTER,), {"FO-1": CHECKS}, eyes, NUMBERS, None)
    assert {o.reason for o in found.samples[0].observations} == {reason}
    assert {o.outcome for o in found.samples[0].observations} == {Outcome.CANNOT_TELL}
    assert eyes.scene.calls == 0  # type: ignore[attr-defined]


def test_only_checks_that_are_due_are_looked_at() -> None:
    """No crop is made for a rule that is not in force."""
    eyes = fake_eyes()
    frame = Frame("loket-1", 0, AT, Painter().staff().image)
    found = look(frame, (COUNTER,), {"FO-1": ["staff_present"]}, eyes, NUMBERS, None)
    assert [o.check for o in found.samples[0].observations] == ["staff_present"]
    assert eyes.attire.calls == 0  # type: ignore[attr-defined]
