"""How far two people who looked at the same things agree: raw, Cohen's kappa, Gwet's AC1.

Breaches are rare, and where nearly everything is alike kappa falls although people agree; so AC1
stands beside it and neither alone. Intervals: Wilson for the raw share, for the others 1000 tables
drawn from the one seen, seeded, 95 %. Sources: Cohen, Educ. Psychol. Meas. 20 (1960); Gwet, Br. J.
Math. Stat. Psychol. 61 (2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from datasets.intervals import LEVEL, RESAMPLES, SEED, Doubles, Figure, wilson


@dataclass(frozen=True, slots=True)
class Agreement:
    """The three figures of `n` things that two people judged."""

    n: int
    raw: Figure
    kappa: Figure
    ac1: Figure


def agreement(pairs: Sequence[tuple[Enum, Enum]], words: Sequence[Enum]) -> Agreement:
    """The figures of pairs of answers, each one of `words`. No pairs: no values."""
    place = {word: i for i, word in enumerate(words)}
    table = np.zeros((len(words), len(words)))
    for first, second in pairs:
        table[place[first], place[second]] += 1
    return agreement_of(table)


def agreement_of(table: Doubles) -> Agreement:
    """The same from a table of counts. Shape (K, K): first reviewer by second reviewer."""
    n = round(float(table.sum()))
    if n == 0:
        none = Figure(None, None, None, 0)
        return Agreement(0, none, none, none)
    agreed = float(np.trace(table))
    rng = np.random.default_rng([SEED, n])
    drawn = rng.multinomial(n, (table / n).ravel(), size=RESAMPLES).reshape(-1, *table.shape)
    tables = np.asarray(drawn, np.float64)
    return Agreement(
        n,
        Figure(agreed / n, *wilson(agreed, n), n),
        _figure(float(_kappa(table[None])[0]), _kappa(tables), n),
        _figure(float(_ac1(table[None])[0]), _ac1(tables), n),
    )


def _kappa(tables: Doubles) -> Doubles:
    """Shapes: (R, K, K) to (R,); NaN where one word alone was used and chance is everything."""
    shares, seen = _shares(tables)
    chance = np.einsum("rk,rk->r", shares.sum(axis=2), shares.sum(axis=1))
    return _beyond(seen, chance)


def _ac1(tables: Doubles) -> Doubles:
    """Shapes: (R, K, K) to (R,)."""
    shares, seen = _shares(tables)
    used = (shares.sum(axis=1) + shares.sum(axis=2)) / 2
    chance = (used * (1 - used)).sum(axis=1) / (tables.shape[1] - 1)
    return _beyond(seen, chance)


def _shares(tables: Doubles) -> tuple[Doubles, Doubles]:
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    return shares, np.einsum("rkk->r", shares)


def _beyond(seen: Doubles, chance: Doubles) -> Doubles:
    left = 1 - chance
    return np.where(left > 1e-12, (seen - chance) / np.where(left > 1e-12, left, 1), np.nan)


def _figure(value: float, values: Doubles, n: int) -> Figure:
    if np.isnan(value):
        return Figure(None, None, None, n)
    known = values[~np.isnan(values)]
    if len(known) < RESAMPLES / 2:
        return Figure(value, None, None, n)
    low, high = (float(v) for v in np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    if high - low < 1e-9:  # nobody ever differed: drawing says nothing
        low = wilson(n, n)[0]
    return Figure(value, min(low, value), max(high, value), n)
