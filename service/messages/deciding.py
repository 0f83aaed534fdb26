"""What is said to whom, and when. Pure: no clock, no net, no database.

One message per counter and cause, one digest a day, one alarm per camera and trouble. A cool-down
runs from what was sent. In quiet hours a message waits; what is over by then is never sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from service.alarms import CameraAlarm
from service.messages.values import (
    CameraNews,
    CounterNews,
    Digest,
    News,
    Posting,
    Recipient,
    Told,
    Withdrawal,
)
from service.messages.vocabulary import Topic
from vision.day import DayPlan
from vision.policy import Policy
from vision.values import Outcome, Slot, Verdict

LIFE = timedelta(hours=12)
"""On a day without closing time a message is worth nothing after so long."""

Memory = Mapping[tuple[str, str], Told]
"""By recipient and matter."""

NOTHING = Told()


def counter_matter(verdict: Verdict) -> str:
    """The matter of a verdict: its counter and its cause."""
    return f"counter/{verdict.counter}/{verdict.clause}"


def camera_matter(camera: str) -> str:
    """The matter of a camera in trouble."""
    return f"camera/{camera}"


def well_matter(camera: str) -> str:
    """The matter of a camera that is well again."""
    return f"camera/{camera}/well"


def matters_of(news: News) -> tuple[str, ...]:
    """Every matter whose history `decide` asks for, each once."""
    matters: Iterable[str]
    if isinstance(news, Digest):
        matters = (counter_matter(v) for answer in news.answers for v in answer.against)
    elif isinstance(news, CounterNews):
        matters = (counter_matter(v) for v in news.verdicts)
    else:
        names = [alarm.camera for alarm in news.alarms]
        matters = [m for name in names for m in (camera_matter(name), well_matter(name))]
    return tuple(dict.fromkeys(matters))


def worth_telling(verdict: Verdict, plan: DayPlan, policy: Policy) -> bool:
    """Whether a verdict is one to tell of at once: a counter that may serve, after its answer.

    What concerns nobody's being served waits for the page Tinjau. Before T-5 the digest tells all.
    """
    if not policy.clause(verdict.clause).blocks_ready:
        return False
    if verdict.slot is Slot.READY:
        return plan.ready_at is not None and verdict.decided_at > plan.ready_at
    return verdict.slot in (Slot.OPEN, Slot.OPEN_2)


def decide(
    news: News,
    recipients: Sequence[Recipient],
    memory: Memory,
    now: datetime,
    zone: tzinfo,
    cool_down: timedelta,
) -> tuple[list[Posting], list[Withdrawal]]:
    """What is to be sent because of `news`, and what that waits is no longer so."""
    postings: list[Posting] = []
    withdrawals: list[Withdrawal] = []
    for recipient in recipients:
        if isinstance(news, Digest):
            found = _digest(news, recipient, now, zone)
            postings += [found] if Topic.DIGEST in recipient.tell and found else []
        elif isinstance(news, CounterNews):
            more, over = _counters(news, recipient, memory, now, zone, cool_down)
            postings += more if Topic.COUNTER in recipient.tell else []
            withdrawals += over
        else:
            more, over = _cameras(news, recipient, memory, now, zone, cool_down)
            postings += more if Topic.CAMERA in recipient.tell else []
            withdrawals += over
    return postings, withdrawals


def _digest(news: Digest, recipient: Recipient, now: datetime, zone: tzinfo) -> Posting | None:
    key = f"digest/{news.plan.day.isoformat()}"
    return _posting(key, Topic.DIGEST, recipient, news, now, zone)


def _counters(
    news: CounterNews,
    recipient: Recipient,
    memory: Memory,
    now: datetime,
    zone: tzinfo,
    cool_down: timedelta,
) -> tuple[list[Posting], list[Withdrawal]]:
    """A cause that was told within the cool-down, or that waits, is not told again."""
    newest = {counter_matter(verdict): verdict for verdict in news.verdicts}
    over = [
        Withdrawal(recipient.name, matter)
        for matter, verdict in newest.items()
        if verdict.outcome is not Outcome.NOT_MET and _of(memory, recipient, matter).waits
    ]
    fresh = tuple(
        verdict
        for matter, verdict in newest.items()
        if verdict.outcome is Outcome.NOT_MET
        and not (told := _of(memory, recipient, matter)).waits
        and not _cools(told, now, cool_down)
    )
    if not fresh:
        return [], over
    first = min(verdict.decided_at for verdict in fresh)
    names = ",".join(sorted(counter_matter(verdict) for verdict in fresh))
    key = f"counter/{_stamp(first)}/{names}"
    found = _posting(key, Topic.COUNTER, recipient, replace(news, verdicts=fresh), now, zone)
    return ([found] if found else []), over


def _cameras(
    news: CameraNews,
    recipient: Recipient,
    memory: Memory,
    now: datetime,
    zone: tzinfo,
    cool_down: timedelta,
) -> tuple[list[Posting], list[Withdrawal]]:
    """Troubles of one moment are one message. A trouble that comes again while the last alarm cools
    waits until it has cooled, and is dropped if the camera is well by then.
    """
    at_once: list[CameraAlarm] = []
    later: list[Posting] = []
    over: list[Withdrawal] = []
    for alarm in news.alarms:
        told = _of(memory, recipient, camera_matter(alarm.camera))
        if not alarm.raised:
            if told.waits:
                over.append(Withdrawal(recipient.name, camera_matter(alarm.camera)))
            if _was_told_ill(told, _of(memory, recipient, well_matter(alarm.camera))):
                at_once.append(alarm)
        elif told.waits:
            continue
        elif told.sent_at is not None and _cools(told, now, cool_down):
            key = f"camera/{_stamp(alarm.at)}/{alarm.camera}"
            one = replace(news, alarms=(alarm,))
            due_at = told.sent_at + cool_down
            found = _posting(key, Topic.CAMERA, recipient, one, due_at, zone)
            later += [found] if found else []
        else:
            at_once.append(alarm)
    if not at_once:
        return later, over
    names = ",".join(sorted(alarm.camera for alarm in at_once))
    key = f"camera/{_stamp(min(alarm.at for alarm in at_once))}/{names}"
    together = replace(news, alarms=tuple(at_once))
    found = _posting(key, Topic.CAMERA, recipient, together, now, zone)
    return ([found] if found else []) + later, over


def _was_told_ill(ill: Told, well: Told) -> bool:
    """Whether the last that left about this camera was that something is wrong."""
    if ill.sent_at is None:
        return False
    return well.sent_at is None or well.sent_at < ill.sent_at


def _posting(
    key: str, topic: Topic, recipient: Recipient, news: News, due_at: datetime, zone: tzinfo
) -> Posting | None:
    """The posting, held over quiet hours; None where it would then be worth nothing."""
    quiet_until = recipient.quiet.ends(due_at, zone) if recipient.quiet else None
    due_at = max(due_at, quiet_until) if quiet_until else due_at
    expires_at = news.plan.closes_at or due_at + LIFE
    if due_at >= expires_at:
        return None
    return Posting(key, topic, recipient, _matters_told(news), news, due_at, expires_at)


def _matters_told(news: News) -> tuple[str, ...]:
    """What a message tells of: not what its history was asked for."""
    if isinstance(news, CameraNews):
        return tuple(
            camera_matter(alarm.camera) if alarm.raised else well_matter(alarm.camera)
            for alarm in news.alarms
        )
    return matters_of(news)


def _of(memory: Memory, recipient: Recipient, matter: str) -> Told:
    return memory.get((recipient.name, matter), NOTHING)


def _cools(told: Told, now: datetime, cool_down: timedelta) -> bool:
    return told.sent_at is not None and now < told.sent_at + cool_down


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
