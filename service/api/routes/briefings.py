"""The morning briefing: the pack of a day, its sheet as PDF, and its ticks."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from service.accounts import Caller
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.objects import clause_of
from service.api.routes.observations import LATE_DAYS, plain, today
from service.api.schemas import (
    BriefingAnswer,
    BriefingLine,
    ClauseFiguresAnswer,
    DayQuery,
    DerivedAnswer,
    ErrorAnswer,
    FiguresAnswer,
    LooksAnswer,
    NewTick,
    TickAnswer,
    Words,
)
from service.api.security import BRIEFING, OBSERVE, TheDoor, Who
from service.api.tell import Teller, words
from service.board import Board
from service.briefings import Desk
from service.sheet import LISTED, Sheet, Speaker, thought, thoughts
from service.store import KeyUsed, Record, Tick
from service.texts import Lang, clause_text
from vision.briefing import (
    NO,
    NOTHING,
    YES,
    Derived,
    Figures,
    Item,
    Leader,
    Pack,
    TickItem,
)
from vision.policy import Policy
from vision.values import Verdict

THOUGHT_WORDS = 40
"""Words of a motivation (docs/standard.md 2.3, pack limits)."""

router = APIRouter(tags=["briefing"])
BriefingDay = Annotated[DayQuery, Path(description="the day of the briefing")]


def desk_for(caller: Caller, door: Door) -> Desk:
    """Where the facts are put together for this caller."""
    reviews = door.desk()

    def as_they_stand(records: Sequence[Record]) -> Sequence[Verdict]:
        flags = [record.flag_id for record in records if record.flag_id is not None]
        histories = door.store.reviews.histories(flags)
        return [reviews.stands(record, histories.get(record.flag_id or 0)) for record in records]

    return Desk(
        store=door.store,
        policy=door.office.policy(),
        layout=door.office.layout(),
        plan_of=door.plan_of,
        stands=as_they_stand,
        sees=caller.may_see,
    )


def speaker_for(door: Door, lang: Lang) -> Speaker:
    """Who says it in a language."""
    board = door.office.board()
    teller = Teller.of(board, door.office.policy())
    has_dress = door.setup is not None and "dress" in door.setup.written
    dress = door.setup.settings.dress if door.setup is not None and has_dress else None
    layout = door.office.layout()
    return Speaker(board.office_name, teller.policy, layout, teller.zone, lang, dress)


def sheet_for(caller: Caller, door: Door, day: date, lang: Lang, pack: Pack | None = None) -> Sheet:
    """The sheet of a day in words; of this pack where it is at hand."""
    desk = desk_for(caller, door)
    board: Board | None = door.office.board() if day == today(door) else None
    chosen = pack if pack is not None else desk.pack(day)
    return speaker_for(door, lang).sheet(chosen, door.plan_of(day), desk.ticks(day), board)


@router.get("/briefings/{day}", response_model=BriefingAnswer, **BRIEFING.route)
def briefing(caller: Who, door: TheDoor, day: BriefingDay) -> Response:
    """What is said in the briefing of a day, from the working day before it."""
    return answer(told(caller, door, day))


@router.get(
    "/briefings/{day}/sheet.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "One A4 page"}},
    **BRIEFING.route,
)
def briefing_pdf(
    caller: Who, door: TheDoor, day: BriefingDay, lang: Annotated[Lang, Query()] = Lang.ID
) -> Response:
    """The sheet on one A4 page."""
    if door.plan_of(day).opens_at is None:
        raise Refusal(422, f"day: {day.isoformat()} is not a working day", code="day_off")
    from service.sheet_pdf import pdf_of  # seldom needed, slow to import

    made = pdf_of(sheet_for(caller, door, day, lang), lang)
    name = f'inline; filename="pengarahan-{day.isoformat()}.pdf"'
    return Response(made, media_type="application/pdf", headers={"Content-Disposition": name})


@router.post(
    "/briefings/{day}/ticks",
    response_model=TickAnswer,
    status_code=201,
    responses={409: {"model": ErrorAnswer, "description": "The key was used before"}},
    **OBSERVE.route,
)
def tick(caller: Who, door: TheDoor, day: BriefingDay, new: NewTick) -> Response:
    """Tick what was told. 201 when it is new, 200 when the same key was kept already."""
    _refuse_odd_day(door, day, new.item)
    value = _value(new)
    row = Tick(new.key, day, new.item.value, value, caller.name, door.office.board().now)
    try:
        is_new = door.store.entries.add_tick(row)
    except KeyUsed:
        raise Refusal(
            409, "this key was used for another tick; make a new one", code="key_used"
        ) from None
    if is_new:
        detail: dict[str, object] = {"item": new.item.value}
        door.store.audit(
            caller.name, "briefing.tick", f"briefing/{day.isoformat()}", detail, at=door.clock()
        )
    return answer(
        TickAnswer(item=new.item, item_text=words(new.item), value=value), 201 if is_new else 200
    )


def _value(new: NewTick) -> str:
    value = plain(new.value, most=400, name="value")
    allowed = {YES, NO, NOTHING}
    if new.item is TickItem.LED_BY:
        allowed = {*(leader.value for leader in Leader), NOTHING}
    elif new.item is TickItem.THOUGHT:
        match = LISTED.fullmatch(value)
        if match is not None and not 1 <= int(match.group(1)) <= len(thoughts(Lang.ID)):
            raise Refusal(422, f"value: expected list:1 to list:{len(thoughts(Lang.ID))}")
        if len(value.split()) > THOUGHT_WORDS:
            raise Refusal(
                422,
                f"value: expected at most {THOUGHT_WORDS} words, got {len(value.split())}; "
                "shorten it",
            )
        return value
    if value not in allowed:
        known = ", ".join(sorted(word or "nothing" for word in allowed))
        raise Refusal(422, f"value: expected one of {known} for {new.item}")
    return value


def _refuse_odd_day(door: Door, day: date, item: TickItem) -> None:
    now = today(door)
    ahead = LATE_DAYS if item is TickItem.THOUGHT else 0  # it is chosen the evening before
    if day > now + timedelta(days=ahead):
        raise Refusal(422, "day: nothing is told yet on a day to come", code="future")
    if day < now - timedelta(days=LATE_DAYS):
        raise Refusal(422, f"day: expected one of the last {LATE_DAYS} days", code="too_late")
    if door.plan_of(day).opens_at is None:
        raise Refusal(422, f"day: {day.isoformat()} is not a working day", code="day_off")


# --- told ----------------------------------------------------------------------------------------


def told(caller: Caller, door: Door, day: date) -> BriefingAnswer:
    """The pack as the API tells it."""
    desk = desk_for(caller, door)
    pack, ticks, plan = desk.pack(day), desk.ticks(day), door.plan_of(day)
    speakers = {lang: speaker_for(door, lang) for lang in Lang}
    teller = Teller.of(door.office.board(), desk.policy)

    def line(item: Item) -> BriefingLine:
        said = {lang: one.line(item, plan).sentence for lang, one in speakers.items()}
        return BriefingLine(
            theme=item.theme,
            clause=item.clause,
            counters=item.counters,
            reason=item.reason,
            since=teller.maybe(item.at),
            met=item.met,
            not_met=item.not_met,
            days=item.days,
            notes=item.notes,
            visible=item.visible,
            sentence=Words(id=said[Lang.ID], en=said[Lang.EN]),
        )

    chosen = ticks.get(TickItem.THOUGHT)
    derived = (
        () if pack.facts_day is None else desk.derived(pack.facts_day, door.office.board().now)
    )
    return BriefingAnswer(
        day=day,
        working=plan.opens_at is not None,
        at=teller.maybe(plan.briefing_at),
        facts_day=pack.facts_day,
        opening=None if pack.opening is None else line(pack.opening),
        evaluation=tuple(line(item) for item in pack.evaluation),
        appreciation=tuple(line(item) for item in pack.appreciation),
        motivation=Words(id=thought(chosen, day, Lang.ID), en=thought(chosen, day, Lang.EN)),
        findings=tuple(line(item) for item in pack.all_findings),
        camera=figures_answer(pack.camera),
        looks=LooksAnswer(
            met=pack.looks.met,
            not_met=pack.looks.not_met,
            not_seen=pack.looks.not_seen,
            clauses=pack.looks.clauses,
        ),
        clauses=tuple(
            ClauseFiguresAnswer(
                clause=one.clause,
                text=clause_words(desk.policy, one.clause),
                figures=figures_answer(one.figures),
            )
            for one in pack.clauses
        ),
        waiting=pack.waiting,
        contested=pack.contested,
        derived=tuple(_derived(desk.policy, one) for one in derived),
        ticks=tuple(
            TickAnswer(item=item, item_text=words(item), value=value)
            for item, value in ticks.items()
        ),
        policy=desk.policy.citation,
    )


def figures_answer(figures: Figures) -> FiguresAnswer:
    """Figures as the API tells them."""
    score = figures.score
    return FiguresAnswer(
        met=score.met,
        not_met=score.confirmed_not_met,
        waiting=score.waiting,
        cannot_tell=figures.cannot_tell,
        applicable=score.applicable,
        score=score.score,
        coverage=score.coverage,
        visible=figures.visible,
    )


def clause_words(policy: Policy, name: str) -> Words | None:
    """The text of a clause in both languages."""
    clause = clause_of(policy, name)
    if clause is None:
        return None
    return Words(id=clause_text(clause, Lang.ID), en=clause_text(clause, Lang.EN))


def _derived(policy: Policy, one: Derived) -> DerivedAnswer:
    return DerivedAnswer(
        clause=one.clause,
        text=clause_words(policy, one.clause),
        outcome=one.outcome,
        reason=one.reason,
        status=one.status,
    )
