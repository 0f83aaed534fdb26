"""Scores as tables: for a terminal, and as Markdown for docs/accuracy.md."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from datasets.evaluation import HEIGHTS, LabelScore, PersonScore, SetScore
from datasets.intervals import Figure
from datasets.verdict_scores import ClauseScore, VerdictScores


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def as_text(table: Table) -> str:
    """Aligned, for a terminal."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.columns))]
    body = [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([table.title, *(f"  {line}" for line in body)])


def as_markdown(table: Table) -> str:
    """A table of Markdown under its title."""
    rules = "|".join("---" for _ in table.columns)
    body = [f"| {' | '.join(line)} |" for line in (table.columns, *table.rows)]
    return "\n".join([f"**{table.title}**", "", body[0], f"|{rules}|", *body[1:]])


def tables_of_set(score: SetScore) -> list[Table]:
    """Everything about a network on one set."""
    pictures = f"{score.pictures} pictures"
    head = f"{score.network} on {score.name} ({score.origin}, {pictures}; {score.held_back})"
    tables = [
        Table(
            head,
            ("label", "true boxes", "AP50", "AP50-95", "precision", "recall"),
            tuple(
                (
                    one.name,
                    f"{one.n} in {one.holding}",
                    one.ap50.percent,
                    one.ap50_95.percent,
                    one.precision.percent,
                    one.recall.percent,
                )
                for one in score.labels
            ),
        ),
        Table(
            "Recall by height of the thing",
            ("label", *(name for name, _, _ in HEIGHTS)),
            tuple((one.name, *(f.percent for f in one.by_height.values())) for one in score.labels),
        ),
    ]
    by_source = [
        (one.name, source, *(figure.percent for figure in figures.values()))
        for one in score.labels
        for source, figures in one.by_source.items()
    ]
    if by_source:
        columns = ("label", "source", "AP50", "AP50-95", "precision", "recall")
        tables.append(Table("By source", columns, tuple(by_source)))
    by_group = [
        (one.name, group, figure.percent)
        for one in score.labels
        for group, figure in one.by_group.items()
    ]
    if by_group:
        title = "Recall by head cover, face, skin, posture, clothes"
        tables.append(Table(title, ("label", "who or who wears it", "recall"), tuple(by_group)))
    return tables


EQUAL_KINDS = ("head", "skin", "posture")
"""Groups that nobody chooses, or that nobody may be asked to change."""

EQUAL_WITHIN = 0.03
"""A group's recall may lie this far below the mean of its kind. Source: own goal."""


def table_of_equality(scores: Sequence[SetScore], labels: Collection[str]) -> Table:
    """Recall by head cover, skin and posture, and whether a group lies too far below the mean."""
    rows: list[tuple[str, ...]] = []
    for score in scores:
        for one in score.labels:
            if one.name not in labels:
                continue
            for group, below in one.below_mean.items():
                if group.split(": ")[0] in EQUAL_KINDS:
                    recall = one.by_group[group].percent
                    rows.append(
                        (one.name, score.name, group, recall, points(below), too_low(below))
                    )
    limit = f"{100 * EQUAL_WITHIN:g}"
    columns = ("label", "set", "group", "recall", "points below the mean", f"more than {limit}")
    return Table("Equal for all: recall by group (rendered)", columns, tuple(rows))


def points(figure: Figure) -> str:
    """A difference in points: `+3.1 [-0.4, +6.0]`."""
    if figure.value is None:
        return "-"
    value = f"{100 * figure.value:+.1f}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{100 * figure.low:+.1f}, {100 * figure.high:+.1f}]"


def too_low(below: Figure) -> str:
    """Whether a group lies more than EQUAL_WITHIN below the mean, and whether chance may say so."""
    if below.value is None:
        return "not measured"
    if below.value > EQUAL_WITHIN:
        sure = below.low is not None and below.low > EQUAL_WITHIN
        return "yes" if sure else "yes, of too few to be sure"
    sure = below.high is not None and below.high <= EQUAL_WITHIN
    return "no" if sure else "no, of too few to be sure"


def table_of_persons(title: str, scores: Sequence[PersonScore]) -> Table:
    """Badge worn or not, person by person."""
    return Table(
        title,
        ("person", "n", "right", "wrongly accused", "missed", "cannot tell", "why"),
        tuple(
            (
                one.group,
                str(one.n),
                one.right.percent,
                "" if one.group == "no card worn" else one.wrong.percent,
                one.wrong.percent if one.group == "no card worn" else "",
                one.cannot_tell.percent,
                counted(one.reasons),
            )
            for one in scores
        ),
    )


def counted(reasons: Mapping[str, int]) -> str:
    """`OCCLUDED 3, TOO_SMALL 1`."""
    return ", ".join(f"{reason} {count}" for reason, count in reasons.items())


def tables_of_verdicts(scores: VerdictScores) -> list[Table]:
    """The clauses, and the answers at T-5."""
    head = f"Verdicts of {len(scores.mornings)} morning(s), {scores.counter_days} counter-days"
    columns = (
        "clause",
        "slots",
        "true met / not met",
        "right",
        "wrong accusations",
        "found",
        "missed",
        "cannot tell",
        "not yet said",
        "s to the verdict",
        "false flags per counter and day",
    )
    rows = tuple(_clause_row(one, scores.counter_days) for one in scores.clauses)
    known = [one for one in scores.answers if one.truth is not None]
    answers = tuple(
        (
            state.value,
            str(sum(1 for one in known if one.truth is state)),
            *(
                str(sum(1 for one in known if one.truth is state and one.said is said))
                for said in type(state)
            ),
        )
        for state in dict.fromkeys(one.truth for one in known if one.truth is not None)
    )
    tables = [Table(head, columns, rows)]
    if answers:
        said = ("truth", "counters", "said GO", "said NO_GO", "said CANNOT_TELL")
        tables.append(Table("Answers at T-5", said, answers))
    return tables


def _clause_row(one: ClauseScore, counter_days: int) -> tuple[str, ...]:
    delay = one.median_delay_s
    spread = "" if delay is None else f"{delay:.0f} (at most {max(one.delays_s):.0f})"
    why = f" ({counted(one.reasons)})" if one.reasons else ""
    accused = f"{one.accused} proposed" if one.assisted else str(one.accused)
    return (
        f"{one.clause}{' (assisted)' if one.assisted else ''}",
        str(one.slots),
        f"{one.true_met} / {one.true_not_met}",
        str(one.right),
        accused,
        f"{one.found} of {one.true_not_met}",
        str(one.missed),
        f"{one.cannot_tell}{why}",
        str(one.waiting),
        spread,
        f"{one.false_flags / max(1, counter_days):.2f}",
    )


def recall_at_precision(score: LabelScore, precision: float) -> float:
    """The highest recall at which precision is at least this, whatever the threshold."""
    return max((r for r, p in score.curve if p >= precision), default=0.0)


def verdict_on(figure: Figure, goal: float, *, at_most: bool = False) -> str:
    """Whether a goal was reached, and whether the interval agrees."""
    if figure.value is None:
        return "not measured"
    met = figure.value <= goal if at_most else figure.value >= goal
    if not met:
        return "no"
    end = figure.high if at_most else figure.low
    if end is None:
        return "yes, of too few to be sure"
    sure = end <= goal if at_most else end >= goal
    return "yes" if sure else "yes, but the interval reaches beyond it"
