"""From the settings in force to the answers of the page Pengaturan and its API."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from service.api import schemas_settings as s
from service.api.schemas import Words
from service.api.tell import words
from service.calendar import FRIDAY, Hours, HoursChange, national_table, plan_day
from service.dress import DressCalendar, DressRule
from service.edits import RETENTION, shown
from service.policies import PolicyFaults, known_policies, load_policy
from service.privacy import FIXED, assessment, missing, notice
from service.problems import Problem
from service.settings import WEEKDAYS, CalendarTable, DressTable, HoursTable
from service.setup import Setup
from service.texts import Lang, note_text
from vision.errors import PolicyError

AHEAD_DAYS = 14
POLICIES = "policies"
"""The folder beside the office's file in which uploaded policies are kept."""
FAULTS_TOLD = 12


def calendar_answer(setup: Setup, now: datetime) -> s.CalendarAnswer:
    """The calendar in force: as it is written, and what follows for the days ahead."""
    calendar, zone = setup.settings.calendar, setup.settings.zone
    table = CalendarTable.model_validate(_section(setup, "calendar"))
    today = now.astimezone(zone).date()
    written = {row.date for row in table.holidays}
    own = [h for h in calendar.holidays if h.day not in written]
    covered = {h.day for h in calendar.holidays}
    years = (today.year, today.year + 1)
    nation = [h for year in years for h in national_table(year).values() if h.day not in covered]
    friday = calendar.weekdays.get(FRIDAY)
    return s.CalendarAnswer.model_validate(
        {
            **_base_hours(calendar.hours),
            "version": setup.version,
            "file_changed": setup.file_changed,
            "time_zone": zone.key,
            "friday_break": _pause(friday.pause if friday is not None else None),
            "weekdays": {
                name: {**hours, **({"break": None} if name == WEEKDAYS[FRIDAY] else {})}
                for name in WEEKDAYS
                if name in table.weekdays
                for hours in [_hours(table.weekdays[name])]
            },
            "working_days": tuple(
                name for day, name in enumerate(WEEKDAYS) if day in calendar.working_days
            ),
            "brief_gap_min": calendar.brief_gap / timedelta(minutes=1),
            "seasons": tuple(
                {
                    **_hours(row),
                    "row": index,
                    "name": row.name,
                    "from": row.first,
                    "to": row.last,
                    "friday_break": _pause(row.friday_break),
                    "is_set": season.is_set or not season.is_ramadan,
                }
                for index, (row, season) in enumerate(
                    zip(table.seasons, calendar.seasons, strict=True)
                )
            ),
            "holidays": tuple(
                _holiday(index, row.date, row.name, row.type, serves=row.open)
                for index, row in enumerate(table.holidays)
            ),
            "days": tuple(
                {
                    **_hours(row),
                    "row": index,
                    "date": row.date,
                    "closed": bool(row.closed),
                    "note": row.note,
                }
                for index, row in enumerate(table.days)
            ),
            "special": tuple(
                {
                    "row": index,
                    "since": span.since.astimezone(zone),
                    "until": span.until.astimezone(zone),
                    "note": span.note,
                }
                for index, span in enumerate(calendar.special)
            ),
            "known": tuple(
                _holiday(None, h.day, h.name, h.kind, serves=h.is_open)
                for h in sorted([*own, *nation], key=lambda h: h.day)
            ),
            "ahead": tuple(_ahead(setup, today + timedelta(days=n)) for n in range(AHEAD_DAYS)),
        }
    )


def _section(setup: Setup, name: str) -> Mapping[str, Any]:
    found = setup.written.get(name, {})
    return found if isinstance(found, dict) else {}


def _base_hours(hours: Hours) -> dict[str, object]:
    return {
        "briefing": hours.briefing,
        "opens": hours.opens,
        "closes": hours.closes,
        "work_ends": hours.work_ends,
        "break": _pause(hours.pause or ()),
    }


