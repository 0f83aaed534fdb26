"""The briefing of a day over a real store: pack, sheet in words, PDF, ticks."""

import io
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from service.accounts import Role
from service.board import CameraState
from service.calendar import CalendarSettings, OneOff, plan_day, working_day_before
from service.sheet import Sheet, Speaker, thought, thoughts
from service.sheet_pdf import pdf_of
from service.texts import Lang
from tests.fakes_office import ZONE, FakeOffice, fake_layout, fake_plan
from tests.fakes_week import MONDAY, POLICY, entry, monday, mondays_entries, quiet_day, remember
from tests.service.conftest import House
from vision.briefing import DayFacts, pack_of
from vision.entries import Entered, observed
from vision.layout import Layout
from vision.values import Outcome, Reason, Status

TUESDAY = "/api/v1/briefings/2026-11-24"
TICK: dict[str, object] = {"key": "tick-0000001", "item": "prayer", "value": "yes"}


@pytest.fixture
def siti(house: House) -> TestClient:
    """A supervisor of an office under the whole standard, with three weeks behind it."""
    house.office._policy = POLICY
    remember(house.store)
    return house.signed_in(Role.SUPERVISOR)


def test_the_pack_comes_from_the_last_working_day(siti: TestClient) -> None:
    """In both languages, with what it rests on beside each line."""
    told = siti.get(TUESDAY).json()
    assert (told["day"], told["facts_day"], told["working"]) == ("2026-11-24", "2026-11-23", True)
    assert told["at"] == "2026-11-24T07:30:00+07:00"
    late, bottle, greeting = told["evaluation"]
    assert late["sentence"]["id"] == (
        "Loket 2 baru terisi pukul 07.57. "
        "Hari ini mohon sudah siap di tempat paling lambat pukul 07.55."
    )
    assert bottle["sentence"]["en"].startswith("At Loket 3, seen on the desk from 10:20: bottle.")
    assert "belum pada 2 dari 3 layanan" in greeting["sentence"]["id"]
    assert told["opening"]["sentence"]["id"].startswith("Loket 1 dan Loket 3 sudah siap")
    assert told["camera"]["coverage"] == pytest.approx(22 / 24)
    assert told["camera"]["visible"] == pytest.approx(58 / 60)
    assert told["waiting"] == 1
    assert "tas" not in str(told["evaluation"]) + str(told["findings"])
    assert "siti" not in str(told)


def test_what_was_confirmed_after_the_day_is_in_the_pack(house: House, siti: TestClient) -> None:
    """A later record of the same span stands in the place of the earlier one."""
    bag = next(v for v in monday() if v.status is Status.PROVISIONAL)
    sure = replace(bag, status=Status.CONFIRMED, decided_at=bag.decided_at + timedelta(hours=5))
    house.store.add_record(sure)
    told = siti.get(TUESDAY).json()
    assert "FO-C2f" in [line["clause"] for line in told["findings"]]
    assert told["waiting"] == 0


def test_a_review_decides_whether_a_finding_is_said_aloud(house: House, siti: TestClient) -> None:
    """Agreed: it is named. Contested after that: it is not, until it is answered."""
    bag = next(v for v in monday() if v.status is Status.PROVISIONAL)
    record_id = house.store.add_record(bag)
    flag_id = house.store.open_flag(record_id, bag, (bag.since, bag.decided_at))

    def named() -> bool:
        told = siti.get(TUESDAY).json()
        return "FO-C2f" in [line["clause"] for line in told["findings"]]

    assert not named()
    version = house.store.reviews.history(flag_id).version
    body = {"version": version, "act": "agree"}
    assert siti.post(f"/api/v1/flags/{flag_id}/reviews", json=body).status_code == 201
    assert named()
    plea = {"words": "Tas itu milik tamu."}
    assert siti.post(f"/api/v1/flags/{flag_id}/contests", json=plea).status_code == 201
    assert not named()
    assert siti.get(TUESDAY).json()["contested"] == 1


def test_a_first_day_says_that_nothing_is_known(house: House) -> None:
    """The sheet stays usable: hours, motivation, ticks."""
    told = house.signed_in(Role.SUPERVISOR).get("/api/v1/briefings/2026-11-23").json()
    assert (told["evaluation"], told["appreciation"], told["opening"]) == ([], [], None)
    assert told["camera"]["coverage"] is None
    assert told["motivation"]["id"] in thoughts(Lang.ID)


