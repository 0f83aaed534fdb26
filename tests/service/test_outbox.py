"""Messages leave: once, in spite of targets that fail or hang and of restarts. Real receivers."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from service.messages.deciding import decide
from service.messages.postman import PAUSES_S, Postman, again_at
from service.messages.targets import AppriseTarget, NotSent, is_known, target_of
from service.messages.values import (
    CounterNews,
    MessageSettings,
    News,
    Quiet,
    Recipient,
    Told,
    Withdrawal,
    Words,
)
from service.messages.vocabulary import LetterState, Topic, Trouble
from service.store import Store, open_store
from service.store.outbox import Letter
from tests.fakes_office import ZONE, clock, fake_plan, fake_verdict
from tests.receivers import mail_server, web_hook
from tests.stores import new_store
from vision.values import Slot

NOW = clock(9, 0)
EMPTY = fake_verdict("loket_1", decided_at=NOW, slot=Slot.OPEN)
NEWS = CounterNews(fake_plan(), (EMPTY,))
MATTER = "counter/loket_1/FO-B1"
SAID = Words("KPPN Contoh: loket perlu dilihat", (), ((MATTER, "Loket 1: kosong"),), ("Papan",))


class HandClock:
    """A clock that tests move."""

    speed = 1.0

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """As it was set."""
        return self.at

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Nobody waits by it."""
        return not stop.is_set()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with new_store(tmp_path / "data", ZONE) as opened:
        yield opened


def leave(store: Store, *recipients: Recipient, news: News = NEWS, words: Words = SAID) -> int:
    """Decide by what the outbox knows and leave it there, as the reporter does."""
    matters = [MATTER]
    memory = store.outbox.told([one.name for one in recipients], matters)
    postings, over = decide(news, recipients, memory, NOW, ZONE, timedelta(hours=1))
    return store.outbox.post([(posting, words) for posting in postings], over, NOW)


