"""Take the pictures of the page Pemasangan for `docs/pictures`, over a picture of the morning:

    python -m tests.web.setup_pictures docs/pictures

An office is set up from nothing by the real networks; its camera gives one rendered picture.
"""

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

from cameras.recordings import open_recording
from service.assembly import open_eyes
from service.commands.demo import MORNING
from tests.cameras.servers import snapshot_server
from tests.live_office import PASSWORD, live_office, png, served
from tests.web.conftest import ARGUMENTS
from vision.values import Image

MOMENT = "08:04:30"
"""When loket 4 of the bundled morning is staffed."""


def staffed_counter() -> Image:
    """Loket 4 of the bundled morning with somebody at it."""
    recording = open_recording(MORNING)
    for frame in recording.camera_frames("loket-4"):
        local = frame.captured_at.astimezone(recording.start.tzinfo)
        if f"{local:%H:%M:%S}" >= MOMENT:
            return frame.image
    raise LookupError(f"{MORNING}: expected a picture of loket-4 at {MOMENT}")


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description="Take the pictures of the page Pemasangan.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with (
        tempfile.TemporaryDirectory() as office,
        live_office(Path(office), eyes=open_eyes()) as live,
        served(live) as url,
        snapshot_server() as camera,
        sync_playwright() as playwright,
    ):
        camera.body = png(staffed_counter())
        secret, _ = live.accounts.sign_in("admin", PASSWORD, "127.0.0.1", timedelta(hours=1))
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS
        )
        for name, lang, size in (
            ("setup-id", "id", (1280, 900)),
            ("setup-en", "en", (1280, 900)),
            ("setup-phone-id", "id", (360, 780)),
        ):
            context = browser.new_context(viewport={"width": size[0], "height": size[1]})
            for key, value in (("siaga_language", lang), ("siaga_session", secret)):
                context.add_cookies([{"name": key, "value": value, "url": url}])
            page = context.new_page()
            page.set_default_timeout(60000)
            page.goto(f"{url}/setup")
            page.locator("#add").click()
            page.locator("#url").fill(camera.url)
            page.locator("#show").click()
            page.locator("#sees").wait_for()
            page.locator(".tool-desk").click()
            page.wait_for_timeout(4000)
            path = folder / f"{name}.jpg"
            page.screenshot(path=path, type="jpeg", quality=80, full_page=True)
            page.screenshot(path=Path("artefacts") / f"{name}.png", full_page=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
