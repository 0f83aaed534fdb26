"""What supervisors observed: entered once, whatever the phone does, and refused in words."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from service.accounts import Role
from service.store import Retention
from tests.fakes_office import DAY, clock
from tests.service.conftest import House

TAP: dict[str, object] = {
    "key": "tap-00000001",
    "day": "2026-11-24",
    "clause": "FO-A1",
    "counter": "loket_1",
    "outcome": "not_met",
    "note": "",
}
ADDRESS = "/api/v1/observations"


@pytest.fixture
def siti(house: House) -> TestClient:
    """A supervisor."""
    return house.signed_in(Role.SUPERVISOR)


def tap(**changed: object) -> dict[str, object]:
    """The usual tap with changes."""
    return TAP | changed


def test_an_observation_is_kept_and_told(siti: TestClient) -> None:
    """With who and when, in both languages."""
    kept = siti.post(ADDRESS, json=tap(note="  dua\tkali \n pagi ini ")).json()
    assert (kept["by"], kept["at"]) == ("supervisor", "2026-11-24T07:57:00+07:00")
    assert kept["note"] == "dua kali pagi ini"
    assert kept["outcome_text"] == {"id": "belum terpenuhi", "en": "not met"}
    (told,) = siti.get(ADDRESS).json()["items"]
    assert told == kept
    assert siti.get(ADDRESS, params={"day": "2026-11-23"}).json()["items"] == []


def test_a_phone_that_sends_twice_enters_once(siti: TestClient) -> None:
    """The answer was lost on the way; the phone cannot know."""
    first = siti.post(ADDRESS, json=tap())
    again = siti.post(ADDRESS, json=tap())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(siti.get(ADDRESS).json()["items"]) == 1


def test_a_key_stands_for_one_observation(siti: TestClient) -> None:
    """Otherwise the second would vanish without a word."""
    siti.post(ADDRESS, json=tap())
    answer = siti.post(ADDRESS, json=tap(outcome="met"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_used")


def test_keys_of_two_accounts_do_not_meet(house: House, siti: TestClient) -> None:
    """Two phones may count alike; and no key tells what somebody else entered."""
    siti.post(ADDRESS, json=tap())
    answer = house.signed_in(Role.ADMIN).post(ADDRESS, json=tap(outcome="met"))
    assert answer.status_code == 201


def test_a_correction_is_a_new_row(siti: TestClient) -> None:
    """What was entered first can still be read."""
    siti.post(ADDRESS, json=tap())
    siti.post(ADDRESS, json=tap(key="tap-00000002", outcome="met"))
    siti.post(ADDRESS, json=tap(key="tap-00000003", outcome="withdrawn"))
    told = siti.get(ADDRESS).json()["items"]
    assert [one["outcome"] for one in told] == ["not_met", "met", "withdrawn"]
    assert [one["standing"] for one in told] == [False, False, False]
    siti.post(ADDRESS, json=tap(key="tap-00000004", outcome="met"))
    assert [one["standing"] for one in siti.get(ADDRESS).json()["items"]][-1] is True


def test_who_entered_what_stands_in_the_audit_log_without_its_words(
    house: House, siti: TestClient
) -> None:
    """The log is read by others than the briefing."""
    siti.post(ADDRESS, json=tap(note="salam terlewat"))
    siti.post(ADDRESS, json=tap(note="salam terlewat"))
    rows = [r for _, r in house.store.audit_rows(limit=500) if r.act == "observation.enter"]
    assert [(row.actor, row.object_) for row in rows] == [("supervisor", "observation/1")]
    assert "salam" not in str(rows)


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"day": "2026-11-25"}, "future", "future"),
        ({"day": "2026-11-16"}, "too_late", "last 7 days"),
        ({"day": "2026-11-22"}, "day_off", "working day"),
        ({"day": "0001-01-01"}, "invalid", ""),
        ({"day": "9999-12-31"}, "invalid", ""),
        ({"clause": "FO-A6"}, "judged_elsewhere", "review"),
        ({"clause": "FO-Z9"}, "invalid", "in force"),
        ({"counter": None}, "invalid", "expected a counter"),
        ({"note": "x" * 141}, "invalid", "140"),
        ({"note": "a\u202eb"}, "invalid", "control"),
        ({"note": "a\x00b"}, "invalid", "control"),
        ({"occasion": 0}, "invalid", ""),
        ({"occasion": True}, "invalid", ""),
        ({"outcome": "cannot_tell"}, "invalid", ""),
        ({"key": "short"}, "invalid", ""),
        ({"who": "Budi"}, "invalid", ""),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    siti: TestClient, changed: dict[str, object], code: str, said: str
) -> None:
    """And nothing of it is kept."""
    answer = siti.post(ADDRESS, json=tap(**changed))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert said in answer.json()["error"]["message"]
    assert siti.get(ADDRESS).json()["items"] == []


@pytest.mark.parametrize(
    "note",
    ['"Loket" <b>1</b> & co', "'; DROP TABLE entry; --", "جيد", "👍🏽 rapi", "=1+1"],
)
def test_a_note_may_hold_any_plain_letters(siti: TestClient, note: str) -> None:
    """It comes back as it was typed."""
    assert siti.post(ADDRESS, json=tap(note=note)).json()["note"] == note


def test_a_narrow_token_neither_enters_nor_reads_of_other_counters(house: House) -> None:
    """Existence does not leak."""
    wide = house.program("briefing")
    narrow = house.program("briefing", "counter:loket_1")
    assert wide.post(ADDRESS, json=tap(counter="loket_2")).status_code == 201
    assert narrow.post(ADDRESS, json=tap(counter="loket_2", key="tap-00000002")).status_code == 404
    assert narrow.get(ADDRESS).json()["items"] == []


def test_yesterday_may_still_be_entered_in_the_morning(house: House, siti: TestClient) -> None:
    """The notebook of the afternoon before; `at` says when it was entered."""
    kept = siti.post(ADDRESS, json=tap(day="2026-11-23")).json()
    assert kept["day"] == "2026-11-23"
    assert kept["at"].startswith("2026-11-24")


def test_the_day_is_that_of_the_office_and_not_of_the_machine(house: House) -> None:
    """A WIT office asked by a server in UTC (docs/standard.md 4.2, case 12)."""
    house.clock.now = clock(7, 57) + timedelta(days=40)
    siti = house.signed_in(Role.SUPERVISOR)
    assert siti.get(ADDRESS).json()["day"] == "2026-11-24"


def test_observations_go_with_the_other_rows(house: House, siti: TestClient) -> None:
    """Twelve months, as everything about counters (P-07)."""
    siti.post(ADDRESS, json=tap())
    entries = house.store.entries
    house.store.sweep(clock(8, 0) + timedelta(days=360), Retention(), house.evidence)
    assert len(entries.between(DAY, DAY)) == 1
    gone = house.store.sweep(clock(8, 0) + timedelta(days=370), Retention(), house.evidence)
    assert gone.rows["entry"] == 1
    assert entries.between(DAY, DAY) == ()
