"""Stores of today's schema: the migrations run once in a process, and what they made is copied.

That they make it of every older schema is held in tests/service/test_store.py.
"""

from datetime import tzinfo
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from service.store import Store, open_store
from service.store.database import NAME

JAKARTA = ZoneInfo("Asia/Jakarta")


@cache
def _unwritten() -> bytes:
    with TemporaryDirectory() as folder:
        open_store(Path(folder)).close()
        return (Path(folder) / NAME).read_bytes()


def new_store(folder: Path, zone: tzinfo | None = JAKARTA) -> Store:
    """The store of a data folder, open; a new one is the copy."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    if not (folder / NAME).exists():
        (folder / NAME).write_bytes(_unwritten())
    return open_store(folder, zone=zone)
