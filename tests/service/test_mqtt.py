"""What an office says over MQTT: topics and payloads purely, then a real broker."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from service.messages.mqtt import MqttOutlet, try_out
from service.messages.mqtt_topics import Topics, announcements, states
from service.messages.values import MessageSettings, MqttSettings
from service.messages.vocabulary import Trouble
from service.texts import Lang
from tests.conftest import MOSQUITTO
from tests.fakes_office import FakeOffice, clock, fake_policy
from tests.service.test_outbox import HandClock, until

SETTINGS = MqttSettings("127.0.0.1", user="siaga", password="kunci-rahasia")
TOPICS = Topics(SETTINGS, "kppn-contoh")
BOARD = FakeOffice(clock(7, 57)).board()  # loket 1 ready, loket 2 late, loket 3 dark


def payload(told: Mapping[str, str], topic: str) -> dict[str, object]:
    """What stands at a topic."""
    body = json.loads(told[topic])
    assert isinstance(body, dict)
    return body


def test_each_counter_and_camera_is_announced_as_part_of_one_device() -> None:
    """The building's own panel finds them without anybody typing a topic."""
    told = announcements(TOPICS, BOARD, Lang.ID, "0.1.0")
    counter = payload(told, "homeassistant/sensor/siaga_kppn-contoh/counter_loket_2/config")
    assert counter["name"] == "Loket 2"
    assert counter["state_topic"] == "siaga/kppn-contoh/counter/loket_2/state"
    assert counter["availability_topic"] == "siaga/kppn-contoh/availability"
    assert "CANNOT_TELL" in str(counter["options"])
    camera = payload(told, "homeassistant/binary_sensor/siaga_kppn-contoh/camera_hall_1/config")
    assert camera["device_class"] == "problem"
    assert counter["device"] == camera["device"]
    ids = [json.loads(body)["unique_id"] for body in told.values()]
    assert len(ids) == len(set(ids)) == len(BOARD.tiles) + len(BOARD.cameras) + 2


def test_what_stands_is_said_with_why_and_since_when() -> None:
    """In codes for machines and words for people."""
    told = states(TOPICS, BOARD, fake_policy(), Lang.ID)
    at = "siaga/kppn-contoh/counter"
    assert told[f"{at}/loket_1/state"] == "GO"
    assert told[f"{at}/loket_3/state"] == "CANNOT_TELL"
    late = payload(told, f"{at}/loket_2/attributes")
    assert late["words"] == "BELUM"
    assert late["against"] == [
        {
            "clause": "FO-B1",
            "words": "loket baru terisi",
            "since": "2026-11-24T07:50:00+07:00",
            "status": "provisional",
        }
    ]


def test_a_topic_changes_with_the_office_and_not_with_every_picture() -> None:
    """A board that is only younger says the same: nothing is published for it."""
    later = replace(BOARD, now=clock(7, 58), revision=BOARD.revision + 9)
    tiles = tuple(replace(tile, picture="99", picture_at=clock(7, 58)) for tile in later.tiles)
    cameras = tuple(replace(camera, frames=camera.frames + 60) for camera in later.cameras)
    later = replace(later, tiles=tiles, cameras=cameras)
    assert states(TOPICS, later, fake_policy(), Lang.ID) == states(
        TOPICS, BOARD, fake_policy(), Lang.ID
    )


def test_a_camera_is_a_problem_when_it_is_one_for_a_human() -> None:
    """And its own sentence, which may name an address, is not said."""
    first, *rest = BOARD.cameras
    ill = replace(first, alarm_since=clock(7, 30), detail="rtsp://10.0.0.7: no answer")
    told = states(TOPICS, replace(BOARD, cameras=(ill, *rest)), fake_policy(), Lang.EN)
    assert told[f"siaga/kppn-contoh/camera/{first.camera}/problem"] == "ON"
    assert "10.0.0.7" not in str(told)
    assert "kunci-rahasia" not in repr(SETTINGS)


# a real broker


