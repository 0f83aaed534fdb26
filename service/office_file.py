"""The office's file as the pages change it: comments stay, the version before stays beside it.

Whoever changes it says which version was read; where somebody else saved meanwhile, nothing is
written. The file is replaced whole or not at all, also when power fails.
"""

import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable

from service.settings import Settings, parse_settings
from vision.errors import ConfigError
from vision.layout import ZoneKind

KEPT = 5
"""So many earlier versions stay beside the file, as office.toml.1 (the newest) and so on."""

Corners = tuple[tuple[float, float], ...]
Plain = MutableMapping[str, Any]


class FileChanged(ConfigError):
    """Somebody else saved the file since it was read; nothing was written."""

    code = "changed_meanwhile"


class FileUnwritable(ConfigError):
    """The file cannot be written, or not so that everything else in it stays."""

    code = "unwritable"


@dataclass(frozen=True, slots=True)
class CameraDraft:
    """A camera as it shall stand in the file. `values` are keys to write; the others stay."""

    camera: str
    values: Mapping[str, object]
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CounterDraft:
    """A counter as it shall stand in the file; a zone that is not there was not drawn."""

    counter: str
    name: str
    role: str
    camera: str
    rostered: bool
    zones: Mapping[ZoneKind, Corners]


@dataclass(frozen=True, slots=True)
class LayoutDraft:
    """All cameras and counters; what is not named is taken out of the file."""

    cameras: Sequence[CameraDraft]
    counters: Sequence[CounterDraft]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file as it would be: its content, what it says, and the version it was made from."""

    content: bytes
    settings: Settings
    made_from: str


class OfficeFile:
    """`office.toml`. Every method may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._one_at_a_time = Lock()

    @property
    def version(self) -> str:
        """Names what the file holds now. Errors: FileUnwritable when it is gone."""
        return _version(self._read())

    def with_layout(self, draft: LayoutDraft, made_from: str) -> Proposal:
        """The file with these cameras and counters.

        Errors: FileChanged, SettingsError with the faults it would have, FileUnwritable.
        """
        with self._one_at_a_time:  # tomlkit promises nothing about threads
            return self._proposal(lambda data, make: _draw(data, draft, make), made_from)

    def with_change(self, change: "Change", made_from: str) -> Proposal:
        """The file changed by `change`, which is called for its values and for its text.

        Errors: FileChanged, SettingsError with the faults it would have, FileUnwritable.
        """
        with self._one_at_a_time:
            return self._proposal(change, made_from)

    def tables(self) -> dict[str, Any]:
        """What the file says now, as it is written. Errors: FileUnwritable."""
        try:
            return tomllib.loads(self._read().decode("utf-8-sig"))
        except ValueError as error:
            raise FileUnwritable(f"{self.path.name}: expected TOML, got: {error}") from error

    def save(self, proposal: Proposal) -> str:
        """Write it; returns its version. Errors: FileChanged, FileUnwritable."""
        with self._one_at_a_time:
            self._expect(self._read(), proposal.made_from)
            try:
                self._keep_before()
                self._replace(proposal.content)
            except OSError as error:
                raise FileUnwritable(
                    f"{self.path}: expected a file that can be written, got: "
                    f"{error.strerror}; give this account write access to its folder"
                ) from error
        return _version(proposal.content)

    # inside

    def _proposal(
        self, change: "Change", made_from: str
    ) -> Proposal:
        """Change the file's text and, beside it, its bare values: both must say the same."""
        content = self._read()
        self._expect(content, made_from)
        text = content.decode("utf-8-sig")
        expected = tomllib.loads(text)
        change(expected, Make(list, dict, lambda rows: {}))
        try:
            document = tomlkit.parse(text)
            change(document, Make(tomlkit.aot, tomlkit.table, _row_like))
            written = tomlkit.dumps(document)
            got = tomllib.loads(written)
        except (TOMLKitError, tomllib.TOMLDecodeError, ValueError) as error:
            raise FileUnwritable(f"{self.path.name}: cannot be changed here: {error}") from error
        if got != expected:
            raise FileUnwritable(
                f"{self.path.name}: cannot be changed here without changing more than was asked; "
                "write it by hand"
            )
        return Proposal(
            written.encode(), parse_settings(self.path, written.encode()), made_from
        )

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise FileUnwritable(
                f"{self.path}: expected the office's file, got: {error.strerror}"
            ) from error

    def _expect(self, content: bytes, version: str) -> None:
        if _version(content) != version:
            raise FileChanged(
                f"{self.path.name}: expected version {version}, got {_version(content)}: somebody "
                "saved meanwhile; read it again and repeat the change"
            )

    def _keep_before(self) -> None:
        """Shift the earlier versions by one and put this one first."""
        for number in range(KEPT - 1, 0, -1):
            with suppress(FileNotFoundError):
                self._earlier(number).replace(self._earlier(number + 1))
        try:
            os.link(self.path, self._earlier(1))
        except OSError:  # a file system without hard links
            shutil.copy2(self.path, self._earlier(1))

    def _earlier(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _replace(self, content: bytes) -> None:
        write_whole(self.path, content, self.path.stat().st_mode & 0o777)


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Put a file in place whole: a reader, or a power cut, sees the old one or the new one."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _version(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


# The change itself, the same on bare values and on a document that keeps its comments


@dataclass(frozen=True, slots=True)
class Make:
    """How new parts are made: bare, or as the document needs them. `row`: one beside others."""

    rows: Callable[[], Any]
    table: Callable[[], Any]
    row: Callable[[Any], Any]


Change = Callable[[Plain, Make], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a repeated section as it shall be. `was`: its place in the file, None: a new one.

    A value of None takes its key out; keys that are not named stay.
    """

    was: int | None
    values: Mapping[str, object]


def in_file_order(rows: Sequence[Row], there: int) -> list[int]:
    """Places of `rows` in the order in which `put_rows` leaves them; `there` rows are kept now."""
    kept: dict[int, int] = {}
    for place, row in enumerate(rows):
        if row.was is not None and 0 <= row.was < there and row.was not in kept:
            kept[row.was] = place
    first = [kept[was] for was in sorted(kept)]
    return [*first, *(place for place in range(len(rows)) if place not in first)]


def put_rows(table: Plain, key: str, rows: Sequence[Row], make: Make) -> None:
    """Write a repeated section: rows that stay keep their comments, new ones come last."""
    there = table.get(key)
    count = len(there) if isinstance(there, list | AoT) else 0
    order = in_file_order(rows, count)
    kept = {rows[place].was for place in order if _stays(rows[place], count)}
    if not rows or not kept:
        if key in table:
            del table[key]
        if not rows:
            return
        there = make.rows()
        for row in rows:
            put_values(made := make.table(), row.values)
            there.append(made)
        table[key] = there
        return
    assert there is not None
    for index in range(count - 1, -1, -1):
        if index not in kept:
            del there[index]
    for index, place in enumerate(order):
        if index < len(kept):
            put_values(there[index], rows[place].values)
        else:
            put_values(made := make.row(there), rows[place].values)
            there.append(made)


def put_values(table: Plain, values: Mapping[str, object]) -> None:
    """Write these keys; None takes a key out, what the file says already stays as it is."""
    for key, value in values.items():
        if value is None:
            if key in table:
                del table[key]
        else:
            _put(table, key, value)


def table_at(data: Plain, key: str, make: Make) -> Plain:
    """A table of the file, made where it is missing."""
    if key not in data:  # between braces only braces may stand
        data[key] = tomlkit.inline_table() if isinstance(data, InlineTable) else make.table()
    found: Plain = data[key]
    return found


def _stays(row: Row, count: int) -> bool:
    return row.was is not None and 0 <= row.was < count


def _row_like(rows: Any) -> Any:
    """A row as its neighbours are written: `[[x]]`, or `{...}` in one list."""
    return tomlkit.inline_table() if isinstance(rows, Array) else tomlkit.table()


def _draw(data: Plain, draft: LayoutDraft, make: Make) -> None:
    cameras = {camera.camera: camera for camera in draft.cameras}
    for row in _rows(data, "cameras", list(cameras), make):
        camera = cameras[str(row["id"])]
        for key in camera.without:
            if key in row:
                del row[key]
        for key, value in camera.values.items():
            _put(row, key, value)
    counters = {counter.counter: counter for counter in draft.counters}
    for row in _rows(data, "counters", list(counters), make):
        _put_counter(row, counters[str(row["id"])], make)


def _rows(data: Plain, key: str, names: list[str], make: Make) -> list[Plain]:
    """The tables of a repeated section: those of `names`, new ones at the end, others gone."""
    if not names:
        if key in data:
            del data[key]
        return []
    rows = data.get(key)
    if not isinstance(rows, list | AoT) or not len(rows):
        rows = make.rows()
        for name in names:
            rows.append(_named(name, make))
        data[key] = rows
        return [*data[key]]
    for index in range(len(rows) - 1, -1, -1):
        if str(rows[index].get("id")) not in names:
            del rows[index]
    there = {str(row["id"]) for row in rows}
    if not there:
        del data[key]
        return _rows(data, key, names, make)
    for name in names:
        if name not in there:
            rows.append(_named(name, make))
    return [*rows]


def _named(name: str, make: Make) -> Any:
    row = make.table()
    row["id"] = name
    return row


def _put_counter(row: Plain, counter: CounterDraft, make: Make) -> None:
    _put(row, "name", counter.name)
    _put(row, "role", counter.role)
    _put(row, "camera", counter.camera)
    if counter.rostered != row.get("rostered", True):
        row["rostered"] = counter.rostered
    zones = row.get("zones")
    if zones is None:
        row["zones"] = make.table()
        zones = row["zones"]
    for kind in ZoneKind:
        points = counter.zones.get(kind)
        if points is not None:
            _put(zones, kind.value, [[_share(x), _share(y)] for x, y in points])
        elif kind.value in zones:
            del zones[kind.value]


def _put(row: Plain, key: str, value: object) -> None:
    """Write a value, unless the file says it already in its own way."""
    if key not in row or _plain(row[key]) != _plain(value):
        row[key] = value


def _plain(value: object) -> object:
    """Times and days may be written with quotes or without."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _share(value: float) -> float:
    """Four decimals name a pixel of any picture of up to 10,000."""
    return round(float(value), 4)
