"""What pictures say about their camera: dark, blocked, moved, blurred; since when, as an event.

The reader tells of silence; this tells of pictures that come and show nothing. A counter whose
picture cannot be judged makes its camera one to see to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from service.board import CameraState
from vision.values import Gap, Reason

WORDS: Mapping[Reason, CameraState] = {
    Reason.NO_SIGNAL: CameraState.FROZEN,
    Reason.DARK: CameraState.DARK,
    Reason.GLARE: CameraState.GLARE,
    Reason.OCCLUDED: CameraState.BLOCKED,
    Reason.CAMERA_MOVED: CameraState.MOVED,
    Reason.BLURRED: CameraState.BLURRED,
}
"""The state of a camera whose picture the gate refuses for a reason."""

EVENT_AFTER = timedelta(seconds=10)
"""A trouble that lasted so long is kept as an event: somebody who walks by is none."""

EVENT_STEP = timedelta(seconds=60)
"""How often the end of an event that goes on is written anew, so that a kill loses little."""


@dataclass(slots=True)
class _Trouble:
    """What is wrong with a camera's pictures, and up to when that was kept."""

    reason: Reason
    since: datetime
    kept_to: datetime | None = None


class HealthWatch:
    """The pictures of all cameras. `see` from one thread; `state` from any."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._troubles: dict[str, _Trouble] = {}

    def state(self, camera: str) -> tuple[CameraState, datetime] | None:
        """The trouble of a camera and since when; None: its pictures show what they should."""
        with self._lock:
            trouble = self._troubles.get(camera)
        return None if trouble is None else (WORDS[trouble.reason], trouble.since)

    def rest(self, camera: str) -> None:
        """Nobody reads this camera any more: what was wrong yesterday may be well tomorrow."""
        with self._lock:
            self._troubles.pop(camera, None)

    def see(self, camera: str, at: datetime, reasons: Mapping[str, Reason | None]) -> list[Gap]:
        """Fold a frame: why nothing could be told of each counter. What is to be kept of it.

        A trouble becomes a gap after EVENT_AFTER; the same gap comes again with a later end while
        it goes on, and at its end.
        """
        reason = next((one for one in reasons.values() if one in WORDS), None)
        with self._lock:
            trouble = self._troubles.get(camera)
            if trouble is not None and trouble.reason is not reason:
                del self._troubles[camera]
                ended = [] if trouble.kept_to is None else [_gap(camera, trouble, at)]
            else:
                ended = []
            if reason is None:
                return ended
            current = self._troubles.setdefault(camera, _Trouble(reason, at))
            if at - (current.kept_to or current.since) >= (
                EVENT_AFTER if current.kept_to is None else EVENT_STEP
            ):
                current.kept_to = at
                ended.append(_gap(camera, current, at))
        return ended


def _gap(camera: str, trouble: _Trouble, until: datetime) -> Gap:
    return Gap(camera, trouble.since, until, trouble.reason)
