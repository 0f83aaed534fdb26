"""The probabilities of a scene, read from a TOML file (scenes.toml is the default)."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

Odds = dict[str, dict[str, Any]]
DEFAULT = Path(__file__).with_name("scenes.toml")


def load(path: Path = DEFAULT) -> Odds:
    """All tables of the file; a table or key that scenes.toml does not know is refused."""
    known = tomllib.loads(DEFAULT.read_text())
    odds = tomllib.loads(path.read_text())
    for table, values in odds.items():
        if table not in known:
            raise SystemExit(f"{path}: unknown table [{table}], expected one of {sorted(known)}")
        if extra := set(values) - set(known[table]):
            raise SystemExit(f"{path}: [{table}] does not know {sorted(extra)}")
    return {t: {**values, **odds.get(t, {})} for t, values in known.items()}


def some(rng: random.Random, table: dict[str, float]) -> list[str]:
    """Every key for itself, with its probability."""
    return [k for k, p in table.items() if rng.random() < p]


def one(rng: random.Random, table: dict[str, float]) -> str:
    """One key, by weight."""
    return rng.choices(list(table), tuple(table.values()))[0]
