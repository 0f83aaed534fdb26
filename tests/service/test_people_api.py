"""Accounts, tokens and the audit log through the API: a secret is told once and kept as a hash."""

import json
from datetime import timedelta

from service.accounts import Role
from tests.service.conftest import PASSWORD, House
from tests.service.test_setup_api import codes


def test_a_password_is_told_once_and_opens_the_account(house: House) -> None:
    """It stands in no other answer, in no row of the audit log, and as a hash in the database."""
    admin = house.signed_in(Role.ADMIN)
    made = admin.post("/api/v1/accounts", json={"name": "siti.r", "role": "supervisor"})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert house.client().post(
        "/api/v1/session", json={"name": "siti.r", "password": secret}
    ).status_code in (201, 403)
    told = admin.get("/api/v1/accounts").text + admin.get("/api/v1/audit?limit=200").text
    assert "siti.r" in told
    assert secret not in told
    kept = house.store.people.user("siti.r")
    assert kept is not None
    assert kept.password_hash.startswith("$argon2")
    house.accounts.sign_in("siti.r", secret, "10.0.0.9", timedelta(hours=1))


def test_a_new_password_ends_the_sessions_of_the_account(house: House) -> None:
    """Who forgot it, or left, is out at once."""
    viewer = house.signed_in(Role.VIEWER)
    assert viewer.get("/api/v1/me").status_code == 200
    admin = house.signed_in(Role.ADMIN)
    assert admin.post("/api/v1/accounts/viewer/password", json={}).status_code == 201
    assert viewer.get("/api/v1/me").status_code == 401


def test_an_account_that_cannot_be_made_is_refused_beside_its_field(house: House) -> None:
    """Names with marks or capitals, a name that is taken, an unknown role, a weak password."""
    admin = house.signed_in(Role.ADMIN)
    for sent, expected in (
        ({"name": "si\u202eti", "role": "viewer"}, {"name": "account_name"}),
        ({"name": "Siti Rahma", "role": "raja"}, {"name": "account_name", "role": "choose"}),
        ({"name": "viewer", "role": "viewer"}, {"name": "account_taken"}),
        ({"name": "siti", "role": "viewer", "password": "x"}, {"password": "password_short"}),
        (
            {"name": "siti", "role": "viewer", "password": "siti12345"},
            {"password": "password_short"},
        ),
        (
            {"name": "siti", "role": "viewer", "password": "sitisiti12"},
            {"password": "password_easy"},
        ),
    ):
        answer = admin.post("/api/v1/accounts", json=sent)
        assert codes(answer) == expected
        assert "si\u202eti" not in answer.text
    assert all(user.name != "siti" for user in house.accounts.all())


def test_an_administrator_cannot_remove_their_own_account(house: House) -> None:
    """There is always one left who can open this page."""
    admin = house.signed_in(Role.ADMIN)
    assert codes(admin.delete("/api/v1/accounts/admin")) == {"name": "own_account"}
    assert admin.delete("/api/v1/accounts/viewer").status_code == 204
    assert admin.delete("/api/v1/accounts/viewer").status_code == 404


def test_a_token_is_told_once_and_opens_nothing_once_revoked(house: House) -> None:
    """Narrowed as it was asked; in the list without its secret."""
    admin = house.signed_in(Role.ADMIN)
    sent = {"name": "viewer", "scopes": ["board", "counter:loket_1"], "days": "30"}
    made = admin.post("/api/v1/tokens", json=sent).json()
    program = house.client()
    program.headers["Authorization"] = f"Bearer {made['secret']}"
    told = program.get("/api/v1/counters")
    assert "loket_1" in told.text
    assert "loket_2" not in told.text
    listed = admin.get("/api/v1/tokens")
    assert made["secret"] not in listed.text
    assert listed.json()["items"][0]["scopes"] == ["board", "counter:loket_1"]
    assert admin.delete(f"/api/v1/tokens/{made['token_id']}").status_code == 204
    assert program.get("/api/v1/counters").status_code == 401
    assert admin.get("/api/v1/tokens").json()["items"][0]["ended"]


def test_a_token_that_cannot_be_made_is_refused_beside_its_field(house: House) -> None:
    """Every fault at once."""
    admin = house.signed_in(Role.ADMIN)
    for sent, expected in (
        (
            {"name": "x", "scopes": [], "days": "400"},
            {"name": "account_unknown", "scopes": "scope_none", "days": "number_range"},
        ),
        (
            {"name": "viewer", "scopes": ["semua"], "days": "1,5"},
            {"scopes": "choose", "days": "number_whole"},
        ),
        ({"name": "viewer", "scopes": ["board", "counter:loket_9"]}, {"scopes": "counter_unknown"}),
    ):
        assert codes(admin.post("/api/v1/tokens", json=sent)) == expected


