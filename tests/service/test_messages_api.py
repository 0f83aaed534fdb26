"""`GET /api/v1/messages`: what became of messages, without any address."""

from service.accounts import Role
from tests.service.conftest import House


def test_who_is_told_and_what_arrived_is_said_without_any_address(house: House) -> None:
    """The supervisor sees why the technician heard nothing."""
    answer = house.signed_in(Role.SUPERVISOR).get("/api/v1/messages")
    told = answer.json()
    assert [one["name"] for one in told["recipients"]] == ["kepala-kantor", "teknisi"]
    assert told["recipients"][0]["quiet"] == ["18:00", "06:30"]
    assert told["recipients"][1]["counts"] == {"failed": 1}
    assert told["mqtt"]["trouble"] == "refused"
    newest, *_ = told["items"]
    assert (newest["to"], newest["topic"], newest["state"]) == ("kepala-kantor", "digest", "sent")
    assert newest["last_at"] == "2026-11-24T07:55:02+07:00"
    failed = next(one for one in told["items"] if one["state"] == "failed")
    assert failed["trouble_text"]["id"].startswith("tujuan menolak")
    assert "rahasia" not in answer.text


def test_messages_come_in_pages(house: House) -> None:
    """The newest first."""
    client = house.signed_in(Role.ADMIN)
    first = client.get("/api/v1/messages?limit=2").json()
    rest = client.get(f"/api/v1/messages?limit=2&cursor={first['next']}").json()
    ids = [one["message"] for one in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest["next"]) == (3, None)


def test_messages_tell_of_every_counter_and_are_not_for_a_narrow_token(house: House) -> None:
    """Nor for who only looks at the board."""
    assert house.program("settings", "counter:loket_1").get("/api/v1/messages").status_code == 403
    assert house.program("settings").get("/api/v1/messages").status_code == 200
    assert house.signed_in(Role.VIEWER).get("/messages").status_code == 403
