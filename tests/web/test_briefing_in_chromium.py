"""The sheet of the briefing: on a screen, on paper, on a phone; and its ticks."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader

from tests.fakes_week import POLICY, remember
from tests.web.stage import Stage, stage_in

pytestmark = pytest.mark.browser
PATH = "/briefing/2026-11-24"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An office under the whole standard, with three weeks behind it."""
    with stage_in(tmp_path) as made:
        made.office._policy = POLICY
        remember(made.store)
        yield made


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_sheet_fits_on_one_a4_page(
    open_page: Callable[..., Page], keep: Callable[[Page, str], None], lang: str
) -> None:
    """Printed from the browser it is one page, without the pages' own furniture."""
    page = open_page("/briefing", lang=lang)
    assert page.url.endswith(PATH)
    keep(page, f"briefing-1280-{lang}")
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    text = " ".join(normalize("NFKC", reader.pages[0].extract_text()).split())  # no ligatures
    assert {"id": "PENGARAHAN PAGI", "en": "MORNING BRIEFING"}[lang] in text
    assert {"id": "Loket 2 baru terisi", "en": "Loket 2: staffed only"}[lang] in text
    for furniture in ("Halaman pengawas", "Supervisor's page", "Cetak", "Print", "AGPL"):
        assert furniture not in text


def test_the_good_is_read_first(open_page: Callable[..., Page]) -> None:
    """Then the three parts in the order of the standard."""
    page = open_page(PATH)
    heads = page.locator(".sheet h2").all_inner_texts()
    assert [head.lower() for head in heads] == [
        "yang sudah baik",
        "evaluasi",
        "apresiasi",
        "motivasi",
        "hari ini",
    ]
    expect(page.locator(".sheet")).not_to_contain_text("terlihat tas")
    expect(page.locator(".supervisor")).to_contain_text("Menunggu tinjauan")


def test_what_is_ticked_is_kept_and_can_be_taken_back(
    open_page: Callable[..., Page], stage: Stage
) -> None:
    """By keyboard; after a reload it stands."""
    page = open_page(PATH)
    page.get_by_label("Doa bersama").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Tersimpan.", exact=True)).to_be_visible()
    page.get_by_label("Kepala Kantor").check()
    page.get_by_label("Evaluasi", exact=True).check()
    page.get_by_label("Evaluasi", exact=True).uncheck()
    expect(page.locator('[data-box="led_by.head"]')).to_have_class("box-tick is-on")
    page.reload()
    expect(page.get_by_label("Doa bersama")).to_be_checked()
    expect(page.get_by_label("Kepala Kantor")).to_be_checked()
    expect(page.get_by_label("Evaluasi", exact=True)).not_to_be_checked()


def test_a_tick_that_does_not_arrive_is_not_shown_as_kept(open_page: Callable[..., Page]) -> None:
    """The page asks three times, then says so and takes the mark back."""
    page = open_page(PATH)
    asked: list[str] = []

    def lose(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}")["key"])
        route.abort()

    page.route("**/ticks", lose)
    page.get_by_label("Motivasi", exact=True).click()
    expect(page.get_by_text("Belum tersimpan.")).to_be_visible()
    expect(page.get_by_label("Motivasi", exact=True)).not_to_be_checked()
    assert len(asked) == 3
    assert len(set(asked)) == 1


def test_a_motivation_is_chosen_or_written(open_page: Callable[..., Page]) -> None:
    """And stands on the sheet at once."""
    page = open_page(PATH)
    page.get_by_label("Pilih atau tulis motivasi").select_option("list:2")
    page.get_by_role("button", name="Pakai").click()
    expect(page.locator("#motivation")).to_contain_text("Lima menit yang kita siapkan")
    page.get_by_label("Pilih atau tulis motivasi").select_option("")
    page.get_by_label("Tulis sendiri").fill("Pelan asal <b>selamat</b>")
    page.get_by_role("button", name="Pakai").click()
    expect(page.locator("#motivation")).to_have_text("Pelan asal <b>selamat</b>")
    page.reload()
    expect(page.locator("#motivation")).to_have_text("Pelan asal <b>selamat</b>")


def test_a_first_day_and_a_day_off_are_said_in_words(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    """Nobody has to guess whether something is broken."""
    page = open_page("/briefing/2026-11-22")
    expect(page.get_by_text("Tidak ada pengarahan.")).to_be_visible()
    page.goto(page.url.replace("2026-11-22", "2026-10-12"))
    expect(page.get_by_text("Belum ada penilaian dan pengamatan")).to_be_visible()
    expect(page.get_by_text("Tidak ada catatan evaluasi.")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 720)])
def test_the_sheet_is_open_to_everybody(
    open_page: Callable[..., Page],
    violations: Callable[[Page], list[str]],
    keep: Callable[[Page, str], None],
    width: int,
    height: int,
) -> None:
    """axe finds nothing; a phone shows it without scrolling sideways."""
    page = open_page(PATH, width=width, height=height)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    keep(page, f"briefing-{width}-id")
