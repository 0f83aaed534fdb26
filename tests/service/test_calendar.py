"""The office day follows from the calendar alone.

Of the 20 cases of docs/standard.md 4.2 this module holds 1 to 6, 8, 9, 12, 16, 18 and the planning
half of 19. The rest is not the calendar's: 7 (clock jump), 10 (visitor already seated), 11 (roster
changed), 13 (briefing elsewhere), 14 (swapped officers), 15 (restart in GO/NO-GO), 17 (blind
camera), 19 (a verdict already issued) and 20 (two cameras differ) are tests of judging and of the
running office.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.calendar import (
    CalendarSettings,
    Holiday,
    HolidayKind,
    Hours,
    HoursChange,
    OneOff,
    Season,
    SpecialSpan,
    broken_guards,
    estimated_ramadan,
    national_table,
    next_ready_at,
    plan_at,
    plan_day,
    with_special,
)
from vision.day import DayPlan, Phase
from vision.values import Slot

WIB = ZoneInfo("Asia/Jakarta")
OFFICE = CalendarSettings(WIB)
MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
RAMADAN = Season(
    "Ramadan",
    date(2026, 2, 19),
    date(2026, 3, 20),
    HoursChange(time(8), time(8, 30), time(15), pause=(time(12), time(12, 30))),
)
TABLE_2026 = """
2026-01-01 nasional|2026-01-16 nasional|2026-02-16 cuti_bersama|2026-02-17 nasional
2026-03-18 cuti_bersama|2026-03-19 nasional|2026-03-20 cuti_bersama|2026-03-21 nasional
2026-03-22 nasional|2026-03-23 cuti_bersama|2026-03-24 cuti_bersama|2026-04-03 nasional
2026-04-05 nasional|2026-05-01 nasional|2026-05-14 nasional|2026-05-15 cuti_bersama
2026-05-27 nasional|2026-05-28 cuti_bersama|2026-05-31 nasional|2026-06-01 nasional
2026-06-16 nasional|2026-08-17 nasional|2026-08-25 nasional|2026-12-24 cuti_bersama
2026-12-25 nasional
"""
"""docs/standard.md 4.5."""


def local(day: date, clock: str, zone: ZoneInfo = WIB) -> datetime:
    """A local time of the office as an instant."""
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def timeline(plan: DayPlan, zone: ZoneInfo = WIB) -> list[tuple[str, str]]:
    """The phases with the local times at which they begin."""
    return [(s.phase.value, f"{s.since.astimezone(zone):%H:%M}") for s in plan.spans]


def test_an_ordinary_monday_has_the_phases_of_the_standard() -> None:
    """docs/standard.md 4.1, default Monday."""
    plan = plan_day(OFFICE, MONDAY)
    assert timeline(plan) == [
        ("night", "00:00"),
        ("arrive", "07:10"),
        ("briefing", "07:25"),
        ("setup", "07:50"),
        ("go_no_go", "07:55"),
        ("open", "08:00"),
        ("break", "12:15"),
        ("open_2", "13:00"),
        ("closing", "15:00"),
        ("after", "16:00"),
        ("night", "17:00"),
    ]
    assert plan.certain
    assert (plan.looks_from, plan.ready_at) == (local(MONDAY, "07:50"), local(MONDAY, "07:55"))
    assert plan.briefing_at == local(MONDAY, "07:30")
    assert (plan.opens_at, plan.closes_at) == (local(MONDAY, "08:00"), local(MONDAY, "15:00"))
    assert plan.slot_span(Slot.READY) == (local(MONDAY, "07:50"), local(MONDAY, "08:00"))


def test_case_1_a_briefing_too_close_to_opening_is_named() -> None:
    """Case 1: T_brief later than T_open-15 min is refused."""
    gap = timedelta(minutes=15)
    assert list(broken_guards(Hours(briefing=time(7, 45)), gap)) == []
    faults = list(broken_guards(Hours(briefing=time(7, 46)), gap))
    assert [fault[0] for fault in faults] == ["briefing"]


def test_case_2_measuring_begins_before_the_answer() -> None:
    """Case 2: the window holds the lead; settings refuse the contrary, the plan never inverts."""
    plan = plan_day(replace(OFFICE, ready_lead=timedelta(minutes=10)), MONDAY)
    assert plan.looks_from == plan.ready_at == local(MONDAY, "07:50")
    assert "setup" not in dict(timeline(plan))


def test_case_3_friday_has_its_own_break() -> None:
    """Case 3: Friday prayer shifts the break."""
    phases = dict(timeline(plan_day(OFFICE, FRIDAY)))
    assert (phases["break"], phases["open_2"]) == ("11:30", "13:15")


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 2, 18), "08:00"),
        (date(2026, 2, 19), "08:30"),
        (date(2026, 3, 17), "08:30"),
        (date(2026, 3, 25), "08:00"),
    ],
    ids=["the day before", "first day", "last working day", "first day after"],
)
def test_case_4_ramadan_hours_begin_and_end_with_the_season(day: date, opens: str) -> None:
    """Case 4: first and last day of Ramadan, as the office entered them."""
    plan = plan_day(replace(OFFICE, seasons=(RAMADAN,)), day)
    assert plan.opens_at == local(day, opens)
    assert plan.certain


def test_case_4_ramadan_without_entered_hours_is_not_judged() -> None:
    """Nobody is late by hours that the office never set (docs/standard.md 4.3)."""
    day = date(2026, 3, 3)
    assert not plan_day(OFFICE, day).certain
    named_only = replace(RAMADAN, hours=HoursChange())
    assert not plan_day(replace(OFFICE, seasons=(named_only,)), day).certain
    assert plan_day(OFFICE, date(2026, 2, 9)).certain


def test_ramadan_of_2026_is_expected_where_the_standard_expects_it() -> None:
    """18/19 February to 19/20 March 2026 (docs/standard.md 4.3)."""
    assert estimated_ramadan(2026) == ((date(2026, 2, 18), date(2026, 3, 20)),)


def test_case_5_joint_leave_withdrawn_late_is_a_working_day() -> None:
    """Case 5: the office's own table outranks the package."""
    day = date(2026, 5, 28)
    assert plan_day(OFFICE, day).opens_at is None
    withdrawn = Holiday(day, "Cuti bersama dicabut", HolidayKind.JOINT_LEAVE, is_open=True)
    plan = plan_day(replace(OFFICE, holidays=(withdrawn,)), day)
    assert plan.ready_at == local(day, "07:55")
    assert plan.certain


