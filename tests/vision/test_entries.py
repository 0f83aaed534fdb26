"""What stands of the observations of people, and what they say together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policies import load_policy
from tests.fakes_office import DAY, clock
from vision.entries import Entered, Entry, may_be_entered, observed, standing_entries
from vision.policy import Observability
from vision.values import Outcome, Reason

POLICY = load_policy("djpb-spm")


def entry(entered: Entered = Entered.MET, **changed: object) -> Entry:
    """A greeting at loket 1, seen by siti, unless told otherwise."""
    made = Entry("tap-0001", DAY, "FO-S2a", "loket_1", 1, entered, "", "siti", clock(9, 0))
    return replace(made, **changed)  # type: ignore[arg-type]


def test_a_correction_stands_in_the_place_of_what_it_corrects() -> None:
    """A tap on the wrong button is not a second service."""
    (said,) = observed([entry(Entered.NOT_MET), entry(Entered.MET)], POLICY)
    assert (said.outcome, said.met, said.not_met) == (Outcome.MET, 1, 0)


def test_what_was_taken_back_says_nothing() -> None:
    """Undo leaves no trace in any figure; the row itself stays."""
    assert standing_entries([entry(Entered.NOT_MET), entry(Entered.WITHDRAWN)]) == ()
    again = [entry(Entered.NOT_MET), entry(Entered.WITHDRAWN), entry(Entered.MET)]
    assert observed(again, POLICY)[0].outcome is Outcome.MET


def test_services_are_counted_apart() -> None:
    """The closing greeting was missed in two of three services."""
    looks = [
        entry(entered, occasion=i + 1)
        for i, entered in enumerate((Entered.NOT_MET, Entered.NOT_MET, Entered.MET))
    ]
    (said,) = observed(looks, POLICY)
    assert (said.outcome, said.met, said.not_met) == (Outcome.NOT_MET, 1, 2)


def test_two_people_who_differ_about_a_day_accuse_nobody() -> None:
    """Until they agree it cannot be told (docs/standard.md 3.4)."""
    first = entry(Entered.NOT_MET, clause="FO-A4")
    second = entry(Entered.MET, clause="FO-A4", by="budi")
    (said,) = observed([first, second], POLICY)
    assert (said.outcome, said.reason) == (Outcome.CANNOT_TELL, Reason.RATERS_DISAGREE)
    (agreed,) = observed([first, replace(second, entered=Entered.NOT_MET)], POLICY)
    assert (agreed.outcome, agreed.not_met) == (Outcome.NOT_MET, 1)


def test_two_people_at_two_services_do_not_contradict_each_other() -> None:
    """Each saw a service of their own."""
    (said,) = observed([entry(Entered.NOT_MET), entry(Entered.MET, by="budi")], POLICY)
    assert (said.met, said.not_met) == (1, 1)


def test_not_seen_is_not_a_breach() -> None:
    """Absent is not unseen."""
    (said,) = observed([entry(Entered.NOT_SEEN)], POLICY)
    assert (said.outcome, said.reason) == (Outcome.CANNOT_TELL, Reason.NOT_OBSERVED)


def test_what_a_camera_judges_is_reviewed_and_not_entered() -> None:
    """Two words of humans about one clause would stand in two places."""
    for clause in POLICY.clauses:
        if clause.enabled and clause.observability in (
            Observability.NEVER,
            Observability.OBSERVATION,
        ):
            assert may_be_entered(clause), clause.clause
    names = ("FO-A6", "FO-C2a", "BR-11", "CS-A1")
    assert not any(may_be_entered(POLICY.clause(name)) for name in names)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Entered)),
            st.sampled_from(["FO-S2a", "FO-A4", "BR-1", "FO-X9"]),
            st.integers(1, 3),
            st.sampled_from(["siti", "budi"]),
        ),
        max_size=25,
    )
)
def test_looks_add_up_whatever_was_tapped(taps: list[tuple[Entered, str, int, str]]) -> None:
    """Each look is counted once, and an unknown clause never."""
    rows = [
        entry(said, clause=clause, occasion=n, by=by, at=clock(9, 0) + timedelta(seconds=i))
        for i, (said, clause, n, by) in enumerate(taps)
    ]
    standing = [e for e in standing_entries(rows) if e.clause != "FO-X9"]
    told = {o.clause: o for o in observed(rows, POLICY)}
    assert told.keys() == {e.clause for e in standing}
    for clause, said in told.items():
        looks = said.met + said.not_met + said.not_seen
        entries = [e for e in standing if e.clause == clause]
        assert looks == (len(entries) if clause == "FO-S2a" else 1)


@pytest.mark.parametrize("wrong", [{"occasion": 0}, {"note": "x" * 141}])
def test_an_entry_holds_what_it_may(wrong: dict[str, object]) -> None:
    """Also where no web door stands before it."""
    with pytest.raises(ValueError, match=r"Entry\."):
        replace(entry(), **wrong)  # type: ignore[arg-type]
