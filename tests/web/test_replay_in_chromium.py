"""The replay of a flag in a real browser: by mouse, by keyboard alone, boxes where things are."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.store.retention import Retention
from tests.fakes_office import clock
from tests.web.conftest import OpenPage
from tests.web.stage import CHANGES, CROP, FRAMES, Stage, add_cup_flag, cup_verdict
from vision.values import Status

pytestmark = pytest.mark.browser

CUP = (420.0, 240.0, 470.0, 290.0)


def position(page: Page, n: int) -> None:
    """Expect the n-th picture (from 1) to be shown."""
    expect(page.locator("#position")).to_contain_text(f"gambar {n} dari {FRAMES}")
    expect(page.locator("#scrub")).to_have_value(str(n - 1))


def opened(open_page: OpenPage, flag_id: int, **kind: object) -> Page:
    """The flag's page with its first picture shown."""
    page = open_page(f"/flags/{flag_id}", **kind)
    expect(page.locator("#picture img.frame")).to_be_visible()
    return page


def test_the_verdict_stands_in_words_with_its_clause_and_its_numbers(
    open_page: OpenPage, flag_id: int
) -> None:
    """Clause text in both languages, numbers against thresholds, and how far it has come."""
    page = opened(open_page, flag_id)
    expect(page.get_by_role("heading", level=1)).to_have_text("Terlihat cangkir di meja")
    expect(page.locator(".flag-outcome")).to_have_text("tidak terpenuhi")
    expect(page.get_by_text("Sementara sampai dikonfirmasi")).to_be_visible()
    expect(page.locator("p[lang=id]")).to_have_text("tidak ada peralatan makan/minum di meja")
    expect(page.locator("p[lang=en]")).to_have_text("no eating or drinking things on the desk")
    expect(page.locator(".measures")).to_contain_text("10%")
    expect(page.locator(".measures")).to_contain_text("90%")
    expect(page.locator(".facts").first).to_contain_text("Selasa, 24 November 2026 07.55.30 WIB")


def test_pictures_are_stepped_and_scrubbed_and_say_what_they_said(
    open_page: OpenPage, flag_id: int
) -> None:
    """Every picture with every check, outcome and reason."""
    page = opened(open_page, flag_id)
    position(page, 1)
    expect(page.locator("#says")).to_have_text("terpenuhi")
    page.get_by_role("button", name="Gambar berikutnya").click()
    position(page, 2)
    page.get_by_role("button", name="Gambar sebelumnya").click()
    position(page, 1)
    page.locator("#scrub").fill(str(CHANGES[1]))
    position(page, CHANGES[1] + 1)
    expect(page.locator("#says")).to_have_text("tidak terpenuhi: benda terlihat")
    said = page.locator("#said tr")
    expect(said).to_have_count(3)
    expect(said.first).to_contain_text("Meja bebas barang pribadi")
    expect(said.first).to_contain_text("tidak terpenuhi")
    expect(said.first).to_contain_text("cangkir 0,83")
    expect(page.locator("#view")).to_contain_text("kecerahan 119")
    expect(page.locator("#position")).to_contain_text("07.54.45")


def test_a_jump_leads_to_the_next_change(open_page: OpenPage, flag_id: int) -> None:
    """An evaluator looks at the moments in which something happened."""
    page = opened(open_page, flag_id)
    forward = page.get_by_role("button", name="Perubahan berikutnya")
    for change in CHANGES:
        forward.click()
        position(page, change + 1)
    forward.click()
    position(page, FRAMES)
    page.get_by_role("button", name="Perubahan sebelumnya").click()
    position(page, CHANGES[-1] + 1)


def test_it_plays_pauses_and_stops_at_the_end(open_page: OpenPage, flag_id: int) -> None:
    """And pressing play at the end begins anew."""
    page = opened(open_page, flag_id)
    page.get_by_label("Laju").select_option("30")
    page.get_by_role("button", name="Putar", exact=True).click()
    expect(page.get_by_role("button", name="Jeda")).to_be_visible()
    position(page, FRAMES)
    expect(page.get_by_role("button", name="Putar", exact=True)).to_be_visible()
    page.get_by_label("Laju").select_option("2")
    page.get_by_role("button", name="Putar", exact=True).click()
    position(page, 2)
    page.get_by_role("button", name="Jeda").click()
    stood = page.locator("#position").inner_text()
    page.wait_for_timeout(900)
    assert page.locator("#position").inner_text() == stood


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_boxes_and_zones_lie_where_the_things_are(
    open_page: OpenPage, flag_id: int, width: int
) -> None:
    """The picture is a part of its frame; boxes are in pixels of the frame."""
    page = opened(open_page, flag_id, width=width, height=900)
    page.locator("#scrub").fill(str(CHANGES[1]))
    position(page, CHANGES[1] + 1)
    places = page.evaluate(
        """() => {
          const place = (e) => { const r = e.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom] };
          return {
            image: place(document.querySelector('#picture img.frame')),
            cup: place(document.querySelector('[data-label=cup] rect')),
            desk: place(document.querySelector('[data-zone=desk] polygon')),
          } }"""
    )
    desk = (0.55 * 640, 0.6 * 360, 0.95 * 640, 0.9 * 360)
    for name, expected in (("cup", CUP), ("desk", desk)):
        assert places[name] == pytest.approx(on_screen(expected, places["image"]), abs=1.5), name


