"""Take the picture of the page Tren for `docs/pictures`, over three made-up weeks:

python -m tests.web.trends_pictures docs/pictures
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.fakes_week import POLICY, remember
from tests.web.conftest import ARGUMENTS
from tests.web.stage import stage_in


def main() -> None:
    """Take it."""
    parser = argparse.ArgumentParser(description="Take the picture of the page Tren.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with (
        tempfile.TemporaryDirectory() as office,
        stage_in(Path(office)) as stage,
        sync_playwright() as playwright,
    ):
        stage.office._policy = POLICY
        remember(stage.store)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{stage.url}/trends?weeks=4")
        page.screenshot(path=folder / "trends-id.jpg", type="jpeg", quality=80)
        browser.close()


if __name__ == "__main__":
    main()
