"""Sections of the office's file as the page Pengaturan asks for them.

Each is checked word by word as it was typed; what it must agree with otherwise (hours that fit,
days that come once) is left to the reading of the file, whose faults are told in the same words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from service.calendar import FRIDAY, CalendarSettings, HolidayKind
from service.dress import DressKind
from service.office_file import (
    Change,
    Make,
    Plain,
    Row,
    in_file_order,
    put_rows,
    put_values,
    table_at,
)
from service.problems import Problem
from service.settings import WEEKDAYS, SettingsError, has_marks

TEXT_MAX = 200
FRIDAY_ROW = f"calendar.weekdays.{WEEKDAYS[FRIDAY]}"
HOURS = ("briefing", "opens", "closes", "work_ends")
USUAL = CalendarSettings(ZoneInfo("UTC"))
"""What holds where the file says nothing."""

_FAULTS: Mapping[str, str] = {
    "closes": "hours_closes",
    "briefing": "hours_briefing",
    "work_ends": "hours_work_ends",
    "break": "hours_break",
    "friday_break": "hours_break",
    "to": "season_order",
    "from": "season_overlap",
    "date": "day_twice",
    "closed": "day_both",
    "until": "special_order",
    "working_days": "days_none",
    "colours": "colours_missing",
}
"""By the last part of its key, the text of a fault that only the whole file shows."""

Pairs = Mapping[str, Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class Edit:
    """One section as it shall be: what is wrong with it already, and how it is written.

    `orders` names for each list of rows the place on the page of each row of the file, `places` the
    field of the page for a key of the file that is typed elsewhere. `secrets` are files beside the
    office's file that it names, with what they hold.
    """

    section: str
    problems: tuple[Problem, ...]
    put: Change
    orders: Mapping[str, Sequence[int]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def told(self, error: SettingsError) -> list[Problem]:
        """What the file would have wrong with it, beside the fields of the page."""
        told = [
            Problem.of(
                self._place(fault.key),
                _FAULTS.get(re.split(r"[.\[\]]+", fault.key.rstrip("]"))[-1], "file_fault"),
                fault=fault,
                expected=fault.expected,
                got=fault.got,
            )
            for fault in error.faults
        ]
        return told or [Problem.of("file", "file_fault", fault=error)]

    def _place(self, key: str) -> str:
        """`calendar.seasons[1].to` as `calendar.seasons.0.to`, where the page has it first."""
        if key in self.places:
            return self.places[key]
        found = re.fullmatch(r"(\w+)\.(\w+)\[(\d+)\](.*)", key)
        if found is None or found[2] not in self.orders:
            return key.replace("[", ".").replace("]", "")
        order, index = self.orders[found[2]], int(found[3])
        place = order[index] if index < len(order) else index
        rest = found[4].replace("[", ".").replace("]", "")
        return f"{found[1]}.{found[2]}.{place}{rest}"


class Typed:
    """Reads what was typed; collects what is wrong with it, by its field."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fault(self, where: str, code: str, **values: object) -> None:
        """One more problem."""
        self.problems.append(Problem.of(where, code, **values))

    def time(self, where: str, typed: str | None, *, needed: bool = False) -> str | None:
        """`7.30`, `07:30` or `0730` as the file has it; None for nothing."""
        written = (typed or "").strip()
        if not written:
            if needed:
                self.fault(where, "time_missing")
            return None
        found = re.fullmatch(r"(\d{1,2})[.:]?(\d{2})", written, re.ASCII)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            self.fault(where, "time_shape", typed=shown(written))
            return None
        return f"{int(found[1]):02d}:{found[2]}"

    def pause(self, where: str, typed: Sequence[str] | None) -> list[str] | None:
        """A break; [] for none, None for as usual."""
        if typed is None:
            return None
        if len(typed) not in (0, 2) or (typed and not all(one.strip() for one in typed)):
            self.fault(where, "break_half")
            return None
        times = [self.time(where, one) for one in typed]
        return [one for one in times if one is not None]

    def day(self, where: str, typed: str, *, needed: bool = True) -> date | None:
        """A day as browsers write it, `2026-08-17`."""
        written = typed.strip()
        if not written:
            if needed:
                self.fault(where, "date_missing")
            return None
        try:
            found = date.fromisoformat(written)
        except ValueError:
            found = None
        if found is None or not 2000 <= found.year <= 2100:
            self.fault(where, "date_shape", typed=shown(written))
            return None
        return found

    def moment(self, where: str, typed: str) -> datetime | None:
        """A local time of a day as browsers write it, `2026-08-17T07:00`."""
        written = typed.strip()
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or not 2000 <= found.year <= 2100:
            code = "moment_shape" if written else "moment_missing"
            self.fault(where, code, typed=shown(written))
            return None
        return found

    def words(self, where: str, typed: str, *, most: int = TEXT_MAX, needed: bool = False) -> str:
        """A text that people read."""
        written = typed.strip()
        if needed and not written:
            self.fault(where, "text_empty")
        elif len(written) > most:
            self.fault(where, "text_long", most=most)
        elif has_marks(written):
            self.fault(where, "text_marks")
        return written

    def number(self, where: str, typed: str, low: float, high: float) -> float | None:
        """A number as people write it, with a comma or a point."""
        try:
            found = float(typed.strip().replace(",", "."))
        except ValueError:
            found = float("nan")
        if not low <= found <= high:
            self.fault(where, "number_range", low=f"{low:g}", high=f"{high:g}")
            return None
        return found


