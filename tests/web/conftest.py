"""A browser for the pages: Debian's Chromium, one per run; every page is watched for errors."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.stage import Stage, add_cup_flag, stage_in

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ARTEFACTS = Path(__file__).parents[2] / "artefacts" / "web"
HARMLESS = ("net::ERR_", "Failed to load resource")
"""What Chromium itself writes when a server is gone or refuses; a test that cares looks closer."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A served office at 07:57 whose demo signs this machine in."""
    with stage_in(tmp_path) as made:
        yield made


@pytest.fixture
def flag_id(stage: Stage) -> int:
    """A flag about a cup, with its pictures."""
    return add_cup_flag(stage)


def watch(page: Page, complaints: list[str]) -> None:
    """Write down every script error and violation of the content security policy of a page."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type in ("error", "warning") and not any(word in said.text for word in HARMLESS)
            else None
        ),
    )


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, stage: Stage) -> Iterator[OpenPage]:
    """Open a path of the stage: `open_page("/", lang="en", width=360)`.

    A script error or a violation of the content security policy fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(path: str = "/", *, lang: str = "id", width: int = 1280, height: int = 720) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="id-ID")
        contexts.append(context)
        context.add_cookies([{"name": "siaga_language", "value": lang, "url": stage.url}])
        page = context.new_page()
        page.set_default_timeout(8000)
        watch(page, complaints)
        page.goto(stage.url + path, wait_until="domcontentloaded")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a picture of the page under `artefacts/`, for people to look at."""

    def kept(page: Page, name: str) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    return kept


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong on a page, in the words of axe: WCAG 2.2 A and AA."""
    source = (Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js").read_text("utf-8")

    def found(page: Page) -> list[str]:
        page.evaluate(source)
        answer = page.evaluate(
            """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
            'wcag22aa', 'best-practice']})"""
        )
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in answer["violations"]
            for node in one["nodes"]
        ]

    return found
