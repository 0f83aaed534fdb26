"""What the API answers, and what it refuses, over a real store."""

from datetime import timedelta

import cv2
import numpy as np
import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from service.accounts import PATIENCE, Role
from service.api import ApiSettings
from service.store import Retention
from tests.fakes_office import clock, fake_picture, fake_verdict
from tests.service.cases import reviewed
from tests.service.conftest import HOST, PASSWORD, House
from vision.values import Outcome, Status


@pytest.fixture
def siti(house: House) -> TestClient:
    """A supervisor."""
    return house.signed_in(Role.SUPERVISOR)


# readiness


def test_readiness_now_says_state_reason_and_picture_of_each_counter(siti: TestClient) -> None:
    """In both languages, with the office's own time."""
    told = siti.get("/api/v1/readiness").json()
    assert told["at"] == "2026-11-24T07:57:00+07:00"
    assert told["source"] == "now"
    first, second, third = told["counters"]
    assert (first["state"], first["decided"]["state"], first["against"]) == ("GO", "GO", [])
    assert second["state_text"] == {"id": "BELUM", "en": "NOT READY"}
    assert second["minutes_left"] == 3.0
    (late,) = second["against"]
    assert late["reason"] == "LATE"
    assert late["reason_text"]["id"] == "terlambat"
    assert late["since"] == "2026-11-24T07:50:00+07:00"
    assert late["flag_url"] == "/api/v1/flags/1"
    assert second["hints"][0]["seen"] == ["cup"]
    assert siti.get(second["picture"]["url"]).headers["content-type"] == "image/jpeg"
    assert (third["state"], third["picture"]) == ("CANNOT_TELL", None)


def test_readiness_at_an_instant_is_what_was_known_then(house: House, siti: TestClient) -> None:
    """Before T-5 nothing was decided; a later review changes no earlier answer."""
    house.store.add_record(
        fake_verdict("loket_2", "FO-B1", Outcome.MET, None, clock(7, 58), status=Status.OVERTURNED)
    )
    told = siti.get("/api/v1/readiness", params={"at": "2026-11-24T00:56:00Z"}).json()
    assert (told["source"], told["at"]) == ("stored", "2026-11-24T07:56:00+07:00")
    states = {c["counter"]: c["state"] for c in told["counters"]}
    assert states == {"loket_1": "GO", "loket_2": "NO_GO", "loket_3": "CANNOT_TELL"}
    second = told["counters"][1]
    assert second["against"][0]["flag"] == 1
    assert second["picture"]["url"] == f"/api/v1/evidence/{house.sha}"
    before = siti.get("/api/v1/readiness", params={"at": "2026-11-24T07:54:59+07:00"}).json()
    assert {c["state"] for c in before["counters"]} == {"WAITING"}
    assert {c["picture"] is None for c in before["counters"]} == {True}


def test_a_plus_that_was_not_encoded_is_understood(siti: TestClient) -> None:
    """Everybody forgets it once."""
    assert siti.get("/api/v1/readiness?at=2026-11-24T07:56:00+07:00").status_code == 200


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-11-24T07:56:00", "invalid"),
        ("yesterday", "invalid"),
        ("2030-01-01T00:00:00Z", "future"),
    ],
)
def test_readiness_refuses_an_instant(siti: TestClient, at: str, code: str) -> None:
    """Without an offset, in words, or in the future."""
    refused = siti.get("/api/v1/readiness", params={"at": at})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)


# counters, cameras, policy


def test_a_counter_shows_verdicts_zones_and_its_newest_frame(siti: TestClient) -> None:
    """All that a page needs to draw boxes over a picture."""
    told = siti.get("/api/v1/counters/loket_2").json()
    assert [v["clause"] for v in told["verdicts"]] == ["FO-B1", "FO-A6"]
    assert {zone["kind"] for zone in told["zones"]} == {"staff", "desk", "screen"}
    desk = told["sample"]["observations"][1]
    assert (desk["check"], desk["outcome"]) == ("desk_clear", "not_met")
    assert desk["boxes"][0]["label_text"] == {"id": "cangkir", "en": "cup"}
    assert siti.get("/api/v1/counters/loket_3").json()["sample"] is None


