"""Everything that docs/accuracy.md is written from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from datasets.comparing import Compared
from datasets.evaluation import CARD_SIDES, LabelScore, PersonScore, SetScore
from datasets.hidden_heads import HeadScore
from datasets.verdict_scores import VerdictScores
from models.card import Card

EQUAL_LABELS = (CARD_SIDES, "person", "head")
"""What is asked of everybody alike: is the badge seen, the person, the head."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page holds.

    `persons` by the scale of the pictures; `people` and `heads` are of rendered people, `heads` by
    set.
    """

    real: tuple[SetScore, ...]
    rendered: tuple[SetScore, ...]
    persons: Mapping[float, tuple[PersonScore, ...]]
    people: tuple[SetScore, ...]
    heads: Mapping[str, tuple[HeadScore, ...]]
    verdicts: VerdictScores
    compared: tuple[Compared, ...]
    cards: tuple[Card, ...]


def labels_of(scores: Sequence[SetScore]) -> Iterator[tuple[SetScore, LabelScore]]:
    """Every label of every set."""
    for score in scores:
        for one in score.labels:
            yield score, one
