"""The board as a page shows it: every word chosen, nothing left to a template."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote
from zoneinfo import ZoneInfo

from service.api.objects import clause_of
from service.board import Board, CameraState, CameraStatus, Finding, Tile, TileState
from service.store import GoRow
from service.texts import (
    Lang,
    capital,
    day_text,
    finding_text,
    hint_text,
    number_text,
    span_text,
    text,
    time_text,
    word,
    zone_letters,
)
from service.web.hero import Hero, hero_of
from service.web.tones import STATE_TONES, Tone, outcome_tone
from vision.policy import Policy
from vision.values import Outcome, ReadyState, Reason, Status

MOST_LINES = 3
MOST_HINTS = 2


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

    counter: str
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
    speed: float
    speed_note: str
    hero: Hero
    tiles: tuple[TileView, ...]
    cameras: tuple[CameraView, ...]
    cameras_words: str
    cameras_well: bool
    policy: str
    revision: int


def board_view(
    board: Board, policy: Policy, lang: Lang, pressed: GoRow | None = None
) -> BoardView:
    """Everything the board's templates need; `pressed`: GO of this day."""
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
        speed=board.speed,
        speed_note=_speed_note(board.speed, lang),
        hero=hero_of(board, zone, lang, pressed),
        tiles=tuple(_tile(tile, board, policy, zone, lang) for tile in board.tiles),
        cameras=tuple(_camera(camera, zone, lang) for camera in board.cameras),
        cameras_words=cameras if board.cameras else text("board.no_cameras", lang),
        cameras_well=not troubled,
        policy=text("board.policy", lang, policy=board.policy),
        revision=board.revision,
    )


def _speed_note(speed: float, lang: Lang) -> str:
    return "" if speed == 1 else text("board.speed", lang, n=number_text(speed, lang))


# ------------------------------------------------------------ tiles


def _tile(tile: Tile, board: Board, policy: Policy, zone: ZoneInfo, lang: Lang) -> TileView:
    lines = _lines(tile.against, policy, zone, lang) or _empty(tile, zone, lang)
    hints = _lines(tile.hints, policy, zone, lang, hint=True)
    hidden = max(0, len(lines) - MOST_LINES) + max(0, len(hints) - MOST_HINTS)
    quiet = "" if lines or hints else _quiet(tile, board, zone, lang)
    at = time_text(tile.picture_at, zone, lang, seconds=True) if tile.picture_at else ""
    tone = _tone(tile)
    deadline = _deadline(tile, board)
    left = span_text(deadline - board.now, lang, short=True) if deadline else ""
    view = TileView(
        counter=tile.counter,
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
        f"?small=true&v={quote(tile.picture, safe='')}"
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
    return ""


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


def finding_lines(tile: Tile, policy: Policy, zone: ZoneInfo, lang: Lang) -> tuple[str, ...]:
    """What stands against a counter, one sentence each."""
    lines = _lines(tile.against, policy, zone, lang) or _empty(tile, zone, lang)
    return tuple(line.sentence for line in lines)


def _empty(tile: Tile, zone: ZoneInfo, lang: Lang) -> tuple[Line, ...]:
    """In counter hours an empty counter is said before any clause has been decided."""
    if tile.state is not TileState.NO_GO or tile.staffed is not False:
        return ()
    sentence = text("finding.MANNED.ABSENT", lang)
    if tile.since is not None:
        time = time_text(tile.since, zone, lang)
        sentence = text("finding.since", lang, sentence=sentence, time=time)
    return (Line(capital(sentence), Tone.AMBER, "", None),)


def _said(finding: Finding, policy: Policy, zone: ZoneInfo, lang: Lang, *, hint: bool) -> str:
    clause = clause_of(policy, finding.clause)
    if clause is None:  # the policy has changed since
        return f"{finding.clause}: {word(finding.outcome, lang)}"
    if hint:  # since when a doubt has lasted is only where its window began
        dated = finding.reason not in (Reason.MODEL_UNSURE, Reason.AWAITING_HUMAN)
        return hint_text(finding, clause, lang, zone if dated else None)
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
