"""Reads a standard from its TOML file; every fault is named at once, with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator, Field

from service.faults import (
    Fault,
    Table,
    TomlFile,
    close_to,
    listed,
    parse_toml,
    read_toml,
    shown,
    word_of,
)
from service.toml_lines import KeyPath
from vision.checks import CHECKS
from vision.errors import PolicyError
from vision.labels import Label, label_of
from vision.layout import ZoneKind
from vision.policy import Clause, Grain, Kind, Observability, Policy, Rule, Signal
from vision.values import Reason, Slot

STANDARDS = Path(__file__).with_name("standards")
"""The standards that come with Siaga, `<id>.toml`."""

KNOWN_CHECKS = frozenset(CHECKS)
"""The checks there is code for."""

WITH_RULE = frozenset({Observability.CAMERA, Observability.ASSISTED})
"""Classes that may have a rule; humans or logs decide all others (docs/standard.md P-02)."""

ADDED: Mapping[str, float] = MappingProxyType({"obj_same_de": 12, "obj_same_share": 0})
"""Numbers that older policies lack, and values with which they judge as they did."""

PARAMETERS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "ready_lead_s": (0, 1800),
        "ready_window_s": (300, 1800),
        "clock_tol_s": (0, 60),
        "analysis_rate_hz": (0.5, 10),
        "arrive_lead_s": (0, 7200),
        "brief_lead_s": (0, 7200),
        "brief_gap_s": (0, 7200),
        "close_max_s": (0, 7200),
        "det_hi": (0, 1),
        "det_lo": (0, 1),
        "frame_age_s": (0.1, 60),
        "sharp_min": (0, 1),
        "luma_min": (0, 255),
        "luma_max": (0, 255),
        "clipped_max": (0, 1),
        "shift_max": (0.005, 0.1),
        "occl_max": (0.05, 0.6),
        "gate_people": (2, 60),
        "gate_desk": (2, 60),
        "gate_light": (2, 60),
        "gate_force_s": (1, 20),
        "gate_force_open_s": (1, 40),
        "blind_after_s": (10, 600),
        "restore_after_s": (10, 600),
        "cfg_max_age_days": (7, 365),
        "vis_ready": (0.5, 1),
        "vis_manned": (0.5, 1),
        "vis_brief": (0.5, 1),
        "vis_screen": (0.5, 1),
        "vis_desk": (0.5, 1),
        "vis_stand": (0.5, 1),
        "px_person": (8, 2000),
        "px_posture": (8, 2000),
        "px_chest": (8, 2000),
        "px_badge": (4, 1000),
        "px_letter": (4, 200),
        "px_object": (4, 1000),
        "px_foot": (4, 1000),
        "px_screen": (4, 2000),
        "gap_bridge_s": (0, 120),
        "absent_open_s": (30, 1800),
        "absent_break_s": (30, 1800),
        "badge_met_crops": (1, 1000),
        "badge_met_minutes": (1, 60),
        "badge_met_share": (0, 1),
        "badge_not_crops": (1, 1000),
        "badge_not_minutes": (1, 60),
        "badge_not_share": (0, 1),
        "badge_window_s": (300, 3600),
        "read_crops": (1, 20),
        "tag_lost_max_days": (0, 30),
        "dress_met_crops": (1, 1000),
        "dress_met_minutes": (1, 60),
        "dress_met_share": (0, 1),
        "dress_not_crops": (1, 1000),
        "dress_not_share": (0, 1),
        "dress_not_de": (5, 100),
        "screen_lit": (0, 1),
        "screen_dark": (0, 1),
        "screen_margin": (1, 255),
        "obj_hold_s": (1, 600),
        "obj_span_s": (1, 600),
        "obj_repeat": (1, 20),
        "obj_repeat_within_s": (60, 7200),
        "obj_clear_s": (0, 300),
        "obj_same_de": (4, 60),
        "obj_same_share": (0, 0.5),
        "desk_differs_share": (0.001, 0.5),
        "desk_snap_s": (300, 14400),
        "foot_pass_crops": (1, 100),
        "foot_passes": (1, 20),
        "foot_shoe": (0, 1),
        "foot_bad": (0, 1),
        "chat_hold_s": (30, 3600),
        "chat_people": (2, 10),
        "settle_s": (1, 10),
        "stand_pre_s": (0, 30),
        "stand_post_s": (1, 60),
        "stand_ratio": (1, 1.6),
        "sit_ratio": (1, 1.6),
        "stand_base_s": (60, 14400),
        "stand_base_days": (1, 30),
        "seat_within_s": (5, 120),
        "away_hold_s": (20, 600),
        "revisit_s": (0, 7200),
        "greet_dist_m": (0.5, 5),
        "greet_within_s": (1, 120),
        "cross_hold_s": (1, 60),
        "child_height_m": (1, 1.5),
        "brief_early_s": (0, 3600),
        "brief_late_s": (0, 3600),
        "brief_none_s": (0, 3600),
        "brief_len_s": (60, 7200),
        "brief_met_min_s": (60, 7200),
        "brief_met_max_s": (60, 7200),
        "brief_short_s": (0, 3600),
        "brief_quorum_people": (1, 50),
        "brief_quorum_share": (0, 1),
        "brief_quorum_hold_s": (5, 600),
        "brief_end_share": (0, 1),
        "ring_max": (1, 10),
        "ring_cycle_s": (2, 8),
        "ring_limit_s": (2, 80),
        "ring_tol_s": (0, 10),
        "ticket_hold_s": (5, 600),
        "met_sample": (0, 1),
        "second_sample": (0, 1),
        "figure_min": (1, 100),
        "coverage_floor": (0, 1),
        "buffer_max_s": (0, 1800),
        "keep_crop_days": (1, 30),
        "keep_contest_days": (1, 365),
        "keep_rows_days": (30, 3650),
        "contest_answer_h": (1, 720),
        "shadow_days": (0, 90),
    }
)
"""Every parameter and the range it may take. Source: docs/standard.md 2.3; open ranges are ours."""

ORDERED = (
    ("det_lo", "det_hi", "less than"),
    ("badge_not_share", "badge_met_share", "less than"),
    ("luma_min", "luma_max", "less than"),
    ("sit_ratio", "stand_ratio", "less than"),
    ("obj_hold_s", "obj_span_s", "at most"),
    ("ready_lead_s", "ready_window_s", "at most"),
)
"""Two numbers that belong together; a gap between thresholds is a must (docs/standard.md 3.2)."""

USUAL_REASON: Mapping[Observability | None, Reason] = MappingProxyType(
    {
        Observability.OBSERVATION: Reason.NOT_OBSERVED,
        Observability.NEVER: Reason.NOT_OBSERVED,
        Observability.SYSTEM: Reason.LOG_MISSING,
    }
)
"""Why a clause that only humans or logs decide is CANNOT_TELL before they have."""


def _read_label(value: object) -> Label:
    try:
        return label_of(str(value))
    except KeyError:
        hint = close_to(str(value), (label.word for label in Label))
        raise ValueError(f"a label of the vocabulary ({hint})") from None


class RuleTable(Table):
    """`[clauses.rule]`: a check bound to the clause."""

    check: str = Field(description="name of a check")
    signal: Annotated[Signal, word_of(Signal)] = Field(description="signal card of the standard")
    zone: Annotated[ZoneKind, word_of(ZoneKind)] = Field(description="zone the check looks at")
    slots: list[Annotated[Slot, word_of(Slot)]] = Field(
        min_length=1, description="spans of the day in which it is judged"
    )
    labels: list[Annotated[Label, BeforeValidator(_read_label)]] = Field(
        default=[], description="things this rule is about; empty: all the check names"
    )
    parameters: dict[str, float] = Field(
        default={}, description="the clause's own numbers, laid over [parameters]"
    )


class ClauseTable(Table):
    """`[[clauses]]`: one separately decidable statement."""

    id: str = Field(pattern=r"^[A-Z]{2}-[A-Za-z0-9]+$", description="stable id, like FO-A6")
    role: str = Field(pattern=r"^[A-Z]+$", description="whom it binds, like FO")
    mirrors: str | None = Field(default=None, description="take what is not written from there")
    text_id: str = Field(default="", description="the statement in Indonesian")
    text_en: str = Field(default="", description="the statement in English")
    kind: Annotated[Kind, word_of(Kind)] | None = Field(
        default=None, description="obligation, prohibition or recommendation"
    )
    class_: Annotated[Observability, word_of(Observability)] | None = Field(
        default=None, alias="class", description="highest level of automation it allows"
    )
    grain: Annotated[Grain, word_of(Grain)] | None = Field(
        default=None, description="how often a verdict is made"
    )
    enabled: bool = Field(default=True, description="whether it is in force")
    blocks_ready: bool | None = Field(
        default=None, description="whether NOT_MET makes the counter BELUM"
    )
    decided_by: str = Field(default="", description="in words, where no rule decides")
    without_rule: Annotated[Reason, word_of(Reason)] | None = Field(
        default=None, description="reason of CANNOT_TELL while nothing decides"
    )
    combines: list[str] = Field(default=[], description="clauses it follows from")
    source: str = Field(min_length=1, description="where the duty comes from")
    rule: RuleTable | None = Field(default=None, description="the check bound to it")


class HeadTable(Table):
    """The file without its clauses."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", description="id of the standard")
    version: str = Field(min_length=1, description="rises with every signed change")
    title_id: str = Field(min_length=1, description="title in Indonesian")
    title_en: str = Field(min_length=1, description="title in English")
    basis: list[str] = Field(default=[], description="decrees it rests on")
    parameters: dict[str, float] = Field(description="the numbers of the standard")


