"""`siaga replay`: a recording through exactly the code of `siaga run`, as fast as it goes."""

import argparse
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cameras.recordings import Recording, open_recording
from service.assembly import Forgetful, build_office, masks_of, open_eyes
from service.clock import RecordingClock
from service.events import event_body, event_line
from service.office import Event, Office
from service.settings import Settings, load_settings
from vision.errors import ConfigError, PictureError
from vision.values import Frame


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("recording", type=Path, help="folder with recording.toml, pictures or clip")
    parser.add_argument("--config", type=Path, required=True, help="office.toml with the counters")
    parser.add_argument("--start", type=_moment, help="when it begins, like 2026-11-24T07:20+07:00")
    parser.add_argument(
        "--speed", default="max", type=_speed, help="max, or so many times real time (default: max)"
    )
    parser.add_argument("--format", choices=("jsonl", "table"), default="jsonl")
    parser.add_argument(
        "--only", action="append", choices=("phase", "status", "verdict", "readiness"), default=[]
    )


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise argparse.ArgumentTypeError(f"expected a time with an offset (+07:00), got {text}")
    return at


def _speed(text: str) -> float:
    speed = float("inf") if text == "max" else float(text)
    if not speed > 0:
        raise argparse.ArgumentTypeError(f"expected max or a number above 0, got {text}")
    return speed


def run(arguments: argparse.Namespace) -> int:
    """Print every event; 1 when a part of the recording could not be read."""
    settings = load_settings(arguments.config)
    recording = open_for(settings, arguments.recording, arguments.start)
    memory = Forgetful()
    office = build_office(settings, open_eyes(), memory, memory)
    wanted = set(arguments.only)
    for event in replay(office, recording, arguments.speed):
        body = event_body(event, settings.zone)
        if wanted and body["event"] not in wanted:
            continue
        line = event_line if arguments.format == "jsonl" else row
        print(line(event, settings.zone), flush=True)
    for fault in recording.faults:
        print(f"siaga: {fault}", file=sys.stderr)
    return 1 if recording.faults else 0


def open_for(settings: Settings, path: Path, start: datetime | None) -> Recording:
    """The recording, sampled and masked as the settings' cameras say.

    Errors: ConfigError when its cameras are not those of the settings, PictureError.
    """
    if not settings.cameras:
        raise ConfigError(f"{settings.path}: expected a camera, got none")
    masks = {camera.camera: masks_of(camera) for camera in settings.cameras}
    sole = settings.cameras[0].camera if len(settings.cameras) == 1 else None
    period_s = min(camera.period_s for camera in settings.cameras)
    recording = open_recording(path, start, period_s, camera=sole, masks=masks)
    known = {camera.camera for camera in settings.cameras}
    strange = [camera for camera in recording.cameras if camera not in known]
    if strange:
        raise ConfigError(
            f"{path}: expected the cameras {', '.join(sorted(known))} of {settings.path}, "
            f"got {', '.join(strange)}; name them alike"
        )
    return recording


def replay(office: Office, recording: Recording, speed: float = float("inf")) -> Iterator[Event]:
    """The events of a recording, in order. At a finite speed it waits as a live office would."""
    end = recording.end or recording.start + timedelta(days=1)
    clock = RecordingClock.starting_now(recording.start, end, min(speed, 1e9))
    never = threading.Event()
    yield from office.advance(recording.start)
    last = recording.start
    for frame in recording.frames():
        if speed != float("inf"):
            clock.wait_until(frame.captured_at, never)
        yield from step(office, frame)
        last = frame.captured_at
    if recording.end is None and recording.faults and last == recording.start:
        raise PictureError("; ".join(str(fault) for fault in recording.faults))
    # The last frame speaks for its time too: the moment it ends is judged.
    yield from office.advance(max(last, recording.end or last))
    office.flush()


def step(office: Office, frame: Frame) -> Iterator[Event]:
    """Judge the time before a frame, then take what it says."""
    yield from office.advance(frame.captured_at)
    shown = office.see(frame)
    if shown is not None:
        yield from office.take(shown)


SHOWN = ("phase", "counter", "check", "clause", "slot", "outcome", "reason", "state", "seen")
"""What a line for people holds of an event."""


def row(event: Event, zone: ZoneInfo) -> str:
    """One event as a line for people."""
    body = event_body(event, zone)
    words = [body[key] for key in SHOWN if body.get(key)]
    text = " ".join(word if isinstance(word, str) else ",".join(word) for word in words)
    against = "; ".join(f"{one['clause']} {one['reason']}" for one in body.get("against", []))
    return f"{body['at'][11:19]}  {body['event']:<9} {text}{' <- ' if against else ''}{against}"
