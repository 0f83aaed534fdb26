"""How sure a figure is: bootstrap over pictures, seeded, 95 %.

Pictures are drawn, not boxes: boxes of one picture are right or wrong together. Where every drawn
set gives the same figure (nothing was missed, or all was), drawing says nothing; the interval is
then Wilson's for as many pictures. Pictures of one person or camera resemble each other too, so the
true uncertainty is larger than any of these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

RESAMPLES = 1000
SEED = 20261124
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its interval. `n` is what was counted; value None: nothing to count.

    `low` and `high` are None where too little was there to say.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def percent(self) -> str:
        """For tables: `92.3 [81.0, 97.5] n 26`."""
        if self.value is None:
            return f"- n {self.n}"
        if self.low is None or self.high is None:
            return f"{100 * self.value:.1f} n {self.n}"
        return f"{100 * self.value:.1f} [{100 * self.low:.1f}, {100 * self.high:.1f}] n {self.n}"


@lru_cache(maxsize=64)
def drawn(count: int, resamples: int = RESAMPLES, seed: int = SEED) -> Doubles:
    """How often each of `count` pictures was drawn. Shape (resamples, count)."""
    if count == 0:
        return np.zeros((resamples, 0))
    rng = np.random.default_rng([seed, count])
    times = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    return np.asarray(times, np.float64)


def ratio(part: Doubles, whole: Doubles, n: int) -> Figure:
    """The share sum(part) / sum(whole). Shapes: both (pictures,), counts per picture."""
    total = float(whole.sum())
    if total == 0:
        return Figure(None, None, None, n)
    times = drawn(len(whole))
    below = times @ whole
    shares = (times @ part)[below > 0] / below[below > 0]
    return _with_ends(float(part.sum()) / total, shares, int((whole > 0).sum()), n)


CHUNK = 100
"""So many drawn sets are computed at once: memory stays small."""


def statistic(
    values_of: Callable[[Doubles], Doubles], pictures: int, holding: int, n: int
) -> Figure:
    """Any figure of weighted pictures; `holding` of them matter.

    Shapes: `values_of` takes (R, pictures), how often each counts, and gives (R,); NaN: no value.
    """
    value = float(values_of(np.ones((1, pictures)))[0])
    if np.isnan(value):
        return Figure(None, None, None, n)
    times = drawn(pictures)
    parts = [values_of(times[row : row + CHUNK]) for row in range(0, len(times), CHUNK)]
    values = np.concatenate(parts)
    return _with_ends(value, values[~np.isnan(values)], holding, n)


def difference(
    values_of: Callable[[Doubles], Doubles],
    first_of: Callable[[Doubles], Doubles],
    pictures: int,
    n: int,
) -> Figure:
    """One figure minus another of the same pictures, drawn together. Shapes as in `statistic`."""

    def apart(times: Doubles) -> Doubles:
        return values_of(times) - first_of(times)

    value = float(apart(np.ones((1, pictures)))[0])
    if np.isnan(value):
        return Figure(None, None, None, n)
    times = drawn(pictures)
    parts = [apart(times[row : row + CHUNK]) for row in range(0, len(times), CHUNK)]
    values = np.concatenate(parts)
    values = values[~np.isnan(values)]
    if pictures < 2 or not len(values):
        return Figure(value, None, None, n)
    low, high = (float(v) for v in np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    return Figure(value, min(low, value), max(high, value), n)


def _with_ends(value: float, values: Doubles, pictures: int, n: int) -> Figure:
    if pictures < 2 or not len(values):
        return Figure(value, None, None, n)
    low, high = (float(v) for v in np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    if high - low < 1e-9:
        if 1e-9 < value < 1 - 1e-9:  # so few that all drawn sets are alike
            return Figure(value, None, None, n)
        low, high = wilson(round(value) * pictures, pictures)
    return Figure(value, min(low, value), max(high, value), n)


def wilson(right: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of `right` out of `n`. Source: Wilson, JASA 22 (1927)."""
    z = 1.959964
    share = right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
