"""GO: who presses it, when, with what reasons; and what is kept of it."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from service.accounts import Role
from service.store import Retention
from tests.fakes_office import clock
from tests.service.conftest import House

REASONS = {"loket_2": "Dilayani loket 1.", "loket_3": "Kamera gelap, petugas ada."}


@pytest.fixture
def supervisor(house: House) -> TestClient:
    """Who presses GO."""
    return house.signed_in(Role.SUPERVISOR)


def pressed(client: TestClient, **reasons: str) -> int:
    """The status of a press."""
    return client.post("/api/v1/go", json={"reasons": REASONS | reasons}).status_code


def test_what_was_open_is_kept_with_its_reason_and_what_stood_against_it(
    house: House, supervisor: TestClient
) -> None:
    """Whoever asks later why a counter opened without its officer finds the answer."""
    before = supervisor.get("/api/v1/go").json()
    assert (before["may_press"], before["pressed"]) == (True, None)
    assert [one["counter"] for one in before["open"]] == ["loket_2", "loket_3"]
    assert pressed(supervisor, loket_2="  Dilayani   loket 1 \u0645. ") == 201
    after = supervisor.get("/api/v1/go").json()
    assert after["may_press"] is False
    assert after["pressed"]["by"] == "supervisor"
    assert [
        (one["counter"], one["state"], one["clauses"], one["reason"])
        for one in after["pressed"]["items"]
    ] == [
        ("loket_2", "NO_GO", ["FO-B1"], "Dilayani loket 1 \u0645."),
        ("loket_3", "CANNOT_TELL", ["FO-B1"], REASONS["loket_3"]),
    ]
    newest = house.store.audit_newest(limit=1)[0][1]
    assert (newest.act, newest.actor) == ("go.press", "supervisor")
    with (
        closing(sqlite3.connect(house.store.database.path)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        raw.execute("UPDATE go_press SET account = 'x'")


def test_an_open_counter_without_a_reason_is_named_and_nothing_is_kept(
    house: House, supervisor: TestClient
) -> None:
    """Silence is no reason."""
    body = {"reasons": {"loket_2": "  ", "loket_1": "siap"}}
    refused = supervisor.post("/api/v1/go", json=body)
    assert refused.status_code == 422
    told = refused.json()["error"]["detail"]
    assert [one["where"] for one in told] == ["reasons.loket_2", "reasons.loket_3"]
    odd = supervisor.post("/api/v1/go", json={"reasons": REASONS | {"loket_3": "a\u202eb"}})
    assert [one["where"] for one in odd.json()["error"]["detail"]] == ["reasons.loket_3"]
    assert house.store.go.of(clock(7, 57).date()) is None


def test_of_two_who_press_at_once_the_second_is_told(house: House, supervisor: TestClient) -> None:
    """There is one GO a day, and nobody overwrites it."""
    assert pressed(supervisor) == 201
    assert pressed(house.signed_in(Role.ADMIN), loket_2="lain") == 409
    row = house.store.go.of(clock(7, 57).date())
    assert row is not None
    assert (row.account, row.items[0].reason) == ("supervisor", REASONS["loket_2"])


@pytest.mark.parametrize("at", [clock(7, 54), clock(15, 0), clock(22, 0)])
def test_go_is_pressed_between_the_answer_and_closing(house: House, at: object) -> None:
    """Before the answer nobody knows what is open; after closing nothing opens."""
    house.office.turn(at)  # type: ignore[arg-type]
    assert pressed(house.signed_in(Role.SUPERVISOR)) == 409


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.VIEWER])
def test_others_find_no_button_and_no_page(house: House, role: Role) -> None:
    """Only a supervisor presses GO (3.6)."""
    client = house.signed_in(role)
    html = {"Accept": "text/html"}
    assert "/go" not in client.get("/", headers=html).text
    refused = client.get("/go", headers=html)
    assert refused.status_code == 403
    assert "Loket 2" not in refused.text
    assert pressed(client) == 403


def test_the_board_offers_it_and_then_says_when_it_was_pressed(
    house: House, supervisor: TestClient
) -> None:
    """The whole hall sees that somebody decided, and how much was open; not who."""
    html = {"Accept": "text/html"}
    assert 'href="/go"' in supervisor.get("/", headers=html).text
    assert 'href="/go"' not in supervisor.get("/?mode=wall", headers=html).text
    page = supervisor.get("/go", headers=html).text
    assert page.count("Mengapa tetap dibuka") == 2
    assert pressed(supervisor) == 201
    board = house.signed_in(Role.VIEWER).get("/", headers=html).text
    assert "Jawaban pukul 07.55 · GO 07.57 (2 alasan)" in board
    assert 'href="/go"' not in supervisor.get("/", headers=html).text
    assert "Kamera gelap, petugas ada." in supervisor.get("/go", headers=html).text


def test_a_press_is_kept_as_long_as_the_records_of_its_day(
    house: House, supervisor: TestClient
) -> None:
    """P-07: rows for twelve months."""
    assert pressed(supervisor) == 201
    at = clock(7, 57)
    house.store.sweep(at + timedelta(days=300), Retention(), house.evidence)
    assert house.store.go.of(at.date()) is not None
    swept = house.store.sweep(at + timedelta(days=400), Retention(), house.evidence)
    assert swept.rows["go_press"] == 1
