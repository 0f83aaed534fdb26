"""Pengaturan: sections of the office's file, read and saved. For administrators alone."""

from fastapi import APIRouter, Response

from service import edits
from service.api import schemas_settings as s
from service.api import tell_settings as tell
from service.api.answers import answer
from service.api.routes.setup import TheSetup, told
from service.api.security import SETUP, TheDoor, Who

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
    """Save the whole dress calendar; the briefing tells it from the next day on."""
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
