"""How an answer is sent: JSON from a described value, with an ETag where the value is stable."""

from hashlib import sha256

from fastapi import Request, Response
from pydantic import BaseModel

REVALIDATE = "private, no-cache"
FOR_A_DAY = "private, max-age=86400, immutable"


def answer(value: BaseModel, status: int = 200) -> Response:
    """A value as JSON; it was checked when it was made."""
    return Response(value.model_dump_json(), status, media_type="application/json")


def tagged(
    request: Request, body: bytes, media_type: str, *, cache: str = REVALIDATE, tag: str = ""
) -> Response:
    """A body that a client may keep; 304 when it has this one already."""
    name = tag or sha256(body).hexdigest()[:32]
    headers = {"ETag": f'"{name}"', "Cache-Control": cache, "Vary": "Cookie, Authorization"}
    known = {word.strip() for word in request.headers.get("if-none-match", "").split(",")}
    if known & {headers["ETag"], f"W/{headers['ETag']}", "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
