"""docs/accuracy.md, written from scores: goals, real pictures, rendered ones apart, verdicts.

`siaga evaluate report --shared ../shared --out docs/accuracy.md`
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from datasets.comparing import Compared, table_of, table_of_entrants
from datasets.evaluation import (
    BARE,
    CARD_SIDES,
    FROM_SHORT_PX,
    HEIGHTS,
    LabelScore,
    PersonScore,
    SetScore,
)
from datasets.intervals import Figure
from datasets.plots import bars_svg, lines_svg
from datasets.score_tables import (
    Table,
    as_markdown,
    recall_at_precision,
    table_of_persons,
    tables_of_set,
    tables_of_verdicts,
    verdict_on,
)
from datasets.verdict_scores import VerdictScores
from models.card import Card
from vision.labels import PERSONAL_ITEMS, label_of

SEEN_IN_TRAINING = frozenset({"coco_mini"})
"""Sets that say nothing about new pictures; they are in the tables and not in the plots."""

PLOTTED_FROM = 14
"""A curve of fewer true boxes is a staircase."""

PERSON_SCALES = (1.0, 0.5, 0.25)
"""The persons are judged at these sizes: their cards are 50 to 104 px high, a camera's are not."""

INTRODUCTION = """\
# Accuracy

Written by one command from the committed networks, manifests and mornings, and from sets that are
not part of the repository (their sources and licences stand in `datasets/manifests` and in the
model cards):

```sh
siaga evaluate report --shared ../shared --rendered RENDERS --out docs/accuracy.md
```

`siaga evaluate scene|attire SET...` and `siaga evaluate verdicts MORNING...` print the same figures
for one set or morning. Do not edit this page by hand.

## How to read it

- **Real and rendered are never mixed.** Rendered scores say whether a network learnt what the scene
  maker draws. They are never field accuracy.
- Every figure is `value [low, high] n`: per cent, a 95 % interval (bootstrap over pictures, seeded;
  Wilson's where nothing or everything was right), and how many were counted. Pictures of one person
  or camera resemble each other, and the real sets hold 3 persons and 4 cameras: **the true
  uncertainty is larger than the intervals say.**
- Precision and recall are at the shipped threshold: `hi` of the model card, which calibration maps
  to the policy's `det_hi` 0.60. Average precision runs over all confidences (raw score 0.02 on).
- Networks are shown pictures as the product shows them: `scene` the whole picture, and parts of
  larger ones at native resolution; `attire` the crop of each person that `scene` found.
- A card of a real set counts whichever side shows, as the product counts it. Heights are those of
  the true box, in pixels of the picture.
- Labels filled in by another network (heads and chests of all real sets, people where people did
  not label them) are never scored. What a renderer shows less than a quarter of is left out.
- Thresholds were chosen on these same validation pictures: precision and recall at the threshold
  flatter the networks a little.
"""

CAVEATS = {
    "badge_lbs_ccby": "One classroom, one card design, black straps, 3 persons: a network that "
    "does well here may fail on another card. People in the background may wear unlabelled cards. "
    "In two pictures the card is in the hand.",
    "office_cctv_ccby": "4 ceiling cameras that were not trained on; one shows nearly one moment. "
    "Not every far, half-hidden chair, keyboard or phone is labelled, so precision reads too low.",
    "cups_bottles_ccby": "Single cups and bottles close up in homes, no desks.",
    "coco_mini": "COCO networks, ours by descent, were trained on these pictures: a pass shows "
    "that nothing was forgotten and that decoding is right, not accuracy. Nothing else of ours "
    "trains on it.",
}

