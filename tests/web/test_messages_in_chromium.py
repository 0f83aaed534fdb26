"""Pesan: the supervisor sees at a glance whether the office's messages arrive."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes_messages import FakeDesk, correspond
from tests.web.stage import Stage, stage_in

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A morning on which the technician's gateway refused."""
    with stage_in(tmp_path, messages=FakeDesk()) as made:
        correspond(made.store)
        yield made


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_is_open_to_everybody(
    open_page: Callable[..., Page],
    violations: Callable[[Page], list[str]],
    keep: Callable[[Page, str], None],
    lang: str,
) -> None:
    """axe finds nothing; a phone shows it without scrolling sideways."""
    page = open_page("/messages", lang=lang)
    assert violations(page) == []
    keep(page, f"messages-1280-{lang}")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert violations(page) == []
    keep(page, f"messages-360-{lang}")


def test_what_did_not_arrive_is_said_with_why_and_no_address(
    open_page: Callable[..., Page],
) -> None:
    """From the board one link away."""
    page = open_page("/")
    page.get_by_role("link", name="Pesan", exact=True).click()
    failed = page.get_by_role("listitem").filter(has_text="gagal")
    expect(failed).to_contain_text("Tujuan menolak")
    expect(page.get_by_text("MQTT 10.0.0.9:8883: tidak terhubung")).to_be_visible()
    first = page.get_by_role("listitem").filter(has_text="1 dari 3 loket siap")
    first.get_by_text("Isi pesan").click()
    expect(first).to_contain_text("BELUM: Loket 2: loket baru terisi, sejak 07.50")
    assert "rahasia" not in page.content()


def test_an_office_that_tells_nobody_says_so(open_page: Callable[..., Page], stage: Stage) -> None:
    """Not an empty page."""
    stage.stop()
    stage.messages = None
    stage.start()
    page = open_page("/messages")
    expect(page.get_by_text("Belum ada penerima.")).to_be_visible()
