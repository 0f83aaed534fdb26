"""Server-sent events over a real server on a real socket."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from service.api import ApiSettings, close_streams
from tests.fakes_office import clock
from tests.service.conftest import House

FAST = ApiSettings(heartbeat_s=0.3)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application on a port of this machine; streams are closed before it stops."""
    # The protocol must be named: asyncio switches Nagle's delay of 40 ms off only then.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{port}"
        finally:
            close_streams(app)
            server.should_exit = True
            thread.join(timeout=10)
            assert not thread.is_alive(), "the server did not stop"


Event = tuple[str, dict[str, object]]


def events(answer: httpx.Response) -> Iterator[Event]:
    """The events of a stream as they come."""
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def token(house: House, *scopes: str) -> dict[str, str]:
    """The header of a program with these scopes."""
    return {"Authorization": house.program(*scopes).headers["Authorization"]}


@pytest.fixture
def app(house: House) -> FastAPI:
    """An application whose heart beats fast."""
    return house.build(FAST)


def test_a_client_gets_the_board_at_once_after_a_change_and_a_heartbeat(
    house: House, app: FastAPI
) -> None:
    """A page that hears nothing knows that the line is cut."""
    with served(app) as url:
        with httpx.stream("GET", f"{url}/api/v1/stream", headers=token(house, "board")) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            coming = events(answer)
            name, first = next(coming)
            assert (name, first["revision"], first["phase"]) == ("board", 1, "go_no_go")
            assert next(coming)[0] == "heartbeat"
            house.office.turn(clock(8, 1))
            told = next(e for e in coming if e[0] == "board")[1]
            assert (told["revision"], told["phase"]) == (2, "open")
            counters = told["counters"]
            assert isinstance(counters, list)
            assert [c["state"] for c in counters] == ["GO", "NO_GO", "CANNOT_TELL"]
        until = time.monotonic() + 5
        while house.office.listener_count and time.monotonic() < until:
            time.sleep(0.02)
        assert house.office.listener_count == 0


def test_many_changes_at_once_are_one_event_with_the_newest(house: House, app: FastAPI) -> None:
    """A slow client never falls behind and nothing piles up."""
    with (
        served(app) as url,
        httpx.stream("GET", f"{url}/api/v1/stream", headers=token(house, "board")) as answer,
    ):
        coming = events(answer)
        next(coming)
        for second in range(50):
            house.office.turn(clock(8, 1, second))
        revisions: list[object] = []
        while not revisions or revisions[-1] != 51:
            name, told = next(coming)
            if name == "board":
                revisions.append(told["revision"])
        assert len(revisions) <= 3


def test_a_narrow_token_hears_only_of_its_counters(house: House, app: FastAPI) -> None:
    """S2: the stream is a channel like every other."""
    with (
        served(app) as url,
        httpx.stream(
            "GET", f"{url}/api/v1/stream", headers=token(house, "board", "counter:loket_1")
        ) as answer,
    ):
        text = json.dumps(next(events(answer))[1])
        assert "loket_1" in text
        for other in ("loket_2", "loket_3", "hall_2"):
            assert other not in text


def test_clients_woken_together_are_each_told_what_they_may_see(
    house: House, app: FastAPI
) -> None:
    """An event is told once for all that see the same, and never to who sees less."""
    headers = [token(house, "board"), token(house, "board", "counter:loket_2")]
    with (
        served(app) as url,
        httpx.stream("GET", f"{url}/api/v1/stream", headers=headers[0]) as whole,
        httpx.stream("GET", f"{url}/api/v1/stream", headers=headers[1]) as narrow,
    ):
        coming = [events(whole), events(narrow)]
        for one in coming:
            next(one)
        house.office.turn(clock(8, 1))
        told = [next(e for e in one if e[0] == "board" and e[1]["revision"] == 2) for one in coming]
    counters = [[c["counter"] for c in body["counters"]] for _, body in told]  # type: ignore[attr-defined]
    assert counters == [["loket_1", "loket_2", "loket_3"], ["loket_2"]]


def test_a_stream_ends_when_its_token_is_revoked(house: House, app: FastAPI) -> None:
    """Revocation does not wait for the client to come again."""
    headers = token(house, "board")
    with (
        served(app) as url,
        httpx.stream("GET", f"{url}/api/v1/stream", headers=headers, timeout=5) as answer,
    ):
        coming = events(answer)
        next(coming)
        house.accounts.revoke_token(1, by="test")
        assert len(list(coming)) <= 3


def test_a_server_stops_while_clients_listen(house: House, app: FastAPI) -> None:
    """An upgrade at noon does not wait for the board on the wall."""
    listening = threading.Event()
    heard: list[Event] = []

    def listen(url: str) -> None:
        with httpx.stream("GET", f"{url}/api/v1/stream", headers=headers, timeout=10) as answer:
            for event in events(answer):
                heard.append(event)
                listening.set()

    headers = token(house, "board")
    with served(app) as url:
        client = threading.Thread(target=listen, args=(url,))
        client.start()
        assert listening.wait(10)
    client.join(timeout=10)
    assert not client.is_alive()
    assert heard
