"""Trends and the regional office's sheet over a real store."""

import csv
import io

import pytest
from fastapi.testclient import TestClient

from service.accounts import Role
from service.kanwil import csv_of, harmless, lhps_items
from service.policies import load_policy
from service.texts import Lang
from service.trend_plot import HEIGHT, WIDTH, plot_of
from tests.fakes_week import POLICY, remember
from tests.service.conftest import House
from vision.briefing import figures_of
from vision.trends import Cell, Row, Shown, Source

NOVEMBER = {"since": "2026-11-02", "until": "2026-11-24"}


@pytest.fixture
def siti(house: House) -> TestClient:
    """A supervisor of an office under the whole standard, with three weeks behind it."""
    house.office._policy = POLICY
    remember(house.store)
    return house.signed_in(Role.SUPERVISOR)


def test_trends_say_their_rule_and_hide_what_is_small(siti: TestClient) -> None:
    """The number of few cases is not told either."""
    told = siti.get("/api/v1/trends", params={"weeks": 4, "clause": "FO-B1"}).json()
    assert told["mondays"] == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]
    assert (told["smallest"], told["floor"]) == (10, 0.6)
    assert [one["counter"] for one in told["items"]] == [None, "loket_1", "loket_2", "loket_3"]
    few = told["items"][2]["weeks"][2]
    assert (few["shown"], few["decided"], few["share"], few["coverage"]) == (
        "few",
        None,
        None,
        None,
    )
    assert told["items"][0]["weeks"][2]["share"] == 1.0
    assert told["items"][2]["whole"]["share"] == pytest.approx(14 / 15)


@pytest.mark.parametrize("query", ["weeks=0", "weeks=27", "weeks=x"])
def test_trends_refuse_a_span_they_cannot_answer(siti: TestClient, query: str) -> None:
    """In the one shape."""
    assert siti.get(f"/api/v1/trends?{query}").status_code == 422


def test_a_narrow_token_sees_its_counters_only(house: House, siti: TestClient) -> None:
    """Not even in the sum of all."""
    narrow = house.program("briefing", "counter:loket_1")
    told = narrow.get("/api/v1/trends?clause=FO-A6&weeks=4").json()
    assert [one["counter"] for one in told["items"]] == [None, "loket_1"]
    assert told["items"][0]["whole"]["decided"] == told["items"][1]["whole"]["decided"]


def test_the_sheet_gives_facts_and_never_points(siti: TestClient) -> None:
    """Kondisi Lapangan and Bukti Dukung are drafted, Nilai is left to a human."""
    told = siti.get("/api/v1/kanwil", params=NOVEMBER).json()
    items = {one["item"]: one for one in told["items"]}
    assert list(items) == ["A.3.2", "A.4.3", "A.4.7", "A.5.2"]
    assert {one["points"] for one in told["items"]} == {None}
    discipline = items["A.4.3"]
    condition = discipline["condition"]["id"]
    assert "45 terpenuhi, 1 belum (dikonfirmasi), 1 tidak dapat dinilai" in condition
    assert "cakupan 98%" in condition
    assert (discipline["days"], discipline["confirmed"]) == (16, 2)
    assert POLICY.citation in discipline["evidence"]["en"]


def test_the_file_opens_as_a_table_of_six_columns(house: House, siti: TestClient) -> None:
    """And who took it stands in the audit log."""
    answer = siti.get("/api/v1/kanwil.csv", params=NOVEMBER)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert table[0][3:] == ["Kondisi Lapangan", "Nilai", "Bukti Dukung"]
    assert [row[0] for row in table[1:]] == ["A.3.2", "A.4.3", "A.4.7", "A.5.2"]
    assert {row[4] for row in table[1:]} == {""}
    rows = [r for _, r in house.store.audit_rows(limit=500) if r.act == "kanwil.export"]
    assert [row.actor for row in rows] == ["supervisor"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    """A name of a counter may begin with anything."""
    assert harmless(cell) == f"'{cell}"
    assert csv_of([], Lang.EN).decode("utf-8-sig").startswith("No.;Component;")


@pytest.mark.parametrize(
    "span",
    [
        {"since": "2026-11-25", "until": "2026-11-24"},
        {"since": "2024-11-25", "until": "2026-11-24"},
        {"since": "x"},
        {"until": "9999-12-31"},
    ],
)
def test_a_span_that_does_not_fit_is_refused_and_the_page_says_it(
    siti: TestClient, span: dict[str, str]
) -> None:
    """The page keeps what was typed."""
    assert siti.get("/api/v1/kanwil", params=span).status_code == 422
    page = siti.get("/kanwil", params=span, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "Isi dua tanggal" in page.text
    for written in span.values():
        assert f'value="{written}"' in page.text


def test_every_clause_of_the_sheet_stands_in_the_standard() -> None:
    """And no item of attitude, smile or speech has one (docs/standard.md 6.1)."""
    known = {clause.clause for clause in load_policy("djpb-spm").clauses}
    for item in lhps_items():
        assert set(item.clauses) <= known
        assert item.item not in {"A.4.1", "A.4.2", "A.4.4", "A.4.5", "A.5.1", "A.5.3"}


def test_a_week_that_is_not_shown_breaks_the_line() -> None:
    """A line through it would say what is not known."""
    figures = figures_of((), POLICY)
    cells = [Cell(figures, 5, shown) for shown in (Shown.NOTHING, Shown.NOTHING)]
    plot = plot_of(Row("FO-B1", None, Source.CAMERA, tuple(cells), cells[0]))
    assert (plot.lines, plot.dots, plot.gaps) == ((), (), ())
    assert (WIDTH, HEIGHT) == (260, 72)
