"""An office at work behind its web door: what `siaga run` and `siaga demo` share."""

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn

from service.alarms import CameraAlarm
from service.api.app import close_streams, create_app
from service.api.door import ApiSettings
from service.assembly import build_office, open_eyes
from service.calendar import next_ready_at, plan_at, plan_day, review_due
from service.clock import Clock
from service.drawings import redrawn_at
from service.evidence import Evidence
from service.messages.desk import MessageDesk
from service.office import Office
from service.office_file import OfficeFile
from service.policy_versions import held_today
from service.readers import mailboxes_of, readers_of
from service.reviews import ReviewDesk
from service.runner import RunningOffice
from service.settings import Settings
from service.setup import Setup
from service.store import Retention, Store, open_store
from vision.errors import ConfigError
from vision.policy import Policy

log = logging.getLogger("siaga")

KEEP_ALIVE_S = 30
"""How long a connection may rest, seconds: a board asks every few, on the connection it has."""

SWEEP_S = 3600.0
"""How often the janitor looks for what has been kept long enough, seconds."""


def serve(
    settings: Settings,
    clock: Callable[[Store], Clock],
    *,
    data: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    demo: bool = False,
    ready: Callable[[str], None] = lambda url: None,
) -> int:
    """Serve an office until it is asked to stop (Ctrl-C, SIGTERM). `ready` is told the URL.

    Errors: ConfigError (port in use), StoreError, ModelError, PictureError: nothing is lost.
    """
    door = bind(host or settings.server.host, settings.server.port if port is None else port)
    folder = data or settings.data
    with door, open_store(folder, zone=settings.zone) as store:
        store.keep_layout(settings.layout)
        evidence = Evidence(folder)
        eyes = open_eyes()  # before a recording's clock runs: loading at speed would skip frames
        time = clock(store)
        waiting = waiting_policy(store, settings, time.now())
        if waiting is not None:
            settings = replace(settings, policy=waiting.held)
        store.keep_policy(settings.policy, time.now())
        redrawn = redrawn_at(store, settings, time.now())
        office = build_office(settings, eyes, store, evidence, redrawn)
        restore(office, store, settings, time.now())
        mailboxes = dict(mailboxes_of(settings, time))
        messages = MessageDesk(
            store.outbox,
            lambda: setup.settings,
            lambda at: plan_at(setup.settings.calendar, at),
            time,
        )

        def alarmed(alarm: CameraAlarm) -> None:
            keep_alarm(store, alarm)
            messages.alarmed(alarm)

        running = RunningOffice(
            settings,
            office,
            readers_of(settings, time, store.add_gap, mailboxes),
            time,
            store,
            lambda at: next_ready_at(setup.settings.calendar, at),
            on_alarm=alarmed,
            on_gap=store.add_gap,
            on_beat=messages.beat,
        )
        if waiting is not None:
            running.follow_policy(waiting.chosen, waiting.since)
        api = ApiSettings(
            demo=demo,
            secure_cookies=settings.server.secure_cookie,
            trusted_origins=settings.server.trusted_origins,
        )
        setup = Setup(
            file=OfficeFile(settings.path),
            settings=settings,
            running=running,
            eyes=eyes,
            memory=store,
            clock=time,
            mailboxes=mailboxes,
            waiting=None if waiting is None else (waiting.chosen, waiting.since),
        )
        app = create_app(
            running,
            store,
            evidence,
            api,
            mailboxes=mailboxes,
            plan_of=lambda day: plan_day(setup.settings.calendar, day),
            setup=None if demo else setup,
            messages=messages,
        )
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_keep_alive=KEEP_ALIVE_S,
            )
        )
        stopping = threading.Event()
        janitor = threading.Thread(
            target=keep_house,
            args=(store, evidence, lambda: setup.settings, time, stopping),
            daemon=True,
        )
        running.start()
        janitor.start()
        messages.start(running)
        try:
            door.listen()  # before the URL is told: a quick client must not be refused
            shown, number = door.getsockname()[:2]
            ready(f"http://{shown}:{number}/")
            server.run(sockets=[door])
        finally:
            stopping.set()
            setup.close()
            running.stop()
            messages.stop()
    return 0