def test_after_a_holiday_the_facts_come_from_before_it() -> None:
    """Monday's pack uses Friday; after closed days the last working day (docs/standard.md 5.3)."""
    closed = (OneOff(date(2026, 11, 20), True), OneOff(date(2026, 11, 19), True))
    calendar = CalendarSettings(ZONE, one_offs=closed)
    found = working_day_before(lambda day: plan_day(calendar, day), MONDAY)
    assert found == date(2026, 11, 18)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x"])
def test_a_day_that_no_calendar_answers_for_is_refused(siti: TestClient, day: str) -> None:
    """In words, not by breaking."""
    assert siti.get(f"/api/v1/briefings/{day}").status_code == 422


def test_a_narrow_token_hears_of_its_counters_only(house: House, siti: TestClient) -> None:
    """Existence does not leak into a sentence."""
    told = house.program("briefing", "counter:loket_1").get(TUESDAY).text
    for word in ("loket_2", "loket_3", "Loket 2", "Loket 3"):
        assert word not in told


# ------------------------------------------------------------ ticks


def test_a_tick_is_kept_once_and_decides_its_clause(house: House, siti: TestClient) -> None:
    """The day after, the supervisor's page says what was told."""
    first = siti.post(f"{TUESDAY}/ticks", json=TICK)
    again = siti.post(f"{TUESDAY}/ticks", json=TICK)
    assert (first.status_code, again.status_code) == (201, 200)
    assert siti.post(f"{TUESDAY}/ticks", json=TICK | {"value": "no"}).status_code == 409
    assert siti.get(TUESDAY).json()["ticks"] == [
        {
            "item": "prayer",
            "item_text": {"id": "Doa bersama", "en": "Joint prayer"},
            "value": "yes",
        }
    ]
    wednesday = siti.get("/api/v1/briefings/2026-11-25").json()
    clauses = {one["clause"]: one["outcome"] for one in wednesday["derived"]}
    assert clauses["BR-8"] == clauses["DO-1"] == "met"
    rows = [r for _, r in house.store.audit_rows(limit=500) if r.act == "briefing.tick"]
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("day", "changed", "code"),
    [
        ("2026-11-25", {}, "future"),
        ("2026-11-10", {}, "too_late"),
        ("2026-11-22", {}, "day_off"),
        ("2026-11-24", {"value": "perhaps"}, "invalid"),
        ("2026-11-24", {"item": "led_by", "value": "Bapak Budi"}, "invalid"),
        ("2026-11-24", {"item": "thought", "value": "list:99"}, "invalid"),
        ("2026-11-24", {"item": "thought", "value": "kata " * 41}, "invalid"),
        ("2026-11-24", {"item": "thought", "value": "a\u202eb"}, "invalid"),
        ("2026-11-24", {"item": "dance"}, "invalid"),
    ],
)
def test_a_tick_that_does_not_fit_is_refused(
    siti: TestClient, day: str, changed: dict[str, object], code: str
) -> None:
    """Who led is a role: a name is refused."""
    answer = siti.post(f"/api/v1/briefings/{day}/ticks", json=TICK | changed)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


def test_a_thought_is_chosen_the_evening_before_or_written(siti: TestClient) -> None:
    """From the list it speaks both languages; written it stays as it is."""
    tomorrow = "/api/v1/briefings/2026-11-25"
    siti.post(f"{tomorrow}/ticks", json=TICK | {"item": "thought", "value": "list:3"})
    assert siti.get(tomorrow).json()["motivation"] == {
        "id": thoughts(Lang.ID)[2],
        "en": thoughts(Lang.EN)[2],
    }
    own = {"key": "tick-0000002", "item": "thought", "value": "Pelan asal <b>selamat</b>"}
    siti.post(f"{tomorrow}/ticks", json=own)
    assert siti.get(tomorrow).json()["motivation"]["en"] == "Pelan asal <b>selamat</b>"


# ------------------------------------------------------------ the sheet in words


def fullest(lang: Lang, note: str = "x" * 140) -> Sheet:
    """A day on which everything is at its limit."""
    breaches = [
        replace(v, outcome=Outcome.NOT_MET, reason=Reason.PRESENT_OBJECT, status=Status.CONFIRMED)
        for v in quiet_day(MONDAY)
        if v.counter != "loket_1"
    ]
    good = [v for v in quiet_day(MONDAY) if v.counter == "loket_1"]
    entries = [
        *mondays_entries(),
        entry("FO-S6b", "loket_3", Entered.NOT_MET, note=note),
        entry("FO-S6a", "loket_3", Entered.MET, note=note),
    ]
    names = {"loket_1": "FO", "loket_2": "FO", "loket_3": "FO"}
    facts = DayFacts(MONDAY, names, (*breaches, *good), observed(entries, POLICY))
    pack = pack_of(MONDAY + timedelta(days=1), facts, (), POLICY)
    speaker = Speaker("KPPN Contoh", POLICY, fake_layout(), ZONE, lang)
    return speaker.sheet(pack, fake_plan(), {}, FakeOffice().board())


