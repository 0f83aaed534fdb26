"""Reads `office.toml`: every fault at once, then one frozen value that never changes.

The only place that reads the environment (the passwords of cameras). Nothing here shows a password.
"""

import csv
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import cv2
import numpy as np
from pydantic import BeforeValidator, Field

from service.calendar import (
    FRIDAY,
    CalendarSettings,
    Holiday,
    HolidayKind,
    Hours,
    HoursChange,
    OneOff,
    Pause,
    Season,
    SpecialSpan,
    broken_guards,
    hours_on,
)
from service.dress import DressCalendar, DressKind, DressRule
from service.faults import (
    Fault,
    Table,
    TomlFile,
    close_to,
    key_text,
    listed,
    parse_toml,
    read_toml,
    shown,
    word_of,
)
from service.messages.targets import is_known, is_web
from service.messages.values import MessageSettings, MqttSettings, Quiet, Recipient
from service.messages.vocabulary import TOPICS, Topic
from service.policies import known_policies, load_policy
from service.texts import Lang
from service.toml_lines import KeyPath, line_of
from vision.errors import ConfigError, PolicyError
from vision.layout import Counter, Layout, Zone, ZoneKind
from vision.policy import Policy
from vision.values import Floats

SCHEMES = ("rtsp", "rtsps", "http", "https")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
NAME_MAX = 60
_MARKS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
OVERLAP_MAX = 0.02
"""Zones of two counters may share this much of the smaller one before somebody is told."""


class SettingsError(ConfigError):
    """The file of an office has faults; each of them, beside the text that lists them all."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class SourceKind(StrEnum):
    """Where the frames of a camera come from."""

    RTSP = "rtsp"
    SNAPSHOT = "snapshot"
    HLS = "hls"
    DEVICE = "device"
    CLIP = "clip"
    FOLDER = "folder"
    RECORDING = "recording"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Name and password for a camera. The password is in no repr."""

    user: str
    password: str = field(repr=False)


CAMERAS_A_SECOND = 16
"""So many cameras can be looked at each second before opening on two cores; with more of them each
is taken from less often. Source: docs/performance.md, `cameras`."""


PERIODS_S = (1.0, 2.0, 4.0, 7.0, 10.0)


def usual_period_s(camera_count: int) -> float:
    """How often a picture is taken of each of so many cameras before opening, seconds.

    In steps: one camera more must not change the pace of all others.
    """
    wanted = camera_count / CAMERAS_A_SECOND
    return next((step for step in PERIODS_S if step >= wanted), PERIODS_S[-1])


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """One camera. `address` is a URL without name and password, or the path of a file or folder.

    `address` may hold a query with a secret: show `shown_address`. `masks` are polygons (N, 2) in
    shares of the picture, blackened before anything else. `starts_at` is the time of a clip's first
    frame; `ca_file` the authority that signed the camera's certificate; `token` a bearer token.
    """

    camera: str
    kind: SourceKind
    address: str = field(repr=False)
    credentials: Credentials | None = field(default=None, repr=False)
    period_s: float = 1.0
    reference: Path | None = None
    masks: tuple[Floats, ...] = ()
    starts_at: datetime | None = None
    ca_file: Path | None = None
    token: str = field(default="", repr=False)

    @property
    def shown_address(self) -> str:
        """The address as it may be shown and logged."""
        return masked(self.address) if self.is_network else self.address

    @property
    def is_network(self) -> bool:
        """Whether it is reached over the network."""
        return self.kind in (SourceKind.RTSP, SourceKind.SNAPSHOT, SourceKind.HLS)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where board and API listen. `trusted_origins` are those of a proxy in front, if any."""

    host: str = "127.0.0.1"
    port: int = 8477
    secure_cookie: bool = False
    trusted_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long things are kept. Source: docs/standard.md P-07; samples and size are ours."""

    crop_days: int = 14
    rows_days: int = 365
    samples_days: int = 2
    evidence_gb: float = 20.0


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """What notice and impact assessment say beside the other settings; empty: not filled in."""

    controller: str = ""
    contact: str = ""
    officer: str = ""
    purpose: str = ""
    basis: str = ""
    opinion: str = ""
    consulted: date | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """One office as it is configured.

    `rostered` are the ids of the counters that are served; `warnings` are lines for the operator.
    """

    path: Path
    office: str
    name: str
    zone: ZoneInfo
    data: Path
    policy: Policy
    calendar: CalendarSettings
    cameras: tuple[CameraSettings, ...]
    layout: Layout
    rostered: frozenset[str]
    server: ServerSettings
    retention: RetentionSettings
    dress: DressCalendar = field(default_factory=DressCalendar)
    privacy: PrivacySettings = PrivacySettings()
    warnings: tuple[str, ...] = ()
    messages: MessageSettings = field(default_factory=MessageSettings)

    def camera(self, name: str) -> CameraSettings:
        """The camera with this id. Errors: KeyError."""
        for camera in self.cameras:
            if camera.camera == name:
                return camera
        raise KeyError(name)


def load_settings(path: Path) -> Settings:
    """Read an office. Errors: SettingsError lists every fault with its line."""
    file = read_toml(path, SettingsError)
    return _Reading(file, path.resolve().parent, [], [], []).settings(path)


def parse_settings(path: Path, content: bytes) -> Settings:
    """The office of `path` as it would be with this content. Errors: SettingsError."""
    file = parse_toml(path.name, content, SettingsError)
    return _Reading(file, path.resolve().parent, [], [], []).settings(path)


def masked(url: str) -> str:
    """A URL without name, password and query, however broken it is."""
    rest = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:/+)?.*@", r"\1***@", url, flags=re.DOTALL)
    return re.sub(r"\?.*", "?***", rest, flags=re.DOTALL)


# What a file may hold


