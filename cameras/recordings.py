"""Recorded mornings: what cameras saw, with the time of every picture.

A recording is one of

- a folder with `recording.toml`:

      id = "morning-1"
      start = 2026-11-24T07:20:00+07:00
      end = 2026-11-24T08:05:00+07:00

      [[cameras]]
      id = "cam-1"
      clip = "cam-1.mp4"        # or: folder = "cam-1/"
      size_wh = [1280, 720]

- a folder of pictures whose names tell the time (`2026-11-24T07-20-05+0700.jpg`,
  `2026-11-24T00-20-05.250Z.jpg`, or seconds or milliseconds since 1970), or, where they do not,
  pictures one period apart in the order of their names from a given start;
- one clip with a given start.
"""

import contextlib
import heapq
import re
import threading
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

from cameras.clips import ClipSource
from cameras.mask import Masks, burn_in
from cameras.pictures import is_picture, read_picture
from cameras.sampling import Sampler
from vision.errors import PictureError
from vision.values import Frame, require_aware

RECORDING_FILE = "recording.toml"
_STEP_S = 1.0
"""Between pictures without times when no period is given."""


@dataclass(frozen=True, slots=True)
class RecordedCamera:
    """One camera of a recording: a clip, or a folder of pictures. `start` is its first moment."""

    camera: str
    path: Path
    start: datetime | None
    size_wh: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """Frames of one or more cameras, streamed: one picture per camera is in memory at a time.

    `faults` grows while frames are read: a picture or clip that cannot be read is noted there and
    the rest goes on. It is complete once `frames` came to its end.
    """

    recording: str
    start: datetime
    end: datetime | None
    sources: tuple[RecordedCamera, ...]
    period_s: float
    masks: Mapping[str, Masks] = field(default_factory=dict)
    faults: list[PictureError] = field(default_factory=list)

    @property
    def cameras(self) -> tuple[str, ...]:
        """The ids of its cameras, in the recording's order."""
        return tuple(source.camera for source in self.sources)

    def frames(self) -> Iterator[Frame]:
        """The frames of all cameras in order of time, then in the order of `cameras`."""
        each = [self.camera_frames(camera) for camera in self.cameras]
        return heapq.merge(*each, key=lambda frame: frame.captured_at)

    def camera_frames(
        self, camera: str, stop: threading.Event | None = None, since: datetime | None = None
    ) -> Iterator[Frame]:
        """The frames of one camera in order of time, masks burned in, from `since` on.

        `stop` ends it early. Errors: KeyError when the recording has no such camera.
        """
        for source in self.sources:
            if source.camera == camera:
                return self._masked(source, stop or threading.Event(), since)
        raise KeyError(camera)

    def _masked(
        self, source: RecordedCamera, stop: threading.Event, since: datetime | None
    ) -> Iterator[Frame]:
        masks = self.masks.get(source.camera, ())
        for frame in self._read(source, stop, since):
            if self.end is not None and frame.captured_at > self.end:
                return
            yield Frame(
                frame.camera, frame.sequence, frame.captured_at, burn_in(frame.image, masks)
            )

    def _read(
        self, source: RecordedCamera, stop: threading.Event, since: datetime | None
    ) -> Iterator[Frame]:
        if source.path.is_dir():
            yield from self._pictures(source, stop, since)
            return
        start = source.start or self.start
        clip = ClipSource(source.path, source.camera, start, self.period_s, since)
        try:
            for frame in clip.frames():
                yield frame
                if stop.is_set():
                    return
        except PictureError as fault:
            self.faults.append(fault)

    def _pictures(
        self, source: RecordedCamera, stop: threading.Event, since: datetime | None
    ) -> Iterator[Frame]:
        sampler = Sampler(self.period_s)
        sequence = 0
        first_at: datetime | None = None
        for captured_at, path in timed_pictures(source.path, source.start, self.period_s):
            if stop.is_set():
                return
            if first_at is None:
                first_at = captured_at
                if since is not None:
                    sampler.begin(first_at.timestamp(), since.timestamp())
            if since is not None and captured_at < since:
                continue
            if not sampler.takes(captured_at.timestamp()):
                continue
            try:
                image = read_picture(path)
            except PictureError as fault:
                self.faults.append(fault)
                continue
            yield Frame(source.camera, sequence, captured_at, image)
            sequence += 1


