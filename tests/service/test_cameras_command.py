"""`siaga cameras probe`: is this camera enough for each check at each counter."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli import main
from tests.cameras.servers import PASSWORD, USERNAME, SnapshotServer, snapshot_server
from tests.service.eyes import write_eyes

OFFICE = """\
[office]
id = "kppn-contoh"
name = "KPPN Contoh"
time_zone = "Asia/Jakarta"
policy = "djpb-spm"

[[cameras]]
id = "hall-1"
url = "{url}"
password_env = "HALL_PASSWORD"

[[counters]]
id = "loket-1"
name = "Loket 1"
role = "FO"
camera = "hall-1"
[counters.zones]
staff = [[0.1, 0.0], [0.9, 0.0], [0.9, 0.9], [0.1, 0.9]]
desk = [[0.0, 0.7], [0.9, 0.7], [0.9, 1.0], [0.0, 1.0]]
"""


@pytest.fixture
def server() -> Iterator[SnapshotServer]:
    """A camera."""
    with snapshot_server() as running:
        yield running


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Code, output and errors of one call."""
    code = main(["cameras", "probe", *map(str, arguments), "--seconds", "0.3"])
    out, err = capsys.readouterr()
    return code, out, err


def test_an_address_is_enough_to_ask(
    server: SnapshotServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Facts in one line, then each check with its pixels, then what to do."""
    eyes = write_eyes(tmp_path / "eyes")
    code, out, _ = told(capsys, server.url, "--models", eyes)
    assert code == 0
    first, scale, *checks, advice = out.splitlines()
    assert first.startswith("camera: snapshot jpeg, 64x48, up to")
    assert scale.endswith("measured at the widest chest in the picture")
    assert [line.split()[1] for line in checks] == [
        "staff_present",
        "badge_worn",
        "badge_worn",
        "badge_legible",
        "desk_clear",
        "equipment_present",
    ]
    assert "px, 24 are needed: ask for the main stream" in advice


def test_every_counter_of_an_office_gets_an_answer(
    server: SnapshotServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without networks by its desk, said to be a guess; never with the password."""
    monkeypatch.setenv("HALL_PASSWORD", PASSWORD)
    server.mode = "digest"
    config = tmp_path / "office.toml"
    config.write_text(OFFICE.format(url=server.url.replace("//", f"//{USERNAME}@")), "utf-8")
    arguments = ("--config", config, "--camera", "hall-1", "--models", tmp_path)
    code, out, err = told(capsys, *arguments, "--format", "jsonl")
    assert code == 0
    body = json.loads(out)
    (counter,) = body["counters"]
    assert counter["counter"] == "loket-1"
    assert counter["px_per_m"] == pytest.approx(64 * 0.9 / 1.2, abs=0.1)
    assert "guessed from the desk zone" in counter["basis"]
    assert PASSWORD not in out + err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which camera?"),
        (("exec:ls",), "expected rtsp://"),
        (("rtsp://admin:GEHEIM@127.0.0.1:1/cam",), "connection refused"),
        (("http://127.0.0.1:1/cam?pwd=GEHEIM",), "refused"),
    ],
)
def test_what_cannot_be_asked_becomes_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    """Without the secret that stood in the address."""
    code, out, err = told(capsys, *arguments)
    assert code == 1
    assert said in err
    assert "GEHEIM" not in out + err


def test_a_camera_that_is_not_in_the_office_is_told_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typing error costs no search."""
    config = tmp_path / "office.toml"
    config.write_text(OFFICE.format(url="http://siaga@10.0.0.9/"), "utf-8")
    code, _, err = told(capsys, "--config", config, "--camera", "hall-2")
    assert code == 1
    assert "expected one of hall-1, got hall-2" in err
