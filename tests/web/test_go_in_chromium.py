"""GO in a real browser: from the board to the reasons and back, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.fakes_office import clock
from tests.web.stage import Stage

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def test_go_is_pressed_by_keyboard_with_a_reason_for_each_open_counter(
    stage: Stage, open_page: OpenPage, keep: Callable[[Page, str], None]
) -> None:
    """What is missing is said beside its field, what was typed stays, the board says it at once."""
    page = open_page("/")
    page.get_by_role("link", name="Tekan GO").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/go")
    first = page.get_by_label("Mengapa tetap dibuka Loket 2")
    first.focus()
    page.keyboard.type('Dilayani "Loket 1" <b>&')
    page.keyboard.press("Enter")
    fault = page.locator("[data-fault='loket_3']")
    fault.wait_for()
    assert page.evaluate("document.activeElement.name") == "loket_3"
    page.reload()
    assert page.get_by_label("Mengapa tetap dibuka Loket 2").input_value().startswith("Dilayani")
    page.get_by_label("Mengapa tetap dibuka Loket 3").focus()
    page.keyboard.type("Kamera gelap, petugas ada.")
    keep(page, "go")
    page.keyboard.press("Enter")
    page.wait_for_url(stage.url + "/")
    page.get_by_text("GO 07.57 (2 alasan)").wait_for()
    keep(page, "board-go")
    row = stage.store.go.of(clock(7, 57).date())
    assert row is not None
    assert [item.reason for item in row.items] == [
        'Dilayani "Loket 1" <b>&',
        "Kamera gelap, petugas ada.",
    ]
    page.goto(stage.url + "/go", wait_until="domcontentloaded")
    page.get_by_text('Dilayani "Loket 1" <b>&').wait_for()
    keep(page, "go-pressed")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("width", [360, 1280, 3840])
def test_the_page_of_go_is_accessible_at_every_size(
    open_page: OpenPage,
    violations: Callable[[Page], list[str]],
    keep: Callable[[Page, str], None],
    lang: str,
    width: int,
) -> None:
    """WCAG 2.2 AA, nothing wider than the screen."""
    page = open_page("/go", lang=lang, width=width)
    assert violations(page) == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    keep(page, f"go-{lang}-{width}")
