"""The pictures that are measured on: the bundled morning's, or a drawn one while there is none."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from cameras.recordings import Recording
from service.calendar import plan_at
from service.commands.demo import MORNING
from service.commands.replay import open_for
from service.measuring import NotMeasured, drawn_picture
from service.settings import Settings, load_settings
from vision.values import Frame, Image

DRAWN = "on a drawn picture"


def morning() -> tuple[Settings, Recording, datetime]:
    """The bundled morning, and the moment from which its counters are looked at.

    Errors: NotMeasured when it is not there.
    """
    office = MORNING / "office.toml"
    if not office.is_file():
        raise NotMeasured(f"{MORNING.name}: the bundled morning is not there")
    settings = load_settings(office)
    recording = open_for(settings, MORNING, None)
    since = plan_at(settings.calendar, recording.start).looks_from or recording.start
    return settings, recording, since


def looked_at_frames(recording: Recording, since: datetime) -> Iterator[Frame]:
    """Frames of all cameras in turn, from a minute after `since` on."""
    begin = since + timedelta(minutes=1)
    each = [recording.camera_frames(camera, since=begin) for camera in recording.cameras]
    for frames in zip(*each, strict=False):
        yield from frames


def a_picture() -> tuple[Image, str]:
    """One picture of a counter, and a note when it is a drawn one."""
    try:
        _, recording, since = morning()
    except NotMeasured:
        return drawn_picture(), DRAWN
    return next(islice(looked_at_frames(recording, since), 1)).image, ""