def shown(typed: str) -> str:
    """What was typed as it may stand in a sentence: short, without marks."""
    return "".join(letter for letter in typed if not has_marks(letter))[:40]


# --- the calendar


@dataclass(frozen=True, slots=True)
class HoursWish:
    """Times as they were typed. `pause` None: as usual; empty: none."""

    briefing: str = ""
    opens: str = ""
    closes: str = ""
    work_ends: str = ""
    pause: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class SeasonWish:
    """Days with hours of their own, as typed. `was`: its place in the file."""

    was: int | None
    name: str
    first: str
    last: str
    hours: HoursWish
    friday_pause: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class HolidayWish:
    """A day of the office's own holiday table, as typed."""

    was: int | None
    day: str
    name: str
    kind: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class DayWish:
    """A single day, as typed."""

    was: int | None
    day: str
    is_closed: bool
    note: str
    hours: HoursWish


@dataclass(frozen=True, slots=True)
class SpecialWish:
    """A planned span in which nothing is judged, as typed: local times, `2027-08-17T07:00`."""

    was: int | None
    since: str
    until: str
    note: str


@dataclass(frozen=True, slots=True)
class CalendarWish:
    """The calendar as the page sends it; nothing of it was checked yet.

    `special` None: those of the file stay as they are; `weekdays` None likewise. A weekday that is
    not named has the usual hours. Friday's break may stand with its weekday or as `friday_pause`.
    """

    hours: HoursWish
    friday_pause: Sequence[str] | None
    working_days: Sequence[str]
    seasons: Sequence[SeasonWish]
    holidays: Sequence[HolidayWish]
    days: Sequence[DayWish]
    special: Sequence[SpecialWish] | None = None
    weekdays: Mapping[str, HoursWish] | None = None


def calendar_edit(wish: CalendarWish, written: Mapping[str, object]) -> Edit:
    """How the section `[calendar]` changes; `written` is the file as it is."""
    typed = Typed()
    base = _hours(typed, "calendar", wish.hours, needed=True)
    weekdays, friday = _weekdays(typed, wish.weekdays)
    places = {} if friday is None else {"calendar.friday_break": f"{FRIDAY_ROW}.break"}
    if friday is None:
        friday = typed.pause("calendar.friday_break", wish.friday_pause)
    base["friday_break"] = friday
    base["working_days"] = _working_days(typed, wish.working_days)
    base = _unless_usual(base, written.get("calendar"))
    seasons = [_season(typed, index, one) for index, one in enumerate(wish.seasons)]
    holidays = [_holiday(typed, index, one) for index, one in enumerate(wish.holidays)]
    days = [_day(typed, index, one) for index, one in enumerate(wish.days)]
    lists = {"seasons": seasons, "holidays": holidays, "days": days}
    if wish.special is not None:
        lists["special"] = [_special(typed, i, one) for i, one in enumerate(wish.special)]

    def put(data: Plain, make: Make) -> None:
        table = table_at(data, "calendar", make)
        put_values(table, base)
        _put_weekdays(table, weekdays, make)
        for key, rows in lists.items():
            put_rows(table, key, rows, make)

    orders = _orders(lists, written.get("calendar"))
    return Edit("calendar", tuple(typed.problems), put, orders, places=places)


def _hours(typed: Typed, where: str, wish: HoursWish, *, needed: bool) -> dict[str, object]:
    told: dict[str, object] = {
        name: typed.time(f"{where}.{name}", getattr(wish, name), needed=needed) for name in HOURS
    }
    told["break"] = typed.pause(f"{where}.break", wish.pause)
    return told


def _weekdays(
    typed: Typed, wish: Mapping[str, HoursWish] | None
) -> tuple[dict[str, Mapping[str, object]], list[str] | None]:
    """The hours of each weekday, and Friday's break where it was typed with its weekday.

    The file keeps that as `friday_break` alone: of two breaks one would hold unseen.
    """
    if wish is None:
        return {"friday": {"break": None}}, None
    found: dict[str, Mapping[str, object]] = {}
    for name in wish:
        if name not in WEEKDAYS:
            typed.fault(f"calendar.weekdays.{shown(name)}", "choose")
    for name in WEEKDAYS:
        hours = wish.get(name, HoursWish())
        found[name] = _hours(typed, f"calendar.weekdays.{name}", hours, needed=False)
    friday = found["friday"]
    found["friday"] = {**friday, "break": None}
    pause = friday["break"]
    return found, pause if isinstance(pause, list) else None


