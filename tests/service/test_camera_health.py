"""A whole office with sick cameras: each state said with its time, each secret in no output.

S7: plant a secret, run everything, search every output.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from models.detector import load_eyes
from models.legibility import CardReader
from service.accounts import Accounts, Role
from service.api import create_app
from service.assembly import build_office
from service.cli import main
from service.evidence import Evidence
from service.readers import mailboxes_of, readers_of
from service.runner import RunningOffice
from service.serving import keep_alarm
from service.settings import load_settings
from service.store import Store, open_store
from tests.cameras.servers import PASSWORD, USERNAME, SnapshotServer, snapshot_server
from tests.fakes_office import fake_picture
from tests.live_office import EMPTY_OFFICE, SteadyClock
from tests.service.eyes import write_eyes
from vision.eyes import Eyes
from vision.values import Reason

SECRETS = ("GEHEIM-1", "GEHEIM-2", "GEHEIM-3", "GEHEIM-4", PASSWORD, "GEHEIM-token")
START = datetime(2026, 11, 24, 0, 29, 10, tzinfo=UTC)  # 07:29:10 in Jakarta; opens at 08:00

OFFICE = (
    EMPTY_OFFICE
    + """
[[calendar.days]]
date = 2026-11-24
closed = false

[[cameras]]
id = "dead"
url = "rtsp://admin:GEHEIM-1@127.0.0.1:1/cam?pwd=GEHEIM-2"

[[cameras]]
id = "well"
url = "{url}?key=GEHEIM-3"
password_env = "WELL_PASSWORD"

[[cameras]]
id = "refused"
url = "{refused}"
token_file = "token"

