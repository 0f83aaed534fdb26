"""The band of the board that is read from the door: how long until the answer, or what it was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.board import Board, Tile, TileState
from service.going import may_go
from service.store import GoRow
from service.texts import (
    Lang,
    capital,
    moment_text,
    note_text,
    span_text,
    text,
    time_text,
    word,
)
from service.web.tones import STATE_TONES, Tone
from vision.day import Phase
from vision.values import ReadyState

RESTING = frozenset({Phase.HOLIDAY, Phase.NIGHT, Phase.AFTER})
"""Phases in which the only question is when the next answer falls."""

COMING = timedelta(seconds=30)
"""So long after its moment an answer may still be on its way: the judge is seconds behind."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many counters got this answer."""

    state: ReadyState
    words: str
    number: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Hero:
    """`kind` is `countdown` before T-5, `answer` after it, `rest` when no counter is assessed.

    A page counts down to `moment` (T-5) and `opens_at`; until it does, `big` and `opens` say it.
    `asks_go`: a supervisor may press GO now.
    """

    kind: str
    label: str
    big: str
    lines: tuple[str, ...]
    warning: str
    counts: tuple[Count, ...] = ()
    asks_go: bool = False
    moment: datetime | None = None
    opens: str = ""
    opens_at: datetime | None = None


def hero_of(
    board: Board, zone: ZoneInfo, lang: Lang, pressed: GoRow | None = None
) -> Hero:
    """What the band says now."""
    warning = "" if board.plan.certain else text("board.uncertain_day", lang)
    ready_at = board.plan.ready_at
    if board.phase in RESTING or ready_at is None:
        return _rest(board, zone, lang, warning)
    judged = [tile for tile in board.tiles if tile.state is not TileState.OFF]
    decided = [tile for tile in board.tiles if tile.decided is not None]
    if not decided and board.now < ready_at:
        return _countdown(board, ready_at, judged, zone, lang, warning)
    hero = _answer(board, ready_at, judged, decided, zone, lang, warning)
    if pressed is None:
        return replace(hero, asks_go=may_go(board))
    return replace(hero, label=_go_words(pressed, ready_at, zone, lang))


def _go_words(pressed: GoRow, ready_at: datetime, zone: ZoneInfo, lang: Lang) -> str:
    """In place of the phase: the band must stay as high as it is, for eight counters to fit."""
    values = {
        "answer": time_text(ready_at, zone, lang),
        "time": time_text(pressed.at, zone, lang),
    }
    if not pressed.items:
        return text("board.go_pressed", lang, **values)
    return text("board.go_pressed_open", lang, n=len(pressed.items), **values)


def _rest(board: Board, zone: ZoneInfo, lang: Lang, warning: str) -> Hero:
    at = board.next_ready_at
    note = text("board.closed_now", lang, phase=word(board.phase, lang))
    return Hero(
        kind="rest",
        label=text("board.next_moment", lang),
        big=moment_text(at, zone, lang) if at else text("board.no_next", lang),
        lines=tuple(line for line in (note, note_text(board.plan, lang)) if line),
        warning=warning,
    )


def _countdown(
    board: Board,
    ready_at: datetime,
    judged: Sequence[Tile],
    zone: ZoneInfo,
    lang: Lang,
    warning: str,
) -> Hero:
    opens_at = board.plan.opens_at
    staffed = sum(tile.staffed is True for tile in judged)
    return Hero(
        kind="countdown",
        label=_label("board.phase_until", board, ready_at, zone, lang),
        big=text("board.left", lang, span=span_text(ready_at - board.now, lang)),
        lines=(text("board.staffed_count", lang, n=staffed, all=len(judged)),) if judged else (),
        warning=warning,
        moment=ready_at,
        opens=text("board.opens", lang, time=time_text(opens_at, zone, lang)) if opens_at else "",
    )


def _answer(
    board: Board,
    ready_at: datetime,
    judged: Sequence[Tile],
    decided: Sequence[Tile],
    zone: ZoneInfo,
    lang: Lang,
    warning: str,
) -> Hero:
    ready = sum(tile.decided is ReadyState.GO for tile in decided)
    if not decided and board.now < ready_at + COMING:
        big = text("board.answer_coming", lang, time=time_text(ready_at, zone, lang))
    elif not decided:
        big = text("board.no_answer", lang, time=time_text(ready_at, zone, lang))
    elif ready == len(decided):
        big = text("board.all_ready", lang)
    else:
        big = text("board.some_ready", lang, ready=ready, all=len(decided))
    now = sum(tile.state is TileState.GO for tile in judged)
    opens_at = board.plan.opens_at
    waits = opens_at is not None and board.now < opens_at
    return Hero(
        kind="answer",
        label=_label("board.phase_answer", board, ready_at, zone, lang),
        big=big,
        lines=(text("board.now_ready", lang, ready=now, all=len(judged)),) if judged else (),
        warning=warning,
        counts=_counts(decided, lang),
        opens=text("board.opens_in", lang, span=span_text(opens_at - board.now, lang))
        if waits and opens_at
        else "",
        opens_at=opens_at if waits else None,
    )


def _label(message_id: str, board: Board, at: datetime, zone: ZoneInfo, lang: Lang) -> str:
    phase = capital(word(board.phase, lang))
    return text(message_id, lang, phase=phase, time=time_text(at, zone, lang))


def _counts(decided: Sequence[Tile], lang: Lang) -> tuple[Count, ...]:
    found = []
    for state in ReadyState:
        number = sum(tile.decided is state for tile in decided)
        if number:
            tone = STATE_TONES[TileState(state.value)]
            found.append(Count(state, word(state, lang), number, tone))
    return tuple(found)
