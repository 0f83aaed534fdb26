"""The board in a real browser: live, honest when it is not, readable at every size."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from service.board import Board, TileState
from service.store import GoRow, OpenItem
from tests.fakes_office import clock
from tests.web.conftest import OpenPage
from tests.web.stage import Stage
from vision.labels import Label
from vision.values import Reason

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>document.title='x'</script>",
    "\"><img src=x onerror=alert(1)> & 'kutip'",
    "Loket \u202egnaro\u202c 🙂 ثلاثة",
    "L" * 300,
    "Loket {items} %s \\",
)


def tile(page: Page, name: str) -> Locator:
    """The tile of a counter by its name."""
    return page.locator("article.tile", has=page.get_by_role("heading", name=name, exact=True))


def wide_board(stage: Stage, count: int) -> Board:
    """A board of `count` tiles, in the states of the three; the second has more to say."""
    board = stage.office._board_at(clock(7, 57), 1)
    first, second, third = board.tiles
    cup = replace(
        second.against[0],
        clause="FO-C2a",
        reason=Reason.PRESENT_OBJECT,
        seen=(Label.CUP, Label.PHONE),
    )
    board = replace(board, tiles=(first, replace(second, against=(*second.against, cup)), third))
    tiles = tuple(
        replace(board.tiles[i % 3], counter=f"loket_{i % 3 + 1}_{i}", name=f"Loket {i + 1}")
        for i in range(count)
    )
    return replace(board, tiles=tiles)


def test_every_tile_says_its_state_in_words_and_by_shape(open_page: OpenPage) -> None:
    """Colour alone would leave one man in twelve guessing."""
    page = open_page("/")
    for name, words, shape in (
        ("Loket 1", "SIAP", "GO"),
        ("Loket 2", "BELUM", "NO_GO"),
        ("Loket 3", "TIDAK DAPAT DINILAI", "CANNOT_TELL"),
    ):
        card = tile(page, name)
        expect(card.locator(".tile-state")).to_contain_text(words)
        expect(card.locator(f".tile-head .shape-{shape}")).to_be_visible()
        expect(card.locator(".tile-answer")).to_have_text(f"pukul 07.55: {words}")
    expect(page.get_by_text("Loket baru terisi, sejak 07.50")).to_be_visible()
    expect(page.get_by_text("Periksa: terlihat cangkir di meja")).to_be_visible()
    expect(page.get_by_text("Gambar kamera terlalu gelap, sejak 07.50")).to_be_visible()
    expect(page.locator("#cameras")).to_contain_text("1 dari 2 kamera perlu diperiksa")
    expect(page.locator("#cameras")).to_contain_text("terlalu gelap, sejak 07.40")


def test_a_change_of_state_appears_by_itself_and_is_announced(
    stage: Stage, open_page: OpenPage
) -> None:
    """Nobody presses reload at 07.55."""
    stage.office.turn(clock(7, 51))
    page = open_page("/")
    expect(page.locator(".tile-state").first).to_have_text("MENUNGGU")
    expect(page.locator(".hero-countdown")).to_be_visible()
    page.wait_for_timeout(600)
    stage.office.turn(clock(7, 56))
    expect(tile(page, "Loket 2").locator(".tile-state")).to_contain_text("BELUM", timeout=1500)
    expect(page.locator(".hero-answer .hero-big")).to_have_text("1 dari 3 loket siap")
    expect(page.get_by_role("status").first).to_contain_text("Loket 2: BELUM")


def test_only_what_changed_is_swapped(stage: Stage, open_page: OpenPage) -> None:
    """A tile that stays keeps its element, its picture and the reader's focus."""
    page = open_page("/")
    expect(page.locator("article.tile")).to_have_count(3)
    page.wait_for_timeout(800)
    page.evaluate("document.querySelectorAll('article.tile').forEach((t, i) => { t.mark = i })")
    link = tile(page, "Loket 2").get_by_role("link").first
    link.focus()
    board = stage.office.board()
    first = replace(board.tiles[0], state=TileState.NO_GO)
    second = replace(board.tiles[1], hints=())
    stage.office.change(replace(board, tiles=(first, second, board.tiles[2])))
    expect(tile(page, "Loket 1").locator(".tile-state")).to_contain_text("BELUM")
    marks = page.evaluate("[...document.querySelectorAll('article.tile')].map((t) => t.mark)")
    assert marks == [None, None, 2]
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/flags/1"


