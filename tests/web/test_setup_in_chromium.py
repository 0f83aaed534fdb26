"""The page Pemasangan in a browser, over a running office: a first counter from nothing."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service.accounts import Role
from tests.cameras.servers import SnapshotServer, snapshot_server
from tests.live_office import PASSWORD, LiveOffice, live_office, png, served, staffed, until
from tests.web.conftest import watch

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """An office behind a server, a camera in its network, and a browser to open pages with."""

    live: LiveOffice
    camera: SnapshotServer
    url: str
    open: Callable[..., Page]


@pytest.fixture
def site(tmp_path: Path, chromium: Browser) -> Iterator[Site]:
    """A new office without camera or counter; every page is an administrator's."""
    complaints: list[str] = []
    with live_office(tmp_path) as live, snapshot_server() as camera, served(live) as url:
        camera.body = png(staffed())
        secret, _ = live.accounts.sign_in("admin", PASSWORD, "127.0.0.1", timedelta(hours=1))

        def opened(lang: str = "id", width: int = 1280, height: int = 800) -> Page:
            context = chromium.new_context(viewport={"width": width, "height": height})
            context.add_cookies(
                [
                    {"name": "siaga_language", "value": lang, "url": url},
                    {"name": "siaga_session", "value": secret, "url": url},
                ]
            )
            page = context.new_page()
            page.set_default_timeout(20000)
            watch(page, complaints)
            page.goto(f"{url}/setup", wait_until="domcontentloaded")
            return page

        yield Site(live, camera, url, opened)
        for context in chromium.contexts:
            context.close()
    assert complaints == []


def shown(page: Page, camera: SnapshotServer) -> None:
    """Add a counter and see the camera's picture; zones were proposed."""
    page.get_by_role("button", name="Tambah loket").click()
    page.get_by_label("Alamat kamera (URL)").fill(camera.url)
    page.get_by_role("button", name="Lihat gambar").click()
    expect(page.locator("#still")).to_be_visible(timeout=20000)
    expect(page.locator("#propose-says")).to_contain_text("Zona diusulkan", timeout=20000)


def corners(page: Page, kind: str) -> list[tuple[float, float]]:
    """The corners of a drawn zone as shares of the picture."""
    told = page.evaluate(
        """(kind) => {
          const box = document.querySelector('#drawing').viewBox.baseVal;
          const drawn = document.querySelector(`#drawing [data-zone=${kind}] polygon`);
          return drawn ? [...drawn.points].map((p) => [p.x / box.width, p.y / box.height]) : [];
        }""",
        kind,
    )
    return [(round(x, 2), round(y, 2)) for x, y in told]


def tap(page: Page, x: float, y: float) -> None:
    """Click a place of the picture."""
    page.locator("#drawing").scroll_into_view_if_needed()
    box = page.locator("#drawing").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_a_first_counter_is_set_up_by_mouse_within_three_minutes(
    site: Site, keep: Callable[[Page, str], None], violations: Callable[[Page], list[str]]
) -> None:
    """Nothing typed but the address and the name; the board judges it at once."""
    began = time.monotonic()
    page = site.open()
    expect(page.locator("#nothing")).to_be_visible()
    shown(page, site.camera)
    assert len(corners(page, "staff")) == 4
    seen = page.locator("#sees tr[data-check=staff_present]")
    expect(seen).to_contain_text("terpenuhi")
    expect(seen).to_contain_text("cukup")

    page.locator(".tool-desk").click()
    page.get_by_role("button", name="Hapus zona").click()
    for x, y in ((0.2, 0.6), (0.8, 0.62), (0.8, 0.9), (0.2, 0.88)):
        tap(page, x, y)
    assert corners(page, "desk") == [(0.2, 0.6), (0.8, 0.62), (0.8, 0.9), (0.2, 0.88)]
    page.get_by_role("button", name="Urungkan").click()
    assert len(corners(page, "desk")) == 3
    tap(page, 0.2, 0.88)

    page.get_by_role("button", name="Coba pada satu menit terakhir").click()
    expect(page.locator("#rules li").first).to_be_visible()
    assert violations(page) == []
    keep(page, "setup-id-1280")
    page.get_by_label("Nama loket").fill('Loket <b>"1"</b> 🪑')
    page.get_by_role("button", name="Simpan loket").click()
    expect(page.locator("#bar-words")).to_contain_text('Loket <b>"1"</b> 🪑 tersimpan')
    assert time.monotonic() - began < 180
    (counter,) = site.live.setup.settings.layout.counters
    assert counter.name == 'Loket <b>"1"</b> 🪑'
    until(lambda: site.live.running.last_sample(counter.counter) is not None)
    page.goto(site.url + "/")
    expect(page.get_by_text('Loket <b>"1"</b> 🪑').first).to_be_visible()


