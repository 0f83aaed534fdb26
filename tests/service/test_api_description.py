"""The OpenAPI file: up to date, with examples that are true, and every refusal in one shape.

To write both files again after a change: `python -m tests.service.test_api_description`.
"""

import json
import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from cameras.push import Mailbox
from service.accounts import Accounts, LoginRefused, LoginWaits, Role
from service.api import create_app
from service.api import schemas as answers
from service.api import schemas_go as going
from service.api import schemas_message_settings as message_set_answers
from service.api import schemas_messages as message_answers
from service.api import schemas_people as people
from service.api import schemas_replays as replays
from service.api import schemas_reviews as told
from service.api import schemas_settings as set_answers
from service.api import schemas_setup as setup_answers
from service.api.description import as_text, describe
from service.api.errors import CODES
from service.evidence import Evidence
from service.store import open_store
from tests.fakes_messages import FakeDesk
from tests.fakes_office import FakeOffice
from tests.service.conftest import (
    ATTEMPT,
    PASSWORD,
    House,
    MailClock,
    WallClock,
    morning,
    setup_in,
)
from tests.service.test_api_roles import CASES, DESCRIPTION, LIVE, operations, sent
from vision import errors

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "service" / "api" / "examples.json"
MODELS: dict[str, type[BaseModel]] = {
    "GET /healthz": answers.Health,
    "GET /readyz": answers.Health,
    "GET /api/v1/readiness": answers.ReadinessAnswer,
    "GET /api/v1/counters": answers.CountersAnswer,
    "GET /api/v1/counters/{counter}": answers.CounterAnswer,
    "GET /api/v1/cameras": answers.CamerasAnswer,
    "POST /api/v1/cameras/{camera}/frames": answers.PushAnswer,
    "GET /api/v1/layout": setup_answers.LayoutAnswer,
    "PUT /api/v1/layout": setup_answers.LayoutAnswer,
    "POST /api/v1/layout/reload": setup_answers.LayoutAnswer,
    "GET /api/v1/settings/calendar": set_answers.CalendarAnswer,
    "PUT /api/v1/settings/calendar": set_answers.CalendarAnswer,
    "GET /api/v1/settings/dress": set_answers.DressCalendarAnswer,
    "PUT /api/v1/settings/dress": set_answers.DressCalendarAnswer,
    "GET /api/v1/settings/retention": set_answers.RetentionAnswer,
    "PUT /api/v1/settings/retention": set_answers.RetentionAnswer,
    "GET /api/v1/settings/roster": set_answers.RosterAnswer,
    "PUT /api/v1/settings/roster": set_answers.RosterAnswer,
    "PUT /api/v1/settings/messages": message_set_answers.MessageSettingsAnswer,
    "GET /api/v1/settings/messages": message_set_answers.MessageSettingsAnswer,
    "POST /api/v1/settings/messages/trial": message_set_answers.TrialAnswer,
    "GET /api/v1/settings/privacy": set_answers.PrivacyAnswer,
    "PUT /api/v1/settings/privacy": set_answers.PrivacyAnswer,
    "GET /api/v1/settings/notice": set_answers.NoticeAnswer,
    "GET /api/v1/settings/assessment": set_answers.AssessmentAnswer,
    "GET /api/v1/settings/policy": set_answers.PolicyChoiceAnswer,
    "PUT /api/v1/settings/policy": set_answers.PolicyChoiceAnswer,
    "POST /api/v1/settings/policies": set_answers.PolicyChoiceAnswer,
    "GET /api/v1/accounts": people.AccountsAnswer,
    "POST /api/v1/accounts": people.SecretAnswer,
    "POST /api/v1/accounts/{name}/password": people.SecretAnswer,
    "GET /api/v1/tokens": people.TokensAnswer,
    "POST /api/v1/tokens": people.SecretAnswer,
    "GET /api/v1/audit": people.AuditAnswer,
    "POST /api/v1/layout/try": setup_answers.NowAnswer,
    "POST /api/v1/layout/propose": setup_answers.ProposedZonesAnswer,
    "POST /api/v1/layout/reference": setup_answers.ReferenceAnswer,
    "POST /api/v1/cameras/try": setup_answers.TryAnswer,
    "POST /api/v1/cameras/discover": setup_answers.DiscoveriesAnswer,
    "POST /api/v1/cameras/{camera}/token": setup_answers.TokenAnswer,
    "GET /api/v1/tries/{attempt}": setup_answers.TryAnswer,
    "GET /api/v1/policy": answers.PolicyAnswer,
    "GET /api/v1/verdicts": answers.VerdictsAnswer,
    "GET /api/v1/flags": answers.FlagsAnswer,
    "GET /api/v1/flags/{flag_id}": answers.FlagDetailAnswer,
    "GET /api/v1/observations": answers.EntriesAnswer,
    "POST /api/v1/observations": answers.EntryAnswer,
    "GET /api/v1/reviews": told.QueueAnswer,
    "GET /api/v1/flags/{flag_id}/reviews": told.FlagReviewsAnswer,
    "POST /api/v1/flags/{flag_id}/reviews": told.ReviewedAnswer,
    "POST /api/v1/flags/{flag_id}/contests": told.ContestAnswer,
    "GET /api/v1/replays": replays.SpanAnswer,
    "POST /api/v1/replays": replays.ReplayAnswer,
    "GET /api/v1/rechecks": told.RechecksAnswer,
    "GET /api/v1/rechecks/{record_id}": told.RecheckDetailAnswer,
    "POST /api/v1/rechecks/{record_id}": told.RecheckedAnswer,
    "GET /api/v1/policies": replays.PolicyVersionsAnswer,
    "GET /api/v1/contests": told.ContestsAnswer,
    "POST /api/v1/contests/{contest_id}/answer": told.ReviewedAnswer,
    "POST /api/v1/misses": told.MissAnswer,
    "GET /api/v1/go": going.GoAnswer,
    "POST /api/v1/go": going.GoAnswer,
    "GET /api/v1/agreement": told.AgreementAnswer,
    "GET /api/v1/accuracy": told.AccuracyAnswer,
    "GET /api/v1/briefings/{day}": answers.BriefingAnswer,
    "POST /api/v1/briefings/{day}/ticks": answers.TickAnswer,
    "GET /api/v1/trends": answers.TrendsAnswer,
    "GET /api/v1/kanwil": answers.KanwilAnswer,
    "GET /api/v1/messages": message_answers.MessagesAnswer,
    "GET /api/v1/me": answers.Me,
    "POST /api/v1/session": answers.Me,
}