def _read_time(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise ValueError('a time like "08:00"')


def _read_pause(value: object) -> Pause | tuple[()]:
    if isinstance(value, list) and len(value) in (0, 2):
        times = tuple(_read_time(item) for item in value)
        return (times[0], times[1]) if times else ()
    raise ValueError('two times like ["12:15", "13:00"], or [] for no break')


def _read_words(value: object) -> object:
    if isinstance(value, str) and has_marks(value):
        raise ValueError("words without invisible marks of direction or line")
    return value


def _read_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("a date like 2026-08-17") from None


def unfit_name(name: str) -> str:
    """Why a name cannot stand on the board: `empty`, `long`, `marks`; empty text: it can.

    Marks are letters that nobody sees and that turn or break the line they stand in.
    """
    if not name.strip():
        return "empty"
    if len(name) > NAME_MAX:
        return "long"
    return "marks" if has_marks(name) else ""


def has_marks(text: str) -> bool:
    """Whether it holds letters that nobody sees and that turn or break the line they stand in."""
    return _MARKS.search(text) is not None


def _read_name(value: object) -> object:
    words = {
        "empty": "a name",
        "long": f"a name of at most {NAME_MAX} letters",
        "marks": "a name without invisible marks of direction or line",
    }
    why = unfit_name(value) if isinstance(value, str) else ""
    if why:
        raise ValueError(words[why])
    return value


Name = Annotated[str, BeforeValidator(_read_name)]
Clock = Annotated[time, BeforeValidator(_read_time)]
Break = Annotated[Pause | tuple[()], BeforeValidator(_read_pause)]
Day = Annotated[date, BeforeValidator(_read_day)]
Words = Annotated[str, BeforeValidator(_read_words)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Points = list[list[float]]


class HoursTable(Table):
    """Local times that a weekday, a season or a day may have of its own."""

    briefing: Clock | None = Field(default=None, description="start of the morning briefing")
    opens: Clock | None = Field(default=None, description="counters open")
    closes: Clock | None = Field(default=None, description="counters close")
    work_ends: Clock | None = Field(default=None, description="end of work")
    break_: Break | None = Field(
        default=None, alias="break", description='begin and end, like ["12:15", "13:00"]; [] = none'
    )

    def change(self) -> HoursChange:
        return HoursChange(self.briefing, self.opens, self.closes, self.work_ends, self.break_)


class DayTable(HoursTable):
    """`[[calendar.days]]`: a single day as the office decided it."""

    date: Day = Field(description="the day, like 2026-08-17")
    closed: bool | None = Field(default=None, description="true: no service; false: a working day")
    note: str = Field(default="", description="shown on the board")


class SeasonTable(HoursTable):
    """`[[calendar.seasons]]`: hours of a span of days."""

    name: str = Field(min_length=1, description="like Ramadan")
    first: Day = Field(alias="from", description="first day")
    last: Day = Field(alias="to", description="last day, included")
    friday_break: Break | None = Field(default=None, description="break on Fridays")


class HolidayTable(Table):
    """`[[calendar.holidays]]`: overrides the table of the package `holidays`."""

    date: Day = Field(description="the day")
    name: str = Field(min_length=1, description="what is celebrated")
    type: Annotated[HolidayKind, word_of(HolidayKind)] = Field(description="kind of holiday")
    open: bool = Field(default=False, description="true: counters serve all the same")


class SpecialTable(Table):
    """`[[calendar.special]]`: a planned span in which nothing is judged."""

    since: datetime = Field(description="local time, like 2026-08-17T07:00:00")
    until: datetime = Field(description="local time, like 2026-08-17T09:00:00")
    note: str = Field(default="", description="ceremony, drill, ...")


class CalendarTable(HoursTable):
    """`[calendar]`. Spans default to those of the policy."""

    friday_break: Break | None = Field(default=None, description="break on Fridays; [] = none")
    working_days: list[str] | None = Field(default=None, description="monday ... sunday")
    weekdays: dict[str, HoursTable] = Field(default={}, description="hours by weekday")
    ready_lead_min: float | None = Field(
        default=None, ge=0, le=30, description="ready this many minutes before opening"
    )
    ready_window_min: float | None = Field(
        default=None, ge=5, le=30, description="minutes of measuring before opening"
    )
    arrive_lead_min: float | None = Field(
        default=None, ge=0, le=120, description="minutes before the briefing"
    )
    brief_lead_min: float | None = Field(
        default=None, ge=0, le=120, description="minutes before the briefing"
    )
    brief_gap_min: float | None = Field(
        default=None, ge=0, le=120, description="least minutes from briefing to opening"
    )
    close_max_min: float | None = Field(
        default=None, ge=0, le=120, description="minutes for the last visitors after closing"
    )
    holidays_file: str | None = Field(
        default=None, description="CSV with the columns date, name, type, open"
    )
    days: list[DayTable] = Field(default=[], description="single days")
    seasons: list[SeasonTable] = Field(default=[], description="spans of days")
    holidays: list[HolidayTable] = Field(default=[], description="holidays of the office")
    special: list[SpecialTable] = Field(default=[], description="planned ceremonies and drills")


class OfficeTable(Table):
    """`[office]`."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="short name, like kppn-kotabumi")
    name: str = Field(min_length=1, description="name of the office")
    time_zone: str = Field(description="like Asia/Jakarta, Asia/Makassar or Asia/Jayapura")
    policy: str = Field(description="id of a standard, or path of its file")
    data: str = Field(default="data", min_length=1, description="data folder")


class CameraTable(Table):
    """`[[cameras]]`: one of url, device, clip, folder, recording and push: whence frames come."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="short name, like loket-1")
    url: str | None = Field(default=None, description="rtsp://, rtsps://, http:// or https://")
    device: str | None = Field(
        default=None,
        pattern=r"^/dev(/[A-Za-z0-9_][A-Za-z0-9_.:-]*)+$",
        description="a camera at this machine, like /dev/video0",
    )
    clip: str | None = Field(default=None, description="a video file")
    folder: str | None = Field(default=None, description="a folder of pictures")
    recording: str | None = Field(default=None, description="a recorded morning")
    push: bool = Field(
        default=False, description="true: it brings its pictures itself, with a token, by the API"
    )
    password_env: str | None = Field(
        default=None,
        pattern=r"^[A-Z_][A-Z0-9_]*$",
        description="name of the environment variable that holds the password",
    )
    password_file: str | None = Field(default=None, description="file that holds the password")
    token_env: str | None = Field(
        default=None,
        pattern=r"^[A-Z_][A-Z0-9_]*$",
        description="name of the environment variable that holds a bearer token (http)",
    )
    token_file: str | None = Field(default=None, description="file that holds a bearer token")
    period_s: float | None = Field(
        default=None,
        ge=0.1,
        le=10,
        description="one picture each so many seconds before opening "
        "(default: 1; 2 with more than 16 cameras, 4 with more than 32, 7 with more than 64)",
    )
    starts_at: datetime | None = Field(
        default=None, description="time of the first frame of a clip, with its UTC offset"
    )
    ca_file: str | None = Field(
        default=None,
        description="authority that signed the camera's certificate; an rtsps line without it is "
        "secret, but nobody asks who is at its other end",
    )
    reference: str | None = Field(default=None, description="picture of the empty, clear desk")
    masks: list[Points] = Field(default=[], description="polygons blackened before anything else")


class ZonesTable(Table):
    """`[counters.zones]`: polygons in shares of the picture."""

    staff: Points | None = Field(default=None, description="where staff sit or stand")
    desk: Points | None = Field(default=None, description="staff half of the table top")
    visitor: Points | None = Field(default=None, description="where visitors sit or stand")
    screen: Points | None = Field(default=None, description="the monitor")


class CounterTable(Table):
    """`[[counters]]`: a service position."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="short name, like FO-1")
    name: Name = Field(description="shown on the board")
    role: str = Field(description="role of the standard, like FO, CSO or SATPAM")
    camera: str = Field(description="id of the camera that sees it")
    rostered: bool = Field(default=True, description="whether it is served")
    zones: ZonesTable = Field(description="polygons of the counter")


class ServerTable(Table):
    """`[server]`."""

    host: str = Field(
        default="127.0.0.1", pattern=r"^[A-Za-z0-9.:_-]+$", description="address to listen on"
    )
    port: int = Field(default=8477, ge=1, le=65535, description="port to listen on")
    secure_cookie: bool = Field(default=False, description="true behind https")
    trusted_origins: list[Annotated[str, Field(pattern=r"^https?://[^/\s@]+$")]] = Field(
        default=[], description="like https://siaga.example.go.id"
    )


class RetentionTable(Table):
    """`[retention]`. Days default to those of the policy."""

    crop_days: int | None = Field(default=None, ge=1, le=30, description="days of evidence crops")
    rows_days: int | None = Field(default=None, ge=30, le=3650, description="days of verdict rows")
    samples_days: int = Field(default=2, ge=1, le=30, description="days of frame observations")
    evidence_gb: float = Field(default=20, ge=0.1, le=10000, description="GB of evidence at most")


class RecipientTable(Table):
    """`[[messages.to]]`: who is told. The address is a secret: it lies in a file of its own."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$", description="short name, like kepala-kantor"
    )
    url_file: str | None = Field(
        default=None, description="file that holds the address, like secrets/kepala-kantor.url"
    )
    url_env: str | None = Field(
        default=None,
        pattern=r"^[A-Z_][A-Z0-9_]*$",
        description="name of the environment variable that holds the address",
    )
    secret_file: str | None = Field(
        default=None, description="file that holds the secret under which a webhook is signed"
    )
    secret_env: str | None = Field(
        default=None,
        pattern=r"^[A-Z_][A-Z0-9_]*$",
        description="name of the environment variable that holds that secret",
    )
    tell: list[Annotated[Topic, word_of(Topic)]] | None = Field(
        default=None, description="what of: digest, camera, counter"
    )
    language: Annotated[Lang, word_of(Lang)] | None = Field(default=None, description="id or en")
    quiet: Break | None = Field(
        default=None, description='hours without messages, like ["18:00", "06:30"]'
    )


class MqttTable(Table):
    """`[messages.mqtt]`: a broker that is told how the office stands."""

    host: str = Field(pattern=r"^[A-Za-z0-9.:_-]+$", description="name or address of the broker")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="usually 1883, with tls 8883"
    )
    user: str = Field(default="", description="user name at the broker")
    password_file: str | None = Field(default=None, description="file that holds the password")
    password_env: str | None = Field(
        default=None,
        pattern=r"^[A-Z_][A-Z0-9_]*$",
        description="name of the environment variable that holds the password",
    )
    tls: bool = Field(default=False, description="true: encrypted")
    ca_file: str | None = Field(
        default=None, description="authority that signed the broker's certificate"
    )
    prefix: str = Field(
        default="siaga", pattern=r"^[A-Za-z0-9_/-]+$", description="first part of every topic"
    )
    discovery_prefix: str = Field(
        default="homeassistant",
        pattern=r"^[A-Za-z0-9_/-]+$",
        description="where entities are announced",
    )


