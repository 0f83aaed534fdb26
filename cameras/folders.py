"""A folder into which a camera puts its pictures, by FTP for example."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cameras.clock import Clock
from cameras.pictures import is_picture, read_picture
from vision.errors import CameraUnavailable, PictureError
from vision.values import Frame

_NEWEST = 5  # files looked at: a quick camera may be writing the newest one all the time
_BAD_AFTER = 10  # looks at a file that does not change and cannot be read


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    size: int
    changed_ns: int


class PictureFolderSource:
    """The newest finished picture of a watched folder, each once, stamped with its arrival.

    A file is finished when it did not change between two looks and can be read whole. What lay
    there long before the start is no news and is passed over. Nothing is deleted.

    `frames` belongs to one thread; `close` may be called from any and ends it within one look.
    """

    live = True
    promised_at: datetime | None = None
    skew_s: float | None = None

    def __init__(self, folder: Path, camera: str, clock: Clock, period_s: float = 1.0) -> None:
        self._folder = folder
        self._camera = camera
        self._clock = clock
        self._look_s = min(1.0, max(0.1, period_s / 4))
        self._fresh_s = max(5.0, 3 * period_s)
        self._stop = threading.Event()

    def close(self) -> None:
        """End `frames`."""
        self._stop.set()

    def frames(self) -> Iterator[Frame]:
        """Errors: CameraUnavailable when the folder cannot be read, or its newest picture never."""
        before: dict[Path, _File] = {}
        given_ns = time.time_ns() - int(self._fresh_s * 1e9)
        tries = sequence = 0
        while not self._stop.is_set():
            files = self._newest()
            finished = [file for file in files if before.get(file.path) == file]
            before = {file.path: file for file in files}
            for file in finished:
                if file.changed_ns <= given_ns:
                    break
                try:
                    image = read_picture(file.path)
                except PictureError as fault:
                    tries += 1
                    if tries >= _BAD_AFTER:
                        raise CameraUnavailable(f"{self._camera}: {fault}") from None
                    continue
                given_ns, tries = file.changed_ns, 0
                yield Frame(self._camera, sequence, self._clock.now(), image)
                sequence += 1
                break
            self._clock.wait_until(
                self._clock.now() + timedelta(seconds=self._look_s), self._stop
            )

    def _newest(self) -> list[_File]:
        """The newest pictures, newest first."""
        files: list[_File] = []
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if not is_picture(path):
                        continue
                    try:
                        state = entry.stat()
                    except FileNotFoundError:
                        continue  # taken away between two looks
                    if state.st_size:
                        files.append(_File(path, state.st_size, state.st_mtime_ns))
        except OSError as error:
            raise CameraUnavailable(
                f"{self._camera}: expected a folder of pictures at {self._folder}, "
                f"got: {error.strerror}"
            ) from None
        files.sort(key=lambda file: (file.changed_ns, file.path.name), reverse=True)
        return files[:_NEWEST]
