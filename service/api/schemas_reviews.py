"""What humans say about records, and what their answers say about the checks."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from service.api.schemas import FlagAnswer, Value, VerdictAnswer, Words
from service.reviews import NOTE_LENGTH
from service.store import Case, Look, Queue
from vision.life import Act, Ground
from vision.values import Outcome, Reason, Slot, Status

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NOTE_LENGTH)]
Plea = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}\.[0-9]{1,6}$")]


class Spoken(BaseModel):
    """What comes in."""

    model_config = ConfigDict(extra="forbid")


def _spoken_act(value: Act) -> Act:
    if value is Act.CONTEST:
        raise ValueError("a contest has its own address")
    return value


class ReviewWords(Spoken):
    """An answer to a flag. `version` is that of what the reviewer saw; `ground` is asked for where
    the answer is `met` or `cannot_tell`, and `note` where it is `other`.
    """

    version: Annotated[Version, Field(examples=["812.0"])]
    act: Annotated[Act, AfterValidator(_spoken_act), Field(examples=["agree"])]
    ground: Ground | None = None
    note: Note = ""


class ContestWords(Spoken):
    """Why what is said of the counter is not so. About the counter, no names."""

    words: Annotated[Plea, Field(examples=["Cangkir itu milik tamu yang sedang dilayani."])]


class MissWords(Spoken):
    """Something that was there at a moment and that no verdict said."""

    counter: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    clause: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    at: Annotated[str, StringConstraints(max_length=40), Field(examples=["2026-11-24T07:56+07:00"])]
    note: Note = ""


class ReviewAnswer(Value):
    """One answer of a named human. `look` is `second` where the first was not shown to them."""

    review: int
    by: str
    at: datetime
    look: Look
    act: Act
    outcome: Outcome
    outcome_text: Words
    ground: Ground | None
    ground_text: Words | None
    note: str
    contest: int | None


class ContestAnswer(Value):
    """What staff contest. To be answered until `due_at`; `left_s` below 0: it is late."""

    contest: int
    flag: int
    counter: str
    clause: str
    by: str
    at: datetime
    due_at: datetime
    left_s: float
    words: str
    answer: ReviewAnswer | None


class ContestsAnswer(Value):
    """Contests: those that wait first, by their deadline."""

    items: tuple[ContestAnswer, ...]


class StandsAnswer(Value):
    """How a verdict stands after all that was said about it."""

    outcome: Outcome
    outcome_text: Words
    reason: Reason | None
    reason_text: Words | None
    status: Status
    status_text: Words


class FlagReviewsAnswer(Value):
    """All that was said about a flag. `blind`: this caller is asked for a second answer and is not
    shown the first. `version` goes into the next answer.
    """

    flag: int
    version: str
    blind: bool
    due_at: datetime
    stands: StandsAnswer | None
    reviews: tuple[ReviewAnswer, ...]
    contests: tuple[ContestAnswer, ...]


class ReviewedAnswer(Value):
    """The answer that was kept, how the verdict stands now, and the next version."""

    review: ReviewAnswer
    stands: StandsAnswer
    version: str


class WaitingAnswer(Value):
    """One flag that waits for a human, with its deadline."""

    queue: Queue
    flag: FlagAnswer
    verdict: VerdictAnswer | None
    version: str
    due_at: datetime
    left_s: float
    contest: ContestAnswer | None


class QueueAnswer(Value):
    """A page of a queue, oldest deadline first, and how many wait in each queue."""

    queue: Queue
    counts: dict[Queue, int]
    items: tuple[WaitingAnswer, ...]
    next: str | None


class MissAnswer(Value):
    """A reported miss. `stood` is what the record said at that moment, null: nothing."""

    miss: int
    day: date
    counter: str
    clause: str
    at: datetime
    stood: Outcome | None
    record_id: int | None
    note: str


class RecheckWords(Spoken):
    """What the pictures show, by the clause: not what Siaga said."""

    outcome: Annotated[Outcome, Field(examples=["met"])]
    note: Note = ""


class RecheckPlace(Value):
    """A place of the sample: a clause at a counter in a part of a day. What Siaga said of it is
    not told before somebody looked.
    """

    record_id: int
    day: date
    counter: str
    clause: str
    text: Words | None
    slot: Slot
    slot_text: Words


class RechecksAnswer(Value):
    """The places that wait for a look, oldest day first. `unpictured`: how many more belong to the
    sample (`share` of what was met) of which no picture is kept, so that nobody can look.
    """

    share: float
    items: tuple[RecheckPlace, ...]
    unpictured: int


class RecheckPicture(Value):
    """A picture of the counter that was kept of another flag."""

    captured_at: datetime
    url: str


class RecheckDetailAnswer(Value):
    """One place with the pictures that are kept of it."""

    place: RecheckPlace
    pictures: tuple[RecheckPicture, ...]


class RecheckedAnswer(Value):
    """What somebody saw, and what the record says (`stood`). No record changes by it."""

    recheck: int
    place: RecheckPlace
    outcome: Outcome
    stood: Outcome
    note: str


class FigureAnswer(Value):
    """A figure of `n` cases with its 95 % interval. All null: too few cases to show (`few`)."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    few: bool


class ClauseAgreement(Value):
    """How far first and blind second answers agree under a clause."""

    clause: str
    text: Words | None
    raw: FigureAnswer
    kappa: FigureAnswer
    ac1: FigureAnswer


class AgreementAnswer(Value):
    """Agreement by clause and over all. Figures of fewer than `figure_min` cases are not shown."""

    since: date
    until: date
    figure_min: int
    second_sample: float
    all: ClauseAgreement
    clauses: tuple[ClauseAgreement, ...]


class ProposalAnswer(Value):
    """A threshold that would have spared overturned findings of the span and lost none confirmed.

    Nothing changes by itself: a person edits the policy.
    """

    measure: str
    unit: str
    now: float
    proposed: float
    spared: int
    lost: int
    of: int


class LooserAnswer(Value):
    """A threshold that would have flagged `flagged` verdicts more, of which people say that
    `missed` were breaches; of the others nobody said so. Asked for: every finding that was decided
    (`of`) was confirmed, and even at the low end of the interval more than half of `flagged` were
    breaches.

    Nothing changes by itself: a person edits the policy.
    """

    measure: str
    unit: str
    now: float
    proposed: float
    flagged: int
    missed: int
    of: int


class ClauseAccuracy(Value):
    """What reviews say about one clause. `overturned_rate`: of what humans decided either way.

    `miss_rate` is a lower bound: only what somebody reported, of the spans that ended as met.
    `recheck_rate`: breaches in the sample of met verdicts that humans looked at again.
    """

    clause: str
    check: str
    text: Words | None
    flagged: int
    cases: dict[Case, int]
    waiting: int
    overturned_rate: FigureAnswer
    misses: int
    missed_as_met: int
    met_spans: int
    miss_rate: FigureAnswer
    recheck_rate: FigureAnswer
    grounds: dict[Ground, int]
    proposal: ProposalAnswer | None
    looser: LooserAnswer | None


class AccuracyAnswer(Value):
    """What reviews say about each check, with denominators and intervals."""

    since: date
    until: date
    figure_min: int
    clauses: tuple[ClauseAccuracy, ...]
