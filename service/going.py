"""GO: a supervisor opens the counters, with a reason for each that is not ready.

docs/standard.md 3.6. The cameras only say what they see; a human decides. What is open is named,
and why it was opened all the same is kept.
"""

from collections.abc import Mapping

from service.board import Board, Tile, TileState
from service.store import GoRow, OpenItem, Store

OPEN_STATES = frozenset({TileState.NO_GO, TileState.CANNOT_TELL, TileState.WAITING})


class NotNow(Exception):
    """GO is pressed between the answer and the end of counter hours."""


class Pressed(Exception):
    """GO was pressed on this day before."""


class Unexplained(Exception):
    """Counters that are open and of which no reason was given."""

    def __init__(self, counters: tuple[str, ...]) -> None:
        super().__init__(", ".join(counters))
        self.counters = counters


def may_go(board: Board) -> bool:
    """Whether GO can be pressed now: the answer has fallen, the counters have not closed."""
    plan = board.plan
    if plan.ready_at is None or plan.closes_at is None:
        return False
    return plan.ready_at <= board.now < plan.closes_at and any(tile.decided for tile in board.tiles)


def open_tiles(board: Board) -> tuple[Tile, ...]:
    """The counters that are not ready now."""
    return tuple(tile for tile in board.tiles if tile.state in OPEN_STATES)


def press(store: Store, board: Board, account: str, reasons: Mapping[str, str]) -> GoRow:
    """Press GO. Errors: NotNow, Pressed, Unexplained."""
    if store.go.of(board.plan.day) is not None:
        raise Pressed
    if not may_go(board):
        raise NotNow
    tiles = open_tiles(board)
    missing = tuple(tile.counter for tile in tiles if not reasons.get(tile.counter))
    if missing:
        raise Unexplained(missing)
    row = GoRow(
        board.plan.day,
        account,
        board.now,
        tuple(
            OpenItem(
                tile.counter,
                tile.state.value,
                tuple(dict.fromkeys(finding.clause for finding in tile.against)),
                reasons[tile.counter],
            )
            for tile in tiles
        ),
    )
    if not store.go.add(row):
        raise Pressed
    return row
