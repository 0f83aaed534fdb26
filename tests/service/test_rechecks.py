"""The sample of met verdicts: which are in it, what a human sees of them, what the answers make."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from service.accounts import Role
from service.api.routes.rechecks import desk_of
from service.rechecks import LookedAt
from service.store import Retention
from tests.fakes_office import clock
from tests.service.cases import YESTERDAY, met, pictured, sampled_clause
from tests.service.conftest import House
from vision.life import rechecked
from vision.values import Outcome, Slot

BEFORE = clock(7, 56) - YESTERDAY
"""A moment before opening of yesterday, while its met verdicts stood."""


@pytest.fixture
def evaluator(house: House) -> TestClient:
    """Who looks again."""
    return house.signed_in(Role.EVALUATOR)


def waiting(client: TestClient) -> list[int]:
    """The records whose places wait for a look."""
    return [one["record_id"] for one in client.get("/api/v1/rechecks").json()["items"]]


def test_only_what_is_in_the_sample_and_has_a_picture_waits_for_a_look(
    house: House, evaluator: TestClient
) -> None:
    """What nobody can see is counted and left out, not guessed."""
    inside = met(house.store, sampled_clause(BEFORE, "loket_2"))
    met(house.store, sampled_clause(BEFORE, "loket_2", chosen=False))
    assert evaluator.get("/api/v1/rechecks").json()["unpictured"] == 1
    assert waiting(evaluator) == []
    pictured(house.store, BEFORE)
    told = evaluator.get("/api/v1/rechecks").json()
    assert [one["record_id"] for one in told["items"]] == [inside]
    assert (told["unpictured"], told["share"]) == (0, 0.05)
    page = evaluator.get("/rechecks", headers={"Accept": "text/html"}).text
    assert "Uji petik <b>1</b>" in page


def test_a_place_beside_which_nothing_was_flagged_is_looked_at_by_its_own_pictures(
    house: House, evaluator: TestClient
) -> None:
    """A rate of flagged moments alone would say nothing of a quiet counter."""
    clause = sampled_clause(BEFORE, "loket_2")
    record_id = met(house.store, clause)
    for minute, picture in ((-2, b"too early"), (0, b"one"), (1, b"two")):
        at = BEFORE + timedelta(minutes=minute)
        sha = house.evidence.add(picture)
        house.store.add_met_picture(BEFORE.date(), clause, Slot.READY, at, "loket_2", sha)
    assert waiting(evaluator) == [record_id]
    told = evaluator.get(f"/api/v1/rechecks/{record_id}").json()["pictures"]
    assert [evaluator.get(one["url"]).content for one in told] == [b"one", b"two"]
    seen = house.store.audit_newest(limit=1)[0][1]
    assert (seen.act, seen.actor) == ("evidence.view", "evaluator")
    assert house.signed_in(Role.VIEWER).get(told[0]["url"]).status_code == 403
    house.store.sweep(BEFORE + timedelta(days=20), Retention(), house.evidence)
    assert house.signed_in(Role.SUPERVISOR).get(told[0]["url"]).status_code == 410


def test_a_picture_of_before_the_verdict_stood_or_of_another_counter_does_not_speak_for_it(
    house: House, evaluator: TestClient
) -> None:
    """A desk that was cleared in time was met: its picture of 07:54 would be called a miss."""
    met(house.store, sampled_clause(BEFORE, "loket_2"))
    pictured(house.store, BEFORE - timedelta(minutes=2))
    pictured(house.store, BEFORE, "loket_1")
    pictured(house.store, clock(8, 30) - YESTERDAY)
    assert waiting(evaluator) == []


def test_a_part_of_the_day_that_is_not_over_and_a_day_whose_pictures_went_are_not_asked_about(
    house: House, evaluator: TestClient
) -> None:
    """Its verdict may still change; or nothing is left to look at."""
    today = clock(7, 56)
    met(house.store, sampled_clause(today, "loket_2"), before=timedelta(0))
    pictured(house.store, today)
    old = timedelta(days=15)
    met(house.store, sampled_clause(today - old, "loket_2"), before=old)
    pictured(house.store, today - old)
    assert waiting(evaluator) == []
    house.office.turn(clock(8, 0))
    assert len(waiting(evaluator)) == 1


def test_what_siaga_said_is_not_told_before_the_answer(house: House, evaluator: TestClient) -> None:
    """Who knows the verdict sees what it says."""
    record_id = met(house.store, sampled_clause(BEFORE, "loket_2"))
    pictured(house.store, BEFORE, sha=house.sha)
    html = {"Accept": "text/html"}
    told = evaluator.get(f"/api/v1/rechecks/{record_id}").json()
    assert [one["url"] for one in told["pictures"]] == [f"/api/v1/evidence/{house.sha}"]
    assert told["place"].keys() == {
        *("record_id", "day", "counter", "clause", "text", "slot", "slot_text")
    }
    page = evaluator.get(f"/rechecks/{record_id}", headers=html).text
    assert "tidak ditunjukkan" in page
    assert page.lower().count("terpenuhi") == 2, "the two answers, and nothing beside them"
    said = evaluator.post(f"/api/v1/rechecks/{record_id}", json={"outcome": "not_met"})
    assert said.status_code == 201
    assert (said.json()["outcome"], said.json()["stood"]) == ("not_met", "met")


def test_an_answer_measures_siaga_and_stands_against_nobody(
    house: House, evaluator: TestClient
) -> None:
    """One look at each place; the record stays what it was, nothing is flagged."""
    record_id = met(house.store, sampled_clause(BEFORE, "loket_2"))
    pictured(house.store, BEFORE)
    flags = house.store.flags()
    before = house.store.record(record_id)
    place = desk_of(house.app.state.door).sampled().waiting[0]
    body = {"outcome": "not_met", "note": "cangkir di balik layar"}
    assert evaluator.post(f"/api/v1/rechecks/{record_id}", json=body).status_code == 201
    assert house.store.record(record_id) == before
    assert house.store.flags() == flags
    desk = house.app.state.door.desk()
    standing = {r.record_id: r.verdict.outcome for r in desk.standing(BEFORE.date())}
    assert standing[record_id] is Outcome.MET
    assert waiting(evaluator) == []
    assert evaluator.post(f"/api/v1/rechecks/{record_id}", json=body).status_code == 404
    with pytest.raises(LookedAt):  # of two at once the second
        desk_of(house.app.state.door).say(place, "b", Outcome.MET, "")
    (row,) = house.store.rechecks.rows(BEFORE.date(), BEFORE.date())
    assert (row.outcome, row.account, row.slot) == (Outcome.NOT_MET, "evaluator", Slot.READY)
    newest = house.store.audit_newest(limit=1)[0][1]
    assert (newest.act, newest.object_) == ("recheck.add", f"record/{record_id}")
    with (
        closing(sqlite3.connect(house.store.database.path)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        raw.execute("UPDATE recheck SET outcome = 'met'")


def test_the_answers_make_a_rate_of_misses_with_its_interval(
    house: House, evaluator: TestClient
) -> None:
    """Breaches among the looks that could tell; who could not tell counts for neither side."""
    looks = 0
    for n in range(800):
        before = timedelta(days=1 + n % 13)
        day = clock(7, 56) - before
        counter = f"loket_{n}"
        clause = "FO-C2a"
        if day.weekday() > 4 or not rechecked(
            "kppn_contoh", day.date(), counter, clause, Slot.READY, 0.05
        ):
            continue
        record_id = met(house.store, clause, counter, before)
        pictured(house.store, day, counter)
        outcome = "not_met" if looks < 2 else "cannot_tell" if looks == 2 else "met"
        said = evaluator.post(f"/api/v1/rechecks/{record_id}", json={"outcome": outcome})
        assert said.status_code == 201
        looks += 1
        if looks == 10:
            assert _rate(evaluator)["few"] is True, "nine could be told"
        if looks == 11:
            break
    found = _rate(evaluator)
    assert (found["value"], found["n"]) == (pytest.approx(0.2), 10)
    # Wilson, 2 of 10
    assert (found["low"], found["high"]) == (
        pytest.approx(0.057, abs=0.001),
        pytest.approx(0.510, abs=0.001),
    )
    page = evaluator.get("/accuracy", headers={"Accept": "text/html"}).text
    assert "20% (6% sampai 51%, dari 10)" in page


def _rate(client: TestClient) -> dict[str, object]:
    told = client.get("/api/v1/accuracy").json()["clauses"]
    found: dict[str, object] = next(o for o in told if o["clause"] == "FO-C2a")["recheck_rate"]
    return found