def test_case_5_joint_leave_added_late_is_a_day_off() -> None:
    """Case 5, the other way round."""
    added = Holiday(MONDAY, "Cuti bersama", HolidayKind.JOINT_LEAVE)
    plan = plan_day(replace(OFFICE, holidays=(added,)), MONDAY)
    assert [span.phase for span in plan.spans] == [Phase.HOLIDAY]
    assert plan.note == "Cuti bersama"


def test_case_6_a_single_working_day_between_holidays_is_judged() -> None:
    """Case 6: 18 May 2026 stands between a long weekend and another day off."""
    tuesday_off = Holiday(date(2026, 5, 19), "libur daerah", HolidayKind.LOCAL)
    office = replace(OFFICE, holidays=(tuesday_off,))
    phases = [plan_day(office, date(2026, 5, day)).spans[0].phase for day in range(14, 20)]
    assert phases == [Phase.HOLIDAY] * 4 + [Phase.NIGHT, Phase.HOLIDAY]
    after = local(date(2026, 5, 13), "08:00")
    assert next_ready_at(office, after) == local(date(2026, 5, 18), "07:55")


def test_case_8_a_late_opening_moves_the_answer_with_it() -> None:
    """Case 8: nobody is late for an opening that was put off."""
    late = OneOff(MONDAY, is_closed=False, hours=HoursChange(opens=time(9)), note="upacara")
    plan = plan_day(replace(OFFICE, one_offs=(late,)), MONDAY)
    assert (plan.ready_at, plan.opens_at) == (local(MONDAY, "08:55"), local(MONDAY, "09:00"))
    assert plan.phase_at(local(MONDAY, "08:10")) is Phase.BRIEFING
    assert plan.note == "upacara"


