"""Pengaturan: sections of the office's file, read and saved. For administrators alone."""

import re

from fastapi import APIRouter, Response

from service import edits
from service.api import schemas_settings as s
from service.api import tell_settings as tell
from service.api.answers import answer
from service.api.errors import Refusal
from service.api.routes.setup import TheSetup, told
from service.api.security import SETUP, TheDoor, Who
from service.office_file import FileUnwritable, write_whole
from service.policies import STANDARDS, known_policies, parse_policy
from service.problems import Problem, SetupRefused
from vision.errors import PolicyError

router = APIRouter(tags=["settings"])


@router.get("/settings/calendar", response_model=s.CalendarAnswer, **SETUP.route)
def calendar(door: TheDoor, setup: TheSetup) -> Response:
    """Hours, Ramadan and other seasons, holidays, single days; and the two weeks that follow."""
    return answer(tell.calendar_answer(setup, door.office.board().now))


@router.put("/settings/calendar", response_model=s.CalendarAnswer, **SETUP.route)
def save_calendar(caller: Who, door: TheDoor, setup: TheSetup, body: s.CalendarSent) -> Response:
    """Save the whole calendar into the office's file; it holds at once.

    Rows that name their `row` keep their comments; those that are not sent go. Hours of which no
    day can be made (closing before opening) are refused beside their field, and nothing is written.
    """
    wish = edits.CalendarWish(
        hours=_hours(body),
        friday_pause=body.friday_break,
        working_days=body.working_days,
        seasons=[
            edits.SeasonWish(one.row, one.name, one.first, one.last, _hours(one), one.friday_break)
            for one in body.seasons
        ],
        holidays=[
            edits.HolidayWish(one.row, one.date, one.name, one.type, one.open)
            for one in body.holidays
        ],
        days=[
            edits.DayWish(one.row, one.date, one.closed, one.note, _hours(one)) for one in body.days
        ],
        special=None
        if body.special is None
        else [edits.SpecialWish(one.row, one.since, one.until, one.note) for one in body.special],
        weekdays=None
        if body.weekdays is None
        else {name: _hours(one) for name, one in body.weekdays.items()},
    )
    with told():
        setup.save_edit(edits.calendar_edit(wish, setup.written), body.version, caller.name)
    return answer(tell.calendar_answer(setup, door.office.board().now))


def _hours(sent: s.HoursSent) -> edits.HoursWish:
    return edits.HoursWish(sent.briefing, sent.opens, sent.closes, sent.work_ends, sent.break_)


@router.get("/settings/dress", response_model=s.DressCalendarAnswer, **SETUP.route)
def dress(door: TheDoor, setup: TheSetup) -> Response:
    """What the office ruled to be worn, by weekday and by date."""
    return answer(tell.dress_answer(setup, door.office.board().now))


@router.put("/settings/dress", response_model=s.DressCalendarAnswer, **SETUP.route)
def save_dress(caller: Who, door: TheDoor, setup: TheSetup, body: s.DressCalendarSent) -> Response:
    """Save the whole dress calendar; the briefing of a day tells its rule."""
    wish = edits.DressCalendarWish(
        signed_by=body.signed_by,
        valid_until=body.valid_until,
        weekdays=[
            edits.DressWish(day, one.rule, one.words, one.colours)
            for day, one in body.weekdays.items()
        ],
        days=[
            edits.DressWish(one.date, one.rule, one.words, one.colours, one.row)
            for one in body.days
        ],
    )
    with told():
        setup.save_edit(edits.dress_edit(wish, setup.written), body.version, caller.name)
    return answer(tell.dress_answer(setup, door.office.board().now))


@router.get("/settings/retention", response_model=s.RetentionAnswer, **SETUP.route)
def retention(setup: TheSetup) -> Response:
    """How long pictures, samples and verdicts are kept."""
    return answer(tell.retention_answer(setup))


@router.put("/settings/retention", response_model=s.RetentionAnswer, **SETUP.route)
def save_retention(caller: Who, setup: TheSetup, body: s.RetentionSent) -> Response:
    """Save it; what has been kept long enough goes within the hour, and does not come back."""
    with told():
        edit = edits.retention_edit(body.model_dump(exclude={"version"}))
        setup.save_edit(edit, body.version, caller.name)
    return answer(tell.retention_answer(setup))


@router.get("/settings/roster", response_model=s.RosterAnswer, **SETUP.route)
def roster(setup: TheSetup) -> Response:
    """Which counters are served. Who sits where stands nowhere in Siaga."""
    return answer(tell.roster_answer(setup))


