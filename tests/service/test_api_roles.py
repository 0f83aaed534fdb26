"""Route x role x object, over the OpenAPI file: what is stated is what is enforced.

A new route without a case here fails. Source: lessons S1 to S3 (CVE-2026-33470).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.accounts import Role
from service.policies import STANDARDS
from service.store import ContestRow, Store, UserRow
from tests.fakes_office import clock, fake_picture, fake_verdict
from tests.service.cases import YESTERDAY, met, pictured, sampled_clause
from tests.service.conftest import ATTEMPT, PASSWORD, House

DESCRIPTION = Path(__file__).parents[2] / "docs" / "openapi.json"
IN_FORCE = "{version}"
"""Stands for the version of the layout in force."""

DRAWN: dict[str, Any] = {
    "attempt": ATTEMPT,
    "counters": [
        {
            "counter": "loket_1",
            "name": "Loket 1",
            "role": "FO",
            "camera": "hall_1",
            "zones": {"staff": [[0.05, 0.1], [0.45, 0.1], [0.45, 0.6], [0.05, 0.6]]},
        }
    ],
}
LAYOUT: dict[str, Any] = {
    "version": IN_FORCE,
    "cameras": [{"camera": "hall_1"}],
    "counters": DRAWN["counters"],
}
CALENDAR: dict[str, Any] = {
    "version": IN_FORCE,
    "briefing": "7.30",
    "opens": "08:00",
    "closes": "15.00",
    "work_ends": "17:00",
    "break": ["12:15", "13:00"],
    "friday_break": ["11:30", "13:15"],
    "weekdays": {"wednesday": {"closes": "14.00"}},
    "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "seasons": [
        {
            "name": "Ramadan",
            "from": "2027-02-08",
            "to": "2027-03-09",
            "briefing": "07:30",
            "opens": "08:00",
            "closes": "14:00",
            "break": ["12:00", "12:30"],
        }
    ],
    "holidays": [{"date": "2027-03-20", "name": "HUT kota", "type": "lokal"}],
    "days": [{"date": "2026-11-30", "closed": True, "note": "listrik padam"}],
}
DRESS: dict[str, Any] = {
    "version": IN_FORCE,
    "signed_by": "Kepala Kantor, 5 Januari 2026",
    "valid_until": "2027-12-31",
    "weekdays": {
        "monday": {"rule": "colours", "words": "kemeja putih", "colours": ["#FFFFFF"]},
        "tuesday": {"rule": "free"},
    },
    "days": [{"date": "2026-10-02", "rule": "pattern", "words": "batik"}],
}
RETENTION: dict[str, Any] = {
    "version": IN_FORCE,
    "crop_days": "14",
    "rows_days": "365",
    "samples_days": "2",
    "evidence_gb": "20,5",
}
MESSAGES: dict[str, Any] = {
    "version": IN_FORCE,
    "cool_down_min": "45",
    "to": [
        {
            "name": "kepala-kantor",
            "address": "json://127.0.0.1:9/kunci",
            "tell": ["digest", "counter"],
            "quiet": ["18:00", "06.30"],
        }
    ],
    "mqtt": {"host": ""},
}
PRIVACY: dict[str, Any] = {
    "version": IN_FORCE,
    "controller": "Kepala KPPN Contoh",
    "contact": "meja informasi, (0724) 123456",
    "purpose": "memastikan loket siap melayani",
    "basis": "ND-12/2026",
    "consulted": "2026-10-01",
    "notices": ["pintu utama", "loket 1"],
}
POLICY = (STANDARDS / "djpb-spm.toml").read_text("utf-8")
LIVE = "GET /api/v1/stream"  # never ends under the test client: tested in test_api_stream.py


OBSERVATION: dict[str, object] = {
    "key": "tap-00000001",
    "day": "2026-11-24",
    "clause": "FO-A1",
    "counter": "loket_1",
    "outcome": "met",
}


@dataclass(frozen=True, slots=True)
class Case:
    """How a route is called; `jpeg` is its body where that is a picture. `unknown` are addresses of
    things that are not there; `others` are addresses of things of loket_2 and loket_3, which a
    credential for loket_1 must not see. `fresh` makes what a call uses up, and gives address and
    body.
    """

    path: str
    status: int = 200
    body: Mapping[str, Any] | None = None
    fresh: Callable[[Store], tuple[str, dict[str, object]]] | None = None
    jpeg: bytes | None = None
    unknown: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def fresh_flag(store: Store) -> int:
    """A new flag of loket_2 that waits for a first look."""
    verdict = fake_verdict(clause=f"FO-T{len(store.flags(limit=500))}")
    return store.open_flag(store.add_record(verdict), verdict, (clock(7, 54), clock(7, 56)))


AGREED: dict[str, object] = {"version": "1.0", "act": "agree"}
PLEA: dict[str, object] = {"words": "Kursi itu terisi sejak pukul 07.50."}


def fresh_review(store: Store) -> tuple[str, dict[str, object]]:
    """A look at a new flag."""
    flag_id = fresh_flag(store)
    version = store.reviews.history(flag_id).version
    return f"/api/v1/flags/{flag_id}/reviews", AGREED | {"version": version}


def fresh_contest(store: Store) -> tuple[str, dict[str, object]]:
    """A contest of a new flag."""
    return f"/api/v1/flags/{fresh_flag(store)}/contests", PLEA


def fresh_answer(store: Store) -> tuple[str, dict[str, object]]:
    """The answer to a new contest."""
    flag_id = fresh_flag(store)
    history = store.reviews.history(flag_id)
    plea = ContestRow(
        0, flag_id, history.record_id, "staf", clock(7, 56), clock(8, 0), "kursi terisi"
    )
    row = store.reviews.add_contest(flag_id, lambda _: plea)
    version = store.reviews.history(flag_id).version
    return f"/api/v1/contests/{row.contest_id}/answer", AGREED | {"version": version}


def fresh_go(store: Store) -> tuple[str, dict[str, object]]:
    """GO of a day on which nobody pressed it yet, with a reason for each open counter."""
    with store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM go_press")
    reasons = {"loket_2": "Dilayani loket 1.", "loket_3": "Kamera gelap, petugas ada."}
    return "/api/v1/go", {"reasons": reasons}


def fresh_account(store: Store) -> tuple[str, dict[str, object]]:
    """An account to remove."""
    name = f"sementara-{len(store.people.users())}"
    store.people.add_user(UserRow(name, "viewer", "x", clock(7, 0)))
    return f"/api/v1/accounts/{name}", {}


def fresh_name(store: Store) -> tuple[str, dict[str, object]]:
    """A name that nobody has."""
    name = f"baru-{len(store.people.users())}"
    return "/api/v1/accounts", {"name": name, "role": "viewer"}


def fresh_token(store: Store) -> tuple[str, dict[str, object]]:
    """A token to revoke."""
    sha = f"{len(store.people.tokens()):064d}"
    until = clock(7, 0) + timedelta(days=9)
    kept = store.people.add_token(sha, "viewer", frozenset({"board"}), clock(7, 0), until)
    return f"/api/v1/tokens/{kept}", {}


def fresh_recheck(store: Store) -> tuple[str, dict[str, object]]:
    """A place of the sample that nobody has looked at."""
    at = clock(7, 56) - YESTERDAY
    known = len(store.rechecks.met(at.date(), at.date()))
    record_id = met(store, sampled_clause(at, "loket_2", skip=known))
    pictured(store, at)
    return f"/api/v1/rechecks/{record_id}", {"outcome": "met"}


CASES = {
    "GET /healthz": Case("/healthz"),
    "GET /readyz": Case("/readyz"),
    "GET /metrics": Case("/metrics"),
    "GET /api/v1/openapi.json": Case("/api/v1/openapi.json"),
    "GET /api/v1/readiness": Case("/api/v1/readiness"),
    "GET /api/v1/counters": Case("/api/v1/counters"),
    "GET /api/v1/counters/{counter}": Case(
        "/api/v1/counters/loket_2",
        unknown=("/api/v1/counters/loket_9", "/api/v1/counters/..%2fetc"),
        others=("/api/v1/counters/loket_2", "/api/v1/counters/loket_3"),
    ),
    "GET /api/v1/counters/{counter}/picture": Case(
        "/api/v1/counters/loket_2/picture",
        unknown=("/api/v1/counters/loket_9/picture", "/api/v1/counters/loket_3/picture"),
        others=("/api/v1/counters/loket_2/picture",),
    ),
    "GET /api/v1/cameras": Case("/api/v1/cameras"),
    "POST /api/v1/cameras/{camera}/frames": Case(
        "/api/v1/cameras/hall_1/frames", 201, jpeg=fake_picture("loket_1")
    ),
    "GET /api/v1/layout": Case("/api/v1/layout"),
    "PUT /api/v1/layout": Case("/api/v1/layout", body=LAYOUT),
    "POST /api/v1/layout/reload": Case("/api/v1/layout/reload"),
    "GET /api/v1/settings/calendar": Case("/api/v1/settings/calendar"),
    "PUT /api/v1/settings/calendar": Case("/api/v1/settings/calendar", body=CALENDAR),
    "GET /api/v1/settings/dress": Case("/api/v1/settings/dress"),
    "PUT /api/v1/settings/dress": Case("/api/v1/settings/dress", body=DRESS),
    "GET /api/v1/settings/retention": Case("/api/v1/settings/retention"),
    "PUT /api/v1/settings/retention": Case("/api/v1/settings/retention", body=RETENTION),
    "GET /api/v1/settings/roster": Case("/api/v1/settings/roster"),
    "PUT /api/v1/settings/roster": Case(
        "/api/v1/settings/roster", body={"version": IN_FORCE, "served": {"loket_1": True}}
    ),
    "GET /api/v1/settings/messages": Case("/api/v1/settings/messages"),
    "PUT /api/v1/settings/messages": Case("/api/v1/settings/messages", body=MESSAGES),
    "POST /api/v1/settings/messages/trial": Case("/api/v1/settings/messages/trial", body={}),
    "GET /api/v1/settings/privacy": Case("/api/v1/settings/privacy"),
    "PUT /api/v1/settings/privacy": Case("/api/v1/settings/privacy", body=PRIVACY),
    "GET /api/v1/settings/notice": Case("/api/v1/settings/notice"),
    "GET /api/v1/settings/assessment": Case("/api/v1/settings/assessment"),
    "GET /api/v1/settings/policy": Case("/api/v1/settings/policy"),
    "PUT /api/v1/settings/policy": Case(
        "/api/v1/settings/policy", body={"version": IN_FORCE, "choice": "djpb-spm"}
    ),
    "GET /api/v1/settings/policy/file": Case("/api/v1/settings/policy/file"),
    "POST /api/v1/settings/policies": Case(
        "/api/v1/settings/policies", 201, {"version": IN_FORCE, "content": POLICY}
    ),
    "GET /api/v1/accounts": Case("/api/v1/accounts"),
    "POST /api/v1/accounts": Case(
        "/api/v1/accounts", 201, {"name": "baru", "role": "viewer"}, fresh_name
    ),
    "POST /api/v1/accounts/{name}/password": Case(
        "/api/v1/accounts/sementara-0/password",
        201,
        {},
        lambda store: (f"{fresh_account(store)[0]}/password", {}),
        unknown=("/api/v1/accounts/tidak-ada/password",),
    ),
    "PUT /api/v1/accounts/{name}/counters": Case(
        "/api/v1/accounts/viewer/counters",
        204,
        {"counters": []},
        unknown=("/api/v1/accounts/tidak-ada/counters",),
    ),
    "DELETE /api/v1/accounts/{name}": Case(
        "/api/v1/accounts/sementara-0",
        204,
        {},
        fresh_account,
        unknown=("/api/v1/accounts/tidak-ada",),
    ),
    "GET /api/v1/tokens": Case("/api/v1/tokens"),
    "POST /api/v1/tokens": Case(
        "/api/v1/tokens", 201, {"name": "viewer", "scopes": ["board"], "days": "30"}
    ),
    "DELETE /api/v1/tokens/{token_id}": Case(
        "/api/v1/tokens/0", 204, {}, fresh_token, unknown=("/api/v1/tokens/99999",)
    ),
    "GET /api/v1/audit": Case("/api/v1/audit"),
    "POST /api/v1/layout/try": Case("/api/v1/layout/try", body=DRAWN | {"minute": True}),
    "POST /api/v1/layout/propose": Case("/api/v1/layout/propose", body={"attempt": ATTEMPT}),
    "POST /api/v1/layout/reference": Case("/api/v1/layout/reference", 201, DRAWN),
    "POST /api/v1/cameras/try": Case("/api/v1/cameras/try", 201, {"camera": "hall_1"}),
    "POST /api/v1/cameras/discover": Case("/api/v1/cameras/discover", body={}),
    "POST /api/v1/cameras/{camera}/token": Case(
        "/api/v1/cameras/hall_1/token", 201, unknown=("/api/v1/cameras/hall_9/token",)
    ),
    "GET /api/v1/cameras/{camera}/still": Case(
        "/api/v1/cameras/hall_1/still", unknown=("/api/v1/cameras/hall_9/still",)
    ),
    "GET /api/v1/cameras/{camera}/reference": Case(
        "/api/v1/cameras/hall_1/reference", unknown=("/api/v1/cameras/hall_9/reference",)
    ),
    "GET /api/v1/tries/{attempt}": Case(
        f"/api/v1/tries/{ATTEMPT}", unknown=("/api/v1/tries/tidak-ada",)
    ),
    "GET /api/v1/tries/{attempt}/still": Case(
        f"/api/v1/tries/{ATTEMPT}/still", unknown=("/api/v1/tries/tidak-ada/still",)
    ),
    "DELETE /api/v1/tries/{attempt}": Case("/api/v1/tries/lain", 204),
    "GET /api/v1/policy": Case("/api/v1/policy"),
    LIVE: Case("/api/v1/stream"),
    "GET /api/v1/verdicts": Case("/api/v1/verdicts"),
    "GET /api/v1/flags": Case("/api/v1/flags"),
    "GET /api/v1/flags/{flag_id}": Case(
        "/api/v1/flags/1",
        unknown=("/api/v1/flags/99", "/api/v1/flags/4611686018427387903"),
        others=("/api/v1/flags/1", "/api/v1/flags/2"),
    ),
    "GET /api/v1/evidence/{sha}": Case(
        "/api/v1/evidence/{sha}",
        unknown=(f"/api/v1/evidence/{'ab' * 32}",),
        others=("/api/v1/evidence/{sha}",),
    ),
    "GET /api/v1/observations": Case("/api/v1/observations"),
    "POST /api/v1/observations": Case("/api/v1/observations", 201, OBSERVATION),
    "GET /api/v1/reviews": Case("/api/v1/reviews"),
    "GET /api/v1/flags/{flag_id}/reviews": Case(
        "/api/v1/flags/1/reviews",
        unknown=("/api/v1/flags/99/reviews",),
        others=("/api/v1/flags/1/reviews", "/api/v1/flags/2/reviews"),
    ),
    "POST /api/v1/flags/{flag_id}/reviews": Case(
        "/api/v1/flags/1/reviews",
        201,
        AGREED,
        fresh_review,
        unknown=("/api/v1/flags/99/reviews",),
    ),
    "POST /api/v1/flags/{flag_id}/contests": Case(
        "/api/v1/flags/1/contests",
        201,
        PLEA,
        fresh_contest,
        unknown=("/api/v1/flags/99/contests",),
    ),
    "GET /api/v1/replays": Case(
        "/api/v1/replays?counter=loket_2&since=2026-11-24T07:50:00%2B07:00"
        "&until=2026-11-24T08:00:00%2B07:00",
        unknown=(
            "/api/v1/replays?counter=loket_9&since=2026-11-24T07:50:00%2B07:00"
            "&until=2026-11-24T08:00:00%2B07:00",
        ),
        others=(
            "/api/v1/replays?counter=loket_2&since=2026-11-24T07:50:00%2B07:00"
            "&until=2026-11-24T08:00:00%2B07:00",
        ),
    ),
    "POST /api/v1/replays": Case(
        "/api/v1/replays", body={"day": "2026-11-24", "counter": "loket_2", "slot": "ready"}
    ),
    "GET /api/v1/rechecks": Case(
        "/api/v1/rechecks",
        body={},
        fresh=lambda store: (fresh_recheck(store)[0].rpartition("/")[0], {}),
    ),
    "GET /api/v1/rechecks/{record_id}": Case(
        "/api/v1/rechecks/0", body={}, fresh=fresh_recheck, unknown=("/api/v1/rechecks/1",)
    ),
    "POST /api/v1/rechecks/{record_id}": Case(
        "/api/v1/rechecks/0",
        201,
        {"outcome": "met"},
        fresh_recheck,
        unknown=("/api/v1/rechecks/1",),
    ),
    "GET /api/v1/policies": Case("/api/v1/policies"),
    "GET /api/v1/flags/{flag_id}/export": Case(
        "/api/v1/flags/1/export?request=ND-12/2026",
        unknown=("/api/v1/flags/99/export?request=ND-12/2026",),
    ),
    "GET /api/v1/contests": Case("/api/v1/contests"),
    "POST /api/v1/contests/{contest_id}/answer": Case(
        "/api/v1/contests/1/answer",
        201,
        AGREED,
        fresh_answer,
        unknown=("/api/v1/contests/99/answer",),
    ),
    "POST /api/v1/misses": Case(
        "/api/v1/misses",
        201,
        {"counter": "loket_2", "clause": "FO-C2a", "at": "2026-11-24T07:56:00+07:00"},
    ),
    "GET /api/v1/go": Case("/api/v1/go"),
    "POST /api/v1/go": Case("/api/v1/go", 201, fresh=fresh_go),
    "GET /api/v1/agreement": Case("/api/v1/agreement"),
    "GET /api/v1/accuracy": Case("/api/v1/accuracy"),
    "GET /api/v1/briefings/{day}": Case("/api/v1/briefings/2026-11-24"),
    "GET /api/v1/briefings/{day}/sheet.pdf": Case("/api/v1/briefings/2026-11-24/sheet.pdf"),
    "POST /api/v1/briefings/{day}/ticks": Case(
        "/api/v1/briefings/2026-11-24/ticks",
        201,
        {"key": "tick-0000001", "item": "prayer", "value": "yes"},
    ),
    "GET /api/v1/trends": Case("/api/v1/trends"),
    "GET /api/v1/kanwil": Case("/api/v1/kanwil"),
    "GET /api/v1/kanwil.csv": Case("/api/v1/kanwil.csv"),
    "GET /api/v1/messages": Case("/api/v1/messages"),
    "GET /api/v1/me": Case("/api/v1/me"),
    "POST /api/v1/session": Case(
        "/api/v1/session", 201, {"name": Role.VIEWER.value, "password": PASSWORD}
    ),
    "DELETE /api/v1/session": Case("/api/v1/session", 204),
}


@cache
def operations() -> dict[str, dict[str, Any]]:
    """Every operation of the OpenAPI file in the repository."""
    told = json.loads(DESCRIPTION.read_text("utf-8"))
    return {
        f"{method.upper()} {path}": operation
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    }


def call(client: TestClient, name: str, house: House, path: str | None = None) -> int:
    """Call a route as its case says; the status of the answer."""
    case = CASES[name]
    address = (path or case.path).replace("{sha}", house.sha)
    return sent(client, name, address).status_code


def sent(client: TestClient, name: str, address: str) -> httpx2.Response:
    """The answer of a route to the body of its case."""
    case = CASES[name]
    if case.jpeg is None:
        body = case.body
        if case.fresh is not None and address == case.path:
            address, body = case.fresh(client.app.state.door.store)  # type: ignore[attr-defined]
        if body is not None and body.get("version") == IN_FORCE:
            body = {**body, "version": client.app.state.door.setup.version}  # type: ignore[attr-defined]
        return client.request(name.split()[0], address, json=body)
    kind = {"Content-Type": "image/jpeg"}
    return client.request(name.split()[0], address, content=case.jpeg, headers=kind)


def test_every_route_has_a_case_and_states_its_role() -> None:
    """A route nobody thought about is not let out."""
    assert operations().keys() == CASES.keys()
    for name, operation in operations().items():
        assert "x-required-role" in operation, name


@pytest.mark.parametrize("name", [name for name in CASES if name != LIVE])
def test_who_may_call(house: House, name: str) -> None:
    """Nobody: 401. A role that is not named: 403. A role that is named: the answer."""
    roles = operations()[name]["x-required-role"]
    if not roles:
        assert call(house.client(), name, house) == CASES[name].status
        return
    assert call(house.client(), name, house) == 401
    people_may = {"session": []} in operations()[name]["security"]
    for role in Role:
        expected = CASES[name].status if role.value in roles else 403
        assert call(house.signed_in(role), name, house) == (expected if people_may else 403), role
        if not people_may:
            assert call(house.program("push:hall_1", role=role), name, house) == expected, role


def test_nobody_may_listen_to_the_stream_without_an_account(house: House) -> None:
    """The one route that the walk above leaves out."""
    assert call(house.client(), LIVE, house) == 401
    assert call(house.program("flags"), LIVE, house) == 403


@pytest.mark.parametrize("name", [name for name in CASES if name != LIVE])
def test_a_token_reaches_only_its_scope(house: House, name: str) -> None:
    """Also the token of an administrator."""
    operation = operations()[name]
    if not operation["x-required-role"]:
        return
    needed = operation.get("x-required-scope")  # none: people only
    for scope in ("board", "flags", "briefing", "metrics", "settings", "push:hall_1"):
        expected = CASES[name].status if scope.partition(":")[0] == needed else 403
        assert call(house.program(scope), name, house) == expected, scope


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.unknown])
def test_what_is_not_there_is_not_found(house: House, name: str) -> None:
    """404, for every role that may ask."""
    for role in (Role.SUPERVISOR, Role.EVALUATOR, Role.ADMIN):
        if role.value not in operations()[name]["x-required-role"]:
            continue
        client = house.signed_in(role)
        for path in CASES[name].unknown:
            assert call(client, name, house, path) == 404, path


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.others])
def test_what_is_not_for_this_credential_is_not_found_either(house: House, name: str) -> None:
    """404 and not 403: that it exists does not leak."""
    narrow = house.program("board", "flags", "counter:loket_1")
    for path in CASES[name].others:
        assert call(house.program("board", "flags"), name, house, path) in (200, 404)
        assert call(narrow, name, house, path) == 404, path


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/readiness",
        "/api/v1/readiness?at=2026-11-24T07:56:00%2B07:00",
        "/api/v1/counters",
        "/api/v1/cameras",
        "/api/v1/verdicts",
        "/api/v1/verdicts?counter=loket_2",
        "/api/v1/flags",
        "/api/v1/flags?counter=loket_2",
        "/api/v1/reviews",
    ],
)
def test_lists_leave_out_what_is_not_for_this_credential(house: House, path: str) -> None:
    """Narrowed in the query, not in the page."""
    narrow = house.program("board", "flags", "counter:loket_1").get(path)
    assert narrow.status_code == 200
    for word in ("loket_2", "loket_3", "hall_2", house.sha):
        assert word not in narrow.text
    wide = house.program("board", "flags").get(path)
    assert "loket_2" in wide.text or "hall_2" in wide.text


def test_metrics_show_every_counter_and_are_not_for_a_narrow_token(house: House) -> None:
    """Nor does a wrong credential fall back to being on loopback."""
    assert house.program("metrics", "counter:loket_1").get("/metrics").status_code == 403
    near = house.client(address="127.0.0.1")
    near.base_url = "http://127.0.0.1"
    assert near.get("/metrics").status_code == 200
    near.headers["Authorization"] = "Bearer siaga_wrong"
    assert near.get("/metrics").status_code == 401


@pytest.mark.parametrize("path", ["/", "/board/tiles", "/board/pulse"])
def test_pages_ask_for_an_account_too(house: House, path: str) -> None:
    """The same door for people; a narrow token must not widen there."""
    assert house.client().get(path).status_code in (303, 401)
    assert house.program("board").get(path).status_code in (303, 401)
    assert house.signed_in(Role.VIEWER).get(path).status_code == 200
