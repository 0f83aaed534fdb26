"""Real clips through `siaga replay`: what it reports is what one sees.

The clips lie beside the repository; who comes when was read off them by eye, frame by frame.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from tests.shared import SHARED

pytestmark = pytest.mark.shared

START = datetime.fromisoformat("2026-11-24T07:54:00+07:00")
OFFICE = """
[office]
id = "uji"
name = "Uji"
time_zone = "Asia/Jakarta"
policy = "djpb-spm"
[calendar]
opens = "08:00"
closes = "15:00"
[[cameras]]
id = "meja"
clip = {clip}
period_s = 0.5
[[counters]]
id = "FO-1"
name = "Loket 1"
role = "FO"
camera = "meja"
[counters.zones]
staff = {staff}
desk = {desk}
"""


def replayed(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    clip: str,
    staff: list[list[float]],
    desk: list[list[float]],
) -> list[dict[str, Any]]:
    """Every event of a clip that starts at 07:54."""
    path = SHARED / "data" / "videos" / clip
    config = tmp_path / "office.toml"
    config.write_text(
        OFFICE.format(clip=json.dumps(str(path)), staff=staff, desk=desk), encoding="utf-8"
    )
    code = main(["replay", str(path), "--config", str(config), "--start", START.isoformat()])
    assert code == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def changes(events: Sequence[dict[str, Any]], check: str, what: str) -> list[tuple[float, Any]]:
    """Seconds of the clip and new value, for each change of a status."""
    found: list[tuple[float, Any]] = []
    for event in events:
        if event["event"] != "status" or event["check"] != check:
            continue
        value = event[what] if what != "seen" else len(event["seen"])
        if not found or found[-1][1] != value:
            at = datetime.fromisoformat(event["at"])
            found.append(((at - START) / timedelta(seconds=1), value))
    return found


def test_presence_follows_who_comes_to_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six people come and go; each change is reported within two seconds of what one sees."""
    zone = [[0.2, 0.05], [0.8, 0.05], [0.8, 0.98], [0.2, 0.98]]
    desk = [[0.42, 0.3], [0.65, 0.3], [0.65, 0.5], [0.42, 0.5]]
    events = replayed(tmp_path, capsys, "intel_one-by-one-person-detection.mp4", zone, desk)
    seen = [
        (7.0, "met"),
        (19.5, "not_met"),
        (23.5, "met"),
        (44.5, "not_met"),
        (51.0, "met"),
        (69.0, "not_met"),
        (75.0, "met"),
        (86.2, "not_met"),
        (93.0, "met"),
        (119.2, "not_met"),
        (124.3, "met"),
        (135.5, "not_met"),
    ]
    told = [c for c in changes(events, "staff_present", "outcome") if c[1] != "cannot_tell"]
    told = [c for i, c in enumerate(told) if i == 0 or c[1] != told[i - 1][1]]
    assert told[0] == (0.0, "not_met")
    assert [value for _, value in told[1:]] == [value for _, value in seen]
    for (at, value), (truth, _) in zip(told[1:], seen, strict=True):
        assert abs(at - truth) <= 2.0, f"{value} at {at:.1f}, seen at {truth:.1f}"


def test_the_items_check_follows_the_bottles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three bottles are taken and put back; how many stand there is reported within two seconds."""
    desk = [[0.02, 0.6], [0.98, 0.6], [0.98, 0.98], [0.02, 0.98]]
    staff = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.3], [0.0, 0.3]]
    events = replayed(tmp_path, capsys, "intel_bottle-detection.mp4", staff, desk)
    assert {label for e in events if e.get("check") == "desk_clear" for label in e["seen"]} == {
        "bottle"
    }
    seen = [(6.9, 2), (12.0, 3), (17.4, 1), (22.9, 2), (28.0, 3), (31.8, 2), (36.0, 3)]
    told = changes(events, "desk_clear", "seen")
    assert told[0][1] == 3
    steady = [c for i, c in enumerate(told) if i + 1 == len(told) or told[i + 1][0] - c[0] > 1.0]
    steady = [c for i, c in enumerate(steady) if i == 0 or c[1] != steady[i - 1][1]]
    assert [count for _, count in steady[1:]] == [count for _, count in seen]
    for (at, count), (truth, _) in zip(steady[1:], seen, strict=True):
        assert abs(at - truth) <= 2.0, f"{count} bottles at {at:.1f}, seen at {truth:.1f}"
