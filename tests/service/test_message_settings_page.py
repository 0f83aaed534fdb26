"""Pengaturan, Pesan, through the API: who is told is saved, tried out, and keeps its secrets."""

import tomllib
from datetime import time, timedelta
from typing import Any

import pytest

from service.accounts import Role
from service.messages.values import Quiet
from service.messages.vocabulary import TOPICS, Topic
from service.texts import Lang
from tests.receivers import web_hook
from tests.service.conftest import House
from tests.service.test_setup_api import codes

SECRET = "jsons://gateway.example.go.id/kunci-rahasia"
HEAD: dict[str, Any] = {
    "name": "kepala-kantor",
    "address": SECRET,
    "tell": ["digest", "camera", "counter"],
    "quiet": ["18.00", "06:30"],
}
TECHNICIAN: dict[str, Any] = {
    "name": "teknisi",
    "address": "tgram://123456789:AAHkunci-rahasia_kunci-rahasia_kunc/98765/",
    "tell": ["camera"],
    "language": "en",
}
BROKER = {"host": "10.0.0.9", "user": "siaga", "password": "sandi-rahasia", "tls": True}
MESSAGES: dict[str, Any] = {"cool_down_min": "45", "to": [HEAD, TECHNICIAN], "mqtt": BROKER}


def put(house: House, **changes: Any) -> Any:
    """The answer to a save of MESSAGES, from the version in force."""
    sent = {**MESSAGES, "version": house.setup.version, **changes}
    return house.signed_in(Role.ADMIN).put("/api/v1/settings/messages", json=sent)


def kept_files(house: House) -> list[str]:
    """The names of the files that hold secrets."""
    return sorted(path.name for path in house.setup.file.path.parent.glob("secrets/*"))


def test_who_is_told_is_saved_at_once_and_secrets_go_into_files_of_their_own(
    house: House,
) -> None:
    """Comments stay, the version before lies beside the file, no secret is told or stands in it."""
    path = house.setup.file.path
    path.write_text(
        path.read_text("utf-8") + "\n[messages]  # disetujui kepala\nlanguage = 'id'  # surat 12\n",
        "utf-8",
    )
    house.setup.reload("test")
    answer = put(house)
    assert answer.status_code == 200, answer.text
    messages = house.setup.settings.messages
    head, technician = messages.recipients
    assert messages.cool_down == timedelta(minutes=45)
    assert (head.address, head.tell, head.lang) == (SECRET, TOPICS, Lang.ID)
    assert head.quiet == Quiet(time(18), time(6, 30))
    assert (technician.tell, technician.lang) == (frozenset({Topic.CAMERA}), Lang.EN)
    assert messages.mqtt is not None
    assert (messages.mqtt.password, messages.mqtt.port) == ("sandi-rahasia", 8883)
    text = path.read_text("utf-8")
    assert "[messages]  # disetujui kepala\nlanguage = 'id'  # surat 12" in text
    assert path.with_name("office.toml.1").exists()
    modes = {one.stat().st_mode & 0o777 for one in path.parent.glob("secrets/*")}
    assert (len(kept_files(house)), modes) == (3, {0o600})
    row = [row for _, row in house.store.audit_rows(limit=500) if row.act == "settings.save"][-1]
    assert (row.actor, row.detail["section"]) == ("admin", "messages")
    assert row.detail["recipients"] == ["kepala-kantor", "teknisi"]
    page = house.signed_in(Role.ADMIN).get("/settings/messages", headers={"accept": "text/html"})
    assert "kepala-kantor" in page.text
    for told in (text, answer.text, page.text, str(row.detail)):
        assert "-rahasia" not in told
    assert [one["route"] for one in answer.json()["to"]] == ["webhook", "telegram"]
    assert answer.json()["mqtt"]["has_password"]


