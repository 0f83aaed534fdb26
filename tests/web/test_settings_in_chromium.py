"""The page Pengaturan in a browser: saved, refused beside the field, by keyboard, on a phone."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from service.accounts import Role
from service.api.app import close_streams
from tests.live_office import PASSWORD, LiveOffice, live_office, until
from tests.web.conftest import watch
from tests.web.stage import free_port

pytestmark = pytest.mark.browser

OFFICE = """\
# Berkas kantor, dirawat bagian umum.
[office]
id = "kppn-contoh"
name = "KPPN Contoh"  # nama resmi
time_zone = "Asia/Jakarta"
policy = "djpb-spm"

[calendar]
opens = "08:00"

[[calendar.seasons]]  # surat edaran
name = "Ramadan"
from = 2027-02-08
to = 2027-03-09

[[cameras]]
id = "loket-1"
push = true

[[counters]]
id = "FO-1"
name = "Loket <b>1</b>"
role = "FO"
camera = "loket-1"
[counters.zones]
staff = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]

[[counters]]
id = "FO-2"
name = "Loket 2"
role = "FO"
camera = "loket-1"
rostered = false
[counters.zones]
staff = [[0.91, 0.1], [0.99, 0.1], [0.99, 0.9], [0.91, 0.9]]
"""


@dataclass(frozen=True)
class Site:
    """An office behind a server and a browser to open its pages with."""

    live: LiveOffice
    url: str
    open: Callable[..., Page]


@pytest.fixture
def site(tmp_path: Path, chromium: Browser) -> Iterator[Site]:
    """Every page is an administrator's."""
    complaints: list[str] = []
    with live_office(tmp_path, OFFICE) as live:
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(live.app, port=port, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started)
        url = f"http://127.0.0.1:{port}"

        def opened(path: str, lang: str = "id", width: int = 1280, role: Role = Role.ADMIN) -> Page:
            secret, _ = live.accounts.sign_in(role.value, PASSWORD, "127.0.0.1", timedelta(hours=1))
            context = chromium.new_context(viewport={"width": width, "height": 800})
            for name, value in (("siaga_language", lang), ("siaga_session", secret)):
                context.add_cookies([{"name": name, "value": value, "url": url}])
            page = context.new_page()
            page.set_default_timeout(6000)
            watch(page, complaints)
            page.goto(url + path, wait_until="domcontentloaded")
            return page

        yield Site(live, url, opened)
        for context in chromium.contexts:
            context.close()
        close_streams(live.app)
        server.should_exit = True
        thread.join(10)
    assert complaints == []


PARTS = ("/settings", "/settings/dress", "/settings/accounts", "/settings/audit")