def test_a_board_asks_for_pictures_no_larger_than_it_shows_them(siti: TestClient) -> None:
    """Four whole pictures are three times as much as a board may weigh; the small one shows all."""
    whole = siti.get("/api/v1/counters/loket_1/picture")
    small = siti.get("/api/v1/counters/loket_1/picture?small=true")
    again = siti.get("/api/v1/counters/loket_1/picture?small=true")
    shapes = []
    for one in (whole, small):
        image = cv2.imdecode(np.frombuffer(one.content, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        shapes.append(image.shape[:2])
    assert shapes == [(360, 640), (270, 480)]
    assert again.content == small.content
    assert small.headers["etag"] != whole.headers["etag"]


def test_pages_travel_packed_and_pictures_as_they_are(siti: TestClient) -> None:
    """A board is a quarter of its size; JPEG only costs time to pack again."""
    packed = {"Accept-Encoding": "gzip"}
    board = siti.get("/api/v1/policy", headers=packed)
    picture = siti.get("/api/v1/counters/loket_1/picture", headers=packed)
    plain = siti.get("/api/v1/policy", headers={"Accept-Encoding": "identity"})
    assert board.headers["content-encoding"] == "gzip"
    assert board.content == plain.content
    assert "content-encoding" not in picture.headers
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("path", ["/api/v1/counters/loket_1/picture", "/api/v1/policy"])
def test_what_did_not_change_is_not_sent_again(siti: TestClient, path: str) -> None:
    """A board on the wall asks all day."""
    first = siti.get(path)
    again = siti.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert siti.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_counter_without_a_picture_says_so(siti: TestClient) -> None:
    """The camera may not have started."""
    refused = siti.get("/api/v1/counters/loket_3/picture")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "no_picture")


def test_cameras_say_how_they_are(siti: TestClient) -> None:
    """In words, too."""
    told = siti.get("/api/v1/cameras").json()["items"]
    assert [camera["state"] for camera in told] == ["ok", "dark"]
    assert told[1]["state_text"]["en"]


def test_the_policy_has_every_clause_with_class_and_thresholds(siti: TestClient) -> None:
    """Whoever is judged may read by what."""
    told = siti.get("/api/v1/policy").json()
    clauses = {c["clause"]: c for c in told["clauses"]}
    assert clauses["FO-A1"]["observability"] == "never"
    assert clauses["FO-A1"]["rule"] is None
    assert clauses["FO-A6"]["rule"]["parameters"] == {"tag_px": 18.0}
    assert clauses["FO-A6"]["text"] == {
        "id": "tanda pengenal terpasang",
        "en": "identity tag is worn",
    }


# verdicts and flags


def test_verdicts_are_paged_without_overlap(house: House, siti: TestClient) -> None:
    """The cursor of one page leads to the next, also while new records come in."""
    for minute in range(5):
        house.store.add_record(fake_verdict(decided_at=clock(9, minute)))
    first = siti.get("/api/v1/verdicts", params={"limit": 3}).json()
    house.store.add_record(fake_verdict(decided_at=clock(9, 30)))
    rest = siti.get("/api/v1/verdicts", params={"limit": 100, "cursor": first["next"]}).json()
    ids = [item["record_id"] for item in (*first["items"], *rest["items"])]
    assert ids == sorted(range(1, 9), reverse=True)
    assert rest["next"] is None
    assert siti.get("/api/v1/verdicts?order=oldest&limit=1").json()["items"][0]["record_id"] == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("counter=loket_1", [2]),
        ("outcome=cannot_tell", [3]),
        ("clause=FO-A6", []),
        ("day=2026-11-24", [3, 2, 1]),
        ("day=2026-11-25", []),
        ("since=2026-11-24T07:55:00Z", []),
        ("until=2026-11-24T07:55:01%2B07:00", [3, 2, 1]),
    ],
)
def test_verdicts_are_chosen(siti: TestClient, query: str, expected: list[int]) -> None:
    """Each filter alone."""
    items = siti.get(f"/api/v1/verdicts?{query}").json()["items"]
    assert [item["record_id"] for item in items] == expected


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "cursor=x", "cursor=-1", "outcome=maybe", "day=today"]
)
def test_a_query_that_does_not_fit_is_refused(siti: TestClient, query: str) -> None:
    """Never guessed at."""
    refused = siti.get(f"/api/v1/verdicts?{query}")
    assert refused.status_code == 422
    assert refused.json()["error"]["detail"][0]["where"].startswith("query.")


