"""The page Pengaturan: what its templates are given. All it changes goes through the API."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.accounts import Role, Scope
from service.api import schemas_settings as s
from service.api.door import Door
from service.api.routes.people import accounts_answer, act_words, audit_answer, tokens_answer
from service.api.schemas import Words
from service.api.schemas_message_settings import MessageSettingsAnswer
from service.api.security import PEOPLE, SETUP, TheDoor, Who
from service.api.tell_message_settings import messages_answer
from service.api.tell_settings import (
    calendar_answer,
    dress_answer,
    policy_choice_answer,
    privacy_answer,
    retention_answer,
    roster_answer,
)
from service.calendar import FRIDAY, HolidayKind
from service.dress import DressKind
from service.messages.vocabulary import TOPICS, Topic
from service.policies import WITH_RULE
from service.privacy import assessment, notice
from service.settings import WEEKDAYS
from service.texts import (
    Lang,
    capital,
    check_text,
    clause_text,
    day_text,
    holiday_text,
    listed,
    moment_text,
    number_text,
    policy_numbers,
    text,
    word,
)
from service.web.offers import offers
from service.web.pages import PageRoute, language, render
from vision.policy import Clause, Policy, Signal

router = APIRouter(route_class=PageRoute, include_in_schema=False)

TABS = (
    ("calendar", "/settings"),
    ("dress", "/settings/dress"),
    ("roster", "/settings/roster"),
    ("policy", "/settings/policy"),
    ("messages", "/settings/messages"),
    ("retention", "/settings/retention"),
    ("accounts", "/settings/accounts"),
    ("privacy", "/settings/privacy"),
    ("audit", "/settings/audit"),
)
NUMBERS: Mapping[Signal, tuple[str, ...]] = {
    Signal.READY: ("ready_", "vis_ready", "px_person", "gap_bridge"),
    Signal.MANNED: ("absent_", "vis_manned", "px_person", "gap_bridge"),
    Signal.BADGE: ("badge_", "px_chest", "px_badge"),
    Signal.READABLE: ("read_", "px_letter", "px_badge"),
    Signal.SCREEN: ("screen_", "vis_screen", "px_screen"),
    Signal.DESK_ITEM: ("obj_", "vis_desk", "px_object"),
    Signal.DESK_REFERENCE: ("desk_", "vis_desk", "px_object"),
    Signal.CHAT: ("chat_", "px_person"),
}
"""How the numbers begin that a signal card is judged by; those of sight hold for all."""

ADDRESSES = (
    ("telegram", "tgram://BOT_TOKEN/CHAT_ID/"),
    ("email", "mailtos://NAME:PASSWORD@smtp.example.go.id:587?to=kepala@example.go.id"),
    ("whatsapp", "whatsapp://TOKEN@FROM_PHONE_ID/6281234567890"),
    ("gateway", "jsons://gateway.example.go.id/path"),
    ("signed", "https://gateway.example.go.id/path"),
)
"""How addresses look, by the words of what they lead to; docs/messages.md has them too."""

BLANK: dict[str, Any] = {
    **dict.fromkeys(("briefing", "opens", "closes", "work_ends", "name", "note", "date"), ""),
    **dict.fromkeys(("first", "last", "type", "words", "since", "until"), ""),
    **dict.fromkeys(("open", "closed", "unset", "no_break", "no_friday_break"), False),
    "row": None,
    "break": ("", ""),
    "friday_break": ("", ""),
    "rule": DressKind.UNDEFINED,
    "colours": (),
}
"""A new row of any list."""


def page(
    tab: str,
    request: Request,
    who: Who,
    door: Door,
    view: object,
    *,
    sheet: str = "",
    **values: object,
) -> Response:
    """One part of the settings. `view` None: this office cannot be set up from its pages.

    `sheet`: a page that belongs to the part and is printed.
    """
    lang = language(request)
    body = render(
        f"settings_{sheet or tab}.html",
        request,
        lang,
        office=door.office.board().office_name,
        tab=tab,
        tabs=[(name, href, text(f"settings.tab_{name}", lang)) for name, href in TABS],
        heading=text(f"settings.tab_{sheet or tab}", lang),
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
    names = {c.counter: c.name for c in door.office.layout().counters}
    view = {
        "accounts": [
            {
                "name": one.name,
                "role": text(f"role.{one.role}", lang),
                "since": day_text(one.created_at, zone, lang),
                "tokens": one.tokens,
                "is_me": one.name == told.me,
                "counters": one.counters,
                "belongs": listed([names.get(name, name) for name in one.counters], lang),
                # One that left the office is shown, so that it can be taken away.
                "choices": [*names.items(), *((c, c) for c in one.counters if c not in names)],
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
        counters=tuple(names.items()),
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


@router.get("/settings/roster", dependencies=[Depends(SETUP)])
def show_roster(request: Request, who: Who, door: TheDoor) -> Response:
    """Which counters are served."""
    view = None if door.setup is None else roster_answer(door.setup)
    return page("roster", request, who, door, view)


@router.get("/settings/messages", dependencies=[Depends(SETUP)])
def show_messages(request: Request, who: Who, door: TheDoor) -> Response:
    """Who is told of what."""
    lang = language(request)
    return page(
        "messages",
        request,
        who,
        door,
        None if door.setup is None else _messages(messages_answer(door.setup), lang),
        topics=[(topic, word(topic, lang)) for topic in Topic if topic in TOPICS],
        tongues=[(o, text(f"settings.language_{o or 'usual'}", lang)) for o in ("", *Lang)],
        likes=[(text(f"settings.like_{what}", lang), like) for what, like in ADDRESSES],
        blank_route={
            "row": None,
            "name": "",
            "language": "",
            "tell": TOPICS,
            "quiet": ("", ""),
            "signed": False,
            "unready": False,
        },
    )


def _messages(told: MessageSettingsAnswer, lang: Lang) -> dict[str, Any]:
    separator = text("date.separator", lang)
    broker = told.mqtt
    return {
        "version": told.version,
        "language": told.language,
        "cool_down_min": number_text(told.cool_down_min, lang),
        "board_url": told.board_url,
        "to": [
            {
                "row": one.row,
                "name": one.name,
                "route": _either(one.route_text, lang),
                "language": one.language or "",
                "tell": one.tell,
                "quiet": [at.replace(":", separator) for at in one.quiet or ("", "")],
                "signed": one.signed,
                "unready": not one.ready,
            }
            for one in told.to
        ],
        "mqtt": {
            "host": "" if broker is None else broker.host,
            "port": "" if broker is None or broker.port is None else broker.port,
            "user": "" if broker is None else broker.user,
            "has_password": broker is not None and broker.has_password,
            "tls": broker is not None and broker.tls,
        },
    }


@router.get("/settings/retention", dependencies=[Depends(SETUP)])
def show_retention(request: Request, who: Who, door: TheDoor) -> Response:
    """How long things are kept."""
    lang = language(request)
    if door.setup is None:
        return page("retention", request, who, door, None)
    told = retention_answer(door.setup)

    def ranged(name: str) -> str:
        low, high = told.ranges[name].low, told.ranges[name].high
        return text(
            "settings.range", lang, low=number_text(low, lang), high=number_text(high, lang)
        )

    view = {
        **told.model_dump(),
        "evidence_gb": number_text(told.evidence_gb, lang, 1),
        "contest_days": number_text(told.contest_days, lang),
        "audit_days": number_text(told.audit_days, lang),
        "crop_range": ranged("crop_days"),
        "gb_range": ranged("evidence_gb"),
        "samples_range": ranged("samples_days"),
        "rows_range": ranged("rows_days"),
    }
    return page("retention", request, who, door, view)


@router.get("/settings/policy", dependencies=[Depends(SETUP)])
def show_policy(request: Request, who: Who, door: TheDoor) -> Response:
    """Each clause with its text, class and thresholds; choosing another policy."""
    lang = language(request)
    policy = door.office.policy()
    title = policy.title_id if lang is Lang.ID else policy.title_en
    view: dict[str, Any] = {
        "version": "",
        "force": text("settings.policy_force", lang, title=title, citation=policy.citation),
        "waiting": "",
        "groups": _groups(policy, lang),
    }
    if door.setup is not None:
        told, setup_zone = policy_choice_answer(door.setup), door.setup.settings.zone
        broken = text("settings.policy_broken", lang)
        view |= {
            "version": told.version,
            "waiting": text(
                "settings.policy_waiting",
                lang,
                citation=told.waiting,
                at=moment_text(told.waiting_from, setup_zone, lang),
            )
            if told.waiting and told.waiting_from
            else "",
            "choices": [
                {
                    **one.model_dump(),
                    "words": f"{one.choice} ({broken}: {one.fault})"
                    if one.title is None
                    else f"{_either(one.title, lang)} · {one.citation} · {one.choice}",
                }
                for one in told.choices
            ],
        }
    return page("policy", request, who, door, view)


def _groups(policy: Policy, lang: Lang) -> list[dict[str, Any]]:
    roles: dict[str, list[dict[str, Any]]] = {}
    for clause in policy.clauses:
        roles.setdefault(clause.role, []).append(_clause(clause, lang))
    return [
        {
            "name": role,
            "count": text("settings.clauses", lang, n=len(clauses)),
            "clauses": clauses,
        }
        for role, clauses in roles.items()
    ]


def _clause(clause: Clause, lang: Lang) -> dict[str, Any]:
    rule = clause.rule
    begins = NUMBERS[rule.signal] if rule is not None else ()
    meanings = dict(policy_numbers(lang))
    by = clause.decided_by
    if rule is not None:
        by = f"{check_text(rule.check, lang)} ({rule.signal})"
    elif clause.combines:
        by = by or ", ".join(clause.combines)
    return {
        "id": clause.clause,
        "text": capital(clause_text(clause, lang)),
        "kind": word(clause.kind, lang),
        "class": word(clause.observability, lang),
        "blocks": clause.blocks_ready,
        "off": not clause.enabled,
        "unruled": word(clause.without_rule, lang)
        if clause.without_rule and clause.observability in WITH_RULE
        else "",
        "by": by,
        "source": clause.source,
        "numbers": []
        if rule is None
        else [
            (meanings.get(name, name), number_text(value, lang))
            for name, value in rule.parameters.items()
            if name.startswith(begins)
        ],
    }


@router.get("/settings/privacy", dependencies=[Depends(SETUP)])
def show_privacy(request: Request, who: Who, door: TheDoor) -> Response:
    """Who is responsible, and whom to ask."""
    lang = language(request)
    if door.setup is None:
        return page("privacy", request, who, door, None)
    told = privacy_answer(door.setup)
    names = [text(f"dpia.{name}", lang) for name in told.missing]
    view = {
        **told.model_dump(),
        "consulted": told.consulted or "",
        "notices": "\n".join(told.notices),
        "missing": listed(names, lang),
    }
    return page("privacy", request, who, door, view)


@router.get("/settings/notice", dependencies=[Depends(SETUP)])
def show_notice(request: Request, who: Who, door: TheDoor) -> Response:
    """The camera notice for the wall."""
    view = None if door.setup is None else notice(door.setup.settings, language(request))
    return page("privacy", request, who, door, view, sheet="notice")


@router.get("/settings/assessment", dependencies=[Depends(SETUP)])
def show_assessment(request: Request, who: Who, door: TheDoor) -> Response:
    """The privacy impact assessment."""
    lang = language(request)
    view = None
    if door.setup is not None:
        settings = door.setup.settings
        now = door.office.board().now
        view = {
            "parts": assessment(settings, lang),
            "day": day_text(now, settings.zone, lang),
        }
    return page("privacy", request, who, door, view, sheet="assessment")


def _either(words: Words, lang: Lang) -> str:
    return words.id if lang is Lang.ID else words.en


def _plain(value: object) -> str:
    """A detail of a row as it may be read: lists with commas."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def weekday(name: str, lang: Lang) -> str:
    """`Senin` for `monday`."""
    return str(get_day_names(locale=lang.value)[WEEKDAYS.index(name)])


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
        "own_hours": [_weekday(told, name, lang) for name in WEEKDAYS],
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
        "special": [
            {
                **BLANK,
                "row": one.row,
                "since": f"{one.since:%Y-%m-%dT%H:%M}",
                "until": f"{one.until:%Y-%m-%dT%H:%M}",
                "note": one.note,
            }
            for one in told.special
        ],
        "known": [
            {
                "day": day_words(one.date, lang),
                "name": holiday_text(one.date, one.name, lang),
                "kind": _either(one.type_text, lang),
            }
            for one in told.known
        ],
        "ahead": [_ahead(one, lang) for one in told.ahead],
    }


def _weekday(told: s.CalendarAnswer, name: str, lang: Lang) -> dict[str, Any]:
    """A weekday with what is its own, also in words. Friday's break stands with its weekday."""
    own = told.weekdays.get(name)
    hours = {**BLANK, **({} if own is None else _hours(own, lang))}
    if name == WEEKDAYS[FRIDAY]:
        pause = told.friday_break
        hours |= {"break": _pair(pause, lang), "no_break": pause == ()}
    differs = [
        f"{text(f'settings.{key}', lang)} {hours[key]}"
        for key in ("briefing", "opens", "closes", "work_ends")
        if hours[key]
    ]
    if hours["no_break"]:
        differs.append(text("settings.no_break", lang))
    elif hours["break"][0]:
        since, until = hours["break"]
        differs.append(text("settings.break_in", lang, since=since, until=until))
    usual = "weekday_usual" if name in told.working_days else "ahead_closed"
    return {
        **hours,
        "day": name,
        "name": weekday(name, lang),
        "words": " · ".join(differs) or text(f"settings.{usual}", lang),
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
        "note": getattr(one.note_text, lang.value),
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
