"""Messages of the fake morning: who is told, what arrived and what did not."""

from dataclasses import dataclass
from datetime import time

from service.alarms import CameraAlarm
from service.board import CameraState
from service.messages.deciding import decide
from service.messages.mqtt import MqttStatus
from service.messages.values import CameraNews, Digest, MessageSettings, News, Quiet, Recipient
from service.messages.vocabulary import Topic, Trouble
from service.messages.wording import Wording
from service.store import Store
from service.texts import Lang
from tests.fakes_office import ZONE, FakeOffice, clock, fake_plan, fake_policy

HEAD = Recipient(
    "kepala-kantor",
    quiet=Quiet(time(18), time(6, 30)),
    address="json://127.0.0.1/kunci-rahasia",
)
TECHNICIAN = Recipient(
    "teknisi", Lang.EN, frozenset({Topic.CAMERA}), address="json://127.0.0.1/kunci-rahasia"
)


@dataclass(frozen=True, slots=True)
class FakeDesk:
    """Implements `service.messages.desk.MessageView`."""

    def recipients(self) -> tuple[Recipient, ...]:
        """Two."""
        return HEAD, TECHNICIAN

    def mqtt(self) -> MqttStatus | None:
        """A broker that refuses."""
        return MqttStatus("10.0.0.9", 8883, False, clock(7, 1), Trouble.REFUSED)


def correspond(store: Store) -> None:
    """The alarm arrived at the head of office, not at the technician's; the digest arrived."""
    dead = CameraAlarm(clock(7, 28), "hall_2", CameraState.DARK, clock(7, 20), "", raised=True)
    _leave(store, CameraNews(fake_plan(), (dead,)))
    claimed = {one.recipient: one for one in store.outbox.claim(clock(7, 28), frozenset())}
    head, technician = claimed[HEAD.name], claimed[TECHNICIAN.name]
    store.outbox.sent(head.letter_id, clock(7, 28, 12))
    store.outbox.failed(technician.letter_id, Trouble.REFUSED, None)
    _leave(store, Digest(fake_plan(), FakeOffice().readiness()))
    (digest,) = store.outbox.claim(clock(7, 55), frozenset())
    store.outbox.sent(digest.letter_id, clock(7, 55, 2))


def _leave(store: Store, news: News) -> None:
    at = clock(7, 28) if isinstance(news, CameraNews) else clock(7, 55)
    cool_down = MessageSettings().cool_down
    postings, _ = decide(news, (HEAD, TECHNICIAN), {}, at, ZONE, cool_down)
    names = {c.counter: c.name for c in FakeOffice().layout().counters}
    said = [
        (one, Wording("KPPN Contoh", ZONE, fake_policy(), names, "", one.recipient.lang).say(news))
        for one in postings
    ]
    store.outbox.post(said, [], at)