def test_no_token_makes_accounts_or_tokens(house: House) -> None:
    """A key that leaked must not make itself another."""
    program = house.program("settings")
    assert (
        program.post("/api/v1/accounts", json={"name": "aku", "role": "admin"}).status_code == 403
    )
    assert program.get("/api/v1/audit").status_code == 200


def test_the_audit_log_comes_in_pages_and_by_filter(house: House) -> None:
    """Newest first, nothing twice, nothing left out; days are those of the office."""
    for n in range(7):
        house.store.audit(f"orang{n % 2}", "camera.try", f"camera/{n}", {"n": n})
    admin = house.signed_in(Role.ADMIN)
    seen: list[int] = []
    path = "/api/v1/audit?limit=3&act=camera.try"
    while path:
        page = admin.get(path).json()
        seen += [row["detail"]["n"] for row in page["items"]]
        path = f"/api/v1/audit?limit=3&act=camera.try&cursor={page['next']}" if page["next"] else ""
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    one = admin.get("/api/v1/audit?actor=orang1&act=camera.try").json()
    assert {row["actor"] for row in one["items"]} == {"orang1"}
    assert one["items"][0]["act_text"]["id"] == "mencoba kamera"
    assert one["broken"] is None
    assert admin.get("/api/v1/audit?since=2026-11-25").json()["items"] == []
    assert len(admin.get("/api/v1/audit?since=2026-11-24&until=2026-11-24").json()["items"]) > 7
    assert admin.get("/api/v1/audit?cursor=x").status_code == 422


def test_a_row_that_was_changed_by_hand_is_told(house: House) -> None:
    """The chain of digests is looked at whenever the log is opened."""
    with house.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'siapa' WHERE audit_id = 2")
    told = house.signed_in(Role.ADMIN).get("/api/v1/audit").json()
    assert told["broken"] == "audit row 2 was changed after it was written"


def test_a_sign_in_with_marks_in_its_name_cannot_turn_the_log_round(house: House) -> None:
    """Whoever tries to sign in chooses what stands in the log."""
    house.client().post("/api/v1/session", json={"name": "a\u202eb", "password": PASSWORD})
    told = house.signed_in(Role.ADMIN).get("/api/v1/audit")
    assert "\\u202e" not in json.dumps([row["actor"] for row in told.json()["items"]])


def test_the_counters_of_an_account_are_set_told_and_audited(house: House) -> None:
    """With the account or later; a counter that the office does not have is refused."""
    admin = house.signed_in(Role.ADMIN)
    sent = {"name": "siti.r", "role": "viewer", "counters": ["loket_1"]}
    assert admin.post("/api/v1/accounts", json=sent).status_code == 201
    path = "/api/v1/accounts/siti.r/counters"

    def told() -> list[str]:
        items = admin.get("/api/v1/accounts").json()["items"]
        return next(list(one["counters"]) for one in items if one["name"] == "siti.r")

    assert told() == ["loket_1"]
    assert codes(admin.put(path, json={"counters": ["loket_9"]})) == {"counters": "counter_unknown"}
    assert codes(
        admin.post("/api/v1/accounts", json=sent | {"counters": ["x"], "name": "b.b"})
    ) == {"counters": "counter_unknown"}
    assert admin.put(path, json={"counters": ["loket_3", "loket_1"]}).status_code == 204
    assert told() == ["loket_1", "loket_3"]
    line = house.store.audit_rows(limit=500)[-1][1]
    assert (line.act, line.object_) == ("user.counters", "user/siti.r")
    assert line.detail == {"counters": ["loket_1", "loket_3"]}
    assert admin.put(path, json={"counters": []}).status_code == 204
    assert told() == []


def test_a_counter_that_left_the_office_can_be_taken_from_an_account(house: House) -> None:
    """It still narrows the account until somebody says otherwise: nothing widens by itself."""
    house.accounts.set_counters("viewer", frozenset({"loket_9"}), by="test")
    admin = house.signed_in(Role.ADMIN)
    assert 'value="loket_9" checked' in admin.get("/settings/accounts").text
    path = "/api/v1/accounts/viewer/counters"
    assert admin.put(path, json={"counters": ["loket_9", "loket_1"]}).status_code == 204
    assert admin.put(path, json={"counters": ["loket_1"]}).status_code == 204
    assert codes(admin.put(path, json={"counters": ["loket_9"]})) == {"counters": "counter_unknown"}