@contextmanager
def mosquitto(folder: Path, port: int) -> Iterator[None]:
    """A broker with one account that keeps nothing over its own end."""
    passwords, config = folder / "passwords", folder / "mosquitto.conf"
    create = ["mosquitto_passwd", "-b", "-c", str(passwords), "siaga", "kunci-rahasia"]
    subprocess.run(create, check=True, capture_output=True)
    passwords.chmod(0o644)
    folder.chmod(0o755)
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
        "persistence false\nuser root\n",
        "utf-8",
    )
    process = subprocess.Popen(
        [str(MOSQUITTO), "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: answers(port))
        yield
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    """Whether somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


@pytest.fixture
def port() -> int:
    """A free one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def listening(port: int) -> Iterator[dict[str, str]]:
    """What somebody sees who comes later: retained, then live. What was forgotten is empty."""
    seen: dict[str, str] = {}
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("siaga", "kunci-rahasia")

    def heard(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        seen[message.topic] = message.payload.decode()

    client.on_message = heard
    client.connect("127.0.0.1", port)
    client.subscribe("#", qos=1)
    client.loop_start()
    try:
        yield seen
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def outlet(office: FakeOffice, port: int, password: str = "kunci-rahasia") -> Iterator[MqttOutlet]:
    """An office that tells the broker at this port."""
    mqtt = replace(SETTINGS, port=port, password=password)
    settings = SimpleNamespace(office="kppn-contoh", messages=MessageSettings(mqtt=mqtt))
    one = MqttOutlet(office, lambda: settings, HandClock())  # type: ignore[arg-type, return-value]
    one.start()
    try:
        yield one
    finally:
        one.stop()


STATE = "siaga/kppn-contoh/counter/loket_2/state"
CONFIG = "homeassistant/sensor/siaga_kppn-contoh/counter_loket_2/config"
HERE = "siaga/kppn-contoh/availability"


def seen_as(seen: Mapping[str, str], topic: str, expected: str) -> Callable[[], bool]:
    """Whether that is what stands at the topic."""
    return lambda: seen.get(topic) == expected


@pytest.mark.broker
def test_who_comes_later_sees_how_it_stands_and_that_the_office_is_there(
    tmp_path: Path, port: int
) -> None:
    """Retained; and after a goodbye that it is not."""
    office = FakeOffice(clock(7, 57))
    with mosquitto(tmp_path, port):
        with outlet(office, port) as one:
            with listening(port) as seen:
                until(seen_as(seen, STATE, "NO_GO"))
                until(seen_as(seen, HERE, "online"))
                assert json.loads(seen[CONFIG])["name"] == "Loket 2"
                tiles = tuple(replace(tile, name=f"{tile.name}!") for tile in BOARD.tiles)
                office.change(replace(BOARD, tiles=tiles))
                until(lambda: json.loads(seen[CONFIG])["name"] == "Loket 2!")
            status = one.status()
            assert status is not None
            assert status.connected
        with listening(port) as seen:
            until(seen_as(seen, HERE, "offline"))


@pytest.mark.broker
def test_an_office_that_is_cut_off_is_shown_as_gone(tmp_path: Path, port: int) -> None:
    """By its last will: what a panel shows must not outlive the one who said it."""
    with (
        mosquitto(tmp_path, port),
        listening(port) as seen,
        outlet(FakeOffice(clock(7, 57)), port) as one,
    ):
        until(seen_as(seen, HERE, "online"))
        broker = one._broker
        assert broker is not None
        broker._client.loop_stop()
        sock = broker._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        until(seen_as(seen, HERE, "offline"))


@pytest.mark.broker
def test_a_broker_that_comes_back_is_told_everything_again(tmp_path: Path, port: int) -> None:
    """It was updated, and remembers nothing."""
    with outlet(FakeOffice(clock(7, 57)), port) as one:
        with mosquitto(tmp_path, port), listening(port) as seen:
            until(seen_as(seen, STATE, "NO_GO"))
        until(lambda: not connected(one))
        with mosquitto(tmp_path, port), listening(port) as seen:
            until(seen_as(seen, STATE, "NO_GO"), within_s=15.0)
            until(seen_as(seen, HERE, "online"))


@pytest.mark.broker
def test_a_counter_that_is_no_more_is_forgotten_also_after_a_restart(
    tmp_path: Path, port: int
) -> None:
    """Else a panel shows it for ever, as it stood last."""
    office = FakeOffice(clock(7, 57))
    with mosquitto(tmp_path, port), listening(port) as seen:
        with outlet(office, port):
            until(seen_as(seen, STATE, "NO_GO"))
        left = tuple(tile for tile in BOARD.tiles if tile.counter != "loket_2")
        office.change(replace(BOARD, tiles=left))
        with outlet(office, port):
            until(seen_as(seen, CONFIG, ""))


@pytest.mark.broker
def test_a_wrong_password_is_said_and_harms_nothing(tmp_path: Path, port: int) -> None:
    """The office goes on; the page of messages says why the panel is empty."""
    with mosquitto(tmp_path, port), outlet(FakeOffice(clock(7, 57)), port, "salah") as one:
        until(lambda: trouble(one) is Trouble.REFUSED)
    with mosquitto(tmp_path, port):
        good = replace(SETTINGS, port=port)
        assert try_out(good, "kppn-contoh", "halo") is None
        assert try_out(replace(good, password="salah"), "k", "halo") is Trouble.REFUSED
    assert try_out(replace(SETTINGS, port=port), "k", "halo") is Trouble.NO_CONNECTION


def test_without_a_broker_an_office_starts_rings_and_stops_at_once(port: int) -> None:
    """Nobody waits for a broker that is not there."""
    office = FakeOffice(clock(7, 57))
    began = time.monotonic()
    with outlet(office, port) as one:
        for _ in range(50):
            office.change(BOARD)
        assert time.monotonic() - began < 1.0
        until(lambda: trouble(one) is Trouble.NO_CONNECTION)
    assert time.monotonic() - began < 10.0
    assert not [t for t in threading.enumerate() if t.name == "mqtt"]


def connected(one: MqttOutlet) -> bool:
    """Whether it is."""
    status = one.status()
    return status is not None and status.connected


def trouble(one: MqttOutlet) -> Trouble | None:
    """What is wrong."""
    status = one.status()
    return None if status is None else status.trouble
