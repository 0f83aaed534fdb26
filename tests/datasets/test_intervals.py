"""Intervals against tables worked out by hand, and the properties that make them honest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.intervals import Figure, drawn, ratio, statistic, wilson


def test_the_same_pictures_are_drawn_every_time() -> None:
    """A report written twice has the same intervals."""
    assert np.array_equal(drawn(7, 50), drawn(7, 50))
    assert (drawn(7, 50).sum(axis=1) == 7).all()


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)],
    ids=["none", "all", "half"],
)
def test_wilsons_interval(right: float, n: int, low: float, high: float) -> None:
    """Source of the numbers: Brown, Cai and DasGupta, Statistical Science 16 (2001)."""
    assert wilson(right, n) == pytest.approx((low, high), abs=1e-4)


def test_a_share_where_every_picture_is_right_still_has_an_interval() -> None:
    """Nothing missed in ten pictures does not prove that nothing will be."""
    figure = ratio(np.ones(10), np.ones(10), 10)
    assert figure.value == 1
    assert figure.low == pytest.approx(0.7225, abs=1e-4)
    assert figure.high == 1


def test_pictures_without_the_thing_neither_help_nor_harm() -> None:
    """Three of four found in two pictures; ninety empty pictures change nothing."""
    part, whole = np.zeros(92), np.zeros(92)
    part[:2], whole[:2] = [2, 1], [2, 2]
    figure = ratio(part, whole, 4)
    assert figure.value == 0.75
    assert (figure.low, figure.high) == (0.5, 1.0)


def test_nothing_to_count_has_no_value() -> None:
    """Not 0 %, and not 100 %."""
    assert ratio(np.zeros(3), np.zeros(3), 0) == Figure(None, None, None, 0)
    assert Figure(None, None, None, 0).percent == "- n 0"


def test_one_picture_has_a_value_and_no_interval() -> None:
    """Drawing one picture again and again says nothing."""
    assert ratio(np.array([1.0]), np.array([2.0]), 2).percent == "50.0 n 2"


def test_pictures_that_are_all_alike_have_no_interval() -> None:
    """A width of nothing would look like certainty."""
    figure = statistic(lambda times: np.full(len(times), 0.9), 3, 3, 3)
    assert (figure.value, figure.low, figure.high) == (0.9, None, None)


@given(
    st.lists(
        st.integers(1, 4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=2,
        max_size=12,
    )
)
def test_the_value_lies_in_its_interval(rows: list[tuple[int, int]]) -> None:
    """Whatever the pictures hold."""
    part, whole = np.array(rows, np.float64).T
    figure = ratio(part, whole, int(whole.sum()))
    assert figure.value == pytest.approx(part.sum() / whole.sum())
    if figure.low is not None and figure.high is not None and figure.value is not None:
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
