"""Agreement of two reviewers against published worked examples."""

import numpy as np
import pytest

from datasets.agreement import agreement, agreement_of
from vision.values import Outcome


@pytest.mark.parametrize(
    ("table", "raw", "kappa", "ac1"),
    [
        # Gwet, Inter-Rater Reliability Assessment 1 (2002): kappa below zero at 94 % agreement.
        pytest.param([[118, 5], [2, 0]], 0.944, -0.0234, 0.9408, id="Gwet 2002"),
        # Feinstein and Cicchetti, J. Clin. Epidemiol. 43 (1990): the same 85 %, two kappas.
        pytest.param([[40, 9], [6, 45]], 0.85, 0.70, 0.70, id="Feinstein 1990, balanced"),
        pytest.param([[80, 10], [5, 5]], 0.85, 0.32, 0.81, id="Feinstein 1990, rare"),
        # Fleiss, Cohen and Everitt, Psychol. Bull. 72 (1969): three words, 200 patients.
        pytest.param([[106, 10, 4], [22, 28, 10], [2, 12, 6]], 0.70, 0.429, None, id="Fleiss 1969"),
    ],
)
def test_the_figures_are_those_of_published_examples(
    table: list[list[int]], raw: float, kappa: float, ac1: float | None
) -> None:
    """Whoever checks our numbers against a book finds the book's."""
    found = agreement_of(np.array(table, np.float64))
    assert found.raw.value == pytest.approx(raw, abs=0.0005)
    assert found.kappa.value == pytest.approx(kappa, abs=0.005)
    if ac1 is not None:
        assert found.ac1.value == pytest.approx(ac1, abs=0.005)


def test_the_interval_of_kappa_is_as_wide_as_the_published_one() -> None:
    """Fleiss, Cohen and Everitt give a standard error of 0.0537 for their 200 patients."""
    table = np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]], np.float64)
    kappa = agreement_of(table).kappa
    assert kappa.low is not None
    assert kappa.high is not None
    assert (kappa.high - kappa.low) / (2 * 1.96) == pytest.approx(0.0537, abs=0.004)


def test_the_same_pairs_give_the_same_interval() -> None:
    """A page that is reloaded must not show other numbers."""
    pairs = [(Outcome.MET, Outcome.MET)] * 9 + [(Outcome.MET, Outcome.NOT_MET)] * 3
    assert agreement(pairs, list(Outcome)) == agreement(pairs, list(Outcome))


def test_nothing_judged_twice_gives_no_figure_and_no_fault() -> None:
    """The first weeks of an office."""
    found = agreement([], list(Outcome))
    assert (found.n, found.raw.value, found.kappa.value, found.ac1.value) == (0, None, None, None)


def test_where_only_one_word_was_used_kappa_is_silent_and_ac1_is_not() -> None:
    """Chance alone explains everything for kappa; the interval still says how few were judged."""
    found = agreement([(Outcome.NOT_MET, Outcome.NOT_MET)] * 12, list(Outcome))
    assert found.kappa.value is None
    assert found.ac1.value == pytest.approx(1.0)
    assert found.ac1.low == pytest.approx(0.757, abs=0.005)
    assert found.raw.low == pytest.approx(0.757, abs=0.005)
