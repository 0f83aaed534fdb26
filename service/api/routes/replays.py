"""Replay of stored samples: a span of the day, what would have been decided under other numbers or
another version of the policy, a flag as one file.
"""

from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.accounts import Caller
from service.api import objects
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.routes.board import instant_of
from service.api.routes.records import FlagId
from service.api.routes.reviews import said_about
from service.api.schemas import AtQuery, FrameAnswer, VerdictAnswer, Words
from service.api.schemas_replays import (
    DifferenceAnswer,
    PolicyVersionAnswer,
    PolicyVersionsAnswer,
    ReplayAnswer,
    ReplayWords,
    SpanAnswer,
)
from service.api.security import BOARD, EXPORT, FLAGS, TheDoor, Who
from service.api.tell import Teller, zones_of
from service.policy_versions import PolicyVersion, versions_of
from service.rejudging import OWNERS, Difference, differences, rejudge, with_numbers
from vision.policy import Policy
from vision.values import Verdict

router = APIRouter(tags=["replays"])

LONGEST = timedelta(minutes=30)
MOST = 1000
"""A span holds so many samples at most; the page scrubs them one by one."""


@router.get("/replays", response_model=SpanAnswer, **FLAGS.route)
def span(
    caller: Who,
    door: TheDoor,
    counter: Annotated[str, Query(max_length=80)],
    since: Annotated[AtQuery, Query(max_length=40)],
    until: Annotated[AtQuery, Query(max_length=40)],
) -> Response:
    """What the frames of a counter said in a span of at most half an hour, oldest first."""
    found = objects.counter_for(caller, door, counter)
    first, last = instant_of("since", since), instant_of("until", until)
    if not first < last <= first + LONGEST:
        raise Refusal(
            422, "until: expected a moment after since, at most 30 minutes later", code="invalid"
        )
    return answer(span_of(door, found.counter, first, last))


def span_of(door: Door, counter: str, since: datetime, until: datetime) -> SpanAnswer:
    """The same as a value."""
    teller = Teller.of(door.office.board(), door.office.policy())
    samples = list(islice(door.store.samples(since, until, counter), MOST + 1))
    kept = {
        frame.sample.captured_at: frame
        for frame in door.store.frames_between(counter, since, until)
    }
    camera = door.office.layout().counter(counter).camera
    cameras = {status.camera: status for status in door.office.board().cameras}
    size_wh = cameras[camera].size_wh if camera in cameras else None
    frames = []
    for sample in samples[:MOST]:
        frame = kept.get(sample.captured_at)
        if frame is not None:
            frames.append(teller.frame(frame))
            continue
        frames.append(
            FrameAnswer(
                sha="",
                url=None,
                frame_wh=size_wh,
                crop_xyxy=None,
                removed_at=None,
                removed_rule=None,
                sample=teller.sample(sample),
            )
        )
    drawn = door.office.layout()
    return SpanAnswer(
        counter=counter,
        since=teller.at(since),
        until=teller.at(until),
        frames=tuple(frames),
        layout=drawn.version,
        zones=zones_of(drawn.counter(counter)),
        cut=len(samples) > MOST,
    )


@router.get("/policies", response_model=PolicyVersionsAnswer, **BOARD.route)
def policies(door: TheDoor) -> Response:
    """The versions of the policy that verdicts were judged by, with since when each held."""
    zone = Teller.of(door.office.board(), door.office.policy())
    return answer(
        PolicyVersionsAnswer(
            items=tuple(
                PolicyVersionAnswer(
                    citation=one.citation,
                    since=zone.maybe(one.since),
                    current=one.current,
                    readable=one.policy is not None,
                )
                for one in versions(door)
            )
        )
    )


def versions(door: Door) -> tuple[PolicyVersion, ...]:
    """The same as values."""
    return versions_of(door.store.policies(), door.office.policy())


def policy_for(door: Door, citation: str | None) -> Policy:
    """A version of the policy by what verdicts cite of it. Errors: Refusal 422."""
    if citation is None:
        return door.office.policy()
    for one in versions(door):
        if one.citation != citation:
            continue
        if one.policy is None:
            raise Refusal(
                422,
                f"policy: the text of {citation} is kept, but this Siaga cannot judge by it",
                code="policy_unreadable",
            )
        return one.policy
    said = f"policy: expected a version of GET /api/v1/policies, got {citation}"
    fault = [{"where": "body.policy", "message": said}]
    raise Refusal(422, said, code="invalid", detail=fault)