class Journal(logging.Handler):
    """What reaches the log of the office (`caplog` also sees loggers that pass nothing on)."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.text += f"{record.name}: {record.getMessage()}\n"


@pytest.fixture
def journal() -> Iterator[Journal]:
    """At the root, like the handler of `siaga run`, and as curious as can be."""
    one, root = Journal(), logging.getLogger()
    level = root.level
    root.addHandler(one)
    root.setLevel(logging.DEBUG)
    yield one
    root.removeHandler(one)
    root.setLevel(level)


@contextmanager
def postman(store: Store, clock: HandClock, *recipients: Recipient) -> Iterator[Postman]:
    """A postman at work."""
    one = Postman(store.outbox, lambda: MessageSettings(recipients), clock)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def until(condition: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait for what other threads do."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)


def newest(store: Store) -> Letter:
    """The letter that was left last."""
    return store.outbox.newest(1)[0]


def attempted(store: Store, times: int) -> bool:
    """Whether the newest letter came back, or arrived, so many times."""
    letter = newest(store)
    return letter.attempts == times and letter.state is not LetterState.SENDING


def test_a_webhook_and_a_mailbox_get_the_message_once(store: Store, journal: Journal) -> None:
    """Real servers; title, text and, for the webhook, the key it may know the message by."""
    with web_hook() as hook, mail_server() as box:
        mail = f"mailto://127.0.0.1:{box.port}?from=siaga@example.go.id&to=kepala@example.go.id"
        to = Recipient("grup", address=hook.address), Recipient("kepala", address=mail)
        assert leave(store, *to) == 2
        assert leave(store, *to) == 0
        with postman(store, HandClock(), *to):
            until(lambda: {x.state for x in store.outbox.newest(9)} == {LetterState.SENT})
            time.sleep(0.2)
        assert [(got["title"], got["message"]) for got in hook.got] == [
            ("KPPN Contoh: loket perlu dilihat", "Loket 1: kosong\nPapan")
        ]
        assert hook.headers[0]["Idempotency-Key"] == newest(store).key
        (read,) = box.mails
        assert read["subject"] == "KPPN Contoh: loket perlu dilihat"
        body = read.get_body(("plain", "html"))
        assert body is not None
        assert "Loket 1: kosong" in body.get_content()
    assert store.outbox.told(["kepala"], [MATTER]) == {("kepala", MATTER): Told(NOW, waits=False)}
    assert not [x for x in journal.text.splitlines() if not x.startswith(("asyncio", "mail"))]


def test_a_target_that_fails_is_tried_again_and_then_gets_it_once(
    store: Store, journal: Journal
) -> None:
    """With a pause that grows; meanwhile it waits and starts no cool-down."""
    hand = HandClock()
    with web_hook(503, 500) as hook:
        to = Recipient("grup", address=hook.address)
        leave(store, to)
        with postman(store, hand, to) as man:
            until(lambda: newest(store).trouble is Trouble.BUSY)
            until(lambda: newest(store).state is LetterState.WAITING)
            assert store.outbox.told(["grup"], [MATTER])["grup", MATTER] == Told(None, waits=True)
            assert newest(store).due_at == NOW + timedelta(seconds=PAUSES_S[0])
            assert leave(store, to) == 0
            hand.at += timedelta(seconds=PAUSES_S[0])
            man.ring()
            until(lambda: attempted(store, 2))
            hand.at += timedelta(seconds=PAUSES_S[1])
            man.ring()
            until(lambda: attempted(store, 3))
        assert (newest(store).state, newest(store).attempts) == (LetterState.SENT, 3)
        assert len(hook.got) == 1
    assert "again at" in journal.text
    assert "kunci-rahasia" not in journal.text
    assert "apprise" not in journal.text  # what the library says stays with us


def test_a_target_that_refuses_is_not_asked_for_ever(store: Store) -> None:
    """Three times, and then it is shown as failed: some lock who asks with a wrong password."""
    hand = HandClock()
    with web_hook(*[401] * 9) as hook:
        to = Recipient("grup", address=hook.address)
        leave(store, to)
        with postman(store, hand, to) as man:
            for attempt in (1, 2, 3):
                until(partial(attempted, store, attempt))
                hand.at += timedelta(minutes=10)
                man.ring()
        assert (newest(store).state, newest(store).trouble) == (
            LetterState.FAILED,
            Trouble.REFUSED,
        )
        assert len(hook.statuses) == 6
    assert store.outbox.told(["grup"], [MATTER])["grup", MATTER] == Told(None, waits=False)


def test_a_target_that_hangs_holds_up_only_its_own_letters(store: Store) -> None:
    """Neither the others nor, above all, the judge: leaving a letter stays quick."""
    with web_hook() as slow, web_hook() as quick:
        slow.open.clear()
        hung = Recipient("lambat", address=slow.address)
        well = Recipient("cepat", address=quick.address)
        leave(store, hung, well)
        with postman(store, HandClock(), hung, well) as man:
            until(slow.asked.is_set)
            until(lambda: len(quick.got) == 1)
            more = replace(NEWS, verdicts=(replace(EMPTY, counter="loket_2"),))
            began = time.monotonic()
            leave(store, well, news=more)
            assert time.monotonic() - began < 0.5
            man.ring()
            until(lambda: len(quick.got) == 2)
            assert slow.got == []
            slow.open.set()
            until(lambda: len(slow.got) == 1)


def test_nobody_at_the_address_is_no_connection(store: Store) -> None:
    """The word that the administrator reads; the address is not in it."""
    with web_hook() as hook:
        gone = hook.address
    with pytest.raises(NotSent) as raised:
        AppriseTarget(gone).send("k", "t", "b")
    assert raised.value.trouble is Trouble.NO_CONNECTION
    assert str(raised.value) == "no_connection"


def test_a_signed_webhook_can_be_checked_by_its_receiver(store: Store, journal: Journal) -> None:
    """With the lines that docs/messages.md gives; a foreign message does not pass."""
    page = (Path(__file__).parents[2] / "docs" / "messages.md").read_text("utf-8")
    sample = page.split("```python\n", 1)[1].split("```", 1)[0]
    names: dict[str, Any] = {}
    exec(sample, names)
    comes_from_siaga = names["comes_from_siaga"]
    with web_hook(503) as hook:
        to = Recipient("gateway", address=hook.web_address, secret="garam")
        leave(store, to)
        hand = HandClock()
        with postman(store, hand, to) as man:
            until(partial(attempted, store, 1))
            hand.at += timedelta(seconds=PAUSES_S[0])
            man.ring()
            until(partial(attempted, store, 2))
        assert hook.got == [
            {
                "key": newest(store).key,
                "title": "KPPN Contoh: loket perlu dilihat",
                "message": "Loket 1: kosong\nPapan",
            }
        ]
        signature = hook.headers[0]["Siaga-Signature"]
        assert comes_from_siaga(hook.bodies[0], signature, b"garam")
        assert not comes_from_siaga(hook.bodies[0] + b" ", signature, b"garam")
        assert not comes_from_siaga(hook.bodies[0], signature, b"gula")
    assert "rahasia" not in journal.text
    assert "garam" not in journal.text + repr(to)


@pytest.mark.parametrize(
    ("recipient", "trouble"),
    [
        (Recipient("x", address="tgram://1/2", secret="garam"), Trouble.NO_ADDRESS),
        (Recipient("x", address="http://127.0.0.1:1/", secret="garam"), Trouble.NO_CONNECTION),
        (Recipient("x", address="http://[::1/", secret="garam"), Trouble.NO_ADDRESS),
        (Recipient("x"), Trouble.NO_ADDRESS),
    ],
)
def test_a_webhook_that_cannot_be_reached_says_why(recipient: Recipient, trouble: Trouble) -> None:
    """In a word of ours."""
    with pytest.raises(NotSent) as raised:
        target_of(recipient).send("k", "t", "b")
    assert raised.value.trouble is trouble


def test_what_waited_before_a_restart_leaves_after_it_once(tmp_path: Path) -> None:
    """The outbox is on the disk, not in memory."""
    with web_hook() as hook:
        to = Recipient("grup", address=hook.address)
        with open_store(tmp_path / "data", zone=ZONE) as first:
            leave(first, to)
        with open_store(tmp_path / "data", zone=ZONE) as second:
            assert leave(second, to) == 0  # the office judges its last seconds again
            with postman(second, HandClock(), to):
                until(lambda: newest(second).state is LetterState.SENT)
        with (
            open_store(tmp_path / "data", zone=ZONE) as third,
            postman(third, HandClock(), to),
        ):
            time.sleep(0.3)
        assert len(hook.got) == 1


def test_what_was_on_its_way_when_the_office_was_cut_off_is_not_sent_twice(
    store: Store,
) -> None:
    """A chat cannot know a message again; a webhook can, by its key, and is sent it once more."""
    with web_hook() as hook, mail_server() as box:
        mail = f"mailto://127.0.0.1:{box.port}?from=siaga@example.go.id&to=kepala@example.go.id"
        chat, known = Recipient("kepala", address=mail), Recipient("grup", address=hook.address)
        leave(store, chat, known)
        assert len(store.outbox.claim(NOW, frozenset())) == 2  # and then the power went
        with postman(store, HandClock(), chat, known):
            until(lambda: len(hook.got) == 1)
            time.sleep(0.2)
        states = {letter.recipient: letter.state for letter in store.outbox.newest(9)}
        assert states == {"kepala": LetterState.UNCERTAIN, "grup": LetterState.SENT}
        assert box.mails == []
    assert store.outbox.told(["kepala"], [MATTER])["kepala", MATTER].sent_at == NOW


def test_what_is_over_while_it_waits_never_leaves(store: Store) -> None:
    """Quiet until ten; the counter was staffed again at half past nine."""
    with web_hook() as hook:
        quiet = Quiet(clock(8, 0).time(), clock(10, 0).time())
        to = Recipient("grup", address=hook.address, quiet=quiet)
        leave(store, to)
        assert newest(store).due_at == clock(10, 0)
        store.outbox.post([], [Withdrawal("grup", MATTER)], clock(9, 30))
        with postman(store, HandClock(clock(10, 0)), to):
            time.sleep(0.3)
        assert newest(store).state is LetterState.WITHDRAWN
        assert hook.got == []


def test_of_two_matters_that_wait_one_may_be_over(store: Store) -> None:
    """Its line goes, the other stays."""
    other = replace(EMPTY, counter="loket_2")
    both = replace(NEWS, verdicts=(EMPTY, other))
    lines = ((MATTER, "Loket 1: kosong"), ("counter/loket_2/FO-B1", "Loket 2: kosong"))
    leave(store, Recipient("grup"), news=both, words=Words("judul", (), lines, ()))
    store.outbox.post([], [Withdrawal("grup", MATTER)], NOW)
    assert (newest(store).state, newest(store).body) == (LetterState.WAITING, "Loket 2: kosong")


def test_a_message_that_comes_too_late_is_not_sent(store: Store) -> None:
    """After closing, what stood at nine says nothing."""
    leave(store, Recipient("grup"))
    assert store.outbox.claim(clock(15, 0), frozenset()) == []
    assert newest(store).state is LetterState.EXPIRED


def test_a_recipient_that_was_taken_out_gets_nothing_more(store: Store) -> None:
    """The letter is shown as failed, not lost in silence."""
    leave(store, Recipient("grup"))
    with postman(store, HandClock()):
        until(lambda: newest(store).state is LetterState.FAILED)
    assert newest(store).trouble is Trouble.NO_ADDRESS


def test_old_letters_go_and_waiting_ones_stay(store: Store) -> None:
    """The outbox does not grow for ever."""
    leave(store, Recipient("a"), Recipient("b"))
    first, second = store.outbox.newest(2)
    store.outbox.sent(first.letter_id, NOW)
    assert store.outbox.forget(NOW + timedelta(days=31)) == 1
    assert [letter.letter_id for letter in store.outbox.newest(9)] == [second.letter_id]


def test_a_pause_never_goes_beyond_what_a_message_is_worth() -> None:
    """It is given up instead."""
    assert again_at(Trouble.BUSY, 1, NOW, NOW + timedelta(seconds=4)) is None
    assert again_at(Trouble.BUSY, 50, NOW, clock(15, 0)) == NOW + timedelta(seconds=PAUSES_S[-1])


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("tgram://123456789:AAF-rahasia-rahasia-rahasia-rahasia/-1001234567/", True),
        ("mailtos://nama:sandi@smtp.example.go.id?to=kepala@example.go.id", True),
        ("jsons://gateway.example.go.id/wa", True),
        ("whatsapp://TOKEN@15551234567/6281234567890", True),
        ("tgram://", False),
        ("kirim ke kepala", False),
        ("", False),
    ],
)
def test_addresses_are_known_without_asking_anybody(
    address: str, known: bool, journal: Journal
) -> None:
    """So that `siaga config check` finds a wrong one on the day it is written."""
    assert is_known(address) is known
    assert "rahasia" not in journal.text


def test_every_topic_of_a_recipient_can_be_chosen() -> None:
    """A trial goes to everybody, whatever they chose."""
    assert {*Topic} - {Topic.TRIAL} == Recipient("x").tell
