"""Scores of a network against tables worked out by hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.evaluation import (
    BARE,
    CARD_SIDES,
    HEIGHTS,
    Answers,
    PersonAnswer,
    Seen,
    answers_of,
    average_precision,
    judge_person,
    look_at,
    owner_of,
    persons_of,
    require_labels,
    score_of,
    scored,
)
from datasets.failures import Failure, failures_of, varied, view_of
from datasets.hidden_heads import heads_of, scores_of_heads
from datasets.intervals import Doubles, Figure, difference
from datasets.score_tables import too_low
from datasets.scoring import Truth
from datasets.scoring import average_precision as unweighted_precision
from datasets.sets import Labelled, Origin, PersonCase, PictureSet, TrueBox
from service.policies import load_policy
from tests.datasets.sets import plain_picture
from tests.fakes_eyes import Painter, fake_eyes
from vision.errors import DataError
from vision.labels import Label
from vision.values import Box, Detections, Outcome, Reason, Xyxy

CUP = frozenset({Label.CUP})
A: Xyxy = (0, 0, 10, 10)
B: Xyxy = (20, 0, 30, 10)
ELSEWHERE: Xyxy = (50, 50, 60, 60)


def seen(
    found: list[tuple[Xyxy, float]],
    true: list[Xyxy],
    *,
    source: str = "",
    ignored: list[Xyxy] | None = None,
    groups: tuple[str, ...] = (),
) -> Seen:
    """A picture with cups."""
    boxes = [TrueBox(Label.CUP, xyxy, groups) for xyxy in true]
    boxes += [TrueBox(Label.CUP, xyxy, ignored=True) for xyxy in ignored or []]
    detections = Detections.of([Box(Label.CUP, xyxy, c) for xyxy, c in found], "test@1")
    return Seen(Labelled(Path("none.jpg"), source, tuple(boxes)), detections)


def answers(*pictures: Seen) -> Answers:
    """All of them about cups."""
    return answers_of(pictures, CUP)


def ap50(told: Answers) -> float:
    """Average precision at an overlap of 0.5, every picture once."""
    weight, total = np.ones((1, len(told.right))), np.array([float(len(told.found))])
    return float(average_precision(told.right[:, 0], weight, total)[0])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(A, 0.9), (B, 0.8)], 1.0),
        ([(A, 0.9)], 51 / 101),
        ([(ELSEWHERE, 0.9), (A, 0.8), (B, 0.7)], 2 / 3),
        ([(A, 0.9), (A, 0.8)], 51 / 101),
        ([], 0.0),
    ],
    ids=["all found", "half found", "a false one first", "one found twice", "nothing found"],
)
def test_average_precision_of_two_cups(found: list[tuple[Xyxy, float]], expected: float) -> None:
    """Each case can be checked with a pencil."""
    assert ap50(answers(seen(found, [A, B]))) == pytest.approx(expected)


SPOTS: list[Xyxy] = [A, B, ELSEWHERE, (4, 0, 14, 10)]
PICTURES = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(SPOTS), st.sampled_from([0.2, 0.4, 0.6, 0.8])), max_size=4
        ),
        st.lists(st.sampled_from([A, B]), max_size=2, unique=True),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40)
@given(PICTURES)
def test_it_agrees_with_the_plain_average_precision(
    rows: list[tuple[list[tuple[Xyxy, float]], list[Xyxy]]],
) -> None:
    """Two pieces of code, one figure."""
    pictures = [seen(found, true) for found, true in rows]
    told = answers(*pictures)
    plain = unweighted_precision(
        [
            (
                one.found,
                Truth(
                    np.array([box.xyxy for box in one.picture.boxes], np.float32).reshape(-1, 4),
                    np.full(len(one.picture.boxes), int(Label.CUP), np.int64),
                ),
            )
            for one in pictures
        ]
    )
    expected = plain.get(int(Label.CUP), float("nan"))
    assert ap50(told) == pytest.approx(expected, nan_ok=True, abs=1e-6)


@settings(max_examples=40)
@given(PICTURES)
def test_a_picture_drawn_twice_counts_as_two_pictures(
    rows: list[tuple[list[tuple[Xyxy, float]], list[Xyxy]]],
) -> None:
    """The bootstrap weighs instead of copying; no two answers here are equally sure."""
    step = iter(range(1000))
    rows = [([(xyxy, c + 1e-4 * next(step)) for xyxy, c in found], true) for found, true in rows]
    once = answers(*(seen(found, true) for found, true in rows))
    twice = answers(*(seen(found, true) for found, true in [*rows, rows[0]]))
    times = np.ones((1, len(rows)))
    times[0, 0] = 2
    (weighed,) = average_precision(
        once.right[:, 0], times[:, once.picture], times[:, once.true_picture].sum(axis=1)
    )
    assert weighed == pytest.approx(ap50(twice), nan_ok=True)


def test_precision_and_recall_are_those_at_the_shipped_threshold() -> None:
    """0.60 after calibration, on either side: what is below it is not shown to anybody."""
    told = answers(seen([(A, 0.6), (ELSEWHERE, 0.7), (B, 0.59)], [A, B]))
    score = score_of("cup", told)
    assert score.precision.value == pytest.approx(1 / 2)
    assert score.recall.value == pytest.approx(1 / 2)
    assert (score.precision.n, score.recall.n) == (2, 2)


@pytest.mark.parametrize(
    ("height", "span"),
    [(15.9, 0), (16, 1), (31.9, 1), (32, 2), (63.9, 2), (64, 3), (500, 3)],
)
def test_a_height_belongs_to_one_span(height: float, span: int) -> None:
    """The lower end belongs to a span, the upper one to the next."""
    box: Xyxy = (0, 0, 20, height)
    score = score_of("cup", answers(seen([(box, 0.9)], [box])))
    counted = [figure.n for figure in score.by_height.values()]
    assert counted == [1 if index == span else 0 for index in range(len(HEIGHTS))]


def test_what_is_smaller_than_the_floor_is_left_out_of_its_recall() -> None:
    """The short side counts: a pen is long and thin."""
    large: Xyxy = (0, 0, 24, 24)
    thin: Xyxy = (100, 0, 123.9, 200)
    score = score_of("cup", answers(seen([(large, 0.9)], [large, thin])))
    assert (score.recall.value, score.recall_from_floor.value) == (0.5, 1)
    assert score.recall_from_floor.n == 1


def test_each_source_has_its_own_figures() -> None:
    """A camera on which nothing is found must not hide behind the others."""
    told = answers(
        seen([(A, 0.9)], [A], source="hall"),
        seen([(ELSEWHERE, 0.9)], [A], source="door"),
        seen([], [], source="empty"),
    )
    score = score_of("cup", told)
    recalls = {source: figures["recall"].value for source, figures in score.by_source.items()}
    assert recalls == {"door": 0, "hall": 1}
    assert score.by_source["door"]["precision"].value == 0


def test_groups_have_their_own_recall() -> None:
    """Equal for all is a figure, not a promise."""
    told = answers(
        seen([(A, 0.9)], [A], groups=("head: hijab",)),
        seen([], [A], groups=("head: no hijab",)),
    )
    by_group = score_of("cup", told).by_group
    assert {group: figure.value for group, figure in by_group.items()} == {
        "head: hijab": 1,
        "head: no hijab": 0,
    }


def test_what_is_too_hidden_to_count_is_neither_found_nor_missed() -> None:
    """An answer on it is no false one; an answer elsewhere is."""
    told = answers(seen([(A, 0.9), (B, 0.9), (ELSEWHERE, 0.8)], [A], ignored=[B]))
    score = score_of("cup", told)
    assert (score.n, score.precision.value, score.recall.value) == (1, 0.5, 1)


def picture_set(tmp_path: Path, *labels: Label, both_sides: bool = False) -> PictureSet:
    """One picture with one box of each label, side by side."""
    boxes = tuple(
        TrueBox(label, (60.0 * i, 0.0, 60.0 * i + 50, 50.0)) for i, label in enumerate(labels)
    )
    path = plain_picture(tmp_path / "a.png")
    known = (*labels, Label.ID_CARD_BACK) if both_sides else labels
    return PictureSet("made_up", Origin.REAL, "all", known, (Labelled(path, "", boxes),))


def test_a_set_that_does_not_tell_the_sides_counts_either(tmp_path: Path) -> None:
    """The product counts a turned card as worn."""
    pictures = picture_set(tmp_path, Label.ID_CARD)
    back = Detections.of([Box(Label.ID_CARD_BACK, (0, 0, 50, 50), 0.9)], "t@1")
    known = frozenset({Label.ID_CARD, Label.ID_CARD_BACK})
    (score,) = scored(pictures, "t@1", known, look_at(pictures, lambda *_: back)).labels
    assert (score.name, score.recall.value) == (CARD_SIDES, 1)
    told = picture_set(tmp_path, Label.ID_CARD, both_sides=True)
    scores = scored(told, "t@1", known, look_at(told, lambda *_: back)).labels
    names = {one.name: one for one in scores}
    assert {name: one.recall.value for name, one in names.items()} == {"id_card": 0, CARD_SIDES: 1}


def test_a_set_without_any_label_of_the_network_is_refused(tmp_path: Path) -> None:
    """Cards are not looked for by the scene network."""
    pictures = picture_set(tmp_path, Label.ID_CARD)
    with pytest.raises(DataError, match="expected labels that scene@1 knows, found id_card"):
        require_labels(pictures, "scene@1", CUP)


# Persons


def answer(
    card_px: float | None, outcome: Outcome, reason: Reason | None = None, picture: str = "a"
) -> PersonAnswer:
    """One person's answer."""
    return PersonAnswer(picture, "p", card_px, outcome, reason)