def open_recording(
    path: Path,
    start: datetime | None = None,
    period_s: float = 0.0,
    camera: str | None = None,
    masks: Mapping[str, Masks] | None = None,
) -> Recording:
    """A recording at `path`; at most one frame per `period_s` and camera (0: every frame).

    `start` says when a bare clip or pictures without times begin; it moves a whole recording with
    `recording.toml` to that moment; times in names of pictures are taken as they are. `camera`
    names the camera of a bare clip or folder (without it: the name of the file or folder).
    Errors: PictureError with every fault of `recording.toml`, or what is missing.
    """
    if start is not None:
        require_aware(start, "start")
    hidden: Mapping[str, Masks] = masks or {}
    if (path / RECORDING_FILE).is_file():
        return _from_file(path, start, period_s, hidden)
    name = camera or path.stem or "camera"
    if path.is_dir():
        first = next(timed_pictures(path, start, period_s))[0]
        source = RecordedCamera(name, path, start or first)
        return Recording(name, min(first, start or first), None, (source,), period_s, hidden)
    if not path.is_file():
        raise PictureError(f"{path}: expected a recording, got no such file or folder")
    if start is None:
        raise PictureError(f"{path}: expected a start time for a clip, got none; add --start")
    return Recording(name, start, None, (RecordedCamera(name, path, start),), period_s, hidden)


# --- recording.toml


def _from_file(
    folder: Path, start: datetime | None, period_s: float, masks: Mapping[str, Masks]
) -> Recording:
    path = folder / RECORDING_FILE
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PictureError(f"{path}: expected TOML, got: {error}") from None
    faults: list[str] = []
    name = table.get("id", folder.name)
    if not isinstance(name, str):
        faults.append(f"id: expected a text, got {name!r}")
    own_start = _moment(table, "start", faults)
    end = _moment(table, "end", faults, needed=False)
    shift = start - own_start if start is not None and own_start is not None else timedelta(0)
    sources = _cameras(folder, table, own_start, shift, faults)
    if own_start is not None and end is not None and end <= own_start:
        faults.append(f"end: expected a time after start, got {end.isoformat()}")
    if faults or own_start is None:
        raise PictureError("\n".join(f"{path} {fault}" for fault in faults))
    if shift and any(_tells_times(source.path) for source in sources):
        raise PictureError(
            f"{path}: expected to keep its own start {own_start.isoformat()}, because the names of "
            "its pictures tell their times; leave --start out"
        )
    return Recording(
        name, own_start + shift, end + shift if end else None, tuple(sources), period_s, masks
    )


def _moment(
    table: dict[str, Any], key: str, faults: list[str], needed: bool = True
) -> datetime | None:
    value = table.get(key)
    if value is None and not needed:
        return None
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value
    faults.append(f"{key}: expected a time with its offset, got {value!s}")
    return None


def _cameras(
    folder: Path,
    table: dict[str, Any],
    start: datetime | None,
    shift: timedelta,
    faults: list[str],
) -> list[RecordedCamera]:
    entries = table.get("cameras")
    if not isinstance(entries, list) or not entries:
        faults.append("cameras: expected one [[cameras]] or more, got none")
        return []
    sources: list[RecordedCamera] = []
    for i, entry in enumerate(entries):
        key = f"cameras.{i}"
        camera = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(camera, str) or not camera:
            faults.append(f"{key}.id: expected a text, got {camera!r}")
            continue
        if camera in [source.camera for source in sources]:
            faults.append(f"{key}.id: expected each camera once, got {camera!r} again")
        given = [entry.get("clip"), entry.get("folder")]
        names = [value for value in given if value is not None]
        if len(names) != 1 or not isinstance(names[0], str):
            faults.append(f"{key}: expected either clip or folder, got {given}")
            continue
        path = folder / names[0]
        if not path.resolve().is_relative_to(folder.resolve()):
            faults.append(f"{key}: expected a place inside {folder}, got {names[0]}")
            continue
        if not (path.is_file() if given[0] is not None else path.is_dir()):
            kind = "file" if given[0] is not None else "folder"
            faults.append(f"{key}: expected the {kind} {names[0]}, got no such {kind}")
            continue
        size = entry.get("size_wh")
        if size is not None and not (
            isinstance(size, list) and len(size) == 2 and all(type(n) is int for n in size)
        ):
            faults.append(f"{key}.size_wh: expected [width, height], got {size!r}")
            size = None
        sources.append(
            RecordedCamera(
                camera,
                path,
                start + shift if start is not None else None,
                (size[0], size[1]) if size is not None else None,
            )
        )
    return sources


