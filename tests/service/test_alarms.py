"""When a camera becomes a matter for a human, and how often that is said."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.alarms import AlarmWatch
from service.board import CameraState, CameraStatus
from tests.fakes_office import clock, fake_plan

PLAN = fake_plan()  # opens at 08:00, closes at 15:00
DAY_OFF = replace(PLAN, opens_at=None, closes_at=None)


def status(state: CameraState, since: datetime) -> CameraStatus:
    """A camera and how it is."""
    return CameraStatus("hall_1", state, since, None, None, 1.0, 0, 0, 0, "the sentence")


DEAD = status(CameraState.NO_SIGNAL, clock(7, 27))
WELL = status(CameraState.OK, clock(7, 40))


def test_a_camera_that_died_before_is_told_half_an_hour_before_opening() -> None:
    """In time to fetch a ladder, and for the message to have arrived by T-30; not at night."""
    watch = AlarmWatch()
    assert watch.step(clock(7, 27, 59), PLAN, [DEAD]) == []
    (alarm,) = watch.step(clock(7, 28), PLAN, [DEAD])
    assert (alarm.raised, alarm.since) == (True, clock(7, 27))
    assert alarm.line == f"camera hall_1: no_signal since {clock(7, 27).isoformat()}: the sentence"
    assert watch.since("hall_1") == clock(7, 28)


def test_one_trouble_is_one_alarm() -> None:
    """Also when it goes from dark to silent; a storm is read by nobody."""
    watch = AlarmWatch()
    watch.step(clock(7, 31), PLAN, [DEAD])
    for minute, state in ((32, CameraState.DARK), (33, CameraState.NO_SIGNAL)):
        assert watch.step(clock(7, minute), PLAN, [status(state, clock(7, minute))]) == []


def test_a_camera_that_is_well_again_ends_it_and_may_begin_a_new_one() -> None:
    """Both are told."""
    watch = AlarmWatch()
    watch.step(clock(7, 31), PLAN, [DEAD])
    (over,) = watch.step(clock(7, 40), PLAN, [WELL])
    assert not over.raised
    assert over.line == "camera hall_1: well again (ok)"
    assert watch.since("hall_1") is None
    assert len(watch.step(clock(7, 41), PLAN, [DEAD])) == 1


@pytest.mark.parametrize("state", [s for s in CameraState if s is not CameraState.STARTING])
def test_before_opening_every_trouble_counts_at_once(state: CameraState) -> None:
    """The answer falls in minutes; the end of a recording is no trouble."""
    told = AlarmWatch().step(clock(7, 45), PLAN, [status(state, clock(7, 45))])
    assert bool(told) is (state not in (CameraState.OK, CameraState.ENDED))


def test_in_open_hours_a_minute_is_waited_for() -> None:
    """Somebody stands before a camera now and then."""
    watch = AlarmWatch()
    blocked = status(CameraState.BLOCKED, clock(9, 0))
    assert watch.step(clock(9, 0, 59), PLAN, [blocked]) == []
    assert len(watch.step(clock(9, 1), PLAN, [blocked])) == 1


def test_a_camera_may_take_half_a_minute_to_start() -> None:
    """And not for ever."""
    watch = AlarmWatch()
    starting = status(CameraState.STARTING, clock(7, 31))
    assert watch.step(clock(7, 31, 29), PLAN, [starting]) == []
    assert len(watch.step(clock(7, 31, 30), PLAN, [starting])) == 1


def test_after_service_and_on_a_day_off_nobody_is_called() -> None:
    """An alarm that stood ends in silence: nobody made the camera well."""
    watch = AlarmWatch()
    watch.step(clock(14, 50), PLAN, [DEAD])
    assert watch.step(clock(15, 0), PLAN, [DEAD]) == []
    assert watch.since("hall_1") is None
    assert watch.step(clock(9, 0) + timedelta(hours=1), DAY_OFF, [DEAD]) == []
