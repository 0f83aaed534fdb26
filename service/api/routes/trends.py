"""Weeks of a clause at a counter, and the facts for the regional office's sheet."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.accounts import Caller
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.routes.briefings import clause_words, desk_for, figures_answer, speaker_for
from service.api.routes.observations import today
from service.api.schemas import (
    CellAnswer,
    DayQuery,
    KanwilAnswer,
    KanwilFigures,
    KanwilItem,
    TrendAnswer,
    TrendsAnswer,
    Words,
)
from service.api.security import BRIEFING, TheDoor, Who
from service.kanwil import KanwilRow, KanwilWords, csv_of, kanwil_rows, said
from service.texts import Lang
from vision.trends import Cell, Shown, Trends, mondays_until, trends_of

LONGEST_DAYS = 366
"""The longest span of the sheet, days: rows about counters are kept for twelve months."""

router = APIRouter(tags=["trends"])
WeeksQuery = Annotated[int, Query(ge=1, le=26, description="how many weeks, this one included")]
SpanQuery = Annotated[DayQuery | None, Query()]


@router.get("/trends", response_model=TrendsAnswer, **BRIEFING.route)
def trends(
    caller: Who,
    door: TheDoor,
    weeks: WeeksQuery = 8,
    clause: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """The share that was met, by clause and counter, with denominators and coverage."""
    found = trends_for(caller, door, weeks, clause)
    policy = door.office.policy()
    return answer(
        TrendsAnswer(
            mondays=found.mondays,
            smallest=found.smallest,
            floor=found.floor,
            items=tuple(
                TrendAnswer(
                    clause=row.clause,
                    text=clause_words(policy, row.clause),
                    counter=row.counter,
                    source=row.source,
                    weeks=tuple(_cell(cell) for cell in row.weeks),
                    whole=_cell(row.whole),
                )
                for row in found.rows
            ),
        )
    )


def trends_for(caller: Caller, door: Door, weeks: int, clause: str | None) -> Trends:
    """The weeks until today, of one clause or of all."""
    desk = desk_for(caller, door)
    now = today(door)
    mondays = mondays_until(now, weeks)
    only = None if clause is None else frozenset({clause})
    facts = desk.facts(mondays[0], now, only)
    counters = [c.counter for c in desk.layout.counters if caller.may_see(c.counter)]
    found = trends_of(
        facts.values(),
        mondays,
        counters,
        desk.policy,
        smallest=round(desk.policy.parameters.get("figure_min", 10)),
        floor=desk.policy.parameters.get("coverage_floor", 0.6),
    )
    if clause is None:
        return found
    rows = tuple(row for row in found.rows if row.clause == clause)
    return Trends(found.mondays, rows, found.smallest, found.floor)


def _cell(cell: Cell) -> CellAnswer:
    score, hidden = cell.figures.score, cell.shown is Shown.FEW
    return CellAnswer(
        days=cell.days,
        applicable=score.applicable,
        shown=cell.shown,
        decided=None if hidden else cell.decided,
        share=cell.share,
        coverage=None if hidden else score.coverage,
        visible=cell.figures.visible,
    )


# --- the sheet for the regional office -----------------------------------------------------------


@router.get("/kanwil", response_model=KanwilAnswer, **BRIEFING.route)
def kanwil(
    caller: Who, door: TheDoor, since: SpanQuery = None, until: SpanQuery = None
) -> Response:
    """The LHPS items a camera may feed: facts, evidence, and points left open."""
    first, last = span_of(door, since, until)
    rows = kanwil_for(caller, door, first, last)
    spoken = {lang: kanwil_words(door, rows, first, last, lang) for lang in Lang}
    policy = door.office.policy()
    return answer(
        KanwilAnswer(
            since=first,
            until=last,
            policy=policy.citation,
            items=tuple(
                KanwilItem(
                    item=row.item.item,
                    subject=Words(id=row.item.subject_id, en=row.item.subject_en),
                    indicator=Words(id=row.item.indicator_id, en=row.item.indicator_en),
                    condition=Words(
                        id="\n".join(spoken[Lang.ID][i].condition),
                        en="\n".join(spoken[Lang.EN][i].condition),
                    ),
                    points=None,
                    evidence=Words(
                        id="\n".join(spoken[Lang.ID][i].evidence),
                        en="\n".join(spoken[Lang.EN][i].evidence),
                    ),
                    days=row.days,
                    confirmed=row.confirmed,
                    clauses=tuple(
                        KanwilFigures(
                            clause=name,
                            text=clause_words(policy, name),
                            figures=figures_answer(figures),
                        )
                        for name, figures in row.clauses
                    ),
                )
                for i, row in enumerate(rows)
            ),
        )
    )


@router.get(
    "/kanwil.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with BOM, semicolons"}},
    **BRIEFING.route,
)
def kanwil_csv(
    caller: Who,
    door: TheDoor,
    since: SpanQuery = None,
    until: SpanQuery = None,
    lang: Annotated[Lang, Query()] = Lang.ID,
) -> Response:
    """The same as a file for a spreadsheet. Every export stands in the audit log."""
    first, last = span_of(door, since, until)
    words = kanwil_words(door, kanwil_for(caller, door, first, last), first, last, lang)
    name = f"lhps-{first.isoformat()}-{last.isoformat()}.csv"
    door.store.audit(caller.name, "kanwil.export", f"kanwil/{name}", {}, at=door.clock())
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_of(words, lang), media_type="text/csv; charset=utf-8", headers=headers)


def span_of(door: Door, since: date | None, until: date | None) -> tuple[date, date]:
    """The span that is asked for; by default the month until today. Errors: Refusal 422."""
    last = until if until is not None else today(door)
    first = since if since is not None else last.replace(day=1)
    if first > last:
        raise Refusal(
            422,
            f"since: expected a day not after until {last.isoformat()}, got {first.isoformat()}",
        )
    if last - first > timedelta(days=LONGEST_DAYS):
        raise Refusal(422, f"since: expected at most {LONGEST_DAYS} days before until")
    return first, last


def kanwil_for(caller: Caller, door: Door, first: date, last: date) -> tuple[KanwilRow, ...]:
    """The facts of a span."""
    desk = desk_for(caller, door)
    wanted = frozenset(name for row in kanwil_rows((), desk.policy) for name in row.item.clauses)
    return kanwil_rows(desk.facts(first, last, wanted).values(), desk.policy)


def kanwil_words(
    door: Door, rows: tuple[KanwilRow, ...], first: date, last: date, lang: Lang
) -> list[KanwilWords]:
    """The rows in one language."""
    speaker = speaker_for(door, lang)
    return [said(row, first, last, speaker) for row in rows]