@pytest.mark.parametrize("lang", list(Lang))
def test_a_sheet_can_be_read_aloud_in_minutes(lang: Lang) -> None:
    """At most 220 words, however much was found (docs/standard.md 5.3)."""
    sheet = fullest(lang, note="kata " * 20)
    assert len(sheet.evaluation) == 3
    assert len(sheet.spoken.split()) <= 220
    for line in (*sheet.evaluation, *sheet.appreciation):
        assert "{" not in line.sentence
        assert line.sentence[0].isupper()


@pytest.mark.parametrize("lang", list(Lang))
def test_no_sentence_blames(lang: Lang) -> None:
    """Each asks for something today, and none threatens or counts the past."""
    spoken = fullest(lang).spoken.lower()
    blame = "salah lalai malas sanksi hukum teguran pelanggaran fault guilty lazy sanction punish"
    assert not [word for word in blame.split() if word in spoken]
    asked = "hari ini" if lang is Lang.ID else "today"
    for line in fullest(lang).evaluation:
        assert asked in line.sentence.lower()


def test_a_name_that_turns_the_direction_does_not_turn_the_sentence() -> None:
    """A counter may be called anything; the request after it must stay readable."""
    layout = fake_layout()
    odd = tuple(replace(c, name="\u202eLoket") for c in layout.counters)
    speaker = Speaker("KPPN", POLICY, Layout(layout.version, odd), ZONE, Lang.ID)
    assert speaker.name("loket_1") == "Loket"


def test_every_thought_is_short_and_the_turn_goes_round() -> None:
    """At most 40 words; each comes up."""
    for lang in Lang:
        assert all(len(words.split()) <= 40 for words in thoughts(lang))
    month = {thought(None, MONDAY + timedelta(days=n), Lang.ID) for n in range(31)}
    assert month == set(thoughts(Lang.ID))


def test_a_camera_that_is_down_is_said_today(siti: TestClient) -> None:
    """What is not seen is not judged; nobody should wonder."""
    board = FakeOffice().board()
    assert any(camera.state is CameraState.DARK for camera in board.cameras)
    assert "Kamera hall_2 terlalu gelap" in " ".join(fullest(Lang.ID).today)


# ------------------------------------------------------------ PDF


def words_of(pdf: bytes) -> str:
    """The text of a PDF, on one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


@pytest.mark.parametrize("lang", list(Lang))
def test_the_pdf_is_one_page_and_holds_every_word(siti: TestClient, lang: Lang) -> None:
    """Read back with another library than the one that wrote it."""
    began = time.perf_counter()
    answer = siti.get(f"{TUESDAY}/sheet.pdf", params={"lang": lang.value})
    assert time.perf_counter() - began < 3
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    text = words_of(answer.content)
    told = siti.get(TUESDAY).json()
    lines = [told["opening"], *told["evaluation"], *told["appreciation"]]
    for line in lines:
        assert line["sentence"][lang.value].replace("“", '"').replace("”", '"') in text
    assert told["motivation"][lang.value] in text


@pytest.mark.parametrize("lang", list(Lang))
def test_the_fullest_day_still_fits_on_one_page(lang: Lang) -> None:
    """The letters shrink, nothing is cut."""
    sheet = fullest(lang, note="panjang " * 17)
    made = pdf_of(replace(sheet, today=("Catatan. " * 12,) * 3), lang)
    assert len(PdfReader(io.BytesIO(made)).pages) == 1
    assert sheet.motivation in words_of(made)


def test_letters_that_the_fonts_lack_do_not_break_the_pdf() -> None:
    """A note may hold anything."""
    sheet = replace(fullest(Lang.ID), motivation="😀 “كتاب” — naïve")
    assert "- naïve" in words_of(pdf_of(sheet, Lang.ID))


def test_a_day_off_has_no_sheet(siti: TestClient) -> None:
    """There is no briefing on it."""
    answer = siti.get("/api/v1/briefings/2026-11-22/sheet.pdf")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "day_off")
