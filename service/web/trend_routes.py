"""Tren: weeks of every clause. Lembar Kanwil: facts for the regional office."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.api.errors import Refusal
from service.api.routes.briefings import speaker_for
from service.api.routes.trends import (
    LONGEST_DAYS,
    WeeksQuery,
    kanwil_for,
    kanwil_words,
    span_of,
    trends_for,
)
from service.api.schemas import FIRST_DAY, LAST_DAY
from service.api.security import BRIEFING, TheDoor, Who
from service.kanwil import undecided
from service.sheet import Speaker
from service.texts import Lang, capital, clause_text, text, word
from service.trend_plot import HEIGHT, WIDTH, Plot, plot_of
from service.web.observation_page import group_name
from service.web.offers import offers
from service.web.pages import PageRoute, language, render
from vision.entries import is_about_the_office
from vision.trends import Cell, Row, Shown, Trends

SPANS = (4, 8, 12, 26)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class CellView:
    """A week in the table. `beside` says coverage and how much could be seen."""

    main: str
    beside: str
    pale: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """A clause at a counter."""

    counter: str
    source: str
    plot: Plot
    title: str
    weeks: tuple[CellView, ...]
    whole: CellView


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause: the row of all counters, then each counter."""

    clause: str
    words: str
    group: str
    rows: tuple[RowView, ...]


@router.get("/trends", dependencies=[Depends(BRIEFING)])
def show_trends(
    request: Request,
    who: Who,
    door: TheDoor,
    weeks: WeeksQuery = 8,
    clause: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Week by week, with denominators."""
    lang = language(request)
    found = trends_for(who, door, weeks, clause or None)
    speaker = speaker_for(door, lang)
    page = render(
        "trends.html",
        request,
        lang,
        office=door.office.board().office_name,
        policy=door.office.board().policy,
        rule=text("trends.rule", lang, smallest=found.smallest, floor=speaker.share(found.floor)),
        spans=SPANS,
        weeks=weeks,
        chosen=clause,
        choices=[(c.clause, capital(clause_text(c, lang))) for c in speaker.policy.clauses],
        mondays=[_short(monday, speaker, lang) for monday in found.mondays],
        clauses=_clauses(found, speaker, lang),
        width=WIDTH,
        height=HEIGHT,
        **offers(who),
    )
    return HTMLResponse(page)


def _short(day: date, speaker: Speaker, lang: Lang) -> str:
    """`23/11`."""
    local = datetime.combine(day, time(12), speaker.zone)
    return f"{local.day}/{local.month}"


def _clauses(found: Trends, speaker: Speaker, lang: Lang) -> list[ClauseView]:
    rows: dict[str, list[RowView]] = {}
    for row in found.rows:
        rows.setdefault(row.clause, []).append(_row(row, found, speaker, lang))
    return [
        ClauseView(
            clause=name,
            words=capital(clause_text(speaker.policy.clause(name), lang)),
            group=group_name(name, lang),
            rows=tuple(found_rows),
        )
        for name, found_rows in rows.items()
    ]


def _row(row: Row, found: Trends, speaker: Speaker, lang: Lang) -> RowView:
    office = is_about_the_office(speaker.policy.clause(row.clause))
    everywhere = text("trends.office" if office else "trends.all", lang)
    counter = everywhere if row.counter is None else speaker.name(row.counter)
    words = text("trends.plot_words", lang)
    title = text("trends.plot", lang, clause=row.clause, counter=counter, words=words)
    return RowView(
        counter=counter,
        source=word(row.source, lang),
        plot=plot_of(row),
        title=title,
        weeks=tuple(_cell(cell, found, speaker, lang) for cell in row.weeks),
        whole=_cell(row.whole, found, speaker, lang),
    )


def _cell(cell: Cell, found: Trends, speaker: Speaker, lang: Lang) -> CellView:
    if cell.shown is Shown.FEW:
        return CellView(text("trends.few", lang, smallest=found.smallest), "", pale=True)
    score = cell.figures.score
    if not score.applicable:
        return CellView(text("trends.nothing", lang), "", pale=True)
    beside = [text("trends.coverage", lang, share=speaker.share(score.coverage))]
    if cell.figures.visible is not None:
        beside.append(text("trends.seen", lang, share=speaker.share(cell.figures.visible)))
    if cell.shown is Shown.YES:
        main = text("trends.cell", lang, share=speaker.share(cell.share), n=cell.decided)
    else:
        low = cell.shown is Shown.LOW_COVERAGE
        main = text("trends.low" if low else "trends.nothing", lang)
    return CellView(main, ", ".join(beside), pale=cell.shown is not Shown.YES)


@router.get("/kanwil", dependencies=[Depends(BRIEFING)])
def show_kanwil(
    request: Request,
    who: Who,
    door: TheDoor,
    since: Annotated[str, Query(max_length=20)] = "",
    until: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The sheet for the regional office; days that do not fit are told beside their fields."""
    lang = language(request)
    fault = ""
    try:
        first, last = span_of(door, _day(since), _day(until))
    except (Refusal, ValueError):
        fault = text("kanwil.fault", lang, days=LONGEST_DAYS)
        first, last = span_of(door, None, None)
    rows = kanwil_for(who, door, first, last)
    page = render(
        "kanwil.html",
        request,
        lang,
        office=door.office.board().office_name,
        policy=door.office.board().policy,
        since=since or first.isoformat(),
        until=until or last.isoformat(),
        exported=f"since={first.isoformat()}&until={last.isoformat()}",
        fault=fault,
        rows=kanwil_words(door, rows, first, last, lang),
        waiting=undecided(rows),
        **offers(who),
    )
    return HTMLResponse(page)


def _day(written: str) -> date | None:
    """A day as it was typed. Errors: ValueError."""
    if not written:
        return None
    day = date.fromisoformat(written)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"expected a day from {FIRST_DAY} to {LAST_DAY}, got {day}")
    return day
