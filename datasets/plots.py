"""Small plots as SVG text, without a plotting library."""

from collections.abc import Mapping, Sequence
from html import escape

Points = Sequence[tuple[float, float]]

COLOURS = ("#1f5fa8", "#c2571a", "#2c8a4b", "#8a2c7d", "#6b6b6b", "#b89b00", "#a82a2a", "#2a8f9e")
WIDTH, HEIGHT = 660, 340
LEFT, TOP, RIGHT, BOTTOM = 56, 40, 230, 48


def lines_svg(title: str, x_name: str, y_name: str, series: Mapping[str, Points]) -> str:
    """Lines over 0 to 1 in both directions, one colour each, named at the right."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: float, y: float) -> str:
        return f"{LEFT + x * wide:.1f},{TOP + (1 - y) * high:.1f}"

    parts = _frame(title, x_name, y_name)
    for step in range(6):
        share = step / 5
        x, y = LEFT + share * wide, TOP + (1 - share) * high
        parts.append(
            f'<path d="M{LEFT} {y:.1f}h{wide}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share:.1f}</text>'
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{share:.1f}</text>'
        )
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(place(x, y) for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{at.split(",")[0]}" cy="{at.split(",")[1]}" r="2.5" fill="{colour}"/>'
            for at in path.split()
            if len(points) <= 12
        ]
        parts.append(_named(number, name, colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def bars_svg(
    title: str,
    y_name: str,
    groups: Sequence[str],
    series: Mapping[str, Sequence[tuple[float, float, float] | None]],
) -> str:
    """Bars with their intervals (value, low, high; 0 to 1): one cluster a group, one bar a name."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    parts = _frame(title, "", y_name)
    for step in range(6):
        y = TOP + (1 - step / 5) * high
        parts.append(
            f'<path d="M{LEFT} {y:.1f}h{wide}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{step / 5:.1f}</text>'
        )
    cluster = wide / max(1, len(groups))
    bar = 0.8 * cluster / max(1, len(series))
    for index, group in enumerate(groups):
        middle = LEFT + (index + 0.5) * cluster
        parts.append(
            f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
            f"{escape(group)}</text>"
        )
    for number, (name, values) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        for index, value in enumerate(values):
            if value is None:
                continue
            x = LEFT + (index + 0.1) * cluster + number * bar
            top, low, up = (TOP + (1 - share) * high for share in value)
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{bar * 0.85:.1f}" '
                f'height="{TOP + high - top:.1f}" fill="{colour}"/>'
                f'<path d="M{x + bar * 0.42:.1f} {low:.1f}V{up:.1f}" stroke="#222"/>'
            )
        parts.append(_named(number, name, colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _frame(title: str, x_name: str, y_name: str) -> list[str]:
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    half = f"{TOP + (HEIGHT - TOP - BOTTOM) / 2:.0f}"
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
        f'<text x="{middle:.0f}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_name)}</text>',
        f'<text x="14" y="{half}" text-anchor="middle" transform="rotate(-90 14 {half})">'
        f"{escape(y_name)}</text>",
    ]


def _named(number: int, name: str, colour: str) -> str:
    y = TOP + 10 + 18 * number
    x = WIDTH - RIGHT + 16
    return (
        f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{colour}"/>'
        f'<text x="{x + 18}" y="{y}">{escape(name)}</text>'
    )
