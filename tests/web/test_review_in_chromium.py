"""Tinjau in a real browser: by keyboard alone, two at once, blind, nothing typed is lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from service.reviews import ReviewDesk, Said
from service.store import Queue
from tests.fakes_office import clock, fake_verdict
from tests.service.cases import YESTERDAY, met, pictured, sampled_clause
from tests.web.conftest import OpenPage
from tests.web.stage import CHANGES, Stage, add_cup_flag, cup_picture
from vision.life import Act, Ground, asks_again
from vision.values import Outcome, Reason

pytestmark = pytest.mark.browser


def desk(stage: Stage) -> ReviewDesk:
    """Where a colleague answers."""
    made: ReviewDesk = stage.app.state.door.desk()
    return made


def others(stage: Stage, count: int = 1) -> list[int]:
    """More flags that wait, without pictures."""
    made = []
    for n in range(count):
        verdict = fake_verdict(
            clause="FO-A6", reason=Reason.MISSING_ITEM, decided_at=clock(7, 55) + n * timedelta(1)
        )
        record_id = stage.store.add_record(verdict)
        made.append(stage.store.open_flag(record_id, verdict, (clock(7, 54), clock(7, 56))))
    return made


def says(stage: Stage, flag_id: int) -> list[tuple[str, str | None, str]]:
    """What was kept about a flag."""
    rows = stage.store.reviews.history(flag_id).reviews
    return [(row.act.value, row.ground, row.note) for row in rows]


def colleague(stage: Stage, flag_id: int, act: Act, ground: Ground | None = None) -> None:
    """Another reviewer answers."""
    version = stage.store.reviews.history(flag_id).version
    desk(stage).review(flag_id, version, Said("rekan", act, ground, "gelas tamu"))


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_queue_is_worked_through_by_keyboard_alone(
    stage: Stage, open_page: OpenPage, flag_id: int, lang: str, width: int
) -> None:
    """From the list to the last answer without a mouse, in either language, on any screen."""
    (second,) = others(stage)
    page = open_page("/reviews", lang=lang, width=width)
    press = page.keyboard.press
    press("ArrowDown")
    press("Enter")
    expect(page).to_have_url(re.compile(rf"/reviews/{flag_id}\?queue=first"))
    expect(page.locator("#picture img.frame")).to_be_visible()
    # It opens at the picture that the verdict rests on.
    expect(page.locator("#scrub")).to_have_value(str(CHANGES[2] - 1))
    press("ArrowLeft")
    expect(page.locator("#scrub")).to_have_value(str(CHANGES[2] - 2))
    press("Space")
    expect(page.locator("#play")).to_have_class(re.compile("is-playing"))
    press("Space")
    press("t")
    expect(page.locator("#grounds-met")).to_be_visible()
    press("3")
    press("Enter")
    expect(page).to_have_url(re.compile(rf"/reviews/{second}\?queue=first&done={flag_id}"))
    expect(page.locator(".review-done")).to_contain_text(str(flag_id))
    press("s")
    expect(page).to_have_url(re.compile(rf"/reviews\?queue=first&done={second}"))
    assert says(stage, flag_id) == [("met", "visitors", "")]
    assert says(stage, second) == [("agree", None, "")]
    expect(page.locator(".flag-row")).to_have_count(0)


def test_a_doubtful_picture_is_answered_with_r_and_a_note(
    stage: Stage, open_page: OpenPage, flag_id: int
) -> None:
    """OTHER asks for words; they are sent as typed, and S and T are letters there."""
    page = open_page(f"/reviews/{flag_id}")
    press = page.keyboard.press
    press("r")
    press("4")
    expect(page.locator("#note")).to_be_focused()
    press("Enter")
    expect(page.locator("#answer-fault")).to_have_text("Tulis dahulu catatannya.")
    page.keyboard.type("Sinar senja & 'pantulan' <kaca> 🙂")
    press("Enter")
    expect(page).to_have_url(re.compile("done="))
    assert says(stage, flag_id) == [("cannot_tell", "other", "Sinar senja & 'pantulan' <kaca> 🙂")]


def test_an_answer_without_its_ground_is_asked_for_and_escape_takes_it_back(
    stage: Stage, open_page: OpenPage, flag_id: int
) -> None:
    """Nothing is sent by accident."""
    page = open_page(f"/reviews/{flag_id}")
    page.keyboard.press("t")
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator("#answer-fault")).to_have_text("Pilih dahulu alasannya.")
    page.keyboard.press("Escape")
    expect(page.locator("#grounds-met")).to_be_hidden()
    assert says(stage, flag_id) == []


def test_who_comes_second_is_told_what_happened_and_loses_nothing(
    stage: Stage, open_page: OpenPage
) -> None:
    """Two reviewers at once on one flag; the draft survives the reload."""
    flag_id = add_cup_flag(stage, frames=2)
    if asks_again(stage.store.reviews.history(flag_id).record_id, 0.2):
        pytest.skip("this record is in the blind sample")
    page = open_page(f"/reviews/{flag_id}")
    page.keyboard.press("t")
    page.keyboard.press("7")
    page.keyboard.type("botol petugas kebersihan")
    colleague(stage, flag_id, Act.AGREE)
    page.keyboard.press("Enter")
    fault = page.locator("#answer-fault")
    expect(fault).to_contain_text("rekan lebih dahulu menjawab: setuju")
    expect(page.locator("#note")).to_have_value("botol petugas kebersihan")
    fault.get_by_role("button", name="Muat ulang").click()
    expect(page.locator(".said-by")).to_contain_text("rekan")
    expect(page.locator("#note")).to_have_value("botol petugas kebersihan")
    expect(page.locator("#grounds-met input[value=other]")).to_be_checked()
    page.keyboard.press("Escape")
    assert says(stage, flag_id) == [("agree", None, "gelas tamu")]


def test_a_line_that_is_cut_loses_nothing_that_was_typed(
    stage: Stage, open_page: OpenPage, flag_id: int
) -> None:
    """The page says so and sends again when asked."""
    page = open_page(f"/reviews/{flag_id}")
    cut: Callable[[Route], None] = lambda route: route.abort()  # noqa: E731
    page.route("**/api/v1/flags/*/reviews", cut)
    page.keyboard.press("r")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#answer-fault")).to_contain_text("Tidak terkirim")
    expect(page.locator("#grounds-cannot_tell input[value=unclear]")).to_be_checked()
    page.unroute("**/api/v1/flags/*/reviews", cut)
    page.get_by_role("button", name="Kirim").click()
    expect(page).to_have_url(re.compile("done="))
    assert says(stage, flag_id) == [("cannot_tell", "unclear", "")]


def test_a_verdict_that_moved_while_the_page_was_open_is_not_confirmed(
    stage: Stage, open_page: OpenPage, flag_id: int
) -> None:
    """A three-hour-old tab accuses nobody who cleared the desk in time."""
    page = open_page(f"/reviews/{flag_id}")
    cleared = fake_verdict("loket_2", "FO-C2a", Outcome.MET, None, clock(7, 56))
    stage.store.add_record(cleared)
    page.keyboard.press("s")
    expect(page.locator("#answer-fault")).to_contain_text("Hasil penilaian baru saja berubah")
    page.get_by_role("button", name="Muat ulang").click()
    expect(page.locator(".answer")).to_contain_text("hasil yang lebih baru berlaku")
    expect(page.locator("#answer")).to_have_count(0)
    assert says(stage, flag_id) == []


def test_a_second_reviewer_sees_no_trace_of_the_first_answer(
    stage: Stage, open_page: OpenPage
) -> None:
    """Neither on the page nor in anything it fetched; afterwards both stand side by side."""
    flag_id = sampled(stage)
    colleague(stage, flag_id, Act.MET, Ground.VISITORS)
    heard: list[str] = []
    page = open_page("/reviews?queue=second")
    page.on("response", lambda got: heard.append(got.text()) if "/api/" in got.url else None)
    page.get_by_role("link", name="Mulai meninjau").click()
    expect(page.get_by_text("jawaban pertama sengaja tidak ditampilkan")).to_be_visible()
    expect(page.locator("#picture-note")).to_contain_text("tidak disimpan")
    for told in (page.content(), *heard):
        for word in ("gelas tamu", "overturned", "rekan", "dibatalkan"):
            assert word not in told, word
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("done="))
    page.goto(f"{stage.url}/reviews/{flag_id}?queue=differ")
    expect(page.locator(".said-by")).to_contain_text("gelas tamu")
    expect(page.locator(".said-stands")).to_contain_text("tidak dapat dinilai")


def sampled(stage: Stage) -> int:
    """A flag in the blind sample."""
    for n in range(200):
        verdict = fake_verdict(clause=f"FO-S{n}", reason=Reason.PRESENT_OBJECT)
        record_id = stage.store.add_record(verdict)
        if asks_again(record_id, 0.2):
            return stage.store.open_flag(record_id, verdict, (clock(7, 54), clock(7, 56)))
    raise AssertionError("no such record among 200")


def test_a_contest_is_written_answered_and_read_with_its_clock(
    stage: Stage, open_page: OpenPage, flag_id: int
) -> None:
    """The whole way of a plea; a fault stands beside its field and the words stay."""
    page = open_page(f"/contests/new?flag={flag_id}")
    page.get_by_role("button", name="Kirim sanggahan").click()
    expect(page.locator("[data-fault=words]")).to_have_text("Isi dahulu bagian ini.")
    expect(page.locator("#words-field")).to_be_focused()
    page.keyboard.type("Cangkir milik tamu <b>satker</b> \u202eunat\u202c")
    page.get_by_role("button", name="Kirim sanggahan").click()
    expect(page).to_have_url(re.compile("/contests$"))
    expect(page.locator(".contest")).to_contain_text("<b>satker</b>")
    expect(page.locator(".contest .clock")).to_contain_text("sisa 3 hari")
    # The demo's own contest is for somebody else; a colleague answers.
    page.goto(f"{stage.url}/reviews/{flag_id}?queue=contest")
    expect(page.locator(".answer")).to_contain_text("dijawab oleh peninjau lain")
    (row,) = stage.store.reviews.contests()
    version = stage.store.reviews.history(flag_id).version
    desk(stage).answer(row, version, Said("rekan", Act.MET, Ground.VISITORS, ""))
    page.goto(f"{stage.url}/contests")
    expect(page.locator(".contest-answer")).to_contain_text("Diterima: klausul terpenuhi")
    page.goto(f"{stage.url}/contests/new?flag={flag_id}")
    page.locator("#words-field").fill("sekali lagi")
    page.get_by_role("button", name="Kirim sanggahan").click()
    expect(page.locator('[data-fault=""]')).to_contain_text("tidak dapat disanggah")
    expect(page.locator("#words-field")).to_have_value("sekali lagi")


def test_a_contest_is_answered_by_keyboard_while_its_clock_runs(
    stage: Stage, open_page: OpenPage, flag_id: int
) -> None:
    """S upholds; a late one says so in words."""
    plea = desk(stage).contest(flag_id, "staf", "Itu milik tamu.")
    stage.office.change(replace(stage.office.board(), now=plea.due_at + timedelta(hours=2)))
    page = open_page(f"/reviews/{flag_id}?queue=contest")
    expect(page.locator(".flag-line .clock")).to_contain_text("terlambat 2 jam")
    expect(page.locator(".plea")).to_contain_text("Itu milik tamu.")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(r"/reviews\?queue=contest&done="))
    (row,) = stage.store.reviews.contests()
    assert row.answer is not None
    assert row.answer.act is Act.AGREE


def test_a_miss_is_reported_from_a_moment_of_the_day(stage: Stage, open_page: OpenPage) -> None:
    """What has not come yet is refused beside its field, and the rest stays."""
    page = open_page("/misses/new?counter=loket_2")
    expect(page.locator("#counter")).to_have_value("loket_2")
    page.locator("#clause").select_option("FO-C2a")
    page.locator("#time").fill("09:30")
    page.locator("#note").fill("gelas di balik layar")
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.locator("[data-fault=at]")).to_contain_text("belum terjadi")
    expect(page.locator("#note")).to_have_value("gelas di balik layar")
    page.locator("#time").fill("07:56")
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page).to_have_url(re.compile("/reviews$"))
    (row,) = stage.store.reviews.misses(clock(7, 0).date(), clock(7, 0).date())
    assert (row.counter, row.clause, row.note) == ("loket_2", "FO-C2a", "gelas di balik layar")


def test_a_queue_of_thousands_says_how_many_and_shows_a_page(
    stage: Stage, open_page: OpenPage
) -> None:
    """Fifty at a time, by link."""
    others(stage, 60)
    page = open_page("/reviews")
    expect(page.locator(".tabs [aria-current]")).to_contain_text("60")
    expect(page.locator("#queue .flag-row")).to_have_count(50)
    page.get_by_role("link", name="Berikutnya").click()
    expect(page.locator("#queue .flag-row")).to_have_count(10)


SIZES = {"id": ((360, 740), (1280, 800)), "en": ((360, 740),)}


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_pages_of_review_are_accessible_at_every_size(
    stage: Stage,
    open_page: OpenPage,
    flag_id: int,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
    lang: str,
) -> None:
    """axe finds nothing, nothing is wider than the screen, and pictures are kept to look at."""
    contested = others(stage)[0]
    desk(stage).contest(contested, "staf", "Tanda pengenal tertutup jaket, tetapi terpasang.")
    page = open_page(f"/reviews/{flag_id}", lang=lang)
    expect(page.locator("#picture img.frame")).to_be_visible()
    page.keyboard.press("t")
    paths = (
        (None, "review"),
        (f"/reviews/{contested}?queue=contest", "review-contest"),
        ("/reviews", "reviews"),
        ("/contests", "contests"),
        (f"/contests/new?flag={flag_id}", "contest-new"),
        ("/misses/new", "miss-new"),
        ("/accuracy", "accuracy"),
    )
    for path, name in paths:
        if path is not None:
            page.goto(stage.url + path, wait_until="domcontentloaded")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for width, height in SIZES[lang]:
            page.set_viewport_size({"width": width, "height": height})
            assert violations(page) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            keep(page, f"{name}-{width}-{lang}")


def test_the_sample_of_met_verdicts_is_looked_at_again_without_the_verdict(
    stage: Stage,
    open_page: OpenPage,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """From the tab over the pictures to the next place; who comes second is told so."""
    moment = clock(7, 56) - YESTERDAY
    sha = stage.evidence.add(cup_picture(CHANGES[1]))
    first = met(stage.store, sampled_clause(moment, "loket_2"))
    second = met(stage.store, sampled_clause(moment, "loket_2", skip=1))
    pictured(stage.store, moment, sha=sha)
    page = open_page("/reviews")
    page.get_by_role("link", name="Uji petik").click()
    expect(page.locator("#queue li")).to_have_count(2)
    keep(page, "rechecks-1280-id")
    page.locator("#queue a").first.click()
    expect(page).to_have_url(re.compile(f"/rechecks/{first}$"))
    picture = page.locator(".recheck-pictures img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("(i) => i.decode().then(() => i.naturalWidth)") == 320
    page.get_by_role("button", name="Simpan jawaban").click()
    expect(page.locator("#outcome-fault")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep(page, f"recheck-{width}-id")
    page.locator("#outcome").select_option("not_met")
    page.locator("#note").fill("cangkir di balik layar")
    page.get_by_role("button", name="Simpan jawaban").click()
    expect(page).to_have_url(re.compile(f"/rechecks/{second}$"))
    expect(page.locator("#note")).to_have_value("")
    (row,) = stage.store.rechecks.rows(moment.date(), moment.date())
    assert (row.record_id, row.outcome, row.note) == (
        first,
        Outcome.NOT_MET,
        "cangkir di balik layar",
    )
    stage.store.rechecks.add(
        replace(row, record_id=second, clause=stage.store.record(second).verdict.clause)
    )
    page.locator("#outcome").select_option("met")
    page.get_by_role("button", name="Simpan jawaban").click()
    expect(page.get_by_text("sudah dijawab orang lain")).to_be_visible()
    page.goto(stage.url + "/rechecks")
    expect(page.locator("p.note")).to_have_text("Tidak ada yang menunggu uji petik.")


def test_every_queue_says_in_words_when_it_is_empty(open_page: OpenPage) -> None:
    """An empty page would look broken."""
    page = open_page("/reviews")
    for queue in Queue:
        page.goto(page.url.partition("?")[0] + f"?queue={queue}")
        expect(page.locator("p.note")).not_to_be_empty()