def test_a_new_picture_is_put_in_without_a_flash(stage: Stage, open_page: OpenPage) -> None:
    """The old picture stays until the new one is decoded; its time goes with it."""
    page = open_page("/")
    image = tile(page, "Loket 1").locator("img")
    expect(image).to_have_js_property("complete", True)
    page.wait_for_timeout(800)
    page.evaluate("document.querySelector('article.tile img').mark = 1")
    board = stage.office.board()
    fresh = replace(board.tiles[0], picture="2", picture_at=clock(7, 57, 30))
    stage.office.change(replace(board, tiles=(fresh, *board.tiles[1:])))
    expect(image).to_have_attribute("src", re.compile(r"v=2$"))
    assert page.evaluate("document.querySelector('article.tile img').mark") == 1
    expect(tile(page, "Loket 1").locator("figcaption")).to_have_text("gambar 07.57.30")


def test_the_countdown_runs_at_the_speed_of_the_office(stage: Stage, open_page: OpenPage) -> None:
    """The demo plays a morning sixty times as fast; its clock must not stand still."""
    board = replace(stage.office._board_at(clock(7, 40), 2), speed=60.0)
    stage.office.change(board)
    page = open_page("/")
    big = page.locator(".hero-big")
    expect(big).to_have_text(re.compile(r"^1[0-4] menit"))
    expect(page.locator(".clock-speed")).to_have_text("Rekaman 60×")
    read = "() => [performance.now() / 1000, document.querySelector('.hero-big').innerText]"
    begun_s, before = page.evaluate(read)
    page.wait_for_timeout(4000)
    ended_s, after = page.evaluate(read)  # a busy machine waits longer: the page's clock says
    rate = (seconds_of(before) - seconds_of(after)) / (ended_s - begun_s)
    assert 45 <= rate <= 75
    expect(page.locator("[data-clock]")).not_to_have_text("07.40.00")


def seconds_of(words: str) -> int:
    """The seconds in `3 menit 12 detik lagi`."""
    minutes = re.search(r"(\d+) menit", words)
    seconds = re.search(r"(\d+) detik", words)
    return int(minutes.group(1) if minutes else 0) * 60 + int(seconds.group(1) if seconds else 0)


def test_a_dropped_stream_is_said_within_five_seconds_and_so_is_its_return(
    stage: Stage, open_page: OpenPage
) -> None:
    """A board that stands still and does not say so is worse than none."""
    page = open_page("/")
    expect(page.locator("article.tile")).to_have_count(3)
    page.wait_for_timeout(500)
    stage.stop()
    lost = page.get_by_role("alert")
    expect(lost).to_contain_text("Sambungan terputus", timeout=5000)
    expect(lost).to_contain_text(re.compile(r"berumur \d+ detik"))
    age = seconds_of(lost.inner_text())
    page.wait_for_timeout(2000)
    assert seconds_of(lost.inner_text()) >= age + 1
    stage.office.turn(clock(7, 59))
    stage.start()
    expect(lost).to_be_hidden(timeout=6000)
    expect(page.get_by_text("Tersambung kembali.")).to_be_attached()
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^07\.59"))


def test_a_network_that_swallows_everything_is_noticed_too(
    stage: Stage, open_page: OpenPage
) -> None:
    """A pulled cable closes no connection: silence itself must be noticed."""
    page = open_page("/")
    expect(page.locator("article.tile")).to_have_count(3)
    page.wait_for_timeout(800)
    page.route("**/board/**", lambda route: None)
    expect(page.get_by_role("alert")).to_contain_text("Sambungan terputus", timeout=5000)
    page.unroute("**/board/**")
    expect(page.get_by_role("alert")).to_be_hidden(timeout=6000)


def test_the_language_is_switched_in_place(open_page: OpenPage) -> None:
    """One press; the page stays the same page."""
    page = open_page("/")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(tile(page, "Loket 2").locator(".tile-state")).to_contain_text("NOT READY")
    expect(page.locator(".tile-answer").first).to_have_text("at 07:55: READY")
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(tile(page, "Loket 2").locator(".tile-state")).to_contain_text("BELUM")


def test_a_tab_left_open_follows_the_language_of_the_other_and_a_new_release(
    stage: Stage, open_page: OpenPage
) -> None:
    """A wall screen that runs for weeks must not show half of an old page."""
    page = open_page("/")
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.wait_for_timeout(500)
    page.context.add_cookies([{"name": "siaga_language", "value": "en", "url": stage.url}])
    stage.office.turn(clock(7, 58))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_timeout(500)
    page.evaluate("document.getElementById('clock').dataset.release = 'older'; window.old = 1")
    stage.office.turn(clock(7, 59))
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^07:59"))
    assert page.evaluate("window.old === undefined")


