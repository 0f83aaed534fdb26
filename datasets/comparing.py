"""Networks side by side on one set: average precision, and how far each lies from the first.

A difference is drawn pair by pair: both networks saw the same pictures, so it is surer than the
intervals of the two figures say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from datasets.evaluation import (
    CARD_SIDES,
    Answers,
    Look,
    Seen,
    answers_of,
    average_precision,
    named,
    read,
)
from datasets.intervals import Doubles, Figure, difference, statistic
from datasets.score_tables import Table, points
from datasets.sets import PictureSet
from models.card import Card
from vision.errors import DataError
from vision.labels import Label

LEAST_BOXES = 5
"""Labels of fewer true boxes do not count in the mean: one box more or less would swing it."""

MEAN = f"mean of labels with {LEAST_BOXES} boxes or more"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time of one picture, ms, and the ratio to the first network: median, least, most."""

    ms: float
    ratio: float
    least: float
    most: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Entrant:
    """One network. `name`: its file without ending; `look` is how it is shown a picture."""

    name: str
    card: Card
    look: Look
    cost: Cost | None = None

    @property
    def size(self) -> str:
        """Height by width of its input."""
        width, height = self.card.input.size_wh
        return f"{height}x{width}"


@dataclass(frozen=True, slots=True)
class Row:
    """One label: a figure for each network, and its difference to the first's."""

    label: str
    n: int
    figures: tuple[Figure, ...]
    differences: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All networks on one set; the last row is the mean."""

    set_name: str
    origin: str
    pictures: int
    names: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Networks that answer one question (size, precision, renders) on every set of their kind."""

    question: str
    network: str
    entrants: tuple[Entrant, ...]
    results: tuple[Comparison, ...]


def compare(pictures: PictureSet, entrants: Sequence[Entrant]) -> Comparison:
    """Score networks that know the same labels on a set. Errors: DataError."""
    known = frozenset.intersection(*(one.card.labels for one in entrants))
    groups = named(pictures, known)
    if not groups or not pictures.pictures:
        names = ", ".join(one.card.model for one in entrants)
        raise DataError(f"{pictures.name}: expected labels that all of {names} know, found none")
    images = [(one, read(one)) for one in pictures.pictures]
    seen = [[Seen(one, each.look(image, one)) for one, image in images] for each in entrants]
    told = {name for name, _ in groups}
    rows: list[Row] = []
    counted: list[list[Answers]] = []
    for name, labels in groups:
        answers = [answers_of(one, labels) for one in seen]
        if not len(answers[0].found):
            continue
        rows.append(_row(name, len(answers[0].found), [[one] for one in answers]))
        again = name == CARD_SIDES and Label.ID_CARD.word in told  # its sides are rows already
        if len(answers[0].found) >= LEAST_BOXES and not again:
            counted.append(answers)
    if counted:
        boxes = sum(len(one[0].found) for one in counted)
        rows.append(_row(MEAN, boxes, [list(each) for each in zip(*counted, strict=True)]))
    return Comparison(
        pictures.name,
        pictures.origin.value,
        len(pictures.pictures),
        tuple(one.name for one in entrants),
        tuple(rows),
    )


def _row(label: str, n: int, answers: Sequence[Sequence[Answers]]) -> Row:
    """`answers`: for each network those of each label that is averaged over."""
    count = answers[0][0].picture_count
    holding = len({int(p) for one in answers[0] for p in one.true_picture})
    values = [_mean_of(one) for one in answers]
    return Row(
        label,
        n,
        tuple(statistic(one, count, holding, n) for one in values),
        tuple(difference(one, values[0], count, n) for one in values),
    )


def _mean_of(answers: Sequence[Answers]) -> Callable[[Doubles], Doubles]:
    def values(times: Doubles) -> Doubles:
        each = np.array(
            [
                average_precision(
                    one.right[:, 0], times[:, one.picture], times[:, one.true_picture].sum(axis=1)
                )
                for one in answers
            ]
        )
        there = ~np.isnan(each)  # a drawn set may hold nothing of a label
        total = np.where(there, each, 0.0).sum(axis=0)
        mean: Doubles = np.where(
            there.any(axis=0), total / np.maximum(there.sum(axis=0), 1), np.nan
        )
        return mean

    return values


def table_of_entrants(entrants: Sequence[Entrant]) -> Table:
    """What is compared, what it costs, and what its card says."""
    rows = []
    for one in entrants:
        cost = one.cost
        spread = "" if cost is None else f"{cost.ratio:.2f} [{cost.least:.2f}, {cost.most:.2f}]"
        ms = "" if cost is None else f"{cost.ms:.1f}"
        precision = one.card.precision.value
        rows.append((one.name, one.card.model, one.size, precision, ms, spread, one.card.why))
    columns = ("file", "model", "input", "precision", "CPU ms a picture", "to the first", "why")
    return Table("Compared", columns, tuple(rows))


def table_of(comparison: Comparison) -> Table:
    """AP50 of each network; of all but the first also the difference to it, in points."""
    what = f"AP50 on {comparison.set_name} ({comparison.origin}, {comparison.pictures} pictures)"
    rows = []
    for row in comparison.rows:
        cells = [row.figures[0].percent.rpartition(" n ")[0]]
        pairs = zip(row.figures[1:], row.differences[1:], strict=True)
        cells += [f"{_percent(figure)} ({points(apart)})" for figure, apart in pairs]
        rows.append((row.label, str(row.n), *cells))
    return Table(what, ("label", "n", *comparison.names), tuple(rows))


def _percent(figure: Figure) -> str:
    return "-" if figure.value is None else f"{100 * figure.value:.1f}"
