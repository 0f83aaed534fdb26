"""What would have been decided: the same judge over stored samples, and a flag as one file."""

import base64
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from service.accounts import Role
from service.policies import load_policy, parse_policy
from service.rejudging import differences, rejudge, with_numbers
from service.store import Store, open_store
from tests.fakes_office import DAY, MODELS, clock, fake_layout, fake_plan, fake_sample
from tests.service.conftest import House
from vision.policy import Policy
from vision.values import Outcome, Reason, Sample, Slot, Verdict


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The standard that ships."""
    return load_policy("djpb-spm")


OPEN = clock(8, 1)
CUP_FROM = 200


def story(cup_from: int = CUP_FROM) -> list[Sample]:
    """Loket 2 from 07:50 to 08:00, one frame a second; a cup lies there from that second on."""
    samples = []
    for second in range(600):
        sample = fake_sample("loket_2", clock(7, 50) + timedelta(seconds=second))
        if second < cup_from:
            sample = replace(
                sample,
                observations=tuple(
                    replace(o, outcome=Outcome.MET, reason=None, basis=())
                    if o.check == "desk_clear"
                    else o
                    for o in sample.observations
                ),
            )
        samples.append(sample)
    return samples


def again(samples: list[Sample], policy: Policy, now: datetime = OPEN) -> dict[str, Verdict]:
    """The verdicts before opening, judged again."""
    found = rejudge(
        samples,
        "loket_2",
        Slot.READY,
        fake_plan(),
        fake_layout(),
        policy,
        models=MODELS,
        period_s=1.0,
        now=now,
    )
    return {verdict.clause: verdict for verdict in found}


def test_judging_twice_gives_the_same_and_stored_samples_give_what_live_ones_gave(
    policy: Policy, tmp_path: Path
) -> None:
    """Live is replay, also through the memory of the office."""
    live = again(story(), policy)
    assert live["FO-C2a"].outcome is Outcome.NOT_MET
    assert live["FO-B1"].outcome is Outcome.MET
    with open_store(tmp_path) as store:
        store.add_samples(story())
        stored = again(kept(store), policy)
    assert stored == live
    assert again(story(), policy) == live
    assert differences(list(live.values()), list(stored.values())) == ((), len(live))


def kept(store: Store) -> list[Sample]:
    """What the store holds of the story."""
    return list(store.samples(clock(7, 49), clock(8, 1), "loket_2"))


def test_another_number_of_the_policy_gives_the_verdicts_that_differ(policy: Policy) -> None:
    """Three occurrences instead of two would not have said anything about this cup."""
    before = again(story(), policy)
    assert before["FO-C2a"].outcome is Outcome.NOT_MET
    after = again(story(), with_numbers(policy, {"obj_repeat": 20}))
    found, same = differences(list(before.values()), list(after.values()))
    assert "FO-C2a" in [one.clause for one in found]
    assert all(one.clause.startswith("FO-C2") for one in found)
    assert same == len(before) - len(found)


def test_the_change_reaches_every_rule_that_takes_the_number_from_the_policy(
    policy: Policy,
) -> None:
    """A clause's own number stays its own."""
    changed = with_numbers(policy, {"vis_desk": 0.66})
    for before, after in zip(policy.clauses, changed.clauses, strict=True):
        if before.rule is None or after.rule is None:
            continue
        own = before.rule["vis_desk"] != policy.parameters["vis_desk"]
        assert after.rule["vis_desk"] == (before.rule["vis_desk"] if own else 0.66)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nonsense": 1.0}, "expected a parameter"),
        ({"obj_repeat": 99.0}, "expected 1 to 20, got 99"),
        ({"det_lo": 0.9}, "expected less than det_hi"),
        ({"obj_hold_s": 599.0}, "expected at most obj_span_s"),
    ],
)
def test_numbers_that_cannot_be_are_refused_in_words(
    policy: Policy, changes: dict[str, float], words: str
) -> None:
    """By the same ranges as a policy file."""
    with pytest.raises(ValueError, match=re.escape(words)):
        with_numbers(policy, changes)


