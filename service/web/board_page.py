"""The board as a page shows it: every word chosen, nothing left to a template."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote
from zoneinfo import ZoneInfo

from service.api.objects import clause_of
from service.board import Board, CameraState, CameraStatus, Finding, Tile, TileState
from service.texts import (
    Lang,
    capital,
    day_text,
    finding_text,
    hint_text,
    moment_text,
    number_text,
    span_text,
    text,
    time_text,
    word,
    zone_letters,
)
from service.web.tones import STATE_TONES, Tone, outcome_tone
from vision.day import Phase
from vision.policy import Policy
from vision.values import Outcome, ReadyState, Status

MOST_LINES = 3
MOST_HINTS = 2
RESTING = frozenset({Phase.HOLIDAY, Phase.NIGHT, Phase.AFTER})


CAMERA_TONES = {
    CameraState.OK: Tone.GREEN,
    CameraState.STARTING: Tone.PLAIN,
    CameraState.ENDED: Tone.PLAIN,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence on a tile and the flag that shows its evidence."""

    sentence: str
    tone: Tone
    note: str
    flag: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The frozen answer of T-5."""

    state: ReadyState
    tone: Tone
    sentence: str


@dataclass(frozen=True, slots=True)
class TileView:
    """One tile. `version` names all of it but the picture: pages swap only what changed."""

    key: str
    name: str
    state: TileState
    words: str
    tone: Tone
    note: str
    staffed: str
    quiet: str
    lines: tuple[Line, ...]
    hints: tuple[Line, ...]
    more: str
    answer: Answer | None
    deadline: datetime | None
    left: str
    picture: str
    picture_time: str
    picture_words: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many counters got this answer."""

    state: ReadyState
    words: str
    number: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Hero:
    """The band that is read from the door: what moment, how long until then, or what was answered.

    `kind` is `countdown` before T-5, `answer` after it, `rest` when no counter is assessed.
    """

    kind: str
    label: str
    big: str
    moment: datetime | None
    counts: tuple[Count, ...]
    lines: tuple[str, ...]
    opens_at: datetime | None
    opens: str
    warning: str


@dataclass(frozen=True, slots=True)
class CameraView:
    """A camera on the strip."""

    camera: str
    words: str
    tone: Tone
    since: str
    last: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """The whole page."""

    office: str
    now: datetime
    offset_minutes: int
    zone: str
    day: str
    time: str
    phase: str
    speed: float
    speed_note: str
    hero: Hero
    tiles: tuple[TileView, ...]
    cameras: tuple[CameraView, ...]
    cameras_words: str
    cameras_well: bool
    policy: str
    revision: int


def board_view(board: Board, policy: Policy, lang: Lang) -> BoardView:
    """Everything the board's templates need."""
    zone = ZoneInfo(board.time_zone)
    offset = board.now.astimezone(zone).utcoffset() or timedelta()
    troubled = [camera for camera in board.cameras if _is_trouble(camera)]
    if troubled:
        cameras = text("board.cameras_trouble", lang, bad=len(troubled), n=len(board.cameras))
    else:
        cameras = text("board.cameras_well", lang, n=len(board.cameras))
    return BoardView(
        office=board.office_name,
        now=board.now,
        offset_minutes=round(offset.total_seconds() / 60),
        zone=zone_letters(board.now, zone),
        day=day_text(board.now, zone, lang),
        time=time_text(board.now, zone, lang, seconds=True),
        phase=word(board.phase, lang),
        speed=board.speed,
        speed_note=_speed_note(board.speed, lang),
        hero=_hero(board, zone, lang),
        tiles=tuple(_tile(tile, board, policy, zone, lang) for tile in board.tiles),
        cameras=tuple(_camera(camera, zone, lang) for camera in board.cameras),
        cameras_words=cameras if board.cameras else text("board.no_cameras", lang),
        cameras_well=not troubled,
        policy=text("board.policy", lang, policy=board.policy),
        revision=board.revision,
    )


def _speed_note(speed: float, lang: Lang) -> str:
    return "" if speed == 1 else text("board.speed", lang, n=number_text(speed, lang))


# ------------------------------------------------------------ the band


