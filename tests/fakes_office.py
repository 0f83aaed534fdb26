"""A hand-written office for tests of API and pages: three counters, one morning, no camera.

Loket 1 is ready, loket 2 came late, loket 3 cannot be judged. `turn(at)` moves the clock of the
office; before 07:55 every tile waits. Times are those of Jakarta on Tuesday 24 November 2026.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from service.board import Board, CameraState, CameraStatus, Finding, Tile, TileState
from vision.day import DayPlan, Phase, PhaseSpan
from vision.labels import Label
from vision.layout import Counter, Layout, Zone, ZoneKind
from vision.policy import Clause, Grain, Kind, Observability, Policy, Rule, Signal
from vision.values import (
    Box,
    Measure,
    Observation,
    Outcome,
    Readiness,
    ReadyState,
    Reason,
    Sample,
    Slot,
    Status,
    Verdict,
    View,
)

ZONE = ZoneInfo("Asia/Jakarta")
DAY = date(2026, 11, 24)
MODELS = "scene@1 attire@1"


def clock(hour: int, minute: int, second: int = 0) -> datetime:
    """A time of the fake day."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, second, tzinfo=ZONE)


def fake_plan() -> DayPlan:
    """An ordinary working day: looks from 07:50, answers at 07:55, opens at 08:00."""
    marks = (
        (Phase.NIGHT, clock(0, 0)),
        (Phase.ARRIVE, clock(7, 0)),
        (Phase.BRIEFING, clock(7, 30)),
        (Phase.SETUP, clock(7, 45)),
        (Phase.GO_NO_GO, clock(7, 55)),
        (Phase.OPEN, clock(8, 0)),
        (Phase.BREAK, clock(12, 0)),
        (Phase.OPEN_2, clock(13, 0)),
        (Phase.CLOSING, clock(15, 0)),
        (Phase.AFTER, clock(15, 30)),
    )
    ends = [since for _, since in marks[1:]] + [clock(0, 0) + timedelta(days=1)]
    spans = tuple(
        PhaseSpan(phase, since, until) for (phase, since), until in zip(marks, ends, strict=True)
    )
    return DayPlan(
        day=DAY,
        spans=spans,
        note="",
        certain=True,
        briefing_at=clock(7, 30),
        looks_from=clock(7, 50),
        ready_at=clock(7, 55),
        opens_at=clock(8, 0),
        closes_at=clock(15, 0),
    )


def _square(kind: ZoneKind, left: float, top: float, right: float, bottom: float) -> Zone:
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return Zone(kind, np.array(corners, np.float32))


def fake_layout() -> Layout:
    """Loket 1 and 2 before camera `hall_1`, loket 3 before `hall_2`."""
    left = (
        _square(ZoneKind.STAFF, 0.05, 0.1, 0.45, 0.6),
        _square(ZoneKind.DESK, 0.05, 0.6, 0.45, 0.9),
    )
    right = (
        _square(ZoneKind.STAFF, 0.55, 0.1, 0.95, 0.6),
        _square(ZoneKind.DESK, 0.55, 0.6, 0.95, 0.9),
        _square(ZoneKind.SCREEN, 0.6, 0.5, 0.7, 0.6),
    )
    return Layout(
        "zones-1",
        (
            Counter("loket_1", "Loket 1", "FO", "hall_1", left),
            Counter("loket_2", "Loket 2", "FO", "hall_1", right),
            Counter("loket_3", "Loket 3", "FO", "hall_2", left),
        ),
    )


def fake_policy() -> Policy:
    """Four clauses: two the camera decides, one it assists, one it may never decide."""

    def clause(
        name: str, text_id: str, text_en: str, kind: Kind, how: Observability, rule: Rule | None
    ) -> Clause:
        return Clause(
            clause=name,
            role="FO",
            text_id=text_id,
            text_en=text_en,
            kind=kind,
            observability=how,
            grain=Grain.DAY if name == "FO-B1" else Grain.HALF,
            enabled=True,
            blocks_ready=name != "FO-A1",
            source="S FO 1",
            rule=rule,
        )

    ready = Rule(
        "FO-B1",
        "staff_present",
        Signal.READY,
        ZoneKind.STAFF,
        frozenset(),
        frozenset({Slot.READY}),
        {"vis_min": 0.9},
    )
    badge = Rule(
        "FO-A6",
        "badge_worn",
        Signal.BADGE,
        ZoneKind.STAFF,
        frozenset({Label.ID_CARD, Label.NAME_TAG}),
        frozenset({Slot.READY, Slot.OPEN, Slot.OPEN_2}),
        {"tag_px": 18.0},
    )
    desk = Rule(
        "FO-C2a",
        "desk_clear",
        Signal.DESK_ITEM,
        ZoneKind.DESK,
        frozenset({Label.CUP, Label.BOTTLE}),
        frozenset({Slot.READY, Slot.OPEN, Slot.OPEN_2}),
        {"hold_s": 60.0},
    )
    return Policy(
        policy="ditjen-perbendaharaan-fo",
        version="1",
        sha256="ab" * 32,
        title_id="Standar layanan front office",
        title_en="Front office standard of service",
        clauses=(
            clause(
                "FO-B1",
                "siap melayani 5 menit sebelum jam layanan buka",
                "ready to serve 5 minutes before opening",
                Kind.OBL,
                Observability.CAMERA,
                ready,
            ),
            clause(
                "FO-A6",
                "tanda pengenal terpasang",
                "identity tag is worn",
                Kind.OBL,
                Observability.CAMERA,
                badge,
            ),
            clause(
                "FO-C2a",
                "tidak ada peralatan makan/minum di meja",
                "no eating or drinking things on the desk",
                Kind.PRO,
                Observability.ASSISTED,
                desk,
            ),
            clause(
                "FO-A1",
                "rambut sesuai standar penampilan",
                "hair meets the appearance standard",
                Kind.OBL,
                Observability.NEVER,
                None,
            ),
        ),
        parameters={
            "vis_min": 0.9,
            "tag_px": 18.0,
            "hold_s": 60.0,
            "keep_crop_days": 14.0,
            "contest_answer_h": 72.0,
            "second_sample": 0.2,
            "met_sample": 0.05,
            "figure_min": 10.0,
        },
    )


