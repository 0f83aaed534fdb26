"""Samples as a counter gives them: runs that last for seconds, not single frames."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from vision.day import DayPlan, Phase, PhaseSpan
from vision.labels import Label
from vision.layout import ZoneKind
from vision.policy import Rule, Signal
from vision.values import Box, Observation, Outcome, Reason, Sample, Slot, View
from vision.watching import Watch

OPENS = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 08:00 WIB
SINCE = OPENS - timedelta(minutes=10)
READY = OPENS - timedelta(minutes=5)
CLEAR_VIEW = View(120.0, 0.0, 1.0, 0.0, 0.0, False)

PARAMETERS = {
    "det_hi": 0.6,
    "det_lo": 0.3,
    "occl_max": 0.3,
    "px_person": 80.0,
    "px_chest": 96.0,
    "px_badge": 18.0,
    "px_letter": 12.0,
    "px_object": 24.0,
    "gap_bridge_s": 30.0,
    "frame_age_s": 2.0,
    "clock_tol_s": 15.0,
    "vis_ready": 0.9,
    "vis_manned": 0.9,
    "vis_screen": 0.9,
    "vis_desk": 0.8,
    "absent_open_s": 180.0,
    "absent_break_s": 300.0,
    "badge_met_crops": 20.0,
    "badge_met_minutes": 3.0,
    "badge_met_share": 0.3,
    "badge_not_crops": 40.0,
    "badge_not_minutes": 5.0,
    "badge_not_share": 0.02,
    "badge_window_s": 600.0,
    "read_crops": 5.0,
    "screen_lit": 0.8,
    "screen_dark": 0.95,
    "screen_margin": 25.0,
    "obj_hold_s": 48.0,
    "obj_span_s": 60.0,
    "obj_repeat": 2.0,
    "obj_repeat_within_s": 600.0,
    "obj_clear_s": 60.0,
    "obj_same_de": 12.0,
    "obj_same_share": 0.1,
    "desk_differs_share": 0.05,
    "chat_hold_s": 180.0,
    "chat_people": 2.0,
    "ready_lead_s": 300.0,
}


def rule(
    signal: Signal,
    check: str,
    labels: frozenset[Label] = frozenset(),
    clause: str = "FO-X",
    **numbers: float,
) -> Rule:
    """A rule with the default numbers of the standard."""
    return Rule(
        clause, check, signal, ZoneKind.STAFF, labels, frozenset(Slot), {**PARAMETERS, **numbers}
    )


Run = tuple[Outcome, Reason | None, float]
"""Outcome, reason and how many seconds it lasted."""


def samples(
    check: str,
    runs: Sequence[Run],
    *,
    since: datetime = SINCE,
    period_s: float = 5.0,
    box: Box | None = None,
    score: float = 1.0,
) -> list[Sample]:
    """One sample per period. `box` is in the basis: of NOT_MET in `desk_clear`, else of MET."""
    found: list[Sample] = []
    at = since
    with_box = Outcome.NOT_MET if check == "desk_clear" else Outcome.MET
    for outcome, reason, lasts_s in runs:
        end = at + timedelta(seconds=lasts_s)
        while at < end:
            basis = (box,) if box is not None and outcome is with_box else ()
            observation = Observation("FO-1", check, at, outcome, reason, score, basis)
            found.append(Sample("FO-1", "loket-1", at, CLEAR_VIEW, (observation,)))
            at += timedelta(seconds=period_s)
    return found


def watch(
    rows: Sequence[Sample],
    at: datetime,
    *,
    slot: Slot = Slot.READY,
    since: datetime = SINCE,
    until: datetime = OPENS,
    period_s: float = 5.0,
) -> Watch:
    """What a card sees at `at`."""
    return Watch(
        slot=slot,
        since=since,
        until=until,
        at=at,
        ready_at=READY if slot is Slot.READY else None,
        samples=[row for row in rows if since <= row.captured_at < at],
        cover_s=2.5 * period_s,
        expected_s=period_s,
    )


MET, NOT_MET, CANNOT_TELL = Outcome.MET, Outcome.NOT_MET, Outcome.CANNOT_TELL


def present(lasts_s: float) -> Run:
    """Somebody is there."""
    return MET, None, lasts_s


def absent(lasts_s: float) -> Run:
    """The place is seen and empty."""
    return NOT_MET, Reason.ABSENT, lasts_s


def unseen(lasts_s: float, reason: Reason = Reason.OCCLUDED) -> Run:
    """The frame cannot tell."""
    return CANNOT_TELL, reason, lasts_s


def ordinary_day() -> DayPlan:
    """24 November 2026 in Jakarta, opening at 08:00, break from 12:15 to 13:00."""

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour - 7, minutes=minute)

    marks = [
        (Phase.NIGHT, at(0)),
        (Phase.ARRIVE, at(7, 10)),
        (Phase.BRIEFING, at(7, 25)),
        (Phase.SETUP, at(7, 50)),
        (Phase.GO_NO_GO, at(7, 55)),
        (Phase.OPEN, at(8)),
        (Phase.BREAK, at(12, 15)),
        (Phase.OPEN_2, at(13)),
        (Phase.CLOSING, at(15)),
        (Phase.AFTER, at(16)),
        (Phase.NIGHT, at(17)),
    ]
    ends = [since for _, since in marks[1:]] + [at(24)]
    return DayPlan(
        day=at(12).date(),
        spans=tuple(
            PhaseSpan(phase, since, until)
            for (phase, since), until in zip(marks, ends, strict=True)
        ),
        note="",
        certain=True,
        briefing_at=at(7, 30),
        looks_from=at(7, 50),
        ready_at=at(7, 55),
        opens_at=at(8),
        closes_at=at(15),
    )