def _hero(board: Board, zone: ZoneInfo, lang: Lang) -> Hero:
    warning = "" if board.plan.certain else text("board.uncertain_day", lang)
    ready_at = board.plan.ready_at
    if board.phase in RESTING or ready_at is None:
        return _rest(board, zone, lang, warning)
    opens = _opens(board, zone, lang)
    answered = any(tile.decided is not None for tile in board.tiles)
    if not answered and board.now < ready_at:
        staffed = sum(tile.staffed is True for tile in board.tiles)
        return Hero(
            kind="countdown",
            label=_label("board.phase_until", board, ready_at, zone, lang),
            big=text("board.left", lang, span=span_text(ready_at - board.now, lang)),
            moment=ready_at,
            counts=(),
            lines=(text("board.staffed_count", lang, n=staffed, all=len(board.tiles)),),
            opens_at=None,
            opens=text("board.opens", lang, time=time_text(board.plan.opens_at, zone, lang))
            if board.plan.opens_at
            else "",
            warning=warning,
        )
    return Hero(
        kind="answer",
        label=_label("board.phase_answer", board, ready_at, zone, lang),
        big=_answered(board, lang),
        moment=None,
        counts=_counts(board, lang),
        lines=(
            text(
                "board.now_ready",
                lang,
                ready=sum(tile.state is TileState.GO for tile in board.tiles),
                all=len(board.tiles),
            ),
        ),
        opens_at=board.plan.opens_at if opens else None,
        opens=opens,
        warning=warning,
    )


def _label(message_id: str, board: Board, at: datetime, zone: ZoneInfo, lang: Lang) -> str:
    phase = capital(word(board.phase, lang))
    return text(message_id, lang, phase=phase, time=time_text(at, zone, lang))


def _rest(board: Board, zone: ZoneInfo, lang: Lang, warning: str) -> Hero:
    at = board.next_ready_at
    note = text("board.closed_now", lang, phase=word(board.phase, lang))
    return Hero(
        kind="rest",
        label=text("board.next_moment", lang),
        big=moment_text(at, zone, lang) if at else text("board.no_next", lang),
        moment=None,
        counts=(),
        lines=tuple(line for line in (note, board.plan.note) if line),
        opens_at=None,
        opens="",
        warning=warning,
    )


def _opens(board: Board, zone: ZoneInfo, lang: Lang) -> str:
    at = board.plan.opens_at
    if at is None or board.now >= at:
        return ""
    return text("board.opens_in", lang, span=span_text(at - board.now, lang))


def _answered(board: Board, lang: Lang) -> str:
    ready = sum(tile.decided is ReadyState.GO for tile in board.tiles)
    if board.tiles and ready == len(board.tiles):
        return text("board.all_ready", lang)
    return text("board.some_ready", lang, ready=ready, all=len(board.tiles))


def _counts(board: Board, lang: Lang) -> tuple[Count, ...]:
    found = []
    for state in ReadyState:
        number = sum(tile.decided is state for tile in board.tiles)
        if number:
            tone = STATE_TONES[TileState(state.value)]
            found.append(Count(state, word(state, lang), number, tone))
    return tuple(found)


# ------------------------------------------------------------ tiles


def _tile(tile: Tile, board: Board, policy: Policy, zone: ZoneInfo, lang: Lang) -> TileView:
    lines = _lines(tile.against, policy, zone, lang)
    hints = _lines(tile.hints, policy, zone, lang, hint=True)
    hidden = max(0, len(lines) - MOST_LINES) + max(0, len(hints) - MOST_HINTS)
    quiet = "" if lines or hints else _quiet(tile, board, zone, lang)
    at = time_text(tile.picture_at, zone, lang, seconds=True) if tile.picture_at else ""
    tone = _tone(tile)
    deadline = _deadline(tile, board)
    left = span_text(deadline - board.now, lang, short=True) if deadline else ""
    view = TileView(
        key=element_key(tile.counter),
        name=tile.name,
        state=tile.state,
        words=word(tile.state, lang),
        tone=tone,
        note=_tile_note(tile, tone, lang),
        staffed="" if tile.staffed is None and lines else _staffed(tile, zone, lang),
        quiet=quiet,
        lines=lines[:MOST_LINES],
        hints=hints[:MOST_HINTS],
        more=text("board.more", lang, n=hidden) if hidden else "",
        answer=_answer(tile, zone, lang),
        deadline=deadline,
        left="",
        picture="",
        picture_time="",
        picture_words="",
    )
    return replace(
        view,
        version=version_of(view),
        left=text("board.minutes_left", lang, span=left) if left else "",
        picture=f"/api/v1/counters/{quote(tile.counter, safe='')}/picture"
        f"?v={quote(tile.picture, safe='')}"
        if tile.picture
        else "",
        picture_time=text("board.picture_at", lang, time=at) if at else "",
        picture_words=text("board.picture_of", lang, name=tile.name, time=at),
    )


def version_of(view: object) -> str:
    """A short name for the content of a view: another content has another name."""
    return sha256(repr(view).encode()).hexdigest()[:16]


def element_key(name: str) -> str:
    """A name as part of an element's id: letters, digits and hyphens only, still one for each."""
    return "".join(
        letter if letter.isascii() and letter.isalnum() else f"-{ord(letter):x}-" for letter in name
    )


def _tone(tile: Tile) -> Tone:
    confirmed = any(
        line.outcome is Outcome.NOT_MET and line.status is Status.CONFIRMED for line in tile.against
    )
    if tile.state is TileState.NO_GO and confirmed:
        return Tone.RED
    return STATE_TONES[tile.state]