def _put_weekdays(table: Plain, weekdays: Mapping[str, Mapping[str, object]], make: Make) -> None:
    """Write what differs on a weekday; a table that says nothing any more goes."""
    for name, values in weekdays.items():
        by_day = table.get("weekdays", {})
        if name not in by_day and not any(value is not None for value in values.values()):
            continue
        by_day = table_at(table, "weekdays", make)
        put_values(own := table_at(by_day, name, make), values)
        if not own:
            del by_day[name]
        if not by_day:
            del table["weekdays"]


def _working_days(typed: Typed, wanted: Sequence[str]) -> list[str]:
    chosen = [name for name in WEEKDAYS if name in wanted]
    if not chosen or len(chosen) != len(set(wanted)):
        typed.fault("calendar.working_days", "days_none")
    return chosen


def _unless_usual(values: Mapping[str, object], written: object) -> dict[str, object]:
    """What is as usual and stands nowhere in the file stays out of it."""
    hours, friday = USUAL.hours, USUAL.weekdays[FRIDAY].pause
    usual: dict[str, object] = {
        **{name: _clock(getattr(hours, name)) for name in HOURS},
        "break": [_clock(at) for at in hours.pause or ()],
        "friday_break": [_clock(at) for at in friday or ()],
        "working_days": [WEEKDAYS[day] for day in sorted(USUAL.working_days)],
    }
    there = written if isinstance(written, dict) else {}
    return {
        key: None if key not in there and value == usual[key] else value
        for key, value in values.items()
    }


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _season(typed: Typed, index: int, wish: SeasonWish) -> Row:
    where = f"calendar.seasons.{index}"
    values: dict[str, object] = {
        "name": typed.words(f"{where}.name", wish.name, needed=True),
        "from": typed.day(f"{where}.from", wish.first),
        "to": typed.day(f"{where}.to", wish.last),
        **_hours(typed, where, wish.hours, needed=False),
        "friday_break": typed.pause(f"{where}.friday_break", wish.friday_pause),
    }
    return Row(wish.was, values)


def _holiday(typed: Typed, index: int, wish: HolidayWish) -> Row:
    where = f"calendar.holidays.{index}"
    if wish.kind not in set(HolidayKind):
        typed.fault(f"{where}.type", "choose")
    return Row(
        wish.was,
        {
            "date": typed.day(f"{where}.date", wish.day),
            "name": typed.words(f"{where}.name", wish.name, needed=True),
            "type": wish.kind,
            "open": True if wish.is_open else None,
        },
    )


def _day(typed: Typed, index: int, wish: DayWish) -> Row:
    where = f"calendar.days.{index}"
    hours = _hours(typed, where, wish.hours, needed=False)
    has_hours = any(value is not None for value in hours.values())
    note = typed.words(f"{where}.note", wish.note)
    values: dict[str, object] = {
        "date": typed.day(f"{where}.date", wish.day),
        "closed": True if wish.is_closed else (None if has_hours else False),
        "note": note or None,
        **hours,
    }
    return Row(wish.was, values)


def _special(typed: Typed, index: int, wish: SpecialWish) -> Row:
    where = f"calendar.special.{index}"
    values: dict[str, object] = {
        "since": typed.moment(f"{where}.since", wish.since),
        "until": typed.moment(f"{where}.until", wish.until),
        "note": typed.words(f"{where}.note", wish.note) or None,
    }
    return Row(wish.was, values)


def _orders(lists: Mapping[str, Sequence[Row]], written: object) -> dict[str, list[int]]:
    """For each list the place on the page of each row of the file."""
    orders = {}
    for key, rows in lists.items():
        there = written.get(key) if isinstance(written, dict) else None
        orders[key] = in_file_order(rows, len(there) if isinstance(there, list) else 0)
    return orders


# --- the dress calendar


@dataclass(frozen=True, slots=True)
class DressWish:
    """What is worn on a day, as typed. `day`: a weekday's name, or a date."""

    day: str
    kind: str
    words: str
    colours: Sequence[str]
    was: int | None = None


@dataclass(frozen=True, slots=True)
class DressCalendarWish:
    """The dress calendar as the page sends it."""

    signed_by: str
    valid_until: str
    weekdays: Sequence[DressWish]
    days: Sequence[DressWish]


