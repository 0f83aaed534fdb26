"""The SQLite file of a data folder: who may open it, how it is upgraded, who writes.

Many threads read, each in its own snapshot; one at a time writes, behind one lock and in
`BEGIN IMMEDIATE`. Every fault of the disk or the file leaves as one `StoreError` sentence.
"""

import errno
import fcntl
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import IO

from sqlalchemy import Connection, Engine, create_engine, event, exc

from service.store.tables import REVISION
from vision.errors import StoreError

NAME = "siaga.db"
BUSY_TIMEOUT_MS = 10_000
COPIES = 5
"""So many copies made before upgrades are kept, the newest."""

NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs", "lustre"),
        *("ncpfs", "nfs", "nfs4", "smb3", "smbfs"),
    }
)
"""SQLite's log needs memory shared by all its readers, which none of these gives."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """Where the schema's history lies and what its newest revision is."""

    location: str = "service.store:migrations"
    newest: str = REVISION


def refuse_network_folder(folder: Path, mounts: Path) -> None:
    """Errors: StoreError when `folder` lies on a network file system by the mount table."""
    try:
        table = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return  # no such table on this system
    best, kind = "", ""
    target = str(folder.resolve())
    for line in table:
        words = line.split()
        if len(words) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), words[1])
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, words[2]
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"data folder {folder}: expected a local disk, got a network file system "
            f"({kind} at {best}); choose a folder on a disk of this machine"
        )


def make_folder(folder: Path, min_free_mb: int) -> None:
    """Create the data folder. Errors: StoreError when it cannot be used or the disk is full."""
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)  # pictures are not for everybody
        free_mb = shutil.disk_usage(folder).free // 2**20
    except OSError as error:
        raise StoreError(
            f"data folder {folder}: it cannot be created ({error.strerror}); "
            "choose a folder this account may write to"
        ) from error
    if free_mb < min_free_mb:
        raise StoreError(
            f"data folder {folder}: expected at least {min_free_mb} MB free, got {free_mb} MB; "
            "free space or move the data folder to a larger disk"
        )


class FolderLock:
    """The right to be the one Siaga of a data folder. It ends with the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        path = folder / "siaga.lock"
        self._file: IO[str]
        try:
            self._file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"data folder {folder}: it cannot be written to ({error.strerror}); "
                "give this account write access or choose another folder"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise StoreError(
                    f"data folder {folder}: it cannot be locked ({error.strerror}); "
                    "choose a folder on a disk of this machine"
                ) from error
            raise StoreError(
                f"data folder {folder}: another Siaga uses it (process {holder}); "
                "stop that one or choose another folder"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Give the folder free."""
        self._file.close()


def _engine(path: Path, *, writes: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 64,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver likes
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys=ON")
        if writes:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(f"PRAGMA journal_size_limit={64 * 2**20}")
        else:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Database:
    """One file, one writer. Call `read` and `write` from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME
        self._lock = RLock()
        self._writing = _engine(self.path, writes=True)
        self._reading = _engine(self.path, writes=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot. Errors: StoreError."""
        with self._said_plainly(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, or nothing. Errors: StoreError."""
        with self._said_plainly(), self._lock, self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()
        self._writing.dispose()

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except exc.DBAPIError as error:
            if isinstance(error, exc.IntegrityError):
                raise
            raise StoreError(self._sentence(str(error.orig))) from error

    def _sentence(self, said: str) -> str:
        remedies = {
            "full": "the disk is full, nothing kept so far is lost; free space on it",
            "locked": "another program holds the database; stop it and try again",
            "readonly": "the database is read-only; give this account write access",
            "unable to open": "the database cannot be opened; give this account access to it",
            "malformed": "the database is damaged; restore the newest copy from folder backup",
            "not a database": "the database is damaged; restore the newest copy from folder backup",
        }
        for word, sentence in remedies.items():
            if word in said:
                return f"{self.path}: {sentence}"
        return f"{self.path}: the database said {said!r}"

    def revision(self) -> str | None:
        """The schema of the file, None for an empty one. Errors: StoreError."""
        with self.read() as connection:
            tables = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).scalars()
            if "alembic_version" not in set(tables):
                return None
            row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
            return None if row is None else str(row[0])

    def upgrade(self, migrations: Migrations, now: datetime) -> Path | None:
        """Bring the schema up to date; returns the copy made before, None if there was none.

        Errors: StoreError when the file was written by a newer Siaga (it is left as it is).
        """
        found = self.revision()
        if found == migrations.newest:
            return None
        from alembic import command
        from alembic.config import Config  # seldom needed, slow to import
        from alembic.script import ScriptDirectory
        from alembic.util.exc import CommandError

        config = Config()
        config.set_main_option("script_location", migrations.location)
        if found is not None:
            try:
                ScriptDirectory.from_config(config).get_revision(found)
            except CommandError:
                raise StoreError(
                    f"{self.path}: expected schema {migrations.newest} or older, got {found}, "
                    "which a newer Siaga wrote; install that version again or restore the copy "
                    "from folder backup"
                ) from None
        copy = None if found is None else self.backup(f"schema-{found}", now)
        with self.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, migrations.newest)
        for old in sorted((self.folder / "backup").glob("siaga-*.db"))[:-COPIES]:
            old.unlink(missing_ok=True)
        return copy

    def backup(self, why: str, now: datetime) -> Path:
        """A whole copy beside the database, taken while others read and write."""
        folder = self.folder / "backup"
        target = folder / f"siaga-{now:%Y%m%dT%H%M%S}-{why}.db"
        try:
            folder.mkdir(exist_ok=True)
            with (
                closing(sqlite3.connect(self.path)) as source,
                closing(sqlite3.connect(target)) as copy,
            ):
                source.backup(copy)
        except (OSError, sqlite3.Error) as error:
            target.unlink(missing_ok=True)
            raise StoreError(
                f"{target}: the copy before the upgrade could not be written ({error}); "
                "nothing was changed; free space and start again"
            ) from error
        return target
