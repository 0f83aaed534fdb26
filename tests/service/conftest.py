"""An office behind its web door: fake office, real store, real evidence, one account per role."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from cameras.push import Mailbox
from service.accounts import Accounts, Role
from service.api import ApiSettings, create_app
from service.board import CameraState, CameraStatus
from service.evidence import Evidence
from service.office_file import OfficeFile
from service.settings import Settings, load_settings
from service.setup import Setup
from service.store import Store, open_store
from service.tries import Try
from tests.fakes_eyes import Painter, fake_eyes
from tests.fakes_messages import FakeDesk, correspond
from tests.fakes_office import DAY, FakeOffice, clock, fake_picture, fake_sample, fake_verdict
from vision.hiding import encode
from vision.policy import Policy
from vision.values import Frame, Outcome, Reason, Status

PASSWORD = "kopi tubruk pagi"
HOST = "http://siaga.test"


class WallClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class MailClock:
    """The same time for mailboxes."""

    wall: WallClock
    speed = 1.0

    def now(self) -> datetime:
        """As it was set."""
        return self.wall.now

    def wait_until(self, at: datetime, stop: Event) -> bool:
        """Nobody waits by this clock."""
        return not stop.is_set()


OFFICE = """\
[office]
id = "kppn-contoh"
name = "KPPN Contoh"
time_zone = "Asia/Jakarta"
policy = "djpb-spm"

[[cameras]]
id = "hall_1"
push = true

[[counters]]
id = "loket_1"
name = "Loket 1"
role = "FO"
camera = "hall_1"
[counters.zones]
staff = [[0.05, 0.1], [0.45, 0.1], [0.45, 0.6], [0.05, 0.6]]
"""
ATTEMPT = "percobaan-1"
"""A camera that is being set up in the house."""


class StandIn:
    """An office that takes every change and shows the same picture at once."""

    def __init__(self, clock: MailClock, policy: Policy) -> None:
        self._clock = clock
        self._policy = policy
        self.followed: tuple[Policy | None, datetime] | None = None
        self.changed: list[Settings] = []

    def change(self, settings: Settings, *_: object) -> None:
        """Remember it."""
        self.changed.append(settings)

    def policy(self) -> Policy:
        """The one it began with."""
        return self._policy

    def follow_policy(self, policy: Policy | None, since: datetime) -> None:
        """Remember it."""
        self.followed = (policy, since)

    def tap(self, camera: str, listener: Callable[[Frame], None]) -> Callable[[], None]:
        """One picture of somebody at a desk."""
        listener(Frame(camera, 0, self._clock.now(), Painter().staff().image))
        return lambda: None

    def camera_status(self, name: str) -> CameraStatus:
        """Well."""
        now = self._clock.now()
        return CameraStatus(name, CameraState.OK, now, now, (1280, 720), 1.0, 1, 0, 0, "")


def setup_in(folder: Path, store: Store, clock: MailClock, mailboxes: dict[str, Mailbox]) -> Setup:
    """The set-up of the house, over its file, with a camera being tried."""
    settings = load_settings(folder / "office.toml")
    setup = Setup(
        file=OfficeFile(settings.path),
        settings=settings,
        running=StandIn(clock, settings.policy),
        eyes=fake_eyes(),
        memory=store,
        clock=clock,
        mailboxes=mailboxes,
        find=lambda wait_s: [],
    )
    tried = Try(ATTEMPT, settings.camera("hall_1"))
    tried.put(Frame("hall_1", 0, clock.now(), Painter().image))
    setup.tries.add(tried)
    return setup


@dataclass(frozen=True, slots=True)
class House:
    """Everything behind one web door. `sha` is a kept picture of flag 1 (loket_2); `app` is the
    application as an office runs it, `build` makes others; hall_1 brings its pictures (`mailbox`).
    """

    office: FakeOffice
    store: Store
    evidence: Evidence
    accounts: Accounts
    clock: WallClock
    sha: str
    build: Callable[[ApiSettings], FastAPI]
    app: FastAPI
    mailbox: Mailbox
    setup: Setup

    def client(self, app: FastAPI | None = None, *, address: str = "10.0.0.9") -> TestClient:
        """Somebody without a credential, from the network of the office."""
        return TestClient(
            app if app is not None else self.app,
            base_url=HOST,
            client=(address, 50000),
            raise_server_exceptions=False,
            follow_redirects=False,
        )

    def signed_in(self, role: Role, app: FastAPI | None = None) -> TestClient:
        """A browser of the account of this role."""
        client = self.client(app)
        secret, _ = self.accounts.sign_in(role.value, PASSWORD, "10.0.0.9", timedelta(hours=12))
        client.cookies.set("siaga_session", secret)
        client.headers["Origin"] = HOST
        return client

    def program(self, *scopes: str, role: Role = Role.ADMIN) -> TestClient:
        """A program with a token of these scopes."""
        _, secret = self.accounts.add_token(
            role.value, frozenset(scopes), timedelta(days=9), by="test"
        )
        client = self.client()
        client.headers["Authorization"] = f"Bearer {secret}"
        return client


def accounts_in(store: Store, wall: WallClock) -> Accounts:
    """Accounts with the cheapest hash there is."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Accounts(store, clock=wall, hasher=cheap)


