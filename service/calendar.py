"""The office calendar: from a day, or an instant, to the phases of the office day. Pure.

Local times are turned into instants once, here; whoever compares times compares instants in UTC.
Source: docs/standard.md 4.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from holidays import country_holidays

from vision.day import DayPlan, Phase, PhaseSpan

Pause = tuple[time, time]
FRIDAY = 4
SEARCH_DAYS = 400
"""How far ahead the next answer is looked for."""


class HolidayKind(StrEnum):
    """Source: docs/standard.md 4.5."""

    NATIONAL = "nasional"
    JOINT_LEAVE = "cuti_bersama"
    LOCAL = "lokal"


class DayNote(StrEnum):
    """What Siaga itself notes of a day; other notes are an office's own, or a holiday's name."""

    CLOSED = "tutup"
    WEEKEND = "akhir pekan"
    HOURS_UNSET = "jam Ramadan belum ditetapkan"
    NO_TABLE = "tabel hari libur tahun ini belum dimuat"


@dataclass(frozen=True, slots=True)
class Hours:
    """The local times of one day. `pause` is the break; None where counters stay open."""

    briefing: time = time(7, 30)
    opens: time = time(8)
    closes: time = time(15)
    work_ends: time = time(17)
    pause: Pause | None = (time(12, 15), time(13))


@dataclass(frozen=True, slots=True)
class HoursChange:
    """What a weekday, a season or one day changes; None leaves as it was, `()` means no break."""

    briefing: time | None = None
    opens: time | None = None
    closes: time | None = None
    work_ends: time | None = None
    pause: Pause | tuple[()] | None = None

    def on(self, hours: Hours) -> Hours:
        """The changed hours. A break that new hours cut off falls away, unless it is written."""
        opens, closes = self.opens or hours.opens, self.closes or hours.closes
        if self.pause is None:
            inside = hours.pause and opens < hours.pause[0] and hours.pause[1] < closes
            pause = hours.pause if inside else None
        else:
            pause = self.pause or None
        return Hours(
            briefing=self.briefing or hours.briefing,
            opens=opens,
            closes=closes,
            work_ends=self.work_ends or hours.work_ends,
            pause=pause,
        )


@dataclass(frozen=True, slots=True)
class Season:
    """Days from `first` to `last`, both included, with hours of their own: Ramadan, year end."""

    name: str
    first: date
    last: date
    hours: HoursChange
    weekdays: Mapping[int, HoursChange] = field(default_factory=dict)

    @property
    def is_ramadan(self) -> bool:
        """Whether this is the fasting month, whose hours must be entered before it is judged."""
        return "ramad" in self.name.lower()

    @property
    def is_set(self) -> bool:
        """Whether briefing, opening and closing of the season were all entered."""
        return None not in (self.hours.briefing, self.hours.opens, self.hours.closes)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of the holiday table. `is_open`: the counters serve all the same."""

    day: date
    name: str
    kind: HolidayKind
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class OneOff:
    """A single day as the office decided it: closed, or a working day with these hours."""

    day: date
    is_closed: bool
    hours: HoursChange = HoursChange()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SpecialSpan:
    """A planned ceremony, drill or remote-work day; nothing is judged in it. Aware instants."""

    since: datetime
    until: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """Everything a day plan follows from. Weekdays count from Monday = 0.

    `covered_years` are those whose holiday table the office loaded itself. The spans of time are
    those of docs/standard.md 2.3; an office's settings take them from its policy.
    """

    zone: ZoneInfo
    hours: Hours = Hours()
    weekdays: Mapping[int, HoursChange] = field(
        default_factory=lambda: {FRIDAY: HoursChange(pause=(time(11, 30), time(13, 15)))}
    )
    working_days: frozenset[int] = frozenset(range(5))
    seasons: tuple[Season, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    covered_years: frozenset[int] = frozenset()
    one_offs: tuple[OneOff, ...] = ()
    special: tuple[SpecialSpan, ...] = ()
    ready_lead: timedelta = timedelta(minutes=5)
    ready_window: timedelta = timedelta(minutes=10)
    arrive_lead: timedelta = timedelta(minutes=20)
    brief_lead: timedelta = timedelta(minutes=5)
    brief_gap: timedelta = timedelta(minutes=15)
    close_max: timedelta = timedelta(minutes=60)


def plan_at(calendar: CalendarSettings, instant: datetime) -> DayPlan:
    """The plan of the office day that holds `instant` (aware)."""
    day = instant.astimezone(calendar.zone).date()
    # Where clocks go back across midnight, the local date alone may name the neighbour.
    for offset in (0, 1, -1):
        near = day + timedelta(days=offset)
        since, until = _day_span(calendar.zone, near)
        if since <= instant < until:
            return plan_day(calendar, near)
    raise ValueError(f"no day of {calendar.zone.key} holds {instant.isoformat()}")


def plan_day(calendar: CalendarSettings, day: date) -> DayPlan:
    """The phases of one day of the office; instants in UTC."""
    since, until = _day_span(calendar.zone, day)
    is_working, certain, note = _working(calendar, day)
    if not is_working:
        spans = (PhaseSpan(Phase.HOLIDAY, since, until),) if since < until else ()
        plan = DayPlan(day, spans, note, certain, None, None, None, None, None)
        return _with_planned(calendar, plan)
    hours = hours_on(calendar, day)

    def at(clock: time) -> datetime:
        return datetime.combine(day, clock, calendar.zone).astimezone(UTC)

    briefing, opens, closes = at(hours.briefing), at(hours.opens), at(hours.closes)
    ready, looks = opens - calendar.ready_lead, opens - calendar.ready_window
    closed = closes + calendar.close_max
    marks = [
        (Phase.NIGHT, since),
        (Phase.ARRIVE, briefing - calendar.arrive_lead),
        (Phase.BRIEFING, briefing - calendar.brief_lead),
        (Phase.SETUP, looks),
        (Phase.GO_NO_GO, ready),
        (Phase.OPEN, opens),
    ]
    if hours.pause:
        marks += [(Phase.BREAK, at(hours.pause[0])), (Phase.OPEN_2, at(hours.pause[1]))]
    marks += [
        (Phase.CLOSING, closes),
        (Phase.AFTER, closed),
        (Phase.NIGHT, max(closed, at(hours.work_ends))),
    ]
    plan = DayPlan(
        day=day,
        spans=_spans(marks, since, until),
        note=note,
        certain=certain,
        briefing_at=briefing,
        looks_from=looks,
        ready_at=ready,
        opens_at=opens,
        closes_at=closes,
    )
    return _with_planned(calendar, plan)


def next_ready_at(calendar: CalendarSettings, instant: datetime) -> datetime | None:
    """The first go/no-go moment after `instant`, or None when none is near.

    Moments inside a SPECIAL span are passed over: nothing is answered there.
    """
    first = plan_at(calendar, instant).day
    for offset in range(SEARCH_DAYS):
        plan = plan_day(calendar, first + timedelta(days=offset))
        ready = plan.ready_at
        if ready and ready > instant and plan.phase_at(ready) is not Phase.SPECIAL:
            return ready
    return None


def with_special(plan: DayPlan, since: datetime, until: datetime | None = None) -> DayPlan:
    """The plan with SPECIAL from `since`, to `until` or the end of the day, whatever was there."""
    if not plan.spans:
        return plan
    end = until or plan.spans[-1].until
    pieces = []
    for span in plan.spans:
        pieces += [
            PhaseSpan(span.phase, span.since, min(span.until, since)),
            PhaseSpan(Phase.SPECIAL, max(span.since, since), min(span.until, end)),
            PhaseSpan(span.phase, max(span.since, end), span.until),
        ]
    spans: list[PhaseSpan] = []
    for piece in pieces:
        if piece.since >= piece.until:
            continue
        if spans and spans[-1].phase is Phase.SPECIAL is piece.phase:
            spans[-1] = PhaseSpan(Phase.SPECIAL, spans[-1].since, piece.until)
        else:
            spans.append(piece)
    return replace(plan, spans=tuple(spans))


def hours_on(calendar: CalendarSettings, day: date) -> Hours:
    """The hours of a working day: the office's, its weekday's, its season's, its own."""
    season = _season(calendar, day)
    changes = [calendar.weekdays.get(day.weekday())]
    if season:
        changes += [season.hours, season.weekdays.get(day.weekday())]
    one_off = _one_off(calendar, day)
    changes.append(one_off.hours if one_off else None)
    hours = calendar.hours
    for change in changes:
        hours = change.on(hours) if change else hours
    return hours


def working_day_before(plan_of: Callable[[date], DayPlan], day: date) -> date | None:
    """The last day before `day` on which the office worked, or None when none is near."""
    for offset in range(1, SEARCH_DAYS):
        before = day - timedelta(days=offset)
        if plan_of(before).opens_at is not None:
            return before
    return None


def review_due(plan_of: Callable[[date], DayPlan], day: date) -> datetime:
    """When a finding of `day` lapses unless a human has looked: the end of the next working day.

    Where none is near, of the last day that was looked at.
    """
    for offset in range(1, SEARCH_DAYS):
        plan = plan_of(day + timedelta(days=offset))
        if plan.opens_at is not None:
            break
    return plan.spans[-1].until


def broken_guards(hours: Hours, brief_gap: timedelta) -> Iterable[tuple[str, str, str]]:
    """What is wrong with hours that were written: field, expected, got.

    Source: docs/standard.md 4.2, case 1.
    """
    if hours.closes <= hours.opens:
        yield "closes", f"a time after opens {hours.opens:%H:%M}", f"{hours.closes:%H:%M}"
        return
    if _minutes(hours.briefing) + brief_gap > _minutes(hours.opens):
        least = int(brief_gap.total_seconds() // 60)
        expected = f"a time at least {least} min before opens {hours.opens:%H:%M}"
        yield "briefing", expected, f"{hours.briefing:%H:%M}"
    if hours.work_ends < hours.closes:
        yield "work_ends", f"a time not before closes {hours.closes:%H:%M}", (
            f"{hours.work_ends:%H:%M}"
        )
    if hours.pause and not hours.opens < hours.pause[0] < hours.pause[1] < hours.closes:
        expected = f"begin before end, inside {hours.opens:%H:%M}-{hours.closes:%H:%M}"
        yield "break", expected, f"{hours.pause[0]:%H:%M}-{hours.pause[1]:%H:%M}"


@lru_cache(maxsize=64)
def national_table(year: int) -> Mapping[date, Holiday]:
    """National holidays and joint leave of Indonesia, as the package `holidays` knows them."""
    table: dict[date, Holiday] = {}
    for category, kind in (
        ("government", HolidayKind.JOINT_LEAVE),
        ("public", HolidayKind.NATIONAL),
    ):
        days = country_holidays("ID", years=year, categories=(category,), language="id")
        table.update({day: Holiday(day, name, kind) for day, name in days.items()})
    return MappingProxyType(table)


@lru_cache(maxsize=64)
def national_names(year: int, language: str) -> Mapping[date, str]:
    """The names of the days of `national_table` in `id` or `en`."""
    kept = "en_US" if language == "en" else language
    days: dict[date, str] = {}
    for category in ("government", "public"):
        days.update(
            country_holidays("ID", years=year, categories=(category,), language=kept).items()
        )
    return MappingProxyType(days)


@lru_cache(maxsize=64)
def estimated_ramadan(year: int) -> tuple[tuple[date, date], ...]:
    """First and last day on which Ramadan may fall, for each one that ends in `year`.

    Counted back from Idul Fitri; the government fixes the true days by announcement.
    """
    return tuple(
        (day - timedelta(days=31), day - timedelta(days=1))
        for day, holiday in sorted(national_table(year).items())
        if holiday.name.startswith("Hari Raya Idul Fitri")
    )


def _working(calendar: CalendarSettings, day: date) -> tuple[bool, bool, str]:
    """Whether the office works on `day`, whether that is certain, and a note for people."""
    one_off = _one_off(calendar, day)
    if one_off is not None and one_off.is_closed:
        return False, True, one_off.note or DayNote.CLOSED
    hours_certain = _hours_are_certain(calendar, day)
    hours_note = "" if hours_certain else DayNote.HOURS_UNSET
    season = _season(calendar, day)
    if one_off is not None:
        is_timed = None not in (one_off.hours.opens, one_off.hours.briefing)
        return True, hours_certain or is_timed, one_off.note or hours_note
    holiday = next((h for h in calendar.holidays if h.day == day), None)
    holiday = holiday or national_table(day.year).get(day)
    if holiday is not None and not holiday.is_open:
        return False, True, holiday.name
    if holiday is None and day.weekday() not in calendar.working_days:
        return False, True, DayNote.WEEKEND
    if holiday is None and not _year_is_covered(calendar, day.year):
        return True, False, DayNote.NO_TABLE
    season_note = season.name if season else ""
    return True, hours_certain, hours_note or (holiday.name if holiday else season_note)


def _year_is_covered(calendar: CalendarSettings, year: int) -> bool:
    """Whether a table holds the year: joint leave is known once the joint decree is out."""
    return year in calendar.covered_years or any(
        holiday.kind is HolidayKind.JOINT_LEAVE for holiday in national_table(year).values()
    )


def _hours_are_certain(calendar: CalendarSettings, day: date) -> bool:
    """False on days of Ramadan for which the office entered no hours (docs/standard.md 4.3)."""
    season = _season(calendar, day)
    if season and season.is_ramadan:
        return season.is_set
    for year in (day.year, day.year + 1):
        for first, last in estimated_ramadan(year):
            entered = any(
                s.is_ramadan and s.first <= last and first <= s.last for s in calendar.seasons
            )
            if first <= day <= last and not entered:
                return False
    return True


def _season(calendar: CalendarSettings, day: date) -> Season | None:
    return next((s for s in calendar.seasons if s.first <= day <= s.last), None)


def _one_off(calendar: CalendarSettings, day: date) -> OneOff | None:
    return next((one_off for one_off in calendar.one_offs if one_off.day == day), None)


def _with_planned(calendar: CalendarSettings, plan: DayPlan) -> DayPlan:
    for special in calendar.special:
        plan = with_special(plan, special.since, special.until)
    return plan


def _spans(
    marks: list[tuple[Phase, datetime]], since: datetime, until: datetime
) -> tuple[PhaseSpan, ...]:
    """Spans from one mark to the next inside the day; a later mark cuts an earlier one short."""
    spans: list[PhaseSpan] = []
    end = until
    for phase, begin in reversed(marks):
        begin = min(max(begin, since), end)
        if begin < end:
            spans.append(PhaseSpan(phase, begin, end))
        end = begin
    return tuple(reversed(spans))


def _day_span(zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """Midnight to midnight. Where it does not exist, the first instant of the day stands for it."""
    first = datetime.combine(day, time(), zone).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return first, last


def _minutes(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
