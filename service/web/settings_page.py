"""The page Pengaturan: what its templates are given. All it changes goes through the API."""

from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.accounts import Role, Scope
from service.api import schemas_settings as s
from service.api.door import Door
from service.api.routes.people import accounts_answer, act_words, audit_answer, tokens_answer
from service.api.schemas import Words
from service.api.security import PEOPLE, SETUP, TheDoor, Who
from service.api.tell_settings import calendar_answer, dress_answer
from service.calendar import HolidayKind
from service.dress import DressKind
from service.settings import WEEKDAYS
from service.texts import Lang, capital, day_text, moment_text, text, word
from service.web.offers import offers
from service.web.pages import PageRoute, language, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)

TABS = (
    ("calendar", "/settings"),
    ("dress", "/settings/dress"),
    ("accounts", "/settings/accounts"),
    ("audit", "/settings/audit"),
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


@router.get("/settings/accounts", dependencies=[Depends(PEOPLE)])
def show_accounts(request: Request, who: Who, door: TheDoor) -> Response:
    """Accounts and tokens."""
    lang = language(request)
    zone = ZoneInfo(door.office.board().time_zone)
    told, keys = accounts_answer(door, who.name), tokens_answer(door)
    view = {
        "accounts": [
            {
                "name": one.name,
                "role": text(f"role.{one.role}", lang),
                "since": day_text(one.created_at, zone, lang),
                "tokens": one.tokens,
                "is_me": one.name == told.me,
            }
            for one in told.items
        ],
        "tokens": [
            {
                "id": one.token_id,
                "name": one.name,
                "scopes": ", ".join(one.scopes),
                "until": day_text(one.expires_at, zone, lang),
                "last": text("settings.token_never", lang)
                if one.last_used_at is None
                else day_text(one.last_used_at, zone, lang),
                "ended": one.ended,
            }
            for one in keys.items
        ],
    }
    return page(
        "accounts",
        request,
        who,
        door,
        view,
        roles=[(role, text(f"role.{role}", lang)) for role in Role],
        scopes=[scope for scope in Scope if scope is not Scope.PUSH],
        counters=[(c.counter, c.name) for c in door.office.layout().counters],
    )


@router.get("/settings/audit", dependencies=[Depends(SETUP)])
def show_audit(
    request: Request,
    who: Who,
    door: TheDoor,
    cursor: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    actor: Annotated[str, Query(max_length=80)] = "",
    act: Annotated[str, Query(max_length=80)] = "",
    since: Annotated[str, Query(max_length=40)] = "",
    until: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Who did what, newest first."""
    lang = language(request)
    zone = ZoneInfo(door.office.board().time_zone)
    fault = ""
    first = last = None
    try:
        first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    except ValueError:
        fault = text("settings.audit_fault", lang)
    told = audit_answer(door, before=cursor, actor=actor, act=act, since=first, until=last)
    chosen = {"actor": actor, "act": act, "since": since, "until": until}
    kept = {name: value for name, value in chosen.items() if value}
    view = {
        "chosen": chosen,
        "fault": fault,
        "broken": told.broken,
        "is_first": cursor is None,
        "acts": [(one, _either(act_words(one), lang)) for one in told.acts],
        "actors": told.actors,
        "older": "/settings/audit?" + urlencode({**kept, "cursor": told.next}) if told.next else "",
        "rows": [
            {
                "at": moment_text(one.at, zone, lang, seconds=True),
                "actor": one.actor,
                "act": _either(one.act_text, lang),
                "object": one.object,
                "detail": [
                    (name, _plain(value)) for name, value in one.detail.items() if value != []
                ],
            }
            for one in told.items
        ],
    }
    return page("audit", request, who, door, view)


def _either(words: Words, lang: Lang) -> str:
    return words.id if lang is Lang.ID else words.en


def _plain(value: object) -> str:
    """A detail of a row as it may be read: lists with commas."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


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
                "kind": _either(one.type_text, lang),
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