def test_an_address_that_is_not_sent_again_stays_and_who_is_not_sent_is_told_no_more(
    house: House,
) -> None:
    """Also under a new name and in another place; the broker goes with its host."""
    assert put(house).status_code == 200
    files = kept_files(house)
    again = {"row": 1, "name": "teknisi-2", "tell": ["camera", "counter"]}
    answer = put(house, to=[again], mqtt={"host": ""})
    assert answer.status_code == 200, answer.text
    (one,) = house.setup.settings.messages.recipients
    assert (one.name, one.address) == ("teknisi-2", TECHNICIAN["address"])
    assert one.tell == {Topic.CAMERA, Topic.COUNTER}
    assert house.setup.settings.messages.mqtt is None
    assert kept_files(house) == files, "an earlier version of the file still finds its secrets"
    assert put(house, to=[], mqtt=None).json()["to"] == []


def test_a_file_that_names_recipients_alone_can_lose_the_last_of_them(house: House) -> None:
    """Written by hand: without the line [messages], with an address from the environment."""
    path = house.setup.file.path
    text = path.read_text("utf-8")
    path.write_text(
        text + "\n[[messages.to]]  # kepala\nname = 'kepala'\nurl_env = 'SIAGA_NONE'\n", "utf-8"
    )
    house.setup.reload("test")
    told = house.signed_in(Role.ADMIN).get("/api/v1/settings/messages").json()
    assert (told["to"][0]["route"], told["to"][0]["ready"]) == ("none", False)
    kept = {"row": 0, "name": "kepala", "tell": ["digest"]}
    assert put(house, to=[kept], mqtt=None).status_code == 200
    assert "[[messages.to]]  # kepala\nname = 'kepala'\nurl_env" in path.read_text("utf-8")
    assert put(house, to=[], mqtt=None).status_code == 200
    assert house.setup.settings.messages.recipients == ()


def test_a_broker_that_is_not_sent_stays_as_it_is(house: House) -> None:
    """A program that knows only recipients takes no panel away."""
    assert put(house).status_code == 200
    assert put(house, mqtt=None, to=[]).status_code == 200
    written = tomllib.loads(house.setup.file.path.read_text("utf-8"))["messages"]
    assert written["mqtt"]["host"] == "10.0.0.9"
    kept = {"host": "10.0.0.9", "user": "siaga", "tls": True, "port": "8884"}
    assert put(house, mqtt=kept, to=[]).status_code == 200
    mqtt = house.setup.settings.messages.mqtt
    assert mqtt is not None
    assert (mqtt.port, mqtt.password) == (8884, "sandi-rahasia")


