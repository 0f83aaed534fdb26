"""What a monitor reads: the office's own state, the age of its last sweep, and its answers."""

import time
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.board import CameraState, OfficeView, TileState
from service.evidence import Evidence
from service.messages.desk import MessageView
from service.store import Store
from service.store.retention import HEARTBEAT

RECOUNT_S = 300.0
"""A large evidence folder takes seconds to count."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one application; nothing global."""

    def __init__(
        self,
        office: OfficeView,
        store: Store,
        evidence: Evidence,
        messages: MessageView | None = None,
    ) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._registry.register(_OfficeCollector(office, store, evidence))
        self._registry.register(_MessageCollector(office, store, messages))
        self._requests = Counter(
            "siaga_requests",
            "Answers given, by method and status.",
            ("method", "status"),
            registry=self._registry,
        )
        self._pushes = Counter(
            "siaga_pushes",
            "Pictures brought by devices: kept, unread, or why not.",
            ("result",),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "siaga_request_seconds",
            "How long an answer took, streams apart.",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
            registry=self._registry,
        )

    def pushed(self, result: str) -> None:
        """Count a picture that a device brought, or tried to."""
        self._pushes.labels(result).inc()

    def observe(self, method: str, status: int, seconds: float | None) -> None:
        """Count an answer; `seconds` None: a stream. An unknown method counts as `other`."""
        known = method if method in ("GET", "POST", "PUT", "PATCH", "DELETE") else "other"
        self._requests.labels(known, str(status)).inc()
        if seconds is not None:
            self._seconds.observe(seconds)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)


class _MessageCollector(Collector):
    """What became of messages to people."""

    def __init__(self, office: OfficeView, store: Store, messages: MessageView | None) -> None:
        self._office = office
        self._store = store
        self._messages = messages

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The outbox and the broker now."""
        letters = GaugeMetricFamily(
            "siaga_messages", "Messages of the last 30 days.", labels=("recipient", "state")
        )
        for (recipient, state), count in self._store.outbox.counts().items():
            letters.add_metric((recipient, state.value), count)
        yield letters
        waiting = self._store.outbox.waiting_since()
        seconds = 0.0 if waiting is None else (self._office.board().now - waiting).total_seconds()
        yield GaugeMetricFamily(
            "siaga_message_late_seconds",
            "Age of the oldest message that was tried and has not arrived.",
            max(0.0, seconds),
        )
        status = None if self._messages is None else self._messages.mqtt()
        if status is not None:
            yield GaugeMetricFamily(
                "siaga_mqtt_connected", "1: the broker is told.", float(status.connected)
            )


class _OfficeCollector(Collector):
    def __init__(self, office: OfficeView, store: Store, evidence: Evidence) -> None:
        self._office = office
        self._store = store
        self._evidence = evidence
        self._counted: tuple[float, int, int] | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: the office is asked only when a monitor asks."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The office now."""
        board = self._office.board()
        yield GaugeMetricFamily("siaga_board_revision", "Rises with each change.", board.revision)
        counters = GaugeMetricFamily(
            "siaga_counter_state", "1 for the state a counter is in.", labels=("counter", "state")
        )
        for tile in board.tiles:
            for state in TileState:
                counters.add_metric((tile.counter, state.value), float(tile.state is state))
        yield counters
        states = GaugeMetricFamily(
            "siaga_camera_state", "1 for the state a camera is in.", labels=("camera", "state")
        )
        age = GaugeMetricFamily(
            "siaga_camera_frame_age_seconds", "Age of the newest frame.", labels=("camera",)
        )
        alarm = GaugeMetricFamily(
            "siaga_camera_alarm", "1: a human should see to this camera.", labels=("camera",)
        )
        skew = GaugeMetricFamily(
            "siaga_camera_clock_skew_seconds", "How far its clock is ahead.", labels=("camera",)
        )
        totals = {
            name: CounterMetricFamily(f"siaga_camera_{name}", text, labels=("camera",))
            for name, text in (
                ("frames", "Frames received."),
                ("dropped", "Frames dropped for newer ones."),
                ("reconnects", "Connections made anew."),
                ("looked", "Frames that a network looked at."),
                ("unchanged", "Frames that showed what the last one showed."),
            )
        }
        for camera in board.cameras:
            for health in CameraState:
                states.add_metric((camera.camera, health.value), float(camera.state is health))
            alarm.add_metric((camera.camera,), float(camera.alarm_since is not None))
            if camera.skew_s is not None:
                skew.add_metric((camera.camera,), camera.skew_s)
            if camera.last_frame_at is not None:
                seconds = (board.now - camera.last_frame_at).total_seconds()
                age.add_metric((camera.camera,), max(0.0, seconds))
            totals["frames"].add_metric((camera.camera,), camera.frames)
            totals["dropped"].add_metric((camera.camera,), camera.dropped)
            totals["reconnects"].add_metric((camera.camera,), camera.reconnects)
            totals["looked"].add_metric((camera.camera,), camera.looked)
            totals["unchanged"].add_metric((camera.camera,), camera.unchanged)
        yield from (states, alarm, skew, age, *totals.values())
        yield from self._memory(board.now)

    def _memory(self, now: datetime) -> Iterator[Metric]:
        size, count = self._pictures()
        yield GaugeMetricFamily("siaga_evidence_bytes", "Room taken by kept pictures.", size)
        yield GaugeMetricFamily("siaga_evidence_pictures", "Pictures kept.", count)
        last = self._store.get_meta(HEARTBEAT)
        if last is not None:
            seconds = (now - datetime.fromisoformat(last)).total_seconds()
            yield GaugeMetricFamily(
                "siaga_sweep_age_seconds", "Since retention last ran to its end.", seconds
            )

    def _pictures(self) -> tuple[int, int]:
        """Bytes and number of kept pictures, counted again only every few minutes."""
        now = time.monotonic()
        if self._counted is None or now - self._counted[0] > RECOUNT_S:
            sizes = [picture.size_bytes for picture in self._evidence.kept()]
            self._counted = (now, sum(sizes), len(sizes))
        return self._counted[1:]
