"""What goes and what stays, on a real folder with a made-up clock: the effect, not the call."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from service.evidence import Evidence
from service.store import Retention, Store
from tests.fakes_office import clock, fake_policy, fake_sample, fake_verdict
from tests.service.cases import contested, reviewed
from tests.stores import new_store
from vision.values import Gap, Outcome, Reason, Slot, Status

WINDOW = (clock(7, 54, 45), clock(7, 55, 15))
ENDLESS = Retention(picture_gb=None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with new_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """An empty evidence folder in the same data folder."""
    return Evidence(tmp_path)


def flagged(
    store: Store,
    evidence: Evidence,
    at: datetime,
    picture: bytes,
    counter: str = "loket_2",
    *,
    closed: bool = True,
) -> tuple[int, str]:
    """A flag of `at` with one picture: its id and the picture's name."""
    verdict = fake_verdict(counter, decided_at=at)
    flag_id = store.open_flag(store.add_record(verdict), verdict, (at, at))
    sha = evidence.add(picture)
    store.add_flag_frame(flag_id, fake_sample(counter, at), sha)
    if closed:
        reviewed(store, flag_id, at + timedelta(hours=1))
    return flag_id, sha


def test_old_pictures_go_and_young_ones_stay(store: Store, evidence: Evidence) -> None:
    """P-07: 14 days, and the row says when and by which rule."""
    now = clock(9, 0)
    old_flag, old = flagged(store, evidence, now - timedelta(days=15), b"old")
    _, young = flagged(store, evidence, now - timedelta(days=13), b"young")
    swept = store.sweep(now, ENDLESS, evidence)
    assert swept.pictures == ((old, "picture_days"),)
    assert swept.picture_bytes == 3
    assert not evidence.exists(old)
    assert evidence.exists(young)
    (frame,) = store.flag(old_flag).frames
    assert (frame.removed_at, frame.removed_rule) == (now, "picture_days")
    assert store.flag(old_flag).records[0].verdict.clause == "FO-B1"


def test_a_dry_run_says_what_would_go_and_removes_nothing(store: Store, evidence: Evidence) -> None:
    """The administrator looks before it happens."""
    now = clock(9, 0)
    _, old = flagged(store, evidence, now - timedelta(days=400), b"old")
    store.add_samples([fake_sample(at=now - timedelta(days=400))])
    would = store.sweep(now, ENDLESS, evidence, dry_run=True)
    assert would.pictures == ((old, "picture_days"),)
    assert would.rows["sample"] == 1
    assert evidence.exists(old)
    assert len(list(store.samples(now - timedelta(days=500), now))) == 1
    done = store.sweep(now, ENDLESS, evidence)
    assert done.pictures == would.pictures
    assert not evidence.exists(old)


def test_gigabytes_take_the_oldest_first_and_never_what_is_pinned(
    store: Store, evidence: Evidence
) -> None:
    """R7: verdict rows go on, open and contested flags keep their pictures."""
    now = clock(9, 0)
    hours = [now - timedelta(hours=h) for h in (50, 40, 30, 20, 10)]
    _, opened = flagged(store, evidence, hours[0], b"a" * 1000, closed=False)
    contested_flag, disputed = flagged(store, evidence, hours[1], b"b" * 1000)
    contested(store, contested_flag, now)
    _, oldest = flagged(store, evidence, hours[2], b"c" * 1000)
    _, older = flagged(store, evidence, hours[3], b"d" * 1000)
    _, young = flagged(store, evidence, hours[4], b"e" * 1000)
    swept = store.sweep(now, Retention(picture_gb=3.5e-6), evidence)
    assert swept.pictures == ((oldest, "picture_gb"), (older, "picture_gb"))
    assert [evidence.exists(s) for s in (opened, disputed, young)] == [True, True, True]
    assert swept.over_bytes == 0
    swept = store.sweep(now, Retention(picture_gb=1e-6), evidence)
    assert swept.pictures == ((young, "picture_gb"),)
    assert swept.over_bytes == 1000


