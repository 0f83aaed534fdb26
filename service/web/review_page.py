"""Tinjau as a page shows it: the queue, one item on one screen, contests with their clocks.

What a blind second reviewer must not see is left out here already, not hidden by the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from service.api.schemas_reviews import ContestAnswer, FlagReviewsAnswer, WaitingAnswer
from service.reviews import accuses
from service.store import Queue
from service.texts import Lang, capital, moment_text, span_text, text, word
from service.web.flag_page import counter_name
from service.web.tones import Tone, outcome_tone
from vision.layout import Layout
from vision.life import GROUNDS, Act, suggested
from vision.values import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Tab:
    """One queue, and how many wait in it."""

    queue: str
    words: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline in words. `left` counts down; late is late, in words and not by colour alone."""

    due: str
    left: str
    left_s: float
    late: bool


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A flag in a queue."""

    flag_id: int
    counter: str
    clause: str
    sentence: str
    outcome: str
    words: str
    tone: Tone
    clock: Clock


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """One answer a reviewer may give, the key that gives it, and the short list of grounds."""

    act: str
    key: str
    words: str
    hint: str
    why: str
    grounds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was said about a flag."""

    words: str
    ground: str
    note: str
    look: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class SaidView:
    """All that was said about a flag, as this reader may see it."""

    stands: str
    blind: bool
    steps: tuple[Step, ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ContestView:
    """A contest with its clock."""

    contest_id: int
    flag_id: int
    counter: str
    clause: str
    words: str
    by: str
    at: str
    clock: Clock
    answer: Step | None


def tabs(counts: Mapping[Queue, int], current: Queue | None, lang: Lang) -> tuple[Tab, ...]:
    """The queues; one that is empty is shown all the same, so that nobody looks for it."""
    return tuple(
        Tab(queue.value, word(queue, lang), counts[queue], queue is current) for queue in Queue
    )


def waiting_row(item: WaitingAnswer, layout: Layout, zone: tzinfo, lang: Lang) -> WaitingRow:
    """One line of a queue."""
    verdict = item.verdict
    told = None if verdict is None or verdict.sentence is None else verdict.sentence
    sentence = (told.id if lang is Lang.ID else told.en) if told else item.flag.clause
    return WaitingRow(
        flag_id=item.flag.flag,
        counter=counter_name(layout, item.flag.counter),
        clause=item.flag.clause,
        sentence=capital(sentence),
        outcome=verdict.outcome.value if verdict else "",
        words=word(verdict.outcome, lang) if verdict else "",
        tone=outcome_tone(verdict.outcome, verdict.status) if verdict else Tone.PLAIN,
        clock=clock_of(
            item.due_at if item.contest else last_minute(item.due_at), item.left_s, zone, lang
        ),
    )


def last_minute(due_at: datetime) -> datetime:
    """The end of a day as people say it: 23.59, not 00.00 of the next."""
    return due_at - timedelta(minutes=1)


def clock_of(due_at: datetime, left_s: float, zone: tzinfo, lang: Lang) -> Clock:
    """`sisa 2 hari 3 jam`, or `lewat 4 jam`."""
    late = left_s < 0
    span = span_text(timedelta(seconds=abs(left_s)), lang)
    return Clock(
        due=moment_text(due_at, zone, lang),
        left=text("review.late" if late else "review.left", lang, span=span),
        left_s=left_s,
        late=late,
    )


def answer_keys(record: Verdict, *, contested: bool, lang: Lang) -> tuple[AnswerKey, ...]:
    """What may be said: S, T and R; a doubt that proposes nothing may also be a breach (P)."""

    def key(act: Act, letter: str, name: str) -> AnswerKey:
        grounds = tuple((g.value, capital(word(g, lang))) for g in GROUNDS.get(act, ()))
        return AnswerKey(
            act=act.value,
            key=letter,
            words=text(f"review.{name}", lang),
            hint=text(f"review.{name}_hint", lang),
            why=text(f"review.why_{act.value}", lang) if grounds else "",
            grounds=grounds,
        )

    if suggested(record) is Outcome.NOT_MET:
        agree = "uphold" if contested else "agree"
        return (
            key(Act.AGREE, "S", agree),
            key(Act.MET, "T", "disagree"),
            key(Act.CANNOT_TELL, "R", "unsure"),
        )
    if suggested(record) is Outcome.MET:
        return (
            key(Act.AGREE, "S", "agree_met"),
            key(Act.NOT_MET, "T", "breach"),
            key(Act.CANNOT_TELL, "R", "unsure"),
        )
    return (
        key(Act.AGREE, "S", "agree_doubt"),
        key(Act.MET, "T", "disagree"),
        key(Act.NOT_MET, "P", "breach"),
    )


def said_view(
    said: FlagReviewsAnswer,
    verdict: Verdict,
    zone: tzinfo,
    lang: Lang,
    *,
    may_review: bool,
    may_contest: bool,
    on_review: bool = False,
) -> SaidView:
    """What was said about a flag, and what this reader may do about it."""
    stands = ""
    if said.stands is not None:
        stands = f"{word(said.stands.outcome, lang)}, {word(said.stands.status, lang)}"
    contests = [
        Step(
            words=word(Act.CONTEST, lang),
            ground="",
            note=one.words,
            look=text("contest.one", lang),
            by=one.by,
            at=moment_text(one.at, zone, lang),
        )
        for one in said.contests
    ]
    reviews = [
        Step(
            words=capital(word(one.act, lang)),
            ground="" if one.ground is None else word(one.ground, lang),
            note=one.note,
            look=word(one.look, lang),
            by=one.by,
            at=moment_text(one.at, zone, lang),
        )
        for one in said.reviews
    ]
    links = []
    if on_review:
        links.append((f"/flags/{said.flag}", text("review.replay", lang)))
    elif may_review:
        links.append((f"/reviews/{said.flag}", text("review.open", lang)))
    if may_contest and accuses(verdict) and not any(one.answer is None for one in said.contests):
        links.append((f"/contests/new?flag={said.flag}", text("contest.open", lang)))
    return SaidView(stands, said.blind, (*contests, *reviews), tuple(links))


def contest_view(item: ContestAnswer, layout: Layout, zone: tzinfo, lang: Lang) -> ContestView:
    """A contest as its page shows it."""
    answer = item.answer
    return ContestView(
        contest_id=item.contest,
        flag_id=item.flag,
        counter=counter_name(layout, item.counter),
        clause=item.clause,
        words=item.words,
        by=item.by,
        at=moment_text(item.at, zone, lang),
        clock=clock_of(item.due_at, item.left_s, zone, lang),
        answer=None
        if answer is None
        else Step(
            words=text(f"contest.{answer.act.value}", lang),
            ground="" if answer.ground is None else word(answer.ground, lang),
            note=answer.note,
            look=word(answer.look, lang),
            by=answer.by,
            at=moment_text(answer.at, zone, lang),
        ),
    )


def neighbours(ids: Sequence[int], flag_id: int) -> tuple[int | None, int | None]:
    """The flags before and after one in its queue."""
    if flag_id not in ids:
        return None, next(iter(ids), None)
    place = ids.index(flag_id)
    before = ids[place - 1] if place > 0 else None
    after = ids[place + 1] if place + 1 < len(ids) else None
    return before, after
