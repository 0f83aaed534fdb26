"""`GET /api/v1/readiness` with eight counters and a year of verdicts in SQLite.

A real store (250 working days, a record per counter, clause and slot, an answer per counter and
day), a running office restored from its samples at three minutes past opening, uvicorn on the
socket that `siaga run` makes, in a process of its own. One client asks with a token, one request
after the other over one connection: for now, and for a morning half a year ago. The times are wall
times at the client; the goal is for the slowest one in a hundred.
"""

import http.client
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import numpy as np
import uvicorn

from service.accounts import Accounts, Role
from service.api import create_app
from service.assembly import build_office
from service.calendar import next_ready_at, plan_at
from service.clock import RecordingClock
from service.evidence import Evidence
from service.measuring import Figure, Spent, cpu_s_of, write_office
from service.runner import RunningOffice
from service.serving import bind, restore
from service.settings import Settings, load_settings
from service.store import Store, codec, open_store, tables
from vision.eyes import Eyes
from vision.labels import Label
from vision.values import (
    Box,
    Detections,
    Image,
    Legibility,
    Observation,
    Outcome,
    Readiness,
    ReadyState,
    Reason,
    Sample,
    Slot,
    Status,
    Verdict,
    View,
)

GOAL_MS = 20.0
DAYS = 250
REQUESTS = 500
WARM_UP = 50
COUNTERS = 8
NOW = datetime.fromisoformat("2026-11-24T08:03:00+07:00")
STARTS_IN_S = 120.0


def measure(
    models: Path | None = None, days: int = DAYS, requests: int = REQUESTS
) -> list[Figure]:
    """Median and 99th percentile, now and of an earlier day."""
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="siaga-bench-") as folder:
        row_count = _fill(Path(folder), days)
        note = f"{row_count} records"
        with _office(Path(folder)) as (pid, url, token):
            earlier = NOW - timedelta(days=min(182, days))
            for when, query in (("now", ""), ("earlier", f"?at={quote(earlier.isoformat())}")):
                before = cpu_s_of(pid)
                with Spent.on() as spent:
                    each_ms = _asked(url, token, query, requests)
                spent.cpu_s += cpu_s_of(pid) - before
                p99 = float(np.percentile(each_ms, 99))
                p50 = statistics.median(each_ms)
                figures += [
                    spent.figure(
                        "readiness", f"{when}, p99", each_ms, "ms", GOAL_MS, value=p99, note=note
                    ),
                    spent.figure(
                        "readiness", f"{when}, p50", each_ms, "ms", None, value=p50, note=note
                    ),
                ]
    return figures


def _asked(url: str, token: str, query: str, count: int) -> list[float]:
    """Milliseconds of each request, after some that do not count."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    each_ms: list[float] = []
    for _ in range(WARM_UP + count):
        began = time.perf_counter()
        connection.request(
            "GET", f"/api/v1/readiness{query}", headers={"Authorization": f"Bearer {token}"}
        )
        answer = connection.getresponse()
        body = answer.read()
        each_ms.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"expected an answer, got {answer.status}: {body[:300]!r}")
    connection.close()
    return each_ms[WARM_UP:]


# --- the office behind the door ------------------------------------------------------------------


@contextmanager
def _office(folder: Path) -> Iterator[tuple[int, str, str]]:
    """The office in a process of its own: its id, its URL and a token for it."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(folder, there))
    process.start()
    there.close()
    try:
        if not here.poll(STARTS_IN_S):
            raise TimeoutError("the office did not start")
        url, token = here.recv()
        assert process.pid is not None
        yield process.pid, url, token
    finally:
        here.close()  # the office ends when nobody holds the other end
        process.join(timeout=20)
        if process.is_alive():
            process.terminate()
            process.join()


def _serve(folder: Path, asker: Connection) -> None:
    settings = load_settings(folder / "office.toml")
    clock = RecordingClock.starting_now(NOW, NOW, 1.0)
    with bind("127.0.0.1", 0) as door, open_store(settings.data, zone=settings.zone) as store:
        evidence = Evidence(settings.data)
        office = build_office(settings, _blind(), store, evidence)
        restore(office, store, settings, NOW)
        running = RunningOffice(
            settings,
            office,
            lambda _ring: {},
            clock,
            store,
            lambda at: next_ready_at(settings.calendar, at),
            worker_count=1,
        )
        accounts = Accounts(store)
        accounts.add("bench", Role.SUPERVISOR, "kopi tubruk pagi", by="bench")
        _, token = accounts.add_token("bench", frozenset({"board"}), timedelta(days=1), by="bench")
        app = create_app(running, store, evidence, accounts=accounts)
        server = _Server(asker, uvicorn.Config(app, log_config=None, access_log=False))
        running.start()
        door.listen()  # from now on a client may come
        try:
            asker.send((f"http://127.0.0.1:{door.getsockname()[1]}", token))
            server.run(sockets=[door])
        finally:
            running.stop()


