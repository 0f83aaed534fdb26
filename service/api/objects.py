"""The only way from a request to an object: each function checks the object it loaded.

What a caller may not see is answered as what does not exist, so that existence does not leak; and
lists are narrowed in the query, by `among`.
"""

from dataclasses import dataclass, replace

from cameras.push import Mailbox
from service.accounts import Caller
from service.api.door import Door
from service.api.errors import Refusal
from service.board import Board, CameraStatus, Tile
from service.store import Flag, FlagDetail, FlagPicture, History, MetPicture
from vision.layout import Counter
from vision.policy import Clause, Policy


def counter_for(caller: Caller, door: Door, name: str) -> Counter:
    """A counter of the office. Errors: Refusal 404."""
    try:
        counter = door.office.layout().counter(name)
    except KeyError:
        raise Refusal(404) from None
    if not caller.may_see(counter.counter):
        raise Refusal(404)
    return counter


def tile_for(caller: Caller, door: Door, name: str) -> Tile:
    """A counter on the board. Errors: Refusal 404."""
    counter = counter_for(caller, door, name)
    for tile in door.office.board().tiles:
        if tile.counter == counter.counter:
            return tile
    raise Refusal(404)


def tiles_for(caller: Caller, tiles: tuple[Tile, ...]) -> tuple[Tile, ...]:
    """The tiles this caller may see."""
    return tuple(tile for tile in tiles if caller.may_see(tile.counter))


def cameras_for(caller: Caller, board: Board) -> tuple[CameraStatus, ...]:
    """The cameras of the counters this caller may see."""
    if caller.counters is None:
        return board.cameras
    named = {tile.camera for tile in tiles_for(caller, board.tiles)}
    return tuple(camera for camera in board.cameras if camera.camera in named)


def mailbox_for(caller: Caller, door: Door, camera: str) -> Mailbox:
    """Where a camera's pictures go, for a token made for it. Errors: Refusal 404."""
    mailbox = door.mailboxes.get(camera)
    if mailbox is None or camera not in caller.cameras:
        raise Refusal(404)
    return mailbox


def flag_for(caller: Caller, door: Door, flag_id: int) -> FlagDetail:
    """A flag. Errors: Refusal 404."""
    try:
        detail = door.store.flag(flag_id)
    except KeyError:
        raise Refusal(404) from None
    if not caller.may_see(detail.flag.counter):
        raise Refusal(404)
    return detail


def contestable_for(caller: Caller, door: Door, flag_id: int) -> FlagDetail:
    """A flag whose counter concerns the caller. Errors: Refusal 404, or 403 for another counter."""
    detail = flag_for(caller, door, flag_id)
    if not caller.may_contest(detail.flag.counter):
        raise Refusal(403, "this account belongs to other counters", code="not_your_counter")
    return detail


def as_seen_by(caller: Caller, flag: Flag, history: History | None) -> Flag:
    """The flag as this caller may see it: who is asked for a blind second answer is not shown that
    and how the first was given.
    """
    if history is None or not history.awaits_second_of(caller.name):
        return flag
    return replace(flag, closed_at=None, closed_as=None)


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture and the flags through which the caller may see it; none: it is of the sample."""

    jpeg: bytes
    flag_ids: tuple[int, ...]


def picture_for(caller: Caller, door: Door, sha: str) -> KeptPicture:
    """A kept picture that belongs to a flag or a sampled place the caller may see.

    Errors: Refusal 404, or 410 once retention removed it.
    """
    flags = [p for p in door.store.flags_of_picture(sha) if caller.may_see(p.counter)]
    sampled = [p for p in door.store.rechecks.of_picture(sha) if caller.may_see(p.counter)]
    held: list[FlagPicture | MetPicture] = [*flags, *sampled]
    if not held:
        raise Refusal(404)
    if all(p.removed_at is not None for p in held):
        removed = max(p for p in (picture.removed_at for picture in held) if p is not None)
        rule = held[0].removed_rule
        raise Refusal(410, detail={"removed_at": removed.isoformat(), "rule": rule})
    try:
        jpeg = door.evidence.read(sha)
    except KeyError:
        raise Refusal(410, detail={"removed_at": None, "rule": "missing"}) from None
    return KeptPicture(jpeg, tuple(p.flag_id for p in flags if p.removed_at is None))


def clause_of(policy: Policy, name: str) -> Clause | None:
    """A clause, None when the policy in force no longer has it."""
    return next((clause for clause in policy.clauses if clause.clause == name), None)
