"""The page Pengaturan: what its templates are given. All it changes goes through the API."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from service.api import schemas_settings as s
from service.api.door import Door
from service.api.security import SETUP, TheDoor, Who
from service.api.tell_settings import calendar_answer, dress_answer
from service.calendar import HolidayKind
from service.dress import DressKind
from service.settings import WEEKDAYS
from service.texts import Lang, capital, day_text, text, word
from service.web.offers import offers
from service.web.pages import PageRoute, language, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)

TABS = (
    ("calendar", "/settings"),
    ("dress", "/settings/dress"),
)
BLANK: dict[str, Any] = {
    **dict.fromkeys(("briefing", "opens", "closes", "work_ends", "name", "note", "date"), ""),
    **dict.fromkeys(("first", "last", "type", "words"), ""),
    **dict.fromkeys(("open", "closed", "unset", "no_break", "no_friday_break"), False),
    "row": None,
    "break": ("", ""),
    "friday_break": ("", ""),
    "rule": DressKind.UNDEFINED,
    "colours": (),
}
"""A new row of any list."""


def page(
    tab: str, request: Request, who: Who, door: Door, view: object, **values: object
) -> Response:
    """One part of the settings. `view` None: this office cannot be set up from its pages."""
    lang = language(request)
    body = render(
        f"settings_{tab}.html",
        request,
        lang,
        office=door.office.board().office_name,
        tab=tab,
        tabs=[(name, href, text(f"settings.tab_{name}", lang)) for name, href in TABS],
        heading=text(f"settings.tab_{tab}", lang),
        available=door.setup is not None,
        changed=door.setup is not None and door.setup.file_changed,
        view=view,
        blank=BLANK,
        **{**values, **offers(who)},
    )
    return HTMLResponse(body)


@router.get("/settings", dependencies=[Depends(SETUP)])
def show_calendar(request: Request, who: Who, door: TheDoor) -> Response:
    """Hours, Ramadan, holidays, single days."""
    lang = language(request)
    view = None
    if door.setup is not None:
        view = _calendar(calendar_answer(door.setup, door.office.board().now), lang)
    kinds = [(kind, word(kind, lang)) for kind in HolidayKind]
    return page("calendar", request, who, door, view, kinds=kinds)


@router.get("/settings/dress", dependencies=[Depends(SETUP)])
def show_dress(request: Request, who: Who, door: TheDoor) -> Response:
    """What is worn, by weekday and by date."""
    lang = language(request)
    view = None
    if door.setup is not None:
        view = _dress(dress_answer(door.setup, door.office.board().now), lang)
    kinds = [(kind, word(kind, lang)) for kind in DressKind]
    return page("dress", request, who, door, view, kinds=kinds)


def weekday(name: str, lang: Lang) -> str:
    """`Senin` for `monday`."""
    return text("date.weekday", lang).split()[WEEKDAYS.index(name)]


def day_words(day: date, lang: Lang) -> str:
    """`Selasa, 24 November 2026`."""
    utc = ZoneInfo("UTC")
    return day_text(datetime.combine(day, time(12), utc), utc, lang)


def clock(at: time | None, lang: Lang) -> str:
    """`07.30`, as it is typed; nothing for None."""
    return "" if at is None else f"{at:%H}{text('date.separator', lang)}{at:%M}"


def _hours(told: s.HoursKept, lang: Lang) -> dict[str, Any]:
    friday = getattr(told, "friday_break", None)
    return {
        **{
            name: clock(getattr(told, name), lang)
            for name in ("briefing", "opens", "closes", "work_ends")
        },
        "break": _pair(told.break_, lang),
        "friday_break": _pair(friday, lang),
        "no_break": told.break_ == (),
        "no_friday_break": friday == (),
    }


def _pair(pause: tuple[time, ...] | None, lang: Lang) -> tuple[str, str]:
    return (clock(pause[0], lang), clock(pause[1], lang)) if pause else ("", "")


def _calendar(told: s.CalendarAnswer, lang: Lang) -> dict[str, Any]:
    return {
        "version": told.version,
        "zone": told.time_zone,
        "hours": _hours(told, lang),
        "weekdays": [(name, weekday(name, lang), name in told.working_days) for name in WEEKDAYS],
        "seasons": [
            {
                **BLANK,
                **_hours(one, lang),
                "row": one.row,
                "name": one.name,
                "first": one.first,
                "last": one.last,
                "unset": not one.is_set,
            }
            for one in told.seasons
        ],
        "holidays": [{**BLANK, **one.model_dump()} for one in told.holidays],
        "days": [
            {
                **BLANK,
                **_hours(one, lang),
                "row": one.row,
                "date": one.date,
                "note": one.note,
                "closed": one.closed,
            }
            for one in told.days
        ],
        "known": [
            {
                "day": day_words(one.date, lang),
                "name": one.name,
                "kind": one.type_text.id if lang is Lang.ID else one.type_text.en,
            }
            for one in told.known
        ],
        "ahead": [_ahead(one, lang) for one in told.ahead],
    }


def _ahead(one: s.DayAhead, lang: Lang) -> dict[str, str]:
    if one.working:
        hours = {name: clock(getattr(one, name), lang) for name in ("opens", "closes", "briefing")}
        words = text("settings.ahead_open", lang, **hours)
    else:
        words = text("settings.ahead_closed", lang)
    if not one.certain:
        words = text("settings.ahead_uncertain", lang)
    tone = "is-open" if one.working else "is-closed"
    return {
        "day": day_words(one.date, lang),
        "words": words,
        "note": one.note,
        "tone": tone if one.certain else "is-unsure",
    }


def _dress(told: s.DressCalendarAnswer, lang: Lang) -> dict[str, Any]:
    return {
        "version": told.version,
        "today": told.today.words or capital(word(told.today.rule, lang)),
        "signed_by": told.signed_by,
        "valid_until": told.valid_until or "",
        "weekdays": [
            {
                **BLANK,
                **(told.weekdays[day].model_dump() if day in told.weekdays else {}),
                "day": day,
                "name": weekday(day, lang),
            }
            for day in WEEKDAYS[:6]
        ],
        "days": [{**BLANK, **one.model_dump()} for one in told.days],
    }
