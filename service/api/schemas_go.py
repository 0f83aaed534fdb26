"""GO: what is open, and what a supervisor said about it."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.api.schemas import CounterName, CounterReadiness, Value, Words
from service.board import TileState
from vision.entries import NOTE_LENGTH

Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4 * NOTE_LENGTH)]


class GoWords(BaseModel):
    """Why each counter that is not ready is opened all the same, by counter. No names."""

    model_config = ConfigDict(extra="forbid")

    reasons: Annotated[
        dict[CounterName, Why],
        Field(max_length=200, examples=[{"FO-3": "Dilayani loket 1 sampai pukul 08.30."}]),
    ]


class GoOpen(Value):
    """A counter that was open when GO was pressed."""

    counter: str
    state: TileState
    state_text: Words
    clauses: tuple[str, ...]
    reason: str


class GoPressed(Value):
    """GO as it was pressed: by whom, when, and with what open."""

    by: str
    at: datetime
    items: tuple[GoOpen, ...]


class GoAnswer(Value):
    """GO of today. `may_press`: the answer has fallen, counters have not closed, and nobody pressed
    it yet; `open`: the counters that are not ready now, each of which needs a reason.
    """

    day: date
    may_press: bool
    pressed: GoPressed | None
    open: tuple[CounterReadiness, ...]
