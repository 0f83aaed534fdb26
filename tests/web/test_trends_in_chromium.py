"""Tren and Lembar Kanwil: readable by everybody, on a phone and on a desk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes_week import POLICY, remember
from tests.web.stage import Stage, stage_in

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An office under the whole standard, with three weeks behind it."""
    with stage_in(tmp_path) as made:
        made.office._policy = POLICY
        remember(made.store)
        yield made


@pytest.mark.parametrize("path", ["/trends?weeks=4", "/kanwil?since=2026-11-02"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_pages_are_open_to_everybody(
    open_page: Callable[..., Page],
    violations: Callable[[Page], list[str]],
    keep: Callable[[Page, str], None],
    path: str,
    lang: str,
) -> None:
    """axe finds nothing; a phone scrolls a table, not the page."""
    page = open_page(path, lang=lang)
    assert violations(page) == []
    keep(page, f"{path[1:7]}-1280-{lang}")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert violations(page) == []


def test_a_clause_is_chosen_and_its_rule_is_said(open_page: Callable[..., Page]) -> None:
    """Who wonders why a number is missing finds the reason on the page."""
    page = open_page("/briefing")
    page.get_by_role("link", name="Tren").click()
    page.get_by_label("Butir").select_option("FO-B1")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.get_by_role("heading", level=2)).to_have_count(1)
    expect(page.get_by_text("paling sedikit 10 penilaian pasti")).to_be_visible()
    expect(page.get_by_role("row", name="Loket 2")).to_contain_text("< 10")
    expect(page.get_by_role("img").first).to_be_visible()
