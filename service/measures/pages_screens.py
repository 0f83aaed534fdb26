"""Wall screens without a browser: each holds the stream open and fetches what a board fetches."""

import gzip
import html
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from service.measuring import NotMeasured

PICTURE = re.compile(r'data-picture="([^"]+)"')
STARTS_IN_S = 20.0
TIMEOUT_S = 60.0


class Screen(threading.Thread):
    """One screen: a stream over a connection of its own, fetches over another."""

    def __init__(self, place: str, *, fetches: bool) -> None:
        super().__init__(daemon=True)
        self.events = 0
        self._fetches = fetches
        self._stream = http.client.HTTPConnection(place, timeout=TIMEOUT_S)
        self._asking = http.client.HTTPConnection(place, timeout=TIMEOUT_S)
        self._shown: set[str] = set()

    def run(self) -> None:
        """Until the screen is switched off."""
        with suppress(OSError, http.client.HTTPException, AttributeError, ValueError):
            self._stream.request("GET", "/api/v1/stream", headers={"Accept": "text/event-stream"})
            answer = self._stream.getresponse()
            while line := answer.readline():
                if line == b"event: board\n":
                    if self._fetches:
                        self._follow()
                    self.events += 1

    def _follow(self) -> None:
        """Fetch the tiles, then the pictures that are new, as board.js does."""
        tiles = self._fetched("/board/tiles?mode=wall").decode()
        pictures = {html.unescape(found) for found in PICTURE.findall(tiles)}
        for picture in sorted(pictures - self._shown):
            self._fetched(picture)
        self._shown = pictures

    def _fetched(self, path: str) -> bytes:
        """The body; asked for once more where the server hung up meanwhile, as browsers do."""
        try:
            answer, body = self._asked(path)
        except ConnectionError:
            self._asking.close()
            answer, body = self._asked(path)
        if answer.status != 200:
            raise http.client.HTTPException(f"{path}: {answer.status}")
        return gzip.decompress(body) if answer.getheader("Content-Encoding") == "gzip" else body

    def _asked(self, path: str) -> tuple[http.client.HTTPResponse, bytes]:
        self._asking.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = self._asking.getresponse()
        return answer, answer.read()

    def switch_off(self) -> None:
        """Hang up."""
        for connection in (self._stream, self._asking):
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)
        self.join(timeout=5)
        for connection in (self._stream, self._asking):
            connection.close()


class Hall:
    """Some screens."""

    def __init__(self, screens: list[Screen]) -> None:
        self._screens = screens

    @property
    def events(self) -> int:
        """Boards that all of them were told so far."""
        return sum(screen.events for screen in self._screens)

    @property
    def all_on(self) -> bool:
        """Whether each was told a board and goes on."""
        return all(screen.events and screen.is_alive() for screen in self._screens)


@contextmanager
def screens(url: str, count: int, *, fetches: bool) -> Iterator[Hall]:
    """So many screens, all on. Errors: NotMeasured when one does not come on or goes out."""
    made = [Screen(urlsplit(url).netloc, fetches=fetches) for _ in range(count)]
    hall = Hall(made)
    for screen in made:
        screen.start()
    try:
        until = time.monotonic() + STARTS_IN_S
        while not hall.all_on:
            if time.monotonic() > until:
                raise NotMeasured(f"expected {count} screens to come on, got fewer")
            time.sleep(0.05)
        yield hall
        if not hall.all_on:
            raise NotMeasured(f"expected {count} screens to stay on, one went out")
    finally:
        for screen in made:
            screen.switch_off()
