"""The phases of an office day, as values. Who makes them from a calendar is `service.calendar`."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from vision.values import Slot


class Phase(StrEnum):
    """Source: docs/standard.md 4.1. SPECIAL is started and ended by a supervisor."""

    HOLIDAY = "holiday"
    NIGHT = "night"
    ARRIVE = "arrive"
    BRIEFING = "briefing"
    SETUP = "setup"
    GO_NO_GO = "go_no_go"
    OPEN = "open"
    BREAK = "break"
    OPEN_2 = "open_2"
    CLOSING = "closing"
    AFTER = "after"
    SPECIAL = "special"


LOOKED_AT = frozenset({Phase.SETUP, Phase.GO_NO_GO, Phase.OPEN, Phase.BREAK, Phase.OPEN_2})
"""No detector runs in any other phase (docs/standard.md P-14)."""


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """One phase from `since` up to, not including, `until`."""

    phase: Phase
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of an office, midnight to midnight in its zone; every instant is aware.

    `spans` cover the day without gap or overlap. On a working day measuring starts at `looks_from`
    (T-10), the answer falls at `ready_at` (T-5), counters open at `opens_at`. On a day off these
    are None and `spans` is one HOLIDAY. `certain` is False when no holiday table covers the year
    or the season's hours are not set: time clauses are then CANNOT_TELL (RULE_UNDEFINED).
    """

    day: date
    spans: tuple[PhaseSpan, ...]
    note: str
    certain: bool
    briefing_at: datetime | None
    looks_from: datetime | None
    ready_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None

    def phase_at(self, at: datetime) -> Phase:
        """The phase in force. Errors: ValueError outside the day."""
        for span in self.spans:
            if span.since <= at < span.until:
                return span.phase
        raise ValueError(f"{at.isoformat()} is not in {self.day.isoformat()}")

    def slot_span(self, slot: Slot) -> tuple[datetime, datetime] | None:
        """Begin and end of a slot, or None when the day has none."""
        if slot is Slot.READY:
            if self.looks_from is None or self.opens_at is None:
                return None
            return self.looks_from, self.opens_at
        phase = {Slot.OPEN: Phase.OPEN, Slot.OPEN_2: Phase.OPEN_2, Slot.BREAK: Phase.BREAK}[slot]
        parts = [span for span in self.spans if span.phase is phase]  # SPECIAL may cut it in two
        return (parts[0].since, parts[-1].until) if parts else None