class _Server(uvicorn.Server):
    """uvicorn, but a signal also ends the event streams, which it would wait for, and is not raised
    once more afterwards, which would kill the process before the office is safe on disk."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop serving."""
        self.should_exit = True
        close_streams(self.config.app)  # type: ignore[arg-type]


def bind(host: str, port: int) -> socket.socket:
    """The socket to listen on. Errors: ConfigError in one sentence."""
    door = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # the protocol said aloud: asyncio sends small answers at once only then
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise ConfigError(
            f"server.port: expected {host}:{port} to be free, got: {error.strerror}; "
            "stop what listens there or choose another port"
        ) from None
    return door


@dataclass(frozen=True, slots=True)
class WaitingPolicy:
    """A policy that was chosen today, and the one that today's verdicts cite until midnight."""

    chosen: Policy
    held: Policy
    since: datetime


def waiting_policy(store: Store, settings: Settings, now: datetime) -> WaitingPolicy | None:
    """What a restart must not take up in the middle of a day."""
    plan = plan_at(settings.calendar, now)
    cited = {record.verdict.policy for record in store.standing(plan.day, at=now)}
    held = held_today(store.policies(), cited, settings.policy)
    if held is None:
        return None
    return WaitingPolicy(settings.policy, held, plan.spans[-1].until)


def restore(office: Office, store: Store, settings: Settings, now: datetime) -> None:
    """Bring the office to where it stood when it was stopped, killed or cut off today."""
    judged_to = store.get_meta("judged_to")
    if judged_to is None:
        return
    until = datetime.fromisoformat(judged_to)
    plan = plan_at(settings.calendar, now)
    if not plan.spans[0].since <= until <= now:
        return
    standing = store.standing(plan.day, at=until)
    flags = store.flag_ids(plan.day, at=now)
    office.restore(
        store.samples(office.needs_from(until), now + timedelta(seconds=1)),
        until,
        [record.verdict for record in standing],
        store.readiness(plan.day, at=until),
        flags,
    )


def keep_alarm(store: Store, alarm: CameraAlarm) -> None:
    """A row in the audit log: that a camera was alarmed, and when somebody could have known."""
    detail: dict[str, object] = {
        "state": alarm.state.value,
        "since": alarm.since.isoformat(),
        "detail": alarm.detail,
    }
    act = "camera.alarm" if alarm.raised else "camera.well"
    store.audit("siaga", act, f"camera/{alarm.camera}", detail, at=alarm.at)


def keep_house(
    store: Store,
    evidence: Evidence,
    settings: Callable[[], Settings],
    clock: Clock,
    stopping: threading.Event,
) -> None:
    """Remove what has been kept long enough, every hour of the machine, by the office's time.

    `settings` are asked each time: they may be changed while the office works.
    """
    while True:
        now_set = settings()
        kept = now_set.retention
        retention = Retention(
            picture_days=kept.crop_days,
            picture_gb=kept.evidence_gb,
            sample_days=kept.samples_days,
            record_days=kept.rows_days,
        )
        due_of = partial(review_due, partial(plan_day, now_set.calendar))
        desk = ReviewDesk(store, now_set.policy, due_of, clock.now())
        log.info("janitor: no longer waits for a review: %s", desk.settle())
        for contest in desk.late_contests():
            log.warning(
                "contest %d about flag %d was to be answered by %s; see /contests",
                contest.contest_id,
                contest.flag_id,
                contest.due_at.isoformat(),
            )
        log.info("janitor: %s", store.sweep(clock.now(), retention, evidence))
        if stopping.wait(SWEEP_S):
            return