def test_persons_are_right_wrong_missed_or_not_told() -> None:
    """A wearer accused is wrong, a bare chest passed is missed; unsure is neither."""
    rows = persons_of(
        [
            answer(40, Outcome.MET, picture="a"),
            answer(32, Outcome.NOT_MET, Reason.MISSING_ITEM, "b"),
            answer(31.9, Outcome.CANNOT_TELL, Reason.MODEL_UNSURE, "c"),
            answer(15, Outcome.CANNOT_TELL, Reason.TOO_SMALL, "d"),
            answer(None, Outcome.MET, picture="e"),
            answer(None, Outcome.NOT_MET, Reason.MISSING_ITEM, "f"),
        ]
    )
    told = {
        row.group: (row.n, row.right.value, row.wrong.value, row.cannot_tell.value) for row in rows
    }
    assert told == {
        "card >= 32 px": (2, 0.5, 0.5, 0),
        "card 16-32 px": (1, 0, 0, 1),
        "card < 16 px": (1, 0, 0, 1),
        BARE: (2, 0.5, 0.5, 0),
    }
    reasons = {row.group: row.reasons for row in rows}
    assert reasons["card < 16 px"] == {"TOO_SMALL": 1}


@pytest.mark.parametrize(
    ("tag", "outcome"),
    [(Label.ID_CARD, Outcome.MET), (None, Outcome.NOT_MET)],
    ids=["card worn", "no card"],
)
def test_a_person_is_judged_as_the_product_judges(tag: Label | None, outcome: Outcome) -> None:
    """Found in the whole picture, looked at closely, asked by `badge_of`."""
    eyes = fake_eyes()
    image = Painter().staff(tag).image
    case = PersonCase(Path("a.png"), "p", tag is not None, (610, 300, 640, 345))
    parameters = load_policy("djpb-spm").parameters
    told = judge_person(case, image, 1.0, eyes.scene, eyes.attire, parameters)
    assert told.outcome is outcome
    assert told.card_px == (45 if tag is not None else None)