@pytest.mark.parametrize(
    "changed", [{"host": "10.0.0.8"}, {"user": "lain"}, {"tls": False}], ids=["host", "user", "tls"]
)
def test_the_password_of_a_broker_goes_nowhere_else(
    house: House, changed: dict[str, object]
) -> None:
    """Another host, user or an open line: it is asked for again."""
    assert put(house).status_code == 200
    before = {"host": "10.0.0.9", "user": "siaga", "tls": True}
    assert put(house, mqtt=before | changed, to=[]).status_code == 422
    typed = before | changed | {"password": "sandi-lain"}
    assert put(house, mqtt=typed, to=[]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cool_down_min": "-1"}, {"messages.cool_down_min": "number_range"}),
        ({"language": "jv"}, {"messages.language": "choose"}),
        ({"board_url": "https://u:p@siaga"}, {"messages.board_url": "board_url_shape"}),
        ({"to": [HEAD | {"name": "../kepala"}]}, {"messages.to.0.name": "id_shape"}),
        ({"to": [HEAD, HEAD | {"name": "Kepala-Kantor"}]}, {"messages.to.1.name": "id_taken"}),
        ({"to": [HEAD | {"address": ""}]}, {"messages.to.0.address": "address_empty"}),
        ({"to": [HEAD | {"address": "rahasia"}]}, {"messages.to.0.address": "address_unknown"}),
        ({"to": [HEAD | {"secret": "garam"}]}, {"messages.to.0.address": "address_signed"}),
        (
            {"to": [HEAD | {"tell": [], "quiet": ["18:00", "18.00"], "language": "jv"}]},
            {
                "messages.to.0.tell": "tell_none",
                "messages.to.0.quiet": "quiet_same",
                "messages.to.0.language": "choose",
            },
        ),
        ({"to": [HEAD | {"tell": ["trial"]}]}, {"messages.to.0.tell": "tell_none"}),
        ({"to": [HEAD | {"quiet": ["25.00", ""]}]}, {"messages.to.0.quiet": "break_half"}),
        ({"mqtt": BROKER | {"host": "mqtt://x"}}, {"messages.mqtt.host": "broker_host"}),
        ({"mqtt": BROKER | {"user": ""}}, {"messages.mqtt.user": "broker_user"}),
        ({"mqtt": BROKER | {"port": "70000"}}, {"messages.mqtt.port": "number_range"}),
        ({"mqtt": {"user": "siaga"}}, {"messages.mqtt.host": "text_empty"}),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_leaves_no_secret_behind(
    house: House, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    """Nothing is written, neither the file nor a secret; no address is told."""
    before = house.setup.file.path.read_bytes()
    answer = put(house, **changes)
    assert codes(answer) == expected
    assert "rahasia" not in answer.text
    assert house.setup.file.path.read_bytes() == before
    assert kept_files(house) == []


def test_who_saves_second_leaves_no_secret_behind(house: House) -> None:
    """The first save stands; the second is told."""
    before = house.setup.version
    assert put(house, to=[], mqtt=None).status_code == 200
    assert put(house, version=before).status_code == 409
    assert kept_files(house) == []


def test_a_signed_webhook_keeps_its_secret_when_its_address_changes(house: House) -> None:
    """And an address that cannot be signed is refused until the recipient is made anew."""
    signed = {**HEAD, "address": "https://gateway.example.go.id/a", "secret": "garam-rahasia"}
    answer = put(house, to=[signed])
    assert answer.json()["to"][0]["route"] == "signed"
    moved = {**HEAD, "row": 0, "address": "https://gateway.example.go.id/b"}
    assert put(house, to=[moved]).status_code == 200
    (one,) = house.setup.settings.messages.recipients
    assert (one.address[-1], one.secret) == ("b", "garam-rahasia")
    assert codes(put(house, to=[moved | {"address": SECRET}])) == {
        "messages.to.0.address": "address_signed"
    }


def test_a_trial_says_what_truly_became_of_it(house: House) -> None:
    """Sent, refused, no connection; in the audit log without an address."""
    client = house.signed_in(Role.ADMIN)
    path = "/api/v1/settings/messages/trial"
    with web_hook(200, 401) as hook:
        one = {**HEAD, "address": hook.address}
        assert put(house, to=[one], mqtt={"host": "127.0.0.1", "port": "9"}).status_code == 200
        told = client.post(path, json={"to": "kepala-kantor"}).json()["results"]
        assert [(one["to"], one["sent"]) for one in told] == [("kepala-kantor", True)]
        assert "KPPN Contoh" in hook.got[0]["title"]
        (refused,) = client.post(path, json={"to": "kepala-kantor"}).json()["results"]
    assert (refused["sent"], refused["trouble"]) == (False, "refused")
    assert refused["trouble_text"]["en"].startswith("the target refused")
    (broker,) = client.post(path, json={"broker": True}).json()["results"]
    assert (broker["to"], broker["trouble"]) == ("mqtt", "no_connection")
    assert client.post(path, json={"to": "orang-lain"}).status_code == 404
    rows = [row for _, row in house.store.audit_rows(limit=500) if row.act == "messages.trial"]
    assert [row.detail for row in rows] == [
        {"kepala-kantor": "sent"},
        {"kepala-kantor": "refused"},
        {"mqtt": "no_connection"},
    ]
