"""One morning as three people live it: from a camera nobody knows to the printed briefing.

The recording is the bundled one, the networks are those that ship, and every page is a browser's.
Loket 3 is empty until 07:57:20.
"""

import io
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unicodedata import normalize

import cv2
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from cameras.recordings import open_recording
from service.accounts import Role
from service.assembly import open_eyes
from service.commands.demo import MORNING
from tests.cameras.servers import SnapshotServer, snapshot_server
from tests.live_office import PASSWORD, LiveOffice, SteadyClock, live_office, served
from tests.web.conftest import watch
from tests.web.test_setup_in_chromium import corners, tap
from vision.values import Image

pytestmark = pytest.mark.browser

STAFF = ((0.36, 0.05), (0.77, 0.08), (0.75, 0.55), (0.72, 0.76), (0.26, 0.64), (0.23, 0.16))
DESK = ((0.82, 0.74), (0.81, 0.88), (0.13, 0.70), (0.20, 0.60))


def jpeg(image: Image) -> bytes:
    """As a camera gives it."""
    coded, data = cv2.imencode(".jpg", image)
    assert coded
    return data.tobytes()


def clock(text: str) -> datetime:
    """A time of that Tuesday in Jakarta."""
    return datetime.fromisoformat(f"2026-11-24T{text}+07:00")


class StoryClock(SteadyClock):
    """The office's time, which the story lets walk, run, or jump to the next morning."""

    def go(self, speed: float, to: datetime | None = None) -> None:
        """From now on, or from `to` on, so many times as fast as the machine."""
        self.start = to if to is not None else self.now()
        self._began, self.speed = time.monotonic(), speed

    def wait_until(self, at: datetime, stop: threading.Event) -> bool:
        """Wait for it; False when stopped before."""
        while (left_s := (at - self.now()).total_seconds() / self.speed) > 0:
            if stop.wait(min(left_s, 0.1)):
                return False
        return not stop.is_set()


@contextmanager
def shows(camera: SnapshotServer, recorded: str, clock_: StoryClock) -> Iterator[None]:
    """The camera shows what the recorded one showed at the office's time."""
    times, shown = [], []
    since = clock_.now() - timedelta(seconds=30)
    for frame in open_recording(MORNING).camera_frames(recorded, since=since):
        times.append(frame.captured_at)
        shown.append(jpeg(frame.image))
    stop = threading.Event()

    def play() -> None:
        while not stop.wait(0.05):
            camera.body = shown[max(0, bisect_right(times, clock_.now()) - 1)]

    camera.body = shown[0]
    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def runs_to(live: LiveOffice, time_: StoryClock, at: datetime) -> None:
    """Let the office's time run there, as fast as its eyes follow on this machine."""
    (counter,) = live.setup.settings.layout.counters
    while (now := time_.now()) < at:
        sample = live.running.last_sample(counter.counter)
        follows = sample is not None and now - sample.captured_at < timedelta(seconds=1.5)
        time_.go(10 if follows else 1)
        time.sleep(0.05)
    time_.go(1)


def test_a_morning_from_set_up_to_the_printed_briefing(
    tmp_path: Path, chromium: Browser, keep: Callable[[Page, str], None]
) -> None:
    """The administrator sets a camera up, the board accuses rightly, the section head agrees, and
    the next briefing says it of a counter, on one page.
    """
    complaints: list[str] = []
    time_ = StoryClock(clock("07:47:00"))
    with (
        live_office(tmp_path, clock=time_, eyes=open_eyes()) as live,
        snapshot_server() as camera,
        shows(camera, "loket-3", time_),
        served(live) as url,
    ):

        def sits(role: Role, path: str) -> Page:
            secret, _ = live.accounts.sign_in(role.value, PASSWORD, "127.0.0.1", timedelta(days=2))
            context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="id-ID")
            context.add_cookies(
                [
                    {"name": "siaga_language", "value": "id", "url": url},
                    {"name": "siaga_session", "value": secret, "url": url},
                ]
            )
            page = context.new_page()
            page.set_default_timeout(60000)
            watch(page, complaints)
            page.goto(url + path, wait_until="domcontentloaded")
            return page

        # The administrator: a camera, two zones, a name.
        page = sits(Role.ADMIN, "/setup")
        page.get_by_role("button", name="Tambah loket").click()
        page.get_by_label("Alamat kamera (URL)").fill(camera.url)
        page.get_by_role("button", name="Lihat gambar").click()
        expect(page.locator("#still")).to_be_visible(timeout=60000)
        for kind, drawn in (("staff", STAFF), ("desk", DESK)):
            page.locator(f".tool-{kind}").click()
            if corners(page, kind):
                page.get_by_role("button", name="Hapus zona").click()
            for x, y in drawn:
                tap(page, x, y)
            assert len(corners(page, kind)) == len(drawn)
        page.get_by_label("Nama loket").fill("Loket 3")
        page.get_by_role("button", name="Simpan loket").click()
        expect(page.locator("#bar-words")).to_contain_text("Loket 3 tersimpan")
        assert time_.now() < clock("07:50:00"), "three minutes were enough until today"

        # The head of office: nobody sits there five minutes before opening.
        board = sits(Role.SUPERVISOR, "/")
        time_.go(1, to=clock("07:49:45"))
        runs_to(live, time_, clock("07:55:10"))
        tile = board.locator(".tile").filter(has_text="Loket 3")
        expect(tile).to_contain_text("BELUM")
        expect(tile).to_contain_text("kosong")
        keep(board, "story-board")
        runs_to(live, time_, clock("08:01:00"))

        # The section head: looks, and agrees.
        review = sits(Role.EVALUATOR, "/reviews")
        review.locator(".flag-row a").first.click()
        expect(review.locator("#picture img.frame")).to_be_visible()
        keep(review, "story-review")
        review.keyboard.press("s")
        review.wait_for_url("**done=*")

        # The next morning.
        time_.go(1, to=clock("07:20:00") + timedelta(days=1))
        briefing = sits(Role.SUPERVISOR, "/briefing/2026-11-25")
        expect(briefing.locator(".sheet")).to_contain_text("Loket 3 baru terisi")
        keep(briefing, "story-briefing")
        printed = PdfReader(io.BytesIO(briefing.pdf(prefer_css_page_size=True)))
        assert len(printed.pages) == 1
        text = " ".join(normalize("NFKC", printed.pages[0].extract_text()).split())
        assert "Loket 3 baru terisi" in text
        for context in chromium.contexts:
            context.close()
    assert complaints == []
