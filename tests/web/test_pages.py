"""Pages without a browser: who gets in, what the answers carry, what is refused in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.accounts import Role
from service.api import ApiSettings, create_app
from service.board import Board, TileState
from service.texts import Lang, catalogue
from service.web.board_page import board_view, element_key
from service.web.pages import local_path
from service.web.static_files import static_file, static_url
from service.web.tones import Tone
from tests.fakes_office import FakeOffice, clock, fake_policy
from tests.web.stage import Stage, add_cup_flag
from vision.day import Phase
from vision.values import Status

PASSWORD = "kursi-biru-42-hujan"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Stage]:
    """An office that asks everybody to sign in; nothing is served on a port."""
    made = Stage(tmp_path, ApiSettings())
    yield made
    made.close()


@pytest.fixture
def client(office: Stage) -> Iterator[TestClient]:
    """A program that speaks to it without following redirects."""
    app = create_app(office.office, office.store, office.evidence, office.settings)
    with TestClient(app, base_url="https://siaga.example", follow_redirects=False) as made:
        yield made


def sign_in(client: TestClient, role: Role) -> None:
    """Make an account of this role and sign in with it."""
    accounts = client.app.state.door.accounts  # type: ignore[attr-defined]
    accounts.add(role.value, role, PASSWORD, by="test")
    answer = client.post("/api/v1/session", json={"name": role.value, "password": PASSWORD})
    assert answer.status_code == 201


@pytest.mark.parametrize("path", ["/", "/?mode=wall", "/flags", "/flags/1"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(
    client: TestClient, path: str
) -> None:
    """The wanted page is remembered, so that nothing has to be found again."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?to=")
    shown = client.get(answer.headers["location"])
    assert shown.status_code == 200
    assert f'data-to="{path}"' in shown.text


def test_a_page_that_is_open_already_is_told_that_its_session_ended(client: TestClient) -> None:
    """A fragment must not be answered with a sign-in page in its place."""
    assert client.get("/board/tiles").status_code == 401
    assert client.get("/board/pulse").status_code == 401
    more = client.get("/flags?after=9&part=rows", headers={"hx-request": "true"})
    assert (more.status_code, more.headers["hx-redirect"]) == (401, "/login")


@pytest.mark.parametrize("role", Role)
def test_the_replay_is_offered_only_to_who_may_open_it(
    office: Stage, client: TestClient, role: Role
) -> None:
    """A viewer sees the board without a link that would only refuse."""
    flag_id = add_cup_flag(office, frames=1)
    sign_in(client, role)
    may = role is not Role.VIEWER
    board = client.get("/", headers={"accept": "text/html"})
    assert board.status_code == 200
    assert ('href="/flags"' in board.text) is may
    assert ('href="/flags/1"' in board.text) is may
    answer = client.get(f"/flags/{flag_id}", headers={"accept": "text/html"})
    assert answer.status_code == (200 if may else 403)
    if not may:
        assert "Halaman ini bukan untuk peran Anda" in answer.text
        assert "peralatan makan" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/reviews", "/reviews?queue=second", "/reviews/1", "/accuracy", "/misses/new"),
        *("/rechecks", "/rechecks/1"),
    ],
)
def test_a_viewer_who_types_the_address_of_a_review_gets_no_data(
    office: Stage, client: TestClient, path: str
) -> None:
    """403 in words, and the page holds nothing of what it would have shown."""
    add_cup_flag(office, frames=1)
    sign_in(client, Role.VIEWER)
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "Halaman ini bukan untuk peran Anda" in answer.text
    for word in ("cangkir", "peralatan makan", "Loket 2", "evidence"):
        assert word not in answer.text, word


