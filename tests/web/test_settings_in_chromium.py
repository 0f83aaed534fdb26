"""The page Pengaturan in a browser: saved, refused beside the field, by keyboard, on a phone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service.accounts import Role
from service.calendar import hours_on
from service.policies import STANDARDS
from tests.live_office import PASSWORD, LiveOffice, live_office, served
from tests.receivers import web_hook
from tests.web.conftest import watch

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
    with live_office(tmp_path, OFFICE) as live, served(live) as url:

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
    assert complaints == []


PARTS = (
    *("", "/dress", "/roster", "/policy", "/messages", "/retention", "/accounts", "/privacy"),
    "/notice",
    *("/assessment", "/audit"),
)


@pytest.mark.parametrize(("lang", "width"), [("id", 1280), ("en", 360)])
def test_every_part_is_readable_in_both_languages_on_a_phone_and_a_pc(
    site: Site,
    lang: str,
    width: int,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """Axe finds nothing, and nothing is wider than the screen."""
    page = site.open("/settings", lang, width)
    for part in PARTS:
        page.goto(f"{site.url}/settings{part}")
        expect(page.locator("h1")).to_have_text({"id": "Pengaturan", "en": "Settings"}[lang])
        expect(page.locator("nav.tabs [aria-current]")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, part
        assert violations(page) == [], part
        keep(page, f"settings{part.replace('/', '-')}-{lang}-{width}")


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


@pytest.mark.parametrize(("lang", "width"), [("id", 360), ("en", 1280)])
def test_the_hours_of_a_weekday_are_its_own_by_keyboard_alone(
    site: Site,
    lang: str,
    width: int,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """A fold opens where something in it is wrong, and nothing typed is lost."""
    page = site.open("/settings", lang, width)
    day = page.locator("details.weekday").nth(2)
    day.locator("summary").focus()
    page.keyboard.press("Enter")
    for typed in ("", "9.00", "25.00", "", "12.00"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    fault = page.locator("#closes-wednesday-problem")
    expect(fault).to_contain_text("25.00")
    expect(page.locator("#closes-wednesday")).to_be_focused()
    expect(page.locator("#break-wednesday-problem")).to_be_visible()
    expect(page.locator("#opens-wednesday")).to_have_value("9.00")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    keep(page, f"settings-weekday-{lang}-{width}")
    page.locator("#closes-wednesday").fill("8.00")
    page.locator("#break-to-wednesday").fill("13.00")
    day.locator("summary").press("Enter")
    page.get_by_role("button", name={"id": "Simpan", "en": "Save"}[lang]).click()
    expect(fault).to_be_visible()
    page.locator("#closes-wednesday").fill("14.30")
    page.keyboard.press("Enter")
    expect(page.locator("#bar")).to_be_focused()
    expect(day.locator("summary")).to_contain_text({"id": "14.30", "en": "14:30"}[lang])
    wednesday = hours_on(site.live.setup.settings.calendar, date(2026, 11, 25))
    assert (wednesday.opens, wednesday.closes) == (time(9), time(14, 30))
    assert wednesday.pause == (time(12), time(13))
    keep(page, f"settings-weekday-saved-{lang}-{width}")


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
    page.get_by_role("button", name="Cabut: 1").dblclick()
    expect(page.locator("#bar-words")).to_contain_text("Token dicabut")
    page.get_by_role("button", name="Hapus akun: siti.r").dblclick()
    expect(page.locator("#bar-words")).to_contain_text("Akun dihapus")
    page.goto(f"{site.url}/settings/audit?act=user.remove")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("user/siti.r")


@pytest.mark.parametrize(("lang", "width"), [("id", 1280), ("en", 360)])
def test_a_removal_is_confirmed_where_it_was_asked_by_keyboard_alone(
    site: Site,
    lang: str,
    width: int,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """The button stays under the finger and keeps the focus; what it asks is said aloud; who
    leaves it, or presses Escape, has removed nobody.
    """
    page = site.open("/settings/accounts", lang, width)
    remove = page.locator("[data-act=DELETE][data-path='/api/v1/accounts/viewer']")
    again = {"id": "Tekan lagi untuk menghapus", "en": "Press again to remove"}[lang] + ": viewer"
    says = page.locator("#act-says")
    remove.focus()
    before = remove.bounding_box()
    for leave in ("Escape", "Tab", ""):
        page.keyboard.press("Enter")
        expect(remove).to_have_accessible_name(again)
        expect(remove).to_be_focused()
        expect(says).to_have_text(again)
        assert says.get_attribute("aria-live") == "polite"
        assert remove.bounding_box() == before
        if leave:
            page.keyboard.press(leave)
            expect(says).to_have_text("")
            remove.focus()
    assert violations(page) == []
    keep(page, f"settings-remove-{lang}-{width}")
    page.keyboard.press("Space")
    expect(page.locator("#bar")).to_be_focused()
    removed = {"id": "Akun dihapus", "en": "The account was removed"}[lang]
    expect(page.locator("#bar-words")).to_contain_text(removed)
    expect(remove).to_have_count(0)
    assert "viewer" not in {account.name for account in site.live.accounts.all()}


def test_a_policy_file_with_an_unknown_key_is_refused_in_words(site: Site, tmp_path: Path) -> None:
    """Beside the file that was chosen; one without fault is chosen and waits."""
    page = site.open("/settings/policy")
    content = (STANDARDS / "djpb-spm.toml").read_text("utf-8")
    page.get_by_role("button", name="Periksa dan pilih").click()
    expect(page.locator("#policy-content-problem")).to_contain_text("Pilih berkas kebijakan")
    file = tmp_path / "baru.toml"
    file.write_text("warna = 'merah'\n" + content, "utf-8")
    page.locator("#policy-content").set_input_files(file)
    page.get_by_role("button", name="Periksa dan pilih").click()
    fault = page.locator("#policy-content-problem")
    expect(fault).to_contain_text('Baris 1: kunci "warna" tidak dikenal')
    file.write_text(content.replace('version = "2026.1"', 'version = "2026.2"'), "utf-8")
    page.locator("#policy-content").set_input_files(file)
    page.get_by_role("button", name="Periksa dan pilih").click()
    expect(page.locator("main")).to_contain_text("dipilih dan berlaku mulai")
    assert site.live.setup.waiting_policy is not None


@pytest.mark.parametrize(("lang", "width"), [("id", 360), ("en", 1280)])
def test_a_recipient_is_added_tried_out_and_removed_by_keyboard_alone(
    site: Site,
    lang: str,
    width: int,
    keep: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """What is wrong stands beside its field and nothing typed is lost; the trial truly arrives;
    the address is never shown again.
    """
    said = {
        "id": ("Kirim percobaan: kepala", "Terkirim", "menolak", "Hapus: kepala"),
        "en": ("Send a trial: kepala", "Sent", "refused", "Remove: kepala"),
    }[lang]
    page = site.open("/settings/messages", lang, width)
    with web_hook(200, 401) as hook:
        page.locator("[data-list=to] [data-add]").press("Enter")
        page.keyboard.type("kepala")
        page.keyboard.press("Tab")
        page.keyboard.type("rahasia")
        page.keyboard.press("Enter")
        fault = page.locator("[data-list=to] [data-problem=address]")
        expect(fault).to_be_visible()
        expect(fault).not_to_contain_text("rahasia")
        expect(page.locator("[name=address]")).to_be_focused()
        expect(page.locator("[name=address]")).to_have_value("rahasia")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep(page, f"settings-messages-fault-{lang}-{width}")
        page.keyboard.press("Control+A")
        page.keyboard.type(hook.address)
        page.locator("#host-mqtt").fill("mqtt://panel")
        page.keyboard.press("Enter")
        expect(page.locator("#host-mqtt")).to_be_focused()
        expect(page.locator("#host-mqtt-problem")).to_be_visible()
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.press("Enter")
        expect(page.locator("#bar")).to_be_focused()
        (one,) = site.live.setup.settings.messages.recipients
        assert (one.name, one.address) == ("kepala", hook.address)
        assert "kunci-rahasia" not in page.content() + site.live.config.read_text("utf-8")

        trial = page.get_by_role("button", name=said[0])
        trial.press("Enter")
        says = page.locator(".trial-says")
        expect(says).to_contain_text(said[1])
        expect(trial).to_be_focused()
        assert "KPPN Contoh" in hook.got[0]["title"]
        trial.press("Enter")
        expect(says).to_contain_text(said[2])
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"settings-messages-{lang}-{width}")
    page.get_by_role("button", name=said[3]).press("Enter")
    expect(page.locator("[data-list=to] [data-add]")).to_be_focused()
    page.locator("#cool_down_min").press("Enter")
    expect(page.locator("#bar")).to_be_focused()
    assert site.live.setup.settings.messages.recipients == ()


def test_counters_served_and_the_notice_change_with_a_save(site: Site) -> None:
    """Saved by a press; the notice on paper says what was filled in."""
    page = site.open("/settings/roster")
    page.get_by_label("Loket 2").check()
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#bar-words")).to_contain_text("Tersimpan")
    assert site.live.setup.settings.rostered == {"FO-1", "FO-2"}
    page.goto(f"{site.url}/settings/privacy")
    page.locator("#contact").fill("meja informasi \u200f")
    page.locator("#notices").fill("pintu utama\nloket 1")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#contact-problem")).to_contain_text("tak terlihat")
    expect(page.locator("#notices")).to_have_value("pintu utama\nloket 1")
    page.locator("#notices").fill("loket\n" * 21)
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#notices-problem")).to_contain_text("Terlalu banyak")
    page.locator("#notices").fill("pintu utama\nloket 1")
    page.locator("#contact").fill("meja informasi")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#bar-words")).to_contain_text("Tersimpan")
    page.get_by_role("link", name="Pemberitahuan untuk dinding").click()
    expect(page.locator("article")).to_contain_text("Hubungi meja informasi")
    page.emulate_media(media="print")
    expect(page.locator("nav.tabs")).to_be_hidden()
    expect(page.locator("article")).to_be_visible()
