"""docs/what-still-fails.md: what the networks get wrong, rendered examples shown, real ones told.

Written by `siaga evaluate report` beside docs/accuracy.md.
"""

from collections.abc import Iterator, Sequence

from datasets.failures import Failures, table_of_failures
from datasets.score_tables import as_markdown
from models.card import Card

RENDERED_SHEETS = 10
"""Failures on a sheet of the page."""

INTRODUCTION = """\
# What still fails

Written by `siaga evaluate report` together with [accuracy.md](accuracy.md); do not edit it by hand.
A miss is a thing that is there and no answer at the shipped threshold took (overlap 0.5); a false
alarm is such an answer on nothing. *Not even in doubt*: no answer worth half the threshold lay on
it. What follows from both is softened by the judge: one frame decides nothing, a prohibition is
NOT MET only after it persisted, and between the thresholds the answer is CANNOT TELL.

Pictures of real people and places never enter the repository: of the real sets only words stand
here. `siaga evaluate failures SET --network scene|desk|attire --out FOLDER` draws the same sheets
of them for work on this machine.
"""


def failures_page(failed: Sequence[Failures], sheets: Sequence[str], cards: Sequence[Card]) -> str:
    """The whole document. `sheets`: names of the pictures of rendered failures."""
    return "\n".join([INTRODUCTION, *_body(failed, sheets, cards)]).rstrip() + "\n"


def _body(
    failed: Sequence[Failures], sheets: Sequence[str], cards: Sequence[Card]
) -> Iterator[str]:
    yield "## In words\n"
    for card in cards:
        for failure in card.failures:
            yield f"- `{card.model}`: {failure.get('what', failure)}"
        if not card.failures:
            yield f"- `{card.model}`: its card names no failure."
    yield ""
    yield "## Real pictures, told only\n"
    for one in failed:
        if one.origin == "real":
            yield f"{_sentence(one)}\n"
            yield as_markdown(table_of_failures(one)) + "\n"
    yield "## Rendered pictures, shown: not field accuracy\n"
    rendered = [one for one in failed if one.origin != "real"]
    if not rendered:
        yield "None were looked at when this page was written.\n"
    for one in rendered:
        yield f"{_sentence(one)}\n"
        yield as_markdown(table_of_failures(one)) + "\n"
        network = one.network.partition("@")[0]
        for name, what in (("misses", "Missed"), ("false-alarms", "False alarms")):
            sheet = f"{name}-{network}-{one.set_name}.jpg"
            if sheet in sheets:
                words = f"{what}: {one.network} on rendered {one.set_name}"
                yield f"![{words}](pictures/accuracy/{sheet})\n"


def _sentence(one: Failures) -> str:
    """What is worst, in a sentence."""
    there = sum(one.there.values())
    head = (
        f"`{one.network}` on `{one.set_name}`: {len(one.misses)} of {there} things missed, "
        f"{len(one.false_alarms)} false alarms in {one.pictures} pictures."
    )
    often = {
        label: sum(miss.label == label for miss in one.misses) / n
        for label, n in one.there.items()
        if n >= 5
    }
    if not often or not one.misses:
        return head
    worst = sorted(often, key=lambda label: -often[label])[:3]
    told = ", ".join(f"{label} ({100 * often[label]:.0f} %)" for label in worst if often[label])
    return f"{head} Missed most often, of labels with 5 or more: {told}."
