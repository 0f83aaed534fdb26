"""A camera whose pictures show nothing is told as an event: which, since when, and until when."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.cameras.drawing import encoded
from tests.cameras.servers import SnapshotServer, snapshot_server
from tests.live_office import EMPTY_OFFICE, START, LiveOffice, SteadyClock, live_office, until
from vision.values import Image, Reason

REFERENCE = Path(__file__).parents[2] / "datasets/mornings/2026-11-24/reference/loket-1.jpg"
"""A rendered counter with nobody there."""
SPEED = 10.0
LASTS_S = 1.6
"""How long each trouble goes on after it was told; ten seconds of the office make it an event."""

CAMERA = """
[[cameras]]
id = "loket-1"
url = "{url}"
reference = "{reference}"
period_s = 2.0

[[counters]]
id = "FO-1"
name = "Loket 1"
role = "FO"
camera = "loket-1"
[counters.zones]
staff = [[0.25, 0.05], [0.75, 0.05], [0.75, 0.6], [0.25, 0.6]]
desk = [[0.2, 0.6], [0.8, 0.6], [0.8, 0.85], [0.2, 0.85]]
"""


def pushed(image: Image) -> Image:
    """Somebody bumped into the camera."""
    away = np.array([[1, 0, 0.06 * image.shape[1]], [0, 1, 0]], np.float64)
    shape = (image.shape[1], image.shape[0])
    return np.asarray(cv2.warpAffine(image, away, shape, borderMode=cv2.BORDER_REFLECT), np.uint8)


def covered(image: Image) -> Image:
    """A cloth over the lens."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 40) // 3 + 80, np.uint8)


TROUBLES: list[tuple[str, Callable[[Image], Image], Reason]] = [
    ("blurred", lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), 4)), Reason.BLURRED),
    ("moved", pushed, Reason.CAMERA_MOVED),
    ("dark", lambda image: image // 12, Reason.DARK),
    ("blocked", covered, Reason.OCCLUDED),
]


class Lens:
    """Plays the camera: the counter as `spoil` shows it, with fresh noise each time."""

    def __init__(self, server: SnapshotServer) -> None:
        image = cv2.imread(str(REFERENCE))
        assert image is not None
        self.spoil: Callable[[Image], Image] = lambda seen: seen
        self.still = False
        self._image = np.asarray(image, np.uint8)
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._turn)

    def __enter__(self) -> "Lens":
        self._show(0)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _turn(self) -> None:
        number = 0
        while not self._stop.wait(0.1):
            number += 0 if self.still else 1
            self._show(number)

    def _show(self, number: int) -> None:
        shown = np.random.default_rng(number).normal(0, 1, (90, 160, 3)).repeat(8, 0).repeat(8, 1)
        noisy = np.clip(self.spoil(self._image) + shown[: self._image.shape[0]], 0, 255)
        self._server.body = encoded(".jpg", noisy.astype(np.uint8))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[LiveOffice, Lens]]:
    """An office with one camera, minutes before opening, ten times as quick."""
    with snapshot_server() as server, Lens(server) as lens:
        text = EMPTY_OFFICE + CAMERA.format(url=server.url, reference=REFERENCE)
        with live_office(tmp_path, text, SteadyClock(START, SPEED)) as live:
            yield live, lens


def test_each_trouble_of_the_picture_is_told_alarmed_kept_and_over(
    watched: tuple[LiveOffice, Lens],
) -> None:
    """On the API that the board and the page of cameras show, and in the store for later."""
    live, lens = watched
    client = live.client()

    def camera() -> dict[str, Any]:
        told: dict[str, Any] = client.get("/api/v1/cameras").json()["items"][0]
        return told

    until(lambda: camera()["state"] == "ok")
    for state, spoil, _ in TROUBLES:
        lens.spoil = spoil
        began = live.clock.now()
        until(lambda state=state: camera()["state"] == state)
        until(lambda: camera()["alarm_since"] is not None)
        since = datetime.fromisoformat(camera()["since"])
        assert timedelta(seconds=-4) < since - began < timedelta(seconds=30), state
        time.sleep(LASTS_S)
        assert camera()["state"] == state
        lens.spoil = lambda seen: seen
        until(lambda: camera()["state"] == "ok")
        until(lambda: camera()["alarm_since"] is None)
    lens.still = True
    until(lambda: camera()["state"] == "frozen")
    lens.still = False
    until(lambda: camera()["state"] == "ok")

    gaps = live.store.gaps(START, live.clock.now(), "loket-1")
    kept = [gap.reason for gap in gaps if gap.until - gap.since > timedelta(seconds=10)]
    assert [reason for _, _, reason in TROUBLES] == [r for r in kept if r is not Reason.NO_SIGNAL]
    standing = live.office.standing("FO-1")
    assert not [verdict for verdict in standing if verdict.outcome == "not_met"]