def on_screen(
    xyxy: tuple[float, float, float, float], image: list[float]
) -> tuple[float, float, float, float]:
    """Where pixels of the frame are shown, the picture being CROP of it."""
    left, top, right, bottom = CROP
    across = (image[2] - image[0]) / (right - left)
    down = (image[3] - image[1]) / (bottom - top)
    return (
        image[0] + (xyxy[0] - left) * across,
        image[1] + (xyxy[1] - top) * down,
        image[0] + (xyxy[2] - left) * across,
        image[1] + (xyxy[3] - top) * down,
    )


def test_boxes_and_zones_can_be_taken_away(open_page: OpenPage, flag_id: int) -> None:
    """To look at the bare picture."""
    page = opened(open_page, flag_id)
    page.locator("#scrub").fill(str(CHANGES[1]))
    cup, desk = page.locator("[data-label=cup] rect"), page.locator("[data-zone=desk] polygon")
    expect(cup).to_be_visible()
    page.get_by_label("Kotak").uncheck()
    expect(cup).to_be_hidden()
    expect(desk).to_be_visible()
    page.get_by_label("Zona").uncheck()
    expect(desk).to_be_hidden()


def test_the_timeline_says_by_form_and_colour_what_each_picture_said(
    open_page: OpenPage, flag_id: int
) -> None:
    """One mark per picture, of three forms."""
    page = opened(open_page, flag_id)
    marks = page.evaluate(
        "[...document.querySelectorAll('#timeline path')].map((p) => p.dataset.outcome)"
    )
    hidden, there, gone = CHANGES
    assert marks == (
        ["met"] * hidden
        + ["cannot_tell"] * (there - hidden)
        + ["not_met"] * (gone - there)
        + ["met"] * (FRAMES - gone)
    )
    forms = page.evaluate(
        """[...document.querySelectorAll('#timeline path')].map((p, i) =>
        p.getAttribute('d').replace(/[\\d.]+/g, '') + p.getBBox().height.toFixed(1))"""
    )
    assert len(set(forms)) == 3


def test_the_whole_replay_is_used_by_keyboard_alone(open_page: OpenPage, flag_id: int) -> None:
    """Space plays, arrows step, shift jumps, B and Z take boxes and zones away."""
    page = opened(open_page, flag_id)
    press = page.keyboard.press
    press("ArrowRight")
    position(page, 2)
    press("ArrowLeft")
    position(page, 1)
    press("ArrowLeft")
    position(page, 1)
    press("Shift+ArrowRight")
    position(page, CHANGES[0] + 1)
    press("End")
    position(page, FRAMES)
    press("Home")
    position(page, 1)
    press("b")
    expect(page.get_by_label("Kotak")).not_to_be_checked()
    press("z")
    expect(page.get_by_label("Zona")).not_to_be_checked()
    press("Space")
    expect(page.locator("#play")).to_have_class(re.compile("is-playing"))
    press("Space")
    expect(page.locator("#play")).not_to_have_class(re.compile("is-playing"))


def test_every_control_is_reached_with_the_tab_key_and_shows_its_focus(
    open_page: OpenPage, flag_id: int
) -> None:
    """In the order in which it is read; the first stop leads past the header."""
    page = opened(open_page, flag_id)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Langsung ke isi")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    reached: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        if reached[-1]:
            width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert width == "3px", reached[-1]
    controls = [
        "scrub",
        "back-change",
        "back-step",
        "play",
        "next-step",
        "next-change",
        "pace",
        "boxes",
        "zones",
    ]
    assert [name for name in reached if name in controls][: len(controls)] == controls
    page.locator("#next-change").focus()
    page.keyboard.press("Enter")
    position(page, CHANGES[0] + 1)
    page.keyboard.press("Space")
    position(page, CHANGES[1] + 1)
    page.locator("#scrub").focus()
    page.keyboard.press("ArrowRight")
    position(page, CHANGES[1] + 2)