def test_case_9_a_half_day_has_no_break_and_ends_early() -> None:
    """Case 9: the break lies after closing and falls away."""
    half = OneOff(FRIDAY, is_closed=False, hours=HoursChange(closes=time(11)))
    phases = timeline(plan_day(replace(OFFICE, one_offs=(half,)), FRIDAY))
    assert phases[5:] == [
        ("open", "08:00"),
        ("closing", "11:00"),
        ("after", "12:00"),
        ("night", "17:00"),
    ]


def test_case_12_an_eastern_office_is_judged_in_its_own_zone() -> None:
    """Case 12: a WIT office opens two hours before a WIB one, whatever the server says."""
    jayapura = ZoneInfo("Asia/Jayapura")
    east = plan_day(replace(OFFICE, zone=jayapura), MONDAY)
    west = plan_day(OFFICE, MONDAY)
    assert east.opens_at
    assert west.opens_at
    assert west.opens_at - east.opens_at == timedelta(hours=2)
    assert timeline(east, jayapura) == timeline(west)
    late_evening = datetime(2026, 11, 23, 22, 30, tzinfo=WIB)
    assert plan_at(replace(OFFICE, zone=jayapura), late_evening).day == date(2026, 11, 24)


def test_case_16_midnight_belongs_to_the_new_day_also_at_the_end_of_a_month() -> None:
    """Case 16: no instant is lost or judged twice at midnight and month end."""
    midnight = local(date(2026, 12, 1), "00:00")
    assert plan_at(OFFICE, midnight).day == date(2026, 12, 1)
    assert plan_at(OFFICE, midnight - timedelta(microseconds=1)).day == date(2026, 11, 30)
    last = plan_day(OFFICE, date(2026, 11, 30))
    assert last.spans[-1].until == plan_day(OFFICE, date(2026, 12, 1)).spans[0].since


def test_case_18_without_a_break_counters_stay_open_until_closing() -> None:
    """Case 18: continuous service goes from OPEN to CLOSING."""
    office = replace(OFFICE, hours=Hours(pause=None), weekdays={})
    phases = [span.phase for span in plan_day(office, MONDAY).spans]
    assert phases[5:7] == [Phase.OPEN, Phase.CLOSING]
    assert plan_day(office, MONDAY).slot_span(Slot.OPEN_2) is None


def test_case_19_a_special_span_takes_the_place_of_what_was_planned() -> None:
    """Case 19, planning: nothing is judged in it, and what lies around it stays."""
    plan = with_special(plan_day(OFFICE, MONDAY), local(MONDAY, "10:00"), local(MONDAY, "12:30"))
    assert timeline(plan)[5:9] == [
        ("open", "08:00"),
        ("special", "10:00"),
        ("break", "12:30"),
        ("open_2", "13:00"),
    ]
    running = with_special(plan_day(OFFICE, MONDAY), local(MONDAY, "10:00"))
    assert timeline(running)[-1] == ("special", "10:00")


def test_a_drill_does_not_shorten_the_span_of_its_half_day() -> None:
    """A verdict on the half day covers the frames before and after the drill."""
    plan = with_special(plan_day(OFFICE, MONDAY), local(MONDAY, "09:00"), local(MONDAY, "09:30"))
    assert plan.slot_span(Slot.OPEN) == (local(MONDAY, "08:00"), local(MONDAY, "12:15"))


def test_a_planned_ceremony_over_the_answer_passes_it_over() -> None:
    """On 17 August the flag is raised at the go/no-go moment of nobody."""
    ceremony = SpecialSpan(local(MONDAY, "07:00"), local(MONDAY, "09:00"), "apel")
    office = replace(OFFICE, special=(ceremony,))
    assert plan_day(office, MONDAY).phase_at(local(MONDAY, "07:55")) is Phase.SPECIAL
    tuesday = MONDAY + timedelta(days=1)
    assert next_ready_at(office, local(MONDAY, "05:00")) == local(tuesday, "07:55")


