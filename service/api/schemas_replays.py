"""A span of stored samples, what would have been decided of it, and where that differs."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.api.schemas import FrameAnswer, Value, VerdictAnswer, Words, ZoneAnswer
from vision.values import Slot


class ReplayWords(BaseModel):
    """Which span to judge again, and with which other numbers of the policy in force.

    `at`: as it stood at that instant, like that of T-5; without it, at the end of the span.
    """

    model_config = ConfigDict(extra="forbid")

    day: date
    counter: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    slot: Slot = Slot.READY
    at: Annotated[
        Annotated[str, StringConstraints(max_length=40)] | None,
        Field(examples=["2026-11-24T07:55:00+07:00"]),
    ] = None
    parameters: Annotated[
        dict[Annotated[str, StringConstraints(max_length=40)], float],
        Field(default_factory=dict, max_length=20, examples=[{"obj_hold_s": 90}]),
    ]


class DifferenceAnswer(Value):
    """A clause whose verdict differs; null: no verdict was or would have been given."""

    clause: str
    text: Words | None
    recorded: VerdictAnswer | None
    replayed: VerdictAnswer | None


class ReplayAnswer(Value):
    """What would have been decided. Nothing is written; `recorded` is what stands in the records.

    `samples` 0: nothing is kept of the span, so nothing can be judged again.
    """

    day: date
    counter: str
    slot: Slot
    policy: str
    parameters: dict[str, float]
    samples: int
    same: int
    differs: tuple[DifferenceAnswer, ...]


class SpanAnswer(Value):
    """Stored samples of a counter in the order they were taken, with the pictures that are kept."""

    counter: str
    since: datetime
    until: datetime
    frames: tuple[FrameAnswer, ...]
    layout: str
    zones: tuple[ZoneAnswer, ...]
    cut: bool
