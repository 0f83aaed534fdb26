"""What is true at the counters of a recorded morning, and what a rule says about that truth.

`truth.toml` of a morning holds spans: who is there, which way the badge hangs, what lies on the
desk, when the camera could not see: somebody before it, lamps out, knocked. What a verdict should
be follows from them by the rule's own numbers. Unseen time is never counted against a counter.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from datasets.sets import WORDS
from vision.errors import DataError
from vision.labels import Label
from vision.policy import Rule, Signal
from vision.values import Outcome, Slot

BORDER_S = 5.0
"""So near to one of the rule's own numbers nobody can say what is right: one sampling period."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something holds from `since` up to, not including, `until`."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Item:
    """A personal thing on the staff half of the desk."""

    label: Label
    span: Span


@dataclass(frozen=True, slots=True)
class CounterTruth:
    """What is true at one counter. `badge`: a card hangs on whoever is there, either side out.

    `dark`: all lamps are out; `moved`: the camera looks elsewhere. `every_s`: how many seconds lie
    between the pictures of its recording; 0: as few as a rule asks for.
    """

    counter: str
    camera: str
    staff: tuple[Span, ...]
    badge: tuple[Span, ...]
    items: tuple[Item, ...]
    blocked: tuple[Span, ...]
    dark: tuple[Span, ...] = ()
    moved: tuple[Span, ...] = ()
    every_s: float = 0.0

    @property
    def unseen(self) -> list[Span]:
        """When nothing could be seen, whatever the cause; in order, none overlaps another."""
        return joined((*self.blocked, *self.dark, *self.moved))


def read_truth(path: Path) -> tuple[CounterTruth, ...]:
    """Errors: DataError with file, line, expected and found."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        raise DataError(f"{path}: expected the truth of a morning, found no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected the truth of a morning, found {error}") from None
    counters = table.get("counters")
    if not isinstance(counters, list) or not counters:
        raise DataError(f"{path}:1 counters: expected [[counters]], found {counters!r}")
    lines = [
        number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[counters]]"
    ]
    return tuple(
        _counter(path, lines[i] if i < len(lines) else 1, one) for i, one in enumerate(counters)
    )


def _counter(path: Path, line: int, table: Mapping[str, Any]) -> CounterTruth:
    def refuse(key: str, expected: str, found: object) -> DataError:
        return DataError(f"{path}:{line} {key}: expected {expected}, found {found!r}")

    def rows(key: str) -> list[tuple[Mapping[str, Any], Span]]:
        found: list[tuple[Mapping[str, Any], Span]] = []
        for row in table.get(key, []):
            since, until = row.get("from"), row.get("to")
            for at in (since, until):
                if not isinstance(at, datetime) or at.utcoffset() is None:
                    raise refuse(key, "from and to with an offset", at)
            if until <= since:
                raise refuse(key, "from before to", f"{since} to {until}")
            found.append((row, Span(since, until)))
        return found

    for key in ("id", "camera"):
        if not isinstance(table.get(key), str):
            raise refuse(key, "a text", table.get(key))
    items: list[Item] = []
    for row, span in rows("items"):
        label = WORDS.get(str(row.get("label")))
        if label is None:
            raise refuse("items", "a label", row.get("label"))
        items.append(Item(label, span))
    badge: list[Span] = []
    for row, span in rows("badge"):
        if row.get("shows") not in ("front", "back", "none"):
            raise refuse("badge", "front, back or none", row.get("shows"))
        if row["shows"] != "none":
            badge.append(span)
    return CounterTruth(
        table["id"],
        table["camera"],
        tuple(span for row, span in rows("staff") if row.get("present")),
        tuple(badge),
        tuple(items),
        tuple(span for _, span in rows("blocked")),
        tuple(span for row, span in rows("dark") if row.get("lamps") == "off"),
        tuple(span for _, span in rows("moved")),
    )


def within(spans: Iterable[Span], since: datetime, until: datetime) -> list[Span]:
    """The parts of spans that lie in [since, until), joined where they touch, in order."""
    return joined(Span(max(one.since, since), min(one.until, until)) for one in spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one; empty ones left out."""
    found: list[Span] = []
    for one in sorted(spans, key=lambda one: one.since):
        if one.until <= one.since:
            continue
        if found and one.since <= found[-1].until:
            found[-1] = Span(found[-1].since, max(found[-1].until, one.until))
        else:
            found.append(one)
    return found