def test_a_flag_holds_all_that_a_replay_needs(house: House, siti: TestClient) -> None:
    """Frames in order with picture, boxes, observations, and the zones as they lay then."""
    told = siti.get("/api/v1/flags/1").json()
    assert told["flag"]["open"]
    assert told["flag"]["verdict"]["record_id"] == 1
    assert [f["sample"]["captured_at"] for f in told["frames"]] == [
        "2026-11-24T07:55:01+07:00",
        "2026-11-24T07:55:02+07:00",
    ]
    frame = told["frames"][0]
    assert frame["frame_wh"] == [640, 360]
    assert frame["sample"]["observations"][2]["boxes"][0]["xyxy"] == [400.0, 60.0, 560.0, 220.0]
    assert {zone["kind"] for zone in told["zones"]} == {"staff", "desk", "screen"}
    assert siti.get(frame["url"]).content == fake_picture("loket_2")


def test_open_flags_come_apart_from_closed_ones(house: House, siti: TestClient) -> None:
    """The list of what is left to do."""
    reviewed(house.store, 2, clock(8, 30))
    left = siti.get("/api/v1/flags?open=true").json()["items"]
    done = siti.get("/api/v1/flags?open=false").json()["items"]
    assert [flag["flag"] for flag in left] == [1]
    assert [(flag["flag"], flag["closed_as"]) for flag in done] == [(2, "confirmed")]


# evidence


def test_every_view_of_a_kept_picture_is_written_down(house: House, siti: TestClient) -> None:
    """P-17: a view without a line in the log is impossible."""
    before = len(house.store.audit_rows(limit=1000))
    answer = siti.get(f"/api/v1/evidence/{house.sha}")
    assert answer.headers["etag"] == f'"{house.sha}"'
    assert "immutable" in answer.headers["cache-control"]
    rows = house.store.audit_rows(limit=1000)
    assert len(rows) == before + 1
    _, last = rows[-1]
    assert (last.actor, last.act, last.object_) == (
        "supervisor",
        "evidence.view",
        f"evidence/{house.sha}",
    )
    assert house.store.verify_audit() is None


def test_a_picture_of_no_flag_is_shown_to_nobody(house: House, siti: TestClient) -> None:
    """Knowing its name is not enough."""
    sha = house.evidence.add(b"not flagged")
    assert siti.get(f"/api/v1/evidence/{sha}").status_code == 404


def test_a_removed_picture_says_when_and_by_which_rule(house: House) -> None:
    """R11: what remains after deletion is said."""
    house.store.sweep(clock(9, 0) + timedelta(days=20), Retention(), house.evidence)
    siti = house.signed_in(Role.SUPERVISOR)
    refused = siti.get(f"/api/v1/evidence/{house.sha}")
    assert refused.status_code == 410
    assert refused.json()["error"]["detail"]["rule"] == "picture_days"
    frame = siti.get("/api/v1/flags/1").json()["frames"][0]
    assert (frame["url"], frame["removed_rule"]) == (None, "picture_days")


def test_a_changed_picture_is_refused_without_naming_the_folder(
    house: House, siti: TestClient
) -> None:
    """What an evaluator sees is what was judged."""
    path = house.evidence.folder / house.sha[:2] / f"{house.sha[2:]}.jpg"
    path.write_bytes(b"another")
    refused = siti.get(f"/api/v1/evidence/{house.sha}")
    assert refused.status_code == 503
    assert str(house.evidence.folder) not in refused.text