def _hours(row: HoursTable) -> dict[str, object]:
    change: HoursChange = row.change()
    return {
        "briefing": change.briefing,
        "opens": change.opens,
        "closes": change.closes,
        "work_ends": change.work_ends,
        "break": _pause(change.pause),
    }


def _pause(pause: tuple[time, ...] | None) -> tuple[time, ...] | None:
    return None if pause is None else tuple(pause)


def _holiday(
    row: int | None, day: date, name: str, kind: Any, *, serves: bool
) -> dict[str, object]:
    return {
        "row": row,
        "date": day,
        "name": name,
        "type": kind,
        "type_text": words(kind),
        "open": serves,
    }


def _ahead(setup: Setup, day: date) -> dict[str, object]:
    plan = plan_day(setup.settings.calendar, day)
    zone = setup.settings.zone

    def at(instant: datetime | None) -> time | None:
        return None if instant is None else instant.astimezone(zone).time()

    return {
        "date": day,
        "working": plan.opens_at is not None,
        "certain": plan.certain,
        "note": plan.note,
        "note_text": Words(id=note_text(plan, Lang.ID), en=note_text(plan, Lang.EN)),
        "briefing": at(plan.briefing_at),
        "opens": at(plan.opens_at),
        "closes": at(plan.closes_at),
    }


def dress_answer(setup: Setup, now: datetime) -> s.DressCalendarAnswer:
    """The dress calendar in force, and what is worn today."""
    dress: DressCalendar = setup.settings.dress
    table = DressTable.model_validate(_section(setup, "dress"))
    return s.DressCalendarAnswer(
        version=setup.version,
        file_changed=setup.file_changed,
        signed_by=dress.signed_by,
        valid_until=dress.valid_until,
        weekdays={
            WEEKDAYS[day]: s.DressKept(**_dress(rule))
            for day, rule in sorted(dress.weekdays.items())
        },
        days=tuple(
            s.DressDayKept(row=index, date=row.date, **_dress(row.to_rule()))
            for index, row in enumerate(table.days)
        ),
        today=s.DressKept(**_dress(dress.on(now.astimezone(setup.settings.zone).date()))),
    )


def _dress(rule: DressRule) -> dict[str, Any]:
    told: Words = words(rule.kind)
    return {"rule": rule.kind, "rule_text": told, "words": rule.words, "colours": rule.colours}


def retention_answer(setup: Setup) -> s.RetentionAnswer:
    """How long things are kept."""
    kept = setup.settings.retention
    return s.RetentionAnswer(
        version=setup.version,
        file_changed=setup.file_changed,
        crop_days=kept.crop_days,
        rows_days=kept.rows_days,
        samples_days=kept.samples_days,
        evidence_gb=kept.evidence_gb,
        contest_days=FIXED.contest_days,
        audit_days=FIXED.audit_days,
        ranges={
            name: s.Range(low=float(low), high=float(high))
            for name, (low, high) in RETENTION.items()
        },
    )


def roster_answer(setup: Setup) -> s.RosterAnswer:
    """Which counters are served."""
    settings = setup.settings
    return s.RosterAnswer(
        version=setup.version,
        file_changed=setup.file_changed,
        counters=tuple(
            s.RosterCounter(
                counter=counter.counter,
                name=counter.name,
                role=counter.role,
                served=counter.counter in settings.rostered,
            )
            for counter in settings.layout.counters
        ),
    )


def privacy_answer(setup: Setup) -> s.PrivacyAnswer:
    """Who is responsible, and what is still to be filled in."""
    privacy = setup.settings.privacy
    return s.PrivacyAnswer(
        version=setup.version,
        file_changed=setup.file_changed,
        controller=privacy.controller,
        contact=privacy.contact,
        officer=privacy.officer,
        purpose=privacy.purpose,
        basis=privacy.basis,
        opinion=privacy.opinion,
        consulted=privacy.consulted,
        notices=privacy.notices,
        missing=missing(privacy),
    )