def without(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    """The parts of spans that do not lie in `taken`."""
    rest = list(spans)
    for hole in taken:
        parts: list[Span] = []
        for one in rest:
            before = Span(one.since, min(one.until, hole.since))
            after = Span(max(one.since, hole.until), one.until)
            parts += [part for part in (before, after) if part.since < part.until]
        rest = parts
    return rest


def seconds(spans: Iterable[Span]) -> float:
    """Their length together."""
    return sum(one.seconds for one in spans)


def truth_at(
    rule: Rule,
    slot: Slot,
    since: datetime,
    at: datetime,
    ready_at: datetime | None,
    truth: CounterTruth,
) -> Outcome | None:
    """What a rule should say at `at` about a slot that began at `since`.

    None: the truth does not decide it (too near to a number of the rule, too little to see, or a
    rule about things that truth.toml does not hold).
    """
    if at <= since:
        return None
    match rule.signal:
        case Signal.READY:
            return _ready(rule, since, at, ready_at, truth)
        case Signal.MANNED:
            return _manned(rule, slot, since, at, truth)
        case Signal.BADGE:
            return _badge(rule, since, at, truth)
        case Signal.DESK_ITEM:
            return _desk_item(rule, slot, since, at, truth)
        case _:
            return None


DERIVED = frozenset({Signal.READY, Signal.MANNED, Signal.BADGE, Signal.DESK_ITEM})
"""The signals whose truth follows from truth.toml."""


def _absent(truth: CounterTruth, since: datetime, until: datetime) -> list[Span]:
    """Nobody there, and the camera could see that."""
    away = without([Span(since, until)], truth.staff) if until > since else []
    return without(away, truth.unseen)


def _ready(
    rule: Rule, since: datetime, at: datetime, ready_at: datetime | None, truth: CounterTruth
) -> Outcome | None:
    """Staff by T-5 (clock_tol_s allowed) and there since; gaps of gap_bridge_s are bridged."""
    if ready_at is None or at < ready_at:
        return None
    limit = ready_at + timedelta(seconds=rule["clock_tol_s"])
    bridge_s = rule["gap_bridge_s"]
    present = within(truth.staff, since, at)
    begun: datetime | None = None
    last: datetime = since
    for one in present:
        gap_s = seconds(_absent(truth, last, one.since))
        if begun is None or gap_s > bridge_s:
            begun = one.since
        last = one.until
    gone_s = seconds(_absent(truth, last, at))
    if begun is None or gone_s > bridge_s:
        coming = any(one.since <= limit for one in truth.staff if one.until > at)
        near = begun is not None and gone_s <= bridge_s + BORDER_S
        unseen = begun is None and gone_s == 0  # all the time
        if near or unseen or (at < limit and coming):
            return None
        return Outcome.NOT_MET
    if gone_s >= bridge_s - BORDER_S:
        return None
    if begun > since and abs((begun - limit).total_seconds()) <= BORDER_S:
        return None
    return Outcome.MET if begun <= limit else Outcome.NOT_MET


def _manned(
    rule: Rule, slot: Slot, since: datetime, at: datetime, truth: CounterTruth
) -> Outcome | None:
    """No absence longer than absent_open_s (absent_break_s in the break)."""
    limit_s = rule["absent_break_s"] if slot is Slot.BREAK else rule["absent_open_s"]
    away = without([Span(since, at)], truth.staff)
    longest_s = max((seconds(without([one], truth.unseen)) for one in away), default=0.0)
    if abs(longest_s - limit_s) <= BORDER_S:
        return None
    return Outcome.NOT_MET if longest_s > limit_s else Outcome.MET


def _badge(rule: Rule, since: datetime, at: datetime, truth: CounterTruth) -> Outcome | None:
    """A card was shown at all in the last badge_window_s; none: only after badge_not_minutes and
    after the recording held badge_not_crops pictures of it.
    """
    begin = max(since, at - timedelta(seconds=rule["badge_window_s"]))
    there = without(within(truth.staff, begin, at), truth.unseen)
    shown_s = sum(seconds(within(truth.badge, one.since, one.until)) for one in there)
    if shown_s > 0:
        return Outcome.MET
    enough_s = max(60 * rule["badge_not_minutes"], rule["badge_not_crops"] * truth.every_s)
    return Outcome.NOT_MET if seconds(there) >= enough_s else None


def _desk_item(
    rule: Rule, slot: Slot, since: datetime, at: datetime, truth: CounterTruth
) -> Outcome | None:
    """A thing of the rule's labels lay long enough for obj_repeat occurrences.

    Before opening what was cleared away obj_span_s ago no longer counts.
    """
    enough_s = (rule["obj_repeat"] - 1) * rule["obj_span_s"] + rule["obj_hold_s"]
    answers: set[Outcome | None] = set()
    for item in truth.items:
        if item.label not in rule.labels or item.span.since >= at:
            continue
        lying = within([item.span], since, at)
        lying_s = seconds(without(lying, truth.unseen))
        cleared_s = (at - item.span.until).total_seconds()
        if slot is Slot.READY and cleared_s > rule["obj_span_s"] + BORDER_S:
            continue
        if lying_s <= rule["obj_hold_s"] - BORDER_S:
            continue
        recently = slot is Slot.READY and cleared_s > 0
        sure = lying_s >= enough_s + BORDER_S and not recently
        answers.add(Outcome.NOT_MET if sure else None)
    if Outcome.NOT_MET in answers:
        return Outcome.NOT_MET
    return None if answers else Outcome.MET
