"""What the API of the page Pengaturan takes and answers: calendar, dress, roster, retention."""

from datetime import date, datetime, time
from typing import Annotated

from pydantic import ConfigDict, Field

from service.api.schemas import Value, Words
from service.api.schemas_setup import Asked
from service.calendar import HolidayKind
from service.dress import DressKind

Text = Annotated[str, Field(max_length=1000)]
"""As it was typed: what is wrong with it is told beside its field, not as a broken request."""
Version = Annotated[str, Field(min_length=1, max_length=40, description="the file that was read")]
Was = Annotated[
    int | None, Field(description="the row's place in the answer that was read; null: a new row")
]
Pause = Annotated[
    list[Text] | None,
    Field(max_length=2, description="begin and end; [] for none, null for as usual"),
]


# --- calendar


class HoursSent(Asked):
    """Local times as they were typed, `07:30` or `7.30`; an empty text: as usual."""

    briefing: Text = ""
    opens: Text = ""
    closes: Text = ""
    work_ends: Text = ""
    break_: Pause = Field(default=None, alias="break")


class SeasonSent(HoursSent):
    """Days with hours of their own: Ramadan, year end. `friday_break` as `break`, on Fridays."""

    row: Was = None
    name: Text
    first: Text = Field(alias="from", description="first day, `2027-02-08`")
    last: Text = Field(alias="to", description="last day, included")
    friday_break: Pause = None


class HolidaySent(Asked):
    """A day of the office's own table; it goes before the national one. `open`: counters serve."""

    row: Was = None
    date: Text
    name: Text
    type: Text
    open: bool = False


class DaySent(HoursSent):
    """A single day: closed, or a working day, with hours of its own where some are given."""

    row: Was = None
    date: Text
    closed: bool = False
    note: Text = ""


class SpecialSent(Asked):
    """A planned span in which nothing is judged: local times, `2027-08-17T07:00`."""

    row: Was = None
    since: Text
    until: Text
    note: Text = ""


class CalendarSent(HoursSent):
    """The whole calendar, and the version it was made from. `special` or `weekdays` null: as it is.

    `weekdays` holds by name (`monday` ...) what differs from the usual hours; a weekday that is not
    named has those. Friday's break may be sent there or as `friday_break`, as which it is kept.
    """

    version: Version
    friday_break: Pause = None
    working_days: Annotated[list[Text], Field(max_length=7)]
    seasons: list[SeasonSent] = Field(default=[], max_length=60)
    holidays: list[HolidaySent] = Field(default=[], max_length=200)
    days: list[DaySent] = Field(default=[], max_length=200)
    special: list[SpecialSent] | None = Field(default=None, max_length=200)
    weekdays: dict[Text, HoursSent] | None = Field(default=None, max_length=7)


class HoursKept(Value):
    """Times; null: as usual."""

    model_config = ConfigDict(serialize_by_alias=True)

    briefing: time | None
    opens: time | None
    closes: time | None
    work_ends: time | None
    break_: tuple[time, ...] | None = Field(alias="break")


class SeasonKept(HoursKept):
    """Days with hours of their own. `is_set` false: days of Ramadan that are not judged yet."""

    row: int
    name: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    friday_break: tuple[time, ...] | None
    is_set: bool


class HolidayKept(Value):
    """A holiday. `row` null: of the table that comes with Siaga, or of the office's CSV file."""

    row: int | None
    date: date
    name: str
    type: HolidayKind
    type_text: Words
    open: bool


class DayKept(HoursKept):
    """A single day as the office decided it."""

    row: int
    date: date
    closed: bool
    note: str


class SpecialKept(Value):
    """A planned span in which nothing is judged."""

    row: int
    since: datetime
    until: datetime
    note: str


class DayAhead(Value):
    """What a day of the near future will be. `certain` false: its hours must be entered first.

    `note_text` translates what Siaga notes and the names of holidays; an office's words stay.
    """

    date: date
    working: bool
    certain: bool
    note: str
    note_text: Words
    briefing: time | None
    opens: time | None
    closes: time | None


class CalendarAnswer(HoursKept):
    """The calendar in force. `weekdays`: what differs from the usual hours, by name."""

    version: str
    file_changed: bool
    time_zone: str
    friday_break: tuple[time, ...] | None
    weekdays: dict[str, HoursKept]
    working_days: tuple[str, ...]
    brief_gap_min: float
    seasons: tuple[SeasonKept, ...]
    holidays: tuple[HolidayKept, ...]
    days: tuple[DayKept, ...]
    special: tuple[SpecialKept, ...]
    known: tuple[HolidayKept, ...]
    ahead: tuple[DayAhead, ...]