# --- pictures with times


_CLOCK = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T_ ](\d\d)[-:.]?(\d\d)[-:.]?(\d\d)(?:[.,](\d{1,6}))?"
    r"(Z|[+-]\d\d[-:]?\d\d)?(?![\d])"
)
_EPOCH = re.compile(r"(?<!\d)(1\d{9})(?:(\d{3})|\.(\d{1,6}))?(?!\d)")


def picture_time(name: str, zone: tzinfo | None = None) -> datetime | None:
    """The time a file name tells; None when it tells none, or none without a zone."""
    clock = _CLOCK.search(name)
    if clock is not None:
        *parts, fraction, offset = clock.groups()
        try:
            at = datetime(*(int(part) for part in parts))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            return None
        if fraction:
            at += timedelta(microseconds=int(fraction.ljust(6, "0")))
        where = _offset(offset) if offset else zone
        return None if where is None else at.replace(tzinfo=where)
    epoch = _EPOCH.search(name)
    if epoch is not None:
        seconds, milliseconds, fraction = epoch.groups()
        at = datetime.fromtimestamp(int(seconds), UTC)
        return at + timedelta(
            milliseconds=int(milliseconds or 0),
            microseconds=int((fraction or "0").ljust(6, "0")),
        )
    return None


def timed_pictures(
    folder: Path, start: datetime | None, period_s: float
) -> Iterator[tuple[datetime, Path]]:
    """The pictures of a folder with their times, in order of time. Times are not repeated.

    Times come from the names when all of them tell one (a name without a zone takes that of
    `start`); otherwise the pictures stand `period_s` (or 1 s) apart in the order of their names.
    Errors: PictureError when there is no picture, or neither times nor a start.
    """
    paths = _pictures_in(folder)
    zone = start.tzinfo if start is not None else None
    times = [picture_time(path.name, zone) for path in paths]
    told = sorted((at, path) for at, path in zip(times, paths, strict=True) if at is not None)
    if len(told) == len(paths):
        last: datetime | None = None
        for at, path in told:
            if at != last:
                yield at, path
            last = at
        return
    if start is None:
        raise PictureError(
            f"{folder}: expected a start time for pictures whose names tell none "
            f"({paths[times.index(None)].name}), got none; add --start"
        )
    step = timedelta(seconds=period_s or _STEP_S)
    for i, path in enumerate(paths):
        yield start + i * step, path


def _pictures_in(folder: Path) -> list[Path]:
    try:
        paths = [path for path in folder.iterdir() if is_picture(path) and path.is_file()]
    except OSError as error:
        raise PictureError(
            f"{folder}: expected a folder of pictures, got: {error.strerror}"
        ) from None
    if not paths:
        raise PictureError(f"{folder}: expected a folder of pictures, got a folder without any")
    return sorted(paths, key=lambda path: _by_number(path.name))


def _by_number(name: str) -> list[tuple[int, int, str]]:
    """Sort key under which picture 2 comes before picture 10."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d+)", name)
        if part
    ]


def _tells_times(path: Path) -> bool:
    """Whether a folder's first picture tells its time. A clip never does."""
    return path.is_dir() and picture_time(_pictures_in(path)[0].name, UTC) is not None


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").replace("-", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
