"""The sample of met verdicts that an evaluator looks at again, blind."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from service.accounts import Caller
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.schemas_reviews import (
    RecheckDetailAnswer,
    RecheckedAnswer,
    RecheckPicture,
    RecheckPlace,
    RechecksAnswer,
    RecheckWords,
)
from service.api.security import FLAGS, REVIEW, TheDoor, Who
from service.api.tell import Teller, words
from service.rechecks import LookedAt, RecheckDesk, Sampled
from service.store import MetPlace
from vision.values import Outcome

router = APIRouter(tags=["reviews"])

RecordId = Annotated[int, Path(ge=1, le=2**62)]


def desk_of(door: Door) -> RecheckDesk:
    """Where re-checks are taken."""
    board = door.office.board()
    return RecheckDesk(board.office, door.store, door.office.policy(), door.plan_of, board.now)


def sampled_for(caller: Caller, door: Door) -> Sampled:
    """What waits for this caller."""
    return desk_of(door).sampled(caller.counters)


def place_for(caller: Caller, door: Door, record_id: int) -> MetPlace:
    """A place of the sample that waits. Errors: Refusal 404, also for one that is not in it."""
    for place in sampled_for(caller, door).waiting:
        if place.record_id == record_id:
            return place
    raise Refusal(404)


@router.get("/rechecks", response_model=RechecksAnswer, **FLAGS.route)
def rechecks(caller: Who, door: TheDoor) -> Response:
    """Which places of the sample wait for a look. What Siaga said of them is not told."""
    found = sampled_for(caller, door)
    return answer(
        RechecksAnswer(
            share=door.office.policy().parameters["met_sample"],
            items=tuple(place_answer(door, place) for place in found.waiting),
            unpictured=found.unpictured,
        )
    )


@router.get("/rechecks/{record_id}", response_model=RecheckDetailAnswer, **FLAGS.route)
def recheck(caller: Who, door: TheDoor, record_id: RecordId) -> Response:
    """One place with its pictures; each view of a picture is written into the audit log."""
    return answer(detail_of(caller, door, record_id))


def detail_of(caller: Caller, door: Door, record_id: int) -> RecheckDetailAnswer:
    """The same as a value. Errors: Refusal 404."""
    place = place_for(caller, door, record_id)
    teller = Teller.of(door.office.board(), door.office.policy())
    return RecheckDetailAnswer(
        place=place_answer(door, place),
        pictures=tuple(
            RecheckPicture(
                captured_at=teller.at(picture.captured_at),
                url=f"/api/v1/evidence/{picture.sha}",
            )
            for picture in desk_of(door).pictures(place)
        ),
    )


@router.post(
    "/rechecks/{record_id}", response_model=RecheckedAnswer, status_code=201, **REVIEW.route
)
def say(caller: Who, door: TheDoor, record_id: RecordId, body: RecheckWords) -> Response:
    """Say what the pictures show. 404 where it waits no more, 409 `changed` in the same moment."""
    place = place_for(caller, door, record_id)
    try:
        row = desk_of(door).say(place, caller.name, body.outcome, body.note)
    except LookedAt:
        said = "somebody has looked at this place meanwhile"
        raise Refusal(409, said, code="changed") from None
    door.store.audit(
        caller.name,
        "recheck.add",
        f"record/{record_id}",
        {"outcome": row.outcome.value},
        at=door.clock(),
    )
    told = RecheckedAnswer(
        recheck=row.recheck_id,
        place=place_answer(door, place),
        outcome=row.outcome,
        stood=Outcome.MET,
        note=row.note,
    )
    return answer(told, 201)


def place_answer(door: Door, place: MetPlace) -> RecheckPlace:
    """A place in words, without its verdict."""
    teller = Teller.of(door.office.board(), door.office.policy())
    return RecheckPlace(
        record_id=place.record_id,
        day=place.day,
        counter=place.counter,
        clause=place.clause,
        text=teller.clause_words(place.clause),
        slot=place.slot,
        slot_text=words(place.slot),
    )