class MessagesTable(Table):
    """`[messages]`."""

    language: Annotated[Lang, word_of(Lang)] = Field(default=Lang.ID, description="id or en")
    cool_down_min: float = Field(
        default=60, ge=0, le=1440, description="minutes until the same may be said again"
    )
    board_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s@]+)?$",
        description="address of the board as people open it, like https://siaga.example.go.id/",
    )
    to: list[RecipientTable] = Field(default=[], description="who is told")
    mqtt: MqttTable | None = Field(default=None, description="a broker that is told")


class DressRuleTable(Table):
    """`[dress.weekdays.monday]`: what is worn on a day."""

    rule: Annotated[DressKind, word_of(DressKind)] = Field(description="what the rule says")
    words: Words = Field(default="", max_length=200, description="how people say it")
    colours: list[Colour] = Field(
        default=[], max_length=8, description='tops that are allowed, like "#ffffff"'
    )

    def to_rule(self) -> DressRule:
        return DressRule(self.rule, self.words, tuple(colour.lower() for colour in self.colours))


class DressDayTable(DressRuleTable):
    """`[[dress.days]]`: what is worn on one day, whatever its weekday says."""

    date: Day = Field(description="the day, like 2026-10-02")


class DressTable(Table):
    """`[dress]`: the dress calendar as the office signed it."""

    signed_by: Words = Field(default="", max_length=200, description="who signed it, and when")
    valid_until: Day | None = Field(default=None, description="no rule holds after this day")
    weekdays: dict[str, DressRuleTable] | None = Field(default=None, description="by weekday")
    days: list[DressDayTable] = Field(default=[], description="single days")


class PrivacyTable(Table):
    """`[privacy]`: who is responsible, for what, and whom to ask; for the notice and the DPIA."""

    controller: Words = Field(default="", max_length=200, description="who is responsible")
    contact: Words = Field(default="", max_length=200, description="whom to ask, and how")
    officer: Words = Field(default="", max_length=200, description="data protection officer")
    purpose: Words = Field(default="", max_length=600, description="what it is for")
    basis: Words = Field(default="", max_length=600, description="the order it rests on")
    opinion: Words = Field(default="", max_length=200, description="number of the legal opinion")
    consulted: Day | None = Field(default=None, description="day staff were consulted")
    notices: list[Words] = Field(
        default=[], max_length=20, description="where the notice hangs: entrances and desks"
    )