def test_an_open_flag_is_pinned_no_longer_than_its_days(store: Store, evidence: Evidence) -> None:
    """A flag nobody reviews does not keep a picture for ever."""
    now = clock(9, 0)
    _, forgotten = flagged(store, evidence, now - timedelta(days=15), b"x", closed=False)
    store.sweep(now, ENDLESS, evidence)
    assert not evidence.exists(forgotten)


def test_a_policy_goes_once_no_record_can_cite_it(store: Store, evidence: Evidence) -> None:
    """Its text explains records, so it stays as long as they do; the one in force never goes."""
    now = clock(9, 0)
    day = timedelta(days=1)
    first, second, third = (replace(fake_policy(), version=f"2024.{n}") for n in (1, 2, 3))
    store.keep_policy(first, now - 900 * day)
    store.keep_policy(second, now - 600 * day)
    store.keep_policy(third, now - 380 * day)
    flagged(store, evidence, now - 400 * day, b"x")
    store.add_record(fake_verdict(decided_at=now - 200 * day))
    flag_id, _ = flagged(store, evidence, now - 390 * day, b"in dispute")
    contested(store, flag_id, now)
    swept = store.sweep(now, ENDLESS, evidence)
    assert swept.rows["policy"] == 1
    assert [one.citation for one in store.policies()] == [third.citation, second.citation]
    reviewed(store, flag_id, now, contest_id=1)
    assert store.sweep(now + 31 * day, ENDLESS, evidence).rows["policy"] == 1
    assert [one.citation for one in store.policies()] == [third.citation]


def test_contested_pictures_stay_until_thirty_days_after_the_answer(
    store: Store, evidence: Evidence
) -> None:
    """R10: evidence must not vanish during a dispute."""
    now = clock(9, 0)
    flag_id, sha = flagged(store, evidence, now, b"x")
    contest_id = contested(store, flag_id, now)
    store.sweep(now + timedelta(days=200), ENDLESS, evidence)
    assert evidence.exists(sha)
    reviewed(store, flag_id, now + timedelta(days=200), contest_id=contest_id)
    store.sweep(now + timedelta(days=229), ENDLESS, evidence)
    assert evidence.exists(sha)
    store.sweep(now + timedelta(days=231), ENDLESS, evidence)
    assert not evidence.exists(sha)


def test_a_picture_of_two_flags_stays_as_long_as_one_holds_it(
    store: Store, evidence: Evidence
) -> None:
    """Naming by content makes two pictures one file."""
    now = clock(9, 0)
    flagged(store, evidence, now - timedelta(days=20), b"same")
    _, sha = flagged(store, evidence, now - timedelta(days=2), b"same", "loket_1")
    assert store.sweep(now, ENDLESS, evidence).pictures == ()
    assert evidence.exists(sha)


def test_pictures_of_the_sample_stay_where_the_day_ended_as_met_and_go_elsewhere(
    store: Store, evidence: Evidence
) -> None:
    """How a span ends is not known while its pictures are taken; P-07 keeps of MET no more."""
    at = clock(7, 56)
    for clause, outcomes in (
        ("FO-C2a", (Outcome.NOT_MET, Outcome.MET)),
        ("FO-C2b", (Outcome.MET, Outcome.NOT_MET)),
        ("FO-C2f", ()),
        ("FO-B1", (Outcome.NOT_MET,)),
    ):
        for n, outcome in enumerate(outcomes):
            reason = None if outcome is Outcome.MET else Reason.PRESENT_OBJECT
            verdict = fake_verdict(
                "loket_2", clause, outcome, reason, at + timedelta(seconds=n), status=Status.FINAL
            )
            store.add_record(verdict)
        sha = evidence.add(clause.encode())
        store.add_met_picture(at.date(), clause, Slot.READY, at, "loket_2", sha)
    _, shared = flagged(store, evidence, at, b"FO-B1")
    names = [sha256(c.encode()).hexdigest() for c in ("FO-C2a", "FO-C2b", "FO-C2f")]
    assert store.sweep(at + timedelta(hours=12), ENDLESS, evidence).pictures == ()
    later = at + timedelta(days=2)
    would = store.sweep(later, ENDLESS, evidence, dry_run=True)
    swept = store.sweep(later, ENDLESS, evidence)
    assert would.pictures == swept.pictures
    assert set(swept.pictures) == {(names[1], "not_met"), (names[2], "not_met")}
    assert evidence.exists(names[0])
    assert evidence.exists(shared), "a flag still holds it"
    (row,) = store.rechecks.of_picture(names[1])
    assert (row.removed_at, row.removed_rule) == (later, "not_met")
    swept = store.sweep(at + timedelta(days=15), ENDLESS, evidence)
    assert set(swept.pictures) == {(names[0], "picture_days"), (shared, "picture_days")}
    assert store.sweep(at + timedelta(days=400), ENDLESS, evidence).rows["met_picture"] == 4


