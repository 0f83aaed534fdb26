"""The signal cards: what observations over time say about a clause, as pure functions.

Each card is `(rule, watch) -> Judgement | None`; None while nothing can be said yet. The asymmetry
of docs/standard.md 3.2 holds in every card: positive sightings meet an obligation, only many good
views without one breach it; persistent sightings breach a prohibition, only a visible desk meets
it; all else is CANNOT_TELL with the reason that covers most of the time.
"""

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vision.geometry import centre, iou
from vision.labels import Label
from vision.policy import Rule, Signal
from vision.values import Box, Measure, Outcome, Reason, Slot
from vision.watching import (
    Judgement,
    Spoken,
    Watch,
    counts,
    decided,
    main_reason,
    place_seen,
    seconds,
    timeline,
    visible_share,
    within,
)

# --- SIG-READY -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of presence; short absences and unseen time between sightings are bridged."""

    since: datetime
    until: datetime


def manned_runs(rows: Sequence[Spoken], gap_bridge_s: float) -> list[Run]:
    """The stretches of presence in a timeline of `staff_present`.

    Only seen absence breaks a run: more than `gap_bridge_s` of it between two sightings. What was
    not seen proves nothing either way.
    """
    runs: list[Run] = []
    absent_s = 0.0
    for row in rows:
        outcome = row.observation.outcome
        if outcome is Outcome.MET:
            if runs and absent_s <= gap_bridge_s:
                runs[-1] = Run(runs[-1].since, row.until)
            else:
                runs.append(Run(row.since, row.until))
            absent_s = 0.0
        elif outcome is Outcome.NOT_MET:
            absent_s += row.seconds
    return runs


def absent_for(rows: Sequence[Spoken]) -> float:
    """Seconds of seen absence since the last sighting."""
    total = 0.0
    for row in reversed(rows):
        if row.observation.outcome is Outcome.MET:
            break
        if row.observation.outcome is Outcome.NOT_MET:
            total += row.seconds
    return total


