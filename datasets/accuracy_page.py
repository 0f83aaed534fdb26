"""docs/accuracy.md, written from scores: goals, real pictures, rendered ones apart, verdicts.

`siaga evaluate report --shared ../shared --out docs/accuracy.md`, which also writes the table of
README.md and docs/what-still-fails.md.
"""

from collections.abc import Iterator, Mapping

from datasets.accuracy_goals import GOAL_COLUMNS, goals_of
from datasets.accuracy_report import EQUAL_LABELS, Report, labels_of
from datasets.comparing import table_of, table_of_entrants
from datasets.evaluation import (
    CARD_SIDES,
    HEIGHTS,
    LabelScore,
)
from datasets.hidden_heads import table_of_heads
from datasets.intervals import Figure
from datasets.plots import COLOURS, bars_svg, lines_svg
from datasets.score_tables import (
    Table,
    as_markdown,
    table_of_equality,
    table_of_persons,
    tables_of_set,
    tables_of_verdicts,
)

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
siaga evaluate report --shared ../shared --rendered RENDERS --compare NETWORKS \\
  --out docs/accuracy.md --readme README.md
```

The same command writes [what-still-fails.md](what-still-fails.md).
`siaga evaluate scene|desk|attire SET...`, `siaga evaluate compare NETWORK... --set SET` and
`siaga evaluate verdicts MORNING...`
print the same figures for one set or morning. Do not edit this page by hand.

## How to read it

- **Real and rendered are never mixed.** Rendered scores say whether a network learnt what the scene
  maker draws. They are never field accuracy.
- Every figure is `value [low, high] n`: per cent, a 95 % interval (bootstrap over pictures, seeded;
  Wilson's where nothing or everything was right), and how many were counted. Pictures of one person
  or camera resemble each other, and the real sets hold 3 persons and 4 cameras: **the true
  uncertainty is larger than the intervals say.**
- Precision and recall are at the shipped threshold: `hi` of the model card, which calibration maps
  to the policy's `det_hi` 0.60. Average precision runs over all confidences (raw score 0.02 on).
- Networks are shown pictures as the product shows them: `scene` and `desk` the whole picture, and
  parts of larger ones at native resolution; `attire` the crop of each person that `scene` found.
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
  person box for this reason; the table of heads above is of rendered people.
- **Equal for all on real pictures.** The real sets do not say who wears a hijab, who is seated or
  what skin they have; the tables by group above are of rendered people.
- **30 rendered mornings of unseen seeds.** Only the mornings listed above were replayed.
- **A real service counter.** None with an open licence was found.
"""


def page(report: Report) -> str:
    """The whole document."""
    return "\n".join([INTRODUCTION, *_body(report), NOT_MEASURED])


def pictures_of_page(report: Report) -> dict[str, str]:
    """The plots of the page by file name, as SVG."""
    real = [score for score in report.real if score.name not in SEEN_IN_TRAINING]
    plots: dict[str, str] = {}
    for origin, scores in (("real", real), ("rendered", list(report.rendered))):
        scores.sort(key=lambda score: not score.network.startswith("attire"))
        first = {
            f"{one.name} ({score.name.split('_')[0]})": one
            for score, one in labels_of(scores)
            if one.n >= PLOTTED_FROM
        }
        if first:
            named = "Real" if origin == "real" else "Rendered"
            plots |= _plots(f"{named} pictures", origin, _most(first))
    return plots


def _most(scores: Mapping[str, LabelScore]) -> dict[str, LabelScore]:
    """As many as have a colour of their own: those with the most true boxes."""
    kept = sorted(scores, key=lambda name: -scores[name].n)[: len(COLOURS)]
    return {name: one for name, one in scores.items() if name in kept}


def _plots(title: str, origin: str, first: Mapping[str, LabelScore]) -> dict[str, str]:
    return {
        f"curves-{origin}.svg": lines_svg(
            f"{title}: precision over recall",
            "recall",
            "precision",
            {name: one.curve for name, one in first.items()},
        ),
        f"heights-{origin}.svg": bars_svg(
            f"{title}: recall at the threshold, by height",
            "recall",
            [name for name, _, _ in HEIGHTS],
            {
                name: [_bar(figure) for figure in one.by_height.values()]
                for name, one in first.items()
            },
        ),
        f"calibration-{origin}.svg": lines_svg(
            f"{title}: is the confidence what comes true?",
            "confidence",
            "share right",
            {
                "as it should be": [(0.0, 0.0), (1.0, 1.0)],
                **{
                    name: [(mean, right) for mean, right, n in one.reliability if n >= 5]
                    for name, one in list(first.items())[: len(COLOURS) - 1]
                    if sum(1 for _, _, n in one.reliability if n >= 5) >= 2
                },
            },
        ),
    }


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
    yield as_markdown(Table("Goals and what was reached", GOAL_COLUMNS, tuple(goals_of(report))))
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
    plots = pictures_of_page(report)
    yield from _shown(plots, "real")
    yield "## Rendered pictures: not field accuracy\n"
    if not report.rendered:
        yield "None were scored when this page was written.\n"
    for score in report.rendered:
        yield f"### Rendered, `{score.name}`\n"
        for table in tables_of_set(score):
            yield as_markdown(table) + "\n"
    yield from _shown(plots, "rendered")
    yield from _equality(report)
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


PLOTS = (
    ("curves", "Precision over recall"),
    ("heights", "Recall by height"),
    ("calibration", "Calibration"),
)


def _shown(plots: Mapping[str, str], origin: str) -> Iterator[str]:
    for name, words in PLOTS:
        if f"{name}-{origin}.svg" in plots:
            yield f"![{words}, {origin}](pictures/accuracy/{name}-{origin}.svg)\n"


def _equality(report: Report) -> Iterator[str]:
    yield "## Equal for all, and heads hidden: rendered people only\n"
    equality = table_of_equality((*report.rendered, *report.people), EQUAL_LABELS)
    if not equality.rows and not report.heads:
        yield "No rendered people were scored when this page was written.\n"
        return
    yield (
        "Recall at the shipped threshold for each head cover, skin and posture, and how many "
        "points it lies below the mean of the groups of its kind (drawn together; below 0 is "
        "better than the mean). The goal is at most 3 points. `person` is what the scene network "
        "finds, also in crops of one person.\n"
    )
    yield as_markdown(equality) + "\n"
    yield (
        "Heads from 16 px on: found by the attire network in the crop of a found person, lying "
        "under the top of a person's box (hidden whatever was found in it), and hidden by either, "
        "by at least nine tenths of the true box.\n"
    )
    for name, heads in report.heads.items():
        yield as_markdown(table_of_heads(f"Heads of rendered {name}", heads)) + "\n"


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


def summary(report: Report) -> str:
    """The table of README.md: a line for each question, real pictures before rendered ones."""
    rows: list[tuple[str, ...]] = []
    wanted = {
        "badge_lbs_ccby": (CARD_SIDES, "lanyard"),
        "office_cctv_ccby": ("person", "phone"),
        "cups_bottles_ccby": ("cup", "bottle"),
        "attire": (CARD_SIDES, "head"),
        "desk": ("cup", "bottle", "phone", "bag"),
        "whole": ("person",),
    }
    for score, one in labels_of((*report.real, *report.rendered)):
        if one.name in wanted.get(score.name, ()):
            on = f"{score.origin}: `{score.name}`"
            ap, recall = (figure.percent.rpartition(" n ")[0] for figure in (one.ap50, one.recall))
            rows.append((one.name, on, score.network, str(one.n), ap, recall))
    title = "What the networks find: per cent with 95 % intervals; rendered is never field accuracy"
    columns = ("what", "pictures", "network", "n", "AP50", "recall at the threshold")
    accused = sum(one.accused for one in report.verdicts.clauses if not one.assisted)
    mornings = len(report.verdicts.mornings)
    days = report.verdicts.counter_days
    words = (
        f"Verdicts of {mornings} rendered morning(s), {days} counter-days: {accused} wrong "
        "accusations. All figures, their goals and what is not measured: "
        "[accuracy](docs/accuracy.md); [what still fails](docs/what-still-fails.md)."
    )
    return f"{as_markdown(Table(title, columns, tuple(rows)))}\n\n{words}"
