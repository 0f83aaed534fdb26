"""A running office of real parts tells a real webhook what it decided."""

import time
from datetime import UTC, datetime
from pathlib import Path

from tests.live_office import EMPTY_OFFICE, LiveOffice, SteadyClock, live_office, until
from tests.receivers import Hook, web_hook

OFFICE = (
    EMPTY_OFFICE
    + """
[[cameras]]
id = "kamera-1"
push = true

[[counters]]
id = "FO-1"
name = "Loket Satu"
role = "FO"
camera = "kamera-1"
[counters.zones]
staff = [[0.25, 0.05], [0.75, 0.05], [0.75, 0.6], [0.25, 0.6]]

[messages]
board_url = "https://siaga.example.go.id/"

[[messages.to]]
name = "grup"
url_file = "grup.url"
"""
)
ALARM = "KPPN Contoh: kamera perlu dilihat"
DIGEST = "KPPN Contoh: 0 dari 1 loket siap, pukul 07.55 WIB"


def at(hour: int, minute: int, second: int, speed: float) -> SteadyClock:
    """A time of the morning in Jakarta, and how fast it goes on."""
    return SteadyClock(datetime(2026, 11, 24, hour - 7, minute, second, tzinfo=UTC), speed)


def titles(hook: Hook) -> list[str]:
    """What came, in its order."""
    return [got["title"] for got in hook.got]


def settled(live: LiveOffice) -> bool:
    """Whether nothing waits to leave."""
    return live.store.outbox.waiting_since() is None


def test_a_morning_with_a_dead_camera_is_told_once_in_spite_of_a_restart(tmp_path: Path) -> None:
    """The alarm by T-30, the digest at T-5, each once; cut off in between and after."""
    with web_hook() as hook:
        (tmp_path / "grup.url").write_text(hook.address, "utf-8")
        with live_office(tmp_path, OFFICE, at(7, 27, 30, 5)) as live:
            until(lambda: titles(hook) == [ALARM], within_s=40.0)
            assert live.clock.now() < datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
        with live_office(tmp_path, OFFICE, at(7, 54, 40, 10)) as live:
            until(lambda: titles(hook) == [ALARM, DIGEST], within_s=30.0)
            assert live.clock.now() < datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
            until(lambda: settled(live))
        with live_office(tmp_path, OFFICE, at(7, 55, 30, 10)) as live:
            time.sleep(1.5)
            assert settled(live)
        assert titles(hook) == [ALARM, DIGEST]
        alarm, digest = (got["message"] for got in hook.got)
        assert "Kamera kamera-1: " in alarm
        assert "TIDAK DAPAT DINILAI: Loket Satu: " in digest
        assert "Papan: https://siaga.example.go.id/" in digest


def test_a_target_that_hangs_holds_up_no_verdict(tmp_path: Path) -> None:
    """At T-5 the answer stands on the board while the message still knocks at a deaf door."""
    with web_hook() as hook:
        hook.open.clear()
        (tmp_path / "grup.url").write_text(hook.address, "utf-8")
        with live_office(tmp_path, OFFICE, at(7, 54, 50, 3)) as live:
            until(hook.asked.is_set)
            until(lambda: live.running.board().tiles[0].decided is not None)
            assert titles(hook) == []
            hook.open.set()
            until(lambda: DIGEST in titles(hook), within_s=20.0)


def test_a_recipient_added_by_hand_is_told_without_a_restart(tmp_path: Path) -> None:
    """The file is taken over on the page Pemasangan; what is said next goes to both."""
    with web_hook() as hook, web_hook() as second:
        (tmp_path / "grup.url").write_text(hook.address, "utf-8")
        (tmp_path / "piket.url").write_text(second.address, "utf-8")
        with live_office(tmp_path, OFFICE, at(7, 54, 0, 4)) as live:
            more = '\n[[messages.to]]\nname = "piket"\nurl_file = "piket.url"\ntell = ["digest"]\n'
            live.config.write_text(OFFICE + more, "utf-8")
            answer = live.client().post("/api/v1/layout/reload")
            assert answer.status_code == 200, answer.text
            until(lambda: titles(second) == [DIGEST], within_s=50.0)
            until(lambda: DIGEST in titles(hook), within_s=20.0)
