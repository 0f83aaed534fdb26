"""When somebody must be told of a camera: in time before opening, and while counters are open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.board import CameraState, CameraStatus
from vision.day import DayPlan

AHEAD = timedelta(minutes=32)
"""From so long before opening a camera that is not well is told at once: who sees to it has heard
by T-30, gathering and delivery included.
"""
HOLD = timedelta(seconds=60)
"""In open hours it must have been unwell for so long: somebody may stand before it."""
STARTING = timedelta(seconds=30)
"""A camera that has not sent a picture for so long after it was asked does not start any more."""
_WELL = frozenset({CameraState.OK, CameraState.ENDED})  # the end of a recording is no fault


@dataclass(frozen=True, slots=True)
class CameraAlarm:
    """A camera became a matter for a human (`raised`), or is well again. `since`: its state's."""

    at: datetime
    camera: str
    state: CameraState
    since: datetime
    detail: str
    raised: bool

    @property
    def line(self) -> str:
        """For the log; without any credential, as its detail."""
        if not self.raised:
            return f"camera {self.camera}: well again ({self.state})"
        why = f": {self.detail}" if self.detail else ""
        return f"camera {self.camera}: {self.state} since {self.since.isoformat()}{why}"


class AlarmWatch:
    """Which cameras are alarmed now. One thread steps it; any may ask `since`."""

    def __init__(self) -> None:
        self._standing: dict[str, datetime] = {}

    def since(self, camera: str) -> datetime | None:
        """Since when this camera is alarmed."""
        return self._standing.get(camera)

    def step(
        self, now: datetime, plan: DayPlan, cameras: Sequence[CameraStatus]
    ) -> list[CameraAlarm]:
        """What is new at `now`. An alarm stands until its camera is well or the day's service ends.

        One alarm per trouble: a camera that turns from dark to silent is still the same matter.
        """
        news = []
        for camera in cameras:
            stands, due = camera.camera in self._standing, _is_due(now, plan, camera)
            if due and not stands:
                self._standing[camera.camera] = now
                news.append(_told(now, camera, raised=True))
            elif stands and (camera.state in _WELL or not _serves(now, plan)):
                del self._standing[camera.camera]
                if camera.state in _WELL:
                    news.append(_told(now, camera, raised=False))
        return news


def _serves(now: datetime, plan: DayPlan) -> bool:
    if plan.opens_at is None or plan.closes_at is None:
        return False
    return plan.opens_at - AHEAD <= now < plan.closes_at


def _is_due(now: datetime, plan: DayPlan, camera: CameraStatus) -> bool:
    if camera.state in _WELL or not _serves(now, plan) or plan.opens_at is None:
        return False
    lasted = now - camera.since
    if camera.state is CameraState.STARTING:
        return lasted >= STARTING
    return now < plan.opens_at or lasted >= HOLD


def _told(now: datetime, camera: CameraStatus, *, raised: bool) -> CameraAlarm:
    return CameraAlarm(now, camera.camera, camera.state, camera.since, camera.detail, raised)
