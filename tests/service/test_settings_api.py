"""Pengaturan through the API: saved with its comments, in force at once, refused by field."""

import tomllib
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from service.accounts import Role
from service.calendar import hours_on
from tests.service.conftest import House
from tests.service.test_api_roles import CALENDAR, DRESS, POLICY, PRIVACY, RETENTION
from tests.service.test_setup_api import codes
from vision.errors import ConfigError

SEASON = CALENDAR["seasons"][0]


def put(house: House, part: str, body: dict[str, Any], **changes: Any) -> Any:
    """The answer to a save of one part, from the version in force."""
    sent = {**body, "version": house.setup.version, **changes}
    return house.signed_in(Role.ADMIN).put(f"/api/v1/settings/{part}", json=sent)


def read(house: House, part: str) -> Any:
    """One part as it is in force."""
    return house.signed_in(Role.ADMIN).get(f"/api/v1/settings/{part}").json()


def test_a_calendar_is_saved_with_the_comments_of_its_file_and_holds_at_once(
    house: House,
) -> None:
    """The rows that stay are changed where they stand; the version before lies beside the file."""
    path = house.setup.file.path
    path.write_text(
        path.read_text("utf-8") + "\n[calendar]\nopens = 08:30:00  # sejak Juli\n"
        "\n[[calendar.holidays]]  # surat wali kota\n"
        'date = 2027-03-20\nname = "HUT"\ntype = "lokal"\n',
        "utf-8",
    )
    house.setup.reload("test")
    holiday = {**CALENDAR["holidays"][0], "row": 0}
    new = {"date": "2027-04-01", "name": "Pawai", "type": "lokal", "open": True}
    answer = put(house, "calendar", CALENDAR, opens="8.30", holidays=[holiday, new])
    assert answer.status_code == 200
    text = path.read_text("utf-8")
    assert "opens = 08:30:00  # sejak Juli" in text
    assert "[[calendar.holidays]]  # surat wali kota" in text
    assert 'name = "HUT kota"' in text
    assert path.with_name("office.toml.1").exists()
    calendar = house.setup.settings.calendar
    assert calendar.hours.opens == time(8, 30)
    assert [h.name for h in calendar.holidays] == ["HUT kota", "Pawai"]
    assert calendar.seasons[0].hours.closes == time(14)
    assert house.setup._running.changed[-1].calendar is calendar  # type: ignore[attr-defined]
    told = answer.json()
    assert told["seasons"][0]["is_set"]
    assert [day["note"] for day in told["ahead"] if not day["working"]].count("listrik padam") == 1
    row = [row for _, row in house.store.audit_rows(limit=500) if row.act == "settings.save"][-1]
    assert (row.actor, row.detail["section"]) == ("admin", "calendar")


def test_each_weekday_may_have_hours_of_its_own(house: House) -> None:
    """Written beside the comments of the file, in force at once; taken out again when emptied."""
    path = house.setup.file.path
    path.write_text(
        path.read_text("utf-8") + "\n[calendar]\nopens = 08:00:00\n"
        "\n[calendar.weekdays.monday]  # apel pagi\nopens = '09:00'  # sesudah apel\n"
        "\n[calendar.weekdays.friday]\nbreak = ['11:45', '13:30']\n",
        "utf-8",
    )
    house.setup.reload("test")
    kept = read(house, "calendar")
    assert kept["weekdays"]["monday"]["opens"] == "09:00:00"
    assert kept["friday_break"] == ["11:45:00", "13:30:00"]
    wish = {**CALENDAR, "weekdays": None, "seasons": [], "holidays": [], "days": []}
    days = {
        "monday": {"opens": "9.00", "closes": "14.30"},
        "wednesday": {"break": []},
        "friday": {"closes": "16.00", "work_ends": "17.30", "break": ["11:30", "13:00"]},
    }
    assert put(house, "calendar", wish, weekdays=days).status_code == 200
    text = path.read_text("utf-8")
    assert "[calendar.weekdays.monday]  # apel pagi\nopens = '09:00'  # sesudah apel" in text
    calendar = house.setup.settings.calendar
    monday, wednesday, friday = (hours_on(calendar, date(2026, 11, day)) for day in (23, 25, 27))
    assert (monday.opens, monday.closes) == (time(9), time(14, 30))
    assert wednesday.pause is None
    assert (friday.closes, friday.pause) == (time(16), (time(11, 30), time(13)))
    assert hours_on(calendar, date(2026, 11, 24)) == calendar.hours
    told = read(house, "calendar")
    assert told["weekdays"]["friday"]["break"] is None
    assert told["friday_break"] == ["11:30:00", "13:00:00"]

    assert put(house, "calendar", wish).status_code == 200, "who does not send them leaves them"
    assert house.setup.settings.calendar.weekdays[0].closes == time(14, 30)
    assert put(house, "calendar", wish, weekdays={}).status_code == 200
    written = tomllib.loads(path.read_text("utf-8"))["calendar"]
    assert "weekdays" not in written