def test_a_viewer_contests_from_the_board_and_sees_no_picture(
    office: Stage, client: TestClient
) -> None:
    """Whom a finding concerns may answer it without becoming a reviewer."""
    flag_id = add_cup_flag(office, frames=1)
    sign_in(client, Role.VIEWER)
    board = client.get("/", headers={"accept": "text/html"}).text
    assert f'href="/contests/new?flag={flag_id}"' in board
    page = client.get(f"/contests/new?flag={flag_id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "evidence" not in page.text
    assert client.get("/contests", headers={"accept": "text/html"}).status_code == 200
    assert client.get("/contests/new?flag=99", headers={"accept": "text/html"}).status_code == 404


@pytest.mark.parametrize("path", ["/flags/999", "/flags/abc", "/nowhere", "/language/xx"])
def test_an_address_that_leads_nowhere_is_refused_in_words(client: TestClient, path: str) -> None:
    """A number alone helps nobody."""
    sign_in(client, Role.ADMIN)
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text
    client.cookies.set("siaga_language", "en")
    assert "Page not found" in client.get(path, headers={"accept": "text/html"}).text


def test_every_page_carries_a_policy_that_forbids_inline_script(client: TestClient) -> None:
    """And no page needs any: no inline script, no inline style, no handler in an attribute."""
    sign_in(client, Role.SUPERVISOR)
    paths = ("/", "/?mode=wall", "/flags", "/reviews", "/contests", "/accuracy", "/misses/new")
    for path in (*paths, "/rechecks", "/login", "/nowhere"):
        answer = client.get(path, headers={"accept": "text/html"})
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        scripts = re.findall(r"<script\b([^>]*)>", answer.text)
        assert all("src=" in s or 'type="application/json"' in s for s in scripts), path
        assert not re.search(r"\sstyle=|<style|\son\w+=", answer.text), path


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (None, "/"),
        ("", "/"),
        ("/flags?after=3", "/flags?after=3"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\nSet-Cookie: a=b", "/"),
    ],
)
def test_no_link_leads_away_from_this_server(wanted: str | None, path: str) -> None:
    """`to` comes from outside and is not believed."""
    assert local_path(wanted) == path


def test_the_language_is_remembered(client: TestClient) -> None:
    """Indonesian until somebody chose English."""
    assert '<html lang="id"' in client.get("/login").text
    answer = client.get("/language/en?to=/login")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert '<html lang="en"' in client.get("/login").text


def test_files_are_named_by_content_and_kept_for_ever(client: TestClient) -> None:
    """A wall screen fetches the style once, and a new release at once."""
    url = static_url("siaga.css")
    answer = client.get(url)
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == static_file("siaga.css").plain
    known = client.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert known.status_code == 304
    assert client.get("/static/siaga.css").headers["cache-control"] == "no-cache"
    plain = client.get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


@pytest.mark.parametrize(
    "name",
    ["../routes.py", "..%2froutes.py", "nothing.css", "vendor/", "vendor", "%00.css", "a\\b.js"],
)
def test_only_the_files_of_pages_are_served(client: TestClient, name: str) -> None:
    """Nothing above the folder, and no folder."""
    assert client.get(f"/static/{name}").status_code in (303, 404)
    with pytest.raises(KeyError):
        static_file(name)


def test_the_first_page_is_small(client: TestClient) -> None:
    """Less than 120 KB over the wire with everything but the pictures."""
    sign_in(client, Role.SUPERVISOR)
    page = client.get("/", headers={"accept": "text/html"})
    size = len(page.content)
    for name in re.findall(r"/static/([^?\"]+)", page.text):
        size += len(static_file(name).packed)
    assert size < 60_000


def test_every_message_that_a_page_uses_is_in_the_catalogue() -> None:
    """A page that meets an unknown message id would fail only when it is opened."""
    folder = files("service.web")
    for template in sorted(Path(str(folder.joinpath("templates"))).glob("*.html")):
        used = re.findall(r"\bt\(\s*['\"]([\w.]+)['\"]", template.read_text("utf-8"))
        assert set(used) <= set(catalogue()), template.name