def test_a_person_who_is_not_found_is_not_told() -> None:
    """Nobody is accused because the other network saw nobody."""
    eyes = fake_eyes()
    case = PersonCase(Path("a.png"), "p", True, (610, 300, 640, 345))
    told = judge_person(case, Painter().image, 1.0, eyes.scene, eyes.attire, {})
    assert (told.outcome, told.reason) == (Outcome.CANNOT_TELL, Reason.NOBODY)


def test_a_card_belongs_to_the_smallest_person_round_it() -> None:
    """Somebody behind may be larger than who wears it."""
    large = Box(Label.PERSON, (0, 0, 100, 200), 0.9)
    small = Box(Label.PERSON, (40, 50, 90, 150), 0.8)
    assert owner_of([large, small], 60, 100) is small
    assert owner_of([large, small], 10, 10) is large
    assert owner_of([large, small], 150, 10) is None


# Groups


def test_how_far_a_group_lies_below_the_mean_is_told_with_its_interval() -> None:
    """Recall 1 of hijab and 0.5 of bare: the mean of the two is 0.75."""
    pictures = [seen([(A, 0.9)], [A], groups=("head: hijab",)) for _ in range(6)]
    pictures += [seen([(A, 0.9)], [A], groups=("head: bare",)) for _ in range(3)]
    pictures += [seen([], [A], groups=("head: bare", "posture: seated")) for _ in range(3)]
    below = score_of("cup", answers(*pictures)).below_mean
    assert set(below) == {"head: bare", "head: hijab"}  # one posture alone has no mean
    assert below["head: bare"].value == pytest.approx(0.25)
    assert below["head: hijab"].value == pytest.approx(-0.25)
    low, high = below["head: bare"].low, below["head: bare"].high
    assert low is not None
    assert high is not None
    assert 0 <= low < 0.25 < high <= 0.5


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (Figure(0.10, 0.05, 0.15, 90), "yes"),
        (Figure(0.10, 0.01, 0.20, 9), "yes, of too few to be sure"),
        (Figure(0.01, -0.02, 0.02, 900), "no"),
        (Figure(0.01, -0.20, 0.20, 9), "no, of too few to be sure"),
        (Figure(None, None, None, 0), "not measured"),
    ],
)
def test_a_group_is_called_too_low_only_as_surely_as_its_interval_says(
    figure: Figure, expected: str
) -> None:
    """Three points are the goal; a handful of people neither prove nor disprove it."""
    assert too_low(figure) == expected


