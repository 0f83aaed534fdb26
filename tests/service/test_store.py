"""The memory of an office, asked on a real SQLite file."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from threading import Thread

import pytest
from sqlalchemy import text

from service.policies import STANDARDS, parse_policy
from service.store import (
    Case,
    FlagFilter,
    Migrations,
    Order,
    RecordFilter,
    Store,
    open_store,
)
from service.store.codec import dumps
from service.store.tables import METADATA, REVISION
from tests.fakes_office import (
    DAY,
    FakeOffice,
    clock,
    fake_layout,
    fake_sample,
    fake_verdict,
)
from tests.service.cases import reviewed
from tests.stores import new_store
from vision.errors import StoreError
from vision.labels import Label
from vision.values import Gap, Outcome, ReadyState, Reason, Slot, Status

ROOT = Path(__file__).parents[2]
WINDOW = (clock(7, 54, 45), clock(7, 55, 15))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with new_store(tmp_path / "data") as opened:
        yield opened


def test_samples_come_back_as_they_were_in_order_of_time(store: Store) -> None:
    """The state after a crash is recomputed from them."""
    kept = [fake_sample("loket_2", clock(7, 50, second)) for second in range(5)] + [
        fake_sample("loket_1", clock(7, 50, second)) for second in range(5)
    ]
    store.add_samples(kept)
    back = list(store.samples(clock(7, 50), clock(7, 51)))
    assert back == sorted(kept, key=lambda s: (s.captured_at, s.counter))
    assert list(store.samples(clock(7, 50, 1), clock(7, 50, 3), "loket_1")) == kept[6:8]


def test_many_samples_are_read_in_batches_without_loss(store: Store) -> None:
    """Batches meet inside one instant; none is lost or doubled there."""
    kept = [
        fake_sample(f"loket_{n}", clock(7, 0) + timedelta(seconds=second))
        for second in range(700)
        for n in range(7)
    ]
    store.add_samples(kept)
    assert list(store.samples(clock(7, 0), clock(9, 0))) == kept


def test_the_same_sample_again_is_kept_once(store: Store) -> None:
    """A recording played again after a crash must not double its frames."""
    store.add_samples([fake_sample()])
    store.add_samples([fake_sample(), fake_sample("loket_1")])
    assert len(list(store.samples(clock(7, 0), clock(9, 0)))) == 2


def test_a_sample_that_speaks_of_another_counter_is_refused(store: Store) -> None:
    """It would come back as something else."""
    with pytest.raises(ValueError, match="same counter and frame"):
        store.add_samples([replace(fake_sample(), counter="loket_1")])


def test_a_verdict_comes_back_whole(store: Store) -> None:
    """Every field of docs/standard.md 3.5 is kept."""
    verdict = replace(
        fake_verdict(seen=(Label.CUP, Label.PHONE)),
        proposal=Outcome.NOT_MET,
        side_reasons=(Reason.DARK, Reason.OCCLUDED),
    )
    record = store.record(store.add_record(verdict))
    assert record.verdict == verdict
    assert record.day == DAY


def test_the_same_verdict_again_is_the_same_record(store: Store) -> None:
    """A restarted office decides its morning again and must not double it."""
    first, second = fake_verdict(), fake_verdict(decided_at=clock(7, 56))
    ids = [store.add_record(v) for v in (first, second, first, second)]
    assert ids == [1, 2, 1, 2]


def test_a_record_may_belong_to_an_earlier_day(store: Store) -> None:
    """A review the next morning is about the day before."""
    record_id = store.add_record(fake_verdict(), date(2026, 11, 23))
    assert store.record(record_id).day == date(2026, 11, 23)


def test_records_are_paged_by_cursor_from_either_end(store: Store) -> None:
    """A page never overlaps the one before, also while new records come in."""
    ids = [store.add_record(fake_verdict(decided_at=clock(8, minute))) for minute in range(7)]
    newest = store.records(limit=3)
    store.add_record(fake_verdict(decided_at=clock(9, 0)))
    beyond = store.records(after=newest[-1].record_id, limit=10)
    assert [r.record_id for r in (*newest, *beyond)] == ids[::-1]
    oldest = store.records(limit=2, order=Order.OLDEST)
    assert [r.record_id for r in oldest] == ids[:2]
    assert store.records(after=ids[1], limit=1, order=Order.OLDEST)[0].record_id == ids[2]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (RecordFilter(), [3, 2, 1]),
        (RecordFilter(counter="loket_1"), [2]),
        (RecordFilter(clause="FO-A6"), [3]),
        (RecordFilter(outcome=Outcome.MET), [2]),
        (RecordFilter(day=DAY), [3, 2, 1]),
        (RecordFilter(day=date(2026, 11, 25)), []),
        (RecordFilter(since=clock(8, 0)), [3]),
        (RecordFilter(until=clock(8, 0)), [2, 1]),
        (RecordFilter(among=frozenset({"loket_1"})), [2]),
        (RecordFilter(among=frozenset()), []),
    ],
    ids=lambda value: str(value)[:60],
)
def test_records_are_chosen_by(store: Store, chosen: RecordFilter, expected: list[int]) -> None:
    """Each filter alone."""
    store.add_record(fake_verdict())
    store.add_record(fake_verdict("loket_1", "FO-B1", Outcome.MET, None))
    store.add_record(fake_verdict("loket_2", "FO-A6", decided_at=clock(8, 0), slot=Slot.OPEN))
    assert [r.record_id for r in store.records(chosen)] == expected


def test_the_newest_record_of_each_slot_stands(store: Store) -> None:
    """And what stood at an earlier instant can still be asked."""
    first = store.add_record(fake_verdict())
    other = store.add_record(fake_verdict("loket_1"))
    later = store.add_record(
        fake_verdict("loket_2", "FO-B1", Outcome.MET, None, clock(7, 58), status=Status.FINAL)
    )
    store.add_record(fake_verdict(), date(2026, 11, 23))
    assert [r.record_id for r in store.standing(DAY)] == [other, later]
    assert [r.record_id for r in store.standing(DAY, at=clock(7, 57))] == [first, other]
    assert [r.record_id for r in store.standing(DAY, counter="loket_2")] == [later]


def test_readiness_is_written_once_per_counter_and_day(store: Store) -> None:
    """A restart at T-4 must not change the answer of T-5."""
    go, no_go, dark = FakeOffice().readiness()
    assert [store.add_readiness(DAY, answer) for answer in (go, no_go, dark)] == [True] * 3
    assert not store.add_readiness(DAY, no_go)
    with pytest.raises(StoreError, match="never rewritten"):
        store.add_readiness(DAY, replace(no_go, state=ReadyState.GO, against=()))
    assert store.readiness(DAY) == (go, no_go, dark)
    assert store.readiness(DAY, at=clock(7, 54)) == ()
    assert store.readiness(date(2026, 11, 25)) == ()


def test_a_repeated_verdict_joins_the_open_flag(store: Store) -> None:
    """One thing to look at is one flag, however often it is seen."""
    first = store.add_record(fake_verdict())
    again = store.add_record(fake_verdict(decided_at=clock(7, 58)))
    flag_id = store.open_flag(first, fake_verdict(), WINDOW)
    assert store.open_flag(first, fake_verdict(), WINDOW) == flag_id
    later = (clock(7, 57, 45), clock(7, 58, 15))
    assert store.open_flag(again, fake_verdict(decided_at=clock(7, 58)), later) == flag_id
    detail = store.flag(flag_id)
    assert [r.record_id for r in detail.records] == [first, again]
    assert detail.flag.window == (WINDOW[0], later[1])
    assert store.record(again).flag_id == flag_id
    assert store.latest_records([flag_id])[flag_id].record_id == again


def test_after_a_flag_is_closed_a_new_verdict_opens_another(store: Store) -> None:
    """What was decided stays decided; what happens later is looked at anew."""
    flag_id = store.open_flag(store.add_record(fake_verdict()), fake_verdict(), WINDOW)
    reviewed(store, flag_id, clock(8, 30), Case.OVERTURNED)
    verdict = fake_verdict(decided_at=clock(9, 0))
    other = store.open_flag(store.add_record(verdict), verdict, WINDOW)
    assert other != flag_id
    assert [f.flag_id for f in store.flags(FlagFilter(open=True))] == [other]
    assert [f.flag_id for f in store.flags(FlagFilter(open=False))] == [flag_id]
    assert store.flag(flag_id).flag.closed_as == "overturned"
    key = ("loket_2", "FO-B1", Slot.READY)
    assert store.flag_ids(DAY, at=clock(8, 0)) == {key: flag_id}
    assert store.flag_ids(DAY, at=clock(10, 0)) == {key: other}
    assert store.flag_ids(DAY, at=clock(7, 0)) == {}


def test_met_is_never_flagged(store: Store) -> None:
    """No picture is kept of a clause that was met (P-07)."""
    met = fake_verdict("loket_1", "FO-B1", Outcome.MET, None)
    with pytest.raises(ValueError, match="got MET"):
        store.open_flag(store.add_record(met), met, WINDOW)


def test_an_unknown_object_is_a_key_error(store: Store) -> None:
    """Whoever asks gets 404."""
    for ask in (
        lambda: store.record(9),
        lambda: store.flag(9),
        lambda: store.open_flag(9, fake_verdict(), WINDOW),
        lambda: store.reviews.history(9),
        lambda: store.add_flag_frame(9, fake_sample(), "ab" * 32),
    ):
        with pytest.raises(KeyError):
            ask()


def test_a_flag_keeps_its_frames_with_all_they_said(store: Store) -> None:
    """Replay needs boxes, observations and the place of the picture in its frame."""
    flag_id = store.open_flag(store.add_record(fake_verdict()), fake_verdict(), WINDOW)
    second, first = (fake_sample(at=clock(7, 55, s)) for s in (2, 1))
    for sample in (second, first, first):
        store.add_flag_frame(
            flag_id, sample, "ab" * 32, frame_wh=(1280, 720), crop_xyxy=(0, 60, 640, 420)
        )
    frames = store.flag(flag_id).frames
    assert [f.sample for f in frames] == [first, second]
    assert frames[0].frame_wh == (1280, 720)
    assert frames[0].crop_xyxy == (0, 60, 640, 420)
    (held,) = {picture.flag_id for picture in store.flags_of_picture("ab" * 32)}
    assert held == flag_id
    assert store.pictures_of(DAY, at=clock(7, 56)) == {"loket_2": ("ab" * 32, clock(7, 55, 2))}
    assert store.flags_of_picture("cd" * 32) == ()


def test_flags_are_paged_and_chosen(store: Store) -> None:
    """The list of a busy day stays small."""
    for n in range(5):
        verdict = fake_verdict(f"loket_{n}")
        store.open_flag(store.add_record(verdict), verdict, WINDOW)
    first = store.flags(limit=2)
    assert [f.flag_id for f in first] == [5, 4]
    assert [f.flag_id for f in store.flags(after=4, limit=2)] == [3, 2]
    assert [f.flag_id for f in store.flags(FlagFilter(counter="loket_3", day=DAY))] == [4]
    assert [f.flag_id for f in store.flags(FlagFilter(among=frozenset({"loket_0"})))] == [1]
    assert store.flags(FlagFilter(since=clock(8, 0))) == ()


def test_gaps_that_touch_the_span_come_back(store: Store) -> None:
    """A gap that went on is told again with its new end and stays one gap."""
    store.add_gap(Gap("hall_1", clock(7, 50), clock(7, 51), Reason.NO_SIGNAL))
    store.add_gap(Gap("hall_1", clock(7, 50), clock(7, 53), Reason.NO_SIGNAL))
    store.add_gap(Gap("hall_2", clock(8, 0), clock(8, 1), Reason.DARK))
    assert store.gaps(clock(7, 52), clock(7, 59)) == (
        Gap("hall_1", clock(7, 50), clock(7, 53), Reason.NO_SIGNAL),
    )
    assert len(store.gaps(clock(7, 0), clock(9, 0))) == 2
    assert store.gaps(clock(7, 0), clock(9, 0), "hall_2")[0].reason is Reason.DARK


def test_a_layout_is_kept_for_replays_of_old_flags(store: Store) -> None:
    """Zones that moved since must not be drawn over an old picture."""
    drawn = fake_layout()
    store.keep_layout(drawn)
    store.keep_layout(drawn)
    back = store.layout("zones-1")
    assert back is not None
    assert dumps([[z.points.tolist() for z in c.zones] for c in back.counters]) == dumps(
        [[z.points.tolist() for z in c.zones] for c in drawn.counters]
    )
    assert store.layout("zones-2") is None


def test_a_policy_is_kept_whole_since_it_was_last_taken_up(tmp_path: Path) -> None:
    """After a restart its text is the file to the byte: what verdicts cite is made of it."""
    content = (STANDARDS / "djpb-spm.toml").read_bytes().replace(b"\n", b"\r\n")
    first = parse_policy("policy.toml", "\ufeff".encode() + content)
    second = parse_policy("policy.toml", content)
    with open_store(tmp_path) as store:
        store.keep_policy(first, clock(7, 0))
        store.keep_policy(first, clock(9, 0))  # a restart: it held already
        store.keep_policy(second, clock(10, 0))
    with open_store(tmp_path) as store:
        newest, oldest = store.policies()
        assert (newest.citation, newest.since) == (second.citation, clock(10, 0))
        assert (oldest.citation, oldest.since) == (first.citation, clock(7, 0))
        assert parse_policy("policy.toml", oldest.text.encode()) == first
        store.keep_policy(first, clock(11, 0))
        assert [one.since for one in store.policies()] == [clock(11, 0), clock(10, 0)]


def test_words_are_remembered(store: Store) -> None:
    """Switches survive a restart."""
    assert store.get_meta("off") is None
    store.put_meta("off", "yes")
    store.put_meta("off", "no")
    assert store.get_meta("off") == "no"


def test_everything_is_there_after_the_store_was_opened_again(tmp_path: Path) -> None:
    """The folder is the memory."""
    with open_store(tmp_path) as store:
        store.add_samples([fake_sample()])
        record_id = store.add_record(fake_verdict())
    with open_store(tmp_path) as store:
        assert list(store.samples(clock(7, 0), clock(9, 0))) == [fake_sample()]
        assert store.record(record_id).verdict == fake_verdict()


# audit


def test_an_unbroken_audit_chain_holds(store: Store) -> None:
    """Also over a restart and over an empty log."""
    assert store.verify_audit() is None
    for n in range(5):
        store.audit("siti", "flag.view", f"flag/{n}", {"n": n})
    assert store.verify_audit() is None
    assert [row.object_ for _, row in store.audit_rows(after=3)] == ["flag/3", "flag/4"]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE audit SET actor = 'budi' WHERE audit_id = 3", "row 3 was changed"),
        ("UPDATE audit SET digest = 'ab' WHERE audit_id = 2", "row 2 was changed"),
        ("DELETE FROM audit WHERE audit_id = 2", "row 2 is missing"),
        ("DELETE FROM audit WHERE audit_id > 3", "row 4 is missing"),
        ("DELETE FROM audit", "row 1 is missing"),
    ],
)
def test_a_broken_audit_row_is_named(store: Store, harm: str, said: str) -> None:
    """Whoever changed the log cannot hide where."""
    for n in range(5):
        store.audit("siti", "flag.view", f"flag/{n}")
    with store.database.write() as connection:
        connection.execute(text(harm))
    assert said in (store.verify_audit() or "")


# the file and the folder


def test_the_schema_of_the_migrations_is_the_schema_of_the_tables(store: Store) -> None:
    """A changed table needs a migration."""
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with store.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    config = Config()
    config.set_main_option("script_location", Migrations().location)
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_no_column_could_hold_who_was_seen() -> None:
    """P-03: accounts have names, counters and pictures have none."""
    columns = {f"{t.name}.{c.name}" for t in METADATA.sorted_tables for c in t.columns}
    named = {c for c in columns if c.endswith(".name")}
    assert named == {"user.name", "session.name", "token.name"}
    for word in ("face", "gender", "age", "person", "employee", "religion", "text", "embedding"):
        assert not {c for c in columns if c.split(".")[1] == word}


def test_a_second_instance_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Two judges of one morning would contradict each other."""
    with open_store(tmp_path), pytest.raises(StoreError, match=r"another Siaga .*process \d+"):
        open_store(tmp_path)
    open_store(tmp_path).close()