def test_flags_come_in_pages(office: Stage, client: TestClient) -> None:
    """Thousands of flags open as fast as fifty."""
    sign_in(client, Role.EVALUATOR)
    for i in range(52):
        add_flag_of_day(office, i)
    first = client.get("/flags").text
    assert first.count('class="flag-row') == 50
    older = re.search(r'href="(/flags\?after=\d+)"', first)
    assert older is not None
    rest = client.get(f"{older.group(1)}&part=rows").text
    assert rest.count('class="flag-row') == 2
    assert "<html" not in rest
    assert "older" not in rest


def add_flag_of_day(office: Stage, i: int) -> None:
    """One flag a day."""
    verdict = replace(
        office.office.standing("loket_2")[0], decided_at=clock(7, 55) + timedelta(days=i)
    )
    record_id = office.store.add_record(verdict)
    office.store.open_flag(record_id, verdict, (clock(7, 54), clock(7, 56)))


# ------------------------------------------------------------ what the board says


def board_at(hour: int, minute: int) -> Board:
    """The fake office's board at a time."""
    return FakeOffice(clock(hour, minute)).board()


def test_before_the_answer_the_band_counts_down_to_it() -> None:
    """The head of office asks one thing: how long still."""
    view = board_view(board_at(7, 51), fake_policy(), Lang.ID)
    assert (view.hero.kind, view.hero.big) == ("countdown", "4 menit lagi")
    assert view.hero.lines == ("1 dari 3 loket terisi",)
    assert view.hero.opens == "buka pukul 08.00"


def test_after_it_the_frozen_answer_stands_beside_the_state_of_now() -> None:
    """A late counter that is manned now still shows what was answered at 07.55."""
    board = board_at(7, 57)
    second = replace(board.tiles[1], state=board.tiles[0].state, against=(), hints=())
    board = replace(board, tiles=(board.tiles[0], second, board.tiles[2]))
    view = board_view(board, fake_policy(), Lang.ID)
    assert view.hero.big == "1 dari 3 loket siap"
    assert view.hero.lines == ("sekarang 2 dari 3 siap",)
    tile = view.tiles[1]
    assert (tile.words, tile.tone) == ("SIAP", Tone.GREEN)
    assert tile.answer is not None
    assert (tile.answer.sentence, tile.answer.tone) == ("pukul 07.55: BELUM", Tone.AMBER)


def test_counters_that_are_not_rostered_count_nowhere() -> None:
    """Three posts, one of them closed today: two of two are ready."""
    board = board_at(7, 57)
    first = board.tiles[0]
    closed = replace(board.tiles[2], state=TileState.OFF, decided=None, decided_at=None, against=())
    tiles = (first, replace(first, counter="loket_2"), closed)
    hero = board_view(replace(board, tiles=tiles), fake_policy(), Lang.ID).hero
    assert (hero.big, hero.lines) == ("Semua loket siap", ("sekarang 2 dari 2 siap",))


def test_an_answer_that_never_fell_is_not_counted_as_none_ready() -> None:
    """An office switched on at nine has no answer for 07.55; that accuses nobody."""
    board = board_at(9, 0)
    tiles = tuple(replace(tile, decided=None, decided_at=None) for tile in board.tiles)
    hero = board_view(replace(board, tiles=tiles), fake_policy(), Lang.ID).hero
    assert (hero.kind, hero.big, hero.counts) == (
        "answer",
        "Tidak ada jawaban untuk pukul 07.55",
        (),
    )


def test_an_answer_that_is_still_being_made_is_not_called_missing() -> None:
    """Live the judge is some seconds behind: at 07.55.03 nobody may read that there is none."""
    board = replace(board_at(7, 55), now=clock(7, 55, 3))
    tiles = tuple(replace(tile, decided=None, decided_at=None) for tile in board.tiles)
    hero = board_view(replace(board, tiles=tiles), fake_policy(), Lang.ID).hero
    assert hero.big == "Jawaban pukul 07.55 sedang disusun"


