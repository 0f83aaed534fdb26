"""Server-sent events: each client is woken by a change and told the newest board; nothing queues.

The office's thread calls the listener; it only wakes the client's event loop and never waits.
"""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from service.api.sharing import Shared
from service.board import OfficeView

MAX_STREAMS = 100
LEAST_GAP_S = 0.25
"""A client gets at most four boards a second, however fast the office runs."""


@dataclass(eq=False, slots=True)
class _Client:
    loop: asyncio.AbstractEventLoop
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self, _revision: int = 0) -> None:
        """Called from any thread."""
        with suppress(RuntimeError):  # the loop was closed meanwhile
            self.loop.call_soon_threadsafe(self.changed.set)


class Streams:
    """All clients that listen."""

    def __init__(self, office: OfficeView, heartbeat_s: float) -> None:
        self._office = office
        self._heartbeat_s = heartbeat_s
        self._lock = threading.Lock()
        self._clients: set[_Client] = set()
        self._closed = False
        self._told: Shared[str] = Shared()

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._clients)

    @property
    def full(self) -> bool:
        """Whether no more may listen."""
        return self._closed or self.count >= MAX_STREAMS

    def close(self) -> None:
        """End every stream, from any thread: a server waits for open answers before it stops."""
        with self._lock:
            self._closed = True
            clients = tuple(self._clients)
        for client in clients:
            client.wake()

    async def events(
        self,
        sees: frozenset[str] | None,
        board: Callable[[], dict[str, object]],
        allowed: Callable[[], bool],
    ) -> AsyncIterator[str]:
        """The board now and after each change, a heartbeat when nothing changes.

        `board` gives what this client may see, with its `revision`: the same for all that see the
        same counters (`sees`, None: all), so it is told once for all that are woken together.
        `allowed` is asked once in a heartbeat; False ends the stream (the session has ended, the
        token was revoked).
        """

        def told() -> str:
            key = (self._office.revision(), sees)
            return self._told.of(key, lambda: _event("board", board()))

        client = _Client(asyncio.get_running_loop())
        with self._lock:
            self._clients.add(client)
        off = self._office.subscribe(client.wake)
        try:
            asked = time.monotonic()
            yield told()
            while not self._closed:
                left = self._heartbeat_s - (time.monotonic() - asked)
                try:
                    await asyncio.wait_for(client.changed.wait(), max(left, 0.001))
                except TimeoutError:
                    yield _event("heartbeat", {"revision": self._office.revision()})
                if time.monotonic() - asked >= self._heartbeat_s:
                    asked = time.monotonic()
                    if not await asyncio.to_thread(allowed):
                        return
                if client.changed.is_set() and not self._closed:
                    client.changed.clear()
                    yield told()
                    await asyncio.sleep(LEAST_GAP_S)
        finally:
            off()
            with self._lock:
                self._clients.discard(client)


def _event(name: str, data: dict[str, object]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\nid: {data['revision']}\ndata: {text}\n\n"
