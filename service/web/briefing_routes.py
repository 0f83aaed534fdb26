"""Pengarahan pagi: the sheet that is read aloud, its ticks, and the supervisor's page beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.door import Door
from service.api.objects import clause_of
from service.api.routes.briefings import desk_for, sheet_for, speaker_for
from service.api.routes.observations import today
from service.api.schemas import DayQuery
from service.api.security import BRIEFING, TheDoor, Who
from service.calendar import SEARCH_DAYS, working_day_before
from service.sheet import Speaker, thoughts, turn_of
from service.texts import Lang, capital, clause_text, note_text, text, word
from service.web.offers import offers
from service.web.pages import PageRoute, language, render
from service.web.tones import outcome_tone
from vision.briefing import ClauseFigures, Derived, Leader, Pack, TickItem
from vision.policy import Policy
from vision.values import Status

TICKED = (
    TickItem.EVALUATION,
    TickItem.APPRECIATION,
    TickItem.MOTIVATION,
    TickItem.PRAYER,
    TickItem.IN_TURN,
)
"""What is ticked with yes, in the order of the sheet."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause in the table of the supervisor's page."""

    clause: str
    words: str
    met: int
    not_met: int
    waiting: int
    cannot_tell: int
    coverage: str
    visible: str


@dataclass(frozen=True, slots=True)
class DerivedRow:
    """One clause about the office."""

    clause: str
    words: str
    outcome: str
    tone: str
    said: str


@router.get("/briefing", dependencies=[Depends(BRIEFING)])
def show_todays(door: TheDoor) -> Response:
    """The briefing of today, or of the next working day."""
    now = today(door)
    return RedirectResponse(f"/briefing/{(_next(door, now, 0) or now).isoformat()}", 303)


@router.get("/briefing/{day}", dependencies=[Depends(BRIEFING)])
def show_briefing(
    request: Request, who: Who, door: TheDoor, day: Annotated[DayQuery, Path()]
) -> Response:
    """The sheet of a day."""
    lang = language(request)
    board, desk = door.office.board(), desk_for(who, door)
    plan, pack, ticks = door.plan_of(day), desk.pack(day), desk.ticks(day)
    speaker = speaker_for(door, lang)
    derived = desk.derived(pack.facts_day, board.now) if pack.facts_day is not None else ()
    before, after = working_day_before(door.plan_of, day), _next(door, day, 1)
    page = render(
        "briefing.html",
        request,
        lang,
        office=board.office_name,
        day=day.isoformat(),
        day_words=speaker.day(day),
        working=plan.opens_at is not None,
        plan_note=note_text(plan, lang),
        sheet=sheet_for(who, door, day, lang, pack),
        pack=pack,
        findings=[speaker.line(item, plan) for item in pack.all_findings],
        clauses=_clauses(pack, speaker, desk.policy, lang),
        derived=[_derived(one, desk.policy, lang) for one in derived],
        facts_day="" if pack.facts_day is None else speaker.day(pack.facts_day),
        ticked=[(item.value, word(item, lang), ticks.get(item) == "yes") for item in TICKED],
        leaders=[
            (one.value, word(one, lang), ticks.get(TickItem.LED_BY) == one.value) for one in Leader
        ],
        thoughts=list(enumerate(thoughts(lang), 1)),
        chosen=ticks.get(TickItem.THOUGHT) or f"list:{turn_of(day)}",
        before=before.isoformat() if before is not None else "",
        after=after.isoformat() if after is not None and after <= today(door) else "",
        may_tick=offers(who)["may_observe"] and day <= today(door),
        policy=board.policy,
        **offers(who),
    )
    return HTMLResponse(page)


def _next(door: Door, day: date, start: int) -> date | None:
    """The first working day from `start` days after a day on."""
    for offset in range(start, SEARCH_DAYS):
        if door.plan_of(day + timedelta(days=offset)).opens_at is not None:
            return day + timedelta(days=offset)
    return None


def _clauses(pack: Pack, speaker: Speaker, policy: Policy, lang: Lang) -> list[ClauseRow]:
    def row(one: ClauseFigures) -> ClauseRow:
        score = one.figures.score
        return ClauseRow(
            clause=one.clause,
            words=_words(one.clause, policy, lang),
            met=score.met,
            not_met=score.confirmed_not_met,
            waiting=score.waiting,
            cannot_tell=one.figures.cannot_tell,
            coverage=speaker.share(score.coverage),
            visible=speaker.share(one.figures.visible),
        )

    return [row(one) for one in pack.clauses]


def _derived(one: Derived, policy: Policy, lang: Lang) -> DerivedRow:
    if one.outcome is None:
        said, tone, outcome = text("briefing.not_applicable", lang), "plain", ""
    else:
        status = one.status if one.status is not None else Status.FINAL
        said, tone = word(one.outcome, lang), outcome_tone(one.outcome, status).value
        outcome = one.outcome.value
        if one.reason is not None and outcome == "cannot_tell":
            said = f"{said}: {word(one.reason, lang)}"
        elif one.status is not None and outcome == "not_met":
            said = f"{said} ({word(one.status, lang)})"
    return DerivedRow(one.clause, _words(one.clause, policy, lang), outcome, tone, said)


def _words(name: str, policy: Policy, lang: Lang) -> str:
    clause = clause_of(policy, name)
    return "" if clause is None else capital(clause_text(clause, lang))
