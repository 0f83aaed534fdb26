"""Take the pictures of `docs/pictures` from a running demo: `siaga demo` first, then

    python -m tests.web.pictures http://127.0.0.1:8477 docs/pictures

It waits for two moments of the bundled morning: three minutes before the answer, and the seconds
after it in which somebody stands before the camera of loket 4.
"""

import argparse
import json
import re
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.conftest import ARGUMENTS

VIEWS = {  # name: path, language, size
    "board-id": ("/", "id", (1280, 720)),
    "board-en": ("/", "en", (1280, 720)),
    "board-phone-id": ("/", "id", (360, 740)),
    "board-wall-id": ("/?mode=wall", "id", (1920, 1080)),
}
BEFORE, AFTER = "07:52", "07:55:04"
PATIENCE_S = 600


def office_time(url: str) -> str:
    """The clock of the office, HH:MM:SS."""
    with urlopen(f"{url}/api/v1/readiness") as answer:
        at: str = json.load(answer)["at"]
    return at[11:19]


def wait_for(url: str, moment: str) -> None:
    """Until the office's clock has reached a time of day. Errors: TimeoutError."""
    deadline = time.monotonic() + PATIENCE_S
    while office_time(url) < moment:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url}: the clock never reached {moment}")
        time.sleep(0.25)


def opened(browser: Browser, url: str, view: tuple[str, str, tuple[int, int]]) -> Page:
    """A page of the demo."""
    path, lang, (width, height) = view
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies([{"name": "siaga_language", "value": lang, "url": url}])
    page = context.new_page()
    page.goto(url + path, wait_until="domcontentloaded")
    page.wait_for_timeout(1500)
    return page


def take(page: Page, folder: Path, name: str) -> None:
    """One picture, whole page."""
    page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=82, full_page=True)


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    url, folder = arguments.url.rstrip("/"), arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS
        )
        wait_for(url, BEFORE)
        take(opened(browser, url, VIEWS["board-id"]), folder, "board-before-id")
        pages = {name: opened(browser, url, view) for name, view in VIEWS.items()}
        wait_for(url, AFTER)
        for name, page in pages.items():
            take(page, folder, name)
        flags = opened(browser, url, ("/flags", "id", (1280, 720)))
        take(flags, folder, "flags-id")
        flags.get_by_role("link", name=re.compile("Terlihat cangkir")).first.click()
        flags.locator("#picture img.frame").wait_for()
        flags.wait_for_timeout(500)
        take(flags, folder, "replay-id")
        browser.close()


if __name__ == "__main__":
    main()
