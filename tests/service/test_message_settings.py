"""Who is told: the table [messages] of an office. Its addresses are secrets."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from service.messages.values import Quiet
from service.messages.vocabulary import TOPICS, Topic
from service.settings import Settings, load_settings
from service.texts import Lang
from tests.live_office import EMPTY_OFFICE
from vision.errors import ConfigError

SECRET = "json://gateway.example.go.id/kunci-rahasia"
MESSAGES = """
[messages]
cool_down_min = 30
board_url = "https://siaga.example.go.id/"

[[messages.to]]
name = "kepala-kantor"
url_file = "secrets/kepala.url"
quiet = ["18:00", "06:30"]

[[messages.to]]
name = "teknisi"
url_env = "SIAGA_TEKNISI"
tell = ["camera"]
language = "en"
"""


def load(folder: Path, messages: str = MESSAGES) -> Settings:
    """An office with this table."""
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets/kepala.url").write_text(f"{SECRET}\n", "utf-8")
    path = folder / "office.toml"
    path.write_text(EMPTY_OFFICE + messages, "utf-8")
    return load_settings(path)


def test_recipients_are_read_and_their_addresses_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that is logged by mistake gives nothing away."""
    monkeypatch.setenv("SIAGA_TEKNISI", SECRET)
    settings = load(tmp_path)
    messages = settings.messages
    head, technician = messages.recipients
    assert messages.cool_down == timedelta(minutes=30)
    assert messages.board_url == "https://siaga.example.go.id/"
    assert (head.name, head.lang, head.tell) == ("kepala-kantor", Lang.ID, TOPICS)
    assert head.quiet == Quiet(time(18), time(6, 30))
    assert (technician.lang, technician.tell) == (Lang.EN, frozenset({Topic.CAMERA}))
    assert head.address == technician.address == SECRET
    assert "rahasia" not in repr(settings)


def test_an_office_without_the_table_tells_nobody(tmp_path: Path) -> None:
    """Messages are asked for, never given."""
    assert load(tmp_path, "").messages.recipients == ()


def test_an_address_that_is_not_there_yet_is_a_warning(tmp_path: Path) -> None:
    """The office starts all the same; the trial message says what is missing."""
    settings = load(tmp_path)
    assert [w for w in settings.warnings if "SIAGA_TEKNISI is not set" in w]
    assert settings.messages.recipients[1].address == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"secrets/kepala.url"', '"secrets/tiada.url"', "to[0].url_file: expected a file"),
        ('url_env = "SIAGA_TEKNISI"\n', "", "to[1]: expected one of url_file and url_env"),
        ('tell = ["camera"]', 'tell = ["kamera"]', 'did you mean "camera"?'),
        ('tell = ["camera"]', 'tell = ["trial"]', "expected digest, camera or counter, got trial"),
        ('["18:00", "06:30"]', '["18:00", "18:00"]', "expected two different times"),
        ('["18:00", "06:30"]', '["18:00"]', "to[0].quiet: expected two times"),
        ('"teknisi"', '"kepala-kantor"', "to[1].name: expected a name of its own"),
        ("cool_down_min = 30", "cool_down_min = -1", "messages.cool_down_min"),
        ("https://siaga.", "https://u:p@siaga.", "messages.board_url"),
        ('language = "en"', 'language = "jv"', "to[1].language: expected one of id, en"),
        ("cool_down_min", "cooldown_min", 'did you mean "cool_down_min"?'),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Beside the line, as everywhere in this file."""
    assert old in MESSAGES
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, MESSAGES.replace(old, new, 1))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('url_file = "secrets/kepala.url"', 'url_file = "tgram://rahasia/12"'),
        ('url_file = "secrets/kepala.url"', 'url = "tgram://rahasia/12"'),
        ('"SIAGA_TEKNISI"', '"tgram://rahasia/12"'),
        ('url_file = "secrets/kepala.url"', 'url_file = ["tgram://rahasia/12"]'),
    ],
)
def test_an_address_in_the_wrong_place_is_refused_and_not_shown(
    tmp_path: Path, old: str, new: str
) -> None:
    """Faults are copied into mails and chats."""
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, MESSAGES.replace(old, new, 1))
    assert "rahasia" not in str(raised.value)


def test_an_address_that_nobody_understands_is_refused_and_not_shown(tmp_path: Path) -> None:
    """On the day it is written, not on the morning it is needed."""
    settings = load(tmp_path)
    (tmp_path / "secrets/kepala.url").write_text("telegram rahasia", "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_settings(settings.path)
    assert "to[0].url_file: expected an address that apprise knows" in str(raised.value)
    assert "rahasia" not in str(raised.value)


def test_a_signed_webhook_is_read_and_its_secret_shown_nowhere(tmp_path: Path) -> None:
    """Signed or not, an address stays a secret."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/hook").write_text("https://gateway.example.go.id/kunci-rahasia", "utf-8")
    (tmp_path / "secrets/sign").write_text("garam-rahasia\n", "utf-8")
    signed = (
        '[[messages.to]]\nname = "gateway"\nurl_file = "secrets/hook"\n'
        'secret_file = "secrets/sign"\n'
    )
    settings = load(tmp_path, signed)
    assert settings.messages.recipients[0].secret == "garam-rahasia"
    assert "rahasia" not in repr(settings)
    with pytest.raises(ConfigError, match="expected an address that apprise knows"):
        load(tmp_path, signed.replace('secret_file = "secrets/sign"\n', ""))
    with pytest.raises(ConfigError, match="expected https:// beside a secret"):
        load(tmp_path, signed.replace('"secrets/hook"', '"secrets/kepala.url"'))


MQTT = """
[messages.mqtt]
host = "10.0.0.9"
user = "siaga"
password_file = "secrets/mqtt"
"""


def test_a_broker_is_read_and_its_password_shown_nowhere(tmp_path: Path) -> None:
    """A password that would cross the network in clear is warned of."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/mqtt").write_text("kunci-rahasia\n", "utf-8")
    settings = load(tmp_path, MQTT)
    mqtt = settings.messages.mqtt
    assert mqtt is not None
    assert (mqtt.host, mqtt.port, mqtt.password) == ("10.0.0.9", 1883, "kunci-rahasia")
    assert "rahasia" not in repr(settings)
    assert [w for w in settings.warnings if "set tls = true" in w]
    safe = load(tmp_path, MQTT + "tls = true\n").messages.mqtt
    assert safe is not None
    assert safe.port == 8883


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('user = "siaga"\n', "", "messages.mqtt.user: expected a user name beside"),
        ('host = "10.0.0.9"', 'host = "mqtt://10.0.0.9"', "messages.mqtt.host"),
        ('"secrets/mqtt"', '"secrets/tiada"', "messages.mqtt.password_file: expected a file"),
        ('user = "siaga"', 'user = "siaga"\nca_file = "ca.pem"', "expected tls = true beside"),
        ("password_file", "password", "a known key"),
    ],
)
def test_a_fault_of_the_broker_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """As everywhere in this file."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/mqtt").write_text("kunci-rahasia\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, MQTT.replace(old, new, 1))
    assert said in str(raised.value)
    assert "rahasia" not in str(raised.value)
