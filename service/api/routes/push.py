"""Cameras and gateways that bring their pictures themselves."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from cameras.pictures import decode_picture, size_of
from cameras.push import Mailbox
from service.api import objects
from service.api.answers import answer
from service.api.door import door_of
from service.api.errors import Refusal
from service.api.schemas import PushAnswer
from service.api.security import PUSH, Guarded, TheDoor, Who
from vision.errors import PictureError
from vision.values import Image, Reason

MAX_PIXELS = 12_000_000
"""4000 x 3000. A larger picture is refused by its header, before it takes memory."""
PAST = timedelta(seconds=30)
"""An older picture says nothing about now."""
FUTURE = timedelta(seconds=15)
"""A camera whose clock is further ahead is told so. Source: clock_tol_s of the policy."""

router = APIRouter(tags=["push"])


def _push_for(request: Request) -> None:
    """As `PUSH`, and every refused token is counted, by nothing that the sender chose."""
    try:
        PUSH(request)
    except Refusal:
        door_of(request).metrics.pushed("refused")
        raise


def _guarded() -> Guarded:
    """The guard, the body, and that only a token lets in: a browser has no pictures to bring."""
    kept = PUSH.guarded_by(_push_for)
    body: dict[str, Any] = {
        "required": True,
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
    extra = {**kept["openapi_extra"], "security": [{"token": []}], "requestBody": body}
    return {"dependencies": kept["dependencies"], "openapi_extra": extra}


CapturedAt = Annotated[
    str | None,
    Header(
        alias="X-Captured-At",
        description="when it was taken, with offset; without it, when it arrives",
        max_length=40,
        examples=["2026-11-24T07:55:00+07:00"],
    ),
]


@router.post(
    "/cameras/{camera}/frames",
    response_model=PushAnswer,
    status_code=201,
    **_guarded(),
)
async def push(
    request: Request,
    caller: Who,
    door: TheDoor,
    camera: str,
    x_captured_at: CapturedAt = None,
) -> Response:
    """Bring a picture (JPEG) of a camera with `push = true`; the newest wins.

    By a token of the scope `push:CAMERA` alone. A time in the future is not believed: the picture
    is dated by its arrival and `reason` says CLOCK_UNSURE. One of long ago is refused (422).
    """
    count = door.metrics.pushed
    mailbox = objects.mailbox_for(caller, door, camera)
    if not mailbox.admits():
        count("too_fast")
        raise Refusal(429, headers={"Retry-After": "1"})
    now = mailbox.now()
    try:
        told = _told(x_captured_at)
        if told is not None and now - told > PAST:
            raise Refusal(
                422, "expected a picture of the last seconds, got an old one", code="stale"
            )
    except Refusal:
        count("stale")
        raise
    data = await request.body()
    try:
        width, height = size_of(data, "body")
    except PictureError as fault:
        count("no_picture")
        raise Refusal(422, str(fault), code="no_picture_sent") from None
    if width * height > MAX_PIXELS:
        count("too_large")
        raise Refusal(413, f"expected at most {MAX_PIXELS / 1e6:.0f} megapixels")
    kept = False
    if mailbox.wanted:
        try:
            image = await run_in_threadpool(_decoded, data)
        except PictureError as fault:
            count("no_picture")
            raise Refusal(422, str(fault), code="no_picture_sent") from None
        kept = _put(mailbox, image, told, now)
    count("kept" if kept else "unread")
    unsure = told is not None and told - now > FUTURE
    return answer(
        PushAnswer(
            camera=camera,
            received_at=now,
            captured_at=min(told, now) if told is not None else now,
            reason=Reason.CLOCK_UNSURE if unsure else None,
            kept=kept,
        ),
        201,
    )


def _decoded(data: bytes) -> Image:
    return decode_picture(data, "body", MAX_PIXELS)


def _put(mailbox: Mailbox, image: Image, told: datetime | None, now: datetime) -> bool:
    skew_s = (told - now).total_seconds() if told is not None else None
    return mailbox.put(image, min(told, now) if told is not None else now, skew_s)


def _told(text: str | None) -> datetime | None:
    """Errors: Refusal 422 for what is no instant with an offset."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        raise Refusal(
            422, "X-Captured-At: expected an instant with offset, like 2026-11-24T07:55:00+07:00"
        )
    return at
