"""What the measure `cameras` may be asked for. Apart, so that `siaga bench --help` loads little."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SCENARIOS = ("busy", "day", "opening", "overload", "memory")
KINDS = ("main", "sub")
COUNT = 64
PAIRS = 3
GOALS: Mapping[str, float] = MappingProxyType({"main": 5.0, "sub": 10.0, "snapshot": 6.0})
"""How many times cheaper than the naive pipeline a busy hour should be, by kind."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is measured. `minutes`: how long the real-time scenarios run. `python`: an interpreter
    that has ultralytics, for the naive side.
    """

    count: int = COUNT
    kinds: tuple[str, ...] = KINDS
    scenarios: tuple[str, ...] = SCENARIOS
    source: str = "clip"
    naive: bool = False
    minutes: float = 2.0
    pairs: int = PAIRS
    python: str = sys.executable
