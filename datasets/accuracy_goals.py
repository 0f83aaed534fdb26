"""The goals of the networks and verdicts, and what was reached of each."""

from collections.abc import Iterator, Mapping, Sequence

from datasets.accuracy_report import EQUAL_LABELS, Report, labels_of
from datasets.evaluation import BARE, CARD_SIDES, FROM_SHORT_PX, LabelScore, PersonScore, SetScore
from datasets.intervals import Figure
from datasets.score_tables import (
    EQUAL_KINDS,
    EQUAL_WITHIN,
    points,
    recall_at_precision,
    verdict_on,
)
from datasets.verdict_scores import VerdictScores
from models.card import Card
from vision.labels import PERSONAL_ITEMS, label_of

GOAL_COLUMNS = ("what", "on", "goal", "reached", "goal met")


def goals_of(report: Report) -> Iterator[tuple[str, ...]]:
    """The rows of issue 3's table of figures, in its order."""
    card = _label(report.real, "badge_lbs_ccby", CARD_SIDES)
    if card is not None:
        yield _goal("card AP50", "real: badge_lbs_ccby", card.ap50, 0.97)
    yield ("card AP50", "real: other places and cards", "at least 88", "not here", "not measured")
    yield from _person_goals(report.persons)
    yield from _presence_goals(report.real)
    for name, start, now, n in _kept(report.cards):
        goal = f"at least 95 % of {100 * start:.1f}"
        what = f"AP50 kept, {name} ({n} labels; from the card)"
        yield (what, "coco_mini", goal, f"{100 * now:.1f}", _yes(now >= 0.95 * start))
    yield from _item_goals(report)
    yield ("head, recall from 16 px", "real", "at least 99", "no labels by people", "not measured")
    yield from _verdict_goals(report.verdicts)
    yield from _head_goals(report)
    yield from _group_goals(report)


def _person_goals(persons: Mapping[float, Sequence[PersonScore]]) -> Iterator[tuple[str, ...]]:
    groups = {(scale, one.group): one for scale, rows in persons.items() for one in rows}
    for scale, group, goals in (
        (1.0, "card >= 32 px", ((0.90, "right"), (0.005, "wrongly accused"))),
        (1.0, BARE, ((0.03, "missed"),)),
        (0.5, "card 16-32 px", ((0.02, "wrongly accused"),)),
        (0.25, "card 16-32 px", ((0.02, "wrongly accused"),)),
    ):
        one = groups.get((scale, group))
        if one is None:
            continue
        where = "real" if scale == 1 else f"real, shrunk to {scale:g}"
        for goal, what in goals:
            figure = one.right if what == "right" else one.wrong
            at_most = what != "right"
            yield _goal(f"person, {group}: {what}", where, figure, goal, at_most=at_most)


def _presence_goals(real: Sequence[SetScore]) -> Iterator[tuple[str, ...]]:
    person = _label(real, "office_cctv_ccby", "person")
    if person is None:
        return
    yield _goal("person, precision", "real: office_cctv_ccby", person.precision, 0.97)
    yield _goal("person, recall at the threshold", "the same", person.recall, 0.97)
    best = recall_at_precision(person, 0.97)
    what = "person, recall at precision 97, any threshold"
    yield (what, "the same", "at least 97", f"{100 * best:.1f}", _yes(best >= 0.97))


def _item_goals(report: Report) -> Iterator[tuple[str, ...]]:
    for origin, scores in (("real", report.real), ("rendered", report.rendered)):
        for score, one in labels_of(scores):
            if score.network.startswith("desk") and _is_item(one.name) and one.n >= 5:
                where = f"{origin}: {score.name}"
                what = f"{one.name}, recall from {FROM_SHORT_PX:g} px"
                yield _goal(what, where, one.recall_from_floor, 0.85)
                yield _goal(f"{one.name}, precision", where, one.precision, 0.90)


def _verdict_goals(verdicts: VerdictScores) -> Iterator[tuple[str, ...]]:
    accused = sum(one.accused for one in verdicts.clauses if not one.assisted)
    there = sum(one.true_not_met for one in verdicts.clauses)
    found = sum(one.found for one in verdicts.clauses)
    slots = sum(one.slots for one in verdicts.clauses)
    unsure = sum(one.cannot_tell for one in verdicts.clauses)
    where = f"{len(verdicts.mornings)} rendered morning(s)"
    told = f"{accused} in {verdicts.counter_days} counter-days"
    yield ("wrong accusations", where, "0", told, _yes(accused == 0))
    if there:
        met = _yes(found >= 0.9 * there)
        yield ("violations found", where, "at least 90 %", f"{found} of {there}", met)
    if slots:
        met = _yes(unsure <= 0.15 * slots)
        yield ("CANNOT_TELL", where, "at most 15 % of slots", f"{unsure} of {slots}", met)


def _group_goals(report: Report) -> Iterator[tuple[str, ...]]:
    """The worst group of each kind, of those that are more than a handful."""
    for score, one in labels_of((*report.rendered, *report.people)):
        if one.name not in EQUAL_LABELS:
            continue
        for kind in EQUAL_KINDS:
            below = {
                group: figure
                for group, figure in one.below_mean.items()
                if group.startswith(f"{kind}: ") and figure.value is not None and figure.n >= 5
            }
            if not below:
                continue
            worst = max(below, key=lambda group: below[group].value or 0.0)
            figure = below[worst]
            what = f"{one.name}: worst group, {worst}"
            goal = f"at most {100 * EQUAL_WITHIN:g} points below the mean"
            where = f"rendered: {score.name}"
            met = verdict_on(figure, EQUAL_WITHIN, at_most=True)
            yield what, where, goal, f"{points(figure)}, n {figure.n}", met


def _head_goals(report: Report) -> Iterator[tuple[str, ...]]:
    for name, heads in report.heads.items():
        for one in heads[:1]:
            where = f"rendered: {name}"
            yield _goal("head, recall from 16 px", where, one.found, 0.99)
            yield _goal("head hidden in evidence", where, one.hidden, 0.99)


def _yes(met: bool) -> str:
    return "yes" if met else "no"


def _goal(
    what: str, where: str, figure: Figure, goal: float, *, at_most: bool = False
) -> tuple[str, ...]:
    words = f"{'at most' if at_most else 'at least'} {100 * goal:g}"
    return what, where, words, figure.percent, verdict_on(figure, goal, at_most=at_most)


def _label(scores: Sequence[SetScore], name: str, label: str) -> LabelScore | None:
    return next(
        (one for score, one in labels_of(scores) if (score.name, one.name) == (name, label)), None
    )


def _is_item(name: str) -> bool:
    return "," not in name and label_of(name) in PERSONAL_ITEMS


def _kept(cards: Sequence[Card]) -> Iterator[tuple[str, float, float, int]]:
    """What a card says about coco_mini beside the network it began from."""
    for card in cards:
        for row in card.scores:
            if row.get("set") == "coco_mini" and "start" in row and "mean" in str(row.get("label")):
                name, start, now = str(row["label"]), float(row["start"]), float(row["value"])
                yield name, start, now, int(row.get("n", 0))