def test_gigabytes_reach_the_pictures_of_the_sample(store: Store, evidence: Evidence) -> None:
    """They are pinned by nobody, and the oldest goes first whoever holds it."""
    now = clock(9, 0)
    day = now.date()
    store.add_record(fake_verdict("loket_2", "FO-C2a", Outcome.MET, None, now))
    first = evidence.add(b"a" * 1000)
    store.add_met_picture(day, "FO-C2a", Slot.READY, now - timedelta(hours=2), "loket_2", first)
    _, second = flagged(store, evidence, now - timedelta(hours=1), b"b" * 1000)
    swept = store.sweep(now, Retention(picture_gb=1.5e-6), evidence)
    assert swept.pictures == ((first, "picture_gb"),)
    assert evidence.exists(second)


def test_a_year_in_one_run_leaves_what_is_young_enough(store: Store, evidence: Evidence) -> None:
    """400 days at once, counted by kind; a clock set back removes nothing."""
    start = clock(8, 0)
    for day in range(400):
        at = start + timedelta(days=day)
        flagged(store, evidence, at, f"{day}".encode())
        store.add_samples([fake_sample(at=at)])
        store.add_gap(Gap("hall_1", at, at + timedelta(seconds=9), Reason.NO_SIGNAL))
        store.audit("siaga", "day", str(day), at=at)
        store.add_record(fake_verdict("loket_1", "FO-B1", Outcome.MET, None, at))
    now = start + timedelta(days=399, hours=1)
    retention = Retention(picture_gb=None, record_days=366, audit_days=100)
    assert store.sweep(start - timedelta(days=9), retention, evidence).rows == {}
    swept = store.sweep(now, retention, evidence)
    assert len(swept.pictures) == 386
    assert len(list(evidence.kept())) == 14
    assert swept.rows == {
        "sample": 386,
        "flag_frame": 34,
        "flag_record": 34,
        "flag": 34,
        "review": 34,
        "record": 68,
        "gap": 34,
        "audit": 300,
    }
    assert store.verify_audit() is None
    again = store.sweep(now, retention, evidence)
    assert (again.pictures, again.rows) == ((), {})


def test_files_without_a_row_go_and_rows_without_a_file_are_named(
    store: Store, evidence: Evidence
) -> None:
    """R4: rows and files that parted find each other again, but a picture just written stays."""
    now = clock(9, 0)
    flag_id, lost = flagged(store, evidence, now, b"lost")
    evidence.delete(lost)
    orphan, fresh = evidence.add(b"orphan"), evidence.add(b"fresh")
    for sha, age in ((orphan, timedelta(hours=2)), (fresh, timedelta(minutes=1))):
        written = (now - age).timestamp()
        os.utime(evidence.folder / sha[:2] / f"{sha[2:]}.jpg", (written, written))
    swept = store.sweep(now, ENDLESS, evidence)
    assert swept.pictures == ((orphan, "orphan"),)
    assert swept.missing == (lost,)
    assert store.flag(flag_id).frames[0].removed_rule == "missing"
    assert evidence.exists(fresh)


def test_a_sweep_leaves_a_heartbeat(store: Store, evidence: Evidence) -> None:
    """R1: a job that never ran must not look like one that had nothing to do."""
    store.sweep(clock(9, 0), ENDLESS, evidence, dry_run=True)
    assert store.get_meta("sweep.last_at") is None
    store.sweep(clock(9, 0), ENDLESS, evidence)
    assert store.get_meta("sweep.last_at") == clock(9, 0).isoformat()