def dress_edit(wish: DressCalendarWish, written: Mapping[str, object]) -> Edit:
    """How the section `[dress]` changes."""
    typed = Typed()
    head = {
        "signed_by": typed.words("dress.signed_by", wish.signed_by) or None,
        "valid_until": typed.day("dress.valid_until", wish.valid_until, needed=False),
    }
    weekdays = {}
    for one in wish.weekdays:
        where = f"dress.weekdays.{one.day}"
        if one.day not in WEEKDAYS:
            typed.fault(where, "choose")
        weekdays[one.day] = _dress(typed, where, one)
    days = [
        Row(
            one.was,
            {
                "date": typed.day(f"dress.days.{index}.date", one.day),
                **_dress(typed, f"dress.days.{index}", one),
            },
        )
        for index, one in enumerate(wish.days)
    ]

    def put(data: Plain, make: Make) -> None:
        table = table_at(data, "dress", make)
        put_values(table, head)
        by_day = table_at(table, "weekdays", make)
        for name in [name for name in by_day if name not in weekdays]:
            del by_day[name]
        for name, values in weekdays.items():
            put_values(table_at(by_day, name, make), values)
        put_rows(table, "days", days, make)

    return Edit("dress", tuple(typed.problems), put, _orders({"days": days}, written.get("dress")))


def _dress(typed: Typed, where: str, wish: DressWish) -> dict[str, object]:
    if wish.kind not in set(DressKind):
        typed.fault(f"{where}.rule", "choose")
    colours = [colour.strip().lower() for colour in wish.colours]
    is_coloured = wish.kind == DressKind.COLOURS
    if is_coloured and not colours:
        typed.fault(f"{where}.colours", "colours_missing")
    elif is_coloured and not all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours):
        typed.fault(f"{where}.colours", "colour_shape")
    return {
        "rule": wish.kind,
        "words": typed.words(f"{where}.words", wish.words) or None,
        "colours": colours if is_coloured else None,
    }


# --- how long things are kept, who is responsible, who is served


RETENTION: Mapping[str, tuple[float, float]] = {
    "crop_days": (1, 30),
    "rows_days": (30, 3650),
    "samples_days": (1, 30),
    "evidence_gb": (0.1, 10000),
}
"""What may be kept how long: days, and gigabytes of pictures."""


def retention_edit(wish: Mapping[str, str]) -> Edit:
    """How the section `[retention]` changes."""
    typed = Typed()
    values: dict[str, object] = {}
    for name, (low, high) in RETENTION.items():
        number = typed.number(f"retention.{name}", wish.get(name, ""), low, high)
        if number is not None and name.endswith("_days") and number != int(number):
            typed.fault(f"retention.{name}", "number_whole")
        elif number is not None:
            values[name] = int(number) if number == int(number) else number
    detail = {name: str(value) for name, value in values.items()}
    return Edit("retention", tuple(typed.problems), _puts("retention", values), detail=detail)


def privacy_edit(wish: Mapping[str, str], notices: Sequence[str]) -> Edit:
    """How the section `[privacy]` changes."""
    typed = Typed()
    values: dict[str, object] = {}
    for name in ("controller", "contact", "officer", "opinion"):
        values[name] = typed.words(f"privacy.{name}", wish.get(name, "")) or None
    for name in ("purpose", "basis"):
        values[name] = typed.words(f"privacy.{name}", wish.get(name, ""), most=600) or None
    values["consulted"] = typed.day("privacy.consulted", wish.get("consulted", ""), needed=False)
    places = [
        typed.words(f"privacy.notices.{index}", place)
        for index, place in enumerate(notices)
        if place.strip()
    ]
    values["notices"] = places or None
    return Edit("privacy", tuple(typed.problems), _puts("privacy", values))


def _puts(section: str, values: Mapping[str, object]) -> Callable[[Plain, Make], None]:
    def put(data: Plain, make: Make) -> None:
        put_values(table_at(data, section, make), values)

    return put


def roster_edit(rostered: Mapping[str, bool], known: Sequence[str]) -> Edit:
    """Which counters are served: a key of each counter's table."""
    typed = Typed()
    for name in rostered:
        if name not in known:
            typed.fault("roster.served", "counter_unknown")
    if known and not any(rostered.get(name, True) for name in known):
        typed.fault("roster.served", "roster_none")

    def put(data: Plain, make: Make) -> None:
        for row in data.get("counters") or []:
            served = rostered.get(str(row.get("id")))
            if served is not None and served != row.get("rostered", True):
                row["rostered"] = served

    off = sorted(name for name in known if not rostered.get(name, True))
    return Edit("roster", tuple(typed.problems), put, detail={"not_served": off})


def policy_edit(choice: str, known: Sequence[str]) -> Edit:
    """Which policy the office follows: the id of a standard, or the path of a file beside it."""
    typed = Typed()
    if choice not in known:
        typed.fault("policy.choice", "policy_unknown")
    detail = {"policy": choice}
    return Edit("policy", tuple(typed.problems), _puts("office", {"policy": choice}), detail=detail)
