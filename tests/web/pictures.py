"""Take the pictures of `docs/pictures` from a running demo: `siaga demo` first, then

    python -m tests.web.pictures http://127.0.0.1:8477 docs/pictures

It waits for three moments of the bundled morning: three minutes before the answer, the seconds
after it in which somebody stands before the camera of loket 4, and the time after opening. Then it
does what a supervisor would do until the evening, for the briefing of the next day.
"""

import argparse
import json
import re
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.conftest import ARGUMENTS

VIEWS = {  # name: path, language, size
    "board-id": ("/", "id", (1280, 720)),
    "board-en": ("/", "en", (1280, 720)),
    "board-phone-id": ("/", "id", (360, 740)),
    "board-wall-id": ("/?mode=wall", "id", (1920, 1080)),
}
BEFORE, AFTER, OPEN = "07:52", "07:55:04", "08:00:20"
TOMORROW = "/briefing/2026-11-25"
SEEN = (  # clause, counter, outcome, occasion, note: what a supervisor taps during the day
    ("FO-R10", "FO-1", "not_met", 1, ""),
    ("FO-R10", "FO-1", "met", 2, ""),
    ("FO-R10", "FO-1", "not_met", 3, ""),
    ("FO-S6a", "FO-3", "met", 1, "keluhan dicatat sampai tuntas"),
    ("FO-S2a", "FO-2", "met", 1, ""),
)
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


def wait_for_answers(url: str) -> None:
    """Until the answer of every counter has fallen: the judge is seconds behind the clock.

    Errors: TimeoutError.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with urlopen(f"{url}/api/v1/readiness") as answer:
            if all(counter["decided"] for counter in json.load(answer)["counters"]):
                return
        time.sleep(0.25)
    raise TimeoutError(f"{url}: the answers never fell")


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


def post(url: str, path: str, body: dict[str, object]) -> None:
    """A supervisor's act. What was settled already (409) is passed over."""
    headers = {"Content-Type": "application/json", "Origin": url}
    request = Request(f"{url}/api/v1{path}", json.dumps(body).encode(), headers)
    try:
        urlopen(request).close()
    except HTTPError as refused:
        if refused.code != 409:
            raise


def work_through_the_day(url: str) -> None:
    """Confirm what the camera says is not met, and enter what no camera sees."""
    with urlopen(f"{url}/api/v1/flags?limit=200") as answer:
        flags = json.load(answer)["items"]
    for flag in flags:
        if flag["verdict"]["outcome"] == "not_met":
            with urlopen(f"{url}/api/v1/flags/{flag['flag']}/reviews") as answer:
                version = json.load(answer)["version"]
            body = {"version": version, "act": "agree"}
            post(url, f"/flags/{flag['flag']}/reviews", body)
    for n, (clause, counter, outcome, occasion, note) in enumerate(SEEN):
        entry: dict[str, object] = {"key": f"picture-{n}", "day": "2026-11-24", "clause": clause}
        entry |= {"counter": counter, "outcome": outcome, "occasion": occasion, "note": note}
        post(url, "/observations", entry)


def take_the_next_morning(browser: Browser, url: str, folder: Path) -> None:
    """The observations of the day and the briefing made of it."""
    phone = opened(browser, url, ("/observations", "id", (360, 740)))
    phone.get_by_role("radio", name="Loket 1").check()
    phone.wait_for_timeout(300)
    phone.screenshot(path=folder / "observations-phone-id.jpg", type="jpeg", quality=82)
    for lang in ("id", "en"):
        page = opened(browser, url, (TOMORROW, lang, (1000, 720)))
        sheet = page.locator(".sheet")
        sheet.screenshot(path=folder / f"briefing-{lang}.jpg", type="jpeg", quality=82)


def take_reviews(browser: Browser, url: str, folder: Path) -> None:
    """The queue, one item with its list of grounds, a span of the day, and accuracy."""
    queue = opened(browser, url, ("/reviews", "id", (1280, 720)))
    take(queue, folder, "reviews-id")
    queue.get_by_role("link", name=re.compile("Terlihat cangkir")).first.click()
    queue.locator("#picture img.frame").wait_for()
    queue.keyboard.press("t")
    queue.wait_for_timeout(500)
    take(queue, folder, "review-id")
    phone = opened(browser, url, (queue.url.removeprefix(url), "en", (360, 740)))
    phone.locator("#picture img.frame").wait_for()
    take(phone, folder, "review-phone-en")
    span = "/replays?counter=FO-2&time=07:50&minutes=5&check=desk_clear"
    replay = opened(browser, url, (span, "id", (1280, 720)))
    replay.locator("#number").select_option("obj_repeat")
    replay.locator("#value").fill("20")
    replay.get_by_role("button", name="Nilai ulang").click()
    replay.locator("#whatif-answer p").first.wait_for()
    replay.wait_for_timeout(500)
    take(replay, folder, "span-id")
    take(opened(browser, url, ("/accuracy", "id", (1280, 720))), folder, "accuracy-id")


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
        wait_for_answers(url)
        for name, page in pages.items():
            take(page, folder, name)
        flags = opened(browser, url, ("/flags", "id", (1280, 720)))
        take(flags, folder, "flags-id")
        flags.get_by_role("link", name=re.compile("Terlihat cangkir")).first.click()
        flags.locator("#picture img.frame").wait_for()
        flags.wait_for_timeout(500)
        take(flags, folder, "replay-id")
        take_reviews(browser, url, folder)
        wait_for(url, OPEN)
        work_through_the_day(url)
        take_the_next_morning(browser, url, folder)
        browser.close()


if __name__ == "__main__":
    main()