@router.post("/replays", response_model=ReplayAnswer, **FLAGS.route)
def replay(caller: Who, door: TheDoor, body: ReplayWords) -> Response:
    """Judge a span again by another version of the policy or under other numbers, and list the
    verdicts that differ.
    """
    return answer(replayed(caller, door, body))


def replayed(caller: Caller, door: Door, body: ReplayWords) -> ReplayAnswer:
    """The same as a value. Errors: Refusal 404, 422."""
    counter = objects.counter_for(caller, door, body.counter)
    try:
        policy = with_numbers(policy_for(door, body.policy), body.parameters)
    except ValueError as error:
        fault = [{"where": "body.parameters", "message": str(error)}]
        raise Refusal(422, str(error), code="invalid", detail=fault) from None
    board = door.office.board()
    now = board.now if body.at is None else min(board.now, instant_of("at", body.at))
    plan = door.plan_of(body.day)
    bounds = plan.slot_span(body.slot)
    samples = (
        []
        if bounds is None
        else list(door.store.samples(bounds[0] - OWNERS, bounds[1], counter.counter))
    )
    recorded = [
        r.verdict
        for r in door.store.standing(body.day, at=now, counter=counter.counter)
        if r.verdict.slot is body.slot
    ]
    again = (
        rejudge(
            samples,
            counter.counter,
            body.slot,
            plan,
            door.office.layout(),
            policy,
            models=recorded[0].models if recorded else "",
            period_s=_period_s(door, counter.camera),
            now=now,
        )
        if samples
        else ()
    )
    found, same = differences(recorded, again) if samples else ((), 0)
    known = {one.citation: one.policy for one in versions(door)}

    def told(verdict: Verdict | None) -> VerdictAnswer | None:
        """In the words of the version that it cites: another may no longer have the clause."""
        if verdict is None:
            return None
        return Teller.of(board, known.get(verdict.policy) or policy).verdict(verdict)

    def words_of(one: Difference) -> Words | None:
        tellers = (Teller.of(board, by) for by in (policy, door.office.policy()))
        return next((said for by in tellers if (said := by.clause_words(one.clause))), None)

    return ReplayAnswer(
        day=body.day,
        counter=counter.counter,
        slot=body.slot,
        policy=policy.citation,
        parameters=dict(body.parameters),
        samples=len(samples),
        same=same,
        differs=tuple(
            DifferenceAnswer(
                clause=one.clause,
                text=words_of(one),
                recorded=told(one.recorded),
                replayed=told(one.replayed),
            )
            for one in found
        ),
    )


def _period_s(door: Door, camera: str) -> float:
    """How often a camera is asked for a picture."""
    for status in door.office.board().cameras:
        if status.camera == camera and status.period_s:
            return status.period_s
    return 1.0


@router.get(
    "/flags/{flag_id}/export",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}, "description": "One file"}},
    **EXPORT.route,
)
def export(
    caller: Who,
    door: TheDoor,
    flag_id: FlagId,
    request: Annotated[
        str,
        Query(
            min_length=3,
            max_length=80,
            pattern=r"^[\w .,/()-]+$",
            description="number of the request for which it is handed out",
        ),
    ],
) -> Response:
    """A flag as one HTML file that opens without Siaga: pictures, verdict, policy, hashes."""
    from service.exports import flag_file  # made of the pages' words; not needed by programs

    detail = objects.flag_for(caller, door, flag_id)
    said = said_about(caller, door, flag_id)
    pictures = {}
    for frame in detail.frames:
        if frame.removed_at is None:
            try:
                pictures[frame.sha] = door.evidence.read(frame.sha)
            except KeyError:
                continue
    page = flag_file(
        detail,
        said,
        pictures,
        door.office.policy(),
        door.office.board(),
        by=caller.name,
        request=request,
    )
    door.store.audit(
        caller.name,
        "evidence.export",
        f"flag/{flag_id}",
        {"request": request, "pictures": len(pictures)},
        at=door.clock(),
    )
    headers = {"Content-Disposition": f'attachment; filename="siaga-{flag_id}.html"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)
