"""What the API of the page Pengaturan takes and answers: calendar, dress, roster, retention."""

from datetime import date, time
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


class CalendarSent(HoursSent):
    """The whole calendar, and the version it was made from."""

    version: Version
    friday_break: Pause = None
    working_days: Annotated[list[Text], Field(max_length=7)]
    seasons: list[SeasonSent] = Field(default=[], max_length=60)
    holidays: list[HolidaySent] = Field(default=[], max_length=200)
    days: list[DaySent] = Field(default=[], max_length=200)


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


class DayAhead(Value):
    """What a day of the near future will be. `certain` false: its hours must be entered first."""

    date: date
    working: bool
    certain: bool
    note: str
    briefing: time | None
    opens: time | None
    closes: time | None


class CalendarAnswer(HoursKept):
    """The calendar in force."""

    version: str
    file_changed: bool
    time_zone: str
    friday_break: tuple[time, ...] | None
    working_days: tuple[str, ...]
    brief_gap_min: float
    seasons: tuple[SeasonKept, ...]
    holidays: tuple[HolidayKept, ...]
    days: tuple[DayKept, ...]
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
