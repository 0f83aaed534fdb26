"""A running office is set up from nothing and changed while it works; nothing is restarted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from service.accounts import Role
from service.policies import STANDARDS, parse_policy
from service.serving import waiting_policy
from service.settings import load_settings
from service.store import open_store
from tests.cameras.servers import SnapshotServer, snapshot_server
from tests.fakes_office import fake_verdict
from tests.live_office import (
    EMPTY_OFFICE,
    LiveOffice,
    SteadyClock,
    live_office,
    png,
    staffed,
    until,
)

STAFF = [[0.25, 0.05], [0.75, 0.05], [0.75, 0.6], [0.25, 0.6]]
DESK = [[0.2, 0.6], [0.8, 0.6], [0.8, 0.85], [0.2, 0.85]]


def counter(name: str, camera: str, **changes: Any) -> dict[str, Any]:
    """A counter as the page sends it."""
    zones = {"staff": STAFF, "desk": DESK}
    told = {"counter": name, "name": f"Loket {name}", "role": "FO", "camera": camera}
    return {**told, "zones": zones, **changes}


def tried(client: TestClient, camera: SnapshotServer) -> str:
    """Try a camera; the id of the try."""
    answer = client.post("/api/v1/cameras/try", json={"url": camera.url})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["attempt"])


def saved(live: LiveOffice, client: TestClient, cameras: Any, counters: Any) -> None:
    """Save all of it."""
    body = {"version": live.setup.version, "cameras": cameras, "counters": counters}
    answer = client.put("/api/v1/layout", json=body)
    assert answer.status_code == 200, answer.text


def test_an_office_is_set_up_from_nothing_and_changed_without_a_restart(tmp_path: Path) -> None:
    """First counter, second counter, one redrawn, one removed; then a restart forgets nothing."""
    with live_office(tmp_path) as live, snapshot_server() as one, snapshot_server() as other:
        one.body = other.body = png(staffed())
        client = live.client(Role.ADMIN)
        assert client.get("/").status_code == 200
        assert client.get("/api/v1/layout").json()["counters"] == []

        first = {"camera": "kamera-1", "attempt": tried(client, one)}
        saved(live, client, [first], [counter("FO-1", "kamera-1")])
        until(lambda: live.running.last_sample("FO-1") is not None)
        sample = live.running.last_sample("FO-1")
        assert sample is not None
        assert sample.of("staff_present") is not None
        client.delete(f"/api/v1/tries/{first['attempt']}")

        asked = one.connections
        second = {"camera": "kamera-2", "attempt": tried(client, other)}
        counters = [counter("FO-1", "kamera-1"), counter("FO-2", "kamera-2")]
        saved(live, client, [{"camera": "kamera-1"}, second], counters)
        until(lambda: live.running.last_sample("FO-2") is not None)
        assert one.connections == asked, "the first camera was left alone"
        assert live.office.recent("FO-1", sample.captured_at), "and its counter kept its samples"
        client.delete(f"/api/v1/tries/{second['attempt']}")

        moved = {"staff": STAFF, "desk": [[0.2, 0.6], [0.8, 0.6], [0.8, 0.9]]}
        counters = [counter("FO-1", "kamera-1", zones=moved), counter("FO-2", "kamera-2")]
        saved(live, client, [{"camera": "kamera-1"}, {"camera": "kamera-2"}], counters)
        drawn_at = live.clock.now()
        until(lambda: live.running.last_sample("FO-1") is not None)
        kept = live.office.recent("FO-1", sample.captured_at)
        assert all(each.captured_at > sample.captured_at for each in kept)
        assert live.office.recent("FO-2", sample.captured_at)[0].captured_at < drawn_at

        saved(live, client, [{"camera": "kamera-2"}], [counter("FO-2", "kamera-2")])
        until(lambda: [c.camera for c in live.running.board().cameras] == ["kamera-2"])
        asked = one.requests
        live.running.stop()
        assert one.requests <= asked + 1, "nobody asks the first camera any more"

    assert "# nama resmi" in (tmp_path / "office.toml").read_text("utf-8")
    assert (tmp_path / "office.toml.4").read_text("utf-8") == EMPTY_OFFICE


def test_a_restart_judges_by_what_was_seen_since_the_counter_was_drawn(tmp_path: Path) -> None:
    """Also where the file was changed by hand while nothing ran."""
    with live_office(tmp_path) as live, snapshot_server() as camera:
        camera.body = png(staffed())
        client = live.client(Role.ADMIN)
        first = {"camera": "kamera-1", "attempt": tried(client, camera)}
        saved(live, client, [first], [counter("FO-1", "kamera-1")])
        until(lambda: live.running.last_sample("FO-1") is not None)
    with live_office(tmp_path) as again:
        assert again.office._drawing.redrawn == {}
    path = tmp_path / "office.toml"
    path.write_text(path.read_text("utf-8").replace("0.85", "0.86"), "utf-8")
    with live_office(tmp_path) as again:
        since = again.office._drawing.redrawn["FO-1"]
        assert since >= again.clock.start


def test_a_saved_camera_is_looked_at_through_the_office_that_reads_it(tmp_path: Path) -> None:
    """No second connection: many cameras give one or two streams only."""
    with live_office(tmp_path) as live, snapshot_server() as camera:
        camera.body = png(staffed())
        client = live.client(Role.ADMIN)
        attempt = tried(client, camera)
        first = {"camera": "kamera-1", "attempt": attempt}
        saved(live, client, [first], [counter("FO-1", "kamera-1")])
        client.delete(f"/api/v1/tries/{attempt}")
        until(lambda: live.running.last_sample("FO-1") is not None)
        asked = camera.connections
        told = client.post("/api/v1/cameras/try", json={"camera": "kamera-1"}).json()
        until(lambda: live.setup.attempt(told["attempt"]).newest() is not None)
        drawn = {"attempt": told["attempt"], "counters": [counter("FO-1", "kamera-1")]}
        now = client.post("/api/v1/layout/try", json={**drawn, "minute": True}).json()
        checks = {one["check"]: one["outcome"] for one in now["counters"][0]["checks"]}
        assert checks["staff_present"] == "met"
        assert checks["badge_worn"] == "met"
        assert now["counters"][0]["rules"], "the day's rules spoke"
        proposed = client.post("/api/v1/layout/propose", json={"attempt": told["attempt"]}).json()
        assert {zone["kind"] for zone in proposed["zones"]} >= {"staff", "desk", "screen"}
        assert camera.connections == asked
        still = client.get("/api/v1/cameras/kamera-1/still")
        assert still.headers["content-type"] == "image/jpeg"


def test_a_tried_camera_that_dies_says_so_and_comes_back(tmp_path: Path) -> None:
    """Half way through the drawing somebody pulls the plug."""
    with live_office(tmp_path) as live, snapshot_server() as camera:
        camera.body = png(staffed())
        client = live.client(Role.ADMIN)
        attempt = tried(client, camera)
        camera.mode = "error"

        def state() -> str:
            return str(client.get(f"/api/v1/tries/{attempt}").json()["state"])

        until(lambda: state() == "no_signal", 20)
        drawn = {"attempt": attempt, "counters": [counter("FO-1", "kamera-1")]}
        now = client.post("/api/v1/layout/try", json=drawn).json()
        assert now["state"] == "no_signal"
        assert now["still"], "the last picture stays to draw on"
        camera.mode = "plain"
        until(lambda: state() == "ok", 30)


def test_a_policy_that_was_chosen_holds_at_midnight_while_the_office_runs(tmp_path: Path) -> None:
    """Without a restart: board, settings and judging go over together, and nothing waits then."""
    # 23:59:57 in Jakarta
    clock = SteadyClock(datetime(2026, 11, 24, 16, 59, 57, tzinfo=UTC))
    newer = (
        (STANDARDS / "djpb-spm.toml")
        .read_text("utf-8")
        .replace('version = "2026.1"', 'version = "2026.2"')
    )
    with live_office(tmp_path, clock=clock) as live:
        client = live.client()
        began = live.running.policy().citation
        told = client.post(
            "/api/v1/settings/policies", json={"version": live.setup.version, "content": newer}
        ).json()
        waiting = told["waiting"]
        assert told["citation"] == began != waiting
        until(lambda: live.running.policy().citation == waiting)
        after = client.get("/api/v1/settings/policy").json()
        assert (after["citation"], after["waiting"]) == (waiting, None)
        assert live.running.board().policy == waiting
        assert live.setup.settings.policy is live.running.policy()
        newest = client.get("/api/v1/policies").json()["items"][0]
        assert (newest["citation"], newest["current"]) == (waiting, True)
        assert newest["since"] == "2026-11-25T00:00:00+07:00"


def test_a_restart_does_not_take_up_a_chosen_policy_in_the_middle_of_a_day(tmp_path: Path) -> None:
    """A power cut at ten must not judge the rest of the day by what begins tomorrow."""
    noon = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    (tmp_path / "office.toml").write_text(EMPTY_OFFICE, "utf-8")
    settings = load_settings(tmp_path / "office.toml")
    before = parse_policy("policy.toml", f"# last year's\n{settings.policy.text}".encode())
    with open_store(tmp_path / "data", zone=settings.zone) as store:
        store.keep_policy(before, noon - timedelta(days=90))
        assert waiting_policy(store, settings, noon) is None, "nothing was judged today"
        yesterday = noon - timedelta(days=1)
        store.add_record(replace(fake_verdict(decided_at=yesterday), policy=before.citation))
        assert waiting_policy(store, settings, noon) is None
        store.add_record(replace(fake_verdict(decided_at=noon), policy=before.citation))
        found = waiting_policy(store, settings, noon)
        assert found is not None
        assert (found.held, found.chosen) == (before, settings.policy)
        assert found.since == datetime(2026, 11, 24, 17, 0, tzinfo=UTC), "midnight in Jakarta"
        assert waiting_policy(store, replace(settings, policy=before), noon) is None
        assert waiting_policy(store, settings, noon + timedelta(days=1)) is None
