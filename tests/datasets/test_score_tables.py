"""What tables and plots say, word by word."""

from xml.etree import ElementTree

import pytest

from datasets.intervals import Figure
from datasets.plots import bars_svg, lines_svg
from datasets.score_tables import Table, as_markdown, as_text, verdict_on

TABLE = Table("Cups", ("label", "n"), (("cup", "12"), ("a longer one", "3")))


def test_a_table_for_a_terminal_is_aligned() -> None:
    """Columns begin below each other."""
    assert as_text(TABLE).splitlines() == [
        "Cups",
        "  label         n",
        "  cup           12",
        "  a longer one  3",
    ]


def test_a_table_of_markdown_has_its_title_above() -> None:
    """As docs/accuracy.md shows it."""
    assert as_markdown(TABLE).splitlines()[2:5] == [
        "| label | n |",
        "|---|---|",
        "| cup | 12 |",
    ]


@pytest.mark.parametrize(
    ("figure", "at_most", "expected"),
    [
        (Figure(0.98, 0.97, 0.99, 50), False, "yes"),
        (Figure(0.98, 0.90, 0.99, 50), False, "yes, but the interval reaches beyond it"),
        (Figure(1.0, None, None, 1), False, "yes, of too few to be sure"),
        (Figure(0.96, 0.90, 0.99, 50), False, "no"),
        (Figure(0.0, 0.0, 0.2, 14), True, "yes"),
        (Figure(0.0, 0.0, 0.99, 2), True, "yes, but the interval reaches beyond it"),
        (Figure(None, None, None, 0), False, "not measured"),
    ],
    ids=["sure", "unsure", "one", "missed", "at most", "at most, unsure", "nothing"],
)
def test_a_goal_is_met_only_as_surely_as_the_interval_says(
    figure: Figure, at_most: bool, expected: str
) -> None:
    """A lucky handful of pictures is no proof."""
    assert verdict_on(figure, 0.97, at_most=at_most) == expected


def test_plots_are_svg_whatever_their_names_hold() -> None:
    """Names are escaped; values outside nothing."""
    lines = lines_svg("a < b", "recall", "precision", {"c & d": [(0, 1), (0.5, 0.5)]})
    bars = bars_svg("t", "recall", ["< 16 px"], {"cup": [None], "id": [(0.5, 0.2, 0.9)]})
    for text in (lines, bars):
        assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert "c &amp; d" in lines
    assert bars.count("<rect") == 4  # the ground, one bar, two names