# sessions


def sign_in(client: TestClient, password: str = PASSWORD, **headers: str) -> int:
    """Sign in as the viewer; the status."""
    body = {"name": "viewer", "password": password}
    return client.post("/api/v1/session", json=body, headers=headers).status_code


def test_signing_in_sets_a_cookie_that_no_script_reads(house: House) -> None:
    """And that no foreign page sends along."""
    client = house.client()
    assert sign_in(client) == 201
    cookie = client.cookies.jar.__iter__().__next__()
    assert cookie.name == "siaga_session"
    assert cookie.secure
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"


def test_on_loopback_the_cookie_works_without_tls(house: House) -> None:
    """A supervisor's own machine needs no certificate."""
    client = TestClient(house.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000))
    assert sign_in(client) == 201
    assert client.get("/api/v1/me").json()["name"] == "viewer"
    assert client.delete("/api/v1/session", headers={"Origin": "http://127.0.0.1"}).is_success
    assert client.get("/api/v1/me").status_code == 401


def test_a_wrong_password_is_refused_and_after_some_tries_waits(house: House) -> None:
    """With the seconds to wait in a header."""
    client = house.client()
    for _ in range(PATIENCE["pair"]):
        assert sign_in(client, "wrong") == 401
    refused = client.post("/api/v1/session", json={"name": "viewer", "password": PASSWORD})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "900"
    assert refused.json()["error"]["code"] == "login_waits"


def test_a_session_that_has_ended_is_nobody(house: House, siti: TestClient) -> None:
    """Twelve hours later the board asks again."""
    assert siti.get("/api/v1/me").status_code == 200
    house.clock.now += timedelta(hours=12)
    assert siti.get("/api/v1/me").status_code == 401


def test_a_revoked_token_is_refused_on_the_next_request(house: House) -> None:
    """No cache stands between."""
    program = house.program("board")
    assert program.get("/api/v1/me").json()["scopes"] == ["board"]
    house.accounts.revoke_token(1, by="test")
    assert program.get("/api/v1/me").status_code == 401


