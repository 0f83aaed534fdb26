"""A message in words: about counters and cameras, never about a person, and without a picture."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from service.alarms import CameraAlarm
from service.messages.deciding import camera_matter, counter_matter, well_matter
from service.messages.values import CameraNews, CounterNews, Digest, Words
from service.texts import (
    Lang,
    finding_text,
    hint_text,
    listed,
    moment_text,
    text,
    time_text,
    word,
    zone_letters,
)
from vision.policy import Policy
from vision.values import Readiness, ReadyState, Verdict


class Wording:
    """Says news of one office in one language."""

    def __init__(
        self,
        office_name: str,
        zone: tzinfo,
        policy: Policy,
        counter_names: Mapping[str, str],
        board_url: str,
        lang: Lang,
    ) -> None:
        self._office = office_name
        self._zone = zone
        self._policy = policy
        self._names = counter_names
        self._board_url = board_url
        self._lang = lang

    def say(self, news: Digest | CounterNews | CameraNews) -> Words:
        """The news in words."""
        if isinstance(news, Digest):
            return self._digest(news)
        if isinstance(news, CounterNews):
            return self._counters(news)
        return self._cameras(news)

    def _digest(self, news: Digest) -> Words:
        at = news.answers[0].decided_at
        ready = sum(answer.state is ReadyState.GO for answer in news.answers)
        title = self._text(
            "digest_title",
            office=self._office,
            ready=ready,
            all=len(news.answers),
            time=f"{self._time(at)} {zone_letters(at, self._zone)}",
        )
        lines = []
        if news.plan.opens_at is not None:
            opens = moment_text(news.plan.opens_at, self._zone, self._lang)
            lines.append(self._text("opens", moment=opens))
        for state in (ReadyState.NO_GO, ReadyState.CANNOT_TELL):
            lines += [self._answer(one) for one in news.answers if one.state is state]
        well = [self._name(one.counter) for one in news.answers if one.state is ReadyState.GO]
        if well:
            lines.append(f"{word(ReadyState.GO, self._lang)}: {listed(well, self._lang)}")
        lines += [
            f"{self._name(hint.counter)}: {self._hint(hint)}"
            for answer in news.answers
            for hint in answer.hints
        ]
        return Words(title, tuple(lines), (), self._foot())

    def _answer(self, answer: Readiness) -> str:
        """`BELUM: Loket 2: loket belum terisi, sejak 07.50`."""
        why = "; ".join(self._finding(verdict) for verdict in answer.against)
        name = self._name(answer.counter)
        said = f"{word(answer.state, self._lang)}: {name}"
        return f"{said}: {why}" if why else said

    def _counters(self, news: CounterNews) -> Words:
        lines = tuple(
            (counter_matter(v), f"{self._name(v.counter)}: {self._finding(v)}")
            for v in news.verdicts
        )
        title = self._text("counter_title", office=self._office)
        return Words(title, (), lines, self._foot())

    def _cameras(self, news: CameraNews) -> Words:
        is_ill = any(alarm.raised for alarm in news.alarms)
        title_id = "camera_title" if is_ill else "camera_well_title"
        lines = tuple(self._camera(alarm) for alarm in news.alarms)
        foot = (self._text("camera_do"), *self._link()) if is_ill else self._link()
        return Words(self._text(title_id, office=self._office), (), lines, foot)

    def _camera(self, alarm: CameraAlarm) -> tuple[str, str]:
        """The matter of an alarm and its line; the camera's own sentence may name its address."""
        if not alarm.raised:
            line = self._text("camera_well_line", camera=alarm.camera)
            return well_matter(alarm.camera), line
        line = self._text(
            "camera_line",
            camera=alarm.camera,
            state=word(alarm.state, self._lang),
            time=self._time(alarm.since),
        )
        return camera_matter(alarm.camera), line

    def _foot(self) -> tuple[str, ...]:
        """What stands under findings: that they are no judgement yet, and where to look."""
        return (self._text("provisional"), *self._link())

    def _link(self) -> tuple[str, ...]:
        return (self._text("board", url=self._board_url),) if self._board_url else ()

    def _finding(self, verdict: Verdict) -> str:
        clause = self._policy.clause(verdict.clause)
        return finding_text(verdict, clause, self._lang, self._zone)

    def _hint(self, verdict: Verdict) -> str:
        clause = self._policy.clause(verdict.clause)
        return hint_text(verdict, clause, self._lang, self._zone)

    def _name(self, counter: str) -> str:
        return self._names.get(counter, counter)

    def _time(self, at: datetime) -> str:
        return time_text(at, self._zone, self._lang)

    def _text(self, message_id: str, **values: object) -> str:
        return text(f"message.{message_id}", self._lang, **values)


def trial(office_name: str, board_url: str, lang: Lang) -> Words:
    """A message that only says that messages arrive."""
    lines = [text("message.trial", lang)]
    if board_url:
        lines.append(text("message.board", lang, url=board_url))
    return Words(text("message.trial_title", lang, office=office_name), tuple(lines), (), ())
