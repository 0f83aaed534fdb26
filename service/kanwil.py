"""The sheet for the regional office (LHPS): facts for items a camera may feed, points left open.

"Kondisi Lapangan" is a draft in words with its denominators and coverage, "Bukti Dukung" lists what
it rests on, "Nilai" stays empty: points are given by people. Source: docs/standard.md 6.1.
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from service.sheet import Speaker
from service.texts import Lang, capital, clause_text, text
from vision.briefing import DayFacts, Figures, figures_of, is_found
from vision.policy import Policy
from vision.values import Verdict

COLUMNS = ("item", "subject", "indicator", "condition", "points", "evidence")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Letters with which a spreadsheet would begin to calculate."""


@dataclass(frozen=True, slots=True)
class LhpsItem:
    """One item of the sheet that Siaga may feed, and how far."""

    item: str
    subject_id: str
    subject_en: str
    indicator_id: str
    indicator_en: str
    clauses: tuple[str, ...]
    limit_id: str
    limit_en: str


@dataclass(frozen=True, slots=True)
class KanwilRow:
    """An item with its facts. `figures` are None for a clause that nothing judged."""

    item: LhpsItem
    clauses: tuple[tuple[str, Figures], ...]
    days: int
    confirmed: int


@cache
def lhps_items() -> tuple[LhpsItem, ...]:
    """The items, in the order of the sheet."""
    tables = tomllib.loads(files("service").joinpath("lhps.toml").read_text("utf-8"))
    return tuple(
        LhpsItem(**(table | {"clauses": tuple(table["clauses"])})) for table in tables["items"]
    )


def kanwil_rows(facts: Iterable[DayFacts], policy: Policy) -> tuple[KanwilRow, ...]:
    """The facts of a span of days for each item."""
    days = list(facts)
    held = {clause.clause for clause in policy.clauses if clause.enabled}
    rows = []
    for item in lhps_items():
        by_clause: dict[str, list[Verdict]] = {name: [] for name in item.clauses if name in held}
        judged: set[date] = set()
        for day in days:
            for verdict in day.verdicts:
                if verdict.clause in by_clause:
                    by_clause[verdict.clause].append(verdict)
                    judged.add(day.day)
        rows.append(
            KanwilRow(
                item,
                tuple((name, figures_of(found, policy)) for name, found in by_clause.items()),
                len(judged),
                sum(1 for found in by_clause.values() for v in found if is_found(v)),
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class KanwilWords:
    """A row in one language; `points` is always empty."""

    item: str
    subject: str
    indicator: str
    condition: tuple[str, ...]
    points: str
    evidence: tuple[str, ...]


def said(row: KanwilRow, since: date, until: date, speaker: Speaker) -> KanwilWords:
    """A row in words."""
    lang, item = speaker.lang, row.item

    def t(name: str, **values: object) -> str:
        return text(f"kanwil.{name}", lang, **values)

    condition = []
    for name, figures in row.clauses:
        score = figures.score
        words = capital(clause_text(speaker.policy.clause(name), lang))
        if not score.applicable:
            condition.append(t("not_judged", clause=name, words=words))
            continue
        condition.append(
            t(
                "condition",
                clause=name,
                words=words,
                met=score.met,
                not_met=score.confirmed_not_met,
                cannot_tell=figures.cannot_tell,
                waiting=score.waiting,
                coverage=speaker.share(score.coverage),
                visible=speaker.share(figures.visible),
            )
        )
    if not row.clauses:
        condition.append(t("none"))
    limit = item.limit_id if lang is Lang.ID else item.limit_en
    span = t("span", since=speaker.day(since), until=speaker.day(until), days=row.days)
    evidence = [
        span,
        t("confirmed", n=row.confirmed),
        t("standard", policy=speaker.policy.citation),
        t("clauses", clauses=", ".join(name for name, _ in row.clauses) or "-"),
    ]
    return KanwilWords(
        item=item.item,
        subject=item.subject_id if lang is Lang.ID else item.subject_en,
        indicator=item.indicator_id if lang is Lang.ID else item.indicator_en,
        condition=(*condition, limit),
        points="",
        evidence=tuple(evidence),
    )


def csv_of(rows: Sequence[KanwilWords], lang: Lang) -> bytes:
    """The sheet as a file that a spreadsheet of an Indonesian office opens with a double click."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([text(f"kanwil.column_{name}", lang) for name in COLUMNS])
    for row in rows:
        cells = (
            row.item,
            row.subject,
            row.indicator,
            "\n".join(row.condition),
            row.points,
            "\n".join(row.evidence),
        )
        writer.writerow([harmless(cell) for cell in cells])
    return ("\ufeff" + out.getvalue()).encode()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def undecided(rows: Iterable[KanwilRow]) -> int:
    """How many verdicts of the sheet still wait for a human."""
    return sum(figures.score.waiting for row in rows for _, figures in row.clauses)