@pytest.mark.parametrize("phase", [Phase.NIGHT, Phase.HOLIDAY, Phase.AFTER])
def test_at_night_and_on_holidays_the_board_says_when_the_next_moment_is(phase: Phase) -> None:
    """Nobody has to guess whether Siaga is broken or resting."""
    next_at = clock(7, 55) + timedelta(days=1)
    board = replace(board_at(19, 12), phase=phase, next_ready_at=next_at)
    hero = board_view(board, fake_policy(), Lang.EN).hero
    assert (hero.kind, hero.big) == ("rest", "Wednesday, 25 November 2026 07:55 WIB")
    unknown = board_view(replace(board, next_ready_at=None), fake_policy(), Lang.EN).hero
    assert unknown.big == "The next working day is not known yet"


def test_what_cannot_be_told_is_never_red_and_only_a_confirmed_finding_is() -> None:
    """docs/standard.md 3.1, P-23."""
    board = board_at(7, 57)
    late = board.tiles[1].against[0]
    for status, tone in ((Status.PROVISIONAL, Tone.AMBER), (Status.CONFIRMED, Tone.RED)):
        second = replace(board.tiles[1], against=(replace(late, status=status),))
        doubt = replace(
            board.tiles[2], against=(replace(board.tiles[2].against[0], status=status),)
        )
        view = board_view(
            replace(board, tiles=(board.tiles[0], second, doubt)), fake_policy(), Lang.ID
        )
        assert [tile.tone for tile in view.tiles] == [Tone.GREEN, tone, Tone.GREY]


def test_an_empty_counter_is_said_before_a_clause_is_decided() -> None:
    """In counter hours a tile that reads BELUM must say why."""
    board = board_at(7, 57)
    empty = replace(board.tiles[1], against=(), hints=(), staffed=False, since=clock(7, 56))
    view = board_view(replace(board, tiles=(empty,)), fake_policy(), Lang.ID)
    assert [line.sentence for line in view.tiles[0].lines] == ["Loket kosong, sejak 07.56"]


def test_one_cause_is_said_once() -> None:
    """Three clauses behind one dark camera are one line, and it leads to the evidence."""
    board = board_at(7, 57)
    dark = board.tiles[2].against[0]
    again = replace(dark, clause="FO-A6", flag=7)
    third = replace(board.tiles[2], against=(dark, again))
    view = board_view(replace(board, tiles=(third,)), fake_policy(), Lang.ID)
    assert len(view.tiles[0].lines) == 1
    assert view.tiles[0].lines[0].flag == 7


def test_a_clause_that_the_policy_no_longer_has_does_not_break_the_board() -> None:
    """A new version of the standard may drop one while the morning runs."""
    board = board_at(7, 57)
    odd = replace(board.tiles[1].against[0], clause="FO-Z9")
    view = board_view(
        replace(board, tiles=(replace(board.tiles[1], against=(odd,)),)), fake_policy(), Lang.ID
    )
    assert view.tiles[0].lines[0].sentence == "FO-Z9: tidak terpenuhi"


def test_a_tile_changes_its_version_with_its_words_and_not_with_its_picture() -> None:
    """Pages swap what changed; a new picture or a running minute is not a change of the tile."""
    board = board_at(7, 57)

    def version(changed: Board, lang: Lang = Lang.ID) -> str:
        return board_view(changed, fake_policy(), lang).tiles[1].version

    fresh = replace(board.tiles[1], picture="99", picture_at=clock(7, 57, 30))
    later = replace(board, now=clock(7, 58), tiles=(board.tiles[0], fresh, board.tiles[2]))
    assert version(later) == version(board)
    assert version(board, Lang.EN) != version(board)
    cleared = replace(board.tiles[1], hints=())
    assert version(replace(board, tiles=(board.tiles[0], cleared))) != version(board)


def test_element_keys_are_plain_and_stay_apart() -> None:
    """The id of a counter may hold anything."""
    names = ["loket_1", "loket-1", "loket 1", 'a"b', "a<b", "é"]
    keys = [element_key(name) for name in names]
    assert len(set(keys)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", key) for key in keys)