def test_a_friday_that_ends_before_its_break_needs_none(house: House) -> None:
    """The Ministry's break of Friday falls away where the hours of Friday leave no room for it."""
    wish = {**CALENDAR, "friday_break": None}
    days = {"friday": {"closes": "11:30", "break": None}}
    assert put(house, "calendar", wish, weekdays=days).status_code == 200
    friday = hours_on(house.setup.settings.calendar, date(2026, 11, 27))
    assert (friday.closes, friday.pause) == (time(11, 30), None)


def test_weekdays_on_one_line_of_the_file_can_be_changed_too(house: House) -> None:
    """TOML allows it, and somebody wrote it so."""
    path = house.setup.file.path
    text = path.read_text("utf-8")
    path.write_text(text + "\n[calendar]\nweekdays = { monday = { opens = '09:00' } }\n", "utf-8")
    house.setup.reload("test")
    days = {"monday": {"opens": "09:30"}, "tuesday": {"closes": "14:00"}}
    assert put(house, "calendar", CALENDAR, weekdays=days).status_code == 200
    calendar = house.setup.settings.calendar
    assert calendar.weekdays[0].opens == time(9, 30)
    assert calendar.weekdays[1].closes == time(14)


def test_what_is_as_usual_is_not_written_down(house: House) -> None:
    """A save that changes nothing leaves the file without a new line of hours."""
    wish = {**CALENDAR, "weekdays": None, "seasons": [], "holidays": [], "days": []}
    assert put(house, "calendar", wish).status_code == 200
    assert tomllib.loads(house.setup.file.path.read_text("utf-8"))["calendar"] == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"closes": "07:59"}, {"calendar.closes": "hours_closes"}),
        ({"briefing": "07:50"}, {"calendar.briefing": "hours_briefing"}),
        ({"work_ends": "14:00"}, {"calendar.work_ends": "hours_work_ends"}),
        ({"break": ["16:00", "17:00"]}, {"calendar.break": "hours_break"}),
        ({"break": ["12:00", ""]}, {"calendar.break": "break_half"}),
        ({"opens": ""}, {"calendar.opens": "time_missing"}),
        ({"opens": "٠٨:٠٠"}, {"calendar.opens": "time_shape"}),
        ({"opens": "08:00\u202e"}, {"calendar.opens": "time_shape"}),
        (
            {"opens": "25.00", "closes": "nanti"},
            {"calendar.opens": "time_shape", "calendar.closes": "time_shape"},
        ),
        ({"working_days": []}, {"calendar.working_days": "days_none"}),
        (
            {"weekdays": {"monday": {"closes": "07:00"}, "wednesday": {"closes": "07.00"}}},
            {
                "calendar.weekdays.monday.closes": "hours_closes",
                "calendar.weekdays.wednesday.closes": "hours_closes",
            },
        ),
        (
            {"weekdays": {"tuesday": {"opens": "25.00", "break": ["12:00", ""]}}},
            {
                "calendar.weekdays.tuesday.opens": "time_shape",
                "calendar.weekdays.tuesday.break": "break_half",
            },
        ),
        (
            {"weekdays": {"thursday": {"break": ["14:30", "15:30"]}}},
            {"calendar.weekdays.thursday.break": "hours_break"},
        ),
        (
            {"weekdays": {"friday": {"break": ["13:00", "12:00"]}}},
            {"calendar.weekdays.friday.break": "hours_break"},
        ),
        ({"weekdays": {"senin": {}}}, {"calendar.weekdays.senin": "choose"}),
        ({"seasons": [{**SEASON, "to": "2027-01-01"}]}, {"calendar.seasons.0.to": "season_order"}),
        (
            {"seasons": [{**SEASON, "closes": "07:00"}]},
            {"calendar.seasons.0.closes": "hours_closes"},
        ),
        (
            {"seasons": [{**SEASON, "name": "Rama\u202edan", "from": ""}]},
            {"calendar.seasons.0.name": "text_marks", "calendar.seasons.0.from": "date_missing"},
        ),
        (
            {"seasons": [SEASON, {**SEASON, "name": "Lain"}]},
            {"calendar.seasons.1.from": "season_overlap"},
        ),
        (
            {"holidays": [{"date": "besok", "name": "", "type": "pesta"}]},
            {
                "calendar.holidays.0.date": "date_shape",
                "calendar.holidays.0.name": "text_empty",
                "calendar.holidays.0.type": "choose",
            },
        ),
        ({"days": CALENDAR["days"] * 2}, {"calendar.days.1.date": "day_twice"}),
        (
            {"days": [{**CALENDAR["days"][0], "opens": "09:00"}]},
            {"calendar.days.0.closed": "day_both"},
        ),
        (
            {"days": [{**CALENDAR["days"][0], "note": "x" * 300}]},
            {"calendar.days.0.note": "text_long"},
        ),
    ],
)
def test_a_calendar_of_which_no_day_can_be_made_is_refused_beside_its_field(
    house: House, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    """Also the faults that only the whole file shows; nothing is written."""
    before = house.setup.file.path.read_bytes()
    assert codes(put(house, "calendar", CALENDAR, **changes)) == expected
    assert house.setup.file.path.read_bytes() == before


def test_a_fault_is_told_beside_the_row_of_the_page_and_not_of_the_file(house: House) -> None:
    """The page may show a new row above those of the file, where it is written last."""
    wish = {**CALENDAR, "holidays": []}
    assert put(house, "calendar", wish).status_code == 200
    bad = {**SEASON, "name": "Akhir tahun", "from": "2027-12-20", "to": "2027-12-01"}
    answer = put(house, "calendar", wish, seasons=[bad, {**SEASON, "row": 0}])
    assert codes(answer) == {"calendar.seasons.0.to": "season_order"}


def test_a_planned_ceremony_is_saved_and_stays_where_it_is_not_sent(house: House) -> None:
    """Nothing is judged in it; a program that knows only hours does not take it away."""
    event = {"since": "2027-08-17T07:00", "until": "2027-08-17T09:30", "note": "upacara"}
    assert put(house, "calendar", CALENDAR, special=[event]).status_code == 200
    (span,) = house.setup.settings.calendar.special
    assert span.since == datetime(2027, 8, 17, 0, 0, tzinfo=UTC)
    assert put(house, "calendar", CALENDAR).status_code == 200
    (kept,) = read(house, "calendar")["special"]
    assert kept["until"] == "2027-08-17T09:30:00+07:00"
    bad = [
        event | {"row": 0, "until": "2027-08-17T07:00"},
        event | {"since": "", "note": "a\u202e"},
    ]
    assert codes(put(house, "calendar", CALENDAR, special=bad[:1])) == {
        "calendar.special.0.until": "special_order"
    }
    assert codes(put(house, "calendar", CALENDAR, special=bad)) == {
        "calendar.special.1.since": "moment_missing",
        "calendar.special.1.note": "text_marks",
    }
    assert put(house, "calendar", CALENDAR, special=[]).json()["special"] == []


def test_two_who_save_settings_at_once_overwrite_nothing(house: House) -> None:
    """The second is told; what the first saved stands."""
    read_before = house.setup.version
    assert put(house, "calendar", CALENDAR).status_code == 200
    late = put(house, "dress", DRESS, version=read_before)
    assert late.status_code == 409
    assert late.json()["error"]["code"] == "changed_meanwhile"
    assert read(house, "dress")["signed_by"] == ""


def test_a_dress_calendar_says_what_is_worn_today(house: House) -> None:
    """Rules by weekday, a date before a weekday, and none after it ran out."""
    assert put(house, "dress", DRESS).status_code == 200
    dress = house.setup.settings.dress
    assert dress.on(date(2026, 11, 23)).colours == ("#ffffff",)
    assert dress.on(date(2026, 10, 2)).words == "batik"
    assert dress.on(date(2026, 11, 25)).kind == "undefined"
    assert dress.on(date(2028, 1, 3)).kind == "undefined"
    assert read(house, "dress")["today"]["rule"] == "free"


def test_the_briefing_tells_the_dress_of_its_day_once_the_office_entered_a_calendar(
    house: House,
) -> None:
    """An unsigned default is told to nobody."""
    client = house.signed_in(Role.ADMIN)
    page = {"accept": "text/html"}
    assert "Pakaian: bebas" not in client.get("/briefing/2026-11-24", headers=page).text
    assert put(house, "dress", DRESS).status_code == 200
    told = client.get("/briefing/2026-11-24", headers=page).text
    assert "Pakaian: bebas, sopan, rapi." in told


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signed_by": "a\u200fb"}, {"dress.signed_by": "text_marks"}),
        ({"valid_until": "x"}, {"dress.valid_until": "date_shape"}),
        (
            {"weekdays": {"monday": {"rule": "colours"}}},
            {"dress.weekdays.monday.colours": "colours_missing"},
        ),
        (
            {"weekdays": {"monday": {"rule": "colours", "colours": ["putih"]}}},
            {"dress.weekdays.monday.colours": "colour_shape"},
        ),
        ({"weekdays": {"senin": {"rule": "free"}}}, {"dress.weekdays.senin": "choose"}),
        ({"days": DRESS["days"] * 2}, {"dress.days.1.date": "day_twice"}),
    ],
)
def test_a_dress_rule_that_is_none_is_refused_beside_its_field(
    house: House, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    """In both languages, and nothing is written."""
    assert codes(put(house, "dress", DRESS, **changes)) == expected
    assert "dress" not in house.setup.written


def test_a_file_whose_dress_is_faulty_is_refused_with_its_line(house: House) -> None:
    """By hand as by the page."""
    path = house.setup.file.path
    path.write_text(path.read_text("utf-8") + "\n[dress.weekdays.senin]\nrule = 'free'\n", "utf-8")
    with pytest.raises(ConfigError, match=r"dress\.weekdays\.senin: expected a weekday"):
        house.setup.reload("test")


def test_retention_is_saved_and_refused_beside_its_field(house: House) -> None:
    """A comma or a point, whole days, within what the standard allows."""
    assert put(house, "retention", RETENTION).status_code == 200
    kept = house.setup.settings.retention
    assert (kept.crop_days, kept.evidence_gb) == (14, 20.5)
    answer = put(
        house, "retention", RETENTION, crop_days="31", rows_days="90,5", evidence_gb="banyak"
    )
    assert codes(answer) == {
        "retention.crop_days": "number_range",
        "retention.rows_days": "number_whole",
        "retention.evidence_gb": "number_range",
    }
    assert house.setup.settings.retention == kept


def test_a_counter_that_is_not_served_is_not_judged_from_the_save_on(house: House) -> None:
    """It is a key of the counter's own table; the last one cannot be taken off."""
    path = house.setup.file.path
    text = path.read_text("utf-8")
    second = text[text.index("[[counters]]") :].replace("loket_1", "loket_2")
    path.write_text(text + "\n" + second.replace("0.05", "0.55").replace("0.45", "0.95"), "utf-8")
    house.setup.reload("test")
    answer = put(house, "roster", {"served": {"loket_1": False}})
    assert answer.status_code == 200
    assert [one["served"] for one in answer.json()["counters"]] == [False, True]
    assert house.setup.settings.rostered == {"loket_2"}
    assert codes(put(house, "roster", {"served": {"loket_2": False, "loket_1": False}})) == {
        "roster.served": "roster_none"
    }
    assert codes(put(house, "roster", {"served": {"loket_9": True}})) == {
        "roster.served": "counter_unknown"
    }


def test_notice_and_assessment_are_filled_from_the_settings(house: House) -> None:
    """What is missing says so, in the notice, in the assessment and in the list of what is open."""
    client = house.signed_in(Role.ADMIN)
    before = client.get("/api/v1/settings/assessment").json()["open"]
    assert "(belum diisi)" in client.get("/api/v1/settings/notice").text
    assert "controller" in read(house, "privacy")["missing"]
    assert put(house, "privacy", PRIVACY).status_code == 200
    assert put(house, "retention", RETENTION, crop_days="9").status_code == 200
    assert read(house, "privacy")["missing"] == ["opinion"]
    notice = client.get("/api/v1/settings/notice").json()
    told = " ".join(part["text"]["id"] for part in notice["parts"])
    for word in ("KPPN Contoh", "paling lama 9 hari", "(0724) 123456", "07.10", "72 jam"):
        assert word in told
    assert "(belum diisi)" not in told
    after = client.get("/api/v1/settings/assessment").json()
    assert after["open"] < before
    lines = [line for part in after["parts"] for line in part["lines"]]
    assert any("hall_1" in line["text"]["en"] for line in lines)
    assert any("Kamis, 1 Oktober 2026" in line["text"]["id"] for line in lines)
    assert codes(put(house, "privacy", PRIVACY, contact="a\u202eb", basis="x" * 700)) == {
        "privacy.contact": "text_marks",
        "privacy.basis": "text_long",
    }


def test_a_policy_with_an_unknown_key_is_refused_with_its_line_and_kept_nowhere(
    house: House,
) -> None:
    """Every fault at once, and the office goes on under the one it has."""
    lines = POLICY.splitlines()
    at = lines.index("[parameters]")
    broken = "\n".join([*lines[: at + 1], "obj_hold = 60", *lines[at + 1 :]])
    answer = house.signed_in(Role.ADMIN).post(
        "/api/v1/settings/policies", json={"version": house.setup.version, "content": broken}
    )
    assert codes(answer) == {"policy.content": "policy_key"}
    problem = answer.json()["error"]["detail"]["problems"][0]["text"]["id"]
    assert f"Baris {at + 2}" in problem
    assert "obj_hold" in problem
    head = "colour = 'merah'\n" + POLICY
    answer = house.signed_in(Role.ADMIN).post(
        "/api/v1/settings/policies", json={"version": house.setup.version, "content": head}
    )
    assert codes(answer) == {"policy.content": "policy_key"}
    number = POLICY.replace("det_hi = 0.60", "det_hi = 6")
    for content, code in (
        ("", "policy_missing"),
        ("id = ", "file_fault"),
        (number, "policy_number"),
    ):
        answer = house.signed_in(Role.ADMIN).post(
            "/api/v1/settings/policies", json={"version": house.setup.version, "content": content}
        )
        assert codes(answer) == {"policy.content": code}
    assert not (house.setup.file.path.parent / "policies").exists()
    assert codes(put(house, "policy", {"choice": "../../etc/passwd"})) == {
        "policy.choice": "policy_unknown"
    }


def test_a_policy_that_is_uploaded_waits_for_the_next_day(house: House) -> None:
    """No day is judged by two; the file lies beside the office's and is chosen in it."""
    newer = POLICY.replace('version = "2026.1"', 'version = "2026.2"')
    client = house.signed_in(Role.ADMIN)
    answer = client.post(
        "/api/v1/settings/policies", json={"version": house.setup.version, "content": newer}
    )
    assert answer.status_code == 201
    told = answer.json()
    assert "2026.2" in told["waiting"]
    assert "2026.1" in told["citation"]
    assert told["waiting_from"] == "2026-11-25T00:00:00+07:00"
    audited = house.store.audit_rows(limit=500)[-1][1].detail
    assert audited["policy_next"] == told["waiting"]
    assert audited["policy_from"] == "2026-11-25 00:00:00+07:00"
    (chosen,) = [one for one in told["choices"] if one["chosen"]]
    assert (house.setup.file.path.parent / chosen["choice"]).read_text("utf-8") == newer
    assert client.get("/api/v1/settings/policy/file").text == newer
    assert put(house, "policy", {"choice": "djpb-spm"}).json()["waiting"] is None


@pytest.mark.parametrize(
    "part",
    [
        *("", "dress", "roster", "policy", "retention", "privacy", "notice", "assessment"),
        *("accounts", "audit"),
    ],
)
def test_only_an_administrator_opens_a_part_of_the_settings(house: House, part: str) -> None:
    """403 in words, and nothing of the settings in the page."""
    path = f"/settings/{part}".rstrip("/")
    for role in (Role.VIEWER, Role.SUPERVISOR, Role.EVALUATOR):
        answer = house.signed_in(role).get(path, headers={"accept": "text/html"})
        assert answer.status_code == 403
        for word in ("Ramadan", "kemeja", "office.toml", "FO-B1", "settings.js", "hall_1"):
            assert word not in answer.text
    shown = house.signed_in(Role.ADMIN).get(path, headers={"accept": "text/html"})
    assert shown.status_code == 200
    assert "settings.js" in shown.text


def test_names_of_national_holidays_follow_the_language_of_the_page(house: House) -> None:
    """An office's own holiday keeps the name it was given."""
    client = house.signed_in(Role.ADMIN)
    html = {"Accept": "text/html"}
    assert "Hari Raya Natal" in client.get("/settings", headers=html).text
    client.cookies.set("siaga_language", "en")
    page = client.get("/settings", headers=html).text
    assert "Christmas Day" in page
    assert "Hari Raya Natal" not in page
    assert "weekend" in page


def test_a_refused_hour_is_said_as_it_is_typed(house: House) -> None:
    """`07.00` in Indonesian, `07:00` in English: as the fields beside it."""
    refused = put(house, "calendar", CALENDAR, closes="07.00")
    told = [one["text"] for one in refused.json()["error"]["detail"]["problems"]]
    assert any("tutup pukul 07.00" in one["id"] and "07:00" in one["en"] for one in told)
