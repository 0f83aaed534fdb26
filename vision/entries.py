"""What supervisors observed and entered: the part of the standard that no camera judges.

An `Observation` is what one frame says; an `Entry` is what a human says. Entries are appended and
never changed: a correction is a new one about the same place, clause and occasion.
Source: docs/standard.md 2.1, 5.5.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from vision.policy import Clause, Grain, Policy
from vision.values import Outcome, Reason, require_aware

NOTE_LENGTH = 140
"""Letters of a note. Source: docs/standard.md 2.3, pack limits."""

OFFICE_ROLES = frozenset({"OFFICE", "PHONE", "HALL"})
"""Roles whose clauses are about the whole office, not about one counter."""


class Entered(StrEnum):
    """What was entered. WITHDRAWN takes the entry before it back."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_SEEN = "not_seen"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Entry:
    """One tap of a supervisor. `counter` None: about the office.

    `occasion` counts the services looked at (event clauses), 1 for all others. `key` was made where
    it was tapped: the same key again is the same entry. `by` is the account that entered it.
    """

    key: str
    day: date
    clause: str
    counter: str | None
    occasion: int
    entered: Entered
    note: str
    by: str
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at, "Entry.at")
        if self.occasion < 1:
            raise ValueError(f"Entry.occasion: expected 1 or more, got {self.occasion}")
        if len(self.note) > NOTE_LENGTH:
            raise ValueError(f"Entry.note: expected at most {NOTE_LENGTH}, got {len(self.note)}")


def standing_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What stands of entries given oldest first: each person's last word on each occasion."""
    last: dict[tuple[date, str | None, str, int, str], Entry] = {}
    for entry in entries:
        last[(entry.day, entry.counter, entry.clause, entry.occasion, entry.by)] = entry
    return tuple(entry for entry in last.values() if entry.entered is not Entered.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Observed:
    """What the entries of a day say together about a clause at a counter (None: the office).

    Counted in looks: one per service for event clauses, else one for the day. `reason` says why a
    day cannot be told: NOT_OBSERVED, or RATERS_DISAGREE where two people differ.
    """

    day: date
    clause: str
    counter: str | None
    met: int
    not_met: int
    not_seen: int
    notes_met: tuple[str, ...]
    notes_not_met: tuple[str, ...]
    reason: Reason | None

    @property
    def outcome(self) -> Outcome:
        """NOT_MET where any look was, MET where all that saw something were."""
        if self.not_met:
            return Outcome.NOT_MET
        return Outcome.MET if self.met else Outcome.CANNOT_TELL


def observed(entries: Iterable[Entry], policy: Policy) -> tuple[Observed, ...]:
    """Standing entries put together, in the policy's order, counters by name.

    Entries on clauses that the policy does not hold, or does not enforce, are left out.
    """
    order = {clause.clause: i for i, clause in enumerate(policy.clauses) if clause.enabled}
    places: dict[tuple[date, str, str | None], list[Entry]] = {}
    for entry in standing_entries(entries):
        if entry.clause in order:
            places.setdefault((entry.day, entry.clause, entry.counter), []).append(entry)
    keys = sorted(places, key=lambda key: (key[0], order[key[1]], key[2] or ""))
    return tuple(_together(key, places[key], policy.clause(key[1])) for key in keys)


def _together(key: tuple[date, str, str | None], entries: list[Entry], clause: Clause) -> Observed:
    day, _, counter = key
    met = [e for e in entries if e.entered is Entered.MET]
    not_met = [e for e in entries if e.entered is Entered.NOT_MET]
    unseen = len(entries) - len(met) - len(not_met)
    reason = None if met or not_met else Reason.NOT_OBSERVED
    counts = (len(met), len(not_met), unseen)
    if clause.grain is not Grain.EVENT:
        if met and not_met:
            met, not_met, reason = [], [], Reason.RATERS_DISAGREE
        counts = (min(len(met), 1), min(len(not_met), 1), 0 if met or not_met else 1)
    return Observed(
        day,
        clause.clause,
        counter,
        *counts,
        notes_met=_notes(met),
        notes_not_met=_notes(not_met),
        reason=reason,
    )


def _notes(entries: list[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.note for entry in entries if entry.note))


def is_about_the_office(clause: Clause) -> bool:
    """Whether a clause is about the whole office rather than about one counter."""
    return clause.role in OFFICE_ROLES


def may_be_entered(clause: Clause) -> bool:
    """Whether a human enters this clause: all in force that no rule judges and none follows from.

    What a camera judges is confirmed or overturned by a review, not entered beside it.
    """
    return clause.enabled and clause.rule is None and not clause.combines
