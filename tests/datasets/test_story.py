"""The story of a rendered morning: from events to spans, states and truth. Nothing is rendered."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from datasets.morning_truth import Span, read_truth
from datasets.scenes.drawn_mornings import DEFAULT, draw_script, script_toml
from datasets.scenes.story import frame_times, read_story, recording_toml, state_at, truth_toml

ODDS = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
START = datetime.fromisoformat("2026-11-24T07:40:00+07:00")
SEEDS = range(200)


def script(events: str, others: str = "") -> dict[str, Any]:
    """A script of one camera from 7:40 to 8:00."""
    return tomllib.loads(
        f"""
        id = "told"
        start = {START.isoformat()}
        end = 2026-11-24T08:00:00+07:00
        size_wh = [64, 36]
        every_s = 10
        dense_s = 5
        around_s = 10
        [[cameras]]
        id = "cam-1"
        name = "Loket 1"
        counter = "FO-1"
        seed = 1
        standing_s = 30
        poses = ["typing"]
        others = {{ {others} }}
        events = [{events}]
        """
    )


def shown(told: dict[str, Any], at: str) -> set[str]:
    """The groups that show at a time."""
    story = read_story(told, told["cameras"][0])
    return set(state_at(story, (clock(at) - START).total_seconds()))


def truth_of(told: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The counter's table in truth.toml."""
    stories = {c["id"]: read_story(told, c) for c in told["cameras"]}
    (folder / "truth.toml").write_text(truth_toml(told, stories), encoding="utf-8")
    counter: dict[str, Any] = tomllib.loads((folder / "truth.toml").read_text())["counters"][0]
    return counter


def clock(text: str) -> datetime:
    """`7:55` of the morning."""
    hour, minute = (int(part) for part in text.split(":"))
    return START.replace(hour=hour, minute=minute)


def test_a_strap_without_its_card_is_no_badge(tmp_path: Path) -> None:
    """It shows, and the truth says none."""
    told = script('{ at = 07:45:00, do = "arrive", badge = "lanyard_only" }')
    assert shown(told, "7:50") == {"staff/typing", "strap/typing"}
    assert [row["shows"] for row in truth_of(told, tmp_path)["badge"]] == ["none"]


def test_clerks_who_change_are_one_presence(tmp_path: Path) -> None:
    """Both show while they meet, each with a badge of her own; the counter was never empty."""
    told = script(
        '{ at = 07:41:00, do = "arrive" }, { at = 07:51:00, do = "leave" },'
        '{ at = 07:50:00, do = "arrive", who = "second", badge = "flipped" }',
        "second = {}",
    )
    assert shown(told, "7:50") == {
        *("staff/typing", "strap/typing", "card/typing", "front/typing"),
        *("staff/second-standing", "strap/second-standing", "card/second-standing"),
        "flipped/second-standing",
    }
    staff = [(row["present"], row["from"]) for row in truth_of(told, tmp_path)["staff"]]
    assert staff == [(False, START), (True, clock("7:41"))]


def test_somebody_on_the_staff_side_is_not_always_staff(tmp_path: Path) -> None:
    """A cleaner stands there, is drawn, and is no presence of staff."""
    told = script(
        '{ at = 07:50:00, do = "arrive", who = "cleaner", badge = "none" },'
        '{ at = 07:52:00, do = "leave", who = "cleaner" }',
        'cleaner = { role = "visitor" }',
    )
    assert shown(told, "7:51") == {"staff/cleaner-standing"}
    counter = truth_of(told, tmp_path)
    assert [row["present"] for row in counter["staff"]] == [False]
    assert [row["who"] for row in counter["no_staff"]] == ["cleaner"]


def test_what_is_not_staff_s_on_the_desk_is_no_finding(tmp_path: Path) -> None:
    """The visitor's bottle, the office's folder, a phone in the hand."""
    told = script(
        '{ at = 07:45:00, do = "arrive" },'
        '{ at = 07:50:00, do = "put", item = "bottle", of = "visitor", place = [0, -0.2] },'
        '{ at = 07:50:00, do = "put", item = "document", of = "office", place = [0, 0.2] },'
        '{ at = 07:50:00, do = "put", item = "cup", place = [0, 0.2] },'
        '{ at = 07:50:00, do = "hold", item = "phone" },'
        '{ at = 07:55:00, do = "rest", item = "phone" }'
    )
    assert shown(told, "7:51") >= {"staff/holding", "item/phone", "item/bottle"}
    assert shown(told, "7:56") >= {"staff/typing", "item/cup"}
    assert "item/phone" not in shown(told, "7:56")
    counter = truth_of(told, tmp_path)
    assert [row["label"] for row in counter["items"]] == ["cup"]
    assert {(row["label"], row["of"]) for row in counter["no_finding"]} == {
        ("bottle", "visitor"),
        ("document", "office"),
        ("phone", "hand"),
    }


def test_lamps_out_and_a_knocked_camera_are_unseen_time(tmp_path: Path) -> None:
    """What happens in it is held against nobody; half of the lamps are enough to see."""
    told = script(
        '{ at = 07:42:00, do = "lamp", to = "half" }, { at = 07:45:00, do = "lamp", to = "off" },'
        '{ at = 07:47:00, do = "lamp", to = "on" }, { at = 07:55:00, do = "knock", target = [1] }'
    )
    assert shown(told, "7:43") == {"light/half"}
    assert shown(told, "7:46") == {"light/off"}
    assert shown(told, "7:48") == set()
    assert shown(told, "7:56") == {"view/knocked"}
    truth_of(told, tmp_path)
    (truth,) = read_truth(tmp_path / "truth.toml")
    assert truth.unseen == [
        Span(clock("7:45"), clock("7:47")),
        Span(clock("7:55"), clock("8:00")),
    ]


@pytest.mark.parametrize(
    "event",
    [
        '{ at = 07:45:00, do = "dance" }',
        '{ at = 07:45:00, do = "arrive", badge = "gold" }',
        '{ at = 07:45:00, do = "lamp", to = "red" }',
        '{ at = 07:45:00, do = "put", item = "cup", of = "nobody", place = [0, 0] }',
    ],
)
def test_an_unknown_word_stops_the_scene_maker(event: str) -> None:
    """Before hours are rendered for nothing."""
    told = script(event)
    with pytest.raises(SystemExit):
        read_story(told, told["cameras"][0])


def test_a_seed_always_draws_the_same_morning() -> None:
    """Evaluations on drawn mornings compare only then."""
    assert script_toml(draw_script(7, ODDS)) == script_toml(draw_script(7, ODDS))
    assert script_toml(draw_script(7, ODDS)) != script_toml(draw_script(8, ODDS))


def test_every_drawn_morning_can_be_told(tmp_path: Path) -> None:
    """As text it says the same, it is cheap to render, and its truth can be read."""
    words: set[str] = set()
    for seed in SEEDS:
        drawn = draw_script(seed, ODDS)
        read = tomllib.loads(script_toml(drawn))
        assert script_toml(read) == script_toml(drawn)
        camera = read["cameras"][0]
        story = read_story(read, camera)
        states = {state_at(story, t) for t in frame_times(read, story)}
        assert len(states) <= 20
        truth_of(read, tmp_path)
        assert len(read_truth(tmp_path / "truth.toml")) == 1
        assert tomllib.loads(recording_toml(read))["cameras"][0]["clip"] == "loket-1.mp4"
        words |= {event["do"] for event in camera["events"]}
    assert words == {
        *("arrive", "leave", "badge", "put", "take", "visitor", "block", "unblock"),
        *("lamp", "knock"),
    }