@dataclass(frozen=True, slots=True)
class Furniture:
    """The folder of a house that nobody has entered yet, and the name of a picture of flag 1."""

    folder: Path
    sha: str


@pytest.fixture(scope="session")
def furniture(tmp_path_factory: pytest.TempPathFactory) -> Furniture:
    """Carried in once and copied for every test: hundreds of houses begin alike."""
    folder, wall = tmp_path_factory.mktemp("furniture"), WallClock()
    (folder / "reference").mkdir()
    (folder / "reference" / "hall_1.jpg").write_bytes(encode(Painter().image))
    text = OFFICE.replace("push = true", 'push = true\nreference = "reference/hall_1.jpg"')
    (folder / "office.toml").write_text(text, "utf-8")
    with open_store(folder, clock=wall) as store:
        accounts = accounts_in(store, wall)
        for role in Role:
            accounts.add(role.value, role, PASSWORD, by="test")
        return Furniture(folder, morning(store, Evidence(folder), FakeOffice()))


@pytest.fixture
def house(tmp_path: Path, furniture: Furniture) -> Iterator[House]:
    """A morning at 07:57: answers, records, one flag with two pictures, an account per role."""
    wall = WallClock()
    shutil.copytree(furniture.folder, tmp_path, dirs_exist_ok=True)
    with open_store(tmp_path, clock=wall) as store:
        office, evidence = FakeOffice(), Evidence(tmp_path)
        accounts = accounts_in(store, wall)

        def build(settings: ApiSettings) -> FastAPI:
            return create_app(
                office,
                store,
                evidence,
                settings,
                accounts=accounts,
                clock=wall,
                mailboxes=mailboxes,
                setup=setup,
                messages=FakeDesk(),
            )

        mailbox = Mailbox("hall_1", MailClock(wall))
        mailboxes = {"hall_1": mailbox}
        setup = setup_in(tmp_path, store, MailClock(wall), mailboxes)
        sha = furniture.sha
        app = build(ApiSettings())
        yield House(office, store, evidence, accounts, wall, sha, build, app, mailbox, setup)
        setup.close()


def morning(store: Store, evidence: Evidence, office: FakeOffice) -> str:
    """Remember the fake morning; returns the name of a picture of flag 1."""
    store.keep_layout(office.layout())
    store.keep_policy(office.policy(), clock(7, 0))
    late = fake_verdict()
    flag_id = store.open_flag(store.add_record(late), late, (clock(7, 54, 45), clock(7, 55, 15)))
    store.add_record(fake_verdict("loket_1", "FO-B1", Outcome.MET, None, status=Status.FINAL))
    dark = fake_verdict("loket_3", "FO-B1", Outcome.CANNOT_TELL, Reason.DARK, status=Status.FINAL)
    other = store.open_flag(store.add_record(dark), dark, (clock(7, 54, 45), clock(7, 55, 15)))
    sha = evidence.add(fake_picture("loket_2"))
    for second in (1, 2):
        sample = fake_sample("loket_2", clock(7, 55, second))
        store.add_flag_frame(flag_id, sample, sha, frame_wh=(640, 360))
    store.add_flag_frame(
        other,
        fake_sample("loket_3", clock(7, 55), camera="hall_2"),
        evidence.add(fake_picture("loket_3")),
    )
    for answer in office.readiness():
        store.add_readiness(DAY, answer)
    correspond(store)
    return sha
