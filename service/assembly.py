"""Put an office together from its settings. The only place where all rooms meet."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import count

from cameras.mask import Masks, burn_in
from cameras.pictures import read_picture
from models.detector import load_eyes
from models.legibility import CardReader
from service.calendar import plan_at
from service.office import Album, Drawing, Memory, Office
from service.settings import CameraSettings, Settings
from vision.day import DayPlan
from vision.eyes import Eyes
from vision.looking import Approved
from vision.policy import Policy
from vision.values import Readiness, Sample, Slot, Verdict
from vision.view import Reference


class Forgetful:
    """A memory and album for replays that keep nothing: it only counts."""

    def __init__(self) -> None:
        self._record_ids = count(1)
        self._flags: dict[tuple[str, str, str, str], int] = {}

    def add_samples(self, samples: Sequence[Sample]) -> None:
        """Forget them."""

    def add_record(self, verdict: Verdict) -> int:
        """The next number."""
        return next(self._record_ids)

    def add_readiness(self, day: date, answer: Readiness) -> bool:
        """Forget it."""
        return True

    def open_flag(
        self, record_id: int, verdict: Verdict, window: tuple[datetime, datetime]
    ) -> int:
        """One number per day, counter, clause and slot."""
        day = verdict.decided_at.date().isoformat()
        key = (day, verdict.counter, verdict.clause, verdict.slot.value)
        return self._flags.setdefault(key, len(self._flags) + 1)

    def add_flag_frame(
        self,
        flag_id: int,
        kept: Sample,
        sha: str,
        *,
        frame_wh: tuple[int, int] | None,
        crop_xyxy: tuple[int, int, int, int] | None,
    ) -> None:
        """Forget it."""

    def add_met_picture(
        self, day: date, clause: str, slot: Slot, captured_at: datetime, counter: str, sha: str
    ) -> None:
        """Forget it."""

    def keep_policy(self, held: Policy, since: datetime) -> None:
        """Forget it."""

    def add(self, jpeg: bytes) -> str:
        """Forget it."""
        return ""


def masks_of(camera: CameraSettings) -> Masks:
    """The privacy masks of a camera as `cameras` takes them."""
    return tuple(tuple((float(x), float(y)) for x, y in polygon) for polygon in camera.masks)


def approved_picture(camera: CameraSettings) -> Approved | None:
    """The camera's reference picture, masked like its frames. Errors: PictureError."""
    if camera.reference is None:
        return None
    image = burn_in(read_picture(camera.reference), masks_of(camera))
    return Approved(image, Reference.of(image))


def open_eyes() -> Eyes:
    """The networks that ship, and the reader that counts letters. Errors: ModelError."""
    return Eyes(*load_eyes(), CardReader())


def drawing_of(settings: Settings, redrawn: Mapping[str, datetime]) -> Drawing:
    """How these settings draw an office. Errors: PictureError for an unreadable reference."""
    approved = {camera.camera: approved_picture(camera) for camera in settings.cameras}
    return Drawing(
        layout=settings.layout,
        period_s={camera.camera: camera.period_s for camera in settings.cameras},
        approved={name: picture for name, picture in approved.items() if picture is not None},
        off_roster=frozenset(
            counter.counter
            for counter in settings.layout.counters
            if counter.counter not in settings.rostered
        ),
        redrawn=redrawn,
    )


def plan_of(settings: Settings) -> Callable[[datetime], DayPlan]:
    """The day plans of these settings."""
    return lambda at: plan_at(settings.calendar, at)


def build_office(
    settings: Settings,
    eyes: Eyes,
    memory: Memory,
    album: Album,
    redrawn: Mapping[str, datetime] | None = None,
) -> Office:
    """The office of these settings. Errors: PictureError for a reference that cannot be read."""
    drawing = drawing_of(settings, redrawn or {})
    return Office(
        layout=drawing.layout,
        policy=settings.policy,
        eyes=eyes,
        plan_of=plan_of(settings),
        period_s=drawing.period_s,
        approved=drawing.approved,
        memory=memory,
        album=album,
        off_roster=drawing.off_roster,
        redrawn=drawing.redrawn,
        office_id=settings.office,
    )
