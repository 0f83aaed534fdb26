"""Empties the outbox: a thread that looks for due letters, and one for each that is on its way.

A target that hangs holds up only its own letters. Nobody waits for the postman: the judge leaves
letters in the outbox and goes on. Each letter is marked before it leaves and after.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from service.clock import Clock
from service.messages import targets
from service.messages.targets import NotSent, Target
from service.messages.values import MessageSettings, Recipient
from service.messages.vocabulary import Trouble
from service.store.outbox import Letter, Outbox
from vision.errors import StoreError

log = logging.getLogger("siaga")

ROUND_S = 1.0
"""How often the postman looks, machine seconds."""

STOP_S = 5.0
"""So long a stop waits for letters that are on their way, machine seconds."""

PAUSES_S = (5.0, 15.0, 45.0, 120.0, 300.0, 600.0)
"""Before the second attempt, the third and so on; the last one repeats."""

REFUSED_ATTEMPTS = 3
"""A target that refuses is asked no more often: some lock who asks with a wrong password."""

KEEP = timedelta(days=30)
"""What left or never will is shown for so long."""


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return timedelta(seconds=PAUSES_S[min(attempts, len(PAUSES_S)) - 1])


def again_at(
    trouble: Trouble, attempts: int, now: datetime, expires_at: datetime
) -> datetime | None:
    """When a letter that did not leave is tried again; None: it is given up."""
    if trouble is Trouble.REFUSED and attempts >= REFUSED_ATTEMPTS:
        return None
    at = now + pause_after(attempts)
    return at if at < expires_at else None


class Postman:
    """The threads of delivery. `start`, `ring` and `stop` from any thread; `stop` once."""

    def __init__(
        self,
        outbox: Outbox,
        settings: Callable[[], MessageSettings],
        clock: Clock,
        target_of: Callable[[Recipient], Target] = targets.target_of,
    ) -> None:
        """`settings` are asked each round: they may be changed while the office works.

        `target_of` makes the target of a recipient. Errors: NotSent.
        """
        self._outbox = outbox
        self._settings = settings
        self._clock = clock
        self._target_of = target_of
        self._lock = threading.Lock()
        self._under_way: dict[str, threading.Thread] = {}
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_round, name="postman", daemon=True)
        self._forgot_at: datetime | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ring(self) -> None:
        """A letter was left."""
        self._bell.set()

    def stop(self) -> None:
        """Stop; letters that are on their way may still arrive for a few seconds."""
        self._stop.set()
        self._bell.set()
        end = time.monotonic() + STOP_S
        self._thread.join(timeout=STOP_S)
        with self._lock:
            threads = [*self._under_way.values()]
        for thread in threads:
            thread.join(timeout=max(0.0, end - time.monotonic()))

    def _go_round(self) -> None:
        is_recovered = False
        while not self._stop.is_set():
            self._bell.clear()
            try:
                if not is_recovered:
                    self._outbox.recover(self._repeatable())
                    is_recovered = True
                self.deliver_due()
                self._forget()
            except StoreError as error:  # the disk is full: what was left is not lost
                log.warning("messages: %s", error)
            except Exception:
                log.exception("messages: a round of the postman failed")
            self._bell.wait(timeout=ROUND_S)

    def deliver_due(self) -> None:
        """Send what is due, one letter per recipient, each in a thread of its own."""
        settings = self._settings()
        with self._lock:
            busy = frozenset(self._under_way)
        recipients = {recipient.name: recipient for recipient in settings.recipients}
        for letter in self._outbox.claim(self._clock.now(), busy):
            recipient = recipients.get(letter.recipient)
            if recipient is None:  # it was taken out of the settings meanwhile
                self._outbox.failed(letter.letter_id, Trouble.NO_ADDRESS, None)
                continue
            thread = threading.Thread(
                target=self._carry, args=(letter, recipient), name="letter", daemon=True
            )
            with self._lock:
                self._under_way[letter.recipient] = thread
            thread.start()

    def _carry(self, letter: Letter, recipient: Recipient) -> None:
        try:
            try:
                self._target_of(recipient).send(letter.key, letter.title, letter.body)
            except NotSent as error:
                self._failed(letter, error.trouble)
            except Exception as error:  # noqa: BLE001 - whatever a target's code may raise
                # Its text may hold the address: only its kind is said.
                log.warning("message to %s: not sent (%s)", letter.recipient, type(error).__name__)
                self._failed(letter, Trouble.BROKEN)
            else:
                self._outbox.sent(letter.letter_id, self._clock.now())
        except StoreError as error:
            # The letter stays marked as on its way: after a restart it counts as uncertain.
            log.warning("messages: %s", error)
        finally:
            with self._lock:
                self._under_way.pop(letter.recipient, None)
            self._bell.set()  # the next letter of this recipient need not wait for the round

    def _failed(self, letter: Letter, trouble: Trouble) -> None:
        at = again_at(trouble, letter.attempts, self._clock.now(), letter.expires_at)
        self._outbox.failed(letter.letter_id, trouble, at)
        log.warning(
            "message %d to %s: not sent (%s), %s",
            letter.letter_id,
            letter.recipient,
            trouble.value,
            "given up" if at is None else f"again at {at.isoformat(timespec='seconds')}",
        )

    def _repeatable(self) -> frozenset[str]:
        """Recipients that know a message by its key."""
        found = set()
        for recipient in self._settings().recipients:
            try:
                if self._target_of(recipient).repeatable:
                    found.add(recipient.name)
            except NotSent:
                continue
        return frozenset(found)

    def _forget(self) -> None:
        now = self._clock.now()
        if self._forgot_at is None or now - self._forgot_at > timedelta(hours=1):
            self._forgot_at = now
            self._outbox.forget(now - KEEP)


def try_out(
    recipients: Mapping[str, Recipient],
    key: str,
    title_body_of: Callable[[Recipient], tuple[str, str]],
    target_of: Callable[[Recipient], Target] = targets.target_of,
) -> dict[str, Trouble | None]:
    """Send a trial message to each at once; what went wrong with each (None: it left)."""
    results: dict[str, Trouble | None] = {}
    for name, recipient in recipients.items():
        title, body = title_body_of(recipient)
        try:
            target_of(recipient).send(key, title, body)
        except NotSent as error:
            results[name] = error.trouble
        else:
            results[name] = None
    return results
