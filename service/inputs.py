"""Paths on the command line turned into pictures, one at a time, in name order."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cameras.pictures import is_clip, is_picture, read_picture
from vision.errors import PictureError
from vision.values import Image

START = datetime(1970, 1, 1, tzinfo=UTC)
"""A clip without a known start begins here; only the seconds since then are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture to look at. `time_s` are seconds into the clip; None for a picture file."""

    path: Path
    time_s: float | None
    image: Image


def shown(path: Path) -> str:
    """A path as it can be printed anywhere: bytes that are no text are escaped."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def files_of(paths: Iterable[Path]) -> tuple[list[Path], list[PictureError]]:
    """Every picture and clip that `paths` name, folders walked in name order; and what was wrong.

    A file named by itself is always taken; of a folder those that by their name are one of both.
    """
    files: list[Path] = []
    faults: list[PictureError] = []
    for path in paths:
        if path.is_dir():
            inside = list(_walk(path, faults))
            if not inside:
                faults.append(PictureError(f"{path}: expected pictures or clips, got none in it"))
            files += inside
        elif path.exists():
            files.append(path)
        else:
            faults.append(PictureError(f"{path}: expected a picture, clip or folder, got nothing"))
    return files, faults


def _walk(folder: Path, faults: list[PictureError]) -> Iterator[Path]:
    def unread(error: OSError) -> None:
        faults.append(
            PictureError(f"{error.filename}: expected a readable folder, got: {error.strerror}")
        )

    found: list[Path] = []
    for root, _, names in os.walk(folder, onerror=unread):
        found += [Path(root) / name for name in names if not name.startswith(".")]
    return iter(sorted(path for path in found if is_picture(path) or is_clip(path)))


def pictures_of(path: Path, period_s: float) -> Iterator[Picture]:
    """The picture of a file, or the frames of a clip, at most one each `period_s` of its time.

    Errors: PictureError, for a clip that breaks off after the frames that could be read.
    """
    if not is_clip(path):
        yield Picture(path, None, read_picture(path))
        return
    from cameras.clips import ClipSource  # PyAV is only loaded for clips

    for frame in ClipSource(path, "clip", START, period_s).frames():
        yield Picture(path, (frame.captured_at - START).total_seconds(), frame.image)
