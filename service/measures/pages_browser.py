"""Debian's Chromium for the measure `pages`, driven by playwright, which only developers have."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from service.measuring import NotMeasured
from service.web.board_page import element_key

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_MS = 30_000.0
PATIENCE_S = 15.0

PAINTED = """
const painted = () => new Promise((done) => requestAnimationFrame(() => {
  const after = new MessageChannel();
  after.port1.onmessage = () => done(performance.timeOrigin + performance.now());
  after.port2.postMessage(0);
}));
"""
"""Resolves when the next frame has been drawn, with milliseconds since 1970."""

WATCH = (
    """() => {"""
    + PAINTED
    + """
  const words = () => Object.fromEntries(
    [...document.querySelectorAll("article.tile")].map((tile) => [tile.id, tile.dataset.words]));
  const first = words();
  const seen = (window.tilesPainted = {});
  new MutationObserver(() => {
    const now = words();
    const fresh = Object.keys(now).filter((id) => now[id] !== first[id] && !(id in seen));
    for (const id of fresh) seen[id] = null;
    if (fresh.length) painted().then((at) => { for (const id of fresh) seen[id] = at; });
  }).observe(document.getElementById("content"), { childList: true, subtree: true });
  return first;
}"""
)

SCRUB = (
    """async () => {"""
    + PAINTED
    + """
  const scrub = document.getElementById("scrub");
  const shown = () => {
    const image = document.querySelector("#picture img.frame");
    return image && image.complete && image.naturalWidth ? image.src : "";
  };
  const steps = [];
  const pictures = new Set();
  for (let i = 0; i <= Number(scrub.max); i += 1) {
    const began = performance.now();
    scrub.value = String(i);
    scrub.dispatchEvent(new Event("input", { bubbles: true }));
    do await painted(); while (!shown() && performance.now() - began < 5000);
    steps.push(performance.now() - began);
    pictures.add(shown());
  }
  return { steps, pictures: pictures.size, missing: pictures.has("") };
}"""
)

TIMES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return {
    painted: paint ? paint.startTime : null, loaded: page.loadEventEnd, answered: page.responseEnd,
  };
}"""

CLOCK = "() => performance.timeOrigin + performance.now()"


def tile_of(counter: str) -> str:
    """The id of a counter's tile on the board."""
    return f"tile-{element_key(counter)}"


@dataclass(frozen=True, slots=True)
class Visit:
    """One page opened with an empty cache: milliseconds since it was asked for, bytes received."""

    answered_ms: float
    painted_ms: float
    loaded_ms: float
    wire: Mapping[str, int]

    @property
    def wire_bytes(self) -> int:
        """All of it."""
        return sum(self.wire.values())

    def told(self) -> str:
        """What the bytes are of."""
        return ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(self.wire.items()))


@dataclass
class Wire:
    """The bytes of every answer of a page, headers included, by kind of resource.

    Without slots: playwright writes on whom it calls.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    sizes: Counter[str] = field(default_factory=Counter)

    def follow(self, session: Any) -> None:
        """Listen to Chromium's own count."""
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._began)
        session.on("Network.dataReceived", self._came)
        session.on("Network.loadingFinished", self._done)
        session.send("Network.enable")

    def _asked(self, said: Any) -> None:
        self.kinds[said["requestId"]] = said.get("type", "Other")

    def _began(self, said: Any) -> None:
        self.sizes[said["requestId"]] = int(said["response"]["encodedDataLength"])

    def _came(self, said: Any) -> None:
        self.sizes[said["requestId"]] += int(said["encodedDataLength"])

    def _done(self, said: Any) -> None:
        self.sizes[said["requestId"]] = int(said["encodedDataLength"])

    def by_kind(self) -> dict[str, int]:
        """Bytes of documents, style sheets, scripts, images, ..."""
        found: Counter[str] = Counter()
        for request, size in self.sizes.items():
            found[self.kinds.get(request, "Other")] += size
        return dict(found)


class OpenPage:
    """A page somebody looks at."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._ahead_ms = 0.0
        self.tiles: tuple[str, ...] = ()

    def watch_tiles(self) -> None:
        """From now on note when a tile that says something else was painted."""
        asked = time.time() * 1000
        here = self._page.evaluate(CLOCK)
        self._ahead_ms = here - (asked + time.time() * 1000) / 2
        self.tiles = tuple(self._page.evaluate(WATCH))

    def tiles_painted(self) -> dict[str, float]:
        """When each tile that changed was painted, milliseconds since 1970 by this machine."""
        found = self._page.evaluate("() => window.tilesPainted")
        return {tile: at - self._ahead_ms for tile, at in found.items() if at is not None}

    def scrubbed(self, pictures: int) -> list[float]:
        """Milliseconds of each step of the replay's slider. Errors: NotMeasured."""
        self._page.wait_for_selector("#picture img.frame")
        found = self._page.evaluate(SCRUB)
        if found["missing"] or found["pictures"] != pictures:
            raise NotMeasured(f"expected {pictures} pictures in the replay, got {found}")
        steps: list[float] = found["steps"]
        return steps


class Chromium:
    """A browser in which nobody has been anywhere."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    @contextmanager
    def page(self, url: str) -> Iterator[OpenPage]:
        """A page, loaded."""
        with self._blank() as page:
            page.goto(url, wait_until="load")
            yield OpenPage(page)

    def visit(self, url: str, settles_s: float = 0.0) -> Visit:
        """Open a page with an empty cache, and leave it `settles_s` after it was loaded."""
        with self._blank() as page:
            wire = Wire()
            wire.follow(page.context.new_cdp_session(page))
            answer = page.goto(url, wait_until="load")
            if answer is None or answer.status != 200:
                raise NotMeasured(f"{url}: expected a page, got {answer and answer.status}")
            page.wait_for_timeout(1000 * settles_s)
            times = page.evaluate(TIMES)
            until = time.monotonic() + PATIENCE_S
            while times["painted"] is None or not times["loaded"]:
                if time.monotonic() > until:
                    raise NotMeasured(f"{url}: expected it to be painted, got {times}")
                page.wait_for_timeout(50)
                times = page.evaluate(TIMES)
            return Visit(times["answered"], times["painted"], times["loaded"], wire.by_kind())

    @contextmanager
    def _blank(self) -> Iterator[Any]:
        context = self._browser.new_context(viewport={"width": 1280, "height": 720})
        try:
            page = context.new_page()
            page.set_default_timeout(TIMEOUT_MS)
            yield page
        finally:
            context.close()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Chromium, headless. Errors: NotMeasured without playwright or Chromium."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise NotMeasured(
            "playwright: expected it in this environment, it is not there; install the extra dev"
        ) from None
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NotMeasured(f"expected {' or '.join(NAMES)}, found none; `make packages` brings it")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=program, headless=True, args=list(ARGUMENTS)
            )
        except Error as error:
            raise NotMeasured(f"{program}: it did not start: {error.message[:300]}") from None
        try:
            yield Chromium(browser)
        except Error as error:
            raise NotMeasured(f"{program}: {error.message[:300]}") from error
        finally:
            browser.close()
