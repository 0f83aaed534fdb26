"""Pictures kept as evidence, named by their content: `evidence/ab/cdef....jpg`.

A picture is whole or absent: it is written beside its place, flushed to disk and renamed. Naming
by sha256 makes every link permanent, every copy one file and every change visible.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import get_ident

from vision.errors import StoreError

_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture on disk."""

    sha: str
    size_bytes: int
    written_at: datetime


class Evidence:
    """The evidence folder of an office. Every method may be called from any thread."""

    def __init__(self, data_folder: Path) -> None:
        self.folder = Path(data_folder) / "evidence"

    def add(self, jpeg: bytes) -> str:
        """Keep a picture; returns its sha256. Errors: StoreError when it cannot be written."""
        sha = sha256(jpeg).hexdigest()
        path = self._path(sha)
        if path.exists():
            return sha
        beside = path.with_name(f".{sha}.{os.getpid()}.{get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with beside.open("wb") as file:
                    file.write(jpeg)
                    file.flush()
                    os.fsync(file.fileno())
                beside.rename(path)
            finally:
                beside.unlink(missing_ok=True)
            _flush_folder(path.parent)
        except OSError as error:
            raise StoreError(
                f"{path}: the picture could not be written ({error.strerror}); "
                "free space on the disk or give this account write access"
            ) from error
        return sha

    def read(self, sha: str) -> bytes:
        """The picture. Errors: KeyError when it is not kept, StoreError when it was changed."""
        try:
            jpeg = self._path(sha).read_bytes()
        except FileNotFoundError:
            raise KeyError(sha) from None
        except OSError as error:
            raise StoreError(f"picture {sha}: it cannot be read ({error.strerror})") from error
        if sha256(jpeg).hexdigest() != sha:
            raise StoreError(f"picture {sha}: the file was changed after it was written")
        return jpeg

    def exists(self, sha: str) -> bool:
        """Whether the picture is kept."""
        return self._path(sha).exists()

    def delete(self, sha: str) -> bool:
        """Remove a picture; False when it was not there. Errors: StoreError when it stays."""
        path = self._path(sha)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreError(f"{path}: it could not be removed ({error.strerror})") from error
        return True

    def kept(self) -> Iterator[Kept]:
        """Every picture on disk, in order of its name."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*.jpg")):
            sha = path.parent.name + path.stem
            if not _SHA.fullmatch(sha):
                continue
            try:
                found = path.stat()
            except FileNotFoundError:
                continue  # removed meanwhile
            yield Kept(sha, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def size_bytes(self) -> int:
        """How much room all pictures take."""
        return sum(kept.size_bytes for kept in self.kept())

    def _path(self, sha: str) -> Path:
        if not _SHA.fullmatch(sha):
            raise KeyError(sha)
        return self.folder / sha[:2] / f"{sha[2:]}.jpg"


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