def test_an_account_can_be_added_beside_a_running_office(tmp_path: Path) -> None:
    """`siaga user` does not stop the service."""
    with open_store(tmp_path) as running, open_store(tmp_path, exclusive=False) as beside:
        beside.put_meta("greeting", "hello")
        assert running.get_meta("greeting") == "hello"


def test_a_short_command_may_be_the_first_to_open_a_folder(tmp_path: Path) -> None:
    """Accounts are made before the first start."""
    with open_store(tmp_path, exclusive=False) as store:
        store.put_meta("greeting", "hello")
    with open_store(tmp_path) as store:
        assert store.get_meta("greeting") == "hello"


def test_a_database_of_a_newer_siaga_is_left_alone(tmp_path: Path) -> None:
    """A downgrade says why it stops, and changes nothing."""
    open_store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "siaga.db")) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    with pytest.raises(StoreError, match=r"got 9999, which a newer Siaga wrote") as caught:
        open_store(tmp_path)
    assert "\n" not in str(caught.value)
    with closing(sqlite3.connect(tmp_path / "siaga.db")) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def _next_revision(folder: Path, body: str) -> Migrations:
    """The history with one more revision, as a later Siaga would bring it."""
    location = folder / "migrations"
    source = ROOT / "service" / "store" / "migrations"
    (location / "versions").mkdir(parents=True)
    for path in (source / "env.py", *sorted((source / "versions").glob("rev_*.py"))):
        (location / path.relative_to(source)).write_text(path.read_text("utf-8"), "utf-8")
    (location / "versions" / "rev_9000.py").write_text(
        dedent(
            f"""
            from alembic import op
            revision, down_revision, branch_labels, depends_on = "9000", "{REVISION}", None, None
            def upgrade() -> None:
                op.execute("ALTER TABLE meta ADD COLUMN note TEXT")
                {body}
            """
        ),
        "utf-8",
    )
    return Migrations(str(location), "9000")