SECTIONS: Mapping[str, tuple[type[Table], bool]] = {
    "office": (OfficeTable, False),
    "calendar": (CalendarTable, False),
    "cameras": (CameraTable, True),
    "counters": (CounterTable, True),
    "server": (ServerTable, False),
    "retention": (RetentionTable, False),
    "messages": (MessagesTable, False),
    "dress": (DressTable, False),
    "privacy": (PrivacyTable, False),
}
"""Every section of the file, and whether it repeats (`[[cameras]]`)."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file being read, with the faults and warnings found so far.

    `below` are faults of files that this one names. Each section is read on its own, so that a
    fault in one hides none in another.
    """

    file: TomlFile
    folder: Path
    faults: list[Fault]
    below: list[str]
    warnings: list[str]

    def settings(self, path: Path) -> Settings:
        self.know_sections()
        office = self.office()
        zone = self.zone(office)
        policy = self.policy(office)
        calendar = self.calendar(zone or ZoneInfo("UTC"), policy)
        cameras = self.cameras()
        counters, rostered = self.counters(policy)
        server, retention = self.server(), self.retention(policy)
        messages = self.messages()
        dress, privacy = self.dress(), self.privacy()
        data = self.data(office)
        if self.faults or self.below or not (office and zone and policy and data):
            raise SettingsError("\n".join([listed(self.faults), *self.below]), tuple(self.faults))
        return Settings(
            path=path,
            office=office.id,
            name=office.name,
            zone=zone,
            data=data,
            policy=policy,
            calendar=calendar,
            cameras=cameras,
            layout=Layout(_layout_version(counters), counters),
            rostered=rostered,
            server=server,
            retention=retention,
            dress=dress,
            privacy=privacy,
            warnings=tuple(self.warnings),
            messages=messages,
        )

    def fault(self, path: KeyPath, expected: str, got: str, remedy: str = "") -> None:
        self.faults.append(self.file.fault(path, expected, got, remedy))

    def warn(self, path: KeyPath, sentence: str) -> None:
        line = line_of(self.file.lines, path)
        self.warnings.append(f"{self.file.name}:{line} {key_text(path)}: {sentence}")

    def know_sections(self) -> None:
        for key in self.file.data.keys() - SECTIONS.keys():
            self.fault((key,), "a known section", f'"{key}"', close_to(key, SECTIONS))

    def section(self, key: str) -> Any:
        """The raw table of a section; an empty one where it is missing."""
        data = self.file.data.get(key, {})
        if not isinstance(data, dict):
            self.fault((key,), f"[{key}]", shown(data), "one pair of brackets")
            return {}
        return data

    def repeated(self, key: str) -> list[tuple[int, Any]]:
        """The raw tables of a repeated section with their positions; a new office has none yet."""
        data = self.file.data.get(key, [])
        if not isinstance(data, list):
            self.fault((key,), f"[[{key}]]", shown(data), "two pairs of brackets")
            return []
        if not data:
            self.warn((key,), "none yet: add the first on the page Pemasangan")
        return list(enumerate(data))

    # [office]

    def office(self) -> OfficeTable | None:
        return self.file.read(OfficeTable, self.section("office"), ("office",), self.faults)

    def zone(self, office: OfficeTable | None) -> ZoneInfo | None:
        if office is None:
            return None
        try:
            return ZoneInfo(office.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            asian = [name for name in available_timezones() if name.startswith("Asia/")]
            near = close_to(office.time_zone, asian)
            remedy = near if near.startswith("did") else "Asia/Jakarta, Asia/Makassar, ..."
            path = ("office", "time_zone")
            self.fault(path, "a known time zone", shown(office.time_zone), remedy)
            return None

    def policy(self, office: OfficeTable | None) -> Policy | None:
        if office is None:
            return None
        if office.policy in known_policies():
            return load_policy(office.policy)
        path = self.folder / office.policy
        if not path.is_file():
            expected = "the id of a standard or a policy file"
            remedy = close_to(office.policy, known_policies())
            self.fault(("office", "policy"), expected, shown(office.policy), remedy)
            return None
        try:
            return load_policy(path)
        except PolicyError as error:
            self.fault(("office", "policy"), "a policy without faults", shown(office.policy))
            self.below.extend(str(error).splitlines()[1:])
            return None

    def data(self, office: OfficeTable | None) -> Path | None:
        if office is None:
            return None
        path = self.folder / office.data
        if path.exists() and not path.is_dir():
            self.fault(("office", "data"), "a folder", f"the file {shown(office.data)}")
        return path

    # [calendar]

    def calendar(self, zone: ZoneInfo, policy: Policy | None) -> CalendarSettings:
        usual = CalendarSettings(zone)
        path: KeyPath = ("calendar",)
        data, before = self.section("calendar"), len(self.faults)
        table = self.file.read(CalendarTable, data, path, self.faults)
        if table is None:
            # A broken day or season hides no broken hours; broken hours would cause false faults.
            broken = {re.split(r"[.\[]", fault.key)[1] for fault in self.faults[before:]}
            data = {key: value for key, value in data.items() if key not in broken}
            hours_keys = ("opens", "closes", "briefing", "work_ends", "break")
            table = self.file.read(CalendarTable, data, path, [])
            if table is None or broken.intersection(hours_keys):
                return usual
        spans = {
            name: self.span(f"{name}_min", getattr(table, f"{name}_min"), policy)
            for name in (
                "ready_lead",
                "ready_window",
                "arrive_lead",
                "brief_lead",
                "brief_gap",
                "close_max",
            )
        }
        if spans["ready_lead"] > spans["ready_window"]:
            expected = f"at most ready_window_min {_minutes(spans['ready_window']):g}"
            got = f"{_minutes(spans['ready_lead']):g}"
            remedy = "measuring must begin before the answer is due"
            self.fault((*path, "ready_lead_min"), expected, got, remedy)
        hours = table.change().on(usual.hours)
        calendar = CalendarSettings(
            zone=zone,
            hours=hours,
            weekdays=self.weekdays(table, hours, usual),
            working_days=self.working_days(table, usual),
            seasons=self.seasons(table),
            holidays=self.holidays(table),
            covered_years=frozenset(),
            one_offs=self.one_offs(table),
            special=self.special(table, zone),
            **spans,
        )
        own, years = self.holidays_file(table)
        written = {holiday.day for holiday in calendar.holidays}
        both = (*calendar.holidays, *(holiday for holiday in own if holiday.day not in written))
        calendar = replace(calendar, holidays=both, covered_years=years)
        self.guard(calendar, table)
        return calendar

    def span(self, key: str, minutes: float | None, policy: Policy | None) -> timedelta:
        """A span of the office, else of the policy, else of docs/standard.md 2.3."""
        name = key.removesuffix("_min")
        usual: timedelta = getattr(CalendarSettings(ZoneInfo("UTC")), name)
        if policy is not None:
            usual = timedelta(seconds=policy.parameters[f"{name}_s"])
        if minutes is None:
            return usual
        if timedelta(minutes=minutes) != usual:
            sentence = f"{minutes:g}, but the policy that verdicts cite says {_minutes(usual):g}"
            self.warn(("calendar", key), sentence)
        return timedelta(minutes=minutes)

    def weekdays(
        self, table: CalendarTable, hours: Hours, usual: CalendarSettings
    ) -> dict[int, HoursChange]:
        changes: dict[int, HoursChange] = {}
        for name, own in table.weekdays.items():
            if name in WEEKDAYS:
                changes[WEEKDAYS.index(name)] = own.change()
            else:
                path = ("calendar", "weekdays", name)
                self.fault(path, "a weekday", f'"{name}"', close_to(name, WEEKDAYS))
        friday = changes.get(FRIDAY, HoursChange())
        pause = table.friday_break
        if pause is None and table.break_ != ():
            # The Ministry's Friday break holds unless the hours of Friday leave no room for it.
            ministry, own_hours = usual.weekdays[FRIDAY].pause, friday.on(hours)
            inside = ministry and own_hours.opens < ministry[0] and ministry[1] < own_hours.closes
            pause = ministry if inside else None
        if friday.pause is None and pause is not None:
            changes[FRIDAY] = replace(friday, pause=pause)
        return changes

    def working_days(self, table: CalendarTable, usual: CalendarSettings) -> frozenset[int]:
        if table.working_days is None:
            return usual.working_days
        path: KeyPath = ("calendar", "working_days")
        for index, name in enumerate(table.working_days):
            if name not in WEEKDAYS:
                hint = close_to(name, WEEKDAYS)
                self.fault((*path, index), "a weekday", shown(name), hint)
        if not table.working_days:
            self.fault(path, "at least one weekday", "none")
        return frozenset(WEEKDAYS.index(n) for n in table.working_days if n in WEEKDAYS)

    def seasons(self, table: CalendarTable) -> tuple[Season, ...]:
        seasons: list[Season] = []
        for index, row in enumerate(table.seasons):
            path: KeyPath = ("calendar", "seasons", index)
            if row.last < row.first:
                self.fault((*path, "to"), f"a day from {row.first} on", str(row.last))
            for other in seasons:
                if row.first <= other.last and other.first <= row.last:
                    expected = f"no day of the season {other.name}"
                    self.fault((*path, "from"), expected, f"{row.first} to {row.last}")
            friday = row.friday_break
            weekdays = {} if friday is None else {FRIDAY: HoursChange(pause=friday)}
            season = Season(row.name, row.first, row.last, row.change(), weekdays)
            if season.is_ramadan and not season.is_set:
                self.warn(path, "without briefing, opens and closes its days are not judged")
            seasons.append(season)
        return tuple(seasons)

    def holidays(self, table: CalendarTable) -> tuple[Holiday, ...]:
        rows = [Holiday(row.date, row.name, row.type, row.open) for row in table.holidays]
        self.no_day_twice([row.day for row in rows], "holidays")
        return tuple(rows)

    def one_offs(self, table: CalendarTable) -> tuple[OneOff, ...]:
        rows = []
        for index, row in enumerate(table.days):
            change = row.change()
            if row.closed and change != HoursChange():
                path: KeyPath = ("calendar", "days", index, "closed")
                self.fault(path, "hours or closed, not both", "both", "leave one away")
            if row.closed is None and change == HoursChange():
                path = ("calendar", "days", index)
                self.fault(path, "hours, or closed = true or false", "neither")
            rows.append(OneOff(row.date, bool(row.closed), change, row.note))
        self.no_day_twice([row.day for row in rows], "days")
        return tuple(rows)

    def no_day_twice(self, days: Sequence[date], key: str, section: str = "calendar") -> None:
        for index, day in enumerate(days):
            if day in days[:index]:
                path: KeyPath = (section, key, index, "date")
                self.fault(path, "each day once", str(day), "put both into one entry")

    def special(self, table: CalendarTable, zone: ZoneInfo) -> tuple[SpecialSpan, ...]:
        spans = []
        for index, row in enumerate(table.special):
            since, until = (
                (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
                for at in (row.since, row.until)
            )
            if until <= since:
                path: KeyPath = ("calendar", "special", index, "until")
                self.fault(path, f"a time after {row.since}", str(row.until))
            spans.append(SpecialSpan(since, until, row.note))
        return tuple(spans)

    def holidays_file(
        self, table: CalendarTable
    ) -> tuple[tuple[Holiday, ...], frozenset[int]]:
        """The office's own holiday table, and the years it covers."""
        if table.holidays_file is None:
            return (), frozenset()
        path = self.folder / table.holidays_file
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            got = shown(table.holidays_file)
            self.fault(("calendar", "holidays_file"), "a readable CSV file", got)
            return (), frozenset()
        # Spreadsheets of Indonesian offices separate by semicolon.
        first_line = text.partition("\n")[0]
        rows = csv.DictReader(
            text.splitlines(), delimiter=";" if ";" in first_line else ",", restval=""
        )
        missing = {"date", "name", "type"} - set(rows.fieldnames or ())
        if missing:
            expected = "the columns date, name, type"
            got = f"none named {', '.join(sorted(missing))}"
            self.faults.append(Fault(path.name, 1, "", expected, got))
            return (), frozenset()
        holidays = []
        for row in rows:
            try:
                holidays.append(_holiday_of(row))
            except ValueError as error:
                column, expected, got = error.args
                self.faults.append(Fault(path.name, rows.line_num, column, expected, shown(got)))
        return tuple(holidays), frozenset(holiday.day.year for holiday in holidays)

    def guard(self, calendar: CalendarSettings, table: CalendarTable) -> None:
        """Refuse hours of which no day plan can be made (docs/standard.md 4.2)."""
        base = calendar.hours
        written: list[tuple[KeyPath, Hours]] = [(("calendar",), base)]
        friday: KeyPath = ("calendar", "friday_break")
        by_weekday = {day: change.on(base) for day, change in calendar.weekdays.items()}
        for day, hours in by_weekday.items():
            own: KeyPath = ("calendar", "weekdays", WEEKDAYS[day])
            written.append((own if WEEKDAYS[day] in table.weekdays else friday, hours))
        for index, season in enumerate(calendar.seasons):
            for day in sorted(calendar.working_days):
                hours = season.hours.on(by_weekday.get(day, base))
                change = season.weekdays.get(day)
                hours = change.on(hours) if change else hours
                written.append((("calendar", "seasons", index), hours))
        for index, one_off in enumerate(calendar.one_offs):
            if not one_off.is_closed:
                written.append((("calendar", "days", index), hours_on(calendar, one_off.day)))
        usual = set(broken_guards(base, calendar.brief_gap))
        told: set[tuple[str, str, str]] = set()
        for path, hours in written:
            # What the usual hours have wrong is told with them; what two weekdays have, with each.
            before = usual if path[1:2] == ("weekdays",) else told
            for key, expected, got in broken_guards(hours, calendar.brief_gap):
                if (key, expected, got) not in before:
                    place = path if path == friday else (*path, key)
                    self.fault(place, expected, got, "see docs/standard.md 4.2")
                told.add((key, expected, got))

    # [[cameras]]

    def cameras(self) -> tuple[CameraSettings, ...]:
        cameras = []
        rows = self.repeated("cameras")
        for index, data in rows:
            path: KeyPath = ("cameras", index)
            table = self.file.read(CameraTable, data, path, self.faults)
            if table is not None:
                camera = self.camera(table, path, usual_period_s(len(rows)))
                cameras += [camera] if camera else []
        self.no_id_twice("cameras")
        return tuple(cameras)

    def camera(
        self, table: CameraTable, path: KeyPath, period_s: float
    ) -> CameraSettings | None:
        given = [
            (kind, word)
            for kind, word in (
                ("url", table.url),
                ("device", table.device),
                ("clip", table.clip),
                ("folder", table.folder),
                ("recording", table.recording),
                ("push", "push" if table.push else None),
            )
            if word is not None
        ]
        reference = self.existing(table.reference, (*path, "reference"), "a picture file")
        masks = [
            self.polygon(points, (*path, "masks", number))
            for number, points in enumerate(table.masks)
        ]
        if table.starts_at and table.starts_at.utcoffset() is None:
            expected = "a time with its UTC offset"
            remedy = "like 2026-11-24T07:20:00+07:00"
            self.fault((*path, "starts_at"), expected, str(table.starts_at), remedy)
        if len(given) != 1:
            got = " and ".join(kind for kind, _ in given) or "none"
            self.fault(path, "one of url, device, clip, folder, recording and push", got)
            return None
        key, word = given[0]
        credentials, token = None, ""
        if key == "url":
            parts = self.url(word, (*path, "url"))
            if parts is None:
                return None
            credentials = self.credentials(table, parts, path)
            netloc = parts.netloc.rpartition("@")[2]
            address = urlunsplit(parts._replace(netloc=netloc))
            kind = kind_of(parts)
            token = self.token(table, kind, credentials, path)
        elif key in ("device", "push"):
            address, kind = word, SourceKind(key)
        else:
            expected = {"clip": "a video file", "folder": "a folder"}.get(key, "a recording")
            found = self.existing(word, (*path, key), expected)
            address, kind = str(found or word), SourceKind(key)
        if key != "url":
            for other in ("password_env", "password_file", "token_env", "token_file", "ca_file"):
                if getattr(table, other) is not None:
                    self.fault((*path, other), f"no {other} without url", "one")
        return CameraSettings(
            camera=table.id,
            kind=kind,
            address=address,
            credentials=credentials,
            period_s=period_s if table.period_s is None else table.period_s,
            reference=reference,
            masks=tuple(mask for mask in masks if mask is not None),
            starts_at=table.starts_at,
            ca_file=self.existing(table.ca_file, (*path, "ca_file"), "a file"),
            token=token,
        )

    def url(self, text: str, path: KeyPath) -> SplitResult | None:
        """The parts of a camera's URL, if it is one that may be opened."""
        why = unfit_url(text)
        if not why:
            return urlsplit(text)
        remedy = "write rtsp://HOST/PATH, or https://HOST/PATH for single pictures"
        expected = "rtsp://, rtsps://, http:// or https:// with a valid host and port"
        got = shown(masked(text))
        if why == "blank":
            expected = "a URL without blanks, pipes and control characters"
            got = shown(masked(text).encode("unicode_escape").decode())
        self.fault(path, expected, got, remedy)
        return None

    def credentials(
        self, table: CameraTable, parts: SplitResult, path: KeyPath
    ) -> Credentials | None:
        user = unquote(parts.username or "")
        sources = []
        if parts.password is not None:
            sources.append(("url", unquote(parts.password)))
            sentence = "holds a password; move it to password_env or password_file"
            self.warn((*path, "url"), sentence)
        sources += self.secrets(table, "password", path)
        if len(sources) > 1:
            got = " and ".join(key for key, _ in sources)
            self.fault(path, "the password in one place", got)
        if sources and not user:
            self.fault((*path, "url"), "a user name beside the password", "none", "rtsp://NAME@...")
        if not user:
            return None
        return Credentials(user, sources[0][1] if sources else "")

    def token(
        self, table: CameraTable, kind: SourceKind, known: Credentials | None, path: KeyPath
    ) -> str:
        """The bearer token of a camera; empty where it has none."""
        sources = self.secrets(table, "token", path)
        if len(sources) > 1:
            self.fault(path, "the token in one place", "token_env and token_file")
        if not sources:
            return ""
        key, token = sources[0]
        if kind is SourceKind.RTSP:
            self.fault((*path, key), f"no {key} for rtsp", "one", "use name and password")
        if known is not None:
            self.fault((*path, key), "a token, or a name with a password", "both")
        if not token.isascii() or not token.isprintable():
            self.fault((*path, key), "a token of printable ASCII", "another")
            return ""
        return token

    def secrets(self, table: Table, word: str, path: KeyPath) -> list[tuple[str, str]]:
        """What `WORD_env` and `WORD_file` hold, by key."""
        sources = []
        variable = getattr(table, f"{word}_env")
        if variable is not None:
            secret = os.environ.get(variable)
            if not secret:
                sentence = f"the environment variable {variable} is not set"
                self.warn((*path, f"{word}_env"), sentence)
            sources.append((f"{word}_env", secret or ""))
        name = getattr(table, f"{word}_file")
        if name is not None:
            file = self.existing(name, (*path, f"{word}_file"), "a file")
            try:
                secret = file.read_text("utf-8").strip() if file else ""
            except (OSError, UnicodeDecodeError):
                secret = ""
                self.fault((*path, f"{word}_file"), "a readable text file", "another")
            sources.append((f"{word}_file", secret))
        return sources

    def existing(self, name: str | None, path: KeyPath, expected: str) -> Path | None:
        """The path of `name` from the folder of the file, if something is there."""
        if name is None:
            return None
        found = self.folder / name
        is_right = found.is_dir() if expected == "a folder" else found.exists()
        if expected in ("a picture file", "a video file", "a file"):
            is_right = found.is_file()
        if not is_right:
            remedy = f"looked in {self.folder}"
            self.fault(path, expected, f"nothing at {shown(name)}", remedy)
            return None
        return found

    # [[counters]]

    def counters(self, policy: Policy | None) -> tuple[tuple[Counter, ...], frozenset[str]]:
        raw_cameras = self.file.data.get("cameras")
        rows = raw_cameras if isinstance(raw_cameras, list) else []
        cameras = [str(row.get("id")) for row in rows if isinstance(row, dict)]
        counters: list[tuple[KeyPath, Counter]] = []
        rostered = set()
        for index, data in self.repeated("counters"):
            path: KeyPath = ("counters", index)
            table = self.file.read(CounterTable, data, path, self.faults)
            if table is None:
                continue
            if table.camera not in cameras:
                remedy = close_to(table.camera, cameras) if cameras else ""
                self.fault((*path, "camera"), "a camera of this file", shown(table.camera), remedy)
            zones = self.zones(table.zones, (*path, "zones"))
            counter = Counter(table.id, table.name, table.role, table.camera, zones)
            if policy is not None:
                self.judgeable(counter, policy, path)
            counters.append((path, counter))
            if table.rostered:
                rostered.add(table.id)
        self.no_id_twice("counters")
        self.no_shared_place(counters)
        used = {counter.camera for _, counter in counters}
        for index, name in enumerate(cameras):
            if counters and name not in used:
                self.warn(("cameras", index), f"no counter uses the camera {shown(name)}")
        return tuple(counter for _, counter in counters), frozenset(rostered)

    def zones(self, table: ZonesTable, path: KeyPath) -> tuple[Zone, ...]:
        zones = []
        for kind in ZoneKind:
            points: Points | None = getattr(table, kind.value)
            if points is None:
                if kind is ZoneKind.STAFF:
                    remedy = "draw where staff sit or stand"
                    self.fault((*path, "staff"), "a polygon", "nothing", remedy)
                continue
            polygon = self.polygon(points, (*path, kind.value))
            if polygon is not None:
                zones.append(Zone(kind, polygon))
        return tuple(zones)

    def polygon(self, points: Points, path: KeyPath) -> Floats | None:
        """The corners (N, 2), if they enclose something inside the picture."""
        for index, point in enumerate(points):
            if len(point) != 2:
                self.fault((*path, index), "two numbers x, y", str(point))
                return None
        why = unfit_polygon(points)
        if why == "few":
            self.fault(path, "at least 3 points", str(len(points)), "like [[0,0],[1,0],[1,1]]")
        if why == "outside":
            index = next(i for i, p in enumerate(points) if not all(0 <= n <= 1 for n in p))
            remedy = "shares of the picture: pixels divided by width and height"
            self.fault((*path, index), "numbers from 0 to 1", str(points[index]), remedy)
        if why == "crossing":
            self.fault(path, "edges that do not cross", "crossing edges", "go around in order")
        if why == "line":
            self.fault(path, "points that enclose an area", "a line")
        return None if why else np.array(points, np.float32)

    def judgeable(self, counter: Counter, policy: Policy, path: KeyPath) -> None:
        rules = policy.rules_for(counter.role)
        if not rules:
            roles = sorted({c.role for c in policy.clauses if policy.rules_for(c.role)})
            expected = f"a role with rules in force ({', '.join(roles)})"
            self.fault((*path, "role"), expected, shown(counter.role))
        drawn = {zone.kind for zone in counter.zones}
        for kind in (ZoneKind.DESK, ZoneKind.SCREEN):
            blind = [rule.clause for rule in rules if rule.zone is kind]
            if blind and kind not in drawn:
                sentence = f"no zone {kind}, so these cannot be judged: {', '.join(blind)}"
                self.warn((*path, "zones"), sentence)

    def no_id_twice(self, key: str) -> None:
        seen: dict[str, int] = {}
        for index, data in enumerate(self.file.data.get(key) or []):
            name = data.get("id") if isinstance(data, dict) else None
            if not isinstance(name, str):
                continue
            if name.casefold() in seen:
                expected = f"an id of its own (also {key}[{seen[name.casefold()]}])"
                self.fault((key, index, "id"), expected, shown(name))
            seen.setdefault(name.casefold(), index)

    def no_shared_place(self, counters: list[tuple[KeyPath, Counter]]) -> None:
        """Tell where two counters of one camera claim the same place (AMBIGUOUS_OWNER later)."""
        for (_, first), (path, second) in combinations(counters, 2):
            if first.camera != second.camera:
                continue
            for kind in (ZoneKind.STAFF, ZoneKind.DESK):
                one, other = first.zone(kind), second.zone(kind)
                if one and other and _shared(one.points, other.points) > OVERLAP_MAX:
                    self.warn(
                        (*path, "zones", kind.value),
                        f"overlaps the zone {kind} of {first.counter}; who stands there belongs "
                        "to neither",
                    )

    # [server], [retention]

    def server(self) -> ServerSettings:
        table = self.file.read(ServerTable, self.section("server"), ("server",), self.faults)
        if table is None:
            return ServerSettings()
        if table.host not in LOOPBACK and not table.secure_cookie:
            sentence = "reachable from the network: put https in front and set secure_cookie"
            self.warn(("server", "host"), sentence)
        origins = tuple(table.trusted_origins)
        return ServerSettings(table.host, table.port, table.secure_cookie, origins)

    def retention(self, policy: Policy | None) -> RetentionSettings:
        path: KeyPath = ("retention",)
        table = self.file.read(RetentionTable, self.section("retention"), path, self.faults)
        usual = RetentionSettings()
        numbers = policy.parameters if policy else {}
        crop_days = int(numbers.get("keep_crop_days", usual.crop_days))
        rows_days = int(numbers.get("keep_rows_days", usual.rows_days))
        if table is None:
            return usual
        return RetentionSettings(
            crop_days=table.crop_days or crop_days,
            rows_days=table.rows_days or rows_days,
            samples_days=table.samples_days,
            evidence_gb=float(table.evidence_gb),
        )

    # [messages]

    def messages(self) -> MessageSettings:
        path: KeyPath = ("messages",)
        table = self.file.read(MessagesTable, self.section("messages"), path, self.faults)
        if table is None:
            return MessageSettings()
        recipients: list[Recipient] = []
        for index, row in enumerate(table.to):
            where: KeyPath = (*path, "to", index)
            if row.name in {known.name for known in recipients}:
                self.fault((*where, "name"), "a name of its own", shown(row.name))
            recipients.append(self.recipient(row, table, where))
        return MessageSettings(
            recipients=tuple(recipients),
            cool_down=timedelta(minutes=table.cool_down_min),
            board_url=table.board_url,
            lang=table.language,
            mqtt=None if table.mqtt is None else self.mqtt(table.mqtt, (*path, "mqtt")),
        )

    def mqtt(self, table: MqttTable, path: KeyPath) -> MqttSettings:
        sources = self.secrets(table, "password", path)
        if len(sources) > 1:
            self.fault(path, "the password in one place", "password_env and password_file")
        if sources and not table.user:
            self.fault((*path, "user"), "a user name beside the password", "none")
        if table.ca_file is not None and not table.tls:
            self.fault((*path, "ca_file"), "tls = true beside ca_file", "false")
        if sources and not table.tls and table.host not in LOOPBACK:
            self.warn((*path, "tls"), "the password crosses the network in clear; set tls = true")
        return MqttSettings(
            host=table.host,
            port=table.port or (8883 if table.tls else 1883),
            user=table.user,
            password=sources[0][1] if sources else "",
            tls=table.tls,
            ca_file=self.existing(table.ca_file, (*path, "ca_file"), "a file"),
            prefix=table.prefix,
            discovery_prefix=table.discovery_prefix,
        )

    def recipient(self, row: RecipientTable, table: MessagesTable, path: KeyPath) -> Recipient:
        key, address = self.address(row, path)
        secrets = self.secrets(row, "secret", path)
        if len(secrets) > 1:
            self.fault(path, "the secret in one place", "secret_env and secret_file")
        secret = secrets[0][1] if secrets else ""
        if secrets and address and not is_web(address):
            remedy = "only webhooks are signed; leave the secret out for other addresses"
            self.fault((*path, key), "https:// beside a secret", "another (not shown)", remedy)
        elif not secrets and address and not is_known(address):
            remedy = "like tgram://..., mailtos://..., jsons://...; see docs/messages.md"
            self.fault((*path, key), "an address that apprise knows", "another (not shown)", remedy)
        if row.quiet and row.quiet[0] == row.quiet[1]:
            self.fault((*path, "quiet"), "two different times", "the same time twice")
        if row.tell is not None and Topic.TRIAL in row.tell:
            self.fault((*path, "tell"), "digest, camera or counter", "trial")
        return Recipient(
            name=row.name,
            lang=row.language or table.language,
            tell=TOPICS if row.tell is None else frozenset(row.tell),
            quiet=Quiet(*row.quiet) if row.quiet else None,
            address=address,
            secret=secret,
        )

    def address(self, row: RecipientTable, path: KeyPath) -> tuple[str, str]:
        """The key under which an address is named, and the address; empty where there is none."""
        if row.url_file is not None and "://" in row.url_file:
            remedy = "write the address into a file and the name of that file here"
            self.fault((*path, "url_file"), "the name of a file", "an address (not shown)", remedy)
            return "url_file", ""
        sources = self.secrets(row, "url", path)
        if len(sources) != 1:
            got = "both" if sources else "none"
            remedy = "an address is a secret and does not stand in this file"
            self.fault(path, "one of url_file and url_env", got, remedy)
        return sources[0] if sources else ("url_file", "")


    # [dress], [privacy]

    def dress(self) -> DressCalendar:
        path: KeyPath = ("dress",)
        table = self.file.read(DressTable, self.section("dress"), path, self.faults)
        usual = DressCalendar()
        if table is None:
            return usual
        rules: list[tuple[KeyPath, DressRuleTable]] = []
        weekdays = dict(usual.weekdays)
        if table.weekdays is not None:
            weekdays = {}
            for name, row in table.weekdays.items():
                own: KeyPath = (*path, "weekdays", name)
                rules.append((own, row))
                if name in WEEKDAYS:
                    weekdays[WEEKDAYS.index(name)] = row.to_rule()
                else:
                    self.fault(own, "a weekday", f'"{name}"', close_to(name, WEEKDAYS))
        for index, day in enumerate(table.days):
            rules.append(((*path, "days", index), day))
        for place, rule in rules:
            if (rule.rule is DressKind.COLOURS) != bool(rule.colours):
                expected = "colours where the rule is colours, and nowhere else"
                self.fault((*place, "colours"), expected, f"{len(rule.colours)} colours")
        days = [row.date for row in table.days]
        self.no_day_twice(days, "days", "dress")
        return DressCalendar(
            weekdays=weekdays,
            days={row.date: row.to_rule() for row in table.days},
            signed_by=table.signed_by,
            valid_until=table.valid_until,
        )

    def privacy(self) -> PrivacySettings:
        path: KeyPath = ("privacy",)
        table = self.file.read(PrivacyTable, self.section("privacy"), path, self.faults)
        if table is None:
            return PrivacySettings()
        return PrivacySettings(
            controller=table.controller,
            contact=table.contact,
            officer=table.officer,
            purpose=table.purpose,
            basis=table.basis,
            opinion=table.opinion,
            consulted=table.consulted,
            notices=tuple(table.notices),
        )


def unfit_polygon(points: Sequence[Sequence[float]]) -> str:
    """Why points are no zone: `few`, `outside`, `crossing`, `line`; empty text: they are one."""
    if len(points) < 3:
        return "few"
    if not all(0 <= number <= 1 for point in points for number in point):
        return "outside"
    polygon: Floats = np.array(points, np.float32)
    if _crosses_itself(polygon):
        return "crossing"
    return "line" if abs(_area(polygon)) < 1e-5 else ""


def unfit_url(text: str) -> str:
    """Why a camera's URL cannot be opened: `empty`, `blank`, `scheme`; empty text: it can.

    Only the four schemes of cameras are ever opened: nothing local, nothing that runs.
    """
    if not text.strip():
        return "empty"
    if re.search(r"[\s\x00-\x1f\x7f|`<>\"\\]", text):
        return "blank"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "scheme"
    return "" if parts.scheme in SCHEMES and host and port != 0 else "scheme"


def kind_of(parts: SplitResult) -> SourceKind:
    """How a camera at this address is read; MJPEG is told by its answer, not by its address."""
    if parts.scheme.startswith("rtsp"):
        return SourceKind.RTSP
    return SourceKind.HLS if parts.path.lower().endswith(".m3u8") else SourceKind.SNAPSHOT


def _holiday_of(row: Mapping[str, str | Any]) -> Holiday:
    """One row of a holiday table. Errors: ValueError(column, expected, got)."""
    day, name, kind = (str(row[key]).strip() for key in ("date", "name", "type"))
    serves = str(row.get("open") or "").strip().lower()
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise ValueError("date", "a date like 2026-08-17", day) from None
    if not name:
        raise ValueError("name", "what is celebrated", name)
    if kind not in set(HolidayKind):
        raise ValueError("type", f"one of {', '.join(HolidayKind)}", kind)
    if serves not in ("", "yes", "no", "ya", "tidak", "true", "false"):
        raise ValueError("open", "ya or tidak", serves)
    return Holiday(when, name, HolidayKind(kind), serves in ("yes", "ya", "true"))


def _layout_version(counters: tuple[Counter, ...]) -> str:
    """A short hash of everything that decides which counter a box belongs to."""
    drawing = [
        [
            counter.counter,
            counter.role,
            counter.camera,
            {zone.kind.value: zone.points.round(5).tolist() for zone in counter.zones},
        ]
        for counter in counters
    ]
    return sha256(json.dumps(drawing, sort_keys=True).encode()).hexdigest()[:8]


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


def _area(polygon: Floats) -> float:
    """Signed area, as a share of the picture."""
    x, y = polygon[:, 0].astype(float), polygon[:, 1].astype(float)
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _crosses_itself(polygon: Floats) -> bool:
    """Whether two edges that are not neighbours meet."""
    corners = [(float(x), float(y)) for x, y in polygon]
    edges = [(corner, corners[(i + 1) % len(corners)]) for i, corner in enumerate(corners)]
    count = len(edges)
    return any(
        _meet(*edges[i], *edges[j])
        for i, j in combinations(range(count), 2)
        if j - i not in (1, count - 1)
    )


Point = tuple[float, float]


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the segments ab and cd cross."""

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _shared(one: Floats, other: Floats) -> float:
    """How much of the smaller polygon lies in the other, 0 to 1, on a grid of 256 x 256."""
    masks = []
    for polygon in (one, other):
        mask = np.zeros((256, 256), np.uint8)
        cv2.fillPoly(mask, [np.round(polygon * 255).astype(np.int32)], (1,))
        masks.append(mask.astype(bool))
    smaller = min(int(mask.sum()) for mask in masks)
    return float((masks[0] & masks[1]).sum() / smaller) if smaller else 0.0