# --- dress


class DressSent(Asked):
    """What is worn. `colours` where `rule` is `colours`: tops that are allowed, `#rrggbb`."""

    rule: Text
    words: Text = ""
    colours: list[Text] = Field(default=[], max_length=8)


class DressDaySent(DressSent):
    """What is worn on one day."""

    row: Was = None
    date: Text


class DressCalendarSent(Asked):
    """The dress calendar; a weekday that is not named has no rule."""

    version: Version
    signed_by: Text = ""
    valid_until: Text = ""
    weekdays: dict[str, DressSent]
    days: list[DressDaySent] = Field(default=[], max_length=200)


class DressKept(Value):
    """What is worn."""

    rule: DressKind
    rule_text: Words
    words: str
    colours: tuple[str, ...]


class DressDayKept(DressKept):
    """What is worn on one day."""

    row: int
    date: date


class DressCalendarAnswer(Value):
    """The dress calendar in force. No camera judges dress: people observe it."""

    version: str
    file_changed: bool
    signed_by: str
    valid_until: date | None
    weekdays: dict[str, DressKept]
    days: tuple[DressDayKept, ...]
    today: DressKept


# --- retention, roster


class RetentionSent(Asked):
    """How long things are kept, as typed: days, and gigabytes of pictures."""

    version: Version
    crop_days: Text
    rows_days: Text
    samples_days: Text
    evidence_gb: Text


class Range(Value):
    """What a number may be."""

    low: float
    high: float


class RetentionAnswer(Value):
    """How long things are kept. `contest_days` and `audit_days` are fixed."""

    version: str
    file_changed: bool
    crop_days: int
    rows_days: int
    samples_days: int
    evidence_gb: float
    contest_days: float
    audit_days: float
    ranges: dict[str, Range]


class RosterSent(Asked):
    """Which counters are served, by their id; one that is not named stays as it is."""

    version: Version
    served: Annotated[dict[str, bool], Field(max_length=200)]


class RosterCounter(Value):
    """A counter, and whether it is served. No person is named anywhere."""

    counter: str
    name: str
    role: str
    served: bool


class RosterAnswer(Value):
    """The roster in force: counters that are not served are not judged."""

    version: str
    file_changed: bool
    counters: tuple[RosterCounter, ...]


# --- privacy


class PrivacySent(Asked):
    """Who is responsible, for what, and whom to ask; for the notice and the assessment."""

    version: Version
    controller: Text = ""
    contact: Text = ""
    officer: Text = ""
    purpose: Text = ""
    basis: Text = ""
    opinion: Text = ""
    consulted: Text = ""
    notices: list[Text] = Field(default=[], max_length=20)


class PrivacyAnswer(Value):
    """The same as it is in force. `missing`: what must be filled in before going live."""

    version: str
    file_changed: bool
    controller: str
    contact: str
    officer: str
    purpose: str
    basis: str
    opinion: str
    consulted: date | None
    notices: tuple[str, ...]
    missing: tuple[str, ...]


class NoticePart(Value):
    """A paragraph of the notice with its heading."""

    heading: Words
    text: Words


class NoticeAnswer(Value):
    """The camera notice for the wall, filled from the settings."""

    title: Words
    parts: tuple[NoticePart, ...]


class AssessmentLine(Value):
    """A line of the assessment. `filled` false: people must still write it."""

    label: Words
    text: Words
    filled: bool


class AssessmentPart(Value):
    """A part of the assessment."""

    title: Words
    lines: tuple[AssessmentLine, ...]


class AssessmentAnswer(Value):
    """The privacy impact assessment as far as the settings fill it. No legal opinion."""

    parts: tuple[AssessmentPart, ...]
    open: int


# --- policy


class PolicyChosen(Asked):
    """Which policy the office shall follow: one of `choices`."""

    version: Version
    choice: Text


class PolicySent(Asked):
    """A policy file as text; it is checked, kept beside the office's file and chosen."""

    version: Version
    content: Annotated[str, Field(max_length=400_000)] = ""


class PolicyOffered(Value):
    """A policy that may be chosen. `fault`: why it cannot be used."""

    choice: str
    citation: str | None
    title: Words | None
    chosen: bool
    fault: str


class PolicyChoiceAnswer(Value):
    """The policy in force, and those that may be chosen. `waiting` holds from the beginning of
    the next day on (`waiting_from`), without a restart.
    """

    version: str
    file_changed: bool
    citation: str
    title: Words
    waiting: str | None
    waiting_from: datetime | None
    choices: tuple[PolicyOffered, ...]