def _answer(tile: Tile, zone: ZoneInfo, lang: Lang) -> Answer | None:
    if tile.decided is None or tile.decided_at is None:
        return None
    at = time_text(tile.decided_at, zone, lang)
    said = text("board.answer_short", lang, time=at, state=word(tile.decided, lang))
    return Answer(tile.decided, STATE_TONES[TileState(tile.decided.value)], said)


def _deadline(tile: Tile, board: Board) -> datetime | None:
    """Until when something can still be put right: T-5 before it, opening after it."""
    if tile.state not in (TileState.NO_GO, TileState.WAITING, TileState.CANNOT_TELL):
        return None
    if not tile.against and not tile.hints:
        return None
    for at in (board.plan.ready_at, board.plan.opens_at):
        if at is not None and board.now < at:
            return at
    return None


def _staffed(tile: Tile, zone: ZoneInfo, lang: Lang) -> str:
    """What the last seconds show, and since when."""
    if tile.state is TileState.OFF:
        return ""
    if tile.staffed is None:
        return text("board.staffed_unknown", lang)
    key = "board.staffed" if tile.staffed else "board.not_staffed"
    if tile.since is None:
        return text(key, lang)
    return text(f"{key}_since", lang, time=time_text(tile.since, zone, lang))


def _quiet(tile: Tile, board: Board, zone: ZoneInfo, lang: Lang) -> str:
    """What a tile says when nothing stands against the counter."""
    plan = board.plan
    if tile.state is TileState.GO:
        return text("board.nothing_against", lang)
    if tile.state is TileState.WAITING and plan.looks_from and plan.ready_at:
        key, at = (
            ("board.waiting", plan.looks_from)
            if board.now < plan.looks_from
            else ("board.measuring", plan.ready_at)
        )
        return text(key, lang, time=time_text(at, zone, lang))
    return capital(_staffed(tile, zone, lang))


def _lines(
    findings: Iterable[Finding], policy: Policy, zone: ZoneInfo, lang: Lang, *, hint: bool = False
) -> tuple[Line, ...]:
    """One line per sentence: six clauses behind one blocked camera are one cause."""
    lines: dict[str, Line] = {}
    for finding in sorted(findings, key=lambda f: f.outcome is not Outcome.NOT_MET):
        sentence = _said(finding, policy, zone, lang, hint=hint)
        line = Line(
            sentence,
            outcome_tone(finding.outcome, finding.status),
            _note(finding, lang),
            finding.flag,
        )
        known = lines.get(sentence)
        if known is None or (known.flag is None and line.flag is not None):
            lines[sentence] = line
    return tuple(lines.values())


def _said(finding: Finding, policy: Policy, zone: ZoneInfo, lang: Lang, *, hint: bool) -> str:
    clause = clause_of(policy, finding.clause)
    if clause is None:  # the policy has changed since
        return f"{finding.clause}: {word(finding.outcome, lang)}"
    if hint:
        return hint_text(finding, clause, lang)
    return capital(finding_text(finding, clause, lang, zone))


def _tile_note(tile: Tile, tone: Tone, lang: Lang) -> str:
    """Whether a human has confirmed what stands against the counter."""
    if tile.state is not TileState.NO_GO:
        return ""
    return word(Status.CONFIRMED if tone is Tone.RED else Status.PROVISIONAL, lang)


def _note(finding: Finding, lang: Lang) -> str:
    """A finding under dispute says so."""
    return word(finding.status, lang) if finding.status is Status.CONTESTED else ""


# ------------------------------------------------------------ cameras


def _is_trouble(camera: CameraStatus) -> bool:
    return camera.state not in CAMERA_TONES


def _camera(camera: CameraStatus, zone: ZoneInfo, lang: Lang) -> CameraView:
    if not _is_trouble(camera):
        return CameraView(
            camera.camera, word(camera.state, lang), CAMERA_TONES[camera.state], "", ""
        )
    last = (
        text("board.camera_last", lang, time=time_text(camera.last_frame_at, zone, lang))
        if camera.last_frame_at
        else text("board.camera_never", lang)
    )
    return CameraView(
        camera.camera,
        word(camera.state, lang),
        Tone.AMBER,
        text("board.since", lang, time=time_text(camera.since, zone, lang)),
        last,
    )


def versions_of(board: BoardView) -> dict[str, str]:
    """Names for what the parts beside the tiles show; running figures do not count as a change."""
    hero = board.hero
    still = replace(
        hero,
        big="" if hero.moment else hero.big,
        opens="" if hero.opens_at else hero.opens,
    )
    return {
        "clock": version_of((board.day, board.zone, board.speed_note)),
        "hero": version_of(still),
        "cameras": version_of((board.cameras_words, board.cameras)),
    }
