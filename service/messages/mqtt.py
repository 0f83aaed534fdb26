"""Says over MQTT how an office stands: retained topics, a last will, a connection that comes back.

`paho` has a thread of its own for the connection. Ours wakes when the board changed, compares it
with what was published and publishes the difference. The office only rings; it waits for nobody.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from service.board import OfficeView
from service.clock import Clock
from service.messages.mqtt_topics import (
    OFFLINE,
    ONLINE,
    Topics,
    announcements,
    states,
)
from service.messages.values import MqttSettings
from service.messages.vocabulary import Trouble
from service.settings import Settings

log = logging.getLogger("siaga")

KEEPALIVE_S = 30
RECONNECT_S = (1, 60)
"""Least and most between two tries of a connection that fails, machine seconds."""

GATHER_S = 0.3
"""Changes of the board within so long are told together, machine seconds."""

ROUND_S = 2.0
"""How often it is looked whether the settings changed, machine seconds."""

ACK_S = 10.0
"""How long a trial message waits for the broker, machine seconds."""


@dataclass(frozen=True, slots=True)
class MqttStatus:
    """How the connection stands. `host` and `port` name the broker, nothing else does."""

    host: str
    port: int
    connected: bool
    since: datetime
    trouble: Trouble | None


class Broker:
    """One connection under one set of settings. Its callbacks come from `paho`'s thread."""

    def __init__(
        self, settings: MqttSettings, topics: Topics, clock: Clock, ring: Callable[[], None]
    ) -> None:
        self.settings = settings
        self.topics = topics
        self._clock = clock
        self._ring = ring
        self._lock = threading.Lock()
        self._status = MqttStatus(settings.host, settings.port, False, clock.now(), None)
        self._published: dict[str, str] = {}
        self._found: deque[str] = deque()
        self._client = _client_of(settings)
        self._client.will_set(topics.availability, OFFLINE, qos=1, retain=True)
        self._client.on_connect = self._connected
        self._client.on_connect_fail = self._no_connection
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._heard

    def start(self) -> None:
        """Begin to connect; returns at once, whatever becomes of it."""
        self._client.connect_async(self.settings.host, self.settings.port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Say goodbye and let go."""
        if self._client.is_connected():
            told = self._client.publish(self.topics.availability, OFFLINE, qos=1, retain=True)
            with suppress(RuntimeError, ValueError):  # it broke this moment: the last will says it
                told.wait_for_publish(timeout=2.0)
        self._client.disconnect()
        self._client.loop_stop()

    def status(self) -> MqttStatus:
        """How it stands. Any thread."""
        with self._lock:
            return self._status

    def publish(self, wanted: dict[str, str]) -> None:
        """Bring the broker to what is wanted; nothing where it has it already or is not there."""
        if not self.status().connected:
            return
        with self._lock:
            changed = {k: v for k, v in wanted.items() if self._published.get(k) != v}
            gone = [topic for topic in self._published if topic not in wanted]
            found = [self._found.popleft() for _ in range(len(self._found))]
            self._published = dict(wanted)
        for topic in dict.fromkeys([*gone, *(topic for topic in found if topic not in wanted)]):
            self._client.publish(topic, "", qos=1, retain=True)  # forget it
        for topic, payload in changed.items():
            self._client.publish(topic, payload, qos=1, retain=True)

    def _say(self, *, connected: bool, trouble: Trouble | None) -> None:
        with self._lock:
            before = self._status
            if (before.connected, before.trouble) == (connected, trouble):
                return
            self._status = MqttStatus(
                before.host, before.port, connected, self._clock.now(), trouble
            )
        if connected:
            log.info("mqtt: connected to %s:%d", before.host, before.port)
        elif trouble is not None:
            log.warning("mqtt: %s:%d: %s", before.host, before.port, trouble.value)

    def _connected(self, client: paho.Client, _data: Any, _flags: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._say(connected=False, trouble=Trouble.REFUSED)
            return
        with self._lock:
            self._published = {}  # the broker may be another one, or have forgotten
        client.subscribe(self.topics.every_config, qos=1)
        client.publish(self.topics.availability, ONLINE, qos=1, retain=True)
        self._say(connected=True, trouble=None)
        self._ring()

    def _no_connection(self, _client: paho.Client, _data: Any) -> None:
        self._say(connected=False, trouble=Trouble.NO_CONNECTION)

    def _disconnected(
        self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _p: Any
    ) -> None:
        if self.status().connected:
            self._say(connected=False, trouble=Trouble.NO_CONNECTION if code.is_failure else None)

    def _heard(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        """What was announced once, perhaps of a counter that is no more."""
        if message.payload:
            with self._lock:
                self._found.append(message.topic)
            self._ring()


class MqttOutlet:
    """Keeps a broker told for as long as the settings name one. All methods from any thread."""

    def __init__(
        self,
        office: OfficeView,
        settings: Callable[[], Settings],
        clock: Clock,
    ) -> None:
        self._office = office
        self._settings = settings
        self._clock = clock
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._broker: Broker | None = None
        self._off: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._go_on, name="mqtt", daemon=True)

    def start(self) -> None:
        """Begin; the office rings after each change."""
        self._off = self._office.subscribe(lambda _revision: self._bell.set())
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye to the broker."""
        self._off()
        self._stop.set()
        self._bell.set()
        self._thread.join(timeout=10.0)

    def status(self) -> MqttStatus | None:
        """How the connection stands; None where no broker is named."""
        broker = self._broker
        return None if broker is None else broker.status()

    def _go_on(self) -> None:
        while not self._stop.is_set():
            self._bell.clear()
            try:
                self._tell()
            except Exception:
                log.exception("mqtt: a round failed")
            self._stop.wait(timeout=GATHER_S)
            self._bell.wait(timeout=ROUND_S)
        if self._broker is not None:
            self._broker.stop()

    def _tell(self) -> None:
        settings = self._settings()
        wanted = settings.messages.mqtt
        broker = self._broker
        if broker is not None and broker.settings != wanted:
            self._broker = None
            broker.stop()
            broker = None
        if wanted is None:
            return
        if broker is None:
            topics = Topics(wanted, settings.office)
            broker = self._broker = Broker(wanted, topics, self._clock, self._bell.set)
            broker.start()
        board, lang = self._office.board(), settings.messages.lang
        told = announcements(broker.topics, board, lang, version("siaga"))
        broker.publish(told | states(broker.topics, board, self._office.policy(), lang))


def try_out(settings: MqttSettings, office: str, words: str) -> Trouble | None:
    """Publish a trial message; what went wrong (None: the broker took it)."""
    client = _client_of(settings)
    answered = threading.Event()
    troubles: list[Trouble | None] = []

    def connected(_client: paho.Client, _data: Any, _flags: Any, code: Any, _p: Any) -> None:
        troubles.append(Trouble.REFUSED if code.is_failure else None)
        answered.set()

    client.on_connect = connected
    try:
        client.connect(settings.host, settings.port, KEEPALIVE_S)
    except OSError:
        return Trouble.NO_CONNECTION
    client.loop_start()
    try:
        if not answered.wait(timeout=ACK_S):
            return Trouble.NO_CONNECTION
        if troubles[0] is not None:
            return troubles[0]
        told = client.publish(Topics(settings, office).trial, words, qos=1)
        told.wait_for_publish(timeout=ACK_S)
        return None if told.is_published() else Trouble.BROKEN
    finally:
        client.disconnect()
        client.loop_stop()


def _client_of(settings: MqttSettings) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=True)
    client.reconnect_delay_set(*RECONNECT_S)
    if settings.user:
        client.username_pw_set(settings.user, settings.password)
    if settings.tls:
        client.tls_set(ca_certs=None if settings.ca_file is None else str(settings.ca_file))
    return client
