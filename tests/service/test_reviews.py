"""Reviews, contests and misses: who says what when, and what two at once get."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.accounts import Role
from service.proposals import Looser, Unflagged, propose, propose_looser
from service.reviews import Said
from service.store import Case, History, Look, Queue, RecheckRow, ReviewRow
from tests.fakes_office import DAY, clock, fake_verdict
from tests.service.conftest import House
from vision.life import Act, Ground, asks_again
from vision.values import Measure, Outcome, Reason, Slot, Status, Verdict

AGREE = {"act": "agree"}
OVERTURN = {"act": "met", "ground": "visitors"}


def flagged(house: House, clause: str = "FO-C2a", **kind: Any) -> int:
    """A new flag about loket_2 that waits for a first look."""
    verdict = fake_verdict(clause=clause, reason=Reason.PRESENT_OBJECT, **kind)
    record_id = house.store.add_record(verdict)
    return house.store.open_flag(record_id, verdict, (clock(7, 54), clock(7, 56)))


def sampled(house: House, *, again: bool) -> int:
    """A flag whose record is (not) in the sample for a second look."""
    for n in range(200):
        flag_id = flagged(house, f"FO-S{n}")
        if asks_again(house.store.reviews.history(flag_id).record_id, 0.2) is again:
            return flag_id
    raise AssertionError("no such record among 200")


def version(house: House, flag_id: int) -> str:
    """Where a flag stands."""
    return house.store.reviews.history(flag_id).version


def say(
    house: House, client: TestClient, flag_id: int, words: dict[str, str], at: str | None = None
) -> httpx2.Response:
    """Post a review."""
    body = words | {"version": at if at is not None else version(house, flag_id)}
    return client.post(f"/api/v1/flags/{flag_id}/reviews", json=body)


@pytest.fixture
def supervisor(house: House) -> TestClient:
    """One reviewer."""
    return house.signed_in(Role.SUPERVISOR)


@pytest.fixture
def evaluator(house: House) -> TestClient:
    """Another."""
    return house.signed_in(Role.EVALUATOR)


# --- first looks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "outcome", "status", "case"),
    [
        (AGREE, "not_met", "confirmed", Case.CONFIRMED),
        (OVERTURN, "met", "overturned", Case.OVERTURNED),
        ({"act": "cannot_tell", "ground": "hidden"}, "cannot_tell", "overturned", Case.UNSURE),
    ],
)
def test_a_review_is_a_row_about_a_record_that_stays_as_it_was(
    house: House,
    supervisor: TestClient,
    words: dict[str, str],
    outcome: str,
    status: str,
    case: Case,
) -> None:
    """How the two stand together is computed; the record keeps what the camera said."""
    flag_id = flagged(house)
    before = house.store.flag(flag_id).records
    answer = say(house, supervisor, flag_id, words)
    assert answer.status_code == 201
    assert answer.json()["stands"]["outcome"] == outcome
    assert answer.json()["stands"]["status"] == status
    assert house.store.flag(flag_id).records == before
    assert house.store.flag(flag_id).flag.closed_as == case
    audited = house.store.audit_rows(limit=500)[-1][1]
    assert (audited.act, audited.object_) == ("review.add", f"flag/{flag_id}")


def test_only_what_a_human_confirmed_is_not_met_in_the_standing_of_a_day(
    house: House, supervisor: TestClient
) -> None:
    """The briefing reads this: an unreviewed or overturned finding accuses nobody."""
    kept, dropped, open_ = (flagged(house, clause) for clause in ("FO-C2a", "FO-C2b", "FO-C2c"))
    say(house, supervisor, kept, AGREE)
    say(house, supervisor, dropped, OVERTURN)
    door = house.app.state.door
    standing = {r.flag_id: r.verdict for r in door.desk().standing(DAY)}
    assert (standing[kept].outcome, standing[kept].status) == (
        Outcome.NOT_MET,
        Status.CONFIRMED,
    )
    assert standing[dropped].outcome is Outcome.MET
    assert standing[open_].status is Status.PROVISIONAL


@pytest.mark.parametrize(
    "words",
    [
        {"act": "met"},
        {"act": "cannot_tell"},
        {"act": "met", "ground": "hidden"},
        {"act": "agree", "ground": "visitors"},
        {"act": "met", "ground": "other", "note": "   "},
        {"act": "met", "ground": "nonsense"},
        {"act": "contest"},
        {"act": "met", "ground": "visitors", "note": "x" * 141},
        {"act": "agree", "unknown": "key"},
    ],
)
def test_who_decides_otherwise_says_why_from_the_list(
    house: House, supervisor: TestClient, words: dict[str, str]
) -> None:
    """A reason that cannot be counted teaches nobody; refused, and nothing is written."""
    flag_id = flagged(house)
    assert say(house, supervisor, flag_id, words).status_code == 422
    assert house.store.reviews.history(flag_id).reviews == ()


def test_words_in_any_script_come_back_as_they_were(house: House, supervisor: TestClient) -> None:
    """Quotes, tags, emoji and right-to-left marks are only letters."""
    note = '"<b>tamu</b>" 🙂 \u202eunat\u202c ثلاثة'
    flag_id = flagged(house)
    words = {"act": "met", "ground": "other", "note": note}
    assert say(house, supervisor, flag_id, words).json()["review"]["note"] == note


def test_nothing_changes_a_review_afterwards(house: House, supervisor: TestClient) -> None:
    """Not even a hand at the database, unless it takes the lock off first."""
    say(house, supervisor, flagged(house), AGREE)
    with (
        closing(sqlite3.connect(house.store.folder / "siaga.db")) as raw,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        raw.execute("UPDATE review SET act = 'met'")


# --- two at once -------------------------------------------------------------------------------


def test_of_two_reviewers_at_once_the_second_is_told_what_happened(
    house: House, supervisor: TestClient, evaluator: TestClient
) -> None:
    """Nobody overwrites a colleague unseen."""
    flag_id = sampled(house, again=False)
    seen = version(house, flag_id)
    assert say(house, supervisor, flag_id, OVERTURN, seen).status_code == 201
    late = say(house, evaluator, flag_id, AGREE, seen)
    assert late.status_code == 409
    error = late.json()["error"]
    assert error["code"] == "changed"
    assert error["detail"]["by"] == "supervisor"
    assert error["detail"]["review"]["act"] == "met"
    again = say(house, evaluator, flag_id, AGREE, error["detail"]["version"])
    assert again.json()["stands"]["reason"] == "RATERS_DISAGREE"


def test_ten_reviewers_in_the_same_moment_leave_one_answer(house: House) -> None:
    """The version is compared inside the transaction that writes."""
    flag_id = flagged(house)
    seen = version(house, flag_id)
    statuses: list[int] = []

    def post() -> None:
        client = house.signed_in(Role.EVALUATOR)
        statuses.append(say(house, client, flag_id, AGREE, seen).status_code)

    threads = [threading.Thread(target=post) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 9
    assert len(house.store.reviews.history(flag_id).reviews) == 1


def test_a_verdict_that_moved_meanwhile_is_looked_at_again(
    house: House, supervisor: TestClient
) -> None:
    """Who clears the desk in time is not accused by a page that was open."""
    flag_id = flagged(house)
    seen = version(house, flag_id)
    cleared = fake_verdict(
        clause="FO-C2a", outcome=Outcome.MET, reason=None, decided_at=clock(7, 55, 5)
    )
    house.store.add_record(cleared)
    late = say(house, supervisor, flag_id, AGREE, seen)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "changed")
    assert late.json()["error"]["detail"]["verdict_changed"] is True
    closed = say(house, supervisor, flag_id, AGREE)
    assert closed.json()["error"]["detail"] == {"why": "superseded"}
    waiting = supervisor.get("/api/v1/reviews").json()["items"]
    assert flag_id not in [item["flag"]["flag"] for item in waiting]


# --- blind second looks ------------------------------------------------------------------------


def test_a_second_reviewer_is_not_shown_the_first_answer_anywhere(
    house: House, supervisor: TestClient, evaluator: TestClient
) -> None:
    """Who sees the answer agrees with it; the answer of the API holds none of it."""
    flag_id = sampled(house, again=True)
    first = say(house, supervisor, flag_id, OVERTURN | {"note": "gelas tamu"})
    assert "asks" not in first.text, "the first reviewer does not know that it is asked again"
    for path in (
        "/api/v1/reviews?queue=second",
        "/api/v1/reviews",
        f"/api/v1/flags/{flag_id}/reviews",
        f"/api/v1/flags/{flag_id}",
        "/api/v1/flags",
    ):
        told = evaluator.get(path)
        assert told.status_code == 200
        for word in ("overturned", "visitors", "gelas tamu"):
            assert word not in told.text, path
    assert evaluator.get(f"/api/v1/flags/{flag_id}/reviews").json()["blind"] is True
    queued = evaluator.get("/api/v1/reviews?queue=second").json()
    assert [item["flag"]["flag"] for item in queued["items"]] == [flag_id]
    assert supervisor.get("/api/v1/reviews?queue=second").json()["items"] == []
    # A race for the first answer tells nothing to who may still be second.
    late = say(house, evaluator, flag_id, AGREE, "1.0")
    assert late.json()["error"]["detail"]["review"] is None


def test_two_who_differ_leave_it_undecided_until_they_agree(
    house: House, supervisor: TestClient, evaluator: TestClient
) -> None:
    """No majority of one."""
    flag_id = sampled(house, again=True)
    say(house, supervisor, flag_id, OVERTURN)
    second = say(house, evaluator, flag_id, AGREE).json()
    assert second["review"]["look"] == "second"
    assert second["stands"]["status"] == "provisional"
    differ = supervisor.get("/api/v1/reviews?queue=differ").json()
    assert [item["flag"]["flag"] for item in differ["items"]] == [flag_id]
    both = supervisor.get(f"/api/v1/flags/{flag_id}/reviews").json()["reviews"]
    assert [one["act"] for one in both] == ["met", "agree"]
    third = say(house, supervisor, flag_id, AGREE).json()
    assert (third["stands"]["outcome"], third["stands"]["status"]) == ("not_met", "confirmed")
    assert supervisor.get("/api/v1/reviews?queue=differ").json()["items"] == []
    # What was first and second stays so: agreement is measured on what was said blind.
    assert house.store.reviews.pairs(DAY, DAY)[0][1:] == (Outcome.MET, Outcome.NOT_MET)


# --- time --------------------------------------------------------------------------------------


def test_what_nobody_looked_at_lapses_at_the_end_of_the_next_working_day(
    house: House, supervisor: TestClient
) -> None:
    """Silence of the reviewers never becomes a finding, and the page leaves the queue."""
    flag_id = flagged(house)
    due = supervisor.get(f"/api/v1/flags/{flag_id}/reviews").json()["due_at"]
    assert due == "2026-11-26T00:00:00+07:00"
    board = house.office.board()
    house.office.change(replace(board, now=clock(7, 57) + timedelta(days=2)))
    told = supervisor.get(f"/api/v1/flags/{flag_id}/reviews").json()
    assert told["stands"]["status"] == "lapsed"
    refused = say(house, supervisor, flag_id, AGREE)
    assert refused.json()["error"]["detail"] == {"why": "lapsed"}
    assert supervisor.get("/api/v1/reviews").json()["items"] == []
    door = house.app.state.door
    assert door.desk().settle()[Case.LAPSED] >= 1
    assert house.store.flag(flag_id).flag.closed_as == Case.LAPSED


def test_a_friday_waits_over_the_weekend(house: House) -> None:
    """The deadline is the end of the next working day, not of the next day."""
    due_of = house.app.state.door.desk().due_of
    assert due_of(date(2026, 11, 27)).isoformat() == "2026-11-30T17:00:00+00:00"


# --- contests ----------------------------------------------------------------------------------


def test_a_contest_takes_a_finding_out_until_somebody_else_answers_within_three_days(
    house: House, supervisor: TestClient, evaluator: TestClient
) -> None:
    """The right of those who are judged (P-10), from the plea to the answer."""
    viewer = house.signed_in(Role.VIEWER)
    flag_id = flagged(house)
    say(house, supervisor, flag_id, AGREE)
    plea = {"words": "Cangkir itu milik tamu."}
    made = viewer.post(f"/api/v1/flags/{flag_id}/contests", json=plea)
    assert made.status_code == 201
    assert made.json()["left_s"] == 72 * 3600
    assert house.store.flag(flag_id).flag.contested_at is not None, "its pictures are pinned"
    standing = house.app.state.door.desk().standing(DAY)
    contested = next(r.verdict for r in standing if r.flag_id == flag_id)
    assert (contested.outcome, contested.status) == (Outcome.CANNOT_TELL, Status.CONTESTED)
    assert viewer.post(f"/api/v1/flags/{flag_id}/contests", json=plea).status_code == 409
    refused = say(house, supervisor, flag_id, AGREE)
    assert refused.json()["error"]["detail"] == {"why": "contested"}
    (waiting,) = evaluator.get("/api/v1/reviews?queue=contest").json()["items"]
    assert waiting["contest"]["words"] == plea["words"]
    contest = made.json()["contest"]
    body = OVERTURN | {"version": waiting["version"]}
    answer = evaluator.post(f"/api/v1/contests/{contest}/answer", json=body)
    assert answer.json()["stands"]["status"] == "overturned"
    again = evaluator.post(
        f"/api/v1/contests/{contest}/answer", json=body | {"version": answer.json()["version"]}
    )
    assert again.json()["error"]["detail"] == {"why": "answered"}
    (mine,) = viewer.get("/api/v1/contests").json()["items"]
    assert mine["answer"]["ground_text"]["id"] == "milik tamu"


def test_a_contest_that_is_not_answered_in_time_is_named(
    house: House, supervisor: TestClient
) -> None:
    """An overdue answer raises an alert (P-10)."""
    flag_id = flagged(house)
    supervisor.post(f"/api/v1/flags/{flag_id}/contests", json={"words": "bukan begitu"})
    door = house.app.state.door
    assert door.desk().late_contests() == ()
    board = house.office.board()
    house.office.change(replace(board, now=clock(7, 58) + timedelta(days=3)))
    assert [c.flag_id for c in door.desk().late_contests()] == [flag_id]
    (item,) = supervisor.get("/api/v1/contests?open=true").json()["items"]
    assert item["left_s"] == -60


def test_nobody_answers_their_own_contest(house: House, supervisor: TestClient) -> None:
    """A judge in their own cause."""
    flag_id = flagged(house)
    made = supervisor.post(f"/api/v1/flags/{flag_id}/contests", json={"words": "bukan begitu"})
    answer = supervisor.post(
        f"/api/v1/contests/{made.json()['contest']}/answer",
        json=AGREE | {"version": version(house, flag_id)},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "own_contest")


def test_what_stands_against_nobody_cannot_be_contested(
    house: House, supervisor: TestClient
) -> None:
    """Overturned already: there is nothing to contest."""
    flag_id = flagged(house)
    say(house, supervisor, flag_id, OVERTURN)
    made = supervisor.post(f"/api/v1/flags/{flag_id}/contests", json={"words": "bukan begitu"})
    assert made.json()["error"]["detail"] == {"why": "nothing"}


def test_a_viewer_sees_only_their_own_contests(house: House, supervisor: TestClient) -> None:
    """What others contest is between them and who reviews."""
    supervisor.post(f"/api/v1/flags/{flagged(house)}/contests", json={"words": "rahasia pengawas"})
    assert "rahasia" not in house.signed_in(Role.VIEWER).get("/api/v1/contests").text


@pytest.mark.parametrize("role", list(Role))
def test_an_account_of_a_counter_contests_only_what_is_said_of_it(house: House, role: Role) -> None:
    """Staff contest what concerns their counter; of another one the refusal tells nothing.

    Whatever the role: who belongs to a counter speaks for that one.
    """
    flag_id = flagged(house)  # of loket_2
    house.accounts.set_counters(role.value, frozenset({"loket_1"}), by="test")
    client = house.signed_in(role)
    plea = {"words": "Cangkir itu milik tamu."}
    refused = client.post(f"/api/v1/flags/{flag_id}/contests", json=plea)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_your_counter")
    page = client.get(f"/contests/new?flag={flag_id}", headers={"Accept": "text/html"})
    assert page.status_code == 403
    for told in (refused.text, page.text):
        assert "loket_2" not in told
        assert "Loket 2" not in told
        assert "FO-C2a" not in told
    assert house.store.reviews.contests() == ()
    assert "/contests/new" not in client.get("/").text
    if role is not Role.VIEWER:
        assert "/contests/new" not in client.get(f"/flags/{flag_id}").text
    house.accounts.set_counters(role.value, frozenset({"loket_1", "loket_2"}), by="test")
    assert client.get(f"/contests/new?flag={flag_id}").status_code == 200, "from the next request"
    assert client.post(f"/api/v1/flags/{flag_id}/contests", json=plea).status_code == 201


def test_an_account_of_no_counter_contests_for_any(house: House) -> None:
    """What such accounts could do before, they still can."""
    made = house.signed_in(Role.VIEWER).post(
        f"/api/v1/flags/{flagged(house)}/contests", json={"words": "bukan begitu"}
    )
    assert made.status_code == 201


# --- misses ------------------------------------------------------------------------------------


def test_a_miss_keeps_what_the_record_said_at_that_moment(
    house: House, supervisor: TestClient
) -> None:
    """Errors in the other direction are known only if somebody may report them."""
    met = fake_verdict("loket_1", "FO-C2a", Outcome.MET, None, clock(7, 55))
    record_id = house.store.add_record(met)
    at = "2026-11-24T07:56:00+07:00"
    body = {"counter": "loket_1", "clause": "FO-C2a", "at": at, "note": "botol di balik layar"}
    made = supervisor.post("/api/v1/misses", json=body)
    assert made.status_code == 201
    assert (made.json()["stood"], made.json()["record_id"]) == ("met", record_id)
    assert house.store.record(record_id).verdict == met


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"at": "2026-11-24T09:00:00+07:00"}, "future"),
        ({"clause": "FO-X9"}, "invalid"),
        ({"at": "kemarin"}, "invalid"),
    ],
)
def test_a_miss_that_cannot_be_is_refused_in_words(
    house: House, supervisor: TestClient, change: dict[str, str], code: str
) -> None:
    """A moment that has not come, a clause that is not in force."""
    body = {"counter": "loket_1", "clause": "FO-C2a", "at": "2026-11-24T07:56:00+07:00"}
    refused = supervisor.post("/api/v1/misses", json=body | change)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)


# --- figures -----------------------------------------------------------------------------------


def test_figures_of_few_cases_are_not_shown_and_those_of_enough_carry_their_interval(
    house: House, supervisor: TestClient
) -> None:
    """Nine are an anecdote."""
    for n in range(9):
        verdict = fake_verdict(clause="FO-C2a", decided_at=clock(7, 55) - timedelta(days=n + 1))
        record_id = house.store.add_record(verdict)
        flag_id = house.store.open_flag(record_id, verdict, (clock(7, 54), clock(7, 56)))
        row = house.store.reviews.history(flag_id)
        house.store.reviews.add(flag_id, row.version, _answered(house, n < 3))
    few = _accuracy(supervisor)
    assert few["overturned_rate"] == {
        "value": None,
        "low": None,
        "high": None,
        "n": None,
        "few": True,
    }
    say(house, supervisor, flagged(house), AGREE)
    enough = _accuracy(supervisor)["overturned_rate"]
    assert enough["value"] == pytest.approx(0.3)
    assert (enough["n"], enough["few"]) == (10, False)
    # Wilson, 3 of 10: the interval of every textbook.
    assert (enough["low"], enough["high"]) == pytest.approx((0.108, 0.603), abs=0.001)


def _answered(house: House, overturn: bool) -> Callable[..., Any]:
    desk = house.app.state.door.desk()

    def answer(history: Any) -> Any:
        said = (
            Said("a", Act.MET, Ground.VISITORS, "") if overturn else Said("a", Act.AGREE, None, "")
        )
        record = house.store.record(history.record_id)
        return desk._row(record, history, said, Look.FIRST, asks_again=False)

    return answer


def _accuracy(client: TestClient) -> Any:
    told = client.get("/api/v1/accuracy").json()["clauses"]
    return next(one for one in told if one["clause"] == "FO-C2a")


def test_agreement_counts_blind_pairs_and_hides_few(
    house: House, supervisor: TestClient, evaluator: TestClient
) -> None:
    """Kappa of three pairs is noise."""
    flag_id = sampled(house, again=True)
    say(house, supervisor, flag_id, AGREE)
    say(house, evaluator, flag_id, AGREE)
    told = supervisor.get("/api/v1/agreement").json()
    assert told["all"]["raw"]["few"] is True
    assert told["clauses"][0]["kappa"]["value"] is None


def decided(values: list[tuple[float, Case]]) -> list[tuple[Case, tuple[Measure, ...]]]:
    """Findings with one measure against the threshold 2."""
    return [(case, (Measure("occurrences", value, 2.0, "times"),)) for value, case in values]


def test_a_threshold_is_proposed_only_where_it_spares_and_loses_nothing_confirmed() -> None:
    """A stricter number; a person decides."""
    rows = [(2.0, Case.OVERTURNED)] * 4 + [(4.0, Case.CONFIRMED)] * 8
    found = propose(decided(rows), 10)
    assert found is not None
    assert (found.measure, found.now, found.proposed) == ("occurrences", 2.0, 3.0)
    assert (found.spared, found.of) == (4, 12)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(2.0, Case.OVERTURNED)] * 3 + [(4.0, Case.CONFIRMED)] * 3, id="too few"),
        pytest.param([(2.0, Case.OVERTURNED)] * 12, id="nothing confirmed"),
        pytest.param(
            [(5.0, Case.OVERTURNED)] * 6 + [(2.0, Case.CONFIRMED)] * 6, id="would lose confirmed"
        ),
        pytest.param(
            [(1.0, Case.OVERTURNED)] * 6 + [(4.0, Case.CONFIRMED)] * 6, id="on both sides"
        ),
    ],
)
def test_no_threshold_is_proposed_where_reviews_do_not_carry_one(
    rows: list[tuple[float, Case]],
) -> None:
    """A guess would be taken for knowledge."""
    assert propose(decided(rows), 10) is None


CONFIRMED = [(2.0, Case.CONFIRMED)] * 8 + [(3.0, Case.CONFIRMED)] * 4


def passed(values: list[tuple[float, bool]], visible: float = 0.9) -> list[Unflagged]:
    """Verdicts that found nothing, and whether people say there was a breach."""
    return [
        Unflagged(
            (
                Measure("occurrences", value, 2.0, "times"),
                Measure("visible", visible, 0.7, "share"),
            ),
            breach,
        )
        for value, breach in values
    ]


def test_a_looser_threshold_is_proposed_where_people_call_what_it_would_flag_breaches() -> None:
    """And only as loose as what they found: what lies further off stays where it is."""
    others = passed([(1.0, True)] * 11 + [(1.0, False)] + [(0.0, True)] + [(0.0, False)] * 40)
    assert propose_looser(decided(CONFIRMED), others, 10) == Looser(
        "occurrences", "times", 2.0, 1.0, 12, 11, 12
    )


@pytest.mark.parametrize(
    ("findings", "others"),
    [
        pytest.param(CONFIRMED[:9], passed([(1.0, True)] * 12), id="few findings"),
        pytest.param(CONFIRMED, passed([(1.0, True)] * 9), id="few newly flagged"),
        pytest.param(
            [*CONFIRMED, (4.0, Case.OVERTURNED)], passed([(1.0, True)] * 12), id="one overturned"
        ),
        pytest.param(
            CONFIRMED, passed([(1.0, True)] * 8 + [(1.0, False)] * 4), id="too many unspoken of"
        ),
        pytest.param(
            CONFIRMED, passed([(1.0, True)] * 12 + [(2.0, False)]), id="not what decided"
        ),
        pytest.param(CONFIRMED, [Unflagged((), breach=True)] * 12, id="nothing was seen"),
        pytest.param(CONFIRMED, [], id="no misses"),
    ],
)
def test_no_looser_threshold_is_proposed_on_a_lower_bar_than_that_of_accusing(
    findings: list[tuple[float, Case]], others: list[Unflagged]
) -> None:
    """A wrong accusation is worse than a miss."""
    assert propose_looser(decided(findings), others, 10) is None


def test_a_looser_threshold_is_past_what_it_is_to_catch() -> None:
    """More than 150 s away is not 150 s: with the value itself nothing would be flagged."""

    def away(*spans: tuple[float, bool]) -> list[Unflagged]:
        return [Unflagged((Measure("away", s, 180.0, "s"),), breach) for s, breach in spans]

    found = [(Case.CONFIRMED, (Measure("away", 200.0, 180.0, "s"),))] * 10
    ten = away(*[(150.0, True)] * 10)
    with_shorter = propose_looser(found, [*ten, *away(*[(100.0, False)] * 5)], 10)
    assert with_shorter is not None
    assert (with_shorter.proposed, with_shorter.flagged) == (125.0, 10)
    alone = propose_looser(found, ten, 10)
    assert alone is not None
    assert alone.proposed == 135.0


def test_what_two_thresholds_held_back_speaks_for_neither() -> None:
    """Moving one of them would have changed nothing."""
    findings = [
        (Case.CONFIRMED, (*measures, Measure("visible", 0.9, 0.7, "share")))
        for _, measures in decided(CONFIRMED)
    ]
    unseen = passed([(1.0, True)] * 12, visible=0.5)
    assert propose_looser(findings, unseen, 10) is None
    assert propose_looser(findings, [*unseen, *passed([(1.0, True)] * 10)], 10) is not None


def test_a_threshold_of_another_policy_in_the_span_speaks_for_none() -> None:
    """What stood beside another number cannot be counted with it."""
    other = Unflagged((Measure("occurrences", 1.0, 3.0, "times"),), breach=True)
    mixed = [*passed([(1.0, True)] * 12), other]
    assert propose_looser(decided(CONFIRMED), mixed, 10) is None


def test_misses_settled_doubts_and_looks_at_what_was_met_make_a_looser_proposal(
    house: House, supervisor: TestClient
) -> None:
    """From the records of a month to the answer; the same figures stand on the page."""

    def spoken(n: int, outcome: Outcome, occurrences: float) -> Verdict:
        reason = Reason.PRESENT_OBJECT if outcome is Outcome.NOT_MET else None
        at = clock(7, 55) - timedelta(days=n)
        if outcome is Outcome.CANNOT_TELL:
            reason = Reason.BORDERLINE
        status = Status.PROVISIONAL if outcome is Outcome.NOT_MET else Status.FINAL
        verdict = fake_verdict("loket_1", "FO-C2a", outcome, reason, at, status=status)
        return replace(verdict, measures=(Measure("occurrences", occurrences, 2.0, "times"),))

    def flag(verdict: Verdict, act: Act) -> None:
        flag_id = house.store.open_flag(
            house.store.add_record(verdict), verdict, (verdict.since, verdict.decided_at)
        )
        row = house.store.reviews.history(flag_id)
        desk = house.app.state.door.desk()

        def answer(history: History) -> tuple[ReviewRow, Case]:
            record = house.store.record(history.record_id)
            said = Said("a", act, None, "x")
            made: tuple[ReviewRow, Case] = desk._row(
                record, history, said, Look.FIRST, asks_again=False
            )
            return made

        house.store.reviews.add(flag_id, row.version, answer)

    for n in range(1, 11):
        flag(spoken(n, Outcome.NOT_MET, 2.0), Act.AGREE)
    for n in range(11, 16):
        flag(spoken(n, Outcome.CANNOT_TELL, 1.0), Act.NOT_MET)
    for n in range(16, 21):
        verdict = spoken(n, Outcome.MET, 1.0)
        record_id = house.store.add_record(verdict)
        body = {"counter": "loket_1", "clause": "FO-C2a", "at": verdict.decided_at.isoformat()}
        if n == 20:  # found by looking again at what was met
            day = verdict.decided_at.date()
            place = (record_id, day, "loket_1", "FO-C2a", Slot.READY)
            looked = RecheckRow(0, *place, "b", clock(7, 57), Outcome.NOT_MET, "")
            assert house.store.rechecks.add(looked) is not None
            continue
        assert supervisor.post("/api/v1/misses", json=body).status_code == 201
    for n in range(21, 26):
        house.store.add_record(spoken(n, Outcome.MET, 0.0))
    told = _accuracy(supervisor)
    assert told["proposal"] is None
    assert told["looser"] == {
        "measure": "occurrences",
        "unit": "times",
        "now": 2.0,
        "proposed": 1.0,
        "flagged": 10,
        "missed": 10,
        "of": 10,
    }
    page = supervisor.get("/accuracy", headers={"Accept": "text/html"}).text
    assert "10 hasil akan ikut ditandai" in page
    flag(spoken(26, Outcome.NOT_MET, 2.0), Act.CANNOT_TELL)
    assert _accuracy(supervisor)["looser"] is None, "one finding could not be told"


# --- the queue of a busy office ----------------------------------------------------------------


def test_a_page_of_five_thousand_flags_opens_at_once_and_pages_do_not_overlap(
    house: House, supervisor: TestClient
) -> None:
    """Oldest deadline first; under 400 ms, here with room for a slow machine."""
    many(house, 5000)
    supervisor.get("/api/v1/reviews")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        page = supervisor.get("/api/v1/reviews").json()
        took.append(time.perf_counter() - began)
    assert sorted(took)[2] < 0.4, took
    assert page["counts"][Queue.FIRST] > 5000
    seen: list[int] = []
    days: list[str] = []
    for _ in range(3):
        seen += [item["flag"]["flag"] for item in page["items"]]
        days += [item["due_at"] for item in page["items"]]
        page = supervisor.get(f"/api/v1/reviews?cursor={page['next']}").json()
    assert len(seen) == len(set(seen)) == 150
    assert days == sorted(days)


def many(house: House, count: int) -> None:
    """So many flags of yesterday and today, in one transaction each table."""
    from service.store import codec
    from service.store.codec import micros
    from service.store.tables import flag, flag_record, record

    verdict = fake_verdict(clause="FO-C2a")
    body = codec.verdict_body(verdict)
    at = micros(verdict.decided_at)
    records, flags, ties = [], [], []
    for n in range(count):
        day = DAY if n % 3 else DAY - timedelta(days=1)
        key = {
            "day": day.isoformat(),
            "counter": "loket_2",
            "clause": f"FO-N{n}",
            "slot": "ready",
        }
        records.append(
            key | {"record_id": 100 + n, "outcome": "not_met", "decided_at": at, "body": body}
        )
        flags.append(
            key
            | {
                "flag_id": 100 + n,
                "layout": "zones-1",
                "opened_at": at,
                "window_since": at,
                "window_until": at,
            }
        )
        ties.append({"record_id": 100 + n, "flag_id": 100 + n})
    with house.store.database.write() as connection:
        connection.execute(record.insert(), records)
        connection.execute(flag.insert(), flags)
        connection.execute(flag_record.insert(), ties)
