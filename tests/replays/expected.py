"""What a `verdicts.toml` demands of a morning, line by line.

The words of the file are explained in datasets/mornings/README.md. A difference from the approved
desk picture (FO-B3a) only asks a human and is not counted here.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MORNINGS = Path(__file__).parents[2] / "datasets" / "mornings"
NOT_COUNTED = "FO-B3a"
WORDS = ("met", "not_met", "cannot_tell", "asks", "either", "earlier", "earlier_asks")

Event = Mapping[str, Any]
Line = tuple[str, str, str]
"""Counter, slot, and the words of a line: `FO-A6 MISSING_ITEM`."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One line of a file. `of`: the outcomes that are right, for a line under `either`."""

    counter: str
    slot: str
    word: str
    line: str
    of: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.counter} {self.slot} {self.word} {self.line}"

    @property
    def at_the_end(self) -> bool:
        """Whether it is about what stands when the recording ends."""
        return not self.word.startswith("earlier")

    def said(self, verdicts: Sequence[Event]) -> str:
        """What was said under it, in the file's words; `verdicts` in the order they fell."""
        clause, _, _ = self.line.partition(" ")
        own = [
            one
            for one in verdicts
            if (one["counter"], one["slot"], one["clause"]) == (self.counter, self.slot, clause)
        ]
        if self.at_the_end:
            own = own[-1:]
        if self.word.endswith("asks"):
            found = [line for one in own for line in asked(one)]
        elif self.word == "either":
            found = [one["outcome"].upper() for one in own]
        elif self.word == "earlier":
            found = [line_of(one) for one in own if one["outcome"] == "not_met"]
        else:
            found = [line_of(one) if one["outcome"] == self.word else "" for one in own]
        if set(found) & ({*self.of} if self.of else {self.line}):
            return str(self)
        last = f"{own[-1]['outcome']} {line_of(own[-1])}" if own else "nothing"
        return f"{self.counter} {self.slot} {last}"


def line_of(verdict: Event) -> str:
    """A verdict as the file writes it."""
    return f"{verdict['clause']} {verdict['reason'] or ''}".strip()


def asked(verdict: Event) -> list[str]:
    """What a verdict asks a human about, as the file writes it."""
    if verdict["outcome"] != "cannot_tell":
        return []
    turned = [reason for reason in verdict["side_reasons"] if reason == "TURNED_OVER"]
    return [f"{verdict['clause']} {what}" for what in [*verdict["seen"], *turned]]


def read_expected(morning: Path) -> Mapping[str, Any]:
    """The demands on one morning."""
    return tomllib.loads((morning / "verdicts.toml").read_text(encoding="utf-8"))


def demands_of(expected: Mapping[str, Any]) -> list[Demand]:
    """Every line of the file, the answers of T-5 apart."""
    return [
        Demand(part["counter"], part["slot"], word, line["clause"], tuple(line["of"]))
        if word == "either"
        else Demand(part["counter"], part["slot"], word, line)
        for part in expected["verdicts"]
        for word in WORDS
        for line in part.get(word, [])
    ]


def accusations(verdicts: Iterable[Event]) -> set[Line]:
    """Everything that was held against a counter at any time."""
    return {
        (one["counter"], one["slot"], line_of(one))
        for one in verdicts
        if one["outcome"] == "not_met" and one["clause"] != NOT_COUNTED
    }


def questions(verdicts: Iterable[Event]) -> set[Line]:
    """Everything a human was asked about at any time."""
    return {
        (one["counter"], one["slot"], line)
        for one in verdicts
        if one["clause"] != NOT_COUNTED
        for line in asked(one)
    }


def true_accusations(expected: Mapping[str, Any]) -> set[Line]:
    """What may be held against a counter."""
    return _lines(expected, "not_met", "earlier")


def fair_questions(expected: Mapping[str, Any]) -> set[Line]:
    """What a human may be asked about; what is true of a clause may be doubted first."""
    allowed = {
        (part["counter"], part["slot"], one["line"])
        for part in expected["verdicts"]
        for one in part.get("may_ask", [])
    }
    return allowed | _lines(expected, "asks", "earlier_asks")


def _lines(expected: Mapping[str, Any], *words: str) -> set[Line]:
    return {(one.counter, one.slot, one.line) for one in demands_of(expected) if one.word in words}


Answer = tuple[str, str, tuple[str, ...]]
"""Counter, state, and what stands against it."""


def answers(told: Iterable[tuple[str, str, Sequence[str]]]) -> set[Answer]:
    """Answers of T-5 in a form that compares."""
    return {(counter, state, tuple(sorted(against))) for counter, state, against in told}


def demanded_answers(expected: Mapping[str, Any]) -> set[Answer]:
    """The answers of T-5 that the file demands."""
    return answers((e["counter"], e["state"], e["against"]) for e in expected["readiness"])