[[cameras]]
id = "pushed"
push = true
"""
)
COUNTER = """
[[counters]]
id = "loket-{0}"
name = "Loket {0}"
role = "FO"
camera = "{0}"
[counters.zones]
staff = [[0.1, 0.0], [0.9, 0.0], [0.9, 0.9], [0.1, 0.9]]
desk = [[0.0, 0.7], [0.9, 0.7], [0.9, 1.0], [0.0, 1.0]]
"""
CAMERAS = ("dead", "well", "refused", "pushed")


@dataclass(frozen=True)
class Sick:
    """The running office, and who may ask it."""

    running: RunningOffice
    store: Store
    folder: Path
    config: Path
    clock: SteadyClock
    client: TestClient
    device: str
    healthy: SnapshotServer


@pytest.fixture
def sick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sick]:
    """Four cameras: dead, well behind Digest, one that refuses its token, one that pushes."""
    monkeypatch.setenv("WELL_PASSWORD", PASSWORD)
    (tmp_path / "token").write_text("GEHEIM-token", "utf-8")
    folder, config = tmp_path / "data", tmp_path / "office.toml"
    with snapshot_server() as healthy, snapshot_server() as refusing:
        healthy.mode, refusing.mode = "digest", "bearer"
        healthy.clock_off_s = 3600
        url = healthy.url.replace("//", f"//{USERNAME}@")
        text = OFFICE.format(url=url, refused=refusing.url)
        config.write_text(text + "".join(COUNTER.format(name) for name in CAMERAS), "utf-8")
        settings = load_settings(config)
        eyes = Eyes(*load_eyes(write_eyes(tmp_path / "eyes")), CardReader())
        clock = SteadyClock(START, 8.0)
        with open_store(folder, zone=settings.zone) as store:
            evidence = Evidence(folder)
            mailboxes = mailboxes_of(settings, clock)
            running = RunningOffice(
                settings,
                build_office(settings, eyes, store, evidence),
                readers_of(settings, clock, store.add_gap, mailboxes),
                clock,
                store,
                lambda at: None,
                worker_count=1,
                on_alarm=lambda alarm: keep_alarm(store, alarm),
            )
            cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            accounts = Accounts(store, hasher=cheap)
            accounts.add("kepala", Role.ADMIN, "kopi tubruk pagi", by="test")
            life = timedelta(days=9)
            scopes = frozenset({"board", "flags", "metrics"})
            _, secret = accounts.add_token("kepala", scopes, life, by="test")
            _, device = accounts.add_token("kepala", frozenset({"push:pushed"}), life, by="test")
            app = create_app(running, store, evidence, accounts=accounts, mailboxes=mailboxes)
            client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
            running.start()
            try:
                yield Sick(running, store, folder, config, clock, client, device, healthy)
            finally:
                running.stop()


def until(condition: Callable[[], bool], within_s: float = 15.0) -> None:
    """Wait for what other threads do."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def test_sick_cameras_are_told_in_time_and_no_secret_is(
    sick: Sick,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Stopped at T-31 at the latest: told by T-30, on the board, in the log, the store, metrics."""
    caplog.set_level(logging.DEBUG)

    def cameras() -> dict[str, dict[str, object]]:
        told = sick.client.get("/api/v1/cameras").json()["items"]
        return {camera["camera"]: camera for camera in told}

    def bring() -> int:
        answer = sick.client.post(
            "/api/v1/cameras/pushed/frames",
            content=fake_picture("loket_1"),
            headers={"Authorization": f"Bearer {sick.device}"},
        )
        return answer.status_code

    until(lambda: cameras()["well"]["state"] == "ok")
    assert bring() == 201
    until(lambda: all(cameras()[name]["alarm_since"] for name in ("dead", "refused")))
    told = cameras()
    assert told["dead"]["state"] == "no_signal"
    assert "connection refused" in str(told["dead"]["detail"])
    assert "check username and password" in str(told["refused"]["detail"])
    for name in ("dead", "refused"):
        assert str(told[name]["alarm_since"]) < "2026-11-24T07:30:30"
        assert str(told[name]["since"]) < "2026-11-24T07:30:00"
    assert told["well"]["alarm_since"] is None
    assert told["well"]["skew_s"] == pytest.approx(3600, abs=2)
    assert "its clock is" in str(told["well"]["detail"])

    sick.healthy.mode = "error"
    until(lambda: cameras()["well"]["alarm_since"] is not None)
    sick.healthy.mode = "digest"
    until(lambda: cameras()["well"]["alarm_since"] is None, 20)
    gaps = sick.store.gaps(START, sick.clock.now(), "well")
    assert [gap.reason for gap in gaps] == [Reason.NO_SIGNAL]
    acts = [(row.act, row.object_) for _, row in sick.store.audit_rows()]
    assert ("camera.alarm", "camera/dead") in acts
    assert ("camera.well", "camera/well") in acts
    metrics = sick.client.get("/metrics").text
    assert 'siaga_camera_alarm{camera="dead"} 1.0' in metrics
    assert 'siaga_camera_alarm{camera="well"} 0.0' in metrics
    assert "camera dead: no_signal since" in caplog.text

    outputs = [caplog.text, metrics, repr(sick.running), json.dumps(cameras())]
    outputs += [
        sick.client.get(path).text
        for path in ("/api/v1/readiness", "/api/v1/counters", "/api/v1/verdicts", "/api/v1/flags")
    ]
    for call in (
        ("config", "check", str(sick.config)),
        ("doctor", "--config", str(sick.config)),
        *(("cameras", "probe", "--config", str(sick.config), "--camera", c) for c in CAMERAS),
    ):
        main([*call, *(("--seconds", "0.1") if "probe" in call else ())])
        outputs += capfd.readouterr()
    sick.running.stop()
    kept = b"".join(path.read_bytes() for path in sick.folder.rglob("*") if path.is_file())
    text = "".join(outputs) + kept.decode("latin-1") + Path("/proc/self/cmdline").read_text()
    assert "camera/dead" in kept.decode("latin-1")
    for secret in SECRETS:
        assert secret not in text, secret