def test_the_wall_has_no_controls(open_page: OpenPage) -> None:
    """Nobody stands before a wall screen with a mouse."""
    page = open_page("/?mode=wall")
    expect(page.locator("html")).to_have_class(re.compile("wall"))
    assert page.get_by_role("navigation").count() == 0
    assert page.locator("main a, main button").count() == 0


@pytest.mark.parametrize(("mode", "went"), [("/", False), ("/", True), ("/?mode=wall", True)])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_eight_counters_fit_on_a_small_screen_without_scrolling(
    stage: Stage, open_page: OpenPage, mode: str, went: bool, lang: str
) -> None:
    """Readable from the door at 1280x720: nothing is scrolled, no sentence is cut off."""
    if went:  # the longest band: GO with five counters that were not ready
        items = tuple(OpenItem(f"loket_{n}", "NO_GO", (), "ada") for n in range(5))
        stage.store.go.add(GoRow(clock(7, 57).date(), "a", clock(7, 57), items))
    page = open_page(mode, lang=lang)
    for count in range(1, 9):
        stage.office.change(wide_board(stage, count))
        expect(page.locator("article.tile")).to_have_count(count)
        assert page.evaluate("document.documentElement.scrollHeight") <= 720, count
        cut = page.evaluate(
            """[...document.querySelectorAll('.tile-body, .tile-title, .hero, .cameras')]
            .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
            .map((e) => e.innerText)"""
        )
        assert cut == [], count


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_names_are_shown_harmlessly_and_break_nothing(
    stage: Stage, open_page: OpenPage, name: str
) -> None:
    """Quotes, tags, emoji, right-to-left marks and three hundred letters, at every width."""
    board = stage.office.board()
    odd = replace(board.tiles[1], name=name)
    tiles = (board.tiles[0], odd, board.tiles[2])
    stage.office.change(replace(board, office_name=name, tiles=tiles))
    page = open_page("/")
    expect(page.locator(".tile-name").nth(1)).to_have_text(name)
    assert page.title() == "Siap? · Siaga"
    assert page.locator("main script, main img[onerror]").count() == 0
    for width in (320, 360, 768, 1280, 3840):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    stage.office.change(replace(stage.office.board(), tiles=(odd,)))
    expect(page.locator(".tile-name")).to_have_text([name])


def night(at: datetime) -> Callable[[Board], Board]:
    """The board of an evening whose next moment is `at`."""
    return lambda board: replace(
        board,
        next_ready_at=at,
        tiles=tuple(
            replace(tile, state=TileState.OFF, against=(), hints=()) for tile in board.tiles
        ),
    )


SCENES: dict[str, Callable[[Stage], None]] = {
    "before": lambda stage: stage.office.turn(clock(7, 51, 48)),
    "answer": lambda stage: stage.office.turn(clock(7, 57, 20)),
    "eight": lambda stage: stage.office.change(wide_board(stage, 8)),
    "night": lambda stage: stage.office.change(
        night(clock(7, 55) + timedelta(days=1))(stage.office._board_at(clock(19, 12), 1))
    ),
}


SIZES = ((360, 740), (1280, 720), (3840, 2160))


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("scene", SCENES)
def test_the_board_is_accessible_at_every_size(
    stage: Stage,
    open_page: OpenPage,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
    scene: str,
    lang: str,
) -> None:
    """axe finds nothing, and pictures are kept for people to look at."""
    SCENES[scene](stage)
    page = open_page("/", lang=lang)
    for mode, name in (("/", "board"), ("/?mode=wall", "wall")):
        page.goto(stage.url + mode, wait_until="domcontentloaded")
        expect(page.locator("article.tile").first).to_be_visible()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert violations(page) == [], (mode, width)
            keep(page, f"{name}-{scene}-{width}-{lang}")


def test_the_pages_fetch_nothing_from_elsewhere(stage: Stage, open_page: OpenPage) -> None:
    """An office without internet sees the same board."""
    page = open_page("/login")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/?mode=wall", "/flags", "/login"):
        page.goto(stage.url + path, wait_until="domcontentloaded")
        page.wait_for_timeout(300)
    assert asked
    assert all(url.startswith((stage.url, "data:", "blob:")) for url in asked)


def test_who_wants_less_motion_gets_none(open_page: OpenPage) -> None:
    """The flash of a changed tile is left out."""
    page = open_page("/")
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("document.querySelector('article.tile').classList.add('changed')")
    name = page.evaluate("getComputedStyle(document.querySelector('.changed')).animationName")
    assert name == "none"


def test_no_artefact_is_committed() -> None:
    """Pictures of tests are looked at and thrown away."""
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text("utf-8").split()
    assert "/artefacts/" in ignored
