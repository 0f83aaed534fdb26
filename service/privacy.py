"""The notice for the wall and the impact assessment, filled from the settings of an office. Pure.

A form to be completed and signed by people, no legal opinion. Source: docs/standard.md 7.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from service.settings import PrivacySettings, Settings
from service.store.retention import Retention
from service.texts import (
    Lang,
    amount_text,
    capital,
    check_text,
    day_text,
    listed,
    number_text,
    text,
    word,
)
from vision.policy import Observability

NEEDED = ("controller", "contact", "purpose", "basis", "opinion", "consulted", "notices")
"""What must be filled in before an office goes live (docs/standard.md P-11, P-12, P-20)."""

FIXED = Retention()
"""Spans that no setting changes: contests and the audit log."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What hangs at the entrance: a title and short paragraphs, each with its heading."""

    title: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the assessment. `filled` false: people must still write it."""

    label: str
    words: str
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the assessment."""

    title: str
    lines: tuple[Line, ...]


def missing(privacy: PrivacySettings) -> tuple[str, ...]:
    """What is needed and was not filled in."""
    return tuple(name for name in NEEDED if not getattr(privacy, name))


def notice(settings: Settings, lang: Lang) -> Notice:
    """The notice in a language: what, why, by whom, how long, whom to ask."""
    privacy, kept = settings.privacy, settings.retention
    blank = text("notice.blank", lang)
    values = {
        "office": settings.name,
        "n": len(settings.layout.counters),
        "since": clock(settings, lang)[0],
        "until": clock(settings, lang)[1],
        "crop_days": kept.crop_days,
        "contest_days": number_text(FIXED.contest_days, lang),
        "rows_days": kept.rows_days,
        "controller": privacy.controller or blank,
        "contact": privacy.contact or blank,
        "purpose": capital(privacy.purpose or text("notice.usual_purpose", lang)).rstrip("."),
        "basis": privacy.basis or blank,
        "hours": number_text(settings.policy.parameters.get("contest_answer_h", 72), lang),
    }
    parts = ("what", "never", "why", "when", "kept", "who", "rights")
    return Notice(
        text("notice.title", lang),
        tuple(
            (text(f"notice.{part}_title", lang), text(f"notice.{part}", lang, **values))
            for part in parts
        ),
    )


def clock(settings: Settings, lang: Lang) -> tuple[str, str]:
    """From when to when a usual day is looked at, `07.10` and `16.00`."""
    calendar = settings.calendar

    def moved(at: time, seconds: float) -> str:
        minutes = max(0, min(24 * 60 - 1, at.hour * 60 + at.minute + round(seconds / 60)))
        return f"{minutes // 60:02d}{text('date.separator', lang)}{minutes % 60:02d}"

    return (
        moved(calendar.hours.briefing, -calendar.arrive_lead.total_seconds()),
        moved(calendar.hours.closes, calendar.close_max.total_seconds()),
    )


def assessment(settings: Settings, lang: Lang) -> tuple[Part, ...]:
    """The impact assessment as far as the settings know it, with lines left for people."""
    privacy, policy = settings.privacy, settings.policy

    def t(name: str, **values: object) -> str:
        return text(f"dpia.{name}", lang, **values)

    def asked(name: str, value: str) -> Line:
        return Line(t(name), value or t("blank"), bool(value))

    def told(name: str, **values: object) -> Line:
        return Line(t(f"{name}_label"), t(name, **values))

    consulted = ""
    if privacy.consulted is not None:
        noon = datetime.combine(privacy.consulted, time(12), settings.zone)
        consulted = day_text(noon, settings.zone, lang)
    enabled = [clause for clause in policy.clauses if clause.enabled]
    by_camera = [c for c in enabled if c.rule and c.observability is Observability.CAMERA]
    assisted = [c for c in enabled if c.rule and c.observability is Observability.ASSISTED]
    checks = sorted({c.rule.check for c in enabled if c.rule is not None})
    since, until = clock(settings, lang)
    zones = {zone.kind for counter in settings.layout.counters for zone in counter.zones}
    masked = [camera for camera in settings.cameras if camera.masks]
    kept = settings.retention
    return (
        Part(
            t("part_who"),
            (
                Line(t("office"), settings.name),
                asked("controller", privacy.controller),
                asked("officer", privacy.officer),
                asked("contact", privacy.contact),
                asked("purpose", privacy.purpose),
                asked("basis", privacy.basis),
                asked("opinion", privacy.opinion),
            ),
        ),
        Part(
            t("part_what"),
            (
                told(
                    "cameras",
                    n=len(settings.cameras),
                    names=_names((c.camera for c in settings.cameras), lang),
                ),
                told(
                    "counters",
                    n=len(settings.layout.counters),
                    names=_names((c.name for c in settings.layout.counters), lang),
                    zones=_names(sorted(word(kind, lang) for kind in zones), lang),
                ),
                told("checks", names=_names((check_text(c, lang) for c in checks), lang)),
                told(
                    "policy",
                    citation=policy.citation,
                    camera=len(by_camera),
                    assisted=len(assisted),
                    human=len(enabled) - len(by_camera) - len(assisted),
                ),
                told("hours", since=since, until=until, zone=settings.zone.key),
                told("masks", n=len(masked), all=len(settings.cameras)),
            ),
        ),
        Part(
            t("part_kept"),
            (
                told(
                    "crops",
                    days=kept.crop_days,
                    gb=number_text(kept.evidence_gb, lang, 1),
                    contest=number_text(FIXED.contest_days, lang),
                    sample=amount_text(policy.parameters.get("met_sample", 0), "share", lang),
                ),
                told("samples", days=kept.samples_days),
                told("rows", days=kept.rows_days),
                told("log", days=number_text(FIXED.audit_days, lang)),
                told("place"),
                told("access"),
            ),
        ),
        Part(t("part_never"), (told("never"), told("unseen"), told("human"))),
        Part(
            t("part_risks"),
            tuple(told(f"risk_{n}") for n in range(1, 7)),
        ),
        Part(
            t("part_people"),
            (
                asked("consulted", consulted),
                asked("notices", _names(privacy.notices, lang)),
                asked("necessity", ""),
                asked("proportion", ""),
                asked("decision", ""),
                asked("signature", ""),
            ),
        ),
    )


def _names(names: Iterable[str], lang: Lang) -> str:
    return listed(list(names), lang)