def test_the_answer_of_t_5_can_be_asked_for_as_it_stood_then(policy: Policy) -> None:
    """Who clears the desk at 07:57 was not ready at 07:55."""
    cleared = [s for s in story(0) if s.captured_at < clock(7, 57)]
    cleared += [s for s in story(600) if s.captured_at >= clock(7, 57)]
    assert again(cleared, policy, now=clock(7, 55))["FO-C2a"].outcome is Outcome.NOT_MET
    assert again(cleared, policy)["FO-C2a"].outcome is Outcome.MET


def test_a_span_that_has_not_begun_or_does_not_exist_gives_no_verdict(policy: Policy) -> None:
    """Nothing is judged ahead of its time."""
    assert again(story(), policy, now=clock(7, 30)) == {}


def version(policy: Policy, **numbers: float) -> Policy:
    """The standard that ships with other numbers, as a file of its own."""
    text = policy.text
    for name, value in numbers.items():
        text, count = re.subn(rf"(?m)^{name} = [0-9.]+", f"{name} = {value:g}", text)
        assert count, name
    return parse_policy("policy.toml", text.encode())


def test_a_flag_of_an_earlier_policy_is_judged_again_by_that_one_and_by_the_one_in_force(
    house: House, policy: Policy
) -> None:
    """By its own version nothing differs; by today's, which asks for more, no cup is found."""
    newer = version(policy, obj_repeat=20)
    house.office._policy = newer
    house.store.keep_policy(policy, clock(7, 30))
    house.store.keep_policy(newer, clock(23, 59))
    house.store.add_samples(story())
    for verdict in again(story(), policy).values():
        house.store.add_record(verdict)
    house.office.turn(OPEN)
    client = house.signed_in(Role.EVALUATOR)
    told = client.get("/api/v1/policies").json()["items"]
    assert [one["citation"] for one in told][:2] == [newer.citation, policy.citation]
    assert [one["current"] for one in told][:2] == [True, False]
    assert told[1]["since"] == "2026-11-24T07:30:00+07:00"
    body = {"day": DAY.isoformat(), "counter": "loket_2", "slot": "ready"}
    now = client.post("/api/v1/replays", json=body).json()
    assert now["policy"] == newer.citation
    cup = next(one for one in now["differs"] if one["clause"] == "FO-C2a")
    assert cup["recorded"]["policy"] == policy.citation
    assert cup["recorded"]["outcome"] == "not_met"
    assert cup["replayed"]["policy"] == newer.citation
    assert cup["replayed"]["outcome"] != "not_met"
    then = client.post("/api/v1/replays", json=body | {"policy": policy.citation}).json()
    assert (then["policy"], then["differs"]) == (policy.citation, [])
    assert then["same"] == now["same"] + len(now["differs"])


def test_numbers_are_changed_in_the_version_that_was_chosen(house: House, policy: Policy) -> None:
    """An earlier version has its own numbers, and its own order among them."""
    house.office._policy = policy
    older = version(policy, det_hi=0.95, det_lo=0.9)
    house.store.keep_policy(older, clock(6, 0))
    client = house.signed_in(Role.EVALUATOR)
    body = {"day": DAY.isoformat(), "counter": "loket_2", "parameters": {"det_lo": 0.92}}
    assert client.post("/api/v1/replays", json=body).status_code == 422
    then = client.post("/api/v1/replays", json=body | {"policy": older.citation})
    assert then.status_code == 200