def examples_of(app: FastAPI, sha: str, device: str) -> dict[str, Any]:
    """A real answer of every route that answers in JSON, long lists cut to two."""
    client = TestClient(app, base_url="http://siaga.test")
    client.headers["Origin"] = "http://siaga.test"
    client.post("/api/v1/session", json={"name": "admin", "password": PASSWORD})
    client.cookies.jar._cookies["siaga.test"]["/"]["siaga_session"].secure = False  # type: ignore[attr-defined]
    told_: dict[str, Any] = {}
    for name in MODELS:
        case = CASES[name]
        path = case.path.replace("{sha}", sha)
        by = TestClient(app, headers={"Authorization": f"Bearer {device}"}) if case.jpeg else client
        answer = sent(by, name, path)
        assert answer.is_success, (name, answer.text)
        told_[name] = _plain(_short(answer.json()))
    return told_


def _short(value: Any) -> Any:
    if isinstance(value, list):
        few = value[:2] if value and isinstance(value[0], dict) else value
        return [_short(item) for item in few]
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    return value


def _plain(told: Any) -> Any:
    """An example without what is another one each time, and without a whole picture."""
    fixed = {"attempt": ATTEMPT, "reference": "acuan-1", "token": "siaga_...", "secret": "..."}
    for key in fixed.keys() & told.keys():
        told[key] = fixed[key]
    if isinstance(told.get("still"), str):
        told["still"] = re.sub(r"/tries/[^/]+/", f"/tries/{ATTEMPT}/", told["still"])
    if isinstance(told.get("jpeg"), str):
        told["jpeg"] = "/9j/4AAQ..."
    return told


def test_the_file_in_the_repository_is_what_the_application_does(house: House) -> None:
    """S3: drift fails."""
    assert as_text(describe(house.app)) == DESCRIPTION.read_text("utf-8")


def test_every_json_route_has_an_example_that_fits_its_description() -> None:
    """Whoever writes a client starts from it."""
    kept = json.loads(EXAMPLES.read_text("utf-8"))
    assert kept.keys() == MODELS.keys()
    for name, model in MODELS.items():
        model.model_validate_json(json.dumps(kept[name]))
    for name, operation in operations().items():
        for status, response in operation["responses"].items():
            if status in ("200", "201") and "application/json" in response.get("content", {}):
                if name == "GET /api/v1/openapi.json":
                    continue
                assert "example" in response["content"]["application/json"], name


