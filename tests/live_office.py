"""A running office of real parts behind its web door, with networks that see painted colours.

For what is changed while it works: file, store, runner, readers, set-up and API are the real ones.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from cameras.onvif import Found
from cameras.push import Mailbox
from service.accounts import Accounts, Role
from service.api import ApiSettings, create_app
from service.api.app import close_streams
from service.assembly import build_office
from service.calendar import next_ready_at, plan_at
from service.drawings import redrawn_at
from service.evidence import Evidence
from service.messages.desk import MessageDesk
from service.office import Office
from service.office_file import OfficeFile
from service.readers import mailboxes_of, readers_of
from service.runner import RunningOffice
from service.settings import load_settings
from service.setup import Setup
from service.store import Store, open_store
from tests.fakes_eyes import Painter, fake_eyes
from vision.eyes import Eyes
from vision.labels import Label
from vision.values import Image

PASSWORD = "kopi tubruk pagi"
START = datetime(2026, 11, 24, 0, 51, tzinfo=UTC)
"""07:51 in Jakarta; counters are looked at from 07:50 and open at 08:00."""

EMPTY_OFFICE = """\
# Berkas kantor, dirawat bagian umum.
[office]
id = "kppn-contoh"
name = "KPPN Contoh"  # nama resmi
time_zone = "Asia/Jakarta"
policy = "djpb-spm"

[calendar]
briefing = "07:30"
opens = "08:00"
closes = "15:00"
"""


def png(image: Image) -> bytes:
    """A picture that keeps its colours to the bit."""
    coded, data = cv2.imencode(".png", image)
    assert coded
    return data.tobytes()


def staffed() -> Image:
    """Somebody with a tag at a desk with a screen."""
    return Painter().staff().paint(Label.MONITOR, (700, 380, 860, 500)).image


class SteadyClock:
    """From a start on, so many times as fast as the machine."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self.start = start
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        """The office's time."""
        return self.start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Wait for it; False when stopped before."""
        while (left_s := (at - self.now()).total_seconds() / self.speed) > 0:
            if stop.wait(left_s):
                return False
        return not stop.is_set()


@dataclass(frozen=True)
class LiveOffice:
    """Everything behind the door."""

    config: Path
    store: Store
    office: Office
    running: RunningOffice
    setup: Setup
    accounts: Accounts
    mailboxes: dict[str, Mailbox]
    app: FastAPI
    clock: SteadyClock

    def client(self, role: Role = Role.ADMIN) -> TestClient:
        """A browser of the account of this role."""
        client = TestClient(
            self.app,
            base_url="http://siaga.test",
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        secret, _ = self.accounts.sign_in(role.value, PASSWORD, "10.0.0.9", timedelta(hours=1))
        client.cookies.set("siaga_session", secret)
        client.headers["Origin"] = "http://siaga.test"
        return client


@contextmanager
def live_office(
    folder: Path,
    text: str = EMPTY_OFFICE,
    clock: SteadyClock | None = None,
    eyes: Eyes | None = None,
) -> Iterator[LiveOffice]:
    """An office that runs over `office.toml` in this folder; written there unless it exists.

    `eyes` are those that see painted colours, unless others are given.
    """
    config = folder / "office.toml"
    if not config.exists():
        config.write_text(text, "utf-8")
    settings = load_settings(config)
    time_ = clock if clock is not None else SteadyClock(START)
    eyes = eyes if eyes is not None else fake_eyes()
    with open_store(folder / "data", zone=settings.zone) as store:
        evidence = Evidence(folder / "data")
        redrawn = redrawn_at(store, settings, time_.now())
        office = build_office(settings, eyes, store, evidence, redrawn)
        mailboxes = dict(mailboxes_of(settings, time_))
        messages = MessageDesk(
            store.outbox,
            lambda: setup.settings,
            lambda at: plan_at(setup.settings.calendar, at),
            time_,
        )
        running = RunningOffice(
            settings,
            office,
            readers_of(settings, time_, store.add_gap, mailboxes),
            time_,
            store,
            lambda at: next_ready_at(settings.calendar, at),
            worker_count=1,
            on_gap=store.add_gap,
            on_alarm=messages.alarmed,
            on_beat=messages.beat,
        )
        setup = Setup(
            file=OfficeFile(config),
            settings=settings,
            running=running,
            eyes=eyes,
            memory=store,
            clock=time_,
            mailboxes=mailboxes,
            find=lambda wait_s: [Found("192.0.2.7", "http://127.0.0.1:1/onvif", "Kamera lobi")],
        )
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        accounts = Accounts(store, hasher=cheap)
        for role in {*Role} - {Role(user.role) for user in accounts.all()}:
            accounts.add(role.value, role, PASSWORD, by="test")
        app = create_app(
            running,
            store,
            evidence,
            ApiSettings(),
            accounts=accounts,
            mailboxes=mailboxes,
            setup=setup,
        )
        running.start()
        messages.start(running)
        try:
            yield LiveOffice(config, store, office, running, setup, accounts, mailboxes, app, time_)
        finally:
            setup.close()
            running.stop()
            messages.stop()


@contextmanager
def served(live: LiveOffice) -> Iterator[str]:
    """The address at which a browser finds the office."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(live.app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        close_streams(live.app)
        server.should_exit = True
        thread.join(10)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def until(condition: object, within_s: float = 10.0) -> None:
    """Wait for what other threads do."""
    assert callable(condition)
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)
