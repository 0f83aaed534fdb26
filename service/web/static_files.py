"""The files pages are made of, served from the package: named by content, kept for ever."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, plain and packed. `digest` is the start of its SHA-256."""

    plain: bytes
    packed: bytes
    media_type: str
    digest: str


@cache
def static_file(name: str) -> StaticFile:
    """A file of `static/`. Errors: KeyError when there is none of this name."""
    if any(part in ("", ".", "..") for part in name.split("/")) or "\\" in name:
        raise KeyError(name)
    media_type = TYPES[name.rpartition(".")[2]]
    found = files("service.web").joinpath("static", *name.split("/"))
    if not found.is_file():
        raise KeyError(name)
    plain = found.read_bytes()
    packed = gzip.compress(plain, mtime=0)
    return StaticFile(plain, packed, media_type, sha256(plain).hexdigest()[:12])


@cache
def release() -> str:
    """Names what the board is made of; a page opened under another release loads itself anew."""
    return "-".join(static_file(name).digest[:6] for name in ("board.js", "siaga.css"))


def static_url(name: str) -> str:
    """The address of a file; another content has another address."""
    return f"/static/{name}?v={static_file(name).digest}"


@router.get("/static/{name:path}")
def serve(name: str, request: Request) -> Response:
    """A file for everybody: nothing in it belongs to the office."""
    try:
        found = static_file(name)
    except KeyError:
        raise HTTPException(404) from None
    headers = {
        "ETag": f'"{found.digest}"',
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": FOR_EVER if request.query_params.get("v") else "no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.media_type, headers=headers)
    return Response(found.plain, media_type=found.media_type, headers=headers)