def test_the_next_answer_is_never_the_one_that_just_fell() -> None:
    """A countdown that stands at zero would never move on."""
    ready = local(FRIDAY, "07:55")
    assert next_ready_at(OFFICE, ready - timedelta(seconds=1)) == ready
    assert next_ready_at(OFFICE, ready) == local(date(2026, 11, 30), "07:55")


def test_the_holidays_of_2026_are_those_of_the_joint_decree() -> None:
    """docs/standard.md 4.5: 17 national days and 8 of joint leave."""
    table = {f"{day} {holiday.kind}" for day, holiday in national_table(2026).items()}
    assert table == set(TABLE_2026.replace("\n", "|").strip("|").split("|"))
    assert all(plan_day(OFFICE, day).opens_at is None for day in national_table(2026))


def test_a_year_without_a_table_is_unsure_until_the_office_loads_one() -> None:
    """Joint leave is decreed year by year; guessing would call people late on a day off."""
    day = date(2028, 5, 2)
    assert not plan_day(OFFICE, day).certain
    assert plan_day(OFFICE, day).opens_at is not None
    assert plan_day(replace(OFFICE, covered_years=frozenset({2028})), day).certain


@pytest.mark.parametrize(
    ("one_off", "is_working"),
    [
        (OneOff(MONDAY, is_closed=True, note="listrik padam"), False),
        (OneOff(date(2026, 11, 28), is_closed=False), True),
        (OneOff(date(2026, 12, 25), is_closed=False, hours=HoursChange(opens=time(9))), True),
    ],
    ids=["closed on a Monday", "working Saturday", "working holiday"],
)
def test_a_single_day_is_what_the_office_decided(one_off: OneOff, is_working: bool) -> None:
    """The office knows its own days better than any table."""
    plan = plan_day(replace(OFFICE, one_offs=(one_off,)), one_off.day)
    assert (plan.opens_at is not None) == is_working
    assert plan.certain


def test_a_weekend_is_one_holiday_span() -> None:
    """Analytics are off all day (docs/standard.md P-14)."""
    plan = plan_day(OFFICE, date(2026, 11, 28))
    assert [span.phase for span in plan.spans] == [Phase.HOLIDAY]
    assert (plan.looks_from, plan.ready_at, plan.slot_span(Slot.READY)) == (None, None, None)


def test_a_wide_window_cuts_the_briefing_short_but_not_itself() -> None:
    """The measuring window is what the answer rests on; the briefing yields."""
    office = replace(OFFICE, hours=Hours(briefing=time(7, 45)), ready_window=timedelta(minutes=30))
    phases = timeline(plan_day(office, MONDAY))
    assert phases[:3] == [("night", "00:00"), ("arrive", "07:25"), ("setup", "07:30")]


def test_a_weekday_may_have_hours_of_its_own() -> None:
    """Many offices close earlier on one day of the week."""
    office = replace(OFFICE, weekdays={0: HoursChange(opens=time(9), closes=time(12))})
    plan = plan_day(office, MONDAY)
    assert (plan.opens_at, plan.closes_at) == (local(MONDAY, "09:00"), local(MONDAY, "12:00"))
    assert plan.slot_span(Slot.BREAK) is None