NOT_MEASURED = """\
## What is not measured here

- **Other places, other cards, other straps** (goal: AP50 at least 88, right for 90 % of persons).
  The only real cards here are of one design. This is the figure that matters most, and it is open.
- **Heads on real pictures** (goal: recall 99 from 16 px). No real set has heads labelled by people;
  labels by another network are not scored. Evidence is blurred over the head *and* the top of the
  person box for this reason.
- **Equal for all on real pictures.** The real sets do not say who wears a hijab, who is seated or
  what skin they have; the table by group above is of rendered people, and only of head cover,
  posture and clothes. The scene maker's truth names no skin tone.
- **30 rendered mornings of unseen seeds.** Only the mornings listed above were replayed.
- **Input sizes** (640 x 640, 384 x 640, 256 x 416) and **int8 against float32.**
- **A real service counter.** None with an open licence was found.
"""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page holds. `persons` by the scale of the pictures."""

    real: tuple[SetScore, ...]
    rendered: tuple[SetScore, ...]
    persons: Mapping[float, tuple[PersonScore, ...]]
    verdicts: VerdictScores
    compared: tuple[Compared, ...]
    cards: tuple[Card, ...]


def page(report: Report) -> str:
    """The whole document."""
    return "\n".join([INTRODUCTION, *_body(report), NOT_MEASURED])


def pictures_of_page(report: Report) -> dict[str, str]:
    """The plots of the page by file name, as SVG."""
    fields = [score for score in report.real if score.name not in SEEN_IN_TRAINING]
    fields.sort(key=lambda score: not score.network.startswith("attire"))
    first = {
        f"{one.name} ({score.name.split('_')[0]})": one
        for score, one in _all(fields)
        if one.n >= PLOTTED_FROM
    }
    return {
        "accuracy-curves.svg": lines_svg(
            "Real pictures: precision over recall",
            "recall",
            "precision",
            {name: one.curve for name, one in first.items()},
        ),
        "accuracy-heights.svg": bars_svg(
            "Real pictures: recall at the threshold, by height",
            "recall",
            [name for name, _, _ in HEIGHTS],
            {
                name: [_bar(figure) for figure in one.by_height.values()]
                for name, one in first.items()
            },
        ),
        "accuracy-calibration.svg": lines_svg(
            "Real pictures: is the confidence what comes true?",
            "confidence",
            "share right",
            {
                "as it should be": [(0.0, 0.0), (1.0, 1.0)],
                **{
                    name: [(mean, right) for mean, right, n in one.reliability if n >= 5]
                    for name, one in first.items()
                    if sum(1 for _, _, n in one.reliability if n >= 5) >= 2
                },
            },
        ),
    }


def _all(scores: Sequence[SetScore]) -> Iterator[tuple[SetScore, LabelScore]]:
    for score in scores:
        for one in score.labels:
            yield score, one


def _bar(figure: Figure) -> tuple[float, float, float] | None:
    if figure.value is None:
        return None
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    return figure.value, low, high


def _body(report: Report) -> Iterator[str]:
    yield "Networks: " + ", ".join(
        f"`{card.model}` (sha256 {card.sha256[:8]})" for card in report.cards
    )
    yield ""
    yield "## Goals\n"
    yield as_markdown(Table("Goals and what was reached", GOAL_COLUMNS, tuple(_goals(report))))
    yield ""
    yield "## Real pictures\n"
    for score in report.real:
        yield f"### `{score.name}`\n"
        if score.name in CAVEATS:
            yield f"{CAVEATS[score.name]}\n"
        for table in tables_of_set(score):
            yield as_markdown(table) + "\n"
    yield "### Badge worn or not, person by person\n"
    yield (
        "What `badge_of` decides for one person in one picture; a verdict at a counter rests on at "
        "least 40 such pictures over 5 minutes before it accuses. The same pictures are judged "
        "once more shrunk, because their cards are larger than those of a ceiling camera.\n"
    )
    for scale, persons in report.persons.items():
        named = "as they are" if scale == 1 else f"shrunk to {scale:g} of their sides"
        yield as_markdown(table_of_persons(f"Pictures {named}", persons)) + "\n"
    yield "![Precision over recall](pictures/accuracy-curves.svg)\n"
    yield "![Recall by height](pictures/accuracy-heights.svg)\n"
    yield "![Calibration](pictures/accuracy-calibration.svg)\n"
    yield "## Rendered pictures: not field accuracy\n"
    if not report.rendered:
        yield "None were scored when this page was written.\n"
    for score in report.rendered:
        yield f"### Rendered, `{score.name}`\n"
        for table in tables_of_set(score):
            yield as_markdown(table) + "\n"
    yield "## Sizes, precision, with and without renders\n"
    yield from _compared(report)
    yield "## Verdicts of rendered mornings: not field accuracy\n"
    yield (
        f"Replayed: {', '.join(report.verdicts.mornings)}. What a verdict should be follows from "
        "the truth of the morning by the rule's own numbers; where the truth lies within 5 s of "
        "one of them nothing is counted. *Cannot tell* is neither right nor wrong. *Not yet said*: "
        "the recording ends before the slot does. An assisted clause only proposes; a wrong "
        "proposal is no accusation. The slot before opening is scored twice, at T-5 and at "
        "opening. Seconds run from the moment at which the rule's numbers are "
        "fulfilled and those 5 s have passed; below 0 is sooner.\n"
    )
    for table in tables_of_verdicts(report.verdicts):
        yield as_markdown(table) + "\n"
    if report.verdicts.not_derived:
        yield f"Not scored, the truth does not hold it: {', '.join(report.verdicts.not_derived)}.\n"
    yield "## Known failures, as the model cards say\n"
    for card in report.cards:
        for failure in card.failures:
            yield f"- `{card.model}`: {failure.get('what', failure)}"
        if not card.failures:
            yield f"- `{card.model}`: its card names none yet; the tables above do."
    yield ""


QUESTIONS = {
    "precision": "int8 against float32",
    "renders": "With and without renders, on real pictures only",
    "size": "Input sizes",
}


def _compared(report: Report) -> Iterator[str]:
    for card in report.cards:
        why = card.why or "the card gives no reason"
        width, height = card.input.size_wh
        yield f"- `{card.model}` ships as {card.precision} at {height}x{width}: {why}"
    yield ""
    if not report.compared:
        yield "No other networks were compared when this page was written.\n"
        return
    yield (
        "AP50; in brackets the difference to the first network in points, with its interval, both "
        "drawn on the same pictures. CPU time is that of one picture of 1280 x 720 on one thread, "
        "in fresh processes that took turns; the ratio is the median of the rounds [least, most]. "
        "An interval of a difference that holds 0 says that the pictures cannot tell the two "
        "apart, not that they are equal.\n"
    )
    for each in report.compared:
        title = QUESTIONS.get(each.question, each.question)
        yield f"### {title}: `{each.network}`\n"
        yield as_markdown(table_of_entrants(each.entrants)) + "\n"
        for result in each.results:
            yield as_markdown(table_of(result)) + "\n"


GOAL_COLUMNS = ("what", "on", "goal", "reached", "goal met")


def _goals(report: Report) -> Iterator[tuple[str, ...]]:
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
    yield from _group_goals(report.rendered)


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
        for score, one in _all(scores):
            if score.network.startswith("scene") and _is_item(one.name) and one.n >= 5:
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
    where = f"{len(verdicts.mornings)} rendered morning(s), not 30"
    told = f"{accused} in {verdicts.counter_days} counter-days"
    yield ("wrong accusations", where, "0", told, _yes(accused == 0))
    if there:
        met = _yes(found >= 0.9 * there)
        yield ("violations found", where, "at least 90 %", f"{found} of {there}", met)
    if slots:
        met = _yes(unsure <= 0.15 * slots)
        yield ("CANNOT_TELL", where, "at most 15 % of slots", f"{unsure} of {slots}", met)


def _group_goals(rendered: Sequence[SetScore]) -> Iterator[tuple[str, ...]]:
    for score, one in _all(rendered):
        for kind in ("head: ", "posture: "):
            shares = {
                group: figure.value
                for group, figure in one.by_group.items()
                if group.startswith(kind) and figure.value is not None and figure.n >= 5
            }
            if one.name not in (CARD_SIDES, "person") or len(shares) < 2:
                continue
            worst = min(shares, key=shares.__getitem__)
            below = sum(shares.values()) / len(shares) - shares[worst]
            what = f"{one.name}: worst group, {worst}"
            goal = "at most 3 points below the mean"
            told = f"{100 * below:.1f} points, n {one.by_group[worst].n}"
            yield (what, f"rendered: {score.name}", goal, told, _yes(below <= 0.03))


def _yes(met: bool) -> str:
    return "yes" if met else "no"


def _goal(
    what: str, where: str, figure: Figure, goal: float, *, at_most: bool = False
) -> tuple[str, ...]:
    words = f"{'at most' if at_most else 'at least'} {100 * goal:g}"
    return what, where, words, figure.percent, verdict_on(figure, goal, at_most=at_most)


def _label(scores: Sequence[SetScore], name: str, label: str) -> LabelScore | None:
    return next(
        (one for score, one in _all(scores) if (score.name, one.name) == (name, label)), None
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