def notice_answer(setup: Setup) -> s.NoticeAnswer:
    """The notice in both languages."""
    one, other = (notice(setup.settings, lang) for lang in (Lang.ID, Lang.EN))
    return s.NoticeAnswer(
        title=Words(id=one.title, en=other.title),
        parts=tuple(
            s.NoticePart(heading=Words(id=a[0], en=b[0]), text=Words(id=a[1], en=b[1]))
            for a, b in zip(one.parts, other.parts, strict=True)
        ),
    )


def assessment_answer(setup: Setup) -> s.AssessmentAnswer:
    """The assessment in both languages."""
    one, other = (assessment(setup.settings, lang) for lang in (Lang.ID, Lang.EN))
    parts = tuple(
        s.AssessmentPart(
            title=Words(id=a.title, en=b.title),
            lines=tuple(
                s.AssessmentLine(
                    label=Words(id=x.label, en=y.label),
                    text=Words(id=x.words, en=y.words),
                    filled=x.filled,
                )
                for x, y in zip(a.lines, b.lines, strict=True)
            ),
        )
        for a, b in zip(one, other, strict=True)
    )
    return s.AssessmentAnswer(
        parts=parts, open=sum(not line.filled for part in parts for line in part.lines)
    )


def policy_choice_answer(setup: Setup) -> s.PolicyChoiceAnswer:
    """The policy in force and those beside it."""
    policy, waiting = setup.settings.policy, setup.waiting_policy
    written = _section(setup, "office").get("policy", "")
    return s.PolicyChoiceAnswer(
        version=setup.version,
        file_changed=setup.file_changed,
        citation=policy.citation,
        title=Words(id=policy.title_id, en=policy.title_en),
        waiting=None if waiting is None else waiting[0].citation,
        waiting_from=None if waiting is None else waiting[1].astimezone(setup.settings.zone),
        choices=tuple(
            _offered(setup, choice, chosen=choice == written) for choice in policy_choices(setup)
        ),
    )


def policy_choices(setup: Setup) -> tuple[str, ...]:
    """Standards that come with Siaga, files in `policies/`, and what the file names now."""
    folder = setup.file.path.parent
    files = sorted(f"{POLICIES}/{path.name}" for path in (folder / POLICIES).glob("*.toml"))
    written = str(_section(setup, "office").get("policy", ""))
    return tuple(dict.fromkeys([*known_policies(), *files, *([written] if written else [])]))


def _offered(setup: Setup, choice: str, *, chosen: bool) -> s.PolicyOffered:
    known = choice in known_policies()
    try:
        policy = load_policy(choice if known else setup.file.path.parent / choice)
    except PolicyError as error:
        fault = str(error).splitlines()[0]
        return s.PolicyOffered(choice=choice, citation=None, title=None, chosen=chosen, fault=fault)
    return s.PolicyOffered(
        choice=choice,
        citation=policy.citation,
        title=Words(id=policy.title_id, en=policy.title_en),
        chosen=chosen,
        fault="",
    )


def policy_problems(error: PolicyError) -> list[Problem]:
    """What is wrong with a policy, line by line, as it is told beside the field."""
    faults = error.faults if isinstance(error, PolicyFaults) else ()
    told = []
    for fault in faults[:FAULTS_TOLD]:
        is_key = fault.expected in ("a known key", "a known parameter")
        code = "policy_key" if is_key else "policy_fault"
        values = {
            "line": fault.line,
            "key": fault.key,
            "expected": fault.expected,
            "got": shown(fault.got),
            "remedy": fault.remedy,
        }
        ranged = re.fullmatch(r"a number from (\S+) to (\S+)", fault.expected)
        if ranged is not None:
            code, values["low"], values["high"] = "policy_number", ranged[1], ranged[2]
        told.append(Problem.of("policy.content", code, **values))
    if len(faults) > FAULTS_TOLD:
        told.append(Problem.of("policy.content", "policy_more", n=len(faults) - FAULTS_TOLD))
    return told or [Problem.of("policy.content", "file_fault", fault=error)]
