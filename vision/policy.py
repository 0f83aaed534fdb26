"""The standard as values: clauses, and the rules that bind some of them to checks.

Read from a TOML file by `service.policies`. Thresholds live nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from vision.labels import Label
from vision.layout import ZoneKind
from vision.values import Reason, Slot


class Kind(StrEnum):
    """Obligation, prohibition, recommendation (outside the score)."""

    OBL = "OBL"
    PRO = "PRO"
    ADV = "ADV"


class Observability(StrEnum):
    """The highest level of automation a clause allows. Source: docs/standard.md 2.1."""

    CAMERA = "camera"
    ASSISTED = "assisted"
    OBSERVATION = "observation"
    SYSTEM = "system"
    NEVER = "never"


class Grain(StrEnum):
    """How often a verdict is made."""

    DAY = "day"
    HALF = "half"
    EVENT = "event"
    OFFICE = "office"


class Signal(StrEnum):
    """The signal card that judges a rule. Source: docs/standard.md 2.14."""

    READY = "SIG-READY"
    MANNED = "SIG-MANNED"
    BADGE = "SIG-BADGE"
    READABLE = "SIG-READABLE"
    SCREEN = "SIG-SCREEN"
    DESK_ITEM = "SIG-DESKITEM"
    DESK_REFERENCE = "SIG-DESKREF"
    CHAT = "SIG-CHAT"


@dataclass(frozen=True, slots=True)
class Rule:
    """A check bound to a clause.

    `labels` are the things this rule is about (empty: all the check names). `slots` are the spans
    in which it is judged. `parameters` holds every number of docs/standard.md 2.3 by name, the
    clause's own values laid over the policy's.
    """

    clause: str
    check: str
    signal: Signal
    zone: ZoneKind
    labels: frozenset[Label]
    slots: frozenset[Slot]
    parameters: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        """A parameter. Errors: KeyError names the clause."""
        try:
            return self.parameters[name]
        except KeyError:
            raise KeyError(f"{self.clause}: the policy has no parameter {name!r}") from None


@dataclass(frozen=True, slots=True)
class Clause:
    """One separately decidable statement of the standard.

    Without a rule, `decided_by` says in words who or what decides, and `without_rule` is the reason
    of its CANNOT_TELL until that has happened. `combines` names the clauses it follows from.
    """

    clause: str
    role: str
    text_id: str
    text_en: str
    kind: Kind
    observability: Observability
    grain: Grain
    enabled: bool
    blocks_ready: bool
    source: str
    rule: Rule | None
    decided_by: str = ""
    without_rule: Reason | None = None
    combines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A versioned standard; every verdict cites its `citation`.

    `text` is the file it was read from, whole: what is kept of a version that no longer holds.
    """

    policy: str
    version: str
    sha256: str
    title_id: str
    title_en: str
    clauses: tuple[Clause, ...]
    parameters: Mapping[str, float]
    text: str = field(default="", repr=False)

    @property
    def citation(self) -> str:
        """What a verdict stores: id, version and the first eight digits of the hash."""
        return f"{self.policy} {self.version} {self.sha256[:8]}"

    def clause(self, name: str) -> Clause:
        """Errors: KeyError."""
        for clause in self.clauses:
            if clause.clause == name:
                return clause
        raise KeyError(name)

    def rules_for(self, role: str) -> tuple[Rule, ...]:
        """The enabled rules that judge a counter of this role, in the policy's order."""
        return tuple(
            clause.rule
            for clause in self.clauses
            if clause.enabled and clause.rule is not None and clause.role == role
        )
