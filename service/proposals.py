"""Thresholds that reviews speak for, stricter or looser. Nothing changes by itself.

Both go by the measures that stand beside their thresholds in the records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from datasets.intervals import wilson
from service.store import Case
from vision.values import Measure

COUNTED = frozenset({"times", "frames", "min"})
"""Units of what is counted."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold that would have spared `spared` overturned of `of` decided findings.

    It would have lost no confirmed one; nothing changes by itself.
    """

    measure: str
    unit: str
    now: float
    proposed: float
    spared: int
    of: int


@dataclass(frozen=True, slots=True)
class Looser:
    """A threshold that would have flagged `flagged` verdicts more, `missed` of them breaches.

    Of the rest humans said nothing, or that there was no breach. `of` findings of the span were
    decided, and every one was confirmed.
    """

    measure: str
    unit: str
    now: float
    proposed: float
    flagged: int
    missed: int
    of: int


@dataclass(frozen=True, slots=True)
class Unflagged:
    """A verdict of the span that found nothing. `breach`: a human said that there was one."""

    measures: tuple[Measure, ...]
    breach: bool


def propose(
    decided: Sequence[tuple[Case, tuple[Measure, ...]]], figure_min: int
) -> Proposal | None:
    """The threshold of one measure that spares most overturned findings and loses no confirmed one.

    Only measures of which every decided finding lies on the same side of its threshold tell which
    way is stricter. None where too few were decided, or nothing would be gained.
    """
    if len(decided) < figure_min:
        return None
    best: Proposal | None = None
    for name in {m.name for _, measures in decided for m in measures}:
        rows = [(case, m) for case, measures in decided for m in measures if m.name == name]
        found = _stricter(rows) if len(rows) == len(decided) else None
        if found is not None and (best is None or found.spared > best.spared):
            best = found
    return best


def _stricter(rows: Sequence[tuple[Case, Measure]]) -> Proposal | None:
    """A stricter threshold for one measure, half way between the two kinds."""
    thresholds = {m.threshold for _, m in rows}
    if len(thresholds) != 1:  # the policy changed in the span
        return None
    threshold = thresholds.pop()
    side = 1.0 if all(m.value >= threshold for _, m in rows) else -1.0
    if any((m.value - threshold) * side < 0 for _, m in rows):
        return None
    kept = [(m.value - threshold) * side for case, m in rows if case is Case.CONFIRMED]
    wrong = [(m.value - threshold) * side for case, m in rows if case is Case.OVERTURNED]
    if not kept:
        return None
    spared = [value for value in wrong if value < min(kept)]
    if not spared:
        return None
    proposed = threshold + side * (max(spared) + min(kept)) / 2
    return Proposal(rows[0][1].name, rows[0][1].unit, threshold, proposed, len(spared), len(rows))


def propose_looser(
    decided: Sequence[tuple[Case, tuple[Measure, ...]]],
    unflagged: Iterable[Unflagged],
    figure_min: int,
) -> Looser | None:
    """The threshold of one measure that finds most breaches that were missed.

    What is looser accuses people, so more is asked than of what is stricter:

    - at least `figure_min` findings were decided, and every one was confirmed (of a clause with a
      finding that humans could not tell or differ about, no `unflagged` are asked for);
    - the measures explain every verdict: the findings lie on one side of a threshold, and whatever
      was not flagged on the other side of at least one; else something else decided as well, and
      what another threshold would have done is not known;
    - only verdicts that this one threshold alone held back are counted, at least `figure_min`;
    - what no human called a breach counts as wrong, also where nobody looked; even at the low end
      of the 95 % interval more than half of the newly flagged were breaches.
    """
    if len(decided) < figure_min or any(case is not Case.CONFIRMED for case, _ in decided):
        return None
    sides = _sides([measures for _, measures in decided])
    held: dict[str, list[tuple[float, bool]]] = {name: [] for name in sides}
    for one in unflagged:
        known = {m.name: m for m in one.measures}
        if not known:  # nothing was seen at all: no threshold held it back
            continue
        if any(name in known and known[name].threshold != sides[name][1] for name in sides):
            return None  # the policy changed in the span
        short = [
            name
            for name, (side, threshold, _) in sides.items()
            if name not in known or (known[name].value - threshold) * side < 0
        ]
        if not short:
            return None
        if len(short) == 1 and short[0] in known:
            held[short[0]].append((known[short[0]].value, one.breach))
    found = [
        Looser(name, unit, threshold, *best, len(decided))
        for name, (side, threshold, unit) in sides.items()
        if (best := _loosest(held[name], side, threshold, unit, figure_min)) is not None
    ]
    return max(found, key=lambda one: one.missed, default=None)


def _sides(findings: Sequence[tuple[Measure, ...]]) -> dict[str, tuple[float, float, str]]:
    """By measure that every finding has on one side of one threshold: side, threshold, unit."""
    sides = {}
    for name in {m.name for measures in findings for m in measures}:
        mine = [m for measures in findings for m in measures if m.name == name]
        threshold = mine[0].threshold
        if len(mine) != len(findings) or any(m.threshold != threshold for m in mine):
            continue
        if all(m.value >= threshold for m in mine):
            sides[name] = (1.0, threshold, mine[0].unit)
        elif all(m.value <= threshold for m in mine):
            sides[name] = (-1.0, threshold, mine[0].unit)
    return sides


def _loosest(
    held: Sequence[tuple[float, bool]], side: float, threshold: float, unit: str, figure_min: int
) -> tuple[float, int, int] | None:
    """The threshold that finds most breaches within the rule, how many it flags, how many are.

    Of what is counted, as many are enough; else it lies half way to the next verdict that it does
    not flag, or as far beyond the last one: a card may ask for more than its threshold.
    """
    nearest = sorted(held, key=lambda one: one[0] * side, reverse=True)
    breaches = list(accumulate(int(breach) for _, breach in nearest))
    best: tuple[float, int, int] | None = None
    for i, (value, _) in enumerate(nearest):
        if i + 1 < len(nearest) and nearest[i + 1][0] == value:
            continue  # alike in this measure: all of them or none
        flagged, missed = i + 1, breaches[i]
        if flagged < figure_min or wilson(missed, flagged)[0] <= 0.5:
            continue
        if best is None or missed > best[2]:
            nothing_more = 2 * value - threshold
            beyond = nearest[i + 1][0] if i + 1 < len(nearest) else nothing_more
            past = value if unit in COUNTED else (value + beyond) / 2
            best = (past, flagged, missed)
    return best