def test_a_counter_is_set_up_by_keyboard_alone(site: Site) -> None:
    """Tab, arrows, Enter, Delete: the picture is no trap and no corner needs a mouse."""
    page = site.open()
    page.locator("#add").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#url")).to_be_focused()
    page.keyboard.type(site.camera.url)
    page.keyboard.press("Enter")
    expect(page.locator("#propose-says")).to_contain_text("Zona diusulkan", timeout=20000)
    for _ in range(30):
        if page.evaluate("document.activeElement.dataset?.zone") == "staff":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hapus zona").focus()
    page.keyboard.press("Enter")
    assert corners(page, "staff") == []

    page.locator("#drawing").focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    for moves in ("Shift+ArrowRight " * 9, "Shift+ArrowDown " * 7, "Shift+ArrowLeft " * 9):
        page.keyboard.press("Enter")
        for move in moves.split():
            page.keyboard.press(move)
    drawn = corners(page, "staff")
    assert len(drawn) == 4
    assert drawn[0] == (0.3, 0.3)
    expect(page.locator("#spoken")).to_contain_text("petugas, sudut 4 dari 4")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#spoken")).to_contain_text("sudut 1 dari 4")
    page.keyboard.press("Delete")
    assert len(corners(page, "staff")) == 3
    page.keyboard.press("Control+z")
    assert corners(page, "staff") == drawn
    for _ in range(5):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != "drawing"

    page.locator("#name").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Loket papan ketik")
    page.keyboard.press("Enter")
    expect(page.locator("#bar-words")).to_contain_text("Loket papan ketik tersimpan")
    (counter,) = site.live.setup.settings.layout.counters
    assert counter.counter == "loket-papan-ketik"


def test_every_fault_stands_beside_its_field_and_nothing_typed_is_lost(site: Site) -> None:
    """A wrong address, crossing edges, a name of 300 letters: each in words, all still there."""
    page = site.open()
    page.get_by_role("button", name="Tambah loket").click()
    page.locator("#url").fill("file:///etc/passwd")
    page.get_by_role("button", name="Lihat gambar").click()
    expect(page.locator("#url-problem")).to_contain_text("rtsp://")
    assert page.locator("#url").input_value() == "file:///etc/passwd"
    page.locator("#url").fill(site.camera.url)
    page.get_by_role("button", name="Lihat gambar").click()
    expect(page.locator("#propose-says")).to_contain_text("Zona diusulkan", timeout=20000)
    expect(page.locator("#url-problem")).to_be_hidden()
    page.locator("#drawing").focus()
    page.locator(".tool-staff").click()
    page.get_by_role("button", name="Hapus zona").click()
    page.locator("#drawing").focus()
    for keys in ("", "Shift+ArrowRight " * 4, "Shift+ArrowDown " * 4, "Shift+ArrowLeft " * 6):
        page.keyboard.press("Enter")
        for key in keys.split():
            page.keyboard.press(key)
    for key in ("Shift+ArrowUp " * 6 + "Shift+ArrowRight " * 2).split():
        page.keyboard.press(key)
    expect(page.locator("#zone-says")).to_contain_text("saling memotong")
    long = "L" * 300
    page.locator("#name").fill(long)
    page.get_by_role("button", name="Simpan loket").click()
    expect(page.locator("#name-problem")).to_contain_text("paling banyak 60 huruf")
    expect(page.locator('[data-problem="zones"]')).to_contain_text("saling memotong")
    assert page.locator("#name").input_value() == long
    assert len(corners(page, "staff")) == 4
    assert site.live.setup.settings.layout.counters == ()


def test_a_camera_that_dies_half_way_takes_nothing_away(site: Site) -> None:
    """The page says so and what was drawn stays; it may be saved all the same."""
    page = site.open()
    shown(page, site.camera)
    drawn = corners(page, "staff")
    site.camera.mode = "error"
    expect(page.locator("#camera-state")).to_contain_text("tidak mengirim gambar", timeout=30000)
    assert corners(page, "staff") == drawn
    page.get_by_role("button", name="Simpan loket").click()
    expect(page.locator("#bar-words")).to_contain_text("tersimpan")
    assert len(site.live.setup.settings.layout.counters) == 1


@pytest.mark.parametrize(("lang", "width"), [("id", 360), ("en", 3840)])
def test_the_page_fits_phone_and_wall_in_both_languages(
    site: Site, lang: str, width: int, keep: Callable[[Page, str], None]
) -> None:
    """No sideways scrolling; the picture can be drawn on by a finger."""
    page = site.open(lang, width, 780 if width < 1000 else 2160)
    page.locator("#add").click()
    page.locator("#url").fill(site.camera.url)
    page.locator("#show").click()
    expect(page.locator("#still")).to_be_visible(timeout=20000)
    expect(page.locator("#sees")).to_be_visible(timeout=20000)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"setup-{lang}-{width}")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPERVISOR, Role.EVALUATOR])
def test_the_page_is_for_administrators_alone(site: Site, role: Role) -> None:
    """403, in words, and no data in the page."""
    client = site.live.client(role)
    answer = client.get("/setup", headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "bukan untuk peran Anda" in answer.text
    assert not re.search("setup.js|data-available", answer.text)
    assert "/setup" not in client.get("/").text
