"""The dress calendar: what the office ruled to be worn on a day. Pure.

Source: docs/standard.md 4.6. No camera judges dress yet: people observe it, the briefing tells it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class DressKind(StrEnum):
    """What a rule of a day says. A day without a rule is UNDEFINED, which is never a breach."""

    COLOURS = "colours"
    PATTERN = "pattern"
    FREE = "free"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class DressRule:
    """What is worn. `colours` are `#rrggbb`, for COLOURS alone; `words` is how people say it."""

    kind: DressKind
    words: str = ""
    colours: tuple[str, ...] = ()


UNDEFINED = DressRule(DressKind.UNDEFINED)


@dataclass(frozen=True, slots=True)
class DressCalendar:
    """Rules by weekday (Monday = 0) and by date, as the office signed them.

    The usual rules are those of KMK-515/KMK.01/2022 as far as their text is held.
    """

    weekdays: Mapping[int, DressRule] = field(
        default_factory=lambda: {
            0: DressRule(DressKind.COLOURS, "kemeja putih", ("#ffffff",)),
            1: DressRule(DressKind.FREE, "bebas, sopan, rapi"),
            3: DressRule(DressKind.FREE, "bebas, sopan, rapi"),
        }
    )
    days: Mapping[date, DressRule] = field(default_factory=dict)
    signed_by: str = ""
    valid_until: date | None = None

    def on(self, day: date) -> DressRule:
        """The rule of a day; UNDEFINED too where the calendar has run out."""
        if self.valid_until is not None and day > self.valid_until:
            return UNDEFINED
        return self.days.get(day) or self.weekdays.get(day.weekday(), UNDEFINED)
