"""For monitors and programs: life, readiness to serve, metrics, and the description of the API."""

import os

from fastapi import APIRouter, Request, Response

from service.api.answers import answer, tagged
from service.api.door import Door
from service.api.errors import Refusal
from service.api.schemas import Health
from service.api.security import BOARD, METRICS, OPEN, TheDoor, is_loopback
from service.metrics import CONTENT_TYPE
from vision.errors import StoreError

router = APIRouter(tags=["operations"])


@router.get("/healthz", response_model=Health, openapi_extra=OPEN)
def healthz() -> Response:
    """Whether the process lives."""
    return answer(Health(status="ok"))


@router.get(
    "/readyz",
    response_model=Health,
    responses={503: {"model": Health, "description": "Something is missing"}},
    openapi_extra=OPEN,
)
def readyz(door: TheDoor) -> Response:
    """Whether the office can serve: its memory answers and takes writes, its board is there."""
    faults = _faults(door)
    if faults:
        return answer(Health(status="unavailable", faults=faults), 503)
    return answer(Health(status="ok"))


def _faults(door: Door) -> tuple[str, ...]:
    faults = []
    try:
        door.store.ping()
    except StoreError:
        faults.append("database")
    if not os.access(door.store.folder, os.W_OK):
        faults.append("data folder")
    if not door.office.board().tiles:
        faults.append("board")
    return tuple(faults)


def _metrics_for(request: Request) -> None:
    """Lets in monitors on this machine, else as `METRICS`; they show every counter."""
    if "authorization" not in request.headers and is_loopback(request):
        return
    if METRICS(request).counters is not None:
        raise Refusal(403)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus text"}},
    **METRICS.guarded_by(_metrics_for),
)
def metrics(door: TheDoor) -> Response:
    """Metrics for Prometheus; without a credential only on loopback."""
    return Response(door.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


@router.get("/api/v1/openapi.json", response_class=Response, **BOARD.route)
def openapi(request: Request) -> Response:
    """This description."""
    return tagged(request, request.app.state.description(), "application/json")