def test_an_upgrade_makes_a_copy_first_and_keeps_everything(tmp_path: Path) -> None:
    """Whatever goes wrong, yesterday's database is still there."""
    with open_store(tmp_path / "data") as store:
        store.add_record(fake_verdict())
        for year in range(2019, 2026):
            store.database.backup("schema-0000", datetime(year, 1, 1, tzinfo=UTC))
    history = _next_revision(tmp_path, "pass")
    with open_store(tmp_path / "data", migrations=history) as store:
        assert store.database.revision() == "9000"
        assert store.record(1).verdict == fake_verdict()
    *old, copy = sorted((tmp_path / "data" / "backup").iterdir())
    assert len(old) == 4, "copies expire too"
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISION,)
        assert raw.execute("SELECT count(*) FROM record").fetchone() == (1,)


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The whole upgrade is one transaction."""
    open_store(tmp_path / "data").close()
    history = _next_revision(tmp_path, 'op.execute("INSERT INTO nowhere VALUES (1)")')
    with pytest.raises(StoreError, match="no such table: nowhere"):
        open_store(tmp_path / "data", migrations=history)
    with open_store(tmp_path / "data") as store:
        assert store.database.revision() == REVISION
        with store.database.read() as connection:
            columns = connection.execute(text("PRAGMA table_info(meta)")).all()
    assert [row[1] for row in columns] == ["key", "value"]


@pytest.mark.parametrize("kind", ["cifs", "nfs4", "fuse.sshfs", "9p"])
def test_a_network_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    """There "database is locked" would come later, at the worst time."""
    share = tmp_path / "my share"
    mounts = tmp_path / "mounts"
    point = str(share).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n//server/x {point} {kind} rw 0 0\n", "utf-8")
    with pytest.raises(StoreError, match=f"expected a local disk.*{kind}"):
        open_store(share / "data", mounts=mounts)
    open_store(tmp_path / "my share 2", mounts=mounts).close()


def test_a_full_disk_is_refused_at_the_start(tmp_path: Path) -> None:
    """Before the morning begins, not in its middle."""
    with pytest.raises(StoreError, match=r"expected at least \d+ MB free, got \d+ MB"):
        open_store(tmp_path, min_free_mb=10**9)


def test_a_disk_that_fills_up_loses_nothing_and_says_so(store: Store) -> None:
    """What was written stays; what comes after is refused in one sentence."""
    record_id = store.add_record(fake_verdict())
    with store.database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    kept = [fake_sample(at=clock(7, 0) + timedelta(seconds=n)) for n in range(2000)]
    with pytest.raises(StoreError, match="the disk is full, nothing kept so far is lost"):
        store.add_samples(kept)
    assert store.record(record_id).verdict == fake_verdict()
    assert list(store.samples(clock(7, 0), clock(9, 0))) == []


@pytest.mark.parametrize("folder", ["/sys/kernel", "/sys/siaga", "/dev/null/siaga"])
def test_a_folder_that_cannot_be_written_is_one_sentence(folder: str) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(StoreError, match="data folder") as caught:
        open_store(Path(folder), min_free_mb=0)
    assert "\n" not in str(caught.value)


def test_a_damaged_database_names_the_remedy(tmp_path: Path) -> None:
    """The administrator learns where the copies lie."""
    (tmp_path / "siaga.db").write_bytes(b"no database " * 100)
    with pytest.raises(StoreError, match="restore the newest copy"):
        open_store(tmp_path)


def test_four_writers_and_a_reader_finish_without_a_locked_database(store: Store) -> None:
    """One writer at a time, readers never wait."""
    faults: list[Exception] = []

    def write(counter: str) -> None:
        try:
            for n in range(50):
                store.add_samples([fake_sample(counter, clock(7, 0) + timedelta(seconds=n))])
        except StoreError as error:
            faults.append(error)

    def read() -> None:
        try:
            for _ in range(50):
                list(store.samples(clock(7, 0), clock(8, 0)))
        except StoreError as error:
            faults.append(error)

    threads = [Thread(target=write, args=(f"loket_{n}",)) for n in range(4)]
    threads.append(Thread(target=read))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(list(store.samples(clock(7, 0), clock(8, 0)))) == 200


_WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from service.store import open_store
from tests.fakes_office import clock, fake_sample, fake_verdict
store = open_store(Path(sys.argv[1]))
n = 0
while True:
    at = clock(7, 0) + timedelta(seconds=n)
    store.add_samples([fake_sample("loket_2", at), fake_sample("loket_1", at)])
    store.add_record(fake_verdict(decided_at=at))
    print(n, flush=True)
    n += 1
"""


def test_after_kill_9_everything_said_is_there_and_the_folder_is_free(tmp_path: Path) -> None:
    """Each sample stands before its verdict, and the lock dies with the process."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        said = -1
        for line in writer.stdout:
            said = int(line)
            if said >= 40:
                break
        writer.kill()
    with open_store(tmp_path) as store:
        samples = list(store.samples(clock(7, 0), clock(9, 0)))
        records = store.records(order=Order.OLDEST, limit=500)
        assert len(records) > said
        for record in records:
            at = record.verdict.decided_at
            assert fake_sample("loket_2", at) in samples
            assert fake_sample("loket_1", at) in samples
        with store.database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