def fake_verdict(
    counter: str = "loket_2",
    clause: str = "FO-B1",
    outcome: Outcome = Outcome.NOT_MET,
    reason: Reason | None = Reason.LATE,
    decided_at: datetime | None = None,
    *,
    slot: Slot = Slot.READY,
    status: Status = Status.PROVISIONAL,
    seen: tuple[Label, ...] = (),
) -> Verdict:
    """A verdict with every field filled, loket 2 late unless told otherwise."""
    at = decided_at if decided_at is not None else clock(7, 55)
    return Verdict(
        counter=counter,
        clause=clause,
        slot=slot,
        outcome=outcome,
        reason=reason,
        status=status,
        since=at - timedelta(minutes=5),
        decided_at=at,
        frames_expected=60,
        frames_usable=58,
        frames_used=58,
        policy=fake_policy().citation,
        layout="zones-1",
        models=MODELS,
        seen=seen,
        measures=(Measure("present", 0.1, 0.9, "share"),),
    )


def fake_sample(
    counter: str = "loket_2", at: datetime | None = None, *, camera: str = "hall_1"
) -> Sample:
    """A frame that shows a person with an ID card and a cup on the desk."""
    captured_at = at if at is not None else clock(7, 55)
    person = Box(Label.PERSON, (400.0, 60.0, 560.0, 220.0), 0.91)
    card = Box(Label.ID_CARD, (470.0, 150.0, 491.0, 180.0), 0.72)
    cup = Box(Label.CUP, (420.0, 240.0, 470.0, 290.0), 0.83)
    return Sample(
        counter,
        camera,
        captured_at,
        View(118.5, 0.01, 0.94, 0.002, 0.0, frozen=False),
        (
            Observation(counter, "badge_worn", captured_at, Outcome.MET, None, 0.72, (card,)),
            Observation(
                counter,
                "desk_clear",
                captured_at,
                Outcome.NOT_MET,
                Reason.PRESENT_OBJECT,
                0.83,
                (cup,),
            ),
            Observation(counter, "staff_present", captured_at, Outcome.MET, None, 0.91, (person,)),
        ),
    )


def fake_picture(counter: str = "loket_1") -> bytes:
    """A drawn 640x360 JPEG, another grey for each counter."""
    grey = {"loket_1": 200, "loket_2": 160, "loket_3": 60}.get(counter, 120)
    image = np.full((360, 640, 3), grey, np.uint8)
    cv2.rectangle(image, (400, 60), (560, 220), (90, 60, 40), -1)
    cv2.rectangle(image, (420, 240), (470, 290), (40, 40, 180), -1)
    coded, data = cv2.imencode(".jpg", image)
    assert coded
    return bytes(data.tobytes())