ZONES = st.sampled_from(
    [
        "Asia/Jakarta",
        "Asia/Makassar",
        "Asia/Jayapura",
        "Asia/Kathmandu",  # +05:45
        "Australia/Lord_Howe",  # +10:30, daylight saving of half an hour
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",  # -03:30
        "Africa/Cairo",  # clocks change at midnight
        "America/Havana",  # 00:00 comes twice
        "America/Santiago",  # 00:00 does not exist on one day
    ]
).map(ZoneInfo)
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def offices(draw: st.DrawFn) -> CalendarSettings:
    """Offices with plausible hours of many kinds."""
    opens = draw(st.integers(6 * 60, 11 * 60))
    length = draw(st.integers(60, 9 * 60))
    briefing = opens - draw(st.integers(15, 60))
    pause = draw(st.none() | st.tuples(st.integers(1, 29), st.integers(30, 59)))
    lead = draw(st.integers(0, 30))

    def clock(minutes: int) -> time:
        return time(minutes // 60, minutes % 60)

    return CalendarSettings(
        zone=draw(ZONES),
        hours=Hours(
            briefing=clock(briefing),
            opens=clock(opens),
            closes=clock(opens + length),
            work_ends=clock(min(opens + length + draw(st.integers(0, 180)), 24 * 60 - 1)),
            pause=pause and (clock(opens + pause[0]), clock(opens + pause[1])),
        ),
        working_days=frozenset(range(7)),
        weekdays={},
        ready_lead=timedelta(minutes=lead),
        ready_window=timedelta(minutes=draw(st.integers(max(5, lead), 30))),
        close_max=timedelta(minutes=draw(st.integers(0, 120))),
    )


@settings(deadline=None)
@given(offices(), DAYS)
def test_spans_cover_each_day_without_gap_or_overlap(office: CalendarSettings, day: date) -> None:
    """An instant without a phase, or with two, would be judged wrongly or twice."""
    plan, tomorrow = plan_day(office, day), plan_day(office, day + timedelta(days=1))
    assert plan.spans[-1].until == tomorrow.spans[0].since
    for span, following in zip(plan.spans, plan.spans[1:], strict=False):
        assert span.until == following.since
    assert all(span.since < span.until for span in plan.spans)
    length = plan.spans[-1].until - plan.spans[0].since
    assert timedelta(hours=23) <= length <= timedelta(hours=25)


@settings(deadline=None)
@given(offices(), DAYS)
def test_an_open_day_answers_before_it_opens(office: CalendarSettings, day: date) -> None:
    """Look, answer, open, close: in that order, in every zone."""
    plan = plan_day(office, day)
    if plan.opens_at is None:
        return
    assert plan.looks_from
    assert plan.ready_at
    assert plan.closes_at
    assert plan.looks_from <= plan.ready_at <= plan.opens_at < plan.closes_at
    assert plan.opens_at.astimezone(office.zone).time() == office.hours.opens
    assert plan.opens_at - plan.ready_at == office.ready_lead
    assert plan.phase_at(plan.opens_at) is Phase.OPEN


@settings(deadline=None)
@given(
    offices(),
    st.datetimes(datetime(2024, 1, 2), datetime(2027, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_instant_lies_in_the_plan_of_its_day(
    office: CalendarSettings, instant: datetime
) -> None:
    """Also in the hour that comes twice and in the midnight that does not exist."""
    plan = plan_at(office, instant)
    assert plan.spans[0].since <= instant < plan.spans[-1].until
    plan.phase_at(instant)
    assert abs((instant.astimezone(office.zone).date() - plan.day).days) <= 1


@settings(deadline=None, max_examples=50)
@given(
    offices(),
    st.datetimes(datetime(2024, 1, 2), datetime(2027, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_next_answer_is_the_answer_of_its_day(
    office: CalendarSettings, instant: datetime
) -> None:
    """Countdown and plan may never disagree."""
    ready = next_ready_at(office, instant)
    assert ready is not None
    assert ready > instant
    assert plan_at(office, ready).ready_at == ready


@settings(deadline=None)
@given(offices(), DAYS, st.integers(0, 24 * 60), st.integers(1, 600))
def test_a_special_span_changes_nothing_around_it(
    office: CalendarSettings, day: date, start_min: int, length_min: int
) -> None:
    """Power may fail at any minute; the day stays covered."""
    plan = plan_day(office, day)
    since = plan.spans[0].since + timedelta(minutes=start_min)
    until = since + timedelta(minutes=length_min)
    cut = with_special(plan, since, until)
    assert cut.spans[0].since == plan.spans[0].since
    assert cut.spans[-1].until == plan.spans[-1].until
    for span, following in zip(cut.spans, cut.spans[1:], strict=False):
        assert span.until == following.since
    for span in cut.spans:
        if span.phase is Phase.SPECIAL:
            assert since <= span.since < span.until <= until
        else:
            assert plan.phase_at(span.since) is span.phase
