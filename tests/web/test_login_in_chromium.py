"""Signing in and out in a real browser: in words, nothing typed is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from service.accounts import Role
from service.api import ApiSettings
from tests.web.stage import Stage, stage_in

pytestmark = pytest.mark.browser

PASSWORD = "kursi-biru-42-hujan"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An office with one supervisor, in which nobody is signed in by itself."""
    with stage_in(Path(tmp_path_factory.mktemp("office")), ApiSettings(demo=False)) as made:
        made.app.state.door.accounts.add("siti", Role.SUPERVISOR, PASSWORD, by="test")
        yield made


@pytest.fixture
def page(chromium: Browser, office: Stage) -> Iterator[Page]:
    """A page that wants the flags and is asked to sign in."""
    context = chromium.new_context()
    made = context.new_page()
    made.goto(office.url + "/flags", wait_until="domcontentloaded")
    yield made
    context.close()


def fill(page: Page, name: str, password: str) -> None:
    """Type and press Enter."""
    page.get_by_label("Nama pengguna").fill(name)
    page.get_by_label("Kata sandi", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_signing_in_leads_to_the_page_that_was_wanted_and_out_again(
    page: Page, office: Stage
) -> None:
    """Wrong first, then right, then out; after that the page is closed again."""
    fill(page, "siti", "salah-sekali-99")
    expect(page.get_by_role("alert")).to_have_text("Nama pengguna atau kata sandi tidak cocok.")
    expect(page.get_by_label("Nama pengguna")).to_have_value("siti")
    fill(page, "siti", PASSWORD)
    expect(page).to_have_url(office.url + "/flags")
    page.get_by_role("button", name="Keluar").click()
    expect(page).to_have_url(office.url + "/login")
    page.goto(office.url + "/flags", wait_until="domcontentloaded")
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()


def test_the_way_out_swallows_no_click(page: Page, office: Stage) -> None:
    """Where the script that signs out is late, the button says so instead of doing nothing."""
    late: list[Route] = []
    page.route("**/static/page.js*", lambda route: late.append(route))
    fill(page, "siti", PASSWORD)
    way_out = page.get_by_role("button", name="Keluar")
    expect(way_out).to_be_disabled()
    late[0].continue_()
    way_out.click()
    expect(page).to_have_url(office.url + "/login")


def test_what_is_missing_is_said_before_anything_is_sent(page: Page) -> None:
    """And the empty field gets the focus."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    fill(page, "siti", "")
    expect(page.get_by_role("alert")).to_have_text("Isi nama pengguna dan kata sandi.")
    expect(page.get_by_label("Kata sandi", exact=True)).to_be_focused()
    assert not any("/api/" in url for url in asked)


def test_a_server_that_cannot_be_reached_is_said_and_the_form_stays(page: Page) -> None:
    """Nobody types a password twice because a cable was loose."""
    page.route("**/api/v1/session", lambda route: route.abort())
    fill(page, "siti", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("Server tidak dapat dihubungi")
    expect(page.get_by_label("Kata sandi", exact=True)).to_have_value(PASSWORD)
    expect(page.get_by_role("button", name="Masuk")).to_be_enabled()


def test_the_password_can_be_shown(page: Page) -> None:
    """On a phone, letters are hit wrong."""
    field = page.get_by_label("Kata sandi", exact=True)
    field.fill(PASSWORD)
    page.get_by_label("Tampilkan kata sandi").check()
    expect(field).to_have_attribute("type", "text")


def test_too_many_attempts_are_asked_to_wait(page: Page) -> None:
    """The words of the server's patience."""
    for i in range(6):
        fill(page, "budi", f"salah-sekali-{i}")
        expect(page.get_by_role("button", name="Masuk")).to_be_enabled()
    expect(page.get_by_role("alert")).to_contain_text("Terlalu banyak percobaan")


def test_a_board_whose_session_ended_says_so(page: Page, office: Stage) -> None:
    """It must not go on showing an old morning as if it were now."""
    fill(page, "siti", PASSWORD)
    expect(page).to_have_url(office.url + "/flags")
    page.goto(office.url + "/", wait_until="domcontentloaded")
    expect(page.locator("article.tile")).to_have_count(3)
    page.context.clear_cookies()
    expect(page.get_by_role("alert")).to_contain_text("Sesi telah berakhir", timeout=6000)