class FakeOffice:
    """Implements `service.board.OfficeView`. `turn` and `change` act as the office's own thread."""

    def __init__(self, now: datetime | None = None) -> None:
        self._lock = Lock()
        self._listeners: list[Callable[[int], None]] = []
        self._policy = fake_policy()
        self._layout = fake_layout()
        self._pictures: dict[str, bytes] = {
            name: fake_picture(name) for name in ("loket_1", "loket_2")
        }
        self._board = self._board_at(now if now is not None else clock(7, 57), 1)

    def board(self) -> Board:
        """The board now."""
        with self._lock:
            return self._board

    def revision(self) -> int:
        """The revision of the board."""
        return self.board().revision

    def standing(self, counter: str) -> tuple[Verdict, ...]:
        """Today's standing verdicts of a counter. Errors: KeyError."""
        self._layout.counter(counter)
        if self.board().now < clock(7, 55):
            return ()
        badge = fake_verdict(counter, "FO-A6", Outcome.MET, None, status=Status.FINAL)
        return {
            "loket_1": (
                fake_verdict("loket_1", "FO-B1", Outcome.MET, None, status=Status.FINAL),
                badge,
            ),
            "loket_2": (fake_verdict(), badge),
            "loket_3": (
                fake_verdict(
                    "loket_3", "FO-B1", Outcome.CANNOT_TELL, Reason.DARK, status=Status.FINAL
                ),
            ),
        }[counter]

    def readiness(self) -> tuple[Readiness, ...]:
        """The answers of 07:55, as the office would have stored them."""
        ready_at = clock(7, 55)
        late = fake_verdict()
        dark = fake_verdict(
            "loket_3", "FO-B1", Outcome.CANNOT_TELL, Reason.DARK, status=Status.FINAL
        )
        return (
            Readiness("loket_1", ReadyState.GO, (), (), ready_at),
            Readiness("loket_2", ReadyState.NO_GO, (late,), (), ready_at),
            Readiness("loket_3", ReadyState.CANNOT_TELL, (dark,), (), ready_at),
        )

    def last_sample(self, counter: str) -> Sample | None:
        """What the newest judged frame said. Errors: KeyError."""
        camera = self._layout.counter(counter).camera
        if counter == "loket_3":
            return None
        return fake_sample(counter, self.board().now, camera=camera)

    def picture(self, counter: str) -> bytes | None:
        """The newest picture of a counter as JPEG. Errors: KeyError."""
        self._layout.counter(counter)
        return self._pictures.get(counter)

    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    def layout(self) -> Layout:
        """Counters and zones in force."""
        return self._layout

    def subscribe(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call `listener(revision)` after each change; returns the off switch."""
        with self._lock:
            self._listeners.append(listener)

        def off() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return off

    @property
    def listener_count(self) -> int:
        """How many still listen."""
        with self._lock:
            return len(self._listeners)

    def turn(self, now: datetime) -> None:
        """Move the office to `now` and tell the listeners."""
        self.change(self._board_at(now, 0))

    def change(self, board: Board) -> None:
        """Show this board under the next revision and tell the listeners."""
        with self._lock:
            revision = self._board.revision + 1
            self._board = replace(board, revision=revision)
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(revision)

    def _board_at(self, now: datetime, revision: int) -> Board:
        plan = fake_plan()
        decided = now >= clock(7, 55)
        tiles = self._decided(now) if decided else self._waiting(now)
        return Board(
            office="kppn_contoh",
            office_name="KPPN Contoh",
            time_zone="Asia/Jakarta",
            now=now,
            phase=plan.phase_at(now),
            plan=plan,
            next_ready_at=None if decided else plan.ready_at,
            tiles=tiles,
            cameras=(
                CameraStatus(
                    "hall_1",
                    CameraState.OK,
                    clock(7, 20),
                    now,
                    (640, 360),
                    1.0,
                    900,
                    2,
                    0,
                    "1 picture a second",
                ),
                CameraStatus(
                    "hall_2",
                    CameraState.DARK,
                    clock(7, 40),
                    now,
                    (640, 360),
                    1.0,
                    880,
                    0,
                    1,
                    "the lights before this camera are off",
                ),
            ),
            policy=self._policy.citation,
            revision=revision,
            speed=1.0,
        )

    def _waiting(self, now: datetime) -> tuple[Tile, ...]:
        return tuple(
            Tile(
                counter=counter.counter,
                name=counter.name,
                role=counter.role,
                camera=counter.camera,
                state=TileState.WAITING,
                decided=None,
                decided_at=None,
                staffed={"loket_1": True, "loket_2": False}.get(counter.counter),
                since=clock(7, 50) if counter.counter == "loket_1" else None,
                against=(),
                hints=(),
                picture="1" if counter.counter in self._pictures else None,
                picture_at=now if counter.counter in self._pictures else None,
            )
            for counter in self._layout.counters
        )

    def _decided(self, now: datetime) -> tuple[Tile, ...]:
        ready_at = clock(7, 55)
        first, second, third = self._waiting(now)
        late = Finding(
            "FO-B1", Outcome.NOT_MET, Reason.LATE, Status.PROVISIONAL, clock(7, 50), (), 1
        )
        cup = Finding(
            "FO-C2a",
            Outcome.CANNOT_TELL,
            Reason.AWAITING_HUMAN,
            Status.PROPOSED,
            clock(7, 51),
            (Label.CUP,),
            None,
        )
        dark = Finding(
            "FO-B1", Outcome.CANNOT_TELL, Reason.DARK, Status.FINAL, clock(7, 50), (), None
        )
        return (
            replace(first, state=TileState.GO, decided=ReadyState.GO, decided_at=ready_at),
            replace(
                second,
                state=TileState.NO_GO,
                decided=ReadyState.NO_GO,
                decided_at=ready_at,
                against=(late,),
                hints=(cup,),
            ),
            replace(
                third,
                state=TileState.CANNOT_TELL,
                decided=ReadyState.CANNOT_TELL,
                decided_at=ready_at,
                against=(dark,),
            ),
        )