# Networks side by side


def test_a_difference_is_drawn_pair_by_pair() -> None:
    """Two networks that are right in the same pictures differ by nothing, surely."""
    half = [seen([(A, 0.9)] if n % 2 else [], [A]) for n in range(10)]
    ours = answers(*half)

    def recall(times: Doubles) -> Doubles:
        share: Doubles = times[:, ours.true_picture[ours.found]].sum(axis=1) / times.sum(axis=1)
        return share

    same = difference(recall, recall, 10, 10)
    assert (same.value, same.low, same.high) == (0, 0, 0)


# Heads in evidence


def head_set(tmp_path: Path, head: Xyxy) -> PictureSet:
    """One picture with one true head."""
    path = tmp_path / "a.png"
    assert cv2.imwrite(str(path), Painter().staff().image)
    box = TrueBox(Label.HEAD, head, ("head: cap", "posture: seated"))
    picture = Labelled(path, "whole", (box,))
    return PictureSet("whole", Origin.RENDERED, "all", (Label.HEAD,), (picture,))


@pytest.mark.parametrize(
    ("head", "found", "hidden"),
    [((580, 105, 660, 195), 1, 1), ((1100, 100, 1180, 190), 0, 0)],
    ids=["of somebody found", "of somebody nobody found"],
)
def test_a_head_is_hidden_where_evidence_hides_it(
    tmp_path: Path, head: Xyxy, found: float, hidden: float
) -> None:
    """The rule is `vision.hiding`'s own, not a copy of it."""
    eyes = fake_eyes()
    scores = scores_of_heads(heads_of(head_set(tmp_path, head), eyes.scene, eyes.attire))
    assert [one.name for one in scores] == ["all", ">= 64 px", "head: cap"]
    assert (scores[0].found.value, scores[0].hidden.value) == (found, hidden)


def test_a_head_too_small_to_show_anybody_does_not_count(tmp_path: Path) -> None:
    """From 16 px on."""
    eyes = fake_eyes()
    assert not heads_of(head_set(tmp_path, (580, 105, 590, 120)), eyes.scene, eyes.attire)


# Failures


def test_failures_are_the_largest_misses_and_the_surest_false_alarms() -> None:
    """What is ignored is neither; an unsure answer on the thing is told with the miss."""
    pictures = PictureSet("made_up", Origin.REAL, "all", (Label.CUP,), ())
    large: Xyxy = (100, 100, 140, 140)
    told = failures_of(
        pictures,
        "scene@1",
        CUP,
        [
            seen([(A, 0.9), (B, 0.3), (ELSEWHERE, 0.7)], [A, B]),
            seen([((200, 0, 210, 10), 0.8)], [large]),
            seen([(B, 0.9)], [A], ignored=[B]),
        ],
    )
    assert [(one.xyxy, one.confidence) for one in told.misses] == [
        (large, 0.0),
        (B, pytest.approx(0.3)),
        (A, 0.0),
    ]
    assert [one.confidence for one in told.false_alarms] == pytest.approx([0.8, 0.7])
    assert told.there == {"cup": 4}


def test_no_label_fills_the_sheet_alone() -> None:
    """The worst of each in turn."""
    picture = Labelled(Path("a.jpg"), "", ())
    many = [Failure(picture, "chair", A, True, 0.1 * n) for n in range(5)]
    few = [Failure(picture, "cup", A, True, 0.0)]
    assert [one.label for one in varied([*many, *few], 3)] == ["chair", "cup", "chair"]


@pytest.mark.parametrize(
    "xyxy", [(0, 0, 20, 20), (600, 300, 640, 384), (0, 100, 640, 110), (310, 0, 320, 384)]
)
def test_a_failure_is_shown_with_what_is_round_it(xyxy: Xyxy) -> None:
    """The whole box, never beyond the picture."""
    x0, y0, x1, y1 = view_of(xyxy, (640, 384))
    assert 0 <= x0 <= xyxy[0] < xyxy[2] <= x1 <= 640
    assert 0 <= y0 <= xyxy[1] < xyxy[3] <= y1 <= 384
    assert x1 - x0 >= 96