class PolicyFaults(PolicyError):
    """A policy has faults; each of them, beside the text that lists them all."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


def known_policies() -> tuple[str, ...]:
    """The ids of the standards that come with Siaga."""
    return tuple(sorted(path.stem for path in STANDARDS.glob("*.toml")))


def load_policy(name: str | Path, checks: frozenset[str] = KNOWN_CHECKS) -> Policy:
    """The standard with this id, or in this file.

    Errors: PolicyError lists every fault with its line.
    """
    if isinstance(name, str) and name in known_policies():
        path = STANDARDS / f"{name}.toml"
    else:
        path = Path(name)
    return _policy_of(read_toml(path, PolicyError), checks)


def parse_policy(name: str, content: bytes) -> Policy:
    """The standard that a file of this name would hold. Errors: PolicyError, as above."""
    return _policy_of(parse_toml(name, content, PolicyError), KNOWN_CHECKS)


def _policy_of(file: TomlFile, checks: frozenset[str]) -> Policy:
    faults: list[Fault] = []
    head_data = {key: value for key, value in file.data.items() if key != "clauses"}
    head = file.read(HeadTable, head_data, (), faults)
    numbers = {**ADDED, **head.parameters} if head else {}
    reading = _Reading(file, checks, numbers, faults)
    reading.judge_numbers(numbers, ("parameters",))
    if head:
        reading.miss_no_number()
    clauses = reading.clauses()
    if faults or head is None:
        raise PolicyFaults(listed(faults), tuple(faults))
    return Policy(
        policy=head.id,
        version=head.version,
        sha256=sha256(file.content).hexdigest(),
        title_id=head.title_id,
        title_en=head.title_en,
        clauses=clauses,
        parameters=MappingProxyType(dict(numbers)),
        text=file.content.decode(),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file being read: known checks, the policy's numbers, and the faults found so far."""

    file: TomlFile
    checks: frozenset[str]
    numbers: Mapping[str, float]
    faults: list[Fault]

    def fault(self, path: KeyPath, expected: str, got: str, remedy: str = "") -> None:
        self.faults.append(self.file.fault(path, expected, got, remedy))

    def clauses(self) -> tuple[Clause, ...]:
        raw = self.file.data.get("clauses")
        if not isinstance(raw, list) or not raw:
            self.fault(("clauses",), "[[clauses]]", shown(raw), "list the clauses")
            return ()
        tables: dict[str, tuple[KeyPath, ClauseTable]] = {}
        for index, data in enumerate(raw):
            path: KeyPath = ("clauses", index)
            table = self.file.read(ClauseTable, data, path, self.faults)
            if table is not None and table.id in tables:
                remedy = "ids are stable and never used twice"
                self.fault((*path, "id"), "a new id", f'"{table.id}"', remedy)
            elif table is not None:
                tables[table.id] = (path, table)
        written = {data.get("id") for data in raw if isinstance(data, dict)}
        clauses = []
        for path, table in tables.values():
            for other in set(table.combines) - written:
                self.fault((*path, "combines"), "clauses of this file", f'"{other}"')
            source = tables[table.mirrors][1] if table.mirrors in tables else None
            if table.mirrors and (table.mirrors not in written or (source and source.mirrors)):
                remedy = "name a clause of this file that mirrors none"
                self.fault((*path, "mirrors"), "a clause", f'"{table.mirrors}"', remedy)
            elif table.mirrors is None or source is not None:
                clause = self.clause(path, table, source or table)
                clauses += [clause] if clause else []
        # What a broken clause names is bound too, or one fault would be told twice.
        rules = [data.get("rule") for data in raw if isinstance(data, dict)]
        bound = {rule.get("check") for rule in rules if isinstance(rule, dict)}
        for check in sorted(self.checks - bound):
            self.fault(("clauses",), f"a rule with the check {check}", "none", "bind it")
        return tuple(clauses)

    def clause(self, path: KeyPath, table: ClauseTable, base: ClauseTable) -> Clause | None:
        """The clause as a value; what it does not write comes from `base`, which it mirrors."""
        before = len(self.faults)
        texts = (table.text_id or base.text_id, table.text_en or base.text_en)
        for key, text in zip(("text_id", "text_en"), texts, strict=True):
            if not text.strip():
                remedy = "write the statement in both languages"
                self.fault((*path, key), "a text", "nothing", remedy)
        kind, grain = table.kind or base.kind, table.grain or base.grain
        observability = table.class_ or base.class_
        for key, value in (("kind", kind), ("class", observability), ("grain", grain)):
            if value is None:
                self.fault((*path, key), "a value", "nothing", "see docs/standard.md 2.1")
        rule = table.rule or base.rule
        combines = tuple(table.combines or base.combines)
        decided_by = table.decided_by or base.decided_by
        reason = None
        if rule is None:
            if not decided_by.strip():
                self.fault((*path, "decided_by"), "who or what decides, in words", "nothing")
            reason = table.without_rule or base.without_rule or USUAL_REASON.get(observability)
            if reason is None and not combines and observability is not None:
                remedy = "write NO_VIEW or RULE_UNDEFINED, or bind a rule"
                expected = "why nothing decides this clause yet"
                self.fault((*path, "without_rule"), expected, "nothing", remedy)
        elif observability is not None and observability not in WITH_RULE:
            remedy = "only camera and assisted clauses may be bound to a check"
            expected = f"no rule on a clause of class {observability}"
            self.fault((*path, "rule"), expected, f"the check {rule.check}", remedy)
        if table.rule is not None:
            self.judge_rule(table.rule, (*path, "rule"))
        if len(self.faults) > before or kind is None or grain is None or observability is None:
            return None
        blocks = table.blocks_ready if table.blocks_ready is not None else base.blocks_ready
        return Clause(
            clause=table.id,
            role=table.role,
            text_id=texts[0],
            text_en=texts[1],
            kind=kind,
            observability=observability,
            grain=grain,
            enabled=table.enabled,
            blocks_ready=bool(blocks),
            source=table.source,
            rule=self.rule(table.id, rule) if rule else None,
            decided_by=decided_by,
            without_rule=None if combines else reason,
            combines=combines,
        )

    def rule(self, clause: str, table: RuleTable) -> Rule:
        return Rule(
            clause=clause,
            check=table.check,
            signal=table.signal,
            zone=table.zone,
            labels=frozenset(table.labels),
            slots=frozenset(table.slots),
            parameters=MappingProxyType({**self.numbers, **table.parameters}),
        )

    def judge_rule(self, table: RuleTable, path: KeyPath) -> None:
        if table.check not in self.checks:
            remedy = close_to(table.check, self.checks)
            self.fault((*path, "check"), "a known check", f'"{table.check}"', remedy)
        self.judge_numbers(table.parameters, (*path, "parameters"))

    def judge_numbers(self, numbers: Mapping[str, float], path: KeyPath) -> None:
        """Range of each number, and order of those that belong together."""
        for name, value in numbers.items():
            if name not in PARAMETERS:
                remedy = close_to(name, PARAMETERS)
                self.fault((*path, name), "a known parameter", f'"{name}"', remedy)
                continue
            low, high = PARAMETERS[name]
            if not low <= value <= high:
                expected = f"a number from {low:g} to {high:g}"
                self.fault((*path, name), expected, f"{value:g}", "see docs/standard.md 2.3")
        merged = {**self.numbers, **numbers}
        for lower, upper, relation in ORDERED:
            if lower not in merged or upper not in merged or not {lower, upper} & set(numbers):
                continue
            low, high = merged[lower], merged[upper]
            if low > high or (low == high and relation == "less than"):
                at = lower if lower in numbers else upper
                got = f"{low:g} and {high:g}"
                self.fault((*path, at), f"{lower} {relation} {upper}", got, "leave a gap")

    def miss_no_number(self) -> None:
        for name in PARAMETERS.keys() - ADDED.keys() - self.numbers.keys():
            low, high = PARAMETERS[name]
            remedy = f"add it, from {low:g} to {high:g}"
            self.fault(("parameters", name), "a value", "nothing", remedy)