class _Server(uvicorn.Server):
    """uvicorn that stops when its asker has gone."""

    def __init__(self, asker: Connection, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._asker = asker

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if counter % 10 == 0 and self._asker.poll():
            return True
        return await super().on_tick(counter)


class _Blind:
    """A network and a reader that see nothing: no frame comes."""

    model = "none@0"

    def detect(self, image: Image) -> Detections:
        """Nothing."""
        return Detections.none(self.model)

    def read(self, card: Image) -> Legibility:
        """Nothing."""
        return Legibility(0.0, 0.0, 0)


def _blind() -> Eyes:
    return Eyes(_Blind(), _Blind(), _Blind(), _Blind())


# --- a year of verdicts --------------------------------------------------------------------------


def _fill(folder: Path, days: int) -> int:
    """An office.toml and its data folder with so many days and this morning; records written."""
    settings = load_settings(
        write_office(folder, zone="Asia/Jakarta", camera_count=4, counter_count=COUNTERS)
    )
    records: list[dict[str, object]] = []
    answers: list[dict[str, object]] = []
    with open_store(settings.data, zone=settings.zone) as store:
        store.keep_layout(settings.layout)
        for back in range(days):
            for counter in settings.layout.counters:
                verdicts = list(_verdicts(settings, counter.counter, back))
                records += [_record_row(store, verdict) for verdict in verdicts]
                answers.append(_answer_row(store, counter.counter, verdicts, back))
        with store.database.write() as connection:
            connection.execute(tables.record.insert(), records)
            connection.execute(tables.readiness.insert(), answers)
        for at in _moments(settings):
            store.add_samples(
                [_sample(c.counter, c.camera, at) for c in settings.layout.counters]
            )
        store.put_meta("judged_to", NOW.isoformat())
    return len(records)


def _verdicts(settings: Settings, counter: str, back: int) -> Iterator[Verdict]:
    """What was decided about a counter so many days ago: a record per clause and slot."""
    policy = settings.policy
    ready_at = NOW.replace(hour=7, minute=55) - timedelta(days=back)
    for number, rule in enumerate(policy.rules_for("FO")):
        for slot in sorted(rule.slots & {Slot.READY, Slot.OPEN, Slot.OPEN_2}):
            late = (back + number) % 9 == 0
            yield Verdict(
                counter=counter,
                clause=rule.clause,
                slot=slot,
                outcome=Outcome.NOT_MET if late else Outcome.MET,
                reason=Reason.LATE if late else None,
                status=Status.PROVISIONAL if late else Status.FINAL,
                since=ready_at - timedelta(minutes=5),
                decided_at=ready_at,
                frames_expected=60,
                frames_usable=58,
                frames_used=58,
                policy=policy.citation,
                layout=settings.layout.version,
                models="scene@1 attire@1",
            )


def _record_row(store: Store, verdict: Verdict) -> dict[str, object]:
    return {
        "day": store.day_of(verdict.decided_at).isoformat(),
        "counter": verdict.counter,
        "clause": verdict.clause,
        "slot": verdict.slot.value,
        "outcome": verdict.outcome.value,
        "decided_at": codec.micros(verdict.decided_at),
        "body": codec.verdict_body(verdict),
    }


def _answer_row(
    store: Store, counter: str, verdicts: list[Verdict], back: int
) -> dict[str, object]:
    at = NOW.replace(hour=7, minute=55) - timedelta(days=back)
    against = [v for v in verdicts if v.slot is Slot.READY and v.outcome is Outcome.NOT_MET]
    state = ReadyState.NO_GO if against else ReadyState.GO
    answer = Readiness(counter, state, tuple(against), (), at)
    return {
        "day": store.day_of(at).isoformat(),
        "counter": counter,
        "state": answer.state.value,
        "decided_at": codec.micros(at),
        "body": codec.readiness_body(answer),
    }


def _moments(settings: Settings) -> Iterator[datetime]:
    """Each five seconds from this morning's first look until now."""
    at = plan_at(settings.calendar, NOW).looks_from or NOW
    while at < NOW:
        yield at
        at += timedelta(seconds=5)


def _sample(counter: str, camera: str, at: datetime) -> Sample:
    """Somebody with a card at a clear desk; at the third counter nobody."""
    there = counter != "FO-3"
    person = Box(Label.PERSON, (400.0, 60.0, 560.0, 220.0), 0.91)
    card = Box(Label.ID_CARD, (470.0, 150.0, 491.0, 180.0), 0.82)
    absent = Observation(counter, "staff_present", at, Outcome.NOT_MET, Reason.ABSENT, 0.9)
    present = replace(absent, outcome=Outcome.MET, reason=None, basis=(person,))
    clear = replace(present, check="desk_clear", basis=())
    worn = replace(present, check="badge_worn", basis=(card,))
    seen = (worn, clear, present) if there else (clear, absent)
    return Sample(counter, camera, at, View(118.5, 0.01, 0.94, 0.0, 0.0, frozen=False), seen)
