"""Pesan: who is told, and whether it arrived."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.api import schemas_messages as s
from service.api.routes.messages import messages_for
from service.api.schemas import Words
from service.api.security import MESSAGES, TheDoor, Who
from service.messages.vocabulary import LetterState
from service.texts import Lang, capital, listed, moment_text, text, time_text, word
from service.web.offers import offers
from service.web.pages import PageRoute, language, render

PAGE_OF_LETTERS = 50
TONES = {
    LetterState.SENT: "met",
    LetterState.FAILED: "not_met",
    LetterState.UNCERTAIN: "cannot_tell",
    LetterState.EXPIRED: "cannot_tell",
}
"""How a state looks beside its word; the others are plain."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class LetterView:
    """A message as a line of the page."""

    title: str
    lines: tuple[str, ...]
    to: str
    at: str
    state: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True)
class RecipientView:
    """Who is told."""

    name: str
    tell: str
    quiet: str
    counts: str


@router.get("/messages", dependencies=[Depends(MESSAGES)])
def show_messages(
    request: Request,
    who: Who,
    door: TheDoor,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
) -> Response:
    """Recipients, the broker, and the last messages."""
    lang = language(request)
    board = door.office.board()
    zone = ZoneInfo(board.time_zone)
    told = messages_for(who, door, cursor, PAGE_OF_LETTERS)
    page = render(
        "messages.html",
        request,
        lang,
        office=board.office_name,
        recipients=[_recipient(one, lang) for one in told.recipients],
        mqtt=None if told.mqtt is None else _mqtt(told.mqtt, zone, lang),
        mqtt_well=told.mqtt is not None and told.mqtt.connected,
        letters=[_letter(one, zone, lang) for one in told.items],
        older="" if told.next is None else f"/messages?cursor={told.next}",
        **offers(who),
    )
    return HTMLResponse(page)


def _said(words: Words, lang: Lang) -> str:
    return words.id if lang is Lang.ID else words.en


def _letter(one: s.MessageAnswer, zone: ZoneInfo, lang: Lang) -> LetterView:
    why = "" if one.trouble_text is None else capital(_said(one.trouble_text, lang))
    if why and one.state is LetterState.WAITING:
        again = time_text(one.due_at, zone, lang, seconds=True)
        why = text("messages.again", lang, why=why, time=again)
    return LetterView(
        title=one.title,
        lines=tuple(one.body.splitlines()),
        to=one.to,
        at=moment_text(one.last_at or one.due_at, zone, lang),
        state=_said(one.state_text, lang),
        tone=TONES.get(one.state, ""),
        why=why,
    )


def _recipient(one: s.RecipientAnswer, lang: Lang) -> RecipientView:
    counts = [f"{word(state, lang)} {count}" for state, count in one.counts.items()]
    separator = text("date.separator", lang)
    quiet = [hour.replace(":", separator) for hour in one.quiet or ()]
    return RecipientView(
        name=one.name,
        tell=listed([word(topic, lang) for topic in one.tell], lang),
        quiet="–".join(quiet),
        counts=", ".join(counts) or text("messages.none_yet", lang),
    )


def _mqtt(one: s.MqttAnswer, zone: ZoneInfo, lang: Lang) -> str:
    """How the broker stands, in a sentence."""
    since = moment_text(one.since, zone, lang)
    at = f"{one.host}:{one.port}"
    if one.connected:
        return text("messages.mqtt_well", lang, at=at, since=since)
    why = "" if one.trouble_text is None else f"{capital(_said(one.trouble_text, lang))}."
    return text("messages.mqtt_ill", lang, at=at, since=since, why=why).strip()