def test_a_version_that_is_unknown_or_cannot_be_read_any_more_is_refused_in_words(
    house: House, policy: Policy
) -> None:
    """A later Siaga may ask for numbers that an old text lacks: it says so, nothing breaks."""
    old = replace(policy, version="2020.1", text=policy.text.replace("obj_repeat = ", "twice = "))
    house.store.keep_policy(old, clock(6, 0))
    client = house.signed_in(Role.EVALUATOR)
    told = client.get("/api/v1/policies").json()["items"]
    assert {one["citation"]: one["readable"] for one in told}[old.citation] is False
    body = {"day": DAY.isoformat(), "counter": "loket_2", "policy": old.citation}
    kept = client.post("/api/v1/replays", json=body)
    assert (kept.status_code, kept.json()["error"]["code"]) == (422, "policy_unreadable")
    unknown = client.post("/api/v1/replays", json=body | {"policy": "djpb-spm 1999 00000000"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "invalid")
    assert "GET /api/v1/policies" in unknown.json()["error"]["message"]


def test_the_api_judges_again_and_writes_nothing(house: House) -> None:
    """And says how many samples it rests on; none kept: nothing is claimed."""
    client = house.signed_in(Role.EVALUATOR)
    body = {"day": DAY.isoformat(), "counter": "loket_2", "slot": "ready"}
    empty = client.post("/api/v1/replays", json=body).json()
    assert (empty["samples"], empty["differs"], empty["same"]) == (0, [], 0)
    bad = client.post("/api/v1/replays", json=body | {"parameters": {"nonsense": 1}})
    assert bad.status_code == 422
    assert "nonsense" in bad.json()["error"]["message"]
    assert len(house.store.records(limit=99)) == 3


def test_a_span_holds_the_samples_in_order_with_the_pictures_that_are_kept(
    house: House,
) -> None:
    """A sample without a picture says so; one of a flag has it."""
    house.store.add_samples([fake_sample("loket_2", clock(7, 55, n)) for n in range(4)])
    client = house.signed_in(Role.EVALUATOR)
    at = "2026-11-24T07:55:0{}%2B07:00"
    path = f"/api/v1/replays?counter=loket_2&since={at.format(0)}&until={at.format(4)}"
    told = client.get(path).json()
    assert [frame["url"] is not None for frame in told["frames"]] == [False, True, True, False]
    assert told["frames"][0]["sample"]["observations"][0]["check"] == "badge_worn"
    wide = f"/api/v1/replays?counter=loket_2&since={at.format(0)}&until=2026-11-24T09:00%2B07:00"
    assert client.get(wide).status_code == 422


# --- a flag as one file ------------------------------------------------------------------------


def test_an_exported_flag_holds_pictures_hashes_verdict_and_policy_and_fetches_nothing(
    house: House,
) -> None:
    """Whoever holds the file can check it without Siaga."""
    client = house.signed_in(Role.SUPERVISOR)
    answer = client.get("/api/v1/flags/1/export?request=ND-12/2026")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="siaga-1.html"'
    page = answer.text
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "<script" not in page
    pictures = re.findall(r"base64,([A-Za-z0-9+/=]+)", page)
    hashes = re.findall(r"sha256 ([0-9a-f]{64})", page)
    assert [sha256(base64.b64decode(p)).hexdigest() for p in pictures] == hashes
    facts = json.loads(unescape(re.findall(r"<pre>(.*)</pre>", page, re.S)[0]))
    assert facts["policy_sha256"] == house.office.policy().sha256
    assert facts["request"] == "ND-12/2026"
    assert facts["records"][0]["reason"] == "LATE"
    audited = house.store.audit_rows(limit=500)[-1][1]
    assert (audited.act, audited.detail["request"]) == ("evidence.export", "ND-12/2026")


def test_nothing_is_handed_out_without_the_number_of_a_request(house: House) -> None:
    """Purpose lock (P-19); and only by who runs the office."""
    supervisor = house.signed_in(Role.SUPERVISOR)
    assert supervisor.get("/api/v1/flags/1/export").status_code == 422
    assert supervisor.get("/api/v1/flags/1/export?request=%3Cb%3E").status_code == 422
    evaluator = house.signed_in(Role.EVALUATOR)
    assert evaluator.get("/api/v1/flags/1/export?request=ND-12").status_code == 403


def test_reasons_of_the_story_are_those_of_the_picture(policy: Policy) -> None:
    """A cup that lay there long enough is a thing seen, not a doubt."""
    assert again(story(), policy)["FO-C2a"].reason is Reason.PRESENT_OBJECT
