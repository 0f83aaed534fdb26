"""What is said to whom and when, decided without clock, net or database; and in which words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alarms import CameraAlarm
from service.board import CameraState
from service.messages.deciding import (
    Memory,
    camera_matter,
    counter_matter,
    decide,
    well_matter,
    worth_telling,
)
from service.messages.values import (
    CameraNews,
    CounterNews,
    Digest,
    News,
    Posting,
    Quiet,
    Recipient,
    Told,
    Withdrawal,
)
from service.messages.vocabulary import Topic
from service.messages.wording import Wording, trial
from service.texts import Lang
from tests.fakes_office import ZONE, FakeOffice, clock, fake_plan, fake_policy, fake_verdict
from vision.labels import Label
from vision.values import Outcome, Readiness, ReadyState, Reason, Slot, Status, Verdict

PLAN = fake_plan()  # answers at 07:55, opens at 08:00, closes at 15:00
HEAD = Recipient("kepala")
HOUR = timedelta(hours=1)
ANSWERS = FakeOffice().readiness()  # loket 1 ready, loket 2 late, loket 3 dark
EMPTY = fake_verdict(
    "loket_1", "FO-B1", reason=Reason.ABSENT, decided_at=clock(9, 0), slot=Slot.OPEN
)
FULL = replace(EMPTY, outcome=Outcome.MET, reason=None, decided_at=clock(9, 10))


def alarm(
    camera: str = "hall_1", at: datetime | None = None, *, raised: bool = True
) -> CameraAlarm:
    """A camera that died, or is well again."""
    state = CameraState.NO_SIGNAL if raised else CameraState.OK
    return CameraAlarm(
        at or clock(7, 28), camera, state, clock(7, 20), "rtsp://u:p@10.0.0.7", raised
    )


def told(
    news: News,
    memory: Memory | None = None,
    now: datetime | None = None,
    to: Sequence[Recipient] = (HEAD,),
) -> tuple[list[Posting], list[Withdrawal]]:
    """What is decided with a cool-down of an hour."""
    return decide(news, to, memory or {}, now or clock(9, 0), ZONE, HOUR)


def counters(*verdicts: Verdict) -> CounterNews:
    """News of these verdicts."""
    return CounterNews(PLAN, verdicts)


def cameras(*alarms: CameraAlarm) -> CameraNews:
    """News of these alarms."""
    return CameraNews(PLAN, alarms)


def test_the_answers_of_a_day_are_one_message_to_each_who_wants_it() -> None:
    """Ten counters are not ten messages; and who asked for cameras only is left alone."""
    guard = Recipient("teknisi", tell=frozenset({Topic.CAMERA}))
    (digest,), over = told(Digest(PLAN, ANSWERS), now=clock(7, 55), to=(HEAD, guard))
    assert (digest.recipient, digest.topic, digest.key) == (HEAD, Topic.DIGEST, "digest/2026-11-24")
    assert digest.matters == ("counter/loket_2/FO-B1", "counter/loket_3/FO-B1")
    assert (digest.due_at, digest.expires_at) == (clock(7, 55), clock(15, 0))
    assert over == []


def test_what_the_digest_told_is_not_told_again_while_it_cools() -> None:
    """One message per counter and cause, also across kinds of messages."""
    late = fake_verdict(decided_at=clock(8, 2), slot=Slot.OPEN)
    memory = {("kepala", counter_matter(late)): Told(sent_at=clock(7, 55))}
    assert told(counters(late), memory, clock(8, 2)) == ([], [])
    (again,), _ = told(counters(late), memory, clock(8, 55))
    assert again.matters == (counter_matter(late),)


def test_a_message_that_never_left_starts_no_cool_down() -> None:
    """The fault of neighbouring systems: the storm was cooled by what nobody had read."""
    nobody_was_told = {("kepala", counter_matter(EMPTY)): Told(sent_at=None, waits=False)}
    (posting,), _ = told(counters(EMPTY), nobody_was_told)
    assert posting.topic is Topic.COUNTER


def test_what_waits_to_leave_is_not_left_twice() -> None:
    """A target that is down for a minute must not find ten of the same afterwards."""
    memory = {("kepala", counter_matter(EMPTY)): Told(waits=True)}
    assert told(counters(EMPTY), memory) == ([], [])


def test_what_is_over_before_it_left_is_taken_back() -> None:
    """At the end of quiet hours nobody wants to hear what was."""
    memory = {("kepala", counter_matter(EMPTY)): Told(waits=True)}
    assert told(counters(FULL), memory) == ([], [Withdrawal("kepala", counter_matter(EMPTY))])
    assert told(counters(FULL)) == ([], [])


def test_of_a_counter_that_emptied_and_filled_at_once_nothing_is_said() -> None:
    """The newest verdict of a cause is the one that counts."""
    assert told(counters(EMPTY, FULL))[0] == []


def test_several_counters_of_one_moment_are_one_message() -> None:
    """Each cause with its own line and its own cool-down."""
    other = replace(EMPTY, counter="loket_2")
    memory = {("kepala", counter_matter(other)): Told(sent_at=clock(8, 30))}
    (both,), _ = told(counters(EMPTY, other))
    assert both.matters == (counter_matter(EMPTY), counter_matter(other))
    (one,), _ = told(counters(EMPTY, other), memory)
    assert one.matters == (counter_matter(EMPTY),)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (fake_verdict(decided_at=clock(7, 53)), False),  # the digest will tell
        (fake_verdict(decided_at=clock(7, 55)), False),
        (fake_verdict(decided_at=clock(7, 57)), True),  # somebody left after the answer
        (EMPTY, True),
        (
            fake_verdict(clause="FO-A1", decided_at=clock(9, 0), slot=Slot.OPEN),
            False,
        ),  # blocks none
        (fake_verdict(decided_at=clock(12, 30), slot=Slot.BREAK), False),
    ],
)
def test_only_what_keeps_a_counter_from_serving_is_told_at_once(
    verdict: Verdict, expected: bool
) -> None:
    """All else waits for the page Tinjau: a phone that rings for a cup is switched off."""
    assert worth_telling(verdict, PLAN, fake_policy()) is expected


def test_cameras_that_fail_together_are_one_alarm() -> None:
    """A switch died, not eight cameras."""
    (posting,), _ = told(cameras(alarm("hall_1"), alarm("hall_2")), now=clock(7, 28))
    assert posting.matters == (camera_matter("hall_1"), camera_matter("hall_2"))
    assert posting.due_at == clock(7, 28)


def test_a_camera_is_called_well_only_to_whom_it_was_called_ill() -> None:
    """Half a story worries more than none."""
    ill, well = ("kepala", camera_matter("hall_1")), ("kepala", well_matter("hall_1"))
    over = cameras(alarm(at=clock(9, 0), raised=False))
    assert told(over)[0] == []
    (posting,), _ = told(over, {ill: Told(sent_at=clock(7, 28))})
    assert posting.matters == (well_matter("hall_1"),)
    both = {ill: Told(sent_at=clock(7, 28)), well: Told(sent_at=clock(8, 0))}
    assert told(over, both)[0] == []


def test_a_camera_that_comes_and_goes_is_told_when_the_last_alarm_has_cooled() -> None:
    """Not each time; but a camera that stays dead is not forgotten because it flickered before."""
    memory = {("kepala", camera_matter("hall_1")): Told(sent_at=clock(8, 30))}
    (posting,), _ = told(cameras(alarm(at=clock(9, 0))), memory)
    assert posting.due_at == clock(9, 30)
    waits = {("kepala", camera_matter("hall_1")): Told(sent_at=clock(8, 30), waits=True)}
    assert told(cameras(alarm(at=clock(9, 10))), waits)[0] == []
    _, over = told(cameras(alarm(at=clock(9, 20), raised=False)), waits, clock(9, 20))
    assert over == [Withdrawal("kepala", camera_matter("hall_1"))]


def test_in_quiet_hours_a_message_waits_for_their_end() -> None:
    """Each recipient has hours of its own, here over midnight."""
    quiet = replace(HEAD, quiet=Quiet(time(18), time(8, 30)))
    loud = Recipient("piket")
    news = Digest(PLAN, ANSWERS)
    first, second = told(news, now=clock(7, 55), to=(quiet, loud))[0]
    assert (first.due_at, second.due_at) == (clock(8, 30), clock(7, 55))


def test_what_quiet_hours_would_outlast_is_not_said() -> None:
    """After closing nobody can put it right any more."""
    quiet = replace(HEAD, quiet=Quiet(time(7), time(16)))
    assert told(Digest(PLAN, ANSWERS), now=clock(7, 55), to=(quiet,))[0] == []


@given(since=st.times(), until=st.times(), minutes=st.integers(0, 3 * 24 * 60))
def test_the_end_of_quiet_hours_is_loud_and_never_a_day_away(
    since: time, until: time, minutes: int
) -> None:
    """Whatever hours somebody writes, a message leaves within a day, and not in the quiet."""
    quiet = Quiet(since, until)
    at = clock(0, 0) + timedelta(minutes=minutes)
    end = quiet.ends(at, ZONE)
    if end is None or since == until:
        return
    assert at < end <= at + timedelta(days=1)
    assert quiet.ends(end, ZONE) is None


def test_the_same_decided_again_has_the_same_key() -> None:
    """After a crash the last seconds are judged once more; the outbox keeps each key once."""
    keys = [told(news)[0][0].key for news in (counters(EMPTY), counters(EMPTY))]
    assert keys[0] == keys[1]
    later = replace(EMPTY, decided_at=clock(11, 0))
    assert told(counters(later), now=clock(11, 0))[0][0].key != keys[0]


# in words


def wording(lang: Lang = Lang.ID, board_url: str = "") -> Wording:
    """Says news of the office in a language."""
    names = {"loket_1": "Loket 1", "loket_2": "Loket 2", "loket_3": "Loket 3"}
    return Wording("KPPN Contoh", ZONE, fake_policy(), names, board_url, lang)


def test_the_digest_says_what_is_not_ready_first_why_and_since_when() -> None:
    """Read on a phone while walking: the number in the title, the trouble in the first lines."""
    said = wording(board_url="https://siaga.example.go.id/").say(Digest(PLAN, ANSWERS))
    assert said.title == "KPPN Contoh: 1 dari 3 loket siap, pukul 07.55 WIB"
    assert said.body.splitlines() == [
        "Buka Selasa, 24 November 2026 08.00 WIB",
        "BELUM: Loket 2: loket baru terisi, sejak 07.50",
        "TIDAK DAPAT DINILAI: Loket 3: gambar kamera terlalu gelap, sejak 07.50",
        "SIAP: Loket 1",
        "Pengamatan kamera, belum penilaian: menunggu keputusan pengawas.",
        "Papan: https://siaga.example.go.id/",
    ]


def test_the_digest_in_english_for_who_chose_it() -> None:
    """By recipient."""
    said = wording(Lang.EN).say(Digest(PLAN, ANSWERS))
    assert said.title == "KPPN Contoh: 1 of 3 counters ready at 07:55 WIB"
    assert "NOT READY: Loket 2: the counter was staffed late, since 07:50" in said.body


def test_what_is_only_to_be_checked_is_said_as_that() -> None:
    """A cup on the desk of a ready counter is a hint, no accusation."""
    cup = fake_verdict(
        "loket_1",
        "FO-C2a",
        Outcome.CANNOT_TELL,
        Reason.AWAITING_HUMAN,
        status=Status.FINAL,
        seen=(Label.CUP,),
    )
    ready = Readiness("loket_1", ReadyState.GO, (), (cup,), clock(7, 55))
    assert "Loket 1: Periksa: " in wording().say(Digest(PLAN, (ready,))).body


def test_a_camera_alarm_names_the_camera_and_no_address() -> None:
    """The camera's own sentence may hold one; it stays on the page of the administrator."""
    said = wording().say(cameras(alarm("hall_1"), alarm("hall_2", raised=False)))
    assert said.title == "KPPN Contoh: kamera perlu dilihat"
    assert said.body.splitlines()[:2] == [
        "Kamera hall_1: tidak mengirim gambar, sejak 07.20",
        "Kamera hall_2: baik kembali",
    ]
    assert "10.0.0.7" not in said.title + said.body


def test_each_line_of_a_counter_belongs_to_its_matter() -> None:
    """So that one that is over can be left out while the others wait."""
    said = wording().say(counters(EMPTY))
    assert said.lines == ((counter_matter(EMPTY), "Loket 1: loket belum terisi, sejak 08.55"),)


@pytest.mark.parametrize("lang", list(Lang))
def test_a_trial_message_says_that_it_is_one(lang: Lang) -> None:
    """Nobody must run to a counter because of it."""
    said = trial("KPPN Contoh", "https://siaga.example.go.id/", lang)
    assert ("percobaan" if lang is Lang.ID else "trial") in said.title
