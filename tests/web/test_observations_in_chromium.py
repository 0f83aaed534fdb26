"""The page at the counter, on a phone of 360 px, by touch, on a network that comes and goes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from service.policies import load_policy
from tests.fakes_office import DAY
from tests.web.stage import Stage, stage_in
from vision.entries import Entered, may_be_entered
from vision.policy import Observability

pytestmark = pytest.mark.browser
PATH = "/observations"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An office under the whole standard."""
    with stage_in(tmp_path) as made:
        made.office._policy = load_policy("djpb-spm")
        yield made


@pytest.fixture
def phone(chromium: Browser, stage: Stage) -> Iterator[Page]:
    """A phone with the page open."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(stage.url + PATH)
    yield page
    context.close()
    assert wrong == []


def look(page: Page, clause: str) -> Locator:
    """The row of a clause."""
    return page.locator(f'[data-clause="{clause}"]')


def tap(page: Page, clause: str, name: str) -> None:
    """Tap a button of a row."""
    look(page, clause).get_by_role("button", name=name, exact=True).tap()


def kept(stage: Stage) -> list[tuple[str, str | None, int, Entered, str]]:
    """What arrived."""
    rows = stage.store.entries.between(DAY, DAY)
    return [
        (e.entry.clause, e.entry.counter, e.entry.occasion, e.entry.entered, e.entry.note)
        for e in rows
    ]


def test_every_clause_that_only_people_judge_can_be_tapped(
    phone: Page, stage: Stage, keep: Callable[[Page, str], None]
) -> None:
    """All `observation` and `never` clauses in force, each once, large enough for a thumb."""
    shown = phone.locator(".look").evaluate_all("rows => rows.map((row) => row.dataset.clause)")
    wanted = [
        clause.clause
        for clause in stage.office.policy().clauses
        if clause.observability in (Observability.NEVER, Observability.OBSERVATION)
        and may_be_entered(clause)
    ]
    assert sorted(shown) == sorted(wanted)
    assert len(shown) == 42
    tap(phone, "FO-S2a", "Terpenuhi")
    tap(phone, "FO-A4", "Belum")
    expect(phone.get_by_text("Semua tersimpan.")).to_be_visible()
    for box in phone.locator(".tap:visible, .place").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().toJSON())"
    ):
        assert box["height"] >= 44
        assert box["left"] >= 0
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    keep(phone, "observations-360-id")


def test_one_tap_enters_and_one_takes_back(phone: Page, stage: Stage) -> None:
    """Correction and undo are rows of their own."""
    tap(phone, "FO-S2a", "Belum")
    expect(look(phone, "FO-S2a").get_by_text("tersimpan 07.57")).to_be_visible()
    tap(phone, "FO-S2a", "Terpenuhi")
    tap(phone, "FO-S2a", "Terpenuhi")  # already so: nothing to enter
    tap(phone, "FO-S2a", "Batalkan")
    expect(phone.get_by_text("Semua tersimpan.")).to_be_visible()
    expect(look(phone, "FO-S2a").locator('[aria-pressed="true"]')).to_have_count(0)
    said = [entered for *_, entered, _ in kept(stage)]
    assert said == [Entered.NOT_MET, Entered.MET, Entered.WITHDRAWN]


def test_a_next_service_is_counted_apart_and_the_office_has_its_own_clauses(
    phone: Page, stage: Stage
) -> None:
    """Two services at loket 2, and who led the briefing."""
    phone.get_by_role("radio", name="Loket 2").tap()
    tap(phone, "FO-R10", "Terpenuhi")
    phone.get_by_role("button", name="Layanan berikutnya").tap()
    expect(look(phone, "FO-R10").locator('[aria-pressed="true"]')).to_have_count(0)
    tap(phone, "FO-R10", "Belum")
    expect(look(phone, "FO-R10").get_by_text("1 terpenuhi, 1 belum")).to_be_visible()
    phone.get_by_role("radio", name="Kantor").tap()
    tap(phone, "BR-1", "Terpenuhi")
    expect(phone.get_by_text("Semua tersimpan.")).to_be_visible()
    assert kept(stage) == [
        ("FO-R10", "loket_2", 1, Entered.MET, ""),
        ("FO-R10", "loket_2", 2, Entered.NOT_MET, ""),
        ("BR-1", None, 1, Entered.MET, ""),
    ]
    phone.reload()
    phone.get_by_role("radio", name="Loket 2").tap()
    expect(phone.get_by_text("Layanan ke-2")).to_be_visible()
    expect(look(phone, "FO-R10").locator('[aria-pressed="true"]')).to_have_text("Belum")


def test_a_note_is_kept_with_its_entry(phone: Page, stage: Stage) -> None:
    """Typed once, kept as typed."""
    tap(phone, "FO-S6a", "Belum")
    look(phone, "FO-S6a").get_by_role("button", name="Catatan", exact=True).tap()
    phone.get_by_label("Catatan untuk FO-S6a").fill('dua kali "<b>" terlewat')
    phone.get_by_role("button", name="Simpan catatan").tap()
    expect(phone.get_by_text("Semua tersimpan.")).to_be_visible()
    assert kept(stage)[-1][-1] == 'dua kali "<b>" terlewat'
    expect(look(phone, "FO-S6a").get_by_text("“dua kali")).to_be_visible()


def test_without_a_network_nothing_is_lost_and_the_page_says_so(
    phone: Page, stage: Stage, keep: Callable[[Page, str], None]
) -> None:
    """Tapped in a dead corner, sent at the desk; also when the page was closed in between."""
    stage.stop()
    for clause in ("FO-S2a", "FO-S2b", "FO-S4"):
        tap(phone, clause, "Terpenuhi")
    tap(phone, "FO-S4", "Belum")
    expect(phone.get_by_text("4 belum terkirim.")).to_be_visible()
    expect(look(phone, "FO-S4").get_by_text("belum terkirim")).to_be_visible()
    keep(phone, "observations-offline-360-id")
    phone.goto("about:blank")
    assert kept(stage) == []
    stage.start()
    phone.goto(stage.url + PATH)
    expect(phone.get_by_text("Semua tersimpan.")).to_be_visible()
    assert [(clause, said) for clause, _, _, said, _ in kept(stage)] == [
        ("FO-S2a", Entered.MET),
        ("FO-S2b", Entered.MET),
        ("FO-S4", Entered.MET),
        ("FO-S4", Entered.NOT_MET),
    ]


def test_an_answer_that_was_lost_is_asked_for_again_and_entered_once(
    phone: Page, stage: Stage
) -> None:
    """The server kept it; the phone never heard. A person may also ask for it at once."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(str(route.fetch().status))
            route.abort()
        else:
            route.continue_()

    phone.route("**/api/v1/observations", lose)
    tap(phone, "FO-S2a", "Terpenuhi")
    phone.get_by_role("button", name="Kirim sekarang").tap()
    expect(phone.get_by_text("Semua tersimpan.")).to_be_visible()
    assert lost == ["201"]
    assert len(kept(stage)) == 1


