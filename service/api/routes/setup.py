"""Setting up: cameras tried, zones drawn and tried, the layout saved. For administrators alone."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from service.accounts import PUSH_SCOPE
from service.api import schemas_setup as s
from service.api import tell_setup as tell
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.security import SETUP, TheDoor, Who
from service.api.tell import words
from service.office_file import FileChanged, FileUnwritable
from service.problems import Problem, SetupRefused
from service.settings import SettingsError
from service.setup import CameraWish, CounterWish, Setup, SetupBusy
from service.tries import TooManyTries, Try
from vision.errors import CameraError, ConfigError, PictureError

router = APIRouter(tags=["set-up"])

TOKEN_LIFE = timedelta(days=365)
JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}}, "description": "The picture"}
}


def setup_of(door: TheDoor) -> Setup:
    """The set-up of the office. Errors: Refusal 503 where it cannot be set up from here."""
    if door.setup is None:
        raise Refusal(503, "this office cannot be set up through its pages", code="no_setup")
    return door.setup


TheSetup = Annotated[Setup, Depends(setup_of)]


@contextmanager
def told(where: str = "file") -> Iterator[None]:
    """Turn what setting up may raise into refusals with a problem beside its field."""
    try:
        yield
    except SetupRefused as refused:
        raise Refusal(
            422,
            "this cannot be done so; see the problems",
            code="not_saved",
            detail=tell.problems_detail(refused.problems),
        ) from None
    except FileChanged:
        raise _refusal(409, "changed_meanwhile", "file") from None
    except FileUnwritable as error:
        raise _refusal(503, "unwritable", "file", str(error)) from None
    except (SetupBusy, TooManyTries):
        raise Refusal(429, headers={"Retry-After": "3"}) from None
    except (CameraError, PictureError) as error:
        code = tell.known_problem(error.code)
        raise _refusal(422, code, where, tell.without_secret(str(error))) from None
    except SettingsError as error:
        problem = Problem.of("file", "file_fault", fault=error)
        detail = tell.problems_detail([problem], str(error))
        said = "the office's file has faults"
        raise Refusal(422, said, code="not_saved", detail=detail) from None


def _refusal(status: int, code: str, where: str, said: str = "") -> Refusal:
    detail = tell.problems_detail([Problem.of(where, code)], said)
    message = detail["problems"][0]["text"]["en"]  # type: ignore[index]
    if code == "changed_meanwhile":
        return Refusal(status, message, code="changed_meanwhile", detail=detail)
    if code == "unwritable":
        return Refusal(status, message, code="unwritable", detail=detail)
    return Refusal(status, message, code="no_camera_picture", detail=detail)


def attempt_for(setup: Setup, name: str) -> Try:
    """A try. Errors: Refusal 404, with the problem that says what to do."""
    try:
        return setup.attempt(name)
    except KeyError:
        detail = tell.problems_detail([Problem.of("attempt", "try_gone")])
        raise Refusal(404, detail=detail) from None


def _answer(door: Door, setup: Setup) -> Response:
    states = {camera.camera: camera.state for camera in door.office.board().cameras}
    return answer(tell.layout_answer(setup, states))


# --- the layout


@router.get("/layout", response_model=s.LayoutAnswer, **SETUP.route)
def layout(door: TheDoor, setup: TheSetup) -> Response:
    """Cameras, counters and zones in force, without any secret; its version goes with a save."""
    return _answer(door, setup)


@router.put("/layout", response_model=s.LayoutAnswer, **SETUP.route)
def save_layout(caller: Who, door: TheDoor, setup: TheSetup, body: s.LayoutSent) -> Response:
    """Save the whole layout into the office's file and go on under it, without a restart.

    Comments of the file stay, its earlier version stays beside it, and a row is written into the
    audit log. 409 when somebody saved since `version`; 422 names every problem with its field.
    """
    with told():
        setup.save(
            [CameraWish(**camera.model_dump()) for camera in body.cameras],
            _wishes(body.counters),
            body.version,
            caller.name,
        )
    return _answer(door, setup)


@router.post("/layout/reload", response_model=s.LayoutAnswer, **SETUP.route)
def reload_layout(caller: Who, door: TheDoor, setup: TheSetup) -> Response:
    """Go on under the office's file as it lies on the disk, where somebody changed it by hand."""
    with told():
        setup.reload(caller.name)
    return _answer(door, setup)


def _wishes(counters: Sequence[s.CounterSent]) -> list[CounterWish]:
    return [
        CounterWish(
            counter=counter.counter,
            name=counter.name,
            role=counter.role,
            camera=counter.camera,
            rostered=counter.rostered,
            zones=counter.zones,
        )
        for counter in counters
    ]


@router.post("/layout/try", response_model=s.NowAnswer, **SETUP.route)
def try_layout(setup: TheSetup, body: s.DrawnSent) -> Response:
    """What each check sees now under these zones, whether its pixels suffice, and what to do.

    With `minute` also what the day's rules say of the last minute. Nothing is recorded.
    """
    each = attempt_for(setup, body.attempt)
    wishes = _wishes(body.counters)
    with told():
        looked = setup.look(each, wishes)
        minute = setup.judge_minute(each, wishes) if body.minute else []
    frame, seen = looked if looked is not None else (None, [])
    policy, zone = setup.settings.policy, setup.settings.zone
    return answer(tell.now_answer(each, frame, seen, minute, policy, zone))


