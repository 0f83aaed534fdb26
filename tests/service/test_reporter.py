"""Between the judge and the outbox: what is decided is left once, also when the disk is full."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.alarms import CameraAlarm
from service.board import CameraState
from service.messages.reporter import GATHER, Reporter
from service.messages.values import MessageSettings, Posting, Recipient, Withdrawal, Words
from service.office import ReadinessDecided, VerdictChanged
from service.settings import Settings, load_settings
from service.store import Store, open_store
from service.store.outbox import Outbox
from tests.fakes_office import ZONE, FakeOffice, clock, fake_plan, fake_verdict
from tests.live_office import EMPTY_OFFICE
from tests.service.test_outbox import HandClock
from vision.errors import StoreError
from vision.values import Slot

GROUP = Recipient("grup")
ANSWERS = [ReadinessDecided(clock(7, 55), one) for one in FakeOffice().readiness()]


class FullDisk(Outbox):
    """An outbox that can take nothing for a while."""

    is_full = False

    def post(
        self,
        postings: list[tuple[Posting, Words]],  # type: ignore[override]
        withdrawals: list[Withdrawal],  # type: ignore[override]
        at: datetime,
    ) -> int:
        """Refuse while the disk is full."""
        if self.is_full:
            raise StoreError("the disk is full")
        return super().post(postings, withdrawals, at)


class Desk:
    """A reporter with its surroundings."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.clock = HandClock(clock(7, 55))
        self.outbox = FullDisk(store.database)
        self.settings = replace(settings, messages=MessageSettings((GROUP,)))
        self.rings: list[int] = []
        self.reporter = Reporter(
            self.outbox,
            lambda: self.settings,
            lambda at: fake_plan(),
            self.clock,
            lambda: self.rings.append(1),
        )

    def titles(self) -> list[str]:
        """What was left, oldest first."""
        return [letter.title for letter in reversed(self.outbox.newest(99))]

    def later(self, by: timedelta) -> None:
        """A beat without events, some time on."""
        self.clock.at += by
        self.reporter.beat([])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Under the whole standard."""
    config = tmp_path / "office.toml"
    config.write_text(EMPTY_OFFICE, "utf-8")
    with open_store(tmp_path / "data", zone=ZONE) as store:
        yield Desk(store, load_settings(config))


def alarm(camera: str, *, raised: bool = True) -> CameraAlarm:
    """A camera that failed just now."""
    state = CameraState.NO_SIGNAL if raised else CameraState.OK
    return CameraAlarm(clock(9, 0), camera, state, clock(9, 0), "", raised)


def test_the_answers_of_a_beat_are_one_digest_and_ring_the_postman(desk: Desk) -> None:
    """And again after a crash: still one."""
    desk.reporter.beat(ANSWERS)
    desk.reporter.beat(ANSWERS)
    assert desk.titles() == ["KPPN Contoh: 1 dari 3 loket siap, pukul 07.55 WIB"]
    assert desk.rings == [1]


def test_cameras_that_fall_silent_one_after_the_other_are_one_message(desk: Desk) -> None:
    """A switch died; one that came back within seconds is not spoken of at all."""
    for camera in ("hall_1", "hall_2", "hall_3"):
        desk.reporter.alarmed(alarm(camera))
        desk.later(timedelta(seconds=2))
    desk.reporter.alarmed(alarm("hall_3", raised=False))
    assert desk.titles() == []
    desk.later(GATHER)
    (letter,) = desk.outbox.newest(9)
    assert letter.body.count("Kamera hall_") == 2
    assert "hall_3" not in letter.body


def test_while_the_disk_is_full_nothing_is_lost_and_the_judge_goes_on(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again every few seconds, not at each beat."""
    desk.outbox.is_full = True
    desk.reporter.beat(ANSWERS)
    desk.reporter.alarmed(alarm("hall_1"))
    for _ in range(40):
        desk.later(timedelta(seconds=0.25))
    assert caplog.text.count("tried again") == 2
    desk.outbox.is_full = False
    desk.later(GATHER)
    desk.later(GATHER)
    assert len(desk.titles()) == 2


def test_who_is_told_may_change_while_the_office_works(desk: Desk) -> None:
    """What was decided before nobody was to be told is not told afterwards."""
    told = desk.settings
    desk.settings = replace(told, messages=MessageSettings())
    desk.reporter.beat(ANSWERS)
    desk.settings = told
    desk.later(GATHER)
    assert desk.titles() == []


def test_a_verdict_of_open_hours_is_told_when_it_keeps_a_counter_from_serving(
    desk: Desk,
) -> None:
    """Recorded, flagged, and said at once."""
    empty = fake_verdict("loket_1", decided_at=clock(9, 0), slot=Slot.OPEN)
    desk.clock.at = clock(9, 0)
    desk.reporter.beat([VerdictChanged(clock(9, 0), 1, empty, None)])
    assert desk.titles() == ["KPPN Contoh: loket perlu dilihat"]