@pytest.mark.parametrize("path", PARTS)
def test_every_part_is_readable_in_both_languages_on_a_phone_and_a_pc(
    site: Site,
    path: str,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """Axe finds nothing, and nothing is wider than the screen."""
    name = path.strip("/").replace("/", "-")
    for lang, width in (("id", 1280), ("en", 360)):
        page = site.open(path, lang, width)
        expect(page.locator("h1")).to_have_text({"id": "Pengaturan", "en": "Settings"}[lang])
        expect(page.locator("nav.tabs [aria-current]")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
        keep(page, f"{name}-{lang}-{width}")


def test_a_calendar_that_closes_before_it_opens_is_refused_and_nothing_typed_is_lost(
    site: Site, violations: Callable[[Page], list[str]]
) -> None:
    """The words stand beside the field; corrected, it is saved and holds without a restart."""
    page = site.open("/settings")
    season = page.locator("[data-list=seasons] [data-item]")
    expect(season).to_contain_text("belum dinilai")
    page.locator("#closes").fill("07.00")
    season.get_by_label("Loket tutup").fill("14.00")
    season.get_by_label("Loket buka").fill("8.00")
    season.get_by_label("Pengarahan").fill("jam 7")
    page.get_by_role("button", name="Tambah: Hari libur kantor ini").click()
    page.keyboard.type("03/20/2027")
    page.get_by_label("Nama hari libur").fill("HUT kota \u202e'\"<i>")
    page.get_by_role("button", name="Simpan").click()

    fault = page.locator("#briefing1-problem")
    expect(fault).to_have_text("jam 7 bukan jam. Tulis seperti 07.30.")
    expect(page.locator("#briefing1")).to_be_focused()
    expect(page.locator("[data-list=holidays] [data-problem=name]")).to_contain_text("tak terlihat")
    season.get_by_label("Pengarahan").fill("07.30")
    page.get_by_label("Nama hari libur").fill("HUT kota '\"<i>")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#closes-problem")).to_contain_text("harus tutup sesudah buka")
    expect(page.locator("#closes")).to_be_focused()
    expect(season.get_by_label("Loket tutup")).to_have_value("14.00")
    assert violations(page) == []
    assert "HUT" not in site.live.config.read_text("utf-8")

    page.locator("#closes").fill("15.30")
    page.keyboard.press("Enter")
    expect(page.locator("#bar-words")).to_contain_text("Tersimpan")
    calendar = site.live.setup.settings.calendar
    assert calendar.hours.closes == time(15, 30)
    assert calendar.seasons[0].is_set
    assert calendar.holidays[0].name == "HUT kota '\"<i>"
    assert calendar.holidays[0].day == date(2027, 3, 20)
    assert "[[calendar.seasons]]  # surat edaran" in site.live.config.read_text("utf-8")
    expect(season).not_to_contain_text("belum dinilai")


def test_who_saves_second_is_told_and_keeps_what_was_typed(site: Site) -> None:
    """Two administrators; a session that ended; a server that is gone."""
    page, other = site.open("/settings/dress"), site.open("/settings/dress", "en")
    other.locator("#signed_by").fill("Head of office")
    other.get_by_role("button", name="Save").click()
    expect(other.locator("#bar-words")).to_contain_text("Saved")
    page.locator("#signed_by").fill("Kepala Kantor")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#bar-words")).to_contain_text("Orang lain menyimpan lebih dahulu")
    expect(page.locator("#bar-newest")).to_be_visible()
    expect(page.locator("#signed_by")).to_have_value("Kepala Kantor")
    page.context.clear_cookies()
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("[data-problem=file]")).to_contain_text("Sesi Anda berakhir")
    expect(page.locator("#signed_by")).to_have_value("Kepala Kantor")


def test_a_row_is_added_filled_and_saved_by_keyboard_alone(site: Site) -> None:
    """Tab, Space and Enter are enough."""
    page = site.open("/settings/dress", "en")
    page.locator("[data-list=days] [data-add]").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("10/02/2026")
    for _ in range(9):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "rule":
            break
    page.keyboard.type("pat")
    page.keyboard.press("Tab")
    page.keyboard.type("batik")
    page.keyboard.press("Enter")
    expect(page.locator("#bar-words")).to_contain_text("Saved")
    rule = site.live.setup.settings.dress.on(date(2026, 10, 2))
    assert (rule.kind.value, rule.words) == ("pattern", "batik")


def test_an_account_and_a_token_are_made_shown_once_and_ended(
    site: Site, violations: Callable[[Page], list[str]]
) -> None:
    """Refused beside the field first; removing asks once more."""
    page = site.open("/settings/accounts")
    page.locator("#name-account").fill("Siti \u202eR")
    page.get_by_role("button", name="Buat akun").click()
    expect(page.locator("#name-account-problem")).to_contain_text("huruf kecil")
    expect(page.locator("#name-account")).to_have_value("Siti \u202eR")
    page.locator("#name-account").fill("siti.r")
    page.keyboard.press("Enter")
    expect(page.locator("#secret-words")).to_contain_text("siti.r")
    secret = page.locator("#secret-value").inner_text()
    site.live.accounts.sign_in("siti.r", secret, "127.0.0.1", timedelta(hours=1))
    assert violations(page) == []
    page.get_by_role("button", name="Sudah saya salin").click()
    expect(page.locator("#secret")).to_be_hidden()
    assert secret not in page.content()

    page.locator("#token-name").select_option("siti.r")
    page.get_by_label("board").check()
    page.get_by_role("button", name="Buat token").click()
    expect(page.locator("#secret-value")).to_contain_text("siaga_")
    page.get_by_role("button", name="Sudah saya salin").click()
    page.get_by_role("button", name="Cabut: 1").click()
    expect(page.get_by_role("button", name="Cabut: 1")).to_have_text("Tekan lagi untuk mencabut")
    page.get_by_role("button", name="Cabut: 1").click()
    expect(page.locator("#bar-words")).to_contain_text("Token dicabut")
    page.get_by_role("button", name="Hapus akun: siti.r").click(click_count=2)
    expect(page.locator("#bar-words")).to_contain_text("Akun dihapus")
    page.goto(f"{site.url}/settings/audit?act=user.remove")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("user/siti.r")


@pytest.mark.parametrize("path", PARTS)
def test_only_an_administrator_sees_the_settings(site: Site, path: str) -> None:
    """Others get 403 in words, and nothing of the settings in the page."""
    for role in (Role.VIEWER, Role.EVALUATOR, Role.SUPERVISOR):
        page = site.open(path, role=role)
        expect(page.locator("body")).to_contain_text("bukan untuk peran Anda")
        for word in ("Ramadan", "kemeja", "office.toml", "FO-B1"):
            assert word not in page.content()
        expect(page.locator('a[href="/settings"]')).to_have_count(0)