@router.post("/layout/propose", response_model=s.ProposedZonesAnswer, **SETUP.route)
def propose_layout(setup: TheSetup, body: s.AttemptSent) -> Response:
    """Zones as they may lie: from where people sat in the last minute and where desks are."""
    each = attempt_for(setup, body.attempt)
    with told():
        return answer(tell.proposal_answer(setup.propose(each)))


@router.post(
    "/layout/reference", response_model=s.ReferenceAnswer, status_code=201, **SETUP.route
)
def take_reference(setup: TheSetup, body: s.DrawnSent) -> Response:
    """Take the picture of clear desks; a save that names it keeps it. 422 while somebody is in it.

    It is answered as it will be kept, as base64.
    """
    each = attempt_for(setup, body.attempt)
    with told("reference"):
        taken = setup.take_reference(each, _wishes(body.counters))
    if taken is None:
        raise _refusal(422, "camera_unavailable", "reference")
    kept, jpeg = taken
    return answer(
        s.ReferenceAnswer(
            reference=kept.reference,
            jpeg=b64encode(jpeg).decode(),
            things=tuple(words(label) for label in kept.things),
        ),
        201,
    )


# --- cameras tried


@router.post("/cameras/try", response_model=s.TryAnswer, status_code=201, **SETUP.route)
def try_camera(caller: Who, setup: TheSetup, body: s.TrySent) -> Response:
    """Ask a camera for a picture and say what it gives, within seconds; 422 says what is wrong.

    The camera is read on for as long as somebody asks about the try, at most three minutes more.
    """
    given = [one for one in (body.url, body.camera, body.push) if one is not None]
    if len(given) != 1:
        raise Refusal(422, "expected one of url, camera and push")
    with told("url"):
        if body.url is not None:
            each = setup.try_url(body.url, body.user, body.password, caller.name)
        elif body.push is not None:
            each = setup.try_push(body.push, caller.name)
        else:
            try:
                each = setup.try_camera(body.camera or "")
            except KeyError:
                raise Refusal(404) from None
        sizes, basis = setup.sizes(each)
    return answer(tell.try_answer(each, setup.settings.zone, sizes, basis), 201)


@router.get("/tries/{attempt}", response_model=s.TryAnswer, **SETUP.route)
def tried(setup: TheSetup, attempt: str) -> Response:
    """How a tried camera is now, and whether its pixels suffice for each check."""
    each = attempt_for(setup, attempt)
    with told():
        sizes, basis = setup.sizes(each)
    return answer(tell.try_answer(each, setup.settings.zone, sizes, basis))


@router.delete("/tries/{attempt}", status_code=204, **SETUP.route)
def end_try(setup: TheSetup, attempt: str) -> Response:
    """Let a tried camera go."""
    setup.drop(attempt)
    return Response(status_code=204)


@router.get(
    "/tries/{attempt}/still", response_class=Response, responses=JPEG, **SETUP.route
)
def tried_still(
    setup: TheSetup,
    attempt: str,
    v: Annotated[str, Query(description="only for caches", max_length=80)] = "",
) -> Response:
    """The newest picture of a tried camera, heads hidden. 404 until there is one."""
    return _still(setup, attempt_for(setup, attempt), 0.0)


@router.get("/cameras/{camera}/still", response_class=Response, responses=JPEG, **SETUP.route)
def camera_still(setup: TheSetup, camera: str) -> Response:
    """A picture of a camera of the office now, heads hidden, also at night. 404: none came."""
    with told("camera"):
        try:
            each = setup.try_camera(camera)
        except KeyError:
            raise Refusal(404) from None
    try:
        return _still(setup, each, 10.0)
    finally:
        setup.drop(each.name)


def _still(setup: Setup, each: Try, wait_s: float) -> Response:
    with told():
        shown = setup.still(each, wait_s)
    if shown is None:
        raise Refusal(404, "there is no picture of this camera yet", code="no_picture")
    return Response(shown[0], media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.get(
    "/cameras/{camera}/reference", response_class=Response, responses=JPEG, **SETUP.route
)
def camera_reference(setup: TheSetup, camera: str) -> Response:
    """The kept picture of a camera's clear desks. 404: there is none."""
    try:
        jpeg = setup.reference(camera)
    except (KeyError, ConfigError, PictureError):
        jpeg = None
    if jpeg is None:
        raise Refusal(404)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.post("/cameras/discover", response_model=s.DiscoveriesAnswer, **SETUP.route)
def discover_cameras(setup: TheSetup, body: s.DiscoverSent) -> Response:
    """Ask the network for ONVIF cameras; takes some seconds."""
    with told("discover"):
        return answer(tell.discoveries_answer(setup.discover(body.user, body.password)))


@router.post(
    "/cameras/{camera}/token", response_model=s.TokenAnswer, status_code=201, **SETUP.route
)
def make_token(caller: Who, door: TheDoor, setup: TheSetup, camera: str) -> Response:
    """A token for a camera that brings its pictures itself; shown once, ends after a year.

    It belongs to the account that makes it and lets in nothing but pictures of this camera.
    """
    if not setup.pushes(camera):
        raise Refusal(404)
    _, secret = door.accounts.add_token(
        caller.name, frozenset({f"{PUSH_SCOPE}{camera}"}), TOKEN_LIFE, by=caller.name
    )
    return answer(
        s.TokenAnswer(
            camera=camera,
            token=secret,
            expires_at=door.clock() + TOKEN_LIFE,
            path=f"/api/v1/cameras/{camera}/frames",
        ),
        201,
    )
