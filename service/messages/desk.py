"""All of an office's messages in one place: what `siaga run` starts and stops."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from service.alarms import CameraAlarm
from service.board import OfficeView
from service.clock import Clock
from service.messages.mqtt import MqttOutlet, MqttStatus
from service.messages.postman import Postman
from service.messages.reporter import Reporter
from service.messages.values import Recipient
from service.office import Event
from service.settings import Settings
from service.store.outbox import Outbox
from vision.day import DayPlan


class MessageView(Protocol):
    """What API and pages may ask. Any thread; at once."""

    def recipients(self) -> tuple[Recipient, ...]:
        """Who is told."""
        ...

    def mqtt(self) -> MqttStatus | None:
        """How the connection to the broker stands; None where none is named."""
        ...


class MessageDesk:
    """Hears the judge and sends. `alarmed` and `beat` from the judge's thread; the rest from any.

    Both return at once: they write to the outbox, and a thread of its own empties that.
    """

    def __init__(
        self,
        outbox: Outbox,
        settings: Callable[[], Settings],
        plan_at: Callable[[datetime], DayPlan],
        clock: Clock,
    ) -> None:
        """`settings` and `plan_at` are asked each time: both may change while the office works."""
        self._postman = Postman(outbox, lambda: settings().messages, clock)
        self._reporter = Reporter(outbox, settings, plan_at, clock, self._postman.ring)
        self._outlet: MqttOutlet | None = None
        self._settings = settings
        self._clock = clock

    def alarmed(self, alarm: CameraAlarm) -> None:
        """A camera became a matter for a human, or is well again."""
        self._reporter.alarmed(alarm)

    def beat(self, events: Sequence[Event]) -> None:
        """What was decided since the last beat, also when that is nothing."""
        self._reporter.beat(events)

    def start(self, office: OfficeView) -> None:
        """Begin to send, and to say over MQTT how this office stands."""
        self._outlet = MqttOutlet(office, self._settings, self._clock)
        self._postman.start()
        self._outlet.start()

    def recipients(self) -> tuple[Recipient, ...]:
        """Who is told, as the settings are now."""
        return self._settings().messages.recipients

    def stop(self) -> None:
        """Stop within some seconds; what could not leave waits in the outbox."""
        if self._outlet is not None:
            self._outlet.stop()
        self._postman.stop()

    def mqtt(self) -> MqttStatus | None:
        """How the connection to the broker stands; None where none is named."""
        return None if self._outlet is None else self._outlet.status()