def test_the_description_asks_for_an_account_and_is_kept_by_clients(house: House) -> None:
    """And there are no pages for it that would need a network."""
    assert house.client().get("/api/v1/openapi.json").status_code == 401
    program = house.program("board")
    first = program.get("/api/v1/openapi.json")
    assert first.json()["info"]["title"] == "Siaga"
    again = program.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert program.get(path).status_code == 404


def refused(house: House, name: str) -> dict[str, int]:
    """Calls of a route that must fail, with the status each must give."""
    method, path = name.split()
    concrete = re.sub(r"\{[^}]*\}", "9" * 9, path)
    answers_: dict[str, int] = {}
    client = house.signed_in(Role.ADMIN)
    for label, answer in {
        "no account": house.client().request(method, CASES[name].path),
        "wrong method": client.patch(concrete),
        "foreign page": client.request("POST", concrete, headers={"Origin": "http://evil.test"}),
        "unknown": client.get(concrete + "/nothing/here"),
        "bad query": client.request(
            method, concrete, params={"at": "x", "limit": "x", "v": "x" * 99}
        ),
    }.items():
        if answer.status_code < 400:
            continue
        body = answer.json()
        assert body.keys() == {"error"}, (name, label)
        assert body["error"].keys() == {"code", "message", "detail"}, (name, label)
        assert body["error"]["message"], (name, label)
        answers_[label] = answer.status_code
    return answers_


@pytest.mark.parametrize("name", [name for name in CASES if name != LIVE])
def test_every_refusal_has_the_one_shape(house: House, name: str) -> None:
    """Wrong method, wrong page, unknown address, bad query, no account: on every route."""
    statuses = refused(house, name)
    assert statuses["wrong method"] == 405
    assert statuses["foreign page"] == 403
    assert statuses["unknown"] == 404


def test_a_broken_route_answers_in_the_one_shape_without_its_traceback(house: House) -> None:
    """500 says nothing about the inside."""

    @house.app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("the secret inside")

    answer = house.client().get("/broken")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text


def test_every_error_code_has_a_heading_in_the_documents() -> None:
    """Whoever meets a code finds what to do."""
    tree = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.SiagaError)
    }
    codes = tree | {code for code, _ in CODES.values()} | {LoginRefused.code, LoginWaits.code}
    source = "".join(p.read_text("utf-8") for p in (ROOT / "service" / "api").rglob("*.py"))
    codes |= set(re.findall(r'code="([a-z_]+)"', source))
    codes |= set(re.findall(r'_refuse\(\s*\d+, "([a-z_]+)"', source))
    headings = re.findall(
        r"^### `([a-z_]+)`", (ROOT / "docs" / "errors.md").read_text("utf-8"), re.M
    )
    assert sorted(headings) == sorted(codes)


def test_every_route_stands_in_the_documents() -> None:
    """docs/api.md names each with the role it needs."""
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    for name in operations():
        method, path = name.split()
        assert f"`{method} {path.removeprefix('/api/v1')}`" in page, name


def write() -> None:
    """Write examples and description again."""
    clock = WallClock()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder), clock=clock) as store,
    ):
        office, evidence = FakeOffice(), Evidence(Path(folder))
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        accounts = Accounts(store, clock=clock, hasher=cheap)
        for role in Role:
            accounts.add(role.value, role, PASSWORD, by="test")
        sha = morning(store, evidence, office)
        life, scope = timedelta(days=9), frozenset({"push:hall_1"})
        _, device = accounts.add_token(Role.VIEWER.value, scope, life, by="test")
        mailboxes = {"hall_1": Mailbox("hall_1", MailClock(clock))}
        setup = setup_in(Path(folder), store, MailClock(clock), mailboxes)
        app = create_app(
            office,
            store,
            evidence,
            accounts=accounts,
            clock=clock,
            mailboxes=mailboxes,
            setup=setup,
            messages=FakeDesk(),
        )
        EXAMPLES.write_text(as_text(examples_of(app, sha, device)), "utf-8")
        DESCRIPTION.write_text(as_text(describe(app)), "utf-8")
        setup.close()


if __name__ == "__main__":
    write()
