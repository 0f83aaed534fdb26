"""The page at the counter: every clause that only people judge, grouped as the standard does."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.texts import Lang, capital, catalogue, clause_text, text, word
from vision.entries import is_about_the_office, may_be_entered
from vision.layout import Layout
from vision.policy import Clause, Grain, Observability, Policy

BY_PEOPLE = frozenset({Observability.OBSERVATION, Observability.NEVER})
"""The classes of clauses that people alone judge; the others have a camera or a log."""

OFFICE = ""
"""The place that is no counter."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Where it is observed: a counter, or the office. `role` chooses the clauses."""

    counter: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class LookView:
    """One clause to tap."""

    clause: str
    words: str
    how: str
    per_service: bool
    office: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """Clauses under one heading of the standard, for one role."""

    role: str
    name: str
    looks: tuple[LookView, ...]


def places(layout: Layout, lang: Lang) -> tuple[PlaceView, ...]:
    """Every counter, then the office."""
    counters = tuple(PlaceView(c.counter, c.name, c.role) for c in layout.counters)
    return (*counters, PlaceView(OFFICE, text("observe.office", lang), "OFFICE"))


def groups(policy: Policy, layout: Layout, lang: Lang) -> tuple[GroupView, ...]:
    """The clauses that people judge, for the roles this office has, in the policy's order."""
    roles = {counter.role for counter in layout.counters}
    made: dict[tuple[str, str], list[LookView]] = {}
    for clause in by_people(policy):
        office = is_about_the_office(clause)
        if office or clause.role in roles:
            key = ("OFFICE" if office else clause.role, group_name(clause.clause, lang))
            made.setdefault(key, []).append(_look(clause, office, lang))
    return tuple(GroupView(role, name, tuple(looks)) for (role, name), looks in made.items())


def by_people(policy: Policy) -> Iterable[Clause]:
    """The clauses in force that only people judge."""
    return (c for c in policy.clauses if c.observability in BY_PEOPLE and may_be_entered(c))


def group_name(clause: str, lang: Lang) -> str:
    """The heading of the standard under which a clause stands: `FO-S2a` is under `FO-S`."""
    for message in (f"group.{clause[:4]}", f"group.{clause[:2]}"):
        if message in catalogue():
            return text(message, lang)
    return text("group.other", lang)


def _look(clause: Clause, office: bool, lang: Lang) -> LookView:
    return LookView(
        clause=clause.clause,
        words=capital(clause_text(clause, lang)),
        how=word(clause.observability, lang),
        per_service=clause.grain is Grain.EVENT,
        office=office,
    )