def test_from_the_board_to_the_evidence_and_back_by_keyboard(
    open_page: OpenPage, flag_id: int
) -> None:
    """The path that is walked every morning."""
    page = open_page("/")
    page.get_by_role("link", name="Lihat bukti").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/flags/{flag_id}$"))
    page.get_by_role("link", name="Semua temuan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Putar ulang")
    page.get_by_role("link", name="Siap?").focus()
    page.keyboard.press("Enter")
    expect(page.locator("article.tile")).to_have_count(3)


def test_a_confirmed_flag_shows_its_history(
    stage: Stage, open_page: OpenPage, flag_id: int
) -> None:
    """Records are never edited: the provisional one stays under the confirmed one."""
    confirmed = cup_verdict(Status.CONFIRMED, clock(8, 20))
    record_id = stage.store.add_record(confirmed)
    stage.store.open_flag(record_id, confirmed, (clock(7, 54), clock(7, 56)))
    page = opened(open_page, flag_id)
    expect(page.locator(".history li")).to_have_count(2)
    expect(page.locator(".history li").last).to_contain_text("dikonfirmasi")
    expect(page.locator(".flag-head")).to_have_class(re.compile("tone-red"))


@pytest.mark.parametrize(
    ("swept", "words"),
    [
        (True, "Gambar ini sudah dihapus sesuai aturan simpan."),
        (False, "Gambar ini tidak dapat dimuat."),
    ],
    ids=("by the rule", "by an accident"),
)
def test_pictures_that_are_gone_are_said_to_be_gone(
    stage: Stage, open_page: OpenPage, swept: bool, words: str
) -> None:
    """What every frame said is still there; the page says why there is no picture."""
    flag_id = add_cup_flag(stage, frames=3)
    for kept in stage.store.flag(flag_id).frames:
        stage.evidence.delete(kept.sha)
    if swept:
        stage.store.sweep(clock(9, 0), Retention(), stage.evidence)
    page = open_page(f"/flags/{flag_id}")
    expect(page.locator("#picture-note")).to_have_text(words)
    expect(page.locator("#said tr")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#position")).to_contain_text("gambar 2 dari 3")


def test_a_flag_without_pictures_still_says_its_verdict(stage: Stage, open_page: OpenPage) -> None:
    """Nothing to play, and no control that pretends."""
    flag_id = add_cup_flag(stage, frames=0)
    page = open_page(f"/flags/{flag_id}")
    expect(page.locator("#picture-note")).to_contain_text("tidak disimpan")
    expect(page.locator("#scrub")).to_be_disabled()
    for button in page.locator(".transport button").all():
        expect(button).to_be_disabled()


def test_older_flags_are_added_below(stage: Stage, open_page: OpenPage) -> None:
    """Fifty at a time, in place; without script the same link opens the next page."""
    for i in range(55):
        verdict = cup_verdict(at=clock(7, 55, 30).replace(year=2027 + i))
        record_id = stage.store.add_record(verdict)
        stage.store.open_flag(record_id, verdict, (clock(7, 54), clock(7, 56)))
    page = open_page("/flags")
    expect(page.locator(".flag-row")).to_have_count(50)
    page.get_by_role("link", name="Temuan lebih lama").click()
    expect(page.locator(".flag-row")).to_have_count(55)
    expect(page).to_have_url(re.compile(r"/flags$"))


@pytest.mark.parametrize("lang", ["id", "en"])
def test_flags_and_replay_are_accessible_at_every_size(
    stage: Stage,
    open_page: OpenPage,
    flag_id: int,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
    lang: str,
) -> None:
    """axe finds nothing, nothing is wider than the screen, and pictures are kept to look at."""
    page = opened(open_page, flag_id, lang=lang)
    page.locator("#scrub").fill(str(CHANGES[1] + 2))
    expect(page.locator("[data-label=cup]")).to_be_visible()
    page.locator("#play").focus()
    paths = ((None, "replay"), ("/flags", "flags"), ("/login", "login"), ("/nowhere", "nowhere"))
    for path, name in paths:
        if path is not None:
            page.goto(stage.url + path, wait_until="domcontentloaded")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for width, height in ((360, 740), (1280, 800), (3840, 2160)):
            page.set_viewport_size({"width": width, "height": height})
            assert violations(page) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            keep(page, f"{name}-{width}-{lang}")
