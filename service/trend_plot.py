"""Weeks as a small SVG: a line where a share may be shown, a gap where it may not.

Made on the server: nothing to load, prints as it is. The table beside it says the same in numbers.
"""

from dataclasses import dataclass

from vision.trends import Cell, Row, Shown

WIDTH, HEIGHT = 260, 72
LEFT, RIGHT, TOP, BOTTOM = 4.0, 4.0, 6.0, 6.0


@dataclass(frozen=True, slots=True)
class Plot:
    """What the template draws: polylines and dots in a viewBox of WIDTH x HEIGHT.

    `lines` are runs of weeks without a gap, as `x,y` points; `bars` show coverage: x, y, height.
    `gaps` are weeks whose share is not shown.
    """

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    bars: tuple[tuple[float, float, float], ...]
    gaps: tuple[float, ...]
    bar_width: float


def plot_of(row: Row) -> Plot:
    """The drawing of a row."""
    count = max(1, len(row.weeks))
    step = (WIDTH - LEFT - RIGHT) / count
    runs: list[list[tuple[float, float]]] = [[]]
    dots, bars, gaps = [], [], []
    for i, cell in enumerate(row.weeks):
        x = round(LEFT + step * (i + 0.5), 1)
        bar = _height(cell.figures.score.coverage)
        if bar and cell.shown is not Shown.FEW:
            bars.append((round(x - step * 0.35, 1), round(HEIGHT - BOTTOM - bar, 1), bar))
        share = cell.share
        if share is None:
            if not _is_empty(cell):
                gaps.append(x)
            runs.append([])
            continue
        y = round(HEIGHT - BOTTOM - (_height(share) or 0.0), 1)
        runs[-1].append((x, y))
        dots.append((x, y))
    lines = tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1)
    return Plot(lines, tuple(dots), tuple(bars), tuple(gaps), round(step * 0.7, 1))


def _height(share: float | None) -> float:
    return 0.0 if share is None else round(share * (HEIGHT - TOP - BOTTOM), 1)


def _is_empty(cell: Cell) -> bool:
    return cell.shown is Shown.NOTHING and not cell.figures.score.applicable