def test_what_the_server_refuses_stays_with_its_reason(phone: Page, stage: Stage) -> None:
    """A clause may have left the standard while the page was open."""
    stage.office._policy = load_policy("djpb-spm")
    phone.route(
        "**/api/v1/observations",
        lambda route: (
            route.fulfill(status=422, json={"error": {"code": "x", "message": "not in force"}})
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    tap(phone, "FO-S2a", "Terpenuhi")
    expect(look(phone, "FO-S2a").get_by_text("ditolak: not in force")).to_be_visible()
    phone.unroute("**/api/v1/observations")
    tap(phone, "FO-S2a", "Terpenuhi")
    expect(phone.get_by_text("Semua tersimpan.")).to_be_visible()
    assert len(kept(stage)) == 1


def test_a_session_that_ended_keeps_what_was_tapped(phone: Page, stage: Stage) -> None:
    """A phone in a pocket is signed out; the taps wait for the next sign-in."""
    phone.route(
        "**/api/v1/observations",
        lambda route: route.fulfill(status=401, json={"error": {"code": "not_signed_in"}}),
    )
    tap(phone, "FO-S2a", "Terpenuhi")
    expect(phone.get_by_text("1 catatan tetap tersimpan")).to_be_visible()
    expect(phone.get_by_role("link", name="Masuk")).to_be_visible()


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_is_open_to_everybody(
    open_page: Callable[..., Page],
    violations: Callable[[Page], list[str]],
    keep: Callable[[Page, str], None],
    lang: str,
) -> None:
    """axe finds nothing, in both languages, on a phone and on a desk."""
    page = open_page(PATH, lang=lang, width=360, height=740)
    page.locator(".tap").first.click()
    expect(page.locator(".look-after").first).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 720})
    assert violations(page) == []
    keep(page, f"observations-1280-{lang}")
