"""Hears what the judge decides and leaves letters in the outbox. Runs in the judge's thread.

What it does is a few quick writes to the office's own database; nothing here waits for a network,
and no fault of it reaches the judge.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from service.alarms import CameraAlarm
from service.clock import Clock
from service.messages.deciding import decide, matters_of, worth_telling
from service.messages.values import CameraNews, CounterNews, Digest, News
from service.messages.wording import Wording
from service.office import Event, ReadinessDecided, VerdictChanged
from service.settings import Settings
from service.store.outbox import Outbox
from vision.day import DayPlan

log = logging.getLogger("siaga")

GATHER = timedelta(seconds=10)
"""Cameras that fall silent within so long are one message: a switch died, not eight cameras."""

EVENTS = 1000
"""While the database takes nothing, so many of the newest events are kept."""


class Reporter:
    """Makes news of events and letters of news. All methods from the judge's thread."""

    def __init__(
        self,
        outbox: Outbox,
        settings: Callable[[], Settings],
        plan_at: Callable[[datetime], DayPlan],
        clock: Clock,
        ring: Callable[[], None],
    ) -> None:
        """`settings` are asked each time: they may be changed while the office works.

        `ring` tells the postman that letters wait.
        """
        self._outbox = outbox
        self._settings = settings
        self._plan_at = plan_at
        self._clock = clock
        self._ring = ring
        self._alarms: dict[str, CameraAlarm] = {}
        self._gather_until: datetime | None = None
        self._events: deque[Event] = deque(maxlen=EVENTS)
        self._again_at: datetime | None = None

    def alarmed(self, alarm: CameraAlarm) -> None:
        """A camera became a matter for a human, or is well again."""
        before = self._alarms.get(alarm.camera)
        if before is not None and before.raised and not alarm.raised:
            del self._alarms[alarm.camera]  # it was over before anybody was told
            return
        self._alarms[alarm.camera] = alarm
        if self._gather_until is None:
            self._gather_until = self._clock.now() + GATHER

    def beat(self, events: Sequence[Event]) -> None:
        """What was decided since the last beat, also when that is nothing."""
        self._events += [e for e in events if isinstance(e, ReadinessDecided | VerdictChanged)]
        if not self._events and self._gather_until is None:
            return
        now = self._clock.now()
        if self._again_at is not None and now < self._again_at:
            return
        try:
            self._tell(now)
            self._again_at = None
        except Exception:  # judging goes on whatever becomes of a message
            log.exception("messages: what was decided could not be left; it is tried again")
            self._again_at = now + GATHER

    def _tell(self, now: datetime) -> None:
        """Leave all of it; what could not be left is kept for the next time."""
        settings = self._settings()
        for news in self._news(self._events, settings):
            self._post(news, settings, now)
        self._events.clear()
        if self._gather_until is not None and now >= self._gather_until:
            if self._alarms:
                alarms = tuple(self._alarms.values())
                self._post(CameraNews(self._plan_at(now), alarms), settings, now)
            self._alarms, self._gather_until = {}, None

    def _news(self, events: Iterable[Event], settings: Settings) -> list[News]:
        """Events of a beat as news, by day: at midnight or after a gap there may be two."""
        answers: dict[datetime, list[ReadinessDecided]] = {}
        for event in events:
            if isinstance(event, ReadinessDecided):
                answers.setdefault(event.at, []).append(event)
        news: list[News] = [
            Digest(self._plan_at(at), tuple(one.readiness for one in group))
            for at, group in answers.items()
        ]
        verdicts: dict[DayPlan, list[VerdictChanged]] = {}
        for event in events:
            if isinstance(event, VerdictChanged):
                plan = self._plan_at(event.at)
                if worth_telling(event.verdict, plan, settings.policy):
                    verdicts.setdefault(plan, []).append(event)
        news += [
            CounterNews(plan, tuple(one.verdict for one in group))
            for plan, group in verdicts.items()
        ]
        return news

    def _post(self, news: News, settings: Settings, now: datetime) -> None:
        to = settings.messages
        if not to.recipients:
            return
        names = [recipient.name for recipient in to.recipients]
        memory = self._outbox.told(names, matters_of(news))
        postings, withdrawals = decide(
            news, to.recipients, memory, now, settings.zone, to.cool_down
        )
        if not postings and not withdrawals:
            return
        counters = {c.counter: c.name for c in settings.layout.counters}
        said = [
            (
                posting,
                Wording(
                    settings.name,
                    settings.zone,
                    settings.policy,
                    counters,
                    to.board_url,
                    posting.recipient.lang,
                ).say(posting.news),
            )
            for posting in postings
        ]
        if self._outbox.post(said, withdrawals, now):
            self._ring()
