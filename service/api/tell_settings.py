"""From the settings in force to the answers of the page Pengaturan and its API."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from service.api import schemas_settings as s
from service.api.schemas import Words
from service.api.tell import words
from service.calendar import Hours, HoursChange, national_table, plan_day
from service.dress import DressCalendar, DressRule
from service.settings import WEEKDAYS, CalendarTable, DressTable, HoursTable
from service.setup import Setup

AHEAD_DAYS = 14


def calendar_answer(setup: Setup, now: datetime) -> s.CalendarAnswer:
    """The calendar in force: as it is written, and what follows for the days ahead."""
    calendar, zone = setup.settings.calendar, setup.settings.zone
    table = CalendarTable.model_validate(_section(setup, "calendar"))
    today = now.astimezone(zone).date()
    written = {row.date for row in table.holidays}
    own = [h for h in calendar.holidays if h.day not in written]
    covered = {h.day for h in calendar.holidays}
    years = (today.year, today.year + 1)
    nation = [h for year in years for h in national_table(year).values() if h.day not in covered]
    friday = calendar.weekdays.get(WEEKDAYS.index("friday"))
    return s.CalendarAnswer.model_validate(
        {
            **_base_hours(calendar.hours),
            "version": setup.version,
            "file_changed": setup.file_changed,
            "time_zone": zone.key,
            "friday_break": _pause(friday.pause if friday is not None else None),
            "working_days": tuple(
                name for day, name in enumerate(WEEKDAYS) if day in calendar.working_days
            ),
            "brief_gap_min": calendar.brief_gap / timedelta(minutes=1),
            "seasons": tuple(
                {
                    **_hours(row),
                    "row": index,
                    "name": row.name,
                    "from": row.first,
                    "to": row.last,
                    "friday_break": _pause(row.friday_break),
                    "is_set": season.is_set or not season.is_ramadan,
                }
                for index, (row, season) in enumerate(
                    zip(table.seasons, calendar.seasons, strict=True)
                )
            ),
            "holidays": tuple(
                _holiday(index, row.date, row.name, row.type, serves=row.open)
                for index, row in enumerate(table.holidays)
            ),
            "days": tuple(
                {
                    **_hours(row),
                    "row": index,
                    "date": row.date,
                    "closed": bool(row.closed),
                    "note": row.note,
                }
                for index, row in enumerate(table.days)
            ),
            "known": tuple(
                _holiday(None, h.day, h.name, h.kind, serves=h.is_open)
                for h in sorted([*own, *nation], key=lambda h: h.day)
            ),
            "ahead": tuple(_ahead(setup, today + timedelta(days=n)) for n in range(AHEAD_DAYS)),
        }
    )


def _section(setup: Setup, name: str) -> Mapping[str, Any]:
    found = setup.written.get(name, {})
    return found if isinstance(found, dict) else {}


def _base_hours(hours: Hours) -> dict[str, object]:
    return {
        "briefing": hours.briefing,
        "opens": hours.opens,
        "closes": hours.closes,
        "work_ends": hours.work_ends,
        "break": _pause(hours.pause or ()),
    }


def _hours(row: HoursTable) -> dict[str, object]:
    change: HoursChange = row.change()
    return {
        "briefing": change.briefing,
        "opens": change.opens,
        "closes": change.closes,
        "work_ends": change.work_ends,
        "break": _pause(change.pause),
    }


def _pause(pause: tuple[time, ...] | None) -> tuple[time, ...] | None:
    return None if pause is None else tuple(pause)


def _holiday(
    row: int | None, day: date, name: str, kind: Any, *, serves: bool
) -> dict[str, object]:
    return {
        "row": row,
        "date": day,
        "name": name,
        "type": kind,
        "type_text": words(kind),
        "open": serves,
    }


def _ahead(setup: Setup, day: date) -> dict[str, object]:
    plan = plan_day(setup.settings.calendar, day)
    zone = setup.settings.zone

    def at(instant: datetime | None) -> time | None:
        return None if instant is None else instant.astimezone(zone).time()

    return {
        "date": day,
        "working": plan.opens_at is not None,
        "certain": plan.certain,
        "note": plan.note,
        "briefing": at(plan.briefing_at),
        "opens": at(plan.opens_at),
        "closes": at(plan.closes_at),
    }


def dress_answer(setup: Setup, now: datetime) -> s.DressCalendarAnswer:
    """The dress calendar in force, and what is worn today."""
    dress: DressCalendar = setup.settings.dress
    table = DressTable.model_validate(_section(setup, "dress"))
    return s.DressCalendarAnswer(
        version=setup.version,
        file_changed=setup.file_changed,
        signed_by=dress.signed_by,
        valid_until=dress.valid_until,
        weekdays={
            WEEKDAYS[day]: s.DressKept(**_dress(rule))
            for day, rule in sorted(dress.weekdays.items())
        },
        days=tuple(
            s.DressDayKept(row=index, date=row.date, **_dress(row.to_rule()))
            for index, row in enumerate(table.days)
        ),
        today=s.DressKept(**_dress(dress.on(now.astimezone(setup.settings.zone).date()))),
    )


def _dress(rule: DressRule) -> dict[str, Any]:
    told: Words = words(rule.kind)
    return {"rule": rule.kind, "rule_text": told, "words": rule.words, "colours": rule.colours}