@router.put("/settings/roster", response_model=s.RosterAnswer, **SETUP.route)
def save_roster(caller: Who, setup: TheSetup, body: s.RosterSent) -> Response:
    """Save it; from now on counters that are not served are not judged."""
    known = [counter.counter for counter in setup.settings.layout.counters]
    with told():
        setup.save_edit(edits.roster_edit(body.served, known), body.version, caller.name)
    return answer(tell.roster_answer(setup))


@router.get("/settings/privacy", response_model=s.PrivacyAnswer, **SETUP.route)
def privacy(setup: TheSetup) -> Response:
    """Who is responsible, for what and on what ground; `missing` is to be filled in first."""
    return answer(tell.privacy_answer(setup))


@router.put("/settings/privacy", response_model=s.PrivacyAnswer, **SETUP.route)
def save_privacy(caller: Who, setup: TheSetup, body: s.PrivacySent) -> Response:
    """Save it; notice and assessment say it at once."""
    with told():
        typed = body.model_dump(exclude={"version", "notices"})
        setup.save_edit(edits.privacy_edit(typed, body.notices), body.version, caller.name)
    return answer(tell.privacy_answer(setup))


@router.get("/settings/notice", response_model=s.NoticeAnswer, **SETUP.route)
def notice(setup: TheSetup) -> Response:
    """The camera notice for the wall: what, why, by whom, how long, whom to ask."""
    return answer(tell.notice_answer(setup))


@router.get("/settings/assessment", response_model=s.AssessmentAnswer, **SETUP.route)
def assessment(setup: TheSetup) -> Response:
    """The privacy impact assessment, filled from the settings; what people must write is open."""
    return answer(tell.assessment_answer(setup))


@router.get("/settings/policy", response_model=s.PolicyChoiceAnswer, **SETUP.route)
def policy_choice(setup: TheSetup) -> Response:
    """The policy in force and those that may be chosen; the clauses are in `GET /policy`."""
    return answer(tell.policy_choice_answer(setup))


@router.put("/settings/policy", response_model=s.PolicyChoiceAnswer, **SETUP.route)
def choose_policy(caller: Who, setup: TheSetup, body: s.PolicyChosen) -> Response:
    """Choose a policy; it holds from the next day on, so that no day is judged by two."""
    edit = edits.policy_edit(body.choice, tell.policy_choices(setup))
    with told():
        setup.save_edit(edit, body.version, caller.name)
    return answer(tell.policy_choice_answer(setup))


@router.post(
    "/settings/policies", response_model=s.PolicyChoiceAnswer, status_code=201, **SETUP.route
)
def upload_policy(caller: Who, setup: TheSetup, body: s.PolicySent) -> Response:
    """Check a policy, keep it beside the office's file and choose it.

    An unknown key, a number out of range, a clause without its texts: refused with the line, and
    nothing is kept.
    """
    with told():
        if not body.content.strip():
            raise SetupRefused([Problem.of("policy.content", "policy_missing")])
        content = body.content.encode()
        try:
            policy = parse_policy("policy.toml", content)
        except PolicyError as error:
            raise SetupRefused(tell.policy_problems(error)) from error
        version = re.sub(r"[^A-Za-z0-9.-]", "-", policy.version)[:40]
        name = f"{tell.POLICIES}/{policy.policy}-{version}-{policy.sha256[:8]}.toml"
        path = setup.file.path.parent / name
        is_new = not path.exists()
        if is_new:
            try:
                path.parent.mkdir(exist_ok=True)
                write_whole(path, content, 0o644)
            except OSError as error:
                raise FileUnwritable(f"{path.parent}: {error.strerror}") from error
        try:
            setup.save_edit(edits.policy_edit(name, [name]), body.version, caller.name)
        except BaseException:
            if is_new:
                path.unlink(missing_ok=True)
            raise
    return answer(tell.policy_choice_answer(setup), 201)


@router.get(
    "/settings/policy/file",
    response_class=Response,
    responses={200: {"content": {"application/toml": {}}, "description": "The file as it is"}},
    **SETUP.route,
)
def policy_file(setup: TheSetup) -> Response:
    """The file of the chosen policy, to start another version from."""
    choice = str(setup.written.get("office", {}).get("policy", ""))
    path = setup.file.path.parent / choice
    if choice in known_policies():
        path = STANDARDS / f"{choice}.toml"
    if not path.is_file():
        raise Refusal(404)
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return Response(path.read_bytes(), media_type="application/toml", headers=headers)