def judge_ready(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-READY: manned from T-5 on. Final at opening; from T-5 on it says how it stands so far.

    So far: met by a sighting in the last gap_bridge_s, unless the camera has been silent for more
    than frame_age_s (NO_SIGNAL: an answer rests on pictures of the last seconds); not met when
    these seconds were seen and empty, or when whoever is there now came to a place that was seen
    empty since T-5; else CANNOT_TELL. At opening: the whole window must be visible, and the run
    that reaches it must have begun by T-5 (clock_tol_s allowed).
    """
    if watch.ready_at is None or watch.at < watch.ready_at:
        return None
    rows = timeline(watch, rule.check)
    runs = manned_runs(rows, rule["gap_bridge_s"])
    limit = watch.ready_at + timedelta(seconds=rule["clock_tol_s"])
    expected, usable = counts(watch, rows, watch.since)
    used = sum(1 for row in rows if decided(row))
    # Somebody too small or unsure is neither there nor away: only decided frames count as seen.
    visible = visible_share(rows, watch.since, watch.at, decided)
    measures = [Measure("visible", visible, rule["vis_ready"], "share")]
    recent = watch.at - timedelta(seconds=rule["gap_bridge_s"])
    seen_lately = bool(runs) and runs[-1].until > recent
    gone = absent_for(rows) > rule["gap_bridge_s"]

    def say(outcome: Outcome, reason: Reason | None, since: datetime) -> Judgement:
        return Judgement(outcome, reason, since, expected, usable, used, measures=tuple(measures))

    if runs:
        late_s = max(0.0, (runs[-1].since - watch.ready_at).total_seconds())
        measures.append(Measure("manned_after_ready_at", late_s, rule["clock_tol_s"], "s"))
    if not watch.ended:
        if seen_lately and not gone:
            if runs[-1].since <= limit:
                silent = watch.at - rows[-1].until
                if silent > timedelta(seconds=rule["frame_age_s"]):
                    return say(Outcome.CANNOT_TELL, Reason.NO_SIGNAL, rows[-1].until)
                return say(Outcome.MET, None, runs[-1].since)
            # Who was first seen now may have sat there unseen: late only where it was seen empty.
            unseen_since = max(watch.ready_at, runs[-2].until if len(runs) > 1 else watch.since)
            if visible_share(rows, unseen_since, runs[-1].since, decided) < rule["vis_ready"]:
                reason = main_reason(rows, unseen_since, runs[-1].since, decided)
                return say(Outcome.CANNOT_TELL, reason, unseen_since)
            return say(Outcome.NOT_MET, _late_or_back(runs, limit), runs[-1].since)
        if visible_share(rows, recent, watch.at, decided) < rule["vis_ready"]:
            reason = main_reason(rows, recent, watch.at, decided)
            return say(Outcome.CANNOT_TELL, reason, recent)
        left = bool(runs) and runs[-1].until > watch.ready_at
        since = runs[-1].until if runs else watch.since
        return say(Outcome.NOT_MET, Reason.LEFT_POST if left else Reason.ABSENT, since)
    if visible < rule["vis_ready"]:
        reason = main_reason(rows, watch.since, watch.at, decided)
        return say(Outcome.CANNOT_TELL, reason, watch.since)
    if not runs:
        return say(Outcome.NOT_MET, Reason.ABSENT, watch.since)
    if gone:
        left = runs[-1].until > watch.ready_at
        return say(Outcome.NOT_MET, Reason.LEFT_POST if left else Reason.ABSENT, runs[-1].until)
    if runs[-1].since <= limit:
        return say(Outcome.MET, None, runs[-1].since)
    return say(Outcome.NOT_MET, _late_or_back(runs, limit), runs[-1].since)


def _late_or_back(runs: Sequence[Run], limit: datetime) -> Reason:
    """Why the last run began after the limit: nobody came in time, or somebody left again."""
    return Reason.LEFT_POST if any(run.until > limit for run in runs[:-1]) else Reason.LATE


# --- SIG-MANNED ----------------------------------------------------------------------------------


def judge_manned(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-MANNED: no seen absence longer than absent_open_s (absent_break_s in the break)."""
    rows = timeline(watch, rule.check)
    limit_s = rule["absent_break_s"] if watch.slot is Slot.BREAK else rule["absent_open_s"]
    expected, usable = counts(watch, rows, watch.since)
    longest_s, run_s, since, worst = 0.0, 0.0, watch.since, watch.since
    for row in rows:
        if row.observation.outcome is Outcome.NOT_MET:
            since = row.since if run_s == 0.0 else since
            run_s += row.seconds
            if run_s > longest_s:
                longest_s, worst = run_s, since
        elif row.observation.outcome is Outcome.MET:
            run_s = 0.0
    visible = visible_share(rows, watch.since, watch.at, decided)
    measures = (
        Measure("longest_absence", longest_s, limit_s, "s"),
        Measure("visible", visible, rule["vis_manned"], "share"),
    )
    used = sum(1 for row in rows if decided(row))
    if longest_s > limit_s:
        return Judgement(
            Outcome.NOT_MET, Reason.ABSENT, worst, expected, usable, used, measures=measures
        )
    if not watch.ended:
        return None
    outcome, reason = Outcome.MET, None
    if visible < rule["vis_manned"]:
        outcome = Outcome.CANNOT_TELL
        reason = main_reason(rows, watch.since, watch.at, decided)
    return Judgement(outcome, reason, watch.since, expected, usable, used, measures=measures)


# --- SIG-BADGE -----------------------------------------------------------------------------------


def _crops(watch: Watch, check: str) -> list[Spoken]:
    """The rows for which a crop was looked at: the same picture again is no second crop."""
    return [row for row in timeline(watch, check) if row.observation.unchanged_since is None]


def _good_crop(row: Spoken) -> bool:
    """A crop on which a tag would have been found: it decided, or something tag-like was unsure."""
    return decided(row) or row.observation.reason is Reason.MODEL_UNSURE


def _minutes(rows: Sequence[Spoken]) -> int:
    return len({row.since.replace(second=0, microsecond=0) for row in rows})


def judge_badge(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-BADGE: over the last badge_window_s, enough good crops with a tag, or many without one.

    A share between badge_not_share and badge_met_share is MODEL_UNSURE; tag-like crops count
    against an accusation. Until there is enough it says nothing; at T-5 and at the end of the slot
    it says why there was not.
    """
    rows = _crops(watch, rule.check)
    since = max(watch.since, watch.at - timedelta(seconds=rule["badge_window_s"]))
    rows = [row for row in rows if row.since >= since]
    good = [row for row in rows if _good_crop(row)]
    tagged = [row for row in good if row.observation.outcome is Outcome.MET]
    denied = [row for row in good if row.observation.outcome is Outcome.NOT_MET]
    share = len(tagged) / len(good) if good else 0.0
    expected, _ = counts(watch, rows, since)
    numbers = {"good_crops": len(good), "minutes": _minutes(good), "share_with_tag": share}

    def say(outcome: Outcome, reason: Reason | None, begun: datetime) -> Judgement:
        used = len(tagged) if outcome is Outcome.MET else len(good)
        against = "not" if outcome is Outcome.NOT_MET else "met"  # the thresholds that decided
        measures = tuple(
            Measure(name, value, rule[f"badge_{against}_{number}"], unit)
            for (name, value), number, unit in zip(
                numbers.items(),
                ("crops", "minutes", "share"),
                ("frames", "min", "share"),
                strict=True,
            )
        )
        return Judgement(outcome, reason, begun, expected, len(good), used, measures=measures)

    if (
        len(good) >= rule["badge_met_crops"]
        and _minutes(good) >= rule["badge_met_minutes"]
        and share >= rule["badge_met_share"]
    ):
        return say(Outcome.MET, None, tagged[0].since)
    if (
        len(good) >= rule["badge_not_crops"]
        and _minutes(good) >= rule["badge_not_minutes"]
        and 1.0 - len(denied) / len(good) < rule["badge_not_share"]
    ):
        return say(Outcome.NOT_MET, Reason.MISSING_ITEM, denied[0].since)
    if not _asked(watch):
        return None
    if len(good) >= rule["badge_not_crops"]:
        return say(Outcome.CANNOT_TELL, Reason.MODEL_UNSURE, since)
    seen = [row for row in rows if row.observation.reason is not None and not _good_crop(row)]
    if len(seen) > len(good):
        tally = Tally(row.observation.reason for row in seen if row.observation.reason)
        return say(Outcome.CANNOT_TELL, tally.most_common(1)[0][0], since)
    return say(Outcome.CANNOT_TELL, Reason.TOO_SHORT, since)


def _asked(watch: Watch) -> bool:
    """Whether an answer is due even if it is that nothing can be told."""
    return watch.ended or (watch.ready_at is not None and watch.at >= watch.ready_at)


# --- SIG-READABLE --------------------------------------------------------------------------------


def judge_readable(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-READABLE: a proposal at most, never that it cannot be read.

    Enough crops with letters of px_letter propose MET. A card that hung turned over for most of the
    last badge_met_crops sightings is said as a side reason, since when: the human looks.
    """
    rows = _crops(watch, rule.check)
    expected, usable = counts(watch, rows, watch.since)
    carded = [row for row in rows if row.observation.basis]
    clear = [row for row in carded if row.observation.outcome is Outcome.MET]
    latest = carded[-int(rule["badge_met_crops"]) :]
    turned = [row for row in latest if row.observation.reason is Reason.TURNED_OVER]
    height = max((row.observation.score for row in carded), default=0.0)
    measures = (
        Measure("letter_height", height, rule["px_letter"], "px"),
        Measure("readable_crops", len(clear), rule["read_crops"], "frames"),
    )

    def wait(
        since: datetime, used: int, proposal: Outcome | None, side: tuple[Reason, ...] = ()
    ) -> Judgement:
        return Judgement(
            Outcome.CANNOT_TELL,
            Reason.AWAITING_HUMAN,
            since,
            expected,
            usable,
            used,
            proposal,
            side,
            measures=measures,
        )

    if len(latest) >= rule["badge_met_crops"] and len(turned) >= 0.8 * len(latest):
        since = _run_start(carded, Reason.TURNED_OVER)
        return wait(since, len(turned), None, (Reason.TURNED_OVER,))
    if len(clear) >= rule["read_crops"]:
        return wait(clear[0].since, len(clear), Outcome.MET)
    if not _asked(watch):
        return None
    reasons = Tally(row.observation.reason for row in rows if row.observation.reason)
    reason = reasons.most_common(1)[0][0] if reasons else Reason.NO_SIGNAL
    return Judgement(
        Outcome.CANNOT_TELL, reason, watch.since, expected, usable, len(rows), measures=measures
    )


def _run_start(rows: Sequence[Spoken], reason: Reason) -> datetime:
    """Where the last stretch of rows with this reason began; one odd row does not break it."""
    begun, odd = rows[-1].since, 0
    for row in reversed(rows):
        if row.observation.reason is reason:
            begun, odd = row.since, 0
        else:
            odd += 1
            if odd > 1:
                break
    return begun


# --- SIG-SCREEN ----------------------------------------------------------------------------------


def judge_screen(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-SCREEN: the screen zone was lit for most of the last minutes before the answer.

    Looks at the ready_lead_s before `at`; answers at T-5 and at opening.
    """
    if not _asked(watch):
        return None
    since = max(watch.since, watch.at - timedelta(seconds=rule["ready_lead_s"]))
    rows = [row for row in timeline(watch, rule.check) if row.since >= since]
    expected, usable = counts(watch, rows, since)
    total = seconds(rows, place_seen)
    lit = seconds(
        rows, lambda row: place_seen(row) and row.observation.score * 255 >= rule["screen_margin"]
    )
    share = lit / total if total else 0.0
    visible = visible_share(rows, since, watch.at)
    measures = (
        Measure("lit", share, rule["screen_lit"], "share"),
        Measure("visible", visible, rule["vis_screen"], "share"),
    )

    def say(outcome: Outcome, reason: Reason | None) -> Judgement:
        return Judgement(outcome, reason, since, expected, usable, usable, measures=measures)

    if visible < rule["vis_screen"]:
        return say(Outcome.CANNOT_TELL, main_reason(rows, since, watch.at))
    if share >= rule["screen_lit"]:
        return say(Outcome.MET, None)
    if 1.0 - share >= rule["screen_dark"]:
        return say(Outcome.NOT_MET, Reason.MISSING_ITEM)
    return say(Outcome.CANNOT_TELL, Reason.BORDERLINE)


# --- SIG-DESKITEM --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sighting:
    """One item in one frame and how long the frame speaks."""

    box: Box
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An item at one spot for obj_hold_s of obj_span_s. `owner_clear`: no visitor just before."""

    label: Label
    since: datetime
    until: datetime
    owner_clear: bool


def _spots(rows: Sequence[Spoken], rule: Rule, low: float, high: float) -> list[list[Sighting]]:
    """Sightings with low <= confidence < high, put together by the spot they lie on."""
    spots: list[list[Sighting]] = []
    for row in rows:
        for box in row.observation.basis:
            if box.label not in rule.labels or not low <= box.confidence < high:
                continue
            if box.short_px < rule["px_object"]:
                continue
            sighting = Sighting(box, row.since, row.until)
            near = next((spot for spot in spots if _same_spot(spot[-1].box, box)), None)
            if near is None:
                spots.append([sighting])
            elif near[-1].since != row.since:  # two boxes on one thing in one frame count once
                near.append(sighting)
    return spots


def _same_spot(one: Box, other: Box) -> bool:
    if iou(one.xyxy, other.xyxy) > 0.2:
        return True
    (x, y), (u, v) = centre(one.xyxy), centre(other.xyxy)
    reach = 0.5 * max(one.short_px, other.short_px)
    return abs(x - u) <= reach and abs(y - v) <= reach


def occurrences(rule: Rule, rows: Sequence[Spoken], low: float, high: float) -> list[Occurrence]:
    """Every stretch of obj_span_s in which an item lay at one spot for obj_hold_s of it.

    Stretches of one spot do not overlap. A visitor seen in the obj_clear_s before the first of a
    spot's chain makes its owner unclear.
    """
    span, hold_s = timedelta(seconds=rule["obj_span_s"]), rule["obj_hold_s"]
    clear = timedelta(seconds=rule["obj_clear_s"])
    visits = [
        row for row in rows if any(box.label is Label.PERSON for box in row.observation.basis)
    ]
    found: list[Occurrence] = []
    for spot in _spots(rows, rule, low, high):
        i, chained = 0, False
        while i < len(spot):
            begun = spot[i].since
            ends = begun + span
            held = 0.0
            j = i
            while j < len(spot) and spot[j].since < ends:
                held += (min(spot[j].until, ends) - spot[j].since).total_seconds()
                j += 1
            if held >= hold_s:
                visited = any(begun - clear <= row.since <= begun for row in visits)
                owner = found[-1].owner_clear if chained else not visited
                lasted = min(ends, spot[j - 1].until)
                found.append(Occurrence(spot[i].box.label, begun, lasted, owner))
                i, chained = j, True
            else:
                i, chained = i + 1, False
    return sorted(found, key=lambda one: one.since)


def judge_desk_item(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-DESKITEM: an item stayed on the staff half, obj_repeat times in obj_repeat_within_s.

    Before opening the answer follows the desk: what was cleared away no longer counts against it.
    In the halves it stands. MET only at the end of the slot (before opening: at the answer), with
    the desk visible for vis_desk of it and nothing unsure.
    """
    rows = timeline(watch, rule.check)
    expected, usable = counts(watch, rows, watch.since)
    follows = watch.slot is Slot.READY
    if follows:
        recent = watch.at - timedelta(seconds=rule["obj_span_s"])
    sure = occurrences(rule, rows, rule["det_hi"], 2.0)
    if follows:  # a glimpse does not bring back what was cleared away: it must have stayed again
        lying = {one.label for one in sure if one.until > recent}
        sure = [one for one in sure if one.label in lying]
    clear = [one for one in sure if one.owner_clear]
    within_s = timedelta(seconds=rule["obj_repeat_within_s"])
    needed = int(rule["obj_repeat"])
    breach = next(
        (
            clear[i : i + needed]
            for i in range(len(clear) - needed + 1)
            if clear[i + needed - 1].since - clear[i].since <= within_s
        ),
        None,
    )
    measures = (
        Measure("occurrences", len(clear), rule["obj_repeat"], "times"),
        Measure("visible", visible_share(rows, watch.since, watch.at), rule["vis_desk"], "share"),
    )

    def say(
        outcome: Outcome, reason: Reason | None, since: datetime, seen: Sequence[Occurrence] = ()
    ) -> Judgement:
        labels = tuple(sorted({one.label for one in seen}))
        used = sum(1 for row in rows if decided(row))
        return Judgement(
            outcome, reason, since, expected, usable, used, seen=labels, measures=measures
        )

    if breach is not None:
        named = [one for one in clear if one.since >= breach[0].since]
        return say(Outcome.NOT_MET, Reason.PRESENT_OBJECT, breach[0].since, named)
    if not _asked(watch):
        if clear:
            return say(Outcome.CANNOT_TELL, Reason.BORDERLINE, clear[0].since, clear)
        return None
    if clear:
        return say(Outcome.CANNOT_TELL, Reason.BORDERLINE, clear[0].since, clear)
    if sure:
        return say(Outcome.CANNOT_TELL, Reason.AMBIGUOUS_OWNER, sure[0].since, sure)
    unsure = occurrences(rule, rows, rule["det_lo"], rule["det_hi"])
    if follows:
        unsure = [one for one in unsure if one.until > recent]
    if unsure:
        return say(Outcome.CANNOT_TELL, Reason.MODEL_UNSURE, unsure[0].since, unsure)
    if visible_share(rows, watch.since, watch.at) < rule["vis_desk"]:
        reason = main_reason(rows, watch.since, watch.at)
        return say(Outcome.CANNOT_TELL, reason, watch.since)
    return say(Outcome.MET, None, watch.since)


# --- SIG-DESKREF and SIG-CHAT: they only ask a human ---------------------------------------------


def judge_desk_reference(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-DESKREF: the last obj_span_s against the approved picture or the list of equipment."""
    if not _asked(watch):
        return None
    since = max(watch.since, watch.at - timedelta(seconds=rule["obj_span_s"]))
    rows = within(timeline(watch, rule.check), since, watch.at)
    expected = max(len(rows), round((watch.at - since).total_seconds() / watch.expected_s))
    seen = [row for row in rows if place_seen(row)]
    if len(seen) * 2 < expected or not seen:
        return Judgement(
            Outcome.CANNOT_TELL, main_reason(rows, since, watch.at), since, expected, len(seen), 0
        )

    def there(row: Spoken) -> bool:
        if not rule.labels:
            return row.observation.outcome is Outcome.MET
        return any(
            box.label in rule.labels and box.confidence >= rule["det_hi"]
            for box in row.observation.basis
        )

    good = sum(1 for row in seen if there(row))
    share = good / len(seen)
    measures = (Measure("frames_as_approved", share, 0.5, "share"),)
    if share >= 0.5:
        proposal: Outcome | None = Outcome.MET
    else:  # equipment that is not seen may lie in a drawer: no proposal
        proposal = None if rule.labels else Outcome.NOT_MET
    return Judgement(
        Outcome.CANNOT_TELL,
        Reason.AWAITING_HUMAN,
        since,
        expected,
        len(seen),
        good,
        proposal,
        measures=measures,
    )


def judge_chat(rule: Rule, watch: Watch) -> Judgement | None:
    """SIG-CHAT: chat_people at a counter for chat_hold_s, no visitor. No event is no MET."""
    rows = timeline(watch, rule.check)
    expected, usable = counts(watch, rows, watch.since)
    begun: datetime | None = None
    for row in rows:
        if row.observation.reason is Reason.AWAITING_HUMAN:
            begun = row.since if begun is None else begun
            if (row.until - begun).total_seconds() >= rule["chat_hold_s"]:
                return Judgement(
                    Outcome.CANNOT_TELL,
                    Reason.AWAITING_HUMAN,
                    begun,
                    expected,
                    usable,
                    usable,
                    Outcome.NOT_MET,
                )
        else:
            begun = None
    if not watch.ended:
        return None
    return Judgement(
        Outcome.CANNOT_TELL, Reason.NOT_OBSERVED, watch.since, expected, usable, usable
    )


CARDS: dict[Signal, Callable[[Rule, Watch], Judgement | None]] = {
    Signal.READY: judge_ready,
    Signal.MANNED: judge_manned,
    Signal.BADGE: judge_badge,
    Signal.READABLE: judge_readable,
    Signal.SCREEN: judge_screen,
    Signal.DESK_ITEM: judge_desk_item,
    Signal.DESK_REFERENCE: judge_desk_reference,
    Signal.CHAT: judge_chat,
}
