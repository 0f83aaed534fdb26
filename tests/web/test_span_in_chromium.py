"""A span of the day in a real browser: stored samples, jumps, and what would have been decided."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.policies import load_policy
from tests.fakes_office import clock
from tests.service.test_rejudging import again, story, version
from tests.web.conftest import OpenPage
from tests.web.stage import CHANGES, Stage, cup_sample

pytestmark = pytest.mark.browser

SPAN = "/replays?counter=loket_2&day=2026-11-24&time=07:54&minutes=2&check=desk_clear"


@pytest.fixture
def stored(stage: Stage, flag_id: int) -> Stage:
    """The cup's story as stored samples, beside the pictures that its flag keeps."""
    stage.store.add_samples([cup_sample(i) for i in range(24)])
    return stage


def test_stored_samples_are_scrubbed_and_jumped_with_the_pictures_that_are_kept(
    stored: Stage, open_page: OpenPage
) -> None:
    """The same replay as of a flag, for any moment of the day."""
    page = open_page(SPAN)
    expect(page.locator("#picture img.frame")).to_be_visible()
    expect(page.locator("#position")).to_contain_text("gambar 1 dari 24")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#position")).to_contain_text(f"gambar {CHANGES[0] + 1} dari 24")
    page.locator("#miss-here").click()
    expect(page).to_have_url(re.compile(r"/misses/new\?counter=loket_2&at=2026-11-24T07%3A54$"))
    expect(page.locator("#time")).to_have_value("07:54")


def test_a_sample_of_which_no_picture_is_kept_still_shows_its_boxes(
    stage: Stage, open_page: OpenPage
) -> None:
    """Pictures are kept of flags only; what frames said is kept of all."""
    stage.store.add_samples([cup_sample(CHANGES[1])])
    page = open_page(SPAN)
    expect(page.locator("#picture-note")).to_contain_text("tidak disimpan")
    expect(page.locator("[data-label=cup] rect")).to_be_visible()


def test_a_span_of_which_nothing_is_kept_says_so(open_page: OpenPage) -> None:
    """An empty player would look broken."""
    page = open_page(SPAN)
    expect(page.locator("#picture-note")).to_contain_text("Tidak ada gambar tersimpan")
    page.get_by_role("button", name="Nilai ulang").click()
    expect(page.locator("#whatif-answer")).to_contain_text("tidak ada yang dapat dinilai ulang")


def test_another_number_lists_the_verdicts_that_differ(stage: Stage, open_page: OpenPage) -> None:
    """And a number out of its range is refused beside the field, what was typed stays."""
    stage.office._policy = load_policy("djpb-spm")
    stage.store.add_samples([s for s in story() if s.captured_at < clock(7, 57)])
    page = open_page(SPAN)
    page.locator("#number").select_option("obj_repeat")
    expect(page.locator("#range")).to_have_text("sekarang 2, boleh 1 sampai 20")
    page.locator("#value").fill("99")
    page.get_by_role("button", name="Nilai ulang").click()
    expect(page.locator("#whatif-fault")).to_contain_text("expected 1 to 20, got 99")
    expect(page.locator("#value")).to_have_value("99")
    page.locator("#value").fill("20")
    page.get_by_role("button", name="Nilai ulang").click()
    answer = page.locator("#whatif-answer")
    # Nothing of this morning is on record here, so every verdict is one that differs.
    expect(answer).to_contain_text("hasil berbeda")
    expect(answer.locator("li", has_text="FO-C2a").first).to_contain_text("tanpa hasil")


def test_another_version_of_the_standard_is_chosen_beside_the_numbers(
    stage: Stage, open_page: OpenPage, keep: Callable[[Page, str], None]
) -> None:
    """A morning of an earlier version: by that one nothing differs; its own numbers are offered."""
    older = load_policy("djpb-spm")
    stage.office._policy = newer = version(older, obj_repeat=20)
    unread = replace(older, version="2020.1", text="id = 'djpb-spm'")
    for held, since in ((unread, clock(5, 0)), (older, clock(6, 0)), (newer, clock(23, 0))):
        stage.store.keep_policy(held, since)
    stage.store.add_samples(story())
    for verdict in again(story(), older).values():
        stage.store.add_record(verdict)
    stage.office.turn(clock(8, 1))
    page = open_page(SPAN, width=1280, height=1000)
    page.locator("#slot").select_option(index=1)  # at its end, not at T-5
    choice = page.locator("#policy")
    expect(choice.locator("option")).to_have_text(
        [
            re.compile(f"{newer.citation}, sekarang"),
            re.compile(f"{older.citation}, mulai .*06.00"),
            re.compile("2020.1 .*tidak terbaca"),
        ]
    )
    expect(choice.locator("option").nth(2)).to_be_disabled()
    page.locator("#number").select_option("obj_repeat")
    expect(page.locator("#value")).to_have_value("20")
    page.get_by_role("button", name="Nilai ulang").click()
    answer = page.locator("#whatif-answer")
    cup = answer.locator("li", has_text="FO-C2a").first
    expect(cup.locator("small")).to_have_text(  # a busy machine judges twice in more than 5 s
        [older.citation, newer.citation], timeout=20000
    )
    keep(page, "span-versions-1280-id")
    choice.select_option(older.citation)
    expect(page.locator("#number")).to_have_value("obj_repeat")
    expect(page.locator("#value")).to_have_value("2")
    page.get_by_role("button", name="Nilai ulang").click()
    expect(answer).to_contain_text("sama dengan yang tercatat")
    expect(answer).to_contain_text(f"Dinilai menurut {older.citation}")
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep(page, "span-versions-360-id")


def test_a_flag_is_downloaded_as_one_file_that_opens_alone(
    stage: Stage, open_page: OpenPage, flag_id: int, tmp_path: Path
) -> None:
    """For a request with a number; the file needs neither server nor network."""
    page = open_page(f"/flags/{flag_id}")
    page.locator("#request").fill("ND-12/2026")
    with page.expect_download() as started:
        page.get_by_role("button", name="Unduh sebagai satu berkas").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    stage.stop()
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Terlihat cangkir di meja")
    expect(page.locator(".shot img")).to_have_count(24)
    sizes = page.evaluate("[...document.querySelectorAll('.shot img')].map((i) => i.naturalWidth)")
    assert all(size == 320 for size in sizes)


def test_the_span_page_is_accessible_and_fits_a_phone(
    stored: Stage,
    open_page: OpenPage,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """axe finds nothing; pictures are kept to look at."""
    page = open_page(SPAN, lang="en")
    expect(page.locator("#picture img.frame")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep(page, f"span-{width}-en")


def test_a_span_of_another_day_is_chosen_in_the_page(stored: Stage, open_page: OpenPage) -> None:
    """By its form, without script."""
    page = open_page("/replays")
    page.locator("select[name=counter]").select_option("loket_2")
    page.get_by_label("Dari pukul").fill("07:54")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator("#position")).to_contain_text("dari 24")
