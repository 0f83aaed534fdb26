"""A span of stored samples, what would have been decided of it, and where that differs."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.api.schemas import FrameAnswer, Value, VerdictAnswer, Words, ZoneAnswer
from vision.values import Slot


class ReplayWords(BaseModel):
    """Which span to judge again, by which version of the policy (without it: the one in force), and
    with which other numbers of that version.

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
    policy: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=160)] | None,
        Field(examples=["djpb-spm 2026.1 3f9a52c0"]),
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
    """What would have been decided by `policy`. Nothing is written; `recorded` is what stands in
    the records, each verdict with the policy that it cites.

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


class PolicyVersionAnswer(Value):
    """A version of the policy, by what verdicts cite of it. `since`: when it was last taken up.

    `readable` false: its text is kept, but this Siaga cannot judge by it.
    """

    citation: str
    since: datetime | None
    current: bool
    readable: bool


class PolicyVersionsAnswer(Value):
    """The policy in force first, then those before it, the newest first."""

    items: tuple[PolicyVersionAnswer, ...]


class SpanAnswer(Value):
    """Stored samples of a counter in the order they were taken, with the pictures that are kept."""

    counter: str
    since: datetime
    until: datetime
    frames: tuple[FrameAnswer, ...]
    layout: str
    zones: tuple[ZoneAnswer, ...]
    cut: bool
