"""The briefing in words: what stands on the one page that is read aloud, in one language.

Every sentence names a counter, says one thing, and asks for one thing. Source: docs/standard.md 5.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from unicodedata import category

from service.board import Board, CameraState
from service.dress import UNDEFINED, DressCalendar, DressKind
from service.texts import (
    Lang,
    capital,
    catalogue,
    clause_text,
    day_text,
    listed,
    note_text,
    number_text,
    text,
    time_text,
    word,
    zone_letters,
)
from vision.briefing import Figures, Item, Looks, Pack, Theme, TickItem
from vision.day import DayPlan
from vision.labels import Label
from vision.layout import Layout
from vision.policy import Clause, Grain, Policy, Signal

WELL = frozenset({CameraState.OK, CameraState.STARTING, CameraState.ENDED})
LISTED = re.compile(r"list:(\d{1,3})")
"""A thought that was chosen from the list, by its number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, and beside it how much of it could be seen."""

    item: Item
    sentence: str
    beside: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that stands on the page. `lead` are the lines under the title."""

    title: str
    office: str
    when: str
    lead: tuple[str, ...]
    opening: Line | None
    evaluation: tuple[Line, ...]
    more: str
    appreciation: tuple[Line, ...]
    motivation: str
    today: tuple[str, ...]
    rule: str

    @property
    def spoken(self) -> str:
        """What is read aloud: the opening and the three parts."""
        lines = [*([self.opening] if self.opening else []), *self.evaluation, *self.appreciation]
        return " ".join([*(line.sentence for line in lines), self.motivation])


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says packs of one office in one language. `dress` None: the office entered no calendar."""

    office: str
    policy: Policy
    layout: Layout
    zone: tzinfo
    lang: Lang
    dress: DressCalendar | None = None

    def t(self, name: str, **values: object) -> str:
        """A message of the section `briefing`."""
        return text(f"briefing.{name}", self.lang, **values)

    def sheet(
        self, pack: Pack, plan: DayPlan, ticks: Mapping[TickItem, str], board: Board | None
    ) -> Sheet:
        """The sheet of a pack. `board` says which cameras are down; None: not a sheet of today."""
        at = plan.briefing_at
        return Sheet(
            title=self.t("sheet"),
            office=self.office,
            when=""
            if at is None
            else self.t(
                "for_day",
                day=day_text(at, self.zone, self.lang),
                time=time_text(at, self.zone, self.lang),
                zone=zone_letters(at, self.zone),
            ),
            lead=tuple(self._lead(pack)),
            opening=None if pack.opening is None else self.line(pack.opening, plan),
            evaluation=tuple(self.line(item, plan) for item in pack.evaluation),
            more=self.t("more", n=pack.more) if pack.more else "",
            appreciation=tuple(self.line(item, plan) for item in pack.appreciation),
            motivation=thought(ticks.get(TickItem.THOUGHT), pack.day, self.lang),
            today=tuple(self._today(plan, board)),
            rule=self.t("rule"),
        )

    # --- under the title ---------------------------------------------------------------------

    def _lead(self, pack: Pack) -> list[str]:
        if pack.facts_day is None:
            return [self.t("no_facts")]
        facts = self.t("facts", day=self.day(pack.facts_day))
        if pack.is_silent:
            return [facts, self.t("silent")]
        lines = [facts, self.camera(pack.camera), self.looks(pack.looks)]
        coverage = pack.camera.score.coverage
        if coverage is not None and coverage < self.policy.parameters.get("coverage_floor", 0.6):
            lines.append(self.t("low_coverage"))
        return lines

    def camera(self, figures: Figures) -> str:
        """What the cameras could decide, with its coverage."""
        score = figures.score
        if not score.applicable:
            return self.t("no_camera")
        return self.t(
            "camera",
            decided=score.met + score.confirmed_not_met,
            all=score.applicable,
            coverage=self.share(score.coverage),
            visible=self.share(figures.visible),
        )

    def looks(self, looks: Looks) -> str:
        """What people observed."""
        if not looks.clauses:
            return self.t("no_looks")
        return self.t("looks", clauses=looks.clauses, met=looks.met, not_met=looks.not_met)

    def share(self, value: float | None) -> str:
        """A share as percent; a dash where there is nothing to divide by, never 0 %."""
        return "-" if value is None else f"{number_text(value * 100, self.lang, 0)}%"

    def day(self, day: date) -> str:
        """`Senin, 23 November 2026`."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=self.zone)
        return day_text(noon, self.zone, self.lang)

    # --- one line ----------------------------------------------------------------------------

    def line(self, item: Item, plan: DayPlan) -> Line:
        """A finding as a sentence that can be read aloud."""
        clause = next((c for c in self.policy.clauses if c.clause == item.clause), None)
        values = {
            "places": self._places(item),
            "clause": item.clause if clause is None else clause_text(clause, self.lang),
            "time": "" if item.at is None else time_text(item.at, self.zone, self.lang),
            "ready": ""
            if plan.ready_at is None
            else time_text(plan.ready_at, self.zone, self.lang),
            "items": self._items(item, clause),
            "n": item.days or item.not_met,
            "all": item.met + item.not_met,
            "words": self._words(item.notes),
        }
        sentence = self.t(self._message(item, clause), **values)
        return Line(item, capital(sentence), self._beside(item, clause))

    def _message(self, item: Item, clause: Clause | None) -> str:
        if item.theme is Theme.NOTE:
            by_service = clause is not None and clause.grain is Grain.EVENT
            return "note_looks" if by_service else "note"
        if item.theme is not Theme.BREACH:
            return item.theme.value
        signal = clause.rule.signal.name if clause and clause.rule else ""
        reason = item.reason.name if item.reason else ""
        for name in (f"breach.{signal}.{reason}", f"breach.{signal}"):
            if f"briefing.{name}" in catalogue():
                return name
        return "breach"

    def _places(self, item: Item) -> str:
        if not item.counters:
            return self.t("the_office")
        if item.everywhere and len(item.counters) > 1:
            return self.t("all_counters")
        return listed([self.name(counter) for counter in item.counters], self.lang)

    def name(self, counter: str) -> str:
        """A counter's name; its id once it is no longer there.

        Without unseen letters: one that turns the direction would turn the whole sentence.
        """
        try:
            name = self.layout.counter(counter).name
        except KeyError:
            name = counter
        return "".join(letter for letter in name if category(letter) != "Cf")

    def _items(self, item: Item, clause: Clause | None) -> str:
        rule = clause.rule if clause else None
        wanted: tuple[Label, ...] = item.seen
        if not wanted and rule is not None and rule.signal is Signal.DESK_REFERENCE:
            wanted = tuple(sorted(rule.labels))
        said = listed([word(label, self.lang) for label in wanted], self.lang)
        return said or text("finding.some_items", self.lang)

    def _words(self, notes: tuple[str, ...]) -> str:
        return self.t("words", note=notes[0].rstrip(".")) if notes else ""

    def _beside(self, item: Item, clause: Clause | None) -> str:
        if item.theme in (Theme.NOTE, Theme.GOOD_NOTE):
            if clause is None or clause.grain is not Grain.EVENT:
                return ""
            return self.t("looks_share", n=item.met + item.not_met)
        if item.visible is None:
            return ""
        return self.t("seen_share", share=self.share(item.visible))

    # --- today -------------------------------------------------------------------------------

    def _today(self, plan: DayPlan, board: Board | None) -> list[str]:
        lines = []
        if plan.ready_at is not None and plan.opens_at is not None:
            ready, opens = (
                time_text(at, self.zone, self.lang) for at in (plan.ready_at, plan.opens_at)
            )
            lines.append(self.t("today_hours", ready=ready, opens=opens))
        if not plan.certain:
            lines.append(self.t("today_uncertain"))
        elif plan.note:
            lines.append(self.t("today_note", note=note_text(plan, self.lang)))
        rule = self.dress.on(plan.day) if self.dress is not None else UNDEFINED
        if plan.opens_at is not None and rule.kind is not DressKind.UNDEFINED:
            worn = rule.words or word(rule.kind, self.lang)
            lines.append(self.t("today_dress", rule=worn))
        down = [camera for camera in board.cameras if camera.state not in WELL] if board else []
        lines += [
            self.t("today_camera", camera=camera.camera, state=word(camera.state, self.lang))
            for camera in down
        ]
        return lines[:3]


def thoughts(lang: Lang) -> tuple[str, ...]:
    """The thoughts that are offered."""
    found = [name for name in catalogue() if name.startswith("thought.")]
    return tuple(text(f"thought.{n}", lang) for n in range(1, len(found) + 1))


def turn_of(day: date) -> int:
    """The number of the thought whose turn it is on a day, from 1."""
    return day.toordinal() % len(thoughts(Lang.ID)) + 1


def thought(chosen: str | None, day: date, lang: Lang) -> str:
    """The thought that was chosen or written for a day, else the one whose turn it is."""
    offered = thoughts(lang)
    if chosen is None:
        return offered[turn_of(day) - 1]
    match = LISTED.fullmatch(chosen)
    if match is None:
        return chosen
    return offered[(int(match.group(1)) - 1) % len(offered)]
