"""Take the pictures of the page Pengaturan for `docs/pictures`:

python -m tests.web.settings_pictures docs/pictures
"""

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.live_office import EMPTY_OFFICE, PASSWORD, live_office, served
from tests.web.conftest import ARGUMENTS

OFFICE = (
    EMPTY_OFFICE
    + """
[[calendar.seasons]]
name = "Ramadan"
from = 2027-02-08
to = 2027-03-09
briefing = "07:30"
opens = "08:00"
closes = "14:00"
break = ["12:00", "12:30"]

[[calendar.holidays]]
date = 2027-03-20
name = "Hari jadi kabupaten"
type = "lokal"
"""
)


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description="Take the pictures of the page Pengaturan.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with (
        tempfile.TemporaryDirectory() as office,
        live_office(Path(office), OFFICE) as live,
        served(live) as url,
        sync_playwright() as playwright,
    ):
        secret, _ = live.accounts.sign_in("admin", PASSWORD, "127.0.0.1", timedelta(hours=1))
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS
        )
        for lang in ("id", "en"):
            context = browser.new_context(viewport={"width": 1280, "height": 1150})
            for key, value in (("siaga_language", lang), ("siaga_session", secret)):
                context.add_cookies([{"name": key, "value": value, "url": url}])
            page = context.new_page()
            page.goto(f"{url}/settings")
            page.screenshot(path=folder / f"settings-{lang}.jpg", type="jpeg", quality=80)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
