"""Putar ulang: a span of the day from stored samples, and what would have been decided."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.api.objects import counter_for
from service.api.routes.replays import versions
from service.api.security import FLAGS, TheDoor, Who
from service.policies import PARAMETERS
from service.policy_versions import PolicyVersion
from service.store import Flag
from service.texts import (
    Lang,
    capital,
    check_text,
    moment_text,
    number_text,
    policy_numbers,
    text,
    time_text,
    word,
)
from service.web.offers import offers
from service.web.pages import PageRoute, language, render
from vision.day import DayPlan
from vision.policy import Policy
from vision.values import Outcome, Slot

LENGTHS = (2, 5, 10, 15)
"""Minutes a span may be long on the page."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def around(flag: Flag, zone: tzinfo) -> str:
    """The address of the span around a flag."""
    since = (flag.window[0] - timedelta(minutes=1)).astimezone(zone)
    query = {
        "counter": flag.counter,
        "day": since.date().isoformat(),
        "time": since.strftime("%H:%M"),
        "minutes": 5,
    }
    return f"/replays?{urlencode(query, quote_via=quote)}"


@router.get("/replays", dependencies=[Depends(FLAGS)])
def show_span(
    request: Request,
    who: Who,
    door: TheDoor,
    counter: str = "",
    day: Annotated[date | None, Query()] = None,
    at: Annotated[str, Query(alias="time", pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")] = "",
    minutes: Annotated[int, Query(ge=1, le=15)] = 5,
    check: str = "",
) -> Response:
    """What each stored sample of a counter said, and the same span judged under other numbers."""
    lang = language(request)
    board, policy, layout = door.office.board(), door.office.policy(), door.office.layout()
    zone = ZoneInfo(board.time_zone)
    seen = [c for c in layout.counters if who.may_see(c.counter)]
    chosen = counter_for(who, door, counter or (seen[0].counter if seen else ""))
    now = board.now.astimezone(zone)
    usual = door.plan_of(now.date()).looks_from or now
    since = datetime.combine(
        day or now.date(),
        time.fromisoformat(at) if at else usual.astimezone(zone).time().replace(second=0),
        zone,
    )
    until = since + timedelta(minutes=minutes)
    span = {"counter": chosen.counter, "since": since.isoformat(), "until": until.isoformat()}
    rules = policy.rules_for(chosen.role)
    checks = sorted({rule.check for rule in rules} | {"staff_present"})
    page = render(
        "replays.html",
        request,
        lang,
        office=board.office_name,
        counters=[(c.counter, c.name) for c in seen],
        chosen=chosen.counter,
        name=chosen.name,
        day=since.date().isoformat(),
        time=since.strftime("%H:%M"),
        minutes=minutes,
        lengths=sorted({*LENGTHS, minutes}),
        checks=[(name, capital(check_text(name, lang))) for name in checks],
        check=check if check in checks else checks[0],
        source=f"/api/v1/replays?{urlencode(span, quote_via=quote)}",
        offset=round((since.utcoffset() or timedelta()).total_seconds() / 60),
        outcomes=[(outcome, word(outcome, lang)) for outcome in Outcome],
        slots=_slots(door.plan_of(since.date()), zone, lang),
        versions=_versions(versions(door), chosen.role, zone, lang),
        **offers(who),
    )
    return HTMLResponse(page)


def _slots(plan: DayPlan, zone: tzinfo, lang: Lang) -> list[tuple[str, str, str]]:
    """The spans that can be judged again: slot, words, and the instant it is asked for, if any."""
    slots = [
        (slot.value, capital(word(slot, lang)), "") for slot in (Slot.READY, Slot.OPEN, Slot.OPEN_2)
    ]
    if plan.ready_at is None:
        return slots
    words = text("replay.answer", lang, time=time_text(plan.ready_at, zone, lang))
    return [(Slot.READY.value, words, plan.ready_at.isoformat()), *slots]


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version of the policy to judge by. `numbers`: what may be changed of it, as JSON for the
    page's script; empty where this program cannot read it.
    """

    citation: str
    words: str
    numbers: str


def _versions(
    found: Iterable[PolicyVersion], role: str, zone: tzinfo, lang: Lang
) -> list[VersionView]:
    """The policy in force first."""
    views = []
    for one in found:
        said = "policy_now" if one.current else "policy_before"
        if one.policy is None:
            said = "policy_unreadable"
        since = "" if one.since is None else moment_text(one.since, zone, lang)
        views.append(
            VersionView(
                citation=one.citation,
                words=text(f"replay.{said}", lang, policy=one.citation, since=since),
                numbers=""
                if one.policy is None
                else json.dumps(_numbers(one.policy, role, lang), ensure_ascii=False),
            )
        )
    return views


def _numbers(policy: Policy, role: str, lang: Lang) -> list[tuple[str, str, float, str]]:
    """The numbers of a policy that rules of this role use: name, words, value, and its range.

    In the order of the words' table: what belongs together stands together.
    """
    used = {name for rule in policy.rules_for(role) for name in rule.parameters}
    return [
        (
            name,
            words,
            policy.parameters[name],
            text(
                "replay.range",
                lang,
                now=number_text(policy.parameters[name], lang),
                low=number_text(PARAMETERS[name][0], lang),
                high=number_text(PARAMETERS[name][1], lang),
            ),
        )
        for name, words in policy_numbers(lang)
        if name in used & policy.parameters.keys() & PARAMETERS.keys()
    ]
