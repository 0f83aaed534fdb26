"""A real server in a thread over the fake office: what a browser test talks to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import uvicorn

from service.api import ApiSettings, create_app
from service.api.app import close_streams
from service.evidence import Evidence
from service.messages.desk import MessageView
from service.store import Store
from tests.fakes_office import FakeOffice, clock, fake_sample, fake_verdict
from tests.live_office import free_port
from tests.stores import new_store
from vision.labels import Label
from vision.values import Outcome, Reason, Sample, Status, Verdict

FRAME_WH = (640, 360)
CROP = (320, 40, 640, 340)
FRAMES = 24
CHANGES = (6, 9, 18)
"""Where the cup's story turns: met, then hidden, then on the desk, then cleared away."""


@dataclass
class Stage:
    """An office, its memory and its server; `stop` and `start` pull the plug and put it back."""

    folder: Path
    settings: ApiSettings = field(default_factory=lambda: ApiSettings(demo=True))
    office: FakeOffice = field(default_factory=FakeOffice)
    port: int = field(default_factory=free_port)
    messages: MessageView | None = None

    def __post_init__(self) -> None:
        zone = self.office.board().plan.spans[0].since.tzinfo
        self.store: Store = new_store(self.folder, zone)
        self.evidence = Evidence(self.folder)
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Serve, and return once the port answers."""
        self.app = create_app(
            self.office, self.store, self.evidence, self.settings, messages=self.messages
        )
        config = uvicorn.Config(
            self.app, port=self.port, log_level="error", ws="none", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop serving: every open stream ends."""
        if self._thread is None:
            return
        close_streams(self.app)
        self._server.should_exit = True
        self._thread.join(10)
        self._thread = None

    def close(self) -> None:
        """Stop and close the memory."""
        self.stop()
        self.store.close()


@contextmanager
def stage_in(
    folder: Path, settings: ApiSettings | None = None, messages: MessageView | None = None
) -> Iterator[Stage]:
    """A stage that is closed afterwards."""
    stage = Stage(folder, settings if settings is not None else ApiSettings(demo=True))
    stage.messages = messages
    stage.start()
    try:
        yield stage
    finally:
        stage.close()


# ------------------------------------------------------------ a flag with pictures


def cup_sample(i: int) -> Sample:
    """The i-th frame of the cup's story, five seconds apart."""
    at = clock(7, 54) + timedelta(seconds=5 * i)
    hidden, there, gone = CHANGES
    if i < hidden or i >= gone:
        outcome, reason = Outcome.MET, None
    elif i < there:
        outcome, reason = Outcome.CANNOT_TELL, Reason.OCCLUDED
    else:
        outcome, reason = Outcome.NOT_MET, Reason.PRESENT_OBJECT
    plain = fake_sample("loket_2", at)
    return replace(
        plain,
        observations=tuple(
            replace(
                said,
                outcome=outcome,
                reason=reason,
                basis=said.basis if outcome is Outcome.NOT_MET else (),
            )
            if said.check == "desk_clear"
            else said
            for said in plain.observations
        ),
    )


def cup_picture(i: int) -> bytes:
    """The part of the i-th frame that is kept: the counter, with the frame's number in it."""
    image = np.full((FRAME_WH[1], FRAME_WH[0], 3), (226, 222, 214), np.uint8)
    cv2.rectangle(image, (330, 225), (635, 335), (120, 160, 190), -1)
    cv2.rectangle(image, (400, 60), (560, 220), (120, 90, 60), -1)
    if CHANGES[1] <= i < CHANGES[2]:
        cv2.rectangle(image, (420, 240), (470, 290), (40, 40, 200), -1)
    cv2.putText(image, str(i + 1), (585, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (60, 60, 60), 2)
    left, top, right, bottom = CROP
    coded, data = cv2.imencode(".jpg", image[top:bottom, left:right])
    assert coded
    return bytes(data.tobytes())


def cup_verdict(status: Status = Status.PROVISIONAL, at: datetime | None = None) -> Verdict:
    """A cup on the desk of loket 2."""
    return fake_verdict(
        "loket_2",
        "FO-C2a",
        Outcome.NOT_MET,
        Reason.PRESENT_OBJECT,
        at if at is not None else clock(7, 55, 30),
        status=status,
        seen=(Label.CUP,),
    )


def add_cup_flag(stage: Stage, frames: int = FRAMES) -> int:
    """Record the cup and keep its pictures; returns the flag's id."""
    verdict = cup_verdict()
    window = (clock(7, 54), clock(7, 56))
    record_id = stage.store.add_record(verdict)
    flag_id = stage.store.open_flag(record_id, verdict, window)
    for i in range(frames):
        sha = stage.evidence.add(cup_picture(i))
        stage.store.add_flag_frame(flag_id, cup_sample(i), sha, frame_wh=FRAME_WH, crop_xyxy=CROP)
    return flag_id