def test_a_wrong_token_is_nobody_even_with_a_good_cookie(siti: TestClient) -> None:
    """A credential that was sent is the one that counts."""
    assert siti.get("/api/v1/me", headers={"Authorization": "Bearer x"}).status_code == 401
    assert siti.get("/api/v1/me", headers={"Authorization": "Basic eDp4"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Origin": HOST}, True),
        ({"Origin": "https://proxy.test"}, True),
        ({"Origin": "http://evil.test"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://siaga.test.evil.test"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_a_changing_request_with_a_cookie_must_come_from_our_page(
    house: House, headers: dict[str, str], allowed: bool
) -> None:
    """A foreign page must not sign a supervisor out, nor do anything else in that name."""
    app = house.build(ApiSettings(trusted_origins=("https://proxy.test",)))
    client = house.signed_in(Role.SUPERVISOR, app)
    del client.headers["Origin"]
    answer = client.delete("/api/v1/session", headers=headers)
    assert answer.status_code == (204 if allowed else 403)
    if not allowed:
        assert answer.json()["error"]["code"] == "cross_origin"
        assert client.get("/api/v1/me").status_code == 200


def test_a_foreign_page_cannot_sign_a_browser_in(house: House) -> None:
    """A program without an Origin can."""
    assert sign_in(house.client(), Origin="http://evil.test") == 403
    assert sign_in(house.client()) == 201


# demo


def demo(house: House, base_url: str, address: str, **headers: str) -> int:
    """Who the demo takes for a guest: the status of /me."""
    app = house.build(ApiSettings(demo=True))
    client = TestClient(app, base_url=base_url, client=(address, 5000))
    return client.get("/api/v1/me", headers=headers).status_code


@pytest.mark.parametrize(
    ("base_url", "address", "headers", "status"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", {}, 200),
        ("http://localhost:8000", "127.0.0.1", {}, 200),
        ("http://[::1]:8000", "::1", {}, 200),
        ("http://192.168.1.5:8000", "192.168.1.7", {}, 401),
        ("http://127.0.0.1:8000", "192.168.1.7", {}, 401),
        ("http://evil.test:8000", "127.0.0.1", {}, 401),
        ("http://127.0.0.1:8000", "127.0.0.1", {"X-Forwarded-For": "192.168.1.7"}, 401),
        ("http://127.0.0.1:8000", "127.0.0.1", {"Authorization": "Bearer siaga_x"}, 401),
    ],
    ids=str,
)
def test_the_demo_signs_in_only_who_sits_at_this_machine(
    house: House, base_url: str, address: str, headers: dict[str, str], status: int
) -> None:
    """Not the network, not a proxy, not a name that a foreign page pointed here."""
    assert demo(house, base_url, address, **headers) == status


def test_without_demo_loopback_is_nobody(house: House) -> None:
    """One port, one door (S4)."""
    client = TestClient(house.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000))
    assert client.get("/api/v1/me").status_code == 401


# operations


def test_probes_tell_life_from_ability(house: House) -> None:
    """A process that lost its database lives, but cannot serve."""
    client = house.client()
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").status_code == 200
    with house.store.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE meta RENAME TO elsewhere")
    refused = client.get("/readyz")
    assert (refused.status_code, refused.json()["faults"]) == (503, ["database"])
    assert client.get("/healthz").status_code == 200


def test_metrics_tell_states_cameras_answers_and_the_last_sweep(house: House) -> None:
    """What a monitor alarms on."""
    app = house.app
    house.store.sweep(clock(7, 0), Retention(), house.evidence)
    client = house.signed_in(Role.VIEWER, app)
    client.get("/api/v1/me")
    told = client.get("/metrics").text
    for line in (
        'siaga_counter_state{counter="loket_2",state="NO_GO"} 1.0',
        'siaga_camera_state{camera="hall_2",state="dark"} 1.0',
        'siaga_camera_frames_total{camera="hall_1"} 900.0',
        "siaga_sweep_age_seconds 3420.0",
        "siaga_evidence_pictures 2.0",
        'siaga_messages{recipient="kepala-kantor",state="sent"} 2.0',
        'siaga_messages{recipient="teknisi",state="failed"} 1.0',
        "siaga_message_late_seconds 0.0",
        "siaga_mqtt_connected 0.0",
        'siaga_requests_total{method="GET",status="200"} 1.0',
    ):
        assert line in told


# refusals


def test_every_answer_carries_the_security_headers(house: House, siti: TestClient) -> None:
    """Pages, pictures, refusals and broken routes alike."""
    app = house.app

    @app.get("/broken")
    def broken(request: Request) -> None:
        raise ZeroDivisionError

    client = house.client(app)
    answers = [client.get(p) for p in ("/", "/login", "/api/v1/me", "/nowhere", "/broken")]
    answers += [siti.get("/api/v1/counters/loket_1/picture"), siti.put("/api/v1/me")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_browser_gets_a_page_and_a_program_the_one_shape(house: House) -> None:
    """People read words, programs read codes."""
    client = house.client()
    assert client.get("/nowhere").json()["error"]["code"] == "not_found"
    page = client.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_large_or_endless_body_is_not_read(house: House) -> None:
    """A sign-in fits into a few hundred bytes."""
    client = house.client()
    large = client.post("/api/v1/session", content=b"x" * 70_000)
    assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")
    endless = client.post("/api/v1/session", content=iter([b"x"]))
    assert (endless.status_code, endless.json()["error"]["code"]) == (411, "length_required")


def test_a_refusal_never_repeats_a_password(house: House) -> None:
    """Logs of proxies keep answers, too."""
    body = {"name": 5, "password": "secret-kopi", "more": "secret-teh"}
    refused = house.client().post("/api/v1/session", json=body)
    assert refused.status_code == 422
    assert "secret" not in refused.text
