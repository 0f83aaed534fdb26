"""Uji petik: the sample of met verdicts, looked at again by people who are not told the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from service.api.errors import Refusal
from service.api.objects import clause_of
from service.api.routes.rechecks import detail_of, sampled_for
from service.api.routes.reviews import counts_of
from service.api.security import REVIEW, TheDoor, Who
from service.store import MetPlace
from service.texts import (
    Lang,
    amount_text,
    capital,
    clause_text,
    day_text,
    time_text,
    word,
)
from service.web.flag_page import counter_name
from service.web.offers import offers
from service.web.pages import PageRoute, language, render
from service.web.review_page import tabs
from vision.layout import Layout
from vision.policy import Policy
from vision.values import Outcome

MOST = 24
"""So many pictures of a place are shown, spread over all that are kept."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place of the sample in words; its verdict is not among them."""

    record_id: int
    counter: str
    clause: str
    words: str
    slot: str
    day: str


@router.get("/rechecks", dependencies=[Depends(REVIEW)])
def show_rechecks(request: Request, who: Who, door: TheDoor) -> Response:
    """What waits for a look, oldest day first."""
    lang = language(request)
    board, policy, layout = door.office.board(), door.office.policy(), door.office.layout()
    zone = ZoneInfo(board.time_zone)
    found = sampled_for(who, door)
    page = render(
        "rechecks.html",
        request,
        lang,
        office=board.office_name,
        tabs=tabs(counts_of(who, door), None, lang),
        sampled=len(found.waiting),
        share=amount_text(policy.parameters["met_sample"], "share", lang),
        rows=[_row(place, policy, layout, zone, lang) for place in found.waiting],
        unpictured=found.unpictured,
        **offers(who),
    )
    return HTMLResponse(page)


@router.get("/rechecks/{record_id}", dependencies=[Depends(REVIEW)])
def show_recheck(record_id: int, request: Request, who: Who, door: TheDoor) -> Response:
    """One place: the clause, the pictures that are kept, and what they show."""
    lang = language(request)
    board, policy, layout = door.office.board(), door.office.policy(), door.office.layout()
    zone = ZoneInfo(board.time_zone)
    told = detail_of(who, door, record_id)
    waiting = sampled_for(who, door).waiting
    ids = [place.record_id for place in waiting]
    if record_id not in ids:  # somebody answered meanwhile
        raise Refusal(404)
    place = waiting[ids.index(record_id)]
    later = [one for one in ids if one != record_id]
    shown = spread(told.pictures, MOST)
    page = render(
        "recheck.html",
        request,
        lang,
        office=board.office_name,
        place=_row(place, policy, layout, zone, lang),
        pictures=[
            (picture.url, time_text(picture.captured_at, zone, lang, seconds=True))
            for picture in shown
        ],
        kept=len(told.pictures),
        outcomes=[(outcome.value, capital(word(outcome, lang))) for outcome in Outcome],
        then=f"/rechecks/{later[0]}" if later else "/rechecks",
        **offers(who),
    )
    return HTMLResponse(page)


T = TypeVar("T")


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly over all of them, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)]


def _row(place: MetPlace, policy: Policy, layout: Layout, zone: tzinfo, lang: Lang) -> PlaceRow:
    clause = clause_of(policy, place.clause)
    return PlaceRow(
        record_id=place.record_id,
        counter=counter_name(layout, place.counter),
        clause=place.clause,
        words=capital(clause_text(clause, lang)) if clause else place.clause,
        slot=capital(word(place.slot, lang)),
        day=_named(place.day, zone, lang),
    )


def _named(day: date, zone: tzinfo, lang: Lang) -> str:
    return day_text(datetime.combine(day, time(12), zone), zone, lang)
